//! `accumulate` and `starmap`.

use krait_runtime::prelude::*;

/// `itertools.accumulate`.
#[pyclass(module = "itertools", name = "accumulate", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct Accumulate {
    base: PyObject,
    total: Member<PyObject>,
    iterator: Ref<PyObject>,
    function: Option<Ref<PyObject>>,
    initial: Member<PyObject>,
    _room: usize,
}

#[pymethods]
impl Accumulate {
    #[new]
    fn accumulate_new(
        py: Py<'_>,
        cls: &PyType,
        iterable: &PyObject,
        func: Option<&PyObject>,
        initial: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let given = |object: Option<&PyObject>| object.filter(|o| !o.is_none()).map(PyObject::to_ref);
        Accumulate {
            base: PyObject::HEADER,
            total: Member::empty(),
            iterator: iterable.iter(py)?,
            function: given(func),
            initial: Member::from_option(given(initial)),
            _room: 0,
        }
        .alloc(py, cls)
    }

    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        if let Some(initial) = self.initial.take() {
            self.total.set(initial.clone());
            return Ok(Some(initial));
        }
        let Some(item) = self.iterator.next(py)? else { return Ok(None) };
        let total = match (self.total.get(), &self.function) {
            (None, _) => item,
            (Some(total), None) => total.add(py, &item)?,
            (Some(total), Some(function)) => function.call(py, &[&total, &item])?,
        };
        self.total.set(total.clone());
        Ok(Some(total))
    }
}

/// `itertools.starmap`.
#[pyclass(module = "itertools", name = "starmap", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct StarMap {
    base: PyObject,
    function: Ref<PyObject>,
    iterator: Ref<PyObject>,
}

/// Arguments kept on the native stack.
const SMALL: usize = 8;

#[pymethods]
impl StarMap {
    #[new]
    #[sig("(function, iterable, /)")]
    fn starmap_new(
        py: Py<'_>,
        cls: &PyType,
        function: &PyObject,
        iterable: &PyObject,
    ) -> PyResult<Ref<PyObject>> {
        StarMap { base: PyObject::HEADER, function: function.to_ref(), iterator: iterable.iter(py)? }
            .alloc(py, cls)
    }

    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let Some(item) = self.iterator.next(py)? else { return Ok(None) };
        let converted;
        let arguments = match item.downcast_exact::<PyTuple>() {
            Some(tuple) => tuple.as_slice(),
            None => {
                converted = item.collect(py)?;
                &converted
            }
        };
        if arguments.len() <= SMALL {
            let mut small = [&*self.function; SMALL];
            for (slot, argument) in small.iter_mut().zip(arguments) {
                *slot = argument;
            }
            return self.function.call(py, small.get(..arguments.len()).unwrap_or_default()).map(Some);
        }
        let arguments: Vec<&PyObject> = arguments.iter().map(|a| &**a).collect();
        self.function.call(py, &arguments).map(Some)
    }
}
