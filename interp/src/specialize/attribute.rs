//! `LOAD_ATTR`, `STORE_ATTR`, `LOAD_SUPER_ATTR`: from what stands behind the name in the class, and where the instance keeps its
//! own values.

use krait_bytecode::{CodeFlags, Opcode};
use krait_runtime::objects::dict::keys::DictKeys;
use krait_runtime::objects::dict::split;
use krait_runtime::objects::member_descriptor::PyMemberDescr;
use krait_runtime::objects::property::PyProperty;
use krait_runtime::objects::r#type::{AttributeLookup, flags};
use krait_runtime::objects::{PyDict, PyHeapType, PyModule, PyStr, PyType};
use krait_runtime::slots::member;
use krait_runtime::{Py, PyClass, PyObject, Ref};

use super::{chosen, failed, set_cache, set_cache32, set_cache64, type_version};
use crate::dispatch::Cx;
use crate::objects::function::PyFunction;

/// What the class has under a name, as far as it matters for reading and writing an instance's attribute.
enum Found {
    /// Nothing.
    Absent,
    /// A function-like descriptor that calls can take without binding.
    Method(Ref<PyObject>),
    /// A property.
    Property(Ref<PyObject>),
    /// A slot of `__slots__` at this offset.
    Slot(isize),
    /// A plain value.
    Plain(Ref<PyObject>),
    /// A descriptor without `__set__` of another kind: the instance's own value comes first.
    NonOverriding,
    /// Anything else.
    Odd,
}

fn find(py: Py<'_>, ty: &PyType, name: &PyStr, store: bool) -> Found {
    let hooked = !store && ty.attribute_lookup(py) == AttributeLookup::Hooked;
    let generic = if store { ty.has_generic_setattr() } else { ty.has_generic_getattr() || hooked };
    if !generic {
        return Found::Odd;
    }
    let Some(value) = ty.lookup(py, name) else { return Found::Absent };
    let kind = value.ty();
    if !kind.has(flags::IMMUTABLETYPE) {
        return Found::Odd;
    }
    if kind.tp_descr_set.get().is_some() {
        if let Some(member_descriptor) = value.downcast_exact::<PyMemberDescr>() {
            let def = member_descriptor.def();
            let plain =
                def.r#type == member::T_OBJECT_EX && def.flags & (member::AUDIT_READ | member::READONLY) == 0;
            return if plain && ty.is_subtype(member_descriptor.owner()) {
                Found::Slot(def.offset)
            } else {
                Found::Odd
            };
        }
        // A getter that raises AttributeError would have to go on to `__getattr__`.
        if value.downcast_exact::<PyProperty>().is_some() && !hooked {
            return Found::Property(value);
        }
        return Found::Odd;
    }
    if kind.tp_descr_get.get().is_some() {
        return if kind.has(flags::METHOD_DESCRIPTOR) { Found::Method(value) } else { Found::NonOverriding };
    }
    Found::Plain(value)
}

/// The shared table of an instance's class, when the instance has its values inline.
///
/// # Safety
/// The result is used before anything may change the class.
unsafe fn inline_keys(owner: &PyObject) -> Option<&DictKeys> {
    let ty = owner.ty();
    if !ty.has(flags::INLINE_VALUES) {
        return None;
    }
    // SAFETY: such a type is a heap type with a table.
    unsafe {
        if split::inline_values(owner).valid.get() == 0 {
            return None;
        }
        ty.cast_unchecked::<PyHeapType>().ht_cached_keys.get().cast::<DictKeys>().as_ref()
    }
}

/// Entry number of a name in a shared table.
fn shared_index(keys: &DictKeys, name: &PyStr) -> Option<usize> {
    // SAFETY: a shared table has string keys only; names are exact strings.
    let ix = unsafe { krait_runtime::objects::dict::lookup::find_unicode(keys, name, name.hash_value()) };
    usize::try_from(ix).ok()
}

/// The instance's dict, when it has a managed one that stands as an object.
unsafe fn own_dict(owner: &PyObject) -> Option<&PyDict> {
    if !owner.ty().has(flags::MANAGED_DICT) {
        return None;
    }
    // SAFETY: the type has a managed dict.
    unsafe { split::managed_dict(owner).get().as_ref() }.filter(|d| PyDict::check_exact(d))
}

