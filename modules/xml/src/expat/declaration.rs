//! XML and text declarations: `<?xml version="1.0" encoding="…" standalone="…"?>`.

use super::scan::is_space;

type Span = (usize, usize);

/// What a declaration says; places in the text.
#[derive(Default, Debug)]
pub struct Declaration {
    pub version: Option<Span>,
    pub encoding: Option<Span>,
    pub standalone: Option<bool>,
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    end: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        if self.at < self.end { self.text.get(self.at).copied() } else { None }
    }

    fn spaces(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
    }

    fn slice(&self, (start, end): Span) -> &[u8] {
        self.text.get(start..end).unwrap_or_default()
    }

    /// The next `name = "value"`; an error is the place where it stands.
    fn pair(&mut self) -> Result<Option<(Span, Span)>, usize> {
        match self.peek() {
            None => return Ok(None),
            Some(byte) if !is_space(byte) => return Err(self.at),
            Some(_) => self.spaces(),
        }
        if self.peek().is_none() {
            return Ok(None);
        }
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii() && byte != b'=' && !is_space(byte)) {
            self.at += 1;
        }
        let name = (start, self.at);
        self.spaces();
        if self.peek() != Some(b'=') || name.0 == name.1 {
            return Err(self.at);
        }
        self.at += 1;
        self.spaces();
        let Some(quote @ (b'"' | b'\'')) = self.peek() else { return Err(self.at) };
        self.at += 1;
        let start = self.at;
        loop {
            match self.peek() {
                Some(byte) if byte == quote => break,
                Some(b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_') => self.at += 1,
                _ => return Err(self.at),
            }
        }
        let value = (start, self.at);
        self.at += 1;
        Ok(Some((name, value)))
    }
}

impl Declaration {
    /// Reads the declaration that begins at `start` and ends at `end`, its delimiters included. `is_text`: it opens an external
    /// entity. An error is the place where something is wrong.
    pub fn parse(text: &[u8], (start, end): Span, is_text: bool) -> Result<Declaration, usize> {
        let mut reader = Reader { text, at: start + b"<?xml".len(), end: end.saturating_sub(2) };
        let mut found = Declaration::default();
        let Some((mut name, mut value)) = reader.pair()? else { return Err(reader.at) };
        if reader.slice(name) == b"version" {
            found.version = Some(value);
            match reader.pair()? {
                Some(pair) => (name, value) = pair,
                None if is_text => return Err(reader.at),
                None => return Ok(found),
            }
        } else if !is_text {
            return Err(name.0);
        }
        if reader.slice(name) == b"encoding" {
            if !reader.slice(value).first().is_some_and(u8::is_ascii_alphabetic) {
                return Err(value.0);
            }
            found.encoding = Some(value);
            match reader.pair()? {
                Some(pair) => (name, value) = pair,
                None => return Ok(found),
            }
        }
        if reader.slice(name) != b"standalone" || is_text {
            return Err(name.0);
        }
        found.standalone = Some(match reader.slice(value) {
            b"yes" => true,
            b"no" => false,
            _ => return Err(value.0),
        });
        reader.spaces();
        if reader.peek().is_some() { Err(reader.at) } else { Ok(found) }
    }
}
