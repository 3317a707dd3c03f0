//! Declarations of entities, notations, attributes and elements.

use std::rc::Rc;

use super::attributes::predefined;
use super::dtd::{ContentModel, DeclaredAttribute, Entity, ModelKind, Quantifier};
use super::error::Code;
use super::event::{Event, Interest};
use super::parser::{Kind, ParamEntityParsing, Parser};
use super::prolog::{Found, State};
use super::prolog_scan::PrologToken as T;
use super::scan::{Scanner, Token};

fn is_public_id_char(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" \r\n-'()+,./:=?;!*#@$_%".contains(&byte)
}

impl Parser {
    /// A public identifier with its white space made even.
    pub(super) fn public_id(&mut self, found: &Found<'_>) -> Result<Vec<u8>, Code> {
        let (from, to) = found.inner();
        let text = found.text.get(from..to).unwrap_or_default();
        if let Some(wrong) = text.iter().position(|b| !is_public_id_char(*b)) {
            self.event_at(from + wrong);
            return Err(Code::PublicId);
        }
        let words: Vec<&[u8]> =
            text.split(|b| matches!(b, b' ' | b'\r' | b'\n')).filter(|w| !w.is_empty()).collect();
        Ok(words.join(&b' '))
    }

    /// Takes a token inside a declaration; gives the next state.
    pub(super) fn accept_in_declaration(
        &mut self,
        state: State,
        found: &Found<'_>,
        interest: Interest,
    ) -> Result<State, Code> {
        use State as S;
        match state {
            S::EntityName
            | S::ParameterEntityName
            | S::EntityValue
            | S::EntityPublic
            | S::EntitySystem
            | S::EntityAfterId
            | S::EntityNotation
            | S::EntityClose => self.accept_entity(state, found, interest),
            S::NotationName
            | S::NotationId
            | S::NotationPublic
            | S::NotationSystem
            | S::NotationMaybeSystem
            | S::NotationClose => self.accept_notation(state, found, interest),
            S::AttlistElement
            | S::AttributeName
            | S::AttributeType
            | S::AttributeNotation
            | S::AttributeChoice { .. }
            | S::AttributeMore { .. }
            | S::AttributeDefault
            | S::AttributeFixed => self.accept_attribute(state, found, interest),
            _ => self.accept_element(state, found, interest),
        }
    }

    /// Starts the declaration of an entity; it does not count if it is not the first of its name.
    fn begin_entity(&mut self, name: &[u8], is_parameter: bool) {
        let dtd = self.dtd.borrow();
        let counts =
            !dtd.skip && (is_parameter || predefined(name).is_none()) && !dtd.has_entity(name, is_parameter);
        self.prolog.entity = counts.then(|| Entity {
            name: name.to_vec(),
            is_parameter,
            is_internal: self.kind == Kind::Document && self.sources.is_empty(),
            ..Entity::default()
        });
    }

    fn accept_entity(&mut self, state: State, found: &Found<'_>, interest: Interest) -> Result<State, Code> {
        use State as S;
        let is_parameter = self.prolog.entity.as_ref().is_some_and(|entity| entity.is_parameter);
        Ok(match (state, found.token) {
            (S::EntityName, T::Percent) => S::ParameterEntityName,
            (S::EntityName | S::ParameterEntityName, T::Name) => {
                self.begin_entity(found.bytes(), state == S::ParameterEntityName);
                S::EntityValue
            }
            (S::EntityValue, T::Name) if found.bytes() == b"SYSTEM" => S::EntitySystem,
            (S::EntityValue, T::Name) if found.bytes() == b"PUBLIC" => S::EntityPublic,
            (S::EntityValue, T::Literal) => {
                self.internal_entity(found, interest)?;
                S::EntityClose
            }
            (S::EntityPublic, T::Literal) => {
                let public_id = self.public_id(found)?;
                if let Some(entity) = &mut self.prolog.entity {
                    entity.public_id = Some(public_id);
                }
                S::EntitySystem
            }
            (S::EntitySystem, T::Literal) => {
                let (from, to) = found.inner();
                if let Some(entity) = &mut self.prolog.entity {
                    entity.system_id = found.text.get(from..to).map(<[u8]>::to_vec);
                    entity.base = self.base.clone();
                }
                S::EntityAfterId
            }
            (S::EntityAfterId, T::Name) if found.bytes() == b"NDATA" && !is_parameter => S::EntityNotation,
            (S::EntityNotation, T::Name) => {
                if let Some(entity) = &mut self.prolog.entity {
                    entity.notation = Some(found.bytes().to_vec());
                }
                self.external_entity_declared(interest);
                S::EntityClose
            }
            (S::EntityAfterId | S::EntityClose, T::Close) => {
                self.external_entity_declared(interest);
                self.subset()
            }
            _ => return Err(Code::Syntax),
        })
    }

