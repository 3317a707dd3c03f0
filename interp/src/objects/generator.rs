//! `generator`, `coroutine` and `async_generator` share one layout, with the frame inside. Here: the layout, resuming, throwing,
//! closing, finalising. Not here: `coroutine_wrapper` (`coroutine.rs`), the awaitables of async generators (`async_generator.rs`).

use core::cell::Cell;
use core::mem::MaybeUninit;

use krait_runtime::objects::PyStr;
use krait_runtime::objects::weakref::WeakList;
use krait_runtime::prelude::*;
use krait_runtime::state::ExcStackItem;

use crate::frame::Frame;

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

    /// True for a generator, coroutine or async generator.
    #[inline(always)]
    pub fn is_any(object: &PyObject) -> bool {
        PyGen::check_exact(object) || PyCoroutine::check_exact(object) || PyAsyncGen::check_exact(object)
    }
}

/// The name that the evaluation loop uses for whatever holds a frame inside.
pub type PyGenerator = PyGen;
