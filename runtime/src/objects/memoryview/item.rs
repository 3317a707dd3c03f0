//! Items of native single-character formats (`struct` module style): reading and writing one.

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyBool, PyBytes, PyFloat, PyInt};
use crate::py::Py;
use crate::reference::Ref;
use crate::{bail, raise};

/// The format's one character, when it is native: "B", "@B".
pub(super) fn native_char(format: &[u8]) -> Option<u8> {
    let format = format.strip_prefix(b"@").unwrap_or(format);
    match format {
        [c] if item_size(*c).is_some() => Some(*c),
        _ => None,
    }
}

/// Bytes of an item of a native format.
pub(super) fn item_size(c: u8) -> Option<isize> {
    Some(match c {
        b'c' | b'b' | b'B' | b'?' => 1,
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'f' => 4,
        b'l' | b'L' | b'q' | b'Q' | b'n' | b'N' | b'd' | b'P' => 8,
        _ => return None,
    })
}

/// The character of a format that single items can be read and written in; `NotImplementedError` for others.
pub(super) fn adjusted(py: Py<'_>, format: &[u8]) -> PyResult<u8> {
    let plain = format.strip_prefix(b"@").unwrap_or(format);
    match plain {
        [c] => Ok(*c),
        _ => Err(raise!(
            py,
            NotImplementedError,
            "memoryview: unsupported format {}",
            String::from_utf8_lossy(format)
        )),
    }
}

#[cold]
fn unsupported(py: Py<'_>, c: u8) -> crate::error::Raised {
    raise!(py, NotImplementedError, "memoryview: format {} not supported", c as char)
}

/// IEEE 754 half precision to double.
fn half_to_f64(bits: u16) -> f64 {
    let (sign, exponent, fraction) = (bits >> 15, i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    let size = match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        e => (1.0 + fraction / 1024.0) * 2f64.powi(e - 15),
    };
    if sign == 1 { -size } else { size }
}

/// Double to half precision, ties to even; none when it does not fit.
fn f64_to_half(x: f64) -> Option<u16> {
    let sign = u16::from(x.is_sign_negative()) << 15;
    if x.is_nan() {
        return Some(sign | 0x7e00);
    }
    let size = x.abs();
    if size.is_infinite() {
        return Some(sign | 0x7c00);
    }
    if size < 2f64.powi(-14) {
        // Subnormal: a multiple of 2^-24.
        return Some(sign | (size * 2f64.powi(24)).round_ties_even() as u16);
    }
    let exponent = (size.to_bits() >> 52) as i32 - 1023;
    let scaled = (size * 2f64.powi(10 - exponent)).round_ties_even() as u32;
    let (exponent, scaled) = if scaled == 2048 { (exponent + 1, 1024) } else { (exponent, scaled) };
    if exponent > 15 {
        return None;
    }
    Some(sign | ((exponent + 15) as u16) << 10 | (scaled as u16 & 0x3ff))
}

/// Reads the item at `p`.
///
/// # Safety
/// An item of the format stands there.
pub(super) unsafe fn unpack(py: Py<'_>, p: *const u8, c: u8) -> PyResult<Ref<PyObject>> {
    // SAFETY: by contract; items need not be aligned.
    unsafe {
        let int = |n: i64| PyInt::new(py, n).map(Ref::upcast);
        let unsigned = |n: u64| PyInt::from_u64(py, n).map(Ref::upcast);
        let float = |x: f64| PyFloat::new(py, x).map(Ref::upcast);
        match c {
            b'B' => int(i64::from(p.read())),
            b'b' => int(i64::from(p.cast::<i8>().read())),
            b'c' => PyBytes::new(py, &[p.read()]).map(Ref::upcast),
            b'?' => Ok(PyBool::get(p.read() != 0).to_ref()),
            b'h' => int(i64::from(p.cast::<i16>().read_unaligned())),
            b'H' => int(i64::from(p.cast::<u16>().read_unaligned())),
            b'i' => int(i64::from(p.cast::<i32>().read_unaligned())),
            b'I' => int(i64::from(p.cast::<u32>().read_unaligned())),
            b'l' | b'q' | b'n' => int(p.cast::<i64>().read_unaligned()),
            b'L' | b'Q' | b'N' | b'P' => unsigned(p.cast::<u64>().read_unaligned()),
            b'e' => float(half_to_f64(p.cast::<u16>().read_unaligned())),
            b'f' => float(f64::from(p.cast::<f32>().read_unaligned())),
            b'd' => float(p.cast::<f64>().read_unaligned()),
            _ => Err(unsupported(py, c)),
        }
    }
}

