//! Writes the archive: `library.bin` (the files one after another, each compressed alone, so that one can be read
//! without the others) and `index.rs` (where each stands), and a key that changes with any content.

use super::collect::Library;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// 1 to 10; beyond this, time doubles for a percent.
const LEVEL: u8 = 8;

/// Writes `library.bin` and `index.rs` into `out`.
pub fn write(library: &Library, out: &Path) -> Result<(), Box<dyn Error>> {
    let mut blob = Vec::new();
    let mut index = String::new();
    let mut key = Fnv::new();
    for (path, contents) in library {
        key.add(path.as_bytes());
        key.add(contents);
        let offset = blob.len();
        let squeezed = miniz_oxide::deflate::compress_to_vec(contents, LEVEL);
        // A wheel or a picture is compressed already.
        let is_packed = squeezed.len() < contents.len();
        blob.extend_from_slice(if is_packed { &squeezed } else { contents });
        let stored = blob.len() - offset;
        writeln!(
            index,
            "Entry {{ path: {path:?}, offset: {offset}, stored: {stored}, size: {size}, is_packed: {is_packed} }},",
            size = contents.len(),
        )?;
    }
    let index = format!(
        "/// Changes whenever any file of the library does.\n\
         pub const VERSION_KEY: &str = \"{key:016x}\";\n\
         static BLOB: &[u8] = include_bytes!(\"library.bin\");\n\
         /// Sorted by path.\n\
         static INDEX: &[Entry] = &[\n{index}];\n",
        key = key.0,
    );
    fs::write(out.join("library.bin"), blob)?;
    fs::write(out.join("index.rs"), index)?;
    Ok(())
}

/// FNV-1a of 64 bits: the key tells builds apart, it guards against nobody.
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Fnv(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, bytes: &[u8]) {
        // The length keeps "ab" + "c" apart from "a" + "bc".
        for byte in (bytes.len() as u64).to_le_bytes().iter().chain(bytes) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
}
