//! What all streams share: the exceptions of module `io`, argument types, checks on other stream objects, warnings.

use krait_runtime::args::ArgPos;
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;

/// `io.DEFAULT_BUFFER_SIZE`.
pub const DEFAULT_BUFFER_SIZE: usize = 128 * 1024;

/// `io.UnsupportedOperation`, as the module holds it.
pub fn unsupported_type(py: Py<'_>) -> PyResult<Ref<PyObject>> {
    let modules = py.interp().modules.get();
    let module = match modules.as_ref().and_then(|m| m.downcast::<PyDict>()) {
        Some(modules) => modules.get_str(py, id!(py, "_io"))?,
        None => None,
    };
    match module {
        Some(module) => module.get_attr(py, id!(py, "UnsupportedOperation")),
        None => Ok(types::OSError().to_ref()),
    }
}

/// Raises `io.UnsupportedOperation`.
#[cold]
pub fn unsupported(py: Py<'_>, text: &str) -> Raised {
    let ty = match unsupported_type(py) {
        Ok(ty) => ty,
        Err(raised) => return raised,
    };
    match ty.downcast::<PyType>() {
        Some(ty) => py.raise(ty, format_args!("{text}")),
        None => raise!(py, OSError, "{text}"),
    }
}

/// The signal handlers that are due; called after `EINTR` and between the calls of a long write.
pub fn check_signals(py: Py<'_>) -> PyResult<()> {
    py.check_signals()
}

/// A size: an integer, or `None` (or nothing) for -1.
#[derive(Clone, Copy)]
pub struct Size(pub isize);

impl<'a> FromArg<'a> for Size {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, _at: ArgPos) -> PyResult<Size> {
        if obj.is_none() {
            return Ok(Size(-1));
        }
        if obj.is_index() {
            return obj.to_index_isize(py, "cannot fit '{}' into an index-sized integer").map(Size);
        }
        bail!(py, TypeError, "argument should be integer or None, not '{}'", obj.ty().name())
    }
}

impl Size {
    /// The size as a limit.
    pub fn limit(self) -> Option<usize> {
        usize::try_from(self.0).ok()
    }
}

/// True when the stream says that it is closed.
pub fn is_closed(py: Py<'_>, stream: &PyObject) -> PyResult<bool> {
    stream.get_attr(py, id!(py, "closed"))?.is_true(py)
}

/// "I/O operation on closed file." when the stream has a true `closed`.
pub fn check_closed(py: Py<'_>, stream: &PyObject) -> PyResult<()> {
    match stream.get_attr_optional(py, id!(py, "closed"))? {
        Some(closed) if closed.is_true(py)? => bail!(py, ValueError, "I/O operation on closed file."),
        _ => Ok(()),
    }
}

fn check_ability(py: Py<'_>, stream: &PyObject, method: &PyStr, text: &str) -> PyResult<()> {
    let answer = stream.call_method(py, method, &[])?;
    if answer.is(PyBool::get(true)) { Ok(()) } else { Err(unsupported(py, text)) }
}

/// `UnsupportedOperation` unless `stream.readable()` is `True`.
pub fn check_readable(py: Py<'_>, stream: &PyObject) -> PyResult<()> {
    check_ability(py, stream, id!(py, "readable"), "File or stream is not readable.")
}

/// `UnsupportedOperation` unless `stream.writable()` is `True`.
pub fn check_writable(py: Py<'_>, stream: &PyObject) -> PyResult<()> {
    check_ability(py, stream, id!(py, "writable"), "File or stream is not writable.")
}

/// `UnsupportedOperation` unless `stream.seekable()` is `True`.
pub fn check_seekable(py: Py<'_>, stream: &PyObject) -> PyResult<()> {
    check_ability(py, stream, id!(py, "seekable"), "File or stream is not seekable.")
}

/// Refuses pickling.
pub fn cannot_pickle(py: Py<'_>, stream: &PyObject) -> Raised {
    raise!(py, TypeError, "cannot pickle '{}' instances", stream.ty().short_name())
}

