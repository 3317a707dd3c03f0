//! The codecs: bytes to characters and back, as far as the input goes. Errors are somebody else's to handle.

use super::iso2022;
use super::table::{Single, Table, Text};

/// Why a codec stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Problem {
    /// So many bytes (or characters) mean nothing.
    Illegal(usize),
    /// The input ends within a sequence.
    Incomplete,
}

/// What a stateful codec remembers, as `getstate()` shows it.
pub type State = [u8; 8];

/// How a codec works.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// By its table.
    Plain,
    /// By its table, with syllables of eight bytes.
    EucKr,
    /// By its table, with four bytes for everything else.
    Gb18030,
    /// GB 2312 in seven bits.
    Hz,
    /// Escape sequences choose among character sets.
    Iso2022(&'static iso2022::Profile),
}

/// A codec.
#[derive(Clone, Copy)]
pub struct Codec {
    /// Its name.
    pub name: &'static str,
    kind: Kind,
    table: Option<&'static Table>,
}

/// The names that module `module` knows.
const NAMES: &[(&str, &[&str])] = &[
    ("_codecs_cn", &["gb2312", "gbk", "gb18030", "hz"]),
    ("_codecs_hk", &["big5hkscs"]),
    (
        "_codecs_iso2022",
        &[
            "iso2022_kr",
            "iso2022_jp",
            "iso2022_jp_1",
            "iso2022_jp_2",
            "iso2022_jp_2004",
            "iso2022_jp_3",
            "iso2022_jp_ext",
        ],
    ),
    (
        "_codecs_jp",
        &["shift_jis", "cp932", "euc_jp", "shift_jis_2004", "euc_jis_2004", "euc_jisx0213", "shift_jisx0213"],
    ),
    ("_codecs_kr", &["euc_kr", "cp949", "johab"]),
    ("_codecs_tw", &["big5", "cp950"]),
];

/// Hangul in eight bytes: leads, vowels and tails by their last bytes.
const LEADS: [u8; 19] = [
    0xA1, 0xA2, 0xA4, 0xA7, 0xA8, 0xA9, 0xB1, 0xB2, 0xB3, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA, 0xBB, 0xBC,
    0xBD, 0xBE,
];
const FIRST_VOWEL: u8 = 0xBF;
const TAILS: [u8; 28] = [
    0xD4, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA9, 0xAA, 0xAB, 0xAC, 0xAD, 0xAE, 0xAF, 0xB0, 0xB1,
    0xB2, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8, 0xBA, 0xBB, 0xBC, 0xBD, 0xBE,
];

fn syllable(bytes: &[u8]) -> Option<u32> {
    let [0xA4, 0xD4, 0xA4, lead, 0xA4, vowel, 0xA4, tail, ..] = *bytes else { return None };
    let lead = LEADS.iter().position(|b| *b == lead)?;
    let vowel = usize::from(vowel.checked_sub(FIRST_VOWEL).filter(|v| *v < 21)?);
    let tail = TAILS.iter().position(|b| *b == tail)?;
    Some(0xAC00 + ((lead * 21 + vowel) * 28 + tail) as u32)
}

fn syllable_bytes(char: u32) -> Option<[u8; 8]> {
    let index = char.checked_sub(0xAC00).filter(|n| *n < 11_172)? as usize;
    let (lead, tail) = (LEADS.get(index / 588)?, TAILS.get(index % 28)?);
    Some([0xA4, 0xD4, 0xA4, *lead, 0xA4, FIRST_VOWEL + (index / 28 % 21) as u8, 0xA4, *tail])
}

pub(super) fn push_code(out: &mut Vec<u8>, code: u32) {
    let bytes = code.to_be_bytes();
    let skip = bytes.iter().take(3).take_while(|b| **b == 0).count();
    out.extend_from_slice(bytes.get(skip..).unwrap_or_default());
}

pub(super) fn push_text(out: &mut Vec<u32>, text: Text) {
    match text {
        Text::One(c) => out.push(c),
        Text::Two(a, b) => out.extend([a, b]),
    }
}

impl Codec {
    /// The codec that a module has under that name.
    pub fn find(module: &str, name: &str) -> Option<Codec> {
        let (_, names) = NAMES.iter().find(|(known, _)| *known == module)?;
        let name = *names.iter().find(|known| **known == name)?;
        let kind = match name {
            "euc_kr" => Kind::EucKr,
            "gb18030" => Kind::Gb18030,
            "hz" => Kind::Hz,
            _ => iso2022::profile(name).map_or(Kind::Plain, Kind::Iso2022),
        };
        let table = Table::of(if name == "hz" { "gb2312" } else { name });
        Some(Codec { name, kind, table })
    }

