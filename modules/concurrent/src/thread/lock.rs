//! `_thread.lock` and `_thread.RLock`.

use krait_runtime::prelude::*;
use krait_runtime::sync::{RawLock, RecursiveLock, Timeout};
use krait_runtime::time::{Rounding, nanos_from_seconds};

/// `acquire(blocking, timeout)` as a timeout.
fn parse_timeout(py: Py<'_>, blocking: bool, timeout: Option<&PyObject>) -> PyResult<Timeout> {
    const UNSET: i64 = -1_000_000_000;
    let nanos = match timeout {
        Some(timeout) => nanos_from_seconds(py, timeout, Rounding::Up)?,
        None => UNSET,
    };
    match (blocking, nanos) {
        (true, UNSET) => Ok(Timeout::Never),
        (false, UNSET) => Ok(Timeout::Now),
        (false, _) => Err(raise!(py, ValueError, "can't specify a timeout for a non-blocking call")),
        (true, nanos) => match u64::try_from(nanos) {
            Ok(nanos) => Ok(Timeout::after_nanos(nanos)),
            Err(_) => Err(raise!(py, ValueError, "timeout value must be a non-negative number")),
        },
    }
}

/// `_thread.lock`.
#[pyclass(module = "_thread", name = "lock", gc, heap, immutable)]
#[repr(C)]
pub struct Lock {
    base: PyObject,
    lock: RawLock,
    weaklist: WeakList,
}

impl Lock {
    /// An unlocked lock.
    pub fn new_unlocked(py: Py<'_>) -> PyResult<Ref<Lock>> {
        Lock { base: PyObject::HEADER, lock: RawLock::new(), weaklist: WeakList::EMPTY }.alloc_exact(py)
    }
}

#[pymethods]
impl Lock {
    #[new]
    #[sig("()")]
    fn new(py: Py<'_>, _cls: &PyType) -> PyResult<Ref<Lock>> {
        Lock::new_unlocked(py)
    }

    #[pymethod(name = "acquire")]
    #[pymethod(name = "acquire_lock")]
    #[sig("($self, /, blocking=True, timeout=-1)")]
    fn acquire(
        &self,
        py: Py<'_>,
        #[default(true)] blocking: bool,
        timeout: Option<&PyObject>,
    ) -> PyResult<bool> {
        let timeout = parse_timeout(py, blocking, timeout)?;
        self.lock.lock(py, timeout)
    }

    #[pymethod(name = "release")]
    #[pymethod(name = "release_lock")]
    fn release(&self, py: Py<'_>) -> PyResult<()> {
        if self.lock.unlock() { Ok(()) } else { Err(raise!(py, RuntimeError, "release unlocked lock")) }
    }

    #[pymethod(name = "locked")]
    #[pymethod(name = "locked_lock")]
    fn locked(&self) -> bool {
        self.lock.is_locked()
    }

    #[pymethod]
    fn __enter__(&self, py: Py<'_>) -> PyResult<bool> {
        self.lock.lock(py, Timeout::Never)
    }

    #[pymethod]
    #[sig("($self, /, *exc_info)")]
    fn __exit__(&self, py: Py<'_>, _exc_info: &[&PyObject]) -> PyResult<()> {
        self.release(py)
    }

    #[pymethod]
    fn _at_fork_reinit(&self) {
        self.lock.reset();
    }

    #[slot]
    fn tp_repr(&self, _py: Py<'_>) -> String {
        let state = if self.lock.is_locked() { "locked" } else { "unlocked" };
        format!("<{state} {} object at {:#x}>", self.ty().name(), self.id())
    }
}

/// `_thread.RLock`.
#[pyclass(module = "_thread", name = "RLock", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct RLock {
    base: PyObject,
    lock: RecursiveLock,
    weaklist: WeakList,
}

#[pymethods]
impl RLock {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        RLock { base: PyObject::HEADER, lock: RecursiveLock::new(), weaklist: WeakList::EMPTY }
            .alloc(py, cls)
            .map(Ref::upcast)
    }

    #[pymethod]
    #[sig("($self, /, blocking=True, timeout=-1)")]
    fn acquire(
        &self,
        py: Py<'_>,
        #[default(true)] blocking: bool,
        timeout: Option<&PyObject>,
    ) -> PyResult<bool> {
        let timeout = parse_timeout(py, blocking, timeout)?;
        self.lock.lock(py, timeout)
    }

    #[pymethod]
    fn release(&self, py: Py<'_>) -> PyResult<()> {
        if self.lock.unlock(py) {
            Ok(())
        } else {
            Err(raise!(py, RuntimeError, "cannot release un-acquired lock"))
        }
    }

    #[pymethod]
    fn locked(&self) -> bool {
        self.lock.is_locked()
    }

    #[pymethod]
    fn __enter__(&self, py: Py<'_>) -> PyResult<bool> {
        self.lock.lock(py, Timeout::Never)
    }

    #[pymethod]
    #[sig("($self, /, *exc_info)")]
    fn __exit__(&self, py: Py<'_>, _exc_info: &[&PyObject]) -> PyResult<()> {
        self.release(py)
    }

    #[pymethod]
    #[sig("($self, state, /)")]
    fn _acquire_restore(&self, py: Py<'_>, state: &PyObject) -> PyResult<()> {
        let Some(state) = state.downcast::<PyTuple>() else {
            let got = if state.is_none() { "None" } else { state.ty().name() };
            bail!(py, TypeError, "_acquire_restore() argument 1 must be 2-item tuple, not {got}");
        };
        let [count, owner] = state.as_slice() else {
            let n = state.len();
            bail!(py, TypeError, "_acquire_restore() argument 1 must be tuple of length 2, not {n}");
        };
        let count = count.index(py)?.as_u64_mask();
        let owner = owner.index(py)?.as_u64_mask();
        self.lock.restore(py, owner, usize::try_from(count).unwrap_or(usize::MAX));
        Ok(())
    }

    #[pymethod]
    fn _release_save(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        match self.lock.unlock_all(py) {
            Some(count) => PyTuple::pair(py, count.into_py(py)?, py.thread().thread_id.get().into_py(py)?),
            None => Err(raise!(py, RuntimeError, "cannot release un-acquired lock")),
        }
    }

    #[pymethod]
    fn _recursion_count(&self, py: Py<'_>) -> usize {
        if self.lock.is_mine(py) { self.lock.state().1 } else { 0 }
    }

    #[pymethod]
    fn _is_owned(&self, py: Py<'_>) -> bool {
        self.lock.is_mine(py)
    }

    #[pymethod]
    fn _at_fork_reinit(&self) {
        self.lock.reset();
    }

    #[slot]
    fn tp_repr(&self, _py: Py<'_>) -> String {
        let (owner, count) = self.lock.state();
        let state = if self.lock.is_locked() { "locked" } else { "unlocked" };
        let name = self.ty().name();
        format!("<{state} {name} object owner={owner} count={count} at {:#x}>", self.id())
    }
}
