//! Views and iterators of `OrderedDict`.

use krait_runtime::objects::OpenTuple;
use krait_runtime::objects::dict::insert::raise_key_error;
use krait_runtime::objects::dict::views::{DictItems, DictKeysView, DictValuesView};
use krait_runtime::prelude::*;

use super::OrderedDict;
use super::ordered_dict_order::NodeId;

/// What an iterator gives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Keys.
    Keys,
    /// Values.
    Values,
    /// Pairs of both.
    Items,
}

/// `odict_iterator`.
#[pyclass(name = "odict_iterator", gc, disallow_instantiation)]
#[repr(C)]
pub struct OrderedDictIterator {
    base: PyObject,
    dict: Member<OrderedDict>,
    size: usize,
    state: usize,
    result: Member<PyTuple>,
    /// The node to be given next; 0 at the end.
    next: Cell<NodeId>,
    #[no_traverse]
    what: What,
    backwards: bool,
}

impl OrderedDictIterator {
    /// An iterator at the start, or, `backwards`, at the end.
    pub fn over(py: Py<'_>, dict: &OrderedDict, what: What, backwards: bool) -> PyResult<Ref<PyObject>> {
        let result = match what {
            What::Items => Member::new(OpenTuple::new(py, 2)?.close()),
            _ => Member::empty(),
        };
        OrderedDictIterator {
            base: PyObject::HEADER,
            dict: Member::new(dict.new_ref()),
            size: dict.dict().len(),
            state: dict.state(),
            result,
            next: Cell::new(dict.node_after(0, backwards).unwrap_or(0)),
            what,
            backwards,
        }
        .alloc_exact(py)
        .map(Ref::upcast)
    }

    /// The next key.
    fn advance(&self, py: Py<'_>, dict: &OrderedDict) -> PyResult<Option<Ref<PyObject>>> {
        let id = self.next.get();
        if id == 0 {
            return Ok(None);
        }
        if dict.state() != self.state {
            bail!(py, RuntimeError, "OrderedDict mutated during iteration");
        }
        if dict.dict().len() != self.size {
            bail!(py, RuntimeError, "OrderedDict changed size during iteration");
        }
        self.next.set(dict.node_after(id, self.backwards).unwrap_or(0));
        Ok(dict.node_key(id).map(|(key, _)| key))
    }

    fn pair(&self, py: Py<'_>, key: Ref<PyObject>, value: Ref<PyObject>) -> PyResult<Ref<PyObject>> {
        match self.result.take().map(OpenTuple::reopen) {
            Some(Ok(open)) => {
                open.put(0, key);
                open.put(1, value);
                let result = open.close();
                self.result.set(result.clone());
                Ok(result.upcast())
            }
            Some(Err(shared)) => {
                self.result.set(shared);
                PyTuple::pair(py, key, value).map(Ref::upcast)
            }
            None => PyTuple::pair(py, key, value).map(Ref::upcast),
        }
    }
}

#[pymethods]
impl OrderedDictIterator {
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let Some(dict) = self.dict.get() else { return Ok(None) };
        let key = match self.advance(py, &dict) {
            Ok(Some(next)) => next,
            end => {
                // What lets go of the dict must not disturb the exception.
                let end = end.map(|_| None);
                py.preserving_error(|| drop(self.dict.take()));
                return end;
            }
        };
        if self.what == What::Keys {
            return Ok(Some(key));
        }
        let Some(value) = dict.dict().get(py, &key)? else {
            return Err(raise_key_error(py, &key));
        };
        if self.what == What::Values {
            return Ok(Some(value));
        }
        self.pair(py, key, value).map(Some)
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let rest = OrderedDictIterator {
            base: PyObject::HEADER,
            dict: Member::from_option(self.dict.get()),
            size: self.size,
            state: self.state,
            result: Member::empty(),
            next: Cell::new(self.next.get()),
            what: self.what,
            backwards: self.backwards,
        }
        .alloc_exact(py)?;
        let items = PyList::from_vec(py, rest.as_object().collect(py)?)?;
        let args = PyTuple::new(py, &[&items])?;
        PyTuple::new(py, &[&*py.frame_builtin(id!(py, "iter"))?, &args])
    }
}

macro_rules! view {
    ($(#[$doc:meta])* $name:ident, $python:literal, $base:ident, $what:ident) => {
        $(#[$doc])*
        #[pyclass(name = $python, base = $base, gc, disallow_instantiation)]
        #[repr(C)]
        pub struct $name {
            base: $base,
        }

        impl $name {
            /// The view of `dict`.
            pub fn over(py: Py<'_>, dict: &OrderedDict) -> PyResult<Ref<PyObject>> {
                $name { base: $base::payload(dict.dict()) }.alloc_exact(py).map(Ref::upcast)
            }
        }

        #[pymethods(class = $python)]
        impl $name {
            #[slot]
            fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
                self.iterate(py, false)
            }

            #[pymethod]
            fn __reversed__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
                self.iterate(py, true)
            }
        }

        impl $name {
            fn iterate(&self, py: Py<'_>, backwards: bool) -> PyResult<Ref<PyObject>> {
                let dict = self.base.dict(py)?;
                match dict.downcast::<OrderedDict>() {
                    Some(dict) => OrderedDictIterator::over(py, dict, What::$what, backwards),
                    None => Err(raise!(py, SystemError, "view of a plain dict")),
                }
            }
        }
    };
}

view! {
    /// `odict_keys`.
    OrderedDictKeys, "odict_keys", DictKeysView, Keys
}
view! {
    /// `odict_values`.
    OrderedDictValues, "odict_values", DictValuesView, Values
}
view! {
    /// `odict_items`.
    OrderedDictItems, "odict_items", DictItems, Items
}
