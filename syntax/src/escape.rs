//! Escape sequences in string and bytes literals.
//! Where literals begin and end, and how they are put together, is not here.

use bumpalo::Bump;

use crate::CharacterNames;
use crate::ast::Wtf8;
use crate::identifier;

/// The first escape that stands for nothing: where its backslash is, and its text without the backslash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InvalidEscape {
    pub(crate) at: usize,
    pub(crate) text: String,
    pub(crate) octal: bool,
}

/// A literal's value.
pub(crate) struct Decoded<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) invalid: Option<InvalidEscape>,
}

/// Appends a code point, lone surrogates too.
pub(crate) fn push_code(out: &mut Vec<u8>, code: u32) {
    match char::from_u32(code) {
        Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        None => out.extend_from_slice(&[
            0xe0 | (code >> 12) as u8,
            0x80 | (code >> 6 & 0x3f) as u8,
            0x80 | (code & 0x3f) as u8,
        ]),
    }
}

/// What a single-letter escape stands for.
fn simple(letter: u8) -> Option<u8> {
    Some(match letter {
        b'\\' | b'\'' | b'"' => letter,
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => 10,
        b'r' => 13,
        b't' => 9,
        b'v' => 11,
        _ => return None,
    })
}

/// Up to three octal digits.
fn octal(rest: &[u8]) -> (u32, usize) {
    let length = rest.iter().take(3).take_while(|b| matches!(b, b'0'..=b'7')).count();
    (rest.iter().take(length).fold(0, |n, b| n * 8 + u32::from(b - b'0')), length)
}

/// The value of the text of a string literal; `Err` holds the message of the codec `unicodeescape`.
pub(crate) fn decode_text<'a>(
    arena: &'a Bump,
    text: &'a str,
    names: Option<&dyn CharacterNames>,
) -> Result<Decoded<'a>, String> {
    let bytes = text.as_bytes();
    let Some(first) = memchr::memchr(b'\\', bytes) else {
        return Ok(Decoded { bytes, invalid: None });
    };
    let mut out = Vec::with_capacity(bytes.len());
    let mut invalid = None;
    let mut at = first;
    out.extend_from_slice(bytes.get(..first).unwrap_or(b""));
    loop {
        let rest = bytes.get(at + 1..).unwrap_or(b"");
        let mut used = 2;
        match rest.first().copied() {
            None => {
                // Only before a brace of an f-string.
                out.push(b'\\');
                used = 1;
            }
            Some(b'\n') => {}
            Some(b'0'..=b'7') => {
                let (code, length) = octal(rest);
                if code > 0o377 && invalid.is_none() {
                    let text = String::from_utf8_lossy(rest.get(..3).unwrap_or(b"")).into_owned();
                    invalid = Some(InvalidEscape { at, text, octal: true });
                }
                push_code(&mut out, code);
                used = 1 + length;
            }
            Some(letter @ (b'x' | b'u' | b'U')) => {
                let (want, message) = match letter {
                    b'x' => (2, "truncated \\xXX escape"),
                    b'u' => (4, "truncated \\uXXXX escape"),
                    _ => (8, "truncated \\UXXXXXXXX escape"),
                };
                let digits = rest.get(1..).unwrap_or(b"");
                let length = digits.iter().take(want).take_while(|b| b.is_ascii_hexdigit()).count();
                if length < want {
                    return Err(codec_error(bytes, at, at + 2 + length, message));
                }
                let code = digits
                    .iter()
                    .take(want)
                    .fold(0u32, |n, b| n << 4 | (*b as char).to_digit(16).unwrap_or(0));
                if code > 0x10ffff {
                    return Err(codec_error(bytes, at, at + 2 + length, "illegal Unicode character"));
                }
                push_code(&mut out, code);
                used = 2 + want;
            }
            Some(b'N') => {
                if names.is_some_and(|names| !names.known()) {
                    return Err("\\N escapes not supported (can't load unicodedata module)".to_owned());
                }
                let malformed = "malformed \\N character escape";
                if rest.get(1) != Some(&b'{') {
                    return Err(codec_error(bytes, at, at + 2, malformed));
                }
                let name = rest.get(2..).unwrap_or(b"");
                let length = memchr::memchr(b'}', name).unwrap_or(name.len());
                if length == 0 || length == name.len() {
                    return Err(codec_error(bytes, at, at + 3 + length, malformed));
                }
                let found = text.get(at + 3..at + 3 + length).and_then(identifier::character_by_name);
                match found {
                    Some(code) => push_code(&mut out, code),
                    None => {
                        let message = "unknown Unicode character name";
                        return Err(codec_error(bytes, at, at + 4 + length, message));
                    }
                }
                used = 4 + length;
            }
            Some(letter) => match simple(letter) {
                Some(byte) => out.push(byte),
                None => {
                    if letter < 128 && invalid.is_none() {
                        invalid =
                            Some(InvalidEscape { at, text: (letter as char).to_string(), octal: false });
                    }
                    out.push(b'\\');
                    used = 1;
                }
            },
        }
        at += used;
        let rest = bytes.get(at..).unwrap_or(b"");
        // What follows an unknown escape's backslash is text, so is never looked at as an escape.
        let skip = usize::from(used == 1 && !rest.is_empty());
        match memchr::memchr(b'\\', rest.get(skip..).unwrap_or(b"")) {
            Some(next) => {
                out.extend_from_slice(rest.get(..skip + next).unwrap_or(b""));
                at += skip + next;
            }
            None => {
                out.extend_from_slice(rest);
                break;
            }
        }
    }
    Ok(Decoded { bytes: arena.alloc_slice_copy(&out), invalid })
}

