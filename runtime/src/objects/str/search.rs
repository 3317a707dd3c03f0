//! Finding, counting and replacing parts of strings.

use krait_macros::pymethods;
use krait_unicode::search;

use super::PyStr;
use super::layout::Unit;
use crate::args::SliceBound;
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::PyTuple;
use crate::py::Py;
use crate::reference::Ref;
use crate::{bail, raise};

/// Which end a search starts from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    Left,
    Right,
}

fn find_in<T: Unit>(text: &[T], needle: &PyStr, from: From) -> Option<usize> {
    // A needle with wider characters occurs nowhere.
    let needle = T::view(needle)?;
    match from {
        From::Left => search::find(text, &needle),
        From::Right => search::rfind(text, &needle),
    }
}

impl PyStr {
    /// First place of `needle` within `start..end`.
    pub fn find_str(&self, needle: &PyStr, start: usize, end: usize) -> Option<usize> {
        units!(self.data(), |t| find_in(t.get(start..end)?, needle, From::Left)).map(|at| at + start)
    }

    /// Last place of `needle` within `start..end`.
    pub fn rfind_str(&self, needle: &PyStr, start: usize, end: usize) -> Option<usize> {
        units!(self.data(), |t| find_in(t.get(start..end)?, needle, From::Right)).map(|at| at + start)
    }

    /// `needle in self`.
    #[inline]
    pub fn contains_str(&self, needle: &PyStr) -> bool {
        self.find_str(needle, 0, self.len()).is_some()
    }

    /// First place of a code point.
    pub fn find_char(&self, c: u32) -> Option<usize> {
        use krait_unicode::unit::CodeUnit;
        fn find<T: CodeUnit>(text: &[T], c: u32) -> Option<usize> {
            if c > T::MAX { None } else { T::find_unit(text, T::new(c)) }
        }
        units!(self.data(), |t| find(t, c))
    }

    /// First place of a code point in the part `start..end`.
    pub fn find_char_in(&self, c: u32, start: usize, end: usize) -> Option<usize> {
        use krait_unicode::unit::CodeUnit;
        fn find<T: CodeUnit>(text: &[T], c: u32) -> Option<usize> {
            if c > T::MAX { None } else { T::find_unit(text, T::new(c)) }
        }
        units!(self.data(), |t| find(t.get(start..end)?, c)).map(|at| at + start)
    }

    /// True when the part `start..end` begins (or ends) with `affix`.
    fn has_affix(&self, affix: &PyStr, start: usize, end: usize, at_end: bool) -> bool {
        let (len, kind) = (affix.len(), self.kind());
        if start > end || end - start < len || affix.kind() > kind {
            return len == 0 && start <= end;
        }
        let from = if at_end { end - len } else { start };
        fn same<T: Unit>(text: &[T], from: usize, affix: &PyStr) -> bool {
            T::view(affix).is_some_and(|affix| text.get(from..from + affix.len()) == Some(&*affix))
        }
        units!(self.data(), |t| same(t, from, affix))
    }

    /// `self.startswith(prefix)`.
    pub fn starts_with(&self, prefix: &PyStr) -> bool {
        self.has_affix(prefix, 0, self.len(), false)
    }

    /// `self.endswith(suffix)`.
    pub fn ends_with(&self, suffix: &PyStr) -> bool {
        self.has_affix(suffix, 0, self.len(), true)
    }

    /// `self.replace(old, new, most)`; negative: all.
    pub fn replace_str(&self, py: Py<'_>, old: &PyStr, new: &PyStr, most: isize) -> PyResult<Ref<PyStr>> {
        let most = if most < 0 { usize::MAX } else { most as usize };
        if old.kind() > self.kind() || self.len() < old.len() || core::ptr::eq(old, new) {
            return self.to_exact(py);
        }
        // A result that cannot fit is refused before memory is asked for.
        if new.len() > old.len() {
            let places = units!(self.data(), |t| count_in(t, old, most));
            let growth = (new.len() - old.len()).checked_mul(places);
            let Some(total) =
                growth.and_then(|n| n.checked_add(self.len())).filter(|n| *n <= isize::MAX as usize)
            else {
                bail!(py, OverflowError, "replace string is too long");
            };
            py.expect_room(total.saturating_mul(self.kind().max(new.kind())))?;
        } else {
            py.expect_room(self.len() * self.kind())?;
        }
        fn replaced<T: Unit>(
            py: Py<'_>,
            text: &PyStr,
            old: &PyStr,
            new: &PyStr,
            most: usize,
        ) -> PyResult<Ref<PyStr>> {
            let (Some(t), Some(old), Some(new)) = (T::view(text), T::view(old), T::view(new)) else {
                return text.to_exact(py);
            };
            match search::replace(&t, &old, &new, most) {
                Some(out) => PyStr::from_units(py, &out),
                None => text.to_exact(py),
            }
        }
        match self.kind().max(new.kind()) {
            1 => replaced::<u8>(py, self, old, new, most),
            2 => replaced::<u16>(py, self, old, new, most),
            _ => replaced::<u32>(py, self, old, new, most),
        }
    }
}

