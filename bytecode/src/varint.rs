//! Variable-length integers of six bits a byte, as the location table has them: least significant first.

/// Appends an unsigned number.
pub(crate) fn write_unsigned(out: &mut Vec<u8>, mut value: u32) {
    while value >= 64 {
        out.push(value as u8 & 63 | 64);
        value >>= 6;
    }
    out.push(value as u8);
}

/// Appends a signed number: its sign is the lowest bit.
pub(crate) fn write_signed(out: &mut Vec<u8>, value: i32) {
    let sign = u32::from(value < 0);
    write_unsigned(out, value.unsigned_abs() << 1 | sign);
}

/// Takes an unsigned number off the front; 0 at the end of the data.
pub(crate) fn read_unsigned(data: &mut &[u8]) -> u32 {
    let mut value = 0u32;
    let mut shift = 0;
    while let Some((&byte, rest)) = data.split_first() {
        *data = rest;
        if shift < 32 {
            value |= u32::from(byte & 63) << shift;
        }
        shift += 6;
        if byte & 64 == 0 {
            break;
        }
    }
    value
}

/// Takes a signed number off the front.
pub(crate) fn read_signed(data: &mut &[u8]) -> i32 {
    let value = read_unsigned(data);
    let magnitude = (value >> 1) as i32;
    if value & 1 == 1 { magnitude.wrapping_neg() } else { magnitude }
}
