//! Module `mmap`.

use krait_macros::pymodule;
use krait_runtime::byte_store::{ByteStore, Lent};
use krait_runtime::objects::exceptions::OrRaise;
use krait_runtime::objects::slice::adjust;
use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::BufferArg;
use krait_runtime::system::memory::Mapping;
use krait_runtime::system::{descriptors, files};

const ACCESS_DEFAULT: i32 = 0;
const ACCESS_READ: i32 = 1;
const ACCESS_WRITE: i32 = 2;
const ACCESS_COPY: i32 = 3;

/// `mmap.mmap`.
#[pyclass(module = "mmap", name = "mmap", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct MemoryMap {
    base: PyObject,
    mapping: Mapping,
    position: Cell<usize>,
    offset: i64,
    access: i32,
    shared: bool,
    /// The descriptor is kept for `size` and `resize`.
    tracks: bool,
    weaklist: WeakList,
}

impl MemoryMap {
    fn store(&self, py: Py<'_>) -> PyResult<&ByteStore> {
        if self.mapping.is_open() {
            Ok(self.mapping.store())
        } else {
            bail!(py, ValueError, "mmap closed or invalid")
        }
    }

    fn writable(&self, py: Py<'_>) -> PyResult<()> {
        if self.access == ACCESS_READ {
            bail!(py, TypeError, "mmap can't modify a readonly memory map.")
        }
        Ok(())
    }

    /// A part as `bytes`, moving on behind it.
    fn take(&self, py: Py<'_>, count: usize) -> PyResult<Ref<PyBytes>> {
        let bytes = self.store(py)?.as_bytes();
        let start = self.position.get().min(bytes.len());
        let end = start + count.min(bytes.len() - start);
        let taken = PyBytes::new(py, bytes.get(start..end).unwrap_or_default())?;
        self.position.set(end);
        Ok(taken)
    }

    fn search(
        &self,
        py: Py<'_>,
        view: &BufferArg,
        start: Option<&PyObject>,
        end: Option<&PyObject>,
        last: bool,
    ) -> PyResult<isize> {
        let len = self.store(py)?.len();
        let bound = |object: Option<&PyObject>, default: usize| match object.filter(|o| !o.is_none()) {
            None => Ok::<usize, Raised>(default),
            Some(object) => {
                let n = krait_runtime::args::extract::<isize>(py, object, "find", 0)?;
                let n = if n < 0 { n.saturating_add(len as isize).max(0) } else { n };
                Ok((n as usize).min(len))
            }
        };
        let start = bound(start, self.position.get().min(len))?;
        let end = bound(end, len)?;
        let bytes = self.store(py)?.as_bytes();
        let Some(part) = bytes.get(start..end.max(start).min(bytes.len())) else { return Ok(-1) };
        if end < start {
            return Ok(-1);
        }
        let needle = view.as_bytes();
        let found =
            if last { memchr::memmem::rfind(part, needle) } else { memchr::memmem::find(part, needle) };
        Ok(found.map_or(-1, |at| (start + at) as isize))
    }

    /// A byte by its number.
    fn place(&self, py: Py<'_>, index: &PyObject) -> PyResult<usize> {
        let len = self.store(py)?.len() as isize;
        let i = index.to_index_isize(py, "cannot fit '{}' into an index-sized integer")?;
        let i = if i < 0 { i + len } else { i };
        if i < 0 || i >= len {
            bail!(py, IndexError, "mmap index out of range")
        }
        Ok(i as usize)
    }
}

