//! `builtin_function_or_method`: functions and bound methods written in Rust or C, with a vectorcall function for each calling
//! convention. Not here: unbound methods of types (`method_descriptor.rs`).

#![allow(non_snake_case)]

use core::ffi::c_int;

use crate::objects::r#type::ready::{text_of, text_signature, without_signature};
use crate::prelude::*;
use crate::protocol::call::ARGUMENTS_OFFSET;
use crate::slots::*;

type Obj = *mut PyObject;
const NULL: Obj = core::ptr::null_mut();

/// `PyCFunctionObject`.
#[pyclass(name = "builtin_function_or_method", gc, vectorcall_offset = vectorcall, disallow_instantiation)]
#[repr(C)]
pub struct PyCFunction {
    pub(crate) base: PyObject,
    #[no_traverse]
    pub(crate) m_ml: *const PyMethodDef,
    pub(crate) m_self: Member<PyObject>,
    pub(crate) m_module: Member<PyObject>,
    pub(crate) m_weakreflist: WeakList,
    #[no_traverse]
    pub(crate) vectorcall: Option<VectorcallFunc>,
}

/// `PyCMethodObject`: a `METH_METHOD` function, which is told the class that defines it.
#[pyclass(name = "builtin_method", base = PyCFunction, gc, disallow_instantiation)]
#[repr(C)]
pub struct PyCMethod {
    pub(crate) base: PyCFunction,
    pub(crate) mm_class: Member<PyType>,
}

impl PyCFunction {
    /// The method table row.
    #[inline(always)]
    pub fn def(&self) -> &PyMethodDef {
        // SAFETY: set at creation; tables outlive the functions made from them.
        unsafe { &*self.m_ml }
    }

    /// The name.
    pub fn name(&self) -> &str {
        // SAFETY: method names are NUL-terminated.
        unsafe { text_of(self.def().ml_name) }.unwrap_or("?")
    }

    /// The bound object: an instance, a class, a module, or nothing for static methods.
    #[inline]
    pub fn bound(&self) -> Option<Ref<PyObject>> {
        self.m_self.get()
    }

    /// `m_self` as the C function gets it.
    #[inline(always)]
    pub fn self_ptr(&self) -> Obj {
        if self.def().ml_flags & meth::STATIC != 0 { NULL } else { self.m_self.as_raw() }
    }

    /// `__module__`, if set.
    pub fn module(&self) -> Option<Ref<PyObject>> {
        self.m_module.get()
    }

    /// A function of a method table row (`PyCMethod_New`): bound to `slf`, of the module named `module`; `class` is needed for
    /// `METH_METHOD`.
    pub fn new(
        py: Py<'_>,
        def: &PyMethodDef,
        slf: Option<&PyObject>,
        module: Option<&PyObject>,
        class: Option<&PyType>,
    ) -> PyResult<Ref<PyObject>> {
        const KIND: i32 =
            meth::VARARGS | meth::FASTCALL | meth::NOARGS | meth::O | meth::KEYWORDS | meth::METHOD;
        const FAST_KEYWORDS: i32 = meth::FASTCALL | meth::KEYWORDS;
        const METHOD: i32 = FAST_KEYWORDS | meth::METHOD;
        const VARARGS_KEYWORDS: i32 = meth::VARARGS | meth::KEYWORDS;
        let vectorcall: Option<VectorcallFunc> = match def.ml_flags & KIND {
            meth::VARARGS | VARARGS_KEYWORDS => None,
            meth::FASTCALL => Some(call_fastcall),
            FAST_KEYWORDS => Some(call_fastcall_keywords),
            meth::NOARGS => Some(call_noargs),
            meth::O => Some(call_o),
            METHOD => Some(call_method_class),
            _ => {
                // SAFETY: method names are NUL-terminated.
                let name = unsafe { text_of(def.ml_name) }.unwrap_or("?");
                bail!(py, SystemError, "{name}() method: bad call flags")
            }
        };
        let function = PyCFunction {
            base: PyObject::HEADER,
            m_ml: def,
            m_self: Member::from_option(slf.map(PyObject::to_ref)),
            m_module: Member::from_option(module.map(PyObject::to_ref)),
            m_weakreflist: WeakList::EMPTY,
            vectorcall,
        };
        if def.ml_flags & meth::METHOD != 0 {
            let Some(class) = class else {
                bail!(py, SystemError, "attempting to create PyCMethod with a METH_METHOD flag but no class")
            };
            let method = PyCMethod { base: function, mm_class: Member::new(class.new_ref()) };
            return method.alloc_exact(py).map(Ref::upcast);
        }
        function.alloc_exact(py).map(Ref::upcast)
    }
}

