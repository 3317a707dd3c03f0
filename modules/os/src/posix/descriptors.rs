//! Open descriptors: reading, writing, positions, duplicates, pipes, locks, copying between them, event and timer descriptors.

use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::{Buffer, buf};

/// The buffers of a sequence, for scatter and gather calls.
fn buffers(py: Py<'_>, sequence: &PyObject, function: &str, writable: bool) -> PyResult<Vec<Buffer>> {
    if !sequence.is_sequence() {
        bail!(py, TypeError, "{function}() arg 2 must be a sequence")
    }
    let count = sequence.len(py)?;
    let flags = if writable { buf::WRITABLE } else { buf::SIMPLE };
    let mut all = Vec::with_capacity(count.max(0) as usize);
    for i in 0..count {
        let item = sequence.sequence_item(py, i)?;
        all.push(Buffer::with_flags(py, &item, flags)?);
    }
    Ok(all)
}

/// A number of nanoseconds: an int.
fn nanoseconds(py: Py<'_>, object: &PyObject) -> PyResult<i64> {
    let Some(number) = object.downcast::<PyInt>() else {
        bail!(py, TypeError, "expect int, got {}", object.ty().name())
    };
    match number.as_i64() {
        Some(n) => Ok(n),
        None => bail!(py, OverflowError, "timestamp too large to convert to C PyTime_t"),
    }
}

fn spec(ns: i64) -> libc::timespec {
    libc::timespec { tv_sec: ns.div_euclid(1_000_000_000), tv_nsec: ns.rem_euclid(1_000_000_000) }
}

fn count_of(spec: &libc::timespec) -> i64 {
    spec.tv_sec.saturating_mul(1_000_000_000).saturating_add(spec.tv_nsec)
}

/// An optional file offset.
pub struct Offset(Option<i64>);
impl<'a> FromArg<'a> for Offset {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, at: ArgPos) -> PyResult<Self> {
        if obj.is_none() { Ok(Offset(None)) } else { i64::from_arg(py, obj, at).map(|n| Offset(Some(n))) }
    }
}

/// The functions.
#[pymodule_part(name = "posix")]
pub mod descriptors {
    use krait_runtime::objects::exceptions::OrRaise;
    use krait_runtime::prelude::*;
    use krait_runtime::protocol::buffer::{BufferArg, WritableBufferArg};
    use krait_runtime::protocol::path::Descriptor;
    use krait_runtime::system::{Target, descriptors as system, terminal};
    use krait_runtime::time::Rounding;

    use super::{Offset, count_of, nanoseconds, spec};

    #[pyfunction]
    fn close(py: Py<'_>, fd: i32) -> PyResult<()> {
        // Not repeated after EINTR: the descriptor is closed then, and another thread may have opened it anew.
        match py.detach(|| system::close(fd)) {
            Err(error) if error.0 != libc::EINTR => Err(py.raise_errno(error.0)),
            _ => Ok(()),
        }
    }

    #[pyfunction]
    fn closerange(py: Py<'_>, fd_low: i32, fd_high: i32) {
        py.detach(|| system::close_range(fd_low.max(0), fd_high.saturating_sub(1)));
    }

    #[pyfunction]
    fn dup(py: Py<'_>, fd: i32) -> PyResult<i32> {
        py.detach(|| system::control(fd, libc::F_DUPFD_CLOEXEC, 0)).or_raise(py)
    }

    #[pyfunction]
    fn dup2(py: Py<'_>, fd: i32, fd2: i32, inheritable: bool) -> PyResult<i32> {
        if fd < 0 || fd2 < 0 {
            return Err(py.raise_errno(libc::EBADF));
        }
        py.detach(|| {
            // `dup3` refuses equal descriptors, `dup2` does nothing for them.
            if inheritable || fd == fd2 {
                let copy = system::dup2(fd, fd2)?;
                if !inheritable {
                    system::set_inheritable(copy, false)?;
                }
                Ok(copy)
            } else {
                system::dup3(fd, fd2, libc::O_CLOEXEC)
            }
        })
        .or_raise(py)
    }

