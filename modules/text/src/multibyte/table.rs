//! The tables of the stateless codecs, read from what `multibyte_tables.py` wrote.

use std::collections::HashMap;
use std::sync::OnceLock;

static PACKED: &[u8] = include_bytes!("tables.bin");

/// Names, the tables they are described against, and whether codes have to be turned from EUC to Shift JIS: as in the script.
const CODECS: [(&str, Option<usize>, bool); 16] = [
    ("gb2312", None, false),
    ("gbk", Some(0), false),
    ("gb18030", Some(1), false),
    ("big5", None, false),
    ("cp950", Some(3), false),
    ("big5hkscs", Some(3), false),
    ("euc_kr", None, false),
    ("cp949", Some(6), false),
    ("johab", None, false),
    ("euc_jp", None, false),
    ("euc_jis_2004", Some(9), false),
    ("euc_jisx0213", Some(10), false),
    ("shift_jis", Some(9), true),
    ("cp932", Some(12), false),
    ("shift_jis_2004", Some(12), false),
    ("shift_jisx0213", Some(14), false),
];

const INVALID: u32 = 0x11_0000;
/// Marks a pair of characters; the rest is its number.
const PAIR: u32 = 1 << 31;

/// What a sequence of bytes means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Text {
    /// One character.
    One(u32),
    /// A character and a combining one.
    Two(u32, u32),
}

/// A codec's tables.
pub struct Table {
    singles: Vec<u32>,
    two: Vec<u32>,
    /// By the last two bytes, after `8F`.
    three: Vec<u32>,
    pairs: Vec<(u32, u32)>,
    pair_codes: HashMap<(u32, u32), u32>,
    pair_starts: Vec<u32>,
    codes: HashMap<u32, u32>,
    /// Of GB 18030's four bytes: first number, first character, how many.
    pub ranges: Vec<(u32, u32, u32)>,
}

/// What one byte says.
pub enum Single {
    /// A character.
    Char(u32),
    /// More bytes follow.
    Lead,
    /// Nothing.
    Invalid,
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn number(&mut self) -> u32 {
        let (mut value, mut shift) = (0u32, 0);
        while let Some((&byte, rest)) = self.0.split_first() {
            self.0 = rest;
            value |= u32::from(byte & 127).checked_shl(shift).unwrap_or(0);
            shift += 7;
            if byte < 128 {
                break;
            }
        }
        value
    }

    fn signed(&mut self) -> i64 {
        let n = i64::from(self.number());
        if n & 1 == 0 { n >> 1 } else { -((n + 1) >> 1) }
    }
}

/// A change against the table before: the code, the text now, how many in a row.
type Run = (u32, Option<Text>, u32);

#[derive(Default)]
struct Section {
    singles: Vec<u32>,
    runs: Vec<Run>,
    other: Vec<(u32, u32)>,
    ranges: Vec<(u32, u32, u32)>,
}

fn sections() -> &'static [Section] {
    static SECTIONS: OnceLock<Vec<Section>> = OnceLock::new();
    SECTIONS.get_or_init(|| {
        let data = miniz_oxide::inflate::decompress_to_vec_zlib(PACKED).unwrap_or_default();
        let mut reader = Reader(&data);
        CODECS.iter().map(|(name, _, _)| section(&mut reader, name)).collect()
    })
}

fn section(reader: &mut Reader<'_>, name: &str) -> Section {
    let mut made = Section::default();
    while made.singles.len() < 256 {
        let (length, first) = (reader.number(), reader.number());
        if length == 0 {
            break;
        }
        let step = u32::from(first < INVALID);
        made.singles.extend((0..length).map(|i| first + i * step));
    }
    let (mut code, mut char) = (0u32, 0i64);
    for _ in 0..reader.number() {
        code = code.wrapping_add(reader.number());
        let kind = reader.number();
        let length = kind / 3;
        let mut next = || {
            let c = char + reader.signed();
            char = c + i64::from(length);
            c as u32
        };
        let text = match kind % 3 {
            0 => None,
            1 => Some(Text::One(next())),
            _ => Some(Text::Two(next(), next())),
        };
        made.runs.push((code, text, length));
        code = code.wrapping_add(length);
    }
    let mut char = 0u32;
    for _ in 0..reader.number() {
        char = char.wrapping_add(reader.number());
        made.other.push((char, reader.number()));
    }
    if name == "gb18030" {
        for _ in 0..reader.number() {
            made.ranges.push((reader.number(), reader.number(), reader.number()));
        }
    }
    made
}

/// The EUC code of a Shift JIS one.
fn euc_of_sjis(code: u32) -> Option<u32> {
    let (a, b) = (code >> 8, code & 0xFF);
    if a < 0x80 || !(0x40..=0xFC).contains(&b) || b == 0x7F {
        return None;
    }
    let row = a.checked_sub(if a < 0xA0 { 0x81 } else { 0xC1 })? * 2;
    let cell = b - 0x40 - u32::from(b > 0x7F);
    let lead = 0xA1 + row + cell / 94;
    (lead < 0x100).then_some(lead << 8 | (0xA1 + cell % 94))
}

