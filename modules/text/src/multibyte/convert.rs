//! Whole conversions: a codec, its errors handled as the caller wants.

use krait_runtime::codecs::lookup_error;
use krait_runtime::prelude::*;

use super::codec::{Codec, Problem, State};

/// What happens where something cannot be converted.
#[derive(Clone)]
pub enum Errors {
    /// It raises.
    Strict,
    /// It is left out.
    Ignore,
    /// A question mark or U+FFFD stands for it.
    Replace,
    /// The handler of that name decides.
    Handler(Ref<PyStr>),
}

impl Errors {
    /// By name; none means strict.
    pub fn named(name: Option<&PyStr>) -> Errors {
        match name {
            None => Errors::Strict,
            Some(name) if name.eq_str("strict") => Errors::Strict,
            Some(name) if name.eq_str("ignore") => Errors::Ignore,
            Some(name) if name.eq_str("replace") => Errors::Replace,
            Some(name) => Errors::Handler(name.new_ref()),
        }
    }

    /// The name.
    pub fn name(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        match self {
            Errors::Strict => PyStr::new(py, "strict"),
            Errors::Ignore => PyStr::new(py, "ignore"),
            Errors::Replace => PyStr::new(py, "replace"),
            Errors::Handler(name) => Ok(name.clone()),
        }
    }
}

const ILLEGAL: &str = "illegal multibyte sequence";
const INCOMPLETE: &str = "incomplete multibyte sequence";

/// What a handler answered, and where to go on.
fn ask(
    py: Py<'_>,
    name: &PyStr,
    exception: &PyObject,
    length: usize,
    direction: &str,
) -> PyResult<(Ref<PyObject>, usize)> {
    let answer = lookup_error(py, name)?.call(py, &[exception])?;
    let parts = answer.downcast::<PyTuple>().filter(|tuple| tuple.len() == 2);
    let parts = parts.and_then(|tuple| Some((tuple.get(0)?, tuple.get(1)?.downcast::<PyInt>()?)));
    let good =
        parts.filter(|(text, _)| PyStr::check(text) || (direction == "encoding" && PyBytes::check(text)));
    let Some((text, position)) = good else {
        bail!(py, TypeError, "{direction} error handler must return (str, int) tuple")
    };
    let wanted = position.as_i64();
    let place = match wanted {
        Some(n) if n < 0 => n.checked_add(length as i64),
        other => other,
    };
    match place.and_then(|n| usize::try_from(n).ok()).filter(|n| *n <= length) {
        Some(place) => Ok((text.to_ref(), place)),
        None => {
            let shown = wanted.map_or_else(|| "-1".to_owned(), |n| n.to_string());
            Err(raise!(py, IndexError, "position {shown} from error handler out of bounds"))
        }
    }
}

/// Encodes a text. Without `last`, what the next text may change is left: the second result says how far it came.
pub fn encode(
    py: Py<'_>,
    codec: &Codec,
    state: &mut State,
    text: &PyStr,
    errors: &Errors,
    last: bool,
) -> PyResult<(Vec<u8>, usize)> {
    let input = text.to_code_points();
    let mut out = Vec::with_capacity(input.len() * 2 + 16);
    let mut at = 0;
    loop {
        let rest = input.get(at..).unwrap_or_default();
        let (used, problem) = codec.encode(state, rest, &mut out, last);
        at += used;
        let (reason, length) = match problem {
            None => break,
            Some(Problem::Incomplete) if !last => break,
            Some(Problem::Incomplete) => (INCOMPLETE, input.len() - at),
            Some(Problem::Illegal(length)) => (ILLEGAL, length),
        };
        match errors {
            Errors::Strict => {
                return Err(py.raise_unicode_encode(codec.name, text, at, at + length, reason));
            }
            Errors::Ignore => at += length,
            Errors::Replace => {
                if codec.encode(state, &[u32::from(b'?')], &mut out, true).1.is_some() {
                    out.push(b'?');
                }
                at += length;
            }
            Errors::Handler(name) => {
                let exception = py.unicode_encode_error(codec.name, text, at, at + length, reason)?;
                let (made, place) = ask(py, name, &exception, input.len(), "encoding")?;
                match (made.downcast::<PyStr>(), made.downcast::<PyBytes>()) {
                    (Some(made), _) => {
                        let (bytes, _) = encode(py, codec, state, made, &Errors::Strict, true)?;
                        out.extend_from_slice(&bytes);
                    }
                    (_, Some(made)) => out.extend_from_slice(made.as_bytes()),
                    _ => {}
                }
                at = place;
            }
        }
    }
    Ok((out, at))
}

/// Decodes bytes. Without `last`, an incomplete sequence at the end is left: the second result says how far it came.
pub fn decode(
    py: Py<'_>,
    codec: &Codec,
    state: &mut State,
    input: &[u8],
    errors: &Errors,
    last: bool,
) -> PyResult<(Vec<u32>, usize)> {
    let mut out = Vec::with_capacity(input.len());
    let mut at = 0;
    loop {
        let rest = input.get(at..).unwrap_or_default();
        let (used, problem) = codec.decode(state, rest, &mut out);
        at += used;
        let (reason, length) = match problem {
            None => break,
            Some(Problem::Incomplete) if !last => break,
            Some(Problem::Incomplete) => (INCOMPLETE, input.len() - at),
            Some(Problem::Illegal(length)) => (ILLEGAL, length.min(input.len() - at)),
        };
        match errors {
            Errors::Strict => {
                return Err(raise_decode(py, codec, input, at, at + length, reason));
            }
            Errors::Ignore => at += length,
            Errors::Replace => {
                out.push(0xFFFD);
                at += length;
            }
            Errors::Handler(name) => {
                let exception = py.unicode_decode_error(codec.name, input, at, at + length, reason)?;
                let (made, place) = ask(py, name, &exception, input.len(), "decoding")?;
                if let Some(made) = made.downcast::<PyStr>() {
                    out.extend(made.code_points());
                }
                at = place;
            }
        }
    }
    Ok((out, at))
}

fn raise_decode(py: Py<'_>, codec: &Codec, input: &[u8], start: usize, end: usize, reason: &str) -> Raised {
    krait_runtime::codecs::raise_decode_error(py, codec.name, input, start, end, reason)
}
