//! `code`: the layout and making of code objects. Not here: attributes and methods (`code_methods.rs`), positions
//! (`code_positions.rs`).

use core::cell::Cell;
use core::ffi::c_void;

use krait_bytecode::opcode::CACHE_ENTRIES;
use krait_bytecode::{CodeFlags, LocalKind, Opcode};
use krait_runtime::objects::weakref::WeakList;
use krait_runtime::objects::{PyBytes, PyStr, PyTuple};
use krait_runtime::prelude::*;

use crate::frame::{CodeUnit, Frame};

/// Counter of an adaptive instruction that has not run yet: specialise at the second execution (value << 4 | back-off).
const WARMUP_COUNTER: u16 = 1 << 4 | 1;
/// Counter of a fresh `JUMP_BACKWARD`.
const JUMP_BACKWARD_COUNTER: u16 = 4095 << 4 | 12;
/// Alternating history of a conditional jump.
const BRANCH_HISTORY: u16 = 0x5555;

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
    pub _co_cached: CachedAttributes,
    pub _co_instrumentation_version: Cell<usize>,
    pub _co_monitoring: crate::monitoring::MonitoringData,
    pub _co_unique_id: Cell<isize>,
    /// Index of the first unit that line tracing sees.
    pub _co_firsttraceable: Cell<i32>,
    pub co_extra: Cell<*mut c_void>,
    /// The instructions, `ob_size` units.
    pub co_code_adaptive: [CodeUnit; 0],
}

/// `_PyCoCached`: attributes that are computed at first use.
#[derive(Default)]
#[allow(missing_docs)]
pub struct Cached {
    pub co_code: Member<PyBytes>,
    pub co_varnames: Member<PyTuple>,
    pub co_cellvars: Member<PyTuple>,
    pub co_freevars: Member<PyTuple>,
}

/// Owns a [`Cached`], or nothing yet.
#[repr(transparent)]
pub struct CachedAttributes(Cell<*mut Cached>);

impl CachedAttributes {
    /// The attributes computed so far.
    pub fn get(&self) -> &Cached {
        if self.0.get().is_null() {
            self.0.set(Box::into_raw(Box::default()));
        }
        // SAFETY: non-null means a box that lives as long as `self`.
        unsafe { &*self.0.get() }
    }
}

impl Drop for CachedAttributes {
    fn drop(&mut self) {
        let p = self.0.replace(core::ptr::null_mut());
        if !p.is_null() {
            // SAFETY: made by `Box::into_raw` in `get`.
            drop(unsafe { Box::from_raw(p) });
        }
    }
}

/// All that a code object is made of, as Python objects (`_PyCodeConstructor`).
#[derive(Clone)]
#[allow(missing_docs)]
pub struct CodeParts {
    pub argcount: i32,
    pub posonlyargcount: i32,
    pub kwonlyargcount: i32,
    pub stacksize: i32,
    pub flags: i32,
    pub firstlineno: i32,
    pub code: Vec<u8>,
    pub consts: Ref<PyTuple>,
    pub names: Ref<PyTuple>,
    pub localsplusnames: Ref<PyTuple>,
    pub localspluskinds: Ref<PyBytes>,
    pub filename: Ref<PyStr>,
    pub name: Ref<PyStr>,
    pub qualname: Ref<PyStr>,
    pub linetable: Ref<PyBytes>,
    pub exceptiontable: Ref<PyBytes>,
}

impl CodeParts {
    /// `_PyCode_Validate`.
    fn validate(&self, py: Py<'_>) -> PyResult<()> {
        if self.argcount < self.posonlyargcount
            || self.posonlyargcount < 0
            || self.kwonlyargcount < 0
            || self.stacksize < 0
            || self.flags < 0
            || self.localsplusnames.len() != self.localspluskinds.as_bytes().len()
        {
            bail!(py, SystemError, "bad argument to internal function");
        }
        if self.code.len() > i32::MAX as usize {
            bail!(py, OverflowError, "code: co_code larger than INT_MAX");
        }
        if !self.code.len().is_multiple_of(size_of::<CodeUnit>()) {
            bail!(py, ValueError, "code: co_code is malformed");
        }
        let locals = self.count(LocalKind::LOCAL) as i64;
        let parameters = i64::from(self.argcount)
            + i64::from(self.kwonlyargcount)
            + i64::from(self.flags as u32 & CodeFlags::VARARGS != 0)
            + i64::from(self.flags as u32 & CodeFlags::VARKEYWORDS != 0);
        if locals < parameters {
            bail!(py, ValueError, "code: co_varnames is too small");
        }
        Ok(())
    }

    fn count(&self, kind: u8) -> usize {
        self.localspluskinds.as_bytes().iter().filter(|&&bits| bits & kind != 0).count()
    }
}

