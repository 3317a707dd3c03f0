//! `datetime.timedelta`.

use krait_numeric::digits;
use krait_numeric::hash::TupleHash;
use krait_runtime::prelude::*;

/// `datetime.timedelta`.
#[pyclass(module = "datetime", name = "timedelta", basetype)]
#[repr(C)]
pub struct TimeDelta {
    base: PyObject,
    /// -1 until asked for.
    hash: Cell<isize>,
    #[pymember("days", readonly)]
    pub(super) days: i32,
    #[pymember("seconds", readonly)]
    pub(super) seconds: i32,
    #[pymember("microseconds", readonly)]
    pub(super) micros: i32,
}

const MAX_DAYS: i64 = 999_999_999;
pub(super) const MICROS_PER_SECOND: i64 = 1_000_000;
pub(super) const SECONDS_PER_DAY: i64 = 86_400;
const MICROS_PER_DAY: i128 = MICROS_PER_SECOND as i128 * SECONDS_PER_DAY as i128;

#[cold]
fn too_large(py: Py<'_>) -> Raised {
    raise!(py, OverflowError, "Python int too large to convert to C int")
}

impl TimeDelta {
    /// A duration of a class, from parts that are in order.
    fn alloc_as(py: Py<'_>, cls: &PyType, days: i64, seconds: i64, micros: i64) -> PyResult<Ref<TimeDelta>> {
        if !(-MAX_DAYS..=MAX_DAYS).contains(&days) {
            bail!(py, OverflowError, "days={days}; must have magnitude <= {MAX_DAYS}");
        }
        let new = TimeDelta {
            base: PyObject::HEADER,
            hash: Cell::new(-1),
            days: days as i32,
            seconds: seconds as i32,
            micros: micros as i32,
        };
        alloc_payload(py, cls, new)
    }

    /// A duration from any parts.
    pub(crate) fn new(py: Py<'_>, days: i64, seconds: i64, micros: i64) -> PyResult<Ref<TimeDelta>> {
        let seconds = seconds + micros.div_euclid(MICROS_PER_SECOND);
        TimeDelta::alloc_as(
            py,
            TimeDelta::type_object(),
            days + seconds.div_euclid(SECONDS_PER_DAY),
            seconds.rem_euclid(SECONDS_PER_DAY),
            micros.rem_euclid(MICROS_PER_SECOND),
        )
    }

    /// All of it in microseconds.
    pub(crate) fn total(&self) -> i128 {
        (i128::from(self.days) * i128::from(SECONDS_PER_DAY) + i128::from(self.seconds))
            * i128::from(MICROS_PER_SECOND)
            + i128::from(self.micros)
    }

    fn from_total_as(py: Py<'_>, cls: &PyType, total: Option<i128>) -> PyResult<Ref<TimeDelta>> {
        let Some(total) = total else { return Err(too_large(py)) };
        let Ok(days) = i32::try_from(total.div_euclid(MICROS_PER_DAY)) else { return Err(too_large(py)) };
        let rest = total.rem_euclid(MICROS_PER_DAY) as i64;
        TimeDelta::alloc_as(py, cls, days.into(), rest / MICROS_PER_SECOND, rest % MICROS_PER_SECOND)
    }

    /// From microseconds.
    fn from_total(py: Py<'_>, total: Option<i128>) -> PyResult<Ref<TimeDelta>> {
        TimeDelta::from_total_as(py, TimeDelta::type_object(), total)
    }

    /// Not zero.
    pub(super) fn is_nonzero(&self) -> bool {
        (self.days, self.seconds, self.micros) != (0, 0, 0)
    }

    pub(super) fn parts(&self) -> (i32, i32, i32) {
        (self.days, self.seconds, self.micros)
    }

    pub(super) fn minus(&self, py: Py<'_>, other: &TimeDelta) -> PyResult<Ref<TimeDelta>> {
        TimeDelta::new(
            py,
            i64::from(self.days) - i64::from(other.days),
            i64::from(self.seconds) - i64::from(other.seconds),
            i64::from(self.micros) - i64::from(other.micros),
        )
    }

