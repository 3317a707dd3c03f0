//! `OSError`: errno chooses the subclass; helpers that raise from a system call's errno.

use core::cell::Cell;

use krait_macros::{pyclass, pymethods};

use super::base::{PyBaseException, new_exception, or_none, refuse_keywords};
use super::simple::Exception;
use super::types;
use crate::error::{PyResult, Raised};
use crate::object::PyObject;
use crate::objects::r#type::{PyType, flags};
use crate::objects::{PyDict, PyInt, PyStr, PyTuple};
use crate::py::Py;
use crate::raise;
use crate::reference::{Member, PyClass, Ref};

/// `OSError`.
#[pyclass(name = "OSError", base = Exception, basetype, gc, flags = flags::BASE_EXC_SUBCLASS)]
#[repr(C)]
pub struct PyOsError {
    base: PyBaseException,
    #[pymember("errno", object)]
    errno: Member<PyObject>,
    #[pymember("strerror", object)]
    strerror: Member<PyObject>,
    #[pymember("filename", object)]
    filename: Member<PyObject>,
    #[pymember("filename2", object)]
    filename2: Member<PyObject>,
    /// `BlockingIOError.characters_written`; -1: not set.
    written: Cell<isize>,
}

/// The subclass that stands for an errno.
fn class_for(errno: i32) -> Option<&'static PyType> {
    Some(match errno {
        libc::EAGAIN | libc::EALREADY | libc::EINPROGRESS => types::BlockingIOError(),
        libc::EPIPE | libc::ESHUTDOWN => types::BrokenPipeError(),
        libc::ECHILD => types::ChildProcessError(),
        libc::ECONNABORTED => types::ConnectionAbortedError(),
        libc::ECONNREFUSED => types::ConnectionRefusedError(),
        libc::ECONNRESET => types::ConnectionResetError(),
        libc::EEXIST => types::FileExistsError(),
        libc::ENOENT => types::FileNotFoundError(),
        libc::EISDIR => types::IsADirectoryError(),
        libc::ENOTDIR => types::NotADirectoryError(),
        libc::EINTR => types::InterruptedError(),
        libc::EACCES | libc::EPERM => types::PermissionError(),
        libc::ESRCH => types::ProcessLookupError(),
        libc::ETIMEDOUT => types::TimeoutError(),
        _ => return None,
    })
}

/// True when `cls` has its own `__init__` but `OSError`'s `__new__`: then the arguments are taken in `__init__`.
fn init_is_used(cls: &PyType) -> bool {
    let own = PyOsError::type_object();
    let same = |a: Option<usize>, b: Option<usize>| a == b;
    !same(cls.tp_init.get().map(|f| f as usize), own.tp_init.get().map(|f| f as usize))
        && same(cls.tp_new.get().map(|f| f as usize), own.tp_new.get().map(|f| f as usize))
}

impl PyOsError {
    fn fill(&self, py: Py<'_>, args: &PyTuple) -> PyResult<()> {
        self.written.set(-1);
        let [errno, strerror, rest @ ..] = args.as_slice() else {
            self.base.set_arguments(args.new_ref());
            return Ok(());
        };
        if rest.len() > 3 {
            self.base.set_arguments(args.new_ref());
            return Ok(());
        }
        self.errno.set(errno.clone());
        self.strerror.set(strerror.clone());
        let filename = rest.first().filter(|f| !f.is_none());
        if let Some(filename) = filename {
            if self.ty().is_subtype(types::BlockingIOError()) && filename.is_index() {
                self.written.set(filename.to_index_isize(py, "cannot fit '{}' into an index-sized integer")?);
            } else {
                self.filename.set(filename.clone());
                if let Some(second) = rest.get(2).filter(|f| !f.is_none()) {
                    self.filename2.set(second.clone());
                }
                // `args` keeps only errno and message, as it always has.
                self.base.set_arguments(PyTuple::new(py, &[errno, strerror])?);
                return Ok(());
            }
        }
        self.base.set_arguments(args.new_ref());
        Ok(())
    }
}

