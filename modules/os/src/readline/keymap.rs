//! What keys do: the commands' names, the bindings, and the lines of an init file that change both and the variables.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

macro_rules! commands {
    ($($command:ident $name:literal,)*) => {
        /// What a key can do.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[allow(missing_docs, reason = "each is named as in init files")]
        pub enum Command { $($command),* }

        impl Command {
            /// The command of a name.
            fn named(name: &str) -> Option<Command> {
                match name {
                    $($name => Some(Command::$command),)*
                    _ => None,
                }
            }
        }
    };
}

commands! {
    Abort "abort",
    AcceptLine "accept-line",
    BackwardChar "backward-char",
    BackwardDeleteChar "backward-delete-char",
    BackwardKillLine "backward-kill-line",
    BackwardKillWord "backward-kill-word",
    BackwardWord "backward-word",
    BeginningOfHistory "beginning-of-history",
    BeginningOfLine "beginning-of-line",
    BracketedPasteBegin "bracketed-paste-begin",
    CapitalizeWord "capitalize-word",
    ClearScreen "clear-screen",
    Complete "complete",
    DeleteChar "delete-char",
    DeleteHorizontalSpace "delete-horizontal-space",
    DigitArgument "digit-argument",
    DowncaseWord "downcase-word",
    EndOfFile "end-of-file",
    EndOfHistory "end-of-history",
    EndOfLine "end-of-line",
    ExchangePointAndMark "exchange-point-and-mark",
    ForwardChar "forward-char",
    ForwardSearchHistory "forward-search-history",
    ForwardWord "forward-word",
    HistorySearchBackward "history-search-backward",
    HistorySearchForward "history-search-forward",
    InsertComment "insert-comment",
    InsertCompletions "insert-completions",
    KillLine "kill-line",
    KillWholeLine "kill-whole-line",
    KillWord "kill-word",
    MenuComplete "menu-complete",
    MenuCompleteBackward "menu-complete-backward",
    NextHistory "next-history",
    OperateAndGetNext "operate-and-get-next",
    OverwriteMode "overwrite-mode",
    PossibleCompletions "possible-completions",
    PreviousHistory "previous-history",
    QuotedInsert "quoted-insert",
    ReReadInitFile "re-read-init-file",
    RedrawCurrentLine "redraw-current-line",
    ReverseSearchHistory "reverse-search-history",
    RevertLine "revert-line",
    SelfInsert "self-insert",
    SetMark "set-mark",
    TabInsert "tab-insert",
    TildeExpand "tilde-expand",
    TransposeChars "transpose-chars",
    TransposeWords "transpose-words",
    Undo "undo",
    UniversalArgument "universal-argument",
    UnixLineDiscard "unix-line-discard",
    UnixWordRubout "unix-word-rubout",
    UpcaseWord "upcase-word",
    Yank "yank",
    YankLastArg "yank-last-arg",
    YankPop "yank-pop",
}

/// What a sequence of keys is bound to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Binding {
    /// A command.
    Command(Command),
    /// Keys to be read instead.
    Macro(Vec<u8>),
}

/// What keys read so far are.
pub enum Found<'a> {
    /// Bound, whatever follows.
    Whole(&'a Binding),
    /// The beginning of longer sequences; perhaps bound itself.
    Prefix,
    /// Nothing.
    Unbound,
}

/// Bindings and variables.
pub struct Keymap {
    bindings: BTreeMap<Vec<u8>, Binding>,
    variables: BTreeMap<String, String>,
}

