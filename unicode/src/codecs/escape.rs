//! `unicode_escape`: the escapes of string literals. The tokenizer's literals use `decode` as well.

use super::Decoded;
use crate::unit::CodeUnit;

/// The first escape that is none (`\q`) or an octal one above `\377`: worth a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidEscape {
    /// Place of the character behind the backslash.
    pub at: usize,
    /// That character, or for octal escapes the value.
    pub value: u32,
    /// It is an octal escape.
    pub octal: bool,
}

fn hex_value(b: u8) -> Option<u32> {
    char::from(b).to_digit(16)
}

/// Reads `count` hexadecimal digits from `at` on: the value, or where reading stopped.
pub(super) fn hex_digits(bytes: &[u8], at: usize, count: usize) -> Result<u32, usize> {
    let mut value = 0u32;
    for i in at..at + count {
        let digit = bytes.get(i).copied().and_then(hex_value).ok_or(i)?;
        value = value << 4 | digit;
    }
    Ok(value)
}

/// Decodes from `from` on; bytes outside of escapes are Latin-1. `name` finds the character of `\N{…}`. `warning` keeps the
/// first invalid escape. Without `last` an unfinished escape at the end is left over.
pub fn decode(
    bytes: &[u8],
    from: usize,
    last: bool,
    name: impl Fn(&[u8]) -> Option<u32>,
    warning: &mut Option<InvalidEscape>,
    out: &mut Vec<u32>,
) -> Decoded {
    let mut at = from;
    // An escape that the end of input cuts off may be completed later.
    let cut = |start: usize, end: usize, reason| {
        if end >= bytes.len() && !last { Decoded::done(start) } else { Decoded::bad(start, end, reason) }
    };
    while let Some(&b) = bytes.get(at) {
        if b != b'\\' {
            out.push(b.into());
            at += 1;
            continue;
        }
        let start = at;
        let Some(&escape) = bytes.get(at + 1) else { return cut(start, at + 1, "\\ at end of string") };
        at += 2;
        let simple = match escape {
            b'\n' => continue,
            b'\\' | b'\'' | b'"' => escape,
            b'a' => 7,
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 11,
            b'f' => 12,
            b'r' => b'\r',
            b'0'..=b'7' => {
                let mut value = u32::from(escape - b'0');
                for _ in 0..2 {
                    if let Some(digit @ b'0'..=b'7') = bytes.get(at) {
                        value = value << 3 | u32::from(digit - b'0');
                        at += 1;
                    }
                }
                if value > 0o377 && warning.is_none() {
                    *warning = Some(InvalidEscape { at: start + 1, value, octal: true });
                }
                out.push(value);
                continue;
            }
            b'x' | b'u' | b'U' => {
                let (count, reason) = match escape {
                    b'x' => (2, "truncated \\xXX escape"),
                    b'u' => (4, "truncated \\uXXXX escape"),
                    _ => (8, "truncated \\UXXXXXXXX escape"),
                };
                match hex_digits(bytes, at, count) {
                    Err(end) => return cut(start, end, reason),
                    Ok(cp) if cp > 0x10FFFF => {
                        return Decoded::bad(start, at + count, "illegal Unicode character");
                    }
                    Ok(cp) => out.push(cp),
                }
                at += count;
                continue;
            }
            b'N' => {
                const MALFORMED: &str = "malformed \\N character escape";
                match bytes.get(at) {
                    None => return cut(start, at, MALFORMED),
                    Some(b'{') => {}
                    Some(_) => return Decoded::bad(start, at, MALFORMED),
                }
                let inside = bytes.get(at + 1..).unwrap_or_default();
                let Some(len) = inside.iter().position(|b| *b == b'}') else {
                    return cut(start, bytes.len(), MALFORMED);
                };
                at += 1 + len;
                if len == 0 {
                    return Decoded::bad(start, at, MALFORMED);
                }
                at += 1;
                match name(inside.get(..len).unwrap_or_default()) {
                    Some(cp) => out.push(cp),
                    None => return Decoded::bad(start, at, "unknown Unicode character name"),
                }
                continue;
            }
            _ => {
                if warning.is_none() {
                    *warning = Some(InvalidEscape { at: start + 1, value: escape.into(), octal: false });
                }
                out.push('\\'.into());
                escape
            }
        };
        out.push(simple.into());
    }
    Decoded::done(at)
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Appends `\xXX`, `\uXXXX` or `\UXXXXXXXX`, whichever is the shortest that fits.
pub fn push_hex_escape(cp: u32, mut put: impl FnMut(u8)) {
    let (letter, digits) = match cp {
        0..=0xFF => (b'x', 2),
        0x100..=0xFFFF => (b'u', 4),
        _ => (b'U', 8),
    };
    put(b'\\');
    put(letter);
    for i in (0..digits).rev() {
        put(HEX[(cp >> (4 * i) & 15) as usize]);
    }
}

/// Encodes a text; everything can be encoded.
pub fn encode<T: CodeUnit>(text: &[T]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for c in text {
        match c.get() {
            0x5C => out.extend_from_slice(b"\\\\"),
            0x09 => out.extend_from_slice(b"\\t"),
            0x0A => out.extend_from_slice(b"\\n"),
            0x0D => out.extend_from_slice(b"\\r"),
            cp @ 0x20..=0x7E => out.push(cp as u8),
            cp => push_hex_escape(cp, |b| out.push(b)),
        }
    }
    out
}
