//! `Cursor`: running statements. Not here: rows (`fetch.rs`).

use core::cell::RefCell;
use std::rc::Rc;

use krait_runtime::prelude::*;
use krait_runtime::system::sqlite::{Database, Statement};

use super::Connection;
use super::errors::{DATA_ERROR, code, programming_error, raise_failure};
use super::statement::{Compiled, bind};

/// Converters of the columns of a statement; nothing for columns without.
#[derive(Default)]
pub struct Converters(pub Vec<Option<Ref<PyObject>>>);

impl Traverse for Converters {
    fn traverse(&self, visit: &mut Visitor<'_>) -> i32 {
        self.0.traverse(visit)
    }
}

/// The statement that a cursor is in the middle of. A cursor that goes away lets go of the tables.
pub struct Current(pub RefCell<Option<Rc<Compiled>>>);

impl Drop for Current {
    fn drop(&mut self) {
        if let Some(compiled) = self.0.get_mut().take() {
            compiled.reset();
        }
    }
}

/// `sqlite3.Cursor`.
#[pyclass(
    module = "sqlite3",
    name = "Cursor",
    doc = "SQLite database cursor class.",
    basetype,
    gc,
    heap,
    immutable,
    plain_new
)]
#[repr(C)]
pub struct Cursor {
    base: PyObject,
    #[pymember("connection", object, readonly)]
    pub(super) connection: Member<Connection>,
    #[pymember("description", object, readonly)]
    description: Member<PyObject>,
    #[pymember("lastrowid", object, readonly)]
    lastrowid: Member<PyObject>,
    pub(super) rowcount: Cell<i64>,
    pub(super) arraysize: Cell<u32>,
    pub(super) row_factory: Member<PyObject>,
    /// The statement that gives rows.
    #[no_traverse]
    pub(super) current: Current,
    pub(super) converters: RefCell<Converters>,
    initialized: Cell<bool>,
    closed: Cell<bool>,
    /// It is at work.
    pub(super) locked: Cell<bool>,
    weaklist: WeakList,
}

impl Cursor {
    /// The description, or None.
    pub fn description_of(&self, py: Py<'_>) -> Ref<PyObject> {
        self.description.get().unwrap_or_else(|| py.none())
    }

    /// The connection and its database, when the cursor may be used.
    pub(super) fn check(&self, py: Py<'_>) -> PyResult<(Ref<Connection>, Rc<Database>)> {
        let connection = match self.connection.get() {
            Some(connection) if self.initialized.get() => connection,
            _ => programming_error!(py, "Base Cursor.__init__ not called."),
        };
        if self.closed.get() {
            programming_error!(py, "Cannot operate on a closed cursor.");
        }
        if self.locked.get() {
            programming_error!(py, "Recursive use of cursors not allowed.");
        }
        let database = connection.check(py)?;
        Ok((connection, database))
    }

    /// Lets go of the statement.
    pub(super) fn drop_statement(&self) {
        let old = self.current.0.borrow_mut().take();
        if let Some(old) = old {
            old.reset();
        }
    }

    /// Runs a statement once for each set of parameters.
    fn run(&self, py: Py<'_>, sql: &PyStr, parameters: &PyObject, many: bool) -> PyResult<Ref<PyObject>> {
        let (connection, database) = self.check(py)?;
        self.locked.set(true);
        let result = self.run_locked(py, &connection, &database, sql, parameters, many);
        self.locked.set(false);
        if result.is_err() {
            self.rowcount.set(-1);
            py.preserving_error(|| self.drop_statement());
        }
        result.map(|()| self.to_ref())
    }

