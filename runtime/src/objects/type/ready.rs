//! Readying a type (`PyType_Ready`): base and metatype, namespace filled from its tables, MRO, slots and flags inherited.
//! Not here: classes made by `type()` (`new.rs`), which pass through here as well.

use core::ffi::{CStr, c_char};
use core::mem::offset_of;

use super::dispatch::hash_not_implemented;
use super::slotdefs::{AnySlot, SLOT_DEFS, slot_at};
use super::{PyHeapType, PyType, StaticType, flags};
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::builtin_function::{PyCFunction, new_wrapper};
use crate::objects::getset_descriptor::PyGetSetDescr;
use crate::objects::member_descriptor::PyMemberDescr;
use crate::objects::method_descriptor::PyMethodDescr;
use crate::objects::object::PyBaseObject;
use crate::objects::static_method::PyStaticMethod;
use crate::objects::wrapper_descriptor::PyWrapperDescriptor;
use crate::objects::{PyDict, PyNone, PyStr, PyTuple};
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};
use crate::slots::{PyGetSetDef, PyMemberDef, PyMethodDef, meth};

impl PyType {
    /// Readies a static type: base, slots inherited, dict filled, MRO. Its base is readied first. Nothing happens the second time.
    pub fn ready<T: PyClass>(py: Py<'_>) -> PyResult<&'static PyType> {
        let ty = T::static_type();
        if !ty.ty.has(flags::READY) {
            PyType::describe::<T>();
            if T::BASE_NEW
                && let Some(base) = ty.ty.base()
            {
                ready_type(py, base)?;
                ty.ty.tp_new.set(base.tp_new.get());
            }
            ready_type(py, &ty.ty)?;
            if T::PLAIN_NEW
                && let Some(dict) = ty.ty.dict()
            {
                dict.remove(py, crate::id!(py, "__new__"))?;
            }
            if let Some(immutable) = T::HEAP {
                ty.become_heap_type(py, immutable)?;
            }
        }
        Ok(&ty.ty)
    }

    /// Fills the tables of a static type without readying it: for the first few types, which need each other.
    pub(crate) fn describe<T: PyClass>() -> &'static StaticType {
        let ty = T::static_type();
        if !ty.ty.has(flags::STATIC_BUILTIN) && !ty.ty.has(flags::READY) {
            ty.ty.tp_flags.set(ty.ty.tp_flags.get() | flags::STATIC_BUILTIN);
            give_metatype(&ty.ty);
            T::describe(ty);
        }
        ty
    }
}

/// `PyType_Ready`: for static types of C extensions too.
pub fn ready_type(py: Py<'_>, ty: &PyType) -> PyResult<()> {
    if ty.has(flags::READY) {
        return Ok(());
    }
    ty.tp_flags.set(ty.tp_flags.get() | flags::READYING);
    let result = steps(py, ty);
    ty.tp_flags.set(ty.tp_flags.get() & !flags::READYING);
    if result.is_ok() {
        ty.tp_flags.set(ty.tp_flags.get() | flags::READY);
    }
    result
}

fn steps(py: Py<'_>, ty: &PyType) -> PyResult<()> {
    if ty.tp_name.get().is_null() {
        return Err(raise!(py, SystemError, "Type does not define the tp_name field."));
    }
    let object = PyBaseObject::type_object();
    if ty.tp_base.get().is_null() && !core::ptr::eq(ty, object) {
        ty.tp_base.set(object);
    }
    let base = ty.base();
    if let Some(base) = base {
        if ty.has(flags::HEAPTYPE) {
            // Counted by whoever set it.
        }
        if !base.has(flags::READY) && !base.has(flags::READYING) {
            ready_type(py, base)?;
        }
    }
    if ty.type_ptr().is_null() {
        ty.set_type_ptr(base.map_or(PyType::type_object(), |b| b.ty()));
    }
    if !ty.tp_bases.is_some() {
        let bases = match base {
            Some(base) => PyTuple::new(py, &[base])?,
            None => PyTuple::new(py, &[])?,
        };
        ty.tp_bases.set(bases.upcast());
    }
    if !ty.tp_dict.is_some() {
        ty.tp_dict.set(PyDict::new(py)?.upcast());
    }
    if !ty.tp_mro.is_some() {
        set_mro(py, ty)?;
    }
    set_new(py, ty)?;
    fill_dict(py, ty)?;
    inherit(py, ty)?;
    set_hash(py, ty)?;
    if let Some(bases) = ty.bases() {
        for base in bases.as_slice() {
            if let Some(base) = base.downcast::<PyType>() {
                base.add_subclass(ty);
            }
        }
    }
    if let Some(heap) = ty.heap().filter(|_| ty.has(flags::MANAGED_DICT)) {
        ty.tp_dictoffset.set(-1);
        share_keys(py, ty, heap)?;
    }
    Ok(())
}

