//! `function`: functions made by `def` and `lambda`. Not here: binding arguments and running the code (`call/`).

use core::cell::Cell;

use krait_bytecode::CodeFlags;
use krait_runtime::objects::cell::PyCell;
use krait_runtime::objects::weakref::WeakList;
use krait_runtime::prelude::*;
use krait_runtime::slots::VectorcallFunc;

use crate::objects::code::PyCode;

/// `PyFunctionObject` of 3.14.
#[pyclass(name = "function", gc, method_descriptor, vectorcall_offset = vectorcall, dict = func_dict)]
#[repr(C)]
#[allow(missing_docs)]
pub struct PyFunction {
    pub ob_base: PyObject,
    #[pymember("__globals__", readonly)]
    pub func_globals: Member<PyDict>,
    #[pymember("__builtins__", readonly)]
    pub func_builtins: Member<PyObject>,
    pub func_name: Member<PyStr>,
    pub func_qualname: Member<PyStr>,
    pub func_code: Member<PyCode>,
    /// A tuple, or empty.
    pub func_defaults: Member<PyTuple>,
    /// A dict, or empty.
    pub func_kwdefaults: Member<PyDict>,
    #[pymember("__closure__", readonly)]
    pub func_closure: Member<PyTuple>,
    pub func_doc: Member<PyObject>,
    pub func_dict: Member<PyDict>,
    pub func_weakreflist: WeakList,
    pub func_module: Member<PyObject>,
    /// A dict; or, fresh from the compiler, a tuple of names and values.
    pub func_annotations: Member<PyObject>,
    pub func_annotate: Member<PyObject>,
    pub func_typeparams: Member<PyObject>,
    pub vectorcall: Cell<Option<VectorcallFunc>>,
    /// 0: not assigned (or reset by a change of code, defaults or closure).
    pub func_version: Cell<u32>,
}

impl PyFunction {
    /// A function of `code` in `globals` (`PyFunction_New`): docstring from the first constant, module from `__name__`.
    pub fn new(py: Py<'_>, code: &PyCode, globals: &PyDict) -> PyResult<Ref<PyFunction>> {
        Self::with_qualname(py, code, globals, None)
    }

    /// The same under another qualified name.
    pub fn with_qualname(
        py: Py<'_>,
        code: &PyCode,
        globals: &PyDict,
        qualname: Option<&PyStr>,
    ) -> PyResult<Ref<PyFunction>> {
        let doc = match code.consts().get(0) {
            Some(doc) if code.has(CodeFlags::HAS_DOCSTRING) => doc.to_ref(),
            _ => py.none(),
        };
        let module = globals.get_str(py, id!(py, "__name__"))?;
        let builtins = builtins_of(py, globals)?;
        PyFunction {
            ob_base: PyObject::HEADER,
            func_globals: Member::new(globals.new_ref()),
            func_builtins: Member::new(builtins),
            func_name: Member::new(code.name().new_ref()),
            func_qualname: Member::new(qualname.unwrap_or(code.qualname()).new_ref()),
            func_code: Member::new(code.new_ref()),
            func_defaults: Member::empty(),
            func_kwdefaults: Member::empty(),
            func_closure: Member::empty(),
            func_doc: Member::new(doc),
            func_dict: Member::empty(),
            func_weakreflist: WeakList::EMPTY,
            func_module: Member::from_option(module),
            func_annotations: Member::empty(),
            func_annotate: Member::empty(),
            func_typeparams: Member::empty(),
            vectorcall: Cell::new(Some(crate::call::function_vectorcall)),
            func_version: Cell::new(0),
        }
        .alloc_exact(py)
    }

    /// The code.
    #[inline(always)]
    pub fn code(&self) -> &PyCode {
        // SAFETY: always set; a change puts the new one in place first, and frames own what they run.
        unsafe { &*self.func_code.as_raw() }
    }

    /// The globals.
    #[inline(always)]
    pub fn globals_ptr(&self) -> *const PyDict {
        self.func_globals.as_raw()
    }

    /// The builtins.
    #[inline(always)]
    pub fn builtins_ptr(&self) -> *const PyObject {
        self.func_builtins.as_raw()
    }

    /// The name, for messages.
    pub fn name(&self) -> Option<Ref<PyStr>> {
        self.func_name.get()
    }

    /// The qualified name, for messages.
    pub fn qualname(&self) -> Option<Ref<PyStr>> {
        self.func_qualname.get()
    }