/// The bindings that are there from the beginning, written as in an init file.
const DEFAULTS: &[(&[u8], Command)] = {
    use Command::*;
    &[
        (b"\x00", SetMark),
        (b"\x01", BeginningOfLine),
        (b"\x02", BackwardChar),
        (b"\x04", EndOfFile),
        (b"\x05", EndOfLine),
        (b"\x06", ForwardChar),
        (b"\x07", Abort),
        (b"\x08", BackwardDeleteChar),
        (b"\t", SelfInsert),
        (b"\n", AcceptLine),
        (b"\x0b", KillLine),
        (b"\x0c", ClearScreen),
        (b"\r", AcceptLine),
        (b"\x0e", NextHistory),
        (b"\x0f", OperateAndGetNext),
        (b"\x10", PreviousHistory),
        (b"\x11", QuotedInsert),
        (b"\x12", ReverseSearchHistory),
        (b"\x13", ForwardSearchHistory),
        (b"\x14", TransposeChars),
        (b"\x15", UnixLineDiscard),
        (b"\x16", QuotedInsert),
        (b"\x17", UnixWordRubout),
        (b"\x18\x07", Abort),
        (b"\x18\x12", ReReadInitFile),
        (b"\x18\x15", Undo),
        (b"\x18\x18", ExchangePointAndMark),
        (b"\x18\x7f", BackwardKillLine),
        (b"\x19", Yank),
        (b"\x1b\x07", Abort),
        (b"\x1b\x08", BackwardKillWord),
        (b"\x1b\t", Complete),
        (b"\x1b\x1b", Complete),
        (b"\x1b\x12", RevertLine),
        (b"\x1b ", SetMark),
        (b"\x1b#", InsertComment),
        (b"\x1b&", TildeExpand),
        (b"\x1b*", InsertCompletions),
        (b"\x1b-", DigitArgument),
        (b"\x1b0", DigitArgument),
        (b"\x1b1", DigitArgument),
        (b"\x1b2", DigitArgument),
        (b"\x1b3", DigitArgument),
        (b"\x1b4", DigitArgument),
        (b"\x1b5", DigitArgument),
        (b"\x1b6", DigitArgument),
        (b"\x1b7", DigitArgument),
        (b"\x1b8", DigitArgument),
        (b"\x1b9", DigitArgument),
        (b"\x1b.", YankLastArg),
        (b"\x1b_", YankLastArg),
        (b"\x1b<", BeginningOfHistory),
        (b"\x1b>", EndOfHistory),
        (b"\x1b=", PossibleCompletions),
        (b"\x1b?", PossibleCompletions),
        (b"\x1b\\", DeleteHorizontalSpace),
        (b"\x1bb", BackwardWord),
        (b"\x1bc", CapitalizeWord),
        (b"\x1bd", KillWord),
        (b"\x1bf", ForwardWord),
        (b"\x1bl", DowncaseWord),
        (b"\x1br", RevertLine),
        (b"\x1bt", TransposeWords),
        (b"\x1bu", UpcaseWord),
        (b"\x1by", YankPop),
        (b"\x1b~", TildeExpand),
        (b"\x1b\x7f", BackwardKillWord),
        (b"\x1b[A", PreviousHistory),
        (b"\x1b[B", NextHistory),
        (b"\x1b[C", ForwardChar),
        (b"\x1b[D", BackwardChar),
        (b"\x1b[H", BeginningOfLine),
        (b"\x1b[F", EndOfLine),
        (b"\x1bOA", PreviousHistory),
        (b"\x1bOB", NextHistory),
        (b"\x1bOC", ForwardChar),
        (b"\x1bOD", BackwardChar),
        (b"\x1bOH", BeginningOfLine),
        (b"\x1bOF", EndOfLine),
        (b"\x1b[1~", BeginningOfLine),
        (b"\x1b[2~", OverwriteMode),
        (b"\x1b[3~", DeleteChar),
        (b"\x1b[4~", EndOfLine),
        (b"\x1b[7~", BeginningOfLine),
        (b"\x1b[8~", EndOfLine),
        (b"\x1b[1;3C", ForwardWord),
        (b"\x1b[1;3D", BackwardWord),
        (b"\x1b[1;5C", ForwardWord),
        (b"\x1b[1;5D", BackwardWord),
        (b"\x1b[3;5~", KillWord),
        (b"\x1b[200~", BracketedPasteBegin),
        (b"\x1f", Undo),
        (b"\x7f", BackwardDeleteChar),
    ]
};

impl Keymap {
    /// As it is before an init file is read.
    pub fn new() -> Keymap {
        let bindings = DEFAULTS.iter().map(|(keys, command)| (keys.to_vec(), Binding::Command(*command)));
        Keymap { bindings: bindings.collect(), variables: BTreeMap::new() }
    }

