//! `type.__new__`: metaclass and base calculation, `__slots__`, the heap type object, `__set_name__` and `__init_subclass__`.
//! Not here: what its instances do when they die (`instance.rs`), readying (`ready.rs`).

use core::ffi::c_char;
use std::ffi::CString;

use super::{PyHeapType, PyType, flags, instance};
use crate::error::{PyResult, owned_or_raised};
use crate::memory;
use crate::object::PyObject;
use crate::objects::builtin_function::PyCFunction;
use crate::objects::cell::PyCell;
use crate::objects::class_method::PyClassMethod;
use crate::objects::object::PyBaseObject;
use crate::objects::static_method::PyStaticMethod;
use crate::objects::{PyDict, PyStr, PyTuple};
use crate::py::Py;
use crate::reference::{PyClass, Ref};
use crate::slots::{PyMemberDef, member};
use crate::{bail, id, raise};

/// The most derived metaclass of `metatype` and the types of all bases.
pub fn calculate_metaclass(py: Py<'_>, metatype: &PyType, bases: &PyTuple) -> PyResult<Ref<PyType>> {
    let mut winner = metatype;
    for base in bases.as_slice() {
        let candidate = base.ty();
        if winner.is_subtype(candidate) {
            continue;
        }
        if candidate.is_subtype(winner) {
            winner = candidate;
            continue;
        }
        bail!(
            py,
            TypeError,
            "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases"
        )
    }
    Ok(winner.new_ref())
}

fn shape_differs(a: &PyType, b: &PyType) -> bool {
    a.tp_basicsize.get() != b.tp_basicsize.get() || a.tp_itemsize.get() != b.tp_itemsize.get()
}

/// The nearest ancestor (or `ty` itself) that gives the memory layout.
pub(super) fn solid_base(ty: &PyType) -> &PyType {
    match ty.base() {
        None => ty,
        Some(base) => {
            let base = solid_base(base);
            if shape_differs(ty, base) { ty } else { base }
        }
    }
}

/// The base whose layout contains those of all others.
pub(super) fn best_base(py: Py<'_>, bases: &PyTuple) -> PyResult<Ref<PyType>> {
    let mut best: Option<(&PyType, &PyType)> = None;
    for base in bases.as_slice() {
        let Some(base) = base.downcast::<PyType>() else { bail!(py, TypeError, "bases must be types") };
        if !base.has(flags::READY) && !base.has(flags::READYING) {
            super::ready::ready_type(py, base)?;
        }
        if !base.has(flags::BASETYPE) {
            bail!(py, TypeError, "type '{}' is not an acceptable base type", base.name())
        }
        let candidate = solid_base(base);
        match best {
            None => best = Some((base, candidate)),
            Some((_, winner)) if winner.is_subtype(candidate) => {}
            Some((_, winner)) if candidate.is_subtype(winner) => best = Some((base, candidate)),
            Some(_) => bail!(py, TypeError, "multiple bases have instance lay-out conflict"),
        }
    }
    best.map(|(base, _)| base.new_ref()).ok_or_else(|| raise!(py, SystemError, "a class needs a base"))
}

/// What is known about the class being made.
struct Plan {
    metatype: Ref<PyType>,
    name: Ref<PyStr>,
    bases: Ref<PyTuple>,
    base: Ref<PyType>,
    dict: Ref<PyDict>,
    /// Sorted names that get a slot in the instance.
    slots: Vec<Ref<PyStr>>,
    has_slots: bool,
    add_dict: bool,
    add_weak: bool,
}

