//! Calls of generator functions from outside the loop: the frame is made inside the generator at once, instead of one that runs up to
//! `RETURN_GENERATOR` and is moved.

use krait_bytecode::{CodeFlags, Opcode};
use krait_runtime::{Py, PyObject, PyResult, Ref};

use super::bind;
use crate::frame::{Frame, Owner};
use crate::objects::function::PyFunction;
use crate::objects::generator::{PyGen, frame_state};
use crate::stackref::StackRef;

/// The generator, coroutine or async generator that a call with `nargs` positional arguments gives; they are moved out of their slots
/// then. `None` leaves them: the function is of another kind, or the call is to be refused or looked at on its way.
///
/// # Safety
/// The slots hold `nargs` values of their own.
#[inline]
pub unsafe fn call_generator(
    py: Py<'_>,
    function: &PyFunction,
    args: *mut StackRef,
    nargs: usize,
) -> Option<PyResult<Ref<PyObject>>> {
    const KINDS: u32 = CodeFlags::GENERATOR | CodeFlags::COROUTINE | CodeFlags::ASYNC_GENERATOR;
    let code = function.code();
    // SAFETY: a code object has a first instruction.
    let first = unsafe { (*code.first_instr()).op };
    let ts = py.thread();
    let plain = code.has(KINDS)
        && code.has(CodeFlags::OPTIMIZED)
        && first == Opcode::RETURN_GENERATOR.number()
        && bind::is_exact(code, nargs)
        && ts.py_recursion_remaining.get() > 0
        && ts.coroutine_origin_tracking_depth.get() == 0;
    if !plain {
        return None;
    }
    let generator = match PyGen::make(py, function) {
        Ok(generator) => generator,
        Err(raised) => {
            // SAFETY: by contract.
            (0..nargs).for_each(|i| unsafe { (*args.add(i)).close() });
            return Some(Err(raised));
        }
    };
    // SAFETY: the generator has room for the code's frame, which stands behind its first instruction.
    unsafe {
        let frame = generator.frame();
        let owner = StackRef::borrowed(function).dup();
        Frame::init(frame, owner, code, core::ptr::null_mut(), core::ptr::null_mut(), nargs);
        (*frame).owner = Owner::Generator;
        (*frame).instr_ptr = code.first_instr().add(1);
        crate::instructions::access::copy_slots(args, Frame::localsplus(frame), nargs);
    }
    generator.gi_frame_state.set(frame_state::CREATED);
    Some(Ok(generator.upcast()))
}
