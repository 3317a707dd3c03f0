//! `FOR_ITER` over lists, tuples and ranges (generators: `generator.rs`).

use krait_runtime::objects::PyInt;
use krait_runtime::objects::list::iterator::PyListIterator;
use krait_runtime::objects::range::PyRangeIterator;
use krait_runtime::objects::tuple_iterator::PyTupleIterator;

use super::super::access::attempt;
use crate::dispatch::Step;
use crate::stackref::StackRef;

/// Goes on after the loop's `END_FOR`.
macro_rules! exhausted {
    ($cx:ident, $oparg:ident) => {{
        $cx.jump(1 + $oparg as usize + 1);
        return Step::Jump;
    }};
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
                cx.push_ref(item);
                Step::Next
            }
            None => {
                iterator.it_index.set(-1);
                drop(iterator.it_seq.take());
                exhausted!(cx, oparg)
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
                cx.push_ref(item.to_ref());
                Step::Next
            }
            None => {
                drop(iterator.it_seq.take());
                exhausted!(cx, oparg)
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
        match PyInt::small(value) {
            Some(n) => cx.push(StackRef::borrowed(n)),
            None => {
                let n = attempt!(PyInt::new(cx.py, value));
                cx.push_ref(n.upcast());
            }
        }
        Step::Next
    }
}