    /// An encoder's state at the beginning.
    pub fn encoder_state(&self) -> State {
        match self.kind {
            Kind::Iso2022(_) => iso2022::ENCODER_INITIAL,
            _ => [0; 8],
        }
    }

    /// A decoder's state at the beginning.
    pub fn decoder_state(&self) -> State {
        match self.kind {
            Kind::Iso2022(_) => iso2022::DECODER_INITIAL,
            _ => [0; 8],
        }
    }

    /// Decodes up to a problem or the end; says how far it came.
    pub fn decode(&self, state: &mut State, input: &[u8], out: &mut Vec<u32>) -> (usize, Option<Problem>) {
        let mut at = 0;
        while let Some(rest) = input.get(at..).filter(|rest| !rest.is_empty()) {
            match self.decode_one(state, rest, out) {
                Ok(used) => at += used,
                Err(problem) => return (at, Some(problem)),
            }
        }
        (at, None)
    }

    fn decode_one(&self, state: &mut State, input: &[u8], out: &mut Vec<u32>) -> Result<usize, Problem> {
        match self.kind {
            Kind::Iso2022(profile) => return profile.decode_one(state, input, out),
            Kind::Hz => return self.decode_hz(state, input, out),
            _ => {}
        }
        let (Some(table), Some(&first)) = (self.table, input.first()) else {
            return Err(Problem::Illegal(1));
        };
        match table.single(first) {
            Single::Char(c) => {
                out.push(c);
                return Ok(1);
            }
            Single::Invalid => return Err(Problem::Illegal(1)),
            Single::Lead => {}
        }
        let Some(&second) = input.get(1) else { return Err(Problem::Incomplete) };
        if matches!(self.kind, Kind::Gb18030) && second.is_ascii_digit() {
            let &[_, _, third, fourth, ..] = input else { return Err(Problem::Incomplete) };
            let c = table.four(first, second, third, fourth).ok_or(Problem::Illegal(1))?;
            out.push(c);
            return Ok(4);
        }
        if matches!(self.kind, Kind::EucKr) && (first, second) == (0xA4, 0xD4) {
            if input.len() < 8 {
                return Err(Problem::Incomplete);
            }
            out.push(syllable(input).ok_or(Problem::Illegal(1))?);
            return Ok(8);
        }
        if first == 0x8F && self.name.starts_with("euc_j") {
            let Some(&third) = input.get(2) else { return Err(Problem::Incomplete) };
            push_text(out, table.three(second, third).ok_or(Problem::Illegal(1))?);
            return Ok(3);
        }
        push_text(out, table.two(first, second).ok_or_else(|| self.illegal_pair(first, second))?);
        Ok(2)
    }

    /// What the edition of 2004 added to JIS X 0213 counts as two wrong bytes in that of 2000.
    fn illegal_pair(&self, first: u8, second: u8) -> Problem {
        let later = match self.name {
            "euc_jisx0213" => Table::of("euc_jis_2004"),
            "shift_jisx0213" => Table::of("shift_jis_2004"),
            _ => None,
        };
        let added = later.is_some_and(|table| table.two(first, second).is_some());
        Problem::Illegal(if added { 2 } else { 1 })
    }

    fn decode_hz(&self, state: &mut State, input: &[u8], out: &mut Vec<u32>) -> Result<usize, Problem> {
        let (Some(table), Some(&first)) = (self.table, input.first()) else {
            return Err(Problem::Illegal(1));
        };
        let chinese = state[0] != 0;
        if first == b'~' {
            let Some(&second) = input.get(1) else { return Err(Problem::Incomplete) };
            match second {
                b'~' if !chinese => out.push(u32::from(b'~')),
                b'{' if !chinese => state[0] = 1,
                b'\n' if !chinese => {}
                b'}' if chinese => state[0] = 0,
                _ => return Err(Problem::Illegal(1)),
            }
            return Ok(2);
        }
        if first & 0x80 != 0 {
            return Err(Problem::Illegal(1));
        }
        if !chinese {
            out.push(u32::from(first));
            return Ok(1);
        }
        let Some(&second) = input.get(1) else { return Err(Problem::Incomplete) };
        let text = if second < 0x80 { table.two(first | 0x80, second | 0x80) } else { None };
        push_text(out, text.ok_or(Problem::Illegal(1))?);
        Ok(2)
    }

