//! The writer: puts rows together.

use krait_runtime::objects::exceptions::types;
use krait_runtime::objects::str::{StrBuilder, StrData};
use krait_runtime::prelude::*;
use krait_unicode::unit::CodeUnit;

use super::dialect::{NOT_SET, Quoting};
use super::{Dialect, csv_error};

/// `_csv.writer`.
#[pyclass(
    module = "_csv",
    name = "writer",
    doc = "CSV writer\n\nWriter objects are responsible for generating tabular data\nin CSV format from sequence input.\n",
    gc,
    disallow_instantiation,
    basetype,
    heap,
    immutable
)]
#[repr(C)]
pub struct Writer {
    base: PyObject,
    write: Ref<PyObject>,
    #[pymember("dialect", object, readonly)]
    dialect: Ref<Dialect>,
}

/// True for what `QUOTE_NONNUMERIC` leaves unquoted.
fn is_number(object: &PyObject) -> bool {
    object.number_slots().is_some_and(|slots| {
        slots.nb_index.get().is_some() || slots.nb_int.get().is_some() || slots.nb_float.get().is_some()
    }) || object.downcast::<PyComplex>().is_some()
}

impl Writer {
    /// A writer that calls `write` with each row.
    pub fn make(py: Py<'_>, write: Ref<PyObject>, dialect: Ref<Dialect>) -> PyResult<Ref<Writer>> {
        Writer { base: PyObject::HEADER, write, dialect }.alloc_exact(py)
    }

    fn is_special(&self, c: u32) -> bool {
        let d = &self.dialect;
        c == d.delimiter
            || c == d.escapechar
            || c == d.quotechar
            || c == 0x0A
            || c == 0x0D
            || d.lineterminator.code_points().any(|t| t == c)
    }

    /// Appends a field's characters, escaped and doubled; says whether they must be quoted.
    fn units<T: CodeUnit>(&self, py: Py<'_>, out: &mut StrBuilder, text: &[T]) -> PyResult<bool> {
        let d = &self.dialect;
        let mut quoted = false;
        let mut rest = text;
        loop {
            let n = rest.iter().position(|c| self.is_special(c.get())).unwrap_or(rest.len());
            out.push_units(py, rest.get(..n).unwrap_or_default())?;
            let Some(c) = rest.get(n).map(|c| c.get()) else { return Ok(quoted) };
            rest = rest.get(n + 1..).unwrap_or_default();
            let mut escape = d.quoting == Quoting::Never;
            if !escape {
                if c == d.quotechar {
                    if d.doublequote {
                        out.push_code_point(py, c)?;
                    } else {
                        escape = true;
                    }
                } else if c == d.escapechar {
                    escape = true;
                }
                quoted |= !escape;
            }
            if escape {
                if d.escapechar == NOT_SET {
                    return Err(csv_error!(py, "need to escape, but no escapechar set"));
                }
                out.push_code_point(py, d.escapechar)?;
            }
            out.push_code_point(py, c)?;
        }
    }

    fn field(&self, py: Py<'_>, out: &mut StrBuilder, text: Option<&PyStr>, quoted: bool) -> PyResult<()> {
        let d = &self.dialect;
        let mut quoted = quoted;
        if text.is_none_or(PyStr::is_empty) && d.delimiter == 0x20 && d.skipinitialspace {
            let no_quotes = d.quoting == Quoting::Never
                || (text.is_none() && matches!(d.quoting, Quoting::Strings | Quoting::NotNull));
            if no_quotes {
                return Err(csv_error!(
                    py,
                    "empty field must be quoted if delimiter is a space and skipinitialspace is true"
                ));
            }
            quoted = true;
        }
        let mut content = StrBuilder::new();
        quoted |= match text.map(PyStr::data) {
            None => false,
            Some(StrData::Ascii(t) | StrData::Latin1(t)) => self.units(py, &mut content, t)?,
            Some(StrData::Ucs2(t)) => self.units(py, &mut content, t)?,
            Some(StrData::Ucs4(t)) => self.units(py, &mut content, t)?,
        };
        let content = content.finish(py)?;
        if quoted {
            out.push_code_point(py, d.quotechar)?;
            out.push(py, &content)?;
            return out.push_code_point(py, d.quotechar);
        }
        out.push(py, &content)
    }

    fn row(&self, py: Py<'_>, row: &PyObject) -> PyResult<Ref<PyObject>> {
        let iterator = match row.iter(py) {
            Ok(iterator) => iterator,
            Err(raised) if py.error_matches(types::TypeError()) => {
                py.clear_error(raised);
                return Err(csv_error!(py, "iterable expected, not {}", row.ty().name()));
            }
            Err(raised) => return Err(raised),
        };
        let d = &self.dialect;
        let mut out = StrBuilder::new();
        let (mut first, mut null) = (true, false);
        while let Some(field) = iterator.next(py)? {
            let quoted = match d.quoting {
                Quoting::NonNumeric => !is_number(&field),
                Quoting::All => true,
                Quoting::Strings => field.downcast::<PyStr>().is_some(),
                Quoting::NotNull => !field.is_none(),
                Quoting::Minimal | Quoting::Never => false,
            };
            null = field.is_none();
            if !core::mem::take(&mut first) {
                out.push_code_point(py, d.delimiter)?;
            }
            if null {
                self.field(py, &mut out, None, quoted)?;
            } else if let Some(text) = field.downcast::<PyStr>() {
                self.field(py, &mut out, Some(text), quoted)?;
            } else {
                self.field(py, &mut out, Some(&*field.str(py)?), quoted)?;
            }
        }
        if !first && out.is_empty() {
            let no_quotes = d.quoting == Quoting::Never
                || (null && matches!(d.quoting, Quoting::Strings | Quoting::NotNull));
            if no_quotes {
                return Err(csv_error!(py, "single empty field record must be quoted"));
            }
            self.field(py, &mut out, None, true)?;
        }
        out.push(py, &d.lineterminator)?;
        let line = out.finish(py)?;
        self.write.call(py, &[&line])
    }
}

#[pymethods]
impl Writer {
    #[pymethod]
    #[sig("($self, row, /)")]
    fn writerow(&self, py: Py<'_>, row: &PyObject) -> PyResult<Ref<PyObject>> {
        self.row(py, row)
    }

    #[pymethod]
    #[sig("($self, rows, /)")]
    fn writerows(&self, py: Py<'_>, rows: &PyObject) -> PyResult<()> {
        rows.for_each(py, |row| self.row(py, &row).map(drop))
    }
}
