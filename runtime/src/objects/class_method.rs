//! `classmethod`, and what it shares with `staticmethod`: copied attributes and lazily fetched annotations.

#![allow(non_snake_case)]

use crate::objects::method::PyMethod;
use crate::objects::static_method::is_abstract;
use crate::prelude::*;

/// `classmethod(function)`.
#[pyclass(name = "classmethod", basetype, gc, dict = cm_dict)]
#[repr(C)]
pub struct PyClassMethod {
    base: PyObject,
    pub(crate) cm_callable: Member<PyObject>,
    pub(crate) cm_dict: Member<PyObject>,
}

/// Copies `__module__`, `__name__`, `__qualname__` and `__doc__` of a wrapped function (`functools_wraps`).
pub(crate) fn wrap_attributes(py: Py<'_>, wrapper: &PyObject, function: &PyObject) -> PyResult<()> {
    for name in [id!(py, "__module__"), id!(py, "__name__"), id!(py, "__qualname__"), id!(py, "__doc__")] {
        if let Some(value) = function.get_attr_optional(py, name)? {
            wrapper.set_attr(py, name, &value)?;
        }
    }
    Ok(())
}

/// An attribute kept in the wrapper's dict, fetched from the function the first time.
pub(crate) fn forwarded(
    py: Py<'_>,
    wrapper: &PyObject,
    function: &PyObject,
    name: &PyStr,
) -> PyResult<Ref<PyObject>> {
    let dict = wrapper.instance_dict(py)?;
    let Some(dict) = dict.downcast::<PyDict>() else { return function.get_attr(py, name) };
    if let Some(value) = dict.get_str(py, name)? {
        return Ok(value);
    }
    let value = function.get_attr(py, name)?;
    dict.set(py, name, &value)?;
    Ok(value)
}

/// Sets or deletes such an attribute.
pub(crate) fn set_forwarded(
    py: Py<'_>,
    wrapper: &PyObject,
    name: &PyStr,
    value: Option<&PyObject>,
) -> PyResult<()> {
    let dict = wrapper.instance_dict(py)?;
    let Some(dict) = dict.downcast::<PyDict>() else { return Ok(()) };
    match value {
        Some(value) => dict.set(py, name, value),
        None => match dict.remove(py, name)? {
            Some(_) => Ok(()),
            None => Err(raise!(py, AttributeError, "{name}")),
        },
    }
}

impl PyClassMethod {
    /// A class method around a function.
    pub fn wrap(py: Py<'_>, function: &PyObject) -> PyResult<Ref<PyObject>> {
        PyClassMethod {
            base: PyObject::HEADER,
            cm_callable: Member::new(function.to_ref()),
            cm_dict: Member::empty(),
        }
        .alloc_exact(py)
        .map(Ref::upcast)
    }

    fn function(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.cm_callable.get().ok_or_else(|| raise!(py, RuntimeError, "uninitialized classmethod object"))
    }
}

#[pymethods]
impl PyClassMethod {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        PyClassMethod {
            base: PyObject::HEADER,
            cm_callable: Member::new(py.none()),
            cm_dict: Member::empty(),
        }
        .alloc(py, cls)
    }
    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        no_keywords(py, "classmethod", kwargs)?;
        check_positional(py, "classmethod", args.len() as isize, 1, 1)?;
        let Some(function) = args.get(0) else { return Ok(()) };
        self.cm_callable.set(function.to_ref());
        wrap_attributes(py, self, function)
    }
    #[slot]
    fn tp_descr_get(
        &self,
        py: Py<'_>,
        instance: Option<&PyObject>,
        owner: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let function = self.function(py)?;
        let class: &PyObject = match (owner, instance) {
            (Some(owner), _) => owner,
            (None, Some(instance)) => instance.ty(),
            (None, None) => return Err(raise!(py, TypeError, "__get__(None, None) is invalid")),
        };
        PyMethod::new(py, &function, class).map(Ref::upcast)
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let inner = self.function(py)?.repr(py)?;
        PyStr::new(py, &format!("<classmethod({inner})>"))
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
        forwarded(py, self, &*self.function(py)?, id!(py, "__annotations__"))
    }
    #[setter]
    fn set___annotations__(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        set_forwarded(py, self, id!(py, "__annotations__"), value)
    }
    #[getter]
    fn __annotate__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        forwarded(py, self, &*self.function(py)?, id!(py, "__annotate__"))
    }
    #[setter]
    fn set___annotate__(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        set_forwarded(py, self, id!(py, "__annotate__"), value)
    }
    #[classmethod]
    #[sig("(object, /)")]
    fn __class_getitem__(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        crate::objects::generic_alias::class_getitem(py, cls, object)
    }
}
