//! Module `_tracemalloc`: what `tracemalloc` asks of the tracer. Not here: the tables (`krait_runtime::tracemalloc`).

use krait_macros::pymodule;

/// The module.
#[pymodule(name = "_tracemalloc")]
pub mod tracemalloc {
    use std::collections::HashMap;
    use std::rc::Rc;

    use krait_runtime::prelude::*;
    use krait_runtime::tracemalloc::{self as tracer, Traceback};

    #[pyfunction]
    fn is_tracing() -> bool {
        tracer::is_tracing()
    }

    #[pyfunction]
    fn clear_traces(py: Py<'_>) {
        tracer::clear(py);
    }

    #[pyfunction]
    fn start(py: Py<'_>, #[default(1)] nframe: i32) -> PyResult<()> {
        match u16::try_from(nframe) {
            Ok(limit) if limit > 0 => {
                tracer::start(py, limit);
                Ok(())
            }
            _ => bail!(py, ValueError, "the number of frames must be in range [1; {}]", tracer::MOST_FRAMES),
        }
    }

    #[pyfunction]
    fn stop(py: Py<'_>) {
        tracer::stop(py);
    }

    #[pyfunction]
    fn get_traceback_limit() -> i32 {
        tracer::limit().into()
    }

    #[pyfunction]
    fn get_tracemalloc_memory() -> usize {
        tracer::own_memory()
    }

    #[pyfunction]
    fn get_traced_memory(py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let (now, peak) = if tracer::is_tracing() { tracer::traced_memory() } else { (0, 0) };
        PyTuple::from_vec(py, vec![now.into_py(py)?, peak.into_py(py)?])
    }

    #[pyfunction]
    fn reset_peak() {
        tracer::reset_peak();
    }

    #[pyfunction]
    fn _get_traces(py: Py<'_>) -> PyResult<Ref<PyList>> {
        tracer::untraced(|| {
            let mut known: HashMap<*const Traceback, Ref<PyObject>> = HashMap::new();
            let traces = tracer::traces(py);
            let mut all = Vec::with_capacity(traces.len());
            for trace in &traces {
                let lines = match known.get(&Rc::as_ptr(&trace.traceback)) {
                    Some(lines) => lines.clone(),
                    None => {
                        let made = lines_of(py, &trace.traceback)?;
                        known.insert(Rc::as_ptr(&trace.traceback), made.clone());
                        made
                    }
                };
                let fields =
                    vec![0.into_py(py)?, trace.size.into_py(py)?, lines, trace.traceback.total.into_py(py)?];
                all.push(PyTuple::from_vec(py, fields)?.upcast());
            }
            PyList::from_vec(py, all)
        })
    }

    #[pyfunction]
    fn _get_object_traceback(py: Py<'_>, obj: &PyObject) -> PyResult<Option<Ref<PyObject>>> {
        match tracer::of_object(obj) {
            Some(traceback) => tracer::untraced(|| lines_of(py, &traceback)).map(Some),
            None => Ok(None),
        }
    }

    fn lines_of(py: Py<'_>, traceback: &Traceback) -> PyResult<Ref<PyObject>> {
        let mut lines = Vec::with_capacity(traceback.lines.len());
        for (name, line) in &traceback.lines {
            let name = match name {
                Some(name) => name.to_ref(),
                None => PyStr::new(py, "<unknown>")?.upcast(),
            };
            lines.push(PyTuple::from_vec(py, vec![name, line.into_py(py)?])?.upcast());
        }
        PyTuple::from_vec(py, lines).map(Ref::upcast)
    }
}
