//! Runs the parser and calls the handlers of its events.

use krait_runtime::prelude::*;

use super::{XmlParser, byte_map, text};
use crate::expat::{ContentModel, Event, Interest, Step, Symbol, Text};

type Bytes = Option<Vec<u8>>;

impl XmlParser {
    /// Parses a piece of the document.
    pub(super) fn run(&self, py: Py<'_>, data: &[u8], is_final: bool) -> PyResult<()> {
        let fed = self.core.0.borrow_mut().feed(data, is_final);
        fed.map_err(|code| self.error(py, code, None))?;
        loop {
            let step = self.core.0.borrow_mut().next(Interest(self.known_interest.get()));
            match step {
                Ok(Step::Event(event)) => {
                    if let Err(raised) = self.deliver(py, event) {
                        return Err(self.drain(py, raised));
                    }
                }
                Ok(Step::More | Step::Finished) => break,
                Err(code) => return Err(self.error(py, code, None)),
            }
        }
        self.flush(py)
    }

    /// After an exception the rest of the piece is read without anybody being told.
    #[cold]
    fn drain(&self, py: Py<'_>, raised: Raised) -> Raised {
        py.preserving_error(|| self.clear_handlers());
        self.buffer.borrow_mut().0.clear();
        let mut core = self.core.0.borrow_mut();
        while let Ok(Step::Event(event)) = core.next(Interest::default()) {
            // What needs an answer was asked before the handlers were gone.
            let answered = match event {
                Event::ExternalEntity(_) => core.external_entity_read(false, Interest::default()),
                Event::UnknownEncoding(_) => core.set_byte_map(None),
                _ => Ok(()),
            };
            if answered.is_err() {
                break;
            }
        }
        raised
    }

    /// Tells the character data that has been put together.
    pub(super) fn flush(&self, py: Py<'_>) -> PyResult<()> {
        if self.buffer.borrow().0.is_empty() {
            return Ok(());
        }
        let data = core::mem::take(&mut self.buffer.borrow_mut().0);
        let told = match self.handler(Interest::CHARACTERS) {
            Some(handler) => self.call_one(py, &handler, &*text(py, &data)?),
            None => Ok(()),
        };
        let mut room = self.buffer.borrow_mut();
        if room.0.is_empty() {
            // Keeps the memory for the next text.
            room.0 = data;
            room.0.clear();
        }
        told
    }

    fn add_characters(&self, py: Py<'_>, data: Text) -> PyResult<()> {
        if !self.buffers_text.get() {
            let Some(handler) = self.handler(Interest::CHARACTERS) else { return Ok(()) };
            let data = text(py, self.core.0.borrow().bytes(&data))?;
            return self.call_one(py, &handler, &data);
        }
        let (used, size) = (self.buffer.borrow().0.len(), self.buffer_size.get());
        let length = self.core.0.borrow().bytes(&data).len();
        if used + length > size {
            self.flush(py)?;
            // The handler may have been taken away meanwhile.
            let Some(handler) = self.handler(Interest::CHARACTERS) else { return Ok(()) };
            if length > size {
                let data = text(py, self.core.0.borrow().bytes(&data))?;
                return self.call_one(py, &handler, &data);
            }
        }
        let core = self.core.0.borrow();
        self.buffer.borrow_mut().0.extend_from_slice(core.bytes(&data));
        Ok(())
    }

    fn call(&self, py: Py<'_>, handler: &PyObject, args: &[&PyObject]) -> PyResult<Ref<PyObject>> {
        let before = self.in_callback.replace(true);
        let result = handler.call(py, args);
        self.in_callback.set(before);
        result
    }

    fn call_one(&self, py: Py<'_>, handler: &PyObject, arg: &PyObject) -> PyResult<()> {
        self.call(py, handler, &[arg]).map(drop)
    }

    /// The string of a name, one and the same each time.
    fn symbol(&self, py: Py<'_>, symbol: Symbol) -> PyResult<Ref<PyStr>> {
        if let Some(Some(known)) = self.names.borrow().get(symbol.index()) {
            return Ok(known.clone());
        }
        let name = text(py, self.core.0.borrow().name(symbol))?;
        let name = self.interned(py, name)?;
        let mut names = self.names.borrow_mut();
        if names.len() <= symbol.index() {
            names.resize_with(symbol.index() + 1, || None);
        }
        if let Some(slot) = names.get_mut(symbol.index()) {
            *slot = Some(name.clone());
        }
        Ok(name)
    }

