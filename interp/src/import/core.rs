//! `__import__` and what the import instructions do. Not here: finding and loading, which is `importlib`'s business.

use krait_runtime::objects::exceptions::{PyBaseException, types};
use krait_runtime::objects::module::{is_shadowing, is_stdlib_name};
use krait_runtime::objects::{PyDict, PyInt, PyList, PyStr, PyTuple};
use krait_runtime::prelude::*;

use crate::import::timing;
use crate::objects::traceback::PyTraceback;

const BOOTSTRAP: &str = "<frozen importlib._bootstrap>";
const BOOTSTRAP_EXTERNAL: &str = "<frozen importlib._bootstrap_external>";

/// `import name`, for native code: the module of a dotted absolute name (`PyImport_ImportModule`).
pub fn import_module(py: Py<'_>, name: &str) -> PyResult<Ref<PyObject>> {
    let name = PyStr::new(py, name)?;
    // A non-empty from-list makes the innermost module the result.
    let star = PyStr::new(py, "*")?;
    let from_list = PyList::from_vec(py, vec![star.upcast()])?;
    match sys_module(py, &name)? {
        Some(module) if !module.is_none() && !is_initialising(py, &module)? => Ok(module),
        _ => import_level(py, &name, None, Some(&from_list), 0),
    }
}

fn sys_module(py: Py<'_>, name: &PyStr) -> PyResult<Option<Ref<PyObject>>> {
    match py.interp().modules.get() {
        Some(m) => match m.downcast_exact::<PyDict>() {
            Some(dict) => dict.get(py, name),
            None => match m.get_item(py, name) {
                Ok(found) => Ok(Some(found)),
                Err(raised) if py.error_matches(types::KeyError()) => {
                    py.clear_error(raised);
                    Ok(None)
                }
                Err(raised) => Err(raised),
            },
        },
        None => Err(raise!(py, RuntimeError, "unable to get sys.modules")),
    }
}

/// The instruction `IMPORT_NAME`: through `__import__` when somebody replaced it.
pub fn import_name(
    py: Py<'_>,
    builtins: &PyObject,
    globals: &PyDict,
    locals: Option<&PyObject>,
    name: &PyStr,
    from_list: &PyObject,
    level: &PyObject,
) -> PyResult<Ref<PyObject>> {
    let import = match builtins.downcast::<PyDict>() {
        Some(dict) => dict.get_str(py, id!(py, "__import__"))?,
        None => match builtins.get_item(py, id!(py, "__import__")) {
            Ok(import) => Some(import),
            Err(raised) if py.error_matches(types::LookupError()) => {
                py.clear_error(raised);
                None
            }
            Err(raised) => return Err(raised),
        },
    };
    let Some(import) = import else { bail!(py, ImportError, "__import__ not found") };
    if py.interp().import_func.get().is_some_and(|own| own.is(&import)) {
        let level = level.downcast::<PyInt>().and_then(PyInt::as_i64).unwrap_or(0);
        return import_level(py, name, Some(globals), Some(from_list), level);
    }
    let none = py.none();
    import.call(py, &[name, globals, locals.unwrap_or(&none), from_list, level])
}

/// `__import__` (`PyImport_ImportModuleLevelObject`).
pub fn import_level(
    py: Py<'_>,
    name: &PyObject,
    globals: Option<&PyObject>,
    from_list: Option<&PyObject>,
    level: i64,
) -> PyResult<Ref<PyObject>> {
    import_untrimmed(py, name, globals, from_list, level).map_err(|raised| trim_importlib(py, raised))
}

