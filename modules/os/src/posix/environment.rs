//! Environment variables, error texts, random bytes.

use std::collections::HashMap;

use krait_runtime::prelude::*;
use krait_runtime::system::process;

/// `posix.environ`: the environment as a dict of bytes. Of variables set twice the first counts.
pub fn environment(py: Py<'_>) -> PyResult<Ref<PyDict>> {
    let dict = PyDict::new(py)?;
    let mut seen: HashMap<Vec<u8>, ()> = HashMap::new();
    for line in process::environment() {
        let Some(at) = line.iter().position(|&b| b == b'=') else { continue };
        let (name, value) = line.split_at_checked(at).unwrap_or_default();
        if seen.insert(name.to_vec(), ()).is_none() {
            let value = value.get(1..).unwrap_or_default();
            dict.set(py, &*name.into_py(py)?, &*value.into_py(py)?)?;
        }
    }
    Ok(dict)
}

/// The functions.
#[pymodule_part(name = "posix")]
pub mod environment {
    use krait_runtime::objects::exceptions::{OrRaise, os_error};
    use krait_runtime::prelude::*;
    use krait_runtime::system::{files, process};

    use super::super::arguments::FsBytes;

    #[pyattr]
    fn environ(py: Py<'_>) -> PyResult<Ref<PyDict>> {
        super::environment(py)
    }

    #[pyfunction]
    fn _create_environ(py: Py<'_>) -> PyResult<Ref<PyDict>> {
        super::environment(py)
    }

    #[pyfunction]
    fn putenv(py: Py<'_>, name: FsBytes, value: FsBytes) -> PyResult<()> {
        if name.0.as_bytes().contains(&b'=') {
            bail!(py, ValueError, "illegal environment variable name")
        }
        py.audit_with("os.putenv", || Ok([name.0.as_bytes().into_py(py)?, value.0.as_bytes().into_py(py)?]))?;
        process::set_variable(&name.0, &value.0).or_raise(py)
    }

    #[pyfunction]
    fn unsetenv(py: Py<'_>, name: FsBytes) -> PyResult<()> {
        py.audit_with("os.unsetenv", || Ok([name.0.as_bytes().into_py(py)?]))?;
        process::unset_variable(&name.0).or_raise(py)
    }

    #[pyfunction]
    fn strerror(py: Py<'_>, code: i32) -> PyResult<Ref<PyStr>> {
        PyStr::new(py, &os_error::error_text(code))
    }

    #[pyfunction]
    fn urandom(py: Py<'_>, size: isize) -> PyResult<Ref<PyBytes>> {
        let Ok(size) = usize::try_from(size) else { bail!(py, ValueError, "negative argument not allowed") };
        PyBytes::filled(py, size, |out| {
            let mut done = 0;
            while done < out.len() {
                done += py.blocking(|| files::get_random(out.skipping(done), 0))?;
            }
            Ok(done)
        })
    }

    #[pyfunction]
    fn getrandom(py: Py<'_>, size: isize, flags: i32) -> PyResult<Ref<PyBytes>> {
        let Ok(size) = usize::try_from(size) else { return Err(py.raise_errno(libc::EINVAL)) };
        PyBytes::filled(py, size, |out| {
            // Not repeated until full: the caller sees how much there was.
            py.blocking(|| files::get_random(out, flags as u32))
        })
    }
}
