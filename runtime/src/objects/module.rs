//! `module`: the namespace object, attribute access with a module's own `__getattr__`, creation from a native definition.
//! Not here: finding and loading modules (crate `interp`).

#![allow(non_snake_case)]

use core::ffi::c_void;

use crate::objects::builtin_function::PyCFunction;
use crate::prelude::*;

/// `PyModuleObject`.
#[pyclass(name = "module", basetype, gc, dict = md_dict)]
#[repr(C)]
pub struct PyModule {
    base: PyObject,
    pub(crate) md_dict: Member<PyDict>,
    #[no_traverse]
    pub(crate) md_def: Cell<*const crate::module::ModuleDef>,
    #[no_traverse]
    pub(crate) md_state: Cell<*mut c_void>,
    pub(crate) md_weaklist: WeakList,
    pub(crate) md_name: Member<PyObject>,
}

impl PyModule {
    fn empty(py: Py<'_>) -> PyResult<PyModule> {
        Ok(PyModule {
            base: PyObject::HEADER,
            md_dict: Member::new(PyDict::new(py)?),
            md_def: Cell::new(core::ptr::null()),
            md_state: Cell::new(core::ptr::null_mut()),
            md_weaklist: WeakList::EMPTY,
            md_name: Member::empty(),
        })
    }

    fn initialise(&self, py: Py<'_>, name: &PyObject, doc: &PyObject) -> PyResult<()> {
        let dict = self.dict();
        dict.set(py, id!(py, "__name__"), name)?;
        dict.set(py, id!(py, "__doc__"), doc)?;
        dict.set(py, id!(py, "__package__"), PyNone::get())?;
        dict.set(py, id!(py, "__loader__"), PyNone::get())?;
        dict.set(py, id!(py, "__spec__"), PyNone::get())?;
        if name.downcast_exact::<PyStr>().is_some() {
            self.md_name.set(name.to_ref());
        }
        Ok(())
    }

    /// An empty module with its `__name__` and kin set.
    pub fn new(py: Py<'_>, name: &PyStr) -> PyResult<Ref<PyModule>> {
        let module = PyModule::empty(py)?.alloc_exact(py)?;
        module.initialise(py, name, PyNone::get())?;
        Ok(module)
    }

    /// A module with the functions of a native definition; its values come with [`crate::module::ModuleDef::exec`].
    pub fn from_def(py: Py<'_>, def: &'static crate::module::ModuleDef) -> PyResult<Ref<PyModule>> {
        let name = PyStr::new(py, def.name())?;
        let module = PyModule::empty(py)?.alloc_exact(py)?;
        match def.doc.and_then(|d| d.to_str().ok()) {
            Some(doc) => module.initialise(py, &name, &*PyStr::new(py, doc)?)?,
            None => module.initialise(py, &name, PyNone::get())?,
        }
        module.md_def.set(def);
        let dict = module.dict();
        for part in def.parts {
            for row in part.methods {
                // SAFETY: method names are NUL-terminated.
                let Some(text) = (unsafe { crate::objects::r#type::ready::text_of(row.ml_name) }) else {
                    continue;
                };
                let function = PyCFunction::new(py, row, Some(&module), Some(&name), None)?;
                let key = PyStr::intern(py, PyStr::new(py, text)?);
                dict.set(py, &key, &function)?;
            }
        }
        Ok(module)
    }

    /// The native definition that the module was made from.
    pub fn def(&self) -> Option<&'static crate::module::ModuleDef> {
        // SAFETY: definitions are static.
        unsafe { self.md_def.get().as_ref() }
    }

    /// The namespace.
    #[inline]
    pub fn dict(&self) -> Ref<PyDict> {
        // A module without a dict is never handed out.
        self.md_dict.get().unwrap_or_else(|| std::process::abort())
    }

    /// The namespace without counting.
    ///
    /// # Safety
    /// The module is alive while the result is used; a module's namespace is never exchanged.
    #[inline(always)]
    pub unsafe fn dict_ref(&self) -> &PyDict {
        // SAFETY: a module without a dict is never handed out.
        unsafe { &*self.md_dict.as_raw() }
    }

    /// Sets a name in the namespace.
    pub fn add(&self, py: Py<'_>, name: &str, value: &PyObject) -> PyResult<()> {
        let name = PyStr::intern(py, PyStr::new(py, name)?);
        self.dict().set(py, &name, value)
    }

