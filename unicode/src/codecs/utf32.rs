//! UTF-32.

use super::{ByteOrder, Decoded};
use crate::unit::{CodeUnit, is_surrogate};
use std::ops::Range;

/// The byte order that a mark at the start gives.
pub fn byte_order_mark(bytes: &[u8]) -> Option<ByteOrder> {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] => Some(ByteOrder::Little),
        [0, 0, 0xFE, 0xFF, ..] => Some(ByteOrder::Big),
        _ => None,
    }
}

/// Decodes from `from` on; with `last` an unfinished end is an error, else it is left over.
pub fn decode(bytes: &[u8], from: usize, order: ByteOrder, last: bool, out: &mut Vec<u32>) -> Decoded {
    let (words, odd) = bytes.get(from..).unwrap_or_default().as_chunks::<4>();
    out.reserve(words.len());
    for (i, word) in words.iter().enumerate() {
        let cp = match order {
            ByteOrder::Little => u32::from_le_bytes(*word),
            ByteOrder::Big => u32::from_be_bytes(*word),
        };
        let at = from + 4 * i;
        if is_surrogate(cp) {
            return Decoded::bad(at, at + 4, "code point in surrogate code point range(0xd800, 0xe000)");
        }
        if cp > 0x10FFFF {
            return Decoded::bad(at, at + 4, "code point not in range(0x110000)");
        }
        out.push(cp);
    }
    let at = from + 4 * words.len();
    if last && !odd.is_empty() {
        return Decoded::bad(at, bytes.len(), "truncated data");
    }
    Decoded::done(at)
}

/// Appends one code point.
#[inline]
pub fn push(cp: u32, order: ByteOrder, out: &mut Vec<u8>) {
    out.extend_from_slice(&match order {
        ByteOrder::Little => cp.to_le_bytes(),
        ByteOrder::Big => cp.to_be_bytes(),
    });
}

/// Encodes from `from` on, up to the first surrogate, whose place is returned. No byte order mark is written.
pub fn encode<T: CodeUnit>(
    text: &[T],
    from: usize,
    order: ByteOrder,
    out: &mut Vec<u8>,
) -> Option<Range<usize>> {
    out.reserve(4 * text.len().saturating_sub(from));
    for (i, c) in text.iter().enumerate().skip(from) {
        if is_surrogate(c.get()) {
            return Some(i..i + 1);
        }
        push(c.get(), order, out);
    }
    None
}
