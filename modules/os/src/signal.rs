//! Module `_signal`: Python's handlers and everything else about signals. Not here: the native handler and the calls themselves
//! (`krait_runtime::signals`).

use krait_macros::pymodule;
use krait_runtime::object::Static;
use krait_runtime::objects::exceptions::types;
use krait_runtime::objects::structseq::StructSeq;
use krait_runtime::prelude::*;
use krait_runtime::signals::{self as system, Action, COUNT};

/// `struct_siginfo`.
pub static STRUCT_SIGINFO: StructSeq = StructSeq::new(
    "signal.struct_siginfo",
    "struct_siginfo: Result from sigwaitinfo or sigtimedwait.\n\nThis object may be accessed either as a tuple of\n(si_signo, si_code, si_errno, si_pid, si_uid, si_status, si_band),\nor via the attributes si_signo, si_code, and so on.",
    &[
        ("si_signo", "signal number"),
        ("si_code", "signal code"),
        ("si_errno", "errno associated with this signal"),
        ("si_pid", "sending process ID"),
        ("si_uid", "real user ID of sending process"),
        ("si_status", "exit value or signal"),
        ("si_band", "band event for SIGPOLL"),
    ],
    7,
);

/// What Python code has set for each signal: a callable, `SIG_DFL`, `SIG_IGN`, or `None` for what C code installed. Of the process, as
/// signals are.
static HANDLERS: Static<[Member<PyObject>; COUNT as usize]> =
    Static([const { Member::empty() }; COUNT as usize]);
/// `ItimerError`.
static ITIMER_ERROR: Static<Member<PyObject>> = Static(Member::empty());
/// `default_int_handler`.
static DEFAULT_INT_HANDLER: Static<Member<PyObject>> = Static(Member::empty());

/// `SIG_DFL` and `SIG_IGN` as numbers.
const DEFAULT: i64 = 0;
const IGNORE: i64 = 1;

fn is_number(object: &PyObject, n: i64) -> bool {
    object.downcast::<PyInt>().and_then(PyInt::as_i64) == Some(n)
}

/// Calls the Python handlers of all signals that came: what the evaluation loop and interrupted calls ask for.
fn run_handlers(py: Py<'_>) -> PyResult<()> {
    if let Some(error) = system::take_wakeup_error() {
        report_wakeup_error(py, error);
    }
    let came = system::take_all();
    for (i, signal) in came.iter().enumerate() {
        let handler = HANDLERS.get(*signal as usize).and_then(Member::get);
        let is_callable = |h: &Ref<PyObject>| !(h.is_none() || is_number(h, DEFAULT) || is_number(h, IGNORE));
        // It may have been reset between the signal and now.
        let Some(handler) = handler.filter(is_callable) else {
            if let Ok(text) = PyStr::new(py, &format!("Signal {signal} ignored due to race condition")) {
                let raised = py.raise_object(types::OSError(), Some(&text));
                py.report_unraisable(raised, Some("Exception ignored while calling signal handler"), None);
            }
            continue;
        };
        let frame = krait_interp::objects::frame::current_frame_object(py, 0)?;
        let frame = frame.map_or_else(|| py.none(), Ref::upcast);
        let number = signal.into_py(py)?;
        let result = handler.call(py, &[&number, &frame]);
        if let Err(raised) = result {
            system::put_back(came.get(i + 1..).unwrap_or_default());
            return Err(raised);
        }
    }
    Ok(())
}

/// Lets go of the handlers, at the interpreter's end.
fn forget_handlers() {
    HANDLERS.iter().for_each(|place| drop(place.take()));
}

fn report_wakeup_error(py: Py<'_>, error: i32) {
    let raised = py.raise_errno(error);
    py.report_unraisable(
        raised,
        Some("Exception ignored while trying to write to the signal wakeup fd"),
        None,
    );
}

