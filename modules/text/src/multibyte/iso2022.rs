//! ISO 2022: escape sequences designate character sets to G0, G1 and G2; shifts choose among these.
//! Bytes 0 to 2 of the state name what is designated, byte 4 holds flags.

use super::codec::{Problem, State, push_code, push_text};
use super::table::Table;

const ESC: u8 = 0x1B;
const SO: u8 = 0x0E;
const SI: u8 = 0x0F;
/// Added to the final byte of sets with two bytes a character.
const DOUBLE: u8 = 0x80;
const ASCII: u8 = b'B';
const ISO8859_1: u8 = b'A';
const ISO8859_7: u8 = b'F';
const JISX0201_R: u8 = b'J';
const JISX0201_K: u8 = b'I';
const KSX1001: u8 = b'C' | DOUBLE;
const JISX0208: u8 = b'B' | DOUBLE;
const JISX0208_OLD: u8 = b'@' | DOUBLE;
const JISX0212: u8 = b'D' | DOUBLE;
const GB2312: u8 = b'A' | DOUBLE;
const JISX0213_2000_1: u8 = b'O' | DOUBLE;
const JISX0213_2: u8 = b'P' | DOUBLE;
const JISX0213_2004_1: u8 = b'Q' | DOUBLE;

const SHIFTED: u8 = 1;
const ESCAPE_THROUGHOUT: u8 = 2;

/// ASCII in G0 and G1, nothing in G2.
pub const ENCODER_INITIAL: State = [ASCII, ASCII, 0, 0, 0, 0, 0, 0];
/// ASCII in all three: a decoder lets `ESC N` pass before anything stands in G2.
pub const DECODER_INITIAL: State = [ASCII, ASCII, ASCII, 0, 0, 0, 0, 0];

/// What a codec of the family can do.
#[derive(Debug)]
pub struct Profile {
    name: &'static str,
    /// The sets in the order in which they are tried, and whether they go to G1.
    sets: &'static [(u8, bool)],
    no_shift: bool,
    uses_g2: bool,
    extended: bool,
}

const fn japanese(name: &'static str, sets: &'static [(u8, bool)]) -> Profile {
    Profile { name, sets, no_shift: true, uses_g2: false, extended: true }
}

static PROFILES: [Profile; 7] = [
    Profile {
        name: "iso2022_kr",
        sets: &[(KSX1001, true)],
        no_shift: false,
        uses_g2: false,
        extended: false,
    },
    japanese("iso2022_jp", &[(JISX0208, false), (JISX0201_R, false), (JISX0208_OLD, false)]),
    japanese(
        "iso2022_jp_1",
        &[(JISX0208, false), (JISX0212, false), (JISX0201_R, false), (JISX0208_OLD, false)],
    ),
    Profile {
        name: "iso2022_jp_2",
        sets: &[
            (JISX0208, false),
            (JISX0212, false),
            (KSX1001, false),
            (GB2312, false),
            (JISX0201_R, false),
            (JISX0208_OLD, false),
            (ISO8859_1, false),
            (ISO8859_7, false),
        ],
        no_shift: true,
        uses_g2: true,
        extended: true,
    },
    japanese("iso2022_jp_2004", &[(JISX0208, false), (JISX0213_2004_1, false), (JISX0213_2, false)]),
    japanese("iso2022_jp_3", &[(JISX0208, false), (JISX0213_2000_1, false), (JISX0213_2, false)]),
    japanese(
        "iso2022_jp_ext",
        &[
            (JISX0208, false),
            (JISX0212, false),
            (JISX0201_R, false),
            (JISX0201_K, false),
            (JISX0208_OLD, false),
        ],
    ),
];

/// The profile of that name.
pub fn profile(name: &str) -> Option<&'static Profile> {
    PROFILES.iter().find(|profile| profile.name == name)
}

