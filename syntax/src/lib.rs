//! Source decoding, tokenizer, parser, AST and syntax errors. Knows no Python object.
#![forbid(unsafe_code)]

pub mod ast;