    /// What a sequence is.
    pub fn find(&self, keys: &[u8]) -> Found<'_> {
        let mut behind = self.bindings.range(keys.to_vec()..);
        let exact = behind.next().filter(|(bound, _)| bound.starts_with(keys));
        match exact {
            None => Found::Unbound,
            Some((bound, binding)) if bound == keys => match behind.next() {
                Some((longer, _)) if longer.starts_with(keys) => Found::Prefix,
                _ => Found::Whole(binding),
            },
            Some(_) => Found::Prefix,
        }
    }

    /// What a sequence is bound to when nothing follows.
    pub fn exact(&self, keys: &[u8]) -> Option<&Binding> {
        self.bindings.get(keys)
    }

    /// Whether a variable is on.
    pub fn on(&self, variable: &str, default: bool) -> bool {
        self.variables
            .get(variable)
            .map_or(default, |value| value.is_empty() || value == "1" || value.eq_ignore_ascii_case("on"))
    }

    /// A variable that is a number.
    pub fn number(&self, variable: &str) -> Option<i64> {
        self.variables.get(variable)?.trim().parse().ok()
    }

    /// A variable's text.
    pub fn text(&self, variable: &str) -> Option<&str> {
        self.variables.get(variable).map(String::as_str)
    }

    /// Reads a file's lines.
    pub fn read_file(&mut self, path: &Path) -> std::io::Result<()> {
        self.read_nested(path, 0)
    }

    fn read_nested(&mut self, path: &Path, depth: usize) -> std::io::Result<()> {
        let text = std::fs::read(path)?;
        // For each open `$if`: whether its lines count, and whether they did not before `$else`.
        let mut open: Vec<bool> = Vec::new();
        for line in text.split(|byte| *byte == b'\n') {
            let line = line.trim_ascii();
            let Some(directive) = line.strip_prefix(b"$") else {
                if open.iter().all(|counts| *counts) {
                    self.line(line);
                }
                continue;
            };
            let text = String::from_utf8_lossy(directive);
            let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((&text, ""));
            match word {
                "if" => open.push(holds(rest.trim())),
                "else" => {
                    if let Some(last) = open.last_mut() {
                        *last = !*last;
                    }
                }
                "endif" => drop(open.pop()),
                // A file may include itself.
                "include" if open.iter().all(|counts| *counts) && depth < 16 => {
                    drop(self.read_nested(&home_path(rest.trim()), depth + 1));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Does what one line of an init file says.
    pub fn line(&mut self, line: &[u8]) {
        let line = line.trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            return;
        }
        if let Some(rest) = strip_word(line, b"set") {
            let text = String::from_utf8_lossy(rest);
            let (name, value) = text.split_once(char::is_whitespace).unwrap_or((&text, ""));
            self.variables.insert(name.to_ascii_lowercase(), value.trim().to_owned());
            return;
        }
        let parsed = if line.starts_with(b"\"") { quoted_keys(line) } else { named_keys(line) };
        let Some((keys, value)) = parsed.filter(|(keys, _)| !keys.is_empty()) else { return };
        let value = value.trim_ascii();
        if let Some(quote @ (b'"' | b'\'')) = value.first().copied() {
            let body = value.get(1..).unwrap_or_default();
            let end = closing(body, quote).unwrap_or(body.len());
            self.bindings.insert(keys, Binding::Macro(unescape(body.get(..end).unwrap_or_default())));
            return;
        }
        let name = value.split(|byte| byte.is_ascii_whitespace()).next().unwrap_or_default();
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        match Command::named(&name) {
            Some(command) => drop(self.bindings.insert(keys, Binding::Command(command))),
            // As the library does: a name that it does not know unbinds.
            None => drop(self.bindings.remove(&keys)),
        }
    }
}

fn strip_word<'a>(line: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    let rest = line.strip_prefix(word)?;
    rest.first().is_some_and(u8::is_ascii_whitespace).then(|| rest.trim_ascii_start())
}

/// Whether the condition of `$if` holds.
fn holds(condition: &str) -> bool {
    if let Some(mode) = condition.strip_prefix("mode=") {
        return mode.trim() == "emacs";
    }
    if let Some(term) = condition.strip_prefix("term=") {
        let own = std::env::var("TERM").unwrap_or_default();
        let term = term.trim();
        return own == term || own.split('-').next() == Some(term);
    }
    condition.eq_ignore_ascii_case("python")
}

/// A path that may begin with `~`.
pub fn home_path(path: &str) -> PathBuf {
    match path.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/')) {
        Some(rest) => match std::env::var_os("HOME") {
            Some(home) => Path::new(&home).join(rest.trim_start_matches('/')),
            None => PathBuf::from(path),
        },
        None => PathBuf::from(path),
    }
}

