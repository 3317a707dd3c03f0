//! Module `gc`. Not here: the collector itself (`krait_runtime::gc`).

use krait_macros::pymodule;

/// The module.
#[pymodule(name = "gc")]
#[allow(clippy::module_inception)]
pub mod gc {
    use krait_runtime::gc::{self, GENERATIONS, Reason, debug};
    use krait_runtime::prelude::*;

    #[pyattr]
    const DEBUG_STATS: i32 = debug::STATS;
    #[pyattr]
    const DEBUG_COLLECTABLE: i32 = debug::COLLECTABLE;
    #[pyattr]
    const DEBUG_UNCOLLECTABLE: i32 = debug::UNCOLLECTABLE;
    #[pyattr]
    const DEBUG_SAVEALL: i32 = debug::SAVEALL;
    #[pyattr]
    const DEBUG_LEAK: i32 = debug::LEAK;

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        let state = &py.interp().gc;
        let (garbage, callbacks) = (state.garbage(py)?, state.callbacks(py)?);
        module.add(py, "garbage", &garbage)?;
        module.add(py, "callbacks", &callbacks)
    }

    #[pyfunction]
    fn enable(py: Py<'_>) {
        py.interp().gc.enabled.set(true);
    }

    #[pyfunction]
    fn disable(py: Py<'_>) {
        py.interp().gc.enabled.set(false);
    }

    #[pyfunction]
    fn isenabled(py: Py<'_>) -> bool {
        py.interp().gc.enabled.get()
    }

    #[pyfunction]
    fn collect(py: Py<'_>, #[default(2)] generation: i32) -> PyResult<isize> {
        match usize::try_from(generation) {
            Ok(n) if n < GENERATIONS => Ok(gc::collect(py, n, Reason::Manual) as isize),
            _ => bail!(py, ValueError, "invalid generation"),
        }
    }

    #[pyfunction]
    fn set_debug(py: Py<'_>, flags: i32) {
        py.interp().gc.debug.set(flags);
    }

    #[pyfunction]
    fn get_debug(py: Py<'_>) -> i32 {
        py.interp().gc.debug.get()
    }

    /// `set_threshold(threshold0, [threshold1, [threshold2]])`: what is not given stays.
    #[pyfunction]
    #[raw(fastcall)]
    fn set_threshold(py: Py<'_>, args: Args<'_>) -> PyResult<()> {
        let given = args.positional();
        if !(1..=3).contains(&given.len()) {
            bail!(py, TypeError, "gc.set_threshold requires 1 to 3 arguments");
        }
        let mut values = Vec::with_capacity(given.len());
        for value in given {
            values.push(i32::from_arg(
                py,
                value,
                ArgPos { function: "set_threshold", index: 0, keyword: None },
            )?);
        }
        for (generation, value) in py.interp().gc.generations.iter().zip(values) {
            generation.threshold.set(value);
        }
        Ok(())
    }

    #[pyfunction]
    fn get_threshold(py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        tuple(py, py.interp().gc.generations.iter().map(|g| g.threshold.get() as isize))
    }

    #[pyfunction]
    fn get_count(py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        tuple(py, py.interp().gc.generations.iter().map(|g| g.count.get() as isize))
    }

    fn tuple(py: Py<'_>, values: impl Iterator<Item = isize>) -> PyResult<Ref<PyTuple>> {
        let values = values.map(|n| n.into_py(py)).collect::<PyResult<Vec<_>>>()?;
        PyTuple::from_vec(py, values)
    }

    #[pyfunction]
    fn get_stats(py: Py<'_>) -> PyResult<Ref<PyList>> {
        let mut all = Vec::with_capacity(GENERATIONS);
        for generation in py.interp().gc.generations.iter() {
            let (stats, dict) = (generation.stats.get(), PyDict::new(py)?);
            let figures = [
                (id!(py, "collections"), stats.collections),
                (id!(py, "collected"), stats.collected),
                (id!(py, "uncollectable"), stats.uncollectable),
            ];
            for (name, n) in figures {
                dict.set(py, name, &*(n as isize).into_py(py)?)?;
            }
            all.push(dict.upcast());
        }
        PyList::from_vec(py, all)
    }

    #[pyfunction]
    fn get_objects(py: Py<'_>, generation: Option<&PyObject>) -> PyResult<Ref<PyList>> {
        let generation = match generation.filter(|g| !g.is_none()) {
            None => -1,
            Some(n) if n.is_index() => {
                isize::from_arg(py, n, ArgPos { function: "get_objects", index: 0, keyword: None })?
            }
            Some(n) => bail!(py, TypeError, "argument should be integer or None, not '{}'", n.ty().name()),
        };
        py.audit_with("gc.get_objects", || Ok([generation.into_py(py)?]))?;
        let generation = match generation {
            // What None stands for.
            -1 => None,
            n if n < 0 => bail!(py, ValueError, "generation parameter cannot be negative"),
            n if n as usize >= GENERATIONS => bail!(
                py,
                ValueError,
                "generation parameter must be less than the number of available generations ({GENERATIONS})"
            ),
            n => Some(n as usize),
        };
        PyList::from_vec(py, gc::objects(py, generation))
    }

    #[pyfunction]
    fn get_referents(py: Py<'_>, objs: &[&PyObject]) -> PyResult<Ref<PyList>> {
        py.audit_with("gc.get_referents", || Ok([PyTuple::new(py, objs)?.upcast()]))?;
        PyList::from_vec(py, objs.iter().flat_map(|object| gc::referents(object)).collect())
    }

    #[pyfunction]
    fn get_referrers(py: Py<'_>, objs: &[&PyObject]) -> PyResult<Ref<PyList>> {
        py.audit_with("gc.get_referrers", || Ok([PyTuple::new(py, objs)?.upcast()]))?;
        let wanted: Vec<_> = objs.iter().map(|object| object.to_ref()).collect();
        PyList::from_vec(py, gc::referrers(py, &wanted))
    }

    #[pyfunction]
    fn is_tracked(_py: Py<'_>, obj: &PyObject) -> bool {
        gc::tracked(obj)
    }

    #[pyfunction]
    fn is_finalized(_py: Py<'_>, obj: &PyObject) -> bool {
        gc::finalized(obj)
    }

    #[pyfunction]
    fn freeze(py: Py<'_>) {
        gc::freeze(py);
    }

    #[pyfunction]
    fn unfreeze(py: Py<'_>) {
        gc::unfreeze(py);
    }

    #[pyfunction]
    fn get_freeze_count(py: Py<'_>) -> isize {
        gc::frozen(py) as isize
    }
}
