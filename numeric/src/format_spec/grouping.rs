//! Digit grouping and the layout that all numbers share: sign, prefix, grouped digits, point, fraction, rest.

use super::{Align, Field, Separator, Sign, Spec};
use std::borrow::Cow;

/// What `localeconv()` says about numbers: for the `n` type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocaleInfo {
    /// Between integer part and fraction.
    pub decimal_point: Cow<'static, str>,
    /// Between groups.
    pub thousands_sep: Cow<'static, str>,
    /// Sizes of the groups from the right; the last repeats, 0 repeats the one before, 127 ends grouping.
    pub grouping: Cow<'static, [u8]>,
}

impl Default for LocaleInfo {
    /// The C locale: no grouping.
    fn default() -> Self {
        LocaleInfo {
            decimal_point: Cow::Borrowed("."),
            thousands_sep: Cow::Borrowed(""),
            grouping: Cow::Borrowed(&[]),
        }
    }
}

impl LocaleInfo {
    /// What the separator of a specification means, in groups of three or four.
    pub(super) fn for_separator(separator: Option<Separator>, by_four: bool) -> LocaleInfo {
        match separator {
            None => LocaleInfo::default(),
            Some(separator) => LocaleInfo {
                thousands_sep: Cow::Borrowed(separator.as_str()),
                grouping: Cow::Borrowed(if by_four { &[4] } else { &[3] }),
                ..LocaleInfo::default()
            },
        }
    }
}

/// Groups ASCII digits, with zeros before them until `min_width` characters are reached (more, where a separator would
/// come first).
pub fn group_digits(digits: &str, min_width: usize, locale: &LocaleInfo) -> String {
    let separator = locale.thousands_sep.as_bytes();
    let separator_width = locale.thousands_sep.chars().count() as i64;
    let mut sizes = locale.grouping.iter().copied();
    let mut size = sizes.next().unwrap_or(0);
    let mut left = digits.as_bytes();
    let mut wanted = min_width as i64;
    // Built from the right, and turned round at the end.
    let mut out: Vec<u8> =
        Vec::with_capacity((digits.len() + digits.len() / 3 * separator.len()).max(min_width) + 4);
    let mut first = true;
    loop {
        let need = left.len().max(usize::try_from(wanted).unwrap_or(0)).max(1);
        let group = if size == 0 || size >= 127 { need } else { need.min(usize::from(size)) };
        if !first {
            out.extend(separator.iter().rev());
        }
        first = false;
        let (rest, taken) = left.split_at(left.len().saturating_sub(group));
        out.extend(taken.iter().rev());
        out.resize(out.len() + group - taken.len(), b'0');
        left = rest;
        wanted -= group as i64;
        if left.is_empty() && wanted <= 0 {
            break;
        }
        wanted -= separator_width;
        match sizes.next() {
            Some(0) | None => sizes = [].iter().copied(),
            Some(next) => size = next,
        }
    }
    out.reverse();
    String::from_utf8(out).unwrap_or_default()
}

/// A number taken apart.
pub(super) struct Number<'a> {
    pub negative: bool,
    /// `0x` and the like.
    pub prefix: &'a str,
    /// The integer part; empty for `inf` and `nan`.
    pub digits: &'a str,
    pub has_point: bool,
    pub fraction: &'a str,
    /// Exponent, percent sign, or `inf` and `nan`.
    pub rest: &'a str,
}

pub(super) fn sign_text(spec: &Spec, negative: bool) -> &'static str {
    match spec.sign {
        _ if negative => "-",
        Some(Sign::Plus) => "+",
        Some(Sign::Space) => " ",
        Some(Sign::Minus) | None => "",
    }
}

/// Lays out a number. Padding with zeros after the sign is part of the digits, so that separators run through it.
pub(super) fn lay_out(spec: &Spec, number: &Number<'_>, locale: &LocaleInfo) -> Field {
    let mut field = Field { head: sign_text(spec, number.negative).into(), ..Field::default() };
    field.head.push_str(number.prefix);
    let fraction = group_fraction(number.fraction, spec.fraction_grouping);
    let point = if number.has_point { &*locale.decimal_point } else { "" };
    let others = field.head.len() + point.chars().count() + fraction.len() + number.rest.len();
    let min_width = if spec.fill == '0' as u32 && spec.align == Align::AfterSign {
        spec.width.saturating_sub(others)
    } else {
        0
    };
    if !number.digits.is_empty() {
        if locale.thousands_sep.is_empty() && number.digits.len() >= min_width {
            field.body.push_str(number.digits);
        } else {
            field.body = group_digits(number.digits, min_width, locale);
        }
    }
    let len = others + field.body.chars().count();
    field.body.push_str(point);
    field.body.push_str(&fraction);
    field.body.push_str(number.rest);
    field.pad(spec, len);
    field
}

/// The fraction in groups of three from the point on.
fn group_fraction(digits: &str, separator: Option<Separator>) -> String {
    let Some(separator) = separator else { return digits.into() };
    let mut out = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && i % 3 == 0 {
            out.push(separator.as_char());
        }
        out.push(c);
    }
    out
}
