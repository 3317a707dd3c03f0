//! Iterators over keys, values and items, forwards and backwards. They fail when the dict changes its size.

use core::cell::Cell;

use krait_macros::{pyclass, pymethods};

use super::PyDict;
use super::insert::changed_size;
use crate::error::PyResult;
use crate::id;
use crate::object::PyObject;
use crate::objects::{PyList, PyTuple};
use crate::py::Py;
use crate::raise;
use crate::reference::{Member, PyClass, Ref};

/// Where an iterator stands.
#[repr(C)]
pub struct Cursor {
    dict: Member<PyDict>,
    used: Cell<isize>,
    position: Cell<usize>,
    /// The last pair, given again while nobody else has it.
    result: Member<PyTuple>,
    left: Cell<isize>,
}

impl crate::alloc::Traverse for Cursor {
    fn traverse(&self, visit: &mut crate::alloc::Visitor<'_>) -> core::ffi::c_int {
        match self.dict.traverse(visit) {
            0 => self.result.traverse(visit),
            stop => stop,
        }
    }
    fn clear_references(&self) {
        self.dict.clear_references();
        self.result.clear_references();
    }
}

impl Cursor {
    fn new(dict: &PyDict, backwards: bool) -> Cursor {
        Cursor {
            dict: Member::new(dict.new_ref()),
            used: Cell::new(dict.ma_used.get()),
            position: Cell::new(if backwards { dict.end_position() } else { 0 }),
            result: Member::empty(),
            left: Cell::new(dict.ma_used.get()),
        }
    }

    /// Key and value of the next entry, not counted.
    #[inline(always)]
    fn step(&self, py: Py<'_>, backwards: bool) -> PyResult<Option<(*mut PyObject, *mut PyObject)>> {
        if !backwards && let Some(entry) = self.step_plainly() {
            return Ok(Some(entry));
        }
        self.step_on(py, backwards)
    }

    /// [`Cursor::step`] forwards, where nothing is out of the ordinary.
    #[inline(always)]
    fn step_plainly(&self) -> Option<(*mut PyObject, *mut PyObject)> {
        let (position, left) = (self.position.get(), self.left.get());
        // SAFETY: as in `step_on`.
        let dict = unsafe { self.dict.borrow() }?;
        if dict.ma_used.get() != self.used.get() || left <= 0 {
            return None;
        }
        let entry = dict.plain_entry(position)?;
        self.position.set(position + 1);
        self.left.set(left - 1);
        Some(entry)
    }

    /// [`Cursor::step`] where something is out of the ordinary.
    #[inline(never)]
    fn step_on(&self, py: Py<'_>, backwards: bool) -> PyResult<Option<(*mut PyObject, *mut PyObject)>> {
        // SAFETY: no other code runs before the cursor lets go of the dict, which is then not looked at any more.
        let Some(dict) = (unsafe { self.dict.borrow() }) else { return Ok(None) };
        if dict.ma_used.get() != self.used.get() {
            self.used.set(-1);
            return Err(changed_size(py));
        }
        let mut position = self.position.get();
        let entry =
            if backwards { dict.peek_previous(&mut position) } else { dict.peek_entry(&mut position) };
        self.position.set(position);
        let left = self.left.get();
        if entry.is_none() || left <= 0 {
            return self.end(py, entry.is_some());
        }
        self.left.set(left - 1);
        Ok(entry)
    }

    /// Lets go of the dict; an entry more than there were at the start is an error.
    fn end<T>(&self, py: Py<'_>, more: bool) -> PyResult<Option<T>> {
        drop(self.dict.take());
        if more {
            Err(raise!(py, RuntimeError, "dictionary keys changed during iteration"))
        } else {
            Ok(None)
        }
    }

    fn length_hint(&self) -> isize {
        // SAFETY: only the count is read.
        match unsafe { self.dict.borrow() } {
            Some(dict) if dict.ma_used.get() == self.used.get() => self.left.get(),
            _ => 0,
        }
    }

    fn clone_cursor(&self) -> Cursor {
        Cursor {
            dict: Member::from_option(self.dict.get()),
            used: self.used.clone(),
            position: self.position.clone(),
            result: Member::empty(),
            left: self.left.clone(),
        }
    }
}

