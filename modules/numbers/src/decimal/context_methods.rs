//! The operations of `decimal.Context`: those of numbers, in this context.

use krait_numeric::decimal::{Kind, Style};
use krait_runtime::prelude::*;

use super::context::Context;
use super::convert::{self, required};
use super::methods::{One, Two, class_of, is_normal, is_subnormal, same_quantum};
use super::number::{Decimal, divmod};

impl Context {
    fn one(&self, py: Py<'_>, x: &PyObject, op: One) -> PyResult<Ref<PyObject>> {
        let x = required(py, x)?;
        let mut cx = self.kernel();
        let result = op(x.get(), &mut cx);
        self.give(py, cx.status, result)
    }
    fn two(&self, py: Py<'_>, x: &PyObject, y: &PyObject, op: Two) -> PyResult<Ref<PyObject>> {
        let (x, y) = (required(py, x)?, required(py, y)?);
        let mut cx = self.kernel();
        let result = op(x.get(), y.get(), &mut cx);
        self.give(py, cx.status, result)
    }
}

#[pymethods(class = "decimal.Context", part = "operations")]
impl Context {
    #[pymethod]
    #[sig("($self, x, /)")]
    fn exp(&self, py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
        self.one(py, x, |a, cx| a.exp(cx))
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn ln(&self, py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
        self.one(py, x, |a, cx| a.ln(cx))
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn log10(&self, py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
        self.one(py, x, |a, cx| a.log10(cx))
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn logb(&self, py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
        self.one(py, x, |a, cx| a.logb(cx))
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn sqrt(&self, py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
        self.one(py, x, |a, cx| a.sqrt(cx))
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn logical_invert(&self, py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
        self.one(py, x, |a, cx| a.logical_invert(cx))
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn next_minus(&self, py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
        self.one(py, x, |a, cx| a.next(false, cx))
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn next_plus(&self, py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
        self.one(py, x, |a, cx| a.next(true, cx))
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn normalize(&self, py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
        self.one(py, x, |a, cx| a.reduce(cx))
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn abs(&self, py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
        self.one(py, x, |a, cx| a.abs(cx))
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn minus(&self, py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
        self.one(py, x, |a, cx| a.minus(cx))
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn plus(&self, py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
        self.one(py, x, |a, cx| a.plus(cx))
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn to_integral(&self, py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
        self.one(py, x, |a, cx| a.to_integral(false, cx))
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn to_integral_value(&self, py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
        self.one(py, x, |a, cx| a.to_integral(false, cx))
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn to_integral_exact(&self, py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
        self.one(py, x, |a, cx| a.to_integral(true, cx))
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn _apply(&self, py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
        self.one(py, x, |a, cx| a.clone().finish(cx))
    }
    #[pymethod]
    #[sig("($self, x, y, /)")]
    fn compare(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        self.two(py, x, y, |a, b, cx| a.compare(b, cx))
    }
    #[pymethod]
    #[sig("($self, x, y, /)")]
    fn compare_signal(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        self.two(py, x, y, |a, b, cx| a.compare_signal(b, cx))
    }
    #[pymethod(name = "max")]
    #[sig("($self, x, y, /)")]
    fn maximum(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        self.two(py, x, y, |a, b, cx| a.extreme(b, true, false, cx))
    }
    #[pymethod]
    #[sig("($self, x, y, /)")]
    fn max_mag(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        self.two(py, x, y, |a, b, cx| a.extreme(b, true, true, cx))
    }
    #[pymethod(name = "min")]
    #[sig("($self, x, y, /)")]
    fn minimum(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        self.two(py, x, y, |a, b, cx| a.extreme(b, false, false, cx))
    }
    #[pymethod]
    #[sig("($self, x, y, /)")]
    fn min_mag(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        self.two(py, x, y, |a, b, cx| a.extreme(b, false, true, cx))
    }
    #[pymethod]
    #[sig("($self, x, y, /)")]
    fn next_toward(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        self.two(py, x, y, |a, b, cx| a.next_toward(b, cx))
    }
    #[pymethod]
    #[sig("($self, x, y, /)")]
    fn remainder_near(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        self.two(py, x, y, |a, b, cx| a.remainder_near(b, cx))
    }
    #[pymethod]
    #[sig("($self, x, y, /)")]
    fn rotate(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        self.two(py, x, y, |a, b, cx| a.rotate(b, cx))
    }
    #[pymethod]
    #[sig("($self, x, y, /)")]
    fn scaleb(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        self.two(py, x, y, |a, b, cx| a.scaleb(b, cx))
    }
    #[pymethod]
    #[sig("($self, x, y, /)")]
    fn shift(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        self.two(py, x, y, |a, b, cx| a.shift(b, cx))
    }
    #[pymethod]
    #[sig("($self, x, y, /)")]
    fn logical_and(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        self.two(py, x, y, |a, b, cx| a.logical_op(b, cx, |x, y| x & y))
    }
    #[pymethod]
    #[sig("($self, x, y, /)")]
    fn logical_or(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        self.two(py, x, y, |a, b, cx| a.logical_op(b, cx, |x, y| x | y))
    }
    #[pymethod]
    #[sig("($self, x, y, /)")]
    fn logical_xor(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        self.two(py, x, y, |a, b, cx| a.logical_op(b, cx, |x, y| x ^ y))
    }
    #[pymethod]
    #[sig("($self, x, y, /)")]
    fn add(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        self.two(py, x, y, |a, b, cx| a.add(b, cx))
    }
    #[pymethod]
    #[sig("($self, x, y, /)")]
    fn subtract(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        self.two(py, x, y, |a, b, cx| a.sub(b, cx))
    }
    #[pymethod]
    #[sig("($self, x, y, /)")]
    fn multiply(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        self.two(py, x, y, |a, b, cx| a.mul(b, cx))
    }
    #[pymethod]
    #[sig("($self, x, y, /)")]
    fn divide(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        self.two(py, x, y, |a, b, cx| a.div(b, cx))
    }
    #[pymethod]
    #[sig("($self, x, y, /)")]
    fn divide_int(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        self.two(py, x, y, |a, b, cx| a.div_integer(b, cx))
    }
    #[pymethod]
    #[sig("($self, x, y, /)")]
    fn remainder(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        self.two(py, x, y, |a, b, cx| a.remainder(b, cx))
    }
    #[pymethod]
    #[sig("($self, x, y, /)")]
    fn quantize(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        self.two(py, x, y, |a, b, cx| a.quantize(b, cx))
    }
    #[pymethod]
    #[sig("($self, x, y, /)")]
    fn compare_total(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        self.two(py, x, y, |a, b, _| a.compare_total(b))
    }
    #[pymethod]
    #[sig("($self, x, y, /)")]
    fn compare_total_mag(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        self.two(py, x, y, |a, b, _| a.compare_total_mag(b))
    }
    #[pymethod]
    #[sig("($self, x, y, /)")]
    fn copy_sign(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        self.two(py, x, y, |a, b, _| a.clone().with_sign(b.negative))
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn copy_abs(&self, py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
        self.one(py, x, |a, _| a.clone().with_sign(false))
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn copy_negate(&self, py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
        self.one(py, x, |a, _| a.clone().with_sign(!a.negative))
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn copy_decimal(&self, py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
        self.one(py, x, |a, _| a.clone())
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn canonical(&self, py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
        if x.downcast::<Decimal>().is_none() {
            bail!(py, TypeError, "argument must be a Decimal");
        }
        Ok(x.to_ref())
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn is_canonical(&self, py: Py<'_>, x: &PyObject) -> PyResult<bool> {
        if x.downcast::<Decimal>().is_none() {
            bail!(py, TypeError, "argument must be a Decimal");
        }
        Ok(true)
    }
    #[pymethod]
    #[sig("($self, x, y, /)")]
    fn divmod(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyTuple>> {
        let (x, y) = (required(py, x)?, required(py, y)?);
        divmod(py, self, x.get(), y.get())
    }
    #[pymethod]
    #[sig("($self, x, y, z, /)")]
    fn fma(&self, py: Py<'_>, x: &PyObject, y: &PyObject, z: &PyObject) -> PyResult<Ref<PyObject>> {
        let (x, y, z) = (required(py, x)?, required(py, y)?, required(py, z)?);
        let mut cx = self.kernel();
        let result = x.get().fma(y.get(), z.get(), &mut cx);
        self.give(py, cx.status, result)
    }
    #[pymethod]
    #[sig("($self, /, a, b, modulo=None)")]
    fn power(
        &self,
        py: Py<'_>,
        a: &PyObject,
        b: &PyObject,
        modulo: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let (a, b) = (required(py, a)?, required(py, b)?);
        let mut cx = self.kernel();
        let result = match modulo.filter(|modulo| !modulo.is_none()) {
            Some(modulo) => a.get().pow_mod(b.get(), required(py, modulo)?.get(), &mut cx),
            None => a.get().pow(b.get(), &mut cx),
        };
        self.give(py, cx.status, result)
    }
    #[pymethod]
    #[sig("($self, x, y, /)")]
    fn same_quantum(&self, py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<bool> {
        let (x, y) = (required(py, x)?, required(py, y)?);
        Ok(same_quantum(x.get(), y.get()))
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn number_class(&self, py: Py<'_>, x: &PyObject) -> PyResult<String> {
        Ok(class_of(required(py, x)?.get(), &self.kernel()))
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn to_sci_string(&self, py: Py<'_>, x: &PyObject) -> PyResult<String> {
        Ok(required(py, x)?.get().to_text(Style::Scientific, self.capitals()))
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn to_eng_string(&self, py: Py<'_>, x: &PyObject) -> PyResult<String> {
        Ok(required(py, x)?.get().to_text(Style::Engineering, self.capitals()))
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn radix(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        Decimal::alloc_exact_value(py, krait_numeric::decimal::Decimal::from_i64(10))
    }
    #[pymethod]
    #[sig("($self, num='0', /)")]
    fn create_decimal(&self, py: Py<'_>, num: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let Some(num) = num else {
            return Decimal::alloc_exact_value(py, krait_numeric::decimal::Decimal::zero(false, 0));
        };
        Decimal::alloc_exact_value(py, convert::from_any_rounded(py, num, self)?)
    }
    #[pymethod]
    #[sig("($self, f, /)")]
    fn create_decimal_from_float(&self, py: Py<'_>, f: &PyObject) -> PyResult<Ref<PyObject>> {
        let mut cx = self.kernel();
        let result = convert::from_float_or_int(py, f)?.finish(&mut cx);
        self.give(py, cx.status, result)
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn is_finite(&self, py: Py<'_>, x: &PyObject) -> PyResult<bool> {
        let x = required(py, x)?;
        let x = x.get();
        Ok(x.is_finite())
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn is_infinite(&self, py: Py<'_>, x: &PyObject) -> PyResult<bool> {
        let x = required(py, x)?;
        let x = x.get();
        Ok(x.is_infinite())
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn is_nan(&self, py: Py<'_>, x: &PyObject) -> PyResult<bool> {
        let x = required(py, x)?;
        let x = x.get();
        Ok(x.is_nan())
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn is_qnan(&self, py: Py<'_>, x: &PyObject) -> PyResult<bool> {
        let x = required(py, x)?;
        let x = x.get();
        Ok(x.kind == Kind::Quiet)
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn is_signed(&self, py: Py<'_>, x: &PyObject) -> PyResult<bool> {
        let x = required(py, x)?;
        let x = x.get();
        Ok(x.negative)
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn is_snan(&self, py: Py<'_>, x: &PyObject) -> PyResult<bool> {
        let x = required(py, x)?;
        let x = x.get();
        Ok(x.kind == Kind::Signalling)
    }
    #[pymethod]
    #[sig("($self, x, /)")]
    fn is_zero(&self, py: Py<'_>, x: &PyObject) -> PyResult<bool> {
        let x = required(py, x)?;
        let x = x.get();
        Ok(x.is_zero())
    }
    #[pymethod(name = "is_normal")]
    #[sig("($self, x, /)")]
    fn test_is_normal(&self, py: Py<'_>, x: &PyObject) -> PyResult<bool> {
        let x = required(py, x)?;
        let x = x.get();
        Ok(is_normal(x, &self.kernel()))
    }
    #[pymethod(name = "is_subnormal")]
    #[sig("($self, x, /)")]
    fn test_is_subnormal(&self, py: Py<'_>, x: &PyObject) -> PyResult<bool> {
        let x = required(py, x)?;
        let x = x.get();
        Ok(is_subnormal(x, &self.kernel()))
    }
}
