//! Module `_csv`: reading and writing rows of separated values.

mod dialect;
mod reader;
mod writer;

pub use dialect::Dialect;
pub use reader::Reader;
pub use writer::Writer;

use krait_runtime::local::{InterpreterLocal, new_slim_exception_class};
use krait_runtime::prelude::*;

/// `_csv.Error`.
static ERROR: InterpreterLocal = InterpreterLocal::new(|py| {
    new_slim_exception_class(
        py,
        "_csv.Error",
        None,
        &[krait_runtime::objects::exceptions::types::Exception()],
    )
});

/// The registered dialects, by name.
static DIALECTS: InterpreterLocal = InterpreterLocal::new(|py| PyDict::new(py).map(Ref::upcast));

/// The greatest length of a field.
static FIELD_LIMIT: InterpreterLocal =
    InterpreterLocal::new(|py| PyInt::new(py, 128 * 1024).map(Ref::upcast));

macro_rules! csv_error {
    ($py:expr, $($arg:tt)+) => { $crate::csv::ERROR.raise($py, ::core::format_args!($($arg)+)) };
}
pub(crate) use csv_error;

fn dialects(py: Py<'_>) -> PyResult<Ref<PyDict>> {
    DIALECTS.get(py)?.downcast_into::<PyDict>().map_err(|_| raise!(py, SystemError, "no table of dialects"))
}

/// The dialect registered under a name.
fn registered(py: Py<'_>, name: &PyObject) -> PyResult<Ref<PyObject>> {
    match dialects(py)?.get(py, name)? {
        Some(dialect) => Ok(dialect),
        None => Err(csv_error!(py, "unknown dialect")),
    }
}

/// `Dialect(dialect, **fmtparams)`.
fn make_dialect(py: Py<'_>, dialect: Option<&PyObject>, params: Kwargs<'_>) -> PyResult<Ref<Dialect>> {
    let args = match dialect {
        Some(dialect) => PyTuple::new(py, &[dialect])?,
        None => PyTuple::empty(py)?,
    };
    let params = params.to_dict(py)?;
    let made = PyType::ready::<Dialect>(py)?.call_dict(py, &args, Some(&params))?;
    made.downcast_into::<Dialect>().map_err(|_| raise!(py, SystemError, "not a dialect"))
}

/// CSV parsing and writing.
#[pymodule(name = "_csv", types = [Dialect])]
pub mod _csv {
    use super::{DIALECTS, Dialect, ERROR, FIELD_LIMIT, Reader, Writer, dialects, make_dialect};
    use krait_runtime::prelude::*;

    #[pyattr]
    const QUOTE_MINIMAL: i32 = 0;
    #[pyattr]
    const QUOTE_ALL: i32 = 1;
    #[pyattr]
    const QUOTE_NONNUMERIC: i32 = 2;
    #[pyattr]
    const QUOTE_NONE: i32 = 3;
    #[pyattr]
    const QUOTE_STRINGS: i32 = 4;
    #[pyattr]
    const QUOTE_NOTNULL: i32 = 5;

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "Reader", PyType::ready::<Reader>(py)?)?;
        module.add(py, "Writer", PyType::ready::<Writer>(py)?)?;
        module.add(py, "_dialects", &*DIALECTS.get(py)?)?;
        module.add(py, "Error", &*ERROR.get(py)?)
    }

    /// An object and an optional dialect.
    fn object_and_dialect<'a>(
        py: Py<'_>,
        function: &str,
        args: Args<'a>,
    ) -> PyResult<(&'a PyObject, Option<&'a PyObject>)> {
        let given = args.positional();
        check_positional(py, function, given.len() as isize, 1, 2)?;
        match given.first() {
            Some(object) => Ok((object, given.get(1).copied())),
            None => Err(raise!(py, SystemError, "no argument")),
        }
    }

    #[pyfunction]
    #[raw]
    fn reader(py: Py<'_>, args: Args<'_>) -> PyResult<Ref<Reader>> {
        let (iterable, dialect) = object_and_dialect(py, "reader", args)?;
        let source = iterable.iter(py)?;
        Reader::make(py, source, make_dialect(py, dialect, args.keywords())?)
    }

    #[pyfunction]
    #[raw]
    fn writer(py: Py<'_>, args: Args<'_>) -> PyResult<Ref<Writer>> {
        let (file, dialect) = object_and_dialect(py, "writer", args)?;
        let dialect = make_dialect(py, dialect, args.keywords())?;
        match file.get_attr_optional(py, id!(py, "write"))?.filter(|write| write.is_callable()) {
            Some(write) => Writer::make(py, write, dialect),
            None => Err(raise!(py, TypeError, "argument 1 must have a \"write\" method")),
        }
    }

    #[pyfunction]
    fn list_dialects(py: Py<'_>) -> PyResult<Ref<PyList>> {
        PyList::from_vec(py, dialects(py)?.items_snapshot().into_iter().map(|(name, _)| name).collect())
    }

    #[pyfunction]
    #[raw]
    fn register_dialect(py: Py<'_>, args: Args<'_>) -> PyResult<()> {
        let (name, dialect) = object_and_dialect(py, "register_dialect", args)?;
        if name.downcast::<PyStr>().is_none() {
            bail!(py, TypeError, "dialect name must be a string");
        }
        let dialect = make_dialect(py, dialect, args.keywords())?;
        dialects(py)?.set(py, name, &dialect)
    }

    #[pyfunction]
    fn unregister_dialect(py: Py<'_>, name: &PyObject) -> PyResult<()> {
        match dialects(py)?.remove(py, name)? {
            Some(_) => Ok(()),
            None => Err(super::csv_error!(py, "unknown dialect")),
        }
    }

    #[pyfunction]
    fn get_dialect(py: Py<'_>, name: &PyObject) -> PyResult<Ref<PyObject>> {
        super::registered(py, name)
    }

    #[pyfunction]
    fn field_size_limit(py: Py<'_>, new_limit: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let old = FIELD_LIMIT.get(py)?;
        if let Some(limit) = new_limit {
            let Some(n) = limit.downcast_exact::<PyInt>() else {
                bail!(py, TypeError, "limit must be an integer");
            };
            if n.as_i64().is_none() {
                bail!(py, OverflowError, "Python int too large to convert to C long");
            }
            FIELD_LIMIT.set(py, limit.to_ref());
        }
        Ok(old)
    }
}
