//! Wrappers that call a native slot function as a method: what stands behind `int.__add__`.
//! Not here: the descriptor object (`objects/wrapper_descriptor.rs`).

use core::ffi::c_int;

use super::{PyType, flags};
use crate::error::{PyResult, Raised, owned_or_raised};
use crate::object::PyObject;
use crate::objects::memoryview::PyMemoryView;
use crate::objects::object::PyBaseObject;
use crate::objects::{PyBool, PyDict, PyInt, PyNone, PyTuple};
use crate::protocol::object::CompareOp;
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};
use crate::slots::*;

type Result = PyResult<Ref<PyObject>>;
type Kwargs<'a> = Option<&'a PyDict>;

/// The slot function as what it is.
///
/// # Safety
/// `F` is the function-pointer type of the slot that `f` was taken from.
#[inline(always)]
unsafe fn cast<F: Copy>(f: *const ()) -> F {
    debug_assert!(size_of::<F>() == size_of::<*const ()>());
    // SAFETY: by contract.
    unsafe { core::mem::transmute_copy::<*const (), F>(&f) }
}

/// Between `min` and `N` positional arguments of the method `name`; most go unnamed in the text, as in CPython.
fn arguments<'a, const N: usize>(
    py: Py<'_>,
    name: &str,
    args: &'a PyTuple,
    min: usize,
) -> PyResult<[Option<&'a PyObject>; N]> {
    let n = args.len();
    if n < min || n > N {
        let (how, limit) = if min == N {
            ("", N)
        } else if n < min {
            ("at least ", min)
        } else {
            ("at most ", N)
        };
        let s = if limit == 1 { "" } else { "s" };
        let space = if name.is_empty() { "" } else { " " };
        return Err(raise!(py, TypeError, "{name}{space}expected {how}{limit} argument{s}, got {n}"));
    }
    let mut out = [None; N];
    for (slot, item) in out.iter_mut().zip(args.as_slice()) {
        *slot = Some(&**item);
    }
    Ok(out)
}

fn none(py: Py<'_>, args: &PyTuple) -> PyResult<()> {
    arguments::<0>(py, "", args, 0).map(|_| ())
}

fn one<'a>(py: Py<'_>, args: &'a PyTuple) -> PyResult<&'a PyObject> {
    match arguments::<1>(py, "", args, 1)? {
        [Some(x)] => Ok(x),
        _ => Ok(PyNone::get()),
    }
}

fn two<'a>(py: Py<'_>, name: &str, args: &'a PyTuple) -> PyResult<(&'a PyObject, &'a PyObject)> {
    match arguments::<2>(py, name, args, 2)? {
        [Some(x), Some(y)] => Ok((x, y)),
        _ => Ok((PyNone::get(), PyNone::get())),
    }
}

fn status(py: Py<'_>, r: c_int) -> Result {
    if r < 0 { Err(Raised::already(py)) } else { Ok(py.none()) }
}

pub(super) fn wrap_unaryfunc(
    py: Py<'_>,
    slf: &PyObject,
    args: &PyTuple,
    _: Kwargs<'_>,
    f: *const (),
) -> Result {
    none(py, args)?;
    // SAFETY: a unary slot, live object.
    unsafe { owned_or_raised(py, cast::<UnaryFunc>(f)(slf.as_ptr())) }
}

pub(super) fn wrap_binaryfunc(
    py: Py<'_>,
    slf: &PyObject,
    args: &PyTuple,
    _: Kwargs<'_>,
    f: *const (),
) -> Result {
    let other = one(py, args)?;
    // SAFETY: a binary slot, live objects.
    unsafe { owned_or_raised(py, cast::<BinaryFunc>(f)(slf.as_ptr(), other.as_ptr())) }
}

pub(super) fn wrap_binaryfunc_l(
    py: Py<'_>,
    slf: &PyObject,
    args: &PyTuple,
    kw: Kwargs<'_>,
    f: *const (),
) -> Result {
    wrap_binaryfunc(py, slf, args, kw, f)
}

pub(super) fn wrap_binaryfunc_r(
    py: Py<'_>,
    slf: &PyObject,
    args: &PyTuple,
    _: Kwargs<'_>,
    f: *const (),
) -> Result {
    let other = one(py, args)?;
    // SAFETY: a binary slot, live objects.
    unsafe { owned_or_raised(py, cast::<BinaryFunc>(f)(other.as_ptr(), slf.as_ptr())) }
}

fn power_operands<'a>(py: Py<'_>, args: &'a PyTuple) -> PyResult<(&'a PyObject, &'a PyObject)> {
    match args.as_slice() {
        [other] => Ok((other, PyNone::get())),
        [other, third] => Ok((other, third)),
        _ => Err(raise!(py, TypeError, "expected 1 or 2 arguments, got {}", args.len())),
    }
}

