//! `OrderedDict`: a dict with a list of its keys. Not here: the list (`ordered_dict_order.rs`), views and iterators.

use krait_runtime::objects::dict::insert::raise_key_error;
use krait_runtime::objects::dict::merge;
use krait_runtime::objects::str::StrBuilder;
use krait_runtime::prelude::*;

use super::ordered_dict_order::{NodeId, Order};
use super::ordered_dict_views::{
    OrderedDictItems, OrderedDictIterator, OrderedDictKeys, OrderedDictValues, What,
};

/// Bytes of one node of CPython's.
const NODE_BYTES: usize = 32;

/// `collections.OrderedDict`.
#[pyclass(
    module = "collections",
    name = "OrderedDict",
    base = PyDict,
    basetype,
    gc,
    mapping,
    over_base,
    no_alloc,
    dict = instance_dict,
    weaklist = weaklist
)]
#[repr(C)]
pub struct OrderedDict {
    #[no_traverse]
    base: PyDict,
    order: Order,
    /// Changes with every change of the order.
    state: Cell<usize>,
    _room: [usize; 3],
    instance_dict: Member<PyObject>,
    weaklist: WeakList,
}

impl OrderedDict {
    /// The dict itself.
    pub fn dict(&self) -> &PyDict {
        &self.base
    }

    /// A number that changes with every change of the order.
    pub fn state(&self) -> usize {
        self.state.get()
    }

    fn touch(&self) {
        self.state.set(self.state.get().wrapping_add(1));
    }

    /// The node after `id` (of 0: the first one), or before it.
    pub fn node_after(&self, id: NodeId, backwards: bool) -> Option<NodeId> {
        self.order.after(id, backwards)
    }

    /// The key of a node.
    pub fn node_key(&self, id: NodeId) -> Option<(Ref<PyObject>, isize)> {
        self.order.key(id)
    }

