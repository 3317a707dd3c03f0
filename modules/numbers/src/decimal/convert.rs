//! Other objects as decimals, and decimals as other objects.

use krait_interp::import::import_module;
use krait_numeric::decimal::{self as kernel, Kind, status, words};
use krait_numeric::digits;
use krait_runtime::local::InterpreterLocal;
use krait_runtime::prelude::*;

use super::context::Context;
use super::number::Decimal;

/// An exact decimal of an int.
pub(super) fn from_int(n: &PyInt) -> kernel::Decimal {
    match n.as_i64() {
        Some(n) => kernel::Decimal::from_i64(n),
        None => {
            let text = digits::to_decimal(n.digits());
            kernel::Decimal::new(n.is_negative(), words::from_text(text.as_bytes()).resized(), 0)
        }
    }
}

/// A decimal operand: the number itself, or an int's value.
pub(super) enum Operand<'a> {
    Number(&'a Decimal),
    Value(kernel::Decimal),
}

impl Operand<'_> {
    #[inline(always)]
    pub(super) fn get(&self) -> &kernel::Decimal {
        match self {
            Operand::Number(number) => &number.value,
            Operand::Value(value) => value,
        }
    }
}

/// Decimals and ints; nothing else takes part in arithmetic.
#[inline]
pub(super) fn operand(object: &PyObject) -> Option<Operand<'_>> {
    if let Some(number) = object.downcast::<Decimal>() {
        return Some(Operand::Number(number));
    }
    object.downcast::<PyInt>().map(|n| Operand::Value(from_int(n)))
}

/// The same, or an exception.
#[inline]
pub(super) fn required<'a>(py: Py<'_>, object: &'a PyObject) -> PyResult<Operand<'a>> {
    operand(object).ok_or_else(|| unsupported(py, object))
}

#[cold]
pub(super) fn unsupported(py: Py<'_>, object: &PyObject) -> Raised {
    raise!(py, TypeError, "conversion from {} to Decimal is not supported", object.ty().name())
}

/// The ASCII digits and letters of a text; whitespace around and underscores may be allowed.
fn ascii(text: &PyStr, lenient: bool) -> Vec<u8> {
    let points = text.to_code_points();
    let is_space = |c: &u32| krait_unicode::character::is_space(*c);
    let mut points = &points[..];
    if lenient {
        while let [first, rest @ ..] = points
            && is_space(first)
        {
            points = rest;
        }
        while let [rest @ .., last] = points
            && is_space(last)
        {
            points = rest;
        }
    }
    let mut out = Vec::with_capacity(points.len());
    for &c in points {
        if lenient && c == u32::from(b'_') {
            continue;
        }
        match u8::try_from(c) {
            Ok(c) if c > 0 && c < 128 => out.push(c),
            _ => match krait_unicode::character::decimal_value(c) {
                Some(digit) => out.push(b'0' + digit),
                // No number has such a character.
                None => return b"?".to_vec(),
            },
        }
    }
    out
}

/// The exact value of a text.
pub(super) fn from_text_exact(text: &PyStr, cx: &mut kernel::Context) -> kernel::Decimal {
    match kernel::Decimal::parse(&ascii(text, true)) {
        Some(x) => exact(x, cx),
        None => kernel::Decimal::invalid(cx, status::CONVERSION_SYNTAX),
    }
}

/// A value that fits every context, or an invalid operation.
pub(super) fn exact(x: kernel::Decimal, cx: &mut kernel::Context) -> kernel::Decimal {
    let mut wide = kernel::Context::max();
    let x = x.finish(&mut wide);
    if wide.status & (status::INEXACT | status::ROUNDED | status::CLAMPED | status::INVALID) != 0 {
        return kernel::Decimal::invalid(cx, status::INVALID_OPERATION);
    }
    x
}

