//! The codec registry: search functions, their cache, and encoding or decoding through it.

use crate::error::{PyResult, Raised};
use crate::object::PyObject;
use crate::objects::{PyDict, PyList, PyStr, PyTuple};
use crate::py::Py;
use crate::reference::{PyClass, Ref};
use crate::{bail, id, raise};

fn search_path(py: Py<'_>) -> PyResult<Ref<PyObject>> {
    let place = &py.interp().codec_search_path;
    match place.get() {
        Some(list) => Ok(list),
        None => {
            let list = PyList::new(py)?.upcast();
            place.set(list.clone());
            Ok(list)
        }
    }
}

fn cache(py: Py<'_>) -> PyResult<Ref<PyObject>> {
    let place = &py.interp().codec_search_cache;
    match place.get() {
        Some(dict) => Ok(dict),
        None => {
            let dict = PyDict::new(py)?.upcast();
            place.set(dict.clone());
            Ok(dict)
        }
    }
}

/// Drops everything registered; at the interpreter's end.
pub fn forget(py: Py<'_>) {
    let interp = py.interp();
    drop(interp.codec_search_path.take());
    drop(interp.codec_search_cache.take());
    drop(interp.codec_error_registry.take());
}

/// `codecs.register`.
pub fn register(py: Py<'_>, search: &PyObject) -> PyResult<()> {
    if !search.is_callable() {
        bail!(py, TypeError, "argument must be callable");
    }
    match search_path(py)?.downcast::<PyList>() {
        Some(list) => list.append(py, search.to_ref()),
        None => Ok(()),
    }
}

/// `codecs.unregister`.
pub fn unregister(py: Py<'_>, search: &PyObject) -> PyResult<()> {
    let path = search_path(py)?;
    let Some(list) = path.downcast::<PyList>() else { return Ok(()) };
    let items = list.to_vec();
    let Some(at) = items.iter().position(|f| f.is(search)) else { return Ok(()) };
    if let Some(dict) = cache(py)?.downcast::<PyDict>() {
        dict.clear();
    }
    let rest: Vec<Ref<PyObject>> =
        items.into_iter().enumerate().filter(|(i, _)| *i != at).map(|(_, f)| f).collect();
    py.interp().codec_search_path.set(PyList::from_vec(py, rest)?.upcast());
    Ok(())
}

/// Gives the characters of an encoding's name as search functions get it: lower case, runs of what is no letter, digit or dot
/// as one underscore.
#[inline(always)]
fn normalize(name: &str, mut give: impl FnMut(u8)) {
    let (mut gap, mut begun) = (false, false);
    for c in name.bytes() {
        if c.is_ascii_alphanumeric() || c == b'.' {
            if gap && begun {
                give(b'_');
            }
            (gap, begun) = (false, true);
            give(c.to_ascii_lowercase());
        } else {
            gap = true;
        }
    }
}

/// An encoding's name as search functions get it.
pub(super) fn normalized(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    normalize(name, |c| out.push(char::from(c)));
    out
}

/// The same in `room`, for names that fit.
pub(super) fn normalized_short<'a, const N: usize>(name: &str, room: &'a mut [u8; N]) -> Option<&'a [u8]> {
    let mut len = 0;
    normalize(name, |c| {
        if let Some(place) = room.get_mut(len) {
            *place = c;
        }
        len += 1;
    });
    room.get(..len)
}

/// `codecs.lookup`.
pub fn lookup(py: Py<'_>, encoding: &str) -> PyResult<Ref<PyTuple>> {
    if encoding.contains('\0') {
        bail!(py, ValueError, "embedded null character");
    }
    let key = PyStr::new_interned(py, &normalized(encoding))?;
    let known = cache(py)?;
    if let Some(dict) = known.downcast::<PyDict>()
        && let Some(found) = dict.get(py, &key)?
        && let Ok(found) = found.downcast_into::<PyTuple>()
    {
        return Ok(found);
    }
    let path = search_path(py)?;
    let searches = path.downcast::<PyList>().map(PyList::to_vec).unwrap_or_default();
    if searches.is_empty() {
        bail!(py, LookupError, "no codec search functions registered: can't find encoding");
    }
    for search in searches {
        let found = search.call(py, &[&key])?;
        if found.is_none() {
            continue;
        }
        let Ok(found) = found.downcast_into::<PyTuple>() else {
            bail!(py, TypeError, "codec search functions must return 4-tuples");
        };
        if found.len() != 4 {
            bail!(py, TypeError, "codec search functions must return 4-tuples");
        }
        known.set_item(py, &key, &found)?;
        return Ok(found);
    }
    Err(super::encode::unknown(py, encoding))
}