/// The table that has a set, and whether its characters have three bytes there.
fn table_of(set: u8, old: bool) -> Option<(&'static Table, bool)> {
    let (name, three) = match set {
        JISX0208 | JISX0208_OLD => ("euc_jp", false),
        JISX0212 => ("euc_jp", true),
        KSX1001 => ("euc_kr", false),
        GB2312 => ("gb2312", false),
        JISX0213_2000_1 => ("euc_jisx0213", false),
        JISX0213_2 if old => ("euc_jisx0213", true),
        JISX0213_2 => ("euc_jis_2004", true),
        JISX0213_2004_1 => ("euc_jis_2004", false),
        _ => return None,
    };
    Some((Table::of(name)?, three))
}

/// Ends everything and goes back to ASCII.
pub fn reset_encoder(state: &mut State, out: &mut Vec<u8>) {
    if state[4] & SHIFTED != 0 {
        out.push(SI);
        state[4] &= !SHIFTED;
    }
    if state[0] != ASCII {
        out.extend_from_slice(b"\x1b(B");
        state[0] = ASCII;
    }
}

/// A decoder keeps what is designated to G1.
pub fn reset_decoder(state: &mut State) {
    state[0] = ASCII;
    state[4] &= !SHIFTED;
}

impl Profile {
    fn old(&self) -> bool {
        self.name == "iso2022_jp_3"
    }

    fn decode_set(&self, set: u8, input: &[u8], out: &mut Vec<u32>) -> Result<usize, Problem> {
        let Some(&first) = input.first() else { return Err(Problem::Incomplete) };
        if !self.sets.iter().any(|(known, _)| *known == set) {
            return Err(Problem::Illegal(1));
        }
        match set {
            JISX0201_R => {
                out.push(match first {
                    0x5C => 0xA5,
                    0x7E => 0x203E,
                    other => u32::from(other),
                });
                return Ok(1);
            }
            JISX0201_K => {
                let c = 0xFF40 + u32::from(first);
                if !(0x21..=0x5F).contains(&first) {
                    return Err(Problem::Illegal(1));
                }
                out.push(c);
                return Ok(1);
            }
            _ => {}
        }
        let Some(&second) = input.get(1) else { return Err(Problem::Incomplete) };
        let text = match table_of(set, self.old()) {
            Some((table, three)) if first < 0x80 && second < 0x80 => {
                let (a, b) = (first | 0x80, second | 0x80);
                match three {
                    true if set == JISX0213_2 && !is_second_plane(a) => None,
                    true => table.three(a, b),
                    false => table.two(a, b),
                }
            }
            _ => None,
        };
        push_text(out, text.ok_or(Problem::Illegal(2))?);
        Ok(2)
    }

    /// One step of decoding.
    pub fn decode_one(&self, state: &mut State, input: &[u8], out: &mut Vec<u32>) -> Result<usize, Problem> {
        let Some(&first) = input.first() else { return Err(Problem::Incomplete) };
        if state[4] & ESCAPE_THROUGHOUT != 0 {
            out.push(u32::from(first));
            if is_final(first) {
                state[4] &= !ESCAPE_THROUGHOUT;
            }
            return Ok(1);
        }
        match first {
            ESC => {
                let Some(&second) = input.get(1) else { return Err(Problem::Incomplete) };
                if matches!(second, b'(' | b')' | b'$' | b'.' | b'&') {
                    return self.escape(state, input);
                }
                if self.uses_g2 && second == b'N' {
                    return shifted_once(state, input, out);
                }
                out.push(u32::from(ESC));
                state[4] |= ESCAPE_THROUGHOUT;
                Ok(1)
            }
            SI if !self.no_shift => {
                state[4] &= !SHIFTED;
                Ok(1)
            }
            SO if !self.no_shift => {
                state[4] |= SHIFTED;
                Ok(1)
            }
            b'\n' => {
                state[4] &= !SHIFTED;
                out.push(u32::from(b'\n'));
                Ok(1)
            }
            0..0x20 => {
                out.push(u32::from(first));
                Ok(1)
            }
            0x80.. => Err(Problem::Illegal(1)),
            _ => {
                let set = if state[4] & SHIFTED != 0 { state[1] } else { state[0] };
                if set == ASCII {
                    out.push(u32::from(first));
                    return Ok(1);
                }
                self.decode_set(set, input, out)
            }
        }
    }

