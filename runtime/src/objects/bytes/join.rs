//! `bytes.join` and `bytearray.join`, and concatenation.

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::exceptions::types;
use crate::objects::{PyBytes, PyList, PyTuple};
use crate::protocol::buffer::Buffer;
use crate::py::Py;
use crate::reference::{PyClass, Ref};
use crate::{bail, raise};

/// The items of an iterable that is to be joined.
pub(crate) fn items(py: Py<'_>, iterable: &PyObject) -> PyResult<Vec<Ref<PyObject>>> {
    if let Some(list) = iterable.downcast_exact::<PyList>() {
        return Ok(list.to_vec());
    }
    if let Some(tuple) = iterable.downcast_exact::<PyTuple>() {
        return Ok(tuple.as_slice().to_vec());
    }
    let iterator = match iterable.iter(py) {
        Ok(iterator) => iterator,
        Err(raised) if py.error_matches(types::TypeError()) => {
            py.clear_error(raised);
            bail!(py, TypeError, "can only join an iterable");
        }
        Err(raised) => return Err(raised),
    };
    let mut items = Vec::new();
    while let Some(item) = iterator.next(py)? {
        py.room_in(&mut items, 1)?;
        items.push(item);
    }
    Ok(items)
}

/// All pieces with the separator between them: `items` are those of `iterable`, which must not change its size.
pub(crate) fn join(
    py: Py<'_>,
    iterable: &PyObject,
    items: &[Ref<PyObject>],
    separator: &[u8],
) -> PyResult<Vec<u8>> {
    let list = iterable.downcast_exact::<PyList>();
    let mut buffers = Vec::new();
    let mut len = 0usize;
    for (i, item) in items.iter().enumerate() {
        if !item.has_buffer() {
            bail!(
                py,
                TypeError,
                "sequence item {i}: expected a bytes-like object, {} found",
                item.ty().name()
            );
        }
        let buffer = Buffer::new(py, item)?;
        len = len.saturating_add(buffer.len());
        py.room_in(&mut buffers, 1)?;
        buffers.push(buffer);
        if list.is_some_and(|list| list.len() != items.len()) {
            bail!(py, RuntimeError, "sequence changed size during iteration");
        }
    }
    len = len.saturating_add(separator.len().saturating_mul(items.len().saturating_sub(1)));
    let mut out = Vec::new();
    if len > isize::MAX as usize {
        bail!(py, OverflowError, "join() result is too long");
    }
    if out.try_reserve_exact(len).is_err() {
        return Err(py.no_memory());
    }
    for (i, buffer) in buffers.iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(separator);
        }
        out.extend_from_slice(buffer.as_bytes());
    }
    Ok(out)
}

/// The right-hand side of `+`.
pub(crate) fn operand(py: Py<'_>, other: &PyObject, name: &str) -> PyResult<Buffer> {
    if other.has_buffer() {
        match Buffer::new(py, other) {
            Ok(buffer) => return Ok(buffer),
            Err(raised) => py.clear_error(raised),
        }
    }
    Err(raise!(py, TypeError, "can't concat {} to {name}", other.ty().name()))
}

/// `a + b` of bytes-like objects, as `bytes`.
pub(crate) fn concat_bytes(py: Py<'_>, a: &PyBytes, b: &PyObject) -> PyResult<Ref<PyBytes>> {
    let right = operand(py, b, "bytes")?;
    let (left, right) = (a.as_bytes(), right.as_bytes());
    if left.is_empty() && PyBytes::check_exact(b) {
        return PyBytes::new(py, right);
    }
    if right.is_empty() && PyBytes::check_exact(a) {
        return Ok(a.new_ref());
    }
    let Some(len) = left.len().checked_add(right.len()).filter(|n| *n < isize::MAX as usize - 64) else {
        return Err(py.no_memory());
    };
    // SAFETY: both parts are written.
    unsafe {
        let made = PyBytes::alloc(py, len)?;
        core::ptr::copy_nonoverlapping(left.as_ptr(), made.data_ptr(), left.len());
        core::ptr::copy_nonoverlapping(right.as_ptr(), made.data_ptr().add(left.len()), right.len());
        Ok(made)
    }
}