#[pymethods]
impl MemoryMap {
    #[new]
    #[sig("(fileno, length, flags=1, prot=3, access=0, offset=0, *, trackfd=True)")]
    #[style(parse_tuple)]
    fn new(
        py: Py<'_>,
        cls: &PyType,
        fileno: i32,
        length: isize,
        flags: i32,
        prot: i32,
        access: i32,
        #[default(0)] offset: i64,
        trackfd: bool,
    ) -> PyResult<Ref<PyObject>> {
        let Ok(mut length) = usize::try_from(length) else {
            bail!(py, OverflowError, "memory mapped length must be positive")
        };
        if offset < 0 {
            bail!(py, OverflowError, "memory mapped offset must be positive")
        }
        let both = libc::PROT_READ | libc::PROT_WRITE;
        if access != ACCESS_DEFAULT && (flags != libc::MAP_SHARED || prot != both) {
            bail!(py, ValueError, "mmap can't specify both access and flags, prot.")
        }
        let (mut flags, prot, access) = match access {
            ACCESS_READ => (libc::MAP_SHARED, libc::PROT_READ, ACCESS_READ),
            ACCESS_WRITE => (libc::MAP_SHARED, both, ACCESS_WRITE),
            ACCESS_COPY => (libc::MAP_PRIVATE, both, ACCESS_COPY),
            ACCESS_DEFAULT => {
                let access = match (prot & libc::PROT_READ != 0, prot & libc::PROT_WRITE != 0) {
                    (true, true) => ACCESS_DEFAULT,
                    (_, true) => ACCESS_WRITE,
                    _ => ACCESS_READ,
                };
                (flags, prot, access)
            }
            _ => bail!(py, ValueError, "mmap invalid access parameter."),
        };
        py.audit(
            "mmap.__new__",
            &[&*fileno.into_py(py)?, &*length.into_py(py)?, &*access.into_py(py)?, &*offset.into_py(py)?],
        )?;
        if fileno != -1
            && let Ok(st) = py.detach(|| files::stat_open(fileno))
            && st.st_mode & libc::S_IFMT == libc::S_IFREG
        {
            let left = st.st_size - offset;
            if length == 0 {
                if st.st_size == 0 {
                    bail!(py, ValueError, "cannot mmap an empty file")
                }
                if left <= 0 {
                    bail!(py, ValueError, "mmap offset is greater than file size")
                }
                length = left as usize;
            } else if left < 0 || (left as usize) < length {
                bail!(py, ValueError, "mmap length is greater than file size")
            }
        }
        let mut fd = -1;
        if fileno == -1 {
            flags |= libc::MAP_ANONYMOUS;
        } else {
            fd = descriptors::control(fileno, libc::F_DUPFD_CLOEXEC, 0).or_raise(py)?;
        }
        let mapping = py.detach(|| Mapping::new(fd, length, prot, flags, offset)).or_raise(py)?;
        if !trackfd && fd != -1 {
            let _ = descriptors::close(fd);
            mapping.forget_descriptor();
        }
        MemoryMap {
            base: PyObject::HEADER,
            mapping,
            position: Cell::new(0),
            offset,
            access,
            shared: flags & libc::MAP_SHARED != 0,
            tracks: trackfd,
            weaklist: WeakList::EMPTY,
        }
        .alloc(py, cls)
    }

    #[slot]
    fn bf_getbuffer(&self, py: Py<'_>, _flags: i32) -> PyResult<Lent<'_>> {
        Ok(Lent { store: self.store(py)?, format: c"B", itemsize: 1 })
    }

    #[slot]
    fn bf_releasebuffer(&self, _py: Py<'_>) -> &ByteStore {
        self.mapping.store()
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let name = self.ty().name();
        if !self.mapping.is_open() {
            return PyStr::new(py, &format!("<{name} closed=True>"));
        }
        let access = match self.access {
            ACCESS_READ => "ACCESS_READ",
            ACCESS_WRITE => "ACCESS_WRITE",
            ACCESS_COPY => "ACCESS_COPY",
            _ => "ACCESS_DEFAULT",
        };
        let (length, position, offset) = (self.mapping.store().len(), self.position.get(), self.offset);
        let text = format!(
            "<{name} closed=False, access={access}, length={length}, pos={position}, offset={offset}>"
        );
        PyStr::new(py, &text)
    }

    #[getter]
    fn closed(&self, _py: Py<'_>) -> bool {
        !self.mapping.is_open()
    }

    #[pymethod]
    fn close(&self, py: Py<'_>) -> PyResult<()> {
        if !self.mapping.close() {
            bail!(py, BufferError, "cannot close exported pointers exist")
        }
        Ok(())
    }

    #[pymethod]
    fn __enter__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.store(py)?;
        Ok(self.to_ref())
    }

