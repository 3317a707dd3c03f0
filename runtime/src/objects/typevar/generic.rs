//! `typing.Generic`, `NoDefault`, and evaluators that return a constant.

use crate::object::Static;
use crate::objects::generic_alias::type_text;
use crate::prelude::*;

/// `typing.Generic`; what it does is written in `typing`.
#[pyclass(module = "typing", name = "Generic", basetype, heap, plain_new)]
#[repr(C)]
pub struct PyGeneric {
    base: PyObject,
}

/// Calls a function of `typing` with a class in front of the arguments of this call.
fn delegate(py: Py<'_>, function: &PyStr, cls: &PyType, args: Args<'_>) -> PyResult<Ref<PyObject>> {
    let typing = py.builtin(id!(py, "__import__"))?.call(py, &[id!(py, "typing")])?;
    let function = typing.get_attr(py, function)?;
    let mut all: Vec<&PyObject> = vec![cls];
    all.extend_from_slice(args.all());
    match args.kwnames() {
        Some(names) => function.call_keywords(py, &all, names),
        None => function.call(py, &all),
    }
}

#[pymethods]
impl PyGeneric {
    #[classmethod]
    #[raw]
    fn __class_getitem__(cls: &PyType, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        delegate(py, id!(py, "_generic_class_getitem"), cls, args)
    }
    #[classmethod]
    #[raw]
    fn __init_subclass__(cls: &PyType, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        delegate(py, id!(py, "_generic_init_subclass"), cls, args)
    }
}

/// `NoDefaultType`.
#[pyclass(name = "NoDefaultType", manual)]
#[repr(C)]
pub struct PyNoDefault {
    base: PyObject,
}
static NO_DEFAULT: Static<PyNoDefault> = Static(PyNoDefault { base: PyObject::immortal(core::ptr::null()) });

impl PyNoDefault {
    /// `typing.NoDefault`, immortal.
    pub fn get() -> &'static PyObject {
        &NO_DEFAULT.0.base
    }
    /// Gives the instance its type; called once at start-up.
    pub fn init() {
        Self::get().set_type_ptr(Self::type_object());
    }
}

#[pymethods]
impl PyNoDefault {
    #[slot]
    fn tp_new(py: Py<'_>, _cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        if !args.is_empty() || kwargs.is_some_and(|k| !k.is_empty()) {
            bail!(py, TypeError, "NoDefaultType takes no arguments")
        }
        Ok(PyNoDefault::get().to_ref())
    }
    #[slot]
    fn tp_repr(&self) -> &'static str {
        "typing.NoDefault"
    }
    #[pymethod]
    fn __reduce__(&self) -> &'static str {
        "NoDefault"
    }
}

/// `constevaluator`: a function of a format that gives a constant.
#[pyclass(module = "_typing", name = "_ConstEvaluator", gc, disallow_instantiation, heap, immutable)]
#[repr(C)]
pub struct PyConstEvaluator {
    base: PyObject,
    value: Member<PyObject>,
}

impl PyConstEvaluator {
    /// An evaluator that gives `value`.
    pub fn new(py: Py<'_>, value: &PyObject) -> PyResult<Ref<PyObject>> {
        PyConstEvaluator { base: PyObject::HEADER, value: Member::new(value.to_ref()) }
            .alloc_exact(py)
            .map(Ref::upcast)
    }
}

#[pymethods]
impl PyConstEvaluator {
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<String> {
        let value = self.value.get().unwrap_or_else(|| py.none());
        Ok(format!("<constevaluator {}>", value.repr(py)?))
    }
    #[slot]
    fn tp_call(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        no_keywords(py, "constevaluator.__call__", kwargs)?;
        let (Some(format), 1) = (args.get(0), args.len()) else {
            bail!(py, TypeError, "constevaluator.__call__() takes exactly 1 argument ({} given)", args.len())
        };
        let value = self.value.get().unwrap_or_else(|| py.none());
        // Format 4 asks for source text.
        if format.index(py)?.as_i64() != Some(4) {
            return Ok(value);
        }
        let text = match value.downcast::<PyTuple>() {
            Some(tuple) => {
                let mut parts = Vec::new();
                for item in tuple.as_slice() {
                    parts.push(type_text(py, item)?);
                }
                let comma = if parts.len() == 1 { "," } else { "" };
                format!("({}{comma})", parts.join(", "))
            }
            None => type_text(py, &value)?,
        };
        PyStr::new(py, &text).map(Ref::upcast)
    }
}
