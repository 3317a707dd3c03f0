//! Iteration.

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::exceptions::types;
use crate::py::Py;
use crate::raise;
use crate::reference::Ref;

/// What sending a value into a generator-like object gives (`PyIter_Send`).
pub enum Sent {
    /// It yielded.
    Yielded(Ref<PyObject>),
    /// It returned.
    Returned(Ref<PyObject>),
}

impl PyObject {
    /// Sends a value into a generator, a coroutine, or anything like them.
    pub fn send(&self, py: Py<'_>, value: &PyObject) -> PyResult<Sent> {
        // SAFETY: slot tables live as long as their type; the slots take live objects.
        unsafe {
            if let Some(am_send) = self.ty().tp_as_async.get().as_ref().and_then(|table| table.am_send.get())
            {
                let mut result = core::ptr::null_mut();
                return match am_send(self.as_ptr(), value.as_ptr(), &raw mut result) {
                    1 => Ok(Sent::Yielded(Ref::from_owned(result))),
                    0 => Ok(Sent::Returned(Ref::from_owned(result))),
                    _ => Err(crate::error::Raised::already(py)),
                };
            }
        }
        let outcome = if value.is_none() && self.is_iterator() {
            self.next_or_stop(py)
        } else {
            self.call_method(py, crate::id!(py, "send"), &[value])
        };
        match outcome {
            Ok(value) => Ok(Sent::Yielded(value)),
            Err(raised) if py.error_matches(types::StopIteration()) => {
                let exc = py.fetch(raised);
                exc.get_attr(py, crate::id!(py, "value")).map(Sent::Returned)
            }
            Err(raised) => Err(raised),
        }
    }

