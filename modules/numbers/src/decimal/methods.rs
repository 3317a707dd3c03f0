//! The named operations of `decimal.Decimal`.

use krait_numeric::decimal::{self as kernel, Kind, Style};
use krait_runtime::prelude::*;

use super::context::{Context, rounding_of};
use super::convert::required;
use super::number::Decimal;

/// An operation of two numbers in a context.
pub(super) type Two = fn(&kernel::Decimal, &kernel::Decimal, &mut kernel::Context) -> kernel::Decimal;
/// An operation of one number in a context.
pub(super) type One = fn(&kernel::Decimal, &mut kernel::Context) -> kernel::Decimal;

/// The operation with a context that was given or is current.
fn two(
    py: Py<'_>,
    a: &Decimal,
    b: &PyObject,
    context: Option<&PyObject>,
    op: Two,
) -> PyResult<Ref<PyObject>> {
    let context = Context::of_argument(py, context)?;
    let b = required(py, b)?;
    let mut cx = context.kernel();
    let result = op(&a.value, b.get(), &mut cx);
    context.give(py, cx.status, result)
}

fn one(py: Py<'_>, a: &Decimal, context: Option<&PyObject>, op: One) -> PyResult<Ref<PyObject>> {
    let context = Context::of_argument(py, context)?;
    let mut cx = context.kernel();
    let result = op(&a.value, &mut cx);
    context.give(py, cx.status, result)
}

/// A finite number that is neither zero nor too small.
pub(super) fn is_normal(x: &kernel::Decimal, cx: &kernel::Context) -> bool {
    x.is_finite() && !x.coef.is_zero() && x.adjusted() >= cx.emin
}

/// A finite number that is too small to be normal.
pub(super) fn is_subnormal(x: &kernel::Decimal, cx: &kernel::Context) -> bool {
    x.is_finite() && !x.coef.is_zero() && x.adjusted() < cx.emin
}

/// What kind of number it is, in words.
pub(super) fn class_of(x: &kernel::Decimal, cx: &kernel::Context) -> String {
    let sign = if x.negative { "-" } else { "+" };
    match x.kind {
        Kind::Quiet => "NaN".to_owned(),
        Kind::Signalling => "sNaN".to_owned(),
        Kind::Infinite => format!("{sign}Infinity"),
        Kind::Finite if x.coef.is_zero() => format!("{sign}Zero"),
        Kind::Finite if is_subnormal(x, cx) => format!("{sign}Subnormal"),
        Kind::Finite => format!("{sign}Normal"),
    }
}

/// The same exponent, or both infinite, or both NaN.
pub(super) fn same_quantum(a: &kernel::Decimal, b: &kernel::Decimal) -> bool {
    if a.is_finite() && b.is_finite() {
        a.exp == b.exp
    } else {
        a.is_nan() == b.is_nan() && a.is_infinite() == b.is_infinite()
    }
}

/// To an integral value, with a rounding of its own.
fn integral(
    py: Py<'_>,
    x: &Decimal,
    rounding: Option<&PyObject>,
    context: Option<&PyObject>,
    exact: bool,
) -> PyResult<Ref<PyObject>> {
    let context = Context::of_argument(py, context)?;
    let mut cx = context.kernel();
    if let Some(rounding) = rounding.filter(|rounding| !rounding.is_none()) {
        cx.rounding = rounding_of(py, rounding)?;
    }
    let result = x.value.to_integral(exact, &mut cx);
    context.give(py, cx.status, result)
}

