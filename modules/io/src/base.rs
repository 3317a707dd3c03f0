//! `_io._IOBase`: what every stream can do, in terms of its other methods.

use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::{Buffer, WritableBufferArg};

use crate::common::{self, check_closed, retry_interrupted};

/// The layout that every stream begins with.
#[pyclass(module = "_io", name = "_IOBase", basetype, gc, immutable, dict = dict, heap, plain_new)]
#[repr(C)]
pub struct IoBase {
    head: PyObject,
    dict: Member<PyObject>,
    weaklist: WeakList,
}

impl IoBase {
    /// A fresh one.
    pub const EMPTY: IoBase =
        IoBase { head: PyObject::HEADER, dict: Member::empty(), weaklist: WeakList::EMPTY };

    /// The number of attributes that the instance holds by itself.
    pub fn own_attributes(&self) -> usize {
        self.dict.get().and_then(|d| d.downcast::<PyDict>().map(PyDict::len)).unwrap_or(0)
    }
}

/// True once `IOBase.close` ran to its end.
fn marked_closed(py: Py<'_>, stream: &PyObject) -> PyResult<bool> {
    stream.get_attr_optional(py, id!(py, "__IOBase_closed")).map(|flag| flag.is_some())
}

/// `IOBase.close`.
pub fn close(py: Py<'_>, stream: &PyObject) -> PyResult<()> {
    if marked_closed(py, stream)? {
        return Ok(());
    }
    let flushed = stream.call_method(py, id!(py, "flush"), &[]).map(drop);
    common::both(py, flushed, || stream.set_attr(py, id!(py, "__IOBase_closed"), PyBool::get(true)))
}

/// Closes a stream that goes away and was not closed.
pub fn finalize(py: Py<'_>, stream: &PyObject) {
    py.preserving_error(|| {
        // A stream whose state cannot be told is unusable: nothing to close.
        let closed = match stream.get_attr_optional(py, id!(py, "closed")) {
            Ok(Some(closed)) => closed.is_true(py),
            Ok(None) => Ok(false),
            Err(raised) => Err(raised),
        };
        match closed {
            Ok(true) => return,
            Ok(false) => {}
            Err(raised) => return py.clear_error(raised),
        }
        if let Err(raised) = stream.set_attr(py, id!(py, "_finalizing"), PyBool::get(true)) {
            py.clear_error(raised);
        }
        if let Err(raised) = stream.call_method(py, id!(py, "close"), &[]) {
            // The text asks the stream, which must not find the exception set.
            let exc = py.fetch(raised);
            let text = match stream.repr(py) {
                Ok(repr) => format!("Exception ignored while finalizing file {}", repr.to_string_lossy()),
                Err(second) => {
                    py.clear_error(second);
                    "Exception ignored while finalizing file".to_owned()
                }
            };
            py.report_unraisable(py.restore(exc), Some(&text), None);
        }
    });
}

/// `IOBase.readline` through `peek` (when there) and `read`.
fn readline(py: Py<'_>, stream: &PyObject, limit: Option<usize>) -> PyResult<Ref<PyObject>> {
    let peek = stream.get_attr_optional(py, id!(py, "peek"))?;
    let wrong = |what: &str, got: &PyObject| {
        raise!(py, OSError, "{what}() should have returned a bytes object, not '{}'", got.ty().name())
    };
    let mut line: Vec<u8> = Vec::new();
    while limit.is_none_or(|limit| line.len() < limit) {
        let mut wanted = 1;
        if let Some(peek) = &peek {
            let ahead = retry_interrupted(py, || peek.call(py, &[&*PyInt::new(py, 1)?]))?;
            let Some(ahead) = ahead.downcast::<PyBytes>() else { return Err(wrong("peek", &ahead)) };
            if !ahead.is_empty() {
                let ahead = ahead.as_bytes();
                let end = ahead.iter().position(|b| *b == b'\n').map_or(ahead.len(), |i| i + 1);
                wanted = limit.map_or(end, |limit| end.min(limit - line.len()));
            }
        }
        let wanted = PyInt::new(py, wanted as i64)?;
        let more = retry_interrupted(py, || stream.call_method(py, id!(py, "read"), &[&wanted]))?;
        let Some(more) = more.downcast::<PyBytes>() else { return Err(wrong("read", &more)) };
        if more.is_empty() {
            break;
        }
        line.extend_from_slice(more.as_bytes());
        if line.last() == Some(&b'\n') {
            break;
        }
    }
    PyBytes::new(py, &line).map(Ref::upcast)
}

