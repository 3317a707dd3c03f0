//! `container[key]` of constants: strings, bytes and tuples by index and by slice.

use krait_bytecode::{Const, PyString};
use num_bigint::Sign;

/// Evaluates a subscription; None if it raises.
pub(super) fn subscript(container: &Const, key: &Const) -> Option<Const> {
    match container {
        Const::Str(text) => {
            let points: Vec<u32> = text.code_points().collect();
            let chosen = match key {
                Const::Slice(parts) => select(points.len(), parts)?.into_iter().map(|i| points[i]).collect(),
                _ => vec![*points.get(index(key, points.len())?)?],
            };
            PyString::from_code_points(chosen).map(Const::Str)
        }
        Const::Bytes(bytes) => match key {
            Const::Slice(parts) => {
                let chosen: Vec<u8> = select(bytes.len(), parts)?.into_iter().map(|i| bytes[i]).collect();
                Some(Const::bytes(&chosen))
            }
            _ => bytes.get(index(key, bytes.len())?).map(|&byte| Const::Int(i64::from(byte))),
        },
        Const::Tuple(items) => match key {
            Const::Slice(parts) => Some(Const::tuple(
                select(items.len(), parts)?.into_iter().map(|i| items[i].clone()).collect(),
            )),
            _ => items.get(index(key, items.len())?).cloned(),
        },
        _ => None,
    }
}

fn index(key: &Const, len: usize) -> Option<usize> {
    let value = i64::try_from(key.to_bigint()?).ok()?;
    let value = if value < 0 { value.checked_add(len as i64)? } else { value };
    usize::try_from(value).ok().filter(|&value| value < len)
}

/// A slice bound, limited to what fits.
fn bound(value: &Const) -> Option<Option<i64>> {
    if matches!(value, Const::None) {
        return Some(None);
    }
    let value = value.to_bigint()?;
    let limit = if value.sign() == Sign::Minus { -i64::MAX } else { i64::MAX };
    Some(Some(i64::try_from(value).map_or(limit, |value| value.max(-i64::MAX))))
}

/// The indices that a slice chooses.
fn select(len: usize, parts: &[Const; 3]) -> Option<Vec<usize>> {
    let [start, stop, step] = parts;
    let len = len as i64;
    let step = bound(step)?.unwrap_or(1);
    if step == 0 {
        return None;
    }
    let (low, high) = if step > 0 { (0, len) } else { (-1, len - 1) };
    let place = |value: Option<i64>, default: i64| match value {
        None => default,
        Some(value) if value < 0 => (value + len).max(low),
        Some(value) => value.min(high),
    };
    let (from, to) = if step > 0 { (low, high) } else { (high, low) };
    let mut position = place(bound(start)?, from);
    let stop = place(bound(stop)?, to);
    let mut chosen = Vec::new();
    while if step > 0 { position < stop } else { position > stop } {
        chosen.push(usize::try_from(position).ok()?);
        position = position.saturating_add(step);
    }
    Some(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subscripts() {
        let slice = |a, b, c| Const::Slice([a, b, c].into());
        let int = Const::Int;
        let text = Const::str("abcdé");
        assert_eq!(subscript(&text, &int(-1)), Some(Const::str("é")));
        assert_eq!(subscript(&text, &int(5)), None);
        assert_eq!(subscript(&text, &slice(Const::None, Const::None, int(-1))), Some(Const::str("édcba")));
        assert_eq!(subscript(&text, &slice(int(1), int(100), int(2))), Some(Const::str("bd")));
        assert_eq!(subscript(&Const::bytes(b"ab"), &Const::Bool(true)), Some(int(98)));
    }
}
