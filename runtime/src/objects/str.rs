//! `str`: PEP 393 strings.

use core::cell::Cell;
use core::fmt;
use std::borrow::Cow;

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::r#type::flags;
use crate::py::Py;
use crate::reference::Ref;

/// `PyASCIIObject`: the common head of all strings; non-ASCII ones go on with the cached UTF-8 (`PyCompactUnicodeObject`).
#[repr(C)]
pub struct PyStr {
    pub(crate) ob_base: PyObject,
    pub(crate) length: Cell<isize>,
    pub(crate) hash: Cell<isize>,
    pub(crate) state: Cell<u32>,
}
declare_class!(
    PyStr,
    ob_base,
    c"str",
    itemsize = 0,
    flags = flags::BASETYPE | flags::UNICODE_SUBCLASS | flags::MATCH_SELF
);

/// The characters of a string in its own width.
#[derive(Clone, Copy, Debug)]
pub enum StrData<'a> {
    /// All below U+0080.
    Ascii(&'a [u8]),
    /// All below U+0100, some above ASCII.
    Latin1(&'a [u8]),
    /// All below U+10000, some above Latin-1; surrogates may occur.
    Ucs2(&'a [u16]),
    /// Some at or above U+10000.
    Ucs4(&'a [u32]),
}

impl PyStr {
    /// A string of this text.
    pub fn new(py: Py<'_>, _text: &str) -> PyResult<Ref<PyStr>> {
        Err(py.no_memory())
    }
    /// A string from code points (surrogates allowed, each at most U+10FFFF), in the narrowest width.
    pub fn from_code_points(py: Py<'_>, _code_points: &[u32]) -> PyResult<Ref<PyStr>> {
        Err(py.no_memory())
    }
    /// A string from WTF-8 (UTF-8 that may encode lone surrogates), as the compiler's constants are.
    pub fn from_wtf8(py: Py<'_>, _bytes: &[u8]) -> PyResult<Ref<PyStr>> {
        Err(py.no_memory())
    }
    /// A string from Latin-1 bytes.
    pub fn from_latin1(py: Py<'_>, _bytes: &[u8]) -> PyResult<Ref<PyStr>> {
        Err(py.no_memory())
    }
    /// Decodes file names and the like: UTF-8 with `surrogateescape`.
    pub fn from_os_bytes(py: Py<'_>, _bytes: &[u8]) -> PyResult<Ref<PyStr>> {
        Err(py.no_memory())
    }
    /// An interned, immortal string. Used for names known at build time.
    pub fn intern_static(_py: Py<'_>, _text: &'static str) -> &'static PyStr {
        std::process::abort()
    }
    /// The interned string equal to this one (`PyUnicode_InternInPlace`).
    pub fn intern(_py: Py<'_>, s: Ref<PyStr>) -> Ref<PyStr> {
        s
    }
    /// The characters; strings never change.
    pub fn data(&self) -> StrData<'_> {
        StrData::Ascii(&[])
    }
    /// Number of code points.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.length.get() as usize
    }
    /// No character.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The code point at `index`.
    pub fn code_point(&self, index: usize) -> Option<u32> {
        match self.data() {
            StrData::Ascii(s) | StrData::Latin1(s) => s.get(index).map(|&c| u32::from(c)),
            StrData::Ucs2(s) => s.get(index).map(|&c| u32::from(c)),
            StrData::Ucs4(s) => s.get(index).copied(),
        }
    }
    /// All code points.
    pub fn code_points(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.len()).filter_map(|i| self.code_point(i))
    }
    /// Equality with Rust text, fast for ASCII.
    pub fn eq_str(&self, other: &str) -> bool {
        match self.data() {
            StrData::Ascii(s) => s == other.as_bytes(),
            _ => self.code_points().eq(other.chars().map(u32::from)),
        }
    }
    /// Equality of exact strings.
    #[inline]
    pub fn eq_exact(&self, other: &PyStr) -> bool {
        self.len() == other.len() && self.code_points().eq(other.code_points())
    }
    /// As UTF-8; lone surrogates raise `UnicodeEncodeError`.
    pub fn to_utf8(&self, py: Py<'_>) -> PyResult<Cow<'_, str>> {
        Err(py.no_memory())
    }
    /// As WTF-8, without errors.
    pub fn to_wtf8(&self) -> Vec<u8> {
        Vec::new()
    }
    /// For file names: UTF-8 with `surrogateescape`; embedded NULs are the caller's to refuse.
    pub fn to_os_bytes(&self, py: Py<'_>) -> PyResult<Vec<u8>> {
        Err(py.no_memory())
    }
    /// As text for messages: lone surrogates become `\udc80`-style escapes.
    pub fn to_string_lossy(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }
    /// The hash, cached.
    pub fn hash_value(&self) -> isize {
        self.hash.get()
    }
}

impl fmt::Display for PyStr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_string_lossy())
    }
}

/// Builds a string piece by piece, with over-allocation (`_PyUnicodeWriter`).
#[derive(Default)]
pub struct StrBuilder {
    code_points: Vec<u32>,
}

impl StrBuilder {
    /// Nothing yet.
    pub fn new() -> StrBuilder {
        StrBuilder::default()
    }
    /// Appends a string.
    pub fn push(&mut self, _py: Py<'_>, s: &PyStr) -> PyResult<()> {
        self.code_points.extend(s.code_points());
        Ok(())
    }
    /// Appends Rust text.
    pub fn push_str(&mut self, _py: Py<'_>, s: &str) -> PyResult<()> {
        self.code_points.extend(s.chars().map(u32::from));
        Ok(())
    }
    /// Appends a character.
    pub fn push_char(&mut self, _py: Py<'_>, c: char) -> PyResult<()> {
        self.code_points.push(u32::from(c));
        Ok(())
    }
    /// Appends a code point, surrogates included.
    pub fn push_code_point(&mut self, _py: Py<'_>, c: u32) -> PyResult<()> {
        self.code_points.push(c);
        Ok(())
    }
    /// The string.
    pub fn finish(self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        PyStr::from_code_points(py, &self.code_points)
    }
}
