//! Base64, with CPython's idea of what may be forgiven.

use core::fmt;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What is wrong with a text.
pub enum Error {
    Text(&'static str),
    /// So many data characters, one too many.
    Single(usize),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Text(text) => f.write_str(text),
            Error::Single(n) => write!(
                f,
                "Invalid base64-encoded string: number of data characters ({n}) cannot be 1 more than a multiple of 4"
            ),
        }
    }
}

/// In [`VALUES`]: no digit.
const NONE: u8 = 0xFF;

/// What each character is worth as a digit. Looked up rather than compared: which kind of digit comes next cannot be foreseen.
const VALUES: [u8; 256] = {
    let mut values = [NONE; 256];
    let mut n = 0;
    while n < 64 {
        #[allow(clippy::indexing_slicing, reason = "evaluated at compile time")]
        {
            values[ALPHABET[n] as usize] = n as u8;
        }
        n += 1;
    }
    values
};

/// The two digits of each number of twelve bits.
static PAIRS: [[u8; 2]; 4096] = {
    let mut pairs = [[0; 2]; 4096];
    let mut n = 0;
    while n < 4096 {
        #[allow(clippy::indexing_slicing, reason = "evaluated at compile time")]
        {
            pairs[n] = [ALPHABET[n >> 6], ALPHABET[n & 63]];
        }
        n += 1;
    }
    pairs
};

fn digit_value(c: u8) -> u8 {
    VALUES.get(usize::from(c)).copied().unwrap_or(NONE)
}

fn value(c: u8) -> Option<u8> {
    Some(digit_value(c)).filter(|v| *v != NONE)
}

/// Decodes; without `strict`, characters that do not belong are skipped.
pub fn decode(text: &[u8], strict: bool) -> Result<Vec<u8>, Error> {
    let (mut quad, mut pads, mut left) = (0u8, 0usize, 0u8);
    // Whole groups of four data characters, as nearly all are.
    let mut out = vec![0; text.len() / 4 * 3];
    let mut groups = 0;
    for (group, to) in text.as_chunks::<4>().0.iter().zip(out.as_chunks_mut::<3>().0) {
        let [a, b, c, d] = group.map(digit_value);
        if (a | b | c | d) == NONE {
            break;
        }
        *to = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
        groups += 1;
    }
    out.truncate(groups * 3);
    let rest = text.get(groups * 4..).unwrap_or_default();
    let mut first = rest.len() == text.len();
    for &c in rest {
        let leading = core::mem::replace(&mut first, false);
        if c == b'=' {
            // Padding only counts where it can stand.
            pads += usize::from(quad >= 2);
            if !strict || quad >= 2 && usize::from(quad) + pads <= 4 {
                continue;
            }
            if quad == 1 {
                break;
            }
            return Err(Error::Text(if leading {
                "Leading padding not allowed"
            } else {
                "Excess padding not allowed"
            }));
        }
        let Some(v) = value(c) else {
            if strict {
                return Err(Error::Text("Only base64 data is allowed"));
            }
            continue;
        };
        if strict && pads > 0 {
            return Err(Error::Text(if usize::from(quad) + pads == 4 {
                "Excess data after padding"
            } else {
                "Discontinuous padding not allowed"
            }));
        }
        pads = 0;
        match quad {
            0 => left = v,
            1 => {
                out.push(left << 2 | v >> 4);
                left = v & 15;
            }
            2 => {
                out.push(left << 4 | v >> 2);
                left = v & 3;
            }
            _ => out.push(left << 6 | v),
        }
        quad = (quad + 1) & 3;
    }
    if quad == 0 || (quad >= 2 && usize::from(quad) + pads >= 4) {
        return Ok(out);
    }
    if quad == 1 { Err(Error::Single(out.len() / 3 * 4 + 1)) } else { Err(Error::Text("Incorrect padding")) }
}

/// Encodes.
pub fn encode(data: &[u8], newline: bool) -> Vec<u8> {
    let pair = |n: u32| PAIRS.get(n as usize & 4095).copied().unwrap_or_default();
    let (whole, rest) = data.as_chunks::<3>();
    let mut out = Vec::with_capacity(data.len().div_ceil(3) * 4 + 1);
    out.resize(whole.len() * 4, 0);
    for (&[a, b, c], to) in whole.iter().zip(out.as_chunks_mut::<4>().0) {
        let n = u32::from_be_bytes([0, a, b, c]);
        let ([w, x], [y, z]) = (pair(n >> 12), pair(n));
        *to = [w, x, y, z];
    }
    match *rest {
        [a, b] => {
            let n = u32::from_be_bytes([0, a, b, 0]);
            let ([w, x], [y, _]) = (pair(n >> 12), pair(n));
            out.extend_from_slice(&[w, x, y, b'=']);
        }
        [a] => {
            let [w, x] = pair(u32::from(a) << 4);
            out.extend_from_slice(&[w, x, b'=', b'=']);
        }
        _ => {}
    }
    if newline {
        out.push(b'\n');
    }
    out
}
