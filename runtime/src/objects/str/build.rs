//! `StrBuilder`: building a string piece by piece, in place, in the narrowest layout that the pieces need.

use krait_unicode::unit::{CodeUnit, layout_of};

use super::layout::{copy_units, head_size, unit_size};
use super::{PyStr, StrData};
use crate::error::PyResult;
use crate::obmalloc;
use crate::py::Py;
use crate::reference::{PyClass, Ref};

/// A string under construction. Room grows by a quarter more than needed; the end gives back what is left over.
pub struct StrBuilder {
    /// Memory of the future object (its head is written at the end), or null.
    block: *mut u8,
    /// The layout the block is in: 0x7F, 0xFF, 0xFFFF or 0x10FFFF.
    max: u32,
    len: usize,
    capacity: usize,
    /// The only piece so far, not copied yet: if it stays alone it is the result.
    only: Option<Ref<PyStr>>,
}

#[inline(always)]
fn layout_for(cp: u32) -> u32 {
    match cp {
        0..=0x7F => 0x7F,
        0x80..=0xFF => 0xFF,
        0x100..=0xFFFF => 0xFFFF,
        _ => 0x10FFFF,
    }
}

impl StrBuilder {
    /// Nothing yet.
    #[inline]
    pub fn new() -> StrBuilder {
        StrBuilder { block: core::ptr::null_mut(), max: 0x7F, len: 0, capacity: 0, only: None }
    }

    /// Nothing yet, with room for so many ASCII characters.
    pub fn with_capacity(py: Py<'_>, capacity: usize) -> PyResult<StrBuilder> {
        let mut builder = StrBuilder::new();
        if capacity > 0 {
            builder.grow(py, capacity, 0x7F)?;
        }
        Ok(builder)
    }

    /// Number of characters so far.
    #[inline]
    pub fn len(&self) -> usize {
        self.only.as_ref().map_or(self.len, |s| s.len())
    }

    /// No character yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline(always)]
    fn data(&self) -> *mut u8 {
        // SAFETY: the block begins with the layout's head.
        unsafe { self.block.add(head_size(self.max)) }
    }

    /// Makes room for `extra` characters of a layout.
    #[inline]
    fn prepare(&mut self, py: Py<'_>, extra: usize, layout: u32) -> PyResult<()> {
        if self.only.is_some() {
            self.flush(py)?;
        }
        if layout <= self.max && extra <= self.capacity - self.len {
            return Ok(());
        }
        let Some(needed) = self.len.checked_add(extra) else { return Err(py.no_memory()) };
        let room = if needed > self.capacity {
            if self.block.is_null() { needed } else { needed + needed / 4 }
        } else {
            self.capacity
        };
        self.grow(py, room, layout.max(self.max))
    }

    #[inline(never)]
    fn grow(&mut self, py: Py<'_>, room: usize, layout: u32) -> PyResult<()> {
        let unit = unit_size(layout);
        if room >= (isize::MAX as usize - 64) / unit {
            return Err(py.no_memory());
        }
        let size = head_size(layout) + (room + 1) * unit;
        // SAFETY: the block is ours; what is copied fits the new one.
        unsafe {
            if layout == self.max && !self.block.is_null() {
                match obmalloc::realloc(self.block, size) {
                    Some(block) => self.block = block,
                    None => return Err(py.no_memory()),
                }
            } else {
                let Some(block) = obmalloc::alloc(size) else { return Err(py.no_memory()) };
                if !self.block.is_null() {
                    let (from, to) = (self.data(), block.add(head_size(layout)));
                    match unit_size(self.max) {
                        1 => copy_units(core::slice::from_raw_parts(from, self.len), to, unit),
                        2 => copy_units(core::slice::from_raw_parts(from.cast::<u16>(), self.len), to, unit),
                        _ => copy_units(core::slice::from_raw_parts(from.cast::<u32>(), self.len), to, unit),
                    }
                    obmalloc::free(self.block);
                }
                self.block = block;
                self.max = layout;
            }
        }
        self.capacity = room;
        Ok(())
    }

