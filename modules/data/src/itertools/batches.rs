//! `batched` and `pairwise`.

use krait_runtime::objects::OpenTuple;
use krait_runtime::prelude::*;

/// `itertools.batched`.
#[pyclass(module = "itertools", name = "batched", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct Batched {
    base: PyObject,
    iterator: Member<PyObject>,
    size: usize,
    strict: bool,
}

#[pymethods]
impl Batched {
    #[new]
    fn batched_new(
        py: Py<'_>,
        cls: &PyType,
        iterable: &PyObject,
        n: isize,
        strict: bool,
    ) -> PyResult<Ref<PyObject>> {
        let Ok(size @ 1..) = usize::try_from(n) else { bail!(py, ValueError, "n must be at least one") };
        Batched { base: PyObject::HEADER, iterator: Member::new(iterable.iter(py)?), size, strict }
            .alloc(py, cls)
    }

    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let Some(iterator) = self.iterator.get() else { return Ok(None) };
        let mut batch = Vec::new();
        // A huge batch size does not mean that there are as many items.
        if batch.try_reserve(self.size.min(1 << 16)).is_err() {
            return Err(py.no_memory());
        }
        while batch.len() < self.size {
            match iterator.next(py) {
                Ok(Some(item)) => {
                    if batch.try_reserve(1).is_err() {
                        return Err(py.no_memory());
                    }
                    batch.push(item);
                }
                end => {
                    py.preserving_error(|| drop(self.iterator.take()));
                    end?;
                    break;
                }
            }
        }
        if batch.is_empty() {
            return Ok(None);
        }
        if self.strict && batch.len() < self.size {
            bail!(py, ValueError, "batched(): incomplete batch");
        }
        PyTuple::from_vec(py, batch).map(|batch| Some(batch.upcast()))
    }
}

/// `itertools.pairwise`.
#[pyclass(module = "itertools", name = "pairwise", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct Pairwise {
    base: PyObject,
    iterator: Member<PyObject>,
    old: Member<PyObject>,
    result: Member<PyTuple>,
}

#[pymethods]
impl Pairwise {
    #[new]
    #[sig("(iterable, /)")]
    fn pairwise_new(py: Py<'_>, cls: &PyType, iterable: &PyObject) -> PyResult<Ref<PyObject>> {
        Pairwise {
            base: PyObject::HEADER,
            iterator: Member::new(iterable.iter(py)?),
            old: Member::empty(),
            result: Member::new(OpenTuple::new(py, 2)?.close()),
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
        let give_up = || {
            py.preserving_error(|| {
                drop(self.iterator.take());
                drop(self.old.take());
            });
        };
        let old = match self.old.get() {
            Some(old) => old,
            None => {
                match iterator.next(py) {
                    Ok(Some(first)) => self.old.set(first),
                    end => {
                        give_up();
                        return end;
                    }
                }
                // Getting the first item may have run this iterator, to its end even.
                if !self.iterator.is_some() {
                    drop(self.old.take());
                    return Ok(None);
                }
                match self.old.get() {
                    Some(old) => old,
                    None => return Ok(None),
                }
            }
        };
        let new = match iterator.next(py) {
            Ok(Some(new)) => new,
            end => {
                give_up();
                return end;
            }
        };
        let result = match self.result.take().map(OpenTuple::reopen) {
            Some(Ok(open)) => {
                open.put(0, old);
                open.put(1, new.clone());
                let result = open.close();
                self.result.set(result.clone());
                result
            }
            Some(Err(shared)) => {
                self.result.set(shared);
                PyTuple::pair(py, old, new.clone())?
            }
            None => PyTuple::pair(py, old, new.clone())?,
        };
        self.old.set(new);
        Ok(Some(result.upcast()))
    }
}
