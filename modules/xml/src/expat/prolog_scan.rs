//! Finds where the tokens of the prolog and of document type declarations end. Not here: which may stand where (`prolog.rs`).

use super::dtd::Quantifier;
use super::scan::{Instruction, Scan, Scanner, Stop, Token, is_space};

/// A token.
#[derive(Clone, Copy, Debug)]
pub enum PrologToken {
    Space,
    Instruction(Instruction),
    Comment((usize, usize)),
    /// `<!WORD`
    DeclarationOpen,
    /// `>`
    Close,
    Name,
    /// A name with a colon, where colons mean something.
    PrefixedName,
    /// No name, but made of its characters.
    NameToken,
    /// A name and how often.
    NameTimes(Quantifier),
    /// `#WORD`
    HashName,
    Or,
    Comma,
    Percent,
    OpenParen,
    CloseParen(Quantifier),
    OpenBracket,
    CloseBracket,
    /// In quotes, which belong to the token.
    Literal,
    /// `%name;`
    ParameterReference((usize, usize)),
    /// The `<` of the document element, which is not taken.
    InstanceStart,
    /// `<![`
    SectionOpen,
    /// `]]>`
    SectionClose,
}

/// The token at `at`, which is not the end of the text; where the next one begins; and whether this one might go on with
/// more text.
pub fn prolog_token(text: &[u8], at: usize, namespaces: bool) -> Scan<(PrologToken, usize, bool)> {
    let scanner = Scanner::new(text, namespaces);
    let simple = |token| Ok((token, at + 1, false));
    match scanner.byte(at)? {
        quote @ (b'"' | b'\'') => literal(&scanner, at + 1, quote),
        b'<' => markup(&scanner, at + 1),
        b'\r' if text.len() == at + 1 => Ok((PrologToken::Space, at + 1, true)),
        b' ' | b'\t' | b'\n' | b'\r' => {
            let rest = text.get(at + 1..).unwrap_or_default();
            let mut end = at + 1 + rest.iter().position(|b| !is_space(*b)).unwrap_or(rest.len());
            if end == text.len() && end > at + 1 && text.last() == Some(&b'\r') {
                end -= 1;
            }
            Ok((PrologToken::Space, end, false))
        }
        b'%' => percent(&scanner, at + 1),
        b',' => simple(PrologToken::Comma),
        b'[' => simple(PrologToken::OpenBracket),
        b']' => match (text.get(at + 1), text.get(at + 2)) {
            (None, _) => Ok((PrologToken::CloseBracket, at + 1, true)),
            (Some(b']'), None) => Err(Stop::Partial),
            (Some(b']'), Some(b'>')) => Ok((PrologToken::SectionClose, at + 3, false)),
            _ => simple(PrologToken::CloseBracket),
        },
        b'(' => simple(PrologToken::OpenParen),
        b')' => match text.get(at + 1) {
            None => Ok((PrologToken::CloseParen(Quantifier::None), at + 1, true)),
            Some(b'*') => Ok((PrologToken::CloseParen(Quantifier::Repeated), at + 2, false)),
            Some(b'?') => Ok((PrologToken::CloseParen(Quantifier::Optional), at + 2, false)),
            Some(b'+') => Ok((PrologToken::CloseParen(Quantifier::Plus), at + 2, false)),
            Some(b'>' | b',' | b'|' | b')' | b' ' | b'\t' | b'\r' | b'\n') => {
                simple(PrologToken::CloseParen(Quantifier::None))
            }
            Some(_) => Err(Stop::Invalid(at + 1)),
        },
        b'|' => simple(PrologToken::Or),
        b'>' => simple(PrologToken::Close),
        b'#' => hash_name(&scanner, at + 1),
        _ => name(&scanner, at),
    }
}

fn literal(scanner: &Scanner<'_>, at: usize, quote: u8) -> Scan<(PrologToken, usize, bool)> {
    let mut at = at;
    while scanner.byte(at)? != quote {
        at = scanner.any_char(at)?;
    }
    match scanner.byte(at + 1) {
        Err(_) => Ok((PrologToken::Literal, at + 1, true)),
        Ok(b'>' | b'%' | b'[' | b' ' | b'\t' | b'\r' | b'\n') => Ok((PrologToken::Literal, at + 1, false)),
        Ok(_) => Err(Stop::Invalid(at + 1)),
    }
}

