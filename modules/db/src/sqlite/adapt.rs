//! Adapters: from Python objects to what SQLite can store.

use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;

use super::errors::programming_error;
use super::{ADAPTERS, BASE_TYPES_ADAPTED, dict_of};

/// `sqlite3.PrepareProtocol`.
#[pyclass(
    module = "sqlite3",
    name = "PrepareProtocol",
    doc = "PEP 246 style object adaption protocol type.",
    basetype,
    gc,
    heap,
    immutable,
    plain_new
)]
#[repr(C)]
pub struct PrepareProtocol {
    base: PyObject,
}

#[pymethods]
impl PrepareProtocol {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        PrepareProtocol { base: PyObject::HEADER }.alloc(py, cls)
    }

    #[slot]
    fn tp_init(&self, _py: Py<'_>, _args: &PyTuple, _kwargs: Option<&PyDict>) -> PyResult<()> {
        Ok(())
    }
}

/// Remembers how instances of a type are adapted.
pub fn register(py: Py<'_>, ty: &PyType, adapter: &PyObject) -> PyResult<()> {
    let plain =
        [PyInt::type_object(), PyFloat::type_object(), PyStr::type_object(), PyByteArray::type_object()];
    if plain.iter().any(|plain| ty.is(plain)) {
        BASE_TYPES_ADAPTED.set(py, PyBool::get(true).to_ref());
    }
    let proto = PyType::ready::<PrepareProtocol>(py)?;
    let key = PyTuple::pair(py, ty.to_ref(), proto.to_ref())?;
    dict_of(py, &ADAPTERS)?.set(py, &key, adapter)
}

/// A value as SQLite can store it; most need no adapter.
pub fn adapted(py: Py<'_>, value: &PyObject) -> PyResult<Ref<PyObject>> {
    let plain = PyInt::check_exact(value)
        || PyFloat::check_exact(value)
        || PyStr::check_exact(value)
        || PyByteArray::check_exact(value);
    if plain && BASE_TYPES_ADAPTED.get(py)?.is(PyBool::get(false)) {
        return Ok(value.to_ref());
    }
    let proto = PyType::ready::<PrepareProtocol>(py)?;
    adapt(py, value, proto, Some(value))
}

/// `adapt(object, proto, alt)`.
pub fn adapt(
    py: Py<'_>,
    object: &PyObject,
    proto: &PyObject,
    alt: Option<&PyObject>,
) -> PyResult<Ref<PyObject>> {
    let key = PyTuple::pair(py, object.ty().to_ref(), proto.to_ref())?;
    if let Some(adapter) = dict_of(py, &ADAPTERS)?.get(py, &key)? {
        return adapter.call(py, &[object]);
    }
    for (holder, name, argument) in
        [(proto, id!(py, "__adapt__"), object), (object, id!(py, "__conform__"), proto)]
    {
        let Some(method) = holder.get_attr_optional(py, name)? else { continue };
        match method.call(py, &[argument]) {
            Ok(result) if !result.is_none() => return Ok(result),
            Ok(_) => {}
            Err(raised) if py.error_matches(types::TypeError()) => py.clear_error(raised),
            Err(raised) => return Err(raised),
        }
    }
    match alt {
        Some(alt) => Ok(alt.to_ref()),
        None => programming_error!(py, "can't adapt"),
    }
}
