//! Bytes to source text: byte order marks, PEP 263 declarations, line ends.
//! UTF-8, Latin-1 and ASCII are known here; the caller's [`Decoder`] does the rest.
//!
//! See <https://docs.python.org/3.14/reference/lexical_analysis.html#encoding-declarations>.

use std::borrow::Cow;

use bumpalo::Bump;

use crate::error::{ErrorKind, SyntaxError};

/// Decodes source in encodings that this crate does not know.
pub trait Decoder {
    /// The text of `bytes`; or the message of what the codec raised, or `None` if there is no such codec.
    fn decode(&mut self, encoding: &str, bytes: &[u8]) -> Result<String, Option<String>>;
}

/// Knows no further encoding.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoDecoder;

impl Decoder for NoDecoder {
    fn decode(&mut self, _encoding: &str, _bytes: &[u8]) -> Result<String, Option<String>> {
        Err(None)
    }
}

/// The encoding declared in a line's comment.
fn declaration(line: &[u8]) -> Option<&str> {
    let hash = line.iter().position(|b| !matches!(b, b' ' | b'\t' | 0x0c))?;
    let comment = line.get(hash..)?.strip_prefix(b"#")?;
    let mut rest = comment;
    while let Some(at) = memchr::memmem::find(rest, b"coding") {
        let after = rest.get(at + 6..)?;
        if let Some(value) = after.strip_prefix(b":").or(after.strip_prefix(b"=")) {
            let blanks = value.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
            let value = value.get(blanks..)?;
            let length = value
                .iter()
                .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
                .count();
            if length > 0 {
                return std::str::from_utf8(value.get(..length)?).ok();
            }
        }
        rest = after;
    }
    None
}

/// The encoding declared in the first two lines, as it is written there.
pub fn declared_encoding(bytes: &[u8]) -> Option<&str> {
    let mut lines = bytes.split(|b| matches!(b, b'\n' | b'\r'));
    let first = lines.next()?;
    if let Some(found) = declaration(first) {
        return Some(found);
    }
    // The second line counts only if the first is blank or a comment.
    let content = first.iter().find(|b| !matches!(b, b' ' | b'\t' | 0x0c));
    if content.is_some_and(|b| *b != b'#') {
        return None;
    }
    let second = lines.next()?;
    let second =
        if second.is_empty() && bytes.get(first.len()) == Some(&b'\r') { lines.next()? } else { second };
    declaration(second)
}

/// The name by which the tokenizer knows an encoding.
pub fn normal_name(name: &str) -> Cow<'_, str> {
    let head: String =
        name.chars().take(12).map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect();
    if head == "utf-8" || head.starts_with("utf-8-") {
        return "utf-8".into();
    }
    let latin =
        |name: &str| head == name || head.strip_prefix(name).is_some_and(|rest| rest.starts_with('-'));
    if latin("latin-1") || latin("iso-8859-1") || latin("iso-latin-1") {
        return "iso-8859-1".into();
    }
    name.into()
}

/// Decodes a source and makes all line ends `\n`. If it is a module, the last line gets a line end too.
///
/// # Errors
/// If it cannot be decoded; places are those in the source with `\n` as line end.
pub fn decode<'a>(
    arena: &'a Bump,
    bytes: &[u8],
    module: bool,
    decoder: &mut dyn Decoder,
) -> Result<&'a str, Box<SyntaxError>> {
    let decoded = decode_lines(arena, bytes, module, decoder);
    match decoded {
        Err(_) if memchr::memchr(b'\r', bytes).is_some() => {
            let mut normal = Vec::with_capacity(bytes.len());
            for (index, byte) in bytes.iter().enumerate() {
                match byte {
                    b'\r' if bytes.get(index + 1) == Some(&b'\n') => {}
                    b'\r' => normal.push(b'\n'),
                    other => normal.push(*other),
                }
            }
            decode_lines(arena, &normal, module, decoder)
        }
        decoded => decoded,
    }
}

fn decode_lines<'a>(
    arena: &'a Bump,
    bytes: &[u8],
    module: bool,
    decoder: &mut dyn Decoder,
) -> Result<&'a str, Box<SyntaxError>> {
    if memchr::memchr(0, bytes).is_some() {
        let msg = "source code string cannot contain null bytes";
        return Err(Box::new(SyntaxError::bare(ErrorKind::Syntax, msg)));
    }
    let (body, marked) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(body) => (body, true),
        None => (bytes, false),
    };
    let declared = declared_encoding(body);
    let encoding = declared.map(normal_name);
    // `utf8` is a codec's name, not one that the tokenizer knows: a mark does not go with it.
    let encoding = encoding.filter(|name| marked || name != "utf8");
    match encoding.as_deref() {
        None | Some("utf-8") => match std::str::from_utf8(body) {
            Ok(text) => Ok(normal_lines(arena, text, module)),
            // Under this name the codec is asked, and complains in its own words.
            Err(_) if declared == Some("utf8") => {
                Err(codec_error(decoder.decode("utf8", body).err(), "utf8"))
            }
            Err(error) => Err(not_utf8(body, error.valid_up_to())),
        },
        Some(other) if marked => Err(wrong_mark(body, other)),
        Some("iso-8859-1" | "latin1") => {
            let text: String = body.iter().map(|b| *b as char).collect();
            Ok(normal_lines(arena, &text, module))
        }
        Some("ascii") | Some("us-ascii") if body.is_ascii() => {
            Ok(normal_lines(arena, std::str::from_utf8(body).unwrap_or(""), module))
        }
        Some(other) => match decoder.decode(other, body) {
            Ok(text) => Ok(normal_lines(arena, &text, module)),
            Err(reason) => Err(codec_error(Some(reason), other)),
        },
    }
}

