//! How instructions follow one another. Bodies stand in `instructions/`, one small function each; here they become handlers.
//!
//! Two variants are made from the same bodies:
//! - *threaded* (feature of optimised builds): a handler ends in a sibling call of the next one through the table, with the
//!   machine state in six registers. Rust does not promise sibling calls, LLVM makes them when no local's address has escaped;
//!   so no body lets `Cx` or a local's address out. `benches/dispatch.py` checks the executable: a handler that calls where it
//!   should jump is an error. What is rare (specialising, releasing a last reference, a refused call) is a handler of its own,
//!   reached by a sibling call too, so that it costs the fast path no saved register.
//! - *trampoline* (debug builds): every handler returns to the loop.

pub use krait_runtime::state::ThreadState;
use krait_runtime::{Py, PyObject};

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
    /// [`Step::Next`] once this object, whose last reference has been given up, is deallocated.
    Dead(*mut PyObject),
    /// [`Step::Next`] once these objects (or null) are deallocated. The slot at `cx.sp` is free.
    Dead2(*mut PyObject, *mut PyObject),
    /// [`Step::Jump`] once this object is deallocated.
    DeadJump(*mut PyObject),
    /// Leave the frame with this value (owned): it is a generator's, or has a frame object or a namespace.
    Return(StackRef),
    /// Leave the frame, which is out of the chain already, with this value: its slots from this one on are released, but this
    /// object, whose last reference was in it, is still to be deallocated.
    ReturnDead(StackRef, *mut StackRef, *mut PyObject),
    /// Go on in this continuation, with `ip` past the instruction's own unit, the stack as it is, and this operand.
    Via(Continuation, u64),
    /// Execute the same instruction as if its opcode were this one: it stands behind a probe.
    As(u8),
    /// An exception is set: unwind.
    Error,
    /// Execute the same instruction again, from its (changed) opcode.
    Again,
    /// The counter has run out: choose a form, then execute the instruction again.
    Specialize,
    /// A guard of a specialised form failed before anything was changed: execute the family's general form.
    Deopt,
    /// The frame just entered is one too many: leave it, the call raises.
    Refused,
    /// Attend to the eval breaker, then [`Step::Next`].
    Poll,
    /// Attend to the eval breaker, then [`Step::Jump`].
    PollJump,
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
    /// The same as `Error`, for an exception that `throw()` has set.
    Thrown,
    /// Leave with `Machine::value`.
    Exit,
    /// Leave with the exception set.
    ExitError,
}

/// A part of an instruction that stands apart from its fast path; it ends as a handler does.
pub type Continuation =
    unsafe fn(&ThreadState, *mut Frame, *mut CodeUnit, *mut StackRef, u64, *const Handler) -> Signal;

/// An instruction's handler: thread, frame, pointer past the instruction's unit, stack pointer, operand, the table itself.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Handler(pub Continuation);

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

