//! `_io.FileIO`: a file descriptor as a raw stream.

use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::{Buffer, BufferArg};
use krait_runtime::system::descriptor;

use crate::base::{self, IoBase, RawIoBase};
use crate::common::{self, DEFAULT_BUFFER_SIZE, Size, both, check_signals, unsupported};
use crate::path::{fspath, system_path};

/// What `fstat` told when the file was opened, until something may have changed it.
#[derive(Clone, Copy)]
struct AtOpen {
    size: i64,
    character_device: bool,
}

/// `FileIO`.
#[pyclass(module = "_io", name = "FileIO", base = RawIoBase, basetype, gc, immutable, heap)]
#[repr(C)]
pub struct FileIo {
    base: IoBase,
    /// -1: closed.
    fd: Cell<i32>,
    created: Cell<bool>,
    readable: Cell<bool>,
    writable: Cell<bool>,
    appending: Cell<bool>,
    /// Not known before somebody asks.
    seekable: Cell<Option<bool>>,
    #[pymember("closefd", readonly)]
    closefd: Cell<bool>,
    #[pymember("_finalizing")]
    finalizing: Cell<bool>,
    blksize: Cell<u32>,
    #[no_traverse]
    at_open: Cell<Option<AtOpen>>,
}

/// What a mode string says.
struct Mode {
    flags: i32,
    created: bool,
    readable: bool,
    writable: bool,
    appending: bool,
}

fn parse_mode(py: Py<'_>, mode: &str) -> PyResult<Mode> {
    let mut parsed = Mode { flags: 0, created: false, readable: false, writable: false, appending: false };
    let (mut kinds, mut plus, mut bad) = (0, 0, false);
    for c in mode.bytes() {
        match c {
            b'x' => {
                parsed.created = true;
                parsed.writable = true;
                parsed.flags |= libc::O_EXCL | libc::O_CREAT;
                kinds += 1;
            }
            b'r' => {
                parsed.readable = true;
                kinds += 1;
            }
            b'w' => {
                parsed.writable = true;
                parsed.flags |= libc::O_CREAT | libc::O_TRUNC;
                kinds += 1;
            }
            b'a' => {
                parsed.writable = true;
                parsed.appending = true;
                parsed.flags |= libc::O_APPEND | libc::O_CREAT;
                kinds += 1;
            }
            b'b' => {}
            b'+' => plus += 1,
            _ => bail!(py, ValueError, "invalid mode: {mode}"),
        }
        bad |= kinds > 1 || plus > 1;
        if bad {
            break;
        }
    }
    if bad || kinds == 0 {
        bail!(py, ValueError, "Must have exactly one of create/read/write/append mode and at most one plus");
    }
    if plus == 1 {
        parsed.readable = true;
        parsed.writable = true;
    }
    parsed.flags |= match (parsed.readable, parsed.writable) {
        (true, true) => libc::O_RDWR,
        (true, false) => libc::O_RDONLY,
        _ => libc::O_WRONLY,
    };
    parsed.flags |= libc::O_CLOEXEC;
    Ok(parsed)
}

/// Calls again while the system call was interrupted by a signal; without the GIL.
fn retry<T: Send>(py: Py<'_>, mut call: impl FnMut() -> Result<T, i32>) -> PyResult<Result<T, i32>> {
    loop {
        match py.detach(&mut call) {
            Err(libc::EINTR) => check_signals(py)?,
            other => return Ok(other),
        }
    }
}

/// A descriptor given as the file: an `int` (anything with `__index__` but `float`), not a name.
fn given_descriptor(py: Py<'_>, file: &PyObject) -> PyResult<Option<i32>> {
    if PyBool::check(file) {
        py.warn(types::RuntimeWarning(), "bool is used as a file descriptor", 1)?;
    }
    if !file.is_index() {
        return Ok(None);
    }
    let n = match file.index(py) {
        Ok(n) => n.as_i64().and_then(|n| i32::try_from(n).ok()),
        Err(raised) => {
            py.clear_error(raised);
            None
        }
    };
    match n {
        Some(n) if n < 0 => bail!(py, ValueError, "negative file descriptor"),
        other => Ok(other),
    }
}

impl FileIo {
    /// The descriptor; -1: closed.
    #[inline]
    pub fn descriptor(&self) -> i32 {
        self.fd.get()
    }

    /// True when it is closed.
    #[inline]
    pub fn is_closed(&self) -> bool {
        self.fd.get() < 0
    }

    /// True when nobody can have replaced this object's methods: buffers then skip the method calls.
    #[inline]
    pub fn is_plain(object: &PyObject) -> Option<&FileIo> {
        object.downcast_exact::<FileIo>().filter(|file| file.base.own_attributes() <= 1)
    }

