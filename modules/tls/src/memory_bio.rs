//! `MemoryBIO`: bytes on their way between a TLS connection and somebody who carries them.

use core::cell::RefCell;
use std::collections::VecDeque;

use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::BufferArg;

use crate::errors::plain_ssl_error;

/// `_ssl.MemoryBIO`.
#[pyclass(module = "_ssl", name = "MemoryBIO", immutable)]
#[repr(C)]
pub struct MemoryBio {
    base: PyObject,
    bytes: RefCell<VecDeque<u8>>,
    ended: Cell<bool>,
}

impl MemoryBio {
    /// Takes at most `most` bytes out.
    pub fn take(&self, most: usize) -> Vec<u8> {
        let mut bytes = self.bytes.borrow_mut();
        let count = most.min(bytes.len());
        bytes.drain(..count).collect()
    }

    /// Adds bytes at the end.
    pub fn put(&self, more: &[u8]) {
        self.bytes.borrow_mut().extend(more);
    }

    /// Nothing will come after what is there.
    pub fn has_ended(&self) -> bool {
        self.ended.get()
    }
}

#[pymethods]
impl MemoryBio {
    #[new]
    #[sig("()")]
    fn new(py: Py<'_>, cls: &PyType) -> PyResult<Ref<PyObject>> {
        MemoryBio { base: PyObject::HEADER, bytes: RefCell::new(VecDeque::new()), ended: Cell::new(false) }
            .alloc(py, cls)
    }

    #[getter]
    fn pending(&self, _py: Py<'_>) -> usize {
        self.bytes.borrow().len()
    }

    #[getter]
    fn eof(&self, _py: Py<'_>) -> bool {
        self.ended.get() && self.bytes.borrow().is_empty()
    }

    #[pymethod]
    #[sig("($self, size=-1, /)")]
    fn read(&self, _py: Py<'_>, #[default(-1)] size: i32) -> Vec<u8> {
        self.take(usize::try_from(size).unwrap_or(usize::MAX))
    }

    #[pymethod]
    fn write(&self, py: Py<'_>, b: BufferArg) -> PyResult<usize> {
        let bytes = b.as_bytes();
        if i32::try_from(bytes.len()).is_err() {
            bail!(py, OverflowError, "string longer than {} bytes", i32::MAX)
        }
        if self.ended.get() {
            return Err(plain_ssl_error(py, "cannot write() after write_eof()"));
        }
        py.check_room(bytes.len())?;
        self.put(bytes);
        Ok(bytes.len())
    }

    #[pymethod]
    fn write_eof(&self, _py: Py<'_>) {
        self.ended.set(true);
    }
}