/// A number between 1 and the largest signal.
fn check_number(py: Py<'_>, signal: i32) -> PyResult<()> {
    if (1..COUNT).contains(&signal) { Ok(()) } else { bail!(py, ValueError, "signal number out of range") }
}

/// The signals in an iterable (`_Py_Sigset_Converter`).
pub fn signal_numbers(py: Py<'_>, all: &PyObject) -> PyResult<Vec<i32>> {
    let valid = system::valid();
    let mut numbers = Vec::new();
    all.for_each(py, |item| {
        let number = item.index(py)?;
        let n = number.as_i64().unwrap_or(-1);
        if !(1..i64::from(COUNT)).contains(&n) {
            match number.as_i64() {
                Some(n) => bail!(py, ValueError, "signal number {n} out of range [1; {}]", COUNT - 1),
                None => bail!(py, ValueError, "signal number out of range [1; {}]", COUNT - 1),
            }
        }
        let n = n as i32;
        if valid.contains(&n) {
            numbers.push(n);
        } else {
            let text = format!("invalid signal number {n}, please use valid_signals()");
            py.warn(types::RuntimeWarning(), &text, 1)?;
        }
        Ok(())
    })?;
    Ok(numbers)
}

fn set_of(py: Py<'_>, numbers: &[i32]) -> PyResult<Ref<PySet>> {
    let set = PySet::new(py)?;
    for n in numbers {
        set.add(py, &*n.into_py(py)?)?;
    }
    Ok(set)
}

/// Whether a number names a thread that Python knows to be running.
pub fn is_running_thread(py: Py<'_>, ident: u64) -> bool {
    krait_runtime::thread::current_ident() == ident
        || py.threads().any(|state| state.thread_id.get() == ident && ident != 0)
}

fn siginfo(py: Py<'_>, info: &system::Info) -> PyResult<Ref<PyObject>> {
    let fields = vec![
        info.signo.into_py(py)?,
        info.code.into_py(py)?,
        info.errno.into_py(py)?,
        info.pid.into_py(py)?,
        crate::posix::arguments::owner_object(py, info.uid)?,
        info.status.into_py(py)?,
        info.band.into_py(py)?,
    ];
    STRUCT_SIGINFO.make(py, fields)
}

/// A number of seconds as the timers take it.
fn timeval(py: Py<'_>, seconds: &PyObject) -> PyResult<libc::timeval> {
    let ns = krait_runtime::time::nanos_from_seconds(py, seconds, krait_runtime::time::Rounding::Ceiling)?;
    // Rounded up, so that a tiny delay does not become none.
    let us = ns.div_euclid(1000) + i64::from(ns.rem_euclid(1000) != 0);
    Ok(libc::timeval { tv_sec: us.div_euclid(1_000_000), tv_usec: us.rem_euclid(1_000_000) })
}

/// Sets what start-up found: handlers that the parent process left, and Python's own for SIGINT, SIGPIPE and SIGXFSZ.
pub fn install(py: Py<'_>) -> PyResult<()> {
    system::set_handlers(system::Handlers { run: run_handlers, forget: forget_handlers });
    for signal in [libc::SIGPIPE, libc::SIGXFSZ] {
        let _ = system::set_action(signal, Action::Ignore);
    }
    for (signal, place) in (0i32..).zip(HANDLERS.iter()).skip(1) {
        place.set(match system::action(signal) {
            Ok(Action::Default) => DEFAULT.into_py(py)?,
            Ok(Action::Ignore) => IGNORE.into_py(py)?,
            _ => py.none(),
        });
    }
    if let (Some(place), Some(handler)) = (HANDLERS.get(libc::SIGINT as usize), DEFAULT_INT_HANDLER.get())
        && place.get().is_some_and(|h| is_number(&h, DEFAULT))
    {
        place.set(handler);
        let _ = system::set_action(libc::SIGINT, Action::Note);
    }
    Ok(())
}

