//! Module `pyexpat`: the parser with a handler for each event.

mod deliver;
mod handlers;
mod limits;
mod parser;

pub use parser::XmlParser;

use krait_runtime::local::{InterpreterLocal, new_exception_class};
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;

use crate::expat::{Code, Parser};

/// `xml.parsers.expat.ExpatError`.
static ERROR: InterpreterLocal = InterpreterLocal::new(|py| {
    new_exception_class(py, "xml.parsers.expat.ExpatError", None, &[types::Exception()])
});

/// Raises the error of a parser; `message` instead of the code's own text and the place.
#[cold]
fn raise_code(py: Py<'_>, core: &mut Parser, code: Code, message: Option<&str>) -> Raised {
    let (line, column, _) = core.position();
    let make = || -> PyResult<Ref<PyObject>> {
        let text = match message {
            Some(message) => PyStr::new(py, message)?,
            None => PyStr::new(py, &format!("{}: line {line}, column {column}", code.text()))?,
        };
        let error = ERROR.class(py)?.call(py, &[&text])?;
        error.set_attr(py, id!(py, "code"), &*(code as u8).into_py(py)?)?;
        error.set_attr(py, id!(py, "offset"), &*column.into_py(py)?)?;
        error.set_attr(py, id!(py, "lineno"), &*line.into_py(py)?)?;
        Ok(error)
    };
    match make() {
        Ok(error) => py.raise_instance(error),
        Err(raised) => raised,
    }
}

/// A string from the parser's UTF-8.
pub(crate) fn text(py: Py<'_>, bytes: &[u8]) -> PyResult<Ref<PyStr>> {
    if bytes.is_ascii() { PyStr::from_ascii(py, bytes) } else { PyStr::from_wtf8(py, bytes) }
}

/// A string, or nothing for `None` and an argument that is not there.
pub(crate) fn text_or_none<'a>(
    py: Py<'_>,
    argument: Option<&'a PyObject>,
    what: &str,
) -> PyResult<Option<&'a PyStr>> {
    let Some(argument) = argument.filter(|argument| !argument.is_none()) else { return Ok(None) };
    match argument.downcast::<PyStr>() {
        Some(text) => Ok(Some(text)),
        None => Err(raise!(py, TypeError, "{what} must be str or None, not {}", argument.ty().name())),
    }
}

/// What each byte of an encoding that Python knows stands for.
pub(crate) fn byte_map(py: Py<'_>, name: &[u8]) -> PyResult<crate::expat::ByteMap> {
    let all: Vec<u8> = (0..=u8::MAX).collect();
    let bytes = PyBytes::new(py, &all)?;
    let decoded = bytes.call_method(py, id!(py, "decode"), &[&*text(py, name)?, id!(py, "replace")])?;
    let Some(decoded) = decoded.downcast::<PyStr>().filter(|text| text.len() == 256) else {
        bail!(py, ValueError, "multi-byte encodings are not supported");
    };
    let mut map = Box::new([-1; 256]);
    for (slot, c) in map.iter_mut().zip(decoded.code_points()) {
        if c != 0xFFFD {
            *slot = c as i32;
        }
    }
    Ok(map)
}

/// A submodule, known to the import system by its full name.
fn submodule(py: Py<'_>, parent: &PyModule, name: &str, doc: &str) -> PyResult<Ref<PyModule>> {
    let full = PyStr::new(py, &format!("pyexpat.{name}"))?;
    let module = PyModule::new(py, &full)?;
    module.add(py, "__doc__", &*PyStr::new(py, doc)?)?;
    let sys = krait_interp::import::import_module(py, "sys")?;
    sys.get_attr(py, id!(py, "modules"))?.set_item(py, &full, &module)?;
    parent.add(py, name, &module)?;
    Ok(module)
}

fn add_errors(py: Py<'_>, parent: &PyModule) -> PyResult<()> {
    let module = submodule(py, parent, "errors", "Constants used to describe error conditions.")?;
    let (codes, messages) = (PyDict::new(py)?, PyDict::new(py)?);
    for &(code, constant, message) in Code::ALL {
        let (number, message) = (code.into_py(py)?, PyStr::new(py, message)?);
        module.add(py, constant, &message)?;
        codes.set(py, &message, &number)?;
        messages.set(py, &number, &message)?;
    }
    module.add(py, "codes", &codes)?;
    module.add(py, "messages", &messages)
}