    /// Forgets the version: specialised calls to the function must not be trusted any more.
    #[inline]
    pub fn reset_version(&self) {
        self.func_version.set(0);
    }

    /// The version that stands for the present code, defaults and closure; 0 when there are no more numbers
    /// (`_PyFunction_GetVersionForCurrentState`).
    pub fn version(&self, py: Py<'_>) -> u32 {
        if self.func_version.get() == 0 {
            let next = py.interp().next_func_version.get();
            if next != 0 {
                py.interp().next_func_version.set(next.wrapping_add(1));
            }
            self.func_version.set(next);
        }
        self.func_version.get()
    }

    /// `SET_FUNCTION_ATTRIBUTE`: what the compiler attaches to a fresh function; `which` is the instruction's operand.
    pub fn set_attribute(&self, which: u32, value: Ref<PyObject>) {
        // SAFETY: the compiler builds objects of the right types for each operand.
        unsafe {
            match which {
                0x01 => self.func_defaults.set(value.cast_into_unchecked()),
                0x02 => self.func_kwdefaults.set(value.cast_into_unchecked()),
                0x04 => self.func_annotations.set(value),
                0x08 => self.func_closure.set(value.cast_into_unchecked()),
                _ => self.func_annotate.set(value),
            }
        }
    }

    /// `__annotations__`, made from `__annotate__` at first use; `None` when there are none and `create` is off.
    pub fn annotations(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        match self.func_annotations.get() {
            Some(pairs) if PyTuple::check_exact(&pairs) => {
                let dict = PyDict::new(py)?;
                if let Some(tuple) = pairs.downcast::<PyTuple>() {
                    for pair in tuple.as_slice().chunks_exact(2) {
                        if let [name, value] = pair {
                            dict.set(py, name, value)?;
                        }
                    }
                }
                self.func_annotations.set(dict.clone().upcast());
                Ok(dict.upcast())
            }
            Some(dict) => Ok(dict),
            None => {
                let made = match self.func_annotate.get() {
                    Some(annotate) if annotate.is_callable() => {
                        let format = PyInt::new(py, 1)?;
                        let result = annotate.call(py, &[&format])?;
                        if !PyDict::check(&result) {
                            bail!(
                                py,
                                TypeError,
                                "__annotate__ returned non-dict of type '{}'",
                                result.ty().name()
                            );
                        }
                        result
                    }
                    _ => PyDict::new(py)?.upcast(),
                };
                self.func_annotations.set(made.clone());
                Ok(made)
            }
        }
    }
}

/// The builtins that code running in `globals` sees (`_PyEval_BuiltinsFromGlobals`).
pub fn builtins_of(py: Py<'_>, globals: &PyDict) -> PyResult<Ref<PyObject>> {
    if let Some(builtins) = globals.get_str(py, id!(py, "__builtins__"))? {
        return Ok(match builtins.downcast::<PyModule>() {
            Some(module) => module.dict().upcast(),
            None => builtins,
        });
    }
    // Without any: those of the running frame, else the interpreter's.
    if let Some(builtins) = crate::objects::frame::current_builtins(py) {
        return Ok(builtins);
    }
    match py.interp().builtins.get() {
        Some(builtins) => Ok(builtins),
        None => Err(raise!(py, SystemError, "the interpreter has no builtins yet")),
    }
}

