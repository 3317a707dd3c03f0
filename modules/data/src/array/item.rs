//! Type codes of arrays: how an item is read, written and converted.

use core::ffi::CStr;

use krait_runtime::byte_store::ByteStore;
use krait_runtime::prelude::*;

/// The C type behind a type code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    I8,
    U8,
    /// `u`: `wchar_t`.
    Wide,
    /// `w`: a code point.
    Char,
    I16,
    U16,
    I32,
    U32,
    /// `l`
    Long,
    /// `L`
    UnsignedLong,
    /// `q`
    I64,
    /// `Q`
    U64,
    F32,
    F64,
}

/// One type code.
pub struct Code {
    pub code: u8,
    pub kind: Kind,
    pub size: usize,
    /// As the buffer protocol spells it.
    pub format: &'static CStr,
}

const fn row(code: u8, kind: Kind, size: usize, format: &'static CStr) -> Code {
    Code { code, kind, size, format }
}

/// All of them, in the order of `typecodes`.
pub static CODES: [Code; 14] = [
    row(b'b', Kind::I8, 1, c"b"),
    row(b'B', Kind::U8, 1, c"B"),
    row(b'u', Kind::Wide, 4, c"w"),
    row(b'w', Kind::Char, 4, c"w"),
    row(b'h', Kind::I16, 2, c"h"),
    row(b'H', Kind::U16, 2, c"H"),
    row(b'i', Kind::I32, 4, c"i"),
    row(b'I', Kind::U32, 4, c"I"),
    row(b'l', Kind::Long, 8, c"l"),
    row(b'L', Kind::UnsignedLong, 8, c"L"),
    row(b'q', Kind::I64, 8, c"q"),
    row(b'Q', Kind::U64, 8, c"Q"),
    row(b'f', Kind::F32, 4, c"f"),
    row(b'd', Kind::F64, 8, c"d"),
];

/// The row of a type code.
pub fn find(code: u32) -> Option<&'static Code> {
    CODES.iter().find(|row| u32::from(row.code) == code)
}

impl Code {
    /// `u` or `w`.
    pub fn is_text(&self) -> bool {
        matches!(self.kind, Kind::Wide | Kind::Char)
    }

    /// Signed or unsigned integers, text excluded.
    pub fn is_integer(&self) -> bool {
        !self.is_text() && !matches!(self.kind, Kind::F32 | Kind::F64)
    }

    /// Signed integers.
    pub fn is_signed(&self) -> bool {
        matches!(self.kind, Kind::I8 | Kind::I16 | Kind::I32 | Kind::Long | Kind::I64)
    }

    /// Item `i` as an object.
    #[inline]
    pub fn get(&self, py: Py<'_>, store: &ByteStore, i: usize) -> PyResult<Ref<PyObject>> {
        let at = i * self.size;
        let gone = || raise!(py, IndexError, "array index out of range");
        match self.kind {
            Kind::I8 => i8::from_ne_bytes(store.read(at).ok_or_else(gone)?).into_py(py),
            Kind::U8 => u8::from_ne_bytes(store.read(at).ok_or_else(gone)?).into_py(py),
            Kind::I16 => i16::from_ne_bytes(store.read(at).ok_or_else(gone)?).into_py(py),
            Kind::U16 => u16::from_ne_bytes(store.read(at).ok_or_else(gone)?).into_py(py),
            Kind::I32 => i32::from_ne_bytes(store.read(at).ok_or_else(gone)?).into_py(py),
            Kind::U32 => u32::from_ne_bytes(store.read(at).ok_or_else(gone)?).into_py(py),
            Kind::Long | Kind::I64 => i64::from_ne_bytes(store.read(at).ok_or_else(gone)?).into_py(py),
            Kind::UnsignedLong | Kind::U64 => {
                u64::from_ne_bytes(store.read(at).ok_or_else(gone)?).into_py(py)
            }
            Kind::F32 => f64::from(f32::from_ne_bytes(store.read(at).ok_or_else(gone)?)).into_py(py),
            Kind::F64 => f64::from_ne_bytes(store.read(at).ok_or_else(gone)?).into_py(py),
            Kind::Wide => {
                let c = u32::from_ne_bytes(store.read(at).ok_or_else(gone)?);
                wide_char(py, c)?;
                PyStr::from_char(py, c).map(Ref::upcast)
            }
            Kind::Char => {
                let c = u32::from_ne_bytes(store.read(at).ok_or_else(gone)?);
                if c > 0x10ffff {
                    bail!(py, ValueError, "chr() arg not in range(0x110000)");
                }
                PyStr::from_char(py, c).map(Ref::upcast)
            }
        }
    }

