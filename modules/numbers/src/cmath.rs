//! Module `cmath`. Formulas for finite numbers are Kahan's; what functions give at infinities and NaNs follows C99's Annex G,
//! where each function's table has a row for each kind of real part and a column for each kind of imaginary part.

/// Functions of complex numbers.
#[pymodule(name = "cmath")]
pub mod cmath {
    use core::f64::consts::{FRAC_PI_2, LN_2, LN_10, PI};
    use krait_numeric::complex_ops::{self, Complex};
    use krait_runtime::prelude::*;
    use krait_runtime::system::libm;

    #[pyattr]
    #[allow(non_upper_case_globals)]
    const pi: f64 = PI;
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
    #[pyattr]
    fn infj(py: Py<'_>) -> PyResult<Ref<PyComplex>> {
        PyComplex::new(py, 0.0, f64::INFINITY)
    }
    #[pyattr]
    fn nanj(py: Py<'_>) -> PyResult<Ref<PyComplex>> {
        PyComplex::new(py, 0.0, f64::NAN)
    }

    #[derive(Clone, Copy, PartialEq, Debug)]
    enum Trouble {
        Domain,
        Range,
    }
    type Outcome = Result<Complex, Trouble>;

    const LARGE: f64 = f64::MAX / 4.0;
    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;
    /// ln(f64::MAX / 4)
    fn log_large() -> f64 {
        LARGE.ln()
    }

    fn finite(z: Complex) -> bool {
        z.0.is_finite() && z.1.is_finite()
    }

    /// The row or column of a part: −∞, negative, −0, +0, positive, +∞, NaN.
    fn kind(x: f64) -> usize {
        let negative = x.is_sign_negative();
        if x.is_nan() {
            6
        } else if x.is_infinite() {
            if negative { 0 } else { 5 }
        } else if x == 0.0 {
            if negative { 2 } else { 3 }
        } else if negative {
            1
        } else {
            4
        }
    }

    type Table = [[Complex; 7]; 7];

    fn special(table: &Table, z: Complex) -> Complex {
        table.get(kind(z.0)).and_then(|row| row.get(kind(z.1))).copied().unwrap_or((NAN, NAN))
    }

    const P: f64 = PI;
    const P14: f64 = 0.25 * PI;
    const P12: f64 = 0.5 * PI;
    const P34: f64 = 0.75 * PI;
    const N: f64 = NAN;
    const I: f64 = INF;
    /// Places of a table that finite arguments would use.
    const U: Complex = (-9.542_631_940_771_103e33, -9.542_631_940_771_103e33);
    const NN: Complex = (N, N);

