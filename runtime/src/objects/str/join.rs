//! Concatenation, repetition, joining, indexing and slicing.

use krait_macros::pymethods;

use super::layout::{copy_units, state, unit_size};
use super::{PyStr, StrBuilder};
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyList, PySlice, PyTuple};
use crate::py::Py;
use crate::reference::{PyClass, Ref};
use crate::{bail, obmalloc, raise};

impl PyStr {
    /// `a + b`.
    pub fn concat(&self, py: Py<'_>, other: &PyStr) -> PyResult<Ref<PyStr>> {
        if other.is_empty() {
            return self.to_exact(py);
        }
        if self.is_empty() {
            return other.to_exact(py);
        }
        let max = self.max_char().max(other.max_char());
        let Some(len) = self.len().checked_add(other.len()).filter(|n| *n < isize::MAX as usize) else {
            bail!(py, OverflowError, "strings are too large to concat")
        };
        // SAFETY: both texts are written into their places.
        unsafe {
            let s = PyStr::alloc(py, len, max)?;
            let unit = unit_size(max);
            let to = s.data_ptr();
            units!(self.data(), |t| copy_units(t, to, unit));
            units!(other.data(), |t| copy_units(t, to.add(self.len() * unit), unit));
            Ok(s)
        }
    }

    /// All parts, one after the other.
    pub fn concat_parts<'a>(
        py: Py<'_>,
        parts: impl Iterator<Item = &'a PyStr> + Clone,
    ) -> PyResult<Ref<PyStr>> {
        let (mut max, mut len) = (0x7F, Some(0usize));
        for part in parts.clone().filter(|part| !part.is_empty()) {
            max = max.max(part.max_char());
            len = len.and_then(|n| n.checked_add(part.len()));
        }
        let Some(len) = len.filter(|n| *n < isize::MAX as usize) else {
            bail!(py, OverflowError, "join() result is too long for a Python string")
        };
        if len == 0 {
            return Ok(PyStr::empty());
        }
        // SAFETY: every part is written; their lengths add up to `len` and none is wider than `max`.
        unsafe {
            let made = PyStr::alloc(py, len, max)?;
            let unit = unit_size(max);
            let mut to = made.data_ptr();
            for part in parts {
                units!(part.data(), |t| copy_units(t, to, unit));
                to = to.add(part.len() * unit);
            }
            if len == 1 && unit == 1 {
                return Ok(PyStr::latin1_char(made.data_ptr().read()));
            }
            Ok(made)
        }
    }

    /// `left += right` (`PyUnicode_Append`): grows `left` in place when nobody else can see it.
    pub fn append(py: Py<'_>, left: Ref<PyStr>, right: &PyStr) -> PyResult<Ref<PyStr>> {
        if right.is_empty() && PyStr::check_exact(&left) {
            return Ok(left);
        }
        let bits = left.state.get();
        let modifiable = left.refcnt() == 1
            && left.hash.get() == -1
            && bits & state::INTERNED == 0
            && bits & state::COMPACT != 0
            && PyStr::check_exact(&left)
            && right.max_char() <= left.max_char()
            && !left.is_empty();
        if !modifiable {
            return left.concat(py, right);
        }
        let unit = left.kind();
        let (old, more) = (left.len(), right.len());
        let Some(len) = old.checked_add(more).filter(|n| *n < (isize::MAX as usize - 64) / unit) else {
            bail!(py, OverflowError, "strings are too large to concat")
        };
        let head = left.data_ptr().addr() - left.as_ptr().addr();
        let raw = left.into_raw();
        // SAFETY: this is the only reference to the object, so it may move; the new part is written before anybody sees it.
        unsafe {
            if !left_is_ascii(raw) {
                let compact = &*raw.cast::<super::layout::Compact>();
                obmalloc::free(compact.utf8.replace(core::ptr::null_mut()));
                compact.utf8_length.set(0);
            }
            let Some(block) = obmalloc::realloc(raw.cast(), head + (len + 1) * unit) else {
                drop(Ref::from_owned(raw));
                return Err(py.no_memory());
            };
            let s: Ref<PyStr> = Ref::from_owned(block.cast());
            s.length.set(len as isize);
            let to = s.data_ptr();
            units!(right.data(), |t| copy_units(t, to.add(old * unit), unit));
            core::ptr::write_bytes(to.add(len * unit), 0, unit);
            Ok(s)
        }
    }

    /// `self * n`.
    pub fn repeat(&self, py: Py<'_>, n: isize) -> PyResult<Ref<PyStr>> {
        if n <= 0 || self.is_empty() {
            return Ok(PyStr::empty());
        }
        if n == 1 {
            return self.to_exact(py);
        }
        let unit = self.kind();
        let Some(len) = self.len().checked_mul(n as usize).filter(|n| *n < isize::MAX as usize / unit) else {
            bail!(py, OverflowError, "repeated string is too long")
        };
        let from = self.raw_bytes();
        // SAFETY: the text is written `n` times, by doubling what stands already.
        unsafe {
            let s = PyStr::alloc(py, len, self.max_char())?;
            let to = s.data_ptr();
            if let [c] = from {
                core::ptr::write_bytes(to, *c, len);
                return Ok(s);
            }
            core::ptr::copy_nonoverlapping(from.as_ptr(), to, from.len());
            let (mut done, total) = (from.len(), len * unit);
            while done < total {
                let step = done.min(total - done);
                core::ptr::copy_nonoverlapping(to, to.add(done), step);
                done += step;
            }
            Ok(s)
        }
    }

    /// `separator.join(items)` of strings at hand (`_PyUnicode_JoinArray`).
    pub fn join_items(&self, py: Py<'_>, items: &[Ref<PyObject>]) -> PyResult<Ref<PyStr>> {
        match items {
            [] => return Ok(PyStr::empty()),
            [only] => {
                if let Some(s) = only.downcast_exact::<PyStr>() {
                    return Ok(s.new_ref());
                }
            }
            _ => {}
        }
        let mut max = if items.len() > 1 { self.max_char() } else { 0x7F };
        if self.is_empty() {
            max = 0x7F;
        }
        let mut len = self.len().checked_mul(items.len() - 1);
        for (i, item) in items.iter().enumerate() {
            let Some(s) = item.downcast::<PyStr>() else {
                bail!(py, TypeError, "sequence item {i}: expected str instance, {} found", item.ty().name());
            };
            if !s.is_ascii() {
                max = max.max(s.max_char());
            }
            len = len.and_then(|n| n.checked_add(s.len()));
        }
        let Some(len) = len.filter(|n| *n < isize::MAX as usize) else {
            bail!(py, OverflowError, "join() result is too long for a Python string")
        };
        if len == 0 {
            return Ok(PyStr::empty());
        }
        // SAFETY: every piece is written; their lengths add up to `len` and none is wider than `max`.
        unsafe {
            let made = PyStr::alloc(py, len, max)?;
            let unit = unit_size(max);
            let mut to = made.data_ptr();
            if unit == 1 {
                self.join_bytes(items, to);
                return Ok(if len == 1 { PyStr::latin1_char(to.read()) } else { made });
            }
            for (i, item) in items.iter().enumerate() {
                if i > 0 && !self.is_empty() {
                    units!(self.data(), |t| copy_units(t, to, unit));
                    to = to.add(self.len() * unit);
                }
                let s: &PyStr = item.cast_unchecked();
                units!(s.data(), |t| copy_units(t, to, unit));
                to = to.add(s.len() * unit);
            }
            Ok(made)
        }
    }

    /// Writes strings of one-byte characters to `to`, with this one between them.
    ///
    /// # Safety
    /// All are such strings, and there is room for them.
    unsafe fn join_bytes(&self, items: &[Ref<PyObject>], mut to: *mut u8) {
        let between = self.raw_bytes();
        // SAFETY: by contract.
        unsafe {
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    to = put(between, to);
                }
                let s: &PyStr = item.cast_unchecked();
                to = put(s.raw_bytes(), to);
            }
        }
    }

    /// The character at an index that may be negative.
    #[inline]
    fn item(&self, py: Py<'_>, index: isize) -> PyResult<Ref<PyStr>> {
        let index = if index < 0 { index + self.len() as isize } else { index };
        match usize::try_from(index).ok().and_then(|i| self.code_point(i)) {
            Some(c) => PyStr::from_char(py, c),
            None => Err(raise!(py, IndexError, "string index out of range")),
        }
    }
}