    /// The bytes of a value, as many as an item has. Converting may run Python code.
    #[inline]
    pub fn encode(&self, py: Py<'_>, value: &PyObject) -> PyResult<([u8; 8], usize)> {
        let mut out = [0; 8];
        let mut put = |bytes: &[u8]| out.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        match self.kind {
            Kind::I8 => {
                put(&(ranged(py, value, i8::MIN.into(), i8::MAX.into(), "signed char")? as i8).to_ne_bytes())
            }
            Kind::U8 => put(&[unsigned_byte(py, value)?]),
            Kind::I16 => put(&(short(py, value)? as i16).to_ne_bytes()),
            Kind::U16 => {
                put(&(ranged(py, value, 0, u16::MAX.into(), "unsigned short")? as u16).to_ne_bytes());
            }
            Kind::I32 => put(&(c_int(py, value)? as i32).to_ne_bytes()),
            Kind::U32 => {
                let n = unsigned_long(py, value)?;
                let Ok(n) = u32::try_from(n) else {
                    bail!(py, OverflowError, "unsigned int is greater than maximum");
                };
                put(&n.to_ne_bytes());
            }
            Kind::Long => put(&c_long(py, value)?.to_ne_bytes()),
            Kind::UnsignedLong => put(&unsigned_long(py, value)?.to_ne_bytes()),
            Kind::I64 => {
                let n = value.index(py)?;
                let Some(n) = n.as_i64() else {
                    bail!(py, OverflowError, "int too big to convert");
                };
                put(&n.to_ne_bytes());
            }
            Kind::U64 => {
                let n = value.index(py)?;
                if n.is_negative() {
                    bail!(py, OverflowError, "can't convert negative int to unsigned");
                }
                let Some(n) = n.as_u64() else {
                    bail!(py, OverflowError, "int too big to convert");
                };
                put(&n.to_ne_bytes());
            }
            Kind::F32 => put(&(PyFloat::value_of(py, value)? as f32).to_ne_bytes()),
            Kind::F64 => put(&PyFloat::value_of(py, value)?.to_ne_bytes()),
            Kind::Wide | Kind::Char => {
                let Some(text) = value.downcast::<PyStr>() else {
                    let what = if value.is_none() { "None" } else { value.ty().name() };
                    bail!(py, TypeError, "array item must be a unicode character, not {what}");
                };
                match (text.len(), text.code_point(0)) {
                    (1, Some(c)) => put(&c.to_ne_bytes()),
                    (n, _) => {
                        bail!(
                            py,
                            TypeError,
                            "array item must be a unicode character, not a string of length {n}"
                        )
                    }
                }
            }
        }
        Ok((out, self.size))
    }
}

/// A `wchar_t` that is a character.
pub fn wide_char(py: Py<'_>, c: u32) -> PyResult<()> {
    if c > 0x10ffff {
        bail!(py, ValueError, "character U+{c:x} is not in range [U+0000; U+10ffff]");
    }
    Ok(())
}

fn c_long(py: Py<'_>, value: &PyObject) -> PyResult<i64> {
    if let Some(n) = value.downcast_exact::<PyInt>().and_then(PyInt::as_i64) {
        return Ok(n);
    }
    let n = value.index(py)?;
    n.as_i64().ok_or_else(|| raise!(py, OverflowError, "Python int too large to convert to C long"))
}

fn within(py: Py<'_>, n: i64, min: i64, max: i64, what: &str) -> PyResult<i64> {
    if n < min {
        bail!(py, OverflowError, "{what} is less than minimum");
    }
    if n > max {
        bail!(py, OverflowError, "{what} is greater than maximum");
    }
    Ok(n)
}

fn c_int(py: Py<'_>, value: &PyObject) -> PyResult<i64> {
    within(py, c_long(py, value)?, i32::MIN.into(), i32::MAX.into(), "signed integer")
}

fn short(py: Py<'_>, value: &PyObject) -> PyResult<i64> {
    within(py, c_long(py, value)?, i16::MIN.into(), i16::MAX.into(), "signed short integer")
}

/// A range inside that of the C type the argument is first converted to.
fn ranged(py: Py<'_>, value: &PyObject, min: i64, max: i64, what: &str) -> PyResult<i64> {
    let wide = if min < 0 { short(py, value)? } else { c_int(py, value)? };
    within(py, wide, min, max, what)
}

fn unsigned_byte(py: Py<'_>, value: &PyObject) -> PyResult<u8> {
    within(py, c_long(py, value)?, 0, 255, "unsigned byte integer").map(|n| n as u8)
}

fn unsigned_long(py: Py<'_>, value: &PyObject) -> PyResult<u64> {
    let n = value.index(py)?;
    if n.is_negative() {
        bail!(py, OverflowError, "can't convert negative value to unsigned int");
    }
    n.as_u64().ok_or_else(|| raise!(py, OverflowError, "Python int too large to convert to C unsigned long"))
}
