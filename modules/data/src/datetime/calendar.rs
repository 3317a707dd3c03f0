//! The proleptic Gregorian calendar: dates, ordinals (day 1 is the first of January of year 1) and ISO weeks. Knows no Python object.

/// Smallest year.
pub const MIN_YEAR: i32 = 1;
/// Largest year.
pub const MAX_YEAR: i32 = 9999;
/// Ordinal of the last day.
pub const MAX_ORDINAL: i32 = 3652059;

/// A year with 366 days.
pub fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Number of days in a month.
pub fn days_in_month(year: i32, month: i32) -> i32 {
    match month {
        2 => 28 + i32::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Number of days before the first of a month, in its year.
pub fn days_before_month(year: i32, month: i32) -> i32 {
    const BEFORE: [i32; 13] = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let days = BEFORE.get(month as usize).copied().unwrap_or(0);
    days + i32::from(month > 2 && is_leap(year))
}

fn days_before_year(year: i32) -> i32 {
    let y = year - 1;
    y * 365 + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400)
}

/// The ordinal of a date.
pub fn to_ordinal(year: i32, month: i32, day: i32) -> i32 {
    days_before_year(year) + days_before_month(year, month) + day
}

/// The date of an ordinal.
pub fn from_ordinal(ordinal: i32) -> (i32, i32, i32) {
    // Years that begin in March put the leap day last.
    let n = ordinal + 305;
    let era = n.div_euclid(146097);
    let day_of_era = n.rem_euclid(146097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i32::from(month <= 2), month, day)
}

/// Monday is 0.
pub fn weekday(year: i32, month: i32, day: i32) -> i32 {
    (to_ordinal(year, month, day) + 6) % 7
}

/// The ordinal of the Monday of a year's first ISO week.
fn first_monday(year: i32) -> i32 {
    let first = to_ordinal(year, 1, 1);
    let weekday = (first + 6).rem_euclid(7);
    let monday = first - weekday;
    if weekday > 3 { monday + 7 } else { monday }
}

/// ISO year, week and weekday (Monday is 1).
pub fn iso_calendar(year: i32, month: i32, day: i32) -> (i32, i32, i32) {
    let today = to_ordinal(year, month, day);
    let mut iso_year = year;
    let mut monday = first_monday(year);
    if today < monday {
        iso_year -= 1;
        monday = first_monday(iso_year);
    } else if today >= first_monday(year + 1) {
        iso_year += 1;
        monday = first_monday(iso_year);
    }
    let days = today - monday;
    (iso_year, days / 7 + 1, days % 7 + 1)
}

/// What is wrong with an ISO week date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsoError {
    Year,
    Week,
    Day,
    /// Outside the years that dates have.
    Range,
}

/// The date of an ISO year, week and weekday.
pub fn from_iso_calendar(year: i32, week: i32, day: i32) -> Result<(i32, i32, i32), IsoError> {
    if !(MIN_YEAR..=MAX_YEAR).contains(&year) {
        return Err(IsoError::Year);
    }
    if !(1..53).contains(&week) {
        // A year that begins on a Thursday has 53 weeks, a leap year also when it begins on a Wednesday.
        let first = weekday(year, 1, 1);
        let long = first == 3 || (first == 2 && is_leap(year));
        if week != 53 || !long {
            return Err(IsoError::Week);
        }
    }
    if !(1..=7).contains(&day) {
        return Err(IsoError::Day);
    }
    let ordinal = first_monday(year) + (week - 1) * 7 + day - 1;
    if !(1..=MAX_ORDINAL).contains(&ordinal) {
        return Err(IsoError::Range);
    }
    Ok(from_ordinal(ordinal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let mut expected = (1, 1, 1);
        for ordinal in 1..=MAX_ORDINAL {
            let date = from_ordinal(ordinal);
            assert_eq!(date, expected);
            assert_eq!(to_ordinal(date.0, date.1, date.2), ordinal);
            expected.2 += 1;
            if expected.2 > days_in_month(date.0, date.1) {
                expected = if date.1 == 12 { (date.0 + 1, 1, 1) } else { (date.0, date.1 + 1, 1) };
            }
        }
    }

    #[test]
    fn iso_weeks() {
        assert_eq!(iso_calendar(2020, 1, 1), (2020, 1, 3));
        assert_eq!(iso_calendar(2021, 1, 3), (2020, 53, 7));
        assert_eq!(from_iso_calendar(2020, 53, 7), Ok((2021, 1, 3)));
        assert_eq!(from_iso_calendar(2021, 53, 7), Err(IsoError::Week));
        assert_eq!(from_iso_calendar(1, 1, 1), Ok((1, 1, 1)));
    }
}
