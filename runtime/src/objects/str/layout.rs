//! The memory of a `str` (PEP 393), allocation, the immortal one-character strings, and constructors from Rust text, code
//! points and bytes. Not here: decoding with error handlers (`crate::codecs`), Python methods.

use core::cell::Cell;
use core::fmt;
use std::borrow::Cow;

use krait_macros::pyclass;
use krait_unicode::codecs::utf8;
use krait_unicode::unit::{CodeUnit, is_surrogate, layout_of};

use crate::error::PyResult;
use crate::object::{PyObject, Static};
use crate::objects::r#type::{PyType, flags};
use crate::py::Py;
use crate::reference::{PyClass, Ref};
use crate::{memory, obmalloc};

/// `PyASCIIObject`: the common head of all strings; non-ASCII ones go on with the cached UTF-8 (`PyCompactUnicodeObject`),
/// instances of subclasses with a pointer to characters elsewhere (`PyUnicodeObject`).
#[pyclass(
    name = "str",
    basetype,
    match_self,
    flags = flags::UNICODE_SUBCLASS,
    basicsize = size_of::<NonCompact>() as isize,
    manual,
    no_alloc
)]
#[repr(C)]
pub struct PyStr {
    pub(crate) ob_base: PyObject,
    pub(crate) length: Cell<isize>,
    pub(crate) hash: Cell<isize>,
    pub(crate) state: Cell<u32>,
}

/// `PyCompactUnicodeObject`.
#[repr(C)]
pub(crate) struct Compact {
    pub(crate) head: PyStr,
    pub(crate) utf8_length: Cell<isize>,
    pub(crate) utf8: Cell<*mut u8>,
}

/// `PyUnicodeObject`.
#[repr(C)]
pub(crate) struct NonCompact {
    pub(crate) compact: Compact,
    pub(crate) data: Cell<*mut u8>,
}

/// The bits of `PyASCIIObject.state`.
pub(crate) mod state {
    /// Not interned: 0; mortal: 1; immortal: 2; immortal and static: 3.
    pub const INTERNED: u32 = 3;
    pub const KIND_SHIFT: u32 = 2;
    pub const KIND: u32 = 7 << KIND_SHIFT;
    pub const COMPACT: u32 = 1 << 5;
    pub const ASCII: u32 = 1 << 6;
    pub const STATIC: u32 = 1 << 7;
}

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

/// A code unit that strings are made of.
pub trait Unit: CodeUnit {
    /// The characters of `s` in this width; `None` when some of them are too wide.
    fn view(s: &PyStr) -> Option<Cow<'_, [Self]>>;
}
impl Unit for u8 {
    #[inline]
    fn view(s: &PyStr) -> Option<Cow<'_, [u8]>> {
        match s.data() {
            StrData::Ascii(t) | StrData::Latin1(t) => Some(Cow::Borrowed(t)),
            _ => None,
        }
    }
}
impl Unit for u16 {
    fn view(s: &PyStr) -> Option<Cow<'_, [u16]>> {
        match s.data() {
            StrData::Ascii(t) | StrData::Latin1(t) => Some(Cow::Owned(krait_unicode::unit::convert(t))),
            StrData::Ucs2(t) => Some(Cow::Borrowed(t)),
            StrData::Ucs4(_) => None,
        }
    }
}
impl Unit for u32 {
    fn view(s: &PyStr) -> Option<Cow<'_, [u32]>> {
        Some(match s.data() {
            StrData::Ascii(t) | StrData::Latin1(t) => Cow::Owned(krait_unicode::unit::convert(t)),
            StrData::Ucs2(t) => Cow::Owned(krait_unicode::unit::convert(t)),
            StrData::Ucs4(t) => Cow::Borrowed(t),
        })
    }
}

#[repr(C)]
struct AsciiChar {
    head: PyStr,
    data: [u8; 2],
}
#[repr(C)]
struct Latin1Char {
    compact: Compact,
    data: [u8; 2],
}

