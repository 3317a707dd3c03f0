//! `bool`: two immortal `int` objects.

use krait_macros::{pyclass, pymethods};

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::r#type::{PyType, flags};
use crate::objects::{PyInt, PyStr};
use crate::py::Py;
use crate::reference::{PyClass, Ref};

/// `bool`; the layout is `int`'s.
#[pyclass(name = "bool", base = PyInt, match_self, manual, itemsize = 4, basicsize = 24, flags = flags::LONG_SUBCLASS)]
#[repr(C)]
pub struct PyBool {
    base: PyInt,
}

impl PyBool {
    /// `True` or `False`, immortal.
    #[inline(always)]
    pub fn get(value: bool) -> &'static PyObject {
        if value { PyInt::true_object() } else { PyInt::false_object() }
    }
}

fn both(a: &PyObject, b: &PyObject) -> Option<(bool, bool)> {
    let truth = |o: &PyObject| PyBool::check(o).then(|| o.is(PyBool::get(true)));
    Some((truth(a)?, truth(b)?))
}

#[pymethods(class = "bool")]
impl PyBool {
    #[new]
    #[vectorcall]
    #[sig("(object=False, /)")]
    fn bool_new(py: Py<'_>, _cls: &PyType, object: Option<&PyObject>) -> PyResult<bool> {
        match object {
            Some(x) => x.is_true(py),
            None => Ok(false),
        }
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let name = if self.is(PyBool::get(true)) { crate::id!(py, "True") } else { crate::id!(py, "False") };
        Ok(name.new_ref())
    }

    #[slot]
    fn nb_and(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        match both(a, b) {
            Some((x, y)) => Ok(PyBool::get(x & y).to_ref()),
            None => int_operator(py, a, b, |n| n.nb_and.get()),
        }
    }

    #[slot]
    fn nb_or(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        match both(a, b) {
            Some((x, y)) => Ok(PyBool::get(x | y).to_ref()),
            None => int_operator(py, a, b, |n| n.nb_or.get()),
        }
    }

    #[slot]
    fn nb_xor(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        match both(a, b) {
            Some((x, y)) => Ok(PyBool::get(x ^ y).to_ref()),
            None => int_operator(py, a, b, |n| n.nb_xor.get()),
        }
    }

    #[slot]
    fn nb_invert(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        py.warn(
            crate::objects::exceptions::types::DeprecationWarning(),
            "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise inversion \
             of the underlying int object and is usually not what you expect from the negation of a bool object. Use the 'not' \
             operator for boolean negation or ~int(x) for the bitwise inversion of the underlying int.",
            1,
        )?;
        PyInt::new(py, if self.is(PyBool::get(true)) { -2 } else { -1 })
    }
}

/// The operator as `int` has it, for operands that are not both bools.
fn int_operator(
    py: Py<'_>,
    a: &PyObject,
    b: &PyObject,
    slot: fn(&crate::slots::PyNumberMethods) -> Option<crate::slots::BinaryFunc>,
) -> PyResult<Ref<PyObject>> {
    match slot(&PyInt::static_type().as_number) {
        // SAFETY: slot call on live objects.
        Some(f) => unsafe { crate::error::owned_or_raised(py, f(a.as_ptr(), b.as_ptr())) },
        None => Ok(py.not_implemented()),
    }
}
