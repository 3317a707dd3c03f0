//! The function-pointer types of type slots and the sub-tables of `PyTypeObject`, as CPython's `object.h` lays them out.
//! Slots are `extern "C-unwind"`: a Rust panic travels to the evaluation loop, which makes it a `SystemError`.

use core::cell::Cell;
use core::ffi::{c_char, c_int, c_void};

use crate::object::PyObject;
use crate::objects::r#type::PyType;

/// A slot: a settable, nullable function pointer.
pub type Slot<F> = Cell<Option<F>>;
type Obj = *mut PyObject;

macro_rules! function_types {
    ($($(#[$doc:meta])* $name:ident = ($($arg:ty),*) $(-> $ret:ty)?;)*) => {
        $($(#[$doc])* pub type $name = unsafe extern "C-unwind" fn($($arg),*) $(-> $ret)?;)*
    };
}
function_types! {
    /// `destructor`, `freefunc`-like on objects.
    Destructor = (Obj);
    /// `freefunc`.
    FreeFunc = (*mut c_void);
    /// `getattrfunc` with a C string name (deprecated slot).
    GetAttrFunc = (Obj, *mut c_char) -> Obj;
    /// `setattrfunc` with a C string name (deprecated slot).
    SetAttrFunc = (Obj, *mut c_char, Obj) -> c_int;
    /// `unaryfunc`, `reprfunc`, `getiterfunc`, `iternextfunc`.
    UnaryFunc = (Obj) -> Obj;
    /// `binaryfunc`, `getattrofunc`.
    BinaryFunc = (Obj, Obj) -> Obj;
    /// `ternaryfunc`: calls and `pow`.
    TernaryFunc = (Obj, Obj, Obj) -> Obj;
    /// `inquiry`.
    Inquiry = (Obj) -> c_int;
    /// `lenfunc`.
    LenFunc = (Obj) -> isize;
    /// `hashfunc`.
    HashFunc = (Obj) -> isize;
    /// `ssizeargfunc`.
    SsizeArgFunc = (Obj, isize) -> Obj;
    /// `ssizeobjargproc`.
    SsizeObjArgProc = (Obj, isize, Obj) -> c_int;
    /// `objobjproc`.
    ObjObjProc = (Obj, Obj) -> c_int;
    /// `objobjargproc`, `setattrofunc`, `descrsetfunc`.
    ObjObjArgProc = (Obj, Obj, Obj) -> c_int;
    /// `descrgetfunc`.
    DescrGetFunc = (Obj, Obj, Obj) -> Obj;
    /// `initproc`.
    InitProc = (Obj, Obj, Obj) -> c_int;
    /// `newfunc`.
    NewFunc = (*const PyType, Obj, Obj) -> Obj;
    /// `allocfunc`.
    AllocFunc = (*const PyType, isize) -> Obj;
    /// `richcmpfunc`.
    RichCmpFunc = (Obj, Obj, c_int) -> Obj;
    /// `visitproc`.
    VisitProc = (Obj, *mut c_void) -> c_int;
    /// `traverseproc`.
    TraverseProc = (Obj, VisitProc, *mut c_void) -> c_int;
    /// `vectorcallfunc`.
    VectorcallFunc = (Obj, *const Obj, usize, Obj) -> Obj;
    /// `sendfunc`: the result goes through the last argument; returns `PySendResult`.
    SendFunc = (Obj, Obj, *mut Obj) -> c_int;
    /// `getbufferproc`.
    GetBufferProc = (Obj, *mut crate::protocol::buffer::Py_buffer, c_int) -> c_int;
    /// `releasebufferproc`.
    ReleaseBufferProc = (Obj, *mut crate::protocol::buffer::Py_buffer);
    /// `PyCFunction` of METH_O, METH_NOARGS, METH_VARARGS.
    CFunction = (Obj, Obj) -> Obj;
    /// `PyCFunctionFast`.
    CFunctionFast = (Obj, *const Obj, isize) -> Obj;
    /// `PyCFunctionFastWithKeywords`.
    CFunctionFastKeywords = (Obj, *const Obj, isize, Obj) -> Obj;
    /// `PyCFunctionWithKeywords`.
    CFunctionKeywords = (Obj, Obj, Obj) -> Obj;
    /// `PyCMethod` (METH_METHOD).
    CMethod = (Obj, *const PyType, *const Obj, usize, Obj) -> Obj;
    /// `getter`.
    Getter = (Obj, *mut c_void) -> Obj;
    /// `setter`.
    Setter = (Obj, Obj, *mut c_void) -> c_int;
}

macro_rules! table {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $ty:ty,)* }) => {
        $(#[$doc])*
        #[repr(C)]
        #[allow(missing_docs)]
        pub struct $name { $(pub $field: $ty,)* }
        impl $name {
            /// A table with no slot set.
            pub const EMPTY: $name = $name { $($field: Cell::new(None),)* };
        }
    };
}
table! {
    /// `PyAsyncMethods`.
    PyAsyncMethods {
        am_await: Slot<UnaryFunc>, am_aiter: Slot<UnaryFunc>, am_anext: Slot<UnaryFunc>, am_send: Slot<SendFunc>,
    }
}
table! {
    /// `PyNumberMethods`.
    PyNumberMethods {
        nb_add: Slot<BinaryFunc>, nb_subtract: Slot<BinaryFunc>, nb_multiply: Slot<BinaryFunc>,
        nb_remainder: Slot<BinaryFunc>, nb_divmod: Slot<BinaryFunc>, nb_power: Slot<TernaryFunc>,
        nb_negative: Slot<UnaryFunc>, nb_positive: Slot<UnaryFunc>, nb_absolute: Slot<UnaryFunc>,
        nb_bool: Slot<Inquiry>, nb_invert: Slot<UnaryFunc>, nb_lshift: Slot<BinaryFunc>,
        nb_rshift: Slot<BinaryFunc>, nb_and: Slot<BinaryFunc>, nb_xor: Slot<BinaryFunc>, nb_or: Slot<BinaryFunc>,
        nb_int: Slot<UnaryFunc>, nb_reserved: Slot<UnaryFunc>, nb_float: Slot<UnaryFunc>,
        nb_inplace_add: Slot<BinaryFunc>, nb_inplace_subtract: Slot<BinaryFunc>,
        nb_inplace_multiply: Slot<BinaryFunc>, nb_inplace_remainder: Slot<BinaryFunc>,
        nb_inplace_power: Slot<TernaryFunc>, nb_inplace_lshift: Slot<BinaryFunc>,
        nb_inplace_rshift: Slot<BinaryFunc>, nb_inplace_and: Slot<BinaryFunc>, nb_inplace_xor: Slot<BinaryFunc>,
        nb_inplace_or: Slot<BinaryFunc>, nb_floor_divide: Slot<BinaryFunc>, nb_true_divide: Slot<BinaryFunc>,
        nb_inplace_floor_divide: Slot<BinaryFunc>, nb_inplace_true_divide: Slot<BinaryFunc>,
        nb_index: Slot<UnaryFunc>, nb_matrix_multiply: Slot<BinaryFunc>,
        nb_inplace_matrix_multiply: Slot<BinaryFunc>,
    }
}
table! {
    /// `PySequenceMethods`; the two "was" slots are unused since Python 3.
    PySequenceMethods {
        sq_length: Slot<LenFunc>, sq_concat: Slot<BinaryFunc>, sq_repeat: Slot<SsizeArgFunc>,
        sq_item: Slot<SsizeArgFunc>, was_sq_slice: Slot<UnaryFunc>, sq_ass_item: Slot<SsizeObjArgProc>,
        was_sq_ass_slice: Slot<UnaryFunc>, sq_contains: Slot<ObjObjProc>, sq_inplace_concat: Slot<BinaryFunc>,
        sq_inplace_repeat: Slot<SsizeArgFunc>,
    }
}
table! {
    /// `PyMappingMethods`.
    PyMappingMethods {
        mp_length: Slot<LenFunc>, mp_subscript: Slot<BinaryFunc>, mp_ass_subscript: Slot<ObjObjArgProc>,
    }
}
table! {
    /// `PyBufferProcs`.
    PyBufferProcs { bf_getbuffer: Slot<GetBufferProc>, bf_releasebuffer: Slot<ReleaseBufferProc>, }
}

/// `PyMethodDef`. `ml_doc` may begin with a signature line as Argument Clinic writes it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct PyMethodDef {
    /// The name, NUL-terminated; null ends a table.
    pub ml_name: *const c_char,
    /// The function, of the type that `ml_flags` says.
    pub ml_meth: *const c_void,
    /// `METH_*` bits.
    pub ml_flags: c_int,
    /// Docstring or null.
    pub ml_doc: *const c_char,
}
// SAFETY: tables are read-only.
unsafe impl Sync for PyMethodDef {}

/// `PyGetSetDef`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct PyGetSetDef {
    /// The name; null ends a table.
    pub name: *const c_char,
    /// Reads.
    pub get: Option<Getter>,
    /// Writes; a null value deletes.
    pub set: Option<Setter>,
    /// Docstring or null.
    pub doc: *const c_char,
    /// Handed to both.
    pub closure: *mut c_void,
}
// SAFETY: tables are read-only.
unsafe impl Sync for PyGetSetDef {}

