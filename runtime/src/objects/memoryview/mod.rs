//! `memoryview`.

use crate::error::PyResult;
use crate::protocol::buffer::Py_buffer;
use crate::py::Py;

/// The items of a view in the order asked for.
pub(crate) fn to_contiguous(py: Py<'_>, view: &Py_buffer, _order: u8) -> PyResult<Vec<u8>> {
    let _ = py;
    // SAFETY: the view is held.
    Ok(unsafe { core::slice::from_raw_parts(view.buf.cast(), view.len as usize) }.to_vec())
}
