//! `Cursor`: rows, and what their values become.

use krait_runtime::prelude::*;
use krait_runtime::system::sqlite::{Statement, Value};

use super::errors::{OPERATIONAL_ERROR, code, raise_failure};
use super::{CONVERTERS, Connection, Cursor, dict_of};

impl Cursor {
    /// Looks up the converters of the columns.
    pub(super) fn find_converters(
        &self,
        py: Py<'_>,
        connection: &Connection,
        statement: &Statement,
    ) -> PyResult<()> {
        self.converters.borrow_mut().0.clear();
        let detect = connection.detect_types.get();
        if detect == 0 {
            return Ok(());
        }
        let known = dict_of(py, &CONVERTERS)?;
        let find = |name: &[u8]| -> PyResult<Option<Ref<PyObject>>> {
            let name = PyStr::new(py, &String::from_utf8_lossy(name))?;
            known.get(py, &*name.call_method(py, id!(py, "upper"), &[])?)
        };
        let mut found = Vec::new();
        for column in 0..statement.columns() {
            let mut converter = None;
            if detect & 2 != 0
                && let Some(name) = statement.column_name(column)
                && let Some(open) = name.iter().position(|b| *b == b'[')
            {
                let rest = name.get(open + 1..).unwrap_or_default();
                if let Some(close) = rest.iter().position(|b| *b == b']') {
                    converter = find(rest.get(..close).unwrap_or_default())?;
                }
            }
            if converter.is_none()
                && detect & 1 != 0
                && let Some(declared) = statement.declared_type(column)
            {
                let end = declared.iter().position(|b| matches!(b, b' ' | b'(')).unwrap_or(declared.len());
                converter = find(declared.get(..end).unwrap_or_default())?;
            }
            found.push(converter);
        }
        self.converters.borrow_mut().0 = found;
        Ok(())
    }

    /// The current row as a tuple.
    fn row(&self, py: Py<'_>, connection: &Connection, statement: &Statement) -> PyResult<Ref<PyTuple>> {
        let columns = statement.row_columns();
        let factory = connection.text_factory.get().unwrap_or_else(|| py.none());
        let plain = factory.is(PyStr::type_object());
        let mut values = Vec::with_capacity(columns);
        for column in 0..columns {
            let converter = self.converters.borrow().0.get(column).cloned().flatten();
            let value = match converter {
                Some(converter) => match statement.column_bytes(column) {
                    Some(bytes) if !bytes.is_empty() => converter.call(py, &[&*PyBytes::new(py, &bytes)?])?,
                    // An empty value is nothing to a converter.
                    _ => py.none(),
                },
                None => statement.with_column(column, |value| match value {
                    Value::Null => Ok(py.none()),
                    Value::Int(n) => n.into_py(py),
                    Value::Float(x) => x.into_py(py),
                    Value::Blob(bytes) => bytes.into_py(py),
                    Value::Text(text) if plain => match core::str::from_utf8(text) {
                        Ok(text) => text.into_py(py),
                        Err(_) => Err(not_utf8(py, statement, column, text)),
                    },
                    Value::Text(text) => {
                        // The factory may use the statement: it gets a copy.
                        if factory.is(PyBytes::type_object()) {
                            return text.into_py(py);
                        }
                        factory.call(py, &[&*PyBytes::new(py, text)?])
                    }
                })?,
            };
            values.push(value);
        }
        PyTuple::from_vec(py, values)
    }

    /// The next row, made by the row factory.
    fn next_row(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let (connection, database) = self.check(py)?;
        let Some(compiled) = self.current.0.borrow().clone() else { return Ok(None) };
        let Some(statement) = &compiled.statement else { return Ok(None) };
        if statement.row_columns() == 0 {
            self.drop_statement();
            return Ok(None);
        }
        self.locked.set(true);
        let row = self.row(py, &connection, statement);
        self.locked.set(false);
        let row = row?;
        let result = py.detach_for_callbacks(|| statement.step());
        if result == code::DONE {
            if compiled.changes_rows {
                self.rowcount.set(database.changes());
            }
            self.drop_statement();
        } else if result != code::ROW {
            let raised = raise_failure(py, &database.failure());
            py.preserving_error(|| self.drop_statement());
            return Err(raised);
        }
        if py.has_error() {
            return Err(Raised::already(py));
        }
        match self.row_factory.get().filter(|factory| !factory.is_none()) {
            Some(factory) => factory.call(py, &[self, &row]).map(Some),
            None => Ok(Some(row.upcast())),
        }
    }
}

#[cold]
fn not_utf8(py: Py<'_>, statement: &Statement, column: usize, text: &[u8]) -> Raised {
    let name = statement.column_name(column).unwrap_or_default();
    OPERATIONAL_ERROR.raise(
        py,
        format_args!(
            "Could not decode to UTF-8 column '{}' with text '{}'",
            String::from_utf8_lossy(&name),
            String::from_utf8_lossy(text)
        ),
    )
}

#[pymethods(class = "sqlite3.Cursor", part = "fetch")]
impl Cursor {
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        self.next_row(py)
    }

    #[pymethod]
    fn fetchone(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        self.next_row(py)
    }

    #[pymethod]
    #[sig("($self, size=1)")]
    fn fetchmany(&self, py: Py<'_>, size: Option<&PyObject>) -> PyResult<Ref<PyList>> {
        let limit = match size {
            None => u64::from(self.arraysize.get()),
            Some(size) => {
                let n = size.index(py)?;
                if n.is_negative() {
                    bail!(py, ValueError, "Cannot convert negative int");
                }
                match n.as_u64().filter(|n| u32::try_from(*n).is_ok()) {
                    Some(n) => n,
                    None => bail!(py, OverflowError, "Python int too large for C uint32_t"),
                }
            }
        };
        let list = PyList::new(py)?;
        while (list.len() as u64) < limit
            && let Some(row) = self.next_row(py)?
        {
            list.append(py, row)?;
        }
        Ok(list)
    }

    #[pymethod]
    fn fetchall(&self, py: Py<'_>) -> PyResult<Ref<PyList>> {
        let list = PyList::new(py)?;
        while let Some(row) = self.next_row(py)? {
            list.append(py, row)?;
        }
        Ok(list)
    }
}
