//! Iteration.

use krait_runtime::objects::PyInt;
use krait_runtime::{Py, PyObject, PyResult, Ref, raise};

use super::access::attempt;
use crate::dispatch::Step;
use crate::objects::generator::{PyCoroutine, PyGen};
use crate::specialize;
use crate::stackref::StackRef;
use crate::tracing;

/// `iter(value)` for `yield from`: a coroutine passes where the frame's code may await one.
#[inline(never)]
fn yield_from_iter(py: Py<'_>, iterable: &PyObject, flags: i32) -> PyResult<Ref<PyObject>> {
    use krait_bytecode::CodeFlags;
    if iterable.downcast_exact::<PyCoroutine>().is_some() {
        if flags as u32 & (CodeFlags::COROUTINE | CodeFlags::ITERABLE_COROUTINE) == 0 {
            return Err(raise!(
                py,
                TypeError,
                "cannot 'yield from' a coroutine object in a non-coroutine generator"
            ));
        }
        return Ok(iterable.to_ref());
    }
    if iterable.downcast_exact::<PyGen>().is_some() {
        return Ok(iterable.to_ref());
    }
    iterable.iter(py)
}

#[inline(never)]
fn length(py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
    PyInt::new(py, object.len(py)? as i64).map(Ref::upcast)
}

instructions! {
    /// `iter(value)`.
    fn GET_ITER(cx, _) {
        let iterator = cx.object(1).iter(cx.py);
        cx.finish(1, iterator)
    }

    /// `iter(value)`, with a coroutine passed through where allowed.
    fn GET_YIELD_FROM_ITER(cx, _) {
        let iterator = attempt!(yield_from_iter(cx.py, cx.object(1), cx.code().co_flags.get()));
        cx.replace_n(1, StackRef::owned(iterator));
        Step::Next
    }

    /// `next(iterator)`; when exhausted, jump past the loop's END_FOR.
    fn FOR_ITER(cx, oparg) {
        if specialize::ready(cx) {
            return Step::Specialize;
        }
        if let Some(item) = cx.object(1).next_leaving_error(cx.py) {
            cx.push_ref(item);
            return Step::Next;
        }
        if cx.py.has_error() {
            (*cx.frame).stackpointer = cx.sp;
            attempt!(tracing::ended_by_exception(cx.py, cx.frame, cx.this()));
        }
        cx.jump(1 + oparg as usize + 1);
        Step::Jump
    }

    /// Drop the value that a finished generator left.
    fn END_FOR(cx, _) {
        let value = cx.pop();
        cx.close_next(value)
    }

    /// Drop the iterator of a finished loop.
    fn POP_ITER(cx, _) {
        let value = cx.pop();
        cx.close_next(value)
    }

    /// Push `len(top)`.
    fn GET_LEN(cx, _) {
        let n = attempt!(length(cx.py, cx.object(1)));
        cx.push_ref(n);
        Step::Next
    }
}
