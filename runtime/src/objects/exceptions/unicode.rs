//! `UnicodeDecodeError`, `UnicodeEncodeError`, `UnicodeTranslateError`.

use core::cell::Cell;

use krait_macros::{pyclass, pymethods};

use super::base::{PyBaseException, refuse_keywords};
use super::simple::UnicodeError;
use super::types;
use crate::error::{PyResult, Raised};
use crate::object::PyObject;
use crate::objects::r#type::{PyType, flags};
use crate::objects::{PyBytes, PyDict, PyInt, PyStr, PyTuple};
use crate::py::Py;
use crate::raise;
use crate::reference::{Member, PyClass, Ref};

macro_rules! unicode_error {
    ($ident:ident, $name:literal) => {
        #[doc = concat!("`", $name, "`.")]
        #[pyclass(name = $name, base = UnicodeError, basetype, gc, base_new, flags = flags::BASE_EXC_SUBCLASS)]
        #[repr(C)]
        pub struct $ident {
            pub(crate) base: PyBaseException,
            #[pymember("encoding", object)]
            pub(crate) encoding: Member<PyObject>,
            #[pymember("object", object)]
            pub(crate) object: Member<PyObject>,
            #[pymember("start")]
            pub(crate) start: Cell<isize>,
            #[pymember("end")]
            pub(crate) end: Cell<isize>,
            #[pymember("reason", object)]
            pub(crate) reason: Member<PyObject>,
        }

        impl $ident {
            /// Where the bad part starts.
            pub fn start(&self) -> isize {
                self.start.get()
            }
            /// Where the bad part ends.
            pub fn end(&self) -> isize {
                self.end.get()
            }
            /// What could not be converted.
            pub fn object(&self) -> Option<Ref<PyObject>> {
                self.object.get()
            }
            /// The codec's name; empty for translation.
            pub fn encoding(&self) -> Option<Ref<PyObject>> {
                self.encoding.get()
            }
            /// Moves the bad part: codecs reuse one exception for several handler calls.
            pub fn update(&self, py: Py<'_>, start: isize, end: isize, reason: &str) -> PyResult<()> {
                self.start.set(start);
                self.end.set(end);
                self.reason.set(PyStr::new(py, reason)?.upcast());
                Ok(())
            }
        }
    };
}

unicode_error!(PyUnicodeDecodeError, "UnicodeDecodeError");
unicode_error!(PyUnicodeEncodeError, "UnicodeEncodeError");
unicode_error!(PyUnicodeTranslateError, "UnicodeTranslateError");

fn argument<'a>(
    py: Py<'_>,
    args: &'a PyTuple,
    index: usize,
    kind: &str,
    ok: impl Fn(&PyObject) -> bool,
) -> PyResult<&'a PyObject> {
    let Some(arg) = args.get(index) else {
        return Err(raise!(py, SystemError, "argument count was checked"));
    };
    if !ok(arg) {
        return Err(raise!(py, TypeError, "argument {} must be {kind}, not {}", index + 1, arg.ty().name()));
    }
    Ok(arg)
}

fn count(py: Py<'_>, args: &PyTuple, n: usize) -> PyResult<()> {
    if args.len() != n {
        return Err(raise!(py, TypeError, "function takes exactly {n} arguments ({} given)", args.len()));
    }
    Ok(())
}

fn position(py: Py<'_>, args: &PyTuple, index: usize) -> PyResult<isize> {
    let Some(arg) = args.get(index) else { return Ok(0) };
    let n = arg.index(py)?;
    n.as_i64()
        .map(|v| v as isize)
        .ok_or_else(|| raise!(py, OverflowError, "Python int too large to convert to C ssize_t"))
}

fn text_of(py: Py<'_>, field: &Member<PyObject>) -> PyResult<String> {
    match field.get() {
        Some(v) => Ok(v.str(py)?.to_string_lossy().into_owned()),
        None => Ok(String::new()),
    }
}

