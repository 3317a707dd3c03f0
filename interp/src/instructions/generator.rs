//! Generators, coroutines, asynchronous iteration: suspending and resuming frames.

use krait_runtime::objects::PyNone;
use krait_runtime::{Py, PyObject, PyResult, Ref, raise};

use super::access::{attempt, guard};
use super::resume::go_on;
use crate::dispatch::{Cx, Step};
use crate::elsewhere;
use crate::frame::{CodeUnit, Frame, Owner};
use crate::frame_stack;
use crate::objects::async_generator::ASend;
use crate::objects::generator::{PyCoroutine, PyGen, Sent, frame_state};
use crate::specialize;
use crate::stackref::StackRef;
use crate::tracing;

/// `aiter(value)`.
#[inline(never)]
fn get_aiter(py: Py<'_>, value: &PyObject) -> PyResult<Ref<PyObject>> {
    // SAFETY: slot tables live as long as their type; the slot takes a live object.
    let slot = unsafe { value.ty().tp_as_async.get().as_ref() }.and_then(|t| t.am_aiter.get());
    let Some(am_aiter) = slot else {
        return Err(raise!(
            py,
            TypeError,
            "'async for' requires an object with __aiter__ method, got {}",
            value.ty().name()
        ));
    };
    // SAFETY: as above.
    let iterator = unsafe { krait_runtime::error::owned_or_raised(py, am_aiter(value.as_ptr()))? };
    // SAFETY: as above.
    let has_anext =
        unsafe { iterator.ty().tp_as_async.get().as_ref() }.is_some_and(|t| t.am_anext.get().is_some());
    if !has_anext {
        return Err(raise!(
            py,
            TypeError,
            "'async for' received an object from __aiter__ that does not implement __anext__: {}",
            iterator.ty().name()
        ));
    }
    Ok(iterator)
}

/// The awaitable's iterator; a coroutine that is awaited already is refused.
#[inline(never)]
fn get_awaitable(py: Py<'_>, value: &PyObject, oparg: u32) -> PyResult<Ref<PyObject>> {
    let iterator = match elsewhere::awaitable_iter(py, value) {
        Ok(it) => it,
        Err(raised) => {
            // SAFETY: slot tables live as long as their type.
            let awaitable =
                unsafe { value.ty().tp_as_async.get().as_ref() }.is_some_and(|t| t.am_await.get().is_some());
            if !awaitable && (oparg == 1 || oparg == 2) {
                py.clear_error(raised);
                let method = if oparg == 1 { "__aenter__" } else { "__aexit__" };
                return Err(raise!(
                    py,
                    TypeError,
                    "'async with' received an object from {method} that does not implement __await__: {}",
                    value.ty().name()
                ));
            }
            return Err(raised);
        }
    };
    if let Some(coroutine) = iterator.downcast_exact::<PyCoroutine>()
        && elsewhere::is_awaited_already(coroutine)
    {
        return Err(raise!(py, RuntimeError, "coroutine is being awaited already"));
    }
    Ok(iterator)
}

/// `receiver.send(value)` of anything: the yielded value, or the returned one. A `StopIteration` is an event of the instruction at
/// `instr`.
///
/// # Safety
/// `frame` is running, its stack pointer up to date.
#[inline(never)]
unsafe fn send(
    py: Py<'_>,
    frame: *mut Frame,
    instr: *const CodeUnit,
    receiver: &PyObject,
    value: &PyObject,
) -> PyResult<Result<Ref<PyObject>, Ref<PyObject>>> {
    if let Some(item) = receiver.downcast_exact::<ASend>()
        && !tracing::watches_raised(py)
    {
        // The `StopIteration` that would carry the item, nobody could see.
        return Ok(match item.step_sent(py, (!value.is_none()).then_some(value))? {
            Sent::Yielded(value) => Ok(value),
            Sent::Returned(value) => Err(value),
        });
    }
    // SAFETY: slot tables live as long as their type; the slot takes live objects.
    unsafe {
        if let Some(am_send) = receiver.ty().tp_as_async.get().as_ref().and_then(|t| t.am_send.get()) {
            let mut result = core::ptr::null_mut();
            return match am_send(receiver.as_ptr(), value.as_ptr(), &raw mut result) {
                1 => Ok(Ok(Ref::from_owned(result))),
                0 => Ok(Err(Ref::from_owned(result))),
                _ => Err(krait_runtime::Raised::already(py)),
            };
        }
    }
    let outcome = if value.is_none() && receiver.is_iterator() {
        match receiver.ty().tp_iternext.get() {
            // SAFETY: slot call on a live object; null means exhausted or raised.
            Some(next) => unsafe {
                let item = next(receiver.as_ptr());
                if item.is_null() {
                    if !py.has_error() {
                        return Ok(Err(py.none()));
                    }
                    Err(krait_runtime::Raised::already(py))
                } else {
                    Ok(Ref::from_owned(item))
                }
            },
            None => Ok(py.none()),
        }
    } else {
        receiver.call_method(py, krait_runtime::id!(py, "send"), &[value])
    };
    match outcome {
        Ok(item) => Ok(Ok(item)),
        Err(raised) => {
            if py.error_matches(krait_runtime::objects::exceptions::types::StopIteration()) {
                // SAFETY: by contract.
                unsafe { tracing::raised(py, frame, instr) };
                let exc = py.fetch(raised);
                return super::exception::stop_value(py, &exc).map(Err);
            }
            Err(raised)
        }
    }
}

/// The generator behind `object` when it is one that can be resumed in this run of the loop.
#[inline(always)]
pub(super) fn resumable(object: &PyObject) -> Option<&PyGen> {
    if object.downcast_exact::<PyGen>().is_none() && object.downcast_exact::<PyCoroutine>().is_none() {
        return None;
    }
    // SAFETY: generator and coroutine have the same layout.
    let g: &PyGen = unsafe { object.cast_unchecked() };
    (g.gi_frame_state.get() < frame_state::EXECUTING).then_some(g)
}

