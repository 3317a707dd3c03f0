//! Where pickled bytes go: a buffer, cut into frames from protocol 4 on, and a file behind it, perhaps.

use krait_runtime::prelude::*;

use super::opcodes::{FRAME, FRAME_HEADER, FRAME_MIN, FRAME_TARGET};

/// The bytes of one `dump`.
pub struct Output {
    bytes: Vec<u8>,
    framing: bool,
    /// Where the open frame's header stands.
    frame: Option<usize>,
    /// The file's `write`; without one all bytes stay here.
    write: Option<Ref<PyObject>>,
}

impl Output {
    /// Nothing yet.
    pub fn new(write: Option<Ref<PyObject>>) -> Output {
        Output { bytes: Vec::with_capacity(256), framing: false, frame: None, write }
    }

    /// From here on bytes go into frames.
    pub fn start_framing(&mut self) {
        self.framing = true;
    }

    /// Appends.
    #[inline]
    pub fn put(&mut self, bytes: &[u8]) {
        if self.framing && self.frame.is_none() {
            self.open_frame();
        }
        self.bytes.extend_from_slice(bytes);
    }

    fn open_frame(&mut self) {
        self.frame = Some(self.bytes.len());
        self.bytes.extend_from_slice(&[0xFE; FRAME_HEADER]);
    }

    fn close_frame(&mut self) {
        let Some(start) = self.frame.take() else { return };
        let content = start + FRAME_HEADER;
        let length = self.bytes.len().saturating_sub(content);
        if length < FRAME_MIN {
            self.bytes.drain(start..content);
            return;
        }
        let length = (length as u64).to_le_bytes();
        if let Some((opcode, rest)) = self.bytes.get_mut(start..content).and_then(<[u8]>::split_first_mut) {
            *opcode = FRAME;
            rest.copy_from_slice(&length);
        }
    }

    /// Between two objects: a frame that is long enough is closed, and what there is goes to the file.
    #[inline]
    pub fn boundary(&mut self, py: Py<'_>) -> PyResult<()> {
        match self.frame {
            Some(start) if self.bytes.len() - start - FRAME_HEADER >= FRAME_TARGET => {
                self.close_frame();
                self.flush(py)
            }
            _ => Ok(()),
        }
    }

    /// Appends a header and a payload; a big payload stands outside frames, and goes to the file as it is.
    pub fn put_payload(
        &mut self,
        py: Py<'_>,
        header: &[u8],
        payload: &[u8],
        object: Option<&PyObject>,
    ) -> PyResult<()> {
        if payload.len() < FRAME_TARGET {
            self.put(header);
            self.put(payload);
            return Ok(());
        }
        self.close_frame();
        let framing = core::mem::take(&mut self.framing);
        self.bytes.extend_from_slice(header);
        match self.write.clone() {
            Some(write) => {
                self.flush(py)?;
                match object {
                    Some(object) => drop(write.call(py, &[object])?),
                    None => drop(write.call(py, &[&*PyBytes::new(py, payload)?])?),
                }
            }
            None => {
                if self.bytes.try_reserve(payload.len()).is_err() {
                    return Err(py.no_memory());
                }
                self.bytes.extend_from_slice(payload);
            }
        }
        self.framing = framing;
        Ok(())
    }

    fn flush(&mut self, py: Py<'_>) -> PyResult<()> {
        let Some(write) = self.write.clone() else { return Ok(()) };
        let bytes = PyBytes::new(py, &self.bytes)?;
        self.bytes.clear();
        write.call(py, &[&bytes]).map(drop)
    }

    /// Closes the last frame and hands everything over.
    pub fn finish(mut self, py: Py<'_>) -> PyResult<Vec<u8>> {
        self.close_frame();
        self.flush(py)?;
        Ok(self.bytes)
    }
}
