//! Carrying records between a connection and its socket or memory.
//!
//! A socket is waited for without the GIL, but read and written under it, without waiting: so bytes keep their order when several
//! threads use one connection. Not more than one record is taken at a time: what follows it may be meant for somebody else.

use krait_mod_net::socket::object::PySocket;
use krait_mod_net::socket::waiting::{Limit, wait};
use krait_runtime::objects::weakref::PyWeakReference;
use krait_runtime::prelude::*;
use krait_runtime::system::{Errno, Target, network};

use super::{Carrier, Failure, Phase, SslSocket, State};
use crate::errors::{self, Report};
use crate::verifier;

/// What is being done: the words for a time that is over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    /// Shaking hands.
    Handshake,
    /// Reading.
    Read,
    /// Writing.
    Write,
    /// Closing.
    Shutdown,
}

impl Doing {
    /// The line that messages name.
    pub(super) fn line(self) -> u32 {
        match self {
            Doing::Handshake => errors::line::HANDSHAKE,
            Doing::Read => errors::line::READ,
            Doing::Write => errors::line::WRITE,
            Doing::Shutdown => errors::line::SHUTDOWN,
        }
    }

    fn socket_gone_line(self) -> u32 {
        match self {
            Doing::Handshake => 1064,
            Doing::Read => 2690,
            Doing::Write => 2538,
            Doing::Shutdown => 2825,
        }
    }

    #[cold]
    fn timed_out(self, py: Py<'_>, writing: bool) -> Raised {
        match (self, writing) {
            (Doing::Handshake, _) => {
                raise!(py, TimeoutError, "_ssl.c:1112: The handshake operation timed out")
            }
            (Doing::Read, _) | (Doing::Shutdown, false) => {
                raise!(py, TimeoutError, "The read operation timed out")
            }
            _ => raise!(py, TimeoutError, "The write operation timed out"),
        }
    }
}

/// A call's way to the bytes: the carrier, and how long it may take.
pub(super) struct Way {
    socket: Option<Ref<PyObject>>,
    timeout: i64,
    limit: Limit,
    doing: Doing,
}

/// What came.
pub(super) enum Arrival {
    /// A whole record has been processed.
    Record,
    /// Nothing more will come.
    End,
}

impl Way {
    /// What it is for.
    pub(super) fn doing(&self) -> Doing {
        self.doing
    }

    /// The socket.
    pub(super) fn into_socket(self) -> Option<Ref<PyObject>> {
        self.socket
    }

    fn descriptor(&self) -> i32 {
        self.socket.as_ref().and_then(|s| s.downcast::<PySocket>()).map_or(-1, PySocket::descriptor)
    }

    /// Waits until the socket is ready.
    fn wait(&self, py: Py<'_>, writing: bool) -> PyResult<()> {
        if self.timeout == 0 {
            let line = self.doing.line();
            return Err(if writing { errors::want_write(py, line) } else { errors::want_read(py, line) });
        }
        let events = if writing { libc::POLLOUT } else { libc::POLLIN };
        if wait(py, self.descriptor(), events, self.limit)? {
            Ok(())
        } else {
            Err(self.doing.timed_out(py, writing))
        }
    }
}

impl SslSocket {
    /// The way for one operation.
    pub(super) fn way(&self, py: Py<'_>, doing: Doing) -> PyResult<Way> {
        let Carrier::Socket(reference) = &self.carrier else {
            return Ok(Way { socket: None, timeout: 0, limit: Limit::new(0), doing });
        };
        let socket = reference.downcast::<PyWeakReference>().and_then(PyWeakReference::target);
        let known = socket.as_ref().and_then(|s| s.downcast::<PySocket>());
        let Some(known) = known else {
            let report = Report::plain(0, "Underlying socket connection gone");
            return Err(report.raise(py, doing.socket_gone_line()));
        };
        let timeout = known.timeout_nanoseconds();
        Ok(Way { socket, timeout, limit: Limit::new(timeout), doing })
    }

    /// Sends what is to be sent.
    pub(super) fn flush(&self, py: Py<'_>, way: &Way) -> PyResult<()> {
        loop {
            self.state.borrow_mut().collect();
            let Carrier::Socket(_) = &self.carrier else {
                let bytes = std::mem::take(&mut self.state.borrow_mut().out);
                if let Carrier::Memory { outgoing, .. } = &self.carrier {
                    outgoing.put(&bytes);
                }
                return Ok(());
            };
            let sent = {
                let state = self.state.borrow();
                if state.out.is_empty() {
                    return Ok(());
                }
                network::send(way.descriptor(), &state.out, libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL)
            };
            match sent {
                Ok(count) => {
                    let out = &mut self.state.borrow_mut().out;
                    out.drain(..count.min(out.len()));
                }
                Err(Errno(libc::EINTR)) => py.check_signals()?,
                Err(Errno(libc::EAGAIN)) => way.wait(py, true)?,
                Err(error) => return Err(py.raise_errno(error.0)),
            }
        }
    }

