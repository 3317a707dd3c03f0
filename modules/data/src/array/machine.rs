//! Machine formats: how pickles say what the bytes of an array mean, and arrays made of such bytes on any machine.

use krait_runtime::prelude::*;

use super::item::{CODES, Code, Kind, find};
use super::object::Array;

/// What a machine format number stands for.
#[derive(Clone, Copy, PartialEq)]
enum Format {
    Int { size: usize, signed: bool },
    Float32,
    Float64,
    Utf16,
    Utf32,
}

const INTS: [(usize, bool); 7] =
    [(1, false), (1, true), (2, false), (2, true), (4, false), (4, true), (8, false)];

/// The meaning of a number and whether it is big-endian.
fn decode(number: i32) -> Option<(Format, bool)> {
    let format = match number {
        0 => return Some((Format::Int { size: 1, signed: false }, false)),
        1 => return Some((Format::Int { size: 1, signed: true }, false)),
        2..=11 => match INTS.get(number as usize / 2 + 1) {
            Some(&(size, signed)) => Format::Int { size, signed },
            None => return None,
        },
        12 | 13 => Format::Int { size: 8, signed: true },
        14 | 15 => Format::Float32,
        16 | 17 => Format::Float64,
        18 | 19 => Format::Utf16,
        20 | 21 => Format::Utf32,
        _ => return None,
    };
    Some((format, number % 2 == 1))
}

/// The number of this machine's format for a type code.
pub fn native_format(code: &Code) -> i32 {
    let big = i32::from(cfg!(target_endian = "big"));
    match code.kind {
        Kind::U8 => 0,
        Kind::I8 => 1,
        Kind::U16 => 2 + big,
        Kind::I16 => 4 + big,
        Kind::U32 => 6 + big,
        Kind::I32 => 8 + big,
        Kind::UnsignedLong | Kind::U64 => 10 + big,
        Kind::Long | Kind::I64 => 12 + big,
        Kind::F32 => 14 + big,
        Kind::F64 => 16 + big,
        Kind::Wide | Kind::Char => 20 + big,
    }
}

/// `_array_reconstructor`.
pub fn reconstruct(
    py: Py<'_>,
    cls: &PyObject,
    code: &PyObject,
    format: i32,
    items: &PyObject,
) -> PyResult<Ref<Array>> {
    let Some(cls) = cls.downcast::<PyType>() else {
        bail!(py, TypeError, "first argument must be a type object, not {}", cls.ty().name());
    };
    if !cls.is_subtype(Array::type_object()) {
        bail!(py, TypeError, "{} is not a subtype of {}", cls.name(), Array::type_object().name());
    }
    let Some(text) = code.downcast::<PyStr>() else {
        let what = if code.is_none() { "None" } else { code.ty().name() };
        bail!(py, TypeError, "_array_reconstructor() argument 2 must be a unicode character, not {what}");
    };
    let (1, Some(c)) = (text.len(), text.code_point(0)) else {
        bail!(
            py,
            TypeError,
            "_array_reconstructor(): argument 2 must be a unicode character, not a string of length {}",
            text.len()
        );
    };
    let Some(wanted) = find(c) else {
        bail!(py, ValueError, "second argument must be a valid type code");
    };
    let Some((meaning, big)) = decode(format) else {
        bail!(py, ValueError, "third argument must be a valid machine format code.");
    };
    let Some(bytes) = items.downcast::<PyBytes>() else {
        bail!(py, TypeError, "fourth argument should be bytes, not {}", items.ty().name());
    };
    if format == native_format(wanted) {
        return Array::construct(py, cls, c, Some(bytes));
    }
    // The sizes that lengths are checked against; those of text are twice the real ones.
    let (size, checked) = match meaning {
        Format::Int { size, .. } => (size, size),
        Format::Float32 => (4, 4),
        Format::Float64 => (8, 8),
        Format::Utf16 => (2, 4),
        Format::Utf32 => (4, 8),
    };
    let data = bytes.as_bytes();
    if data.len() % checked != 0 {
        bail!(py, ValueError, "string length not a multiple of item size");
    }
    let ordered = |item: &[u8]| -> u64 {
        let mut wide = [0u8; 8];
        wide.iter_mut().zip(item.iter().rev()).for_each(|(to, from)| *to = *from);
        if !big {
            wide = [0; 8];
            wide.iter_mut().zip(item).for_each(|(to, from)| *to = *from);
        }
        u64::from_le_bytes(wide)
    };
    match meaning {
        Format::Utf16 | Format::Utf32 => {
            let name = match (meaning, big) {
                (Format::Utf16, false) => "utf-16-le",
                (Format::Utf16, true) => "utf-16-be",
                (_, false) => "utf-32-le",
                (_, true) => "utf-32-be",
            };
            let text = bytes.call_method(py, id!(py, "decode"), &[&*PyStr::new(py, name)?])?;
            Array::construct(py, cls, c, Some(&text))
        }
        Format::Float32 | Format::Float64 => {
            let mut values = Vec::with_capacity(data.len() / size);
            for item in data.chunks_exact(size) {
                let bits = ordered(item);
                let value =
                    if size == 4 { f64::from(f32::from_bits(bits as u32)) } else { f64::from_bits(bits) };
                values.push(value.into_py(py)?);
            }
            Array::construct(py, cls, c, Some(&*PyList::from_vec(py, values)?))
        }
        Format::Int { size, signed } => {
            // The code whose items have this size, the last one when several have.
            let fitting = CODES
                .iter()
                .rev()
                .find(|row| row.is_integer() && row.size == size && row.is_signed() == signed)
                .unwrap_or(wanted);
            let mut values = Vec::with_capacity(data.len() / size);
            for item in data.chunks_exact(size) {
                let bits = ordered(item);
                let unused = 64 - 8 * size as u32;
                values.push(if signed {
                    (((bits << unused) as i64) >> unused).into_py(py)?
                } else {
                    bits.into_py(py)?
                });
            }
            Array::construct(py, cls, fitting.code.into(), Some(&*PyList::from_vec(py, values)?))
        }
    }
}
