//! Construction, slots that do not change it, buffer export, pickling.

use core::ffi::c_int;

use krait_macros::pymethods;

use super::PyByteArray;
use crate::args::SliceBound;
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::bytes::construct::{self, Target};
use crate::objects::bytes::shared::{self, byte_string_methods};
use crate::objects::bytes::{self, join};
use crate::objects::{PyBool, PyBytes, PyInt, PyList, PySlice, PyStr, PyTuple, PyType};
use crate::protocol::buffer::{Buffer, BufferArg, Py_buffer, fill_view};
use crate::protocol::object::CompareOp;
use crate::py::Py;
use crate::reference::Ref;
use crate::{bail, id};

byte_string_methods!(PyByteArray, "bytearray");

#[pymethods(parts(shared, mutate))]
impl PyByteArray {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&crate::objects::PyDict>,
    ) -> PyResult<Ref<PyByteArray>> {
        PyByteArray::new_empty(py, cls)
    }

    #[init]
    #[sig("(source=<unrepresentable>, encoding=<unrepresentable>, errors=<unrepresentable>)")]
    fn init(
        &self,
        py: Py<'_>,
        source: Option<&PyObject>,
        encoding: Option<&PyStr>,
        errors: Option<&PyStr>,
    ) -> PyResult<()> {
        if !self.is_empty() {
            self.resize(py, 0)?;
        }
        let content = match (construct::encoded(py, source, encoding, errors, Target::ByteArray)?, source) {
            (Some(bytes), _) => bytes,
            (None, Some(source)) if construct::only_iterable(source) => {
                // Whoever yields the items can see those before.
                let iterator = source.iter(py)?;
                while let Some(item) = iterator.next(py)? {
                    let byte = construct::byte_value(py, &item, Target::ByteArray)?;
                    let len = self.len();
                    self.resize(py, len + 1)?;
                    self.set(len, byte);
                }
                return Ok(());
            }
            (None, Some(source)) => construct::from_source(py, source, Target::ByteArray)?,
            (None, None) => return Ok(()),
        };
        self.assign(py, &content)
    }

    /// # Safety
    /// C-ABI slot.
    #[slot]
    unsafe extern "C-unwind" fn tp_dealloc(op: *mut PyObject) {
        // SAFETY: called with a dead object.
        unsafe { super::layout::dealloc(op) }
    }

    /// # Safety
    /// C-ABI slot.
    #[slot]
    unsafe extern "C-unwind" fn bf_getbuffer(op: *mut PyObject, view: *mut Py_buffer, flags: c_int) -> c_int {
        // SAFETY: called with a live bytearray; the count keeps the bytes in place.
        unsafe {
            let this: &PyByteArray = (*op).cast_unchecked();
            let r = fill_view(Py::assume(), view, this, this.data_ptr().cast(), this.len(), false, flags);
            if r.is_err() {
                return -1;
            }
            this.ob_exports.set(this.ob_exports.get() + 1);
            0
        }
    }

    /// # Safety
    /// C-ABI slot.
    #[slot]
    unsafe extern "C-unwind" fn bf_releasebuffer(op: *mut PyObject, _view: *mut Py_buffer) {
        // SAFETY: called with a live bytearray that exported a view.
        let this: &PyByteArray = unsafe { (*op).cast_unchecked() };
        this.ob_exports.set(this.ob_exports.get() - 1);
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        // Unlike that of bytes, this repr escapes ' whatever the quotes are.
        let bytes = self.as_bytes();
        let double = bytes.contains(&b'\'') && !bytes.contains(&b'"');
        let quote = if double { b'"' } else { b'\'' };
        let mut out = Vec::with_capacity(bytes.len() + 16);
        out.extend_from_slice(b"(b");
        out.push(quote);
        for b in bytes {
            match b {
                b'\'' | b'\\' => out.extend_from_slice(&[b'\\', *b]),
                b'\t' => out.extend_from_slice(b"\\t"),
                b'\n' => out.extend_from_slice(b"\\n"),
                b'\r' => out.extend_from_slice(b"\\r"),
                0x20..=0x7E => out.push(*b),
                _ => krait_unicode::codecs::escape::push_hex_escape(u32::from(*b), |b| out.push(b)),
            }
        }
        out.push(quote);
        out.push(b')');
        let mut text = crate::objects::str::StrBuilder::new();
        text.push_str(py, self.ty().short_name())?;
        text.push_ascii(py, &out)?;
        text.finish(py)
    }

    #[slot]
    fn tp_str(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        shared::warn_of_bytes(py, "str() on a bytearray instance")?;
        self.repr(py)
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        if other.downcast::<PyStr>().is_some() {
            if matches!(op, CompareOp::Eq | CompareOp::Ne) {
                shared::warn_of_bytes(py, "Comparison between bytearray and string")?;
            }
            return Ok(py.not_implemented());
        }
        if !other.has_buffer() {
            return Ok(py.not_implemented());
        }
        let right = match Buffer::new(py, other) {
            Ok(right) => right,
            Err(raised) => {
                py.clear_error(raised);
                return Ok(py.not_implemented());
            }
        };
        Ok(PyBool::get(op.holds(self.as_bytes().cmp(right.as_bytes()))).to_ref())
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
    fn sq_concat(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyByteArray>> {
        let right = join::operand(py, other, "bytearray")?;
        let made = PyByteArray::new(py, self.as_bytes())?;
        made.extend(py, right.as_bytes())?;
        Ok(made)
    }

    #[slot]
    fn sq_repeat(&self, py: Py<'_>, n: isize) -> PyResult<Ref<PyByteArray>> {
        PyByteArray::new(py, &shared::repeated(py, self.as_bytes(), n)?)
    }

    #[slot]
    fn sq_item(&self, py: Py<'_>, index: isize) -> PyResult<Ref<PyInt>> {
        match usize::try_from(index).ok().and_then(|i| self.as_bytes().get(i)) {
            Some(b) => PyInt::new(py, i64::from(*b)),
            None => bail!(py, IndexError, "bytearray index out of range"),
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
            bail!(py, TypeError, "bytearray indices must be integers or slices, not {}", key.ty().name());
        };
        let at = slice.indices(py, || self.len())?;
        PyByteArray::new(py, &bytes::pick(self.as_bytes(), &at)).map(Ref::upcast)
    }

    #[pymethod]
    fn join(&self, py: Py<'_>, iterable_of_bytes: &PyObject) -> PyResult<Ref<PyByteArray>> {
        // Held before anything of the iterable's runs.
        let separator = Buffer::new(py, self)?;
        let items = join::items(py, iterable_of_bytes)?;
        PyByteArray::new(py, &join::join(py, iterable_of_bytes, &items, separator.as_bytes())?)
    }

    #[pymethod]
    fn copy(&self, py: Py<'_>) -> PyResult<Ref<PyByteArray>> {
        PyByteArray::new(py, self.as_bytes())
    }

    #[pymethod]
    fn __alloc__(&self) -> isize {
        self.ob_alloc.get()
    }

    #[pymethod]
    fn __sizeof__(&self) -> isize {
        self.ty().tp_basicsize.get() + self.ob_alloc.get()
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        self.reduce(py, 2)
    }

    #[pymethod]
    fn __reduce_ex__(&self, py: Py<'_>, #[default(0)] proto: i32) -> PyResult<Ref<PyTuple>> {
        self.reduce(py, proto)
    }
}

impl PyByteArray {
    fn reduce(&self, py: Py<'_>, protocol: i32) -> PyResult<Ref<PyTuple>> {
        let args = if protocol < 3 {
            let text = PyStr::from_latin1(py, self.as_bytes())?;
            PyTuple::new(py, &[&text, id!(py, "latin-1")])?
        } else {
            let content = PyBytes::new(py, self.as_bytes())?;
            PyTuple::new(py, &[&content])?
        };
        let state = self.call_method(py, id!(py, "__getstate__"), &[])?;
        PyTuple::new(py, &[self.ty(), &args, &state])
    }
}