    /// The same where a failure does not matter, since another one is told: alerts.
    pub(super) fn flush_last_words(&self, py: Py<'_>, way: &Way) {
        py.preserving_error(|| {
            let once = Way { socket: way.socket.clone(), timeout: 0, limit: Limit::new(0), doing: way.doing };
            if let Err(raised) = self.flush(py, &once) {
                py.clear_error(raised);
            }
        });
    }

    /// Some of the bytes that are missing; `None` at the end.
    fn take(&self, py: Py<'_>, way: &Way, wanted: usize) -> PyResult<Option<Vec<u8>>> {
        if let Carrier::Memory { incoming, .. } = &self.carrier {
            let bytes = incoming.take(wanted);
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
            if incoming.has_ended() {
                return Ok(None);
            }
            return Err(errors::want_read(py, way.doing.line()));
        }
        let mut bytes = vec![0; wanted];
        loop {
            match network::receive(way.descriptor(), Target::new(&mut bytes), libc::MSG_DONTWAIT) {
                Ok(0) => return Ok(None),
                Ok(count) => {
                    bytes.truncate(count);
                    return Ok(Some(bytes));
                }
                Err(Errno(libc::EINTR)) => py.check_signals()?,
                // Somebody else may have read while the GIL was away: what is wanted is asked for anew.
                Err(Errno(libc::EAGAIN)) => {
                    way.wait(py, false)?;
                    return Ok(Some(Vec::new()));
                }
                Err(error) => return Err(py.raise_errno(error.0)),
            }
        }
    }

    /// Takes one record and has it processed. A failure's alert is sent before it is raised.
    pub(super) fn receive(&self, py: Py<'_>, way: &Way) -> PyResult<Arrival> {
        loop {
            let wanted = self.state.borrow().missing();
            if wanted == 0 {
                break;
            }
            let Some(bytes) = self.take(py, way, wanted)? else {
                return Ok(Arrival::End);
            };
            let mut state = self.state.borrow_mut();
            state.record.extend(&bytes);
            if state.first.len() < 8 {
                let room = 8 - state.first.len();
                state.first.extend(bytes.iter().take(room));
            } else if !bytes.is_empty() && state.first.len() == 8 {
                // One more than can tell anything: there was a record before.
                state.first.push(0);
            }
        }
        let processed = self.state.borrow_mut().process(self.server);
        match processed {
            Ok(()) => Ok(Arrival::Record),
            Err(failure) => {
                self.flush_last_words(py, way);
                Err(failure.raise(py, way.doing.line()))
            }
        }
    }
}

/// A record's header.
const HEADER: usize = 5;
/// The most that a record may hold.
const LARGEST: usize = 16384 + 2048;

impl State {
    /// So many bytes are missing from the record that has begun.
    fn missing(&self) -> usize {
        match self.record.as_slice() {
            // What is no TLS has no length either: rustls is to see it at once.
            [kind, major, ..] if !(20..=23).contains(kind) || *major != 3 => 0,
            [_, _, _, high, low, ..] => {
                let len = usize::from(*high) << 8 | usize::from(*low);
                if len > LARGEST { 0 } else { (HEADER + len).saturating_sub(self.record.len()) }
            }
            begun => HEADER - begun.len(),
        }
    }

    /// Gives the record to rustls.
    fn process(&mut self, server: bool) -> Result<(), Failure> {
        let record = std::mem::take(&mut self.record);
        let mut rest: &[u8] = &record;
        while !rest.is_empty() {
            let before = rest.len();
            match &mut self.phase {
                Phase::Accepting(acceptor) => {
                    // A failure to take bytes shows when they are looked at.
                    let _ = acceptor.read_tls(&mut rest);
                }
                Phase::Open(connection) => {
                    let _ = connection.read_tls(&mut rest);
                    let processed = connection.process_new_packets();
                    self.outcome = verifier::take_outcome().or(self.outcome.take());
                    self.collect();
                    match processed {
                        Ok(io) if io.peer_has_closed() && !self.shaken => {
                            self.broken = Some(super::Broken::Alert);
                            return Err(Failure::Closed);
                        }
                        Ok(_) => {}
                        Err(error) => return Err(self.fail(error, server)),
                    }
                }
                Phase::New => return Ok(()),
            }
            if rest.len() == before {
                break;
            }
        }
        Ok(())
    }

    /// Takes what rustls wants to send.
    pub(super) fn collect(&mut self) {
        if let Phase::Open(connection) = &mut self.phase {
            while connection.wants_write() {
                if !matches!(connection.write_tls(&mut self.out), Ok(1..)) {
                    break;
                }
            }
        }
    }
}
