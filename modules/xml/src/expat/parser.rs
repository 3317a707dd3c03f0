//! The parser: its input, its state, and what drives it. Not here: what the parts of a document mean.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::dtd::{Dtd, Entity};
use super::encoding::{ByteMap, Encoding, Guess, guess};
use super::error::Code;
use super::event::{Event, Interest, Text};
use super::namespaces::Namespaces;
use super::position::Mark;
use super::prolog::Prolog;
use super::protection::Limits;
use super::scan::{RawAttribute, Stop};
use super::symbols::{Symbol, Symbols};

/// How much of what has been read stays in the buffer, for [`Parser::input_context`].
const CONTEXT: usize = 1024;
/// How much of a text that had to be decoded is told at once.
const DECODED_PIECE: usize = 1024;

/// What a parser is made with.
#[derive(Default)]
pub struct Options {
    /// The encoding, whatever the document says.
    pub encoding: Option<Vec<u8>>,
    /// Names are told with their URIs, with this in between.
    pub separator: Option<Vec<u8>>,
}

/// Whether parameter entities are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParamEntityParsing {
    Never,
    UnlessStandalone,
    Always,
}

/// What [`Parser::next`] gives.
#[derive(Debug)]
pub enum Step {
    Event(Event),
    /// Nothing more to tell before there is more input.
    More,
    /// The document is complete.
    Finished,
}

/// What a part of the machine did.
pub(super) enum Flow {
    Event(Event),
    Again,
    Wait,
    Finished,
}

/// What a parser reads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Document,
    /// A general external entity.
    General,
    /// A parameter entity or the external subset.
    Parameter,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The encoding is not known.
    Start,
    /// A text declaration may come.
    EntityStart,
    Prolog,
    IgnoredSection,
    Content,
    Cdata,
    Epilog,
    Finished,
}

/// What the caller owes an answer to.
pub(super) enum Awaiting {
    Nothing,
    /// The map of an encoding, and whether the preset name asked for it.
    ByteMap,
    GeneralEntity(Rc<Entity>),
    ParameterEntity(Rc<Entity>),
    /// Whether a system identifier was there, whether references to parameter entities were met before, and whether the
    /// document type declaration ends here.
    ExternalSubset {
        had_system_id: bool,
        had_references: bool,
        closes: bool,
    },
}

/// An internal entity that is being read.
pub(super) struct Source {
    pub entity: Rc<Entity>,
    pub text: Rc<Vec<u8>>,
    pub at: usize,
    /// Open elements at its beginning.
    pub level: usize,
    /// A parameter entity between declarations.
    pub between: bool,
}

/// An open element.
pub(super) struct Tag {
    /// Where its name begins in the names of all open elements.
    pub name: usize,
    pub symbol: Symbol,
    /// How many namespaces it declares.
    pub bindings: usize,
}

/// An attribute of the element that was told last.
#[derive(Clone, Debug)]
pub struct Attribute {
    pub name: Symbol,
    pub value: Text,
}

/// See the module's head.
pub struct Parser {
    /// The decoded input that is kept.
    pub(super) input: Rc<Vec<u8>>,
    /// Bytes that are not decoded yet.
    raw: Vec<u8>,
    pub(super) encoding: Encoding,
    pub(super) preset: Option<Vec<u8>>,
    /// The encoding to go on in, with the rest of the input.
    pub(super) switch_to: Option<Encoding>,
    pub(super) at: usize,
    pub(super) is_final: bool,
    /// Where the current event began.
    pub(super) event: Option<usize>,
    mark: Mark,
    /// Where reading began when the last piece came.
    fed_at: usize,
    /// How much there was to read when the last attempt did not get anywhere.
    stuck_with: usize,
    waits: bool,
    pub(super) deferral: bool,
    pub(super) kind: Kind,
    pub(super) phase: Phase,
    pub(super) sources: Vec<Source>,
    queue: VecDeque<(Option<usize>, Event)>,
    pub(super) awaiting: Awaiting,
    pub(super) symbols: Symbols,
    pub(super) raw_attributes: Vec<RawAttribute>,
    pub(super) attributes: Vec<Attribute>,
    /// How many attributes stand in the tag.
    pub(super) specified: usize,
    pub(super) values: Vec<u8>,
    /// For each symbol the number of the start tag it was last met in as an attribute.
    pub(super) seen: Vec<u32>,
    pub(super) tag_number: u32,
    pub(super) tags: Vec<Tag>,
    pub(super) tag_names: Vec<u8>,
    pub(super) scratch: Vec<u8>,
    pub(super) namespaces: Option<Namespaces>,
    pub(super) dtd: Rc<RefCell<Dtd>>,
    pub(super) prolog: Prolog,
    pub(super) base: Option<Vec<u8>>,
    pub(super) parameter_entities: ParamEntityParsing,
    pub(super) foreign_dtd: bool,
    pub(super) limits: Rc<Limits>,
    started: bool,
    failed: Option<Code>,
}