const fn static_head(length: isize, interned: u32, ascii: bool) -> PyStr {
    PyStr {
        ob_base: PyObject::immortal(core::ptr::null()),
        length: Cell::new(length),
        hash: Cell::new(-1),
        state: Cell::new(
            interned
                | 1 << state::KIND_SHIFT
                | state::COMPACT
                | state::STATIC
                | if ascii { state::ASCII } else { 0 },
        ),
    }
}
const fn ascii_char(c: u8, length: isize) -> AsciiChar {
    AsciiChar { head: static_head(length, 3, true), data: [c, 0] }
}
const fn latin1_char(c: u8) -> Latin1Char {
    Latin1Char {
        compact: Compact {
            head: static_head(1, 3, false),
            utf8_length: Cell::new(0),
            utf8: Cell::new(core::ptr::null_mut()),
        },
        data: [c, 0],
    }
}

static EMPTY: Static<AsciiChar> = Static(ascii_char(0, 0));
#[allow(clippy::indexing_slicing)]
static ASCII_CHARS: Static<[AsciiChar; 128]> = Static({
    let mut table = [const { ascii_char(0, 1) }; 128];
    let mut i = 0;
    while i < 128 {
        table[i].data[0] = i as u8;
        i += 1;
    }
    table
});
#[allow(clippy::indexing_slicing)]
static LATIN1_CHARS: Static<[Latin1Char; 128]> = Static({
    let mut table = [const { latin1_char(0) }; 128];
    let mut i = 0;
    while i < 128 {
        table[i].data[0] = i as u8 + 128;
        i += 1;
    }
    table
});

/// Bytes a unit takes in the layout for characters up to `max`.
#[inline(always)]
pub(crate) const fn unit_size(max: u32) -> usize {
    match max {
        0..=0xFF => 1,
        0x100..=0xFFFF => 2,
        _ => 4,
    }
}

/// Bytes before the characters in the layout for characters up to `max`.
#[inline(always)]
pub(crate) const fn head_size(max: u32) -> usize {
    if max < 0x80 { size_of::<PyStr>() } else { size_of::<Compact>() }
}

/// The state bits of a compact string with characters up to `max`.
#[inline(always)]
pub(crate) const fn state_bits(max: u32) -> u32 {
    (unit_size(max) as u32) << state::KIND_SHIFT | state::COMPACT | if max < 0x80 { state::ASCII } else { 0 }
}

impl PyStr {
    /// Gives the static strings their type and puts them among the interned ones; called once at start-up.
    pub fn init() {
        let ty: *const PyType = PyStr::type_object();
        EMPTY.head.ob_base.set_type_ptr(ty);
        super::intern::add_static(&EMPTY.head);
        for c in &ASCII_CHARS.0 {
            c.head.ob_base.set_type_ptr(ty);
            super::intern::add_static(&c.head);
        }
        for c in &LATIN1_CHARS.0 {
            c.compact.head.ob_base.set_type_ptr(ty);
            super::intern::add_static(&c.compact.head);
        }
    }

    /// Memory for a string of `len` characters up to `max`; the NUL stands, the characters do not.
    ///
    /// # Safety
    /// The caller writes all characters before anybody sees the string, the greatest of them in the layout that `max` has.
    #[inline]
    pub(crate) unsafe fn alloc(py: Py<'_>, len: usize, max: u32) -> PyResult<Ref<PyStr>> {
        let unit = unit_size(max);
        let head = head_size(max);
        if len >= (isize::MAX as usize - head) / unit {
            return Err(py.no_memory());
        }
        let Some(block) = obmalloc::alloc(head + (len + 1) * unit) else { return Err(py.no_memory()) };
        // SAFETY: the block holds the head, `len` units and one more.
        unsafe {
            PyStr::init_head(block, len, max);
            core::ptr::write_bytes(block.add(head + len * unit), 0, unit);
            Ok(Ref::from_owned(block.cast::<PyStr>()))
        }
    }

