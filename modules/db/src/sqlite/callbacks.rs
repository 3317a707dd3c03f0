//! `Connection`: functions, aggregates, collations and hooks written in Python.

use core::cmp::Ordering;

use krait_runtime::args::{Signature, Style, extract};
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_runtime::system::sqlite::{Call, Database, Part, Value};

use super::errors::{OPERATIONAL_ERROR, c_string, code, programming_error, raise_failure};
use super::statement::with_value;
use super::{Connection, TRACEBACKS};

/// Shows or forgets an exception that cannot leave a callback.
fn settle(py: Py<'_>, raised: Raised, callback: &PyObject) {
    let show = TRACEBACKS.get(py).is_ok_and(|show| show.is(PyBool::get(true)));
    if !show {
        return py.clear_error(raised);
    }
    let error = py.fetch(raised);
    match callback.repr(py) {
        Ok(shown) => {
            let message = format!("Exception ignored on sqlite3 callback {}", shown.to_string_lossy());
            py.report_unraisable(py.restore(error), Some(&message), None);
        }
        Err(second) => {
            py.report_unraisable(second, None, None);
            py.report_unraisable(py.restore(error), Some("Exception ignored on sqlite3 callback"), None);
        }
    }
}

/// Fails a call of a function of SQL after an exception.
fn fail(py: Py<'_>, raised: Raised, call: &Call, message: &str, callback: &PyObject) {
    if py.error_matches(types::MemoryError()) {
        call.fail_no_memory();
    } else if py.error_matches(types::OverflowError()) {
        call.fail_too_big();
    } else {
        call.fail(message);
    }
    settle(py, raised, callback);
}

fn argument(py: Py<'_>, value: Value<'_>) -> PyResult<Ref<PyObject>> {
    match value {
        Value::Null => Ok(py.none()),
        Value::Int(n) => n.into_py(py),
        Value::Float(x) => x.into_py(py),
        Value::Blob(bytes) => bytes.into_py(py),
        Value::Text(text) => match core::str::from_utf8(text) {
            Ok(text) => text.into_py(py),
            Err(_) => PyBytes::new(py, text)?.call_method(py, id!(py, "decode"), &[]),
        },
    }
}

fn arguments(py: Py<'_>, call: &Call) -> PyResult<Vec<Ref<PyObject>>> {
    (0..call.len()).map(|index| argument(py, call.argument(index))).collect()
}

/// Gives a result to SQLite.
fn give(py: Py<'_>, call: &Call, result: &PyObject) -> PyResult<()> {
    match with_value(py, result, |value| call.give(value))? {
        Some(()) => Ok(()),
        None => {
            programming_error!(
                py,
                "User-defined functions cannot return '{}' values to SQLite",
                result.ty().name()
            )
        }
    }
}

fn call_scalar(py: Py<'_>, function: &PyObject, call: &Call) {
    let message = "user-defined function raised exception";
    if py.has_error() {
        // A collation has failed, which could not stop SQLite.
        return call.fail(message);
    }
    let result = arguments(py, call).and_then(|args| {
        let args: Vec<&PyObject> = args.iter().map(|arg| &**arg).collect();
        let result = function.call(py, &args)?;
        give(py, call, &result)
    });
    if let Err(raised) = result {
        fail(py, raised, call, message, function);
    }
}

/// The instance of an aggregation, made with its first row.
fn instance(
    py: Py<'_>,
    class: &PyObject,
    call: &Call,
) -> Result<Ref<PyObject>, Option<(Raised, &'static str)>> {
    let Some(state) = call.state() else { return Err(None) };
    if let Some(instance) = state.get() {
        return Ok(instance);
    }
    match class.call(py, &[]) {
        Ok(instance) => {
            state.set(instance.clone());
            Ok(instance)
        }
        Err(raised) => Err(Some((raised, "user-defined aggregate's '__init__' method raised error"))),
    }
}

