//! `weakref.proxy`: a weak reference that passes everything on to its object.

use krait_macros::{pyclass, pymethods};

use super::PyWeakReference;
use crate::error::PyResult;
use crate::id;
use crate::object::PyObject;
use crate::objects::{PyDict, PyStr, PyTuple, PyType};
use crate::protocol::number;
use crate::protocol::object::CompareOp;
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};

/// `weakref.ProxyType`.
#[pyclass(module = "weakref", name = "ProxyType", gc, manual, disallow_instantiation)]
#[repr(C)]
pub struct PyProxy {
    base: PyWeakReference,
}

/// `weakref.CallableProxyType`.
#[pyclass(module = "weakref", name = "CallableProxyType", gc, manual, disallow_instantiation)]
#[repr(C)]
pub struct PyCallableProxy {
    base: PyWeakReference,
}

/// True for the two proxy types.
pub fn is_proxy_type(cls: &PyType) -> bool {
    core::ptr::eq(cls, PyProxy::type_object()) || core::ptr::eq(cls, PyCallableProxy::type_object())
}

/// `weakref.proxy(object, callback)`.
pub fn proxy(py: Py<'_>, object: &PyObject, callback: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
    let cls = if object.is_callable() { PyCallableProxy::type_object() } else { PyProxy::type_object() };
    PyWeakReference::make(py, cls, object, callback)
}

/// What a proxy stands for; other objects stand for themselves.
fn unwrap(py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
    if !is_proxy_type(object.ty()) {
        return Ok(object.to_ref());
    }
    // SAFETY: proxies have a reference's layout.
    let reference: &PyWeakReference = unsafe { object.cast_unchecked() };
    reference.target().ok_or_else(|| raise!(py, ReferenceError, "weakly-referenced object no longer exists"))
}

