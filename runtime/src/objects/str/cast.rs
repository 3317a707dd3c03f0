//! What `str(…)` makes of its arguments.

use std::borrow::Cow;

use super::PyStr;
use crate::error::PyResult;
use crate::object::PyObject;
use crate::py::Py;
use crate::reference::Ref;
use crate::{bail, raise};

/// Text for a C string: refuses NULs.
pub(super) fn plain_text<'a>(py: Py<'_>, s: &'a PyStr) -> PyResult<Cow<'a, str>> {
    let text = s.to_utf8(py)?;
    if text.contains('\0') {
        return Err(raise!(py, ValueError, "embedded null character"));
    }
    Ok(text)
}

/// A positional argument of `str` that must be text. Unlike a keyword's, the message names the type of `None`, as CPython's does.
pub(super) fn text_argument<'a>(py: Py<'_>, object: &'a PyObject, name: &str) -> PyResult<&'a PyStr> {
    match object.downcast::<PyStr>() {
        Some(text) => Ok(text),
        None => Err(raise!(
            py,
            TypeError,
            "str() argument '{name}' must be str, not {}",
            object.ty().qualified_name()
        )),
    }
}

/// The plain string for the arguments of `str`.
pub(super) fn construct(
    py: Py<'_>,
    object: Option<&PyObject>,
    encoding: Option<&PyStr>,
    errors: Option<&PyStr>,
) -> PyResult<Ref<PyStr>> {
    let Some(object) = object else { return Ok(PyStr::empty()) };
    if encoding.is_none() && errors.is_none() {
        return object.str(py);
    }
    if object.downcast::<PyStr>().is_some() {
        bail!(py, TypeError, "decoding str is not supported");
    }
    let encoding = encoding.map(|e| plain_text(py, e)).transpose()?;
    let errors = errors.map(|e| plain_text(py, e)).transpose()?;
    crate::codecs::decode_object(py, object, encoding.as_deref(), errors.as_deref())
}
