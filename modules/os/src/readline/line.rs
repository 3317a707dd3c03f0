//! The line that is being edited: its text, the cursor, what was cut, and what can be undone. Bytes that are no UTF-8 stand in it as
//! lone surrogates, as in Python's strings.

/// A character, or 0xDC80 and more for a byte that belongs to none.
pub type Char = u32;

const ESCAPED: core::ops::RangeInclusive<u32> = 0xDC80..=0xDCFF;

/// The characters of bytes.
pub fn decode(bytes: &[u8]) -> Vec<Char> {
    let mut out = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.extend(chunk.valid().chars().map(u32::from));
        out.extend(chunk.invalid().iter().map(|byte| 0xDC00 + u32::from(*byte)));
    }
    out
}

/// The bytes of characters.
pub fn encode(chars: &[Char]) -> Vec<u8> {
    let mut out = Vec::with_capacity(chars.len());
    for &c in chars {
        match char::from_u32(c) {
            Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            None if ESCAPED.contains(&c) => out.push((c & 0xFF) as u8),
            None => out.push(b'?'),
        }
    }
    out
}

/// What a command did, for the next one.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// Anything else.
    #[default]
    Other,
    /// Typing: steps of it are undone together.
    Typing,
    /// Cutting: neighbouring cuts are joined.
    Kill,
    /// Pasting, which may be rotated.
    Yank,
    /// Completing, which shows the choices the second time.
    Complete,
}

/// What a case command makes of a word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// All capitals.
    Upper,
    /// No capitals.
    Lower,
    /// One capital in front.
    Title,
}

/// The line.
#[derive(Default)]
pub struct Line {
    /// Its characters.
    pub text: Vec<Char>,
    /// Where the cursor stands, up to the length.
    pub point: usize,
    mark: usize,
    kills: Vec<Vec<Char>>,
    yanked: (usize, usize),
    rotation: usize,
    undo: Vec<(Vec<Char>, usize)>,
    /// What the command before was.
    pub last: Kind,
    /// Typing replaces what stands there.
    pub overwrite: bool,
}

fn is_word(c: Char) -> bool {
    char::from_u32(c).is_some_and(char::is_alphanumeric)
}

impl Line {
    /// Begins a new line; what was cut stays.
    pub fn reset(&mut self) {
        self.text.clear();
        self.undo.clear();
        self.point = 0;
        self.mark = 0;
        self.last = Kind::Other;
    }

    /// Replaces all of it, with the cursor at the end.
    pub fn set(&mut self, text: Vec<Char>) {
        self.point = text.len();
        self.text = text;
    }

    /// Notes the line as it is for `undo`.
    pub fn note(&mut self) {
        if self.undo.last().is_none_or(|(text, _)| *text != self.text) {
            self.undo.push((self.text.clone(), self.point));
        }
    }

    /// Takes the last change back; false if there is none.
    pub fn undo(&mut self) -> bool {
        while let Some((text, point)) = self.undo.pop() {
            if text != self.text {
                self.point = point.min(text.len());
                self.text = text;
                return true;
            }
        }
        false
    }

    /// Takes all changes back.
    pub fn revert(&mut self) {
        while self.undo() {}
    }

    /// Puts characters before the cursor.
    pub fn insert(&mut self, chars: &[Char]) {
        let point = self.point.min(self.text.len());
        let end = if self.overwrite { (point + chars.len()).min(self.text.len()) } else { point };
        self.text.splice(point..end, chars.iter().copied());
        self.point = point + chars.len();
    }

    /// Removes a range; the cursor goes to its start.
    pub fn delete(&mut self, start: usize, end: usize) -> Vec<Char> {
        let end = end.min(self.text.len());
        let start = start.min(end);
        self.point = start;
        self.text.drain(start..end).collect()
    }

    /// Cuts a range for `yank`, joined to what was cut just before.
    pub fn kill(&mut self, start: usize, end: usize) {
        let before = end <= self.point;
        let cut = self.delete(start, end);
        if cut.is_empty() {
            return;
        }
        match self.kills.last_mut().filter(|_| self.last == Kind::Kill) {
            Some(last) if before => {
                last.splice(0..0, cut);
            }
            Some(last) => last.extend(cut),
            None => self.kills.push(cut),
        }
        if self.kills.len() > 60 {
            self.kills.remove(0);
        }
    }

    /// Keeps a range for `yank` without cutting it.
    pub fn copy(&mut self, start: usize, end: usize) {
        let end = end.min(self.text.len());
        self.kills.push(self.text.get(start..end).unwrap_or_default().to_vec());
    }

    /// Turns capitals into small letters and the other way round; the cursor goes behind them.
    pub fn swap_case(&mut self, times: usize) {
        let end = (self.point + times).min(self.text.len());
        for c in self.text.get_mut(self.point..end).unwrap_or_default() {
            let Some(old) = char::from_u32(*c) else { continue };
            let new = if old.is_uppercase() { old.to_lowercase().next() } else { old.to_uppercase().next() };
            *c = new.map_or(*c, u32::from);
        }
        self.point = end;
    }

