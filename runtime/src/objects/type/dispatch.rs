//! What a class written in Python has in its slots: functions that look the special method up and call it.
//! Methods are called without making bound methods. Not here: which slot gets which (`slotdefs.rs`, `update.rs`).

use core::ffi::c_int;

use super::PyType;
use crate::args::Args;
use crate::error::{PyResult, owned_or_raised};
use crate::names::StaticName;
use crate::object::PyObject;
use crate::objects::exceptions::types;
use crate::objects::object::PyBaseObject;
use crate::objects::r#type::flags;
use crate::objects::{PyBool, PyDict, PyInt, PyNone, PyNotImplemented, PyStr, PyTuple};
use crate::protocol::buffer::Py_buffer;
use crate::protocol::object::CompareOp;
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};
use crate::slots::InitProc;

type Obj = *mut PyObject;
const NULL: Obj = core::ptr::null_mut();

#[inline(always)]
fn give(r: PyResult<Ref<PyObject>>) -> Obj {
    r.map_or(NULL, Ref::into_raw)
}
#[inline(always)]
fn status(r: PyResult<()>) -> c_int {
    if r.is_ok() { 0 } else { -1 }
}

/// A special method as found on the type: bound already, or a function that wants the object first.
pub(crate) struct Method {
    function: Ref<PyObject>,
    unbound: bool,
}

/// Looks a special method up on the type of `slf`, binding it only when it is no plain function.
#[inline]
pub(crate) fn find_method(py: Py<'_>, slf: &PyObject, name: &PyStr) -> PyResult<Option<Method>> {
    let Some(function) = slf.ty().lookup(py, name) else { return Ok(None) };
    if function.ty().has(flags::METHOD_DESCRIPTOR) {
        return Ok(Some(Method { function, unbound: true }));
    }
    let Some(get) = function.ty().tp_descr_get.get() else {
        return Ok(Some(Method { function, unbound: false }));
    };
    // SAFETY: slot call on live objects.
    let bound = unsafe { owned_or_raised(py, get(function.as_ptr(), slf.as_ptr(), slf.ty().as_ptr()))? };
    Ok(Some(Method { function: bound, unbound: false }))
}

/// The same for a method that may be missing: a descriptor that says so with an `AttributeError` is believed.
#[inline]
fn find_optional(py: Py<'_>, slf: &PyObject, name: &PyStr) -> PyResult<Option<Method>> {
    match find_method(py, slf, name) {
        Err(raised) if py.error_matches(types::AttributeError()) => {
            py.clear_error(raised);
            Ok(None)
        }
        found => found,
    }
}

impl Method {
    #[inline]
    pub(crate) fn call<const N: usize>(
        &self,
        py: Py<'_>,
        slf: &PyObject,
        args: [&PyObject; N],
    ) -> PyResult<Ref<PyObject>> {
        if !self.unbound {
            return self.function.call(py, &args);
        }
        // No special method takes more than three arguments besides self.
        let mut all: [&PyObject; 4] = [slf; 4];
        for (slot, arg) in all.iter_mut().skip(1).zip(args) {
            *slot = arg;
        }
        self.function.call(py, all.get(..N + 1).unwrap_or_default())
    }
}

/// Calls the special method `name`; `AttributeError` when it is gone.
#[inline]
fn call<const N: usize>(
    py: Py<'_>,
    slf: &PyObject,
    name: &StaticName,
    args: [&PyObject; N],
) -> PyResult<Ref<PyObject>> {
    let name = name.get(py);
    match find_method(py, slf, name)? {
        Some(method) => method.call(py, slf, args),
        None => Err(py.raise_object(types::AttributeError(), Some(name))),
    }
}

/// Calls the special method `name`; NotImplemented when it is gone.
#[inline]
fn call_maybe<const N: usize>(
    py: Py<'_>,
    slf: &PyObject,
    name: &StaticName,
    args: [&PyObject; N],
) -> PyResult<Ref<PyObject>> {
    match find_optional(py, slf, name.get(py))? {
        Some(method) => method.call(py, slf, args),
        None => Ok(py.not_implemented()),
    }
}

macro_rules! name {
    ($ident:ident = $text:literal) => {
        static $ident: StaticName = StaticName::new($text);
    };
}

