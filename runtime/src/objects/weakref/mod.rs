//! Weak references: the list that hangs off an object, `ref`, and what happens when the object dies. Proxies: `proxy.rs`.
//!
//! The list's order is CPython's: the shared `ref` without callback first, then the shared proxy, then those with callbacks,
//! latest first. A reference is taken out of the list before anything may run Python code.

pub mod proxy;

use core::cell::Cell;

use krait_macros::{pyclass, pymethods};

use crate::error::PyResult;
use crate::gc;
use crate::object::PyObject;
use crate::objects::r#type::flags;
use crate::objects::{PyBool, PyDict, PyStr, PyTuple, PyType};
use crate::protocol::object::CompareOp;
use crate::py::Py;
use crate::raise;
use crate::reference::{Member, PyClass, Ref};
use crate::slots::VectorcallFunc;

/// The head of an object's list of weak references; a field that makes instances weakly referenceable.
#[repr(transparent)]
pub struct WeakList(pub(crate) Cell<*mut PyObject>);

impl WeakList {
    /// No weak reference.
    pub const EMPTY: WeakList = WeakList(Cell::new(core::ptr::null_mut()));
}

/// `PyWeakReference`: also the layout of proxies.
#[pyclass(module = "weakref", name = "ReferenceType", basetype, gc, manual, vectorcall_offset = vectorcall)]
#[repr(C)]
pub struct PyWeakReference {
    base: PyObject,
    /// The object, not owned; null once it is dead.
    wr_object: Cell<*mut PyObject>,
    wr_callback: Member<PyObject>,
    /// The object's hash, -1 until asked for.
    hash: Cell<isize>,
    wr_prev: Cell<*const PyWeakReference>,
    wr_next: Cell<*const PyWeakReference>,
    vectorcall: Cell<Option<VectorcallFunc>>,
}

/// Where the list of an object hangs, if its type supports weak references.
pub fn list_of(object: &PyObject) -> Option<&Cell<*mut PyObject>> {
    let ty = object.ty();
    // SAFETY: the type says where the pointer stands: four words before the object, or at an offset inside it.
    unsafe {
        if ty.has(flags::MANAGED_WEAKREF) {
            return Some(&*object.as_ptr().cast::<Cell<*mut PyObject>>().sub(4));
        }
        match ty.tp_weaklistoffset.get() {
            offset if offset > 0 => Some(&*object.as_ptr().byte_offset(offset).cast()),
            _ => None,
        }
    }
}

impl PyWeakReference {
    /// The object, while it lives.
    pub fn target(&self) -> Option<Ref<PyObject>> {
        let p = self.wr_object.get();
        // SAFETY: the field is cleared before the object's memory goes; an object whose count is zero is dying already.
        unsafe { if p.is_null() || (*p).refcnt() == 0 { None } else { Some(Ref::from_borrowed(p)) } }
    }

    /// The callback.
    pub fn callback(&self) -> Option<Ref<PyObject>> {
        self.wr_callback.get()
    }

    /// All weak references of an object, in list order.
    pub fn all_of(object: &PyObject) -> Vec<Ref<PyObject>> {
        let Some(list) = list_of(object) else { return Vec::new() };
        let mut found = Vec::new();
        let mut p: *const PyWeakReference = list.get().cast();
        // SAFETY: the list holds live references (a dying one has left it), linked through `wr_next`.
        while let Some(r) = unsafe { p.as_ref() } {
            if r.refcnt() > 0 {
                found.push(r.to_ref());
            }
            p = r.wr_next.get();
        }
        found
    }

    /// How many weak references an object has.
    pub fn count_of(object: &PyObject) -> usize {
        PyWeakReference::all_of(object).len()
    }

    /// A weak reference or proxy of class `cls` to `object`; the shared one when there is no callback.
    pub fn make(
        py: Py<'_>,
        cls: &PyType,
        object: &PyObject,
        callback: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let Some(list) = list_of(object) else {
            return Err(raise!(
                py,
                TypeError,
                "cannot create weak reference to '{}' object",
                object.ty().name()
            ));
        };
        let callback = callback.filter(|c| !c.is_none());
        let shared = callback.is_none()
            && (core::ptr::eq(cls, PyWeakReference::type_object()) || proxy::is_proxy_type(cls));
        if shared && let Some(found) = find_shared(list, cls) {
            return Ok(found);
        }
        let Some(alloc) = cls.tp_alloc.get() else { return Err(py.no_memory()) };
        // SAFETY: the memory is a reference's, zeroed; its fields are set before it is linked.
        let new: Ref<PyWeakReference> =
            unsafe { crate::error::owned_or_raised(py, alloc(cls, 0))?.cast_into_unchecked() };
        new.wr_object.set(object.as_ptr());
        new.hash.set(-1);
        drop(new.wr_callback.replace(callback.map(PyObject::to_ref)));
        if !proxy::is_proxy_type(cls) {
            new.vectorcall.set(Some(call_reference));
        }
        // Allocation may have collected garbage and so changed the list.
        if shared && let Some(found) = find_shared(list, cls) {
            return Ok(found);
        }
        link(list, &new, shared);
        Ok(new.upcast())
    }

