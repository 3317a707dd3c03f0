//! `decimal.Decimal`: construction, operators, comparison, conversion. `methods.rs` has the named operations.

use krait_interp::import::import_module;
use krait_numeric::decimal::{self as kernel, Kind, Rounding, Style, status, words};
use krait_runtime::args::{Signature, Style as ArgStyle};
use krait_runtime::local::InterpreterLocal;
use krait_runtime::prelude::*;

use super::context::{Context, known_keywords};
use super::convert::{self, Operand, operand, to_int};

/// `decimal.Decimal`.
#[pyclass(module = "decimal", name = "Decimal", basetype, heap, immutable)]
#[repr(C)]
pub struct Decimal {
    base: PyObject,
    hash: Cell<isize>,
    #[no_traverse]
    pub(super) value: kernel::Decimal,
}

static SIGNATURE: Signature = Signature {
    function: "Decimal",
    names: &["value", "context"],
    posonly: 0,
    pos: 2,
    required: 0,
    kwonly_required: 0,
    varargs: false,
    varkw: false,
    style: ArgStyle::ParseTuple,
};

static RATIONAL: InterpreterLocal =
    InterpreterLocal::new(|py| import_module(py, "numbers")?.get_attr(py, id!(py, "Rational")));

impl Decimal {
    /// A number of the exact type.
    #[inline]
    pub(super) fn alloc_exact_value(py: Py<'_>, value: kernel::Decimal) -> PyResult<Ref<PyObject>> {
        Decimal { base: PyObject::HEADER, hash: Cell::new(-1), value }.alloc_exact(py).map(Ref::upcast)
    }

    pub(super) fn alloc_as(py: Py<'_>, cls: &PyType, value: kernel::Decimal) -> PyResult<Ref<PyObject>> {
        alloc_payload(py, cls, Decimal { base: PyObject::HEADER, hash: Cell::new(-1), value })
            .map(Ref::upcast)
    }

    fn construct(
        py: Py<'_>,
        cls: &PyType,
        [value, context]: [Option<&PyObject>; 2],
    ) -> PyResult<Ref<PyObject>> {
        let Some(value) = value else {
            return Decimal::alloc_as(py, cls, kernel::Decimal::zero(false, 0));
        };
        if let Some(n) = value.downcast_exact::<PyInt>()
            && context.is_none()
        {
            return Decimal::alloc_as(py, cls, convert::from_int(n));
        }
        let context = Context::of_argument(py, context)?;
        if value.downcast_exact::<Decimal>().is_some() && core::ptr::eq(cls, Decimal::type_object()) {
            return Ok(value.to_ref());
        }
        Decimal::alloc_as(py, cls, convert::from_any_exact(py, value, &context)?)
    }

    /// The value for a class method: subclasses are called with the number.
    pub(super) fn as_class(py: Py<'_>, cls: &PyType, value: kernel::Decimal) -> PyResult<Ref<PyObject>> {
        let number = Decimal::alloc_exact_value(py, value)?;
        if core::ptr::eq(cls, Decimal::type_object()) { Ok(number) } else { cls.call(py, &[&number]) }
    }
}

type Binary = fn(&kernel::Decimal, &kernel::Decimal, &mut kernel::Context) -> kernel::Decimal;

/// A binary operator of decimals and ints.
#[inline]
fn binary(py: Py<'_>, a: &PyObject, b: &PyObject, op: Binary) -> PyResult<Ref<PyObject>> {
    let (Some(a), Some(b)) = (operand(a), operand(b)) else { return Ok(py.not_implemented()) };
    let context = Context::current(py)?;
    let mut cx = context.kernel();
    let result = op(a.get(), b.get(), &mut cx);
    context.give(py, cx.status, result)
}

type Unary = fn(&kernel::Decimal, &mut kernel::Context) -> kernel::Decimal;

impl Decimal {
    fn unary(&self, py: Py<'_>, op: Unary) -> PyResult<Ref<PyObject>> {
        let context = Context::current(py)?;
        let mut cx = context.kernel();
        let result = op(&self.value, &mut cx);
        context.give(py, cx.status, result)
    }

