//! `format(Decimal, …)`.

use krait_numeric::decimal::{self as kernel, MAX_PREC, Rounding, Style, words};
use krait_numeric::format_spec::{LocaleInfo, group_digits};
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_runtime::system::locale;

use super::context::Context;

/// A format specification.
struct Spec {
    fill: char,
    align: char,
    sign: char,
    no_negative_zero: bool,
    alternate: bool,
    zero_pad: bool,
    width: usize,
    separator: Option<char>,
    precision: Option<i64>,
    fraction_separator: Option<char>,
    code: Option<char>,
}

fn parse(text: &str) -> Option<Spec> {
    let mut rest: Vec<char> = text.chars().collect();
    rest.reverse();
    let is_align = |c: Option<&char>| c.is_some_and(|c| "<>=^".contains(*c));
    let peek = |rest: &Vec<char>, n: usize| rest.len().checked_sub(n + 1).and_then(|i| rest.get(i)).copied();
    let mut spec = Spec {
        fill: ' ',
        align: '>',
        sign: '-',
        no_negative_zero: false,
        alternate: false,
        zero_pad: false,
        width: 0,
        separator: None,
        precision: None,
        fraction_separator: None,
        code: None,
    };
    let (mut has_fill, mut has_align) = (false, false);
    if is_align(peek(&rest, 1).as_ref()) {
        spec.fill = rest.pop()?;
        spec.align = rest.pop()?;
        (has_fill, has_align) = (true, true);
    } else if is_align(rest.last()) {
        spec.align = rest.pop()?;
        has_align = true;
    }
    let eat = |rest: &mut Vec<char>, set: &str| rest.pop_if(|c| set.contains(*c));
    let number = |rest: &mut Vec<char>| -> Option<Option<i64>> {
        let mut value = None;
        while let Some(c) = rest.pop_if(|c| c.is_ascii_digit()) {
            let digit = i64::from(c as u32 - '0' as u32);
            value = Some(i64::checked_mul(value.unwrap_or(0), 10)?.checked_add(digit)?);
        }
        Some(value)
    };
    if let Some(sign) = eat(&mut rest, "-+ ") {
        spec.sign = sign;
    }
    spec.no_negative_zero = eat(&mut rest, "z").is_some();
    spec.alternate = eat(&mut rest, "#").is_some();
    spec.zero_pad = eat(&mut rest, "0").is_some();
    if let Some(width) = number(&mut rest)? {
        spec.width = width as usize;
    }
    spec.separator = eat(&mut rest, ",_");
    if eat(&mut rest, ".").is_some() {
        spec.precision = number(&mut rest)?;
        spec.fraction_separator = eat(&mut rest, ",_");
        if spec.precision.is_none() && spec.fraction_separator.is_none() {
            return None;
        }
    }
    spec.code = eat(&mut rest, "eEfFgGn%");
    if !rest.is_empty() {
        return None;
    }
    if spec.zero_pad {
        if has_fill {
            return None;
        }
        spec.fill = '0';
        if !has_align {
            spec.align = '=';
        } else {
            return None;
        }
    }
    if spec.code == Some('n') && spec.separator.is_some() {
        return None;
    }
    Some(spec)
}

/// Point and grouping that a specification asks for.
fn locale_of(spec: &Spec) -> LocaleInfo {
    match (spec.code, spec.separator) {
        (Some('n'), _) => locale::numbers(),
        (_, Some(separator)) => LocaleInfo {
            thousands_sep: separator.to_string().into(),
            grouping: vec![3].into(),
            ..LocaleInfo::default()
        },
        _ => LocaleInfo { decimal_point: "".into(), ..LocaleInfo::default() },
    }
}

