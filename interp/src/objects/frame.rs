//! `frame`: the Python object that stands for an interpreter frame; made only when someone asks. Not here: the frame itself
//! (`crate::frame`), `FrameLocalsProxy` (`frame_locals.rs`).

use core::cell::Cell;
use core::ffi::{c_int, c_void};
use core::mem::MaybeUninit;

use krait_bytecode::{CodeFlags, LocalKind};
use krait_runtime::prelude::*;
use krait_runtime::slots::VisitProc;

use crate::frame::{Frame, Owner};
use crate::objects::code::PyCode;
use crate::objects::generator::{PyGen, frame_state};
use crate::stackref::StackRef;

/// `PyFrameObject` of 3.14. When the call ends, the interpreter frame moves into `_f_frame_data`.
#[pyclass(name = "frame", gc, manual, disallow_instantiation, itemtype = *mut PyObject)]
#[repr(C)]
#[allow(missing_docs)]
pub struct PyFrame {
    pub ob_base: PyObject,
    /// The caller's frame object, once this frame left the frame stack.
    pub f_back: Member<PyFrame>,
    pub f_frame: Cell<*mut Frame>,
    pub f_trace: Member<PyObject>,
    /// Set while a trace function jumps; else 0.
    pub f_lineno: Cell<i32>,
    #[pymember("f_trace_lines", bool)]
    pub f_trace_lines: Cell<u8>,
    pub f_trace_opcodes: Cell<u8>,
    /// Names stored through `f_locals` that are no slots (PEP 667).
    pub f_extra_locals: Member<PyDict>,
    pub f_locals_cache: Member<PyObject>,
    pub f_overwritten_fast_locals: Member<PyObject>,
    /// The interpreter frame when this object owns it; its slots follow.
    pub _f_frame_data: MaybeUninit<Frame>,
}

impl PyFrame {
    /// The frame object of `frame`, made at first use (`_PyFrame_GetFrameObject`).
    ///
    /// # Safety
    /// `frame` is live and complete.
    pub unsafe fn of(py: Py<'_>, frame: *mut Frame) -> PyResult<Ref<PyFrame>> {
        // SAFETY: by contract.
        unsafe {
            if !(*frame).frame_obj.is_null() {
                return Ok(Ref::from_borrowed((*frame).frame_obj));
            }
            let code = Frame::code(frame);
            let slots = code.framesize() - Frame::HEAD_SLOTS;
            let saved = py.take_error();
            let made = krait_runtime::memory::alloc_object(py, PyFrame::type_object(), slots);
            let object: *mut PyFrame = made?.cast();
            if let Some(saved) = saved {
                let _ = py.restore(saved);
            }
            // The allocator wrote the number of slots where `f_back` stands; it is no count of anything.
            (&raw mut (*object).f_back).write(Member::empty());
            (*object).f_frame.set(frame);
            (*object).f_trace_lines.set(1);
            let owned = Ref::from_owned(object);
            if (*frame).frame_obj.is_null() {
                (*frame).frame_obj = owned.clone().into_raw();
            }
            Ok(owned)
        }
    }

    /// The interpreter frame: on the stack, in a generator, or in this object.
    #[inline(always)]
    pub fn frame(&self) -> *mut Frame {
        self.f_frame.get()
    }

    /// The code that it runs.
    pub fn code(&self) -> &PyCode {
        // SAFETY: a frame object's frame is live: it moves into the object before its memory goes.
        unsafe { Frame::code(self.frame()) }
    }

    /// The current line; -1 when the instruction has none.
    pub fn line(&self) -> i32 {
        if self.f_lineno.get() != 0 {
            return self.f_lineno.get();
        }
        // SAFETY: the frame is live.
        self.code().addr2line(unsafe { Frame::lasti(self.frame()) } * 2)
    }

    /// Its globals.
    pub fn globals(&self) -> Option<Ref<PyDict>> {
        // SAFETY: a live frame's globals are kept alive by its function.
        unsafe { (*self.frame()).f_globals.as_ref().map(PyDict::new_ref) }
    }