    /// Takes the reference out of its object's list.
    pub(crate) fn unlink(&self) {
        let object = self.wr_object.replace(core::ptr::null_mut());
        if object.is_null() {
            return;
        }
        // SAFETY: neighbours in the list are live references; the object is still there.
        unsafe {
            if let Some(list) = list_of(&*object)
                && core::ptr::eq(list.get(), self.as_ptr())
            {
                list.set(self.wr_next.get().cast_mut().cast());
            }
            if let Some(prev) = self.wr_prev.get().as_ref() {
                prev.wr_next.set(self.wr_next.get());
            }
            if let Some(next) = self.wr_next.get().as_ref() {
                next.wr_prev.set(self.wr_prev.get());
            }
        }
        self.wr_prev.set(core::ptr::null());
        self.wr_next.set(core::ptr::null());
    }
}

/// The shared reference (or proxy) of exactly `cls`, which has no callback.
fn find_shared(list: &Cell<*mut PyObject>, cls: &PyType) -> Option<Ref<PyObject>> {
    let mut p: *const PyWeakReference = list.get().cast();
    // SAFETY: the list holds live references.
    while let Some(r) = unsafe { p.as_ref() } {
        if r.wr_callback.is_some() {
            return None;
        }
        if core::ptr::eq(r.type_ptr(), cls) && r.refcnt() > 0 {
            return Some(r.to_ref());
        }
        p = r.wr_next.get();
    }
    None
}

/// Enters a new reference: shared `ref` first, shared proxy after it, others after both.
fn link(list: &Cell<*mut PyObject>, new: &PyWeakReference, shared: bool) {
    let first_place = shared && !proxy::is_proxy_type(new.ty());
    let mut prev: *const PyWeakReference = core::ptr::null();
    if !first_place {
        let mut p: *const PyWeakReference = list.get().cast();
        // SAFETY: the list holds live references.
        while let Some(r) = unsafe { p.as_ref() } {
            let basic = !r.wr_callback.is_some()
                && (core::ptr::eq(r.type_ptr(), PyWeakReference::type_object())
                    || proxy::is_proxy_type(r.ty()));
            if !basic {
                break;
            }
            prev = p;
            p = r.wr_next.get();
        }
    }
    // SAFETY: as above.
    let next = unsafe { prev.as_ref() }
        .map_or(list.get().cast::<PyWeakReference>().cast_const(), |p| p.wr_next.get());
    new.wr_prev.set(prev);
    new.wr_next.set(next);
    // SAFETY: as above.
    unsafe {
        match prev.as_ref() {
            Some(p) => p.wr_next.set(new),
            None => list.set(new.as_ptr()),
        }
        if let Some(n) = next.as_ref() {
            n.wr_prev.set(new);
        }
    }
}

/// Clears all weak references to a dying object and runs their callbacks (`PyObject_ClearWeakRefs`).
pub fn clear_weakrefs(op: &PyObject) {
    let Some(list) = list_of(op) else { return };
    if list.get().is_null() {
        return;
    }
    let mut callbacks: Vec<(Ref<PyObject>, Ref<PyObject>)> = Vec::new();
    // SAFETY: the list holds references; each leaves it here. A dying one (count zero) gets no callback.
    while let Some(r) = unsafe { list.get().cast::<PyWeakReference>().as_ref() } {
        r.unlink();
        let callback = r.wr_callback.take();
        if let Some(callback) = callback
            && r.refcnt() > 0
        {
            callbacks.push((r.to_ref(), callback));
        }
    }
    run_callbacks(callbacks);
}

/// Clears the references to an object without running callbacks: those that `wanted` lets through are added to `callbacks`, the
/// others stay where they are. For the collector, which runs them later.
pub(crate) fn detach_all(
    op: &PyObject,
    wanted: impl Fn(&PyObject) -> bool,
    callbacks: &mut Vec<(Ref<PyObject>, Ref<PyObject>)>,
) {
    let Some(list) = list_of(op) else { return };
    // SAFETY: as in `clear_weakrefs`.
    while let Some(r) = unsafe { list.get().cast::<PyWeakReference>().as_ref() } {
        r.unlink();
        if r.refcnt() > 0
            && r.wr_callback.is_some()
            && wanted(r)
            && let Some(callback) = r.wr_callback.take()
        {
            callbacks.push((r.to_ref(), callback));
        }
    }
}

/// Calls callbacks; what they raise is reported, not raised.
pub(crate) fn run_callbacks(callbacks: Vec<(Ref<PyObject>, Ref<PyObject>)>) {
    let Some(py) = Py::current() else { return };
    py.preserving_error(|| {
        for (reference, callback) in callbacks {
            if let Err(raised) = callback.call(py, &[&reference]) {
                py.report_unraisable(
                    raised,
                    Some("Exception ignored while calling weakref callback"),
                    Some(&callback),
                );
            }
        }
    });
}

