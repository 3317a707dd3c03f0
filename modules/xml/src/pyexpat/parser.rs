//! `pyexpat.xmlparser`: the object, its settings and methods. Not here: handlers as attributes (`handlers.rs`), calling them
//! (`deliver.rs`).

use core::cell::RefCell;

use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::Buffer;

use super::handlers::HANDLERS;
use super::raise_code;
use crate::expat::{Code, Interest, Options, ParamEntityParsing, Parser};

/// Bytes that `ParseFile` asks for at a time.
const READ_SIZE: usize = 2048;
const BUFFER_SIZE: usize = 8192;

/// The parser and the strings made of its names. Not borrowed while a handler runs.
pub struct Core(pub RefCell<Parser>);

impl Traverse for Core {
    fn traverse(&self, _visit: &mut Visitor<'_>) -> i32 {
        0
    }
}

/// The buffer of character data: nothing when data is told as it comes.
#[derive(Default)]
pub struct TextBuffer(pub Vec<u8>);

/// `pyexpat.xmlparser`.
#[pyclass(module = "pyexpat", name = "xmlparser", gc, disallow_instantiation, heap, immutable)]
#[repr(C)]
pub struct XmlParser {
    base: PyObject,
    #[no_traverse]
    pub(super) core: Core,
    pub(super) handlers: [Member<PyObject>; HANDLERS],
    /// Which of the two default handlers was set last.
    pub(super) default_handler: Cell<u32>,
    /// The events that have handlers.
    pub(super) known_interest: Cell<u32>,
    #[pymember("intern", object, readonly)]
    pub(super) intern: Member<PyObject>,
    /// The strings of the parser's names, by their numbers.
    pub(super) names: RefCell<Vec<Option<Ref<PyStr>>>>,
    pub(super) in_callback: Cell<bool>,
    pub(super) ordered_attributes: Cell<bool>,
    pub(super) specified_attributes: Cell<bool>,
    namespace_prefixes: Cell<bool>,
    pub(super) buffers_text: Cell<bool>,
    pub(super) buffer_size: Cell<usize>,
    #[no_traverse]
    pub(super) buffer: RefCell<TextBuffer>,
}

impl XmlParser {
    /// A parser of a document.
    pub fn make(py: Py<'_>, options: Options, intern: Ref<PyObject>) -> PyResult<Ref<XmlParser>> {
        XmlParser::over(py, Parser::new(options), intern)
    }

    fn over(py: Py<'_>, core: Parser, intern: Ref<PyObject>) -> PyResult<Ref<XmlParser>> {
        PyType::ready::<XmlParser>(py)?;
        XmlParser {
            base: PyObject::HEADER,
            core: Core(RefCell::new(core)),
            handlers: [const { Member::empty() }; HANDLERS],
            default_handler: Cell::new(0),
            known_interest: Cell::new(Interest::UNKNOWN_ENCODING.0),
            intern: Member::new(intern),
            names: RefCell::default(),
            in_callback: Cell::new(false),
            ordered_attributes: Cell::new(false),
            specified_attributes: Cell::new(false),
            namespace_prefixes: Cell::new(false),
            buffers_text: Cell::new(false),
            buffer_size: Cell::new(BUFFER_SIZE),
            buffer: RefCell::default(),
        }
        .alloc_exact(py)
    }

    pub(super) fn error(&self, py: Py<'_>, code: Code, message: Option<&str>) -> Raised {
        raise_code(py, &mut self.core.0.borrow_mut(), code, message)
    }

    fn position(&self) -> (usize, usize, Option<usize>) {
        self.core.0.borrow_mut().position()
    }

    /// Refuses to parse from within a handler.
    fn enter(&self, py: Py<'_>, method: &str) -> PyResult<()> {
        if self.in_callback.get() {
            bail!(py, RuntimeError, "cannot call {method}() from within a handler");
        }
        Ok(())
    }

    fn utf8(py: Py<'_>, text: &PyStr) -> PyResult<Vec<u8>> {
        Ok(text.to_utf8(py)?.as_bytes().to_vec())
    }
}