/// `PyMemberDef`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct PyMemberDef {
    /// The name; null ends a table.
    pub name: *const c_char,
    /// `Py_T_*` code.
    pub r#type: c_int,
    /// Bytes from the object's start.
    pub offset: isize,
    /// `Py_READONLY` and kin.
    pub flags: c_int,
    /// Docstring or null.
    pub doc: *const c_char,
}
// SAFETY: tables are read-only.
unsafe impl Sync for PyMemberDef {}

/// `METH_*` flags of `PyMethodDef::ml_flags`.
#[allow(missing_docs)]
pub mod meth {
    pub const VARARGS: i32 = 0x01;
    pub const KEYWORDS: i32 = 0x02;
    pub const NOARGS: i32 = 0x04;
    pub const O: i32 = 0x08;
    pub const CLASS: i32 = 0x10;
    pub const STATIC: i32 = 0x20;
    pub const COEXIST: i32 = 0x40;
    pub const FASTCALL: i32 = 0x80;
    pub const METHOD: i32 = 0x200;
}

/// Type codes and flags of `PyMemberDef`.
#[allow(missing_docs)]
pub mod member {
    pub const T_SHORT: i32 = 0;
    pub const T_INT: i32 = 1;
    pub const T_LONG: i32 = 2;
    pub const T_FLOAT: i32 = 3;
    pub const T_DOUBLE: i32 = 4;
    pub const T_STRING: i32 = 5;
    pub const T_OBJECT: i32 = 6;
    pub const T_CHAR: i32 = 7;
    pub const T_BYTE: i32 = 8;
    pub const T_UBYTE: i32 = 9;
    pub const T_USHORT: i32 = 10;
    pub const T_UINT: i32 = 11;
    pub const T_ULONG: i32 = 12;
    pub const T_STRING_INPLACE: i32 = 13;
    pub const T_BOOL: i32 = 14;
    pub const T_OBJECT_EX: i32 = 16;
    pub const T_LONGLONG: i32 = 17;
    pub const T_ULONGLONG: i32 = 18;
    pub const T_PYSSIZET: i32 = 19;
    pub const READONLY: i32 = 1;
    pub const AUDIT_READ: i32 = 2;
    pub const RELATIVE_OFFSET: i32 = 8;
}
