//! `object`: the base of all types; pickling support (`__reduce_ex__`, `__getstate__`) and assignment to `__class__`.

#![allow(non_snake_case)]

use crate::objects::r#type::{self as types_, call_tp_new, flags};
use crate::prelude::*;
use crate::protocol::attribute::{generic_getattro, generic_setattro};

type Obj = *mut PyObject;

/// A plain `object()`.
#[pyclass(name = "object", basetype)]
#[repr(C)]
pub struct PyBaseObject {
    base: PyObject,
}

/// The slot function behind `object.__getattribute__`.
pub(crate) fn getattribute_slot() -> *const () {
    generic_getattro as *const ()
}

fn excess_arguments(args: &PyTuple, kwargs: Option<&PyDict>) -> bool {
    !args.is_empty() || kwargs.is_some_and(|k| !k.is_empty())
}

fn is_own_new(ty: &PyType) -> bool {
    ty.tp_new.get().map(|f| f as usize) == PyBaseObject::type_object().tp_new.get().map(|f| f as usize)
}

fn is_own_init(ty: &PyType) -> bool {
    ty.tp_init.get().map(|f| f as usize) == PyBaseObject::type_object().tp_init.get().map(|f| f as usize)
}

/// `object.__new__`.
fn object_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
    if excess_arguments(args, kwargs) {
        if !is_own_new(cls) {
            bail!(py, TypeError, "object.__new__() takes exactly one argument (the type to instantiate)")
        }
        if is_own_init(cls) {
            bail!(py, TypeError, "{}() takes no arguments", cls.name())
        }
    }
    if cls.has(flags::IS_ABSTRACT) {
        return Err(abstract_error(py, cls));
    }
    let Some(alloc) = cls.tp_alloc.get() else { bail!(py, SystemError, "type has no tp_alloc") };
    // SAFETY: a ready type.
    unsafe { crate::error::owned_or_raised(py, alloc(cls, 0)) }
}

