//! Where the library's files stand on disk: beside the executable when it is installed under a prefix, else laid out
//! once in a versioned cache directory. Later starts pay one `stat`.

use super::archive::{VERSION_KEY, files};
use std::ffi::OsStr;
use std::fs::{self, DirBuilder};
use std::io::{Error, ErrorKind, Result};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// The library's folder below the prefix that [`ensure_laid_out`] gives.
pub const LIBRARY_FOLDER: &str = "lib/python3.14";

/// Written last: a layout without it is not whole.
const STAMP: &str = ".complete";

/// The prefix whose [`LIBRARY_FOLDER`] holds the library: that of the executable's installation if it has a library,
/// else the cache directory, where the files are laid out if they are not there yet.
///
/// Safe against other processes and threads that do the same: the files are written under a private name and appear
/// under the final one all at once.
pub fn ensure_laid_out() -> Result<PathBuf> {
    if let Some(prefix) = std::env::current_exe().ok().as_deref().and_then(beside_executable) {
        return Ok(prefix);
    }
    let in_home =
        cache_folder(std::env::var_os("XDG_CACHE_HOME").as_deref(), std::env::var_os("HOME").as_deref())
            .ok_or_else(|| Error::new(ErrorKind::NotFound, "no home directory"))
            .and_then(|cache| lay_out_in(&cache.join("krait")));
    match in_home {
        Ok(prefix) => Ok(prefix),
        Err(home_error) => as_temporary().map_err(|error| {
            let text =
                format!("cannot lay out the standard library: {home_error}; nor as a temporary: {error}");
            Error::new(error.kind(), text)
        }),
    }
}

/// The prefix in a temporary directory: `TMPDIR`'s first, and where that belongs to another user (a program that gave up
/// its rights has inherited it), in one of the system's own.
fn as_temporary() -> Result<PathBuf> {
    let lay_out = |base: &Path| temporary_folder(base).and_then(|folder| lay_out_in(&folder));
    lay_out(&std::env::temp_dir()).or_else(|error| {
        ["/tmp", "/var/tmp"].iter().find_map(|base| lay_out(Path::new(base)).ok()).ok_or(error)
    })
}

/// `PREFIX` if `executable` is `PREFIX/bin/NAME` and `PREFIX` holds a library.
pub fn beside_executable(executable: &Path) -> Option<PathBuf> {
    let bin = executable.parent()?;
    let prefix = bin.parent()?;
    let is_installed =
        bin.file_name() == Some(OsStr::new("bin")) && prefix.join(LIBRARY_FOLDER).join("os.py").is_file();
    is_installed.then(|| prefix.to_owned())
}

/// The user's cache directory by the XDG rules: a relative `XDG_CACHE_HOME` counts as unset.
fn cache_folder(xdg: Option<&OsStr>, home: Option<&OsStr>) -> Option<PathBuf> {
    let absolute = |value: Option<&OsStr>| value.map(PathBuf::from).filter(|path| path.is_absolute());
    absolute(xdg).or_else(|| absolute(home).map(|home| home.join(".cache")))
}

/// A folder in the temporary directory `base` that only this user can have written to. Python code will be run from it,
/// so a folder that someone else could have prepared is refused.
fn temporary_folder(base: &Path) -> Result<PathBuf> {
    let user = user_id(base)?;
    let folder = base.join(format!("krait-{user}"));
    match DirBuilder::new().mode(0o700).create(&folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let found = fs::symlink_metadata(&folder)?;
    if !found.is_dir() || found.uid() != user || found.mode() & 0o022 != 0 {
        let text = format!("{} is not a private directory of this user", folder.display());
        return Err(Error::new(ErrorKind::PermissionDenied, text));
    }
    Ok(folder)
}

/// The effective user, read off something that is certainly ours.
fn user_id(base: &Path) -> Result<u32> {
    if let Ok(own) = fs::metadata("/proc/self") {
        return Ok(own.uid());
    }
    let probe = private_name(base, "krait-probe");
    DirBuilder::new().mode(0o700).create(&probe)?;
    let user = fs::symlink_metadata(&probe).map(|found| found.uid());
    fs::remove_dir(&probe)?;
    user
}

/// The prefix inside `folder`, laid out if it is not yet.
fn lay_out_in(folder: &Path) -> Result<PathBuf> {
    let prefix = folder.join(format!("lib-{VERSION_KEY}"));
    if prefix.join(STAMP).exists() {
        return Ok(prefix);
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let fresh = private_name(folder, "new");
    let done = write_files(&fresh).and_then(|()| put_in_place(folder, &fresh, &prefix));
    if fresh.exists() {
        // Another process was first, or this one failed. What cannot be removed does no harm.
        let _ = fs::remove_dir_all(&fresh);
    }
    done.map(|()| prefix)
}

/// Writes the whole library below `root`, which must not exist.
fn write_files(root: &Path) -> Result<()> {
    let library = root.join(LIBRARY_FOLDER);
    fs::create_dir_all(library.join("site-packages"))?;
    let mut made = PathBuf::new();
    for file in files() {
        let path = library.join(file.path());
        if let Some(parent) = path.parent().filter(|parent| *parent != made) {
            fs::create_dir_all(parent)?;
            made = parent.to_owned();
        }
        let contents = file.contents().ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidData,
                format!("the executable is damaged: cannot unpack {}", file.path()),
            )
        })?;
        fs::write(&path, &contents)?;
    }
    fs::write(root.join(STAMP), VERSION_KEY)
}