    #[pymethod]
    fn __exit__(
        &self,
        py: Py<'_>,
        _exc_type: &PyObject,
        _exc_value: &PyObject,
        _traceback: &PyObject,
    ) -> PyResult<()> {
        self.close(py)
    }

    #[pymethod]
    fn find(
        &self,
        py: Py<'_>,
        view: BufferArg,
        start: Option<&PyObject>,
        end: Option<&PyObject>,
    ) -> PyResult<isize> {
        self.search(py, &view, start, end, false)
    }

    #[pymethod]
    fn rfind(
        &self,
        py: Py<'_>,
        view: BufferArg,
        start: Option<&PyObject>,
        end: Option<&PyObject>,
    ) -> PyResult<isize> {
        self.search(py, &view, start, end, true)
    }

    #[pymethod]
    #[sig("($self, offset=0, size=None, /)")]
    fn flush(&self, py: Py<'_>, #[default(0)] offset: isize, size: Option<NoneOr<isize>>) -> PyResult<()> {
        let len = self.store(py)?.len();
        let size = size.and_then(|size| size.0).unwrap_or(len as isize);
        let (offset, size) = match (usize::try_from(offset), usize::try_from(size)) {
            (Ok(offset), Ok(size)) if size <= len && offset <= len - size => (offset, size),
            _ => bail!(py, ValueError, "flush values out of range"),
        };
        if self.access == ACCESS_READ || self.access == ACCESS_COPY {
            return Ok(());
        }
        py.detach(|| self.mapping.flush(offset, size)).or_raise(py)
    }

    #[pymethod]
    #[sig("($self, option, start=0, length=None, /)")]
    fn madvise(
        &self,
        py: Py<'_>,
        option: i32,
        #[default(0)] start: isize,
        length: Option<NoneOr<isize>>,
    ) -> PyResult<()> {
        let len = self.store(py)?.len();
        let length = length.and_then(|length| length.0).unwrap_or(len as isize);
        let start = match usize::try_from(start) {
            Ok(start) if start < len => start,
            _ => bail!(py, ValueError, "madvise start out of bounds"),
        };
        let Ok(length) = usize::try_from(length) else { bail!(py, ValueError, "madvise length invalid") };
        if start.checked_add(length).is_none_or(|end| end > isize::MAX as usize) {
            bail!(py, OverflowError, "madvise length too large")
        }
        self.mapping.advise(start, length.min(len - start), option).or_raise(py)
    }

