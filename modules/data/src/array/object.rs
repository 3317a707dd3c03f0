//! `array.array`: construction, growth, and the sequence protocol. Methods that only `array` has stand in `methods.rs`.

use core::cmp::Ordering;

use krait_runtime::byte_store::{ByteStore, Lent};
use krait_runtime::objects::slice::adjust;
use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::Buffer;

use super::item::{Code, Kind, find, wide_char};

/// `array.array`.
#[pyclass(module = "array", name = "array", basetype, gc, sequence, heap, immutable)]
#[repr(C)]
pub struct Array {
    base: PyObject,
    #[no_traverse]
    pub(super) store: ByteStore,
    #[no_traverse]
    pub(super) code: &'static Code,
    weaklist: WeakList,
}

impl Array {
    /// An array of zeros without spare room.
    pub(super) fn zeroed(py: Py<'_>, cls: &PyType, code: &'static Code, len: usize) -> PyResult<Ref<Array>> {
        let Some(bytes) = len.checked_mul(code.size).filter(|&n| n <= isize::MAX as usize) else {
            return Err(py.no_memory());
        };
        let store = ByteStore::new();
        if bytes > 0 {
            store.reserve_exact(py, bytes)?;
            store.set_len(bytes);
        }
        let new = Array { base: PyObject::HEADER, store, code, weaklist: WeakList::EMPTY };
        alloc_payload(py, cls, new)
    }

    /// An array of the exact type with this content.
    pub(super) fn of_bytes(py: Py<'_>, code: &'static Code, bytes: &[u8]) -> PyResult<Ref<Array>> {
        let new = Array::zeroed(py, Array::type_object(), code, bytes.len() / code.size)?;
        new.store.write(0, bytes);
        Ok(new)
    }

