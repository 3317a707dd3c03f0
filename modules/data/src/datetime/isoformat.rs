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

const DASH: u32 = b'-' as u32;
const COLON: u32 = b':' as u32;
const WEEK: u32 = b'W' as u32;

fn digit(c: u32) -> Option<i32> {
    char::from_u32(c)?.to_digit(10).map(|d| d as i32)
}

/// Takes `n` digits off the front.
fn number(text: &mut &[u32], n: usize) -> Result<i32, Invalid> {
    let (digits, rest) = text.split_at_checked(n).ok_or(Invalid)?;
    *text = rest;
    digits.iter().try_fold(0, |value, &c| Some(value * 10 + digit(c)?)).ok_or(Invalid)
}

fn eat(text: &mut &[u32], c: u32) -> bool {
    match text {
        [first, rest @ ..] if *first == c => {
            *text = rest;
            true
        }
        _ => false,
    }
}

/// A date as YYYY-MM-DD, YYYYMMDD, YYYY-Www, YYYYWww, YYYY-Www-D or YYYYWwwD. As in CPython, a text of ten characters without dashes
/// may have anything as its last two.
pub fn date(mut text: &[u32]) -> Result<(i32, i32, i32), Invalid> {
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
    let is_digit = |i: usize| at(i).and_then(digit).is_some();
    if text.len() == 7 {
        return Ok(7);
    }
    if at(4) == Some(DASH) {
        if at(5) != Some(WEEK) {
            return Ok(10);
        }
        if at(8) != Some(DASH) {
            return Ok(8);
        }
        if text.len() == 9 {
            return Err(Invalid);
        }
        // After YYYY-Www-## the dash is more likely the separator than a digit.
        return Ok(if is_digit(10) { 8 } else { 10 });
    }
    if at(4) != Some(WEEK) {
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

/// HH, HH:MM, HH:MM:SS with a fraction, or the same without colons.
fn clock(mut text: &[u32]) -> Result<Clock, Invalid> {
    let text = &mut text;
    let mut clock = [0; 4];
    let mut colons = false;
    for (i, part) in clock.iter_mut().take(3).enumerate() {
        *part = number(text, 2)?;
        if i == 0 {
            colons = text.first() == Some(&COLON);
        }
        if text.is_empty() {
            return Ok(clock);
        }
        if i < 2 {
            if colons {
                if !eat(text, COLON) {
                    return Err(Invalid);
                }
            } else if matches!(text.first(), Some(c) if *c == COLON) {
                return Err(Invalid);
            }
        }
    }
    let [c, fraction @ ..] = *text else { return Err(Invalid) };
    if (*c != u32::from(b'.') && *c != u32::from(b',')) || fraction.is_empty() {
        return Err(Invalid);
    }
    let mut micro = 0;
    for i in 0..fraction.len().max(6) {
        let d = match fraction.get(i) {
            Some(&c) => digit(c).ok_or(Invalid)?,
            None => 0,
        };
        if i < 6 {
            micro = micro * 10 + d;
        }
    }
    let [_, _, _, last] = &mut clock;
    *last = micro;
    Ok(clock)
}

/// A time of day, and an offset from UTC if there is one.
pub fn time(text: &[u32]) -> Result<Time, Invalid> {
    let zone = text.iter().position(|&c| c == DASH || c == u32::from(b'+') || c == u32::from(b'Z'));
    let Some(zone) = zone else { return Ok(Time { clock: clock(text)?, offset: None }) };
    let (before, after) = text.split_at_checked(zone).ok_or(Invalid)?;
    let clock_part = clock(before)?;
    let Some((&sign, rest)) = after.split_first() else { return Err(Invalid) };
    if sign == u32::from(b'Z') {
        return if rest.is_empty() {
            Ok(Time { clock: clock_part, offset: Some((0, 0)) })
        } else {
            Err(Invalid)
        };
    }
    let [hours, minutes, seconds, micros] = clock(rest)?;
    let factor = if sign == DASH { -1 } else { 1 };
    let total = hours * 3600 + minutes * 60 + seconds;
    Ok(Time { clock: clock_part, offset: Some((factor * total, factor * micros)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(text: &str) -> Vec<u32> {
        text.chars().map(u32::from).collect()
    }

    #[test]
    fn dates() {
        for text in ["2020-01-01", "20200101", "2020010199"] {
            assert_eq!(date(&points(text)), Ok((2020, 1, 1)));
        }
        for text in ["2020-W01-1", "2020-W01", "2020W011"] {
            assert_eq!(date(&points(text)), Ok((2019, 12, 30)));
        }
        for text in ["2020-001", "2020-W54-1", "2020-1-01", "202001"] {
            assert_eq!(date(&points(text)), Err(Invalid));
        }
    }

    #[test]
    fn times() {
        assert_eq!(time(&points("04:23:01,000384")), Ok(Time { clock: [4, 23, 1, 384], offset: None }));
        assert_eq!(time(&points("0423+0100")), Ok(Time { clock: [4, 23, 0, 0], offset: Some((3600, 0)) }));
        assert_eq!(time(&points("04:23:01.")), Err(Invalid));
        assert_eq!(time(&points("04:2301")), Err(Invalid));
    }
}
