//! Module `_sqlite3`: the DB-API on SQLite.

mod adapt;
mod blob;
mod callbacks;
mod connection;
mod connection_data;
mod constants;
mod cursor;
mod errors;
mod fetch;
mod row;
mod statement;

pub use adapt::PrepareProtocol;
pub use blob::Blob;
pub use connection::Connection;
pub use cursor::Cursor;
pub use row::Row;
pub use statement::StatementObject as Statement;

use krait_runtime::local::InterpreterLocal;
use krait_runtime::prelude::*;

/// Adapters by type and protocol, and converters by name: dicts that the module shows.
static ADAPTERS: InterpreterLocal = InterpreterLocal::new(|py| PyDict::new(py).map(Ref::upcast));
static CONVERTERS: InterpreterLocal = InterpreterLocal::new(|py| PyDict::new(py).map(Ref::upcast));
/// Whether a type that needs no adapter has got one all the same.
static BASE_TYPES_ADAPTED: InterpreterLocal = InterpreterLocal::new(|_| Ok(PyBool::get(false).to_ref()));
/// Whether exceptions in callbacks are shown.
static TRACEBACKS: InterpreterLocal = InterpreterLocal::new(|_| Ok(PyBool::get(false).to_ref()));

fn dict_of(py: Py<'_>, local: &'static InterpreterLocal) -> PyResult<Ref<PyDict>> {
    local.get(py)?.downcast_into::<PyDict>().map_err(|_| raise!(py, SystemError, "no such table"))
}

/// The module.
#[pymodule(name = "_sqlite3")]
pub mod _sqlite3 {
    use super::{
        ADAPTERS, Blob, CONVERTERS, Connection, Cursor, PrepareProtocol, Row, TRACEBACKS, constants, errors,
    };
    use krait_runtime::prelude::*;
    use krait_runtime::system::sqlite;

    #[pyattr]
    const PARSE_DECLTYPES: i32 = 1;
    #[pyattr]
    const PARSE_COLNAMES: i32 = 2;
    #[pyattr]
    const LEGACY_TRANSACTION_CONTROL: i32 = -1;
    #[pyattr]
    fn sqlite_version(_py: Py<'_>) -> String {
        sqlite::version()
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "Connection", PyType::ready::<Connection>(py)?)?;
        module.add(py, "Cursor", PyType::ready::<Cursor>(py)?)?;
        module.add(py, "Row", PyType::ready::<Row>(py)?)?;
        module.add(py, "Blob", PyType::ready::<Blob>(py)?)?;
        module.add(py, "PrepareProtocol", PyType::ready::<PrepareProtocol>(py)?)?;
        for (name, class) in errors::ALL {
            module.add(py, name, &*class.get(py)?)?;
        }
        for &(name, value) in constants::CODES.iter().chain(constants::OTHERS) {
            module.add(py, name, &*value.into_py(py)?)?;
        }
        module.add(py, "threadsafety", &*3_i32.into_py(py)?)?;
        module.add(py, "adapters", &*ADAPTERS.get(py)?)?;
        module.add(py, "converters", &*CONVERTERS.get(py)?)
    }

    #[pyfunction]
    #[raw]
    fn connect(py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        super::connection::warn_of_positional(py, "sqlite3.connect", args.positional().len())?;
        let mut factory = args.positional().get(5).copied();
        for (name, value) in args.keywords().iter() {
            if name.downcast::<PyStr>().is_some_and(|name| name.eq_str("factory")) {
                factory = Some(value);
            }
        }
        match factory {
            Some(factory) => factory.call_args(py, args),
            None => PyType::ready::<Connection>(py)?.call_args(py, args),
        }
    }

    #[pyfunction]
    #[sig("(statement)")]
    fn complete_statement(py: Py<'_>, statement: &PyStr) -> PyResult<bool> {
        Ok(sqlite::is_complete(&super::errors::c_string(py, statement)?))
    }

    #[pyfunction]
    #[sig("(enable, /)")]
    fn enable_callback_tracebacks(py: Py<'_>, enable: bool) {
        TRACEBACKS.set(py, PyBool::get(enable).to_ref());
    }

    #[pyfunction]
    #[sig("(type, adapter, /)")]
    fn register_adapter(py: Py<'_>, r#type: &PyType, adapter: &PyObject) -> PyResult<()> {
        super::adapt::register(py, r#type, adapter)
    }

    #[pyfunction]
    #[sig("(typename, converter, /)")]
    fn register_converter(py: Py<'_>, typename: &PyStr, converter: &PyObject) -> PyResult<()> {
        let name = typename.call_method(py, id!(py, "upper"), &[])?;
        super::dict_of(py, &CONVERTERS)?.set(py, &name, converter)
    }

    #[pyfunction]
    #[raw(fastcall)]
    fn adapt(py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let given = args.positional();
        check_positional(py, "adapt", given.len() as isize, 1, 3)?;
        let Some(object) = given.first() else { bail!(py, SystemError, "no argument") };
        let proto = match given.get(1) {
            Some(proto) => (*proto).to_ref(),
            None => PyType::ready::<PrepareProtocol>(py)?.to_ref(),
        };
        super::adapt::adapt(py, object, &proto, given.get(2).copied())
    }
}