    /// Number of items.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.store.len() / self.code.size
    }

    #[inline]
    pub(super) fn get(&self, py: Py<'_>, i: usize) -> PyResult<Ref<PyObject>> {
        self.code.get(py, &self.store, i)
    }

    /// Converts the value, then writes it; false when the item went away meanwhile.
    #[inline]
    pub(super) fn set(&self, py: Py<'_>, i: usize, value: &PyObject) -> PyResult<bool> {
        let (bytes, size) = self.code.encode(py, value)?;
        Ok(self.store.write(i * self.code.size, bytes.get(..size).unwrap_or_default()))
    }

    /// Changes the number of items, with CPython's over-allocation.
    pub(super) fn resize(&self, py: Py<'_>, len: usize) -> PyResult<()> {
        let old = self.len();
        if len == old {
            return Ok(());
        }
        if self.store.exports() > 0 {
            bail!(py, BufferError, "cannot resize an array that is exporting buffers");
        }
        let size = self.code.size;
        let Some(bytes) = len.checked_mul(size) else { return Err(py.no_memory()) };
        let room = self.store.capacity() / size;
        if !(room >= len && old < len.saturating_add(16) && room > 0) {
            let wanted =
                if len == 0 { 0 } else { len.saturating_add(len >> 4) + if old < 8 { 3 } else { 7 } };
            let Some(wanted) = wanted.checked_mul(size) else { return Err(py.no_memory()) };
            self.store.reserve_exact(py, wanted)?;
        }
        self.store.set_len(bytes);
        Ok(())
    }

    /// Puts a value before place `at`.
    pub(super) fn insert_at(&self, py: Py<'_>, at: usize, value: &PyObject) -> PyResult<()> {
        // Converted first: conversion may change the array.
        let (bytes, size) = self.code.encode(py, value)?;
        let n = self.len();
        let at = at.min(n);
        self.resize(py, n + 1)?;
        self.store.shift(at * size, (at + 1) * size, (n - at) * size);
        self.store.write(at * size, bytes.get(..size).unwrap_or_default());
        Ok(())
    }

    /// Takes items `start..stop` out.
    pub(super) fn remove_range(&self, py: Py<'_>, start: usize, stop: usize) -> PyResult<()> {
        let n = self.len();
        let stop = stop.min(n);
        if start >= stop {
            return Ok(());
        }
        if self.store.exports() > 0 {
            bail!(py, BufferError, "cannot resize an array that is exporting buffers");
        }
        let size = self.code.size;
        self.store.shift(stop * size, start * size, (n - stop) * size);
        self.resize(py, n - (stop - start))
    }

    /// Appends the items of anything iterable.
    pub(super) fn extend_from(&self, py: Py<'_>, items: &PyObject) -> PyResult<()> {
        if let Some(other) = items.downcast::<Array>() {
            if !core::ptr::eq(self.code, other.code) {
                bail!(py, TypeError, "can only extend with array of same kind");
            }
            py.expect_room(other.store.len())?;
            let bytes = other.store.as_bytes().to_vec();
            let old = self.store.len();
            let n = self.len() + other.len();
            self.resize(py, n)?;
            self.store.write(old, &bytes);
            return Ok(());
        }
        let iterator = items.iter(py)?;
        while let Some(item) = iterator.next(py)? {
            self.insert_at(py, usize::MAX, &item)?;
        }
        Ok(())
    }

    /// Appends raw items.
    pub(super) fn extend_bytes(&self, py: Py<'_>, buffer: &Buffer) -> PyResult<()> {
        if buffer.view().is_some_and(|view| view.itemsize != 1) {
            bail!(py, TypeError, "a bytes-like object is required");
        }
        let size = self.code.size;
        if !buffer.len().is_multiple_of(size) {
            bail!(py, ValueError, "bytes length not a multiple of item size");
        }
        let added = buffer.len() / size;
        if added > 0 {
            let old = self.store.len();
            self.resize(py, self.len() + added)?;
            self.store.write(old, buffer.as_bytes());
        }
        Ok(())
    }

    /// Appends characters; for `u` and `w`.
    pub(super) fn extend_text(&self, py: Py<'_>, text: &PyStr) -> PyResult<()> {
        let old = self.store.len();
        self.resize(py, self.len() + text.len())?;
        let mut bytes = Vec::new();
        py.room_in(&mut bytes, 4 * text.len())?;
        bytes.extend(text.code_points().flat_map(u32::to_ne_bytes));
        self.store.write(old, &bytes);
        Ok(())
    }

    /// The characters of a `u` or `w` array as text.
    pub(super) fn to_text(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let mut text = Vec::new();
        py.room_in(&mut text, self.len())?;
        for i in 0..self.len() {
            let c = u32::from_ne_bytes(self.store.read(i * 4).unwrap_or_default());
            if self.code.kind == Kind::Wide {
                wide_char(py, c)?;
            } else if c > 0x10ffff {
                let bytes = self.store.as_bytes().to_vec();
                return Err(py.raise_unicode_decode(
                    if cfg!(target_endian = "little") { "utf-32-le" } else { "utf-32-be" },
                    &bytes,
                    i * 4,
                    i * 4 + 4,
                    "code point not in range(0x110000)",
                ));
            }
            text.push(c);
        }
        PyStr::from_code_points(py, &text)
    }

    /// Items start, start + step, … as a new array.
    fn slice(&self, py: Py<'_>, start: usize, step: isize, count: usize) -> PyResult<Ref<Array>> {
        let size = self.code.size;
        let new = Array::zeroed(py, Array::type_object(), self.code, count)?;
        if step == 1 {
            let bytes = self.store.as_bytes().get(start * size..(start + count) * size).unwrap_or_default();
            new.store.write(0, bytes);
            return Ok(new);
        }
        let all = self.store.as_bytes();
        for i in 0..count {
            let from = (start as isize + i as isize * step) as usize * size;
            new.store.write(i * size, all.get(from..from + size).unwrap_or_default());
        }
        Ok(new)
    }

    fn index_of(&self, py: Py<'_>, index: &PyObject) -> PyResult<Option<usize>> {
        let i = index.to_index_isize(py, "cannot fit '{}' into an index-sized integer")?;
        let n = self.len() as isize;
        let i = if i < 0 { i + n } else { i };
        Ok((0..n).contains(&i).then_some(i as usize))
    }

    fn assign_item(&self, py: Py<'_>, i: usize, value: Option<&PyObject>) -> PyResult<()> {
        match value {
            None => self.remove_range(py, i, i + 1),
            Some(value) => {
                if self.set(py, i, value)? {
                    Ok(())
                } else {
                    Err(raise!(py, IndexError, "array assignment index out of range"))
                }
            }
        }
    }

    fn assign_slice(&self, py: Py<'_>, slice: &PySlice, value: Option<&PyObject>) -> PyResult<()> {
        let (start, stop, step) = slice.unpack(py)?;
        let indices = adjust(start, stop, step, self.len());
        let (start, step, count) = (indices.start, indices.step, indices.len);
        let size = self.code.size;
        // A copy: the other array may be this one.
        let (new, needed) = match value {
            None => (Vec::new(), 0),
            Some(value) => {
                let Some(other) = value.downcast::<Array>() else {
                    bail!(
                        py,
                        TypeError,
                        "can only assign array (not \"{}\") to array slice",
                        value.ty().name()
                    );
                };
                if !core::ptr::eq(self.code, other.code) {
                    bail!(py, TypeError, "bad argument type for built-in operation");
                }
                (other.store.as_bytes().to_vec(), other.len())
            }
        };
        if (needed == 0 || count != needed) && self.store.exports() > 0 {
            bail!(py, BufferError, "cannot resize an array that is exporting buffers");
        }
        let n = self.len();
        if step == 1 {
            let start = start as usize;
            let stop = start + count;
            if count > needed {
                self.store.shift(stop * size, (start + needed) * size, (n - stop) * size);
                self.resize(py, n - count + needed)?;
            } else if count < needed {
                self.resize(py, n + needed - count)?;
                self.store.shift(stop * size, (start + needed) * size, (n - stop) * size);
            }
            self.store.write(start * size, &new);
            return Ok(());
        }
        if needed == 0 {
            if count == 0 {
                return Ok(());
            }
            let first = if step < 0 { start + step * (count as isize - 1) } else { start } as usize;
            let stride = step.unsigned_abs();
            let mut to = first;
            for i in first..n {
                let offset = i - first;
                if offset.is_multiple_of(stride) && offset / stride < count {
                    continue;
                }
                self.store.shift(i * size, to * size, size);
                to += 1;
            }
            return self.resize(py, n - count);
        }
        if needed != count {
            bail!(
                py,
                ValueError,
                "attempt to assign array of size {needed} to extended slice of size {count}"
            );
        }
        for (i, item) in new.chunks_exact(size).enumerate() {
            self.store.write((start + i as isize * step) as usize * size, item);
        }
        Ok(())
    }

    /// The order of the first items that differ, when both arrays hold the same kind of number and neither is NaN.
    fn compare_fast(&self, other: &Array) -> Option<Ordering> {
        macro_rules! compare {
            ($ty:ty, $size:literal) => {{
                let items = |array: &Array| {
                    let bytes = array.store.as_bytes().to_vec();
                    bytes
                        .chunks_exact($size)
                        .map(|c| c.try_into().map_or(<$ty>::default(), <$ty>::from_ne_bytes))
                        .collect::<Vec<_>>()
                };
                items(self).partial_cmp(&items(other))
            }};
        }
        if !core::ptr::eq(self.code, other.code) {
            return None;
        }
        match self.code.kind {
            Kind::I8 => compare!(i8, 1),
            Kind::U8 => Some(self.store.as_bytes().cmp(other.store.as_bytes())),
            Kind::I16 => compare!(i16, 2),
            Kind::U16 => compare!(u16, 2),
            Kind::I32 => compare!(i32, 4),
            Kind::U32 => compare!(u32, 4),
            Kind::Long | Kind::I64 => compare!(i64, 8),
            Kind::UnsignedLong | Kind::U64 => compare!(u64, 8),
            // NaNs and characters go the long way.
            Kind::Wide | Kind::Char | Kind::F32 | Kind::F64 => None,
        }
    }
}