/// # Safety
/// A live string.
unsafe fn left_is_ascii(s: *mut PyStr) -> bool {
    // SAFETY: by contract.
    unsafe { (*s).is_ascii() }
}

#[pymethods(part = "join")]
impl PyStr {
    #[slot]
    fn sq_length(&self) -> isize {
        self.len() as isize
    }

    #[slot]
    fn mp_length(&self) -> isize {
        self.len() as isize
    }

    #[slot]
    fn sq_concat(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyStr>> {
        match other.downcast::<PyStr>() {
            Some(other) => self.concat(py, other),
            None => {
                Err(raise!(py, TypeError, "can only concatenate str (not \"{}\") to str", other.ty().name()))
            }
        }
    }

    #[slot]
    fn sq_repeat(&self, py: Py<'_>, n: isize) -> PyResult<Ref<PyStr>> {
        self.repeat(py, n)
    }

    #[slot]
    fn sq_item(&self, py: Py<'_>, index: isize) -> PyResult<Ref<PyStr>> {
        if index < 0 {
            bail!(py, IndexError, "string index out of range");
        }
        self.item(py, index)
    }

    #[slot]
    fn mp_subscript(&self, py: Py<'_>, key: &PyObject) -> PyResult<Ref<PyStr>> {
        if key.is_index() {
            let index = key.to_index_isize(py, "cannot fit '{}' into an index-sized integer")?;
            return self.item(py, index);
        }
        let Some(slice) = key.downcast::<PySlice>() else {
            bail!(py, TypeError, "string indices must be integers, not '{}'", key.ty().name());
        };
        let at = slice.indices(py, || self.len())?;
        if at.len == 0 {
            return Ok(PyStr::empty());
        }
        if at.step == 1 {
            return self.substring(py, at.start as usize, at.start as usize + at.len);
        }
        units!(self.data(), |text| {
            let picked: Vec<_> = (0..at.len as isize)
                .filter_map(|i| text.get((at.start + i * at.step) as usize).copied())
                .collect();
            PyStr::from_units(py, &picked)
        })
    }

    #[slot]
    fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        super::iterator::iter(py, self)
    }