#[pymethods(parts(handlers, limits))]
impl XmlParser {
    #[pymethod(name = "Parse")]
    #[sig("($self, data, isfinal=False, /)")]
    fn parse(&self, py: Py<'_>, data: &PyObject, #[default(false)] isfinal: bool) -> PyResult<i32> {
        self.enter(py, "Parse")?;
        if let Some(text) = data.downcast::<PyStr>() {
            self.core.0.borrow_mut().set_encoding(b"utf-8");
            let text = text.to_utf8(py)?;
            self.run(py, text.as_bytes(), isfinal)?;
        } else {
            let buffer = Buffer::new(py, data)?;
            self.run(py, buffer.as_bytes(), isfinal)?;
        }
        Ok(1)
    }

    #[pymethod(name = "ParseFile")]
    #[sig("($self, file, /)")]
    fn parse_file(&self, py: Py<'_>, file: &PyObject) -> PyResult<i32> {
        self.enter(py, "ParseFile")?;
        let Some(read) = file.get_attr_optional(py, id!(py, "read"))? else {
            bail!(py, TypeError, "argument must have 'read' attribute");
        };
        let size = READ_SIZE.into_py(py)?;
        loop {
            let piece = read.call(py, &[&size])?;
            let bytes = if PyBytes::check(&piece) || PyByteArray::check(&piece) {
                piece.buffer_bytes(py)?
            } else {
                bail!(py, TypeError, "read() did not return a bytes object (type={})", piece.ty().name());
            };
            if bytes.len() > READ_SIZE {
                bail!(
                    py,
                    ValueError,
                    "read() returned too much data: {READ_SIZE} bytes requested, {} returned",
                    bytes.len()
                );
            }
            self.enter(py, "ParseFile")?;
            self.run(py, &bytes, bytes.is_empty())?;
            if bytes.is_empty() {
                return Ok(1);
            }
        }
    }

    #[pymethod(name = "SetBase")]
    #[sig("($self, base, /)")]
    fn set_base(&self, py: Py<'_>, base: &PyStr) -> PyResult<()> {
        let base = XmlParser::utf8(py, base)?;
        self.core.0.borrow_mut().set_base(base);
        Ok(())
    }

    #[pymethod(name = "GetBase")]
    fn get_base(&self, py: Py<'_>) -> PyResult<Option<Ref<PyStr>>> {
        let base = self.core.0.borrow().base().map(<[u8]>::to_vec);
        base.map(|base| super::text(py, &base)).transpose()
    }

    #[pymethod(name = "GetInputContext")]
    fn get_input_context(&self, _py: Py<'_>) -> Option<Vec<u8>> {
        if self.in_callback.get() { self.core.0.borrow().input_context() } else { None }
    }

    #[pymethod(name = "ExternalEntityParserCreate")]
    #[sig("($self, context, encoding=None, /)")]
    fn external(&self, py: Py<'_>, context: &PyObject, encoding: Option<&PyStr>) -> PyResult<Ref<XmlParser>> {
        let context = super::text_or_none(py, Some(context), "ExternalEntityParserCreate() argument 1")?;
        let context = context.map(|context| XmlParser::utf8(py, context)).transpose()?;
        let encoding = encoding.map(|encoding| XmlParser::utf8(py, encoding)).transpose()?;
        let core = self.core.0.borrow().external(context.as_deref(), encoding);
        let made = XmlParser::over(py, core, self.intern.get().unwrap_or_else(|| py.none()))?;
        for (new, old) in made.handlers.iter().zip(&self.handlers) {
            drop(new.replace(old.get()));
        }
        made.default_handler.set(self.default_handler.get());
        made.known_interest.set(self.known_interest.get());
        made.ordered_attributes.set(self.ordered_attributes.get());
        made.specified_attributes.set(self.specified_attributes.get());
        made.namespace_prefixes.set(self.namespace_prefixes.get());
        made.buffers_text.set(self.buffers_text.get());
        made.buffer_size.set(self.buffer_size.get());
        Ok(made)
    }

    #[pymethod(name = "SetParamEntityParsing")]
    #[sig("($self, flag, /)")]
    fn set_param_entity_parsing(&self, _py: Py<'_>, flag: i32) -> i32 {
        let choice = match flag {
            0 => ParamEntityParsing::Never,
            1 => ParamEntityParsing::UnlessStandalone,
            2 => ParamEntityParsing::Always,
            _ => return 0,
        };
        i32::from(self.core.0.borrow_mut().set_parameter_entities(choice))
    }

