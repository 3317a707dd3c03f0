//! Type codes and limits of the marshal format.

/// The version that `marshal.dumps()` writes by default. 1 interns strings, 2 has binary floats, 3 references, 4 short
/// forms, 5 slices.
pub const CURRENT_VERSION: i32 = 5;

/// Objects nested deeper are neither written nor read.
pub const MAX_DEPTH: u32 = 2000;

/// Set in a type code: the object gets the next reference number.
pub(super) const FLAG_REF: u8 = 0x80;

pub(super) mod code {
    pub(in crate::marshal) const NULL: u8 = b'0';
    pub(in crate::marshal) const NONE: u8 = b'N';
    pub(in crate::marshal) const FALSE: u8 = b'F';
    pub(in crate::marshal) const TRUE: u8 = b'T';
    pub(in crate::marshal) const STOP_ITERATION: u8 = b'S';
    pub(in crate::marshal) const ELLIPSIS: u8 = b'.';
    pub(in crate::marshal) const INT: u8 = b'i';
    pub(in crate::marshal) const INT64: u8 = b'I';
    pub(in crate::marshal) const FLOAT: u8 = b'f';
    pub(in crate::marshal) const BINARY_FLOAT: u8 = b'g';
    pub(in crate::marshal) const COMPLEX: u8 = b'x';
    pub(in crate::marshal) const BINARY_COMPLEX: u8 = b'y';
    pub(in crate::marshal) const LONG: u8 = b'l';
    pub(in crate::marshal) const BYTES: u8 = b's';
    pub(in crate::marshal) const INTERNED: u8 = b't';
    pub(in crate::marshal) const REF: u8 = b'r';
    pub(in crate::marshal) const TUPLE: u8 = b'(';
    pub(in crate::marshal) const SMALL_TUPLE: u8 = b')';
    pub(in crate::marshal) const LIST: u8 = b'[';
    pub(in crate::marshal) const DICT: u8 = b'{';
    pub(in crate::marshal) const CODE: u8 = b'c';
    pub(in crate::marshal) const UNICODE: u8 = b'u';
    pub(in crate::marshal) const UNKNOWN: u8 = b'?';
    pub(in crate::marshal) const SET: u8 = b'<';
    pub(in crate::marshal) const FROZENSET: u8 = b'>';
    pub(in crate::marshal) const SLICE: u8 = b':';
    pub(in crate::marshal) const ASCII: u8 = b'a';
    pub(in crate::marshal) const ASCII_INTERNED: u8 = b'A';
    pub(in crate::marshal) const SHORT_ASCII: u8 = b'z';
    pub(in crate::marshal) const SHORT_ASCII_INTERNED: u8 = b'Z';
}
