//! What the runtime asks about running frames: lines, builtins, and what hangs on a thread that ends.

use krait_runtime::objects::PyStr;
use krait_runtime::state::ThreadState;
use krait_runtime::{Py, PyClass, PyObject, Ref};

use crate::frame::Frame;
use crate::objects::frame::current_frame;

/// File name and line of each complete frame, innermost first.
pub fn each_line(py: Py<'_>, visit: &mut dyn FnMut(Option<&PyStr>, i32)) {
    let mut frame: *mut Frame = py.thread().current_frame.get().cast();
    // SAFETY: the thread's frames are live.
    unsafe {
        frame = Frame::first_complete(frame);
        while !frame.is_null() {
            let code = Frame::code(frame);
            visit(code.co_filename.borrow(), code.addr2line(Frame::lasti(frame) * 2));
            frame = Frame::first_complete((*frame).previous);
        }
    }
}

/// A thread has ended: its machine goes.
pub fn thread_ended(state: &ThreadState) {
    // SAFETY: the runtime calls this when the thread has run its last Python code.
    unsafe { crate::dispatch::discard_machine(state) };
}

/// What the innermost frame uses as builtins.
pub fn current_builtins(py: Py<'_>) -> Option<Ref<PyObject>> {
    let frame = current_frame(py);
    // SAFETY: null, or a live frame, which holds its builtins.
    unsafe { frame.as_ref() }.and_then(|frame| unsafe { frame.f_builtins.as_ref() }).map(PyObject::to_ref)
}

/// True for the built-in `super` itself.
#[inline(always)]
pub(crate) fn is_super(object: &PyObject) -> bool {
    object.is(krait_runtime::objects::super_::PySuper::type_object())
}
