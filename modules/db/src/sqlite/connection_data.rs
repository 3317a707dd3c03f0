//! `Connection`: backups, open values, copies as bytes, limits and switches.

use std::rc::Rc;

use core::cell::RefCell;

use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::Buffer;

use super::connection::database_name;
use super::errors::{OPERATIONAL_ERROR, c_string, code, programming_error, raise_code, raise_failure};
use super::{Blob, Connection};

#[pymethods(class = "sqlite3.Connection", part = "data")]
impl Connection {
    #[pymethod]
    #[sig("($self, target, *, pages=-1, progress=None, name='main', sleep=0.25)")]
    fn backup(
        &self,
        py: Py<'_>,
        target: &Connection,
        #[default(-1)] pages: i32,
        progress: Option<&PyObject>,
        name: Option<&PyStr>,
        #[default(0.25)] sleep: f64,
    ) -> PyResult<()> {
        let database = self.check(py)?;
        let into = target.check(py)?;
        let progress = progress.filter(|progress| !progress.is_none());
        if progress.is_some_and(|progress| !progress.is_callable()) {
            bail!(py, TypeError, "progress argument must be a callable");
        }
        if self.is(target) {
            bail!(py, ValueError, "target cannot be the same connection instance");
        }
        let name = database_name(py, name)?;
        let pages = if pages == 0 { -1 } else { pages };
        let begun = py.detach_for_callbacks(|| database.backup(&name, &into));
        let backup = begun.map_err(|failure| raise_failure(py, &failure))?;
        loop {
            let result = py.detach_for_callbacks(|| backup.step(pages));
            if let Some(progress) = progress {
                let (left, all) = backup.progress();
                progress.call(py, &[&*result.into_py(py)?, &*left.into_py(py)?, &*all.into_py(py)?])?;
            }
            match result & 0xFF {
                code::BUSY | code::LOCKED => {
                    py.detach(|| std::thread::sleep(core::time::Duration::from_secs_f64(sleep.max(0.0))));
                    self.check(py)?;
                }
                code::OK => {}
                _ => break,
            }
        }
        match py.detach_for_callbacks(|| backup.finish()) {
            code::OK => Ok(()),
            _ => Err(raise_failure(py, &into.failure())),
        }
    }

    #[pymethod]
    #[sig("($self, table, column, rowid, /, *, readonly=False, name='main')")]
    fn blobopen(
        &self,
        py: Py<'_>,
        table: &PyStr,
        column: &PyStr,
        rowid: i64,
        #[default(false)] readonly: bool,
        name: Option<&PyStr>,
    ) -> PyResult<Ref<Blob>> {
        let database = self.check(py)?;
        let (name, table, column) = (database_name(py, name)?, c_string(py, table)?, c_string(py, column)?);
        let opened =
            py.detach_for_callbacks(|| database.open_blob((&name, &table, &column), rowid, !readonly));
        let blob = Rc::new(RefCell::new(Some(opened.map_err(|failure| raise_failure(py, &failure))?)));
        let mut blobs = self.blobs.borrow_mut();
        blobs.retain(|blob| blob.strong_count() > 0);
        blobs.push(Rc::downgrade(&blob));
        drop(blobs);
        Blob::over(py, self, blob)
    }

    #[pymethod]
    #[sig("($self, *, name='main')")]
    fn serialize(&self, py: Py<'_>, name: Option<&PyStr>) -> PyResult<Vec<u8>> {
        let database = self.check(py)?;
        let shown = name.map_or_else(|| "main".to_owned(), |name| name.to_string_lossy().into_owned());
        let name = database_name(py, name)?;
        match py.detach_for_callbacks(|| database.serialize(&name)) {
            Some(bytes) => Ok(bytes),
            None => Err(OPERATIONAL_ERROR.raise(py, format_args!("unable to serialize '{shown}'"))),
        }
    }

