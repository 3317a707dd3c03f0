//! What `bytes` does not share: construction, slots, indexing, hash, buffer.

use core::ffi::c_int;

use krait_macros::pymethods;

use super::construct::{self, Target};
use super::shared::{self, byte_string_methods};
use super::{PyBytes, join};
use crate::args::SliceBound;
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyBool, PyInt, PyList, PySlice, PyStr, PyTuple, PyType};
use crate::protocol::buffer::{Buffer, BufferArg, Py_buffer, fill_view};
use crate::protocol::object::CompareOp;
use crate::py::Py;
use crate::reference::{PyClass, Ref};
use crate::{bail, memory};

byte_string_methods!(PyBytes, "bytes");

#[pymethods(parts(shared))]
impl PyBytes {
    #[new]
    #[vectorcall]
    #[sig("(source=<unrepresentable>, encoding=<unrepresentable>, errors=<unrepresentable>)")]
    fn new_object(
        py: Py<'_>,
        cls: &PyType,
        source: Option<&PyObject>,
        encoding: Option<&PyStr>,
        errors: Option<&PyStr>,
    ) -> PyResult<Ref<PyBytes>> {
        let plain = core::ptr::eq(cls, PyBytes::type_object());
        let made = match construct::encoded(py, source, encoding, errors, Target::Bytes)? {
            Some(bytes) => PyBytes::new(py, &bytes)?,
            None => match source {
                None => PyBytes::empty(),
                Some(source) if plain && PyBytes::check_exact(source) => {
                    return source
                        .downcast::<PyBytes>()
                        .map_or_else(|| Ok(PyBytes::empty()), |b| Ok(b.new_ref()));
                }
                Some(source) => match construct::dunder_bytes(py, source)? {
                    Some(b) if plain => return Ok(b),
                    Some(b) => b,
                    None => construct::bytes_from_source(py, source)?,
                },
            },
        };
        if plain { Ok(made) } else { PyBytes::new_of_subclass(py, cls, made.as_bytes()) }
    }

    /// # Safety
    /// C-ABI slot.
    #[slot]
    unsafe extern "C-unwind" fn tp_dealloc(op: *mut PyObject) {
        // SAFETY: called with a dead object.
        unsafe {
            match (*op).ty().tp_free.get() {
                Some(free) => free(op.cast()),
                None => memory::free_object(op),
            }
        }
    }

    /// # Safety
    /// C-ABI slot.
    #[slot]
    unsafe extern "C-unwind" fn bf_getbuffer(op: *mut PyObject, view: *mut Py_buffer, flags: c_int) -> c_int {
        // SAFETY: called with a live bytes object, whose content does not move.
        unsafe {
            let this: &PyBytes = (*op).cast_unchecked();
            let r = fill_view(Py::assume(), view, this, this.data_ptr().cast(), this.len(), true, flags);
            if r.is_ok() { 0 } else { -1 }
        }
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let bytes = self.as_bytes();
        if bytes.len() >= krait_unicode::repr::MEASURED {
            py.expect_room(krait_unicode::repr::ascii_len(bytes).saturating_mul(2))?;
        }
        let mut out = vec![b'b'];
        out.extend_from_slice(&krait_unicode::repr::repr_bytes(bytes));
        PyStr::from_ascii(py, &out)
    }

    #[slot]
    fn tp_str(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        shared::warn_of_bytes(py, "str() on a bytes instance")?;
        self.tp_repr(py)
    }

    #[slot]
    fn tp_hash(&self) -> isize {
        self.hash_value()
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let Some(other) = other.downcast::<PyBytes>() else {
            if matches!(op, CompareOp::Eq | CompareOp::Ne) {
                if PyStr::check(other) {
                    shared::warn_of_bytes(py, "Comparison between bytes and string")?;
                } else if PyInt::check(other) {
                    shared::warn_of_bytes(py, "Comparison between bytes and int")?;
                }
            }
            return Ok(py.not_implemented());
        };
        let (a, b) = (self.as_bytes(), other.as_bytes());
        let result = match op {
            CompareOp::Eq => a == b,
            CompareOp::Ne => a != b,
            _ => op.holds(a.cmp(b)),
        };
        Ok(PyBool::get(result).to_ref())
    }

