//! Module `_functools`: `partial`, `reduce`, `cmp_to_key`, the wrapper of `lru_cache`.

mod cmp_to_key;
mod lru_cache;
mod partial;

pub use cmp_to_key::KeyWrapper;
pub use lru_cache::{LruCache, LruLink};
pub use partial::{Partial, Placeholder};

use krait_runtime::prelude::pymodule;

/// Tools that operate on functions.
#[pymodule(name = "_functools", types = [Partial, Placeholder, LruCache])]
pub mod _functools {
    use super::{KeyWrapper, LruCache, LruLink, Partial, Placeholder};
    use krait_runtime::objects::exceptions::types;
    use krait_runtime::prelude::*;

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        PyType::ready::<KeyWrapper>(py)?;
        PyType::ready::<LruLink>(py)?;
        module.add(py, "Placeholder", &*super::partial::placeholder(py)?)
    }

    #[pyfunction]
    fn cmp_to_key(py: Py<'_>, mycmp: &PyObject) -> PyResult<Ref<KeyWrapper>> {
        KeyWrapper::make(py, mycmp, None)
    }

    #[pyfunction]
    fn reduce(
        py: Py<'_>,
        function: &PyObject,
        iterable: &PyObject,
        initial: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let iterator = match iterable.iter(py) {
            Ok(iterator) => iterator,
            Err(raised) if py.error_matches(types::TypeError()) => {
                py.clear_error(raised);
                bail!(py, TypeError, "reduce() arg 2 must support iteration");
            }
            Err(raised) => return Err(raised),
        };
        let mut result = initial.map(PyObject::to_ref);
        while let Some(item) = iterator.next(py)? {
            result = Some(match result {
                Some(so_far) => function.call(py, &[&so_far, &item])?,
                None => item,
            });
        }
        result.ok_or_else(|| raise!(py, TypeError, "reduce() of empty iterable with no initial value"))
    }
}
