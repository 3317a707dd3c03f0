//! Assignment to `object.__class__` and `type.__bases__`.

use super::new::{best_base, calculate_metaclass};
use super::{PyType, flags, mro};
use crate::bail;
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::dict::split;
use crate::objects::{PyModule, PyTuple};
use crate::py::Py;
use crate::reference::{PyClass, Ref};

/// True when both classes add the same slots (or nothing) to the same base.
fn same_added_slots(a: &PyType, b: &PyType) -> PyResult<bool> {
    let (Some(base_a), Some(base_b)) = (a.base(), b.base()) else { return Ok(false) };
    if !core::ptr::eq(base_a, base_b)
        || a.tp_basicsize.get() != b.tp_basicsize.get()
        || a.tp_itemsize.get() != b.tp_itemsize.get()
        || a.tp_dictoffset.get() != b.tp_dictoffset.get()
        || a.tp_weaklistoffset.get() != b.tp_weaklistoffset.get()
    {
        return Ok(false);
    }
    let slots = |t: &PyType| t.heap().and_then(|h| h.ht_slots.get());
    let (slots_a, slots_b) = (slots(a), slots(b));
    let names = |s: &Option<Ref<PyObject>>| -> Vec<Ref<PyObject>> {
        s.as_ref().and_then(|s| s.downcast::<PyTuple>()).map_or_else(Vec::new, |t| t.as_slice().to_vec())
    };
    let (names_a, names_b) = (names(&slots_a), names(&slots_b));
    Ok(names_a.len() == names_b.len() && names_a.iter().zip(&names_b).all(|(x, y)| x.is(y)))
}

fn compatible_with_base<'a>(ty: &'a PyType, base: &'a PyType) -> bool {
    let same_dealloc = ty.tp_dealloc.get().map(|f| f as usize)
        == Some(super::instance::subtype_dealloc as *const () as usize);
    same_dealloc
        && ty.tp_basicsize.get() == base.tp_basicsize.get()
        && ty.tp_itemsize.get() == base.tp_itemsize.get()
        && ty.tp_dictoffset.get() == base.tp_dictoffset.get()
        && ty.tp_weaklistoffset.get() == base.tp_weaklistoffset.get()
        && (ty.tp_flags.get() & (flags::HAVE_GC | flags::PREHEADER | flags::INLINE_VALUES))
            == (base.tp_flags.get() & (flags::HAVE_GC | flags::PREHEADER | flags::INLINE_VALUES))
}

/// Raises unless instances of `old` may become instances of `new`.
fn check_compatible(py: Py<'_>, old: &PyType, new: &PyType, attribute: &str) -> PyResult<()> {
    // What CPython compares is `tp_free`, which tells types with a collector's head from those without.
    let free = |t: &PyType| (t.has(flags::HAVE_GC), t.tp_free.get().map(|f| f as usize));
    if free(old) != free(new) {
        bail!(
            py,
            TypeError,
            "{attribute} assignment: '{}' deallocator differs from '{}'",
            new.name(),
            old.name()
        )
    }
    let (mut new_base, mut old_base) = (new, old);
    while let Some(base) = new_base.base()
        && compatible_with_base(new_base, base)
    {
        new_base = base;
    }
    while let Some(base) = old_base.base()
        && compatible_with_base(old_base, base)
    {
        old_base = base;
    }
    if !core::ptr::eq(new_base, old_base) && !same_added_slots(new_base, old_base)? {
        bail!(
            py,
            TypeError,
            "{attribute} assignment: '{}' object layout differs from '{}'",
            new.name(),
            old.name()
        )
    }
    Ok(())
}

/// `object.__class__ = class`.
pub(crate) fn assign_class(py: Py<'_>, object: &PyObject, class: &PyType) -> PyResult<()> {
    let old: *const PyType = object.ty();
    // SAFETY: alive until its count is given back below.
    let old = unsafe { &*old };
    let module = PyModule::type_object();
    let modules = class.is_subtype(module) && old.is_subtype(module);
    if !modules && (class.has(flags::IMMUTABLETYPE) || old.has(flags::IMMUTABLETYPE)) {
        bail!(py, TypeError, "__class__ assignment only supported for mutable types or ModuleType subclasses")
    }
    check_compatible(py, old, class, "__class__")?;
    if old.has(flags::INLINE_VALUES) {
        // The inline values belong to the old class's table of names: they move to the dict.
        // SAFETY: the class has the flag.
        unsafe {
            let dict = split::materialize_dict(py, object)?;
            split::detach_from_object(py, &dict, object)?;
        }
    }
    if class.has(flags::HEAPTYPE) {
        class.incref();
    }
    object.set_type_ptr(class);
    if old.has(flags::HEAPTYPE) {
        // SAFETY: the object owned a count on its class.
        unsafe { PyObject::decref(old.as_ptr()) };
    }
    Ok(())
}

/// `class.__bases__ = bases`.
pub(super) fn set_bases(py: Py<'_>, ty: &PyType, value: Option<&PyObject>) -> PyResult<()> {
    let value = super::attributes::check_settable(py, ty, value, "__bases__")?;
    let Some(bases) = value.downcast::<PyTuple>() else {
        bail!(py, TypeError, "can only assign tuple to {}.__bases__, not {}", ty.name(), value.ty().name())
    };
    if bases.is_empty() {
        bail!(py, TypeError, "can only assign non-empty tuple to {}.__bases__, not ()", ty.name())
    }
    for base in bases.as_slice() {
        let Some(base) = base.downcast::<PyType>() else {
            bail!(
                py,
                TypeError,
                "{}.__bases__ must be tuple of classes, not '{}'",
                ty.name(),
                base.ty().name()
            )
        };
        if base.is_subtype(ty) || base.is_subtype_by_bases(ty) {
            bail!(py, TypeError, "a __bases__ item causes an inheritance cycle")
        }
    }
    let _ = calculate_metaclass(py, ty.ty(), bases)?;
    let new_base = best_base(py, bases)?;
    if let Some(old_base) = ty.base() {
        check_compatible(py, old_base, &new_base, "__bases__")?;
    }
    let old_bases = ty.bases();
    let old_base = ty.tp_base.replace(new_base.clone().into_raw());
    let replaced = ty.tp_bases.replace(Some(bases.to_ref()));
    if let Err(raised) = mro::recompute_hierarchy(py, ty) {
        // Undone, unless an mro() put other bases in place meanwhile: then the old base is what goes.
        let left_over = if core::ptr::eq(ty.tp_bases.as_raw(), bases.as_ptr()) {
            drop(ty.tp_bases.replace(replaced));
            ty.tp_base.replace(old_base)
        } else {
            old_base
        };
        if !left_over.is_null() {
            // SAFETY: the count taken above, or the one the class owned on its old base.
            unsafe { PyObject::decref((*left_over).as_ptr()) };
        }
        return Err(raised);
    }
    // An mro() may have assigned other bases meanwhile, and that assignment did the rest for them.
    if core::ptr::eq(ty.tp_bases.as_raw(), bases.as_ptr()) {
        for base in old_bases.iter().flat_map(|b| b.as_slice()) {
            if let Some(base) = base.downcast::<PyType>() {
                base.remove_subclass(ty);
            }
        }
        for base in bases.as_slice() {
            if let Some(base) = base.downcast::<PyType>() {
                base.add_subclass(ty);
            }
        }
        ty.update_all_slots(py);
    }
    if !old_base.is_null() {
        // SAFETY: the class owned a count on its old base.
        unsafe { PyObject::decref((*old_base).as_ptr()) };
    }
    Ok(())
}
