//! `listdir`, `scandir` and its entries.

use std::cell::{OnceCell, RefCell};
use std::ffi::CString;

use krait_runtime::objects::exceptions::{OrRaise, types};
use krait_runtime::objects::generic_alias::class_getitem;
use krait_runtime::prelude::*;
use krait_runtime::system::descriptors;
use krait_runtime::system::directory::{Directory, Entry};
use krait_runtime::system::files;

use super::arguments::{PathOrFdOrNone, path_object};
use super::stat::stat_result;

/// Opens the directory of a path or a copy of a descriptor.
fn open_directory(py: Py<'_>, path: &PathOrFdOrNone) -> PyResult<Directory> {
    match path.descriptor() {
        Some(fd) => {
            let copy = descriptors::control(fd, libc::F_DUPFD_CLOEXEC, 0).or_raise(py)?;
            match py.detach(|| Directory::from_descriptor(copy)) {
                Ok(directory) => Ok(directory),
                Err(error) => {
                    let _ = descriptors::close(copy);
                    Err(path.raise(py, error))
                }
            }
        }
        None if path.name().is_none() && !path.object().is_none() => {
            Err(path.raise(py, krait_runtime::system::Errno(libc::EBADF)))
        }
        None => py.detach(|| Directory::open(path.name_or_here())).map_err(|error| path.raise(py, error)),
    }
}

/// `os.listdir`.
pub fn list(py: Py<'_>, path: &PathOrFdOrNone) -> PyResult<Ref<PyList>> {
    py.audit("os.listdir", &[path.object()])?;
    let mut directory = open_directory(py, path)?;
    let names = PyList::new(py)?;
    // In portions, so that the GIL is neither held for long nor taken for every entry.
    loop {
        let (portion, error) = py.detach(|| {
            let mut portion = Vec::new();
            for entry in directory.by_ref().take(256) {
                match entry {
                    Ok(entry) => portion.push(entry.name),
                    Err(error) => return (portion, Some(error)),
                }
            }
            (portion, None)
        });
        if let Some(error) = error {
            return Err(path.raise(py, error));
        }
        if portion.is_empty() {
            break;
        }
        for name in portion {
            names.append(py, path_object(py, &name, path.bytes)?)?;
        }
    }
    if path.descriptor().is_some() {
        directory.rewind();
    }
    Ok(names)
}

/// `os.DirEntry`.
#[pyclass(module = "posix", name = "DirEntry", disallow_instantiation, heap)]
#[repr(C)]
pub struct DirEntry {
    base: PyObject,
    #[pymember("name", object)]
    name: Member<PyObject>,
    #[pymember("path", object)]
    path: Member<PyObject>,
    stat: Member<PyObject>,
    lstat: Member<PyObject>,
    /// The path or, with `dir`, the name.
    c_path: CString,
    dir: i32,
    inode: u64,
    kind: u8,
}

impl DirEntry {
    fn new(py: Py<'_>, source: &ScandirIterator, entry: Entry) -> PyResult<Ref<PyObject>> {
        let name = path_object(py, &entry.name, source.bytes)?;
        let (path, c_path) = if source.fd == -1 {
            let mut joined = source.prefix.clone();
            joined.extend_from_slice(&entry.name);
            (path_object(py, &joined, source.bytes)?, joined)
        } else {
            (name.clone(), entry.name)
        };
        let dir = if source.fd == -1 { libc::AT_FDCWD } else { source.fd };
        DirEntry {
            base: PyObject::HEADER,
            name: Member::new(name),
            path: Member::new(path),
            stat: Member::empty(),
            lstat: Member::empty(),
            c_path: CString::new(c_path).unwrap_or_default(),
            dir,
            inode: entry.inode,
            kind: entry.kind,
        }
        .alloc_exact(py)
        .map(Ref::upcast)
    }