    /// A sequence that designates a set.
    fn escape(&self, state: &mut State, input: &[u8]) -> Result<usize, Problem> {
        const LONGEST: usize = 16;
        let mut length = 0;
        for index in 1..LONGEST {
            let Some(&byte) = input.get(index) else { return Err(Problem::Incomplete) };
            if is_final(byte) {
                length = index + 1;
                break;
            }
            if self.extended && index + 1 < input.len() && byte == b'&' && input.get(index + 1) == Some(&b'@')
            {
                // The announcement of a revision goes before the designation proper.
                let Some(rest) = input.get(index + 2..).filter(|rest| rest.len() >= 3) else {
                    return Err(Problem::Incomplete);
                };
                if rest.starts_with(b"\x1b$B") {
                    length = index + 5;
                    break;
                }
            }
        }
        let illegal = Err(Problem::Illegal(length.max(1)));
        let (set, place) = match (length, input) {
            (0, _) => return Err(Problem::Illegal(1)),
            (3, [_, b'$', set, ..]) => (set | DOUBLE, 0),
            (3, [_, b'(', set, ..]) => (*set, 0),
            (3, [_, b')', set, ..]) => (*set, 1),
            (3, [_, b'.', set, ..]) if self.uses_g2 => (*set, 2),
            (4, [_, b'$', b'(', set, ..]) => (set | DOUBLE, 0),
            (4, [_, b'$', b')', set, ..]) => (set | DOUBLE, 1),
            (6, [_, b'&', b'@', ESC, b'$', b'B', ..]) if self.extended => (JISX0208, 0),
            _ => return illegal,
        };
        if set != ASCII && !self.sets.iter().any(|(known, _)| *known == set) {
            return illegal;
        }
        if let Some(slot) = state.get_mut(place) {
            *slot = set;
        }
        Ok(length)
    }

    /// One step of encoding.
    pub fn encode_one(
        &self,
        state: &mut State,
        input: &[u32],
        out: &mut Vec<u8>,
        last: bool,
    ) -> Result<usize, Problem> {
        let Some(&char) = input.first() else { return Err(Problem::Incomplete) };
        if char < 0x80 {
            if state[0] != ASCII {
                out.extend_from_slice(b"\x1b(B");
                state[0] = ASCII;
            }
            if state[4] & SHIFTED != 0 {
                out.push(SI);
                state[4] &= !SHIFTED;
            }
            out.push(char as u8);
            return Ok(1);
        }
        let pair = self.pair(input, last)?;
        for (set, to_g1) in self.sets {
            let found = match pair {
                Some((own, code)) => (own == *set).then_some((code, 2)),
                None => self.encode_in(*set, input)?,
            };
            let Some((code, used)) = found else { continue };
            let place = usize::from(*to_g1);
            if *to_g1 {
                if state[1] != *set {
                    out.extend_from_slice(&[ESC, b'$', b')', set & !DOUBLE]);
                    state[1] = *set;
                }
                if state[4] & SHIFTED == 0 {
                    out.push(SO);
                    state[4] |= SHIFTED;
                }
            } else {
                if state[4] & SHIFTED != 0 {
                    out.push(SI);
                    state[4] &= !SHIFTED;
                }
                if state.get(place) != Some(set) {
                    match *set {
                        set if set & DOUBLE == 0 => out.extend_from_slice(&[ESC, b'(', set]),
                        JISX0208 | JISX0208_OLD => {
                            out.extend_from_slice(&[ESC, b'$', set & !DOUBLE]);
                        }
                        set => out.extend_from_slice(&[ESC, b'$', b'(', set & !DOUBLE]),
                    }
                    if let Some(slot) = state.get_mut(place) {
                        *slot = *set;
                    }
                }
            }
            if *set & DOUBLE == 0 {
                out.push(code as u8);
            } else {
                push_code(out, code & 0x7F7F);
            }
            return Ok(used);
        }
        Err(Problem::Illegal(1))
    }

