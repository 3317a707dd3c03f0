//! Module `binascii`. `base64.rs`, `uu.rs` and `quopri.rs` hold the codings, which know no Python object.

mod base64;
mod quopri;
mod uu;

/// Binary data as text.
#[pymodule(name = "binascii")]
pub mod binascii {
    use super::{base64, quopri, uu};
    use krait_runtime::args::FromArg;
    use krait_runtime::local::{InterpreterLocal, new_exception_class};
    use krait_runtime::objects::bytes::{hex_digits, hex_separator};
    use krait_runtime::objects::exceptions::types;
    use krait_runtime::prelude::*;
    use krait_runtime::protocol::buffer::{Buffer, BufferArg};

    static ERROR: InterpreterLocal =
        InterpreterLocal::new(|py| new_exception_class(py, "binascii.Error", None, &[types::ValueError()]));
    static INCOMPLETE: InterpreterLocal = InterpreterLocal::new(|py| {
        new_exception_class(py, "binascii.Incomplete", None, &[types::Exception()])
    });

    #[pyattr(name = "Error")]
    fn error(py: Py<'_>) -> PyResult<Ref<PyObject>> {
        ERROR.get(py)
    }
    #[pyattr(name = "Incomplete")]
    fn incomplete(py: Py<'_>) -> PyResult<Ref<PyObject>> {
        INCOMPLETE.get(py)
    }

    /// Bytes, or text that is all ASCII.
    enum Ascii {
        Text(Ref<PyStr>),
        Data(Buffer),
    }

    impl Ascii {
        fn as_bytes(&self) -> &[u8] {
            match self {
                Ascii::Text(text) => text.as_ascii().unwrap_or_default().as_bytes(),
                Ascii::Data(buffer) => buffer.as_bytes(),
            }
        }
    }

    impl<'a> FromArg<'a> for Ascii {
        fn from_arg(py: Py<'a>, obj: &'a PyObject, _at: ArgPos) -> PyResult<Self> {
            if let Some(text) = obj.downcast::<PyStr>() {
                if !text.is_ascii() {
                    bail!(py, ValueError, "string argument should contain only ASCII characters");
                }
                return Ok(Ascii::Text(text.new_ref()));
            }
            match Buffer::new(py, obj) {
                Ok(buffer) => Ok(Ascii::Data(buffer)),
                Err(raised) => {
                    py.clear_error(raised);
                    Err(raise!(
                        py,
                        TypeError,
                        "argument should be bytes, buffer or ASCII string, not '{}'",
                        obj.ty().name()
                    ))
                }
            }
        }
    }

    #[pyfunction]
    fn a2b_base64(py: Py<'_>, data: Ascii, strict_mode: bool) -> PyResult<Ref<PyBytes>> {
        py.expect_room(data.as_bytes().len())?;
        match base64::decode(data.as_bytes(), strict_mode) {
            Ok(bytes) => PyBytes::new(py, &bytes),
            Err(error) => Err(ERROR.raise(py, format_args!("{error}"))),
        }
    }
    #[pyfunction]
    fn b2a_base64(py: Py<'_>, data: BufferArg, newline: bool) -> PyResult<Ref<PyBytes>> {
        py.expect_room(data.as_bytes().len() / 3 * 4 + 8)?;
        PyBytes::new(py, &base64::encode(data.as_bytes(), newline))
    }