    /// Encodes up to a problem or the end; says how far it came. Without `last`, a character that the next one may change is left.
    pub fn encode(
        &self,
        state: &mut State,
        input: &[u32],
        out: &mut Vec<u8>,
        last: bool,
    ) -> (usize, Option<Problem>) {
        let mut at = 0;
        while let Some(rest) = input.get(at..).filter(|rest| !rest.is_empty()) {
            match self.encode_one(state, rest, out, last) {
                Ok(used) => at += used,
                Err(problem) => return (at, Some(problem)),
            }
        }
        (at, None)
    }

    fn encode_one(
        &self,
        state: &mut State,
        input: &[u32],
        out: &mut Vec<u8>,
        last: bool,
    ) -> Result<usize, Problem> {
        if let Kind::Iso2022(profile) = self.kind {
            return profile.encode_one(state, input, out, last);
        }
        let (Some(table), Some(&first)) = (self.table, input.first()) else {
            return Err(Problem::Illegal(1));
        };
        if matches!(self.kind, Kind::Hz) {
            return encode_hz(table, state, first, out);
        }
        if table.starts_pair(first) {
            match input.get(1) {
                Some(second) => {
                    if let Some(code) = table.pair_code(first, *second) {
                        push_code(out, code);
                        return Ok(2);
                    }
                }
                None if !last => return Err(Problem::Incomplete),
                None => {}
            }
        }
        if let Some(code) = table.code(first) {
            push_code(out, code);
            return Ok(1);
        }
        match self.kind {
            Kind::EucKr => match syllable_bytes(first) {
                Some(bytes) => out.extend_from_slice(&bytes),
                None => return Err(Problem::Illegal(1)),
            },
            Kind::Gb18030 => match table.four_bytes(first) {
                Some(bytes) => out.extend_from_slice(&bytes),
                None => return Err(Problem::Illegal(1)),
            },
            _ => return Err(Problem::Illegal(1)),
        }
        Ok(1)
    }

    /// Back to the state at the beginning; the bytes that say so go out.
    pub fn reset_encoder(&self, state: &mut State, out: &mut Vec<u8>) {
        match self.kind {
            Kind::Hz if state[0] != 0 => {
                out.extend_from_slice(b"~}");
                state[0] = 0;
            }
            Kind::Iso2022(_) => iso2022::reset_encoder(state, out),
            _ => {}
        }
    }

    /// What a decoder forgets when it is reset.
    pub fn reset_decoder(&self, state: &mut State) {
        match self.kind {
            Kind::Iso2022(_) => iso2022::reset_decoder(state),
            _ => *state = self.decoder_state(),
        }
    }
}

fn encode_hz(table: &Table, state: &mut State, char: u32, out: &mut Vec<u8>) -> Result<usize, Problem> {
    if char < 0x80 {
        if state[0] != 0 {
            out.extend_from_slice(b"~}");
            state[0] = 0;
        }
        out.push(char as u8);
        if char == u32::from(b'~') {
            out.push(b'~');
        }
        return Ok(1);
    }
    let code = table.code(char).filter(|code| *code > 0xFF).ok_or(Problem::Illegal(1))?;
    if state[0] == 0 {
        out.extend_from_slice(b"~{");
        state[0] = 1;
    }
    push_code(out, code & 0x7F7F);
    Ok(1)
}

impl Table {
    /// GB 18030: the character of four bytes.
    fn four(&self, a: u8, b: u8, c: u8, d: u8) -> Option<u32> {
        if !(0x81..=0xFE).contains(&a) || !(0x81..=0xFE).contains(&c) || !d.is_ascii_digit() {
            return None;
        }
        let number = ((u32::from(a) - 0x81) * 10 + u32::from(b - b'0')) * 1260
            + (u32::from(c) - 0x81) * 10
            + u32::from(d - b'0');
        if a >= 0x90 {
            let char = 0x1_0000 + number.checked_sub(189_000)?;
            return (char <= 0x10_FFFF).then_some(char);
        }
        let at = self.ranges.partition_point(|range| range.0 <= number).checked_sub(1)?;
        let (first, char, length) = *self.ranges.get(at)?;
        (number - first < length).then(|| char + number - first)
    }

    fn four_bytes(&self, char: u32) -> Option<[u8; 4]> {
        let number = if char > 0xFFFF {
            char - 0x1_0000 + 189_000
        } else {
            let (first, start, _) =
                self.ranges.iter().find(|(_, start, length)| (*start..start + length).contains(&char))?;
            first + char - start
        };
        let digit = |n: u32| b'0' + (n % 10) as u8;
        Some([
            0x81 + (number / 12_600) as u8,
            digit(number / 1260),
            0x81 + (number / 10 % 126) as u8,
            digit(number),
        ])
    }
}