fn call_aggregate(py: Py<'_>, class: &PyObject, part: Part, call: &Call) {
    let (name, absent, error) = match part {
        Part::Step => (id!(py, "step"), "", "user-defined aggregate's 'step' method raised error"),
        Part::Inverse => (
            id!(py, "inverse"),
            "user-defined aggregate's 'inverse' method not defined",
            "user-defined aggregate's 'inverse' method raised error",
        ),
        Part::Value => (
            id!(py, "value"),
            "user-defined aggregate's 'value' method not defined",
            "user-defined aggregate's 'value' method raised error",
        ),
        Part::Final => (
            id!(py, "finalize"),
            "user-defined aggregate's 'finalize' method not defined",
            "user-defined aggregate's 'finalize' method raised error",
        ),
    };
    if part == Part::Final && !call.state().is_some_and(Member::is_some) {
        // No row came, or the instance could not be made.
        return;
    }
    if py.has_error() {
        // A collation has failed, which could not stop SQLite.
        return call.fail(error);
    }
    let found = match instance(py, class, call) {
        Ok(found) => found,
        Err(None) => return call.fail_no_memory(),
        Err(Some((raised, message))) => return fail(py, raised, call, message, class),
    };
    let method = match found.get_attr(py, name) {
        Ok(method) => method,
        Err(raised) => {
            let message =
                if absent.is_empty() { "user-defined aggregate's 'step' method not defined" } else { absent };
            return fail(py, raised, call, message, class);
        }
    };
    let result = arguments(py, call).and_then(|args| {
        let args: Vec<&PyObject> = args.iter().map(|arg| &**arg).collect();
        let result = method.call(py, &args)?;
        if matches!(part, Part::Value | Part::Final) { give(py, call, &result) } else { Ok(()) }
    });
    if let Err(raised) = result {
        fail(py, raised, call, error, class);
    }
}

/// An exception stays set: whoever stepped finds it. Until then all texts are equal.
fn collate(py: Py<'_>, function: &PyObject, a: &[u8], b: &[u8]) -> Ordering {
    if py.has_error() {
        return Ordering::Equal;
    }
    let compare = || -> PyResult<Ordering> {
        let (a, b) = (argument(py, Value::Text(a))?, argument(py, Value::Text(b))?);
        let result = function.call(py, &[&a, &b])?;
        let Some(n) = result.downcast::<PyInt>() else { return Ok(Ordering::Equal) };
        Ok(if n.is_zero() {
            Ordering::Equal
        } else if n.is_negative() {
            Ordering::Less
        } else {
            Ordering::Greater
        })
    };
    compare().unwrap_or(Ordering::Equal)
}

fn authorize(py: Py<'_>, function: &PyObject, action: i32, texts: [Option<&[u8]>; 4]) -> i32 {
    if py.has_error() {
        return code::DENY;
    }
    let ask = || -> PyResult<i32> {
        let mut args = vec![action.into_py(py)?];
        for text in texts {
            args.push(match text {
                Some(text) => argument(py, Value::Text(text))?,
                None => py.none(),
            });
        }
        let args: Vec<&PyObject> = args.iter().map(|arg| &**arg).collect();
        let answer = function.call(py, &args)?;
        if PyInt::check(&answer) {
            return extract::<i32>(py, &answer, "authorizer", 0);
        }
        Ok(code::DENY)
    };
    ask().unwrap_or_else(|raised| {
        settle(py, raised, function);
        code::DENY
    })
}

/// Warns of arguments by name, which the next version takes by position only.
fn warn_of_names(
    py: Py<'_>,
    args: Args<'_>,
    signature: &Signature,
    names: &str,
    several: &str,
) -> PyResult<()> {
    if !args.has_keywords() {
        return Ok(());
    }
    let text = format!(
        "Passing keyword argument{several} {names} to _sqlite3.Connection.{}() is deprecated. Parameter{several} {names} \
         will become positional-only in Python 3.15.",
        signature.function
    );
    krait_interp::warnings::warn(py, types::DeprecationWarning(), &text, 1)
}