    const ACOS: Table = [
        [(P34, I), (P, I), (P, I), (P, -I), (P, -I), (P34, -I), (N, I)],
        [(P12, I), U, U, U, U, (P12, -I), NN],
        [(P12, I), U, (P12, 0.0), (P12, -0.0), U, (P12, -I), (P12, N)],
        [(P12, I), U, (P12, 0.0), (P12, -0.0), U, (P12, -I), (P12, N)],
        [(P12, I), U, U, U, U, (P12, -I), NN],
        [(P14, I), (0.0, I), (0.0, I), (0.0, -I), (0.0, -I), (P14, -I), (N, I)],
        [(N, I), NN, NN, NN, NN, (N, -I), NN],
    ];
    const ACOSH: Table = [
        [(I, -P34), (I, -P), (I, -P), (I, P), (I, P), (I, P34), (I, N)],
        [(I, -P12), U, U, U, U, (I, P12), NN],
        [(I, -P12), U, (0.0, -P12), (0.0, P12), U, (I, P12), (N, P12)],
        [(I, -P12), U, (0.0, -P12), (0.0, P12), U, (I, P12), (N, P12)],
        [(I, -P12), U, U, U, U, (I, P12), NN],
        [(I, -P14), (I, -0.0), (I, -0.0), (I, 0.0), (I, 0.0), (I, P14), (I, N)],
        [(I, N), NN, NN, NN, NN, (I, N), NN],
    ];
    const ASINH: Table = [
        [(-I, -P14), (-I, -0.0), (-I, -0.0), (-I, 0.0), (-I, 0.0), (-I, P14), (-I, N)],
        [(-I, -P12), U, U, U, U, (-I, P12), NN],
        [(-I, -P12), U, (-0.0, -0.0), (-0.0, 0.0), U, (-I, P12), NN],
        [(I, -P12), U, (0.0, -0.0), (0.0, 0.0), U, (I, P12), NN],
        [(I, -P12), U, U, U, U, (I, P12), NN],
        [(I, -P14), (I, -0.0), (I, -0.0), (I, 0.0), (I, 0.0), (I, P14), (I, N)],
        [(I, N), NN, (N, -0.0), (N, 0.0), NN, (I, N), NN],
    ];
    const ATANH: Table = [
        [(-0.0, -P12), (-0.0, -P12), (-0.0, -P12), (-0.0, P12), (-0.0, P12), (-0.0, P12), (-0.0, N)],
        [(-0.0, -P12), U, U, U, U, (-0.0, P12), NN],
        [(-0.0, -P12), U, (-0.0, -0.0), (-0.0, 0.0), U, (-0.0, P12), (-0.0, N)],
        [(0.0, -P12), U, (0.0, -0.0), (0.0, 0.0), U, (0.0, P12), (0.0, N)],
        [(0.0, -P12), U, U, U, U, (0.0, P12), NN],
        [(0.0, -P12), (0.0, -P12), (0.0, -P12), (0.0, P12), (0.0, P12), (0.0, P12), (0.0, N)],
        [(0.0, -P12), NN, NN, NN, NN, (0.0, P12), NN],
    ];
    const COSH: Table = [
        [(I, N), U, (I, 0.0), (I, -0.0), U, (I, N), (I, N)],
        [NN, U, U, U, U, NN, NN],
        [(N, 0.0), U, (1.0, 0.0), (1.0, -0.0), U, (N, 0.0), (N, 0.0)],
        [(N, 0.0), U, (1.0, -0.0), (1.0, 0.0), U, (N, 0.0), (N, 0.0)],
        [NN, U, U, U, U, NN, NN],
        [(I, N), U, (I, -0.0), (I, 0.0), U, (I, N), (I, N)],
        [NN, NN, (N, 0.0), (N, 0.0), NN, NN, NN],
    ];
    const EXP: Table = [
        [(0.0, 0.0), U, (0.0, -0.0), (0.0, 0.0), U, (0.0, 0.0), (0.0, 0.0)],
        [NN, U, U, U, U, NN, NN],
        [NN, U, (1.0, -0.0), (1.0, 0.0), U, NN, NN],
        [NN, U, (1.0, -0.0), (1.0, 0.0), U, NN, NN],
        [NN, U, U, U, U, NN, NN],
        [(I, N), U, (I, -0.0), (I, 0.0), U, (I, N), (I, N)],
        [NN, NN, (N, -0.0), (N, 0.0), NN, NN, NN],
    ];
    const LOG: Table = [
        [(I, -P34), (I, -P), (I, -P), (I, P), (I, P), (I, P34), (I, N)],
        [(I, -P12), U, U, U, U, (I, P12), NN],
        [(I, -P12), U, (-I, -P), (-I, P), U, (I, P12), NN],
        [(I, -P12), U, (-I, -0.0), (-I, 0.0), U, (I, P12), NN],
        [(I, -P12), U, U, U, U, (I, P12), NN],
        [(I, -P14), (I, -0.0), (I, -0.0), (I, 0.0), (I, 0.0), (I, P14), (I, N)],
        [(I, N), NN, NN, NN, NN, (I, N), NN],
    ];
    const SINH: Table = [
        [(I, N), U, (-I, -0.0), (-I, 0.0), U, (I, N), (I, N)],
        [NN, U, U, U, U, NN, NN],
        [(0.0, N), U, (-0.0, -0.0), (-0.0, 0.0), U, (0.0, N), (0.0, N)],
        [(0.0, N), U, (0.0, -0.0), (0.0, 0.0), U, (0.0, N), (0.0, N)],
        [NN, U, U, U, U, NN, NN],
        [(I, N), U, (I, -0.0), (I, 0.0), U, (I, N), (I, N)],
        [NN, NN, (N, -0.0), (N, 0.0), NN, NN, NN],
    ];
    const SQRT: Table = [
        [(I, -I), (0.0, -I), (0.0, -I), (0.0, I), (0.0, I), (I, I), (N, I)],
        [(I, -I), U, U, U, U, (I, I), NN],
        [(I, -I), U, (0.0, -0.0), (0.0, 0.0), U, (I, I), NN],
        [(I, -I), U, (0.0, -0.0), (0.0, 0.0), U, (I, I), NN],
        [(I, -I), U, U, U, U, (I, I), NN],
        [(I, -I), (I, -0.0), (I, -0.0), (I, 0.0), (I, 0.0), (I, I), (I, N)],
        [(I, -I), NN, NN, NN, NN, (I, I), NN],
    ];
    const TANH: Table = [
        [(-1.0, 0.0), U, (-1.0, -0.0), (-1.0, 0.0), U, (-1.0, 0.0), (-1.0, 0.0)],
        [NN, U, U, U, U, NN, NN],
        [(-0.0, N), U, (-0.0, -0.0), (-0.0, 0.0), U, (-0.0, N), (-0.0, N)],
        [(0.0, N), U, (0.0, -0.0), (0.0, 0.0), U, (0.0, N), (0.0, N)],
        [NN, U, U, U, U, NN, NN],
        [(1.0, 0.0), U, (1.0, -0.0), (1.0, 0.0), U, (1.0, 0.0), (1.0, 0.0)],
        [NN, NN, (N, -0.0), (N, 0.0), NN, NN, NN],
    ];
    const RECT: Table = [
        [(I, N), U, (-I, 0.0), (-I, -0.0), U, (I, N), (I, N)],
        [NN, U, U, U, U, NN, NN],
        [(0.0, 0.0), U, (-0.0, 0.0), (-0.0, -0.0), U, (0.0, 0.0), (0.0, 0.0)],
        [(0.0, 0.0), U, (0.0, -0.0), (0.0, 0.0), U, (0.0, 0.0), (0.0, 0.0)],
        [NN, U, U, U, U, NN, NN],
        [(I, N), U, (I, -0.0), (I, 0.0), U, (I, N), (I, N)],
        [NN, NN, (N, 0.0), (N, 0.0), NN, NN, NN],
    ];