/// Calls again while an `InterruptedError` comes out.
pub fn retry_interrupted<T>(py: Py<'_>, mut call: impl FnMut() -> PyResult<T>) -> PyResult<T> {
    loop {
        match call() {
            Err(raised) if py.error_matches(types::InterruptedError()) => {
                py.clear_error(raised);
                check_signals(py)?;
            }
            other => return other,
        }
    }
}

/// Runs `first`, then `second` whatever came of it; an error of the second gets the first one as its context.
pub fn both<T>(py: Py<'_>, first: PyResult<()>, second: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    let Err(raised) = first else { return second() };
    let earlier = py.fetch(raised);
    match second() {
        Ok(_) => Err(py.restore(earlier)),
        Err(raised) => {
            let later = py.fetch(raised);
            if !later.is(&earlier)
                && let Some(e) = later.downcast::<krait_runtime::objects::exceptions::PyBaseException>()
            {
                e.set_context(Some(earlier));
            }
            Err(py.restore(later))
        }
    }
}

/// "unclosed file": a `ResourceWarning`; made an error by a filter it is reported as unraisable.
pub fn warn_unclosed(py: Py<'_>, source: &PyObject) {
    let text = source.repr(py).and_then(|r| {
        py.warn_about(types::ResourceWarning(), &format!("unclosed file {}", r.to_string_lossy()), source)
    });
    if let Err(raised) = text {
        // Only a warning turned into an error is worth a report.
        if py.error_matches(types::Warning()) {
            py.report_unraisable(raised, None, Some(source));
        } else {
            py.clear_error(raised);
        }
    }
}

/// An `off_t`.
pub fn offset(py: Py<'_>, object: &PyObject) -> PyResult<i64> {
    match object.index(py)?.as_i64() {
        Some(n) => Ok(n),
        None => bail!(py, OverflowError, "Python int too large to convert to C long"),
    }
}

/// An `off_t` that a stream answered.
pub fn answered_offset(py: Py<'_>, object: &PyObject) -> PyResult<i64> {
    if !object.is_index() {
        bail!(py, TypeError, "'{}' object cannot be interpreted as an integer", object.ty().name());
    }
    offset(py, object)
}

/// A memory view over an object's buffer.
pub fn memory_view(py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
    py.builtin(id!(py, "memoryview"))?.call(py, &[object])
}

/// `<TYPE name='…'>` and the like: what all file objects show of themselves.
pub fn describe(py: Py<'_>, stream: &PyObject, more: &str) -> PyResult<Ref<PyStr>> {
    let type_name = stream.ty().name();
    let name = match stream.get_attr_optional(py, id!(py, "name")) {
        Ok(name) => name,
        // An unusable stream still has a repr.
        Err(raised) if py.error_matches(types::ValueError()) => {
            py.clear_error(raised);
            None
        }
        Err(raised) => return Err(raised),
    };
    let Some(name) = name else { return PyStr::new(py, &format!("<{type_name}{more}>")) };
    let Some(_guard) = py.repr_enter(stream)? else {
        bail!(py, RuntimeError, "reentrant call inside {type_name}.__repr__")
    };
    let name = name.repr(py)?;
    PyStr::concat_display(py, &format!("<{type_name} name="), "", &name, &format!("{more}>"))
}

/// A `str` or `None` argument.
pub fn text_or_none<'a>(
    py: Py<'_>,
    value: Option<&'a PyObject>,
    function: &str,
    name: &str,
) -> PyResult<Option<&'a PyStr>> {
    let Some(value) = value.filter(|v| !v.is_none()) else { return Ok(None) };
    match value.downcast::<PyStr>() {
        Some(text) => Ok(Some(text)),
        None => bail!(
            py,
            TypeError,
            "{function}() argument '{name}' must be str or None, not {}",
            value.ty().name()
        ),
    }
}
