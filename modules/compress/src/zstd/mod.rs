//! Module `_zstd`.

mod compressor;
mod decompressor;
mod dictionary;
mod parameters;

pub use compressor::ZstdCompressor;
pub use decompressor::ZstdDecompressor;
pub use dictionary::ZstdDict;

use krait_runtime::local::{InterpreterLocal, new_exception_class};
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;

/// `compression.zstd.ZstdError`.
static ERROR: InterpreterLocal = InterpreterLocal::new(|py| {
    let doc = "An error occurred in the zstd library.";
    new_exception_class(py, "compression.zstd.ZstdError", Some(doc), &[types::Exception()])
});

/// The sizes of samples, which stand one behind the other in `samples`.
fn sample_sizes(py: Py<'_>, samples: &[u8], sizes: &PyTuple) -> PyResult<Vec<usize>> {
    let mut known = Vec::with_capacity(sizes.len());
    for size in sizes.as_slice() {
        let Some(size) = size.downcast::<PyInt>() else { bail!(py, TypeError, "an integer is required") };
        known.push(size.as_u64().map_or(usize::MAX, |size| size as usize));
    }
    let sum = known.iter().try_fold(0_usize, |sum, size| sum.checked_add(*size));
    if sum != Some(samples.len()) {
        bail!(py, ValueError, "The samples size tuple doesn't match the concatenation's size.");
    }
    Ok(known)
}

/// The room that a dictionary gets.
fn dictionary_room(py: Py<'_>, size: isize) -> PyResult<Vec<u8>> {
    let Some(size) = usize::try_from(size).ok().filter(|size| *size > 0) else {
        bail!(py, ValueError, "dict_size argument should be positive number.");
    };
    let mut room = Vec::new();
    room.try_reserve_exact(size).map_err(|_| py.no_memory())?;
    Ok(room)
}

/// Implementation module for Zstandard compression.
#[pymodule(name = "_zstd")]
pub mod _zstd {
    use super::{ERROR, ZstdCompressor, ZstdDecompressor, ZstdDict, parameters};
    use krait_runtime::prelude::*;
    use krait_runtime::protocol::buffer::BufferArg;
    use krait_runtime::system::zstd;

    #[pyattr]
    const ZSTD_CLEVEL_DEFAULT: i32 = 3;
    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "ZstdCompressor", PyType::ready::<ZstdCompressor>(py)?)?;
        module.add(py, "ZstdDecompressor", PyType::ready::<ZstdDecompressor>(py)?)?;
        module.add(py, "ZstdDict", PyType::ready::<ZstdDict>(py)?)?;
        module.add(py, "ZstdError", &*ERROR.get(py)?)?;
        let version = zstd::version();
        let text = format!("{}.{}.{}", version / 10_000, version / 100 % 100, version % 100);
        module.add(py, "zstd_version", &*PyStr::new(py, &text)?)?;
        module.add(py, "zstd_version_number", &*version.into_py(py)?)?;
        module.add(py, "ZSTD_DStreamOutSize", &*131_072_i32.into_py(py)?)?;
        for &(name, value) in parameters::CONSTANTS {
            module.add(py, name, &*value.into_py(py)?)?;
        }
        let modes = [("CONTINUE", 0), ("FLUSH_BLOCK", 1), ("FLUSH_FRAME", 2)];
        let class = PyType::ready::<ZstdCompressor>(py)?;
        let Some(namespace) = class.dict() else { return Ok(()) };
        for (name, value) in modes {
            namespace.set_named(py, name, &*i32::into_py(value, py)?)?;
        }
        Ok(())
    }

    #[pyfunction]
    #[sig("(samples_bytes, samples_sizes, dict_size, /)")]
    fn train_dict(
        py: Py<'_>,
        samples_bytes: &PyBytes,
        samples_sizes: &PyTuple,
        dict_size: isize,
    ) -> PyResult<Vec<u8>> {
        let room = super::dictionary_room(py, dict_size)?;
        let samples = samples_bytes.as_bytes();
        let sizes = super::sample_sizes(py, samples, samples_sizes)?;
        let trained = py.detach(|| zstd::train(samples, &sizes, room));
        trained
            .map_err(|text| ERROR.raise(py, format_args!("Unable to train the Zstandard dictionary: {text}")))
    }

    #[pyfunction]
    #[sig("(custom_dict_bytes, samples_bytes, samples_sizes, dict_size, compression_level, /)")]
    fn finalize_dict(
        py: Py<'_>,
        custom_dict_bytes: &PyBytes,
        samples_bytes: &PyBytes,
        samples_sizes: &PyTuple,
        dict_size: isize,
        compression_level: i32,
    ) -> PyResult<Vec<u8>> {
        let room = super::dictionary_room(py, dict_size)?;
        let (content, samples) = (custom_dict_bytes.as_bytes(), samples_bytes.as_bytes());
        let sizes = super::sample_sizes(py, samples, samples_sizes)?;
        let made = py.detach(|| zstd::finalize(content, samples, &sizes, room, compression_level));
        made.map_err(|text| {
            ERROR.raise(py, format_args!("Unable to finalize the Zstandard dictionary: {text}"))
        })
    }

    #[pyfunction]
    #[sig("(parameter, is_compress)")]
    fn get_param_bounds(py: Py<'_>, parameter: i32, is_compress: bool) -> PyResult<Ref<PyTuple>> {
        match zstd::parameter_bounds(parameter, is_compress) {
            Ok((low, high)) => PyTuple::pair(py, low.into_py(py)?, high.into_py(py)?),
            Err(text) => {
                let kind = if is_compress { "compression" } else { "decompression" };
                Err(ERROR.raise(py, format_args!("Unable to get zstd {kind} parameter bounds: {text}")))
            }
        }
    }

    #[pyfunction]
    #[sig("(frame_buffer)")]
    fn get_frame_size(py: Py<'_>, frame_buffer: BufferArg) -> PyResult<usize> {
        zstd::frame_size(frame_buffer.as_bytes()).map_err(|text| {
            ERROR.raise(
                py,
                format_args!(
                    "Error when finding the compressed size of a Zstandard frame. Ensure the frame_buffer argument \
                     starts from the beginning of a frame, and its length is not less than this complete frame. \
                     Zstd error message: {text}."
                ),
            )
        })
    }

    #[pyfunction]
    #[sig("(frame_buffer)")]
    fn get_frame_info(py: Py<'_>, frame_buffer: BufferArg) -> PyResult<Ref<PyTuple>> {
        let Some((size, dictionary)) = zstd::frame_info(frame_buffer.as_bytes()) else {
            return Err(ERROR.raise(
                py,
                format_args!(
                    "Error when getting information from the header of a Zstandard frame. Ensure the frame_buffer \
                     argument starts from the beginning of a frame, and its length is not less than the frame \
                     header (6~18 bytes)."
                ),
            ));
        };
        PyTuple::pair(py, size.into_py(py)?, dictionary.into_py(py)?)
    }

    #[pyfunction]
    #[sig("(c_parameter_type, d_parameter_type)")]
    fn set_parameter_types(py: Py<'_>, c_parameter_type: &PyType, d_parameter_type: &PyType) {
        parameters::COMPRESSION_TYPE.set(py, c_parameter_type.to_ref());
        parameters::DECOMPRESSION_TYPE.set(py, d_parameter_type.to_ref());
    }
}
