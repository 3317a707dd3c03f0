//! Changing a bytearray: item and slice assignment, `append`, `extend`, `insert`, `pop` and kin.

use krait_macros::pymethods;

use super::PyByteArray;
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::bytes::construct::{self, Target};
use crate::objects::bytes::join;
use crate::objects::bytes::shared::{byte_argument, repeated};
use crate::objects::exceptions::types;
use crate::objects::slice::{Indices, adjust};
use crate::objects::{PyInt, PySlice, PyStr};
use crate::protocol::buffer::Buffer;
use crate::py::Py;
use crate::reference::{PyClass, Ref};
use crate::{bail, raise};

impl PyByteArray {
    fn wrap(&self, index: isize) -> Option<usize> {
        let index = if index < 0 { index + self.len() as isize } else { index };
        usize::try_from(index).ok().filter(|i| *i < self.len())
    }

    fn assign_index(&self, py: Py<'_>, index: isize, value: Option<&PyObject>) -> PyResult<()> {
        // The value may run Python code: it comes first, the bounds afterwards.
        let byte = match value {
            Some(value) if self.wrap(index).is_some() => Some(byte_argument(py, value)?),
            _ => None,
        };
        let Some(at) = self.wrap(index) else {
            bail!(py, IndexError, "bytearray index out of range");
        };
        match byte {
            Some(byte) => {
                self.set(at, byte);
                Ok(())
            }
            None => self.splice(py, at, at + 1, b""),
        }
    }

    /// The bytes for a slice assignment.
    fn slice_value(&self, py: Py<'_>, value: &PyObject) -> PyResult<Vec<u8>> {
        if let Some(b) = value.downcast::<PyByteArray>() {
            return Ok(b.as_bytes().to_vec());
        }
        if value.has_buffer() {
            return Ok(Buffer::new(py, value)?.as_bytes().to_vec());
        }
        if value.is_index() || value.downcast::<PyStr>().is_some() {
            bail!(py, TypeError, "can assign only bytes, buffers, or iterables of ints in range(0, 256)");
        }
        construct::from_object(py, value, Target::ByteArray)
    }

    fn assign_slice(&self, py: Py<'_>, slice: &PySlice, value: Option<&PyObject>) -> PyResult<()> {
        // Neither the bounds nor the value may be read after the length: reading them may change the bytes.
        let (start, stop, step) = slice.unpack(py)?;
        let with = match value {
            Some(value) => self.slice_value(py, value)?,
            None => Vec::new(),
        };
        let at: Indices = adjust(start, stop, step, self.len());
        let start = at.start.max(0) as usize;
        if at.step == 1 {
            return self.splice(py, start, start + at.len, &with);
        }
        if with.is_empty() {
            // An empty value deletes, too.
            return self.delete_stepped(py, &at);
        }
        if with.len() != at.len {
            bail!(
                py,
                ValueError,
                "attempt to assign bytes of size {} to extended slice of size {}",
                with.len(),
                at.len
            );
        }
        for (i, b) in with.iter().enumerate() {
            self.set((at.start + i as isize * at.step) as usize, *b);
        }
        Ok(())
    }

    fn delete_stepped(&self, py: Py<'_>, at: &Indices) -> PyResult<()> {
        self.check_resizable(py)?;
        if at.len == 0 {
            return Ok(());
        }
        let mut gone: Vec<usize> = (0..at.len as isize).map(|i| (at.start + i * at.step) as usize).collect();
        gone.sort_unstable();
        let mut next = gone.iter().peekable();
        let kept: Vec<u8> = self
            .as_bytes()
            .iter()
            .enumerate()
            .filter(|(i, _)| next.next_if_eq(&i).is_none())
            .map(|(_, b)| *b)
            .collect();
        self.assign(py, &kept)
    }
}

#[pymethods(part = "mutate")]
impl PyByteArray {
    #[slot]
    fn sq_ass_item(&self, py: Py<'_>, index: isize, value: Option<&PyObject>) -> PyResult<()> {
        if index < 0 {
            bail!(py, IndexError, "bytearray index out of range");
        }
        self.assign_index(py, index, value)
    }

    #[slot]
    fn mp_ass_subscript(&self, py: Py<'_>, key: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
        if key.is_index() {
            let index = key.to_index_isize(py, "cannot fit '{}' into an index-sized integer")?;
            return self.assign_index(py, index, value);
        }
        match key.downcast::<PySlice>() {
            Some(slice) => self.assign_slice(py, slice, value),
            None => Err(raise!(
                py,
                TypeError,
                "bytearray indices must be integers or slices, not {}",
                key.ty().name()
            )),
        }
    }

