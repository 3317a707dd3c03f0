//! Module `_pickle`: `Pickler`, `Unpickler` and the functions around them.

mod dump;
mod dump_containers;
mod dump_object;
mod input;
mod load;
mod load_object;
mod memo;
mod opcodes;
mod output;
mod pickler;
mod running;
mod unpickler;

pub use pickler::{MemoProxy as PicklerMemoProxy, Pickler};
pub use unpickler::{MemoProxy as UnpicklerMemoProxy, Unpickler};

use krait_runtime::local::{InterpreterLocal, new_exception_class};
use krait_runtime::prelude::*;

/// The newest protocol, which is also the default.
const HIGHEST_PROTOCOL: i64 = 5;

static PICKLE_ERROR: InterpreterLocal = InterpreterLocal::new(|py| {
    new_exception_class(
        py,
        "_pickle.PickleError",
        None,
        &[krait_runtime::objects::exceptions::types::Exception()],
    )
});
static PICKLING_ERROR: InterpreterLocal = InterpreterLocal::new(|py| {
    new_exception_class(py, "_pickle.PicklingError", None, &[&*PICKLE_ERROR.get(py)?])
});
static UNPICKLING_ERROR: InterpreterLocal = InterpreterLocal::new(|py| {
    new_exception_class(py, "_pickle.UnpicklingError", None, &[&*PICKLE_ERROR.get(py)?])
});

macro_rules! pickling_error {
    ($py:expr, $($arg:tt)+) => { $crate::pickle::PICKLING_ERROR.raise($py, ::core::format_args!($($arg)+)) };
}
macro_rules! unpickling_error {
    ($py:expr, $($arg:tt)+) => { $crate::pickle::UNPICKLING_ERROR.raise($py, ::core::format_args!($($arg)+)) };
}
pub(crate) use {pickling_error, unpickling_error};

/// An attribute of a module, imported when it is asked for first.
fn imported(py: Py<'_>, module: &str, name: &str) -> PyResult<Ref<PyObject>> {
    let module = krait_interp::import::import_module(py, module)?;
    module.get_attr(py, &*PyStr::new(py, name)?)
}

static DISPATCH_TABLE: InterpreterLocal =
    InterpreterLocal::new(|py| imported(py, "copyreg", "dispatch_table"));
static EXTENSION_REGISTRY: InterpreterLocal =
    InterpreterLocal::new(|py| imported(py, "copyreg", "_extension_registry"));
static INVERTED_REGISTRY: InterpreterLocal =
    InterpreterLocal::new(|py| imported(py, "copyreg", "_inverted_registry"));
static EXTENSION_CACHE: InterpreterLocal =
    InterpreterLocal::new(|py| imported(py, "copyreg", "_extension_cache"));
static NAME_MAPPING: InterpreterLocal =
    InterpreterLocal::new(|py| imported(py, "_compat_pickle", "NAME_MAPPING"));
static IMPORT_MAPPING: InterpreterLocal =
    InterpreterLocal::new(|py| imported(py, "_compat_pickle", "IMPORT_MAPPING"));
static REVERSE_NAME_MAPPING: InterpreterLocal =
    InterpreterLocal::new(|py| imported(py, "_compat_pickle", "REVERSE_NAME_MAPPING"));
static REVERSE_IMPORT_MAPPING: InterpreterLocal =
    InterpreterLocal::new(|py| imported(py, "_compat_pickle", "REVERSE_IMPORT_MAPPING"));
static CODECS_ENCODE: InterpreterLocal = InterpreterLocal::new(|py| imported(py, "codecs", "encode"));
static PARTIAL: InterpreterLocal = InterpreterLocal::new(|py| imported(py, "functools", "partial"));

fn dict_of(py: Py<'_>, local: &'static InterpreterLocal, what: &str) -> PyResult<Ref<PyDict>> {
    local
        .get(py)?
        .downcast_into::<PyDict>()
        .map_err(|other| raise!(py, RuntimeError, "{what} should be a dict, not {}", other.ty().name()))
}

/// The attribute under a dotted path, and the object it is an attribute of.
fn dotted_attribute(
    py: Py<'_>,
    object: &PyObject,
    path: &[Ref<PyStr>],
) -> PyResult<(Ref<PyObject>, Ref<PyObject>)> {
    let (mut parent, mut found) = (object.to_ref(), object.to_ref());
    for name in path {
        let next = found.get_attr(py, name)?;
        parent = found;
        found = next;
    }
    Ok((found, parent))
}