const fn signature(function: &'static str, names: &'static [&'static str], pos: usize) -> Signature {
    Signature {
        function,
        names,
        posonly: 0,
        pos,
        required: pos,
        kwonly_required: 0,
        varargs: false,
        varkw: false,
        style: Style::Clinic,
    }
}

static CREATE_FUNCTION: Signature =
    signature("create_function", &["name", "narg", "func", "deterministic"], 3);
static CREATE_AGGREGATE: Signature = signature("create_aggregate", &["name", "n_arg", "aggregate_class"], 3);
static SET_AUTHORIZER: Signature = signature("set_authorizer", &["authorizer_callback"], 1);
static SET_PROGRESS_HANDLER: Signature = signature("set_progress_handler", &["progress_handler", "n"], 2);
static SET_TRACE_CALLBACK: Signature = signature("set_trace_callback", &["trace_callback"], 1);

/// Arguments that the parser has found to be there.
#[cold]
fn no_arguments(py: Py<'_>) -> Raised {
    raise!(py, SystemError, "no arguments")
}

impl Connection {
    /// SQLite takes functions with so many arguments.
    fn check_count(&self, py: Py<'_>, database: &Database, name: &str, count: i32) -> PyResult<()> {
        // The number of the limit on arguments.
        let most = database.limit(6, -1);
        if count < -1 || count > most {
            programming_error!(py, "'{name}' must be between -1 and {most}, not {count}");
        }
        Ok(())
    }

    fn defined(&self, py: Py<'_>, result: i32, what: &str) -> PyResult<()> {
        if result == code::OK {
            return Ok(());
        }
        if what.is_empty() {
            return Err(raise_failure(py, &self.check(py)?.failure()));
        }
        Err(OPERATIONAL_ERROR.raise(py, format_args!("{what}")))
    }
}

fn wanted(callback: &PyObject) -> Option<Ref<PyObject>> {
    if callback.is_none() { None } else { Some(callback.to_ref()) }
}

#[pymethods(class = "sqlite3.Connection", part = "callbacks")]
impl Connection {
    #[pymethod]
    #[raw]
    fn create_function(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let [Some(name), Some(narg), Some(func), deterministic] = CREATE_FUNCTION.slots::<4>(py, args)?
        else {
            return Err(no_arguments(py));
        };
        if args.positional().len() < 3 {
            warn_of_names(py, args, &CREATE_FUNCTION, "'name', 'narg' and 'func'", "s")?;
        }
        let name = extract::<&PyStr>(py, name, "create_function", 1)?;
        let narg = extract::<i32>(py, narg, "create_function", 2)?;
        let deterministic = deterministic.map_or(Ok(false), |flag| flag.is_true(py))?;
        let database = self.check(py)?;
        self.check_count(py, &database, "narg", narg)?;
        let name = c_string(py, name)?;
        // None is no way to take it away: it is called, and fails.
        let function = func.to_ref();
        let run: Box<dyn Fn(Py<'_>, &Call)> = Box::new(move |py, call| call_scalar(py, &function, call));
        let result = database.create_function(&name, narg, deterministic, Some(run));
        self.defined(py, result, "Error creating function")?;
        Ok(py.none())
    }

    #[pymethod]
    #[raw]
    fn create_aggregate(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let [Some(name), Some(n_arg), Some(aggregate_class)] = CREATE_AGGREGATE.slots::<3>(py, args)? else {
            return Err(no_arguments(py));
        };
        warn_of_names(py, args, &CREATE_AGGREGATE, "'name', 'n_arg' and 'aggregate_class'", "s")?;
        let name = extract::<&PyStr>(py, name, "create_aggregate", 1)?;
        let n_arg = extract::<i32>(py, n_arg, "create_aggregate", 2)?;
        let database = self.check(py)?;
        self.check_count(py, &database, "n_arg", n_arg)?;
        let name = c_string(py, name)?;
        let class = aggregate_class.to_ref();
        let run: Box<dyn Fn(Py<'_>, Part, &Call)> =
            Box::new(move |py, part, call| call_aggregate(py, &class, part, call));
        let result = database.create_aggregate(&name, n_arg, false, Some(run));
        self.defined(py, result, "Error creating aggregate")?;
        Ok(py.none())
    }

    #[pymethod]
    #[sig("($self, name, num_params, aggregate_class, /)")]
    fn create_window_function(
        &self,
        py: Py<'_>,
        name: &PyStr,
        num_params: i32,
        aggregate_class: &PyObject,
    ) -> PyResult<()> {
        let database = self.check(py)?;
        self.check_count(py, &database, "num_params", num_params)?;
        let name = c_string(py, name)?;
        let function = wanted(aggregate_class).map(|class| {
            let run: Box<dyn Fn(Py<'_>, Part, &Call)> =
                Box::new(move |py, part, call| call_aggregate(py, &class, part, call));
            run
        });
        let result = database.create_aggregate(&name, num_params, true, function);
        if result == code::OK {
            return Ok(());
        }
        programming_error!(py, "{}", String::from_utf8_lossy(&database.failure().message))
    }

    #[pymethod]
    #[sig("($self, name, callback, /)")]
    fn create_collation(&self, py: Py<'_>, name: &PyStr, callback: &PyObject) -> PyResult<()> {
        let database = self.check(py)?;
        let name = c_string(py, name)?;
        if !callback.is_none() && !callback.is_callable() {
            bail!(py, TypeError, "parameter must be callable");
        }
        let collation = wanted(callback).map(|function| {
            let run: Box<dyn Fn(Py<'_>, &[u8], &[u8]) -> Ordering> =
                Box::new(move |py, a, b| collate(py, &function, a, b));
            run
        });
        let result = database.create_collation(&name, collation);
        self.defined(py, result, "")
    }

    #[pymethod]
    #[raw]
    fn set_authorizer(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let [Some(authorizer_callback)] = SET_AUTHORIZER.slots::<1>(py, args)? else {
            return Err(no_arguments(py));
        };
        warn_of_names(py, args, &SET_AUTHORIZER, "'authorizer_callback'", "")?;
        let database = self.check(py)?;
        let authorizer = wanted(authorizer_callback).map(|function| {
            let run: Box<dyn Fn(Py<'_>, i32, [Option<&[u8]>; 4]) -> i32> =
                Box::new(move |py, action, texts| authorize(py, &function, action, texts));
            run
        });
        let result = database.set_authorizer(authorizer);
        self.defined(py, result, "Error setting authorizer callback")?;
        Ok(py.none())
    }

    #[pymethod]
    #[raw]
    fn set_progress_handler(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let [Some(progress_handler), Some(n)] = SET_PROGRESS_HANDLER.slots::<2>(py, args)? else {
            return Err(no_arguments(py));
        };
        if args.positional().is_empty() {
            warn_of_names(py, args, &SET_PROGRESS_HANDLER, "'progress_handler'", "")?;
        }
        let n = extract::<i32>(py, n, "set_progress_handler", 2)?;
        let database = self.check(py)?;
        let handler = wanted(progress_handler).map(|function| {
            let run: Box<dyn Fn(Py<'_>) -> bool> = Box::new(move |py| {
                if py.has_error() {
                    return true;
                }
                match function.call(py, &[]).and_then(|answer| answer.is_true(py)) {
                    Ok(stop) => stop,
                    Err(raised) => {
                        settle(py, raised, &function);
                        true
                    }
                }
            });
            run
        });
        database.set_progress(n, handler);
        Ok(py.none())
    }

    #[pymethod]
    #[raw]
    fn set_trace_callback(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let [Some(trace_callback)] = SET_TRACE_CALLBACK.slots::<1>(py, args)? else {
            return Err(no_arguments(py));
        };
        warn_of_names(py, args, &SET_TRACE_CALLBACK, "'trace_callback'", "")?;
        let database = self.check(py)?;
        let callback = wanted(trace_callback).map(|function| {
            let run: Box<dyn Fn(Py<'_>, &[u8], bool)> = Box::new(move |py, text, too_long| {
                if py.has_error() {
                    return;
                }
                if too_long {
                    let message = "Expanded SQL string exceeds the maximum string length";
                    let raised = super::errors::DATA_ERROR.raise(py, format_args!("{message}"));
                    settle(py, raised, &function);
                }
                let told = argument(py, Value::Text(text)).and_then(|text| function.call(py, &[&text]));
                if let Err(raised) = told {
                    settle(py, raised, &function);
                }
            });
            run
        });
        let result = database.set_trace(callback);
        self.defined(py, result, "Error setting trace callback")?;
        Ok(py.none())
    }
}
