//! `type` itself: its slots, methods and attributes; calling a class; the death of type objects.

#![allow(non_snake_case)]

use core::ffi::{c_int, c_void};

use super::attributes as attr;
use super::{PyHeapType, flags};
use crate::error::owned_or_raised;
use crate::objects::dict::keys::DictKeys;
use crate::objects::weakref::clear_weakrefs;
use crate::prelude::*;
use crate::protocol::call::ARGUMENTS_OFFSET;
use crate::slots::VisitProc;
use crate::{gc, memory};

type Obj = *mut PyObject;
const NULL: Obj = core::ptr::null_mut();

/// Calls a class: `tp_new`, then `tp_init` of what came out.
pub(crate) fn call_class(
    py: Py<'_>,
    ty: &PyType,
    args: &PyTuple,
    kwargs: Option<&PyDict>,
) -> PyResult<Ref<PyObject>> {
    if core::ptr::eq(ty, PyType::type_object()) {
        let plain = kwargs.is_none_or(PyDict::is_empty);
        if args.len() == 1
            && plain
            && let Some(object) = args.get(0)
        {
            return Ok(object.ty().to_ref());
        }
        if args.len() != 3 {
            bail!(py, TypeError, "type() takes 1 or 3 arguments")
        }
    }
    let Some(new) = ty.tp_new.get() else { bail!(py, TypeError, "cannot create '{}' instances", ty.name()) };
    let kw = kwargs.map_or(NULL, |k| k.as_ptr());
    // SAFETY: slot calls with a tuple and a dict or null.
    unsafe {
        let object = owned_or_raised(py, new(ty, args.as_ptr(), kw))?;
        if !object.ty().is_subtype(ty) {
            return Ok(object);
        }
        if let Some(init) = object.ty().tp_init.get()
            && init(object.as_ptr(), args.as_ptr(), kw) < 0
        {
            return Err(Raised::already(py));
        }
        Ok(object)
    }
}

/// `type(x)` without a tuple.
unsafe extern "C-unwind" fn type_vectorcall(cls: Obj, args: *const Obj, nargsf: usize, kwnames: Obj) -> Obj {
    // SAFETY: vectorcall of `type`.
    unsafe {
        let py = Py::assume();
        let args = Args::from_raw(args, nargsf & !ARGUMENTS_OFFSET, kwnames);
        if let ([object], false) = (args.positional(), args.has_keywords()) {
            return object.ty().to_ref().into_raw();
        }
        let result = (|| {
            let tuple = PyTuple::new(py, args.positional())?;
            let kwargs = if args.has_keywords() { Some(args.keywords().to_dict(py)?) } else { None };
            call_class(py, &*cls.cast::<PyType>(), &tuple, kwargs.as_deref())
        })();
        result.map_or(NULL, Ref::into_raw)
    }
}

/// Sets the slots of `type` that no attribute expresses.
pub(crate) fn finish_slots() {
    let ty = PyType::type_object();
    ty.tp_vectorcall.set(Some(type_vectorcall));
    ty.tp_getattro.set(Some(attr::type_getattro));
    ty.tp_setattro.set(Some(attr::type_setattro));
    ty.tp_free.set(Some(memory::tp_free));
}

