//! Iterators over the variables of a context. They go through the context as it was when they were made.

use core::cell::RefCell;

use crate::prelude::*;

use super::map::{MapNode, Walk};

macro_rules! iterator {
    ($(#[$doc:meta])* $name:ident, $python:literal, |$py:ident, $var:ident, $value:ident| $item:expr) => {
        $(#[$doc])*
        #[pyclass(name = $python, gc, disallow_instantiation)]
        #[repr(C)]
        pub struct $name {
            base: PyObject,
            walk: RefCell<Walk>,
            count: Cell<u32>,
        }

        impl $name {
            pub(super) fn over(py: Py<'_>, root: Option<Ref<MapNode>>, count: u32) -> PyResult<Ref<PyObject>> {
                let walk = RefCell::new(Walk::new(root));
                $name { base: PyObject::HEADER, walk, count: Cell::new(count) }.alloc_exact(py).map(Ref::upcast)
            }
        }

        #[pymethods(class = $python)]
        impl $name {
            #[slot]
            fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
                self.to_ref()
            }
            #[slot]
            fn tp_iternext(&self, $py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
                let next = self.walk.borrow_mut().next();
                match next {
                    Some(($var, $value)) => $item,
                    None => Ok(None),
                }
            }
            #[slot]
            fn mp_length(&self, _py: Py<'_>) -> isize {
                self.count.get() as isize
            }
        }
    };
}

iterator! {
    /// `keys`.
    ContextKeys, "keys", |_py, var, _value| Ok(Some(var.upcast()))
}
iterator! {
    /// `values`.
    ContextValues, "values", |_py, _var, value| Ok(Some(value))
}
iterator! {
    /// `items`.
    ContextItems, "items", |py, var, value| PyTuple::pair(py, var.upcast(), value).map(|pair| Some(pair.upcast()))
}
