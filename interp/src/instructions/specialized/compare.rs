//! `COMPARE_OP` on floats, small ints and strings. The operand's low four bits say for which outcomes the answer is true.

use krait_runtime::objects::{PyFloat, PyInt, PyStr};

use crate::dispatch::{Step, two_to_one_1};

const UNORDERED: u32 = 1;
const LESS: u32 = 2;
const GREATER: u32 = 4;
const EQUAL: u32 = 8;
const NOT_EQUAL: u32 = UNORDERED | LESS | GREATER;

#[inline(always)]
fn outcome<T: PartialOrd>(a: T, b: T) -> u32 {
    if a < b {
        LESS
    } else if a > b {
        GREATER
    } else if a == b {
        EQUAL
    } else {
        UNORDERED
    }
}

macro_rules! answer {
    ($cx:ident, $outcome:expr, $oparg:ident) => {{
        let truth = $outcome & $oparg != 0;
        $cx.two_to_truth(truth, 1, two_to_one_1)
    }};
}

instructions! {
    /// float CMP float
    fn COMPARE_OP_FLOAT(cx, oparg) {
        let (Some(a), Some(b)) =
            (cx.object(2).downcast_exact::<PyFloat>(), cx.object(1).downcast_exact::<PyFloat>())
        else {
            return Step::Deopt;
        };
        answer!(cx, outcome(a.value(), b.value()), oparg)
    }

    /// int CMP int, both compact
    fn COMPARE_OP_INT(cx, oparg) {
        let (Some(a), Some(b)) = (cx.object(2).downcast_exact::<PyInt>(), cx.object(1).downcast_exact::<PyInt>())
        else {
            return Step::Deopt;
        };
        let (Some(a), Some(b)) = (a.as_compact(), b.as_compact()) else { return Step::Deopt };
        answer!(cx, outcome(a, b), oparg)
    }

    /// str == str, str != str
    fn COMPARE_OP_STR(cx, oparg) {
        let (Some(a), Some(b)) = (cx.object(2).downcast_exact::<PyStr>(), cx.object(1).downcast_exact::<PyStr>())
        else {
            return Step::Deopt;
        };
        let outcome = if a.eq_exact(b) { EQUAL } else { NOT_EQUAL };
        answer!(cx, outcome, oparg)
    }
}
