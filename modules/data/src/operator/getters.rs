//! `itemgetter`, `attrgetter` and `methodcaller`.

use krait_runtime::prelude::*;
use krait_runtime::protocol::vectorcall::{Vectorcall, VectorcallField, spread};

/// Arguments kept on the native stack.
const SMALL: usize = 8;

/// What the type's own names look like in messages: without the module.
fn only_one<'a>(py: Py<'_>, name: &'static str, args: Args<'a>) -> PyResult<&'a PyObject> {
    check_positional(py, name, args.positional().len() as isize, 1, 1)?;
    args.positional().first().copied().ok_or_else(|| raise!(py, SystemError, "no argument"))
}

fn refuse_keywords(py: Py<'_>, name: &str, args: Args<'_>) -> PyResult<()> {
    if args.has_keywords() {
        bail!(py, TypeError, "{name}() takes no keyword arguments");
    }
    Ok(())
}

/// `name(item, item)` with every item's repr; "..." inside itself.
fn repr_of(py: Py<'_>, this: &PyObject, items: &[Ref<PyObject>]) -> PyResult<Ref<PyStr>> {
    let name = this.ty().name();
    let Some(_guard) = py.repr_enter(this)? else { return PyStr::new(py, &format!("{name}(...)")) };
    let mut text = krait_runtime::objects::str::StrBuilder::new();
    text.push_str(py, name)?;
    text.push_char(py, '(')?;
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            text.push_str(py, ", ")?;
        }
        text.push(py, &*item.repr(py)?)?;
    }
    text.push_char(py, ')')?;
    text.finish(py)
}

/// `operator.itemgetter`.
#[pyclass(module = "operator", name = "itemgetter", gc, vectorcall_offset = vectorcall, heap, immutable)]
#[repr(C)]
pub struct ItemGetter {
    base: PyObject,
    items: Ref<PyTuple>,
    /// The only item as a tuple index, or -1.
    index: isize,
    #[no_traverse]
    vectorcall: VectorcallField,
    _room: usize,
}

impl Vectorcall for ItemGetter {
    #[inline]
    fn vectorcall(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        refuse_keywords(py, "itemgetter", args)?;
        let object = only_one(py, "itemgetter", args)?;
        let [item] = self.items.as_slice() else {
            let mut found = Vec::with_capacity(self.items.len());
            for item in self.items.as_slice() {
                found.push(object.get_item(py, item)?);
            }
            return PyTuple::from_vec(py, found).map(Ref::upcast);
        };
        if let Ok(index) = usize::try_from(self.index)
            && let Some(tuple) = object.downcast_exact::<PyTuple>()
            && let Some(found) = tuple.get(index)
        {
            return Ok(found.to_ref());
        }
        object.get_item(py, item)
    }
}

#[pymethods]
impl ItemGetter {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        no_keywords(py, "itemgetter", kwargs)?;
        if args.is_empty() {
            check_positional(py, "itemgetter", 0, 1, 1)?;
        }
        let index = match args.as_slice() {
            [only] => {
                only.downcast_exact::<PyInt>().and_then(PyInt::as_i64).filter(|i| *i >= 0).unwrap_or(-1)
            }
            _ => -1,
        };
        ItemGetter {
            base: PyObject::HEADER,
            items: args.new_ref(),
            index: index as isize,
            vectorcall: VectorcallField::of::<ItemGetter>(),
            _room: 0,
        }
        .alloc(py, cls)
    }

    #[slot]
    fn tp_call(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        spread(py, args, kwargs, |args| self.vectorcall(py, args))
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        repr_of(py, self, self.items.as_slice())
    }

    #[getter]
    fn __text_signature__(&self, _py: Py<'_>) -> &'static str {
        "(obj, /)"
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        PyTuple::new(py, &[self.ty(), &self.items])
    }
}

/// `operator.attrgetter`.
#[pyclass(module = "operator", name = "attrgetter", gc, vectorcall_offset = vectorcall, heap, immutable)]
#[repr(C)]
pub struct AttrGetter {
    base: PyObject,
    /// For each attribute its name, or a tuple of the names between dots.
    attributes: Ref<PyTuple>,
    /// A single name without dots: the frequent case.
    simple: bool,
    #[no_traverse]
    vectorcall: VectorcallField,
}