#[cold]
fn abstract_error(py: Py<'_>, cls: &PyType) -> Raised {
    let names = || -> PyResult<Vec<String>> {
        let set = cls.get_attr(py, id!(py, "__abstractmethods__"))?;
        let mut names = Vec::new();
        for item in set.collect(py)? {
            let Some(name) = item.downcast::<PyStr>() else {
                bail!(py, TypeError, "sequence item 0: expected str instance, {} found", item.ty().name())
            };
            names.push(name.to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    };
    match names() {
        Ok(names) => {
            let s = if names.len() > 1 { "s" } else { "" };
            let list: Vec<String> = names.iter().map(|n| format!("'{n}'")).collect();
            raise!(
                py,
                TypeError,
                "Can't instantiate abstract class {} without an implementation for abstract method{s} {}",
                cls.name(),
                list.join(", ")
            )
        }
        Err(raised) => raised,
    }
}

#[pymethods]
impl PyBaseObject {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        object_new(py, cls, args, kwargs)
    }
    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        if excess_arguments(args, kwargs) {
            let ty = self.ty();
            if !is_own_init(ty) {
                bail!(
                    py,
                    TypeError,
                    "object.__init__() takes exactly one argument (the instance to initialize)"
                )
            }
            if is_own_new(ty) {
                bail!(
                    py,
                    TypeError,
                    "{}.__init__() takes exactly one argument (the instance to initialize)",
                    ty.name()
                )
            }
        }
        Ok(())
    }
    #[slot]
    unsafe extern "C-unwind" fn tp_dealloc(op: Obj) {
        // SAFETY: a dead object without fields of its own.
        unsafe {
            match (*op).ty().tp_free.get() {
                Some(free) => free(op.cast()),
                None => crate::memory::free_object(op),
            }
        }
    }
    #[slot]
    unsafe extern "C-unwind" fn tp_getattro(slf: Obj, name: Obj) -> Obj {
        // SAFETY: slot call.
        unsafe { generic_getattro(slf, name) }
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let text = format!("<{} object at {:#x}>", self.ty().repr_name(py), self.id());
        PyStr::new(py, &text)
    }
    #[slot]
    fn tp_str(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        match self.ty().tp_repr.get() {
            // SAFETY: slot call on a live object.
            Some(repr) if repr as usize != types_::slot_of_str() => unsafe {
                crate::error::owned_or_raised(py, repr(self.as_ptr()))
            },
            _ => self.repr(py).map(Ref::upcast),
        }
    }
    #[slot]
    fn tp_hash(&self, _py: Py<'_>) -> PyResult<isize> {
        Ok(self.id().rotate_right(4) as isize)
    }
    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        match op {
            CompareOp::Eq if self.is(other) => Ok(PyBool::get(true).to_ref()),
            CompareOp::Ne => {
                // By default, != is the inverse of ==, unless that is not implemented.
                let Some(compare) = self.ty().tp_richcompare.get() else { return Ok(py.not_implemented()) };
                // SAFETY: slot call on live objects.
                let equal = unsafe {
                    crate::error::owned_or_raised(
                        py,
                        compare(self.as_ptr(), other.as_ptr(), CompareOp::Eq as i32),
                    )?
                };
                if equal.is(crate::objects::PyNotImplemented::get()) {
                    return Ok(equal);
                }
                Ok(PyBool::get(!equal.is_true(py)?).to_ref())
            }
            _ => Ok(py.not_implemented()),
        }
    }
    #[pymethod]
    #[sig("($self, protocol, /)")]
    fn __reduce_ex__(&self, py: Py<'_>, protocol: i32) -> PyResult<Ref<PyObject>> {
        let name = id!(py, "__reduce__");
        if let Some(reduce) = self.get_attr_optional(py, name)? {
            let class_reduce = self.ty().get_attr(py, name)?;
            let own = PyBaseObject::type_object().dict().map(|d| d.get_str(py, name)).transpose()?.flatten();
            if own.is_none_or(|own| !own.is(&class_reduce)) {
                return reduce.call(py, &[]);
            }
        }
        reduce_common(py, self, protocol)
    }
    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        reduce_common(py, self, 0)
    }
    #[pymethod]
    fn __getstate__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        default_state(py, self, false)
    }
    #[classmethod]
    #[sig("($type, object, /)")]
    fn __subclasshook__(_cls: &PyType, py: Py<'_>, _object: &PyObject) -> Ref<PyObject> {
        py.not_implemented()
    }
    #[classmethod]
    fn __init_subclass__(_cls: &PyType) {}
    #[pymethod]
    #[sig("($self, format_spec, /)")]
    fn __format__(&self, py: Py<'_>, format_spec: &PyStr) -> PyResult<Ref<PyStr>> {
        if !format_spec.is_empty() {
            bail!(py, TypeError, "unsupported format string passed to {}.__format__", self.ty().name())
        }
        self.str(py)
    }
    #[pymethod]
    fn __sizeof__(&self, _py: Py<'_>) -> isize {
        let ty = self.ty();
        let mut size = 0;
        if ty.tp_itemsize.get() > 0 {
            // SAFETY: types with items have a PyVarObject head.
            let items = unsafe { (*self.as_ptr().cast::<PyVarObject>()).ob_size.get().abs() };
            size = items * ty.tp_itemsize.get();
        }
        size + ty.tp_basicsize.get()
    }
    #[pymethod]
    fn __dir__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let own = self.get_attr_optional(py, id!(py, "__dict__"))?;
        let dict = match own.as_ref().and_then(|d| d.downcast::<PyDict>()) {
            Some(own) => own.copy(py)?,
            None => PyDict::new(py)?,
        };
        if let Some(class) = self.get_attr_optional(py, id!(py, "__class__"))? {
            types_::merge_class_dict(py, &dict, &class)?;
        }
        let mut names = Vec::with_capacity(dict.len());
        for (name, _) in dict.items_snapshot() {
            names.push(name);
        }
        PyList::from_vec(py, names).map(Ref::upcast)
    }
    #[getter]
    fn __class__(&self, _py: Py<'_>) -> Ref<PyType> {
        self.ty().new_ref()
    }
    #[setter]
    fn set___class__(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let Some(value) = value else { bail!(py, TypeError, "can't delete __class__ attribute") };
        let Some(class) = value.downcast::<PyType>() else {
            bail!(py, TypeError, "__class__ must be set to a class, not '{}' object", value.ty().name())
        };
        types_::assign_class(py, self, class)
    }
}

