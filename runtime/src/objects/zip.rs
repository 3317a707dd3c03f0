//! `zip`.

use core::cell::Cell;

use krait_macros::{pyclass, pymethods};

use crate::args::Args;
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyBool, PyTuple, PyType};
use crate::py::Py;
use crate::raise;
use crate::reference::{Member, Ref};

/// `zipobject`.
#[pyclass(name = "zip", basetype, gc)]
#[repr(C)]
pub struct PyZip {
    base: PyObject,
    tuplesize: usize,
    ittuple: Member<PyTuple>,
    /// The last result, given again while nobody else has it.
    result: Member<PyTuple>,
    strict: Cell<bool>,
}

/// The iterators over the arguments.
pub(crate) fn iterators(py: Py<'_>, items: &[&PyObject]) -> PyResult<Ref<PyTuple>> {
    let iterators: Result<Vec<_>, _> = items.iter().map(|item| item.iter(py)).collect();
    PyTuple::from_vec(py, iterators?)
}

/// `strict=…` from the keyword arguments; anything else is refused.
pub(crate) fn strict_of(py: Py<'_>, args: Args<'_>, function: &str) -> PyResult<bool> {
    let mut strict = false;
    for (name, value) in args.keywords().iter() {
        match name.downcast::<crate::objects::PyStr>() {
            Some(n) if n.eq_str("strict") => strict = value.is_true(py)?,
            Some(n) => {
                return Err(raise!(py, TypeError, "{function}() got an unexpected keyword argument '{n}'"));
            }
            None => return Err(raise!(py, TypeError, "keywords must be strings")),
        }
    }
    Ok(strict)
}

/// "arguments 1-2" or "argument 1": those before number `i + 1`.
fn those_before(i: usize) -> String {
    if i == 1 { "argument 1".to_owned() } else { format!("arguments 1-{i}") }
}

/// What a strict walk says when iterator `i` ends first, or, with `longer`, still gives items.
pub(crate) fn length_error(py: Py<'_>, function: &str, i: usize, longer: bool) -> crate::error::Raised {
    let how = if longer { "longer" } else { "shorter" };
    raise!(py, ValueError, "{function}() argument {} is {how} than {}", i + 1, those_before(i))
}

#[pymethods(class = "zip")]
impl PyZip {
    #[slot]
    fn tp_vectorcall(cls: &PyType, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let strict = strict_of(py, args, "zip")?;
        let ittuple = iterators(py, args.positional())?;
        PyZip {
            base: PyObject::HEADER,
            tuplesize: ittuple.len(),
            ittuple: Member::new(ittuple),
            result: Member::empty(),
            strict: Cell::new(strict),
        }
        .alloc(py, cls)
        .map(Ref::upcast)
    }

    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        args: &PyTuple,
        kwargs: Option<&crate::objects::PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        let mut strict = false;
        if let Some(kwargs) = kwargs {
            for (name, value) in kwargs.items_snapshot() {
                match name.downcast::<crate::objects::PyStr>() {
                    Some(n) if n.eq_str("strict") => strict = value.is_true(py)?,
                    Some(n) => {
                        return Err(raise!(py, TypeError, "zip() got an unexpected keyword argument '{n}'"));
                    }
                    None => return Err(raise!(py, TypeError, "keywords must be strings")),
                }
            }
        }
        let items: Vec<&PyObject> = args.as_slice().iter().map(|a| &**a).collect();
        let ittuple = iterators(py, &items)?;
        PyZip {
            base: PyObject::HEADER,
            tuplesize: ittuple.len(),
            ittuple: Member::new(ittuple),
            result: Member::empty(),
            strict: Cell::new(strict),
        }
        .alloc(py, cls)
        .map(Ref::upcast)
    }

    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        // SAFETY: the iterators are set once and go when this object does.
        let Some(iterators) = (unsafe { self.ittuple.borrow() }) else { return Ok(None) };
        match iterators.as_slice() {
            [] => Ok(None),
            [a, b] => {
                let Some(first) = a.next(py)? else { return self.ended(py, iterators, 0) };
                let Some(second) = b.next(py)? else { return self.ended(py, iterators, 1) };
                PyTuple::next_pair(py, &self.result, first, second).map(|pair| Some(pair.upcast()))
            }
            all => {
                let next = |i: usize| match all.get(i) {
                    Some(iterator) => match iterator.next(py)? {
                        None => self.ended(py, iterators, i),
                        item => Ok(item),
                    },
                    None => Ok(None),
                };
                Ok(PyTuple::next_items(py, &self.result, self.tuplesize, next)?.map(Ref::upcast))
            }
        }
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let iterators = match self.ittuple.get() {
            Some(t) => t,
            None => PyTuple::empty(py)?,
        };
        if self.strict.get() {
            return PyTuple::new(py, &[self.ty(), &iterators, PyBool::get(true)]);
        }
        PyTuple::new(py, &[self.ty(), &iterators])
    }

    #[pymethod]
    fn __setstate__(&self, py: Py<'_>, state: &PyObject) -> PyResult<()> {
        self.strict.set(state.is_true(py)?);
        Ok(())
    }
}

impl PyZip {
    /// Iterator `i` ended: so does this one.
    #[cold]
    fn ended(&self, py: Py<'_>, iterators: &PyTuple, i: usize) -> PyResult<Option<Ref<PyObject>>> {
        if self.strict.get() {
            check_ends(py, iterators, i, "zip")?;
        }
        Ok(None)
    }
}

/// In strict mode: iterator `i` ended; either an earlier one was longer, or one of the later ones is.
pub(crate) fn check_ends(py: Py<'_>, iterators: &PyTuple, i: usize, function: &str) -> PyResult<()> {
    if i > 0 {
        return Err(length_error(py, function, i, false));
    }
    for (j, iterator) in iterators.as_slice().iter().enumerate().skip(1) {
        if iterator.next(py)?.is_some() {
            return Err(length_error(py, function, j, true));
        }
    }
    Ok(())
}
