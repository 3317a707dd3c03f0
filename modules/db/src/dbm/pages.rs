//! The pages of a Berkeley DB file: a cache over the file, and the fields that every page has. What they mean is `hash_file`'s.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// Where the fields of a page's head stand.
pub mod field {
    #![allow(missing_docs, reason = "the format's names")]
    pub const LSN_OFFSET: usize = 4;
    pub const NUMBER: usize = 8;
    pub const PREVIOUS: usize = 12;
    pub const NEXT: usize = 16;
    pub const ENTRIES: usize = 20;
    pub const HIGH_FREE: usize = 22;
    pub const TYPE: usize = 25;
    pub const HEAD: usize = 26;
}

/// A page that is free.
pub const FREE: u8 = 0;
/// Pairs in any order, as old versions wrote them.
pub const UNSORTED: u8 = 2;
/// A piece of a long item.
pub const OVERFLOW: u8 = 7;
/// Pairs in the order of their keys.
pub const SORTED: u8 = 13;

/// As many pages stay in memory before those that wait are written.
const KEPT: usize = 2048;

/// What a damaged file is answered with.
pub fn damaged() -> io::Error {
    io::Error::from_raw_os_error(libc::EINVAL)
}

/// The two bytes at `at`; 0 beyond the end.
pub fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).copied().map_or(0, u16::from_le_bytes)
}

/// The four bytes at `at`; 0 beyond the end.
pub fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).copied().map_or(0, u32::from_le_bytes)
}

/// Puts bytes where they fit.
pub fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    if let Some(place) = bytes.get_mut(at..at + value.len()) {
        place.copy_from_slice(value);
    }
}

struct Page {
    bytes: Box<[u8]>,
    changed: bool,
}

/// The pages of one file.
pub struct Pages {
    file: File,
    size: usize,
    cache: HashMap<u32, Page>,
}

impl Pages {
    /// Over a file with pages of `size` bytes.
    pub fn new(file: File, size: usize) -> Pages {
        Pages { file, size, cache: HashMap::new() }
    }

    /// Bytes in a page.
    pub fn size(&self) -> usize {
        self.size
    }

    /// A page; zeros where the file has none yet.
    pub fn get(&mut self, number: u32) -> io::Result<&[u8]> {
        Ok(&self.load(number)?.bytes)
    }

    /// A page that will be changed.
    pub fn get_mut(&mut self, number: u32) -> io::Result<&mut [u8]> {
        let page = self.load(number)?;
        page.changed = true;
        Ok(&mut page.bytes)
    }

    fn load(&mut self, number: u32) -> io::Result<&mut Page> {
        if self.cache.len() > KEPT && !self.cache.contains_key(&number) {
            self.flush()?;
            self.cache.clear();
        }
        match self.cache.entry(number) {
            std::collections::hash_map::Entry::Occupied(found) => Ok(found.into_mut()),
            std::collections::hash_map::Entry::Vacant(place) => {
                let mut bytes = vec![0; self.size].into_boxed_slice();
                let mut filled = 0;
                while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
                    match self.file.read_at(rest, u64::from(number) * self.size as u64 + filled as u64) {
                        Ok(0) => break,
                        Ok(count) => filled += count,
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => return Err(error),
                    }
                }
                Ok(place.insert(Page { bytes, changed: false }))
            }
        }
    }

    /// Makes a page anew: a head and nothing else.
    pub fn clear(&mut self, number: u32, kind: u8) -> io::Result<&mut [u8]> {
        let size = self.size;
        let bytes = self.get_mut(number)?;
        bytes.fill(0);
        put(bytes, field::LSN_OFFSET, &1_u32.to_le_bytes());
        put(bytes, field::NUMBER, &number.to_le_bytes());
        put(bytes, field::HIGH_FREE, &u16::try_from(size).unwrap_or(0).to_le_bytes());
        put(bytes, field::TYPE, &[kind]);
        Ok(bytes)
    }

    /// Writes what was changed, in the order of the file.
    pub fn flush(&mut self) -> io::Result<()> {
        let mut waiting: Vec<_> = self.cache.iter_mut().filter(|(_, page)| page.changed).collect();
        waiting.sort_unstable_by_key(|(number, _)| **number);
        for (number, page) in waiting {
            self.file.write_all_at(&page.bytes, u64::from(*number) * self.size as u64)?;
            page.changed = false;
        }
        Ok(())
    }
}