/// The parts of a dotted name.
fn split_dots(py: Py<'_>, name: &PyStr) -> PyResult<Vec<Ref<PyStr>>> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, c) in name.code_points().enumerate() {
        if c == 0x2E {
            parts.push(PyStr::intern(py, name.substring(py, start, at)?));
            start = at + 1;
        }
    }
    parts.push(PyStr::intern(py, name.substring(py, start, name.len())?));
    Ok(parts)
}

/// A str argument of a function, or its default.
fn text_argument(
    py: Py<'_>,
    function: &str,
    name: &str,
    value: Option<&PyObject>,
    default: &str,
) -> PyResult<Ref<PyStr>> {
    match value {
        None => PyStr::new(py, default),
        Some(value) => match value.downcast::<PyStr>() {
            Some(s) => Ok(s.new_ref()),
            None => {
                let got = if value.is_none() { "None" } else { value.ty().name() };
                Err(raise!(py, TypeError, "{function}() argument '{name}' must be str, not {got}"))
            }
        },
    }
}

/// Optimized C implementation for the Python pickle module.
#[pymodule(name = "_pickle", types = [Pickler, Unpickler])]
pub mod _pickle {
    use super::dump::{Dump, Settings};
    use super::load::{Load, Reading};
    use super::{
        PICKLE_ERROR, PICKLING_ERROR, Pickler, PicklerMemoProxy, UNPICKLING_ERROR, Unpickler,
        UnpicklerMemoProxy, text_argument,
    };
    use krait_runtime::objects::pickle_buffer::PyPickleBuffer;
    use krait_runtime::prelude::*;

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        PyType::ready::<PicklerMemoProxy>(py)?;
        PyType::ready::<UnpicklerMemoProxy>(py)?;
        module.add(py, "PickleBuffer", PyType::ready::<PyPickleBuffer>(py)?)?;
        module.add(py, "PickleError", &*PICKLE_ERROR.get(py)?)?;
        module.add(py, "PicklingError", &*PICKLING_ERROR.get(py)?)?;
        module.add(py, "UnpicklingError", &*UNPICKLING_ERROR.get(py)?)
    }

    #[pyfunction]
    #[sig("(obj, file, protocol=None, *, fix_imports=True, buffer_callback=None)")]
    fn dump(
        py: Py<'_>,
        obj: &PyObject,
        file: &PyObject,
        protocol: Option<&PyObject>,
        #[default(true)] fix_imports: bool,
        buffer_callback: Option<&PyObject>,
    ) -> PyResult<()> {
        let settings = Settings::new(py, protocol, fix_imports, buffer_callback)?;
        let write = super::pickler::write_of(py, file)?;
        Dump::function(py, settings, Some(write))?.run(py, obj).map(drop)
    }

    #[pyfunction]
    #[sig("(obj, protocol=None, *, fix_imports=True, buffer_callback=None)")]
    fn dumps(
        py: Py<'_>,
        obj: &PyObject,
        protocol: Option<&PyObject>,
        #[default(true)] fix_imports: bool,
        buffer_callback: Option<&PyObject>,
    ) -> PyResult<Ref<PyBytes>> {
        let settings = Settings::new(py, protocol, fix_imports, buffer_callback)?;
        let bytes = Dump::function(py, settings, None)?.run(py, obj)?;
        PyBytes::new(py, &bytes)
    }

    #[pyfunction]
    #[sig("(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())")]
    fn load(
        py: Py<'_>,
        file: &PyObject,
        #[default(true)] fix_imports: bool,
        encoding: Option<&PyObject>,
        errors: Option<&PyObject>,
        buffers: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let encoding = text_argument(py, "load", "encoding", encoding, "ASCII")?;
        let errors = text_argument(py, "load", "errors", errors, "strict")?;
        let reading = Reading::new(py, fix_imports, encoding, errors, buffers)?;
        let input = super::input::Input::file(py, file)?;
        Load::function(reading, input).run(py)
    }

    #[pyfunction]
    #[sig("(data, /, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())")]
    fn loads(
        py: Py<'_>,
        data: &PyObject,
        #[default(true)] fix_imports: bool,
        encoding: Option<&PyObject>,
        errors: Option<&PyObject>,
        buffers: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let encoding = text_argument(py, "loads", "encoding", encoding, "ASCII")?;
        let errors = text_argument(py, "loads", "errors", errors, "strict")?;
        let reading = Reading::new(py, fix_imports, encoding, errors, buffers)?;
        let input = super::input::Input::bytes(py, data)?;
        Load::function(reading, input).run(py)
    }
}
