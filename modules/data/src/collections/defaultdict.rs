//! `defaultdict`.

use krait_runtime::objects::generic_alias::class_getitem;
use krait_runtime::prelude::*;

/// `collections.defaultdict`.
#[pyclass(module = "collections", name = "defaultdict", base = PyDict, basetype, gc, mapping, over_base, no_alloc, heap, immutable)]
#[repr(C)]
pub struct DefaultDict {
    #[no_traverse]
    base: PyDict,
    #[pymember("default_factory", object)]
    default_factory: Member<PyObject>,
}

impl DefaultDict {
    fn factory(&self, py: Py<'_>) -> Ref<PyObject> {
        self.default_factory.get().unwrap_or_else(|| py.none())
    }

    /// A new dict of the same class and factory with these contents.
    fn like(&self, py: Py<'_>, contents: &PyObject) -> PyResult<Ref<PyObject>> {
        self.ty().call(py, &[&self.factory(py), contents])
    }
}

#[pymethods]
impl DefaultDict {
    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        let factory = args.get(0).filter(|f| !f.is_none());
        if factory.is_some_and(|f| !f.is_callable()) {
            bail!(py, TypeError, "first argument must be callable or None");
        }
        let rest = args.slice(py, 1.min(args.len()), args.len())?;
        drop(self.default_factory.replace(factory.map(PyObject::to_ref)));
        self.base.tp_init(py, &rest, kwargs)
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let contents = self.base.tp_repr(py)?;
        let factory = match self.default_factory.get().filter(|f| !f.is_none()) {
            None => PyStr::new(py, "None")?,
            Some(factory) => match py.repr_enter(&factory)? {
                Some(_guard) => factory.repr(py)?,
                None => PyStr::new(py, "...")?,
            },
        };
        let mut text = krait_runtime::objects::str::StrBuilder::new();
        text.push_str(py, self.ty().short_name())?;
        text.push_char(py, '(')?;
        text.push(py, &factory)?;
        text.push_str(py, ", ")?;
        text.push(py, &contents)?;
        text.push_char(py, ')')?;
        text.finish(py)
    }

    #[slot]
    fn nb_or(py: Py<'_>, left: &PyObject, right: &PyObject) -> PyResult<Ref<PyObject>> {
        let (this, other) = match (left.downcast::<DefaultDict>(), right.downcast::<DefaultDict>()) {
            (Some(this), _) => (this, right),
            (None, Some(this)) => (this, left),
            (None, None) => return Ok(py.not_implemented()),
        };
        if other.downcast::<PyDict>().is_none() {
            return Ok(py.not_implemented());
        }
        let new = this.like(py, left)?;
        if let Some(dict) = new.downcast::<PyDict>() {
            dict.update(py, right)?;
        }
        Ok(new)
    }

    #[pymethod]
    fn __missing__(&self, py: Py<'_>, key: &PyObject) -> PyResult<Ref<PyObject>> {
        let Some(factory) = self.default_factory.get().filter(|f| !f.is_none()) else {
            return Err(krait_runtime::objects::dict::insert::raise_key_error(py, key));
        };
        let value = factory.call(py, &[])?;
        // The factory itself may have set the key: then its value stays.
        self.base.set_default(py, key, &value)
    }

    #[pymethod(name = "copy")]
    #[pymethod(name = "__copy__")]
    fn copy(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.like(py, self)
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let args = match self.default_factory.get().filter(|f| !f.is_none()) {
            Some(factory) => PyTuple::new(py, &[&factory])?,
            None => PyTuple::empty(py)?,
        };
        let items = self.call_method(py, id!(py, "items"), &[])?.iter(py)?;
        let none = py.none();
        PyTuple::new(py, &[self.ty(), &args, &none, &none, &items])
    }

    #[classmethod(name = "__class_getitem__")]
    fn subscript(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        class_getitem(py, cls, object)
    }
}
