//! Scheduling: policies, priorities, processor sets.

use krait_runtime::objects::structseq::StructSeq;
use krait_runtime::prelude::*;

/// `sched_param`.
pub static SCHED_PARAM: StructSeq = StructSeq::new(
    "posix.sched_param",
    "sched_param(sched_priority)\n--\n\nCurrently has only one field: sched_priority\n\n  sched_priority\n    A scheduling parameter.",
    &[("sched_priority", "the scheduling priority")],
    1,
)
.made_of_field();

/// The priority in a `sched_param`.
pub fn priority_of(py: Py<'_>, object: &PyObject) -> PyResult<i32> {
    if !object.is_exactly(SCHED_PARAM.ty(py)?) {
        bail!(py, TypeError, "must have a sched_param object")
    }
    let value = object.get_attr(py, id!(py, "sched_priority"))?.index(py)?;
    match value.as_i64().map(i32::try_from) {
        Some(Ok(n)) => Ok(n),
        _ => bail!(py, OverflowError, "sched_priority out of range"),
    }
}

/// The functions.
#[pymodule_part(name = "posix")]
pub mod scheduling {
    use krait_runtime::objects::exceptions::OrRaise;
    use krait_runtime::prelude::*;
    use krait_runtime::system::scheduling as system;

    use super::{SCHED_PARAM, priority_of};

    #[pyfunction]
    fn sched_get_priority_max(py: Py<'_>, policy: i32) -> PyResult<i32> {
        system::sched_get_priority_max(policy).or_raise(py)
    }
    #[pyfunction]
    fn sched_get_priority_min(py: Py<'_>, policy: i32) -> PyResult<i32> {
        system::sched_get_priority_min(policy).or_raise(py)
    }
    #[pyfunction]
    fn sched_getscheduler(py: Py<'_>, pid: i32) -> PyResult<i32> {
        system::sched_getscheduler(pid).or_raise(py)
    }
    #[pyfunction]
    fn sched_setscheduler(py: Py<'_>, pid: i32, policy: i32, param: &PyObject) -> PyResult<()> {
        let priority = priority_of(py, param)?;
        system::set_policy(pid, policy, priority).or_raise(py)
    }
    #[pyfunction]
    fn sched_getparam(py: Py<'_>, pid: i32) -> PyResult<Ref<PyObject>> {
        let priority = system::priority(pid).or_raise(py)?;
        SCHED_PARAM.make(py, vec![priority.into_py(py)?])
    }
    #[pyfunction]
    fn sched_setparam(py: Py<'_>, pid: i32, param: &PyObject) -> PyResult<()> {
        let priority = priority_of(py, param)?;
        system::set_priority(pid, priority).or_raise(py)
    }
    #[pyfunction]
    fn sched_rr_get_interval(py: Py<'_>, pid: i32) -> PyResult<f64> {
        let t = system::interval(pid).or_raise(py)?;
        Ok(t.tv_sec as f64 + 1e-9 * t.tv_nsec as f64)
    }
    #[pyfunction]
    fn sched_yield(py: Py<'_>) -> PyResult<()> {
        py.detach(system::sched_yield).map(drop).or_raise(py)
    }
    #[pyfunction]
    fn sched_getaffinity(py: Py<'_>, pid: i32) -> PyResult<Ref<PySet>> {
        let set = PySet::new(py)?;
        for cpu in system::affinity(pid).or_raise(py)? {
            set.add(py, &*cpu.into_py(py)?)?;
        }
        Ok(set)
    }
    #[pyfunction]
    fn sched_setaffinity(py: Py<'_>, pid: i32, mask: &PyObject) -> PyResult<()> {
        let mut cpus = Vec::new();
        mask.for_each(py, |item| {
            let Some(number) = item.downcast::<PyInt>() else {
                bail!(
                    py,
                    TypeError,
                    "expected an iterator of ints, but iterator yielded {}",
                    item.ty().repr(py)?
                )
            };
            match number.as_i64() {
                Some(n) if n < 0 => bail!(py, ValueError, "negative CPU number"),
                None if number.is_negative() => bail!(py, ValueError, "negative CPU number"),
                // The kernel knows no more than some thousands.
                Some(n) if n < i64::from(i32::MAX - 1) => cpus.push(n as u32),
                _ => bail!(py, OverflowError, "CPU number too large"),
            }
            Ok(())
        })?;
        if cpus.iter().any(|&cpu| cpu > 1 << 24) {
            return Err(py.raise_errno(libc::EINVAL));
        }
        system::set_affinity(pid, &cpus).or_raise(py)
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "sched_param", SCHED_PARAM.ty(py)?)
    }
}
