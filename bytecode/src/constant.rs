//! Constants of code objects, as plain data. Equality and hash are those by which the compiler merges constants:
//! type and value, not Python's `==`.

use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use num_bigint::BigInt;

use crate::{CodeObject, PyString};

/// A constant. `==` is "may share one slot of `co_consts`": `1`, `1.0` and `True` differ, so do `0.0` and `-0.0`, at
/// any depth of nesting.
#[derive(Clone, Debug)]
pub enum Const {
    /// `None`
    None,
    /// `False`, `True`
    Bool(bool),
    /// `...`
    Ellipsis,
    /// An int that fits.
    Int(i64),
    /// An int that does not fit [`Const::Int`]; make it with [`Const::int`].
    BigInt(Arc<BigInt>),
    /// A float.
    Float(f64),
    /// A complex number: real and imaginary part.
    Complex(f64, f64),
    /// A `str`.
    Str(PyString),
    /// A `bytes`.
    Bytes(Arc<[u8]>),
    /// A tuple.
    Tuple(Arc<[Const]>),
    /// A frozenset; the elements are unequal in Python's sense and in insertion order.
    FrozenSet(Arc<[Const]>),
    /// `slice(start, stop, step)`
    Slice(Arc<[Const; 3]>),
    /// A code object.
    Code(Arc<CodeObject>),
}

impl Const {
    /// An int in its normal form.
    #[must_use]
    pub fn int(value: BigInt) -> Self {
        match i64::try_from(&value) {
            Ok(small) => Self::Int(small),
            Err(_) => Self::BigInt(Arc::new(value)),
        }
    }

    /// A `str`.
    pub fn str(text: impl Into<PyString>) -> Self {
        Self::Str(text.into())
    }

    /// A tuple.
    #[must_use]
    pub fn tuple(items: Vec<Self>) -> Self {
        Self::Tuple(items.into())
    }

    /// A `bytes`.
    #[must_use]
    pub fn bytes(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.into())
    }

    /// Its value as an int, also of a bool; None for other types.
    #[must_use]
    pub fn to_bigint(&self) -> Option<BigInt> {
        match self {
            Self::Int(value) => Some(BigInt::from(*value)),
            Self::Bool(value) => Some(BigInt::from(u8::from(*value))),
            Self::BigInt(value) => Some((**value).clone()),
            _ => None,
        }
    }

    /// Python's truth value.
    #[must_use]
    pub fn is_true(&self) -> bool {
        match self {
            Self::None => false,
            Self::Bool(value) => *value,
            Self::Ellipsis | Self::Slice(_) | Self::Code(_) | Self::BigInt(_) => true,
            Self::Int(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Complex(real, imag) => *real != 0.0 || *imag != 0.0,
            Self::Str(text) => !text.is_empty(),
            Self::Bytes(bytes) => !bytes.is_empty(),
            Self::Tuple(items) | Self::FrozenSet(items) => !items.is_empty(),
        }
    }
}

impl From<bool> for Const {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Const {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Const {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

/// The same float: zeros differ by sign, and a NaN is not even the same as itself, so each stays an object of its own.
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() && !a.is_nan()
}

impl PartialEq for Const {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, Self::None) | (Self::Ellipsis, Self::Ellipsis) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::BigInt(a), Self::BigInt(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => same(*a, *b),
            (Self::Complex(a, b), Self::Complex(c, d)) => same(*a, *c) && same(*b, *d),
            (Self::Str(a), Self::Str(b)) => a == b,
            (Self::Bytes(a), Self::Bytes(b)) => a == b,
            (Self::Tuple(a), Self::Tuple(b)) => a == b,
            (Self::FrozenSet(a), Self::FrozenSet(b)) => {
                Arc::ptr_eq(a, b)
                    || a.len() == b.len() && {
                        let members: HashSet<&Self> = a.iter().collect();
                        b.iter().all(|item| members.contains(item))
                    }
            }
            (Self::Slice(a), Self::Slice(b)) => a == b,
            (Self::Code(a), Self::Code(b)) => Arc::ptr_eq(a, b) || a == b,
            _ => false,
        }
    }
}

impl Eq for Const {}

impl Hash for Const {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::None | Self::Ellipsis => {}
            Self::Bool(value) => value.hash(state),
            Self::Int(value) => value.hash(state),
            Self::BigInt(value) => value.hash(state),
            Self::Float(value) => value.to_bits().hash(state),
            Self::Complex(real, imag) => (real.to_bits(), imag.to_bits()).hash(state),
            Self::Str(text) => text.hash(state),
            Self::Bytes(bytes) => bytes.hash(state),
            Self::Tuple(items) => items.hash(state),
            // The order of a set's elements does not count.
            Self::FrozenSet(items) => items.len().hash(state),
            Self::Slice(parts) => parts.hash(state),
            Self::Code(code) => code.hash(state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        let different = [
            Const::Int(0),
            Const::Bool(false),
            Const::Float(0.0),
            Const::Float(-0.0),
            Const::Complex(0.0, -0.0),
            Const::Complex(0.0, 0.0),
            Const::str("a"),
            Const::bytes(b"a"),
            Const::tuple(vec![Const::Float(0.0)]),
            Const::tuple(vec![Const::Float(-0.0)]),
            Const::tuple(vec![Const::Int(1)]),
            Const::tuple(vec![Const::Bool(true)]),
        ];
        let set: HashSet<&Const> = different.iter().collect();
        assert_eq!(set.len(), different.len());
        let a = Const::FrozenSet([Const::Int(1), Const::Int(2)].into());
        let b = Const::FrozenSet([Const::Int(2), Const::Int(1)].into());
        assert_eq!(a, b);
        assert_eq!(HashSet::from([a, b]).len(), 1);
    }
}
