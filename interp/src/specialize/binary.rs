//! `BINARY_OP`, `STORE_SUBSCR`.

use krait_bytecode::{BinaryOperator as B, CodeFlags, Opcode};
use krait_runtime::objects::r#type::flags;
use krait_runtime::objects::{PyDict, PyFloat, PyHeapType, PyInt, PyList, PySlice, PyStr, PyTuple};
use krait_runtime::{Py, PyObject};

use super::{chosen, extend, failed, set_cache64};
use crate::dispatch::Cx;
use crate::objects::function::PyFunction;

fn is<T: krait_runtime::PyClass>(x: &PyObject) -> bool {
    x.downcast_exact::<T>().is_some()
}

fn is_index(x: &PyObject) -> bool {
    x.downcast_exact::<PyInt>().and_then(PyInt::as_compact).is_some_and(|i| i >= 0)
}

/// The form for two operands of one type.
fn arithmetic(a: &PyObject, b: &PyObject, op: B) -> Option<Opcode> {
    use Opcode::*;
    let both_ints = is::<PyInt>(a) && is::<PyInt>(b);
    let both_floats = is::<PyFloat>(a) && is::<PyFloat>(b);
    match op {
        B::Add | B::InplaceAdd if both_ints => Some(BINARY_OP_ADD_INT),
        B::Add | B::InplaceAdd if both_floats => Some(BINARY_OP_ADD_FLOAT),
        B::Add | B::InplaceAdd if is::<PyStr>(a) && is::<PyStr>(b) => Some(BINARY_OP_ADD_UNICODE),
        B::Subtract | B::InplaceSubtract if both_ints => Some(BINARY_OP_SUBTRACT_INT),
        B::Subtract | B::InplaceSubtract if both_floats => Some(BINARY_OP_SUBTRACT_FLOAT),
        B::Multiply | B::InplaceMultiply if both_ints => Some(BINARY_OP_MULTIPLY_INT),
        B::Multiply | B::InplaceMultiply if both_floats => Some(BINARY_OP_MULTIPLY_FLOAT),
        _ => None,
    }
}

fn subscript(py: Py<'_>, a: &PyObject, b: &PyObject) -> Option<Opcode> {
    use Opcode::*;
    if is_index(b) {
        if is::<PyList>(a) {
            return Some(BINARY_OP_SUBSCR_LIST_INT);
        }
        if is::<PyTuple>(a) {
            return Some(BINARY_OP_SUBSCR_TUPLE_INT);
        }
        if is::<PyStr>(a) {
            return Some(BINARY_OP_SUBSCR_STR_INT);
        }
    }
    if is::<PyDict>(a) {
        return Some(BINARY_OP_SUBSCR_DICT);
    }
    if is::<PyList>(a) && is::<PySlice>(b) {
        return Some(BINARY_OP_SUBSCR_LIST_SLICE);
    }
    let ty = a.ty();
    if !ty.has(flags::HEAPTYPE) {
        return None;
    }
    let getitem = ty.lookup(py, krait_runtime::id!(py, "__getitem__"))?;
    let function = getitem.downcast_exact::<PyFunction>()?;
    let code = function.code();
    if code.has(CodeFlags::VARARGS | CodeFlags::VARKEYWORDS)
        || !code.has(CodeFlags::OPTIMIZED)
        || code.co_kwonlyargcount.get() != 0
        || code.co_argcount.get() != 2
    {
        return None;
    }
    let version = function.version(py);
    if version == 0 {
        return None;
    }
    // SAFETY: a heap type. The function is kept alive by the class, whose change empties the cache.
    let cache = unsafe { &ty.cast_unchecked::<PyHeapType>()._spec_cache };
    cache.getitem.set(getitem.as_ptr());
    cache.getitem_version.set(version);
    Some(BINARY_OP_SUBSCR_GETITEM)
}

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
#[cold]
#[inline(never)]
pub unsafe fn binary_op(cx: &Cx<'_>, oparg: u32) {
    // SAFETY: by contract: two operands stand on the stack.
    unsafe {
        let (a, b) = (cx.object(2), cx.object(1));
        let op = B::from_number(oparg);
        let form = match op {
            Some(B::Subscript) => subscript(cx.py, a, b),
            Some(op) => arithmetic(a, b, op),
            None => None,
        };
        match form {
            Some(Opcode::BINARY_OP_ADD_UNICODE) => {
                let next = *cx.ip.add(5);
                let same = next.op == Opcode::STORE_FAST as u8
                    && core::ptr::eq((*cx.local(u32::from(next.arg))).as_ptr(), a);
                chosen(
                    cx,
                    if same { Opcode::BINARY_OP_INPLACE_ADD_UNICODE } else { Opcode::BINARY_OP_ADD_UNICODE },
                );
            }
            Some(form) => chosen(cx, form),
            None => match extend::find(oparg, a, b) {
                Some(pair) => {
                    set_cache64(cx, 1, pair);
                    chosen(cx, Opcode::BINARY_OP_EXTEND);
                }
                None => failed(cx),
            },
        }
    }
}

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
#[cold]
#[inline(never)]
pub unsafe fn store_subscr(cx: &Cx<'_>) {
    // SAFETY: by contract: value, container, key stand on the stack.
    unsafe {
        let (container, key) = (cx.object(2), cx.object(1));
        if let Some(list) = container.downcast_exact::<PyList>()
            && let Some(i) = key.downcast_exact::<PyInt>().and_then(PyInt::as_compact)
            && i >= 0
            && (i as usize) < list.len()
        {
            return chosen(cx, Opcode::STORE_SUBSCR_LIST_INT);
        }
        if is::<PyDict>(container) {
            return chosen(cx, Opcode::STORE_SUBSCR_DICT);
        }
        failed(cx);
    }
}