/// A text as numbers' tuples spell it: sign, digits, exponent.
fn tuple_text(py: Py<'_>, value: &PyObject) -> PyResult<String> {
    let parts = match value.downcast::<PyTuple>() {
        Some(tuple) => tuple.as_slice().to_vec(),
        None => value.collect(py)?,
    };
    let [sign, coefficient, exponent] = &parts[..] else {
        bail!(py, ValueError, "argument must be a sequence of length 3");
    };
    let sign = match sign.downcast::<PyInt>().and_then(PyInt::as_i64) {
        Some(0) => "",
        Some(1) => "-",
        _ => bail!(py, ValueError, "sign must be an integer with the value 0 or 1"),
    };
    let mut special = None;
    let mut exp = 0;
    if let Some(text) = exponent.downcast::<PyStr>() {
        special = Some(if text.eq_str("F") {
            "Inf"
        } else if text.eq_str("n") {
            "NaN"
        } else if text.eq_str("N") {
            "sNaN"
        } else {
            bail!(py, ValueError, "string argument in the third position must be 'F', 'n' or 'N'");
        });
    } else {
        let Some(n) = exponent.downcast::<PyInt>() else {
            bail!(py, ValueError, "exponent must be an integer");
        };
        let Some(n) = n.as_i64() else {
            bail!(py, OverflowError, "Python int too large to convert to C ssize_t");
        };
        exp = n;
    }
    let digits = match (coefficient.downcast::<PyTuple>(), coefficient.downcast::<PyList>()) {
        (Some(tuple), _) => tuple.as_slice().to_vec(),
        (_, Some(list)) => list.to_vec(),
        _ => bail!(py, ValueError, "coefficient must be a tuple of digits"),
    };
    let mut text = String::from(sign);
    if special == Some("Inf") {
        return Ok(text + "Inf");
    }
    text.push_str(special.unwrap_or_default());
    if digits.is_empty() && special.is_none() {
        text.push('0');
    }
    for digit in &digits {
        match digit.downcast::<PyInt>().and_then(PyInt::as_i64) {
            Some(d @ 0..=9) => text.push(char::from(b'0' + d as u8)),
            _ => bail!(py, ValueError, "coefficient must be a tuple of digits"),
        }
    }
    if special.is_none() {
        text += &format!("E{exp}");
    }
    Ok(text)
}

/// Any value that the constructor takes, exactly.
pub(super) fn from_any_exact(py: Py<'_>, value: &PyObject, context: &Context) -> PyResult<kernel::Decimal> {
    let mut cx = context.kernel();
    let x = if let Some(number) = value.downcast::<Decimal>() {
        number.value.clone()
    } else if let Some(text) = value.downcast::<PyStr>() {
        from_text_exact(text, &mut cx)
    } else if let Some(n) = value.downcast::<PyInt>() {
        from_int(n)
    } else if value.downcast::<PyTuple>().is_some() || value.downcast::<PyList>().is_some() {
        match kernel::Decimal::parse(tuple_text(py, value)?.as_bytes()) {
            Some(x) => exact(x, &mut cx),
            None => kernel::Decimal::invalid(&mut cx, status::CONVERSION_SYNTAX),
        }
    } else if let Some(x) = value.downcast::<PyFloat>() {
        context.note(py, status::FLOAT_OPERATION)?;
        kernel::Decimal::from_f64(x.value())
    } else {
        return Err(unsupported(py, value));
    };
    context.note(py, cx.status)?;
    Ok(x)
}