    /// Writes the head of a compact string.
    ///
    /// # Safety
    /// `block` has room for it.
    #[inline(always)]
    pub(crate) unsafe fn init_head(block: *mut u8, len: usize, max: u32) {
        // SAFETY: by contract.
        unsafe {
            PyObject::init(block.cast(), PyStr::type_object());
            let s = block.cast::<PyStr>();
            (&raw mut (*s).length).write(Cell::new(len as isize));
            (&raw mut (*s).hash).write(Cell::new(-1));
            (&raw mut (*s).state).write(Cell::new(state_bits(max)));
            if max >= 0x80 {
                let c = block.cast::<Compact>();
                (&raw mut (*c).utf8_length).write(Cell::new(0));
                (&raw mut (*c).utf8).write(Cell::new(core::ptr::null_mut()));
            }
        }
    }

    /// Where the characters stand.
    #[inline(always)]
    pub(crate) fn data_ptr(&self) -> *mut u8 {
        let s = self.state.get();
        let base = core::ptr::from_ref(self).cast_mut().cast::<u8>();
        // SAFETY: the state bits tell which of the three layouts it is.
        unsafe {
            if s & (state::COMPACT | state::ASCII) == state::COMPACT | state::ASCII {
                base.add(size_of::<PyStr>())
            } else if s & state::COMPACT != 0 {
                base.add(size_of::<Compact>())
            } else {
                (*base.cast::<NonCompact>()).data.get()
            }
        }
    }

    /// Bytes a character takes: 1, 2 or 4 (`PyUnicode_KIND`).
    #[inline(always)]
    pub fn kind(&self) -> usize {
        ((self.state.get() & state::KIND) >> state::KIND_SHIFT) as usize
    }

    /// All characters are below U+0080.
    #[inline(always)]
    pub fn is_ascii(&self) -> bool {
        self.state.get() & state::ASCII != 0
    }

    /// 0 not interned, 1 interned and mortal, 2 interned and immortal, 3 static.
    #[inline(always)]
    pub fn interned_state(&self) -> u32 {
        self.state.get() & state::INTERNED
    }

    /// The greatest code point of this string's layout.
    #[inline(always)]
    pub fn max_char(&self) -> u32 {
        if self.is_ascii() {
            return 0x7F;
        }
        match self.kind() {
            1 => 0xFF,
            2 => 0xFFFF,
            _ => 0x10FFFF,
        }
    }