/// The error for what a codec raised; `None` if there is no such codec.
pub fn codec_error(reason: Option<Option<String>>, encoding: &str) -> Box<SyntaxError> {
    let msg = reason.flatten().unwrap_or_else(|| format!("unknown encoding: {encoding}"));
    Box::new(SyntaxError { lineno: Some(0), offset: Some(-1), ..SyntaxError::bare(ErrorKind::Syntax, msg) })
}

/// The error for a byte order mark before a declaration of another encoding than UTF-8.
pub fn wrong_mark(body: &[u8], encoding: &str) -> Box<SyntaxError> {
    let mut lines = body.split(|b| *b == b'\n');
    let first = lines.next().unwrap_or(b"");
    let (lineno, line, end) = match declaration(first) {
        Some(_) => (1, first, first.len()),
        None => {
            let second = lines.next().unwrap_or(b"");
            (2, second, second.len() + 1)
        }
    };
    Box::new(SyntaxError {
        lineno: Some(lineno),
        offset: Some(0),
        end_lineno: Some(lineno),
        end_offset: i32::try_from(end).ok(),
        text: Some(String::from_utf8_lossy(line).into_owned()),
        ..SyntaxError::bare(ErrorKind::Syntax, format!("encoding problem: {encoding} with BOM"))
    })
}

/// Makes all line ends `\n`, and, for a module, the last line have one.
pub fn normal_lines<'a>(arena: &'a Bump, text: &str, module: bool) -> &'a str {
    let bytes = text.as_bytes();
    let wants_end = module && !bytes.is_empty() && bytes.last() != Some(&b'\n');
    if memchr::memchr(b'\r', bytes).is_none() {
        if !wants_end {
            return arena.alloc_str(text);
        }
        let mut copy = bumpalo::collections::String::with_capacity_in(text.len() + 1, arena);
        copy.push_str(text);
        copy.push('\n');
        return copy.into_bump_str();
    }
    let mut copy = bumpalo::collections::String::with_capacity_in(text.len() + 1, arena);
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\r', rest.as_bytes()) {
        copy.push_str(rest.get(..at).unwrap_or(""));
        copy.push('\n');
        rest = rest.get(at + 1..).unwrap_or("");
        rest = rest.strip_prefix('\n').unwrap_or(rest);
    }
    copy.push_str(rest);
    if module && !copy.is_empty() && !copy.ends_with('\n') {
        copy.push('\n');
    }
    copy.into_bump_str()
}

/// The error for bytes that are not UTF-8.
fn not_utf8(body: &[u8], at: usize) -> Box<SyntaxError> {
    let head = body.get(..at).unwrap_or(b"");
    let rest = body.get(at..).unwrap_or(b"");
    let lineno = head.iter().filter(|b| **b == b'\n').count() as i32 + 1;
    let line_start = memchr::memrchr(b'\n', head).map_or(0, |i| i + 1);
    let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    let line = body.get(line_start..at + length).unwrap_or(b"");
    not_utf8_on(line, at - line_start, lineno, "")
}

/// The error for a byte of a line that is not UTF-8, the first of its kind. `place` says in which file, if that is to be said.
pub fn not_utf8_on(line: &[u8], at: usize, lineno: i32, place: &str) -> Box<SyntaxError> {
    let byte = line.get(at).copied().unwrap_or(0);
    let column = String::from_utf8_lossy(line.get(..at).unwrap_or(b"")).chars().count() as i32 + 1;
    let msg = format!(
        "Non-UTF-8 code starting with '\\x{byte:02x}'{place} on line {lineno}, but no encoding declared; \
         see https://peps.python.org/pep-0263/ for details"
    );
    Box::new(SyntaxError {
        lineno: Some(lineno),
        offset: Some(column),
        end_lineno: Some(lineno),
        end_offset: Some(column),
        text: Some(String::from_utf8_lossy(line).into_owned()),
        ..SyntaxError::bare(ErrorKind::Syntax, msg)
    })
}
