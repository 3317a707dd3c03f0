//! `range` and its iterators: machine words on the fast path, ints of any size otherwise.

use core::cell::Cell;

use krait_macros::{pyclass, pymethods};

use crate::error::PyResult;
use crate::id;
use crate::object::PyObject;
use crate::objects::{PyBool, PyInt, PySlice, PyStr, PyTuple, PyType};
use crate::protocol::number;
use crate::protocol::object::CompareOp;
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};

/// `rangeobject`.
#[pyclass(name = "range", sequence)]
#[repr(C)]
pub struct PyRange {
    base: PyObject,
    #[pymember("start", object_ex, readonly)]
    start: crate::reference::Member<PyInt>,
    #[pymember("stop", object_ex, readonly)]
    stop: crate::reference::Member<PyInt>,
    #[pymember("step", object_ex, readonly)]
    step: crate::reference::Member<PyInt>,
    length: crate::reference::Member<PyInt>,
}

/// Exact int arithmetic on ints of any size.
fn op(py: Py<'_>, a: &PyInt, b: &PyInt, op: number::BinaryOp) -> PyResult<Ref<PyInt>> {
    let r = a.binary_op(py, b, op)?;
    r.downcast_into().map_err(|r| raise!(py, TypeError, "expected int, got {}", r.ty().name()))
}

fn small(py: Py<'_>, n: i64) -> PyResult<Ref<PyInt>> {
    PyInt::new(py, n)
}

/// Number of items from `start` to `stop` in steps of `step`.
fn length_of(py: Py<'_>, start: &PyInt, stop: &PyInt, step: &PyInt) -> PyResult<Ref<PyInt>> {
    if let (Some(a), Some(b), Some(s)) = (start.as_i64(), stop.as_i64(), step.as_i64()) {
        let (a, b, s) = (i128::from(a), i128::from(b), i128::from(s));
        let n = if s > 0 && a < b {
            (b - a - 1) / s + 1
        } else if s < 0 && a > b {
            (a - b - 1) / -s + 1
        } else {
            0
        };
        return PyInt::from_i128(py, n);
    }
    let (low, high, step) = if step.is_negative() {
        (stop, start, op(py, &*small(py, 0)?, step, number::SUBTRACT)?)
    } else {
        (start, stop, step.new_ref())
    };
    if low.compare(high).is_ge() {
        return small(py, 0);
    }
    let one = small(py, 1)?;
    let span = op(py, &*op(py, high, low, number::SUBTRACT)?, &one, number::SUBTRACT)?;
    op(py, &*op(py, &span, &step, number::FLOOR_DIVIDE)?, &one, number::ADD)
}

impl PyRange {
    /// `range(start, stop, step)` of exact ints; the step is not zero.
    fn make(py: Py<'_>, start: Ref<PyInt>, stop: Ref<PyInt>, step: Ref<PyInt>) -> PyResult<Ref<PyRange>> {
        use crate::reference::Member;
        let length = length_of(py, &start, &stop, &step)?;
        PyRange {
            base: PyObject::HEADER,
            start: Member::new(start),
            stop: Member::new(stop),
            step: Member::new(step),
            length: Member::new(length),
        }
        .alloc_exact(py)
    }

    /// Start, stop, step and length; they never change.
    fn parts(&self) -> Option<(&PyInt, &PyInt, &PyInt, &PyInt)> {
        // SAFETY: the fields are set once, before anybody sees the range.
        unsafe {
            Some((self.start.borrow()?, self.stop.borrow()?, self.step.borrow()?, self.length.borrow()?))
        }
    }

    fn known(&self, py: Py<'_>) -> PyResult<(&PyInt, &PyInt, &PyInt, &PyInt)> {
        self.parts().ok_or_else(|| raise!(py, SystemError, "range without bounds"))
    }

    /// Start, step and length as machine words, when start, step and one past the last item fit.
    pub fn as_words(&self) -> Option<(i64, i64, i64)> {
        let (start, _, step, length) = self.parts()?;
        let (a, s, n) = (start.as_i64()?, step.as_i64()?, length.as_i64()?);
        a.checked_add(s.checked_mul(n)?)?;
        Some((a, s, n))
    }

    fn item(&self, py: Py<'_>, index: &PyInt) -> PyResult<Ref<PyInt>> {
        let (start, _, step, _) = self.known(py)?;
        if let (Some((a, s, _)), Some(i)) = (self.as_words(), index.as_i64()) {
            return PyInt::new(py, a.wrapping_add(s.wrapping_mul(i)));
        }
        op(py, start, &*op(py, step, index, number::MULTIPLY)?, number::ADD)
    }

