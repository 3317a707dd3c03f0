//! Raising, matching and leaving handlers.

use krait_runtime::objects::exceptions::{PyBaseException, PyBaseExceptionGroup, types};
use krait_runtime::objects::r#type::flags;
use krait_runtime::objects::{PyBool, PyInt, PyList, PyNone, PyTuple, PyType};
use krait_runtime::{Py, PyClass, PyObject, PyResult, Ref, raise};

use super::access::attempt;
use crate::dispatch::{Cx, Step};
use crate::objects::frame::{PyFrame, current_frame};
use crate::objects::traceback::PyTraceback;
use crate::stackref::StackRef;

/// Exception classes: subclasses of `BaseException`.
fn is_exception_class(object: &PyObject) -> bool {
    object.downcast::<PyType>().is_some_and(|t| t.has(flags::BASE_EXC_SUBCLASS))
}

/// An exception from what stands after `raise`: a class is called.
fn instantiate(py: Py<'_>, value: &PyObject) -> PyResult<Ref<PyObject>> {
    if is_exception_class(value) {
        let exc = value.call(py, &[])?;
        if PyBaseException::check(&exc) {
            return Ok(exc);
        }
        return Err(raise!(
            py,
            TypeError,
            "calling {} should have returned an instance of BaseException, not {}",
            &*value.repr(py)?,
            &*exc.ty().repr(py)?
        ));
    }
    if PyBaseException::check(value) {
        return Ok(value.to_ref());
    }
    Err(raise!(py, TypeError, "exceptions must derive from BaseException"))
}

/// `raise exc from cause`; true when it was a bare `raise` that set the handled exception again.
#[cold]
#[inline(never)]
fn raise_statement(py: Py<'_>, exc: Option<&PyObject>, cause: Option<&PyObject>) -> bool {
    let Some(exc) = exc else {
        let Some(handled) = py.handled_exception() else {
            let _ = raise!(py, RuntimeError, "No active exception to reraise");
            return false;
        };
        let _ = py.restore(handled);
        return true;
    };
    let Ok(instance) = instantiate(py, exc) else { return false };
    if let Some(cause) = cause {
        let fixed = if cause.is_none() {
            None
        } else if is_exception_class(cause) {
            match cause.call(py, &[]) {
                Ok(c) if PyBaseException::check(&c) => Some(c),
                Ok(c) => {
                    let _ = raise!(
                        py,
                        TypeError,
                        "calling {} should have returned an instance of BaseException, not {}",
                        cause.repr(py).map(|r| r.to_string()).unwrap_or_default(),
                        c.ty().repr(py).map(|r| r.to_string()).unwrap_or_default()
                    );
                    return false;
                }
                Err(_) => return false,
            }
        } else if PyBaseException::check(cause) {
            Some(cause.to_ref())
        } else {
            let _ = raise!(py, TypeError, "exception causes must derive from BaseException");
            return false;
        };
        if let Some(e) = instance.downcast::<PyBaseException>() {
            e.set_cause(fixed);
        }
    }
    let _ = py.raise_instance(instance);
    false
}

const CANNOT_CATCH: &str = "catching classes that do not inherit from BaseException is not allowed";

fn check_catchable(py: Py<'_>, matcher: &PyObject) -> PyResult<()> {
    match matcher.downcast::<PyTuple>() {
        Some(classes) if !classes.as_slice().iter().all(|c| is_exception_class(c)) => {
            Err(raise!(py, TypeError, "{CANNOT_CATCH}"))
        }
        None if !is_exception_class(matcher) => Err(raise!(py, TypeError, "{CANNOT_CATCH}")),
        _ => Ok(()),
    }
}

/// Whether an exception is an instance of a class or of one of a tuple's, which `check_catchable` has passed
/// (`PyErr_GivenExceptionMatches`: plain subclassing, nested tuples included).
pub(crate) fn matches(exc: &PyObject, matcher: &PyObject) -> bool {
    match (matcher.downcast::<PyTuple>(), matcher.downcast::<PyType>()) {
        (Some(classes), _) => classes.as_slice().iter().any(|c| matches(exc, c)),
        (_, Some(class)) => exc.ty().is_subtype(class),
        _ => false,
    }
}