/// True when `other`'s class has another `name` than `slf`'s class: then the reflected method goes first.
fn is_overloaded(py: Py<'_>, slf: &PyObject, other: &PyObject, name: &StaticName) -> PyResult<bool> {
    let name = name.get(py);
    let Some(theirs) = other.ty().get_attr_optional(py, name)? else { return Ok(false) };
    let Some(ours) = slf.ty().get_attr_optional(py, name)? else { return Ok(true) };
    ours.rich_compare(py, &theirs, CompareOp::Ne)?.is_true(py)
}

/// A binary operator of a Python class, with its reflected form.
#[inline]
fn binary(
    py: Py<'_>,
    slf: &PyObject,
    other: &PyObject,
    mine: impl Fn(&PyObject) -> bool,
    names: (&StaticName, &StaticName),
) -> PyResult<Ref<PyObject>> {
    let same_type = core::ptr::eq(slf.type_ptr(), other.type_ptr());
    let mut try_other = !same_type && mine(other);
    if mine(slf) {
        if try_other && other.ty().is_subtype(slf.ty()) && is_overloaded(py, slf, other, names.1)? {
            let r = call_maybe(py, other, names.1, [slf])?;
            if !r.is(PyNotImplemented::get()) {
                return Ok(r);
            }
            try_other = false;
        }
        let r = call_maybe(py, slf, names.0, [other])?;
        if !r.is(PyNotImplemented::get()) || same_type {
            return Ok(r);
        }
    }
    if try_other {
        return call_maybe(py, other, names.1, [slf]);
    }
    Ok(py.not_implemented())
}

macro_rules! binary_slots {
    ($($function:ident $slot:ident $name:literal $reflected:literal;)*) => { $(
        pub(super) unsafe extern "C-unwind" fn $function(a: Obj, b: Obj) -> Obj {
            name!(NAME = $name);
            name!(REFLECTED = $reflected);
            let mine = |o: &PyObject| {
                o.number_slots().and_then(|n| n.$slot.get()).is_some_and(|f| f as usize == $function as *const () as usize)
            };
            // SAFETY: slot call with live objects on an attached thread.
            unsafe { give(binary(Py::assume(), &*a, &*b, mine, (&NAME, &REFLECTED))) }
        }
    )* };
}
binary_slots! {
    slot_nb_add nb_add "__add__" "__radd__";
    slot_nb_subtract nb_subtract "__sub__" "__rsub__";
    slot_nb_multiply nb_multiply "__mul__" "__rmul__";
    slot_nb_remainder nb_remainder "__mod__" "__rmod__";
    slot_nb_divmod nb_divmod "__divmod__" "__rdivmod__";
    slot_nb_lshift nb_lshift "__lshift__" "__rlshift__";
    slot_nb_rshift nb_rshift "__rshift__" "__rrshift__";
    slot_nb_and nb_and "__and__" "__rand__";
    slot_nb_xor nb_xor "__xor__" "__rxor__";
    slot_nb_or nb_or "__or__" "__ror__";
    slot_nb_floor_divide nb_floor_divide "__floordiv__" "__rfloordiv__";
    slot_nb_true_divide nb_true_divide "__truediv__" "__rtruediv__";
    slot_nb_matrix_multiply nb_matrix_multiply "__matmul__" "__rmatmul__";
}

macro_rules! one_argument_slots {
    ($($function:ident $name:literal;)*) => { $(
        pub(super) unsafe extern "C-unwind" fn $function(a: Obj, b: Obj) -> Obj {
            name!(NAME = $name);
            // SAFETY: slot call with live objects on an attached thread.
            unsafe { give(call(Py::assume(), &*a, &NAME, [&*b])) }
        }
    )* };
}
one_argument_slots! {
    slot_nb_inplace_add "__iadd__";
    slot_nb_inplace_subtract "__isub__";
    slot_nb_inplace_multiply "__imul__";
    slot_nb_inplace_remainder "__imod__";
    slot_nb_inplace_lshift "__ilshift__";
    slot_nb_inplace_rshift "__irshift__";
    slot_nb_inplace_and "__iand__";
    slot_nb_inplace_xor "__ixor__";
    slot_nb_inplace_or "__ior__";
    slot_nb_inplace_floor_divide "__ifloordiv__";
    slot_nb_inplace_true_divide "__itruediv__";
    slot_nb_inplace_matrix_multiply "__imatmul__";
    slot_mp_subscript "__getitem__";
    slot_tp_getattro "__getattribute__";
}

