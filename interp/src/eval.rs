//! Entry from Rust and C into the evaluation loop. Not here: how instructions follow one another (`dispatch.rs`), calls between
//! Python functions, which stay inside the loop (`call/`).

use std::panic::{AssertUnwindSafe, catch_unwind};

use krait_bytecode::Opcode;
use krait_runtime::error::Raised;
use krait_runtime::{Py, PyObject, PyResult, Ref, Static, raise};

use crate::dispatch::{Machine, Signal, ensure_machine, machine, run};
use crate::frame::{CodeUnit, Frame};
use crate::stackref::StackRef;
use crate::unwind;

const fn unit(op: Opcode) -> CodeUnit {
    CodeUnit { op: op as u8, arg: 0 }
}

/// What an entry frame "runs": its `instr_ptr` is the second unit, as if a call stood there. A callee that returns goes on at
/// `instr_ptr + return_offset` with offset 0, a generator that yields at `instr_ptr + 2` (where `SEND` and `FOR_ITER` go on).
static TRAMPOLINE: Static<[CodeUnit; 5]> = Static([
    unit(Opcode::NOP),
    unit(Opcode::INTERPRETER_EXIT),
    unit(Opcode::NOP),
    unit(Opcode::INTERPRETER_EXIT),
    unit(Opcode::RESUME),
]);

/// An entry frame with room for the value that comes back; lives on the native stack.
#[repr(C)]
struct Entry {
    frame: Frame,
    slots: [StackRef; 4],
}

/// Runs a frame until it returns or yields.
///
/// # Safety
/// `frame` is complete and on no chain: freshly made by [`crate::call`] and topmost on the frame stack, or a suspended generator's.
/// It is left or suspended when this returns.
pub unsafe fn eval_frame(py: Py<'_>, frame: *mut Frame) -> PyResult<Ref<PyObject>> {
    // SAFETY: by contract.
    unsafe { enter(py, frame, false) }
}

/// As [`eval_frame`], but raises the exception that is set at the point where the frame stands (`generator.throw`).
///
/// # Safety
/// As [`eval_frame`]; an exception is set.
pub unsafe fn eval_frame_throw(py: Py<'_>, frame: *mut Frame) -> PyResult<Ref<PyObject>> {
    // SAFETY: by contract.
    unsafe { enter(py, frame, true) }
}

unsafe fn enter(py: Py<'_>, frame: *mut Frame, throw: bool) -> PyResult<Ref<PyObject>> {
    let ts = py.thread();
    ensure_machine(ts);
    let mut entry = Entry {
        frame: Frame::entry(ts.current_frame.get().cast(), TRAMPOLINE.0.as_ptr().cast_mut().wrapping_add(1)),
        slots: [StackRef::NULL; 4],
    };
    let entry_frame: *mut Frame = (&raw mut entry).cast();
    // SAFETY: by contract; the entry frame outlives the run.
    unsafe {
        (*entry_frame).stackpointer = Frame::localsplus(entry_frame);
        if py.check_stack("").is_err() {
            unwind::clear_and_pop(py, frame);
            return Err(Raised::already(py));
        }
        (*frame).previous = entry_frame;
        ts.current_frame.set(frame.cast());
        stand_at(machine(ts), frame);
        let mut signal = if unwind::enter_level(py) {
            if throw {
                crate::tracing::thrown_into(py, frame);
                stand_at(machine(ts), frame);
                unwind::unwind(py, Signal::Thrown)
            } else {
                Signal::Continue
            }
        } else {
            let caller = unwind::leave(py, frame);
            ts.current_frame.set((*caller).previous.cast());
            Signal::ExitError
        };
        while signal == Signal::Continue {
            signal = match catch_unwind(AssertUnwindSafe(|| run(py))) {
                Ok(signal) => signal,
                Err(panic) => {
                    drop(py.take_error());
                    let _ = raise!(py, SystemError, "internal error: {}", panic_text(&*panic));
                    unwind::after_panic(py, entry_frame)
                }
            };
        }
        // Keeps the entry frame's slots alive up to here.
        core::hint::black_box(&mut entry.slots);
        if signal == Signal::Exit {
            let value = core::mem::replace(&mut machine(ts).value, StackRef::NULL);
            return Ok(value.into_ref());
        }
    }
    Err(Raised::already(py))
}

/// Lets the machine stand where the frame does.
///
/// # Safety
/// The frame is live and its stack pointer up to date.
#[inline(always)]
unsafe fn stand_at(machine: &mut Machine, frame: *mut Frame) {
    // SAFETY: by contract. Each is read apart: one load over two fields that were just written one by one would have to wait
    // until both are in the cache.
    unsafe {
        machine.frame = frame;
        machine.ip = (&raw const (*frame).instr_ptr).read_volatile();
        machine.sp = (&raw const (*frame).stackpointer).read_volatile();
    }
}

fn panic_text(panic: &(dyn core::any::Any + Send)) -> String {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(s), _) => (*s).to_owned(),
        (_, Some(s)) => s.clone(),
        _ => "panic".to_owned(),
    }
}