    /// The calling frame (`PyFrame_GetBack`).
    pub fn back(&self, py: Py<'_>) -> PyResult<Option<Ref<PyFrame>>> {
        if let Some(back) = self.f_back.get() {
            return Ok(Some(back));
        }
        // SAFETY: the frame is live and so is its chain.
        unsafe {
            let previous = Frame::first_complete((*self.frame()).previous);
            if previous.is_null() { Ok(None) } else { PyFrame::of(py, previous).map(Some) }
        }
    }

    /// The namespace: a dict (module, class, `exec`) or a proxy (function) (`PyFrame_GetLocals`).
    pub fn locals(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        // SAFETY: the frame is live.
        unsafe {
            let frame = self.frame();
            if self.code().has(CodeFlags::OPTIMIZED) || has_hidden_locals(frame) {
                return crate::objects::frame_locals::FrameLocalsProxy::new(py, self).map(Ref::upcast);
            }
            if (*frame).f_locals.is_null() {
                (*frame).f_locals = PyDict::new(py)?.upcast().into_raw();
            }
            Ok(Ref::from_borrowed((*frame).f_locals))
        }
    }

    /// True when the frame's data stands in this object.
    fn owns_frame(&self) -> bool {
        core::ptr::eq(self.frame().cast_const(), self._f_frame_data.as_ptr())
    }
}

/// Whether a local of an inlined comprehension is bound right now (such frames have no plain dict of locals).
unsafe fn has_hidden_locals(frame: *mut Frame) -> bool {
    // SAFETY: the caller's frame is live.
    unsafe {
        Frame::code(frame)
            .localspluskinds()
            .iter()
            .enumerate()
            .any(|(i, kind)| kind & LocalKind::HIDDEN != 0 && !(*Frame::local(frame, i)).is_null())
    }
}

/// Moves a frame that ends into its frame object, which somebody holds (`take_ownership`).
///
/// # Safety
/// `frame` is out of the thread's chain with an up-to-date stack pointer; its own link to `object` has been taken out. Its
/// executable still has to be released by the caller, all else is moved.
pub unsafe fn take_ownership(py: Py<'_>, object: &PyFrame, frame: *mut Frame) {
    // SAFETY: by contract; the object was allocated with room for this code's frame.
    unsafe {
        // A generator's frame has no caller any more when it has ended.
        let generator = (*frame).owner == Owner::Generator;
        let previous = if generator { core::ptr::null_mut() } else { (*frame).previous };
        let to: *mut Frame = object._f_frame_data.as_ptr().cast_mut();
        Frame::move_to(frame, to);
        (*frame).f_executable = (*to).f_executable.dup();
        (*frame).f_funcobj = StackRef::NULL;
        (*frame).f_locals = core::ptr::null_mut();
        (*frame).stackpointer = Frame::localsplus(frame);
        (*to).f_executable = (*to).f_executable.make_owned();
        (*to).f_funcobj = (*to).f_funcobj.make_owned();
        (*to).frame_obj = core::ptr::null_mut();
        (*to).owner = Owner::FrameObject;
        object.f_frame.set(to);
        if Frame::is_incomplete(to) {
            // A generator's frame that never ran: pretend that the first RESUME did.
            let code = Frame::code(to);
            (*to).instr_ptr = code.first_unit().add(code.first_traceable() + 1);
        }
        let back = Frame::first_complete(previous);
        if !back.is_null() {
            match PyFrame::of(py, back) {
                Ok(back) => object.f_back.set(back),
                Err(raised) => py.clear_error(raised),
            }
        }
        krait_runtime::gc::track(object);
    }
}

/// The innermost frame that Python code may see, or null.
pub fn current_frame(py: Py<'_>) -> *mut Frame {
    // SAFETY: the thread's chain is live.
    unsafe { Frame::first_complete(py.thread().current_frame.get().cast()) }
}

