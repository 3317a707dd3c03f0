//! `BaseException`: layout, arguments, notes, chaining.

#![allow(non_snake_case)]

use core::cell::Cell;

use krait_macros::{pyclass, pymethods};

use crate::args::Args;
use crate::error::PyResult;
use crate::gc;
use crate::id;
use crate::memory;
use crate::object::PyObject;
use crate::objects::r#type::{PyType, flags};
use crate::objects::{PyDict, PyList, PyNone, PyStr, PyTuple};
use crate::py::Py;
use crate::raise;
use crate::reference::{Member, PyClass, Ref};
use crate::slots::AllocFunc;

/// `PyBaseExceptionObject`.
#[pyclass(name = "BaseException", basetype, gc, dict = dict, flags = flags::BASE_EXC_SUBCLASS)]
#[repr(C)]
pub struct PyBaseException {
    pub(crate) ob_base: PyObject,
    pub(crate) dict: Member<PyObject>,
    pub(crate) args: Member<PyTuple>,
    pub(crate) notes: Member<PyObject>,
    pub(crate) traceback: Member<PyObject>,
    pub(crate) context: Member<PyObject>,
    pub(crate) cause: Member<PyObject>,
    pub(crate) suppress_context: Cell<u8>,
}

impl PyBaseException {
    /// Whether notes, traceback, cause and context are the same objects: one exception is the other, raised again.
    pub fn same_metadata(&self, other: &PyBaseException) -> bool {
        core::ptr::eq(self.notes.as_raw(), other.notes.as_raw())
            && core::ptr::eq(self.traceback.as_raw(), other.traceback.as_raw())
            && core::ptr::eq(self.cause.as_raw(), other.cause.as_raw())
            && core::ptr::eq(self.context.as_raw(), other.context.as_raw())
    }

    /// `args`.
    pub fn arguments(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        match self.args.get() {
            Some(args) => Ok(args),
            None => PyTuple::empty(py),
        }
    }
    /// Sets `args`.
    pub fn set_arguments(&self, args: Ref<PyTuple>) {
        self.args.set(args);
    }
    /// `__context__`.
    pub fn context(&self) -> Option<Ref<PyObject>> {
        self.context.get()
    }
    /// Sets `__context__`.
    pub fn set_context(&self, value: Option<Ref<PyObject>>) {
        drop(self.context.replace(value));
    }
    /// `__traceback__`.
    pub fn traceback(&self) -> Option<Ref<PyObject>> {
        self.traceback.get()
    }
    /// Takes `__traceback__` away.
    pub fn take_traceback(&self) -> Option<Ref<PyObject>> {
        self.traceback.take()
    }
    /// Sets `__traceback__`.
    pub fn set_traceback(&self, value: Option<Ref<PyObject>>) {
        drop(self.traceback.replace(value));
    }
    /// `__cause__`.
    pub fn cause(&self) -> Option<Ref<PyObject>> {
        self.cause.get()
    }
    /// `__suppress_context__`.
    pub fn suppresses_context(&self) -> bool {
        self.suppress_context.get() != 0
    }
    /// Sets `__cause__` and with it `__suppress_context__`.
    pub fn set_cause(&self, value: Option<Ref<PyObject>>) {
        drop(self.cause.replace(value));
        self.suppress_context.set(1);
    }
}

/// A fresh exception object of `cls` with `args`; what its class adds to the layout is zero.
pub(crate) fn new_exception(py: Py<'_>, cls: &PyType, args: &PyTuple) -> PyResult<Ref<PyObject>> {
    let Some(alloc) = cls.tp_alloc.get() else { return Err(py.no_memory()) };
    // SAFETY: the allocated object begins with an exception's layout, all zero.
    unsafe {
        let object = if core::ptr::fn_addr_eq(alloc, memory::tp_alloc as AllocFunc) {
            let object = memory::alloc_object(py, cls, 0)?;
            gc::track_new(py, &*object);
            Ref::from_owned(object)
        } else {
            crate::error::owned_or_raised(py, alloc(cls, 0))?
        };
        object.cast_unchecked::<PyBaseException>().args.set(args.new_ref());
        Ok(object)
    }
}

