//! `int`: CPython's 30-bit-digit layout with `lv_tag`, small ints −5…256 as immortal statics. `arithmetic.rs` has the operators,
//! `medium.rs` ints of few digits, `methods.rs` the methods, `text.rs` construction from and conversion to text. Digit arithmetic itself is `krait-numeric`'s.

mod arithmetic;
mod medium;
mod methods;
pub use methods::int_of;
pub mod text;

use core::cell::Cell;

use krait_macros::pyclass;
use krait_numeric::digits::{self, Int, IntRef};

use crate::error::PyResult;
use crate::memory;
use crate::number_blocks::BLOCK_BYTES;
use crate::object::{PyObject, Static};
use crate::objects::PyBool;
use crate::objects::r#type::flags;
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};

/// Bits in a digit.
pub const SHIFT: u32 = 30;
const MASK: u32 = (1 << SHIFT) - 1;
const SIGN_ZERO: usize = 1;
const SIGN_NEGATIVE: usize = 2;

/// `PyLongObject`. `lv_tag` = digit count << 3 | sign (0 positive, 1 zero, 2 negative).
#[pyclass(name = "int", basetype, match_self, manual, itemsize = 4, basicsize = 24, flags = flags::LONG_SUBCLASS)]
#[repr(C)]
pub struct PyInt {
    pub(crate) ob_base: PyObject,
    pub(crate) lv_tag: Cell<usize>,
    pub(crate) ob_digit: [u32; 1],
}

const fn immortal(value: i32) -> PyInt {
    let tag = if value == 0 {
        SIGN_ZERO
    } else if value < 0 {
        1 << 3 | SIGN_NEGATIVE
    } else {
        1 << 3
    };
    PyInt {
        ob_base: PyObject::immortal(core::ptr::null()),
        lv_tag: Cell::new(tag),
        ob_digit: [value.unsigned_abs()],
    }
}

/// How many small negative ints are immortal statics.
const SMALL_NEGATIVE: i64 = 5;
/// One past the largest small int.
const SMALL_END: i64 = 257;
const SMALL_COUNT: usize = (SMALL_NEGATIVE + SMALL_END) as usize;

#[allow(clippy::indexing_slicing, reason = "evaluated at compile time")]
static SMALL: Static<[PyInt; SMALL_COUNT]> = Static({
    let mut table = [const { immortal(0) }; SMALL_COUNT];
    let mut i = 0;
    while i < SMALL_COUNT {
        table[i] = immortal(i as i32 - SMALL_NEGATIVE as i32);
        i += 1;
    }
    table
});
static TRUE: Static<PyInt> = Static(immortal(1));
static FALSE: Static<PyInt> = Static(immortal(0));

/// Gives the immortal statics their types; called once at start-up.
pub(crate) fn init() {
    for n in SMALL.iter() {
        n.set_type_ptr(PyInt::type_object());
    }
    TRUE.set_type_ptr(PyBool::type_object());
    FALSE.set_type_ptr(PyBool::type_object());
}

