//! Sums of floats without accumulated error: exact sums, dot products in triple length, Euclidean norms.

/// A running exact sum: partial sums that do not overlap, least first (Shewchuk).
#[derive(Clone, Debug, Default)]
pub struct ExactSum {
    partials: Vec<f64>,
    special: f64,
    infinities: f64,
}

/// Why an exact sum has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SumError {
    /// A partial sum overflowed.
    Overflow,
    /// Infinities of both signs.
    OppositeInfinities,
}

impl ExactSum {
    /// Nothing summed yet.
    pub fn new() -> ExactSum {
        ExactSum::default()
    }

    /// Adds one value.
    pub fn add(&mut self, value: f64) -> Result<(), SumError> {
        let mut x = value;
        let mut kept = 0;
        for j in 0..self.partials.len() {
            let mut y = self.partials[j];
            if x.abs() < y.abs() {
                core::mem::swap(&mut x, &mut y);
            }
            let hi = x + y;
            let lo = y - (hi - x);
            if lo != 0.0 {
                self.partials[kept] = lo;
                kept += 1;
            }
            x = hi;
        }
        self.partials.truncate(kept);
        if x != 0.0 {
            if !x.is_finite() {
                if value.is_finite() {
                    return Err(SumError::Overflow);
                }
                if value.is_infinite() {
                    self.infinities += value;
                }
                self.special += value;
                self.partials.clear();
            } else {
                self.partials.push(x);
            }
        }
        Ok(())
    }

    /// The sum, rounded once.
    pub fn finish(mut self) -> Result<f64, SumError> {
        if self.special != 0.0 {
            return if self.infinities.is_nan() {
                Err(SumError::OppositeInfinities)
            } else {
                Ok(self.special)
            };
        }
        let Some(mut hi) = self.partials.pop() else { return Ok(0.0) };
        let mut lo = 0.0;
        while let Some(y) = self.partials.pop() {
            let x = hi;
            hi = x + y;
            lo = y - (hi - x);
            if lo != 0.0 {
                break;
            }
        }
        // Half-way cases go by the sign of what lies below.
        if let Some(&below) = self.partials.last()
            && ((lo < 0.0 && below < 0.0) || (lo > 0.0 && below > 0.0))
        {
            let y = lo * 2.0;
            let x = hi + y;
            if y == x - hi {
                hi = x;
            }
        }
        Ok(hi)
    }
}

/// `a + b` and its rounding error, for |a| ≥ |b|.
#[inline]
fn fast_two_sum(a: f64, b: f64) -> (f64, f64) {
    let x = a + b;
    (x, (a - x) + b)
}

/// `a + b` and its rounding error.
#[inline]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let x = a + b;
    let z = x - a;
    (x, (a - (x - z)) + (b - z))
}

/// `a × b` and its rounding error.
#[inline]
fn two_product(a: f64, b: f64) -> (f64, f64) {
    let z = a * b;
    (z, a.mul_add(b, -z))
}

/// A dot product in triple length.
#[derive(Clone, Copy, Debug, Default)]
pub struct DotProduct {
    hi: f64,
    lo: f64,
    tiny: f64,
}

impl DotProduct {
    /// The sum with `x × y` added; `None` when it is no longer finite.
    #[inline]
    pub fn with(self, x: f64, y: f64) -> Option<DotProduct> {
        let (product, product_error) = two_product(x, y);
        let (hi, sum_error) = two_sum(self.hi, product);
        let (r1, e1) = two_sum(self.lo, product_error);
        let (lo, e2) = two_sum(r1, sum_error);
        hi.is_finite().then_some(DotProduct { hi, lo, tiny: self.tiny + e1 + e2 })
    }

    /// Rounded to a float.
    pub fn value(self) -> f64 {
        let (last_hi, last_lo) = two_sum(self.lo, self.tiny);
        let (hi, lo) = two_sum(self.hi, last_hi);
        hi + (lo + last_lo)
    }
}

/// The Euclidean norm of non-negative numbers, which it scales in place.
pub fn norm(values: &mut [f64]) -> f64 {
    let mut max = 0.0f64;
    let mut nan = false;
    for &x in values.iter() {
        nan |= x.is_nan();
        if x > max {
            max = x;
        }
    }
    scaled_norm(values, max, nan)
}

fn scaled_norm(values: &mut [f64], max: f64, nan: bool) -> f64 {
    if max.is_infinite() {
        return max;
    }
    if nan {
        return f64::NAN;
    }
    if max == 0.0 || values.len() <= 1 {
        return max;
    }
    if max < f64::MIN_POSITIVE / 4.0 {
        values.iter_mut().for_each(|x| *x /= f64::MIN_POSITIVE);
        return f64::MIN_POSITIVE * scaled_norm(values, max / f64::MIN_POSITIVE, nan);
    }
    // The power of two that brings `max` into [0.5, 1). `max` may be subnormal by two bits.
    let exponent =
        if max < f64::MIN_POSITIVE / 2.0 { -1023 } else { ((max.to_bits() >> 52) & 0x7ff) as i32 - 1022 };
    let scale = power_of_two(-exponent);
    let (mut sum, mut frac1, mut frac2) = (1.0, 0.0, 0.0);
    for &x in values.iter() {
        let x = x * scale;
        let (square, error) = two_product(x, x);
        let (s, e) = fast_two_sum(sum, square);
        sum = s;
        frac1 += error;
        frac2 += e;
    }
    let mut h = (sum - 1.0 + (frac1 + frac2)).sqrt();
    let (square, error) = two_product(-h, h);
    let (s, e) = fast_two_sum(sum, square);
    sum = s;
    frac1 += error;
    frac2 += e;
    let x = sum - 1.0 + (frac1 + frac2);
    h += x / (2.0 * h);
    h / scale
}

/// 2^n for every n that gives a finite number, subnormal ones included.
fn power_of_two(n: i32) -> f64 {
    if n >= -1022 {
        f64::from_bits(((n + 1023) as u64) << 52)
    } else {
        f64::from_bits(1 << (n + 1074).max(0))
    }
}
