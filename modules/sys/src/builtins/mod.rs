//! Module `builtins`: its names in CPython's order. The functions stand in files by theme.

mod attributes;
mod build_class;
mod code;
mod hooks;
mod iterate;
mod namespace;
mod numbers;
mod objects;
mod print;
pub mod source;

use krait_macros::pymodule;

/// The module.
#[pymodule(name = "builtins", parts = [
    super::build_class::build_class,
    super::hooks::hooks,
    super::numbers::numbers,
    super::iterate::iterate,
    super::objects::objects,
    super::attributes::attributes,
    super::code::code,
    super::namespace::namespace,
    super::print::print,
])]
#[allow(clippy::module_inception)]
pub mod builtins {
    use krait_runtime::objects::exceptions;
    use krait_runtime::objects::*;
    use krait_runtime::prelude::*;

    fn built_in_types() -> [(&'static str, &'static PyType); 26] {
        [
            ("bool", PyBool::type_object()),
            ("bytearray", PyByteArray::type_object()),
            ("bytes", PyBytes::type_object()),
            ("classmethod", class_method::PyClassMethod::type_object()),
            ("complex", PyComplex::type_object()),
            ("dict", PyDict::type_object()),
            ("enumerate", enumerate::PyEnumerate::type_object()),
            ("memoryview", memoryview::PyMemoryView::type_object()),
            ("filter", filter::PyFilter::type_object()),
            ("float", PyFloat::type_object()),
            ("frozenset", PyFrozenSet::type_object()),
            ("property", property::PyProperty::type_object()),
            ("int", PyInt::type_object()),
            ("list", PyList::type_object()),
            ("map", map::PyMap::type_object()),
            ("object", object::PyBaseObject::type_object()),
            ("range", range::PyRange::type_object()),
            ("reversed", reversed::PyReversed::type_object()),
            ("set", PySet::type_object()),
            ("slice", PySlice::type_object()),
            ("staticmethod", static_method::PyStaticMethod::type_object()),
            ("str", PyStr::type_object()),
            ("super", super_::PySuper::type_object()),
            ("tuple", PyTuple::type_object()),
            ("type", PyType::type_object()),
            ("zip", zip::PyZip::type_object()),
        ]
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "None", PyNone::get())?;
        module.add(py, "Ellipsis", PyEllipsis::get())?;
        module.add(py, "NotImplemented", PyNotImplemented::get())?;
        module.add(py, "False", PyBool::get(false))?;
        module.add(py, "True", PyBool::get(true))?;
        for (name, class) in built_in_types() {
            module.add(py, name, class)?;
        }
        let debug = py.interp().config.borrow().optimize == 0;
        module.add(py, "__debug__", PyBool::get(debug))?;
        for (name, class) in exceptions::all() {
            module.add(py, name, class)?;
        }
        if let Some(group) = py.interp().exception_group.get() {
            module.add(py, "ExceptionGroup", &group)?;
        }
        module.add(py, "EnvironmentError", exceptions::types::OSError())?;
        module.add(py, "IOError", exceptions::types::OSError())
    }
}
