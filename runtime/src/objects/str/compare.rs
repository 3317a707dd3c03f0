//! Equality, order and hash of strings.

use core::cmp::Ordering;

use krait_macros::pymethods;
use krait_unicode::unit::CodeUnit;

use super::PyStr;
use crate::object::PyObject;
use crate::objects::PyBool;
use crate::protocol::object::CompareOp;
use crate::py::Py;
use crate::reference::Ref;

fn order<A: CodeUnit, B: CodeUnit>(a: &[A], b: &[B]) -> Ordering {
    for (x, y) in a.iter().zip(b) {
        match x.get().cmp(&y.get()) {
            Ordering::Equal => {}
            other => return other,
        }
    }
    a.len().cmp(&b.len())
}

impl PyStr {
    /// Equal characters.
    #[inline]
    pub fn equals(&self, other: &PyStr) -> bool {
        // Every string is in its narrowest layout: other kinds have other characters.
        self.len() == other.len() && self.kind() == other.kind() && self.raw_bytes() == other.raw_bytes()
    }

    /// Equality of exact strings.
    #[inline]
    pub fn eq_exact(&self, other: &PyStr) -> bool {
        self.equals(other)
    }

    /// Order by code points.
    pub fn compare(&self, other: &PyStr) -> Ordering {
        if self.kind() == 1 && other.kind() == 1 {
            return self.raw_bytes().cmp(other.raw_bytes());
        }
        units!(self.data(), |a| units!(other.data(), |b| order(a, b)))
    }
}

#[pymethods(part = "compare")]
impl PyStr {
    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> Ref<PyObject> {
        let Some(other) = other.downcast::<PyStr>() else { return py.not_implemented() };
        let result = match op {
            CompareOp::Eq => core::ptr::eq(self, other) || self.equals(other),
            CompareOp::Ne => !core::ptr::eq(self, other) && !self.equals(other),
            _ if core::ptr::eq(self, other) => op.holds(Ordering::Equal),
            _ => op.holds(self.compare(other)),
        };
        PyBool::get(result).to_ref()
    }

    #[slot]
    fn tp_hash(&self) -> isize {
        self.hash_value()
    }
}