fn add_model(py: Py<'_>, parent: &PyModule) -> PyResult<()> {
    let module = submodule(py, parent, "model", "Constants used to interpret content model information.")?;
    let constants = [
        ("XML_CTYPE_EMPTY", 1),
        ("XML_CTYPE_ANY", 2),
        ("XML_CTYPE_MIXED", 3),
        ("XML_CTYPE_NAME", 4),
        ("XML_CTYPE_CHOICE", 5),
        ("XML_CTYPE_SEQ", 6),
        ("XML_CQUANT_NONE", 0),
        ("XML_CQUANT_OPT", 1),
        ("XML_CQUANT_REP", 2),
        ("XML_CQUANT_PLUS", 3),
    ];
    for (name, value) in constants {
        module.add(py, name, &*value.into_py(py)?)?;
    }
    Ok(())
}

/// Expat's build-time facts.
fn features(py: Py<'_>) -> PyResult<Ref<PyList>> {
    let known = [
        ("sizeof(XML_Char)", 1_i64),
        ("sizeof(XML_LChar)", 1),
        ("XML_DTD", 0),
        ("XML_CONTEXT_BYTES", 1024),
        ("XML_NS", 0),
        ("XML_BLAP_MAX_AMP", 100),
        ("XML_BLAP_ACT_THRES", 8 << 20),
        ("XML_GE", 0),
        ("XML_AT_MAX_AMP", 100),
        ("XML_AT_ACT_THRES", 64 << 20),
    ];
    let list = PyList::new(py)?;
    for (name, value) in known {
        list.append(py, PyTuple::pair(py, name.into_py(py)?, value.into_py(py)?)?.upcast())?;
    }
    Ok(list)
}

/// The module.
#[pymodule(name = "pyexpat")]
pub mod pyexpat {
    use super::{ERROR, XmlParser};
    use crate::expat::Code;
    use krait_runtime::prelude::*;

    #[pyattr]
    const XML_PARAM_ENTITY_PARSING_NEVER: i32 = 0;
    #[pyattr]
    const XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE: i32 = 1;
    #[pyattr]
    const XML_PARAM_ENTITY_PARSING_ALWAYS: i32 = 2;

    #[pyattr(name = "EXPAT_VERSION")]
    fn expat_version(_py: Py<'_>) -> &'static str {
        "expat_2.9.0"
    }

    #[pyattr]
    fn native_encoding(_py: Py<'_>) -> &'static str {
        "UTF-8"
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "XMLParserType", PyType::ready::<XmlParser>(py)?)?;
        let error = ERROR.get(py)?;
        module.add(py, "error", &error)?;
        module.add(py, "ExpatError", &error)?;
        let version = [2_i32.into_py(py)?, 9_i32.into_py(py)?, 0_i32.into_py(py)?];
        module.add(py, "version_info", &*PyTuple::from_vec(py, version.to_vec())?)?;
        module.add(py, "features", &*super::features(py)?)?;
        super::add_errors(py, module)?;
        super::add_model(py, module)
    }

    #[pyfunction(name = "ErrorString")]
    #[sig("(code, /)")]
    fn error_string(_py: Py<'_>, code: i64) -> Option<&'static str> {
        Code::describe(code)
    }

    #[pyfunction(name = "ParserCreate")]
    #[sig("(encoding=None, namespace_separator=None, intern=None)")]
    fn parser_create(
        py: Py<'_>,
        encoding: Option<&PyObject>,
        namespace_separator: Option<&PyObject>,
        intern: Option<&PyObject>,
    ) -> PyResult<Ref<XmlParser>> {
        let encoding = super::text_or_none(py, encoding, "ParserCreate() argument 'encoding'")?;
        let separator =
            super::text_or_none(py, namespace_separator, "ParserCreate() argument 'namespace_separator'")?;
        if separator.is_some_and(|separator| separator.len() > 1) {
            bail!(py, ValueError, "namespace_separator must be at most one character, omitted, or None");
        }
        let intern = match intern {
            None => PyDict::new(py)?.upcast(),
            Some(intern) if intern.is_none() || PyDict::check(intern) => intern.to_ref(),
            Some(_) => bail!(py, TypeError, "intern must be a dictionary"),
        };
        let encoding = match encoding {
            Some(encoding) => Some(encoding.to_utf8(py)?.as_bytes().to_vec()),
            None => None,
        };
        let separator = match separator {
            Some(separator) => Some(separator.to_utf8(py)?.as_bytes().to_vec()),
            None => None,
        };
        XmlParser::make(py, crate::expat::Options { encoding, separator }, intern)
    }
}