/// What the slots of `object` are besides those above.
pub(crate) fn finish_slots() {
    let ty = PyBaseObject::type_object();
    ty.tp_getattro.set(Some(generic_getattro));
    ty.tp_setattro.set(Some(generic_setattro));
    ty.tp_alloc.set(Some(crate::memory::tp_alloc));
    ty.tp_free.set(Some(crate::memory::tp_free));
}

fn copyreg(py: Py<'_>, name: &PyStr) -> PyResult<Ref<PyObject>> {
    let modules = py.interp().modules.get();
    let known = match modules.as_ref().and_then(|m| m.downcast::<PyDict>()) {
        Some(modules) => modules.get_str(py, id!(py, "copyreg"))?,
        None => None,
    };
    let module = match known {
        Some(module) => module,
        None => py.builtin(id!(py, "__import__"))?.call(py, &[id!(py, "copyreg")])?,
    };
    module.get_attr(py, name)
}

fn reduce_common(py: Py<'_>, slf: &PyObject, protocol: i32) -> PyResult<Ref<PyObject>> {
    if protocol >= 2 {
        return reduce_newobj(py, slf);
    }
    let reduce = copyreg(py, id!(py, "_reduce_ex"))?;
    let protocol = PyInt::new(py, i64::from(protocol))?;
    reduce.call(py, &[slf, &protocol])
}

/// `copyreg._slotnames(cls)`, cached in the class dict.
fn slot_names(py: Py<'_>, cls: &PyType) -> PyResult<Option<Ref<PyList>>> {
    let cached = match cls.dict() {
        Some(dict) => dict.get_str(py, id!(py, "__slotnames__"))?,
        None => None,
    };
    let names = match cached {
        Some(names) => names,
        None => copyreg(py, id!(py, "_slotnames"))?.call(py, &[cls])?,
    };
    if names.is_none() {
        return Ok(None);
    }
    match names.downcast_into::<PyList>() {
        Ok(names) => Ok(Some(names)),
        Err(other) => Err(raise!(
            py,
            TypeError,
            "{}.__slotnames__ should be a list or None, not {}",
            cls.name(),
            other.ty().name()
        )),
    }
}

fn default_state(py: Py<'_>, slf: &PyObject, required: bool) -> PyResult<Ref<PyObject>> {
    let ty = slf.ty();
    if required && ty.tp_itemsize.get() != 0 {
        bail!(py, TypeError, "cannot pickle '{}' object", ty.name())
    }
    let state = match slf.dict_field() {
        Some(_) => match slf.get_attr_optional(py, id!(py, "__dict__"))? {
            // An instance without attributes has no state.
            Some(dict) if dict.downcast_exact::<PyDict>().is_some_and(PyDict::is_empty) => py.none(),
            Some(dict) => dict,
            None => py.none(),
        },
        None => py.none(),
    };
    let names = slot_names(py, ty)?;
    let names: Vec<Ref<PyObject>> = names.map(|n| n.to_vec()).unwrap_or_default();
    if required {
        let mut size = PyBaseObject::type_object().tp_basicsize.get();
        if ty.tp_dictoffset.get() != 0 && !ty.has(flags::MANAGED_DICT) {
            size += 8;
        }
        if ty.tp_weaklistoffset.get() != 0 && !ty.has(flags::MANAGED_WEAKREF) {
            size += 8;
        }
        size += 8 * names.len() as isize;
        if ty.tp_basicsize.get() > size {
            bail!(py, TypeError, "cannot pickle '{}' object", ty.name())
        }
    }
    if names.is_empty() {
        return Ok(state);
    }
    let slots = PyDict::new(py)?;
    for name in &names {
        let Some(name) = name.downcast::<PyStr>() else { continue };
        if let Some(value) = slf.get_attr_optional(py, name)? {
            slots.set(py, name, &value)?;
        }
    }
    if slots.is_empty() {
        return Ok(state);
    }
    PyTuple::new(py, &[&state, &slots]).map(Ref::upcast)
}

