//! UTF-16.

use super::{ByteOrder, Decoded};
use crate::unit::{CodeUnit, is_surrogate};
use std::ops::Range;

/// The byte order that a mark at the start gives.
pub fn byte_order_mark(bytes: &[u8]) -> Option<ByteOrder> {
    match bytes {
        [0xFF, 0xFE, ..] => Some(ByteOrder::Little),
        [0xFE, 0xFF, ..] => Some(ByteOrder::Big),
        _ => None,
    }
}

/// Decodes from `from` on; with `last` an unfinished end is an error, else it is left over.
pub fn decode(bytes: &[u8], from: usize, order: ByteOrder, last: bool, out: &mut Vec<u32>) -> Decoded {
    let read = |pair: &[u8; 2]| {
        u32::from(match order {
            ByteOrder::Little => u16::from_le_bytes(*pair),
            ByteOrder::Big => u16::from_be_bytes(*pair),
        })
    };
    let (pairs, odd) = bytes.get(from..).unwrap_or_default().as_chunks::<2>();
    out.reserve(pairs.len());
    let mut i = 0;
    while let Some(pair) = pairs.get(i) {
        let unit = read(pair);
        let at = from + 2 * i;
        i += 1;
        match unit {
            0xDC00..=0xDFFF => return Decoded::bad(at, at + 2, "illegal encoding"),
            0xD800..=0xDBFF => match pairs.get(i).map(read) {
                Some(low @ 0xDC00..=0xDFFF) => {
                    i += 1;
                    out.push(0x10000 + ((unit & 0x3FF) << 10 | low & 0x3FF));
                }
                Some(_) => return Decoded::bad(at, at + 2, "illegal UTF-16 surrogate"),
                None if last => return Decoded::bad(at, bytes.len(), "unexpected end of data"),
                None => return Decoded::done(at),
            },
            _ => out.push(unit),
        }
    }
    let at = from + 2 * i;
    if last && !odd.is_empty() {
        return Decoded::bad(at, bytes.len(), "truncated data");
    }
    Decoded::done(at)
}

/// Appends one code point.
#[inline]
pub fn push(cp: u32, order: ByteOrder, out: &mut Vec<u8>) {
    let mut unit = |n: u32| {
        let n = n as u16;
        out.extend_from_slice(&match order {
            ByteOrder::Little => n.to_le_bytes(),
            ByteOrder::Big => n.to_be_bytes(),
        });
    };
    match cp.checked_sub(0x10000) {
        None => unit(cp),
        Some(rest) => {
            unit(0xD800 | rest >> 10);
            unit(0xDC00 | rest & 0x3FF);
        }
    }
}

/// Encodes from `from` on, up to the first surrogate, whose place is returned. No byte order mark is written.
pub fn encode<T: CodeUnit>(
    text: &[T],
    from: usize,
    order: ByteOrder,
    out: &mut Vec<u8>,
) -> Option<Range<usize>> {
    out.reserve(2 * text.len().saturating_sub(from));
    for (i, c) in text.iter().enumerate().skip(from) {
        if is_surrogate(c.get()) {
            return Some(i..i + 1);
        }
        push(c.get(), order, out);
    }
    None
}
