//! `staticmethod`.

#![allow(non_snake_case)]

use crate::objects::class_method::wrap_attributes;
use crate::prelude::*;

/// `staticmethod(function)`.
#[pyclass(name = "staticmethod", basetype, gc, dict = sm_dict)]
#[repr(C)]
pub struct PyStaticMethod {
    base: PyObject,
    pub(crate) sm_callable: Member<PyObject>,
    pub(crate) sm_dict: Member<PyObject>,
}

impl PyStaticMethod {
    /// A static method around a function.
    pub fn wrap(py: Py<'_>, function: &PyObject) -> PyResult<Ref<PyObject>> {
        PyStaticMethod {
            base: PyObject::HEADER,
            sm_callable: Member::new(function.to_ref()),
            sm_dict: Member::empty(),
        }
        .alloc_exact(py)
        .map(Ref::upcast)
    }

    fn function(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.sm_callable.get().ok_or_else(|| raise!(py, RuntimeError, "uninitialized staticmethod object"))
    }
}

#[pymethods]
impl PyStaticMethod {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        PyStaticMethod {
            base: PyObject::HEADER,
            sm_callable: Member::new(py.none()),
            sm_dict: Member::empty(),
        }
        .alloc(py, cls)
    }
    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        no_keywords(py, "staticmethod", kwargs)?;
        check_positional(py, "staticmethod", args.len() as isize, 1, 1)?;
        let Some(function) = args.get(0) else { return Ok(()) };
        self.sm_callable.set(function.to_ref());
        wrap_attributes(py, self, function)
    }
    #[slot]
    fn tp_call(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        self.function(py)?.call_dict(py, args, kwargs)
    }
    #[slot]
    fn tp_descr_get(
        &self,
        py: Py<'_>,
        _instance: Option<&PyObject>,
        _owner: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        self.function(py)
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let inner = self.function(py)?.repr(py)?;
        PyStr::new(py, &format!("<staticmethod({inner})>"))
    }
    #[getter]
    fn __func__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.function(py)
    }
    #[getter]
    fn __wrapped__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.function(py)
    }
    #[getter]
    fn __isabstractmethod__(&self, py: Py<'_>) -> PyResult<bool> {
        is_abstract(py, &*self.function(py)?)
    }
    #[getter]
    fn __dict__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.instance_dict(py)
    }
    #[setter]
    fn set___dict__(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        self.set_instance_dict(py, value)
    }
    #[getter]
    fn __annotations__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        crate::objects::class_method::forwarded(py, self, &*self.function(py)?, id!(py, "__annotations__"))
    }
    #[setter]
    fn set___annotations__(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        crate::objects::class_method::set_forwarded(py, self, id!(py, "__annotations__"), value)
    }
    #[getter]
    fn __annotate__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        crate::objects::class_method::forwarded(py, self, &*self.function(py)?, id!(py, "__annotate__"))
    }
    #[setter]
    fn set___annotate__(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        crate::objects::class_method::set_forwarded(py, self, id!(py, "__annotate__"), value)
    }
    #[classmethod]
    #[sig("(object, /)")]
    fn __class_getitem__(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        crate::objects::generic_alias::class_getitem(py, cls, object)
    }
}

/// `object.__isabstractmethod__`, false when it has none.
pub(crate) fn is_abstract(py: Py<'_>, object: &PyObject) -> PyResult<bool> {
    match object.get_attr_optional(py, id!(py, "__isabstractmethod__"))? {
        Some(flag) => flag.is_true(py),
        None => Ok(false),
    }
}
