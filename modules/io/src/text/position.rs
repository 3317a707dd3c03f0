//! `tell` and `seek`: positions in the text as numbers that carry the decoder's state.

use krait_runtime::prelude::*;

use super::TextIoWrapper;
use super::codec::DecoderState;
use crate::common::unsupported;

/// What a position holds: where to put the buffer, how to set up the decoder there, how many bytes to feed it and how many of the
/// characters it then gives to skip.
#[derive(Default)]
struct Cookie {
    start: u64,
    flags: u32,
    bytes_to_feed: u32,
    chars_to_skip: u32,
    need_eof: bool,
}

impl Cookie {
    fn to_int(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        if self.flags == 0 && self.bytes_to_feed == 0 && self.chars_to_skip == 0 && !self.need_eof {
            return PyInt::from_u64(py, self.start).map(Ref::upcast);
        }
        let mut bytes = Vec::with_capacity(21);
        bytes.extend(self.start.to_le_bytes());
        bytes.extend(self.flags.to_le_bytes());
        bytes.extend(self.bytes_to_feed.to_le_bytes());
        bytes.extend(self.chars_to_skip.to_le_bytes());
        bytes.push(self.need_eof.into());
        let (mut digits, mut waiting, mut bits) = (Vec::new(), 0u64, 0);
        for b in bytes {
            waiting |= u64::from(b) << bits;
            bits += 8;
            if bits >= 30 {
                digits.push((waiting & 0x3FFF_FFFF) as u32);
                waiting >>= 30;
                bits -= 30;
            }
        }
        digits.push(waiting as u32);
        PyInt::from_digits(py, false, &digits).map(Ref::upcast)
    }

    fn from_int(py: Py<'_>, n: &PyInt) -> PyResult<Cookie> {
        let mut bytes = Vec::with_capacity(24);
        let (mut waiting, mut bits) = (0u64, 0);
        for d in n.digits() {
            waiting |= u64::from(*d) << bits;
            bits += 30;
            while bits >= 8 {
                bytes.push(waiting as u8);
                waiting >>= 8;
                bits -= 8;
            }
        }
        bytes.push(waiting as u8);
        if bytes.iter().skip(21).any(|b| *b != 0) {
            bail!(py, OverflowError, "int too big to convert");
        }
        bytes.resize(24, 0);
        let part = |from: usize, n: usize| {
            bytes.iter().skip(from).take(n).rev().fold(0u64, |all, b| all << 8 | u64::from(*b))
        };
        Ok(Cookie {
            start: part(0, 8),
            flags: part(8, 4) as u32,
            bytes_to_feed: part(12, 4) as u32,
            chars_to_skip: part(16, 4) as u32,
            need_eof: part(20, 1) != 0,
        })
    }
}

impl TextIoWrapper {
    fn flush_self(&self, py: Py<'_>) -> PyResult<()> {
        self.call_method(py, id!(py, "flush"), &[]).map(drop)
    }

    /// `tell()`.
    pub(super) fn tell_text(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.check_usable(py)?;
        self.check_open(py)?;
        if !self.seekable.get() {
            return Err(unsupported(py, "underlying stream is not seekable"));
        }
        if !self.telling.get() {
            bail!(py, OSError, "telling position disabled by next() call");
        }
        self.write_pending(py)?;
        self.flush_self(py)?;
        let at = self.buffer(py)?.call_method(py, id!(py, "tell"), &[])?;
        let Some(input) = self.snapshot.input.get() else { return Ok(at) };
        if self.decoder.is_missing() {
            return Ok(at);
        }
        let at = at.index(py)?.as_i64().unwrap_or(0);
        let flags = self.snapshot.flags.get();
        let start = at.saturating_sub(input.len() as i64) as u64;
        let skip = self.used.get();
        if skip == 0 {
            return Cookie { start, flags: flags as u32, ..Cookie::default() }.to_int(py);
        }
        let saved = self.decoder.state(py)?;
        let found = self.find_position(py, start, flags, input.as_bytes(), skip);
        let restored = self.decoder.set_state(py, &saved);
        let found = found?;
        restored?;
        found.to_int(py)
    }

    fn decode_count(&self, py: Py<'_>, bytes: &[u8], last: bool) -> PyResult<usize> {
        let bytes = PyBytes::new(py, bytes)?;
        self.decoder.decode(py, &bytes, &self.errors_text(py), last).map(|text| text.len())
    }

