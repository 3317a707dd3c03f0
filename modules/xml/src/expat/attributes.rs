//! The attributes of an element: values, defaults, namespaces.

use std::rc::Rc;

use super::dtd::{DeclaredAttribute, Entity};
use super::error::Code;
use super::event::{Interest, Text};
use super::parser::{Attribute, Kind, Parser};
use super::scan::{RawAttribute, Scanner, TagName, Token};
use super::symbols::Symbol;

/// The character of an entity that needs no declaration.
pub(super) fn predefined(name: &[u8]) -> Option<u8> {
    Some(match name {
        b"lt" => b'<',
        b"gt" => b'>',
        b"amp" => b'&',
        b"quot" => b'"',
        b"apos" => b'\'',
        _ => return None,
    })
}

/// A text whose references are being replaced.
struct Replaced {
    text: Rc<Vec<u8>>,
    at: usize,
    end: usize,
    entity: Option<Rc<Entity>>,
}

impl Parser {
    /// Takes in the start tag whose attributes have been scanned; gives the element's name and how many namespaces it declares.
    pub(super) fn start_tag(
        &mut self,
        text: &Rc<Vec<u8>>,
        name: TagName,
        interest: Interest,
    ) -> Result<(Symbol, usize), Code> {
        self.attributes.clear();
        self.values.clear();
        self.tag_number = self.tag_number.wrapping_add(1);
        let raw = core::mem::take(&mut self.raw_attributes);
        let taken = self.take_attributes(text, name, &raw, interest);
        self.raw_attributes = raw;
        let bindings = taken?;
        let symbol = self.full_name(text, name, true)?;
        Ok((symbol, bindings))
    }

    fn take_attributes(
        &mut self,
        text: &Rc<Vec<u8>>,
        name: TagName,
        raw: &[RawAttribute],
        interest: Interest,
    ) -> Result<usize, Code> {
        let declared = {
            let dtd = self.dtd.borrow();
            let element = text.get(name.start..name.end).unwrap_or_default();
            if dtd.attributes.is_empty() { None } else { dtd.attributes.get(element).cloned() }
        };
        if self.namespaces.is_none() {
            for attribute in raw {
                let symbol = self.full_name(text, attribute.name, false)?;
                self.note(symbol, attribute.name.start)?;
                let value = self.value_of(text, attribute, declared.as_deref())?;
                self.attributes.push(Attribute { name: symbol, value });
            }
            self.specified = self.attributes.len();
            if let Some(declared) = &declared {
                self.add_defaults(declared);
            }
            return Ok(0);
        }
        self.take_with_namespaces(text, raw, declared.as_deref().unwrap_or_default(), interest)
    }

    /// Refuses an attribute that the tag has already.
    fn note(&mut self, symbol: Symbol, place: usize) -> Result<(), Code> {
        let index = symbol.index();
        if self.seen.len() <= index {
            self.seen.resize(index + 16, 0);
        }
        let Some(seen) = self.seen.get_mut(index) else { return Ok(()) };
        if *seen == self.tag_number {
            self.event_at(place);
            return Err(Code::DuplicateAttribute);
        }
        *seen = self.tag_number;
        Ok(())
    }

    fn add_defaults(&mut self, declared: &[DeclaredAttribute]) {
        for attribute in declared {
            let Some(default) = &attribute.default else { continue };
            let symbol = self.symbols.intern(&attribute.name);
            if self.seen.get(symbol.index()) != Some(&self.tag_number) {
                self.attributes.push(Attribute { name: symbol, value: Text::Owned(default.clone()) });
            }
        }
    }

