//! Module `_json`: reading and writing JSON.

mod encoder;
mod escape;
mod scanner;
mod scanstring;

pub use encoder::Encoder;
pub use scanner::Scanner;

use krait_runtime::prelude::*;

/// json speedups
#[pymodule(name = "_json")]
pub mod _json {
    use super::{Encoder, Scanner, escape, scanstring};
    use krait_runtime::prelude::*;

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "make_scanner", PyType::ready::<Scanner>(py)?)?;
        module.add(py, "make_encoder", PyType::ready::<Encoder>(py)?)
    }

    #[pyfunction(name = "scanstring")]
    #[raw(fastcall)]
    fn scan(py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyTuple>> {
        let (string, end, strict) = match args.positional() {
            [string, end] => (string, end, None),
            [string, end, strict] => (string, end, Some(strict)),
            few @ ([] | [_]) => {
                bail!(py, TypeError, "scanstring() takes at least 2 arguments ({} given)", few.len())
            }
            many => bail!(py, TypeError, "scanstring() takes at most 3 arguments ({} given)", many.len()),
        };
        let end = krait_runtime::args::extract::<isize>(py, end, "scanstring", 2)?;
        let strict = match strict {
            Some(strict) => strict.is_true(py)?,
            None => true,
        };
        let string = super::text_argument(py, string)?;
        let (text, end) = scanstring::scan(py, string, end, strict)?;
        PyTuple::pair(py, text.upcast(), end.into_py(py)?)
    }

    #[pyfunction]
    #[sig("(string, /)")]
    fn encode_basestring_ascii(py: Py<'_>, string: &PyObject) -> PyResult<Ref<PyStr>> {
        escape::quoted(py, super::text_argument(py, string)?, true)
    }

    #[pyfunction]
    #[sig("(string, /)")]
    fn encode_basestring(py: Py<'_>, string: &PyObject) -> PyResult<Ref<PyStr>> {
        escape::quoted(py, super::text_argument(py, string)?, false)
    }
}

fn text_argument<'a>(py: Py<'_>, object: &'a PyObject) -> PyResult<&'a PyStr> {
    object.downcast::<PyStr>().ok_or_else(|| {
        let got = if object.is_none() { "NoneType" } else { object.ty().name() };
        raise!(py, TypeError, "first argument must be a string, not {got}")
    })
}

/// `json.decoder.JSONDecodeError(message, text, position)`.
#[cold]
fn decode_error(py: Py<'_>, message: &str, text: &PyStr, position: usize) -> krait_runtime::error::Raised {
    let make = || {
        let module = krait_interp::import::import_module(py, "json.decoder")?;
        let class = module.get_attr(py, id!(py, "JSONDecodeError"))?;
        class.call(py, &[&*PyStr::new(py, message)?, text, &*position.into_py(py)?])
    };
    match make() {
        Ok(error) => py.raise_instance(error),
        Err(raised) => raised,
    }
}