    fn open_descriptor(&self, py: Py<'_>) -> PyResult<i32> {
        match self.fd.get() {
            -1 => bail!(py, ValueError, "I/O operation on closed file"),
            fd => Ok(fd),
        }
    }

    fn readable_descriptor(&self, py: Py<'_>) -> PyResult<i32> {
        let fd = self.open_descriptor(py)?;
        if self.readable.get() { Ok(fd) } else { Err(unsupported(py, "File not open for reading")) }
    }

    fn writable_descriptor(&self, py: Py<'_>) -> PyResult<i32> {
        let fd = self.open_descriptor(py)?;
        if self.writable.get() { Ok(fd) } else { Err(unsupported(py, "File not open for writing")) }
    }

    fn close_descriptor(&self, py: Py<'_>) -> PyResult<()> {
        let fd = self.fd.replace(-1);
        if fd < 0 {
            return Ok(());
        }
        // The descriptor is gone whatever `close` says, so it is not called again after EINTR.
        py.detach(|| descriptor::close(fd)).map_err(|errno| py.raise_errno(errno))
    }

    fn take(
        &self,
        py: Py<'_>,
        file: &PyObject,
        mode_text: &str,
        closefd: bool,
        opener: Option<&PyObject>,
    ) -> PyResult<()> {
        if self.fd.get() >= 0 {
            if self.closefd.get() {
                self.close_descriptor(py)?;
            } else {
                self.fd.set(-1);
            }
        }
        let given = given_descriptor(py, file)?;
        let path = match given {
            Some(_) => None,
            None => Some(system_path(py, file)?),
        };
        let mode = parse_mode(py, mode_text)?;
        py.audit_with("open", || {
            let text = PyStr::new(py, mode_text)?.upcast();
            Ok([file.to_ref(), text, PyInt::new(py, mode.flags.into())?.upcast()])
        })?;
        self.created.set(mode.created);
        self.readable.set(mode.readable);
        self.writable.set(mode.writable);
        self.appending.set(mode.appending);
        self.seekable.set(None);
        let own = path.is_some();
        let opened = self.connect(py, file, given, path, mode.flags, closefd, opener);
        let Err(raised) = opened else { return Ok(()) };
        if !own {
            self.fd.set(-1);
            return Err(raised);
        }
        both(py, Err(raised), || self.close_descriptor(py))
    }

    #[allow(clippy::too_many_arguments)]
    fn connect(
        &self,
        py: Py<'_>,
        file: &PyObject,
        given: Option<i32>,
        path: Option<std::ffi::CString>,
        flags: i32,
        closefd: bool,
        opener: Option<&PyObject>,
    ) -> PyResult<()> {
        if let Some(fd) = given {
            self.fd.set(fd);
            self.closefd.set(closefd);
        } else {
            self.closefd.set(true);
            if !closefd {
                bail!(py, ValueError, "Cannot use closefd=False with file name");
            }
            let path = path.unwrap_or_default();
            match opener.filter(|o| !o.is_none()) {
                None => {
                    let opened = retry(py, || descriptor::open(&path, flags, 0o666))?;
                    self.fd.set(opened.map_err(|errno| py.raise_errno_with(errno, Some(file), None))?);
                }
                Some(opener) => {
                    let answer = opener.call(py, &[file, &*PyInt::new(py, i64::from(flags))?])?;
                    let Some(number) = answer.downcast::<PyInt>() else {
                        bail!(py, TypeError, "expected integer from opener");
                    };
                    let Some(fd) = number.as_i64().and_then(|n| i32::try_from(n).ok()) else {
                        bail!(py, OverflowError, "Python int too large to convert to C int");
                    };
                    if fd < 0 {
                        bail!(py, ValueError, "opener returned {fd}");
                    }
                    self.fd.set(fd);
                    descriptor::set_inheritable(fd, false).map_err(|errno| py.raise_errno(errno))?;
                }
            }
        }
        let fd = self.fd.get();
        self.blksize.set(DEFAULT_BUFFER_SIZE as u32);
        match py.detach(|| descriptor::status(fd)) {
            Ok(status) => {
                let kind = status.st_mode & libc::S_IFMT;
                if kind == libc::S_IFDIR {
                    return Err(py.raise_errno_with(libc::EISDIR, Some(file), None));
                }
                if status.st_blksize > 1 {
                    self.blksize.set(u32::try_from(status.st_blksize).unwrap_or(DEFAULT_BUFFER_SIZE as u32));
                }
                self.at_open
                    .set(Some(AtOpen { size: status.st_size, character_device: kind == libc::S_IFCHR }));
            }
            // Anything but a wrong descriptor will show itself at the first use.
            Err(libc::EBADF) => return Err(py.raise_errno(libc::EBADF)),
            Err(_) => self.at_open.set(None),
        }
        self.set_attr(py, id!(py, "name"), file)?;
        if self.appending.get() {
            match py.detach(|| descriptor::seek(fd, 0, libc::SEEK_END)) {
                Ok(_) | Err(libc::ESPIPE) => {}
                Err(errno) => return Err(py.raise_errno(errno)),
            }
        }
        Ok(())
    }