/// `type.__new__(metatype, name, bases, dict, **kwargs)`.
pub(super) fn type_new(
    py: Py<'_>,
    metatype: &PyType,
    args: &PyTuple,
    kwargs: Option<&PyDict>,
) -> PyResult<Ref<PyObject>> {
    let (Some(name), Some(bases), Some(dict), 3) = (args.get(0), args.get(1), args.get(2), args.len()) else {
        bail!(py, TypeError, "type.__new__() takes exactly 3 arguments ({} given)", args.len())
    };
    let wrong = |i: usize, expected: &str, got: &PyObject| {
        raise!(py, TypeError, "type.__new__() argument {i} must be {expected}, not {}", type_word(got))
    };
    let Some(name) = name.downcast::<PyStr>() else { return Err(wrong(1, "str", name)) };
    let Some(bases) = bases.downcast::<PyTuple>() else { return Err(wrong(2, "tuple", bases)) };
    let Some(dict) = dict.downcast::<PyDict>() else { return Err(wrong(3, "dict", dict)) };
    for base in bases.as_slice() {
        if base.downcast::<PyType>().is_none()
            && base.get_attr_optional(py, id!(py, "__mro_entries__"))?.is_some()
        {
            bail!(py, TypeError, "type() doesn't support MRO entry resolution; use types.new_class()")
        }
    }
    let (bases, base, metatype) = if bases.is_empty() {
        let object = PyBaseObject::type_object();
        (PyTuple::new(py, &[object])?, object.new_ref(), metatype.new_ref())
    } else {
        let winner = calculate_metaclass(py, metatype, bases)?;
        if !core::ptr::eq(&*winner, metatype)
            && let Some(new) = winner.tp_new.get()
            && Some(new as usize) != PyType::type_object().tp_new.get().map(|f| f as usize)
        {
            let kwargs = kwargs.map_or(core::ptr::null_mut(), |k| k.as_ptr());
            // SAFETY: a tp_new slot with a tuple and a dict or null.
            return unsafe { owned_or_raised(py, new(&*winner, args.as_ptr(), kwargs)) };
        }
        (bases.new_ref(), best_base(py, bases)?, winner)
    };
    let mut plan = Plan {
        metatype,
        name: name.new_ref(),
        bases,
        base,
        dict: namespace_copy(py, dict)?,
        slots: Vec::new(),
        has_slots: false,
        add_dict: false,
        add_weak: false,
    };
    plan.read_slots(py)?;
    let ty = plan.make(py)?;
    ty.fix_slots(py);
    set_names(py, &ty)?;
    init_subclass(py, &ty, kwargs)?;
    Ok(ty.upcast())
}

fn type_word(object: &PyObject) -> &str {
    if object.is_none() { "None" } else { object.ty().name() }
}

/// `_X__name` for a private name in class X.
fn mangle(class: &str, name: &str) -> Option<String> {
    if !name.starts_with("__") || name.ends_with("__") || name.contains('.') {
        return None;
    }
    let class = class.trim_start_matches('_');
    (!class.is_empty()).then(|| format!("_{class}{name}"))
}

impl Plan {
    fn read_slots(&mut self, py: Py<'_>) -> PyResult<()> {
        let may_dict = self.base.tp_dictoffset.get() == 0;
        let may_weak = self.base.tp_weaklistoffset.get() == 0 && self.base.tp_itemsize.get() == 0;
        let Some(slots) = self.dict.get_str(py, id!(py, "__slots__"))? else {
            self.add_dict = may_dict;
            self.add_weak = may_weak;
            return Ok(());
        };
        self.has_slots = true;
        let names = match slots.downcast::<PyStr>() {
            Some(_) => vec![slots],
            None => slots.collect(py)?,
        };
        if !names.is_empty() && self.base.tp_itemsize.get() != 0 {
            bail!(py, TypeError, "nonempty __slots__ not supported for subtype of '{}'", self.base.name())
        }
        let class = self.name.to_string_lossy().into_owned();
        for name in names {
            let Some(text) = name.downcast::<PyStr>() else {
                bail!(py, TypeError, "__slots__ items must be strings, not '{}'", name.ty().name())
            };
            if !is_identifier(text) {
                bail!(py, TypeError, "__slots__ must be identifiers")
            }
            if text.eq_str("__dict__") {
                if !may_dict || self.add_dict {
                    bail!(py, TypeError, "__dict__ slot disallowed: we already got one")
                }
                self.add_dict = true;
                continue;
            }
            if text.eq_str("__weakref__") {
                if !may_weak || self.add_weak {
                    bail!(py, TypeError, "__weakref__ slot disallowed: we already got one")
                }
                self.add_weak = true;
                continue;
            }
            let slot = match mangle(&class, &text.to_string_lossy()) {
                Some(mangled) => PyStr::new(py, &mangled)?,
                None => text.new_ref(),
            };
            let slot = PyStr::intern(py, slot);
            let special =
                ["__qualname__", "__classcell__", "__classdictcell__"].iter().any(|s| slot.eq_str(s));
            if !special && self.dict.get_str(py, &slot)?.is_some() {
                let shown = slot.repr(py)?;
                bail!(py, ValueError, "{shown} in __slots__ conflicts with class variable")
            }
            self.slots.push(slot);
        }
        self.slots.sort_by(|a, b| a.code_points().cmp(b.code_points()));
        if self.bases.len() > 1 && ((may_dict && !self.add_dict) || (may_weak && !self.add_weak)) {
            for other in self.bases.as_slice() {
                let Some(other) = other.downcast::<PyType>() else { continue };
                if core::ptr::eq(other, &*self.base) {
                    continue;
                }
                self.add_dict |= may_dict && other.tp_dictoffset.get() != 0;
                self.add_weak |= may_weak && other.tp_weaklistoffset.get() != 0;
            }
        }
        Ok(())
    }

