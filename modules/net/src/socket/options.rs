//! `getsockopt` and `setsockopt`.

use krait_runtime::args::extract;
use krait_runtime::objects::exceptions::{OrRaise, types};
use krait_runtime::prelude::*;
use krait_runtime::system::network as system;

/// `getsockopt`: a number without a length, else bytes.
pub fn get(py: Py<'_>, fd: i32, level: i32, name: i32, length: i32) -> PyResult<Ref<PyObject>> {
    if length == 0 {
        if level == libc::AF_VSOCK {
            let bytes = system::option_bytes(fd, level, name, 8).or_raise(py)?;
            return match <[u8; 8]>::try_from(bytes.as_slice()) {
                Ok(bytes) => u64::from_ne_bytes(bytes).into_py(py),
                Err(_) => Err(py.raise_errno(libc::EINVAL)),
            };
        }
        return system::option_number(fd, level, name).or_raise(py)?.into_py(py);
    }
    match usize::try_from(length) {
        Ok(length) if length <= 1024 => {
            system::option_bytes(fd, level, name, length).or_raise(py)?.into_py(py)
        }
        _ => bail!(py, OSError, "getsockopt buflen out of range"),
    }
}

/// `setsockopt` of a number, of bytes, or of nothing with a length.
pub fn set(py: Py<'_>, fd: i32, args: &[&PyObject]) -> PyResult<()> {
    let number = |object: &PyObject| extract::<i32>(py, object, "setsockopt", 0);
    match args {
        [level, name, value] => {
            let (level, name) = (number(level)?, number(name)?);
            if level == libc::AF_VSOCK {
                // These options are numbers of 64 bits.
                if !value.is_index() {
                    bail!(
                        py,
                        TypeError,
                        "setsockopt() argument 3 must be int, not {}",
                        if value.is_none() { "None" } else { value.ty().name() }
                    );
                }
                let bytes = value.index(py)?.as_u64_mask().to_ne_bytes();
                return system::set_option_bytes(fd, level, name, &bytes).or_raise(py);
            }
            if value.is_index() {
                match number(value) {
                    Ok(n) => return system::set_option_number(fd, level, name, n).or_raise(py),
                    Err(raised) if py.error_matches(types::OverflowError()) => py.clear_error(raised),
                    Err(raised) => return Err(raised),
                }
            }
            let bytes = value.buffer_bytes(py)?;
            system::set_option_bytes(fd, level, name, &bytes).or_raise(py)
        }
        [level, name, value, length] if value.is_none() => {
            let (level, name) = (number(level)?, number(name)?);
            let length = length.index(py)?.as_u64_mask() as u32;
            system::set_option_length(fd, level, name, length).or_raise(py)
        }
        _ => bail!(py, TypeError, "setsockopt() takes exactly 3 arguments ({} given)", args.len()),
    }
}
