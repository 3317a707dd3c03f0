//! The prolog and document type declarations: which token may follow which, and what ends where. What the single
//! declarations declare is in `dtd_declarations.rs`.

use std::rc::Rc;

use super::dtd::{ContentModel, Entity, ModelKind, Quantifier};
use super::error::Code;
use super::event::{Event, ExternalEntity, Interest};
use super::parser::{Awaiting, Flow, Kind, ParamEntityParsing, Parser, Phase, Source};
use super::prolog_scan::{PrologToken as T, prolog_token};

/// What is expected next.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum State {
    /// An XML declaration may come.
    #[default]
    Start,
    /// No XML declaration any more.
    Before,
    AfterDoctype,
    DoctypeName,
    DoctypeAfterName,
    DoctypePublic,
    DoctypeSystem,
    DoctypeAfterId,
    DoctypeClose,
    /// Declarations of the internal subset.
    Internal,
    /// A text declaration may come.
    ExternalStart,
    /// Declarations of an external one.
    External,
    SectionKeyword,
    SectionInclude,
    SectionIgnore,
    EntityName,
    ParameterEntityName,
    EntityValue,
    EntityPublic,
    EntitySystem,
    EntityAfterId,
    EntityNotation,
    EntityClose,
    NotationName,
    NotationId,
    NotationPublic,
    NotationSystem,
    NotationMaybeSystem,
    NotationClose,
    AttlistElement,
    AttributeName,
    AttributeType,
    AttributeNotation,
    AttributeChoice {
        notation: bool,
    },
    AttributeMore {
        notation: bool,
    },
    AttributeDefault,
    AttributeFixed,
    ElementName,
    ElementContent,
    /// The first item of a content model: character data may be it.
    ModelStart,
    ModelItem,
    ModelMore,
    MixedStart,
    MixedItem,
    MixedMore,
    ElementClose,
}

/// What is declared at the moment.
#[derive(Default)]
pub(super) struct Prolog {
    pub state: State,
    pub include_level: usize,
    /// Depth of sections inside an ignored one.
    pub ignored_level: usize,
    pub doctype: Option<Vec<u8>>,
    pub system_id: Option<Vec<u8>>,
    pub public_id: Option<Vec<u8>>,
    /// Nothing when the declaration does not count.
    pub entity: Option<Entity>,
    pub notation: Vec<u8>,
    pub element: Vec<u8>,
    pub attribute: Vec<u8>,
    pub attribute_type: Vec<u8>,
    pub model: ContentModel,
    /// The open groups of the model and what stands between their items.
    pub groups: Vec<(usize, Option<u8>)>,
}

impl State {
    /// The event that takes the place of the declaration's text.
    fn teller(self) -> Option<Interest> {
        use State as S;
        Some(match self {
            S::DoctypeName
            | S::DoctypeAfterName
            | S::DoctypePublic
            | S::DoctypeSystem
            | S::DoctypeAfterId => Interest::START_DOCTYPE,
            S::DoctypeClose => Interest::END_DOCTYPE,
            S::EntityName
            | S::ParameterEntityName
            | S::EntityValue
            | S::EntityPublic
            | S::EntitySystem
            | S::EntityAfterId
            | S::EntityNotation
            | S::EntityClose => Interest::ENTITY_DECLARATION,
            S::NotationName
            | S::NotationId
            | S::NotationPublic
            | S::NotationSystem
            | S::NotationMaybeSystem
            | S::NotationClose => Interest::NOTATION,
            S::AttlistElement
            | S::AttributeName
            | S::AttributeType
            | S::AttributeNotation
            | S::AttributeChoice { .. }
            | S::AttributeMore { .. }
            | S::AttributeDefault
            | S::AttributeFixed => Interest::ATTRIBUTE_DECLARATION,
            S::ElementName
            | S::ElementContent
            | S::ModelStart
            | S::ModelItem
            | S::ModelMore
            | S::MixedStart
            | S::MixedItem
            | S::MixedMore
            | S::ElementClose => Interest::ELEMENT_DECLARATION,
            _ => return None,
        })
    }

    fn between_declarations(self) -> bool {
        matches!(self, State::Internal | State::External | State::ExternalStart)
    }
}

