//! Number literals and their errors. Their values are computed by the parser.

use super::{Step, Tokenizer, continues_identifier};
use crate::token::{Kind, Token};

impl Tokenizer<'_> {
    /// With `pos` at a digit, or at a point before a digit.
    pub(super) fn number(&mut self) -> Step<Token> {
        let start = self.pos;
        if self.peek(0) == b'0' {
            match self.peek(1) | 0x20 {
                b'x' => return self.radix(start, "hexadecimal", |b| b.is_ascii_hexdigit()),
                b'o' => return self.radix(start, "octal", |b| matches!(b, b'0'..=b'7')),
                b'b' => return self.radix(start, "binary", |b| matches!(b, b'0' | b'1')),
                _ => {}
            }
            return self.leading_zero(start);
        }
        if self.peek(0) != b'.' {
            self.digits()?;
        }
        self.fraction(start)
    }

    fn finish(&mut self, start: usize, what: &str) -> Step<Token> {
        self.check_end(what)?;
        Ok(self.token(Kind::Number, start, self.pos))
    }

    /// After `0x`, `0o` or `0b`.
    fn radix(&mut self, start: usize, what: &str, digit: fn(u8) -> bool) -> Step<Token> {
        self.pos += 2;
        loop {
            if self.peek(0) == b'_' {
                self.pos += 1;
            }
            let byte = self.peek(0);
            if !digit(byte) {
                if byte.is_ascii_digit() {
                    return self.invalid_digit(what);
                }
                return self.invalid(what, self.pos);
            }
            while digit(self.peek(0)) {
                self.pos += 1;
            }
            if self.peek(0) != b'_' {
                break;
            }
        }
        if self.peek(0).is_ascii_digit() {
            return self.invalid_digit(what);
        }
        self.finish(start, what)
    }

    fn invalid_digit<T>(&mut self, what: &str) -> Step<T> {
        let digit = self.peek(0) as char;
        self.raise_here(format!("invalid digit '{digit}' in {what} literal"), self.pos + 1)
    }

    fn invalid<T>(&mut self, what: &str, end: usize) -> Step<T> {
        self.raise_here(format!("invalid {what} literal"), end)
    }

    /// Digits with single underscores between them, at least one.
    fn digits(&mut self) -> Step<()> {
        loop {
            while self.peek(0).is_ascii_digit() {
                self.pos += 1;
            }
            if self.peek(0) != b'_' {
                return Ok(());
            }
            self.pos += 1;
            if !self.peek(0).is_ascii_digit() {
                return self.invalid("decimal", self.pos);
            }
        }
    }

    /// A decimal number that begins with 0: zero, a float, or an error.
    fn leading_zero(&mut self, start: usize) -> Step<Token> {
        let mut nonzero = false;
        loop {
            if self.peek(0) == b'_' {
                self.pos += 1;
                if !self.peek(0).is_ascii_digit() {
                    return self.invalid("decimal", self.pos);
                }
            }
            if self.peek(0) != b'0' {
                break;
            }
            self.pos += 1;
        }
        let zeros_end = self.pos;
        if self.peek(0).is_ascii_digit() {
            nonzero = true;
            self.digits()?;
        }
        match self.peek(0) {
            b'.' | b'e' | b'E' | b'j' | b'J' => self.fraction(start),
            _ if nonzero && !self.extra_tokens => {
                let msg = "leading zeros in decimal integer literals are not permitted; \
                           use an 0o prefix for octal integers";
                self.raise_at(msg, self.lineno, self.line_start, start + 1, zeros_end + 1)
            }
            _ => self.finish(start, "decimal"),
        }
    }

    /// What may follow the integer part.
    fn fraction(&mut self, start: usize) -> Step<Token> {
        if self.peek(0) == b'.' {
            self.pos += 1;
            if self.peek(0).is_ascii_digit() {
                self.digits()?;
            }
        }
        if matches!(self.peek(0), b'e' | b'E') {
            let sign = usize::from(matches!(self.peek(1), b'+' | b'-'));
            if self.peek(1 + sign).is_ascii_digit() {
                self.pos += 1 + sign;
                self.digits()?;
            } else if sign == 1 {
                return self.invalid("decimal", self.pos + 2);
            } else {
                // `1else`: the letter may begin a keyword.
                return self.finish(start, "decimal");
            }
        }
        if matches!(self.peek(0), b'j' | b'J') {
            self.pos += 1;
            return self.finish(start, "imaginary");
        }
        self.finish(start, "decimal")
    }

    /// A keyword may touch the number, with a warning; other letters may not.
    fn check_end(&mut self, what: &str) -> Step<()> {
        let byte = self.peek(0);
        if !continues_identifier(byte) || self.extra_tokens {
            return Ok(());
        }
        let rest = self.src.as_bytes().get(self.pos..).unwrap_or(b"");
        let word = |word: &[u8]| {
            rest.strip_prefix(word)
                .is_some_and(|rest| !rest.first().is_some_and(|b| continues_identifier(*b)))
        };
        let touches = match byte {
            b'a' => word(b"and"),
            b'e' => word(b"else"),
            b'f' => word(b"for"),
            b'i' => matches!(self.peek(1), b'f' | b'n' | b's'),
            b'o' => word(b"or"),
            b'n' => word(b"not"),
            _ => false,
        };
        if touches {
            self.warn(format!("invalid {what} literal"), None, self.pos);
            return Ok(());
        }
        if byte < 128 {
            return self.invalid(what, self.pos);
        }
        // Letters beyond ASCII: a character that fits no identifier is the clearer complaint.
        let start = self.pos;
        let mut end = start;
        while continues_identifier(self.src.as_bytes().get(end).copied().unwrap_or(0)) {
            end += 1;
        }
        self.check_identifier(start, end)?;
        self.pos = start;
        Ok(())
    }
}