    /// The square root, with the real part not negative.
    fn root(z: Complex) -> Complex {
        if !finite(z) {
            return special(&SQRT, z);
        }
        if z == (0.0, 0.0) {
            return (0.0, z.1);
        }
        let (mut ax, ay) = (z.0.abs(), z.1.abs());
        let s = if ax < f64::MIN_POSITIVE && ay < f64::MIN_POSITIVE && (ax > 0.0 || ay > 0.0) {
            // Too small to halve: scaled by 2^53 first, which doubles it as well.
            ax = libm::ldexp(ax, 53);
            libm::ldexp((ax + libm::hypot(ax, libm::ldexp(ay, 53))).sqrt(), -27)
        } else {
            ax /= 8.0;
            2.0 * (ax + libm::hypot(ax, ay / 8.0)).sqrt()
        };
        let d = ay / (2.0 * s);
        if z.0 >= 0.0 { (s, d.copysign(z.1)) } else { (d, s.copysign(z.1)) }
    }

    /// ln(2·|z|) of a number so large that |z|² overflows.
    fn log_of_large(z: Complex) -> f64 {
        libm::hypot(z.0 / 2.0, z.1 / 2.0).ln() + LN_2 * 2.0
    }

    fn arc_cos(z: Complex) -> Complex {
        if !finite(z) {
            return special(&ACOS, z);
        }
        if z.0.abs() > LARGE || z.1.abs() > LARGE {
            let re = z.1.abs().atan2(z.0);
            let size = log_of_large(z);
            return (re, if z.0 < 0.0 { -size.copysign(z.1) } else { size.copysign(-z.1) });
        }
        let s1 = root((1.0 - z.0, -z.1));
        let s2 = root((1.0 + z.0, z.1));
        (2.0 * s1.0.atan2(s2.0), libm::asinh(s2.0 * s1.1 - s2.1 * s1.0))
    }

