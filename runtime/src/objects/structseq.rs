//! Named-tuple-like types of native modules (`sys.flags`, `os.stat_result`, `time.struct_time` and kin): a [`StructSeq`] declares one,
//! as a `static`; the type is made at first use.
//!
//! An instance is a tuple of the first `n_sequence` fields; further fields stand behind the tuple's items and are seen by name only.
//!
//! ```ignore
//! pub static TERMINAL_SIZE: StructSeq = StructSeq::new(
//!     "os.terminal_size",
//!     "A tuple of (columns, lines) for holding terminal window size",
//!     &[("columns", "width of the terminal window in characters"), ("lines", "height …")],
//!     2,
//! );
//! let size = TERMINAL_SIZE.make(py, vec![columns, lines])?;   // all fields, hidden ones included
//! module.add(py, "terminal_size", TERMINAL_SIZE.ty(py)?)?;
//! ```
//! A field without name ("") is an unnamed one.

use core::cell::Cell;
use core::ffi::c_void;
use core::mem::offset_of;
use std::ffi::CString;

use krait_macros::{pyclass, pymethods};

use crate::objects::tuple::PyTuple;
use crate::objects::r#type::ready::ready_type;
use crate::objects::r#type::{StaticType, TypeSpec, flags};
use crate::prelude::*;
use crate::slots::{PyMemberDef, VisitProc, member};
use crate::{gc, memory};

/// The declaration of one type.
pub struct StructSeq {
    name: &'static str,
    doc: &'static str,
    fields: &'static [(&'static str, &'static str)],
    n_sequence: usize,
    flags: u64,
    /// Python code makes instances of the fields themselves, not of a sequence of them.
    by_fields: bool,
    ty: Cell<*const StructSeqType>,
}
// SAFETY: the cell is only touched under the GIL and goes once from null to a type that lives forever.
unsafe impl Sync for StructSeq {}

/// The type object with its declaration behind it. No subclass can be made, so every instance's type is one of these.
#[repr(C)]
struct StructSeqType {
    ty: StaticType,
    def: &'static StructSeq,
}

impl StructSeq {
    /// A type with these fields (name and docstring), the first `n_sequence` of which are the tuple's items. `name` is the dotted one.
    pub const fn new(
        name: &'static str,
        doc: &'static str,
        fields: &'static [(&'static str, &'static str)],
        n_sequence: usize,
    ) -> StructSeq {
        StructSeq {
            name,
            doc,
            fields,
            n_sequence,
            flags: 0,
            by_fields: false,
            ty: Cell::new(core::ptr::null()),
        }
    }

    /// The same with attributes that cannot be set, as `sys` has them; `instantiable`: Python code may make instances.
    pub const fn immutable(
        name: &'static str,
        doc: &'static str,
        fields: &'static [(&'static str, &'static str)],
        n_sequence: usize,
        instantiable: bool,
    ) -> StructSeq {
        let extra = if instantiable { 0 } else { flags::DISALLOW_INSTANTIATION };
        let flags = flags::IMMUTABLETYPE | extra;
        StructSeq { name, doc, fields, n_sequence, flags, by_fields: false, ty: Cell::new(core::ptr::null()) }
    }

    /// The same for a type with one field that is made of that field's value (`os.sched_param`).
    pub const fn made_of_field(self) -> StructSeq {
        StructSeq { by_fields: true, ..self }
    }

