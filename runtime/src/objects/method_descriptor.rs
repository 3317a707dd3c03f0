//! `method_descriptor` and `classmethod_descriptor`: methods of native types as they stand in the class dict.
//! Not here: bound ones (`builtin_function.rs`), special methods made from slots (`wrapper_descriptor.rs`).

use crate::objects::builtin_function::{
    PyCFunction, c_function, call_varargs, check_call, check_no_keywords, function_text,
};
use crate::objects::r#type::ready::{text_of, text_signature, without_signature};
use crate::prelude::*;
use crate::protocol::call::ARGUMENTS_OFFSET;
use crate::slots::*;

type Obj = *mut PyObject;
const NULL: Obj = core::ptr::null_mut();

/// `PyDescrObject`: what all descriptors of native types begin with.
#[repr(C)]
pub struct Descr {
    pub(crate) base: PyObject,
    pub(crate) d_type: Member<PyType>,
    pub(crate) d_name: Member<PyStr>,
    pub(crate) d_qualname: Member<PyObject>,
}
// SAFETY: repr(C), begins with an object head.
unsafe impl Layout for Descr {}
impl Traverse for Descr {
    fn traverse(&self, visit: &mut Visitor<'_>) -> core::ffi::c_int {
        self.d_type.traverse(visit)
    }
}

impl Descr {
    /// A head for the descriptor `name` of `ty`.
    pub(crate) fn new(ty: &PyType, name: &PyStr) -> Descr {
        Descr {
            base: PyObject::HEADER,
            d_type: Member::new(ty.new_ref()),
            d_name: Member::new(name.new_ref()),
            d_qualname: Member::empty(),
        }
    }

    /// The class it belongs to.
    #[inline(always)]
    pub(crate) fn owner(&self) -> &PyType {
        // SAFETY: set at creation and never changed.
        unsafe { self.d_type.borrow() }.unwrap_or(PyType::type_object())
    }

    /// The name.
    pub(crate) fn name(&self) -> String {
        self.d_name.get().map_or_else(|| String::from("?"), |n| n.to_string_lossy().into_owned())
    }

    /// Refuses instances of other classes.
    #[inline]
    pub(crate) fn check_instance(&self, py: Py<'_>, instance: &PyObject) -> PyResult<()> {
        if core::ptr::eq(instance.ty(), self.owner()) || instance.ty().is_subtype(self.owner()) {
            return Ok(());
        }
        Err(raise!(
            py,
            TypeError,
            "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
            self.name(),
            self.owner().name(),
            instance.ty().name()
        ))
    }

    /// `__qualname__`: "list.append".
    pub(crate) fn qualname(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        if let Some(known) = self.d_qualname.get() {
            return Ok(known);
        }
        let owner = self.owner().get_attr(py, id!(py, "__qualname__"))?;
        let Some(owner) = owner.downcast::<PyStr>() else {
            bail!(py, TypeError, "<descriptor>.__objclass__.__qualname__ is not a unicode object")
        };
        let text: Ref<PyObject> = PyStr::new(py, &format!("{owner}.{}", self.name()))?.upcast();
        self.d_qualname.set(text.clone());
        Ok(text)
    }

    /// `__reduce__`: `getattr(owner, name)`.
    pub(crate) fn reduce(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let getattr = py.frame_builtin(id!(py, "getattr"))?;
        let name = PyStr::new(py, &self.name())?;
        let args = PyTuple::new(py, &[self.owner(), &name])?;
        PyTuple::new(py, &[&getattr, &args]).map(Ref::upcast)
    }
}

/// `PyMethodDescrObject`.
#[pyclass(name = "method_descriptor", gc, vectorcall_offset = vectorcall, method_descriptor, disallow_instantiation)]
#[repr(C)]
pub struct PyMethodDescr {
    pub(crate) base: Descr,
    #[no_traverse]
    pub(crate) d_method: *const PyMethodDef,
    #[no_traverse]
    pub(crate) vectorcall: Option<VectorcallFunc>,
}

