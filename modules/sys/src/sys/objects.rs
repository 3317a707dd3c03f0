//! Facts about objects and memory: sizes, counts, interned strings, allocator statistics, caches.

use krait_macros::pymodule_part;

/// The functions.
#[pymodule_part(name = "sys")]
#[allow(clippy::module_inception)]
pub mod objects {
    use krait_runtime::objects::exceptions::types;
    use krait_runtime::objects::r#type::flags;
    use krait_runtime::prelude::*;

    fn size_of(py: Py<'_>, object: &PyObject) -> PyResult<usize> {
        let Some(method) = object.lookup_special(py, id!(py, "__sizeof__"))? else {
            bail!(py, TypeError, "Type {} doesn't define __sizeof__", object.ty().name())
        };
        let size = method.call(py, &[])?;
        let Some(size) = size.downcast::<PyInt>() else { bail!(py, TypeError, "an integer is required") };
        let Some(size) = size.as_i64() else {
            bail!(py, OverflowError, "Python int too large to convert to C ssize_t")
        };
        let Ok(size) = usize::try_from(size) else {
            bail!(py, ValueError, "__sizeof__() should return >= 0")
        };
        Ok(size + krait_runtime::gc::head_size(object))
    }

    #[pyfunction]
    #[sig("(object, default=<unrepresentable>)")]
    fn getsizeof(py: Py<'_>, object: &PyObject, default: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        match (size_of(py, object), default) {
            (Err(raised), Some(default)) if py.error_matches(types::TypeError()) => {
                py.clear_error(raised);
                Ok(default.to_ref())
            }
            (size, _) => size.into_py(py),
        }
    }

    #[pyfunction]
    #[sig("($module, object, /)")]
    fn getrefcount(object: &PyObject) -> u32 {
        object.refcnt()
    }

    #[pyfunction]
    #[sig("($module, string, /)")]
    fn intern(py: Py<'_>, string: &PyStr) -> PyResult<Ref<PyStr>> {
        if !PyStr::check_exact(string) {
            bail!(py, TypeError, "can't intern {}", string.ty().name())
        }
        Ok(PyStr::intern(py, string.new_ref()))
    }

    #[pyfunction]
    #[sig("($module, string, /)")]
    fn _is_interned(string: &PyStr) -> bool {
        string.interned_state() != 0
    }

    #[pyfunction]
    #[sig("($module, op, /)")]
    fn _is_immortal(op: &PyObject) -> bool {
        op.is_immortal()
    }

    #[pyfunction]
    fn getallocatedblocks() -> usize {
        krait_runtime::obmalloc::allocated_blocks()
    }

    #[pyfunction]
    #[sig("($module, /, *, _only_immortal=False)")]
    fn getunicodeinternedsize(_only_immortal: bool) -> usize {
        PyStr::interned_count(_only_immortal)
    }

    #[pyfunction]
    fn _debugmallocstats(py: Py<'_>) {
        let (pools, lists) = (krait_runtime::obmalloc::report(), krait_runtime::obmalloc::free_lists(py));
        stderr_text!(
            "{pools}
{lists}"
        );
    }

    #[pyfunction]
    fn _clear_internal_caches(py: Py<'_>) {
        py.interp().type_cache.clear();
    }

    #[pyfunction]
    fn _clear_type_cache(py: Py<'_>) -> PyResult<()> {
        let text = "sys._clear_type_cache() is deprecated and scheduled for removal in a future version. Use \
                    sys._clear_internal_caches() instead.";
        py.warn(types::DeprecationWarning(), text, 1)?;
        py.interp().type_cache.clear();
        Ok(())
    }

    #[pyfunction]
    #[sig("($module, type, /)")]
    fn _clear_type_descriptors(py: Py<'_>, r#type: &PyType) -> PyResult<()> {
        if r#type.has(flags::IMMUTABLETYPE) {
            bail!(py, TypeError, "argument is immutable")
        }
        let Some(dict) = r#type.dict() else { return Ok(()) };
        for name in [id!(py, "__dict__"), id!(py, "__weakref__")] {
            drop(dict.remove(py, name)?);
        }
        r#type.modified(py);
        Ok(())
    }
}
