//! The text under match: code units of one width, and the primitive scans over them.

/// The text to match: a `bytes` or Latin-1 `str` is `Units8`, the wider `str` kinds are the others.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'a> {
    /// One byte a character.
    Units8(&'a [u8]),
    /// Two bytes a character; surrogates are characters.
    Units16(&'a [u16]),
    /// Four bytes a character.
    Units32(&'a [u32]),
}

impl Subject<'_> {
    /// Number of characters.
    pub fn len(&self) -> usize {
        match self {
            Self::Units8(text) => text.len(),
            Self::Units16(text) => text.len(),
            Self::Units32(text) => text.len(),
        }
    }

    /// Whether there is no character.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One character of a subject.
pub(super) trait CodeUnit: Copy + Eq + 'static {
    /// Whether every unit is below 256, so that a character set is its table alone.
    const BYTE: bool;

    /// The code point.
    fn code(self) -> u32;

    /// The unit of a code point; `None` if it is too big to occur in such a text.
    fn from_code(code: u32) -> Option<Self>;

    /// Where `unit` first occurs.
    fn find(text: &[Self], unit: Self) -> Option<usize> {
        text.iter().position(|&u| u == unit)
    }

    /// Where `unit` last occurs.
    fn rfind(text: &[Self], unit: Self) -> Option<usize> {
        text.iter().rposition(|&u| u == unit)
    }
}

impl CodeUnit for u8 {
    const BYTE: bool = true;

    #[inline]
    fn code(self) -> u32 {
        u32::from(self)
    }

    #[inline]
    fn from_code(code: u32) -> Option<Self> {
        Self::try_from(code).ok()
    }

    #[inline]
    fn find(text: &[Self], unit: Self) -> Option<usize> {
        memchr::memchr(unit, text)
    }

    #[inline]
    fn rfind(text: &[Self], unit: Self) -> Option<usize> {
        memchr::memrchr(unit, text)
    }
}

impl CodeUnit for u16 {
    const BYTE: bool = false;

    #[inline]
    fn code(self) -> u32 {
        u32::from(self)
    }

    #[inline]
    fn from_code(code: u32) -> Option<Self> {
        Self::try_from(code).ok()
    }
}

impl CodeUnit for u32 {
    const BYTE: bool = false;

    #[inline]
    fn code(self) -> u32 {
        self
    }

    #[inline]
    fn from_code(code: u32) -> Option<Self> {
        Some(code)
    }
}
