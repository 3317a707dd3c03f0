//! The 16-byte header of a `.pyc` file (PEP 552). The code object that follows is marshal's business.

/// The magic number of 3.14's bytecode, as at the start of a `.pyc` file.
pub const MAGIC_NUMBER: [u8; 4] = [0x2b, 0x0e, b'\r', b'\n'];

/// The size of the header.
pub const HEADER_SIZE: usize = 16;

/// How a `.pyc` file says which source it belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SourceStamp {
    /// The source's modification time and size (each modulo 2³²).
    Timestamp {
        /// Modification time in seconds.
        mtime: u32,
        /// Size in bytes.
        size: u32,
    },
    /// The source's SipHash-1-3.
    Hash {
        /// The hash.
        hash: [u8; 8],
        /// Whether the import system should compare it with the source.
        check_source: bool,
    },
}

/// Why a header is not one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HeaderError {
    /// Shorter than a header.
    TooShort,
    /// Another version's magic number.
    BadMagic([u8; 4]),
    /// Flag bits that no version has defined.
    BadFlags(u32),
}

/// The header for a source stamp.
#[must_use]
pub fn write_header(stamp: SourceStamp) -> [u8; HEADER_SIZE] {
    let mut header = [0; HEADER_SIZE];
    header[..4].copy_from_slice(&MAGIC_NUMBER);
    match stamp {
        SourceStamp::Timestamp { mtime, size } => {
            header[8..12].copy_from_slice(&mtime.to_le_bytes());
            header[12..].copy_from_slice(&size.to_le_bytes());
        }
        SourceStamp::Hash { hash, check_source } => {
            header[4] = if check_source { 0b11 } else { 0b01 };
            header[8..].copy_from_slice(&hash);
        }
    }
    header
}

/// Reads a header.
///
/// # Errors
/// When the data is too short, of another version, or has unknown flags.
pub fn read_header(data: &[u8]) -> Result<SourceStamp, HeaderError> {
    let Some((header, _)) = data.split_first_chunk::<HEADER_SIZE>() else {
        return Err(HeaderError::TooShort);
    };
    let [m0, m1, m2, m3, f0, f1, f2, f3, a0, a1, a2, a3, b0, b1, b2, b3] = *header;
    if [m0, m1, m2, m3] != MAGIC_NUMBER {
        return Err(HeaderError::BadMagic([m0, m1, m2, m3]));
    }
    match u32::from_le_bytes([f0, f1, f2, f3]) {
        0 => Ok(SourceStamp::Timestamp {
            mtime: u32::from_le_bytes([a0, a1, a2, a3]),
            size: u32::from_le_bytes([b0, b1, b2, b3]),
        }),
        flags @ (0b01 | 0b11) => {
            Ok(SourceStamp::Hash { hash: [a0, a1, a2, a3, b0, b1, b2, b3], check_source: flags & 0b10 != 0 })
        }
        flags => Err(HeaderError::BadFlags(flags)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_round_trip() {
        for stamp in [
            SourceStamp::Timestamp { mtime: 1, size: u32::MAX },
            SourceStamp::Hash { hash: *b"12345678", check_source: true },
            SourceStamp::Hash { hash: *b"12345678", check_source: false },
        ] {
            assert_eq!(read_header(&write_header(stamp)), Ok(stamp));
        }
        assert_eq!(read_header(b"abc"), Err(HeaderError::TooShort));
    }
}