pub(super) fn wrap_ternaryfunc(
    py: Py<'_>,
    slf: &PyObject,
    args: &PyTuple,
    _: Kwargs<'_>,
    f: *const (),
) -> Result {
    let (other, third) = power_operands(py, args)?;
    // SAFETY: a ternary slot, live objects.
    unsafe { owned_or_raised(py, cast::<TernaryFunc>(f)(slf.as_ptr(), other.as_ptr(), third.as_ptr())) }
}

pub(super) fn wrap_ternaryfunc_r(
    py: Py<'_>,
    slf: &PyObject,
    args: &PyTuple,
    _: Kwargs<'_>,
    f: *const (),
) -> Result {
    let (other, third) = power_operands(py, args)?;
    // SAFETY: a ternary slot, live objects.
    unsafe { owned_or_raised(py, cast::<TernaryFunc>(f)(other.as_ptr(), slf.as_ptr(), third.as_ptr())) }
}

pub(super) fn wrap_inquirypred(
    py: Py<'_>,
    slf: &PyObject,
    args: &PyTuple,
    _: Kwargs<'_>,
    f: *const (),
) -> Result {
    none(py, args)?;
    // SAFETY: an inquiry slot, live object.
    let r = unsafe { cast::<Inquiry>(f)(slf.as_ptr()) };
    if r < 0 { Err(Raised::already(py)) } else { Ok(PyBool::get(r != 0).to_ref()) }
}

pub(super) fn wrap_lenfunc(
    py: Py<'_>,
    slf: &PyObject,
    args: &PyTuple,
    _: Kwargs<'_>,
    f: *const (),
) -> Result {
    none(py, args)?;
    // SAFETY: a length slot, live object.
    let n = unsafe { cast::<LenFunc>(f)(slf.as_ptr()) };
    if n < 0 { Err(Raised::already(py)) } else { PyInt::new(py, n as i64).map(Ref::upcast) }
}

pub(super) fn wrap_hashfunc(
    py: Py<'_>,
    slf: &PyObject,
    args: &PyTuple,
    _: Kwargs<'_>,
    f: *const (),
) -> Result {
    none(py, args)?;
    // SAFETY: a hash slot, live object.
    let n = unsafe { cast::<HashFunc>(f)(slf.as_ptr()) };
    if n == -1 { Err(Raised::already(py)) } else { PyInt::new(py, n as i64).map(Ref::upcast) }
}

pub(super) fn wrap_call(py: Py<'_>, slf: &PyObject, args: &PyTuple, kw: Kwargs<'_>, f: *const ()) -> Result {
    let kw = kw.map_or(core::ptr::null_mut(), |k| k.as_ptr());
    // SAFETY: a call slot, live objects.
    unsafe { owned_or_raised(py, cast::<TernaryFunc>(f)(slf.as_ptr(), args.as_ptr(), kw)) }
}

pub(super) fn wrap_init(py: Py<'_>, slf: &PyObject, args: &PyTuple, kw: Kwargs<'_>, f: *const ()) -> Result {
    let kw = kw.map_or(core::ptr::null_mut(), |k| k.as_ptr());
    // SAFETY: an init slot, live objects.
    status(py, unsafe { cast::<InitProc>(f)(slf.as_ptr(), args.as_ptr(), kw) })
}

pub(super) fn wrap_del(py: Py<'_>, slf: &PyObject, args: &PyTuple, _: Kwargs<'_>, f: *const ()) -> Result {
    none(py, args)?;
    // SAFETY: a finaliser slot, live object.
    unsafe { cast::<Destructor>(f)(slf.as_ptr()) };
    Ok(py.none())
}

pub(super) fn wrap_next(py: Py<'_>, slf: &PyObject, args: &PyTuple, _: Kwargs<'_>, f: *const ()) -> Result {
    none(py, args)?;
    // SAFETY: an iternext slot, live object.
    let r = unsafe { cast::<UnaryFunc>(f)(slf.as_ptr()) };
    if r.is_null() && !py.has_error() {
        return Err(raise!(py, StopIteration));
    }
    // SAFETY: null with an exception, or owned.
    unsafe { owned_or_raised(py, r) }
}

