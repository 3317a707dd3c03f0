//! Definitions of native modules, as `#[pymodule]` and `#[pymodule_part]` write them.
//! Not here: module objects (`objects/module.rs`), importing (crate `interp`).

use core::ffi::CStr;

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::PyModule;
use crate::objects::r#type::PyType;
use crate::py::Py;
use crate::reference::Ref;
use crate::slots::PyMethodDef;

/// One built-in module.
pub struct ModuleDef {
    /// Dotted name.
    pub name: &'static CStr,
    /// Docstring.
    pub doc: Option<&'static CStr>,
    /// The tables that make it up; the first one is the `#[pymodule]`'s own.
    pub parts: &'static [&'static ModulePart],
}

/// One file's share of a module's tables.
pub struct ModulePart {
    /// Functions; no null row ends the table.
    pub methods: &'static [PyMethodDef],
    /// Constants and other values, made when the module is executed.
    pub attrs: &'static [AttrDef],
    /// Types that the module readies and adds.
    pub types: &'static [TypeEntry],
    /// Runs last, with everything above in place.
    pub exec: Option<fn(Py<'_>, &PyModule) -> PyResult<()>>,
}

/// A value that a module holds from the start.
pub struct AttrDef {
    /// Its name.
    pub name: &'static str,
    /// Makes the value.
    pub make: fn(Py<'_>) -> PyResult<Ref<PyObject>>,
}

/// A type that a module holds.
pub struct TypeEntry {
    /// Its name in the module.
    pub name: &'static str,
    /// Readies the type, if nobody has, and gives it.
    pub ready: fn(Py<'_>) -> PyResult<&'static PyType>,
}

impl ModuleDef {
    /// The name as text.
    pub fn name(&self) -> &'static str {
        self.name.to_str().unwrap_or_default()
    }

    /// Fills a module with everything but its functions: values, types, then what the parts' `exec` functions do.
    pub fn exec(&self, py: Py<'_>, module: &PyModule) -> PyResult<()> {
        for part in self.parts {
            for attr in part.attrs {
                module.add(py, attr.name, &*(attr.make)(py)?)?;
            }
            for entry in part.types {
                module.add(py, entry.name, (entry.ready)(py)?)?;
            }
        }
        self.parts.iter().filter_map(|part| part.exec).try_for_each(|exec| exec(py, module))
    }
}
