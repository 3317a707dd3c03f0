//! `slice`.

use krait_macros::{pyclass, pymethods};

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyInt, PyList, PyStr, PyTuple, PyType};
use crate::protocol::object::CompareOp;
use crate::py::Py;
use crate::raise;
use crate::reference::{Member, PyClass, Ref};

/// `PySliceObject`.
#[pyclass(name = "slice", gc)]
#[repr(C)]
pub struct PySlice {
    pub(crate) ob_base: PyObject,
    #[pymember("start", object, readonly)]
    pub(crate) start: Member<PyObject>,
    #[pymember("stop", object, readonly)]
    pub(crate) stop: Member<PyObject>,
    #[pymember("step", object, readonly)]
    pub(crate) step: Member<PyObject>,
}

/// A slice applied to a length: `start`, `stop`, `step`, and how many items it selects.
#[derive(Clone, Copy, Debug)]
pub struct Indices {
    /// First index.
    pub start: isize,
    /// Index past the last.
    pub stop: isize,
    /// Never zero.
    pub step: isize,
    /// Number of items.
    pub len: usize,
}

/// Clips slice bounds to a length (`PySlice_AdjustIndices`).
#[inline]
pub fn adjust(start: isize, stop: isize, step: isize, length: usize) -> Indices {
    let length = length as isize;
    let clip = |i: isize| {
        if i < 0 {
            let i = i.saturating_add(length);
            if i < 0 { if step < 0 { -1 } else { 0 } } else { i }
        } else if i >= length {
            if step < 0 { length - 1 } else { length }
        } else {
            i
        }
    };
    let (start, stop) = (clip(start), clip(stop));
    let len = if step < 0 {
        if stop < start { ((start - stop - 1) / step.saturating_neg() + 1) as usize } else { 0 }
    } else if start < stop {
        (if step == 1 { stop - start } else { (stop - start - 1) / step + 1 }) as usize
    } else {
        0
    };
    Indices { start, stop, step, len }
}

/// One bound: `None` is the default, others go through `__index__`.
#[inline]
fn bound(py: Py<'_>, value: &Member<PyObject>, default: isize) -> PyResult<isize> {
    // SAFETY: nothing runs while a plain bound is looked at.
    if let Some(bound) = unsafe { value.borrow() }.and_then(|v| plain_bound(v, default)) {
        return Ok(bound);
    }
    match value.get() {
        Some(v) if !v.is_none() => {
            if !v.is_index() {
                return Err(raise!(
                    py,
                    TypeError,
                    "slice indices must be integers or None or have an __index__ method"
                ));
            }
            v.to_index_clipped(py)
        }
        _ => Ok(default),
    }
}

/// A bound that is `None` or a short int; others give nothing.
#[inline(always)]
fn plain_bound(value: &PyObject, default: isize) -> Option<isize> {
    match value.downcast_exact::<PyInt>() {
        Some(n) => n.as_compact().map(|n| n as isize),
        None => value.is_none().then_some(default),
    }
}

/// `start` and number of items of `[start:stop]` with plain bounds over `length` items.
#[inline]
fn plain_range(start: &PyObject, stop: &PyObject, length: usize) -> Option<(usize, usize)> {
    let r = adjust(plain_bound(start, 0)?, plain_bound(stop, isize::MAX)?, 1, length);
    Some((r.start as usize, r.len))
}

/// `container[start:stop]` of an exact list, tuple or string with plain bounds, without a slice object; `None` for all else.
pub fn get_range(
    py: Py<'_>,
    container: &PyObject,
    start: &PyObject,
    stop: &PyObject,
) -> PyResult<Option<Ref<PyObject>>> {
    if let Some(list) = container.downcast_exact::<PyList>() {
        let Some((at, n)) = plain_range(start, stop, list.len()) else { return Ok(None) };
        return list.slice(py, at, n).map(|list| Some(list.upcast()));
    }
    if let Some(text) = container.downcast_exact::<PyStr>() {
        let Some((at, n)) = plain_range(start, stop, text.len()) else { return Ok(None) };
        return text.substring(py, at, at + n).map(|text| Some(text.upcast()));
    }
    if let Some(tuple) = container.downcast_exact::<PyTuple>() {
        let Some((at, n)) = plain_range(start, stop, tuple.len()) else { return Ok(None) };
        return tuple.slice(py, at, at + n).map(|tuple| Some(tuple.upcast()));
    }
    Ok(None)
}

/// `list[start:stop] = value` of an exact list with plain bounds by an exact tuple or another exact list, without a slice object;
/// `false`: it is something else.
pub fn set_range(
    py: Py<'_>,
    container: &PyObject,
    start: &PyObject,
    stop: &PyObject,
    value: &PyObject,
) -> PyResult<bool> {
    let Some(list) = container.downcast_exact::<PyList>() else { return Ok(false) };
    let Some((at, n)) = plain_range(start, stop, list.len()) else { return Ok(false) };
    match list.replace_by_items(py, at, at + n, value) {
        Some(result) => result.map(|()| true),
        None => Ok(false),
    }
}

impl PySlice {
    /// `slice(start, stop, step)`.
    pub fn new(py: Py<'_>, start: &PyObject, stop: &PyObject, step: &PyObject) -> PyResult<Ref<PySlice>> {
        PySlice {
            ob_base: PyObject::HEADER,
            start: Member::new(start.to_ref()),
            stop: Member::new(stop.to_ref()),
            step: Member::new(step.to_ref()),
        }
        .alloc_exact(py)
    }

