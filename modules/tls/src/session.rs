//! `SSLSession`: what a client may go on with in a later connection.

use krait_runtime::prelude::*;

/// `_ssl.SSLSession`.
#[pyclass(module = "_ssl", name = "SSLSession", disallow_instantiation, immutable)]
#[repr(C)]
pub struct SslSession {
    base: PyObject,
    id: Vec<u8>,
    time: i64,
    timeout: i64,
    lifetime_hint: u32,
    has_ticket: bool,
}

#[pymethods]
impl SslSession {
    #[getter]
    fn id(&self, _py: Py<'_>) -> &[u8] {
        &self.id
    }

    #[getter]
    fn time(&self, _py: Py<'_>) -> i64 {
        self.time
    }

    #[getter]
    fn timeout(&self, _py: Py<'_>) -> i64 {
        self.timeout
    }

    #[getter]
    fn ticket_lifetime_hint(&self, _py: Py<'_>) -> u32 {
        self.lifetime_hint
    }

    #[getter]
    fn has_ticket(&self, _py: Py<'_>) -> bool {
        self.has_ticket
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let Some(other) = other.downcast::<SslSession>() else { return Ok(py.not_implemented()) };
        match op {
            CompareOp::Eq => (self.id == other.id).into_py(py),
            CompareOp::Ne => (self.id != other.id).into_py(py),
            _ => Ok(py.not_implemented()),
        }
    }
}