#[pymethods(class = "array.array", parts(methods))]
impl Array {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        if core::ptr::eq(cls, Array::type_object()) {
            no_keywords(py, "array.array", kwargs)?;
        }
        let (first, initial) = match args.as_slice() {
            [first] => (first, None),
            [first, initial] => (first, Some(&**initial)),
            [] => bail!(py, TypeError, "array() takes at least 1 argument (0 given)"),
            more => bail!(py, TypeError, "array() takes at most 2 arguments ({} given)", more.len()),
        };
        let Some(text) = first.downcast::<PyStr>() else {
            let what = if first.is_none() { "None" } else { first.ty().name() };
            bail!(py, TypeError, "array() argument 1 must be a unicode character, not {what}");
        };
        let (1, Some(c)) = (text.len(), text.code_point(0)) else {
            bail!(
                py,
                TypeError,
                "array() argument 1 must be a unicode character, not a string of length {}",
                text.len()
            );
        };
        Array::construct(py, cls, c, initial).map(Ref::upcast)
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let name = self.ty().dunder_name();
        let code = self.code.code as char;
        if self.len() == 0 {
            return PyStr::new(py, &format!("{name}('{code}')"));
        }
        let content = if self.code.is_text() {
            self.to_text(py)?.as_object().repr(py)?
        } else {
            self.list(py)?.as_object().repr(py)?
        };
        let mut out = krait_runtime::objects::str::StrBuilder::new();
        out.push_str(py, &format!("{name}('{code}', "))?;
        out.push(py, &content)?;
        out.push_str(py, ")")?;
        out.finish(py)
    }

    #[slot]
    fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        super::iterator::ArrayIterator::over(py, self)
    }

    #[slot]
    fn sq_length(&self, _py: Py<'_>) -> isize {
        self.len() as isize
    }

    #[slot]
    fn sq_item(&self, py: Py<'_>, i: isize) -> PyResult<Ref<PyObject>> {
        if i < 0 || i as usize >= self.len() {
            bail!(py, IndexError, "array index out of range");
        }
        self.get(py, i as usize)
    }

    #[slot]
    fn sq_concat(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
        let Some(other) = other.downcast::<Array>() else {
            bail!(py, TypeError, "can only append array (not \"{}\") to array", other.ty().name());
        };
        if !core::ptr::eq(self.code, other.code) {
            bail!(py, TypeError, "bad argument type for built-in operation");
        }
        let new = Array::zeroed(py, Array::type_object(), self.code, self.len() + other.len())?;
        new.store.write(0, self.store.as_bytes());
        new.store.write(self.store.len(), other.store.as_bytes());
        Ok(new.upcast())
    }

    #[slot]
    fn sq_repeat(&self, py: Py<'_>, n: isize) -> PyResult<Ref<PyObject>> {
        let n = n.max(0) as usize;
        let Some(len) = self.len().checked_mul(n) else { return Err(py.no_memory()) };
        let new = Array::zeroed(py, Array::type_object(), self.code, len)?;
        for i in 0..if self.len() == 0 { 0 } else { n } {
            new.store.write(i * self.store.len(), self.store.as_bytes());
        }
        Ok(new.upcast())
    }

    #[slot]
    fn sq_inplace_concat(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
        if other.downcast::<Array>().is_none() {
            bail!(py, TypeError, "can only extend array with array (not \"{}\")", other.ty().name());
        }
        self.extend_from(py, other)?;
        Ok(self.to_ref())
    }

    #[slot]
    fn sq_inplace_repeat(&self, py: Py<'_>, n: isize) -> PyResult<Ref<PyObject>> {
        let n = n.max(0) as usize;
        py.expect_room(self.store.len())?;
        let old = self.store.as_bytes().to_vec();
        if !old.is_empty() {
            let Some(len) = self.len().checked_mul(n) else { return Err(py.no_memory()) };
            self.resize(py, len)?;
            for i in 1..n {
                self.store.write(i * old.len(), &old);
            }
        }
        Ok(self.to_ref())
    }

    #[slot]
    fn sq_contains(&self, py: Py<'_>, value: &PyObject) -> PyResult<bool> {
        let mut i = 0;
        while i < self.len() {
            if self.get(py, i)?.eq(py, value)? {
                return Ok(true);
            }
            i += 1;
        }
        Ok(false)
    }

    #[slot]
    fn sq_ass_item(&self, py: Py<'_>, i: isize, value: Option<&PyObject>) -> PyResult<()> {
        if i < 0 || i as usize >= self.len() {
            bail!(py, IndexError, "array assignment index out of range");
        }
        self.assign_item(py, i as usize, value)
    }

    #[slot]
    fn mp_length(&self, _py: Py<'_>) -> isize {
        self.len() as isize
    }

    #[slot]
    fn mp_subscript(&self, py: Py<'_>, key: &PyObject) -> PyResult<Ref<PyObject>> {
        if key.is_index() {
            let Some(i) = self.index_of(py, key)? else {
                bail!(py, IndexError, "array index out of range");
            };
            return self.get(py, i);
        }
        let Some(slice) = key.downcast::<PySlice>() else {
            bail!(py, TypeError, "array indices must be integers");
        };
        let (start, stop, step) = slice.unpack(py)?;
        let indices = adjust(start, stop, step, self.len());
        self.slice(py, indices.start.max(0) as usize, indices.step, indices.len).map(Ref::upcast)
    }

    #[slot]
    fn mp_ass_subscript(&self, py: Py<'_>, key: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
        if key.is_index() {
            let Some(i) = self.index_of(py, key)? else {
                bail!(py, IndexError, "array assignment index out of range");
            };
            return self.assign_item(py, i, value);
        }
        match key.downcast::<PySlice>() {
            Some(slice) => self.assign_slice(py, slice, value),
            None => Err(raise!(py, TypeError, "array indices must be integers")),
        }
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let Some(other) = other.downcast::<Array>() else { return Ok(py.not_implemented()) };
        if self.len() != other.len() && matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return (op == CompareOp::Ne).into_py(py);
        }
        if let Some(order) = self.compare_fast(other) {
            return op.holds(order).into_py(py);
        }
        let mut i = 0;
        while i < self.len() && i < other.len() {
            let (a, b) = (self.get(py, i)?, other.get(py, i)?);
            // Not by identity first: NaN differs from itself.
            if !a.rich_compare(py, &b, CompareOp::Eq)?.is_true(py)? {
                return match op {
                    CompareOp::Eq => false.into_py(py),
                    CompareOp::Ne => true.into_py(py),
                    _ => a.rich_compare(py, &b, op),
                };
            }
            i += 1;
        }
        op.holds(self.len().cmp(&other.len())).into_py(py)
    }

    #[slot]
    fn bf_getbuffer(&self, _py: Py<'_>, _flags: i32) -> PyResult<Lent<'_>> {
        Ok(Lent { store: &self.store, format: self.code.format, itemsize: self.code.size })
    }

    #[slot]
    fn bf_releasebuffer(&self, _py: Py<'_>) -> &ByteStore {
        &self.store
    }

    #[getter]
    fn typecode(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        PyStr::from_char(py, self.code.code.into())
    }

    #[getter]
    fn itemsize(&self) -> usize {
        self.code.size
    }
}