fn dotted(py: Py<'_>, object: &PyObject, attribute: &PyObject) -> PyResult<Ref<PyObject>> {
    if let Some(name) = attribute.downcast::<PyStr>() {
        return object.get_attr(py, name);
    }
    let mut found = object.to_ref();
    if let Some(names) = attribute.downcast::<PyTuple>() {
        for name in names.as_slice() {
            if let Some(name) = name.downcast::<PyStr>() {
                found = found.get_attr(py, name)?;
            }
        }
    }
    Ok(found)
}

impl AttrGetter {
    /// The names as they were given.
    fn names(&self, py: Py<'_>) -> PyResult<Vec<Ref<PyObject>>> {
        let dot = PyStr::latin1_char(b'.');
        let joined = |attribute: &Ref<PyObject>| match attribute.downcast::<PyTuple>() {
            Some(parts) => dot.join_items(py, parts.as_slice()).map(Ref::upcast),
            None => Ok(attribute.clone()),
        };
        self.attributes.as_slice().iter().map(joined).collect()
    }
}

impl Vectorcall for AttrGetter {
    #[inline]
    fn vectorcall(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        refuse_keywords(py, "attrgetter", args)?;
        let object = only_one(py, "attrgetter", args)?;
        let attributes = self.attributes.as_slice();
        if self.simple
            && let Some(name) = attributes.first().and_then(|name| name.downcast_exact::<PyStr>())
        {
            return object.get_attr(py, name);
        }
        if let [attribute] = attributes {
            return dotted(py, object, attribute);
        }
        let mut found = Vec::with_capacity(attributes.len());
        for attribute in attributes {
            found.push(dotted(py, object, attribute)?);
        }
        PyTuple::from_vec(py, found).map(Ref::upcast)
    }
}

#[pymethods]
impl AttrGetter {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        no_keywords(py, "attrgetter", kwargs)?;
        if args.is_empty() {
            check_positional(py, "attrgetter", 0, 1, 1)?;
        }
        let mut attributes = Vec::with_capacity(args.len());
        for name in args.as_slice() {
            let Some(text) = name.downcast::<PyStr>() else {
                bail!(py, TypeError, "attribute name must be a string");
            };
            let mut parts = Vec::new();
            let mut start = 0;
            for (at, c) in text.code_points().enumerate() {
                if c == u32::from('.') {
                    parts.push(PyStr::intern(py, text.substring(py, start, at)?).upcast());
                    start = at + 1;
                }
            }
            let last = PyStr::intern(py, text.substring(py, start, text.len())?).upcast();
            if parts.is_empty() {
                attributes.push(last);
            } else {
                parts.push(last);
                attributes.push(PyTuple::from_vec(py, parts)?.upcast());
            }
        }
        let simple = matches!(attributes.as_slice(), [only] if only.downcast::<PyStr>().is_some());
        AttrGetter {
            base: PyObject::HEADER,
            attributes: PyTuple::from_vec(py, attributes)?,
            simple,
            vectorcall: VectorcallField::of::<AttrGetter>(),
        }
        .alloc(py, cls)
    }

    #[slot]
    fn tp_call(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        spread(py, args, kwargs, |args| self.vectorcall(py, args))
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        repr_of(py, self, &self.names(py)?)
    }

    #[getter]
    fn __text_signature__(&self, _py: Py<'_>) -> &'static str {
        "(obj, /)"
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let names = PyTuple::from_vec(py, self.names(py)?)?;
        PyTuple::new(py, &[self.ty(), &names])
    }
}

/// `operator.methodcaller`.
#[pyclass(module = "operator", name = "methodcaller", gc, vectorcall_offset = vectorcall, heap, immutable)]
#[repr(C)]
pub struct MethodCaller {
    base: PyObject,
    name: Ref<PyStr>,
    args: Ref<PyTuple>,
    kwargs: Option<Ref<PyDict>>,
    /// Positional values, then those of the keywords.
    values: Ref<PyTuple>,
    kwnames: Option<Ref<PyTuple>>,
    #[no_traverse]
    vectorcall: VectorcallField,
}