    #[pymethod]
    fn join(&self, py: Py<'_>, iterable: &PyObject) -> PyResult<Ref<PyStr>> {
        if let Some(list) = iterable.downcast_exact::<PyList>() {
            // SAFETY: joining runs no Python code, so the list stays as it is.
            return self.join_items(py, unsafe { list.as_slice() });
        }
        if let Some(tuple) = iterable.downcast_exact::<PyTuple>() {
            return self.join_items(py, tuple.as_slice());
        }
        let items = match iterable.iter(py) {
            Ok(_) if iterable.downcast::<PyList>().is_some() => iterable.collect(py)?,
            Ok(iterator) => {
                let mut items = Vec::new();
                while let Some(item) = iterator.next(py)? {
                    items.push(item);
                }
                items
            }
            Err(raised) if py.error_matches(crate::objects::exceptions::types::TypeError()) => {
                py.clear_error(raised);
                bail!(py, TypeError, "can only join an iterable");
            }
            Err(raised) => return Err(raised),
        };
        self.join_items(py, &items)
    }

    #[pymethod]
    fn ljust(&self, py: Py<'_>, width: isize, fillchar: Option<FillChar>) -> PyResult<Ref<PyStr>> {
        let room = width.saturating_sub(self.len() as isize).max(0) as usize;
        self.pad(py, 0, room, fillchar)
    }

    #[pymethod]
    fn rjust(&self, py: Py<'_>, width: isize, fillchar: Option<FillChar>) -> PyResult<Ref<PyStr>> {
        let room = width.saturating_sub(self.len() as isize).max(0) as usize;
        self.pad(py, room, 0, fillchar)
    }

    #[pymethod]
    fn center(&self, py: Py<'_>, width: isize, fillchar: Option<FillChar>) -> PyResult<Ref<PyStr>> {
        let room = width.saturating_sub(self.len() as isize).max(0) as usize;
        // Of an odd number the left side gets the greater half when the width is odd too.
        let left = room / 2 + (room & width.max(0) as usize & 1);
        self.pad(py, left, room - left, fillchar)
    }

