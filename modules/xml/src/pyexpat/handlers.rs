//! `pyexpat.xmlparser`: the handlers as attributes. A handler's number is the number of its event's bit in `Interest`.

use krait_runtime::prelude::*;

use super::XmlParser;
use super::parser::cannot_delete;
use crate::expat::Interest;

/// How many there are.
pub const HANDLERS: usize = 22;

impl XmlParser {
    /// The handler of one event.
    pub(super) fn handler(&self, event: Interest) -> Option<Ref<PyObject>> {
        self.handlers.get(event.0.trailing_zeros() as usize)?.get()
    }

    /// Which events have handlers; of the two default ones, that which was set last.
    pub(super) fn interest(&self) -> Interest {
        let defaults = Interest::DEFAULT.0 | Interest::DEFAULT_EXPAND.0;
        let set = self.handlers.iter().enumerate().filter(|(_, handler)| handler.is_some());
        let bits = set.fold(0, |bits, (number, _)| bits | 1 << number);
        Interest(bits & !defaults | self.default_handler.get() & bits | Interest::UNKNOWN_ENCODING.0)
    }

    fn set_handler(&self, py: Py<'_>, event: Interest, value: Option<&PyObject>) -> PyResult<()> {
        let Some(value) = value else { return Err(cannot_delete(py)) };
        if event == Interest::CHARACTERS {
            self.flush(py)?;
        }
        if event.has_default() {
            self.default_handler.set(if value.is_none() { 0 } else { event.0 });
        }
        let value = if value.is_none() { None } else { Some(value.to_ref()) };
        if let Some(slot) = self.handlers.get(event.0.trailing_zeros() as usize) {
            drop(slot.replace(value));
        }
        self.known_interest.set(self.interest().0);
        Ok(())
    }

    /// No event has a handler any more.
    pub(super) fn clear_handlers(&self) {
        for handler in &self.handlers {
            drop(handler.take());
        }
        self.default_handler.set(0);
        self.known_interest.set(self.interest().0);
    }
}

macro_rules! handlers {
    ($($python:literal, $get:ident, $set:ident, $event:ident;)*) => {
        #[pymethods(class = "pyexpat.xmlparser", part = "handlers")]
        impl XmlParser {
            $(
                #[getter(name = $python)]
                fn $get(&self, _py: Py<'_>) -> Option<Ref<PyObject>> {
                    self.handler(Interest::$event)
                }
                #[setter(name = $python)]
                fn $set(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
                    self.set_handler(py, Interest::$event, value)
                }
            )*
        }
    };
}

handlers! {
    "StartElementHandler", start_element, set_start_element, START_ELEMENT;
    "EndElementHandler", end_element, set_end_element, END_ELEMENT;
    "ProcessingInstructionHandler", processing_instruction, set_processing_instruction, PROCESSING_INSTRUCTION;
    "CharacterDataHandler", characters, set_characters, CHARACTERS;
    "UnparsedEntityDeclHandler", unparsed_entity, set_unparsed_entity, UNPARSED_ENTITY;
    "NotationDeclHandler", notation, set_notation, NOTATION;
    "StartNamespaceDeclHandler", start_namespace, set_start_namespace, START_NAMESPACE;
    "EndNamespaceDeclHandler", end_namespace, set_end_namespace, END_NAMESPACE;
    "CommentHandler", comment, set_comment, COMMENT;
    "StartCdataSectionHandler", start_cdata, set_start_cdata, START_CDATA;
    "EndCdataSectionHandler", end_cdata, set_end_cdata, END_CDATA;
    "DefaultHandler", default, set_default, DEFAULT;
    "DefaultHandlerExpand", default_expand, set_default_expand, DEFAULT_EXPAND;
    "NotStandaloneHandler", not_standalone, set_not_standalone, NOT_STANDALONE;
    "ExternalEntityRefHandler", external_entity, set_external_entity, EXTERNAL_ENTITY;
    "StartDoctypeDeclHandler", start_doctype, set_start_doctype, START_DOCTYPE;
    "EndDoctypeDeclHandler", end_doctype, set_end_doctype, END_DOCTYPE;
    "EntityDeclHandler", entity_declaration, set_entity_declaration, ENTITY_DECLARATION;
    "XmlDeclHandler", xml_declaration, set_xml_declaration, XML_DECLARATION;
    "ElementDeclHandler", element_declaration, set_element_declaration, ELEMENT_DECLARATION;
    "AttlistDeclHandler", attribute_declaration, set_attribute_declaration, ATTRIBUTE_DECLARATION;
    "SkippedEntityHandler", skipped_entity, set_skipped_entity, SKIPPED_ENTITY;
}