/// Whether the instance itself may hold a value of that name.
unsafe fn shadowed(owner: &PyObject, name: &PyStr) -> bool {
    // SAFETY: nothing runs between look-up and use.
    unsafe {
        match inline_keys(owner) {
            Some(keys) => shared_index(keys, name).is_some(),
            None => own_dict(owner).is_some_and(|d| d.find_index(name).is_some()),
        }
    }
}

/// The forms for an instance's own value: inline, or in its dict.
unsafe fn own_value(
    cx: &Cx<'_>,
    owner: &PyObject,
    name: &PyStr,
    version: u32,
    inline_form: Opcode,
    dict_form: Opcode,
) -> bool {
    // SAFETY: nothing runs between look-up and use.
    unsafe {
        if let Some(keys) = inline_keys(owner)
            && (inline_form != Opcode::STORE_ATTR_INSTANCE_VALUE || own_dict(owner).is_none())
        {
            let Some(index) = shared_index(keys, name) else { return false };
            let slot = split::inline_values(owner).slot(index);
            let Ok(offset) = u16::try_from(slot.byte_offset_from(owner)) else { return false };
            set_cache32(cx, 1, version);
            set_cache(cx, 3, offset);
            chosen(cx, inline_form);
            return true;
        }
        let Some(dict) = own_dict(owner) else { return false };
        if !dict.has_unicode_table() {
            return false;
        }
        let Some(Ok(hint)) = dict.find_index(name).map(u16::try_from) else { return false };
        set_cache32(cx, 1, version);
        set_cache(cx, 3, hint);
        chosen(cx, dict_form);
        true
    }
}

/// The forms for something found in the class.
unsafe fn from_class(cx: &Cx<'_>, owner: &PyObject, descr: &PyObject, version: u32, is_method: bool) -> bool {
    let ty = owner.ty();
    // SAFETY: by the callers' contract. The class keeps `descr` alive as long as its version stays.
    unsafe {
        let form = if ty.has(flags::INLINE_VALUES) {
            let Some(keys) = inline_keys(owner) else { return false };
            let keys_version = krait_runtime::objects::dict::keys_version(cx.py, keys);
            if keys_version == 0 {
                return false;
            }
            set_cache32(cx, 3, keys_version);
            if is_method {
                Opcode::LOAD_ATTR_METHOD_WITH_VALUES
            } else {
                Opcode::LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES
            }
        } else if !ty.has(flags::MANAGED_DICT) && ty.tp_dictoffset.get() == 0 {
            if is_method { Opcode::LOAD_ATTR_METHOD_NO_DICT } else { Opcode::LOAD_ATTR_NONDESCRIPTOR_NO_DICT }
        } else if is_method {
            let offset =
                if ty.has(flags::MANAGED_DICT) { MANAGED_DICT_OFFSET } else { ty.tp_dictoffset.get() };
            let Ok(short) = i16::try_from(offset) else { return false };
            if offset == 0 || !(*owner.as_ptr().byte_offset(offset).cast::<*mut PyObject>()).is_null() {
                return false;
            }
            set_cache(cx, 3, short as u16);
            Opcode::LOAD_ATTR_METHOD_LAZY_DICT
        } else {
            return false;
        };
        set_cache32(cx, 1, version);
        set_cache64(cx, 5, descr.as_ptr().expose_provenance() as u64);
        chosen(cx, form);
        true
    }
}

/// Where the managed dict pointer stands, from the object.
const MANAGED_DICT_OFFSET: isize = -3 * size_of::<*mut PyObject>() as isize;