/// What could not be converted, looked at after all that may run Python code.
fn object_of<T: PyClass>(py: Py<'_>, field: &Member<PyObject>, kind: &str) -> PyResult<Ref<T>> {
    let Some(object) = field.get() else {
        return Err(raise!(py, TypeError, "UnicodeError 'object' attribute is not set"));
    };
    object
        .downcast_into::<T>()
        .map_err(|_| raise!(py, TypeError, "UnicodeError 'object' attribute must be a {kind}"))
}

/// The place of the one element between `start` and `end`, if it is one and there.
fn single(start: isize, end: isize, len: usize) -> Option<usize> {
    usize::try_from(start).ok().filter(|at| *at < len && Some(end) == start.checked_add(1))
}

fn character(c: u32) -> String {
    match c {
        0..=0xff => format!("\\x{c:02x}"),
        0x100..=0xffff => format!("\\u{c:04x}"),
        _ => format!("\\U{c:08x}"),
    }
}

#[pymethods(class = "UnicodeDecodeError")]
impl PyUnicodeDecodeError {
    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        refuse_keywords(py, self.ty(), kwargs)?;
        self.base.set_arguments(args.new_ref());
        count(py, args, 5)?;
        let encoding = argument(py, args, 0, "str", PyStr::check)?;
        let Some(object) = args.get(1) else { return Ok(()) };
        let content = if PyBytes::check(object) {
            object.to_ref()
        } else {
            PyBytes::new(py, &object.buffer_bytes(py)?)?.upcast()
        };
        let (start, end) = (position(py, args, 2)?, position(py, args, 3)?);
        let reason = argument(py, args, 4, "str", PyStr::check)?;
        self.encoding.set(encoding.to_ref());
        self.object.set(content);
        self.start.set(start);
        self.end.set(end);
        self.reason.set(reason.to_ref());
        Ok(())
    }

    #[slot]
    fn tp_str(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        if !self.object.is_some() {
            return PyStr::new(py, "");
        }
        let (reason, encoding) = (text_of(py, &self.reason)?, text_of(py, &self.encoding)?);
        let bytes: Ref<PyBytes> = object_of(py, &self.object, "bytes")?;
        let (start, end) = (self.start.get(), self.end.get());
        if let Some(at) = single(start, end, bytes.as_bytes().len()) {
            let byte = bytes.as_bytes().get(at).copied().unwrap_or_default();
            return PyStr::new(
                py,
                &format!("'{encoding}' codec can't decode byte 0x{byte:02x} in position {start}: {reason}"),
            );
        }
        PyStr::new(
            py,
            &format!(
                "'{encoding}' codec can't decode bytes in position {start}-{}: {reason}",
                end.wrapping_sub(1)
            ),
        )
    }
}

#[pymethods(class = "UnicodeEncodeError")]
impl PyUnicodeEncodeError {
    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        refuse_keywords(py, self.ty(), kwargs)?;
        self.base.set_arguments(args.new_ref());
        count(py, args, 5)?;
        let encoding = argument(py, args, 0, "str", PyStr::check)?;
        let object = argument(py, args, 1, "str", PyStr::check)?;
        let (start, end) = (position(py, args, 2)?, position(py, args, 3)?);
        let reason = argument(py, args, 4, "str", PyStr::check)?;
        self.encoding.set(encoding.to_ref());
        self.object.set(object.to_ref());
        self.start.set(start);
        self.end.set(end);
        self.reason.set(reason.to_ref());
        Ok(())
    }

    #[slot]
    fn tp_str(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        if !self.object.is_some() {
            return PyStr::new(py, "");
        }
        let (reason, encoding) = (text_of(py, &self.reason)?, text_of(py, &self.encoding)?);
        let s: Ref<PyStr> = object_of(py, &self.object, "string")?;
        let (start, end) = (self.start.get(), self.end.get());
        if let Some(at) = single(start, end, s.len())
            && let Some(c) = s.code_point(at)
        {
            return PyStr::new(
                py,
                &format!(
                    "'{encoding}' codec can't encode character '{}' in position {start}: {reason}",
                    character(c)
                ),
            );
        }
        PyStr::new(
            py,
            &format!(
                "'{encoding}' codec can't encode characters in position {start}-{}: {reason}",
                end.wrapping_sub(1)
            ),
        )
    }
}

