//! Module `fcntl`: `fcntl`, `ioctl` and file locks.

use krait_macros::pymodule;
use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::Buffer;

/// What stands behind the structure that the kernel fills: it must stay as it is.
const GUARD: [u8; 8] = [0x00, 0xfa, 0x69, 0xc4, 0x67, 0xa3, 0x6c, 0x58];

/// The third argument.
enum Argument {
    Number(i64),
    /// Bytes that the call gets a copy of.
    Copied(Vec<u8>),
    /// Memory that it may change.
    InPlace(Buffer),
}

fn argument(py: Py<'_>, function: &str, arg: Option<&PyObject>, mutate: bool) -> PyResult<Argument> {
    let Some(arg) = arg else { return Ok(Argument::Number(0)) };
    if arg.is_index() {
        // Bits as they are: some commands take unsigned numbers.
        return Ok(Argument::Number(arg.index(py)?.as_u64_mask() as u32 as i32 as i64));
    }
    if let Some(text) = arg.downcast::<PyStr>() {
        return Ok(Argument::Copied(text.to_utf8(py)?.as_bytes().to_vec()));
    }
    if !arg.has_buffer() {
        bail!(
            py,
            TypeError,
            "{function}() argument 3 must be an integer, a bytes-like object, or a string, not {}",
            arg.ty().name()
        )
    }
    if mutate && !PyBytes::check(arg) {
        match Buffer::writable(py, arg) {
            Ok(buffer) => return Ok(Argument::InPlace(buffer)),
            Err(raised) => py.clear_error(raised),
        }
    }
    Ok(Argument::Copied(arg.buffer_bytes(py)?))
}

/// The copy with room behind it, and a guard there.
fn guarded(bytes: &[u8]) -> Option<[u8; 1024 + 8]> {
    let mut room = [0u8; 1024 + 8];
    room.get_mut(..bytes.len()).filter(|part| part.len() <= 1024)?.copy_from_slice(bytes);
    room.get_mut(bytes.len()..bytes.len() + GUARD.len())?.copy_from_slice(&GUARD);
    Some(room)
}

fn result(py: Py<'_>, room: &[u8], len: usize) -> PyResult<Ref<PyObject>> {
    if room.get(len..len + GUARD.len()) != Some(&GUARD) {
        bail!(py, SystemError, "buffer overflow")
    }
    room.get(..len).unwrap_or_default().into_py(py)
}

/// The module.
#[pymodule(name = "fcntl")]
pub mod fcntl {
    use krait_runtime::prelude::*;
    use krait_runtime::protocol::path::Descriptor;
    use krait_runtime::system::{Target, descriptors as system};

    use super::{Argument, argument, guarded, result};

    #[pyattr]
    const FASYNC: i64 = 8192;
    #[pyattr]
    const F_EXLCK: i64 = 4;
    #[pyattr]
    const F_GETOWN_EX: i64 = 16;
    #[pyattr]
    const F_GETSIG: i64 = 11;
    #[pyattr]
    const F_OWNER_PGRP: i64 = 2;
    #[pyattr]
    const F_OWNER_PID: i64 = 1;
    #[pyattr]
    const F_OWNER_TID: i64 = 0;
    #[pyattr]
    const F_SETOWN_EX: i64 = 15;
    #[pyattr]
    const F_SETSIG: i64 = 10;
    #[pyattr]
    const F_SHLCK: i64 = 8;
    #[pyattr]
    use libc::{
        F_ADD_SEALS, F_DUPFD, F_DUPFD_CLOEXEC, F_GET_SEALS, F_GETFD, F_GETFL, F_GETLEASE, F_GETLK, F_GETOWN,
        F_GETPIPE_SZ, F_NOTIFY, F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW, F_RDLCK, F_SEAL_FUTURE_WRITE,
        F_SEAL_GROW, F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_WRITE, F_SETFD, F_SETFL, F_SETLEASE, F_SETLK,
        F_SETLKW, F_SETOWN, F_SETPIPE_SZ, F_UNLCK, F_WRLCK, FD_CLOEXEC, FICLONE, FICLONERANGE, LOCK_EX,
        LOCK_NB, LOCK_SH, LOCK_UN,
    };
    #[pyattr]
    const DN_ACCESS: i64 = 1;
    #[pyattr]
    const DN_ATTRIB: i64 = 32;
    #[pyattr]
    const DN_CREATE: i64 = 4;
    #[pyattr]
    const DN_DELETE: i64 = 8;
    #[pyattr]
    const DN_MODIFY: i64 = 2;
    #[pyattr]
    const DN_MULTISHOT: i64 = 2147483648;
    #[pyattr]
    const DN_RENAME: i64 = 16;
    #[pyattr]
    const F_DUPFD_QUERY: i64 = 1027;
    #[pyattr]
    const F_GETLK64: i64 = 5;
    #[pyattr]
    const F_GET_FILE_RW_HINT: i64 = 1037;
    #[pyattr]
    const F_GET_RW_HINT: i64 = 1035;
    #[pyattr]
    const F_SETLK64: i64 = 6;
    #[pyattr]
    const F_SETLKW64: i64 = 7;
    #[pyattr]
    const F_SET_FILE_RW_HINT: i64 = 1038;
    #[pyattr]
    const F_SET_RW_HINT: i64 = 1036;
    #[pyattr]
    const LOCK_MAND: i64 = 32;
    #[pyattr]
    const LOCK_READ: i64 = 64;
    #[pyattr]
    const LOCK_RW: i64 = 192;
    #[pyattr]
    const LOCK_WRITE: i64 = 128;
    #[pyattr]
    const RWH_WRITE_LIFE_EXTREME: i64 = 5;
    #[pyattr]
    const RWH_WRITE_LIFE_LONG: i64 = 4;
    #[pyattr]
    const RWH_WRITE_LIFE_MEDIUM: i64 = 3;
    #[pyattr]
    const RWH_WRITE_LIFE_NONE: i64 = 1;
    #[pyattr]
    const RWH_WRITE_LIFE_NOT_SET: i64 = 0;
    #[pyattr]
    const RWH_WRITE_LIFE_SHORT: i64 = 2;

