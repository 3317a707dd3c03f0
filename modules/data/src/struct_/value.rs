//! Single values to bytes and back.

use krait_numeric::float_ops::half;
use krait_runtime::prelude::*;

use super::format::{Item, Kind};
use super::object::ERROR;

#[cold]
fn error(py: Py<'_>, text: &str) -> Raised {
    ERROR.raise(py, format_args!("{text}"))
}

/// The value as an int, through `__index__`.
fn int_of(py: Py<'_>, value: &PyObject) -> PyResult<Ref<PyInt>> {
    if let Some(n) = value.downcast::<PyInt>() {
        return Ok(n.new_ref());
    }
    if value.is_index() {
        return value.index(py);
    }
    Err(error(py, "required argument is not an integer"))
}

#[cold]
fn out_of_range(py: Py<'_>, item: &Item) -> Raised {
    let bits = item.size as u32 * 8;
    let code = item.code as char;
    if item.kind == Kind::Signed {
        let max = i64::MAX >> (64 - bits);
        ERROR.raise(py, format_args!("'{code}' format requires {} <= number <= {max}", -max - 1))
    } else {
        ERROR.raise(py, format_args!("'{code}' format requires 0 <= number <= {}", u64::MAX >> (64 - bits)))
    }
}

/// The bits of an integer that fits into `item.size` bytes.
fn int_bits(py: Py<'_>, item: &Item, value: &PyObject) -> PyResult<u64> {
    let n = match value.downcast_exact::<PyInt>().and_then(PyInt::as_compact) {
        Some(n) => Some(n),
        None => {
            let n = int_of(py, value)?;
            if item.kind == Kind::Unsigned {
                return match n.as_u64() {
                    Some(n) if item.size == 8 || n >> (item.size * 8) == 0 => Ok(n),
                    _ => Err(out_of_range(py, item)),
                };
            }
            n.as_i64()
        }
    };
    let Some(n) = n else { return Err(out_of_range(py, item)) };
    let unused = 64 - 8 * item.size as u32;
    let fits = if item.kind == Kind::Signed {
        (n << unused) >> unused == n
    } else {
        n >= 0 && (unused == 0 || (n as u64) >> (64 - unused) == 0)
    };
    if fits { Ok(n as u64) } else { Err(out_of_range(py, item)) }
}

/// Writes integer bits of the slot's length.
fn put(out: &mut [u8], bits: u64, little_endian: bool) {
    let n = out.len();
    if little_endian {
        out.copy_from_slice(bits.to_le_bytes().get(..n).unwrap_or_default());
    } else {
        out.copy_from_slice(bits.to_be_bytes().get(8 - n..).unwrap_or_default());
    }
}

#[inline]
fn take(data: &[u8], little_endian: bool) -> u64 {
    let swap = little_endian != cfg!(target_endian = "little");
    if let Ok(bytes) = data.try_into().map(u32::from_ne_bytes) {
        return u64::from(if swap { bytes.swap_bytes() } else { bytes });
    }
    if let Ok(bytes) = data.try_into().map(u64::from_ne_bytes) {
        return if swap { bytes.swap_bytes() } else { bytes };
    }
    let mut wide = [0u8; 8];
    if little_endian {
        wide.iter_mut().zip(data).for_each(|(to, from)| *to = *from);
    } else {
        wide.iter_mut().zip(data.iter().rev()).for_each(|(to, from)| *to = *from);
    }
    u64::from_le_bytes(wide)
}

/// An overflow of an int argument is this module's error.
fn float_overflow(py: Py<'_>, value: &PyObject, code: char) -> Raised {
    if value.downcast::<PyInt>().is_some() {
        return error(py, "int too large to convert");
    }
    raise!(py, OverflowError, "float too large to pack with {code} format")
}

fn single_bits(x: f64) -> Option<u64> {
    half::to_single_bits(x).map(u64::from)
}

