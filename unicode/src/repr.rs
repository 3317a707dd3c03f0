//! `repr(str)`, `ascii(str)` and `repr(bytes)`: quoting and escaping.

use crate::character::is_printable;
use crate::codecs::escape::push_hex_escape;
use crate::unit::CodeUnit;

/// The quote that needs fewer escapes: `'`, unless the text has that one and no `"`.
fn quote<T: CodeUnit>(text: &[T]) -> u32 {
    let has = |c: char| T::find_unit(text, T::new(c.into())).is_some();
    if has('\'') && !has('"') { '"'.into() } else { '\''.into() }
}

/// Writes the escape of a character common to all forms; false if it has none.
fn push_short_escape<T: CodeUnit>(cp: u32, quote: u32, out: &mut Vec<T>) -> bool {
    let letter = match cp {
        0x09 => 't',
        0x0A => 'n',
        0x0D => 'r',
        0x5C => '\\',
        _ if cp == quote => return push_pair(quote, out),
        _ => return false,
    };
    push_pair(letter.into(), out)
}

fn push_pair<T: CodeUnit>(cp: u32, out: &mut Vec<T>) -> bool {
    out.extend([T::new('\\'.into()), T::new(cp)]);
    true
}

fn quoted<T: CodeUnit>(text: &[T], plain: impl Fn(u32) -> bool) -> Vec<T> {
    let quote = quote(text);
    let mut out = Vec::with_capacity(text.len() + 2);
    out.push(T::new(quote));
    for c in text {
        let cp = c.get();
        if !push_short_escape(cp, quote, &mut out) {
            if plain(cp) {
                out.push(*c);
            } else {
                push_hex_escape(cp, |b| out.push(T::new(b.into())));
            }
        }
    }
    out.push(T::new(quote));
    out
}

/// `repr(str)`, in the layout of the text (it may fit a narrower one, when a wide character was not printable).
pub fn repr<T: CodeUnit>(text: &[T]) -> Vec<T> {
    quoted(text, |cp| matches!(cp, 0x20..=0x7E) || cp > 0x7E && is_printable(cp))
}

/// `ascii(str)`.
pub fn ascii<T: CodeUnit>(text: &[T]) -> Vec<T> {
    quoted(text, |cp| matches!(cp, 0x20..=0x7E))
}

/// `repr(bytes)` without the `b`.
pub fn repr_bytes(bytes: &[u8]) -> Vec<u8> {
    quoted(bytes, |cp| matches!(cp, 0x20..=0x7E))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_escapes() {
        let r = |s: &str| {
            let cps: Vec<u32> = s.chars().map(u32::from).collect();
            repr(&cps).into_iter().filter_map(char::from_u32).collect::<String>()
        };
        assert_eq!(r("it's"), "\"it's\"");
        assert_eq!(r("it's \"x\""), "'it\\'s \"x\"'");
        assert_eq!(
            r("a\\\n\t\r\0\x7fé\u{a0}\u{200b}\u{e000}😀"),
            "'a\\\\\\n\\t\\r\\x00\\x7fé\\xa0\\u200b\\ue000😀'"
        );
        assert_eq!(repr(&[0xD800u32]).len(), 8);
        assert_eq!(repr_bytes(b"\xff'"), b"\"\\xff'\"");
        assert_eq!(ascii(&[0xE9u16, 0x20AC]), "'\\xe9\\u20ac'".encode_utf16().collect::<Vec<u16>>());
    }
}
