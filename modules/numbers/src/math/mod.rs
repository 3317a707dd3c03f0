//! Module `math`. Functions of floats stand here; `integers.rs` has those of integers, `sums.rs` sums, products, distances.

mod integers;
mod sums;

/// Mathematical functions.
#[pymodule(name = "math", parts = [super::integers::integers, super::sums::sums])]
pub mod math {
    use krait_numeric::float_ops::gamma::{self, GammaError};
    use krait_numeric::float_ops::step;
    use krait_runtime::objects::exceptions::types;
    use krait_runtime::objects::float::float_to_int;
    use krait_runtime::prelude::*;
    use krait_runtime::system::libm;

    #[pyattr]
    #[allow(non_upper_case_globals)]
    const pi: f64 = core::f64::consts::PI;
    #[pyattr]
    #[allow(non_upper_case_globals)]
    const e: f64 = core::f64::consts::E;
    #[pyattr]
    #[allow(non_upper_case_globals)]
    const tau: f64 = core::f64::consts::TAU;
    #[pyattr]
    #[allow(non_upper_case_globals)]
    const inf: f64 = f64::INFINITY;
    #[pyattr]
    #[allow(non_upper_case_globals)]
    const nan: f64 = f64::NAN;

    #[cold]
    fn domain(py: Py<'_>) -> Raised {
        raise!(py, ValueError, "math domain error")
    }
    #[cold]
    fn range(py: Py<'_>) -> Raised {
        raise!(py, OverflowError, "math range error")
    }
    /// A domain error that shows the argument: "expected a finite input, got inf".
    #[cold]
    fn expected(py: Py<'_>, what: &str, x: f64) -> Raised {
        raise!(py, ValueError, "expected {what}, got {}", krait_numeric::float_text::repr(x))
    }

    /// For functions that have no value outside their domain and cannot overflow.
    #[inline(always)]
    fn within(py: Py<'_>, x: f64, r: f64, what: &str) -> PyResult<f64> {
        if (r.is_nan() && !x.is_nan()) || (r.is_infinite() && x.is_finite()) {
            return Err(expected(py, what, x));
        }
        Ok(r)
    }
    /// For functions whose only trouble is overflow.
    #[inline(always)]
    fn bounded(py: Py<'_>, x: f64, r: f64) -> PyResult<f64> {
        if r.is_infinite() && x.is_finite() { Err(range(py)) } else { Ok(r) }
    }

