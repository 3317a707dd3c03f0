//! What the editor keeps for the process, as the C library does: history, bindings, the line being edited. Nobody holds the lock
//! while Python code runs.

use std::collections::VecDeque;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use super::display::Display;
use super::history::History;
use super::keymap::Keymap;
use super::line::{Char, Line, decode};

/// See above.
pub struct State {
    /// Bindings and variables.
    pub keymap: Keymap,
    /// Earlier lines.
    pub history: History,
    /// The line being edited, or the last one.
    pub line: Line,
    /// How it is shown.
    pub display: Display,
    /// Keys that come before those of the terminal.
    pub keys: VecDeque<u8>,
    /// What ends a word that is to be completed.
    pub delimiters: Vec<Char>,
    /// The word that was completed last.
    pub completed: (usize, usize),
    /// The character that says how it was completed.
    pub completion_type: i32,
    /// The line of the history that the next reading begins with.
    pub next_place: Option<usize>,
    /// Lines read are added to the history.
    pub auto_history: bool,
    /// How many lines a history file keeps; none of the negative numbers limits it.
    pub file_length: i32,
}

static STATE: LazyLock<Mutex<State>> = LazyLock::new(|| {
    Mutex::new(State {
        keymap: Keymap::new(),
        history: History::new(),
        line: Line::default(),
        display: Display::new(),
        keys: VecDeque::new(),
        delimiters: decode(b" \t\n`~!@#$%^&*()-=+[{]}\\|;:'\",<>/?"),
        completed: (0, 0),
        completion_type: 0,
        next_place: None,
        auto_history: true,
        file_length: -1,
    })
});

/// The state, for a moment.
pub fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    /// Makes variables count that are more than looked at.
    pub fn variables_changed(&mut self) {
        if let Some(limit) = self.keymap.number("history-size") {
            self.history.set_limit(usize::try_from(limit).ok());
        }
    }
}
