//! `pyexpat.xmlparser`: protection against documents that expand too much.

use krait_runtime::prelude::*;

use super::XmlParser;
use crate::expat::{Code, Limit};

impl XmlParser {
    fn set_threshold(
        &self,
        py: Py<'_>,
        threshold: &PyObject,
        limit: fn(&crate::expat::Limits) -> &Limit,
    ) -> PyResult<()> {
        let threshold = threshold.index(py)?;
        if threshold.is_negative() {
            bail!(py, ValueError, "Cannot convert negative int");
        }
        let Some(threshold) = threshold.as_u64() else {
            bail!(py, OverflowError, "Python int too large for C unsigned long long");
        };
        self.check_root(py)?;
        limit(self.core.0.borrow().limits()).threshold.set(threshold);
        Ok(())
    }

    fn set_factor(
        &self,
        py: Py<'_>,
        factor: f64,
        limit: fn(&crate::expat::Limits) -> &Limit,
    ) -> PyResult<()> {
        self.check_root(py)?;
        if factor.is_nan() || factor < 1.0 {
            return Err(self.error(py, Code::InvalidArgument, Some("'max_factor' must be at least 1.0")));
        }
        limit(self.core.0.borrow().limits()).factor.set(factor as f32);
        Ok(())
    }

    fn check_root(&self, py: Py<'_>) -> PyResult<()> {
        let is_root = self.core.0.borrow().is_root();
        if is_root {
            return Ok(());
        }
        Err(self.error(py, Code::InvalidArgument, Some("parser must be a root parser")))
    }
}

#[pymethods(part = "limits")]
impl XmlParser {
    #[pymethod(name = "SetBillionLaughsAttackProtectionActivationThreshold")]
    #[sig("($self, threshold, /)")]
    fn set_expansion_threshold(&self, py: Py<'_>, threshold: &PyObject) -> PyResult<()> {
        self.set_threshold(py, threshold, |limits| &limits.expansion)
    }

    #[pymethod(name = "SetBillionLaughsAttackProtectionMaximumAmplification")]
    #[sig("($self, max_factor, /)")]
    fn set_expansion_factor(&self, py: Py<'_>, max_factor: f64) -> PyResult<()> {
        self.set_factor(py, max_factor, |limits| &limits.expansion)
    }

    #[pymethod(name = "SetAllocTrackerActivationThreshold")]
    #[sig("($self, threshold, /)")]
    fn set_memory_threshold(&self, py: Py<'_>, threshold: &PyObject) -> PyResult<()> {
        self.set_threshold(py, threshold, |limits| &limits.memory)
    }

    #[pymethod(name = "SetAllocTrackerMaximumAmplification")]
    #[sig("($self, max_factor, /)")]
    fn set_memory_factor(&self, py: Py<'_>, max_factor: f64) -> PyResult<()> {
        self.set_factor(py, max_factor, |limits| &limits.memory)
    }
}
