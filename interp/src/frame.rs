//! Interpreter frames and the chunked per-thread frame stack. Not here: `PyFrame`, the Python object made only when someone asks
//! for it (`objects/frame.rs`).

use core::cell::Cell;

use krait_bytecode::Opcode;
use krait_runtime::PyObject;
use krait_runtime::objects::PyDict;

use crate::objects::code::PyCode;
use crate::objects::frame::PyFrame;
use crate::objects::function::PyFunction;
use crate::stackref::StackRef;

/// One 16-bit code unit: opcode and operand, or an inline-cache word.
#[derive(Clone, Copy)]
#[repr(C, align(2))]
pub struct CodeUnit {
    /// Opcode number.
    pub op: u8,
    /// Operand byte.
    pub arg: u8,
}

impl CodeUnit {
    /// The unit as a cache word.
    #[inline(always)]
    pub fn word(self) -> u16 {
        u16::from_le_bytes([self.op, self.arg])
    }
    /// A cache word as a unit.
    #[inline(always)]
    pub fn from_word(w: u16) -> CodeUnit {
        let [op, arg] = w.to_le_bytes();
        CodeUnit { op, arg }
    }
    /// The opcode, if the number is one.
    pub fn opcode(self) -> Option<Opcode> {
        Opcode::from_number(self.op)
    }
}

/// Who owns a frame's memory (`FRAME_OWNED_BY_…`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Owner {
    /// The thread's frame stack.
    Thread = 0,
    /// A generator, coroutine or async generator, which holds the frame inside itself.
    Generator = 1,
    /// A frame object that outlived the call.
    FrameObject = 2,
    /// The interpreter: the entry frame of one run of the evaluation loop.
    Interpreter = 3,
}

/// The frame of one running (or suspended) Python code object. Locals, cells and free variables, then the evaluation stack,
/// follow it in memory.
#[repr(C)]
pub struct Frame {
    /// The code object (owned).
    pub f_executable: StackRef,
    /// The caller's frame.
    pub previous: *mut Frame,
    /// The function (owned); NULL in entry frames.
    pub f_funcobj: StackRef,
    /// Globals; kept alive by the function.
    pub f_globals: *const PyDict,
    /// Builtins (a dict in all but odd cases); kept alive by the function.
    pub f_builtins: *const PyObject,
    /// Namespace of class bodies, modules and `exec` (owned), or null.
    pub f_locals: *mut PyObject,
    /// The frame object, when someone asked for it (owned), or null.
    pub frame_obj: *mut PyFrame,
    /// The instruction being executed (not the next one), or the last executed of a suspended frame.
    pub instr_ptr: *mut CodeUnit,
    /// First free stack slot; only up to date while the frame is not running.
    pub stackpointer: *mut StackRef,
    /// Units from `instr_ptr` to where a returning or yielding callee lets this frame go on.
    pub return_offset: u16,
    /// Who owns the memory.
    pub owner: Owner,
    /// Scratch bit for walkers.
    pub visited: u8,
    // locals and stack follow
}

impl Frame {
    /// Slots of `StackRef` that the head takes.
    pub const HEAD_SLOTS: usize = size_of::<Frame>() / size_of::<StackRef>();

    /// The first of the locals.
    #[inline(always)]
    pub fn localsplus(this: *mut Frame) -> *mut StackRef {
        // One past the head: `Frame` is a multiple of the slot size.
        this.wrapping_add(1).cast()
    }

    /// The local in slot `i`.
    ///
    /// # Safety
    /// The frame is live and `i` is below `co_nlocalsplus`.
    #[inline(always)]
    pub unsafe fn local(this: *mut Frame, i: usize) -> *mut StackRef {
        Frame::localsplus(this).wrapping_add(i)
    }

    /// The code object.
    ///
    /// # Safety
    /// The frame is live and no entry frame without code.
    #[inline(always)]
    pub unsafe fn code<'a>(this: *const Frame) -> &'a PyCode {
        // SAFETY: the executable of a frame is its code object.
        unsafe { (*this).f_executable.get().cast_unchecked() }
    }

    /// The function.
    ///
    /// # Safety
    /// The frame is live and runs a function.
    #[inline(always)]
    pub unsafe fn function<'a>(this: *const Frame) -> &'a PyFunction {
        // SAFETY: by contract.
        unsafe { (*this).f_funcobj.get().cast_unchecked() }
    }
}

/// A chunk of the frame stack.
#[repr(C)]
pub struct StackChunk {
    /// The chunk before this one.
    pub previous: Cell<*mut StackChunk>,
    /// Bytes in all.
    pub size: usize,
    /// `datastack_top` of this chunk when the next one was opened.
    pub top: Cell<*mut StackRef>,
}