impl Vectorcall for MethodCaller {
    #[inline]
    fn vectorcall(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let object = only_one(py, "methodcaller", args)?;
        refuse_keywords(py, "methodcaller", args)?;
        let (method, unbound) = object.load_method(py, &self.name)?;
        let values = self.values.as_slice();
        let positional = self.args.len() + usize::from(unbound);
        let mut small = [object; SMALL];
        let mut big = Vec::new();
        let all: &[&PyObject] = if values.len() < SMALL {
            for (slot, value) in small.iter_mut().skip(1).zip(values) {
                *slot = value;
            }
            small.get(..=values.len()).unwrap_or_default()
        } else {
            big.push(object);
            big.extend(values.iter().map(|value| &**value));
            &big
        };
        let all = if unbound { all } else { all.get(1..).unwrap_or_default() };
        match Args::new(all, positional, self.kwnames.as_deref()) {
            Some(args) => method.call_args(py, args),
            None => Err(raise!(py, SystemError, "keyword names do not match the arguments")),
        }
    }
}

#[pymethods]
impl MethodCaller {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let Some((name, rest)) = args.as_slice().split_first() else {
            bail!(py, TypeError, "methodcaller needs at least one argument, the method name");
        };
        let Some(name) = name.downcast::<PyStr>() else {
            bail!(py, TypeError, "method name must be a string");
        };
        let name = PyStr::intern(py, name.to_exact(py)?);
        let args = PyTuple::from_vec(py, rest.to_vec())?;
        let kwargs = match kwargs.filter(|k| !k.is_empty()) {
            Some(kwargs) => Some(kwargs.copy(py)?),
            None => None,
        };
        let (mut values, mut names) = (rest.to_vec(), Vec::new());
        for (key, value) in kwargs.iter().flat_map(|k| k.items_snapshot()) {
            names.push(key);
            values.push(value);
        }
        let kwnames = if names.is_empty() { None } else { Some(PyTuple::from_vec(py, names)?) };
        MethodCaller {
            base: PyObject::HEADER,
            name,
            args,
            kwargs,
            values: PyTuple::from_vec(py, values)?,
            kwnames,
            vectorcall: VectorcallField::of::<MethodCaller>(),
        }
        .alloc(py, cls)
    }

    #[slot]
    fn tp_call(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        spread(py, args, kwargs, |args| self.vectorcall(py, args))
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let type_name = self.ty().name();
        let Some(_guard) = py.repr_enter(self)? else { return PyStr::new(py, &format!("{type_name}(...)")) };
        let mut text = krait_runtime::objects::str::StrBuilder::new();
        text.push_str(py, type_name)?;
        text.push_char(py, '(')?;
        text.push(py, &*self.name.as_object().repr(py)?)?;
        for arg in self.args.as_slice() {
            text.push_str(py, ", ")?;
            text.push(py, &*arg.repr(py)?)?;
        }
        for (key, value) in self.kwargs.iter().flat_map(|k| k.items_snapshot()) {
            text.push_str(py, ", ")?;
            text.push(py, &*key.str(py)?)?;
            text.push_char(py, '=')?;
            text.push(py, &*value.repr(py)?)?;
        }
        text.push_char(py, ')')?;
        text.finish(py)
    }

    #[getter]
    fn __text_signature__(&self, _py: Py<'_>) -> &'static str {
        "(obj, /)"
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let Some(kwargs) = &self.kwargs else {
            let mut args = vec![self.name.to_ref()];
            args.extend(self.args.as_slice().iter().cloned());
            let args = PyTuple::from_vec(py, args)?;
            return PyTuple::new(py, &[self.ty(), &args]);
        };
        let partial = PyType::ready::<crate::functools::Partial>(py)?;
        let constructor = {
            let args = PyTuple::new(py, &[self.ty(), &self.name])?;
            partial.call_dict(py, &args, Some(kwargs))?
        };
        PyTuple::new(py, &[&constructor, &self.args])
    }
}
