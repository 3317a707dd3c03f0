//! ASCII and Latin-1.

use super::Decoded;
use crate::unit::CodeUnit;
use std::ops::Range;

/// Reason of ASCII's errors, both ways.
pub const NOT_ASCII: &str = "ordinal not in range(128)";
/// Reason of Latin-1's encoding errors.
pub const NOT_LATIN_1: &str = "ordinal not in range(256)";

/// Decodes ASCII from `from` on.
pub fn decode_ascii(bytes: &[u8], from: usize, out: &mut Vec<u32>) -> Decoded {
    let rest = bytes.get(from..).unwrap_or_default();
    let valid = rest.iter().position(|b| *b >= 0x80);
    out.extend(rest.iter().take(valid.unwrap_or(rest.len())).map(|b| u32::from(*b)));
    match valid {
        Some(n) => Decoded::bad(from + n, from + n + 1, NOT_ASCII),
        None => Decoded::done(bytes.len()),
    }
}

/// Encodes to ASCII (`limit` 0x80) or Latin-1 (0x100) from `from` on, up to the first run of characters outside, which is
/// returned.
pub fn encode<T: CodeUnit>(text: &[T], from: usize, limit: u32, out: &mut Vec<u8>) -> Option<Range<usize>> {
    let rest = text.get(from..).unwrap_or_default();
    let valid = if T::MAX < limit { None } else { rest.iter().position(|c| c.get() >= limit) };
    out.extend(rest.iter().take(valid.unwrap_or(rest.len())).map(|c| c.get() as u8));
    let start = from + valid?;
    let run = text.iter().skip(start).take_while(|c| c.get() >= limit).count();
    Some(start..start + run)
}