pub(super) fn wrap_descr_get(
    py: Py<'_>,
    slf: &PyObject,
    args: &PyTuple,
    _: Kwargs<'_>,
    f: *const (),
) -> Result {
    let [instance, owner] = arguments::<2>(py, "__get__", args, 1)?;
    let instance = instance.filter(|o| !o.is_none());
    let owner = owner.filter(|o| !o.is_none());
    if instance.is_none() && owner.is_none() {
        return Err(raise!(py, TypeError, "__get__(None, None) is invalid"));
    }
    let raw = |o: Option<&PyObject>| o.map_or(core::ptr::null_mut(), PyObject::as_ptr);
    // SAFETY: a descr_get slot, live objects.
    unsafe { owned_or_raised(py, cast::<DescrGetFunc>(f)(slf.as_ptr(), raw(instance), raw(owner))) }
}

pub(super) fn wrap_descr_set(
    py: Py<'_>,
    slf: &PyObject,
    args: &PyTuple,
    _: Kwargs<'_>,
    f: *const (),
) -> Result {
    let (instance, value) = two(py, "__set__", args)?;
    // SAFETY: a descr_set slot, live objects.
    status(py, unsafe { cast::<ObjObjArgProc>(f)(slf.as_ptr(), instance.as_ptr(), value.as_ptr()) })
}

pub(super) fn wrap_descr_delete(
    py: Py<'_>,
    slf: &PyObject,
    args: &PyTuple,
    _: Kwargs<'_>,
    f: *const (),
) -> Result {
    let instance = one(py, args)?;
    // SAFETY: a descr_set slot, live objects; null deletes.
    status(py, unsafe { cast::<ObjObjArgProc>(f)(slf.as_ptr(), instance.as_ptr(), core::ptr::null_mut()) })
}

/// `object.__setattr__(int, …)` must not get around the checks of `type.__setattr__` (the "Carlo Verre hack").
fn check_direct_setattr(py: Py<'_>, slf: &PyObject, f: *const (), what: &str) -> PyResult<()> {
    // The most derived native type in the MRO has the last word.
    let ty = slf.ty();
    let Some(mro) = ty.mro() else { return Ok(()) };
    let mut found = None;
    for class in mro.as_slice().iter().rev() {
        let Some(class) = class.downcast::<PyType>() else { continue };
        let here = class.tp_setattro.get().map(|g| g as *const ());
        if here == Some(super::dispatch::slot_tp_setattro as *const ()) {
            continue;
        }
        if here == Some(f) {
            found = Some(class);
        }
    }
    let Some(_) = found else { return Ok(()) };
    // Find the first native ancestor that is no Python class: its own setattro must be the function called.
    let mut base: Option<&PyType> = Some(ty);
    while let Some(t) = base {
        let here = t.tp_setattro.get().map(|g| g as *const ());
        if here != Some(super::dispatch::slot_tp_setattro as *const ()) {
            if here.is_some() && here != Some(f) {
                return Err(raise!(py, TypeError, "can't apply this {what} to {} object", ty.name()));
            }
            break;
        }
        base = t.base();
    }
    Ok(())
}

pub(super) fn wrap_setattr(
    py: Py<'_>,
    slf: &PyObject,
    args: &PyTuple,
    _: Kwargs<'_>,
    f: *const (),
) -> Result {
    let (name, value) = two(py, "__setattr__", args)?;
    check_direct_setattr(py, slf, f, "__setattr__")?;
    // SAFETY: a setattro slot, live objects.
    status(py, unsafe { cast::<ObjObjArgProc>(f)(slf.as_ptr(), name.as_ptr(), value.as_ptr()) })
}

pub(super) fn wrap_delattr(
    py: Py<'_>,
    slf: &PyObject,
    args: &PyTuple,
    _: Kwargs<'_>,
    f: *const (),
) -> Result {
    let name = one(py, args)?;
    check_direct_setattr(py, slf, f, "__delattr__")?;
    // SAFETY: a setattro slot, live objects; null deletes.
    status(py, unsafe { cast::<ObjObjArgProc>(f)(slf.as_ptr(), name.as_ptr(), core::ptr::null_mut()) })
}

macro_rules! richcmp {
    ($($name:ident = $op:ident;)*) => { $(
        pub(super) fn $name(py: Py<'_>, slf: &PyObject, args: &PyTuple, _: Kwargs<'_>, f: *const ()) -> Result {
            let other = one(py, args)?;
            // SAFETY: a richcompare slot, live objects.
            unsafe {
                owned_or_raised(py, cast::<RichCmpFunc>(f)(slf.as_ptr(), other.as_ptr(), CompareOp::$op as c_int))
            }
        }
    )* };
}
richcmp! {
    richcmp_lt = Lt; richcmp_le = Le; richcmp_eq = Eq; richcmp_ne = Ne; richcmp_gt = Gt; richcmp_ge = Ge;
}

