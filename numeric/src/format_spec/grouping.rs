//! Digit grouping and the layout that all numbers share: sign, prefix, grouped digits, point, fraction, rest.

use super::{Align, Field, Separator, Sign, Spec};

/// What `localeconv()` says about numbers: for the `n` type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocaleInfo {
    /// Between integer part and fraction.
    pub decimal_point: String,
    /// Between groups.
    pub thousands_sep: String,
    /// Sizes of the groups from the right; the last repeats, 0 repeats the one before, 127 ends grouping.
    pub grouping: Vec<u8>,
}

impl Default for LocaleInfo {
    /// The C locale: no grouping.
    fn default() -> Self {
        LocaleInfo { decimal_point: ".".into(), thousands_sep: String::new(), grouping: Vec::new() }
    }
}

impl LocaleInfo {
    /// What the separator of a specification means, in groups of `size`.
    pub(super) fn for_separator(separator: Option<Separator>, size: u8) -> LocaleInfo {
        match separator {
            None => LocaleInfo::default(),
            Some(separator) => LocaleInfo {
                thousands_sep: separator.as_char().into(),
                grouping: vec![size],
                ..LocaleInfo::default()
            },
        }
    }
}

/// Groups ASCII digits, with zeros before them until `min_width` characters are reached (more, where a separator would
/// come first).
pub fn group_digits(digits: &str, min_width: usize, locale: &LocaleInfo) -> String {
    let separator: Vec<char> = locale.thousands_sep.chars().rev().collect();
    let mut sizes = locale.grouping.iter().copied();
    let mut size = sizes.next().unwrap_or(0);
    let mut remaining = digits.bytes().rev();
    let mut left = digits.len();
    let mut wanted = min_width as i64;
    // Built from the right.
    let mut out: Vec<char> = Vec::with_capacity(digits.len() * 4 / 3 + min_width + 1);
    let mut first = true;
    loop {
        let ungrouped = size == 0 || size >= 127;
        let need = left.max(usize::try_from(wanted).unwrap_or(0)).max(1);
        let group = if ungrouped { need } else { need.min(usize::from(size)) };
        if !first {
            out.extend_from_slice(&separator);
        }
        first = false;
        let taken = left.min(group);
        out.extend(remaining.by_ref().take(taken).map(char::from));
        out.resize(out.len() + group - taken, '0');
        left -= taken;
        wanted -= group as i64;
        if left == 0 && wanted <= 0 {
            break;
        }
        wanted -= separator.len() as i64;
        match sizes.next() {
            Some(0) | None => sizes = [].iter().copied(),
            Some(next) => size = next,
        }
    }
    out.into_iter().rev().collect()
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
    let point = if number.has_point { locale.decimal_point.as_str() } else { "" };
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
