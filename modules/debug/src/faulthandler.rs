//! Module `faulthandler`. Not here: the handlers and what they write (`krait_runtime::system::faults`, `krait_interp::fault_dump`).

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use krait_interp::fault_dump;
use krait_macros::pymodule;
use krait_runtime::local::InterpreterLocal;
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_runtime::system::faults;

/// The files that reports go to, by what they are for: they must stay open.
static FILES: InterpreterLocal = InterpreterLocal::new(|py| PyDict::new(py).map(Ref::upcast));

fn keep_file(py: Py<'_>, purpose: &str, file: Option<&PyObject>) -> PyResult<()> {
    let files = FILES.get(py)?;
    let none = py.none();
    match files.downcast::<PyDict>() {
        Some(files) => files.set_named(py, purpose, file.unwrap_or(&none)),
        None => Ok(()),
    }
}

/// The descriptor of a file, of `sys.stderr` by default, and the file itself.
fn descriptor(py: Py<'_>, file: Option<&PyObject>) -> PyResult<(i32, Option<Ref<PyObject>>)> {
    let file = match file.filter(|f| !f.is_none()) {
        Some(file) => file.to_ref(),
        None => match py.sys_object(id!(py, "stderr"))? {
            None => bail!(py, RuntimeError, "unable to get sys.stderr"),
            Some(file) if file.is_none() => bail!(py, RuntimeError, "sys.stderr is None"),
            Some(file) => file,
        },
    };
    if PyInt::check(&file) {
        if PyBool::check(&file) {
            py.warn(types::RuntimeWarning(), "bool is used as a file descriptor", 1)?;
        }
        let fd = krait_runtime::args::extract::<i32>(py, &file, "enable", 0)?;
        if fd < 0 {
            bail!(py, ValueError, "file is not a valid file descriptor")
        }
        return Ok((fd, None));
    }
    let fileno = file.call_method(py, id!(py, "fileno"), &[])?;
    let fd = match fileno.downcast::<PyInt>().and_then(PyInt::as_i64).map(i32::try_from) {
        Some(Ok(fd)) if fd >= 0 => fd,
        _ => bail!(py, RuntimeError, "file.fileno() is not a valid file descriptor"),
    };
    if let Err(raised) = file.call_method(py, id!(py, "flush"), &[]) {
        py.clear_error(raised);
    }
    Ok((fd, Some(file)))
}

/// The thread that reports when time is up.
struct Watchdog {
    cancelled: Mutex<bool>,
    wake: Condvar,
}

static WATCHDOG: Mutex<Option<(Arc<Watchdog>, std::thread::JoinHandle<()>)>> = Mutex::new(None);

fn cancel_watchdog(py: Py<'_>) {
    let taken = WATCHDOG.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some((watchdog, thread)) = taken {
        *watchdog.cancelled.lock().unwrap_or_else(PoisonError::into_inner) = true;
        watchdog.wake.notify_all();
        py.detach(|| {
            let _ = thread.join();
        });
    }
}

fn start_watchdog(
    timeout: Duration,
    repeat: bool,
    fd: i32,
    exit: bool,
    header: String,
) -> std::io::Result<()> {
    let watchdog = Arc::new(Watchdog { cancelled: Mutex::new(false), wake: Condvar::new() });
    let theirs = Arc::clone(&watchdog);
    let thread = std::thread::Builder::new().spawn(move || {
        // Signals are for other threads.
        let all: Vec<i32> = (1..65).collect();
        let _ = krait_runtime::signals::change_mask(libc::SIG_SETMASK, &all);
        let mut cancelled = theirs.cancelled.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let (guard, waited) = theirs
                .wake
                .wait_timeout_while(cancelled, timeout, |cancelled| !*cancelled)
                .unwrap_or_else(PoisonError::into_inner);
            cancelled = guard;
            if *cancelled || !waited.timed_out() {
                return;
            }
            faults::write(fd, header.as_bytes());
            fault_dump::dump_others(fd);
            if exit {
                krait_runtime::system::process::exit_now(1);
            }
            if !repeat {
                return;
            }
        }
    })?;
    *WATCHDOG.lock().unwrap_or_else(PoisonError::into_inner) = Some((watchdog, thread));
    Ok(())
}

/// "Timeout (0:00:01.500000)!"
fn timeout_header(microseconds: i64) -> String {
    let (seconds, us) = (microseconds / 1_000_000, microseconds % 1_000_000);
    let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if us == 0 {
        format!("Timeout ({h}:{m:02}:{s:02})!\n")
    } else {
        format!("Timeout ({h}:{m:02}:{s:02}.{us:06})!\n")
    }
}

/// What `-X faulthandler` asks for.
pub fn enable_at_start(py: Py<'_>) -> PyResult<()> {
    fault_dump::remember(py);
    faults::set_dump(fault_dump::dump, fault_dump::list_modules);
    faults::enable(2, true).map_err(|error| py.raise_errno(error.0))
}

/// The module.
#[pymodule(name = "faulthandler")]
pub mod faulthandler {
    use std::time::Duration;

