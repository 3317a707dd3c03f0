//! Parsers for external entities, made from the parser that met the reference.

use std::cell::RefCell;
use std::rc::Rc;

use super::dtd::Entity;
use super::event::ExternalEntity;
use super::parser::{Kind, Options, Parser};

/// Stands between the parts of a context.
const SEPARATOR: u8 = 0x0C;

impl Parser {
    /// A parser for the external entity of a context that this parser told; without context for a parameter entity or the
    /// external subset.
    pub fn external(&self, context: Option<&[u8]>, encoding: Option<Vec<u8>>) -> Parser {
        let mut parser = Parser::new(Options { encoding, separator: None });
        parser.namespaces = self.namespaces.clone();
        parser.base = self.base.clone();
        parser.limits = self.limits.clone();
        parser.deferral = self.deferral;
        parser.parameter_entities = self.parameter_entities;
        match context {
            Some(context) => {
                parser.kind = Kind::General;
                parser.dtd = Rc::new(RefCell::new(self.dtd.borrow().copy()));
                parser.take_context(context);
            }
            None => {
                parser.kind = Kind::Parameter;
                parser.dtd = self.dtd.clone();
                parser.start_external_subset();
            }
        }
        parser
    }

    fn take_context(&mut self, context: &[u8]) {
        for part in context.split(|b| *b == SEPARATOR) {
            match part.iter().position(|b| *b == b'=') {
                Some(at) => {
                    let (prefix, uri) =
                        (part.get(..at).unwrap_or_default(), part.get(at + 1..).unwrap_or_default());
                    if let Some(namespaces) = &mut self.namespaces
                        && prefix != b"xml"
                    {
                        namespaces.bind(prefix, uri);
                    }
                }
                None => {
                    if let Some(entity) = self.dtd.borrow().general.get(part) {
                        entity.open.set(true);
                    }
                }
            }
        }
    }

    /// The context of a reference met now.
    fn context(&self) -> Vec<u8> {
        let mut parts = self.namespaces.as_ref().map(|n| n.describe()).unwrap_or_default();
        let dtd = self.dtd.borrow();
        parts.extend(
            dtd.general.values().filter(|entity| entity.open.get()).map(|entity| entity.name.clone()),
        );
        parts.join(&SEPARATOR)
    }

    /// What there is to tell about a reference to `entity`.
    pub(super) fn reference_to(&self, entity: &Entity) -> ExternalEntity {
        ExternalEntity {
            context: if entity.is_parameter { None } else { Some(self.context()) },
            base: entity.base.clone(),
            system_id: entity.system_id.clone(),
            public_id: entity.public_id.clone(),
        }
    }
}
