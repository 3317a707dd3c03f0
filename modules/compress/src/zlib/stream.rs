//! A stream that threads may share, running one to the end of its input, and `zlib.error`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use krait_runtime::local::{InterpreterLocal, new_exception_class};
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_runtime::system::zlib::{Outcome, ZStream};

/// `zlib.error`.
pub static ERROR: InterpreterLocal =
    InterpreterLocal::new(|py| new_exception_class(py, "zlib.error", None, &[types::Exception()]));

/// A stream, or nothing after its end, that one thread uses at a time.
pub struct Shared(Mutex<Option<ZStream>>);

impl Shared {
    pub fn new(stream: ZStream) -> Shared {
        Shared(Mutex::new(Some(stream)))
    }

    /// The lock, waited for without the GIL when another thread holds it.
    pub fn lock(&self, py: Py<'_>) -> MutexGuard<'_, Option<ZStream>> {
        match self.0.try_lock() {
            Ok(guard) => guard,
            Err(_) => py.detach(|| self.0.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }
}

/// Runs a stream until its input is used up and everything is out, until `limit` bytes are out, or until it ends or fails.
pub fn pump(
    stream: &mut ZStream,
    input: &[u8],
    out: &mut Vec<u8>,
    limit: Option<usize>,
    flush: i32,
) -> Outcome {
    let begin = out.len();
    let mut used = 0;
    loop {
        let made = out.len() - begin;
        let mut room = (out.capacity() - out.len()).max(made).clamp(16 * 1024, 64 << 20);
        if let Some(limit) = limit {
            room = room.min(limit.saturating_sub(made));
        }
        let rest = input.get(used..).unwrap_or_default();
        // Parts of very long input come one after the other: only the last one is flushed.
        let whole = u32::try_from(rest.len()).is_ok();
        let before = out.len();
        let step = stream.step(rest, out, room, if whole { flush } else { 0 });
        used += step.used;
        let full = out.len() - before == room;
        match step.code {
            // More room is wanted, or no progress was possible: then everything that can be done is done.
            -5 if full && limit.is_none_or(|limit| out.len() - begin < limit) => continue,
            -5 => return Outcome { code: 0, used },
            0 => {}
            code => return Outcome { code, used },
        }
        if limit.is_some_and(|limit| out.len() - begin >= limit) {
            return Outcome { code: 0, used };
        }
        if used == input.len() && !full {
            return Outcome { code: 0, used };
        }
    }
}

/// Raises `zlib.error` for zlib's code.
#[cold]
pub fn raise_error(py: Py<'_>, stream: Option<&ZStream>, code: i32, what: &str) -> Raised {
    let message = match code {
        -6 => Some("library version mismatch".to_owned()),
        2 => None,
        _ => stream.filter(|_| code == -3).and_then(ZStream::message).or_else(|| {
            Some(
                match code {
                    -5 => "incomplete or truncated stream",
                    -2 => "inconsistent stream state",
                    -3 => "invalid input data",
                    _ => return None,
                }
                .to_owned(),
            )
        }),
    };
    match message {
        Some(message) => ERROR.raise(py, format_args!("Error {code} {what}: {message}")),
        None => ERROR.raise(py, format_args!("Error {code} {what}")),
    }
}