    #[pymethod]
    fn zfill(&self, py: Py<'_>, width: isize) -> PyResult<Ref<PyStr>> {
        let room = width.saturating_sub(self.len() as isize).max(0) as usize;
        if room == 0 {
            return self.to_exact(py);
        }
        let mut out = StrBuilder::new();
        let sign = self.code_point(0).filter(|c| matches!(char::from_u32(*c), Some('+' | '-')));
        if let Some(sign) = sign {
            out.push_code_point(py, sign)?;
        }
        out.push_fill(py, '0'.into(), room)?;
        out.push_range(py, self, usize::from(sign.is_some()), self.len())?;
        out.finish(py)
    }

    #[pymethod]
    fn expandtabs(&self, py: Py<'_>, #[default(8)] tabsize: i32) -> PyResult<Ref<PyStr>> {
        let tab = tabsize.max(0) as usize;
        let mut out = StrBuilder::new();
        let (mut column, mut from, mut found) = (0usize, 0, false);
        for (i, c) in self.code_points().enumerate() {
            match char::from_u32(c) {
                Some('\t') => {
                    found = true;
                    out.push_range(py, self, from, i)?;
                    from = i + 1;
                    if tab > 0 {
                        let fill = tab - column % tab;
                        if out.len() > isize::MAX as usize - fill {
                            bail!(py, OverflowError, "new string is too long");
                        }
                        out.push_fill(py, ' '.into(), fill)?;
                        column += fill;
                    }
                }
                Some('\n' | '\r') => column = 0,
                _ => column += 1,
            }
        }
        if !found {
            return self.to_exact(py);
        }
        out.push_range(py, self, from, self.len())?;
        out.finish(py)
    }
}

impl PyStr {
    fn pad(&self, py: Py<'_>, left: usize, right: usize, fill: Option<FillChar>) -> PyResult<Ref<PyStr>> {
        if left == 0 && right == 0 {
            return self.to_exact(py);
        }
        let total = left.checked_add(right).and_then(|n| n.checked_add(self.len()));
        if total.is_none_or(|n| n > isize::MAX as usize) {
            bail!(py, OverflowError, "padded string is too long");
        }
        let fill = fill.map_or(' '.into(), |f| f.0);
        let mut out = StrBuilder::new();
        out.push_fill(py, fill, left)?;
        out.push(py, self)?;
        out.push_fill(py, fill, right)?;
        out.finish(py)
    }
}

/// A fill character parameter.
#[derive(Clone, Copy)]
struct FillChar(u32);

impl<'a> crate::args::FromArg<'a> for FillChar {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, _at: crate::args::ArgPos) -> PyResult<Self> {
        let Some(s) = obj.downcast::<PyStr>() else {
            bail!(py, TypeError, "The fill character must be a unicode character, not {}", obj.ty().name());
        };
        match (s.len(), s.code_point(0)) {
            (1, Some(c)) => Ok(FillChar(c)),
            _ => Err(raise!(py, TypeError, "The fill character must be exactly one character long")),
        }
    }
}

/// Copies `bytes`, mostly a few, to `to`; gives the end of the copy. Short ones by two overlapping words, without a call.
///
/// # Safety
/// There is room for them.
#[inline(always)]
unsafe fn put(bytes: &[u8], to: *mut u8) -> *mut u8 {
    let (from, n) = (bytes.as_ptr(), bytes.len());
    // SAFETY: by contract; each copy stays within `n` bytes.
    unsafe {
        match n {
            0 => {}
            1 => to.write(from.read()),
            2..4 => {
                let (low, high): (u16, u16) =
                    (from.cast::<u16>().read_unaligned(), from.add(n - 2).cast::<u16>().read_unaligned());
                to.cast::<u16>().write_unaligned(low);
                to.add(n - 2).cast::<u16>().write_unaligned(high);
            }
            4..8 => {
                let (low, high) =
                    (from.cast::<u32>().read_unaligned(), from.add(n - 4).cast::<u32>().read_unaligned());
                to.cast::<u32>().write_unaligned(low);
                to.add(n - 4).cast::<u32>().write_unaligned(high);
            }
            8..=16 => {
                let (low, high) =
                    (from.cast::<u64>().read_unaligned(), from.add(n - 8).cast::<u64>().read_unaligned());
                to.cast::<u64>().write_unaligned(low);
                to.add(n - 8).cast::<u64>().write_unaligned(high);
            }
            _ => to.copy_from_nonoverlapping(from, n),
        }
        to.add(n)
    }
}