    fn internal_entity(&mut self, found: &Found<'_>, interest: Interest) -> Result<(), Code> {
        if self.dtd.borrow().skip {
            return Ok(());
        }
        let mut value = Vec::new();
        self.append_entity_value(found.text, found.inner(), &mut value)?;
        let Some(mut entity) = self.prolog.entity.take() else { return Ok(()) };
        entity.text = Some(Rc::new(value.clone()));
        if interest.has(Interest::ENTITY_DECLARATION) {
            self.push(Event::EntityDeclaration {
                name: entity.name.clone(),
                parameter: entity.is_parameter,
                value: Some(value),
                base: self.base.clone(),
                system_id: None,
                public_id: None,
                notation: None,
            });
        }
        self.dtd.borrow_mut().add_entity(entity);
        Ok(())
    }

    /// Adds the replacement text of an entity: character references and parameter entities are replaced.
    fn append_entity_value(
        &mut self,
        text: &Rc<Vec<u8>>,
        (start, end): (usize, usize),
        out: &mut Vec<u8>,
    ) -> Result<(), Code> {
        let mut stack: Vec<(Rc<Vec<u8>>, usize, usize, Option<Rc<Entity>>)> =
            vec![(text.clone(), start, end, None)];
        let result = self.replace_in_entity_value(&mut stack, out);
        for (.., entity) in stack {
            if let Some(entity) = entity {
                entity.open.set(false);
            }
        }
        result
    }

    fn replace_in_entity_value(
        &mut self,
        stack: &mut Vec<(Rc<Vec<u8>>, usize, usize, Option<Rc<Entity>>)>,
        out: &mut Vec<u8>,
    ) -> Result<(), Code> {
        while let Some((text, at, end, entity)) = stack.last_mut() {
            if *at >= *end {
                if let Some(entity) = stack.pop().and_then(|(.., entity)| entity) {
                    entity.open.set(false);
                }
                continue;
            }
            let (whole, place, is_outer) = (text.clone(), *at, entity.is_none());
            let rest = whole.get(place..*end).unwrap_or_default();
            let scanner = Scanner::new(whole.get(..*end).unwrap_or_default(), self.namespaces.is_some());
            match rest.first() {
                Some(b'&') => {
                    let Ok((token, next)) = scanner.reference(place + 1) else {
                        self.event_in_value(place, is_outer);
                        return Err(Code::InvalidToken);
                    };
                    *at = next;
                    match token {
                        Token::CharacterReference(None) => {
                            self.event_in_value(place, is_outer);
                            return Err(Code::BadCharRef);
                        }
                        Token::CharacterReference(Some(c)) => {
                            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                        }
                        _ => out.extend_from_slice(whole.get(place..next).unwrap_or_default()),
                    }
                }
                Some(b'%') => {
                    let found = scanner.name(place + 1).and_then(|to| Ok((to, scanner.byte(to)?)));
                    let Ok((to, b';')) = found else {
                        self.event_in_value(place, is_outer);
                        return Err(Code::InvalidToken);
                    };
                    *at = to + 1;
                    if self.kind != Kind::Parameter && self.sources.is_empty() {
                        self.event_in_value(place, is_outer);
                        return Err(Code::ParamEntityRef);
                    }
                    let name = whole.get(place + 1..to).unwrap_or_default();
                    if let Some((entity, replacement)) = self.parameter_entity_in_value(name)? {
                        let end = replacement.len();
                        entity.open.set(true);
                        stack.push((replacement, 0, end, Some(entity)));
                        self.count(end)?;
                    }
                }
                Some(b'\r') => {
                    *at += 1 + usize::from(rest.get(1) == Some(&b'\n'));
                    out.push(b'\n');
                }
                _ => {
                    let length =
                        rest.iter().position(|b| matches!(b, b'&' | b'%' | b'\r')).unwrap_or(rest.len());
                    *at += length;
                    out.extend_from_slice(rest.get(..length).unwrap_or_default());
                }
            }
        }
        Ok(())
    }