    #[pymethod(name = "UseForeignDTD")]
    #[sig("($self, flag=True, /)")]
    fn use_foreign_dtd(&self, py: Py<'_>, #[default(true)] flag: bool) -> PyResult<()> {
        let set = self.core.0.borrow_mut().use_foreign_dtd(flag);
        set.map_err(|code| self.error(py, code, None))
    }

    #[pymethod(name = "SetReparseDeferralEnabled")]
    #[sig("($self, enabled, /)")]
    fn set_reparse_deferral_enabled(&self, _py: Py<'_>, enabled: bool) {
        self.core.0.borrow_mut().set_deferral(enabled);
    }

    #[pymethod(name = "GetReparseDeferralEnabled")]
    fn get_reparse_deferral_enabled(&self, _py: Py<'_>) -> bool {
        self.core.0.borrow().deferral()
    }

    #[getter(name = "ErrorCode")]
    fn error_code(&self, _py: Py<'_>) -> i32 {
        self.core.0.borrow().failure().map_or(0, |code| code as i32)
    }

    #[getter(name = "ErrorLineNumber")]
    #[getter(name = "CurrentLineNumber")]
    fn line(&self, _py: Py<'_>) -> usize {
        self.position().0
    }

    #[getter(name = "ErrorColumnNumber")]
    #[getter(name = "CurrentColumnNumber")]
    fn column(&self, _py: Py<'_>) -> usize {
        self.position().1
    }

    #[getter(name = "ErrorByteIndex")]
    #[getter(name = "CurrentByteIndex")]
    fn byte_index(&self, _py: Py<'_>) -> i64 {
        self.position().2.map_or(-1, |raw| raw as i64)
    }

    #[getter]
    fn buffer_text(&self, _py: Py<'_>) -> bool {
        self.buffers_text.get()
    }

    #[setter]
    fn set_buffer_text(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let buffers = flag(py, value)?;
        if !buffers {
            self.flush(py)?;
        }
        self.buffers_text.set(buffers);
        Ok(())
    }

    #[getter]
    fn buffer_size(&self, _py: Py<'_>) -> usize {
        self.buffer_size.get()
    }

    #[setter]
    fn set_buffer_size(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let Some(value) = value else { return Err(cannot_delete(py)) };
        let Some(size) = value.downcast::<PyInt>() else {
            bail!(py, TypeError, "buffer_size must be an integer");
        };
        let Some(size) = size.as_i64() else {
            bail!(py, OverflowError, "Python int too large to convert to C long");
        };
        if size <= 0 {
            bail!(py, ValueError, "buffer_size must be greater than zero");
        }
        if size > i64::from(i32::MAX) {
            bail!(py, ValueError, "buffer_size must not be greater than {}", i32::MAX);
        }
        if size as usize != self.buffer_size.get() {
            if self.buffers_text.get() {
                self.flush(py)?;
            }
            self.buffer_size.set(size as usize);
        }
        Ok(())
    }

    #[getter]
    fn buffer_used(&self, _py: Py<'_>) -> usize {
        self.buffer.borrow().0.len()
    }

    #[getter]
    fn namespace_prefixes(&self, _py: Py<'_>) -> bool {
        self.namespace_prefixes.get()
    }

    #[setter]
    fn set_namespace_prefixes(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        self.namespace_prefixes.set(flag(py, value)?);
        self.core.0.borrow_mut().set_triplets(self.namespace_prefixes.get());
        Ok(())
    }

    #[getter]
    fn ordered_attributes(&self, _py: Py<'_>) -> bool {
        self.ordered_attributes.get()
    }

    #[setter]
    fn set_ordered_attributes(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        self.ordered_attributes.set(flag(py, value)?);
        Ok(())
    }

    #[getter]
    fn specified_attributes(&self, _py: Py<'_>) -> bool {
        self.specified_attributes.get()
    }

    #[setter]
    fn set_specified_attributes(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        self.specified_attributes.set(flag(py, value)?);
        Ok(())
    }
}

#[cold]
pub(super) fn cannot_delete(py: Py<'_>) -> Raised {
    raise!(py, RuntimeError, "Cannot delete attribute")
}

fn flag(py: Py<'_>, value: Option<&PyObject>) -> PyResult<bool> {
    match value {
        Some(value) => value.is_true(py),
        None => Err(cannot_delete(py)),
    }
}
