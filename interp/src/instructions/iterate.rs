//! Iteration.

use krait_bytecode::Opcode;
use krait_runtime::objects::PyInt;
use krait_runtime::objects::dict::iterators::{DictItemIterator, DictKeyIterator, DictValueIterator};
use krait_runtime::objects::set::iterator::PySetIterator;
use krait_runtime::{Py, PyClass, PyObject, PyResult, Ref, raise};

use super::access::attempt;
use crate::dispatch::{Cx, Step, continuations, dead, error, next, specialize};
use crate::objects::generator::{PyCoroutine, PyGen};
use crate::specialize::counter::Counter;
use crate::specialize::{iterate, ready};
use crate::stackref::StackRef;
use crate::tracing;

/// `iter(value)` for `yield from`: a coroutine passes where the frame's code may await one.
#[inline(never)]
fn yield_from_iter(py: Py<'_>, iterable: &PyObject, flags: i32) -> PyResult<Ref<PyObject>> {
    use krait_bytecode::CodeFlags;
    if iterable.downcast_exact::<PyCoroutine>().is_some() {
        if flags as u32 & (CodeFlags::COROUTINE | CodeFlags::ITERABLE_COROUTINE) == 0 {
            return Err(raise!(
                py,
                TypeError,
                "cannot 'yield from' a coroutine object in a non-coroutine generator"
            ));
        }
        return Ok(iterable.to_ref());
    }
    if iterable.downcast_exact::<PyGen>().is_some() {
        return Ok(iterable.to_ref());
    }
    iterable.iter(py)
}

#[inline(never)]
fn length(py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
    PyInt::new(py, object.len(py)? as i64).map(Ref::upcast)
}

/// The next item of what [`Counter::WALKS`] is about; `None` for all else, at the end, and where something is out of the ordinary.
#[inline(always)]
fn next_of_walk(iterator: &PyObject) -> Option<Ref<PyObject>> {
    if let Some(keys) = iterator.downcast_exact::<DictKeyIterator>() {
        return keys.next_plain();
    }
    if let Some(set) = iterator.downcast_exact::<PySetIterator>() {
        return set.next_plain();
    }
    iterator.downcast_exact::<DictValueIterator>()?.next_plain()
}

continuations! {
    /// `FOR_ITER`, whose operand this is, over any iterator.
    fn for_iter(ts, frame, ip, sp, oparg, table) {
        let cx = Cx { py: Py::from_thread(ts), frame, ip, sp };
        if let Some(item) = cx.object(1).next_leaving_error(cx.py) {
            *sp = StackRef::owned(item);
            return next(ts, frame, ip.add(1), sp.add(1), table);
        }
        if cx.py.has_error() {
            (*frame).stackpointer = sp;
            if tracing::ended_by_exception(cx.py, frame, cx.this()).is_err() {
                return error(ts, frame, ip, sp, 0, table);
            }
        }
        // Past the cache and the loop's END_FOR.
        next(ts, frame, ip.add(1 + oparg as usize + 1), sp, table)
    }

    /// `FOR_ITER` whose counter has run down: to stay so, or for a form to be chosen.
    fn for_iter_run_down(ts, frame, ip, sp, oparg, table) {
        if Counter::from_unit(*ip) != Counter::WALKS {
            return specialize(ts, frame, ip, sp, oparg, table);
        }
        let mut cx = Cx { py: Py::from_thread(ts), frame, ip, sp };
        if DictItemIterator::check_exact(cx.object(1)) {
            return walk_items(ts, frame, ip, sp, oparg, table);
        }
        if let Some(item) = next_of_walk(cx.object(1)) {
            return match cx.give_item(StackRef::owned(item)) {
                Step::Jump => next(ts, frame, cx.ip, sp, table),
                Step::DeadJump(old) => dead(ts, frame, cx.ip, sp, old.expose_provenance() as u64, table),
                _ => next(ts, frame, ip.add(1), cx.sp, table),
            };
        }
        walk_no_more(ts, frame, ip, sp, oparg, table)
    }

    /// `FOR_ITER` over the items of a dict: when the next instruction takes the pair apart, none is made.
    fn walk_items(ts, frame, ip, sp, oparg, table) {
        let unpack = ip.add(Opcode::FOR_ITER.caches());
        if (*unpack).op == Opcode::UNPACK_SEQUENCE_TWO_TUPLE as u8
            && let Some((key, value)) = (*sp.sub(1)).get().cast_unchecked::<DictItemIterator>().next_plain()
        {
            *sp = StackRef::owned(value);
            *sp.add(1) = StackRef::owned(key);
            return next(ts, frame, unpack.add(1 + Opcode::UNPACK_SEQUENCE.caches()), sp.add(2), table);
        }
        walk_no_more(ts, frame, ip, sp, oparg, table)
    }

    /// `FOR_ITER` at the end of a walk, or over something else than before.
    fn walk_no_more(ts, frame, ip, sp, oparg, table) {
        if !iterate::is_walk((*sp.sub(1)).get()) {
            *ip = Counter::COOL_DOWN.unit();
        }
        for_iter(ts, frame, ip, sp, oparg, table)
    }
}

instructions! {
    /// `iter(value)`.
    fn GET_ITER(cx, _) {
        let iterator = cx.object(1).iter(cx.py);
        cx.finish(1, iterator)
    }

    /// `iter(value)`, with a coroutine passed through where allowed.
    fn GET_YIELD_FROM_ITER(cx, _) {
        let iterator = attempt!(yield_from_iter(cx.py, cx.object(1), cx.code().co_flags.get()));
        cx.replace_n(1, StackRef::owned(iterator));
        Step::Next
    }

    /// `next(iterator)`; when exhausted, jump past the loop's END_FOR.
    fn FOR_ITER(cx, oparg) {
        if ready(cx) {
            return Step::Via(for_iter_run_down, u64::from(oparg));
        }
        Step::Via(for_iter, u64::from(oparg))
    }

    /// Drop the value that a finished generator left.
    fn END_FOR(cx, _) {
        let value = cx.pop();
        cx.close_next(value)
    }

    /// Drop the iterator of a finished loop.
    fn POP_ITER(cx, _) {
        let value = cx.pop();
        cx.close_next(value)
    }

    /// Push `len(top)`.
    fn GET_LEN(cx, _) {
        let n = attempt!(length(cx.py, cx.object(1)));
        cx.push_ref(n);
        Step::Next
    }
}
