//! Runs the engine on cases from standard input, one a line, for `tests/sre_engine.py`.
//!
//! A case is `mode;width;groups;pos;endpos;code;text` with numbers in hexadecimal separated by commas; mode is `search`,
//! `match`, `fullmatch` or `iter`, or `time` to run a search over the whole text that often (`pos`) and print
//! nanoseconds. The answer: the spans of all groups and `lastindex`, `none`, or `invalid`.

use std::io::{BufRead, Write};

use krait_mod_text::sre::charclass::C_LOCALE;
use krait_mod_text::sre::{Program, Request, State, Subject, fullmatch, match_at, search};

fn numbers(field: &str) -> Vec<u32> {
    field.split(',').filter_map(|word| u32::from_str_radix(word, 16).ok()).collect()
}

fn describe(state: &State, groups: u32) -> String {
    let spans = (0..=groups as usize).map(|number| match state.group(number) {
        Some((start, end)) => format!("{start}-{end}"),
        None => "?".to_owned(),
    });
    let lastindex = state.lastindex().map_or_else(|| "?".to_owned(), |index| index.to_string());
    format!("{} {lastindex}", spans.collect::<Vec<_>>().join(","))
}

fn answer(line: &str) -> Option<String> {
    let mut fields = line.trim_end().split(';');
    let mode = fields.next()?;
    let width = fields.next()?;
    let groups = u32::from_str_radix(fields.next()?, 16).ok()?;
    let pos = usize::from_str_radix(fields.next()?, 16).ok()?;
    let endpos = usize::from_str_radix(fields.next()?, 16).ok()?;
    let code = numbers(fields.next()?);
    let text = numbers(fields.next()?);
    let Ok(program) = Program::new(&code, groups) else { return Some("invalid".to_owned()) };
    let mut state = State::new(&program).ok()?;
    let bytes: Vec<u8> = text.iter().filter_map(|&ch| u8::try_from(ch).ok()).collect();
    let pairs: Vec<u16> = text.iter().filter_map(|&ch| u16::try_from(ch).ok()).collect();
    let subject = match width {
        "1" => Subject::Units8(&bytes),
        "2" => Subject::Units16(&pairs),
        _ => Subject::Units32(&text),
    };
    let mut request = Request { subject, pos, endpos, must_advance: false, locale: &C_LOCALE };
    let poll = &mut || Ok(());
    match mode {
        "iter" => {
            let mut found = Vec::new();
            while search(&program, &mut state, &request, poll).ok()? {
                found.push(describe(&state, groups));
                request.must_advance = state.end == state.start;
                request.pos = state.end;
            }
            return Some(found.join("|"));
        }
        "time" => {
            request.pos = 0;
            let begun = std::time::Instant::now();
            let mut count = 0;
            for _ in 0..pos {
                request.pos = 0;
                request.must_advance = false;
                while search(&program, &mut state, &request, poll).ok()? {
                    count += 1;
                    request.must_advance = state.end == state.start;
                    request.pos = state.end;
                }
            }
            return Some(format!("{} {}", begun.elapsed().as_nanos(), count));
        }
        _ => {}
    }
    let matched = match mode {
        "search" => search(&program, &mut state, &request, poll),
        "match" => match_at(&program, &mut state, &request, poll),
        _ => fullmatch(&program, &mut state, &request, poll),
    };
    Some(if matched.ok()? { describe(&state, groups) } else { "none".to_owned() })
}

fn main() {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let text = answer(&line).unwrap_or_else(|| "error".to_owned());
        if writeln!(out, "{text}").is_err() {
            return;
        }
    }
}
