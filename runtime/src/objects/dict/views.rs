//! `dict_keys`, `dict_items`, `dict_values`: live views with set operations.

use krait_macros::{pyclass, pymethods};

use super::PyDict;
use super::iterators::*;
use crate::error::PyResult;
use crate::id;
use crate::object::PyObject;
use crate::objects::{PyBool, PyFrozenSet, PyList, PySet, PyStr, PyTuple};
use crate::protocol::object::CompareOp;
use crate::py::Py;
use crate::raise;
use crate::reference::{Member, PyClass, Ref};

fn dict_of(py: Py<'_>, dict: &Member<PyDict>) -> PyResult<Ref<PyDict>> {
    dict.get().ok_or_else(|| raise!(py, SystemError, "view without dictionary"))
}

fn view_repr(py: Py<'_>, view: &PyObject) -> PyResult<Ref<PyStr>> {
    let Some(_guard) = py.repr_enter(view)? else { return PyStr::new(py, "...") };
    let items = PyList::from_vec(py, view.collect(py)?)?;
    let inner = items.as_object().repr(py)?;
    PyStr::new(py, &format!("{}({inner})", view.ty().name()))
}

/// True for sets, frozensets and set-like views.
fn is_set_like(object: &PyObject) -> bool {
    object.downcast::<PySet>().is_some()
        || object.downcast::<PyFrozenSet>().is_some()
        || object.downcast::<DictKeysView>().is_some()
        || object.downcast::<DictItems>().is_some()
}