    #[pyfunction]
    fn acos(py: Py<'_>, x: f64) -> PyResult<f64> {
        within(py, x, x.acos(), "a number in range from -1 up to 1")
    }
    #[pyfunction]
    fn acosh(py: Py<'_>, x: f64) -> PyResult<f64> {
        within(py, x, libm::acosh(x), "argument value not less than 1")
    }
    #[pyfunction]
    fn asin(py: Py<'_>, x: f64) -> PyResult<f64> {
        within(py, x, x.asin(), "a number in range from -1 up to 1")
    }
    #[pyfunction]
    fn asinh(x: f64) -> f64 {
        libm::asinh(x)
    }
    #[pyfunction]
    fn atan(x: f64) -> f64 {
        x.atan()
    }
    #[pyfunction]
    fn atan2(y: f64, x: f64) -> f64 {
        y.atan2(x)
    }
    #[pyfunction]
    fn atanh(py: Py<'_>, x: f64) -> PyResult<f64> {
        within(py, x, libm::atanh(x), "a number between -1 and 1")
    }
    #[pyfunction]
    fn cbrt(x: f64) -> f64 {
        x.cbrt()
    }
    #[pyfunction]
    fn copysign(x: f64, y: f64) -> f64 {
        x.copysign(y)
    }
    #[pyfunction]
    fn cos(py: Py<'_>, x: f64) -> PyResult<f64> {
        within(py, x, x.cos(), "a finite input")
    }
    #[pyfunction]
    fn cosh(py: Py<'_>, x: f64) -> PyResult<f64> {
        bounded(py, x, x.cosh())
    }
    #[pyfunction]
    fn degrees(x: f64) -> f64 {
        x * (180.0 / core::f64::consts::PI)
    }
    #[pyfunction]
    fn erf(x: f64) -> f64 {
        libm::erf(x)
    }
    #[pyfunction]
    fn erfc(x: f64) -> f64 {
        libm::erfc(x)
    }
    #[pyfunction]
    fn exp(py: Py<'_>, x: f64) -> PyResult<f64> {
        bounded(py, x, x.exp())
    }
    #[pyfunction]
    fn exp2(py: Py<'_>, x: f64) -> PyResult<f64> {
        bounded(py, x, x.exp2())
    }
    #[pyfunction]
    fn expm1(py: Py<'_>, x: f64) -> PyResult<f64> {
        bounded(py, x, x.exp_m1())
    }
    #[pyfunction]
    fn fabs(x: f64) -> f64 {
        x.abs()
    }
    #[pyfunction]
    fn fma(py: Py<'_>, x: f64, y: f64, z: f64) -> PyResult<f64> {
        let r = x.mul_add(y, z);
        if r.is_finite() {
            return Ok(r);
        }
        if r.is_nan() {
            if !x.is_nan() && !y.is_nan() && !z.is_nan() {
                bail!(py, ValueError, "invalid operation in fma");
            }
        } else if x.is_finite() && y.is_finite() && z.is_finite() {
            bail!(py, OverflowError, "overflow in fma");
        }
        Ok(r)
    }
    #[pyfunction]
    fn fmod(py: Py<'_>, x: f64, y: f64) -> PyResult<f64> {
        if y.is_infinite() && x.is_finite() {
            return Ok(x);
        }
        let r = x % y;
        if r.is_nan() && !x.is_nan() && !y.is_nan() { Err(domain(py)) } else { Ok(r) }
    }
    #[pyfunction]
    fn frexp(py: Py<'_>, x: f64) -> PyResult<Ref<PyTuple>> {
        let (mantissa, exponent) = libm::frexp(x);
        PyTuple::pair(py, mantissa.into_py(py)?, exponent.into_py(py)?)
    }
    fn gamma_result(py: Py<'_>, x: f64, result: Result<f64, GammaError>) -> PyResult<f64> {
        result.map_err(|error| match error {
            GammaError::Domain => expected(py, "a noninteger or positive integer", x),
            GammaError::Overflow => range(py),
        })
    }
    #[pyfunction(name = "gamma")]
    fn gamma_function(py: Py<'_>, x: f64) -> PyResult<f64> {
        gamma_result(py, x, gamma::gamma(x))
    }
    #[pyfunction]
    fn lgamma(py: Py<'_>, x: f64) -> PyResult<f64> {
        gamma_result(py, x, gamma::ln_gamma(x))
    }
    #[pyfunction]
    fn isclose(
        py: Py<'_>,
        a: f64,
        b: f64,
        #[default(1e-9)] rel_tol: f64,
        #[default(0.0)] abs_tol: f64,
    ) -> PyResult<bool> {
        if rel_tol < 0.0 || abs_tol < 0.0 {
            bail!(py, ValueError, "tolerances must be non-negative");
        }
        if a == b {
            return Ok(true);
        }
        if a.is_infinite() || b.is_infinite() {
            return Ok(false);
        }
        let difference = (b - a).abs();
        Ok(difference <= (rel_tol * b).abs() || difference <= (rel_tol * a).abs() || difference <= abs_tol)
    }
    #[pyfunction]
    fn isfinite(x: f64) -> bool {
        x.is_finite()
    }
    #[pyfunction]
    fn isinf(x: f64) -> bool {
        x.is_infinite()
    }
    #[pyfunction]
    fn isnan(x: f64) -> bool {
        x.is_nan()
    }
    #[pyfunction]
    fn ldexp(py: Py<'_>, x: f64, i: &PyObject) -> PyResult<f64> {
        let Some(i) = i.downcast::<PyInt>() else {
            bail!(py, TypeError, "Expected an int as second argument to ldexp.");
        };
        if x == 0.0 || !x.is_finite() {
            return Ok(x);
        }
        // Past these bounds every float overflows or vanishes.
        let n = i.as_i64().unwrap_or(if i.is_negative() { i64::MIN } else { i64::MAX });
        if n > i64::from(i32::MAX) {
            return Err(range(py));
        }
        if n < i64::from(i32::MIN) {
            return Ok(0.0f64.copysign(x));
        }
        let r = libm::ldexp(x, n as i32);
        if r.is_infinite() { Err(range(py)) } else { Ok(r) }
    }

