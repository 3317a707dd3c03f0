//! Calling: vectorcall first, `tp_call` as the fall-back. Not here: Python functions (crate `interp`).

use crate::args::Args;
use crate::error::{PyResult, Raised, owned_or_raised};
use crate::object::PyObject;
use crate::objects::r#type::flags;
use crate::objects::{PyDict, PyModule, PyStr, PyTuple};
use crate::py::Py;
use crate::raise;
use crate::reference::Ref;
use crate::slots::VectorcallFunc;

/// Bit in `nargsf`: the callee may use the slot before the first argument.
pub const ARGUMENTS_OFFSET: usize = 1 << (usize::BITS - 1);

impl PyObject {
    /// The object's vectorcall function, if its type offers one.
    #[inline(always)]
    pub fn vectorcall_func(&self) -> Option<VectorcallFunc> {
        let ty = self.ty();
        if !ty.has(flags::HAVE_VECTORCALL) {
            return None;
        }
        let offset = ty.tp_vectorcall_offset.get();
        // SAFETY: the flag says that a vectorcall pointer stands at the offset.
        unsafe { *self.as_ptr().byte_offset(offset).cast::<Option<VectorcallFunc>>() }
    }

    /// Calls with raw vectorcall arguments: `args` holds the positional ones, then the values for `kwnames`.
    ///
    /// # Safety
    /// As the vectorcall protocol says; `nargsf` may carry [`ARGUMENTS_OFFSET`].
    #[inline]
    pub unsafe fn vectorcall_raw(
        &self,
        py: Py<'_>,
        args: *const *mut PyObject,
        nargsf: usize,
        kwnames: Option<&PyTuple>,
    ) -> PyResult<Ref<PyObject>> {
        let names = kwnames.map_or(core::ptr::null_mut(), |k| k.as_ptr());
        // SAFETY: passed through.
        unsafe {
            match self.vectorcall_func() {
                Some(f) => self.check_result(py, f(self.as_ptr(), args, nargsf, names)),
                None => self.call_through_tuple(py, Args::from_raw(args, nargsf & !ARGUMENTS_OFFSET, names)),
            }
        }
    }

    /// Calls with positional arguments.
    #[inline]
    pub fn call(&self, py: Py<'_>, args: &[&PyObject]) -> PyResult<Ref<PyObject>> {
        // SAFETY: a slice of `&PyObject` is an argument vector.
        unsafe { self.vectorcall_raw(py, args.as_ptr().cast(), args.len(), None) }
    }

    /// Calls with positional arguments followed by the values of the keyword arguments named in `kwnames`.
    #[inline]
    pub fn call_keywords(
        &self,
        py: Py<'_>,
        args: &[&PyObject],
        kwnames: &PyTuple,
    ) -> PyResult<Ref<PyObject>> {
        let Some(npos) = args.len().checked_sub(kwnames.len()) else {
            return Err(raise!(py, SystemError, "more keyword names than arguments"));
        };
        // SAFETY: the slice holds positional and keyword values.
        unsafe { self.vectorcall_raw(py, args.as_ptr().cast(), npos, Some(kwnames)) }
    }

    /// Calls with the arguments another function was called with.
    #[inline]
    pub fn call_args(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        // SAFETY: `Args` wraps an argument vector.
        unsafe {
            self.vectorcall_raw(py, args.all().as_ptr().cast(), args.positional().len(), args.kwnames())
        }
    }

