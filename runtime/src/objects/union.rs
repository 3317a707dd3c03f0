//! `typing.Union`: `int | str`.

use crate::objects::generic_alias::{PyGenericAlias, collect_parameters, substitute_parameters, type_text};
use crate::objects::typevar::type_check;
use crate::prelude::*;

/// `unionobject`.
#[pyclass(module = "typing", name = "Union", gc, disallow_instantiation)]
#[repr(C)]
pub struct PyUnion {
    base: PyObject,
    args: Member<PyTuple>,
    /// The hashable members as a frozenset, for equality and hash.
    hashable_args: Member<PyObject>,
    /// The others as a tuple, if any.
    unhashable_args: Member<PyObject>,
    parameters: Member<PyTuple>,
    weakreflist: WeakList,
}

/// Collects the members of a union, flattened and without doubles.
struct Builder {
    args: Vec<Ref<PyObject>>,
    hashable: Ref<PySet>,
    unhashable: Vec<Ref<PyObject>>,
}

impl Builder {
    fn new(py: Py<'_>) -> PyResult<Builder> {
        Ok(Builder { args: Vec::new(), hashable: PySet::new(py)?, unhashable: Vec::new() })
    }

    fn add(&mut self, py: Py<'_>, object: &PyObject) -> PyResult<()> {
        if object.is_none() {
            return self.add_one(py, PyNone::type_object());
        }
        if let Some(union) = object.downcast_exact::<PyUnion>() {
            for arg in union.members(py)?.as_slice() {
                self.add_one(py, arg)?;
            }
            return Ok(());
        }
        if is_unionable(object) {
            return self.add_one(py, object);
        }
        self.add_one(py, &*type_check(py, object, "Union[arg, ...]: each arg must be a type.")?)
    }

    fn add_one(&mut self, py: Py<'_>, object: &PyObject) -> PyResult<()> {
        match object.hash(py) {
            Ok(_) => {
                if self.hashable.add(py, object)? {
                    self.args.push(object.to_ref());
                }
            }
            Err(raised) if py.error_matches(crate::objects::exceptions::types::TypeError()) => {
                py.clear_error(raised);
                for known in &self.unhashable {
                    if known.eq(py, object)? {
                        return Ok(());
                    }
                }
                self.unhashable.push(object.to_ref());
                self.args.push(object.to_ref());
            }
            Err(raised) => return Err(raised),
        }
        Ok(())
    }

    fn finish(self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        match self.args.as_slice() {
            [] => bail!(py, TypeError, "Cannot take a Union of no types."),
            [only] => return Ok(only.clone()),
            _ => {}
        }
        let members = self.hashable.to_vec();
        let members: Vec<&PyObject> = members.iter().map(|m| &**m).collect();
        let hashable = PyFrozenSet::from_items(py, &members)?;
        let unhashable = if self.unhashable.is_empty() {
            None
        } else {
            Some(PyTuple::from_vec(py, self.unhashable)?.upcast())
        };
        PyUnion {
            base: PyObject::HEADER,
            args: Member::new(PyTuple::from_vec(py, self.args)?),
            hashable_args: Member::new(hashable.upcast()),
            unhashable_args: Member::from_option(unhashable),
            parameters: Member::empty(),
            weakreflist: WeakList::EMPTY,
        }
        .alloc_exact(py)
        .map(Ref::upcast)
    }
}

/// True for what may stand in `X | Y`.
fn is_unionable(object: &PyObject) -> bool {
    object.is_none()
        || object.downcast::<PyType>().is_some()
        || object.downcast::<PyGenericAlias>().is_some()
        || object.downcast_exact::<PyUnion>().is_some()
        || crate::objects::typevar::is_type_alias(object)
}

/// `X | Y` of types (`_Py_union_type_or`).
pub fn type_or(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
    if !is_unionable(a) || !is_unionable(b) {
        return Ok(py.not_implemented());
    }
    union_of(py, a, b)
}

/// `X | Y` of whatever `typing` takes for types: its objects use it.
pub fn union_of(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
    let mut builder = Builder::new(py)?;
    builder.add(py, a)?;
    builder.add(py, b)?;
    builder.finish(py)
}

/// `Union[args]`.
pub fn from_tuple(py: Py<'_>, args: &PyObject) -> PyResult<Ref<PyObject>> {
    let mut builder = Builder::new(py)?;
    match args.downcast_exact::<PyTuple>() {
        Some(args) => {
            for arg in args.as_slice() {
                builder.add(py, arg)?;
            }
        }
        None => builder.add(py, args)?,
    }
    builder.finish(py)
}

