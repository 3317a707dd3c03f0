//! `MemoryBIO`: bytes on their way between a TLS connection and somebody who carries them.

use core::cell::RefCell;

use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::BufferArg;

use crate::errors::plain_ssl_error;

/// Bytes that are put at the end and taken from the start.
#[derive(Debug, Default)]
struct Queue {
    bytes: Vec<u8>,
    /// So many have been taken.
    start: usize,
}

impl Queue {
    fn len(&self) -> usize {
        self.bytes.len() - self.start
    }

    fn take(&mut self, most: usize) -> Vec<u8> {
        let rest = self.bytes.get(self.start..).unwrap_or_default();
        let taken = rest.get(..most).unwrap_or(rest).to_vec();
        self.start += taken.len();
        if self.start == self.bytes.len() {
            self.bytes.clear();
            self.start = 0;
        }
        taken
    }

    fn put(&mut self, more: &[u8]) {
        // The space of what was taken is used again once it is the larger part.
        if self.start > self.len() {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        self.bytes.extend(more);
    }
}

/// `_ssl.MemoryBIO`.
#[pyclass(module = "_ssl", name = "MemoryBIO", immutable, gc, heap)]
#[repr(C)]
pub struct MemoryBio {
    base: PyObject,
    bytes: RefCell<Queue>,
    ended: Cell<bool>,
}

impl MemoryBio {
    /// Takes at most `most` bytes out.
    pub fn take(&self, most: usize) -> Vec<u8> {
        self.bytes.borrow_mut().take(most)
    }

    /// Adds bytes at the end.
    pub fn put(&self, more: &[u8]) {
        self.bytes.borrow_mut().put(more);
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
        MemoryBio { base: PyObject::HEADER, bytes: RefCell::default(), ended: Cell::new(false) }
            .alloc(py, cls)
    }

    #[getter]
    fn pending(&self, _py: Py<'_>) -> usize {
        self.bytes.borrow().len()
    }

    #[getter]
    fn eof(&self, _py: Py<'_>) -> bool {
        self.ended.get() && self.bytes.borrow().len() == 0
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
        py.expect_room(bytes.len())?;
        self.put(bytes);
        Ok(bytes.len())
    }

    #[pymethod]
    fn write_eof(&self, _py: Py<'_>) {
        self.ended.set(true);
    }
}