    /// The other side of a comparison; `None`: not comparable.
    fn comparable<'a>(
        &self,
        py: Py<'_>,
        other: &'a PyObject,
        equality: bool,
        context: &Context,
    ) -> PyResult<Option<(kernel::Decimal, Operand<'a>)>> {
        if let Some(other) = operand(other) {
            return Ok(Some((self.value.clone(), other)));
        }
        let float = |x: f64| -> PyResult<Option<(kernel::Decimal, Operand<'a>)>> {
            if equality {
                context.note_quietly(status::FLOAT_OPERATION);
            } else {
                context.note(py, status::FLOAT_OPERATION)?;
            }
            Ok(Some((self.value.clone(), Operand::Value(kernel::Decimal::from_f64(x)))))
        };
        if let Some(x) = other.downcast::<PyFloat>() {
            return float(x.value());
        }
        if let Some(z) = other.downcast::<PyComplex>() {
            let (re, im) = z.value();
            return if equality && im == 0.0 { float(re) } else { Ok(None) };
        }
        if !other.is_instance(py, &*RATIONAL.get(py)?)? {
            return Ok(None);
        }
        // a = n/d exactly when a·d = n.
        let numerator = other.get_attr(py, id!(py, "numerator"))?;
        let denominator = other.get_attr(py, id!(py, "denominator"))?;
        let (Some(n), Some(d)) = (numerator.downcast::<PyInt>(), denominator.downcast::<PyInt>()) else {
            bail!(py, TypeError, "numerator and denominator must be integers");
        };
        let (n, d) = (convert::from_int(n), convert::from_int(d));
        if !self.value.is_finite() {
            return Ok(Some((self.value.clone(), Operand::Value(n))));
        }
        let mut wide = kernel::Context::max();
        Ok(Some((self.value.mul(&d, &mut wide), Operand::Value(n))))
    }
}

#[pymethods(class = "decimal.Decimal", parts(operations, conversions))]
impl Decimal {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        known_keywords(py, kwargs, SIGNATURE.names)?;
        Decimal::construct(py, cls, SIGNATURE.tuple_slots(py, args, kwargs)?)
    }
    #[slot]
    fn tp_vectorcall(cls: &PyType, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        if args.has_keywords() {
            known_keywords(py, Some(&*args.keywords().to_dict(py)?), SIGNATURE.names)?;
        }
        Decimal::construct(py, cls, SIGNATURE.slots(py, args)?)
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let capitals = Context::current(py)?.capitals();
        PyStr::new(py, &format!("Decimal('{}')", self.value.to_text(Style::Scientific, capitals)))
    }
    #[slot]
    fn tp_str(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let capitals = Context::current(py)?.capitals();
        PyStr::from_ascii(py, self.value.to_text(Style::Scientific, capitals).as_bytes())
    }
    #[slot]
    fn tp_hash(&self, py: Py<'_>) -> PyResult<isize> {
        if self.hash.get() == -1 {
            let hash = match self.value.hash_value() {
                Some(hash) => hash as isize,
                None if self.value.kind == Kind::Signalling => {
                    bail!(py, TypeError, "Cannot hash a signaling NaN value")
                }
                None => krait_numeric::hash::pointer(self.id()) as isize,
            };
            self.hash.set(hash);
        }
        Ok(self.hash.get())
    }
    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
        // Plain numbers need no context.
        if let Some(other) = operand(other)
            && !self.value.is_nan()
            && !other.get().is_nan()
        {
            return op.holds(self.value.order(other.get())).into_py(py);
        }
        let context = Context::current(py)?;
        let Some((a, b)) = self.comparable(py, other, equality, &context)? else {
            return Ok(py.not_implemented());
        };
        let b = b.get();
        if a.is_nan() || b.is_nan() {
            if !equality || a.kind == Kind::Signalling || b.kind == Kind::Signalling {
                context.note(py, status::INVALID_OPERATION)?;
            }
            return (op == CompareOp::Ne).into_py(py);
        }
        op.holds(a.order(b)).into_py(py)
    }
    #[slot]
    fn nb_bool(&self, _py: Py<'_>) -> PyResult<bool> {
        Ok(!self.value.is_zero())
    }
    #[slot]
    fn nb_add(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        binary(py, a, b, kernel::Decimal::add)
    }
    #[slot]
    fn nb_subtract(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        binary(py, a, b, kernel::Decimal::sub)
    }
    #[slot]
    fn nb_multiply(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        binary(py, a, b, kernel::Decimal::mul)
    }
    #[slot]
    fn nb_true_divide(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        binary(py, a, b, kernel::Decimal::div)
    }
    #[slot]
    fn nb_floor_divide(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        binary(py, a, b, kernel::Decimal::div_integer)
    }
    #[slot]
    fn nb_remainder(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        binary(py, a, b, kernel::Decimal::remainder)
    }
    #[slot]
    fn nb_divmod(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let (Some(a), Some(b)) = (operand(a), operand(b)) else { return Ok(py.not_implemented()) };
        let context = Context::current(py)?;
        divmod(py, &context, a.get(), b.get()).map(Ref::upcast)
    }
    #[slot]
    fn nb_power(py: Py<'_>, a: &PyObject, b: &PyObject, c: &PyObject) -> PyResult<Ref<PyObject>> {
        let (Some(a), Some(b)) = (operand(a), operand(b)) else { return Ok(py.not_implemented()) };
        let context = Context::current(py)?;
        let mut cx = context.kernel();
        let result = if c.is_none() {
            a.get().pow(b.get(), &mut cx)
        } else {
            let Some(c) = operand(c) else { return Ok(py.not_implemented()) };
            a.get().pow_mod(b.get(), c.get(), &mut cx)
        };
        context.give(py, cx.status, result)
    }
    #[slot]
    fn nb_negative(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.unary(py, kernel::Decimal::minus)
    }
    #[slot]
    fn nb_positive(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.unary(py, kernel::Decimal::plus)
    }
    #[slot]
    fn nb_absolute(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.unary(py, kernel::Decimal::abs)
    }
    #[slot]
    fn nb_int(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        to_int(py, &self.value, Rounding::Down)
    }
    #[slot]
    fn nb_float(&self, py: Py<'_>) -> PyResult<f64> {
        match self.value.kind {
            Kind::Signalling => Err(raise!(py, ValueError, "cannot convert signaling NaN to float")),
            Kind::Quiet => Ok(if self.value.negative { -f64::NAN } else { f64::NAN }),
            _ => {
                let text = self.value.to_text(Style::Scientific, true);
                Ok(text.parse().unwrap_or(f64::NAN))
            }
        }
    }
}

