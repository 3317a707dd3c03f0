//! `XMLParser`: feeds a target with the events of a document. With a plain `TreeBuilder` no Python code is called for them.

use core::cell::RefCell;

use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::Buffer;

use super::builder::Told;
use super::{PARSE_ERROR, TreeBuilder};
use crate::expat::{Code, Event, Interest, Options, Parser, Step, Symbol, Text};
use crate::pyexpat::{byte_map, text, text_or_none};

/// Characters that `_parse_whole` asks for at a time.
const READ_SIZE: usize = 64 * 1024;

/// The methods of a target that is no plain builder.
#[derive(Default)]
struct Handlers {
    start: Member<PyObject>,
    data: Member<PyObject>,
    end: Member<PyObject>,
    start_ns: Member<PyObject>,
    end_ns: Member<PyObject>,
    comment: Member<PyObject>,
    pi: Member<PyObject>,
    doctype: Member<PyObject>,
    close: Member<PyObject>,
}

impl Handlers {
    fn all(&self) -> [&Member<PyObject>; 9] {
        [
            &self.start,
            &self.data,
            &self.end,
            &self.start_ns,
            &self.end_ns,
            &self.comment,
            &self.pi,
            &self.doctype,
            &self.close,
        ]
    }
}

impl Traverse for Handlers {
    fn traverse(&self, visit: &mut Visitor<'_>) -> i32 {
        self.all().iter().map(|handler| handler.traverse(visit)).find(|stop| *stop != 0).unwrap_or(0)
    }

    fn clear_references(&self) {
        self.all().iter().for_each(|handler| handler.clear_references());
    }
}

/// `xml.etree.ElementTree.XMLParser`.
#[pyclass(module = "xml.etree.ElementTree", name = "XMLParser", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct XmlParser {
    base: PyObject,
    /// Nothing before `__init__`. Not borrowed while Python code may run.
    #[no_traverse]
    core: RefCell<Option<Box<Parser>>>,
    #[pymember("entity", object, readonly)]
    entity: Member<PyObject>,
    #[pymember("target", object, readonly)]
    target: Member<PyObject>,
    /// The target when it is a plain builder.
    builder: Member<TreeBuilder>,
    handlers: Handlers,
    interest: Cell<u32>,
    names: RefCell<Vec<Option<Ref<PyStr>>>>,
    running: Cell<bool>,
}

impl XmlParser {
    fn with_core<R>(&self, py: Py<'_>, work: impl FnOnce(&mut Parser) -> R) -> PyResult<R> {
        match self.core.borrow_mut().as_deref_mut() {
            Some(core) => Ok(work(core)),
            None => Err(raise!(py, ValueError, "XMLParser.__init__() wasn't called")),
        }
    }

    #[cold]
    fn error(&self, py: Py<'_>, code: Code, message: Option<&str>) -> Raised {
        let make = || -> PyResult<Ref<PyObject>> {
            let (line, column, _) = self.with_core(py, Parser::position)?;
            let text = message.unwrap_or_else(|| code.text());
            let text = PyStr::new(py, &format!("{text}: line {line}, column {column}"))?;
            let error = PARSE_ERROR.class(py)?.call(py, &[&text])?;
            error.set_attr(py, id!(py, "code"), &*(code as u8).into_py(py)?)?;
            let position = PyTuple::pair(py, line.into_py(py)?, column.into_py(py)?)?;
            error.set_attr(py, id!(py, "position"), &position)?;
            Ok(error)
        };
        match make() {
            Ok(error) => py.raise_instance(error),
            Err(raised) => raised,
        }
    }

    /// Parses a piece of the document.
    fn run(&self, py: Py<'_>, data: &[u8], is_final: bool) -> PyResult<()> {
        if self.running.replace(true) {
            bail!(py, RuntimeError, "cannot parse from within a handler");
        }
        let result = self.run_guarded(py, data, is_final);
        self.running.set(false);
        result
    }

    fn run_guarded(&self, py: Py<'_>, data: &[u8], is_final: bool) -> PyResult<()> {
        let fed = self.with_core(py, |core| core.feed(data, is_final))?;
        fed.map_err(|code| self.error(py, code, None))?;
        loop {
            let step = self.with_core(py, |core| core.next(Interest(self.interest.get())))?;
            match step {
                Ok(Step::Event(event)) => self.deliver(py, event)?,
                Ok(Step::More | Step::Finished) => return Ok(()),
                Err(code) => return Err(self.error(py, code, None)),
            }
        }
    }

    /// The string of a name: with its URI in braces.
    #[inline]
    fn symbol(&self, py: Py<'_>, symbol: Symbol) -> PyResult<Ref<PyStr>> {
        let known = self.names.borrow().get(symbol.index()).cloned().flatten();
        match known {
            Some(known) => Ok(known),
            None => self.new_name(py, symbol),
        }
    }

