//! `chain`, `cycle` and `repeat`.

use krait_runtime::objects::generic_alias::class_getitem;
use krait_runtime::objects::str::StrBuilder;
use krait_runtime::prelude::*;

/// `itertools.chain`.
#[pyclass(module = "itertools", name = "chain", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct Chain {
    base: PyObject,
    /// Iterator over the iterables.
    source: Member<PyObject>,
    active: Member<PyObject>,
}

impl Chain {
    fn make(py: Py<'_>, cls: &PyType, source: Ref<PyObject>) -> PyResult<Ref<PyObject>> {
        Chain { base: PyObject::HEADER, source: Member::new(source), active: Member::empty() }.alloc(py, cls)
    }
}

/// Whether a constructor minds keyword arguments: not for a subclass with an `__init__` of its own.
fn is_strict<T: PyClass>(cls: &PyType) -> bool {
    core::ptr::eq(cls, T::type_object())
        || cls.tp_init.get().map(|f| f as usize) == T::type_object().tp_init.get().map(|f| f as usize)
}

#[pymethods]
impl Chain {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        if is_strict::<Chain>(cls) {
            no_keywords(py, "chain", kwargs)?;
        }
        Chain::make(py, cls, args.iter(py)?)
    }

    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        loop {
            let Some(source) = self.source.get() else { return Ok(None) };
            let active = match self.active.get() {
                Some(active) => active,
                None => {
                    let next = source.next(py).and_then(|iterable| match iterable {
                        Some(iterable) => iterable.iter(py).map(Some),
                        None => Ok(None),
                    });
                    match next {
                        Ok(Some(iterator)) => {
                            self.active.set(iterator.clone());
                            iterator
                        }
                        end => {
                            py.preserving_error(|| drop(self.source.take()));
                            return end;
                        }
                    }
                }
            };
            if let Some(item) = active.next(py)? {
                return Ok(Some(item));
            }
            drop(self.active.take());
        }
    }

    #[classmethod]
    fn from_iterable(cls: &PyType, py: Py<'_>, iterable: &PyObject) -> PyResult<Ref<PyObject>> {
        Chain::make(py, cls, iterable.iter(py)?)
    }

    #[classmethod(name = "__class_getitem__")]
    fn subscript(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        class_getitem(py, cls, object)
    }
}

/// `itertools.cycle`.
#[pyclass(module = "itertools", name = "cycle", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct Cycle {
    base: PyObject,
    iterator: Member<PyObject>,
    saved: Ref<PyList>,
    index: Cell<usize>,
}

#[pymethods]
impl Cycle {
    #[new]
    #[sig("(iterable, /)")]
    fn cycle_new(py: Py<'_>, cls: &PyType, iterable: &PyObject) -> PyResult<Ref<PyObject>> {
        Cycle {
            base: PyObject::HEADER,
            iterator: Member::new(iterable.iter(py)?),
            saved: PyList::new(py)?,
            index: Cell::new(0),
        }
        .alloc(py, cls)
    }

    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        if let Some(iterator) = self.iterator.get() {
            if let Some(item) = iterator.next(py)? {
                self.saved.append(py, item.clone())?;
                return Ok(Some(item));
            }
            drop(self.iterator.take());
        }
        let at = self.index.get();
        let Some(item) = self.saved.get(at) else { return Ok(None) };
        self.index.set(if at + 1 >= self.saved.len() { 0 } else { at + 1 });
        Ok(Some(item))
    }
}

/// `itertools.repeat`.
#[pyclass(module = "itertools", name = "repeat", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct Repeat {
    base: PyObject,
    object: Ref<PyObject>,
    /// -1: for ever.
    left: Cell<isize>,
}

#[pymethods]
impl Repeat {
    #[new]
    #[sig("(object, times=None)")]
    fn repeat_new(
        py: Py<'_>,
        cls: &PyType,
        object: &PyObject,
        times: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let left = match times {
            Some(times) => krait_runtime::args::extract::<isize>(py, times, "repeat", 2)?.max(0),
            None => -1,
        };
        Repeat { base: PyObject::HEADER, object: object.to_ref(), left: Cell::new(left) }.alloc(py, cls)
    }

    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, _py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        match self.left.get() {
            0 => return Ok(None),
            left @ 1.. => self.left.set(left - 1),
            _ => {}
        }
        Ok(Some(self.object.clone()))
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let mut text = StrBuilder::new();
        text.push_str(py, self.ty().short_name())?;
        text.push_char(py, '(')?;
        text.push(py, &*self.object.repr(py)?)?;
        if self.left.get() >= 0 {
            text.push_str(py, &format!(", {}", self.left.get()))?;
        }
        text.push_char(py, ')')?;
        text.finish(py)
    }

    #[pymethod]
    fn __length_hint__(&self, py: Py<'_>) -> PyResult<isize> {
        if self.left.get() < 0 {
            bail!(py, TypeError, "len() of unsized object");
        }
        Ok(self.left.get())
    }
}
