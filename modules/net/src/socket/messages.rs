//! `sendmsg`, `recvmsg` and `recvmsg_into`: scattered data and ancillary data.

use krait_runtime::args::extract;
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::{Buffer, buf};
use krait_runtime::system::network::{self as system, Ancillary, Message};

/// The buffers in an iterable.
pub fn sources(py: Py<'_>, all: &PyObject) -> PyResult<Vec<Buffer>> {
    items(py, all, "sendmsg() argument 1 must be an iterable")?
        .iter()
        .map(|item| Buffer::with_flags(py, item, buf::SIMPLE))
        .collect()
}

/// The items of an iterable; `message` for something else.
fn items(py: Py<'_>, all: &PyObject, message: &str) -> PyResult<Vec<Ref<PyObject>>> {
    if let Err(raised) = all.iter(py) {
        if py.error_matches(types::TypeError()) {
            py.clear_error(raised);
            bail!(py, TypeError, "{message}")
        }
        return Err(raised);
    }
    all.collect(py)
}

/// Writable buffers in an iterable.
pub fn targets(py: Py<'_>, all: &PyObject) -> PyResult<Vec<Buffer>> {
    let items = items(py, all, "recvmsg_into() argument 1 must be an iterable")?;
    let mut buffers = Vec::with_capacity(items.len());
    for item in items {
        match Buffer::with_flags(py, &item, buf::WRITABLE) {
            Ok(buffer) => buffers.push(buffer),
            Err(raised) => {
                py.clear_error(raised);
                bail!(
                    py,
                    TypeError,
                    "recvmsg_into() argument 1 must be an iterable of single-segment read-write buffers"
                )
            }
        }
    }
    Ok(buffers)
}

/// Ancillary data to send.
pub fn ancillary(py: Py<'_>, all: Option<&PyObject>) -> PyResult<Vec<Ancillary>> {
    let Some(all) = all else { return Ok(Vec::new()) };
    let mut out = Vec::new();
    for item in items(py, all, "sendmsg() argument 2 must be an iterable")? {
        let Some(tuple) = item.downcast::<PyTuple>() else {
            bail!(
                py,
                TypeError,
                "[sendmsg() ancillary data items]() argument must be 3-item tuple, not {}",
                item.ty().name()
            )
        };
        let [level, kind, data] = tuple.as_slice() else {
            bail!(
                py,
                TypeError,
                "[sendmsg() ancillary data items]() argument must be tuple of length 3, not {}",
                tuple.len()
            )
        };
        let number = |object: &PyObject| extract::<i32>(py, object, "sendmsg", 0);
        let (level, kind) = (number(level)?, number(kind)?);
        let data = data.buffer_bytes(py)?;
        if system::control_space(data.len()).is_none() {
            bail!(py, OSError, "ancillary data item too large")
        }
        out.push((level, kind, data));
    }
    Ok(out)
}

/// How much room for ancillary data was asked for.
pub fn room(py: Py<'_>, size: isize) -> PyResult<usize> {
    match usize::try_from(size) {
        Ok(size) if size <= i32::MAX as usize => Ok(size),
        _ => bail!(py, ValueError, "invalid ancillary data buffer length"),
    }
}

/// Ancillary data received, as a list of tuples.
pub fn received(py: Py<'_>, message: &Message) -> PyResult<Ref<PyList>> {
    let list = PyList::new(py)?;
    for (level, kind, data) in &message.ancillary {
        let item = vec![level.into_py(py)?, kind.into_py(py)?, data.as_slice().into_py(py)?];
        list.append(py, PyTuple::from_vec(py, item)?.upcast())?;
    }
    Ok(list)
}