#[pymethods(class = "decimal.Decimal", part = "operations")]
impl Decimal {
    #[pymethod]
    #[sig("($self, /, other, context=None)")]
    fn compare(&self, py: Py<'_>, other: &PyObject, context: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        two(py, self, other, context, |a, b, cx| a.compare(b, cx))
    }
    #[pymethod]
    #[sig("($self, /, other, context=None)")]
    fn compare_signal(
        &self,
        py: Py<'_>,
        other: &PyObject,
        context: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        two(py, self, other, context, |a, b, cx| a.compare_signal(b, cx))
    }
    #[pymethod(name = "max")]
    #[sig("($self, /, other, context=None)")]
    fn maximum(&self, py: Py<'_>, other: &PyObject, context: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        two(py, self, other, context, |a, b, cx| a.extreme(b, true, false, cx))
    }
    #[pymethod]
    #[sig("($self, /, other, context=None)")]
    fn max_mag(&self, py: Py<'_>, other: &PyObject, context: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        two(py, self, other, context, |a, b, cx| a.extreme(b, true, true, cx))
    }
    #[pymethod(name = "min")]
    #[sig("($self, /, other, context=None)")]
    fn minimum(&self, py: Py<'_>, other: &PyObject, context: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        two(py, self, other, context, |a, b, cx| a.extreme(b, false, false, cx))
    }
    #[pymethod]
    #[sig("($self, /, other, context=None)")]
    fn min_mag(&self, py: Py<'_>, other: &PyObject, context: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        two(py, self, other, context, |a, b, cx| a.extreme(b, false, true, cx))
    }
    #[pymethod]
    #[sig("($self, /, other, context=None)")]
    fn next_toward(
        &self,
        py: Py<'_>,
        other: &PyObject,
        context: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        two(py, self, other, context, |a, b, cx| a.next_toward(b, cx))
    }
    #[pymethod]
    #[sig("($self, /, other, context=None)")]
    fn remainder_near(
        &self,
        py: Py<'_>,
        other: &PyObject,
        context: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        two(py, self, other, context, |a, b, cx| a.remainder_near(b, cx))
    }
    #[pymethod]
    #[sig("($self, /, other, context=None)")]
    fn rotate(&self, py: Py<'_>, other: &PyObject, context: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        two(py, self, other, context, |a, b, cx| a.rotate(b, cx))
    }
    #[pymethod]
    #[sig("($self, /, other, context=None)")]
    fn scaleb(&self, py: Py<'_>, other: &PyObject, context: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        two(py, self, other, context, |a, b, cx| a.scaleb(b, cx))
    }
    #[pymethod]
    #[sig("($self, /, other, context=None)")]
    fn shift(&self, py: Py<'_>, other: &PyObject, context: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        two(py, self, other, context, |a, b, cx| a.shift(b, cx))
    }
    #[pymethod]
    #[sig("($self, /, other, context=None)")]
    fn logical_and(
        &self,
        py: Py<'_>,
        other: &PyObject,
        context: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        two(py, self, other, context, |a, b, cx| a.logical_op(b, cx, |x, y| x & y))
    }
    #[pymethod]
    #[sig("($self, /, other, context=None)")]
    fn logical_or(
        &self,
        py: Py<'_>,
        other: &PyObject,
        context: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        two(py, self, other, context, |a, b, cx| a.logical_op(b, cx, |x, y| x | y))
    }
    #[pymethod]
    #[sig("($self, /, other, context=None)")]
    fn logical_xor(
        &self,
        py: Py<'_>,
        other: &PyObject,
        context: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        two(py, self, other, context, |a, b, cx| a.logical_op(b, cx, |x, y| x ^ y))
    }
    #[pymethod]
    #[sig("($self, /, context=None)")]
    fn exp(&self, py: Py<'_>, context: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        one(py, self, context, |a, cx| a.exp(cx))
    }
    #[pymethod]
    #[sig("($self, /, context=None)")]
    fn ln(&self, py: Py<'_>, context: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        one(py, self, context, |a, cx| a.ln(cx))
    }
    #[pymethod]
    #[sig("($self, /, context=None)")]
    fn log10(&self, py: Py<'_>, context: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        one(py, self, context, |a, cx| a.log10(cx))
    }
    #[pymethod]
    #[sig("($self, /, context=None)")]
    fn logb(&self, py: Py<'_>, context: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        one(py, self, context, |a, cx| a.logb(cx))
    }
    #[pymethod]
    #[sig("($self, /, context=None)")]
    fn sqrt(&self, py: Py<'_>, context: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        one(py, self, context, |a, cx| a.sqrt(cx))
    }
    #[pymethod]
    #[sig("($self, /, context=None)")]
    fn logical_invert(&self, py: Py<'_>, context: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        one(py, self, context, |a, cx| a.logical_invert(cx))
    }
    #[pymethod]
    #[sig("($self, /, context=None)")]
    fn next_minus(&self, py: Py<'_>, context: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        one(py, self, context, |a, cx| a.next(false, cx))
    }
    #[pymethod]
    #[sig("($self, /, context=None)")]
    fn next_plus(&self, py: Py<'_>, context: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        one(py, self, context, |a, cx| a.next(true, cx))
    }
    #[pymethod]
    #[sig("($self, /, context=None)")]
    fn normalize(&self, py: Py<'_>, context: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        one(py, self, context, |a, cx| a.reduce(cx))
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn is_finite(&self) -> bool {
        let x = &self.value;
        x.is_finite()
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn is_infinite(&self) -> bool {
        let x = &self.value;
        x.is_infinite()
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn is_nan(&self) -> bool {
        let x = &self.value;
        x.is_nan()
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn is_qnan(&self) -> bool {
        let x = &self.value;
        x.kind == Kind::Quiet
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn is_signed(&self) -> bool {
        let x = &self.value;
        x.negative
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn is_snan(&self) -> bool {
        let x = &self.value;
        x.kind == Kind::Signalling
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn is_zero(&self) -> bool {
        let x = &self.value;
        x.is_zero()
    }
    #[pymethod]
    #[sig("($self, /, other, context=None)")]
    fn compare_total(
        &self,
        py: Py<'_>,
        other: &PyObject,
        context: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        Context::of_argument(py, context)?;
        let result = self.value.compare_total(required(py, other)?.get());
        Decimal::alloc_exact_value(py, result)
    }
    #[pymethod]
    #[sig("($self, /, other, context=None)")]
    fn compare_total_mag(
        &self,
        py: Py<'_>,
        other: &PyObject,
        context: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        Context::of_argument(py, context)?;
        let result = self.value.compare_total_mag(required(py, other)?.get());
        Decimal::alloc_exact_value(py, result)
    }
    #[pymethod]
    #[sig("($self, /, other, context=None)")]
    fn copy_sign(&self, py: Py<'_>, other: &PyObject, context: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        Context::of_argument(py, context)?;
        let negative = required(py, other)?.get().negative;
        Decimal::alloc_exact_value(py, self.value.clone().with_sign(negative))
    }
    #[pymethod]
    #[sig("($self, /, other, context=None)")]
    fn same_quantum(&self, py: Py<'_>, other: &PyObject, context: Option<&PyObject>) -> PyResult<bool> {
        Context::of_argument(py, context)?;
        Ok(same_quantum(&self.value, required(py, other)?.get()))
    }
    #[pymethod]
    #[sig("($self, /, other, third, context=None)")]
    fn fma(
        &self,
        py: Py<'_>,
        other: &PyObject,
        third: &PyObject,
        context: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let context = Context::of_argument(py, context)?;
        let (b, c) = (required(py, other)?, required(py, third)?);
        let mut cx = context.kernel();
        let result = self.value.fma(b.get(), c.get(), &mut cx);
        context.give(py, cx.status, result)
    }
    #[pymethod]
    #[sig("($self, /, exp, rounding=None, context=None)")]
    fn quantize(
        &self,
        py: Py<'_>,
        exp: &PyObject,
        rounding: Option<&PyObject>,
        context: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let context = Context::of_argument(py, context)?;
        let mut cx = context.kernel();
        if let Some(rounding) = rounding.filter(|rounding| !rounding.is_none()) {
            cx.rounding = rounding_of(py, rounding)?;
        }
        let exp = required(py, exp)?;
        let result = self.value.quantize(exp.get(), &mut cx);
        context.give(py, cx.status, result)
    }
    #[pymethod]
    #[sig("($self, /, rounding=None, context=None)")]
    fn to_integral(
        &self,
        py: Py<'_>,
        rounding: Option<&PyObject>,
        context: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        integral(py, self, rounding, context, false)
    }
    #[pymethod]
    #[sig("($self, /, rounding=None, context=None)")]
    fn to_integral_value(
        &self,
        py: Py<'_>,
        rounding: Option<&PyObject>,
        context: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        integral(py, self, rounding, context, false)
    }
    #[pymethod]
    #[sig("($self, /, rounding=None, context=None)")]
    fn to_integral_exact(
        &self,
        py: Py<'_>,
        rounding: Option<&PyObject>,
        context: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        integral(py, self, rounding, context, true)
    }
    #[pymethod(name = "is_normal")]
    #[sig("($self, /, context=None)")]
    fn test_is_normal(&self, py: Py<'_>, context: Option<&PyObject>) -> PyResult<bool> {
        Ok(is_normal(&self.value, &Context::of_argument(py, context)?.kernel()))
    }
    #[pymethod(name = "is_subnormal")]
    #[sig("($self, /, context=None)")]
    fn test_is_subnormal(&self, py: Py<'_>, context: Option<&PyObject>) -> PyResult<bool> {
        Ok(is_subnormal(&self.value, &Context::of_argument(py, context)?.kernel()))
    }
    #[pymethod]
    #[sig("($self, /, context=None)")]
    fn number_class(&self, py: Py<'_>, context: Option<&PyObject>) -> PyResult<String> {
        Ok(class_of(&self.value, &Context::of_argument(py, context)?.kernel()))
    }
    #[pymethod]
    #[sig("($self, /, context=None)")]
    fn to_eng_string(&self, py: Py<'_>, context: Option<&PyObject>) -> PyResult<String> {
        Ok(self.value.to_text(Style::Engineering, Context::of_argument(py, context)?.capitals()))
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn is_canonical(&self) -> bool {
        true
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn canonical(&self) -> Ref<PyObject> {
        self.to_ref()
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn conjugate(&self) -> Ref<PyObject> {
        self.to_ref()
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn radix(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        Decimal::alloc_exact_value(py, kernel::Decimal::from_i64(10))
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn copy_abs(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        Decimal::alloc_exact_value(py, self.value.clone().with_sign(false))
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn copy_negate(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        Decimal::alloc_exact_value(py, self.value.clone().with_sign(!self.value.negative))
    }
}