/// `PyMethodDescrObject` of a class method.
#[pyclass(name = "classmethod_descriptor", gc, disallow_instantiation)]
#[repr(C)]
pub struct PyClassMethodDescr {
    base: Descr,
    #[no_traverse]
    d_method: *const PyMethodDef,
    #[no_traverse]
    vectorcall: Option<VectorcallFunc>,
}

impl PyMethodDescr {
    /// The unbound method of a table row.
    pub fn new(py: Py<'_>, ty: &PyType, def: &PyMethodDef, name: &PyStr) -> PyResult<Ref<PyObject>> {
        const FAST_KEYWORDS: i32 = meth::FASTCALL | meth::KEYWORDS;
        const VARARGS_KEYWORDS: i32 = meth::VARARGS | meth::KEYWORDS;
        const METHOD: i32 = FAST_KEYWORDS | meth::METHOD;
        let kind = def.ml_flags & !(meth::CLASS | meth::STATIC | meth::COEXIST);
        let vectorcall: VectorcallFunc = match kind {
            meth::VARARGS | VARARGS_KEYWORDS => call_varargs_method,
            meth::FASTCALL => call_fastcall,
            FAST_KEYWORDS => call_fastcall_keywords,
            meth::NOARGS => call_noargs,
            meth::O => call_o,
            METHOD => call_method_class,
            _ => bail!(py, SystemError, "{name}() method: bad call flags"),
        };
        PyMethodDescr { base: Descr::new(ty, name), d_method: def, vectorcall: Some(vectorcall) }
            .alloc_exact(py)
            .map(Ref::upcast)
    }

    /// The class method of a table row.
    pub fn new_class(py: Py<'_>, ty: &PyType, def: &PyMethodDef, name: &PyStr) -> PyResult<Ref<PyObject>> {
        PyClassMethodDescr { base: Descr::new(ty, name), d_method: def, vectorcall: None }
            .alloc_exact(py)
            .map(Ref::upcast)
    }

    /// The table row.
    #[inline(always)]
    pub fn def(&self) -> &PyMethodDef {
        // SAFETY: set at creation; tables outlive their descriptors.
        unsafe { &*self.d_method }
    }

    /// The class whose instances it takes.
    #[inline(always)]
    pub fn owner(&self) -> &PyType {
        self.base.owner()
    }
}

/// The instance that the call is for; `None` with the exception set when there is none or one of another class.
#[inline(always)]
unsafe fn instance<'a>(
    py: Py<'_>,
    descr: &PyMethodDescr,
    args: *const Obj,
    n: usize,
) -> Option<&'a PyObject> {
    if n == 0 {
        return missing_instance(py, descr);
    }
    // SAFETY: there is a first argument, alive through the call.
    let first = unsafe { &**args };
    if first.is_exactly(descr.owner()) || descr.base.check_instance(py, first).is_ok() {
        Some(first)
    } else {
        None
    }
}

#[cold]
fn missing_instance<'a>(py: Py<'_>, descr: &PyMethodDescr) -> Option<&'a PyObject> {
    let name = function_text(py, descr);
    let _ = raise!(py, TypeError, "unbound method {name} needs an argument");
    None
}

unsafe extern "C-unwind" fn call_noargs(f: Obj, args: *const Obj, nargsf: usize, kwnames: Obj) -> Obj {
    // SAFETY: vectorcall of a PyMethodDescr with METH_NOARGS.
    unsafe {
        let (py, descr, n) = (Py::assume(), &*f.cast::<PyMethodDescr>(), nargsf & !ARGUMENTS_OFFSET);
        let Some(slf) = instance(py, descr, args, n) else { return NULL };
        if !check_call(py, descr, n, kwnames, 0, 1) {
            return NULL;
        }
        c_function::<CFunction>(descr.def())(slf.as_ptr(), NULL)
    }
}

unsafe extern "C-unwind" fn call_o(f: Obj, args: *const Obj, nargsf: usize, kwnames: Obj) -> Obj {
    // SAFETY: vectorcall of a PyMethodDescr with METH_O; the count is checked before the argument is read.
    unsafe {
        let (py, descr, n) = (Py::assume(), &*f.cast::<PyMethodDescr>(), nargsf & !ARGUMENTS_OFFSET);
        let Some(slf) = instance(py, descr, args, n) else { return NULL };
        if !check_call(py, descr, n, kwnames, 1, 1) {
            return NULL;
        }
        c_function::<CFunction>(descr.def())(slf.as_ptr(), *args.add(1))
    }
}