/// Gives a class whose instances have a managed dict the table of attribute names that they share.
fn share_keys(py: Py<'_>, ty: &PyType, heap: &PyHeapType) -> PyResult<()> {
    if heap.ht_cached_keys.get().is_null() {
        let names = match ty.dict() {
            Some(dict) => dict.get_str(py, crate::id!(py, "__static_attributes__"))?,
            None => None,
        };
        let names = names.as_ref().and_then(|names| names.downcast::<PyTuple>());
        let names = names.map_or(&[][..], PyTuple::as_slice);
        let Some(keys) = crate::objects::dict::split::new_shared_keys(names) else {
            return Err(py.no_memory());
        };
        heap.ht_cached_keys.set(keys.cast());
    }
    if ty.tp_itemsize.get() == 0 {
        ty.tp_flags.set(ty.tp_flags.get() | flags::INLINE_VALUES);
    }
    Ok(())
}

fn set_mro(py: Py<'_>, ty: &PyType) -> PyResult<()> {
    if ty.has(flags::HEAPTYPE) {
        return super::mro::set_mro(py, ty).map(|_| ());
    }
    for base in ty.bases().iter().flat_map(|b| b.as_slice().to_vec()) {
        if base.downcast::<PyType>().is_some_and(|b| !b.is_native()) {
            return Err(raise!(
                py,
                TypeError,
                "type '{}' is not dynamically allocated but its base type '{}' is dynamically allocated",
                ty.name(),
                base.downcast::<PyType>().map_or("?", PyType::name)
            ));
        }
    }
    let mro = super::mro::linearise(py, ty)?;
    ty.tp_mro.set(PyTuple::from_vec(py, mro)?.upcast());
    Ok(())
}

fn set_new(py: Py<'_>, ty: &PyType) -> PyResult<()> {
    let object = PyBaseObject::type_object();
    let from_object = ty.base().is_some_and(|b| core::ptr::eq(b, object));
    if ty.tp_new.get().is_none() && from_object && !ty.has(flags::HEAPTYPE) {
        ty.tp_flags.set(ty.tp_flags.get() | flags::DISALLOW_INSTANTIATION);
    }
    if ty.has(flags::DISALLOW_INSTANTIATION) {
        ty.tp_new.set(None);
        return Ok(());
    }
    if ty.tp_new.get().is_some() {
        if !ty.has(flags::HEAPTYPE) || is_native_new(ty) {
            add_new(py, ty)?;
        }
    } else if let Some(base) = ty.base() {
        ty.tp_new.set(base.tp_new.get());
    }
    Ok(())
}

/// True for heap types of C extensions with a `tp_new` of their own.
fn is_native_new(ty: &PyType) -> bool {
    ty.tp_new.get().is_some_and(|f| f as usize != super::dispatch::slot_tp_new as *const () as usize)
}

/// Puts `__new__` of a native type into its dict.
fn add_new(py: Py<'_>, ty: &PyType) -> PyResult<()> {
    let name = crate::id!(py, "__new__");
    let Some(dict) = ty.dict() else { return Ok(()) };
    if dict.get_str(py, name)?.is_some() {
        return Ok(());
    }
    let function = new_wrapper(py, ty)?;
    dict.set(py, name, &function)
}

fn set_hash(py: Py<'_>, ty: &PyType) -> PyResult<()> {
    if ty.tp_hash.get().is_some() {
        return Ok(());
    }
    let name = crate::id!(py, "__hash__");
    let Some(dict) = ty.dict() else { return Ok(()) };
    if dict.get_str(py, name)?.is_some() {
        return Ok(());
    }
    dict.set(py, name, PyNone::get())?;
    ty.tp_hash.set(Some(hash_not_implemented));
    Ok(())
}

fn fill_dict(py: Py<'_>, ty: &PyType) -> PyResult<()> {
    let Some(dict) = ty.dict() else { return Ok(()) };
    add_operators(py, ty, &dict)?;
    add_methods(py, ty, &dict)?;
    add_members(py, ty, &dict)?;
    add_getsets(py, ty, &dict)?;
    let name = crate::id!(py, "__doc__");
    if dict.get_str(py, name)?.is_none() {
        // SAFETY: tp_doc is null or NUL-terminated.
        let doc = unsafe { text_of(ty.tp_doc.get()) };
        match doc.map(|d| without_signature(ty.short_name(), d)) {
            Some(doc) => dict.set(py, name, &*PyStr::new(py, doc)?)?,
            None => dict.set(py, name, PyNone::get())?,
        }
    }
    Ok(())
}

