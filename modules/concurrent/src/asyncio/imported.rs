//! What `_asyncio` uses of the library written in Python, looked up once for each interpreter.

use krait_interp::import::import_module;
use krait_runtime::local::InterpreterLocal;
use krait_runtime::prelude::*;

macro_rules! imported {
    ($($(#[$doc:meta])* $name:ident = $module:literal, $attribute:literal;)*) => { $(
        $(#[$doc])*
        pub(super) static $name: InterpreterLocal =
            InterpreterLocal::new(|py| import_module(py, $module)?.get_attr(py, id!(py, $attribute)));
    )* };
}

imported! {
    CANCELLED_ERROR = "asyncio.exceptions", "CancelledError";
    INVALID_STATE_ERROR = "asyncio.exceptions", "InvalidStateError";
    EVENT_LOOP_POLICY = "asyncio.events", "_get_event_loop_policy";
    FUTURE_REPR = "asyncio.base_futures", "_future_repr";
    TASK_REPR = "asyncio.base_tasks", "_task_repr";
    TASK_GET_STACK = "asyncio.base_tasks", "_task_get_stack";
    TASK_PRINT_STACK = "asyncio.base_tasks", "_task_print_stack";
    IS_COROUTINE = "asyncio.coroutines", "iscoroutine";
    EXTRACT_STACK = "traceback", "extract_stack";
}

/// Tasks that are no `_asyncio.Task`: a `weakref.WeakSet`.
pub(super) static FOREIGN_TASKS: InterpreterLocal =
    InterpreterLocal::new(|py| import_module(py, "weakref")?.get_attr(py, id!(py, "WeakSet"))?.call(py, &[]));

/// Tasks in their first, eager step: a set.
pub(super) static EAGER_TASKS: InterpreterLocal = InterpreterLocal::new(|py| PySet::new(py).map(Ref::upcast));

/// `("context",)`.
pub(super) static CONTEXT_KEYWORD: InterpreterLocal =
    InterpreterLocal::new(|py| PyTuple::new(py, &[id!(py, "context")]).map(Ref::upcast));

/// `("msg",)`.
pub(super) static MSG_KEYWORD: InterpreterLocal =
    InterpreterLocal::new(|py| PyTuple::new(py, &[id!(py, "msg")]).map(Ref::upcast));

/// `asyncio.InvalidStateError(message)`.
pub(super) fn invalid_state(py: Py<'_>, message: &str) -> Raised {
    INVALID_STATE_ERROR.raise(py, format_args!("{message}"))
}

/// `loop.call_soon(callback[, argument], context=context)`.
pub(super) fn call_soon(
    py: Py<'_>,
    event_loop: &PyObject,
    callback: &PyObject,
    argument: Option<&PyObject>,
    context: Option<&PyObject>,
) -> PyResult<()> {
    let (function, is_method) = event_loop.load_method(py, id!(py, "call_soon"))?;
    let mut args: Vec<&PyObject> = Vec::with_capacity(4);
    if is_method {
        args.push(event_loop);
    }
    args.push(callback);
    args.extend(argument);
    match context {
        None => function.call(py, &args).map(drop),
        Some(context) => {
            args.push(context);
            let names = CONTEXT_KEYWORD.get(py)?;
            match names.downcast::<PyTuple>() {
                Some(names) => function.call_keywords(py, &args, names).map(drop),
                None => Ok(()),
            }
        }
    }
}

/// `object.cancel(msg=message)` of any future.
pub(super) fn cancel(py: Py<'_>, object: &PyObject, message: &PyObject) -> PyResult<bool> {
    let method = object.get_attr(py, id!(py, "cancel"))?;
    let names = MSG_KEYWORD.get(py)?;
    match names.downcast::<PyTuple>() {
        Some(names) => method.call_keywords(py, &[message], names)?.is_true(py),
        None => Ok(false),
    }
}