    #[pyfunction]
    fn lockf(py: Py<'_>, fd: i32, command: i32, length: i64) -> PyResult<()> {
        py.audit_with("os.lockf", || Ok([fd.into_py(py)?, command.into_py(py)?, length.into_py(py)?]))?;
        py.blocking(|| system::lockf(fd, command, length)).map(drop)
    }

    #[pyfunction]
    fn lseek(py: Py<'_>, fd: i32, position: i64, whence: i32) -> PyResult<i64> {
        py.detach(|| system::lseek(fd, position, whence)).or_raise(py)
    }

    #[pyfunction]
    fn read(py: Py<'_>, fd: i32, length: isize) -> PyResult<Ref<PyBytes>> {
        let Ok(length) = usize::try_from(length) else { return Err(py.raise_errno(libc::EINVAL)) };
        PyBytes::filled(py, length, |out| py.blocking(|| system::read(fd, out)))
    }

    #[pyfunction]
    fn readinto(py: Py<'_>, fd: i32, buffer: WritableBufferArg) -> PyResult<usize> {
        let out = Target::of(&buffer.0);
        py.blocking(|| system::read(fd, out))
    }

    #[pyfunction]
    fn write(py: Py<'_>, fd: i32, data: BufferArg) -> PyResult<usize> {
        let bytes = data.as_bytes();
        py.blocking(|| system::write(fd, bytes))
    }

    #[pyfunction]
    fn pread(py: Py<'_>, fd: i32, length: isize, offset: i64) -> PyResult<Ref<PyBytes>> {
        let Ok(length) = usize::try_from(length) else { return Err(py.raise_errno(libc::EINVAL)) };
        PyBytes::filled(py, length, |out| py.blocking(|| system::read_at(fd, out, offset)))
    }

    #[pyfunction]
    fn pwrite(py: Py<'_>, fd: i32, buffer: BufferArg, offset: i64) -> PyResult<usize> {
        let bytes = buffer.as_bytes();
        py.blocking(|| system::write_at(fd, bytes, offset))
    }

    #[pyfunction]
    fn readv(py: Py<'_>, fd: i32, buffers: &PyObject) -> PyResult<usize> {
        let held = super::buffers(py, buffers, "readv", true)?;
        let targets: Vec<Target<'_>> = held.iter().map(Target::of).collect();
        py.blocking(|| system::read_scattered(fd, &targets))
    }

    #[pyfunction]
    fn writev(py: Py<'_>, fd: i32, buffers: &PyObject) -> PyResult<usize> {
        let held = super::buffers(py, buffers, "writev", false)?;
        let sources: Vec<&[u8]> = held.iter().map(|b| b.as_bytes()).collect();
        py.blocking(|| system::write_gathered(fd, &sources))
    }

    #[pyfunction]
    fn preadv(py: Py<'_>, fd: i32, buffers: &PyObject, offset: i64, flags: i32) -> PyResult<usize> {
        let held = super::buffers(py, buffers, "preadv2", true)?;
        let targets: Vec<Target<'_>> = held.iter().map(Target::of).collect();
        py.blocking(|| system::read_scattered_at(fd, &targets, offset, flags))
    }

    #[pyfunction]
    fn pwritev(py: Py<'_>, fd: i32, buffers: &PyObject, offset: i64, flags: i32) -> PyResult<usize> {
        let held = super::buffers(py, buffers, "pwritev2", false)?;
        let sources: Vec<&[u8]> = held.iter().map(|b| b.as_bytes()).collect();
        py.blocking(|| system::write_gathered_at(fd, &sources, offset, flags))
    }

    #[pyfunction]
    fn fsync(py: Py<'_>, fd: Descriptor) -> PyResult<()> {
        py.blocking(|| system::fsync(fd.0)).map(drop)
    }

    #[pyfunction]
    fn fdatasync(py: Py<'_>, fd: Descriptor) -> PyResult<()> {
        py.blocking(|| system::fdatasync(fd.0)).map(drop)
    }