/// A C string as text.
///
/// # Safety
/// `p` is null or NUL-terminated and lives long enough.
pub(crate) unsafe fn text_of<'a>(p: *const c_char) -> Option<&'a str> {
    // SAFETY: by contract.
    if p.is_null() { None } else { unsafe { CStr::from_ptr(p) }.to_str().ok() }
}

/// The signature line's end in a docstring that begins with one: "name(…)\n--\n\n".
fn split_signature<'a>(name: &str, doc: &'a str) -> Option<(&'a str, &'a str)> {
    let short = name.rsplit('.').next().unwrap_or(name);
    let rest = doc.strip_prefix(short)?;
    if !rest.starts_with('(') {
        return None;
    }
    let end = rest.find(")\n--\n\n")?;
    // A blank line before the marker means that the parenthesis belongs to prose.
    let signature = rest.get(..end + 1)?;
    if signature.contains("\n\n") {
        return None;
    }
    Some((signature, rest.get(end + ")\n--\n\n".len()..)?))
}

/// The docstring without its signature line (`_PyType_GetDocFromInternalDoc`).
pub(crate) fn without_signature<'a>(name: &str, doc: &'a str) -> &'a str {
    split_signature(name, doc).map_or(doc, |(_, rest)| rest)
}

/// `__text_signature__` out of a docstring.
pub(crate) fn text_signature<'a>(name: &str, doc: &'a str) -> Option<&'a str> {
    split_signature(name, doc).map(|(signature, _)| signature)
}

fn add_operators(py: Py<'_>, ty: &PyType, dict: &PyDict) -> PyResult<()> {
    for def in &SLOT_DEFS {
        if def.wrapper.is_none() {
            continue;
        }
        let Some(function) = slot_at(ty, def.offset).map(AnySlot::get).filter(|f| !f.is_null()) else {
            continue;
        };
        let name = def.name_object(py);
        if dict.get_str(py, name)?.is_some() {
            continue;
        }
        if function == hash_not_implemented as *const () {
            dict.set(py, name, PyNone::get())?;
        } else {
            dict.set(py, name, &*PyWrapperDescriptor::new(py, ty, def, function)?)?;
        }
    }
    Ok(())
}

fn add_methods(py: Py<'_>, ty: &PyType, dict: &PyDict) -> PyResult<()> {
    let mut p: *const PyMethodDef = ty.tp_methods.get();
    // SAFETY: the table is static and ends with a null row.
    while let Some(def) = unsafe { p.as_ref() }.filter(|d| !d.ml_name.is_null()) {
        // SAFETY: as above.
        p = unsafe { p.add(1) };
        // SAFETY: the name is NUL-terminated.
        let Some(name) = (unsafe { text_of(def.ml_name) }) else { continue };
        let key = PyStr::intern(py, PyStr::new(py, name)?);
        if def.ml_flags & meth::COEXIST == 0 && dict.get_str(py, &key)?.is_some() {
            continue;
        }
        let descriptor: Ref<PyObject> = if def.ml_flags & meth::CLASS != 0 {
            PyMethodDescr::new_class(py, ty, def, &key)?
        } else if def.ml_flags & meth::STATIC != 0 {
            let function = PyCFunction::new(py, def, Some(ty), None, None)?;
            PyStaticMethod::wrap(py, &function)?
        } else {
            PyMethodDescr::new(py, ty, def, &key)?
        };
        dict.set(py, &key, &descriptor)?;
    }
    Ok(())
}

fn add_members(py: Py<'_>, ty: &PyType, dict: &PyDict) -> PyResult<()> {
    let mut p: *const PyMemberDef = ty.tp_members.get();
    // SAFETY: the table lives as long as the type and ends with a null row.
    while let Some(def) = unsafe { p.as_ref() }.filter(|d| !d.name.is_null()) {
        // SAFETY: as above.
        p = unsafe { p.add(1) };
        // SAFETY: the name is NUL-terminated.
        let Some(name) = (unsafe { text_of(def.name) }) else { continue };
        let key = PyStr::intern(py, PyStr::new(py, name)?);
        if dict.get_str(py, &key)?.is_none() {
            dict.set(py, &key, &*PyMemberDescr::new(py, ty, def, &key)?)?;
        }
    }
    Ok(())
}

