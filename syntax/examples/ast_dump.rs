//! Prints the tree or the error of each source that standard input names, for comparison with another parser.
//!
//! A line is `MODE PATH`; the answer is `OK tree` or `ERR kind|message|line|column|end line|end column`, one line.
//! With the argument `unparse`, expressions are printed as annotations are stored.
//! With the argument `tokens`, the tokens of each source are printed, one a line, and a full stop.
//! With the argument `time`, only the time that parsing took is printed.

use std::io::{BufRead, Write};

use bumpalo::Bump;
use krait_syntax::stream::{Step, TokenStream};
use krait_syntax::token::Kind;
use krait_syntax::{ErrorKind, Mode, NoDecoder, ParseOptions, ast, dump, parse_bytes, source, unparse};

fn main() -> std::io::Result<()> {
    // Trees nest as deep as the parser allows; printing them needs the stack that walking them does.
    let megabytes = std::env::var("STACK_MEGABYTES").ok().and_then(|n| n.parse().ok()).unwrap_or(256);
    let worker = std::thread::Builder::new().stack_size(megabytes << 20).spawn(run)?;
    worker.join().unwrap_or(Ok(()))
}

fn run() -> std::io::Result<()> {
    let timing = std::env::args().nth(1).as_deref() == Some("time");
    let unparsing = std::env::args().nth(1).as_deref() == Some("unparse");
    let streaming = std::env::args().nth(1).as_deref() == Some("tokens");
    let mut spent = std::time::Duration::ZERO;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut arena = Bump::new();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let Some((mode, path)) = line.split_once(' ') else { continue };
        let incomplete = mode == "incomplete";
        let type_comments = mode == "type_comments";
        let mode = match mode {
            "eval" => Mode::Eval,
            "single" | "incomplete" => Mode::Single,
            "func_type" => Mode::FuncType,
            _ => Mode::Exec,
        };
        let bytes = std::fs::read(path)?;
        arena.reset();
        if streaming {
            let Ok(text) = source::decode(&arena, &bytes, false, &mut NoDecoder) else { continue };
            let mut stream = TokenStream::new(true);
            let mut lines = text.split_inclusive('\n');
            loop {
                match stream.step() {
                    Step::NeedLine => match lines.next() {
                        Some(line) => stream.push_line(line),
                        None => stream.end(),
                    },
                    Step::Token(t) => {
                        writeln!(
                            out,
                            "{} {},{}-{},{}",
                            t.kind.number(),
                            t.lineno,
                            t.col,
                            t.end_lineno,
                            t.end_col
                        )?;
                        if t.kind == Kind::EndMarker {
                            break;
                        }
                    }
                    Step::Torn(_) => {
                        writeln!(out, "TORN")?;
                        break;
                    }
                    Step::Error(error) => {
                        writeln!(out, "ERR {}", error.msg)?;
                        break;
                    }
                }
            }
            writeln!(out, ".")?;
            out.flush()?;
            continue;
        }
        let options = ParseOptions {
            mode,
            filename: path,
            type_comments,
            dont_imply_dedent: incomplete,
            allow_incomplete_input: incomplete,
            ..ParseOptions::default()
        };
        let start = std::time::Instant::now();
        let result = parse_bytes(&arena, &bytes, &mut NoDecoder, options);
        spent += start.elapsed();
        if timing {
            continue;
        }
        match result {
            Ok(parsed) if unparsing => {
                let ast::Mod::Expression { body } = parsed.module else { continue };
                writeln!(out, "{}", unparse::unparse(body))?;
            }
            Ok(parsed) => writeln!(out, "OK {}", dump::dump(&parsed.module))?,
            Err(error) => {
                let kind = match error.kind {
                    ErrorKind::Syntax | ErrorKind::Decode => "SyntaxError",
                    ErrorKind::Indentation => "IndentationError",
                    ErrorKind::Tab => "TabError",
                    ErrorKind::IncompleteInput => "_IncompleteInputError",
                    ErrorKind::Memory => "MemoryError",
                    ErrorKind::Value => "ValueError",
                    // No normaliser is set here.
                    ErrorKind::Refused => "Refused",
                };
                let show = |n: Option<i32>| n.map_or("None".to_owned(), |n| n.to_string());
                writeln!(
                    out,
                    "ERR {kind}|{}|{}|{}|{}|{}",
                    error.msg.replace('\n', "\\n"),
                    show(error.lineno),
                    show(error.offset),
                    show(error.end_lineno),
                    show(error.end_offset)
                )?;
            }
        }
        out.flush()?;
    }
    if timing {
        writeln!(out, "{:.3} s", spent.as_secs_f64())?;
    }
    Ok(())
}