unsafe extern "C-unwind" fn call_fastcall(f: Obj, args: *const Obj, nargsf: usize, kwnames: Obj) -> Obj {
    // SAFETY: vectorcall of a PyMethodDescr with METH_FASTCALL.
    unsafe {
        let (py, descr, n) = (Py::assume(), &*f.cast::<PyMethodDescr>(), nargsf & !ARGUMENTS_OFFSET);
        let Some(slf) = instance(py, descr, args, n) else { return NULL };
        if !check_no_keywords(py, descr, kwnames) {
            return NULL;
        }
        c_function::<CFunctionFast>(descr.def())(slf.as_ptr(), args.add(1), n as isize - 1)
    }
}

unsafe extern "C-unwind" fn call_fastcall_keywords(
    f: Obj,
    args: *const Obj,
    nargsf: usize,
    kwnames: Obj,
) -> Obj {
    // SAFETY: vectorcall of a PyMethodDescr with METH_FASTCALL | METH_KEYWORDS.
    unsafe {
        let (py, descr, n) = (Py::assume(), &*f.cast::<PyMethodDescr>(), nargsf & !ARGUMENTS_OFFSET);
        let Some(slf) = instance(py, descr, args, n) else { return NULL };
        c_function::<CFunctionFastKeywords>(descr.def())(slf.as_ptr(), args.add(1), n as isize - 1, kwnames)
    }
}

unsafe extern "C-unwind" fn call_method_class(f: Obj, args: *const Obj, nargsf: usize, kwnames: Obj) -> Obj {
    // SAFETY: vectorcall of a PyMethodDescr with METH_METHOD.
    unsafe {
        let (py, descr, n) = (Py::assume(), &*f.cast::<PyMethodDescr>(), nargsf & !ARGUMENTS_OFFSET);
        let Some(slf) = instance(py, descr, args, n) else { return NULL };
        c_function::<CMethod>(descr.def())(slf.as_ptr(), descr.owner(), args.add(1), n - 1, kwnames)
    }
}

unsafe extern "C-unwind" fn call_varargs_method(
    f: Obj,
    args: *const Obj,
    nargsf: usize,
    kwnames: Obj,
) -> Obj {
    // SAFETY: vectorcall of a PyMethodDescr with METH_VARARGS.
    unsafe {
        let (py, descr, n) = (Py::assume(), &*f.cast::<PyMethodDescr>(), nargsf & !ARGUMENTS_OFFSET);
        let Some(slf) = instance(py, descr, args, n) else { return NULL };
        let all = Args::from_raw(args, n, kwnames);
        let Ok(tuple) = PyTuple::new(py, all.positional().get(1..).unwrap_or_default()) else { return NULL };
        let kwargs = if all.has_keywords() {
            match all.keywords().to_dict(py) {
                Ok(d) => Some(d),
                Err(_) => return NULL,
            }
        } else {
            None
        };
        call_varargs(py, descr, descr.def(), slf.as_ptr(), &tuple, kwargs.as_deref())
    }
}

/// The docstring of a row without its signature line.
fn doc_of(def: &PyMethodDef) -> Option<String> {
    // SAFETY: names and docstrings are NUL-terminated.
    let doc = unsafe { without_signature(text_of(def.ml_name)?, text_of(def.ml_doc)?) };
    if doc.is_empty() { None } else { Some(doc.to_owned()) }
}

/// The signature of a row.
fn signature_of(def: &PyMethodDef) -> Option<String> {
    // SAFETY: names and docstrings are NUL-terminated.
    unsafe { text_signature(text_of(def.ml_name)?, text_of(def.ml_doc)?).map(str::to_owned) }
}