    fn value_of(
        &mut self,
        text: &Rc<Vec<u8>>,
        attribute: &RawAttribute,
        declared: Option<&[DeclaredAttribute]>,
    ) -> Result<Text, Code> {
        let (start, end) = attribute.value;
        let is_cdata = declared.is_none_or(|declared| {
            let name = text.get(attribute.name.start..attribute.name.end).unwrap_or_default();
            declared.iter().find(|known| known.name == name).is_none_or(|known| known.is_cdata)
        });
        if attribute.plain && is_cdata {
            return Ok(self.text(start, end));
        }
        let from = self.values.len();
        let mut values = core::mem::take(&mut self.values);
        let made = self.append_value(text, (start, end), is_cdata, true, &mut values);
        self.values = values;
        made?;
        Ok(Text::Value(from..self.values.len()))
    }

    /// Adds the value that stands between two quotes, its references replaced and its white space made even. `in_tag`: it is
    /// no default of a declaration.
    pub(super) fn append_value(
        &mut self,
        text: &Rc<Vec<u8>>,
        (start, end): (usize, usize),
        is_cdata: bool,
        in_tag: bool,
        out: &mut Vec<u8>,
    ) -> Result<(), Code> {
        let begin = out.len();
        let mut stack = vec![Replaced { text: text.clone(), at: start, end, entity: None }];
        let result = self.replace_references(&mut stack, is_cdata, in_tag, begin, out);
        for replaced in stack {
            if let Some(entity) = replaced.entity {
                entity.open.set(false);
            }
        }
        result?;
        if !is_cdata && out.len() > begin && out.last() == Some(&b' ') {
            out.pop();
        }
        Ok(())
    }