    fn event_in_value(&mut self, place: usize, is_outer: bool) {
        if is_outer {
            self.event_at(place);
        }
    }

    fn parameter_entity_in_value(&mut self, name: &[u8]) -> Result<Option<(Rc<Entity>, Rc<Vec<u8>>)>, Code> {
        let mut dtd = self.dtd.borrow_mut();
        let Some(entity) = dtd.parameter.get(name).cloned() else {
            dtd.skip = !dtd.standalone;
            return Ok(None);
        };
        if entity.open.get() {
            return Err(Code::RecursiveEntityRef);
        }
        match entity.text.clone() {
            Some(text) => Ok(Some((entity, text))),
            None => {
                if self.parameter_entities == ParamEntityParsing::Never {
                    dtd.skip = !dtd.standalone;
                }
                Ok(None)
            }
        }
    }

    fn external_entity_declared(&mut self, interest: Interest) {
        let Some(entity) = self.prolog.entity.take() else { return };
        match &entity.notation {
            Some(notation) if interest.has(Interest::UNPARSED_ENTITY) => self.push(Event::UnparsedEntity {
                name: entity.name.clone(),
                base: entity.base.clone(),
                system_id: entity.system_id.clone(),
                public_id: entity.public_id.clone(),
                notation: notation.clone(),
            }),
            notation if interest.has(Interest::ENTITY_DECLARATION) => self.push(Event::EntityDeclaration {
                name: entity.name.clone(),
                parameter: entity.is_parameter,
                value: None,
                base: entity.base.clone(),
                system_id: entity.system_id.clone(),
                public_id: entity.public_id.clone(),
                notation: notation.clone(),
            }),
            _ => {}
        }
        self.dtd.borrow_mut().add_entity(entity);
    }

    fn accept_notation(
        &mut self,
        state: State,
        found: &Found<'_>,
        interest: Interest,
    ) -> Result<State, Code> {
        use State as S;
        Ok(match (state, found.token) {
            (S::NotationName, T::Name) => {
                self.prolog.notation = found.bytes().to_vec();
                (self.prolog.public_id, self.prolog.entity) = (None, None);
                S::NotationId
            }
            (S::NotationId, T::Name) if found.bytes() == b"SYSTEM" => S::NotationSystem,
            (S::NotationId, T::Name) if found.bytes() == b"PUBLIC" => S::NotationPublic,
            (S::NotationPublic, T::Literal) => {
                self.prolog.public_id = Some(self.public_id(found)?);
                S::NotationMaybeSystem
            }
            (S::NotationSystem | S::NotationMaybeSystem, T::Literal) => {
                let (from, to) = found.inner();
                self.notation_declared(found.text.get(from..to), interest);
                S::NotationClose
            }
            (S::NotationMaybeSystem, T::Close) => {
                self.notation_declared(None, interest);
                self.subset()
            }
            (S::NotationClose, T::Close) => self.subset(),
            _ => return Err(Code::Syntax),
        })
    }