    /// Calls with an argument tuple and an optional keyword dict (`PyObject_Call`).
    pub fn call_dict(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        if let Some(f) = self.vectorcall_func() {
            let kwargs = kwargs.filter(|k| !k.is_empty());
            let mut values = Vec::with_capacity(args.len() + kwargs.map_or(0, PyDict::len));
            values.extend_from_slice(args.as_slice());
            let mut kwnames = None;
            if let Some(kwargs) = kwargs {
                let mut names = Vec::with_capacity(kwargs.len());
                let mut position = 0;
                while let Some((k, v)) = kwargs.next_entry(&mut position) {
                    if k.downcast::<PyStr>().is_none() {
                        return Err(raise!(py, TypeError, "keywords must be strings"));
                    }
                    names.push(k);
                    values.push(v);
                }
                kwnames = Some(PyTuple::from_vec(py, names)?);
            }
            let names = kwnames.as_ref().map_or(core::ptr::null_mut(), |k| k.as_ptr());
            // SAFETY: `values` holds positional and keyword values, alive through the call.
            return unsafe {
                self.check_result(py, f(self.as_ptr(), values.as_ptr().cast(), args.len(), names))
            };
        }
        let Some(tp_call) = self.ty().tp_call.get() else { return Err(self.not_callable(py)) };
        py.check_stack(" while calling a Python object")?;
        let kwargs = kwargs.map_or(core::ptr::null_mut(), |k| k.as_ptr());
        // SAFETY: tp_call takes a tuple and a dict or null.
        unsafe { self.check_result(py, tp_call(self.as_ptr(), args.as_ptr(), kwargs)) }
    }

    #[inline(never)]
    fn call_through_tuple(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        if let Some(result) = crate::objects::r#type::dispatch::call_for_init(py, self, args) {
            return result;
        }
        let Some(tp_call) = self.ty().tp_call.get() else { return Err(self.not_callable(py)) };
        let tuple = PyTuple::new(py, args.positional())?;
        let dict = if args.has_keywords() { Some(args.keywords().to_dict(py)?) } else { None };
        py.check_stack(" while calling a Python object")?;
        let kwargs = dict.as_ref().map_or(core::ptr::null_mut(), |k| k.as_ptr());
        // SAFETY: tp_call takes a tuple and a dict or null.
        unsafe { self.check_result(py, tp_call(self.as_ptr(), tuple.as_ptr(), kwargs)) }
    }

    /// The name of a module that has something callable of its own name: likely what was meant.
    fn callable_of_same_name(&self, py: Py<'_>) -> PyResult<Option<Ref<PyStr>>> {
        let Some(module) = self.downcast::<PyModule>() else { return Ok(None) };
        let name = module.dict().get_str(py, crate::id!(py, "__name__"))?;
        let Some(Ok(name)) = name.map(Ref::downcast_into::<PyStr>) else { return Ok(None) };
        let inner = self.get_attr_optional(py, &name)?;
        Ok(inner.filter(|inner| inner.is_callable()).map(|_| name))
    }

    #[cold]
    fn not_callable(&self, py: Py<'_>) -> Raised {
        match self.callable_of_same_name(py) {
            Ok(Some(name)) => {
                let ty = self.ty().name();
                return raise!(
                    py,
                    TypeError,
                    "'{ty}' object is not callable. Did you mean: '{name}.{name}(...)'?"
                );
            }
            Ok(None) => {}
            Err(raised) => return raised,
        }
        raise!(py, TypeError, "'{}' object is not callable", self.ty().name())
    }

    /// `_Py_CheckFunctionResult`: a result without exception or an exception without result.
    ///
    /// # Safety
    /// `result` is null or an owned reference.
    #[inline(always)]
    pub unsafe fn check_result(&self, py: Py<'_>, result: *mut PyObject) -> PyResult<Ref<PyObject>> {
        if result.is_null() && !py.has_error() {
            return Err(raise!(
                py,
                SystemError,
                "{} returned NULL without setting an exception",
                self.ty().name()
            ));
        }
        // SAFETY: by contract.
        unsafe { owned_or_raised(py, result) }
    }

    /// Calls the method `name` with positional arguments, without making a bound method where possible.
    pub fn call_method(&self, py: Py<'_>, name: &PyStr, args: &[&PyObject]) -> PyResult<Ref<PyObject>> {
        match self.load_method(py, name)? {
            (function, true) => {
                let mut all = Vec::with_capacity(args.len() + 1);
                all.push(self);
                all.extend_from_slice(args);
                function.call(py, &all)
            }
            (bound, false) => bound.call(py, args),
        }
    }
}
