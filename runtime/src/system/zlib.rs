//! Streams of `libz-rs-sys`, zlib's interface in Rust: a compressor or decompressor that can be copied, which the safe interface of
//! `zlib-rs` does not offer.

use core::ffi::CStr;

use libz_rs_sys as z;

/// What a call came to.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// zlib's code: 0 fine, 1 end of the stream, 2 a dictionary is needed, negative errors.
    pub code: i32,
    /// How much of the input was used.
    pub used: usize,
}

/// A compressor or decompressor.
pub struct ZStream {
    raw: Box<z::z_stream>,
    compresses: bool,
}

fn blank() -> Box<z::z_stream> {
    Box::new(z::z_stream::default())
}

const SIZE: i32 = size_of::<z::z_stream>() as i32;

impl ZStream {
    /// `deflateInit2`; the error is zlib's code.
    pub fn compressor(level: i32, method: i32, wbits: i32, mem: i32, strategy: i32) -> Result<ZStream, i32> {
        let mut raw = blank();
        // SAFETY: the stream is blank, so zlib takes its own allocator; version and size are the library's.
        let code = unsafe {
            z::deflateInit2_(&raw mut *raw, level, method, wbits, mem, strategy, z::zlibVersion(), SIZE)
        };
        if code == 0 { Ok(ZStream { raw, compresses: true }) } else { Err(code) }
    }

    /// `inflateInit2`; the error is zlib's code.
    pub fn decompressor(wbits: i32) -> Result<ZStream, i32> {
        let mut raw = blank();
        // SAFETY: as above.
        let code = unsafe { z::inflateInit2_(&raw mut *raw, wbits, z::zlibVersion(), SIZE) };
        if code == 0 { Ok(ZStream { raw, compresses: false }) } else { Err(code) }
    }

    /// A second stream in the same state.
    pub fn copy(&mut self) -> Result<ZStream, i32> {
        let mut raw = blank();
        // What the last call pointed to is gone.
        self.raw.next_in = core::ptr::null_mut();
        self.raw.avail_in = 0;
        let mut nothing = 0u8;
        self.raw.next_out = &raw mut nothing;
        self.raw.avail_out = 0;
        // SAFETY: the source is a stream in use, the target is blank.
        let code = unsafe {
            if self.compresses {
                z::deflateCopy(&raw mut *raw, &raw mut *self.raw)
            } else {
                z::inflateCopy(&raw mut *raw, &raw const *self.raw)
            }
        };
        self.raw.next_out = core::ptr::null_mut();
        raw.next_out = core::ptr::null_mut();
        if code == 0 { Ok(ZStream { raw, compresses: self.compresses }) } else { Err(code) }
    }

    /// Sets the dictionary; zlib's code.
    pub fn set_dictionary(&mut self, dictionary: &[u8]) -> i32 {
        let Ok(len) = u32::try_from(dictionary.len()) else { return z::Z_STREAM_ERROR };
        // SAFETY: the stream is in use, the bytes are alive.
        unsafe {
            if self.compresses {
                z::deflateSetDictionary(&raw mut *self.raw, dictionary.as_ptr(), len)
            } else {
                z::inflateSetDictionary(&raw mut *self.raw, dictionary.as_ptr(), len)
            }
        }
    }

    /// One call: appends at most `room` bytes to `out`.
    pub fn step(&mut self, input: &[u8], out: &mut Vec<u8>, room: usize, flush: i32) -> Outcome {
        let room = room.min(u32::MAX as usize);
        if out.try_reserve(room).is_err() {
            return Outcome { code: z::Z_MEM_ERROR, used: 0 };
        }
        let given = input.len().min(u32::MAX as usize);
        let raw = &mut *self.raw;
        raw.next_in = input.as_ptr().cast_mut().cast();
        raw.avail_in = given as u32;
        let spare = out.spare_capacity_mut();
        let room = room.min(spare.len());
        raw.next_out = spare.as_mut_ptr().cast();
        raw.avail_out = room as u32;
        // SAFETY: the stream is in use; input and output are alive for the call; so many bytes were written.
        unsafe {
            let code = if self.compresses { z::deflate(raw, flush) } else { z::inflate(raw, flush) };
            let made = room - raw.avail_out as usize;
            let used = given - raw.avail_in as usize;
            out.set_len(out.len() + made);
            raw.next_in = core::ptr::null_mut();
            raw.next_out = core::ptr::null_mut();
            raw.avail_in = 0;
            raw.avail_out = 0;
            Outcome { code, used }
        }
    }

    /// What zlib says of the last error.
    pub fn message(&self) -> Option<String> {
        if self.raw.msg.is_null() {
            return None;
        }
        // SAFETY: a static C string.
        Some(unsafe { CStr::from_ptr(self.raw.msg) }.to_string_lossy().into_owned()).filter(|m| !m.is_empty())
    }
}

impl Drop for ZStream {
    fn drop(&mut self) {
        // SAFETY: the stream is in use and is not used afterwards.
        unsafe {
            if self.compresses {
                z::deflateEnd(&raw mut *self.raw);
            } else {
                z::inflateEnd(&raw mut *self.raw);
            }
        }
    }
}

/// `crc32`.
pub fn crc32(start: u32, bytes: &[u8]) -> u32 {
    // SAFETY: parts that fit their length type.
    bytes
        .chunks(1 << 30)
        .fold(start, |value, part| unsafe { z::crc32(value.into(), part.as_ptr(), part.len() as u32) as u32 })
}

/// `adler32`.
pub fn adler32(start: u32, bytes: &[u8]) -> u32 {
    // SAFETY: parts that fit their length type.
    bytes.chunks(1 << 30).fold(start, |value, part| unsafe {
        z::adler32(value.into(), part.as_ptr(), part.len() as u32) as u32
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let Ok(mut c) = ZStream::compressor(6, 8, 15, 8, 0) else { unreachable!() };
        let mut packed = Vec::new();
        assert_eq!(c.step(b"hello hello hello", &mut packed, 1000, 4).code, 1);
        let Ok(mut d) = ZStream::decompressor(15) else { unreachable!() };
        let mut out = Vec::new();
        let first = d.step(&packed, &mut out, 5, 2);
        assert_eq!(first.code, 0);
        let Ok(mut copy) = d.copy() else { unreachable!() };
        let mut rest = Vec::new();
        assert_eq!(copy.step(packed.get(first.used..).unwrap_or_default(), &mut rest, 100, 2).code, 1);
        out.extend(rest);
        assert_eq!(out, b"hello hello hello");
        assert_eq!(crc32(0, b"abc"), 0x3524_41C2);
        assert_eq!(adler32(1, b"abc"), 0x024D_0127);
    }
}
