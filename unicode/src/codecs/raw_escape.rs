//! `raw_unicode_escape`: Latin-1 with `\u` and `\U` escapes only.

use super::Decoded;
use super::escape::{hex_digits, push_hex_escape};
use crate::unit::CodeUnit;

/// Decodes from `from` on; without `last` an unfinished escape at the end is left over.
pub fn decode(bytes: &[u8], from: usize, last: bool, out: &mut Vec<u32>) -> Decoded {
    let mut at = from;
    let cut = |start: usize, end: usize, reason| {
        if end >= bytes.len() && !last { Decoded::done(start) } else { Decoded::bad(start, end, reason) }
    };
    while let Some(&b) = bytes.get(at) {
        at += 1;
        if b != b'\\' {
            out.push(b.into());
            continue;
        }
        let start = at - 1;
        let (count, reason) = match bytes.get(at) {
            None if !last => return Decoded::done(start),
            None => {
                out.push(b.into());
                continue;
            }
            Some(b'u') => (4, "truncated \\uXXXX escape"),
            Some(b'U') => (8, "truncated \\UXXXXXXXX escape"),
            Some(&other) => {
                out.extend([b.into(), u32::from(other)]);
                at += 1;
                continue;
            }
        };
        match hex_digits(bytes, at + 1, count) {
            Err(end) => return cut(start, end, reason),
            Ok(cp) if cp > 0x10FFFF => {
                return Decoded::bad(start, at + 1 + count, "\\Uxxxxxxxx out of range");
            }
            Ok(cp) => out.push(cp),
        }
        at += 1 + count;
    }
    Decoded::done(at)
}

/// Encodes a text; everything can be encoded.
pub fn encode<T: CodeUnit>(text: &[T]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for c in text {
        match c.get() {
            cp @ 0..=0xFF => out.push(cp as u8),
            cp => push_hex_escape(cp, |b| out.push(b)),
        }
    }
    out
}