    fn notation_declared(&mut self, system_id: Option<&[u8]>, interest: Interest) {
        let (name, public_id) = (core::mem::take(&mut self.prolog.notation), self.prolog.public_id.take());
        if interest.has(Interest::NOTATION) {
            let (base, system_id) = (self.base.clone(), system_id.map(<[u8]>::to_vec));
            self.push(Event::Notation { name, base, system_id, public_id });
        }
    }

    fn accept_attribute(
        &mut self,
        state: State,
        found: &Found<'_>,
        interest: Interest,
    ) -> Result<State, Code> {
        use State as S;
        Ok(match (state, found.token) {
            (S::AttlistElement, T::Name | T::PrefixedName) => {
                self.prolog.element = found.bytes().to_vec();
                S::AttributeName
            }
            (S::AttributeName, T::Close) => self.subset(),
            (S::AttributeName, T::Name | T::PrefixedName) => {
                self.prolog.attribute = found.bytes().to_vec();
                self.prolog.attribute_type.clear();
                S::AttributeType
            }
            (S::AttributeType, T::Name) => match found.bytes() {
                b"NOTATION" => {
                    self.prolog.attribute_type.extend_from_slice(b"NOTATION");
                    S::AttributeNotation
                }
                kind @ (b"CDATA" | b"ID" | b"IDREF" | b"IDREFS" | b"ENTITY" | b"ENTITIES" | b"NMTOKEN"
                | b"NMTOKENS") => {
                    self.prolog.attribute_type.extend_from_slice(kind);
                    S::AttributeDefault
                }
                _ => return Err(Code::Syntax),
            },
            (S::AttributeType | S::AttributeNotation, T::OpenParen) => {
                self.prolog.attribute_type.push(b'(');
                S::AttributeChoice { notation: state == S::AttributeNotation }
            }
            (S::AttributeChoice { notation: true }, T::Name)
            | (S::AttributeChoice { notation: false }, T::Name | T::PrefixedName | T::NameToken) => {
                self.prolog.attribute_type.extend_from_slice(found.bytes());
                S::AttributeMore { notation: state == (S::AttributeChoice { notation: true }) }
            }
            (S::AttributeMore { notation }, T::Or) => {
                self.prolog.attribute_type.push(b'|');
                S::AttributeChoice { notation }
            }
            (S::AttributeMore { .. }, T::CloseParen(Quantifier::None)) => {
                self.prolog.attribute_type.push(b')');
                S::AttributeDefault
            }
            (S::AttributeDefault, T::HashName) => match found.bytes() {
                b"#IMPLIED" => self.attribute_declared(None, false, interest),
                b"#REQUIRED" => self.attribute_declared(None, true, interest),
                b"#FIXED" => S::AttributeFixed,
                _ => return Err(Code::Syntax),
            },
            (S::AttributeDefault | S::AttributeFixed, T::Literal) => {
                let is_cdata = self.prolog.attribute_type == b"CDATA";
                let mut value = Vec::new();
                if !self.dtd.borrow().skip {
                    self.append_value(found.text, found.inner(), is_cdata, false, &mut value)?;
                }
                self.attribute_declared(Some(value), state == S::AttributeFixed, interest)
            }
            _ => return Err(Code::Syntax),
        })
    }

    fn attribute_declared(&mut self, default: Option<Vec<u8>>, required: bool, interest: Interest) -> State {
        if self.dtd.borrow().skip {
            return State::AttributeName;
        }
        let name = core::mem::take(&mut self.prolog.attribute);
        let is_cdata = self.prolog.attribute_type == b"CDATA";
        let declared = DeclaredAttribute { name: name.clone(), is_cdata, default: default.clone() };
        self.dtd.borrow_mut().add_attribute(&self.prolog.element, declared);
        if interest.has(Interest::ATTRIBUTE_DECLARATION) {
            let (element, kind) = (self.prolog.element.clone(), self.prolog.attribute_type.clone());
            self.push(Event::AttributeDeclaration { element, name, kind, default, required });
        }
        State::AttributeName
    }