    /// Makes, fills and readies the type object.
    fn make(&self, py: Py<'_>) -> PyResult<Ref<PyType>> {
        let name = self.name.to_utf8(py)?.into_owned();
        let Ok(c_name) = CString::new(name) else {
            bail!(py, ValueError, "type name must not contain null characters")
        };
        // SAFETY: the metatype's instances are PyHeapTypes, valid when zeroed.
        let ty: Ref<PyType> = unsafe {
            let alloc = self.metatype.tp_alloc.get().unwrap_or(memory::tp_alloc);
            let op = alloc(&*self.metatype, self.slots.len() as isize);
            owned_or_raised(py, op)?.cast_into_unchecked()
        };
        ty.tp_flags.set(flags::HEAPTYPE | flags::BASETYPE | flags::HAVE_GC);
        let Some(heap) = ty.heap() else { bail!(py, SystemError, "a class without heap part") };
        let c_name = c_name.into_raw();
        heap._ht_tpname.set(c_name);
        ty.tp_name.set(c_name);
        heap.ht_name.set(self.name.to_ref());
        ty.tp_as_async.set(&heap.as_async);
        ty.tp_as_number.set(&heap.as_number);
        ty.tp_as_sequence.set(&heap.as_sequence);
        ty.tp_as_mapping.set(&heap.as_mapping);
        ty.tp_as_buffer.set(&heap.as_buffer);
        ty.tp_bases.set(self.bases.clone().upcast());
        ty.tp_base.set(self.base.clone().into_raw());
        ty.tp_dict.set(self.dict.clone().upcast());
        ty.tp_dealloc.set(Some(instance::subtype_dealloc));
        ty.tp_traverse.set(Some(instance::subtype_traverse));
        ty.tp_clear.set(Some(instance::subtype_clear));
        ty.tp_alloc.set(Some(memory::tp_alloc));
        ty.tp_free.set(Some(memory::tp_free));
        self.set_attributes(py, &ty, heap)?;
        self.place_slots(py, &ty, heap)?;
        if self.add_dict && self.add_weak {
            ty.tp_getset.set(instance::GETSETS_FULL.as_ptr());
        } else if self.add_dict {
            ty.tp_getset.set(instance::GETSETS_DICT.as_ptr());
        } else if self.add_weak {
            ty.tp_getset.set(instance::GETSETS_WEAK.as_ptr());
        }
        super::ready::ready_type(py, &ty)?;
        if self.dict.items_snapshot().iter().any(|(key, _)| !PyStr::check(key)) {
            let text = format!("non-string key in the __dict__ of class {}", ty.name());
            py.warn(crate::objects::exceptions::types::RuntimeWarning(), &text, 1)?;
        }
        Ok(ty)
    }

