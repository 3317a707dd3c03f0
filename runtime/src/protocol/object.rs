//! What every object can do: attributes, comparison, hash, repr and str, truth, instance checks.

use core::ffi::c_int;

use crate::error::{PyResult, Raised, owned_or_raised};
use crate::object::PyObject;
use crate::objects::exceptions::types;
use crate::objects::r#type::flags;
use crate::objects::{PyBool, PyFloat, PyInt, PyModule, PyNone, PyNotImplemented, PyStr, PyTuple, PyType};
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};

/// `Py_LT` … `Py_GE`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(i32)]
#[allow(missing_docs)]
pub enum CompareOp {
    Lt = 0,
    Le = 1,
    Eq = 2,
    Ne = 3,
    Gt = 4,
    Ge = 5,
}

impl CompareOp {
    /// From CPython's number.
    pub fn from_raw(op: c_int) -> Option<CompareOp> {
        Some(match op {
            0 => CompareOp::Lt,
            1 => CompareOp::Le,
            2 => CompareOp::Eq,
            3 => CompareOp::Ne,
            4 => CompareOp::Gt,
            5 => CompareOp::Ge,
            _ => return None,
        })
    }
    /// The operator with its operands swapped.
    pub fn swapped(self) -> CompareOp {
        match self {
            CompareOp::Lt => CompareOp::Gt,
            CompareOp::Le => CompareOp::Ge,
            CompareOp::Gt => CompareOp::Lt,
            CompareOp::Ge => CompareOp::Le,
            same => same,
        }
    }
    /// As written in source.
    pub fn symbol(self) -> &'static str {
        match self {
            CompareOp::Lt => "<",
            CompareOp::Le => "<=",
            CompareOp::Eq => "==",
            CompareOp::Ne => "!=",
            CompareOp::Gt => ">",
            CompareOp::Ge => ">=",
        }
    }
    /// What the operator says of an ordering.
    pub fn holds(self, ordering: core::cmp::Ordering) -> bool {
        match self {
            CompareOp::Lt => ordering.is_lt(),
            CompareOp::Le => ordering.is_le(),
            CompareOp::Eq => ordering.is_eq(),
            CompareOp::Ne => ordering.is_ne(),
            CompareOp::Gt => ordering.is_gt(),
            CompareOp::Ge => ordering.is_ge(),
        }
    }
}

impl PyObject {
    /// `self.name`.
    #[inline]
    pub fn get_attr(&self, py: Py<'_>, name: &PyStr) -> PyResult<Ref<PyObject>> {
        let Some(f) = self.ty().tp_getattro.get() else {
            return Err(raise!(
                py,
                AttributeError,
                "'{}' object has no attribute '{name}'",
                self.ty().name()
            ));
        };
        // SAFETY: slot call on live objects.
        let value = unsafe { owned_or_raised(py, f(self.as_ptr(), name.as_ptr())) };
        if value.is_err() {
            self.note_missing_attribute(py, name);
        }
        value
    }

    /// Tells the `AttributeError` just raised which attribute of which object it is about, if it does not know yet.
    #[cold]
    pub fn note_missing_attribute(&self, py: Py<'_>, name: &PyObject) {
        if let Some(exc) = py.thread().current_exception.get()
            && let Some(exc) = exc.downcast::<crate::objects::exceptions::PyAttributeError>()
        {
            exc.set_context_if_empty(self, name);
        }
    }

    /// `self.name`, or `None` when there is no such attribute (`PyObject_GetOptionalAttr`).
    pub fn get_attr_optional(&self, py: Py<'_>, name: &PyStr) -> PyResult<Option<Ref<PyObject>>> {
        if self.ty().has_generic_getattr() {
            return self.generic_get_attr_optional(py, name);
        }
        // Types and modules are asked before an error is made that nobody would see.
        let found = match self.downcast::<PyType>() {
            Some(ty) if self.ty().has_same_getattr(PyType::type_object()) => ty.find_attribute(py, name),
            _ => match self.downcast::<PyModule>() {
                Some(module) if self.ty().has_same_getattr(PyModule::type_object()) => module.find(py, name),
                _ => self.get_attr(py, name).map(Some),
            },
        };
        match found {
            Ok(found) => Ok(found),
            Err(raised) if py.error_matches(types::AttributeError()) => {
                py.clear_error(raised);
                Ok(None)
            }
            Err(raised) => Err(raised),
        }
    }

    /// `self.name = value`.
    pub fn set_attr(&self, py: Py<'_>, name: &PyStr, value: &PyObject) -> PyResult<()> {
        self.assign_attr(py, name, Some(value))
    }