macro_rules! unary_slots {
    ($($function:ident $name:literal;)*) => { $(
        pub(super) unsafe extern "C-unwind" fn $function(a: Obj) -> Obj {
            name!(NAME = $name);
            // SAFETY: slot call with a live object on an attached thread.
            unsafe { give(call(Py::assume(), &*a, &NAME, [])) }
        }
    )* };
}
unary_slots! {
    slot_nb_negative "__neg__";
    slot_nb_positive "__pos__";
    slot_nb_absolute "__abs__";
    slot_nb_invert "__invert__";
    slot_nb_int "__int__";
    slot_nb_float "__float__";
    slot_nb_index "__index__";
    slot_tp_iternext "__next__";
    slot_tp_str "__str__";
}

name!(POW = "__pow__");
name!(RPOW = "__rpow__");

pub(super) unsafe extern "C-unwind" fn slot_nb_power(a: Obj, b: Obj, c: Obj) -> Obj {
    let mine = |o: &PyObject| {
        o.number_slots()
            .and_then(|n| n.nb_power.get())
            .is_some_and(|f| f as usize == slot_nb_power as *const () as usize)
    };
    // SAFETY: slot call with live objects on an attached thread.
    let (py, a, b, c) = unsafe { (Py::assume(), &*a, &*b, &*c) };
    if c.is_none() {
        return give(binary(py, a, b, mine, (&POW, &RPOW)));
    }
    give(power_modulo(py, a, b, c, mine))
}

fn power_modulo(
    py: Py<'_>,
    a: &PyObject,
    b: &PyObject,
    c: &PyObject,
    mine: impl Fn(&PyObject) -> bool,
) -> PyResult<Ref<PyObject>> {
    let same_type = core::ptr::eq(a.type_ptr(), b.type_ptr());
    let mut try_other = !same_type && mine(b);
    if mine(a) {
        if try_other && b.ty().is_subtype(a.ty()) && is_overloaded(py, a, b, &RPOW)? {
            let r = call_maybe(py, b, &RPOW, [a, c])?;
            if !r.is(PyNotImplemented::get()) {
                return Ok(r);
            }
            try_other = false;
        }
        let r = call_maybe(py, a, &POW, [b, c])?;
        if !r.is(PyNotImplemented::get()) || same_type {
            return Ok(r);
        }
    }
    if try_other { call_maybe(py, b, &RPOW, [a, c]) } else { Ok(py.not_implemented()) }
}

pub(super) unsafe extern "C-unwind" fn slot_nb_inplace_power(a: Obj, b: Obj, _c: Obj) -> Obj {
    name!(NAME = "__ipow__");
    // SAFETY: slot call with live objects on an attached thread.
    unsafe { give(call(Py::assume(), &*a, &NAME, [&*b])) }
}

pub(super) unsafe extern "C-unwind" fn slot_nb_bool(a: Obj) -> c_int {
    // SAFETY: slot call with a live object on an attached thread.
    unsafe { truth(Py::assume(), &*a).map_or(-1, c_int::from) }
}

fn truth(py: Py<'_>, slf: &PyObject) -> PyResult<bool> {
    let method = match find_optional(py, slf, crate::id!(py, "__bool__"))? {
        Some(method) => method,
        None => {
            let Some(length) = find_method(py, slf, crate::id!(py, "__len__"))? else { return Ok(true) };
            return length.call(py, slf, [])?.is_true(py);
        }
    };
    let value = method.call(py, slf, [])?;
    if value.is_exactly(PyBool::type_object()) {
        return Ok(value.is(PyBool::get(true)));
    }
    Err(raise!(py, TypeError, "__bool__ should return bool, returned {}", value.ty().name()))
}

pub(super) unsafe extern "C-unwind" fn slot_tp_repr(a: Obj) -> Obj {
    // SAFETY: slot call with a live object on an attached thread.
    let (py, slf) = unsafe { (Py::assume(), &*a) };
    let r = match find_optional(py, slf, crate::id!(py, "__repr__")) {
        Ok(Some(method)) => method.call(py, slf, []),
        Ok(None) => {
            PyStr::new(py, &format!("<{} object at {:#x}>", slf.ty().name(), slf.id())).map(Ref::upcast)
        }
        Err(raised) => Err(raised),
    };
    give(r)
}

pub(super) unsafe extern "C-unwind" fn slot_tp_hash(a: Obj) -> isize {
    // SAFETY: slot call with a live object on an attached thread.
    let (py, slf) = unsafe { (Py::assume(), &*a) };
    hash(py, slf).unwrap_or(-1)
}

