//! `with`: calling `__exit__` with the exception.

use krait_runtime::objects::exceptions::PyBaseException;
use krait_runtime::{Py, PyObject, PyResult, Ref};

use super::access::attempt;
use crate::dispatch::Step;

#[inline(never)]
fn call_exit(
    py: Py<'_>,
    exit: &PyObject,
    receiver: Option<&PyObject>,
    exc: &PyObject,
) -> PyResult<Ref<PyObject>> {
    let none = krait_runtime::objects::PyNone::get();
    let traceback = exc.downcast::<PyBaseException>().and_then(PyBaseException::traceback);
    let traceback = traceback.as_deref().unwrap_or(none);
    let ty: &PyObject = exc.ty();
    match receiver {
        Some(receiver) => exit.call(py, &[receiver, ty, exc, traceback]),
        None => exit.call(py, &[ty, exc, traceback]),
    }
}

instructions! {
    /// Call `__exit__` with the exception; push its answer. The stack: `__exit__`, its self or NULL, offset, previously handled
    /// exception, exception.
    fn WITH_EXCEPT_START(cx, _) {
        let receiver = if cx.peek(4).is_null() { None } else { Some(cx.object(4)) };
        let answer = attempt!(call_exit(cx.py, cx.object(5), receiver, cx.object(1)));
        cx.push_ref(answer);
        Step::Next
    }
}
