//! Which line of which file a warning is about: the frame that the stack level means, its registry and module name.

use krait_interp::objects::frame::{PyFrame, current_frame_object};
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;

/// A place in a program.
pub struct Place {
    /// The source file.
    pub filename: Ref<PyStr>,
    /// The line in it; 0 where there is no Python code.
    pub lineno: i32,
    /// The module's name.
    pub module: Ref<PyObject>,
    /// The module's `__warningregistry__`.
    pub registry: Ref<PyObject>,
}

/// Whether the frame belongs to the import system's own code, which stack levels do not count.
fn is_internal(filename: &PyStr) -> bool {
    let name = filename.to_string_lossy();
    name.contains("importlib") && name.contains("_bootstrap")
}

fn has_prefix(filename: &PyStr, prefixes: &[Ref<PyObject>]) -> bool {
    prefixes.iter().filter_map(|p| p.downcast::<PyStr>()).any(|prefix| filename.starts_with(prefix))
}

fn next_external(py: Py<'_>, frame: &PyFrame, prefixes: &[Ref<PyObject>]) -> PyResult<Option<Ref<PyFrame>>> {
    let mut frame = frame.back(py)?;
    while let Some(f) = &frame {
        let filename = f.code().filename();
        if !is_internal(filename) && !has_prefix(filename, prefixes) {
            break;
        }
        frame = f.back(py)?;
    }
    Ok(frame)
}

/// The place `stacklevel` calls up; 1 is the running function.
pub fn find(py: Py<'_>, stacklevel: isize, prefixes: &[Ref<PyObject>]) -> PyResult<Place> {
    let mut frame = current_frame_object(py, 0)?;
    let plain = stacklevel <= 0 || frame.as_ref().is_some_and(|f| is_internal(f.code().filename()));
    let mut level = stacklevel;
    while level > 1
        && let Some(f) = &frame
    {
        frame = if plain { f.back(py)? } else { next_external(py, f, prefixes)? };
        level -= 1;
    }
    let (globals, filename, lineno) = match &frame {
        Some(frame) => (frame.globals(), frame.code().filename().new_ref(), frame.line()),
        None => (py.sys_dict(), PyStr::new(py, "<sys>")?, 0),
    };
    let Some(globals) = globals else { bail!(py, SystemError, "frame without globals") };
    let registry = match globals.get_str(py, id!(py, "__warningregistry__"))? {
        Some(registry) => registry,
        None => {
            let registry = PyDict::new(py)?.upcast();
            globals.set(py, id!(py, "__warningregistry__"), &registry)?;
            registry
        }
    };
    let module = match globals.get_str(py, id!(py, "__name__"))? {
        Some(name) if name.is_none() || PyStr::check(&name) => name,
        _ => PyStr::new(py, "<string>")?.upcast(),
    };
    Ok(Place { filename, lineno, module, registry })
}

/// A module's name made from its file's, for warnings that come without one.
pub fn module_of_file(py: Py<'_>, filename: &PyStr) -> PyResult<Ref<PyObject>> {
    let n = filename.len();
    if n == 0 {
        return PyStr::new(py, "<unknown>").map(Ref::upcast);
    }
    let has_suffix = n >= 3 && filename.substring(py, n - 3, n)?.eq_str(".py");
    if has_suffix { filename.substring(py, 0, n - 3).map(Ref::upcast) } else { Ok(filename.to_ref()) }
}

/// What the module's loader knows it by: the name in its spec, which is not `__main__` for one that `-m` runs.
fn name_for_loader(py: Py<'_>, globals: &PyDict) -> PyResult<Option<Ref<PyObject>>> {
    if let Some(spec) = globals.get_str(py, id!(py, "__spec__"))?.filter(|spec| !spec.is_none())
        && let Some(name) = spec.get_attr_optional(py, id!(py, "name"))?
    {
        return Ok(Some(name));
    }
    globals.get_str(py, id!(py, "__name__"))
}

/// The source line as the module's loader gives it, without line end; `None` when it cannot.
pub fn source_line(py: Py<'_>, globals: &PyDict, lineno: i32) -> PyResult<Option<Ref<PyObject>>> {
    let Some(importlib) = py.interp().importlib.get() else { return Ok(None) };
    let external = importlib.get_attr(py, id!(py, "_bootstrap_external"))?;
    let loader = external.call_method(py, id!(py, "_bless_my_loader"), &[globals])?;
    let Some(name) = name_for_loader(py, globals)? else { return Ok(None) };
    let Some(get_source) = loader.get_attr_optional(py, id!(py, "get_source"))? else { return Ok(None) };
    let source = match get_source.call(py, &[&name]) {
        Ok(source) => source,
        // The loader may know the module by another name, as for `__main__`.
        Err(raised) if py.error_matches(types::ImportError()) => {
            py.clear_error(raised);
            return Ok(None);
        }
        Err(raised) => return Err(raised),
    };
    if source.is_none() {
        return Ok(None);
    }
    let Some(source) = source.downcast::<PyStr>() else { return Ok(None) };
    // Of a subclass the characters count, not its methods.
    let lines = source.to_exact(py)?.call_method(py, id!(py, "splitlines"), &[])?;
    let line = usize::try_from(lineno).ok().and_then(|n| n.checked_sub(1));
    Ok(line.and_then(|line| lines.downcast::<PyList>().and_then(|lines| lines.get(line))))
}
