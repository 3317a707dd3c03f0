//! `combinations`, `combinations_with_replacement` and `permutations`.

use core::cell::RefCell;

use krait_runtime::objects::OpenTuple;
use krait_runtime::prelude::*;

/// The items to choose from.
fn pool_of(py: Py<'_>, iterable: &PyObject) -> PyResult<Ref<PyTuple>> {
    match iterable.downcast_exact::<PyTuple>() {
        Some(tuple) => Ok(tuple.new_ref()),
        None => PyTuple::from_vec(py, iterable.collect(py)?),
    }
}

fn not_negative(py: Py<'_>, r: isize) -> PyResult<usize> {
    usize::try_from(r).map_err(|_| raise!(py, ValueError, "r must be non-negative"))
}

fn numbers(py: Py<'_>, n: usize, make: impl FnMut(usize) -> usize) -> PyResult<Vec<usize>> {
    let mut numbers = Vec::new();
    if numbers.try_reserve_exact(n).is_err() {
        return Err(py.no_memory());
    }
    numbers.extend((0..n).map(make));
    Ok(numbers)
}

/// A result made new from the chosen indices.
fn choose(py: Py<'_>, pool: &PyTuple, indices: &[usize]) -> PyResult<OpenTuple> {
    let open = OpenTuple::new(py, indices.len())?;
    for (at, index) in indices.iter().enumerate() {
        if let Some(item) = pool.get(*index) {
            open.put(at, item.to_ref());
        }
    }
    Ok(open)
}