    pub(super) fn plus(&self, py: Py<'_>, other: &TimeDelta) -> PyResult<Ref<TimeDelta>> {
        TimeDelta::new(
            py,
            i64::from(self.days) + i64::from(other.days),
            i64::from(self.seconds) + i64::from(other.seconds),
            i64::from(self.micros) + i64::from(other.micros),
        )
    }

    fn negated(&self, py: Py<'_>) -> PyResult<Ref<TimeDelta>> {
        TimeDelta::new(py, -i64::from(self.days), -i64::from(self.seconds), -i64::from(self.micros))
    }
}

/// The quotient rounded to nearest, half to even.
fn divide_nearest(a: i128, b: i128) -> i128 {
    let (quotient, rest) = (a.div_euclid(b), a.rem_euclid(b));
    // 0 <= rest < |b|; with a negative divisor the quotient was rounded up.
    let (twice, size) = (rest.unsigned_abs() * 2, b.unsigned_abs());
    let away = if b > 0 { 1 } else { -1 };
    if twice > size || (twice == size && quotient & 1 != 0) { quotient + away } else { quotient }
}

fn int_value(n: &PyInt) -> Option<i128> {
    n.as_compact().map(i128::from).or_else(|| n.as_i128())
}

/// A true quotient of two integers, rounded once.
pub(super) fn true_quotient(py: Py<'_>, a: i128, b: i128) -> PyResult<Ref<PyObject>> {
    const EXACT: i128 = 1 << 53;
    if a.abs() <= EXACT && b.abs() <= EXACT {
        return (a as f64 / b as f64).into_py(py);
    }
    let int = |n: i128| digits::Int::new(n < 0, digits::from_u128(n.unsigned_abs()));
    match digits::divide_to_f64(int(a).as_ref(), int(b).as_ref()) {
        Ok(x) => x.into_py(py),
        Err(_) => Err(raise!(py, OverflowError, "integer division result too large for a float")),
    }
}

/// What a float of another class says its ratio is.
fn told_ratio(py: Py<'_>, x: &PyObject) -> PyResult<(i128, i128)> {
    let told = x.call_method(py, id!(py, "as_integer_ratio"), &[])?;
    let Some(pair) = told.downcast::<PyTuple>() else {
        bail!(
            py,
            TypeError,
            "unexpected return type from as_integer_ratio(): expected tuple, not '{}'",
            told.ty().name()
        )
    };
    let (Some(above), Some(below), 2) = (pair.get(0), pair.get(1), pair.len()) else {
        bail!(py, ValueError, "as_integer_ratio() must return a 2-tuple")
    };
    match (above.downcast::<PyInt>(), below.downcast::<PyInt>()) {
        (Some(above), Some(below)) => match (int_value(above), int_value(below)) {
            (Some(above), Some(below)) => Ok((above, below)),
            _ => Err(too_large(py)),
        },
        _ => bail!(py, TypeError, "non-integer arguments in division"),
    }
}

fn times_ratio(py: Py<'_>, delta: &TimeDelta, (above, below): (i128, i128)) -> PyResult<Ref<TimeDelta>> {
    if below == 0 {
        bail!(py, ZeroDivisionError, "division by zero");
    }
    // The smallest number of all has no opposite.
    let product = delta.total().checked_mul(above).filter(|product| *product != i128::MIN);
    TimeDelta::from_total(py, product.map(|product| divide_nearest(product, below)))
}

/// A finite float as mantissa and power of two.
fn ratio(py: Py<'_>, x: f64) -> PyResult<(i128, i32)> {
    if x.is_nan() {
        bail!(py, ValueError, "cannot convert NaN to integer ratio");
    }
    if x.is_infinite() {
        bail!(py, OverflowError, "cannot convert Infinity to integer ratio");
    }
    let (mantissa, exponent) = krait_runtime::system::libm::frexp(x);
    let (mut whole, mut exponent) = ((mantissa * 9007199254740992.0) as i128, exponent - 53);
    if whole != 0 {
        let zeros = whole.trailing_zeros();
        whole >>= zeros;
        exponent += zeros as i32;
    }
    Ok((whole, exponent))
}