    #[cold]
    fn new_name(&self, py: Py<'_>, symbol: Symbol) -> PyResult<Ref<PyStr>> {
        let full = self.with_core(py, |core| {
            let name = core.name(symbol);
            if name.contains(&b'}') { [b"{", name].concat() } else { name.to_vec() }
        })?;
        let name = text(py, &full)?;
        let mut names = self.names.borrow_mut();
        if names.len() <= symbol.index() {
            names.resize_with(symbol.index() + 16, || None);
        }
        if let Some(slot) = names.get_mut(symbol.index()) {
            *slot = Some(name.clone());
        }
        Ok(name)
    }

    /// The attributes of the current element; nothing when it has none.
    fn attributes(&self, py: Py<'_>) -> PyResult<Option<Ref<PyDict>>> {
        let count = self.with_core(py, |core| core.attributes().len())?;
        if count == 0 {
            return Ok(None);
        }
        let dict = PyDict::new(py)?;
        for index in 0..count {
            let pair = self.with_core(py, |core| {
                let attribute = core.attributes().get(index)?;
                Some(text(py, core.bytes(&attribute.value)).map(|value| (attribute.name, value)))
            })?;
            let Some(pair) = pair else { break };
            let (name, value) = pair?;
            dict.set(py, &*self.symbol(py, name)?, &value)?;
        }
        Ok(Some(dict))
    }

    fn string(&self, py: Py<'_>, data: &Text) -> PyResult<Ref<PyStr>> {
        self.with_core(py, |core| text(py, core.bytes(data)))?
    }

    fn deliver(&self, py: Py<'_>, event: Event) -> PyResult<()> {
        let builder = self.builder.get();
        match event {
            Event::StartElement(name) => {
                let (tag, attrib) = (self.symbol(py, name)?, self.attributes(py)?);
                if let Some(builder) = builder {
                    return builder.start_element(py, &tag, attrib).map(drop);
                }
                let Some(start) = self.handlers.start.get() else { return Ok(()) };
                let attrib = match attrib {
                    Some(attrib) => attrib,
                    None => PyDict::new(py)?,
                };
                start.call(py, &[&tag, &attrib]).map(drop)
            }
            Event::EndElement(name) => {
                if let Some(builder) = builder {
                    return builder.end_element(py).map(drop);
                }
                let Some(end) = self.handlers.end.get() else { return Ok(()) };
                end.call(py, &[&*self.symbol(py, name)?]).map(drop)
            }
            Event::Characters(data) => {
                if let Some(builder) = builder {
                    return self.with_core(py, |core| builder.add_text(core.bytes(&data)));
                }
                let Some(handler) = self.handlers.data.get() else { return Ok(()) };
                handler.call(py, &[&*self.string(py, &data)?]).map(drop)
            }
            Event::Default(data) => self.default(py, &data),
            event => self.deliver_rare(py, event),
        }
    }

    /// Text that is nothing else: a reference to an entity that the document does not define, but perhaps our caller.
    fn default(&self, py: Py<'_>, data: &Text) -> PyResult<()> {
        let name = self.with_core(py, |core| match core.bytes(data) {
            [b'&', name @ .., _] => Some(name.to_vec()),
            _ => None,
        })?;
        let Some(name) = name else { return Ok(()) };
        let key = text(py, &name)?;
        let entities = self.entity.get().and_then(|entities| entities.downcast_into::<PyDict>().ok());
        let value = match entities {
            Some(entities) => entities.get(py, &key)?,
            None => None,
        };
        let Some(value) = value else {
            let shown = format!("undefined entity &{};", String::from_utf8_lossy(&name));
            return Err(self.error(py, Code::UndefinedEntity, Some(&shown)));
        };
        if let Some(builder) = self.builder.get() {
            return builder.call_method(py, id!(py, "data"), &[&value]).map(drop);
        }
        match self.handlers.data.get() {
            Some(handler) => handler.call(py, &[&value]).map(drop),
            None => Ok(()),
        }
    }

