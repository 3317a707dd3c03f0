//! What is wrong with the bytes of the file that is run. CPython reads that file line by line and decodes as it goes: what the
//! tokenizer finds in earlier lines comes first, and messages and places are not those of a source that is there as a whole.

use krait_runtime::objects::{PyBytes, PyStr};
use krait_runtime::prelude::*;
use krait_syntax::source::{codec_error, declared_encoding, normal_name, not_utf8_on, wrong_mark};
use krait_syntax::stream::{Step, TokenStream};
use krait_syntax::token::Kind;
use krait_syntax::{Decoder, ErrorKind, SyntaxError};

use crate::import::import_module;

/// How reading a script ends early.
pub(crate) enum Fault {
    /// With this error.
    Error(Box<SyntaxError>),
    /// Before it gets to what cannot be decoded, with an error in these lines.
    Within(String),
}

impl From<Box<SyntaxError>> for Fault {
    fn from(error: Box<SyntaxError>) -> Fault {
        Fault::Error(error)
    }
}

/// The first fault in a script's bytes, which are known to have one.
pub(crate) fn fault(py: Py<'_>, codecs: &mut dyn Decoder, bytes: &[u8], filename: &str) -> Option<Fault> {
    let (body, marked) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(body) => (body, true),
        None => (bytes, false),
    };
    let lines: Vec<&[u8]> = lines(body).map(|(line, _)| line).collect();
    let first = lines.first().copied().unwrap_or(b"");
    let declared = declared_encoding(body);
    let declared_on = declared.map(|_| if declared_encoding(first).is_some() { 1 } else { 2 });
    let encoding = declared.map(normal_name);
    let ended = body.ends_with(b"\n") || body.ends_with(b"\r");
    let script = Script { codecs, lines, ended, filename, marked, declared_on };
    match encoding.as_deref() {
        None | Some("utf-8") => script.utf8_fault(),
        Some("utf8") if marked => script.utf8_fault(),
        Some(other) if marked => {
            let mut error = wrong_mark(body, other);
            if error.lineno == Some(1) {
                error.end_offset = error.end_offset.map(|end| end + 1);
            }
            Some(Fault::Error(error))
        }
        Some(other) => script.codec_fault(py, body, other),
    }
}

/// The lines without their ends, which may be of any kind, and whether they have one.
pub(crate) fn lines(body: &[u8]) -> impl Iterator<Item = (&[u8], bool)> {
    let mut rest = body;
    core::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let length = rest.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(rest.len());
        let (line, after) = rest.split_at_checked(length)?;
        rest = after.strip_prefix(b"\r\n").or(after.get(1..)).unwrap_or(b"");
        Some((line, !after.is_empty()))
    })
}

struct Script<'a> {
    codecs: &'a mut dyn Decoder,
    lines: Vec<&'a [u8]>,
    /// Whether the last one has an end.
    ended: bool,
    filename: &'a str,
    marked: bool,
    /// The line that declares the encoding.
    declared_on: Option<usize>,
}

/// What the tokenizer makes of a script's first lines.
struct Head {
    /// Whether it stops in them.
    stopped: bool,
    /// The line in which a string begins that they do not end.
    open_since: Option<usize>,
    /// Whether the next line goes on with the last one's tokens.
    within_line: bool,
    /// Whether there is a token in the first line.
    code_first: bool,
}

fn tokenize(text: &str) -> Head {
    let mut stream = TokenStream::new(false);
    let mut head = Head { stopped: false, open_since: None, within_line: false, code_first: false };
    for (index, line) in text.split_inclusive('\n').enumerate() {
        stream.push_line(line);
        loop {
            match stream.step() {
                Step::Token(token) => head.code_first |= index == 0 && token.kind != Kind::EndMarker,
                Step::NeedLine => break,
                Step::Torn(_) | Step::Error(_) => return Head { stopped: true, ..head },
            }
        }
        head.within_line = stream.within_line();
        head.open_since = head.open_since.or(Some(index + 1)).filter(|_| head.within_line);
    }
    head
}

