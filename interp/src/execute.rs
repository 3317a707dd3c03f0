//! Running code objects that are no function's: modules, `exec`, `eval`.

use krait_runtime::error::Raised;
use krait_runtime::objects::{PyDict, PyTuple};
use krait_runtime::{Py, PyClass, PyObject, PyResult, Ref};

use crate::dispatch::ensure_machine;
use crate::eval::eval_frame;
use crate::frame::Frame;
use crate::frame_stack;
use crate::objects::code::PyCode;
use crate::objects::function::PyFunction;
use crate::stackref::StackRef;

/// Runs `code` in the namespaces given (`PyEval_EvalCode`); without `locals` the globals are both. Builtins come from the globals.
pub fn run_code(
    py: Py<'_>,
    code: &PyCode,
    globals: &PyDict,
    locals: Option<&PyObject>,
) -> PyResult<Ref<PyObject>> {
    run_code_with_closure(py, code, globals, locals, None)
}

/// As [`run_code`], for code with free variables.
pub fn run_code_with_closure(
    py: Py<'_>,
    code: &PyCode,
    globals: &PyDict,
    locals: Option<&PyObject>,
    closure: Option<&PyTuple>,
) -> PyResult<Ref<PyObject>> {
    ensure_machine(py.thread());
    let function = PyFunction::new(py, code, globals)?;
    if let Some(closure) = closure {
        function.func_closure.set(closure.new_ref());
    }
    let locals = locals.unwrap_or(globals).to_ref();
    // SAFETY: the frame is made for this code and topmost; code without parameters needs no arguments, other code finds its
    // parameters unbound.
    unsafe {
        let frame = frame_stack::push(py.thread(), code.framesize());
        if frame.is_null() {
            return Err(py.no_memory());
        }
        Frame::init(
            frame,
            StackRef::owned(function.upcast()),
            code,
            locals.into_raw(),
            core::ptr::null_mut(),
            0,
        );
        let missing = code.co_argcount.get() + code.co_kwonlyargcount.get() != 0;
        if missing {
            return run_without_arguments(py, frame, code);
        }
        eval_frame(py, frame)
    }
}

/// Code with parameters, run without arguments: binds none, which raises unless all have defaults.
#[cold]
unsafe fn run_without_arguments(py: Py<'_>, frame: *mut Frame, code: &PyCode) -> PyResult<Ref<PyObject>> {
    // SAFETY: a fresh frame of this code.
    unsafe {
        let function: &PyFunction = Frame::function(frame);
        let bound =
            crate::call::bind(py, function, code, Frame::localsplus(frame), core::ptr::null_mut(), 0, None);
        if bound.is_err() {
            crate::unwind::clear_thread_frame(py, frame);
            return Err(Raised::already(py));
        }
        eval_frame(py, frame)
    }
}