#[inline(never)]
fn except_matches(py: Py<'_>, exc: &PyObject, matcher: &PyObject) -> PyResult<bool> {
    check_catchable(py, matcher)?;
    Ok(matches(exc, matcher))
}

/// `except*`: (rest, match), each None when empty.
#[inline(never)]
fn except_star(py: Py<'_>, exc: &PyObject, matcher: &PyObject) -> PyResult<(Ref<PyObject>, Ref<PyObject>)> {
    const GROUPS: &str = "catching ExceptionGroup with except* is not allowed. Use except instead.";
    check_catchable(py, matcher)?;
    let group = types::BaseExceptionGroup();
    let is_group = |c: &PyObject| c.downcast::<PyType>().is_some_and(|t| t.is_subtype(group));
    let bad = match matcher.downcast::<PyTuple>() {
        Some(classes) => classes.as_slice().iter().any(|c| is_group(c)),
        None => is_group(matcher),
    };
    if bad {
        return Err(raise!(py, TypeError, "{GROUPS}"));
    }
    if exc.is_none() {
        return Ok((py.none(), py.none()));
    }
    if matches(exc, matcher) {
        if exc.ty().is_subtype(group) {
            return Ok((py.none(), exc.to_ref()));
        }
        // A naked exception is wrapped for the handler.
        let excs = PyTuple::new(py, &[exc])?;
        let wrapped = group.call(py, &[krait_runtime::id!(py, ""), &excs])?;
        if let Some(w) = wrapped.downcast::<PyBaseException>() {
            // Its traceback begins here; that of the exception stays with the exception.
            let frame = current_frame(py);
            // SAFETY: an instruction runs in it.
            let frame = unsafe { PyFrame::of(py, frame)? };
            w.set_traceback(Some(PyTraceback::here(py, &frame)?.upcast()));
        }
        return Ok((py.none(), wrapped));
    }
    if exc.ty().is_subtype(group) {
        let pair = exc.call_method(py, krait_runtime::id!(py, "split"), &[matcher])?;
        let Some(pair) = pair.downcast::<PyTuple>() else {
            return Err(raise!(
                py,
                TypeError,
                "{}.split must return a tuple, not {}",
                exc.ty().short_name(),
                pair.ty().short_name()
            ));
        };
        let (Some(matched), Some(rest)) = (pair.get(0), pair.get(1)) else {
            return Err(raise!(
                py,
                TypeError,
                "{}.split must return a 2-tuple, got tuple of size {}",
                exc.ty().short_name(),
                pair.len()
            ));
        };
        return Ok((rest.to_ref(), matched.to_ref()));
    }
    Ok((exc.to_ref(), py.none()))
}

/// Whether two exceptions have the same notes, traceback, cause and context: one is the other raised again.
fn same_metadata(a: &PyObject, b: &PyObject) -> bool {
    match (a.downcast::<PyBaseException>(), b.downcast::<PyBaseException>()) {
        (Some(a), Some(b)) => a.same_metadata(b),
        _ => false,
    }
}

/// What is left to raise after the handlers of `except*`: from the original exception and what the handlers raised, None for
/// nothing.
#[inline(never)]
pub(super) fn prep_reraise_star(py: Py<'_>, original: &PyObject, excs: &PyObject) -> PyResult<Ref<PyObject>> {
    let Some(excs) = excs.downcast::<PyList>() else {
        return Err(raise!(py, SystemError, "not a list of exceptions"));
    };
    let excs = excs.to_vec();
    let Some(first) = excs.first() else { return Ok(py.none()) };
    if !original.ty().is_subtype(types::BaseExceptionGroup()) {
        // A naked exception was wrapped; only one handler can have run.
        return Ok(first.clone());
    }
    let (reraised, mut raised): (Vec<_>, Vec<_>) =
        excs.into_iter().filter(|e| !e.is_none()).partition(|e| same_metadata(e, original));
    let rest = PyBaseExceptionGroup::projection(py, original, &reraised)?;
    if raised.is_empty() {
        return Ok(rest.unwrap_or_else(|| py.none()));
    }
    raised.extend(rest);
    if let [_, _, ..] = raised.as_slice() {
        let excs = PyList::from_vec(py, raised)?;
        return types::BaseExceptionGroup().call(py, &[krait_runtime::id!(py, ""), &excs]);
    }
    Ok(raised.pop().unwrap_or_else(|| py.none()))
}

