//! Switches of the process and the interpreter: encodings, shared libraries' flags, asynchronous generators, remote debugging,
//! trampolines, the prompt.

use std::sync::OnceLock;

use krait_macros::pymodule_part;
use krait_runtime::prelude::*;

/// The plain interactive prompt, which the executable owns and sets.
pub static BASE_PROMPT: OnceLock<fn(Py<'_>) -> PyResult<()>> = OnceLock::new();

/// The functions.
#[pymodule_part(name = "sys")]
#[allow(clippy::module_inception)]
pub mod process {
    use krait_runtime::prelude::*;
    use krait_runtime::system::remote::{self, Refusal};
    use krait_runtime::system::{Errno, files};

    use crate::sys::sequences;

    #[pyfunction]
    fn _baserepl(py: Py<'_>) -> PyResult<()> {
        match super::BASE_PROMPT.get() {
            Some(prompt) => prompt(py),
            None => Err(raise!(py, RuntimeError, "this program has no interactive prompt")),
        }
    }

    #[pyfunction]
    fn getdefaultencoding() -> &'static str {
        "utf-8"
    }

    #[pyfunction]
    fn getfilesystemencoding(py: Py<'_>) -> PyResult<Ref<PyStr>> {
        PyStr::new_interned(py, &py.interp().config.borrow().filesystem_encoding)
    }

    #[pyfunction]
    fn getfilesystemencodeerrors(py: Py<'_>) -> PyResult<Ref<PyStr>> {
        PyStr::new_interned(py, &py.interp().config.borrow().filesystem_errors)
    }

    #[pyfunction]
    fn getdlopenflags(py: Py<'_>) -> i32 {
        py.interp().dlopen_flags.get()
    }

    #[pyfunction]
    #[sig("($module, flags, /)")]
    fn setdlopenflags(py: Py<'_>, flags: i32) {
        py.interp().dlopen_flags.set(flags);
    }

    #[pyfunction]
    fn is_finalizing(py: Py<'_>) -> bool {
        py.interp().finalizing.get()
    }

    #[pyfunction]
    fn _is_gil_enabled() -> bool {
        true
    }

    #[pyfunction]
    fn _get_cpu_count_config(py: Py<'_>) -> i32 {
        py.interp().config.borrow().cpu_count.unwrap_or(-1)
    }

    #[pyfunction]
    fn get_coroutine_origin_tracking_depth(py: Py<'_>) -> i32 {
        py.thread().coroutine_origin_tracking_depth.get()
    }

    #[pyfunction]
    #[sig("($module, /, depth)")]
    fn set_coroutine_origin_tracking_depth(py: Py<'_>, depth: i32) -> PyResult<()> {
        if depth < 0 {
            bail!(py, ValueError, "depth must be >= 0")
        }
        py.thread().coroutine_origin_tracking_depth.set(depth);
        Ok(())
    }

    #[pyfunction]
    fn get_asyncgen_hooks(py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let get = |hook: &Member<PyObject>| hook.get().unwrap_or_else(|| py.none());
        let thread = py.thread();
        sequences::asyncgen_hooks(py, get(&thread.async_gen_firstiter), get(&thread.async_gen_finalizer))
    }

    #[pyfunction]
    #[raw]
    fn set_asyncgen_hooks(py: Py<'_>, args: Args<'_>) -> PyResult<()> {
        let given = args.positional();
        let count = given.len() + args.keywords().len();
        if count > 2 {
            bail!(py, TypeError, "function takes at most 2 arguments ({count} given)")
        }
        let (mut firstiter, mut finalizer) = (given.first().copied(), given.get(1).copied());
        for (name, value) in args.keywords().iter() {
            let slot = match name.downcast::<PyStr>() {
                Some(name) if name.eq_str("firstiter") => &mut firstiter,
                Some(name) if name.eq_str("finalizer") => &mut finalizer,
                Some(name) => {
                    bail!(py, TypeError, "this function got an unexpected keyword argument '{name}'")
                }
                None => bail!(py, TypeError, "keywords must be strings"),
            };
            if slot.is_some() {
                let at = if name.downcast::<PyStr>().is_some_and(|n| n.eq_str("firstiter")) { 1 } else { 2 };
                bail!(
                    py,
                    TypeError,
                    "argument for function given by name ('{}') and position ({at})",
                    name.str(py)?
                )
            }
            *slot = Some(value);
        }
        let check = |hook: Option<&PyObject>, name: &str| match hook {
            Some(hook) if !hook.is_none() && !hook.is_callable() => {
                Err(raise!(py, TypeError, "callable {name} expected, got {}", hook.ty().name()))
            }
            _ => Ok(()),
        };
        let thread = py.thread();
        check(finalizer, "finalizer")?;
        check(firstiter, "firstiter")?;
        for (hook, place, event) in [
            (finalizer, &thread.async_gen_finalizer, "sys.set_asyncgen_hooks_finalizer"),
            (firstiter, &thread.async_gen_firstiter, "sys.set_asyncgen_hooks_firstiter"),
        ] {
            if let Some(hook) = hook {
                py.audit(event, &[])?;
                drop(place.replace(Some(hook.to_ref()).filter(|h| !h.is_none())));
            }
        }
        Ok(())
    }

    #[pyfunction]
    #[sig("($module, backend, /)")]
    fn activate_stack_trampoline(py: Py<'_>, backend: &PyStr) -> PyResult<()> {
        if backend.eq_str("perf") || backend.eq_str("perf_jit") {
            bail!(py, ValueError, "perf trampoline not available")
        }
        Err(raise!(py, ValueError, "invalid backend: {backend}"))
    }

    #[pyfunction]
    fn deactivate_stack_trampoline() {}

    #[pyfunction]
    fn is_stack_trampoline_active() -> bool {
        false
    }

    #[pyfunction]
    fn is_remote_debug_enabled(py: Py<'_>) -> bool {
        !py.interp().config.borrow().no_remote_debug
    }

    #[pyfunction]
    #[sig("($module, /, pid, script)")]
    fn remote_exec(py: Py<'_>, pid: i32, script: &PyObject) -> PyResult<()> {
        let path = script.fs_bytes(py)?;
        py.audit("sys.remote_exec", &[&*pid.into_py(py)?, script])?;
        match files::faccessat(libc::AT_FDCWD, &path, libc::R_OK, 0) {
            Ok(_) => {}
            Err(Errno(libc::ENOENT)) => bail!(py, FileNotFoundError, "Script file does not exist"),
            Err(Errno(libc::EACCES)) => bail!(py, PermissionError, "Script file cannot be read"),
            Err(Errno(error)) => return Err(py.raise_errno(error)),
        }
        match remote::leave(pid, path.to_bytes()) {
            Ok(()) => Ok(()),
            Err(Refusal::NotFound) => {
                bail!(py, RuntimeError, "PyRuntime address lookup failed during debug offsets initialization")
            }
            Err(Refusal::Closed) => {
                bail!(py, RuntimeError, "Remote debugging is not enabled in the remote process")
            }
            Err(Refusal::PathTooLong) => bail!(py, ValueError, "Debugger script path is too long"),
            Err(Refusal::System(Errno(error))) => Err(py.raise_errno(error)),
        }
    }
}

/// Module `sys._jit`.
#[krait_macros::pymodule(name = "sys._jit")]
pub mod jit {
    #[pyfunction]
    fn is_available() -> bool {
        false
    }

    #[pyfunction]
    fn is_enabled() -> bool {
        false
    }

    #[pyfunction]
    fn is_active() -> bool {
        false
    }
}
