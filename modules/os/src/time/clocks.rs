//! Clocks, sleeping, what is known of a clock.

use krait_runtime::prelude::*;

/// A `clockid_t`.
#[derive(Clone, Copy)]
pub struct ClockId(pub i32);
impl<'a> FromArg<'a> for ClockId {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, at: ArgPos) -> PyResult<Self> {
        if !obj.is_index() {
            bail!(py, TypeError, "clk_id should be integer, not {}", obj.ty().name())
        }
        i32::from_arg(py, obj, at).map(ClockId)
    }
}

/// The functions.
#[pymodule_part(name = "time")]
pub mod clocks {
    use krait_runtime::objects::exceptions::OrRaise;
    use krait_runtime::objects::namespace::PyNamespace;
    use krait_runtime::prelude::*;
    use krait_runtime::system::time::{self as system, TimeSpec, nanoseconds, to_spec};
    use krait_runtime::time::{Rounding, nanos_from_seconds};

    use super::ClockId;

    #[pyattr]
    use libc::{
        CLOCK_BOOTTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_PROCESS_CPUTIME_ID, CLOCK_REALTIME,
        CLOCK_TAI, CLOCK_THREAD_CPUTIME_ID,
    };

    fn seconds(ns: i128) -> f64 {
        // In two parts: only so is a double as near as it can be.
        let (whole, part) = (ns.div_euclid(1_000_000_000), ns.rem_euclid(1_000_000_000));
        if part == 0 { whole as f64 } else { ns as f64 / 1e9 }
    }

    fn float(py: Py<'_>, id: i32) -> PyResult<f64> {
        system::clock(id).map(seconds).or_raise(py)
    }

    fn int(py: Py<'_>, id: i32) -> PyResult<Ref<PyInt>> {
        let ns = system::clock(id).or_raise(py)?;
        match i64::try_from(ns) {
            Ok(ns) => PyInt::new(py, ns),
            Err(_) => PyInt::from_i128(py, ns),
        }
    }

    #[pyfunction]
    fn time(py: Py<'_>) -> PyResult<f64> {
        float(py, libc::CLOCK_REALTIME)
    }
    #[pyfunction]
    fn time_ns(py: Py<'_>) -> PyResult<Ref<PyInt>> {
        int(py, libc::CLOCK_REALTIME)
    }
    #[pyfunction]
    #[pyfunction(name = "perf_counter")]
    fn monotonic(py: Py<'_>) -> PyResult<f64> {
        float(py, libc::CLOCK_MONOTONIC)
    }
    #[pyfunction]
    #[pyfunction(name = "perf_counter_ns")]
    fn monotonic_ns(py: Py<'_>) -> PyResult<Ref<PyInt>> {
        int(py, libc::CLOCK_MONOTONIC)
    }
    #[pyfunction]
    fn process_time(py: Py<'_>) -> PyResult<f64> {
        float(py, libc::CLOCK_PROCESS_CPUTIME_ID)
    }
    #[pyfunction]
    fn process_time_ns(py: Py<'_>) -> PyResult<Ref<PyInt>> {
        int(py, libc::CLOCK_PROCESS_CPUTIME_ID)
    }
    #[pyfunction]
    fn thread_time(py: Py<'_>) -> PyResult<f64> {
        float(py, libc::CLOCK_THREAD_CPUTIME_ID)
    }
    #[pyfunction]
    fn thread_time_ns(py: Py<'_>) -> PyResult<Ref<PyInt>> {
        int(py, libc::CLOCK_THREAD_CPUTIME_ID)
    }

    #[pyfunction]
    fn clock_gettime(py: Py<'_>, clk_id: ClockId) -> PyResult<f64> {
        float(py, clk_id.0)
    }
    #[pyfunction]
    fn clock_gettime_ns(py: Py<'_>, clk_id: ClockId) -> PyResult<Ref<PyInt>> {
        int(py, clk_id.0)
    }
    #[pyfunction]
    #[style(parse_tuple)]
    fn clock_getres(py: Py<'_>, clk_id: i32) -> PyResult<f64> {
        let t = system::clock_resolution(clk_id).or_raise(py)?;
        Ok(t.tv_sec as f64 + t.tv_nsec as f64 * 1e-9)
    }