    fn fetch(&self, py: Py<'_>, follow: bool) -> PyResult<Ref<PyObject>> {
        let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
        let (dir, path) = (self.dir, self.c_path.as_c_str());
        let got = py.detach(|| files::stat_at(dir, path, flags));
        let shown = self.path.get().unwrap_or_else(|| py.none());
        stat_result(py, &got.or_raise_about(py, &shown)?)
    }

    fn own_stat(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        if let Some(known) = self.lstat.get() {
            return Ok(known);
        }
        let st = self.fetch(py, false)?;
        self.lstat.set(st.clone());
        Ok(st)
    }

    fn get_stat(&self, py: Py<'_>, follow: bool) -> PyResult<Ref<PyObject>> {
        if !follow {
            return self.own_stat(py);
        }
        if let Some(known) = self.stat.get() {
            return Ok(known);
        }
        let st = if self.symbolic_link(py)? { self.fetch(py, true)? } else { self.own_stat(py)? };
        self.stat.set(st.clone());
        Ok(st)
    }

    fn symbolic_link(&self, py: Py<'_>) -> PyResult<bool> {
        match self.kind {
            libc::DT_UNKNOWN => self.has_mode(py, false, libc::S_IFLNK),
            kind => Ok(kind == libc::DT_LNK),
        }
    }

    fn has_mode(&self, py: Py<'_>, follow: bool, wanted: u32) -> PyResult<bool> {
        let link = self.kind == libc::DT_LNK;
        if self.kind == libc::DT_UNKNOWN || (follow && link) {
            let st = match self.get_stat(py, follow) {
                Ok(st) => st,
                Err(raised) if py.error_matches(types::FileNotFoundError()) => {
                    py.clear_error(raised);
                    return Ok(false);
                }
                Err(raised) => return Err(raised),
            };
            let mode = st.get_attr(py, id!(py, "st_mode"))?.index(py)?.as_u64_mask() as u32;
            return Ok(mode & libc::S_IFMT == wanted);
        }
        Ok(match wanted {
            libc::S_IFDIR => self.kind == libc::DT_DIR,
            libc::S_IFREG => self.kind == libc::DT_REG,
            _ => link,
        })
    }
}

#[pymethods]
impl DirEntry {
    #[pymethod]
    fn is_dir(&self, py: Py<'_>, follow_symlinks: bool) -> PyResult<bool> {
        self.has_mode(py, follow_symlinks, libc::S_IFDIR)
    }

    #[pymethod]
    fn is_file(&self, py: Py<'_>, follow_symlinks: bool) -> PyResult<bool> {
        self.has_mode(py, follow_symlinks, libc::S_IFREG)
    }

    #[pymethod]
    fn is_symlink(&self, py: Py<'_>) -> PyResult<bool> {
        self.symbolic_link(py)
    }

    #[pymethod]
    fn is_junction(&self, _py: Py<'_>) -> bool {
        false
    }

    #[pymethod]
    fn stat(&self, py: Py<'_>, follow_symlinks: bool) -> PyResult<Ref<PyObject>> {
        self.get_stat(py, follow_symlinks)
    }

    #[pymethod]
    fn inode(&self, _py: Py<'_>) -> u64 {
        self.inode
    }

    #[pymethod]
    fn __fspath__(&self, py: Py<'_>) -> Ref<PyObject> {
        self.path.get().unwrap_or_else(|| py.none())
    }

    #[classmethod]
    fn __class_getitem__(cls: &PyType, py: Py<'_>, item: &PyObject) -> PyResult<Ref<PyObject>> {
        class_getitem(py, cls, item)
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let name = self.name.get().unwrap_or_else(|| py.none());
        PyStr::new(py, &format!("<DirEntry {}>", name.repr(py)?))
    }
}

/// What `os.scandir` gives.
#[pyclass(module = "posix", name = "ScandirIterator", disallow_instantiation, heap)]
#[repr(C)]
pub struct ScandirIterator {
    base: PyObject,
    directory: RefCell<Option<Directory>>,
    /// What stands before a name in a path.
    prefix: Vec<u8>,
    bytes: bool,
    fd: i32,
    path: OnceCell<Ref<PyObject>>,
}