    fn flush(&mut self, py: Py<'_>) -> PyResult<()> {
        match self.only.take() {
            Some(s) => {
                let room = s.len() + s.len() / 4 + 16;
                self.grow(py, room, s.max_char())?;
                self.copy_in(s.data());
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Copies characters for which there is room in this layout.
    #[inline]
    fn copy_in(&mut self, data: StrData<'_>) {
        let unit = unit_size(self.max);
        units!(data, |text| {
            // SAFETY: prepared by the caller.
            unsafe { copy_units(text, self.data().add(self.len * unit), unit) };
            self.len += text.len();
        });
    }

    /// Appends a code point.
    #[inline]
    pub fn push_code_point(&mut self, py: Py<'_>, cp: u32) -> PyResult<()> {
        self.prepare(py, 1, layout_for(cp))?;
        // SAFETY: prepared for one more.
        unsafe {
            match unit_size(self.max) {
                1 => self.data().add(self.len).write(cp as u8),
                2 => self.data().cast::<u16>().add(self.len).write(cp as u16),
                _ => self.data().cast::<u32>().add(self.len).write(cp),
            }
        }
        self.len += 1;
        Ok(())
    }

    /// Appends `count` times the same code point.
    pub fn push_fill(&mut self, py: Py<'_>, cp: u32, count: usize) -> PyResult<()> {
        if count == 0 {
            return Ok(());
        }
        self.prepare(py, count, layout_for(cp))?;
        // SAFETY: prepared for so many.
        unsafe {
            match unit_size(self.max) {
                1 => core::ptr::write_bytes(self.data().add(self.len), cp as u8, count),
                2 => {
                    let p = self.data().cast::<u16>().add(self.len);
                    (0..count).for_each(|i| p.add(i).write(cp as u16));
                }
                _ => {
                    let p = self.data().cast::<u32>().add(self.len);
                    (0..count).for_each(|i| p.add(i).write(cp));
                }
            }
        }
        self.len += count;
        Ok(())
    }

    /// Appends a character.
    pub fn push_char(&mut self, py: Py<'_>, c: char) -> PyResult<()> {
        self.push_code_point(py, c.into())
    }

    /// Appends ASCII bytes.
    #[inline]
    pub fn push_ascii(&mut self, py: Py<'_>, bytes: &[u8]) -> PyResult<()> {
        self.prepare(py, bytes.len(), 0x7F)?;
        self.copy_in(StrData::Ascii(bytes));
        Ok(())
    }

    /// Appends Rust text.
    pub fn push_str(&mut self, py: Py<'_>, text: &str) -> PyResult<()> {
        if text.is_ascii() {
            return self.push_ascii(py, text.as_bytes());
        }
        text.chars().try_for_each(|c| self.push_code_point(py, c.into()))
    }

    /// Appends code units.
    pub fn push_units<T: CodeUnit>(&mut self, py: Py<'_>, text: &[T]) -> PyResult<()> {
        if text.is_empty() {
            return Ok(());
        }
        let layout = if self.max >= T::MAX { self.max } else { layout_of(text) };
        self.prepare(py, text.len(), layout)?;
        let unit = unit_size(self.max);
        // SAFETY: prepared for so many in this layout.
        unsafe { copy_units(text, self.data().add(self.len * unit), unit) };
        self.len += text.len();
        Ok(())
    }

    /// Appends a string.
    #[inline]
    pub fn push(&mut self, py: Py<'_>, s: &PyStr) -> PyResult<()> {
        if s.is_empty() {
            return Ok(());
        }
        if self.block.is_null() && self.only.is_none() && PyStr::check_exact(s) {
            self.only = Some(s.new_ref());
            return Ok(());
        }
        self.prepare(py, s.len(), s.max_char())?;
        self.copy_in(s.data());
        Ok(())
    }

    /// Appends a part of a string.
    pub fn push_range(&mut self, py: Py<'_>, s: &PyStr, start: usize, end: usize) -> PyResult<()> {
        if start == 0 && end == s.len() {
            return self.push(py, s);
        }
        match s.data() {
            StrData::Ascii(t) => self.push_ascii(py, t.get(start..end).unwrap_or_default()),
            StrData::Latin1(t) => self.push_units(py, t.get(start..end).unwrap_or_default()),
            StrData::Ucs2(t) => self.push_units(py, t.get(start..end).unwrap_or_default()),
            StrData::Ucs4(t) => self.push_units(py, t.get(start..end).unwrap_or_default()),
        }
    }

    /// The string.
    pub fn finish(mut self, _py: Py<'_>) -> PyResult<Ref<PyStr>> {
        if let Some(s) = self.only.take() {
            return Ok(s);
        }
        if self.len == 0 {
            return Ok(PyStr::empty());
        }
        // SAFETY: the block holds `len` characters of the layout; it becomes the object.
        unsafe {
            let unit = unit_size(self.max);
            if self.len == 1 && unit == 1 {
                return Ok(PyStr::latin1_char(self.data().read()));
            }
            let head = head_size(self.max);
            if self.len < self.capacity
                && let Some(block) = obmalloc::realloc(self.block, head + (self.len + 1) * unit)
            {
                self.block = block;
            }
            core::ptr::write_bytes(self.data().add(self.len * unit), 0, unit);
            PyStr::init_head(self.block, self.len, self.max);
            let block = core::mem::replace(&mut self.block, core::ptr::null_mut());
            Ok(Ref::from_owned(block.cast()))
        }
    }
}

impl Drop for StrBuilder {
    fn drop(&mut self) {
        // SAFETY: the block is ours.
        unsafe { obmalloc::free(self.block) };
    }
}

impl Default for StrBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl PyStr {
    /// `a + b + middle + c`, for messages around a repr.
    pub fn concat_display(py: Py<'_>, a: &str, b: &str, middle: &PyStr, c: &str) -> PyResult<Ref<PyStr>> {
        let mut text = StrBuilder::new();
        text.push_str(py, a)?;
        text.push_str(py, b)?;
        text.push(py, middle)?;
        text.push_str(py, c)?;
        text.finish(py)
    }
}
