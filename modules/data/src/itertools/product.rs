//! `product`.

use core::cell::RefCell;

use krait_runtime::objects::OpenTuple;
use krait_runtime::prelude::*;

/// `itertools.product`.
#[pyclass(module = "itertools", name = "product", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct Product {
    base: PyObject,
    /// The pools, as tuples.
    pools: Ref<PyTuple>,
    /// An index into each pool. The box keeps the object at CPython's size.
    #[no_traverse]
    indices: Box<RefCell<Vec<usize>>>,
    result: Member<PyTuple>,
    stopped: Cell<bool>,
}

fn pool(pools: &PyTuple, at: usize) -> &[Ref<PyObject>] {
    pools.get(at).and_then(|pool| pool.downcast_exact::<PyTuple>()).map_or(&[], PyTuple::as_slice)
}

#[pymethods]
impl Product {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let mut repeat = 1;
        if let Some(kwargs) = kwargs.filter(|k| !k.is_empty()) {
            if kwargs.len() > 1 {
                bail!(py, TypeError, "product() takes at most 1 keyword argument ({} given)", kwargs.len());
            }
            for (name, value) in kwargs.items_snapshot() {
                match name.downcast::<PyStr>() {
                    Some(name) if name.eq_str("repeat") => {
                        repeat = krait_runtime::args::extract::<isize>(py, &value, "product", 1)?;
                    }
                    _ => {
                        let name = name.str(py)?;
                        bail!(py, TypeError, "product() got an unexpected keyword argument '{name}'");
                    }
                }
            }
        }
        let Ok(repeat) = usize::try_from(repeat) else {
            bail!(py, ValueError, "repeat argument cannot be negative");
        };
        let total = args.len().checked_mul(repeat).filter(|n| *n <= isize::MAX as usize / 8);
        let Some(total) = total else { bail!(py, OverflowError, "repeat argument too large") };
        let mut pools: Vec<Ref<PyObject>> = Vec::new();
        let mut indices = Vec::new();
        if pools.try_reserve_exact(total).is_err() || indices.try_reserve_exact(total).is_err() {
            return Err(py.no_memory());
        }
        if repeat > 0 {
            for arg in args.as_slice() {
                let pool = match arg.downcast_exact::<PyTuple>() {
                    Some(tuple) => tuple.new_ref(),
                    None => PyTuple::from_vec(py, arg.collect(py)?)?,
                };
                pools.push(pool.upcast());
            }
        }
        let once = pools.len();
        for at in once..total {
            if let Some(pool) = pools.get(at - once) {
                pools.push(pool.clone());
            }
        }
        indices.resize(total, 0);
        Product {
            base: PyObject::HEADER,
            pools: PyTuple::from_vec(py, pools)?,
            indices: Box::new(RefCell::new(indices)),
            result: Member::empty(),
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
        let Some(last) = self.result.take() else {
            // The first result: the first item of every pool.
            let n = self.pools.len();
            let open = OpenTuple::new(py, n)?;
            for at in 0..n {
                match pool(&self.pools, at).first() {
                    Some(item) => open.put(at, item.clone()),
                    None => {
                        self.stopped.set(true);
                        return Ok(None);
                    }
                }
            }
            let result = open.close();
            self.result.set(result.clone());
            return Ok(Some(result.upcast()));
        };
        let open = OpenTuple::reopen_or_copy(py, last)?;
        let mut at = self.pools.len();
        loop {
            let Some(previous) = at.checked_sub(1) else {
                self.stopped.set(true);
                return Ok(None);
            };
            at = previous;
            let pool = pool(&self.pools, at);
            let index = {
                let mut indices = self.indices.borrow_mut();
                let Some(index) = indices.get_mut(at) else { return Ok(None) };
                *index = if *index + 1 >= pool.len() { 0 } else { *index + 1 };
                *index
            };
            if let Some(item) = pool.get(index) {
                open.put(at, item.clone());
            }
            if index != 0 {
                break;
            }
        }
        let result = open.close();
        self.result.set(result.clone());
        Ok(Some(result.upcast()))
    }

    #[pymethod]
    fn __sizeof__(&self, _py: Py<'_>) -> usize {
        self.ty().tp_basicsize.get() as usize + 8 * self.pools.len()
    }
}
