//! Terminals and pseudo terminals.

/// The functions.
#[pymodule_part(name = "posix")]
pub mod terminal {
    use krait_runtime::objects::exceptions::OrRaise;
    use krait_runtime::prelude::*;
    use krait_runtime::protocol::path::Descriptor;
    use krait_runtime::system::{descriptors, terminal as system};

    use super::super::sequences::TERMINAL_SIZE;

    #[pyfunction]
    fn get_terminal_size(py: Py<'_>, fd: Option<i32>) -> PyResult<Ref<PyObject>> {
        let [rows, columns, ..] = system::size(fd.unwrap_or(1)).or_raise(py)?;
        TERMINAL_SIZE.make(py, vec![columns.into_py(py)?, rows.into_py(py)?])
    }

    #[pyfunction]
    fn ctermid(py: Py<'_>) -> PyResult<Ref<PyStr>> {
        PyStr::from_os_bytes(py, &system::controlling_name())
    }

    #[pyfunction]
    fn tcgetpgrp(py: Py<'_>, fd: i32) -> PyResult<i32> {
        system::tcgetpgrp(fd).or_raise(py)
    }

    #[pyfunction]
    fn tcsetpgrp(py: Py<'_>, fd: i32, pgid: i32) -> PyResult<()> {
        system::tcsetpgrp(fd, pgid).map(drop).or_raise(py)
    }

    #[pyfunction]
    fn openpty(py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let (ours, theirs) = system::open_pair().or_raise(py)?;
        for end in [ours, theirs] {
            descriptors::set_inheritable(end, false).or_raise(py)?;
        }
        PyTuple::pair(py, ours.into_py(py)?, theirs.into_py(py)?)
    }

    #[pyfunction]
    fn login_tty(py: Py<'_>, fd: Descriptor) -> PyResult<()> {
        system::login_tty(fd.0).map(drop).or_raise(py)
    }

    #[pyfunction]
    fn posix_openpt(py: Py<'_>, oflag: i32) -> PyResult<i32> {
        system::posix_openpt(oflag | libc::O_CLOEXEC).or_raise(py)
    }

    #[pyfunction]
    fn grantpt(py: Py<'_>, fd: Descriptor) -> PyResult<()> {
        system::grantpt(fd.0).map(drop).or_raise(py)
    }

    #[pyfunction]
    fn unlockpt(py: Py<'_>, fd: Descriptor) -> PyResult<()> {
        system::unlockpt(fd.0).map(drop).or_raise(py)
    }

    #[pyfunction]
    fn ptsname(py: Py<'_>, fd: Descriptor) -> PyResult<Ref<PyStr>> {
        let name = system::other_end_name(fd.0).or_raise(py)?;
        PyStr::from_os_bytes(py, &name)
    }
}

use krait_macros::pymodule_part;
