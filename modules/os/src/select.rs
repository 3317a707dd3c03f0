//! Module `select`: `select`, `poll` objects, `epoll` objects.

use std::cell::RefCell;

use krait_macros::pymodule;
use krait_runtime::objects::exceptions::{OrRaise, types};
use krait_runtime::prelude::*;
use krait_runtime::protocol::path::Descriptor;
use krait_runtime::system::poll::{self as system, PollFd};
use krait_runtime::system::time::clock;
use krait_runtime::system::{Errno, SysResult, descriptors};
use krait_runtime::time::{Rounding, nanos_from_seconds};

fn now() -> i128 {
    clock(libc::CLOCK_MONOTONIC).unwrap_or_default()
}

/// Repeats a wait that signals interrupt, with what is left of its time (nanoseconds; `None`: no limit).
fn wait<T>(
    py: Py<'_>,
    timeout: Option<i64>,
    nothing: impl FnOnce() -> T,
    mut call: impl FnMut(Option<i64>) -> SysResult<T>,
) -> PyResult<T> {
    let deadline = timeout.map(|t| now() + i128::from(t));
    let mut left = timeout;
    loop {
        match py.detach(|| call(left)) {
            Err(Errno(libc::EINTR)) => {
                py.check_signals()?;
                if let Some(deadline) = deadline {
                    let rest = deadline - now();
                    if rest < 0 {
                        return Ok(nothing());
                    }
                    left = i64::try_from(rest).ok();
                }
            }
            outcome => return outcome.or_raise(py),
        }
    }
}

/// A sequence of descriptors: the objects as given, and the set.
fn descriptor_set(
    py: Py<'_>,
    sequence: &PyObject,
    most: &mut i32,
) -> PyResult<(Vec<(Ref<PyObject>, i32)>, system::FdSet)> {
    if let Err(raised) = sequence.iter(py) {
        if py.error_matches(types::TypeError()) {
            py.clear_error(raised);
            bail!(py, TypeError, "arguments 1-3 must be sequences")
        }
        return Err(raised);
    }
    // A list is looked at as it is now: `fileno()` may change it.
    let list = match sequence.downcast::<PyList>() {
        Some(list) => list.new_ref(),
        None => PyList::from_vec(py, sequence.collect(py)?)?,
    };
    let mut set = system::FdSet::default();
    let mut all = Vec::with_capacity(list.len());
    let mut i = 0;
    while let Some(item) = list.get(i) {
        i += 1;
        let fd = item.as_descriptor(py)?;
        if !set.insert(fd) {
            bail!(py, ValueError, "filedescriptor out of range in select()")
        }
        if all.len() >= system::SET_SIZE as usize {
            bail!(py, ValueError, "too many file descriptors in select()")
        }
        *most = (*most).max(fd + 1);
        all.push((item, fd));
    }
    Ok((all, set))
}

/// Milliseconds from nanoseconds, rounded up so that a wait is never too short.
fn milliseconds(ns: Option<i64>) -> i32 {
    match ns {
        None => -1,
        Some(ns) if ns < 0 => -1,
        Some(ns) => {
            let ms = ns / 1_000_000 + i64::from(ns % 1_000_000 != 0);
            i32::try_from(ms).unwrap_or(i32::MAX)
        }
    }
}

/// Event bits: an `unsigned short`.
#[derive(Clone, Copy)]
pub struct EventMask(u16);
impl<'a> FromArg<'a> for EventMask {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, _at: ArgPos) -> PyResult<Self> {
        let number = obj.index(py)?;
        if number.is_negative() {
            bail!(py, ValueError, "Cannot convert negative int")
        }
        match number.as_u64().map(u16::try_from) {
            Some(Ok(bits)) => Ok(EventMask(bits)),
            _ => bail!(py, OverflowError, "Python int too large for C unsigned short"),
        }
    }
}

/// A `poll` object.
#[pyclass(module = "select", name = "poll", disallow_instantiation, heap)]
#[repr(C)]
pub struct Poll {
    base: PyObject,
    /// In the order of registration.
    fds: RefCell<Vec<(i32, u16)>>,
    busy: Cell<bool>,
}

