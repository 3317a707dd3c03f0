//! What the fuzz targets share: reading options from the first bytes of an input, trees made of bytes, the check that a code object
//! stays within its own tables, and an interpreter for the targets that run Python code. The targets in `targets/` are a few lines each.
#![forbid(unsafe_code)]

pub mod bytes;
pub mod check;
pub mod interpreter;
pub mod tree;

use krait_syntax::{Mode, ParseOptions};

/// Parser options from a byte.
pub fn parse_options(byte: u8) -> ParseOptions<'static> {
    ParseOptions {
        mode: match byte & 7 {
            0 => Mode::Single,
            1 => Mode::Eval,
            2 => Mode::FuncType,
            _ => Mode::Exec,
        },
        filename: "<fuzz>",
        type_comments: byte & 8 != 0,
        feature_version: if byte & 16 != 0 { 6 } else { 14 },
        dont_imply_dedent: byte & 32 != 0,
        allow_incomplete_input: byte & 64 != 0,
        barry_as_bdfl: byte & 128 != 0,
        ..ParseOptions::default()
    }
}

/// Compiler options from a byte.
pub fn compile_options(byte: u8) -> krait_compiler::Options<'static> {
    krait_compiler::Options {
        filename: "<fuzz>",
        optimize: byte % 3,
        features: if byte & 64 != 0 { krait_bytecode::CodeFlags::FUTURE_ANNOTATIONS } else { 0 },
        top_level_await: byte & 128 != 0,
        ..krait_compiler::Options::default()
    }
}
