//! The block that joins the tables of all files, and what fits no other: construction, `repr`, encoding, pickling.

use core::cell::Cell;

use krait_macros::pymethods;

use super::layout::{NonCompact, state};
use super::{PyStr, StrBuilder, StrData};
use crate::args::Args;
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyBytes, PyTuple, PyType};
use crate::py::Py;
use crate::reference::{PyClass, Ref};
use crate::{memory, obmalloc, raise};

#[pymethods(parts(compare, join, search, split, case, translate, format, percent))]
impl PyStr {
    #[new]
    #[sig("(object=<unrepresentable>, encoding=<unrepresentable>, errors=<unrepresentable>)")]
    fn new_object(
        py: Py<'_>,
        cls: &PyType,
        object: Option<&PyObject>,
        encoding: Option<&PyStr>,
        errors: Option<&PyStr>,
    ) -> PyResult<Ref<PyStr>> {
        let value = super::cast::construct(py, object, encoding, errors)?;
        if core::ptr::eq(cls, PyStr::type_object()) {
            return Ok(value);
        }
        PyStr::new_of_subclass(py, cls, &value)
    }

    #[slot]
    fn tp_vectorcall(cls: &PyType, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        if args.has_keywords() {
            let positional = PyTuple::new(py, args.positional())?;
            let keywords = args.keywords().to_dict(py)?;
            let Some(new) = PyStr::type_object().tp_new.get() else { return Err(py.no_memory()) };
            // SAFETY: slot call on live objects.
            return unsafe {
                crate::error::owned_or_raised(py, new(cls, positional.as_ptr(), keywords.as_ptr()))
            };
        }
        let (object, encoding, errors) = match *args.positional() {
            [] => (None, None, None),
            [object] => (Some(object), None, None),
            [object, encoding] => (Some(object), Some(encoding), None),
            [object, encoding, errors] => (Some(object), Some(encoding), Some(errors)),
            ref more => {
                return Err(raise!(py, TypeError, "str expected at most 3 arguments, got {}", more.len()));
            }
        };
        let encoding = encoding.map(|e| super::cast::text_argument(py, e, "encoding")).transpose()?;
        let errors = errors.map(|e| super::cast::text_argument(py, e, "errors")).transpose()?;
        Ok(super::cast::construct(py, object, encoding, errors)?.upcast())
    }

    /// # Safety
    /// C-ABI slot.
    #[slot]
    unsafe extern "C-unwind" fn tp_dealloc(op: *mut PyObject) {
        // SAFETY: called with a dead string.
        unsafe { super::layout::dealloc(op) }
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        if self.len() >= krait_unicode::repr::MEASURED {
            let len = super::units!(self.data(), |s| krait_unicode::repr::repr_len(s));
            py.expect_room(len.saturating_mul(self.kind()))?;
        }
        match self.data() {
            StrData::Ascii(s) => PyStr::from_ascii(py, &krait_unicode::repr::repr(s)),
            StrData::Latin1(s) => PyStr::from_units(py, &krait_unicode::repr::repr(s)),
            StrData::Ucs2(s) => PyStr::from_units(py, &krait_unicode::repr::repr(s)),
            StrData::Ucs4(s) => PyStr::from_units(py, &krait_unicode::repr::repr(s)),
        }
    }

    #[slot]
    fn tp_str(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        self.to_exact(py)
    }

    #[pymethod]
    fn encode(&self, py: Py<'_>, encoding: Option<&PyStr>, errors: Option<&PyStr>) -> PyResult<Ref<PyBytes>> {
        let encoding = encoding.map(|e| super::cast::plain_text(py, e)).transpose()?;
        let errors = errors.map(|e| super::cast::plain_text(py, e)).transpose()?;
        crate::codecs::encode_to_bytes(py, self, encoding.as_deref(), errors.as_deref())
    }

    #[pymethod]
    fn __getnewargs__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let copy = self.copy_exact(py)?;
        PyTuple::new(py, &[&copy])
    }

    #[pymethod]
    fn __sizeof__(&self) -> usize {
        let bits = self.state.get();
        if bits & (state::COMPACT | state::ASCII) == state::COMPACT | state::ASCII {
            return size_of::<PyStr>() + self.len() + 1;
        }
        // SAFETY: a string that is not compact ASCII has the cache fields.
        let compact = unsafe { &*core::ptr::from_ref(self).cast::<super::layout::Compact>() };
        let characters = (self.len() + 1) * self.kind();
        let mut size = characters
            + if bits & state::COMPACT != 0 {
                size_of::<super::layout::Compact>()
            } else {
                self.ty().tp_basicsize.get() as usize
            };
        if !compact.utf8.get().is_null() && compact.utf8.get() != self.data_ptr() {
            size += compact.utf8_length.get() as usize + 1;
        }
        size
    }
}

impl PyStr {
    /// An instance of a subclass with the same characters.
    pub(crate) fn new_of_subclass(py: Py<'_>, cls: &PyType, value: &PyStr) -> PyResult<Ref<PyStr>> {
        let bytes = value.raw_bytes();
        let unit = value.kind();
        let op = match cls.tp_alloc.get() {
            // SAFETY: slot call with a live type.
            Some(alloc) => unsafe { crate::error::owned_or_raised(py, alloc(cls, 0))?.into_raw() },
            None => memory::alloc_object(py, cls, 0)?,
        };
        // SAFETY: a fresh, zeroed instance of a subclass of str: its memory begins with a NonCompact.
        unsafe {
            let made = Ref::from_owned(op.cast::<PyStr>());
            let whole = &*op.cast::<NonCompact>();
            // Until the characters stand this must look like a string without any that is not compact.
            made.state.set((unit as u32) << state::KIND_SHIFT);
            let Some(block) = obmalloc::alloc(bytes.len() + unit) else { return Err(py.no_memory()) };
            core::ptr::copy_nonoverlapping(bytes.as_ptr(), block, bytes.len());
            core::ptr::write_bytes(block.add(bytes.len()), 0, unit);
            whole.data.set(block);
            made.length.set(value.length.get());
            made.hash.set(value.hash.get());
            if value.is_ascii() {
                made.state.set(made.state.get() | state::ASCII);
                whole.compact.utf8.set(block);
                whole.compact.utf8_length.set(value.length.get());
            }
            Ok(made)
        }
    }

    /// `ascii(self)` of a string.
    pub fn ascii(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        if self.len() >= krait_unicode::repr::MEASURED {
            let len = super::units!(self.data(), |s| krait_unicode::repr::ascii_len(s));
            py.expect_room(len.saturating_mul(self.kind()))?;
        }
        super::units!(self.data(), |s| PyStr::from_units(py, &krait_unicode::repr::ascii(s)))
    }
}

/// `ascii(object)`.
pub fn ascii_repr(py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyStr>> {
    let repr = object.repr(py)?;
    if repr.is_ascii() {
        return Ok(repr);
    }
    let mut out = StrBuilder::new();
    for c in repr.code_points() {
        if c < 0x80 {
            out.push_code_point(py, c)?;
        } else {
            let mut escaped = Vec::with_capacity(10);
            krait_unicode::codecs::escape::push_hex_escape(c, |b| escaped.push(b));
            out.push_ascii(py, &escaped)?;
        }
    }
    out.finish(py)
}

const _: () = assert!(size_of::<Cell<isize>>() == 8 && size_of::<NonCompact>() == 64);
