//! `types.GenericAlias`: `list[int]`, and substitution of type parameters, shared with unions.

use crate::prelude::*;
use crate::slots::VectorcallFunc;

/// `gaobject`.
#[pyclass(module = "types", name = "GenericAlias", basetype, gc, vectorcall_offset = vectorcall, weaklist = weakreflist)]
#[repr(C)]
pub struct PyGenericAlias {
    base: PyObject,
    #[pymember("__origin__", object, readonly)]
    origin: Member<PyObject>,
    #[pymember("__args__", object, readonly)]
    args: Member<PyTuple>,
    parameters: Member<PyTuple>,
    weakreflist: WeakList,
    /// `*tuple[int, ...]`.
    #[pymember("__unpacked__", bool, readonly)]
    starred: Cell<bool>,
    #[no_traverse]
    vectorcall: Option<VectorcallFunc>,
}

/// `origin[args]` as a `GenericAlias` (`Py_GenericAlias`).
pub fn class_getitem(py: Py<'_>, origin: &PyObject, args: &PyObject) -> PyResult<Ref<PyObject>> {
    alias(py, PyGenericAlias::type_object(), origin, args, false)
}

fn alias(
    py: Py<'_>,
    cls: &PyType,
    origin: &PyObject,
    args: &PyObject,
    starred: bool,
) -> PyResult<Ref<PyObject>> {
    let args = match args.downcast::<PyTuple>() {
        Some(args) => args.new_ref(),
        None => PyTuple::new(py, &[args])?,
    };
    PyGenericAlias {
        base: PyObject::HEADER,
        origin: Member::new(origin.to_ref()),
        args: Member::new(args),
        parameters: Member::empty(),
        weakreflist: WeakList::EMPTY,
        starred: Cell::new(starred),
        vectorcall: origin.vectorcall_func().map(|_| call_alias as VectorcallFunc),
    }
    .alloc(py, cls)
}

unsafe extern "C-unwind" fn call_alias(
    f: *mut PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: vectorcall of a PyGenericAlias.
    let result = unsafe {
        let py = Py::assume();
        let alias = &*f.cast::<PyGenericAlias>();
        alias.origin(py).and_then(|origin| {
            let object = origin.vectorcall_raw(py, args, nargsf, kwnames.cast::<PyTuple>().as_ref())?;
            alias.mark(py, object)
        })
    };
    result.map_or(core::ptr::null_mut(), Ref::into_raw)
}

/// How a type shows in the text of a union or alias.
pub(crate) fn type_text(py: Py<'_>, object: &PyObject) -> PyResult<String> {
    let plain = |o: &PyObject| o.repr(py).map(|s| s.to_string_lossy().into_owned());
    if object.is(py.ellipsis().as_object()) {
        return Ok("...".to_owned());
    }
    if core::ptr::eq(object, PyNone::type_object().as_ptr()) {
        return Ok("None".to_owned());
    }
    if object.get_attr_optional(py, id!(py, "__origin__"))?.is_some()
        && object.get_attr_optional(py, id!(py, "__args__"))?.is_some()
    {
        return plain(object);
    }
    let Some(qualname) = object.get_attr_optional(py, id!(py, "__qualname__"))? else { return plain(object) };
    let module = object.get_attr_optional(py, id!(py, "__module__"))?;
    let Some(module) = module.filter(|m| !m.is_none()) else { return plain(object) };
    let (qualname, module) = (qualname.str(py)?, module.str(py)?);
    if module.eq_str("builtins") { Ok(qualname.to_string()) } else { Ok(format!("{module}.{qualname}")) }
}

fn argument_text(py: Py<'_>, object: &PyObject) -> PyResult<String> {
    if let Some(list) = object.downcast_exact::<PyList>() {
        let mut parts = Vec::new();
        // A text may be made by Python code, which may shorten the list.
        for at in 0..list.len() {
            let Some(item) = list.get(at) else { bail!(py, IndexError, "list index out of range") };
            parts.push(type_text(py, &item)?);
        }
        return Ok(format!("[{}]", parts.join(", ")));
    }
    type_text(py, object)
}

