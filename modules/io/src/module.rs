//! Module `_io`: its types and constants.

use krait_macros::pymodule;

/// The module.
#[pymodule(
    name = "_io",
    parts = [super::super::open::open],
    types = [
        crate::base::IoBase,
        crate::base::RawIoBase,
        crate::base::BufferedIoBase,
        crate::base::TextIoBase,
        crate::file_io::FileIo,
        crate::buffered::BufferedReader,
        crate::buffered::BufferedWriter,
        crate::buffered::BufferedRandom,
        crate::buffered::BufferedRwPair,
        crate::bytes_io::BytesIoBuffer,
        crate::bytes_io::BytesIo,
        crate::string_io::StringIo,
        crate::newline::IncrementalNewlineDecoder,
        crate::text::TextIoWrapper,
    ]
)]
#[allow(clippy::module_inception)]
pub mod io {
    use krait_runtime::objects::exceptions::types;
    use krait_runtime::prelude::*;

    #[pyattr]
    const DEFAULT_BUFFER_SIZE: i32 = crate::common::DEFAULT_BUFFER_SIZE as i32;

    /// `UnsupportedOperation` has two bases, so it is a heap type; `BlockingIOError` is the built-in one.
    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        let bases = PyTuple::new(py, &[types::OSError(), types::ValueError()])?;
        let dict = PyDict::new(py)?;
        dict.set(py, id!(py, "__module__"), id!(py, "io"))?;
        let unsupported =
            PyType::type_object().call(py, &[id!(py, "UnsupportedOperation"), &bases, &dict])?;
        module.add(py, "UnsupportedOperation", &unsupported)?;
        module.add(py, "BlockingIOError", types::BlockingIOError())
    }
}
