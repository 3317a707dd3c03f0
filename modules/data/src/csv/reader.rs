//! The reader: a machine that takes lines apart, character by character, but whole runs of plain ones at once.

use krait_runtime::objects::str::{StrBuilder, StrData};
use krait_runtime::prelude::*;
use krait_unicode::unit::CodeUnit;

use super::dialect::{NOT_SET, Quoting};
use super::{Dialect, FIELD_LIMIT, csv_error};

/// `_csv.reader`.
#[pyclass(
    module = "_csv",
    name = "reader",
    doc = "CSV reader\n\nReader objects are responsible for reading and parsing tabular data\nin CSV format.\n",
    gc,
    disallow_instantiation,
    basetype,
    heap,
    immutable
)]
#[repr(C)]
pub struct Reader {
    base: PyObject,
    source: Ref<PyObject>,
    #[pymember("dialect", object, readonly)]
    dialect: Ref<Dialect>,
    #[pymember("line_num", ulong, readonly)]
    line_num: Cell<u64>,
    /// Records handed out: shows whether the iterator read from its own reader.
    records: Cell<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    StartRecord,
    StartField,
    EscapedChar,
    AfterEscapedNewline,
    InField,
    InQuotedField,
    EscapeInQuotedField,
    QuoteInQuotedField,
    EatNewline,
}

/// Stands for the end of a line; no code point.
const END: u32 = u32::MAX - 1;

/// One record under way.
struct Record<'a> {
    dialect: &'a Dialect,
    fields: Ref<PyList>,
    field: StrBuilder,
    length: usize,
    limit: usize,
    unquoted: bool,
    state: State,
}

fn is_newline(c: u32) -> bool {
    c == 0x0A || c == 0x0D
}

impl Record<'_> {
    fn grow(&mut self, py: Py<'_>, n: usize) -> PyResult<()> {
        self.length += n;
        if self.length > self.limit {
            return Err(csv_error!(py, "field larger than field limit ({})", self.limit));
        }
        Ok(())
    }

    fn add(&mut self, py: Py<'_>, c: u32) -> PyResult<()> {
        self.grow(py, 1)?;
        self.field.push_code_point(py, c)
    }

    fn save(&mut self, py: Py<'_>) -> PyResult<()> {
        let text = core::mem::take(&mut self.field).finish(py)?;
        let unquoted = core::mem::replace(&mut self.unquoted, true);
        let empty = core::mem::take(&mut self.length) == 0;
        let quoting = self.dialect.quoting;
        let field = if unquoted && empty && matches!(quoting, Quoting::NotNull | Quoting::Strings) {
            py.none()
        } else if unquoted && !empty && matches!(quoting, Quoting::NonNumeric | Quoting::Strings) {
            krait_runtime::objects::PyFloat::type_object().call(py, &[&text])?
        } else {
            text.upcast()
        };
        self.fields.append(py, field)
    }

    fn end_line(&mut self, py: Py<'_>, c: u32) -> PyResult<()> {
        self.save(py)?;
        self.state = if c == END { State::StartRecord } else { State::EatNewline };
        Ok(())
    }

    fn step(&mut self, py: Py<'_>, c: u32) -> PyResult<()> {
        let d = self.dialect;
        let ends = is_newline(c) || c == END;
        let quotes = d.quoting != Quoting::Never;
        match self.state {
            State::StartRecord if c == END => {}
            State::StartRecord if is_newline(c) => self.state = State::EatNewline,
            State::StartRecord | State::StartField => {
                if ends {
                    self.state = State::StartField;
                    return self.end_line(py, c);
                }
                if c == d.quotechar && quotes {
                    self.unquoted = false;
                    self.state = State::InQuotedField;
                } else if c == d.escapechar {
                    self.state = State::EscapedChar;
                } else if c == 0x20 && d.skipinitialspace {
                    self.state = State::StartField;
                } else if c == d.delimiter {
                    self.state = State::StartField;
                    self.save(py)?;
                } else {
                    self.add(py, c)?;
                    self.state = State::InField;
                }
            }
            State::EscapedChar => {
                if is_newline(c) {
                    self.add(py, c)?;
                    self.state = State::AfterEscapedNewline;
                    return Ok(());
                }
                self.add(py, if c == END { 0x0A } else { c })?;
                self.state = State::InField;
            }
            State::AfterEscapedNewline if c == END => {}
            State::AfterEscapedNewline | State::InField => {
                if ends {
                    return self.end_line(py, c);
                }
                if c == d.escapechar {
                    self.state = State::EscapedChar;
                } else if c == d.delimiter {
                    self.save(py)?;
                    self.state = State::StartField;
                } else {
                    self.state = State::InField;
                    self.add(py, c)?;
                }
            }
            State::InQuotedField => {
                if c == END {
                } else if c == d.escapechar {
                    self.state = State::EscapeInQuotedField;
                } else if c == d.quotechar && quotes {
                    self.state = if d.doublequote { State::QuoteInQuotedField } else { State::InField };
                } else {
                    self.add(py, c)?;
                }
            }
            State::EscapeInQuotedField => {
                self.add(py, if c == END { 0x0A } else { c })?;
                self.state = State::InQuotedField;
            }
            State::QuoteInQuotedField => {
                if quotes && c == d.quotechar {
                    self.add(py, c)?;
                    self.state = State::InQuotedField;
                } else if c == d.delimiter {
                    self.save(py)?;
                    self.state = State::StartField;
                } else if ends {
                    return self.end_line(py, c);
                } else if !d.strict {
                    self.add(py, c)?;
                    self.state = State::InField;
                } else {
                    let (delimiter, quote) = (char::from_u32(d.delimiter), char::from_u32(d.quotechar));
                    return Err(csv_error!(
                        py,
                        "'{}' expected after '{}'",
                        delimiter.unwrap_or('?'),
                        quote.unwrap_or('?')
                    ));
                }
            }
            State::EatNewline => {
                if c == END {
                    self.state = State::StartRecord;
                } else if !is_newline(c) {
                    return Err(csv_error!(
                        py,
                        "new-line character seen in unquoted field - do you need to open the file with newline=''?"
                    ));
                }
            }
        }
        Ok(())
    }

    /// How many units from the start of `text` only lengthen the field.
    #[inline]
    fn plain<T: CodeUnit>(&self, text: &[T]) -> usize {
        let d = self.dialect;
        let stop = match self.state {
            State::InField => text.iter().position(|c| {
                let c = c.get();
                c == d.delimiter || c == 0x0A || c == 0x0D || c == d.escapechar
            }),
            State::InQuotedField => {
                let quote = if d.quoting == Quoting::Never { NOT_SET } else { d.quotechar };
                text.iter().position(|c| c.get() == quote || c.get() == d.escapechar)
            }
            _ => return 0,
        };
        stop.unwrap_or(text.len())
    }

    fn line<T: CodeUnit>(&mut self, py: Py<'_>, text: &[T]) -> PyResult<()> {
        let mut rest = text;
        while let Some((first, others)) = rest.split_first() {
            let n = self.plain(rest);
            if n > 0 {
                self.grow(py, n)?;
                self.field.push_units(py, rest.get(..n).unwrap_or_default())?;
                rest = rest.get(n..).unwrap_or_default();
                continue;
            }
            self.step(py, first.get())?;
            rest = others;
        }
        self.step(py, END)
    }
}

