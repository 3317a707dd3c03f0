//! `__format__` of the built-in types, on `krait-numeric`'s format specifications.

use krait_numeric::float_text::MOST_PRECISION;
use krait_numeric::format_spec::{self, Defaults, Field, LocaleInfo, Spec};

use crate::error::{PyResult, Raised};
use crate::object::PyObject;
use crate::objects::str::StrBuilder;
use crate::objects::{PyComplex, PyFloat, PyInt, PyStr};
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};

fn format_error(py: Py<'_>, error: &format_spec::FormatError, spec: &PyStr, value: &PyObject) -> Raised {
    let message = error.message(&spec.to_string_lossy(), value.ty().name());
    if error.is_overflow() {
        raise!(py, OverflowError, "{message}")
    } else {
        raise!(py, ValueError, "{message}")
    }
}

fn parse(py: Py<'_>, spec: &PyStr, value: &PyObject, defaults: Defaults) -> PyResult<Spec> {
    let parsed = format_spec::parse(spec.len(), |i| spec.code_point(i).unwrap_or(0), defaults)
        .map_err(|e| format_error(py, &e, spec, value))?;
    py.expect_room(parsed.width)?;
    Ok(parsed)
}

fn finish(
    py: Py<'_>,
    field: Result<Field, format_spec::FormatError>,
    spec: &PyStr,
    value: &PyObject,
) -> PyResult<Ref<PyObject>> {
    let field = field.map_err(|e| format_error(py, &e, spec, value))?;
    if field.is_ascii() {
        let mut text = Vec::with_capacity(field.len());
        field.write(|c| text.push(c as u8));
        return PyStr::from_ascii(py, &text).map(Ref::upcast);
    }
    let mut out = StrBuilder::new();
    out.push_fill(py, field.fill, field.left)?;
    out.push_str(py, &field.head)?;
    out.push_fill(py, field.fill, field.middle)?;
    match field.character {
        Some(c) => out.push_code_point(py, c)?,
        None => out.push_str(py, &field.body)?,
    }
    out.push_fill(py, field.fill, field.right)?;
    out.finish(py).map(Ref::upcast)
}

/// What the type `n` shows numbers by: the locale's words; other types want none.
fn locale_for(spec: &Spec) -> LocaleInfo {
    if spec.code_byte() == Some(b'n') { crate::system::locale::numbers() } else { LocaleInfo::default() }
}

/// `MemoryError` if the places that a float is to have cannot be had.
fn check_precision(py: Py<'_>, spec: &Spec) -> PyResult<()> {
    match spec.precision {
        Some(places) if places <= MOST_PRECISION => py.expect_room(places),
        _ => Ok(()),
    }
}

/// `format(int, spec)`.
pub fn format_int(py: Py<'_>, value: &PyInt, spec: &PyStr) -> PyResult<Ref<PyObject>> {
    if spec.is_empty() {
        return PyObject::str(value, py).map(Ref::upcast);
    }
    let parsed = parse(py, spec, value, Defaults::INT)?;
    if parsed.is_float_code() {
        check_precision(py, &parsed)?;
        let float = value.to_f64(py)?;
        return finish(py, format_spec::render_float(&parsed, float, &locale_for(&parsed)), spec, value);
    }
    if !matches!(parsed.code_byte(), Some(b'b' | b'o' | b'x' | b'X' | b'c')) {
        value.check_digit_limit(py)?;
    }
    finish(py, format_spec::render_int(&parsed, value.as_int_ref(), &locale_for(&parsed)), spec, value)
}

/// `format(float, spec)`.
pub fn format_float(py: Py<'_>, value: &PyFloat, spec: &PyStr) -> PyResult<Ref<PyObject>> {
    if spec.is_empty() {
        return PyObject::str(value, py).map(Ref::upcast);
    }
    let parsed = parse(py, spec, value, Defaults::FLOAT)?;
    check_precision(py, &parsed)?;
    finish(py, format_spec::render_float(&parsed, value.value(), &locale_for(&parsed)), spec, value)
}

/// `format(complex, spec)`.
pub fn format_complex(py: Py<'_>, value: &PyComplex, spec: &PyStr) -> PyResult<Ref<PyObject>> {
    if spec.is_empty() {
        return PyObject::str(value, py).map(Ref::upcast);
    }
    let parsed = parse(py, spec, value, Defaults::FLOAT)?;
    check_precision(py, &parsed)?;
    let (re, im) = value.value();
    finish(py, format_spec::render_complex(&parsed, re, im, &locale_for(&parsed)), spec, value)
}

/// `format(str, spec)`.
pub fn format_str(py: Py<'_>, value: &PyStr, spec: &PyStr) -> PyResult<Ref<PyStr>> {
    let parsed = parse(py, spec, value, Defaults::STR)?;
    let at = format_spec::lay_out_str(&parsed, value.len()).map_err(|e| format_error(py, &e, spec, value))?;
    if at.left == 0 && at.right == 0 {
        return value.substring(py, 0, at.take);
    }
    let mut out = StrBuilder::new();
    out.push_fill(py, parsed.fill, at.left)?;
    out.push_range(py, value, 0, at.take)?;
    out.push_fill(py, parsed.fill, at.right)?;
    out.finish(py)
}

/// `format(object, spec)` (`PyObject_Format`).
pub fn format_object(py: Py<'_>, value: &PyObject, spec: &PyStr) -> PyResult<Ref<PyStr>> {
    if spec.is_empty() {
        if let Some(s) = value.downcast_exact::<PyStr>() {
            return Ok(s.new_ref());
        }
        if value.downcast_exact::<PyInt>().is_some() {
            return value.str(py);
        }
    }
    let Some(method) = value.lookup_special(py, crate::id!(py, "__format__"))? else {
        return Err(raise!(py, TypeError, "Type {} doesn't define __format__", value.ty().name()));
    };
    let text = method.call(py, &[spec])?;
    text.downcast_into()
        .map_err(|text| raise!(py, TypeError, "__format__ must return a str, not {}", text.ty().name()))
}