    fn arc_cosh(z: Complex) -> Complex {
        if !finite(z) {
            return special(&ACOSH, z);
        }
        if z.0.abs() > LARGE || z.1.abs() > LARGE {
            return (log_of_large(z), z.1.atan2(z.0));
        }
        let s1 = root((z.0 - 1.0, z.1));
        let s2 = root((z.0 + 1.0, z.1));
        (libm::asinh(s1.0 * s2.0 + s1.1 * s2.1), 2.0 * s1.1.atan2(s2.0))
    }

    fn arc_sinh(z: Complex) -> Complex {
        if !finite(z) {
            return special(&ASINH, z);
        }
        if z.0.abs() > LARGE || z.1.abs() > LARGE {
            let size = log_of_large(z);
            let re = if z.1 >= 0.0 { size.copysign(z.0) } else { -size.copysign(-z.0) };
            return (re, z.1.atan2(z.0.abs()));
        }
        let s1 = root((1.0 + z.1, -z.0));
        let s2 = root((1.0 - z.1, z.0));
        (libm::asinh(s1.0 * s2.1 - s2.0 * s1.1), z.1.atan2(s1.0 * s2.0 - s1.1 * s2.1))
    }

    fn arc_tanh(z: Complex) -> Outcome {
        if !finite(z) {
            return Ok(special(&ATANH, z));
        }
        if z.0 < 0.0 || (z.0 == 0.0 && z.0.is_sign_negative()) {
            let r = arc_tanh((-z.0, -z.1))?;
            return Ok((-r.0, -r.1));
        }
        let ay = z.1.abs();
        let root_large = LARGE.sqrt();
        if z.0 > root_large || ay > root_large {
            // The real part is about x / |z|².
            let h = libm::hypot(z.0 / 2.0, z.1 / 2.0);
            return Ok((z.0 / 4.0 / h / h, -FRAC_PI_2.copysign(-z.1)));
        }
        if z.0 == 1.0 && ay < f64::MIN_POSITIVE.sqrt() {
            if ay == 0.0 {
                return Err(Trouble::Domain);
            }
            let re = -(ay.sqrt() / libm::hypot(ay, 2.0).sqrt()).ln();
            return Ok((re, (2.0f64.atan2(-ay) / 2.0).copysign(z.1)));
        }
        let below = 1.0 - z.0;
        Ok((
            (4.0 * z.0 / (below * below + ay * ay)).ln_1p() / 4.0,
            -(-2.0 * z.1).atan2(below * (1.0 + z.0) - ay * ay) / 2.0,
        ))
    }

    fn checked(z: Complex, r: Complex) -> Outcome {
        if (r.0.is_infinite() || r.1.is_infinite()) && finite(z) { Err(Trouble::Range) } else { Ok(r) }
    }

    fn hyp_cos(z: Complex) -> Outcome {
        if !finite(z) {
            let r = if z.0.is_infinite() && z.1.is_finite() && z.1 != 0.0 {
                let (re, im) = (INF.copysign(z.1.cos()), INF.copysign(z.1.sin()));
                (re, if z.0 > 0.0 { im } else { -im })
            } else {
                special(&COSH, z)
            };
            return if z.1.is_infinite() && !z.0.is_nan() { Err(Trouble::Domain) } else { Ok(r) };
        }
        let r = if z.0.abs() > log_large() {
            let x = z.0 - 1.0f64.copysign(z.0);
            (z.1.cos() * x.cosh() * core::f64::consts::E, z.1.sin() * x.sinh() * core::f64::consts::E)
        } else {
            (z.1.cos() * z.0.cosh(), z.1.sin() * z.0.sinh())
        };
        checked(z, r)
    }