#[pymethods]
impl Poll {
    #[pymethod]
    fn register(
        &self,
        py: Py<'_>,
        fd: Descriptor,
        #[default(EventMask((libc::POLLIN | libc::POLLPRI | libc::POLLOUT) as u16))] eventmask: EventMask,
    ) -> PyResult<()> {
        let _ = py;
        let mut fds = self.fds.borrow_mut();
        match fds.iter_mut().find(|(known, _)| *known == fd.0) {
            Some(entry) => entry.1 = eventmask.0,
            None => fds.push((fd.0, eventmask.0)),
        }
        Ok(())
    }

    #[pymethod]
    fn modify(&self, py: Py<'_>, fd: Descriptor, eventmask: EventMask) -> PyResult<()> {
        let mut fds = self.fds.borrow_mut();
        match fds.iter_mut().find(|(known, _)| *known == fd.0) {
            Some(entry) => {
                entry.1 = eventmask.0;
                Ok(())
            }
            None => Err(py.raise_errno(libc::ENOENT)),
        }
    }

    #[pymethod]
    fn unregister(&self, py: Py<'_>, fd: Descriptor) -> PyResult<()> {
        let mut fds = self.fds.borrow_mut();
        let before = fds.len();
        fds.retain(|(known, _)| *known != fd.0);
        if fds.len() < before {
            return Ok(());
        }
        drop(fds);
        let key = fd.0.into_py(py)?;
        Err(py.raise_object(types::KeyError(), Some(&key)))
    }

    #[pymethod]
    fn poll(&self, py: Py<'_>, timeout: Option<&PyObject>) -> PyResult<Ref<PyList>> {
        let timeout = match timeout.filter(|t| !t.is_none()) {
            None => None,
            Some(timeout) => {
                // Milliseconds, perhaps a float of them.
                let ms = match timeout.downcast::<PyFloat>() {
                    Some(x) => {
                        let seconds = PyFloat::new(py, x.value() / 1000.0)?;
                        nanos_from_seconds(py, &seconds, Rounding::Up)?
                    }
                    None if !timeout.is_index() => bail!(py, TypeError, "timeout must be an integer or None"),
                    None => match timeout.index(py)?.as_i64().and_then(|ms| ms.checked_mul(1_000_000)) {
                        Some(ns) => ns,
                        None => bail!(py, OverflowError, "timestamp out of range for C PyTime_t"),
                    },
                };
                if ms / 1_000_000 > i64::from(i32::MAX) {
                    bail!(py, OverflowError, "timeout is too large")
                }
                Some(ms).filter(|ms| *ms >= 0)
            }
        };
        if self.busy.replace(true) {
            bail!(py, RuntimeError, "concurrent poll() invocation")
        }
        let mut fds: Vec<PollFd> = self
            .fds
            .borrow()
            .iter()
            .map(|(fd, events)| PollFd { fd: *fd, events: *events as i16, revents: 0 })
            .collect();
        let done = wait(py, timeout, || 0, |left| system::poll(&mut fds, milliseconds(left)));
        self.busy.set(false);
        let ready = if done? == 0 { &[] } else { fds.as_slice() };
        let list = PyList::new(py)?;
        for told in ready.iter().filter(|fd| fd.revents != 0) {
            let pair = PyTuple::pair(py, told.fd.into_py(py)?, (told.revents as u16).into_py(py)?)?;
            list.append(py, pair.upcast())?;
        }
        Ok(list)
    }
}

/// An `epoll` object.
#[pyclass(module = "select", name = "epoll", heap)]
#[repr(C)]
pub struct Epoll {
    base: PyObject,
    fd: Cell<i32>,
}

impl Epoll {
    fn open(&self, py: Py<'_>) -> PyResult<i32> {
        match self.fd.get() {
            -1 => bail!(py, ValueError, "I/O operation on closed epoll object"),
            fd => Ok(fd),
        }
    }