    #[pyfunction(name = "fcntl")]
    fn control(py: Py<'_>, fd: Descriptor, cmd: i32, arg: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let fd = fd.0;
        let none = py.none();
        py.audit("fcntl.fcntl", &[&*fd.into_py(py)?, &*cmd.into_py(py)?, arg.unwrap_or(&none)])?;
        match argument(py, "fcntl", arg, false)? {
            Argument::Number(n) => py.blocking(|| system::control(fd, cmd, n))?.into_py(py),
            Argument::Copied(bytes) => {
                let Some(mut room) = guarded(&bytes) else {
                    bail!(py, ValueError, "fcntl argument 3 is too long")
                };
                py.blocking(|| system::control_with(fd, cmd, &mut room))?;
                result(py, &room, bytes.len())
            }
            Argument::InPlace(_) => Ok(py.none()),
        }
    }

    #[pyfunction]
    fn ioctl(
        py: Py<'_>,
        fd: Descriptor,
        request: &PyObject,
        arg: Option<&PyObject>,
        mutate_flag: bool,
    ) -> PyResult<Ref<PyObject>> {
        let fd = fd.0;
        let code = request.index(py)?.as_u64_mask();
        let none = py.none();
        py.audit("fcntl.ioctl", &[&*fd.into_py(py)?, request, arg.unwrap_or(&none)])?;
        match argument(py, "ioctl", arg, mutate_flag)? {
            Argument::Number(n) => py.blocking(|| system::device_control(fd, code, n))?.into_py(py),
            Argument::Copied(bytes) => {
                let Some(mut room) = guarded(&bytes) else {
                    bail!(py, ValueError, "ioctl argument 3 is too long")
                };
                py.blocking(|| system::device_control_with(fd, code, Target::new(&mut room)))?;
                result(py, &room, bytes.len())
            }
            Argument::InPlace(buffer) => {
                let target = Target::of(&buffer);
                if target.len() > 1024 {
                    return py.blocking(|| system::device_control_with(fd, code, target))?.into_py(py);
                }
                // By way of a copy: the kernel may write more than the buffer holds.
                let bytes = buffer.as_bytes().to_vec();
                let Some(mut room) = guarded(&bytes) else {
                    bail!(py, ValueError, "ioctl argument 3 is too long")
                };
                let answer = py.retry(|| system::device_control_with(fd, code, Target::new(&mut room)))?;
                buffer.write_at(0, room.get(..bytes.len()).unwrap_or_default());
                let answer = answer.map_err(|error| py.raise_errno(error.0))?;
                result(py, &room, bytes.len())?;
                answer.into_py(py)
            }
        }
    }

    #[pyfunction]
    fn flock(py: Py<'_>, fd: Descriptor, operation: i32) -> PyResult<()> {
        py.audit("fcntl.flock", &[&*fd.0.into_py(py)?, &*operation.into_py(py)?])?;
        py.blocking(|| system::flock(fd.0, operation)).map(drop)
    }

    #[pyfunction]
    fn lockf(
        py: Py<'_>,
        fd: Descriptor,
        cmd: i32,
        len: Option<&PyObject>,
        start: Option<&PyObject>,
        whence: i32,
    ) -> PyResult<()> {
        let kind = if cmd == libc::LOCK_UN {
            libc::F_UNLCK
        } else if cmd & libc::LOCK_SH != 0 {
            libc::F_RDLCK
        } else if cmd & libc::LOCK_EX != 0 {
            libc::F_WRLCK
        } else {
            bail!(py, ValueError, "unrecognized lockf argument")
        };
        let number = |object: Option<&PyObject>| match object {
            Some(object) => krait_runtime::args::extract::<i64>(py, object, "lockf", 0),
            None => Ok(0),
        };
        let (len, start) = (number(len)?, number(start)?);
        py.blocking(|| system::lock_range(fd.0, cmd & libc::LOCK_NB == 0, kind, whence, start, len))
    }
}