    /// One `read` into `into`; `None`: nothing there yet.
    pub fn read_slice(&self, py: Py<'_>, into: &mut [u8]) -> PyResult<Option<usize>> {
        let fd = self.readable_descriptor(py)?;
        match retry(py, || descriptor::read(fd, into))? {
            Ok(n) => Ok(Some(n)),
            Err(libc::EAGAIN) => Ok(None),
            Err(errno) => Err(py.raise_errno(errno)),
        }
    }

    /// One `write`; `None`: it would block.
    pub fn write_slice(&self, py: Py<'_>, bytes: &[u8]) -> PyResult<Option<usize>> {
        let fd = self.writable_descriptor(py)?;
        match retry(py, || descriptor::write(fd, bytes))? {
            Ok(n) => Ok(Some(n)),
            Err(libc::EAGAIN) => Ok(None),
            Err(errno) => Err(py.raise_errno(errno)),
        }
    }

    /// Everything up to the end; `None`: nothing there yet.
    pub fn read_to_end(&self, py: Py<'_>) -> PyResult<Option<Ref<PyBytes>>> {
        let fd = self.readable_descriptor(py)?;
        let mut size = self.at_open.get().map_or(0, |s| s.size);
        self.at_open.set(self.at_open.get().map(|s| AtOpen { size: 0, ..s }));
        if size <= 0 {
            size = py.detach(|| descriptor::status(fd)).map_or(0, |s| s.st_size);
        }
        let size = usize::try_from(size).unwrap_or(0);
        // One byte more than there should be: the end then shows itself without another grow.
        let mut expected = size + 1;
        if size > LARGE_FILE {
            let at = py.detach(|| descriptor::seek(fd, 0, libc::SEEK_CUR)).unwrap_or(0);
            expected = size.saturating_sub(usize::try_from(at).unwrap_or(0)) + 1;
        }
        let mut outcome = Ok(());
        let mut blocked = false;
        if size > 0 {
            let mut full = false;
            let head = PyBytes::build(py, expected, |into| {
                let mut done = 0;
                while let Some(rest) = into.get_mut(done..)
                    && !rest.is_empty()
                {
                    match retry(py, || descriptor::read(fd, rest))? {
                        Ok(0) => return Ok(done),
                        Ok(n) => done += n,
                        Err(libc::EAGAIN) => {
                            blocked = true;
                            return Ok(done);
                        }
                        Err(errno) => {
                            outcome = Err(errno);
                            return Ok(done);
                        }
                    }
                }
                full = true;
                Ok(done)
            })?;
            outcome.map_err(|errno| py.raise_errno(errno))?;
            if blocked && head.is_empty() {
                return Ok(None);
            }
            if !full {
                return Ok(Some(head));
            }
            let mut all = head.as_bytes().to_vec();
            drop(head);
            self.read_rest(py, fd, &mut all)?;
            return PyBytes::new(py, &all).map(Some);
        }
        let mut all = Vec::new();
        if !self.read_rest(py, fd, &mut all)? && all.is_empty() {
            return Ok(None);
        }
        PyBytes::new(py, &all).map(Some)
    }

    /// Reads on until the end; false when it stopped since nothing more is there yet.
    fn read_rest(&self, py: Py<'_>, fd: i32, all: &mut Vec<u8>) -> PyResult<bool> {
        loop {
            let most = all.len().clamp(SMALL_READ, 16 << 20);
            match retry(py, || descriptor::read_more(fd, all, most))? {
                Ok(0) => return Ok(true),
                Ok(_) => {}
                Err(libc::EAGAIN) => return Ok(false),
                Err(libc::ENOMEM) => return Err(py.no_memory()),
                Err(errno) => return Err(py.raise_errno(errno)),
            }
        }
    }