#[pymethods]
impl PyMethodDescr {
    #[slot]
    fn tp_call(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        self.call_dict(py, args, kwargs)
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        PyStr::new(py, &format!("<method '{}' of '{}' objects>", self.base.name(), self.owner().name()))
    }
    #[slot]
    fn tp_descr_get(
        &self,
        py: Py<'_>,
        instance: Option<&PyObject>,
        owner: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let Some(instance) = instance else { return Ok(self.to_ref()) };
        self.base.check_instance(py, instance)?;
        let class = if self.def().ml_flags & meth::METHOD != 0 {
            match owner {
                None => Some(self.owner()),
                Some(owner) if owner.downcast::<PyType>().is_some() => Some(self.owner()),
                Some(owner) => bail!(
                    py,
                    TypeError,
                    "descriptor '{}' needs a type, not '{}', as arg 2",
                    self.base.name(),
                    owner.ty().name()
                ),
            }
        } else {
            None
        };
        PyCFunction::new(py, self.def(), Some(instance), None, class)
    }
    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.base.reduce(py)
    }
    #[getter]
    fn __objclass__(&self, _py: Py<'_>) -> Ref<PyType> {
        self.owner().new_ref()
    }
    #[getter]
    fn __name__(&self, _py: Py<'_>) -> Option<Ref<PyStr>> {
        self.base.d_name.get()
    }
    #[getter]
    fn __doc__(&self, _py: Py<'_>) -> Option<String> {
        doc_of(self.def())
    }
    #[getter]
    fn __qualname__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.base.qualname(py)
    }
    #[getter]
    fn __text_signature__(&self, _py: Py<'_>) -> Option<String> {
        signature_of(self.def())
    }
}

impl PyClassMethodDescr {
    fn def(&self) -> &PyMethodDef {
        // SAFETY: set at creation; tables outlive their descriptors.
        unsafe { &*self.d_method }
    }

    fn bind(&self, py: Py<'_>, class: &PyObject) -> PyResult<Ref<PyObject>> {
        let Some(class) = class.downcast::<PyType>() else {
            bail!(
                py,
                TypeError,
                "descriptor '{}' for type '{}' needs a type, not a '{}' as arg 2",
                self.base.name(),
                self.base.owner().name(),
                class.ty().name()
            )
        };
        if !class.is_subtype(self.base.owner()) {
            bail!(
                py,
                TypeError,
                "descriptor '{}' requires a subtype of '{}' but received '{}'",
                self.base.name(),
                self.base.owner().name(),
                class.name()
            )
        }
        let defining = (self.def().ml_flags & meth::METHOD != 0).then(|| self.base.owner());
        PyCFunction::new(py, self.def(), Some(class), None, defining)
    }
}

#[pymethods]
impl PyClassMethodDescr {
    #[slot]
    fn tp_call(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let Some(class) = args.get(0) else {
            bail!(
                py,
                TypeError,
                "descriptor '{}' of '{}' object needs an argument",
                self.base.name(),
                self.base.owner().name()
            )
        };
        let bound = self.bind(py, class)?;
        let rest: Vec<&PyObject> = args.as_slice().iter().skip(1).map(|r| &**r).collect();
        bound.call_dict(py, &*PyTuple::new(py, &rest)?, kwargs)
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        PyStr::new(py, &format!("<method '{}' of '{}' objects>", self.base.name(), self.base.owner().name()))
    }
    #[slot]
    fn tp_descr_get(
        &self,
        py: Py<'_>,
        instance: Option<&PyObject>,
        owner: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let class: &PyObject = match (owner, instance) {
            (Some(owner), _) => owner,
            (None, Some(instance)) => instance.ty(),
            (None, None) => bail!(
                py,
                TypeError,
                "descriptor '{}' for type '{}' needs either an object or a type",
                self.base.name(),
                self.base.owner().name()
            ),
        };
        self.bind(py, class)
    }
    #[getter]
    fn __objclass__(&self, _py: Py<'_>) -> Ref<PyType> {
        self.base.owner().new_ref()
    }
    #[getter]
    fn __name__(&self, _py: Py<'_>) -> Option<Ref<PyStr>> {
        self.base.d_name.get()
    }
    #[getter]
    fn __doc__(&self, _py: Py<'_>) -> Option<String> {
        doc_of(self.def())
    }
    #[getter]
    fn __qualname__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.base.qualname(py)
    }
    #[getter]
    fn __text_signature__(&self, _py: Py<'_>) -> Option<String> {
        signature_of(self.def())
    }
}
