//! Kernels of the built-in codecs: bytes to code points and back, up to the first place that needs an error handler.
//! Calling handlers, and starting again behind what they replaced, is the caller's part.

pub mod charmap;
pub mod escape;
pub mod raw_escape;
pub mod single_byte;
pub mod utf16;
pub mod utf32;
pub mod utf7;
pub mod utf8;

/// Bytes that cannot be decoded: `UnicodeDecodeError`'s `start`, `end` and `reason`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// First byte of the offence.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// What is wrong.
    pub reason: &'static str,
}

/// How far a decoder came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Bytes used: all, or up to an unfinished sequence at the end (when more input may come), or up to the error.
    pub consumed: usize,
    /// What stopped it. A handler says where to go on.
    pub error: Option<Malformed>,
}

impl Decoded {
    fn done(consumed: usize) -> Decoded {
        Decoded { consumed, error: None }
    }

    fn bad(start: usize, end: usize, reason: &'static str) -> Decoded {
        Decoded { consumed: start, error: Some(Malformed { start, end, reason }) }
    }
}

/// The order of bytes in wider encodings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

/// Reason of every UTF encoder's errors.
pub const SURROGATES: &str = "surrogates not allowed";

#[cfg(test)]
mod tests;