unsafe fn load_instance(cx: &Cx<'_>, owner: &PyObject, name: &PyStr, calls: bool) -> bool {
    let ty = owner.ty();
    if !calls && ty.attribute_lookup(cx.py) == AttributeLookup::Overridden {
        // SAFETY: by contract.
        return unsafe { load_overridden(cx, ty) };
    }
    let found = find(cx.py, ty, name, false);
    let version = type_version(cx.py, ty);
    if version == 0 {
        return false;
    }
    let (inline, hint) = (Opcode::LOAD_ATTR_INSTANCE_VALUE, Opcode::LOAD_ATTR_WITH_HINT);
    // SAFETY: by contract.
    unsafe {
        match found {
            Found::Absent | Found::NonOverriding => own_value(cx, owner, name, version, inline, hint),
            Found::Method(_) | Found::Plain(_) if shadowed(owner, name) => {
                own_value(cx, owner, name, version, inline, hint)
            }
            Found::Method(descr) => calls && from_class(cx, owner, &descr, version, true),
            Found::Plain(value) => !calls && from_class(cx, owner, &value, version, false),
            Found::Slot(offset) => match u16::try_from(offset) {
                Ok(offset) => {
                    set_cache32(cx, 1, version);
                    set_cache(cx, 3, offset);
                    chosen(cx, Opcode::LOAD_ATTR_SLOT);
                    true
                }
                Err(_) => false,
            },
            Found::Property(property) => !calls && load_property(cx, &property, version),
            Found::Odd => false,
        }
    }
}

unsafe fn load_property(cx: &Cx<'_>, property: &PyObject, version: u32) -> bool {
    let Some(getter) = property.downcast_exact::<PyProperty>().and_then(PyProperty::fget) else {
        return false;
    };
    let Some(function) = getter.downcast_exact::<PyFunction>() else { return false };
    let code = function.code();
    if code.has(CodeFlags::VARARGS | CodeFlags::VARKEYWORDS)
        || !code.has(CodeFlags::OPTIMIZED)
        || code.co_kwonlyargcount.get() != 0
        || code.co_argcount.get() != 1
        || !crate::instructions::is_inlinable(function)
    {
        return false;
    }
    let function_version = function.version(cx.py);
    if function_version == 0 {
        return false;
    }
    // SAFETY: by contract; the class keeps the property and it the getter.
    unsafe {
        set_cache32(cx, 1, version);
        set_cache32(cx, 3, function_version);
        set_cache64(cx, 5, getter.as_ptr().expose_provenance() as u64);
        chosen(cx, Opcode::LOAD_ATTR_PROPERTY);
    }
    true
}

/// Through the class's Python `__getattribute__`.
unsafe fn load_overridden(cx: &Cx<'_>, ty: &PyType) -> bool {
    let Some(function) = ty.lookup(cx.py, krait_runtime::id!(cx.py, "__getattribute__")) else {
        return false;
    };
    let Some(f) = function.downcast_exact::<PyFunction>() else { return false };
    let code = f.code();
    if code.has(CodeFlags::VARARGS | CodeFlags::VARKEYWORDS)
        || !code.has(CodeFlags::OPTIMIZED)
        || code.co_kwonlyargcount.get() != 0
        || code.co_argcount.get() != 2
        || !crate::instructions::is_inlinable(f)
    {
        return false;
    }
    let (version, function_version) = (type_version(cx.py, ty), f.version(cx.py));
    if version == 0 || function_version == 0 {
        return false;
    }
    // SAFETY: by contract; the class keeps the function as long as its version stays.
    unsafe {
        set_cache32(cx, 1, version);
        set_cache32(cx, 3, function_version);
        set_cache64(cx, 5, function.as_ptr().expose_provenance() as u64);
        chosen(cx, Opcode::LOAD_ATTR_GETATTRIBUTE_OVERRIDDEN);
    }
    true
}

unsafe fn load_module(cx: &Cx<'_>, module: &PyModule, name: &PyStr) -> bool {
    let dict = module.dict();
    if !dict.has_unicode_table() {
        return false;
    }
    let Some(Ok(index)) = dict.find_index(name).map(u16::try_from) else { return false };
    let version = dict.keys_version(cx.py);
    if version == 0 {
        return false;
    }
    // SAFETY: by contract.
    unsafe {
        set_cache32(cx, 1, version);
        set_cache(cx, 3, index);
        chosen(cx, Opcode::LOAD_ATTR_MODULE);
    }
    true
}