/// The module.
#[pymodule(name = "_signal")]
#[allow(non_snake_case)]
pub mod signal {
    use krait_runtime::objects::exceptions::{OrRaise, types};
    use krait_runtime::prelude::*;
    use krait_runtime::signals::{self as system, Action};
    use krait_runtime::system::{Errno, descriptors, files, process};
    use krait_runtime::time::{Rounding, nanos_from_seconds};

    use super::{
        DEFAULT, DEFAULT_INT_HANDLER, HANDLERS, IGNORE, ITIMER_ERROR, STRUCT_SIGINFO, check_number,
        is_number, set_of, siginfo, signal_numbers, timeval,
    };

    #[pyattr]
    use libc::{
        ITIMER_PROF, ITIMER_REAL, ITIMER_VIRTUAL, SIG_BLOCK, SIG_SETMASK, SIG_UNBLOCK, SIGABRT, SIGALRM,
        SIGBUS, SIGCHLD, SIGCONT, SIGFPE, SIGHUP, SIGILL, SIGINT, SIGIO, SIGIOT, SIGKILL, SIGPIPE, SIGPOLL,
        SIGPROF, SIGPWR, SIGQUIT, SIGSEGV, SIGSTKFLT, SIGSTOP, SIGSYS, SIGTERM, SIGTRAP, SIGTSTP, SIGTTIN,
        SIGTTOU, SIGURG, SIGUSR1, SIGUSR2, SIGVTALRM, SIGWINCH, SIGXCPU, SIGXFSZ,
    };
    #[pyattr]
    const SIGCLD: i32 = libc::SIGCHLD;
    #[pyattr]
    const NSIG: i32 = system::COUNT;
    #[pyattr]
    const SIG_DFL: i64 = DEFAULT;
    #[pyattr]
    const SIG_IGN: i64 = IGNORE;
    #[pyattr]
    fn SIGRTMIN(_py: Py<'_>) -> i32 {
        libc::SIGRTMIN()
    }
    #[pyattr]
    fn SIGRTMAX(_py: Py<'_>) -> i32 {
        libc::SIGRTMAX()
    }

    #[pyfunction]
    fn default_int_handler(py: Py<'_>, signalnum: i32, frame: &PyObject) -> PyResult<()> {
        let _ = (signalnum, frame);
        bail!(py, KeyboardInterrupt)
    }

    #[pyfunction]
    fn signal(py: Py<'_>, signalnum: i32, handler: &PyObject) -> PyResult<Ref<PyObject>> {
        if !py.is_main_thread() {
            bail!(py, ValueError, "signal only works in main thread of the main interpreter")
        }
        check_number(py, signalnum)?;
        let action = if handler.is_callable() {
            Action::Note
        } else if is_number(handler, DEFAULT) {
            Action::Default
        } else if is_number(handler, IGNORE) {
            Action::Ignore
        } else {
            bail!(
                py,
                TypeError,
                "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object"
            )
        };
        // What came before is for the old handler.
        py.check_signals()?;
        system::set_action(signalnum, action).or_raise(py)?;
        let kept = match action {
            Action::Default => DEFAULT.into_py(py)?,
            Action::Ignore => IGNORE.into_py(py)?,
            _ => handler.to_ref(),
        };
        let old = HANDLERS.get(signalnum as usize).and_then(|place| place.replace(Some(kept)));
        Ok(old.unwrap_or_else(|| py.none()))
    }

    #[pyfunction]
    fn getsignal(py: Py<'_>, signalnum: i32) -> PyResult<Ref<PyObject>> {
        check_number(py, signalnum)?;
        Ok(HANDLERS.get(signalnum as usize).and_then(Member::get).unwrap_or_else(|| py.none()))
    }

    #[pyfunction]
    fn strsignal(py: Py<'_>, signalnum: i32) -> PyResult<Option<String>> {
        check_number(py, signalnum)?;
        Ok(system::description(signalnum))
    }