    /// Sees to it that the nodes of the present table's entries are known; comparing keys may run Python code.
    fn sync(&self, py: Py<'_>) -> PyResult<()> {
        'again: loop {
            let table = self.base.table_identity();
            if self.order.knows(table) {
                return Ok(());
            }
            self.order.forget_entries(py, table)?;
            let state = self.state.get();
            let mut at = 0;
            while let Some(id) = self.order.after(at, false) {
                if let Some((key, hash)) = self.order.key(id)
                    && let Some(entry) = self.base.index_of(py, &key, hash)?
                {
                    if table != self.base.table_identity() || state != self.state.get() {
                        self.order.forget_entries(py, (0, 0))?;
                        continue 'again;
                    }
                    self.order.learn_entry(entry, id);
                }
                at = id;
            }
            return Ok(());
        }
    }

    /// Entry and node of a key.
    fn find(&self, py: Py<'_>, key: &PyObject, hash: isize) -> PyResult<Option<(usize, NodeId)>> {
        if self.order.len() == 0 {
            return Ok(None);
        }
        self.sync(py)?;
        let Some(entry) = self.base.index_of(py, key, hash)? else { return Ok(None) };
        Ok(self.order.of_entry(entry).map(|id| (entry, id)))
    }

    /// Adds the node of a key that the dict has now.
    fn add_node(&self, py: Py<'_>, key: &PyObject, hash: isize) -> PyResult<()> {
        self.sync(py)?;
        let Some(entry) = self.base.index_of(py, key, hash)? else { return Err(raise_key_error(py, key)) };
        if self.order.of_entry(entry).is_some() {
            return Ok(());
        }
        let id = self.order.push(py, key.to_ref(), hash)?;
        self.order.learn_entry(entry, id);
        self.touch();
        Ok(())
    }

    fn remove_node(&self, (entry, id): (usize, NodeId)) -> Option<Ref<PyObject>> {
        self.order.learn_entry(entry, 0);
        self.touch();
        self.order.remove(id)
    }

    fn set(&self, py: Py<'_>, key: &PyObject, hash: isize, value: &PyObject) -> PyResult<()> {
        self.base.set_known_hash(py, key, hash, value)?;
        match self.add_node(py, key, hash) {
            Ok(()) => Ok(()),
            Err(raised) => {
                // A key without a node would never be seen again.
                let error = py.fetch(raised);
                match self.base.remove_known_hash(py, key, hash) {
                    Ok(value) => drop(value),
                    Err(raised) => py.clear_error(raised),
                }
                Err(py.restore(error))
            }
        }
    }

    fn delete(&self, py: Py<'_>, key: &PyObject, hash: isize) -> PyResult<()> {
        let node = match self.find(py, key, hash)? {
            Some(found) => self.remove_node(found),
            None => None,
        };
        let value = self.base.remove_known_hash(py, key, hash)?;
        drop(node);
        match value {
            Some(_) => Ok(()),
            None => Err(raise_key_error(py, key)),
        }
    }

    fn pop_key(&self, py: Py<'_>, key: &PyObject, hash: isize) -> PyResult<Option<Ref<PyObject>>> {
        let node = match self.find(py, key, hash)? {
            Some(found) => self.remove_node(found),
            None => None,
        };
        let value = self.base.remove_known_hash(py, key, hash)?;
        drop(node);
        Ok(value)
    }

    /// Calls `each` with key, hash and value in order; `KeyError` when a key has left the dict behind our back.
    fn for_each(
        &self,
        py: Py<'_>,
        mut each: impl FnMut(&PyObject, isize, &PyObject) -> PyResult<()>,
    ) -> PyResult<()> {
        let mut at = 0;
        while let Some(id) = self.order.after(at, false) {
            let Some((key, hash)) = self.order.key(id) else { break };
            let Some(value) = self.base.get(py, &key)? else {
                return Err(raise_key_error(py, &key));
            };
            let state = self.state.get();
            each(&key, hash, &value)?;
            if state != self.state.get() {
                bail!(py, RuntimeError, "OrderedDict mutated during iteration");
            }
            at = id;
        }
        Ok(())
    }

    /// Whether two have the same keys in the same order.
    fn same_order(&self, py: Py<'_>, other: &OrderedDict) -> PyResult<bool> {
        let states = (self.state.get(), other.state.get());
        let (mut a, mut b) = (0, 0);
        loop {
            match (self.order.after(a, false), other.order.after(b, false)) {
                (None, None) => return Ok(true),
                (Some(x), Some(y)) => {
                    let (Some((left, _)), Some((right, _))) = (self.order.key(x), other.order.key(y)) else {
                        return Ok(false);
                    };
                    let same = left.is(&right) || left.eq(py, &right)?;
                    if states != (self.state.get(), other.state.get()) {
                        bail!(py, RuntimeError, "OrderedDict mutated during iteration");
                    }
                    if !same {
                        return Ok(false);
                    }
                    (a, b) = (x, y);
                }
                _ => return Ok(false),
            }
        }
    }
}

/// Stores every pair of an iterable through `__setitem__`.
fn add_pairs(py: Py<'_>, target: &PyObject, pairs: &PyObject) -> PyResult<()> {
    let iterator = pairs.iter(py)?;
    while let Some(pair) = iterator.next(py)? {
        let parts = pair.iter(py)?;
        let Some(key) = parts.next(py)? else {
            bail!(py, ValueError, "need more than 0 values to unpack");
        };
        let Some(value) = parts.next(py)? else {
            bail!(py, ValueError, "need more than 1 value to unpack");
        };
        if parts.next(py)?.is_some() {
            bail!(py, ValueError, "too many values to unpack (expected 2)");
        }
        target.set_item(py, &key, &value)?;
    }
    Ok(())
}

/// `MutableMapping.update` with one argument.
fn update_from(py: Py<'_>, target: &PyObject, other: &PyObject) -> PyResult<()> {
    if let Some(dict) = other.downcast_exact::<PyDict>() {
        for (key, value) in dict.items_snapshot() {
            target.set_item(py, &key, &value)?;
        }
        return Ok(());
    }
    if let Some(keys) = other.get_attr_optional(py, id!(py, "keys"))? {
        let keys = keys.call(py, &[])?;
        return keys.for_each(py, |key| {
            let value = other.get_item(py, &key)?;
            target.set_item(py, &key, &value)
        });
    }
    if let Some(items) = other.get_attr_optional(py, id!(py, "items"))? {
        return add_pairs(py, target, &*items.call(py, &[])?);
    }
    add_pairs(py, target, other)
}

