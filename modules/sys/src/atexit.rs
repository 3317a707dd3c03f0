//! Module `atexit`. The callbacks themselves hang off the interpreter's state; `krait_runtime::lifecycle` runs them.

use krait_macros::pymodule;

/// The module.
#[pymodule(name = "atexit")]
#[allow(clippy::module_inception)]
pub mod atexit {
    use krait_runtime::lifecycle::run_atexit;
    use krait_runtime::prelude::*;

    #[pyfunction]
    #[raw]
    fn register(py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let Some((function, rest)) = args.positional().split_first() else {
            bail!(py, TypeError, "register() takes at least 1 argument (0 given)")
        };
        if !function.is_callable() {
            bail!(py, TypeError, "the first argument must be callable")
        }
        let kwargs: Ref<PyObject> = match args.has_keywords() {
            true => args.keywords().to_dict(py)?.upcast(),
            false => py.none(),
        };
        let entry = PyTuple::new(py, &[function, &*PyTuple::new(py, rest)?, &kwargs])?;
        py.interp().atexit_callbacks.borrow_mut().push(entry.upcast());
        Ok(function.to_ref())
    }

    #[pyfunction]
    #[sig("($module, func, /)")]
    fn unregister(py: Py<'_>, func: &PyObject) -> PyResult<()> {
        let callbacks = &py.interp().atexit_callbacks;
        // Comparing may run Python code that registers and unregisters; each step looks at the list anew.
        let mut i = callbacks.borrow().len();
        while i > 0 {
            i -= 1;
            let Some(entry) = callbacks.borrow().get(i).cloned() else { continue };
            let Some(function) = entry.downcast::<PyTuple>().and_then(|e| e.get(0)) else { continue };
            if function.eq(py, func)? {
                let place = callbacks.borrow().iter().position(|e| e.is(&entry));
                // Released only after the list is free again.
                let removed = place.map(|place| callbacks.borrow_mut().remove(place));
                drop(removed);
            }
        }
        Ok(())
    }

    #[pyfunction]
    fn _clear(py: Py<'_>) {
        let old = py.interp().atexit_callbacks.take();
        drop(old);
    }

    #[pyfunction]
    fn _ncallbacks(py: Py<'_>) -> usize {
        py.interp().atexit_callbacks.borrow().len()
    }

    #[pyfunction]
    fn _run_exitfuncs(py: Py<'_>) {
        run_atexit(py, krait_interp::display::unraisable);
    }
}
