//! Reading, writing and closing.

use std::io::{Read, Write};

use krait_runtime::args::extract;
use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::{BufferArg, WritableBufferArg};

use super::handshake::gone;
use super::transport::{Arrival, Doing, Way};
use super::{Broken, Carrier, Phase, SslSocket};
use crate::errors::{self, Report};

/// The most that one record holds.
const RECORD: usize = 16384;

/// What reading from the connection gives.
enum Got {
    Bytes(usize),
    Nothing,
    Closed,
}

impl SslSocket {
    /// Decrypted bytes that are there, put where `get`, which runs no Python code, wants them.
    fn decrypted(&self, get: &mut dyn FnMut(&mut dyn Read) -> std::io::Result<usize>) -> Got {
        let mut state = self.state.borrow_mut();
        let Phase::Open(connection) = &mut state.phase else { return Got::Nothing };
        match get(&mut connection.reader()) {
            Ok(0) => Got::Closed,
            Ok(count) => Got::Bytes(count),
            Err(_) => Got::Nothing,
        }
    }

    /// Reads as soon as there is something; nothing at a proper end. `get` has room.
    fn read_some(
        &self,
        py: Py<'_>,
        get: &mut dyn FnMut(&mut dyn Read) -> std::io::Result<usize>,
    ) -> PyResult<usize> {
        let way = self.way(py, Doing::Read)?;
        let line = Doing::Read.line();
        loop {
            match self.decrypted(get) {
                Got::Bytes(count) => return Ok(count),
                Got::Closed if self.state.borrow().close_sent => return Err(errors::zero_return(py, line)),
                Got::Closed => return Ok(0),
                Got::Nothing => {}
            }
            match self.state.borrow().broken {
                Some(Broken::Alert) => return Ok(0),
                Some(Broken::End) => return Err(errors::unexpected_eof(py, line)),
                Some(Broken::Refused) => return Err(gone(py, line)),
                None => {}
            }
            if !self.state.borrow().shaken {
                self.shake(py, &way)?;
                continue;
            }
            self.send_if_possible(py, &way)?;
            if let Arrival::End = self.receive(py, &way)? {
                self.state.borrow_mut().broken = Some(Broken::End);
                return Err(errors::unexpected_eof(py, line));
            }
        }
    }

    /// Sends what waits, but a reader does not wait for that.
    fn send_if_possible(&self, py: Py<'_>, way: &Way) -> PyResult<()> {
        let waits = {
            let mut state = self.state.borrow_mut();
            state.collect();
            !state.out.is_empty() && state.written == 0
        };
        if waits {
            self.flush_last_words(py, way);
        }
        Ok(())
    }

    fn write_bytes(&self, py: Py<'_>, data: &[u8]) -> PyResult<usize> {
        let way = self.way(py, Doing::Write)?;
        let line = Doing::Write.line();
        if self.state.borrow().close_sent {
            return Err(Report::ssl("PROTOCOL_IS_SHUTDOWN").raise(py, line));
        }
        if !self.state.borrow().shaken {
            self.shake(py, &way)?;
        }
        match self.state.borrow().broken {
            Some(Broken::Alert) => return Err(errors::zero_return(py, line)),
            Some(_) => return Err(gone(py, line)),
            None => {}
        }
        if self.state.borrow().written > data.len() {
            return Err(Report::ssl("BAD_LENGTH").raise(py, line));
        }
        loop {
            // After an interruption the same data comes again: what is encrypted of it has only to be sent.
            self.flush(py, &way)?;
            let mut state = self.state.borrow_mut();
            let rest = data.get(state.written..).unwrap_or_default();
            let piece = rest.get(..RECORD).unwrap_or(rest);
            if piece.is_empty() {
                state.written = 0;
                return Ok(data.len());
            }
            let Phase::Open(connection) = &mut state.phase else { return Err(gone(py, line)) };
            match connection.writer().write(piece) {
                Ok(count) => state.written += count,
                Err(_) => return Err(gone(py, line)),
            }
        }
    }