fn update_keywords(py: Py<'_>, target: &PyObject, kwargs: Option<&PyDict>) -> PyResult<()> {
    for (key, value) in kwargs.map(PyDict::items_snapshot).unwrap_or_default() {
        target.set_item(py, &key, &value)?;
    }
    Ok(())
}

#[pymethods]
impl OrderedDict {
    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        if args.len() > 1 {
            bail!(py, TypeError, "expected at most 1 argument, got {}", args.len());
        }
        if let Some(other) = args.get(0) {
            update_from(py, self, other)?;
        }
        update_keywords(py, self, kwargs)
    }

    #[slot]
    fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        OrderedDictIterator::over(py, self, What::Keys, false)
    }

    #[slot]
    fn mp_ass_subscript(&self, py: Py<'_>, key: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
        let hash = key.hash(py)?;
        match value {
            Some(value) => self.set(py, key, hash, value),
            None => self.delete(py, key, hash),
        }
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let name = self.ty().short_name();
        if self.base.is_empty() {
            return PyStr::new(py, &format!("{name}()"));
        }
        let Some(_guard) = py.repr_enter(self)? else { return PyStr::new(py, "...") };
        let plain = PyDict::new(py)?;
        if OrderedDict::check_exact(self) {
            self.for_each(py, |key, hash, value| plain.set_known_hash(py, key, hash, value))?;
        } else {
            let items = self.call_method(py, id!(py, "items"), &[])?;
            merge::merge_pairs(py, &plain, &items)?;
        }
        let mut text = StrBuilder::new();
        text.push_str(py, name)?;
        text.push_char(py, '(')?;
        text.push(py, &*plain.as_object().repr(py)?)?;
        text.push_char(py, ')')?;
        text.finish(py)
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let is_dict = other.downcast::<PyDict>().is_some();
        if !is_dict || !matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return Ok(py.not_implemented());
        }
        let result = self.base.tp_richcompare(py, other, CompareOp::Eq)?;
        if result.is(krait_runtime::objects::PyNotImplemented::get()) {
            return Ok(result);
        }
        let mut same = result.is_true(py)?;
        if same && let Some(other) = other.downcast::<OrderedDict>() {
            same = self.same_order(py, other)?;
        }
        Ok(PyBool::get(same == (op == CompareOp::Eq)).to_ref())
    }

    #[slot]
    fn nb_or(py: Py<'_>, left: &PyObject, right: &PyObject) -> PyResult<Ref<PyObject>> {
        let (cls, other) = match (left.downcast::<OrderedDict>(), right.downcast::<OrderedDict>()) {
            (Some(this), _) => (this.ty(), right),
            (None, Some(this)) => (this.ty(), left),
            (None, None) => return Ok(py.not_implemented()),
        };
        if other.downcast::<PyDict>().is_none() {
            return Ok(py.not_implemented());
        }
        let new = cls.call(py, &[left])?;
        update_from(py, &new, right)?;
        Ok(new)
    }

    #[slot]
    fn nb_inplace_or(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
        update_from(py, self, other)?;
        Ok(self.to_ref())
    }

    #[classmethod]
    fn fromkeys(
        cls: &PyType,
        py: Py<'_>,
        iterable: &PyObject,
        value: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        merge::from_keys(py, cls, iterable, value.unwrap_or(krait_runtime::objects::PyNone::get()))
    }

    #[pymethod]
    fn __sizeof__(&self, py: Py<'_>) -> usize {
        self.base.sizeof(py) + 8 * self.order.entries() + NODE_BYTES * self.order.len()
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let state = super::state_of(py, self)?;
        let items = self.call_method(py, id!(py, "items"), &[])?.iter(py)?;
        let (nothing, none) = (PyTuple::empty(py)?, py.none());
        PyTuple::new(py, &[self.ty(), &nothing, &state, &none, &items])
    }

    #[pymethod]
    fn setdefault(&self, py: Py<'_>, key: &PyObject, default: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let default = default.unwrap_or(krait_runtime::objects::PyNone::get());
        if OrderedDict::check_exact(self) {
            let hash = PyDict::hash_of(py, key)?;
            if let Some(found) = self.base.get_known_hash(py, key, hash)? {
                return Ok(found);
            }
            self.set(py, key, hash, default)?;
        } else if self.contains(py, key)? {
            return self.get_item(py, key);
        } else {
            self.set_item(py, key, default)?;
        }
        Ok(default.to_ref())
    }

    #[pymethod]
    fn pop(&self, py: Py<'_>, key: &PyObject, default: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let hash = key.hash(py)?;
        match (self.pop_key(py, key, hash)?, default) {
            (Some(value), _) => Ok(value),
            (None, Some(default)) => Ok(default.to_ref()),
            (None, None) => Err(raise_key_error(py, key)),
        }
    }

    #[pymethod]
    fn popitem(&self, py: Py<'_>, #[default(true)] last: bool) -> PyResult<Ref<PyTuple>> {
        let end = self.order.after(0, last).and_then(|id| self.order.key(id));
        let Some((key, hash)) = end else { bail!(py, KeyError, "dictionary is empty") };
        match self.pop_key(py, &key, hash)? {
            Some(value) => PyTuple::pair(py, key, value),
            None => Err(raise_key_error(py, &key)),
        }
    }

    #[pymethod(name = "keys")]
    fn py_keys(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        OrderedDictKeys::over(py, self)
    }

    #[pymethod(name = "values")]
    fn py_values(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        OrderedDictValues::over(py, self)
    }

    #[pymethod(name = "items")]
    fn py_items(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        OrderedDictItems::over(py, self)
    }

    #[pymethod]
    #[raw]
    fn update(&self, py: Py<'_>, args: Args<'_>) -> PyResult<()> {
        let positional = args.positional();
        if positional.len() > 1 {
            bail!(py, TypeError, "update() takes at most 1 positional argument ({} given)", positional.len());
        }
        if let Some(other) = positional.first() {
            update_from(py, self, other)?;
        }
        for (name, value) in args.keywords().iter() {
            self.set_item(py, name, value)?;
        }
        Ok(())
    }

    #[pymethod]
    fn clear(&self, _py: Py<'_>) {
        let rest = self.order.take();
        self.touch();
        self.base.clear();
        drop(rest);
    }

    #[pymethod]
    fn copy(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let new = self.ty().call(py, &[])?;
        match new.downcast_exact::<OrderedDict>().filter(|_| OrderedDict::check_exact(self)) {
            Some(copy) => self.for_each(py, |key, hash, value| copy.set(py, key, hash, value))?,
            None => {
                let mut at = 0;
                while let Some(id) = self.order.after(at, false) {
                    let Some((key, _)) = self.order.key(id) else { break };
                    let state = self.state.get();
                    let value = self.get_item(py, &key)?;
                    new.set_item(py, &key, &value)?;
                    if state != self.state.get() {
                        bail!(py, RuntimeError, "OrderedDict mutated during iteration");
                    }
                    at = id;
                }
            }
        }
        Ok(new)
    }

    #[pymethod]
    fn __reversed__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        OrderedDictIterator::over(py, self, What::Keys, true)
    }

    #[pymethod]
    fn move_to_end(&self, py: Py<'_>, key: &PyObject, #[default(true)] last: bool) -> PyResult<()> {
        let Some(end) = self.order.after(0, last) else { return Err(raise_key_error(py, key)) };
        if self.order.key(end).is_some_and(|(k, _)| k.is(key)) {
            return Ok(());
        }
        let hash = key.hash(py)?;
        let Some((_, id)) = self.find(py, key, hash)? else { return Err(raise_key_error(py, key)) };
        if self.order.after(0, last) != Some(id) {
            self.order.move_to_end(id, last);
            self.touch();
        }
        Ok(())
    }

    #[getter]
    fn __dict__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.instance_dict(py)
    }

    #[setter]
    #[allow(non_snake_case)]
    fn set___dict__(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        self.set_instance_dict(py, value)
    }
}