    fn set_attributes(&self, py: Py<'_>, ty: &PyType, heap: &PyHeapType) -> PyResult<()> {
        let dict = &self.dict;
        if dict.get_str(py, id!(py, "__module__"))?.is_none()
            && let Some(module) = py.current_module_name()?
        {
            dict.set(py, id!(py, "__module__"), &module)?;
        }
        let qualname = match dict.get_str(py, id!(py, "__qualname__"))? {
            Some(qualname) => {
                if qualname.downcast::<PyStr>().is_none() {
                    bail!(py, TypeError, "type __qualname__ must be a str, not {}", qualname.ty().name())
                }
                dict.remove(py, id!(py, "__qualname__"))?;
                qualname
            }
            None => self.name.to_ref(),
        };
        heap.ht_qualname.set(qualname);
        if let Some(doc) = dict.get_str(py, id!(py, "__doc__"))?
            && let Some(doc) = doc.downcast::<PyStr>()
        {
            // A docstring with a NUL in it has no C form; `__doc__` in the dict counts anyway.
            if let Ok(doc) = CString::new(doc.to_utf8(py)?.into_owned()) {
                ty.tp_doc.set(doc.into_raw());
            }
        }
        wrap_function(py, dict, id!(py, "__new__"), PyStaticMethod::wrap)?;
        wrap_function(py, dict, id!(py, "__init_subclass__"), PyClassMethod::wrap)?;
        wrap_function(py, dict, id!(py, "__class_getitem__"), PyClassMethod::wrap)?;
        if let Some(cell) = dict.get_str(py, id!(py, "__classcell__"))? {
            let Some(cell) = cell.downcast_exact::<PyCell>() else {
                let kind = cell.ty().repr(py)?;
                bail!(py, TypeError, "__classcell__ must be a nonlocal cell, not {kind}")
            };
            cell.set(Some(ty.to_ref()));
            dict.remove(py, id!(py, "__classcell__"))?;
        }
        if let Some(cell) = dict.get_str(py, id!(py, "__classdictcell__"))? {
            let Some(cell) = cell.downcast_exact::<PyCell>() else {
                let kind = cell.ty().repr(py)?;
                bail!(py, TypeError, "__classdictcell__ must be a nonlocal cell, not {kind}")
            };
            cell.set(Some(dict.to_ref()));
            dict.remove(py, id!(py, "__classdictcell__"))?;
        }
        Ok(())
    }

    /// Lays the `__slots__` out behind the base and makes their member table.
    fn place_slots(&self, py: Py<'_>, ty: &PyType, heap: &PyHeapType) -> PyResult<()> {
        let mut offset = self.base.tp_basicsize.get();
        if self.has_slots {
            let names: Vec<Ref<PyObject>> = self.slots.iter().map(|s| s.to_ref()).collect();
            heap.ht_slots.set(PyTuple::from_vec(py, names)?.upcast());
        }
        let table = instance::members_of(ty);
        for (i, name) in self.slots.iter().enumerate() {
            let Ok(c_name) = CString::new(name.to_utf8(py)?.into_owned()) else {
                bail!(py, TypeError, "__slots__ must be identifiers")
            };
            // SAFETY: the type was allocated with one row for each slot.
            unsafe {
                table.add(i).write(PyMemberDef {
                    name: c_name.into_raw(),
                    r#type: member::T_OBJECT_EX,
                    offset,
                    flags: 0,
                    doc: core::ptr::null(),
                });
            }
            offset += size_of::<*mut PyObject>() as isize;
        }
        ty.tp_members.set(table);
        if self.add_dict {
            ty.tp_flags.set(ty.tp_flags.get() | flags::MANAGED_DICT);
            ty.tp_dictoffset.set(-1);
        }
        if self.add_weak {
            ty.tp_flags.set(ty.tp_flags.get() | flags::MANAGED_WEAKREF);
            ty.tp_weaklistoffset.set(-(4 * size_of::<*mut PyObject>() as isize));
        }
        ty.tp_basicsize.set(offset);
        ty.tp_itemsize.set(self.base.tp_itemsize.get());
        Ok(())
    }
}

