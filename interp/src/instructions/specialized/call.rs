//! `CALL` and `CALL_KW` of Python functions, methods and classes. Not here: native callables (`call_native.rs`).

use krait_runtime::Py;
use krait_runtime::objects::method::PyMethod;
use krait_runtime::objects::r#type::flags;
use krait_runtime::objects::{PyHeapType, PyType};

use super::super::access::{clear_slots, copy_slots, guard};
use super::super::call::{call_on_stack, expand_method};
use super::super::resume::enter;
use crate::call::{init_cleanup, push_function};
use crate::dispatch::{Cx, Step};
use crate::frame::{Frame, Owner};
use crate::frame_stack;
use crate::objects::code::PyCode;
use crate::objects::function::PyFunction;
use crate::stackref::StackRef;

/// Enters a function that takes exactly the arguments given and keeps no namespace, as its version says. `function` (owned) and
/// the arguments move into the new frame; the stack is cut at `sp`.
///
/// # Safety
/// As said; there are that many arguments.
#[inline(always)]
unsafe fn enter_exact(
    cx: &mut Cx<'_>,
    callee: StackRef,
    args: *mut StackRef,
    nargs: usize,
    sp: *mut StackRef,
    return_offset: u16,
) -> Step {
    // SAFETY: by contract.
    unsafe {
        let ts = cx.py.thread();
        let function: &PyFunction = callee.get().cast_unchecked();
        let code = function.code();
        let frame = frame_stack::push_here(ts, code.framesize());
        guard!(!frame.is_null());
        let locals = Frame::localsplus(frame);
        let slots = code.nlocalsplus();
        code.incref();
        frame.write(Frame {
            f_executable: StackRef::borrowed(code).counted(),
            previous: cx.frame,
            f_funcobj: callee,
            f_globals: function.func_globals.as_raw(),
            f_builtins: function.func_builtins.as_raw(),
            f_locals: core::ptr::null_mut(),
            frame_obj: core::ptr::null_mut(),
            instr_ptr: code.first_instr(),
            stackpointer: locals.add(slots),
            return_offset: 0,
            owner: Owner::Thread,
            visited: 0,
        });
        copy_slots(args, locals, nargs);
        clear_slots(locals, nargs, slots);
        (*cx.frame).stackpointer = sp;
        (*cx.frame).return_offset = return_offset;
        ts.current_frame.set(frame.cast());
        ts.py_recursion_remaining.set(ts.py_recursion_remaining.get() - 1);
        cx.frame = frame;
        cx.ip = code.first_instr();
        cx.sp = locals.add(slots);
        Step::Jump
    }
}

/// A frame of the clean-up code over `previous` that holds `instance` (moved); null on an error.
#[inline(never)]
unsafe fn push_holder(py: Py<'_>, cleanup: &PyCode, previous: *mut Frame, instance: StackRef) -> *mut Frame {
    // SAFETY: the loop runs on this thread.
    unsafe {
        let frame = frame_stack::push(py.thread(), cleanup.framesize());
        if frame.is_null() {
            instance.close();
            let _ = py.no_memory();
            return frame;
        }
        frame.write(Frame {
            f_executable: StackRef::borrowed(cleanup),
            owner: Owner::Thread,
            ..Frame::entry(previous, cleanup.first_instr())
        });
        let held = Frame::localsplus(frame);
        *held = instance;
        (*frame).stackpointer = held.add(1);
        frame
    }
}

