//! Module `_bisect`: binary search in sorted sequences.

/// Bisection.
#[pymodule(name = "_bisect")]
pub mod _bisect {
    use krait_runtime::prelude::*;

    #[derive(Clone, Copy, PartialEq)]
    enum Side {
        Left,
        Right,
    }

    /// A fresh look at one item: the sequence may change between two looks.
    fn item_at(py: Py<'_>, sequence: &PyObject, index: isize) -> PyResult<Ref<PyObject>> {
        if let Some(list) = sequence.downcast_exact::<PyList>()
            && let Some(item) = list.get(index as usize)
        {
            return Ok(item);
        }
        if let Some(item) = sequence.downcast_exact::<PyTuple>().and_then(|t| t.get(index as usize)) {
            return Ok(item.to_ref());
        }
        if sequence.sequence_slots().is_none_or(|slots| slots.sq_item.get().is_none()) {
            bail!(py, TypeError, "'{}' object does not support indexing", sequence.ty().name());
        }
        sequence.sequence_item(py, index)
    }

    fn search(
        py: Py<'_>,
        side: Side,
        sequence: &PyObject,
        x: &PyObject,
        lo: isize,
        hi: Option<isize>,
        key: Option<&PyObject>,
    ) -> PyResult<isize> {
        if lo < 0 {
            bail!(py, ValueError, "lo must be non-negative");
        }
        let (mut lo, mut hi) = match hi {
            Some(hi) => (lo, hi),
            None => (lo, sequence.len(py)?),
        };
        while lo < hi {
            let mid = ((lo as usize + hi as usize) / 2) as isize;
            let mut item = item_at(py, sequence, mid)?;
            if let Some(key) = key {
                item = key.call(py, &[&item])?;
            }
            let less = match (item.downcast_exact::<PyInt>(), x.downcast_exact::<PyInt>()) {
                (Some(a), Some(b)) if side == Side::Left => a.compare(b).is_lt(),
                (Some(a), Some(b)) => b.compare(a).is_lt(),
                _ if side == Side::Left => item.compare_bool(py, x, CompareOp::Lt)?,
                _ => x.compare_bool(py, &item, CompareOp::Lt)?,
            };
            // To the right of the item?
            if less == (side == Side::Left) {
                lo = mid + 1;
            } else {
                hi = mid;
            }
        }
        Ok(lo)
    }

    /// `hi` may be None.
    fn bound(py: Py<'_>, hi: Option<&PyObject>) -> PyResult<Option<isize>> {
        match hi {
            Some(hi) if !hi.is_none() => {
                hi.to_index_isize(py, "cannot fit '{}' into an index-sized integer").map(Some)
            }
            _ => Ok(None),
        }
    }

    fn insort(
        py: Py<'_>,
        side: Side,
        a: &PyObject,
        x: &PyObject,
        lo: isize,
        hi: Option<isize>,
        key: Option<&PyObject>,
    ) -> PyResult<()> {
        let index = match key {
            Some(key) => {
                let x_key = key.call(py, &[x])?;
                search(py, side, a, &x_key, lo, hi, Some(key))?
            }
            None => search(py, side, a, x, lo, hi, None)?,
        };
        match a.downcast_exact::<PyList>() {
            Some(list) => list.insert(py, index as usize, x.to_ref()),
            None => {
                let index = PyInt::new(py, index as i64)?;
                a.call_method(py, id!(py, "insert"), &[&index, x]).map(drop)
            }
        }
    }

    fn given(key: Option<&PyObject>) -> Option<&PyObject> {
        key.filter(|key| !key.is_none())
    }

    #[pyfunction]
    fn bisect_left(
        py: Py<'_>,
        a: &PyObject,
        x: &PyObject,
        #[default(0)] lo: isize,
        hi: Option<&PyObject>,
        key: Option<&PyObject>,
    ) -> PyResult<isize> {
        search(py, Side::Left, a, x, lo, bound(py, hi)?, given(key))
    }
    #[pyfunction]
    fn bisect_right(
        py: Py<'_>,
        a: &PyObject,
        x: &PyObject,
        #[default(0)] lo: isize,
        hi: Option<&PyObject>,
        key: Option<&PyObject>,
    ) -> PyResult<isize> {
        search(py, Side::Right, a, x, lo, bound(py, hi)?, given(key))
    }
    #[pyfunction]
    fn insort_left(
        py: Py<'_>,
        a: &PyObject,
        x: &PyObject,
        #[default(0)] lo: isize,
        hi: Option<&PyObject>,
        key: Option<&PyObject>,
    ) -> PyResult<()> {
        insort(py, Side::Left, a, x, lo, bound(py, hi)?, given(key))
    }
    #[pyfunction]
    fn insort_right(
        py: Py<'_>,
        a: &PyObject,
        x: &PyObject,
        #[default(0)] lo: isize,
        hi: Option<&PyObject>,
        key: Option<&PyObject>,
    ) -> PyResult<()> {
        insort(py, Side::Right, a, x, lo, bound(py, hi)?, given(key))
    }
}

use krait_macros::pymodule;