    fn deliver_rare(&self, py: Py<'_>, event: Event) -> PyResult<()> {
        let or_empty = |bytes: Option<Vec<u8>>| text(py, &bytes.unwrap_or_default()).map(Ref::upcast);
        let or_none = |bytes: Option<Vec<u8>>| match bytes {
            Some(bytes) => text(py, &bytes).map(Ref::upcast),
            None => Ok(py.none()),
        };
        let builder = self.builder.get();
        match event {
            Event::Comment(data) => {
                let data = text(py, &data)?;
                match (builder, self.handlers.comment.get()) {
                    (Some(builder), _) => builder.add_comment(py, &data).map(drop),
                    (None, Some(handler)) => handler.call(py, &[&data]).map(drop),
                    _ => Ok(()),
                }
            }
            Event::ProcessingInstruction { target, data } => {
                let (target, data) = (text(py, &target)?, text(py, &data)?);
                match (builder, self.handlers.pi.get()) {
                    (Some(builder), _) => builder.add_instruction(py, &target, &data).map(drop),
                    (None, Some(handler)) => handler.call(py, &[&target, &data]).map(drop),
                    _ => Ok(()),
                }
            }
            Event::StartNamespace { prefix, uri } => {
                let (prefix, uri) = (or_empty(prefix)?, or_empty(uri)?);
                match (builder, self.handlers.start_ns.get()) {
                    (Some(builder), _) => builder.add_namespace(py, prefix, uri),
                    (None, Some(handler)) => handler.call(py, &[&prefix, &uri]).map(drop),
                    _ => Ok(()),
                }
            }
            Event::EndNamespace { prefix } => match (builder, self.handlers.end_ns.get()) {
                (Some(builder), _) => builder.end_namespace(py),
                (None, Some(handler)) => handler.call(py, &[&*or_empty(prefix)?]).map(drop),
                _ => Ok(()),
            },
            Event::StartDoctype { name, system_id, public_id, .. } => {
                let (name, public, system) = (text(py, &name)?, or_none(public_id)?, or_none(system_id)?);
                if let Some(handler) = self.handlers.doctype.get() {
                    return handler.call(py, &[&name, &public, &system]).map(drop);
                }
                self.warn_of_own_doctype(py)
            }
            Event::UnknownEncoding(name) => {
                let map = byte_map(py, &name)?;
                let set = self.with_core(py, |core| core.set_byte_map(Some(map)))?;
                set.map_err(|code| self.error(py, code, None))
            }
            _ => Ok(()),
        }
    }

    fn warn_of_own_doctype(&self, py: Py<'_>) -> PyResult<()> {
        if self.get_attr_optional(py, id!(py, "doctype"))?.is_none() {
            return Ok(());
        }
        krait_interp::warnings::warn(
            py,
            types::RuntimeWarning(),
            "The doctype() method of XMLParser is ignored.  Define doctype() method on the TreeBuilder target.",
            1,
        )
    }

    /// What is left to do at the end of the document.
    fn finish(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.run(py, &[], true)?;
        if let Some(builder) = self.builder.get() {
            return Ok(builder.finished(py));
        }
        match self.handlers.close.get() {
            Some(close) => close.call(py, &[]),
            None => Ok(py.none()),
        }
    }

    fn want(&self, more: Interest) {
        self.interest.set(self.interest.get() | more.0);
    }

    /// Looks up what the target can do.
    fn take_target(&self, py: Py<'_>, target: Ref<PyObject>) -> PyResult<()> {
        self.interest.set(Interest::UNKNOWN_ENCODING.0);
        for interest in [
            Interest::START_ELEMENT,
            Interest::END_ELEMENT,
            Interest::DEFAULT_EXPAND,
            Interest::CHARACTERS,
            Interest::START_DOCTYPE,
        ] {
            self.want(interest);
        }
        let names = [
            (id!(py, "start"), &self.handlers.start),
            (id!(py, "data"), &self.handlers.data),
            (id!(py, "end"), &self.handlers.end),
            (id!(py, "start_ns"), &self.handlers.start_ns),
            (id!(py, "end_ns"), &self.handlers.end_ns),
            (id!(py, "comment"), &self.handlers.comment),
            (id!(py, "pi"), &self.handlers.pi),
            (id!(py, "close"), &self.handlers.close),
            (id!(py, "doctype"), &self.handlers.doctype),
        ];
        for (name, slot) in names {
            drop(slot.replace(target.get_attr_optional(py, name)?));
        }
        if self.handlers.start_ns.is_some() || self.handlers.end_ns.is_some() {
            self.want(Interest::START_NAMESPACE);
            self.want(Interest::END_NAMESPACE);
        }
        if self.handlers.comment.is_some() {
            self.want(Interest::COMMENT);
        }
        if self.handlers.pi.is_some() {
            self.want(Interest::PROCESSING_INSTRUCTION);
        }
        drop(self.builder.replace(target.downcast_exact::<TreeBuilder>().map(PyClass::new_ref)));
        self.target.set(target);
        Ok(())
    }
}

