//! Where in the document the parser is: lines, columns and bytes are only counted when somebody asks.

use super::encoding::Encoding;

/// A place up to which has been counted.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// In the decoded input.
    pub at: usize,
    /// From 1.
    pub line: usize,
    /// From 0, in characters.
    pub column: usize,
    /// In bytes of the document.
    pub raw: usize,
}

impl Mark {
    /// The beginning of a document.
    pub const START: Mark = Mark { at: 0, line: 1, column: 0, raw: 0 };

    /// The place `to`, which does not lie before this one.
    pub fn advanced(mut self, text: &[u8], to: usize, encoding: &Encoding) -> Mark {
        let Some(passed) = text.get(self.at..to) else { return self };
        self.raw += encoding.raw_len(passed);
        // The line feed of a pair belongs to the line that its return ended.
        let in_pair = passed.first() == Some(&b'\n')
            && self.at.checked_sub(1).and_then(|before| text.get(before)) == Some(&b'\r');
        let mut rest = if in_pair { passed.get(1..).unwrap_or_default() } else { passed };
        while let Some(end) = memchr::memchr2(b'\n', b'\r', rest) {
            let pair = rest.get(end) == Some(&b'\r') && rest.get(end + 1) == Some(&b'\n');
            rest = rest.get(end + 1 + usize::from(pair)..).unwrap_or_default();
            self.line += 1;
            self.column = 0;
        }
        self.column += rest.iter().filter(|b| **b & 0xC0 != 0x80).count();
        self.at = to;
        self
    }
}