    /// Says that we close, and waits until the other side has said it too.
    fn close(&self, py: Py<'_>) -> PyResult<()> {
        let way = self.way(py, Doing::Shutdown)?;
        let line = Doing::Shutdown.line();
        if !self.state.borrow().shaken || self.state.borrow().broken.is_some() {
            return Err(Report::ssl("SHUTDOWN_WHILE_IN_INIT").raise(py, line));
        }
        if !self.state.borrow().close_sent {
            let mut state = self.state.borrow_mut();
            if let Phase::Open(connection) = &mut state.phase {
                connection.send_close_notify();
            }
            state.close_sent = true;
        }
        self.flush(py, &way)?;
        loop {
            match self.decrypted(&mut |from| from.read(&mut [0])) {
                Got::Closed => return Ok(()),
                Got::Bytes(_) => {
                    self.state.borrow_mut().broken = Some(Broken::Refused);
                    return Err(Report::ssl("APPLICATION_DATA_AFTER_CLOSE_NOTIFY").raise(py, line));
                }
                Got::Nothing => {}
            }
            if let Arrival::End = self.receive(py, &way)? {
                self.state.borrow_mut().broken = Some(Broken::End);
                return Err(errors::unexpected_eof(py, line));
            }
        }
    }
}

#[pymethods(part = "stream", class = "_ssl._SSLSocket")]
impl SslSocket {
    /// `read(size[, buffer])`.
    #[pymethod]
    #[raw(fastcall)]
    fn read(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let (len, buffer) = match args.positional() {
            [len] => (extract::<i32>(py, len, "read", 1)?, None),
            [len, buffer] => {
                let len = extract::<i32>(py, len, "read", 1)?;
                (len, Some(extract::<WritableBufferArg>(py, buffer, "read", 2)?))
            }
            _ => bail!(py, TypeError, "_ssl._SSLSocket.read requires 1 to 2 arguments"),
        };
        let Some(buffer) = buffer else {
            let Ok(len) = usize::try_from(len) else { bail!(py, ValueError, "size should not be negative") };
            if len == 0 {
                return [0_u8; 0].as_slice().into_py(py);
            }
            let mut bytes = vec![0; len.min(RECORD)];
            let count = self.read_some(py, &mut |from| from.read(&mut bytes))?;
            return bytes.get(..count).unwrap_or_default().into_py(py);
        };
        let room = buffer.0.len();
        // 0, and all that makes no sense, stands for the whole buffer.
        let len = usize::try_from(len).ok().filter(|len| *len > 0 && *len <= room).unwrap_or(room);
        if len == 0 {
            return 0.into_py(py);
        }
        let count = self.read_some(py, &mut |from| {
            buffer.0.fill(|room| {
                let end = len.min(room.len());
                room.get_mut(..end).map_or(Ok(0), |room| from.read(room))
            })
        })?;
        count.into_py(py)
    }

    #[pymethod]
    #[sig("($self, b, /)")]
    fn write(&self, py: Py<'_>, b: BufferArg) -> PyResult<usize> {
        if i32::try_from(b.as_bytes().len()).is_err() {
            bail!(py, OverflowError, "string longer than {} bytes", i32::MAX)
        }
        self.write_bytes(py, b.as_bytes())
    }

    #[pymethod]
    fn pending(&self, _py: Py<'_>) -> usize {
        match &mut self.state.borrow_mut().phase {
            Phase::Open(connection) => {
                connection.process_new_packets().map_or(0, |io| io.plaintext_bytes_to_read())
            }
            _ => 0,
        }
    }

    #[pymethod]
    fn shutdown(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.close(py)?;
        match &self.carrier {
            Carrier::Socket(_) => {
                Ok(self.way(py, Doing::Shutdown)?.into_socket().unwrap_or_else(|| py.none()))
            }
            Carrier::Memory { .. } => Ok(py.none()),
        }
    }
}