impl PyInt {
    #[inline(always)]
    pub(crate) fn true_object() -> &'static PyObject {
        &TRUE.0.ob_base
    }

    #[inline(always)]
    pub(crate) fn false_object() -> &'static PyObject {
        &FALSE.0.ob_base
    }

    /// The immortal int of a small value.
    #[inline(always)]
    pub fn small(value: i64) -> Option<&'static PyInt> {
        if (-SMALL_NEGATIVE..SMALL_END).contains(&value) {
            SMALL.get((value + SMALL_NEGATIVE) as usize)
        } else {
            None
        }
    }

    /// An int of this value.
    #[inline]
    pub fn new(py: Py<'_>, value: i64) -> PyResult<Ref<PyInt>> {
        if let Some(n) = PyInt::small(value) {
            return Ok(n.new_ref());
        }
        let magnitude = value.unsigned_abs();
        if magnitude < 1 << SHIFT {
            return PyInt::compact(py, value < 0, magnitude as u32);
        }
        if magnitude < 1 << (2 * SHIFT) {
            return PyInt::two_digits(py, value < 0, magnitude);
        }
        PyInt::from_u64_signed(py, value < 0, magnitude)
    }

    /// A one-digit int that is not small.
    #[inline(always)]
    fn compact(py: Py<'_>, negative: bool, digit: u32) -> PyResult<Ref<PyInt>> {
        // SAFETY: an int has room for one digit; the tag says so.
        unsafe {
            let op = PyInt::block(py)?;
            (*op).lv_tag.set(1 << 3 | if negative { SIGN_NEGATIVE } else { 0 });
            (&raw mut (*op).ob_digit).cast::<u32>().write(digit);
            Ok(Ref::from_owned(op))
        }
    }

    /// An int of 2^30 to 2^60 − 1.
    #[inline]
    fn two_digits(py: Py<'_>, negative: bool, magnitude: u64) -> PyResult<Ref<PyInt>> {
        // SAFETY: a block has room for two digits; the tag says so.
        unsafe {
            let op = PyInt::block(py)?;
            (*op).lv_tag.set(2 << 3 | if negative { SIGN_NEGATIVE } else { 0 });
            let digits = (&raw mut (*op).ob_digit).cast::<u32>();
            digits.write(magnitude as u32 & MASK);
            digits.add(1).write((magnitude >> SHIFT) as u32);
            Ok(Ref::from_owned(op))
        }
    }

    /// Memory for an exact int of up to two digits, with its head set.
    #[inline(always)]
    unsafe fn block(py: Py<'_>) -> PyResult<*mut PyInt> {
        // SAFETY: the block has room for the head and two digits.
        unsafe {
            if let Some(block) = py.thread().number_blocks.take() {
                PyObject::init(block, PyInt::type_object());
                return Ok(block.cast());
            }
            Ok(memory::alloc_sized(py, PyInt::type_object(), BLOCK_BYTES, 0)?.cast())
        }
    }

    /// Whether an exact int of so many digits lives in a block of `number_blocks`.
    #[inline(always)]
    pub(crate) fn fits_block(digits: usize) -> bool {
        digits <= 2
    }

    /// A one-digit int that is not small, in a dead number's memory; `None` when the value is another or there is none.
    #[inline(always)]
    pub fn recycled(py: Py<'_>, value: i64) -> Option<Ref<PyInt>> {
        let magnitude = value.unsigned_abs();
        if magnitude >= 1 << SHIFT {
            return None;
        }
        let block = py.thread().number_blocks.take()?;
        // SAFETY: the block has room for an int; all of its fields are set.
        unsafe {
            PyObject::init(block, PyInt::type_object());
            let op = block.cast::<PyInt>();
            (*op).lv_tag.set(1 << 3 | if value < 0 { SIGN_NEGATIVE } else { 0 });
            (&raw mut (*op).ob_digit).cast::<u32>().write(magnitude as u32);
            Some(Ref::from_owned(op))
        }
    }

    /// Gives an unshared compact int another value, unless that takes more than a digit or belongs to a small int: the interpreter
    /// reuses dying operands.
    ///
    /// # Safety
    /// An exact compact int, and nobody else holds a reference.
    #[inline(always)]
    pub unsafe fn set_compact(this: *mut PyInt, value: i64) -> bool {
        let magnitude = value.unsigned_abs();
        if magnitude >= 1 << SHIFT || (-SMALL_NEGATIVE..SMALL_END).contains(&value) {
            return false;
        }
        // SAFETY: by contract; a compact int has room for a digit.
        unsafe {
            (*this).lv_tag.set(1 << 3 | if value < 0 { SIGN_NEGATIVE } else { 0 });
            (&raw mut (*this).ob_digit).cast::<u32>().write(magnitude as u32);
        }
        true
    }

    fn from_u64_signed(py: Py<'_>, negative: bool, value: u64) -> PyResult<Ref<PyInt>> {
        let digits = [value as u32 & MASK, (value >> SHIFT) as u32 & MASK, (value >> (2 * SHIFT)) as u32];
        PyInt::from_digits(py, negative, &digits)
    }

    /// An int of this value.
    pub fn from_u64(py: Py<'_>, value: u64) -> PyResult<Ref<PyInt>> {
        match i64::try_from(value) {
            Ok(v) => PyInt::new(py, v),
            Err(_) => PyInt::from_u64_signed(py, false, value),
        }
    }

    /// An int of this value.
    pub fn from_i128(py: Py<'_>, value: i128) -> PyResult<Ref<PyInt>> {
        match i64::try_from(value) {
            Ok(v) => PyInt::new(py, v),
            Err(_) => PyInt::from_digits(py, value < 0, &digits::from_u128(value.unsigned_abs())),
        }
    }

    /// An int from sign and magnitude (30-bit digits, least significant first; leading zeros allowed).
    pub fn from_digits(py: Py<'_>, negative: bool, digits: &[u32]) -> PyResult<Ref<PyInt>> {
        let used = digits.iter().rposition(|&d| d != 0).map_or(0, |i| i + 1);
        let digits = digits.get(..used).unwrap_or_default();
        if let [] | [_] = digits {
            let magnitude = digits.first().map_or(0, |&d| i64::from(d));
            let value = if negative { -magnitude } else { magnitude };
            if let Some(n) = PyInt::small(value) {
                return Ok(n.new_ref());
            }
        }
        PyInt::of_type(py, PyInt::type_object(), negative, digits)
    }

    /// A new int object of `cls` with normalised digits.
    pub(crate) fn of_type(
        py: Py<'_>,
        cls: &crate::objects::PyType,
        negative: bool,
        digits: &[u32],
    ) -> PyResult<Ref<PyInt>> {
        let n = digits.len();
        // SAFETY: the block has room for the digits; the tag says how many there are. Subtypes go through their `tp_alloc`, which
        // sets up what stands around the digits.
        unsafe {
            let op = if core::ptr::eq(cls, PyInt::type_object()) {
                if PyInt::fits_block(n) {
                    PyInt::block(py)?.cast()
                } else {
                    let Some(size) = memory::object_size(cls, n) else { return Err(py.no_memory()) };
                    memory::alloc_sized(py, cls, size, 0)?
                }
            } else {
                let Some(alloc) = cls.tp_alloc.get() else { return Err(py.no_memory()) };
                crate::error::owned_or_raised(py, alloc(cls, n.max(1) as isize))?.into_raw()
            };
            let op = op.cast::<PyInt>();
            let sign = if n == 0 {
                SIGN_ZERO
            } else if negative {
                SIGN_NEGATIVE
            } else {
                0
            };
            (*op).lv_tag.set(n << 3 | sign);
            let target = (&raw mut (*op).ob_digit).cast::<u32>();
            target.write(0);
            core::ptr::copy_nonoverlapping(digits.as_ptr(), target, n);
            Ok(Ref::from_owned(op))
        }
    }

    /// An int from a kernel's result.
    pub fn from_int(py: Py<'_>, n: &Int) -> PyResult<Ref<PyInt>> {
        let n = n.as_ref();
        PyInt::from_digits(py, n.negative, n.digits)
    }

    /// Sign and digits, for the kernels.
    #[inline(always)]
    pub fn as_int_ref(&self) -> IntRef<'_> {
        IntRef::new(self.is_negative(), self.digits())
    }

    /// The magnitude, least significant 30-bit digit first; no digit for zero.
    #[inline(always)]
    pub fn digits(&self) -> &[u32] {
        // SAFETY: an int is allocated with as many digits as its tag says.
        unsafe {
            core::slice::from_raw_parts((&raw const self.ob_digit).cast::<u32>(), self.lv_tag.get() >> 3)
        }
    }

    /// At most one digit (`_PyLong_IsCompact`).
    #[inline(always)]
    pub fn is_compact(&self) -> bool {
        self.lv_tag.get() < 2 << 3
    }

    /// The value of a compact int.
    #[inline(always)]
    pub fn compact_value(&self) -> i64 {
        let [digit] = self.ob_digit;
        (1 - (self.lv_tag.get() & 3) as i64) * i64::from(digit)
    }

    /// The value when it is compact.
    #[inline(always)]
    pub fn as_compact(&self) -> Option<i64> {
        if self.is_compact() { Some(self.compact_value()) } else { None }
    }

    /// The value when it fits.
    #[inline]
    pub fn as_i64(&self) -> Option<i64> {
        match *self.digits() {
            [low, high] => {
                let v = (u64::from(low) | u64::from(high) << SHIFT) as i64;
                Some(if self.is_negative() { -v } else { v })
            }
            [_, _, ..] => self.as_int_ref().to_i64(),
            _ => Some(self.compact_value()),
        }
    }

    /// The value when it fits.
    pub fn as_u64(&self) -> Option<u64> {
        if self.is_negative() { None } else { digits::to_u64(self.digits()) }
    }

    /// The value when it fits.
    pub fn as_i128(&self) -> Option<i128> {
        let magnitude = i128::try_from(digits::to_u128(self.digits())?).ok()?;
        Some(if self.is_negative() { -magnitude } else { magnitude })
    }

    /// The low 64 bits in two's complement.
    pub fn as_u64_mask(&self) -> u64 {
        let low = self
            .digits()
            .iter()
            .take(3)
            .enumerate()
            .fold(0u64, |acc, (i, &d)| acc.wrapping_add(u64::from(d).wrapping_shl(SHIFT * i as u32)));
        if self.is_negative() { low.wrapping_neg() } else { low }
    }

    /// Below zero.
    #[inline(always)]
    pub fn is_negative(&self) -> bool {
        self.lv_tag.get() & 3 == SIGN_NEGATIVE
    }

    /// Zero.
    #[inline(always)]
    pub fn is_zero(&self) -> bool {
        self.lv_tag.get() & 3 == SIGN_ZERO
    }

    /// As a float; `OverflowError` "int too large to convert to float".
    pub fn to_f64(&self, py: Py<'_>) -> PyResult<f64> {
        if self.is_compact() {
            return Ok(self.compact_value() as f64);
        }
        match digits::to_f64(self.digits()) {
            Some(v) => Ok(if self.is_negative() { -v } else { v }),
            None => Err(raise!(py, OverflowError, "int too large to convert to float")),
        }
    }

    /// Number of bits of the magnitude.
    pub fn bit_length(&self) -> u64 {
        digits::bit_length(self.digits())
    }

    /// The hash: the value modulo 2^61 − 1, never −1.
    #[inline]
    pub fn hash_value(&self) -> isize {
        if self.is_compact() {
            let v = self.compact_value() as isize;
            return if v == -1 { -2 } else { v };
        }
        if let [low, high] = self.digits() {
            // Below the modulus; such numbers are what `id()` gives.
            let v = isize::from_ne_bytes((u64::from(*low) | u64::from(*high) << 30).to_ne_bytes());
            return if self.is_negative() { -v } else { v };
        }
        digits::hash(self.as_int_ref()) as isize
    }

    /// Ordering of two ints.
    #[inline]
    pub fn compare(&self, other: &PyInt) -> core::cmp::Ordering {
        if self.is_compact() && other.is_compact() {
            return self.compact_value().cmp(&other.compact_value());
        }
        match (self.is_negative(), other.is_negative()) {
            (false, true) => core::cmp::Ordering::Greater,
            (true, false) => core::cmp::Ordering::Less,
            (negative, _) => {
                let o = digits::cmp(self.digits(), other.digits());
                if negative { o.reverse() } else { o }
            }
        }
    }
}

/// Warns when `__index__`, `__int__` or kin returned a strict subclass of int.
pub fn warn_strict_subclass(py: Py<'_>, method: &str, result: &PyInt) -> PyResult<()> {
    py.warn(
        crate::objects::exceptions::types::DeprecationWarning(),
        &format!(
            "{method} returned non-int (type {}).  The ability to return an instance of a strict subclass of int is deprecated, \
             and may not be supported in a future version of Python.",
            result.ty().name()
        ),
        1,
    )
}
