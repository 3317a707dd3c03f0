//! Types whose instances are called through vectorcall, written in safe Rust: a trait for the call itself, and the field that
//! `#[pyclass(vectorcall_offset = field)]` names.

use crate::args::Args;
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyDict, PyStr, PyTuple};
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};
use crate::slots::VectorcallFunc;

/// Instances are called with an argument vector.
pub trait Vectorcall: PyClass {
    /// The call.
    fn vectorcall(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>>;
}

/// The field that holds an instance's vectorcall function.
#[repr(transparent)]
pub struct VectorcallField(Option<VectorcallFunc>);

impl VectorcallField {
    /// The field of instances of `T`.
    pub const fn of<T: Vectorcall>() -> VectorcallField {
        VectorcallField(Some(entry::<T>))
    }
}

unsafe extern "C-unwind" fn entry<T: Vectorcall>(
    callable: *mut PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: vectorcall protocol: the callable is a T (the field is one of its own), the arguments live through the call.
    let result = unsafe {
        let nargs = nargsf & !super::call::ARGUMENTS_OFFSET;
        (*callable).cast_unchecked::<T>().vectorcall(Py::assume(), Args::from_raw(args, nargs, kwnames))
    };
    result.map_or(core::ptr::null_mut(), Ref::into_raw)
}

/// Runs `f` with a tuple and a keyword dict laid out as an argument vector: `tp_call` of a type that is called through vectorcall.
pub fn spread<R>(
    py: Py<'_>,
    args: &PyTuple,
    kwargs: Option<&PyDict>,
    f: impl FnOnce(Args<'_>) -> PyResult<R>,
) -> PyResult<R> {
    let mut all: Vec<&PyObject> = args.as_slice().iter().map(|a| &**a).collect();
    let Some(kwargs) = kwargs.filter(|k| !k.is_empty()) else { return f(Args::positional_only(&all)) };
    let items = kwargs.items_snapshot();
    let mut names = Vec::with_capacity(items.len());
    for (name, value) in &items {
        if name.downcast::<PyStr>().is_none() {
            return Err(raise!(py, TypeError, "keywords must be strings"));
        }
        names.push(name.clone());
        all.push(value);
    }
    let names = PyTuple::from_vec(py, names)?;
    match Args::new(&all, args.len(), Some(&names)) {
        Some(args) => f(args),
        None => Err(raise!(py, SystemError, "keyword names do not match the arguments")),
    }
}
