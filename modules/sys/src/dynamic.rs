//! Extension modules from shared libraries: `_imp.create_dynamic`. There is no C API for them to run with yet, so that a library which
//! wants one fails to load for its undefined symbols; all that is wrong with other files is found as CPython finds it.

use std::ffi::CString;

use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_runtime::system::dynamic::Library;

/// `ImportError` that knows the module's name and file.
fn import_error(py: Py<'_>, text: &PyStr, name: &PyStr, path: &PyStr) -> Raised {
    let outcome = (|| {
        let names = PyTuple::new(py, &[id!(py, "name"), id!(py, "path")])?;
        let class: &PyObject = types::ImportError();
        class.call_keywords(py, &[text as &PyObject, name, path], &names)
    })();
    match outcome {
        Ok(exception) => py.raise_instance(exception),
        Err(raised) => raised,
    }
}

/// The last part of a dotted name.
fn last_part(py: Py<'_>, name: &PyStr) -> PyResult<Ref<PyStr>> {
    let start =
        (0..name.len()).rev().find(|i| name.code_point(*i) == Some(u32::from(b'.'))).map_or(0, |i| i + 1);
    name.substring(py, start, name.len())
}

/// The name of the function that makes the module: `PyInit_` and the last part, or `PyInitU_` and its punycode.
fn init_function(py: Py<'_>, last: &PyStr) -> PyResult<Vec<u8>> {
    if let Some(text) = last.as_ascii() {
        return Ok(format!("PyInit_{text}").into_bytes());
    }
    let coded = last.call_method(py, id!(py, "encode"), &[&*PyStr::new(py, "punycode")?])?;
    let coded = coded.downcast::<PyBytes>().map(|bytes| bytes.as_bytes().to_vec()).unwrap_or_default();
    let mut function = b"PyInitU_".to_vec();
    function.extend(coded.into_iter().map(|byte| if byte == b'-' { b'_' } else { byte }));
    Ok(function)
}

fn no_null(py: Py<'_>, bytes: Vec<u8>) -> PyResult<CString> {
    CString::new(bytes).map_err(|_| raise!(py, ValueError, "embedded null character"))
}

/// `_imp.create_dynamic`.
pub fn create(py: Py<'_>, spec: &PyObject) -> PyResult<Ref<PyObject>> {
    let name = spec.get_attr(py, id!(py, "name"))?;
    let Some(name) = name.downcast::<PyStr>() else { bail!(py, TypeError, "module name must be a string") };
    no_null(py, name.to_utf8(py)?.into_owned().into_bytes())?;
    let origin = spec.get_attr(py, id!(py, "origin"))?;
    let Some(path) = origin.downcast::<PyStr>() else {
        bail!(py, TypeError, "module filename must be a string")
    };
    let bytes = no_null(py, path.to_os_bytes(py)?)?.into_bytes();
    let modules = py.sys_object(id!(py, "path"))?.unwrap_or_else(|| py.none());
    let meta_path = py.sys_object(id!(py, "meta_path"))?.unwrap_or_else(|| py.none());
    let path_hooks = py.sys_object(id!(py, "path_hooks"))?.unwrap_or_else(|| py.none());
    py.audit("import", &[name, path, &modules, &meta_path, &path_hooks])?;
    let last = last_part(py, name)?;
    let function = init_function(py, &last)?;
    // A name without a folder stands for a file in this one: the loader would look for it elsewhere.
    let bytes = if bytes.contains(&b'/') { bytes } else { [b"./", bytes.as_slice()].concat() };
    let path = PyStr::from_os_bytes(py, &bytes)?;
    let file = no_null(py, bytes)?;
    let flags = py.interp().dlopen_flags.get();
    let library = match py.detach(|| Library::open(&file, flags).map_err(|text| (text, ()))) {
        Ok(library) => library,
        Err((text, ())) => return Err(import_error(py, &*PyStr::from_os_bytes(py, &text)?, &last, &path)),
    };
    let function_name = String::from_utf8_lossy(&function);
    let text = if library.defines(&function) {
        format!("{function_name} of the dynamic module wants a C API, which is not there")
    } else {
        format!("dynamic module does not define module export function ({function_name})")
    };
    Err(import_error(py, &*PyStr::new(py, &text)?, name, &path))
}