    /// A logarithm of anything: ints of any size have one.
    fn any_log(py: Py<'_>, x: &PyObject, log: fn(f64) -> f64) -> PyResult<f64> {
        if let Some(n) = x.downcast::<PyInt>() {
            if n.is_negative() || n.is_zero() {
                bail!(py, ValueError, "expected a positive input");
            }
            return Ok(match krait_numeric::digits::to_f64(n.digits()) {
                Some(value) => log(value),
                None => {
                    let (mantissa, exponent) = krait_numeric::digits::mantissa(n.digits());
                    log(mantissa) + log(2.0) * exponent as f64
                }
            });
        }
        let x = PyFloat::value_of(py, x)?;
        within(py, x, if x > 0.0 || x.is_nan() { log(x) } else { f64::NAN }, "a positive input")
    }
    #[pyfunction]
    #[raw(fastcall)]
    fn log(py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        match args.positional() {
            [x] => any_log(py, x, f64::ln)?.into_py(py),
            [x, base] => {
                let numerator = any_log(py, x, f64::ln)?;
                let denominator = any_log(py, base, f64::ln)?;
                if denominator == 0.0 {
                    bail!(py, ZeroDivisionError, "division by zero");
                }
                (numerator / denominator).into_py(py)
            }
            other => {
                check_positional(py, "log", other.len() as isize, 1, 2)?;
                Ok(py.none())
            }
        }
    }
    #[pyfunction]
    fn log10(py: Py<'_>, x: &PyObject) -> PyResult<f64> {
        any_log(py, x, f64::log10)
    }
    #[pyfunction]
    fn log2(py: Py<'_>, x: &PyObject) -> PyResult<f64> {
        any_log(py, x, f64::log2)
    }
    #[pyfunction]
    fn log1p(py: Py<'_>, x: f64) -> PyResult<f64> {
        // Some C libraries lose the sign of zero.
        within(py, x, if x == 0.0 { x } else { x.ln_1p() }, "argument value > -1")
    }
    #[pyfunction]
    fn modf(py: Py<'_>, x: f64) -> PyResult<Ref<PyTuple>> {
        let (fraction, whole) = step::split(x);
        PyTuple::pair(py, fraction.into_py(py)?, whole.into_py(py)?)
    }
    #[pyfunction]
    fn nextafter(
        py: Py<'_>,
        x: f64,
        y: f64,
        #[default(NoneOr(None))] steps: NoneOr<&PyObject>,
    ) -> PyResult<f64> {
        let steps = match steps.0 {
            None => {
                let next = step::next_after(x, y, 1);
                // As the C library has it: zero is reached with the sign of where one comes from.
                return Ok(if next == 0.0 && x != 0.0 { next.copysign(x) } else { next });
            }
            Some(steps) => {
                let steps = steps.index(py)?;
                if steps.is_negative() {
                    bail!(py, ValueError, "steps must be a non-negative integer");
                }
                steps.as_u64().unwrap_or(u64::MAX)
            }
        };
        Ok(step::next_after(x, y, steps))
    }
    #[pyfunction]
    fn pow(py: Py<'_>, x: f64, y: f64) -> PyResult<f64> {
        let r = x.powf(y);
        if r.is_finite() || !x.is_finite() || !y.is_finite() {
            return Ok(r);
        }
        // Finite operands without a finite result: no real value, a pole, or too large.
        if r.is_nan() || x == 0.0 { Err(domain(py)) } else { Err(range(py)) }
    }
    #[pyfunction]
    fn radians(x: f64) -> f64 {
        x * (core::f64::consts::PI / 180.0)
    }
    #[pyfunction]
    fn remainder(py: Py<'_>, x: f64, y: f64) -> PyResult<f64> {
        step::remainder(x, y).ok_or_else(|| domain(py))
    }
    #[pyfunction]
    fn sin(py: Py<'_>, x: f64) -> PyResult<f64> {
        within(py, x, x.sin(), "a finite input")
    }
    #[pyfunction]
    fn sinh(py: Py<'_>, x: f64) -> PyResult<f64> {
        bounded(py, x, x.sinh())
    }
    #[pyfunction]
    fn sqrt(py: Py<'_>, x: f64) -> PyResult<f64> {
        within(py, x, x.sqrt(), "a nonnegative input")
    }
    #[pyfunction]
    fn tan(py: Py<'_>, x: f64) -> PyResult<f64> {
        within(py, x, x.tan(), "a finite input")
    }
    #[pyfunction]
    fn tanh(x: f64) -> f64 {
        x.tanh()
    }
    #[pyfunction]
    fn ulp(x: f64) -> f64 {
        step::ulp(x)
    }

    #[pyfunction]
    fn ceil(py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
        if !PyFloat::check_exact(x)
            && let Some(method) = x.lookup_special(py, id!(py, "__ceil__"))?
        {
            return method.call(py, &[]);
        }
        float_to_int(py, PyFloat::value_of(py, x)?.ceil()).map(Ref::upcast)
    }
    #[pyfunction]
    fn floor(py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
        if !PyFloat::check_exact(x)
            && let Some(method) = x.lookup_special(py, id!(py, "__floor__"))?
        {
            return method.call(py, &[]);
        }
        float_to_int(py, PyFloat::value_of(py, x)?.floor()).map(Ref::upcast)
    }
    #[pyfunction]
    fn trunc(py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
        if let Some(x) = x.downcast_exact::<PyFloat>() {
            return float_to_int(py, x.value()).map(Ref::upcast);
        }
        match x.lookup_special(py, id!(py, "__trunc__"))? {
            Some(method) => method.call(py, &[]),
            None => Err(py.raise(
                types::TypeError(),
                format_args!("type {} doesn't define __trunc__ method", x.ty().name()),
            )),
        }
    }
}

use krait_macros::pymodule;