    fn set(py: Py<'_>, id: i32, ns: i64) -> PyResult<()> {
        let Some(spec) = to_spec(i128::from(ns)) else {
            bail!(py, OverflowError, "timestamp out of range for platform time_t")
        };
        system::set_clock(id, spec).or_raise(py)
    }

    #[pyfunction]
    #[style(parse_tuple)]
    fn clock_settime(py: Py<'_>, clk_id: i32, time: &PyObject) -> PyResult<()> {
        let ns = nanos_from_seconds(py, time, Rounding::Floor)?;
        set(py, clk_id, ns)
    }

    #[pyfunction]
    #[style(parse_tuple)]
    fn clock_settime_ns(py: Py<'_>, clk_id: i32, time: &PyObject) -> PyResult<()> {
        let Some(number) = time.downcast::<PyInt>() else {
            bail!(py, TypeError, "expect int, got {}", time.ty().name())
        };
        match number.as_i64() {
            Some(ns) => set(py, clk_id, ns),
            None => bail!(py, OverflowError, "timestamp too large to convert to C PyTime_t"),
        }
    }

    #[pyfunction]
    #[style(parse_tuple)]
    fn pthread_getcpuclockid(py: Py<'_>, thread_id: &PyObject) -> PyResult<i32> {
        let Some(number) = thread_id.downcast::<PyInt>() else {
            bail!(
                py,
                TypeError,
                "pthread_getcpuclockid() argument 1 must be int, not {}",
                thread_id.ty().name()
            )
        };
        let thread = number.as_u64_mask();
        // The C library looks at the thread's memory: only a thread that runs may be named.
        if !crate::signal::is_running_thread(py, thread) {
            return Err(py.raise_errno(libc::ESRCH));
        }
        system::thread_clock(thread).or_raise(py)
    }

    #[pyfunction]
    fn sleep(py: Py<'_>, duration: &PyObject) -> PyResult<()> {
        py.audit("time.sleep", &[duration])?;
        let ns = nanos_from_seconds(py, duration, Rounding::Up)?;
        if ns < 0 {
            bail!(py, ValueError, "sleep length must be non-negative")
        }
        let now: TimeSpec = system::clock_spec(libc::CLOCK_MONOTONIC).or_raise(py)?;
        let Some(deadline) = to_spec(nanoseconds(&now) + i128::from(ns)) else {
            bail!(py, OverflowError, "timestamp out of range for platform time_t")
        };
        py.blocking(|| system::sleep_until(deadline))
    }

    #[pyfunction]
    #[style(parse_tuple)]
    fn get_clock_info(py: Py<'_>, name: &PyStr) -> PyResult<Ref<PyObject>> {
        let text = name.to_utf8(py)?;
        let (id, shown, monotonic, adjustable) = match &*text {
            "time" => (libc::CLOCK_REALTIME, "CLOCK_REALTIME", false, true),
            "monotonic" | "perf_counter" => (libc::CLOCK_MONOTONIC, "CLOCK_MONOTONIC", true, false),
            "process_time" => (libc::CLOCK_PROCESS_CPUTIME_ID, "CLOCK_PROCESS_CPUTIME_ID", true, false),
            "thread_time" => (libc::CLOCK_THREAD_CPUTIME_ID, "CLOCK_THREAD_CPUTIME_ID", true, false),
            _ => bail!(py, ValueError, "unknown clock"),
        };
        let t = system::clock_resolution(id).or_raise(py)?;
        let facts = PyDict::new(py)?;
        let implementation = format!("clock_gettime({shown})");
        facts.set_named(py, "implementation", &*PyStr::new(py, &implementation)?)?;
        facts.set_named(py, "monotonic", PyBool::get(monotonic))?;
        facts.set_named(py, "adjustable", PyBool::get(adjustable))?;
        let resolution = t.tv_sec as f64 + t.tv_nsec as f64 * 1e-9;
        facts.set_named(py, "resolution", &*PyFloat::new(py, resolution)?)?;
        PyNamespace::new(py, Some(&facts))
    }
}

use krait_macros::pymodule_part;
