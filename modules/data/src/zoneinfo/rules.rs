//! POSIX TZ strings: what holds after the last transition that a zone's data names. Knows no Python object.

use crate::datetime::calendar::{days_in_month, is_leap, to_ordinal, weekday};

/// Ordinal of the first of January 1970.
const EPOCH: i64 = 719163;

/// The day of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Day {
    /// Month, week (5 is the last) and weekday (Sunday is 0).
    Weekday(i32, i32, i32),
    /// Day 1 to 365 without leap days.
    Julian(i32),
    /// Day 0 to 365.
    Ordinal(i32),
}

/// A change: its day and the seconds after midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    day: Day,
    seconds: i64,
}

/// Abbreviation and offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    pub name: String,
    pub offset: i64,
}

/// A rule for every year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub std: Period,
    /// Daylight saving time with its beginning and end.
    pub dst: Option<(Period, Change, Change)>,
}

impl Change {
    /// Local seconds since the epoch in a year.
    pub fn in_year(&self, year: i32) -> i64 {
        let ordinal = match self.day {
            Day::Weekday(month, week, day) => {
                let first = (weekday(year, month, 1) + 1) % 7;
                let mut date = (day - first).rem_euclid(7) + 1 + (week - 1) * 7;
                if date > days_in_month(year, month) {
                    date -= 7;
                }
                to_ordinal(year, month, date)
            }
            Day::Julian(n) => {
                let leap = i32::from(n >= 60 && is_leap(year));
                to_ordinal(year, 1, 1) + n - 1 + leap
            }
            // One day before the one that POSIX means, as CPython counts.
            Day::Ordinal(n) => to_ordinal(year, 1, 1) + n - 1,
        };
        (i64::from(ordinal) - EPOCH) * 86400 + self.seconds
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn eat(&mut self, c: u8) -> bool {
        match self.0 {
            [first, rest @ ..] if *first == c => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }
    fn number(&mut self, most_digits: usize) -> Option<i64> {
        let n = self.0.iter().take(most_digits).take_while(|c| c.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(n).filter(|_| n > 0)?;
        self.0 = rest;
        Some(digits.iter().fold(0, |value, c| value * 10 + i64::from(c - b'0')))
    }
    fn name(&mut self) -> Option<String> {
        let text = if self.eat(b'<') {
            let n = self.0.iter().position(|&c| c == b'>')?;
            let (name, rest) = self.0.split_at_checked(n)?;
            if !name.iter().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'-')) {
                return None;
            }
            self.0 = rest.get(1..)?;
            name
        } else {
            let n = self.0.iter().take_while(|c| c.is_ascii_alphabetic()).count();
            let (name, rest) = self.0.split_at_checked(n)?;
            self.0 = rest;
            name
        };
        (!text.is_empty()).then(|| String::from_utf8_lossy(text).into_owned())
    }
    /// hh[:mm[:ss]] with an optional sign.
    fn time(&mut self) -> Option<i64> {
        let negative = if self.eat(b'-') {
            true
        } else {
            self.eat(b'+');
            false
        };
        let hours = self.number(3)?;
        let (mut minutes, mut seconds) = (0, 0);
        if self.eat(b':') {
            minutes = self.two_digits()?;
            if self.eat(b':') {
                seconds = self.two_digits()?;
            }
        }
        if hours > 167 || minutes > 59 || seconds > 59 {
            return None;
        }
        let total = hours * 3600 + minutes * 60 + seconds;
        Some(if negative { -total } else { total })
    }
    fn two_digits(&mut self) -> Option<i64> {
        let before = self.0.len();
        self.number(2).filter(|_| before - self.0.len() == 2)
    }
    /// An offset: west of Greenwich is positive in the text.
    fn offset(&mut self) -> Option<i64> {
        let seconds = self.time()?;
        (seconds.abs() < 25 * 3600).then_some(-seconds)
    }
    fn change(&mut self) -> Option<Change> {
        let day = if self.eat(b'M') {
            let month = self.number(2).filter(|n| (1..=12).contains(n))?;
            let week = self.eat(b'.').then(|| self.number(1)).flatten().filter(|n| (1..=5).contains(n))?;
            let day = self.eat(b'.').then(|| self.number(1)).flatten().filter(|n| (0..=6).contains(n))?;
            Day::Weekday(month as i32, week as i32, day as i32)
        } else if self.eat(b'J') {
            Day::Julian(self.number(3).filter(|n| (1..=365).contains(n))? as i32)
        } else {
            Day::Ordinal(self.number(3).filter(|n| (0..=365).contains(n))? as i32)
        };
        let seconds = if self.eat(b'/') { self.time()? } else { 2 * 3600 };
        Some(Change { day, seconds })
    }
}

/// Reads a TZ string.
pub fn parse(text: &[u8]) -> Option<Rule> {
    let mut reader = Reader(text);
    let std = Period { name: reader.name()?, offset: reader.offset()? };
    if reader.0.is_empty() {
        return Some(Rule { std, dst: None });
    }
    let name = reader.name()?;
    let offset = if reader.0.first() == Some(&b',') { std.offset + 3600 } else { reader.offset()? };
    let mut changes = || reader.eat(b',').then(|| reader.change()).flatten();
    let (start, end) = (changes()?, changes()?);
    reader.0.is_empty().then_some(Rule { std, dst: Some((Period { name, offset }, start, end)) })
}

/// The day of the year, for tests of rules.
#[cfg(test)]
fn date_of(seconds: i64) -> (i32, i32, i32) {
    crate::datetime::calendar::from_ordinal((seconds.div_euclid(86400) + EPOCH) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn central_europe() {
        let rule = parse(b"CET-1CEST,M3.5.0,M10.5.0/3")
            .unwrap_or(Rule { std: Period { name: String::new(), offset: 0 }, dst: None });
        assert_eq!(rule.std, Period { name: "CET".into(), offset: 3600 });
        let Some((dst, start, end)) = rule.dst else { panic!("no daylight saving time") };
        assert_eq!(dst, Period { name: "CEST".into(), offset: 7200 });
        assert_eq!(date_of(start.in_year(2020)), (2020, 3, 29));
        assert_eq!(date_of(end.in_year(2020)), (2020, 10, 25));
        assert_eq!(parse(b"AAA3BBB"), None);
        assert_eq!(parse(b"<+11>-11").map(|rule| rule.std.offset), Some(39600));
    }
}