/// Goes on at `ip`: by a sibling call in an optimised build, else by way of the trampoline.
///
/// # Safety
/// `ip` points to an instruction of the frame's code.
#[inline(always)]
pub(crate) unsafe fn next(
    ts: &ThreadState,
    frame: *mut Frame,
    ip: *mut CodeUnit,
    sp: *mut StackRef,
    table: *const Handler,
) -> Signal {
    // SAFETY: by contract; the table has 256 entries.
    unsafe {
        if cfg!(debug_assertions) {
            return park(ts, &Cx { py: Py::from_thread(ts), frame, ip, sp }, Signal::Continue);
        }
        let unit = *ip;
        let handler = (*table.add(unit.op as usize)).0;
        handler(ts, frame, ip.add(1), sp, u64::from(unit.arg), table)
    }
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
                    Step::Next => next(ts, cx.frame, cx.ip.add(CACHES), cx.sp, table),
                    Step::Jump => next(ts, cx.frame, cx.ip, cx.sp, table),
                    Step::Dead(object) => {
                        dead(ts, cx.frame, cx.ip.add(CACHES), cx.sp, object.expose_provenance() as u64, table)
                    }
                    Step::DeadJump(object) => {
                        dead(ts, cx.frame, cx.ip, cx.sp, object.expose_provenance() as u64, table)
                    }
                    Step::Dead2(a, b) => {
                        cx.sp.cast::<*mut PyObject>().write(b);
                        dead_two(ts, cx.frame, cx.ip.add(CACHES), cx.sp, a.expose_provenance() as u64, table)
                    }
                    Step::Via(continuation, operand) => {
                        continuation(ts, cx.frame, cx.ip, cx.sp, operand, table)
                    }
                    Step::As(op) => {
                        crate::specialize::pause(ip, op);
                        (*table.add(op as usize)).0(ts, frame, ip, sp, oparg, table)
                    }
                    Step::Return(value) => leave(ts, cx.frame, cx.ip, cx.sp, value.to_bits(), table),
                    Step::ReturnDead(value, at, object) => {
                        leave_rest(ts, cx.frame, object.cast(), at, value.to_bits(), table)
                    }
                    Step::Poll => poll(ts, cx.frame, cx.ip.add(CACHES), cx.sp, 0, table),
                    Step::PollJump => poll(ts, cx.frame, cx.ip, cx.sp, 0, table),
                    Step::Again => again(ts, frame, ip, cx.sp, oparg, table),
                    Step::Specialize => specialize(ts, frame, ip, sp, oparg, table),
                    Step::Deopt => {
                        let general = (*table.add(const { OP.deopt() } as usize)).0;
                        general(ts, frame, ip, sp, oparg, table)
                    }
                    Step::Refused => refused(ts, cx.frame, cx.ip, cx.sp, 0, table),
                    Step::Error => error(ts, cx.frame, cx.ip, cx.sp, 0, table),
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

/// Goes on in `frame`, whose callee has returned the value that `bits` stand for.
///
/// # Safety
/// `frame` has up-to-date pointers.
#[inline(always)]
unsafe fn come_back(ts: &ThreadState, frame: *mut Frame, bits: u64, table: *const Handler) -> Signal {
    // SAFETY: by contract.
    unsafe {
        let ip = (*frame).instr_ptr.add((*frame).return_offset as usize);
        let sp = (*frame).stackpointer;
        *sp = StackRef::from_bits(bits);
        next(ts, frame, ip, sp.add(1), table)
    }
}

/// Puts the slot's content that `bits` stand for in the place of two values.
///
/// # Safety
/// Two values stand on the stack; `ip` is the next instruction.
#[inline(always)]
unsafe fn two_to_one<const RIGHT_FIRST: bool>(
    ts: &ThreadState,
    frame: *mut Frame,
    ip: *mut CodeUnit,
    sp: *mut StackRef,
    bits: u64,
    table: *const Handler,
) -> Signal {
    // SAFETY: by contract.
    unsafe {
        let (first, second) = (*sp.sub(2), *sp.sub(1));
        *sp.sub(2) = StackRef::from_bits(bits);
        if RIGHT_FIRST {
            release(ts, second);
            release(ts, first);
        } else {
            release(ts, first);
            release(ts, second);
        }
        next(ts, frame, ip, sp.sub(1), table)
    }
}

/// Releases what was in a slot, numbers without a detour.
///
/// # Safety
/// As [`StackRef::close`].
#[inline(always)]
unsafe fn release(ts: &ThreadState, value: StackRef) {
    // SAFETY: by contract.
    unsafe {
        let object = value.give_up();
        if object.is_null() {
        } else if is_plain_number(object) {
            ts.number_blocks.give(object);
        } else {
            krait_runtime::memory::dealloc(object);
        }
    }
}

/// Whether the object is a float or a short int, whose memory is kept for the next one.
///
/// # Safety
/// The object is not deallocated yet.
#[inline(always)]
unsafe fn is_plain_number(object: *const PyObject) -> bool {
    use krait_runtime::PyClass;
    use krait_runtime::objects::{PyFloat, PyInt};
    // SAFETY: by contract.
    unsafe {
        PyFloat::check_exact(&*object)
            || (PyInt::check_exact(&*object) && (*object.cast::<PyInt>()).is_compact())
    }
}

/// Declares the continuations that handlers reach by sibling calls; they have a handler's shape.
///
/// A body gets the machine state by value and ends with `next(…)` or `error(…)`.
macro_rules! continuations {
    ($($(#[$doc:meta])* fn $name:ident($ts:ident, $frame:ident, $ip:ident, $sp:ident, $operand:ident, $table:ident) $body:block)*) => { $(
        $(#[$doc])*
        #[inline(never)]
        #[allow(clippy::missing_safety_doc)]
        pub unsafe fn $name(
            $ts: &$crate::dispatch::ThreadState,
            $frame: *mut $crate::frame::Frame,
            $ip: *mut $crate::frame::CodeUnit,
            $sp: *mut $crate::stackref::StackRef,
            $operand: u64,
            $table: *const $crate::dispatch::Handler,
        ) -> $crate::dispatch::Signal {
            // SAFETY: as for every handler.
            unsafe { $body }
        }
    )* };
}
pub(crate) use continuations;

continuations! {
    /// Deallocates the object whose address is the operand; then the instruction at `ip`.
    fn dead(ts, frame, ip, sp, operand, table) {
        let object: *mut PyObject = core::ptr::with_exposed_provenance_mut(operand as usize);
        if is_plain_number(object) {
            ts.number_blocks.give(object);
            return next(ts, frame, ip, sp, table);
        }
        dead_any(ts, frame, ip, sp, operand, table)
    }

    /// As `dead`, for objects of any type.
    fn dead_any(ts, frame, ip, sp, operand, table) {
        krait_runtime::memory::dealloc(core::ptr::with_exposed_provenance_mut(operand as usize));
        next(ts, frame, ip, sp, table)
    }

    /// The same for two: the operand's and the one in the first free slot, each of them if it is not null.
    fn dead_two(ts, frame, ip, sp, operand, table) {
        let second = sp.cast::<*mut PyObject>().read();
        if operand == 0 {
            krait_runtime::memory::dealloc(second);
            return next(ts, frame, ip, sp, table);
        }
        // Code that runs as the first one dies may meet the second, by way of the collector: it must be alive until then.
        if let Some(second) = second.as_ref() {
            second.set_refcnt(1);
        }
        krait_runtime::memory::dealloc(core::ptr::with_exposed_provenance_mut(operand as usize));
        if !second.is_null() {
            PyObject::decref(second);
        }
        next(ts, frame, ip, sp, table)
    }

    /// Puts the slot's content that is the operand in the place of two values; of a comparison without caches, which releases the
    /// right one first.
    fn two_to_one_0(ts, frame, ip, sp, operand, table) { two_to_one::<true>(ts, frame, ip, sp, operand, table) }

    /// The same, of a comparison with one cache word.
    fn two_to_one_1(ts, frame, ip, sp, operand, table) { two_to_one::<true>(ts, frame, ip.add(1), sp, operand, table) }

    /// The same, of a binary operator, which releases the left one first.
    fn two_to_one_5(ts, frame, ip, sp, operand, table) { two_to_one::<false>(ts, frame, ip.add(5), sp, operand, table) }

    /// Leaves the frame with the operand, the general way.
    fn leave(ts, frame, _ip, _sp, operand, table) {
        let caller = crate::unwind::leave_keeping_offset(Py::from_thread(ts), frame);
        come_back(ts, caller, operand, table)
    }

    /// Leaves a frame out of the chain whose slots from `sp` on are released; `ip` is the address of the object that died with
    /// the last of them.
    fn leave_rest(ts, frame, ip, sp, operand, table) {
        let caller = (*frame).previous;
        krait_runtime::memory::dealloc(ip.cast());
        let first = Frame::localsplus(frame);
        let mut sp = sp;
        if sp >= first {
            while sp > first {
                sp = sp.sub(1);
                (*sp).close();
            }
            (*frame).f_funcobj.close();
        }
        if sp > (&raw mut (*frame).f_executable).cast() {
            (*frame).f_executable.close();
        }
        crate::frame_stack::pop(ts, frame);
        come_back(ts, caller, operand, table)
    }

    /// Attends to the eval breaker; then the instruction at `ip`.
    #[cold]
    fn poll(ts, frame, ip, sp, _operand, table) {
        let py = Py::from_thread(ts);
        if crate::eval_breaker::handle(py).is_err() {
            return park(ts, &Cx { py, frame, ip, sp }, Signal::Error);
        }
        next(ts, frame, ip, sp, table)
    }

    /// An exception is set.
    #[cold]
    fn error(ts, frame, ip, sp, _operand, _table) {
        park(ts, &Cx { py: Py::from_thread(ts), frame, ip, sp }, Signal::Error)
    }

    /// The recursion limit is reached: leaves the frame that was about to start.
    #[cold]
    fn refused(ts, frame, _ip, _sp, _operand, _table) {
        let py = Py::from_thread(ts);
        let caller = crate::unwind::leave(py, frame);
        let (ip, sp) = ((*caller).instr_ptr, (*caller).stackpointer);
        park(ts, &Cx { py, frame: caller, ip, sp }, Signal::Error)
    }

    /// Chooses a form for the instruction before `ip`, and has it executed again.
    #[cold]
    fn specialize(ts, frame, ip, sp, oparg, table) {
        crate::specialize::choose(&Cx { py: Py::from_thread(ts), frame, ip, sp }, oparg as u32);
        again(ts, frame, ip, sp, oparg, table)
    }

    /// Goes back to the trampoline so that the instruction before `ip` runs again under its new opcode, with the operand it had
    /// (the machine is set back to the first `EXTENDED_ARG` before it).
    #[cold]
    fn again(ts, frame, ip, sp, oparg, _table) {
        let mut ip = ip.sub(1);
        let mut high = oparg >> 8;
        while high != 0 {
            ip = ip.sub(1);
            high >>= 8;
        }
        park(ts, &Cx { py: Py::from_thread(ts), frame, ip, sp }, Signal::Continue)
    }
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
            Signal::Error | Signal::Reraise | Signal::Thrown => {
                // SAFETY: the machine stands where the exception was raised.
                match unsafe { crate::unwind::unwind(py, signal) } {
                    Signal::Continue => {}
                    other => return other,
                }
            }
            other => return other,
        }
    }
}