    /// Bounds as numbers, not clipped to any length (`PySlice_Unpack`).
    pub fn unpack(&self, py: Py<'_>) -> PyResult<(isize, isize, isize)> {
        let step = bound(py, &self.step, 1)?;
        if step == 0 {
            return Err(raise!(py, ValueError, "slice step cannot be zero"));
        }
        let step = step.max(-isize::MAX);
        let start = bound(py, &self.start, if step < 0 { isize::MAX } else { 0 })?;
        let stop = bound(py, &self.stop, if step < 0 { isize::MIN } else { isize::MAX })?;
        Ok((start, stop, step))
    }

    /// Applies the slice to a sequence (`PySlice_Unpack` + `PySlice_AdjustIndices`). How many items that has is asked only when
    /// the bounds' `__index__` methods have run: they may change it.
    pub fn indices(&self, py: Py<'_>, length: impl FnOnce() -> usize) -> PyResult<Indices> {
        let (start, stop, step) = self.unpack(py)?;
        Ok(adjust(start, stop, step, length()))
    }

    /// First index and the one past the last over `length` items, when the step is one and all bounds are plain.
    pub(crate) fn plain_range(&self, length: usize) -> Option<(usize, usize)> {
        // SAFETY: nothing runs while the bounds are looked at.
        unsafe {
            if plain_bound(self.step.borrow()?, 1)? != 1 {
                return None;
            }
            let (at, n) = plain_range(self.start.borrow()?, self.stop.borrow()?, length)?;
            Some((at, at + n))
        }
    }

    fn parts(&self, py: Py<'_>) -> [Ref<PyObject>; 3] {
        [&self.start, &self.stop, &self.step].map(|m| m.get().unwrap_or_else(|| py.none()))
    }
}

fn negative(n: &PyInt) -> bool {
    n.is_negative()
}

/// `slice.indices(length)` for ints of any size.
fn long_indices(py: Py<'_>, slice: &PySlice, length: &PyInt) -> PyResult<[Ref<PyInt>; 3]> {
    let length = &*length.to_exact(py)?;
    let zero = PyInt::new(py, 0)?;
    let index = |v: &PyObject| -> PyResult<Ref<PyInt>> {
        if v.is_index() {
            v.index(py)?.to_exact(py)
        } else {
            Err(raise!(py, TypeError, "slice indices must be integers or None or have an __index__ method"))
        }
    };
    let [start, stop, step] = slice.parts(py);
    let step = if step.is_none() { PyInt::new(py, 1)? } else { index(&step)? };
    if step.is_zero() {
        return Err(raise!(py, ValueError, "slice step cannot be zero"));
    }
    let backwards = negative(&step);
    let minus_one = PyInt::new(py, -1)?;
    let (lower, upper) = if backwards {
        (minus_one.clone(), int(PyObject::add(length, py, &minus_one)?)?)
    } else {
        (zero.clone(), length.new_ref())
    };
    let clip = |v: &PyObject, default: &Ref<PyInt>| -> PyResult<Ref<PyInt>> {
        if v.is_none() {
            return Ok(default.clone());
        }
        let mut n = index(v)?;
        if negative(&n) {
            n = int(n.as_object().add(py, length)?)?;
            if n.compare(&lower).is_lt() { Ok(lower.clone()) } else { Ok(n) }
        } else if n.compare(&upper).is_gt() {
            Ok(upper.clone())
        } else {
            Ok(n)
        }
    };
    let (first, last) = if backwards { (&upper, &lower) } else { (&lower, &upper) };
    let start = clip(&start, first)?;
    let stop = clip(&stop, last)?;
    Ok([start, stop, step])
}

fn int(object: Ref<PyObject>) -> PyResult<Ref<PyInt>> {
    // SAFETY: the sum of two exact ints is an int.
    Ok(unsafe { object.cast_into_unchecked() })
}

#[pymethods(class = "slice")]
impl PySlice {
    #[new]
    #[sig("(start, stop=None, step=None, /)")]
    fn slice_new(
        py: Py<'_>,
        _cls: &PyType,
        start: &PyObject,
        stop: Option<&PyObject>,
        step: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let none = crate::objects::PyNone::get();
        let (start, stop) = match stop {
            Some(stop) => (start, stop),
            None => (none, start),
        };
        PySlice::new(py, start, stop, step.unwrap_or(none)).map(Ref::upcast)
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let [start, stop, step] = self.parts(py);
        PyStr::new(py, &format!("slice({}, {}, {})", start.repr(py)?, stop.repr(py)?, step.repr(py)?))
    }

    #[slot]
    fn tp_hash(&self, py: Py<'_>) -> PyResult<isize> {
        let mut combined = krait_numeric::hash::TupleHash::new();
        for part in self.parts(py) {
            combined.add(part.hash(py)? as i64);
        }
        Ok(combined.finish_plain() as isize)
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let Some(other) = other.downcast::<PySlice>() else { return Ok(py.not_implemented()) };
        let a = PyTuple::from_vec(py, self.parts(py).into())?;
        let b = PyTuple::from_vec(py, other.parts(py).into())?;
        a.as_object().rich_compare(py, &b, op)
    }

    #[pymethod(name = "indices")]
    fn py_indices(&self, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyTuple>> {
        let length = object.index(py)?;
        if length.is_negative() {
            return Err(raise!(py, ValueError, "length should not be negative"));
        }
        let parts = long_indices(py, self, &length)?;
        PyTuple::from_vec(py, parts.map(Ref::upcast).into())
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let args = PyTuple::from_vec(py, self.parts(py).into())?;
        PyTuple::from_vec(py, vec![self.ty().to_ref(), args.upcast()])
    }
}