impl PyUnion {
    fn members(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        match self.args.get() {
            Some(args) => Ok(args),
            None => PyTuple::new(py, &[]),
        }
    }

    /// The members as a tuple.
    pub fn args(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.members(py).map(Ref::upcast)
    }

    fn parameters(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        if let Some(known) = self.parameters.get() {
            return Ok(known);
        }
        let parameters = collect_parameters(py, &*self.members(py)?)?;
        self.parameters.set(parameters.clone());
        Ok(parameters)
    }
}

#[pymethods]
impl PyUnion {
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let mut parts = Vec::new();
        for arg in self.members(py)?.as_slice() {
            parts.push(type_text(py, arg)?);
        }
        PyStr::new(py, &parts.join(" | "))
    }
    #[slot]
    fn tp_hash(&self, py: Py<'_>) -> PyResult<isize> {
        if let Some(bad) = self.unhashable_args.get() {
            let bad = bad.downcast::<PyTuple>();
            let n = bad.map_or(0, PyTuple::len);
            for arg in bad.iter().flat_map(|b| b.as_slice()) {
                arg.hash(py)?;
            }
            bail!(py, TypeError, "union contains {n} unhashable element{}", if n == 1 { "" } else { "s" })
        }
        match self.hashable_args.get() {
            Some(set) => set.hash(py),
            None => Ok(0),
        }
    }
    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let (Some(other), true) =
            (other.downcast_exact::<PyUnion>(), matches!(op, CompareOp::Eq | CompareOp::Ne))
        else {
            return Ok(py.not_implemented());
        };
        let mut same = match (self.hashable_args.get(), other.hashable_args.get()) {
            (Some(a), Some(b)) => a.eq(py, &b)?,
            (a, b) => a.is_none() == b.is_none(),
        };
        if same {
            same = match (self.unhashable_args.get(), other.unhashable_args.get()) {
                (None, None) => true,
                (Some(a), Some(b)) => same_members(py, &a, &b)?,
                _ => false,
            };
        }
        Ok(PyBool::get(same == (op == CompareOp::Eq)).to_ref())
    }
    #[slot]
    fn tp_getattro(&self, py: Py<'_>, name: &PyObject) -> PyResult<Ref<PyObject>> {
        if name.downcast_exact::<PyStr>().is_some_and(|name| name.eq_str("__module__")) {
            return PyUnion::type_object().get_attr(py, id!(py, "__module__"));
        }
        self.generic_get_attr_object(py, name)
    }
    #[slot]
    fn nb_or(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        union_of(py, a, b)
    }
    #[slot]
    fn mp_subscript(&self, py: Py<'_>, item: &PyObject) -> PyResult<Ref<PyObject>> {
        let parameters = self.parameters(py)?;
        let args = substitute_parameters(py, self, &*self.members(py)?, &parameters, item)?;
        let mut result: Option<Ref<PyObject>> = None;
        for arg in args.as_slice() {
            result = Some(match result {
                None => arg.clone(),
                Some(left) => left.binary_op(py, arg, crate::protocol::number::OR)?,
            });
        }
        result.ok_or_else(|| raise!(py, TypeError, "Cannot take a Union of no types."))
    }
    #[pymethod]
    #[sig("($self, bases, /)")]
    fn __mro_entries__(&self, py: Py<'_>, _bases: &PyObject) -> PyResult<Ref<PyObject>> {
        let text = self.repr(py)?;
        Err(raise!(py, TypeError, "Cannot subclass {text}"))
    }
    #[classmethod]
    #[sig("(args, /)")]
    fn __class_getitem__(_cls: &PyType, py: Py<'_>, args: &PyObject) -> PyResult<Ref<PyObject>> {
        from_tuple(py, args)
    }
    #[getter]
    fn __args__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        self.members(py)
    }
    #[getter]
    fn __name__(&self) -> &'static str {
        "Union"
    }
    #[getter]
    fn __qualname__(&self) -> &'static str {
        "Union"
    }
    #[getter]
    fn __origin__(&self) -> Ref<PyType> {
        PyUnion::type_object().new_ref()
    }
    #[getter]
    fn __parameters__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        self.parameters(py)
    }
}

fn same_members(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<bool> {
    let (Some(a), Some(b)) = (a.downcast::<PyTuple>(), b.downcast::<PyTuple>()) else { return Ok(false) };
    if a.len() != b.len() {
        return Ok(false);
    }
    for x in a.as_slice() {
        let mut found = false;
        for y in b.as_slice() {
            if x.eq(py, y)? {
                found = true;
                break;
            }
        }
        if !found {
            return Ok(false);
        }
    }
    Ok(true)
}