    /// The characters; strings never change.
    #[inline]
    pub fn data(&self) -> StrData<'_> {
        let p = self.data_ptr();
        let len = self.len();
        // SAFETY: `len` units of this kind stand there as long as the string lives.
        unsafe {
            match self.kind() {
                1 if self.is_ascii() => StrData::Ascii(core::slice::from_raw_parts(p, len)),
                1 => StrData::Latin1(core::slice::from_raw_parts(p, len)),
                2 => StrData::Ucs2(core::slice::from_raw_parts(p.cast(), len)),
                _ => StrData::Ucs4(core::slice::from_raw_parts(p.cast(), len)),
            }
        }
    }

    /// The characters as they lie in memory.
    #[inline]
    pub fn raw_bytes(&self) -> &[u8] {
        // SAFETY: `len` units stand there.
        unsafe { core::slice::from_raw_parts(self.data_ptr(), self.len() * self.kind()) }
    }

    /// The text when it is all ASCII.
    #[inline]
    pub fn as_ascii(&self) -> Option<&str> {
        match self.data() {
            // SAFETY: ASCII is UTF-8.
            StrData::Ascii(s) => Some(unsafe { core::str::from_utf8_unchecked(s) }),
            _ => None,
        }
    }

    /// `""`.
    #[inline]
    pub fn empty() -> Ref<PyStr> {
        EMPTY.head.new_ref()
    }

    /// The immortal string of one Latin-1 character.
    #[inline]
    pub fn latin1_char(c: u8) -> Ref<PyStr> {
        let s = match ASCII_CHARS.get(usize::from(c)) {
            Some(s) => &s.head,
            None => match LATIN1_CHARS.get(usize::from(c) & 127) {
                Some(s) => &s.compact.head,
                None => &EMPTY.head,
            },
        };
        s.new_ref()
    }

    /// The string of one code point.
    #[inline]
    pub fn from_char(py: Py<'_>, c: u32) -> PyResult<Ref<PyStr>> {
        if c < 0x100 {
            return Ok(PyStr::latin1_char(c as u8));
        }
        // SAFETY: the one character is written.
        unsafe {
            let s = PyStr::alloc(py, 1, c)?;
            if c < 0x10000 {
                s.data_ptr().cast::<u16>().write(c as u16);
            } else {
                s.data_ptr().cast::<u32>().write(c);
            }
            Ok(s)
        }
    }

    /// A string of this text.
    pub fn new(py: Py<'_>, text: &str) -> PyResult<Ref<PyStr>> {
        if text.is_ascii() {
            return PyStr::from_ascii(py, text.as_bytes());
        }
        let scan = utf8::scan(text.as_bytes());
        PyStr::from_valid_utf8(py, text, scan.chars, scan.layout)
    }

    /// A string of text whose length and layout are known.
    pub(crate) fn from_valid_utf8(py: Py<'_>, text: &str, chars: usize, layout: u32) -> PyResult<Ref<PyStr>> {
        if chars == 1 {
            return PyStr::from_char(py, text.chars().next().map_or(0, u32::from));
        }
        // SAFETY: as many characters as there are, in their layout.
        unsafe {
            if layout < 0x80 {
                return PyStr::from_ascii(py, text.as_bytes());
            }
            let s = PyStr::alloc(py, chars, layout)?;
            let p = s.data_ptr();
            match unit_size(layout) {
                1 => text.chars().enumerate().for_each(|(i, c)| p.add(i).write(c as u32 as u8)),
                2 => {
                    let p = p.cast::<u16>();
                    text.chars().enumerate().for_each(|(i, c)| p.add(i).write(c as u32 as u16));
                }
                _ => {
                    let p = p.cast::<u32>();
                    text.chars().enumerate().for_each(|(i, c)| p.add(i).write(c as u32));
                }
            }
            Ok(s)
        }
    }

    /// A string from bytes known to be below 0x80.
    pub fn from_ascii(py: Py<'_>, bytes: &[u8]) -> PyResult<Ref<PyStr>> {
        match bytes {
            [] => Ok(PyStr::empty()),
            [c] => Ok(PyStr::latin1_char(*c)),
            // SAFETY: all characters are written.
            _ => unsafe {
                let s = PyStr::alloc(py, bytes.len(), 0x7F)?;
                core::ptr::copy_nonoverlapping(bytes.as_ptr(), s.data_ptr(), bytes.len());
                Ok(s)
            },
        }
    }

    /// A string from code units (surrogates allowed, each at most U+10FFFF), in the narrowest layout.
    pub fn from_units<T: CodeUnit>(py: Py<'_>, text: &[T]) -> PyResult<Ref<PyStr>> {
        match text {
            [] => Ok(PyStr::empty()),
            [c] => PyStr::from_char(py, c.get()),
            _ => PyStr::from_units_layout(py, text, layout_of(text)),
        }
    }

    /// The same with the layout known.
    pub(crate) fn from_units_layout<T: CodeUnit>(
        py: Py<'_>,
        text: &[T],
        layout: u32,
    ) -> PyResult<Ref<PyStr>> {
        // SAFETY: all characters are written, in the layout that holds them.
        unsafe {
            let s = PyStr::alloc(py, text.len(), layout)?;
            copy_units(text, s.data_ptr(), unit_size(layout));
            Ok(s)
        }
    }

    /// A string from code points (surrogates allowed, each at most U+10FFFF), in the narrowest width.
    pub fn from_code_points(py: Py<'_>, code_points: &[u32]) -> PyResult<Ref<PyStr>> {
        PyStr::from_units(py, code_points)
    }

    /// A string from WTF-8 (UTF-8 that may encode lone surrogates), as the compiler's constants are.
    pub fn from_wtf8(py: Py<'_>, bytes: &[u8]) -> PyResult<Ref<PyStr>> {
        if let Ok(text) = core::str::from_utf8(bytes) {
            return PyStr::new(py, text);
        }
        let mut out = Vec::with_capacity(bytes.len());
        utf8::fill(bytes, &mut out);
        PyStr::from_units::<u32>(py, &out)
    }

    /// A string from Latin-1 bytes.
    pub fn from_latin1(py: Py<'_>, bytes: &[u8]) -> PyResult<Ref<PyStr>> {
        PyStr::from_units(py, bytes)
    }

    /// Decodes file names and the like: UTF-8 with `surrogateescape`.
    pub fn from_os_bytes(py: Py<'_>, bytes: &[u8]) -> PyResult<Ref<PyStr>> {
        if let Ok(text) = core::str::from_utf8(bytes) {
            return PyStr::new(py, text);
        }
        let mut out: Vec<u32> = Vec::with_capacity(bytes.len());
        let mut rest = bytes;
        while !rest.is_empty() {
            let scan = utf8::scan(rest);
            let (valid, bad) = rest.split_at(scan.valid.min(rest.len()));
            utf8::fill(valid, &mut out);
            rest = match bad.split_first() {
                Some((b, rest)) => {
                    out.push(0xDC00 + u32::from(*b));
                    rest
                }
                None => bad,
            };
        }
        PyStr::from_units(py, &out)
    }

    /// An interned, immortal string. Used for names known at build time.
    pub fn intern_static(py: Py<'_>, text: &'static str) -> &'static PyStr {
        super::intern::intern_static(py, text)
    }

    /// The interned string equal to this one (`PyUnicode_InternInPlace`).
    #[inline]
    pub fn intern(py: Py<'_>, s: Ref<PyStr>) -> Ref<PyStr> {
        if s.interned_state() != 0 { s } else { super::intern::intern(py, s) }
    }

    /// The same, immortal from now on.
    pub fn intern_immortal(py: Py<'_>, s: Ref<PyStr>) -> Ref<PyStr> {
        super::intern::intern_immortal(py, s)
    }

    /// A new interned string of this text.
    pub fn new_interned(py: Py<'_>, text: &str) -> PyResult<Ref<PyStr>> {
        Ok(PyStr::intern(py, PyStr::new(py, text)?))
    }

    /// Number of code points.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.length.get() as usize
    }

    /// No character.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The code point at `index`.
    #[inline]
    pub fn code_point(&self, index: usize) -> Option<u32> {
        units!(self.data(), |s| s.get(index).map(|c| c.get()))
    }

    /// All code points.
    pub fn code_points(&self) -> impl DoubleEndedIterator<Item = u32> + Clone + '_ {
        (0..self.len()).filter_map(|i| self.code_point(i))
    }

    /// All code points, copied.
    pub fn to_code_points(&self) -> Vec<u32> {
        units!(self.data(), |s| krait_unicode::unit::convert(s))
    }

    /// The string from `start` to `end` (both within it, `start <= end`), as slicing gives it.
    pub fn substring(&self, py: Py<'_>, start: usize, end: usize) -> PyResult<Ref<PyStr>> {
        if start == 0 && end == self.len() {
            return self.to_exact(py);
        }
        match self.data() {
            StrData::Ascii(s) => PyStr::from_ascii(py, s.get(start..end).unwrap_or_default()),
            StrData::Latin1(s) => PyStr::from_units(py, s.get(start..end).unwrap_or_default()),
            StrData::Ucs2(s) => PyStr::from_units(py, s.get(start..end).unwrap_or_default()),
            StrData::Ucs4(s) => PyStr::from_units(py, s.get(start..end).unwrap_or_default()),
        }
    }

    /// This string itself, or when it is an instance of a subclass a plain copy.
    #[inline]
    pub fn to_exact(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        if PyStr::check_exact(self) { Ok(self.new_ref()) } else { self.copy_exact(py) }
    }

    /// A plain copy, also of a plain string.
    pub(crate) fn copy_exact(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        if self.is_empty() {
            return Ok(PyStr::empty());
        }
        units!(self.data(), |s| PyStr::from_units_layout(py, s, self.max_char()))
    }

    /// Equality with Rust text, fast for ASCII.
    #[inline]
    pub fn eq_str(&self, other: &str) -> bool {
        match self.data() {
            StrData::Ascii(s) => s == other.as_bytes(),
            _ => !other.is_ascii() && self.code_points().eq(other.chars().map(u32::from)),
        }
    }

    /// As UTF-8; lone surrogates raise `UnicodeEncodeError`.
    pub fn to_utf8(&self, py: Py<'_>) -> PyResult<Cow<'_, str>> {
        if let Some(s) = self.as_ascii() {
            return Ok(Cow::Borrowed(s));
        }
        let mut out = Vec::new();
        let bad = units!(self.data(), |s| utf8::encode(s, 0, &mut out));
        match bad {
            // SAFETY: the encoder writes UTF-8.
            None => Ok(Cow::Owned(unsafe { String::from_utf8_unchecked(out) })),
            Some(r) => Err(crate::codecs::raise_encode_error(
                py,
                "utf-8",
                self,
                r.start,
                r.end,
                krait_unicode::codecs::SURROGATES,
            )),
        }
    }

    /// As UTF-8 that lives as long as the string (`PyUnicode_AsUTF8AndSize`): cached in it, and followed by a NUL.
    pub fn as_utf8(&self, py: Py<'_>) -> PyResult<&str> {
        if let Some(s) = self.as_ascii() {
            return Ok(s);
        }
        // SAFETY: a string that is not compact ASCII has the cache fields.
        let compact = unsafe { &*core::ptr::from_ref(self).cast::<Compact>() };
        if compact.utf8.get().is_null() {
            let text = self.to_utf8(py)?;
            let Some(block) = obmalloc::alloc(text.len() + 1) else { return Err(py.no_memory()) };
            // SAFETY: the block has room for the text and a NUL.
            unsafe {
                core::ptr::copy_nonoverlapping(text.as_ptr(), block, text.len());
                block.add(text.len()).write(0);
            }
            compact.utf8_length.set(text.len() as isize);
            compact.utf8.set(block);
        }
        // SAFETY: the cache holds UTF-8 as long as the string lives.
        unsafe {
            Ok(core::str::from_utf8_unchecked(core::slice::from_raw_parts(
                compact.utf8.get(),
                compact.utf8_length.get() as usize,
            )))
        }
    }

    /// As WTF-8, without errors.
    pub fn to_wtf8(&self) -> Vec<u8> {
        self.encode_with(|cp, out| out.extend_from_slice(&utf8::three(cp)))
    }

    /// UTF-8, with surrogates written by `surrogate`.
    fn encode_with(&self, surrogate: impl Fn(u32, &mut Vec<u8>)) -> Vec<u8> {
        let mut out = Vec::new();
        units!(self.data(), |s| {
            let mut from = 0;
            while let Some(bad) = utf8::encode(s, from, &mut out) {
                for c in s.get(bad.clone()).unwrap_or_default() {
                    surrogate(c.get(), &mut out);
                }
                from = bad.end;
            }
        });
        out
    }

    /// For file names: UTF-8 with `surrogateescape`; embedded NULs are the caller's to refuse.
    pub fn to_os_bytes(&self, py: Py<'_>) -> PyResult<Vec<u8>> {
        let escaped = |c: u32| (0xDC80..=0xDCFF).contains(&c);
        if let Some(at) = self.code_points().position(|c| is_surrogate(c) && !escaped(c)) {
            return Err(crate::codecs::raise_encode_error(
                py,
                "utf-8",
                self,
                at,
                at + 1,
                krait_unicode::codecs::SURROGATES,
            ));
        }
        Ok(self.encode_with(|cp, out| out.push(cp as u8)))
    }

    /// As text for messages: lone surrogates become `\udc80`-style escapes.
    pub fn to_string_lossy(&self) -> Cow<'_, str> {
        if let Some(s) = self.as_ascii() {
            return Cow::Borrowed(s);
        }
        let bytes =
            self.encode_with(|cp, out| krait_unicode::codecs::escape::push_hex_escape(cp, |b| out.push(b)));
        Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The hash, cached.
    #[inline(always)]
    pub fn hash_value(&self) -> isize {
        let h = self.hash.get();
        if h != -1 { h } else { self.compute_hash() }
    }

    #[inline(never)]
    fn compute_hash(&self) -> isize {
        let h = super::hash::hash_bytes(self.raw_bytes());
        self.hash.set(h);
        h
    }
}

