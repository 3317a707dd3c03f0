//! Splitting, stripping and partitioning.

use krait_macros::pymethods;
use krait_unicode::character;
use krait_unicode::split::{self, Sides};
use krait_unicode::unit::CodeUnit;

use super::PyStr;
use super::layout::Unit;
use crate::args::NoneOr;
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyList, PyTuple};
use crate::py::Py;
use crate::reference::Ref;
use crate::{bail, raise};

#[inline]
fn is_space<T: CodeUnit>(c: T) -> bool {
    let c = c.get();
    if c < 0x80 { matches!(c, 0x09..=0x0D | 0x1C..=0x20) } else { character::is_space(c) }
}

#[inline]
fn is_linebreak<T: CodeUnit>(c: T) -> bool {
    let c = c.get();
    if c < 0x80 { matches!(c, 0x0A..=0x0D | 0x1C..=0x1E) } else { character::is_linebreak(c) }
}

/// A limit of cuts as the kernels count them.
fn most(maxsplit: isize) -> usize {
    if maxsplit < 0 { usize::MAX } else { maxsplit as usize }
}

fn cut<T: Unit>(
    py: Py<'_>,
    whole: &PyStr,
    text: &[T],
    separator: Option<&PyStr>,
    most: usize,
    right: bool,
) -> PyResult<Ref<PyList>> {
    // As many cuts as there can be: none at a separator that is longer or of wider characters.
    let cuts = match separator {
        None if most == usize::MAX => text.len().saturating_sub(1) / 2 + 1,
        Some(separator) if separator.len() > text.len() || separator.kind() > whole.kind() => 0,
        Some(separator) if most == usize::MAX => text.len() / separator.len().max(1) + 1,
        _ => most,
    };
    let items = PyList::for_pieces(py, cuts)?;
    let each = |r: core::ops::Range<usize>| items.append(py, whole.substring(py, r.start, r.end)?.upcast());
    match separator {
        None if right => split::rsplit_spaces(text, most, is_space, each)?,
        None => split::split_spaces(text, most, is_space, each)?,
        Some(separator) => match T::view(separator) {
            Some(separator) if right => split::rsplit(text, &separator, most, each)?,
            Some(separator) => split::split(text, &separator, most, each)?,
            None => items.append(py, whole.to_exact(py)?.upcast())?,
        },
    }
    if right {
        items.reverse_items();
    }
    Ok(items)
}

impl PyStr {
    /// `self.split(separator, maxsplit)`; without separator at runs of spaces.
    pub fn split_list(
        &self,
        py: Py<'_>,
        separator: Option<&PyStr>,
        maxsplit: isize,
        right: bool,
    ) -> PyResult<Ref<PyList>> {
        if separator.is_some_and(PyStr::is_empty) {
            bail!(py, ValueError, "empty separator");
        }
        units!(self.data(), |t| cut(py, self, t, separator, most(maxsplit), right))
    }

    fn split_by(
        &self,
        py: Py<'_>,
        sep: NoneOr<&PyObject>,
        maxsplit: isize,
        right: bool,
    ) -> PyResult<Ref<PyList>> {
        let separator = match sep.0 {
            None => None,
            Some(sep) => match sep.downcast::<PyStr>() {
                Some(sep) => Some(sep),
                None => bail!(py, TypeError, "must be str or None, not {}", sep.ty().name()),
            },
        };
        self.split_list(py, separator, maxsplit, right)
    }

    fn strip_sides(&self, py: Py<'_>, sides: Sides, chars: Option<&PyObject>) -> PyResult<Ref<PyStr>> {
        let r = match chars.filter(|c| !c.is_none()) {
            None => units!(self.data(), |t| split::strip(t, sides, is_space)),
            Some(chars) => {
                let Some(chars) = chars.downcast::<PyStr>() else {
                    let name = match sides {
                        Sides::Left => "lstrip",
                        Sides::Right => "rstrip",
                        Sides::Both => "strip",
                    };
                    bail!(py, TypeError, "{name} arg must be None or str");
                };
                let mut low = [false; 256];
                for c in chars.code_points() {
                    if let Some(place) = low.get_mut(c as usize) {
                        *place = true;
                    }
                }
                let wide = chars.kind() > 1;
                units!(self.data(), |t| split::strip(t, sides, |c| match low.get(c.get() as usize) {
                    Some(found) => *found,
                    None => wide && chars.find_char(c.get()).is_some(),
                }))
            }
        };
        self.substring(py, r.start, r.end)
    }

    fn partition_at(&self, py: Py<'_>, sep: &PyObject, last: bool) -> PyResult<Ref<PyTuple>> {
        let Some(sep) = sep.downcast::<PyStr>() else {
            bail!(py, TypeError, "must be str, not {}", sep.ty().name());
        };
        if sep.is_empty() {
            return Err(raise!(py, ValueError, "empty separator"));
        }
        let found = if last { self.rfind_str(sep, 0, self.len()) } else { self.find_str(sep, 0, self.len()) };
        match found {
            Some(at) => {
                let before = self.substring(py, 0, at)?;
                let after = self.substring(py, at + sep.len(), self.len())?;
                PyTuple::new(py, &[&before, sep, &after])
            }
            None => {
                let (whole, empty) = (self.to_exact(py)?, PyStr::empty());
                if last {
                    PyTuple::new(py, &[&empty, &empty, &whole])
                } else {
                    PyTuple::new(py, &[&whole, &empty, &empty])
                }
            }
        }
    }
}

#[pymethods(part = "split")]
impl PyStr {
    #[pymethod]
    fn split(
        &self,
        py: Py<'_>,
        #[default(NoneOr(None))] sep: NoneOr<&PyObject>,
        #[default(-1)] maxsplit: isize,
    ) -> PyResult<Ref<PyList>> {
        self.split_by(py, sep, maxsplit, false)
    }

    #[pymethod]
    fn rsplit(
        &self,
        py: Py<'_>,
        #[default(NoneOr(None))] sep: NoneOr<&PyObject>,
        #[default(-1)] maxsplit: isize,
    ) -> PyResult<Ref<PyList>> {
        self.split_by(py, sep, maxsplit, true)
    }

    #[pymethod]
    fn splitlines(&self, py: Py<'_>, #[default(false)] keepends: bool) -> PyResult<Ref<PyList>> {
        let list = PyList::new(py)?;
        units!(self.data(), |t| split::split_lines(t, keepends, is_linebreak, |r| {
            list.append(py, self.substring(py, r.start, r.end)?.upcast())
        }))?;
        Ok(list)
    }

    #[pymethod]
    fn strip(&self, py: Py<'_>, chars: Option<&PyObject>) -> PyResult<Ref<PyStr>> {
        self.strip_sides(py, Sides::Both, chars)
    }

    #[pymethod]
    fn lstrip(&self, py: Py<'_>, chars: Option<&PyObject>) -> PyResult<Ref<PyStr>> {
        self.strip_sides(py, Sides::Left, chars)
    }

    #[pymethod]
    fn rstrip(&self, py: Py<'_>, chars: Option<&PyObject>) -> PyResult<Ref<PyStr>> {
        self.strip_sides(py, Sides::Right, chars)
    }

    #[pymethod]
    fn partition(&self, py: Py<'_>, sep: &PyObject) -> PyResult<Ref<PyTuple>> {
        self.partition_at(py, sep, false)
    }

    #[pymethod]
    fn rpartition(&self, py: Py<'_>, sep: &PyObject) -> PyResult<Ref<PyTuple>> {
        self.partition_at(py, sep, true)
    }
}
