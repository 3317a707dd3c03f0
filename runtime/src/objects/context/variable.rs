//! `ContextVar`.

use crate::objects::exceptions::types;
use crate::objects::generic_alias::class_getitem;
use crate::prelude::*;

use super::{PyContext, PyToken};

/// `ContextVar`: a key of contexts.
#[pyclass(module = "_contextvars", name = "ContextVar", gc)]
#[repr(C)]
pub struct PyContextVar {
    base: PyObject,
    #[pymember("name", object, readonly)]
    name: Member<PyObject>,
    default: Member<PyObject>,
}

impl PyContextVar {
    /// A new variable.
    pub fn make(py: Py<'_>, name: &str, default: Option<&PyObject>) -> PyResult<Ref<PyContextVar>> {
        PyContextVar::named(py, PyStr::new(py, name)?.upcast(), default)
    }

    fn named(py: Py<'_>, name: Ref<PyObject>, default: Option<&PyObject>) -> PyResult<Ref<PyContextVar>> {
        let default = Member::from_option(default.map(PyObject::to_ref));
        PyContextVar { base: PyObject::HEADER, name: Member::new(name), default }.alloc_exact(py)
    }

    /// The value in this thread's context, else `default`, else the variable's own default (`PyContextVar_Get`).
    pub fn lookup(&self, py: Py<'_>, default: Option<&PyObject>) -> Option<Ref<PyObject>> {
        if let Some(context) = py.thread().context.get()
            && let Some(context) = context.downcast_exact::<PyContext>()
            && let Some(value) = context.lookup(self)
        {
            return Some(value);
        }
        default.map(PyObject::to_ref).or_else(|| self.default.get())
    }

    /// Sets the value in this thread's context; the token resets it (`PyContextVar_Set`).
    pub fn assign(&self, py: Py<'_>, value: &PyObject) -> PyResult<Ref<PyToken>> {
        let context = PyContext::current(py)?;
        let token = PyToken::make(py, &context, self, context.lookup(self))?;
        context.assign(py, self, value)?;
        Ok(token)
    }

    /// Gives the variable the value it had when `token` was made (`PyContextVar_Reset`).
    pub fn reset_to(&self, py: Py<'_>, token: &PyToken) -> PyResult<()> {
        if token.is_used() {
            bail!(py, RuntimeError, "{} has already been used once", token.repr(py)?);
        }
        if !token.variable().is_some_and(|var| var.is(self)) {
            bail!(py, ValueError, "{} was created by a different ContextVar", token.repr(py)?);
        }
        let context = PyContext::current(py)?;
        if !token.context().is_some_and(|made_in| made_in.is(&context)) {
            bail!(py, ValueError, "{} was created in a different Context", token.repr(py)?);
        }
        token.use_up();
        match token.old_value() {
            Some(value) => context.assign(py, self, &value),
            None if context.remove(py, self)? => Ok(()),
            None => Err(py.raise_object(types::LookupError(), Some(self))),
        }
    }
}

#[pymethods]
impl PyContextVar {
    #[slot]
    fn tp_new(py: Py<'_>, _cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let keywords = kwargs.map_or(0, PyDict::len);
        let default = match kwargs {
            Some(kwargs) => kwargs.get_str(py, id!(py, "default"))?,
            None => None,
        };
        let [name] = args.as_slice() else {
            let n = args.len();
            let how = if n == 0 { "exactly" } else { "at most" };
            if n + keywords > 2 {
                let n = n + keywords;
                bail!(py, TypeError, "ContextVar() takes at most 2 arguments ({n} given)");
            }
            bail!(py, TypeError, "ContextVar() takes {how} 1 positional argument ({n} given)");
        };
        if keywords > 1 {
            bail!(py, TypeError, "ContextVar() takes at most 2 arguments ({} given)", keywords + 1);
        }
        if keywords == 1 && default.is_none() {
            let key = kwargs.and_then(|k| k.items_snapshot().into_iter().next());
            let key = match key {
                Some((key, _)) => key.str(py)?.to_string(),
                None => String::new(),
            };
            bail!(py, TypeError, "ContextVar() got an unexpected keyword argument '{key}'");
        }
        if name.downcast::<PyStr>().is_none() {
            bail!(py, TypeError, "context variable name must be a str");
        }
        // A subclass may refuse to be hashed.
        name.hash(py)?;
        PyContextVar::named(py, name.clone(), default.as_deref()).map(Ref::upcast)
    }

    #[pymethod]
    #[raw(fastcall)]
    fn get(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let args = args.positional();
        check_positional(py, "get", args.len() as isize, 0, 1)?;
        match self.lookup(py, args.first().copied()) {
            Some(value) => Ok(value),
            None => Err(py.raise_object(types::LookupError(), Some(self))),
        }
    }

    #[pymethod]
    fn set(&self, py: Py<'_>, value: &PyObject) -> PyResult<Ref<PyToken>> {
        self.assign(py, value)
    }

    #[pymethod]
    fn reset(&self, py: Py<'_>, token: &PyObject) -> PyResult<()> {
        match token.downcast_exact::<PyToken>() {
            Some(token) => self.reset_to(py, token),
            None => Err(raise!(py, TypeError, "expected an instance of Token, got {}", token.repr(py)?)),
        }
    }

    #[classmethod]
    fn __class_getitem__(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        class_getitem(py, cls, object)
    }

    #[slot]
    fn tp_hash(&self, _py: Py<'_>) -> PyResult<isize> {
        let hash = (self.id() >> 4) as isize;
        Ok(if hash == -1 { -2 } else { hash })
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<String> {
        let name = match self.name.get() {
            Some(name) => name.repr(py)?.to_string(),
            None => String::new(),
        };
        let default = match self.default.get() {
            Some(default) => format!(" default={}", default.repr(py)?),
            None => String::new(),
        };
        Ok(format!("<ContextVar name={name}{default} at {:#x}>", self.id()))
    }
}