/// The exception on top of the stack becomes the current one again.
#[inline(always)]
unsafe fn raise_top(cx: &mut Cx<'_>) {
    // SAFETY: the top is an exception.
    unsafe {
        let exc = cx.pop().into_ref();
        let _ = cx.py.restore(exc);
    }
}

/// The value that a `StopIteration` carries.
pub(crate) fn stop_value(py: Py<'_>, exc: &PyObject) -> PyResult<Ref<PyObject>> {
    exc.get_attr(py, krait_runtime::id!(py, "value"))
}

instructions! {
    /// `raise`, with exception and cause as oparg says.
    fn RAISE_VARARGS(cx, oparg) {
        let (exc, cause) = match oparg {
            0 => (None, None),
            1 => (Some(cx.object(1)), None),
            _ => (Some(cx.object(2)), Some(cx.object(1))),
        };
        if raise_statement(cx.py, exc, cause) { Step::Reraise } else { Step::Error }
    }

    /// Raise the exception again; with oparg, the instruction offset to report is under it.
    fn RERAISE(cx, oparg) {
        if oparg != 0 {
            let lasti: &PyInt = cx.object(1 + oparg as usize).cast_unchecked();
            if let Some(offset) = lasti.as_i64() {
                (*cx.frame).instr_ptr = cx.code().first_instr().offset(offset as isize);
            }
        }
        raise_top(cx);
        Step::Reraise
    }

    /// Make the exception the handled one; the previous one goes under it.
    fn PUSH_EXC_INFO(cx, _) {
        let exc = cx.pop();
        let item = &*cx.py.thread().exc_info.get();
        let previous = item.exc_value.replace(Some(exc.dup().into_ref()));
        cx.push(match previous {
            Some(p) => StackRef::owned(p),
            None => StackRef::borrowed(PyNone::get()),
        });
        cx.push(exc);
        Step::Next
    }

    /// Restore the previous handled exception.
    fn POP_EXCEPT(cx, _) {
        let previous = cx.pop();
        let item = &*cx.py.thread().exc_info.get();
        let value = if previous.is(PyNone::get()) { None } else { Some(previous.into_ref()) };
        match item.exc_value.replace(value) {
            Some(old) => cx.close_next(StackRef::owned(old)),
            None => Step::Next,
        }
    }

    /// `except` match: (exception, type) to (exception, bool).
    fn CHECK_EXC_MATCH(cx, _) {
        // Mostly the very class stands there; an exception's class may be caught.
        let found = core::ptr::addr_eq(cx.object(2).type_ptr(), cx.object(1).as_ptr())
            || attempt!(except_matches(cx.py, cx.object(2), cx.object(1)));
        cx.replace_top(StackRef::borrowed(PyBool::get(found)))
    }

    /// `except*` match: (exception, type) to (rest, match).
    fn CHECK_EG_MATCH(cx, _) {
        let (rest, matched) = attempt!(except_star(cx.py, cx.object(2), cx.object(1)));
        if !matched.is_none() {
            let item = &*cx.py.thread().exc_info.get();
            drop(item.exc_value.replace(Some(matched.clone())));
        }
        cx.replace_n(2, StackRef::owned(rest));
        cx.push_ref(matched);
        Step::Next
    }

    /// Swallow StopAsyncIteration, or raise again.
    fn END_ASYNC_FOR(cx, _) {
        if cx.object(1).ty().is_subtype(types::StopAsyncIteration()) {
            cx.drop_n(2);
            return Step::Next;
        }
        raise_top(cx);
        Step::Reraise
    }

    /// End of a `throw()` into a delegating generator: (sub-iterator, last value, exception).
    fn CLEANUP_THROW(cx, _) {
        if cx.object(1).ty().is_subtype(types::StopIteration()) {
            let value = attempt!(stop_value(cx.py, cx.object(1)));
            cx.replace_n(3, StackRef::borrowed(PyNone::get()));
            cx.push_ref(value);
            return Step::Next;
        }
        raise_top(cx);
        Step::Reraise
    }
}
