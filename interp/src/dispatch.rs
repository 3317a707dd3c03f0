//! How instructions follow one another. Bodies stand in `instructions/`, one small function each; here they become handlers.
//!
//! Two variants are made from the same bodies:
//! - *threaded* (feature of optimised builds): a handler ends in a sibling call of the next one through the table, with the
//!   machine state in six registers. Rust does not promise sibling calls, LLVM makes them when no local's address has escaped;
//!   so bodies must not let `Cx` or a local's address out on their hot path (raise and format in `#[cold]` functions). Only the
//!   instructions listed as `hot` rely on it; all others return to the trampoline, so a missed sibling call cannot pile up.
//! - *trampoline* (debug builds): every handler returns to the loop.

use krait_runtime::Py;
use krait_runtime::state::ThreadState;

use crate::frame::{CodeUnit, Frame, StackChunk};
use crate::stackref::StackRef;

/// The machine state while an instruction runs.
pub struct Cx<'py> {
    /// The token.
    pub py: Py<'py>,
    /// The running frame.
    pub frame: *mut Frame,
    /// After the instruction's own unit: its inline caches, or the next instruction.
    pub ip: *mut CodeUnit,
    /// First free slot of the evaluation stack.
    pub sp: *mut StackRef,
}

/// What comes after an instruction.
pub enum Step {
    /// The next instruction, past the inline caches.
    Next,
    /// The instruction at `cx.ip`: a jump was taken or another frame entered.
    Jump,
    /// An exception is set: unwind.
    Error,
    /// Execute the same instruction again, from its (changed) opcode: it was specialised or deoptimised.
    Again,
    /// A guard of a specialised form failed before anything was changed: execute the family's general form.
    Deopt,
    /// An exception is set that was raised before: unwind without a new traceback entry.
    Reraise,
    /// Leave the evaluation loop with this value (owned).
    Exit(StackRef),
    /// Leave the evaluation loop with the exception set: nobody in this run handles it.
    ExitError,
}

/// Where the machine stands between two calls of the trampoline. One for each thread, behind `ThreadState::interp_data`.
pub struct Machine {
    /// The running frame.
    pub frame: *mut Frame,
    /// The next instruction.
    pub ip: *mut CodeUnit,
    /// First free slot of the evaluation stack.
    pub sp: *mut StackRef,
    /// The value that leaves the loop.
    pub value: StackRef,
    /// A chunk of the frame stack kept for the next time one is needed, or null.
    pub spare_chunk: *mut StackChunk,
}

/// Gives the thread its machine, unless it has one.
pub fn ensure_machine(ts: &ThreadState) {
    if ts.interp_data.get().is_null() {
        let machine = Box::new(Machine {
            frame: core::ptr::null_mut(),
            ip: core::ptr::null_mut(),
            sp: core::ptr::null_mut(),
            value: StackRef::NULL,
            spare_chunk: core::ptr::null_mut(),
        });
        ts.interp_data.set(Box::into_raw(machine).cast());
    }
}

/// Frees what the loop hung on a thread that has ended.
///
/// # Safety
/// No frame of the thread is left, and it runs no Python code again.
pub unsafe fn discard_machine(ts: &ThreadState) {
    let m: *mut Machine = ts.interp_data.replace(core::ptr::null_mut()).cast();
    if !m.is_null() {
        // SAFETY: made by `ensure_machine`.
        unsafe {
            crate::frame_stack::free(Box::from_raw(m).spare_chunk);
        }
    }
}

/// What a handler tells the trampoline.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Signal {
    /// Go on at `Machine::ip`.
    Continue,
    /// An exception is set: unwind from `Machine`.
    Error,
    /// The same, without a new traceback entry.
    Reraise,
    /// Leave with `Machine::value`.
    Exit,
    /// Leave with the exception set.
    ExitError,
}

/// An instruction's handler: thread, frame, pointer past the instruction's unit, stack pointer, operand, the table itself.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Handler(
    pub unsafe fn(&ThreadState, *mut Frame, *mut CodeUnit, *mut StackRef, u64, *const Handler) -> Signal,
);

