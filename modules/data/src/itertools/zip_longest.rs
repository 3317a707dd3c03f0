//! `zip_longest`.

use core::cell::RefCell;

use krait_runtime::objects::OpenTuple;
use krait_runtime::prelude::*;

/// The iterators; `None` for one that has ended. The box keeps the object at CPython's size.
struct Iterators(Box<RefCell<Vec<Option<Ref<PyObject>>>>>);

impl Traverse for Iterators {
    fn traverse(&self, visit: &mut Visitor<'_>) -> i32 {
        self.0.traverse_inner(visit)
    }

    fn clear_references(&self) {
        if let Ok(iterators) = self.0.try_borrow_mut().map(|mut iterators| core::mem::take(&mut *iterators)) {
            drop(iterators);
        }
    }
}

trait Inner {
    fn traverse_inner(&self, visit: &mut Visitor<'_>) -> i32;
}

impl Inner for RefCell<Vec<Option<Ref<PyObject>>>> {
    fn traverse_inner(&self, visit: &mut Visitor<'_>) -> i32 {
        Traverse::traverse(self, visit)
    }
}

/// `itertools.zip_longest`.
#[pyclass(module = "itertools", name = "zip_longest", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct ZipLongest {
    base: PyObject,
    iterators: Iterators,
    /// Iterators that have not ended.
    active: Cell<usize>,
    result: Member<PyTuple>,
    fill: Ref<PyObject>,
    _room: usize,
}

#[pymethods]
impl ZipLongest {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let mut fill = py.none();
        if let Some(kwargs) = kwargs.filter(|k| !k.is_empty()) {
            match kwargs.get_str(py, id!(py, "fillvalue"))? {
                Some(value) if kwargs.len() == 1 => fill = value,
                _ => bail!(py, TypeError, "zip_longest() got an unexpected keyword argument"),
            }
        }
        let iterators: PyResult<Vec<_>> = args.as_slice().iter().map(|arg| arg.iter(py).map(Some)).collect();
        ZipLongest {
            base: PyObject::HEADER,
            iterators: Iterators(Box::new(RefCell::new(iterators?))),
            active: Cell::new(args.len()),
            result: Member::new(OpenTuple::new(py, args.len())?.close()),
            fill,
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
        if self.active.get() == 0 {
            return Ok(None);
        }
        let n = self.iterators.0.borrow().len();
        let (open, reused) = match self.result.take().map(OpenTuple::reopen) {
            Some(Ok(open)) => (open, true),
            Some(Err(shared)) => {
                self.result.set(shared);
                (OpenTuple::new(py, n)?, false)
            }
            None => (OpenTuple::new(py, n)?, false),
        };
        for at in 0..n {
            let iterator = self.iterators.0.borrow().get(at).cloned().flatten();
            let Some(iterator) = iterator else {
                open.put(at, self.fill.clone());
                continue;
            };
            match iterator.next(py) {
                Ok(Some(item)) => open.put(at, item),
                Ok(None) => {
                    self.active.set(self.active.get().saturating_sub(1));
                    if self.active.get() == 0 {
                        return Ok(None);
                    }
                    let ended = self.iterators.0.borrow_mut().get_mut(at).and_then(Option::take);
                    drop(ended);
                    open.put(at, self.fill.clone());
                }
                Err(raised) => {
                    self.active.set(0);
                    return Err(raised);
                }
            }
        }
        let result = open.close();
        if reused {
            self.result.set(result.clone());
        }
        Ok(Some(result.upcast()))
    }
}
