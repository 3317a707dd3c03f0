//! Modules `_posixshmem` and `_multiprocessing`: shared memory and semaphores with names.

use std::ffi::CString;

use krait_macros::pymodule;
use krait_runtime::prelude::*;

/// A name as the system takes it.
fn name_bytes(py: Py<'_>, name: &PyStr) -> PyResult<CString> {
    CString::new(name.to_utf8(py)?.into_owned())
        .map_err(|_| raise!(py, ValueError, "embedded null character"))
}

/// Module `_posixshmem`.
#[pymodule(name = "_posixshmem")]
pub mod posixshmem {
    use krait_runtime::objects::exceptions::OrRaise;
    use krait_runtime::prelude::*;
    use krait_runtime::system::shared as system;

    use super::name_bytes;

    #[pyfunction]
    fn shm_open(py: Py<'_>, path: &PyStr, flags: i32, mode: i32) -> PyResult<i32> {
        let name = name_bytes(py, path)?;
        py.retry(|| system::shm_open(&name, flags, mode as u32))?.or_raise_about(py, path)
    }

    #[pyfunction]
    fn shm_unlink(py: Py<'_>, path: &PyStr) -> PyResult<()> {
        let name = name_bytes(py, path)?;
        py.retry(|| system::shm_unlink(&name))?.map(drop).or_raise_about(py, path)
    }
}

/// Module `_multiprocessing`.
#[pymodule(name = "_multiprocessing", types = [super::semlock::SemLock])]
pub mod multiprocessing {
    use krait_runtime::objects::exceptions::OrRaise;
    use krait_runtime::prelude::*;
    use krait_runtime::system::shared as system;

    use super::name_bytes;

    #[pyfunction]
    fn sem_unlink(py: Py<'_>, name: &PyStr) -> PyResult<()> {
        let name = name_bytes(py, name)?;
        system::sem_unlink(&name).map(drop).or_raise(py)
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        let ty = PyType::ready::<super::semlock::SemLock>(py)?;
        if let Some(dict) = ty.dict() {
            dict.set_named(py, "SEM_VALUE_MAX", &*i32::MAX.into_py(py)?)?;
            ty.modified(py);
        }
        let flags = PyDict::new(py)?;
        for name in ["HAVE_SEM_OPEN", "HAVE_SEM_TIMEDWAIT"] {
            flags.set_named(py, name, &*1.into_py(py)?)?;
        }
        module.add(py, "flags", &flags)
    }
}

/// `SemLock`.
pub mod semlock {
    use krait_runtime::objects::exceptions::OrRaise;
    use krait_runtime::prelude::*;
    use krait_runtime::system::Errno;
    use krait_runtime::system::shared::{self as system, Semaphore};
    use krait_runtime::system::time::{clock, to_spec};

    use super::name_bytes;

    const RECURSIVE_MUTEX: i32 = 0;
    const SEMAPHORE: i32 = 1;

    /// A semaphore that this object has opened.
    struct Opened(Semaphore);

    impl Drop for Opened {
        fn drop(&mut self) {
            self.0.close();
        }
    }

    /// A semaphore that processes share, or a lock made of one.
    #[pyclass(module = "_multiprocessing", name = "SemLock", basetype, gc, heap, immutable)]
    #[repr(C)]
    pub struct SemLock {
        base: PyObject,
        #[no_traverse]
        semaphore: Opened,
        #[pymember("kind", readonly)]
        kind: Cell<i32>,
        #[pymember("maxvalue", readonly)]
        maxvalue: Cell<i32>,
        #[pymember("name", object, readonly)]
        name: Member<PyObject>,
        /// How often the owning thread has it.
        count: Cell<i32>,
        owner: Cell<u64>,
    }

    impl SemLock {
        fn mine(&self) -> bool {
            self.count.get() > 0 && self.owner.get() == krait_runtime::thread::current_ident()
        }

        fn lock(&self, py: Py<'_>, block: bool, timeout: Option<&PyObject>) -> PyResult<bool> {
            if self.kind.get() == RECURSIVE_MUTEX && self.mine() {
                self.count.set(self.count.get() + 1);
                return Ok(true);
            }
            let deadline = match timeout.filter(|t| !t.is_none()) {
                Some(timeout) => {
                    let seconds = PyFloat::value_of(py, timeout)?.max(0.0);
                    let now = clock(libc::CLOCK_REALTIME).unwrap_or_default();
                    to_spec(now.saturating_add((seconds * 1e9).min(1e27) as i128))
                }
                None => None,
            };
            let semaphore = self.semaphore.0;
            // Without handing over the GIL, if it can be had at once.
            let mut outcome = semaphore.try_wait();
            while let Err(Errno(libc::EINTR)) = outcome {
                py.check_signals()?;
                outcome = semaphore.try_wait();
            }
            if outcome == Err(Errno(libc::EAGAIN)) && block {
                outcome = py.retry(|| semaphore.wait(deadline))?;
            }
            match outcome {
                Err(Errno(libc::EAGAIN | libc::ETIMEDOUT)) => Ok(false),
                outcome => {
                    outcome.or_raise(py)?;
                    self.count.set(self.count.get() + 1);
                    self.owner.set(krait_runtime::thread::current_ident());
                    Ok(true)
                }
            }
        }

