//! UTF-7 (RFC 2152): ASCII with `+…-` stretches of base64 over UTF-16.

use super::Decoded;
use crate::unit::CodeUnit;

fn from_base64(b: u8) -> Option<u32> {
    match b {
        b'A'..=b'Z' => Some(u32::from(b - b'A')),
        b'a'..=b'z' => Some(u32::from(b - b'a') + 26),
        b'0'..=b'9' => Some(u32::from(b - b'0') + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Decodes from `from` on. Without `last`, an open base64 stretch at the end is left over as a whole.
pub fn decode(bytes: &[u8], from: usize, last: bool, out: &mut Vec<u32>) -> Decoded {
    let mut at = from;
    while let Some(&b) = bytes.get(at) {
        if b == b'+' {
            match shifted(bytes, at, last, out) {
                Ok(next) => at = next,
                Err(stop) => return stop,
            }
        } else if b < 0x80 {
            out.push(b.into());
            at += 1;
        } else {
            return Decoded::bad(at, at + 1, "unexpected special character");
        }
    }
    Decoded::done(at)
}

/// Decodes the stretch that the `+` at `start` opens; gives the place behind it.
fn shifted(bytes: &[u8], start: usize, last: bool, out: &mut Vec<u32>) -> Result<usize, Decoded> {
    let mut at = start + 1;
    match bytes.get(at) {
        Some(b'-') => {
            out.push('+'.into());
            return Ok(at + 1);
        }
        Some(b) if from_base64(*b).is_none() => {
            return Err(Decoded::bad(start, at + 1, "ill-formed sequence"));
        }
        _ => {}
    }
    let mark = out.len();
    let (mut buffer, mut bits) = (0u32, 0);
    let mut high = 0;
    while let Some(sextet) = bytes.get(at).copied().and_then(from_base64) {
        buffer = buffer << 6 | sextet;
        bits += 6;
        at += 1;
        if bits >= 16 {
            bits -= 16;
            let unit = buffer >> bits;
            buffer &= (1 << bits) - 1;
            if high != 0 {
                if unit & 0xFC00 == 0xDC00 {
                    out.push(0x10000 + ((high & 0x3FF) << 10 | unit & 0x3FF));
                    high = 0;
                    continue;
                }
                out.push(high);
                high = 0;
            }
            if unit & 0xFC00 == 0xD800 {
                high = unit;
            } else {
                out.push(unit);
            }
        }
    }
    let Some(&b) = bytes.get(at) else {
        // The input ends within the stretch.
        if !last {
            out.truncate(mark);
            return Err(Decoded::done(start));
        }
        if high != 0 || bits >= 6 || (bits > 0 && buffer != 0) {
            return Err(Decoded::bad(start, at, "unterminated shift sequence"));
        }
        return Ok(at);
    };
    if bits >= 6 {
        return Err(Decoded::bad(start, at + 1, "partial character in shift sequence"));
    }
    if bits > 0 && buffer != 0 {
        return Err(Decoded::bad(start, at + 1, "non-zero padding bits in shift sequence"));
    }
    // A lone high surrogate is kept, unless what follows ends the stretch without a place of its own.
    if high != 0 && b < 0x80 && b != b'+' {
        out.push(high);
    }
    Ok(if b == b'-' { at + 1 } else { at })
}

/// Whether a character stands for itself outside of base64.
fn is_direct(cp: u32) -> bool {
    match u8::try_from(cp) {
        Ok(b) => b.is_ascii_alphanumeric() || b"\t\n\r !\"#$%&'()*,-./:;<=>?@[]^_`{|}".contains(&b),
        Err(_) => false,
    }
}

/// Encodes a text; everything can be encoded, surrogates included.
pub fn encode<T: CodeUnit>(text: &[T]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let (mut buffer, mut bits) = (0u32, 0u32);
    let mut in_base64 = false;
    for c in text {
        let cp = c.get();
        if in_base64 {
            if is_direct(cp) {
                flush(&mut buffer, &mut bits, &mut out);
                in_base64 = false;
                // The end must be marked only where the next character would go on with it.
                if from_base64(cp as u8).is_some() || cp == u32::from(b'-') {
                    out.push(b'-');
                }
                out.push(cp as u8);
                continue;
            }
        } else if cp == u32::from(b'+') {
            out.extend_from_slice(b"+-");
            continue;
        } else if is_direct(cp) {
            out.push(cp as u8);
            continue;
        } else {
            out.push(b'+');
            in_base64 = true;
        }
        let mut unit = |n: u32| {
            buffer = buffer << 16 | n;
            bits += 16;
            while bits >= 6 {
                bits -= 6;
                out.push(BASE64[(buffer >> bits & 63) as usize]);
            }
            buffer &= (1 << bits) - 1;
        };
        match cp.checked_sub(0x10000) {
            None => unit(cp),
            Some(rest) => {
                unit(0xD800 | rest >> 10);
                unit(0xDC00 | rest & 0x3FF);
            }
        }
    }
    if in_base64 {
        flush(&mut buffer, &mut bits, &mut out);
        out.push(b'-');
    }
    out
}

fn flush(buffer: &mut u32, bits: &mut u32, out: &mut Vec<u8>) {
    if *bits > 0 {
        out.push(BASE64[(*buffer << (6 - *bits) & 63) as usize]);
    }
    (*buffer, *bits) = (0, 0);
}
