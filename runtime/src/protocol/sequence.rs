//! Sequences: `PySequence_*`.

use crate::error::{PyResult, Raised};
use crate::object::PyObject;
use crate::objects::exceptions::types;
use crate::objects::r#type::flags;
use crate::py::Py;
use crate::raise;
use crate::reference::Ref;
use crate::slots::PySequenceMethods;

impl PyObject {
    /// The type's sequence table.
    #[inline(always)]
    pub fn sequence_slots(&self) -> Option<&PySequenceMethods> {
        // SAFETY: a non-null table lives as long as the type.
        unsafe { self.ty().tp_as_sequence.get().as_ref() }
    }

    /// `PySequence_Check`: has `sq_item` and is no dict.
    pub fn is_sequence(&self) -> bool {
        !self.ty().has(flags::DICT_SUBCLASS)
            && self.sequence_slots().is_some_and(|s| s.sq_item.get().is_some())
    }

    /// `len(self)`.
    pub fn len(&self, py: Py<'_>) -> PyResult<isize> {
        let sq = self.sequence_slots().and_then(|s| s.sq_length.get());
        let f = sq.or_else(|| self.mapping_slots().and_then(|m| m.mp_length.get()));
        let Some(f) = f else {
            return Err(raise!(py, TypeError, "object of type '{}' has no len()", self.ty().name()));
        };
        // SAFETY: slot call on a live object.
        let n = unsafe { f(self.as_ptr()) };
        if n < 0 { Err(Raised::already(py)) } else { Ok(n) }
    }

    /// `operator.length_hint(self, default)`.
    pub fn length_hint(&self, py: Py<'_>, default: isize) -> PyResult<isize> {
        let has_len = self.sequence_slots().is_some_and(|s| s.sq_length.get().is_some())
            || self.mapping_slots().is_some_and(|m| m.mp_length.get().is_some());
        if has_len {
            match self.len(py) {
                Ok(n) => return Ok(n),
                Err(raised) if py.error_matches(types::TypeError()) => py.clear_error(raised),
                Err(raised) => return Err(raised),
            }
        }
        let Some(hint) = self.lookup_special(py, crate::id!(py, "__length_hint__"))? else {
            return Ok(default);
        };
        let result = match hint.call(py, &[]) {
            Ok(r) => r,
            Err(raised) if py.error_matches(types::TypeError()) => {
                py.clear_error(raised);
                return Ok(default);
            }
            Err(raised) => return Err(raised),
        };
        if result.is(crate::objects::PyNotImplemented::get()) {
            return Ok(default);
        }
        let Some(n) = result.downcast::<crate::objects::PyInt>() else {
            return Err(raise!(
                py,
                TypeError,
                "__length_hint__ must be an integer, not {}",
                result.ty().name()
            ));
        };
        match n.as_i64() {
            Some(n) if n >= 0 => Ok(n as isize),
            Some(_) => Err(raise!(py, ValueError, "__length_hint__() should return >= 0")),
            None => Err(raise!(py, OverflowError, "Python int too large to convert to C ssize_t")),
        }
    }

    /// `self[i]` by `sq_item`; a negative index counts from the end.
    pub fn sequence_item(&self, py: Py<'_>, index: isize) -> PyResult<Ref<PyObject>> {
        let slots = self.sequence_slots();
        let Some(f) = slots.and_then(|s| s.sq_item.get()) else {
            if self.mapping_slots().is_some_and(|m| m.mp_subscript.get().is_some()) {
                return Err(raise!(py, TypeError, "{} is not a sequence", self.ty().name()));
            }
            return Err(raise!(py, TypeError, "'{}' object does not support indexing", self.ty().name()));
        };
        let index = self.wrap_index(py, index)?;
        // SAFETY: slot call on a live object.
        unsafe { self.check_result(py, f(self.as_ptr(), index)) }
    }

    fn wrap_index(&self, py: Py<'_>, index: isize) -> PyResult<isize> {
        if index < 0
            && let Some(f) = self.sequence_slots().and_then(|s| s.sq_length.get())
        {
            // SAFETY: slot call on a live object.
            let n = unsafe { f(self.as_ptr()) };
            return if n < 0 { Err(Raised::already(py)) } else { Ok(index + n) };
        }
        Ok(index)
    }

    /// `self[i] = value` or `del self[i]` by `sq_ass_item`.
    pub fn sequence_assign(&self, py: Py<'_>, index: isize, value: Option<&PyObject>) -> PyResult<()> {
        let Some(f) = self.sequence_slots().and_then(|s| s.sq_ass_item.get()) else {
            // The two texts differ in CPython too.
            let what = if value.is_some() {
                "does not support item assignment"
            } else {
                "doesn't support item deletion"
            };
            return Err(raise!(py, TypeError, "'{}' object {what}", self.ty().name()));
        };
        let index = self.wrap_index(py, index)?;
        // SAFETY: slot call on a live object.
        let r = unsafe { f(self.as_ptr(), index, value.map_or(core::ptr::null_mut(), PyObject::as_ptr)) };
        if r < 0 { Err(Raised::already(py)) } else { Ok(()) }
    }

    /// `self + other` of two sequences (`PySequence_Concat`); `inplace` tries `self += other` first.
    pub fn sequence_concat(&self, py: Py<'_>, other: &PyObject, inplace: bool) -> PyResult<Ref<PyObject>> {
        let slots = self.sequence_slots();
        let own = slots.and_then(|s| if inplace { s.sq_inplace_concat.get() } else { None });
        if let Some(f) = own.or_else(|| slots.and_then(|s| s.sq_concat.get())) {
            // SAFETY: slot call on live objects.
            return unsafe { self.check_result(py, f(self.as_ptr(), other.as_ptr())) };
        }
        if self.is_sequence() && other.is_sequence() {
            let own = if inplace { self.number_slots().and_then(|n| n.nb_inplace_add.get()) } else { None };
            if let Some(f) = own {
                // SAFETY: slot call on live objects.
                let result = unsafe { self.check_result(py, f(self.as_ptr(), other.as_ptr()))? };
                if !result.is(crate::objects::PyNotImplemented::get()) {
                    return Ok(result);
                }
            }
            let result = self.try_binary(py, other, super::number::ADD)?;
            if !result.is(crate::objects::PyNotImplemented::get()) {
                return Ok(result);
            }
        }
        Err(raise!(py, TypeError, "'{}' object can't be concatenated", self.ty().name()))
    }

    /// `item in self`.
    pub fn contains(&self, py: Py<'_>, item: &PyObject) -> PyResult<bool> {
        if let Some(f) = self.sequence_slots().and_then(|s| s.sq_contains.get()) {
            // SAFETY: slot call on live objects.
            let r = unsafe { f(self.as_ptr(), item.as_ptr()) };
            return if r < 0 { Err(Raised::already(py)) } else { Ok(r != 0) };
        }
        self.contains_by_iterating(py, item)
    }

    /// The same by going over the items (`_PySequence_IterSearch`).
    pub(crate) fn contains_by_iterating(&self, py: Py<'_>, item: &PyObject) -> PyResult<bool> {
        let iterator = match self.iter(py) {
            Ok(it) => it,
            Err(raised) if py.error_matches(types::TypeError()) && self.ty().tp_iter.get().is_none() => {
                py.clear_error(raised);
                return Err(raise!(
                    py,
                    TypeError,
                    "argument of type '{}' is not a container or iterable",
                    self.ty().name()
                ));
            }
            Err(raised) => return Err(raised),
        };
        while let Some(x) = iterator.next(py)? {
            if x.is(item) || x.eq(py, item)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
