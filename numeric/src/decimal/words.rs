//! Coefficients: natural numbers in base 10^19, least significant word first. Slices never hold more words than needed, but for
//! zero, which is one word.

use std::cmp::Ordering;

/// Decimal digits of a word.
pub const WORD_DIGITS: usize = 19;
/// The base.
pub const BASE: u64 = 10_000_000_000_000_000_000;

/// Powers of ten that fit a word.
pub const POW10: [u64; 20] = {
    let mut table = [1u64; 20];
    let mut i = 1;
    while i < 20 {
        table[i] = table[i - 1] * 10;
        i += 1;
    }
    table
};

/// A word array that stands in place while it is short.
#[derive(Clone, Debug)]
pub struct Small<const N: usize> {
    len: usize,
    inline: [u64; N],
    heap: Vec<u64>,
}

/// What numbers hold.
pub type Words = Small<4>;
/// What operations work with: room for the product of two short numbers.
pub type Temp = Small<12>;

impl<const N: usize> Default for Small<N> {
    fn default() -> Self {
        Self::zero()
    }
}

impl<const N: usize> Small<N> {
    /// Zero.
    pub const fn zero() -> Self {
        Small { len: 1, inline: [0; N], heap: Vec::new() }
    }

    /// One word.
    pub fn from_word(word: u64) -> Self {
        if word < BASE {
            let mut new = Self::zero();
            new.inline[0] = word;
            return new;
        }
        Self::from_slice(&[word - BASE, 1])
    }

    /// From a number below the base's square.
    #[inline]
    pub fn from_two_words(number: u128) -> Self {
        let mut new = Self::zero();
        if number < BASE as u128 {
            new.inline[0] = number as u64;
        } else {
            (new.inline[1], new.inline[0]) = split(number);
            new.len = 2;
        }
        new
    }

    /// The only word of a number that has one.
    #[inline]
    pub fn single(&self) -> Option<u64> {
        if self.len == 1 { Some(self.inline[0]) } else { None }
    }

    /// From words that may have leading zeros.
    pub fn from_slice(words: &[u64]) -> Self {
        let words = trim(words);
        let mut new = Self::zero();
        if words.len() <= N {
            new.len = words.len().max(1);
            new.inline[..words.len()].copy_from_slice(words);
        } else {
            new.heap = words.to_vec();
            new.len = words.len();
        }
        new
    }

    /// From words that may have leading zeros.
    pub fn from_vec(mut words: Vec<u64>) -> Self {
        words.truncate(trim(&words).len());
        if words.len() <= N {
            return Self::from_slice(&words);
        }
        Small { len: words.len(), inline: [0; N], heap: words }
    }

    /// `len` zeros to be filled in; `fix` afterwards.
    fn zeros(len: usize) -> Self {
        let mut new = Self::zero();
        new.len = len;
        if len > N {
            new.heap = vec![0; len];
        }
        new
    }

    /// The words.
    #[inline]
    pub fn as_slice(&self) -> &[u64] {
        if self.len <= N { &self.inline[..self.len] } else { &self.heap }
    }

    #[inline]
    fn as_mut(&mut self) -> &mut [u64] {
        if self.len <= N { &mut self.inline[..self.len] } else { &mut self.heap }
    }

    /// Takes leading zeros off.
    fn fix(&mut self) {
        let used = trim(self.as_slice()).len().max(1);
        if used == self.len {
            return;
        }
        if self.len > N {
            self.heap.truncate(used);
            if used <= N {
                let heap = std::mem::take(&mut self.heap);
                self.inline = [0; N];
                self.inline[..used].copy_from_slice(&heap);
            }
        }
        self.len = used;
    }

    /// Zero?
    #[inline]
    pub fn is_zero(&self) -> bool {
        self.len == 1 && self.as_slice()[0] == 0
    }

    /// Number of decimal digits; zero has one.
    #[inline]
    pub fn digits(&self) -> i64 {
        digits(self.as_slice())
    }

    /// The least significant digit.
    #[inline]
    pub fn last_digit(&self) -> u64 {
        self.as_slice()[0] % 10
    }

    /// Adds one.
    pub fn increment(&mut self) {
        for word in self.as_mut() {
            if *word < BASE - 1 {
                *word += 1;
                return;
            }
            *word = 0;
        }
        let mut words = self.as_slice().to_vec();
        words.push(1);
        *self = Self::from_vec(words);
    }

    /// The same number in another size.
    #[inline]
    pub fn resized<const M: usize>(self) -> Small<M> {
        if self.len <= N { Small::from_slice(self.as_slice()) } else { Small::from_vec(self.heap) }
    }