/// True for type variables and the like: what has `__typing_subst__`.
fn substitutable(py: Py<'_>, object: &PyObject) -> PyResult<bool> {
    if object.downcast::<PyType>().is_some() {
        return Ok(false);
    }
    Ok(object.get_attr_optional(py, id!(py, "__typing_subst__"))?.is_some())
}

fn push_unique(list: &mut Vec<Ref<PyObject>>, object: &PyObject) {
    if !list.iter().any(|o| o.is(object)) {
        list.push(object.to_ref());
    }
}

/// The type parameters that occur in `args`, in order.
pub(crate) fn collect_parameters(py: Py<'_>, args: &PyTuple) -> PyResult<Ref<PyTuple>> {
    let mut found = Vec::new();
    collect_into(py, args.as_slice(), &mut found)?;
    PyTuple::from_vec(py, found)
}

fn collect_into(py: Py<'_>, args: &[Ref<PyObject>], found: &mut Vec<Ref<PyObject>>) -> PyResult<()> {
    for arg in args {
        if arg.downcast::<PyType>().is_some() {
            continue;
        }
        if arg.downcast::<PyTuple>().is_some() || arg.downcast::<PyList>().is_some() {
            py.check_stack(" in __parameter__ calculation")?;
            collect_into(py, &arg.collect(py)?, found)?;
            continue;
        }
        if substitutable(py, arg)? {
            push_unique(found, arg);
            continue;
        }
        if let Some(inner) = arg.get_attr_optional(py, id!(py, "__parameters__"))?
            && let Some(inner) = inner.downcast::<PyTuple>()
        {
            for parameter in inner.as_slice() {
                push_unique(found, parameter);
            }
        }
    }
    Ok(())
}

/// The arguments of `*tuple[...]`, spread out.
fn unpack_arguments(py: Py<'_>, item: &PyObject) -> PyResult<Vec<Ref<PyObject>>> {
    let items = match item.downcast::<PyTuple>() {
        Some(tuple) => tuple.as_slice().to_vec(),
        None => vec![item.to_ref()],
    };
    let mut all = Vec::with_capacity(items.len());
    for item in items {
        if item.downcast::<PyType>().is_none()
            && let Some(inner) = item.get_attr_optional(py, id!(py, "__typing_unpacked_tuple_args__"))?
            && let Some(inner) = inner.downcast::<PyTuple>()
            && !inner.as_slice().last().is_some_and(|last| last.is(py.ellipsis().as_object()))
        {
            all.extend_from_slice(inner.as_slice());
            continue;
        }
        all.push(item);
    }
    Ok(all)
}

/// `self[item]` where `self` has type parameters: `args` with them replaced (`_Py_subs_parameters`).
pub(crate) fn substitute_parameters(
    py: Py<'_>,
    slf: &PyObject,
    args: &PyTuple,
    parameters: &PyTuple,
    item: &PyObject,
) -> PyResult<Ref<PyTuple>> {
    if parameters.is_empty() {
        let text = slf.repr(py)?;
        bail!(py, TypeError, "{text} is not a generic class")
    }
    let mut items: Ref<PyObject> = PyTuple::from_vec(py, unpack_arguments(py, item)?)?.upcast();
    for parameter in parameters.as_slice() {
        if let Some(prepare) = parameter.get_attr_optional(py, id!(py, "__typing_prepare_subst__"))?
            && !prepare.is_none()
        {
            let given = match items.downcast::<PyTuple>() {
                Some(_) => items.clone(),
                None => PyTuple::new(py, &[&items])?.upcast(),
            };
            items = prepare.call(py, &[slf, &given])?;
        }
    }
    let items = match items.downcast::<PyTuple>() {
        Some(tuple) => tuple.as_slice().to_vec(),
        None => vec![items.clone()],
    };
    if items.len() != parameters.len() {
        let text = slf.repr(py)?;
        let (n, wanted) = (items.len(), parameters.len());
        let (how, at_least) = if n > wanted { ("many", "") } else { ("few", "at least ") };
        bail!(py, TypeError, "Too {how} arguments for {text}; actual {n}, expected {at_least}{wanted}")
    }
    let args = substitute(py, args.as_slice(), parameters.as_slice(), &items)?;
    PyTuple::from_vec(py, args)
}

