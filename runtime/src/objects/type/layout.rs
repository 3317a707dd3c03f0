//! The memory layout of type objects: `PyTypeObject`, `PyHeapTypeObject`, the `tp_flags` bits, and `StaticType`, a static type
//! with room for its slot tables.

use core::cell::Cell;
use core::ffi::{c_char, c_void};
use core::ops::Deref;

use crate::error::PyResult;
use crate::object::{PyObject, PyVarObject};
use crate::objects::PyStr;
use crate::py::Py;
use crate::reference::{Layout, Member};
use crate::slots::*;

/// `PyTypeObject` of CPython 3.14, field by field.
#[repr(C)]
#[allow(missing_docs)]
pub struct PyType {
    pub ob_base: PyVarObject,
    pub tp_name: Cell<*const c_char>,
    pub tp_basicsize: Cell<isize>,
    pub tp_itemsize: Cell<isize>,
    pub tp_dealloc: Slot<Destructor>,
    pub tp_vectorcall_offset: Cell<isize>,
    pub tp_getattr: Slot<GetAttrFunc>,
    pub tp_setattr: Slot<SetAttrFunc>,
    pub tp_as_async: Cell<*const PyAsyncMethods>,
    pub tp_repr: Slot<UnaryFunc>,
    pub tp_as_number: Cell<*const PyNumberMethods>,
    pub tp_as_sequence: Cell<*const PySequenceMethods>,
    pub tp_as_mapping: Cell<*const PyMappingMethods>,
    pub tp_hash: Slot<HashFunc>,
    pub tp_call: Slot<TernaryFunc>,
    pub tp_str: Slot<UnaryFunc>,
    pub tp_getattro: Slot<BinaryFunc>,
    pub tp_setattro: Slot<ObjObjArgProc>,
    pub tp_as_buffer: Cell<*const PyBufferProcs>,
    pub tp_flags: Cell<u64>,
    pub tp_doc: Cell<*const c_char>,
    pub tp_traverse: Slot<TraverseProc>,
    pub tp_clear: Slot<Inquiry>,
    pub tp_richcompare: Slot<RichCmpFunc>,
    pub tp_weaklistoffset: Cell<isize>,
    pub tp_iter: Slot<UnaryFunc>,
    pub tp_iternext: Slot<UnaryFunc>,
    pub tp_methods: Cell<*const PyMethodDef>,
    pub tp_members: Cell<*const PyMemberDef>,
    pub tp_getset: Cell<*const PyGetSetDef>,
    pub tp_base: Cell<*const PyType>,
    pub tp_dict: Member<PyObject>,
    pub tp_descr_get: Slot<DescrGetFunc>,
    pub tp_descr_set: Slot<ObjObjArgProc>,
    pub tp_dictoffset: Cell<isize>,
    pub tp_init: Slot<InitProc>,
    pub tp_alloc: Slot<AllocFunc>,
    pub tp_new: Slot<NewFunc>,
    pub tp_free: Slot<FreeFunc>,
    pub tp_is_gc: Slot<Inquiry>,
    pub tp_bases: Member<PyObject>,
    pub tp_mro: Member<PyObject>,
    pub tp_cache: Member<PyObject>,
    pub tp_subclasses: Cell<*mut c_void>,
    pub tp_weaklist: Cell<*mut PyObject>,
    pub tp_del: Slot<Destructor>,
    pub tp_version_tag: Cell<u32>,
    pub tp_finalize: Slot<Destructor>,
    pub tp_vectorcall: Slot<VectorcallFunc>,
    pub tp_watched: Cell<u8>,
    pub tp_versions_used: Cell<u16>,
}

/// `_specialization_cache` of a heap type.
#[repr(C)]
#[allow(missing_docs)]
pub struct SpecializationCache {
    pub getitem: Cell<*mut PyObject>,
    pub getitem_version: Cell<u32>,
    pub init: Cell<*mut PyObject>,
}