    /// Words on the heap: none while the number is short.
    pub fn heap_words(&self) -> usize {
        self.heap.len()
    }
}

fn trim(words: &[u64]) -> &[u64] {
    let used = words.iter().rposition(|&w| w != 0).map_or(0, |i| i + 1);
    &words[..used]
}

/// Number of decimal digits of a word.
#[inline]
pub fn word_digits(word: u64) -> usize {
    word.checked_ilog10().unwrap_or(0) as usize + 1
}

/// Number of decimal digits; zero has one.
#[inline]
pub fn digits(words: &[u64]) -> i64 {
    match words.split_last() {
        Some((&top, rest)) => (rest.len() * WORD_DIGITS + word_digits(top)) as i64,
        None => 1,
    }
}

const RECIPROCAL: u64 = (u128::MAX / BASE as u128 - (1u128 << 64)) as u64;

/// Quotient and rest by the base, for numbers below its square (Möller and Granlund's division by an invariant).
#[inline(always)]
fn split(x: u128) -> (u64, u64) {
    let (high, low) = ((x >> 64) as u64, x as u64);
    let q = (RECIPROCAL as u128 * high as u128).wrapping_add(x);
    let mut q1 = ((q >> 64) as u64).wrapping_add(1);
    let mut r = low.wrapping_sub(q1.wrapping_mul(BASE));
    if r > q as u64 {
        q1 = q1.wrapping_sub(1);
        r = r.wrapping_add(BASE);
    }
    if r >= BASE {
        q1 = q1.wrapping_add(1);
        r -= BASE;
    }
    (q1, r)
}

