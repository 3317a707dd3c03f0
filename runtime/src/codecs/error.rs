//! Raising `UnicodeEncodeError` and `UnicodeDecodeError`.

use crate::error::Raised;
use crate::objects::exceptions::types;
use crate::objects::{PyBytes, PyInt, PyStr, PyTuple};
use crate::py::Py;

/// Raises `UnicodeEncodeError(encoding, object, start, end, reason)`.
#[cold]
pub fn raise_encode_error(
    py: Py<'_>,
    encoding: &str,
    object: &PyStr,
    start: usize,
    end: usize,
    reason: &str,
) -> Raised {
    let make = || {
        let args = PyTuple::new(
            py,
            &[
                &*PyStr::new(py, encoding)?,
                object,
                &*PyInt::new(py, start as i64)?,
                &*PyInt::new(py, end as i64)?,
                &*PyStr::new(py, reason)?,
            ],
        )?;
        Ok(py.raise_object(types::UnicodeEncodeError(), Some(&args)))
    };
    make().unwrap_or_else(|raised| raised)
}

/// Raises `UnicodeDecodeError(encoding, object, start, end, reason)`.
#[cold]
pub fn raise_decode_error(
    py: Py<'_>,
    encoding: &str,
    object: &[u8],
    start: usize,
    end: usize,
    reason: &str,
) -> Raised {
    let make = || {
        let args = PyTuple::new(
            py,
            &[
                &*PyStr::new(py, encoding)?,
                &*PyBytes::new(py, object)?,
                &*PyInt::new(py, start as i64)?,
                &*PyInt::new(py, end as i64)?,
                &*PyStr::new(py, reason)?,
            ],
        )?;
        Ok(py.raise_object(types::UnicodeDecodeError(), Some(&args)))
    };
    make().unwrap_or_else(|raised| raised)
}