#[pymethods(class = "UnicodeTranslateError")]
impl PyUnicodeTranslateError {
    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        refuse_keywords(py, self.ty(), kwargs)?;
        self.base.set_arguments(args.new_ref());
        count(py, args, 4)?;
        let object = argument(py, args, 0, "str", PyStr::check)?;
        let (start, end) = (position(py, args, 1)?, position(py, args, 2)?);
        let reason = argument(py, args, 3, "str", PyStr::check)?;
        self.object.set(object.to_ref());
        self.start.set(start);
        self.end.set(end);
        self.reason.set(reason.to_ref());
        Ok(())
    }

    #[slot]
    fn tp_str(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        if !self.object.is_some() {
            return PyStr::new(py, "");
        }
        let reason = text_of(py, &self.reason)?;
        let s: Ref<PyStr> = object_of(py, &self.object, "string")?;
        let (start, end) = (self.start.get(), self.end.get());
        if let Some(at) = single(start, end, s.len())
            && let Some(c) = s.code_point(at)
        {
            return PyStr::new(
                py,
                &format!("can't translate character '{}' in position {start}: {reason}", character(c)),
            );
        }
        PyStr::new(
            py,
            &format!("can't translate characters in position {start}-{}: {reason}", end.wrapping_sub(1)),
        )
    }
}

fn make(py: Py<'_>, class: &PyType, args: &[&PyObject]) -> PyResult<Ref<PyObject>> {
    PyObject::call(class, py, args)
}

impl Py<'_> {
    /// A `UnicodeDecodeError` object.
    pub fn unicode_decode_error(
        self,
        encoding: &str,
        content: &[u8],
        start: usize,
        end: usize,
        reason: &str,
    ) -> PyResult<Ref<PyObject>> {
        let (encoding, content) = (PyStr::new(self, encoding)?, PyBytes::new(self, content)?);
        let (start, end) = (PyInt::new(self, start as i64)?, PyInt::new(self, end as i64)?);
        make(
            self,
            types::UnicodeDecodeError(),
            &[&encoding, &content, &start, &end, &*PyStr::new(self, reason)?],
        )
    }

    /// A `UnicodeEncodeError` object.
    pub fn unicode_encode_error(
        self,
        encoding: &str,
        text: &PyStr,
        start: usize,
        end: usize,
        reason: &str,
    ) -> PyResult<Ref<PyObject>> {
        let encoding = PyStr::new(self, encoding)?;
        let (start, end) = (PyInt::new(self, start as i64)?, PyInt::new(self, end as i64)?);
        make(self, types::UnicodeEncodeError(), &[&encoding, text, &start, &end, &*PyStr::new(self, reason)?])
    }

    /// Raises what [`Py::unicode_encode_error`] makes.
    #[cold]
    pub fn raise_unicode_encode(
        self,
        encoding: &str,
        text: &PyStr,
        start: usize,
        end: usize,
        reason: &str,
    ) -> Raised {
        match self.unicode_encode_error(encoding, text, start, end, reason) {
            Ok(exc) => self.raise_instance(exc),
            Err(raised) => raised,
        }
    }

    /// Raises what [`Py::unicode_decode_error`] makes.
    #[cold]
    pub fn raise_unicode_decode(
        self,
        encoding: &str,
        content: &[u8],
        start: usize,
        end: usize,
        reason: &str,
    ) -> Raised {
        match self.unicode_decode_error(encoding, content, start, end, reason) {
            Ok(exc) => self.raise_instance(exc),
            Err(raised) => raised,
        }
    }
}