        fn unlock(&self, py: Py<'_>) -> PyResult<()> {
            if self.kind.get() == RECURSIVE_MUTEX {
                if !self.mine() {
                    bail!(py, AssertionError, "attempt to release recursive lock not owned by thread")
                }
                if self.count.get() > 1 {
                    self.count.set(self.count.get() - 1);
                    return Ok(());
                }
            } else if self.semaphore.0.value().or_raise(py)? >= self.maxvalue.get() {
                bail!(py, ValueError, "semaphore or lock released too many times")
            }
            self.semaphore.0.post().or_raise(py)?;
            self.count.set(self.count.get() - 1);
            Ok(())
        }

        fn make(
            py: Py<'_>,
            cls: &PyType,
            semaphore: Semaphore,
            kind: i32,
            maxvalue: i32,
            name: Ref<PyObject>,
        ) -> PyResult<Ref<PyObject>> {
            SemLock {
                base: PyObject::HEADER,
                semaphore: Opened(semaphore),
                kind: Cell::new(kind),
                maxvalue: Cell::new(maxvalue),
                name: Member::new(name),
                count: Cell::new(0),
                owner: Cell::new(0),
            }
            .alloc(py, cls)
        }
    }

    #[pymethods]
    impl SemLock {
        #[new]
        #[sig("(kind, value, maxvalue, name, unlink)")]
        fn new(
            py: Py<'_>,
            cls: &PyType,
            kind: i32,
            value: i32,
            maxvalue: i32,
            name: &PyStr,
            unlink: bool,
        ) -> PyResult<Ref<PyObject>> {
            if kind != RECURSIVE_MUTEX && kind != SEMAPHORE {
                bail!(py, ValueError, "unrecognized kind")
            }
            let c_name = name_bytes(py, name)?;
            let semaphore = Semaphore::create(&c_name, 0o600, value as u32).or_raise(py)?;
            let mut shown = name.to_ref();
            if unlink {
                system::sem_unlink(&c_name).or_raise(py)?;
                shown = py.none();
            }
            SemLock::make(py, cls, semaphore, kind, maxvalue, shown)
        }

        #[classmethod]
        fn _rebuild(
            cls: &PyType,
            py: Py<'_>,
            handle: &PyObject,
            kind: i32,
            maxvalue: i32,
            name: &PyObject,
        ) -> PyResult<Ref<PyObject>> {
            let Some(text) = name.downcast::<PyStr>() else {
                let _ = handle;
                bail!(py, ValueError, "a semaphore without name cannot be rebuilt")
            };
            let semaphore = Semaphore::open(&name_bytes(py, text)?).or_raise(py)?;
            SemLock::make(py, cls, semaphore, kind, maxvalue, name.to_ref())
        }

        #[getter]
        fn handle(&self, _py: Py<'_>) -> usize {
            self.semaphore.0.handle()
        }

        #[pymethod]
        fn acquire(&self, py: Py<'_>, block: bool, timeout: Option<&PyObject>) -> PyResult<bool> {
            self.lock(py, block, timeout)
        }

        #[pymethod]
        fn release(&self, py: Py<'_>) -> PyResult<()> {
            self.unlock(py)
        }

        #[pymethod]
        fn __enter__(&self, py: Py<'_>) -> PyResult<bool> {
            self.lock(py, true, None)
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
            self.unlock(py)
        }

        #[pymethod]
        fn _count(&self, _py: Py<'_>) -> i32 {
            self.count.get()
        }

        #[pymethod]
        fn _is_mine(&self, _py: Py<'_>) -> bool {
            self.mine()
        }

        #[pymethod]
        fn _get_value(&self, py: Py<'_>) -> PyResult<i32> {
            self.semaphore.0.value().map(|n| n.max(0)).or_raise(py)
        }

        #[pymethod]
        fn _is_zero(&self, py: Py<'_>) -> PyResult<bool> {
            match self.semaphore.0.try_wait() {
                Err(Errno(libc::EAGAIN)) => Ok(true),
                outcome => {
                    outcome.or_raise(py)?;
                    self.semaphore.0.post().or_raise(py)?;
                    Ok(false)
                }
            }
        }

        #[pymethod]
        fn _after_fork(&self, _py: Py<'_>) {
            self.count.set(0);
        }
    }
}
