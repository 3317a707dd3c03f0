//! PEM: blocks of base64 between a line that begins and a line that ends them.

use super::der::Malformed;

/// One block.
#[derive(Debug)]
pub struct Block<'a> {
    /// What stands after `BEGIN`.
    pub label: &'a str,
    /// Lines before the data: how it is encrypted.
    pub headers: Vec<&'a str>,
    /// The data.
    pub bytes: Vec<u8>,
}

/// The blocks of a text, in order.
pub struct Blocks<'a>(&'a str);

/// Reads the blocks of a text; everything around them is skipped.
pub fn blocks(text: &str) -> Blocks<'_> {
    Blocks(text)
}

impl<'a> Iterator for Blocks<'a> {
    type Item = Result<Block<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut lines = Lines(self.0);
        let label = loop {
            match lines.next() {
                None => {
                    self.0 = "";
                    return None;
                }
                Some(line) => {
                    let name = line.strip_prefix("-----BEGIN ").and_then(|l| l.strip_suffix("-----"));
                    if let Some(name) = name {
                        break name;
                    }
                }
            }
        };
        let block = body(label, &mut lines);
        self.0 = if block.is_ok() { lines.0 } else { "" };
        Some(block)
    }
}

/// Lines without the white space at their ends.
struct Lines<'a>(&'a str);

impl<'a> Iterator for Lines<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if self.0.is_empty() {
            return None;
        }
        let (line, rest) = self.0.split_once('\n').unwrap_or((self.0, ""));
        self.0 = rest;
        Some(line.trim_ascii_end())
    }
}

fn body<'a>(label: &'a str, lines: &mut Lines<'a>) -> Result<Block<'a>, Malformed> {
    let mut headers = Vec::new();
    let mut data = Vec::new();
    for line in lines {
        if let Some(end) = line.strip_prefix("-----END ") {
            if end.strip_suffix("-----") != Some(label) {
                return Err(Malformed);
            }
            return Ok(Block { label, headers, bytes: decode(&data)? });
        }
        if line.contains(':') && data.is_empty() {
            headers.push(line);
        } else {
            data.extend(line.bytes().filter(|b| !b.is_ascii_whitespace()));
        }
    }
    Err(Malformed)
}

/// The six bits that a letter stands for.
fn value(letter: u8) -> Option<u32> {
    Some(u32::from(match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

fn decode(letters: &[u8]) -> Result<Vec<u8>, Malformed> {
    if letters.is_empty() || !letters.len().is_multiple_of(4) {
        return Err(Malformed);
    }
    let padding = letters.iter().rev().take_while(|b| **b == b'=').count();
    let plain = letters.len().checked_sub(padding).filter(|_| padding <= 2).ok_or(Malformed)?;
    let mut out = Vec::with_capacity(letters.len() / 4 * 3);
    for group in letters.get(..plain).unwrap_or_default().chunks(4) {
        let mut bits = 0;
        for letter in group {
            bits = bits << 6 | value(*letter).ok_or(Malformed)?;
        }
        let bytes = (bits << (6 * (4 - group.len()))).to_be_bytes();
        out.extend(bytes.iter().skip(1).take(group.len().saturating_sub(1)));
    }
    Ok(out)
}

/// Text of a block.
pub fn encode(label: &str, bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |bits: u32| LETTERS.get(bits as usize & 63).map_or('=', |b| char::from(*b));
    let mut out = format!("-----BEGIN {label}-----\n");
    for line in bytes.chunks(48) {
        for group in line.chunks(3) {
            let bits = (0..3).fold(0, |n, at| n << 8 | u32::from(group.get(at).copied().unwrap_or(0)));
            for at in 0..4 {
                out.push(if at <= group.len() { letter(bits >> (18 - 6 * at)) } else { '=' });
            }
        }
        out.push('\n');
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for len in 0..100_u8 {
            let bytes: Vec<u8> = (1..=len).collect();
            let text = encode("X", &bytes);
            let read: Vec<_> = blocks(&text).collect();
            match read.as_slice() {
                [Ok(block)] => assert_eq!((block.label, &block.bytes), ("X", &bytes)),
                _ => assert_eq!(len, 0),
            }
        }
    }

    #[test]
    fn garbage() {
        assert!(blocks("-----BEGIN X-----\nAAAA\n").all(|b| b.is_err()));
        assert!(blocks("-----BEGIN X-----\nA*AA\n-----END X-----\n").all(|b| b.is_err()));
        assert!(blocks("-----BEGIN X-----\nA===\n-----END Y-----\n").all(|b| b.is_err()));
        assert_eq!(blocks("nothing").count(), 0);
    }
}
