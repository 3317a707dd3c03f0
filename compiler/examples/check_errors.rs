//! Compiles snippets and prints the error or the warnings of each.
//!
//! `check_errors FILE [optimize]`: FILE holds snippets separated by lines of `---`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program of its own")]
use krait_compiler::{Options, compile};
use krait_syntax::{NoDecoder, ParseOptions, parse_bytes};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args().nth(1).ok_or("usage: check_errors FILE")?;
    for snippet in std::fs::read_to_string(file)?.split("\n---\n") {
        let arena = bumpalo::Bump::new();
        let options = ParseOptions { filename: "f", ..ParseOptions::default() };
        let mut warnings = Vec::new();
        let result = match parse_bytes(&arena, snippet.as_bytes(), &mut NoDecoder, options) {
            Err(error) => format!("parser: {}", error.msg),
            Ok(parsed) => {
                match compile(&parsed.module, &Options { filename: "f", ..Options::default() }, &mut warnings)
                {
                    Ok(_) => "ok".to_owned(),
                    Err(error) => {
                        let at = error.loc;
                        format!(
                            "{:?} {} ({}, {}, {}, {})",
                            error.kind,
                            error.message,
                            at.lineno,
                            at.col_offset + 1,
                            at.end_lineno,
                            at.end_col_offset + 1
                        )
                    }
                }
            }
        };
        print!("{snippet:?} => {result}");
        for warning in warnings {
            print!(" [{} {}]", warning.message, warning.loc.lineno);
        }
        println!();
    }
    Ok(())
}
