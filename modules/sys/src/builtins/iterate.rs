//! Functions on iterables: `all`, `any`, `iter`, `next`, `aiter`, `anext`, `max`, `min`, `sorted`, `sum`.

use krait_macros::pymodule_part;

/// The functions.
#[pymodule_part(name = "builtins")]
#[allow(clippy::module_inception)]
pub mod iterate {
    use krait_interp::objects::async_generator::anext_with_default;
    use krait_runtime::args::{check_keyword_count, unexpected_keyword};
    use krait_runtime::objects::iterator::callable_iterator;
    use krait_runtime::objects::list;
    use krait_runtime::prelude::*;

    #[pyfunction]
    fn all(py: Py<'_>, iterable: &PyObject) -> PyResult<bool> {
        let iterator = iterable.iter(py)?;
        while let Some(item) = iterator.next(py)? {
            if !item.is_true(py)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    #[pyfunction]
    fn any(py: Py<'_>, iterable: &PyObject) -> PyResult<bool> {
        let iterator = iterable.iter(py)?;
        while let Some(item) = iterator.next(py)? {
            if item.is_true(py)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    #[pyfunction]
    #[sig("(object, sentinel=None, /)")]
    fn iter(py: Py<'_>, object: &PyObject, sentinel: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let Some(sentinel) = sentinel else { return object.iter(py) };
        if !object.is_callable() {
            bail!(py, TypeError, "iter(v, w): v must be callable")
        }
        callable_iterator(py, object, sentinel)
    }

    #[pyfunction]
    #[sig("(iterator, default=None, /)")]
    fn next(py: Py<'_>, iterator: &PyObject, default: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        if !iterator.is_iterator() {
            bail!(py, TypeError, "'{}' object is not an iterator", iterator.ty().name())
        }
        match default {
            None => iterator.next_or_stop(py),
            Some(default) => Ok(iterator.next(py)?.unwrap_or_else(|| default.to_ref())),
        }
    }

    #[pyfunction]
    fn aiter(py: Py<'_>, async_iterable: &PyObject) -> PyResult<Ref<PyObject>> {
        async_iterable.aiter(py)
    }

    #[pyfunction]
    #[sig("(aiterator, default=None, /)")]
    fn anext(py: Py<'_>, aiterator: &PyObject, default: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let awaitable = aiterator.anext(py)?;
        match default {
            Some(default) => anext_with_default(py, awaitable, default),
            None => Ok(awaitable),
        }
    }

    fn extreme(py: Py<'_>, args: Args<'_>, name: &'static str, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let positional = args.positional();
        let Some((&first, rest)) = positional.split_first() else {
            bail!(py, TypeError, "{name} expected at least 1 argument, got 0")
        };
        check_keyword_count(py, name, args.keywords().len(), 2)?;
        let (mut key, mut default) = (None, None);
        for (keyword, value) in args.keywords().iter() {
            match keyword.downcast::<PyStr>() {
                Some(k) if k.eq_str("key") => key = Some(value).filter(|v| !v.is_none()),
                Some(k) if k.eq_str("default") => default = Some(value),
                Some(k) => return Err(unexpected_keyword(py, &format!("{name}()"), k, &["key", "default"])),
                None => bail!(py, TypeError, "keywords must be strings"),
            }
        }
        if !rest.is_empty() && default.is_some() {
            bail!(py, TypeError, "Cannot specify a default for {name}() with multiple positional arguments")
        }
        if key.is_none() && !rest.is_empty() {
            let mut best = first;
            for item in rest {
                if item.compare_bool(py, best, op)? {
                    best = item;
                }
            }
            return Ok(best.to_ref());
        }
        // The best item so far, with its key when there are keys.
        let mut best: Option<(Ref<PyObject>, Option<Ref<PyObject>>)> = None;
        let mut consider = |item: Ref<PyObject>| -> PyResult<()> {
            let value = match key {
                Some(key) => Some(key.call(py, &[&item])?),
                None => None,
            };
            if let Some((leader, leading)) = &best {
                let (mine, other) = (value.as_ref().unwrap_or(&item), leading.as_ref().unwrap_or(leader));
                if !mine.compare_bool(py, other, op)? {
                    return Ok(());
                }
            }
            best = Some((item, value));
            Ok(())
        };
        if rest.is_empty() {
            first.for_each(py, consider)?;
        } else {
            for item in positional {
                consider(item.to_ref())?;
            }
        }
        match (best, default) {
            (Some((item, _)), _) => Ok(item),
            (None, Some(default)) => Ok(default.to_ref()),
            (None, None) => Err(raise!(py, ValueError, "{name}() iterable argument is empty")),
        }
    }

    #[pyfunction]
    #[raw]
    fn max(py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        extreme(py, args, "max", CompareOp::Gt)
    }

    #[pyfunction]
    #[raw]
    fn min(py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        extreme(py, args, "min", CompareOp::Lt)
    }

    #[pyfunction]
    #[raw]
    fn sorted(py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyList>> {
        let [iterable] = args.positional() else {
            bail!(py, TypeError, "sorted expected 1 argument, got {}", args.positional().len())
        };
        let sorted = PyList::new(py)?;
        sorted.extend(py, iterable)?;
        check_keyword_count(py, "sort", args.keywords().len(), 2)?;
        let (mut key, mut reverse) = (None, false);
        for (keyword, value) in args.keywords().iter() {
            match keyword.downcast::<PyStr>() {
                Some(k) if k.eq_str("key") => key = Some(value).filter(|v| !v.is_none()),
                Some(k) if k.eq_str("reverse") => reverse = value.is_true(py)?,
                Some(k) => return Err(unexpected_keyword(py, "sort()", k, &["key", "reverse"])),
                None => bail!(py, TypeError, "keywords must be strings"),
            }
        }
        list::sort::sort(py, &sorted, key, reverse)?;
        Ok(sorted)
    }

    /// A sum of floats with its compensation (Neumaier).
    #[derive(Clone, Copy)]
    struct Compensated {
        high: f64,
        low: f64,
    }

    impl Compensated {
        fn add(&mut self, x: f64) {
            let total = self.high + x;
            self.low +=
                if self.high.abs() >= x.abs() { (self.high - total) + x } else { (x - total) + self.high };
            self.high = total;
        }
        fn value(self) -> f64 {
            // A sum that has left the finite numbers must not become NaN through its compensation.
            if self.low != 0.0 && self.low.is_finite() { self.high + self.low } else { self.high }
        }
    }

    #[pyfunction]
    #[sig("(iterable, /, start=0)")]
    fn sum(py: Py<'_>, iterable: &PyObject, start: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let iterator = iterable.iter(py)?;
        let mut total: Ref<PyObject> = match start {
            None => PyInt::new(py, 0)?.upcast(),
            Some(start) => {
                let joiner = if PyStr::check(start) {
                    Some(("strings", "''"))
                } else if PyBytes::check(start) {
                    Some(("bytes", "b''"))
                } else if PyByteArray::check(start) {
                    Some(("bytearray", "b''"))
                } else {
                    None
                };
                if let Some((what, joiner)) = joiner {
                    bail!(py, TypeError, "sum() can't sum {what} [use {joiner}.join(seq) instead]")
                }
                start.to_ref()
            }
        };
        // Machine integers as long as they fit.
        if let Some(mut n) = total.downcast_exact::<PyInt>().and_then(PyInt::as_i64) {
            loop {
                let Some(item) = iterator.next(py)? else { return Ok(PyInt::new(py, n)?.upcast()) };
                let next = match item.downcast_exact::<PyInt>() {
                    Some(i) => i.as_i64(),
                    None if item.is_exactly(PyBool::type_object()) => Some(i64::from(item.is_true(py)?)),
                    None => None,
                };
                if let Some(next) = next.and_then(|i| n.checked_add(i)) {
                    n = next;
                    continue;
                }
                total = PyInt::new(py, n)?.as_object().add(py, &item)?;
                break;
            }
        }
        if let Some(f) = total.downcast_exact::<PyFloat>() {
            let mut sum = Compensated { high: f.value(), low: 0.0 };
            loop {
                let Some(item) = iterator.next(py)? else {
                    return Ok(PyFloat::new(py, sum.value())?.upcast());
                };
                if let Some(x) = item.downcast_exact::<PyFloat>() {
                    sum.add(x.value());
                } else if let Some(n) = item.downcast::<PyInt>() {
                    sum.add(n.to_f64(py)?);
                } else {
                    total = PyFloat::new(py, sum.value())?.as_object().add(py, &item)?;
                    break;
                }
            }
        }
        if let Some(z) = total.downcast_exact::<PyComplex>() {
            let (real, imag) = z.value();
            let mut re = Compensated { high: real, low: 0.0 };
            let mut im = Compensated { high: imag, low: 0.0 };
            loop {
                let Some(item) = iterator.next(py)? else {
                    return Ok(PyComplex::new(py, re.value(), im.value())?.upcast());
                };
                if let Some(x) = item.downcast_exact::<PyComplex>() {
                    let (real, imag) = x.value();
                    re.add(real);
                    im.add(imag);
                } else if let Some(n) = item.downcast::<PyInt>() {
                    re.add(n.to_f64(py)?);
                } else if let Some(x) = item.downcast::<PyFloat>() {
                    re.add(x.value());
                } else {
                    let so_far = PyComplex::new(py, re.value(), im.value())?;
                    total = so_far.as_object().add(py, &item)?;
                    break;
                }
            }
        }
        while let Some(item) = iterator.next(py)? {
            // Not in place: the start value must not change.
            total = total.add(py, &item)?;
        }
        Ok(total)
    }
}