fn substitute(
    py: Py<'_>,
    args: &[Ref<PyObject>],
    parameters: &[Ref<PyObject>],
    items: &[Ref<PyObject>],
) -> PyResult<Vec<Ref<PyObject>>> {
    let mut result = Vec::with_capacity(args.len());
    for arg in args {
        if arg.downcast::<PyType>().is_some() {
            result.push(arg.clone());
            continue;
        }
        if arg.downcast::<PyTuple>().is_some() || arg.downcast::<PyList>().is_some() {
            py.check_stack(" in __parameter__ calculation")?;
            let inner = substitute(py, &arg.collect(py)?, parameters, items)?;
            result.push(match arg.downcast::<PyList>() {
                Some(_) => PyList::from_vec(py, inner)?.upcast(),
                None => PyTuple::from_vec(py, inner)?.upcast(),
            });
            continue;
        }
        let unpack = is_unpacked_typevartuple(py, arg)?;
        let subst = arg.get_attr_optional(py, id!(py, "__typing_subst__"))?;
        let replaced = match subst {
            Some(subst) => {
                let position = parameters.iter().position(|p| p.is(arg));
                let Some(item) = position.and_then(|i| items.get(i)) else {
                    let text = arg.repr(py)?;
                    bail!(
                        py,
                        TypeError,
                        "argument {text} with __typing_subst__ was not found in __parameters__"
                    );
                };
                subst.call(py, &[item])?
            }
            None => substitute_nested(py, arg, parameters, items)?,
        };
        match replaced.downcast::<PyTuple>() {
            Some(tuple) if unpack => result.extend_from_slice(tuple.as_slice()),
            None if unpack => bail!(
                py,
                TypeError,
                "expected __typing_subst__ of {} objects to return a tuple, not {}",
                arg.ty().qualified_name(),
                replaced.ty().qualified_name()
            ),
            _ => result.push(replaced),
        }
    }
    Ok(result)
}

fn is_unpacked_typevartuple(py: Py<'_>, arg: &PyObject) -> PyResult<bool> {
    match arg.get_attr_optional(py, id!(py, "__typing_is_unpacked_typevartuple__"))? {
        Some(flag) => flag.is_true(py),
        None => Ok(false),
    }
}

/// `list[T]` inside: subscribed with what its own parameters stand for.
fn substitute_nested(
    py: Py<'_>,
    arg: &PyObject,
    parameters: &[Ref<PyObject>],
    items: &[Ref<PyObject>],
) -> PyResult<Ref<PyObject>> {
    let Some(inner) = arg.get_attr_optional(py, id!(py, "__parameters__"))? else { return Ok(arg.to_ref()) };
    let Some(inner) = inner.downcast::<PyTuple>().filter(|t| !t.is_empty()) else { return Ok(arg.to_ref()) };
    let mut values = Vec::new();
    for parameter in inner.as_slice() {
        match parameters.iter().position(|p| p.is(parameter)).and_then(|i| items.get(i)) {
            Some(item) => match item.downcast::<PyTuple>() {
                Some(tuple) if crate::objects::typevar::is_type_var_tuple(parameter) => {
                    values.extend_from_slice(tuple.as_slice());
                }
                _ => values.push(item.clone()),
            },
            None => values.push(parameter.clone()),
        }
    }
    arg.get_item(py, &*PyTuple::from_vec(py, values)?)
}

