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

/// The length of a representation.
fn quoted_len<T: CodeUnit>(text: &[T], plain: impl Fn(u32) -> bool) -> usize {
    let quote = quote(text);
    let len = |c: &T| match c.get() {
        0x09 | 0x0A | 0x0D | 0x5C => 2,
        cp if cp == quote => 2,
        cp if plain(cp) => 1,
        0..=0xFF => 4,
        0x100..=0xFFFF => 6,
        _ => 10,
    };
    2 + text.iter().map(len).sum::<usize>()
}

fn quoted<T: CodeUnit>(text: &[T], plain: impl Fn(u32) -> bool) -> Vec<T> {
    let quote = quote(text);
    // Long ones are measured first: growing step by step would take twice the room.
    let len = if text.len() >= MEASURED { quoted_len(text, &plain) } else { text.len() + 2 };
    let mut out = Vec::with_capacity(len);
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

/// From so many characters on a text is long.
pub const MEASURED: usize = 1 << 16;

fn is_plain(cp: u32) -> bool {
    matches!(cp, 0x20..=0x7E) || cp > 0x7E && is_printable(cp)
}

fn is_plain_ascii(cp: u32) -> bool {
    matches!(cp, 0x20..=0x7E)
}

/// The length of [`repr`]'s result.
pub fn repr_len<T: CodeUnit>(text: &[T]) -> usize {
    quoted_len(text, is_plain)
}

/// The length of [`ascii`]'s result, or of [`repr_bytes`]'s.
pub fn ascii_len<T: CodeUnit>(text: &[T]) -> usize {
    quoted_len(text, is_plain_ascii)
}

/// `repr(str)`, in the layout of the text (it may fit a narrower one, when a wide character was not printable).
pub fn repr<T: CodeUnit>(text: &[T]) -> Vec<T> {
    quoted(text, is_plain)
}

/// `ascii(str)`.
pub fn ascii<T: CodeUnit>(text: &[T]) -> Vec<T> {
    quoted(text, is_plain_ascii)
}

/// `repr(bytes)` without the `b`.
pub fn repr_bytes(bytes: &[u8]) -> Vec<u8> {
    quoted(bytes, is_plain_ascii)
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
        for text in [&[0x27u32, 0x22, 0x5C, 9, 0xA0, 0x200B, 0x1F600, 0xE0000, 0x41][..], &[0x27, 0x41], &[]]
        {
            assert_eq!(repr(text).len(), repr_len(text));
            assert_eq!(ascii(text).len(), ascii_len(text));
        }
        assert_eq!(ascii(&[0xE9u16, 0x20AC]), "'\\xe9\\u20ac'".encode_utf16().collect::<Vec<u16>>());
    }
}
