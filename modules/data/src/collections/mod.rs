//! Module `_collections`: `deque`, `defaultdict`, `OrderedDict`, the getters of named tuples, counting.

mod defaultdict;
mod deque;
mod deque_iterators;
mod ordered_dict;
mod ordered_dict_order;
mod ordered_dict_views;
mod tuplegetter;

pub use defaultdict::DefaultDict;
pub use deque::Deque;
pub use deque_iterators::{DequeIterator, DequeReverseIterator};
pub use ordered_dict::OrderedDict;
pub use tuplegetter::TupleGetter;

use krait_runtime::prelude::*;

/// The object's pickling state.
fn state_of(py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
    object.call_method(py, id!(py, "__getstate__"), &[])
}

/// High performance data structures.
#[pymodule(
    name = "_collections",
    types = [Deque, DefaultDict, OrderedDict, DequeIterator, DequeReverseIterator, TupleGetter]
)]
pub mod _collections {
    use super::ordered_dict_views::{
        OrderedDictItems, OrderedDictIterator, OrderedDictKeys, OrderedDictValues,
    };
    use super::{DefaultDict, Deque, DequeIterator, DequeReverseIterator, OrderedDict, TupleGetter};
    use krait_runtime::prelude::*;

    #[pyexec]
    fn exec(py: Py<'_>, _module: &PyModule) -> PyResult<()> {
        PyType::ready::<OrderedDictKeys>(py)?;
        PyType::ready::<OrderedDictValues>(py)?;
        PyType::ready::<OrderedDictItems>(py)?;
        PyType::ready::<OrderedDictIterator>(py).map(drop)
    }

    /// True when the type of `mapping` has dict's own method of that name.
    fn has_own(py: Py<'_>, mapping: &PyObject, name: &PyStr) -> bool {
        match (mapping.ty().lookup(py, name), PyDict::type_object().lookup(py, name)) {
            (Some(a), Some(b)) => a.is(&b),
            _ => false,
        }
    }

    #[pyfunction]
    fn _count_elements(py: Py<'_>, mapping: &PyObject, iterable: &PyObject) -> PyResult<()> {
        let iterator = iterable.iter(py)?;
        let one = PyInt::new(py, 1)?;
        let plain = mapping
            .downcast::<PyDict>()
            .filter(|_| has_own(py, mapping, id!(py, "get")) && has_own(py, mapping, id!(py, "__setitem__")));
        if let Some(dict) = plain {
            while let Some(key) = iterator.next(py)? {
                let hash = PyDict::hash_of(py, &key)?;
                match dict.get_known_hash(py, &key, hash)? {
                    None => dict.insert(py, key, hash, one.to_ref())?,
                    Some(old) => {
                        let new = old.add(py, &one)?;
                        dict.insert(py, key, hash, new)?;
                    }
                }
            }
            return Ok(());
        }
        let get = mapping.get_attr(py, id!(py, "get"))?;
        let zero = PyInt::new(py, 0)?;
        while let Some(key) = iterator.next(py)? {
            let old = get.call(py, &[&key, &zero])?;
            let new = old.add(py, &one)?;
            mapping.set_item(py, &key, &new)?;
        }
        Ok(())
    }
}