fn count_in<T: Unit>(text: &[T], needle: &PyStr, most: usize) -> usize {
    T::view(needle).map_or(0, |needle| search::count(text, &needle, most))
}

#[pymethods(part = "search")]
impl PyStr {
    #[slot]
    fn sq_contains(&self, py: Py<'_>, item: &PyObject) -> PyResult<bool> {
        match item.downcast::<PyStr>() {
            Some(s) => Ok(self.contains_str(s)),
            None => Err(raise!(
                py,
                TypeError,
                "'in <string>' requires string as left operand, not {}",
                item.ty().name()
            )),
        }
    }

    #[pymethod]
    #[sig("($self, sub, start=None, end=None, /)")]
    fn find(&self, _py: Py<'_>, sub: &PyStr, start: Option<SliceBound>, end: Option<SliceBound>) -> isize {
        let at = SliceBound::range(start, end, self.len());
        at.and_then(|r| self.find_str(sub, r.start, r.end)).map_or(-1, |i| i as isize)
    }

    #[pymethod]
    #[sig("($self, sub, start=None, end=None, /)")]
    fn rfind(&self, _py: Py<'_>, sub: &PyStr, start: Option<SliceBound>, end: Option<SliceBound>) -> isize {
        let at = SliceBound::range(start, end, self.len());
        at.and_then(|r| self.rfind_str(sub, r.start, r.end)).map_or(-1, |i| i as isize)
    }

    #[pymethod]
    #[sig("($self, sub, start=None, end=None, /)")]
    fn index(
        &self,
        py: Py<'_>,
        sub: &PyStr,
        start: Option<SliceBound>,
        end: Option<SliceBound>,
    ) -> PyResult<isize> {
        match self.find(py, sub, start, end) {
            -1 => Err(raise!(py, ValueError, "substring not found")),
            at => Ok(at),
        }
    }

    #[pymethod]
    #[sig("($self, sub, start=None, end=None, /)")]
    fn rindex(
        &self,
        py: Py<'_>,
        sub: &PyStr,
        start: Option<SliceBound>,
        end: Option<SliceBound>,
    ) -> PyResult<isize> {
        match self.rfind(py, sub, start, end) {
            -1 => Err(raise!(py, ValueError, "substring not found")),
            at => Ok(at),
        }
    }

    #[pymethod]
    #[sig("($self, sub, start=None, end=None, /)")]
    fn count(&self, _py: Py<'_>, sub: &PyStr, start: Option<SliceBound>, end: Option<SliceBound>) -> usize {
        let Some(r) = SliceBound::range(start, end, self.len()) else { return 0 };
        units!(self.data(), |t| t.get(r).map_or(0, |t| count_in(t, sub, usize::MAX)))
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
        self.any_affix(py, prefix, start, end, false)
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
        self.any_affix(py, suffix, start, end, true)
    }

    #[pymethod]
    fn replace(
        &self,
        py: Py<'_>,
        old: &PyStr,
        new: &PyStr,
        #[default(-1)] count: isize,
    ) -> PyResult<Ref<PyStr>> {
        self.replace_str(py, old, new, count)
    }

    #[pymethod]
    fn removeprefix(&self, py: Py<'_>, prefix: &PyStr) -> PyResult<Ref<PyStr>> {
        let from = if self.starts_with(prefix) { prefix.len() } else { 0 };
        self.substring(py, from, self.len())
    }

    #[pymethod]
    fn removesuffix(&self, py: Py<'_>, suffix: &PyStr) -> PyResult<Ref<PyStr>> {
        let less = if self.ends_with(suffix) { suffix.len() } else { 0 };
        self.substring(py, 0, self.len() - less)
    }
}

impl PyStr {
    fn any_affix(
        &self,
        py: Py<'_>,
        affix: &PyObject,
        start: Option<SliceBound>,
        end: Option<SliceBound>,
        at_end: bool,
    ) -> PyResult<bool> {
        let name = if at_end { "endswith" } else { "startswith" };
        let range = SliceBound::range(start, end, self.len());
        let test = |s: &PyStr| range.clone().is_some_and(|r| self.has_affix(s, r.start, r.end, at_end));
        if let Some(s) = affix.downcast::<PyStr>() {
            return Ok(test(s));
        }
        let Some(tuple) = affix.downcast::<PyTuple>() else {
            bail!(py, TypeError, "{name} first arg must be str or a tuple of str, not {}", affix.ty().name());
        };
        for item in tuple.as_slice() {
            let Some(s) = item.downcast::<PyStr>() else {
                bail!(py, TypeError, "tuple for {name} must only contain str, not {}", item.ty().name());
            };
            if test(s) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