    fn hyp_sin(z: Complex) -> Outcome {
        if !finite(z) {
            let r = if z.0.is_infinite() && z.1.is_finite() && z.1 != 0.0 {
                let (re, im) = (INF.copysign(z.1.cos()), INF.copysign(z.1.sin()));
                (if z.0 > 0.0 { re } else { -re }, im)
            } else {
                special(&SINH, z)
            };
            return if z.1.is_infinite() && !z.0.is_nan() { Err(Trouble::Domain) } else { Ok(r) };
        }
        let r = if z.0.abs() > log_large() {
            let x = z.0 - 1.0f64.copysign(z.0);
            (z.1.cos() * x.sinh() * core::f64::consts::E, z.1.sin() * x.cosh() * core::f64::consts::E)
        } else {
            (z.1.cos() * z.0.sinh(), z.1.sin() * z.0.cosh())
        };
        checked(z, r)
    }

    fn hyp_tan(z: Complex) -> Outcome {
        if !finite(z) {
            let r = if z.0.is_infinite() && z.1.is_finite() && z.1 != 0.0 {
                let im = 0.0f64.copysign(2.0 * z.1.sin() * z.1.cos());
                (if z.0 > 0.0 { 1.0 } else { -1.0 }, im)
            } else {
                special(&TANH, z)
            };
            return if z.1.is_infinite() && z.0.is_finite() { Err(Trouble::Domain) } else { Ok(r) };
        }
        if z.0.abs() > log_large() {
            return Ok((1.0f64.copysign(z.0), 4.0 * z.1.sin() * z.1.cos() * (-2.0 * z.0.abs()).exp()));
        }
        let (tx, ty) = (z.0.tanh(), z.1.tan());
        let cx = 1.0 / z.0.cosh();
        let txty = tx * ty;
        let denominator = 1.0 + txty * txty;
        Ok((tx * (1.0 + ty * ty) / denominator, ty / denominator * cx * cx))
    }

    fn exponential(z: Complex) -> Outcome {
        if !finite(z) {
            let r = if z.0.is_infinite() && z.1.is_finite() && z.1 != 0.0 {
                let size = if z.0 > 0.0 { INF } else { 0.0 };
                (size.copysign(z.1.cos()), size.copysign(z.1.sin()))
            } else {
                special(&EXP, z)
            };
            let undefined = z.1.is_infinite() && (z.0.is_finite() || z.0 == INF);
            return if undefined { Err(Trouble::Domain) } else { Ok(r) };
        }
        let r = if z.0 > log_large() {
            let l = (z.0 - 1.0).exp();
            (l * z.1.cos() * core::f64::consts::E, l * z.1.sin() * core::f64::consts::E)
        } else {
            let l = z.0.exp();
            (l * z.1.cos(), l * z.1.sin())
        };
        checked(z, r)
    }

    fn logarithm(z: Complex) -> Outcome {
        if !finite(z) {
            return Ok(special(&LOG, z));
        }
        let (ax, ay) = (z.0.abs(), z.1.abs());
        let re = if ax > LARGE || ay > LARGE {
            libm::hypot(ax / 2.0, ay / 2.0).ln() + LN_2
        } else if ax < f64::MIN_POSITIVE && ay < f64::MIN_POSITIVE {
            if ax > 0.0 || ay > 0.0 {
                // Subnormal: scaled up to keep digits.
                libm::hypot(libm::ldexp(ax, 53), libm::ldexp(ay, 53)).ln() - 53.0 * LN_2
            } else {
                return Err(Trouble::Domain);
            }
        } else {
            let h = libm::hypot(ax, ay);
            if (0.71..=1.73).contains(&h) {
                let (am, an) = if ax > ay { (ax, ay) } else { (ay, ax) };
                ((am - 1.0) * (am + 1.0) + an * an).ln_1p() / 2.0
            } else {
                h.ln()
            }
        };
        Ok((re, z.1.atan2(z.0)))
    }

    fn give(py: Py<'_>, outcome: Outcome) -> PyResult<Ref<PyComplex>> {
        match outcome {
            Ok((re, im)) => PyComplex::new(py, re, im),
            Err(Trouble::Domain) => Err(raise!(py, ValueError, "math domain error")),
            Err(Trouble::Range) => Err(raise!(py, OverflowError, "math range error")),
        }
    }