#[pymethods]
impl PyFunction {
    #[new]
    #[sig("(code, globals, name=None, argdefs=None, closure=None, kwdefaults=None)")]
    fn new_function(
        py: Py<'_>,
        _cls: &PyType,
        code: &PyCode,
        globals: &PyDict,
        name: Option<&PyObject>,
        argdefs: Option<&PyObject>,
        closure: Option<&PyObject>,
        kwdefaults: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        py.audit("function.__new__", &[code])?;
        let given = |x: Option<&PyObject>| x.filter(|x| !x.is_none()).map(PyObject::to_ref);
        let name = match given(name).map(Ref::downcast_into::<PyStr>).transpose() {
            Ok(name) => name,
            Err(_) => bail!(py, TypeError, "arg 3 (name) must be None or string"),
        };
        let Ok(defaults) = given(argdefs).map(Ref::downcast_into::<PyTuple>).transpose() else {
            bail!(py, TypeError, "arg 4 (defaults) must be None or tuple")
        };
        let nfree = code.co_nfreevars.get() as usize;
        let cells = match closure {
            Some(closure) if PyTuple::check(closure) => closure.to_ref().downcast_into::<PyTuple>().ok(),
            None => None,
            Some(c) if c.is_none() => None,
            Some(_) if nfree != 0 => bail!(py, TypeError, "arg 5 (closure) must be tuple"),
            Some(_) => bail!(py, TypeError, "arg 5 (closure) must be None or tuple"),
        };
        if nfree != 0 && cells.is_none() {
            bail!(py, TypeError, "arg 5 (closure) must be tuple");
        }
        let Ok(kwdefaults) = given(kwdefaults).map(Ref::downcast_into::<PyDict>).transpose() else {
            bail!(py, TypeError, "arg 6 (kwdefaults) must be None or dict")
        };
        let nclosure = cells.as_ref().map_or(0, |c| c.len());
        if nfree != nclosure {
            bail!(py, ValueError, "{} requires closure of length {nfree}, not {nclosure}", code.name());
        }
        if let Some(cells) = &cells {
            for cell in cells.as_slice() {
                if !PyCell::check_exact(cell) {
                    bail!(py, TypeError, "arg 5 (closure) expected cell, found {}", cell.ty().name());
                }
            }
        }
        let function = PyFunction::new(py, code, globals)?;
        if let Some(name) = name {
            function.func_name.set(name);
        }
        drop(function.func_defaults.replace(defaults));
        drop(function.func_closure.replace(cells));
        drop(function.func_kwdefaults.replace(kwdefaults));
        Ok(function.upcast())
    }

    #[getter(name = "__code__")]
    fn get_code(&self, _py: Py<'_>) -> Option<Ref<PyCode>> {
        self.func_code.get()
    }

    #[setter(name = "__code__")]
    fn set_code(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let Some(code) = value.and_then(|v| v.downcast::<PyCode>()) else {
            bail!(py, TypeError, "__code__ must be set to a code object")
        };
        let nfree = code.co_nfreevars.get() as usize;
        let nclosure = self.func_closure.get().map_or(0, |c| c.len());
        if nfree != nclosure {
            let name = self.func_name.get().map(|n| n.to_string()).unwrap_or_default();
            bail!(py, ValueError, "{name}() requires a code object with {nclosure} free vars, not {nfree}");
        }
        let kinds = CodeFlags::GENERATOR | CodeFlags::COROUTINE | CodeFlags::ASYNC_GENERATOR;
        if (self.code().co_flags.get() ^ code.co_flags.get()) as u32 & kinds != 0 {
            let warning = krait_runtime::objects::exceptions::types::DeprecationWarning();
            let text = "Assigning a code object of non-matching type is deprecated \
                        (e.g., from a generator to a plain function)";
            crate::warnings::warn(py, warning, text, 1)?;
        }
        self.reset_version();
        self.func_code.set(code.new_ref());
        Ok(())
    }

    #[getter(name = "__name__")]
    fn get_name(&self, _py: Py<'_>) -> Option<Ref<PyStr>> {
        self.func_name.get()
    }

    #[setter(name = "__name__")]
    fn set_name(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let Some(name) = value.and_then(|v| v.downcast::<PyStr>()) else {
            bail!(py, TypeError, "__name__ must be set to a string object")
        };
        self.func_name.set(name.new_ref());
        Ok(())
    }

    #[getter(name = "__qualname__")]
    fn get_qualname(&self, _py: Py<'_>) -> Option<Ref<PyStr>> {
        self.func_qualname.get()
    }

    #[setter(name = "__qualname__")]
    fn set_qualname(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let Some(name) = value.and_then(|v| v.downcast::<PyStr>()) else {
            bail!(py, TypeError, "__qualname__ must be set to a string object")
        };
        self.func_qualname.set(name.new_ref());
        Ok(())
    }

    #[getter(name = "__defaults__")]
    fn get_defaults(&self, _py: Py<'_>) -> Option<Ref<PyTuple>> {
        self.func_defaults.get()
    }

    #[setter(name = "__defaults__")]
    fn set_defaults(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let value = match value {
            Some(v) if !v.is_none() => match v.downcast::<PyTuple>() {
                Some(t) => Some(t.new_ref()),
                None => bail!(py, TypeError, "__defaults__ must be set to a tuple object"),
            },
            _ => None,
        };
        self.reset_version();
        drop(self.func_defaults.replace(value));
        Ok(())
    }

