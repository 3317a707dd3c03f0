//! The result of formatting: text with padding still to be written.

use super::{Align, Spec};

/// To be written: `left` fills, `head`, `middle` fills, `body` (or `character`), `right` fills.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// The fill character.
    pub fill: u32,
    /// Fills before everything.
    pub left: usize,
    /// Sign and base prefix.
    pub head: String,
    /// Fills between sign and digits.
    pub middle: usize,
    /// The text proper.
    pub body: String,
    /// The one character that `c` shows (a `String` could not hold a surrogate); the body is empty then.
    pub character: Option<u32>,
    /// Fills after everything.
    pub right: usize,
}

impl Field {
    /// Sets the padding for a content of `len` characters.
    pub(super) fn pad(&mut self, spec: &Spec, len: usize) {
        let padding = spec.width.saturating_sub(len);
        self.fill = spec.fill;
        match spec.align {
            Align::Left => self.right = padding,
            Align::Right => self.left = padding,
            Align::AfterSign => self.middle = padding,
            Align::Center => {
                self.left = padding / 2;
                self.right = padding - self.left;
            }
        }
    }

    /// Characters in the body.
    pub(super) fn body_len(&self) -> usize {
        if self.character.is_some() { 1 } else { self.body.chars().count() }
    }

    /// Number of code points that it takes.
    pub fn len(&self) -> usize {
        self.left + self.head.len() + self.middle + self.body_len() + self.right
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether only ASCII is to be written.
    pub fn is_ascii(&self) -> bool {
        (self.fill < 0x80 || self.left + self.middle + self.right == 0)
            && self.character.is_none_or(|c| c < 0x80)
            && self.body.is_ascii()
    }

    /// Hands every code point to `put`, in order.
    pub fn write(&self, mut put: impl FnMut(u32)) {
        let fills = |count, put: &mut dyn FnMut(u32)| (0..count).for_each(|_| put(self.fill));
        fills(self.left, &mut put);
        self.head.chars().for_each(|c| put(c.into()));
        fills(self.middle, &mut put);
        match self.character {
            Some(c) => put(c),
            None => self.body.chars().for_each(|c| put(c.into())),
        }
        fills(self.right, &mut put);
    }

    /// The whole as text; `None` if it holds a surrogate.
    pub fn to_text(&self) -> Option<String> {
        let mut out = String::with_capacity(self.len());
        let mut whole = true;
        self.write(|c| match char::from_u32(c) {
            Some(c) => out.push(c),
            None => whole = false,
        });
        whole.then_some(out)
    }
}