fn add_getsets(py: Py<'_>, ty: &PyType, dict: &PyDict) -> PyResult<()> {
    let mut p: *const PyGetSetDef = ty.tp_getset.get();
    // SAFETY: the table is static and ends with a null row.
    while let Some(def) = unsafe { p.as_ref() }.filter(|d| !d.name.is_null()) {
        // SAFETY: as above.
        p = unsafe { p.add(1) };
        // SAFETY: the name is NUL-terminated.
        let Some(name) = (unsafe { text_of(def.name) }) else { continue };
        let key = PyStr::intern(py, PyStr::new(py, name)?);
        if dict.get_str(py, &key)?.is_none() {
            dict.set(py, &key, &*PyGetSetDescr::new(py, ty, def, &key)?)?;
        }
    }
    Ok(())
}

const FAMILY_FLAGS: u64 = flags::LONG_SUBCLASS
    | flags::LIST_SUBCLASS
    | flags::TUPLE_SUBCLASS
    | flags::BYTES_SUBCLASS
    | flags::UNICODE_SUBCLASS
    | flags::DICT_SUBCLASS
    | flags::BASE_EXC_SUBCLASS
    | flags::TYPE_SUBCLASS
    | flags::MATCH_SELF;
const PATTERN_FLAGS: u64 = flags::SEQUENCE | flags::MAPPING;

/// What only the first base gives: collector, sizes, family flags.
fn inherit_special(ty: &PyType, base: &PyType) {
    let mine = ty.tp_flags.get();
    // A native type that says "collectable" without a way of its own to be walked is walked as its base is.
    if (mine & flags::HAVE_GC == 0 || ty.has(flags::STATIC_BUILTIN))
        && base.has(flags::HAVE_GC)
        && ty.tp_traverse.get().is_none()
        && ty.tp_clear.get().is_none()
    {
        ty.tp_flags.set(ty.tp_flags.get() | flags::HAVE_GC);
        ty.tp_traverse.set(base.tp_traverse.get());
        ty.tp_clear.set(base.tp_clear.get());
    }
    let add = |flag: u64| ty.tp_flags.set(ty.tp_flags.get() | (base.tp_flags.get() & flag));
    add(flags::PREHEADER);
    if ty.tp_basicsize.get() == 0 {
        ty.tp_basicsize.set(base.tp_basicsize.get());
    }
    if ty.tp_itemsize.get() == 0 {
        ty.tp_itemsize.set(base.tp_itemsize.get());
    }
    if ty.tp_weaklistoffset.get() == 0 {
        ty.tp_weaklistoffset.set(base.tp_weaklistoffset.get());
    }
    if ty.tp_dictoffset.get() == 0 {
        ty.tp_dictoffset.set(base.tp_dictoffset.get());
    }
    add(FAMILY_FLAGS);
    add(flags::ITEMS_AT_END);
}

fn inherit(py: Py<'_>, ty: &PyType) -> PyResult<()> {
    if let Some(base) = ty.base() {
        inherit_special(ty, base);
    }
    let mro = ty.mro();
    for class in mro.iter().flat_map(|m| m.as_slice().iter().skip(1)) {
        if let Some(class) = class.downcast::<PyType>() {
            inherit_slots(py, ty, class)?;
            let patterns = ty.tp_flags.get() & PATTERN_FLAGS;
            if patterns == 0 {
                ty.tp_flags.set(ty.tp_flags.get() | (class.tp_flags.get() & PATTERN_FLAGS));
            }
        }
    }
    if let Some(base) = ty.base() {
        // A static type without a table of its own uses its base's.
        macro_rules! share {
            ($($table:ident)*) => { $(if ty.$table.get().is_null() { ty.$table.set(base.$table.get()); })* };
        }
        share!(tp_as_async tp_as_number tp_as_sequence tp_as_mapping tp_as_buffer);
    }
    if ty.has(flags::HAVE_GC) && ty.tp_traverse.get().is_none() && ty.has(flags::STATIC_BUILTIN) {
        // What cannot be walked is not collected; no instance exists yet, so the smaller head is safe.
        ty.tp_flags.set(ty.tp_flags.get() & !flags::HAVE_GC);
    }
    if ty.has(flags::HAVE_GC) && ty.tp_traverse.get().is_none() {
        return Err(raise!(
            py,
            SystemError,
            "type {} has the Py_TPFLAGS_HAVE_GC flag but has no traverse function",
            ty.name()
        ));
    }
    if ty.tp_free.get().is_none() {
        ty.tp_free.set(Some(crate::memory::tp_free));
    }
    Ok(())
}