/// "list.append()" for argument errors: qualified name, module outside builtins.
pub(crate) fn function_text(py: Py<'_>, function: &PyObject) -> String {
    let attribute = |name: &PyStr| function.get_attr_optional(py, name).ok().flatten();
    let text = py.preserving_error(|| {
        let qualname = attribute(id!(py, "__qualname__"))?;
        let qualname = qualname.downcast::<PyStr>()?.to_string_lossy().into_owned();
        let module = attribute(id!(py, "__module__"));
        Some(match module.as_ref().and_then(|m| m.downcast::<PyStr>()) {
            Some(module) if !module.eq_str("builtins") => format!("{module}.{qualname}()"),
            _ => format!("{qualname}()"),
        })
    });
    text.unwrap_or_else(|| {
        function.str(py).map_or_else(|_| String::from("?"), |s| s.to_string_lossy().into_owned())
    })
}

#[cold]
fn no_keywords_error(py: Py<'_>, function: &PyObject) -> Obj {
    let name = function_text(py, function);
    let _ = raise!(py, TypeError, "{name} takes no keyword arguments");
    NULL
}

#[cold]
fn argument_count_error(py: Py<'_>, function: &PyObject, n: usize, one: bool) -> Obj {
    let name = function_text(py, function);
    let what = if one { "exactly one argument" } else { "no arguments" };
    let _ = raise!(py, TypeError, "{name} takes {what} ({n} given)");
    NULL
}

/// True when keyword names were given.
#[inline(always)]
pub(crate) fn has_names(kwnames: Obj) -> bool {
    // SAFETY: kwnames is null or a tuple.
    !kwnames.is_null() && unsafe { !(*kwnames.cast::<PyTuple>()).is_empty() }
}

/// Refuses keywords and a wrong count for the two conventions with a fixed number of arguments; true when all is well.
#[inline(always)]
pub(crate) fn check_call(
    py: Py<'_>,
    function: &PyObject,
    n: usize,
    kwnames: Obj,
    wanted: usize,
    hidden: usize,
) -> bool {
    if has_names(kwnames) {
        no_keywords_error(py, function);
        return false;
    }
    if n != wanted + hidden {
        argument_count_error(py, function, n.wrapping_sub(hidden), wanted == 1);
        return false;
    }
    py.check_stack(" while calling a Python object").is_ok()
}

/// Refuses keywords.
#[inline(always)]
pub(crate) fn check_no_keywords(py: Py<'_>, function: &PyObject, kwnames: Obj) -> bool {
    if has_names(kwnames) {
        no_keywords_error(py, function);
        return false;
    }
    true
}

/// The C function behind a method table row.
///
/// # Safety
/// `F` is the type that the row's flags say.
#[inline(always)]
pub unsafe fn c_function<F: Copy>(def: &PyMethodDef) -> F {
    // SAFETY: by contract.
    unsafe { core::mem::transmute_copy::<*const core::ffi::c_void, F>(&def.ml_meth) }
}

unsafe extern "C-unwind" fn call_noargs(f: Obj, _args: *const Obj, nargsf: usize, kwnames: Obj) -> Obj {
    // SAFETY: vectorcall of a PyCFunction with METH_NOARGS.
    unsafe {
        let (py, function) = (Py::assume(), &*f.cast::<PyCFunction>());
        if !check_call(py, function, nargsf & !ARGUMENTS_OFFSET, kwnames, 0, 0) {
            return NULL;
        }
        c_function::<CFunction>(function.def())(function.self_ptr(), NULL)
    }
}

unsafe extern "C-unwind" fn call_o(f: Obj, args: *const Obj, nargsf: usize, kwnames: Obj) -> Obj {
    // SAFETY: vectorcall of a PyCFunction with METH_O; the count is checked before the argument is read.
    unsafe {
        let (py, function) = (Py::assume(), &*f.cast::<PyCFunction>());
        if !check_call(py, function, nargsf & !ARGUMENTS_OFFSET, kwnames, 1, 0) {
            return NULL;
        }
        c_function::<CFunction>(function.def())(function.self_ptr(), *args)
    }
}

