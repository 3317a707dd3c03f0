//! Editing as in vi (`set editing-mode vi`): what single keys do in command mode. While text is inserted the common bindings count, but
//! for a few control keys.

use std::cell::RefCell;

use krait_runtime::prelude::*;
use krait_runtime::system::poll;

use super::keymap::Command;
use super::line::{Char, Kind, Line, decode};
use super::session::{Flow, INPUT, Session, redisplay};
use super::state::state;

const ESCAPE: u8 = 27;
/// How long an escape waits for the rest of a key's sequence, in milliseconds.
const PATIENCE: i32 = 50;

/// What vi's modes keep while a line is edited.
#[derive(Default)]
pub struct Vi {
    /// Keys are commands, not text.
    command: bool,
    count: Option<usize>,
    /// The last `f`, `F`, `t` or `T`, and its character.
    find: Option<(u8, Char)>,
    /// What `n` looks for, and whether backwards.
    pattern: (Vec<Char>, bool),
    /// The keys of the last change, for `.`.
    change: Vec<u8>,
    /// The keys of the change being typed.
    recorded: RefCell<Option<Vec<u8>>>,
}

impl Vi {
    /// Takes a key down that belongs to a change.
    pub fn record(&self, key: u8) {
        if let Some(keys) = self.recorded.borrow_mut().as_mut() {
            keys.push(key);
        }
    }

    /// Forgets the key taken down last, which will be read again.
    fn unrecord(&self) {
        if let Some(keys) = self.recorded.borrow_mut().as_mut() {
            keys.pop();
        }
    }
}

/// Blank, word or other; of the big words only the first two.
fn class(c: Char, big: bool) -> u8 {
    match char::from_u32(c) {
        Some(c) if c.is_whitespace() => 0,
        Some(c) if big || c.is_alphanumeric() || c == '_' => 1,
        _ if big => 1,
        _ => 2,
    }
}

fn class_at(line: &Line, at: usize, big: bool) -> Option<u8> {
    line.text.get(at).map(|c| class(*c, big))
}

/// The beginning of the next word.
fn next_word(line: &Line, mut at: usize, big: bool) -> usize {
    let first = class_at(line, at, big);
    if first != Some(0) {
        while at < line.text.len() && class_at(line, at, big) == first {
            at += 1;
        }
    }
    while class_at(line, at, big) == Some(0) {
        at += 1;
    }
    at
}

/// The beginning of this word, or of the one before.
fn previous_word(line: &Line, mut at: usize, big: bool) -> usize {
    while at > 0 && class_at(line, at - 1, big) == Some(0) {
        at -= 1;
    }
    let Some(before) = at.checked_sub(1) else { return 0 };
    let own = class_at(line, before, big);
    while at > 0 && class_at(line, at - 1, big) == own {
        at -= 1;
    }
    at
}

/// The last character of this word, or of the next one.
fn word_end(line: &Line, at: usize, big: bool) -> usize {
    let mut at = at + 1;
    while class_at(line, at, big) == Some(0) {
        at += 1;
    }
    let own = class_at(line, at, big);
    while own.is_some() && class_at(line, at + 1, big) == own {
        at += 1;
    }
    at.min(line.text.len().saturating_sub(1))
}

/// The last character of the word at a place, which `cw` changes.
fn same_word_end(line: &Line, mut at: usize, big: bool) -> usize {
    let own = class_at(line, at, big);
    while own.is_some() && class_at(line, at + 1, big) == own {
        at += 1;
    }
    at
}

/// Where a character stands for `f`, `F`, `t` and `T`.
fn found(line: &Line, kind: u8, wanted: Char, times: usize) -> Option<usize> {
    let forward = matches!(kind, b'f' | b't');
    let mut at = line.point;
    for _ in 0..times {
        at = if forward {
            (at + 1..line.text.len()).find(|i| line.text.get(*i) == Some(&wanted))?
        } else {
            (0..at).rev().find(|i| line.text.get(*i) == Some(&wanted))?
        };
    }
    Some(match kind {
        b't' => at - 1,
        b'T' => at + 1,
        _ => at,
    })
}