/// Enters a suspended generator with `value` sent to it (moved).
#[inline(always)]
unsafe fn resume_generator(
    cx: &mut Cx<'_>,
    generator: &PyGen,
    value: StackRef,
    return_offset: usize,
) -> Step {
    // SAFETY: `resumable` has said that the frame is suspended.
    unsafe {
        let frame = generator.frame();
        *(*frame).stackpointer = value;
        (*frame).stackpointer = (*frame).stackpointer.add(1);
        generator.gi_frame_state.set(frame_state::EXECUTING);
        let ts = cx.py.thread();
        generator.gi_exc_state.previous.set(ts.exc_info.get());
        ts.exc_info.set(&generator.gi_exc_state);
        (*cx.frame).return_offset = return_offset as u16;
        (*frame).previous = cx.frame;
        super::resume::enter(cx, frame)
    }
}

/// The generator, coroutine or async generator for the frame's function.
#[inline(never)]
unsafe fn make(py: Py<'_>, frame: *mut Frame) -> PyResult<Ref<PyObject>> {
    // SAFETY: the frame runs a function.
    unsafe { elsewhere::make_generator(py, Frame::function(frame)) }
}

instructions! {
    /// Make the generator from this frame and return it to the caller.
    fn RETURN_GENERATOR(cx, _) {
        let frame = cx.frame;
        let object = attempt!(make(cx.py, frame));
        let g: &PyGen = object.cast_unchecked();
        (*frame).instr_ptr = cx.ip;
        (*frame).stackpointer = cx.sp;
        let caller = (*frame).previous;
        let inside = g.frame();
        Frame::move_to(frame, inside);
        (*inside).owner = Owner::Generator;
        if !(*inside).frame_obj.is_null() {
            (*(*inside).frame_obj).f_frame.set(inside);
        }
        g.gi_frame_state.set(frame_state::CREATED);
        let ts = cx.py.thread();
        ts.py_recursion_remaining.set(ts.py_recursion_remaining.get() + 1);
        ts.current_frame.set(caller.cast());
        frame_stack::pop(ts, frame);
        let units = (*caller).return_offset as usize;
        go_on(cx, caller, units, StackRef::owned(object))
    }

    /// Yield the value to the caller; the sent value comes back.
    fn YIELD_VALUE(cx, oparg) {
        let value = cx.pop().make_owned();
        let frame = cx.frame;
        (*frame).instr_ptr = cx.ip;
        (*frame).stackpointer = cx.sp;
        let g = PyGen::of_frame(frame);
        g.gi_frame_state.set(frame_state::SUSPENDED + oparg as i8);
        let ts = cx.py.thread();
        ts.exc_info.set(g.gi_exc_state.previous.get());
        g.gi_exc_state.previous.set(core::ptr::null());
        ts.py_recursion_remaining.set(ts.py_recursion_remaining.get() + 1);
        let caller = (*frame).previous;
        ts.current_frame.set(caller.cast());
        (*frame).previous = core::ptr::null_mut();
        // SEND and FOR_ITER go on after their one cache word; the entry frame's trampoline is laid out to match.
        go_on(cx, caller, 2, value)
    }

    /// `receiver.send(value)`; when finished, jump with the result.
    fn SEND(cx, oparg) {
        if specialize::ready(cx) {
            return Step::Specialize;
        }
        if let Some(g) = resumable(cx.object(2)) {
            let value = cx.pop().make_owned();
            return resume_generator(cx, g, value, 2 + oparg as usize);
        }
        (*cx.frame).stackpointer = cx.sp;
        match send(cx.py, cx.frame, cx.this(), cx.object(2), cx.object(1)) {
            Ok(Ok(yielded)) => {
                cx.replace_n(1, StackRef::owned(yielded));
                Step::Next
            }
            Ok(Err(returned)) => {
                cx.replace_n(1, StackRef::owned(returned));
                cx.jump(1 + oparg as usize);
                Step::Jump
            }
            Err(_) => Step::Error,
        }
    }

    /// `SEND` to a generator or coroutine, in this run of the loop.
    fn SEND_GEN(cx, oparg) {
        let Some(g) = resumable(cx.object(2)) else { return Step::Deopt };
        let value = cx.pop().make_owned();
        resume_generator(cx, g, value, 2 + oparg as usize)
    }

    /// `FOR_ITER` over a generator, in this run of the loop.
    fn FOR_ITER_GEN(cx, oparg) {
        guard!(cx.object(1).downcast_exact::<PyGen>().is_some());
        let Some(g) = resumable(cx.object(1)) else { return Step::Deopt };
        resume_generator(cx, g, StackRef::borrowed(PyNone::get()), 2 + oparg as usize)
    }

    /// (receiver, value) to value.
    fn END_SEND(cx, _) {
        let value = cx.pop();
        cx.replace_top(value)
    }

    /// The awaitable's iterator.
    fn GET_AWAITABLE(cx, oparg) {
        let iterator = get_awaitable(cx.py, cx.object(1), oparg);
        cx.finish(1, iterator)
    }

    /// `aiter(value)`.
    fn GET_AITER(cx, _) {
        let iterator = get_aiter(cx.py, cx.object(1));
        cx.finish(1, iterator)
    }

    /// Awaitable for `anext(aiter)`, over the iterator.
    fn GET_ANEXT(cx, _) {
        let awaitable = attempt!(elsewhere::get_anext(cx.py, cx.object(1)));
        cx.push_ref(awaitable);
        Step::Next
    }
}