/// The next line by way of `stream.readline()`.
pub fn next_line(py: Py<'_>, stream: &PyObject) -> PyResult<Option<Ref<PyObject>>> {
    let line = stream.call_method(py, id!(py, "readline"), &[])?;
    Ok((line.len(py)? > 0).then_some(line))
}

/// `readlines`: all lines, or so many that they hold at least `hint` items.
pub fn readlines(py: Py<'_>, stream: &PyObject, hint: Option<usize>) -> PyResult<Ref<PyList>> {
    let lines = PyList::new(py)?;
    let iterator = stream.iter(py)?;
    let mut total = 0usize;
    while let Some(line) = iterator.next(py)? {
        let n = if hint.is_some() { line.len(py)? as usize } else { 0 };
        lines.append(py, line)?;
        total = total.saturating_add(n);
        if hint.is_some_and(|hint| total > hint) {
            break;
        }
    }
    Ok(lines)
}

/// `writelines`: one `write` for each item.
pub fn writelines(py: Py<'_>, stream: &PyObject, lines: &PyObject) -> PyResult<()> {
    let iterator = lines.iter(py)?;
    while let Some(line) = iterator.next(py)? {
        retry_interrupted(py, || stream.call_method(py, id!(py, "write"), &[&line]))?;
    }
    Ok(())
}

#[pymethods]
impl IoBase {
    #[getter(name = "__dict__")]
    fn dict_attribute(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.instance_dict(py)
    }

    #[pymethod]
    #[sig("($self, offset, whence=0, /)")]
    fn seek(&self, py: Py<'_>, _offset: &PyObject, _whence: Option<&PyObject>) -> PyResult<()> {
        Err(common::unsupported(py, "seek"))
    }

    #[pymethod]
    fn tell(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.call_method(py, id!(py, "seek"), &[&*PyInt::new(py, 0)?, &*PyInt::new(py, 1)?])
    }

    #[pymethod]
    #[sig("($self, size=None, /)")]
    fn truncate(&self, py: Py<'_>, _size: Option<&PyObject>) -> PyResult<()> {
        Err(common::unsupported(py, "truncate"))
    }

    #[pymethod]
    fn fileno(&self, py: Py<'_>) -> PyResult<()> {
        Err(common::unsupported(py, "fileno"))
    }

    #[pymethod]
    fn flush(&self, py: Py<'_>) -> PyResult<()> {
        if marked_closed(py, self)? {
            bail!(py, ValueError, "I/O operation on closed file.");
        }
        Ok(())
    }

    #[getter]
    fn closed(&self, py: Py<'_>) -> PyResult<bool> {
        marked_closed(py, self)
    }

    #[pymethod]
    fn close(&self, py: Py<'_>) -> PyResult<()> {
        close(py, self)
    }

    #[slot]
    fn tp_finalize(&self, py: Py<'_>) {
        finalize(py, self);
    }

    #[pymethod]
    fn seekable(&self) -> bool {
        false
    }

    #[pymethod]
    fn readable(&self) -> bool {
        false
    }

    #[pymethod]
    fn writable(&self) -> bool {
        false
    }

    #[pymethod(name = "_checkClosed")]
    #[raw]
    fn check_closed_method(&self, py: Py<'_>, _args: Args<'_>) -> PyResult<()> {
        check_closed(py, self)
    }

    #[pymethod(name = "_checkSeekable")]
    #[raw]
    fn check_seekable_method(&self, py: Py<'_>, _args: Args<'_>) -> PyResult<bool> {
        common::check_seekable(py, self).map(|()| true)
    }

