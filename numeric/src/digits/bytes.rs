//! `int.from_bytes` and `int.to_bytes`.

use super::{Int, IntRef, MASK, SHIFT, bit_length, normalize};

/// Why an integer does not fit some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BytesError {
    /// Both are `OverflowError`.
    TooBig,
    /// A negative integer into unsigned bytes.
    Negative,
}

impl BytesError {
    /// The exception's text.
    pub fn message(self) -> &'static str {
        match self {
            BytesError::TooBig => "int too big to convert",
            BytesError::Negative => "can't convert negative int to unsigned",
        }
    }
}

/// Reads bytes as an integer.
pub fn from_bytes(bytes: &[u8], little_endian: bool, signed: bool) -> Int {
    let top = if little_endian { bytes.last() } else { bytes.first() };
    let negative = signed && top.is_some_and(|b| b & 0x80 != 0);
    let mut out = Vec::with_capacity(bytes.len() * 8 / SHIFT as usize + 1);
    let (mut gathered, mut bits, mut carry) = (0u64, 0, u64::from(negative));
    let mut take = |b: &u8| {
        let mut byte = u64::from(*b);
        if negative {
            byte = (byte ^ 0xFF) + carry;
            carry = byte >> 8;
            byte &= 0xFF;
        }
        gathered |= byte << bits;
        bits += 8;
        if bits >= SHIFT {
            out.push(gathered as u32 & MASK);
            gathered >>= SHIFT;
            bits -= SHIFT;
        }
    };
    if little_endian {
        bytes.iter().for_each(&mut take);
    } else {
        bytes.iter().rev().for_each(&mut take);
    }
    // A carry out of the top byte: the magnitude is 2^(8·len).
    gathered |= carry.min(u64::from(negative)) << bits;
    out.push(gathered as u32 & MASK);
    out.push((gathered >> SHIFT) as u32);
    normalize(&mut out);
    Int::new(negative, out)
}

/// Writes an integer into `len` bytes, two's complement if `signed`.
pub fn to_bytes(a: IntRef<'_>, len: usize, little_endian: bool, signed: bool) -> Result<Vec<u8>, BytesError> {
    if a.negative && !signed {
        return Err(BytesError::Negative);
    }
    let room = len as u64 * 8;
    let mut bits = bit_length(a.digits);
    if signed {
        // One more for the sign, except that the most negative number needs none: its magnitude is a power of two.
        bits += u64::from(!(a.negative && super::is_power_of_two(a.digits)) && bits > 0);
    }
    if bits > room {
        return Err(BytesError::TooBig);
    }
    let mut out = Vec::with_capacity(len);
    let (mut gathered, mut held) = (0u64, 0);
    let mut digits = a.digits.iter();
    let mut carry = 1u16;
    for _ in 0..len {
        if held < 8 {
            gathered |= u64::from(digits.next().copied().unwrap_or(0)) << held;
            held += SHIFT;
        }
        let mut byte = gathered as u8;
        gathered >>= 8;
        held -= 8;
        if a.negative {
            let flipped = u16::from(!byte) + carry;
            carry = flipped >> 8;
            byte = flipped as u8;
        }
        out.push(byte);
    }
    if !little_endian {
        out.reverse();
    }
    Ok(out)
}
