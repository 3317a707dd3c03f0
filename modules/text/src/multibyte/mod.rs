//! Module `_multibytecodec` and the modules that hand out its codecs (`_codecs_jp` and kin).
//! `table` reads what was generated, `codec` and `iso2022` convert, `convert` handles errors, `stateful` does so piece by piece,
//! `incremental` and `stream` are the classes of which `encodings` makes its own.

mod codec;
mod convert;
mod incremental;
mod iso2022;
mod stateful;
mod stream;
mod table;

use codec::{Codec, State};
use convert::Errors;
use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::BufferArg;

/// A codec as an object.
#[pyclass(module = "_multibytecodec", name = "MultibyteCodec", disallow_instantiation, gc, heap, immutable)]
#[repr(C)]
pub struct MultibyteCodec {
    base: PyObject,
    #[no_traverse]
    codec: Codec,
}

impl MultibyteCodec {
    /// The codec that a module has under that name.
    fn find(py: Py<'_>, module: &str, encoding: &PyObject) -> PyResult<Ref<MultibyteCodec>> {
        let Some(name) = encoding.downcast::<PyStr>() else {
            bail!(py, TypeError, "encoding name must be a string.")
        };
        match Codec::find(module, &name.to_utf8(py)?) {
            Some(codec) => MultibyteCodec { base: PyObject::HEADER, codec }.alloc_exact(py),
            None => Err(raise!(py, LookupError, "no such codec is supported.")),
        }
    }

    /// The codec of a class made for one.
    fn of_class(py: Py<'_>, class: &PyType) -> PyResult<Codec> {
        let codec = class.get_attr(py, id!(py, "codec"))?;
        match codec.downcast::<MultibyteCodec>() {
            Some(codec) => Ok(codec.codec),
            None => Err(raise!(py, TypeError, "codec is unexpected type")),
        }
    }
}

#[pymethods(class = "_multibytecodec.MultibyteCodec")]
impl MultibyteCodec {
    #[pymethod]
    #[sig("($self, /, input, errors=None)")]
    fn encode(&self, py: Py<'_>, input: &PyObject, errors: Option<NoneOr<&PyStr>>) -> PyResult<Ref<PyTuple>> {
        let text = match input.downcast::<PyStr>() {
            Some(text) => text.new_ref(),
            None => input.str(py)?,
        };
        let errors = Errors::named(errors.and_then(|e| e.0));
        let mut state = self.codec.encoder_state();
        let (mut bytes, _) = convert::encode(py, &self.codec, &mut state, &text, &errors, true)?;
        self.codec.reset_encoder(&mut state, &mut bytes);
        PyTuple::new(py, &[&*PyBytes::new(py, &bytes)?, &*PyInt::new(py, text.len() as i64)?])
    }

    #[pymethod]
    #[sig("($self, /, input, errors=None)")]
    fn decode(&self, py: Py<'_>, input: BufferArg, errors: Option<NoneOr<&PyStr>>) -> PyResult<Ref<PyTuple>> {
        let errors = Errors::named(errors.and_then(|e| e.0));
        let mut state = self.codec.decoder_state();
        py.expect_room(input.as_bytes().len().saturating_mul(9))?;
        let input = input.as_bytes().to_vec();
        let (text, _) = convert::decode(py, &self.codec, &mut state, &input, &errors, true)?;
        let text = PyStr::from_code_points(py, &text)?;
        PyTuple::new(py, &[&text, &*PyInt::new(py, input.len() as i64)?])
    }
}

/// The `errors` argument of a class.
fn errors_argument(py: Py<'_>, errors: Option<&PyStr>) -> PyResult<Errors> {
    if errors.is_some_and(|e| e.find_char(0).is_some()) {
        bail!(py, ValueError, "embedded null character")
    }
    Ok(Errors::named(errors))
}

/// Assigns the attribute `errors`.
fn assigned_errors(py: Py<'_>, value: Option<&PyObject>) -> PyResult<Errors> {
    match value {
        None => Err(raise!(py, AttributeError, "cannot delete attribute")),
        Some(value) => match value.downcast::<PyStr>() {
            Some(name) => Ok(Errors::named(Some(name))),
            None => Err(raise!(py, TypeError, "errors must be a string")),
        },
    }
}

/// A state as `getstate()` shows it.
fn number_of(py: Py<'_>, bytes: &[u8]) -> PyResult<Ref<PyInt>> {
    let mut digits = Vec::new();
    let (mut rest, mut bits) = (0u64, 0);
    for byte in bytes {
        rest |= u64::from(*byte) << bits;
        bits += 8;
        if bits >= 30 {
            digits.push((rest & 0x3FFF_FFFF) as u32);
            rest >>= 30;
            bits -= 30;
        }
    }
    digits.push(rest as u32);
    PyInt::from_digits(py, false, &digits)
}

/// The bytes of such a number; it must not need more.
fn bytes_of(py: Py<'_>, number: &PyInt, size: usize) -> PyResult<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut rest, mut bits) = (0u64, 0);
    for digit in number.digits() {
        rest |= u64::from(*digit) << bits;
        bits += 30;
        while bits >= 8 {
            bytes.push(rest as u8);
            rest >>= 8;
            bits -= 8;
        }
    }
    bytes.push(rest as u8);
    while bytes.len() > size && bytes.last() == Some(&0) {
        bytes.pop();
    }
    if number.is_negative() {
        bail!(py, OverflowError, "can't convert negative int to unsigned")
    }
    if bytes.len() > size {
        bail!(py, OverflowError, "int too big to convert")
    }
    bytes.resize(size, 0);
    Ok(bytes)
}

fn state_of(bytes: &[u8]) -> State {
    let mut state = State::default();
    for (slot, byte) in state.iter_mut().zip(bytes) {
        *slot = *byte;
    }
    state
}

/// The classes.
#[pymodule(
    name = "_multibytecodec",
    types = [
        super::MultibyteCodec,
        super::incremental::MultibyteIncrementalEncoder,
        super::incremental::MultibyteIncrementalDecoder,
        super::stream::MultibyteStreamReader,
        super::stream::MultibyteStreamWriter,
    ]
)]
pub mod multibytecodec {
    use krait_runtime::prelude::*;

    /// Codecs come from native modules only, which do not need this.
    #[pyfunction(name = "__create_codec")]
    fn create_codec(py: Py<'_>, arg: &PyObject) -> PyResult<()> {
        let _ = arg;
        Err(raise!(py, ValueError, "argument type invalid"))
    }

    /// The class of codecs is not among the module's names.
    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.dict().remove(py, id!(py, "MultibyteCodec")).map(drop)
    }
}

macro_rules! codec_modules {
    ($($module:ident $name:literal;)*) => { $(
        /// Codecs by name.
        #[pymodule(name = $name)]
        pub mod $module {
            use krait_runtime::prelude::*;

            #[pyfunction]
            #[sig("(encoding, /)")]
            fn getcodec(py: Py<'_>, encoding: &PyObject) -> PyResult<Ref<super::MultibyteCodec>> {
                super::MultibyteCodec::find(py, $name, encoding)
            }
        }
    )* };
}

codec_modules! {
    cn "_codecs_cn";
    hk "_codecs_hk";
    iso "_codecs_iso2022";
    jp "_codecs_jp";
    kr "_codecs_kr";
    tw "_codecs_tw";
}
