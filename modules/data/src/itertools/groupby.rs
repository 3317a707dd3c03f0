//! `groupby` and the iterators over its groups.

use krait_runtime::prelude::*;

/// `itertools.groupby`.
#[pyclass(module = "itertools", name = "groupby", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct GroupBy {
    base: PyObject,
    iterator: Ref<PyObject>,
    key_function: Option<Ref<PyObject>>,
    /// The key of the group that was given last.
    target: Member<PyObject>,
    current_key: Member<PyObject>,
    current_value: Member<PyObject>,
    /// Address of the group that may still be walked; 0: none.
    group: Cell<usize>,
    _room: usize,
}

impl GroupBy {
    /// Goes on to the next item; false at the end.
    fn step(&self, py: Py<'_>) -> PyResult<bool> {
        let Some(value) = self.iterator.next(py)? else { return Ok(false) };
        let key = match &self.key_function {
            Some(function) => function.call(py, &[&value])?,
            None => value.clone(),
        };
        let old = (self.current_value.replace(Some(value)), self.current_key.replace(Some(key)));
        drop(old);
        Ok(true)
    }
}

#[pymethods]
impl GroupBy {
    #[new]
    fn groupby_new(
        py: Py<'_>,
        cls: &PyType,
        iterable: &PyObject,
        key: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        GroupBy {
            base: PyObject::HEADER,
            iterator: iterable.iter(py)?,
            key_function: key.filter(|k| !k.is_none()).map(PyObject::to_ref),
            target: Member::empty(),
            current_key: Member::empty(),
            current_value: Member::empty(),
            group: Cell::new(0),
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
        self.group.set(0);
        // What is left of the last group is skipped.
        loop {
            match (self.current_key.get(), self.target.get()) {
                (None, _) => {}
                (Some(_), None) => break,
                (Some(current), Some(target)) => {
                    if !(target.is(&current) || target.eq(py, &current)?) {
                        break;
                    }
                }
            }
            if !self.step(py)? {
                return Ok(None);
            }
        }
        let Some(key) = self.current_key.get() else { return Ok(None) };
        self.target.set(key.clone());
        let group = Grouper::make(py, self, &key)?;
        PyTuple::pair(py, key, group.upcast()).map(|pair| Some(pair.upcast()))
    }
}

/// `itertools._grouper`.
#[pyclass(module = "itertools", name = "_grouper", gc, heap, immutable)]
#[repr(C)]
pub struct Grouper {
    base: PyObject,
    parent: Ref<GroupBy>,
    target: Ref<PyObject>,
}

impl Grouper {
    fn make(py: Py<'_>, parent: &GroupBy, target: &PyObject) -> PyResult<Ref<Grouper>> {
        let group = Grouper { base: PyObject::HEADER, parent: parent.new_ref(), target: target.to_ref() }
            .alloc_exact(py)?;
        parent.group.set(group.id());
        Ok(group)
    }
}

#[pymethods]
impl Grouper {
    #[new]
    #[sig("(parent, tgtkey, /)")]
    fn grouper_new(
        py: Py<'_>,
        _cls: &PyType,
        parent: &PyObject,
        tgtkey: &PyObject,
    ) -> PyResult<Ref<PyObject>> {
        let Some(parent) = parent.downcast::<GroupBy>() else {
            let got = if parent.is_none() { "None" } else { parent.ty().name() };
            bail!(py, TypeError, "_grouper() argument 1 must be itertools.groupby, not {got}");
        };
        Grouper::make(py, parent, tgtkey).map(Ref::upcast)
    }

    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let parent = &*self.parent;
        if parent.group.get() != self.id() {
            return Ok(None);
        }
        if !parent.current_value.is_some() && !parent.step(py)? {
            return Ok(None);
        }
        let Some(current) = parent.current_key.get() else { return Ok(None) };
        if !(self.target.is(&current) || self.target.eq(py, &current)?) {
            return Ok(None);
        }
        Ok(parent.current_value.take())
    }
}
