//! Module `_suggestions`: "Did you mean …?" for the library's `traceback`.

use krait_macros::pymodule;

/// The module.
#[pymodule(name = "_suggestions")]
#[allow(clippy::module_inception)]
pub mod suggestions {
    use krait_runtime::prelude::*;

    #[pyfunction]
    #[sig("($module, candidates, item, /)")]
    fn _generate_suggestions(
        py: Py<'_>,
        candidates: &PyObject,
        item: &PyStr,
    ) -> PyResult<Option<Ref<PyObject>>> {
        let Some(candidates) = candidates.downcast_exact::<PyList>() else {
            bail!(py, TypeError, "candidates must be a list")
        };
        let candidates = candidates.to_vec();
        let mut names = Vec::with_capacity(candidates.len());
        for candidate in &candidates {
            match candidate.downcast::<PyStr>() {
                Some(name) => names.push(name),
                None => bail!(py, TypeError, "all elements in 'candidates' must be strings"),
            }
        }
        Ok(krait_runtime::suggest::nearest(item, &names).map(|name| name.to_ref()))
    }
}