    /// Finds the last place at or before the character `skip` of the text decoded from `input` where the decoder keeps no bytes.
    fn find_position(
        &self,
        py: Py<'_>,
        start: u64,
        flags: u64,
        input: &[u8],
        skip: usize,
    ) -> PyResult<Cookie> {
        let mut skip = skip;
        let mut at = Cookie { start, flags: flags as u32, ..Cookie::default() };
        let begin = DecoderState { bytes: PyBytes::empty(), flags };
        // Leap near the place, as far as the average length of characters suggests, back off until it is not behind it.
        let mut leap = ((self.bytes_per_char.get() * skip as f64) as usize).min(input.len());
        let mut back = 1;
        let set_back = || {
            if start == 0 && flags == 0 {
                self.decoder.newlines.forget_seen();
            }
            self.decoder.set_state(py, &begin)
        };
        while leap > 0 {
            set_back()?;
            let chars = self.decode_count(py, input.get(..leap).unwrap_or_default(), false)?;
            if chars <= skip {
                let state = self.decoder.state(py)?;
                if state.bytes.is_empty() {
                    at.flags = state.flags as u32;
                    skip -= chars;
                    break;
                }
                leap = leap.saturating_sub(state.bytes.len());
                back = 1;
            } else {
                leap = leap.saturating_sub(back);
                back *= 2;
            }
        }
        if leap == 0 {
            set_back()?;
        }
        at.start += leap as u64;
        if skip == 0 {
            return Ok(at);
        }
        // From there byte by byte.
        let (mut fed, mut chars) = (0usize, 0usize);
        let mut enough = false;
        for byte in input.get(leap..).unwrap_or_default() {
            chars += self.decode_count(py, std::slice::from_ref(byte), false)?;
            fed += 1;
            let state = self.decoder.state(py)?;
            if state.bytes.is_empty() && chars <= skip {
                at.start += fed as u64;
                skip -= chars;
                at.flags = state.flags as u32;
                (fed, chars) = (0, 0);
            }
            if chars >= skip {
                enough = true;
                break;
            }
        }
        if !enough {
            chars += self.decode_count(py, &[], true)?;
            at.need_eof = true;
            if chars < skip {
                bail!(py, OSError, "can't reconstruct logical file position");
            }
        }
        at.bytes_to_feed = fed as u32;
        at.chars_to_skip = skip as u32;
        Ok(at)
    }

    /// `seek(cookie, whence)`.
    pub(super) fn seek_text(&self, py: Py<'_>, cookie: &PyObject, whence: i32) -> PyResult<Ref<PyObject>> {
        self.check_usable(py)?;
        self.check_open(py)?;
        if !self.seekable.get() {
            return Err(unsupported(py, "underlying stream is not seekable"));
        }
        let zero = PyInt::new(py, 0)?;
        let mut cookie = cookie.to_ref();
        match whence {
            0 => {}
            1 => {
                if !cookie.eq(py, &zero)? {
                    return Err(unsupported(py, "can't do nonzero cur-relative seeks"));
                }
                // The position is that of the next character, whatever was read ahead.
                self.flush_self(py)?;
                cookie = self.call_method(py, id!(py, "tell"), &[])?;
            }
            2 => {
                if !cookie.eq(py, &zero)? {
                    return Err(unsupported(py, "can't do nonzero end-relative seeks"));
                }
                self.flush_self(py)?;
                self.forget_decoded();
                self.snapshot.clear();
                if !self.decoder.is_missing() {
                    self.decoder.reset(py)?;
                }
                let two = PyInt::new(py, 2)?;
                let at = self.buffer(py)?.call_method(py, id!(py, "seek"), &[&zero, &two])?;
                if !self.encoder.is_missing() {
                    let start = at.eq(py, &zero)?;
                    self.encoder.restart(py, start)?;
                }
                return Ok(at);
            }
            _ => bail!(py, ValueError, "invalid whence ({whence}, should be 0, 1 or 2)"),
        }
        if cookie.compare_bool(py, &zero, CompareOp::Lt)? {
            let text = cookie.repr(py)?;
            bail!(py, ValueError, "negative seek position {}", text.to_string_lossy());
        }
        self.flush_self(py)?;
        let Some(number) = cookie.downcast::<PyInt>() else {
            bail!(py, TypeError, "'{}' object cannot be interpreted as an integer", cookie.ty().name())
        };
        let parsed = Cookie::from_int(py, number)?;
        let buffer = self.buffer(py)?;
        buffer.call_method(py, id!(py, "seek"), &[&*PyInt::from_u64(py, parsed.start)?])?;
        self.forget_decoded();
        self.snapshot.clear();
        if !self.decoder.is_missing() {
            if parsed.start == 0 && parsed.flags == 0 {
                self.decoder.reset(py)?;
            } else {
                let state = DecoderState { bytes: PyBytes::empty(), flags: parsed.flags.into() };
                self.decoder.set_state(py, &state)?;
            }
        }
        if parsed.chars_to_skip > 0 {
            let size = PyInt::new(py, parsed.bytes_to_feed.into())?;
            let input = buffer.call_method(py, id!(py, "read"), &[&size])?;
            let Ok(input) = input.clone().downcast_into::<PyBytes>() else {
                bail!(
                    py,
                    TypeError,
                    "underlying read() should have returned a bytes object, not '{}'",
                    input.ty().name()
                )
            };
            self.snapshot.set(parsed.flags.into(), input.clone());
            let text = self.decoder.decode(py, &input, &self.errors_text(py), parsed.need_eof)?;
            let len = text.len();
            self.set_decoded(text);
            if len < parsed.chars_to_skip as usize {
                bail!(py, OSError, "can't restore logical file position");
            }
            self.used.set(parsed.chars_to_skip as usize);
        } else {
            self.snapshot.set(parsed.flags.into(), PyBytes::empty());
        }
        if !self.encoder.is_missing() {
            self.encoder.restart(py, parsed.start == 0 && parsed.flags == 0)?;
        }
        Ok(cookie)
    }
}