/// A token with what there is to know about it.
pub(super) struct Found<'a> {
    pub token: T,
    pub text: &'a Rc<Vec<u8>>,
    pub start: usize,
    pub end: usize,
}

impl Found<'_> {
    /// The token's characters.
    pub fn bytes(&self) -> &[u8] {
        self.text.get(self.start..self.end).unwrap_or_default()
    }

    /// Where a literal's content stands.
    pub fn inner(&self) -> (usize, usize) {
        (self.start + 1, self.end.saturating_sub(1))
    }

    fn is_name(&self, word: &[u8]) -> bool {
        matches!(self.token, T::Name) && self.bytes() == word
    }
}

impl Parser {
    /// Begins with an external subset or parameter entity.
    pub(super) fn start_external_subset(&mut self) {
        self.prolog.state = State::ExternalStart;
    }

    /// The state between declarations.
    pub(super) fn subset(&self) -> State {
        if self.kind == Kind::Parameter { State::External } else { State::Internal }
    }

    /// One token of the prolog.
    pub(super) fn prolog_step(&mut self, interest: Interest) -> Result<Flow, Code> {
        let (text, at) = self.here();
        self.event_at(at);
        if self.kind == Kind::Parameter && self.prolog.state == State::ExternalStart {
            self.dtd.borrow_mut().parameter_entity_read = true;
        }
        if at >= text.len() {
            return self.prolog_end();
        }
        let waits = self.sources.is_empty() && !self.is_final;
        let (token, next) = match prolog_token(&text, at, self.namespaces.is_some()) {
            Ok((_, _, true)) if waits => return Ok(Flow::Wait),
            Ok((token, next, _)) => (token, next),
            Err(stop) => return self.stopped(stop, Code::UnclosedToken),
        };
        let before = self.prolog.state;
        let found = Found { token, text: &text, start: at, end: next };
        match token {
            T::InstanceStart => return self.instance_start(interest),
            T::ParameterReference(name) => {
                self.go_to(next)?;
                return self.parameter_reference(&found, name, interest);
            }
            T::Instruction(instruction) if instruction.is_declaration => {
                self.xml_declaration(&found, interest)?;
                self.go_to(next)?;
                return Ok(Flow::Again);
            }
            T::Instruction(_) | T::Comment(_) => {
                self.leave_start()?;
                self.go_to(next)?;
                return Ok(match token {
                    T::Instruction(instruction) => self.instruction(&text, instruction, (at, next), interest),
                    T::Comment(inner) => self.comment(&text, inner, (at, next), interest),
                    _ => Flow::Again,
                });
            }
            T::Space => {
                if before == State::Start {
                    self.prolog.state = State::Before;
                }
            }
            _ => self.accept(&found, interest)?,
        }
        self.go_to(next)?;
        let teller = before.teller().or(self.prolog.state.teller());
        let told = teller.is_some_and(|teller| interest.has(teller));
        if !told && interest.has_default() && matches!(self.awaiting, Awaiting::Nothing) {
            self.push(Event::Default(self.text(at, next)));
        }
        Ok(Flow::Again)
    }

    /// A comment or processing instruction stands here.
    fn leave_start(&mut self) -> Result<(), Code> {
        self.prolog.state = match self.prolog.state {
            State::Start | State::Before => State::Before,
            State::ExternalStart => State::External,
            state @ (State::AfterDoctype | State::Internal | State::External) => state,
            _ => return Err(Code::Syntax),
        };
        Ok(())
    }

    fn xml_declaration(&mut self, found: &Found<'_>, interest: Interest) -> Result<(), Code> {
        let span = (found.start, found.end);
        match self.prolog.state {
            State::Start if self.sources.is_empty() => {
                self.prolog.state = State::Before;
                self.declaration(found.text, span, false, interest)
            }
            State::ExternalStart => {
                self.prolog.state = State::External;
                self.declaration(found.text, span, true, interest)
            }
            _ => Err(Code::MisplacedXmlPi),
        }
    }