    /// The string of the intern dictionary that equals `name`.
    fn interned(&self, py: Py<'_>, name: Ref<PyStr>) -> PyResult<Ref<PyStr>> {
        let Some(intern) = self.intern.get().and_then(|intern| intern.downcast_into::<PyDict>().ok()) else {
            return Ok(name);
        };
        match intern.get(py, &name)? {
            Some(known) => Ok(known.downcast_into::<PyStr>().unwrap_or(name)),
            None => {
                intern.set(py, &name, &name)?;
                Ok(name)
            }
        }
    }

    fn named(&self, py: Py<'_>, name: &[u8]) -> PyResult<Ref<PyObject>> {
        self.interned(py, text(py, name)?).map(Ref::upcast)
    }

    /// The attributes of the current element, as a dict or a list.
    fn attributes(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let attributes = {
            let core = self.core.0.borrow();
            let count =
                if self.specified_attributes.get() { core.specified() } else { core.attributes().len() };
            let chosen = core.attributes().get(..count).unwrap_or_default();
            let pair = |attribute: &crate::expat::Attribute| {
                text(py, core.bytes(&attribute.value)).map(|value| (attribute.name, value))
            };
            chosen.iter().map(pair).collect::<PyResult<Vec<_>>>()?
        };
        if self.ordered_attributes.get() {
            let mut list = Vec::with_capacity(attributes.len() * 2);
            for (name, value) in attributes {
                list.push(self.symbol(py, name)?.upcast());
                list.push(value.upcast());
            }
            return PyList::from_vec(py, list).map(Ref::upcast);
        }
        let dict = PyDict::new(py)?;
        for (name, value) in attributes {
            dict.set(py, &*self.symbol(py, name)?, &value)?;
        }
        Ok(dict.upcast())
    }

    fn deliver(&self, py: Py<'_>, event: Event) -> PyResult<()> {
        match event {
            Event::Characters(data) => self.add_characters(py, data),
            Event::StartElement(name) => {
                self.flush(py)?;
                let Some(handler) = self.handler(Interest::START_ELEMENT) else { return Ok(()) };
                let (name, attributes) = (self.symbol(py, name)?, self.attributes(py)?);
                self.call(py, &handler, &[&name, &attributes]).map(drop)
            }
            Event::EndElement(name) => {
                self.flush(py)?;
                let Some(handler) = self.handler(Interest::END_ELEMENT) else { return Ok(()) };
                self.call_one(py, &handler, &*self.symbol(py, name)?)
            }
            Event::UnknownEncoding(name) => {
                let map = byte_map(py, &name)?;
                let set = self.core.0.borrow_mut().set_byte_map(Some(map));
                set.map_err(|code| self.error(py, code, None))
            }
            Event::NotStandalone => {
                let Some(result) = self.ask(py, Interest::NOT_STANDALONE, Vec::new())? else { return Ok(()) };
                let answered = self.core.0.borrow_mut().not_standalone(result != 0);
                answered.map_err(|code| self.error(py, code, None))
            }
            Event::ExternalEntity(entity) => {
                let args = vec![entity.context, entity.base, entity.system_id, entity.public_id];
                let args = args.into_iter().map(|bytes| optional(py, bytes)).collect::<PyResult<_>>()?;
                let Some(result) = self.ask(py, Interest::EXTERNAL_ENTITY, args)? else { return Ok(()) };
                let interest = Interest(self.known_interest.get());
                let answered = self.core.0.borrow_mut().external_entity_read(result != 0, interest);
                answered.map_err(|code| self.error(py, code, None))
            }
            event => self.deliver_rare(py, event),
        }
    }

    /// Calls a handler whose answer is a number.
    fn ask(&self, py: Py<'_>, event: Interest, args: Vec<Ref<PyObject>>) -> PyResult<Option<i64>> {
        self.flush(py)?;
        let Some(handler) = self.handler(event) else { return Ok(None) };
        let args: Vec<&PyObject> = args.iter().map(|arg| &**arg).collect();
        let result = self.call(py, &handler, &args)?;
        krait_runtime::args::extract::<i64>(py, &result, "handler", 0).map(Some)
    }

