//! The state that buffered streams share: the raw stream, the buffer, where it stands, the lock; and what one call on the raw stream is.
//!
//! The buffer holds either bytes read ahead or bytes not yet written, never both: `ahead` bytes from `pos` on are unread, or `pending` bytes
//! from `pos` on are unwritten. The raw stream stands behind the bytes read ahead and before the bytes not yet written.

use std::cell::RefCell;

use krait_runtime::objects::exceptions::PyBaseException;
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;

use super::lock::{Guard, Lock};
use crate::common::{self, both, retry_interrupted, unsupported};
use crate::file_io::FileIo;

/// What the object holds before, in and after its time of use.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Fresh,
    Usable,
    Detached,
}

/// The shared state.
pub struct Core {
    raw: Member<PyObject>,
    state: Cell<State>,
    pub(super) readable: Cell<bool>,
    pub(super) writable: Cell<bool>,
    /// `_finalizing`.
    pub finalizing: Cell<bool>,
    pub(super) lock: Lock,
    /// Taken out while a call on the raw stream uses it.
    pub(super) buffer: RefCell<Vec<u8>>,
    /// What a foreign raw stream reads into, kept for the next time.
    foreign: RefCell<Option<Ref<PyByteArray>>>,
    pub(super) size: Cell<usize>,
    /// Where unread or unwritten bytes begin.
    pub(super) pos: Cell<usize>,
    /// Bytes read ahead.
    pub(super) ahead: Cell<usize>,
    /// Bytes to write.
    pub(super) pending: Cell<usize>,
    /// Where the raw stream stands, while that is known.
    pub(super) raw_position: Cell<Option<i64>>,
}

impl Traverse for Core {
    fn traverse(&self, visit: &mut Visitor<'_>) -> std::ffi::c_int {
        visit.visit(self.raw.as_raw())
    }
    fn clear_references(&self) {
        self.state.set(State::Fresh);
        drop(self.raw.take());
    }
}

impl Core {
    /// Before `__init__`.
    #[allow(clippy::new_without_default, reason = "a state of its own, not a default")]
    pub fn new() -> Core {
        Core {
            raw: Member::empty(),
            state: Cell::new(State::Fresh),
            readable: Cell::new(false),
            writable: Cell::new(false),
            finalizing: Cell::new(false),
            lock: Lock::default(),
            buffer: RefCell::new(Vec::new()),
            foreign: RefCell::new(None),
            size: Cell::new(0),
            pos: Cell::new(0),
            ahead: Cell::new(0),
            pending: Cell::new(0),
            raw_position: Cell::new(None),
        }
    }

    /// `__init__`.
    pub(super) fn start(
        &self,
        py: Py<'_>,
        raw: &PyObject,
        buffer_size: isize,
        readable: bool,
        writable: bool,
    ) -> PyResult<()> {
        self.state.set(State::Fresh);
        if readable && writable {
            common::check_seekable(py, raw)?;
        }
        if readable {
            common::check_readable(py, raw)?;
        }
        if writable {
            common::check_writable(py, raw)?;
        }
        self.raw.set(raw.to_ref());
        self.readable.set(readable);
        self.writable.set(writable);
        let Some(size) = usize::try_from(buffer_size).ok().filter(|n| *n > 0) else {
            bail!(py, ValueError, "buffer size must be strictly positive")
        };
        py.expect_room(size)?;
        // Zeroed by the system where it is big: what is not used takes no memory.
        self.buffer.replace(vec![0; size]);
        self.size.set(size);
        self.pos.set(0);
        self.ahead.set(0);
        self.pending.set(0);
        self.raw_position.set(None);
        if let Err(raised) = self.raw_tell(py, raw) {
            py.clear_error(raised);
        }
        self.state.set(State::Usable);
        Ok(())
    }

    /// The raw stream as `raw` shows it.
    pub fn raw_field(&self) -> Option<Ref<PyObject>> {
        self.raw.get()
    }

    /// The raw stream, of a usable object.
    pub fn raw(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        if self.state.get() == State::Usable
            && let Some(raw) = self.raw.get()
        {
            return Ok(raw);
        }
        Err(self.unusable(py))
    }

