//! `getset_descriptor`: attributes of native types computed by functions.

use crate::error::owned_or_raised;
use crate::objects::method_descriptor::Descr;
use crate::objects::r#type::ready::{text_of, without_signature};
use crate::prelude::*;
use crate::slots::PyGetSetDef;

/// `PyGetSetDescrObject`.
#[pyclass(name = "getset_descriptor", gc, disallow_instantiation)]
#[repr(C)]
pub struct PyGetSetDescr {
    pub(crate) base: Descr,
    #[no_traverse]
    pub(crate) d_getset: *const PyGetSetDef,
}

impl PyGetSetDescr {
    /// The attribute of a table row.
    pub fn new(py: Py<'_>, ty: &PyType, def: &PyGetSetDef, name: &PyStr) -> PyResult<Ref<PyObject>> {
        PyGetSetDescr { base: Descr::new(ty, name), d_getset: def }.alloc_exact(py).map(Ref::upcast)
    }

    fn def(&self) -> &PyGetSetDef {
        // SAFETY: set at creation; tables outlive their descriptors.
        unsafe { &*self.d_getset }
    }
}

#[pymethods]
impl PyGetSetDescr {
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let (name, owner) = (self.base.name(), self.base.owner().name());
        PyStr::new(py, &format!("<attribute '{name}' of '{owner}' objects>"))
    }
    #[slot]
    fn tp_descr_get(
        &self,
        py: Py<'_>,
        instance: Option<&PyObject>,
        _owner: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let Some(instance) = instance else { return Ok(self.to_ref()) };
        self.base.check_instance(py, instance)?;
        match self.def().get {
            // SAFETY: the getter takes an instance of the owner, which was checked.
            Some(get) => unsafe { owned_or_raised(py, get(instance.as_ptr(), self.def().closure)) },
            None => Err(raise!(
                py,
                AttributeError,
                "attribute '{}' of '{}' objects is not readable",
                self.base.name(),
                self.base.owner().name()
            )),
        }
    }
    #[slot]
    fn tp_descr_set(&self, py: Py<'_>, instance: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
        self.base.check_instance(py, instance)?;
        let Some(set) = self.def().set else {
            bail!(
                py,
                AttributeError,
                "attribute '{}' of '{}' objects is not writable",
                self.base.name(),
                self.base.owner().name()
            )
        };
        let value = value.map_or(core::ptr::null_mut(), PyObject::as_ptr);
        // SAFETY: the setter takes an instance of the owner, which was checked, and a value or null.
        let r = unsafe { set(instance.as_ptr(), value, self.def().closure) };
        if r < 0 { Err(Raised::already(py)) } else { Ok(()) }
    }
    #[getter]
    fn __objclass__(&self, _py: Py<'_>) -> Ref<PyType> {
        self.base.owner().new_ref()
    }
    #[getter]
    fn __name__(&self, _py: Py<'_>) -> Option<Ref<PyStr>> {
        self.base.d_name.get()
    }
    #[getter]
    fn __qualname__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.base.qualname(py)
    }
    #[getter]
    fn __doc__(&self, _py: Py<'_>) -> Option<String> {
        // SAFETY: names and docstrings are NUL-terminated.
        unsafe { Some(without_signature(text_of(self.def().name)?, text_of(self.def().doc)?).to_owned()) }
    }
}