    /// f(z) from a function g with f(z) = −i·g(i·z).
    fn rotated(z: Complex, g: impl Fn(Complex) -> Outcome) -> Outcome {
        let r = g((-z.1, z.0))?;
        Ok((r.1, -r.0))
    }

    #[pyfunction]
    fn acos(py: Py<'_>, z: &PyObject) -> PyResult<Ref<PyComplex>> {
        give(py, Ok(arc_cos(PyComplex::value_of(py, z)?)))
    }
    #[pyfunction]
    fn acosh(py: Py<'_>, z: &PyObject) -> PyResult<Ref<PyComplex>> {
        give(py, Ok(arc_cosh(PyComplex::value_of(py, z)?)))
    }
    #[pyfunction]
    fn asin(py: Py<'_>, z: &PyObject) -> PyResult<Ref<PyComplex>> {
        give(py, rotated(PyComplex::value_of(py, z)?, |z| Ok(arc_sinh(z))))
    }
    #[pyfunction]
    fn asinh(py: Py<'_>, z: &PyObject) -> PyResult<Ref<PyComplex>> {
        give(py, Ok(arc_sinh(PyComplex::value_of(py, z)?)))
    }
    #[pyfunction]
    fn atan(py: Py<'_>, z: &PyObject) -> PyResult<Ref<PyComplex>> {
        give(py, rotated(PyComplex::value_of(py, z)?, arc_tanh))
    }
    #[pyfunction]
    fn atanh(py: Py<'_>, z: &PyObject) -> PyResult<Ref<PyComplex>> {
        give(py, arc_tanh(PyComplex::value_of(py, z)?))
    }
    #[pyfunction]
    fn cos(py: Py<'_>, z: &PyObject) -> PyResult<Ref<PyComplex>> {
        let z = PyComplex::value_of(py, z)?;
        give(py, hyp_cos((-z.1, z.0)))
    }
    #[pyfunction]
    fn cosh(py: Py<'_>, z: &PyObject) -> PyResult<Ref<PyComplex>> {
        give(py, hyp_cos(PyComplex::value_of(py, z)?))
    }
    #[pyfunction]
    fn exp(py: Py<'_>, z: &PyObject) -> PyResult<Ref<PyComplex>> {
        give(py, exponential(PyComplex::value_of(py, z)?))
    }
    #[pyfunction]
    fn sin(py: Py<'_>, z: &PyObject) -> PyResult<Ref<PyComplex>> {
        give(py, rotated(PyComplex::value_of(py, z)?, hyp_sin))
    }
    #[pyfunction]
    fn sinh(py: Py<'_>, z: &PyObject) -> PyResult<Ref<PyComplex>> {
        give(py, hyp_sin(PyComplex::value_of(py, z)?))
    }
    #[pyfunction]
    fn sqrt(py: Py<'_>, z: &PyObject) -> PyResult<Ref<PyComplex>> {
        give(py, Ok(root(PyComplex::value_of(py, z)?)))
    }
    #[pyfunction]
    fn tan(py: Py<'_>, z: &PyObject) -> PyResult<Ref<PyComplex>> {
        give(py, rotated(PyComplex::value_of(py, z)?, hyp_tan))
    }
    #[pyfunction]
    fn tanh(py: Py<'_>, z: &PyObject) -> PyResult<Ref<PyComplex>> {
        give(py, hyp_tan(PyComplex::value_of(py, z)?))
    }

