//! `_io.BytesIO`: a binary stream in memory, and `_BytesIOBuffer`, which its views belong to.

use std::rc::Rc;

use krait_runtime::byte_store::{ByteStore, Lent};
use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::{BufferArg, WritableBufferArg};

use crate::base::{self, BufferedIoBase, IoBase};
use crate::common::{self, Size};

/// `BytesIO`.
#[pyclass(module = "_io", name = "BytesIO", base = BufferedIoBase, basetype, gc, immutable, heap)]
#[repr(C)]
pub struct BytesIo {
    base: IoBase,
    /// The content, unless `shared` is.
    #[no_traverse]
    store: Rc<ByteStore>,
    /// The content while nobody has changed it: the object it was made from.
    #[no_traverse]
    shared: Member<PyBytes>,
    pos: Cell<usize>,
    open: Cell<bool>,
}

impl BytesIo {
    fn check_open(&self, py: Py<'_>) -> PyResult<()> {
        if self.open.get() { Ok(()) } else { bail!(py, ValueError, "I/O operation on closed file.") }
    }

    fn check_exports(&self, py: Py<'_>) -> PyResult<()> {
        if self.store.exports() > 0 {
            bail!(py, BufferError, "Existing exports of data: object cannot be re-sized");
        }
        Ok(())
    }

    /// Calls `with` with the content.
    #[inline]
    fn content<R>(&self, with: impl FnOnce(&[u8]) -> R) -> R {
        match self.shared.get() {
            Some(shared) => with(shared.as_bytes()),
            None => with(self.store.as_bytes()),
        }
    }

    fn size(&self) -> usize {
        self.content(<[u8]>::len)
    }

    /// Makes room for `size` bytes.
    fn reserve(&self, py: Py<'_>, size: usize) -> PyResult<()> {
        if size > self.store.capacity() {
            let more = (size >> 3) + if size < 9 { 3 } else { 6 };
            let wanted = if size <= self.store.capacity() + (self.store.capacity() >> 3) {
                size.saturating_add(more)
            } else {
                size
            };
            self.store.reserve_exact(py, wanted)?;
        }
        Ok(())
    }

    /// Takes a copy of content that is shared, so that it can be changed.
    fn own(&self, py: Py<'_>) -> PyResult<()> {
        let Some(shared) = self.shared.get() else { return Ok(()) };
        self.reserve(py, shared.len())?;
        self.store.set_len(shared.len());
        self.store.write(0, shared.as_bytes());
        drop(self.shared.take());
        Ok(())
    }

    /// Makes `bytes` the content.
    fn assign(&self, py: Py<'_>, bytes: &[u8]) -> PyResult<()> {
        drop(self.shared.take());
        self.store.set_len(0);
        self.reserve(py, bytes.len())?;
        self.store.set_len(bytes.len());
        self.store.write(0, bytes);
        Ok(())
    }

    fn write_bytes(&self, py: Py<'_>, bytes: &[u8]) -> PyResult<usize> {
        self.check_open(py)?;
        self.check_exports(py)?;
        if bytes.is_empty() {
            return Ok(0);
        }
        self.own(py)?;
        let at = self.pos.get();
        let Some(end) = at.checked_add(bytes.len()).filter(|end| *end <= isize::MAX as usize) else {
            bail!(py, OverflowError, "new position too large")
        };
        if end > self.store.len() {
            self.reserve(py, end)?;
            self.store.set_len(end);
        }
        self.store.write(at, bytes);
        self.pos.set(end);
        Ok(bytes.len())
    }

    /// Takes up to `most` bytes from the present position.
    fn take(&self, py: Py<'_>, most: usize) -> PyResult<Ref<PyBytes>> {
        let at = self.pos.get();
        if let Some(shared) = self.shared.get() {
            let len = shared.len();
            if at == 0 && most >= len && len > 1 {
                self.pos.set(len);
                return Ok(shared);
            }
            let part = tail(shared.as_bytes(), at, most);
            self.pos.set(at + part.len());
            return PyBytes::new(py, part);
        }
        let part = tail(self.store.as_bytes(), at, most);
        self.pos.set(at + part.len());
        PyBytes::new(py, part)
    }