    fn prolog_end(&mut self) -> Result<Flow, Code> {
        if let Some(source) = self.sources.pop() {
            source.entity.open.set(false);
            if source.between && !self.prolog.state.between_declarations() {
                return Err(Code::IncompletePe);
            }
            return Ok(Flow::Again);
        }
        if !self.is_final {
            return Ok(Flow::Wait);
        }
        self.check_end()?;
        if self.kind != Kind::Parameter {
            return Err(Code::NoElements);
        }
        if !self.prolog.state.between_declarations() || self.prolog.include_level > 0 {
            return Err(Code::IncompletePe);
        }
        Ok(Flow::Finished)
    }

    /// The document element begins.
    fn instance_start(&mut self, interest: Interest) -> Result<Flow, Code> {
        if !matches!(self.prolog.state, State::Start | State::Before | State::AfterDoctype) {
            return Err(Code::Syntax);
        }
        self.phase = Phase::Content;
        if !core::mem::take(&mut self.foreign_dtd) {
            return Ok(Flow::Again);
        }
        let had_references = self.dtd.borrow().has_parameter_references;
        self.dtd.borrow_mut().has_parameter_references = true;
        if self.parameter_entities == ParamEntityParsing::Never || !interest.has(Interest::EXTERNAL_ENTITY) {
            return Ok(Flow::Again);
        }
        self.ask_for_subset(None, None, had_references, false);
        Ok(Flow::Again)
    }

    /// Asks for the external subset.
    fn ask_for_subset(
        &mut self,
        system_id: Option<Vec<u8>>,
        public_id: Option<Vec<u8>>,
        had_references: bool,
        closes: bool,
    ) {
        self.dtd.borrow_mut().parameter_entity_read = false;
        self.awaiting =
            Awaiting::ExternalSubset { had_system_id: system_id.is_some(), had_references, closes };
        let base = self.base.clone();
        self.push(Event::ExternalEntity(ExternalEntity { context: None, base, system_id, public_id }));
    }