/// CPython decodes a copy in which each character beyond ASCII is a ten-byte escape, and counts in that.
fn codec_error(bytes: &[u8], start: usize, end: usize, message: &str) -> String {
    let expanded = |to: usize| {
        let head = String::from_utf8_lossy(bytes.get(..to.min(bytes.len())).unwrap_or(bytes)).into_owned();
        head.chars().map(|c| if c.is_ascii() { 1 } else { 10 }).sum::<usize>()
    };
    let (from, to) = (expanded(start), expanded(end));
    if to == from + 1 {
        return format!("'unicodeescape' codec can't decode byte 0x5c in position {from}: {message}");
    }
    format!("'unicodeescape' codec can't decode bytes in position {from}-{}: {message}", to.saturating_sub(1))
}

/// The value of the text of a bytes literal, which must be ASCII.
pub(crate) fn decode_bytes<'a>(arena: &'a Bump, bytes: &'a [u8]) -> Result<Decoded<'a>, String> {
    if memchr::memchr(b'\\', bytes).is_none() {
        return Ok(Decoded { bytes, invalid: None });
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut invalid = None;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte != b'\\' {
            out.push(byte);
            at += 1;
            continue;
        }
        let rest = bytes.get(at + 1..).unwrap_or(b"");
        match rest.first().copied() {
            None => return Err("Trailing \\ in string".to_owned()),
            Some(b'\n') => at += 2,
            Some(b'0'..=b'7') => {
                let (code, length) = octal(rest);
                if code > 0o377 && invalid.is_none() {
                    let text = String::from_utf8_lossy(rest.get(..3).unwrap_or(b"")).into_owned();
                    invalid = Some(InvalidEscape { at, text, octal: true });
                }
                out.push(code as u8);
                at += 1 + length;
            }
            Some(b'x') => {
                let digits = rest.get(1..3).unwrap_or(b"");
                if digits.len() < 2 || !digits.iter().all(u8::is_ascii_hexdigit) {
                    return Err(format!("invalid \\x escape at position {at}"));
                }
                let code = digits.iter().fold(0, |n, b| n << 4 | (*b as char).to_digit(16).unwrap_or(0));
                out.push(code as u8);
                at += 4;
            }
            Some(letter) => {
                match simple(letter) {
                    Some(byte) => out.push(byte),
                    None => {
                        if invalid.is_none() {
                            invalid =
                                Some(InvalidEscape { at, text: (letter as char).to_string(), octal: false });
                        }
                        out.extend_from_slice(&[b'\\', letter]);
                    }
                }
                at += 2;
            }
        }
    }
    Ok(Decoded { bytes: arena.alloc_slice_copy(&out), invalid })
}

/// Text that needs no decoding.
pub(crate) fn raw(text: &str) -> Decoded<'_> {
    Decoded { bytes: Wtf8::from_text(text).as_bytes(), invalid: None }
}