    fn shut(&self, py: Py<'_>) -> PyResult<()> {
        match self.fd.replace(-1) {
            -1 => Ok(()),
            fd => py.detach(|| descriptors::close(fd)).map(drop).or_raise(py),
        }
    }

    fn control(&self, py: Py<'_>, operation: i32, fd: i32, events: u32) -> PyResult<()> {
        let epoll = self.open(py)?;
        py.detach(|| system::epoll_control(epoll, operation, fd, events)).or_raise(py)
    }
}

#[pymethods]
impl Epoll {
    #[new]
    #[sig("(sizehint=-1, flags=0)")]
    fn new(py: Py<'_>, cls: &PyType, sizehint: i32, flags: i32) -> PyResult<Ref<PyObject>> {
        if sizehint == -1 {
            // Any size: the kernel does not ask any more.
        } else if sizehint <= 0 {
            bail!(py, ValueError, "negative sizehint")
        }
        if flags != 0 && flags != libc::EPOLL_CLOEXEC {
            bail!(py, OSError, "invalid flags")
        }
        let fd = py.detach(|| system::epoll_create1(libc::EPOLL_CLOEXEC)).or_raise(py)?;
        Epoll { base: PyObject::HEADER, fd: Cell::new(fd) }.alloc(py, cls)
    }

    #[classmethod]
    fn fromfd(cls: &PyType, py: Py<'_>, fd: i32) -> PyResult<Ref<PyObject>> {
        Epoll { base: PyObject::HEADER, fd: Cell::new(fd) }.alloc(py, cls)
    }

    #[pymethod]
    fn close(&self, py: Py<'_>) -> PyResult<()> {
        self.shut(py)
    }

    #[getter]
    fn closed(&self, _py: Py<'_>) -> bool {
        self.fd.get() == -1
    }

    #[pymethod]
    fn fileno(&self, py: Py<'_>) -> PyResult<i32> {
        self.open(py)
    }

    #[pymethod]
    fn register(
        &self,
        py: Py<'_>,
        fd: Descriptor,
        #[default((libc::EPOLLIN | libc::EPOLLPRI | libc::EPOLLOUT) as u32)] eventmask: u32,
    ) -> PyResult<()> {
        self.control(py, libc::EPOLL_CTL_ADD, fd.0, eventmask)
    }

    #[pymethod]
    fn modify(&self, py: Py<'_>, fd: Descriptor, eventmask: u32) -> PyResult<()> {
        self.control(py, libc::EPOLL_CTL_MOD, fd.0, eventmask)
    }

    #[pymethod]
    fn unregister(&self, py: Py<'_>, fd: Descriptor) -> PyResult<()> {
        self.control(py, libc::EPOLL_CTL_DEL, fd.0, 0)
    }

    #[pymethod]
    fn poll(&self, py: Py<'_>, timeout: Option<&PyObject>, maxevents: i32) -> PyResult<Ref<PyList>> {
        let epoll = self.open(py)?;
        let timeout = match timeout.filter(|t| !t.is_none()) {
            None => None,
            Some(timeout) => match nanos_from_seconds(py, timeout, Rounding::Up) {
                Ok(ns) if ns / 1_000_000 > i64::from(i32::MAX) => {
                    bail!(py, OverflowError, "timeout is too large")
                }
                Ok(ns) => Some(ns).filter(|ns| *ns >= 0),
                Err(raised) => {
                    if py.error_matches(types::TypeError()) {
                        py.clear_error(raised);
                        bail!(py, TypeError, "timeout must be an integer or None")
                    }
                    return Err(raised);
                }
            },
        };
        let most = match maxevents {
            -1 => libc::FD_SETSIZE - 1,
            n if n < 1 => bail!(py, ValueError, "maxevents must be greater than 0, got {n}"),
            n => n as usize,
        };
        let told = wait(py, timeout, Vec::new, |left| system::epoll_wait(epoll, most, milliseconds(left)))?;
        let list = PyList::new(py)?;
        for (fd, events) in told {
            list.append(py, PyTuple::pair(py, fd.into_py(py)?, events.into_py(py)?)?.upcast())?;
        }
        Ok(list)
    }