pub(super) fn wrap_objobjargproc(
    py: Py<'_>,
    slf: &PyObject,
    args: &PyTuple,
    _: Kwargs<'_>,
    f: *const (),
) -> Result {
    let (key, value) = two(py, "__setitem__", args)?;
    // SAFETY: an item-assignment slot, live objects.
    status(py, unsafe { cast::<ObjObjArgProc>(f)(slf.as_ptr(), key.as_ptr(), value.as_ptr()) })
}

pub(super) fn wrap_delitem(
    py: Py<'_>,
    slf: &PyObject,
    args: &PyTuple,
    _: Kwargs<'_>,
    f: *const (),
) -> Result {
    let key = one(py, args)?;
    // SAFETY: an item-assignment slot, live objects; null deletes.
    status(py, unsafe { cast::<ObjObjArgProc>(f)(slf.as_ptr(), key.as_ptr(), core::ptr::null_mut()) })
}

pub(super) fn wrap_objobjproc(
    py: Py<'_>,
    slf: &PyObject,
    args: &PyTuple,
    _: Kwargs<'_>,
    f: *const (),
) -> Result {
    let value = one(py, args)?;
    // SAFETY: a contains slot, live objects.
    let r = unsafe { cast::<ObjObjProc>(f)(slf.as_ptr(), value.as_ptr()) };
    if r < 0 { Err(Raised::already(py)) } else { Ok(PyBool::get(r != 0).to_ref()) }
}

pub(super) fn wrap_indexargfunc(
    py: Py<'_>,
    slf: &PyObject,
    args: &PyTuple,
    _: Kwargs<'_>,
    f: *const (),
) -> Result {
    let value = one(py, args)?;
    let n = value.index(py)?;
    let Some(n) = n.as_i64() else {
        return Err(raise!(
            py,
            OverflowError,
            "cannot fit '{}' into an index-sized integer",
            value.ty().name()
        ));
    };
    // SAFETY: a repeat slot, live object.
    unsafe { owned_or_raised(py, cast::<SsizeArgFunc>(f)(slf.as_ptr(), n as isize)) }
}

/// An index argument, negative ones counted from the end.
fn sequence_index(py: Py<'_>, slf: &PyObject, arg: &PyObject) -> PyResult<isize> {
    let n = arg.index(py)?;
    let Some(mut n) = n.as_i64().map(|n| n as isize) else {
        return Err(raise!(
            py,
            OverflowError,
            "cannot fit '{}' into an index-sized integer",
            arg.ty().name()
        ));
    };
    if n < 0
        && let Some(length) = slf.sequence_slots().and_then(|s| s.sq_length.get())
    {
        // SAFETY: a length slot, live object.
        let len = unsafe { length(slf.as_ptr()) };
        if len < 0 {
            return Err(Raised::already(py));
        }
        n += len;
    }
    Ok(n)
}

pub(super) fn wrap_sq_item(
    py: Py<'_>,
    slf: &PyObject,
    args: &PyTuple,
    _: Kwargs<'_>,
    f: *const (),
) -> Result {
    let i = sequence_index(py, slf, one(py, args)?)?;
    // SAFETY: an item slot, live object.
    unsafe { owned_or_raised(py, cast::<SsizeArgFunc>(f)(slf.as_ptr(), i)) }
}

pub(super) fn wrap_sq_setitem(
    py: Py<'_>,
    slf: &PyObject,
    args: &PyTuple,
    _: Kwargs<'_>,
    f: *const (),
) -> Result {
    let (index, value) = two(py, "__setitem__", args)?;
    let i = sequence_index(py, slf, index)?;
    // SAFETY: an item-assignment slot, live objects.
    status(py, unsafe { cast::<SsizeObjArgProc>(f)(slf.as_ptr(), i, value.as_ptr()) })
}

pub(super) fn wrap_sq_delitem(
    py: Py<'_>,
    slf: &PyObject,
    args: &PyTuple,
    _: Kwargs<'_>,
    f: *const (),
) -> Result {
    let i = sequence_index(py, slf, one(py, args)?)?;
    // SAFETY: an item-assignment slot, live object; null deletes.
    status(py, unsafe { cast::<SsizeObjArgProc>(f)(slf.as_ptr(), i, core::ptr::null_mut()) })
}

/// `__buffer__(flags)`: a memoryview over what the object exports.
pub(super) fn wrap_buffer(py: Py<'_>, slf: &PyObject, args: &PyTuple, _: Kwargs<'_>, f: *const ()) -> Result {
    let [flags] = arguments::<1>(py, "__buffer__", args, 1)?;
    let flags = flags.unwrap_or(PyNone::get()).index(py)?;
    match flags.as_i64().map(i32::try_from) {
        // SAFETY: a buffer slot of a class of the live object.
        Some(Ok(flags)) => unsafe {
            PyMemoryView::from_slot(py, slf, cast::<GetBufferProc>(f), flags).map(Ref::upcast)
        },
        _ => Err(raise!(py, OverflowError, "buffer flags out of range")),
    }
}