    #[slot]
    fn sq_inplace_concat(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyByteArray>> {
        // Held meanwhile: with itself it cannot grow.
        let more = join::operand(py, other, "bytearray")?;
        self.extend(py, more.as_bytes())?;
        Ok(self.new_ref())
    }

    #[slot]
    fn sq_inplace_repeat(&self, py: Py<'_>, n: isize) -> PyResult<Ref<PyByteArray>> {
        if n == 1 {
            return Ok(self.new_ref());
        }
        let out = repeated(py, self.as_bytes(), n)?;
        self.assign(py, &out)?;
        Ok(self.new_ref())
    }

    #[pymethod]
    fn append(&self, py: Py<'_>, item: &PyObject) -> PyResult<()> {
        let byte = byte_argument(py, item)?;
        if self.len() >= isize::MAX as usize - 64 {
            bail!(py, OverflowError, "cannot add more objects to bytearray");
        }
        self.extend(py, &[byte])
    }

    #[pymethod]
    fn insert(&self, py: Py<'_>, index: isize, item: &PyObject) -> PyResult<()> {
        let byte = byte_argument(py, item)?;
        let len = self.len() as isize;
        let at = if index < 0 { (index + len).max(0) } else { index.min(len) } as usize;
        self.check_resizable(py)?;
        self.splice(py, at, at, &[byte])
    }

    #[pymethod(name = "extend")]
    fn extend_with(&self, py: Py<'_>, iterable_of_ints: &PyObject) -> PyResult<()> {
        self.extend_from(py, iterable_of_ints)
    }

    #[pymethod]
    fn pop(&self, py: Py<'_>, #[default(-1)] index: isize) -> PyResult<Ref<PyInt>> {
        if self.is_empty() {
            bail!(py, IndexError, "pop from empty bytearray");
        }
        let Some(at) = self.wrap(index) else {
            bail!(py, IndexError, "pop index out of range");
        };
        self.check_resizable(py)?;
        let byte = self.as_bytes().get(at).copied().unwrap_or(0);
        self.splice(py, at, at + 1, b"")?;
        PyInt::new(py, i64::from(byte))
    }

    #[pymethod]
    fn remove(&self, py: Py<'_>, value: &PyObject) -> PyResult<()> {
        let byte = byte_argument(py, value)?;
        let Some(at) = memchr::memchr(byte, self.as_bytes()) else {
            bail!(py, ValueError, "value not found in bytearray");
        };
        self.check_resizable(py)?;
        self.splice(py, at, at + 1, b"")
    }

    #[pymethod]
    fn reverse(&self) {
        let mut bytes = self.as_bytes().to_vec();
        bytes.reverse();
        bytes.iter().enumerate().for_each(|(i, b)| {
            self.set(i, *b);
        });
    }

    #[pymethod]
    fn clear(&self, py: Py<'_>) -> PyResult<()> {
        self.resize(py, 0)
    }

    #[pymethod(name = "resize")]
    fn resize_to(&self, py: Py<'_>, size: isize) -> PyResult<()> {
        if size < 0 {
            bail!(py, ValueError, "Can only resize to positive sizes, got {size}");
        }
        let old = self.len();
        self.resize(py, size as usize)?;
        for i in old..size as usize {
            self.set(i, 0);
        }
        Ok(())
    }
}

impl PyByteArray {
    fn extend_from(&self, py: Py<'_>, iterable: &PyObject) -> PyResult<()> {
        if core::ptr::addr_eq(iterable, self) {
            let own = self.as_bytes().to_vec();
            return self.extend(py, &own);
        }
        if iterable.has_buffer() {
            // Whoever gives the buffer may change the length: the bytes go where the end was.
            let at = self.len();
            let buffer = match Buffer::new(py, iterable) {
                Ok(buffer) => buffer,
                Err(raised) => {
                    py.clear_error(raised);
                    bail!(py, TypeError, "can't set bytearray slice from {}", iterable.ty().name());
                }
            };
            py.expect_room(buffer.len())?;
            let at = at.min(self.len());
            // Held meanwhile, so that the bytes need not be copied twice.
            return self.splice(py, at, at, buffer.as_bytes());
        }
        let iterator = match iterable.iter(py) {
            Ok(iterator) => iterator,
            Err(raised) if py.error_matches(types::TypeError()) => {
                py.clear_error(raised);
                bail!(py, TypeError, "can't extend bytearray with {}", iterable.ty().name());
            }
            Err(raised) => return Err(raised),
        };
        let mut more = Vec::new();
        while let Some(item) = iterator.next(py)? {
            match byte_argument(py, &item) {
                Ok(b) => more.push(b),
                Err(raised)
                    if iterable.downcast::<PyStr>().is_some() && py.error_matches(types::TypeError()) =>
                {
                    py.clear_error(raised);
                    bail!(py, TypeError, "expected iterable of integers; got: 'str'");
                }
                Err(raised) => return Err(raised),
            }
        }
        self.extend(py, &more)
    }
}
