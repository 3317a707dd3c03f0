//! `ast.AST`: the base of all node classes: construction by `_fields`, copies with changes, pickling, `repr`.

use krait_runtime::objects::exceptions::types::DeprecationWarning;
use krait_runtime::objects::generic_alias::PyGenericAlias;
use krait_runtime::objects::union::PyUnion;
use krait_runtime::prelude::*;

use super::classes::Classes;

/// A node: nothing but a dict.
#[pyclass(module = "ast", name = "AST", basetype, gc, dict = dict, heap)]
#[repr(C)]
pub struct AstNode {
    base: PyObject,
    dict: Member<PyObject>,
}

/// How deep `repr` goes.
const REPR_DEPTH: usize = 3;

impl AstNode {
    /// An instance of a node class with these attributes.
    pub fn with_dict(py: Py<'_>, class: &PyType, dict: Ref<PyDict>) -> PyResult<Ref<PyObject>> {
        AstNode { base: PyObject::HEADER, dict: Member::new(dict.upcast()) }.alloc(py, class).map(Ref::upcast)
    }

    /// An instance without attributes.
    pub fn bare(py: Py<'_>, class: &PyType) -> PyResult<Ref<PyObject>> {
        AstNode { base: PyObject::HEADER, dict: Member::empty() }.alloc(py, class).map(Ref::upcast)
    }

    /// `type(self)._fields` as a list of names; none if the class has lost it.
    fn fields(&self, py: Py<'_>) -> PyResult<Option<Vec<Ref<PyObject>>>> {
        let Some(fields) = self.ty().get_attr_optional(py, id!(py, "_fields"))? else { return Ok(None) };
        names_of(py, &fields).map(Some)
    }
}

/// The items of a sequence of names.
fn names_of(py: Py<'_>, names: &PyObject) -> PyResult<Vec<Ref<PyObject>>> {
    (0..names.len(py)?).map(|index| names.sequence_item(py, index)).collect()
}

