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

fn value(c: u8) -> Option<u8> {
    match c {
        b'A'..=b'Z' => Some(c - b'A'),
        b'a'..=b'z' => Some(c - b'a' + 26),
        b'0'..=b'9' => Some(c - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// Decodes; without `strict`, characters that do not belong are skipped.
pub fn decode(text: &[u8], strict: bool) -> Result<Vec<u8>, Error> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut quad, mut pads, mut left) = (0u8, 0usize, 0u8);
    let mut rest = text;
    // Whole groups of four data characters, as nearly all are.
    while let [a, b, c, d, more @ ..] = rest {
        let (Some(a), Some(b), Some(c), Some(d)) = (value(*a), value(*b), value(*c), value(*d)) else {
            break;
        };
        out.extend_from_slice(&[a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
        rest = more;
    }
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
    let digit = |n: u8| ALPHABET.get(usize::from(n & 63)).copied().unwrap_or(b'=');
    let mut out = Vec::with_capacity(data.len().div_ceil(3) * 4 + 1);
    for group in data.chunks(3) {
        match *group {
            [a, b, c] => out.extend_from_slice(&[
                digit(a >> 2),
                digit(a << 4 | b >> 4),
                digit(b << 2 | c >> 6),
                digit(c),
            ]),
            [a, b] => out.extend_from_slice(&[digit(a >> 2), digit(a << 4 | b >> 4), digit(b << 2), b'=']),
            [a] => out.extend_from_slice(&[digit(a >> 2), digit(a << 4), b'=', b'=']),
            _ => {}
        }
    }
    if newline {
        out.push(b'\n');
    }
    out
}