#[pymethods(class = "OSError")]
impl PyOsError {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let late = init_is_used(cls);
        let mut chosen = cls;
        if !late {
            refuse_keywords(py, cls, kwargs)?;
            if core::ptr::eq(cls, PyOsError::type_object())
                && (2..=5).contains(&args.len())
                && let Some(errno) = args.get(0).and_then(|e| e.downcast::<PyInt>()).and_then(PyInt::as_i64)
                && let Some(sub) = i32::try_from(errno).ok().and_then(class_for)
            {
                chosen = sub;
            }
        }
        let object = new_exception(py, chosen, args)?;
        // SAFETY: `chosen` is OSError or a subclass.
        let this: &PyOsError = unsafe { object.cast_unchecked() };
        this.written.set(-1);
        if late {
            this.base.set_arguments(PyTuple::empty(py)?);
        } else {
            this.fill(py, args)?;
        }
        Ok(object)
    }

    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        if !init_is_used(self.ty()) {
            return Ok(());
        }
        refuse_keywords(py, self.ty(), kwargs)?;
        self.fill(py, args)
    }

    #[slot]
    fn tp_str(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let (errno, strerror) = (or_none(py, &self.errno), or_none(py, &self.strerror));
        if let Some(filename) = self.filename.get() {
            let (errno, strerror, name) = (errno.str(py)?, strerror.str(py)?, filename.repr(py)?);
            return match self.filename2.get() {
                Some(second) => {
                    PyStr::new(py, &format!("[Errno {errno}] {strerror}: {name} -> {}", second.repr(py)?))
                }
                None => PyStr::new(py, &format!("[Errno {errno}] {strerror}: {name}")),
            };
        }
        if self.errno.is_some() && self.strerror.is_some() {
            return PyStr::new(py, &format!("[Errno {}] {}", errno.str(py)?, strerror.str(py)?));
        }
        let args = self.base.arguments(py)?;
        match args.as_slice() {
            [] => PyStr::new(py, ""),
            [one] => one.str(py),
            _ => args.as_object().str(py),
        }
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let mut args = self.base.arguments(py)?;
        if let ([errno, strerror], Some(filename)) = (args.clone().as_slice(), self.filename.get()) {
            args = match self.filename2.get() {
                Some(second) => {
                    PyTuple::new(py, &[errno, strerror, &filename, crate::objects::PyNone::get(), &second])?
                }
                None => PyTuple::new(py, &[errno, strerror, &filename])?,
            };
        }
        match self.base.dict.get() {
            Some(dict) => PyTuple::new(py, &[self.ty(), &args, &dict]),
            None => PyTuple::new(py, &[self.ty(), &args]),
        }
    }

    #[getter]
    fn characters_written(&self, py: Py<'_>) -> PyResult<isize> {
        match self.written.get() {
            -1 => Err(raise!(py, AttributeError, "characters_written")),
            n => Ok(n),
        }
    }

    #[setter]
    fn set_characters_written(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        match value {
            Some(v) => {
                self.written.set(v.to_index_isize(py, "cannot fit '{}' into an index-sized integer")?);
                Ok(())
            }
            None if self.written.get() == -1 => Err(raise!(py, AttributeError, "characters_written")),
            None => {
                self.written.set(-1);
                Ok(())
            }
        }
    }
}

/// What `strerror` says of an errno.
pub fn error_text(errno: i32) -> String {
    let text = std::io::Error::from_raw_os_error(errno).to_string();
    // std appends " (os error N)".
    match text.rfind(" (os error ") {
        Some(at) => text.get(..at).unwrap_or_default().to_owned(),
        None => text,
    }
}

impl Py<'_> {
    /// Raises the `OSError` (or subclass) of an errno.
    #[cold]
    pub fn raise_errno(self, errno: i32) -> Raised {
        self.raise_errno_with(errno, None, None)
    }

    /// Raises the `OSError` of an errno, with the file names it is about.
    #[cold]
    pub fn raise_errno_with(
        self,
        errno: i32,
        filename: Option<&PyObject>,
        filename2: Option<&PyObject>,
    ) -> Raised {
        match self.os_error(errno, filename, filename2) {
            Ok(exc) => self.raise_instance(exc),
            Err(raised) => raised,
        }
    }

    /// Raises the `OSError` of a Rust I/O error.
    #[cold]
    pub fn raise_io_error(self, error: &std::io::Error, filename: Option<&PyObject>) -> Raised {
        match error.raw_os_error() {
            Some(errno) => self.raise_errno_with(errno, filename, None),
            None => raise!(self, OSError, "{error}"),
        }
    }

    fn os_error(
        self,
        errno: i32,
        filename: Option<&PyObject>,
        filename2: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let number = PyInt::new(self, i64::from(errno))?;
        let text = PyStr::new(self, &error_text(errno))?;
        let class: &PyObject = PyOsError::type_object();
        match (filename, filename2) {
            (None, _) => class.call(self, &[&number, &text]),
            (Some(a), None) => class.call(self, &[&number, &text, a]),
            (Some(a), Some(b)) => class.call(self, &[&number, &text, a, crate::objects::PyNone::get(), b]),
        }
    }
}

/// System calls' outcomes as results that raise.
pub trait OrRaise<T> {
    /// The value, or `OSError`.
    fn or_raise(self, py: Py<'_>) -> PyResult<T>;
    /// The value, or `OSError` with a file name.
    fn or_raise_about(self, py: Py<'_>, filename: &PyObject) -> PyResult<T>;
}

impl<T> OrRaise<T> for crate::system::SysResult<T> {
    #[inline]
    fn or_raise(self, py: Py<'_>) -> PyResult<T> {
        self.map_err(|error| py.raise_errno(error.0))
    }

    #[inline]
    fn or_raise_about(self, py: Py<'_>, filename: &PyObject) -> PyResult<T> {
        self.map_err(|error| py.raise_errno_with(error.0, Some(filename), None))
    }
}
