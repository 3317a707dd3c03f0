//! `None`, `NotImplemented` and `Ellipsis`.

use crate::object::Static;
use crate::prelude::*;

macro_rules! singleton {
    ($ty:ident, $static_name:ident) => {
        static $static_name: Static<$ty> = Static($ty { base: PyObject::immortal(core::ptr::null()) });
        impl $ty {
            /// The one instance, immortal.
            #[inline(always)]
            pub fn get() -> &'static PyObject {
                &$static_name.0.base
            }
            /// Gives the instance its type; called once at start-up.
            pub fn init() {
                Self::get().set_type_ptr(Self::type_object());
            }
        }
    };
}

/// `NoneType`.
#[pyclass(name = "NoneType", manual)]
#[repr(C)]
pub struct PyNone {
    base: PyObject,
}
singleton!(PyNone, NONE);

/// `NotImplementedType`.
#[pyclass(name = "NotImplementedType", manual)]
#[repr(C)]
pub struct PyNotImplemented {
    base: PyObject,
}
singleton!(PyNotImplemented, NOT_IMPLEMENTED);

/// `ellipsis`.
#[pyclass(name = "ellipsis", manual)]
#[repr(C)]
pub struct PyEllipsis {
    base: PyObject,
}
singleton!(PyEllipsis, ELLIPSIS);

/// The constructors of the three types take nothing.
fn no_arguments(py: Py<'_>, name: &str, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
    if !args.is_empty() || kwargs.is_some_and(|k| !k.is_empty()) {
        bail!(py, TypeError, "{name} takes no arguments")
    }
    Ok(())
}

#[pymethods(class = "NoneType")]
impl PyNone {
    #[slot]
    fn tp_new(py: Py<'_>, _cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        no_arguments(py, "NoneType", args, kwargs)?;
        Ok(py.none())
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> Ref<PyStr> {
        id!(py, "None").new_ref()
    }
    #[slot]
    fn tp_hash(&self, _py: Py<'_>) -> PyResult<isize> {
        Ok(0xfca8_6420)
    }
    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        Ok(match op {
            CompareOp::Eq if self.is(other) => PyBool::get(true).to_ref(),
            CompareOp::Ne if self.is(other) => PyBool::get(false).to_ref(),
            _ => py.not_implemented(),
        })
    }
    #[slot]
    fn nb_bool(&self, _py: Py<'_>) -> PyResult<bool> {
        Ok(false)
    }
}

#[pymethods(class = "NotImplementedType")]
impl PyNotImplemented {
    #[slot]
    fn tp_new(py: Py<'_>, _cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        no_arguments(py, "NotImplementedType", args, kwargs)?;
        Ok(py.not_implemented())
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> Ref<PyStr> {
        id!(py, "NotImplemented").new_ref()
    }
    #[slot]
    fn nb_bool(&self, py: Py<'_>) -> PyResult<bool> {
        Err(raise!(py, TypeError, "NotImplemented should not be used in a boolean context"))
    }
    #[pymethod]
    fn __reduce__(&self) -> &'static str {
        "NotImplemented"
    }
}

#[pymethods(class = "ellipsis")]
impl PyEllipsis {
    #[slot]
    fn tp_new(py: Py<'_>, _cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        no_arguments(py, "EllipsisType", args, kwargs)?;
        Ok(py.ellipsis())
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> Ref<PyStr> {
        id!(py, "Ellipsis").new_ref()
    }
    #[pymethod]
    fn __reduce__(&self) -> &'static str {
        "Ellipsis"
    }
}