    /// The type object.
    pub fn ty(&'static self, py: Py<'_>) -> PyResult<&'static PyType> {
        // SAFETY: a type made below lives forever.
        match unsafe { self.ty.get().as_ref() } {
            Some(made) => Ok(&made.ty.ty),
            None => self.create(py),
        }
    }

    /// An instance. `values` has one object for each field, hidden and unnamed ones included; absent ones at the end are `None`.
    pub fn make(&'static self, py: Py<'_>, values: Vec<Ref<PyObject>>) -> PyResult<Ref<PyObject>> {
        self.ty(py)?;
        self.build(py, values)
    }

    /// Replaces a field of an instance: for values that start-up or a setting changes later. Nothing happens to other objects.
    pub fn set_field(&'static self, instance: &PyObject, i: usize, value: Ref<PyObject>) {
        // SAFETY: an instance's type is the one made by `create`; it has room for all fields, and each holds a reference.
        unsafe {
            let Some(made) = self.ty.get().as_ref() else { return };
            if !instance.is_exactly(&made.ty.ty) || i >= self.fields.len() {
                return;
            }
            let tuple: &PyTuple = instance.cast_unchecked();
            tuple.ob_hash.set(-1);
            let slot = tuple.ob_item.as_ptr().cast_mut().add(i);
            let old = core::mem::replace(&mut *slot, value.into_raw());
            PyObject::decref(old);
        }
    }

    /// The type is made already.
    fn build(&self, py: Py<'_>, values: Vec<Ref<PyObject>>) -> PyResult<Ref<PyObject>> {
        // SAFETY: made by `create`. The memory has room for all fields: `tp_basicsize` counts the hidden ones.
        unsafe {
            let ty: &'static PyType = match self.ty.get().as_ref() {
                Some(made) => &made.ty.ty,
                None => return Err(raise!(py, SystemError, "{} is not ready", self.name)),
            };
            let op = memory::alloc_object(py, ty, self.n_sequence)?.cast::<PyTuple>();
            (*op).ob_hash.set(-1);
            let items = (*op).ob_item.as_ptr().cast_mut();
            let mut values = values.into_iter();
            for i in 0..self.fields.len() {
                *items.add(i) = values.next().unwrap_or_else(|| py.none()).into_raw();
            }
            gc::track(&*op);
            Ok(Ref::from_owned(op.cast()))
        }
    }

    /// The names of the named fields, in order.
    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.fields.iter().map(|f| f.0).filter(|n| !n.is_empty())
    }

    fn n_unnamed(&self) -> usize {
        self.fields.iter().filter(|f| f.0.is_empty()).count()
    }

    #[cold]
    fn create(&'static self, py: Py<'_>) -> PyResult<&'static PyType> {
        let pattern = PyType::describe::<StructSeqObject>();
        let made: &'static StructSeqType = Box::leak(Box::new(StructSeqType {
            ty: StaticType::new(TypeSpec {
                name: leak_c_string(self.name),
                basicsize: size_of::<PyTuple>() as isize
                    + (self.fields.len() - self.n_sequence) as isize * size_of::<*mut PyObject>() as isize,
                itemsize: size_of::<*mut PyObject>() as isize,
                flags: 0,
                doc: (!self.doc.is_empty()).then(|| leak_c_string(self.doc)),
                weaklistoffset: 0,
                dictoffset: 0,
                vectorcall_offset: 0,
            }),
            def: self,
        }));
        let ty = &made.ty.ty;
        let own = flags::HAVE_GC | flags::STATIC_BUILTIN | self.flags;
        ty.tp_flags.set(ty.tp_flags.get() & !flags::IMMUTABLETYPE | own);
        ty.set_type_ptr(PyType::type_object());
        ty.tp_base.set(PyTuple::type_object());
        ty.tp_members.set(self.members().as_ptr());
        ty.tp_methods.set(pattern.ty.tp_methods.get());
        ty.tp_repr.set(pattern.ty.tp_repr.get());
        ty.tp_dealloc.set(pattern.ty.tp_dealloc.get());
        ty.tp_traverse.set(pattern.ty.tp_traverse.get());
        if self.flags & flags::DISALLOW_INSTANTIATION == 0 {
            ty.tp_new.set(if self.by_fields { Some(new_of_field) } else { pattern.ty.tp_new.get() });
        }
        self.ty.set(made);
        ready_type(py, ty)?;
        self.fill_dict(py, ty)?;
        if self.flags & flags::IMMUTABLETYPE == 0 {
            made.ty.become_heap_type(py, false)?;
        }
        Ok(ty)
    }

    fn members(&self) -> &'static [PyMemberDef] {
        let slot =
            |i: usize| offset_of!(PyTuple, ob_item) as isize + (i * size_of::<*mut PyObject>()) as isize;
        let named = self.fields.iter().enumerate().filter(|(_, f)| !f.0.is_empty());
        let mut members: Vec<PyMemberDef> = named
            .map(|(i, (name, doc))| PyMemberDef {
                name: leak_c_string(name).as_ptr(),
                r#type: member::T_OBJECT,
                offset: slot(i),
                flags: member::READONLY,
                doc: if doc.is_empty() { core::ptr::null() } else { leak_c_string(doc).as_ptr() },
            })
            .collect();
        members.push(PyMemberDef {
            name: core::ptr::null(),
            r#type: 0,
            offset: 0,
            flags: 0,
            doc: core::ptr::null(),
        });
        Box::leak(members.into_boxed_slice())
    }

    fn fill_dict(&self, py: Py<'_>, ty: &PyType) -> PyResult<()> {
        let Some(dict) = ty.dict() else { return Ok(()) };
        dict.set_named(py, "n_sequence_fields", &*self.n_sequence.into_py(py)?)?;
        dict.set_named(py, "n_fields", &*self.fields.len().into_py(py)?)?;
        dict.set_named(py, "n_unnamed_fields", &*self.n_unnamed().into_py(py)?)?;
        let visible = self.fields.iter().take(self.n_sequence).map(|f| f.0).filter(|n| !n.is_empty());
        let visible =
            visible.map(|n| PyStr::new_interned(py, n).map(Ref::upcast)).collect::<PyResult<Vec<_>>>()?;
        dict.set(py, id!(py, "__match_args__"), &*PyTuple::from_vec(py, visible)?)
    }
}

