//! What a conversion shows.

use super::Conversion;
use crate::digits::{IntRef, to_radix};
use crate::float_text::{Options, Style, write};
use crate::format_spec::{Field, StringLayout};

/// Sign, prefix and digits into the width: zeros go behind the first two, spaces before everything.
fn lay_out(spec: &Conversion, negative: bool, prefix: &str, body: String) -> Field {
    let mut head = String::with_capacity(3);
    head.push_str(match (negative, spec.plus, spec.space) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    });
    head.push_str(prefix);
    let padding = spec.width.saturating_sub(head.len() + body.len());
    let mut field = Field { fill: ' '.into(), head, body, ..Field::default() };
    if spec.left {
        field.right = padding;
    } else if spec.zero {
        field.fill = '0'.into();
        field.middle = padding;
    } else {
        field.left = padding;
    }
    field
}

/// `d`, `i`, `u`, `o`, `x` and `X`. The precision is the least number of digits.
pub fn render_int(spec: &Conversion, n: IntRef<'_>) -> Field {
    let (base, prefix) = match spec.code_byte() {
        b'o' => (8, "0o"),
        b'x' => (16, "0x"),
        b'X' => (16, "0X"),
        _ => (10, ""),
    };
    let mut digits = to_radix(n.digits, base);
    if spec.code_byte() == b'X' {
        digits.make_ascii_uppercase();
    }
    let missing = spec.precision.unwrap_or(0).saturating_sub(digits.len());
    if missing > 0 {
        digits.insert_str(0, &"0".repeat(missing));
    }
    lay_out(spec, n.negative, if spec.alternate { prefix } else { "" }, digits)
}

/// `e`, `E`, `f`, `F`, `g` and `G`.
pub fn render_float(spec: &Conversion, value: f64) -> Field {
    let code = spec.code_byte();
    let style = match code.to_ascii_lowercase() {
        b'e' => Style::Exponent,
        b'f' => Style::Fixed,
        _ => Style::General,
    };
    let options =
        Options { upper: code.is_ascii_uppercase(), alternate: spec.alternate, ..Options::default() };
    let text = write(value, style, spec.precision.unwrap_or(6), options);
    match text.strip_prefix('-') {
        Some(rest) => lay_out(spec, true, "", rest.into()),
        None => lay_out(spec, false, "", text),
    }
}

/// `s`, `r`, `a` and `b`, and with `len` 1 `c` (which has no precision: the caller drops it): spaces only.
pub fn lay_out_text(spec: &Conversion, len: usize) -> StringLayout {
    let take = spec.precision.map_or(len, |p| p.min(len));
    let padding = spec.width.saturating_sub(take);
    let (left, right) = if spec.left { (0, padding) } else { (padding, 0) };
    StringLayout { left, take, right }
}