fn import_untrimmed(
    py: Py<'_>,
    name: &PyObject,
    globals: Option<&PyObject>,
    from_list: Option<&PyObject>,
    level: i64,
) -> PyResult<Ref<PyObject>> {
    let Some(name) = name.downcast::<PyStr>() else { bail!(py, TypeError, "module name must be a string") };
    if level < 0 {
        bail!(py, ValueError, "level must be >= 0");
    }
    let absolute = if level > 0 {
        resolve_name(py, globals, name, level)?
    } else {
        if name.is_empty() {
            bail!(py, ValueError, "Empty module name");
        }
        name.new_ref()
    };
    let module = match sys_module(py, &absolute)? {
        Some(module) if !module.is_none() && ensure_initialised(py, &module, &absolute)? => {
            if py.interp().config.borrow().import_time == 2 {
                timing::report_cached(&absolute);
            }
            module
        }
        _ => find_and_load(py, &absolute)?,
    };
    let has_from = match from_list {
        Some(list) if !list.is_none() => list.is_true(py)?,
        _ => false,
    };
    if has_from {
        if module.get_attr_optional(py, id!(py, "__path__"))?.is_none() {
            return Ok(module);
        }
        let (importlib, import) =
            (importlib(py)?, py.interp().import_func.get().unwrap_or_else(|| py.none()));
        let list = from_list.map_or_else(|| py.none(), PyObject::to_ref);
        return importlib.call_method(py, id!(py, "_handle_fromlist"), &[&module, &list, &import]);
    }
    if level > 0 && name.is_empty() {
        return Ok(module);
    }
    let points: Vec<u32> = name.code_points().collect();
    let Some(dot) = points.iter().position(|&c| c == u32::from(b'.')) else { return Ok(module) };
    if level == 0 {
        let front = PyStr::from_code_points(py, points.get(..dot).unwrap_or_default())?;
        return import_untrimmed(py, &front, None, None, 0);
    }
    let cut = points.len() - dot;
    let whole: Vec<u32> = absolute.code_points().collect();
    let kept = whole.len().saturating_sub(cut);
    let front = PyStr::from_code_points(py, whole.get(..kept).unwrap_or_default())?;
    match sys_module(py, &front)? {
        Some(module) => Ok(module),
        None => {
            let shown = front.repr(py)?;
            Err(raise!(py, KeyError, "{shown} not in sys.modules as expected"))
        }
    }
}

fn importlib(py: Py<'_>) -> PyResult<Ref<PyObject>> {
    match py.interp().importlib.get() {
        Some(importlib) => Ok(importlib),
        None => Err(raise!(py, ImportError, "the import system is not initialised")),
    }
}

fn find_and_load(py: Py<'_>, name: &PyStr) -> PyResult<Ref<PyObject>> {
    let import = py.interp().import_func.get().unwrap_or_else(|| py.none());
    py.audit_with("import", || {
        let get = |name: &PyStr| Ok(py.sys_object(name)?.unwrap_or_else(|| py.none()));
        let (path, meta, hooks) =
            (get(id!(py, "path"))?, get(id!(py, "meta_path"))?, get(id!(py, "path_hooks"))?);
        Ok([name.to_ref(), py.none(), path, meta, hooks])
    })?;
    let importlib = importlib(py)?;
    let find_and_load = || importlib.call_method(py, id!(py, "_find_and_load"), &[name, &import]);
    let is_timed = py.interp().config.borrow().import_time != 0;
    if is_timed { timing::timed(name, find_and_load) } else { find_and_load() }
}

fn is_initialising(py: Py<'_>, module: &PyObject) -> PyResult<bool> {
    match module.get_attr_optional(py, id!(py, "__spec__"))? {
        Some(spec) if !spec.is_none() => match spec.get_attr_optional(py, id!(py, "_initializing"))? {
            Some(flag) => flag.is_true(py),
            None => Ok(false),
        },
        _ => Ok(false),
    }
}

/// Waits for a module that another thread is importing. False when that import failed, or left another module in its place.
fn ensure_initialised(py: Py<'_>, module: &PyObject, name: &PyStr) -> PyResult<bool> {
    if !is_initialising(py, module)? {
        return Ok(true);
    }
    importlib(py)?.call_method(py, id!(py, "_lock_unlock_module"), &[name])?;
    Ok(sys_module(py, name)?.is_some_and(|now| now.is(module)))
}