fn position(py: Py<'_>, names: &[Ref<PyObject>], name: &PyObject) -> PyResult<Option<usize>> {
    for (index, known) in names.iter().enumerate() {
        if known.is(name) || known.eq(py, name)? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

/// `self.name = value` with a name that may be anything.
fn set(py: Py<'_>, node: &PyObject, name: &PyObject, value: &PyObject) -> PyResult<()> {
    let name = krait_runtime::protocol::attribute::attribute_name(py, name)?;
    node.set_attr(py, name, value)
}

#[pymethods(class = "ast.AST")]
impl AstNode {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        AstNode::bare(py, cls)
    }

    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        let fields = names_of(py, &*self.ty().get_attr(py, id!(py, "_fields"))?)?;
        if fields.len() < args.len() {
            bail!(
                py,
                TypeError,
                "{} constructor takes at most {} positional argument{}",
                self.ty().short_name(),
                fields.len(),
                if fields.len() == 1 { "" } else { "s" }
            )
        }
        let mut open = vec![true; fields.len()];
        for ((name, value), open) in fields.iter().zip(args.as_slice()).zip(&mut open) {
            set(py, self, name, value)?;
            *open = false;
        }
        let mut attributes = None;
        for (name, value) in kwargs.map(PyDict::items_snapshot).unwrap_or_default() {
            match position(py, &fields, &name)?.and_then(|index| open.get_mut(index)) {
                Some(open) if *open => *open = false,
                Some(_) => bail!(
                    py,
                    TypeError,
                    "{} got multiple values for argument {}",
                    self.ty().name(),
                    name.repr(py)?
                ),
                None => {
                    if attributes.is_none() {
                        let names = self.ty().get_attr(py, id!(py, "_attributes"))?;
                        attributes = Some(names_of(py, &names)?);
                    }
                    if position(py, attributes.as_deref().unwrap_or_default(), &name)?.is_none() {
                        let text = format!(
                            "{}.__init__ got an unexpected keyword argument {}. Support for arbitrary keyword arguments is \
                             deprecated and will be removed in Python 3.15.",
                            self.ty().name(),
                            name.repr(py)?
                        );
                        py.warn(DeprecationWarning(), &text, 1)?;
                    }
                }
            }
            set(py, self, &name, &value)?;
        }
        let missing = fields.iter().zip(open).filter(|(_, open)| *open).map(|(name, _)| name);
        self.fill(py, missing)
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        show(py, self, REPR_DEPTH)
    }

    #[getter(name = "__dict__")]
    fn get_dict(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.instance_dict(py)
    }

    #[setter(name = "__dict__")]
    fn set_dict(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        self.set_instance_dict(py, value)
    }

    /// The fields go in as arguments so that unpickling finds them all there at construction.
    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let Some(dict) = self.existing_dict() else {
            return PyTuple::pair(py, self.ty().to_ref(), PyTuple::empty(py)?.upcast());
        };
        let mut count = 0;
        for name in self.fields(py)?.unwrap_or_default() {
            if !dict.contains(py, &name)? {
                break;
            }
            count += 1;
        }
        let args = PyTuple::from_vec(py, (0..count).map(|_| py.none()).collect())?;
        PyTuple::new(py, &[self.ty(), &args, &dict])
    }

    #[pymethod]
    #[raw]
    fn __replace__(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        if !args.positional().is_empty() {
            bail!(py, TypeError, "__replace__() takes no positional arguments")
        }
        let class = self.ty();
        let fields = self.fields(py)?.unwrap_or_default();
        let attributes = match class.get_attr_optional(py, id!(py, "_attributes"))? {
            Some(names) => names_of(py, &names)?,
            None => Vec::new(),
        };
        let dict = self.existing_dict();
        let mut given = Vec::new();
        for (name, _) in args.keywords().iter() {
            if position(py, &fields, name)?.is_none() && position(py, &attributes, name)?.is_none() {
                bail!(
                    py,
                    TypeError,
                    "{}.__replace__ got an unexpected keyword argument {}.",
                    class.name(),
                    name.repr(py)?
                )
            }
            given.push(name.to_ref());
        }
        let mut missing = Vec::new();
        for name in &fields {
            let own = match &dict {
                Some(dict) => dict.contains(py, name)?,
                None => false,
            };
            if !own && position(py, &given, name)?.is_none() && !self.may_lack(py, name)? {
                missing.push(name);
            }
        }
        if !missing.is_empty() {
            let mut names = Vec::new();
            for name in &missing {
                names.push(name.repr(py)?.to_string_lossy().into_owned());
            }
            names.sort();
            bail!(
                py,
                TypeError,
                "{}.__replace__ missing {} keyword argument{}: {}.",
                class.name(),
                names.len(),
                if names.len() == 1 { "" } else { "s" },
                names.join(", ")
            )
        }
        let payload = PyDict::new(py)?;
        if let Some(dict) = &dict {
            for name in fields.iter().chain(&attributes) {
                if let Some(value) = dict.get(py, name)? {
                    payload.set(py, name, &value)?;
                }
            }
        }
        for (name, value) in args.keywords().iter() {
            payload.set(py, name, value)?;
        }
        class.call_dict(py, &*PyTuple::empty(py)?, Some(&*payload))
    }
}