    /// Moves the position.
    pub fn seek_to(&self, py: Py<'_>, offset: i64, whence: i32) -> PyResult<i64> {
        let fd = self.open_descriptor(py)?;
        let moved = py.detach(|| descriptor::seek(fd, offset, whence));
        if self.seekable.get().is_none() {
            self.seekable.set(Some(moved.is_ok()));
        }
        moved.map_err(|errno| py.raise_errno(errno))
    }

    fn find_seekable(&self, py: Py<'_>) -> PyResult<bool> {
        let fd = self.open_descriptor(py)?;
        if self.seekable.get().is_none() {
            self.seekable.set(Some(py.detach(|| descriptor::seek(fd, 0, libc::SEEK_CUR)).is_ok()));
        }
        Ok(self.seekable.get().unwrap_or(false))
    }

    fn mode_text(&self) -> &'static str {
        match (self.created.get(), self.appending.get(), self.readable.get(), self.writable.get()) {
            (true, _, true, _) => "xb+",
            (true, _, false, _) => "xb",
            (_, true, true, _) => "ab+",
            (_, true, false, _) => "ab",
            (_, _, true, true) => "rb+",
            (_, _, true, false) => "rb",
            _ => "wb",
        }
    }

    /// Warns of a file that nobody closed.
    pub fn warn_unclosed(&self, py: Py<'_>, source: &PyObject) {
        if self.fd.get() >= 0 && self.closefd.get() {
            common::warn_unclosed(py, source);
        }
    }
}

/// Files from this size on are asked for their position, to know how much is left.
const LARGE_FILE: usize = 65536;
/// What is read at once when nobody knows how much there is.
const SMALL_READ: usize = 8192;