#[pymethods(class = "type")]
impl PyType {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        super::new::type_new(py, cls, args, kwargs)
    }
    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        if kwargs.is_some_and(|k| !k.is_empty()) && args.len() == 1 {
            bail!(py, TypeError, "type.__init__() takes no keyword arguments")
        }
        if args.len() != 1 && args.len() != 3 {
            bail!(py, TypeError, "type.__init__() takes 1 or 3 arguments")
        }
        Ok(())
    }
    #[slot]
    fn tp_call(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        call_class(py, self, args, kwargs)
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        if self.tp_name.get().is_null() {
            return PyStr::new(py, &format!("<class at {:#x}>", self.id()));
        }
        let text = match self.module_name(py) {
            Some(module) if module != "builtins" => format!("<class '{module}.{}'>", self.qualname()),
            _ => format!("<class '{}'>", self.name()),
        };
        PyStr::new(py, &text)
    }
    #[slot]
    fn nb_or(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        crate::objects::union::type_or(py, a, b)
    }
    #[slot]
    unsafe extern "C-unwind" fn tp_dealloc(op: Obj) {
        // SAFETY: a dead heap type; static types never die.
        unsafe {
            let ty = &*op.cast::<PyType>();
            if !ty.has(flags::HEAPTYPE) {
                return;
            }
            gc::untrack(&*op);
            if let Some(bases) = ty.bases() {
                for base in bases.as_slice() {
                    if let Some(base) = base.downcast::<PyType>() {
                        base.remove_subclass(ty);
                    }
                }
            }
            clear_weakrefs(&*op);
            let py = Py::assume();
            ty.modified(py);
            let base = ty.tp_base.replace(core::ptr::null());
            if !base.is_null() {
                PyObject::decref((*base).as_ptr());
            }
            for field in [&ty.tp_dict, &ty.tp_bases, &ty.tp_mro, &ty.tp_cache] {
                drop(field.take());
            }
            ty.drop_subclass_list();
            super::new::free_strings(ty);
            if let Some(heap) = ty.heap() {
                let keys = heap.ht_cached_keys.replace(core::ptr::null_mut());
                if !keys.is_null() {
                    crate::objects::dict::keys::release(keys.cast());
                }
                for field in [&heap.ht_name, &heap.ht_slots, &heap.ht_qualname, &heap.ht_module] {
                    drop(field.take());
                }
            }
            memory::free_object(op);
        }
    }
    #[slot]
    unsafe extern "C-unwind" fn tp_traverse(op: Obj, visit: VisitProc, arg: *mut c_void) -> c_int {
        // SAFETY: called by the collector with a live type.
        unsafe {
            let ty = &*op.cast::<PyType>();
            let Some(heap) = ty.heap() else { return 0 };
            let base = ty.tp_base.get().cast_mut().cast::<PyObject>();
            let fields = [
                ty.tp_dict.as_raw(),
                ty.tp_cache.as_raw(),
                ty.tp_mro.as_raw(),
                ty.tp_bases.as_raw(),
                base,
                heap.ht_module.as_raw(),
            ];
            for field in fields {
                if !field.is_null() {
                    let stop = visit(field, arg);
                    if stop != 0 {
                        return stop;
                    }
                }
            }
            0
        }
    }
    #[slot]
    unsafe extern "C-unwind" fn tp_clear(op: Obj) -> c_int {
        // SAFETY: called by the collector with a live type. Base and bases stay: instances may still need them.
        unsafe {
            let ty = &*op.cast::<PyType>();
            if !ty.has(flags::HEAPTYPE) {
                return 0;
            }
            ty.modified(Py::assume());
            if let Some(dict) = ty.dict() {
                dict.clear();
            }
            if let Some(heap) = ty.heap() {
                drop(heap.ht_module.take());
            }
            drop(ty.tp_mro.take());
            0
        }
    }
    #[slot]
    unsafe extern "C-unwind" fn tp_is_gc(op: Obj) -> c_int {
        // SAFETY: a live type.
        c_int::from(unsafe { (*op.cast::<PyType>()).has(flags::HEAPTYPE) })
    }

    #[pymethod(name = "mro")]
    fn mro_method(&self, py: Py<'_>) -> PyResult<Ref<PyList>> {
        super::mro::mro_list(py, self)
    }
    #[pymethod]
    fn __subclasses__(&self, py: Py<'_>) -> PyResult<Ref<PyList>> {
        PyList::from_vec(py, self.subclasses().into_iter().map(Ref::upcast).collect())
    }
    #[classmethod]
    #[sig("(*args, **kwargs)")]
    fn __prepare__(
        _cls: &PyType,
        py: Py<'_>,
        _args: &[&PyObject],
        _kwargs: Kwargs<'_>,
    ) -> PyResult<Ref<PyDict>> {
        PyDict::new(py)
    }
    #[pymethod]
    #[sig("($self, instance, /)")]
    fn __instancecheck__(&self, py: Py<'_>, instance: &PyObject) -> PyResult<bool> {
        crate::protocol::instance_check::real_is_instance(py, instance, self)
    }
    #[pymethod]
    #[sig("($self, subclass, /)")]
    fn __subclasscheck__(&self, py: Py<'_>, subclass: &PyObject) -> PyResult<bool> {
        crate::protocol::instance_check::real_is_subclass(py, subclass, self)
    }
    #[pymethod]
    fn __dir__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let dict = PyDict::new(py)?;
        merge_class_dict(py, &dict, self)?;
        let names = dict.items_snapshot().into_iter().map(|(name, _)| name).collect();
        PyList::from_vec(py, names).map(Ref::upcast)
    }
    #[pymethod]
    fn __sizeof__(&self) -> isize {
        let items = self.ob_base.size() as isize * PyType::type_object().tp_itemsize.get();
        if let Some(heap) = self.heap() {
            // SAFETY: the table of shared keys is the class's own until it dies.
            let keys = unsafe { heap.ht_cached_keys.get().cast::<DictKeys>().as_ref() };
            let keys = keys.map_or(0, DictKeys::byte_size);
            size_of::<PyHeapType>() as isize + items + keys as isize
        } else {
            size_of::<PyType>() as isize
        }
    }
    #[getter]
    fn __basicsize__(&self) -> isize {
        self.tp_basicsize.get()
    }
    #[getter]
    fn __itemsize__(&self) -> isize {
        self.tp_itemsize.get()
    }
    #[getter]
    fn __flags__(&self) -> u64 {
        self.tp_flags.get()
    }
    #[getter]
    fn __weakrefoffset__(&self) -> isize {
        self.tp_weaklistoffset.get()
    }
    #[getter]
    fn __base__(&self) -> Option<Ref<PyType>> {
        self.base().map(PyType::new_ref)
    }
    #[getter]
    fn __dictoffset__(&self) -> isize {
        self.tp_dictoffset.get()
    }
    #[getter]
    fn __name__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        match self.heap().and_then(|h| h.ht_name.get()) {
            Some(name) => Ok(name),
            None => PyStr::new(py, self.short_name()).map(Ref::upcast),
        }
    }
    #[setter]
    fn set___name__(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let value = attr::check_settable(py, self, value, "__name__")?;
        let Some(name) = value.downcast::<PyStr>() else {
            bail!(
                py,
                TypeError,
                "can only assign string to {}.__name__, not '{}'",
                self.name(),
                value.ty().name()
            )
        };
        let Ok(text) = std::ffi::CString::new(name.to_utf8(py)?.into_owned()) else {
            bail!(py, ValueError, "type name must not contain null characters")
        };
        if let Some(heap) = self.heap() {
            let text = text.into_raw();
            let old = heap._ht_tpname.replace(text);
            self.tp_name.set(text);
            heap.ht_name.set(name.to_ref());
            if !old.is_null() {
                // SAFETY: made by `CString::into_raw`.
                drop(unsafe { std::ffi::CString::from_raw(old) });
            }
        }
        Ok(())
    }
    #[getter]
    fn __qualname__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        match self.heap().and_then(|h| h.ht_qualname.get()) {
            Some(name) => Ok(name),
            None => PyStr::new(py, self.short_name()).map(Ref::upcast),
        }
    }
    #[setter]
    fn set___qualname__(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let value = attr::check_settable(py, self, value, "__qualname__")?;
        if value.downcast::<PyStr>().is_none() {
            bail!(
                py,
                TypeError,
                "can only assign string to {}.__qualname__, not '{}'",
                self.name(),
                value.ty().name()
            )
        }
        if let Some(heap) = self.heap() {
            heap.ht_qualname.set(value.to_ref());
        }
        Ok(())
    }
    #[getter]
    fn __bases__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        match self.bases() {
            Some(bases) => Ok(bases),
            None => PyTuple::new(py, &[]),
        }
    }
    #[setter]
    fn set___bases__(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        super::assign::set_bases(py, self, value)
    }
    #[getter]
    fn __mro__(&self) -> Option<Ref<PyTuple>> {
        self.mro()
    }
    #[getter]
    fn __module__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        attr::get_module(py, self)
    }
    #[setter]
    fn set___module__(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let value = attr::check_settable(py, self, value, "__module__")?;
        let Some(dict) = self.dict() else { return Ok(()) };
        self.modified(py);
        dict.set(py, id!(py, "__module__"), value)?;
        dict.remove(py, id!(py, "__firstlineno__"))?;
        Ok(())
    }
    #[getter]
    fn __abstractmethods__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        attr::get_abstract(py, self)
    }
    #[setter]
    fn set___abstractmethods__(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        attr::set_abstract(py, self, value)
    }
    #[getter]
    fn __dict__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        attr::get_dict(py, self)
    }
    #[getter]
    fn __doc__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        attr::get_doc(py, self)
    }
    #[setter]
    fn set___doc__(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let value = attr::check_settable(py, self, value, "__doc__")?;
        let Some(dict) = self.dict() else { return Ok(()) };
        self.modified(py);
        dict.set(py, id!(py, "__doc__"), value)
    }
    #[getter]
    fn __text_signature__(&self) -> Option<String> {
        // SAFETY: tp_doc is null or NUL-terminated.
        let doc = unsafe { super::ready::text_of(self.tp_doc.get()) }?;
        super::ready::text_signature(self.short_name(), doc).map(str::to_owned)
    }
    #[getter]
    fn __annotations__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        attr::get_annotations(py, self)
    }
    #[setter]
    fn set___annotations__(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        attr::set_annotations(py, self, value)
    }
    #[getter]
    fn __annotate__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        attr::get_annotate(py, self)
    }
    #[setter]
    fn set___annotate__(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        attr::set_annotate(py, self, value)
    }
    #[getter]
    fn __type_params__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        attr::get_type_params(py, self)
    }
    #[setter]
    fn set___type_params__(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let value = attr::check_settable(py, self, value, "__type_params__")?;
        let Some(dict) = self.dict() else { return Ok(()) };
        self.modified(py);
        dict.set(py, id!(py, "__type_params__"), value)
    }
}

/// Adds the attributes of a class and its bases to `dict`: what `dir()` shows.
pub(crate) fn merge_class_dict(py: Py<'_>, dict: &PyDict, class: &PyObject) -> PyResult<()> {
    py.check_stack(" in __dir__")?;
    if let Some(own) = class.get_attr_optional(py, id!(py, "__dict__"))? {
        dict.update(py, &own)?;
    }
    if let Some(bases) = class.get_attr_optional(py, id!(py, "__bases__"))? {
        if let Some(bases) = bases.downcast::<PyTuple>() {
            for base in bases.as_slice() {
                merge_class_dict(py, dict, base)?;
            }
        } else {
            for base in bases.collect(py)? {
                merge_class_dict(py, dict, &base)?;
            }
        }
    }
    Ok(())
}
