//! Pickling tuples, lists, dicts and sets.

use krait_runtime::prelude::*;

use super::dump::{Dump, note};
use super::opcodes::*;

impl Dump<'_> {
    fn save_item(&mut self, py: Py<'_>, container: &PyObject, at: usize, item: &PyObject) -> PyResult<()> {
        self.save(py, item).map_err(|raised| {
            note(py, raised, &format!("when serializing {} item {at}", container.ty().qualified_name()))
        })
    }

    fn save_value(&mut self, py: Py<'_>, dict: &PyObject, key: &PyObject, value: &PyObject) -> PyResult<()> {
        self.save(py, value).map_err(|raised| {
            let error = py.fetch(raised);
            let shown = match key.repr(py) {
                Ok(shown) => shown.to_string_lossy().into_owned(),
                Err(again) => {
                    py.clear_error(again);
                    return py.restore(error);
                }
            };
            let text = format!("when serializing {} item {shown}", dict.ty().qualified_name());
            note(py, py.restore(error), &text)
        })
    }

    fn save_element(&mut self, py: Py<'_>, set: &PyObject, item: &PyObject) -> PyResult<()> {
        self.save(py, item).map_err(|raised| {
            note(py, raised, &format!("when serializing {} element", set.ty().qualified_name()))
        })
    }

    pub(super) fn save_tuple(&mut self, py: Py<'_>, tuple: &PyTuple) -> PyResult<()> {
        let items = tuple.as_slice();
        let protocol = self.settings.protocol;
        if items.is_empty() {
            if protocol > 0 {
                self.op(EMPTY_TUPLE);
            } else {
                self.out.put(&[MARK, TUPLE]);
            }
            return Ok(());
        }
        if items.len() <= 3 && protocol >= 2 {
            for (at, item) in items.iter().enumerate() {
                self.save_item(py, tuple, at, item)?;
            }
            if let Some(index) = self.remembered(tuple) {
                // An item contains the tuple, which is complete already, then.
                for _ in items {
                    self.op(POP);
                }
                self.get(index);
                return Ok(());
            }
            self.op(TUPLE1 - 1 + items.len() as u8);
        } else {
            self.op(MARK);
            for (at, item) in items.iter().enumerate() {
                self.save_item(py, tuple, at, item)?;
            }
            if let Some(index) = self.remembered(tuple) {
                if self.settings.binary {
                    self.op(POP_MARK);
                } else {
                    for _ in 0..=items.len() {
                        self.op(POP);
                    }
                }
                self.get(index);
                return Ok(());
            }
            self.op(TUPLE);
        }
        self.memoize(tuple);
        Ok(())
    }

    pub(super) fn save_list(&mut self, py: Py<'_>, list: &PyList) -> PyResult<()> {
        self.enter_fast(py, list)?;
        if self.settings.binary {
            self.op(EMPTY_LIST);
        } else {
            self.out.put(&[MARK, LIST]);
        }
        let n = list.len();
        self.memoize(list);
        if n != 0 {
            if self.settings.protocol > 0 {
                self.append_list(py, list)?;
            } else {
                let iterator = list.iter(py)?;
                self.append_items(py, &iterator, list)?;
            }
        }
        self.leave_fast();
        Ok(())
    }

    fn append_list(&mut self, py: Py<'_>, list: &PyList) -> PyResult<()> {
        if let (1, Some(only)) = (list.len(), list.get(0)) {
            self.save_item(py, list, 0, &only)?;
            self.op(APPEND);
            return Ok(());
        }
        let mut at = 0;
        while at < list.len() {
            self.op(MARK);
            let end = at + BATCH;
            while at < end {
                let Some(item) = list.get(at) else { break };
                self.save_item(py, list, at, &item)?;
                at += 1;
            }
            self.op(APPENDS);
        }
        Ok(())
    }

    /// Appends what an iterator gives, in batches.
    pub(super) fn append_items(
        &mut self,
        py: Py<'_>,
        iterator: &PyObject,
        object: &PyObject,
    ) -> PyResult<()> {
        let mut at = 0;
        if self.settings.protocol == 0 {
            while let Some(item) = iterator.next(py)? {
                self.save_item(py, object, at, &item)?;
                at += 1;
                self.op(APPEND);
            }
            return Ok(());
        }
        loop {
            let Some(first) = iterator.next(py)? else { return Ok(()) };
            let Some(second) = iterator.next(py)? else {
                self.save_item(py, object, at, &first)?;
                self.op(APPEND);
                return Ok(());
            };
            self.op(MARK);
            self.save_item(py, object, at, &first)?;
            let mut next = Some(second);
            at += 1;
            let mut n = 1;
            while let Some(item) = next.take() {
                self.save_item(py, object, at, &item)?;
                at += 1;
                n += 1;
                if n == BATCH {
                    break;
                }
                next = iterator.next(py)?;
            }
            self.op(APPENDS);
            if n < BATCH {
                return Ok(());
            }
        }
    }

    pub(super) fn save_dict(&mut self, py: Py<'_>, dict: &PyDict) -> PyResult<()> {
        self.enter_fast(py, dict)?;
        if self.settings.binary {
            self.op(EMPTY_DICT);
        } else {
            self.out.put(&[MARK, DICT]);
        }
        self.memoize(dict);
        if !dict.is_empty() {
            if self.settings.protocol > 0 {
                self.set_dict(py, dict)?;
            } else {
                let items = dict.call_method(py, id!(py, "items"), &[])?.iter(py)?;
                self.set_items(py, &items, dict)?;
            }
        }
        self.leave_fast();
        Ok(())
    }

    fn set_dict(&mut self, py: Py<'_>, dict: &PyDict) -> PyResult<()> {
        let size = dict.len();
        let mut position = 0;
        if size == 1 {
            if let Some((key, value)) = dict.next_entry(&mut position) {
                self.save(py, &key)?;
                self.save_value(py, dict, &key, &value)?;
                self.op(SETITEM);
            }
            return Ok(());
        }
        loop {
            self.op(MARK);
            let mut n = 0;
            while n < BATCH {
                let Some((key, value)) = dict.next_entry(&mut position) else { break };
                self.save(py, &key)?;
                self.save_value(py, dict, &key, &value)?;
                n += 1;
            }
            self.op(SETITEMS);
            if dict.len() != size {
                bail!(py, RuntimeError, "dictionary changed size during iteration");
            }
            if n < BATCH {
                return Ok(());
            }
        }
    }

    /// Stores what an iterator of pairs gives, in batches.
    pub(super) fn set_items(&mut self, py: Py<'_>, iterator: &PyObject, object: &PyObject) -> PyResult<()> {
        let pair = |item: &PyObject| match item.downcast::<PyTuple>().map(PyTuple::as_slice) {
            Some([key, value]) => Ok((key.clone(), value.clone())),
            _ => Err(raise!(py, TypeError, "dict items iterator must return 2-tuples")),
        };
        if self.settings.protocol == 0 {
            while let Some(item) = iterator.next(py)? {
                let (key, value) = pair(&item)?;
                self.save(py, &key)?;
                self.save_value(py, object, &key, &value)?;
                self.op(SETITEM);
            }
            return Ok(());
        }
        loop {
            let Some(first) = iterator.next(py)? else { return Ok(()) };
            let (key, value) = pair(&first)?;
            let Some(second) = iterator.next(py)? else {
                self.save(py, &key)?;
                self.save_value(py, object, &key, &value)?;
                self.op(SETITEM);
                return Ok(());
            };
            self.op(MARK);
            self.save(py, &key)?;
            self.save_value(py, object, &key, &value)?;
            let mut next = Some(second);
            let mut n = 1;
            while let Some(item) = next.take() {
                let (key, value) = pair(&item)?;
                self.save(py, &key)?;
                self.save_value(py, object, &key, &value)?;
                n += 1;
                if n == BATCH {
                    break;
                }
                next = iterator.next(py)?;
            }
            self.op(SETITEMS);
            if n < BATCH {
                return Ok(());
            }
        }
    }

    fn reduce_set(&mut self, py: Py<'_>, set: &PyObject) -> PyResult<()> {
        let items = PyList::from_vec(py, set.collect(py)?)?;
        let args = PyTuple::new(py, &[&items])?;
        let parts = PyTuple::new(py, &[set.ty(), &args])?;
        self.save_reduce(py, &parts, Some(set))
    }

    pub(super) fn save_set(&mut self, py: Py<'_>, set: &PySet) -> PyResult<()> {
        if self.settings.protocol < 4 {
            return self.reduce_set(py, set);
        }
        self.op(EMPTY_SET);
        self.memoize(set);
        let size = set.len();
        let items = set.to_vec();
        for batch in items.chunks(BATCH) {
            self.op(MARK);
            for item in batch {
                self.save_element(py, set, item)?;
                if set.len() != size {
                    bail!(py, RuntimeError, "set changed size during iteration");
                }
            }
            self.op(ADDITEMS);
        }
        if !items.is_empty() && items.len().is_multiple_of(BATCH) {
            self.out.put(&[MARK, ADDITEMS]);
        }
        Ok(())
    }

    pub(super) fn save_frozenset(&mut self, py: Py<'_>, set: &PyFrozenSet) -> PyResult<()> {
        if self.settings.protocol < 4 {
            return self.reduce_set(py, set);
        }
        self.enter_fast(py, set)?;
        self.op(MARK);
        for item in set.as_set().to_vec() {
            self.save_element(py, set, &item)?;
        }
        self.leave_fast();
        if let Some(index) = self.remembered(set) {
            self.op(POP_MARK);
            self.get(index);
            return Ok(());
        }
        self.op(FROZENSET);
        self.memoize(set);
        Ok(())
    }
}