    fn contains_int(&self, py: Py<'_>, n: &PyInt) -> PyResult<bool> {
        let (start, stop, step, _) = self.known(py)?;
        let inside = if step.is_negative() {
            n.compare(stop).is_gt() && n.compare(start).is_le()
        } else {
            n.compare(start).is_ge() && n.compare(stop).is_lt()
        };
        if !inside {
            return Ok(false);
        }
        let offset = op(py, n, start, number::SUBTRACT)?;
        Ok(op(py, &offset, step, number::REMAINDER)?.is_zero())
    }
}

#[pymethods(class = "range")]
impl PyRange {
    #[slot]
    fn tp_vectorcall(cls: &PyType, py: Py<'_>, args: crate::args::Args<'_>) -> PyResult<Ref<PyObject>> {
        if args.has_keywords() {
            return Err(raise!(py, TypeError, "range() takes no keyword arguments"));
        }
        build(py, cls, args.positional())
    }

    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        args: &PyTuple,
        kwargs: Option<&crate::objects::PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        crate::args::no_keywords(py, "range", kwargs)?;
        let args: Vec<&PyObject> = args.as_slice().iter().map(|a| &**a).collect();
        build(py, cls, &args)
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let (start, stop, step, _) = self.known(py)?;
        let (start, stop) = (PyObject::repr(start, py)?, PyObject::repr(stop, py)?);
        if step.as_i64() == Some(1) {
            return PyStr::new(py, &format!("range({start}, {stop})"));
        }
        PyStr::new(py, &format!("range({start}, {stop}, {})", PyObject::repr(step, py)?))
    }

    #[slot]
    fn tp_hash(&self, py: Py<'_>) -> PyResult<isize> {
        let (start, _, step, length) = self.known(py)?;
        let none = crate::objects::PyNone::get();
        let (a, b): (&PyObject, &PyObject) = if length.is_zero() {
            (none, none)
        } else if length.as_i64() == Some(1) {
            (start, none)
        } else {
            (start, step)
        };
        PyTuple::new(py, &[length, a, b])?.as_object().hash(py)
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, compare: CompareOp) -> PyResult<Ref<PyObject>> {
        let (Some(other), CompareOp::Eq | CompareOp::Ne) = (other.downcast::<PyRange>(), compare) else {
            return Ok(py.not_implemented());
        };
        let (a, _, s, n) = self.known(py)?;
        let (b, _, t, m) = other.known(py)?;
        let same = |x: &PyInt, y: &PyInt| x.compare(y).is_eq();
        let equal = same(n, m) && (n.is_zero() || same(a, b) && (n.as_i64() == Some(1) || same(s, t)));
        Ok(PyBool::get(equal == (compare == CompareOp::Eq)).to_ref())
    }

    #[slot]
    fn nb_bool(&self, py: Py<'_>) -> PyResult<bool> {
        Ok(!self.known(py)?.3.is_zero())
    }

    #[slot]
    fn sq_length(&self, py: Py<'_>) -> PyResult<isize> {
        match self.known(py)?.3.as_i64() {
            Some(n) => Ok(n as isize),
            None => Err(raise!(py, OverflowError, "Python int too large to convert to C ssize_t")),
        }
    }

    #[slot]
    fn mp_length(&self, py: Py<'_>) -> PyResult<isize> {
        self.sq_length(py)
    }

    #[slot]
    fn sq_item(&self, py: Py<'_>, index: isize) -> PyResult<Ref<PyInt>> {
        self.at(py, &*PyInt::new(py, index as i64)?)
    }

    #[slot]
    fn sq_contains(&self, py: Py<'_>, x: &PyObject) -> PyResult<bool> {
        if PyInt::check_exact(x) || PyBool::check(x) {
            return self.contains_int(py, &*x.index(py)?);
        }
        let iterator = self.tp_iter(py)?;
        while let Some(item) = iterator.next(py)? {
            if item.eq(py, x)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    #[slot]
    fn mp_subscript(&self, py: Py<'_>, key: &PyObject) -> PyResult<Ref<PyObject>> {
        if key.is_index() {
            let index = key.index(py)?;
            return self.at(py, &index).map(Ref::upcast);
        }
        let Some(slice) = key.downcast::<PySlice>() else {
            return Err(raise!(
                py,
                TypeError,
                "range indices must be integers or slices, not {}",
                key.ty().name()
            ));
        };
        let (_, _, step, length) = self.known(py)?;
        let parts = PyObject::call_method(slice, py, id!(py, "indices"), &[length])?;
        let parts = parts.collect(py)?;
        let [a, b, s] = parts.as_slice() else {
            return Err(raise!(py, SystemError, "slice.indices gave no triple"));
        };
        let (a, b, s) = (a.index(py)?, b.index(py)?, s.index(py)?);
        let start = self.item(py, &a)?;
        let stop = self.item(py, &b)?;
        PyRange::make(py, start, stop, op(py, step, &s, number::MULTIPLY)?).map(Ref::upcast)
    }

    #[slot]
    fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        if let Some((start, step, len)) = self.as_words() {
            return PyRangeIterator::over(py, start, step, len);
        }
        let (start, _, step, length) = self.known(py)?;
        PyLongRangeIterator::over(py, start.new_ref(), step.new_ref(), length.new_ref())
    }

    #[pymethod]
    fn __reversed__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        if let Some((start, step, len)) = self.as_words()
            && let Some(negated) = step.checked_neg()
        {
            return PyRangeIterator::over(py, start.wrapping_add(step.wrapping_mul(len - 1)), negated, len);
        }
        let (_, _, step, length) = self.known(py)?;
        let last = op(py, length, &*small(py, 1)?, number::SUBTRACT)?;
        let first = self.item(py, &last)?;
        let step = op(py, &*small(py, 0)?, step, number::SUBTRACT)?;
        PyLongRangeIterator::over(py, first, step, length.new_ref())
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let (start, stop, step, _) = self.known(py)?;
        let args = PyTuple::new(py, &[start, stop, step])?;
        PyTuple::new(py, &[self.ty(), &args])
    }

    #[pymethod]
    fn count(&self, py: Py<'_>, object: &PyObject) -> PyResult<isize> {
        if PyInt::check_exact(object) || PyBool::check(object) {
            return Ok(isize::from(self.contains_int(py, &*object.index(py)?)?));
        }
        let (mut n, iterator) = (0, self.tp_iter(py)?);
        while let Some(item) = iterator.next(py)? {
            n += isize::from(item.eq(py, object)?);
        }
        Ok(n)
    }

    #[pymethod]
    fn index(&self, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyInt>> {
        if PyInt::check_exact(object) || PyBool::check(object) {
            let n = object.index(py)?;
            if self.contains_int(py, &n)? {
                let (start, _, step, _) = self.known(py)?;
                return op(py, &*op(py, &n, start, number::SUBTRACT)?, step, number::FLOOR_DIVIDE);
            }
            return Err(raise!(py, ValueError, "range.index(x): x not in range"));
        }
        let (mut i, iterator) = (0, self.tp_iter(py)?);
        while let Some(item) = iterator.next(py)? {
            if item.eq(py, object)? {
                return PyInt::new(py, i);
            }
            i += 1;
        }
        Err(raise!(py, ValueError, "sequence.index(x): x not in sequence"))
    }
}

