//! Case mappings and character predicates.

use krait_macros::pymethods;
use krait_unicode::unit::CodeUnit;
use krait_unicode::{case, character};

use super::layout::Unit;
use super::{PyStr, StrData};
use crate::error::PyResult;
use crate::py::Py;
use crate::reference::Ref;

impl PyStr {
    /// Maps an ASCII string byte by byte.
    fn map_ascii(&self, py: Py<'_>, text: &[u8], map: impl Fn(usize, u8) -> u8) -> PyResult<Ref<PyStr>> {
        if let [c] = text {
            return Ok(PyStr::latin1_char(map(0, *c)));
        }
        if text.is_empty() {
            return self.to_exact(py);
        }
        // SAFETY: every character is written; case mappings keep ASCII within ASCII.
        unsafe {
            let s = PyStr::alloc(py, text.len(), 0x7F)?;
            let to = s.data_ptr();
            text.iter().enumerate().for_each(|(i, c)| to.add(i).write(map(i, *c)));
            Ok(s)
        }
    }

    /// True when there are characters and all of them pass.
    #[inline]
    fn all(&self, ascii: impl Fn(u8) -> bool, other: impl Fn(u32) -> bool) -> bool {
        if self.is_empty() {
            return false;
        }
        match self.data() {
            StrData::Ascii(s) => s.iter().all(|c| ascii(*c)),
            data => units!(data, |s| s.iter().all(|c| other(c.get()))),
        }
    }
}

macro_rules! mapped {
    ($py:expr, $self:expr, $f:path) => {
        units!($self.data(), |s| {
            let out = $f(|i| s.get(i).map_or(0, |c| c.get()), s.len());
            PyStr::from_units($py, &out)
        })
    };
}

fn is_title<T: Unit>(text: &[T]) -> bool {
    let (mut cased, mut previous_cased) = (false, false);
    for c in text {
        let c = c.get();
        if character::is_upper(c) || character::is_title(c) {
            if previous_cased {
                return false;
            }
            previous_cased = true;
            cased = true;
        } else if character::is_lower(c) {
            if !previous_cased {
                return false;
            }
            cased = true;
        } else {
            previous_cased = false;
        }
    }
    cased
}

#[pymethods(part = "case")]
impl PyStr {
    #[pymethod]
    fn lower(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        py.expect_room(16 * self.len())?;
        match self.data() {
            StrData::Ascii(s) => self.map_ascii(py, s, |_, c| c.to_ascii_lowercase()),
            _ => mapped!(py, self, case::lower_text),
        }
    }

    #[pymethod]
    fn upper(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        py.expect_room(16 * self.len())?;
        match self.data() {
            StrData::Ascii(s) => self.map_ascii(py, s, |_, c| c.to_ascii_uppercase()),
            _ => mapped!(py, self, case::upper_text),
        }
    }

    #[pymethod]
    fn casefold(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        py.expect_room(16 * self.len())?;
        match self.data() {
            StrData::Ascii(s) => self.map_ascii(py, s, |_, c| c.to_ascii_lowercase()),
            _ => mapped!(py, self, case::fold_text),
        }
    }

    #[pymethod]
    fn capitalize(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        py.expect_room(16 * self.len())?;
        match self.data() {
            StrData::Ascii(s) => {
                self.map_ascii(
                    py,
                    s,
                    |i, c| if i == 0 { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() },
                )
            }
            _ => mapped!(py, self, case::capitalize_text),
        }
    }

    #[pymethod]
    fn title(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        py.expect_room(16 * self.len())?;
        mapped!(py, self, case::title_text)
    }

    #[pymethod]
    fn swapcase(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        py.expect_room(16 * self.len())?;
        match self.data() {
            StrData::Ascii(s) => {
                self.map_ascii(py, s, |_, c| if c.is_ascii_alphabetic() { c ^ 0x20 } else { c })
            }
            _ => mapped!(py, self, case::swapcase_text),
        }
    }

    #[pymethod]
    fn isascii(&self) -> bool {
        self.is_ascii()
    }

    #[pymethod]
    fn isalpha(&self) -> bool {
        self.all(|c| c.is_ascii_alphabetic(), character::is_alpha)
    }

    #[pymethod]
    fn isalnum(&self) -> bool {
        self.all(|c| c.is_ascii_alphanumeric(), character::is_alnum)
    }

    #[pymethod]
    fn isdecimal(&self) -> bool {
        self.all(|c| c.is_ascii_digit(), character::is_decimal)
    }

    #[pymethod]
    fn isdigit(&self) -> bool {
        self.all(|c| c.is_ascii_digit(), character::is_digit)
    }

    #[pymethod]
    fn isnumeric(&self) -> bool {
        self.all(|c| c.is_ascii_digit(), character::is_numeric)
    }

    #[pymethod]
    fn isspace(&self) -> bool {
        self.all(|c| matches!(c, 0x09..=0x0D | 0x1C..=0x20), character::is_space)
    }

    #[pymethod]
    fn isprintable(&self) -> bool {
        self.is_empty() || self.all(|c| matches!(c, 0x20..=0x7E), character::is_printable)
    }

    #[pymethod]
    fn isidentifier(&self) -> bool {
        self.is_identifier()
    }

    #[pymethod]
    fn islower(&self) -> bool {
        let mut cased = false;
        for c in self.code_points() {
            if character::is_upper(c) || character::is_title(c) {
                return false;
            }
            cased |= character::is_lower(c);
        }
        cased
    }

    #[pymethod]
    fn isupper(&self) -> bool {
        let mut cased = false;
        for c in self.code_points() {
            if character::is_lower(c) || character::is_title(c) {
                return false;
            }
            cased |= character::is_upper(c);
        }
        cased
    }

    #[pymethod]
    fn istitle(&self) -> bool {
        units!(self.data(), |s| is_title(s))
    }
}

impl PyStr {
    /// `self.isidentifier()`.
    pub fn is_identifier(&self) -> bool {
        match self.data() {
            StrData::Ascii(s) => match s.split_first() {
                Some((first, rest)) => {
                    (first.is_ascii_alphabetic() || *first == b'_')
                        && rest.iter().all(|c| c.is_ascii_alphanumeric() || *c == b'_')
                }
                None => false,
            },
            _ => character::is_identifier(self.code_points()),
        }
    }
}
