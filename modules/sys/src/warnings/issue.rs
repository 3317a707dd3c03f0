//! Issuing a warning: category and place, filters, showing it or raising it.

use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_runtime::sync::Timeout;

use super::filters::{self, library_attribute};
use super::place;

/// Everything that is known of one warning.
pub struct Explicit<'a> {
    /// Its class; that of the message when it is an instance.
    pub category: &'a PyObject,
    /// A text or an instance of a warning class.
    pub message: &'a PyObject,
    /// Where it is issued.
    pub filename: &'a PyStr,
    /// The line there.
    pub lineno: i32,
    /// The module's name; made from the file name if absent.
    pub module: Option<Ref<PyObject>>,
    /// Where it is noted that it was shown.
    pub registry: Option<&'a PyObject>,
    /// The text of the line, when the caller knows it.
    pub source_line: Option<&'a PyObject>,
    /// The object that a `ResourceWarning` is about.
    pub source: Option<&'a PyObject>,
}

/// The class of a warning: that of a message which is one already, else what was asked for.
pub fn category_of(py: Py<'_>, message: &PyObject, category: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
    if message.is_instance(py, types::Warning())? {
        return Ok(message.ty().to_ref());
    }
    let Some(category) = category.filter(|c| !c.is_none()) else {
        return Ok(types::UserWarning().to_ref());
    };
    if PyType::check(category) && category.is_subclass(py, types::Warning())? {
        return Ok(category.to_ref());
    }
    Err(raise!(py, TypeError, "category must be a Warning subclass, not '{}'", category.ty().name()))
}

/// Runs `f` while no other thread changes filters.
pub fn locked<R>(py: Py<'_>, f: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
    let lock = &py.interp().warnings_lock;
    lock.lock(py, Timeout::Never)?;
    let result = f();
    lock.unlock(py);
    result
}

/// Issues a warning for a place on the stack.
pub fn warn_here(
    py: Py<'_>,
    category: &PyObject,
    message: &PyObject,
    stacklevel: isize,
    source: Option<&PyObject>,
    prefixes: &[Ref<PyObject>],
) -> PyResult<()> {
    let place = place::find(py, stacklevel, prefixes)?;
    let registry = &*place.registry;
    locked(py, || {
        warn_explicit(
            py,
            Explicit {
                category,
                message,
                filename: &place.filename,
                lineno: place.lineno,
                module: Some(place.module.clone()),
                registry: Some(registry).filter(|r| !r.is_none()),
                source_line: None,
                source,
            },
        )
    })
}

/// A warning of native code, about the running Python function (`PyErr_WarnEx`).
pub fn warn_text(
    py: Py<'_>,
    category: &PyType,
    message: &str,
    stacklevel: isize,
    source: Option<&PyObject>,
) -> PyResult<()> {
    warn_here(py, category, &*PyStr::new(py, message)?, stacklevel, source, &[])
}

/// A warning of native code about a file (`PyErr_WarnExplicitObject`).
pub fn warn_at(
    py: Py<'_>,
    category: &PyType,
    message: &PyObject,
    filename: &PyStr,
    lineno: i32,
) -> PyResult<()> {
    let explicit = Explicit {
        category,
        message,
        filename,
        lineno,
        module: None,
        registry: None,
        source_line: None,
        source: None,
    };
    locked(py, || warn_explicit(py, explicit))
}

