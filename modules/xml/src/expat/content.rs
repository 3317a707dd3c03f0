//! Content: elements, text, references, CDATA sections, and what follows the document element.

use std::rc::Rc;

use super::attributes::predefined;
use super::declaration::Declaration;
use super::encoding::Encoding;
use super::error::Code;
use super::event::{Event, Interest, Text};
use super::parser::{Awaiting, Flow, Kind, Parser, Phase, Source, Tag};
use super::prolog_scan::{PrologToken, prolog_token};
use super::scan::{Instruction, Scanner, TagName, Token};

/// The text with its line ends made line feeds.
pub(super) fn with_line_feeds(text: &[u8]) -> Vec<u8> {
    if memchr::memchr(b'\r', text).is_none() {
        return text.to_vec();
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(end) = memchr::memchr(b'\r', rest) {
        out.extend_from_slice(rest.get(..end).unwrap_or_default());
        out.push(b'\n');
        let pair = rest.get(end + 1) == Some(&b'\n');
        rest = rest.get(end + 1 + usize::from(pair)..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out
}

impl Parser {
    /// Tells `event` if it is wanted; else the text of its token, if that is.
    #[inline]
    pub(super) fn tell(
        &self,
        interest: Interest,
        wanted: Interest,
        token: (usize, usize),
        event: impl FnOnce() -> Event,
    ) -> Flow {
        if interest.has(wanted) {
            Flow::Event(event())
        } else if interest.has_default() {
            Flow::Event(Event::Default(self.text(token.0, token.1)))
        } else {
            Flow::Again
        }
    }

    /// One token of content.
    pub(super) fn content_step(&mut self, interest: Interest) -> Result<Flow, Code> {
        let (text, at) = self.here();
        if at >= text.len() {
            return self.content_end(at);
        }
        let mut attributes = core::mem::take(&mut self.raw_attributes);
        let scanned = Scanner::new(&text, self.namespaces.is_some()).content(at, &mut attributes);
        self.raw_attributes = attributes;
        self.event_at(at);
        let (token, next) = match scanned {
            Ok((Token::Characters, end)) => (Token::Characters, self.cut(&text, at, end)),
            Ok(found) => found,
            Err(stop) => return self.stopped(stop, Code::UnclosedToken),
        };
        let waits = self.sources.is_empty() && !self.is_final;
        if waits && matches!(token, Token::TrailingReturn | Token::TrailingBracket) {
            return Ok(Flow::Wait);
        }
        self.go_to(next)?;
        let span = (at, next);
        Ok(match token {
            Token::Characters | Token::TrailingBracket => {
                self.tell(interest, Interest::CHARACTERS, span, || Event::Characters(self.text(at, next)))
            }
            Token::Newline | Token::TrailingReturn => {
                self.tell(interest, Interest::CHARACTERS, span, || Event::Characters(Text::Byte(b'\n')))
            }
            Token::StartTag { name, empty } => return self.open_element(&text, name, empty, span, interest),
            Token::EndTag { name } => return self.close_element(&text, name, span, interest),
            Token::CharacterReference(Some(c)) => {
                let text = || Text::Owned(c.encode_utf8(&mut [0; 4]).as_bytes().to_vec());
                self.tell(interest, Interest::CHARACTERS, span, || Event::Characters(text()))
            }
            Token::CharacterReference(None) => return Err(Code::BadCharRef),
            Token::EntityReference { name: (from, to) } => {
                return self.general_reference(text.get(from..to).unwrap_or_default(), span, interest);
            }
            Token::CdataOpen => {
                self.phase = Phase::Cdata;
                self.tell(interest, Interest::START_CDATA, span, || Event::StartCdata)
            }
            Token::Instruction(instruction) => {
                if instruction.is_declaration {
                    return Err(Code::MisplacedXmlPi);
                }
                self.instruction(&text, instruction, span, interest)
            }
            Token::Comment { text: (from, to) } => self.comment(&text, (from, to), span, interest),
        })
    }

    /// A processing instruction.
    pub(super) fn instruction(
        &self,
        text: &[u8],
        instruction: Instruction,
        span: (usize, usize),
        interest: Interest,
    ) -> Flow {
        let part = |(from, to): (usize, usize)| text.get(from..to).unwrap_or_default();
        self.tell(interest, Interest::PROCESSING_INSTRUCTION, span, || Event::ProcessingInstruction {
            target: part(instruction.target).to_vec(),
            data: with_line_feeds(part(instruction.data)),
        })
    }

    /// A comment.
    pub(super) fn comment(
        &self,
        text: &[u8],
        (from, to): (usize, usize),
        span: (usize, usize),
        interest: Interest,
    ) -> Flow {
        self.tell(interest, Interest::COMMENT, span, || {
            Event::Comment(with_line_feeds(text.get(from..to).unwrap_or_default()))
        })
    }

    /// The text is at its end: that of an entity, or the input.
    fn content_end(&mut self, at: usize) -> Result<Flow, Code> {
        if let Some(source) = self.sources.pop() {
            source.entity.open.set(false);
            if source.level != self.tags.len() {
                return Err(Code::AsyncEntity);
            }
            return Ok(Flow::Again);
        }
        self.event_at(at);
        if !self.is_final {
            return Ok(Flow::Wait);
        }
        self.check_end()?;
        match self.kind {
            Kind::General if self.tags.is_empty() => Ok(Flow::Finished),
            Kind::General => Err(Code::AsyncEntity),
            _ => Err(Code::NoElements),
        }
    }

    fn open_element(
        &mut self,
        text: &Rc<Vec<u8>>,
        name: TagName,
        empty: bool,
        span: (usize, usize),
        interest: Interest,
    ) -> Result<Flow, Code> {
        let (symbol, bindings) = self.start_tag(text, name, interest)?;
        let told = interest.has(Interest::START_ELEMENT);
        let flow = if empty && !told {
            Flow::Again
        } else {
            self.tell(interest, Interest::START_ELEMENT, span, || Event::StartElement(symbol))
        };
        if !empty {
            let start = self.tag_names.len();
            self.tag_names.extend_from_slice(text.get(name.start..name.end).unwrap_or_default());
            self.tags.push(Tag { name: start, symbol, bindings });
            return Ok(self.after_queue(flow));
        }
        let flow = self.after_queue(flow);
        if interest.has(Interest::END_ELEMENT) {
            let place = if told { span.1 } else { span.0 };
            self.push_at(place, Event::EndElement(symbol));
        } else if !told && interest.has_default() {
            self.push(Event::Default(self.text(span.0, span.1)));
        }
        self.unbind_namespaces(bindings, interest);
        self.element_closed();
        Ok(flow)
    }

    /// What is told now comes after what waits to be told.
    fn after_queue(&mut self, flow: Flow) -> Flow {
        match flow {
            Flow::Event(event) if !self.nothing_queued() => {
                self.push(event);
                Flow::Again
            }
            flow => flow,
        }
    }

    fn close_element(
        &mut self,
        text: &[u8],
        (from, to): (usize, usize),
        span: (usize, usize),
        interest: Interest,
    ) -> Result<Flow, Code> {
        let lowest = self.sources.last().map_or(0, |source| source.level);
        let tag = match self.tags.pop() {
            Some(tag) if self.tags.len() >= lowest => tag,
            _ => return Err(Code::AsyncEntity),
        };
        if self.tag_names.get(tag.name..) != text.get(from..to) {
            self.event_at(from);
            return Err(Code::TagMismatch);
        }
        self.tag_names.truncate(tag.name);
        let flow = self.tell(interest, Interest::END_ELEMENT, span, || Event::EndElement(tag.symbol));
        self.unbind_namespaces(tag.bindings, interest);
        self.element_closed();
        Ok(flow)
    }

    fn element_closed(&mut self) {
        if self.tags.is_empty() && self.kind == Kind::Document {
            self.phase = Phase::Epilog;
        }
    }

    /// A reference in content.
    fn general_reference(
        &mut self,
        name: &[u8],
        span: (usize, usize),
        interest: Interest,
    ) -> Result<Flow, Code> {
        if let Some(c) = predefined(name) {
            return Ok(self.tell(interest, Interest::CHARACTERS, span, || Event::Characters(Text::Byte(c))));
        }
        let skipped = || Event::SkippedEntity { name: name.to_vec(), parameter: false };
        let found = {
            let dtd = self.dtd.borrow();
            let entity = dtd.general.get(name).cloned();
            match &entity {
                None if dtd.is_complete() => return Err(Code::UndefinedEntity),
                Some(entity) if dtd.is_complete() && !entity.is_internal => {
                    return Err(Code::EntityDeclaredInPe);
                }
                _ => entity,
            }
        };
        let Some(entity) = found else {
            return Ok(self.tell(interest, Interest::SKIPPED_ENTITY, span, skipped));
        };
        if entity.open.get() {
            return Err(Code::RecursiveEntityRef);
        }
        if entity.notation.is_some() {
            return Err(Code::BinaryEntityRef);
        }
        if let Some(text) = entity.text.clone() {
            if interest.has(Interest::DEFAULT) {
                return Ok(self.tell(interest, Interest::SKIPPED_ENTITY, span, skipped));
            }
            entity.open.set(true);
            self.sources.push(Source { entity, text, at: 0, level: self.tags.len(), between: false });
            return Ok(Flow::Again);
        }
        if !interest.has(Interest::EXTERNAL_ENTITY) {
            return Ok(self.tell(interest, Interest::EXTERNAL_ENTITY, span, skipped));
        }
        entity.open.set(true);
        let reference = self.reference_to(&entity);
        self.awaiting = Awaiting::GeneralEntity(entity);
        Ok(Flow::Event(Event::ExternalEntity(reference)))
    }

    /// One token of a CDATA section.
    pub(super) fn cdata_step(&mut self, interest: Interest) -> Result<Flow, Code> {
        let (text, at) = self.here();
        self.event_at(at);
        if at >= text.len() {
            let waits = self.sources.is_empty() && !self.is_final;
            return if waits { Ok(Flow::Wait) } else { Err(Code::UnclosedCdataSection) };
        }
        let (token, next) = match Scanner::new(&text, self.namespaces.is_some()).cdata(at) {
            Ok((Some(Token::Characters), end)) => (Some(Token::Characters), self.cut(&text, at, end)),
            Ok(found) => found,
            Err(stop) => return self.stopped(stop, Code::UnclosedCdataSection),
        };
        self.go_to(next)?;
        let span = (at, next);
        Ok(match token {
            None => {
                self.phase = Phase::Content;
                self.tell(interest, Interest::END_CDATA, span, || Event::EndCdata)
            }
            Some(Token::Newline) => {
                self.tell(interest, Interest::CHARACTERS, span, || Event::Characters(Text::Byte(b'\n')))
            }
            Some(_) => {
                self.tell(interest, Interest::CHARACTERS, span, || Event::Characters(self.text(at, next)))
            }
        })
    }

    /// What follows the document element.
    pub(super) fn epilog_step(&mut self, interest: Interest) -> Result<Flow, Code> {
        if let Some(source) = self.sources.pop() {
            // The document element cannot have ended inside an entity: its level would be wrong.
            source.entity.open.set(false);
            return Err(Code::AsyncEntity);
        }
        let (text, at) = self.here();
        self.event_at(at);
        if at >= text.len() {
            if !self.is_final {
                return Ok(Flow::Wait);
            }
            return self.check_end().map(|()| Flow::Finished);
        }
        let (token, next, _) = match prolog_token(&text, at, self.namespaces.is_some()) {
            Ok(found) => found,
            Err(stop) => return self.stopped(stop, Code::UnclosedToken),
        };
        let span = (at, next);
        match token {
            PrologToken::Space => {
                self.go_to(next)?;
                let wanted = interest.has_default();
                Ok(if wanted { Flow::Event(Event::Default(self.text(at, next))) } else { Flow::Again })
            }
            PrologToken::Instruction(instruction) if !instruction.is_declaration => {
                self.go_to(next)?;
                Ok(self.instruction(&text, instruction, span, interest))
            }
            PrologToken::Comment(inner) => {
                self.go_to(next)?;
                Ok(self.comment(&text, inner, span, interest))
            }
            _ => Err(Code::JunkAfterDocElement),
        }
    }

    /// The beginning of a general external entity: a text declaration may stand there.
    pub(super) fn entity_start(&mut self, interest: Interest) -> Result<Flow, Code> {
        let (text, at) = self.here();
        self.event_at(at);
        if at >= text.len() && !self.is_final {
            return Ok(Flow::Wait);
        }
        let rest = text.get(at..).unwrap_or_default();
        let opening = b"<?xml";
        if !rest.starts_with(opening.get(..rest.len().min(opening.len())).unwrap_or_default())
            || rest.is_empty()
        {
            self.phase = Phase::Content;
            return Ok(Flow::Again);
        }
        let (instruction, next) = match Scanner::new(&text, false).instruction(at + 2) {
            Ok(found) if rest.len() > opening.len() => found,
            Ok(_) => return self.stopped(super::scan::Stop::Partial, Code::UnclosedToken),
            Err(stop) => return self.stopped(stop, Code::UnclosedToken),
        };
        self.phase = Phase::Content;
        if !instruction.is_declaration {
            return Ok(Flow::Again);
        }
        self.declaration(&text, (at, next), true, interest)?;
        self.go_to(next)?;
        Ok(Flow::Again)
    }

    /// Takes in an XML or text declaration.
    pub(super) fn declaration(
        &mut self,
        text: &[u8],
        span: (usize, usize),
        is_text: bool,
        interest: Interest,
    ) -> Result<(), Code> {
        let found = match Declaration::parse(text, span, is_text) {
            Ok(found) => found,
            Err(place) => {
                self.event_at(place);
                return Err(if is_text { Code::TextDecl } else { Code::XmlDecl });
            }
        };
        if found.standalone == Some(true) {
            self.dtd.borrow_mut().standalone = true;
            if self.parameter_entities == super::parser::ParamEntityParsing::UnlessStandalone {
                self.parameter_entities = super::parser::ParamEntityParsing::Never;
            }
        }
        let part =
            |span: Option<(usize, usize)>| span.and_then(|(from, to)| text.get(from..to)).map(<[u8]>::to_vec);
        let encoding = part(found.encoding);
        if interest.has(Interest::XML_DECLARATION) {
            let standalone = found.standalone.map_or(-1, i32::from);
            let version = part(found.version);
            self.push(Event::XmlDeclaration { version, encoding: encoding.clone(), standalone });
        } else if interest.has_default() {
            self.push(Event::Default(self.text(span.0, span.1)));
        }
        match (encoding, found.encoding) {
            (Some(name), Some((place, _))) if self.preset.is_none() => {
                self.declared_encoding(name, place, interest)
            }
            _ => Ok(()),
        }
    }

    fn declared_encoding(&mut self, name: Vec<u8>, place: usize, interest: Interest) -> Result<(), Code> {
        let Some((encoding, open)) = Encoding::named(&name) else {
            if !interest.has(Interest::UNKNOWN_ENCODING) {
                self.event_at(place);
                return Err(Code::UnknownEncoding);
            }
            self.awaiting = Awaiting::ByteMap;
            self.push_at(place, Event::UnknownEncoding(name));
            return Ok(());
        };
        let fits = match (&encoding, &self.encoding) {
            (Encoding::Utf16 { little: new }, Encoding::Utf16 { little: old }) => open || new == old,
            (new, old) => new.unit() == old.unit(),
        };
        if !fits {
            self.event_at(place);
            return Err(Code::IncorrectEncoding);
        }
        if !encoding.is_utf8() && encoding.unit() == 1 {
            self.switch_to = Some(encoding);
        }
        Ok(())
    }
}