impl PyCode {
    /// Makes a code object (`_PyCode_New`): interns names, lays the instructions out with fresh inline caches.
    pub fn new(py: Py<'_>, parts: CodeParts) -> PyResult<Ref<PyCode>> {
        parts.validate(py)?;
        let mut parts = parts;
        if py.interp().config.borrow().no_debug_ranges {
            let table = krait_bytecode::location_table::without_columns(
                parts.linetable.as_bytes(),
                parts.firstlineno,
            );
            parts.linetable = PyBytes::new(py, &table)?;
        }
        let units = parts.code.len() / size_of::<CodeUnit>();
        let nlocalsplus = parts.localsplusnames.len();
        let Some(framesize) = i32::try_from(PyCode::frame_slots(nlocalsplus, parts.stacksize as usize)).ok()
        else {
            bail!(py, OverflowError, "code: co_stacksize is too large");
        };
        // SAFETY: all-zero is a valid PyCode: empty members, zero numbers.
        let code: Ref<PyCode> =
            unsafe { krait_runtime::memory::new_zeroed(py, PyCode::type_object(), units)? };
        let (nlocals, ncells, nfree) =
            (parts.count(LocalKind::LOCAL), parts.count(LocalKind::CELL), parts.count(LocalKind::FREE));
        code.co_consts.set(parts.consts);
        code.co_names.set(intern_all(py, parts.names)?);
        code.co_exceptiontable.set(parts.exceptiontable);
        code.co_flags.set(parts.flags);
        code.co_argcount.set(parts.argcount);
        code.co_posonlyargcount.set(parts.posonlyargcount);
        code.co_kwonlyargcount.set(parts.kwonlyargcount);
        code.co_stacksize.set(parts.stacksize);
        code.co_firstlineno.set(parts.firstlineno);
        code.co_nlocalsplus.set(nlocalsplus as i32);
        code.co_framesize.set(framesize);
        code.co_nlocals.set(nlocals as i32);
        code.co_ncellvars.set(ncells as i32);
        code.co_nfreevars.set(nfree as i32);
        let version = py.interp().next_func_version.get();
        code.co_version.set(version);
        if version != 0 {
            py.interp().next_func_version.set(version.wrapping_add(1));
        }
        code.co_localsplusnames.set(intern_all(py, parts.localsplusnames)?);
        code.co_localspluskinds.set(parts.localspluskinds);
        code.co_filename.set(PyStr::intern(py, parts.filename));
        code.co_name.set(PyStr::intern(py, parts.name));
        code.co_qualname.set(PyStr::intern(py, parts.qualname));
        code.co_linetable.set(parts.linetable);
        code._co_unique_id.set(-1);
        // SAFETY: the object was allocated with room for `units`; nobody else sees it yet.
        unsafe {
            core::ptr::copy_nonoverlapping(
                parts.code.as_ptr(),
                code.first_instr().cast::<u8>(),
                parts.code.len(),
            );
        }
        code.quicken();
        Ok(code)
    }

    /// Writes the initial counters of the adaptive instructions and finds the first traceable instruction.
    fn quicken(&self) {
        let mut unit = 0;
        let mut first_traceable = None;
        while unit < self.units() {
            // SAFETY: below `units`.
            let (op, caches) = unsafe {
                let op = (*self.first_instr().add(unit)).op;
                (op, CACHE_ENTRIES.get(op as usize).copied().unwrap_or(0) as usize)
            };
            if op == Opcode::RESUME.number() {
                first_traceable.get_or_insert(unit);
            }
            if caches > 0 && unit + caches < self.units() {
                let initial = match Opcode::from_number(op) {
                    Some(Opcode::JUMP_BACKWARD) => JUMP_BACKWARD_COUNTER,
                    Some(
                        Opcode::POP_JUMP_IF_FALSE
                        | Opcode::POP_JUMP_IF_TRUE
                        | Opcode::POP_JUMP_IF_NONE
                        | Opcode::POP_JUMP_IF_NOT_NONE,
                    ) => BRANCH_HISTORY,
                    _ => WARMUP_COUNTER,
                };
                // SAFETY: the cache lies inside the code.
                unsafe { *self.first_instr().add(unit + 1) = CodeUnit::from_word(initial) };
            }
            unit += 1 + caches;
        }
        self._co_firsttraceable.set(first_traceable.unwrap_or_else(|| self.units()) as i32);
    }

    /// The first instruction.
    #[inline(always)]
    pub fn first_instr(&self) -> *mut CodeUnit {
        self.co_code_adaptive.as_ptr().cast_mut()
    }

    /// The first instruction.
    #[inline(always)]
    pub fn first_unit(&self) -> *mut CodeUnit {
        self.first_instr()
    }

    /// Index of the first instruction that tracing (and frame walking) sees.
    #[inline(always)]
    pub fn first_traceable(&self) -> usize {
        self._co_firsttraceable.get() as usize
    }

    /// The exception table.
    #[inline(always)]
    pub fn exception_table(&self) -> &[u8] {
        self.exceptiontable()
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

/// The tuple with every string in it interned.
fn intern_all(py: Py<'_>, names: Ref<PyTuple>) -> PyResult<Ref<PyTuple>> {
    let mut items = Vec::with_capacity(names.len());
    for name in names.as_slice() {
        match name.clone().downcast_into::<PyStr>() {
            Ok(s) => items.push(PyStr::intern(py, s).upcast()),
            Err(_) => {
                bail!(py, TypeError, "name tuples must contain only strings, not '{}'", name.ty().name())
            }
        }
    }
    PyTuple::from_vec(py, items)
}

/// The unit at index `unit` as it was before monitoring instrumented it.
///
/// # Safety
/// `unit` is below the number of units.
pub(crate) unsafe fn base_unit(code: &PyCode, unit: usize) -> CodeUnit {
    // SAFETY: by contract.
    let arg = unsafe { (*code.first_unit().add(unit)).arg };
    CodeUnit { op: crate::monitoring::instrument::base_opcode(code, unit), arg }
}