    #[getter(name = "__kwdefaults__")]
    fn get_kwdefaults(&self, _py: Py<'_>) -> Option<Ref<PyDict>> {
        self.func_kwdefaults.get()
    }

    #[setter(name = "__kwdefaults__")]
    fn set_kwdefaults(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let value = match value {
            Some(v) if !v.is_none() => match v.downcast::<PyDict>() {
                Some(t) => Some(t.new_ref()),
                None => bail!(py, TypeError, "__kwdefaults__ must be set to a dict object"),
            },
            _ => None,
        };
        self.reset_version();
        drop(self.func_kwdefaults.replace(value));
        Ok(())
    }

    #[getter(name = "__annotations__")]
    fn get_annotations(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.annotations(py)
    }

    #[setter(name = "__annotations__")]
    fn set_annotations(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let value = value.filter(|v| !v.is_none());
        if value.is_some_and(|v| !PyDict::check(v)) {
            bail!(py, TypeError, "__annotations__ must be set to a dict object");
        }
        drop(self.func_annotations.replace(value.map(PyObject::to_ref)));
        drop(self.func_annotate.take());
        Ok(())
    }

    #[getter(name = "__annotate__")]
    fn get_annotate(&self, _py: Py<'_>) -> Option<Ref<PyObject>> {
        self.func_annotate.get()
    }

    #[setter(name = "__annotate__")]
    fn set_annotate(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        match value {
            None => bail!(py, TypeError, "__annotate__ cannot be deleted"),
            Some(v) if v.is_none() => self.func_annotate.set(v.to_ref()),
            Some(v) if v.is_callable() => {
                self.func_annotate.set(v.to_ref());
                drop(self.func_annotations.take());
            }
            Some(_) => bail!(py, TypeError, "__annotate__ must be callable or None"),
        }
        Ok(())
    }

    #[getter(name = "__type_params__")]
    fn get_type_params(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        match self.func_typeparams.get() {
            Some(params) => Ok(params),
            None => PyTuple::new(py, &[]).map(Ref::upcast),
        }
    }

    #[setter(name = "__type_params__")]
    fn set_type_params(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        match value {
            Some(v) if PyTuple::check(v) => self.func_typeparams.set(v.to_ref()),
            _ => bail!(py, TypeError, "__type_params__ must be set to a tuple"),
        }
        Ok(())
    }

    #[getter(name = "__doc__")]
    fn get_doc(&self, _py: Py<'_>) -> Option<Ref<PyObject>> {
        self.func_doc.get()
    }

    #[setter(name = "__doc__")]
    fn set_doc(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        self.func_doc.set(value.map_or_else(|| py.none(), PyObject::to_ref));
        Ok(())
    }

    #[getter(name = "__module__")]
    fn get_module(&self, _py: Py<'_>) -> Option<Ref<PyObject>> {
        self.func_module.get()
    }

    #[setter(name = "__module__")]
    fn set_module(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        self.func_module.set(value.map_or_else(|| py.none(), PyObject::to_ref));
        Ok(())
    }

    #[getter(name = "__dict__")]
    fn get_dict(&self, py: Py<'_>) -> PyResult<Ref<PyDict>> {
        match self.func_dict.get() {
            Some(dict) => Ok(dict),
            None => {
                let dict = PyDict::new(py)?;
                self.func_dict.set(dict.clone());
                Ok(dict)
            }
        }
    }

    #[setter(name = "__dict__")]
    fn set_dict(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        match value {
            None => bail!(py, TypeError, "cannot delete __dict__"),
            Some(v) => match v.downcast::<PyDict>() {
                Some(dict) => self.func_dict.set(dict.new_ref()),
                None => {
                    bail!(py, TypeError, "__dict__ must be set to a dictionary, not a '{}'", v.ty().name())
                }
            },
        }
        Ok(())
    }

    #[slot]
    fn tp_repr(&self, _py: Py<'_>) -> String {
        let name = self.func_qualname.get().map(|n| n.to_string()).unwrap_or_default();
        format!("<function {name} at {:#x}>", self.id())
    }

    #[slot]
    fn tp_call(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        self.call_dict(py, args, kwargs)
    }

    #[slot]
    fn tp_descr_get(
        &self,
        py: Py<'_>,
        instance: Option<&PyObject>,
        _owner: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        match instance {
            Some(instance) if !instance.is_none() => {
                krait_runtime::objects::method::PyMethod::new(py, self, instance).map(Ref::upcast)
            }
            _ => Ok(self.to_ref()),
        }
    }
}