    fn accept_element(&mut self, state: State, found: &Found<'_>, interest: Interest) -> Result<State, Code> {
        use State as S;
        Ok(match (state, found.token) {
            (S::ElementName, T::Name | T::PrefixedName) => {
                self.prolog.element = found.bytes().to_vec();
                self.prolog.model = ContentModel::default();
                self.prolog.groups.clear();
                S::ElementContent
            }
            (S::ElementContent, T::Name) => {
                self.prolog.model = ContentModel::of(match found.bytes() {
                    b"EMPTY" => ModelKind::Empty,
                    b"ANY" => ModelKind::Any,
                    _ => return Err(Code::Syntax),
                });
                self.element_declared(interest)
            }
            (S::ElementContent, T::OpenParen) => {
                self.open_group();
                S::ModelStart
            }
            (S::ModelStart, T::HashName) if found.bytes() == b"#PCDATA" => {
                if let Some(whole) = self.prolog.model.parts.first_mut() {
                    whole.kind = ModelKind::Mixed;
                }
                S::MixedStart
            }
            (S::ModelStart | S::ModelItem, T::OpenParen) => {
                self.open_group();
                S::ModelItem
            }
            (S::ModelStart | S::ModelItem, T::Name | T::PrefixedName) => {
                self.add_to_model(ModelKind::Name, Quantifier::None, Some(found.bytes().to_vec()));
                S::ModelMore
            }
            (S::ModelStart | S::ModelItem, T::NameTimes(times)) => {
                let name = found.bytes().get(..found.bytes().len() - 1).unwrap_or_default().to_vec();
                self.add_to_model(ModelKind::Name, times, Some(name));
                S::ModelMore
            }
            (S::ModelMore, T::Or | T::Comma) => {
                self.connect(if matches!(found.token, T::Or) { b'|' } else { b',' })?;
                S::ModelItem
            }
            (S::ModelMore, T::CloseParen(times)) => self.close_group(times, interest),
            (S::MixedStart, T::CloseParen(times @ (Quantifier::None | Quantifier::Repeated)))
            | (S::MixedMore, T::CloseParen(times @ Quantifier::Repeated)) => {
                self.close_group(times, interest)
            }
            (S::MixedStart | S::MixedMore, T::Or) => S::MixedItem,
            (S::MixedItem, T::Name | T::PrefixedName) => {
                self.add_to_model(ModelKind::Name, Quantifier::None, Some(found.bytes().to_vec()));
                S::MixedMore
            }
            (S::ElementClose, T::Close) => self.subset(),
            _ => return Err(Code::Syntax),
        })
    }

    fn open_group(&mut self) {
        let place = self.add_to_model(ModelKind::Sequence, Quantifier::None, None);
        self.prolog.groups.push((place, None));
    }

    /// All items of a group are connected alike.
    fn connect(&mut self, connector: u8) -> Result<(), Code> {
        let Some((place, known)) = self.prolog.groups.last_mut() else { return Err(Code::Syntax) };
        if known.is_some_and(|known| known != connector) {
            return Err(Code::Syntax);
        }
        *known = Some(connector);
        if connector == b'|'
            && let Some(part) = self.prolog.model.parts.get_mut(*place)
        {
            part.kind = ModelKind::Choice;
        }
        Ok(())
    }

    fn close_group(&mut self, times: Quantifier, interest: Interest) -> State {
        if let Some((place, _)) = self.prolog.groups.pop()
            && let Some(part) = self.prolog.model.parts.get_mut(place)
        {
            part.quantifier = times;
        }
        if self.prolog.groups.is_empty() { self.element_declared(interest) } else { State::ModelMore }
    }

    fn element_declared(&mut self, interest: Interest) -> State {
        let model = core::mem::take(&mut self.prolog.model);
        if interest.has(Interest::ELEMENT_DECLARATION) {
            let name = core::mem::take(&mut self.prolog.element);
            self.push(Event::ElementDeclaration { name, model: Box::new(model) });
        }
        State::ElementClose
    }
}