/// The frame object `depth` levels up (`sys._getframe`), if there is one.
pub fn current_frame_object(py: Py<'_>, depth: usize) -> PyResult<Option<Ref<PyFrame>>> {
    let mut frame = current_frame(py);
    // SAFETY: the thread's chain is live.
    unsafe {
        for _ in 0..depth {
            if frame.is_null() {
                break;
            }
            frame = Frame::first_complete((*frame).previous);
        }
        if frame.is_null() { Ok(None) } else { PyFrame::of(py, frame).map(Some) }
    }
}

/// For each thread: its identifier, its innermost frame, the exception it is handling.
type ThreadFrame = (u64, Ref<PyFrame>, Option<Ref<PyObject>>);

/// Where the threads of this interpreter stand (`sys._current_frames`); those without a frame are left out.
pub fn frames_of_threads(py: Py<'_>) -> PyResult<Vec<ThreadFrame>> {
    let mut found = Vec::new();
    let mut thread = py.interp().threads_head.get();
    // SAFETY: the list holds live states; the GIL keeps other threads where they are, and making frame objects releases it not.
    unsafe {
        while let Some(state) = thread.as_ref() {
            thread = state.next.get();
            let frame = Frame::first_complete(state.current_frame.get().cast());
            if frame.is_null() {
                continue;
            }
            let frame = PyFrame::of(py, frame)?;
            found.push((state.thread_id.get(), frame, state.handled_exception()));
        }
    }
    Ok(found)
}

/// `__module__` of the function that runs `depth` levels up; none when there is no such frame.
pub fn module_of_frame(py: Py<'_>, depth: usize) -> Option<Ref<PyObject>> {
    let mut frame = current_frame(py);
    // SAFETY: the thread's chain is live.
    unsafe {
        for _ in 0..depth {
            if frame.is_null() {
                return None;
            }
            frame = Frame::first_complete((*frame).previous);
        }
        let function = frame.as_ref()?.f_funcobj;
        if function.is_null() {
            return None;
        }
        function.get().downcast::<crate::objects::function::PyFunction>()?.func_module.get()
    }
}

/// Builtins of the running frame.
pub fn current_builtins(py: Py<'_>) -> Option<Ref<PyObject>> {
    let frame = current_frame(py);
    // SAFETY: a live frame's builtins are kept alive by its function.
    unsafe { frame.as_ref().and_then(|f| f.f_builtins.as_ref()).map(PyObject::to_ref) }
}

/// Globals of the running frame (`PyEval_GetGlobals`).
pub fn current_globals(py: Py<'_>) -> Option<Ref<PyDict>> {
    let frame = current_frame(py);
    // SAFETY: a live frame's globals are kept alive by its function.
    unsafe { frame.as_ref().and_then(|f| f.f_globals.as_ref()).map(PyDict::new_ref) }
}

/// What `locals()` gives: a fresh dict in functions, the namespace itself elsewhere (`PyEval_GetFrameLocals`).
pub fn current_locals(py: Py<'_>) -> PyResult<Ref<PyObject>> {
    let frame = current_frame(py);
    if frame.is_null() {
        bail!(py, SystemError, "frame does not exist");
    }
    // SAFETY: the running frame is live.
    let object = unsafe { PyFrame::of(py, frame)? };
    let locals = object.locals(py)?;
    match locals.downcast::<crate::objects::frame_locals::FrameLocalsProxy>() {
        Some(proxy) => proxy.to_dict(py).map(Ref::upcast),
        None => Ok(locals),
    }
}

/// The collector's view of a frame that an object owns. The stack pointer of a running one is stale: only its variables are looked
/// at, and what stands on its stack counts as held from outside.
///
/// # Safety
/// The frame is live, with an up-to-date stack pointer unless it is `running`.
pub(crate) unsafe fn traverse_frame(frame: *mut Frame, running: bool, visit: &mut Visitor<'_>) -> c_int {
    // SAFETY: by contract.
    unsafe {
        let head = [(*frame).f_executable, (*frame).f_funcobj];
        let first = Frame::localsplus(frame);
        let count = if running {
            Frame::code(frame).nlocalsplus()
        } else {
            (*frame).stackpointer.offset_from(first).max(0) as usize
        };
        let slots = core::slice::from_raw_parts(first, count);
        let stop = visit.visit((*frame).f_locals);
        if stop != 0 {
            return stop;
        }
        for slot in head.iter().chain(slots).filter(|slot| slot.owns()) {
            let stop = visit.visit(slot.as_ptr());
            if stop != 0 {
                return stop;
            }
        }
        0
    }
}