impl ScandirIterator {
    fn shut(&self, py: Py<'_>) {
        let taken = self.directory.borrow_mut().take();
        if let Some(mut directory) = taken {
            let rewind = self.fd != -1;
            py.detach(|| {
                if rewind {
                    directory.rewind();
                }
                drop(directory);
            });
        }
    }
}

/// `os.scandir`.
pub fn scan(py: Py<'_>, path: PathOrFdOrNone) -> PyResult<Ref<PyObject>> {
    py.audit("os.scandir", &[path.object()])?;
    let directory = open_directory(py, &path)?;
    let mut prefix = path.name_or_here().to_bytes().to_vec();
    if prefix.last() != Some(&b'/') {
        prefix.push(b'/');
    }
    ScandirIterator {
        base: PyObject::HEADER,
        directory: RefCell::new(Some(directory)),
        prefix,
        bytes: path.bytes,
        fd: path.descriptor().unwrap_or(-1),
        path: OnceCell::from(path.object().to_ref()),
    }
    .alloc_exact(py)
    .map(Ref::upcast)
}

#[pymethods]
impl ScandirIterator {
    #[pymethod]
    fn close(&self, py: Py<'_>) {
        self.shut(py);
    }

    #[pymethod]
    fn __enter__(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[pymethod]
    #[sig("($self, *args)")]
    fn __exit__(&self, py: Py<'_>, _args: &[&PyObject]) {
        self.shut(py);
    }

    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let Some(mut directory) = self.directory.borrow_mut().take() else { return Ok(None) };
        let entry = py.detach(|| directory.next());
        match entry {
            Some(Ok(entry)) => {
                let mut place = self.directory.borrow_mut();
                if place.is_none() {
                    *place = Some(directory);
                }
                drop(place);
                DirEntry::new(py, self, entry).map(Some)
            }
            ended => {
                *self.directory.borrow_mut() = Some(directory);
                self.shut(py);
                match (ended, self.path.get()) {
                    (Some(Err(error)), Some(path)) => Err(py.raise_errno_with(error.0, Some(path), None)),
                    (Some(Err(error)), None) => Err(py.raise_errno(error.0)),
                    _ => Ok(None),
                }
            }
        }
    }

    #[slot]
    fn tp_finalize(&self, py: Py<'_>) {
        if self.directory.borrow().is_none() {
            return;
        }
        py.preserving_error(|| {
            let warned = self.repr(py).and_then(|r| {
                py.warn_about(types::ResourceWarning(), &format!("unclosed scandir iterator {r}"), self)
            });
            if let Err(raised) = warned {
                if py.error_matches(types::Warning()) {
                    py.report_unraisable(raised, None, Some(self));
                } else {
                    py.clear_error(raised);
                }
            }
        });
        self.shut(py);
    }
}

/// The functions.
#[pymodule_part(name = "posix", types = [super::DirEntry])]
pub mod directory {
    use krait_runtime::prelude::*;

    use super::super::arguments::PathOrFdOrNone;

    #[pyfunction]
    fn listdir(py: Py<'_>, path: Option<PathOrFdOrNone>) -> PyResult<Ref<PyList>> {
        super::list(py, &path.unwrap_or_else(|| PathOrFdOrNone::absent(py)))
    }

    #[pyfunction]
    fn scandir(py: Py<'_>, path: Option<PathOrFdOrNone>) -> PyResult<Ref<PyObject>> {
        super::scan(py, path.unwrap_or_else(|| PathOrFdOrNone::absent(py)))
    }

    #[pyexec]
    fn exec(py: Py<'_>, _module: &PyModule) -> PyResult<()> {
        PyType::ready::<super::ScandirIterator>(py).map(drop)
    }
}
