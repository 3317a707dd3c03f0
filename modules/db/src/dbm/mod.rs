//! Module `_dbm`: `ndbm` on files in Berkeley DB's format.

mod hash_file;
mod pages;

use core::cell::RefCell;
use std::io;

use krait_runtime::local::{InterpreterLocal, new_exception_class};
use krait_runtime::objects::exceptions::os_error::error_text;
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;

use hash_file::HashFile;

/// `_dbm.error`.
static ERROR: InterpreterLocal =
    InterpreterLocal::new(|py| new_exception_class(py, "_dbm.error", None, &[types::OSError()]));

/// `return Err(…)` with a `_dbm.error`.
macro_rules! error {
    ($py:expr, $($arg:tt)+) => {
        return Err($crate::dbm::ERROR.raise($py, ::core::format_args!($($arg)+)))
    };
}

/// `_dbm.error` with the system's number and text.
#[cold]
fn raise_system(py: Py<'_>, error: &io::Error, filename: Option<&PyObject>) -> Raised {
    let instance = (|| {
        let errno = error.raw_os_error().unwrap_or(libc::EIO);
        let number = errno.into_py(py)?;
        let text = PyStr::new(py, &error_text(errno))?;
        let class = ERROR.get(py)?;
        match filename {
            Some(filename) => class.call(py, &[&number, &text, filename]),
            None => class.call(py, &[&number, &text]),
        }
    })();
    match instance {
        Ok(instance) => py.raise_instance(instance),
        Err(raised) => raised,
    }
}

/// The bytes of a `str` or `bytes`.
fn text_or_bytes(py: Py<'_>, object: &PyObject) -> PyResult<Option<Vec<u8>>> {
    Ok(match (object.downcast::<PyStr>(), object.downcast::<PyBytes>()) {
        (Some(text), _) => Some(text.to_utf8(py)?.as_bytes().to_vec()),
        (_, Some(bytes)) => Some(bytes.as_bytes().to_vec()),
        _ => None,
    })
}

/// A key that is looked up; `place` says where it stands for the message.
fn key(py: Py<'_>, object: &PyObject, place: &str) -> PyResult<Vec<u8>> {
    match text_or_bytes(py, object)? {
        Some(key) => Ok(key),
        None if object.has_buffer() => {
            bail!(py, TypeError, "{place} must be read-only bytes-like object, not {}", object.ty().name())
        }
        None => bail!(py, TypeError, "a bytes-like object is required, not '{}'", object.ty().name()),
    }
}

/// `_dbm.dbm`: an open file.
#[pyclass(module = "_dbm", name = "dbm", disallow_instantiation, gc, heap, immutable)]
#[repr(C)]
pub struct Dbm {
    base: PyObject,
    #[no_traverse]
    file: RefCell<Option<HashFile>>,
}

impl Dbm {
    /// Does something with the open file; failures are raised as they are.
    fn with<R>(&self, py: Py<'_>, work: impl FnOnce(&mut HashFile) -> io::Result<R>) -> PyResult<R> {
        match &mut *self.file.borrow_mut() {
            Some(file) => work(file).map_err(|error| raise_system(py, &error, None)),
            None => error!(py, "DBM object has already been closed"),
        }
    }

    fn store(&self, py: Py<'_>, key: &[u8], value: &[u8]) -> PyResult<()> {
        if !self.with(py, |file| Ok(file.writable()))? {
            error!(py, "cannot add item to database");
        }
        self.with(py, |file| file.set(key, value))
    }
}

#[pymethods]
impl Dbm {
    #[pymethod]
    fn close(&self, py: Py<'_>) -> PyResult<()> {
        match self.file.borrow_mut().take() {
            Some(mut file) => file.flush().map_err(|error| raise_system(py, &error, None)),
            None => Ok(()),
        }
    }

    #[pymethod]
    fn keys(&self, py: Py<'_>) -> PyResult<Ref<PyList>> {
        let keys = self.with(py, HashFile::keys)?;
        let list = PyList::new(py)?;
        for key in keys {
            list.append(py, PyBytes::new(py, &key)?.upcast())?;
        }
        Ok(list)
    }

    #[pymethod]
    fn get(&self, py: Py<'_>, key: &PyObject, default: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let key = self::key(py, key, "get() argument 1")?;
        match self.with(py, |file| file.get(&key))? {
            Some(value) => value.into_py(py),
            None => Ok(default.map_or_else(|| py.none(), PyObject::to_ref)),
        }
    }