fn markup(scanner: &Scanner<'_>, at: usize) -> Scan<(PrologToken, usize, bool)> {
    match scanner.byte(at)? {
        b'!' => declaration(scanner, at + 1),
        b'?' => {
            let (instruction, next) = scanner.instruction(at + 1)?;
            Ok((PrologToken::Instruction(instruction), next, false))
        }
        byte if byte >= 0x80 || byte == b'_' || byte.is_ascii_alphabetic() => {
            Ok((PrologToken::InstanceStart, at - 1, false))
        }
        b':' if !scanner.namespaces() => Ok((PrologToken::InstanceStart, at - 1, false)),
        _ => Err(Stop::Invalid(at)),
    }
}

/// What follows `<!`.
fn declaration(scanner: &Scanner<'_>, at: usize) -> Scan<(PrologToken, usize, bool)> {
    match scanner.byte(at)? {
        b'-' => match scanner.comment(at + 1)? {
            (Token::Comment { text }, next) => Ok((PrologToken::Comment(text), next, false)),
            _ => Err(Stop::Invalid(at)),
        },
        b'[' => Ok((PrologToken::SectionOpen, at + 1, false)),
        byte if byte == b'_' || byte.is_ascii_alphabetic() => {
            let mut at = at + 1;
            loop {
                match scanner.byte(at)? {
                    b'%' => {
                        let after = scanner.byte(at + 1)?;
                        if is_space(after) || after == b'%' {
                            return Err(Stop::Invalid(at));
                        }
                        return Ok((PrologToken::DeclarationOpen, at, false));
                    }
                    byte if is_space(byte) => return Ok((PrologToken::DeclarationOpen, at, false)),
                    byte if byte == b'_' || byte.is_ascii_alphabetic() => at += 1,
                    _ => return Err(Stop::Invalid(at)),
                }
            }
        }
        _ => Err(Stop::Invalid(at)),
    }
}

fn percent(scanner: &Scanner<'_>, at: usize) -> Scan<(PrologToken, usize, bool)> {
    let byte = scanner.byte(at)?;
    if is_space(byte) || byte == b'%' {
        return Ok((PrologToken::Percent, at, false));
    }
    let end = scanner.name(at)?;
    if scanner.byte(end)? == b';' {
        Ok((PrologToken::ParameterReference((at, end)), end + 1, false))
    } else {
        Err(Stop::Invalid(end))
    }
}

fn hash_name(scanner: &Scanner<'_>, at: usize) -> Scan<(PrologToken, usize, bool)> {
    let mut at = scanner.name_start(at)?;
    loop {
        match scanner.byte(at) {
            Err(_) => return Ok((PrologToken::HashName, at, true)),
            Ok(b')' | b'>' | b'%' | b'|' | b' ' | b'\t' | b'\r' | b'\n') => {
                return Ok((PrologToken::HashName, at, false));
            }
            Ok(_) => at = name_char(scanner, at)?,
        }
    }
}

fn name_char(scanner: &Scanner<'_>, at: usize) -> Scan<usize> {
    match scanner.byte(at)? {
        byte if byte.is_ascii_digit() || matches!(byte, b'-' | b'.') => Ok(at + 1),
        0x80.. => {
            let (c, next) = scanner.wide_char(at)?;
            if super::name_table::is_name(c) { Ok(next) } else { Err(Stop::Invalid(at)) }
        }
        _ => scanner.name_start(at),
    }
}

/// A name or name token.
fn name(scanner: &Scanner<'_>, at: usize) -> Scan<(PrologToken, usize, bool)> {
    let colons = scanner.namespaces();
    let (mut token, mut at) = match scanner.name_start(at) {
        Ok(next) => (PrologToken::Name, next),
        Err(Stop::Invalid(_)) if colons && scanner.byte(at)? == b':' => (PrologToken::NameToken, at + 1),
        Err(Stop::Invalid(_)) => (PrologToken::NameToken, name_char(scanner, at)?),
        Err(stop) => return Err(stop),
    };
    loop {
        let Ok(byte) = scanner.byte(at) else { return Ok((token, at, true)) };
        let times = match byte {
            b'>' | b')' | b',' | b'|' | b'[' | b'%' | b' ' | b'\t' | b'\r' | b'\n' => {
                return Ok((token, at, false));
            }
            b':' if colons => {
                at += 1;
                token = match token {
                    PrologToken::Name if name_char(scanner, at).is_ok() => PrologToken::PrefixedName,
                    PrologToken::Name if scanner.byte(at).is_err() => return Err(Stop::Partial),
                    _ => PrologToken::NameToken,
                };
                continue;
            }
            b'+' => Quantifier::Plus,
            b'*' => Quantifier::Repeated,
            b'?' => Quantifier::Optional,
            _ => {
                at = name_char(scanner, at)?;
                continue;
            }
        };
        return match token {
            PrologToken::NameToken => Err(Stop::Invalid(at)),
            _ => Ok((PrologToken::NameTimes(times), at + 1, false)),
        };
    }
}