#[pymethods]
impl PyFrame {
    #[slot]
    unsafe extern "C-unwind" fn tp_dealloc(op: *mut PyObject) {
        // SAFETY: called once, with a dead frame object.
        unsafe {
            krait_runtime::gc::untrack(&*op);
            let this: *mut PyFrame = op.cast();
            let frame: *mut Frame = (*this)._f_frame_data.as_mut_ptr();
            let mut executable = StackRef::NULL;
            if (*this).owns_frame() && (*frame).owner == Owner::FrameObject {
                executable = core::mem::replace(&mut (*frame).f_executable, StackRef::NULL);
                core::mem::replace(&mut (*frame).f_funcobj, StackRef::NULL).close();
                Frame::clear_locals(frame);
            }
            drop((*this).f_back.take());
            drop((*this).f_trace.take());
            drop((*this).f_extra_locals.take());
            drop((*this).f_locals_cache.take());
            drop((*this).f_overwritten_fast_locals.take());
            krait_runtime::memory::free_object(op);
            executable.close();
        }
    }

    #[slot]
    unsafe extern "C-unwind" fn tp_traverse(op: *mut PyObject, visit: VisitProc, arg: *mut c_void) -> c_int {
        // SAFETY: called with a live frame object.
        unsafe {
            let this: &PyFrame = (*op).cast_unchecked();
            let mut visitor = Visitor::new(visit, arg);
            let members = [
                this.f_back.as_raw().cast(),
                this.f_trace.as_raw(),
                this.f_extra_locals.as_raw().cast(),
                this.f_locals_cache.as_raw(),
                this.f_overwritten_fast_locals.as_raw(),
            ];
            for member in members {
                let stop = visitor.visit(member);
                if stop != 0 {
                    return stop;
                }
            }
            if this.owns_frame() && (*this.frame()).owner == Owner::FrameObject {
                return traverse_frame(this.frame(), false, &mut visitor);
            }
            0
        }
    }