    #[pymethod]
    fn setdefault(&self, py: Py<'_>, key: &PyObject, default: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let key = self::key(py, key, "setdefault() argument 1")?;
        if let Some(value) = self.with(py, |file| file.get(&key))? {
            return value.into_py(py);
        }
        let (shown, value) = match default {
            None => (PyBytes::new(py, b"")?.upcast(), Vec::new()),
            Some(default) => match text_or_bytes(py, default)? {
                Some(value) => (default.to_ref(), value),
                None => bail!(py, TypeError, "dbm mappings have bytes or string elements only"),
            },
        };
        self.store(py, &key, &value)?;
        Ok(shown)
    }

    #[pymethod]
    fn clear(&self, py: Py<'_>) -> PyResult<()> {
        let keys = self.with(py, |file| if file.writable() { file.keys().map(Some) } else { Ok(None) })?;
        let Some(keys) = keys else { error!(py, "cannot delete item from database") };
        for key in keys {
            self.with(py, |file| file.remove(&key))?;
        }
        Ok(())
    }

    #[pymethod]
    fn __enter__(&self) -> Ref<Dbm> {
        self.new_ref()
    }

    #[pymethod]
    #[sig("($self, *args)")]
    fn __exit__(&self, py: Py<'_>, _args: &[&PyObject]) -> PyResult<()> {
        self.close(py)
    }

    #[slot]
    fn nb_bool(&self, py: Py<'_>) -> PyResult<bool> {
        self.with(py, |file| file.len().map(|count| count > 0))
    }

    #[slot]
    fn mp_length(&self, py: Py<'_>) -> PyResult<isize> {
        self.with(py, |file| file.len().map(|count| count as isize))
    }

    #[slot]
    fn mp_subscript(&self, py: Py<'_>, key: &PyObject) -> PyResult<Ref<PyObject>> {
        let bytes = self::key(py, key, "argument")?;
        match self.with(py, |file| file.get(&bytes))? {
            Some(value) => value.into_py(py),
            None => Err(py.raise_object(types::KeyError(), Some(key))),
        }
    }

    #[slot]
    fn mp_ass_subscript(&self, py: Py<'_>, key: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
        let Some(bytes) = text_or_bytes(py, key)? else {
            bail!(py, TypeError, "dbm mappings have bytes or string keys only")
        };
        match value {
            Some(value) => match text_or_bytes(py, value)? {
                Some(value) => self.store(py, &bytes, &value),
                None => bail!(py, TypeError, "dbm mappings have bytes or string elements only"),
            },
            None => {
                if !self.with(py, |file| Ok(file.writable()))? {
                    error!(py, "cannot delete item from database");
                }
                if self.with(py, |file| file.remove(&bytes))? {
                    Ok(())
                } else {
                    Err(py.raise_object(types::KeyError(), Some(key)))
                }
            }
        }
    }

    #[slot]
    fn sq_contains(&self, py: Py<'_>, key: &PyObject) -> PyResult<bool> {
        let Some(bytes) = text_or_bytes(py, key)? else {
            bail!(py, TypeError, "dbm key must be bytes or string, not {}", key.ty().name())
        };
        self.with(py, |file| file.contains(&bytes))
    }
}

/// The module.
#[pymodule(name = "_dbm")]
pub mod _dbm {
    use std::ffi::{OsStr, OsString};
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    use std::path::Path;

    use krait_runtime::prelude::*;

    use super::hash_file::{Access, HashFile};
    use super::{Dbm, ERROR, raise_system};

    /// Whose format it is.
    #[pyattr]
    fn library(_py: Py<'_>) -> &'static str {
        "Berkeley DB"
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        PyType::ready::<Dbm>(py)?;
        module.add(py, "error", &*ERROR.get(py)?)
    }

    #[pyfunction]
    fn open(
        py: Py<'_>,
        filename: &PyObject,
        flags: Option<&PyStr>,
        #[default(0o666)] mode: i32,
    ) -> PyResult<Ref<Dbm>> {
        let flags = match flags {
            Some(flags) => flags.to_utf8(py)?.into_owned(),
            None => "r".to_owned(),
        };
        let access = match flags.chars().next() {
            Some('r') => Access::Read,
            Some('w') => Access::Write,
            Some('c') => Access::Create,
            Some('n') => Access::New,
            _ => error!(py, "arg 2 to open should be 'r', 'w', 'c', or 'n'"),
        };
        let name = filename.fs_bytes(py)?;
        let mut path = OsString::from_vec(name.as_bytes().to_vec());
        path.push(OsStr::from_bytes(b".db"));
        match HashFile::open(Path::new(&path), access, mode as u32) {
            Ok(file) => {
                Dbm { base: PyObject::HEADER, file: core::cell::RefCell::new(Some(file)) }.alloc_exact(py)
            }
            Err(error) => Err(raise_system(py, &error, Some(filename))),
        }
    }
}
