//! UTF-8. Validation is the standard library's, whose error ranges are CPython's; lengths and layouts come from plain
//! scans that the compiler vectorises.

use super::{Decoded, Malformed};
use crate::unit::{CodeUnit, ascii_prefix, is_surrogate};
use std::ops::Range;

/// What a stretch of bytes holds up to the first error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scan {
    /// Bytes that are valid.
    pub valid: usize,
    /// Code points in them.
    pub chars: usize,
    /// Greatest code point of the narrowest layout for them: 0x7F, 0xFF, 0xFFFF or 0x10FFFF.
    pub layout: u32,
    /// What follows; `None` at the end of the bytes.
    pub error: Option<Malformed>,
    /// The error is an unfinished sequence at the very end: more input could complete it.
    pub unfinished: bool,
}

/// Validates and measures. The range of the error counts from the start of `bytes`.
pub fn scan(bytes: &[u8]) -> Scan {
    if bytes.is_ascii() {
        return Scan { valid: bytes.len(), chars: bytes.len(), layout: 0x7F, error: None, unfinished: false };
    }
    let (valid, error, unfinished) = match str::from_utf8(bytes) {
        Ok(_) => (bytes.len(), None, false),
        Err(e) => {
            let start = e.valid_up_to();
            let (end, reason) = match (e.error_len(), bytes.get(start)) {
                (None, _) => (bytes.len(), "unexpected end of data"),
                (Some(n), Some(0x80..=0xC1 | 0xF5..)) => (start + n, "invalid start byte"),
                (Some(n), _) => (start + n, "invalid continuation byte"),
            };
            (start, Some(Malformed { start, end, reason }), e.error_len().is_none())
        }
    };
    let text = bytes.get(..valid).unwrap_or_default();
    // Blocks small enough to count and compare within bytes, which the compiler makes vectors of.
    let (mut chars, mut greatest) = (0, 0);
    for block in text.chunks(128) {
        chars += usize::from(block.iter().fold(0u8, |n, b| n + u8::from((*b as i8) >= -0x40)));
        greatest = block.iter().fold(greatest, |most, b| most.max(*b));
    }
    let layout = match greatest {
        0..=0x7F => 0x7F,
        0x80..=0xC3 => 0xFF,
        0xC4..=0xEF => 0xFFFF,
        _ => 0x10FFFF,
    };
    Scan { valid, chars, layout, error, unfinished }
}

/// Decodes valid bytes into a layout that holds them.
pub fn fill<T: CodeUnit>(valid: &[u8], out: &mut Vec<T>) {
    let (plain, mut rest) = valid.split_at(ascii_prefix(valid));
    out.extend(plain.iter().map(|b| T::new((*b).into())));
    let tail = |b: u8| u32::from(b & 0x3F);
    loop {
        // ASCII by eights, so that runs of any length are cheap.
        while let Some((block, left)) = rest.split_first_chunk::<8>()
            && u64::from_le_bytes(*block) & 0x8080_8080_8080_8080 == 0
        {
            out.extend_from_slice(&block.map(|b| T::new(b.into())));
            rest = left;
        }
        let (cp, left) = match rest {
            [a @ 0..=0x7F, left @ ..] => (u32::from(*a), left),
            [a @ 0xC0..=0xDF, b, left @ ..] => (u32::from(a & 0x1F) << 6 | tail(*b), left),
            [a @ 0xE0..=0xEF, b, c, left @ ..] => (u32::from(a & 0xF) << 12 | tail(*b) << 6 | tail(*c), left),
            [a @ 0xF0..=0xFF, b, c, d, left @ ..] => {
                (u32::from(a & 7) << 18 | tail(*b) << 12 | tail(*c) << 6 | tail(*d), left)
            }
            [0x80..=0xFF, left @ ..] => (0xFFFD, left),
            [] => return,
        };
        out.push(T::new(cp));
        rest = left;
    }
}

/// Decodes from `from` on; with `last` an unfinished end is an error, else it is left over.
pub fn decode(bytes: &[u8], from: usize, last: bool, out: &mut Vec<u32>) -> Decoded {
    let scan = scan(bytes.get(from..).unwrap_or_default());
    fill(bytes.get(from..from + scan.valid).unwrap_or_default(), out);
    // The start of an encoded surrogate waits for its end, which `surrogatepass` wants to see as a whole.
    let half_surrogate = matches!(bytes.get(from + scan.valid..), Some([0xED, 0xA0..=0xBF]));
    match scan.error {
        Some(_) if half_surrogate && !last => Decoded::done(from + scan.valid),
        Some(e) if last || !scan.unfinished => Decoded::bad(from + e.start, from + e.end, e.reason),
        _ => Decoded::done(from + scan.valid),
    }
}

/// Encodes from `from` on, up to the first run of surrogates, which is returned.
pub fn encode<T: CodeUnit>(text: &[T], from: usize, out: &mut Vec<u8>) -> Option<Range<usize>> {
    let mut rest = text.get(from..).unwrap_or_default();
    out.reserve(rest.len());
    let mut grown = false;
    loop {
        let (plain, other) = rest.split_at(ascii_prefix(rest));
        out.extend(plain.iter().map(|c| c.get() as u8));
        rest = other;
        if rest.is_empty() {
            return None;
        }
        if !grown {
            // Two bytes for a Latin-1 character, three in the BMP: what is beyond may reallocate.
            out.reserve(rest.len() * if T::MAX == 0xFF { 2 } else { 3 });
            grown = true;
        }
        while let [c, left @ ..] = rest {
            let cp = c.get();
            match cp {
                0..=0x7F => break,
                0x80..=0x7FF => out.extend_from_slice(&[0xC0 | (cp >> 6) as u8, 0x80 | (cp & 0x3F) as u8]),
                0xD800..=0xDFFF => {
                    let start = text.len() - rest.len();
                    let run = rest.iter().take_while(|c| is_surrogate(c.get())).count();
                    return Some(start..start + run);
                }
                0x800..=0xFFFF => out.extend_from_slice(&three(cp)),
                _ => out.extend_from_slice(&[
                    0xF0 | (cp >> 18) as u8,
                    0x80 | (cp >> 12 & 0x3F) as u8,
                    0x80 | (cp >> 6 & 0x3F) as u8,
                    0x80 | (cp & 0x3F) as u8,
                ]),
            }
            rest = left;
        }
    }
}

/// The three bytes of a code point from the BMP: what `surrogatepass` writes.
pub fn three(cp: u32) -> [u8; 3] {
    [0xE0 | (cp >> 12) as u8, 0x80 | (cp >> 6 & 0x3F) as u8, 0x80 | (cp & 0x3F) as u8]
}