impl Parser {
    pub fn new(options: Options) -> Parser {
        Parser {
            input: Rc::default(),
            raw: Vec::new(),
            encoding: Encoding::Utf8,
            preset: options.encoding,
            switch_to: None,
            at: 0,
            is_final: false,
            event: None,
            mark: Mark::START,
            fed_at: 0,
            stuck_with: 0,
            waits: false,
            deferral: true,
            kind: Kind::Document,
            phase: Phase::Start,
            sources: Vec::new(),
            queue: VecDeque::new(),
            awaiting: Awaiting::Nothing,
            symbols: Symbols::default(),
            raw_attributes: Vec::new(),
            attributes: Vec::new(),
            specified: 0,
            values: Vec::new(),
            seen: Vec::new(),
            tag_number: 0,
            tags: Vec::new(),
            tag_names: Vec::new(),
            scratch: Vec::new(),
            namespaces: options.separator.map(Namespaces::new),
            dtd: Rc::default(),
            prolog: Prolog::default(),
            base: None,
            parameter_entities: ParamEntityParsing::Never,
            foreign_dtd: false,
            limits: Rc::new(Limits::new()),
            started: false,
            failed: None,
        }
    }

    /// Takes the next piece of the document; `is_final` says that it is the last one.
    pub fn feed(&mut self, data: &[u8], is_final: bool) -> Result<(), Code> {
        if let Some(code) = self.failed {
            return Err(code);
        }
        if self.is_final {
            return Err(Code::Finished);
        }
        self.started = true;
        self.is_final = is_final;
        self.forget_what_was_read();
        if self.phase == Phase::Start {
            self.raw.extend_from_slice(data);
        } else {
            self.decode(data);
        }
        self.fed_at = self.at;
        let available = self.input.len().saturating_sub(self.at);
        self.waits = self.deferral && !is_final && available < self.stuck_with.saturating_mul(2);
        Ok(())
    }

    fn forget_what_was_read(&mut self) {
        let surplus = self.at.saturating_sub(CONTEXT);
        if surplus == 0 || surplus < self.input.len() / 2 {
            return;
        }
        self.mark = self.mark.advanced(&self.input, self.at, &self.encoding);
        self.mark.at -= surplus;
        self.at -= surplus;
        self.event = self.event.map(|event| event.saturating_sub(surplus));
        Rc::make_mut(&mut self.input).drain(..surplus);
    }

    fn decode(&mut self, data: &[u8]) {
        let input = Rc::make_mut(&mut self.input);
        if self.raw.is_empty() {
            let used = self.encoding.decode(data, input);
            self.raw.extend_from_slice(data.get(used..).unwrap_or_default());
        } else {
            self.raw.extend_from_slice(data);
            let used = self.encoding.decode(&self.raw, input);
            self.raw.drain(..used);
        }
    }

    /// The next thing that happens.
    pub fn next(&mut self, interest: Interest) -> Result<Step, Code> {
        if let Some(code) = self.failed {
            return Err(code);
        }
        let step = self.advance(interest);
        if let Err(code) = step {
            self.fail(code);
        }
        step
    }

    /// Nothing goes on after an error.
    pub fn fail(&mut self, code: Code) {
        self.failed = Some(code);
        self.queue.clear();
    }

    fn advance(&mut self, interest: Interest) -> Result<Step, Code> {
        loop {
            if let Some((place, event)) = self.queue.pop_front() {
                if place.is_some() {
                    self.event = place;
                }
                return Ok(Step::Event(event));
            }
            if self.waits {
                return Ok(Step::More);
            }
            if let Some(encoding) = self.switch_to.take() {
                self.switch_encoding(encoding);
            }
            let flow = match self.phase {
                Phase::Content => self.content_step(interest)?,
                Phase::Cdata => self.cdata_step(interest)?,
                Phase::Start => self.begin(interest)?,
                Phase::EntityStart => self.entity_start(interest)?,
                Phase::Prolog => self.prolog_step(interest)?,
                Phase::IgnoredSection => self.ignored_section_step(interest)?,
                Phase::Epilog => self.epilog_step(interest)?,
                Phase::Finished => Flow::Finished,
            };
            match flow {
                Flow::Event(event) => return Ok(Step::Event(event)),
                Flow::Again => {}
                Flow::Wait => {
                    let left = self.input.len().saturating_sub(self.at);
                    self.stuck_with = if self.at == self.fed_at { left } else { 0 };
                    self.mark = self.mark.advanced(&self.input, self.at, &self.encoding);
                    return Ok(Step::More);
                }
                Flow::Finished => {
                    self.phase = Phase::Finished;
                    return Ok(Step::Finished);
                }
            }
            self.check_memory()?;
        }
    }

