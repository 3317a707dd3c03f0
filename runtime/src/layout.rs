//! Tests: structs that C extensions look into have CPython 3.14's layout, as `pyo3-ffi` declares it.

use core::mem::offset_of;

use pyo3_ffi as ffi;

use crate::object::{PyObject, PyVarObject};
use crate::objects::r#type::{PyHeapType, PyType};
use crate::objects::*;
use crate::protocol::buffer::Py_buffer;
use crate::slots;

/// Same offset for each pair of fields; same size where it says `sized`.
macro_rules! same_layout {
    ($(($ours:ty, $theirs:ident $(, $sized:ident)?): $($mine:ident $(= $field:ident)?),* $(,)?;)*) => {
        #[test]
        fn fields_stand_where_c_looks_for_them() {
            $(
                $(same_layout!(@one $ours, $theirs, $mine $(, $field)?);)*
                $(let $sized = (size_of::<$ours>(), size_of::<ffi::$theirs>());
                assert_eq!($sized.0, $sized.1, "size of {}", stringify!($theirs));)?
            )*
        }
    };
    (@one $ours:ty, $theirs:ident, $mine:ident) => { same_layout!(@one $ours, $theirs, $mine, $mine) };
    (@one $ours:ty, $theirs:ident, $mine:ident, $field:ident) => {
        assert_eq!(
            offset_of!($ours, $mine),
            offset_of!(ffi::$theirs, $field),
            "{}.{}", stringify!($theirs), stringify!($field)
        );
    };
}

same_layout! {
    (PyVarObject, PyVarObject, sized): ob_base, ob_size;
    (PyType, PyTypeObject): ob_base, tp_name, tp_basicsize, tp_itemsize, tp_dealloc, tp_vectorcall_offset, tp_getattr, tp_setattr,
        tp_as_async, tp_repr, tp_as_number, tp_as_sequence, tp_as_mapping, tp_hash, tp_call, tp_str, tp_getattro, tp_setattro,
        tp_as_buffer, tp_flags, tp_doc, tp_traverse, tp_clear, tp_richcompare, tp_weaklistoffset, tp_iter, tp_iternext, tp_methods,
        tp_members, tp_getset, tp_base, tp_dict, tp_descr_get, tp_descr_set, tp_dictoffset, tp_init, tp_alloc, tp_new, tp_free,
        tp_is_gc, tp_bases, tp_mro, tp_cache, tp_subclasses, tp_weaklist, tp_del, tp_version_tag, tp_finalize, tp_vectorcall,
        tp_watched, tp_versions_used;
    (PyHeapType, PyHeapTypeObject): ht_type, as_async, as_number, as_mapping, as_sequence, as_buffer, ht_name, ht_slots, ht_qualname,
        ht_cached_keys, ht_module;
    (slots::PyMethodDef, PyMethodDef, sized): ml_name, ml_meth, ml_flags, ml_doc;
    (slots::PyGetSetDef, PyGetSetDef, sized): name, get, set, doc, closure;
    (slots::PyMemberDef, PyMemberDef, sized): name, offset, flags, doc;
    (slots::PyNumberMethods, PyNumberMethods, sized): nb_add, nb_power, nb_bool, nb_int, nb_float, nb_inplace_add, nb_floor_divide,
        nb_index, nb_matrix_multiply, nb_inplace_matrix_multiply;
    (slots::PySequenceMethods, PySequenceMethods, sized): sq_length, sq_concat, sq_repeat, sq_item, sq_ass_item, sq_contains,
        sq_inplace_concat, sq_inplace_repeat;
    (slots::PyMappingMethods, PyMappingMethods, sized): mp_length, mp_subscript, mp_ass_subscript;
    (slots::PyAsyncMethods, PyAsyncMethods, sized): am_await, am_aiter, am_anext, am_send;
    (slots::PyBufferProcs, PyBufferProcs, sized): bf_getbuffer, bf_releasebuffer;
    (Py_buffer, Py_buffer, sized): buf, obj, len, itemsize, readonly, ndim, format, shape, strides, suboffsets, internal;
    (PyStr, PyASCIIObject): ob_base, length, hash, state;
    (str::layout::Compact, PyCompactUnicodeObject, sized): head = _base, utf8_length, utf8;
    (str::layout::NonCompact, PyUnicodeObject, sized): compact = _base, data;
    (PyBytes, PyBytesObject): ob_base, ob_sval;
    (PyByteArray, PyByteArrayObject, sized): ob_base, ob_alloc, ob_bytes, ob_start, ob_exports;
    (PyList, PyListObject, sized): ob_base, ob_item, allocated;
    (PyTuple, PyTupleObject): ob_base, ob_item;
    (PyDict, PyDictObject, sized): ob_base, ma_used, ma_keys, ma_values;
    (PySet, PySetObject, sized): ob_base, fill, used, mask, table, hash, finger, smalltable, weakreflist;
    (PySlice, PySliceObject, sized): ob_base, start, stop, step;
    (PyFloat, PyFloatObject, sized): ob_base, ob_fval;
    (PyComplex, PyComplexObject, sized): ob_base, real = cval;
    (PyCell, PyCellObject, sized): ob_base, ob_ref;
    (builtin_function::PyCFunction, PyCFunctionObject, sized): base = ob_base, m_ml, m_self, m_module, m_weakreflist, vectorcall;
    (builtin_function::PyCMethod, PyCMethodObject, sized): base = func, mm_class;
    (getset_descriptor::PyGetSetDescr, PyGetSetDescrObject, sized): base = d_common, d_getset;
    (member_descriptor::PyMemberDescr, PyMemberDescrObject, sized): base = d_common, d_member;
    (method_descriptor::PyMethodDescr, PyMethodDescrObject, sized): base = d_common, d_method, vectorcall;
    (wrapper_descriptor::PyWrapperDescriptor, PyWrapperDescrObject, sized): base = d_common, d_base, d_wrapped;
    (exceptions::PyBaseException, PyBaseExceptionObject, sized): ob_base, dict, args, notes, traceback, context, cause,
        suppress_context;
}

#[test]
fn the_head_is_two_words() {
    assert_eq!(size_of::<PyObject>(), size_of::<ffi::PyObject>());
    let ty: *const PyType = core::ptr::without_provenance(0x1000);
    let ours = PyObject::immortal(ty);
    // SAFETY: both are plain heads of the same size.
    let theirs = unsafe { &*core::ptr::from_ref(&ours).cast::<ffi::PyObject>() };
    assert_eq!(theirs.ob_type.addr(), 0x1000);
}

#[test]
fn sizes_that_getsizeof_shows() {
    assert_eq!(size_of::<PyStr>(), 40);
    assert_eq!(size_of::<str::layout::Compact>(), 56);
    assert_eq!(offset_of!(PyTuple, ob_item), 32);
    assert_eq!(size_of::<PySet>(), 200);
}