/// Names without NUL only; one with would become empty.
fn leak_c_string(text: &str) -> &'static core::ffi::CStr {
    Box::leak(CString::new(text).unwrap_or_default().into_boxed_c_str())
}

/// `tp_new` of a type that is made of its one field.
unsafe extern "C-unwind" fn new_of_field(
    cls: *const PyType,
    args: *mut PyObject,
    kwargs: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: slot contract: a class made by `StructSeq::create`, a tuple, a dict or null, on an attached thread.
    unsafe {
        let py = Py::assume();
        let def = StructSeqObject::def_of(&*cls);
        let Some((field, _)) = def.fields.first() else { return core::ptr::null_mut() };
        let Some(args) = (*args).downcast::<PyTuple>() else { return core::ptr::null_mut() };
        let by_name = match kwargs.as_ref().and_then(|k| k.downcast::<PyDict>()) {
            Some(kwargs) => (kwargs.len(), kwargs.get_named(py, field)),
            None => (0, Ok(None)),
        };
        let short = def.name.rsplit('.').next().unwrap_or(def.name);
        let made = match (args.as_slice(), by_name) {
            ([value], (0, _)) => def.build(py, vec![value.clone()]),
            ([], (1, Ok(Some(value)))) => def.build(py, vec![value]),
            (_, (_, Err(raised))) => Err(raised),
            ([], (0, _)) => {
                Err(raise!(py, TypeError, "{short}() missing required argument '{field}' (pos 1)"))
            }
            ([], _) => Err(raise!(py, TypeError, "{short}() got an unexpected keyword argument")),
            (given, (named, _)) => Err(raise!(
                py,
                TypeError,
                "{short}() takes exactly 1 argument ({} given)",
                given.len() + named
            )),
        };
        made.map_or(core::ptr::null_mut(), Ref::into_raw)
    }
}

/// What all these types have in common; it stands for itself in no module.
#[pyclass(name = "structseq", base = PyTuple, gc, manual, no_alloc, flags = flags::TUPLE_SUBCLASS)]
#[repr(C)]
pub struct StructSeqObject {
    base: PyTuple,
}

impl StructSeqObject {
    fn def(&self) -> &'static StructSeq {
        StructSeqObject::def_of(self.ty())
    }

    fn def_of(ty: &PyType) -> &'static StructSeq {
        let within = core::mem::offset_of!(StructSeqType, ty) + core::mem::offset_of!(StaticType, ty);
        // SAFETY: these functions are slots of types made by `StructSeq::create` only, which cannot be subclassed.
        unsafe { (*core::ptr::from_ref(ty).byte_sub(within).cast::<StructSeqType>()).def }
    }

    /// A field by its place, hidden ones included.
    fn field(&self, i: usize) -> Option<Ref<PyObject>> {
        if i >= self.def().fields.len() {
            return None;
        }
        // SAFETY: allocated with that many items; every one is set before the object is seen.
        unsafe {
            let item = *self.base.ob_item.as_ptr().add(i);
            item.as_ref().map(PyObject::to_ref)
        }
    }
}

