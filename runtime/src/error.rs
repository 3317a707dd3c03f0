//! The error convention: `PyResult`, `Raised`, and raising, fetching and matching exceptions.
//! Not here: the exception types themselves (`objects/exceptions/`).

use core::fmt;

use crate::id;
use crate::object::PyObject;
use crate::objects::exceptions::PyBaseException;
use crate::objects::r#type::PyType;
use crate::objects::{PyStr, PyTuple};
use crate::py::Py;
use crate::reference::{PyClass, Ref};

/// "The exception is set on this thread." Only functions that really set one make it.
#[must_use = "an exception is set: pass it on or clear it"]
#[derive(Debug)]
pub struct Raised(());

/// A result whose error is the thread's current exception.
pub type PyResult<T> = Result<T, Raised>;

impl Raised {
    /// States that the exception is set already (a slot returned NULL or -1).
    #[inline(always)]
    pub fn already(_py: Py<'_>) -> Raised {
        Raised(())
    }
}

/// Sets an exception and evaluates to the [`Raised`] that says so: `return Err(raise!(py, TypeError, "bad {}", x))`.
/// The type is a name in `objects::exceptions::types`; without a message the exception has no arguments.
#[macro_export]
macro_rules! raise {
    ($py:expr, $ty:ident) => { $py.raise_bare($crate::objects::exceptions::types::$ty()) };
    ($py:expr, $ty:ident, $($arg:tt)+) => {
        $py.raise($crate::objects::exceptions::types::$ty(), ::core::format_args!($($arg)+))
    };
}

/// `return Err(raise!(…))`.
#[macro_export]
macro_rules! bail {
    ($($arg:tt)+) => { return Err($crate::raise!($($arg)+)) };
}

/// Writes to the process's standard error. `eprint!` panics when that fails, say on a full disk; here, as with C's
/// `fprintf`, what cannot be written is lost, there being nobody left to tell.
#[macro_export]
macro_rules! stderr_text {
    ($($arg:tt)+) => {{
        let _ = ::std::io::Write::write_fmt(&mut ::std::io::stderr(), ::core::format_args!($($arg)+));
    }};
}

/// The same with a newline at the end.
#[macro_export]
macro_rules! stderr_line {
    ($($arg:tt)+) => { $crate::stderr_text!("{}\n", ::core::format_args!($($arg)+)) };
}

impl<'py> Py<'py> {
    /// Writes to `sys.stderr`, to the process's standard error when there is none or it fails (`PySys_WriteStderr`).
    pub fn write_stderr(self, text: &str) {
        let written = (|| -> PyResult<bool> {
            match self.sys_object(id!(self, "stderr"))? {
                Some(file) if !file.is_none() => {
                    let text = PyStr::new(self, text)?;
                    file.call_method(self, id!(self, "write"), &[&text])?;
                    Ok(true)
                }
                _ => Ok(false),
            }
        })();
        match written {
            Ok(true) => {}
            Ok(false) => stderr_text!("{text}"),
            Err(raised) => {
                self.clear_error(raised);
                stderr_text!("{text}");
            }
        }
    }

    /// Sets an exception of type `ty` with a formatted message.
    #[cold]
    #[inline(never)]
    pub fn raise(self, ty: &PyType, message: fmt::Arguments<'_>) -> Raised {
        let text = match message.as_str() {
            Some(s) => PyStr::new(self, s),
            None => match crate::spare::written(message) {
                Some(text) => PyStr::new(self, &text),
                None => return self.no_memory(),
            },
        };
        match text {
            Ok(text) => self.raise_object(ty, Some(&text)),
            Err(raised) => raised,
        }
    }

    /// Sets an exception of type `ty` without arguments.
    #[cold]
    pub fn raise_bare(self, ty: &PyType) -> Raised {
        self.raise_object(ty, None)
    }