/// `n × 2^shift` when it fits.
fn shifted(n: i128, shift: u32) -> Option<i128> {
    if n == 0 {
        return Some(0);
    }
    if shift >= 127 { None } else { n.checked_mul(1i128 << shift) }
}

fn times_float(py: Py<'_>, delta: &TimeDelta, x: f64) -> PyResult<Ref<TimeDelta>> {
    let (mantissa, exponent) = ratio(py, x)?;
    // At most 67 and 53 bits.
    let product = delta.total() * mantissa;
    let total = if exponent >= 0 {
        shifted(product, exponent as u32)
    } else if exponent <= -126 {
        Some(0)
    } else {
        Some(divide_nearest(product, 1i128 << exponent.unsigned_abs()))
    };
    TimeDelta::from_total(py, total)
}

fn divide_by_float(py: Py<'_>, delta: &TimeDelta, x: f64) -> PyResult<Ref<TimeDelta>> {
    let (mantissa, exponent) = ratio(py, x)?;
    if mantissa == 0 {
        bail!(py, ZeroDivisionError, "division by zero");
    }
    let total = if exponent > 0 {
        match shifted(mantissa, exponent as u32) {
            Some(divisor) => Some(divide_nearest(delta.total(), divisor)),
            None => Some(0),
        }
    } else {
        shifted(delta.total(), exponent.unsigned_abs()).map(|n| divide_nearest(n, mantissa))
    };
    TimeDelta::from_total(py, total)
}

/// Sums components: whole microseconds, and the parts of one that floats leave over.
struct Sum {
    whole: i128,
    rest: f64,
}

impl Sum {
    fn add(&mut self, py: Py<'_>, name: &str, value: &PyObject, factor: i64) -> PyResult<()> {
        if let Some(n) = value.downcast::<PyInt>() {
            let sum = int_value(n)
                .and_then(|n| n.checked_mul(factor.into()))
                .and_then(|n| n.checked_add(self.whole));
            let Some(sum) = sum else { return Err(too_large(py)) };
            self.whole = sum;
            return Ok(());
        }
        let Some(x) = value.downcast::<PyFloat>() else {
            bail!(py, TypeError, "unsupported type for timedelta {name} component: {}", value.ty().name());
        };
        let x = x.value();
        if x.is_nan() {
            bail!(py, ValueError, "cannot convert float NaN to integer");
        }
        if x.is_infinite() {
            bail!(py, OverflowError, "cannot convert float infinity to integer");
        }
        if x.abs() > 1e25 {
            return Err(too_large(py));
        }
        let whole = x.trunc();
        self.whole += whole as i128 * i128::from(factor);
        let fraction = x - whole;
        if fraction != 0.0 {
            let micros = fraction * factor as f64;
            self.whole += micros.trunc() as i128;
            self.rest += micros - micros.trunc();
        }
        Ok(())
    }

    fn finish(mut self) -> i128 {
        if self.rest != 0.0 {
            let mut rounded = self.rest.round();
            if (rounded - self.rest).abs() == 0.5 {
                // Half way: to the even total.
                let odd = f64::from(u8::from(self.whole & 1 != 0));
                rounded = 2.0 * ((self.rest + odd) * 0.5).round() - odd;
            }
            self.whole += rounded as i128;
        }
        self.whole
    }
}