/// Point and grouping with what the caller gives in their place.
fn overridden(py: Py<'_>, mut locale: LocaleInfo, given: &PyObject) -> PyResult<LocaleInfo> {
    let Some(given) = given.downcast::<PyDict>() else {
        bail!(py, TypeError, "optional argument must be a dict");
    };
    let text = |name: &str| -> PyResult<Option<String>> {
        let Some(value) = given.get_str(py, &*PyStr::new(py, name)?)? else { return Ok(None) };
        let Some(value) = value.downcast::<PyStr>() else {
            bail!(py, TypeError, "bad argument type for built-in operation");
        };
        let text = value.to_utf8(py)?;
        Ok(Some(text.split('\0').next().unwrap_or_default().to_owned()))
    };
    if let Some(point) = text("decimal_point")? {
        locale.decimal_point = point.into();
    }
    if let Some(separator) = text("thousands_sep")? {
        locale.thousands_sep = separator.into();
    }
    if let Some(grouping) = text("grouping")? {
        locale.grouping = grouping.into_bytes().into();
    }
    let usable = (1..=4).contains(&locale.decimal_point.len())
        && locale.thousands_sep.len() <= 4
        && locale.grouping.is_ascii();
    if !usable {
        bail!(py, ValueError, "invalid override dict");
    }
    Ok(locale)
}

/// The `N` at the end of a specification, which means `n` with capitals.
fn takes_capitals(py: Py<'_>, text: &mut String) -> PyResult<bool> {
    if !text.ends_with('N') {
        return Ok(false);
    }
    py.warn(
        types::DeprecationWarning(),
        "Format specifier 'N' is deprecated and slated for removal in Python 3.18",
        1,
    )?;
    text.pop();
    text.push('n');
    Ok(true)
}

/// Rounds to `digits` significant digits, or pads with zeros to them.
fn round_to(x: &kernel::Decimal, digits: i64, rounding: Rounding) -> kernel::Decimal {
    rescale(x, x.adjusted() + 1 - digits, rounding, digits)
}

/// Changes the exponent, with rounding; a carry that makes a digit too many is taken back when `most` digits are wanted.
fn rescale(x: &kernel::Decimal, exp: i64, rounding: Rounding, most: i64) -> kernel::Decimal {
    if x.is_zero() {
        return kernel::Decimal::zero(x.negative, exp);
    }
    let shift = x.exp - exp;
    if shift >= 0 {
        let coef = words::shift_left(x.coef.as_slice(), shift);
        return kernel::Decimal::new(x.negative, coef.resized(), exp);
    }
    let (mut coef, cut) = words::shift_right(x.coef.as_slice(), -shift);
    if rounding.increments(cut, coef.last_digit(), x.negative) {
        coef.increment();
    }
    if most > 0 && coef.digits() > most {
        coef = words::shift_right(coef.as_slice(), 1).0;
        return kernel::Decimal::new(x.negative, coef.resized(), exp + 1);
    }
    kernel::Decimal::new(x.negative, coef.resized(), exp)
}

fn aligned(sign: &str, body: &str, spec: &Spec) -> String {
    let used = sign.len() + body.chars().count();
    let padding = spec.width.saturating_sub(used);
    let fill = |n: usize| core::iter::repeat_n(spec.fill, n).collect::<String>();
    match spec.align {
        '<' => format!("{sign}{body}{}", fill(padding)),
        '=' => format!("{sign}{}{body}", fill(padding)),
        '^' => format!("{}{sign}{body}{}", fill(padding / 2), fill(padding - padding / 2)),
        _ => format!("{}{sign}{body}", fill(padding)),
    }
}

