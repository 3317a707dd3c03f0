//! Frames for Python functions about to run.

use krait_bytecode::CodeFlags;
use krait_runtime::objects::{PyDict, PyTuple};
use krait_runtime::{Py, PyObject};

use super::bind;
use crate::frame::Frame;
use crate::frame_stack;
use crate::objects::code::PyCode;
use crate::objects::function::PyFunction;
use crate::stackref::StackRef;
use crate::unwind;

/// The namespace of a function's frame: its globals, for code that keeps names in one (class bodies get theirs elsewhere).
#[inline(always)]
fn namespace(function: &PyFunction, code: &PyCode) -> *mut PyObject {
    if code.has(CodeFlags::OPTIMIZED) {
        return core::ptr::null_mut();
    }
    let globals = function.func_globals.as_raw();
    // SAFETY: a function's globals live as long as it.
    unsafe { (*globals).incref() };
    globals.cast()
}

/// A frame for a call: `args` holds `nargs` positional arguments, then the values of `kwnames`. All of them and `function` are
/// moved out, also on an error, which gives null.
///
/// # Safety
/// `function` is an owned slot with a function; the arguments are live slots; the thread's machine is in place.
#[inline(never)]
pub unsafe fn push_function(
    py: Py<'_>,
    function: StackRef,
    args: *mut StackRef,
    nargs: usize,
    kwnames: Option<&PyTuple>,
    previous: *mut Frame,
) -> *mut Frame {
    // SAFETY: by contract.
    unsafe {
        let f: &PyFunction = function.get().cast_unchecked();
        let code = &*f.func_code.as_raw();
        let frame = frame_stack::push(py.thread(), code.framesize());
        if frame.is_null() {
            return no_frame(py, function, args, nargs + kwnames.map_or(0, PyTuple::len));
        }
        if kwnames.is_none() && bind::is_exact(code, nargs) {
            Frame::init(frame, function, code, namespace(f, code), previous, nargs);
            let locals = Frame::localsplus(frame);
            crate::instructions::access::copy_slots(args, locals, nargs);
            return frame;
        }
        if kwnames.is_none()
            && let Some(defaults) = bind::plain_defaults(f, code, nargs)
        {
            Frame::init(frame, function, code, namespace(f, code), previous, nargs + defaults.len());
            let locals = Frame::localsplus(frame);
            crate::instructions::access::copy_slots(args, locals, nargs);
            for (i, value) in defaults.iter().enumerate() {
                *locals.add(nargs + i) = StackRef::borrowed(value).dup_object();
            }
            return frame;
        }
        Frame::init(frame, function, code, namespace(f, code), previous, 0);
        if bind::bind(py, f, code, Frame::localsplus(frame), args, nargs, kwnames).is_err() {
            unwind::clear_thread_frame(py, frame);
            return core::ptr::null_mut();
        }
        frame
    }
}

#[cold]
#[inline(never)]
unsafe fn no_frame(py: Py<'_>, function: StackRef, args: *mut StackRef, count: usize) -> *mut Frame {
    // SAFETY: everything handed in is released.
    unsafe {
        for i in 0..count {
            (*args.add(i)).close();
        }
        function.close();
    }
    let _ = py.no_memory();
    core::ptr::null_mut()
}

/// A frame for a call with an argument tuple and an optional keyword dict; both are only read. Null on an error.
///
/// # Safety
/// `function` is an owned slot with a function, which is moved; the thread's machine is in place.
pub unsafe fn push_function_ex(
    py: Py<'_>,
    function: StackRef,
    args: &PyTuple,
    kwargs: Option<&PyDict>,
    previous: *mut Frame,
) -> *mut Frame {
    /// Calls with fewer arguments than this take no heap block for them.
    const FEW: usize = 8;
    let kwargs = kwargs.filter(|k| !k.is_empty());
    if kwargs.is_none() && args.len() <= FEW {
        let mut slots = [StackRef::NULL; FEW];
        for (slot, arg) in slots.iter_mut().zip(args.as_slice()) {
            *slot = StackRef::borrowed(arg).dup_object();
        }
        // SAFETY: by contract; the arguments move out of the array.
        return unsafe { push_function(py, function, slots.as_mut_ptr(), args.len(), None, previous) };
    }
    let mut slots: Vec<StackRef> = Vec::with_capacity(args.len() + kwargs.map_or(0, PyDict::len));
    slots.extend(args.as_slice().iter().map(|a| StackRef::owned(a.clone())));
    let mut kwnames = None;
    if let Some(kwargs) = kwargs {
        let mut names = Vec::with_capacity(kwargs.len());
        for (name, value) in kwargs.items_snapshot() {
            names.push(name);
            slots.push(StackRef::owned(value));
        }
        match PyTuple::from_vec(py, names) {
            Ok(names) => kwnames = Some(names),
            // SAFETY: the slots are released with the function.
            Err(_) => return unsafe { no_frame(py, function, slots.as_mut_ptr(), slots.len()) },
        }
    }
    // SAFETY: by contract; the arguments move out of the vector, which itself releases nothing.
    unsafe { push_function(py, function, slots.as_mut_ptr(), args.len(), kwnames.as_deref(), previous) }
}