/// `PyHeapTypeObject`: a type made at run time, with its slot tables inside.
#[repr(C)]
#[allow(missing_docs)]
pub struct PyHeapType {
    pub ht_type: PyType,
    pub as_async: PyAsyncMethods,
    pub as_number: PyNumberMethods,
    pub as_mapping: PyMappingMethods,
    pub as_sequence: PySequenceMethods,
    pub as_buffer: PyBufferProcs,
    pub ht_name: Member<PyObject>,
    pub ht_slots: Member<PyObject>,
    pub ht_qualname: Member<PyObject>,
    pub ht_cached_keys: Cell<*mut c_void>,
    pub ht_module: Member<PyObject>,
    pub _ht_tpname: Cell<*mut c_char>,
    pub ht_token: Cell<*mut c_void>,
    pub _spec_cache: SpecializationCache,
}

/// A static type with room for its slot tables; `#[pyclass]` declares one for each type. It has the layout of a heap type, with room for
/// a collector's head in front: [`StaticType::become_heap_type`] makes it one.
#[repr(C)]
#[allow(missing_docs)]
pub struct StaticType {
    head: [Cell<usize>; 2],
    pub ty: PyType,
    pub as_async: PyAsyncMethods,
    pub as_number: PyNumberMethods,
    pub as_mapping: PyMappingMethods,
    pub as_sequence: PySequenceMethods,
    pub as_buffer: PyBufferProcs,
    tail: HeapTail,
}

/// What a heap type has behind its slot tables.
#[repr(C)]
struct HeapTail {
    ht_name: Member<PyObject>,
    ht_slots: Member<PyObject>,
    ht_qualname: Member<PyObject>,
    ht_cached_keys: Cell<*mut c_void>,
    ht_module: Member<PyObject>,
    _ht_tpname: Cell<*mut c_char>,
    ht_token: Cell<*mut c_void>,
    _spec_cache: SpecializationCache,
}

const _: () = {
    let ty = core::mem::offset_of!(StaticType, ty);
    assert!(ty == size_of::<crate::gc::GcHead>());
    assert!(core::mem::offset_of!(StaticType, tail) - ty == core::mem::offset_of!(PyHeapType, ht_name));
    assert!(size_of::<StaticType>() - ty == size_of::<PyHeapType>());
};

// SAFETY: slots are written while the one start-up thread readies the types, later only under the GIL.
unsafe impl Sync for StaticType {}
// SAFETY: both begin with a PyVarObject head.
unsafe impl Layout for PyType {}
// SAFETY: begins with a PyType.
unsafe impl Layout for PyHeapType {}

impl Deref for PyType {
    type Target = PyObject;
    #[inline(always)]
    fn deref(&self) -> &PyObject {
        &self.ob_base.ob_base
    }
}

/// `tp_flags` bits (`Py_TPFLAGS_*`).
#[allow(missing_docs)]
pub mod flags {
    pub const STATIC_BUILTIN: u64 = 1 << 1;
    pub const INLINE_VALUES: u64 = 1 << 2;
    pub const MANAGED_WEAKREF: u64 = 1 << 3;
    pub const MANAGED_DICT: u64 = 1 << 4;
    pub const PREHEADER: u64 = MANAGED_WEAKREF | MANAGED_DICT;
    pub const SEQUENCE: u64 = 1 << 5;
    pub const MAPPING: u64 = 1 << 6;
    pub const DISALLOW_INSTANTIATION: u64 = 1 << 7;
    pub const IMMUTABLETYPE: u64 = 1 << 8;
    pub const HEAPTYPE: u64 = 1 << 9;
    pub const BASETYPE: u64 = 1 << 10;
    pub const HAVE_VECTORCALL: u64 = 1 << 11;
    pub const READY: u64 = 1 << 12;
    pub const READYING: u64 = 1 << 13;
    pub const HAVE_GC: u64 = 1 << 14;
    pub const METHOD_DESCRIPTOR: u64 = 1 << 17;
    pub const HAVE_VERSION_TAG: u64 = 1 << 18;
    pub const VALID_VERSION_TAG: u64 = 1 << 19;
    pub const IS_ABSTRACT: u64 = 1 << 20;
    pub const MATCH_SELF: u64 = 1 << 22;
    pub const ITEMS_AT_END: u64 = 1 << 23;
    pub const LONG_SUBCLASS: u64 = 1 << 24;
    pub const LIST_SUBCLASS: u64 = 1 << 25;
    pub const TUPLE_SUBCLASS: u64 = 1 << 26;
    pub const BYTES_SUBCLASS: u64 = 1 << 27;
    pub const UNICODE_SUBCLASS: u64 = 1 << 28;
    pub const DICT_SUBCLASS: u64 = 1 << 29;
    pub const BASE_EXC_SUBCLASS: u64 = 1 << 30;
    pub const TYPE_SUBCLASS: u64 = 1 << 31;
}