fn hash(py: Py<'_>, slf: &PyObject) -> PyResult<isize> {
    let method = match find_optional(py, slf, crate::id!(py, "__hash__"))? {
        Some(method) if !method.function.is_none() => method,
        _ => return Err(raise!(py, TypeError, "unhashable type: '{}'", slf.ty().name())),
    };
    let value = method.call(py, slf, [])?;
    let Some(n) = value.downcast::<PyInt>() else {
        return Err(raise!(py, TypeError, "__hash__ method should return an integer"));
    };
    // Values that fit are hashes as they are; others are hashed once more.
    let h = match n.as_i64() {
        Some(h) => h as isize,
        None => n.hash(py)?,
    };
    Ok(if h == -1 { -2 } else { h })
}

/// `PyObject_HashNotImplemented`: what `__hash__ = None` puts into the slot.
pub(crate) unsafe extern "C-unwind" fn hash_not_implemented(a: Obj) -> isize {
    // SAFETY: slot call with a live object on an attached thread.
    let (py, slf) = unsafe { (Py::assume(), &*a) };
    let _ = raise!(py, TypeError, "unhashable type: '{}'", slf.ty().name());
    -1
}

pub(crate) unsafe extern "C-unwind" fn slot_tp_call(a: Obj, args: Obj, kwargs: Obj) -> Obj {
    // SAFETY: slot call with live objects on an attached thread; args is a tuple, kwargs a dict or null.
    unsafe {
        give(call_instance(Py::assume(), &*a, (*args).cast_unchecked(), kwargs.cast::<PyDict>().as_ref()))
    }
}

fn call_instance(
    py: Py<'_>,
    slf: &PyObject,
    args: &PyTuple,
    kwargs: Option<&PyDict>,
) -> PyResult<Ref<PyObject>> {
    let name = crate::id!(py, "__call__");
    match find_method(py, slf, name)? {
        Some(method) => method.call_tuple(py, slf, args, kwargs),
        None => Err(py.raise_object(types::AttributeError(), Some(name))),
    }
}

impl Method {
    /// Calls with the arguments another callable was called with.
    fn call_args(&self, py: Py<'_>, slf: &PyObject, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        if !self.unbound {
            return self.function.call_args(py, args);
        }
        /// More arguments than this take a vector.
        const ROOM: usize = 12;
        let values = args.all();
        let mut short = [slf; ROOM];
        let mut long = Vec::new();
        let all = match short.get_mut(1..=values.len()) {
            Some(rest) => {
                rest.copy_from_slice(values);
                short.as_slice()
            }
            None => {
                long.push(slf);
                long.extend_from_slice(values);
                long.as_slice()
            }
        };
        // SAFETY: `self`, then an argument vector with the same keyword names.
        unsafe {
            self.function.vectorcall_raw(py, all.as_ptr().cast(), args.positional().len() + 1, args.kwnames())
        }
    }

    /// Calls with a tuple and keyword dict.
    fn call_tuple(
        &self,
        py: Py<'_>,
        slf: &PyObject,
        args: &PyTuple,
        kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        if !self.unbound {
            return self.function.call_dict(py, args, kwargs);
        }
        let mut all: Vec<&PyObject> = Vec::with_capacity(args.len() + 1);
        all.push(slf);
        all.extend(args.as_slice().iter().map(|r| &**r));
        match kwargs.filter(|k| !k.is_empty()) {
            None => self.function.call(py, &all),
            Some(kwargs) => self.function.call_dict(py, &*PyTuple::new(py, &all)?, Some(kwargs)),
        }
    }
}

/// Who looks attributes of a class's instances up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AttributeLookup {
    /// `object.__getattribute__`, or native code.
    Native,
    /// `object.__getattribute__`, and `__getattr__` when that fails.
    Hooked,
    /// A `__getattribute__` made in Python, without `__getattr__`.
    Overridden,
    /// Both made in Python.
    Both,
}

impl PyType {
    /// Who looks attributes of instances up.
    pub fn attribute_lookup(&self, py: Py<'_>) -> AttributeLookup {
        let slot = self.tp_getattro.get().map_or(0, |f| f as usize);
        if slot == slot_tp_getattro as *const () as usize {
            return AttributeLookup::Overridden;
        }
        if slot != slot_tp_getattr_hook as *const () as usize {
            return AttributeLookup::Native;
        }
        let generic = self.lookup(py, crate::id!(py, "__getattribute__")).is_none_or(|g| {
            crate::objects::wrapper_descriptor::wraps(&g, super::super::object::getattribute_slot())
        });
        match (generic, self.lookup(py, crate::id!(py, "__getattr__")).is_some()) {
            (true, _) => AttributeLookup::Hooked,
            (false, true) => AttributeLookup::Both,
            (false, false) => AttributeLookup::Overridden,
        }
    }
}