    /// Answers [`Event::ExternalEntity`]: whether the entity was read.
    pub fn external_entity_read(&mut self, ok: bool, interest: Interest) -> Result<(), Code> {
        let awaited = core::mem::replace(&mut self.awaiting, Awaiting::Nothing);
        if let Awaiting::GeneralEntity(entity) | Awaiting::ParameterEntity(entity) = &awaited {
            entity.open.set(false);
        }
        if !ok {
            self.fail(Code::ExternalEntityHandling);
            return Err(Code::ExternalEntityHandling);
        }
        match awaited {
            Awaiting::ParameterEntity(_) => {
                let mut dtd = self.dtd.borrow_mut();
                if !dtd.parameter_entity_read {
                    dtd.skip = !dtd.standalone;
                    return Ok(());
                }
                drop(dtd);
                self.ask_about_standalone(interest);
            }
            Awaiting::ExternalSubset { had_system_id, had_references, closes } => {
                let read = self.dtd.borrow().parameter_entity_read;
                if read {
                    self.ask_about_standalone(interest);
                } else if !had_system_id {
                    self.dtd.borrow_mut().has_parameter_references = had_references;
                }
                if closes && interest.has(Interest::END_DOCTYPE) {
                    self.push(Event::EndDoctype);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn ask_about_standalone(&mut self, interest: Interest) {
        let standalone = self.dtd.borrow().standalone;
        if !standalone && interest.has(Interest::NOT_STANDALONE) {
            self.push(Event::NotStandalone);
        }
    }

    /// Answers [`Event::NotStandalone`]: whether to go on.
    pub fn not_standalone(&mut self, ok: bool) -> Result<(), Code> {
        if ok {
            return Ok(());
        }
        self.fail(Code::NotStandalone);
        Err(Code::NotStandalone)
    }

    /// A reference to a parameter entity.
    fn parameter_reference(
        &mut self,
        found: &Found<'_>,
        (from, to): (usize, usize),
        interest: Interest,
    ) -> Result<Flow, Code> {
        let between = self.prolog.state.between_declarations();
        if !between && self.kind != Kind::Parameter {
            return Err(if matches!(self.prolog.state, State::Start | State::Before) {
                Code::Syntax
            } else {
                Code::ParamEntityRef
            });
        }
        if self.prolog.state == State::ExternalStart {
            self.prolog.state = State::External;
        }
        let name = found.text.get(from..to).unwrap_or_default();
        let span = (found.start, found.end);
        self.dtd.borrow_mut().has_parameter_references = true;
        if self.parameter_entities == ParamEntityParsing::Never {
            {
                let mut dtd = self.dtd.borrow_mut();
                dtd.skip = !dtd.standalone;
            }
            return Ok(self.reference_passed_over(span, interest));
        }
        let entity = self.dtd.borrow().parameter.get(name).cloned();
        let must_be_known =
            self.kind != Kind::Parameter && self.dtd.borrow().standalone && self.sources.is_empty();
        let entity = match entity {
            None if must_be_known => return Err(Code::UndefinedEntity),
            Some(entity) if must_be_known && !entity.is_internal => return Err(Code::EntityDeclaredInPe),
            Some(entity) => entity,
            None => {
                let mut dtd = self.dtd.borrow_mut();
                dtd.skip = !dtd.standalone;
                drop(dtd);
                let skipped = || Event::SkippedEntity { name: name.to_vec(), parameter: true };
                let wanted = if between { Interest::SKIPPED_ENTITY } else { Interest::DEFAULT };
                return Ok(match self.tell(interest, wanted, span, skipped) {
                    Flow::Event(Event::SkippedEntity { .. }) if !between => {
                        Flow::Event(Event::Default(self.text(span.0, span.1)))
                    }
                    flow => flow,
                });
            }
        };
        if entity.open.get() {
            return Err(Code::RecursiveEntityRef);
        }
        if let Some(text) = entity.text.clone() {
            entity.open.set(true);
            self.sources.push(Source { entity, text, at: 0, level: self.tags.len(), between });
            self.ask_about_standalone(interest);
            return Ok(Flow::Again);
        }
        if !interest.has(Interest::EXTERNAL_ENTITY) {
            {
                let mut dtd = self.dtd.borrow_mut();
                dtd.skip = !dtd.standalone;
            }
            return Ok(self.reference_passed_over(span, interest));
        }
        self.dtd.borrow_mut().parameter_entity_read = false;
        entity.open.set(true);
        let reference = self.reference_to(&entity);
        self.awaiting = Awaiting::ParameterEntity(entity);
        Ok(Flow::Event(Event::ExternalEntity(reference)))
    }

    fn reference_passed_over(&mut self, span: (usize, usize), interest: Interest) -> Flow {
        self.ask_about_standalone(interest);
        if interest.has_default() {
            self.push(Event::Default(self.text(span.0, span.1)));
        }
        Flow::Again
    }

    /// Takes one token that may change the state.
    fn accept(&mut self, found: &Found<'_>, interest: Interest) -> Result<(), Code> {
        use State as S;
        let next = match (self.prolog.state, found.token) {
            (S::Start | S::Before, T::DeclarationOpen) if found.bytes() == b"<!DOCTYPE" => S::DoctypeName,
            (S::DoctypeName, T::Name | T::PrefixedName) => {
                self.prolog.doctype = Some(found.bytes().to_vec());
                S::DoctypeAfterName
            }
            (S::DoctypeAfterName, T::Name) if found.is_name(b"SYSTEM") => S::DoctypeSystem,
            (S::DoctypeAfterName, T::Name) if found.is_name(b"PUBLIC") => S::DoctypePublic,
            (S::DoctypePublic, T::Literal) => {
                self.prolog.public_id = Some(self.public_id(found)?);
                S::DoctypeSystem
            }
            (S::DoctypeSystem, T::Literal) => {
                self.doctype_system_id(found, interest);
                S::DoctypeAfterId
            }
            (S::DoctypeAfterName | S::DoctypeAfterId, T::OpenBracket) => {
                self.tell_doctype(true, interest);
                S::Internal
            }
            (S::DoctypeAfterName | S::DoctypeAfterId | S::DoctypeClose, T::Close) => {
                self.doctype_close(interest);
                S::AfterDoctype
            }
            (S::Internal, T::CloseBracket) if self.sources.is_empty() => S::DoctypeClose,
            (S::Internal | S::External | S::ExternalStart, T::DeclarationOpen) => match found.bytes() {
                b"<!ENTITY" => S::EntityName,
                b"<!ATTLIST" => S::AttlistElement,
                b"<!ELEMENT" => S::ElementName,
                b"<!NOTATION" => S::NotationName,
                _ => return Err(Code::Syntax),
            },
            (S::External | S::ExternalStart, T::SectionOpen) => S::SectionKeyword,
            (S::External, T::SectionClose) if self.prolog.include_level > 0 => {
                self.prolog.include_level -= 1;
                S::External
            }
            (S::SectionKeyword, T::Name) if found.is_name(b"INCLUDE") => S::SectionInclude,
            (S::SectionKeyword, T::Name) if found.is_name(b"IGNORE") => S::SectionIgnore,
            (S::SectionInclude, T::OpenBracket) => {
                self.prolog.include_level += 1;
                S::External
            }
            (S::SectionIgnore, T::OpenBracket) => {
                self.phase = Phase::IgnoredSection;
                self.prolog.ignored_level = 0;
                S::External
            }
            (state, _) => self.accept_in_declaration(state, found, interest)?,
        };
        self.prolog.state = next;
        Ok(())
    }

    fn doctype_system_id(&mut self, found: &Found<'_>, interest: Interest) {
        let (from, to) = found.inner();
        self.prolog.system_id = found.text.get(from..to).map(<[u8]>::to_vec);
        self.foreign_dtd = false;
        self.dtd.borrow_mut().has_parameter_references = true;
        if self.parameter_entities == ParamEntityParsing::Never {
            self.ask_about_standalone(interest);
        }
    }

    fn tell_doctype(&mut self, internal_subset: bool, interest: Interest) {
        let Some(name) = self.prolog.doctype.take() else { return };
        if interest.has(Interest::START_DOCTYPE) {
            let (system_id, public_id) = (self.prolog.system_id.clone(), self.prolog.public_id.clone());
            self.push(Event::StartDoctype { name, system_id, public_id, internal_subset });
        }
    }

    fn doctype_close(&mut self, interest: Interest) {
        self.tell_doctype(false, interest);
        let (system_id, public_id) = (self.prolog.system_id.take(), self.prolog.public_id.take());
        let foreign = core::mem::take(&mut self.foreign_dtd);
        if system_id.is_some() || foreign {
            let had_references = self.dtd.borrow().has_parameter_references;
            self.dtd.borrow_mut().has_parameter_references = true;
            if self.parameter_entities != ParamEntityParsing::Never && interest.has(Interest::EXTERNAL_ENTITY)
            {
                return self.ask_for_subset(system_id, public_id, had_references, true);
            }
        }
        if interest.has(Interest::END_DOCTYPE) {
            self.push(Event::EndDoctype);
        }
    }

    /// Inside `<![IGNORE[`: everything up to its end.
    pub(super) fn ignored_section_step(&mut self, interest: Interest) -> Result<Flow, Code> {
        let (text, at) = self.here();
        self.event_at(at);
        let scanner = super::scan::Scanner::new(&text, false);
        let mut level = 0_usize;
        let mut place = at;
        let end = loop {
            let rest = text.get(place..).unwrap_or_default();
            if rest.starts_with(b"<![") {
                level += 1;
                place += 3;
            } else if rest.starts_with(b"]]>") {
                place += 3;
                if level == 0 {
                    break Ok(place);
                }
                level -= 1;
            } else {
                match scanner.any_char(place) {
                    Ok(next) => place = next,
                    Err(stop) => break Err(stop),
                }
            }
        };
        let end = match end {
            Ok(end) => end,
            Err(super::scan::Stop::Invalid(place)) => {
                self.event_at(place);
                return Err(Code::InvalidToken);
            }
            Err(_) if self.sources.is_empty() && !self.is_final => return Ok(Flow::Wait),
            Err(_) => return Err(Code::Syntax),
        };
        self.phase = Phase::Prolog;
        self.go_to(end)?;
        if interest.has_default() {
            self.push(Event::Default(self.text(at, end)));
        }
        Ok(Flow::Again)
    }

    /// Adds an item to the innermost group of the content model.
    pub(super) fn add_to_model(
        &mut self,
        kind: ModelKind,
        quantifier: Quantifier,
        name: Option<Vec<u8>>,
    ) -> usize {
        let parent = self.prolog.groups.last().map(|(place, _)| *place);
        let part = super::dtd::ModelPart { kind, quantifier, name, children: Vec::new() };
        self.prolog.model.add(parent, part)
    }
}
