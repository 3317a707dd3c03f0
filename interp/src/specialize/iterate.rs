//! `FOR_ITER`, `SEND`.

use krait_bytecode::Opcode;
use krait_runtime::objects::dict::iterators::{DictItemIterator, DictKeyIterator, DictValueIterator};
use krait_runtime::objects::list::iterator::PyListIterator;
use krait_runtime::objects::range::PyRangeIterator;
use krait_runtime::objects::set::iterator::PySetIterator;
use krait_runtime::objects::tuple_iterator::PyTupleIterator;
use krait_runtime::{PyClass, PyObject};

use super::counter::Counter;
use super::{chosen, failed};
use crate::dispatch::Cx;
use crate::objects::generator::{PyCoroutine, PyGen};

/// Whether [`Counter::WALKS`] is about such an iterator.
pub fn is_walk(iterator: &PyObject) -> bool {
    DictKeyIterator::check_exact(iterator)
        || DictValueIterator::check_exact(iterator)
        || DictItemIterator::check_exact(iterator)
        || PySetIterator::check_exact(iterator)
}

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
#[cold]
#[inline(never)]
pub unsafe fn for_iter(cx: &Cx<'_>, oparg: u32) {
    // SAFETY: by contract: the iterator stands on the stack.
    unsafe {
        let iterator = cx.object(1);
        if iterator.downcast_exact::<PyListIterator>().is_some() {
            return chosen(cx, Opcode::FOR_ITER_LIST);
        }
        if is_walk(iterator) {
            *cx.ip = Counter::WALKS.unit();
            return;
        }
        if iterator.downcast_exact::<PyTupleIterator>().is_some() {
            return chosen(cx, Opcode::FOR_ITER_TUPLE);
        }
        if iterator.downcast_exact::<PyRangeIterator>().is_some() {
            return chosen(cx, Opcode::FOR_ITER_RANGE);
        }
        // `return_offset` has 16 bits.
        if iterator.downcast_exact::<PyGen>().is_some() && oparg <= 0x7fff {
            return chosen(cx, Opcode::FOR_ITER_GEN);
        }
        failed(cx);
    }
}

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
#[cold]
#[inline(never)]
pub unsafe fn send(cx: &Cx<'_>) {
    // SAFETY: by contract: receiver and value stand on the stack.
    unsafe {
        let receiver = cx.object(2);
        if receiver.downcast_exact::<PyGen>().is_some() || receiver.downcast_exact::<PyCoroutine>().is_some()
        {
            return chosen(cx, Opcode::SEND_GEN);
        }
        failed(cx);
    }
}
