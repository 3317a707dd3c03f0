//! Substring search on wide code units, never quadratic: a quick scan for a rare place first, and the two-way algorithm
//! of Crochemore and Perrin when that stumbles too often.

use crate::unit::CodeUnit;

/// A sequence read forwards or backwards, so that one algorithm serves `find` and `rfind`.
trait Sequence<T> {
    fn at(&self, i: usize) -> T;
    fn len(&self) -> usize;
}

struct Forward<'a, T>(&'a [T]);
struct Backward<'a, T>(&'a [T]);

impl<T: CodeUnit> Sequence<T> for Forward<'_, T> {
    #[inline(always)]
    fn at(&self, i: usize) -> T {
        self.0[i]
    }
    fn len(&self) -> usize {
        self.0.len()
    }
}

impl<T: CodeUnit> Sequence<T> for Backward<'_, T> {
    #[inline(always)]
    fn at(&self, i: usize) -> T {
        self.0[self.0.len() - 1 - i]
    }
    fn len(&self) -> usize {
        self.0.len()
    }
}

/// First place of a needle that is not empty.
pub(crate) fn find<T: CodeUnit>(text: &[T], needle: &[T]) -> Option<usize> {
    let (first, last) = (*needle.first()?, *needle.last()?);
    let span = needle.len() - 1;
    let places = text.len().checked_sub(span)?;
    let mut at = 0;
    // Units compared beyond the scans; when they outgrow the distance covered the needle is of the repetitive kind.
    let mut work = 0;
    while at < places {
        at += T::find_unit(&text[at..places], first)?;
        if text[at + span] == last {
            let same = text[at..].iter().zip(needle).take_while(|(a, b)| a == b).count();
            if same == needle.len() {
                return Some(at);
            }
            work += same;
        }
        work += 1;
        at += 1;
        if work > 2 * at + 64 {
            return search(&Forward(&text[at..]), &Forward(needle)).map(|found| at + found);
        }
    }
    None
}

/// Last place of a needle that is not empty.
pub(crate) fn rfind<T: CodeUnit>(text: &[T], needle: &[T]) -> Option<usize> {
    let (first, last) = (*needle.first()?, *needle.last()?);
    let span = needle.len() - 1;
    let mut places = text.len().checked_sub(span)?;
    let all = places;
    let mut work = 0;
    while places > 0 {
        let at = T::rfind_unit(&text[..places], first)?;
        if text[at + span] == last {
            let same = text[at..].iter().zip(needle).take_while(|(a, b)| a == b).count();
            if same == needle.len() {
                return Some(at);
            }
            work += same;
        }
        work += 1;
        places = at;
        if work > 2 * (all - places) + 64 {
            let rest = &text[..places + span];
            return search(&Backward(rest), &Backward(needle)).map(|found| rest.len() - found - needle.len());
        }
    }
    None
}

/// Where the maximal suffix begins, and its period, under one of the two orders.
fn maximal_suffix<T: CodeUnit>(needle: &impl Sequence<T>, reversed: bool) -> (usize, usize) {
    let n = needle.len();
    let (mut start, mut candidate, mut k, mut period) = (0, 1, 0, 1);
    while candidate + k < n {
        let (a, b) = (needle.at(candidate + k), needle.at(start + k));
        if a == b {
            if k + 1 == period {
                candidate += period;
                k = 0;
            } else {
                k += 1;
            }
        } else if (a < b) != reversed {
            candidate += k + 1;
            k = 0;
            period = candidate - start;
        } else {
            start = candidate;
            candidate += 1;
            k = 0;
            period = 1;
        }
    }
    (start, period)
}

/// The two-way algorithm.
fn search<T: CodeUnit>(text: &impl Sequence<T>, needle: &impl Sequence<T>) -> Option<usize> {
    let (n, len) = (needle.len(), text.len());
    let (a, b) = (maximal_suffix(needle, false), maximal_suffix(needle, true));
    let (cut, period) = if a.0 > b.0 { a } else { b };
    let periodic = cut + period <= n && (0..cut).all(|i| needle.at(i) == needle.at(i + period));
    // Without a period of the whole needle any shift up to the longer half is safe, and nothing is remembered.
    let period = if periodic { period } else { cut.max(n - cut) + 1 };
    let mut at = 0;
    let mut known = 0;
    while at + n <= len {
        let mut i = cut.max(known);
        while i < n && needle.at(i) == text.at(at + i) {
            i += 1;
        }
        if i < n {
            at += i - cut + 1;
            known = 0;
            continue;
        }
        let mut j = cut;
        while j > known && needle.at(j - 1) == text.at(at + j - 1) {
            j -= 1;
        }
        if j <= known {
            return Some(at);
        }
        at += period;
        known = if periodic { n - period } else { 0 };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naive<T: CodeUnit>(text: &[T], needle: &[T]) -> (Option<usize>, Option<usize>) {
        let mut places = text.windows(needle.len()).enumerate().filter(|(_, w)| *w == needle).map(|(i, _)| i);
        let first = places.next();
        (first, places.last().or(first))
    }

    #[test]
    fn small_alphabets() {
        let mut state = 12345u32;
        let mut next = |n: u32| {
            state = state.wrapping_mul(1664525).wrapping_add(1013904223);
            (state >> 16) % n
        };
        for _ in 0..20000 {
            let alphabet = 1 + next(3);
            let text: Vec<u16> = (0..next(60)).map(|_| next(alphabet) as u16).collect();
            let needle: Vec<u16> = (0..1 + next(9)).map(|_| next(alphabet) as u16).collect();
            let (first, last) = naive(&text, &needle);
            assert_eq!(find(&text, &needle), first);
            assert_eq!(rfind(&text, &needle), last);
            assert_eq!(search(&Forward(&text), &Forward(&needle)), first, "{text:?} {needle:?}");
            let back = search(&Backward(&text), &Backward(&needle));
            assert_eq!(back.map(|i| text.len() - i - needle.len()), last);
        }
    }

    #[test]
    fn never_quadratic() {
        let text = vec![7u32; 1_000_000];
        let mut needle = vec![7u32; 300_000];
        needle[150_000] = 8;
        assert_eq!(find(&text, &needle), None);
        assert_eq!(rfind(&text, &needle), None);
        needle[150_000] = 7;
        assert_eq!(rfind(&text, &needle), Some(700_000));
    }
}