#[pymethods(class = "structseq")]
impl StructSeqObject {
    #[new]
    #[sig("(sequence, dict=<unrepresentable>)")]
    fn new(
        py: Py<'_>,
        cls: &PyType,
        sequence: &PyObject,
        dict: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let def = StructSeqObject::def_of(cls);
        let (min, max) = (def.n_sequence, def.fields.len());
        let sequence = match sequence.iter(py) {
            Ok(_) => sequence,
            Err(raised) if py.error_matches(crate::objects::exceptions::types::TypeError()) => {
                py.clear_error(raised);
                bail!(py, TypeError, "constructor requires a sequence")
            }
            Err(raised) => return Err(raised),
        };
        let items = sequence.collect(py)?;
        let dict = match dict {
            None => None,
            Some(dict) => match dict.downcast::<PyDict>() {
                Some(dict) => Some(dict),
                None => bail!(py, TypeError, "{}() takes a dict as second arg, if any", def.name),
            },
        };
        let (name, n) = (def.name, items.len());
        if min == max && n != min {
            bail!(py, TypeError, "{name}() takes a {min}-sequence ({n}-sequence given)")
        }
        if n < min {
            bail!(py, TypeError, "{name}() takes an at least {min}-sequence ({n}-sequence given)")
        }
        if n > max {
            bail!(py, TypeError, "{name}() takes an at most {max}-sequence ({n}-sequence given)")
        }
        let mut values = items;
        if let Some(dict) = dict.filter(|d| !d.is_empty()) {
            let mut found = 0;
            for (field, _) in def.fields.iter().skip(n) {
                let value = dict.get_named(py, field)?;
                found += usize::from(value.is_some());
                values.push(value.unwrap_or_else(|| py.none()));
            }
            if found < dict.len() {
                bail!(py, TypeError, "{name}() got duplicate or unexpected field name(s)")
            }
        }
        def.build(py, values)
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let def = self.def();
        let mut text = crate::objects::str::StrBuilder::new();
        text.push_str(py, def.name)?;
        text.push_char(py, '(')?;
        // An unnamed item shows the name that follows in the list of names, as `os.stat_result`'s times do.
        for (i, name) in def.names().take(def.n_sequence).enumerate() {
            if i > 0 {
                text.push_str(py, ", ")?;
            }
            text.push_str(py, name)?;
            text.push_char(py, '=')?;
            let value = self.field(i).unwrap_or_else(|| py.none());
            text.push(py, &*value.repr(py)?)?;
        }
        text.push_char(py, ')')?;
        text.finish(py)
    }

    #[pymethod(doc = "__reduce__($self, /)\n--\n\n")]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let def = self.def();
        if def.by_fields {
            let value = PyTuple::from_vec(py, self.field(0).into_iter().collect())?;
            return PyTuple::pair(py, self.ty().to_ref(), value.upcast());
        }
        let visible = (0..def.n_sequence).filter_map(|i| self.field(i)).collect();
        let visible = PyTuple::from_vec(py, visible)?;
        let hidden = PyDict::new(py)?;
        for (i, (name, _)) in def.fields.iter().enumerate().skip(def.n_sequence) {
            if let Some(value) = self.field(i) {
                hidden.set_named(py, name, &value)?;
            }
        }
        let args = PyTuple::pair(py, visible.upcast(), hidden.upcast())?;
        PyTuple::pair(py, self.ty().to_ref(), args.upcast())
    }

    #[pymethod(
        doc = "__replace__($self, /, **changes)\n--\n\nReturn a copy of the structure with new values for the specified fields."
    )]
    #[raw]
    fn __replace__(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let def = self.def();
        if !args.positional().is_empty() {
            bail!(py, TypeError, "__replace__() takes no positional arguments")
        }
        if def.n_unnamed() > 0 {
            bail!(
                py,
                TypeError,
                "__replace__() is not supported for {} because it has unnamed field(s)",
                def.name
            )
        }
        let mut values: Vec<_> = (0..def.fields.len()).filter_map(|i| self.field(i)).collect();
        let mut unexpected = Vec::new();
        for (name, value) in args.keywords().iter() {
            let known = name.downcast::<PyStr>().and_then(|name| def.names().position(|n| name.eq_str(n)));
            match known.and_then(|i| values.get_mut(i)) {
                // What stood there is still held by the instance.
                Some(slot) => *slot = value.to_ref(),
                None => unexpected.push(name.to_ref()),
            }
        }
        if !unexpected.is_empty() {
            let names = PyList::from_vec(py, unexpected)?.repr(py)?;
            bail!(py, TypeError, "Got unexpected field name(s): {names}")
        }
        def.build(py, values)
    }

    #[slot]
    unsafe extern "C-unwind" fn tp_dealloc(op: *mut PyObject) {
        // SAFETY: slot contract: a dead instance; its fields leave it before they are released.
        unsafe {
            gc::untrack(&*op);
            let this = &*op.cast::<StructSeqObject>();
            let items = this.base.ob_item.as_ptr().cast_mut();
            for i in 0..this.def().fields.len() {
                let item = core::mem::replace(&mut *items.add(i), core::ptr::null_mut());
                if !item.is_null() {
                    PyObject::decref(item);
                }
            }
            memory::free_object(op);
        }
    }

    #[slot]
    unsafe extern "C-unwind" fn tp_traverse(
        op: *mut PyObject,
        visit: VisitProc,
        arg: *mut c_void,
    ) -> core::ffi::c_int {
        // SAFETY: slot contract: a live instance.
        unsafe {
            let this = &*op.cast::<StructSeqObject>();
            for i in 0..this.def().fields.len() {
                let item = *this.base.ob_item.as_ptr().add(i);
                if !item.is_null() {
                    let stop = visit(item, arg);
                    if stop != 0 {
                        return stop;
                    }
                }
            }
            0
        }
    }
}
