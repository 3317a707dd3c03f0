//! What `cmp_to_key` returns: makes keys, and is a key itself.

use krait_runtime::prelude::*;
use krait_runtime::protocol::vectorcall::spread;

/// `functools.KeyWrapper`: the key maker when it has no object, a key when it has one.
#[pyclass(module = "functools", name = "KeyWrapper", gc, disallow_instantiation, heap, immutable)]
#[repr(C)]
pub struct KeyWrapper {
    base: PyObject,
    cmp: Ref<PyObject>,
    #[pymember("obj", object)]
    object: Member<PyObject>,
}

impl KeyWrapper {
    /// A wrapper of `cmp`, with or without an object.
    pub fn make(py: Py<'_>, cmp: &PyObject, object: Option<&PyObject>) -> PyResult<Ref<KeyWrapper>> {
        KeyWrapper {
            base: PyObject::HEADER,
            cmp: cmp.to_ref(),
            object: Member::from_option(object.map(PyObject::to_ref)),
        }
        .alloc_exact(py)
    }
}

#[pymethods]
impl KeyWrapper {
    #[slot]
    fn tp_call(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        spread(py, args, kwargs, |args| {
            let given = args.all().len();
            if given > 1 {
                bail!(py, TypeError, "K() takes at most 1 argument ({given} given)");
            }
            let object = match args.positional().first() {
                Some(object) => Some(*object),
                None => {
                    let mut named = args.keywords().iter();
                    named.find_map(|(name, value)| {
                        name.downcast::<PyStr>().filter(|name| name.eq_str("obj")).map(|_| value)
                    })
                }
            };
            match object {
                Some(object) => KeyWrapper::make(py, &self.cmp, Some(object)).map(Ref::upcast),
                None => Err(raise!(py, TypeError, "K() missing required argument 'obj' (pos 1)")),
            }
        })
    }

    #[getter]
    fn __text_signature__(&self, _py: Py<'_>) -> &'static str {
        "(obj)"
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let Some(other) = other.downcast_exact::<KeyWrapper>() else {
            bail!(py, TypeError, "other argument must be K instance");
        };
        let (Some(a), Some(b)) = (self.object.get(), other.object.get()) else {
            bail!(py, AttributeError, "object");
        };
        let order = self.cmp.call(py, &[&a, &b])?;
        order.rich_compare(py, &*PyInt::new(py, 0)?, op)
    }
}