    fn deliver_rare(&self, py: Py<'_>, event: Event) -> PyResult<()> {
        let (wanted, args) = match event {
            Event::ProcessingInstruction { target, data } => {
                (Interest::PROCESSING_INSTRUCTION, vec![self.named(py, &target)?, text(py, &data)?.upcast()])
            }
            Event::Comment(data) => (Interest::COMMENT, vec![text(py, &data)?.upcast()]),
            Event::StartCdata => (Interest::START_CDATA, Vec::new()),
            Event::EndCdata => (Interest::END_CDATA, Vec::new()),
            Event::EndDoctype => (Interest::END_DOCTYPE, Vec::new()),
            Event::Default(data) => {
                let data = text(py, self.core.0.borrow().bytes(&data))?;
                (Interest(self.default_handler.get()), vec![data.upcast()])
            }
            Event::StartNamespace { prefix, uri } => (
                Interest::START_NAMESPACE,
                vec![self.optional_name(py, prefix)?, self.optional_name(py, uri)?],
            ),
            Event::EndNamespace { prefix } => {
                (Interest::END_NAMESPACE, vec![self.optional_name(py, prefix)?])
            }
            Event::XmlDeclaration { version, encoding, standalone } => (
                Interest::XML_DECLARATION,
                vec![optional(py, version)?, optional(py, encoding)?, standalone.into_py(py)?],
            ),
            Event::StartDoctype { name, system_id, public_id, internal_subset } => (
                Interest::START_DOCTYPE,
                vec![
                    self.named(py, &name)?,
                    self.optional_name(py, system_id)?,
                    self.optional_name(py, public_id)?,
                    i32::from(internal_subset).into_py(py)?,
                ],
            ),
            Event::SkippedEntity { name, parameter } => {
                (Interest::SKIPPED_ENTITY, vec![self.named(py, &name)?, i32::from(parameter).into_py(py)?])
            }
            event => return self.deliver_declaration(py, event),
        };
        self.call_with(py, wanted, args)
    }

    fn deliver_declaration(&self, py: Py<'_>, event: Event) -> PyResult<()> {
        let (wanted, args) = match event {
            Event::ElementDeclaration { name, model } => {
                let model = self.model(py, &model, 0)?;
                (Interest::ELEMENT_DECLARATION, vec![self.named(py, &name)?, model])
            }
            Event::AttributeDeclaration { element, name, kind, default, required } => (
                Interest::ATTRIBUTE_DECLARATION,
                vec![
                    self.named(py, &element)?,
                    self.named(py, &name)?,
                    text(py, &kind)?.upcast(),
                    optional(py, default)?,
                    i32::from(required).into_py(py)?,
                ],
            ),
            Event::EntityDeclaration { name, parameter, value, base, system_id, public_id, notation } => (
                Interest::ENTITY_DECLARATION,
                vec![
                    self.named(py, &name)?,
                    i32::from(parameter).into_py(py)?,
                    optional(py, value)?,
                    self.optional_name(py, base)?,
                    self.optional_name(py, system_id)?,
                    self.optional_name(py, public_id)?,
                    self.optional_name(py, notation)?,
                ],
            ),
            Event::UnparsedEntity { name, base, system_id, public_id, notation } => (
                Interest::UNPARSED_ENTITY,
                vec![
                    self.named(py, &name)?,
                    self.optional_name(py, base)?,
                    self.optional_name(py, system_id)?,
                    self.optional_name(py, public_id)?,
                    self.named(py, &notation)?,
                ],
            ),
            Event::Notation { name, base, system_id, public_id } => (
                Interest::NOTATION,
                vec![
                    self.named(py, &name)?,
                    self.optional_name(py, base)?,
                    self.optional_name(py, system_id)?,
                    self.optional_name(py, public_id)?,
                ],
            ),
            _ => return Ok(()),
        };
        self.call_with(py, wanted, args)
    }

    fn call_with(&self, py: Py<'_>, wanted: Interest, args: Vec<Ref<PyObject>>) -> PyResult<()> {
        self.flush(py)?;
        let Some(handler) = self.handler(wanted) else { return Ok(()) };
        let args: Vec<&PyObject> = args.iter().map(|arg| &**arg).collect();
        self.call(py, &handler, &args).map(drop)
    }

    fn optional_name(&self, py: Py<'_>, name: Bytes) -> PyResult<Ref<PyObject>> {
        match name {
            Some(name) => self.named(py, &name),
            None => Ok(py.none()),
        }
    }

    /// A part of a content model as nested tuples.
    fn model(&self, py: Py<'_>, model: &ContentModel, place: usize) -> PyResult<Ref<PyObject>> {
        py.check_stack(" in conv_content_model")?;
        let Some(part) = model.parts.get(place) else { return Ok(py.none()) };
        let children = part.children.iter().map(|child| self.model(py, model, *child));
        let children = PyTuple::from_vec(py, children.collect::<PyResult<Vec<_>>>()?)?;
        let parts = vec![
            (part.kind as i32).into_py(py)?,
            (part.quantifier as i32).into_py(py)?,
            self.optional_name(py, part.name.clone())?,
            children.upcast(),
        ];
        PyTuple::from_vec(py, parts).map(Ref::upcast)
    }
}

fn optional(py: Py<'_>, bytes: Bytes) -> PyResult<Ref<PyObject>> {
    match bytes {
        Some(bytes) => text(py, &bytes).map(Ref::upcast),
        None => Ok(py.none()),
    }
}
