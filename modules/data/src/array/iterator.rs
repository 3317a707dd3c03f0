//! The iterator over an array.

use krait_runtime::prelude::*;

use super::object::Array;

/// `array.arrayiterator`.
#[pyclass(module = "array", name = "arrayiterator", gc, disallow_instantiation, heap, immutable)]
#[repr(C)]
pub struct ArrayIterator {
    base: PyObject,
    index: Cell<usize>,
    array: Member<Array>,
}

impl ArrayIterator {
    pub(super) fn over(py: Py<'_>, array: &Array) -> PyResult<Ref<PyObject>> {
        ArrayIterator { base: PyObject::HEADER, index: Cell::new(0), array: Member::new(array.new_ref()) }
            .alloc_exact(py)
            .map(Ref::upcast)
    }
}

#[pymethods(class = "array.arrayiterator")]
impl ArrayIterator {
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }
    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let Some(array) = self.array.get() else { return Ok(None) };
        let i = self.index.get();
        if i < array.len() {
            self.index.set(i + 1);
            return array.get(py, i).map(Some);
        }
        drop(self.array.take());
        Ok(None)
    }
    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let iter = py.frame_builtin(id!(py, "iter"))?;
        match self.array.get() {
            Some(array) => {
                let args = PyTuple::new(py, &[&array])?;
                PyTuple::new(py, &[&iter, &args, &*PyInt::new(py, self.index.get() as i64)?])
            }
            None => {
                let empty = PyTuple::empty(py)?;
                PyTuple::new(py, &[&iter, &*PyTuple::new(py, &[&empty])?])
            }
        }
    }
    #[pymethod]
    fn __setstate__(&self, py: Py<'_>, state: &PyObject) -> PyResult<()> {
        let index = state.index(py)?;
        let Some(index) = index.as_i64() else {
            bail!(py, OverflowError, "Python int too large to convert to C ssize_t");
        };
        if let Some(array) = self.array.get() {
            self.index.set(index.clamp(0, array.len() as i64) as usize);
        }
        Ok(())
    }
}
