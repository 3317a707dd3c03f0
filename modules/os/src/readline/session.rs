//! Editing one line on the terminal: reading keys, doing what they are bound to.

use core::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, TryLockError};

use krait_runtime::prelude::*;
use krait_runtime::system::{Errno, descriptor, terminal};

use super::completion::{in_columns, matches, show_by_hook};
use super::keymap::{Binding, Command, Found, default_init_file, home_path};
use super::line::{Case, Char, Kind, decode, encode};
use super::state::state;
use super::vi::Vi;
use super::{PRE_INPUT_HOOK, STARTUP_HOOK};

/// Where keys come from.
pub const INPUT: i32 = 0;
const OUTPUT: i32 = 1;
const PASTE_END: &[u8] = b"\x1b[201~";

/// One line at a time.
static EDITING: Mutex<()> = Mutex::new(());
/// The thread that edited last.
static EDITOR: AtomicU64 = AtomicU64::new(0);

/// The terminal as the editor needs it; as it was when this goes.
struct RawTerminal {
    old: terminal::Settings,
    paste: bool,
}

impl RawTerminal {
    fn new(paste: bool) -> Result<RawTerminal, Errno> {
        let old = terminal::settings(INPUT)?;
        let mut raw = old;
        raw.c_lflag &= !(libc::ICANON | libc::ECHO | libc::IEXTEN);
        raw.c_iflag &= !(libc::IXON | libc::ICRNL | libc::INLCR | libc::ISTRIP);
        if let Some(least) = raw.c_cc.get_mut(libc::VMIN) {
            *least = 1;
        }
        if let Some(time) = raw.c_cc.get_mut(libc::VTIME) {
            *time = 0;
        }
        terminal::set_settings(INPUT, libc::TCSADRAIN, &raw)?;
        if paste {
            write(b"\x1b[?2004h");
        }
        Ok(RawTerminal { old, paste })
    }
}

impl Drop for RawTerminal {
    fn drop(&mut self) {
        if self.paste {
            write(b"\x1b[?2004l\r");
        }
        // A terminal that is gone needs nothing back.
        let _ = terminal::set_settings(INPUT, libc::TCSADRAIN, &self.old);
        EDITOR.store(0, Ordering::Relaxed);
    }
}

/// Writes to the terminal. One that is gone shows nothing, and reading from it will tell.
pub fn write(mut bytes: &[u8]) {
    while !bytes.is_empty() {
        match descriptor::write(OUTPUT, bytes) {
            Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
            Err(libc::EINTR) => {}
            Err(_) => return,
        }
    }
}

fn dumb_terminal() -> bool {
    std::env::var("TERM").map_or(true, |term| term.is_empty() || term == "dumb")
}

/// Shows the line as it is now.
pub fn redisplay() {
    let mut state = state();
    let state = &mut *state;
    let out = state.display.refresh(&state.line.text, state.line.point);
    write(&out);
}