/// `tp_getattro` of a class with `__getattr__` or an own `__getattribute__`.
pub(super) unsafe extern "C-unwind" fn slot_tp_getattr_hook(a: Obj, name: Obj) -> Obj {
    // SAFETY: slot call with live objects on an attached thread; attribute names are strings or rejected below.
    let (py, slf, name) = unsafe { (Py::assume(), &*a, &*name) };
    give(getattr_hook(py, slf, name))
}

fn getattr_hook(py: Py<'_>, slf: &PyObject, name: &PyObject) -> PyResult<Ref<PyObject>> {
    let ty = slf.ty();
    let Some(getattr) = ty.lookup(py, crate::id!(py, "__getattr__")) else {
        // No hook: from now on the plain slot will do.
        if ty.tp_getattro.get().is_some_and(|f| f as usize == slot_tp_getattr_hook as *const () as usize) {
            ty.tp_getattro.set(Some(slot_tp_getattro));
        }
        // SAFETY: slot call with live objects.
        return unsafe { owned_or_raised(py, slot_tp_getattro(slf.as_ptr(), name.as_ptr())) };
    };
    let getattribute = ty.lookup(py, crate::id!(py, "__getattribute__"));
    let generic = getattribute.as_ref().is_none_or(|g| {
        crate::objects::wrapper_descriptor::wraps(g, super::super::object::getattribute_slot())
    });
    let found = if generic {
        match name.downcast::<PyStr>() {
            Some(name) => slf.generic_get_attr_optional(py, name),
            None => slf.generic_get_attr_object(py, name).map(Some),
        }
    } else if let Some(getattribute) = getattribute {
        match call_attribute(py, slf, &getattribute, name) {
            Ok(v) => Ok(Some(v)),
            Err(raised) if py.error_matches(types::AttributeError()) => {
                py.clear_error(raised);
                Ok(None)
            }
            Err(raised) => Err(raised),
        }
    } else {
        Ok(None)
    };
    let found = match found {
        Err(raised) if generic && py.error_matches(types::AttributeError()) => {
            py.clear_error(raised);
            None
        }
        other => other?,
    };
    match found {
        Some(value) => Ok(value),
        None => call_attribute(py, slf, &getattr, name),
    }
}

fn call_attribute(
    py: Py<'_>,
    slf: &PyObject,
    function: &PyObject,
    name: &PyObject,
) -> PyResult<Ref<PyObject>> {
    if function.ty().has(flags::METHOD_DESCRIPTOR) {
        return function.call(py, &[slf, name]);
    }
    match function.ty().tp_descr_get.get() {
        // SAFETY: slot call on live objects.
        Some(get) => unsafe { owned_or_raised(py, get(function.as_ptr(), slf.as_ptr(), slf.ty().as_ptr()))? }
            .call(py, &[name]),
        None => function.call(py, &[name]),
    }
}

pub(crate) unsafe extern "C-unwind" fn slot_tp_setattro(a: Obj, name: Obj, value: Obj) -> c_int {
    name!(SET = "__setattr__");
    name!(DELETE = "__delattr__");
    // SAFETY: slot call with live objects on an attached thread; a null value deletes.
    unsafe {
        let py = Py::assume();
        status(match value.as_ref() {
            Some(value) => call(py, &*a, &SET, [&*name, value]).map(|_| ()),
            None => call(py, &*a, &DELETE, [&*name]).map(|_| ()),
        })
    }
}

pub(super) unsafe extern "C-unwind" fn slot_tp_richcompare(a: Obj, b: Obj, op: c_int) -> Obj {
    name!(LT = "__lt__");
    name!(LE = "__le__");
    name!(EQ = "__eq__");
    name!(NE = "__ne__");
    name!(GT = "__gt__");
    name!(GE = "__ge__");
    let name = match CompareOp::from_raw(op) {
        Some(CompareOp::Lt) => &LT,
        Some(CompareOp::Le) => &LE,
        Some(CompareOp::Ne) => &NE,
        Some(CompareOp::Gt) => &GT,
        Some(CompareOp::Ge) => &GE,
        _ => &EQ,
    };
    // SAFETY: slot call with live objects on an attached thread.
    unsafe { give(call_maybe(Py::assume(), &*a, name, [&*b])) }
}

