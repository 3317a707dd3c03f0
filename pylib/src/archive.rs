//! The archive of library files and its index, both made by the build step.

use std::borrow::Cow;

/// Where a file stands in [`BLOB`].
struct Entry {
    path: &'static str,
    offset: usize,
    stored: usize,
    size: usize,
    is_packed: bool,
}

include!(concat!(env!("OUT_DIR"), "/index.rs"));

/// A file of the library.
#[derive(Clone, Copy)]
pub struct File(&'static Entry);

impl File {
    /// Its path below `lib/python3.14/`, with `/` between the parts.
    pub fn path(self) -> &'static str {
        self.0.path
    }

    /// Its length in bytes.
    pub fn size(self) -> usize {
        self.0.size
    }

    /// Its contents; `None` only if the archive is damaged.
    pub fn contents(self) -> Option<Cow<'static, [u8]>> {
        let Entry { offset, stored, size, is_packed, .. } = *self.0;
        let bytes = BLOB.get(offset..offset.checked_add(stored)?)?;
        if !is_packed {
            return Some(Cow::Borrowed(bytes));
        }
        let contents = miniz_oxide::inflate::decompress_to_vec_with_limit(bytes, size).ok()?;
        (contents.len() == size).then_some(Cow::Owned(contents))
    }
}

/// All files, sorted by path.
pub fn files() -> impl Iterator<Item = File> {
    INDEX.iter().map(File)
}

/// The contents of the file at `path` (as `json/decoder.py`), if the library has it.
pub fn lookup(path: &str) -> Option<Cow<'static, [u8]>> {
    let place = INDEX.binary_search_by(|entry| entry.path.cmp(path)).ok()?;
    File(INDEX.get(place)?).contents()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_unpacks() {
        assert!(files().count() > 600);
        for file in files() {
            let contents = file.contents().expect("a whole file");
            assert_eq!(contents.len(), file.size(), "{}", file.path());
        }
    }

    #[test]
    fn no_edit_of_the_borrowed_project_is_left() {
        for file in files().filter(|file| file.path().ends_with(".py")) {
            let contents = file.contents().expect("a whole file");
            let text = String::from_utf8_lossy(&contents).to_lowercase();
            assert!(!text.contains("rustpython"), "{} still carries an edit", file.path());
        }
    }

    #[test]
    fn lookup_finds_what_is_there_and_nothing_else() {
        assert!(lookup("json/decoder.py").is_some());
        assert!(lookup("_sysconfigdata__linux_x86_64-linux-gnu.py").is_some());
        for absent in ["", "json", "no_such.py", "_dummy_os.py", "_pycodecs.py", "dummy_threading.py"] {
            assert!(lookup(absent).is_none(), "{absent}");
        }
        assert!(!files().any(|file| file.path().starts_with("test/")));
    }
}