#[pymethods]
impl XmlParser {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        XmlParser {
            base: PyObject::HEADER,
            core: RefCell::new(None),
            entity: Member::empty(),
            target: Member::empty(),
            builder: Member::empty(),
            handlers: Handlers::default(),
            interest: Cell::new(0),
            names: RefCell::default(),
            running: Cell::new(false),
        }
        .alloc(py, cls)
    }

    #[init]
    #[sig("(*, target=None, encoding=None)")]
    fn parser_init(
        &self,
        py: Py<'_>,
        target: Option<&PyObject>,
        encoding: Option<&PyObject>,
    ) -> PyResult<()> {
        if self.running.get() {
            bail!(py, RuntimeError, "cannot parse from within a handler");
        }
        let encoding = match text_or_none(py, encoding, "XMLParser() argument 'encoding'")? {
            Some(encoding) => Some(encoding.to_utf8(py)?.as_bytes().to_vec()),
            None => None,
        };
        self.entity.set(PyDict::new(py)?.upcast());
        let target = match target.filter(|target| !target.is_none()) {
            Some(target) => target.to_ref(),
            None => TreeBuilder::plain(py)?.upcast(),
        };
        self.take_target(py, target)?;
        self.names.borrow_mut().clear();
        let options = Options { encoding, separator: Some(b"}".to_vec()) };
        *self.core.borrow_mut() = Some(Box::new(Parser::new(options)));
        Ok(())
    }

    #[pymethod]
    #[sig("($self, data, /)")]
    fn feed(&self, py: Py<'_>, data: &PyObject) -> PyResult<()> {
        self.with_core(py, |_| ())?;
        if let Some(data) = data.downcast::<PyStr>() {
            let data = data.to_utf8(py)?;
            self.with_core(py, |core| core.set_encoding(b"utf-8"))?;
            return self.run(py, data.as_bytes(), false);
        }
        let buffer = Buffer::new(py, data)?;
        self.run(py, buffer.as_bytes(), false)
    }

    #[pymethod]
    fn close(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.finish(py)
    }

    #[pymethod]
    fn flush(&self, py: Py<'_>) -> PyResult<()> {
        let deferral = self.with_core(py, |core| {
            let deferral = core.deferral();
            core.set_deferral(false);
            deferral
        })?;
        let result = self.run(py, &[], false);
        self.with_core(py, |core| core.set_deferral(deferral))?;
        result
    }

    #[pymethod]
    #[sig("($self, file, /)")]
    fn _parse_whole(&self, py: Py<'_>, file: &PyObject) -> PyResult<Ref<PyObject>> {
        self.with_core(py, |_| ())?;
        let read = file.get_attr(py, id!(py, "read"))?;
        let size = READ_SIZE.into_py(py)?;
        loop {
            let piece = read.call(py, &[&size])?;
            if let Some(piece) = piece.downcast::<PyStr>() {
                if piece.is_empty() {
                    break;
                }
                self.with_core(py, |core| core.set_encoding(b"utf-8"))?;
                self.run(py, &piece.to_wtf8(), false)?;
                continue;
            }
            match piece.downcast_exact::<PyBytes>() {
                Some(bytes) if !bytes.is_empty() => self.run(py, bytes.as_bytes(), false)?,
                _ => break,
            }
        }
        self.run(py, &[], true)?;
        Ok(self.builder.get().map_or_else(|| py.none(), |builder| builder.finished(py)))
    }

    #[pymethod]
    #[sig("($self, events_queue, events_to_report=None, /)")]
    fn _setevents(
        &self,
        py: Py<'_>,
        events_queue: &PyObject,
        events_to_report: Option<&PyObject>,
    ) -> PyResult<()> {
        self.with_core(py, |_| ())?;
        let Some(builder) = self.builder.get() else {
            bail!(py, TypeError, "event handling only supported for ElementTree.TreeBuilder targets");
        };
        builder.tell_events_to(events_queue.get_attr(py, id!(py, "append"))?);
        let Some(events) = events_to_report.filter(|events| !events.is_none()) else {
            builder.want(Told::End, PyStr::new(py, "end")?.upcast());
            return Ok(());
        };
        let Ok(events) = events.iter(py).and_then(|events| events.collect(py)) else {
            if let Some(error) = py.take_error() {
                drop(error);
            }
            bail!(py, TypeError, "events must be a sequence");
        };
        for event in events {
            let name = match event.downcast::<PyStr>() {
                Some(name) => name.new_ref(),
                None => match event.downcast::<PyBytes>() {
                    Some(name) => PyStr::from_latin1(py, name.as_bytes())?,
                    None => bail!(py, ValueError, "invalid events sequence"),
                },
            };
            let Some(told) = Told::named(&name) else {
                bail!(py, ValueError, "unknown event '{}'", &*name.to_string_lossy());
            };
            builder.want(told, event.clone());
            match told {
                Told::StartNamespace => self.want(Interest::START_NAMESPACE),
                Told::EndNamespace => self.want(Interest::END_NAMESPACE),
                Told::Comment => self.want(Interest::COMMENT),
                Told::Instruction => self.want(Interest::PROCESSING_INSTRUCTION),
                Told::Start | Told::End => {}
            }
        }
        Ok(())
    }

    #[getter]
    fn version(&self, _py: Py<'_>) -> &'static str {
        "Expat 2.9.0"
    }
}
