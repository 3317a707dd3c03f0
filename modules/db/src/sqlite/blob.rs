//! `Blob`: an open value as a file and as a sequence of bytes.

use core::cell::RefCell;

use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::Buffer;
use krait_runtime::system::sqlite;

use super::Connection;
use super::connection::SharedBlob;
use super::errors::{code, programming_error, raise_code, raise_failure};

/// `sqlite3.Blob`.
#[pyclass(module = "sqlite3", name = "Blob", gc, disallow_instantiation, heap, immutable)]
#[repr(C)]
pub struct Blob {
    base: PyObject,
    connection: Ref<Connection>,
    /// Closed with the connection.
    #[no_traverse]
    open: Handle,
    offset: Cell<usize>,
    weaklist: WeakList,
}

struct Handle(SharedBlob);

impl Blob {
    /// A blob of a connection.
    pub fn over(py: Py<'_>, connection: &Connection, open: SharedBlob) -> PyResult<Ref<Blob>> {
        PyType::ready::<Blob>(py)?;
        let connection = connection.new_ref();
        Blob {
            base: PyObject::HEADER,
            connection,
            open: Handle(open),
            offset: Cell::new(0),
            weaklist: WeakList::EMPTY,
        }
        .alloc_exact(py)
    }

    fn handle(&self) -> &RefCell<Option<sqlite::Blob>> {
        &self.open.0
    }

    /// Its length, when it may be used.
    fn check(&self, py: Py<'_>) -> PyResult<usize> {
        self.connection.check(py)?;
        match &*self.handle().borrow() {
            Some(blob) => Ok(blob.len()),
            None => programming_error!(py, "Cannot operate on a closed blob."),
        }
    }

    fn failed(&self, py: Py<'_>, code: i32) -> Raised {
        if code == code::ABORT {
            return super::errors::OPERATIONAL_ERROR
                .raise(py, format_args!("Cannot operate on an expired blob"));
        }
        match self.connection.check(py) {
            Ok(database) => raise_failure(py, &database.failure()),
            Err(raised) => raised,
        }
    }

    fn read_at(&self, py: Py<'_>, offset: usize, len: usize) -> PyResult<Vec<u8>> {
        let read = match &*self.handle().borrow() {
            Some(blob) => blob.read(offset, len),
            None => return Err(raise_code(py, code::ABORT)),
        };
        read.map_err(|code| self.failed(py, code))
    }

    fn write_at(&self, py: Py<'_>, offset: usize, bytes: &[u8]) -> PyResult<()> {
        let code = match &*self.handle().borrow() {
            Some(blob) => blob.write(offset, bytes),
            None => return Err(raise_code(py, code::ABORT)),
        };
        if code == code::OK { Ok(()) } else { Err(self.failed(py, code)) }
    }

    fn index(&self, py: Py<'_>, key: &PyObject, length: usize) -> PyResult<usize> {
        let index = key.to_index_isize(py, "cannot fit '{}' into an index-sized integer")?;
        let index = if index < 0 { index + length as isize } else { index };
        match usize::try_from(index).ok().filter(|index| *index < length) {
            Some(index) => Ok(index),
            None => Err(raise!(py, IndexError, "Blob index out of range")),
        }
    }

    /// Start, step and number of a slice's indices.
    fn slice(py: Py<'_>, key: &PyObject, length: usize) -> PyResult<(usize, isize, usize)> {
        let indices = key.call_method(py, id!(py, "indices"), &[&*length.into_py(py)?])?;
        let numbers = indices.collect_numbers(py)?;
        let [start, stop, step] = numbers;
        let count = if step > 0 {
            (stop - start + step - 1).max(0) / step
        } else {
            (start - stop - step - 1).max(0) / -step
        };
        if step < 0 && count > 0 {
            bail!(py, ValueError, "Blob doesn't support slices with a negative step");
        }
        Ok((start.max(0) as usize, step, count as usize))
    }
}

trait CollectNumbers {
    fn collect_numbers(&self, py: Py<'_>) -> PyResult<[isize; 3]>;
}

impl CollectNumbers for PyObject {
    fn collect_numbers(&self, py: Py<'_>) -> PyResult<[isize; 3]> {
        let mut numbers = [0; 3];
        for (slot, index) in numbers.iter_mut().zip(0..) {
            let item = self.sequence_item(py, index)?;
            *slot = item.to_index_clipped(py)?;
        }
        Ok(numbers)
    }
}

#[pymethods]
impl Blob {
    #[pymethod]
    fn close(&self, py: Py<'_>) -> PyResult<()> {
        self.connection.check(py)?;
        drop(self.handle().borrow_mut().take());
        Ok(())
    }