    #[pymethod]
    fn __enter__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.open(py)?;
        Ok(self.to_ref())
    }

    #[pymethod]
    #[sig("($self, exc_type=None, exc_value=None, exc_tb=None, /)")]
    fn __exit__(
        &self,
        py: Py<'_>,
        _exc_type: Option<&PyObject>,
        _exc_value: Option<&PyObject>,
        _exc_tb: Option<&PyObject>,
    ) -> PyResult<()> {
        self.shut(py)
    }

    #[slot]
    fn tp_finalize(&self, py: Py<'_>) {
        py.preserving_error(|| {
            if let Err(raised) = self.shut(py) {
                py.clear_error(raised);
            }
        });
    }
}

/// The module.
#[pymodule(name = "select", types = [super::Epoll])]
pub mod select {
    use super::*;

    #[pyattr]
    use libc::{
        EPOLL_CLOEXEC, EPOLLERR, EPOLLEXCLUSIVE, EPOLLHUP, EPOLLIN, EPOLLMSG, EPOLLONESHOT, EPOLLOUT,
        EPOLLPRI, EPOLLRDBAND, EPOLLRDHUP, EPOLLRDNORM, EPOLLWAKEUP, EPOLLWRBAND, EPOLLWRNORM, PIPE_BUF,
        POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, POLLPRI, POLLRDBAND, POLLRDHUP, POLLRDNORM, POLLWRBAND,
        POLLWRNORM,
    };
    #[pyattr]
    const EPOLLET: u32 = libc::EPOLLET as u32;
    #[pyattr]
    const POLLMSG: i32 = 0x400;
    #[pyattr]
    fn error(_py: Py<'_>) -> Ref<PyObject> {
        types::OSError().to_ref()
    }

    #[pyfunction]
    fn poll(py: Py<'_>) -> PyResult<Ref<PyObject>> {
        Poll { base: PyObject::HEADER, fds: RefCell::new(Vec::new()), busy: Cell::new(false) }
            .alloc_exact(py)
            .map(Ref::upcast)
    }

    #[pyfunction(name = "select")]
    fn select_(
        py: Py<'_>,
        rlist: &PyObject,
        wlist: &PyObject,
        xlist: &PyObject,
        timeout: Option<&PyObject>,
    ) -> PyResult<Ref<PyTuple>> {
        let timeout = match timeout.filter(|t| !t.is_none()) {
            None => None,
            Some(timeout) => match nanos_from_seconds(py, timeout, Rounding::Up) {
                Ok(ns) if ns < 0 => bail!(py, ValueError, "timeout must be non-negative"),
                Ok(ns) => Some(ns),
                Err(raised) => {
                    if py.error_matches(types::TypeError()) {
                        py.clear_error(raised);
                        bail!(py, TypeError, "timeout must be a float or None")
                    }
                    return Err(raised);
                }
            },
        };
        let mut most = 0;
        let (readers, read_set) = descriptor_set(py, rlist, &mut most)?;
        let (writers, write_set) = descriptor_set(py, wlist, &mut most)?;
        let (others, other_set) = descriptor_set(py, xlist, &mut most)?;
        let empty = [system::FdSet::default(); 3];
        let told = wait(
            py,
            timeout,
            || empty,
            |left| {
                let mut sets = [read_set, write_set, other_set];
                let us = left.map(|ns| ns / 1000 + i64::from(ns % 1000 != 0));
                system::select(most, &mut sets, us).map(|()| sets)
            },
        )?;
        let mut lists: Vec<Ref<PyObject>> = Vec::with_capacity(3);
        for (all, set) in [readers, writers, others].into_iter().zip(&told) {
            let ready = all.into_iter().filter(|(_, fd)| set.contains(*fd)).map(|(object, _)| object);
            lists.push(PyList::from_vec(py, ready.collect())?.upcast());
        }
        PyTuple::from_vec(py, lists)
    }

    #[pyexec]
    fn exec(py: Py<'_>, _module: &PyModule) -> PyResult<()> {
        PyType::ready::<Poll>(py).map(drop)
    }
}