/// Reads a line, its newline included; `None` at the end of the input.
pub fn read_line(py: Py<'_>, prompt: &[u8]) -> PyResult<Option<Vec<u8>>> {
    let own = krait_runtime::thread::current_ident();
    let _editing = match EDITING.try_lock() {
        Ok(guard) => guard,
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        Err(TryLockError::WouldBlock) if EDITOR.load(Ordering::Relaxed) == own => {
            bail!(py, RuntimeError, "can't re-enter readline")
        }
        Err(TryLockError::WouldBlock) => {
            py.detach(|| EDITING.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
        }
    };
    EDITOR.store(own, Ordering::Relaxed);
    let dumb = dumb_terminal();
    // Off unless an init file asks for it, as in CPython.
    let paste = !dumb && state().keymap.on("enable-bracketed-paste", false);
    let _raw = RawTerminal::new(paste).map_err(|error| py.raise_errno(error.0))?;
    {
        let mut state = state();
        state.line.reset();
        state.display.dumb = dumb;
        state.display.columns = match terminal::size(OUTPUT) {
            Ok([_, columns, _, _]) if columns > 1 => usize::from(columns),
            _ => 80,
        };
    }
    call_hook(py, &STARTUP_HOOK)?;
    let out = state().display.start(&decode(prompt));
    write(&out);
    redisplay();
    call_hook(py, &PRE_INPUT_HOOK)?;
    let mut session = Session {
        py,
        argument: None,
        place: state().history.len(),
        next_line: Vec::new(),
        argument_place: 0,
        prefix: None,
        menu: None,
        vi: Vi::default(),
    };
    let next = state().next_place.take();
    if let Some(place) = next.filter(|place| *place < session.place) {
        session.go_to(place);
    }
    let outcome = session.run();
    if outcome.is_err() {
        write(b"\n");
    }
    let line = outcome?;
    if let Some(line) = &line {
        let mut state = state();
        let differs = state.history.last() != Some(line.as_slice());
        if state.auto_history && !line.is_empty() && differs {
            state.history.add(line.clone());
        }
    }
    Ok(line.map(|mut line| {
        line.push(b'\n');
        line
    }))
}

fn call_hook(py: Py<'_>, hook: &'static krait_runtime::local::InterpreterLocal) -> PyResult<()> {
    let hook = hook.get(py)?;
    if !hook.is_none()
        && let Err(raised) = hook.call(py, &[])
    {
        py.clear_error(raised);
    }
    Ok(())
}

/// How it goes on after a command.
pub enum Flow {
    /// With the next key.
    On(Kind),
    /// The line is done.
    Accept,
    /// The input is at its end.
    End,
}

/// One line being read.
pub struct Session<'py> {
    py: Py<'py>,
    /// vi's modes.
    pub(super) vi: Vi,
    /// A count typed in front of a command.
    argument: Option<i64>,
    /// Which line of the history is shown; their number for the new one.
    place: usize,
    /// The new line while an earlier one is shown.
    next_line: Vec<Char>,
    /// The line before which `yank-last-arg` goes on.
    argument_place: usize,
    /// What `history-search-*` look for.
    prefix: Option<Vec<Char>>,
    /// The choices that `menu-complete` walks through: where the word begins, the next one.
    menu: Option<(usize, Vec<Vec<Char>>, usize)>,
}