    #[pymethod]
    #[sig("($self, length=-1, /)")]
    fn read(&self, py: Py<'_>, #[default(-1)] length: i32) -> PyResult<Vec<u8>> {
        let size = self.check(py)?;
        let rest = size.saturating_sub(self.offset.get());
        let wanted = usize::try_from(length).map_or(rest, |length| length.min(rest));
        if wanted == 0 {
            return Ok(Vec::new());
        }
        let bytes = self.read_at(py, self.offset.get(), wanted)?;
        self.offset.set(self.offset.get() + wanted);
        Ok(bytes)
    }

    #[pymethod]
    #[sig("($self, data, /)")]
    fn write(&self, py: Py<'_>, data: &PyObject) -> PyResult<()> {
        let buffer = Buffer::new(py, data)?;
        let size = self.check(py)?;
        if buffer.len() > size.saturating_sub(self.offset.get()) {
            bail!(py, ValueError, "data longer than blob length");
        }
        self.write_at(py, self.offset.get(), buffer.as_bytes())?;
        self.offset.set(self.offset.get() + buffer.len());
        Ok(())
    }

    #[pymethod]
    #[sig("($self, offset, origin=0, /)")]
    fn seek(&self, py: Py<'_>, offset: i32, #[default(0)] origin: i32) -> PyResult<()> {
        let size = self.check(py)? as i64;
        let base = match origin {
            0 => 0,
            1 => self.offset.get() as i64,
            2 => size,
            _ => bail!(py, ValueError, "'origin' should be os.SEEK_SET, os.SEEK_CUR, or os.SEEK_END"),
        };
        if i64::from(offset) > i64::from(i32::MAX) - base {
            bail!(py, OverflowError, "seek offset results in offset overflow");
        }
        let place = base + i64::from(offset);
        if place < 0 || place > size {
            bail!(py, ValueError, "offset out of blob range");
        }
        self.offset.set(place as usize);
        Ok(())
    }

    #[pymethod]
    fn tell(&self, py: Py<'_>) -> PyResult<usize> {
        self.check(py)?;
        Ok(self.offset.get())
    }

    #[pymethod]
    fn __enter__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.check(py)?;
        Ok(self.to_ref())
    }

    #[pymethod]
    #[sig("($self, type, val, tb, /)")]
    fn __exit__(&self, py: Py<'_>, _type: &PyObject, _val: &PyObject, _tb: &PyObject) -> PyResult<bool> {
        self.check(py)?;
        drop(self.handle().borrow_mut().take());
        Ok(false)
    }

    #[slot]
    fn mp_length(&self, py: Py<'_>) -> PyResult<isize> {
        self.check(py).map(|size| size as isize)
    }

    #[slot]
    fn mp_subscript(&self, py: Py<'_>, key: &PyObject) -> PyResult<Ref<PyObject>> {
        let size = self.check(py)?;
        if key.is_index() {
            let index = self.index(py, key, size)?;
            return self.read_at(py, index, 1)?.first().copied().unwrap_or(0).into_py(py);
        }
        if !PySlice::check(key) {
            bail!(py, TypeError, "Blob indices must be integers");
        }
        let (start, step, count) = Blob::slice(py, key, size)?;
        if step == 1 {
            return if count == 0 {
                Vec::new().into_py(py)
            } else {
                self.read_at(py, start, count)?.into_py(py)
            };
        }
        let mut picked = Vec::with_capacity(count);
        let whole = self.read_at(py, 0, size)?;
        for n in 0..count as isize {
            picked.push(whole.get((start as isize + n * step) as usize).copied().unwrap_or(0));
        }
        picked.into_py(py)
    }

    #[slot]
    fn mp_ass_subscript(&self, py: Py<'_>, key: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
        let size = self.check(py)?;
        if key.is_index() {
            let Some(value) = value else { bail!(py, TypeError, "Blob doesn't support item deletion") };
            let index = self.index(py, key, size)?;
            let Some(n) = value.downcast::<PyInt>() else {
                bail!(py, TypeError, "'{}' object cannot be interpreted as an integer", value.ty().name());
            };
            let Some(byte) = n.as_i64().and_then(|n| u8::try_from(n).ok()) else {
                bail!(py, ValueError, "byte must be in range(0, 256)");
            };
            return self.write_at(py, index, &[byte]);
        }
        if !PySlice::check(key) {
            bail!(py, TypeError, "Blob indices must be integers");
        }
        let Some(value) = value else { bail!(py, TypeError, "Blob doesn't support slice deletion") };
        let (start, step, count) = Blob::slice(py, key, size)?;
        let buffer = Buffer::new(py, value)?;
        if buffer.len() != count {
            bail!(py, IndexError, "Blob slice assignment is wrong size");
        }
        if count == 0 {
            return Ok(());
        }
        if step == 1 {
            return self.write_at(py, start, buffer.as_bytes());
        }
        let mut whole = self.read_at(py, 0, size)?;
        for (n, byte) in (0..).zip(buffer.as_bytes()) {
            if let Some(slot) = whole.get_mut((start as isize + n * step) as usize) {
                *slot = *byte;
            }
        }
        self.write_at(py, 0, &whole)
    }
}
