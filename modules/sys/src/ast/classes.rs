//! The node classes of one interpreter, made from the table of the abstract grammar when somebody first asks for a tree.

use krait_runtime::objects::r#type::flags;
use krait_runtime::objects::{generic_alias, union};
use krait_runtime::prelude::*;
use krait_syntax::asdl::{Class, Field, GROUPS, Group, Quantity, Shape, describe_class};

use super::node::AstNode;

/// The classes, as the interpreter state keeps them.
pub struct Classes {
    groups: Ref<PyTuple>,
    classes: Ref<PyTuple>,
    /// For each class the tuple of its field names.
    fields: Ref<PyTuple>,
    /// For each class of a choice its one instance, otherwise `None`.
    singletons: Ref<PyTuple>,
    /// The four names of a location.
    location: Ref<PyTuple>,
}

fn part(state: &PyTuple, index: usize) -> Option<Ref<PyTuple>> {
    state.get(index)?.downcast::<PyTuple>().map(PyClass::new_ref)
}

impl Classes {
    /// Those of this interpreter; makes them if there are none yet.
    pub fn of(py: Py<'_>) -> PyResult<Classes> {
        let state = match py.interp().ast_classes.get() {
            Some(state) => state,
            None => {
                let state = make(py)?.upcast();
                py.interp().ast_classes.set(state.clone());
                state
            }
        };
        let parts = state.downcast::<PyTuple>().and_then(|state| {
            Some(Classes {
                groups: part(state, 0)?,
                classes: part(state, 1)?,
                fields: part(state, 2)?,
                singletons: part(state, 3)?,
                location: part(state, 4)?,
            })
        });
        parts.ok_or_else(|| raise!(py, SystemError, "the classes of module ast are damaged"))
    }

    /// The base class of a group (or the class itself of a product).
    pub fn group(&self, index: usize) -> Option<&PyType> {
        self.groups.get(index)?.downcast()
    }

    /// A class.
    pub fn class(&self, class: Class) -> Option<&PyType> {
        self.classes.get(class as usize)?.downcast()
    }

    /// All classes.
    pub fn all(&self) -> &[Ref<PyObject>] {
        self.classes.as_slice()
    }

    /// The field names of a class.
    pub fn fields(&self, class: Class) -> &[Ref<PyObject>] {
        self.fields
            .get(class as usize)
            .and_then(|names| names.downcast::<PyTuple>())
            .map_or(&[], PyTuple::as_slice)
    }

    /// The names of a location's parts.
    pub fn location(&self) -> &[Ref<PyObject>] {
        self.location.as_slice()
    }

    /// The one instance of a class without fields.
    pub fn singleton(&self, class: Class) -> Option<Ref<PyObject>> {
        self.singletons.get(class as usize).map(PyObject::to_ref)
    }

    /// What a field of that type has if the constructor gets nothing: `Load()` for contexts.
    pub fn default_of(&self, ty: &PyObject) -> Option<Ref<PyObject>> {
        let index = GROUPS.iter().position(|group| group.name == "expr_context")?;
        if self.groups.get(index)?.is(ty) { self.singleton(Class::Load) } else { None }
    }

    /// Names and classes in the order in which module `_ast` lists them.
    pub fn listed(&self) -> Vec<(&'static str, Ref<PyObject>)> {
        let mut listed = Vec::new();
        let mut classes = self.classes.as_slice().iter();
        for (group, base) in GROUPS.iter().zip(self.groups.as_slice()) {
            listed.push((group.name, base.clone()));
            for ((name, _), class) in group.classes.iter().zip(&mut classes) {
                if !group.is_product() {
                    listed.push((name, class.clone()));
                }
            }
        }
        listed
    }
}

fn name_tuple(py: Py<'_>, fields: &[Field]) -> PyResult<Ref<PyTuple>> {
    let names = fields.iter().map(|field| PyStr::new_interned(py, field.name()).map(Ref::upcast));
    PyTuple::from_vec(py, names.collect::<PyResult<Vec<_>>>()?)
}

/// `type(name, (base,), namespace)` as `ast` shows its classes.
fn make_class(
    py: Py<'_>,
    name: &str,
    base: &PyType,
    fields: &Ref<PyTuple>,
    doc: &str,
) -> PyResult<Ref<PyType>> {
    let namespace = PyDict::new(py)?;
    namespace.set(py, id!(py, "_fields"), fields)?;
    namespace.set(py, id!(py, "__match_args__"), fields)?;
    namespace.set(py, id!(py, "__module__"), id!(py, "ast"))?;
    namespace.set(py, id!(py, "__doc__"), &*PyStr::new(py, doc)?)?;
    let bases = PyTuple::new(py, &[base])?;
    let class = PyType::type_object().call(py, &[&*PyStr::new_interned(py, name)?, &bases, &namespace])?;
    class.downcast_into().map_err(|_| raise!(py, TypeError, "a node class must be a class"))
}