impl PyRange {
    fn at(&self, py: Py<'_>, index: &PyInt) -> PyResult<Ref<PyInt>> {
        let (_, _, _, length) = self.known(py)?;
        let wrapped = if index.is_negative() { op(py, index, length, number::ADD)? } else { index.new_ref() };
        if wrapped.is_negative() || wrapped.compare(length).is_ge() {
            return Err(raise!(py, IndexError, "range object index out of range"));
        }
        self.item(py, &wrapped)
    }
}

fn build(py: Py<'_>, _cls: &PyType, args: &[&PyObject]) -> PyResult<Ref<PyObject>> {
    let (start, stop, step) = match args {
        [stop] => (small(py, 0)?, stop.index(py)?.to_exact(py)?, small(py, 1)?),
        [start, stop] => (start.index(py)?.to_exact(py)?, stop.index(py)?.to_exact(py)?, small(py, 1)?),
        [start, stop, step] => {
            let (start, stop) = (start.index(py)?.to_exact(py)?, stop.index(py)?.to_exact(py)?);
            let step = step.index(py)?.to_exact(py)?;
            if step.is_zero() {
                return Err(raise!(py, ValueError, "range() arg 3 must not be zero"));
            }
            (start, stop, step)
        }
        [] => return Err(raise!(py, TypeError, "range expected at least 1 argument, got 0")),
        more => return Err(raise!(py, TypeError, "range expected at most 3 arguments, got {}", more.len())),
    };
    PyRange::make(py, start, stop, step).map(Ref::upcast)
}

/// `range_iterator`; the interpreter's `FOR_ITER_RANGE` steps it directly.
#[pyclass(name = "range_iterator", disallow_instantiation)]
#[repr(C)]
pub struct PyRangeIterator {
    base: PyObject,
    /// The next value.
    pub start: Cell<i64>,
    /// Added each time.
    pub step: i64,
    /// Values left.
    pub len: Cell<i64>,
}