    #[pymethod]
    fn r#move(&self, py: Py<'_>, dest: isize, src: isize, count: isize) -> PyResult<()> {
        let store = self.store(py)?;
        self.writable(py)?;
        match (usize::try_from(dest), usize::try_from(src), usize::try_from(count)) {
            (Ok(dest), Ok(src), Ok(count)) if store.shift(src, dest, count) => Ok(()),
            _ => bail!(py, ValueError, "source, destination, or count out of range"),
        }
    }

    #[pymethod]
    #[sig("($self, n=None, /)")]
    fn read(&self, py: Py<'_>, n: Option<NoneOr<isize>>) -> PyResult<Ref<PyBytes>> {
        let n = n.and_then(|n| n.0).unwrap_or(-1);
        self.take(py, usize::try_from(n).unwrap_or(usize::MAX))
    }

    #[pymethod]
    fn read_byte(&self, py: Py<'_>) -> PyResult<u8> {
        let at = self.position.get();
        match self.store(py)?.as_bytes().get(at) {
            Some(byte) => {
                self.position.set(at + 1);
                Ok(*byte)
            }
            None => bail!(py, ValueError, "read byte out of range"),
        }
    }

    #[pymethod]
    fn readline(&self, py: Py<'_>) -> PyResult<Ref<PyBytes>> {
        let bytes = self.store(py)?.as_bytes();
        let rest = bytes.get(self.position.get()..).unwrap_or_default();
        let count = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        self.take(py, count)
    }

    #[pymethod]
    fn resize(&self, py: Py<'_>, newsize: isize) -> PyResult<()> {
        let store = self.store(py)?;
        if store.exports() > 0 {
            bail!(py, BufferError, "mmap can't resize with extant buffers exported.")
        }
        if !self.tracks {
            bail!(py, ValueError, "mmap can't resize with trackfd=False.")
        }
        if self.access != ACCESS_WRITE && self.access != ACCESS_DEFAULT {
            bail!(py, TypeError, "mmap can't resize a readonly or copy-on-write memory map.")
        }
        let size = match usize::try_from(newsize) {
            Ok(size) if i64::MAX - self.offset >= newsize as i64 => size,
            _ => bail!(py, ValueError, "new size out of range"),
        };
        let fd = self.mapping.descriptor();
        if fd == -1 && self.shared && size > store.len() {
            bail!(py, ValueError, "mmap: can't expand a shared anonymous mapping")
        }
        if fd != -1 {
            py.blocking(|| files::ftruncate(fd, self.offset + size as i64))?;
        }
        self.mapping.resize(size).or_raise(py)
    }

    #[pymethod]
    #[sig("($self, pos, whence=0, /)")]
    fn seek(&self, py: Py<'_>, pos: isize, whence: i32) -> PyResult<usize> {
        let len = self.store(py)?.len();
        let base = match whence {
            0 => 0,
            1 => self.position.get() as isize,
            2 => len as isize,
            _ => bail!(py, ValueError, "unknown seek type"),
        };
        match base.checked_add(pos).map(usize::try_from) {
            Some(Ok(at)) if at <= len => {
                self.position.set(at);
                Ok(at)
            }
            _ => bail!(py, ValueError, "seek out of range"),
        }
    }

    #[pymethod]
    fn seekable(&self, _py: Py<'_>) -> bool {
        true
    }

    #[pymethod]
    fn size(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.store(py)?;
        let fd = self.mapping.descriptor();
        let st = py.detach(|| files::stat_open(fd)).or_raise(py)?;
        st.st_size.into_py(py)
    }

    #[pymethod]
    fn tell(&self, py: Py<'_>) -> PyResult<usize> {
        self.store(py)?;
        Ok(self.position.get())
    }

    #[pymethod]
    fn write(&self, py: Py<'_>, bytes: BufferArg) -> PyResult<usize> {
        let store = self.store(py)?;
        self.writable(py)?;
        let (at, bytes) = (self.position.get(), bytes.as_bytes());
        if !store.write(at, bytes) {
            bail!(py, ValueError, "data out of range")
        }
        self.position.set(at + bytes.len());
        Ok(bytes.len())
    }

    #[pymethod]
    fn write_byte(&self, py: Py<'_>, byte: u8) -> PyResult<()> {
        let store = self.store(py)?;
        self.writable(py)?;
        let at = self.position.get();
        if !store.write(at, &[byte]) {
            bail!(py, ValueError, "write byte out of range")
        }
        self.position.set(at + 1);
        Ok(())
    }

    #[slot]
    fn sq_length(&self, py: Py<'_>) -> PyResult<isize> {
        Ok(self.store(py)?.len() as isize)
    }

    #[slot]
    fn mp_length(&self, py: Py<'_>) -> PyResult<isize> {
        Ok(self.store(py)?.len() as isize)
    }

    #[slot]
    fn sq_item(&self, py: Py<'_>, i: isize) -> PyResult<Ref<PyBytes>> {
        let bytes = self.store(py)?.as_bytes();
        match usize::try_from(i).ok().and_then(|i| bytes.get(i)) {
            Some(byte) => PyBytes::new(py, &[*byte]),
            None => bail!(py, IndexError, "mmap index out of range"),
        }
    }

    #[slot]
    fn mp_subscript(&self, py: Py<'_>, key: &PyObject) -> PyResult<Ref<PyObject>> {
        self.store(py)?;
        if key.is_index() {
            let at = self.place(py, key)?;
            return match self.store(py)?.as_bytes().get(at) {
                Some(byte) => byte.into_py(py),
                None => bail!(py, IndexError, "mmap index out of range"),
            };
        }
        let Some(slice) = key.downcast::<PySlice>() else {
            bail!(py, TypeError, "mmap indices must be integers")
        };
        let (start, stop, step) = slice.unpack(py)?;
        let indices = adjust(start, stop, step, self.store(py)?.len());
        let bytes = self.store(py)?.as_bytes();
        if indices.step == 1 {
            let start = indices.start as usize;
            return bytes.get(start..start + indices.len).unwrap_or_default().into_py(py);
        }
        let mut at = indices.start;
        let mut out = Vec::with_capacity(indices.len);
        for _ in 0..indices.len {
            out.extend(usize::try_from(at).ok().and_then(|at| bytes.get(at)));
            at += indices.step;
        }
        out.into_py(py)
    }

    #[slot]
    fn mp_ass_subscript(&self, py: Py<'_>, key: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
        self.store(py)?;
        self.writable(py)?;
        if key.is_index() {
            let at = self.place(py, key)?;
            let Some(value) = value else { bail!(py, TypeError, "mmap doesn't support item deletion") };
            if !value.is_index() {
                bail!(py, TypeError, "mmap item value must be an int")
            }
            let number = value.index(py)?.as_i64().and_then(|n| u8::try_from(n).ok());
            let Some(byte) = number else {
                bail!(py, ValueError, "mmap item value must be in range(0, 256)")
            };
            // The value's `__index__` may have made the map smaller.
            if !self.store(py)?.write(at, &[byte]) {
                bail!(py, IndexError, "mmap index out of range")
            }
            return Ok(());
        }
        let Some(slice) = key.downcast::<PySlice>() else {
            bail!(py, TypeError, "mmap indices must be integer")
        };
        let Some(value) = value else { bail!(py, TypeError, "mmap object doesn't support slice deletion") };
        let (start, stop, step) = slice.unpack(py)?;
        let indices = adjust(start, stop, step, self.store(py)?.len());
        let bytes = value.buffer_bytes(py)?;
        if bytes.len() != indices.len {
            bail!(py, IndexError, "mmap slice assignment is wrong size")
        }
        let store = self.store(py)?;
        let mut at = indices.start;
        // The value's buffer may have made the map smaller.
        let last = at + indices.step * (indices.len as isize - 1);
        if indices.len > 0 && at.max(last) >= store.len() as isize {
            bail!(py, IndexError, "mmap index out of range")
        }
        if indices.step == 1 {
            store.write(at.max(0) as usize, &bytes);
            return Ok(());
        }
        for byte in bytes {
            store.write(at.max(0) as usize, &[byte]);
            at += indices.step;
        }
        Ok(())
    }
}

