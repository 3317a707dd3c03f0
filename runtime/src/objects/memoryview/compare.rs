//! Equality of views: same shape, and items equal after unpacking by each side's format. Formats that are not native go through
//! `struct`, as in CPython; what it does not know makes views unequal.

use super::{PyMemoryView, dimensions, format_of, item, walk};
use crate::error::PyResult;
use crate::id;
use crate::object::PyObject;
use crate::objects::{PyBytes, PyStr, PyTuple};
use crate::protocol::buffer::{Buffer, Py_buffer, buf};
use crate::protocol::object::CompareOp;
use crate::py::Py;
use crate::reference::Ref;

/// How the items of one side are read.
enum Reader {
    Native(u8),
    /// `unpack_from` of a `struct.Struct`.
    Struct(Ref<PyObject>),
}

impl Reader {
    fn new(py: Py<'_>, format: &[u8]) -> PyResult<Option<Reader>> {
        if let Some(c) = item::native_char(format) {
            return Ok(Some(Reader::Native(c)));
        }
        let format = PyStr::new(py, &String::from_utf8_lossy(format))?;
        let module = py.builtin(id!(py, "__import__"))?.call(py, &[id!(py, "struct")])?;
        match module.call_method(py, id!(py, "Struct"), &[&format]) {
            Ok(made) => Ok(Some(Reader::Struct(made.get_attr(py, id!(py, "unpack_from"))?))),
            Err(raised) => {
                let error = module.get_attr(py, id!(py, "error"))?;
                if error.downcast().is_some_and(|class| py.error_matches(class)) {
                    py.clear_error(raised);
                    return Ok(None);
                }
                Err(raised)
            }
        }
    }

    fn read(&self, py: Py<'_>, item: &[u8]) -> PyResult<Ref<PyObject>> {
        match self {
            // SAFETY: the slice holds one item.
            Reader::Native(c) => unsafe { item::unpack(py, item.as_ptr(), *c) },
            Reader::Struct(unpack) => {
                let bytes = PyBytes::new(py, item)?;
                let values = unpack.call(py, &[&bytes])?;
                match values.downcast::<PyTuple>().map(PyTuple::as_slice) {
                    Some([one]) => Ok(one.clone()),
                    _ => Ok(values),
                }
            }
        }
    }
}

fn same_shape(a: &Py_buffer, b: &Py_buffer) -> bool {
    if a.ndim != b.ndim {
        return false;
    }
    let (a, b) = (dimensions(a), dimensions(b));
    // What follows a dimension of length 0 does not matter.
    for (x, y) in a.shape.iter().zip(b.shape) {
        if x != y {
            return false;
        }
        if *x == 0 {
            break;
        }
    }
    true
}

/// `this == other`; none when `other` has no buffer.
pub(super) fn equal(py: Py<'_>, this: &PyMemoryView, other: &PyObject) -> PyResult<Option<bool>> {
    if this.is_released() {
        return Ok(Some(core::ptr::addr_eq(this, other)));
    }
    let held;
    let theirs = match other.downcast::<PyMemoryView>() {
        Some(view) if view.is_released() => return Ok(Some(false)),
        Some(view) => view.view(),
        None => {
            if !other.has_buffer() {
                return Ok(None);
            }
            held = match Buffer::with_flags(py, other, buf::FULL_RO) {
                Ok(buffer) => buffer,
                Err(raised) => {
                    py.clear_error(raised);
                    return Ok(None);
                }
            };
            match held.view() {
                Some(view) => view,
                None => return Ok(None),
            }
        }
    };
    views_equal(py, this.view(), theirs).map(Some)
}

fn views_equal(py: Py<'_>, a: &Py_buffer, b: &Py_buffer) -> PyResult<bool> {
    if !same_shape(a, b) {
        return Ok(false);
    }
    let formats = (format_of(a), format_of(b));
    let native = (item::native_char(formats.0), item::native_char(formats.1));
    // The bytes are copied first: comparing may run Python code, which may release the views.
    let (left, right) = (walk::to_contiguous(py, a, b'C')?, walk::to_contiguous(py, b, b'C')?);
    if let (Some(x), Some(y)) = native
        && x == y
        && !matches!(x, b'f' | b'd' | b'e' | b'?')
    {
        return Ok(left == right);
    }
    let (Some(x), Some(y)) = (Reader::new(py, formats.0)?, Reader::new(py, formats.1)?) else {
        return Ok(false);
    };
    let sizes = (a.itemsize.max(1) as usize, b.itemsize.max(1) as usize);
    for (p, q) in left.chunks_exact(sizes.0).zip(right.chunks_exact(sizes.1)) {
        let equal = x.read(py, p)?.rich_compare(py, &*y.read(py, q)?, CompareOp::Eq)?;
        if !equal.is_true(py)? {
            return Ok(false);
        }
    }
    Ok(true)
}
