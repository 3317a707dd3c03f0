//! `count`.

use krait_runtime::objects::str::StrBuilder;
use krait_runtime::prelude::*;

/// `itertools.count`. In the fast mode the value is `value` and the step one; in the other mode both are objects.
#[pyclass(module = "itertools", name = "count", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct Count {
    base: PyObject,
    /// The next value; `isize::MAX` in the slow mode.
    value: Cell<isize>,
    /// The next value in the slow mode.
    object: Member<PyObject>,
    step: Ref<PyObject>,
}

fn is_number(object: &PyObject) -> bool {
    object.number_slots().is_some_and(|slots| {
        slots.nb_index.get().is_some() || slots.nb_int.get().is_some() || slots.nb_float.get().is_some()
    }) || object.downcast::<PyComplex>().is_some()
}

fn is_one(py: Py<'_>, step: &PyObject) -> PyResult<bool> {
    match step.downcast::<PyInt>() {
        Some(_) => step.eq(py, &*PyInt::new(py, 1)?),
        None => Ok(false),
    }
}

#[pymethods]
impl Count {
    #[new]
    fn count_new(
        py: Py<'_>,
        cls: &PyType,
        start: Option<&PyObject>,
        step: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        if start.is_some_and(|s| !is_number(s)) || step.is_some_and(|s| !is_number(s)) {
            bail!(py, TypeError, "a number is required");
        }
        let step = match step {
            Some(step) => step.to_ref(),
            None => PyInt::new(py, 1)?.upcast(),
        };
        let start = match start {
            Some(start) => start.to_ref(),
            None => PyInt::new(py, 0)?.upcast(),
        };
        let simple = start.downcast::<PyInt>().and_then(PyInt::as_i64).map(|n| n as isize);
        let fast = match simple {
            Some(value) if value < isize::MAX && is_one(py, &step)? => Some(value),
            _ => None,
        };
        Count {
            base: PyObject::HEADER,
            value: Cell::new(fast.unwrap_or(isize::MAX)),
            object: if fast.is_some() { Member::empty() } else { Member::new(start) },
            step,
        }
        .alloc(py, cls)
    }

    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let value = self.value.get();
        if value != isize::MAX {
            self.value.set(value + 1);
            return PyInt::new(py, value as i64).map(|n| Some(n.upcast()));
        }
        let current = match self.object.get() {
            Some(current) => current,
            None => PyInt::new(py, isize::MAX as i64)?.upcast(),
        };
        let next = current.add(py, &self.step)?;
        self.object.set(next);
        Ok(Some(current))
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let name = self.ty().short_name();
        if self.value.get() != isize::MAX {
            return PyStr::new(py, &format!("{name}({})", self.value.get()));
        }
        let current = match self.object.get() {
            Some(current) => current,
            None => PyInt::new(py, isize::MAX as i64)?.upcast(),
        };
        let mut text = StrBuilder::new();
        text.push_str(py, name)?;
        text.push_char(py, '(')?;
        text.push(py, &*current.repr(py)?)?;
        if !is_one(py, &self.step)? {
            text.push_str(py, ", ")?;
            text.push(py, &*self.step.repr(py)?)?;
        }
        text.push_char(py, ')')?;
        text.finish(py)
    }
}
