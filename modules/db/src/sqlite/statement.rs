//! Compiled statements, the connection's store of them, and values for their parameters.

use std::collections::VecDeque;
use std::rc::Rc;

use krait_runtime::objects::exceptions::PyBaseException;
use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::Buffer;
use krait_runtime::system::sqlite::{Database, Statement, Value};

use super::adapt::adapted;
use super::errors::{DATA_ERROR, code, programming_error, raise_failure};

/// A statement with what has been found out about it.
pub struct Compiled {
    /// Nothing for a text that holds only comments.
    pub statement: Option<Statement>,
    /// It inserts, updates, deletes or replaces.
    pub changes_rows: bool,
}

impl Compiled {
    /// It is in use by some cursor.
    fn is_busy(&self) -> bool {
        self.statement.as_ref().is_some_and(Statement::is_busy)
    }

    /// Back to the beginning.
    pub fn reset(&self) {
        if let Some(statement) = &self.statement {
            statement.reset();
        }
    }
}

/// What calling a connection gives: a statement that has been compiled, to be kept.
#[pyclass(module = "sqlite3", name = "Statement", disallow_instantiation, gc, heap, immutable)]
#[repr(C)]
pub struct StatementObject {
    base: PyObject,
    #[allow(dead_code, reason = "it keeps the statement alive")]
    compiled: Kept,
}

struct Kept(#[allow(dead_code, reason = "as above")] Rc<Compiled>);

impl StatementObject {
    /// An object for a statement.
    pub fn over(py: Py<'_>, compiled: Rc<Compiled>) -> PyResult<Ref<StatementObject>> {
        PyType::ready::<StatementObject>(py)?;
        StatementObject { base: PyObject::HEADER, compiled: Kept(compiled) }.alloc_exact(py)
    }
}

#[pymethods]
impl StatementObject {}

/// The text behind white space and comments.
fn after_comments(sql: &[u8]) -> &[u8] {
    let mut rest = sql;
    loop {
        rest = rest.trim_ascii_start();
        if rest.starts_with(b"--") {
            let end = rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |end| end + 1);
            rest = rest.get(end..).unwrap_or_default();
        } else if rest.starts_with(b"/*") {
            let end =
                rest.windows(2).skip(2).position(|pair| pair == b"*/").map_or(rest.len(), |end| end + 4);
            rest = rest.get(end..).unwrap_or_default();
        } else {
            return rest;
        }
    }
}

fn changes_rows(sql: &[u8]) -> bool {
    let sql = after_comments(sql);
    [&b"insert"[..], b"update", b"delete", b"replace"]
        .iter()
        .any(|word| sql.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))
}

/// Compiles a text that holds one statement.
pub fn compile(py: Py<'_>, database: &Database, sql: &PyStr) -> PyResult<Compiled> {
    let text = sql.to_utf8(py)?;
    let text = text.as_bytes();
    if text.len() > usize::try_from(database.limit(1, -1)).unwrap_or(0) {
        return Err(DATA_ERROR.raise(py, format_args!("query string is too large")));
    }
    if text.contains(&0) {
        programming_error!(py, "the query contains a null character");
    }
    let prepared = py.detach_for_callbacks(|| database.prepare(text));
    let (statement, used) = prepared.map_err(|failure| raise_failure(py, &failure))?;
    if py.has_error() {
        return Err(Raised::already(py));
    }
    if !after_comments(text.get(used..).unwrap_or_default()).is_empty() {
        programming_error!(py, "You can only execute one statement at a time.");
    }
    Ok(Compiled { statement, changes_rows: changes_rows(text) })
}

/// Statements that were used lately, the last first.
pub struct Store {
    room: usize,
    kept: VecDeque<(Ref<PyStr>, Rc<Compiled>)>,
}

impl Store {
    pub fn new(room: usize) -> Store {
        Store { room, kept: VecDeque::new() }
    }

    /// A statement of this text that nobody uses. Two with the same text may be kept when one is in use.
    pub fn find(&mut self, sql: &PyStr) -> Option<Rc<Compiled>> {
        let place = self.kept.iter().position(|(text, _)| text.is(sql) || text.equals(sql))?;
        if place > 0
            && let Some(found) = self.kept.remove(place)
        {
            self.kept.push_front(found);
        }
        let (_, compiled) = self.kept.front()?;
        if compiled.is_busy() { None } else { Some(compiled.clone()) }
    }

    /// Keeps a statement; gives what had to go for it.
    pub fn keep(&mut self, sql: &PyStr, compiled: Rc<Compiled>) -> Vec<(Ref<PyStr>, Rc<Compiled>)> {
        if self.room == 0 {
            return Vec::new();
        }
        let mut gone = Vec::new();
        if let Some(place) = self.kept.iter().position(|(text, _)| text.equals(sql)) {
            gone.extend(self.kept.remove(place));
        }
        self.kept.push_front((sql.new_ref(), compiled));
        if self.kept.len() > self.room {
            gone.extend(self.kept.pop_back());
        }
        gone
    }

