//! Module `_heapq`: heaps in lists, least or greatest item first. Comparisons happen in the order CPython makes them.

/// Heaps.
#[pymodule(name = "_heapq")]
pub mod _heapq {
    use krait_runtime::prelude::*;

    /// Which end comes first.
    #[derive(Clone, Copy, PartialEq)]
    enum Order {
        Min,
        Max,
    }

    #[pyattr]
    fn __about__(py: Py<'_>) -> PyResult<Ref<PyStr>> {
        PyStr::new(py, include_str!("heapq_about.txt"))
    }

    impl Order {
        /// Does `a` belong above `b`?
        #[inline]
        fn above(self, py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<bool> {
            let (a, b) = if self == Order::Min { (a, b) } else { (b, a) };
            match (a.downcast_exact::<PyInt>(), b.downcast_exact::<PyInt>()) {
                (Some(a), Some(b)) => Ok(a.compare(b).is_lt()),
                _ => a.compare_bool(py, b, CompareOp::Lt),
            }
        }
    }

    fn out_of_range(py: Py<'_>) -> Raised {
        raise!(py, IndexError, "index out of range")
    }

    fn same_size(py: Py<'_>, heap: &PyList, size: usize) -> PyResult<()> {
        if heap.len() != size {
            bail!(py, RuntimeError, "list changed size during iteration");
        }
        Ok(())
    }

    /// Moves the item at `pos` towards `start` until its parent is above it.
    fn sift_down(py: Py<'_>, heap: &PyList, start: usize, mut pos: usize, order: Order) -> PyResult<()> {
        let size = heap.len();
        if pos >= size {
            return Err(out_of_range(py));
        }
        while pos > start {
            let parent = (pos - 1) >> 1;
            let (Some(item), Some(above)) = (heap.get(pos), heap.get(parent)) else {
                return Err(out_of_range(py));
            };
            let wins = order.above(py, &item, &above)?;
            same_size(py, heap, size)?;
            if !wins {
                break;
            }
            heap.swap(parent, pos);
            pos = parent;
        }
        Ok(())
    }

    /// Moves the item at `pos` down to a leaf along the winning children, then up to its place.
    fn sift_up(py: Py<'_>, heap: &PyList, mut pos: usize, order: Order) -> PyResult<()> {
        let (start, size) = (pos, heap.len());
        if pos >= size {
            return Err(out_of_range(py));
        }
        let limit = size >> 1;
        while pos < limit {
            let mut child = 2 * pos + 1;
            if child + 1 < size {
                let (Some(left), Some(right)) = (heap.get(child), heap.get(child + 1)) else {
                    return Err(out_of_range(py));
                };
                let left_wins = order.above(py, &left, &right)?;
                same_size(py, heap, size)?;
                if !left_wins {
                    child += 1;
                }
            }
            heap.swap(child, pos);
            pos = child;
        }
        sift_down(py, heap, start, pos, order)
    }

    fn push(py: Py<'_>, heap: &PyList, item: &PyObject, order: Order) -> PyResult<()> {
        heap.append(py, item.to_ref())?;
        sift_down(py, heap, 0, heap.len() - 1, order)
    }

    fn pop(py: Py<'_>, heap: &PyList, order: Order) -> PyResult<Ref<PyObject>> {
        let Some(last) = heap.len().checked_sub(1) else { return Err(out_of_range(py)) };
        let Some(item) = heap.remove_at(py, last)? else { return Err(out_of_range(py)) };
        let Some(top) = heap.get(0) else { return Ok(item) };
        heap.set(0, item);
        sift_up(py, heap, 0, order)?;
        Ok(top)
    }

    fn replace(py: Py<'_>, heap: &PyList, item: &PyObject, order: Order) -> PyResult<Ref<PyObject>> {
        let Some(top) = heap.get(0) else { return Err(out_of_range(py)) };
        heap.set(0, item.to_ref());
        sift_up(py, heap, 0, order)?;
        Ok(top)
    }

    fn push_pop(py: Py<'_>, heap: &PyList, item: &PyObject, order: Order) -> PyResult<Ref<PyObject>> {
        let Some(top) = heap.get(0) else { return Ok(item.to_ref()) };
        if !order.above(py, &top, item)? {
            return Ok(item.to_ref());
        }
        if heap.is_empty() {
            return Err(out_of_range(py));
        }
        replace(py, heap, item, order)
    }

    /// Above this size children of neighbouring parents are sifted soon after each other, while they are in the cache.
    const CACHE_FRIENDLY: usize = 2500;

    fn build(py: Py<'_>, heap: &PyList, order: Order) -> PyResult<()> {
        let n = heap.len();
        if n > CACHE_FRIENDLY {
            return build_cache_friendly(py, heap, order);
        }
        for i in (0..n >> 1).rev() {
            sift_up(py, heap, i, order)?;
        }
        Ok(())
    }

    fn build_cache_friendly(py: Py<'_>, heap: &PyList, order: Order) -> PyResult<()> {
        let m = heap.len() >> 1;
        // The first place of the last full row of parents.
        let leftmost = (1usize << (m + 1).ilog2()) - 1;
        let mhalf = m >> 1;
        let along = |i: usize| -> PyResult<()> {
            let mut j = i;
            loop {
                sift_up(py, heap, j, order)?;
                if j & 1 == 0 {
                    return Ok(());
                }
                j >>= 1;
            }
        };
        for i in (mhalf..leftmost).rev() {
            along(i)?;
        }
        for i in (leftmost..m).rev() {
            along(i)?;
        }
        Ok(())
    }

    #[pyfunction]
    fn heapify(py: Py<'_>, heap: &PyList) -> PyResult<()> {
        build(py, heap, Order::Min)
    }
    #[pyfunction]
    fn heapify_max(py: Py<'_>, heap: &PyList) -> PyResult<()> {
        build(py, heap, Order::Max)
    }
    #[pyfunction]
    fn heappush(py: Py<'_>, heap: &PyList, item: &PyObject) -> PyResult<()> {
        push(py, heap, item, Order::Min)
    }
    #[pyfunction]
    fn heappush_max(py: Py<'_>, heap: &PyList, item: &PyObject) -> PyResult<()> {
        push(py, heap, item, Order::Max)
    }
    #[pyfunction]
    fn heappop(py: Py<'_>, heap: &PyList) -> PyResult<Ref<PyObject>> {
        pop(py, heap, Order::Min)
    }
    #[pyfunction]
    fn heappop_max(py: Py<'_>, heap: &PyList) -> PyResult<Ref<PyObject>> {
        pop(py, heap, Order::Max)
    }
    #[pyfunction]
    fn heapreplace(py: Py<'_>, heap: &PyList, item: &PyObject) -> PyResult<Ref<PyObject>> {
        replace(py, heap, item, Order::Min)
    }
    #[pyfunction]
    fn heapreplace_max(py: Py<'_>, heap: &PyList, item: &PyObject) -> PyResult<Ref<PyObject>> {
        replace(py, heap, item, Order::Max)
    }
    #[pyfunction]
    fn heappushpop(py: Py<'_>, heap: &PyList, item: &PyObject) -> PyResult<Ref<PyObject>> {
        push_pop(py, heap, item, Order::Min)
    }
    #[pyfunction]
    fn heappushpop_max(py: Py<'_>, heap: &PyList, item: &PyObject) -> PyResult<Ref<PyObject>> {
        push_pop(py, heap, item, Order::Max)
    }
}

use krait_macros::pymodule;