    fn run_locked(
        &self,
        py: Py<'_>,
        connection: &Connection,
        database: &Database,
        sql: &PyStr,
        parameters: &PyObject,
        many: bool,
    ) -> PyResult<()> {
        self.drop_statement();
        let sets = if many {
            if parameters.is_iterator() { parameters.to_ref() } else { parameters.iter(py)? }
        } else {
            PyTuple::new(py, &[parameters])?.iter(py)?
        };
        self.description.set(py.none());
        let compiled = connection.statement(py, database, sql)?;
        let Some(statement) = &compiled.statement else {
            self.rowcount.set(-1);
            return Ok(());
        };
        if many && statement.is_readonly() {
            programming_error!(py, "executemany() can only execute DML statements.");
        }
        self.rowcount.set(if compiled.changes_rows { 0 } else { -1 });
        *self.current.0.borrow_mut() = Some(compiled.clone());
        self.find_converters(py, connection, statement)?;
        connection.begin_if_needed(py, database, &compiled)?;
        while let Some(set) = sets.next(py)? {
            statement.reset();
            statement.clear_bindings();
            bind(py, database, statement, &set)?;
            let result = py.detach_for_callbacks(|| statement.step());
            if result != code::ROW && result != code::DONE {
                let failure = database.failure();
                let raised = raise_failure(py, &failure);
                return Err(py.preserving_error(|| {
                    statement.reset();
                    raised
                }));
            }
            if py.has_error() {
                return Err(Raised::already(py));
            }
            self.describe(py, connection, statement)?;
            let mut result = result;
            while many && result == code::ROW {
                // Rows that nobody can ask for.
                result = py.detach_for_callbacks(|| statement.step());
            }
            if result == code::DONE {
                if compiled.changes_rows {
                    self.rowcount.set(self.rowcount.get() + database.changes());
                }
                statement.reset();
            } else if result != code::ROW {
                return Err(raise_failure(py, &database.failure()));
            }
            if !many {
                self.lastrowid.set(database.last_insert_rowid().into_py(py)?);
                if result == code::DONE {
                    self.drop_statement();
                }
            }
        }
        if many {
            self.drop_statement();
        }
        Ok(())
    }

    /// Tells the names of the columns.
    fn describe(&self, py: Py<'_>, connection: &Connection, statement: &Statement) -> PyResult<()> {
        let columns = statement.columns();
        if columns == 0 || !self.description_of(py).is_none() {
            return Ok(());
        }
        let cut = connection.detect_types.get() & 2 != 0;
        let mut description = Vec::with_capacity(columns);
        for column in 0..columns {
            let Some(name) = statement.column_name(column) else { return Err(py.no_memory()) };
            let mut name = name.as_slice();
            if cut && let Some(at) = name.iter().position(|b| *b == b'[') {
                let end = if at > 0 && name.get(at - 1) == Some(&b' ') { at - 1 } else { at };
                name = name.get(..end).unwrap_or_default();
            }
            let mut parts = vec![PyStr::new(py, &String::from_utf8_lossy(name))?.upcast()];
            parts.extend((0..6).map(|_| py.none()));
            description.push(PyTuple::from_vec(py, parts)?.upcast());
        }
        self.description.set(PyTuple::from_vec(py, description)?.upcast());
        Ok(())
    }
}

fn statement_text<'a>(py: Py<'_>, function: &str, sql: &'a PyObject) -> PyResult<&'a PyStr> {
    match sql.downcast::<PyStr>() {
        Some(sql) => Ok(sql),
        None => {
            let got = if sql.is_none() { "None" } else { sql.ty().name() };
            Err(raise!(py, TypeError, "{function}() argument 1 must be str, not {got}"))
        }
    }
}