/// The codec of a text encoding; `LookupError` for codecs between other things (`_PyCodec_LookupTextEncoding`).
pub fn lookup_text(py: Py<'_>, encoding: &str) -> PyResult<Ref<PyTuple>> {
    let codec = lookup(py, encoding)?;
    if !PyTuple::check_exact(&codec)
        && let Some(flag) = codec.get_attr_optional(py, id!(py, "_is_text_encoding"))?
        && !flag.is_true(py)?
    {
        bail!(py, LookupError, "'{encoding}' is not a text encoding");
    }
    Ok(codec)
}

/// Adds "encoding with 'x' codec failed" to the exception that is set.
fn with_note(py: Py<'_>, raised: Raised, what: &str, encoding: &str) -> Raised {
    let exc = py.fetch(raised);
    let note = PyStr::new(py, &format!("{what} with '{encoding}' codec failed"));
    let added = note.and_then(|note| exc.call_method(py, id!(py, "add_note"), &[&note]));
    if let Err(raised) = added {
        py.clear_error(raised);
    }
    py.restore(exc)
}

fn run(
    py: Py<'_>,
    codec: &PyTuple,
    encoding: &str,
    object: &PyObject,
    errors: Option<&str>,
    decoding: bool,
) -> PyResult<Ref<PyObject>> {
    let what = if decoding { "decoding" } else { "encoding" };
    let Some(function) = codec.get(usize::from(decoding)) else {
        return Err(super::encode::unknown(py, encoding));
    };
    let called = match errors {
        Some(errors) => {
            let errors = PyStr::new(py, errors)?;
            function.call(py, &[object, &errors])
        }
        None => function.call(py, &[object]),
    };
    let result = match called {
        Ok(result) => result,
        Err(raised) => return Err(with_note(py, raised, what, encoding)),
    };
    match result.downcast::<PyTuple>().filter(|t| t.len() == 2).and_then(|t| t.get(0)) {
        Some(made) => Ok(made.to_ref()),
        None if decoding => Err(raise!(py, TypeError, "decoder must return a tuple (object,integer)")),
        None => Err(raise!(py, TypeError, "encoder must return a tuple (object, integer)")),
    }
}

/// `codecs.encode(object, encoding, errors)`.
pub fn encode_any(
    py: Py<'_>,
    object: &PyObject,
    encoding: &str,
    errors: Option<&str>,
) -> PyResult<Ref<PyObject>> {
    run(py, &*lookup(py, encoding)?, encoding, object, errors, false)
}

/// `codecs.decode(object, encoding, errors)`.
pub fn decode_any(
    py: Py<'_>,
    object: &PyObject,
    encoding: &str,
    errors: Option<&str>,
) -> PyResult<Ref<PyObject>> {
    run(py, &*lookup(py, encoding)?, encoding, object, errors, true)
}

/// The same for codecs between text and bytes only.
pub(super) fn run_text(
    py: Py<'_>,
    object: &PyObject,
    encoding: &str,
    errors: Option<&str>,
    decoding: bool,
) -> PyResult<Ref<PyObject>> {
    let codec = lookup(py, encoding)?;
    if !PyTuple::check_exact(&codec)
        && let Some(flag) = codec.get_attr_optional(py, id!(py, "_is_text_encoding"))?
        && !flag.is_true(py)?
    {
        let instead = if decoding { "codecs.decode()" } else { "codecs.encode()" };
        bail!(
            py,
            LookupError,
            "'{encoding}' is not a text encoding; use {instead} to handle arbitrary codecs"
        );
    }
    run(py, &codec, encoding, object, errors, decoding)
}