pub(super) unsafe extern "C-unwind" fn slot_tp_iter(a: Obj) -> Obj {
    // SAFETY: slot call with a live object on an attached thread.
    let (py, slf) = unsafe { (Py::assume(), &*a) };
    give(iterate(py, slf))
}

fn iterate(py: Py<'_>, slf: &PyObject) -> PyResult<Ref<PyObject>> {
    if let Some(method) = find_optional(py, slf, crate::id!(py, "__iter__"))? {
        if method.function.is_none() {
            return Err(raise!(py, TypeError, "'{}' object is not iterable", slf.ty().name()));
        }
        return method.call(py, slf, []);
    }
    if find_method(py, slf, crate::id!(py, "__getitem__"))?.is_none() {
        return Err(raise!(py, TypeError, "'{}' object is not iterable", slf.ty().name()));
    }
    crate::objects::iterator::sequence_iterator(py, slf)
}

/// `_PyObject_NextNotImplemented`: in the slot of classes that have `__iter__` but no `__next__`.
pub(crate) unsafe extern "C-unwind" fn next_not_implemented(a: Obj) -> Obj {
    // SAFETY: slot call with a live object on an attached thread.
    let (py, slf) = unsafe { (Py::assume(), &*a) };
    let _ = raise!(py, TypeError, "'{}' object is not iterable", slf.ty().name());
    NULL
}

pub(super) unsafe extern "C-unwind" fn slot_tp_descr_get(a: Obj, instance: Obj, owner: Obj) -> Obj {
    // SAFETY: slot call with live objects (or nulls for absent ones) on an attached thread.
    let (py, slf) = unsafe { (Py::assume(), &*a) };
    let Some(get) = slf.ty().lookup(py, crate::id!(py, "__get__")) else {
        // The method was removed: the object is then its own value.
        if slf.ty().tp_descr_get.get().is_some_and(|f| f as usize == slot_tp_descr_get as *const () as usize)
        {
            slf.ty().tp_descr_get.set(None);
        }
        return slf.to_ref().into_raw();
    };
    // SAFETY: as above.
    let (instance, owner) =
        unsafe { (instance.as_ref().unwrap_or(PyNone::get()), owner.as_ref().unwrap_or(PyNone::get())) };
    give(get.call(py, &[slf, instance, owner]))
}

pub(super) unsafe extern "C-unwind" fn slot_tp_descr_set(a: Obj, instance: Obj, value: Obj) -> c_int {
    name!(SET = "__set__");
    name!(DELETE = "__delete__");
    // SAFETY: slot call with live objects on an attached thread; a null value deletes.
    unsafe {
        let py = Py::assume();
        status(match value.as_ref() {
            Some(value) => call(py, &*a, &SET, [&*instance, value]).map(|_| ()),
            None => call(py, &*a, &DELETE, [&*instance]).map(|_| ()),
        })
    }
}

pub(crate) unsafe extern "C-unwind" fn slot_tp_init(a: Obj, args: Obj, kwargs: Obj) -> c_int {
    // SAFETY: slot call with live objects on an attached thread; args is a tuple, kwargs a dict or null.
    unsafe {
        status(initialise(Py::assume(), &*a, (*args).cast_unchecked(), kwargs.cast::<PyDict>().as_ref()))
    }
}

fn initialise(py: Py<'_>, slf: &PyObject, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
    let name = crate::id!(py, "__init__");
    let Some(method) = find_method(py, slf, name)? else {
        return Err(py.raise_object(types::AttributeError(), Some(name)));
    };
    let result = method.call_tuple(py, slf, args, kwargs)?;
    check_init_result(py, &result)
}

/// The call of a class whose arguments only a Python `__init__` looks at: `object.__new__` makes the instance, and neither a tuple nor
/// a dict is made of them. `None` when the callable is anything else.
pub(crate) fn call_for_init(
    py: Py<'_>,
    callable: &PyObject,
    args: Args<'_>,
) -> Option<PyResult<Ref<PyObject>>> {
    let plain_call = PyType::type_object().tp_call.get()?;
    if !callable.ty().tp_call.get().is_some_and(|call| core::ptr::fn_addr_eq(call, plain_call)) {
        return None;
    }
    let cls = callable.downcast::<PyType>()?;
    let (new, plain_new) = (cls.tp_new.get()?, PyBaseObject::type_object().tp_new.get()?);
    let init = cls.tp_init.get()?;
    if !core::ptr::fn_addr_eq(new, plain_new)
        || !core::ptr::fn_addr_eq(init, slot_tp_init as InitProc)
        || cls.has(flags::IS_ABSTRACT)
    {
        return None;
    }
    let alloc = cls.tp_alloc.get()?;
    Some((|| {
        py.check_stack(" while calling a Python object")?;
        // SAFETY: a ready type.
        let object = unsafe { owned_or_raised(py, alloc(cls, 0))? };
        let name = crate::id!(py, "__init__");
        let Some(method) = find_method(py, &object, name)? else {
            return Err(py.raise_object(types::AttributeError(), Some(name)));
        };
        let result = method.call_args(py, &object, args)?;
        check_init_result(py, &result)?;
        Ok(object)
    })())
}

