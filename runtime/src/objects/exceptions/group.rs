//! `BaseExceptionGroup` (PEP 654): splitting, deriving, and what `except*` needs. `ExceptionGroup` is made in Python terms, as a class
//! with two bases, by module `builtins`.

use krait_macros::{pyclass, pymethods};

use super::base::{PyBaseException, new_exception, refuse_keywords};
use super::types;
use crate::error::PyResult;
use crate::id;
use crate::object::PyObject;
use crate::objects::r#type::{PyType, flags};
use crate::objects::{PyDict, PyList, PyStr, PyTuple};
use crate::py::Py;
use crate::raise;
use crate::reference::{Member, PyClass, Ref};

/// `BaseExceptionGroup`.
#[pyclass(name = "BaseExceptionGroup", base = PyBaseException, basetype, gc, flags = flags::BASE_EXC_SUBCLASS)]
#[repr(C)]
pub struct PyBaseExceptionGroup {
    base: PyBaseException,
    #[pymember("message", object, readonly)]
    msg: Member<PyObject>,
    excs: Member<PyTuple>,
    excs_str: Member<PyObject>,
}

/// What `split` and `subgroup` select by.
enum Matcher<'a> {
    /// Instances of a type or of one of a tuple of types.
    Class(&'a PyObject),
    /// Those a function says yes to.
    Predicate(&'a PyObject),
    /// Those that are in a list, by identity (for `except*`).
    Identity(&'a [Ref<PyObject>]),
}

impl Matcher<'_> {
    fn of<'c>(py: Py<'_>, condition: &'c PyObject) -> PyResult<Matcher<'c>> {
        let is_exception_type =
            |o: &PyObject| o.downcast::<PyType>().is_some_and(|t| t.is_subtype(types::BaseException()));
        if is_exception_type(condition) {
            return Ok(Matcher::Class(condition));
        }
        if let Some(tuple) = condition.downcast_exact::<PyTuple>() {
            if tuple.as_slice().iter().all(|t| is_exception_type(t)) {
                return Ok(Matcher::Class(condition));
            }
        } else if condition.is_callable() && condition.downcast::<PyType>().is_none() {
            return Ok(Matcher::Predicate(condition));
        }
        Err(raise!(
            py,
            TypeError,
            "expected an exception type, a tuple of exception types, or a callable (other than a class)"
        ))
    }

    fn accepts(&self, py: Py<'_>, exc: &PyObject) -> PyResult<bool> {
        match self {
            Matcher::Class(class) => match class.downcast_exact::<PyTuple>() {
                Some(tuple) => Ok(tuple
                    .as_slice()
                    .iter()
                    .any(|t| t.downcast::<PyType>().is_some_and(|t| exc.ty().is_subtype(t)))),
                None => Ok(class.downcast::<PyType>().is_some_and(|t| exc.ty().is_subtype(t))),
            },
            Matcher::Predicate(f) => f.call(py, &[exc])?.is_true(py),
            Matcher::Identity(list) => {
                Ok(!PyBaseExceptionGroup::check(exc) && list.iter().any(|e| e.is(exc)))
            }
        }
    }
}

/// The two halves of a split: what matched, and the rest.
pub struct Split {
    /// Group (or the exception itself) of what matched.
    pub matched: Option<Ref<PyObject>>,
    /// Group of the rest.
    pub rest: Option<Ref<PyObject>>,
}

fn split(py: Py<'_>, exc: &PyObject, matcher: &Matcher<'_>, want_rest: bool) -> PyResult<Split> {
    if matcher.accepts(py, exc)? {
        return Ok(Split { matched: Some(exc.to_ref()), rest: None });
    }
    let Some(group) = exc.downcast::<PyBaseExceptionGroup>() else {
        return Ok(Split { matched: None, rest: want_rest.then(|| exc.to_ref()) });
    };
    py.check_stack(" in exceptiongroup_split_recursive")?;
    let (mut matched, mut rest) = (Vec::new(), Vec::new());
    for inner in group.exceptions(py)?.as_slice() {
        let halves = split(py, inner, matcher, want_rest)?;
        matched.extend(halves.matched);
        rest.extend(halves.rest);
    }
    let matched = group.subset(py, matched)?;
    let rest = if want_rest { group.subset(py, rest)? } else { None };
    Ok(Split { matched, rest })
}

impl PyBaseExceptionGroup {
    /// The contained exceptions.
    pub fn exceptions(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        match self.excs.get() {
            Some(excs) => Ok(excs),
            None => PyTuple::empty(py),
        }
    }

    /// Splits by an exception type or a tuple of them, as `except*` does.
    pub fn split_by(py: Py<'_>, exc: &PyObject, class: &PyObject) -> PyResult<Split> {
        split(py, exc, &Matcher::Class(class), true)
    }

    /// The part of a group that holds the leaf exceptions in `keep` (`exceptiongroup_projection` for `except*`).
    pub fn projection(py: Py<'_>, exc: &PyObject, keep: &[Ref<PyObject>]) -> PyResult<Option<Ref<PyObject>>> {
        let mut leaves = Vec::new();
        for e in keep {
            collect_leaves(py, e, &mut leaves)?;
        }
        Ok(split(py, exc, &Matcher::Identity(&leaves), false)?.matched)
    }

    /// A group like this one with other exceptions: by `derive`, with traceback, context, cause and notes copied.
    fn subset(&self, py: Py<'_>, excs: Vec<Ref<PyObject>>) -> PyResult<Option<Ref<PyObject>>> {
        if excs.is_empty() {
            return Ok(None);
        }
        let list = PyList::from_vec(py, excs)?;
        let derived = self.call_method(py, id!(py, "derive"), &[&list])?;
        let Some(new) = derived.downcast::<PyBaseExceptionGroup>() else {
            return Err(raise!(py, TypeError, "derive must return an instance of BaseExceptionGroup"));
        };
        new.base.set_traceback(self.base.traceback());
        new.base.set_context(self.base.context());
        new.base.set_cause(self.base.cause());
        if let Some(notes) = self.get_attr_optional(py, id!(py, "__notes__"))?
            && (notes.is_sequence() || notes.downcast::<PyList>().is_some())
        {
            let copy = PyList::from_vec(py, notes.collect(py)?)?;
            new.set_attr(py, id!(py, "__notes__"), &copy)?;
        }
        Ok(Some(derived))
    }
}

fn collect_leaves(py: Py<'_>, exc: &PyObject, leaves: &mut Vec<Ref<PyObject>>) -> PyResult<()> {
    match exc.downcast::<PyBaseExceptionGroup>() {
        Some(group) => {
            py.check_stack(" in collect_exception_group_leaves")?;
            for e in group.exceptions(py)?.as_slice() {
                collect_leaves(py, e, leaves)?;
            }
        }
        None => leaves.push(exc.to_ref()),
    }
    Ok(())
}

#[pymethods(class = "BaseExceptionGroup")]
impl PyBaseExceptionGroup {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, _kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let [message, excs] = args.as_slice() else {
            return Err(raise!(
                py,
                TypeError,
                "BaseExceptionGroup.__new__() takes exactly 2 arguments ({} given)",
                args.len()
            ));
        };
        if !PyStr::check(message) {
            return Err(raise!(py, TypeError, "argument 1 must be str, not {}", message.ty().name()));
        }
        if !excs.is_sequence() {
            return Err(raise!(py, TypeError, "second argument (exceptions) must be a sequence"));
        }
        let items = excs.collect(py)?;
        if items.is_empty() {
            return Err(raise!(py, ValueError, "second argument (exceptions) must be a non-empty sequence"));
        }
        let mut all_plain = true;
        for (i, exc) in items.iter().enumerate() {
            if !PyBaseException::check(exc) {
                return Err(raise!(
                    py,
                    ValueError,
                    "Item {i} of second argument (exceptions) is not an exception"
                ));
            }
            all_plain &= exc.ty().is_subtype(types::Exception());
        }
        let group_class = py.interp().exception_group.get();
        let group_class = group_class.as_ref().and_then(|c| c.downcast::<PyType>());
        let mut chosen = cls;
        if core::ptr::eq(cls, PyBaseExceptionGroup::type_object()) {
            if all_plain && let Some(group) = group_class {
                chosen = group;
            }
        } else if !all_plain {
            if group_class.is_some_and(|g| core::ptr::eq(cls, g)) {
                return Err(raise!(py, TypeError, "Cannot nest BaseExceptions in an ExceptionGroup"));
            }
            if cls.is_subtype(types::Exception()) {
                return Err(raise!(py, TypeError, "Cannot nest BaseExceptions in '{}'", cls.name()));
            }
        }
        let object = new_exception(py, chosen, args)?;
        // SAFETY: `chosen` is BaseExceptionGroup or a subclass.
        let this: &PyBaseExceptionGroup = unsafe { object.cast_unchecked() };
        this.msg.set(message.clone());
        this.excs.set(PyTuple::from_vec(py, items)?);
        if !PyTuple::check(excs) && !PyList::check(excs) {
            this.excs_str.set(excs.repr(py)?.upcast());
        }
        Ok(object)
    }

    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        refuse_keywords(py, self.ty(), kwargs)?;
        self.base.set_arguments(args.new_ref());
        Ok(())
    }

    #[slot]
    fn tp_str(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let n = self.exceptions(py)?.len();
        let message = match self.msg.get() {
            Some(m) => m.str(py)?,
            None => PyStr::new(py, "")?,
        };
        let plural = if n > 1 { "s" } else { "" };
        PyStr::concat_display(py, "", "", &message, &format!(" ({n} sub-exception{plural})"))
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let excs = match self.excs_str.get() {
            Some(text) => text.str(py)?,
            None => {
                let args = self.base.arguments(py)?;
                let items = self.exceptions(py)?;
                // As a list only where the arguments still say so.
                if args.len() == 2 && args.get(1).is_some_and(PyList::check) {
                    PyList::from_vec(py, items.as_slice().to_vec())?.as_object().repr(py)?
                } else {
                    items.as_object().repr(py)?
                }
            }
        };
        let message = match self.msg.get() {
            Some(m) => m.repr(py)?,
            None => PyStr::new(py, "''")?,
        };
        PyStr::new(py, &format!("{}({message}, {excs})", self.ty().short_name()))
    }

    #[getter(name = "exceptions")]
    fn py_exceptions(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        self.exceptions(py)
    }

    #[pymethod]
    fn derive(&self, py: Py<'_>, excs: &PyObject) -> PyResult<Ref<PyObject>> {
        let message = self.msg.get().unwrap_or_else(|| py.none());
        PyObject::call(PyBaseExceptionGroup::type_object(), py, &[&message, excs])
    }

    #[pymethod(name = "split")]
    fn py_split(&self, py: Py<'_>, matcher_value: &PyObject) -> PyResult<Ref<PyTuple>> {
        let halves = split(py, self, &Matcher::of(py, matcher_value)?, true)?;
        let part = |x: Option<Ref<PyObject>>| x.unwrap_or_else(|| py.none());
        PyTuple::from_vec(py, vec![part(halves.matched), part(halves.rest)])
    }

    #[pymethod]
    fn subgroup(&self, py: Py<'_>, matcher_value: &PyObject) -> PyResult<Option<Ref<PyObject>>> {
        Ok(split(py, self, &Matcher::of(py, matcher_value)?, false)?.matched)
    }

    #[classmethod(name = "__class_getitem__")]
    #[sig("($type, object, /)")]
    fn class_getitem(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        crate::objects::generic_alias::class_getitem(py, cls, object)
    }
}