/// The absolute name of a relative import (`resolve_name`).
fn resolve_name(py: Py<'_>, globals: Option<&PyObject>, name: &PyStr, level: i64) -> PyResult<Ref<PyStr>> {
    let Some(globals) = globals else { bail!(py, KeyError, "'__name__' not in globals") };
    let Some(globals) = globals.downcast::<PyDict>() else { bail!(py, TypeError, "globals must be a dict") };
    let no_parent = || raise!(py, ImportError, "attempted relative import with no known parent package");
    let not_none = |x: Option<Ref<PyObject>>| x.filter(|x| !x.is_none());
    let package = not_none(globals.get_str(py, id!(py, "__package__"))?);
    let spec = not_none(globals.get_str(py, id!(py, "__spec__"))?);
    let package: Ref<PyStr> = match (package, spec) {
        (Some(package), spec) => {
            let Ok(package) = package.downcast_into::<PyStr>() else {
                bail!(py, TypeError, "package must be a string")
            };
            if let Some(spec) = spec {
                let parent = spec.get_attr(py, id!(py, "parent"))?;
                if !package.eq(py, &parent)? {
                    let text = "__package__ != __spec__.parent";
                    crate::warnings::warn(py, types::DeprecationWarning(), text, 1)?;
                }
            }
            package
        }
        (None, Some(spec)) => match spec.get_attr(py, id!(py, "parent"))?.downcast_into::<PyStr>() {
            Ok(parent) => parent,
            Err(_) => bail!(py, TypeError, "__spec__.parent must be a string"),
        },
        (None, None) => {
            let text =
                "can't resolve package from __spec__ or __package__, falling back on __name__ and __path__";
            crate::warnings::warn(py, types::ImportWarning(), text, 1)?;
            let Some(name) = globals.get_str(py, id!(py, "__name__"))? else {
                bail!(py, KeyError, "'__name__' not in globals")
            };
            let Ok(name) = name.downcast_into::<PyStr>() else {
                bail!(py, TypeError, "__name__ must be a string")
            };
            if globals.get_str(py, id!(py, "__path__"))?.is_some() {
                name
            } else {
                let points: Vec<u32> = name.code_points().collect();
                match points.iter().rposition(|&c| c == u32::from(b'.')) {
                    Some(dot) => PyStr::from_code_points(py, points.get(..dot).unwrap_or_default())?,
                    None => return Err(no_parent()),
                }
            }
        }
    };
    if package.is_empty() {
        return Err(no_parent());
    }
    let mut base: Vec<u32> = package.code_points().collect();
    for _ in 1..level {
        match base.iter().rposition(|&c| c == u32::from(b'.')) {
            Some(dot) => base.truncate(dot),
            None => bail!(py, ImportError, "attempted relative import beyond top-level package"),
        }
    }
    if !name.is_empty() {
        base.push(u32::from(b'.'));
        base.extend(name.code_points());
    }
    PyStr::from_code_points(py, &base)
}

/// Takes the import system's own frames out of the traceback (`remove_importlib_frames`).
fn trim_importlib(py: Py<'_>, raised: Raised) -> Raised {
    if py.interp().config.borrow().verbose != 0 {
        return raised;
    }
    let exc = py.fetch(raised);
    let always = exc.ty().is_subtype(types::ImportError());
    let mut kept: Vec<Ref<PyTraceback>> = Vec::new();
    let first = exc.downcast::<PyBaseException>().and_then(PyBaseException::traceback);
    let mut link = first.and_then(|tb| tb.downcast_into::<PyTraceback>().ok());
    // Entries of the present chunk inside importlib that may have to go.
    let mut chunk: Vec<Ref<PyTraceback>> = Vec::new();
    while let Some(entry) = link {
        link = entry.tb_next.get();
        let (inside, called) = match entry.tb_frame.get() {
            Some(frame) => {
                let code = frame.code();
                let file = code.filename();
                (
                    file.eq_str(BOOTSTRAP) || file.eq_str(BOOTSTRAP_EXTERNAL),
                    code.name().eq_str("_call_with_frames_removed"),
                )
            }
            None => (false, false),
        };
        if inside {
            chunk.push(entry);
            if always || called {
                chunk.clear();
            }
        } else {
            kept.append(&mut chunk);
            kept.push(entry);
        }
    }
    kept.append(&mut chunk);
    let mut next: Option<Ref<PyTraceback>> = None;
    for entry in kept.into_iter().rev() {
        drop(entry.tb_next.replace(next));
        next = Some(entry);
    }
    if let Some(e) = exc.downcast::<PyBaseException>() {
        e.set_traceback(next.map(Ref::upcast));
    }
    py.restore(exc)
}

