//! Module `_typing`: the native part of `typing`, and module `_types`: names for built-in types.

use krait_runtime::prelude::*;

/// Module `_typing`.
#[pymodule(name = "_typing", types = [
    krait_runtime::objects::typevar::PyTypeVar,
    krait_runtime::objects::typevar::PyTypeVarTuple,
    krait_runtime::objects::typevar::PyParamSpec,
    krait_runtime::objects::typevar::PyParamSpecArgs,
    krait_runtime::objects::typevar::PyParamSpecKwargs,
    krait_runtime::objects::typevar::PyTypeAlias,
    krait_runtime::objects::typevar::PyGeneric,
    krait_runtime::objects::union::PyUnion,
])]
pub mod typing {
    use krait_runtime::prelude::*;

    /// Gives its argument back.
    #[pyfunction]
    #[sig("(object, /)")]
    fn _idfunc(_py: Py<'_>, object: &PyObject) -> Ref<PyObject> {
        object.to_ref()
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "NoDefault", krait_runtime::objects::typevar::PyNoDefault::get())
    }
}

/// Module `_types`.
#[pymodule(name = "_types")]
pub mod types {
    use krait_interp::objects as interp;
    use krait_runtime::objects;
    use krait_runtime::prelude::*;

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        let add = |name: &str, ty: &PyType| module.add(py, name, ty);
        add("BuiltinFunctionType", objects::builtin_function::PyCFunction::type_object())?;
        add("BuiltinMethodType", objects::builtin_function::PyCFunction::type_object())?;
        add("CapsuleType", objects::capsule::PyCapsule::type_object())?;
        add("CellType", objects::PyCell::type_object())?;
        add("ClassMethodDescriptorType", objects::method_descriptor::PyClassMethodDescr::type_object())?;
        add("CodeType", interp::PyCode::type_object())?;
        add("CoroutineType", interp::generator::PyCoroutine::type_object())?;
        add("AsyncGeneratorType", interp::generator::PyAsyncGen::type_object())?;
        add("EllipsisType", objects::PyEllipsis::type_object())?;
        add("FrameType", interp::frame::PyFrame::type_object())?;
        add("FunctionType", interp::function::PyFunction::type_object())?;
        add("LambdaType", interp::function::PyFunction::type_object())?;
        add("GeneratorType", interp::generator::PyGen::type_object())?;
        add("GenericAlias", objects::generic_alias::PyGenericAlias::type_object())?;
        add("GetSetDescriptorType", objects::getset_descriptor::PyGetSetDescr::type_object())?;
        add("MappingProxyType", objects::mappingproxy::PyMappingProxy::type_object())?;
        add("MemberDescriptorType", objects::member_descriptor::PyMemberDescr::type_object())?;
        add("MethodDescriptorType", objects::method_descriptor::PyMethodDescr::type_object())?;
        add("MethodType", objects::PyMethod::type_object())?;
        add("MethodWrapperType", objects::wrapper_descriptor::PyMethodWrapper::type_object())?;
        add("ModuleType", PyModule::type_object())?;
        add("NoneType", PyNone::type_object())?;
        add("NotImplementedType", objects::PyNotImplemented::type_object())?;
        add("SimpleNamespace", objects::namespace::PyNamespace::type_object())?;
        add("TracebackType", interp::traceback::PyTraceback::type_object())?;
        add("UnionType", objects::union::PyUnion::type_object())?;
        add("WrapperDescriptorType", objects::wrapper_descriptor::PyWrapperDescriptor::type_object())
    }
}
