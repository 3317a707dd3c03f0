//! `round(float, ndigits)`: correct decimal rounding, ties to even on the exact value.

use super::decimal::{Decimal, Mode};

/// Rounds a float to so many places after the point (before it, if negative). Not-finite values and those that have
/// no such places come back unchanged; `None` means the result overflows.
pub fn round_to(value: f64, places: i64) -> Option<f64> {
    // Beyond 323 places nothing changes; before -308 everything is zero.
    if !value.is_finite() || places > 323 {
        return Some(value);
    }
    if places < -309 {
        return Some(0.0f64.copysign(value));
    }
    let text = match usize::try_from(places) {
        Ok(places) => {
            let d = Decimal::new(value, Mode::Fraction(places));
            let digits = str::from_utf8(&d.digits).unwrap_or_default();
            format!("0.{digits}e{}", d.point)
        }
        Err(_) => round_before_point(value.abs(), places.unsigned_abs() as usize),
    };
    let rounded: f64 = text.parse().unwrap_or(0.0);
    rounded.is_finite().then_some(rounded.copysign(value))
}

/// The digits of `value` rounded to a multiple of `10^drop`, as text.
fn round_before_point(value: f64, drop: usize) -> String {
    let whole = value.trunc();
    let digits = format!("{whole:.0}").into_bytes();
    let Some(keep) = digits.len().checked_sub(drop) else { return "0".into() };
    let (kept, lost) = digits.split_at(keep);
    let tail_is_zero = lost.iter().skip(1).all(|d| *d == b'0') && whole == value;
    let odd = kept.last().is_some_and(|d| d & 1 != 0);
    let up = match lost.first() {
        Some(b'5') if tail_is_zero => odd,
        Some(d) => *d >= b'5',
        None => false,
    };
    let mut kept = kept.to_vec();
    if up {
        let nines = kept.iter().rev().take_while(|d| **d == b'9').count();
        let from = kept.len() - nines;
        kept.iter_mut().skip(from).for_each(|d| *d = b'0');
        match from.checked_sub(1).and_then(|i| kept.get_mut(i)) {
            Some(d) => *d += 1,
            None => kept.insert(0, b'1'),
        }
    }
    format!("0{}e{drop}", str::from_utf8(&kept).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds() {
        assert_eq!(round_to(2.675, 2), Some(2.67));
        assert_eq!(round_to(0.5, 0), Some(0.0));
        assert_eq!(round_to(1.5, 0), Some(2.0));
        assert_eq!(round_to(25.0, -1), Some(20.0));
        assert_eq!(round_to(25.5, -1), Some(30.0));
        assert_eq!(round_to(35.0, -1), Some(40.0));
        assert_eq!(round_to(5.0, -1), Some(0.0));
        assert_eq!(round_to(5.1, -1), Some(10.0));
        assert_eq!(round_to(996.0, -1), Some(1000.0));
        assert_eq!(round_to(4.0, -2), Some(0.0));
        assert_eq!(round_to(1.7976931348623157e308, -308), None);
        assert_eq!(round_to(-0.01, 1).map(f64::is_sign_negative), Some(true));
        assert_eq!(round_to(1e22, -22), Some(1e22));
        assert_eq!(round_to(5e-324, 323), Some(0.0));
    }
}
