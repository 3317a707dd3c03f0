//! `islice`.

use krait_runtime::prelude::*;

/// `itertools.islice`.
#[pyclass(module = "itertools", name = "islice", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct Islice {
    base: PyObject,
    iterator: Member<PyObject>,
    next: Cell<usize>,
    /// -1: to the end.
    stop: isize,
    step: usize,
    taken: Cell<usize>,
}

/// An index that is `None` (absent) or a non-negative integer.
fn bound(py: Py<'_>, object: &PyObject) -> PyResult<Option<Option<usize>>> {
    if object.is_none() {
        return Ok(Some(None));
    }
    if !object.is_index() {
        return Ok(None);
    }
    match object.index(py) {
        Ok(n) => Ok(n.as_i64().and_then(|n| usize::try_from(n).ok()).map(Some)),
        Err(raised) => {
            py.clear_error(raised);
            Ok(None)
        }
    }
}

#[pymethods]
impl Islice {
    #[new]
    #[sig("(iterable, a, b=None, c=None, /)")]
    fn islice_new(
        py: Py<'_>,
        cls: &PyType,
        iterable: &PyObject,
        a: &PyObject,
        b: Option<&PyObject>,
        c: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let bad_stop = || {
            raise!(
                py,
                ValueError,
                "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize."
            )
        };
        let bad = || {
            raise!(py, ValueError, "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.")
        };
        let (start, stop) = match b {
            None => (0, bound(py, a)?.ok_or_else(bad_stop)?),
            Some(b) => {
                // The stop is looked at first, as a whole.
                let start = bound(py, a)?;
                let stop = match bound(py, b)? {
                    Some(stop) => stop,
                    None if b.is_index() && start.is_none() => return Err(bad()),
                    None => return Err(bad_stop()),
                };
                (start.ok_or_else(bad)?.unwrap_or(0), stop)
            }
        };
        let step = match c {
            None => 1,
            Some(c) => match bound(py, c)? {
                Some(None) => 1,
                Some(Some(step @ 1..)) => step,
                _ => bail!(py, ValueError, "Step for islice() must be a positive integer or None."),
            },
        };
        Islice {
            base: PyObject::HEADER,
            iterator: Member::new(iterable.iter(py)?),
            next: Cell::new(start),
            stop: stop.map_or(-1, |stop| stop as isize),
            step,
            taken: Cell::new(0),
        }
        .alloc(py, cls)
    }

    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let Some(iterator) = self.iterator.get() else { return Ok(None) };
        let finish = |result: PyResult<Option<Ref<PyObject>>>| {
            py.preserving_error(|| drop(self.iterator.take()));
            result
        };
        while self.taken.get() < self.next.get() {
            match iterator.next(py) {
                Ok(Some(_)) => self.taken.set(self.taken.get() + 1),
                end => return finish(end),
            }
        }
        let stop = usize::try_from(self.stop).unwrap_or(usize::MAX);
        if self.taken.get() >= stop {
            return finish(Ok(None));
        }
        let item = match iterator.next(py) {
            Ok(Some(item)) => item,
            end => return finish(end),
        };
        self.taken.set(self.taken.get() + 1);
        let next = self.next.get().checked_add(self.step).filter(|next| *next <= isize::MAX as usize);
        self.next.set(next.map_or(stop, |next| next.min(stop)));
        Ok(Some(item))
    }
}
