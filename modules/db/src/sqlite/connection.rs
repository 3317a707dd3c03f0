//! `Connection`: opening, transactions, statements. Not here: functions and hooks (`callbacks.rs`), backups, blobs, settings
//! (`connection_data.rs`).

use core::cell::RefCell;
use std::ffi::CString;
use std::rc::{Rc, Weak};

use krait_runtime::args::{Signature, Style, extract};
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_runtime::system::sqlite;

use super::errors::{self, DATA_ERROR, code, programming_error, raise_failure};
use super::statement::{Compiled, Store, compile};
use super::{Cursor, Statement};

/// Transactions begin and end as they did before there was the attribute `autocommit`.
pub const LEGACY: i32 = -1;
const OFF: i32 = 0;

/// An open value that a connection closes with itself.
pub type SharedBlob = Rc<RefCell<Option<sqlite::Blob>>>;

/// `sqlite3.Connection`.
#[pyclass(
    module = "sqlite3",
    name = "Connection",
    doc = "SQLite database connection object.",
    basetype,
    gc,
    heap,
    immutable,
    plain_new
)]
#[repr(C)]
pub struct Connection {
    base: PyObject,
    #[no_traverse]
    database: RefCell<Option<Rc<sqlite::Database>>>,
    #[no_traverse]
    store: RefCell<Store>,
    #[no_traverse]
    pub(super) blobs: RefCell<Vec<Weak<RefCell<Option<sqlite::Blob>>>>>,
    initialized: Cell<bool>,
    check_thread: Cell<bool>,
    thread: Cell<u64>,
    pub(super) detect_types: Cell<i32>,
    pub(super) isolation_level: Cell<Option<&'static str>>,
    pub(super) autocommit: Cell<i32>,
    pub(super) row_factory: Member<PyObject>,
    pub(super) text_factory: Member<PyObject>,
}

static CONNECTION: Signature = Signature {
    function: "Connection",
    names: &[
        "database",
        "timeout",
        "detect_types",
        "isolation_level",
        "check_same_thread",
        "factory",
        "cached_statements",
        "uri",
        "autocommit",
    ],
    posonly: 0,
    pos: 8,
    required: 1,
    kwonly_required: 0,
    varargs: false,
    varkw: false,
    style: Style::Clinic,
};

