//! Gathers the library's files: the borrowed ones, then our own over them.
//! Nothing is edited here (see `patch.rs`).

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

/// The library as it will be packed: path below `lib/python3.14/` with `/` between its parts, to contents.
pub type Library = BTreeMap<String, Vec<u8>>;

/// Files and folders of the crate that are not part of CPython's library, or are of no use to a user.
const LEFT_OUT: &[&str] = &[
    // Stand-ins of the project that publishes the crate.
    "_dummy_os.py",
    "_dummy_thread.py",
    "_pycodecs.py",
    "dummy_threading.py",
    "README.md",
    // Tests.
    "test",
    "idlelib/idle_test",
];

/// The files that the crate brings, less [`LEFT_OUT`].
pub fn borrowed(root: &Path) -> Result<Library, Box<dyn Error>> {
    let mut library = Library::new();
    read_folder(root, "", &mut library)?;
    for name in LEFT_OUT {
        let below = format!("{name}/");
        library.retain(|path, _| path != name && !path.starts_with(&below));
    }
    // The name under which CPython itself installs its licence.
    if let Some(licence) = library.remove("PSF-LICENSE") {
        library.insert("LICENSE.txt".to_owned(), licence);
    }
    for needed in ["os.py", "importlib/_bootstrap.py", "LICENSE.txt"] {
        if !library.contains_key(needed) {
            return Err(format!("{} has no {needed}: not a standard library", root.display()).into());
        }
    }
    Ok(library)
}

/// Lays the files under `root` over `library`: ours win.
pub fn overlay(root: &Path, library: &mut Library) -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={}", fs::canonicalize(root)?.display());
    read_folder(root, "", library)
}

fn read_folder(folder: &Path, prefix: &str, library: &mut Library) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_str().ok_or("a file name that is not UTF-8")?;
        if name.starts_with('.') || name == "__pycache__" || name.ends_with(".pyc") {
            continue;
        }
        let path = format!("{prefix}{name}");
        if entry.path().is_dir() {
            read_folder(&entry.path(), &format!("{path}/"), library)?;
        } else {
            library.insert(path, fs::read(entry.path())?);
        }
    }
    Ok(())
}