/// `__init__` returns nothing.
#[inline]
pub fn check_init_result(py: Py<'_>, result: &PyObject) -> PyResult<()> {
    if result.is_none() {
        return Ok(());
    }
    Err(raise!(py, TypeError, "__init__() should return None, not '{}'", result.ty().name()))
}

pub(crate) unsafe extern "C-unwind" fn slot_tp_new(cls: *const PyType, args: Obj, kwargs: Obj) -> Obj {
    // SAFETY: slot call with live objects on an attached thread; args is a tuple, kwargs a dict or null.
    unsafe {
        give(construct(Py::assume(), &*cls, (*args).cast_unchecked(), kwargs.cast::<PyDict>().as_ref()))
    }
}

fn construct(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
    let function = cls.get_attr(py, crate::id!(py, "__new__"))?;
    Method { function, unbound: true }.call_tuple(py, cls, args, kwargs)
}

pub(super) unsafe extern "C-unwind" fn slot_tp_finalize(a: Obj) {
    // SAFETY: slot call with a live object on an attached thread.
    let (py, slf) = unsafe { (Py::assume(), &*a) };
    py.preserving_error(|| {
        let method = match find_method(py, slf, crate::id!(py, "__del__")) {
            Ok(Some(method)) => method,
            _ => return,
        };
        if let Err(raised) = method.call(py, slf, []) {
            py.report_unraisable(
                raised,
                Some("Exception ignored while calling deallocator"),
                Some(&method.function),
            );
        }
    });
}

macro_rules! async_slots {
    ($($function:ident $name:literal;)*) => { $(
        pub(super) unsafe extern "C-unwind" fn $function(a: Obj) -> Obj {
            // SAFETY: slot call with a live object on an attached thread.
            let (py, slf) = unsafe { (Py::assume(), &*a) };
            give(match find_method(py, slf, crate::id!(py, $name)) {
                Ok(Some(method)) => method.call(py, slf, []),
                Ok(None) => {
                    Err(raise!(py, AttributeError, "object {} does not have {} method", slf.ty().name(), $name))
                }
                Err(raised) => Err(raised),
            })
        }
    )* };
}
async_slots! {
    slot_am_await "__await__";
    slot_am_aiter "__aiter__";
    slot_am_anext "__anext__";
}

pub(super) unsafe extern "C-unwind" fn slot_length(a: Obj) -> isize {
    name!(NAME = "__len__");
    // SAFETY: slot call with a live object on an attached thread.
    let (py, slf) = unsafe { (Py::assume(), &*a) };
    call(py, slf, &NAME, []).and_then(|n| length(py, &n)).unwrap_or(-1)
}

/// Checks what `__len__` returned.
fn length(py: Py<'_>, value: &PyObject) -> PyResult<isize> {
    let n = value.index(py)?;
    if n.is_negative() {
        return Err(raise!(py, ValueError, "__len__() should return >= 0"));
    }
    match n.as_i64() {
        Some(n) => Ok(n as isize),
        None => {
            Err(raise!(py, OverflowError, "cannot fit '{}' into an index-sized integer", value.ty().name()))
        }
    }
}

pub(super) unsafe extern "C-unwind" fn slot_mp_ass_subscript(a: Obj, key: Obj, value: Obj) -> c_int {
    // SAFETY: slot call with live objects on an attached thread; a null value deletes.
    unsafe { status(assign_item(Py::assume(), &*a, &*key, value.as_ref())) }
}

fn assign_item(py: Py<'_>, slf: &PyObject, key: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
    name!(SET = "__setitem__");
    name!(DELETE = "__delitem__");
    match value {
        Some(value) => call(py, slf, &SET, [key, value]).map(|_| ()),
        None => call(py, slf, &DELETE, [key]).map(|_| ()),
    }
}

