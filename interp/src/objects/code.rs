//! `code`: the layout and making of code objects. Not here: attributes and methods (`code_methods.rs`), positions
//! (`code_positions.rs`).

use core::cell::Cell;
use core::ffi::c_void;

use krait_runtime::objects::weakref::WeakList;
use krait_runtime::objects::{PyBytes, PyStr, PyTuple};
use krait_runtime::prelude::*;

use crate::frame::{CodeUnit, Frame};

/// `PyCodeObject` of 3.14.
#[pyclass(name = "code", itemtype = CodeUnit)]
#[repr(C)]
#[allow(missing_docs)]
pub struct PyCode {
    pub ob_base: PyVarObject,
    #[pymember("co_consts", readonly)]
    pub co_consts: Member<PyTuple>,
    #[pymember("co_names", readonly)]
    pub co_names: Member<PyTuple>,
    #[pymember("co_exceptiontable", readonly)]
    pub co_exceptiontable: Member<PyBytes>,
    #[pymember("co_flags", readonly)]
    pub co_flags: Cell<i32>,
    #[pymember("co_argcount", readonly)]
    pub co_argcount: Cell<i32>,
    #[pymember("co_posonlyargcount", readonly)]
    pub co_posonlyargcount: Cell<i32>,
    #[pymember("co_kwonlyargcount", readonly)]
    pub co_kwonlyargcount: Cell<i32>,
    #[pymember("co_stacksize", readonly)]
    pub co_stacksize: Cell<i32>,
    #[pymember("co_firstlineno", readonly)]
    pub co_firstlineno: Cell<i32>,
    pub co_nlocalsplus: Cell<i32>,
    /// Slots of a whole frame: head, locals, stack.
    pub co_framesize: Cell<i32>,
    #[pymember("co_nlocals", readonly)]
    pub co_nlocals: Cell<i32>,
    pub co_ncellvars: Cell<i32>,
    pub co_nfreevars: Cell<i32>,
    pub co_version: Cell<u32>,
    pub co_localsplusnames: Member<PyTuple>,
    pub co_localspluskinds: Member<PyBytes>,
    #[pymember("co_filename", readonly)]
    pub co_filename: Member<PyStr>,
    #[pymember("co_name", readonly)]
    pub co_name: Member<PyStr>,
    #[pymember("co_qualname", readonly)]
    pub co_qualname: Member<PyStr>,
    #[pymember("co_linetable", readonly)]
    pub co_linetable: Member<PyBytes>,
    pub co_weakreflist: WeakList,
    pub co_executors: Cell<*mut c_void>,
    /// `co_code`, `co_varnames`… once someone asked for them.
    pub _co_cached: Cell<*mut c_void>,
    pub _co_instrumentation_version: Cell<usize>,
    pub _co_monitoring: Cell<*mut c_void>,
    pub _co_unique_id: Cell<isize>,
    /// Index of the first unit that line tracing sees.
    pub _co_firsttraceable: Cell<i32>,
    pub co_extra: Cell<*mut c_void>,
    /// The instructions, `ob_size` units.
    pub co_code_adaptive: [CodeUnit; 0],
}

impl PyCode {
    /// The first instruction.
    #[inline(always)]
    pub fn first_instr(&self) -> *mut CodeUnit {
        self.co_code_adaptive.as_ptr().cast_mut()
    }

    /// Number of code units.
    #[inline(always)]
    pub fn units(&self) -> usize {
        self.ob_base.size()
    }

    /// True when the `co_flags` bit is set.
    #[inline(always)]
    pub fn has(&self, flag: u32) -> bool {
        self.co_flags.get() as u32 & flag != 0
    }

    /// Number of locals, cells and free variables together.
    #[inline(always)]
    pub fn nlocalsplus(&self) -> usize {
        self.co_nlocalsplus.get() as usize
    }

    /// Slots of a whole frame.
    #[inline(always)]
    pub fn framesize(&self) -> usize {
        self.co_framesize.get() as usize
    }

    /// Constants.
    #[inline(always)]
    pub fn consts(&self) -> &PyTuple {
        // SAFETY: set when the object is made, never changed.
        unsafe { &*self.co_consts.as_raw() }
    }

    /// Names of attribute, global and name instructions.
    #[inline(always)]
    pub fn names(&self) -> &PyTuple {
        // SAFETY: set when the object is made, never changed.
        unsafe { &*self.co_names.as_raw() }
    }

    /// Names of the frame's slots.
    #[inline(always)]
    pub fn localsplusnames(&self) -> &PyTuple {
        // SAFETY: set when the object is made, never changed.
        unsafe { &*self.co_localsplusnames.as_raw() }
    }

    /// For each slot its `LocalKind` bits.
    #[inline(always)]
    pub fn localspluskinds(&self) -> &[u8] {
        // SAFETY: set when the object is made, never changed.
        unsafe { (*self.co_localspluskinds.as_raw()).as_bytes() }
    }

    /// The exception table.
    #[inline(always)]
    pub fn exceptiontable(&self) -> &[u8] {
        // SAFETY: set when the object is made, never changed.
        unsafe { (*self.co_exceptiontable.as_raw()).as_bytes() }
    }

    /// The location table.
    #[inline(always)]
    pub fn linetable(&self) -> &[u8] {
        // SAFETY: set when the object is made, never changed.
        unsafe { (*self.co_linetable.as_raw()).as_bytes() }
    }

    /// The source file.
    pub fn filename(&self) -> &PyStr {
        // SAFETY: set when the object is made; `_imp._fix_co_filename` alone replaces it, before the code runs.
        unsafe { &*self.co_filename.as_raw() }
    }

    /// The name.
    pub fn name(&self) -> &PyStr {
        // SAFETY: set when the object is made, never changed.
        unsafe { &*self.co_name.as_raw() }
    }

    /// The qualified name.
    pub fn qualname(&self) -> &PyStr {
        // SAFETY: set when the object is made, never changed.
        unsafe { &*self.co_qualname.as_raw() }
    }

    /// Slots that a frame of this code takes: head, locals, evaluation stack.
    pub(crate) fn frame_slots(nlocalsplus: usize, stacksize: usize) -> usize {
        Frame::HEAD_SLOTS + nlocalsplus + stacksize
    }
}
