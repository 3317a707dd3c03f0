//! The text that a pattern runs over: a `str` or anything with a buffer.

use krait_runtime::objects::str::StrData;
use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::Buffer;

use crate::sre::Subject;

/// A string or buffer, held while it is matched.
pub enum Text {
    Str(Ref<PyStr>),
    Bytes(Buffer),
}

impl Text {
    /// Holds a subject; `TypeError` when it is none.
    pub fn new(py: Py<'_>, object: &PyObject) -> PyResult<Text> {
        if let Some(s) = object.downcast::<PyStr>() {
            return Ok(Text::Str(s.new_ref()));
        }
        if !object.has_buffer() {
            bail!(py, TypeError, "expected string or bytes-like object, got '{}'", object.ty().name());
        }
        Buffer::new(py, object).map(Text::Bytes)
    }

    pub fn is_bytes(&self) -> bool {
        matches!(self, Text::Bytes(_))
    }

    pub fn subject(&self) -> Subject<'_> {
        match self {
            Text::Str(s) => match s.data() {
                StrData::Ascii(t) | StrData::Latin1(t) => Subject::Units8(t),
                StrData::Ucs2(t) => Subject::Units16(t),
                StrData::Ucs4(t) => Subject::Units32(t),
            },
            Text::Bytes(b) => Subject::Units8(b.as_bytes()),
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Text::Str(s) => s.len(),
            Text::Bytes(b) => b.len(),
        }
    }

    /// A part of the text, as `str` or `bytes`; the whole of an exact one is itself.
    pub fn slice(&self, py: Py<'_>, start: usize, end: usize) -> PyResult<Ref<PyObject>> {
        let end = end.min(self.len());
        let start = start.min(end);
        match self {
            Text::Str(s) => s.substring(py, start, end).map(Ref::upcast),
            Text::Bytes(Buffer::Bytes(b)) if start == 0 && end == b.len() => Ok(b.to_ref()),
            Text::Bytes(b) => {
                PyBytes::new(py, b.as_bytes().get(start..end).unwrap_or_default()).map(Ref::upcast)
            }
        }
    }
}

/// A position argument, cut to the text.
pub fn clamp(position: isize, len: usize) -> usize {
    usize::try_from(position).unwrap_or(0).min(len)
}
