//! Code units of the three string layouts, and the scans over them that everything else is made of.

/// A string's element: one code point each, whatever its width. `u8` is Latin-1 (or a byte of `bytes`).
pub trait CodeUnit: Copy + Eq + Ord + std::fmt::Debug + 'static {
    /// The greatest code point it holds.
    const MAX: u32;
    /// Widens.
    fn get(self) -> u32;
    /// Narrows; the caller knows that it fits.
    fn new(cp: u32) -> Self;
    /// First place of a unit.
    fn find_unit(text: &[Self], unit: Self) -> Option<usize>;
    /// Last place of a unit.
    fn rfind_unit(text: &[Self], unit: Self) -> Option<usize>;
    /// First place of a needle of two units or more, in linear time.
    fn find_units(text: &[Self], needle: &[Self]) -> Option<usize>;
    /// Last place of a needle of two units or more, in linear time.
    fn rfind_units(text: &[Self], needle: &[Self]) -> Option<usize>;
    /// All places of a needle (not empty) from the left, not overlapping.
    type Places<'a>: Iterator<Item = usize>;
    /// See `Places`.
    fn places<'a>(text: &'a [Self], needle: &'a [Self]) -> Self::Places<'a>;
}

impl CodeUnit for u8 {
    const MAX: u32 = 0xFF;
    #[inline(always)]
    fn get(self) -> u32 {
        self.into()
    }
    #[inline(always)]
    fn new(cp: u32) -> Self {
        cp as u8
    }
    #[inline]
    fn find_unit(text: &[u8], unit: u8) -> Option<usize> {
        memchr::memchr(unit, text)
    }
    #[inline]
    fn rfind_unit(text: &[u8], unit: u8) -> Option<usize> {
        memchr::memrchr(unit, text)
    }
    fn find_units(text: &[u8], needle: &[u8]) -> Option<usize> {
        memchr::memmem::find(text, needle)
    }
    fn rfind_units(text: &[u8], needle: &[u8]) -> Option<usize> {
        memchr::memmem::rfind(text, needle)
    }
    type Places<'a> = memchr::memmem::FindIter<'a, 'a>;
    fn places<'a>(text: &'a [u8], needle: &'a [u8]) -> Self::Places<'a> {
        memchr::memmem::find_iter(text, needle)
    }
}

/// Places of a needle among wide units.
#[derive(Debug)]
pub struct WidePlaces<'a, T> {
    text: &'a [T],
    needle: &'a [T],
    from: usize,
}

impl<T: CodeUnit> Iterator for WidePlaces<'_, T> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let rest = self.text.get(self.from..)?;
        let at = self.from
            + match self.needle {
                [] => return None,
                [unit] => T::find_unit(rest, *unit)?,
                needle => T::find_units(rest, needle)?,
            };
        self.from = at + self.needle.len();
        Some(at)
    }
}

/// Length of the ASCII start of a text.
#[inline]
pub fn ascii_prefix<T: CodeUnit>(text: &[T]) -> usize {
    let (blocks, _) = text.as_chunks::<BLOCK>();
    let plain =
        blocks.iter().take_while(|block| block.iter().fold(0, |bits, c| bits | c.get()) < 0x80).count();
    let from = plain * BLOCK;
    let rest = text.get(from..).unwrap_or_default();
    from + rest.iter().position(|c| c.get() >= 0x80).unwrap_or(rest.len())
}

/// Units looked at together: the compiler makes vector compares of a whole block.
const BLOCK: usize = 32;

macro_rules! wide_unit {
    ($unit:ty, $max:expr) => {
        impl CodeUnit for $unit {
            const MAX: u32 = $max;
            #[inline(always)]
            fn get(self) -> u32 {
                self.into()
            }
            #[inline(always)]
            fn new(cp: u32) -> Self {
                cp as $unit
            }
            fn find_unit(text: &[Self], unit: Self) -> Option<usize> {
                let (blocks, rest) = text.as_chunks::<BLOCK>();
                for (i, block) in blocks.iter().enumerate() {
                    if block.iter().fold(false, |found, c| found | (*c == unit)) {
                        return block.iter().position(|c| *c == unit).map(|at| i * BLOCK + at);
                    }
                }
                rest.iter().position(|c| *c == unit).map(|at| blocks.len() * BLOCK + at)
            }
            fn rfind_unit(text: &[Self], unit: Self) -> Option<usize> {
                let (rest, blocks) = text.as_rchunks::<BLOCK>();
                for (i, block) in blocks.iter().enumerate().rev() {
                    if block.iter().fold(false, |found, c| found | (*c == unit)) {
                        return block.iter().rposition(|c| *c == unit).map(|at| rest.len() + i * BLOCK + at);
                    }
                }
                rest.iter().rposition(|c| *c == unit)
            }
            fn find_units(text: &[Self], needle: &[Self]) -> Option<usize> {
                crate::two_way::find(text, needle)
            }
            fn rfind_units(text: &[Self], needle: &[Self]) -> Option<usize> {
                crate::two_way::rfind(text, needle)
            }
            type Places<'a> = WidePlaces<'a, $unit>;
            fn places<'a>(text: &'a [Self], needle: &'a [Self]) -> Self::Places<'a> {
                WidePlaces { text, needle, from: 0 }
            }
        }
    };
}

wide_unit!(u16, 0xFFFF);
wide_unit!(u32, 0x10FFFF);

/// The greatest code point of the narrowest layout that holds all units: 0x7F, 0xFF, 0xFFFF or 0x10FFFF.
pub fn layout_of<T: CodeUnit>(text: &[T]) -> u32 {
    // Or-ing keeps the scan free of branches; what exceeds a limit has a bit above it.
    let mut bits = 0;
    let (blocks, rest) = text.as_chunks::<64>();
    for block in blocks {
        bits |= block.iter().fold(0, |bits, c| bits | c.get());
        if bits > 0xFFFF || (T::MAX == 0xFFFF && bits > 0xFF) || (T::MAX == 0xFF && bits > 0x7F) {
            return T::MAX;
        }
    }
    bits |= rest.iter().fold(0, |bits, c| bits | c.get());
    match bits {
        0..=0x7F => 0x7F,
        0x80..=0xFF => 0xFF,
        0x100..=0xFFFF => 0xFFFF,
        _ => 0x10FFFF,
    }
}

/// Copies a text into a layout that is wide enough (units that do not fit are cut).
pub fn convert<A: CodeUnit, B: CodeUnit>(text: &[A]) -> Vec<B> {
    text.iter().map(|c| B::new(c.get())).collect()
}

/// Whether a code point is a surrogate.
#[inline]
pub fn is_surrogate(cp: u32) -> bool {
    cp & !0x7FF == 0xD800
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scans() {
        let text: Vec<u16> = (0..200).collect();
        for c in [0u16, 31, 32, 64, 199] {
            assert_eq!(u16::find_unit(&text, c), Some(c as usize));
            assert_eq!(u16::rfind_unit(&text, c), Some(c as usize));
        }
        assert_eq!(u16::find_unit(&text, 200), None);
        assert_eq!(layout_of(&text), 0xFF);
        assert_eq!(layout_of(&text[..100]), 0x7F);
        assert_eq!(layout_of(&[0x10000u32]), 0x10FFFF);
        assert_eq!(layout_of::<u8>(&[]), 0x7F);
    }
}
