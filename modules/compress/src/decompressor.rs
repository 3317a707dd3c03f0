//! What the decompressors of `_bz2` and `_lzma` share: running to the end of the input or to a limit, keeping unused input.

use std::cell::RefCell;

use krait_runtime::prelude::*;

/// How a step of decompression ended.
pub enum Step<E> {
    /// So many bytes were used; it may go on.
    Going(usize),
    /// So many bytes were used, and the stream is at its end.
    Ended(usize),
    /// It failed.
    Failed(E),
}

/// The state that such objects show.
pub struct Progress {
    waiting: RefCell<Vec<u8>>,
    pub eof: Cell<bool>,
    pub needs_input: Cell<bool>,
    pub unused_data: Member<PyBytes>,
}

impl Progress {
    pub fn new() -> Progress {
        Progress {
            waiting: RefCell::new(Vec::new()),
            eof: Cell::new(false),
            needs_input: Cell::new(true),
            unused_data: Member::new(PyBytes::empty()),
        }
    }

    pub fn unused(&self) -> Ref<PyBytes> {
        self.unused_data.get().unwrap_or_else(PyBytes::empty)
    }

    /// Decompresses `data` behind what waited, up to `limit` bytes. `step` appends into the spare room of the vector.
    pub fn run<E>(
        &self,
        py: Py<'_>,
        data: &[u8],
        limit: Option<usize>,
        mut step: impl FnMut(&[u8], &mut Vec<u8>) -> Step<E>,
    ) -> PyResult<Result<Vec<u8>, E>> {
        let mut joined = self.waiting.take();
        let input = if joined.is_empty() {
            data
        } else {
            joined.extend_from_slice(data);
            &joined
        };
        let mut used = 0;
        let mut all = Vec::new();
        let mut ended = false;
        let mut no_memory = false;
        let failed = py.detach(|| {
            loop {
                let room = all.len().clamp(8 * 1024, 16 << 20);
                let room = limit.map_or(room, |limit| room.min(limit - all.len()));
                // A vector of exactly that room: the decoders fill what there is.
                let mut part: Vec<u8> = Vec::new();
                if part.try_reserve_exact(room).is_err() || all.try_reserve(room).is_err() {
                    no_memory = true;
                    return None;
                }
                let rest = input.get(used..).unwrap_or_default();
                let (n, end) = match step(rest, &mut part) {
                    Step::Going(n) => (n, false),
                    Step::Ended(n) => (n, true),
                    Step::Failed(error) => return Some(error),
                };
                used += n;
                let made = part.len();
                let full = made == part.capacity();
                all.extend_from_slice(&part);
                if end {
                    ended = true;
                    return None;
                }
                if limit.is_some_and(|limit| all.len() >= limit) || n == 0 && made == 0 {
                    return None;
                }
                if used == input.len() && !full {
                    return None;
                }
            }
        });
        if no_memory {
            return Err(py.no_memory());
        }
        if let Some(error) = failed {
            return Ok(Err(error));
        }
        let rest = input.get(used..).unwrap_or_default();
        if ended {
            self.eof.set(true);
            self.needs_input.set(false);
            self.unused_data.set(PyBytes::new(py, rest)?);
        } else {
            let full = limit.is_some_and(|limit| all.len() >= limit);
            self.needs_input.set(rest.is_empty() && !full);
            self.waiting.replace(rest.to_vec());
        }
        Ok(Ok(all))
    }
}
