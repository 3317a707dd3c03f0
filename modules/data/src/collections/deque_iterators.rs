//! The iterators of `deque`, forwards and backwards. They fail when the deque changes.

use krait_runtime::prelude::*;

use super::Deque;

/// Where an iterator stands.
#[repr(C)]
struct Cursor {
    deque: Ref<Deque>,
    at: Cell<usize>,
    state: usize,
    left: Cell<usize>,
    _room: usize,
}

impl Traverse for Cursor {
    fn traverse(&self, visit: &mut Visitor<'_>) -> i32 {
        self.deque.traverse(visit)
    }
}

impl Cursor {
    fn new(deque: &Deque) -> Cursor {
        Cursor {
            deque: deque.new_ref(),
            at: Cell::new(0),
            state: deque.state(),
            left: Cell::new(deque.len()),
            _room: 0,
        }
    }

    #[inline]
    fn step(&self, py: Py<'_>, backwards: bool) -> PyResult<Option<Ref<PyObject>>> {
        if self.deque.state() != self.state {
            self.left.set(0);
            bail!(py, RuntimeError, "deque mutated during iteration");
        }
        let left = self.left.get();
        if left == 0 {
            return Ok(None);
        }
        let at = self.at.get();
        self.left.set(left - 1);
        self.at.set(at + 1);
        Ok(self.deque.get(if backwards { left - 1 } else { at }))
    }

    /// The constructor's arguments: a deque and how many items to skip.
    fn from_args(py: Py<'_>, args: &PyTuple) -> PyResult<(Ref<Deque>, isize)> {
        if args.is_empty() || args.len() > 2 {
            let (how, limit, s) = if args.is_empty() { ("least", 1, "") } else { ("most", 2, "s") };
            bail!(py, TypeError, "function takes at {how} {limit} argument{s} ({} given)", args.len());
        }
        let Some(deque) = args.get(0).and_then(|d| d.downcast::<Deque>()) else {
            let got = args.get(0).map_or("nothing", |d| if d.is_none() { "None" } else { d.ty().name() });
            bail!(py, TypeError, "argument 1 must be collections.deque, not {got}");
        };
        let skip = match args.get(1) {
            Some(n) => krait_runtime::args::extract::<isize>(py, n, "_deque_iterator", 2)?,
            None => 0,
        };
        Ok((deque.new_ref(), skip))
    }
}

macro_rules! iterator {
    ($(#[$doc:meta])* $name:ident, $python:literal, $dotted:literal, $backwards:literal) => {
        $(#[$doc])*
        #[pyclass(module = "collections", name = $python, gc, heap, immutable)]
        #[repr(C)]
        pub struct $name {
            base: PyObject,
            cursor: Cursor,
        }

        impl $name {
            /// An iterator over all of `deque`.
            pub fn over(py: Py<'_>, deque: &Deque) -> PyResult<Ref<PyObject>> {
                $name { base: PyObject::HEADER, cursor: Cursor::new(deque) }.alloc_exact(py).map(Ref::upcast)
            }
        }

        #[pymethods(class = $dotted)]
        impl $name {
            #[slot]
            fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, _kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
                let (deque, skip) = Cursor::from_args(py, args)?;
                let cursor = Cursor::new(&deque);
                for _ in 0..skip {
                    if cursor.step(py, $backwards)?.is_none() {
                        break;
                    }
                }
                $name { base: PyObject::HEADER, cursor }.alloc(py, cls)
            }
            #[slot]
            fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
                self.to_ref()
            }
            #[slot]
            fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
                self.cursor.step(py, $backwards)
            }
            #[pymethod]
            fn __length_hint__(&self, _py: Py<'_>) -> usize {
                self.cursor.left.get()
            }
            #[pymethod]
            fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
                let done = self.cursor.deque.len().saturating_sub(self.cursor.left.get()).into_py(py)?;
                let args = PyTuple::new(py, &[&self.cursor.deque, &done])?;
                PyTuple::new(py, &[self.ty(), &args])
            }
        }
    };
}

iterator! {
    /// `collections._deque_iterator`.
    DequeIterator, "_deque_iterator", "collections._deque_iterator", false
}
iterator! {
    /// `collections._deque_reverse_iterator`.
    DequeReverseIterator, "_deque_reverse_iterator", "collections._deque_reverse_iterator", true
}
