//! `Row`: a tuple of values with the names of their columns.

use krait_runtime::prelude::*;

use super::Cursor;

/// `sqlite3.Row`.
#[pyclass(module = "sqlite3", name = "Row", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct Row {
    base: PyObject,
    data: Ref<PyTuple>,
    /// The cursor's description, or None.
    description: Ref<PyObject>,
}

impl Row {
    fn names(&self) -> Vec<Ref<PyObject>> {
        let columns = self.description.downcast::<PyTuple>().map_or(&[][..], PyTuple::as_slice);
        columns
            .iter()
            .filter_map(|column| {
                column.downcast::<PyTuple>().and_then(|column| column.get(0)).map(PyObject::to_ref)
            })
            .collect()
    }
}

#[pymethods]
impl Row {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        no_keywords(py, "Row", kwargs)?;
        check_positional(py, "Row", args.len() as isize, 2, 2)?;
        let (Some(cursor), Some(data)) = (args.get(0), args.get(1)) else {
            bail!(py, SystemError, "no arguments");
        };
        let wrong = |index: usize, expected: &str, got: &PyObject| {
            let got = if got.is_none() { "None" } else { got.ty().name() };
            raise!(py, TypeError, "Row() argument {index} must be {expected}, not {got}")
        };
        let Some(cursor) = cursor.downcast::<Cursor>() else {
            return Err(wrong(1, "sqlite3.Cursor", cursor));
        };
        let Some(data) = data.downcast::<PyTuple>() else { return Err(wrong(2, "tuple", data)) };
        let description = cursor.description_of(py);
        Row { base: PyObject::HEADER, data: data.new_ref(), description }.alloc(py, cls)
    }

    #[pymethod]
    fn keys(&self, py: Py<'_>) -> PyResult<Ref<PyList>> {
        PyList::from_vec(py, self.names())
    }

    #[slot]
    fn tp_hash(&self, py: Py<'_>) -> PyResult<isize> {
        let hash = self.description.hash(py)? ^ self.data.hash(py)?;
        Ok(if hash == -1 { -2 } else { hash })
    }

    #[slot]
    fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.data.iter(py)
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let Some(other) = other.downcast::<Row>() else { return Ok(py.not_implemented()) };
        if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return Ok(py.not_implemented());
        }
        if self.description.eq(py, &other.description)? {
            return self.data.rich_compare(py, &other.data, op);
        }
        Ok(PyBool::get(op == CompareOp::Ne).to_ref())
    }

    #[slot]
    fn mp_length(&self, _py: Py<'_>) -> isize {
        self.data.len() as isize
    }

    #[slot]
    fn sq_length(&self, _py: Py<'_>) -> isize {
        self.data.len() as isize
    }

    #[slot]
    fn sq_item(&self, py: Py<'_>, index: isize) -> PyResult<Ref<PyObject>> {
        self.data.sequence_item(py, index)
    }

    #[slot]
    fn mp_subscript(&self, py: Py<'_>, key: &PyObject) -> PyResult<Ref<PyObject>> {
        if let Some(name) = key.downcast::<PyStr>() {
            for (index, own) in self.names().iter().enumerate() {
                let Some(own) = own.downcast::<PyStr>() else { continue };
                if own.equals(name) || same_ignoring_case(own, name) {
                    return self.data.get(index).map(PyObject::to_ref).ok_or_else(|| no_item(py));
                }
            }
            if self.description.is_none() {
                bail!(py, IndexError, "No item with key {}", name.repr(py)?.to_string_lossy());
            }
            return Err(no_item(py));
        }
        if PyInt::check(key) || PySlice::check(key) {
            return self.data.get_item(py, key);
        }
        bail!(py, IndexError, "Index must be int or string")
    }
}

fn same_ignoring_case(a: &PyStr, b: &PyStr) -> bool {
    match (a.as_ascii(), b.as_ascii()) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        _ => false,
    }
}

#[cold]
fn no_item(py: Py<'_>) -> Raised {
    raise!(py, IndexError, "No item with that key")
}