    #[pyfunction]
    fn sync(py: Py<'_>) {
        py.detach(system::sync_all);
    }

    #[pyfunction]
    fn isatty(py: Py<'_>, fd: i32) -> bool {
        py.detach(|| matches!(system::isatty(fd), Ok(1)))
    }

    #[pyfunction]
    fn pipe(py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        pipe2(py, libc::O_CLOEXEC)
    }

    #[pyfunction]
    fn pipe2(py: Py<'_>, flags: i32) -> PyResult<Ref<PyTuple>> {
        let (read, write) = py.detach(|| system::pipe(flags)).or_raise(py)?;
        PyTuple::pair(py, read.into_py(py)?, write.into_py(py)?)
    }

    #[pyfunction]
    fn get_inheritable(py: Py<'_>, fd: i32) -> PyResult<bool> {
        system::is_inheritable(fd).or_raise(py)
    }

    #[pyfunction]
    fn set_inheritable(py: Py<'_>, fd: i32, inheritable: i32) -> PyResult<()> {
        system::set_inheritable(fd, inheritable != 0).or_raise(py)
    }

    #[pyfunction]
    fn get_blocking(py: Py<'_>, fd: i32) -> PyResult<bool> {
        let flags = system::control(fd, libc::F_GETFL, 0).or_raise(py)?;
        Ok(flags & libc::O_NONBLOCK == 0)
    }

    #[pyfunction]
    fn set_blocking(py: Py<'_>, fd: i32, blocking: bool) -> PyResult<()> {
        system::set_blocking(fd, blocking).or_raise(py)
    }

    #[pyfunction]
    fn sendfile(py: Py<'_>, out_fd: i32, in_fd: i32, offset: &PyObject, count: isize) -> PyResult<usize> {
        let count = count as usize;
        if offset.is_none() {
            return py.blocking(|| system::send_file(out_fd, in_fd, None, count));
        }
        let mut offset = krait_runtime::args::extract::<i64>(py, offset, "sendfile", 3)?;
        py.blocking(|| system::send_file(out_fd, in_fd, Some(&mut offset), count))
    }

    #[pyfunction]
    fn copy_file_range(
        py: Py<'_>,
        src: i32,
        dst: i32,
        count: isize,
        #[default(Offset(None))] offset_src: Offset,
        #[default(Offset(None))] offset_dst: Offset,
    ) -> PyResult<usize> {
        let Ok(count) = usize::try_from(count) else {
            bail!(py, ValueError, "negative value for 'count' not allowed")
        };
        let (mut from, mut to) = (offset_src.0, offset_dst.0);
        py.blocking(|| system::copy_range(src, from.as_mut(), dst, to.as_mut(), count))
    }

    #[pyfunction]
    fn splice(
        py: Py<'_>,
        src: i32,
        dst: i32,
        count: isize,
        #[default(Offset(None))] offset_src: Offset,
        #[default(Offset(None))] offset_dst: Offset,
        #[default(0)] flags: u32,
    ) -> PyResult<usize> {
        let Ok(count) = usize::try_from(count) else {
            bail!(py, ValueError, "negative value for 'count' not allowed")
        };
        let (mut from, mut to) = (offset_src.0, offset_dst.0);
        py.blocking(|| system::splice(src, from.as_mut(), dst, to.as_mut(), count, flags))
    }

    #[pyfunction]
    fn posix_fadvise(py: Py<'_>, fd: i32, offset: i64, length: i64, advice: i32) -> PyResult<()> {
        py.blocking(|| system::advise(fd, offset, length, advice))
    }

    #[pyfunction]
    fn posix_fallocate(py: Py<'_>, fd: i32, offset: i64, length: i64) -> PyResult<()> {
        py.blocking(|| system::allocate(fd, offset, length))
    }

    #[pyfunction]
    fn memfd_create(
        py: Py<'_>,
        name: super::super::arguments::FsBytes,
        #[default(libc::MFD_CLOEXEC)] flags: u32,
    ) -> PyResult<i32> {
        py.detach(|| krait_runtime::system::files::memory_file(&name.0, flags)).or_raise(py)
    }