fn build(index: usize) -> Table {
    let nothing = || vec![0u32; 0x1_0000];
    let mut table = match CODECS.get(index) {
        Some((_, Some(base), turned)) => {
            let base = build(*base);
            if *turned {
                let mut two = nothing();
                for (code, slot) in (0u32..).zip(&mut two) {
                    if let Some(euc) = euc_of_sjis(code) {
                        *slot = base.two.get(euc as usize).copied().unwrap_or(0);
                    }
                }
                Table { two, three: nothing(), ..base }
            } else {
                base
            }
        }
        _ => Table {
            singles: Vec::new(),
            two: nothing(),
            three: nothing(),
            pairs: Vec::new(),
            pair_codes: HashMap::new(),
            pair_starts: Vec::new(),
            codes: HashMap::new(),
            ranges: Vec::new(),
        },
    };
    let Some(section) = sections().get(index) else { return table };
    table.singles.clone_from(&section.singles);
    table.ranges.clone_from(&section.ranges);
    for (first, text, length) in &section.runs {
        for offset in 0..*length {
            let value = match *text {
                None => 0,
                Some(Text::One(c)) => c + offset,
                Some(Text::Two(a, b)) => {
                    table.pairs.push((a, b));
                    PAIR | (table.pairs.len() as u32 - 1)
                }
            };
            let code = first + offset;
            let slot = if code > 0xFFFF {
                table.three.get_mut((code & 0xFFFF) as usize)
            } else {
                table.two.get_mut(code as usize)
            };
            if let Some(slot) = slot {
                *slot = value;
            }
        }
    }
    table
}

impl Table {
    fn finish(mut self, index: usize) -> Table {
        let singles = (0u32..).zip(&self.singles).map(|(code, c)| (code, *c)).filter(|(_, c)| *c < INVALID);
        let two = (0u32..).zip(&self.two).map(|(code, c)| (code, *c)).filter(|(_, c)| *c != 0);
        let three = (0x8F_0000u32..).zip(&self.three).map(|(code, c)| (code, *c)).filter(|(_, c)| *c != 0);
        for (code, value) in singles.chain(two).chain(three) {
            if value & PAIR == 0 {
                self.codes.entry(value).or_insert(code);
            } else if let Some(pair) = self.pairs.get((value & !PAIR) as usize) {
                self.pair_codes.entry(*pair).or_insert(code);
            }
        }
        self.pair_starts = self.pair_codes.keys().map(|pair| pair.0).collect();
        self.pair_starts.sort_unstable();
        self.pair_starts.dedup();
        for (char, code) in sections().get(index).map_or(&[][..], |section| &section.other) {
            if *code == 0 {
                self.codes.remove(char);
            } else {
                self.codes.insert(*char, *code);
            }
        }
        self
    }

    /// The tables of a codec.
    pub fn of(name: &str) -> Option<&'static Table> {
        static TABLES: [OnceLock<Table>; CODECS.len()] = [const { OnceLock::new() }; CODECS.len()];
        let index = CODECS.iter().position(|codec| codec.0 == name)?;
        Some(TABLES.get(index)?.get_or_init(|| build(index).finish(index)))
    }

    /// What one byte says.
    pub fn single(&self, byte: u8) -> Single {
        match self.singles.get(usize::from(byte)) {
            Some(c) if *c < INVALID => Single::Char(*c),
            Some(c) if *c > INVALID => Single::Lead,
            _ => Single::Invalid,
        }
    }

    fn text(&self, value: u32) -> Option<Text> {
        match value {
            0 => None,
            n if n & PAIR == 0 => Some(Text::One(n)),
            n => self.pairs.get((n & !PAIR) as usize).map(|(a, b)| Text::Two(*a, *b)),
        }
    }

    /// What two bytes mean.
    pub fn two(&self, a: u8, b: u8) -> Option<Text> {
        self.text(*self.two.get(usize::from(a) << 8 | usize::from(b))?)
    }

    /// What the bytes after `8F` mean.
    pub fn three(&self, a: u8, b: u8) -> Option<Text> {
        self.text(*self.three.get(usize::from(a) << 8 | usize::from(b))?)
    }

    /// The bytes of a character, as a big-endian number.
    pub fn code(&self, char: u32) -> Option<u32> {
        self.codes.get(&char).copied()
    }

    /// The bytes of a character with a combining one.
    pub fn pair_code(&self, first: u32, second: u32) -> Option<u32> {
        self.pair_codes.get(&(first, second)).copied()
    }

    /// Whether a combining character after this one may change its code.
    pub fn starts_pair(&self, char: u32) -> bool {
        self.pair_starts.binary_search(&char).is_ok()
    }
}
