//! `takewhile`, `dropwhile`, `filterfalse` and `compress`.

use krait_runtime::prelude::*;

/// `itertools.takewhile`.
#[pyclass(module = "itertools", name = "takewhile", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct TakeWhile {
    base: PyObject,
    predicate: Ref<PyObject>,
    iterator: Ref<PyObject>,
    stopped: Cell<bool>,
}

#[pymethods]
impl TakeWhile {
    #[new]
    #[sig("(predicate, iterable, /)")]
    fn takewhile_new(
        py: Py<'_>,
        cls: &PyType,
        predicate: &PyObject,
        iterable: &PyObject,
    ) -> PyResult<Ref<PyObject>> {
        TakeWhile {
            base: PyObject::HEADER,
            predicate: predicate.to_ref(),
            iterator: iterable.iter(py)?,
            stopped: Cell::new(false),
        }
        .alloc(py, cls)
    }

    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        if self.stopped.get() {
            return Ok(None);
        }
        let Some(item) = self.iterator.next(py)? else { return Ok(None) };
        if self.predicate.call(py, &[&item])?.is_true(py)? {
            return Ok(Some(item));
        }
        self.stopped.set(true);
        Ok(None)
    }
}

/// `itertools.dropwhile`.
#[pyclass(module = "itertools", name = "dropwhile", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct DropWhile {
    base: PyObject,
    predicate: Ref<PyObject>,
    iterator: Ref<PyObject>,
    started: Cell<bool>,
}

#[pymethods]
impl DropWhile {
    #[new]
    #[sig("(predicate, iterable, /)")]
    fn dropwhile_new(
        py: Py<'_>,
        cls: &PyType,
        predicate: &PyObject,
        iterable: &PyObject,
    ) -> PyResult<Ref<PyObject>> {
        DropWhile {
            base: PyObject::HEADER,
            predicate: predicate.to_ref(),
            iterator: iterable.iter(py)?,
            started: Cell::new(false),
        }
        .alloc(py, cls)
    }

    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        loop {
            let Some(item) = self.iterator.next(py)? else { return Ok(None) };
            if self.started.get() {
                return Ok(Some(item));
            }
            if !self.predicate.call(py, &[&item])?.is_true(py)? {
                self.started.set(true);
                return Ok(Some(item));
            }
        }
    }
}

/// `itertools.filterfalse`.
#[pyclass(module = "itertools", name = "filterfalse", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct FilterFalse {
    base: PyObject,
    /// `None` and `bool` ask for the truth value itself.
    function: Ref<PyObject>,
    iterator: Ref<PyObject>,
}

#[pymethods]
impl FilterFalse {
    #[new]
    #[sig("(function, iterable, /)")]
    fn filterfalse_new(
        py: Py<'_>,
        cls: &PyType,
        function: &PyObject,
        iterable: &PyObject,
    ) -> PyResult<Ref<PyObject>> {
        FilterFalse { base: PyObject::HEADER, function: function.to_ref(), iterator: iterable.iter(py)? }
            .alloc(py, cls)
    }

    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let plain = self.function.is_none() || self.function.is(PyBool::type_object());
        loop {
            let Some(item) = self.iterator.next(py)? else { return Ok(None) };
            let truth =
                if plain { item.is_true(py)? } else { self.function.call(py, &[&item])?.is_true(py)? };
            if !truth {
                return Ok(Some(item));
            }
        }
    }
}

/// `itertools.compress`.
#[pyclass(module = "itertools", name = "compress", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct Compress {
    base: PyObject,
    data: Ref<PyObject>,
    selectors: Ref<PyObject>,
}

#[pymethods]
impl Compress {
    #[new]
    fn compress_new(
        py: Py<'_>,
        cls: &PyType,
        data: &PyObject,
        selectors: &PyObject,
    ) -> PyResult<Ref<PyObject>> {
        Compress { base: PyObject::HEADER, data: data.iter(py)?, selectors: selectors.iter(py)? }
            .alloc(py, cls)
    }

    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        loop {
            let Some(item) = self.data.next(py)? else { return Ok(None) };
            let Some(selector) = self.selectors.next(py)? else { return Ok(None) };
            if selector.is_true(py)? {
                return Ok(Some(item));
            }
        }
    }
}