impl Array {
    /// `array(code, initial)`.
    pub(super) fn construct(
        py: Py<'_>,
        cls: &PyType,
        c: u32,
        initial: Option<&PyObject>,
    ) -> PyResult<Ref<Array>> {
        let code = find(c);
        let shown = char::from_u32(c).unwrap_or('?');
        if c == u32::from(b'u') {
            py.warn(
                krait_runtime::objects::exceptions::types::DeprecationWarning(),
                "The 'u' type code is deprecated and will be removed in Python 3.16",
                1,
            )?;
        }
        let text_code = c == u32::from(b'u') || c == u32::from(b'w');
        if let Some(initial) = initial
            && !text_code
        {
            if initial.downcast::<PyStr>().is_some() {
                bail!(py, TypeError, "cannot use a str to initialize an array with typecode '{shown}'");
            }
            if initial.downcast::<Array>().is_some_and(|array| array.code.is_text()) {
                bail!(
                    py,
                    TypeError,
                    "cannot use a unicode array to initialize an array with typecode '{shown}'"
                );
            }
        }
        // The iterator is made before anything else is looked at.
        let mut iterator = None;
        if let Some(initial) = initial {
            let known = initial.downcast::<PyList>().is_some()
                || initial.downcast::<PyTuple>().is_some()
                || initial.downcast::<PyBytes>().is_some()
                || initial.downcast::<PyByteArray>().is_some()
                || (text_code && initial.downcast::<PyStr>().is_some())
                || initial.downcast::<Array>().is_some_and(|array| u32::from(array.code.code) == c);
            if !known {
                iterator = Some(initial.iter(py)?);
            }
        }
        let Some(code) = code else {
            bail!(py, ValueError, "bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)");
        };
        let Some(initial) = initial else { return Array::zeroed(py, cls, code, 0) };
        if let Some(iterator) = iterator {
            let new = Array::zeroed(py, cls, code, 0)?;
            while let Some(item) = iterator.next(py)? {
                new.insert_at(py, usize::MAX, &item)?;
            }
            return Ok(new);
        }
        if let Some(other) = initial.downcast::<Array>() {
            let new = Array::zeroed(py, cls, code, other.len())?;
            new.store.write(0, other.store.as_bytes());
            return Ok(new);
        }
        if let Some(tuple) = initial.downcast::<PyTuple>() {
            let new = Array::zeroed(py, cls, code, tuple.len())?;
            for (i, item) in tuple.as_slice().iter().enumerate() {
                new.set(py, i, item)?;
            }
            return Ok(new);
        }
        if let Some(list) = initial.downcast::<PyList>() {
            let new = Array::zeroed(py, cls, code, list.len())?;
            for i in 0..new.len() {
                let Some(item) = list.get(i) else {
                    bail!(py, RuntimeError, "list changed size during iteration");
                };
                new.set(py, i, &item)?;
            }
            return Ok(new);
        }
        let new = Array::zeroed(py, cls, code, 0)?;
        match initial.downcast::<PyStr>() {
            Some(text) => {
                if !text.is_empty() {
                    new.store.reserve_exact(py, text.len() * code.size)?;
                }
                new.extend_text(py, text)?;
            }
            None => new.extend_bytes(py, &Buffer::new(py, initial)?)?,
        }
        Ok(new)
    }

    /// All items in a list.
    pub(super) fn list(&self, py: Py<'_>) -> PyResult<Ref<PyList>> {
        let mut items = Vec::new();
        py.room_in(&mut items, self.len())?;
        for i in 0..self.len() {
            items.push(self.get(py, i)?);
        }
        PyList::from_vec(py, items)
    }
}