    fn unhex(py: Py<'_>, text: &[u8]) -> PyResult<Ref<PyBytes>> {
        if !text.len().is_multiple_of(2) {
            return Err(ERROR.raise(py, format_args!("Odd-length string")));
        }
        py.expect_room(text.len())?;
        let digit = |c: u8| (c as char).to_digit(16).map(|d| d as u8);
        let bytes: Option<Vec<u8>> = text
            .chunks_exact(2)
            .map(|pair| match pair {
                [a, b] => Some(digit(*a)? << 4 | digit(*b)?),
                _ => None,
            })
            .collect();
        match bytes {
            Some(bytes) => PyBytes::new(py, &bytes),
            None => Err(ERROR.raise(py, format_args!("Non-hexadecimal digit found"))),
        }
    }
    #[pyfunction]
    fn a2b_hex(py: Py<'_>, hexstr: Ascii) -> PyResult<Ref<PyBytes>> {
        unhex(py, hexstr.as_bytes())
    }
    #[pyfunction]
    fn unhexlify(py: Py<'_>, hexstr: Ascii) -> PyResult<Ref<PyBytes>> {
        unhex(py, hexstr.as_bytes())
    }
    fn hex(py: Py<'_>, data: &[u8], sep: Option<&PyObject>, group: i32) -> PyResult<Ref<PyBytes>> {
        let separator = hex_separator(py, sep)?;
        py.expect_room(data.len().saturating_mul(if separator.is_some() { 3 } else { 2 }))?;
        PyBytes::new(py, &hex_digits(data, separator, group))
    }
    #[pyfunction]
    fn b2a_hex(
        py: Py<'_>,
        data: BufferArg,
        sep: Option<&PyObject>,
        #[default(1)] bytes_per_sep: i32,
    ) -> PyResult<Ref<PyBytes>> {
        hex(py, data.as_bytes(), sep, bytes_per_sep)
    }
    #[pyfunction]
    fn hexlify(
        py: Py<'_>,
        data: BufferArg,
        sep: Option<&PyObject>,
        #[default(1)] bytes_per_sep: i32,
    ) -> PyResult<Ref<PyBytes>> {
        hex(py, data.as_bytes(), sep, bytes_per_sep)
    }

    #[pyfunction]
    fn a2b_uu(py: Py<'_>, data: Ascii) -> PyResult<Ref<PyBytes>> {
        match uu::decode(data.as_bytes()) {
            Ok(bytes) => PyBytes::new(py, &bytes),
            Err(error) => Err(ERROR.raise(py, format_args!("{error}"))),
        }
    }
    #[pyfunction]
    fn b2a_uu(py: Py<'_>, data: BufferArg, backtick: bool) -> PyResult<Ref<PyBytes>> {
        match uu::encode(data.as_bytes(), backtick) {
            Some(bytes) => PyBytes::new(py, &bytes),
            None => Err(ERROR.raise(py, format_args!("At most 45 bytes at once"))),
        }
    }

    #[pyfunction]
    fn a2b_qp(py: Py<'_>, data: Ascii, header: bool) -> PyResult<Ref<PyBytes>> {
        PyBytes::new(py, &quopri::decode(data.as_bytes(), header))
    }
    #[pyfunction]
    fn b2a_qp(
        py: Py<'_>,
        data: BufferArg,
        quotetabs: bool,
        istext: bool,
        header: bool,
    ) -> PyResult<Ref<PyBytes>> {
        // Three characters for each, and line ends.
        py.expect_room(data.as_bytes().len().saturating_mul(7))?;
        PyBytes::new(py, &quopri::encode(data.as_bytes(), quotetabs, istext, header))
    }

    /// The CRC of CCITT, one table row a value of the upper byte.
    const CCITT: [u16; 256] = {
        let mut table = [0u16; 256];
        let mut i = 0;
        while i < 256 {
            let (mut crc, mut bit) = ((i as u16) << 8, 0);
            while bit < 8 {
                crc = if crc & 0x8000 != 0 { crc << 1 ^ 0x1021 } else { crc << 1 };
                bit += 1;
            }
            #[allow(clippy::indexing_slicing, reason = "evaluated at compile time")]
            {
                table[i] = crc;
            }
            i += 1;
        }
        table
    };

    #[pyfunction]
    fn crc_hqx(data: BufferArg, crc: u32) -> u16 {
        data.as_bytes().iter().fold(crc as u16, |crc, byte| {
            let row = usize::from((crc >> 8) as u8 ^ byte);
            crc << 8 ^ CCITT.get(row).copied().unwrap_or(0)
        })
    }
    #[pyfunction]
    fn crc32(py: Py<'_>, data: BufferArg, crc: u32) -> u32 {
        if data.as_bytes().len() > 5 * 1024 {
            return py.detach(|| super::crc32(crc, data.as_bytes()));
        }
        super::crc32(crc, data.as_bytes())
    }
}

use krait_macros::pymodule;

/// The CRC of zip files, continued from `crc`.
fn crc32(crc: u32, bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial(crc);
    hasher.update(bytes);
    hasher.finalize()
}
