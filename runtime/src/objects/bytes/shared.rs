//! The methods that `bytes` and `bytearray` have in common: kernels over both, and the macro that declares them for a type.

use krait_unicode::search;
use krait_unicode::split::{self, Sides, is_ascii_linebreak, is_ascii_space};

use crate::args::SliceBound;
use crate::error::{PyResult, Raised};
use crate::object::PyObject;
use crate::objects::{PyByteArray, PyBytes, PyInt, PyList, PyTuple, PyType};
use crate::protocol::buffer::Buffer;
use crate::py::Py;
use crate::reference::{PyClass, Ref};
use crate::{bail, raise};

/// A type whose value is bytes.
pub(crate) trait ByteString: PyClass {
    /// Its Python name.
    const NAME: &'static str;
    /// The content; of a bytearray only until Python code runs.
    fn bytes(&self) -> &[u8];
    /// A plain object with this content.
    fn make(py: Py<'_>, bytes: &[u8]) -> PyResult<Ref<Self>>;
    /// Forbids (+1) or allows (-1) that its length changes, while code of an argument runs.
    fn hold(&self, _change: isize) {}
    /// This object, when it is plain and cannot change; else a plain copy.
    fn same(&self, py: Py<'_>) -> PyResult<Ref<Self>>;
}

impl ByteString for PyBytes {
    const NAME: &'static str = "bytes";
    #[inline(always)]
    fn bytes(&self) -> &[u8] {
        self.as_bytes()
    }
    fn make(py: Py<'_>, bytes: &[u8]) -> PyResult<Ref<Self>> {
        PyBytes::new(py, bytes)
    }
    fn same(&self, py: Py<'_>) -> PyResult<Ref<Self>> {
        self.to_exact(py)
    }
}

impl ByteString for PyByteArray {
    const NAME: &'static str = "bytearray";
    #[inline(always)]
    fn bytes(&self) -> &[u8] {
        self.as_bytes()
    }
    fn make(py: Py<'_>, bytes: &[u8]) -> PyResult<Ref<Self>> {
        PyByteArray::new(py, bytes)
    }
    fn hold(&self, change: isize) {
        self.ob_exports.set(self.ob_exports.get() + change);
    }
    fn same(&self, py: Py<'_>) -> PyResult<Ref<Self>> {
        PyByteArray::new(py, self.as_bytes())
    }
}

/// What `find` and its kin look for.
pub(crate) enum Needle {
    Byte([u8; 1]),
    Buffer(Buffer),
}

/// What `convert` makes of an argument for a search in `s`, whose length cannot change meanwhile.
fn holding<S: ByteString, R>(s: &S, convert: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
    s.hold(1);
    let converted = convert();
    s.hold(-1);
    converted
}

impl Needle {
    fn new(py: Py<'_>, object: &PyObject) -> PyResult<Needle> {
        if object.is_index() && !object.has_buffer() {
            return Ok(Needle::Byte([byte_argument(py, object)?]));
        }
        if !object.has_buffer() {
            bail!(
                py,
                TypeError,
                "argument should be integer or bytes-like object, not '{}'",
                object.ty().name()
            );
        }
        Buffer::new(py, object).map(Needle::Buffer)
    }
    fn bytes(&self) -> &[u8] {
        match self {
            Needle::Byte(b) => b,
            Needle::Buffer(b) => b.as_bytes(),
        }
    }
}

/// An integer argument in `range(256)`.
pub(crate) fn byte_argument(py: Py<'_>, object: &PyObject) -> PyResult<u8> {
    let n: Ref<PyInt> = object.index(py)?;
    match n.as_i64().and_then(|n| u8::try_from(n).ok()) {
        Some(b) => Ok(b),
        None => Err(raise!(py, ValueError, "byte must be in range(0, 256)")),
    }
}

/// `item in bytes`.
pub(crate) fn contains<S: ByteString>(py: Py<'_>, s: &S, item: &PyObject) -> PyResult<bool> {
    if item.is_index() {
        match holding(s, || item.index(py)) {
            Ok(n) => return Ok(search::contains(s.bytes(), &[byte_argument(py, &n)?])),
            // Whatever went wrong: it may have a buffer.
            Err(raised) => py.clear_error(raised),
        }
    }
    let needle = holding(s, || Buffer::new(py, item))?;
    Ok(search::contains(s.bytes(), needle.as_bytes()))
}

/// `find` and `rfind`.
pub(crate) fn find<S: ByteString>(
    py: Py<'_>,
    s: &S,
    sub: &PyObject,
    bounds: (Option<SliceBound>, Option<SliceBound>),
    last: bool,
) -> PyResult<isize> {
    let needle = holding(s, || Needle::new(py, sub))?;
    let text = s.bytes();
    let Some(r) = SliceBound::range(bounds.0, bounds.1, text.len()) else { return Ok(-1) };
    let part = text.get(r.clone()).unwrap_or_default();
    let at = if last { search::rfind(part, needle.bytes()) } else { search::find(part, needle.bytes()) };
    Ok(at.map_or(-1, |at| (at + r.start) as isize))
}

#[cold]
pub(crate) fn not_found(py: Py<'_>) -> Raised {
    raise!(py, ValueError, "subsection not found")
}

/// `count`.
pub(crate) fn count<S: ByteString>(
    py: Py<'_>,
    s: &S,
    sub: &PyObject,
    start: Option<SliceBound>,
    end: Option<SliceBound>,
) -> PyResult<usize> {
    let needle = holding(s, || Needle::new(py, sub))?;
    let text = s.bytes();
    let part = SliceBound::range(start, end, text.len()).and_then(|r| text.get(r));
    Ok(part.map_or(0, |part| search::count(part, needle.bytes(), usize::MAX)))
}

/// `startswith` and `endswith`.
pub(crate) fn affix<S: ByteString>(
    py: Py<'_>,
    s: &S,
    affix: &PyObject,
    bounds: (Option<SliceBound>, Option<SliceBound>),
    at_end: bool,
) -> PyResult<bool> {
    let test = |affix: &[u8]| {
        let text = s.bytes();
        let part = SliceBound::range(bounds.0, bounds.1, text.len()).and_then(|r| text.get(r));
        part.is_some_and(|part| if at_end { part.ends_with(affix) } else { part.starts_with(affix) })
    };
    if let Some(tuple) = affix.downcast::<PyTuple>() {
        for item in tuple.as_slice() {
            if test(Buffer::new(py, item)?.as_bytes()) {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    if !affix.has_buffer() {
        let name = if at_end { "endswith" } else { "startswith" };
        bail!(py, TypeError, "{name} first arg must be bytes or a tuple of bytes, not {}", affix.ty().name());
    }
    Ok(test(Buffer::new(py, affix)?.as_bytes()))
}

fn piece<S: ByteString>(py: Py<'_>, s: &S, r: core::ops::Range<usize>) -> PyResult<Ref<PyObject>> {
    if r.start == 0 && r.end == s.bytes().len() {
        return s.same(py).map(Ref::upcast);
    }
    S::make(py, s.bytes().get(r).unwrap_or_default()).map(Ref::upcast)
}

/// `split` and `rsplit`.
pub(crate) fn split<S: ByteString>(
    py: Py<'_>,
    s: &S,
    sep: Option<&PyObject>,
    maxsplit: isize,
    right: bool,
) -> PyResult<Ref<PyList>> {
    let most = if maxsplit < 0 { usize::MAX } else { maxsplit as usize };
    let items = PyList::for_pieces(py, most)?;
    let mut each = |r| items.append(py, piece(py, s, r)?);
    match sep.filter(|s| !s.is_none()) {
        None if right => split::rsplit_spaces(s.bytes(), most, is_ascii_space, &mut each)?,
        None => split::split_spaces(s.bytes(), most, is_ascii_space, &mut each)?,
        Some(sep) => {
            let sep = holding(s, || Buffer::new(py, sep))?;
            if sep.is_empty() {
                bail!(py, ValueError, "empty separator");
            }
            if right {
                split::rsplit(s.bytes(), sep.as_bytes(), most, &mut each)?;
            } else {
                split::split(s.bytes(), sep.as_bytes(), most, &mut each)?;
            }
        }
    }
    if right {
        items.reverse_items();
    }
    Ok(items)
}

/// `splitlines`.
pub(crate) fn split_lines<S: ByteString>(py: Py<'_>, s: &S, keepends: bool) -> PyResult<Ref<PyList>> {
    let items = PyList::new(py)?;
    split::split_lines(s.bytes(), keepends, is_ascii_linebreak, |r| items.append(py, piece(py, s, r)?))?;
    Ok(items)
}

/// `strip`, `lstrip` and `rstrip`.
pub(crate) fn strip<S: ByteString>(
    py: Py<'_>,
    s: &S,
    chars: Option<&PyObject>,
    sides: Sides,
) -> PyResult<Ref<PyObject>> {
    let r = match chars.filter(|c| !c.is_none()) {
        None => split::strip(s.bytes(), sides, is_ascii_space),
        Some(chars) => {
            let chars = Buffer::new(py, chars)?;
            split::strip(s.bytes(), sides, |b| memchr::memchr(b, chars.as_bytes()).is_some())
        }
    };
    piece(py, s, r)
}

/// `partition` and `rpartition`.
pub(crate) fn partition<S: ByteString>(
    py: Py<'_>,
    s: &S,
    sep: &PyObject,
    last: bool,
) -> PyResult<Ref<PyTuple>> {
    let buffer = Buffer::new(py, sep)?;
    if buffer.is_empty() {
        bail!(py, ValueError, "empty separator");
    }
    let text = s.bytes();
    match split::partition(text, buffer.as_bytes(), last) {
        Some(r) => {
            let before = S::make(py, text.get(..r.start).unwrap_or_default())?;
            let after = S::make(py, text.get(r.end..).unwrap_or_default())?;
            let middle =
                if S::NAME == "bytes" { sep.to_ref() } else { S::make(py, buffer.as_bytes())?.upcast() };
            PyTuple::new(py, &[&before, &middle, &after])
        }
        None => {
            let (whole, one, two) = (s.same(py)?, S::make(py, b"")?, S::make(py, b"")?);
            if last {
                PyTuple::new(py, &[&one, &two, &whole])
            } else {
                PyTuple::new(py, &[&whole, &one, &two])
            }
        }
    }
}

/// `replace`.
pub(crate) fn replace<S: ByteString>(
    py: Py<'_>,
    s: &S,
    old: &[u8],
    new: &[u8],
    count: isize,
) -> PyResult<Ref<S>> {
    let most = if count < 0 { usize::MAX } else { count as usize };
    if new.len() > old.len() {
        let places = search::count(s.bytes(), old, most);
        let growth = (new.len() - old.len()).checked_mul(places);
        let Some(total) =
            growth.and_then(|n| n.checked_add(s.bytes().len())).filter(|n| *n <= isize::MAX as usize)
        else {
            bail!(py, OverflowError, "replace bytes is too long");
        };
        py.expect_room(total)?;
    } else {
        py.expect_room(s.bytes().len())?;
    }
    match search::replace(s.bytes(), old, new, most) {
        Some(out) => S::make(py, &out),
        None => s.same(py),
    }
}

/// `translate`.
pub(crate) fn translate<S: ByteString>(
    py: Py<'_>,
    s: &S,
    table: &PyObject,
    delete: Option<&PyObject>,
) -> PyResult<Ref<S>> {
    let table = if table.is_none() { None } else { Some(Buffer::new(py, table)?) };
    if table.as_ref().is_some_and(|t| t.len() != 256) {
        bail!(py, ValueError, "translation table must be 256 characters long");
    }
    let delete = delete.map(|d| Buffer::new(py, d)).transpose()?;
    let mut gone = [false; 256];
    for b in delete.iter().flat_map(|d| d.as_bytes()) {
        if let Some(slot) = gone.get_mut(usize::from(*b)) {
            *slot = true;
        }
    }
    let table = table.as_ref().map(Buffer::as_bytes);
    let mapped: Vec<u8> = s
        .bytes()
        .iter()
        .filter(|b| !gone.get(usize::from(**b)).copied().unwrap_or(false))
        .map(|b| table.and_then(|t| t.get(usize::from(*b)).copied()).unwrap_or(*b))
        .collect();
    if mapped == s.bytes() { s.same(py) } else { S::make(py, &mapped) }
}

/// `ljust`, `rjust` and `center`.
pub(crate) fn pad<S: ByteString>(py: Py<'_>, s: &S, left: usize, right: usize, fill: u8) -> PyResult<Ref<S>> {
    if left == 0 && right == 0 {
        return s.same(py);
    }
    let mut out = Vec::new();
    let total = left.saturating_add(right).saturating_add(s.bytes().len());
    if total > isize::MAX as usize || out.try_reserve_exact(total).is_err() {
        return Err(py.no_memory());
    }
    out.resize(left, fill);
    out.extend_from_slice(s.bytes());
    out.resize(total, fill);
    S::make(py, &out)
}

/// Room that a width leaves.
pub(crate) fn room<S: ByteString>(s: &S, width: isize) -> usize {
    width.saturating_sub(s.bytes().len() as isize).max(0) as usize
}

/// A fill byte parameter.
#[derive(Clone, Copy)]
pub(crate) struct FillByte(pub u8);

impl<'a> crate::args::FromArg<'a> for FillByte {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, at: crate::args::ArgPos) -> PyResult<Self> {
        let bytes = if let Some(b) = obj.downcast::<PyBytes>() {
            Some(("bytes", b.as_bytes()))
        } else {
            obj.downcast::<PyByteArray>().map(|b| ("bytearray", b.as_bytes()))
        };
        match bytes {
            Some((_, [b])) => Ok(FillByte(*b)),
            Some((kind, other)) => Err(raise!(
                py,
                TypeError,
                "{}(): argument {} must be a byte string of length 1, not a {kind} object of length {}",
                at.function,
                at.index,
                other.len()
            )),
            None => Err(crate::args::bad_argument(py, at, "a byte string of length 1", obj)),
        }
    }
}

/// `zfill`.
pub(crate) fn zfill<S: ByteString>(py: Py<'_>, s: &S, width: isize) -> PyResult<Ref<S>> {
    let fill = room(s, width);
    if fill == 0 {
        return s.same(py);
    }
    let text = s.bytes();
    let sign = text.first().copied().filter(|b| matches!(b, b'+' | b'-'));
    let mut out = Vec::new();
    if out.try_reserve_exact(fill.saturating_add(text.len())).is_err() {
        return Err(py.no_memory());
    }
    out.extend(sign);
    out.resize(fill + usize::from(sign.is_some()), b'0');
    out.extend_from_slice(text.get(usize::from(sign.is_some())..).unwrap_or_default());
    S::make(py, &out)
}

/// `expandtabs`.
pub(crate) fn expand_tabs<S: ByteString>(py: Py<'_>, s: &S, tabsize: i32) -> PyResult<Ref<S>> {
    let tab = tabsize.max(0) as usize;
    let mut out: Vec<u8> = Vec::new();
    py.room_in(&mut out, s.bytes().len())?;
    let mut column = 0;
    for &b in s.bytes() {
        if out.len() == out.capacity() {
            py.room_in(&mut out, 1)?;
        }
        match b {
            b'\t' => {
                if tab > 0 {
                    let fill = tab - column % tab;
                    if out.len().saturating_add(fill) > isize::MAX as usize {
                        bail!(py, OverflowError, "result too long");
                    }
                    py.room_in(&mut out, fill)?;
                    out.resize(out.len() + fill, b' ');
                    column += fill;
                }
            }
            b'\n' | b'\r' => {
                out.push(b);
                column = 0;
            }
            _ => {
                out.push(b);
                column += 1;
            }
        }
    }
    S::make(py, &out)
}

/// Maps byte by byte; the second argument says whether the byte before is a letter.
pub(crate) fn map<S: ByteString>(py: Py<'_>, s: &S, f: impl Fn(u8, bool) -> u8) -> PyResult<Ref<S>> {
    let mut letter = false;
    let out: Vec<u8> = s
        .bytes()
        .iter()
        .map(|b| {
            let to = f(*b, letter);
            letter = b.is_ascii_alphabetic();
            to
        })
        .collect();
    S::make(py, &out)
}

/// True when there are bytes and all of them pass.
pub(crate) fn all<S: ByteString>(s: &S, f: impl Fn(u8) -> bool) -> bool {
    !s.bytes().is_empty() && s.bytes().iter().all(|b| f(*b))
}

/// `istitle`.
pub(crate) fn is_title<S: ByteString>(s: &S) -> bool {
    let (mut letter, mut any) = (false, false);
    for b in s.bytes() {
        if b.is_ascii_alphabetic() && b.is_ascii_uppercase() == letter {
            return false;
        }
        letter = b.is_ascii_alphabetic();
        any |= letter;
    }
    any
}

/// `maketrans`.
pub(crate) fn make_table(py: Py<'_>, from: &[u8], to: &[u8]) -> PyResult<Ref<PyBytes>> {
    if from.len() != to.len() {
        bail!(py, ValueError, "maketrans arguments must have same length");
    }
    let mut table: Vec<u8> = (0..=255).collect();
    for (f, t) in from.iter().zip(to) {
        if let Some(slot) = table.get_mut(usize::from(*f)) {
            *slot = *t;
        }
    }
    PyBytes::new(py, &table)
}

/// Bytes repeated, by doubling.
pub(crate) fn repeated(py: Py<'_>, bytes: &[u8], n: isize) -> PyResult<Vec<u8>> {
    let n = n.max(0) as usize;
    let Some(len) = bytes.len().checked_mul(n).filter(|n| *n <= isize::MAX as usize - 64) else {
        return Err(py.no_memory());
    };
    let mut out = Vec::new();
    if out.try_reserve_exact(len).is_err() {
        return Err(py.no_memory());
    }
    if let [b] = bytes {
        out.resize(len, *b);
    } else if len > 0 {
        out.extend_from_slice(bytes);
        while out.len() < len {
            out.extend_from_within(..out.len().min(len - out.len()));
        }
    }
    Ok(out)
}

/// `fromhex` for a class: subclasses are called with the plain bytes.
pub(crate) fn from_hex<S: ByteString>(py: Py<'_>, cls: &PyType, text: &PyObject) -> PyResult<Ref<PyObject>> {
    let bytes = super::hex::from_hex(py, text)?;
    let made = S::make(py, &bytes)?.upcast();
    if core::ptr::eq(cls, S::type_object()) { Ok(made) } else { cls.call(py, &[&made]) }
}

/// Declares the shared methods.
macro_rules! byte_string_methods {
    ($ty:ident, $name:literal) => {
        #[krait_macros::pymethods(part = "shared", class = $name)]
        impl $ty {
            #[slot]
            fn sq_contains(&self, py: Py<'_>, item: &PyObject) -> PyResult<bool> {
                shared::contains(py, self, item)
            }

            #[slot]
            fn nb_remainder(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
                let Some(format) = a.downcast::<$ty>() else { return Ok(py.not_implemented()) };
                let format = $crate::protocol::buffer::Buffer::new(py, format)?;
                let out = $crate::objects::str::percent::format_bytes(py, format.as_bytes(), b)?;
                <$ty as shared::ByteString>::make(py, &out).map(Ref::upcast)
            }

            #[pymethod]
            #[sig("($self, sub, start=None, end=None, /)")]
            fn find(
                &self,
                py: Py<'_>,
                sub: &PyObject,
                start: Option<SliceBound>,
                end: Option<SliceBound>,
            ) -> PyResult<isize> {
                shared::find(py, self, sub, (start, end), false)
            }

            #[pymethod]
            #[sig("($self, sub, start=None, end=None, /)")]
            fn rfind(
                &self,
                py: Py<'_>,
                sub: &PyObject,
                start: Option<SliceBound>,
                end: Option<SliceBound>,
            ) -> PyResult<isize> {
                shared::find(py, self, sub, (start, end), true)
            }

            #[pymethod]
            #[sig("($self, sub, start=None, end=None, /)")]
            fn index(
                &self,
                py: Py<'_>,
                sub: &PyObject,
                start: Option<SliceBound>,
                end: Option<SliceBound>,
            ) -> PyResult<isize> {
                match shared::find(py, self, sub, (start, end), false)? {
                    -1 => Err(shared::not_found(py)),
                    at => Ok(at),
                }
            }

            #[pymethod]
            #[sig("($self, sub, start=None, end=None, /)")]
            fn rindex(
                &self,
                py: Py<'_>,
                sub: &PyObject,
                start: Option<SliceBound>,
                end: Option<SliceBound>,
            ) -> PyResult<isize> {
                match shared::find(py, self, sub, (start, end), true)? {
                    -1 => Err(shared::not_found(py)),
                    at => Ok(at),
                }
            }

            #[pymethod]
            #[sig("($self, sub, start=None, end=None, /)")]
            fn count(
                &self,
                py: Py<'_>,
                sub: &PyObject,
                start: Option<SliceBound>,
                end: Option<SliceBound>,
            ) -> PyResult<usize> {
                shared::count(py, self, sub, start, end)
            }

            #[pymethod]
            #[sig("($self, prefix, start=None, end=None, /)")]
            fn startswith(
                &self,
                py: Py<'_>,
                prefix: &PyObject,
                start: Option<SliceBound>,
                end: Option<SliceBound>,
            ) -> PyResult<bool> {
                shared::affix(py, self, prefix, (start, end), false)
            }

            #[pymethod]
            #[sig("($self, suffix, start=None, end=None, /)")]
            fn endswith(
                &self,
                py: Py<'_>,
                suffix: &PyObject,
                start: Option<SliceBound>,
                end: Option<SliceBound>,
            ) -> PyResult<bool> {
                shared::affix(py, self, suffix, (start, end), true)
            }

            #[pymethod]
            fn split(
                &self,
                py: Py<'_>,
                sep: Option<&PyObject>,
                #[default(-1)] maxsplit: isize,
            ) -> PyResult<Ref<PyList>> {
                shared::split(py, self, sep, maxsplit, false)
            }

            #[pymethod]
            fn rsplit(
                &self,
                py: Py<'_>,
                sep: Option<&PyObject>,
                #[default(-1)] maxsplit: isize,
            ) -> PyResult<Ref<PyList>> {
                shared::split(py, self, sep, maxsplit, true)
            }

            #[pymethod]
            fn splitlines(&self, py: Py<'_>, #[default(false)] keepends: bool) -> PyResult<Ref<PyList>> {
                shared::split_lines(py, self, keepends)
            }

            #[pymethod]
            fn strip(&self, py: Py<'_>, bytes: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
                shared::strip(py, self, bytes, krait_unicode::split::Sides::Both)
            }

            #[pymethod]
            fn lstrip(&self, py: Py<'_>, bytes: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
                shared::strip(py, self, bytes, krait_unicode::split::Sides::Left)
            }

            #[pymethod]
            fn rstrip(&self, py: Py<'_>, bytes: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
                shared::strip(py, self, bytes, krait_unicode::split::Sides::Right)
            }

            #[pymethod]
            fn partition(&self, py: Py<'_>, sep: &PyObject) -> PyResult<Ref<PyTuple>> {
                shared::partition(py, self, sep, false)
            }

            #[pymethod]
            fn rpartition(&self, py: Py<'_>, sep: &PyObject) -> PyResult<Ref<PyTuple>> {
                shared::partition(py, self, sep, true)
            }

            #[pymethod]
            fn replace(
                &self,
                py: Py<'_>,
                old: BufferArg,
                new: BufferArg,
                #[default(-1)] count: isize,
            ) -> PyResult<Ref<Self>> {
                shared::replace(py, self, old.as_bytes(), new.as_bytes(), count)
            }

            #[pymethod]
            fn removeprefix(&self, py: Py<'_>, prefix: BufferArg) -> PyResult<Ref<Self>> {
                let bytes = shared::ByteString::bytes(self);
                match bytes.strip_prefix(prefix.as_bytes()) {
                    Some(rest) if !prefix.as_bytes().is_empty() => {
                        <Self as shared::ByteString>::make(py, rest)
                    }
                    _ => shared::ByteString::same(self, py),
                }
            }

            #[pymethod]
            fn removesuffix(&self, py: Py<'_>, suffix: BufferArg) -> PyResult<Ref<Self>> {
                let bytes = shared::ByteString::bytes(self);
                match bytes.strip_suffix(suffix.as_bytes()) {
                    Some(rest) if !suffix.as_bytes().is_empty() => {
                        <Self as shared::ByteString>::make(py, rest)
                    }
                    _ => shared::ByteString::same(self, py),
                }
            }

            #[pymethod]
            fn translate(
                &self,
                py: Py<'_>,
                table: &PyObject,
                delete: Option<&PyObject>,
            ) -> PyResult<Ref<Self>> {
                shared::translate(py, self, table, delete)
            }

            #[staticmethod]
            fn maketrans(py: Py<'_>, frm: BufferArg, to: BufferArg) -> PyResult<Ref<PyBytes>> {
                shared::make_table(py, frm.as_bytes(), to.as_bytes())
            }

            #[pymethod]
            fn ljust(
                &self,
                py: Py<'_>,
                width: isize,
                fillchar: Option<shared::FillByte>,
            ) -> PyResult<Ref<Self>> {
                let fill = fillchar.map_or(b' ', |f| f.0);
                shared::pad(py, self, 0, shared::room(self, width), fill)
            }

            #[pymethod]
            fn rjust(
                &self,
                py: Py<'_>,
                width: isize,
                fillchar: Option<shared::FillByte>,
            ) -> PyResult<Ref<Self>> {
                let fill = fillchar.map_or(b' ', |f| f.0);
                shared::pad(py, self, shared::room(self, width), 0, fill)
            }

            #[pymethod]
            fn center(
                &self,
                py: Py<'_>,
                width: isize,
                fillchar: Option<shared::FillByte>,
            ) -> PyResult<Ref<Self>> {
                let room = shared::room(self, width);
                let left = room / 2 + (room & width.max(0) as usize & 1);
                shared::pad(py, self, left, room - left, fillchar.map_or(b' ', |f| f.0))
            }

            #[pymethod]
            fn zfill(&self, py: Py<'_>, width: isize) -> PyResult<Ref<Self>> {
                shared::zfill(py, self, width)
            }

            #[pymethod]
            fn expandtabs(&self, py: Py<'_>, #[default(8)] tabsize: i32) -> PyResult<Ref<Self>> {
                shared::expand_tabs(py, self, tabsize)
            }

            #[pymethod]
            fn lower(&self, py: Py<'_>) -> PyResult<Ref<Self>> {
                shared::map(py, self, |b, _| b.to_ascii_lowercase())
            }

            #[pymethod]
            fn upper(&self, py: Py<'_>) -> PyResult<Ref<Self>> {
                shared::map(py, self, |b, _| b.to_ascii_uppercase())
            }

            #[pymethod]
            fn swapcase(&self, py: Py<'_>) -> PyResult<Ref<Self>> {
                shared::map(py, self, |b, _| if b.is_ascii_alphabetic() { b ^ 0x20 } else { b })
            }

            #[pymethod]
            fn title(&self, py: Py<'_>) -> PyResult<Ref<Self>> {
                shared::map(
                    py,
                    self,
                    |b, letter| {
                        if letter { b.to_ascii_lowercase() } else { b.to_ascii_uppercase() }
                    },
                )
            }

            #[pymethod]
            fn capitalize(&self, py: Py<'_>) -> PyResult<Ref<Self>> {
                let mut out = shared::ByteString::bytes(self).to_ascii_lowercase();
                if let Some(first) = out.first_mut() {
                    first.make_ascii_uppercase();
                }
                <Self as shared::ByteString>::make(py, &out)
            }

            #[pymethod]
            fn isalnum(&self) -> bool {
                shared::all(self, |b| b.is_ascii_alphanumeric())
            }

            #[pymethod]
            fn isalpha(&self) -> bool {
                shared::all(self, |b| b.is_ascii_alphabetic())
            }

            #[pymethod]
            fn isascii(&self) -> bool {
                shared::ByteString::bytes(self).is_ascii()
            }

            #[pymethod]
            fn isdigit(&self) -> bool {
                shared::all(self, |b| b.is_ascii_digit())
            }

            #[pymethod]
            fn isspace(&self) -> bool {
                shared::all(self, krait_unicode::split::is_ascii_space)
            }

            #[pymethod]
            fn islower(&self) -> bool {
                let bytes = shared::ByteString::bytes(self);
                !bytes.iter().any(u8::is_ascii_uppercase) && bytes.iter().any(u8::is_ascii_lowercase)
            }

            #[pymethod]
            fn isupper(&self) -> bool {
                let bytes = shared::ByteString::bytes(self);
                !bytes.iter().any(u8::is_ascii_lowercase) && bytes.iter().any(u8::is_ascii_uppercase)
            }

            #[pymethod]
            fn istitle(&self) -> bool {
                shared::is_title(self)
            }

            #[pymethod]
            #[sig("($self, /, sep=None, bytes_per_sep=1)")]
            fn hex(
                &self,
                py: Py<'_>,
                sep: Option<&PyObject>,
                #[default(1)] bytes_per_sep: i32,
            ) -> PyResult<Ref<PyStr>> {
                let bytes = $crate::protocol::buffer::Buffer::new(py, self)?;
                $crate::objects::bytes::hex::hex_text(py, bytes.as_bytes(), sep, bytes_per_sep)
            }

            #[classmethod]
            fn fromhex(cls: &PyType, py: Py<'_>, string: &PyObject) -> PyResult<Ref<PyObject>> {
                shared::from_hex::<$ty>(py, cls, string)
            }

            #[pymethod]
            fn decode(
                &self,
                py: Py<'_>,
                encoding: Option<&PyStr>,
                errors: Option<&PyStr>,
            ) -> PyResult<Ref<PyStr>> {
                $crate::codecs::decode_argument(py, self, encoding, errors)
            }
        }
    };
}
pub(crate) use byte_string_methods;

/// A `BytesWarning`, when option -b asks for them.
pub fn warn_of_bytes(py: Py<'_>, text: &str) -> PyResult<()> {
    if py.interp().config.borrow().bytes_warning == 0 {
        return Ok(());
    }
    py.warn(crate::objects::exceptions::types::BytesWarning(), text, 1)
}