unsafe extern "C-unwind" fn call_fastcall(f: Obj, args: *const Obj, nargsf: usize, kwnames: Obj) -> Obj {
    // SAFETY: vectorcall of a PyCFunction with METH_FASTCALL.
    unsafe {
        let (py, function) = (Py::assume(), &*f.cast::<PyCFunction>());
        if !check_no_keywords(py, function, kwnames) {
            return NULL;
        }
        let n = (nargsf & !ARGUMENTS_OFFSET) as isize;
        c_function::<CFunctionFast>(function.def())(function.self_ptr(), args, n)
    }
}

unsafe extern "C-unwind" fn call_fastcall_keywords(
    f: Obj,
    args: *const Obj,
    nargsf: usize,
    kwnames: Obj,
) -> Obj {
    // SAFETY: vectorcall of a PyCFunction with METH_FASTCALL | METH_KEYWORDS.
    unsafe {
        let function = &*f.cast::<PyCFunction>();
        let n = (nargsf & !ARGUMENTS_OFFSET) as isize;
        c_function::<CFunctionFastKeywords>(function.def())(function.self_ptr(), args, n, kwnames)
    }
}

unsafe extern "C-unwind" fn call_method_class(f: Obj, args: *const Obj, nargsf: usize, kwnames: Obj) -> Obj {
    // SAFETY: vectorcall of a PyCMethod.
    unsafe {
        let method = &*f.cast::<PyCMethod>();
        let n = nargsf & !ARGUMENTS_OFFSET;
        let function = c_function::<CMethod>(method.base.def());
        function(method.base.self_ptr(), method.mm_class.as_raw(), args, n, kwnames)
    }
}

/// Calls a `METH_VARARGS` function.
///
/// # Safety
/// The row's flags say `METH_VARARGS`, maybe with `METH_KEYWORDS`; `slf` is what the function expects.
pub(crate) unsafe fn call_varargs(
    py: Py<'_>,
    function: &PyObject,
    def: &PyMethodDef,
    slf: Obj,
    args: &PyTuple,
    kwargs: Option<&PyDict>,
) -> Obj {
    // SAFETY: by contract.
    unsafe {
        if def.ml_flags & meth::KEYWORDS != 0 {
            let kwargs = kwargs.map_or(NULL, |k| k.as_ptr());
            return c_function::<CFunctionKeywords>(def)(slf, args.as_ptr(), kwargs);
        }
        if kwargs.is_some_and(|k| !k.is_empty()) {
            return no_keywords_error(py, function);
        }
        c_function::<CFunction>(def)(slf, args.as_ptr())
    }
}

#[pymethods]
impl PyCFunction {
    #[slot]
    unsafe extern "C-unwind" fn tp_call(f: Obj, args: Obj, kwargs: Obj) -> Obj {
        // SAFETY: slot call: a function, a tuple, a dict or null.
        unsafe {
            let (py, function) = (Py::assume(), &*f.cast::<PyCFunction>());
            let (args, kwargs) = (&*args.cast::<PyTuple>(), kwargs.cast::<PyDict>().as_ref());
            if function.vectorcall.is_some() {
                return function.call_dict(py, args, kwargs).map_or(NULL, Ref::into_raw);
            }
            call_varargs(py, function, function.def(), function.self_ptr(), args, kwargs)
        }
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        match self.bound() {
            Some(slf) if slf.downcast::<PyModule>().is_none() => PyStr::new(
                py,
                &format!(
                    "<built-in method {} of {} object at {:#x}>",
                    self.name(),
                    slf.ty().name(),
                    slf.id()
                ),
            ),
            _ => PyStr::new(py, &format!("<built-in function {}>", self.name())),
        }
    }

