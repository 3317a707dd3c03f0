//! `generator`, `coroutine` and `async_generator` share one layout, with the frame inside. Here: the layout, resuming, throwing,
//! closing, finalising. Not here: `coroutine_wrapper` (`coroutine.rs`), the awaitables of async generators (`async_generator.rs`).

use core::cell::Cell;
use core::ffi::{c_int, c_void};
use core::mem::MaybeUninit;

use krait_bytecode::{CodeFlags, Opcode};
use krait_runtime::objects::PyStr;
use krait_runtime::objects::exceptions::{PyBaseException, types};
use krait_runtime::objects::weakref::{WeakList, clear_weakrefs};
use krait_runtime::prelude::*;
use krait_runtime::slots::VisitProc;
use krait_runtime::state::ExcStackItem;

use crate::frame::{Frame, Owner};
use crate::objects::code::PyCode;
use crate::objects::frame::{PyFrame, traverse_frame};
use crate::objects::function::PyFunction;
use crate::objects::traceback::PyTraceback;
use crate::stackref::StackRef;

/// Where a generator stands (`PyFrameState`); the numbers are CPython's.
pub mod frame_state {
    /// Not started.
    pub const CREATED: i8 = -3;
    /// Suspended in a `yield`.
    pub const SUSPENDED: i8 = -2;
    /// Suspended in a `yield from` or `await`.
    pub const SUSPENDED_YIELD_FROM: i8 = -1;
    /// Running.
    pub const EXECUTING: i8 = 0;
    /// Left by `return` or an exception.
    pub const COMPLETED: i8 = 1;
    /// The frame is torn down.
    pub const CLEARED: i8 = 4;
}