/// This thread's machine.
///
/// # Safety
/// The evaluation loop runs on this thread, so its `Machine` is in place.
#[inline(always)]
pub unsafe fn machine<'a>(ts: &ThreadState) -> &'a mut Machine {
    // SAFETY: by contract; handlers and the trampoline use it one after the other.
    unsafe { &mut *ts.interp_data.get().cast::<Machine>() }
}

#[inline(always)]
fn park(ts: &ThreadState, cx: &Cx<'_>, signal: Signal) -> Signal {
    // SAFETY: called by handlers only.
    let m = unsafe { machine(ts) };
    (m.frame, m.ip, m.sp) = (cx.frame, cx.ip, cx.sp);
    signal
}

/// Goes on at `cx.ip`: by a sibling call when `HOT` in an optimised build, else by way of the trampoline.
///
/// # Safety
/// `cx.ip` points to an instruction of the frame's code.
#[inline(always)]
unsafe fn next<const HOT: bool>(ts: &ThreadState, cx: &Cx<'_>, table: *const Handler) -> Signal {
    if HOT && cfg!(not(debug_assertions)) {
        // SAFETY: by contract; the table has 256 entries.
        unsafe {
            let unit = *cx.ip;
            let handler = (*table.add(unit.op as usize)).0;
            handler(ts, cx.frame, cx.ip.add(1), cx.sp, u64::from(unit.arg), table)
        }
    } else {
        park(ts, cx, Signal::Continue)
    }
}

/// Instructions whose handlers end in a sibling call. An instruction belongs here when it is frequent and its body, inlined, lets
/// no local's address escape.
const fn is_hot(op: krait_bytecode::Opcode) -> bool {
    use krait_bytecode::Opcode::*;
    matches!(
        op,
        LOAD_FAST
            | LOAD_FAST_BORROW
            | LOAD_FAST_BORROW_LOAD_FAST_BORROW
            | LOAD_FAST_LOAD_FAST
            | LOAD_FAST_AND_CLEAR
            | LOAD_SMALL_INT
            | LOAD_CONST
            | LOAD_CONST_MORTAL
            | LOAD_CONST_IMMORTAL
            | STORE_FAST
            | STORE_FAST_LOAD_FAST
            | STORE_FAST_STORE_FAST
            | POP_TOP
            | COPY
            | SWAP
            | NOP
            | NOT_TAKEN
            | PUSH_NULL
            | JUMP_FORWARD
            | JUMP_BACKWARD_NO_INTERRUPT
    )
}

/// Whether Python code or an error may look at where the frame stands while the instruction runs.
const fn may_look_at_frame(op: krait_bytecode::Opcode) -> bool {
    use krait_bytecode::InstructionFlags;
    op.flags().contains(InstructionFlags::ERROR) || op.flags().contains(InstructionFlags::ESCAPES)
}

