//! Passage to and from `dashu-int`, which does the work on long numbers. Linear in the number of digits.

use super::{MASK, SHIFT, normalize};
use dashu_int::{UBig, Word};

const WORD: u32 = Word::BITS;

/// The same number for dashu.
pub(super) fn to_big(digits: &[u32]) -> UBig {
    let mut words = Vec::with_capacity(digits.len() * SHIFT as usize / WORD as usize + 1);
    let (mut gathered, mut bits) = (0u128, 0);
    for &d in digits {
        gathered |= u128::from(d) << bits;
        bits += SHIFT;
        if bits >= WORD {
            words.push(gathered as Word);
            gathered >>= WORD;
            bits -= WORD;
        }
    }
    if gathered != 0 {
        words.push(gathered as Word);
    }
    UBig::from_words(&words)
}

/// The same number in 30-bit digits.
pub(super) fn from_big(number: &UBig) -> Vec<u32> {
    let words = number.as_words();
    let mut out = Vec::with_capacity(words.len() * WORD as usize / SHIFT as usize + 2);
    let (mut gathered, mut bits) = (0u128, 0);
    for &w in words {
        gathered |= u128::from(w) << bits;
        bits += WORD;
        while bits >= SHIFT {
            out.push(gathered as u32 & MASK);
            gathered >>= SHIFT;
            bits -= SHIFT;
        }
    }
    out.push(gathered as u32);
    normalize(&mut out);
    out
}
