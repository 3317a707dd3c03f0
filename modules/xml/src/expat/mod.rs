//! An XML 1.0 parser that takes its input in pieces and behaves as expat does: same events, same errors at the same places.
//! It knows no Python object. The caller feeds bytes and asks for one event after the other; while it handles an event it may
//! look at the parser, which is not in the middle of anything.

mod attributes;
mod content;
mod declaration;
mod dtd;
mod dtd_declarations;
mod encoding;
mod error;
mod event;
mod external;
mod name_table;
mod namespaces;
mod parser;
mod position;
mod prolog;
mod prolog_scan;
mod protection;
mod scan;
mod symbols;

pub use dtd::ContentModel;
pub use encoding::ByteMap;
pub use error::Code;
pub use event::{Event, Interest, Text};
pub use parser::{Attribute, Options, ParamEntityParsing, Parser, Step};
pub use protection::{Limit, Limits};
pub use symbols::Symbol;