instructions! {
    /// A Python function with exactly the arguments it takes.
    fn CALL_PY_EXACT_ARGS(cx, oparg) {
        let nargs = oparg as usize;
        let callable = cx.slot(nargs + 2);
        let Some(function) = (*callable).get().downcast_exact::<PyFunction>() else { return Step::Deopt };
        guard!(function.func_version.get() == cx.cache32(1));
        let total = nargs + usize::from(!cx.peek(nargs + 1).is_null());
        guard!(function.code().co_argcount.get() as usize == total);
        guard!(cx.py.thread().py_recursion_remaining.get() > 1);
        enter_exact(cx, *callable, cx.slot(total), total, callable, 4)
    }

    /// A bound Python method with exactly the arguments it takes.
    fn CALL_BOUND_METHOD_EXACT_ARGS(cx, oparg) {
        let nargs = oparg as usize;
        guard!(cx.peek(nargs + 1).is_null());
        let callable = cx.slot(nargs + 2);
        let Some(method) = (*callable).get().downcast_exact::<PyMethod>() else { return Step::Deopt };
        let Some(function) = method.function().downcast_exact::<PyFunction>() else { return Step::Deopt };
        guard!(function.func_version.get() == cx.cache32(1));
        guard!(function.code().co_argcount.get() as usize == nargs + 1);
        guard!(cx.py.thread().py_recursion_remaining.get() > 1);
        expand_method(cx, nargs);
        enter_exact(cx, *callable, cx.slot(nargs + 1), nargs + 1, callable, 4)
    }

    /// A Python function, with arguments to bind.
    fn CALL_PY_GENERAL(cx, oparg) {
        let nargs = oparg as usize;
        let Some(function) = cx.object(nargs + 2).downcast_exact::<PyFunction>() else { return Step::Deopt };
        guard!(function.func_version.get() == cx.cache32(1));
        call_on_stack(cx, nargs, None, 3)
    }

    /// A bound Python method, with arguments to bind.
    fn CALL_BOUND_METHOD_GENERAL(cx, oparg) {
        let nargs = oparg as usize;
        guard!(cx.peek(nargs + 1).is_null());
        let Some(method) = cx.object(nargs + 2).downcast_exact::<PyMethod>() else { return Step::Deopt };
        let Some(function) = method.function().downcast_exact::<PyFunction>() else { return Step::Deopt };
        guard!(function.func_version.get() == cx.cache32(1));
        expand_method(cx, nargs);
        call_on_stack(cx, nargs, None, 3)
    }

    /// A class with the plain `__new__` and a Python `__init__`, which runs in this run of the loop: under it stands a frame that
    /// holds the new object and checks what `__init__` returns.
    fn CALL_ALLOC_AND_ENTER_INIT(cx, oparg) {
        let nargs = oparg as usize;
        guard!(cx.peek(nargs + 1).is_null());
        let callable = cx.slot(nargs + 2);
        let Some(class) = (*callable).get().downcast_exact::<PyType>() else { return Step::Deopt };
        guard!(class.tp_version_tag.get() == cx.cache32(1));
        guard!(class.has(flags::HEAPTYPE));
        let init = class.cast_unchecked::<PyHeapType>()._spec_cache.init.get();
        guard!(!init.is_null());
        let ts = cx.py.thread();
        guard!(ts.py_recursion_remaining.get() > 2);
        let cleanup = init_cleanup(cx.py);
        guard!(!cleanup.is_null());
        let instance = krait_runtime::memory::tp_alloc(class, 0);
        if instance.is_null() {
            return Step::Error;
        }
        let instance = StackRef::from_raw(instance);
        let shim = push_holder(cx.py, &*cleanup, cx.frame, instance);
        if shim.is_null() {
            return Step::Error;
        }
        // The class gives its place to the function, the self slot to the instance.
        let function: &PyFunction = (*init).cast_unchecked();
        let class = *callable;
        *callable = StackRef::NULL;
        *cx.slot(nargs + 1) = instance.dup();
        let callee = StackRef::borrowed(function).dup();
        let frame = push_function(cx.py, callee, cx.slot(nargs + 1), nargs + 1, None, shim);
        class.close();
        cx.sp = callable;
        if frame.is_null() {
            frame_stack::pop(ts, shim);
            instance.close();
            return Step::Error;
        }
        (*cx.frame).return_offset = 4;
        (*cx.frame).stackpointer = cx.sp;
        ts.py_recursion_remaining.set(ts.py_recursion_remaining.get() - 1);
        cx.frame = shim;
        cx.sp = (*shim).stackpointer;
        enter(cx, frame)
    }

    /// A Python function, with keyword arguments.
    fn CALL_KW_PY(cx, oparg) {
        let nargs = oparg as usize;
        let Some(function) = cx.object(nargs + 3).downcast_exact::<PyFunction>() else { return Step::Deopt };
        guard!(function.func_version.get() == cx.cache32(1));
        let kwnames = cx.pop();
        let step = call_on_stack(cx, nargs, Some(kwnames.get().cast_unchecked()), 3);
        kwnames.close();
        step
    }

    /// A bound Python method, with keyword arguments.
    fn CALL_KW_BOUND_METHOD(cx, oparg) {
        let nargs = oparg as usize;
        guard!(cx.peek(nargs + 2).is_null());
        let Some(method) = cx.object(nargs + 3).downcast_exact::<PyMethod>() else { return Step::Deopt };
        let Some(function) = method.function().downcast_exact::<PyFunction>() else { return Step::Deopt };
        guard!(function.func_version.get() == cx.cache32(1));
        let kwnames = cx.pop();
        expand_method(cx, nargs);
        let step = call_on_stack(cx, nargs, Some(kwnames.get().cast_unchecked()), 3);
        kwnames.close();
        step
    }

    /// Neither a Python function nor a bound method, with keyword arguments.
    fn CALL_KW_NON_PY(cx, oparg) {
        let callable = cx.object(oparg as usize + 3);
        guard!(callable.downcast_exact::<PyFunction>().is_none());
        guard!(callable.downcast_exact::<PyMethod>().is_none());
        let kwnames = cx.pop();
        let step = call_on_stack(cx, oparg as usize, Some(kwnames.get().cast_unchecked()), 3);
        kwnames.close();
        step
    }
}