    #[slot]
    fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        super::iterator::iter(py, self)
    }

    #[slot]
    fn sq_length(&self) -> isize {
        self.len() as isize
    }

    #[slot]
    fn mp_length(&self) -> isize {
        self.len() as isize
    }

    #[slot]
    fn sq_concat(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyBytes>> {
        join::concat_bytes(py, self, other)
    }

    #[slot]
    fn sq_repeat(&self, py: Py<'_>, n: isize) -> PyResult<Ref<PyBytes>> {
        let bytes = self.as_bytes();
        if (n == 1 || bytes.is_empty()) && PyBytes::check_exact(self) {
            return Ok(self.new_ref());
        }
        let total = match bytes.len().checked_mul(n.max(0) as usize) {
            Some(total) if total <= isize::MAX as usize => total,
            _ => bail!(py, OverflowError, "repeated bytes are too long"),
        };
        if total > isize::MAX as usize - 64 {
            return Err(py.no_memory());
        }
        // As in CPython nothing of it is shared: also no byte or a single one is an object of its own.
        // SAFETY: each of the new object's bytes is written before anybody sees it: the first copy, then what stands there already.
        unsafe {
            let made = PyBytes::alloc(py, total)?;
            let to = made.data_ptr();
            if let [byte] = bytes {
                to.write_bytes(*byte, total);
                return Ok(made);
            }
            let mut done = bytes.len().min(total);
            to.copy_from_nonoverlapping(bytes.as_ptr(), done);
            while done < total {
                let more = done.min(total - done);
                to.add(done).copy_from_nonoverlapping(to, more);
                done += more;
            }
            Ok(made)
        }
    }

    #[slot]
    fn sq_item(&self, py: Py<'_>, index: isize) -> PyResult<Ref<PyInt>> {
        match usize::try_from(index).ok().and_then(|i| self.as_bytes().get(i)) {
            Some(b) => PyInt::new(py, i64::from(*b)),
            None => bail!(py, IndexError, "index out of range"),
        }
    }

    #[slot]
    fn mp_subscript(&self, py: Py<'_>, key: &PyObject) -> PyResult<Ref<PyObject>> {
        if key.is_index() {
            let index = key.to_index_isize(py, "cannot fit '{}' into an index-sized integer")?;
            let index = if index < 0 { index + self.len() as isize } else { index };
            return self.sq_item(py, index).map(Ref::upcast);
        }
        let Some(slice) = key.downcast::<PySlice>() else {
            bail!(py, TypeError, "byte indices must be integers or slices, not {}", key.ty().name());
        };
        let at = slice.indices(py, || self.len())?;
        if at.len == self.len() && at.step == 1 && PyBytes::check_exact(self) {
            return Ok(self.to_ref());
        }
        PyBytes::new(py, &pick(self.as_bytes(), &at)).map(Ref::upcast)
    }

    #[pymethod]
    fn join(&self, py: Py<'_>, iterable_of_bytes: &PyObject) -> PyResult<Ref<PyBytes>> {
        let items = join::items(py, iterable_of_bytes)?;
        if let [only] = items.as_slice()
            && let Some(b) = only.downcast_exact::<PyBytes>()
        {
            return Ok(b.new_ref());
        }
        PyBytes::new(py, &join::join(py, iterable_of_bytes, &items, self.as_bytes())?)
    }

    #[pymethod]
    fn __getnewargs__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let copy = PyBytes::new(py, self.as_bytes())?;
        PyTuple::new(py, &[&copy])
    }

    #[pymethod]
    fn __bytes__(&self, py: Py<'_>) -> PyResult<Ref<PyBytes>> {
        self.to_exact(py)
    }
}

/// The bytes that a slice selects.
pub(crate) fn pick<'a>(bytes: &'a [u8], at: &crate::objects::slice::Indices) -> std::borrow::Cow<'a, [u8]> {
    if at.step == 1 {
        let start = at.start.max(0) as usize;
        return std::borrow::Cow::Borrowed(bytes.get(start..start + at.len).unwrap_or_default());
    }
    std::borrow::Cow::Owned(
        (0..at.len as isize).filter_map(|i| bytes.get((at.start + i * at.step) as usize).copied()).collect(),
    )
}

impl PyBytes {
    /// `bytes(object)` (`PyObject_Bytes`).
    pub fn from_object(py: Py<'_>, source: &PyObject) -> PyResult<Ref<PyBytes>> {
        if let Some(b) = source.downcast_exact::<PyBytes>() {
            return Ok(b.new_ref());
        }
        if let Some(b) = construct::dunder_bytes(py, source)? {
            return Ok(b);
        }
        PyBytes::new(py, &construct::from_object(py, source, Target::Bytes)?)
    }

    /// The bytes of a bytes-like object as a bytes object.
    pub fn from_buffer(py: Py<'_>, source: &PyObject) -> PyResult<Ref<PyBytes>> {
        match source.downcast_exact::<PyBytes>() {
            Some(b) => Ok(b.new_ref()),
            None => PyBytes::new(py, Buffer::new(py, source)?.as_bytes()),
        }
    }
}