    /// An attribute, the module's own `__getattr__` included; `None` when there is none.
    pub(crate) fn find(&self, py: Py<'_>, name: &PyStr) -> PyResult<Option<Ref<PyObject>>> {
        if let Some(value) = self.generic_get_attr_optional(py, name)? {
            return Ok(Some(value));
        }
        let Some(dict) = self.md_dict.get() else { return Ok(None) };
        match dict.get_str(py, id!(py, "__getattr__"))? {
            Some(getattr) => getattr.call(py, &[name]).map(Some),
            None => Ok(None),
        }
    }

    #[cold]
    fn missing(&self, py: Py<'_>, name: &PyStr) -> Raised {
        match self.missing_text(py, name) {
            Ok(text) => py.raise_attribute_error_object(self, name, &text),
            Err(raised) => raised,
        }
    }

    fn missing_text(&self, py: Py<'_>, name: &PyStr) -> PyResult<String> {
        let Some(dict) = self.md_dict.get() else { return Ok(format!("module has no attribute '{name}'")) };
        let own = dict.get_str(py, id!(py, "__name__"))?;
        let Some(own) = own.as_ref().and_then(|n| n.downcast::<PyStr>()) else {
            return Ok(format!("module has no attribute '{name}'"));
        };
        let spec = dict.get_str(py, id!(py, "__spec__"))?.filter(|s| !s.is_none());
        let origin = match &spec {
            Some(spec) => origin_of(py, spec)?,
            None => None,
        };
        let shadowing = match &origin {
            Some(origin) => is_shadowing(py, origin)?,
            None => false,
        };
        let origin = origin.map(|o| o.to_string_lossy().into_owned()).unwrap_or_default();
        let initializing = match &spec {
            Some(spec) => match spec.get_attr_optional(py, id!(py, "_initializing"))? {
                Some(flag) => flag.is_true(py)?,
                None => false,
            },
            None => false,
        };
        if shadowing && is_stdlib_name(py, own)? {
            return Ok(format!(
                "module '{own}' has no attribute '{name}' (consider renaming '{origin}' since it has the same name as the standard library module named '{own}' and prevents importing that standard library module)"
            ));
        }
        if initializing {
            if shadowing {
                return Ok(format!(
                    "module '{own}' has no attribute '{name}' (consider renaming '{origin}' if it has the same name as a library you intended to import)"
                ));
            }
            if !origin.is_empty() {
                return Ok(format!(
                    "partially initialized module '{own}' from '{origin}' has no attribute '{name}' (most likely due to a circular import)"
                ));
            }
            return Ok(format!(
                "partially initialized module '{own}' has no attribute '{name}' (most likely due to a circular import)"
            ));
        }
        if let Some(spec) = &spec
            && let Some(pending) = spec.get_attr_optional(py, id!(py, "_uninitialized_submodules"))?
            && pending.contains(py, name)?
        {
            return Ok(format!(
                "cannot access submodule '{name}' of module '{own}' (most likely due to a circular import)"
            ));
        }
        Ok(format!("module '{own}' has no attribute '{name}'"))
    }
}

/// `spec.origin` of modules loaded from a file.
fn origin_of(py: Py<'_>, spec: &PyObject) -> PyResult<Option<Ref<PyStr>>> {
    let Some(has) = spec.get_attr_optional(py, id!(py, "has_location"))? else { return Ok(None) };
    if !has.is_true(py)? {
        return Ok(None);
    }
    let origin = spec.get_attr_optional(py, id!(py, "origin"))?;
    Ok(origin.and_then(|o| o.downcast_into::<PyStr>().ok()))
}

/// True when the file lies in the folder that start-up put first into `sys.path`, where it hides other modules.
pub fn is_shadowing(py: Py<'_>, origin: &PyStr) -> PyResult<bool> {
    let origin = origin.to_os_bytes(py)?;
    let config = py.interp().config.borrow();
    let Some(first) = config.first_path.as_deref() else { return Ok(false) };
    let folder = |path: &[u8]| path.iter().rposition(|&b| b == b'/').map(|at| path.split_at(at).0.to_vec());
    let Some(mut directory) = folder(&origin) else { return Ok(false) };
    if origin.ends_with(b"/__init__.py") {
        directory = folder(&directory).unwrap_or_default();
    }
    if directory.is_empty() {
        directory.push(b'/');
    }
    Ok(match first {
        b"" => std::env::current_dir().is_ok_and(|here| here.as_os_str().as_encoded_bytes() == directory),
        first => first == directory,
    })
}