pub(super) unsafe extern "C-unwind" fn slot_sq_item(a: Obj, i: isize) -> Obj {
    // SAFETY: slot call with a live object on an attached thread.
    let (py, slf) = unsafe { (Py::assume(), &*a) };
    let result = PyInt::new(py, i as i64).and_then(|i| {
        name!(NAME = "__getitem__");
        call(py, slf, &NAME, [&*i])
    });
    give(result)
}

pub(super) unsafe extern "C-unwind" fn slot_sq_ass_item(a: Obj, i: isize, value: Obj) -> c_int {
    // SAFETY: slot call with live objects on an attached thread; a null value deletes.
    let (py, slf, value) = unsafe { (Py::assume(), &*a, value.as_ref()) };
    status(PyInt::new(py, i as i64).and_then(|i| assign_item(py, slf, &i, value)))
}

pub(super) unsafe extern "C-unwind" fn slot_sq_contains(a: Obj, value: Obj) -> c_int {
    // SAFETY: slot call with live objects on an attached thread.
    let (py, slf, value) = unsafe { (Py::assume(), &*a, &*value) };
    contains(py, slf, value).map_or(-1, c_int::from)
}

fn contains(py: Py<'_>, slf: &PyObject, value: &PyObject) -> PyResult<bool> {
    match find_optional(py, slf, crate::id!(py, "__contains__"))? {
        Some(method) if method.function.is_none() => {
            Err(raise!(py, TypeError, "'{}' object is not a container", slf.ty().name()))
        }
        Some(method) => method.call(py, slf, [value])?.is_true(py),
        None => slf.contains_by_iterating(py, value),
    }
}

/// `__buffer__` of a Python class (PEP 688): the memoryview it returns lends its buffer.
pub(super) unsafe extern "C-unwind" fn slot_bf_getbuffer(
    a: Obj,
    view: *mut Py_buffer,
    flags: c_int,
) -> c_int {
    // SAFETY: slot call with live objects on an attached thread.
    let (py, slf) = unsafe { (Py::assume(), &*a) };
    status(lend_buffer(py, slf, view, flags))
}

fn lend_buffer(py: Py<'_>, slf: &PyObject, view: *mut Py_buffer, flags: c_int) -> PyResult<()> {
    name!(NAME = "__buffer__");
    let wanted = PyInt::new(py, i64::from(flags))?;
    let made = call(py, slf, &NAME, [&*wanted])?;
    // SAFETY: the consumer handed the view in to be filled.
    unsafe { crate::objects::memoryview::lent::lend(py, slf, made, view, flags) }
}

/// Calls the class's `__release_buffer__`, if it has one in Python.
///
/// # Safety
/// `view` is a filled view of `slf`'s.
pub unsafe fn release_lent_buffer(py: Py<'_>, slf: &PyObject, view: *mut Py_buffer) {
    // SAFETY: a non-null table lives as long as the type.
    let slot = unsafe { slf.ty().tp_as_buffer.get().as_ref() }.and_then(|b| b.bf_releasebuffer.get());
    if slot.map(|f| f as usize) != Some(slot_bf_releasebuffer as *const () as usize) {
        return;
    }
    let release = |memory: &PyObject| match find_method(py, slf, crate::id!(py, "__release_buffer__"))? {
        Some(method) => method.call(py, slf, [memory]).map(drop),
        None => Ok(()),
    };
    // SAFETY: by contract.
    unsafe { crate::objects::memoryview::lent::call_release(py, slf, release, view) };
}

/// Tells the Python class that a consumer is done with its buffer, then the native class that made the view.
pub(super) unsafe extern "C-unwind" fn slot_bf_releasebuffer(a: Obj, view: *mut Py_buffer) {
    // SAFETY: slot call with live objects on an attached thread; the view was filled by the class's `bf_getbuffer`.
    unsafe {
        let (py, slf) = (Py::assume(), &*a);
        release_lent_buffer(py, slf, view);
        let mro = slf.ty().mro();
        let bases = mro.iter().flat_map(|mro| mro.as_slice()).filter_map(|base| base.downcast::<PyType>());
        let native = bases.into_iter().find_map(|base| {
            let slot = base.tp_as_buffer.get().as_ref().and_then(|b| b.bf_releasebuffer.get())?;
            (slot as usize != slot_bf_releasebuffer as *const () as usize).then_some(slot)
        });
        if let Some(native) = native {
            native(a, view);
        }
    }
}