fn isolation_level(py: Py<'_>, value: &PyObject) -> PyResult<Option<&'static str>> {
    if value.is_none() {
        return Ok(None);
    }
    let Some(text) = value.downcast::<PyStr>() else {
        bail!(py, TypeError, "isolation_level must be str or None")
    };
    let text = text.to_utf8(py)?.to_ascii_uppercase();
    let known = ["", "DEFERRED", "IMMEDIATE", "EXCLUSIVE"];
    match known.into_iter().find(|level| *level == text) {
        Some(level) => Ok(Some(level)),
        None => bail!(
            py,
            ValueError,
            "isolation_level string must be '', 'DEFERRED', 'IMMEDIATE', or 'EXCLUSIVE'"
        ),
    }
}

fn autocommit_of(py: Py<'_>, value: &PyObject) -> PyResult<i32> {
    if value.is(PyBool::get(true)) {
        return Ok(1);
    }
    if value.is(PyBool::get(false)) {
        return Ok(OFF);
    }
    if value.downcast::<PyInt>().and_then(PyInt::as_i64) == Some(i64::from(LEGACY)) {
        return Ok(LEGACY);
    }
    bail!(py, ValueError, "autocommit must be True, False, or sqlite3.LEGACY_TRANSACTION_CONTROL")
}

/// Warns of positional arguments behind the first one.
pub fn warn_of_positional(py: Py<'_>, function: &str, given: usize) -> PyResult<()> {
    if !(2..=8).contains(&given) {
        return Ok(());
    }
    let text = format!(
        "Passing more than 1 positional argument to {function}() is deprecated. Parameters 'timeout', \
         'detect_types', 'isolation_level', 'check_same_thread', 'factory', 'cached_statements' and 'uri' will \
         become keyword-only parameters in Python 3.15."
    );
    krait_interp::warnings::warn(py, types::DeprecationWarning(), &text, 1)
}

impl Connection {
    /// The database, when this thread may use it and it is open.
    pub fn check(&self, py: Py<'_>) -> PyResult<Rc<sqlite::Database>> {
        self.check_thread(py)?;
        if !self.initialized.get() {
            programming_error!(py, "Base Connection.__init__ not called.");
        }
        match &*self.database.borrow() {
            Some(database) => Ok(database.clone()),
            None => programming_error!(py, "Cannot operate on a closed database."),
        }
    }

    /// This thread may use the connection.
    pub fn check_thread(&self, py: Py<'_>) -> PyResult<()> {
        let (own, here) = (self.thread.get(), py.thread().thread_id.get());
        if self.initialized.get() && self.check_thread.get() && own != here {
            programming_error!(
                py,
                "SQLite objects created in a thread can only be used in that same thread. The object was created in \
                 thread id {own} and this is thread id {here}."
            );
        }
        Ok(())
    }

    /// The compiled statement of a text, from the store if it is there and free.
    pub fn statement(&self, py: Py<'_>, database: &sqlite::Database, sql: &PyStr) -> PyResult<Rc<Compiled>> {
        if let Some(found) = self.store.borrow_mut().find(sql) {
            return Ok(found);
        }
        let compiled = Rc::new(compile(py, database, sql)?);
        let gone = self.store.borrow_mut().keep(sql, compiled.clone());
        drop(gone);
        Ok(compiled)
    }

    /// Runs one statement that gives nothing.
    pub fn run(&self, py: Py<'_>, database: &sqlite::Database, sql: &str) -> PyResult<()> {
        let result = py.detach_for_callbacks(|| {
            let (statement, _) = database.prepare(sql.as_bytes())?;
            match statement.map_or(code::DONE, |statement| statement.step()) {
                code::DONE | code::ROW => Ok(()),
                _ => Err(database.failure()),
            }
        });
        result.map_err(|failure| raise_failure(py, &failure))
    }

    /// Begins a transaction before a statement that changes rows, where that is our business.
    pub fn begin_if_needed(
        &self,
        py: Py<'_>,
        database: &sqlite::Database,
        compiled: &Compiled,
    ) -> PyResult<()> {
        if self.autocommit.get() != LEGACY || !compiled.changes_rows || !database.is_autocommit() {
            return Ok(());
        }
        match self.isolation_level.get() {
            None => Ok(()),
            Some(level) => self.run(py, database, &format!("BEGIN {level}")),
        }
    }

    fn end_transaction(&self, py: Py<'_>, database: &sqlite::Database, how: &str) -> PyResult<()> {
        match self.autocommit.get() {
            LEGACY if !database.is_autocommit() => self.run(py, database, how),
            OFF => {
                self.run(py, database, how)?;
                self.run(py, database, "BEGIN")
            }
            _ => Ok(()),
        }
    }

    fn close_now(&self, py: Py<'_>) -> PyResult<()> {
        let database = self.database.borrow_mut().take();
        let Some(database) = database else { return Ok(()) };
        let blobs = core::mem::take(&mut *self.blobs.borrow_mut());
        for blob in blobs {
            if let Some(blob) = blob.upgrade() {
                drop(blob.borrow_mut().take());
            }
        }
        let kept = self.store.borrow_mut().take();
        drop(kept);
        let result = if self.autocommit.get() == OFF && !database.is_autocommit() {
            self.run(py, &database, "ROLLBACK")
        } else {
            Ok(())
        };
        // Somebody may be at work with it still; counts change only with the GIL.
        if let Ok(database) = Rc::try_unwrap(database) {
            py.detach_for_callbacks(|| drop(database));
        }
        result
    }

    fn make_cursor(&self, py: Py<'_>, factory: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let cursor = match factory {
            Some(factory) => factory.call(py, &[self])?,
            None => PyType::ready::<Cursor>(py)?.call(py, &[self])?,
        };
        let Some(made) = cursor.downcast::<Cursor>() else {
            bail!(py, TypeError, "factory must return a cursor, not {}", cursor.ty().name());
        };
        if let Some(factory) = self.row_factory.get().filter(|factory| !factory.is_none()) {
            made.row_factory.set(factory);
        }
        Ok(cursor)
    }

    fn with_cursor(&self, py: Py<'_>, method: &PyStr, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let cursor = self.call_method(py, id!(py, "cursor"), &[])?;
        cursor.get_attr(py, method)?.call_args(py, args)
    }
}

