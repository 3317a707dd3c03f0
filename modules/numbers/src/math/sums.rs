//! `math`'s sums, products and distances.

use krait_macros::pymodule_part;

#[pymodule_part(name = "math")]
pub mod sums {
    use krait_numeric::float_ops::sums::{DotProduct, ExactSum, SumError, norm};
    use krait_runtime::prelude::*;

    fn sum_error(py: Py<'_>, error: SumError) -> Raised {
        match error {
            SumError::Overflow => raise!(py, OverflowError, "intermediate overflow in fsum"),
            SumError::OppositeInfinities => raise!(py, ValueError, "-inf + inf in fsum"),
        }
    }

    #[pyfunction]
    fn fsum(py: Py<'_>, seq: &PyObject) -> PyResult<f64> {
        let iterator = seq.iter(py)?;
        let mut sum = ExactSum::new();
        while let Some(item) = iterator.next(py)? {
            sum.add(PyFloat::value_of(py, &item)?).map_err(|error| sum_error(py, error))?;
        }
        sum.finish().map_err(|error| sum_error(py, error))
    }

    #[pyfunction]
    #[sig("($module, /, *coordinates)")]
    fn hypot(py: Py<'_>, coordinates: &[&PyObject]) -> PyResult<f64> {
        if let [x, y] = coordinates {
            return Ok(norm(&mut [PyFloat::value_of(py, x)?.abs(), PyFloat::value_of(py, y)?.abs()]));
        }
        let mut values = Vec::with_capacity(coordinates.len());
        for x in coordinates {
            values.push(PyFloat::value_of(py, x)?.abs());
        }
        Ok(norm(&mut values))
    }

    fn point(py: Py<'_>, object: &PyObject) -> PyResult<Vec<Ref<PyObject>>> {
        match object.downcast::<PyTuple>() {
            Some(tuple) => Ok(tuple.as_slice().to_vec()),
            None => object.collect(py),
        }
    }

    #[pyfunction]
    fn dist(py: Py<'_>, p: &PyObject, q: &PyObject) -> PyResult<f64> {
        let (p, q) = (point(py, p)?, point(py, q)?);
        if p.len() != q.len() {
            bail!(py, ValueError, "both points must have the same number of dimensions");
        }
        let mut values = Vec::with_capacity(p.len());
        for (p, q) in p.iter().zip(&q) {
            let p = PyFloat::value_of(py, p)?;
            values.push((p - PyFloat::value_of(py, q)?).abs());
        }
        Ok(norm(&mut values))
    }

    #[pyfunction]
    fn prod(py: Py<'_>, iterable: &PyObject, start: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let iterator = iterable.iter(py)?;
        let mut result = match start {
            Some(start) => start.to_ref(),
            None => PyInt::new(py, 1)?.upcast(),
        };
        // Machine words as long as they do, then floats, then anything.
        if let Some(mut word) = result.downcast_exact::<PyInt>().and_then(PyInt::as_i64) {
            loop {
                let Some(item) = iterator.next(py)? else { return word.into_py(py) };
                let factor = match item.downcast_exact::<PyInt>() {
                    Some(n) => n.as_i64(),
                    None if PyBool::check_exact(&item) => Some(i64::from(item.is(PyBool::get(true)))),
                    None => None,
                };
                match factor.and_then(|n| word.checked_mul(n)) {
                    Some(product) => word = product,
                    None => {
                        result = PyInt::new(py, word)?.as_object().multiply(py, &item)?;
                        break;
                    }
                }
            }
        }
        if let Some(x) = result.downcast_exact::<PyFloat>() {
            let mut product = x.value();
            loop {
                let Some(item) = iterator.next(py)? else { return product.into_py(py) };
                let factor = match item.downcast_exact::<PyFloat>() {
                    Some(x) => Some(x.value()),
                    None => item.downcast_exact::<PyInt>().and_then(PyInt::as_i64).map(|n| n as f64),
                };
                match factor {
                    Some(x) => product *= x,
                    None => {
                        result = PyFloat::new(py, product)?.as_object().multiply(py, &item)?;
                        break;
                    }
                }
            }
        }
        while let Some(item) = iterator.next(py)? {
            result = result.multiply(py, &item)?;
        }
        Ok(result)
    }

    /// Which kind of number is being summed at high speed.
    #[derive(Default)]
    struct Fast {
        no_ints: bool,
        no_floats: bool,
        int: Option<i64>,
        float: Option<DotProduct>,
    }

    impl Fast {
        /// Takes the pair in, or says that it cannot.
        fn take(&mut self, p: &PyObject, q: &PyObject) -> bool {
            if !self.no_ints
                && let (Some(p), Some(q)) = (p.downcast_exact::<PyInt>(), q.downcast_exact::<PyInt>())
                && let (Some(p), Some(q)) = (p.as_i64(), q.as_i64())
                && let Some(sum) = p.checked_mul(q).and_then(|n| n.checked_add(self.int.unwrap_or(0)))
            {
                self.int = Some(sum);
                return true;
            }
            false
        }
        fn take_float(&mut self, p: &PyObject, q: &PyObject) -> bool {
            let int = |x: &PyObject| {
                let n = x
                    .downcast_exact::<PyInt>()
                    .or_else(|| if PyBool::check(x) { x.downcast::<PyInt>() } else { None })?;
                let magnitude = krait_numeric::digits::to_f64(n.digits())?;
                Some(if n.is_negative() { -magnitude } else { magnitude })
            };
            let float = |x: &PyObject| x.downcast_exact::<PyFloat>().map(PyFloat::value);
            let (p, q) = match (float(p), float(q)) {
                (Some(p), Some(q)) => (p, q),
                (Some(p), None) => match int(q) {
                    Some(q) => (p, q),
                    None => return false,
                },
                (None, Some(q)) => match int(p) {
                    Some(p) => (p, q),
                    None => return false,
                },
                (None, None) => return false,
            };
            match self.float.unwrap_or_default().with(p, q) {
                Some(sum) => {
                    self.float = Some(sum);
                    true
                }
                None => false,
            }
        }
    }

    #[pyfunction]
    fn sumprod(py: Py<'_>, p: &PyObject, q: &PyObject) -> PyResult<Ref<PyObject>> {
        let (p, q) = (p.iter(py)?, q.iter(py)?);
        let mut total = PyInt::new(py, 0)?.upcast();
        let mut fast = Fast::default();
        loop {
            let (a, b) = (p.next(py)?, q.next(py)?);
            let pair = match (a, b) {
                (Some(a), Some(b)) => Some((a, b)),
                (None, None) => None,
                _ => bail!(py, ValueError, "Inputs are not the same length"),
            };
            if !fast.no_ints {
                if let Some((a, b)) = &pair
                    && fast.take(a, b)
                {
                    continue;
                }
                fast.no_ints = true;
                if let Some(n) = fast.int.take() {
                    total = total.add(py, &*PyInt::new(py, n)?)?;
                }
            }
            if !fast.no_floats {
                if let Some((a, b)) = &pair
                    && fast.take_float(a, b)
                {
                    continue;
                }
                fast.no_floats = true;
                if let Some(sum) = fast.float.take() {
                    total = total.add(py, &*PyFloat::new(py, sum.value())?)?;
                }
            }
            let Some((a, b)) = pair else { return Ok(total) };
            let term = a.multiply(py, &b)?;
            total = total.add(py, &term)?;
        }
    }
}
