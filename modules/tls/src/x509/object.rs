//! `_ssl.Certificate`: a certificate of a chain.

use std::sync::Arc;

use krait_runtime::prelude::*;

use super::certificate::Certificate;
use super::{describe, pem};

/// `_ssl.Certificate`.
#[pyclass(module = "_ssl", name = "Certificate", disallow_instantiation, immutable, heap)]
#[repr(C)]
pub struct PyCertificate {
    base: PyObject,
    certificate: Arc<Certificate>,
}

impl PyCertificate {
    /// An object for a certificate.
    pub fn make(py: Py<'_>, certificate: Arc<Certificate>) -> PyResult<Ref<PyObject>> {
        PyCertificate { base: PyObject::HEADER, certificate }.alloc_exact(py).map(Ref::upcast)
    }
}

/// A list of objects, or `None` when there is no chain.
pub fn chain_object(py: Py<'_>, chain: &[Arc<Certificate>]) -> PyResult<Ref<PyObject>> {
    if chain.is_empty() {
        return Ok(py.none());
    }
    let all = chain.iter().map(|one| PyCertificate::make(py, one.clone()));
    PyList::from_vec(py, all.collect::<PyResult<Vec<_>>>()?).map(Ref::upcast)
}

#[pymethods]
impl PyCertificate {
    #[pymethod]
    fn get_info(&self, py: Py<'_>) -> PyResult<Ref<PyDict>> {
        describe::describe(py, &self.certificate)
    }

    #[pymethod]
    #[sig("($self, /, format=1)")]
    fn public_bytes(&self, py: Py<'_>, format: i32) -> PyResult<Ref<PyObject>> {
        match format {
            1 => pem::encode("CERTIFICATE", self.certificate.der()).as_str().into_py(py),
            2 => self.certificate.der().into_py(py),
            _ => bail!(py, ValueError, "Unsupported format"),
        }
    }

    #[slot]
    fn tp_repr(&self, _py: Py<'_>) -> String {
        format!("<{} '{}'>", self.ty().name(), describe::one_line(self.certificate.subject()))
    }

    #[slot]
    fn tp_hash(&self, _py: Py<'_>) -> PyResult<isize> {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        self.certificate.der().hash(&mut hasher);
        Ok((hasher.finish() as isize).max(0))
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let Some(other) = other.downcast::<PyCertificate>() else { return Ok(py.not_implemented()) };
        let same = self.certificate.der() == other.certificate.der();
        match op {
            CompareOp::Eq => same.into_py(py),
            CompareOp::Ne => (!same).into_py(py),
            _ => Ok(py.not_implemented()),
        }
    }
}