#[pymethods(parts(data, callbacks))]
impl Connection {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        Connection {
            base: PyObject::HEADER,
            database: RefCell::new(None),
            store: RefCell::new(Store::new(0)),
            blobs: RefCell::default(),
            initialized: Cell::new(false),
            check_thread: Cell::new(true),
            thread: Cell::new(0),
            detect_types: Cell::new(0),
            isolation_level: Cell::new(Some("")),
            autocommit: Cell::new(LEGACY),
            row_factory: Member::new(py.none()),
            text_factory: Member::new(PyStr::type_object().to_ref()),
        }
        .alloc(py, cls)
    }

    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        warn_of_positional(py, "_sqlite3.Connection", args.len())?;
        let found = CONNECTION.tuple_slots::<9>(py, args, kwargs)?;
        let [
            Some(database),
            timeout,
            detect_types,
            isolation_level,
            check_same_thread,
            _,
            statements,
            uri,
            autocommit,
        ] = found
        else {
            bail!(py, SystemError, "no arguments");
        };
        let number = |value: Option<&PyObject>, default: i32, index: u16| {
            value.map_or(Ok(default), |value| extract::<i32>(py, value, "Connection", index))
        };
        let timeout = timeout.map_or(Ok(5.0), |value| extract::<f64>(py, value, "Connection", 2))?;
        let detect_types = number(detect_types, 0, 3)?;
        let cached_statements = number(statements, 128, 7)?;
        let check_same_thread = check_same_thread.map_or(Ok(true), |value| value.is_true(py))?;
        let uri = uri.map_or(Ok(false), |value| value.is_true(py))?;
        py.audit("sqlite3.connect", &[database])?;
        let path = database.fs_bytes(py)?;
        let level = match isolation_level {
            Some(level) => self::isolation_level(py, level)?,
            None => Some(""),
        };
        let autocommit = autocommit.map_or(Ok(LEGACY), |value| autocommit_of(py, value))?;
        if self.initialized.replace(false) {
            self.close_now(py)?;
        }
        // READWRITE | CREATE, and URI.
        let flags = 0x6 | if uri { 0x40 } else { 0 };
        let opened = py.detach_for_callbacks(|| {
            let database = sqlite::Database::open(&path, flags)?;
            database.set_busy_timeout((timeout * 1000.0) as i32);
            Ok(database)
        });
        let database = Rc::new(opened.map_err(|failure| raise_failure(py, &failure))?);
        *self.store.borrow_mut() = Store::new(usize::try_from(cached_statements).unwrap_or(0));
        *self.database.borrow_mut() = Some(database.clone());
        self.check_thread.set(check_same_thread);
        self.thread.set(py.thread().thread_id.get());
        self.detect_types.set(detect_types);
        self.isolation_level.set(level);
        self.autocommit.set(autocommit);
        self.row_factory.set(py.none());
        self.text_factory.set(PyStr::type_object().to_ref());
        self.initialized.set(true);
        if autocommit == OFF {
            self.run(py, &database, "BEGIN")?;
        }
        py.audit("sqlite3.connect/handle", &[self])
    }

    #[slot]
    fn tp_finalize(&self, py: Py<'_>) {
        if self.database.borrow().is_none() {
            return;
        }
        let shown = self.repr(py).map(|shown| shown.to_string_lossy().into_owned());
        let warned = shown.and_then(|shown| {
            py.warn_about(types::ResourceWarning(), &format!("unclosed database in {shown}"), self)
        });
        if let Err(raised) = warned {
            py.report_unraisable(raised, None, Some(self));
        }
        if let Err(raised) = self.close_now(py) {
            py.report_unraisable(raised, None, Some(self));
        }
    }

    #[slot]
    fn tp_call(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let database = self.check(py)?;
        no_keywords(py, "sqlite3.Connection", kwargs)?;
        let Some(sql) = args.get(0).filter(|_| args.len() == 1) else {
            bail!(py, TypeError, "function takes exactly 1 argument ({} given)", args.len());
        };
        let Some(sql) = sql.downcast::<PyStr>() else {
            bail!(py, TypeError, "argument 1 must be str, not {}", sql.ty().name());
        };
        Statement::over(py, self.statement(py, &database, sql)?).map(Ref::upcast)
    }

    #[pymethod]
    #[sig("($self, factory=None)")]
    fn cursor(&self, py: Py<'_>, factory: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        self.check(py)?;
        self.make_cursor(py, factory)
    }

    #[pymethod]
    fn close(&self, py: Py<'_>) -> PyResult<()> {
        self.check_thread(py)?;
        if !self.initialized.get() {
            programming_error!(py, "Base Connection.__init__ not called.");
        }
        self.close_now(py)
    }

    #[pymethod]
    fn commit(&self, py: Py<'_>) -> PyResult<()> {
        let database = self.check(py)?;
        self.end_transaction(py, &database, "COMMIT")
    }

    #[pymethod]
    fn rollback(&self, py: Py<'_>) -> PyResult<()> {
        let database = self.check(py)?;
        self.end_transaction(py, &database, "ROLLBACK")
    }

    #[pymethod]
    #[raw(fastcall)]
    fn execute(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        check_positional(py, "execute", args.positional().len() as isize, 1, 2)?;
        self.with_cursor(py, id!(py, "execute"), args)
    }

    #[pymethod]
    #[raw(fastcall)]
    fn executemany(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        check_positional(py, "executemany", args.positional().len() as isize, 2, 2)?;
        self.with_cursor(py, id!(py, "executemany"), args)
    }

    #[pymethod]
    #[sig("($self, sql_script, /)")]
    fn executescript(&self, py: Py<'_>, sql_script: &PyObject) -> PyResult<Ref<PyObject>> {
        self.with_cursor(py, id!(py, "executescript"), Args::positional_only(&[sql_script]))
    }

    #[pymethod]
    fn interrupt(&self, py: Py<'_>) -> PyResult<()> {
        if !self.initialized.get() {
            programming_error!(py, "Base Connection.__init__ not called.");
        }
        match &*self.database.borrow() {
            Some(database) => database.interrupt(),
            None => programming_error!(py, "Cannot operate on a closed database."),
        }
        Ok(())
    }

    #[pymethod]
    fn __enter__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.check(py)?;
        Ok(self.to_ref())
    }

    #[pymethod]
    #[sig("($self, type, value, traceback, /)")]
    fn __exit__(
        &self,
        py: Py<'_>,
        r#type: &PyObject,
        _value: &PyObject,
        _traceback: &PyObject,
    ) -> PyResult<bool> {
        let database = self.check(py)?;
        let fine = r#type.is_none();
        if self.autocommit.get() == OFF || (self.autocommit.get() == LEGACY && !database.is_autocommit()) {
            let done = self.end_transaction(py, &database, if fine { "COMMIT" } else { "ROLLBACK" });
            if let Err(raised) = done {
                if fine {
                    // What could not be committed is undone.
                    let error = py.fetch(raised);
                    if let Err(second) = self.end_transaction(py, &database, "ROLLBACK") {
                        let second = py.fetch(second);
                        return Err(py.restore(second));
                    }
                    return Err(py.restore(error));
                }
                return Err(raised);
            }
        }
        Ok(false)
    }

    #[getter(name = "__text_signature__")]
    fn text_signature(&self, _py: Py<'_>) -> &'static str {
        "(sql, /)"
    }

    #[getter(name = "isolation_level")]
    fn get_isolation_level(&self, py: Py<'_>) -> PyResult<Option<&'static str>> {
        self.check(py)?;
        Ok(self.isolation_level.get())
    }

    #[setter(name = "isolation_level")]
    fn set_isolation_level(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let Some(value) = value else { bail!(py, AttributeError, "cannot delete attribute") };
        if value.is_none() {
            self.isolation_level.set(None);
            // Whoever switches our transactions off gets what is open committed.
            let database = self.check(py)?;
            return self.end_transaction(py, &database, "COMMIT");
        }
        self.isolation_level.set(isolation_level(py, value)?);
        Ok(())
    }

    #[getter(name = "autocommit")]
    fn get_autocommit(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.check(py)?;
        match self.autocommit.get() {
            LEGACY => LEGACY.into_py(py),
            mode => Ok(PyBool::get(mode != OFF).to_ref()),
        }
    }

    #[setter(name = "autocommit")]
    fn set_autocommit(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let database = self.check(py)?;
        let Some(value) = value else { bail!(py, AttributeError, "cannot delete autocommit attribute") };
        let mode = autocommit_of(py, value)?;
        match mode {
            1 if !database.is_autocommit() => self.run(py, &database, "COMMIT")?,
            OFF if database.is_autocommit() => self.run(py, &database, "BEGIN")?,
            _ => {}
        }
        self.autocommit.set(mode);
        Ok(())
    }

    #[getter]
    fn total_changes(&self, py: Py<'_>) -> PyResult<i64> {
        Ok(self.check(py)?.total_changes())
    }

    #[getter]
    fn in_transaction(&self, py: Py<'_>) -> PyResult<bool> {
        Ok(!self.check(py)?.is_autocommit())
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

    #[getter(name = "text_factory")]
    fn get_text_factory(&self, py: Py<'_>) -> Ref<PyObject> {
        self.text_factory.get().unwrap_or_else(|| py.none())
    }

    #[setter(name = "text_factory")]
    fn set_text_factory(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let Some(value) = value else { bail!(py, AttributeError, "cannot delete text_factory attribute") };
        self.text_factory.set(value.to_ref());
        Ok(())
    }

    #[getter(name = "Warning")]
    fn warning(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        errors::WARNING.get(py)
    }

    #[getter(name = "Error")]
    fn error(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        errors::ERROR.get(py)
    }

    #[getter(name = "InterfaceError")]
    fn interface_error(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        errors::INTERFACE_ERROR.get(py)
    }

    #[getter(name = "DatabaseError")]
    fn database_error(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        errors::DATABASE_ERROR.get(py)
    }

    #[getter(name = "DataError")]
    fn data_error(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        DATA_ERROR.get(py)
    }

    #[getter(name = "OperationalError")]
    fn operational_error(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        errors::OPERATIONAL_ERROR.get(py)
    }

    #[getter(name = "IntegrityError")]
    fn integrity_error(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        errors::INTEGRITY_ERROR.get(py)
    }

    #[getter(name = "InternalError")]
    fn internal_error(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        errors::INTERNAL_ERROR.get(py)
    }

    #[getter(name = "ProgrammingError")]
    fn programming_error(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        errors::PROGRAMMING_ERROR.get(py)
    }

    #[getter(name = "NotSupportedError")]
    fn not_supported_error(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        errors::NOT_SUPPORTED_ERROR.get(py)
    }
}

/// A name of a database within the connection; `main` when none is given.
pub fn database_name(py: Py<'_>, name: Option<&PyStr>) -> PyResult<CString> {
    match name {
        Some(name) => errors::c_string(py, name),
        None => Ok(c"main".to_owned()),
    }
}
