//! `FOR_ITER` over lists, tuples and ranges (generators: `generator.rs`).

use krait_runtime::Py;
use krait_runtime::objects::PyInt;
use krait_runtime::objects::list::iterator::PyListIterator;
use krait_runtime::objects::range::PyRangeIterator;
use krait_runtime::objects::tuple_iterator::PyTupleIterator;

use crate::dispatch::{Step, continuations, error, next};
use crate::stackref::StackRef;

/// Goes on after the loop's `END_FOR`.
macro_rules! exhausted {
    ($cx:ident, $oparg:ident) => {{
        $cx.jump(1 + $oparg as usize + 1);
        return Step::Jump;
    }};
}

continuations! {
    /// Pushes the int that is the operand: a range's next one.
    fn push_int(ts, frame, ip, sp, operand, table) {
        match PyInt::new(Py::from_thread(ts), operand as i64) {
            Ok(n) => {
                *sp = StackRef::owned(n.upcast());
                next(ts, frame, ip.add(1), sp.add(1), table)
            }
            Err(_) => error(ts, frame, ip, sp, 0, table),
        }
    }
}

instructions! {
    /// Over a list.
    fn FOR_ITER_LIST(cx, oparg) {
        let Some(iterator) = cx.object(1).downcast_exact::<PyListIterator>() else { return Step::Deopt };
        let Some(list) = iterator.it_seq.borrow() else { exhausted!(cx, oparg) };
        let i = iterator.it_index.get();
        match list.get(i as usize) {
            Some(item) => {
                iterator.it_index.set(i + 1);
                cx.give_item(StackRef::owned(item))
            }
            None => {
                iterator.it_index.set(-1);
                let list = iterator.it_seq.take().map_or(StackRef::NULL, |list| StackRef::owned(list.upcast()));
                cx.jump(1 + oparg as usize + 1);
                cx.close_jump(list)
            }
        }
    }

    /// Over a tuple.
    fn FOR_ITER_TUPLE(cx, oparg) {
        let Some(iterator) = cx.object(1).downcast_exact::<PyTupleIterator>() else { return Step::Deopt };
        let Some(tuple) = iterator.it_seq.borrow() else { exhausted!(cx, oparg) };
        let i = iterator.it_index.get();
        match tuple.get(i as usize) {
            Some(item) => {
                iterator.it_index.set(i + 1);
                cx.give_item(StackRef::owned(item.to_ref()))
            }
            None => {
                let tuple = iterator.it_seq.take().map_or(StackRef::NULL, |tuple| StackRef::owned(tuple.upcast()));
                cx.jump(1 + oparg as usize + 1);
                cx.close_jump(tuple)
            }
        }
    }

    /// Over a range.
    fn FOR_ITER_RANGE(cx, oparg) {
        let Some(iterator) = cx.object(1).downcast_exact::<PyRangeIterator>() else { return Step::Deopt };
        let left = iterator.len.get();
        if left <= 0 {
            exhausted!(cx, oparg);
        }
        let value = iterator.start.get();
        iterator.start.set(value.wrapping_add(iterator.step));
        iterator.len.set(left - 1);
        if let Some(n) = PyInt::small(value) {
            return cx.give_item(StackRef::borrowed(n));
        }
        match PyInt::recycled(cx.py, value) {
            Some(n) => cx.give_item(StackRef::owned(n.upcast())),
            None => Step::Via(push_int, value as u64),
        }
    }
}
