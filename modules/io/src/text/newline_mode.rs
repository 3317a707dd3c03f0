//! The newline argument of text streams.

use krait_runtime::objects::str::StrData;
use krait_runtime::prelude::*;

/// How lines end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NewlineMode {
    /// `None`: all kinds are read as `\n`, `\n` is written as the system's newline.
    Universal,
    /// `''`: all kinds end a line, nothing is translated.
    Untranslated,
    /// `'\n'`
    Lf,
    /// `'\r'`
    Cr,
    /// `'\r\n'`
    CrLf,
}

impl NewlineMode {
    /// From the argument; `None` stands for Python's `None`.
    pub fn parse(py: Py<'_>, text: Option<&PyStr>) -> PyResult<NewlineMode> {
        NewlineMode::parse_or(text, |text| {
            if text.contains_str(&PyStr::latin1_char(0)) {
                return raise!(py, ValueError, "embedded null character");
            }
            raise!(py, ValueError, "illegal newline value: {}", text.to_string_lossy())
        })
    }

    /// The same with an error of one's own.
    pub fn parse_or(text: Option<&PyStr>, illegal: impl FnOnce(&PyStr) -> Raised) -> PyResult<NewlineMode> {
        let Some(text) = text else { return Ok(NewlineMode::Universal) };
        match text.as_ascii() {
            Some("") => Ok(NewlineMode::Untranslated),
            Some("\n") => Ok(NewlineMode::Lf),
            Some("\r") => Ok(NewlineMode::Cr),
            Some("\r\n") => Ok(NewlineMode::CrLf),
            _ => Err(illegal(text)),
        }
    }

    /// All kinds of newlines end a line of input.
    pub fn reads_universal(self) -> bool {
        matches!(self, NewlineMode::Universal | NewlineMode::Untranslated)
    }

    /// Newlines of the input become `\n`.
    pub fn reads_translated(self) -> bool {
        self == NewlineMode::Universal
    }

    /// What `\n` is written as, when that is something else.
    pub fn written(self) -> Option<&'static str> {
        match self {
            NewlineMode::Cr => Some("\r"),
            NewlineMode::CrLf => Some("\r\n"),
            _ => None,
        }
    }

    /// Where the line that begins at `start` ends in `text`, its newline included.
    #[inline]
    pub fn line_end(self, text: &PyStr, start: usize) -> Option<usize> {
        match self {
            NewlineMode::Universal | NewlineMode::Lf => find(text, b'\n', start).map(|at| at + 1),
            NewlineMode::Cr => find(text, b'\r', start).map(|at| at + 1),
            NewlineMode::CrLf => {
                let mut from = start;
                loop {
                    let at = find(text, b'\r', from)?;
                    if text.code_point(at + 1) == Some(u32::from(b'\n')) {
                        return Some(at + 2);
                    }
                    from = at + 1;
                }
            }
            NewlineMode::Untranslated => {
                let at = match text.data() {
                    StrData::Ascii(t) | StrData::Latin1(t) => memchr::memchr2(b'\r', b'\n', t.get(start..)?),
                    StrData::Ucs2(t) => t.get(start..)?.iter().position(|c| matches!(c, 10 | 13)),
                    StrData::Ucs4(t) => t.get(start..)?.iter().position(|c| matches!(c, 10 | 13)),
                }? + start;
                let two = text.code_point(at) == Some(u32::from(b'\r'))
                    && text.code_point(at + 1) == Some(u32::from(b'\n'));
                Some(at + if two { 2 } else { 1 })
            }
        }
    }

    /// The same in an array of characters.
    pub fn line_end_in(self, text: &[u32], start: usize) -> Option<usize> {
        let rest = text.get(start..)?;
        let (cr, lf) = (u32::from(b'\r'), u32::from(b'\n'));
        let two = |at: usize| rest.get(at) == Some(&cr) && rest.get(at + 1) == Some(&lf);
        let end = match self {
            NewlineMode::Universal | NewlineMode::Lf => rest.iter().position(|c| *c == lf)? + 1,
            NewlineMode::Cr => rest.iter().position(|c| *c == cr)? + 1,
            NewlineMode::CrLf => (0..rest.len()).find(|at| two(*at))? + 2,
            NewlineMode::Untranslated => {
                let at = rest.iter().position(|c| *c == cr || *c == lf)?;
                at + if two(at) { 2 } else { 1 }
            }
        };
        Some(start + end)
    }
}

#[inline]
fn find(text: &PyStr, c: u8, start: usize) -> Option<usize> {
    match text.data() {
        StrData::Ascii(t) | StrData::Latin1(t) => memchr::memchr(c, t.get(start..)?).map(|at| at + start),
        _ => text.find_char_in(u32::from(c), start, text.len()),
    }
}