    fn check_memory(&self) -> Result<(), Code> {
        let held = size_of::<Parser>()
            + self.input.capacity()
            + self.values.capacity()
            + self.tag_names.capacity()
            + self.symbols.memory()
            + self.dtd.borrow().memory();
        if self.limits.allows_memory(held) { Ok(()) } else { Err(Code::NoMemory) }
    }

    /// Finds out the encoding.
    fn begin(&mut self, interest: Interest) -> Result<Flow, Code> {
        let preset = match &self.preset {
            None => None,
            Some(name) => match Encoding::named(name) {
                Some(known) => Some(known),
                None if interest.has(Interest::UNKNOWN_ENCODING) => {
                    self.awaiting = Awaiting::ByteMap;
                    return Ok(Flow::Event(Event::UnknownEncoding(name.clone())));
                }
                None => return Err(Code::UnknownEncoding),
            },
        };
        match guess(&self.raw, self.is_final, preset.as_ref()) {
            Guess::Wait => return Ok(Flow::Wait),
            Guess::Encoding(encoding) => self.encoding = encoding,
        }
        self.start_decoding();
        if let [0xEF] | [0xEF, 0xBB] = self.input.as_slice()
            && !self.is_final
        {
            self.raw = self.input.to_vec();
            Rc::make_mut(&mut self.input).clear();
            self.phase = Phase::Start;
            return Ok(Flow::Wait);
        }
        if self.input.starts_with("\u{FEFF}".as_bytes()) {
            self.at = "\u{FEFF}".len();
        }
        Ok(Flow::Again)
    }

    fn start_decoding(&mut self) {
        let raw = core::mem::take(&mut self.raw);
        self.decode(&raw);
        self.phase = if self.kind == Kind::General { Phase::EntityStart } else { Phase::Prolog };
    }

    /// Answers [`Event::UnknownEncoding`].
    pub fn set_byte_map(&mut self, map: Option<ByteMap>) -> Result<(), Code> {
        self.awaiting = Awaiting::Nothing;
        let Some(encoding) = map.and_then(Encoding::from_map) else {
            self.fail(Code::UnknownEncoding);
            return Err(Code::UnknownEncoding);
        };
        if self.phase == Phase::Start {
            self.encoding = encoding;
            self.start_decoding();
        } else {
            self.switch_to = Some(encoding);
        }
        Ok(())
    }

    /// What follows is in another encoding; until now the input was taken as it is.
    fn switch_encoding(&mut self, encoding: Encoding) {
        self.mark = self.mark.advanced(&self.input, self.at, &self.encoding);
        self.encoding = encoding;
        let rest = Rc::make_mut(&mut self.input).split_off(self.at);
        self.decode(&rest);
    }

    /// Tells `event` before anything else happens.
    pub(super) fn push(&mut self, event: Event) {
        self.queue.push_back((None, event));
    }

    /// The same, and says where it happened.
    pub(super) fn push_at(&mut self, place: usize, event: Event) {
        let place = if self.sources.is_empty() { Some(place) } else { None };
        self.queue.push_back((place, event));
    }

    /// Nothing waits to be told.
    pub(super) fn nothing_queued(&self) -> bool {
        self.queue.is_empty()
    }

    /// The text that is being read, and where.
    #[inline]
    pub(super) fn here(&self) -> (Rc<Vec<u8>>, usize) {
        match self.sources.last() {
            Some(source) => (source.text.clone(), source.at),
            None => (self.input.clone(), self.at),
        }
    }

    /// Goes on at `next`, past a token, and counts its bytes.
    #[inline]
    pub(super) fn go_to(&mut self, next: usize) -> Result<(), Code> {
        match self.sources.last_mut() {
            Some(source) => {
                let length = next.saturating_sub(source.at);
                source.at = next;
                self.count(length)
            }
            None => {
                let length = next.saturating_sub(self.at);
                self.at = next;
                if self.kind == Kind::Document {
                    self.limits.count_direct(length);
                    return Ok(());
                }
                self.count(length)
            }
        }
    }

    /// Counts bytes of entities.
    pub(super) fn count(&mut self, bytes: usize) -> Result<(), Code> {
        if self.limits.count_indirect(bytes) { Ok(()) } else { Err(Code::AmplificationLimitBreach) }
    }

    /// The current event begins at `place` of the document.
    #[inline]
    pub(super) fn event_at(&mut self, place: usize) {
        if self.sources.is_empty() {
            self.event = Some(place);
        }
    }