    #[pyfunction]
    fn eventfd(py: Py<'_>, initval: u32, #[default(libc::EFD_CLOEXEC)] flags: i32) -> PyResult<i32> {
        py.detach(|| system::eventfd(initval, flags)).or_raise(py)
    }

    #[pyfunction]
    fn eventfd_read(py: Py<'_>, fd: i32) -> PyResult<u64> {
        let mut value = [0u8; 8];
        let target = Target::new(&mut value);
        py.detach(|| system::read(fd, target)).or_raise(py)?;
        Ok(u64::from_ne_bytes(value))
    }

    #[pyfunction]
    fn eventfd_write(py: Py<'_>, fd: i32, value: u64) -> PyResult<()> {
        py.detach(|| system::write(fd, &value.to_ne_bytes())).map(drop).or_raise(py)
    }

    #[pyfunction]
    fn timerfd_create(py: Py<'_>, clockid: i32, #[default(libc::TFD_CLOEXEC)] flags: i32) -> PyResult<i32> {
        // Unlike an event counter it is never inherited.
        py.detach(|| system::timerfd_create(clockid, flags | libc::TFD_CLOEXEC)).or_raise(py)
    }

    fn both(py: Py<'_>, value: &libc::itimerspec, ns: bool) -> PyResult<Ref<PyTuple>> {
        let object = |t: &libc::timespec| {
            if ns { count_of(t).into_py(py) } else { (count_of(t) as f64 * 1e-9).into_py(py) }
        };
        PyTuple::pair(py, object(&value.it_value)?, object(&value.it_interval)?)
    }

    #[pyfunction]
    fn timerfd_gettime(py: Py<'_>, fd: Descriptor) -> PyResult<Ref<PyTuple>> {
        let now = py.detach(|| system::get_timer(fd.0)).or_raise(py)?;
        both(py, &now, false)
    }

    #[pyfunction]
    fn timerfd_gettime_ns(py: Py<'_>, fd: Descriptor) -> PyResult<Ref<PyTuple>> {
        let now = py.detach(|| system::get_timer(fd.0)).or_raise(py)?;
        both(py, &now, true)
    }

    #[pyfunction]
    fn timerfd_settime(
        py: Py<'_>,
        fd: Descriptor,
        flags: i32,
        initial: Option<&PyObject>,
        interval: Option<&PyObject>,
    ) -> PyResult<Ref<PyTuple>> {
        let time = |object: Option<&PyObject>| match object {
            Some(object) => krait_runtime::time::nanos_from_seconds(py, object, Rounding::Floor),
            None => Ok(0),
        };
        let new = libc::itimerspec { it_value: spec(time(initial)?), it_interval: spec(time(interval)?) };
        let old = py.detach(|| system::set_timer(fd.0, flags, &new)).or_raise(py)?;
        both(py, &old, false)
    }

    #[pyfunction]
    fn timerfd_settime_ns(
        py: Py<'_>,
        fd: Descriptor,
        flags: i32,
        initial: Option<&PyObject>,
        interval: Option<&PyObject>,
    ) -> PyResult<Ref<PyTuple>> {
        let time = |object: Option<&PyObject>| object.map_or(Ok(0), |object| nanoseconds(py, object));
        let new = libc::itimerspec { it_value: spec(time(initial)?), it_interval: spec(time(interval)?) };
        let old = py.detach(|| system::set_timer(fd.0, flags, &new)).or_raise(py)?;
        both(py, &old, true)
    }

    #[pyfunction]
    fn device_encoding(py: Py<'_>, fd: i32) -> PyResult<Option<&'static str>> {
        Ok(isatty(py, fd).then_some("UTF-8"))
    }

    #[pyfunction]
    fn ttyname(py: Py<'_>, fd: i32) -> PyResult<Ref<PyStr>> {
        let name = terminal::name(fd).or_raise(py)?;
        PyStr::from_os_bytes(py, &name)
    }
}