#[pymethods(parts(fetch))]
impl Cursor {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        Cursor {
            base: PyObject::HEADER,
            connection: Member::empty(),
            description: Member::new(py.none()),
            lastrowid: Member::new(py.none()),
            rowcount: Cell::new(-1),
            arraysize: Cell::new(1),
            row_factory: Member::new(py.none()),
            current: Current(RefCell::new(None)),
            converters: RefCell::default(),
            initialized: Cell::new(false),
            closed: Cell::new(false),
            locked: Cell::new(false),
            weaklist: WeakList::EMPTY,
        }
        .alloc(py, cls)
    }

    #[init]
    #[sig("(connection, /)")]
    fn cursor_init(&self, py: Py<'_>, connection: &Connection) -> PyResult<()> {
        if self.locked.get() {
            programming_error!(py, "Recursive use of cursors not allowed.");
        }
        self.drop_statement();
        self.connection.set(connection.new_ref());
        self.description.set(py.none());
        self.lastrowid.set(py.none());
        self.row_factory.set(py.none());
        self.rowcount.set(-1);
        self.arraysize.set(1);
        self.closed.set(false);
        connection.check_thread(py)?;
        self.initialized.set(true);
        Ok(())
    }

    #[pymethod]
    #[sig("($self, sql, parameters=(), /)")]
    fn execute(&self, py: Py<'_>, sql: &PyObject, parameters: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let sql = statement_text(py, "execute", sql)?;
        match parameters {
            Some(parameters) => self.run(py, sql, parameters, false),
            None => self.run(py, sql, &*PyTuple::empty(py)?, false),
        }
    }

    #[pymethod]
    #[sig("($self, sql, seq_of_parameters, /)")]
    fn executemany(
        &self,
        py: Py<'_>,
        sql: &PyObject,
        seq_of_parameters: &PyObject,
    ) -> PyResult<Ref<PyObject>> {
        self.run(py, statement_text(py, "executemany", sql)?, seq_of_parameters, true)
    }

    #[pymethod]
    #[sig("($self, sql_script, /)")]
    fn executescript(&self, py: Py<'_>, sql_script: &PyObject) -> PyResult<Ref<PyObject>> {
        let Some(script) = sql_script.downcast::<PyStr>() else {
            let got = if sql_script.is_none() { "None" } else { sql_script.ty().name() };
            bail!(py, TypeError, "executescript() argument must be str, not {got}");
        };
        let (connection, database) = self.check(py)?;
        let script = super::errors::c_string(py, script)?;
        let script = script.as_bytes();
        if script.len() > usize::try_from(database.limit(1, -1)).unwrap_or(0) {
            return Err(DATA_ERROR.raise(py, format_args!("query string is too large")));
        }
        if connection.autocommit.get() == super::connection::LEGACY && !database.is_autocommit() {
            connection.run(py, &database, "COMMIT")?;
        }
        let mut rest = script;
        while !rest.is_empty() {
            let step = py.detach_for_callbacks(|| {
                let (statement, used) = database.prepare(rest)?;
                if let Some(statement) = statement {
                    while match statement.step() {
                        code::ROW => true,
                        code::DONE => false,
                        _ => return Err(database.failure()),
                    } {}
                }
                Ok(used)
            });
            let used = step.map_err(|failure| raise_failure(py, &failure))?;
            if py.has_error() {
                return Err(Raised::already(py));
            }
            rest = rest.get(used.max(1)..).unwrap_or_default();
        }
        Ok(self.to_ref())
    }

    #[pymethod]
    fn close(&self, py: Py<'_>) -> PyResult<()> {
        let connection = match self.connection.get() {
            Some(connection) if self.initialized.get() => connection,
            _ => programming_error!(py, "Base Cursor.__init__ not called."),
        };
        if self.locked.get() {
            programming_error!(py, "Recursive use of cursors not allowed.");
        }
        connection.check(py)?;
        self.drop_statement();
        self.closed.set(true);
        Ok(())
    }

    #[pymethod]
    #[sig("($self, sizes, /)")]
    fn setinputsizes(&self, _py: Py<'_>, _sizes: &PyObject) {}

    #[pymethod]
    #[sig("($self, size, column=None, /)")]
    fn setoutputsize(&self, _py: Py<'_>, _size: &PyObject, _column: Option<&PyObject>) {}

    #[getter(name = "rowcount")]
    fn get_rowcount(&self, _py: Py<'_>) -> i64 {
        self.rowcount.get()
    }

    #[getter(name = "arraysize")]
    fn get_arraysize(&self, _py: Py<'_>) -> u32 {
        self.arraysize.get()
    }

    #[setter(name = "arraysize")]
    fn set_arraysize(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let Some(value) = value else {
            bail!(
                py,
                AttributeError,
                "attribute 'arraysize' of '{}' objects cannot be deleted",
                self.ty().name()
            );
        };
        let n = value.index(py)?;
        if n.is_negative() {
            bail!(py, ValueError, "Cannot convert negative int");
        }
        let Some(n) = n.as_u64().and_then(|n| u32::try_from(n).ok()) else {
            bail!(py, OverflowError, "Python int too large to convert to C uint32_t");
        };
        self.arraysize.set(n);
        Ok(())
    }

    #[getter(name = "row_factory")]
    fn get_row_factory(&self, py: Py<'_>) -> Ref<PyObject> {
        self.row_factory.get().unwrap_or_else(|| py.none())
    }

    #[setter(name = "row_factory")]
    fn set_row_factory(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let Some(value) = value else { bail!(py, AttributeError, "cannot delete row_factory attribute") };
        self.row_factory.set(value.to_ref());
        Ok(())
    }
}