/// Any value, rounded to the context (`Context.create_decimal`).
pub(super) fn from_any_rounded(py: Py<'_>, value: &PyObject, context: &Context) -> PyResult<kernel::Decimal> {
    let mut cx = context.kernel();
    let x = if let Some(number) = value.downcast::<Decimal>() {
        let x = number.value.clone();
        if x.is_nan() && x.digits() > cx.prec - i64::from(cx.clamp) {
            kernel::Decimal::invalid(&mut cx, status::CONVERSION_SYNTAX)
        } else {
            x.finish(&mut cx)
        }
    } else if let Some(text) = value.downcast::<PyStr>() {
        kernel::Decimal::read(&ascii(text, false), &mut cx)
    } else if let Some(n) = value.downcast::<PyInt>() {
        from_int(n).finish(&mut cx)
    } else if value.downcast::<PyTuple>().is_some() || value.downcast::<PyList>().is_some() {
        kernel::Decimal::read(tuple_text(py, value)?.as_bytes(), &mut cx)
    } else if let Some(x) = value.downcast::<PyFloat>() {
        context.note(py, status::FLOAT_OPERATION)?;
        kernel::Decimal::from_f64(x.value()).finish(&mut cx)
    } else {
        return Err(unsupported(py, value));
    };
    context.note(py, cx.status)?;
    Ok(x)
}

/// The value of a float or int, exactly.
pub(super) fn from_float_or_int(py: Py<'_>, value: &PyObject) -> PyResult<kernel::Decimal> {
    if let Some(n) = value.downcast::<PyInt>() {
        return Ok(from_int(n));
    }
    match value.downcast::<PyFloat>() {
        Some(x) => Ok(kernel::Decimal::from_f64(x.value())),
        None => Err(raise!(py, TypeError, "argument must be int or float")),
    }
}

/// An int of an integral part.
pub(super) fn to_int(py: Py<'_>, x: &kernel::Decimal, rounding: kernel::Rounding) -> PyResult<Ref<PyInt>> {
    match x.kind {
        Kind::Infinite => bail!(py, OverflowError, "cannot convert Infinity to integer"),
        Kind::Quiet | Kind::Signalling => bail!(py, ValueError, "cannot convert NaN to integer"),
        Kind::Finite => {}
    }
    let mut cx = kernel::Context::max();
    cx.rounding = rounding;
    let whole = x.to_integral(false, &mut cx);
    if let [word] = *whole.coef.as_slice()
        && whole.exp == 0
        && let Ok(n) = i64::try_from(word)
    {
        return PyInt::new(py, if whole.negative { -n } else { n });
    }
    let coef = words::shift_left(whole.coef.as_slice(), whole.exp);
    if words::take_failure() {
        return Err(py.no_memory());
    }
    let text = words::to_text(coef.as_slice());
    PyInt::from_digits(py, whole.negative, &digits::from_radix(text.as_bytes(), 10))
}

/// `collections.namedtuple` of a number's parts.
static TUPLE: InterpreterLocal = InterpreterLocal::new(|py| {
    let make = import_module(py, "collections")?.get_attr(py, id!(py, "namedtuple"))?;
    let class =
        make.call(py, &[&*PyStr::new(py, "DecimalTuple")?, &*PyStr::new(py, "sign digits exponent")?])?;
    class.set_attr(py, id!(py, "__module__"), &*PyStr::new(py, "decimal")?)?;
    Ok(class)
});

/// `DecimalTuple`.
pub(super) fn tuple_class(py: Py<'_>) -> PyResult<Ref<PyObject>> {
    TUPLE.get(py)
}

/// `as_tuple()`.
pub(super) fn to_tuple(py: Py<'_>, x: &kernel::Decimal) -> PyResult<Ref<PyObject>> {
    let exponent = match x.kind {
        Kind::Finite => x.exp.into_py(py)?,
        Kind::Infinite => "F".into_py(py)?,
        Kind::Quiet => "n".into_py(py)?,
        Kind::Signalling => "N".into_py(py)?,
    };
    let mut digits = Vec::new();
    if !x.is_nan() || !x.coef.is_zero() {
        for c in words::to_text(x.coef.as_slice()).bytes() {
            digits.push(PyInt::new(py, i64::from(c - b'0'))?.upcast());
        }
    }
    let digits = PyTuple::from_vec(py, digits)?;
    tuple_class(py)?.call(py, &[&*PyInt::new(py, x.negative.into())?, &digits, &exponent])
}
