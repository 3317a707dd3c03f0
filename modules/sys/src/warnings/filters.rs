//! What is done with a warning: the filters, and the registries of those that were shown before.

use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;

/// The filters that hold when no option says otherwise: `(action, message, category, module, line)`.
pub fn init(py: Py<'_>) -> PyResult<()> {
    let interp = py.interp();
    let none = py.none();
    let entry = |action: &str, category: &PyType, module: Option<&PyObject>| {
        let action = PyStr::new_interned(py, action)?;
        let items: [&PyObject; 5] = [&action, &none, category, module.unwrap_or(&none), &*0.into_py(py)?];
        PyTuple::new(py, &items).map(Ref::upcast)
    };
    let main: &PyObject = id!(py, "__main__");
    let filters = vec![
        entry("default", types::DeprecationWarning(), Some(main))?,
        entry("ignore", types::DeprecationWarning(), None)?,
        entry("ignore", types::PendingDeprecationWarning(), None)?,
        entry("ignore", types::ImportWarning(), None)?,
        entry("ignore", types::ResourceWarning(), None)?,
    ];
    interp.warnings_filters.set(PyList::from_vec(py, filters)?.upcast());
    interp.warnings_once_registry.set(PyDict::new(py)?.upcast());
    interp.warnings_default_action.set(PyStr::new_interned(py, "default")?.upcast());
    Ok(())
}

/// An attribute of module `warnings`, which users may change; `import`: even when nobody has imported it yet, unless the
/// interpreter is ending: then only what is still there counts.
pub fn library_attribute(py: Py<'_>, name: &PyStr, import: bool) -> PyResult<Option<Ref<PyObject>>> {
    let module = if import && !py.interp().finalizing.get() {
        match krait_interp::import::import_module(py, "warnings") {
            Ok(module) => module,
            Err(raised) if py.error_matches(types::ImportError()) => {
                py.clear_error(raised);
                return Ok(None);
            }
            Err(raised) => return Err(raised),
        }
    } else {
        let Some(modules) = py.interp().modules.get() else { return Ok(None) };
        let Some(modules) = modules.downcast::<PyDict>() else { return Ok(None) };
        match modules.get_str(py, id!(py, "warnings"))? {
            Some(module) => module,
            None => return Ok(None),
        }
    };
    module.get_attr_optional(py, name)
}

/// The action for a warning and the filter that says so.
pub fn find_action(
    py: Py<'_>,
    category: &PyObject,
    text: &PyObject,
    lineno: i32,
    module: &PyObject,
) -> PyResult<(Ref<PyStr>, Ref<PyObject>)> {
    let found = match context_filters(py)? {
        Some(filters) => search(py, category, text, lineno, module, &filters, "_warnings_context._filters")?,
        None => {
            if let Some(filters) = library_attribute(py, id!(py, "filters"), false)? {
                py.interp().warnings_filters.set(filters);
            }
            let filters = py.interp().warnings_filters.get();
            let Some(Ok(filters)) = filters.map(Ref::downcast_into::<PyList>) else {
                bail!(py, ValueError, "_warnings.filters must be a list")
            };
            search(py, category, text, lineno, module, &filters, "filters")?
        }
    };
    match found {
        Some(found) => Ok(found),
        None => Ok((default_action(py)?, py.none())),
    }
}

/// With `-X context_aware_warnings`: the filters of the present context, if `catch_warnings` has set any.
fn context_filters(py: Py<'_>) -> PyResult<Option<Ref<PyList>>> {
    if py.interp().config.borrow().context_aware_warnings == 0 {
        return Ok(None);
    }
    let Some(variable) = py.interp().warnings_context.get() else { return Ok(None) };
    let context = variable.call_method(py, id!(py, "get"), &[PyNone::get()])?;
    if context.is_none() {
        return Ok(None);
    }
    match context.get_attr(py, id!(py, "_filters"))?.downcast_into::<PyList>() {
        Ok(filters) => Ok(Some(filters)),
        Err(_) => Err(raise!(py, ValueError, "_filters of warnings._warnings_context must be a list")),
    }
}

type Found = Option<(Ref<PyStr>, Ref<PyObject>)>;

