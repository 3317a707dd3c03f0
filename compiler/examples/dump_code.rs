//! Compiles the files of a listing and writes their code objects, for comparison with another compiler.
//!
//! `dump_code TREE OUT LISTING`: for each line NAME of LISTING compiles TREE/NAME, and writes OUT/NAME.bin (marshal
//! version 5) or OUT/NAME.err (the error). Further arguments: `time` writes nothing and prints how
//! long it took; a digit is the optimisation level; `single` and `await` are a mode and a flag of `compile()`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program of its own")]
use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use krait_bytecode::Const;
use krait_bytecode::marshal::data::dumps;
use krait_compiler::{Options, compile};
use krait_syntax::{Mode, NoDecoder, ParseOptions, parse_bytes};

fn code_of(
    name: &str,
    source: &[u8],
    flags: &[String],
    spent: &mut [Duration; 2],
) -> Result<Vec<u8>, String> {
    let begin = Instant::now();
    let arena = bumpalo::Bump::new();
    let set = |flag: &str| flags.iter().any(|given| given == flag);
    let mode = if set("single") { Mode::Single } else { Mode::Exec };
    let options = ParseOptions { filename: name, mode, ..ParseOptions::default() };
    let parsed =
        parse_bytes(&arena, source, &mut NoDecoder, options).map_err(|error| format!("{error:?}"))?;
    let parse_end = Instant::now();
    let mut warnings = Vec::new();
    let options = Options {
        filename: name,
        optimize: if set("2") { 2 } else { u8::from(set("1")) },
        top_level_await: set("await"),
        ..Options::default()
    };
    let code = compile(&parsed.module, &options, &mut warnings)
        .map_err(|error| format!("{:?}: {} at {:?}", error.kind, error.message, error.loc))?;
    spent[0] += parse_end - begin;
    spent[1] += parse_end.elapsed();
    dumps(&Const::Code(code.into()), 5).map_err(|error| format!("{error:?}"))
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, tree, out, listing, rest @ ..] = arguments.as_slice() else {
        return Err("usage: dump_code TREE OUT LISTING [FLAGS…]".into());
    };
    let mut spent = [Duration::ZERO; 2];
    for name in std::fs::read_to_string(listing)?.lines().filter(|name| !name.is_empty()) {
        let result = std::fs::read(Path::new(tree).join(name))
            .map_err(|error| error.to_string())
            .and_then(|source| code_of(name, &source, rest, &mut spent));
        if rest.iter().any(|flag| flag == "time") {
            continue;
        }
        let target = Path::new(out).join(name);
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let (suffix, data) = match result {
            Ok(data) => ("bin", data),
            Err(message) => ("err", message.into_bytes()),
        };
        std::fs::write(format!("{}.{suffix}", target.display()), data)?;
    }
    if rest.iter().any(|flag| flag == "time") {
        println!("parse {:?}, compile {:?}", spent[0], spent[1]);
    }
    Ok(())
}