macro_rules! iterator {
    ($(#[$doc:meta])* $name:ident, $python:literal, $backwards:literal, |$py:ident, $cursor:ident, $key:ident, $value:ident| $item:expr) => {
        $(#[$doc])*
        #[pyclass(name = $python, gc, disallow_instantiation)]
        #[repr(C)]
        pub struct $name {
            base: PyObject,
            cursor: Cursor,
        }

        impl $name {
            /// An iterator at the start of `dict`.
            pub fn over(py: Py<'_>, dict: &PyDict) -> PyResult<Ref<PyObject>> {
                $name { base: PyObject::HEADER, cursor: Cursor::new(dict, $backwards) }.alloc_exact(py).map(Ref::upcast)
            }
        }

        #[pymethods(class = $python)]
        impl $name {
            #[slot]
            fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
                self.to_ref()
            }
            #[slot]
            fn tp_iternext(&self, $py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
                let $cursor = &self.cursor;
                match $cursor.step($py, $backwards)? {
                    // SAFETY: a live entry; no code has run since.
                    Some(($key, $value)) => unsafe { $item },
                    None => Ok(None),
                }
            }
            #[pymethod]
            fn __length_hint__(&self, _py: Py<'_>) -> isize {
                self.cursor.length_hint()
            }
            #[pymethod]
            fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
                let rest = $name { base: PyObject::HEADER, cursor: self.cursor.clone_cursor() }.alloc_exact(py)?;
                let items = PyList::from_vec(py, rest.as_object().collect(py)?)?;
                let iter = py.frame_builtin(id!(py, "iter"))?;
                let args = PyTuple::from_vec(py, vec![items.upcast()])?;
                PyTuple::from_vec(py, vec![iter, args.upcast()])
            }
        }
    };
}

iterator! {
    /// `dict_keyiterator`.
    DictKeyIterator, "dict_keyiterator", false, |py, _cursor, key, _value| Ok(Some(Ref::from_borrowed(key)))
}
impl DictKeyIterator {
    /// The next key; `None` at the end, and where something is out of the ordinary.
    #[inline(always)]
    pub fn next_plain(&self) -> Option<Ref<PyObject>> {
        let (key, _) = self.cursor.step_plainly()?;
        // SAFETY: a live entry; no code has run since.
        Some(unsafe { Ref::from_borrowed(key) })
    }
}

impl DictValueIterator {
    /// The next value; `None` at the end, and where something is out of the ordinary.
    #[inline(always)]
    pub fn next_plain(&self) -> Option<Ref<PyObject>> {
        let (_, value) = self.cursor.step_plainly()?;
        // SAFETY: as above.
        Some(unsafe { Ref::from_borrowed(value) })
    }
}

impl DictItemIterator {
    /// The next key and value; `None` at the end, and where something is out of the ordinary.
    #[inline(always)]
    pub fn next_plain(&self) -> Option<(Ref<PyObject>, Ref<PyObject>)> {
        let (key, value) = self.cursor.step_plainly()?;
        // SAFETY: as above.
        Some(unsafe { (Ref::from_borrowed(key), Ref::from_borrowed(value)) })
    }
}

iterator! {
    /// `dict_valueiterator`.
    DictValueIterator, "dict_valueiterator", false, |py, _cursor, _key, value| Ok(Some(Ref::from_borrowed(value)))
}
iterator! {
    /// `dict_itemiterator`.
    DictItemIterator, "dict_itemiterator", false,
    |py, cursor, key, value| PyTuple::next_pair(py, &cursor.result, Ref::from_borrowed(key), Ref::from_borrowed(value)).map(|t| Some(t.upcast()))
}
iterator! {
    /// `dict_reversekeyiterator`.
    DictReverseKeyIterator, "dict_reversekeyiterator", true, |py, _cursor, key, _value| Ok(Some(Ref::from_borrowed(key)))
}
iterator! {
    /// `dict_reversevalueiterator`.
    DictReverseValueIterator, "dict_reversevalueiterator", true, |py, _cursor, _key, value| Ok(Some(Ref::from_borrowed(value)))
}
iterator! {
    /// `dict_reverseitemiterator`.
    DictReverseItemIterator, "dict_reverseitemiterator", true,
    |py, cursor, key, value| PyTuple::next_pair(py, &cursor.result, Ref::from_borrowed(key), Ref::from_borrowed(value)).map(|t| Some(t.upcast()))
}
