//! What SQLite calls back: functions, aggregates, collations, hooks. The thread that called SQLite gets its interpreter back
//! for the time of a call.

use core::cmp::Ordering;
use core::ffi::{CStr, c_char, c_int, c_uint, c_void};
use core::ptr;
use std::rc::Rc;

use libsqlite3_sys as s;

use super::{Database, Value, lent};
use crate::object::PyObject;
use crate::py::Py;
use crate::reference::Member;

/// A function of SQL.
pub type Scalar = dyn Fn(Py<'_>, &Call);
/// An aggregate or window function; told which part is called.
pub type Aggregate = dyn Fn(Py<'_>, Part, &Call);
/// An order of texts.
pub type Collation = dyn Fn(Py<'_>, &[u8], &[u8]) -> Ordering;
/// Says whether an action is allowed.
pub type Authorizer = dyn Fn(Py<'_>, i32, [Option<&[u8]>; 4]) -> i32;
/// True stops what is running.
pub type Progress = dyn Fn(Py<'_>) -> bool;
/// Is told each statement: its text with values, or without when the first is too long (with SQLite's message).
pub type Trace = dyn Fn(Py<'_>, &[u8], bool);

/// The parts of an aggregate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// A row comes in.
    Step,
    /// A row goes out.
    Inverse,
    /// What is it now?
    Value,
    /// What is it in the end?
    Final,
}

/// A call of a function of SQL.
pub struct Call {
    context: *mut s::sqlite3_context,
    count: c_int,
    values: *mut *mut s::sqlite3_value,
}

impl Call {
    /// Number of arguments.
    pub fn len(&self) -> usize {
        usize::try_from(self.count).unwrap_or(0)
    }

    /// No arguments at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// An argument.
    pub fn argument(&self, index: usize) -> Value<'_> {
        if index >= self.len() {
            return Value::Null;
        }
        // SAFETY: SQLite handed in that many values, which live as long as the call.
        unsafe {
            let value = *self.values.add(index);
            match s::sqlite3_value_type(value) {
                s::SQLITE_INTEGER => Value::Int(s::sqlite3_value_int64(value)),
                s::SQLITE_FLOAT => Value::Float(s::sqlite3_value_double(value)),
                s::SQLITE_TEXT => {
                    let text = s::sqlite3_value_text(value);
                    Value::Text(lent(text, s::sqlite3_value_bytes(value)))
                }
                s::SQLITE_BLOB => {
                    let blob = s::sqlite3_value_blob(value).cast();
                    Value::Blob(lent(blob, s::sqlite3_value_bytes(value)))
                }
                _ => Value::Null,
            }
        }
    }

    /// The object of this aggregation; empty at first. Nothing when there is no memory.
    pub fn state(&self) -> Option<&Member<PyObject>> {
        // SAFETY: SQLite's memory is zero at first, which is an empty member, and lives until after the last part.
        unsafe {
            let room = s::sqlite3_aggregate_context(self.context, size_of::<Member<PyObject>>() as c_int);
            room.cast::<Member<PyObject>>().as_ref()
        }
    }

    /// Gives the result.
    pub fn give(&self, value: Value<'_>) {
        // SAFETY: a live context; texts and blobs are copied.
        unsafe {
            match value {
                Value::Null => s::sqlite3_result_null(self.context),
                Value::Int(n) => s::sqlite3_result_int64(self.context, n),
                Value::Float(x) => s::sqlite3_result_double(self.context, x),
                Value::Text(text) => s::sqlite3_result_text64(
                    self.context,
                    text.as_ptr().cast(),
                    text.len() as u64,
                    s::SQLITE_TRANSIENT(),
                    s::SQLITE_UTF8 as u8,
                ),
                Value::Blob([]) => s::sqlite3_result_zeroblob(self.context, 0),
                Value::Blob(blob) => s::sqlite3_result_blob64(
                    self.context,
                    blob.as_ptr().cast(),
                    blob.len() as u64,
                    s::SQLITE_TRANSIENT(),
                ),
            }
        }
    }

    /// Fails with a message.
    pub fn fail(&self, message: &str) {
        // SAFETY: a live context; the message is copied.
        unsafe { s::sqlite3_result_error(self.context, message.as_ptr().cast(), message.len() as c_int) }
    }

    /// Fails for want of memory.
    pub fn fail_no_memory(&self) {
        // SAFETY: a live context.
        unsafe { s::sqlite3_result_error_nomem(self.context) }
    }

    /// Fails because something is too big.
    pub fn fail_too_big(&self) {
        // SAFETY: a live context.
        unsafe { s::sqlite3_result_error_toobig(self.context) }
    }
}

/// Lets go of what SQLite owned.
unsafe extern "C" fn destroy<T: ?Sized>(data: *mut c_void) {
    if data.is_null() {
        // A function was taken away.
        return;
    }
    // Without an interpreter to go back to it is kept for ever: there is none to miss it.
    let _ = Py::called_back(|_| {
        // SAFETY: made from a box of a box, given to SQLite, which calls this once.
        drop(unsafe { Box::from_raw(data.cast::<Box<T>>()) });
    });
}

unsafe extern "C" fn scalar(
    context: *mut s::sqlite3_context,
    count: c_int,
    values: *mut *mut s::sqlite3_value,
) {
    let called = Py::called_back(|py| {
        // SAFETY: the function's own data.
        let function = unsafe { &*s::sqlite3_user_data(context).cast::<Box<Scalar>>() };
        function(py, &Call { context, count, values });
    });
    if called.is_none() {
        Call { context, count, values }.fail("no interpreter");
    }
}

fn aggregate(context: *mut s::sqlite3_context, count: c_int, values: *mut *mut s::sqlite3_value, part: Part) {
    let _ = Py::called_back(|py| {
        // SAFETY: the function's own data.
        let function = unsafe { &*s::sqlite3_user_data(context).cast::<Box<Aggregate>>() };
        let call = Call { context, count, values };
        function(py, part, &call);
        if part == Part::Final
            && let Some(state) = call.state()
        {
            drop(state.take());
        }
    });
}

unsafe extern "C" fn step(
    context: *mut s::sqlite3_context,
    count: c_int,
    values: *mut *mut s::sqlite3_value,
) {
    aggregate(context, count, values, Part::Step);
}

unsafe extern "C" fn inverse(
    context: *mut s::sqlite3_context,
    count: c_int,
    values: *mut *mut s::sqlite3_value,
) {
    aggregate(context, count, values, Part::Inverse);
}

unsafe extern "C" fn value(context: *mut s::sqlite3_context) {
    aggregate(context, 0, ptr::null_mut(), Part::Value);
}

unsafe extern "C" fn finish(context: *mut s::sqlite3_context) {
    aggregate(context, 0, ptr::null_mut(), Part::Final);
}

unsafe extern "C" fn collate(
    data: *mut c_void,
    a_len: c_int,
    a: *const c_void,
    b_len: c_int,
    b: *const c_void,
) -> c_int {
    let ordering = Py::called_back(|py| {
        // SAFETY: the collation's own data, and two texts.
        unsafe {
            let collation = &*data.cast::<Box<Collation>>();
            collation(py, lent(a.cast(), a_len), lent(b.cast(), b_len))
        }
    });
    ordering.map_or(0, |ordering| ordering as c_int)
}

unsafe extern "C" fn authorize(
    data: *mut c_void,
    action: c_int,
    a: *const c_char,
    b: *const c_char,
    c: *const c_char,
    d: *const c_char,
) -> c_int {
    let answer = Py::called_back(|py| {
        // SAFETY: the database's own authorizer, which lives while it is set; C strings or null.
        unsafe {
            let authorizer = (*data.cast::<Rc<Authorizer>>()).clone();
            let texts = [a, b, c, d]
                .map(|text| if text.is_null() { None } else { Some(CStr::from_ptr(text).to_bytes()) });
            authorizer(py, action, texts)
        }
    });
    answer.unwrap_or(s::SQLITE_DENY)
}

unsafe extern "C" fn progress(data: *mut c_void) -> c_int {
    let stop = Py::called_back(|py| {
        // SAFETY: the database's own handler.
        let handler = unsafe { (*data.cast::<Rc<Progress>>()).clone() };
        handler(py)
    });
    c_int::from(stop.unwrap_or(true))
}

unsafe extern "C" fn trace(
    kind: c_uint,
    data: *mut c_void,
    statement: *mut c_void,
    text: *mut c_void,
) -> c_int {
    if kind != s::SQLITE_TRACE_STMT as c_uint {
        return 0;
    }
    let _ = Py::called_back(|py| {
        // SAFETY: the database's own callback, a live statement, C strings or null; what SQLite made is freed.
        unsafe {
            let callback = (*data.cast::<Rc<Trace>>()).clone();
            let expanded = s::sqlite3_expanded_sql(statement.cast());
            if expanded.is_null() {
                if !text.is_null() {
                    callback(py, CStr::from_ptr(text.cast::<c_char>()).to_bytes(), true);
                }
                return;
            }
            let copy = CStr::from_ptr(expanded).to_bytes().to_vec();
            s::sqlite3_free(expanded.cast());
            callback(py, &copy, false);
        }
    });
    0
}

/// What SQLite is to own.
fn given<T: ?Sized>(function: Option<Box<T>>) -> *mut c_void {
    function.map_or(ptr::null_mut(), |function| Box::into_raw(Box::new(function)).cast())
}

impl Database {
    /// Defines a function, or takes it away; gives SQLite's code.
    pub fn create_function(
        &self,
        name: &CStr,
        args: i32,
        deterministic: bool,
        function: Option<Box<Scalar>>,
    ) -> i32 {
        let flags = s::SQLITE_UTF8 | if deterministic { s::SQLITE_DETERMINISTIC } else { 0 };
        let run: Option<unsafe extern "C" fn(_, _, _)> = if function.is_some() { Some(scalar) } else { None };
        // SAFETY: an open handle, a C string; SQLite owns the function and destroys it, also when this fails.
        unsafe {
            s::sqlite3_create_function_v2(
                self.raw(),
                name.as_ptr(),
                args,
                flags,
                given(function),
                run,
                None,
                None,
                Some(destroy::<Scalar>),
            )
        }
    }

    /// Defines an aggregate or window function, or takes it away.
    pub fn create_aggregate(
        &self,
        name: &CStr,
        args: i32,
        window: bool,
        function: Option<Box<Aggregate>>,
    ) -> i32 {
        let defined = function.is_some();
        let row: Option<unsafe extern "C" fn(_, _, _)> = if defined { Some(step) } else { None };
        let out: Option<unsafe extern "C" fn(_, _, _)> = if defined && window { Some(inverse) } else { None };
        let end: Option<unsafe extern "C" fn(_)> = if defined { Some(finish) } else { None };
        let now: Option<unsafe extern "C" fn(_)> = if defined && window { Some(value) } else { None };
        let data = given(function);
        // SAFETY: as above.
        unsafe {
            s::sqlite3_create_window_function(
                self.raw(),
                name.as_ptr(),
                args,
                s::SQLITE_UTF8,
                data,
                row,
                end,
                now,
                out,
                Some(destroy::<Aggregate>),
            )
        }
    }

    /// Defines an order of texts, or takes it away.
    pub fn create_collation(&self, name: &CStr, collation: Option<Box<Collation>>) -> i32 {
        let defined = collation.is_some();
        let run: Option<unsafe extern "C" fn(_, _, _, _, _) -> _> =
            if defined { Some(collate) } else { None };
        let data = given(collation);
        // SAFETY: as above, except that a collation which is refused is not destroyed by SQLite.
        unsafe {
            let gone: Option<unsafe extern "C" fn(_)> =
                if defined { Some(destroy::<Collation>) } else { None };
            let code =
                s::sqlite3_create_collation_v2(self.raw(), name.as_ptr(), s::SQLITE_UTF8, data, run, gone);
            if code != s::SQLITE_OK && defined {
                destroy::<Collation>(data);
            }
            code
        }
    }

    /// Sets who is asked before a statement is compiled.
    pub fn set_authorizer(&self, authorizer: Option<Box<Authorizer>>) -> i32 {
        let authorizer: Option<Box<Rc<Authorizer>>> =
            authorizer.map(|authorizer| Box::new(Rc::from(authorizer)));
        let data = authorizer.as_ref().map_or(ptr::null_mut(), |a| ptr::from_ref(&**a).cast_mut().cast());
        let run: Option<unsafe extern "C" fn(_, _, _, _, _, _) -> _> =
            if authorizer.is_some() { Some(authorize) } else { None };
        // SAFETY: an open handle; the authorizer lives in the database until another is set.
        let code = unsafe { s::sqlite3_set_authorizer(self.raw(), run, data) };
        let old = core::mem::replace(&mut self.hooks.borrow_mut().authorizer, authorizer);
        drop(old);
        code
    }

    /// Sets who is called after every `n` steps of SQLite's machine.
    pub fn set_progress(&self, n: i32, handler: Option<Box<Progress>>) {
        let handler: Option<Box<Rc<Progress>>> = handler.map(|handler| Box::new(Rc::from(handler)));
        let data = handler.as_ref().map_or(ptr::null_mut(), |h| ptr::from_ref(&**h).cast_mut().cast());
        let run: Option<unsafe extern "C" fn(_) -> _> = if handler.is_some() { Some(progress) } else { None };
        // SAFETY: as above.
        unsafe { s::sqlite3_progress_handler(self.raw(), n, run, data) };
        let old = core::mem::replace(&mut self.hooks.borrow_mut().progress, handler);
        drop(old);
    }

    /// Sets who is told each statement.
    pub fn set_trace(&self, callback: Option<Box<Trace>>) -> i32 {
        let callback: Option<Box<Rc<Trace>>> = callback.map(|callback| Box::new(Rc::from(callback)));
        let data = callback.as_ref().map_or(ptr::null_mut(), |c| ptr::from_ref(&**c).cast_mut().cast());
        let run: Option<unsafe extern "C" fn(_, _, _, _) -> _> =
            if callback.is_some() { Some(trace) } else { None };
        let mask = if callback.is_some() { s::SQLITE_TRACE_STMT as c_uint } else { 0 };
        // SAFETY: as above.
        let code = unsafe { s::sqlite3_trace_v2(self.raw(), mask, run, data) };
        let old = core::mem::replace(&mut self.hooks.borrow_mut().trace, callback);
        drop(old);
        code
    }
}
