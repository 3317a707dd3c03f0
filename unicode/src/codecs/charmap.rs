//! Building blocks of the charmap codec for 256-character tables. Mappings that are dictionaries stay with the caller.

use super::Decoded;
use crate::unit::CodeUnit;
use std::collections::HashMap;
use std::ops::Range;

/// Reason of the errors, both ways.
pub const UNDEFINED: &str = "character maps to <undefined>";
/// What a decoding table holds for bytes without a meaning.
pub const NO_CHARACTER: u32 = 0xFFFE;

/// Decodes from `from` on with a table read through `table`, which gives nothing behind its end.
pub fn decode(bytes: &[u8], from: usize, table: impl Fn(u8) -> Option<u32>, out: &mut Vec<u32>) -> Decoded {
    for (i, &b) in bytes.iter().enumerate().skip(from) {
        match table(b) {
            Some(cp) if cp != NO_CHARACTER => out.push(cp),
            _ => return Decoded::bad(i, i + 1, UNDEFINED),
        }
    }
    Decoded::done(bytes.len())
}

/// A decoding table turned round: what `codecs.charmap_build` gives.
#[derive(Clone, Debug, Default)]
pub struct EncodingMap {
    low: Vec<Option<u8>>,
    high: HashMap<u32, u8>,
}

impl EncodingMap {
    /// From a decoding table; where two bytes mean one character the later wins.
    pub fn new(table: impl Iterator<Item = u32>) -> EncodingMap {
        let mut map = EncodingMap { low: vec![None; 256], high: HashMap::new() };
        for (byte, cp) in (0..=0xFF).zip(table) {
            if cp == NO_CHARACTER {
                continue;
            }
            match map.low.get_mut(cp as usize) {
                Some(place) => *place = Some(byte),
                None => {
                    map.high.insert(cp, byte);
                }
            }
        }
        map
    }

    /// The byte of a character.
    #[inline]
    pub fn get(&self, cp: u32) -> Option<u8> {
        match self.low.get(cp as usize) {
            Some(byte) => *byte,
            None => self.high.get(&cp).copied(),
        }
    }

    /// Encodes from `from` on, up to the first run of characters without a byte, which is returned.
    pub fn encode<T: CodeUnit>(&self, text: &[T], from: usize, out: &mut Vec<u8>) -> Option<Range<usize>> {
        for (i, c) in text.iter().enumerate().skip(from) {
            match self.get(c.get()) {
                Some(byte) => out.push(byte),
                None => {
                    let run = text.iter().skip(i).take_while(|c| self.get(c.get()).is_none()).count();
                    return Some(i..i + run);
                }
            }
        }
        None
    }
}