macro_rules! handlers {
    (
        instructions { $($(#[$doc:meta])* $name:ident = $number:literal, caches $caches:literal, $pop:tt => $push:tt, [$($flag:ident)*];)* }
        specialized { $($sname:ident = $snumber:literal of $family:ident, [$($sflag:ident)*];)* }
        instrumented { $($iname:ident = $inumber:literal of $base:ident, [$($iflag:ident)*];)* }
        pseudo { $($rest:tt)* }
    ) => {
        #[allow(non_snake_case)]
        mod handler {
            use super::*;
            $(handlers!(@one $name);)*
            $(handlers!(@one $sname);)*
            $(handlers!(@one $iname);)*
        }
        /// The handler of each opcode number.
        pub static TABLE: [Handler; 256] = {
            let mut table = [Handler(unknown_opcode); 256];
            $(table[$number] = Handler(handler::$name);)*
            $(table[$snumber] = Handler(handler::$sname);)*
            $(table[$inumber] = Handler(handler::$iname);)*
            table
        };
    };
    (@one $name:ident) => {
        pub(super) unsafe fn $name(
            ts: &ThreadState,
            frame: *mut Frame,
            ip: *mut CodeUnit,
            sp: *mut StackRef,
            oparg: u64,
            table: *const Handler,
        ) -> Signal {
            const OP: krait_bytecode::Opcode = krait_bytecode::Opcode::$name;
            const HOT: bool = is_hot(OP);
            const CACHES: usize = OP.caches();
            // SAFETY: handlers run on the thread whose state they get, with a live frame; the bodies' contract is that
            // the code was made by the compiler or is as well-formed.
            unsafe {
                if matches!(OP, krait_bytecode::Opcode::EXTENDED_ARG) {
                    let unit = *ip;
                    let handler = (*table.add(unit.op as usize)).0;
                    return handler(ts, frame, ip.add(1), sp, oparg << 8 | u64::from(unit.arg), table);
                }
                let mut cx = Cx { py: Py::from_thread(ts), frame, ip, sp };
                if const { may_look_at_frame(OP) } {
                    (*frame).instr_ptr = ip.sub(1);
                }
                match crate::instructions::$name(&mut cx, oparg as u32) {
                    Step::Next => {
                        cx.ip = cx.ip.add(CACHES);
                        next::<HOT>(ts, &cx, table)
                    }
                    Step::Jump => next::<HOT>(ts, &cx, table),
                    Step::Again => {
                        cx.ip = ip.sub(1);
                        again(ts, &cx, oparg)
                    }
                    Step::Deopt => {
                        let general = (*table.add(const { OP.deopt() } as usize)).0;
                        general(ts, frame, ip, sp, oparg, table)
                    }
                    Step::Error => park(ts, &cx, Signal::Error),
                    Step::Reraise => park(ts, &cx, Signal::Reraise),
                    Step::Exit(value) => {
                        machine(ts).value = value;
                        park(ts, &cx, Signal::Exit)
                    }
                    Step::ExitError => park(ts, &cx, Signal::ExitError),
                }
            }
        }
    };
}
krait_bytecode::for_each_instruction!(handlers);

/// Goes back to the trampoline so that the instruction at `cx.ip` runs again under its new opcode, with the operand it had
/// (an `EXTENDED_ARG` before it is not executed again: the machine is set back to the first of them).
#[cold]
#[inline(never)]
fn again(ts: &ThreadState, cx: &Cx<'_>, oparg: u64) -> Signal {
    let mut ip = cx.ip;
    let mut high = oparg >> 8;
    while high != 0 {
        ip = ip.wrapping_sub(1);
        high >>= 8;
    }
    park(ts, &Cx { py: cx.py, frame: cx.frame, ip, sp: cx.sp }, Signal::Continue)
}

unsafe fn unknown_opcode(
    ts: &ThreadState,
    frame: *mut Frame,
    ip: *mut CodeUnit,
    sp: *mut StackRef,
    _oparg: u64,
    _table: *const Handler,
) -> Signal {
    // SAFETY: as for every handler.
    unsafe {
        let py = Py::from_thread(ts);
        let this = ip.sub(1);
        (*frame).instr_ptr = this;
        let _ = krait_runtime::raise!(py, SystemError, "unknown opcode {}", (*this).op);
        park(ts, &Cx { py, frame, ip, sp }, Signal::Error)
    }
}

/// Runs from `Machine` on until this run's entry frame is left.
///
/// # Safety
/// The thread's `Machine` stands at the first instruction of a frame pushed above an entry frame.
pub unsafe fn run(py: Py<'_>) -> Signal {
    let ts = py.thread();
    loop {
        // SAFETY: the machine stands at an instruction.
        let signal = unsafe {
            let m = machine(ts);
            let (frame, ip, sp) = (m.frame, m.ip, m.sp);
            let unit = *ip;
            (*TABLE.as_ptr().add(unit.op as usize)).0(
                ts,
                frame,
                ip.add(1),
                sp,
                u64::from(unit.arg),
                TABLE.as_ptr(),
            )
        };
        match signal {
            Signal::Continue => {}
            // SAFETY: the machine stands where the exception was raised.
            Signal::Error | Signal::Reraise => match unsafe { crate::unwind::unwind(py, signal) } {
                Signal::Continue => {}
                other => return other,
            },
            other => return other,
        }
    }
}