#[pymethods]
impl FileIo {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        FileIo {
            base: IoBase::EMPTY,
            fd: Cell::new(-1),
            created: Cell::new(false),
            readable: Cell::new(false),
            writable: Cell::new(false),
            appending: Cell::new(false),
            seekable: Cell::new(None),
            closefd: Cell::new(true),
            finalizing: Cell::new(false),
            blksize: Cell::new(0),
            at_open: Cell::new(None),
        }
        .alloc(py, cls)
    }

    #[init]
    #[sig("(file, mode='r', closefd=True, opener=None)")]
    fn init(
        &self,
        py: Py<'_>,
        file: &PyObject,
        mode: Option<&PyStr>,
        #[default(true)] closefd: bool,
        opener: Option<&PyObject>,
    ) -> PyResult<()> {
        let mode = match mode {
            Some(mode) => mode.as_utf8(py)?,
            None => "r",
        };
        if mode.contains('\0') {
            bail!(py, ValueError, "embedded null character");
        }
        self.take(py, file, mode, closefd, opener)
    }

    #[pymethod]
    fn close(&self, py: Py<'_>) -> PyResult<()> {
        let flushed = base::close(py, self);
        if !self.closefd.get() {
            self.fd.set(-1);
            return flushed;
        }
        both(py, flushed, || {
            if self.finalizing.get() {
                self.warn_unclosed(py, self);
            }
            self.close_descriptor(py)
        })
    }

    #[pymethod]
    fn fileno(&self, py: Py<'_>) -> PyResult<i32> {
        self.open_descriptor(py)
    }

    #[pymethod]
    fn readable(&self, py: Py<'_>) -> PyResult<bool> {
        self.open_descriptor(py)?;
        Ok(self.readable.get())
    }

    #[pymethod]
    fn writable(&self, py: Py<'_>) -> PyResult<bool> {
        self.open_descriptor(py)?;
        Ok(self.writable.get())
    }

    #[pymethod]
    fn seekable(&self, py: Py<'_>) -> PyResult<bool> {
        self.find_seekable(py)
    }

    #[pymethod]
    fn readinto(&self, py: Py<'_>, buffer: &PyObject) -> PyResult<Option<isize>> {
        let buffer = writable_buffer(py, buffer)?;
        let fd = self.readable_descriptor(py)?;
        match retry(py, || buffer.fill(|into| descriptor::read(fd, into)))? {
            Ok(n) => Ok(Some(n as isize)),
            Err(libc::EAGAIN) => Ok(None),
            Err(errno) => Err(py.raise_errno(errno)),
        }
    }

    #[pymethod]
    fn readall(&self, py: Py<'_>) -> PyResult<Option<Ref<PyBytes>>> {
        self.read_to_end(py)
    }

    #[pymethod]
    fn read(&self, py: Py<'_>, #[default(Size(-1))] size: Size) -> PyResult<Option<Ref<PyBytes>>> {
        let fd = self.readable_descriptor(py)?;
        let Some(size) = size.limit() else { return self.read_to_end(py) };
        let mut failed = None;
        let made = PyBytes::build(py, size.min(descriptor::MOST), |into| {
            match retry(py, || descriptor::read(fd, into))? {
                Ok(n) => Ok(n),
                Err(errno) => {
                    failed = Some(errno);
                    Ok(0)
                }
            }
        })?;
        match failed {
            None => Ok(Some(made)),
            Some(libc::EAGAIN) => Ok(None),
            Some(errno) => Err(py.raise_errno(errno)),
        }
    }

    #[pymethod]
    fn write(&self, py: Py<'_>, b: BufferArg) -> PyResult<Option<isize>> {
        self.write_slice(py, b.as_bytes()).map(|n| n.map(|n| n as isize))
    }

    #[pymethod]
    fn seek(&self, py: Py<'_>, pos: &PyObject, #[default(0)] whence: i32) -> PyResult<i64> {
        self.open_descriptor(py)?;
        self.seek_to(py, common::offset(py, pos)?, whence)
    }

    #[pymethod]
    fn tell(&self, py: Py<'_>) -> PyResult<i64> {
        self.seek_to(py, 0, libc::SEEK_CUR)
    }

    #[pymethod]
    fn truncate(&self, py: Py<'_>, size: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let fd = self.writable_descriptor(py)?;
        let size = match size.filter(|s| !s.is_none()) {
            Some(size) => size.to_ref(),
            None => PyInt::new(py, self.seek_to(py, 0, libc::SEEK_CUR)?)?.upcast(),
        };
        let length = common::offset(py, &size)?;
        self.at_open.set(None);
        match retry(py, || descriptor::truncate(fd, length))? {
            Ok(()) => Ok(size),
            Err(errno) => Err(py.raise_errno(errno)),
        }
    }

    #[pymethod]
    fn isatty(&self, py: Py<'_>) -> PyResult<bool> {
        let fd = self.open_descriptor(py)?;
        Ok(py.detach(|| descriptor::is_terminal(fd)))
    }

    /// Only a character device can be a terminal: files that were just opened need no further system call.
    #[pymethod]
    fn _isatty_open_only(&self, py: Py<'_>) -> PyResult<bool> {
        if self.at_open.get().is_some_and(|s| !s.character_device) {
            return Ok(false);
        }
        let fd = self.open_descriptor(py)?;
        Ok(py.detach(|| descriptor::is_terminal(fd)))
    }

    #[pymethod]
    fn _dealloc_warn(&self, py: Py<'_>, object: &PyObject) {
        self.warn_unclosed(py, object);
    }

    #[pymethod]
    fn __getstate__(&self, py: Py<'_>) -> PyResult<()> {
        Err(common::cannot_pickle(py, self))
    }

    #[getter]
    fn closed(&self) -> bool {
        self.is_closed()
    }

    #[getter]
    fn mode(&self) -> &'static str {
        self.mode_text()
    }

    #[getter]
    fn _blksize(&self) -> u32 {
        self.blksize.get()
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let (fd, mode, closefd) = (self.fd.get(), self.mode_text(), self.closefd.get());
        let closefd = if closefd { "True" } else { "False" };
        let type_name = self.ty().name();
        if fd < 0 {
            return PyStr::new(py, &format!("<{type_name} [closed]>"));
        }
        let Some(name) = self.get_attr_optional(py, id!(py, "name"))? else {
            return PyStr::new(py, &format!("<{type_name} fd={fd} mode='{mode}' closefd={closefd}>"));
        };
        let Some(_guard) = py.repr_enter(self)? else {
            bail!(py, RuntimeError, "reentrant call inside {type_name}.__repr__")
        };
        let name = name.repr(py)?;
        let end = format!(" mode='{mode}' closefd={closefd}>");
        PyStr::concat_display(py, &format!("<{type_name} name="), "", &name, &end)
    }
}

/// The buffer of `readinto`.
pub fn writable_buffer(py: Py<'_>, object: &PyObject) -> PyResult<Buffer> {
    use krait_runtime::args::{ArgPos, bad_argument};
    Buffer::writable(py, object).map_err(|raised| {
        py.clear_error(raised);
        let at = ArgPos { function: "readinto", index: 1, keyword: None };
        bad_argument(py, at, "read-write bytes-like object", object)
    })
}

/// The argument of `open`: a descriptor as it is, a name as `str` or `bytes`.
pub fn file_argument(py: Py<'_>, file: &PyObject) -> PyResult<Ref<PyObject>> {
    let number = file.number_slots().is_some_and(|n| {
        n.nb_index.get().is_some() || n.nb_int.get().is_some() || n.nb_float.get().is_some()
    });
    if number { Ok(file.to_ref()) } else { fspath(py, file) }
}