unsafe fn load_class(cx: &Cx<'_>, class: &PyType, name: &PyStr) -> bool {
    let meta = class.ty();
    if !core::ptr::fn_addr_eq(
        meta.tp_getattro.get().unwrap_or(no_getattro),
        PyType::type_object().tp_getattro.get().unwrap_or(no_getattro),
    ) {
        return false;
    }
    if meta.lookup(cx.py, name).is_some_and(|d| d.ty().tp_descr_set.get().is_some()) {
        return false;
    }
    let Some(value) = class.lookup(cx.py, name) else { return false };
    let kind = value.ty();
    let usable = kind.has(flags::IMMUTABLETYPE)
        && (kind.tp_descr_get.get().is_none()
            || (kind.has(flags::METHOD_DESCRIPTOR) && kind.tp_descr_set.get().is_none()));
    let version = type_version(cx.py, class);
    if !usable || version == 0 {
        return false;
    }
    // SAFETY: by contract; the class keeps the value as long as its version stays.
    unsafe {
        set_cache32(cx, 1, version);
        set_cache64(cx, 5, value.as_ptr().expose_provenance() as u64);
        if meta.has(flags::IMMUTABLETYPE) {
            chosen(cx, Opcode::LOAD_ATTR_CLASS);
        } else {
            let meta_version = type_version(cx.py, meta);
            if meta_version == 0 {
                return false;
            }
            set_cache32(cx, 3, meta_version);
            chosen(cx, Opcode::LOAD_ATTR_CLASS_WITH_METACLASS_CHECK);
        }
    }
    true
}

/// Stands for "no slot" in comparisons.
unsafe extern "C-unwind" fn no_getattro(_: *mut PyObject, _: *mut PyObject) -> *mut PyObject {
    core::ptr::null_mut()
}

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
#[cold]
#[inline(never)]
pub unsafe fn load_attr(cx: &Cx<'_>, oparg: u32) {
    // SAFETY: by contract: the owner stands on the stack.
    unsafe {
        let (owner, name) = (cx.object(1), cx.name(oparg >> 1));
        let done = if let Some(module) = owner.downcast_exact::<PyModule>() {
            load_module(cx, module, name)
        } else if let Some(class) = owner.downcast::<PyType>() {
            load_class(cx, class, name)
        } else {
            load_instance(cx, owner, name, oparg & 1 != 0)
        };
        if !done {
            failed(cx);
        }
    }
}

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
#[cold]
#[inline(never)]
pub unsafe fn store_attr(cx: &Cx<'_>, oparg: u32) {
    // SAFETY: by contract: value and owner stand on the stack.
    unsafe {
        let (owner, name) = (cx.object(1), cx.name(oparg));
        let ty = owner.ty();
        let found = find(cx.py, ty, name, true);
        let version = type_version(cx.py, ty);
        let done = version != 0
            && match found {
                Found::Absent | Found::Method(_) | Found::Plain(_) | Found::NonOverriding => own_value(
                    cx,
                    owner,
                    name,
                    version,
                    Opcode::STORE_ATTR_INSTANCE_VALUE,
                    Opcode::STORE_ATTR_WITH_HINT,
                ),
                Found::Slot(offset) => match u16::try_from(offset) {
                    Ok(offset) => {
                        set_cache32(cx, 1, version);
                        set_cache(cx, 3, offset);
                        chosen(cx, Opcode::STORE_ATTR_SLOT);
                        true
                    }
                    Err(_) => false,
                },
                Found::Property(_) | Found::Odd => false,
            };
        if !done {
            failed(cx);
        }
    }
}

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
#[cold]
#[inline(never)]
pub unsafe fn load_super_attr(cx: &Cx<'_>, oparg: u32) {
    // SAFETY: by contract: `super`, class and self stand on the stack.
    unsafe {
        if !crate::frame_hooks::is_super(cx.object(3)) || cx.object(2).downcast::<PyType>().is_none() {
            return failed(cx);
        }
        chosen(
            cx,
            if oparg & 1 != 0 { Opcode::LOAD_SUPER_ATTR_METHOD } else { Opcode::LOAD_SUPER_ATTR_ATTR },
        );
    }
}