/// `tp_vectorcall` of the classes without `__new__` and `__init__` of their own.
pub(super) fn construct(py: Py<'_>, cls: &PyType, args: Args<'_>) -> PyResult<Ref<PyObject>> {
    if args.has_keywords() {
        return Err(raise!(py, TypeError, "{}() takes no keyword arguments", cls.name()));
    }
    new_exception(py, cls, &*PyTuple::new(py, args.positional())?)
}

/// Refuses keyword arguments, as `BaseException` does in classes that do not override `__init__`.
pub(crate) fn refuse_keywords(py: Py<'_>, cls: &PyType, kwargs: Option<&PyDict>) -> PyResult<()> {
    match kwargs {
        Some(k) if !k.is_empty() => Err(raise!(py, TypeError, "{}() takes no keyword arguments", cls.name())),
        _ => Ok(()),
    }
}

#[pymethods(class = "BaseException")]
impl PyBaseException {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, _kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        new_exception(py, cls, args)
    }

    #[slot]
    fn tp_vectorcall(cls: &PyType, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        construct(py, cls, args)
    }

    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        refuse_keywords(py, self.ty(), kwargs)?;
        self.args.set(args.new_ref());
        Ok(())
    }

    #[slot]
    fn tp_str(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let args = self.arguments(py)?;
        match args.as_slice() {
            [] => PyStr::new(py, ""),
            [one] => one.str(py),
            _ => args.as_object().str(py),
        }
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let args = self.arguments(py)?;
        let name = self.ty().short_name();
        match args.as_slice() {
            [one] => PyStr::concat_display(py, name, "(", &*one.repr(py)?, ")"),
            _ => PyStr::concat_display(py, name, "", &*args.as_object().repr(py)?, ""),
        }
    }

    #[slot]
    fn tp_getattro(&self, py: Py<'_>, name: &PyObject) -> PyResult<Ref<PyObject>> {
        match name.downcast::<PyStr>() {
            Some(name) => self.generic_get_attr(py, name),
            None => Err(raise!(py, TypeError, "attribute name must be string, not '{}'", name.ty().name())),
        }
    }

    #[slot]
    fn tp_setattro(&self, py: Py<'_>, name: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
        match name.downcast::<PyStr>() {
            Some(name) => self.generic_set_attr(py, name, value),
            None => Err(raise!(py, TypeError, "attribute name must be string, not '{}'", name.ty().name())),
        }
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let args = self.arguments(py)?;
        match self.dict.get() {
            Some(dict) => PyTuple::new(py, &[self.ty(), &args, &dict]),
            None => PyTuple::new(py, &[self.ty(), &args]),
        }
    }

    #[pymethod]
    fn __setstate__(&self, py: Py<'_>, state: &PyObject) -> PyResult<()> {
        if state.is_none() {
            return Ok(());
        }
        let Some(dict) = state.downcast::<PyDict>() else {
            return Err(raise!(py, TypeError, "state is not a dictionary"));
        };
        for (name, value) in dict.items_snapshot() {
            let Some(name) = name.downcast::<PyStr>() else {
                return Err(raise!(
                    py,
                    TypeError,
                    "attribute name must be string, not '{}'",
                    name.ty().name()
                ));
            };
            self.set_attr(py, name, &value)?;
        }
        Ok(())
    }

    #[pymethod]
    fn with_traceback(&self, py: Py<'_>, tb: &PyObject) -> PyResult<Ref<PyObject>> {
        self.set___traceback__(py, Some(tb))?;
        Ok(self.to_ref())
    }

    #[pymethod]
    fn add_note(&self, py: Py<'_>, object: &PyObject) -> PyResult<()> {
        if object.downcast::<PyStr>().is_none() {
            return Err(raise!(py, TypeError, "add_note() argument must be str, not {}", object.ty().name()));
        }
        let name = id!(py, "__notes__");
        let notes = match self.get_attr_optional(py, name)? {
            Some(notes) => notes,
            None => {
                let notes = PyList::new(py)?.upcast();
                self.set_attr(py, name, &notes)?;
                notes
            }
        };
        match notes.downcast::<PyList>() {
            Some(notes) => notes.append(py, object.to_ref()),
            None => Err(raise!(py, TypeError, "Cannot add note: __notes__ is not a list")),
        }
    }

    #[getter]
    fn args(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        self.arguments(py)
    }
    #[setter]
    fn set_args(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let Some(value) = value else { return Err(raise!(py, TypeError, "args may not be deleted")) };
        let args = PyTuple::from_vec(py, value.collect(py)?)?;
        self.args.set(args);
        Ok(())
    }
    #[getter]
    fn __traceback__(&self, py: Py<'_>) -> Ref<PyObject> {
        self.traceback.get().unwrap_or_else(|| py.none())
    }
    #[setter]
    fn set___traceback__(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(raise!(py, TypeError, "__traceback__ may not be deleted"));
        };
        if value.is_none() {
            self.set_traceback(None);
        } else if value.ty().name() == "traceback" {
            self.set_traceback(Some(value.to_ref()));
        } else {
            return Err(raise!(py, TypeError, "__traceback__ must be a traceback or None"));
        }
        Ok(())
    }
    #[getter]
    fn __context__(&self, py: Py<'_>) -> Ref<PyObject> {
        self.context.get().unwrap_or_else(|| py.none())
    }
    #[setter]
    fn set___context__(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        self.set_context(chained(
            py,
            value,
            "__context__",
            "exception context must be None or derive from BaseException",
        )?);
        Ok(())
    }
    #[getter]
    fn __cause__(&self, py: Py<'_>) -> Ref<PyObject> {
        self.cause.get().unwrap_or_else(|| py.none())
    }
    #[setter]
    fn set___cause__(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        self.set_cause(chained(
            py,
            value,
            "__cause__",
            "exception cause must be None or derive from BaseException",
        )?);
        Ok(())
    }
    #[getter]
    fn __suppress_context__(&self, _py: Py<'_>) -> bool {
        self.suppresses_context()
    }
    #[setter]
    fn set___suppress_context__(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        match value {
            Some(v) if v.is(crate::objects::PyBool::get(true)) => self.suppress_context.set(1),
            Some(v) if v.is(crate::objects::PyBool::get(false)) => self.suppress_context.set(0),
            Some(_) => return Err(raise!(py, TypeError, "attribute value type must be bool")),
            None => return Err(raise!(py, TypeError, "can't delete numeric/char attribute")),
        }
        Ok(())
    }
    #[getter]
    fn __dict__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        if let Some(dict) = self.dict.get() {
            return Ok(dict);
        }
        let dict = PyDict::new(py)?.upcast();
        self.dict.set(dict.clone());
        Ok(dict)
    }
    #[setter]
    fn set___dict__(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        match value {
            Some(d) if PyDict::check(d) => self.dict.set(d.to_ref()),
            Some(d) => {
                return Err(raise!(
                    py,
                    TypeError,
                    "__dict__ must be set to a dictionary, not a '{}'",
                    d.ty().name()
                ));
            }
            None => return Err(raise!(py, TypeError, "__dict__ may not be deleted")),
        }
        Ok(())
    }
}

/// The new value of `__context__` or `__cause__`.
fn chained(
    py: Py<'_>,
    value: Option<&PyObject>,
    name: &str,
    message: &str,
) -> PyResult<Option<Ref<PyObject>>> {
    match value {
        None => Err(raise!(py, TypeError, "{name} may not be deleted")),
        Some(v) if v.is(PyNone::get()) => Ok(None),
        Some(v) if PyBaseException::check(v) => Ok(Some(v.to_ref())),
        Some(_) => Err(raise!(py, TypeError, "{message}")),
    }
}

/// A field that shows as `None` when it is empty.
pub(crate) fn or_none(py: Py<'_>, field: &Member<PyObject>) -> Ref<PyObject> {
    field.get().unwrap_or_else(|| py.none())
}