/// Converts one value into its place.
pub fn pack(
    py: Py<'_>,
    item: &Item,
    value: &PyObject,
    out: &mut [u8],
    little_endian: bool,
    native: bool,
) -> PyResult<()> {
    match item.kind {
        Kind::Pad => {}
        Kind::Signed | Kind::Unsigned => put(out, int_bits(py, item, value)?, little_endian),
        Kind::Pointer => {
            let n = int_of(py, value)?;
            let bits = if n.is_negative() { n.as_i64().map(|n| n as u64) } else { n.as_u64() };
            let Some(bits) = bits else { return Err(error(py, "int too large to convert")) };
            put(out, bits, little_endian);
        }
        Kind::Bool => put(out, value.is_true(py)?.into(), little_endian),
        Kind::Char => {
            let byte = value.downcast::<PyBytes>().map(PyBytes::as_bytes);
            let Some([byte]) = byte else {
                return Err(error(py, "char format requires a bytes object of length 1"));
            };
            put(out, (*byte).into(), little_endian);
        }
        Kind::Bytes | Kind::Pascal => {
            let bytes = match (value.downcast::<PyBytes>(), value.downcast::<PyByteArray>()) {
                (Some(bytes), _) => bytes.as_bytes(),
                (_, Some(array)) => array.as_bytes(),
                _ => {
                    return Err(ERROR.raise(
                        py,
                        format_args!("argument for '{}' must be a bytes object", item.code as char),
                    ));
                }
            };
            let target = if item.kind == Kind::Pascal {
                let Some((length, target)) = out.split_first_mut() else { return Ok(()) };
                *length = bytes.len().min(target.len()).min(255) as u8;
                target
            } else {
                out
            };
            target.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        }
        Kind::Half | Kind::Float | Kind::Double => {
            let x = match PyFloat::value_of(py, value) {
                Ok(x) => x,
                Err(raised) => {
                    py.clear_error(raised);
                    return Err(error(py, "required argument is not a float"));
                }
            };
            let bits = match item.kind {
                Kind::Half => {
                    half::to_bits(x).map(u64::from).ok_or_else(|| float_overflow(py, value, 'e'))?
                }
                Kind::Float => single_bits(x).ok_or_else(|| float_overflow(py, value, 'f'))?,
                _ => x.to_bits(),
            };
            put(out, bits, little_endian);
        }
        Kind::ComplexFloat | Kind::ComplexDouble => {
            let (re, im) = match PyComplex::value_of(py, value) {
                Ok(z) => z,
                Err(raised) => {
                    py.clear_error(raised);
                    return Err(error(py, "required argument is not a complex"));
                }
            };
            let (first, second) = out.split_at_mut(item.size / 2);
            for (part, x) in [(first, re), (second, im)] {
                let bits = if item.kind == Kind::ComplexDouble {
                    x.to_bits()
                } else {
                    match single_bits(x) {
                        Some(bits) => bits,
                        None if native => (x as f32).to_bits().into(),
                        None => return Err(float_overflow(py, value, 'f')),
                    }
                };
                put(part, bits, little_endian);
            }
        }
    }
    Ok(())
}

/// Converts one place back into a value.
pub fn unpack(py: Py<'_>, item: &Item, data: &[u8], little_endian: bool) -> PyResult<Ref<PyObject>> {
    let bits = |data: &[u8]| take(data, little_endian);
    let single = |data: &[u8]| half::from_single_bits(take(data, little_endian) as u32);
    match item.kind {
        Kind::Pad => Ok(py.none()),
        Kind::Signed => {
            let unused = 64 - 8 * item.size as u32;
            (((bits(data) << unused) as i64) >> unused).into_py(py)
        }
        Kind::Unsigned | Kind::Pointer => bits(data).into_py(py),
        Kind::Bool => (bits(data) != 0).into_py(py),
        Kind::Char | Kind::Bytes => data.into_py(py),
        Kind::Pascal => match data.split_first() {
            Some((&length, rest)) => {
                rest.get(..usize::from(length).min(rest.len())).unwrap_or_default().into_py(py)
            }
            None => (&[][..] as &[u8]).into_py(py),
        },
        Kind::Half => half::from_bits(bits(data) as u16).into_py(py),
        Kind::Float => single(data).into_py(py),
        Kind::Double => f64::from_bits(bits(data)).into_py(py),
        Kind::ComplexFloat | Kind::ComplexDouble => {
            let (re, im) = data.split_at(item.size / 2);
            let z = if item.kind == Kind::ComplexFloat {
                (single(re), single(im))
            } else {
                (f64::from_bits(bits(re)), f64::from_bits(bits(im)))
            };
            PyComplex::new(py, z.0, z.1).map(Ref::upcast)
        }
    }
}