    use krait_interp::fault_dump;
    use krait_runtime::objects::exceptions::OrRaise;
    use krait_runtime::prelude::*;
    use krait_runtime::signals;
    use krait_runtime::system::{faults, process};
    use krait_runtime::time::{Rounding, nanos_from_seconds};

    use super::{cancel_watchdog, descriptor, keep_file, start_watchdog, timeout_header};

    #[pyfunction]
    fn dump_traceback(py: Py<'_>, file: Option<&PyObject>, all_threads: bool) -> PyResult<()> {
        let (fd, _file) = descriptor(py, file)?;
        fault_dump::remember(py);
        fault_dump::dump(fd, all_threads);
        py.check_signals()
    }

    #[pyfunction]
    fn dump_c_stack(py: Py<'_>, file: Option<&PyObject>) -> PyResult<()> {
        let (fd, _file) = descriptor(py, file)?;
        faults::write_native_stack(fd);
        py.check_signals()
    }

    #[pyfunction]
    fn enable(py: Py<'_>, file: Option<&PyObject>, all_threads: bool) -> PyResult<()> {
        let (fd, file) = descriptor(py, file)?;
        keep_file(py, "enable", file.as_deref())?;
        fault_dump::remember(py);
        faults::enable(fd, all_threads).or_raise(py)
    }

    #[pyfunction]
    fn disable(py: Py<'_>) -> PyResult<bool> {
        keep_file(py, "enable", None)?;
        Ok(faults::disable())
    }

    #[pyfunction]
    fn is_enabled(_py: Py<'_>) -> bool {
        faults::is_enabled()
    }

    #[pyfunction]
    fn dump_traceback_later(
        py: Py<'_>,
        timeout: &PyObject,
        repeat: bool,
        file: Option<&PyObject>,
        exit: bool,
    ) -> PyResult<()> {
        let ns = nanos_from_seconds(py, timeout, Rounding::Up)?;
        let microseconds = ns / 1000 + i64::from(ns % 1000 > 0);
        if microseconds <= 0 {
            bail!(py, ValueError, "timeout must be greater than 0")
        }
        let (fd, file) = descriptor(py, file)?;
        cancel_watchdog(py);
        keep_file(py, "later", file.as_deref())?;
        fault_dump::remember(py);
        let duration = Duration::from_micros(microseconds.unsigned_abs());
        if start_watchdog(duration, repeat, fd, exit, timeout_header(microseconds)).is_err() {
            bail!(py, RuntimeError, "unable to start watchdog thread")
        }
        Ok(())
    }

    #[pyfunction]
    fn cancel_dump_traceback_later(py: Py<'_>) -> PyResult<()> {
        cancel_watchdog(py);
        keep_file(py, "later", None)
    }

    fn check_signal(py: Py<'_>, signal: i32) -> PyResult<()> {
        if faults::is_fatal(signal) {
            bail!(py, RuntimeError, "signal {signal} cannot be registered, use enable() instead")
        }
        if !(1..signals::COUNT).contains(&signal) {
            bail!(py, ValueError, "signal number out of range")
        }
        Ok(())
    }

    #[pyfunction]
    fn register(
        py: Py<'_>,
        signum: i32,
        file: Option<&PyObject>,
        all_threads: bool,
        chain: bool,
    ) -> PyResult<()> {
        check_signal(py, signum)?;
        let (fd, file) = descriptor(py, file)?;
        keep_file(py, &signum.to_string(), file.as_deref())?;
        fault_dump::remember(py);
        faults::register(signum, fd, all_threads, chain).or_raise(py)
    }

    #[pyfunction]
    fn unregister(py: Py<'_>, signum: i32) -> PyResult<bool> {
        check_signal(py, signum)?;
        Ok(faults::unregister(signum))
    }

    #[pyfunction]
    fn _read_null(_py: Py<'_>) -> i32 {
        faults::read_null()
    }

    #[pyfunction]
    fn _sigsegv(py: Py<'_>, release_gil: bool) -> PyResult<()> {
        if release_gil {
            py.detach(|| signals::raise_signal(libc::SIGSEGV)).or_raise(py)
        } else {
            signals::raise_signal(libc::SIGSEGV).or_raise(py)
        }
    }

    #[pyfunction]
    fn _sigfpe(_py: Py<'_>) {
        faults::floating_point_exception();
    }

    #[pyfunction]
    fn _sigabrt(_py: Py<'_>) {
        process::abort()
    }

    #[pyfunction]
    fn _stack_overflow(_py: Py<'_>) -> u64 {
        faults::overflow_stack(0)
    }

    #[pyfunction]
    fn _fatal_error_c_thread(py: Py<'_>) {
        fault_dump::remember(py);
        let thread = std::thread::spawn(|| {
            faults::write(
                2,
                b"Fatal Python error: faulthandler_fatal_error_thread: in new thread\nPython runtime state: initialized\n\n",
            );
            fault_dump::dump_others(2);
            process::abort()
        });
        py.detach(|| {
            let _ = thread.join();
        });
    }

    #[pyexec]
    fn exec(py: Py<'_>, _module: &PyModule) -> PyResult<()> {
        fault_dump::remember(py);
        faults::set_dump(fault_dump::dump, fault_dump::list_modules);
        Ok(())
    }
}