unsafe extern "C-unwind" fn call_reference(
    callable: *mut PyObject,
    _args: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: vectorcall of a weak reference.
    unsafe {
        let py = Py::assume();
        let this = &*callable.cast::<PyWeakReference>();
        let nargs = nargsf & !crate::protocol::call::ARGUMENTS_OFFSET;
        let has_keywords = kwnames.cast::<PyTuple>().as_ref().is_some_and(|k| !k.is_empty());
        if has_keywords {
            let _ = raise!(py, TypeError, "ReferenceType() takes no keyword arguments");
            return core::ptr::null_mut();
        }
        if crate::args::check_positional(py, "ReferenceType", nargs as isize, 0, 0).is_err() {
            return core::ptr::null_mut();
        }
        this.target().unwrap_or_else(|| py.none()).into_raw()
    }
}

#[pymethods(class = "weakref.ReferenceType")]
impl PyWeakReference {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        if core::ptr::eq(cls, PyWeakReference::type_object()) {
            crate::args::no_keywords(py, "ref", kwargs)?;
        }
        crate::args::check_positional(py, "__new__", args.len() as isize, 1, 2)?;
        match args.as_slice() {
            [object, rest @ ..] => PyWeakReference::make(py, cls, object, rest.first().map(|c| &**c)),
            [] => Ok(py.none()),
        }
    }

    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        crate::args::no_keywords(py, "ref", kwargs)?;
        crate::args::check_positional(py, "__init__", args.len() as isize, 1, 2)
    }

    #[slot]
    fn tp_call(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        crate::args::no_keywords(py, "ReferenceType", kwargs)?;
        crate::args::check_positional(py, "ReferenceType", args.len() as isize, 0, 0)?;
        Ok(self.target().unwrap_or_else(|| py.none()))
    }

    #[slot]
    fn tp_hash(&self, py: Py<'_>) -> PyResult<isize> {
        if self.hash.get() == -1 {
            let Some(object) = self.target() else {
                return Err(raise!(py, TypeError, "weak object has gone away"));
            };
            self.hash.set(object.hash(py)?);
        }
        Ok(self.hash.get())
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let (Some(other), CompareOp::Eq | CompareOp::Ne) = (other.downcast::<PyWeakReference>(), op) else {
            return Ok(py.not_implemented());
        };
        match (self.target(), other.target()) {
            (Some(a), Some(b)) => a.rich_compare(py, &b, op),
            _ => Ok(PyBool::get(core::ptr::eq(self, other) == (op == CompareOp::Eq)).to_ref()),
        }
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let Some(object) = self.target() else {
            return PyStr::new(py, &format!("<weakref at {:#x}; dead>", self.id()));
        };
        let name = object.lookup_special(py, crate::id!(py, "__name__"))?;
        let class = object.ty().qualified_name();
        let text = match name.as_ref().and_then(|n| n.downcast::<PyStr>()) {
            Some(name) => {
                format!("<weakref at {:#x}; to '{class}' at {:#x} ({name})>", self.id(), object.id())
            }
            None => format!("<weakref at {:#x}; to '{class}' at {:#x}>", self.id(), object.id()),
        };
        PyStr::new(py, &text)
    }

    #[slot]
    unsafe extern "C-unwind" fn tp_dealloc(op: *mut PyObject) {
        // SAFETY: slot contract: a dead reference or proxy.
        unsafe {
            gc::untrack(&*op);
            let this = &*op.cast::<PyWeakReference>();
            this.unlink();
            drop(this.wr_callback.take());
            match (*op).ty().tp_free.get() {
                Some(free) => free(op.cast()),
                None => crate::memory::free_object(op),
            }
        }
    }

    #[slot]
    unsafe extern "C-unwind" fn tp_traverse(
        op: *mut PyObject,
        visit: crate::slots::VisitProc,
        arg: *mut core::ffi::c_void,
    ) -> core::ffi::c_int {
        // SAFETY: slot contract: a live reference.
        unsafe {
            let callback = (*op.cast::<PyWeakReference>()).wr_callback.as_raw();
            if callback.is_null() { 0 } else { visit(callback, arg) }
        }
    }

    #[slot]
    unsafe extern "C-unwind" fn tp_clear(op: *mut PyObject) -> core::ffi::c_int {
        // SAFETY: slot contract: a live reference.
        unsafe {
            let this = &*op.cast::<PyWeakReference>();
            this.unlink();
            drop(this.wr_callback.take());
        }
        0
    }

    #[getter]
    fn __callback__(&self, py: Py<'_>) -> Ref<PyObject> {
        self.wr_callback.get().unwrap_or_else(|| py.none())
    }

    #[classmethod(name = "__class_getitem__")]
    #[sig("($type, object, /)")]
    fn class_getitem(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        crate::objects::generic_alias::class_getitem(py, cls, object)
    }
}