    /// Length of the line at the present position.
    fn line_len(&self, most: usize) -> usize {
        self.content(|content| {
            let rest = tail(content, self.pos.get(), most);
            memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1)
        })
    }

    fn next_line(&self, py: Py<'_>, most: usize) -> PyResult<Ref<PyBytes>> {
        self.check_open(py)?;
        let n = self.line_len(most);
        self.take(py, n)
    }

    fn whole(&self, py: Py<'_>) -> PyResult<Ref<PyBytes>> {
        match self.shared.get() {
            Some(shared) => Ok(shared),
            None => PyBytes::new(py, self.store.as_bytes()),
        }
    }
}

/// The part of `content` from `at` on, at most `most` bytes.
fn tail(content: &[u8], at: usize, most: usize) -> &[u8] {
    let rest = content.get(at..).unwrap_or_default();
    rest.get(..most).unwrap_or(rest)
}

#[pymethods]
impl BytesIo {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        BytesIo {
            base: IoBase::EMPTY,
            store: Rc::new(ByteStore::new()),
            shared: Member::empty(),
            pos: Cell::new(0),
            open: Cell::new(true),
        }
        .alloc(py, cls)
    }

    #[init]
    #[sig("(initial_bytes=b'')")]
    fn init(&self, py: Py<'_>, initial_bytes: Option<&PyObject>) -> PyResult<()> {
        self.check_exports(py)?;
        self.pos.set(0);
        match initial_bytes.filter(|b| !b.is_none()) {
            None => {
                drop(self.shared.take());
                self.store.set_len(0);
                Ok(())
            }
            Some(given) => match given.downcast_exact::<PyBytes>() {
                Some(bytes) => {
                    self.store.set_len(0);
                    self.shared.set(bytes.new_ref());
                    Ok(())
                }
                None => {
                    let buffer = krait_runtime::protocol::buffer::Buffer::new(py, given)?;
                    self.assign(py, buffer.as_bytes())
                }
            },
        }
    }

    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let line = self.next_line(py, usize::MAX)?;
        Ok((!line.is_empty()).then(|| line.upcast()))
    }

    #[getter]
    fn closed(&self) -> bool {
        !self.open.get()
    }

    #[pymethod]
    fn readable(&self, py: Py<'_>) -> PyResult<bool> {
        self.check_open(py).map(|()| true)
    }

    #[pymethod]
    fn writable(&self, py: Py<'_>) -> PyResult<bool> {
        self.check_open(py).map(|()| true)
    }

    #[pymethod]
    fn seekable(&self, py: Py<'_>) -> PyResult<bool> {
        self.check_open(py).map(|()| true)
    }

    #[pymethod]
    fn flush(&self, py: Py<'_>) -> PyResult<()> {
        self.check_open(py)
    }

    #[pymethod]
    fn isatty(&self, py: Py<'_>) -> PyResult<bool> {
        self.check_open(py).map(|()| false)
    }

    #[pymethod]
    fn tell(&self, py: Py<'_>) -> PyResult<usize> {
        self.check_open(py)?;
        Ok(self.pos.get())
    }

    #[pymethod]
    fn getvalue(&self, py: Py<'_>) -> PyResult<Ref<PyBytes>> {
        self.check_open(py)?;
        self.whole(py)
    }

    #[pymethod]
    fn getbuffer(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.check_open(py)?;
        self.own(py)?;
        let lender = BytesIoBuffer {
            base: PyObject::HEADER,
            source: Member::new(self.new_ref()),
            store: Rc::clone(&self.store),
        }
        .alloc_exact(py)?;
        common::memory_view(py, &lender)
    }

    #[pymethod]
    fn read(&self, py: Py<'_>, #[default(Size(-1))] size: Size) -> PyResult<Ref<PyBytes>> {
        self.check_open(py)?;
        self.take(py, size.limit().unwrap_or(usize::MAX))
    }

    #[pymethod]
    fn read1(&self, py: Py<'_>, #[default(Size(-1))] size: Size) -> PyResult<Ref<PyBytes>> {
        self.check_open(py)?;
        self.take(py, size.limit().unwrap_or(usize::MAX))
    }

    #[pymethod]
    fn readline(&self, py: Py<'_>, #[default(Size(-1))] size: Size) -> PyResult<Ref<PyBytes>> {
        self.next_line(py, size.limit().unwrap_or(usize::MAX))
    }

    #[pymethod]
    fn readlines(&self, py: Py<'_>, size: Option<&PyObject>) -> PyResult<Ref<PyList>> {
        self.check_open(py)?;
        let most = match size.filter(|s| !s.is_none()) {
            Some(size) if size.is_index() => {
                size.to_index_isize(py, "cannot fit '{}' into an index-sized integer")?
            }
            Some(size) => {
                bail!(py, TypeError, "integer argument expected, got '{}'", size.ty().name())
            }
            None => 0,
        };
        let lines = PyList::new(py)?;
        let mut total = 0;
        loop {
            let n = self.line_len(usize::MAX);
            if n == 0 {
                return Ok(lines);
            }
            lines.append(py, self.take(py, n)?.upcast())?;
            total += n;
            if most > 0 && total >= most as usize {
                return Ok(lines);
            }
        }
    }

    #[pymethod]
    fn readinto(&self, py: Py<'_>, buffer: WritableBufferArg) -> PyResult<usize> {
        self.check_open(py)?;
        let at = self.pos.get();
        let n = self.content(|content| {
            let part = tail(content, at, buffer.0.len());
            buffer.0.write_at(0, part);
            part.len()
        });
        self.pos.set(at + n);
        Ok(n)
    }

    #[pymethod]
    fn truncate(&self, py: Py<'_>, size: Option<&PyObject>) -> PyResult<usize> {
        self.check_open(py)?;
        self.check_exports(py)?;
        let size = match size {
            Some(size) => {
                use krait_runtime::args::ArgPos;
                let at = ArgPos { function: "truncate", index: 1, keyword: None };
                match Size::from_arg(py, size, at)?.0 {
                    -1 if size.is_none() => self.pos.get() as isize,
                    size => size,
                }
            }
            None => self.pos.get() as isize,
        };
        // `__index__` may have closed the stream or lent it out.
        self.check_open(py)?;
        self.check_exports(py)?;
        let Ok(size) = usize::try_from(size) else { bail!(py, ValueError, "negative size value {size}") };
        if size < self.size() {
            self.own(py)?;
            self.store.set_len(size);
        }
        Ok(size)
    }

    #[pymethod]
    fn seek(&self, py: Py<'_>, pos: isize, #[default(0)] whence: i32) -> PyResult<usize> {
        self.check_open(py)?;
        let from = match whence {
            0 if pos < 0 => bail!(py, ValueError, "negative seek value {pos}"),
            0 => 0,
            1 => self.pos.get(),
            2 => self.size(),
            _ => bail!(py, ValueError, "invalid whence ({whence}, should be 0, 1 or 2)"),
        };
        let Some(to) = (from as isize).checked_add(pos) else {
            bail!(py, OverflowError, "new position too large")
        };
        self.pos.set(to.max(0) as usize);
        Ok(self.pos.get())
    }

    #[pymethod]
    fn write(&self, py: Py<'_>, b: &PyObject) -> PyResult<usize> {
        if let Some(bytes) = b.downcast_exact::<PyBytes>() {
            return self.write_bytes(py, bytes.as_bytes());
        }
        self.check_open(py)?;
        self.check_exports(py)?;
        let buffer = BufferArg::from_arg(
            py,
            b,
            krait_runtime::args::ArgPos { function: "write", index: 0, keyword: None },
        )?;
        self.write_bytes(py, buffer.as_bytes())
    }

    #[pymethod]
    fn writelines(&self, py: Py<'_>, lines: &PyObject) -> PyResult<()> {
        self.check_open(py)?;
        let iterator = lines.iter(py)?;
        while let Some(line) = iterator.next(py)? {
            let buffer = krait_runtime::protocol::buffer::Buffer::new(py, &line)?;
            self.write_bytes(py, buffer.as_bytes())?;
        }
        Ok(())
    }

    #[pymethod]
    fn close(&self, py: Py<'_>) -> PyResult<()> {
        self.check_exports(py)?;
        self.open.set(false);
        drop(self.shared.take());
        self.store.reserve_exact(py, 0)
    }

    #[slot]
    fn tp_finalize(&self, py: Py<'_>) {
        // Nothing to flush: only a subclass can have something to do here.
        if !self.is_exactly(BytesIo::type_object()) {
            base::finalize(py, self);
        }
    }

    #[pymethod]
    fn __getstate__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        self.check_open(py)?;
        let dict = match self.existing_dict() {
            Some(dict) => dict.copy(py)?.upcast(),
            None => py.none(),
        };
        PyTuple::from_vec(py, vec![self.whole(py)?.upcast(), self.pos.get().into_py(py)?, dict])
    }

    #[pymethod]
    fn __setstate__(&self, py: Py<'_>, state: &PyObject) -> PyResult<()> {
        let parts = state.downcast::<PyTuple>().map(PyTuple::as_slice);
        let Some([value, position, dict, ..]) = parts else {
            bail!(
                py,
                TypeError,
                "{}.__setstate__ argument should be 3-tuple, got {}",
                self.ty().name(),
                state.ty().name()
            )
        };
        self.check_exports(py)?;
        self.check_open(py)?;
        self.pos.set(0);
        match value.downcast_exact::<PyBytes>() {
            Some(bytes) => {
                self.store.set_len(0);
                self.shared.set(bytes.new_ref());
            }
            None => {
                let buffer = krait_runtime::protocol::buffer::Buffer::new(py, value)?;
                self.assign(py, buffer.as_bytes())?;
            }
        }
        if !PyInt::check(position) {
            bail!(py, TypeError, "second item of state must be an integer, not {}", position.ty().name());
        }
        let position = position.to_index_isize(py, "cannot fit '{}' into an index-sized integer")?;
        let Ok(position) = usize::try_from(position) else {
            bail!(py, ValueError, "position value cannot be negative")
        };
        self.pos.set(position);
        if dict.is_none() {
            return Ok(());
        }
        if !PyDict::check(dict) {
            bail!(py, TypeError, "third item of state should be a dict, got a {}", dict.ty().name());
        }
        match self.existing_dict() {
            Some(own) => own.update(py, dict),
            None => self.set_instance_dict(py, Some(dict)),
        }
    }

    #[pymethod]
    fn __sizeof__(&self) -> usize {
        let basic = usize::try_from(self.ty().tp_basicsize.get()).unwrap_or(0);
        // As an own bytes object of that size would count.
        let own = if self.store.capacity() > 0 { self.store.capacity() + 33 } else { 0 };
        basic + own
    }
}

/// What a view of a `BytesIO` belongs to.
#[pyclass(module = "_io", name = "_BytesIOBuffer", gc, immutable, disallow_instantiation, heap)]
#[repr(C)]
pub struct BytesIoBuffer {
    base: PyObject,
    source: Member<BytesIo>,
    #[no_traverse]
    store: Rc<ByteStore>,
}

#[pymethods]
impl BytesIoBuffer {
    #[slot]
    fn bf_getbuffer(&self, _py: Py<'_>, _flags: i32) -> PyResult<Lent<'_>> {
        Ok(Lent { store: &self.store, format: c"B", itemsize: 1 })
    }

    #[slot]
    fn bf_releasebuffer(&self, _py: Py<'_>) -> &ByteStore {
        &self.store
    }
}
