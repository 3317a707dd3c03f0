//! `_thread._local`: attributes of which every thread has its own set.

use std::rc::Rc;

use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_runtime::protocol::attribute::attribute_name;
use krait_runtime::thread_local::LocalDicts;

/// `_thread._local`.
#[pyclass(module = "_thread", name = "_local", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct Local {
    base: PyObject,
    args: Member<PyTuple>,
    kwargs: Member<PyDict>,
    dicts: Rc<LocalDicts>,
    weaklist: WeakList,
}

impl Local {
    /// This thread's attributes. In a thread that comes here for the first time `__init__` runs with the arguments the object was
    /// made with.
    fn dict(&self, py: Py<'_>) -> PyResult<Ref<PyDict>> {
        if let Some(dict) = self.dicts.get(py) {
            return Ok(dict);
        }
        let dict = PyDict::new(py)?;
        self.dicts.set(py, dict.new_ref());
        let own_init = self.ty().tp_init.get();
        let plain_init = krait_runtime::objects::object::PyBaseObject::type_object().tp_init.get();
        if own_init.map(|f| f as usize) != plain_init.map(|f| f as usize)
            && let Err(raised) = self.run_init(py)
        {
            // So that the next access tries again.
            self.dicts.remove(py.thread().id);
            return Err(raised);
        }
        Ok(dict)
    }

    fn run_init(&self, py: Py<'_>) -> PyResult<()> {
        let args = match self.args.get() {
            Some(args) => args,
            None => PyTuple::empty(py)?,
        };
        let init = self.ty().get_attr(py, id!(py, "__init__"))?;
        let mut all = vec![self.to_ref()];
        all.extend(args.as_slice().iter().cloned());
        let all = PyTuple::from_vec(py, all)?;
        init.call_dict(py, &all, self.kwargs.get().as_deref()).map(drop)
    }
}

#[pymethods]
impl Local {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let plain =
            krait_runtime::objects::object::PyBaseObject::type_object().tp_init.get().map(|f| f as usize);
        if cls.tp_init.get().map(|f| f as usize) == plain
            && (!args.is_empty() || kwargs.is_some_and(|k| !k.is_empty()))
        {
            bail!(py, TypeError, "Initialization arguments are not supported");
        }
        let dicts = Rc::new(LocalDicts::default());
        let local = Local {
            base: PyObject::HEADER,
            args: Member::new(args.new_ref()),
            kwargs: Member::from_option(kwargs.map(PyClass::new_ref)),
            dicts: Rc::clone(&dicts),
            weaklist: WeakList::EMPTY,
        }
        .alloc(py, cls)?;
        // `__init__` of this thread is run by the call of the type.
        dicts.set(py, PyDict::new(py)?);
        Ok(local.upcast())
    }

    #[slot]
    fn tp_getattro(&self, py: Py<'_>, name: &PyObject) -> PyResult<Ref<PyObject>> {
        let dict = self.dict(py)?;
        let name = attribute_name(py, name)?;
        if name.eq_str("__dict__") {
            return Ok(dict.upcast());
        }
        self.generic_get_attr_with_dict(py, name, &dict)
    }

    #[slot]
    fn tp_setattro(&self, py: Py<'_>, name: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
        let dict = self.dict(py)?;
        if name.eq(py, id!(py, "__dict__"))? {
            let name = name.str(py)?;
            let text = format!("'{}' object attribute '{name}' is read-only", self.ty().name());
            return Err(py.raise_attribute_error_object(self, &name, &text));
        }
        let name = attribute_name(py, name)?;
        match self.generic_set_attr_with_dict(py, name, value, &dict) {
            Err(raised) if value.is_none() && py.error_matches(types::KeyError()) => {
                py.clear_error(raised);
                Err(self.no_attribute(py, name))
            }
            other => other,
        }
    }
}