impl PyGenericAlias {
    fn origin(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.origin.get().ok_or_else(|| raise!(py, SystemError, "GenericAlias was cleared"))
    }

    fn arguments(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        match self.args.get() {
            Some(args) => Ok(args),
            None => PyTuple::new(py, &[]),
        }
    }

    fn parameters(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        if let Some(known) = self.parameters.get() {
            return Ok(known);
        }
        let parameters = collect_parameters(py, &*self.arguments(py)?)?;
        self.parameters.set(parameters.clone());
        Ok(parameters)
    }

    /// Notes on a new object which alias made it, where the object lets itself be marked.
    fn mark(&self, py: Py<'_>, object: Ref<PyObject>) -> PyResult<Ref<PyObject>> {
        if let Err(raised) = object.set_attr(py, id!(py, "__orig_class__"), self) {
            let types = crate::objects::exceptions::types::AttributeError();
            if !py.error_matches(types) && !py.error_matches(crate::objects::exceptions::types::TypeError()) {
                return Err(raised);
            }
            py.clear_error(raised);
        }
        Ok(object)
    }
}

/// Attributes that an alias answers itself, though its origin may have them too.
const OWN: &[&str] = &[
    "__class__",
    "__origin__",
    "__args__",
    "__unpacked__",
    "__parameters__",
    "__typing_unpacked_tuple_args__",
    "__mro_entries__",
    "__reduce_ex__",
    "__reduce__",
];
const BLOCKED: &[&str] = &["__bases__", "__copy__", "__deepcopy__"];

