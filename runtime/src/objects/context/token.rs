//! `Token`: undoes one `ContextVar.set`. And `Token.MISSING`, which stands for "had no value".

use crate::object::Static;
use crate::objects::generic_alias::class_getitem;
use crate::prelude::*;

use super::{PyContext, PyContextVar};

/// The type of `Token.MISSING`.
#[pyclass(name = "Token.MISSING", manual, disallow_instantiation)]
#[repr(C)]
pub struct PyMissing {
    base: PyObject,
}

static MISSING: Static<PyMissing> = Static(PyMissing { base: PyObject::immortal(core::ptr::null()) });

impl PyMissing {
    /// The one instance, immortal.
    pub fn get() -> &'static PyObject {
        &MISSING.0.base
    }
}

#[pymethods(class = "Token.MISSING")]
impl PyMissing {
    #[slot]
    fn tp_repr(&self, _py: Py<'_>) -> &'static str {
        "<Token.MISSING>"
    }
}

/// `Token`.
#[pyclass(module = "_contextvars", name = "Token", gc)]
#[repr(C)]
pub struct PyToken {
    base: PyObject,
    context: Member<PyContext>,
    variable: Member<PyContextVar>,
    old_value: Member<PyObject>,
    used: Cell<bool>,
}

impl PyToken {
    pub(super) fn make(
        py: Py<'_>,
        context: &PyContext,
        variable: &PyContextVar,
        old_value: Option<Ref<PyObject>>,
    ) -> PyResult<Ref<PyToken>> {
        PyToken {
            base: PyObject::HEADER,
            context: Member::new(context.new_ref()),
            variable: Member::new(variable.new_ref()),
            old_value: Member::from_option(old_value),
            used: Cell::new(false),
        }
        .alloc_exact(py)
    }

    /// Readies what hangs on the type.
    pub fn init(py: Py<'_>) -> PyResult<()> {
        let missing = PyType::ready::<PyMissing>(py)?;
        PyMissing::get().set_type_ptr(missing);
        let ty = PyType::ready::<PyToken>(py)?;
        if let Some(dict) = ty.dict() {
            dict.set(py, id!(py, "MISSING"), PyMissing::get())?;
            dict.set(py, id!(py, "__hash__"), PyNone::get())?;
        }
        ty.modified(py);
        Ok(())
    }

    pub(super) fn is_used(&self) -> bool {
        self.used.get()
    }

    pub(super) fn use_up(&self) {
        self.used.set(true);
    }

    /// The variable that was set.
    pub fn variable(&self) -> Option<Ref<PyContextVar>> {
        self.variable.get()
    }

    pub(super) fn context(&self) -> Option<Ref<PyContext>> {
        self.context.get()
    }

    pub(super) fn old_value(&self) -> Option<Ref<PyObject>> {
        self.old_value.get()
    }
}

#[pymethods]
impl PyToken {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        _cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        Err(raise!(py, RuntimeError, "Tokens can only be created by ContextVars"))
    }

    #[getter]
    fn var(&self) -> Option<Ref<PyContextVar>> {
        self.variable.get()
    }

    #[getter(name = "old_value")]
    fn old_value_or_missing(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.old_value.get().unwrap_or_else(|| PyMissing::get().to_ref())
    }

    #[classmethod]
    fn __class_getitem__(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        class_getitem(py, cls, object)
    }

    #[pymethod]
    fn __enter__(&self, _py: Py<'_>) -> Ref<PyToken> {
        self.new_ref()
    }

    #[pymethod]
    #[sig("($self, type, val, tb, /)")]
    fn __exit__(&self, py: Py<'_>, _ty: &PyObject, _val: &PyObject, _tb: &PyObject) -> PyResult<()> {
        match self.variable.get() {
            Some(variable) => variable.reset_to(py, self),
            None => Ok(()),
        }
    }

    #[slot]
    fn tp_hash(&self, py: Py<'_>) -> PyResult<isize> {
        Err(raise!(py, TypeError, "unhashable type: '_contextvars.Token'"))
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<String> {
        let used = if self.used.get() { " used" } else { "" };
        let variable = match self.variable.get() {
            Some(variable) => variable.repr(py)?.to_string(),
            None => String::new(),
        };
        Ok(format!("<Token{used} var={variable} at {:#x}>", self.id()))
    }
}