impl Script<'_> {
    /// The first `count` lines as text.
    fn text(&self, count: usize) -> String {
        let lines = self.lines.iter().take(count);
        lines.map(|line| String::from_utf8_lossy(line).into_owned() + "\n").collect()
    }

    /// A line as an error shows it.
    fn shown(&self, lineno: usize) -> String {
        let line = lineno.checked_sub(1).and_then(|index| self.lines.get(index));
        let mut text = String::from_utf8_lossy(line.copied().unwrap_or(b"")).into_owned();
        if lineno < self.lines.len() || self.ended {
            text.push('\n');
        }
        text
    }

    fn utf8_fault(self) -> Option<Fault> {
        let faulty = |line: &&[u8]| line.contains(&0) || core::str::from_utf8(line).is_err();
        let index = self.lines.iter().position(faulty)?;
        let line = self.lines.get(index).copied()?;
        let before = self.text(index);
        let head = tokenize(&before);
        if head.stopped {
            return Some(Fault::Within(before));
        }
        let null = line.iter().position(|b| *b == 0);
        let bad = core::str::from_utf8(line).err().map(|error| error.valid_up_to());
        let lineno = index + 1;
        match (null, bad) {
            (Some(null), bad) if bad.is_none_or(|bad| null < bad) => {
                Some(null_byte(line, null, lineno).into())
            }
            (_, Some(_)) if self.marked || self.declared_on.is_some() => {
                // The line after a comment is read before the comment is looked at, for a declaration.
                let comment = lineno == 1 && !has_code(line) && self.declared_on != Some(1);
                let last = if comment && self.lines.len() > 1 { 2 } else { lineno };
                let message = self.codecs.decode("utf-8", &[line, b"\n"].concat()).err().flatten()?;
                Some(self.unicode_error(&message, head.open_since.unwrap_or(last), last))
            }
            (null, Some(bad)) => {
                let line = null.and_then(|end| line.get(..end)).unwrap_or(line);
                // CPython counts the second line only once it is in a line that the first one began.
                let counted = if lineno == 2 && head.code_first && !head.within_line { 1 } else { lineno };
                let place = format!(" in file {}", self.filename);
                Some(not_utf8_on(line, bad, counted as i32, &place).into())
            }
            _ => None,
        }
    }

    /// The error for what a codec raised when the tokenizer looks at a line.
    fn unicode_error(&self, message: &str, first: usize, last: usize) -> Fault {
        Fault::Error(Box::new(SyntaxError {
            lineno: i32::try_from(first).ok(),
            offset: Some(0),
            end_lineno: i32::try_from(last).ok(),
            end_offset: Some(-1),
            text: Some(self.shown(first)),
            ..SyntaxError::bare(ErrorKind::Syntax, format!("(unicode error) {message}"))
        }))
    }

    /// As [`Script::utf8_fault`], in a declared encoding. The lines down to the declaration are decoded on their own; from their
    /// end on a text file reads the rest.
    fn codec_fault(self, py: Py<'_>, body: &[u8], encoding: &str) -> Option<Fault> {
        let declared_on = self.declared_on?;
        let early = self.lines.iter().take(declared_on).enumerate();
        for (index, line) in early {
            if let Some(null) = line.iter().position(|b| *b == 0) {
                return Some(null_byte(line, null, index + 1).into());
            }
        }
        let mut end = 0;
        for _ in 0..declared_on {
            end += body.get(end..)?.iter().position(|b| *b == b'\n').unwrap_or(0) + 1;
        }
        let head = body.get(..end).unwrap_or(body);
        let rest = body.get(end.saturating_sub(1)..).unwrap_or(b"");
        let (read, text, message) = match read_text(py, encoding, rest) {
            Ok(read) => read,
            Err(raised) => (0, String::new(), Some(message_of(py, raised))),
        };
        if let (0, Some(message)) = (read, &message) {
            return Some(codec_error(Some(Some(message.clone())), encoding).into());
        }
        if let Err(Some(message)) = self.codecs.decode(encoding, head) {
            return Some(self.unicode_error(&message, declared_on, declared_on));
        }
        let before = self.text(declared_on) + text.strip_prefix('\n').unwrap_or(&text);
        match message {
            Some(_) if tokenize(&before).stopped => Some(Fault::Within(before)),
            Some(message) => {
                let last = declared_on + read - 1;
                Some(self.unicode_error(&message, last, last))
            }
            None => {
                let (head, _) = before.split_once('\0')?;
                let lineno = head.matches('\n').count();
                let start = head.rfind('\n').map_or(0, |newline| newline + 1);
                if tokenize(head.get(..start)?).stopped {
                    return Some(Fault::Within(head.get(..start)?.to_owned()));
                }
                let line = head.get(start..)?.as_bytes();
                Some(null_byte(line, line.len(), lineno + 1).into())
            }
        }
    }
}

/// Whether a line holds more than blanks and a comment.
fn has_code(line: &[u8]) -> bool {
    line.iter().find(|b| !matches!(b, b' ' | b'\t' | 0x0c)).is_some_and(|b| *b != b'#')
}

/// The error for a null byte in a line.
fn null_byte(line: &[u8], at: usize, lineno: usize) -> Box<SyntaxError> {
    let lineno = i32::try_from(lineno).ok();
    Box::new(SyntaxError {
        lineno,
        offset: Some(0),
        end_lineno: lineno,
        end_offset: Some(0),
        text: Some(String::from_utf8_lossy(line.get(..at).unwrap_or(line)).into_owned()),
        ..SyntaxError::bare(ErrorKind::Syntax, "source code cannot contain null bytes")
    })
}

/// Reads bytes as `io.TextIOWrapper` does: how many lines there were and what they hold, and what was raised then.
fn read_text(py: Py<'_>, encoding: &str, bytes: &[u8]) -> PyResult<(usize, String, Option<String>)> {
    let io = import_module(py, "io")?;
    let buffer = io.call_method(py, &*PyStr::new(py, "BytesIO")?, &[&*PyBytes::new(py, bytes)?])?;
    let file =
        io.call_method(py, &*PyStr::new(py, "TextIOWrapper")?, &[&buffer, &*PyStr::new(py, encoding)?])?;
    let (mut count, mut text) = (0, String::new());
    loop {
        match file.call_method(py, id!(py, "readline"), &[]) {
            Ok(line) => {
                let line = line.str(py)?;
                if line.is_empty() {
                    return Ok((count, text, None));
                }
                count += 1;
                text.push_str(&line.to_string_lossy());
            }
            Err(raised) => {
                return Ok((count, text, Some(message_of(py, raised))));
            }
        }
    }
}

/// The text of what was raised.
fn message_of(py: Py<'_>, raised: Raised) -> String {
    match py.fetch(raised).str(py) {
        Ok(text) => text.to_string_lossy().into_owned(),
        Err(raised) => {
            py.clear_error(raised);
            String::new()
        }
    }
}
