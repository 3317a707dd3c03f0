//! `wrapper_descriptor` and `method-wrapper`: special methods of native types, made from their slots.
//! Not here: the wrappers that call the slots (`type/wrappers.rs`).

use crate::objects::method_descriptor::Descr;
use crate::objects::r#type::ready::{text_of, text_signature, without_signature};
use crate::objects::r#type::slotdefs::SlotDef;
use crate::prelude::*;

/// `PyWrapperDescrObject`: `int.__add__`.
#[pyclass(name = "wrapper_descriptor", gc, method_descriptor, disallow_instantiation)]
#[repr(C)]
pub struct PyWrapperDescriptor {
    pub(crate) base: Descr,
    #[no_traverse]
    pub(crate) d_base: *const SlotDef,
    #[no_traverse]
    pub(crate) d_wrapped: *const (),
}

impl PyWrapperDescriptor {
    /// The special method `def` of `ty`, around the slot function `wrapped`.
    pub fn new(
        py: Py<'_>,
        ty: &PyType,
        def: &'static SlotDef,
        wrapped: *const (),
    ) -> PyResult<Ref<PyObject>> {
        PyWrapperDescriptor { base: Descr::new(ty, def.name_object(py)), d_base: def, d_wrapped: wrapped }
            .alloc_exact(py)
            .map(Ref::upcast)
    }
    /// Its row in the table of special methods.
    #[inline]
    pub fn def(&self) -> &'static SlotDef {
        // SAFETY: set at creation to a row of the static table.
        unsafe { &*self.d_base }
    }
    /// The slot function.
    #[inline]
    pub fn wrapped(&self) -> *const () {
        self.d_wrapped
    }
    /// The class it belongs to.
    #[inline]
    pub fn owner(&self) -> &PyType {
        self.base.owner()
    }

    fn invoke(
        &self,
        py: Py<'_>,
        slf: &PyObject,
        args: &PyTuple,
        kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        let def = self.def();
        let Some(wrapper) = def.wrapper else {
            bail!(py, SystemError, "wrapper {}() cannot be called", def.name)
        };
        if !def.keywords && kwargs.is_some_and(|k| !k.is_empty()) {
            bail!(py, TypeError, "wrapper {}() takes no keyword arguments", def.name)
        }
        py.check_stack(" while calling a Python object")?;
        wrapper(py, slf, args, kwargs, self.d_wrapped)
    }

    fn doc(&self) -> Option<String> {
        // SAFETY: static, NUL-terminated.
        unsafe { text_of(self.def().doc) }.map(|d| without_signature(self.def().name, d).to_owned())
    }

    fn signature(&self) -> Option<String> {
        // SAFETY: static, NUL-terminated.
        unsafe { text_of(self.def().doc) }.and_then(|d| text_signature(self.def().name, d).map(str::to_owned))
    }
}

/// True when `object` is the descriptor around exactly this slot function.
pub fn wraps(object: &PyObject, slot: *const ()) -> bool {
    object.downcast_exact::<PyWrapperDescriptor>().is_some_and(|w| w.d_wrapped == slot)
}

#[pymethods]
impl PyWrapperDescriptor {
    #[slot]
    fn tp_call(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let Some(slf) = args.get(0) else {
            bail!(
                py,
                TypeError,
                "descriptor '{}' of '{}' object needs an argument",
                self.base.name(),
                self.owner().name()
            )
        };
        if !slf.ty().is_subtype(self.owner()) {
            bail!(
                py,
                TypeError,
                "descriptor '{}' requires a '{}' object but received a '{}'",
                self.base.name(),
                self.owner().name(),
                slf.ty().name()
            )
        }
        let rest: Vec<&PyObject> = args.as_slice().iter().skip(1).map(|r| &**r).collect();
        let rest = PyTuple::new(py, &rest)?;
        self.invoke(py, slf, &rest, kwargs)
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        PyStr::new(py, &format!("<slot wrapper '{}' of '{}' objects>", self.base.name(), self.owner().name()))
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
        PyMethodWrapper {
            base: PyObject::HEADER,
            descr: Member::new(self.new_ref()),
            slf: Member::new(instance.to_ref()),
        }
        .alloc_exact(py)
        .map(Ref::upcast)
    }
    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.base.reduce(py)
    }
    #[getter]
    fn __objclass__(&self, _py: Py<'_>) -> Ref<PyType> {
        self.owner().new_ref()
    }
    #[getter]
    fn __name__(&self, _py: Py<'_>) -> Option<Ref<PyStr>> {
        self.base.d_name.get()
    }
    #[getter]
    fn __doc__(&self, _py: Py<'_>) -> Option<String> {
        self.doc()
    }
    #[getter]
    fn __qualname__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.base.qualname(py)
    }
    #[getter]
    fn __text_signature__(&self, _py: Py<'_>) -> Option<String> {
        self.signature()
    }
}