fn search(
    py: Py<'_>,
    category: &PyObject,
    text: &PyObject,
    lineno: i32,
    module: &PyObject,
    filters: &PyList,
    name: &str,
) -> PyResult<Found> {
    let mut i = 0;
    // Patterns may run Python code that changes the list.
    while let Some(item) = filters.get(i) {
        let fields = item.downcast::<PyTuple>().map_or(&[][..], PyTuple::as_slice);
        let [action, wanted_text, wanted_category, wanted_module, wanted_line] = fields else {
            bail!(py, ValueError, "warnings.{name} item {i} isn't a 5-tuple")
        };
        let Some(action) = action.downcast::<PyStr>() else {
            bail!(py, TypeError, "action must be a string, not '{}'", action.ty().name())
        };
        let matches = matches(py, wanted_text, text)?
            && matches(py, wanted_module, module)?
            && category.is_subclass(py, wanted_category)?
            && matches_line(py, wanted_line, lineno)?;
        if matches {
            return Ok(Some((action.new_ref(), item.clone())));
        }
        i += 1;
    }
    Ok(None)
}

/// A pattern is `None`, a text that must be equal (in the default filters), or a compiled regular expression.
fn matches(py: Py<'_>, pattern: &PyObject, text: &PyObject) -> PyResult<bool> {
    if pattern.is_none() {
        return Ok(true);
    }
    if PyStr::check_exact(pattern) {
        return pattern.eq(py, text);
    }
    pattern.call_method(py, id!(py, "match"), &[text])?.is_true(py)
}

fn matches_line(py: Py<'_>, wanted: &PyObject, lineno: i32) -> PyResult<bool> {
    let Some(wanted) = wanted.downcast::<PyInt>() else { bail!(py, TypeError, "an integer is required") };
    match wanted.as_i64() {
        Some(wanted) => Ok(wanted == 0 || wanted == i64::from(lineno)),
        None => Err(raise!(py, OverflowError, "Python int too large to convert to C ssize_t")),
    }
}

fn default_action(py: Py<'_>) -> PyResult<Ref<PyStr>> {
    let action = match library_attribute(py, id!(py, "defaultaction"), false)? {
        Some(action) => {
            let Some(text) = action.downcast::<PyStr>() else {
                bail!(py, TypeError, "_warnings.defaultaction must be a string, not '{}'", action.ty().name())
            };
            py.interp().warnings_default_action.set(text.to_ref());
            Some(action)
        }
        None => py.interp().warnings_default_action.get(),
    };
    match action.map(Ref::downcast_into::<PyStr>) {
        Some(Ok(action)) => Ok(action),
        _ => Err(raise!(py, ValueError, "_warnings.defaultaction not found")),
    }
}

/// The registry of action "once", for warnings that come without one.
pub fn once_registry(py: Py<'_>) -> PyResult<Ref<PyDict>> {
    let registry = match library_attribute(py, id!(py, "onceregistry"), false)? {
        Some(registry) => registry,
        None => match py.interp().warnings_once_registry.get() {
            Some(registry) => registry,
            None => bail!(py, ValueError, "_warnings.onceregistry not found"),
        },
    };
    match registry.downcast_into::<PyDict>() {
        Ok(registry) => {
            py.interp().warnings_once_registry.set(registry.clone().upcast());
            Ok(registry)
        }
        Err(other) => {
            Err(raise!(py, TypeError, "_warnings.onceregistry must be a dict, not '{}'", other.ty().name()))
        }
    }
}

/// Whether a registry knows the warning. One that was filled under older filters is emptied first.
pub fn is_registered(py: Py<'_>, registry: &PyDict, key: &PyObject) -> PyResult<bool> {
    let current = py.interp().warnings_filters_version.get();
    let version = registry.get_str(py, id!(py, "version"))?;
    let version = version.as_ref().and_then(|v| v.downcast_exact::<PyInt>()).and_then(PyInt::as_i64);
    if version != Some(current as i64) {
        registry.clear();
        registry.set(py, id!(py, "version"), &*current.into_py(py)?)?;
        return Ok(false);
    }
    match registry.get(py, key)? {
        Some(known) => known.is_true(py),
        None => Ok(false),
    }
}

/// Enters `(text, category)` into a registry; true when it stood there already.
pub fn register_once(py: Py<'_>, registry: &PyDict, text: &PyObject, category: &PyObject) -> PyResult<bool> {
    let key = PyTuple::new(py, &[text, category])?;
    if is_registered(py, registry, &key)? {
        return Ok(true);
    }
    registry.set(py, &key, PyBool::get(true))?;
    Ok(false)
}