    #[pyfunction]
    fn siginterrupt(py: Py<'_>, signalnum: i32, flag: i32) -> PyResult<()> {
        check_number(py, signalnum)?;
        system::set_interrupts(signalnum, flag != 0).or_raise(py)
    }

    #[pyfunction]
    fn set_wakeup_fd(py: Py<'_>, fd: &PyObject, warn_on_full_buffer: bool) -> PyResult<i32> {
        let fd = krait_runtime::args::extract::<i32>(py, fd, "set_wakeup_fd", 1)?;
        if !py.is_main_thread() {
            bail!(py, ValueError, "set_wakeup_fd only works in main thread of the main interpreter")
        }
        if fd != -1 {
            files::stat_open(fd).or_raise(py)?;
            let flags = descriptors::control(fd, libc::F_GETFL, 0).or_raise(py)?;
            if flags & libc::O_NONBLOCK == 0 {
                bail!(py, ValueError, "the fd {fd} must be in non-blocking mode")
            }
        }
        Ok(system::set_wakeup_fd(fd, warn_on_full_buffer))
    }

    #[pyfunction]
    fn raise_signal(py: Py<'_>, signalnum: i32) -> PyResult<()> {
        system::raise_signal(signalnum).or_raise(py)?;
        py.check_signals()
    }

    #[pyfunction]
    fn pthread_kill(py: Py<'_>, thread_id: u64, signalnum: i32) -> PyResult<()> {
        py.audit("signal.pthread_kill", &[&*thread_id.into_py(py)?, &*signalnum.into_py(py)?])?;
        // The C library looks at the thread's memory: only a thread that runs may be named.
        if !super::is_running_thread(py, thread_id) {
            return Err(py.raise_errno(libc::ESRCH));
        }
        system::kill_thread(thread_id, signalnum).or_raise(py)?;
        py.check_signals()
    }

    #[pyfunction]
    fn pidfd_send_signal(
        py: Py<'_>,
        pidfd: i32,
        signalnum: i32,
        siginfo: Option<&PyObject>,
        #[default(0)] flags: u32,
    ) -> PyResult<()> {
        if siginfo.is_some_and(|info| !info.is_none()) {
            bail!(py, TypeError, "siginfo must be None")
        }
        process::signal_process(pidfd, signalnum, flags).or_raise(py)
    }

    #[pyfunction]
    fn alarm(_py: Py<'_>, seconds: i32) -> u32 {
        system::alarm(seconds as u32)
    }

    #[pyfunction]
    fn pause(py: Py<'_>) -> PyResult<()> {
        py.detach(system::pause);
        py.check_signals()
    }

    fn timers(py: Py<'_>, old: (libc::timeval, libc::timeval)) -> PyResult<Ref<PyTuple>> {
        let seconds = |t: libc::timeval| (t.tv_sec as f64 + t.tv_usec as f64 * 1e-6).into_py(py);
        PyTuple::pair(py, seconds(old.0)?, seconds(old.1)?)
    }

    fn timer_error(py: Py<'_>, error: Errno) -> Raised {
        let fields = error.0.into_py(py).and_then(|n| {
            let text = krait_runtime::objects::exceptions::os_error::error_text(error.0);
            PyTuple::pair(py, n, PyStr::new(py, &text)?.upcast())
        });
        match (fields, ITIMER_ERROR.get()) {
            (Ok(fields), Some(class)) => match class.downcast::<PyType>() {
                Some(class) => py.raise_object(class, Some(&fields)),
                None => py.raise_errno(error.0),
            },
            (Err(raised), _) => raised,
            _ => py.raise_errno(error.0),
        }
    }

