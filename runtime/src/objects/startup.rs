//! Start-up of the built-in types: all tables are filled first, then each type is readied, `object` and `type` leading.
//! A type that is not listed here is readied by whoever first needs it (`PyType::ready`), as the types of modules are.

use crate::error::PyResult;
use crate::objects::r#type::PyType;
use crate::objects::*;
use crate::py::Py;

macro_rules! built_in_types {
    ($($ty:path),* $(,)?) => {
        fn describe_all() {
            $(PyType::describe::<$ty>();)*
        }
        fn ready_all(py: Py<'_>) -> PyResult<()> {
            $(PyType::ready::<$ty>(py)?;)*
            Ok(())
        }
    };
}

// Add your types here; bases need not stand first, readying takes care of them.
built_in_types! {
    object::PyBaseObject,
    r#type::PyType,
    PyDict,
    PyStr,
    PyTuple,
    PyList,
    PyInt,
    PyBool,
    PyFloat,
    PyComplex,
    PyBytes,
    PyByteArray,
    memoryview::PyMemoryView,
    memoryview::PyManagedBuffer,
    memoryview::iterator::PyMemoryIter,
    memoryview::lent::PyBufferWrapper,
    PySet,
    PyFrozenSet,
    set::iterator::PySetIterator,
    PySlice,
    PyNone,
    PyNotImplemented,
    PyEllipsis,
    PyModule,
    PyMethod,
    PyCell,
    builtin_function::PyCFunction,
    builtin_function::PyCMethod,
    method_descriptor::PyMethodDescr,
    method_descriptor::PyClassMethodDescr,
    wrapper_descriptor::PyWrapperDescriptor,
    wrapper_descriptor::PyMethodWrapper,
    getset_descriptor::PyGetSetDescr,
    member_descriptor::PyMemberDescr,
    static_method::PyStaticMethod,
    class_method::PyClassMethod,
    property::PyProperty,
    super_::PySuper,
    mappingproxy::PyMappingProxy,
    namespace::PyNamespace,
    union::PyUnion,
    generic_alias::PyGenericAlias,
    generic_alias::GenericAliasIterator,
    typevar::PyTypeVar,
    typevar::PyParamSpec,
    typevar::PyParamSpecArgs,
    typevar::PyParamSpecKwargs,
    typevar::PyTypeVarTuple,
    typevar::PyTypeAlias,
    typevar::PyGeneric,
    typevar::PyNoDefault,
    typevar::PyConstEvaluator,
    template::PyTemplate,
    template::PyInterpolation,
    template::PyTemplateIter,
    capsule::PyCapsule,
    dict::views::DictKeysView,
    dict::views::DictValuesView,
    dict::views::DictItems,
    dict::iterators::DictKeyIterator,
    dict::iterators::DictValueIterator,
    dict::iterators::DictItemIterator,
    dict::iterators::DictReverseKeyIterator,
    dict::iterators::DictReverseValueIterator,
    dict::iterators::DictReverseItemIterator,
    str::iterator::PyStrAsciiIterator,
    str::iterator::PyStrIterator,
    bytes::PyBytesIterator,
    bytearray::PyByteArrayIterator,
    list::iterator::PyListIterator,
    list::iterator::PyListReverseIterator,
    tuple_iterator::PyTupleIterator,
    PyRange,
    range::PyRangeIterator,
    range::PyLongRangeIterator,
    enumerate::PyEnumerate,
    zip::PyZip,
    map::PyMap,
    filter::PyFilter,
    reversed::PyReversed,
    iterator::PySequenceIterator,
    iterator::PyCallableIterator,
    context::PyContext,
    context::PyContextVar,
    context::MapNode,
    context::iterators::ContextKeys,
    context::iterators::ContextValues,
    context::iterators::ContextItems,
    set::iterator::PySetIterator,
    weakref::PyWeakReference,
    weakref::proxy::PyProxy,
    weakref::proxy::PyCallableProxy,
}

/// Readies every built-in type, exceptions included. Called once, before anything else touches an object.
pub fn init(py: Py<'_>) -> PyResult<()> {
    PyNone::init();
    PyNotImplemented::init();
    PyEllipsis::init();
    typevar::PyNoDefault::init();
    int::init();
    set::init();
    PyBytes::init();
    PyStr::init();
    describe_all();
    object::finish_slots();
    ready_all(py)?;
    template::finish(py)?;
    typevar::finish(py)?;
    context::PyToken::init(py)?;
    exceptions::init(py)
}