/// Ordering of two numbers.
pub fn compare(a: &[u64], b: &[u64]) -> Ordering {
    let (a, b) = (trim(a), trim(b));
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

/// Sum.
pub fn add(a: &[u64], b: &[u64]) -> Temp {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let mut out = Temp::zeros(long.len() + 1);
    let words = out.as_mut();
    let mut carry = 0;
    for (i, word) in long.iter().enumerate() {
        // Below 2 × 10^19, which may pass 2^64.
        let (mut sum, wrapped) = word.overflowing_add(short.get(i).copied().unwrap_or(0) + carry);
        carry = u64::from(wrapped || sum >= BASE);
        if carry != 0 {
            sum = sum.wrapping_sub(BASE);
        }
        words[i] = sum;
    }
    words[long.len()] = carry;
    out.fix();
    out
}

/// Difference, for a ≥ b.
pub fn sub(a: &[u64], b: &[u64]) -> Temp {
    let mut out = Temp::zeros(a.len().max(1));
    let words = out.as_mut();
    let mut borrow = 0;
    for (i, &word) in a.iter().enumerate() {
        let minus = b.get(i).copied().unwrap_or(0) + borrow;
        borrow = u64::from(word < minus);
        words[i] = if borrow != 0 { word.wrapping_sub(minus).wrapping_add(BASE) } else { word - minus };
    }
    out.fix();
    out
}

/// Above this many words Karatsuba's way is shorter.
const KARATSUBA: usize = 64;

/// From this many words on columns are shorter than rows.
const COLUMNS: usize = 6;

/// The product of two numbers. `out` has as many words as both together, all zero.
fn mul_into(out: &mut [u64], a: &[u64], b: &[u64]) {
    if a.len().min(b.len()) < COLUMNS { mul_rows(out, a, b) } else { mul_columns(out, a, b) }
}

fn mul_rows(out: &mut [u64], a: &[u64], b: &[u64]) {
    for (i, &x) in a.iter().enumerate() {
        if x == 0 {
            continue;
        }
        let mut carry = 0;
        for (j, &y) in b.iter().enumerate() {
            let (q, r) = split(u128::from(x) * u128::from(y) + u128::from(out[i + j]) + u128::from(carry));
            out[i + j] = r;
            carry = q;
        }
        add_at(out, i + b.len(), carry);
    }
}

/// Sums the products of a column up in binary and takes the sum apart once.
fn mul_columns(out: &mut [u64], a: &[u64], b: &[u64]) {
    const LOW: u128 = u64::MAX as u128;
    let mut carry = 0u128;
    for (k, word) in out.iter_mut().enumerate() {
        let (first, end) = ((k + 1).saturating_sub(b.len()), (k + 1).min(a.len()));
        // Two sums instead of one of three words: additions with carry, none of which waits for another's flag.
        let (mut low, mut high) = (carry & LOW, carry >> 64);
        if first < end {
            for (&x, &y) in a[first..end].iter().zip(b[k + 1 - end..k + 1 - first].iter().rev()) {
                let product = u128::from(x) * u128::from(y);
                low += product & LOW;
                high += product >> 64;
            }
        }
        high += low >> 64;
        // A column has far fewer products than the base is big: `high` is below the base's square, and so is what follows.
        let (upper, middle) = split(high);
        let (lower, rest) = split(u128::from(middle) << 64 | low & LOW);
        (*word, carry) = (rest, u128::from(upper) << 64 | u128::from(lower));
    }
}

fn add_at(out: &mut [u64], mut at: usize, mut carry: u64) {
    while carry != 0 {
        let (sum, wrapped) = out[at].overflowing_add(carry);
        if wrapped || sum >= BASE {
            out[at] = sum.wrapping_sub(BASE);
            carry = 1;
        } else {
            out[at] = sum;
            carry = 0;
        }
        at += 1;
    }
}

/// Adds `words` to `out` from place `at` on.
fn add_words_at(out: &mut [u64], at: usize, words: &[u64]) {
    for (i, &word) in words.iter().enumerate() {
        add_at(out, at + i, word);
    }
}

fn karatsuba(a: &[u64], b: &[u64]) -> Vec<u64> {
    let mut out = vec![0; a.len() + b.len()];
    let (a, b) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    if b.len() < KARATSUBA {
        mul_into(&mut out, a, b);
        return out;
    }
    if b.len() * 2 <= a.len() {
        // Unlike lengths: in pieces of the shorter one's.
        for (i, piece) in a.chunks(b.len()).enumerate() {
            let product = karatsuba(piece, b);
            add_words_at(&mut out, i * b.len(), trim(&product));
        }
        return out;
    }
    let half = a.len().div_ceil(2);
    let (a0, a1) = a.split_at(half);
    let (b0, b1) = b.split_at(half.min(b.len()));
    let (low, high) = (karatsuba(a0, b0), karatsuba(a1, b1));
    let (sum_a, sum_b) = (add(a0, a1), add(b0, b1));
    let middle = karatsuba(sum_a.as_slice(), sum_b.as_slice());
    let middle = sub(trim(&middle), trim(&low));
    let middle = sub(middle.as_slice(), trim(&high));
    add_words_at(&mut out, 0, trim(&low));
    add_words_at(&mut out, 2 * half, trim(&high));
    add_words_at(&mut out, half, trim(middle.as_slice()));
    out
}

/// Product.
pub fn mul(a: &[u64], b: &[u64]) -> Temp {
    if a.len() >= KARATSUBA && b.len() >= KARATSUBA {
        return Temp::from_vec(karatsuba(a, b));
    }
    let mut out = Temp::zeros(a.len() + b.len());
    mul_into(out.as_mut(), a, b);
    out.fix();
    out
}

/// Quotient and rest by a word.
fn divrem_word(a: &[u64], b: u64) -> (Temp, u64) {
    let mut out = Temp::zeros(a.len().max(1));
    let words = out.as_mut();
    let mut rest = 0u64;
    for (i, &word) in a.iter().enumerate().rev() {
        let x = u128::from(rest) * u128::from(BASE) + u128::from(word);
        words[i] = (x / u128::from(b)) as u64;
        rest = (x % u128::from(b)) as u64;
    }
    out.fix();
    (out, rest)
}

/// Product with a word, which is below the base.
fn mul_word(a: &[u64], b: u64) -> Temp {
    let mut out = Temp::zeros(a.len() + 1);
    let words = out.as_mut();
    let mut carry = 0;
    for (i, &word) in a.iter().enumerate() {
        let (q, r) = split(u128::from(word) * u128::from(b) + u128::from(carry));
        words[i] = r;
        carry = q;
    }
    words[a.len()] = carry;
    out.fix();
    out
}

/// Quotient and rest; the divisor is not zero (Knuth's algorithm D).
pub fn divrem(a: &[u64], b: &[u64]) -> (Temp, Temp) {
    let (a, b) = (trim(a), trim(b));
    if compare(a, b) == Ordering::Less {
        return (Temp::zero(), Temp::from_slice(a));
    }
    if let [b] = b {
        let (quotient, rest) = divrem_word(a, *b);
        return (quotient, Temp::from_word(rest));
    }
    let Some(&top) = b.last() else { return (Temp::zero(), Temp::zero()) };
    let factor = BASE / (top + 1);
    let v = mul_word(b, factor);
    let v = v.as_slice();
    let n = v.len();
    let scaled = mul_word(a, factor);
    let mut u = Temp::zeros(a.len() + 1);
    u.as_mut()[..scaled.as_slice().len()].copy_from_slice(scaled.as_slice());
    let u_words = u.as_mut();
    let m = a.len() - n;
    let mut quotient = Temp::zeros(m + 1);
    let base = u128::from(BASE);
    for j in (0..=m).rev() {
        let numerator = u128::from(u_words[j + n]) * base + u128::from(u_words[j + n - 1]);
        let mut q = numerator / u128::from(v[n - 1]);
        let mut r = numerator % u128::from(v[n - 1]);
        while q >= base || q * u128::from(v[n - 2]) > r * base + u128::from(u_words[j + n - 2]) {
            q -= 1;
            r += u128::from(v[n - 1]);
            if r >= base {
                break;
            }
        }
        let mut q = q as u64;
        // Subtract the multiple.
        let (mut carry, mut borrow) = (0u64, 0u64);
        for i in 0..n {
            let (high, low) = split(u128::from(q) * u128::from(v[i]) + u128::from(carry));
            carry = high;
            let minus = low + borrow;
            let word = u_words[i + j];
            borrow = u64::from(word < minus);
            u_words[i + j] =
                if borrow != 0 { word.wrapping_sub(minus).wrapping_add(BASE) } else { word - minus };
        }
        let minus = carry + borrow;
        let word = u_words[j + n];
        if word < minus {
            // One too many: add the divisor back.
            q -= 1;
            let mut carry = 0;
            for i in 0..n {
                let (mut sum, wrapped) = u_words[i + j].overflowing_add(v[i] + carry);
                carry = u64::from(wrapped || sum >= BASE);
                if carry != 0 {
                    sum = sum.wrapping_sub(BASE);
                }
                u_words[i + j] = sum;
            }
            u_words[j + n] = word.wrapping_sub(minus).wrapping_add(carry);
        } else {
            u_words[j + n] = word - minus;
        }
        quotient.as_mut()[j] = q;
    }
    quotient.fix();
    let rest = divrem_word(trim(&u.as_slice()[..n]), factor).0;
    (quotient, rest)
}

/// More digits than this are not computed: they would hardly fit into memory.
pub const MAX_SHIFT: i64 = 1 << 30;

thread_local! {
    static TOO_LONG: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Whether a number since the last question would have become too long. Its value was then replaced by zero.
pub fn take_failure() -> bool {
    TOO_LONG.replace(false)
}

/// `a × 10^n`.
pub fn shift_left(a: &[u64], n: i64) -> Temp {
    let a = trim(a);
    if a.is_empty() {
        return Temp::zero();
    }
    if n > MAX_SHIFT {
        TOO_LONG.set(true);
        return Temp::zero();
    }
    let (words, digits) = (n as usize / WORD_DIGITS, n as usize % WORD_DIGITS);
    let scaled = if digits == 0 { Temp::from_slice(a) } else { mul_word(a, POW10[digits]) };
    if words == 0 {
        return scaled;
    }
    let scaled = scaled.as_slice();
    let mut out = Temp::zeros(scaled.len() + words);
    out.as_mut()[words..].copy_from_slice(scaled);
    out
}

/// `a ÷ 10^n` rounded down, and what rounding needs to know of the rest: its first digit, raised by one when that is 0 or 5 and
/// something follows.
pub fn shift_right(a: &[u64], n: i64) -> (Temp, u8) {
    if n == 0 {
        return (Temp::from_slice(a), 0);
    }
    let total = digits(a);
    let zero = compare(a, &[]) == Ordering::Equal;
    if n > total || zero {
        return (Temp::zero(), u8::from(!zero));
    }
    // The digit below the cut, and whether anything stands below that.
    let place = n as usize - 1;
    let (word, digit) = (place / WORD_DIGITS, place % WORD_DIGITS);
    let first = (a[word] / POW10[digit] % 10) as u8;
    let follows = !a[word].is_multiple_of(POW10[digit]) || a[..word].iter().any(|&w| w != 0);
    let rounding = first + u8::from((first == 0 || first == 5) && follows);
    let (words, digits) = (n as usize / WORD_DIGITS, n as usize % WORD_DIGITS);
    let rest = &a[words.min(a.len())..];
    if rest.is_empty() {
        return (Temp::zero(), rounding);
    }
    if digits == 0 {
        return (Temp::from_slice(rest), rounding);
    }
    let mut out = Temp::zeros(rest.len());
    let target = out.as_mut();
    let (low, high) = (POW10[digits], POW10[WORD_DIGITS - digits]);
    for i in 0..rest.len() {
        let upper = rest.get(i + 1).copied().unwrap_or(0);
        target[i] = rest[i] / low + upper % low * high;
    }
    out.fix();
    (out, rounding)
}

/// Zeros at the end of a number that is not zero.
pub fn trailing_zeros(a: &[u64]) -> i64 {
    let mut zeros = 0;
    for &word in a {
        if word != 0 {
            let mut word = word;
            while word % 10 == 0 {
                word /= 10;
                zeros += 1;
            }
            return zeros;
        }
        zeros += WORD_DIGITS as i64;
    }
    0
}

/// The low `n` digits.
pub fn low_digits(a: &[u64], n: i64) -> Temp {
    let (words, digits) = (n as usize / WORD_DIGITS, n as usize % WORD_DIGITS);
    if words >= a.len() {
        return Temp::from_slice(a);
    }
    let mut out = a[..words + 1].to_vec();
    out[words] %= POW10[digits];
    Temp::from_vec(out)
}

/// The digits as text.
pub fn to_text(a: &[u64]) -> String {
    use std::fmt::Write;
    let a = trim(a);
    let Some((top, rest)) = a.split_last() else { return "0".to_owned() };
    let mut text = String::with_capacity(a.len() * WORD_DIGITS);
    // Writing to a string cannot fail.
    let _ = write!(text, "{top}");
    for word in rest.iter().rev() {
        let _ = write!(text, "{word:019}");
    }
    text
}

/// A number of ASCII digits.
pub fn from_text(digits: &[u8]) -> Temp {
    let mut words = Vec::with_capacity(digits.len() / WORD_DIGITS + 1);
    for chunk in digits.rchunks(WORD_DIGITS) {
        words.push(chunk.iter().fold(0, |word, &c| word * 10 + u64::from(c.wrapping_sub(b'0'))));
    }
    Temp::from_vec(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Temp {
        from_text(text.as_bytes())
    }

    #[test]
    fn splitting() {
        for (a, b) in [(BASE - 1, BASE - 1), (1, 1), (BASE / 2, BASE / 3), (0, 5)] {
            let x = u128::from(a) * u128::from(b) + u128::from(BASE - 1);
            assert_eq!(split(x), ((x / u128::from(BASE)) as u64, (x % u128::from(BASE)) as u64));
        }
    }

    #[test]
    fn columns_equal_rows() {
        for (m, n) in [(6, 6), (7, 30), (64, 64), (63, 200), (9, 8)] {
            for fill in [BASE - 1, 1, 1234567890123456789] {
                let (a, b) = (vec![BASE - 1; m], vec![fill; n]);
                let (mut rows, mut columns) = (vec![0; m + n], vec![0; m + n]);
                mul_rows(&mut rows, &a, &b);
                mul_columns(&mut columns, &a, &b);
                assert_eq!(rows, columns);
                assert_eq!(karatsuba(&a, &b), rows);
            }
        }
    }

    #[test]
    fn division_inverts_multiplication() {
        let mut seed = 12345u64;
        let mut next = |n: usize| {
            let text: String = (0..n)
                .map(|_| {
                    seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    // Many nines and zeros: the hard cases of division.
                    match seed >> 60 {
                        0..6 => '9',
                        6..12 => '0',
                        d => char::from(b'0' + (d % 10) as u8),
                    }
                })
                .collect();
            number(&format!("1{text}"))
        };
        for (m, n) in [(5, 5), (30, 20), (100, 40), (200, 100), (2000, 1500), (400, 38), (76, 57), (3000, 40)]
        {
            for _ in 0..50 {
                let (a, b) = (next(m), next(n));
                let (q, r) = divrem(a.as_slice(), b.as_slice());
                let back = add(mul(q.as_slice(), b.as_slice()).as_slice(), r.as_slice());
                assert_eq!(to_text(back.as_slice()), to_text(a.as_slice()));
                assert!(compare(r.as_slice(), b.as_slice()).is_lt());
            }
        }
    }

    #[test]
    fn shifting() {
        let a = number("123456789012345678901234567890");
        assert_eq!(
            to_text(shift_left(a.as_slice(), 25).as_slice()),
            "123456789012345678901234567890".to_owned() + &"0".repeat(25)
        );
        let (b, rounding) = shift_right(a.as_slice(), 5);
        assert_eq!((to_text(b.as_slice()), rounding), ("1234567890123456789012345".to_owned(), 6));
        assert_eq!(shift_right(number("15").as_slice(), 1).1, 5);
        assert_eq!(shift_right(number("1501").as_slice(), 3).1, 6);
        assert_eq!(shift_right(number("1001").as_slice(), 4).1, 1);
        assert_eq!(shift_right(number("1001").as_slice(), 9).1, 1);
        assert_eq!(trailing_zeros(shift_left(&[7], 40).as_slice()), 40);
    }
}
