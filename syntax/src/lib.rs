//! Source decoding, tokenizer, parser, AST and syntax errors. Knows no Python object.
//!
//! [`parse`] is the entrance. It never panics, never recurses without bound, and gives CPython 3.14's trees, positions
//! and messages.
#![forbid(unsafe_code)]

pub mod asdl;
pub mod ast;
pub mod dump;
pub mod error;
mod escape;
mod identifier;
mod parser;
pub mod source;
pub mod stack;
pub mod stream;
pub mod token;
mod tokenizer;
pub mod unparse;
pub mod validate;

pub use error::{ErrorKind, SyntaxError, Warning, WarningCategory};
pub use source::{Decoder, NoDecoder};
pub use stack::StackLimit;

use bumpalo::Bump;

/// What the source is: the modes of `compile`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A module.
    Exec,
    /// One interactive statement.
    Single,
    /// An expression.
    Eval,
    /// A signature comment, PEP 484: `(int, str) -> float`.
    FuncType,
}

/// Brings identifiers with characters beyond ASCII into their normal form, in this crate's place.
pub trait Normaliser: std::fmt::Debug {
    /// The normal form; nothing if that failed, of which the caller knows more.
    fn normalise(&self, name: &str) -> Option<String>;
}

/// Knows whether characters have names: CPython takes them from a module that a program may keep out.
pub trait CharacterNames: std::fmt::Debug {
    /// Whether `\N{…}` can be read; asked at each.
    fn known(&self) -> bool;
}

/// How to parse.
#[derive(Clone, Copy, Debug)]
pub struct ParseOptions<'a> {
    /// What the source is.
    pub mode: Mode,
    /// The file's name, for messages that hold it.
    pub filename: &'a str,
    /// Whether type comments are read.
    pub type_comments: bool,
    /// The minor version of Python 3 whose grammar is meant.
    pub feature_version: u32,
    /// In `Single` mode, whether the end of the source does not close blocks.
    pub dont_imply_dedent: bool,
    /// Whether a source that only wants more lines gives `IncompleteInput`.
    pub allow_incomplete_input: bool,
    /// PEP 401: whether `<>` replaces `!=`.
    pub barry_as_bdfl: bool,
    /// Most digits that a decimal integer literal may have; 0 for no limit.
    pub max_int_digits: usize,
    /// Where the native stack has to end.
    pub stack_limit: StackLimit,
    /// Whether CPython would read the source line by line: at its end it knows the last line alone then.
    pub from_file: bool,
    /// Who else is to normalise identifiers.
    pub normaliser: Option<&'a dyn Normaliser>,
    /// Who says whether characters have names; they do where nobody does.
    pub character_names: Option<&'a dyn CharacterNames>,
}

impl Default for ParseOptions<'_> {
    fn default() -> Self {
        ParseOptions {
            mode: Mode::Exec,
            filename: "<unknown>",
            type_comments: false,
            feature_version: 14,
            dont_imply_dedent: false,
            allow_incomplete_input: false,
            barry_as_bdfl: false,
            max_int_digits: 4300,
            stack_limit: StackLimit::default(),
            from_file: false,
            normaliser: None,
            character_names: None,
        }
    }
}

/// A tree and what was warned of on the way.
#[derive(Clone, Debug)]
pub struct Parsed<'a> {
    /// The tree.
    pub module: ast::Mod<'a>,
    /// The warnings, in the order in which they were found.
    pub warnings: Vec<Warning>,
}

/// Parses decoded source. `source` must hold `\n` line ends only, as [`source::decode`] makes them.
pub fn parse<'a>(
    arena: &'a Bump,
    source: &'a str,
    options: ParseOptions<'a>,
) -> Result<Parsed<'a>, Box<SyntaxError>> {
    let mut warnings = Vec::new();
    parse_warning(arena, source, options, &mut warnings).map(|module| Parsed { module, warnings })
}

/// As [`parse`], with the warnings told also when an error comes after them.
pub fn parse_warning<'a>(
    arena: &'a Bump,
    source: &'a str,
    options: ParseOptions<'a>,
    warnings: &mut Vec<Warning>,
) -> Result<ast::Mod<'a>, Box<SyntaxError>> {
    if memchr::memchr(0, source.as_bytes()).is_some() {
        let msg = "source code string cannot contain null bytes";
        return Err(Box::new(SyntaxError::bare(ErrorKind::Syntax, msg)));
    }
    let mut parser = parser::Parser::new(arena, source, options);
    let result = parser.run();
    warnings.append(&mut parser.warnings);
    if parser.refused.get() {
        return Err(Box::new(SyntaxError::bare(ErrorKind::Refused, "an identifier has no normal form")));
    }
    result
}

/// Decodes and parses the bytes of a source file.
pub fn parse_bytes<'a>(
    arena: &'a Bump,
    bytes: &[u8],
    decoder: &mut dyn Decoder,
    options: ParseOptions<'a>,
) -> Result<Parsed<'a>, Box<SyntaxError>> {
    let text = source::decode(arena, bytes, options.mode == Mode::Exec, decoder)?;
    parse(arena, text, options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(source: &str) -> (String, Option<i32>, Option<i32>) {
        let arena = Bump::new();
        let error = parse(&arena, source, ParseOptions::default()).expect_err("is faulty");
        (error.msg.clone(), error.lineno, error.offset)
    }

    #[test]
    fn a_tree_has_exact_positions() {
        let arena = Bump::new();
        let parsed = parse(&arena, "x = f(1)\n", ParseOptions::default()).expect("is valid");
        let text = dump::dump(&parsed.module);
        assert!(text.contains("Call(func=Name(id='f', ctx=Load(), lineno=1, col_offset=4"), "{text}");
    }

    #[test]
    fn a_forgotten_comma_is_found() {
        assert_eq!(
            error("(a b)\n"),
            ("invalid syntax. Perhaps you forgot a comma?".to_owned(), Some(1), Some(2))
        );
    }

    #[test]
    fn an_open_bracket_is_named() {
        assert_eq!(error("x = (1,\n"), ("'(' was never closed".to_owned(), Some(1), Some(5)));
    }

    #[test]
    fn deep_nesting_is_an_error() {
        let source = "-".repeat(100_000) + "1\n";
        assert!(error(&source).0.starts_with("Parser stack overflowed"));
    }

    #[test]
    fn unknown_escapes_warn_once() {
        let arena = Bump::new();
        let parsed = parse(&arena, "x = '\\d'\n", ParseOptions::default()).expect("is valid");
        assert_eq!(parsed.warnings.len(), 1);
    }
}