    /// No token was found: waits for more input, or says what is wrong.
    #[cold]
    pub(super) fn stopped(&mut self, stop: Stop, unclosed: Code) -> Result<Flow, Code> {
        match stop {
            Stop::Invalid(place) => {
                self.event_at(place);
                Err(Code::InvalidToken)
            }
            _ if self.sources.is_empty() && !self.is_final => Ok(Flow::Wait),
            Stop::Partial if self.raw.is_empty() => Err(unclosed),
            _ => Err(Code::PartialChar),
        }
    }

    /// At the end of all input nothing may be left of a character.
    pub(super) fn check_end(&self) -> Result<(), Code> {
        match self.raw.len() {
            0 => Ok(()),
            1 => Err(Code::UnclosedToken),
            _ => Err(Code::PartialChar),
        }
    }

    /// Where a run of characters that ends at `end` is cut: what had to be decoded is told in pieces.
    pub(super) fn cut(&self, text: &[u8], start: usize, end: usize) -> usize {
        if self.encoding.is_utf8() || !self.sources.is_empty() || end - start <= DECODED_PIECE {
            return end;
        }
        let mut cut = start + DECODED_PIECE;
        while text.get(cut).is_some_and(|byte| byte & 0xC0 == 0x80) {
            cut -= 1;
        }
        cut
    }

    /// The whole token from `start` to `end` as text.
    #[inline]
    pub(super) fn text(&self, start: usize, end: usize) -> Text {
        if self.sources.is_empty() { Text::Input(start..end) } else { Text::Entity(start..end) }
    }

    /// The bytes of a text that an event holds; only until the next event.
    #[inline]
    pub fn bytes<'a>(&'a self, text: &'a Text) -> &'a [u8] {
        let found = match text {
            Text::Input(range) => self.input.get(range.clone()),
            Text::Entity(range) => self.sources.last().and_then(|source| source.text.get(range.clone())),
            Text::Value(range) => self.values.get(range.clone()),
            Text::Byte(byte) => Some(core::slice::from_ref(byte)),
            Text::Owned(bytes) => Some(bytes.as_slice()),
        };
        found.unwrap_or_default()
    }

    /// The name of a symbol.
    pub fn name(&self, symbol: Symbol) -> &[u8] {
        self.symbols.name(symbol)
    }

    /// The attributes of the element that was told last.
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// How many of them stand in the tag itself.
    pub fn specified(&self) -> usize {
        self.specified
    }

    /// Line, column and byte of the current event.
    pub fn position(&mut self) -> (usize, usize, Option<usize>) {
        let Some(event) = self.event else { return (self.mark.line, self.mark.column, None) };
        if event >= self.mark.at {
            self.mark = self.mark.advanced(&self.input, event, &self.encoding);
            return (self.mark.line, self.mark.column, Some(self.mark.raw));
        }
        let between = self.input.get(event..self.mark.at).unwrap_or_default();
        let raw = self.mark.raw.saturating_sub(self.encoding.raw_len(between));
        (self.mark.line, self.mark.column, Some(raw))
    }

    /// The document from the current event on, as far as it is there.
    pub fn input_context(&self) -> Option<Vec<u8>> {
        let mut context = self.encoding.encode(self.input.get(self.event?..)?);
        context.extend_from_slice(&self.raw);
        Some(context)
    }

    /// What went wrong, if anything.
    pub fn failure(&self) -> Option<Code> {
        self.failed
    }

    /// Sets the encoding, whatever the document says; only at the beginning.
    pub fn set_encoding(&mut self, name: &[u8]) {
        if !self.started {
            self.preset = Some(name.to_vec());
        }
    }

    /// The base of relative system identifiers.
    pub fn base(&self) -> Option<&[u8]> {
        self.base.as_deref()
    }

    pub fn set_base(&mut self, base: Vec<u8>) {
        self.base = Some(base);
    }

    /// Names are told with their prefixes too; only set at the beginning.
    pub fn set_triplets(&mut self, triplets: bool) {
        if !self.started
            && let Some(namespaces) = &mut self.namespaces
        {
            namespaces.triplets = triplets;
        }
    }

    /// An external subset is asked for even if the document names none.
    pub fn use_foreign_dtd(&mut self, yes: bool) -> Result<(), Code> {
        if self.started {
            return Err(Code::CantChangeFeatureOnceParsing);
        }
        self.foreign_dtd = yes;
        Ok(())
    }

    /// False when it is too late.
    pub fn set_parameter_entities(&mut self, choice: ParamEntityParsing) -> bool {
        if !self.started {
            self.parameter_entities = choice;
        }
        !self.started
    }

    /// Incomplete tokens are only tried again when much more input is there.
    pub fn deferral(&self) -> bool {
        self.deferral
    }

    pub fn set_deferral(&mut self, enabled: bool) {
        self.deferral = enabled;
    }

    /// The parser of a document, not of an external entity.
    pub fn is_root(&self) -> bool {
        self.kind == Kind::Document
    }

    /// Limits on the expansion of entities.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}
