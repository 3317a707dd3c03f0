//! Contexts: precision, exponent range, rounding; and the conditions that operations report.

/// Largest precision.
pub const MAX_PREC: i64 = 999_999_999_999_999_999;
/// Largest exponent.
pub const MAX_EMAX: i64 = 999_999_999_999_999_999;
/// Smallest exponent of a normal number.
pub const MIN_EMIN: i64 = -999_999_999_999_999_999;
/// Smallest exponent of all.
pub const MIN_ETINY: i64 = MIN_EMIN - (MAX_PREC - 1);

/// Conditions, as bits; those that belong to "invalid operation" are told apart.
#[allow(missing_docs)]
pub mod status {
    pub const CLAMPED: u32 = 1;
    pub const CONVERSION_SYNTAX: u32 = 2;
    pub const DIVISION_BY_ZERO: u32 = 4;
    pub const DIVISION_IMPOSSIBLE: u32 = 8;
    pub const DIVISION_UNDEFINED: u32 = 0x10;
    pub const FLOAT_OPERATION: u32 = 0x400;
    pub const INEXACT: u32 = 0x40;
    pub const INVALID_CONTEXT: u32 = 0x80;
    pub const INVALID_OPERATION: u32 = 0x100;
    pub const MALLOC_ERROR: u32 = 0x200;
    pub const NOT_IMPLEMENTED: u32 = 0x400;
    pub const OVERFLOW: u32 = 0x800;
    pub const ROUNDED: u32 = 0x1000;
    pub const SUBNORMAL: u32 = 0x2000;
    pub const UNDERFLOW: u32 = 0x4000;
    /// Everything that counts as an invalid operation.
    pub const INVALID: u32 = CONVERSION_SYNTAX
        | DIVISION_IMPOSSIBLE
        | DIVISION_UNDEFINED
        | INVALID_CONTEXT
        | INVALID_OPERATION
        | MALLOC_ERROR;
    /// What quiet operations still report.
    pub const ERRORS: u32 = INVALID | DIVISION_BY_ZERO;
}

/// How results are rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Rounding {
    Up,
    Down,
    Ceiling,
    Floor,
    HalfUp,
    HalfDown,
    HalfEven,
    ZeroFiveUp,
}

impl Rounding {
    /// In the order of their numbers.
    pub const ALL: [(Rounding, &'static str); 8] = [
        (Rounding::Up, "ROUND_UP"),
        (Rounding::Down, "ROUND_DOWN"),
        (Rounding::Ceiling, "ROUND_CEILING"),
        (Rounding::Floor, "ROUND_FLOOR"),
        (Rounding::HalfUp, "ROUND_HALF_UP"),
        (Rounding::HalfDown, "ROUND_HALF_DOWN"),
        (Rounding::HalfEven, "ROUND_HALF_EVEN"),
        (Rounding::ZeroFiveUp, "ROUND_05UP"),
    ];

    /// Python's name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(r, _)| *r == self).map_or("", |(_, name)| name)
    }

    /// Does a coefficient grow by one, given its last digit and what was cut off (see `words::shift_right`)?
    #[inline]
    pub fn increments(self, cut: u8, last: u64, negative: bool) -> bool {
        match self {
            Rounding::Down => false,
            Rounding::HalfUp => cut >= 5,
            Rounding::HalfEven => cut > 5 || (cut == 5 && last % 2 == 1),
            Rounding::HalfDown => cut > 5,
            Rounding::Ceiling => cut != 0 && !negative,
            Rounding::Floor => cut != 0 && negative,
            Rounding::Up => cut != 0,
            Rounding::ZeroFiveUp => cut != 0 && last.is_multiple_of(5),
        }
    }
}

/// What an operation needs to know, and where it reports.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// Digits of results.
    pub prec: i64,
    /// Largest adjusted exponent.
    pub emax: i64,
    /// Smallest adjusted exponent of normal numbers.
    pub emin: i64,
    /// Rounding.
    pub rounding: Rounding,
    /// Exponents stay at or below `etop`.
    pub clamp: bool,
    /// Conditions met so far.
    pub status: u32,
}

impl Context {
    /// The widest context.
    pub fn max() -> Context {
        Context {
            prec: MAX_PREC,
            emax: MAX_EMAX,
            emin: MIN_EMIN,
            rounding: Rounding::HalfEven,
            clamp: false,
            status: 0,
        }
    }

    /// Smallest exponent.
    pub fn etiny(&self) -> i64 {
        self.emin - (self.prec - 1)
    }

    /// Largest exponent of a number with all digits.
    pub fn etop(&self) -> i64 {
        self.emax - (self.prec - 1)
    }

    /// Notes a condition.
    #[inline]
    pub fn raise(&mut self, status: u32) {
        self.status |= status;
    }
}