#[pymethods(class = "datetime.timedelta")]
impl TimeDelta {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let given = SIGNATURE.tuple_slots(py, args, kwargs)?;
        construct(py, cls, given)
    }
    #[slot]
    fn tp_vectorcall(cls: &PyType, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let given = SIGNATURE.slots(py, args)?;
        construct(py, cls, given)
    }
    #[pymethod]
    fn total_seconds(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        true_quotient(py, self.total(), MICROS_PER_SECOND.into())
    }
    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let state = PyTuple::from_vec(
            py,
            vec![self.days.into_py(py)?, self.seconds.into_py(py)?, self.micros.into_py(py)?],
        )?;
        PyTuple::pair(py, self.ty().to_ref(), state.upcast())
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let mut parts = Vec::new();
        for (name, value) in [("days", self.days), ("seconds", self.seconds), ("microseconds", self.micros)] {
            if value != 0 {
                parts.push(format!("{name}={value}"));
            }
        }
        let parts = if parts.is_empty() { "0".to_owned() } else { parts.join(", ") };
        PyStr::new(py, &format!("{}({parts})", self.ty().name()))
    }
    #[slot]
    fn tp_str(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let (hours, minutes, seconds) = (self.seconds / 3600, self.seconds / 60 % 60, self.seconds % 60);
        let mut text = String::new();
        if self.days != 0 {
            let plural = if self.days.abs() == 1 { "" } else { "s" };
            text = format!("{} day{plural}, ", self.days);
        }
        text += &format!("{hours}:{minutes:02}:{seconds:02}");
        if self.micros != 0 {
            text += &format!(".{:06}", self.micros);
        }
        PyStr::new(py, &text)
    }
    #[slot]
    fn tp_hash(&self, _py: Py<'_>) -> PyResult<isize> {
        if self.hash.get() == -1 {
            let mut hash = TupleHash::new();
            for part in [self.days, self.seconds, self.micros] {
                hash.add(if part == -1 { -2 } else { part.into() });
            }
            self.hash.set(hash.finish() as isize);
        }
        Ok(self.hash.get())
    }
    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        match other.downcast::<TimeDelta>() {
            Some(other) => op.holds(self.parts().cmp(&other.parts())).into_py(py),
            None => Ok(py.not_implemented()),
        }
    }
    #[slot]
    fn nb_bool(&self, _py: Py<'_>) -> PyResult<bool> {
        Ok(self.is_nonzero())
    }
    #[slot]
    fn nb_negative(&self, py: Py<'_>) -> PyResult<Ref<TimeDelta>> {
        self.negated(py)
    }
    #[slot]
    fn nb_positive(&self, py: Py<'_>) -> PyResult<Ref<TimeDelta>> {
        TimeDelta::new(py, self.days.into(), self.seconds.into(), self.micros.into())
    }
    #[slot]
    fn nb_absolute(&self, py: Py<'_>) -> PyResult<Ref<TimeDelta>> {
        if self.days < 0 { self.negated(py) } else { self.nb_positive(py) }
    }
    #[slot]
    fn nb_add(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        match (a.downcast::<TimeDelta>(), b.downcast::<TimeDelta>()) {
            (Some(a), Some(b)) => a.plus(py, b).map(Ref::upcast),
            _ => Ok(py.not_implemented()),
        }
    }
    #[slot]
    fn nb_subtract(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        match (a.downcast::<TimeDelta>(), b.downcast::<TimeDelta>()) {
            (Some(a), Some(b)) => a.minus(py, b).map(Ref::upcast),
            _ => Ok(py.not_implemented()),
        }
    }
    #[slot]
    fn nb_multiply(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let (delta, other) = match (a.downcast::<TimeDelta>(), b.downcast::<TimeDelta>()) {
            (Some(delta), _) => (delta, b),
            (None, Some(delta)) => (delta, a),
            _ => return Ok(py.not_implemented()),
        };
        if let Some(n) = other.downcast::<PyInt>() {
            let total = match int_value(n) {
                Some(n) => delta.total().checked_mul(n),
                None if delta.is_nonzero() => None,
                None => Some(0),
            };
            return TimeDelta::from_total(py, total).map(Ref::upcast);
        }
        if let Some(x) = other.downcast::<PyFloat>() {
            if x.downcast_exact::<PyFloat>().is_none() {
                return times_ratio(py, delta, told_ratio(py, x)?).map(Ref::upcast);
            }
            return times_float(py, delta, x.value()).map(Ref::upcast);
        }
        Ok(py.not_implemented())
    }
    #[slot]
    fn nb_true_divide(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let Some(delta) = a.downcast::<TimeDelta>() else { return Ok(py.not_implemented()) };
        if let Some(other) = b.downcast::<TimeDelta>() {
            if !other.is_nonzero() {
                bail!(py, ZeroDivisionError, "division by zero");
            }
            return true_quotient(py, delta.total(), other.total());
        }
        if let Some(x) = b.downcast::<PyFloat>() {
            if x.downcast_exact::<PyFloat>().is_none() {
                let (above, below) = told_ratio(py, x)?;
                return times_ratio(py, delta, (below, above)).map(Ref::upcast);
            }
            return divide_by_float(py, delta, x.value()).map(Ref::upcast);
        }
        let Some(n) = b.downcast::<PyInt>() else { return Ok(py.not_implemented()) };
        let total = match int_value(n) {
            Some(0) => bail!(py, ZeroDivisionError, "division by zero"),
            Some(n) if n.unsigned_abs() < 1 << 126 => divide_nearest(delta.total(), n),
            _ => 0,
        };
        TimeDelta::from_total(py, Some(total)).map(Ref::upcast)
    }
    #[slot]
    fn nb_floor_divide(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let Some(delta) = a.downcast::<TimeDelta>() else { return Ok(py.not_implemented()) };
        if let Some(other) = b.downcast::<TimeDelta>() {
            return Ok(floor_divmod(py, delta, other)?.0.upcast());
        }
        let Some(n) = b.downcast::<PyInt>() else { return Ok(py.not_implemented()) };
        let total = match int_value(n) {
            Some(0) => bail!(py, ZeroDivisionError, "division by zero"),
            Some(n) => floor(delta.total(), n).0,
            None if delta.is_nonzero() && (delta.days < 0) != n.is_negative() => -1,
            None => 0,
        };
        TimeDelta::from_total(py, Some(total)).map(Ref::upcast)
    }
    #[slot]
    fn nb_remainder(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        match (a.downcast::<TimeDelta>(), b.downcast::<TimeDelta>()) {
            (Some(a), Some(b)) => Ok(floor_divmod(py, a, b)?.1.upcast()),
            _ => Ok(py.not_implemented()),
        }
    }
    #[slot]
    fn nb_divmod(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        match (a.downcast::<TimeDelta>(), b.downcast::<TimeDelta>()) {
            (Some(a), Some(b)) => {
                let (quotient, rest) = floor_divmod(py, a, b)?;
                PyTuple::pair(py, quotient.upcast(), rest.upcast()).map(Ref::upcast)
            }
            _ => Ok(py.not_implemented()),
        }
    }
}