impl Session<'_> {
    /// Reads keys until the line is done.
    fn run(&mut self) -> PyResult<Option<Vec<u8>>> {
        loop {
            redisplay();
            let flow = match self.key()? {
                Some(key) => match self.vi_key(key)? {
                    Some(flow) => flow,
                    None => self.dispatch(key)?,
                },
                None if state().line.text.is_empty() => Flow::End,
                None => Flow::Accept,
            };
            match flow {
                Flow::On(kind) => state().line.last = kind,
                Flow::Accept => {
                    let mut state = state();
                    let state = &mut *state;
                    write(&state.display.finish(&state.line.text));
                    return Ok(Some(encode(&state.line.text)));
                }
                Flow::End => return Ok(None),
            }
        }
    }

    /// The next byte typed; `None` at the end.
    pub(super) fn key(&self) -> PyResult<Option<u8>> {
        let queued = state().keys.pop_front();
        let mut byte = [0];
        let key = match queued {
            Some(key) => Some(key),
            None => match self.py.retry(|| descriptor::read(INPUT, &mut byte).map_err(Errno))? {
                Ok(0) | Err(Errno(libc::EIO)) => None,
                Ok(_) => byte.first().copied(),
                Err(error) => return Err(self.py.raise_errno(error.0)),
            },
        };
        if let Some(key) = key {
            self.vi.record(key);
        }
        Ok(key)
    }

    fn dispatch(&mut self, key: u8) -> PyResult<Flow> {
        let mut keys = vec![key];
        loop {
            let found = match state().keymap.find(&keys) {
                Found::Whole(binding) => Some(Some(binding.clone())),
                Found::Prefix => None,
                Found::Unbound => Some(None),
            };
            match found {
                Some(Some(binding)) => return self.perform(&binding, &keys),
                Some(None) if keys.len() == 1 && (key >= 0x80 || (32..127).contains(&key)) => {
                    return self.perform(&Binding::Command(Command::SelfInsert), &keys);
                }
                Some(None) => return self.unbound(&keys),
                None => match self.key()? {
                    Some(key) => keys.push(key),
                    None => return Ok(Flow::On(Kind::Other)),
                },
            }
        }
    }

    /// The longest beginning that is bound counts; the rest are keys of their own.
    fn unbound(&mut self, keys: &[u8]) -> PyResult<Flow> {
        for len in (1..keys.len()).rev() {
            let Some((head, tail)) = keys.split_at_checked(len) else { continue };
            let binding = state().keymap.exact(head).cloned();
            if let Some(binding) = binding {
                let mut state = state();
                tail.iter().rev().for_each(|key| state.keys.push_front(*key));
                drop(state);
                return self.perform(&binding, head);
            }
        }
        self.skip_sequence(keys)?;
        Ok(self.ding())
    }

    /// The rest of a control sequence that nothing is bound to.
    fn skip_sequence(&self, keys: &[u8]) -> PyResult<()> {
        if keys.starts_with(b"\x1b[") && keys.len() > 2 {
            let mut last = keys.last().copied();
            while last.is_some_and(|key| !(0x40..0x7F).contains(&key)) {
                last = self.key()?;
            }
        }
        Ok(())
    }

    pub(super) fn ding(&self) -> Flow {
        let quiet = state().keymap.text("bell-style").is_some_and(|style| style == "none" || style == "off");
        if !quiet {
            write(b"\x07");
        }
        Flow::On(Kind::Other)
    }

    fn perform(&mut self, binding: &Binding, keys: &[u8]) -> PyResult<Flow> {
        let command = match binding {
            Binding::Macro(text) => {
                let mut state = state();
                // A macro that types its own key would never end.
                if state.keys.len() + text.len() > 65536 {
                    state.keys.clear();
                    drop(state);
                    return Ok(self.ding());
                }
                text.iter().rev().for_each(|key| state.keys.push_front(*key));
                let last = state.line.last;
                return Ok(Flow::On(last));
            }
            Binding::Command(command) => *command,
        };
        let is_search = matches!(command, Command::HistorySearchBackward | Command::HistorySearchForward);
        if !is_search {
            self.prefix = None;
        }
        if !matches!(command, Command::MenuComplete | Command::MenuCompleteBackward) {
            self.menu = None;
        }
        let argument = self.argument.take();
        match command {
            Command::DigitArgument | Command::UniversalArgument => self.read_argument(keys, argument),
            Command::SelfInsert => self.self_insert(keys, argument.unwrap_or(1)),
            _ => self.command(command, argument),
        }
    }

    fn read_argument(&mut self, keys: &[u8], argument: Option<i64>) -> PyResult<Flow> {
        let (mut value, mut negative) = (argument, false);
        let mut next = keys.last().copied();
        if keys.first() != Some(&27) {
            value = Some(argument.unwrap_or(1).saturating_mul(4));
            next = self.key()?;
        }
        let mut fresh = true;
        while let Some(key) = next {
            match key {
                b'-' if fresh => negative = true,
                b'0'..=b'9' => {
                    let digit = i64::from(key - b'0');
                    let base = if fresh { 0 } else { value.unwrap_or(0) };
                    value = Some((base * 10 + digit).min(100_000));
                }
                _ => {
                    state().keys.push_front(key);
                    break;
                }
            }
            if key != b'-' {
                fresh = false;
            }
            next = self.key()?;
        }
        let value = value.unwrap_or(1);
        self.argument = Some(if negative { -value } else { value });
        Ok(Flow::On(state().line.last))
    }

    /// The character that begins with a byte.
    pub(super) fn character(&self, first: u8) -> PyResult<Vec<Char>> {
        let more = match first {
            0xC2..=0xDF => 1,
            0xE0..=0xEF => 2,
            0xF0..=0xF4 => 3,
            _ => 0,
        };
        let mut bytes = vec![first];
        for _ in 0..more {
            match self.key()? {
                Some(key) if key & 0xC0 == 0x80 => bytes.push(key),
                Some(key) => {
                    state().keys.push_front(key);
                    break;
                }
                None => break,
            }
        }
        Ok(decode(&bytes))
    }

    pub(super) fn self_insert(&self, keys: &[u8], count: i64) -> PyResult<Flow> {
        let chars = self.character(keys.last().copied().unwrap_or(b' '))?;
        let mut state = state();
        if state.line.last != Kind::Typing {
            state.line.note();
        }
        state.line.insert(&chars.repeat(usize::try_from(count).unwrap_or(0)));
        Ok(Flow::On(Kind::Typing))
    }

    pub(super) fn command(&mut self, command: Command, argument: Option<i64>) -> PyResult<Flow> {
        use Command::*;
        match command {
            AcceptLine => Ok(Flow::Accept),
            EndOfFile if state().line.text.is_empty() => Ok(Flow::End),
            Abort => Ok(self.ding()),
            ClearScreen => {
                write(b"\x1b[H\x1b[2J");
                state().display.forget();
                Ok(Flow::On(Kind::Other))
            }
            RedrawCurrentLine => {
                state().display.forget();
                Ok(Flow::On(Kind::Other))
            }
            BeginningOfHistory
            | EndOfHistory
            | NextHistory
            | PreviousHistory
            | HistorySearchBackward
            | HistorySearchForward
            | OperateAndGetNext => Ok(self.walk(command, argument.unwrap_or(1))),
            ReverseSearchHistory => self.search(true),
            ForwardSearchHistory => self.search(false),
            Complete | PossibleCompletions | InsertCompletions => self.complete(command),
            MenuComplete | MenuCompleteBackward => self.menu_complete(command == MenuComplete),
            BracketedPasteBegin => self.paste(),
            QuotedInsert => match self.key()? {
                Some(key) => self.self_insert(&[key], argument.unwrap_or(1)),
                None => Ok(Flow::On(Kind::Other)),
            },
            InsertComment => {
                let mut state = state();
                state.line.point = 0;
                state.line.insert(&[u32::from(b'#')]);
                Ok(Flow::Accept)
            }
            ReReadInitFile => {
                let mut state = state();
                drop(state.keymap.read_file(&default_init_file()));
                state.variables_changed();
                Ok(Flow::On(Kind::Other))
            }
            YankLastArg => Ok(self.yank_last_argument()),
            _ => Ok(self.edit(command, argument.unwrap_or(1))),
        }
    }

    /// The commands that only change the line.
    fn edit(&self, command: Command, count: i64) -> Flow {
        use Command::*;
        let mut guard = state();
        let line = &mut guard.line;
        let moves = matches!(
            command,
            BackwardChar
                | ForwardChar
                | BackwardWord
                | ForwardWord
                | BeginningOfLine
                | EndOfLine
                | SetMark
                | ExchangePointAndMark
                | Undo
                | RevertLine
                | OverwriteMode
        );
        if !moves {
            line.note();
        }
        let (backwards, times) = (count < 0, usize::try_from(count.unsigned_abs()).unwrap_or(0));
        let mut kind = Kind::Other;
        let mut fine = true;
        match command {
            BeginningOfLine => line.point = 0,
            EndOfLine => line.point = line.text.len(),
            BackwardChar | ForwardChar => {
                let forward = (command == ForwardChar) != backwards;
                let wanted = if forward { line.point + times } else { line.point.saturating_sub(times) };
                fine = wanted != line.point;
                line.point = wanted.min(line.text.len());
            }
            BackwardWord | ForwardWord => {
                let forward = (command == ForwardWord) != backwards;
                for _ in 0..times.min(line.text.len() + 1) {
                    line.point =
                        if forward { line.word_end(line.point) } else { line.word_start(line.point) };
                }
            }
            DeleteChar | EndOfFile | BackwardDeleteChar => {
                let forward = (command != BackwardDeleteChar) != backwards;
                let (start, end) = if forward {
                    (line.point, line.point + times)
                } else {
                    (line.point.saturating_sub(times), line.point)
                };
                fine = !line.delete(start, end).is_empty();
            }
            KillLine | BackwardKillLine | UnixLineDiscard | KillWholeLine | KillWord | BackwardKillWord
            | UnixWordRubout => {
                let point = line.point;
                let (start, end) = match command {
                    KillLine => (point, line.text.len()),
                    KillWholeLine => (0, line.text.len()),
                    KillWord => (point, line.word_end(point)),
                    BackwardKillWord => (line.word_start(point), point),
                    UnixWordRubout => (line.blank_word_start(point), point),
                    _ => (0, point),
                };
                line.kill(start, end);
                kind = Kind::Kill;
            }
            DeleteHorizontalSpace => line.delete_blanks(),
            TransposeChars => fine = line.transpose(),
            TransposeWords => fine = line.transpose_words(),
            UpcaseWord => line.change_case(Case::Upper),
            DowncaseWord => line.change_case(Case::Lower),
            CapitalizeWord => line.change_case(Case::Title),
            Yank | YankPop => {
                fine = if command == Yank { line.yank() } else { line.yank_pop() };
                kind = Kind::Yank;
            }
            TabInsert => line.insert(&[9]),
            SetMark => line.set_mark(),
            ExchangePointAndMark => line.exchange_mark(),
            OverwriteMode => line.overwrite = !line.overwrite,
            Undo => fine = line.undo(),
            RevertLine => line.revert(),
            TildeExpand => {
                let start = line.blank_word_start(line.point);
                let word = encode(line.text.get(start..line.point).unwrap_or_default());
                let path = home_path(&String::from_utf8_lossy(&word));
                let expanded = decode(path.as_os_str().as_encoded_bytes());
                line.replace(start, line.point, &expanded);
            }
            _ => fine = false,
        }
        drop(guard);
        if fine { Flow::On(kind) } else { self.ding() }
    }

    // ---- history

    /// Shows a line of the history; the new line is kept for the way back.
    pub(super) fn go_to(&mut self, place: usize) -> bool {
        let mut state = state();
        let state = &mut *state;
        let len = state.history.len();
        if place > len || place == self.place {
            return false;
        }
        if self.place >= len {
            self.next_line = state.line.text.clone();
        }
        let text = match state.history.line(place) {
            Some(line) => decode(line),
            None => self.next_line.clone(),
        };
        state.line.note();
        state.line.set(text);
        self.place = place;
        true
    }

    pub(super) fn walk(&mut self, command: Command, count: i64) -> Flow {
        use Command::*;
        let len = state().history.len();
        let times = usize::try_from(count).unwrap_or(1);
        let fine = match command {
            BeginningOfHistory => self.go_to(0),
            EndOfHistory => self.go_to(len),
            NextHistory => self.go_to((self.place + times).min(len)),
            PreviousHistory => self.place > 0 && self.go_to(self.place.saturating_sub(times)),
            OperateAndGetNext => {
                state().next_place = Some(self.place + 1);
                return Flow::Accept;
            }
            _ => self.search_prefix(command == HistorySearchBackward),
        };
        if fine { Flow::On(Kind::Other) } else { self.ding() }
    }

    /// The next line that begins as this one does up to the cursor.
    fn search_prefix(&mut self, backwards: bool) -> bool {
        let prefix = self.prefix.take().unwrap_or_else(|| {
            let state = state();
            state.line.text.get(..state.line.point).unwrap_or_default().to_vec()
        });
        let wanted = encode(&prefix);
        let found = {
            let state = state();
            let fits =
                |place: &usize| state.history.line(*place).is_some_and(|line| line.starts_with(&wanted));
            if backwards {
                (0..self.place).rev().find(fits)
            } else {
                (self.place + 1..state.history.len()).find(fits)
            }
        };
        let moved = found.is_some_and(|place| self.go_to(place));
        if moved {
            state().line.point = prefix.len();
        }
        self.prefix = Some(prefix);
        moved
    }

    /// Incremental search: what is typed is looked for in earlier lines.
    fn search(&mut self, mut backwards: bool) -> PyResult<Flow> {
        let (old_text, old_point, old_place) = {
            let state = state();
            (state.line.text.clone(), state.line.point, self.place)
        };
        let own_prompt = state().display.prompt().to_vec();
        let mut pattern: Vec<Char> = Vec::new();
        let mut failed = false;
        let flow = loop {
            let name = if backwards { "reverse-i-search" } else { "i-search" };
            let state_of = if failed { "failed " } else { "" };
            let mut prompt = decode(format!("({state_of}{name})`").as_bytes());
            prompt.extend(&pattern);
            prompt.extend(decode(b"': "));
            {
                let mut state = state();
                state.display.set_prompt(prompt);
                state.display.invalidate();
            }
            redisplay();
            let Some(key) = self.key()? else { break Flow::Accept };
            match key {
                7 => {
                    let mut state = state();
                    state.line.set(old_text);
                    state.line.point = old_point;
                    self.place = old_place;
                    break Flow::On(Kind::Other);
                }
                0x12 | 0x13 => {
                    backwards = key == 0x12;
                    failed = !self.find_pattern(&pattern, backwards, true);
                }
                8 | 127 => {
                    pattern.pop();
                    self.place = old_place;
                    failed = !pattern.is_empty() && !self.find_pattern(&pattern, backwards, false);
                }
                32.. => {
                    pattern.extend(self.character(key)?);
                    failed = !self.find_pattern(&pattern, backwards, false);
                }
                27 => break Flow::On(Kind::Other),
                _ => {
                    state().keys.push_front(key);
                    break Flow::On(Kind::Other);
                }
            }
        };
        let mut state = state();
        state.display.set_prompt(own_prompt);
        state.display.invalidate();
        Ok(flow)
    }

    /// Goes to the next line that holds a text, this one included unless `further`.
    pub(super) fn find_pattern(&mut self, pattern: &[Char], backwards: bool, further: bool) -> bool {
        let wanted = encode(pattern);
        let found = {
            let state = state();
            let fits = |place: &usize| {
                let line = state.history.line(*place);
                line.is_some_and(|line| memchr::memmem::find(line, &wanted).is_some())
            };
            let from = if further { self.place } else { self.place + 1 };
            if backwards {
                (0..from.min(state.history.len())).rev().find(fits)
            } else {
                (if further { self.place + 1 } else { self.place }..state.history.len()).find(fits)
            }
        };
        let Some(place) = found else { return false };
        self.go_to(place);
        let mut state = state();
        let at = state.line.text.windows(pattern.len().max(1)).position(|window| window == pattern);
        state.line.point = at.unwrap_or(0);
        true
    }

    fn yank_last_argument(&mut self) -> Flow {
        let mut guard = state();
        let state = &mut *guard;
        let again = state.line.last == Kind::Yank;
        let place = if again { self.argument_place } else { state.history.len() };
        let Some(line) = place.checked_sub(1).and_then(|place| state.history.line(place)) else {
            drop(guard);
            return self.ding();
        };
        let word = line.split(u8::is_ascii_whitespace).rfind(|word| !word.is_empty()).unwrap_or_default();
        let word = decode(word);
        state.line.note();
        state.line.yank_text(&word, again);
        self.argument_place = place - 1;
        Flow::On(Kind::Yank)
    }

    // ---- completion and pasting

    fn complete(&mut self, command: Command) -> PyResult<Flow> {
        let (again, at_once, disabled) = {
            let state = state();
            let map = &state.keymap;
            (
                state.line.last == Kind::Complete,
                map.on("show-all-if-ambiguous", false),
                map.on("disable-completion", false),
            )
        };
        if disabled {
            return self.self_insert(b"\t", 1);
        }
        let show = command == Command::PossibleCompletions || again;
        let kind = match command {
            Command::InsertCompletions => b'*',
            _ if show => b'?',
            _ if at_once => b'!',
            _ => b'\t',
        };
        let Some(found) = matches(self.py, kind)? else { return Ok(self.ding()) };
        if command == Command::InsertCompletions {
            let mut state = state();
            state.line.note();
            let all = found.all.join(&u32::from(b' '));
            state.line.replace(found.begin, found.end, &all);
            return Ok(Flow::On(Kind::Other));
        }
        let word = state().line.text.get(found.begin..found.end).unwrap_or_default().to_vec();
        let grows = found.common.len() >= word.len() && found.common != word;
        if grows && command == Command::Complete {
            let mut state = state();
            state.line.note();
            state.line.replace(found.begin, found.end, &found.common);
        }
        if found.all.len() > 1 {
            if show || at_once {
                self.show(&found)?;
            } else {
                self.ding();
            }
        }
        Ok(Flow::On(Kind::Complete))
    }

    fn show(&self, found: &super::completion::Matches) -> PyResult<()> {
        if show_by_hook(self.py, found)? {
            state().display.forget();
            return Ok(());
        }
        let (columns, most) = {
            let state = state();
            (state.display.columns, state.keymap.number("completion-query-items").unwrap_or(100))
        };
        let count = found.all.len();
        write(b"\n");
        let mut wanted = true;
        if most > 0 && count as i64 >= most {
            write(format!("Display all {count} possibilities? (y or n)").as_bytes());
            wanted = loop {
                match self.key()? {
                    Some(b'y' | b'Y' | b' ') => break true,
                    Some(b'n' | b'N' | 7 | 127) | None => break false,
                    Some(_) => write(b"\x07"),
                }
            };
            write(b"\n");
        }
        if wanted {
            write(&in_columns(&found.all, columns));
        }
        state().display.forget();
        Ok(())
    }

    fn menu_complete(&mut self, forward: bool) -> PyResult<Flow> {
        if self.menu.is_none() {
            let Some(found) = matches(self.py, b'%')? else { return Ok(self.ding()) };
            let first = if forward { 0 } else { found.all.len() - 1 };
            self.menu = Some((found.begin, found.all, first));
        } else if let Some((_, all, next)) = &mut self.menu {
            *next = (*next + if forward { 1 } else { all.len() - 1 }) % all.len();
        }
        if let Some((begin, all, next)) = &self.menu {
            let mut state = state();
            let end = state.line.point;
            state.line.note();
            state.line.replace(*begin, end, all.get(*next).map(Vec::as_slice).unwrap_or_default());
        }
        Ok(Flow::On(Kind::Other))
    }

    /// What the terminal says was pasted, as one piece of text.
    fn paste(&self) -> PyResult<Flow> {
        let mut bytes = Vec::new();
        while !bytes.ends_with(PASTE_END) {
            match self.key()? {
                Some(key) => bytes.push(key),
                None => break,
            }
        }
        let text = bytes.strip_suffix(PASTE_END).unwrap_or(&bytes);
        let text: Vec<u8> = text.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect();
        let mut state = state();
        state.line.note();
        state.line.insert(&decode(&text));
        Ok(Flow::On(Kind::Other))
    }
}
