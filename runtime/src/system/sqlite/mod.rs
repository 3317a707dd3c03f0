//! SQLite: databases, statements, blobs and backups as safe objects. What is called back from SQLite is in `callbacks.rs`.
//!
//! All handles are of the serialised kind: SQLite locks by itself. A call that may take long or call back is made inside
//! `Py::detach_for_callbacks`.

mod callbacks;

use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::{self, NonNull};
use std::cell::RefCell;
use std::rc::Rc;

use libsqlite3_sys as s;

use crate::py::Py;

pub use callbacks::{Aggregate, Authorizer, Call, Collation, Part, Progress, Scalar, Trace};

unsafe extern "C" {
    // The crate leaves it out.
    fn sqlite3_close_v2(database: *mut s::sqlite3) -> c_int;
}

/// What went wrong.
#[derive(Debug)]
pub struct Failure {
    /// SQLite's extended code.
    pub code: i32,
    /// In UTF-8.
    pub message: Vec<u8>,
}

/// A value in SQLite.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// `NULL`.
    Null,
    /// `INTEGER`.
    Int(i64),
    /// `REAL`.
    Float(f64),
    /// `TEXT`, in UTF-8 if whoever stored it was right.
    Text(&'a [u8]),
    /// `BLOB`.
    Blob(&'a [u8]),
}

/// Bytes that SQLite lends.
///
/// # Safety
/// `data` holds `len` bytes that live for `'a`, or is null.
unsafe fn lent<'a>(data: *const u8, len: c_int) -> &'a [u8] {
    match usize::try_from(len) {
        // SAFETY: by contract.
        Ok(len) if !data.is_null() => unsafe { core::slice::from_raw_parts(data, len) },
        _ => &[],
    }
}

/// The text behind a pointer, or nothing.
///
/// # Safety
/// `text` is null or a C string.
unsafe fn c_text(text: *const c_char) -> Option<Vec<u8>> {
    // SAFETY: by contract.
    if text.is_null() { None } else { Some(unsafe { CStr::from_ptr(text) }.to_bytes().to_vec()) }
}

/// The library's version.
pub fn version() -> String {
    // SAFETY: a static string.
    String::from_utf8_lossy(&unsafe { c_text(s::sqlite3_libversion()) }.unwrap_or_default()).into_owned()
}

/// What a code means.
pub fn describe(code: i32) -> Vec<u8> {
    // SAFETY: a static string.
    unsafe { c_text(s::sqlite3_errstr(code)) }.unwrap_or_default()
}

/// True when `sql` ends a statement.
pub fn is_complete(sql: &CStr) -> bool {
    // SAFETY: a C string.
    unsafe { s::sqlite3_complete(sql.as_ptr()) != 0 }
}

/// What is called back and lives as long as the database. A callback may set another one, so each is shared by its calls.
#[derive(Default)]
struct Hooks {
    authorizer: Option<Box<Rc<Authorizer>>>,
    progress: Option<Box<Rc<Progress>>>,
    trace: Option<Box<Rc<Trace>>>,
}

/// An open database.
pub struct Database {
    raw: NonNull<s::sqlite3>,
    hooks: RefCell<Hooks>,
}

impl Database {
    /// Opens a file.
    pub fn open(path: &CStr, flags: i32) -> Result<Database, Failure> {
        let mut raw = ptr::null_mut();
        // SAFETY: a C string and room for a pointer.
        let code = unsafe { s::sqlite3_open_v2(path.as_ptr(), &raw mut raw, flags, ptr::null()) };
        let Some(raw) = NonNull::new(raw) else {
            return Err(Failure { code: s::SQLITE_NOMEM, message: describe(s::SQLITE_NOMEM) });
        };
        let database = Database { raw, hooks: RefCell::default() };
        if code != s::SQLITE_OK {
            return Err(database.failure());
        }
        // SAFETY: an open handle.
        unsafe { s::sqlite3_extended_result_codes(database.raw(), 1) };
        // The library is built with foreign keys on, which is not SQLite's default.
        let _ = database.config(s::SQLITE_DBCONFIG_ENABLE_FKEY, Some(false));
        Ok(database)
    }

    fn raw(&self) -> *mut s::sqlite3 {
        self.raw.as_ptr()
    }

    /// What went wrong last.
    pub fn failure(&self) -> Failure {
        // SAFETY: an open handle; the message is copied.
        unsafe {
            let code = s::sqlite3_extended_errcode(self.raw());
            Failure { code, message: c_text(s::sqlite3_errmsg(self.raw())).unwrap_or_default() }
        }
    }

    /// How long to wait for a lock.
    pub fn set_busy_timeout(&self, milliseconds: i32) {
        // SAFETY: an open handle.
        unsafe { s::sqlite3_busy_timeout(self.raw(), milliseconds) };
    }

    /// Compiles the first statement of `sql`; gives it, if there is one, and how many bytes it took.
    pub fn prepare(&self, sql: &[u8]) -> Result<(Option<Statement>, usize), Failure> {
        let Ok(len) = c_int::try_from(sql.len()) else {
            return Err(Failure { code: s::SQLITE_TOOBIG, message: describe(s::SQLITE_TOOBIG) });
        };
        let (mut raw, mut tail) = (ptr::null_mut(), ptr::null());
        // SAFETY: an open handle, a text of that length, room for two pointers.
        let code = unsafe {
            s::sqlite3_prepare_v2(self.raw(), sql.as_ptr().cast(), len, &raw mut raw, &raw mut tail)
        };
        if code != s::SQLITE_OK {
            return Err(self.failure());
        }
        let used = if tail.is_null() { sql.len() } else { tail.addr().saturating_sub(sql.as_ptr().addr()) };
        Ok((NonNull::new(raw).map(|raw| Statement { raw }), used))
    }

    /// Rows changed by the last statement.
    pub fn changes(&self) -> i64 {
        // SAFETY: an open handle.
        unsafe { s::sqlite3_changes64(self.raw()) }
    }

    /// Rows changed since it was opened.
    pub fn total_changes(&self) -> i64 {
        // SAFETY: an open handle.
        unsafe { s::sqlite3_total_changes64(self.raw()) }
    }

    /// The row that was inserted last.
    pub fn last_insert_rowid(&self) -> i64 {
        // SAFETY: an open handle.
        unsafe { s::sqlite3_last_insert_rowid(self.raw()) }
    }

    /// Sets what [`Database::last_insert_rowid`] says.
    pub fn set_last_insert_rowid(&self, row: i64) {
        // SAFETY: an open handle.
        unsafe { s::sqlite3_set_last_insert_rowid(self.raw(), row) }
    }

    /// No transaction is open.
    pub fn is_autocommit(&self) -> bool {
        // SAFETY: an open handle.
        unsafe { s::sqlite3_get_autocommit(self.raw()) != 0 }
    }

    /// Stops what is running.
    pub fn interrupt(&self) {
        // SAFETY: an open handle.
        unsafe { s::sqlite3_interrupt(self.raw()) }
    }

    /// Sets a limit, or only asks with -1; gives the old one, -1 for an unknown category.
    pub fn limit(&self, category: i32, value: i32) -> i32 {
        // SAFETY: an open handle.
        unsafe { s::sqlite3_limit(self.raw(), category, value) }
    }

    /// Sets a switch, or only asks; gives what it is then.
    pub fn config(&self, op: i32, value: Option<bool>) -> Result<bool, i32> {
        let mut now: c_int = 0;
        let value = value.map_or(-1, c_int::from);
        // SAFETY: these operations take an int and room for one.
        let code = unsafe { s::sqlite3_db_config(self.raw(), op, value, &raw mut now) };
        if code == s::SQLITE_OK { Ok(now != 0) } else { Err(code) }
    }

    /// Allows extensions to be loaded.
    pub fn enable_load_extension(&self, enable: bool) -> i32 {
        // SAFETY: an open handle.
        unsafe { s::sqlite3_enable_load_extension(self.raw(), c_int::from(enable)) }
    }

    /// Loads an extension.
    pub fn load_extension(&self, file: &CStr, entry: Option<&CStr>) -> Result<(), Vec<u8>> {
        let mut message = ptr::null_mut();
        let entry = entry.map_or(ptr::null(), CStr::as_ptr);
        // SAFETY: an open handle, C strings, room for a pointer; the message is copied and freed.
        unsafe {
            let code = s::sqlite3_load_extension(self.raw(), file.as_ptr(), entry, &raw mut message);
            let text = c_text(message).unwrap_or_default();
            s::sqlite3_free(message.cast());
            if code == s::SQLITE_OK { Ok(()) } else { Err(text) }
        }
    }

    /// The whole database as bytes.
    pub fn serialize(&self, name: &CStr) -> Option<Vec<u8>> {
        let mut size = 0;
        // SAFETY: an open handle, a C string; the bytes are copied and freed.
        unsafe {
            let data = s::sqlite3_serialize(self.raw(), name.as_ptr(), &raw mut size, 0);
            if data.is_null() {
                return None;
            }
            let bytes = core::slice::from_raw_parts(data, usize::try_from(size).unwrap_or(0)).to_vec();
            s::sqlite3_free(data.cast());
            Some(bytes)
        }
    }

    /// Replaces the database by one that was made bytes.
    pub fn deserialize(&self, name: &CStr, bytes: &[u8]) -> i32 {
        let len = bytes.len() as i64;
        // SAFETY: SQLite takes over memory that came from its own allocator.
        unsafe {
            let copy: *mut u8 = s::sqlite3_malloc64(bytes.len() as u64).cast();
            if copy.is_null() {
                return s::SQLITE_NOMEM;
            }
            ptr::copy_nonoverlapping(bytes.as_ptr(), copy, bytes.len());
            let flags = s::SQLITE_DESERIALIZE_FREEONCLOSE | s::SQLITE_DESERIALIZE_RESIZEABLE;
            s::sqlite3_deserialize(self.raw(), name.as_ptr(), copy, len, len, flags)
        }
    }

    /// Opens the value of a row and column.
    pub fn open_blob(
        &self,
        (name, table, column): (&CStr, &CStr, &CStr),
        row: i64,
        writable: bool,
    ) -> Result<Blob, Failure> {
        let mut raw = ptr::null_mut();
        // SAFETY: an open handle, C strings, room for a pointer.
        let code = unsafe {
            s::sqlite3_blob_open(
                self.raw(),
                name.as_ptr(),
                table.as_ptr(),
                column.as_ptr(),
                row,
                c_int::from(writable),
                &raw mut raw,
            )
        };
        match NonNull::new(raw) {
            Some(raw) if code == s::SQLITE_OK => Ok(Blob { raw }),
            _ => Err(self.failure()),
        }
    }

    /// Begins a copy of this database into `target`.
    pub fn backup(&self, name: &CStr, target: &Database) -> Result<Backup, Failure> {
        // SAFETY: open handles, C strings.
        let raw =
            unsafe { s::sqlite3_backup_init(target.raw(), c"main".as_ptr(), self.raw(), name.as_ptr()) };
        match NonNull::new(raw) {
            Some(raw) => Ok(Backup { raw }),
            None => Err(target.failure()),
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // SAFETY: an open handle, closed once. Statements and blobs that still live keep what they need of it.
        unsafe {
            s::sqlite3_set_authorizer(self.raw(), None, ptr::null_mut());
            s::sqlite3_progress_handler(self.raw(), 0, None, ptr::null_mut());
            s::sqlite3_trace_v2(self.raw(), 0, None, ptr::null_mut());
            sqlite3_close_v2(self.raw());
        }
        // They hold objects: they need the interpreter that the caller may have left. Without one they stay.
        let hooks = core::mem::ManuallyDrop::new(core::mem::take(&mut *self.hooks.borrow_mut()));
        let _ = Py::called_back(move |_| drop(core::mem::ManuallyDrop::into_inner(hooks)));
    }
}

/// A compiled statement.
pub struct Statement {
    raw: NonNull<s::sqlite3_stmt>,
}

impl Statement {
    fn raw(&self) -> *mut s::sqlite3_stmt {
        self.raw.as_ptr()
    }

    /// Runs to the next row; gives SQLite's code.
    pub fn step(&self) -> i32 {
        // SAFETY: a live statement.
        unsafe { s::sqlite3_step(self.raw()) }
    }

    /// Back to the beginning.
    pub fn reset(&self) -> i32 {
        // SAFETY: a live statement.
        unsafe { s::sqlite3_reset(self.raw()) }
    }

    /// It has been stepped and not reset.
    pub fn is_busy(&self) -> bool {
        // SAFETY: a live statement.
        unsafe { s::sqlite3_stmt_busy(self.raw()) != 0 }
    }

    /// It does not change the database.
    pub fn is_readonly(&self) -> bool {
        // SAFETY: a live statement.
        unsafe { s::sqlite3_stmt_readonly(self.raw()) != 0 }
    }

    /// Number of parameters.
    pub fn parameters(&self) -> usize {
        // SAFETY: a live statement.
        usize::try_from(unsafe { s::sqlite3_bind_parameter_count(self.raw()) }).unwrap_or(0)
    }

    /// The name of a parameter, from 1, with its sign in front.
    pub fn parameter_name(&self, index: usize) -> Option<Vec<u8>> {
        // SAFETY: a live statement; any index is fine.
        unsafe { c_text(s::sqlite3_bind_parameter_name(self.raw(), index as c_int)) }
    }

    /// Forgets all values of parameters.
    pub fn clear_bindings(&self) {
        // SAFETY: a live statement.
        unsafe { s::sqlite3_clear_bindings(self.raw()) };
    }

    /// Gives a parameter, from 1, its value.
    pub fn bind(&self, index: usize, value: Value<'_>) -> i32 {
        let index = index as c_int;
        // SAFETY: a live statement; texts and blobs are copied by SQLite.
        unsafe {
            match value {
                Value::Null => s::sqlite3_bind_null(self.raw(), index),
                Value::Int(n) => s::sqlite3_bind_int64(self.raw(), index, n),
                Value::Float(x) => s::sqlite3_bind_double(self.raw(), index, x),
                Value::Text(text) => s::sqlite3_bind_text64(
                    self.raw(),
                    index,
                    text.as_ptr().cast(),
                    text.len() as u64,
                    s::SQLITE_TRANSIENT(),
                    s::SQLITE_UTF8 as u8,
                ),
                Value::Blob([]) => s::sqlite3_bind_zeroblob(self.raw(), index, 0),
                Value::Blob(blob) => s::sqlite3_bind_blob64(
                    self.raw(),
                    index,
                    blob.as_ptr().cast(),
                    blob.len() as u64,
                    s::SQLITE_TRANSIENT(),
                ),
            }
        }
    }

    /// Number of columns that it gives.
    pub fn columns(&self) -> usize {
        // SAFETY: a live statement.
        usize::try_from(unsafe { s::sqlite3_column_count(self.raw()) }).unwrap_or(0)
    }

    /// Number of columns of the current row.
    pub fn row_columns(&self) -> usize {
        // SAFETY: a live statement.
        usize::try_from(unsafe { s::sqlite3_data_count(self.raw()) }).unwrap_or(0)
    }

    /// A column's name.
    pub fn column_name(&self, column: usize) -> Option<Vec<u8>> {
        // SAFETY: a live statement; any index is fine; the text is copied.
        unsafe { c_text(s::sqlite3_column_name(self.raw(), column as c_int)) }
    }

    /// The type a column was declared with.
    pub fn declared_type(&self, column: usize) -> Option<Vec<u8>> {
        // SAFETY: as above.
        unsafe { c_text(s::sqlite3_column_decltype(self.raw(), column as c_int)) }
    }

    /// A column of the current row, for `read`, which must not use the statement.
    pub fn with_column<R>(&self, column: usize, read: impl FnOnce(Value<'_>) -> R) -> R {
        let (raw, column) = (self.raw(), column as c_int);
        // SAFETY: a live statement; what SQLite lends lives until the statement is used again.
        let value = unsafe {
            match s::sqlite3_column_type(raw, column) {
                s::SQLITE_INTEGER => Value::Int(s::sqlite3_column_int64(raw, column)),
                s::SQLITE_FLOAT => Value::Float(s::sqlite3_column_double(raw, column)),
                s::SQLITE_TEXT => {
                    let text = s::sqlite3_column_text(raw, column);
                    Value::Text(lent(text, s::sqlite3_column_bytes(raw, column)))
                }
                s::SQLITE_BLOB => {
                    let blob = s::sqlite3_column_blob(raw, column).cast();
                    Value::Blob(lent(blob, s::sqlite3_column_bytes(raw, column)))
                }
                _ => Value::Null,
            }
        };
        read(value)
    }

    /// A column of the current row as bytes, whatever it is; nothing for `NULL`.
    pub fn column_bytes(&self, column: usize) -> Option<Vec<u8>> {
        let (raw, column) = (self.raw(), column as c_int);
        // SAFETY: as above; the bytes are copied.
        unsafe {
            if s::sqlite3_column_type(raw, column) == s::SQLITE_NULL {
                return None;
            }
            let blob = s::sqlite3_column_blob(raw, column).cast();
            Some(lent(blob, s::sqlite3_column_bytes(raw, column)).to_vec())
        }
    }
}

impl Drop for Statement {
    fn drop(&mut self) {
        // SAFETY: a live statement, finalised once.
        unsafe { s::sqlite3_finalize(self.raw()) };
    }
}

/// An open value.
pub struct Blob {
    raw: NonNull<s::sqlite3_blob>,
}

impl Blob {
    /// Its bytes.
    pub fn len(&self) -> usize {
        // SAFETY: an open blob.
        usize::try_from(unsafe { s::sqlite3_blob_bytes(self.raw.as_ptr()) }).unwrap_or(0)
    }

    /// No bytes at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes from `offset` on.
    pub fn read(&self, offset: usize, len: usize) -> Result<Vec<u8>, i32> {
        let mut bytes = vec![0; len];
        // SAFETY: an open blob and room for that many bytes.
        let code = unsafe {
            s::sqlite3_blob_read(self.raw.as_ptr(), bytes.as_mut_ptr().cast(), len as c_int, offset as c_int)
        };
        if code == s::SQLITE_OK { Ok(bytes) } else { Err(code) }
    }

    /// Overwrites from `offset` on.
    pub fn write(&self, offset: usize, bytes: &[u8]) -> i32 {
        let data: *const c_void = bytes.as_ptr().cast();
        // SAFETY: an open blob and that many bytes.
        unsafe { s::sqlite3_blob_write(self.raw.as_ptr(), data, bytes.len() as c_int, offset as c_int) }
    }
}

impl Drop for Blob {
    fn drop(&mut self) {
        // SAFETY: an open blob, closed once.
        unsafe { s::sqlite3_blob_close(self.raw.as_ptr()) };
    }
}

/// A copy in progress.
pub struct Backup {
    raw: NonNull<s::sqlite3_backup>,
}

impl Backup {
    /// Copies some pages; all with a negative number.
    pub fn step(&self, pages: i32) -> i32 {
        // SAFETY: a live backup.
        unsafe { s::sqlite3_backup_step(self.raw.as_ptr(), pages) }
    }

    /// Pages left, and all pages.
    pub fn progress(&self) -> (i32, i32) {
        // SAFETY: a live backup.
        unsafe {
            let raw = self.raw.as_ptr();
            (s::sqlite3_backup_remaining(raw), s::sqlite3_backup_pagecount(raw))
        }
    }

    /// Ends it; gives how it went.
    pub fn finish(self) -> i32 {
        let this = core::mem::ManuallyDrop::new(self);
        // SAFETY: a live backup, finished once.
        unsafe { s::sqlite3_backup_finish(this.raw.as_ptr()) }
    }
}

impl Drop for Backup {
    fn drop(&mut self) {
        // SAFETY: a live backup, finished once.
        unsafe { s::sqlite3_backup_finish(self.raw.as_ptr()) };
    }
}