    /// `del self.name`.
    pub fn del_attr(&self, py: Py<'_>, name: &PyStr) -> PyResult<()> {
        self.assign_attr(py, name, None)
    }

    /// `self.name = value`, or deletion.
    pub fn assign_attr(&self, py: Py<'_>, name: &PyStr, value: Option<&PyObject>) -> PyResult<()> {
        let Some(f) = self.ty().tp_setattro.get() else {
            let readable = self.ty().tp_getattro.get().is_some();
            let (what, why) = (
                if value.is_some() { "assign to" } else { "del" },
                if readable { "only read-only" } else { "no" },
            );
            return Err(raise!(
                py,
                TypeError,
                "'{}' object has {why} attributes ({what} .{name})",
                self.ty().name()
            ));
        };
        // SAFETY: slot call on live objects.
        let r =
            unsafe { f(self.as_ptr(), name.as_ptr(), value.map_or(core::ptr::null_mut(), PyObject::as_ptr)) };
        if r < 0 { Err(Raised::already(py)) } else { Ok(()) }
    }

    /// Looks a special method up on the type and binds it (`_PyObject_LookupSpecial`); never the instance's own attributes.
    pub fn lookup_special(&self, py: Py<'_>, name: &PyStr) -> PyResult<Option<Ref<PyObject>>> {
        let Some(found) = self.ty().lookup(py, name) else { return Ok(None) };
        match found.ty().tp_descr_get.get() {
            // SAFETY: slot call on live objects.
            Some(get) => unsafe {
                owned_or_raised(py, get(found.as_ptr(), self.as_ptr(), self.ty().as_ptr())).map(Some)
            },
            None => Ok(Some(found)),
        }
    }

