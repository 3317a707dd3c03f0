//! Reading ISO 8601 texts, given as code points. Knows no Python object.

use super::calendar::{IsoError, from_iso_calendar};

/// A text that cannot be read, or an ISO week that does not exist: all get the same message.
#[derive(Debug, PartialEq, Eq)]
pub struct Invalid;

/// Hour, minute, second, microsecond.
pub type Clock = [i32; 4];

/// A time of day with the offset that may follow: seconds and microseconds.
#[derive(Debug, PartialEq, Eq)]
pub struct Time {
    pub clock: Clock,
    pub offset: Option<(i32, i32)>,
}

const DASH: u8 = b'-';
const COLON: u8 = b':';
const WEEK: u8 = b'W';

/// A text as the bytes that CPython reads, UTF-8: lengths are counted in them.
pub fn bytes(text: &[u32]) -> Result<Vec<u8>, Invalid> {
    text.iter().map(|&c| char::from_u32(c)).collect::<Option<String>>().map(String::into_bytes).ok_or(Invalid)
}

fn digit(c: u8) -> Option<i32> {
    c.is_ascii_digit().then(|| i32::from(c - b'0'))
}

/// Takes `n` digits off the front.
fn number(text: &mut &[u8], n: usize) -> Result<i32, Invalid> {
    let (digits, rest) = text.split_at_checked(n).ok_or(Invalid)?;
    *text = rest;
    digits.iter().try_fold(0, |value, &c| Some(value * 10 + digit(c)?)).ok_or(Invalid)
}

fn eat(text: &mut &[u8], c: u8) -> bool {
    match text {
        [first, rest @ ..] if *first == c => {
            *text = rest;
            true
        }
        _ => false,
    }
}

/// A date as YYYY-MM-DD, YYYYMMDD, YYYY-Www, YYYYWww, YYYY-Www-D or YYYYWwwD. As in CPython, a text of ten bytes without dashes
/// may have anything as its last two.
pub fn date(mut text: &[u8]) -> Result<(i32, i32, i32), Invalid> {
    let text = &mut text;
    if !matches!(text.len(), 7 | 8 | 10) {
        return Err(Invalid);
    }
    let year = number(text, 4)?;
    let dashes = eat(text, DASH);
    if eat(text, WEEK) {
        let week = number(text, 2)?;
        let mut day = 1;
        if !text.is_empty() {
            if eat(text, DASH) != dashes {
                return Err(Invalid);
            }
            day = number(text, 1)?;
        }
        return from_iso_calendar(year, week, day).map_err(|_: IsoError| Invalid);
    }
    let month = number(text, 2)?;
    if eat(text, DASH) != dashes {
        return Err(Invalid);
    }
    let day = number(text, 2)?;
    Ok((year, month, day))
}

/// Where the date ends in a text of date and time.
pub fn separator(text: &[u32]) -> Result<usize, Invalid> {
    let at = |i: usize| text.get(i).copied();
    let is_digit = |i: usize| at(i).is_some_and(|c| char::from_u32(c).is_some_and(|c| c.is_ascii_digit()));
    if text.len() == 7 {
        return Ok(7);
    }
    if at(4) == Some(DASH.into()) {
        if at(5) != Some(WEEK.into()) {
            return Ok(10);
        }
        if at(8) != Some(DASH.into()) {
            return Ok(8);
        }
        if text.len() == 9 {
            return Err(Invalid);
        }
        // After YYYY-Www-## the dash is more likely the separator than a digit.
        return Ok(if is_digit(10) { 8 } else { 10 });
    }
    if at(4) != Some(WEEK.into()) {
        return Ok(8);
    }
    let digits = (7..).take_while(|&i| is_digit(i)).count();
    let end = 7 + digits;
    Ok(if end < 9 {
        end
    } else if end % 2 == 0 {
        7
    } else {
        8
    })
}

