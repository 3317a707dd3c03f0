//! Limits and switches: recursion, digits of integer texts, the switch interval.

use krait_macros::pymodule_part;

/// The least limit on the digits of integer texts besides 0, "none".
pub const MIN_MAX_STR_DIGITS: i32 = 640;

/// The functions.
#[pymodule_part(name = "sys")]
#[allow(clippy::module_inception)]
pub mod limits {
    use krait_runtime::prelude::*;

    #[pyfunction]
    fn getrecursionlimit(py: Py<'_>) -> i32 {
        py.interp().recursion_limit.get()
    }

    #[pyfunction]
    #[sig("($module, limit, /)")]
    fn setrecursionlimit(py: Py<'_>, limit: i32) -> PyResult<()> {
        if limit < 1 {
            bail!(py, ValueError, "recursion limit must be greater or equal than 1")
        }
        let thread = py.thread();
        let depth = thread.py_recursion_limit.get() - thread.py_recursion_remaining.get();
        if depth >= limit {
            bail!(
                py,
                RecursionError,
                "cannot set the recursion limit to {limit} at the recursion depth {depth}: the limit is too low"
            )
        }
        py.set_recursion_limit(limit);
        Ok(())
    }

    #[pyfunction]
    fn getswitchinterval(py: Py<'_>) -> f64 {
        py.interp().gil.switch_interval() as f64 * 1e-6
    }

    #[pyfunction]
    #[sig("($module, interval, /)")]
    fn setswitchinterval(py: Py<'_>, interval: f64) -> PyResult<()> {
        // Not a number is no positive one either.
        if interval.is_nan() || interval <= 0.0 {
            bail!(py, ValueError, "switch interval must be strictly positive")
        }
        py.interp().gil.set_switch_interval((interval * 1e6) as u64);
        Ok(())
    }

    #[pyfunction]
    fn get_int_max_str_digits(py: Py<'_>) -> i32 {
        py.interp().int_max_str_digits.get()
    }

    #[pyfunction]
    #[sig("($module, /, maxdigits)")]
    fn set_int_max_str_digits(py: Py<'_>, maxdigits: i32) -> PyResult<()> {
        if maxdigits != 0 && maxdigits < super::MIN_MAX_STR_DIGITS {
            bail!(py, ValueError, "maxdigits must be >= {} or 0 for unlimited", super::MIN_MAX_STR_DIGITS)
        }
        py.interp().int_max_str_digits.set(maxdigits);
        crate::sys::sequences::update_max_str_digits(py, maxdigits)
    }
}