macro_rules! proxy_methods {
    ($ty:ident, $name:literal, { $($more:tt)* }) => {
        #[pymethods(class = $name)]
        impl $ty {
            #[slot]
            unsafe extern "C-unwind" fn tp_dealloc(op: *mut PyObject) {
                // SAFETY: proxies have a reference's layout.
                unsafe { PyWeakReference::tp_dealloc(op) }
            }
            #[slot]
            unsafe extern "C-unwind" fn tp_traverse(
                op: *mut PyObject,
                visit: crate::slots::VisitProc,
                arg: *mut core::ffi::c_void,
            ) -> core::ffi::c_int {
                // SAFETY: proxies have a reference's layout.
                unsafe { PyWeakReference::tp_traverse(op, visit, arg) }
            }
            #[slot]
            unsafe extern "C-unwind" fn tp_clear(op: *mut PyObject) -> core::ffi::c_int {
                // SAFETY: proxies have a reference's layout.
                unsafe { PyWeakReference::tp_clear(op) }
            }
            #[slot]
            fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
                let this: &PyObject = self;
                match unwrap(py, this) {
                    Ok(object) => PyStr::new(
                        py,
                        &format!("<weakproxy at {:#x}; to '{}' at {:#x}>", this.id(), object.ty().qualified_name(), object.id()),
                    ),
                    Err(raised) => {
                        py.clear_error(raised);
                        PyStr::new(py, &format!("<weakproxy at {:#x}; dead>", this.id()))
                    }
                }
            }
            #[slot]
            fn tp_str(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
                unwrap(py, self)?.str(py)
            }
            #[slot]
            fn tp_getattro(&self, py: Py<'_>, name: &PyObject) -> PyResult<Ref<PyObject>> {
                let object = unwrap(py, self)?;
                match name.downcast::<PyStr>() {
                    Some(name) => object.get_attr(py, name),
                    None => Err(raise!(py, TypeError, "attribute name must be string, not '{}'", name.ty().name())),
                }
            }
            #[slot]
            fn tp_setattro(&self, py: Py<'_>, name: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
                let object = unwrap(py, self)?;
                match name.downcast::<PyStr>() {
                    Some(name) => object.assign_attr(py, name, value),
                    None => Err(raise!(py, TypeError, "attribute name must be string, not '{}'", name.ty().name())),
                }
            }
            #[slot]
            fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
                unwrap(py, self)?.rich_compare(py, &*unwrap(py, other)?, op)
            }
            #[slot]
            fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
                unwrap(py, self)?.iter(py)
            }
            #[slot]
            fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
                let object = unwrap(py, self)?;
                if !object.is_iterator() {
                    return Err(raise!(
                        py,
                        TypeError,
                        "Weakref proxy referenced a non-iterator '{}' object",
                        object.ty().name()
                    ));
                }
                object.next(py)
            }
            #[slot]
            fn nb_add(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, a)?.binary_op(py, &*unwrap(py, b)?, number::ADD)
            }
            #[slot]
            fn nb_subtract(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, a)?.binary_op(py, &*unwrap(py, b)?, number::SUBTRACT)
            }
            #[slot]
            fn nb_multiply(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, a)?.binary_op(py, &*unwrap(py, b)?, number::MULTIPLY)
            }
            #[slot]
            fn nb_remainder(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, a)?.binary_op(py, &*unwrap(py, b)?, number::REMAINDER)
            }
            #[slot]
            fn nb_floor_divide(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, a)?.binary_op(py, &*unwrap(py, b)?, number::FLOOR_DIVIDE)
            }
            #[slot]
            fn nb_true_divide(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, a)?.binary_op(py, &*unwrap(py, b)?, number::TRUE_DIVIDE)
            }
            #[slot]
            fn nb_matrix_multiply(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, a)?.binary_op(py, &*unwrap(py, b)?, number::MATRIX_MULTIPLY)
            }
            #[slot]
            fn nb_lshift(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, a)?.binary_op(py, &*unwrap(py, b)?, number::LSHIFT)
            }
            #[slot]
            fn nb_rshift(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, a)?.binary_op(py, &*unwrap(py, b)?, number::RSHIFT)
            }
            #[slot]
            fn nb_and(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, a)?.binary_op(py, &*unwrap(py, b)?, number::AND)
            }
            #[slot]
            fn nb_or(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, a)?.binary_op(py, &*unwrap(py, b)?, number::OR)
            }
            #[slot]
            fn nb_xor(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, a)?.binary_op(py, &*unwrap(py, b)?, number::XOR)
            }
            #[slot]
            fn nb_divmod(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, a)?.divmod(py, &*unwrap(py, b)?)
            }
            #[slot]
            fn nb_power(py: Py<'_>, a: &PyObject, b: &PyObject, c: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, a)?.power(py, &*unwrap(py, b)?, &*unwrap(py, c)?)
            }
            #[slot]
            fn nb_inplace_power(&self, py: Py<'_>, other: &PyObject, modulus: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, self)?.inplace_power(py, &*unwrap(py, other)?, &*unwrap(py, modulus)?)
            }
            #[slot]
            fn nb_inplace_add(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, self)?.inplace_op(py, &*unwrap(py, other)?, number::ADD)
            }
            #[slot]
            fn nb_inplace_subtract(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, self)?.inplace_op(py, &*unwrap(py, other)?, number::SUBTRACT)
            }
            #[slot]
            fn nb_inplace_multiply(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, self)?.inplace_op(py, &*unwrap(py, other)?, number::MULTIPLY)
            }
            #[slot]
            fn nb_inplace_or(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, self)?.inplace_op(py, &*unwrap(py, other)?, number::OR)
            }
            #[slot]
            fn nb_inplace_and(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, self)?.inplace_op(py, &*unwrap(py, other)?, number::AND)
            }
            #[slot]
            fn nb_inplace_xor(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, self)?.inplace_op(py, &*unwrap(py, other)?, number::XOR)
            }
            #[slot]
            fn nb_inplace_remainder(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, self)?.inplace_op(py, &*unwrap(py, other)?, number::REMAINDER)
            }
            #[slot]
            fn nb_inplace_floor_divide(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, self)?.inplace_op(py, &*unwrap(py, other)?, number::FLOOR_DIVIDE)
            }
            #[slot]
            fn nb_inplace_true_divide(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, self)?.inplace_op(py, &*unwrap(py, other)?, number::TRUE_DIVIDE)
            }
            #[slot]
            fn nb_inplace_matrix_multiply(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, self)?.inplace_op(py, &*unwrap(py, other)?, number::MATRIX_MULTIPLY)
            }
            #[slot]
            fn nb_inplace_lshift(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, self)?.inplace_op(py, &*unwrap(py, other)?, number::LSHIFT)
            }
            #[slot]
            fn nb_inplace_rshift(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, self)?.inplace_op(py, &*unwrap(py, other)?, number::RSHIFT)
            }
            #[slot]
            fn nb_negative(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
                unwrap(py, self)?.negative(py)
            }
            #[slot]
            fn nb_positive(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
                unwrap(py, self)?.positive(py)
            }
            #[slot]
            fn nb_absolute(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
                unwrap(py, self)?.absolute(py)
            }
            #[slot]
            fn nb_invert(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
                unwrap(py, self)?.invert(py)
            }
            #[slot]
            fn nb_bool(&self, py: Py<'_>) -> PyResult<bool> {
                unwrap(py, self)?.is_true(py)
            }
            #[slot]
            fn nb_int(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
                crate::objects::int::int_of(py, &*unwrap(py, self)?).map(Ref::upcast)
            }
            #[slot]
            fn nb_float(&self, py: Py<'_>) -> PyResult<f64> {
                crate::objects::PyFloat::value_of(py, &*unwrap(py, self)?)
            }
            #[slot]
            fn nb_index(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
                unwrap(py, self)?.index(py).map(Ref::upcast)
            }
            #[slot]
            fn sq_length(&self, py: Py<'_>) -> PyResult<isize> {
                unwrap(py, self)?.len(py)
            }
            #[slot]
            fn mp_length(&self, py: Py<'_>) -> PyResult<isize> {
                unwrap(py, self)?.len(py)
            }
            #[slot]
            fn sq_contains(&self, py: Py<'_>, item: &PyObject) -> PyResult<bool> {
                unwrap(py, self)?.contains(py, item)
            }
            #[slot]
            fn mp_subscript(&self, py: Py<'_>, key: &PyObject) -> PyResult<Ref<PyObject>> {
                unwrap(py, self)?.get_item(py, &*unwrap(py, key)?)
            }
            #[slot]
            fn mp_ass_subscript(&self, py: Py<'_>, key: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
                let object = unwrap(py, self)?;
                match value {
                    Some(value) => object.set_item(py, key, value),
                    None => object.del_item(py, key),
                }
            }
            $($more)*
        }
    };
}

proxy_methods!(PyProxy, "weakref.ProxyType", {
    #[pymethod]
    fn __bytes__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        unwrap(py, self)?.call_method(py, id!(py, "__bytes__"), &[])
    }
    #[pymethod]
    fn __reversed__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        unwrap(py, self)?.call_method(py, id!(py, "__reversed__"), &[])
    }
});
proxy_methods!(PyCallableProxy, "weakref.CallableProxyType", {
    #[slot]
    fn tp_call(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        unwrap(py, self)?.call_dict(py, args, kwargs)
    }
});