/// Copies the slots that `ty` lacks from `base`: a class of its MRO. A slot is only taken from the class that defines it,
/// seen against that class's own base, so that an override further along the MRO is not hidden.
fn inherit_slots(py: Py<'_>, ty: &PyType, base: &PyType) -> PyResult<()> {
    let above = base.base();
    let families = [
        offset_of!(PyHeapType, as_async)..offset_of!(PyHeapType, as_number),
        offset_of!(PyHeapType, as_number)..offset_of!(PyHeapType, as_mapping),
        offset_of!(PyHeapType, as_mapping)..offset_of!(PyHeapType, as_sequence),
        offset_of!(PyHeapType, as_sequence)..offset_of!(PyHeapType, as_buffer),
        offset_of!(PyHeapType, as_buffer)..offset_of!(PyHeapType, ht_name),
    ];
    let defines = |slot: &dyn Fn(&PyType) -> *const ()| {
        let f = slot(base);
        !f.is_null() && above.is_none_or(|above| f != slot(above))
    };
    for family in families {
        for offset in family.step_by(size_of::<*const ()>()) {
            let (Some(mine), Some(theirs)) = (slot_at(ty, offset), slot_at(base, offset)) else { break };
            if mine.get().is_null()
                && !theirs.get().is_null()
                && above.and_then(|a| slot_at(a, offset)).is_none_or(|a| a.get() != theirs.get())
            {
                mine.set(theirs.get());
            }
        }
    }
    macro_rules! copy {
        ($($slot:ident)*) => { $(
            if ty.$slot.get().is_none() && defines(&|t: &PyType| t.$slot.get().map_or(core::ptr::null(), |f| f as *const ())) {
                ty.$slot.set(base.$slot.get());
            }
        )* };
    }
    copy!(tp_dealloc);
    if ty.tp_getattr.get().is_none() && ty.tp_getattro.get().is_none() {
        ty.tp_getattr.set(base.tp_getattr.get());
        ty.tp_getattro.set(base.tp_getattro.get());
    }
    if ty.tp_setattr.get().is_none() && ty.tp_setattro.get().is_none() {
        ty.tp_setattr.set(base.tp_setattr.get());
        ty.tp_setattro.set(base.tp_setattro.get());
    }
    copy!(tp_repr);
    let native_call = ty.tp_call.get().is_none();
    copy!(tp_call);
    let offset = ty.tp_vectorcall_offset.get();
    if offset == 0 {
        ty.tp_vectorcall_offset.set(base.tp_vectorcall_offset.get());
    }
    // Vectorcall goes along with tp_call; a `__call__` in Python takes it away again.
    if native_call && base.has(flags::HAVE_VECTORCALL) {
        ty.tp_flags.set(ty.tp_flags.get() | flags::HAVE_VECTORCALL);
    }
    copy!(tp_str);
    if ty.tp_richcompare.get().is_none() && ty.tp_hash.get().is_none() && !overrides_hash(py, ty)? {
        ty.tp_richcompare.set(base.tp_richcompare.get());
        ty.tp_hash.set(base.tp_hash.get());
    }
    copy!(tp_iter tp_iternext tp_descr_get);
    if ty.has(flags::METHOD_DESCRIPTOR) || !base.has(flags::METHOD_DESCRIPTOR) {
    } else if ty.has(flags::IMMUTABLETYPE)
        && ty.tp_descr_get.get().map(|f| f as usize) == base.tp_descr_get.get().map(|f| f as usize)
    {
        ty.tp_flags.set(ty.tp_flags.get() | flags::METHOD_DESCRIPTOR);
    }
    copy!(tp_descr_set);
    if ty.tp_dictoffset.get() == 0 {
        ty.tp_dictoffset.set(base.tp_dictoffset.get());
    }
    copy!(tp_init tp_alloc);
    copy!(tp_finalize);
    let (mine, theirs) = (ty.tp_flags.get() & flags::HAVE_GC, base.tp_flags.get() & flags::HAVE_GC);
    if mine == theirs {
        copy!(tp_free);
    }
    copy!(tp_is_gc);
    Ok(())
}

/// True when the class dict sets `__eq__` or `__hash__`.
fn overrides_hash(py: Py<'_>, ty: &PyType) -> PyResult<bool> {
    let Some(dict) = ty.dict() else { return Ok(false) };
    Ok(dict.get_str(py, crate::id!(py, "__eq__"))?.is_some()
        || dict.get_str(py, crate::id!(py, "__hash__"))?.is_some())
}

/// Gives the head of a static type that has none yet its metatype, so that it may be used before it is ready.
pub(crate) fn give_metatype(ty: &PyType) {
    if ty.type_ptr().is_null() {
        ty.set_type_ptr(PyType::type_object());
    }
}