    #[cold]
    fn unusable(&self, py: Py<'_>) -> Raised {
        if self.state.get() == State::Detached {
            raise!(py, ValueError, "raw stream has been detached")
        } else {
            raise!(py, ValueError, "I/O operation on uninitialized object")
        }
    }

    /// Bytes that the buffer takes.
    pub fn allocated(&self) -> usize {
        self.buffer.try_borrow().map_or(self.size.get(), |b| b.len())
    }

    fn raw_closed(&self, py: Py<'_>, raw: &PyObject) -> PyResult<bool> {
        match FileIo::is_plain(raw) {
            Some(file) => Ok(file.is_closed()),
            None => common::is_closed(py, raw),
        }
    }

    /// The raw stream, unless it is closed and nothing read ahead is left.
    #[inline]
    pub(super) fn open_raw(&self, py: Py<'_>, closed: &'static str) -> PyResult<Ref<PyObject>> {
        let raw = self.raw(py)?;
        if self.ahead.get() == 0 && (self.size.get() == 0 || self.raw_closed(py, &raw)?) {
            bail!(py, ValueError, "{closed}");
        }
        Ok(raw)
    }

    #[inline]
    pub(super) fn enter(&self, py: Py<'_>, this: &PyObject) -> PyResult<Guard<'_>> {
        self.lock.enter(py, this)
    }

    /// `detach()`.
    pub fn detach(&self, py: Py<'_>, this: &PyObject) -> PyResult<Ref<PyObject>> {
        self.raw(py)?;
        this.call_method(py, id!(py, "flush"), &[])?;
        let raw = self.raw(py)?;
        drop(self.raw.take());
        self.state.set(State::Detached);
        Ok(raw)
    }

    /// `close()`.
    pub fn close(&self, py: Py<'_>, this: &PyObject) -> PyResult<Ref<PyObject>> {
        let raw = self.raw(py)?;
        let guard = self.enter(py, this)?;
        if self.size.get() == 0 || self.raw_closed(py, &raw)? {
            return Ok(py.none());
        }
        if self.finalizing.get() {
            self.warn_unclosed(py, this);
        }
        // Flushing takes the lock itself.
        drop(guard);
        let flushed = this.call_method(py, id!(py, "flush"), &[]).map(drop);
        let _guard = match self.enter(py, this) {
            Ok(guard) => guard,
            Err(raised) => return both(py, flushed, || Err(raised)),
        };
        let closed = both(py, flushed, || raw.call_method(py, id!(py, "close"), &[]));
        self.buffer.replace(Vec::new());
        self.size.set(0);
        self.pos.set(0);
        self.ahead.set(0);
        self.pending.set(0);
        self.foreign.take();
        closed
    }

    /// Lets the raw stream warn that nobody closed it.
    pub fn warn_unclosed(&self, py: Py<'_>, source: &PyObject) {
        let Some(raw) = self.raw.get() else { return };
        if let Err(raised) = raw.call_method(py, id!(py, "_dealloc_warn"), &[source]) {
            py.clear_error(raised);
        }
    }

    /// Asks the raw stream for its position.
    pub(super) fn raw_tell(&self, py: Py<'_>, raw: &PyObject) -> PyResult<i64> {
        let at = match FileIo::is_plain(raw) {
            Some(file) => file.seek_to(py, 0, 1)?,
            None => common::answered_offset(py, &*raw.call_method(py, id!(py, "tell"), &[])?)?,
        };
        if at < 0 {
            bail!(py, OSError, "Raw stream returned invalid position {at}");
        }
        self.raw_position.set(Some(at));
        Ok(at)
    }

    /// Moves the raw stream.
    pub(super) fn raw_seek(&self, py: Py<'_>, raw: &PyObject, target: i64, whence: i32) -> PyResult<i64> {
        let at = match FileIo::is_plain(raw) {
            Some(file) => file.seek_to(py, target, whence)?,
            None => {
                let (target, whence) = (PyInt::new(py, target)?, PyInt::new(py, whence.into())?);
                let answer = raw.call_method(py, id!(py, "seek"), &[&target, &whence])?;
                common::answered_offset(py, &answer)?
            }
        };
        if at < 0 {
            bail!(py, OSError, "Raw stream returned invalid position {at}");
        }
        self.raw_position.set(Some(at));
        Ok(at)
    }

    fn advance(&self, n: usize) {
        self.raw_position.set(self.raw_position.get().map(|at| at.saturating_add(n as i64)));
    }

    /// One read of the raw stream; `None`: nothing there yet.
    pub(super) fn raw_read(&self, py: Py<'_>, raw: &PyObject, into: &mut [u8]) -> PyResult<Option<usize>> {
        if let Some(file) = FileIo::is_plain(raw) {
            let n = file.read_slice(py, into)?;
            self.advance(n.unwrap_or(0));
            return Ok(n);
        }
        let array = match self.foreign.take().filter(|array| array.len() == into.len()) {
            Some(array) => array,
            None => PyByteArray::zeroed(py, into.len())?,
        };
        let view = common::memory_view(py, &array)?;
        let answer = retry_interrupted(py, || raw.call_method(py, id!(py, "readinto"), &[&view]))?;
        drop(view);
        // The stream may have kept the view, or even the array.
        if array.exports() == 0 && array.refcnt() == 1 {
            self.foreign.replace(Some(array.clone()));
        }
        if answer.is_none() {
            return Ok(None);
        }
        let n = self.answered_length(py, &answer, into.len(), "readinto")?;
        if let (Some(into), Some(from)) = (into.get_mut(..n), array.as_bytes().get(..n)) {
            into.copy_from_slice(from);
        }
        self.advance(n);
        Ok(Some(n))
    }

    /// One write to the raw stream; `None`: it would block.
    pub(super) fn raw_write(&self, py: Py<'_>, raw: &PyObject, bytes: &[u8]) -> PyResult<Option<usize>> {
        if let Some(file) = FileIo::is_plain(raw) {
            let n = file.write_slice(py, bytes)?;
            self.advance(n.unwrap_or(0));
            return Ok(n);
        }
        let copy = PyBytes::new(py, bytes)?;
        let view = common::memory_view(py, &copy)?;
        let answer = retry_interrupted(py, || raw.call_method(py, id!(py, "write"), &[&view]))?;
        if answer.is_none() {
            return Ok(None);
        }
        let n = self.answered_length(py, &answer, bytes.len(), "write")?;
        self.advance(n);
        Ok(Some(n))
    }

    fn answered_length(&self, py: Py<'_>, answer: &PyObject, most: usize, method: &str) -> PyResult<usize> {
        let n = match answer.to_index_isize(py, "cannot fit '{}' into an index-sized integer") {
            Ok(n) => n,
            Err(raised) if method == "readinto" => {
                let cause = py.fetch(raised);
                let raised = raise!(py, OSError, "raw readinto() failed");
                let exc = py.fetch(raised);
                if let Some(e) = exc.downcast::<PyBaseException>() {
                    e.set_context(Some(cause.clone()));
                    e.set_cause(Some(cause));
                }
                return Err(py.restore(exc));
            }
            Err(raised) => return Err(raised),
        };
        match usize::try_from(n) {
            Ok(n) if n <= most => Ok(n),
            _ => bail!(
                py,
                OSError,
                "raw {method}() returned invalid length {n} (should have been between 0 and {most})"
            ),
        }
    }

    /// `tell()`.
    pub fn tell(&self, py: Py<'_>, this: &PyObject) -> PyResult<i64> {
        let raw = self.raw(py)?;
        let _guard = self.enter(py, this)?;
        let at = self.raw_tell(py, &raw)?;
        // A device that always says 0 still gives bytes to read ahead.
        Ok((at - self.ahead.get() as i64).max(0) + self.pending.get() as i64)
    }

    /// Forgets bytes read ahead without moving the raw stream.
    pub(super) fn forget_ahead(&self) {
        self.ahead.set(0);
        if self.pending.get() == 0 {
            self.pos.set(0);
        }
    }

    /// Moves the raw stream back over the bytes read ahead, and forgets them.
    pub(super) fn rewind_ahead(&self, py: Py<'_>, raw: &PyObject) -> PyResult<()> {
        let ahead = self.ahead.get();
        if ahead > 0 {
            self.raw_seek(py, raw, -(ahead as i64), 1)?;
        }
        self.forget_ahead();
        Ok(())
    }

    /// `seek(target, whence)`.
    pub fn seek(&self, py: Py<'_>, this: &PyObject, target: &PyObject, whence: i32) -> PyResult<i64> {
        let raw = self.raw(py)?;
        if !(0..=4).contains(&whence) {
            bail!(py, ValueError, "whence value {whence} unsupported");
        }
        self.open_raw(py, "seek of closed file")?;
        if FileIo::is_plain(&raw).is_none() {
            common::check_seekable(py, &raw)?;
        } else if !raw.call_method(py, id!(py, "seekable"), &[])?.is(PyBool::get(true)) {
            return Err(unsupported(py, "File or stream is not seekable."));
        }
        let target = common::offset(py, target)?;
        let _guard = self.enter(py, this)?;
        // Within the bytes read ahead (or read lately) only the place in the buffer changes.
        if whence <= 1 && self.readable.get() && self.pending.get() == 0 {
            let at = match self.raw_position.get() {
                Some(at) => at,
                None => self.raw_tell(py, &raw)?,
            };
            let current = at - self.ahead.get() as i64;
            let step = if whence == 0 { target.checked_sub(current) } else { Some(target) };
            let back = self.pos.get() as i64;
            let forth = self.ahead.get() as i64;
            if let Some(step) = step
                && step >= -back
                && step <= forth
                && back + forth > 0
            {
                self.pos.set((back + step) as usize);
                self.ahead.set((forth - step) as usize);
                return Ok((current + step).max(0));
            }
        }
        if self.writable.get() {
            self.flush_pending(py, &raw)?;
        }
        let target = if whence == 1 { target.saturating_sub(self.ahead.get() as i64) } else { target };
        let at = self.raw_seek(py, &raw, target, whence)?;
        self.forget_ahead();
        Ok(at)
    }

    /// `truncate(pos)`.
    pub fn truncate(&self, py: Py<'_>, this: &PyObject, pos: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let raw = self.open_raw(py, "truncate of closed file")?;
        if !self.writable.get() {
            return Err(unsupported(py, "truncate"));
        }
        let _guard = self.enter(py, this)?;
        self.flush_pending(py, &raw)?;
        self.rewind_ahead(py, &raw)?;
        let none = py.none();
        let answer = raw.call_method(py, id!(py, "truncate"), &[pos.unwrap_or(&none)])?;
        if let Err(raised) = self.raw_tell(py, &raw) {
            py.clear_error(raised);
        }
        Ok(answer)
    }

    /// `flush()` of a stream that writes.
    pub fn flush(&self, py: Py<'_>, this: &PyObject) -> PyResult<()> {
        let raw = self.open_raw(py, "flush of closed file")?;
        let _guard = self.enter(py, this)?;
        self.flush_pending(py, &raw)?;
        if self.readable.get() {
            self.rewind_ahead(py, &raw)?;
        }
        Ok(())
    }
}

/// A `BlockingIOError` of a write.
pub(super) fn would_block(py: Py<'_>, written: usize) -> Raised {
    let made = (|| {
        let errno = PyInt::new(py, libc::EAGAIN.into())?;
        let text = PyStr::new(py, "write could not complete without blocking")?;
        let written = PyInt::new(py, written as i64)?;
        types::BlockingIOError().call(py, &[&errno, &text, &written])
    })();
    match made {
        Ok(exc) => py.raise_instance(exc),
        Err(raised) => raised,
    }
}

impl Core {
    /// True for a usable object that reads.
    pub fn is_reader(&self) -> bool {
        self.readable.get()
    }

    /// True for a usable object that writes.
    pub fn is_writer(&self) -> bool {
        self.writable.get()
    }

    /// True when the raw stream is a plain file that is closed; `None` when somebody has to be asked.
    #[inline]
    pub fn plainly_closed(&self) -> Option<bool> {
        let raw = self.raw.get()?;
        raw.downcast_exact::<FileIo>().map(FileIo::is_closed)
    }
}
