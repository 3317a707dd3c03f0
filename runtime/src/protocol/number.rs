//! Numbers: binary and in-place operators with reflected operands, unary operators, `pow`.

use crate::error::{PyResult, owned_or_raised};
use crate::object::PyObject;
use crate::objects::PyNotImplemented;
use crate::py::Py;
use crate::raise;
use crate::reference::Ref;
use crate::slots::{BinaryFunc, PyNumberMethods, Slot, SsizeArgFunc, TernaryFunc};

/// The binary operators: slot, in-place slot, sign.
#[derive(Clone, Copy)]
pub struct BinaryOp {
    /// The operator's slot.
    pub slot: fn(&PyNumberMethods) -> &Slot<BinaryFunc>,
    /// The slot of `OP=`.
    pub inplace: fn(&PyNumberMethods) -> &Slot<BinaryFunc>,
    /// As messages show it.
    pub sign: &'static str,
}

macro_rules! operators {
    ($($(#[$doc:meta])* $name:ident = $slot:ident, $inplace:ident, $sign:literal;)*) => {
        $($(#[$doc])* pub const $name: BinaryOp = BinaryOp { slot: |n| &n.$slot, inplace: |n| &n.$inplace, sign: $sign };)*
    };
}
operators! {
    /// `+`
    ADD = nb_add, nb_inplace_add, "+";
    /// `-`
    SUBTRACT = nb_subtract, nb_inplace_subtract, "-";
    /// `*`
    MULTIPLY = nb_multiply, nb_inplace_multiply, "*";
    /// `%`
    REMAINDER = nb_remainder, nb_inplace_remainder, "%";
    /// `<<`
    LSHIFT = nb_lshift, nb_inplace_lshift, "<<";
    /// `>>`
    RSHIFT = nb_rshift, nb_inplace_rshift, ">>";
    /// `&`
    AND = nb_and, nb_inplace_and, "&";
    /// `^`
    XOR = nb_xor, nb_inplace_xor, "^";
    /// `|`
    OR = nb_or, nb_inplace_or, "|";
    /// `//`
    FLOOR_DIVIDE = nb_floor_divide, nb_inplace_floor_divide, "//";
    /// `/`
    TRUE_DIVIDE = nb_true_divide, nb_inplace_true_divide, "/";
    /// `@`
    MATRIX_MULTIPLY = nb_matrix_multiply, nb_inplace_matrix_multiply, "@";
}
/// `divmod()`; it has no in-place form.
const DIVMOD: BinaryOp = BinaryOp { slot: |n| &n.nb_divmod, inplace: |n| &n.nb_divmod, sign: "divmod()" };

fn same<F: Copy + PartialEq>(a: Option<F>, b: Option<F>) -> bool {
    a == b
}

impl PyObject {
    /// The type's number table.
    #[inline(always)]
    pub fn number_slots(&self) -> Option<&PyNumberMethods> {
        // SAFETY: a non-null table lives as long as the type.
        unsafe { self.ty().tp_as_number.get().as_ref() }
    }

    /// Tries the operator's slots of both operands, the right one first when its type is a subtype; may give NotImplemented.
    #[inline]
    pub fn try_binary(&self, py: Py<'_>, other: &PyObject, op: BinaryOp) -> PyResult<Ref<PyObject>> {
        let left = self.number_slots().and_then(|n| (op.slot)(n).get());
        let mut right = None;
        if !core::ptr::eq(self.type_ptr(), other.type_ptr()) {
            right = other.number_slots().and_then(|n| (op.slot)(n).get());
            if same(left.map(|f| f as usize), right.map(|f| f as usize)) {
                right = None;
            }
        }
        // SAFETY: slot calls on live objects.
        unsafe {
            if let Some(f) = left {
                if let Some(g) = right
                    && other.ty().is_subtype(self.ty())
                {
                    let r = owned_or_raised(py, g(self.as_ptr(), other.as_ptr()))?;
                    if !r.is(PyNotImplemented::get()) {
                        return Ok(r);
                    }
                    right = None;
                }
                let r = owned_or_raised(py, f(self.as_ptr(), other.as_ptr()))?;
                if !r.is(PyNotImplemented::get()) {
                    return Ok(r);
                }
            }
            if let Some(g) = right {
                return owned_or_raised(py, g(self.as_ptr(), other.as_ptr()));
            }
        }
        Ok(py.not_implemented())
    }

    #[cold]
    fn unsupported(&self, py: Py<'_>, other: &PyObject, sign: &str) -> crate::error::Raised {
        raise!(
            py,
            TypeError,
            "unsupported operand type(s) for {sign}: '{}' and '{}'",
            self.ty().name(),
            other.ty().name()
        )
    }

    /// `self OP other`, sequences' concatenation and repetition included.
    #[inline]
    pub fn binary_op(&self, py: Py<'_>, other: &PyObject, op: BinaryOp) -> PyResult<Ref<PyObject>> {
        let r = self.try_binary(py, other, op)?;
        if !r.is(PyNotImplemented::get()) {
            return Ok(r);
        }
        match op.sign {
            "+" => {
                if let Some(f) = self.sequence_slots().and_then(|s| s.sq_concat.get()) {
                    // SAFETY: slot call on live objects.
                    return unsafe { self.check_result(py, f(self.as_ptr(), other.as_ptr())) };
                }
            }
            "*" => {
                if let Some(f) = self.sequence_slots().and_then(|s| s.sq_repeat.get()) {
                    return self.repeat_by(py, f, other);
                }
                if let Some(f) = other.sequence_slots().and_then(|s| s.sq_repeat.get()) {
                    return other.repeat_by(py, f, self);
                }
            }
            _ => {}
        }
        Err(self.unsupported(py, other, op.sign))
    }

    fn repeat_by(&self, py: Py<'_>, f: SsizeArgFunc, count: &PyObject) -> PyResult<Ref<PyObject>> {
        if !count.is_index() {
            return Err(raise!(
                py,
                TypeError,
                "can't multiply sequence by non-int of type '{}'",
                count.ty().name()
            ));
        }
        let n = match count.index(py)?.as_i64() {
            Some(n) => n as isize,
            None => {
                return Err(raise!(
                    py,
                    OverflowError,
                    "cannot fit '{}' into an index-sized integer",
                    count.ty().name()
                ));
            }
        };
        // SAFETY: slot call on a live object.
        unsafe { self.check_result(py, f(self.as_ptr(), n)) }
    }

    /// `self OP= other`; the result replaces `self`.
    #[inline]
    pub fn inplace_op(&self, py: Py<'_>, other: &PyObject, op: BinaryOp) -> PyResult<Ref<PyObject>> {
        // SAFETY: slot calls on live objects.
        unsafe {
            if let Some(f) = self.number_slots().and_then(|n| (op.inplace)(n).get()) {
                let r = owned_or_raised(py, f(self.as_ptr(), other.as_ptr()))?;
                if !r.is(PyNotImplemented::get()) {
                    return Ok(r);
                }
            }
            let r = self.try_binary(py, other, op)?;
            if !r.is(PyNotImplemented::get()) {
                return Ok(r);
            }
            match op.sign {
                "+" => {
                    let slots = self.sequence_slots();
                    if let Some(f) = slots.and_then(|s| s.sq_inplace_concat.get().or(s.sq_concat.get())) {
                        return self.check_result(py, f(self.as_ptr(), other.as_ptr()));
                    }
                }
                "*" => {
                    let slots = self.sequence_slots();
                    if let Some(f) = slots.and_then(|s| s.sq_inplace_repeat.get().or(s.sq_repeat.get())) {
                        return self.repeat_by(py, f, other);
                    }
                    // Unlike for `*`, having any sequence methods, as sets and dicts do, bars the way to the other operand's.
                    if slots.is_none()
                        && let Some(f) = other.sequence_slots().and_then(|s| s.sq_repeat.get())
                    {
                        return other.repeat_by(py, f, self);
                    }
                }
                _ => {}
            }
        }
        Err(self.unsupported(py, other, &format!("{}=", op.sign)))
    }

    /// `divmod(self, other)`.
    pub fn divmod(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
        let r = self.try_binary(py, other, DIVMOD)?;
        if r.is(PyNotImplemented::get()) { Err(self.unsupported(py, other, DIVMOD.sign)) } else { Ok(r) }
    }

    /// `pow(self, exponent, modulus)`; `None` as modulus for the two-argument form.
    pub fn power(&self, py: Py<'_>, exponent: &PyObject, modulus: &PyObject) -> PyResult<Ref<PyObject>> {
        self.ternary(py, exponent, modulus, "** or pow()")
    }

    /// `self **= exponent`.
    pub fn inplace_power(
        &self,
        py: Py<'_>,
        exponent: &PyObject,
        modulus: &PyObject,
    ) -> PyResult<Ref<PyObject>> {
        if let Some(f) = self.number_slots().and_then(|n| n.nb_inplace_power.get()) {
            // SAFETY: slot call on live objects.
            let r = unsafe { owned_or_raised(py, f(self.as_ptr(), exponent.as_ptr(), modulus.as_ptr()))? };
            if !r.is(PyNotImplemented::get()) {
                return Ok(r);
            }
        }
        self.ternary(py, exponent, modulus, "**=")
    }

    fn ternary(&self, py: Py<'_>, w: &PyObject, z: &PyObject, sign: &str) -> PyResult<Ref<PyObject>> {
        let slot = |o: &PyObject| o.number_slots().and_then(|n| n.nb_power.get());
        let number = |f: Option<TernaryFunc>| f.map(|f| f as usize);
        let left = slot(self);
        let mut right = None;
        if !core::ptr::eq(self.type_ptr(), w.type_ptr()) {
            right = slot(w);
            if same(number(right), number(left)) {
                right = None;
            }
        }
        // SAFETY: slot calls on live objects.
        let call = |f: TernaryFunc| unsafe { owned_or_raised(py, f(self.as_ptr(), w.as_ptr(), z.as_ptr())) };
        let mut order = Vec::with_capacity(3);
        match (left, right) {
            (Some(f), Some(g)) if w.ty().is_subtype(self.ty()) => order.extend([g, f]),
            (f, g) => order.extend(f.into_iter().chain(g)),
        }
        if let Some(h) = slot(z)
            && !same(number(Some(h)), number(left))
            && !same(number(Some(h)), number(right))
        {
            order.push(h);
        }
        for f in order {
            let r = call(f)?;
            if !r.is(PyNotImplemented::get()) {
                return Ok(r);
            }
        }
        if z.is_none() {
            return Err(raise!(
                py,
                TypeError,
                "unsupported operand type(s) for {sign}: '{}' and '{}'",
                self.ty().name(),
                w.ty().name()
            ));
        }
        Err(raise!(
            py,
            TypeError,
            "unsupported operand type(s) for {sign}: '{}', '{}', '{}'",
            self.ty().name(),
            w.ty().name(),
            z.ty().name()
        ))
    }

    fn unary(
        &self,
        py: Py<'_>,
        slot: fn(&PyNumberMethods) -> &Slot<crate::slots::UnaryFunc>,
        what: &str,
    ) -> PyResult<Ref<PyObject>> {
        match self.number_slots().and_then(|n| slot(n).get()) {
            // SAFETY: slot call on a live object.
            Some(f) => unsafe { owned_or_raised(py, f(self.as_ptr())) },
            None => Err(raise!(py, TypeError, "bad operand type for {what}: '{}'", self.ty().name())),
        }
    }

    /// `-self`.
    pub fn negative(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.unary(py, |n| &n.nb_negative, "unary -")
    }
    /// `+self`.
    pub fn positive(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.unary(py, |n| &n.nb_positive, "unary +")
    }
    /// `~self`.
    pub fn invert(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.unary(py, |n| &n.nb_invert, "unary ~")
    }
    /// `abs(self)`.
    pub fn absolute(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.unary(py, |n| &n.nb_absolute, "abs()")
    }
    /// `self + other`.
    pub fn add(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
        self.binary_op(py, other, ADD)
    }
    /// `self - other`.
    pub fn subtract(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
        self.binary_op(py, other, SUBTRACT)
    }
    /// `self * other`.
    pub fn multiply(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
        self.binary_op(py, other, MULTIPLY)
    }
}