/// `wrapperobject`: a special method bound to an instance.
#[pyclass(name = "method-wrapper", gc, disallow_instantiation)]
#[repr(C)]
pub struct PyMethodWrapper {
    base: PyObject,
    descr: Member<PyWrapperDescriptor>,
    slf: Member<PyObject>,
}

impl PyMethodWrapper {
    fn parts(&self, py: Py<'_>) -> PyResult<(Ref<PyWrapperDescriptor>, Ref<PyObject>)> {
        match (self.descr.get(), self.slf.get()) {
            (Some(descr), Some(slf)) => Ok((descr, slf)),
            _ => Err(raise!(py, SystemError, "method-wrapper was cleared")),
        }
    }
}

#[pymethods(class = "method-wrapper")]
impl PyMethodWrapper {
    #[slot]
    fn tp_call(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let (descr, slf) = self.parts(py)?;
        descr.invoke(py, &slf, args, kwargs)
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let (descr, slf) = self.parts(py)?;
        PyStr::new(
            py,
            &format!(
                "<method-wrapper '{}' of {} object at {:#x}>",
                descr.def().name,
                slf.ty().name(),
                slf.id()
            ),
        )
    }
    #[slot]
    fn tp_hash(&self, _py: Py<'_>) -> PyResult<isize> {
        Ok(((self.slf.as_raw().addr() >> 4).rotate_left(60) ^ (self.descr.as_raw().addr() >> 4)) as isize)
    }
    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> Ref<PyObject> {
        let (Some(other), true) =
            (other.downcast_exact::<PyMethodWrapper>(), matches!(op, CompareOp::Eq | CompareOp::Ne))
        else {
            return py.not_implemented();
        };
        let same = core::ptr::eq(self.descr.as_raw(), other.descr.as_raw())
            && core::ptr::eq(self.slf.as_raw(), other.slf.as_raw());
        PyBool::get(same == (op == CompareOp::Eq)).to_ref()
    }
    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let (descr, slf) = self.parts(py)?;
        let getattr = py.frame_builtin(id!(py, "getattr"))?;
        let name = descr.def().name_object(py);
        let args = PyTuple::new(py, &[&slf, name])?;
        PyTuple::new(py, &[&getattr, &args]).map(Ref::upcast)
    }
    #[getter]
    fn __self__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.parts(py).map(|(_, slf)| slf)
    }
    #[getter]
    fn __objclass__(&self, py: Py<'_>) -> PyResult<Ref<PyType>> {
        self.parts(py).map(|(descr, _)| descr.owner().new_ref())
    }
    #[getter]
    fn __name__(&self, py: Py<'_>) -> PyResult<Option<Ref<PyStr>>> {
        self.parts(py).map(|(descr, _)| descr.base.d_name.get())
    }
    #[getter]
    fn __qualname__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.parts(py)?.0.base.qualname(py)
    }
    #[getter]
    fn __doc__(&self, py: Py<'_>) -> PyResult<Option<String>> {
        self.parts(py).map(|(descr, _)| descr.doc())
    }
    #[getter]
    fn __text_signature__(&self, py: Py<'_>) -> PyResult<Option<String>> {
        self.parts(py).map(|(descr, _)| descr.signature())
    }
}
