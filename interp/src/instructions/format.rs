//! f-strings and template strings.

use krait_runtime::objects::{PyFloat, PyInt, PyStr, PyTuple};
use krait_runtime::protocol::format::{format_float, format_int};
use krait_runtime::{Py, PyObject, PyResult, Ref, raise};

use super::access::attempt;
use crate::dispatch::Step;
use crate::stackref::StackRef;

#[inline(never)]
fn convert(py: Py<'_>, value: &PyObject, how: u32) -> PyResult<Ref<PyObject>> {
    match how {
        1 => value.str(py).map(Ref::upcast),
        2 => value.repr(py).map(Ref::upcast),
        3 => krait_runtime::objects::str::ascii_repr(py, value).map(Ref::upcast),
        _ => Err(raise!(py, SystemError, "unknown conversion {how}")),
    }
}

/// `format(value, spec)`.
#[inline(never)]
pub(crate) fn format(py: Py<'_>, value: &PyObject, spec: &PyObject) -> PyResult<Ref<PyObject>> {
    if spec.downcast::<PyStr>().is_some_and(PyStr::is_empty) {
        if value.downcast_exact::<PyStr>().is_some() {
            return Ok(value.to_ref());
        }
        if value.downcast_exact::<PyInt>().is_some() {
            return value.str(py).map(Ref::upcast);
        }
    }
    if let (Some(number), Some(spec)) = (value.downcast_exact::<PyFloat>(), spec.downcast_exact::<PyStr>()) {
        return format_float(py, number, spec);
    }
    if let (Some(number), Some(spec)) = (value.downcast_exact::<PyInt>(), spec.downcast_exact::<PyStr>()) {
        return format_int(py, number, spec);
    }
    let Some(method) = value.lookup_special(py, krait_runtime::id!(py, "__format__"))? else {
        return Err(raise!(py, TypeError, "Type {} doesn't define __format__", value.ty().name()));
    };
    let text = method.call(py, &[spec])?;
    if text.downcast::<PyStr>().is_none() {
        return Err(raise!(py, TypeError, "__format__ must return a str, not {}", text.ty().name()));
    }
    Ok(text)
}

#[inline(never)]
fn join(py: Py<'_>, parts: *const StackRef, n: usize) -> PyResult<Ref<PyObject>> {
    // SAFETY: the caller's `n` stack slots, all strings, stay in place meanwhile.
    let parts = (0..n).map(|i| unsafe { (*parts.add(i)).get().cast_unchecked::<PyStr>() });
    PyStr::concat_parts(py, parts).map(Ref::upcast)
}

instructions! {
    /// `str`, `repr` or `ascii` for `!s`, `!r`, `!a`.
    fn CONVERT_VALUE(cx, oparg) {
        let result = convert(cx.py, cx.object(1), oparg);
        cx.finish(1, result)
    }

    /// `format(value, '')`.
    fn FORMAT_SIMPLE(cx, _) {
        let value = cx.object(1);
        if value.downcast_exact::<PyStr>().is_some() {
            return Step::Next;
        }
        let text = format(cx.py, value, krait_runtime::id!(cx.py, ""));
        cx.finish(1, text)
    }

    /// `format(value, spec)`.
    fn FORMAT_WITH_SPEC(cx, _) {
        let text = format(cx.py, cx.object(2), cx.object(1));
        cx.finish(2, text)
    }

    /// Concatenation of the topmost strings.
    fn BUILD_STRING(cx, oparg) {
        let n = oparg as usize;
        let text = attempt!(join(cx.py, cx.slot(n), n));
        if n == 0 {
            cx.push_ref(text);
        } else {
            cx.replace_n(n, StackRef::owned(text));
        }
        Step::Next
    }

    /// Interpolation of a template string: value, source text, and with bit 0 a format.
    fn BUILD_INTERPOLATION(cx, oparg) {
        let n = 2 + (oparg & 1) as usize;
        let format = if oparg & 1 != 0 { Some(cx.object(1)) } else { None };
        let result = crate::elsewhere::build_interpolation(
            cx.py, cx.object(n), cx.object(n - 1), (oparg >> 2) as i32, format);
        cx.finish(n, result)
    }

    /// Template string from a tuple of strings and a tuple of interpolations.
    fn BUILD_TEMPLATE(cx, _) {
        let strings: &PyTuple = cx.object(2).cast_unchecked();
        let interpolations: &PyTuple = cx.object(1).cast_unchecked();
        let result = crate::elsewhere::build_template(cx.py, strings, interpolations);
        cx.finish(2, result)
    }
}