    /// Puts in what was cut last; false if nothing was.
    pub fn yank(&mut self) -> bool {
        self.rotation = 0;
        self.put_kill()
    }

    /// Puts in what was cut before that instead.
    pub fn yank_pop(&mut self) -> bool {
        if self.last != Kind::Yank {
            return false;
        }
        self.delete(self.yanked.0, self.yanked.1);
        self.rotation = (self.rotation + 1) % self.kills.len().max(1);
        self.put_kill()
    }

    fn put_kill(&mut self) -> bool {
        let Some(text) = self.kills.iter().rev().nth(self.rotation).cloned() else { return false };
        let start = self.point;
        self.mark = start;
        self.insert(&text);
        self.yanked = (start, self.point);
        true
    }

    /// Puts in a text that the next such command may replace.
    pub fn yank_text(&mut self, text: &[Char], again: bool) {
        if again {
            self.delete(self.yanked.0, self.yanked.1);
        }
        let start = self.point;
        self.insert(text);
        self.yanked = (start, self.point);
    }

    fn at(&self, index: usize) -> Option<Char> {
        self.text.get(index).copied()
    }

    /// Where the word ends that stands at or behind a place.
    pub fn word_end(&self, from: usize) -> usize {
        let mut at = from;
        while self.at(at).is_some_and(|c| !is_word(c)) {
            at += 1;
        }
        while self.at(at).is_some_and(is_word) {
            at += 1;
        }
        at
    }

    /// Where the word begins that stands before a place.
    pub fn word_start(&self, from: usize) -> usize {
        self.skip_back(self.skip_back(from, |c| !is_word(c)), is_word)
    }

    /// Where the word between blanks begins that stands before a place.
    pub fn blank_word_start(&self, from: usize) -> usize {
        let blank = |c: Char| char::from_u32(c).is_some_and(char::is_whitespace);
        self.skip_back(self.skip_back(from, blank), |c| !blank(c))
    }

    fn skip_back(&self, from: usize, skip: impl Fn(Char) -> bool) -> usize {
        let mut at = from;
        while at > 0 && self.at(at - 1).is_some_and(&skip) {
            at -= 1;
        }
        at
    }

    /// Removes the blanks around the cursor.
    pub fn delete_blanks(&mut self) {
        let blank = |c: Char| c == 32 || c == 9;
        let start = self.skip_back(self.point, blank);
        let mut end = self.point;
        while self.at(end).is_some_and(blank) {
            end += 1;
        }
        self.delete(start, end);
    }

    /// Changes the case of the next word.
    pub fn change_case(&mut self, case: Case) {
        let end = self.word_end(self.point);
        let mut first = true;
        let mut changed = Vec::new();
        for &c in self.text.get(self.point..end).unwrap_or_default() {
            let upper = case == Case::Upper || case == Case::Title && first && is_word(c);
            first &= !is_word(c);
            match char::from_u32(c) {
                Some(c) if upper => changed.extend(c.to_uppercase().map(u32::from)),
                Some(c) => changed.extend(c.to_lowercase().map(u32::from)),
                None => changed.push(c),
            }
        }
        let start = self.point;
        self.point = start + changed.len();
        self.text.splice(start..end, changed);
    }

    /// Swaps the characters around the cursor; false at the beginning.
    pub fn transpose(&mut self) -> bool {
        if self.point == 0 || self.text.len() < 2 {
            return false;
        }
        let at = self.point.min(self.text.len() - 1);
        self.text.swap(at - 1, at);
        self.point = at + 1;
        true
    }

    /// Swaps the words around the cursor; false if there are not two.
    pub fn transpose_words(&mut self) -> bool {
        let second_end = self.word_end(self.point);
        let second = self.word_start(second_end);
        let first = self.word_start(second);
        let first_end = self.word_end(first);
        if first_end > second || first == second {
            return false;
        }
        let part = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default();
        let swapped = [part(second, second_end), part(first_end, second), part(first, first_end)].concat();
        self.text.splice(first..second_end, swapped);
        self.point = second_end;
        true
    }

    /// Marks the cursor's place.
    pub fn set_mark(&mut self) {
        self.mark = self.point;
    }

    /// Goes to the marked place and marks this one.
    pub fn exchange_mark(&mut self) {
        let mark = core::mem::replace(&mut self.mark, self.point);
        self.point = mark.min(self.text.len());
    }

    /// Replaces a range and puts the cursor behind it.
    pub fn replace(&mut self, start: usize, end: usize, text: &[Char]) {
        self.delete(start, end);
        let overwrite = core::mem::take(&mut self.overwrite);
        self.insert(text);
        self.overwrite = overwrite;
    }
}