/// The bytes of an item of native format `c` that holds `value`; the first [`item_size`] of them count. Runs `__index__`, `__float__` or
/// `__bool__`.
pub(super) fn pack(py: Py<'_>, value: &PyObject, c: u8) -> PyResult<[u8; 8]> {
    let mut out = [0; 8];
    let mut put = |bytes: &[u8]| out.iter_mut().zip(bytes).for_each(|(o, b)| *o = *b);
    match c {
        b'b' | b'h' | b'i' | b'l' | b'q' | b'n' => {
            let n = integer(py, value, c)?.as_i64();
            let bits = item_size(c).unwrap_or(8) * 8;
            let fits = |n: &i64| bits == 64 || (-(1i64 << (bits - 1))..1i64 << (bits - 1)).contains(n);
            let Some(n) = n.filter(fits) else { return Err(bad_value(py, c)) };
            put(&n.to_le_bytes());
        }
        b'B' | b'H' | b'I' | b'L' | b'Q' | b'N' => {
            let n = integer(py, value, c)?.as_u64();
            let bits = item_size(c).unwrap_or(8) * 8;
            let Some(n) = n.filter(|n| bits == 64 || n >> bits == 0) else { return Err(bad_value(py, c)) };
            put(&n.to_le_bytes());
        }
        b'P' => {
            let n = integer(py, value, c)?;
            // An address: negative numbers count from the top, as `PyLong_AsVoidPtr` has it.
            let address = if n.is_negative() { n.as_i64().map(|n| n as u64) } else { n.as_u64() };
            let Some(address) = address else { return Err(bad_value(py, c)) };
            put(&address.to_le_bytes());
        }
        b'e' | b'f' | b'd' => {
            let x = match PyFloat::value_of(py, value) {
                Ok(x) => x,
                Err(raised) => return Err(translate(py, raised, c)),
            };
            match c {
                b'd' => put(&x.to_le_bytes()),
                b'f' => put(&(x as f32).to_le_bytes()),
                _ => match f64_to_half(x) {
                    Some(bits) => put(&bits.to_le_bytes()),
                    None => return Err(bad_value(py, c)),
                },
            }
        }
        b'?' => put(&[u8::from(value.is_true(py)?)]),
        b'c' => match value.downcast::<PyBytes>().map(PyBytes::as_bytes) {
            Some(&[byte]) => put(&[byte]),
            Some(_) => return Err(bad_value(py, c)),
            None => bail!(py, TypeError, "memoryview: invalid type for format '{}'", c as char),
        },
        _ => return Err(unsupported(py, c)),
    }
    Ok(out)
}

#[cold]
fn bad_value(py: Py<'_>, c: u8) -> crate::error::Raised {
    raise!(py, ValueError, "memoryview: invalid value for format '{}'", c as char)
}

fn integer(py: Py<'_>, value: &PyObject, c: u8) -> PyResult<Ref<PyInt>> {
    value.index(py).map_err(|raised| translate(py, raised, c))
}

/// A `TypeError` of a conversion is told in terms of the format; other exceptions pass, but for overflow.
#[cold]
fn translate(py: Py<'_>, raised: crate::error::Raised, c: u8) -> crate::error::Raised {
    use crate::objects::exceptions::types;
    if py.error_matches(types::TypeError()) {
        py.clear_error(raised);
        return raise!(py, TypeError, "memoryview: invalid type for format '{}'", c as char);
    }
    if py.error_matches(types::OverflowError()) || py.error_matches(types::ValueError()) {
        py.clear_error(raised);
        return bad_value(py, c);
    }
    raised
}

/// The format as a C string that lives forever: "B" or "@B".
pub(super) fn static_format(c: u8, prefixed: bool) -> Option<&'static core::ffi::CStr> {
    macro_rules! table {
        ($($code:literal $plain:literal $at:literal),* $(,)?) => {
            match (c, prefixed) {
                $(($code, false) => $plain, ($code, true) => $at,)*
                _ => return None,
            }
        };
    }
    Some(table! {
        b'c' c"c" c"@c", b'b' c"b" c"@b", b'B' c"B" c"@B", b'?' c"?" c"@?", b'h' c"h" c"@h", b'H' c"H" c"@H",
        b'i' c"i" c"@i", b'I' c"I" c"@I", b'l' c"l" c"@l", b'L' c"L" c"@L", b'q' c"q" c"@q", b'Q' c"Q" c"@Q",
        b'n' c"n" c"@n", b'N' c"N" c"@N", b'f' c"f" c"@f", b'd' c"d" c"@d", b'e' c"e" c"@e", b'P' c"P" c"@P",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves() {
        for bits in 0..=u16::MAX {
            let x = half_to_f64(bits);
            if !x.is_nan() {
                assert_eq!(f64_to_half(x), Some(bits), "{bits:#x}");
            }
        }
        assert_eq!(f64_to_half(65519.0), Some(0x7bff));
        assert_eq!(f64_to_half(65520.0), None);
        assert_eq!(f64_to_half(816.5), Some(0x6261));
    }
}