/// The instruction `IMPORT_FROM`.
pub fn import_from(py: Py<'_>, module: &PyObject, name: &PyStr) -> PyResult<Ref<PyObject>> {
    if let Some(value) = module.get_attr_optional(py, name)? {
        return Ok(value);
    }
    // A circular import: the submodule may be in `sys.modules` but not yet an attribute of its package.
    let module_name = module.get_attr_optional(py, id!(py, "__name__"))?;
    let module_name = module_name.and_then(|n| n.downcast_into::<PyStr>().ok());
    if let Some(module_name) = &module_name {
        let mut full: Vec<u32> = module_name.code_points().collect();
        full.push(u32::from(b'.'));
        full.extend(name.code_points());
        if let Some(found) = sys_module(py, &*PyStr::from_code_points(py, &full)?)? {
            return Ok(found);
        }
    }
    Err(cannot_import(py, module, module_name, name).unwrap_or_else(|raised| raised))
}

#[cold]
fn cannot_import(
    py: Py<'_>,
    module: &PyObject,
    module_name: Option<Ref<PyStr>>,
    name: &PyStr,
) -> PyResult<Raised> {
    let shown_module = match &module_name {
        Some(name) => name.repr(py)?.to_string(),
        None => "'<unknown module name>'".to_owned(),
    };
    let shown = name.repr(py)?;
    let spec = module.get_attr_optional(py, id!(py, "__spec__"))?.filter(|s| !s.is_none());
    let file = match &spec {
        Some(spec) => spec_origin(py, spec)?,
        None => None,
    };
    let file = match file {
        Some(file) => Some(file),
        // Without a spec, `__file__` must do.
        None => match module.get_attr_optional(py, id!(py, "__file__"))? {
            Some(file) => file.downcast_into::<PyStr>().ok(),
            None => None,
        },
    };
    let initialising = match &spec {
        Some(spec) => match spec.get_attr_optional(py, id!(py, "_initializing"))? {
            Some(flag) => flag.is_true(py)?,
            None => false,
        },
        None => false,
    };
    let shadows = match (&file, &module_name) {
        (Some(file), Some(_)) => is_shadowing(py, file)?,
        _ => false,
    };
    let shadows_stdlib = match &module_name {
        Some(name) if shadows => is_stdlib_name(py, name)?,
        _ => false,
    };
    let text = match (&file, shadows_stdlib, initialising, shadows) {
        (Some(file), true, _, _) => format!(
            "cannot import name {shown} from {shown_module} (consider renaming {} since it has the same name as the \
             standard library module named {shown_module} and prevents importing that standard library module)",
            file.repr(py)?
        ),
        (Some(file), false, true, true) => format!(
            "cannot import name {shown} from {shown_module} (consider renaming {} if it has the same name as a \
             library you intended to import)",
            file.repr(py)?
        ),
        (Some(file), false, true, false) => format!(
            "cannot import name {shown} from partially initialized module {shown_module} (most likely due to a \
             circular import) ({file})"
        ),
        (Some(file), ..) => format!("cannot import name {shown} from {shown_module} ({file})"),
        (None, _, true, _) => format!(
            "cannot import name {shown} from partially initialized module {shown_module} (most likely due to a \
             circular import) (unknown location)"
        ),
        (None, ..) => format!("cannot import name {shown} from {shown_module} (unknown location)"),
    };
    let text = PyStr::new(py, &text)?;
    let none = py.none();
    let path: &PyObject = match &file {
        Some(file) => file,
        None => &none,
    };
    let module_name: &PyObject = match &module_name {
        Some(name) => name,
        None => &none,
    };
    let names = PyTuple::new(py, &[id!(py, "name"), id!(py, "path"), id!(py, "name_from")])?;
    let class: &PyObject = types::ImportError();
    let values: [&PyObject; 4] = [&text, module_name, path, name];
    let exc = class.call_keywords(py, &values, &names)?;
    Ok(py.raise_instance(exc))
}

fn spec_origin(py: Py<'_>, spec: &PyObject) -> PyResult<Option<Ref<PyStr>>> {
    let has_location = match spec.get_attr_optional(py, id!(py, "has_location"))? {
        Some(flag) => flag.is_true(py)?,
        None => false,
    };
    if !has_location {
        return Ok(None);
    }
    let origin = spec.get_attr_optional(py, id!(py, "origin"))?;
    Ok(origin.and_then(|o| o.downcast_into::<PyStr>().ok()))
}