    #[pyfunction]
    fn setitimer(
        py: Py<'_>,
        which: i32,
        seconds: &PyObject,
        interval: Option<&PyObject>,
    ) -> PyResult<Ref<PyTuple>> {
        let value = timeval(py, seconds)?;
        let interval = match interval {
            Some(interval) => timeval(py, interval)?,
            None => libc::timeval { tv_sec: 0, tv_usec: 0 },
        };
        match system::interval_timer(which, Some((value, interval))) {
            Ok(old) => timers(py, old),
            Err(error) => Err(timer_error(py, error)),
        }
    }

    #[pyfunction]
    fn getitimer(py: Py<'_>, which: i32) -> PyResult<Ref<PyTuple>> {
        match system::interval_timer(which, None) {
            Ok(now) => timers(py, now),
            Err(error) => Err(timer_error(py, error)),
        }
    }

    #[pyfunction]
    fn pthread_sigmask(py: Py<'_>, how: i32, mask: &PyObject) -> PyResult<Ref<PySet>> {
        let numbers = signal_numbers(py, mask)?;
        let old = system::change_mask(how, &numbers).or_raise(py)?;
        // Unblocked ones that were pending have come by now.
        py.check_signals()?;
        set_of(py, &old)
    }

    #[pyfunction]
    fn sigpending(py: Py<'_>) -> PyResult<Ref<PySet>> {
        set_of(py, &system::pending().or_raise(py)?)
    }

    #[pyfunction]
    fn valid_signals(py: Py<'_>) -> PyResult<Ref<PySet>> {
        set_of(py, &system::valid())
    }

    #[pyfunction]
    fn sigwait(py: Py<'_>, sigset: &PyObject) -> PyResult<i32> {
        let numbers = signal_numbers(py, sigset)?;
        py.blocking(|| system::wait_for(&numbers))
    }

    #[pyfunction]
    fn sigwaitinfo(py: Py<'_>, sigset: &PyObject) -> PyResult<Ref<PyObject>> {
        let numbers = signal_numbers(py, sigset)?;
        let info = py.blocking(|| system::wait_info(&numbers, None))?;
        siginfo(py, &info)
    }

    #[pyfunction]
    fn sigtimedwait(py: Py<'_>, sigset: &PyObject, timeout: &PyObject) -> PyResult<Ref<PyObject>> {
        let numbers = signal_numbers(py, sigset)?;
        let timeout = nanos_from_seconds(py, timeout, Rounding::Ceiling)?;
        if timeout < 0 {
            bail!(py, ValueError, "timeout must be non-negative")
        }
        let now = || krait_runtime::system::time::clock(libc::CLOCK_MONOTONIC).unwrap_or_default();
        let deadline = now() + i128::from(timeout);
        let mut left = i128::from(timeout);
        loop {
            let limit = krait_runtime::system::time::to_spec(left);
            match py.detach(|| system::wait_info(&numbers, limit)) {
                Ok(info) => return siginfo(py, &info),
                Err(Errno(libc::EAGAIN)) => return Ok(py.none()),
                Err(Errno(libc::EINTR)) => {
                    py.check_signals()?;
                    left = deadline - now();
                    if left < 0 {
                        return Ok(py.none());
                    }
                }
                Err(error) => return Err(error).or_raise(py),
            }
        }
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "struct_siginfo", STRUCT_SIGINFO.ty(py)?)?;
        if ITIMER_ERROR.get().is_none() {
            let bases = PyTuple::new(py, &[types::OSError()])?;
            let dict = PyDict::new(py)?;
            dict.set(py, id!(py, "__module__"), id!(py, "signal"))?;
            let class = PyType::type_object().call(py, &[id!(py, "ItimerError"), &bases, &dict])?;
            ITIMER_ERROR.set(class);
        }
        if let Some(class) = ITIMER_ERROR.get() {
            module.add(py, "ItimerError", &class)?;
        }
        if DEFAULT_INT_HANDLER.get().is_none() {
            let handler = module.get_attr(py, id!(py, "default_int_handler"))?;
            DEFAULT_INT_HANDLER.set(handler);
            super::install(py)?;
        }
        Ok(())
    }
}