/// Frees the C strings of a dying class.
///
/// # Safety
/// `ty` was made by [`type_new`] and is dying.
pub(super) unsafe fn free_strings(ty: &PyType) {
    let drop_string = |p: *const c_char| {
        if !p.is_null() {
            // SAFETY: made by `CString::into_raw` here.
            drop(unsafe { CString::from_raw(p.cast_mut()) });
        }
    };
    if let Some(heap) = ty.heap() {
        drop_string(heap._ht_tpname.replace(core::ptr::null_mut()));
    }
    drop_string(ty.tp_doc.replace(core::ptr::null()));
    let table = instance::members_of(ty);
    for i in 0..ty.ob_base.size() {
        // SAFETY: one row for each item.
        unsafe { drop_string((*table.add(i)).name) };
    }
}

fn is_identifier(text: &PyStr) -> bool {
    krait_unicode::character::is_identifier(text.code_points())
}

/// A plain function under a name that is implicitly static or a class method is wrapped.
fn wrap_function(
    py: Py<'_>,
    dict: &PyDict,
    name: &PyStr,
    wrap: fn(Py<'_>, &PyObject) -> PyResult<Ref<PyObject>>,
) -> PyResult<()> {
    if let Some(function) = dict.get_str(py, name)?
        && is_python_function(&function)
    {
        dict.set(py, name, &*wrap(py, &function)?)?;
    }
    Ok(())
}

/// True for functions made by `def`: their type lives in `interp`, which marks it so.
fn is_python_function(object: &PyObject) -> bool {
    object.ty().has(flags::METHOD_DESCRIPTOR)
        && object.ty().name() == "function"
        && object.downcast::<PyCFunction>().is_none()
}

/// Calls `__set_name__` on everything in the class dict that has it.
/// The class's own dict. A subclass of `dict` may have an order of its own to go over its items.
fn namespace_copy(py: Py<'_>, dict: &PyDict) -> PyResult<Ref<PyDict>> {
    if dict.ty().tp_iter.get().map(|f| f as usize) == PyDict::type_object().tp_iter.get().map(|f| f as usize)
    {
        return dict.copy(py);
    }
    let copy = PyDict::new(py)?;
    copy.update(py, dict)?;
    Ok(copy)
}

fn set_names(py: Py<'_>, ty: &PyType) -> PyResult<()> {
    let Some(dict) = ty.dict() else { return Ok(()) };
    for (key, value) in dict.items_snapshot() {
        let Some(method) = value.lookup_special(py, id!(py, "__set_name__"))? else { continue };
        if let Err(raised) = method.call(py, &[ty, &key]) {
            let error = py.fetch(raised);
            let shown = key.repr(py)?;
            let note = PyStr::new(
                py,
                &format!(
                    "Error calling __set_name__ on '{}' instance {shown} in '{}'",
                    value.ty().name(),
                    ty.name()
                ),
            )?;
            if let Err(raised) = error.call_method(py, id!(py, "add_note"), &[&note]) {
                py.clear_error(raised);
            }
            return Err(py.restore(error));
        }
    }
    Ok(())
}

/// `super(ty, ty).__init_subclass__(**kwargs)`.
fn init_subclass(py: Py<'_>, ty: &PyType, kwargs: Option<&PyDict>) -> PyResult<()> {
    let name = id!(py, "__init_subclass__");
    let mro = ty.mro();
    let classes = mro.as_ref().map_or(&[][..], |m| m.as_slice());
    let Some(own) = classes.iter().position(|class| class.is(ty)) else {
        // An mro() of its own may leave the class out.
        return crate::objects::super_::super_check(py, ty, ty).map(|_| ());
    };
    for class in classes.iter().skip(own + 1) {
        let Some(class) = class.downcast::<PyType>() else { continue };
        let Some(dict) = class.dict() else { continue };
        let Some(found) = dict.get_str(py, name)? else { continue };
        let method = match found.ty().tp_descr_get.get() {
            // SAFETY: slot call on live objects.
            Some(get) => unsafe {
                owned_or_raised(py, get(found.as_ptr(), core::ptr::null_mut(), ty.as_ptr()))?
            },
            None => found,
        };
        return match kwargs.filter(|k| !k.is_empty()) {
            None => method.call(py, &[]).map(|_| ()),
            Some(kwargs) => method.call_dict(py, &*PyTuple::new(py, &[])?, Some(kwargs)).map(|_| ()),
        };
    }
    Ok(())
}