/// The whole way of a warning once its place is known. The filters' lock is held.
pub fn warn_explicit(py: Py<'_>, warning: Explicit<'_>) -> PyResult<()> {
    // A module name of None stands for a program that is being torn down.
    if warning.module.as_ref().is_some_and(|m| m.is_none()) {
        return Ok(());
    }
    let registry = match warning.registry {
        None => None,
        Some(registry) => match registry.downcast::<PyDict>() {
            Some(registry) => Some(registry),
            None => bail!(py, TypeError, "'registry' must be a dict or None"),
        },
    };
    let module = match &warning.module {
        Some(module) => module.clone(),
        None => place::module_of_file(py, warning.filename)?,
    };
    let (text, category, message) = if warning.message.is_instance(py, types::Warning())? {
        (warning.message.str(py)?.upcast(), warning.message.ty().to_ref(), warning.message.to_ref())
    } else {
        let message = warning.category.call(py, &[warning.message])?;
        (warning.message.to_ref(), warning.category.to_ref(), message)
    };
    let lineno = warning.lineno.into_py(py)?;
    let key = PyTuple::new(py, &[&text, &category, &lineno])?;
    if let Some(registry) = registry
        && filters::is_registered(py, registry, &key)?
    {
        return Ok(());
    }
    let (action, filter) = filters::find_action(py, &category, &text, warning.lineno, &module)?;
    if action.eq_str("error") {
        let Some(class) = category.downcast::<PyType>() else {
            bail!(py, TypeError, "exceptions must derive from BaseException")
        };
        return Err(py.raise_object(class, Some(&message)));
    }
    if action.eq_str("ignore") {
        return Ok(());
    }
    if !action.eq_str("always") && !action.eq_str("all") {
        if let Some(registry) = registry {
            registry.set(py, &key, PyBool::get(true))?;
        }
        let known = if action.eq_str("once") {
            match registry {
                Some(registry) => filters::register_once(py, registry, &text, &category)?,
                None => filters::register_once(py, &*filters::once_registry(py)?, &text, &category)?,
            }
        } else if action.eq_str("module") {
            match registry {
                Some(registry) => filters::register_once(py, registry, &text, &category)?,
                None => false,
            }
        } else if action.eq_str("default") {
            false
        } else {
            let (action, filter) = (action.repr(py)?, filter.repr(py)?);
            bail!(py, RuntimeError, "Unrecognized action ({action}) in warnings.filters:\n {filter}")
        };
        if known {
            return Ok(());
        }
    }
    show(py, &warning, &category, &text, &message, &lineno)
}

/// Through `warnings._showwarnmsg`, or plainly when the library is not there.
fn show(
    py: Py<'_>,
    warning: &Explicit<'_>,
    category: &PyObject,
    text: &PyObject,
    message: &PyObject,
    lineno: &PyObject,
) -> PyResult<()> {
    let Some(show) = library_attribute(py, id!(py, "_showwarnmsg"), warning.source.is_some())? else {
        return show_plainly(py, warning, category, text);
    };
    if !show.is_callable() {
        bail!(py, TypeError, "warnings._showwarnmsg() must be set to a callable")
    }
    let Some(class) = library_attribute(py, id!(py, "WarningMessage"), false)? else {
        bail!(py, RuntimeError, "unable to get warnings.WarningMessage")
    };
    let none = py.none();
    let source = warning.source.unwrap_or(&none);
    // The library finds the line itself; where there is no such file, the loader's counts.
    let known =
        warning.source_line.filter(|_| !std::path::Path::new(&*warning.filename.to_string_lossy()).exists());
    let line = known.unwrap_or(&none);
    let shown = class.call(py, &[message, category, warning.filename, lineno, &none, line, source])?;
    show.call(py, &[&shown]).map(drop)
}

/// "file:line: Category: text" and the source line.
fn show_plainly(py: Py<'_>, warning: &Explicit<'_>, category: &PyObject, text: &PyObject) -> PyResult<()> {
    let Some(stderr) = py.sys_object(id!(py, "stderr"))?.filter(|f| !f.is_none()) else { return Ok(()) };
    let name = category.get_attr(py, id!(py, "__name__"))?.str(py)?;
    let text = text.str(py)?;
    let mut shown = format!("{}:{}: {name}: {text}\n", warning.filename, warning.lineno);
    let line = match warning.source_line {
        Some(line) => Some(line.str(py)?.to_string()),
        None => krait_interp::display::source_line(&warning.filename.to_string_lossy(), warning.lineno),
    };
    if let Some(line) = line {
        shown.push_str(&format!("  {}\n", line.trim_start_matches([' ', '\t', '\x0c'])));
    }
    let written = stderr.call_method(py, id!(py, "write"), &[&*PyStr::new(py, &shown)?]);
    if let Err(raised) = written {
        py.clear_error(raised);
    }
    Ok(())
}