/// `divmod` in a context.
pub(super) fn divmod(
    py: Py<'_>,
    context: &Context,
    a: &kernel::Decimal,
    b: &kernel::Decimal,
) -> PyResult<Ref<PyTuple>> {
    let mut cx = context.kernel();
    let (quotient, rest) = a.divmod(b, &mut cx);
    context.note(py, cx.status)?;
    PyTuple::pair(py, Decimal::alloc_exact_value(py, quotient)?, Decimal::alloc_exact_value(py, rest)?)
}

#[pymethods(class = "decimal.Decimal", part = "conversions")]
impl Decimal {
    #[classmethod]
    #[sig("($type, f, /)")]
    fn from_float(cls: &PyType, py: Py<'_>, f: &PyObject) -> PyResult<Ref<PyObject>> {
        Decimal::as_class(py, cls, convert::from_float_or_int(py, f)?)
    }
    #[classmethod]
    #[sig("($type, number, /)")]
    fn from_number(cls: &PyType, py: Py<'_>, number: &PyObject) -> PyResult<Ref<PyObject>> {
        if let Some(number) = number.downcast::<Decimal>() {
            if core::ptr::eq(cls, Decimal::type_object()) && Decimal::check_exact(number) {
                return Ok(number.to_ref());
            }
            return Decimal::as_class(py, cls, number.value.clone());
        }
        if number.downcast::<PyInt>().is_some() || number.downcast::<PyFloat>().is_some() {
            return Decimal::as_class(py, cls, convert::from_float_or_int(py, number)?);
        }
        Err(convert::unsupported(py, number))
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn as_tuple(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        convert::to_tuple(py, &self.value)
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn as_integer_ratio(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let x = &self.value;
        match x.kind {
            Kind::Infinite => bail!(py, OverflowError, "cannot convert Infinity to integer ratio"),
            Kind::Quiet | Kind::Signalling => bail!(py, ValueError, "cannot convert NaN to integer ratio"),
            Kind::Finite => {}
        }
        if x.coef.is_zero() {
            return PyTuple::pair(py, 0.into_py(py)?, 1.into_py(py)?);
        }
        let int = |negative: bool, coef: &[u64]| {
            let digits = krait_numeric::digits::from_radix(words::to_text(coef).as_bytes(), 10);
            PyInt::from_digits(py, negative, &digits)
        };
        let shift = x.exp.unsigned_abs() as i64;
        let power = words::shift_left(&[1], shift);
        let scaled = words::shift_left(x.coef.as_slice(), if x.exp > 0 { shift } else { 0 });
        if words::take_failure() {
            return Err(py.no_memory());
        }
        if x.exp >= 0 {
            return PyTuple::pair(py, int(x.negative, scaled.as_slice())?.upcast(), 1.into_py(py)?);
        }
        let (numerator, denominator) = (int(false, x.coef.as_slice())?, int(false, power.as_slice())?);
        let divisor = krait_numeric::digits::gcd(numerator.digits(), denominator.digits());
        let reduced = |n: &PyInt, negative: bool| {
            let quotient =
                krait_numeric::digits::divrem(n.digits(), &divisor).map_or_else(Vec::new, |(q, _)| q);
            PyInt::from_digits(py, negative, &quotient)
        };
        PyTuple::pair(py, reduced(&numerator, x.negative)?.upcast(), reduced(&denominator, false)?.upcast())
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn adjusted(&self) -> i64 {
        if self.value.is_finite() { self.value.adjusted() } else { 0 }
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn __complex__(&self, py: Py<'_>) -> PyResult<Ref<PyComplex>> {
        PyComplex::new(py, self.nb_float(py)?, 0.0)
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn __copy__(&self) -> Ref<PyObject> {
        self.to_ref()
    }
    #[pymethod]
    #[sig("($self, memo, /)")]
    fn __deepcopy__(&self, _memo: &PyObject) -> Ref<PyObject> {
        self.to_ref()
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn __floor__(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        to_int(py, &self.value, Rounding::Floor)
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn __ceil__(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        to_int(py, &self.value, Rounding::Ceiling)
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn __trunc__(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        to_int(py, &self.value, Rounding::Down)
    }
    #[pymethod]
    #[sig("($self, ndigits=None, /)")]
    fn __round__(&self, py: Py<'_>, ndigits: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let Some(places) = ndigits.filter(|places| !places.is_none()) else {
            return to_int(py, &self.value, Rounding::HalfEven).map(Ref::upcast);
        };
        let Some(places) = places.downcast::<PyInt>() else {
            bail!(py, TypeError, "optional arg must be an integer");
        };
        let Some(places) = places.as_i64() else {
            bail!(py, OverflowError, "Python int too large to convert to C ssize_t");
        };
        let context = Context::current(py)?;
        let mut cx = context.kernel();
        let quantum = kernel::Decimal::small(false, 1, places.saturating_neg().clamp(-(1 << 62), 1 << 62));
        let result = self.value.quantize(&quantum, &mut cx);
        context.give(py, cx.status, result)
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let text = self.as_object_str(py)?;
        PyTuple::pair(py, self.ty().to_ref(), PyTuple::new(py, &[&text])?.upcast())
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn __sizeof__(&self) -> usize {
        size_of::<Decimal>() + self.value.coef.heap_words() * 8
    }
    #[pymethod]
    #[sig("($self, format_spec, override=None, /)")]
    #[style(parse_tuple)]
    fn __format__(
        &self,
        py: Py<'_>,
        format_spec: &PyObject,
        r#override: Option<&PyObject>,
    ) -> PyResult<Ref<PyStr>> {
        let Some(spec) = format_spec.downcast::<PyStr>() else {
            bail!(py, TypeError, "format arg must be str");
        };
        super::format::format(py, &self.value, spec, r#override, &*Context::current(py)?)
    }
    #[getter]
    fn real(&self) -> Ref<PyObject> {
        self.to_ref()
    }
    #[getter]
    fn imag(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        Decimal::alloc_exact_value(py, kernel::Decimal::zero(false, 0))
    }
}

impl Decimal {
    fn as_object_str(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        self.tp_str(py)
    }
}
