//! The three ways to match, and how a search passes over places that cannot begin a match.

use super::charclass::LocaleTable;
use super::machine::Machine;
use super::program::{Item, Program, Start};
use super::state::{Abort, Interrupted, State};
use super::subject::{CodeUnit, Subject};

/// What to match, and where.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The whole text; `^` and look-behind see what stands before `pos`.
    pub subject: Subject<'a>,
    /// Where to begin. Nothing matches if that is after `endpos`, once both are cut to the text's length.
    pub pos: usize,
    /// Where the text is taken to end.
    pub endpos: usize,
    /// Whether an empty match at `pos` does not count, because one was found there already.
    pub must_advance: bool,
    /// Classes of single bytes for patterns under `re.LOCALE`.
    pub locale: &'a LocaleTable,
}

/// How a match is anchored.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Search,
    Match,
    Full,
}

/// The first match at or after `pos`; the outcome is in `state`. `poll` is called now and then, for Ctrl-C.
pub fn search(
    program: &Program,
    state: &mut State,
    request: &Request<'_>,
    poll: &mut dyn FnMut() -> Result<(), Interrupted>,
) -> Result<bool, Abort> {
    dispatch(Mode::Search, program, state, request, poll)
}

/// The match that begins at `pos`: `Pattern.match`.
pub fn match_at(
    program: &Program,
    state: &mut State,
    request: &Request<'_>,
    poll: &mut dyn FnMut() -> Result<(), Interrupted>,
) -> Result<bool, Abort> {
    dispatch(Mode::Match, program, state, request, poll)
}

/// The match that begins at `pos` and ends at `endpos`: `Pattern.fullmatch`.
pub fn fullmatch(
    program: &Program,
    state: &mut State,
    request: &Request<'_>,
    poll: &mut dyn FnMut() -> Result<(), Interrupted>,
) -> Result<bool, Abort> {
    dispatch(Mode::Full, program, state, request, poll)
}

fn dispatch(
    mode: Mode,
    program: &Program,
    state: &mut State,
    request: &Request<'_>,
    poll: &mut dyn FnMut() -> Result<(), Interrupted>,
) -> Result<bool, Abort> {
    let outcome = match request.subject {
        Subject::Units8(text) => {
            let find = |from: usize, text: &[u8]| find_bytes(program, from, text);
            run(mode, program, state, request, poll, text, find)
        }
        Subject::Units16(text) => {
            run(mode, program, state, request, poll, text, |from, text| find_prefix(program, from, text))
        }
        Subject::Units32(text) => {
            run(mode, program, state, request, poll, text, |from, text| find_prefix(program, from, text))
        }
    };
    state.settle();
    outcome
}

/// Where the program's prefix stands in bytes.
fn find_bytes(program: &Program, from: usize, text: &[u8]) -> Option<usize> {
    program.finder.as_ref()?.find(text.get(from..)?).map(|index| from + index)
}

/// Where the program's prefix stands in wider units.
fn find_prefix<T: CodeUnit>(program: &Program, mut from: usize, text: &[T]) -> Option<usize> {
    let Start::Prefix(prefix) = &program.start else { return None };
    let (first, rest) = prefix.split_first()?;
    let first = T::from_code(*first)?;
    loop {
        from += T::find(text.get(from..)?, first)?;
        let tail = text.get(from + 1..)?.get(..rest.len())?;
        if tail.iter().zip(rest).all(|(unit, &ch)| unit.code() == ch) {
            return Some(from);
        }
        from += 1;
    }
}

fn run<T: CodeUnit>(
    mode: Mode,
    program: &Program,
    state: &mut State,
    request: &Request<'_>,
    poll: &mut dyn FnMut() -> Result<(), Interrupted>,
    text: &[T],
    find: impl Fn(usize, &[T]) -> Option<usize>,
) -> Result<bool, Abort> {
    let pos = request.pos.min(text.len());
    let text = text.get(..request.endpos).unwrap_or(text);
    let forbidden = request.must_advance.then_some(pos);
    let mut machine = Machine {
        program,
        text,
        state,
        locale: request.locale,
        poll,
        fuel: 1 << 12,
        whole: mode == Mode::Full,
        forbidden,
    };
    // The last place that leaves room for the shortest match.
    let Some(last) = text.len().checked_sub(program.min_width).filter(|&last| last >= pos) else {
        machine.state.reset();
        return Ok(false);
    };
    if mode != Mode::Search {
        let end = machine.attempt(0, pos)?;
        return Ok(machine.found(pos, end));
    }
    let mut at = pos;
    let skip = program.prefix_skip;
    let room = |at: Option<usize>| at.filter(|&at| at <= last);
    loop {
        // Where to try next; the sure start of a prefix is not looked at again.
        let (next, skipped) = match &program.start {
            Start::Any => (Some(at), 0),
            Start::Anchored => (Some(at).filter(|&at| at == 0), 0),
            Start::One(item) => (machine.find_item(*item, at), 0),
            Start::Table(table) => (find_table(table, at, text), 0),
            Start::Prefix(prefix) => match find(at, text) {
                Some(start) if program.literal => {
                    machine.state.reset();
                    return Ok(machine.found(start, Some(start + prefix.len())));
                }
                start => (start, skip),
            },
        };
        let Some(start) = room(next) else {
            machine.state.reset();
            return Ok(false);
        };
        if start > pos {
            machine.forbidden = None;
        }
        machine.burn((start - at) >> 6)?;
        let end = machine.attempt(skipped as u32, start + skipped)?;
        if end.is_some() {
            return Ok(machine.found(start, end));
        }
        at = start + 1;
        if let Some(item) = program.leading_run {
            at += machine.run_length(item, start, usize::MAX);
        }
    }
}

fn find_table<T: CodeUnit>(table: &[bool; 256], from: usize, text: &[T]) -> Option<usize> {
    let mut rest = text.get(from..)?.iter();
    rest.position(|unit| table.get(unit.code() as usize).copied().unwrap_or(true)).map(|index| from + index)
}

impl<T: CodeUnit> Machine<'_, T> {
    fn found(&mut self, start: usize, end: Option<usize>) -> bool {
        if let Some(end) = end {
            self.state.start = start;
            self.state.end = end;
        }
        end.is_some()
    }

    /// The first place from `from` on where a character satisfies the item.
    fn find_item(&self, item: Item, from: usize) -> Option<usize> {
        let rest = self.text.get(from..)?;
        let index = match item {
            Item::All => (!rest.is_empty()).then_some(0),
            Item::Literal(lit) => T::find(rest, T::from_code(lit)?),
            Item::NotLiteral(lit) => rest.iter().position(|unit| unit.code() != lit),
            Item::Set(set) => self.program.sets.get(set as usize)?.find(rest, self.locale),
        };
        index.map(|index| from + index)
    }
}
