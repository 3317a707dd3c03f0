//! `tee`: iterators that share what they have seen, in linked blocks.

use core::cell::RefCell;

use krait_runtime::prelude::*;

/// Items in a block.
const BLOCK: usize = 57;

/// `itertools._tee_dataobject`.
#[pyclass(module = "itertools", name = "_tee_dataobject", gc, basicsize = 496, heap, immutable)]
#[repr(C)]
pub struct TeeDataObject {
    base: PyObject,
    iterator: Member<PyObject>,
    running: Cell<bool>,
    next: Member<TeeDataObject>,
    values: RefCell<Vec<Ref<PyObject>>>,
}

impl TeeDataObject {
    fn make(py: Py<'_>, iterator: Ref<PyObject>) -> PyResult<Ref<TeeDataObject>> {
        TeeDataObject {
            base: PyObject::HEADER,
            iterator: Member::new(iterator),
            running: Cell::new(false),
            next: Member::empty(),
            values: RefCell::new(Vec::new()),
        }
        .alloc_exact(py)
    }

    /// The item at `index`, got from the iterator if nobody did yet.
    fn item(&self, py: Py<'_>, index: usize) -> PyResult<Option<Ref<PyObject>>> {
        if let Some(found) = self.values.borrow().get(index) {
            return Ok(Some(found.clone()));
        }
        if self.running.replace(true) {
            bail!(py, RuntimeError, "cannot re-enter the tee iterator");
        }
        let item = match self.iterator.get() {
            Some(iterator) => iterator.next(py),
            None => Ok(None),
        };
        self.running.set(false);
        let Some(item) = item? else { return Ok(None) };
        self.values.borrow_mut().push(item.clone());
        Ok(Some(item))
    }

    /// The block after this one.
    fn following(&self, py: Py<'_>) -> PyResult<Option<Ref<TeeDataObject>>> {
        if let Some(next) = self.next.get() {
            return Ok(Some(next));
        }
        let Some(iterator) = self.iterator.get() else { return Ok(None) };
        let next = TeeDataObject::make(py, iterator)?;
        self.next.set(next.clone());
        Ok(Some(next))
    }
}

impl Drop for TeeDataObject {
    fn drop(&mut self) {
        // A long chain that only this block holds goes one block at a time, not recursively.
        let mut next = self.next.take();
        while let Some(block) = next {
            next = if block.refcnt() == 1 { block.next.take() } else { None };
        }
    }
}

#[pymethods]
impl TeeDataObject {
    #[new(name = "teedataobject")]
    #[sig("(it, values, next, /)")]
    fn data_new(
        py: Py<'_>,
        _cls: &PyType,
        it: &PyObject,
        values: &PyList,
        next: &PyObject,
    ) -> PyResult<Ref<PyObject>> {
        let block = TeeDataObject::make(py, it.to_ref())?;
        let items = values.to_vec();
        if items.len() > BLOCK {
            bail!(py, ValueError, "Invalid arguments");
        }
        let full = items.len() == BLOCK;
        *block.values.borrow_mut() = items;
        if !next.is_none() {
            match next.downcast::<TeeDataObject>().filter(|_| full) {
                Some(next) => block.next.set(next.new_ref()),
                None => bail!(py, ValueError, "Invalid arguments"),
            }
        }
        Ok(block.upcast())
    }
}

/// `itertools._tee`.
#[pyclass(module = "itertools", name = "_tee", gc, heap, immutable)]
#[repr(C)]
pub struct Tee {
    base: PyObject,
    block: Member<TeeDataObject>,
    index: Cell<usize>,
    weaklist: WeakList,
    _room: usize,
}

impl Tee {
    fn make(py: Py<'_>, block: Ref<TeeDataObject>, index: usize) -> PyResult<Ref<Tee>> {
        Tee {
            base: PyObject::HEADER,
            block: Member::new(block),
            index: Cell::new(index),
            weaklist: WeakList::EMPTY,
            _room: 0,
        }
        .alloc_exact(py)
    }

    fn from_iterable(py: Py<'_>, iterable: &PyObject) -> PyResult<Ref<Tee>> {
        let iterator = iterable.iter(py)?;
        if let Some(tee) = iterator.downcast_exact::<Tee>() {
            return tee.copied(py);
        }
        Tee::make(py, TeeDataObject::make(py, iterator)?, 0)
    }

    fn copied(&self, py: Py<'_>) -> PyResult<Ref<Tee>> {
        match self.block.get() {
            Some(block) => Tee::make(py, block, self.index.get()),
            None => Err(raise!(py, SystemError, "tee object without data")),
        }
    }
}

#[pymethods]
impl Tee {
    #[new]
    #[sig("(iterable, /)")]
    fn tee_new(py: Py<'_>, _cls: &PyType, iterable: &PyObject) -> PyResult<Ref<PyObject>> {
        Tee::from_iterable(py, iterable).map(Ref::upcast)
    }

    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let Some(mut block) = self.block.get() else { return Ok(None) };
        if self.index.get() >= BLOCK {
            let Some(next) = block.following(py)? else { return Ok(None) };
            self.block.set(next.clone());
            block = next;
            self.index.set(0);
        }
        let Some(item) = block.item(py, self.index.get())? else { return Ok(None) };
        self.index.set(self.index.get() + 1);
        Ok(Some(item))
    }

    #[pymethod]
    fn __copy__(&self, py: Py<'_>) -> PyResult<Ref<Tee>> {
        self.copied(py)
    }
}

/// `tee(iterable, n)`.
pub fn tee(py: Py<'_>, iterable: &PyObject, n: isize) -> PyResult<Ref<PyTuple>> {
    let Ok(n) = usize::try_from(n) else { bail!(py, ValueError, "n must be >= 0") };
    if n == 0 {
        return PyTuple::empty(py);
    }
    let mut iterators: Vec<Ref<PyObject>> = Vec::new();
    if iterators.try_reserve_exact(n).is_err() {
        return Err(py.no_memory());
    }
    let first = Tee::from_iterable(py, iterable)?;
    iterators.push(first.clone().upcast());
    for _ in 1..n {
        iterators.push(first.copied(py)?.upcast());
    }
    PyTuple::from_vec(py, iterators)
}
