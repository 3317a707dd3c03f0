//! `%`-formatting of `str` and of `bytes`: one reader of conversions, two writers.

use krait_macros::pymethods;
use krait_numeric::float_text::{self, Options, Style};

use super::{PyStr, StrBuilder, ascii_repr};
use crate::error::{PyResult, Raised};
use crate::object::PyObject;
use crate::objects::exceptions::types;
use crate::objects::{PyByteArray, PyBytes, PyFloat, PyInt, PyTuple};
use crate::protocol::buffer::Buffer;
use crate::py::Py;
use crate::reference::{PyClass, Ref};
use crate::{bail, id, raise};

/// A conversion: flags, width, precision and its letter.
#[derive(Clone, Copy, Default)]
struct Conversion {
    left: bool,
    plus: bool,
    blank: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
    letter: u32,
}

/// The most digits that a precision may ask of an integer: sign and prefix still fit a C `int` with them.
const MOST_DIGITS: usize = i32::MAX as usize - 3;

/// The arguments of a `%` operation.
struct Arguments<'a> {
    /// The right operand: the mapping of `%(name)s`.
    all: &'a PyObject,
    is_mapping: bool,
    /// Formats a `str`, not `bytes`.
    is_text: bool,
    /// Positional arguments.
    tuple: Option<&'a PyTuple>,
    used: usize,
    /// The value of the last `%(name)`, and whether it is still to be used.
    keyed: Option<Ref<PyObject>>,
    any_key: bool,
}