impl AstNode {
    /// Gives fields that the constructor got no value for their defaults; warns of those that have none.
    fn fill<'a>(&self, py: Py<'_>, missing: impl Iterator<Item = &'a Ref<PyObject>>) -> PyResult<()> {
        let mut missing = missing.peekable();
        if missing.peek().is_none() {
            return Ok(());
        }
        let Some(types) = self.ty().get_attr_optional(py, id!(py, "_field_types"))? else { return Ok(()) };
        for name in missing {
            let Some(types) = types.downcast::<PyDict>() else {
                bail!(py, SystemError, "bad argument to internal function")
            };
            let Some(ty) = types.get(py, name)? else {
                let text = format!(
                    "Field {} is missing from {}._field_types. This will become an error in Python 3.15.",
                    name.repr(py)?,
                    self.ty().name()
                );
                py.warn(DeprecationWarning(), &text, 1)?;
                continue;
            };
            if PyUnion::check_exact(&ty) {
                // The class has `None` for it.
            } else if PyGenericAlias::check_exact(&ty) {
                set(py, self, name, &*PyList::new(py)?)?;
            } else if let Some(load) = Classes::of(py)?.default_of(&ty) {
                set(py, self, name, &load)?;
            } else {
                let text = format!(
                    "{}.__init__ missing 1 required positional argument: {}. This will become an error in Python 3.15.",
                    self.ty().name(),
                    name.repr(py)?
                );
                py.warn(DeprecationWarning(), &text, 1)?;
            }
        }
        Ok(())
    }

    /// Whether a copy can do without this field: the class, or the constructor, has a default.
    fn may_lack(&self, py: Py<'_>, name: &PyObject) -> PyResult<bool> {
        let Some(types) = self.ty().get_attr_optional(py, id!(py, "_field_types"))? else { return Ok(false) };
        let Some(types) = types.downcast::<PyDict>() else { return Ok(false) };
        Ok(match types.get(py, name)? {
            Some(ty) => {
                PyUnion::check_exact(&ty)
                    || PyGenericAlias::check_exact(&ty)
                    || Classes::of(py)?.default_of(&ty).is_some()
            }
            None => false,
        })
    }
}

/// The `repr` of a node; below a certain depth only the class.
fn show(py: Py<'_>, node: &PyObject, depth: usize) -> PyResult<Ref<PyStr>> {
    let name = node.ty().name();
    let guard = if depth == 0 { None } else { py.repr_enter(node)? };
    if guard.is_none() {
        return PyStr::new(py, &format!("{name}(...)"));
    }
    let fields = names_of(py, &*node.ty().get_attr(py, id!(py, "_fields"))?)?;
    let mut out = krait_runtime::objects::str::StrBuilder::new();
    out.push_str(py, name)?;
    out.push_str(py, "(")?;
    for (index, field) in fields.iter().enumerate() {
        let field = krait_runtime::protocol::attribute::attribute_name(py, field)?;
        let value = node.get_attr(py, field)?;
        if index > 0 {
            out.push_str(py, ", ")?;
        }
        out.push(py, field)?;
        out.push_str(py, "=")?;
        out.push(py, &*show_value(py, &value, depth)?)?;
    }
    out.push_str(py, ")")?;
    out.finish(py)
}

/// The `repr` of a field's value: of lists and tuples only the first and the last item.
fn show_value(py: Py<'_>, value: &PyObject, depth: usize) -> PyResult<Ref<PyStr>> {
    let (items, open, close) = match (value.downcast::<PyList>(), value.downcast::<PyTuple>()) {
        (Some(list), _) => (list.to_vec(), "[", "]"),
        (_, Some(tuple)) => (tuple.as_slice().to_vec(), "(", ")"),
        _ => return show_item(py, value, depth),
    };
    let Some(_guard) = py.repr_enter(value)? else {
        return PyStr::new(py, &format!("{open}...{close}"));
    };
    let mut out = krait_runtime::objects::str::StrBuilder::new();
    out.push_str(py, open)?;
    if let Some(first) = items.first() {
        out.push(py, &*show_item(py, first, depth)?)?;
    }
    if items.len() > 2 {
        out.push_str(py, ", ...")?;
    }
    if let [_, .., last] = items.as_slice() {
        out.push_str(py, ", ")?;
        out.push(py, &*show_item(py, last, depth)?)?;
    }
    out.push_str(py, close)?;
    out.finish(py)
}

fn show_item(py: Py<'_>, item: &PyObject, depth: usize) -> PyResult<Ref<PyStr>> {
    if item.downcast::<AstNode>().is_some() { show(py, item, depth - 1) } else { item.repr(py) }
}