fn state_of(py: Py<'_>, slf: &PyObject, required: bool) -> PyResult<Ref<PyObject>> {
    let name = id!(py, "__getstate__");
    let getstate = slf.get_attr(py, name)?;
    let own = PyBaseObject::type_object().dict().map(|d| d.get_str(py, name)).transpose()?.flatten();
    let is_default = slf.ty().lookup(py, name).is_some_and(|found| own.is_some_and(|own| own.is(&found)))
        && getstate.downcast::<crate::objects::builtin_function::PyCFunction>().is_some();
    if is_default { default_state(py, slf, required) } else { getstate.call(py, &[]) }
}

fn reduce_newobj(py: Py<'_>, slf: &PyObject) -> PyResult<Ref<PyObject>> {
    let cls = slf.ty();
    if cls.tp_new.get().is_none() {
        bail!(py, TypeError, "cannot pickle '{}' object", cls.name())
    }
    let (mut args, mut kwargs) = (None, None);
    if let Some(method) = slf.lookup_special(py, id!(py, "__getnewargs_ex__"))? {
        let result = method.call(py, &[])?;
        let Some(pair) = result.downcast::<PyTuple>() else {
            bail!(py, TypeError, "__getnewargs_ex__ should return a tuple, not '{}'", result.ty().name())
        };
        let (Some(a), Some(k), 2) = (pair.get(0), pair.get(1), pair.len()) else {
            bail!(py, ValueError, "__getnewargs_ex__ should return a tuple of length 2, not {}", pair.len())
        };
        let Some(a) = a.downcast::<PyTuple>() else {
            bail!(
                py,
                TypeError,
                "first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '{}'",
                a.ty().name()
            )
        };
        let Some(k) = k.downcast::<PyDict>() else {
            bail!(
                py,
                TypeError,
                "second item of the tuple returned by __getnewargs_ex__ must be a dict, not '{}'",
                k.ty().name()
            )
        };
        (args, kwargs) = (Some(a.new_ref()), Some(k.new_ref()));
    } else if let Some(method) = slf.lookup_special(py, id!(py, "__getnewargs__"))? {
        let result = method.call(py, &[])?;
        match result.downcast_into::<PyTuple>() {
            Ok(tuple) => args = Some(tuple),
            Err(other) => {
                bail!(py, TypeError, "__getnewargs__ should return a tuple, not '{}'", other.ty().name())
            }
        }
    }
    let has_args = args.is_some();
    let args = match args {
        Some(args) => args,
        None => PyTuple::new(py, &[])?,
    };
    let (constructor, new_args) = match kwargs.filter(|k| !k.is_empty()) {
        None => {
            let mut all: Vec<&PyObject> = vec![cls];
            all.extend(args.as_slice().iter().map(|r| &**r));
            (copyreg(py, id!(py, "__newobj__"))?, PyTuple::new(py, &all)?)
        }
        Some(kwargs) => (copyreg(py, id!(py, "__newobj_ex__"))?, PyTuple::new(py, &[cls, &args, &kwargs])?),
    };
    let is_list = slf.downcast::<PyList>().is_some();
    let is_dict = slf.downcast::<PyDict>().is_some();
    let state = state_of(py, slf, !(has_args || is_list || is_dict))?;
    let list_items = if is_list { slf.iter(py)? } else { py.none() };
    let dict_items = if is_dict { slf.call_method(py, id!(py, "items"), &[])?.iter(py)? } else { py.none() };
    PyTuple::new(py, &[&constructor, &new_args, &state, &list_items, &dict_items]).map(Ref::upcast)
}

/// `object.__new__(cls)` for callers in Rust.
pub fn new_object(py: Py<'_>, cls: &PyType) -> PyResult<Ref<PyObject>> {
    let args = PyTuple::new(py, &[cls])?;
    call_tp_new(py, PyBaseObject::type_object(), &args, None)
}
