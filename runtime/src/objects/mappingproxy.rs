//! `mappingproxy`: a read-only view of a mapping: `type.__dict__`.

use crate::prelude::*;

/// `mappingproxyobject`.
#[pyclass(name = "mappingproxy", gc, mapping)]
#[repr(C)]
pub struct PyMappingProxy {
    base: PyObject,
    mapping: Member<PyObject>,
}

impl PyMappingProxy {
    /// A view of `mapping`.
    pub fn new(py: Py<'_>, mapping: &PyObject) -> PyResult<Ref<PyObject>> {
        PyMappingProxy { base: PyObject::HEADER, mapping: Member::new(mapping.to_ref()) }
            .alloc_exact(py)
            .map(Ref::upcast)
    }

    /// What it shows.
    pub fn mapping(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.mapping.get().ok_or_else(|| raise!(py, SystemError, "mappingproxy was cleared"))
    }
}

#[pymethods]
impl PyMappingProxy {
    #[slot]
    fn tp_new(py: Py<'_>, _cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let named = match kwargs {
            Some(k) => k.get_str(py, id!(py, "mapping"))?,
            None => None,
        };
        let mapping = match (args.get(0), &named, args.len() + kwargs.map_or(0, PyDict::len)) {
            (Some(m), None, 1) => m,
            (None, Some(m), 1) => m,
            (None, None, 0) => {
                bail!(py, TypeError, "mappingproxy() missing required argument 'mapping' (pos 1)")
            }
            (_, _, n) => bail!(py, TypeError, "mappingproxy() takes at most 1 argument ({n} given)"),
        };
        if !mapping.is_mapping()
            || mapping.downcast::<PyList>().is_some()
            || mapping.downcast::<PyTuple>().is_some()
        {
            bail!(py, TypeError, "mappingproxy() argument must be a mapping, not {}", mapping.ty().name())
        }
        PyMappingProxy::new(py, mapping)
    }
    #[slot]
    fn mp_length(&self, py: Py<'_>) -> PyResult<isize> {
        self.mapping(py)?.len(py)
    }
    #[slot]
    fn mp_subscript(&self, py: Py<'_>, key: &PyObject) -> PyResult<Ref<PyObject>> {
        self.mapping(py)?.get_item(py, key)
    }
    #[slot]
    fn sq_contains(&self, py: Py<'_>, key: &PyObject) -> PyResult<bool> {
        let mapping = self.mapping(py)?;
        match mapping.downcast_exact::<PyDict>() {
            Some(dict) => dict.contains(py, key),
            None => mapping.contains(py, key),
        }
    }
    #[slot]
    fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.mapping(py)?.iter(py)
    }
    #[slot]
    fn tp_hash(&self, py: Py<'_>) -> PyResult<isize> {
        self.mapping(py)?.hash(py)
    }
    #[slot]
    fn tp_str(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        self.mapping(py)?.str(py)
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let inner = self.mapping(py)?.repr(py)?;
        PyStr::new(py, &format!("mappingproxy({inner})"))
    }
    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let theirs;
        let other = match other.downcast_exact::<PyMappingProxy>() {
            Some(proxy) => {
                theirs = proxy.mapping(py)?;
                &*theirs
            }
            None => other,
        };
        self.mapping(py)?.rich_compare(py, other, op)
    }
    #[slot]
    fn nb_or(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let inner = |o: &PyObject| match o.downcast_exact::<PyMappingProxy>() {
            Some(proxy) => proxy.mapping(py),
            None => Ok(o.to_ref()),
        };
        let (a, b) = (inner(a)?, inner(b)?);
        a.binary_op(py, &b, crate::protocol::number::OR)
    }
    #[slot]
    fn nb_inplace_or(&self, py: Py<'_>, _other: &PyObject) -> PyResult<Ref<PyObject>> {
        Err(raise!(py, TypeError, "'|=' is not supported by {}; use '|' instead", self.ty().name()))
    }
    #[pymethod]
    #[sig("(key, default=None, /)")]
    fn get(&self, py: Py<'_>, key: &PyObject, default: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let default = default.unwrap_or(PyNone::get());
        self.mapping(py)?.call_method(py, id!(py, "get"), &[key, default])
    }
    #[pymethod]
    fn keys(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.mapping(py)?.call_method(py, id!(py, "keys"), &[])
    }
    #[pymethod]
    fn values(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.mapping(py)?.call_method(py, id!(py, "values"), &[])
    }
    #[pymethod]
    fn items(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.mapping(py)?.call_method(py, id!(py, "items"), &[])
    }
    #[pymethod]
    fn copy(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.mapping(py)?.call_method(py, id!(py, "copy"), &[])
    }
    #[classmethod]
    #[sig("(object, /)")]
    fn __class_getitem__(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        crate::objects::generic_alias::class_getitem(py, cls, object)
    }
    #[pymethod]
    fn __reversed__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.mapping(py)?.call_method(py, id!(py, "__reversed__"), &[])
    }
}

/// A read-only view of a mapping (`PyDictProxy_New`).
pub fn proxy_of(py: Py<'_>, mapping: &PyObject) -> PyResult<Ref<PyObject>> {
    PyMappingProxy::new(py, mapping)
}