/// `__release_buffer__(view)`: releases a memoryview made from this object.
pub(super) fn wrap_releasebuffer(
    py: Py<'_>,
    slf: &PyObject,
    args: &PyTuple,
    _: Kwargs<'_>,
    _: *const (),
) -> Result {
    let Some(view) = one(py, args)?.downcast::<PyMemoryView>() else {
        return Err(raise!(py, TypeError, "expected a memoryview object"));
    };
    let exporter = view.view().obj;
    if exporter.is_null() {
        return Ok(py.none());
    }
    if !core::ptr::eq(exporter, slf) {
        return Err(raise!(py, ValueError, "memoryview's buffer is not this object"));
    }
    if view.is_released() {
        return Err(raise!(py, ValueError, "memoryview's buffer has already been released"));
    }
    view.release(py).map(|()| py.none())
}

/// `X.__new__` of native types (`tp_new_wrapper`): checks that the class may be made by this `tp_new`.
pub(crate) fn call_tp_new(py: Py<'_>, ty: &PyType, args: &PyTuple, kwargs: Kwargs<'_>) -> Result {
    let Some(first) = args.get(0) else {
        return Err(raise!(py, TypeError, "{}.__new__(): not enough arguments", ty.name()));
    };
    let Some(cls) = first.downcast::<PyType>() else {
        return Err(raise!(
            py,
            TypeError,
            "{}.__new__(X): X is not a type object ({})",
            ty.name(),
            first.ty().name()
        ));
    };
    if !cls.is_subtype(ty) {
        return Err(raise!(
            py,
            TypeError,
            "{0}.__new__({1}): {1} is not a subtype of {0}",
            ty.name(),
            cls.name()
        ));
    }
    if cls.tp_new.get().is_none() {
        return Err(raise!(py, TypeError, "cannot create '{}' instances", cls.name()));
    }
    // The nearest native ancestor must be made by its own tp_new.
    let mut native = Some(cls);
    while let Some(t) = native
        && t.tp_new.get().map(|f| f as usize) == Some(super::dispatch::slot_tp_new as *const () as usize)
    {
        native = t.base();
    }
    if let Some(native) = native
        && native.tp_new.get().is_none()
    {
        return Err(raise!(py, TypeError, "cannot create '{}' instances", native.name()));
    }
    let mut maker = ty;
    if let Some(native) = native
        && native.tp_new.get().map(|f| f as usize) != ty.tp_new.get().map(|f| f as usize)
        && core::ptr::eq(ty, PyBaseObject::type_object())
        && hides_new(py, native)?
    {
        maker = native;
    } else if let Some(native) = native
        && native.tp_new.get().map(|f| f as usize) != ty.tp_new.get().map(|f| f as usize)
    {
        if native.tp_new.get().is_none() {
            return Err(raise!(py, TypeError, "cannot create '{}' instances", native.name()));
        }
        return Err(raise!(
            py,
            TypeError,
            "{}.__new__({}) is not safe, use {}.__new__()",
            ty.name(),
            cls.name(),
            native.name()
        ));
    }
    let Some(new) = maker.tp_new.get() else {
        return Err(raise!(py, TypeError, "cannot create '{}' instances", ty.name()));
    };
    let rest: Vec<&PyObject> = args.as_slice().iter().skip(1).map(|r| &**r).collect();
    let rest = PyTuple::new(py, &rest)?;
    let kwargs = kwargs.map_or(core::ptr::null_mut(), |k| k.as_ptr());
    // SAFETY: tp_new takes a type, a tuple and a dict or null.
    unsafe { owned_or_raised(py, new(cls, rest.as_ptr(), kwargs)) }
}

/// Whether a native class is `plain_new`: Python code makes its instances by `object.__new__`, which leaves that to the class.
fn hides_new(py: Py<'_>, native: &PyType) -> PyResult<bool> {
    // A subclass may have taken over the function of the class that it is made from.
    let mut class = native;
    while !class.is_native()
        && let Some(base) = class.base()
    {
        class = base;
    }
    if !class.has(flags::HEAPTYPE) {
        return Ok(false);
    }
    match class.dict() {
        Some(dict) => Ok(dict.get_str(py, crate::id!(py, "__new__"))?.is_none()),
        None => Ok(false),
    }
}
