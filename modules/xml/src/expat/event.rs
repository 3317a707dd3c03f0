//! What the parser tells.

use std::ops::Range;

use super::dtd::ContentModel;
use super::symbols::Symbol;

/// Text of the document, valid until the parser is asked for the next event.
#[derive(Clone, Debug)]
pub enum Text {
    /// In the input.
    Input(Range<usize>),
    /// In the text of the entity that is being read.
    Entity(Range<usize>),
    /// Made by the parser, in its room for values.
    Value(Range<usize>),
    /// A single byte.
    Byte(u8),
    /// Text of its own.
    Owned(Vec<u8>),
}

/// A reference to an external entity.
#[derive(Clone, Debug)]
pub struct ExternalEntity {
    /// Names of open entities and namespace bindings; nothing for a parameter entity.
    pub context: Option<Vec<u8>>,
    pub base: Option<Vec<u8>>,
    pub system_id: Option<Vec<u8>>,
    pub public_id: Option<Vec<u8>>,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Event {
    XmlDeclaration {
        version: Option<Vec<u8>>,
        encoding: Option<Vec<u8>>,
        standalone: i32,
    },
    /// Its attributes are in [`super::Parser::attributes`].
    StartElement(Symbol),
    EndElement(Symbol),
    /// The prefix is empty for the default namespace; no URI when it is undeclared.
    StartNamespace {
        prefix: Option<Vec<u8>>,
        uri: Option<Vec<u8>>,
    },
    EndNamespace {
        prefix: Option<Vec<u8>>,
    },
    Characters(Text),
    ProcessingInstruction {
        target: Vec<u8>,
        data: Vec<u8>,
    },
    Comment(Vec<u8>),
    StartCdata,
    EndCdata,
    /// Text that no handler wants.
    Default(Text),
    StartDoctype {
        name: Vec<u8>,
        system_id: Option<Vec<u8>>,
        public_id: Option<Vec<u8>>,
        internal_subset: bool,
    },
    EndDoctype,
    ElementDeclaration {
        name: Vec<u8>,
        model: Box<ContentModel>,
    },
    AttributeDeclaration {
        element: Vec<u8>,
        name: Vec<u8>,
        kind: Vec<u8>,
        default: Option<Vec<u8>>,
        required: bool,
    },
    EntityDeclaration {
        name: Vec<u8>,
        parameter: bool,
        value: Option<Vec<u8>>,
        base: Option<Vec<u8>>,
        system_id: Option<Vec<u8>>,
        public_id: Option<Vec<u8>>,
        notation: Option<Vec<u8>>,
    },
    UnparsedEntity {
        name: Vec<u8>,
        base: Option<Vec<u8>>,
        system_id: Option<Vec<u8>>,
        public_id: Option<Vec<u8>>,
        notation: Vec<u8>,
    },
    Notation {
        name: Vec<u8>,
        base: Option<Vec<u8>>,
        system_id: Option<Vec<u8>>,
        public_id: Option<Vec<u8>>,
    },
    SkippedEntity {
        name: Vec<u8>,
        parameter: bool,
    },
    /// To be answered with [`super::Parser::not_standalone`].
    NotStandalone,
    /// To be answered with [`super::Parser::external_entity_read`].
    ExternalEntity(ExternalEntity),
    /// To be answered with [`super::Parser::set_byte_map`].
    UnknownEncoding(Vec<u8>),
}

/// Which events somebody wants; a bit each.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Interest(pub u32);

macro_rules! interests {
    ($($name:ident = $bit:literal;)*) => {
        #[allow(missing_docs, reason = "the names of the events")]
        impl Interest { $(pub const $name: Interest = Interest(1 << $bit);)* }
    };
}

interests! {
    START_ELEMENT = 0;
    END_ELEMENT = 1;
    PROCESSING_INSTRUCTION = 2;
    CHARACTERS = 3;
    UNPARSED_ENTITY = 4;
    NOTATION = 5;
    START_NAMESPACE = 6;
    END_NAMESPACE = 7;
    COMMENT = 8;
    START_CDATA = 9;
    END_CDATA = 10;
    DEFAULT = 11;
    DEFAULT_EXPAND = 12;
    NOT_STANDALONE = 13;
    EXTERNAL_ENTITY = 14;
    START_DOCTYPE = 15;
    END_DOCTYPE = 16;
    ENTITY_DECLARATION = 17;
    XML_DECLARATION = 18;
    ELEMENT_DECLARATION = 19;
    ATTRIBUTE_DECLARATION = 20;
    SKIPPED_ENTITY = 21;
    UNKNOWN_ENCODING = 22;
}

impl Interest {
    /// True when all of `other` is wanted.
    #[inline(always)]
    pub fn has(self, other: Interest) -> bool {
        self.0 & other.0 == other.0
    }

    /// True when somebody wants what nobody else does.
    #[inline(always)]
    pub fn has_default(self) -> bool {
        self.0 & (Interest::DEFAULT.0 | Interest::DEFAULT_EXPAND.0) != 0
    }
}