/// The module.
#[pymodule(name = "mmap", types = [super::MemoryMap])]
pub mod mmap {
    use krait_runtime::objects::exceptions::types;
    use krait_runtime::prelude::*;

    #[pyattr]
    use libc::{
        MADV_DODUMP, MADV_DOFORK, MADV_DONTDUMP, MADV_DONTFORK, MADV_DONTNEED, MADV_FREE, MADV_HUGEPAGE,
        MADV_HWPOISON, MADV_MERGEABLE, MADV_NOHUGEPAGE, MADV_NORMAL, MADV_RANDOM, MADV_REMOVE,
        MADV_SEQUENTIAL, MADV_UNMERGEABLE, MADV_WILLNEED, MAP_32BIT, MAP_ANON, MAP_ANONYMOUS, MAP_DENYWRITE,
        MAP_EXECUTABLE, MAP_NORESERVE, MAP_POPULATE, MAP_PRIVATE, MAP_SHARED, MAP_STACK, PROT_EXEC,
        PROT_READ, PROT_WRITE,
    };
    #[pyattr]
    const ACCESS_COPY: i64 = 3;
    #[pyattr]
    const ACCESS_DEFAULT: i64 = 0;
    #[pyattr]
    const ACCESS_READ: i64 = 1;
    #[pyattr]
    const ACCESS_WRITE: i64 = 2;
    #[pyattr]
    const ALLOCATIONGRANULARITY: i64 = 4096;

    #[pyattr]
    const PAGESIZE: i64 = 4096;
    #[pyattr]
    fn error(_py: Py<'_>) -> Ref<PyObject> {
        types::OSError().to_ref()
    }
}