    /// Lets go of all.
    pub fn take(&mut self) -> VecDeque<(Ref<PyStr>, Rc<Compiled>)> {
        core::mem::take(&mut self.kept)
    }
}

/// Hands a Python value to `use_it` as one of SQLite's; nothing for a type that SQLite does not have.
pub fn with_value<R>(
    py: Py<'_>,
    object: &PyObject,
    use_it: impl FnOnce(Value<'_>) -> R,
) -> PyResult<Option<R>> {
    if object.is_none() {
        return Ok(Some(use_it(Value::Null)));
    }
    if let Some(n) = object.downcast::<PyInt>() {
        let Some(n) = n.as_i64() else {
            bail!(py, OverflowError, "Python int too large to convert to SQLite INTEGER");
        };
        return Ok(Some(use_it(Value::Int(n))));
    }
    if let Some(x) = object.downcast::<PyFloat>() {
        return Ok(Some(use_it(Value::Float(x.value()))));
    }
    if let Some(text) = object.downcast::<PyStr>() {
        let text = text.to_utf8(py)?;
        if i32::try_from(text.len()).is_err() {
            bail!(py, OverflowError, "string longer than INT_MAX bytes");
        }
        return Ok(Some(use_it(Value::Text(text.as_bytes()))));
    }
    if object.has_buffer() {
        let buffer = Buffer::new(py, object)?;
        if i32::try_from(buffer.len()).is_err() {
            bail!(py, OverflowError, "BLOB longer than INT_MAX bytes");
        }
        return Ok(Some(use_it(Value::Blob(buffer.as_bytes()))));
    }
    Ok(None)
}

/// What the database says of a value that could not be bound, with the reason as its context; the reason alone when it
/// says nothing.
#[cold]
fn bind_failed(py: Py<'_>, database: &Database, raised: Raised) -> Raised {
    let failure = database.failure();
    if failure.code == code::OK {
        return raised;
    }
    let reason = py.fetch(raised);
    let error = py.fetch(raise_failure(py, &failure));
    if let Some(error) = error.downcast::<PyBaseException>() {
        error.set_context(Some(reason));
    }
    py.restore(error)
}

fn bind_one(
    py: Py<'_>,
    database: &Database,
    statement: &Statement,
    index: usize,
    value: &PyObject,
) -> PyResult<()> {
    let value = adapted(py, value)?;
    match with_value(py, &value, |value| statement.bind(index, value)) {
        Ok(Some(code::OK)) => Ok(()),
        Ok(Some(_)) => Err(raise_failure(py, &database.failure())),
        Err(raised) => Err(raised),
        Ok(None) => match statement.parameter_name(index) {
            Some(name) => programming_error!(
                py,
                "Error binding parameter '{}': type '{}' is not supported",
                String::from_utf8_lossy(&name),
                value.ty().name()
            ),
            None => {
                programming_error!(
                    py,
                    "Error binding parameter {index}: type '{}' is not supported",
                    value.ty().name()
                )
            }
        },
    }
}

/// Gives the parameters of a statement their values.
pub fn bind(py: Py<'_>, database: &Database, statement: &Statement, parameters: &PyObject) -> PyResult<()> {
    let needed = statement.parameters();
    let is_sequence = PyTuple::check_exact(parameters)
        || PyList::check_exact(parameters)
        || (!PyDict::check(parameters) && parameters.is_sequence());
    if is_sequence {
        let given = parameters.len(py)? as usize;
        if given != needed {
            programming_error!(
                py,
                "Incorrect number of bindings supplied. The current statement uses {needed}, and there are {given} supplied."
            );
        }
        for index in 0..needed {
            if let Some(name) = statement.parameter_name(index + 1).filter(|name| !name.starts_with(b"?")) {
                programming_error!(
                    py,
                    "Binding {} ('{}') is a named parameter, but you supplied a sequence which requires nameless (qmark) placeholders.",
                    index + 1,
                    String::from_utf8_lossy(&name)
                );
            }
            let value = parameters.sequence_item(py, index as isize)?;
            bind_one(py, database, statement, index + 1, &value)
                .map_err(|raised| bind_failed(py, database, raised))?;
        }
        return Ok(());
    }
    if !parameters.is_mapping() {
        programming_error!(py, "parameters are of unsupported type");
    }
    for index in 1..=needed {
        let Some(name) = statement.parameter_name(index) else {
            programming_error!(
                py,
                "Binding {index} has no name, but you supplied a dictionary (which has only names)."
            );
        };
        let name = name.get(1..).unwrap_or_default();
        let key = PyStr::from_wtf8(py, name)?;
        let value = match parameters.get_item(py, &key) {
            Ok(value) => value,
            Err(raised) => {
                if !py.error_matches(krait_runtime::objects::exceptions::types::LookupError()) {
                    return Err(raised);
                }
                py.clear_error(raised);
                programming_error!(
                    py,
                    "You did not supply a value for binding parameter :{}.",
                    String::from_utf8_lossy(name)
                );
            }
        };
        bind_one(py, database, statement, index, &value)
            .map_err(|raised| bind_failed(py, database, raised))?;
    }
    Ok(())
}