    /// Sets an exception made from `ty` and `value` as `PyErr_SetObject` does: `value` may be an instance already, a tuple
    /// of arguments, or the one argument. The exception being handled becomes its `__context__`.
    #[cold]
    pub fn raise_object(self, ty: &PyType, value: Option<&PyObject>) -> Raised {
        let instance = match value {
            Some(v) if v.ty().is_subtype(ty) => Ok(v.to_ref()),
            Some(v) => match v.downcast::<PyTuple>() {
                Some(args) => ty.call_tuple(self, args),
                None => ty.call(self, &[v]),
            },
            None => ty.call(self, &[]),
        };
        match instance {
            Ok(exc) if PyBaseException::check(&exc) => self.raise_instance(exc),
            Ok(exc) => crate::raise!(
                self,
                TypeError,
                "calling {} should have returned an instance of BaseException, not {}",
                ty.qualified_name(),
                exc.ty().name()
            ),
            Err(raised) => raised,
        }
    }

    /// Sets the instance `exc` as current exception and chains the one being handled as its `__context__`.
    #[cold]
    pub fn raise_instance(self, exc: Ref<PyObject>) -> Raised {
        if let Some(handled) = self.handled_exception()
            && !handled.is(&exc)
        {
            // Break a cycle that the new link would close.
            let mut link = handled.clone();
            // Cycles that are there already are not for us to break, but must not catch us.
            let (mut slow, mut steps) = (handled.clone(), 0usize);
            while let Some(next) = link.downcast::<PyBaseException>().and_then(PyBaseException::context) {
                if next.is(&exc) {
                    if let Some(e) = link.downcast::<PyBaseException>() {
                        e.set_context(None);
                    }
                    break;
                }
                if next.is(&slow) {
                    break;
                }
                link = next;
                steps += 1;
                if steps % 2 == 0
                    && let Some(after) = slow.downcast::<PyBaseException>().and_then(PyBaseException::context)
                {
                    slow = after;
                }
            }
            if let Some(e) = exc.downcast::<PyBaseException>() {
                e.set_context(Some(handled));
            }
        }
        self.restore(exc)
    }

    /// Sets `exc` as current exception as it is (no chaining): `PyErr_SetRaisedException`.
    pub fn restore(self, exc: Ref<PyObject>) -> Raised {
        self.thread().current_exception.set(exc);
        Raised(())
    }

    /// Takes the current exception away: `PyErr_GetRaisedException`.
    pub fn fetch(self, _raised: Raised) -> Ref<PyObject> {
        match self.thread().current_exception.take() {
            Some(exc) => exc,
            None => {
                let _ = crate::raise!(self, SystemError, "error return without exception set");
                // The raise above always leaves one.
                self.thread().current_exception.take().unwrap_or_else(|| self.none())
            }
        }
    }

    /// True when an exception is set.
    #[inline(always)]
    pub fn has_error(self) -> bool {
        self.thread().current_exception.is_some()
    }

    /// Takes the current exception, if any.
    pub fn take_error(self) -> Option<Ref<PyObject>> {
        self.thread().current_exception.take()
    }

    /// Drops the current exception.
    pub fn clear_error(self, _raised: Raised) {
        drop(self.thread().current_exception.take());
    }

    /// True when the current exception is an instance of `ty`.
    pub fn error_matches(self, ty: &PyType) -> bool {
        // SAFETY: only compared, nothing runs.
        unsafe { self.thread().current_exception.borrow() }.is_some_and(|e| e.ty().is_subtype(ty))
    }

    /// The innermost exception being handled (`sys.exception()`).
    #[inline]
    pub fn handled_exception(self) -> Option<Ref<PyObject>> {
        self.thread().handled_exception()
    }

    /// Runs `f` with no exception set and puts the present one back afterwards; what `f` raised is reported as unraisable.
    pub fn preserving_error<R>(self, f: impl FnOnce() -> R) -> R {
        let saved = self.thread().current_exception.take();
        let result = f();
        if let Some(exc) = saved {
            self.thread().current_exception.set(exc);
        }
        result
    }

    /// `MemoryError`.
    #[cold]
    #[inline(never)]
    pub fn no_memory(self) -> Raised {
        crate::objects::exceptions::raise_memory_error(self)
    }
}

/// Turns a nullable result pointer of a slot into a `PyResult`.
///
/// # Safety
/// `ptr` is null with an exception set, or an owned reference.
#[inline(always)]
pub unsafe fn owned_or_raised<'py>(py: Py<'py>, ptr: *mut PyObject) -> PyResult<Ref<PyObject>> {
    // SAFETY: by contract.
    if ptr.is_null() { Err(Raised::already(py)) } else { Ok(unsafe { Ref::from_owned(ptr) }) }
}