/// Renames `fresh` to `prefix`. A layout that is whole already, made by someone faster, stays; one that is not (files
/// were deleted from the cache) makes way.
fn put_in_place(folder: &Path, fresh: &Path, prefix: &Path) -> Result<()> {
    let Err(error) = fs::rename(fresh, prefix) else {
        return Ok(());
    };
    if prefix.join(STAMP).exists() {
        return Ok(());
    }
    if !prefix.exists() {
        return Err(error);
    }
    let damaged = private_name(folder, "old");
    let moved = fs::rename(prefix, &damaged);
    let result = fs::rename(fresh, prefix);
    if moved.is_ok() {
        let _ = fs::remove_dir_all(&damaged);
    }
    if prefix.join(STAMP).exists() { Ok(()) } else { result }
}

/// A path in `folder` that no other process or thread uses.
fn private_name(folder: &Path, what: &str) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    folder.join(format!(".{what}-{}-{count}", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch() -> PathBuf {
        let folder = private_name(&std::env::temp_dir(), "krait-layout-test");
        fs::create_dir_all(&folder).expect("a scratch folder");
        folder
    }

    #[test]
    fn lays_out_once_and_repairs() {
        let folder = scratch();
        let prefix = lay_out_in(&folder).expect("first");
        let os = prefix.join(LIBRARY_FOLDER).join("os.py");
        let made = fs::metadata(&os).and_then(|found| found.modified()).expect("os.py");
        assert_eq!(lay_out_in(&folder).expect("second"), prefix);
        assert_eq!(fs::metadata(&os).and_then(|found| found.modified()).expect("os.py"), made);
        fs::remove_file(prefix.join(STAMP)).expect("the stamp");
        fs::remove_file(&os).expect("os.py");
        assert_eq!(lay_out_in(&folder).expect("third"), prefix);
        assert!(os.is_file());
        assert_eq!(fs::read_dir(&folder).expect("the folder").count(), 1, "leftovers");
        fs::remove_dir_all(&folder).expect("clean up");
    }

    #[test]
    fn many_at_once_agree() {
        let folder = scratch();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let prefix = lay_out_in(&folder).expect("laid out");
                    assert!(prefix.join(LIBRARY_FOLDER).join("os.py").is_file());
                });
            }
        });
        assert_eq!(fs::read_dir(&folder).expect("the folder").count(), 1, "leftovers");
        fs::remove_dir_all(&folder).expect("clean up");
    }

    #[test]
    fn the_cache_folder_follows_xdg() {
        let folder =
            |xdg: Option<&str>, home: Option<&str>| cache_folder(xdg.map(OsStr::new), home.map(OsStr::new));
        assert_eq!(folder(Some("/x"), Some("/h")), Some("/x".into()));
        assert_eq!(folder(Some("x"), Some("/h")), Some("/h/.cache".into()));
        assert_eq!(folder(Some(""), None), None);
    }

    #[test]
    fn an_installation_has_its_own_library() {
        let prefix = scratch();
        assert_eq!(beside_executable(&prefix.join("bin/krait")), None);
        fs::create_dir_all(prefix.join(LIBRARY_FOLDER)).expect("lib");
        fs::write(prefix.join(LIBRARY_FOLDER).join("os.py"), "").expect("os.py");
        assert_eq!(beside_executable(&prefix.join("bin/krait")).as_deref(), Some(&*prefix));
        assert_eq!(beside_executable(&prefix.join("sbin/krait")), None);
        fs::remove_dir_all(&prefix).expect("clean up");
    }

    #[test]
    fn an_unwritable_place_is_an_error() {
        assert!(lay_out_in(Path::new("/dev/null/krait")).is_err());
    }
}
