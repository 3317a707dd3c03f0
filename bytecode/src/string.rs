//! Strings as a Python `str` can hold them: any code points, lone surrogates included, in generalised UTF-8 (WTF-8
//! without the pairing rule: what Python's `surrogatepass` writes). Shared, so cheap to clone.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// An immutable shared string whose bytes are UTF-8 except that lone surrogates may occur as three bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PyString(Arc<[u8]>);

impl PyString {
    /// From bytes that are UTF-8 with surrogates allowed; None if they are not.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        is_generalised_utf8(bytes).then(|| Self(bytes.into()))
    }

    /// From code points; None if one is not below 0x110000.
    #[must_use]
    pub fn from_code_points(points: impl IntoIterator<Item = u32>) -> Option<Self> {
        let mut bytes = Vec::new();
        for point in points {
            push_code_point(&mut bytes, point)?;
        }
        Some(Self(bytes.into()))
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// As a Rust string, if no surrogate occurs.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// As a Rust string with surrogates replaced.
    #[must_use]
    pub fn to_string_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// Whether all characters are below 128.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.0.is_ascii()
    }

    /// The number of code points.
    #[must_use]
    pub fn char_count(&self) -> usize {
        self.0.iter().filter(|&&byte| byte & 0xc0 != 0x80).count()
    }

    /// The code points.
    pub fn code_points(&self) -> impl Iterator<Item = u32> + '_ {
        let mut bytes = self.0.iter().copied();
        std::iter::from_fn(move || {
            let first = u32::from(bytes.next()?);
            let (mut point, more) = match first {
                0..0x80 => (first, 0),
                0x80..0xe0 => (first & 0x1f, 1),
                0xe0..0xf0 => (first & 0x0f, 2),
                _ => (first & 0x07, 3),
            };
            for _ in 0..more {
                point = point << 6 | u32::from(bytes.next()? & 0x3f);
            }
            Some(point)
        })
    }

    /// Whether it is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Appends a code point (surrogates allowed); None if it is not below 0x110000.
fn push_code_point(bytes: &mut Vec<u8>, point: u32) -> Option<()> {
    let tail = |shift: u32| 0x80 | (point >> shift & 0x3f) as u8;
    match point {
        0..0x80 => bytes.push(point as u8),
        0x80..0x800 => bytes.extend([0xc0 | (point >> 6) as u8, tail(0)]),
        0x800..0x10000 => bytes.extend([0xe0 | (point >> 12) as u8, tail(6), tail(0)]),
        0x10000..0x11_0000 => bytes.extend([0xf0 | (point >> 18) as u8, tail(12), tail(6), tail(0)]),
        _ => return None,
    }
    Some(())
}

/// Valid UTF-8 once the surrogates (`ED A0..BF xx`) are taken out.
fn is_generalised_utf8(mut bytes: &[u8]) -> bool {
    while let Err(error) = std::str::from_utf8(bytes) {
        let rest = bytes.get(error.valid_up_to()..).unwrap_or(&[]);
        match rest {
            [0xed, 0xa0..=0xbf, 0x80..=0xbf, after @ ..] => bytes = after,
            _ => return false,
        }
    }
    true
}

impl From<&str> for PyString {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().into())
    }
}

impl From<String> for PyString {
    fn from(text: String) -> Self {
        Self(text.into_bytes().into())
    }
}

impl Default for PyString {
    fn default() -> Self {
        Self::from("")
    }
}

impl PartialEq<str> for PyString {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialEq<&str> for PyString {
    fn eq(&self, other: &&str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl fmt::Debug for PyString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string_lossy(), f)
    }
}

impl fmt::Display for PyString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_string_lossy())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surrogates() {
        let text = PyString::from_code_points([0x61, 0xd800, 0xe9, 0x1f40d]).unwrap();
        assert_eq!(text.code_points().collect::<Vec<_>>(), [0x61, 0xd800, 0xe9, 0x1f40d]);
        assert_eq!(text.char_count(), 4);
        assert_eq!(text.as_str(), None);
        assert!(PyString::from_bytes(text.as_bytes()).is_some());
        assert!(PyString::from_bytes(b"\xff").is_none());
    }
}
