//! `int`: CPython's 30-bit-digit layout with `lv_tag`, small ints −5…256 as immortal statics.

use core::cell::Cell;

use crate::error::PyResult;
use crate::object::{PyObject, Static};
use crate::objects::r#type::flags;
use crate::py::Py;
use crate::reference::Ref;

/// `PyLongObject`. `lv_tag` = digit count << 3 | sign (0 positive, 1 zero, 2 negative).
#[repr(C)]
pub struct PyInt {
    pub(crate) ob_base: PyObject,
    pub(crate) lv_tag: Cell<usize>,
    pub(crate) ob_digit: [u32; 1],
}
declare_class!(
    PyInt,
    ob_base,
    c"int",
    itemsize = 4,
    flags = flags::BASETYPE | flags::LONG_SUBCLASS | flags::MATCH_SELF
);

static TRUE: Static<PyInt> = Static(PyInt {
    ob_base: PyObject::immortal(core::ptr::null()),
    lv_tag: Cell::new(1 << 3),
    ob_digit: [1],
});
static FALSE: Static<PyInt> =
    Static(PyInt { ob_base: PyObject::immortal(core::ptr::null()), lv_tag: Cell::new(1), ob_digit: [0] });

impl PyInt {
    pub(crate) fn true_object() -> &'static PyObject {
        &TRUE.0.ob_base
    }
    pub(crate) fn false_object() -> &'static PyObject {
        &FALSE.0.ob_base
    }
    /// An int of this value.
    pub fn new(py: Py<'_>, _value: i64) -> PyResult<Ref<PyInt>> {
        crate::bail!(py, SystemError, "int is not there yet")
    }
    /// An int of this value.
    pub fn from_u64(py: Py<'_>, _value: u64) -> PyResult<Ref<PyInt>> {
        crate::bail!(py, SystemError, "int is not there yet")
    }
    /// An int of this value.
    pub fn from_i128(py: Py<'_>, _value: i128) -> PyResult<Ref<PyInt>> {
        crate::bail!(py, SystemError, "int is not there yet")
    }
    /// The value when it fits.
    #[inline]
    pub fn as_i64(&self) -> Option<i64> {
        None
    }
    /// The value when it fits.
    pub fn as_u64(&self) -> Option<u64> {
        None
    }
    /// The low 64 bits in two's complement.
    pub fn as_u64_mask(&self) -> u64 {
        0
    }
    /// Below zero.
    pub fn is_negative(&self) -> bool {
        self.lv_tag.get() & 3 == 2
    }
    /// Zero.
    pub fn is_zero(&self) -> bool {
        self.lv_tag.get() & 3 == 1
    }
    /// The magnitude, least significant 30-bit digit first.
    pub fn digits(&self) -> &[u32] {
        // SAFETY: an int is allocated with as many digits as its tag says.
        unsafe { core::slice::from_raw_parts(self.ob_digit.as_ptr(), self.lv_tag.get() >> 3) }
    }
    /// An int from sign and magnitude (30-bit digits, leading zeros allowed).
    pub fn from_digits(py: Py<'_>, _negative: bool, _digits: &[u32]) -> PyResult<Ref<PyInt>> {
        crate::bail!(py, SystemError, "int is not there yet")
    }
    /// As a float; `OverflowError` "int too large to convert to float".
    pub fn to_f64(&self, py: Py<'_>) -> PyResult<f64> {
        crate::bail!(py, SystemError, "int is not there yet")
    }
}

/// Warns when `__index__` or `__int__` returned a strict subclass of int.
pub fn warn_strict_subclass(_py: Py<'_>, _method: &str, _result: &PyInt) -> PyResult<()> {
    Ok(())
}