/// What a `#[pyclass]` says of its type; the macro writes one, `StaticType::new` turns it into the type object.
#[derive(Clone, Copy)]
pub struct TypeSpec {
    /// `tp_name`: "module.name", or the bare name for builtins; NUL-terminated.
    pub name: &'static core::ffi::CStr,
    /// Instance size in bytes, items not counted.
    pub basicsize: isize,
    /// Bytes an item takes.
    pub itemsize: isize,
    /// `Py_TPFLAGS_*` to set besides the default ones.
    pub flags: u64,
    /// Docstring (with its signature line), if any.
    pub doc: Option<&'static core::ffi::CStr>,
    /// Offset of the weak-reference list pointer, 0 for none.
    pub weaklistoffset: isize,
    /// Offset of the `__dict__` pointer, 0 for none.
    pub dictoffset: isize,
    /// Offset of the vectorcall pointer, 0 for none.
    pub vectorcall_offset: isize,
}

/// Gives a type whose slot table is its base's a copy of its own, which changes of the class may write to.
fn own_table<T>(field: &Cell<*const T>, own: &'static T) {
    let shared = field.replace(own);
    if !shared.is_null() && !core::ptr::eq(shared, own) {
        // SAFETY: both are tables of this kind, made of cells only, which nobody borrows from under the GIL.
        unsafe { core::ptr::copy_nonoverlapping(shared, core::ptr::from_ref(own).cast_mut(), 1) };
    }
}

/// What `ht_token` of our own heap types holds.
fn native_token() -> *mut c_void {
    static TOKEN: u8 = 0;
    (&raw const TOKEN).cast_mut().cast()
}

impl PyType {
    /// True for types declared by `#[pyclass]`, even those that look like heap types, and for static types of C extensions: their
    /// destructors and collector functions leave the instance's class alone.
    pub fn is_native(&self) -> bool {
        self.heap().is_none_or(|heap| heap.ht_token.get() == native_token())
    }
}

impl StaticType {
    /// A static type with its facts filled in and no slot set yet.
    pub const fn new(spec: TypeSpec) -> StaticType {
        StaticType {
            head: [const { Cell::new(0) }; 2],
            ty: PyType {
                ob_base: PyVarObject::immortal(core::ptr::null(), 0),
                tp_name: Cell::new(spec.name.as_ptr()),
                tp_basicsize: Cell::new(spec.basicsize),
                tp_itemsize: Cell::new(spec.itemsize),
                tp_dealloc: Cell::new(None),
                tp_vectorcall_offset: Cell::new(spec.vectorcall_offset),
                tp_getattr: Cell::new(None),
                tp_setattr: Cell::new(None),
                tp_as_async: Cell::new(core::ptr::null()),
                tp_repr: Cell::new(None),
                tp_as_number: Cell::new(core::ptr::null()),
                tp_as_sequence: Cell::new(core::ptr::null()),
                tp_as_mapping: Cell::new(core::ptr::null()),
                tp_hash: Cell::new(None),
                tp_call: Cell::new(None),
                tp_str: Cell::new(None),
                tp_getattro: Cell::new(None),
                tp_setattro: Cell::new(None),
                tp_as_buffer: Cell::new(core::ptr::null()),
                tp_flags: Cell::new(spec.flags | flags::IMMUTABLETYPE),
                tp_doc: Cell::new(match spec.doc {
                    Some(doc) => doc.as_ptr(),
                    None => core::ptr::null(),
                }),
                tp_traverse: Cell::new(None),
                tp_clear: Cell::new(None),
                tp_richcompare: Cell::new(None),
                tp_weaklistoffset: Cell::new(spec.weaklistoffset),
                tp_iter: Cell::new(None),
                tp_iternext: Cell::new(None),
                tp_methods: Cell::new(core::ptr::null()),
                tp_members: Cell::new(core::ptr::null()),
                tp_getset: Cell::new(core::ptr::null()),
                tp_base: Cell::new(core::ptr::null()),
                tp_dict: Member::empty(),
                tp_descr_get: Cell::new(None),
                tp_descr_set: Cell::new(None),
                tp_dictoffset: Cell::new(spec.dictoffset),
                tp_init: Cell::new(None),
                tp_alloc: Cell::new(None),
                tp_new: Cell::new(None),
                tp_free: Cell::new(None),
                tp_is_gc: Cell::new(None),
                tp_bases: Member::empty(),
                tp_mro: Member::empty(),
                tp_cache: Member::empty(),
                tp_subclasses: Cell::new(core::ptr::null_mut()),
                tp_weaklist: Cell::new(core::ptr::null_mut()),
                tp_del: Cell::new(None),
                tp_version_tag: Cell::new(0),
                tp_finalize: Cell::new(None),
                tp_vectorcall: Cell::new(None),
                tp_watched: Cell::new(0),
                tp_versions_used: Cell::new(0),
            },
            as_async: PyAsyncMethods::EMPTY,
            as_number: PyNumberMethods::EMPTY,
            as_mapping: PyMappingMethods::EMPTY,
            as_sequence: PySequenceMethods::EMPTY,
            as_buffer: PyBufferProcs::EMPTY,
            tail: HeapTail {
                ht_name: Member::empty(),
                ht_slots: Member::empty(),
                ht_qualname: Member::empty(),
                ht_cached_keys: Cell::new(core::ptr::null_mut()),
                ht_module: Member::empty(),
                _ht_tpname: Cell::new(core::ptr::null_mut()),
                ht_token: Cell::new(core::ptr::null_mut()),
                _spec_cache: SpecializationCache {
                    getitem: Cell::new(core::ptr::null_mut()),
                    getitem_version: Cell::new(0),
                    init: Cell::new(core::ptr::null_mut()),
                },
            },
        }
    }

