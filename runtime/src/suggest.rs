//! "Did you mean …?": the name nearest to a misspelt one, by a weighted edit distance. The measure and its limits are CPython's.

use crate::objects::PyStr;

const MAX_CANDIDATES: usize = 750;
const MAX_LENGTH: usize = 40;
const MOVE_COST: usize = 2;
const CASE_COST: usize = 1;

fn substitution_cost(a: u8, b: u8) -> usize {
    if a & 31 != b & 31 {
        MOVE_COST
    } else if a == b {
        0
    } else if a.eq_ignore_ascii_case(&b) {
        CASE_COST
    } else {
        MOVE_COST
    }
}

/// The distance of two names; anything above `max_cost` may come back as `max_cost + 1`.
fn distance(a: &[u8], b: &[u8], max_cost: usize) -> usize {
    let prefix = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(prefix..).unwrap_or_default(), b.get(prefix..).unwrap_or_default());
    let suffix = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let a = a.get(..a.len() - suffix).unwrap_or_default();
    let b = b.get(..b.len() - suffix).unwrap_or_default();
    if a.is_empty() || b.is_empty() {
        return (a.len() + b.len()) * MOVE_COST;
    }
    if a.len() > MAX_LENGTH || b.len() > MAX_LENGTH {
        return max_cost + 1;
    }
    let (a, b) = if b.len() < a.len() { (b, a) } else { (a, b) };
    if (b.len() - a.len()) * MOVE_COST > max_cost {
        return max_cost + 1;
    }
    let mut row: Vec<usize> = (1..=a.len()).map(|i| i * MOVE_COST).collect();
    let mut result = 0;
    for (i, &code) in b.iter().enumerate() {
        let mut diagonal = i * MOVE_COST;
        result = diagonal;
        let mut minimum = usize::MAX;
        for (cell, &other) in row.iter_mut().zip(a) {
            let substitute = diagonal + substitution_cost(code, other);
            diagonal = *cell;
            result = substitute.min(result.min(diagonal) + MOVE_COST);
            *cell = result;
            minimum = minimum.min(result);
        }
        if minimum > max_cost {
            return max_cost + 1;
        }
    }
    result
}

/// The candidate that `name` was probably meant to be.
pub fn nearest<'a>(name: &PyStr, candidates: &[&'a PyStr]) -> Option<&'a PyStr> {
    if candidates.len() >= MAX_CANDIDATES {
        return None;
    }
    let wanted = name.to_wtf8();
    let mut best: Option<(usize, &'a PyStr)> = None;
    for &candidate in candidates {
        let text = candidate.to_wtf8();
        if text == wanted {
            continue;
        }
        let mut limit = (wanted.len() + text.len() + 3) * MOVE_COST / 6;
        if let Some((d, _)) = best {
            limit = limit.min(d.saturating_sub(1));
        }
        let d = distance(&wanted, &text, limit);
        if d <= limit && best.is_none_or(|(known, _)| d < known) {
            best = Some((d, candidate));
        }
    }
    best.map(|(_, c)| c)
}