#[pymethods]
impl PyGenericAlias {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        no_keywords(py, "GenericAlias", kwargs)?;
        check_positional(py, "GenericAlias", args.len() as isize, 2, 2)?;
        let (Some(origin), Some(arguments)) = (args.get(0), args.get(1)) else { return Ok(py.none()) };
        alias(py, cls, origin, arguments, false)
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let mut parts = Vec::new();
        for arg in self.arguments(py)?.as_slice() {
            parts.push(argument_text(py, arg)?);
        }
        if parts.is_empty() {
            parts.push("()".to_owned());
        }
        let star = if self.starred.get() { "*" } else { "" };
        let origin = type_text(py, &*self.origin(py)?)?;
        PyStr::new(py, &format!("{star}{origin}[{}]", parts.join(", ")))
    }
    #[slot]
    fn tp_hash(&self, py: Py<'_>) -> PyResult<isize> {
        Ok(self.origin(py)?.hash(py)? ^ self.arguments(py)?.hash(py)?)
    }
    #[slot]
    fn tp_call(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let object = self.origin(py)?.call_dict(py, args, kwargs)?;
        self.mark(py, object)
    }
    #[slot]
    fn tp_getattro(&self, py: Py<'_>, name: &PyObject) -> PyResult<Ref<PyObject>> {
        if let Some(text) = name.downcast_exact::<PyStr>() {
            let is = |list: &[&str]| list.iter().any(|n| text.eq_str(n));
            if !is(OWN) && !is(BLOCKED) {
                return self.origin(py)?.get_attr(py, text);
            }
        }
        self.generic_get_attr_object(py, name)
    }
    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let (Some(other), true) =
            (other.downcast::<PyGenericAlias>(), matches!(op, CompareOp::Eq | CompareOp::Ne))
        else {
            return Ok(py.not_implemented());
        };
        let same = self.starred.get() == other.starred.get()
            && self.origin(py)?.eq(py, &*other.origin(py)?)?
            && self.arguments(py)?.eq(py, &*other.arguments(py)?)?;
        Ok(PyBool::get(same == (op == CompareOp::Eq)).to_ref())
    }
    #[slot]
    fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        GenericAliasIterator { base: PyObject::HEADER, alias: Member::new(self.to_ref()) }
            .alloc_exact(py)
            .map(Ref::upcast)
    }
    #[slot]
    fn nb_or(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        crate::objects::union::type_or(py, a, b)
    }
    #[slot]
    fn mp_subscript(&self, py: Py<'_>, item: &PyObject) -> PyResult<Ref<PyObject>> {
        let parameters = self.parameters(py)?;
        let args = substitute_parameters(py, self, &*self.arguments(py)?, &parameters, item)?;
        alias(py, PyGenericAlias::type_object(), &*self.origin(py)?, &args, self.starred.get())
    }
    #[pymethod]
    #[sig("($self, bases, /)")]
    fn __mro_entries__(&self, py: Py<'_>, _bases: &PyObject) -> PyResult<Ref<PyTuple>> {
        PyTuple::new(py, &[&*self.origin(py)?])
    }
    #[pymethod]
    #[sig("($self, instance, /)")]
    fn __instancecheck__(&self, py: Py<'_>, _instance: &PyObject) -> PyResult<bool> {
        Err(raise!(py, TypeError, "isinstance() argument 2 cannot be a parameterized generic"))
    }
    #[pymethod]
    #[sig("($self, cls, /)")]
    fn __subclasscheck__(&self, py: Py<'_>, _cls: &PyObject) -> PyResult<bool> {
        Err(raise!(py, TypeError, "issubclass() argument 2 cannot be a parameterized generic"))
    }
    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let (origin, args) = (self.origin(py)?, self.arguments(py)?);
        if self.starred.get() {
            let next = py.builtin(id!(py, "next"))?;
            let plain = alias(py, PyGenericAlias::type_object(), &origin, &args, false)?;
            let iterator = plain.iter(py)?;
            return PyTuple::new(py, &[&next, &*PyTuple::new(py, &[&iterator])?]);
        }
        let inner = PyTuple::new(py, &[&origin, &args])?;
        PyTuple::new(py, &[PyGenericAlias::type_object(), &inner])
    }
    #[pymethod]
    fn __dir__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let mut names = py.builtin(id!(py, "dir"))?.call(py, &[&*self.origin(py)?])?.collect(py)?;
        for own in OWN {
            let own = PyStr::new(py, own)?;
            let mut known = false;
            for name in &names {
                known |= name.eq(py, &own)?;
            }
            if !known {
                names.push(own.upcast());
            }
        }
        PyList::from_vec(py, names).map(Ref::upcast)
    }
    #[getter]
    fn __parameters__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        self.parameters(py)
    }
    #[getter]
    fn __typing_unpacked_tuple_args__(&self, py: Py<'_>) -> PyResult<Option<Ref<PyTuple>>> {
        let tuple = self.origin(py)?.is(PyTuple::type_object());
        Ok(if self.starred.get() && tuple { Some(self.arguments(py)?) } else { None })
    }
}

/// Iterating `tuple[int, ...]` gives its starred form once.
#[pyclass(name = "generic_alias_iterator", gc, disallow_instantiation)]
#[repr(C)]
pub struct GenericAliasIterator {
    base: PyObject,
    alias: Member<PyObject>,
}

#[pymethods]
impl GenericAliasIterator {
    #[slot]
    fn tp_iter(&self) -> Ref<PyObject> {
        self.to_ref()
    }
    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let Some(taken) = self.alias.take() else { return Ok(None) };
        let Some(plain) = taken.downcast::<PyGenericAlias>() else { return Ok(None) };
        alias(py, PyGenericAlias::type_object(), &*plain.origin(py)?, &*plain.arguments(py)?, true).map(Some)
    }
    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let iter = py.frame_builtin(id!(py, "iter"))?;
        let inner = match self.alias.get() {
            Some(alias) => PyTuple::new(py, &[&alias])?,
            None => {
                let empty = PyTuple::new(py, &[])?;
                PyTuple::new(py, &[&empty])?
            }
        };
        PyTuple::new(py, &[&iter, &inner])
    }
}