    /// `iter(self)`.
    pub fn iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let Some(tp_iter) = self.ty().tp_iter.get() else {
            if self.is_sequence() {
                return crate::objects::iterator::sequence_iterator(py, self);
            }
            return Err(raise!(py, TypeError, "'{}' object is not iterable", self.ty().name()));
        };
        // SAFETY: slot call on a live object.
        let iterator = unsafe { self.check_result(py, tp_iter(self.as_ptr()))? };
        if !iterator.is_iterator() {
            return Err(raise!(
                py,
                TypeError,
                "iter() returned non-iterator of type '{}'",
                iterator.ty().name()
            ));
        }
        Ok(iterator)
    }

    /// True when `next()` works on it.
    pub fn is_iterator(&self) -> bool {
        // A class without `__next__` has a function there that says so.
        let no_next = crate::objects::r#type::dispatch::next_not_implemented as *const () as usize;
        self.ty().tp_iternext.get().is_some_and(|f| f as *const () as usize != no_next)
    }

    #[cold]
    #[inline(never)]
    fn not_an_iterator(&self, py: Py<'_>) -> crate::error::Raised {
        raise!(py, TypeError, "'{}' object is not an iterator", self.ty().name())
    }

    /// The next item of an iterator; `None` when it is exhausted (a `StopIteration` is swallowed).
    #[inline]
    pub fn next(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let Some(tp_iternext) = self.ty().tp_iternext.get() else {
            return Err(self.not_an_iterator(py));
        };
        // SAFETY: slot call on a live object; null means exhausted or raised.
        unsafe {
            let item = tp_iternext(self.as_ptr());
            if !item.is_null() {
                return Ok(Some(Ref::from_owned(item)));
            }
        }
        py.end_of_iteration()
    }

    /// The next item of an iterator, or `None`: exhausted, or with whatever it raised still set, a `StopIteration` too.
    #[inline]
    pub fn next_leaving_error(&self, py: Py<'_>) -> Option<Ref<PyObject>> {
        let Some(tp_iternext) = self.ty().tp_iternext.get() else {
            let _ = self.not_an_iterator(py);
            return None;
        };
        // SAFETY: slot call on a live object; null means exhausted or raised.
        unsafe {
            let item = tp_iternext(self.as_ptr());
            (!item.is_null()).then(|| Ref::from_owned(item))
        }
    }

    /// The next item of an iterator; when it is exhausted, its own `StopIteration` (with its value) or a bare one.
    pub fn next_or_stop(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let Some(tp_iternext) = self.ty().tp_iternext.get() else {
            return Err(self.not_an_iterator(py));
        };
        // SAFETY: slot call on a live object; null means exhausted or raised.
        let item = unsafe { tp_iternext(self.as_ptr()) };
        if item.is_null() && !py.has_error() {
            return Err(py.raise_bare(types::StopIteration()));
        }
        // SAFETY: null with an exception set, or owned.
        unsafe { crate::error::owned_or_raised(py, item) }
    }

    /// `aiter(self)` (`PyObject_GetAIter`).
    pub fn aiter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        // SAFETY: a type's tables live as long as it.
        let slot = unsafe { self.ty().tp_as_async.get().as_ref() }.and_then(|table| table.am_aiter.get());
        let Some(slot) = slot else {
            return Err(raise!(py, TypeError, "'{}' object is not an async iterable", self.ty().name()));
        };
        // SAFETY: slot call on a live object.
        let iterator = unsafe { crate::error::owned_or_raised(py, slot(self.as_ptr()))? };
        if iterator.anext_slot().is_none() {
            let name = iterator.ty().name();
            return Err(raise!(py, TypeError, "aiter() returned not an async iterator of type '{name}'"));
        }
        Ok(iterator)
    }

    fn anext_slot(&self) -> Option<crate::slots::UnaryFunc> {
        // SAFETY: a type's tables live as long as it.
        unsafe { self.ty().tp_as_async.get().as_ref() }.and_then(|table| table.am_anext.get())
    }

    /// What `__anext__` gives: an awaitable.
    pub fn anext(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let Some(slot) = self.anext_slot() else {
            return Err(raise!(py, TypeError, "'{}' object is not an async iterator", self.ty().name()));
        };
        // SAFETY: slot call on a live object.
        unsafe { crate::error::owned_or_raised(py, slot(self.as_ptr())) }
    }

    /// Calls `each` for every item of an iterable.
    pub fn for_each(&self, py: Py<'_>, mut each: impl FnMut(Ref<PyObject>) -> PyResult<()>) -> PyResult<()> {
        if let Some(list) = self.downcast_exact::<crate::objects::PyList>() {
            // The list may change meanwhile.
            let mut at = 0;
            while let Some(item) = list.get(at) {
                each(item)?;
                at += 1;
            }
            return Ok(());
        }
        let iterator = self.iter(py)?;
        while let Some(item) = iterator.next(py)? {
            each(item)?;
        }
        Ok(())
    }

    /// All items of an iterable (`PySequence_List`, into Rust).
    pub fn collect(&self, py: Py<'_>) -> PyResult<Vec<Ref<PyObject>>> {
        if let Some(list) = self.downcast_exact::<crate::objects::PyList>() {
            py.expect_room(size_of::<usize>() * list.len())?;
            return Ok(list.to_vec());
        }
        if let Some(tuple) = self.downcast_exact::<crate::objects::PyTuple>() {
            py.expect_room(size_of::<usize>() * tuple.len())?;
            return Ok(tuple.as_slice().to_vec());
        }
        let mut items = Vec::new();
        let iterator = self.iter(py)?;
        items.try_reserve(self.length_hint(py, 0)?.clamp(0, 1 << 24) as usize).map_err(|_| py.no_memory())?;
        while let Some(item) = iterator.next(py)? {
            items.try_reserve(1).map_err(|_| py.no_memory())?;
            items.push(item);
        }
        Ok(items)
    }
}

impl Py<'_> {
    /// What an exhausted iterator left: nothing, a `StopIteration` (swallowed), or an error.
    #[inline]
    pub fn end_of_iteration(self) -> PyResult<Option<Ref<PyObject>>> {
        if !self.has_error() {
            return Ok(None);
        }
        if self.error_matches(types::StopIteration()) {
            drop(self.take_error());
            return Ok(None);
        }
        Err(crate::error::Raised::already(self))
    }
}