impl PyRangeIterator {
    /// An iterator over `len` values from `start`.
    pub fn over(py: Py<'_>, start: i64, step: i64, len: i64) -> PyResult<Ref<PyObject>> {
        PyRangeIterator { base: PyObject::HEADER, start: Cell::new(start), step, len: Cell::new(len) }
            .alloc_exact(py)
            .map(Ref::upcast)
    }
}

#[pymethods(class = "range_iterator")]
impl PyRangeIterator {
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }
    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyInt>>> {
        let left = self.len.get();
        if left <= 0 {
            return Ok(None);
        }
        let value = self.start.get();
        self.start.set(value.wrapping_add(self.step));
        self.len.set(left - 1);
        PyInt::new(py, value).map(Some)
    }
    #[pymethod]
    fn __length_hint__(&self, _py: Py<'_>) -> i64 {
        self.len.get()
    }
    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let stop = self.start.get().wrapping_add(self.step.wrapping_mul(self.len.get()));
        let range = PyRange::make(py, small(py, self.start.get())?, small(py, stop)?, small(py, self.step)?)?;
        let args = PyTuple::from_vec(py, vec![range.upcast()])?;
        PyTuple::from_vec(py, vec![py.frame_builtin(id!(py, "iter"))?, args.upcast(), py.none()])
    }
    #[pymethod]
    fn __setstate__(&self, py: Py<'_>, state: &PyObject) -> PyResult<()> {
        let index: i64 = crate::args::extract(py, state, "__setstate__", 0)?;
        let index = index.clamp(0, self.len.get());
        self.start.set(self.start.get().wrapping_add(self.step.wrapping_mul(index)));
        self.len.set(self.len.get() - index);
        Ok(())
    }
}

/// `longrange_iterator`.
#[pyclass(name = "longrange_iterator", disallow_instantiation)]
#[repr(C)]
pub struct PyLongRangeIterator {
    base: PyObject,
    start: crate::reference::Member<PyInt>,
    step: crate::reference::Member<PyInt>,
    len: crate::reference::Member<PyInt>,
}

impl PyLongRangeIterator {
    fn over(py: Py<'_>, start: Ref<PyInt>, step: Ref<PyInt>, len: Ref<PyInt>) -> PyResult<Ref<PyObject>> {
        use crate::reference::Member;
        PyLongRangeIterator {
            base: PyObject::HEADER,
            start: Member::new(start),
            step: Member::new(step),
            len: Member::new(len),
        }
        .alloc_exact(py)
        .map(Ref::upcast)
    }
}

#[pymethods(class = "longrange_iterator")]
impl PyLongRangeIterator {
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }
    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyInt>>> {
        let (Some(start), Some(step), Some(len)) = (self.start.get(), self.step.get(), self.len.get()) else {
            return Ok(None);
        };
        if len.is_zero() || len.is_negative() {
            return Ok(None);
        }
        self.len.set(op(py, &len, &*small(py, 1)?, number::SUBTRACT)?);
        self.start.set(op(py, &start, &step, number::ADD)?);
        Ok(Some(start))
    }
    #[pymethod]
    fn __length_hint__(&self, py: Py<'_>) -> Ref<PyObject> {
        self.len.get().map_or_else(|| py.none(), Ref::upcast)
    }
    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let (Some(start), Some(step), Some(len)) = (self.start.get(), self.step.get(), self.len.get()) else {
            return PyTuple::empty(py);
        };
        let stop = op(py, &start, &*op(py, &step, &len, number::MULTIPLY)?, number::ADD)?;
        let range = PyRange::make(py, start, stop, step)?;
        let args = PyTuple::from_vec(py, vec![range.upcast()])?;
        PyTuple::from_vec(py, vec![py.frame_builtin(id!(py, "iter"))?, args.upcast(), py.none()])
    }
    #[pymethod]
    fn __setstate__(&self, py: Py<'_>, state: &PyObject) -> PyResult<()> {
        let (Some(start), Some(step), Some(len)) = (self.start.get(), self.step.get(), self.len.get()) else {
            return Ok(());
        };
        let mut index = state.index(py)?;
        if index.is_negative() {
            index = small(py, 0)?;
        } else if index.compare(&len).is_gt() {
            index = len.clone();
        }
        self.start.set(op(py, &start, &*op(py, &step, &index, number::MULTIPLY)?, number::ADD)?);
        self.len.set(op(py, &len, &index, number::SUBTRACT)?);
        Ok(())
    }
}