    fn replace_references(
        &mut self,
        stack: &mut Vec<Replaced>,
        is_cdata: bool,
        in_tag: bool,
        begin: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), Code> {
        while let Some(top) = stack.last_mut() {
            if top.at >= top.end {
                if let Some(entity) = stack.pop().and_then(|top| top.entity) {
                    entity.open.set(false);
                }
                continue;
            }
            let (text, at) = (top.text.clone(), top.at);
            let is_outer = top.entity.is_none();
            let place = |parser: &mut Parser| {
                if is_outer {
                    parser.event_at(at);
                }
            };
            let byte = text.get(at).copied().unwrap_or(b' ');
            match byte {
                b'&' => {}
                b' ' | b'\t' | b'\n' | b'\r' => {
                    let pair = byte == b'\r' && text.get(at + 1) == Some(&b'\n');
                    top.at += 1 + usize::from(pair);
                    if is_cdata || (out.len() > begin && out.last() != Some(&b' ')) {
                        out.push(b' ');
                    }
                    continue;
                }
                _ => {
                    let rest = text.get(at..top.end).unwrap_or_default();
                    let length = rest
                        .iter()
                        .position(|b| matches!(b, b'&' | b' ' | b'\t' | b'\n' | b'\r'))
                        .unwrap_or(rest.len());
                    out.extend_from_slice(rest.get(..length).unwrap_or_default());
                    top.at += length;
                    continue;
                }
            }
            let scanner = Scanner::new(text.get(..top.end).unwrap_or_default(), self.namespaces.is_some());
            let Ok((token, next)) = scanner.reference(at + 1) else {
                place(self);
                return Err(Code::InvalidToken);
            };
            top.at = next;
            match token {
                Token::CharacterReference(Some(' '))
                    if !is_cdata && (out.len() == begin || out.last() == Some(&b' ')) => {}
                Token::CharacterReference(Some(c)) => {
                    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes())
                }
                Token::EntityReference { name: (from, to) } => {
                    let name = text.get(from..to).unwrap_or_default();
                    if let Some(c) = predefined(name) {
                        out.push(c);
                        self.count(1)?;
                        continue;
                    }
                    match self.entity_in_value(name, in_tag) {
                        Ok(None) => {}
                        Ok(Some((entity, replacement))) => {
                            entity.open.set(true);
                            let end = replacement.len();
                            stack.push(Replaced { text: replacement, at: 0, end, entity: Some(entity) });
                            self.count(end)?;
                        }
                        Err(code) => {
                            place(self);
                            return Err(code);
                        }
                    }
                }
                _ => {
                    place(self);
                    return Err(Code::BadCharRef);
                }
            }
        }
        Ok(())
    }

    /// The entity that a reference in a value names, and its text; nothing when it is passed over.
    fn entity_in_value(&self, name: &[u8], in_tag: bool) -> Result<Option<(Rc<Entity>, Rc<Vec<u8>>)>, Code> {
        let dtd = self.dtd.borrow();
        let must_be_known = if in_tag {
            dtd.is_complete()
        } else {
            self.kind != Kind::Parameter
                && if dtd.standalone { self.sources.is_empty() } else { !dtd.has_parameter_references }
        };
        let entity = match dtd.general.get(name) {
            None if must_be_known => return Err(Code::UndefinedEntity),
            None => return Ok(None),
            Some(entity) if must_be_known && !entity.is_internal => return Err(Code::EntityDeclaredInPe),
            Some(entity) => entity.clone(),
        };
        if entity.open.get() {
            return Err(Code::RecursiveEntityRef);
        }
        if entity.notation.is_some() {
            return Err(Code::BinaryEntityRef);
        }
        match entity.text.clone() {
            Some(text) => Ok(Some((entity, text))),
            None => Err(Code::AttributeExternalEntityRef),
        }
    }

    /// Binds what `xmlns` attributes say, then names the others in full.
    fn take_with_namespaces(
        &mut self,
        text: &Rc<Vec<u8>>,
        raw: &[RawAttribute],
        declared: &[DeclaredAttribute],
        interest: Interest,
    ) -> Result<usize, Code> {
        let mut bindings = 0;
        let mut others: Vec<(TagName, Rc<Vec<u8>>, Text)> = Vec::new();
        let mut specified = 0;
        for attribute in raw {
            let symbol = {
                let name = text.get(attribute.name.start..attribute.name.end).unwrap_or_default();
                self.symbols.intern(name)
            };
            self.note(symbol, attribute.name.start)?;
            let value = self.value_of(text, attribute, (!declared.is_empty()).then_some(declared))?;
            if self.bind_attribute(text, attribute.name, &value, interest)? {
                bindings += 1;
            } else {
                specified += 1;
                others.push((attribute.name, text.clone(), value));
            }
        }
        for attribute in declared {
            let Some(default) = &attribute.default else { continue };
            let symbol = self.symbols.intern(&attribute.name);
            if self.seen.get(symbol.index()) == Some(&self.tag_number) {
                continue;
            }
            let colon = attribute.name.iter().position(|b| *b == b':');
            let name = TagName { start: 0, colon, end: attribute.name.len() };
            let (text, value) = (Rc::new(attribute.name.clone()), Text::Owned(default.clone()));
            if self.bind_attribute(&text, name, &value, interest)? {
                bindings += 1;
            } else {
                others.push((name, text, value));
            }
        }
        // The full names must differ too, and may equal a raw one.
        self.tag_number = self.tag_number.wrapping_add(1);
        for (name, text, value) in others {
            let symbol = self.full_name(&text, name, false)?;
            if name.colon.is_some() {
                let event = self.event;
                self.note(symbol, 0).inspect_err(|_| self.event = event)?;
            }
            self.attributes.push(Attribute { name: symbol, value });
        }
        self.specified = specified;
        Ok(bindings)
    }

    /// Binds a namespace when the attribute says so.
    fn bind_attribute(
        &mut self,
        text: &[u8],
        name: TagName,
        value: &Text,
        interest: Interest,
    ) -> Result<bool, Code> {
        let part = |start: usize, end: usize| text.get(start..end).unwrap_or_default();
        let prefix = match name.colon {
            Some(colon) if part(name.start, colon) == b"xmlns" => part(colon + 1, name.end),
            None if part(name.start, name.end) == b"xmlns" => &[],
            _ => return Ok(false),
        };
        let uri = self.bytes(value).to_vec();
        self.bind_namespace(prefix, &uri, interest)?;
        Ok(true)
    }
}