fn floor(a: i128, b: i128) -> (i128, i128) {
    let (quotient, rest) = (a / b, a % b);
    if rest != 0 && (rest < 0) != (b < 0) { (quotient - 1, rest + b) } else { (quotient, rest) }
}

fn floor_divmod(py: Py<'_>, a: &TimeDelta, b: &TimeDelta) -> PyResult<(Ref<PyInt>, Ref<TimeDelta>)> {
    if !b.is_nonzero() {
        bail!(py, ZeroDivisionError, "division by zero");
    }
    let (quotient, rest) = floor(a.total(), b.total());
    Ok((PyInt::from_i128(py, quotient)?, TimeDelta::from_total(py, Some(rest))?))
}

static SIGNATURE: krait_runtime::args::Signature = krait_runtime::args::Signature {
    function: "__new__",
    names: &["days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"],
    posonly: 0,
    pos: 7,
    required: 0,
    kwonly_required: 0,
    varargs: false,
    varkw: false,
    style: krait_runtime::args::Style::Clinic,
};

fn construct(py: Py<'_>, cls: &PyType, given: [Option<&PyObject>; 7]) -> PyResult<Ref<PyObject>> {
    let [days, seconds, micros, millis, minutes, hours, weeks] = given;
    let mut sum = Sum { whole: 0, rest: 0.0 };
    // In the order of the units: the leftovers of floats add up in it.
    let components = [
        ("microseconds", micros, 1),
        ("milliseconds", millis, 1000),
        ("seconds", seconds, MICROS_PER_SECOND),
        ("minutes", minutes, 60 * MICROS_PER_SECOND),
        ("hours", hours, 3600 * MICROS_PER_SECOND),
        ("days", days, SECONDS_PER_DAY * MICROS_PER_SECOND),
        ("weeks", weeks, 7 * SECONDS_PER_DAY * MICROS_PER_SECOND),
    ];
    for (name, value, factor) in components {
        if let Some(value) = value {
            sum.add(py, name, value, factor)?;
        }
    }
    TimeDelta::from_total_as(py, cls, Some(sum.finish())).map(Ref::upcast)
}
