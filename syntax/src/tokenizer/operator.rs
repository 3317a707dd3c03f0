//! Operators and brackets, and the part that brackets play in replacement fields.

use super::{Bracket, MAX_BRACKETS, Step, Tokenizer};
use crate::identifier;
use crate::token::{Kind, Token};

/// The longest operator that the three bytes begin with, and its length; `Op` if there is none.
fn longest(bytes: [u8; 3]) -> (Kind, usize) {
    use Kind::*;
    match bytes {
        [b'*', b'*', b'='] => (DoubleStarEqual, 3),
        [b'/', b'/', b'='] => (DoubleSlashEqual, 3),
        [b'<', b'<', b'='] => (LeftShiftEqual, 3),
        [b'>', b'>', b'='] => (RightShiftEqual, 3),
        [b'!', b'=', _] => (NotEqual, 2),
        [b'%', b'=', _] => (PercentEqual, 2),
        [b'&', b'=', _] => (AmpersandEqual, 2),
        [b'*', b'*', _] => (DoubleStar, 2),
        [b'*', b'=', _] => (StarEqual, 2),
        [b'+', b'=', _] => (PlusEqual, 2),
        [b'-', b'=', _] => (MinusEqual, 2),
        [b'-', b'>', _] => (Arrow, 2),
        [b'/', b'/', _] => (DoubleSlash, 2),
        [b'/', b'=', _] => (SlashEqual, 2),
        [b':', b'=', _] => (ColonEqual, 2),
        [b'<', b'<', _] => (LeftShift, 2),
        [b'<', b'=', _] => (LessEqual, 2),
        [b'<', b'>', _] => (NotEqual, 2),
        [b'=', b'=', _] => (EqualEqual, 2),
        [b'>', b'=', _] => (GreaterEqual, 2),
        [b'>', b'>', _] => (RightShift, 2),
        [b'@', b'=', _] => (AtEqual, 2),
        [b'^', b'=', _] => (CaretEqual, 2),
        [b'|', b'=', _] => (BarEqual, 2),
        [b'(', ..] => (LeftParen, 1),
        [b')', ..] => (RightParen, 1),
        [b'[', ..] => (LeftBracket, 1),
        [b']', ..] => (RightBracket, 1),
        [b'{', ..] => (LeftBrace, 1),
        [b'}', ..] => (RightBrace, 1),
        [b':', ..] => (Colon, 1),
        [b',', ..] => (Comma, 1),
        [b';', ..] => (Semicolon, 1),
        [b'+', ..] => (Plus, 1),
        [b'-', ..] => (Minus, 1),
        [b'*', ..] => (Star, 1),
        [b'/', ..] => (Slash, 1),
        [b'|', ..] => (Bar, 1),
        [b'&', ..] => (Ampersand, 1),
        [b'<', ..] => (Less, 1),
        [b'>', ..] => (Greater, 1),
        [b'=', ..] => (Equal, 1),
        [b'%', ..] => (Percent, 1),
        [b'~', ..] => (Tilde, 1),
        [b'^', ..] => (Caret, 1),
        [b'@', ..] => (At, 1),
        [b'!', ..] => (Exclamation, 1),
        _ => (Op, 1),
    }
}

impl Tokenizer<'_> {
    /// With `pos` at anything that starts no name, number, string or comment.
    pub(super) fn operator(&mut self) -> Step<Token> {
        let start = self.pos;
        self.pos += usize::from(self.peek(0) == b'\r');
        let byte = self.peek(0);
        if let Some(mode) = self.strings.last_mut()
            && matches!(byte, b':' | b'}' | b'!' | b'{')
        {
            let cursor = mode.braces - i32::from(byte != b'{');
            // A colon at the field's own level begins the format specification.
            if byte == b':' && cursor == mode.open_fields {
                mode.in_text = true;
                mode.in_format_spec = true;
                self.pos += 1;
                return Ok(self.token(Kind::Colon, start, self.pos));
            }
        }
        let (kind, length) = match longest([byte, self.peek(1), self.peek(2)]) {
            (Kind::NotEqual, _) if byte == b'<' && !self.less_greater => (Kind::Less, 1),
            found => found,
        };
        if length > 1 {
            self.pos += length;
            return Ok(self.token(kind, start, self.pos));
        }
        self.pos += 1;
        match byte {
            b'(' | b'[' | b'{' => {
                if self.brackets.len() >= MAX_BRACKETS {
                    return self.raise_here("too many nested parentheses", self.pos);
                }
                self.brackets.push(Bracket {
                    text: byte,
                    lineno: self.lineno,
                    col: (start - self.line_start) as u32,
                });
                if let Some(mode) = self.strings.last_mut() {
                    mode.braces += 1;
                }
            }
            b')' | b']' | b'}' => self.close(byte)?,
            _ => {
                if kind == Kind::Op && !(0x20..0x7f).contains(&byte) {
                    let c = self.src.get(self.pos - 1..).and_then(|s| s.chars().next()).unwrap_or('\0');
                    if !identifier::is_printable(c) {
                        let msg = format!("invalid non-printable character U+{:04X}", c as u32);
                        return self.raise_here(msg, self.pos);
                    }
                }
            }
        }
        Ok(self.token(kind, start, self.pos))
    }

    /// A closing bracket, already consumed.
    fn close(&mut self, byte: u8) -> Step<()> {
        let here = self.pos;
        if let Some(mode) = self.strings.last()
            && mode.braces == 0
            && byte == b'}'
        {
            let msg = format!("{}-string: single '}}' is not allowed", mode.letter());
            return self.raise_here(msg, here);
        }
        let Some(open) = self.brackets.last().copied() else {
            if self.extra_tokens {
                return Ok(());
            }
            return self.raise_here(format!("unmatched '{}'", byte as char), here);
        };
        let fits = matches!((open.text, byte), (b'(', b')') | (b'[', b']') | (b'{', b'}'));
        if !fits && !self.extra_tokens {
            if let Some(mode) = self.strings.last()
                && open.text == b'{'
                && mode.braces - 1 == mode.open_fields
            {
                let msg = format!("{}-string: unmatched '{}'", mode.letter(), byte as char);
                return self.raise_here(msg, here);
            }
            let mut msg = format!(
                "closing parenthesis '{}' does not match opening parenthesis '{}'",
                byte as char, open.text as char
            );
            if open.lineno != self.lineno {
                msg.push_str(&format!(" on line {}", open.lineno));
            }
            self.brackets.pop();
            return self.raise_here(msg, here);
        }
        self.brackets.pop();
        if let Some(mode) = self.strings.last_mut() {
            mode.braces -= 1;
            if mode.braces < 0 {
                let msg = format!("{}-string: unmatched '{}'", mode.letter(), byte as char);
                return self.raise_here(msg, here);
            }
            if byte == b'}' && mode.braces == mode.open_fields {
                mode.open_fields -= 1;
                mode.in_text = true;
                // CPython forgets here that a field inside a specification ends inside it too.
                mode.in_format_spec = false;
            }
        }
        Ok(())
    }
}