impl<'a> Arguments<'a> {
    fn new(all: &'a PyObject, is_text: bool) -> Arguments<'a> {
        let tuple = all.downcast::<PyTuple>();
        let text = all.downcast::<PyStr>().is_some()
            || (!is_text && (all.downcast::<PyBytes>().is_some() || all.downcast::<PyByteArray>().is_some()));
        Arguments {
            all,
            is_mapping: all.is_mapping() && tuple.is_none() && !text,
            is_text,
            tuple,
            used: 0,
            keyed: None,
            any_key: false,
        }
    }

    fn next(&mut self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        if let Some(value) = self.keyed.take() {
            return Ok(value);
        }
        if !self.any_key {
            let found = match self.tuple {
                Some(tuple) => tuple.get(self.used).map(PyObject::to_ref),
                None if self.used == 0 => Some(self.all.to_ref()),
                None => None,
            };
            if let Some(found) = found {
                self.used += 1;
                return Ok(found);
            }
        }
        Err(raise!(py, TypeError, "not enough arguments for format string"))
    }

    /// True when arguments are left over; a mapping may always have more.
    fn left_over(&self) -> bool {
        !self.is_mapping
            && match self.tuple {
                Some(tuple) => self.used < tuple.len(),
                None => self.used == 0,
            }
    }
}

/// Reads the conversion after a `%`; `at` stands behind that, and moves behind the letter.
fn read_conversion(
    py: Py<'_>,
    get: &dyn Fn(usize) -> Option<u32>,
    at: &mut usize,
    args: &mut Arguments<'_>,
    key_of: &dyn Fn(usize, usize) -> PyResult<Ref<PyObject>>,
) -> PyResult<Conversion> {
    let mut c = Conversion::default();
    let peek = |at: usize| get(at).and_then(char::from_u32).unwrap_or('\u{FFFD}');
    if peek(*at) == '(' {
        if !args.is_mapping {
            bail!(py, TypeError, "format requires a mapping");
        }
        *at += 1;
        let start = *at;
        let mut depth = 1;
        while depth > 0 {
            match get(*at).map(char::from_u32) {
                None => bail!(py, ValueError, "incomplete format key"),
                Some(Some('(')) => depth += 1,
                Some(Some(')')) => depth -= 1,
                _ => {}
            }
            *at += 1;
        }
        let key = key_of(start, *at - 1)?;
        args.keyed = Some(args.all.get_item(py, &key)?);
        args.any_key = true;
    }
    loop {
        match peek(*at) {
            '-' => c.left = true,
            '+' => c.plus = true,
            ' ' => c.blank = true,
            '#' => c.alternate = true,
            '0' => c.zero = true,
            _ => break,
        }
        *at += 1;
    }
    if peek(*at) == '*' {
        *at += 1;
        let width = star(py, args, i64::MIN, i64::MAX, "ssize_t")?;
        if width == i64::MIN {
            bail!(py, OverflowError, "width too big");
        }
        c.left |= width < 0;
        c.width = width.unsigned_abs() as usize;
    } else {
        c.width = number(py, get, at, isize::MAX as usize, "width too big")?;
    }
    if peek(*at) == '.' {
        *at += 1;
        if peek(*at) == '*' {
            *at += 1;
            c.precision = Some(star(py, args, i32::MIN.into(), i32::MAX.into(), "int")?.max(0) as usize);
        } else {
            let too_big = if args.is_text { "precision too big" } else { "prec too big" };
            c.precision = Some(number(py, get, at, i32::MAX as usize, too_big)?);
        }
    }
    if matches!(peek(*at), 'h' | 'l' | 'L') {
        *at += 1;
    }
    let Some(letter) = get(*at) else { bail!(py, ValueError, "incomplete format") };
    *at += 1;
    c.letter = letter;
    Ok(c)
}

/// The argument for a `*`, which must fit the C type that is named.
fn star(py: Py<'_>, args: &mut Arguments<'_>, least: i64, most: i64, c_type: &str) -> PyResult<i64> {
    let value = args.next(py)?;
    let Some(n) = value.downcast::<PyInt>() else { bail!(py, TypeError, "* wants int") };
    match n.as_i64() {
        Some(n) if (least..=most).contains(&n) => Ok(n),
        _ => Err(raise!(py, OverflowError, "Python int too large to convert to C {c_type}")),
    }
}

fn number(
    py: Py<'_>,
    get: &dyn Fn(usize) -> Option<u32>,
    at: &mut usize,
    most: usize,
    too_big: &str,
) -> PyResult<usize> {
    let mut n = 0usize;
    while let Some(digit) = get(*at).and_then(char::from_u32).and_then(|c| c.to_digit(10)) {
        match n.checked_mul(10).and_then(|n| n.checked_add(digit as usize)).filter(|n| *n <= most) {
            Some(next) => n = next,
            None => bail!(py, ValueError, "{too_big}"),
        }
        *at += 1;
    }
    Ok(n)
}

#[cold]
fn unsupported(py: Py<'_>, letter: u32, index: usize) -> Raised {
    let shown = char::from_u32(letter).filter(|c| matches!(c, ' '..='\u{7F}')).unwrap_or('?');
    raise!(py, ValueError, "unsupported format character '{shown}' (0x{letter:x}) at index {index}")
}

/// Sign, prefix, digits and padding of a number.
struct Number {
    /// Without sign and prefix.
    digits: String,
    negative: bool,
    /// `0x` and the like.
    prefix: &'static str,
    zero_fill: bool,
}

/// The text of an integer conversion.
fn integer(py: Py<'_>, c: &Conversion, value: &PyObject) -> PyResult<Number> {
    let letter = char::from_u32(c.letter).unwrap_or('d');
    let wrong = || {
        let kind = if matches!(letter, 'o' | 'x' | 'X') { "an integer" } else { "a real number" };
        raise!(py, TypeError, "%{letter} format: {kind} is required, not {}", value.ty().name())
    };
    let n: Ref<PyInt> = match value.downcast::<PyInt>() {
        Some(n) => n.new_ref(),
        None => {
            let is_number = value.number_slots().is_some_and(|n| {
                n.nb_index.get().is_some() || n.nb_int.get().is_some() || n.nb_float.get().is_some()
            });
            if !is_number {
                return Err(wrong());
            }
            let made = if matches!(letter, 'o' | 'x' | 'X') {
                value.index(py)
            } else {
                crate::objects::int::int_of(py, value)
            };
            match made {
                Ok(n) => n,
                Err(raised) if py.error_matches(types::TypeError()) => {
                    py.clear_error(raised);
                    return Err(wrong());
                }
                Err(raised) => return Err(raised),
            }
        }
    };
    let (mut digits, prefix) = match letter {
        'x' | 'X' => (n.magnitude_in(16), if letter == 'X' { "0X" } else { "0x" }),
        'o' => (n.magnitude_in(8), "0o"),
        _ => {
            let text = n.to_decimal(py)?;
            (text.strip_prefix('-').map(str::to_owned).unwrap_or(text), "")
        }
    };
    if letter == 'X' {
        digits.make_ascii_uppercase();
    }
    let precision = c.precision.unwrap_or(0);
    if precision > MOST_DIGITS {
        bail!(py, OverflowError, "precision too large");
    }
    let zeros = precision.saturating_sub(digits.len());
    if zeros > 0 {
        let mut padded = String::new();
        if padded.try_reserve_exact(precision).is_err() {
            return Err(py.no_memory());
        }
        padded.extend(core::iter::repeat_n('0', zeros));
        padded.push_str(&digits);
        digits = padded;
    }
    let prefix = if c.alternate { prefix } else { "" };
    Ok(Number { digits, negative: n.is_negative(), prefix, zero_fill: c.zero })
}

/// The text of a float conversion.
fn float(py: Py<'_>, c: &Conversion, value: f64) -> PyResult<Number> {
    if c.precision.is_some_and(|p| p > float_text::MOST_PRECISION) {
        bail!(py, ValueError, "precision too big");
    }
    py.expect_room(c.precision.unwrap_or(0))?;
    let letter = char::from_u32(c.letter).unwrap_or('g');
    let style = match letter {
        'e' | 'E' => Style::Exponent,
        'f' | 'F' => Style::Fixed,
        _ => Style::General,
    };
    let options =
        Options { upper: letter.is_ascii_uppercase(), alternate: c.alternate, ..Options::default() };
    let text = float_text::write(value, style, c.precision.unwrap_or(6), options);
    let negative = text.starts_with('-');
    Ok(Number { digits: text.trim_start_matches('-').to_owned(), negative, prefix: "", zero_fill: c.zero })
}

/// What a number takes before its digits: (fill before, sign and prefix, zeros, fill after).
fn lay_out(c: &Conversion, n: &Number) -> (usize, String, usize, usize) {
    let mut head = String::new();
    if n.negative {
        head.push('-');
    } else if c.plus {
        head.push('+');
    } else if c.blank {
        head.push(' ');
    }
    head.push_str(n.prefix);
    let room = c.width.saturating_sub(head.len() + n.digits.len());
    if c.left {
        (0, head, 0, room)
    } else if n.zero_fill {
        (0, head, room, 0)
    } else {
        (room, head, 0, 0)
    }
}

/// `text % args`.
pub(crate) fn format_text(py: Py<'_>, format: &PyStr, all: &PyObject) -> PyResult<Ref<PyStr>> {
    let mut args = Arguments::new(all, true);
    let mut out = StrBuilder::new();
    let get = |at: usize| format.code_point(at);
    let key_of = |start: usize, end: usize| format.substring(py, start, end).map(Ref::upcast);
    let mut at = 0;
    while at < format.len() {
        let rest = super::units!(format.data(), |t| {
            t.get(at..).and_then(|t| krait_unicode::search::find(t, &[percent_sign(t)]))
        });
        let Some(stop) = rest.map(|n| n + at) else {
            out.push_range(py, format, at, format.len())?;
            break;
        };
        out.push_range(py, format, at, stop)?;
        at = stop + 1;
        if get(at) == Some('%' as u32) {
            out.push_char(py, '%')?;
            at += 1;
            continue;
        }
        let c = read_conversion(py, &get, &mut at, &mut args, &key_of)?;
        let value = args.next(py)?;
        let text = match char::from_u32(c.letter) {
            Some('s') => value.str(py)?,
            Some('r') => value.repr(py)?,
            Some('a') => ascii_repr(py, &value)?,
            Some('c') => character(py, &value)?,
            Some('d' | 'i' | 'u' | 'o' | 'x' | 'X') => {
                push_number(py, &mut out, &c, &integer(py, &c, &value)?)?;
                continue;
            }
            Some('e' | 'E' | 'f' | 'F' | 'g' | 'G') => {
                push_number(py, &mut out, &c, &float(py, &c, PyFloat::value_of(py, &value)?)?)?;
                continue;
            }
            _ => return Err(unsupported(py, c.letter, at - 1)),
        };
        let len = match c.precision {
            Some(precision) if c.letter != 'c' as u32 => text.len().min(precision),
            _ => text.len(),
        };
        let room = c.width.saturating_sub(len);
        out.push_fill(py, ' '.into(), if c.left { 0 } else { room })?;
        out.push_range(py, &text, 0, len)?;
        out.push_fill(py, ' '.into(), if c.left { room } else { 0 })?;
    }
    if args.left_over() {
        bail!(py, TypeError, "not all arguments converted during string formatting");
    }
    out.finish(py)
}

fn percent_sign<T: krait_unicode::unit::CodeUnit>(_text: &[T]) -> T {
    T::new('%'.into())
}

fn push_number(py: Py<'_>, out: &mut StrBuilder, c: &Conversion, n: &Number) -> PyResult<()> {
    let (before, head, zeros, after) = lay_out(c, n);
    out.push_fill(py, ' '.into(), before)?;
    out.push_ascii(py, head.as_bytes())?;
    out.push_fill(py, '0'.into(), zeros)?;
    out.push_ascii(py, n.digits.as_bytes())?;
    out.push_fill(py, ' '.into(), after)
}

/// `%c` of text.
fn character(py: Py<'_>, value: &PyObject) -> PyResult<Ref<PyStr>> {
    if let Some(s) = value.downcast::<PyStr>() {
        if s.len() != 1 {
            bail!(
                py,
                TypeError,
                "%c requires an int or a unicode character, not a string of length {}",
                s.len()
            );
        }
        return s.to_exact(py);
    }
    let n = match value.index(py) {
        Ok(n) => n,
        Err(raised) if py.error_matches(types::TypeError()) => {
            py.clear_error(raised);
            bail!(
                py,
                TypeError,
                "%c requires an int or a unicode character, not {}",
                value.ty().qualified_name()
            );
        }
        Err(raised) => return Err(raised),
    };
    match n.as_i64() {
        Some(c @ 0..=0x10FFFF) => PyStr::from_char(py, c as u32),
        _ => Err(raise!(py, OverflowError, "%c arg not in range(0x110000)")),
    }
}

/// `bytes % args`.
pub(crate) fn format_bytes(py: Py<'_>, format: &[u8], all: &PyObject) -> PyResult<Vec<u8>> {
    let mut args = Arguments::new(all, false);
    let mut out: Vec<u8> = Vec::with_capacity(format.len() + 16);
    let get = |at: usize| format.get(at).map(|b| u32::from(*b));
    let key_of = |start: usize, end: usize| {
        PyBytes::new(py, format.get(start..end).unwrap_or_default()).map(Ref::upcast)
    };
    let mut at = 0;
    while let Some(rest) = format.get(at..).filter(|r| !r.is_empty()) {
        let Some(stop) = memchr::memchr(b'%', rest) else {
            append(py, &mut out, rest)?;
            break;
        };
        append(py, &mut out, rest.get(..stop).unwrap_or_default())?;
        at += stop + 1;
        if get(at) == Some('%' as u32) {
            out.push(b'%');
            at += 1;
            continue;
        }
        let c = read_conversion(py, &get, &mut at, &mut args, &key_of)?;
        let value = args.next(py)?;
        let text: Vec<u8> = match char::from_u32(c.letter) {
            Some('s' | 'b') => bytes_of(py, &value)?,
            Some('r' | 'a') => ascii_repr(py, &value)?.raw_bytes().to_vec(),
            Some('c') => vec![byte(py, &value)?],
            Some('d' | 'i' | 'u' | 'o' | 'x' | 'X') => {
                push_number_bytes(py, &mut out, &c, &integer(py, &c, &value)?)?;
                continue;
            }
            Some('e' | 'E' | 'f' | 'F' | 'g' | 'G') => {
                let value = match PyFloat::value_of(py, &value) {
                    Ok(value) => value,
                    Err(raised) if py.error_matches(types::TypeError()) => {
                        py.clear_error(raised);
                        bail!(py, TypeError, "float argument required, not {}", value.ty().name());
                    }
                    Err(raised) => return Err(raised),
                };
                push_number_bytes(py, &mut out, &c, &float(py, &c, value)?)?;
                continue;
            }
            _ => return Err(unsupported(py, c.letter, at - 1)),
        };
        let len = match c.precision {
            Some(precision) if c.letter != 'c' as u32 => text.len().min(precision),
            _ => text.len(),
        };
        let room = c.width.saturating_sub(len);
        fill(py, &mut out, b' ', if c.left { 0 } else { room })?;
        append(py, &mut out, text.get(..len).unwrap_or_default())?;
        fill(py, &mut out, b' ', if c.left { room } else { 0 })?;
    }
    if args.left_over() {
        bail!(py, TypeError, "not all arguments converted during bytes formatting");
    }
    Ok(out)
}

fn append(py: Py<'_>, out: &mut Vec<u8>, bytes: &[u8]) -> PyResult<()> {
    py.room_in(out, bytes.len())?;
    out.extend_from_slice(bytes);
    Ok(())
}

fn fill(py: Py<'_>, out: &mut Vec<u8>, byte: u8, count: usize) -> PyResult<()> {
    py.room_in(out, count)?;
    out.resize(out.len() + count, byte);
    Ok(())
}

fn push_number_bytes(py: Py<'_>, out: &mut Vec<u8>, c: &Conversion, n: &Number) -> PyResult<()> {
    let (before, head, zeros, after) = lay_out(c, n);
    fill(py, out, b' ', before)?;
    append(py, out, head.as_bytes())?;
    fill(py, out, b'0', zeros)?;
    append(py, out, n.digits.as_bytes())?;
    fill(py, out, b' ', after)
}

/// `%c` of bytes.
fn byte(py: Py<'_>, value: &PyObject) -> PyResult<u8> {
    let (kind, bytes) = if let Some(b) = value.downcast::<PyBytes>() {
        ("bytes", b.as_bytes())
    } else if let Some(b) = value.downcast::<PyByteArray>() {
        ("bytearray", b.as_bytes())
    } else if value.downcast::<PyInt>().is_some() || value.is_index() {
        return match value.index(py)?.as_i64().and_then(|n| u8::try_from(n).ok()) {
            Some(b) => Ok(b),
            None => Err(raise!(py, OverflowError, "%c arg not in range(256)")),
        };
    } else {
        bail!(
            py,
            TypeError,
            "%c requires an integer in range(256) or a single byte, not {}",
            value.ty().qualified_name()
        );
    };
    match bytes {
        [b] => Ok(*b),
        other => Err(raise!(
            py,
            TypeError,
            "%c requires an integer in range(256) or a single byte, not a {kind} object of length {}",
            other.len()
        )),
    }
}

/// `%b` of bytes.
fn bytes_of(py: Py<'_>, value: &PyObject) -> PyResult<Vec<u8>> {
    if let Some(b) = value.downcast_exact::<PyBytes>() {
        return Ok(b.as_bytes().to_vec());
    }
    if let Some(b) = value.downcast::<PyByteArray>() {
        return Ok(b.as_bytes().to_vec());
    }
    if let Some(method) = value.lookup_special(py, id!(py, "__bytes__"))? {
        let made = method.call(py, &[])?;
        return match made.downcast::<PyBytes>() {
            Some(b) => Ok(b.as_bytes().to_vec()),
            None => Err(raise!(py, TypeError, "__bytes__ returned non-bytes (type {})", made.ty().name())),
        };
    }
    if value.has_buffer() {
        return Ok(Buffer::new(py, value)?.as_bytes().to_vec());
    }
    Err(raise!(
        py,
        TypeError,
        "%b requires a bytes-like object, or an object that implements __bytes__, not '{}'",
        value.ty().name()
    ))
}

#[pymethods(part = "percent")]
impl PyStr {
    #[slot]
    fn nb_remainder(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        match a.downcast::<PyStr>() {
            Some(format) => format_text(py, format, b).map(Ref::upcast),
            None => Ok(py.not_implemented()),
        }
    }
}
