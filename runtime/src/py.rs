//! The token `Py<'_>`: the right to touch Python objects on this thread (it holds the GIL), carrying the thread state.
//! Not here: what hangs off the states (`state.rs`), raising (`error.rs`).

use core::cell::Cell;

use crate::object::PyObject;
use crate::objects::{PyEllipsis, PyNone, PyNotImplemented};
use crate::reference::Ref;
use crate::state::{InterpreterState, ThreadState};

thread_local! {
    static CURRENT: Cell<*const ThreadState> = const { Cell::new(core::ptr::null()) };
}

/// Proof that this thread is attached to an interpreter and holds its GIL.
#[derive(Clone, Copy)]
pub struct Py<'py>(&'py ThreadState);

impl<'py> Py<'py> {
    /// The token of the thread that runs this code.
    ///
    /// # Safety
    /// The thread is attached: this is called from C-ABI code that the interpreter called, or after [`Py::attach`].
    #[inline(always)]
    pub unsafe fn assume() -> Py<'py> {
        // SAFETY: an attached thread has set its state, which lives until it detaches for good.
        Py(unsafe { &*CURRENT.get() })
    }

    /// The token when this thread is attached.
    #[inline]
    pub fn current() -> Option<Py<'py>> {
        // SAFETY: a non-null state is one that this thread attached.
        unsafe { CURRENT.get().as_ref() }.map(Py)
    }

    /// The token of a thread whose state is at hand.
    ///
    /// # Safety
    /// The calling thread is attached with this state.
    #[inline(always)]
    pub unsafe fn from_thread(state: &'py ThreadState) -> Py<'py> {
        Py(state)
    }

    /// Makes `state` this thread's own and gives the token; the caller has the GIL.
    ///
    /// # Safety
    /// `state` outlives the token, and the GIL is held.
    pub unsafe fn attach(state: *const ThreadState) -> Py<'py> {
        CURRENT.set(state);
        // SAFETY: by contract.
        Py(unsafe { &*state })
    }

    /// Forgets this thread's state (before the GIL is released).
    pub fn clear_current() {
        CURRENT.set(core::ptr::null());
    }

    /// The thread state.
    #[inline(always)]
    pub fn thread(self) -> &'py ThreadState {
        self.0
    }

    /// The interpreter state.
    #[inline(always)]
    pub fn interp(self) -> &'py InterpreterState {
        // SAFETY: a thread state points to its interpreter, which outlives it.
        unsafe { &*self.0.interp }
    }

    /// `None`.
    #[inline(always)]
    pub fn none(self) -> Ref<PyObject> {
        PyNone::get().to_ref()
    }

    /// `NotImplemented`.
    #[inline(always)]
    pub fn not_implemented(self) -> Ref<PyObject> {
        PyNotImplemented::get().to_ref()
    }

    /// `...`
    #[inline(always)]
    pub fn ellipsis(self) -> Ref<PyObject> {
        PyEllipsis::get().to_ref()
    }
}