    /// Makes a type that is ready look like one that was made at run time, as CPython has it for the classes of its extension modules;
    /// Python code may change it unless it is `immutable`. It stays immortal, so its instances need not count it.
    pub fn become_heap_type(&'static self, py: Py<'_>, immutable: bool) -> PyResult<()> {
        own_table(&self.ty.tp_as_async, &self.as_async);
        own_table(&self.ty.tp_as_number, &self.as_number);
        own_table(&self.ty.tp_as_mapping, &self.as_mapping);
        own_table(&self.ty.tp_as_sequence, &self.as_sequence);
        own_table(&self.ty.tp_as_buffer, &self.as_buffer);
        let name = PyStr::new_interned(py, self.ty.short_name())?.upcast();
        self.tail.ht_name.set(name.clone());
        self.tail.ht_qualname.set(name);
        if let (Some(dict), Some(module)) = (self.ty.dict(), self.ty.module_name(py)) {
            dict.set(py, crate::id!(py, "__module__"), &*PyStr::new_interned(py, &module)?)?;
        }
        self.tail.ht_token.set(native_token());
        let own =
            if immutable { flags::STATIC_BUILTIN } else { flags::STATIC_BUILTIN | flags::IMMUTABLETYPE };
        self.ty.tp_flags.set(self.ty.tp_flags.get() & !own | flags::HEAPTYPE);
        // The collector knows it as it knows all heap types; that it is immortal keeps it.
        crate::gc::track(&self.ty);
        Ok(())
    }

    /// Points the type at its number table (the macro calls this before it sets an `nb_` slot).
    pub fn number(&'static self) -> &'static PyNumberMethods {
        self.ty.tp_as_number.set(&self.as_number);
        &self.as_number
    }

    /// Points the type at its sequence table.
    pub fn sequence(&'static self) -> &'static PySequenceMethods {
        self.ty.tp_as_sequence.set(&self.as_sequence);
        &self.as_sequence
    }

    /// Points the type at its mapping table.
    pub fn mapping(&'static self) -> &'static PyMappingMethods {
        self.ty.tp_as_mapping.set(&self.as_mapping);
        &self.as_mapping
    }

    /// Points the type at its async table.
    pub fn asynchronous(&'static self) -> &'static PyAsyncMethods {
        self.ty.tp_as_async.set(&self.as_async);
        &self.as_async
    }

    /// Points the type at its buffer table.
    pub fn buffer(&'static self) -> &'static PyBufferProcs {
        self.ty.tp_as_buffer.set(&self.as_buffer);
        &self.as_buffer
    }
}
