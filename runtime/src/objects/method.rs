//! `method`: a callable bound to its first argument.

use crate::args::Args;
use crate::objects::weakref::WeakList;
use crate::prelude::*;
use crate::slots::VectorcallFunc;

/// `PyMethodObject`.
#[pyclass(name = "method", gc, vectorcall_offset = vectorcall)]
#[repr(C)]
pub struct PyMethod {
    ob_base: PyObject,
    #[pymember("__func__", readonly)]
    im_func: Member<PyObject>,
    #[pymember("__self__", readonly)]
    im_self: Member<PyObject>,
    im_weakreflist: WeakList,
    vectorcall: Cell<Option<VectorcallFunc>>,
}

impl PyMethod {
    /// `function` bound to `instance`.
    #[inline]
    pub fn new(py: Py<'_>, function: &PyObject, instance: &PyObject) -> PyResult<Ref<PyMethod>> {
        PyMethod {
            ob_base: PyObject::HEADER,
            im_func: Member::new(function.to_ref()),
            im_self: Member::new(instance.to_ref()),
            im_weakreflist: WeakList::EMPTY,
            vectorcall: Cell::new(Some(method_vectorcall)),
        }
        .alloc_exact(py)
    }

    /// The callable.
    #[inline(always)]
    pub fn function(&self) -> &PyObject {
        // SAFETY: set when the object is made, never changed.
        unsafe { &*self.im_func.as_raw() }
    }

    /// What it is bound to.
    #[inline(always)]
    pub fn instance(&self) -> &PyObject {
        // SAFETY: set when the object is made, never changed.
        unsafe { &*self.im_self.as_raw() }
    }
}

/// Set in `nargsf` when the slot before the arguments may be overwritten for the time of the call.
const ARGUMENTS_OFFSET: usize = 1 << (usize::BITS - 1);
/// Arguments that are copied to the native stack rather than the heap.
const SMALL: usize = 8;

unsafe extern "C-unwind" fn method_vectorcall(
    op: *mut PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: a vectorcall function of `method`; arguments as the protocol says.
    unsafe {
        let py = Py::assume();
        let method: &PyMethod = (*op).cast_unchecked();
        let (function, instance) = (method.im_func.as_raw(), method.im_self.as_raw());
        let nargs = nargsf & !ARGUMENTS_OFFSET;
        let kwnames: Option<&PyTuple> = kwnames.cast::<PyTuple>().as_ref();
        let finish = |result: PyResult<Ref<PyObject>>| result.map_or(core::ptr::null_mut(), Ref::into_raw);
        if nargsf & ARGUMENTS_OFFSET != 0 {
            let first = args.cast_mut().sub(1);
            let saved = *first;
            *first = instance;
            let result = (*function).vectorcall_raw(py, first, nargs + 1, kwnames);
            *first = saved;
            return finish(result);
        }
        let total = nargs + kwnames.map_or(0, PyTuple::len);
        let mut small = [core::ptr::null_mut(); SMALL + 2];
        let mut big = Vec::new();
        let room: *mut *mut PyObject = if total <= SMALL {
            small.as_mut_ptr()
        } else {
            big.resize(total + 2, core::ptr::null_mut());
            big.as_mut_ptr()
        };
        room.add(1).write(instance);
        if total != 0 {
            core::ptr::copy_nonoverlapping(args, room.add(2), total);
        }
        finish((*function).vectorcall_raw(py, room.add(1), (nargs + 1) | ARGUMENTS_OFFSET, kwnames))
    }
}

#[pymethods]
impl PyMethod {
    #[slot]
    fn tp_new(py: Py<'_>, _cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        no_keywords(py, "method", kwargs)?;
        check_positional(py, "method", args.len() as isize, 2, 2)?;
        let (Some(function), Some(instance)) = (args.get(0), args.get(1)) else {
            bail!(py, SystemError, "method lost its arguments")
        };
        if !function.is_callable() {
            bail!(py, TypeError, "first argument must be callable");
        }
        if instance.is_none() {
            bail!(py, TypeError, "instance must not be None");
        }
        PyMethod::new(py, function, instance).map(Ref::upcast)
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let getattr = match py.interp().builtins.get() {
            Some(builtins) => builtins.get_item(py, id!(py, "getattr"))?,
            None => bail!(py, RuntimeError, "unable to get the builtins module"),
        };
        let name = self.function().get_attr(py, id!(py, "__name__"))?;
        let args = PyTuple::new(py, &[self.instance(), &name])?;
        PyTuple::new(py, &[&getattr, &args])
    }

    #[getter]
    fn __doc__(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        self.function().get_attr_optional(py, id!(py, "__doc__"))
    }

    #[slot]
    fn tp_call(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let mut items: Vec<&PyObject> = Vec::with_capacity(args.len() + 1);
        items.push(self.instance());
        items.extend(args.as_slice().iter().map(|r| &**r));
        match kwargs {
            Some(kwargs) if !kwargs.is_empty() => {
                let args = PyTuple::new(py, &items)?;
                self.function().call_dict(py, &args, Some(kwargs))
            }
            _ => self.function().call_args(py, Args::positional_only(&items)),
        }
    }

    #[slot]
    fn tp_getattro(&self, py: Py<'_>, name: &PyObject) -> PyResult<Ref<PyObject>> {
        let Some(name) = name.downcast::<PyStr>() else {
            bail!(py, TypeError, "attribute name must be string, not '{}'", name.ty().name())
        };
        if let Some(found) = self.ty().lookup(py, name) {
            return match found.ty().tp_descr_get.get() {
                // SAFETY: a slot of a live object, called as the protocol says.
                Some(get) => unsafe {
                    let result = get(found.as_ptr(), self.as_ptr(), self.ty().as_ptr());
                    crate::error::owned_or_raised(py, result)
                },
                None => Ok(found),
            };
        }
        self.function().get_attr(py, name)
    }

    #[slot]
    fn tp_hash(&self, py: Py<'_>) -> PyResult<isize> {
        // The instance counts by identity, the function by value.
        let x = self.instance().id().rotate_right(4) as isize;
        Ok(x ^ self.function().hash(py)?)
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let (Some(other), CompareOp::Eq | CompareOp::Ne) = (other.downcast_exact::<PyMethod>(), op) else {
            return Ok(py.not_implemented());
        };
        let equal = self.function().eq(py, other.function())? && self.instance().is(other.instance());
        Ok(PyBool::get(equal == (op == CompareOp::Eq)).to_ref())
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<String> {
        let mut name = self.function().get_attr_optional(py, id!(py, "__qualname__"))?;
        if name.is_none() {
            name = self.function().get_attr_optional(py, id!(py, "__name__"))?;
        }
        let name = match name.as_ref().and_then(|n| n.downcast::<PyStr>()) {
            Some(name) => name.to_string(),
            None => "?".to_owned(),
        };
        Ok(format!("<bound method {name} of {}>", self.instance().repr(py)?))
    }

    #[slot]
    fn tp_descr_get(
        &self,
        _py: Py<'_>,
        _instance: Option<&PyObject>,
        _owner: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        // Bound already.
        Ok(self.to_ref())
    }
}