/// The text of a number by a specification.
pub(super) fn format(
    py: Py<'_>,
    value: &kernel::Decimal,
    spec: &PyStr,
    given: Option<&PyObject>,
    context: &Context,
) -> PyResult<Ref<PyStr>> {
    let mut text = match spec.to_utf8(py) {
        Ok(text) => text.to_string(),
        Err(raised) => {
            py.clear_error(raised);
            bail!(py, ValueError, "invalid format string");
        }
    };
    let capitals = takes_capitals(py, &mut text)?;
    // `z` knows the other codes only.
    let Some(spec) = parse(&text).filter(|spec| !(capitals && spec.no_negative_zero)) else {
        bail!(py, ValueError, "invalid format string");
    };
    let mut locale = locale_of(&spec);
    if let Some(given) = given {
        locale = overridden(py, locale, given)?;
    }
    if locale.decimal_point.is_empty() {
        locale.decimal_point = ".".into();
    }
    if spec.width as i64 > MAX_PREC || spec.precision.is_some_and(|p| p > MAX_PREC) {
        bail!(py, ValueError, "format specification exceeds internal limits of _decimal");
    }
    if spec.width > 1 << 31 || spec.precision.is_some_and(|p| p > words::MAX_SHIFT) {
        return Err(py.no_memory());
    }
    let sign_of = |negative: bool| match (negative, spec.sign) {
        (true, _) => "-",
        (false, '+') => "+",
        (false, ' ') => " ",
        _ => "",
    };
    if !value.is_finite() {
        let mut body = value.clone().with_sign(false).to_text(Style::Scientific, true);
        if spec.code == Some('%') {
            body.push('%');
        }
        let spec = Spec { fill: if spec.zero_pad { ' ' } else { spec.fill }, ..spec };
        let align = if spec.zero_pad { '>' } else { spec.align };
        return PyStr::new(py, &aligned(sign_of(value.negative), &body, &Spec { align, ..spec }));
    }
    let mut x = value.clone();
    let code = match spec.code {
        None | Some('n') if context.capitals() && spec.code.is_none() => 'G',
        Some('n') if capitals => 'G',
        None | Some('n') => 'g',
        Some(code) => code,
    };
    if code == '%' {
        x.exp += 2;
    }
    let rounding = context.kernel().rounding;
    match (spec.precision, code) {
        (Some(precision), 'e' | 'E') if !x.is_zero() => x = round_to(&x, precision + 1, rounding),
        (Some(precision), 'f' | 'F' | '%') => x = rescale(&x, -precision, rounding, 0),
        (Some(_), 'e' | 'E') => {}
        (Some(precision), _) if x.digits() > precision.max(1) => x = round_to(&x, precision.max(1), rounding),
        _ => {}
    }
    if x.is_zero() && x.exp > 0 && matches!(code, 'f' | 'F' | '%') {
        x.exp = 0;
    }
    let negative = x.negative && !(spec.no_negative_zero && x.is_zero());
    let digits = words::to_text(x.coef.as_slice());
    let left = x.exp + digits.len() as i64;
    let point = match code {
        'e' | 'E' => match spec.precision {
            Some(precision) if x.is_zero() => 1 - precision,
            _ => 1,
        },
        'f' | 'F' | '%' => left,
        _ if x.exp <= 0 && left > -6 => left,
        _ => 1,
    };
    if point.abs() > words::MAX_SHIFT {
        return Err(py.no_memory());
    }
    let count = digits.len() as i64;
    let (whole, fraction) = if point < 0 {
        ("0".to_owned(), "0".repeat(point.unsigned_abs() as usize) + &digits)
    } else if point > count {
        (digits.clone() + &"0".repeat((point - count) as usize), String::new())
    } else {
        let (whole, fraction) = digits.split_at(point as usize);
        (if whole.is_empty() { "0".to_owned() } else { whole.to_owned() }, fraction.to_owned())
    };
    let exponent = left - point;
    let mut tail = String::new();
    if !fraction.is_empty() || spec.alternate {
        tail.push_str(&locale.decimal_point);
        match spec.fraction_separator {
            Some(separator) => {
                for (i, c) in fraction.chars().enumerate() {
                    if i > 0 && i % 3 == 0 {
                        tail.push(separator);
                    }
                    tail.push(c);
                }
            }
            None => tail.push_str(&fraction),
        }
    }
    if exponent != 0 || matches!(code, 'e' | 'E') {
        tail.push(if matches!(code, 'E' | 'G') { 'E' } else { 'e' });
        tail += &format!("{exponent:+}");
    }
    if code == '%' {
        tail.push('%');
    }
    let sign = sign_of(negative);
    let min_width =
        if spec.zero_pad { spec.width.saturating_sub(tail.chars().count() + sign.len()) } else { 0 };
    let whole = group_digits(&whole, min_width, &locale);
    if words::take_failure() {
        return Err(py.no_memory());
    }
    PyStr::new(py, &aligned(sign, &(whole + &tail), &spec))
}
