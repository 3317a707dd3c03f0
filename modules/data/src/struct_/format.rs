//! Format strings: codes with counts, sizes and alignment, native or standard. Knows no Python object.

/// What one code means. Sizes of integers are in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `x`
    Pad,
    /// `c`
    Char,
    /// `s`
    Bytes,
    /// `p`: a length byte in front.
    Pascal,
    /// `?`
    Bool,
    Signed,
    Unsigned,
    /// `P`
    Pointer,
    /// `e`
    Half,
    Float,
    Double,
    /// `F`
    ComplexFloat,
    /// `D`
    ComplexDouble,
}

/// A code of a compiled format.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    pub kind: Kind,
    /// The code as written, for error texts.
    pub code: u8,
    /// Bytes of one value.
    pub size: usize,
    /// Where the first value stands.
    pub offset: usize,
    /// How many values.
    pub repeat: usize,
}

/// A compiled format.
#[derive(Debug)]
pub struct Layout {
    pub items: Vec<Item>,
    /// Bytes in all.
    pub size: usize,
    /// Number of values.
    pub values: usize,
    pub little_endian: bool,
    /// Native sizes: complex numbers of single precision are then not range-checked.
    pub native: bool,
}

/// Meaning, size and alignment of a code.
fn describe(code: u8, native: bool) -> Option<(Kind, usize, usize)> {
    let (kind, size) = match code {
        b'x' => (Kind::Pad, 1),
        b'c' => (Kind::Char, 1),
        b's' => (Kind::Bytes, 1),
        b'p' => (Kind::Pascal, 1),
        b'?' => (Kind::Bool, 1),
        b'b' => (Kind::Signed, 1),
        b'B' => (Kind::Unsigned, 1),
        b'h' => (Kind::Signed, 2),
        b'H' => (Kind::Unsigned, 2),
        b'i' => (Kind::Signed, 4),
        b'I' => (Kind::Unsigned, 4),
        b'l' => (Kind::Signed, if native { 8 } else { 4 }),
        b'L' => (Kind::Unsigned, if native { 8 } else { 4 }),
        b'q' => (Kind::Signed, 8),
        b'Q' => (Kind::Unsigned, 8),
        b'n' if native => (Kind::Signed, 8),
        b'N' if native => (Kind::Unsigned, 8),
        b'P' if native => (Kind::Pointer, 8),
        b'e' => (Kind::Half, 2),
        b'f' => (Kind::Float, 4),
        b'd' => (Kind::Double, 8),
        b'F' => (Kind::ComplexFloat, 8),
        b'D' => (Kind::ComplexDouble, 16),
        _ => return None,
    };
    let alignment = match kind {
        Kind::ComplexFloat => 4,
        Kind::ComplexDouble => 8,
        _ => size,
    };
    Some((kind, size, if native { alignment } else { 1 }))
}

const TOO_LONG: &str = "total struct size too long";

/// Compiles a format.
pub fn compile(text: &[u8]) -> Result<Layout, &'static str> {
    if text.contains(&0) {
        return Err("embedded null character");
    }
    let here = cfg!(target_endian = "little");
    let (native, little_endian, mut rest) = match text {
        [b'@', rest @ ..] => (true, here, rest),
        [b'=', rest @ ..] => (false, here, rest),
        [b'<', rest @ ..] => (false, true, rest),
        [b'>' | b'!', rest @ ..] => (false, false, rest),
        _ => (true, here, text),
    };
    let mut layout = Layout { items: Vec::new(), size: 0, values: 0, little_endian, native };
    while let [c, more @ ..] = rest {
        let mut c = *c;
        rest = more;
        if matches!(c, b' ' | b'\t'..=b'\r') {
            continue;
        }
        let mut repeat = 1;
        if c.is_ascii_digit() {
            repeat = usize::from(c - b'0');
            loop {
                let [next, more @ ..] = rest else {
                    return Err("repeat count given without format specifier");
                };
                c = *next;
                rest = more;
                if !c.is_ascii_digit() {
                    break;
                }
                repeat = repeat
                    .checked_mul(10)
                    .and_then(|n| n.checked_add(usize::from(c - b'0')))
                    .filter(|&n| n <= isize::MAX as usize)
                    .ok_or(TOO_LONG)?;
            }
        }
        let (kind, size, alignment) = describe(c, native).ok_or("bad char in struct format")?;
        let offset = layout.size.checked_next_multiple_of(alignment).ok_or(TOO_LONG)?;
        layout.size = size
            .checked_mul(repeat)
            .and_then(|bytes| bytes.checked_add(offset))
            .filter(|&n| n <= isize::MAX as usize)
            .ok_or(TOO_LONG)?;
        match kind {
            Kind::Pad => {}
            Kind::Bytes | Kind::Pascal => {
                layout.values += 1;
                layout.items.push(Item { kind, code: c, size: repeat, offset, repeat: 1 });
            }
            _ if repeat > 0 => {
                layout.values += repeat;
                layout.items.push(Item { kind, code: c, size, offset, repeat });
            }
            _ => {}
        }
    }
    Ok(layout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        let size = |text: &str| compile(text.as_bytes()).map(|layout| layout.size);
        assert_eq!(size("@ii0q"), Ok(8));
        assert_eq!(size("bq"), Ok(16));
        assert_eq!(size("<bq"), Ok(9));
        assert_eq!(size("7e 2x"), Ok(16));
        assert_eq!(size("3"), Err("repeat count given without format specifier"));
        assert_eq!(size("99999999999999999999i"), Err(TOO_LONG));
        assert_eq!(size("<n"), Err("bad char in struct format"));
    }
}
