//! The table of special methods: which slot each fills, the function a class written in Python gets in that slot, and the wrapper
//! that makes a native slot callable as a method. Not here: the functions (`dispatch.rs`) and wrappers (`wrappers.rs`) themselves.

use core::cell::Cell;
use core::ffi::{c_char, c_void};
use core::mem::offset_of;

use super::dispatch::*;
use super::wrappers::*;
use super::{PyHeapType, PyType};
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyDict, PyStr, PyTuple};
use crate::py::Py;
use crate::reference::Ref;
use crate::slots::*;

/// Calls a native slot function as a method: `self`, arguments, keyword arguments, the slot function.
pub type Wrapper = fn(Py<'_>, &PyObject, &PyTuple, Option<&PyDict>, *const ()) -> PyResult<Ref<PyObject>>;

/// One special method name and the slot it belongs to.
pub struct SlotDef {
    /// `__add__`.
    pub name: &'static str,
    /// Offset of the slot in `PyHeapType`.
    pub offset: usize,
    /// What a Python class that defines the method has in the slot (null: nothing; the other slot of that name does it).
    pub function: *const (),
    /// Makes a native slot callable; `None` for names that only exist in Python classes.
    pub wrapper: Option<Wrapper>,
    /// Docstring with its signature header.
    pub doc: *const c_char,
    /// The wrapper takes keyword arguments.
    pub keywords: bool,
    /// The interned name, made at start-up.
    pub interned: Cell<*const PyStr>,
}
// SAFETY: read-only besides `interned`, which start-up writes once under the GIL.
unsafe impl Sync for SlotDef {}

impl SlotDef {
    /// The interned name.
    #[inline]
    pub fn name_object(&self, py: Py<'_>) -> &'static PyStr {
        // SAFETY: null or an immortal string.
        match unsafe { self.interned.get().as_ref() } {
            Some(s) => s,
            None => {
                let s = PyStr::intern_static(py, self.name);
                self.interned.set(s);
                s
            }
        }
    }
}

/// A slot seen without its function type.
pub type AnySlot = Cell<*const ()>;

/// The slot at `offset` of `ty`; `None` when the type has no table of that family.
pub fn slot_at(ty: &PyType, offset: usize) -> Option<&AnySlot> {
    let base: *const PyType = ty;
    let family = |table: *const c_void, start: usize| -> Option<&AnySlot> {
        if table.is_null() {
            return None;
        }
        // SAFETY: a non-null table lives as long as the type; the offset stays in it. `Option<fn>` has a pointer's layout.
        Some(unsafe { &*table.byte_add(offset - start).cast::<AnySlot>() })
    };
    if offset < offset_of!(PyHeapType, as_async) {
        // SAFETY: an offset in PyType itself.
        return Some(unsafe { &*base.byte_add(offset).cast::<AnySlot>() });
    }
    if offset >= offset_of!(PyHeapType, as_buffer) {
        family(ty.tp_as_buffer.get().cast(), offset_of!(PyHeapType, as_buffer))
    } else if offset >= offset_of!(PyHeapType, as_sequence) {
        family(ty.tp_as_sequence.get().cast(), offset_of!(PyHeapType, as_sequence))
    } else if offset >= offset_of!(PyHeapType, as_mapping) {
        family(ty.tp_as_mapping.get().cast(), offset_of!(PyHeapType, as_mapping))
    } else if offset >= offset_of!(PyHeapType, as_number) {
        family(ty.tp_as_number.get().cast(), offset_of!(PyHeapType, as_number))
    } else {
        family(ty.tp_as_async.get().cast(), offset_of!(PyHeapType, as_async))
    }
}

const NONE: *const () = core::ptr::null();

macro_rules! place {
    (tp $slot:ident) => {
        offset_of!(PyHeapType, ht_type) + offset_of!(PyType, $slot)
    };
    (am $slot:ident) => {
        offset_of!(PyHeapType, as_async) + offset_of!(PyAsyncMethods, $slot)
    };
    (nb $slot:ident) => {
        offset_of!(PyHeapType, as_number) + offset_of!(PyNumberMethods, $slot)
    };
    (mp $slot:ident) => {
        offset_of!(PyHeapType, as_mapping) + offset_of!(PyMappingMethods, $slot)
    };
    (sq $slot:ident) => {
        offset_of!(PyHeapType, as_sequence) + offset_of!(PySequenceMethods, $slot)
    };
    (bf $slot:ident) => {
        offset_of!(PyHeapType, as_buffer) + offset_of!(PyBufferProcs, $slot)
    };
}

macro_rules! function {
    (none) => {
        NONE
    };
    ($function:ident) => {
        $function as *const ()
    };
}
macro_rules! wrapper {
    (none) => {
        None
    };
    ($wrapper:ident) => {
        Some($wrapper as Wrapper)
    };
}

macro_rules! slot_defs {
    ($($family:ident $name:literal $slot:ident $function:ident $wrapper:ident $doc:literal;)*) => {
        /// All special methods, grouped by slot; the order is that of a native class's `__dict__`.
        pub static SLOT_DEFS: [SlotDef; [$($name),*].len()] = [$(SlotDef {
            name: $name,
            offset: place!($family $slot),
            function: function!($function),
            wrapper: wrapper!($wrapper),
            doc: concat!($name, $doc, "\0").as_ptr().cast(),
            keywords: is_keyword_slot($name),
            interned: Cell::new(core::ptr::null()),
        },)*];
    };
}

const fn is_keyword_slot(name: &str) -> bool {
    matches!(name.as_bytes(), b"__call__" | b"__init__")
}

slot_defs! {
    tp "__repr__" tp_repr slot_tp_repr wrap_unaryfunc "($self, /)\n--\n\nReturn repr(self).";
    tp "__hash__" tp_hash slot_tp_hash wrap_hashfunc "($self, /)\n--\n\nReturn hash(self).";
    tp "__call__" tp_call slot_tp_call wrap_call "($self, /, *args, **kwargs)\n--\n\nCall self as a function.";
    tp "__str__" tp_str slot_tp_str wrap_unaryfunc "($self, /)\n--\n\nReturn str(self).";
    tp "__getattribute__" tp_getattro slot_tp_getattr_hook wrap_binaryfunc "($self, name, /)\n--\n\nReturn getattr(self, name).";
    tp "__getattr__" tp_getattro slot_tp_getattr_hook none "";
    tp "__setattr__" tp_setattro slot_tp_setattro wrap_setattr "($self, name, value, /)\n--\n\nImplement setattr(self, name, value).";
    tp "__delattr__" tp_setattro slot_tp_setattro wrap_delattr "($self, name, /)\n--\n\nImplement delattr(self, name).";
    tp "__lt__" tp_richcompare slot_tp_richcompare richcmp_lt "($self, value, /)\n--\n\nReturn self<value.";
    tp "__le__" tp_richcompare slot_tp_richcompare richcmp_le "($self, value, /)\n--\n\nReturn self<=value.";
    tp "__eq__" tp_richcompare slot_tp_richcompare richcmp_eq "($self, value, /)\n--\n\nReturn self==value.";
    tp "__ne__" tp_richcompare slot_tp_richcompare richcmp_ne "($self, value, /)\n--\n\nReturn self!=value.";
    tp "__gt__" tp_richcompare slot_tp_richcompare richcmp_gt "($self, value, /)\n--\n\nReturn self>value.";
    tp "__ge__" tp_richcompare slot_tp_richcompare richcmp_ge "($self, value, /)\n--\n\nReturn self>=value.";
    tp "__iter__" tp_iter slot_tp_iter wrap_unaryfunc "($self, /)\n--\n\nImplement iter(self).";
    tp "__next__" tp_iternext slot_tp_iternext wrap_next "($self, /)\n--\n\nImplement next(self).";
    tp "__get__" tp_descr_get slot_tp_descr_get wrap_descr_get "($self, instance, owner=None, /)\n--\n\nReturn an attribute of instance, which is of type owner.";
    tp "__set__" tp_descr_set slot_tp_descr_set wrap_descr_set "($self, instance, value, /)\n--\n\nSet an attribute of instance to value.";
    tp "__delete__" tp_descr_set slot_tp_descr_set wrap_descr_delete "($self, instance, /)\n--\n\nDelete an attribute of instance.";
    tp "__init__" tp_init slot_tp_init wrap_init "($self, /, *args, **kwargs)\n--\n\nInitialize self.  See help(type(self)) for accurate signature.";
    tp "__new__" tp_new slot_tp_new none "(type, /, *args, **kwargs)\n--\n\nCreate and return new object.  See help(type) for accurate signature.";
    tp "__del__" tp_finalize slot_tp_finalize wrap_del "($self, /)\n--\n\nCalled when the instance is about to be destroyed.";
    bf "__buffer__" bf_getbuffer slot_bf_getbuffer wrap_buffer "($self, flags, /)\n--\n\nReturn a buffer object that exposes the underlying memory of the object.";
    bf "__release_buffer__" bf_releasebuffer slot_bf_releasebuffer wrap_releasebuffer "($self, buffer, /)\n--\n\nRelease the buffer object that exposes the underlying memory of the object.";
    am "__await__" am_await slot_am_await wrap_unaryfunc "($self, /)\n--\n\nReturn an iterator to be used in await expression.";
    am "__aiter__" am_aiter slot_am_aiter wrap_unaryfunc "($self, /)\n--\n\nReturn an awaitable, that resolves in asynchronous iterator.";
    am "__anext__" am_anext slot_am_anext wrap_unaryfunc "($self, /)\n--\n\nReturn a value or raise StopAsyncIteration.";
    nb "__add__" nb_add slot_nb_add wrap_binaryfunc_l "($self, value, /)\n--\n\nReturn self+value.";
    nb "__radd__" nb_add slot_nb_add wrap_binaryfunc_r "($self, value, /)\n--\n\nReturn value+self.";
    nb "__sub__" nb_subtract slot_nb_subtract wrap_binaryfunc_l "($self, value, /)\n--\n\nReturn self-value.";
    nb "__rsub__" nb_subtract slot_nb_subtract wrap_binaryfunc_r "($self, value, /)\n--\n\nReturn value-self.";
    nb "__mul__" nb_multiply slot_nb_multiply wrap_binaryfunc_l "($self, value, /)\n--\n\nReturn self*value.";
    nb "__rmul__" nb_multiply slot_nb_multiply wrap_binaryfunc_r "($self, value, /)\n--\n\nReturn value*self.";
    nb "__mod__" nb_remainder slot_nb_remainder wrap_binaryfunc_l "($self, value, /)\n--\n\nReturn self%value.";
    nb "__rmod__" nb_remainder slot_nb_remainder wrap_binaryfunc_r "($self, value, /)\n--\n\nReturn value%self.";
    nb "__divmod__" nb_divmod slot_nb_divmod wrap_binaryfunc_l "($self, value, /)\n--\n\nReturn divmod(self, value).";
    nb "__rdivmod__" nb_divmod slot_nb_divmod wrap_binaryfunc_r "($self, value, /)\n--\n\nReturn divmod(value, self).";
    nb "__pow__" nb_power slot_nb_power wrap_ternaryfunc "($self, value, mod=None, /)\n--\n\nReturn pow(self, value, mod).";
    nb "__rpow__" nb_power slot_nb_power wrap_ternaryfunc_r "($self, value, mod=None, /)\n--\n\nReturn pow(value, self, mod).";
    nb "__neg__" nb_negative slot_nb_negative wrap_unaryfunc "($self, /)\n--\n\n-self";
    nb "__pos__" nb_positive slot_nb_positive wrap_unaryfunc "($self, /)\n--\n\n+self";
    nb "__abs__" nb_absolute slot_nb_absolute wrap_unaryfunc "($self, /)\n--\n\nabs(self)";
    nb "__bool__" nb_bool slot_nb_bool wrap_inquirypred "($self, /)\n--\n\nTrue if self else False";
    nb "__invert__" nb_invert slot_nb_invert wrap_unaryfunc "($self, /)\n--\n\n~self";
    nb "__lshift__" nb_lshift slot_nb_lshift wrap_binaryfunc_l "($self, value, /)\n--\n\nReturn self<<value.";
    nb "__rlshift__" nb_lshift slot_nb_lshift wrap_binaryfunc_r "($self, value, /)\n--\n\nReturn value<<self.";
    nb "__rshift__" nb_rshift slot_nb_rshift wrap_binaryfunc_l "($self, value, /)\n--\n\nReturn self>>value.";
    nb "__rrshift__" nb_rshift slot_nb_rshift wrap_binaryfunc_r "($self, value, /)\n--\n\nReturn value>>self.";
    nb "__and__" nb_and slot_nb_and wrap_binaryfunc_l "($self, value, /)\n--\n\nReturn self&value.";
    nb "__rand__" nb_and slot_nb_and wrap_binaryfunc_r "($self, value, /)\n--\n\nReturn value&self.";
    nb "__xor__" nb_xor slot_nb_xor wrap_binaryfunc_l "($self, value, /)\n--\n\nReturn self^value.";
    nb "__rxor__" nb_xor slot_nb_xor wrap_binaryfunc_r "($self, value, /)\n--\n\nReturn value^self.";
    nb "__or__" nb_or slot_nb_or wrap_binaryfunc_l "($self, value, /)\n--\n\nReturn self|value.";
    nb "__ror__" nb_or slot_nb_or wrap_binaryfunc_r "($self, value, /)\n--\n\nReturn value|self.";
    nb "__int__" nb_int slot_nb_int wrap_unaryfunc "($self, /)\n--\n\nint(self)";
    nb "__float__" nb_float slot_nb_float wrap_unaryfunc "($self, /)\n--\n\nfloat(self)";
    nb "__iadd__" nb_inplace_add slot_nb_inplace_add wrap_binaryfunc "($self, value, /)\n--\n\nReturn self+=value.";
    nb "__isub__" nb_inplace_subtract slot_nb_inplace_subtract wrap_binaryfunc "($self, value, /)\n--\n\nReturn self-=value.";
    nb "__imul__" nb_inplace_multiply slot_nb_inplace_multiply wrap_binaryfunc "($self, value, /)\n--\n\nReturn self*=value.";
    nb "__imod__" nb_inplace_remainder slot_nb_inplace_remainder wrap_binaryfunc "($self, value, /)\n--\n\nReturn self%=value.";
    nb "__ipow__" nb_inplace_power slot_nb_inplace_power wrap_ternaryfunc "($self, value, /)\n--\n\nReturn self**=value.";
    nb "__ilshift__" nb_inplace_lshift slot_nb_inplace_lshift wrap_binaryfunc "($self, value, /)\n--\n\nReturn self<<=value.";
    nb "__irshift__" nb_inplace_rshift slot_nb_inplace_rshift wrap_binaryfunc "($self, value, /)\n--\n\nReturn self>>=value.";
    nb "__iand__" nb_inplace_and slot_nb_inplace_and wrap_binaryfunc "($self, value, /)\n--\n\nReturn self&=value.";
    nb "__ixor__" nb_inplace_xor slot_nb_inplace_xor wrap_binaryfunc "($self, value, /)\n--\n\nReturn self^=value.";
    nb "__ior__" nb_inplace_or slot_nb_inplace_or wrap_binaryfunc "($self, value, /)\n--\n\nReturn self|=value.";
    nb "__floordiv__" nb_floor_divide slot_nb_floor_divide wrap_binaryfunc_l "($self, value, /)\n--\n\nReturn self//value.";
    nb "__rfloordiv__" nb_floor_divide slot_nb_floor_divide wrap_binaryfunc_r "($self, value, /)\n--\n\nReturn value//self.";
    nb "__truediv__" nb_true_divide slot_nb_true_divide wrap_binaryfunc_l "($self, value, /)\n--\n\nReturn self/value.";
    nb "__rtruediv__" nb_true_divide slot_nb_true_divide wrap_binaryfunc_r "($self, value, /)\n--\n\nReturn value/self.";
    nb "__ifloordiv__" nb_inplace_floor_divide slot_nb_inplace_floor_divide wrap_binaryfunc "($self, value, /)\n--\n\nReturn self//=value.";
    nb "__itruediv__" nb_inplace_true_divide slot_nb_inplace_true_divide wrap_binaryfunc "($self, value, /)\n--\n\nReturn self/=value.";
    nb "__index__" nb_index slot_nb_index wrap_unaryfunc "($self, /)\n--\n\nReturn self converted to an integer, if self is suitable for use as an index into a list.";
    nb "__matmul__" nb_matrix_multiply slot_nb_matrix_multiply wrap_binaryfunc_l "($self, value, /)\n--\n\nReturn self@value.";
    nb "__rmatmul__" nb_matrix_multiply slot_nb_matrix_multiply wrap_binaryfunc_r "($self, value, /)\n--\n\nReturn value@self.";
    nb "__imatmul__" nb_inplace_matrix_multiply slot_nb_inplace_matrix_multiply wrap_binaryfunc "($self, value, /)\n--\n\nReturn self@=value.";
    mp "__len__" mp_length slot_length wrap_lenfunc "($self, /)\n--\n\nReturn len(self).";
    mp "__getitem__" mp_subscript slot_mp_subscript wrap_binaryfunc "($self, key, /)\n--\n\nReturn self[key].";
    mp "__setitem__" mp_ass_subscript slot_mp_ass_subscript wrap_objobjargproc "($self, key, value, /)\n--\n\nSet self[key] to value.";
    mp "__delitem__" mp_ass_subscript slot_mp_ass_subscript wrap_delitem "($self, key, /)\n--\n\nDelete self[key].";
    sq "__len__" sq_length slot_length wrap_lenfunc "($self, /)\n--\n\nReturn len(self).";
    sq "__add__" sq_concat none wrap_binaryfunc "($self, value, /)\n--\n\nReturn self+value.";
    sq "__mul__" sq_repeat none wrap_indexargfunc "($self, value, /)\n--\n\nReturn self*value.";
    sq "__rmul__" sq_repeat none wrap_indexargfunc "($self, value, /)\n--\n\nReturn value*self.";
    sq "__getitem__" sq_item slot_sq_item wrap_sq_item "($self, key, /)\n--\n\nReturn self[key].";
    sq "__setitem__" sq_ass_item slot_sq_ass_item wrap_sq_setitem "($self, key, value, /)\n--\n\nSet self[key] to value.";
    sq "__delitem__" sq_ass_item slot_sq_ass_item wrap_sq_delitem "($self, key, /)\n--\n\nDelete self[key].";
    sq "__contains__" sq_contains slot_sq_contains wrap_objobjproc "($self, key, /)\n--\n\nReturn bool(key in self).";
    sq "__iadd__" sq_inplace_concat none wrap_binaryfunc "($self, value, /)\n--\n\nImplement self+=value.";
    sq "__imul__" sq_inplace_repeat none wrap_indexargfunc "($self, value, /)\n--\n\nImplement self*=value.";
}