    #[slot]
    unsafe extern "C-unwind" fn tp_clear(op: *mut PyObject) -> c_int {
        // SAFETY: called with a live frame object.
        unsafe { (*op).cast_unchecked::<PyFrame>().clear_contents() };
        0
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<String> {
        let code = self.code();
        let file = code.filename().repr(py)?;
        Ok(format!("<frame at {:#x}, file {file}, line {}, code {}>", self.id(), self.line(), code.name()))
    }

    #[pymethod]
    fn clear(&self, py: Py<'_>) -> PyResult<()> {
        // SAFETY: the frame is live.
        unsafe {
            match (*self.frame()).owner {
                Owner::Generator => {
                    let generator = PyGen::of_frame(self.frame());
                    match generator.gi_frame_state.get() {
                        frame_state::EXECUTING => {}
                        frame_state::SUSPENDED | frame_state::SUSPENDED_YIELD_FROM => {
                            bail!(py, RuntimeError, "cannot clear a suspended frame")
                        }
                        _ => {
                            generator.finalize(py);
                            return Ok(());
                        }
                    }
                }
                Owner::FrameObject => {
                    self.clear_contents();
                    return Ok(());
                }
                Owner::Thread | Owner::Interpreter => {}
            }
        }
        bail!(py, RuntimeError, "cannot clear an executing frame")
    }

    #[pymethod]
    fn __sizeof__(&self) -> usize {
        // SAFETY: the frame is live.
        let slots = self.code().framesize() - Frame::HEAD_SLOTS;
        size_of::<PyFrame>() + slots * size_of::<StackRef>()
    }

    #[getter(name = "f_back")]
    fn get_back(&self, py: Py<'_>) -> PyResult<Option<Ref<PyFrame>>> {
        self.back(py)
    }

    #[getter(name = "f_locals")]
    fn get_locals(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.locals(py)
    }

    #[getter(name = "f_lineno")]
    fn get_lineno(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        match self.line() {
            n if n < 0 => Ok(py.none()),
            n => n.into_py(py),
        }
    }

    #[setter(name = "f_lineno")]
    fn set_lineno(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let Some(value) = value else {
            bail!(py, AttributeError, "attribute 'f_lineno' of 'frame' objects cannot be deleted")
        };
        crate::objects::frame_jump::jump(py, self, value)
    }

    #[getter(name = "f_trace")]
    fn get_trace(&self, _py: Py<'_>) -> Option<Ref<PyObject>> {
        self.f_trace.get()
    }

    #[setter(name = "f_trace")]
    fn set_trace(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let value = value.filter(|v| !v.is_none());
        drop(self.f_trace.replace(value.map(PyObject::to_ref)));
        if value.is_some() && self.f_trace_opcodes.get() != 0 {
            crate::monitoring::set_opcode_trace(py, self.code(), true)?;
        }
        Ok(())
    }

    #[getter(name = "f_lasti")]
    fn get_lasti(&self, _py: Py<'_>) -> isize {
        // SAFETY: the frame is live.
        match unsafe { Frame::lasti(self.frame()) } {
            n if n < 0 => -1,
            n => n * 2,
        }
    }

    #[getter(name = "f_globals")]
    fn get_globals(&self, _py: Py<'_>) -> Option<Ref<PyDict>> {
        // SAFETY: the frame is live and so are its globals.
        unsafe { (*self.frame()).f_globals.as_ref().map(PyDict::new_ref) }
    }

    #[getter(name = "f_builtins")]
    fn get_builtins(&self, _py: Py<'_>) -> Option<Ref<PyObject>> {
        // SAFETY: the frame is live and so are its builtins.
        unsafe { (*self.frame()).f_builtins.as_ref().map(PyObject::to_ref) }
    }

    #[getter(name = "f_code")]
    fn get_code(&self, _py: Py<'_>) -> Ref<PyCode> {
        self.code().new_ref()
    }

    #[getter(name = "f_trace_opcodes")]
    fn get_trace_opcodes(&self, _py: Py<'_>) -> bool {
        self.f_trace_opcodes.get() != 0
    }

    #[setter(name = "f_trace_opcodes")]
    fn set_trace_opcodes(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        match value {
            Some(v) if PyBool::check(v) => {
                let enable = v.is_true(py)?;
                self.f_trace_opcodes.set(u8::from(enable));
                if !enable || self.f_trace.is_some() {
                    crate::monitoring::set_opcode_trace(py, self.code(), enable)?;
                }
            }
            Some(_) => bail!(py, TypeError, "attribute value type must be bool"),
            None => {
                bail!(py, AttributeError, "attribute 'f_trace_opcodes' of 'frame' objects cannot be deleted")
            }
        }
        Ok(())
    }

    #[getter(name = "f_generator")]
    fn get_generator(&self, _py: Py<'_>) -> Option<Ref<PyObject>> {
        // SAFETY: the frame is live; its owner says where it stands.
        unsafe {
            if (*self.frame()).owner == Owner::Generator {
                Some(PyGen::of_frame(self.frame()).to_ref())
            } else {
                None
            }
        }
    }
}

impl PyFrame {
    /// Lets go of locals and stack of a frame that ended.
    fn clear_contents(&self) {
        drop(self.f_extra_locals.take());
        drop(self.f_locals_cache.take());
        drop(self.f_overwritten_fast_locals.take());
        drop(self.f_trace.take());
        // SAFETY: only the object's own frame is cleared; slots leave the frame before they are released.
        unsafe {
            let frame = self.frame();
            if self.owns_frame() && (*frame).owner == Owner::FrameObject {
                Frame::clear_locals(frame);
            }
        }
    }
}