    #[pymethod(name = "_checkReadable")]
    #[raw]
    fn check_readable_method(&self, py: Py<'_>, _args: Args<'_>) -> PyResult<bool> {
        common::check_readable(py, self).map(|()| true)
    }

    #[pymethod(name = "_checkWritable")]
    #[raw]
    fn check_writable_method(&self, py: Py<'_>, _args: Args<'_>) -> PyResult<bool> {
        common::check_writable(py, self).map(|()| true)
    }

    #[pymethod]
    fn __enter__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        check_closed(py, self)?;
        Ok(self.to_ref())
    }

    #[pymethod]
    #[sig("($self, /, *args)")]
    #[raw(fastcall)]
    fn __exit__(&self, py: Py<'_>, _args: Args<'_>) -> PyResult<Ref<PyObject>> {
        self.call_method(py, id!(py, "close"), &[])
    }

    #[pymethod]
    fn isatty(&self, py: Py<'_>) -> PyResult<bool> {
        check_closed(py, self).map(|()| false)
    }

    #[slot]
    fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        check_closed(py, self)?;
        Ok(self.to_ref())
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        next_line(py, self)
    }

    #[pymethod]
    fn readline(
        &self,
        py: Py<'_>,
        #[default(common::Size(-1))] size: common::Size,
    ) -> PyResult<Ref<PyObject>> {
        readline(py, self, size.limit())
    }

    #[pymethod]
    fn readlines(
        &self,
        py: Py<'_>,
        #[default(common::Size(-1))] hint: common::Size,
    ) -> PyResult<Ref<PyList>> {
        readlines(py, self, hint.limit().filter(|n| *n > 0))
    }

    #[pymethod]
    fn writelines(&self, py: Py<'_>, lines: &PyObject) -> PyResult<()> {
        check_closed(py, self)?;
        writelines(py, self, lines)
    }
}

/// `_io._RawIOBase`: streams of bytes without buffer.
#[pyclass(module = "_io", name = "_RawIOBase", base = IoBase, basetype, gc, immutable, heap)]
#[repr(C)]
pub struct RawIoBase {
    base: IoBase,
}

#[pymethods]
impl RawIoBase {
    #[pymethod]
    fn read(&self, py: Py<'_>, #[default(-1)] size: isize) -> PyResult<Ref<PyObject>> {
        let Ok(size) = usize::try_from(size) else { return self.call_method(py, id!(py, "readall"), &[]) };
        let array = PyByteArray::zeroed(py, size)?;
        let got = self.call_method(py, id!(py, "readinto"), &[&array])?;
        if got.is_none() {
            return Ok(got);
        }
        let n = got.to_index_isize(py, "cannot fit '{}' into an index-sized integer")?;
        if n < 0 || n as usize > size {
            bail!(py, ValueError, "readinto returned {n} outside buffer size {size}");
        }
        PyBytes::new(py, array.as_bytes().get(..n as usize).unwrap_or(array.as_bytes())).map(Ref::upcast)
    }

    #[pymethod]
    fn readall(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let size = PyInt::new(py, DEFAULT_READ)?;
        let mut all = Vec::new();
        let mut any = false;
        loop {
            let data = retry_interrupted(py, || self.call_method(py, id!(py, "read"), &[&size]))?;
            if data.is_none() {
                if !any {
                    return Ok(data);
                }
                break;
            }
            let Some(data) = data.downcast::<PyBytes>() else {
                bail!(py, TypeError, "read() should return bytes");
            };
            if data.is_empty() {
                break;
            }
            any = true;
            all.extend_from_slice(data.as_bytes());
        }
        PyBytes::new(py, &all).map(Ref::upcast)
    }

    #[pymethod]
    #[raw]
    fn readinto(&self, py: Py<'_>, _args: Args<'_>) -> PyResult<()> {
        Err(raise!(py, NotImplementedError))
    }

