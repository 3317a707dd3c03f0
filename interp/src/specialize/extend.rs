//! The pairs of operand types behind `BINARY_OP_EXTEND`: bit operations on small ints, mixed int and float arithmetic. The cache holds
//! an index (CPython's holds a pointer of its own table).

use krait_bytecode::BinaryOperator as B;
use krait_runtime::objects::{PyFloat, PyInt};
use krait_runtime::{Py, PyObject, PyResult, Ref};

/// A guard and what to do when it holds.
pub struct Pair {
    operators: [B; 2],
    /// Whether the operands are of this pair.
    pub guard: fn(&PyObject, &PyObject) -> bool,
    /// The operation, on operands that the guard has passed.
    pub action: fn(Py<'_>, &PyObject, &PyObject) -> PyResult<Ref<PyObject>>,
}

fn compact(x: &PyObject) -> Option<i64> {
    x.downcast_exact::<PyInt>().and_then(PyInt::as_compact)
}

fn float(x: &PyObject) -> Option<f64> {
    x.downcast_exact::<PyFloat>().map(PyFloat::value).filter(|v| !v.is_nan())
}

fn both_compact(a: &PyObject, b: &PyObject) -> bool {
    compact(a).is_some() && compact(b).is_some()
}

fn float_compact(a: &PyObject, b: &PyObject) -> bool {
    float(a).is_some() && compact(b).is_some()
}

fn compact_float(a: &PyObject, b: &PyObject) -> bool {
    compact(a).is_some() && float(b).is_some()
}

fn float_nonzero(a: &PyObject, b: &PyObject) -> bool {
    float(a).is_some() && compact(b).is_some_and(|n| n != 0)
}

fn compact_float_nonzero(a: &PyObject, b: &PyObject) -> bool {
    compact(a).is_some() && float(b).is_some_and(|x| x != 0.0)
}

macro_rules! bits {
    ($operate:tt) => {
        |py, a, b| PyInt::new(py, compact(a).unwrap_or(0) $operate compact(b).unwrap_or(0)).map(Ref::upcast)
    };
}

fn number(x: &PyObject) -> f64 {
    match compact(x) {
        Some(n) => n as f64,
        None => x.downcast_exact::<PyFloat>().map_or(0.0, PyFloat::value),
    }
}

macro_rules! mixed {
    ($operate:tt) => { |py, a, b| PyFloat::new(py, number(a) $operate number(b)).map(Ref::upcast) };
}

static PAIRS: &[Pair] = &[
    Pair { operators: [B::Or, B::InplaceOr], guard: both_compact, action: bits!(|) },
    Pair { operators: [B::And, B::InplaceAnd], guard: both_compact, action: bits!(&) },
    Pair { operators: [B::Xor, B::InplaceXor], guard: both_compact, action: bits!(^) },
    Pair { operators: [B::Add, B::InplaceAdd], guard: float_compact, action: mixed!(+) },
    Pair { operators: [B::Subtract, B::InplaceSubtract], guard: float_compact, action: mixed!(-) },
    Pair { operators: [B::Multiply, B::InplaceMultiply], guard: float_compact, action: mixed!(*) },
    Pair { operators: [B::TrueDivide, B::InplaceTrueDivide], guard: float_nonzero, action: mixed!(/) },
    Pair { operators: [B::Add, B::InplaceAdd], guard: compact_float, action: mixed!(+) },
    Pair { operators: [B::Subtract, B::InplaceSubtract], guard: compact_float, action: mixed!(-) },
    Pair { operators: [B::Multiply, B::InplaceMultiply], guard: compact_float, action: mixed!(*) },
    Pair {
        operators: [B::TrueDivide, B::InplaceTrueDivide],
        guard: compact_float_nonzero,
        action: mixed!(/),
    },
];

/// The pair that a cache names.
#[inline(always)]
pub fn at(cache: u64) -> Option<&'static Pair> {
    PAIRS.get(cache as usize)
}

/// The pair for an operation, as the cache is to name it.
pub fn find(oparg: u32, a: &PyObject, b: &PyObject) -> Option<u64> {
    PAIRS
        .iter()
        .position(|p| p.operators.iter().any(|&o| o as u32 == oparg) && (p.guard)(a, b))
        .map(|i| i as u64)
}