    #[slot]
    fn tp_hash(&self, _py: Py<'_>) -> PyResult<isize> {
        let slf = self.m_self.as_raw().addr() >> 4;
        Ok((slf.rotate_left(60) ^ (self.def().ml_meth.addr() >> 4)) as isize)
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> Ref<PyObject> {
        let (Some(other), true) =
            (other.downcast::<PyCFunction>(), matches!(op, CompareOp::Eq | CompareOp::Ne))
        else {
            return py.not_implemented();
        };
        let same = core::ptr::eq(self.m_self.as_raw(), other.m_self.as_raw())
            && core::ptr::eq(self.def().ml_meth, other.def().ml_meth);
        PyBool::get(same == (op == CompareOp::Eq)).to_ref()
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        match self.bound() {
            Some(slf) if slf.downcast::<PyModule>().is_none() => {
                let getattr = py.frame_builtin(id!(py, "getattr"))?;
                let name = PyStr::new(py, self.name())?;
                let args = PyTuple::new(py, &[&slf, &name])?;
                PyTuple::new(py, &[&getattr, &args]).map(Ref::upcast)
            }
            _ => PyStr::new(py, self.name()).map(Ref::upcast),
        }
    }

    #[getter]
    fn __doc__(&self, _py: Py<'_>) -> Option<String> {
        // SAFETY: docstrings are NUL-terminated.
        let doc = unsafe { text_of(self.def().ml_doc) }?;
        Some(without_signature(self.name(), doc).to_owned()).filter(|doc| !doc.is_empty())
    }

    #[getter]
    fn __text_signature__(&self, _py: Py<'_>) -> Option<String> {
        // SAFETY: docstrings are NUL-terminated.
        let doc = unsafe { text_of(self.def().ml_doc) }?;
        text_signature(self.name(), doc).map(str::to_owned)
    }

    #[getter]
    fn __name__(&self, _py: Py<'_>) -> String {
        self.name().to_owned()
    }

    #[getter]
    fn __qualname__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let Some(slf) = self.bound().filter(|s| s.downcast::<PyModule>().is_none()) else {
            return PyStr::new(py, self.name()).map(Ref::upcast);
        };
        let ty = slf.downcast::<PyType>().unwrap_or(slf.ty());
        let qualname = ty.get_attr(py, id!(py, "__qualname__"))?;
        let Some(qualname) = qualname.downcast::<PyStr>() else {
            bail!(py, TypeError, "<method>.__class__.__qualname__ is not a unicode object")
        };
        PyStr::new(py, &format!("{qualname}.{}", self.name())).map(Ref::upcast)
    }

    #[getter]
    fn __self__(&self, py: Py<'_>) -> Ref<PyObject> {
        if self.def().ml_flags & meth::STATIC != 0 {
            return py.none();
        }
        self.bound().unwrap_or_else(|| py.none())
    }

    #[getter]
    fn __module__(&self, py: Py<'_>) -> Ref<PyObject> {
        self.module().unwrap_or_else(|| py.none())
    }

    #[setter]
    fn set___module__(&self, _py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        drop(self.m_module.replace(value.map(PyObject::to_ref)));
        Ok(())
    }
}

/// `X.__new__` of native types: one function, bound to its type.
unsafe extern "C-unwind" fn tp_new_wrapper(slf: Obj, args: Obj, kwargs: Obj) -> Obj {
    // SAFETY: METH_VARARGS | METH_KEYWORDS, bound to a type by `new_wrapper`.
    unsafe {
        let py = Py::assume();
        let (args, kwargs) = (&*args.cast::<PyTuple>(), kwargs.cast::<PyDict>().as_ref());
        crate::objects::r#type::call_tp_new(py, &*slf.cast::<PyType>(), args, kwargs)
            .map_or(NULL, Ref::into_raw)
    }
}

static NEW_DEF: PyMethodDef = PyMethodDef {
    ml_name: c"__new__".as_ptr(),
    ml_meth: tp_new_wrapper as *const core::ffi::c_void,
    ml_flags: (meth::VARARGS | meth::KEYWORDS) as c_int,
    ml_doc: c"__new__($type, *args, **kwargs)\n--\n\nCreate and return a new object.  See help(type) for accurate signature."
        .as_ptr(),
};

/// The `__new__` of a native type.
pub(crate) fn new_wrapper(py: Py<'_>, ty: &PyType) -> PyResult<Ref<PyObject>> {
    PyCFunction::new(py, &NEW_DEF, Some(ty), None, None)
}

/// True for the `__new__` of a native type.
pub(crate) fn is_new_wrapper(object: &PyObject) -> bool {
    object.downcast_exact::<PyCFunction>().is_some_and(|f| core::ptr::eq(f.m_ml, &NEW_DEF))
}

/// A native function of the module or class that `object` is, for advice in messages.
pub(crate) fn is_named(object: &PyObject, name: &str) -> bool {
    object.downcast::<PyCFunction>().is_some_and(|f| f.name() == name)
}