macro_rules! generator_struct {
    ($(#[$meta:meta])* $name:ident { origin: $(#[$origin:meta])*; running: $(#[$running:meta])* }) => {
        $(#[$meta])*
        #[repr(C)]
        #[allow(missing_docs)]
        pub struct $name {
            pub ob_base: PyObject,
            pub gi_weakreflist: WeakList,
            pub gi_name: Member<PyStr>,
            pub gi_qualname: Member<PyStr>,
            /// The generator's own link in the chain of exceptions being handled.
            pub gi_exc_state: ExcStackItem,
            /// `cr_origin` of a coroutine, finaliser hook of an async generator.
            $(#[$origin])*
            pub gi_origin_or_finalizer: Member<PyObject>,
            pub gi_hooks_inited: Cell<u8>,
            pub gi_closed: Cell<u8>,
            $(#[$running])*
            pub gi_running_async: Cell<u8>,
            /// See [`frame_state`].
            pub gi_frame_state: Cell<i8>,
            /// The frame; its slots follow.
            pub gi_iframe: MaybeUninit<Frame>,
        }
    };
}
generator_struct! {
    /// `generator`; coroutines and async generators begin with the same fields.
    #[pyclass(name = "generator", gc, manual, disallow_instantiation, itemtype = *mut PyObject)]
    PyGen { origin:; running: }
}
generator_struct! {
    /// `coroutine`.
    #[pyclass(name = "coroutine", gc, manual, disallow_instantiation, itemtype = *mut PyObject)]
    PyCoroutine { origin: #[pymember("cr_origin", readonly)]; running: }
}
generator_struct! {
    /// `async_generator`.
    #[pyclass(name = "async_generator", gc, manual, disallow_instantiation, itemtype = *mut PyObject)]
    PyAsyncGen { origin:; running: #[pymember("ag_running", bool, readonly)] }
}

impl PyGen {
    /// The frame inside.
    #[inline(always)]
    pub fn frame(&self) -> *mut Frame {
        self.gi_iframe.as_ptr().cast_mut()
    }

    /// The generator that holds `frame`.
    ///
    /// # Safety
    /// The frame's owner is `Owner::Generator`.
    #[inline(always)]
    pub unsafe fn of_frame<'a>(frame: *mut Frame) -> &'a PyGen {
        // SAFETY: by contract the frame is the `gi_iframe` of a live generator.
        unsafe { &*frame.cast::<u8>().sub(core::mem::offset_of!(PyGen, gi_iframe)).cast::<PyGen>() }
    }

    /// A generator, coroutine or async generator for `function`, as its code's flags say, with an empty frame that the
    /// evaluation loop then fills (`_Py_MakeCoro`).
    pub fn make(py: Py<'_>, function: &PyFunction) -> PyResult<Ref<PyGen>> {
        let code = function.code();
        let ty = if code.has(CodeFlags::COROUTINE) {
            PyCoroutine::type_object()
        } else if code.has(CodeFlags::ASYNC_GENERATOR) {
            PyAsyncGen::type_object()
        } else {
            PyGen::type_object()
        };
        let slots = code.framesize() - Frame::HEAD_SLOTS;
        let size = PyGen::SIZE + slots * size_of::<StackRef>();
        // SAFETY: the three types are collectable and have this layout; every field but the frame is written. An empty slot is
        // valid without a code object; the loop overwrites the whole head of the frame.
        let generator = unsafe {
            let object: *mut PyGen = krait_runtime::memory::alloc_plain(py, ty, true, size)?.cast();
            (&raw mut (*object).gi_weakreflist).write(WeakList::EMPTY);
            (&raw mut (*object).gi_name).write(Member::from_option(function.name()));
            (&raw mut (*object).gi_qualname).write(Member::from_option(function.qualname()));
            (&raw mut (*object).gi_exc_state).write(ExcStackItem::EMPTY);
            (&raw mut (*object).gi_origin_or_finalizer).write(Member::empty());
            (&raw mut (*object).gi_hooks_inited).write(Cell::new(0));
            (&raw mut (*object).gi_closed).write(Cell::new(0));
            (&raw mut (*object).gi_running_async).write(Cell::new(0));
            (&raw mut (*object).gi_frame_state).write(Cell::new(frame_state::CLEARED));
            (*(*object).gi_iframe.as_mut_ptr()).f_executable = StackRef::NULL;
            Ref::from_owned(object)
        };
        if code.has(CodeFlags::COROUTINE) {
            let depth = py.thread().coroutine_origin_tracking_depth.get();
            if depth > 0 {
                let origin = crate::objects::coroutine::origin(py, depth as usize)?;
                generator.gi_origin_or_finalizer.set(origin);
            }
        }
        krait_runtime::gc::track(&generator);
        Ok(generator)
    }

    /// True for a generator, coroutine or async generator.
    #[inline(always)]
    pub fn is_any(object: &PyObject) -> bool {
        PyGen::check_exact(object) || PyCoroutine::check_exact(object) || PyAsyncGen::check_exact(object)
    }
}

/// The name that the evaluation loop uses for whatever holds a frame inside.
pub type PyGenerator = PyGen;

/// How a resumption ended (`PySendResult`).
pub enum Sent {
    /// It yielded.
    Yielded(Ref<PyObject>),
    /// It returned.
    Returned(Ref<PyObject>),
}

/// True once the generator cannot be resumed any more.
#[inline(always)]
fn finished(state: i8) -> bool {
    state >= frame_state::COMPLETED
}

/// True while it waits in a `yield` or `await`.
#[inline(always)]
fn suspended(state: i8) -> bool {
    state == frame_state::SUSPENDED || state == frame_state::SUSPENDED_YIELD_FROM
}

impl PyGen {
    /// The word for messages.
    fn kind(&self) -> &'static str {
        if PyCoroutine::check_exact(self) {
            "coroutine"
        } else if PyAsyncGen::check_exact(self) {
            "async generator"
        } else {
            "generator"
        }
    }

    /// The code, kept until the object dies.
    pub fn code(&self) -> Option<&PyCode> {
        // SAFETY: the frame's executable slot is empty or a code object.
        unsafe {
            let executable = (*self.frame()).f_executable;
            if executable.is_null() { None } else { Some(executable.get().cast_unchecked()) }
        }
    }

    /// The link in the chain of exceptions being handled.
    #[inline(always)]
    pub fn exc_state(&self) -> &ExcStackItem {
        &self.gi_exc_state
    }

    /// Notes that the frame is torn down.
    #[inline(always)]
    pub fn set_cleared(&self) {
        self.gi_frame_state.set(frame_state::CLEARED);
    }

    /// What the generator delegates to (`_PyGen_yf`).
    pub fn yield_from(&self) -> Option<Ref<PyObject>> {
        if self.gi_frame_state.get() != frame_state::SUSPENDED_YIELD_FROM {
            return None;
        }
        // SAFETY: a frame suspended in SEND has the awaited iterator on top of its stack.
        unsafe { Some((*(*self.frame()).stackpointer.sub(1)).get().to_ref()) }
    }

    /// Resumes (`gen_send_ex2`). `arg` is `None` for plain iteration. `throw`: raises the exception that is set at the point of
    /// suspension. `closing`: an exhausted coroutine is no error.
    pub fn resume(
        &self,
        py: Py<'_>,
        arg: Option<&PyObject>,
        throw: bool,
        closing: bool,
    ) -> PyResult<Option<Sent>> {
        let state = self.gi_frame_state.get();
        if state == frame_state::CREATED
            && let Some(arg) = arg
            && !arg.is_none()
        {
            bail!(py, TypeError, "can't send non-None value to a just-started {}", self.kind());
        }
        if state == frame_state::EXECUTING {
            bail!(py, ValueError, "{} already executing", self.kind());
        }
        if finished(state) {
            if PyCoroutine::check_exact(self) && !closing {
                bail!(py, RuntimeError, "cannot reuse already awaited coroutine");
            }
            if throw {
                return Err(Raised::already(py));
            }
            return Ok(arg.map(|_| Sent::Returned(py.none())));
        }
        let ts = py.thread();
        // SAFETY: a suspended generator's frame is complete and on no chain; `self` is kept alive by `guard` while it runs.
        let result = unsafe {
            let _guard = self.to_ref();
            let frame = self.frame();
            let sp = (*frame).stackpointer;
            *sp = StackRef::owned(arg.map_or_else(|| py.none(), PyObject::to_ref));
            (*frame).stackpointer = sp.add(1);
            self.gi_exc_state.previous.set(ts.exc_info.get());
            ts.exc_info.set(&self.gi_exc_state);
            let handling = self.gi_exc_state.exc_value.get().is_some_and(|exc| !exc.is_none());
            if throw
                && handling
                && let Some(exc) = py.take_error()
            {
                // The exception that the generator itself is handling becomes the context; what its caller handles does not.
                let _ = py.raise_instance(exc);
            }
            self.gi_frame_state.set(frame_state::EXECUTING);
            let result = if throw {
                crate::eval::eval_frame_throw(py, frame)
            } else {
                crate::eval::eval_frame(py, frame)
            };
            result.map(|value| (value, suspended(self.gi_frame_state.get())))
        };
        match result {
            Ok((value, true)) => Ok(Some(Sent::Yielded(value))),
            Ok((value, false)) => {
                if arg.is_none() && value.is_none() && !PyAsyncGen::check_exact(self) {
                    return Ok(None);
                }
                Ok(Some(Sent::Returned(value)))
            }
            Err(raised) => Err(raised),
        }
    }

    /// Resumes; a return becomes `StopIteration` or `StopAsyncIteration` (`gen_send_ex`).
    pub fn resume_raising(
        &self,
        py: Py<'_>,
        arg: Option<&PyObject>,
        throw: bool,
        closing: bool,
    ) -> PyResult<Option<Ref<PyObject>>> {
        match self.resume(py, arg, throw, closing)? {
            None => Ok(None),
            Some(Sent::Yielded(value)) => Ok(Some(value)),
            Some(Sent::Returned(_)) if PyAsyncGen::check_exact(self) => Err(raise!(py, StopAsyncIteration)),
            Some(Sent::Returned(value)) => Err(stop_iteration(py, value)),
        }
    }

    /// `send(value)`.
    pub fn send_value(&self, py: Py<'_>, value: &PyObject) -> PyResult<Ref<PyObject>> {
        match self.resume_raising(py, Some(value), false, false)? {
            Some(value) => Ok(value),
            None => Err(raise!(py, StopIteration)),
        }
    }

    /// `next()`.
    pub fn next_value(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        match self.resume(py, None, false, false)? {
            Some(Sent::Yielded(value)) => Ok(Some(value)),
            Some(Sent::Returned(value)) if !value.is_none() => Err(stop_iteration(py, value)),
            _ => Ok(None),
        }
    }

    /// `close()` (`gen_close`).
    pub fn close(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let state = self.gi_frame_state.get();
        if state == frame_state::CREATED {
            self.gi_frame_state.set(frame_state::COMPLETED);
            self.clear_frame(py);
            return Ok(py.none());
        }
        if finished(state) {
            return Ok(py.none());
        }
        let mut raised = None;
        if let Some(inner) = self.yield_from() {
            self.gi_frame_state.set(frame_state::EXECUTING);
            raised = close_iterator(py, &inner).err();
            self.gi_frame_state.set(state);
        }
        // SAFETY: a suspended frame stands at an instruction.
        let at = unsafe { *(*self.frame()).instr_ptr };
        let resume_point =
            matches!(at.opcode(), Some(Opcode::RESUME | Opcode::RESUME_CHECK | Opcode::INSTRUMENTED_RESUME));
        let watched = py.interp().monitoring.watchers(krait_runtime::monitoring::event::PY_UNWIND) != 0;
        let unseen = suspended(state) && resume_point && at.arg & RESUME_DEPTH1 != 0 && !watched;
        if raised.is_none() && unseen {
            // Only the block that turns StopIteration into RuntimeError is open: nothing could see GeneratorExit.
            self.gi_frame_state.set(frame_state::COMPLETED);
            self.clear_frame(py);
            return Ok(py.none());
        }
        if raised.is_none() {
            let _ = raise!(py, GeneratorExit);
        }
        match self.resume_raising(py, Some(&py.none()), true, true) {
            Ok(Some(value)) => {
                drop(value);
                bail!(py, RuntimeError, "{} ignored GeneratorExit", self.kind())
            }
            Ok(None) => Ok(py.none()),
            Err(raised) if py.error_matches(types::GeneratorExit()) => {
                py.clear_error(raised);
                Ok(py.none())
            }
            // It returned a value while closing (3.13).
            Err(raised) if py.error_matches(types::StopIteration()) => stop_iteration_value(py, raised),
            Err(raised) => Err(raised),
        }
    }

    /// Tears the frame down.
    fn clear_frame(&self, py: Py<'_>) {
        self.set_cleared();
        // SAFETY: the frame is suspended or never ran: on no chain, with an up-to-date stack pointer.
        unsafe {
            let frame = self.frame();
            (*frame).previous = core::ptr::null_mut();
            Frame::clear_except_code(py, frame);
            drop(self.gi_exc_state.exc_value.take());
        }
    }

    /// `throw(…)` (`_gen_throw`).
    pub fn throw_into(
        &self,
        py: Py<'_>,
        close_on_exit: bool,
        typ: &PyObject,
        val: Option<&PyObject>,
        tb: Option<&PyObject>,
    ) -> PyResult<Option<Ref<PyObject>>> {
        py.check_stack(" while calling a Python object")?;
        let none = py.none();
        if let Some(inner) = self.yield_from() {
            let state = self.gi_frame_state.get();
            if close_on_exit && given_matches(typ, types::GeneratorExit()) {
                self.gi_frame_state.set(frame_state::EXECUTING);
                let closed = close_iterator(py, &inner);
                self.gi_frame_state.set(state);
                drop(inner);
                if closed.is_err() {
                    return self.resume_raising(py, Some(&none), true, false);
                }
                return self.throw_here(py, typ, val, tb);
            }
            let delegated = if PyGen::check_exact(&inner) || PyCoroutine::check_exact(&inner) {
                self.linked(py, || {
                    // SAFETY: both types have PyGen's layout.
                    let inner: &PyGen = unsafe { inner.cast_unchecked() };
                    inner.throw_into(py, close_on_exit, typ, val, tb)
                })
            } else {
                match inner.get_attr_optional(py, id!(py, "throw"))? {
                    None => {
                        drop(inner);
                        return self.throw_here(py, typ, val, tb);
                    }
                    Some(method) => self.linked(py, || {
                        let args: Vec<&PyObject> =
                            core::iter::once(typ).chain(val).chain(val.and(tb)).collect();
                        method.call(py, &args).map(Some)
                    }),
                }
            };
            drop(inner);
            return match delegated {
                Ok(value) => Ok(value),
                Err(_) => self.resume_raising(py, Some(&none), true, false),
            };
        }
        self.throw_here(py, typ, val, tb)
    }

    /// Runs `f` as if called by this generator, so that tracebacks show its frame.
    fn linked<R>(&self, py: Py<'_>, f: impl FnOnce() -> R) -> R {
        let ts = py.thread();
        let state = self.gi_frame_state.replace(frame_state::EXECUTING);
        let previous = ts.current_frame.get();
        // SAFETY: the suspended frame is on no chain; it leaves the chain again below.
        unsafe {
            let frame = self.frame();
            (*frame).previous = previous.cast();
            ts.current_frame.set(frame.cast());
            let result = f();
            ts.current_frame.set(previous);
            (*frame).previous = core::ptr::null_mut();
            self.gi_frame_state.set(state);
            result
        }
    }

    fn throw_here(
        &self,
        py: Py<'_>,
        typ: &PyObject,
        val: Option<&PyObject>,
        tb: Option<&PyObject>,
    ) -> PyResult<Option<Ref<PyObject>>> {
        let tb = tb.filter(|tb| !tb.is_none());
        if tb.is_some_and(|tb| !PyTraceback::check(tb)) {
            bail!(py, TypeError, "throw() third argument must be a traceback object");
        }
        let val = val.filter(|v| !v.is_none());
        let exc = if let Some(class) = exception_class(typ) {
            match make_instance(py, class, val) {
                Ok(exc) => exc,
                // What goes wrong when the exception is made is thrown in its place.
                Err(_) => return self.resume_raising(py, Some(&py.none()), true, false),
            }
        } else if PyBaseException::check(typ) {
            if val.is_some() {
                bail!(py, TypeError, "instance exception may not have a separate value");
            }
            typ.to_ref()
        } else {
            bail!(
                py,
                TypeError,
                "exceptions must be classes or instances deriving from BaseException, not {}",
                typ.ty().name()
            );
        };
        if let (Some(tb), Some(e)) = (tb, exc.downcast::<PyBaseException>()) {
            e.set_traceback(Some(tb.to_ref()));
        }
        let _ = py.restore(exc);
        self.resume_raising(py, Some(&py.none()), true, false)
    }

    /// `throw` as Python code calls it.
    pub fn throw_args(&self, py: Py<'_>, args: &[&PyObject]) -> PyResult<Ref<PyObject>> {
        check_positional(py, "throw", args.len() as isize, 1, 3)?;
        let mut args = args.iter().copied();
        let (Some(typ), val, tb) = (args.next(), args.next(), args.next()) else {
            bail!(py, TypeError, "throw expected at least 1 argument, got 0")
        };
        warn_three_arguments(py, val)?;
        match self.throw_into(py, true, typ, val, tb)? {
            Some(value) => Ok(value),
            None => Err(raise!(py, StopIteration)),
        }
    }

    /// `tp_finalize`: closes what is still suspended (`_PyGen_Finalize`).
    pub fn finalize(&self, py: Py<'_>) {
        if finished(self.gi_frame_state.get()) {
            return;
        }
        let saved = py.take_error();
        if PyAsyncGen::check_exact(self)
            && self.gi_closed.get() == 0
            && let Some(finalizer) = self.gi_origin_or_finalizer.get()
        {
            if let Err(raised) = finalizer.call(py, &[self]) {
                crate::display::unraisable(
                    py,
                    raised,
                    "Exception ignored while calling finalizer",
                    Some(&finalizer),
                );
            }
        } else if self.code().is_some_and(|code| code.has(CodeFlags::COROUTINE))
            && self.gi_frame_state.get() == frame_state::CREATED
        {
            crate::objects::coroutine::warn_never_awaited(py, self);
        } else if let Err(raised) = self.close(py) {
            crate::display::unraisable(py, raised, "Exception ignored while closing generator", Some(self));
        }
        if let Some(saved) = saved {
            let _ = py.restore(saved);
        }
    }

    /// The frame object, while there is a frame.
    pub fn frame_object(&self, py: Py<'_>) -> PyResult<Option<Ref<PyFrame>>> {
        if finished(self.gi_frame_state.get()) {
            return Ok(None);
        }
        // SAFETY: the frame is live until the generator is finished.
        unsafe { PyFrame::of(py, self.frame()).map(Some) }
    }

    fn set_text(py: Py<'_>, field: &Member<PyStr>, what: &str, value: Option<&PyObject>) -> PyResult<()> {
        match value.and_then(|v| v.downcast::<PyStr>()) {
            Some(text) => field.set(text.new_ref()),
            None => bail!(py, TypeError, "{what} must be set to a string object"),
        }
        Ok(())
    }

    fn size(&self) -> usize {
        let slots = self.code().map_or(0, |code| code.framesize() - Frame::HEAD_SLOTS);
        size_of::<PyGen>() + slots * size_of::<StackRef>()
    }

    fn text(&self) -> String {
        let name = self.gi_qualname.get().map(|n| n.to_string()).unwrap_or_default();
        format!("<{} object {name} at {:#x}>", self.ty().name(), self.id())
    }
}

/// Bit of `RESUME`'s operand: exception-table depth is 1.
const RESUME_DEPTH1: u8 = 4;

/// DeprecationWarning of the three-argument form of `throw`.
pub(crate) fn warn_three_arguments(py: Py<'_>, val: Option<&PyObject>) -> PyResult<()> {
    if val.is_some() {
        let text =
            "the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead.";
        crate::warnings::warn(py, types::DeprecationWarning(), text, 1)?;
    }
    Ok(())
}

/// The exception class, if `object` is one.
pub(crate) fn exception_class(object: &PyObject) -> Option<&PyType> {
    object.downcast::<PyType>().filter(|ty| ty.is_subtype(PyBaseException::type_object()))
}

/// Whether the thrown class or instance is a `class`.
pub(crate) fn given_matches(thrown: &PyObject, class: &PyType) -> bool {
    match exception_class(thrown) {
        Some(ty) => ty.is_subtype(class),
        None => thrown.ty().is_subtype(class),
    }
}

fn make_instance(py: Py<'_>, class: &PyType, value: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
    let made = match value {
        None => class.call(py, &[])?,
        Some(v) if v.ty().is_subtype(class) => v.to_ref(),
        Some(v) => match v.downcast::<PyTuple>() {
            Some(args) => class.call_tuple(py, args)?,
            None => class.call(py, &[v])?,
        },
    };
    if !PyBaseException::check(&made) {
        bail!(
            py,
            TypeError,
            "calling {} should have returned an instance of BaseException, not {}",
            class.repr(py)?,
            made.ty().name()
        );
    }
    Ok(made)
}

/// `StopIteration(value)`, whatever the value is (`_PyGen_SetStopIterationValue`).
pub fn stop_iteration(py: Py<'_>, value: Ref<PyObject>) -> Raised {
    if value.is_none() {
        return raise!(py, StopIteration);
    }
    // Tuples and exceptions must not be taken apart or raised themselves: make the instance here.
    match types::StopIteration().call(py, &[&value]) {
        Ok(exc) => py.raise_instance(exc),
        Err(raised) => raised,
    }
}

/// The value of the `StopIteration` that is set; it is taken away.
pub fn stop_iteration_value(py: Py<'_>, raised: Raised) -> PyResult<Ref<PyObject>> {
    let exc = py.fetch(raised);
    exc.get_attr(py, id!(py, "value"))
}

/// Closes what a generator delegates to (`gen_close_iter`).
pub(crate) fn close_iterator(py: Py<'_>, iterator: &PyObject) -> PyResult<()> {
    if PyGen::check_exact(iterator) || PyCoroutine::check_exact(iterator) {
        // SAFETY: both types have PyGen's layout.
        return unsafe { iterator.cast_unchecked::<PyGen>() }.close(py).map(drop);
    }
    match iterator.get_attr_optional(py, id!(py, "close")) {
        Ok(Some(method)) => method.call(py, &[]).map(drop),
        Ok(None) => Ok(()),
        Err(raised) => {
            crate::display::unraisable(
                py,
                raised,
                "Exception ignored while closing generator",
                Some(iterator),
            );
            Ok(())
        }
    }
}

/// Slots and attributes that the three types share.
macro_rules! generator_methods {
    ($ty:ident, $class:literal, $frame:literal, $suspended:literal, $code:literal, $awaits:literal) => {
        impl $ty {
            /// The same object by the shared layout.
            #[inline(always)]
            pub fn as_gen(&self) -> &PyGen {
                // SAFETY: the three types have one layout.
                unsafe { (**self).cast_unchecked() }
            }
        }

        #[pymethods(class = $class, part = "shared")]
        impl $ty {
            #[classmethod]
            fn __class_getitem__(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
                krait_runtime::objects::generic_alias::class_getitem(py, cls, object)
            }
            #[slot]
            unsafe extern "C-unwind" fn tp_dealloc(op: *mut PyObject) {
                // SAFETY: called with a dead object of one of the three types.
                unsafe { dealloc(op) }
            }
            #[slot]
            unsafe extern "C-unwind" fn tp_traverse(
                op: *mut PyObject,
                visit: VisitProc,
                arg: *mut c_void,
            ) -> c_int {
                // SAFETY: called with a live object of one of the three types.
                unsafe { traverse(op, visit, arg) }
            }
            #[slot]
            fn tp_finalize(&self, py: Py<'_>) {
                self.as_gen().finalize(py);
            }
            #[slot]
            unsafe extern "C-unwind" fn am_send(
                op: *mut PyObject,
                arg: *mut PyObject,
                result: *mut *mut PyObject,
            ) -> c_int {
                // SAFETY: called with a live object of one of the three types.
                unsafe { am_send(op, arg, result) }
            }
            #[slot]
            fn tp_repr(&self, _py: Py<'_>) -> String {
                self.as_gen().text()
            }
            #[pymethod]
            fn __sizeof__(&self) -> usize {
                self.as_gen().size()
            }
            #[getter(name = "__name__")]
            fn get_name(&self, _py: Py<'_>) -> Option<Ref<PyStr>> {
                self.gi_name.get()
            }
            #[setter(name = "__name__")]
            fn set_name(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
                PyGen::set_text(py, &self.gi_name, "__name__", value)
            }
            #[getter(name = "__qualname__")]
            fn get_qualname(&self, _py: Py<'_>) -> Option<Ref<PyStr>> {
                self.gi_qualname.get()
            }
            #[setter(name = "__qualname__")]
            fn set_qualname(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
                PyGen::set_text(py, &self.gi_qualname, "__qualname__", value)
            }
            #[getter(name = $awaits)]
            fn get_yieldfrom(&self, _py: Py<'_>) -> Option<Ref<PyObject>> {
                self.as_gen().yield_from()
            }
            #[getter(name = $frame)]
            fn get_frame(&self, py: Py<'_>) -> PyResult<Option<Ref<PyFrame>>> {
                self.as_gen().frame_object(py)
            }
            #[getter(name = $suspended)]
            fn get_suspended(&self, _py: Py<'_>) -> bool {
                suspended(self.gi_frame_state.get())
            }
            #[getter(name = $code)]
            fn get_code(&self, _py: Py<'_>) -> Option<Ref<PyCode>> {
                self.as_gen().code().map(PyCode::new_ref)
            }
        }
    };
}
generator_methods!(PyGen, "generator", "gi_frame", "gi_suspended", "gi_code", "gi_yieldfrom");
generator_methods!(PyCoroutine, "coroutine", "cr_frame", "cr_suspended", "cr_code", "cr_await");
generator_methods!(PyAsyncGen, "async_generator", "ag_frame", "ag_suspended", "ag_code", "ag_await");

#[pymethods(class = "generator", parts(shared))]
impl PyGen {
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }
    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        self.next_value(py)
    }
    #[pymethod]
    fn send(&self, py: Py<'_>, value: &PyObject) -> PyResult<Ref<PyObject>> {
        self.send_value(py, value)
    }
    #[pymethod]
    #[raw(fastcall)]
    fn throw(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        self.throw_args(py, args.positional())
    }
    #[pymethod(name = "close")]
    fn close_method(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.close(py)
    }
    #[getter(name = "gi_running")]
    fn get_running(&self, _py: Py<'_>) -> bool {
        self.gi_frame_state.get() == frame_state::EXECUTING
    }
}

/// `tp_dealloc` of the three types.
unsafe fn dealloc(op: *mut PyObject) {
    // SAFETY: a dead object with PyGen's layout.
    unsafe {
        let py = Py::assume();
        clear_weakrefs(&*op);
        let this: &PyGen = (*op).cast_unchecked();
        if !finished(this.gi_frame_state.get()) && krait_runtime::gc::call_finalizer_from_dealloc(op) {
            return;
        }
        krait_runtime::gc::untrack(&*op);
        drop(this.gi_origin_or_finalizer.take());
        if this.gi_frame_state.get() != frame_state::CLEARED {
            this.clear_frame(py);
        }
        drop(this.gi_exc_state.exc_value.take());
        core::mem::replace(&mut (*this.frame()).f_executable, StackRef::NULL).close();
        drop(this.gi_name.take());
        drop(this.gi_qualname.take());
        krait_runtime::memory::free_plain(op, true);
    }
}

/// `tp_traverse` of the three types.
unsafe fn traverse(op: *mut PyObject, visit: VisitProc, arg: *mut c_void) -> c_int {
    // SAFETY: a live object with PyGen's layout.
    unsafe {
        let this: &PyGen = (*op).cast_unchecked();
        let mut visitor = Visitor::new(visit, arg);
        let members = [
            this.gi_name.as_raw().cast(),
            this.gi_qualname.as_raw().cast(),
            this.gi_origin_or_finalizer.as_raw(),
            this.gi_exc_state.exc_value.as_raw(),
        ];
        for member in members {
            let stop = visitor.visit(member);
            if stop != 0 {
                return stop;
            }
        }
        let state = this.gi_frame_state.get();
        if state == frame_state::CLEARED {
            let executable = (*this.frame()).f_executable;
            return if executable.owns() { visitor.visit(executable.as_ptr()) } else { 0 };
        }
        traverse_frame(this.frame(), state == frame_state::EXECUTING, &mut visitor)
    }
}

/// `am_send` of generators and coroutines.
unsafe fn am_send(op: *mut PyObject, arg: *mut PyObject, result: *mut *mut PyObject) -> c_int {
    // SAFETY: a live object with PyGen's layout; `arg` is an object or null.
    unsafe {
        let py = Py::assume();
        let this: &PyGen = (*op).cast_unchecked();
        let (value, code) = match this.resume(py, arg.as_ref(), false, false) {
            Ok(Some(Sent::Yielded(value))) => (value.into_raw(), 1),
            Ok(Some(Sent::Returned(value))) => (value.into_raw(), 0),
            Ok(None) => (py.none().into_raw(), 0),
            Err(_) => (core::ptr::null_mut(), -1),
        };
        *result = value;
        code
    }
}

/// Marks a frame as standing inside a generator (the loop moves it there).
///
/// # Safety
/// `frame` is the frame of a generator made by [`PyGen::make`].
pub unsafe fn adopt(frame: *mut Frame) {
    // SAFETY: by contract.
    unsafe { (*frame).owner = Owner::Generator };
}