/// The init file that is read when none is named.
pub fn default_init_file() -> PathBuf {
    match std::env::var_os("INPUTRC").filter(|name| !name.is_empty()) {
        Some(name) => home_path(&name.to_string_lossy()),
        None => {
            let own = home_path("~/.inputrc");
            if own.exists() { own } else { PathBuf::from("/etc/inputrc") }
        }
    }
}

/// Where a quoted text ends.
fn closing(text: &[u8], quote: u8) -> Option<usize> {
    let mut escaped = false;
    text.iter().position(|&byte| {
        let ends = byte == quote && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

/// `"KEYS": value`.
fn quoted_keys(line: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let body = line.get(1..)?;
    let end = closing(body, b'"')?;
    let rest = body.get(end + 1..)?.trim_ascii_start().strip_prefix(b":")?;
    Some((unescape(body.get(..end)?), rest))
}

/// `Control-Meta-x: value`.
fn named_keys(line: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let colon = line.iter().skip(1).position(|byte| *byte == b':')? + 1;
    let (name, value) = line.split_at_checked(colon)?;
    let mut name = std::str::from_utf8(name.trim_ascii()).ok()?;
    let (mut control, mut meta) = (false, false);
    while let Some((modifier, rest)) = name.split_once('-').filter(|(_, rest)| !rest.is_empty()) {
        match modifier.to_ascii_lowercase().as_str() {
            "control" | "c" | "ctrl" => control = true,
            "meta" | "m" => meta = true,
            _ => return None,
        }
        name = rest;
    }
    let key = match name.to_ascii_lowercase().as_str() {
        "del" | "rubout" => 127,
        "esc" | "escape" => 27,
        "lfd" | "newline" => b'\n',
        "ret" | "return" => b'\r',
        "space" | "spc" => b' ',
        "tab" => b'\t',
        _ => name.bytes().next()?,
    };
    let key = if control { controlled(key) } else { key };
    let keys = if meta { vec![27, key] } else { vec![key] };
    Some((keys, value.get(1..)?))
}

fn controlled(key: u8) -> u8 {
    if key == b'?' { 127 } else { key.to_ascii_uppercase() & 0x1F }
}

/// The bytes that a quoted text stands for.
fn unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        if let Some(tail) = rest.strip_prefix(b"C-").or_else(|| rest.strip_prefix(b"c-")) {
            let (meta, tail) = match tail.strip_prefix(b"\\M-").or_else(|| tail.strip_prefix(b"\\m-")) {
                Some(tail) => (true, tail),
                None => (false, tail),
            };
            if let Some((&key, tail)) = tail.split_first() {
                if meta {
                    out.push(27);
                }
                out.push(controlled(key));
                rest = tail;
            }
            continue;
        }
        if let Some(tail) = rest.strip_prefix(b"M-").or_else(|| rest.strip_prefix(b"m-")) {
            out.push(27);
            rest = tail;
            continue;
        }
        let Some((&kind, tail)) = rest.split_first() else { break };
        rest = tail;
        match kind {
            b'a' => out.push(7),
            b'b' => out.push(8),
            b'd' => out.push(127),
            b'e' => out.push(27),
            b'f' => out.push(12),
            b'n' => out.push(10),
            b'r' => out.push(13),
            b't' => out.push(9),
            b'v' => out.push(11),
            b'0'..=b'7' => {
                let (value, taken) = digits(kind, rest, 2, 8);
                out.push(value);
                rest = rest.get(taken..).unwrap_or_default();
            }
            b'x' => {
                let (value, taken) = digits(b'0', rest, 2, 16);
                out.push(if taken == 0 { b'x' } else { value });
                rest = rest.get(taken..).unwrap_or_default();
            }
            other => out.push(other),
        }
    }
    out
}

fn digits(first: u8, rest: &[u8], most: usize, base: u32) -> (u8, usize) {
    let mut value = char::from(first).to_digit(base).unwrap_or(0);
    let mut taken = 0;
    for &byte in rest.iter().take(most) {
        let Some(digit) = char::from(byte).to_digit(base) else { break };
        value = value * base + digit;
        taken += 1;
    }
    ((value & 0xFF) as u8, taken)
}
