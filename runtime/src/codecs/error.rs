//! Raising `UnicodeEncodeError` and `UnicodeDecodeError`.

use crate::error::Raised;
use crate::objects::PyStr;
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
    py.raise_unicode_encode(encoding, object, start, end, reason)
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
    py.raise_unicode_decode(encoding, object, start, end, reason)
}
