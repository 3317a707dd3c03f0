//! `property`.

#![allow(non_snake_case)]

use crate::prelude::*;

/// `propertyobject`.
#[pyclass(name = "property", basetype, gc)]
#[repr(C)]
pub struct PyProperty {
    base: PyObject,
    #[pymember("fget", object, readonly)]
    prop_get: Member<PyObject>,
    #[pymember("fset", object, readonly)]
    prop_set: Member<PyObject>,
    #[pymember("fdel", object, readonly)]
    prop_del: Member<PyObject>,
    #[pymember("__doc__", object)]
    prop_doc: Member<PyObject>,
    prop_name: Member<PyObject>,
    getter_doc: Cell<i32>,
}

impl PyProperty {
    /// The getter function: specialisation of attribute access reads it.
    pub fn fget(&self) -> Option<Ref<PyObject>> {
        self.prop_get.get()
    }

    fn name(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        if let Some(name) = self.prop_name.get() {
            return Ok(Some(name));
        }
        match self.prop_get.get().filter(|g| !g.is_none()) {
            Some(get) => get.get_attr_optional(py, id!(py, "__name__")),
            None => Ok(None),
        }
    }

    #[cold]
    fn missing(&self, py: Py<'_>, instance: &PyObject, what: &str) -> Raised {
        let owner = instance.ty().qualname();
        match self.name(py) {
            Ok(Some(name)) => match name.repr(py) {
                Ok(name) => raise!(py, AttributeError, "property {name} of '{owner}' object has no {what}"),
                Err(raised) => raised,
            },
            Ok(None) => raise!(py, AttributeError, "property of '{owner}' object has no {what}"),
            Err(raised) => raised,
        }
    }

    /// A copy with one function exchanged.
    fn changed(
        &self,
        py: Py<'_>,
        get: Option<&PyObject>,
        set: Option<&PyObject>,
        del: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let pick = |new: Option<&PyObject>, old: &Member<PyObject>| match new {
            Some(new) if !new.is_none() => new.to_ref(),
            _ => old.get().unwrap_or_else(|| py.none()),
        };
        let (get, set, del) =
            (pick(get, &self.prop_get), pick(set, &self.prop_set), pick(del, &self.prop_del));
        // A docstring taken from the getter is taken anew.
        let doc = if self.getter_doc.get() != 0 && !get.is_none() {
            py.none()
        } else {
            self.prop_doc.get().unwrap_or_else(|| py.none())
        };
        let new = self.ty().call(py, &[&get, &set, &del, &doc])?;
        if let Some(property) = new.downcast::<PyProperty>() {
            drop(property.prop_name.replace(self.prop_name.get()));
        }
        Ok(new)
    }
}

#[pymethods]
impl PyProperty {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        PyProperty {
            base: PyObject::HEADER,
            prop_get: Member::empty(),
            prop_set: Member::empty(),
            prop_del: Member::empty(),
            prop_doc: Member::empty(),
            prop_name: Member::empty(),
            getter_doc: Cell::new(0),
        }
        .alloc(py, cls)
    }
    #[init]
    #[sig("(fget=None, fset=None, fdel=None, doc=None)")]
    fn init(
        &self,
        py: Py<'_>,
        fget: Option<&PyObject>,
        fset: Option<&PyObject>,
        fdel: Option<&PyObject>,
        doc: Option<&PyObject>,
    ) -> PyResult<()> {
        let given = |o: Option<&PyObject>| o.filter(|o| !o.is_none()).map(PyObject::to_ref);
        let fget = given(fget);
        drop(self.prop_get.replace(fget.clone()));
        drop(self.prop_set.replace(given(fset)));
        drop(self.prop_del.replace(given(fdel)));
        drop(self.prop_doc.take());
        drop(self.prop_name.take());
        self.getter_doc.set(0);
        let mut doc = given(doc);
        if doc.is_none()
            && let Some(fget) = fget
        {
            doc = fget.get_attr_optional(py, id!(py, "__doc__"))?.filter(|d| !d.is_none());
            if doc.is_some() {
                self.getter_doc.set(1);
            }
        }
        if self.is_exactly(PyProperty::type_object()) {
            drop(self.prop_doc.replace(doc));
            return Ok(());
        }
        // A subclass shows its own __doc__ unless the instance has one. Where that cannot be, a given text is dropped without a word.
        let value = doc.unwrap_or_else(|| py.none());
        match self.set_attr(py, id!(py, "__doc__"), &value) {
            Err(raised)
                if self.getter_doc.get() == 0
                    && py.error_matches(crate::objects::exceptions::types::AttributeError()) =>
            {
                py.clear_error(raised);
                Ok(())
            }
            other => other,
        }
    }
    #[slot]
    fn tp_descr_get(
        &self,
        py: Py<'_>,
        instance: Option<&PyObject>,
        _owner: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let Some(instance) = instance.filter(|i| !i.is_none()) else { return Ok(self.to_ref()) };
        match self.prop_get.get() {
            Some(get) => get.call(py, &[instance]),
            None => Err(self.missing(py, instance, "getter")),
        }
    }
    #[slot]
    fn tp_descr_set(&self, py: Py<'_>, instance: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
        let function = if value.is_some() { self.prop_set.get() } else { self.prop_del.get() };
        match (function, value) {
            (Some(set), Some(value)) => set.call(py, &[instance, value]).map(|_| ()),
            (Some(del), None) => del.call(py, &[instance]).map(|_| ()),
            (None, Some(_)) => Err(self.missing(py, instance, "setter")),
            (None, None) => Err(self.missing(py, instance, "deleter")),
        }
    }
    #[pymethod]
    #[sig("($self, object, /)")]
    fn getter(&self, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        self.changed(py, Some(object), None, None)
    }
    #[pymethod]
    #[sig("($self, object, /)")]
    fn setter(&self, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        self.changed(py, None, Some(object), None)
    }
    #[pymethod]
    #[sig("($self, object, /)")]
    fn deleter(&self, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        self.changed(py, None, None, Some(object))
    }
    #[pymethod]
    #[raw(fastcall)]
    fn __set_name__(&self, py: Py<'_>, args: Args<'_>) -> PyResult<()> {
        let [_, name] = args.positional() else {
            bail!(
                py,
                TypeError,
                "__set_name__() takes 2 positional arguments but {} were given",
                args.positional().len()
            )
        };
        self.prop_name.set(name.to_ref());
        Ok(())
    }
    #[getter]
    fn __name__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        match self.name(py)? {
            Some(name) => Ok(name),
            None => {
                let text = "'property' object has no attribute '__name__'";
                Err(py.raise_attribute_error(self, "__name__", text))
            }
        }
    }
    #[setter]
    fn set___name__(&self, _py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        drop(self.prop_name.replace(value.map(PyObject::to_ref)));
        Ok(())
    }
    #[getter]
    fn __isabstractmethod__(&self, py: Py<'_>) -> PyResult<bool> {
        for function in [&self.prop_get, &self.prop_set, &self.prop_del] {
            if let Some(function) = function.get()
                && crate::objects::static_method::is_abstract(py, &function)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