/// Copies units into memory of `unit` bytes each, cutting what does not fit.
///
/// # Safety
/// `to` has room for them.
#[inline]
pub(crate) unsafe fn copy_units<T: CodeUnit>(text: &[T], to: *mut u8, unit: usize) {
    // SAFETY: by contract; equal sizes are plain copies of integers.
    unsafe {
        if unit == size_of::<T>() {
            // Pieces are often a character or two.
            if let [c] = text {
                return to.cast::<T>().write_unaligned(*c);
            }
            core::ptr::copy_nonoverlapping(text.as_ptr().cast::<u8>(), to, size_of_val(text));
            return;
        }
        match unit {
            1 => text.iter().enumerate().for_each(|(i, c)| to.add(i).write(c.get() as u8)),
            2 => {
                let to = to.cast::<u16>();
                text.iter().enumerate().for_each(|(i, c)| to.add(i).write(c.get() as u16));
            }
            _ => {
                let to = to.cast::<u32>();
                text.iter().enumerate().for_each(|(i, c)| to.add(i).write(c.get()));
            }
        }
    }
}

/// `tp_dealloc`: interned strings leave the table; the UTF-8 cache and a subclass's characters go with the object.
///
/// # Safety
/// C-ABI slot; `op` is a dead string.
pub(crate) unsafe fn dealloc(op: *mut PyObject) {
    // SAFETY: a dead string that nobody else uses.
    unsafe {
        let s = &*op.cast::<PyStr>();
        let bits = s.state.get();
        if bits & state::INTERNED != 0 {
            if bits & state::INTERNED > 1 {
                // Only code that miscounts references gets here: the string stays.
                s.make_immortal();
                return;
            }
            super::intern::forget(s);
        }
        let compact_ascii = state::COMPACT | state::ASCII;
        if bits & compact_ascii == compact_ascii {
            if PyStr::check_exact(s) {
                return memory::free_plain(op, false);
            }
        } else {
            let compact = &*op.cast::<Compact>();
            let utf8 = compact.utf8.get();
            if bits & state::COMPACT == 0 {
                let data = (*op.cast::<NonCompact>()).data.get();
                if utf8 != data {
                    obmalloc::free(utf8);
                }
                obmalloc::free(data);
            } else {
                obmalloc::free(utf8);
            }
        }
        match s.ty().tp_free.get() {
            Some(free) => free(op.cast()),
            None => memory::free_object(op),
        }
    }
}

impl fmt::Display for PyStr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        if let Some(text) = self.as_ascii() {
            return f.write_str(text);
        }
        // Piece by piece: a copy of a long text may be more than there is room for. As in `to_string_lossy`.
        self.code_points().try_for_each(|c| match char::from_u32(c) {
            Some(c) => f.write_char(c),
            None => write!(f, "\\u{c:04x}"),
        })
    }
}