    #[pymethod]
    #[raw]
    fn write(&self, py: Py<'_>, _args: Args<'_>) -> PyResult<()> {
        Err(raise!(py, NotImplementedError))
    }
}

/// What `RawIOBase.readall` asks for at once.
const DEFAULT_READ: i64 = common::DEFAULT_BUFFER_SIZE as i64;

/// `_io._BufferedIOBase`.
#[pyclass(module = "_io", name = "_BufferedIOBase", base = IoBase, basetype, gc, immutable, heap)]
#[repr(C)]
pub struct BufferedIoBase {
    base: IoBase,
}

impl BufferedIoBase {
    fn read_into(&self, py: Py<'_>, buffer: &Buffer, method: &PyStr, name: &str) -> PyResult<isize> {
        let size = PyInt::new(py, buffer.len() as i64)?;
        let data = self.call_method(py, method, &[&size])?;
        let Some(data) = data.downcast::<PyBytes>() else {
            bail!(py, TypeError, "{name}() should return bytes")
        };
        if data.len() > buffer.len() {
            bail!(
                py,
                ValueError,
                "{name}() returned too much data: {} bytes requested, {} returned",
                buffer.len(),
                data.len()
            );
        }
        buffer.write_at(0, data.as_bytes());
        Ok(data.len() as isize)
    }
}

#[pymethods]
impl BufferedIoBase {
    #[pymethod]
    fn detach(&self, py: Py<'_>) -> PyResult<()> {
        Err(common::unsupported(py, "detach"))
    }

    #[pymethod]
    #[sig("($self, size=-1, /)")]
    fn read(&self, py: Py<'_>, _size: Option<&PyObject>) -> PyResult<()> {
        Err(common::unsupported(py, "read"))
    }

    #[pymethod]
    #[sig("($self, size=-1, /)")]
    fn read1(&self, py: Py<'_>, _size: Option<&PyObject>) -> PyResult<()> {
        Err(common::unsupported(py, "read1"))
    }

    #[pymethod]
    fn write(&self, py: Py<'_>, _b: &PyObject) -> PyResult<()> {
        Err(common::unsupported(py, "write"))
    }

    #[pymethod]
    fn readinto(&self, py: Py<'_>, buffer: WritableBufferArg) -> PyResult<isize> {
        self.read_into(py, &buffer.0, id!(py, "read"), "read")
    }

    #[pymethod]
    fn readinto1(&self, py: Py<'_>, buffer: WritableBufferArg) -> PyResult<isize> {
        self.read_into(py, &buffer.0, id!(py, "read1"), "read1")
    }
}

/// `_io._TextIOBase`.
#[pyclass(module = "_io", name = "_TextIOBase", base = IoBase, basetype, gc, immutable, heap)]
#[repr(C)]
pub struct TextIoBase {
    base: IoBase,
}

#[pymethods]
impl TextIoBase {
    #[pymethod]
    fn detach(&self, py: Py<'_>) -> PyResult<()> {
        Err(common::unsupported(py, "detach"))
    }

    #[pymethod]
    #[sig("($self, size=-1, /)")]
    fn read(&self, py: Py<'_>, _size: Option<&PyObject>) -> PyResult<()> {
        Err(common::unsupported(py, "read"))
    }

    #[pymethod]
    #[sig("($self, size=-1, /)")]
    fn readline(&self, py: Py<'_>, _size: Option<&PyObject>) -> PyResult<()> {
        Err(common::unsupported(py, "readline"))
    }

    #[pymethod]
    fn write(&self, py: Py<'_>, _s: &PyObject) -> PyResult<()> {
        Err(common::unsupported(py, "write"))
    }

    #[getter]
    fn encoding(&self, py: Py<'_>) -> Ref<PyObject> {
        py.none()
    }

    #[getter]
    fn newlines(&self, py: Py<'_>) -> Ref<PyObject> {
        py.none()
    }

    #[getter]
    fn errors(&self, py: Py<'_>) -> Ref<PyObject> {
        py.none()
    }
}