impl Reader {
    /// A reader of the lines of an iterator.
    pub fn make(py: Py<'_>, source: Ref<PyObject>, dialect: Ref<Dialect>) -> PyResult<Ref<Reader>> {
        Reader { base: PyObject::HEADER, source, dialect, line_num: Cell::new(0), records: Cell::new(0) }
            .alloc_exact(py)
    }
}

#[pymethods]
impl Reader {
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let limit = FIELD_LIMIT.get(py)?;
        let limit = limit.downcast::<PyInt>().and_then(PyInt::as_i64).unwrap_or(0);
        let mut record = Record {
            dialect: &self.dialect,
            fields: PyList::new(py)?,
            field: StrBuilder::new(),
            length: 0,
            limit: usize::try_from(limit).unwrap_or(0),
            unquoted: true,
            state: State::StartRecord,
        };
        let before = self.records.get();
        loop {
            let line = self.source.next(py)?;
            if self.records.get() != before {
                return Err(csv_error!(py, "iterator has already advanced the reader"));
            }
            let Some(line) = line else {
                if record.length == 0 && record.state != State::InQuotedField {
                    return Ok(None);
                }
                if self.dialect.strict {
                    return Err(csv_error!(py, "unexpected end of data"));
                }
                record.save(py)?;
                break;
            };
            let Some(text) = line.downcast::<PyStr>() else {
                return Err(csv_error!(
                    py,
                    "iterator should return strings, not {} (the file should be opened in text mode)",
                    line.ty().name()
                ));
            };
            self.line_num.set(self.line_num.get() + 1);
            match text.data() {
                StrData::Ascii(t) | StrData::Latin1(t) => record.line(py, t)?,
                StrData::Ucs2(t) => record.line(py, t)?,
                StrData::Ucs4(t) => record.line(py, t)?,
            }
            if record.state == State::StartRecord {
                break;
            }
        }
        self.records.set(before + 1);
        Ok(Some(record.fields.upcast()))
    }
}