    /// `self OP other` as an object (`PyObject_RichCompare`).
    pub fn rich_compare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        py.check_stack(" in comparison")?;
        let (mine, theirs) = (self.ty(), other.ty());
        let mut tried_reflected = false;
        if !core::ptr::eq(mine, theirs)
            && theirs.is_subtype(mine)
            && let Some(f) = theirs.tp_richcompare.get()
        {
            tried_reflected = true;
            // SAFETY: slot call on live objects.
            let r = unsafe { owned_or_raised(py, f(other.as_ptr(), self.as_ptr(), op.swapped() as c_int))? };
            if !r.is(PyNotImplemented::get()) {
                return Ok(r);
            }
        }
        if let Some(f) = mine.tp_richcompare.get() {
            // SAFETY: slot call on live objects.
            let r = unsafe { owned_or_raised(py, f(self.as_ptr(), other.as_ptr(), op as c_int))? };
            if !r.is(PyNotImplemented::get()) {
                return Ok(r);
            }
        }
        if !tried_reflected && let Some(f) = theirs.tp_richcompare.get() {
            // SAFETY: slot call on live objects.
            let r = unsafe { owned_or_raised(py, f(other.as_ptr(), self.as_ptr(), op.swapped() as c_int))? };
            if !r.is(PyNotImplemented::get()) {
                return Ok(r);
            }
        }
        match op {
            CompareOp::Eq => Ok(PyBool::get(self.is(other)).to_ref()),
            CompareOp::Ne => Ok(PyBool::get(!self.is(other)).to_ref()),
            _ => Err(raise!(
                py,
                TypeError,
                "'{}' not supported between instances of '{}' and '{}'",
                op.symbol(),
                mine.name(),
                theirs.name()
            )),
        }
    }

    /// `self OP other` as a truth value; identical objects are equal (`PyObject_RichCompareBool`).
    #[inline]
    pub fn compare_bool(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<bool> {
        if self.is(other) {
            match op {
                CompareOp::Eq => return Ok(true),
                CompareOp::Ne => return Ok(false),
                _ => {}
            }
        }
        if let Some(holds) = self.compare_plain(other, op) {
            return Ok(holds);
        }
        if matches!(op, CompareOp::Eq | CompareOp::Ne)
            && let Some(equal) = self.eq_tuples(py, other)?
        {
            return Ok(equal == (op == CompareOp::Eq));
        }
        let result = self.rich_compare(py, other, op)?;
        if PyBool::check_exact(&result) {
            return Ok(result.is(PyBool::get(true)));
        }
        result.is_true(py)
    }

    /// `self == other` of two ints, two strings or two floats, exact ones both; `None` for all else. Runs no Python code.
    #[inline]
    pub fn eq_plain(&self, other: &PyObject) -> Option<bool> {
        if !core::ptr::eq(self.type_ptr(), other.type_ptr()) {
            return None;
        }
        if let (Some(a), Some(b)) = (self.downcast_exact::<PyInt>(), other.downcast_exact::<PyInt>()) {
            return Some(a.compare(b).is_eq());
        }
        if let (Some(a), Some(b)) = (self.downcast_exact::<PyFloat>(), other.downcast_exact::<PyFloat>()) {
            return Some(a.value() == b.value());
        }
        match (self.downcast_exact::<PyStr>(), other.downcast_exact::<PyStr>()) {
            (Some(a), Some(b)) => Some(a.eq_exact(b)),
            _ => None,
        }
    }

    /// `self OP other` of two ints, two floats or two strings, exact ones both; `None` for all else. Runs no Python code.
    #[inline]
    pub fn compare_plain(&self, other: &PyObject, op: CompareOp) -> Option<bool> {
        if matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return self.eq_plain(other).map(|equal| equal == (op == CompareOp::Eq));
        }
        if !core::ptr::eq(self.type_ptr(), other.type_ptr()) {
            return None;
        }
        if let (Some(a), Some(b)) = (self.downcast_exact::<PyInt>(), other.downcast_exact::<PyInt>()) {
            return Some(op.holds(a.compare(b)));
        }
        if let (Some(a), Some(b)) = (self.downcast_exact::<PyFloat>(), other.downcast_exact::<PyFloat>()) {
            return Some(a.value().partial_cmp(&b.value()).is_some_and(|order| op.holds(order)));
        }
        match (self.downcast_exact::<PyStr>(), other.downcast_exact::<PyStr>()) {
            (Some(a), Some(b)) => Some(op.holds(a.compare(b))),
            _ => None,
        }
    }

    /// `self == other` of two tuples of one class that compares as tuples do; `None` for all else.
    #[inline]
    fn eq_tuples(&self, py: Py<'_>, other: &PyObject) -> PyResult<Option<bool>> {
        let ty = self.ty();
        if !ty.has(flags::TUPLE_SUBCLASS)
            || !core::ptr::eq(ty, other.ty())
            || !ty
                .tp_richcompare
                .get()
                .zip(PyTuple::type_object().tp_richcompare.get())
                .is_some_and(|(mine, tuples)| core::ptr::fn_addr_eq(mine, tuples))
        {
            return Ok(None);
        }
        // SAFETY: the flag says that it is a tuple.
        let (a, b): (&PyTuple, &PyTuple) = unsafe { (self.cast_unchecked(), other.cast_unchecked()) };
        py.check_stack(" in comparison")?;
        a.eq_items(py, b).map(Some)
    }

    /// `self == other`, identical objects being equal.
    #[inline]
    pub fn eq(&self, py: Py<'_>, other: &PyObject) -> PyResult<bool> {
        self.compare_bool(py, other, CompareOp::Eq)
    }

    /// The hash, where it is at hand or soon told, without code being run: of strings, floats, ints of few digits and tuples that were
    /// hashed before.
    #[inline(always)]
    pub(crate) fn hash_at_once(&self) -> Option<isize> {
        const FEW: usize = 2;
        if let Some(text) = self.downcast_exact::<PyStr>() {
            return Some(text.hash_value());
        }
        if let Some(int) = self.downcast_exact::<PyInt>() {
            return (int.digits().len() <= FEW).then(|| int.hash_value());
        }
        match self.downcast_exact::<PyTuple>() {
            Some(tuple) => tuple.known_hash(),
            None => self.downcast_exact().map(PyFloat::hash_value),
        }
    }

    /// `hash(self)`, never -1.
    #[inline]
    pub fn hash(&self, py: Py<'_>) -> PyResult<isize> {
        if let Some(s) = self.downcast_exact::<PyStr>() {
            return Ok(s.hash_value());
        }
        if let Some(n) = self.downcast_exact::<crate::objects::PyInt>() {
            return Ok(n.hash_value());
        }
        let Some(f) = self.ty().tp_hash.get() else { return Err(self.unhashable(py)) };
        py.check_stack(" while hashing a tuple")?;
        // SAFETY: slot call on a live object.
        let h = unsafe { f(self.as_ptr()) };
        if h == -1 { Err(Raised::already(py)) } else { Ok(h) }
    }

    #[cold]
    fn unhashable(&self, py: Py<'_>) -> Raised {
        raise!(py, TypeError, "unhashable type: '{}'", self.ty().name())
    }

    /// `repr(self)`.
    pub fn repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        py.check_stack(" while getting the repr of an object")?;
        let Some(f) = self.ty().tp_repr.get() else {
            return PyStr::new(py, &format!("<{} object at {:#x}>", self.ty().name(), self.id()));
        };
        // SAFETY: slot call on a live object.
        let r = unsafe { self.check_result(py, f(self.as_ptr()))? };
        r.downcast_into()
            .map_err(|r| raise!(py, TypeError, "__repr__ returned non-string (type {})", r.ty().name()))
    }

    /// `str(self)`.
    pub fn str(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        if let Some(s) = self.downcast_exact::<PyStr>() {
            return Ok(s.new_ref());
        }
        let Some(f) = self.ty().tp_str.get() else { return self.repr(py) };
        py.check_stack(" while getting the str of an object")?;
        // SAFETY: slot call on a live object.
        let r = unsafe { self.check_result(py, f(self.as_ptr()))? };
        r.downcast_into()
            .map_err(|r| raise!(py, TypeError, "__str__ returned non-string (type {})", r.ty().name()))
    }

    /// `bool(self)`.
    #[inline]
    pub fn is_true(&self, py: Py<'_>) -> PyResult<bool> {
        if self.is(PyBool::get(true)) {
            return Ok(true);
        }
        if self.is(PyBool::get(false)) || self.is(PyNone::get()) {
            return Ok(false);
        }
        self.is_true_slow(py)
    }

    fn is_true_slow(&self, py: Py<'_>) -> PyResult<bool> {
        // SAFETY: slot calls on a live object.
        let r = unsafe {
            if let Some(f) = self.number_slots().and_then(|n| n.nb_bool.get()) {
                f(self.as_ptr()) as isize
            } else if let Some(f) = self.mapping_slots().and_then(|m| m.mp_length.get()) {
                f(self.as_ptr())
            } else if let Some(f) = self.sequence_slots().and_then(|s| s.sq_length.get()) {
                f(self.as_ptr())
            } else {
                1
            }
        };
        if r < 0 { Err(Raised::already(py)) } else { Ok(r != 0) }
    }

    /// `None`.
    #[inline(always)]
    pub fn is_none(&self) -> bool {
        self.is(PyNone::get())
    }

    /// `callable(self)`.
    pub fn is_callable(&self) -> bool {
        self.ty().tp_call.get().is_some()
    }

    /// True for objects with `__index__`.
    pub fn is_index(&self) -> bool {
        self.number_slots().is_some_and(|n| n.nb_index.get().is_some())
    }

    /// `operator.index(self)`.
    #[inline]
    pub fn index(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        match self.downcast::<PyInt>() {
            Some(n) => Ok(n.new_ref()),
            None => self.index_slow(py),
        }
    }

    fn index_slow(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        let Some(f) = self.number_slots().and_then(|n| n.nb_index.get()) else {
            return Err(raise!(
                py,
                TypeError,
                "'{}' object cannot be interpreted as an integer",
                self.ty().name()
            ));
        };
        // SAFETY: slot call on a live object.
        let r = unsafe { self.check_result(py, f(self.as_ptr()))? };
        match r.downcast_into::<PyInt>() {
            Ok(n) if PyInt::check_exact(&n) => Ok(n),
            Ok(n) => {
                crate::objects::int::warn_strict_subclass(py, "__index__", &n)?;
                Ok(n)
            }
            Err(r) => Err(raise!(py, TypeError, "__index__ returned non-int (type {})", r.ty().name())),
        }
    }

    /// `PyNumber_AsSsize_t` with `IndexError`: `template` holds one `{}` for the type name.
    pub fn to_index_isize(&self, py: Py<'_>, template: &str) -> PyResult<isize> {
        let n = self.index(py)?;
        match n.as_i64() {
            Some(v) => Ok(v as isize),
            None => Err(raise!(py, IndexError, "{}", template.replace("{}", self.ty().name()))),
        }
    }

    /// `PyNumber_AsSsize_t` without exception: clipped to the `isize` range, as slices do.
    pub fn to_index_clipped(&self, py: Py<'_>) -> PyResult<isize> {
        let n = self.index(py)?;
        Ok(match n.as_i64() {
            Some(v) => v as isize,
            None if n.is_negative() => isize::MIN,
            None => isize::MAX,
        })
    }

    /// `isinstance(self, class)`, `__instancecheck__` and tuples included.
    pub fn is_instance(&self, py: Py<'_>, class: &PyObject) -> PyResult<bool> {
        crate::protocol::instance_check::is_instance(py, self, class)
    }

    /// `issubclass(self, class)`, `__subclasscheck__` and tuples included.
    pub fn is_subclass(&self, py: Py<'_>, class: &PyObject) -> PyResult<bool> {
        crate::protocol::instance_check::is_subclass(py, self, class)
    }
}
