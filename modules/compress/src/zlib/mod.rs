//! Module `zlib`. `stream.rs`: a stream that threads share, and its errors; `compressor.rs`, `decompressor.rs`: the objects.

mod compressor;
mod decompressor;
mod stream;

pub use compressor::Compress;
pub use decompressor::{Decompress, ZlibDecompressor};

/// The module.
#[krait_macros::pymodule(
    name = "zlib",
    types = [super::decompressor::ZlibDecompressor]
)]
#[allow(clippy::module_inception)]
pub mod zlib {
    use krait_runtime::prelude::*;
    use krait_runtime::protocol::buffer::BufferArg;
    use krait_runtime::system::zlib::{ZStream, adler32 as adler32_of, crc32 as crc32_of};

    use super::stream::{ERROR, Shared, pump, raise_error};
    use super::{Compress, Decompress};

    #[pyattr]
    const DEFLATED: i32 = 8;
    #[pyattr]
    const DEF_BUF_SIZE: i32 = 16384;
    #[pyattr]
    const DEF_MEM_LEVEL: i32 = 8;
    #[pyattr]
    const MAX_WBITS: i32 = 15;
    #[pyattr]
    const ZLIB_RUNTIME_VERSION: &str = "1.3.2";
    #[pyattr]
    const ZLIB_VERSION: &str = "1.3.2";
    #[pyattr]
    const Z_NO_COMPRESSION: i32 = 0;
    #[pyattr]
    const Z_BEST_SPEED: i32 = 1;
    #[pyattr]
    const Z_BEST_COMPRESSION: i32 = 9;
    #[pyattr]
    const Z_DEFAULT_COMPRESSION: i32 = -1;
    #[pyattr]
    const Z_DEFAULT_STRATEGY: i32 = 0;
    #[pyattr]
    const Z_FILTERED: i32 = 1;
    #[pyattr]
    const Z_HUFFMAN_ONLY: i32 = 2;
    #[pyattr]
    const Z_RLE: i32 = 3;
    #[pyattr]
    const Z_FIXED: i32 = 4;
    #[pyattr]
    const Z_NO_FLUSH: i32 = 0;
    #[pyattr]
    const Z_PARTIAL_FLUSH: i32 = 1;
    #[pyattr]
    const Z_SYNC_FLUSH: i32 = 2;
    #[pyattr]
    const Z_FULL_FLUSH: i32 = 3;
    #[pyattr]
    const Z_FINISH: i32 = 4;
    #[pyattr]
    const Z_BLOCK: i32 = 5;
    #[pyattr]
    const Z_TREES: i32 = 6;
    #[pyattr]
    #[allow(non_upper_case_globals)]
    const __version__: &str = "1.0";

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        PyType::ready::<Compress>(py)?;
        PyType::ready::<Decompress>(py)?;
        module.add(py, "error", &*ERROR.get(py)?)
    }

    #[pyfunction]
    #[sig("(data, /, level=-1, wbits=15)")]
    fn compress(
        py: Py<'_>,
        data: BufferArg,
        #[default(-1)] level: i32,
        #[default(15)] wbits: i32,
    ) -> PyResult<Vec<u8>> {
        let mut stream = match ZStream::compressor(level, DEFLATED, wbits, DEF_MEM_LEVEL, 0) {
            Ok(stream) => stream,
            Err(-2) => return Err(ERROR.raise(py, format_args!("Bad compression level"))),
            Err(-4) => bail!(py, MemoryError, "Out of memory while compressing data"),
            Err(code) => return Err(raise_error(py, None, code, "while compressing data")),
        };
        let bytes = data.as_bytes();
        let mut out = Vec::new();
        let done = py.detach(|| pump(&mut stream, bytes, &mut out, None, Z_FINISH));
        if done.code != 1 {
            return Err(raise_error(py, Some(&stream), done.code, "while finishing compression"));
        }
        Ok(out)
    }

    #[pyfunction]
    #[sig("(data, /, wbits=15, bufsize=16384)")]
    fn decompress(
        py: Py<'_>,
        data: BufferArg,
        #[default(15)] wbits: i32,
        #[default(16384)] bufsize: isize,
    ) -> PyResult<Vec<u8>> {
        if bufsize < 0 {
            bail!(py, ValueError, "bufsize must be non-negative");
        }
        let mut stream = match ZStream::decompressor(wbits) {
            Ok(stream) => stream,
            Err(-4) => bail!(py, MemoryError, "Out of memory while decompressing data"),
            Err(code) => return Err(raise_error(py, None, code, "while preparing to decompress data")),
        };
        let bytes = data.as_bytes();
        let mut out = Vec::new();
        if out.try_reserve((bufsize as usize).min(1 << 30)).is_err() {
            return Err(py.no_memory());
        }
        let done = py.detach(|| pump(&mut stream, bytes, &mut out, None, Z_SYNC_FLUSH));
        match done.code {
            1 => Ok(out),
            0 => Err(raise_error(py, Some(&stream), -5, "while decompressing data")),
            code => Err(raise_error(py, Some(&stream), code, "while decompressing data")),
        }
    }

    #[pyfunction]
    #[sig("(level=-1, method=8, wbits=15, memLevel=8, strategy=0, zdict=None)")]
    #[allow(non_snake_case)]
    fn compressobj(
        py: Py<'_>,
        #[default(-1)] level: i32,
        #[default(8)] method: i32,
        #[default(15)] wbits: i32,
        #[default(8)] memLevel: i32,
        #[default(0)] strategy: i32,
        zdict: Option<&PyObject>,
    ) -> PyResult<Ref<Compress>> {
        let zdict = match zdict {
            Some(zdict) => Some(krait_runtime::protocol::buffer::Buffer::new(py, zdict)?),
            None => None,
        };
        if zdict.as_ref().is_some_and(|z| u32::try_from(z.len()).is_err()) {
            bail!(py, OverflowError, "zdict length does not fit in an unsigned int");
        }
        let mut stream = match ZStream::compressor(level, method, wbits, memLevel, strategy) {
            Ok(stream) => stream,
            Err(-4) => bail!(py, MemoryError, "Can't allocate memory for compression object"),
            Err(-2) => bail!(py, ValueError, "Invalid initialization option"),
            Err(code) => return Err(raise_error(py, None, code, "while creating compression object")),
        };
        if let Some(zdict) = zdict {
            match stream.set_dictionary(zdict.as_bytes()) {
                0 => {}
                -2 => bail!(py, ValueError, "Invalid dictionary"),
                _ => bail!(py, ValueError, "deflateSetDictionary()"),
            }
        }
        Compress::make(py, Shared::new(stream))
    }

    #[pyfunction]
    #[sig("(wbits=15, zdict=b'')")]
    fn decompressobj(
        py: Py<'_>,
        #[default(15)] wbits: i32,
        zdict: Option<&PyObject>,
    ) -> PyResult<Ref<Decompress>> {
        Decompress::start(py, wbits, zdict)
    }

    #[pyfunction]
    fn adler32(py: Py<'_>, data: BufferArg, #[default(1)] value: u32) -> u32 {
        let bytes = data.as_bytes();
        if bytes.len() > 5 * 1024 { py.detach(|| adler32_of(value, bytes)) } else { adler32_of(value, bytes) }
    }

    #[pyfunction]
    fn crc32(py: Py<'_>, data: BufferArg, #[default(0)] value: u32) -> u32 {
        let bytes = data.as_bytes();
        if bytes.len() > 5 * 1024 { py.detach(|| crc32_of(value, bytes)) } else { crc32_of(value, bytes) }
    }
}