fn all_contained(py: Py<'_>, inner: &PyObject, outer: &PyObject) -> PyResult<bool> {
    let iterator = inner.iter(py)?;
    while let Some(item) = iterator.next(py)? {
        if !outer.contains(py, &item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn compare_views(py: Py<'_>, a: &PyObject, b: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
    if !is_set_like(b) {
        return Ok(py.not_implemented());
    }
    let (x, y) = (a.len(py)?, b.len(py)?);
    let result = match op {
        CompareOp::Eq => x == y && all_contained(py, a, b)?,
        CompareOp::Ne => !(x == y && all_contained(py, a, b)?),
        CompareOp::Lt => x < y && all_contained(py, a, b)?,
        CompareOp::Le => x <= y && all_contained(py, a, b)?,
        CompareOp::Gt => x > y && all_contained(py, b, a)?,
        CompareOp::Ge => x >= y && all_contained(py, b, a)?,
    };
    Ok(PyBool::get(result).to_ref())
}

fn set_of(py: Py<'_>, items: &PyObject) -> PyResult<Ref<PySet>> {
    let set = PySet::new(py)?;
    items.for_each(py, |item| set.add(py, &item).map(drop))?;
    Ok(set)
}

fn combine(py: Py<'_>, a: &PyObject, b: &PyObject, method: &PyStr) -> PyResult<Ref<PyObject>> {
    let set = set_of(py, a)?;
    set.call_method(py, method, &[b])?;
    Ok(set.upcast())
}

fn intersection(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
    let (view, other) = if a.downcast::<DictKeysView>().is_some() || a.downcast::<DictItems>().is_some() {
        (a, b)
    } else {
        (b, a)
    };
    // The smaller side is walked, as far as its size is known.
    let (mut view, mut other) = (view, other);
    if is_set_like(other) && other.len(py)? > view.len(py)? {
        core::mem::swap(&mut view, &mut other);
    }
    let result = PySet::new(py)?;
    let iterator = other.iter(py)?;
    while let Some(item) = iterator.next(py)? {
        if view.contains(py, &item)? {
            result.add(py, &item)?;
        }
    }
    Ok(result.upcast())
}

macro_rules! view {
    ($(#[$doc:meta])* $name:ident, $python:literal, $iterator:ident, $reverse:ident) => {
        $(#[$doc])*
        #[pyclass(name = $python, gc, disallow_instantiation)]
        #[repr(C)]
        pub struct $name {
            base: PyObject,
            dict: Member<PyDict>,
        }
        impl $name {
            /// The payload of a view of `dict`, for view types that build on this one.
            pub fn payload(dict: &PyDict) -> $name {
                $name { base: PyObject::HEADER, dict: Member::new(dict.new_ref()) }
            }
            /// The dict behind the view.
            pub fn dict(&self, py: Py<'_>) -> PyResult<Ref<PyDict>> {
                dict_of(py, &self.dict)
            }
            /// The view of `dict`.
            pub fn over(py: Py<'_>, dict: &PyDict) -> PyResult<Ref<PyObject>> {
                $name { base: PyObject::HEADER, dict: Member::new(dict.new_ref()) }.alloc_exact(py).map(Ref::upcast)
            }
        }
        #[pymethods(class = $python, part = "view")]
        impl $name {
            #[slot]
            fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
                $iterator::over(py, &*dict_of(py, &self.dict)?)
            }
            #[slot]
            fn sq_length(&self, py: Py<'_>) -> PyResult<isize> {
                Ok(dict_of(py, &self.dict)?.len() as isize)
            }
            #[slot]
            fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
                view_repr(py, self)
            }
            #[pymethod]
            fn __reversed__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
                $reverse::over(py, &*dict_of(py, &self.dict)?)
            }
            #[getter]
            fn mapping(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
                crate::objects::mappingproxy::proxy_of(py, &*dict_of(py, &self.dict)?)
            }
        }
    };
}

view! {
    /// `dict_keys`.
    DictKeysView, "dict_keys", DictKeyIterator, DictReverseKeyIterator
}
view! {
    /// `dict_items`.
    DictItems, "dict_items", DictItemIterator, DictReverseItemIterator
}
view! {
    /// `dict_values`.
    DictValuesView, "dict_values", DictValueIterator, DictReverseValueIterator
}

macro_rules! set_like {
    ($name:ident, $python:literal, |$py:ident, $dict:ident, $item:ident| $contains:expr) => {
        #[pymethods(class = $python, parts(view))]
        impl $name {
            #[slot]
            fn sq_contains(&self, $py: Py<'_>, $item: &PyObject) -> PyResult<bool> {
                let $dict = dict_of($py, &self.dict)?;
                $contains
            }
            #[slot]
            fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
                compare_views(py, self, other, op)
            }
            #[slot]
            fn nb_subtract(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
                combine(py, a, b, id!(py, "difference_update"))
            }
            #[slot]
            fn nb_and(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
                intersection(py, a, b)
            }
            #[slot]
            fn nb_xor(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
                combine(py, a, b, id!(py, "symmetric_difference_update"))
            }
            #[slot]
            fn nb_or(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
                combine(py, a, b, id!(py, "update"))
            }
            #[pymethod]
            fn isdisjoint(&self, py: Py<'_>, other: &PyObject) -> PyResult<bool> {
                let this: &PyObject = self;
                if core::ptr::eq(this, other) {
                    return Ok(this.len(py)? == 0);
                }
                let (mut walked, mut asked) = (other, this);
                if is_set_like(other) && other.len(py)? > this.len(py)? {
                    core::mem::swap(&mut walked, &mut asked);
                }
                let iterator = walked.iter(py)?;
                while let Some(item) = iterator.next(py)? {
                    if asked.contains(py, &item)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
        }
    };
}

set_like! { DictKeysView, "dict_keys", |py, dict, item| PyDict::contains(&dict, py, item) }
set_like! { DictItems, "dict_items", |py, dict, item| {
    let Some(pair) = item.downcast::<PyTuple>() else { return Ok(false) };
    let [key, value] = pair.as_slice() else { return Ok(false) };
    match dict.get(py, key)? {
        Some(found) => found.eq(py, value),
        None => Ok(false),
    }
} }

#[pymethods(class = "dict_values", parts(view))]
impl DictValuesView {}
