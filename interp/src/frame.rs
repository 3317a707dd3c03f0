//! Interpreter frames and the chunked per-thread frame stack. Not here: `PyFrame`, the Python object made only when someone asks
//! for it (`objects/frame.rs`).

use core::cell::Cell;

use krait_bytecode::Opcode;
use krait_runtime::objects::PyDict;
use krait_runtime::{Py, PyObject};

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

impl Frame {
    /// A frame that belongs to the interpreter and runs no code of its own: what `previous` of an entered frame points to.
    pub fn entry(previous: *mut Frame, instr_ptr: *mut CodeUnit) -> Frame {
        Frame {
            f_executable: StackRef::NULL,
            previous,
            f_funcobj: StackRef::NULL,
            f_globals: core::ptr::null(),
            f_builtins: core::ptr::null(),
            f_locals: core::ptr::null_mut(),
            frame_obj: core::ptr::null_mut(),
            instr_ptr,
            stackpointer: core::ptr::null_mut(),
            return_offset: 0,
            owner: Owner::Interpreter,
            visited: 0,
        }
    }

    /// Fills the head of a frame for `function` running `code` (which may by now differ from the function's own attribute);
    /// locals from `first_unset` on become unbound.
    ///
    /// # Safety
    /// `this` has room for `code`'s frame. `function` is an owned slot with a function; `locals` is null or an owned reference:
    /// both move into the frame.
    #[inline(always)]
    pub unsafe fn init(
        this: *mut Frame,
        function: StackRef,
        code: &PyCode,
        locals: *mut PyObject,
        previous: *mut Frame,
        first_unset: usize,
    ) {
        // SAFETY: by contract.
        unsafe {
            let f: &PyFunction = function.get().cast_unchecked();
            let slots = code.nlocalsplus();
            let first = Frame::localsplus(this);
            this.write(Frame {
                f_executable: StackRef::owned(code.to_ref()),
                previous,
                f_funcobj: function,
                f_globals: f.func_globals.as_raw(),
                f_builtins: f.func_builtins.as_raw(),
                f_locals: locals,
                frame_obj: core::ptr::null_mut(),
                instr_ptr: code.first_instr(),
                stackpointer: first.add(slots),
                return_offset: 0,
                owner: Owner::Thread,
                visited: 0,
            });
            crate::instructions::access::clear_slots(first, first_unset, slots);
        }
    }

    /// The first slot of the evaluation stack.
    ///
    /// # Safety
    /// The frame is live and has a code object.
    #[inline(always)]
    pub unsafe fn stack_base(this: *mut Frame) -> *mut StackRef {
        // SAFETY: by contract.
        unsafe { Frame::localsplus(this).add(Frame::code(this).nlocalsplus()) }
    }

    /// Offset of the current instruction in code units (`_PyInterpreterFrame_LASTI`); -1 before the first one.
    ///
    /// # Safety
    /// The frame is live and has a code object.
    #[inline(always)]
    pub unsafe fn lasti(this: *const Frame) -> isize {
        // SAFETY: `instr_ptr` points into the code's units.
        unsafe { (*this).instr_ptr.offset_from(Frame::code(this).first_instr()) }
    }

    /// True for entry frames, and for frames that have not yet reached the instruction from which on they can be seen.
    ///
    /// # Safety
    /// The frame is live.
    pub unsafe fn is_incomplete(this: *const Frame) -> bool {
        // SAFETY: by contract; only entry frames lack a code object.
        unsafe {
            match (*this).owner {
                Owner::Interpreter => true,
                Owner::Generator => false,
                Owner::Thread | Owner::FrameObject => {
                    Frame::lasti(this) < Frame::code(this)._co_firsttraceable.get() as isize
                }
            }
        }
    }

    /// The next frame that Python code may see, from `this` on outwards; null at the end.
    ///
    /// # Safety
    /// `this` is null or a live frame of the thread's chain.
    pub unsafe fn first_complete(mut this: *mut Frame) -> *mut Frame {
        // SAFETY: by contract.
        unsafe {
            while !this.is_null() && Frame::is_incomplete(this) {
                this = (*this).previous;
            }
        }
        this
    }

    /// Copies a frame with its locals and stack to `to` (in a generator or frame object), which takes everything over. Borrowed
    /// slots get a count of their own: their lender may die first.
    ///
    /// # Safety
    /// `from` is live with an up-to-date stack pointer and not used afterwards; `to` has room for it.
    pub unsafe fn move_to(from: *mut Frame, to: *mut Frame) {
        // SAFETY: by contract.
        unsafe {
            let count = (*from).stackpointer.offset_from(Frame::localsplus(from)) as usize;
            core::ptr::copy_nonoverlapping(from, to, 1);
            (*to).previous = core::ptr::null_mut();
            // What the caller's stack kept alive so far.
            (*to).f_executable = (*to).f_executable.make_owned();
            (*to).f_funcobj = (*to).f_funcobj.make_owned();
            (*to).stackpointer = Frame::localsplus(to).add(count);
            for i in 0..count {
                *Frame::localsplus(to).add(i) = (*Frame::localsplus(from).add(i)).make_owned();
            }
        }
    }

    /// Releases locals and stack, from the top down, and the namespace.
    ///
    /// # Safety
    /// The frame is live and no longer running, with an up-to-date stack pointer.
    pub unsafe fn clear_locals(this: *mut Frame) {
        // SAFETY: by contract; a slot leaves the frame before it is released.
        unsafe {
            let first = Frame::localsplus(this);
            let mut sp = (*this).stackpointer;
            (*this).stackpointer = first;
            while sp > first {
                sp = sp.sub(1);
                core::mem::replace(&mut *sp, StackRef::NULL).close();
            }
            let locals = core::mem::replace(&mut (*this).f_locals, core::ptr::null_mut());
            if !locals.is_null() {
                PyObject::decref(locals);
            }
        }
    }

    /// Releases all but the code object. When somebody else holds the frame object, it takes the contents over instead.
    ///
    /// # Safety
    /// As [`Frame::clear_locals`]; the frame is out of the thread's chain.
    pub unsafe fn clear_except_code(py: Py<'_>, this: *mut Frame) {
        // SAFETY: by contract.
        unsafe {
            let object = core::mem::replace(&mut (*this).frame_obj, core::ptr::null_mut());
            if !object.is_null() {
                let object: krait_runtime::Ref<PyFrame> = krait_runtime::Ref::from_owned(object);
                if object.as_object().refcnt() > 1 {
                    crate::objects::frame::take_ownership(py, &object, this);
                    return;
                }
            }
            Frame::clear_locals(this);
            core::mem::replace(&mut (*this).f_funcobj, StackRef::NULL).close();
        }
    }
}
