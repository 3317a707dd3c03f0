//! From Rust results to what C-ABI functions return. Used by the expansions of the macros.

use core::ffi::c_int;

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyBool, PyBytes, PyFloat, PyInt, PyNone, PyStr};
use crate::py::Py;
use crate::reference::{Layout, Ref};

/// Anything that can become a Python object.
pub trait IntoPy {
    /// The object.
    fn into_py(self, py: Py<'_>) -> PyResult<Ref<PyObject>>;
}

impl<T: Layout> IntoPy for Ref<T> {
    #[inline(always)]
    fn into_py(self, _py: Py<'_>) -> PyResult<Ref<PyObject>> {
        Ok(self.upcast())
    }
}
impl IntoPy for () {
    #[inline(always)]
    fn into_py(self, _py: Py<'_>) -> PyResult<Ref<PyObject>> {
        Ok(PyNone::get().to_ref())
    }
}
impl IntoPy for bool {
    #[inline(always)]
    fn into_py(self, _py: Py<'_>) -> PyResult<Ref<PyObject>> {
        Ok(PyBool::get(self).to_ref())
    }
}
impl IntoPy for f64 {
    #[inline]
    fn into_py(self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        PyFloat::new(py, self).map(Ref::upcast)
    }
}
macro_rules! small_ints {
    ($($ty:ty),*) => { $(impl IntoPy for $ty {
        #[inline]
        fn into_py(self, py: Py<'_>) -> PyResult<Ref<PyObject>> { PyInt::new(py, i64::from(self)).map(Ref::upcast) }
    })* };
}
small_ints!(i8, i16, i32, i64, u8, u16, u32);
impl IntoPy for isize {
    #[inline]
    fn into_py(self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        PyInt::new(py, self as i64).map(Ref::upcast)
    }
}
impl IntoPy for usize {
    #[inline]
    fn into_py(self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        PyInt::from_u64(py, self as u64).map(Ref::upcast)
    }
}
impl IntoPy for u64 {
    #[inline]
    fn into_py(self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        PyInt::from_u64(py, self).map(Ref::upcast)
    }
}
impl IntoPy for &str {
    fn into_py(self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        PyStr::new(py, self).map(Ref::upcast)
    }
}
impl IntoPy for String {
    fn into_py(self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        PyStr::new(py, &self).map(Ref::upcast)
    }
}
impl IntoPy for &[u8] {
    fn into_py(self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        PyBytes::new(py, self).map(Ref::upcast)
    }
}
impl IntoPy for Vec<u8> {
    fn into_py(self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        PyBytes::new(py, &self).map(Ref::upcast)
    }
}
impl<T: IntoPy> IntoPy for Option<T> {
    #[inline(always)]
    fn into_py(self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        match self {
            Some(x) => x.into_py(py),
            None => Ok(py.none()),
        }
    }
}
impl<T: IntoPy> IntoPy for PyResult<T> {
    #[inline(always)]
    fn into_py(self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self?.into_py(py)
    }
}

/// Anything a built-in function may return.
pub trait IntoReturn {
    /// An owned reference, or null with the exception set.
    fn into_return(self, py: Py<'_>) -> *mut PyObject;
}
impl<T: IntoPy> IntoReturn for T {
    #[inline(always)]
    fn into_return(self, py: Py<'_>) -> *mut PyObject {
        match self.into_py(py) {
            Ok(r) => r.into_raw(),
            Err(_) => core::ptr::null_mut(),
        }
    }
}

/// A plain value or a `PyResult` of it.
pub trait Fallible<T> {
    /// The `PyResult`.
    fn fallible(self) -> PyResult<T>;
}
impl<T> Fallible<T> for PyResult<T> {
    #[inline(always)]
    fn fallible(self) -> PyResult<T> {
        self
    }
}
macro_rules! infallible {
    ($($ty:ty),*) => { $(impl Fallible<$ty> for $ty { #[inline(always)] fn fallible(self) -> PyResult<$ty> { Ok(self) } })* };
}
infallible!((), bool, isize, Option<Ref<PyObject>>);

/// For `tp_iternext`: null without an exception means "exhausted".
#[inline(always)]
pub fn return_iternext<T: Layout>(r: PyResult<Option<Ref<T>>>) -> *mut PyObject {
    match r {
        Ok(Some(x)) => x.upcast().into_raw(),
        _ => core::ptr::null_mut(),
    }
}
/// For `am_send`: 1 for a yielded value, 0 for a returned one, -1 with the exception set.
///
/// # Safety
/// `out` takes a pointer.
pub unsafe fn return_send(r: PyResult<crate::protocol::iter::Sent>, out: *mut *mut PyObject) -> c_int {
    use crate::protocol::iter::Sent;
    let (value, status) = match r {
        Ok(Sent::Yielded(value)) => (value.into_raw(), 1),
        Ok(Sent::Returned(value)) => (value.into_raw(), 0),
        Err(_) => (core::ptr::null_mut(), -1),
    };
    // SAFETY: by contract.
    unsafe { *out = value };
    status
}
/// 0, or -1 with the exception set.
#[inline(always)]
pub fn return_status(r: impl Fallible<()>) -> c_int {
    if r.fallible().is_ok() { 0 } else { -1 }
}
/// 1, 0, or -1 with the exception set.
#[inline(always)]
pub fn return_bool(r: impl Fallible<bool>) -> c_int {
    r.fallible().map_or(-1, c_int::from)
}
/// A length, or -1 with the exception set.
#[inline(always)]
pub fn return_ssize(r: impl Fallible<isize>) -> isize {
    r.fallible().unwrap_or(-1)
}
/// A hash, never -1, or -1 with the exception set.
#[inline(always)]
pub fn return_hash(r: impl Fallible<isize>) -> isize {
    match r.fallible() {
        Ok(-1) => -2,
        Ok(h) => h,
        Err(_) => -1,
    }
}
