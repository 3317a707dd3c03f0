//! From the bytes of the document to UTF-8. What is no character becomes the byte 0xFF, which the scanner refuses where it
//! meets it, so that errors are told at their place.

/// What a decoder puts where the input holds no character.
const NO_CHARACTER: u8 = 0xFF;

/// For each byte of an encoding the character it stands for, or -1.
pub type ByteMap = Box<[i32; 256]>;

/// How the input is encoded.
#[derive(Clone)]
pub enum Encoding {
    Utf8,
    Latin1,
    Ascii,
    Utf16 { little: bool },
    Map(ByteMap),
}

impl Encoding {
    /// The encoding of a name that needs no help, and whether the name leaves the byte order open.
    pub fn named(name: &[u8]) -> Option<(Encoding, bool)> {
        let known = match name.to_ascii_uppercase().as_slice() {
            b"UTF-8" => Encoding::Utf8,
            b"ISO-8859-1" => Encoding::Latin1,
            b"US-ASCII" => Encoding::Ascii,
            b"UTF-16" => return Some((Encoding::Utf16 { little: false }, true)),
            b"UTF-16BE" => Encoding::Utf16 { little: false },
            b"UTF-16LE" => Encoding::Utf16 { little: true },
            _ => return None,
        };
        Some((known, false))
    }

    /// An encoding by a map of bytes; nothing when ASCII characters that mean something in XML are not where they should be.
    pub fn from_map(map: ByteMap) -> Option<Encoding> {
        for (byte, &c) in map.iter().enumerate().take(128) {
            let significant = byte >= 0x20 && byte != 0x7F || matches!(byte, 9 | 10 | 13);
            if significant && c != byte as i32 {
                return None;
            }
        }
        let stray = |(byte, &c): (usize, &i32)| byte >= 128 && (0..0x80).contains(&c) && c as usize != byte;
        if map.iter().enumerate().any(stray) {
            return None;
        }
        Some(Encoding::Map(map))
    }

    /// Bytes of its smallest character.
    pub fn unit(&self) -> usize {
        if matches!(self, Encoding::Utf16 { .. }) { 2 } else { 1 }
    }

    /// Input bytes are taken as they are.
    pub fn is_utf8(&self) -> bool {
        matches!(self, Encoding::Utf8)
    }

    /// Decodes `raw` to the end of `out`; gives how many bytes were used. What is left begins a character that is not all there.
    pub fn decode(&self, raw: &[u8], out: &mut Vec<u8>) -> usize {
        match self {
            Encoding::Utf8 => out.extend_from_slice(raw),
            Encoding::Latin1 => raw.iter().for_each(|&b| push(out, u32::from(b))),
            Encoding::Ascii => out.extend(raw.iter().map(|&b| if b < 0x80 { b } else { NO_CHARACTER })),
            Encoding::Map(map) => {
                for &b in raw {
                    let c = map.get(usize::from(b)).copied().unwrap_or(-1);
                    push(out, u32::try_from(c).unwrap_or(u32::MAX));
                }
            }
            Encoding::Utf16 { little } => return decode_utf16(raw, *little, out),
        }
        raw.len()
    }

    /// How many bytes of the document `text` was decoded from.
    pub fn raw_len(&self, text: &[u8]) -> usize {
        match self {
            Encoding::Utf8 => text.len(),
            Encoding::Utf16 { .. } => text
                .iter()
                .map(|b| if is_continuation(*b) { 0 } else { 2 + 2 * usize::from((0xF0..0xFF).contains(b)) })
                .sum(),
            _ => text.iter().filter(|b| !is_continuation(**b)).count(),
        }
    }

    /// The document's bytes that `text` was decoded from.
    pub fn encode(&self, text: &[u8]) -> Vec<u8> {
        if self.is_utf8() {
            return text.to_vec();
        }
        let text = String::from_utf8_lossy(text);
        match self {
            Encoding::Utf16 { little } => text
                .encode_utf16()
                .flat_map(|unit| if *little { unit.to_le_bytes() } else { unit.to_be_bytes() })
                .collect(),
            Encoding::Map(map) => text
                .chars()
                .map(|c| map.iter().position(|&m| m == c as i32).map_or(b'?', |at| at as u8))
                .collect(),
            _ => text.chars().map(|c| u8::try_from(c as u32).unwrap_or(b'?')).collect(),
        }
    }
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

#[inline]
fn push(out: &mut Vec<u8>, c: u32) {
    match char::from_u32(c) {
        Some(c) if c.is_ascii() => out.push(c as u8),
        Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        None => out.push(NO_CHARACTER),
    }
}

fn decode_utf16(raw: &[u8], little: bool, out: &mut Vec<u8>) -> usize {
    let unit = |at: usize| {
        let pair = [*raw.get(at)?, *raw.get(at + 1)?];
        Some(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    let mut at = 0;
    while let Some(high) = unit(at) {
        match high {
            0xD800..0xDC00 => {
                let Some(low) = unit(at + 2) else { break };
                if (0xDC00..0xE000).contains(&low) {
                    push(out, 0x10000 + ((u32::from(high) - 0xD800) << 10) + (u32::from(low) - 0xDC00));
                    at += 2;
                } else {
                    out.push(NO_CHARACTER);
                }
            }
            _ => push(out, u32::from(high)),
        }
        at += 2;
    }
    at
}

/// What the first bytes of a document say.
pub enum Guess {
    /// More bytes are needed to tell.
    Wait,
    Encoding(Encoding),
}

/// Tells the encoding from the first bytes; `preset` is what the caller said, with an open byte order if the flag is set.
pub fn guess(raw: &[u8], is_final: bool, preset: Option<&(Encoding, bool)>) -> Guess {
    let open = match preset {
        Some((encoding, false)) => return Guess::Encoding(encoding.clone()),
        Some((_, true)) => true,
        None => false,
    };
    match raw {
        [0xFE, 0xFF, ..] | [0, _, ..] => Guess::Encoding(Encoding::Utf16 { little: false }),
        [0xFF, 0xFE, ..] | [_, 0, ..] => Guess::Encoding(Encoding::Utf16 { little: true }),
        [] | [0xFE | 0xFF | 0 | b'<' | 0xEF] if !is_final => Guess::Wait,
        _ if open => Guess::Encoding(Encoding::Utf16 { little: false }),
        _ => Guess::Encoding(Encoding::Utf8),
    }
}