/// Optional fields read as `None` where an instance has none.
fn set_defaults(py: Py<'_>, class: &PyType, fields: &[Field]) -> PyResult<()> {
    for field in fields.iter().filter(|field| field.quantity == Quantity::Optional) {
        class.set_attr(py, &*PyStr::new_interned(py, field.name())?, &py.none())?;
    }
    Ok(())
}

fn set_attributes(py: Py<'_>, class: &PyType, group: &Group) -> PyResult<()> {
    class.set_attr(py, id!(py, "_attributes"), &*name_tuple(py, group.attributes())?)?;
    set_defaults(py, class, group.attributes())
}

/// The type of a field's values, as `_field_types` has it.
fn type_of_field(py: Py<'_>, field: &Field, groups: &[Ref<PyType>]) -> PyResult<Ref<PyObject>> {
    let plain: Ref<PyObject> = match field.kind {
        "identifier" | "string" => PyStr::type_object().to_ref(),
        "int" => PyInt::type_object().to_ref(),
        kind => match GROUPS.iter().position(|group| group.name == kind).and_then(|i| groups.get(i)) {
            Some(group) => group.to_ref(),
            None => py.builtin(id!(py, "object"))?,
        },
    };
    match field.quantity {
        Quantity::One => Ok(plain),
        Quantity::Optional => union::union_of(py, &plain, &py.none()),
        Quantity::Many | Quantity::Sparse => generic_alias::class_getitem(py, PyList::type_object(), &plain),
    }
}

fn make(py: Py<'_>) -> PyResult<Ref<PyTuple>> {
    let root = AstNode::type_object();
    // Unlike other native classes this one may be changed.
    root.tp_flags.set(root.tp_flags.get() & !flags::IMMUTABLETYPE);
    let empty = PyTuple::empty(py)?;
    for name in [id!(py, "_fields"), id!(py, "__match_args__"), id!(py, "_attributes")] {
        root.set_attr(py, name, &empty)?;
    }
    let mut groups: Vec<Ref<PyType>> = Vec::new();
    let (mut classes, mut fields_of, mut singletons) = (Vec::new(), Vec::new(), Vec::new());
    for group in GROUPS {
        if let (true, [(_, fields)]) = (group.is_product(), group.classes) {
            let names = name_tuple(py, fields)?;
            let class = make_class(py, group.name, root, &names, &describe_class(group.name, fields))?;
            set_attributes(py, &class, group)?;
            set_defaults(py, &class, fields)?;
            groups.push(class.clone());
            classes.push(class);
            fields_of.push(names.upcast());
            singletons.push(py.none());
            continue;
        }
        let base = make_class(py, group.name, root, &empty, &group.doc())?;
        set_attributes(py, &base, group)?;
        for (name, fields) in group.classes {
            let names = name_tuple(py, fields)?;
            let class = make_class(py, name, &base, &names, &describe_class(name, fields))?;
            set_defaults(py, &class, fields)?;
            singletons.push(if group.shape == Shape::choice {
                AstNode::bare(py, &class)?
            } else {
                py.none()
            });
            classes.push(class);
            fields_of.push(names.upcast());
        }
        groups.push(base);
    }
    let tables = GROUPS.iter().flat_map(|group| group.classes);
    for ((_, fields), class) in tables.zip(&classes) {
        let types = PyDict::new(py)?;
        for field in *fields {
            let ty = type_of_field(py, field, &groups)?;
            types.set(py, &*PyStr::new_interned(py, field.name())?, &ty)?;
        }
        class.set_attr(py, id!(py, "_field_types"), &types)?;
        class.set_attr(py, id!(py, "__annotations__"), &types)?;
    }
    let location = GROUPS.iter().find(|group| group.name == "stmt").map_or(&[][..], Group::attributes);
    let upcast =
        |types: Vec<Ref<PyType>>| PyTuple::from_vec(py, types.into_iter().map(Ref::upcast).collect());
    let parts = vec![
        upcast(groups)?.upcast(),
        upcast(classes)?.upcast(),
        PyTuple::from_vec(py, fields_of)?.upcast(),
        PyTuple::from_vec(py, singletons)?.upcast(),
        name_tuple(py, location)?.upcast(),
    ];
    PyTuple::from_vec(py, parts)
}