/// Where a motion leads.
struct Target {
    place: usize,
    /// An operator takes the character there too.
    inclusive: bool,
}

impl Session<'_> {
    /// What a key does in vi's modes; `None`: what it is bound to.
    pub fn vi_key(&mut self, key: u8) -> PyResult<Option<Flow>> {
        let on = state().keymap.text("editing-mode").is_some_and(|mode| mode == "vi");
        if !on {
            self.vi.command = false;
            return Ok(None);
        }
        if key == ESCAPE && self.sequence_follows()? {
            return Ok(None);
        }
        if self.vi.command {
            let flow = self.vi_command(key)?;
            if self.vi.command {
                let mut state = state();
                let line = &mut state.line;
                line.point = line.point.min(line.text.len().saturating_sub(1));
            }
            return Ok(flow);
        }
        match key {
            ESCAPE => {
                self.vi.command = true;
                self.end_change();
                let mut state = state();
                state.line.point = state.line.point.saturating_sub(1);
                Ok(Some(Flow::On(Kind::Other)))
            }
            4 if !state().line.text.is_empty() => Ok(Some(Flow::Accept)),
            1 | 2 | 5 | 6 | 7 | 11 | 12 | 15 | 24 => self.self_insert(&[key], 1).map(Some),
            14 => self.command(Command::MenuComplete, None).map(Some),
            16 => self.command(Command::MenuCompleteBackward, None).map(Some),
            _ => Ok(None),
        }
    }

    /// Whether an escape is the beginning of what an arrow key sends.
    fn sequence_follows(&self) -> PyResult<bool> {
        let queued = !state().keys.is_empty();
        let mut input = [poll::PollFd { fd: INPUT, events: libc::POLLIN, revents: 0 }];
        if !queued && poll::poll(&mut input, PATIENCE) != Ok(1) {
            return Ok(false);
        }
        let Some(next) = self.key()? else { return Ok(false) };
        state().keys.push_front(next);
        self.vi.unrecord();
        Ok(matches!(next, b'[' | b'O'))
    }

    fn begin_change(&self, first: u8) {
        let mut recorded = self.vi.recorded.borrow_mut();
        if recorded.is_none() {
            let count = self.vi.count.map(|count| count.to_string()).unwrap_or_default();
            *recorded = Some([count.as_bytes(), &[first]].concat());
        }
    }

    fn end_change(&mut self) {
        if let Some(keys) = self.vi.recorded.take() {
            self.vi.change = keys;
        }
    }

    fn insert_at(&mut self, place: usize) -> Flow {
        let mut state = state();
        state.line.note();
        state.line.point = place.min(state.line.text.len());
        self.vi.command = false;
        Flow::On(Kind::Other)
    }

    fn vi_command(&mut self, key: u8) -> PyResult<Option<Flow>> {
        if key.is_ascii_digit() && (key != b'0' || self.vi.count.is_some()) {
            let count = self.vi.count.unwrap_or(0) * 10 + usize::from(key - b'0');
            self.vi.count = Some(count.min(100_000));
            return Ok(Some(Flow::On(Kind::Other)));
        }
        if b"xXsSDCrpPdciIaA~".contains(&key) {
            self.begin_change(key);
        }
        let given = self.vi.count.take();
        let times = given.unwrap_or(1);
        let (point, len) = {
            let state = state();
            (state.line.point, state.line.text.len())
        };
        let done = Flow::On(Kind::Other);
        let flow = match key {
            b'\r' | b'\n' => Flow::Accept,
            4 if len == 0 => Flow::End,
            4 => Flow::Accept,
            12 | 18 | 19 => return Ok(None),
            b'i' => self.insert_at(point),
            b'I' => self.insert_at(0),
            b'a' => self.insert_at(point + 1),
            b'A' => self.insert_at(len),
            b'd' | b'c' | b'y' => self.operator(key, times)?,
            b'D' | b'C' => self.take(key.to_ascii_lowercase(), point, len),
            b'Y' => self.take(b'y', point, len),
            b'S' => self.take(b'c', 0, len),
            b's' => self.take(b'c', point, point + times),
            b'x' if point < len => self.take(b'd', point, point + times),
            b'X' if point > 0 => self.take(b'd', point.saturating_sub(times), point),
            b'p' | b'P' => {
                let mut state = state();
                state.line.note();
                state.line.point = if key == b'p' { (point + 1).min(len) } else { point };
                let fine = (0..times).all(|_| state.line.yank());
                state.line.point = state.line.point.saturating_sub(1);
                drop(state);
                if fine { done } else { self.ding() }
            }
            b'r' => self.replace_characters(times)?,
            b'~' => {
                let mut state = state();
                state.line.note();
                state.line.swap_case(times);
                done
            }
            b'u' => {
                let fine = state().line.undo();
                if fine { done } else { self.ding() }
            }
            b'U' => {
                state().line.revert();
                done
            }
            b'.' => {
                let mut state = state();
                self.vi.change.iter().rev().for_each(|key| state.keys.push_front(*key));
                done
            }
            b'k' | b'-' | 16 => self.older_or_newer(Command::PreviousHistory, times),
            b'j' | b'+' | 14 => self.older_or_newer(Command::NextHistory, times),
            b'G' => {
                let place = given.map_or(0, |number| number.saturating_sub(1));
                let fine = self.go_to(place);
                state().line.point = 0;
                if fine { done } else { self.ding() }
            }
            b'/' | b'?' => self.ask_pattern(key)?,
            b'n' | b'N' => self.search_again(key == b'N'),
            b'#' => return self.command(Command::InsertComment, None).map(Some),
            ESCAPE => self.ding(),
            _ => match self.motion(key, times, false)? {
                Some(target) => {
                    state().line.point = target.place;
                    done
                }
                None => self.ding(),
            },
        };
        if self.vi.command {
            self.end_change();
        }
        Ok(Some(flow))
    }

    /// Where a motion leads; `None` for other keys, and when it leads nowhere.
    fn motion(&mut self, key: u8, times: usize, operator: bool) -> PyResult<Option<Target>> {
        if let b'f' | b'F' | b't' | b'T' = key {
            let Some(first) = self.key()? else { return Ok(None) };
            let Some(wanted) = self.character(first)?.first().copied() else { return Ok(None) };
            self.vi.find = Some((key, wanted));
        }
        let state = state();
        let line = &state.line;
        let (point, len) = (line.point, line.text.len());
        let repeat = |step: fn(&Line, usize, bool) -> usize, big: bool| {
            (0..times.min(len + 1)).fold(point, |at, _| step(line, at, big))
        };
        let (place, inclusive) = match key {
            b'h' | 8 | 127 if point > 0 => (point.saturating_sub(times), false),
            b'l' | b' ' if point < len && (operator || point + 1 < len) => ((point + times).min(len), false),
            b'0' => (0, false),
            b'^' => (line.text.iter().position(|c| class(*c, true) != 0).unwrap_or(0), false),
            b'$' => (len, false),
            b'|' => (times.saturating_sub(1).min(len), false),
            b'w' | b'W' => (repeat(next_word, key == b'W'), false),
            b'b' | b'B' => (repeat(previous_word, key == b'B'), false),
            b'e' | b'E' => (repeat(word_end, key == b'E'), true),
            b'f' | b'F' | b't' | b'T' | b';' | b',' => {
                let Some((kind, wanted)) = self.vi.find else { return Ok(None) };
                let kind = if key == b',' { kind ^ 32 } else { kind };
                let Some(place) = found(line, kind, wanted, times) else { return Ok(None) };
                (place, matches!(kind, b'f' | b't'))
            }
            _ => return Ok(None),
        };
        Ok(Some(Target { place, inclusive }))
    }

    /// `d`, `c` or `y` and what comes behind it.
    fn operator(&mut self, operator: u8, times: usize) -> PyResult<Flow> {
        let mut inner = None;
        let key = loop {
            match self.key()? {
                Some(key) if key.is_ascii_digit() && (key != b'0' || inner.is_some()) => {
                    inner = Some((inner.unwrap_or(0) * 10 + usize::from(key - b'0')).min(100_000));
                }
                Some(key) => break key,
                None => return Ok(self.ding()),
            }
        };
        let times = times.saturating_mul(inner.unwrap_or(1));
        let (point, len, blank) = {
            let state = state();
            let blank = class_at(&state.line, state.line.point, true).is_none_or(|class| class == 0);
            (state.line.point, state.line.text.len(), blank)
        };
        if key == operator {
            return Ok(self.take(operator, 0, len));
        }
        // A changed word keeps the blanks behind it.
        if operator == b'c' && matches!(key, b'w' | b'W') && !blank {
            let big = key == b'W';
            let last = {
                let line = &state().line;
                (1..times.min(len)).fold(same_word_end(line, point, big), |at, _| word_end(line, at, big))
            };
            return Ok(self.take(operator, point, last + 1));
        }
        let Some(target) = self.motion(key, times, true)? else { return Ok(self.ding()) };
        let (start, end) = (point.min(target.place), point.max(target.place));
        let end = end + usize::from(target.inclusive);
        Ok(self.take(operator, start, end))
    }

    /// Cuts or copies a range.
    fn take(&mut self, operator: u8, start: usize, end: usize) -> Flow {
        let mut state = state();
        let line = &mut state.line;
        if operator == b'y' {
            line.copy(start, end);
            return Flow::On(Kind::Other);
        }
        line.note();
        line.kill(start, end);
        self.vi.command = operator != b'c';
        Flow::On(Kind::Other)
    }

    fn replace_characters(&mut self, times: usize) -> PyResult<Flow> {
        let Some(first) = self.key()? else { return Ok(self.ding()) };
        if first == ESCAPE {
            return Ok(Flow::On(Kind::Other));
        }
        let chars = self.character(first)?;
        let mut state = state();
        let line = &mut state.line;
        let (start, end) = (line.point, line.point + times);
        if end > line.text.len() {
            drop(state);
            return Ok(self.ding());
        }
        line.note();
        line.replace(start, end, &chars.repeat(times));
        line.point = line.point.saturating_sub(1);
        Ok(Flow::On(Kind::Other))
    }

    fn older_or_newer(&mut self, command: Command, times: usize) -> Flow {
        let flow = self.walk(command, i64::try_from(times).unwrap_or(1));
        state().line.point = 0;
        flow
    }

    /// Reads what `/` and `?` look for.
    fn ask_pattern(&mut self, key: u8) -> PyResult<Flow> {
        let own_prompt = state().display.prompt().to_vec();
        let (text, point) = {
            let mut state = state();
            let old = (state.line.text.clone(), state.line.point);
            state.display.set_prompt(decode(&[key]));
            state.line.set(Vec::new());
            old
        };
        let wanted = loop {
            state().display.invalidate();
            redisplay();
            match self.key()? {
                Some(b'\r' | b'\n') => break true,
                Some(ESCAPE | 3 | 7) | None => break false,
                Some(8 | 127) => {
                    let mut state = state();
                    if state.line.text.pop().is_none() {
                        break false;
                    }
                    state.line.point = state.line.text.len();
                }
                Some(first) => {
                    let chars = self.character(first)?;
                    state().line.insert(&chars);
                }
            }
        };
        let typed = {
            let mut state = state();
            let typed = core::mem::replace(&mut state.line.text, text);
            state.line.point = point;
            state.display.set_prompt(own_prompt);
            state.display.invalidate();
            typed
        };
        if !wanted {
            return Ok(Flow::On(Kind::Other));
        }
        if !typed.is_empty() {
            self.vi.pattern.0 = typed;
        }
        self.vi.pattern.1 = key == b'/';
        Ok(self.search_again(false))
    }

    fn search_again(&mut self, other_way: bool) -> Flow {
        let (pattern, backwards) = self.vi.pattern.clone();
        if pattern.is_empty() || !self.find_pattern(&pattern, backwards != other_way, true) {
            return self.ding();
        }
        state().line.point = 0;
        Flow::On(Kind::Other)
    }
}