    #[pyfunction]
    #[sig("(z, base=None, /)")]
    fn log(py: Py<'_>, z: &PyObject, base: Option<&PyObject>) -> PyResult<Ref<PyComplex>> {
        let z = PyComplex::value_of(py, z)?;
        let mut outcome = logarithm(z);
        if let Some(base) = base {
            let base = PyComplex::value_of(py, base)?;
            outcome = match (outcome, logarithm(base)) {
                (Ok(x), Ok(y)) => complex_ops::div(x, y).ok_or(Trouble::Domain),
                (Err(trouble), _) | (_, Err(trouble)) => Err(trouble),
            };
        }
        give(py, outcome)
    }
    #[pyfunction]
    fn log10(py: Py<'_>, z: &PyObject) -> PyResult<Ref<PyComplex>> {
        let outcome = logarithm(PyComplex::value_of(py, z)?);
        give(py, outcome.map(|r| (r.0 / LN_10, r.1 / LN_10)))
    }

    fn modulus(z: Complex) -> Result<f64, Trouble> {
        if !finite(z) {
            return Ok(if z.0.is_infinite() || z.1.is_infinite() { INF } else { NAN });
        }
        let r = libm::hypot(z.0, z.1);
        if r.is_infinite() { Err(Trouble::Range) } else { Ok(r) }
    }
    fn angle(z: Complex) -> f64 {
        z.1.atan2(z.0)
    }
    #[pyfunction]
    fn phase(py: Py<'_>, z: &PyObject) -> PyResult<f64> {
        Ok(angle(PyComplex::value_of(py, z)?))
    }
    #[pyfunction]
    fn polar(py: Py<'_>, z: &PyObject) -> PyResult<Ref<PyTuple>> {
        let z = PyComplex::value_of(py, z)?;
        match modulus(z) {
            Ok(r) => PyTuple::pair(py, r.into_py(py)?, angle(z).into_py(py)?),
            Err(_) => Err(raise!(py, OverflowError, "math range error")),
        }
    }
    #[pyfunction]
    fn rect(py: Py<'_>, r: f64, phi: f64) -> PyResult<Ref<PyComplex>> {
        let outcome = if !r.is_finite() || !phi.is_finite() {
            let z = if r.is_infinite() && phi.is_finite() && phi != 0.0 {
                let (re, im) = (INF.copysign(phi.cos()), INF.copysign(phi.sin()));
                if r > 0.0 { (re, im) } else { (-re, -im) }
            } else {
                special(&RECT, (r, phi))
            };
            if r != 0.0 && !r.is_nan() && phi.is_infinite() { Err(Trouble::Domain) } else { Ok(z) }
        } else if phi == 0.0 {
            // cos(±0) and sin(±0) are exact; the sign of zero stays.
            Ok((r, r * phi))
        } else {
            Ok((r * phi.cos(), r * phi.sin()))
        };
        give(py, outcome)
    }

    #[pyfunction]
    fn isfinite(py: Py<'_>, z: &PyObject) -> PyResult<bool> {
        Ok(finite(PyComplex::value_of(py, z)?))
    }
    #[pyfunction]
    fn isinf(py: Py<'_>, z: &PyObject) -> PyResult<bool> {
        let z = PyComplex::value_of(py, z)?;
        Ok(z.0.is_infinite() || z.1.is_infinite())
    }
    #[pyfunction]
    fn isnan(py: Py<'_>, z: &PyObject) -> PyResult<bool> {
        let z = PyComplex::value_of(py, z)?;
        Ok(z.0.is_nan() || z.1.is_nan())
    }
    #[pyfunction]
    fn isclose(
        py: Py<'_>,
        a: &PyObject,
        b: &PyObject,
        #[default(1e-9)] rel_tol: f64,
        #[default(0.0)] abs_tol: f64,
    ) -> PyResult<bool> {
        let (a, b) = (PyComplex::value_of(py, a)?, PyComplex::value_of(py, b)?);
        if rel_tol < 0.0 || abs_tol < 0.0 {
            bail!(py, ValueError, "tolerances must be non-negative");
        }
        if a == b {
            return Ok(true);
        }
        if [a.0, a.1, b.0, b.1].iter().any(|x| x.is_infinite()) {
            return Ok(false);
        }
        let size = |z: Complex| libm::hypot(z.0, z.1);
        let difference = size((a.0 - b.0, a.1 - b.1));
        Ok(difference <= rel_tol * size(b) || difference <= rel_tol * size(a) || difference <= abs_tol)
    }
}

use krait_macros::pymodule;