    /// A pair that the input begins with goes before all single characters: its set and code.
    fn pair(&self, input: &[u32], last: bool) -> Result<Option<(u8, u32)>, Problem> {
        let set =
            self.sets.iter().map(|(set, _)| *set).find(|s| matches!(*s, JISX0213_2000_1 | JISX0213_2004_1));
        let (Some(set), Some(&char)) = (set, input.first()) else { return Ok(None) };
        let Some((table, _)) = table_of(set, self.old()) else { return Ok(None) };
        if !table.starts_pair(char) {
            return Ok(None);
        }
        match input.get(1) {
            Some(second) => Ok(table.pair_code(char, *second).map(|code| (set, code))),
            None if !last => Err(Problem::Incomplete),
            None => Ok(None),
        }
    }

    /// The code of what the input begins with in a set, and how many characters it is.
    fn encode_in(&self, set: u8, input: &[u32]) -> Result<Option<(u32, usize)>, Problem> {
        let Some(&char) = input.first() else { return Ok(None) };
        match set {
            JISX0201_R => {
                return Ok(match char {
                    0xA5 => Some((0x5C, 1)),
                    0x203E => Some((0x7E, 1)),
                    _ => None,
                });
            }
            JISX0201_K => {
                return Ok((0xFF61..=0xFF9F).contains(&char).then(|| (char - 0xFF40, 1)));
            }
            _ => {}
        }
        let Some((table, three)) = table_of(set, self.old()) else { return Ok(None) };
        let code = table.code(char).filter(|code| {
            if three {
                *code > 0xFFFF && (set != JISX0213_2 || is_second_plane((*code >> 8) as u8))
            } else {
                (0x8000..=0xFFFF).contains(code) && code & 0x80 != 0 && code >> 8 != 0x8E
            }
        });
        Ok(code.map(|code| (code, 1)))
    }
}

/// Whether JIS X 0213 has that row in its second plane; the other rows after `8F` are those of JIS X 0212.
fn is_second_plane(row: u8) -> bool {
    matches!(row, 0xA1 | 0xA3..=0xA5 | 0xA8 | 0xAC..=0xAF | 0xEE..=0xFE)
}

fn is_final(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte == b'@'
}

/// `ESC N`: one character of G2.
fn shifted_once(state: &State, input: &[u8], out: &mut Vec<u32>) -> Result<usize, Problem> {
    let Some(&byte) = input.get(2) else { return Err(Problem::Incomplete) };
    let c = match state[2] {
        ISO8859_1 if byte < 0x80 => Some(u32::from(byte | 0x80)),
        ISO8859_7 => greek(byte ^ 0x80),
        ASCII if byte & 0x80 == 0 => Some(u32::from(byte)),
        _ => None,
    };
    out.push(c.ok_or(Problem::Illegal(3))?);
    Ok(3)
}

/// ISO 8859-7, its upper half.
fn greek(byte: u8) -> Option<u32> {
    Some(match byte {
        0xA0 => 0xA0,
        0xA1 => 0x2018,
        0xA2 => 0x2019,
        0xA4 => 0x20AC,
        0xA5 => 0x20AF,
        0xAA => 0x37A,
        0xAF => 0x2015,
        0xA3 | 0xA6..=0xA9 | 0xAB..=0xAD | 0xB0..=0xB3 | 0xB7 | 0xBB | 0xBD => u32::from(byte),
        0xB4..=0xFE if byte != 0xD2 => u32::from(byte) + 0x2D0,
        _ => return None,
    })
}