/// Whether `sys.stdlib_module_names` has the name.
pub fn is_stdlib_name(py: Py<'_>, name: &PyStr) -> PyResult<bool> {
    match py.sys_object(id!(py, "stdlib_module_names"))? {
        Some(names) if PySet::check(&names) || PyFrozenSet::check(&names) => names.contains(py, name),
        _ => Ok(false),
    }
}

#[pymethods]
impl PyModule {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        PyModule::empty(py)?.alloc(py, cls)
    }
    #[init]
    #[sig("(name, doc=None)")]
    fn init(&self, py: Py<'_>, name: &PyStr, doc: Option<&PyObject>) -> PyResult<()> {
        if self.md_dict.get().is_none() {
            self.md_dict.set(PyDict::new(py)?);
        }
        self.initialise(py, name, doc.unwrap_or(PyNone::get()))
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let Some(importlib) = py.interp().importlib.get() else {
            let name = self.dict().get_str(py, id!(py, "__name__"))?;
            let name = match name {
                Some(name) => name.repr(py)?.to_string_lossy().into_owned(),
                None => "'?'".to_owned(),
            };
            return PyStr::new(py, &format!("<module {name}>")).map(Ref::upcast);
        };
        importlib.call_method(py, id!(py, "_module_repr"), &[self])
    }
    #[slot]
    fn tp_getattro(&self, py: Py<'_>, name: &PyObject) -> PyResult<Ref<PyObject>> {
        let name = crate::protocol::attribute::attribute_name(py, name)?;
        match self.find(py, name)? {
            Some(value) => Ok(value),
            None => Err(self.missing(py, name)),
        }
    }
    #[pymethod]
    fn __dir__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let dict = self.get_attr(py, id!(py, "__dict__"))?;
        let Some(dict) = dict.downcast::<PyDict>() else {
            bail!(py, TypeError, "<module>.__dict__ is not a dictionary")
        };
        if let Some(dir) = dict.get_str(py, id!(py, "__dir__"))? {
            return dir.call(py, &[]);
        }
        let names = dict.items_snapshot().into_iter().map(|(name, _)| name).collect();
        PyList::from_vec(py, names).map(Ref::upcast)
    }
    #[getter]
    fn __dict__(&self) -> Option<Ref<PyDict>> {
        self.md_dict.get()
    }
    #[getter]
    fn __annotations__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let dict = self.dict();
        if let Some(known) = dict.get_str(py, id!(py, "__annotations__"))? {
            return Ok(known);
        }
        let annotate = dict.get_str(py, id!(py, "__annotate__"))?;
        let annotations = match annotate.filter(|a| a.is_callable()) {
            Some(annotate) => {
                let one = PyInt::new(py, 1)?;
                let made = annotate.call(py, &[&one])?;
                if made.downcast::<PyDict>().is_none() {
                    bail!(py, TypeError, "__annotate__ returned non-dict of type '{}'", made.ty().name())
                }
                made
            }
            None => PyDict::new(py)?.upcast(),
        };
        let initializing = match dict.get_str(py, id!(py, "__spec__"))? {
            Some(spec) => match spec.get_attr_optional(py, id!(py, "_initializing"))? {
                Some(flag) => flag.is_true(py)?,
                None => false,
            },
            None => false,
        };
        if !initializing {
            dict.set(py, id!(py, "__annotations__"), &annotations)?;
        }
        Ok(annotations)
    }
    #[setter]
    fn set___annotations__(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let dict = self.dict();
        match value {
            Some(value) => dict.set(py, id!(py, "__annotations__"), value)?,
            None => {
                if dict.remove(py, id!(py, "__annotations__"))?.is_none() {
                    bail!(py, AttributeError, "__annotations__")
                }
            }
        }
        dict.remove(py, id!(py, "__annotate__"))?;
        Ok(())
    }
    #[getter]
    fn __annotate__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let dict = self.dict();
        if let Some(known) = dict.get_str(py, id!(py, "__annotate__"))? {
            return Ok(known);
        }
        dict.set(py, id!(py, "__annotate__"), PyNone::get())?;
        Ok(py.none())
    }
    #[setter]
    fn set___annotate__(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let Some(value) = value else { bail!(py, TypeError, "cannot delete __annotate__ attribute") };
        if !value.is_none() && !value.is_callable() {
            bail!(py, TypeError, "__annotate__ must be callable or None")
        }
        let dict = self.dict();
        dict.set(py, id!(py, "__annotate__"), value)?;
        if !value.is_none() {
            dict.remove(py, id!(py, "__annotations__"))?;
        }
        Ok(())
    }
}
