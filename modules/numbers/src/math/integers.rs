//! `math`'s functions of integers.

use krait_macros::pymodule_part;

#[pymodule_part(name = "math")]
pub mod integers {
    use krait_numeric::digits;
    use krait_runtime::prelude::*;

    fn magnitude(py: Py<'_>, digits: &[u32]) -> PyResult<Ref<PyInt>> {
        PyInt::from_digits(py, false, digits)
    }

    /// The product of the integers `first`, `first + 1`, … , `count` of them, as a balanced tree: factors of like size.
    fn rising_product(first: u64, count: u64) -> Vec<u32> {
        match count {
            0 => digits::from_u64(1),
            1 => digits::from_u64(first),
            2..=8 => {
                let mut product = digits::from_u64(first);
                for n in 1..count {
                    let factor = first + n;
                    product = match u32::try_from(factor) {
                        Ok(n) if n < 1 << 30 => digits::mul_small(&product, n),
                        _ => digits::mul(&product, &digits::from_u64(factor)),
                    };
                }
                product
            }
            _ => {
                let half = count / 2;
                digits::mul(&rising_product(first, half), &rising_product(first + half, count - half))
            }
        }
    }

    /// The product of `n`, `n − 1`, … down, `count` of them, from `skip` on, for an `n` of any size.
    fn falling_product(n: &[u32], skip: u64, count: u64) -> Vec<u32> {
        match count {
            0 => digits::from_u64(1),
            1 => digits::sub(n, &digits::from_u64(skip)).1,
            _ => {
                let half = count / 2;
                digits::mul(&falling_product(n, skip, half), &falling_product(n, skip + half, count - half))
            }
        }
    }

    fn factorial_digits(n: u64) -> Vec<u32> {
        rising_product(1, n)
    }

    #[pyfunction]
    fn factorial(py: Py<'_>, n: &PyObject) -> PyResult<Ref<PyInt>> {
        let n = n.index(py)?;
        if n.is_negative() {
            bail!(py, ValueError, "factorial() not defined for negative values");
        }
        match n.as_i64() {
            Some(n) if n <= 20 => PyInt::new(py, (2..=n).product()),
            Some(n) => magnitude(py, &factorial_digits(n as u64)),
            None => bail!(py, OverflowError, "factorial() argument should not exceed {}", i64::MAX),
        }
    }

    fn non_negative(py: Py<'_>, name: &str, value: &PyObject) -> PyResult<Ref<PyInt>> {
        let n = value.index(py)?;
        if n.is_negative() {
            bail!(py, ValueError, "{name} must be a non-negative integer");
        }
        Ok(n)
    }

    /// `n! / (n − k)!`
    fn permutations(n: &PyInt, k: u64) -> Vec<u32> {
        match n.as_u64() {
            Some(n) if k == 0 || n < k => digits::from_u64(u64::from(k == 0)),
            Some(n) => rising_product(n - k + 1, k),
            None => falling_product(n.digits(), 0, k),
        }
    }

    #[pyfunction]
    fn perm(py: Py<'_>, n: &PyObject, #[default(NoneOr(None))] k: NoneOr<&PyObject>) -> PyResult<Ref<PyInt>> {
        let Some(k) = k.0 else { return factorial(py, n) };
        let n = n.index(py)?;
        let k = k.index(py)?;
        if n.is_negative() {
            bail!(py, ValueError, "n must be a non-negative integer");
        }
        if k.is_negative() {
            bail!(py, ValueError, "k must be a non-negative integer");
        }
        if n.compare(&k).is_lt() {
            return PyInt::new(py, 0);
        }
        let Some(k) = k.as_i64() else {
            bail!(py, OverflowError, "k must not exceed {}", i64::MAX);
        };
        magnitude(py, &permutations(&n, k as u64))
    }

    #[pyfunction]
    fn comb(py: Py<'_>, n: &PyObject, k: &PyObject) -> PyResult<Ref<PyInt>> {
        let n = n.index(py)?;
        let k = k.index(py)?;
        let n = non_negative(py, "n", &n)?;
        let k = non_negative(py, "k", &k)?;
        let (negative, rest) = digits::sub(n.digits(), k.digits());
        if negative {
            return PyInt::new(py, 0);
        }
        let least = if digits::cmp(&rest, k.digits()).is_lt() { &rest[..] } else { k.digits() };
        let Some(least) = digits::to_u64(least).filter(|&k| k <= i64::MAX as u64) else {
            bail!(py, OverflowError, "min(n - k, k) must not exceed {}", i64::MAX);
        };
        if let Some(n) = n.as_u64()
            && let Some(result) = small_comb(n, least)
        {
            return PyInt::from_u64(py, result);
        }
        magnitude(py, &big_comb(&n, least))
    }

    /// C(n, k) when every step stays in a machine word.
    fn small_comb(n: u64, k: u64) -> Option<u64> {
        if k > 64 {
            return None;
        }
        (0..k).try_fold(1u64, |result, i| result.checked_mul(n - i).map(|product| product / (i + 1)))
    }

    fn big_comb(n: &PyInt, k: u64) -> Vec<u32> {
        let numerator = permutations(n, k);
        digits::divrem(&numerator, &factorial_digits(k)).map_or_else(Vec::new, |(quotient, _)| quotient)
    }

    #[pyfunction]
    fn isqrt(py: Py<'_>, n: &PyObject) -> PyResult<Ref<PyInt>> {
        let n = n.index(py)?;
        if n.is_negative() {
            bail!(py, ValueError, "isqrt() argument must be nonnegative");
        }
        match n.as_u64() {
            Some(n) => PyInt::from_u64(py, n.isqrt()),
            None => magnitude(py, &digits::isqrt(n.digits())),
        }
    }

    fn word_gcd(mut a: u64, mut b: u64) -> u64 {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    }

    #[pyfunction]
    #[sig("($module, /, *integers)")]
    fn gcd(py: Py<'_>, integers: &[&PyObject]) -> PyResult<Ref<PyInt>> {
        let Some((first, rest)) = integers.split_first() else { return PyInt::new(py, 0) };
        let mut result = first.index(py)?;
        if rest.is_empty() {
            return magnitude(py, result.digits());
        }
        for x in rest {
            let x = x.index(py)?;
            result = match (result.as_i64(), x.as_i64()) {
                (Some(a), Some(b)) => PyInt::from_u64(py, word_gcd(a.unsigned_abs(), b.unsigned_abs()))?,
                _ => magnitude(py, &digits::gcd(result.digits(), x.digits()))?,
            };
        }
        Ok(result)
    }

    #[pyfunction]
    #[sig("($module, /, *integers)")]
    fn lcm(py: Py<'_>, integers: &[&PyObject]) -> PyResult<Ref<PyInt>> {
        let Some((first, rest)) = integers.split_first() else { return PyInt::new(py, 1) };
        let mut result = first.index(py)?;
        if rest.is_empty() {
            return magnitude(py, result.digits());
        }
        for x in rest {
            let x = x.index(py)?;
            result = if result.is_zero() || x.is_zero() {
                PyInt::new(py, 0)?
            } else {
                magnitude(py, &digits::lcm(result.digits(), x.digits()))?
            };
        }
        Ok(result)
    }
}
