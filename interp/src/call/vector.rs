//! Calls across the loop's edge: of anything from slots of the evaluation stack, and of Python functions from Rust and C.

use krait_runtime::error::Raised;
use krait_runtime::objects::PyTuple;
use krait_runtime::protocol::call::ARGUMENTS_OFFSET;
use krait_runtime::{Py, PyObject, PyResult, Ref};

use super::generator::call_generator;
use super::push::push_function;
use crate::dispatch::ensure_machine;
use crate::eval::eval_frame;
use crate::objects::function::PyFunction;
use crate::stackref::StackRef;

/// Calls `callable` with `npos` positional arguments, then the values of `kwnames`, all in slots that stay the caller's. The slot
/// before the first one may be used by the callee for the time of the call.
///
/// # Safety
/// The slots are live and not empty; the one before them exists.
#[inline(never)]
pub unsafe fn call_slots(
    py: Py<'_>,
    callable: &PyObject,
    args: *mut StackRef,
    npos: usize,
    kwnames: Option<&PyTuple>,
) -> PyResult<Ref<PyObject>> {
    let total = npos + kwnames.map_or(0, PyTuple::len);
    // Slots become a plain argument vector in place; which ones were borrowed is remembered here.
    let mut borrowed = 0u64;
    // SAFETY: by contract.
    unsafe {
        for i in 0..total {
            let slot = args.add(i);
            if i < 64 {
                borrowed |= u64::from((*slot).is_borrowed()) << i;
                *slot = (*slot).untagged();
            } else {
                *slot = (*slot).make_owned();
            }
        }
        let result = callable.vectorcall_raw(py, args.cast(), npos | ARGUMENTS_OFFSET, kwnames);
        while borrowed != 0 {
            let slot = args.add(borrowed.trailing_zeros() as usize);
            *slot = (*slot).borrow();
            borrowed &= borrowed - 1;
        }
        result
    }
}

/// The vectorcall of every Python function.
///
/// # Safety
/// As the vectorcall protocol says; the thread is attached.
pub unsafe extern "C-unwind" fn function_vectorcall(
    function: *mut PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: by contract.
    unsafe {
        let py = Py::assume();
        let kwnames: Option<&PyTuple> = kwnames.cast::<PyTuple>().as_ref();
        let nargs = nargsf & !ARGUMENTS_OFFSET;
        let total = nargs + kwnames.map_or(0, PyTuple::len);
        let function: &PyFunction = (*function).cast_unchecked();
        let result = if total <= FEW {
            let mut slots = [StackRef::NULL; FEW];
            for (i, slot) in slots.iter_mut().enumerate().take(total) {
                *slot = StackRef::borrowed(&**args.add(i)).dup();
            }
            run_function(py, function, slots.as_mut_ptr(), nargs, kwnames)
        } else {
            let mut slots: Vec<StackRef> =
                (0..total).map(|i| StackRef::borrowed(&**args.add(i)).dup()).collect();
            run_function(py, function, slots.as_mut_ptr(), nargs, kwnames)
        };
        match result {
            Ok(value) => value.into_raw(),
            Err(_) => core::ptr::null_mut(),
        }
    }
}

/// Calls with more arguments than this take a heap block for them.
const FEW: usize = 8;

/// Runs a function in a new run of the loop. The arguments are moved out of their slots.
///
/// # Safety
/// The slots hold `nargs` values, then those of `kwnames`.
pub unsafe fn run_function(
    py: Py<'_>,
    function: &PyFunction,
    args: *mut StackRef,
    nargs: usize,
    kwnames: Option<&PyTuple>,
) -> PyResult<Ref<PyObject>> {
    if kwnames.is_none() {
        // SAFETY: by contract.
        if let Some(made) = unsafe { call_generator(py, function, args, nargs) } {
            return made;
        }
    }
    ensure_machine(py.thread());
    let callee = StackRef::borrowed(function).dup();
    // SAFETY: by contract.
    unsafe {
        let frame = push_function(py, callee, args, nargs, kwnames, core::ptr::null_mut());
        if frame.is_null() {
            return Err(Raised::already(py));
        }
        eval_frame(py, frame)
    }
}