macro_rules! combinations {
    ($(#[$doc:meta])* $name:ident, $python:literal, $first:expr, $impossible:expr, $advance:ident) => {
        $(#[$doc])*
        #[pyclass(module = "itertools", name = $python, basetype, gc, heap, immutable)]
        #[repr(C)]
        pub struct $name {
            base: PyObject,
            pool: Ref<PyTuple>,
            /// The chosen indices. The box keeps the object at CPython's size.
            #[no_traverse]
            indices: Box<RefCell<Vec<usize>>>,
            result: Member<PyTuple>,
            r: usize,
            stopped: Cell<bool>,
        }

        #[pymethods]
        impl $name {
            #[new]
            #[sig("(iterable, r)")]
            fn make(py: Py<'_>, cls: &PyType, iterable: &PyObject, r: isize) -> PyResult<Ref<PyObject>> {
                let pool = pool_of(py, iterable)?;
                let r = not_negative(py, r)?;
                let impossible: fn(usize, usize) -> bool = $impossible;
                let stopped = impossible(pool.len(), r);
                let indices = numbers(py, if stopped { 0 } else { r }, $first)?;
                $name {
                    base: PyObject::HEADER,
                    pool,
                    indices: Box::new(RefCell::new(indices)),
                    result: Member::empty(),
                    r,
                    stopped: Cell::new(stopped),
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
                let result = match self.result.take() {
                    None => choose(py, &self.pool, &self.indices.borrow())?.close(),
                    Some(last) => {
                        let open = OpenTuple::reopen_or_copy(py, last)?;
                        let changed = $advance(&mut self.indices.borrow_mut(), self.pool.len());
                        let Some(changed) = changed else {
                            self.stopped.set(true);
                            return Ok(None);
                        };
                        for at in changed..self.r {
                            let index = self.indices.borrow().get(at).copied().unwrap_or(0);
                            if let Some(item) = self.pool.get(index) {
                                open.put(at, item.to_ref());
                            }
                        }
                        open.close()
                    }
                };
                self.result.set(result.clone());
                Ok(Some(result.upcast()))
            }

            #[pymethod]
            fn __sizeof__(&self, _py: Py<'_>) -> usize {
                self.ty().tp_basicsize.get() as usize + 8 * self.r
            }
        }
    };
}

/// The next choice without repetition; says from where on it changed.
#[inline]
fn next_combination(indices: &mut [usize], n: usize) -> Option<usize> {
    let r = indices.len();
    let (at, index) =
        indices.iter().enumerate().rev().find(|(at, index)| **index != at + n - r).map(|(at, i)| (at, *i))?;
    for (next, slot) in (index + 1..).zip(indices.get_mut(at..)?) {
        *slot = next;
    }
    Some(at)
}

/// The next choice with repetition; says from where on it changed.
#[inline]
fn next_repeating(indices: &mut [usize], n: usize) -> Option<usize> {
    let last = n.checked_sub(1)?;
    let (at, index) = indices.iter().enumerate().rev().find(|(_, i)| **i != last).map(|(at, i)| (at, *i))?;
    indices.get_mut(at..)?.fill(index + 1);
    Some(at)
}

combinations! {
    /// `itertools.combinations`.
    Combinations, "combinations", |at| at, |n, r| r > n, next_combination
}
combinations! {
    /// `itertools.combinations_with_replacement`.
    CombinationsWithReplacement, "combinations_with_replacement", |_| 0, |n, r| n == 0 && r > 0, next_repeating
}

/// Where a walk over permutations stands.
struct Walk {
    indices: Vec<usize>,
    cycles: Vec<usize>,
}

impl Walk {
    /// The next permutation; says from where on it changed.
    fn advance(&mut self) -> Option<usize> {
        let n = self.indices.len();
        for at in (0..self.cycles.len()).rev() {
            let cycle = self.cycles.get_mut(at)?;
            *cycle -= 1;
            if *cycle == 0 {
                *cycle = n - at;
                self.indices.get_mut(at..)?.rotate_left(1);
            } else {
                let other = n - *cycle;
                self.indices.swap(at, other);
                return Some(at);
            }
        }
        None
    }
}

/// `itertools.permutations`.
#[pyclass(module = "itertools", name = "permutations", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct Permutations {
    base: PyObject,
    pool: Ref<PyTuple>,
    #[no_traverse]
    walk: Box<RefCell<Walk>>,
    result: Member<PyTuple>,
    r: usize,
    stopped: Cell<bool>,
    _room: usize,
}

#[pymethods]
impl Permutations {
    #[new]
    #[sig("(iterable, r=None)")]
    fn permutations_new(
        py: Py<'_>,
        cls: &PyType,
        iterable: &PyObject,
        r: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let pool = pool_of(py, iterable)?;
        let n = pool.len();
        let r = match r.filter(|r| !r.is_none()) {
            None => n,
            Some(r) => {
                let Some(r) = r.downcast::<PyInt>() else { bail!(py, TypeError, "Expected int as r") };
                match r.as_i64() {
                    Some(r) => not_negative(py, r as isize)?,
                    None => bail!(py, OverflowError, "Python int too large to convert to C ssize_t"),
                }
            }
        };
        let stopped = r > n;
        let walk = Walk {
            indices: numbers(py, n, |at| at)?,
            cycles: numbers(py, if stopped { 0 } else { r }, |at| n - at)?,
        };
        Permutations {
            base: PyObject::HEADER,
            pool,
            walk: Box::new(RefCell::new(walk)),
            result: Member::empty(),
            r,
            stopped: Cell::new(stopped),
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
        if self.stopped.get() {
            return Ok(None);
        }
        let result = match self.result.take() {
            None => {
                let walk = self.walk.borrow();
                choose(py, &self.pool, walk.indices.get(..self.r).unwrap_or_default())?.close()
            }
            Some(last) => {
                let open = OpenTuple::reopen_or_copy(py, last)?;
                let changed = self.walk.borrow_mut().advance();
                let Some(changed) = changed else {
                    self.stopped.set(true);
                    return Ok(None);
                };
                for at in changed..self.r {
                    let index = self.walk.borrow().indices.get(at).copied().unwrap_or(0);
                    if let Some(item) = self.pool.get(index) {
                        open.put(at, item.to_ref());
                    }
                }
                open.close()
            }
        };
        self.result.set(result.clone());
        Ok(Some(result.upcast()))
    }

    #[pymethod]
    fn __sizeof__(&self, _py: Py<'_>) -> usize {
        self.ty().tp_basicsize.get() as usize + 8 * (self.pool.len() + self.r)
    }
}