/// HH, HH:MM, HH:MM:SS with a fraction, or the same without colons, up to `end`; and whether something is left. As in CPython, one byte
/// may be left after each of the numbers, which only counts where no offset follows, and without colons the fraction needs no point.
fn clock(text: &[u8], end: usize) -> Result<(Clock, bool), Invalid> {
    let mut clock = [0; 4];
    let mut colons = false;
    let mut at = 0;
    let byte = |at: usize| text.get(at).copied().unwrap_or(0);
    for (i, part) in clock.iter_mut().take(3).enumerate() {
        let mut rest = text.get(at..).unwrap_or_default();
        *part = number(&mut rest, 2)?;
        let c = byte(at + 2);
        at += 3;
        if i == 0 {
            colons = c == COLON;
        }
        if at >= end {
            // A point wants a fraction.
            let point = at == end && matches!(c, b'.' | b',');
            return if point { Err(Invalid) } else { Ok((clock, c != 0)) };
        }
        match c {
            COLON if colons && i < 2 => {}
            COLON if colons => return Err(Invalid),
            b'.' | b',' if i == 2 => {}
            b'.' | b',' => return Err(Invalid),
            _ if colons => return Err(Invalid),
            _ => at -= 1,
        }
    }
    let known = end.saturating_sub(at).min(6);
    let mut rest = text.get(at..).unwrap_or_default();
    let micro = number(&mut rest, known)?;
    while rest.first().is_some_and(u8::is_ascii_digit) {
        rest = rest.get(1..).unwrap_or_default();
    }
    let [_, _, _, last] = &mut clock;
    *last = micro * 10_i32.pow(6 - known as u32);
    Ok((clock, rest.first().is_some_and(|&c| c != 0)))
}

/// A time of day, and an offset from UTC if there is one.
pub fn time(text: &[u8]) -> Result<Time, Invalid> {
    let zone = text.iter().position(|c| matches!(c, b'-' | b'+' | b'Z')).unwrap_or(text.len());
    let (before, more) = clock(text, zone)?;
    let Some((&sign, rest)) = text.get(zone..).and_then(<[u8]>::split_first) else {
        return if more { Err(Invalid) } else { Ok(Time { clock: before, offset: None }) };
    };
    if sign == b'Z' {
        // A NUL ends the text.
        let ends = rest.first().is_none_or(|&c| c == 0);
        return if ends { Ok(Time { clock: before, offset: Some((0, 0)) }) } else { Err(Invalid) };
    }
    let ([hours, minutes, seconds, micros], more) = clock(rest, rest.len())?;
    if more {
        return Err(Invalid);
    }
    let factor = if sign == DASH { -1 } else { 1 };
    let total = hours * 3600 + minutes * 60 + seconds;
    Ok(Time { clock: before, offset: Some((factor * total, factor * micros)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for text in ["2020-01-01", "20200101", "2020010199"] {
            assert_eq!(date(text.as_bytes()), Ok((2020, 1, 1)));
        }
        for text in ["2020-W01-1", "2020-W01", "2020W011"] {
            assert_eq!(date(text.as_bytes()), Ok((2019, 12, 30)));
        }
        for text in ["2020-001", "2020-W54-1", "2020-1-01", "202001"] {
            assert_eq!(date(text.as_bytes()), Err(Invalid));
        }
    }

    #[test]
    fn times() {
        assert_eq!(time("04:23:01,000384".as_bytes()), Ok(Time { clock: [4, 23, 1, 384], offset: None }));
        assert_eq!(time("0423+0100".as_bytes()), Ok(Time { clock: [4, 23, 0, 0], offset: Some((3600, 0)) }));
        assert_eq!(time("04:23:01.".as_bytes()), Err(Invalid));
        assert_eq!(time("04:2301".as_bytes()), Err(Invalid));
        assert_eq!(time("04230155".as_bytes()), Ok(Time { clock: [4, 23, 1, 550_000], offset: None }));
        assert_eq!(time("04:23x+01".as_bytes()), Ok(Time { clock: [4, 23, 0, 0], offset: Some((3600, 0)) }));
    }
}
