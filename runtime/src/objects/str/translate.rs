//! `translate` and `maketrans`.

use krait_macros::pymethods;

use super::{PyStr, StrBuilder};
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::exceptions::types;
use crate::objects::{PyDict, PyInt};
use crate::py::Py;
use crate::reference::Ref;
use crate::{bail, raise};

/// What a table says of a character.
pub(crate) enum Mapped {
    /// It is not in the table.
    Same,
    /// Nothing.
    Deleted,
    /// A code point.
    Char(u32),
    /// A string.
    Text(Ref<PyObject>),
}

/// Looks a character up in a translation table.
pub(crate) fn look_up(py: Py<'_>, table: &PyObject, c: u32) -> PyResult<Mapped> {
    let key = PyInt::new(py, i64::from(c))?;
    let value = match table.get_item(py, &key) {
        Ok(value) => value,
        Err(raised) if py.error_matches(types::LookupError()) => {
            py.clear_error(raised);
            return Ok(Mapped::Same);
        }
        Err(raised) => return Err(raised),
    };
    if value.is_none() {
        return Ok(Mapped::Deleted);
    }
    if let Some(n) = value.downcast::<PyInt>() {
        return match n.as_i64() {
            Some(n @ 0..=0x10FFFF) => Ok(Mapped::Char(n as u32)),
            _ => Err(raise!(py, ValueError, "character mapping must be in range(0x110000)")),
        };
    }
    if value.downcast::<PyStr>().is_some() {
        return Ok(Mapped::Text(value));
    }
    Err(raise!(py, TypeError, "character mapping must return integer, None or str"))
}

#[pymethods(part = "translate")]
impl PyStr {
    #[pymethod]
    fn translate(&self, py: Py<'_>, table: &PyObject) -> PyResult<Ref<PyStr>> {
        py.expect_room(8 * self.len())?;
        if self.is_empty() {
            return self.to_exact(py);
        }
        let mut out = StrBuilder::new();
        // One-to-one results for ASCII are remembered: 0xFF means "not looked up", 0xFE "deleted".
        let mut known = [0xFFu8; 128];
        let mut unchanged = true;
        for c in self.code_points() {
            match known.get(c as usize).copied() {
                Some(0xFE) => continue,
                Some(to @ 0..=0x7F) => {
                    unchanged &= u32::from(to) == c;
                    out.push_code_point(py, to.into())?;
                    continue;
                }
                _ => {}
            }
            let (simple, remembered) = match look_up(py, table, c)? {
                Mapped::Same => (c, u8::try_from(c).ok().filter(u8::is_ascii)),
                Mapped::Deleted => {
                    unchanged = false;
                    if let Some(slot) = known.get_mut(c as usize) {
                        *slot = 0xFE;
                    }
                    continue;
                }
                Mapped::Char(to) => {
                    unchanged &= to == c;
                    (to, u8::try_from(to).ok().filter(u8::is_ascii))
                }
                Mapped::Text(text) => {
                    unchanged = false;
                    if let Some(text) = text.downcast::<PyStr>() {
                        out.push(py, text)?;
                    }
                    continue;
                }
            };
            if let (Some(slot), Some(to)) = (known.get_mut(c as usize), remembered) {
                *slot = to;
            }
            out.push_code_point(py, simple)?;
        }
        if unchanged {
            return self.to_exact(py);
        }
        out.finish(py)
    }

    #[staticmethod]
    fn maketrans(py: Py<'_>, x: &PyObject, y: Option<&PyStr>, z: Option<&PyStr>) -> PyResult<Ref<PyDict>> {
        let table = PyDict::new(py)?;
        let Some(y) = y else {
            let Some(dict) = x.downcast_exact::<PyDict>() else {
                bail!(py, TypeError, "if you give only one argument to maketrans it must be a dict");
            };
            for (key, value) in dict.items_snapshot() {
                if let Some(s) = key.downcast::<PyStr>() {
                    let (1, Some(c)) = (s.len(), s.code_point(0)) else {
                        bail!(py, ValueError, "string keys in translatetable must be of length 1");
                    };
                    let c = PyInt::new(py, i64::from(c))?;
                    table.set(py, &c, &value)?;
                } else if key.downcast::<PyInt>().is_some() {
                    table.set(py, &key, &value)?;
                } else {
                    bail!(py, TypeError, "keys in translate table mustbe strings or integers");
                }
            }
            return Ok(table);
        };
        let Some(x) = x.downcast::<PyStr>() else {
            bail!(py, TypeError, "first maketrans argument must be a string if there is a second argument");
        };
        if x.len() != y.len() {
            bail!(py, ValueError, "the first two maketrans arguments must have equal length");
        }
        for (from, to) in x.code_points().zip(y.code_points()) {
            let (from, to) = (PyInt::new(py, i64::from(from))?, PyInt::new(py, i64::from(to))?);
            table.set(py, &from, &to)?;
        }
        for c in z.iter().flat_map(|z| z.code_points()) {
            let c = PyInt::new(py, i64::from(c))?;
            table.set(py, &c, &py.none())?;
        }
        Ok(table)
    }
}