    #[pymethod]
    #[sig("($self, data, /, *, name='main')")]
    fn deserialize(&self, py: Py<'_>, data: &PyObject, name: Option<&PyStr>) -> PyResult<()> {
        let database = self.check(py)?;
        let bytes = match data.downcast::<PyStr>() {
            Some(text) => text.to_utf8(py)?.as_bytes().to_vec(),
            None => Buffer::new(py, data)?.as_bytes().to_vec(),
        };
        let name = database_name(py, name)?;
        match py.detach_for_callbacks(|| database.deserialize(&name, &bytes)) {
            code::OK => Ok(()),
            _ => Err(raise_failure(py, &database.failure())),
        }
    }

    #[pymethod]
    #[sig("($self, *, filter=None)")]
    fn iterdump(&self, py: Py<'_>, filter: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        self.check(py)?;
        let module = krait_interp::import::import_module(py, "sqlite3.dump")?;
        let dump = module.get_attr(py, id!(py, "_iterdump"))?;
        let kwargs = PyDict::new(py)?;
        kwargs.set_named(py, "filter", filter.unwrap_or(PyNone::get()))?;
        dump.call_dict(py, &*PyTuple::new(py, &[self])?, Some(&kwargs))
    }

    #[pymethod]
    #[sig("($self, category, limit, /)")]
    fn setlimit(&self, py: Py<'_>, category: i32, limit: i32) -> PyResult<i32> {
        let database = self.check(py)?;
        match database.limit(category, limit) {
            -1 => programming_error!(py, "'category' is out of bounds"),
            old => Ok(old),
        }
    }

    #[pymethod]
    #[sig("($self, category, /)")]
    fn getlimit(&self, py: Py<'_>, category: i32) -> PyResult<i32> {
        self.setlimit(py, category, -1)
    }

    #[pymethod]
    #[sig("($self, op, enable=True, /)")]
    fn setconfig(&self, py: Py<'_>, op: i32, #[default(true)] enable: bool) -> PyResult<()> {
        let now = self.switch(py, op, Some(enable))?;
        if now != enable {
            return Err(OPERATIONAL_ERROR.raise(py, format_args!("Unable to set config")));
        }
        Ok(())
    }

    #[pymethod]
    #[sig("($self, op, /)")]
    fn getconfig(&self, py: Py<'_>, op: i32) -> PyResult<bool> {
        self.switch(py, op, None)
    }

    #[pymethod]
    #[sig("($self, enable, /)")]
    fn enable_load_extension(&self, py: Py<'_>, enable: bool) -> PyResult<()> {
        let database = self.check(py)?;
        py.audit("sqlite3.enable_load_extension", &[self, PyBool::get(enable)])?;
        match database.enable_load_extension(enable) {
            code::OK => Ok(()),
            _ => Err(OPERATIONAL_ERROR.raise(py, format_args!("Error enabling load extension"))),
        }
    }

    #[pymethod]
    #[sig("($self, name, /, *, entrypoint=None)")]
    fn load_extension(&self, py: Py<'_>, name: &PyStr, entrypoint: Option<&PyObject>) -> PyResult<()> {
        let database = self.check(py)?;
        let (name_object, name) = (name, c_string(py, name)?);
        let entry = match entrypoint.filter(|entry| !entry.is_none()) {
            Some(entry) => match entry.downcast::<PyStr>() {
                Some(entry) => Some(c_string(py, entry)?),
                None => bail!(
                    py,
                    TypeError,
                    "load_extension() argument 'entrypoint' must be str or None, not {}",
                    entry.ty().name()
                ),
            },
            None => None,
        };
        py.audit("sqlite3.load_extension", &[self, name_object])?;
        let loaded = py.detach_for_callbacks(|| database.load_extension(&name, entry.as_deref()));
        loaded.map_err(|text| OPERATIONAL_ERROR.raise(py, format_args!("{}", String::from_utf8_lossy(&text))))
    }
}

impl Connection {
    fn switch(&self, py: Py<'_>, op: i32, value: Option<bool>) -> PyResult<bool> {
        let database = self.check(py)?;
        // The switches that take an int: all known ones but MAINDBNAME and LOOKASIDE.
        if !(1002..=1022).contains(&op) {
            bail!(py, ValueError, "unknown config 'op': {op}");
        }
        database.config(op, value).map_err(|code| raise_code(py, code))
    }
}
