//! Text work on paths that `posixpath` and `importlib` leave to native code: `fspath`, `_path_normpath`, `_path_splitroot_ex`.

use krait_runtime::prelude::*;

/// What is left of a path without `.`, `..` and doubled slashes, on code units.
fn normalize<T: Copy + PartialEq + From<u8>>(path: &[T]) -> Vec<T> {
    let (slash, dot) = (T::from(b'/'), T::from(b'.'));
    let leading = path.iter().take_while(|c| **c == slash).count();
    // Two slashes at the start mean something else than one, by POSIX; three or more do not.
    let root = match leading {
        0 => 0,
        2 => 2,
        _ => 1,
    };
    let mut parts: Vec<&[T]> = Vec::new();
    for part in path.split(|c| *c == slash) {
        if part.is_empty() || part == [dot] {
            continue;
        }
        let up = [dot, dot];
        if part != up || (root == 0 && parts.last().is_none_or(|last| *last == up)) {
            parts.push(part);
        } else {
            parts.pop();
        }
    }
    let mut out = vec![slash; root];
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            out.push(slash);
        }
        out.extend_from_slice(part);
    }
    if out.is_empty() {
        out.push(dot);
    }
    out
}

/// Where the root ends.
fn root_length<T: Copy + PartialEq + From<u8>>(path: &[T]) -> usize {
    let slash = T::from(b'/');
    match path.iter().take(3).take_while(|c| **c == slash).count() {
        0 => 0,
        2 => 2,
        _ => 1,
    }
}

/// A path as `str` or `bytes`, NULs allowed; the error texts are those of path parameters.
fn text(py: Py<'_>, object: &PyObject, function: &str) -> PyResult<Ref<PyObject>> {
    if PyStr::check(object) || PyBytes::check(object) {
        return Ok(object.to_ref());
    }
    let method = object.lookup_special(py, id!(py, "__fspath__"))?;
    if method.is_none_or(|m| m.is_none()) {
        bail!(
            py,
            TypeError,
            "{function}: path should be string, bytes or os.PathLike, not {}",
            object.ty().name()
        )
    }
    object.fs_path(py)
}

/// The functions.
#[pymodule_part(name = "posix")]
pub mod paths {
    use krait_runtime::objects::str::StrData;
    use krait_runtime::prelude::*;

    #[pyfunction]
    fn fspath(py: Py<'_>, path: &PyObject) -> PyResult<Ref<PyObject>> {
        path.fs_path(py)
    }

    #[pyfunction]
    fn _path_normpath(py: Py<'_>, path: &PyObject) -> PyResult<Ref<PyObject>> {
        let path = super::text(py, path, "_path_normpath")?;
        if let Some(bytes) = path.downcast::<PyBytes>() {
            return super::normalize(bytes.as_bytes()).into_py(py);
        }
        let Some(text) = path.downcast::<PyStr>() else { return Ok(path) };
        match text.data() {
            StrData::Ascii(units) | StrData::Latin1(units) => {
                PyStr::from_latin1(py, &super::normalize(units))
            }
            StrData::Ucs2(units) => PyStr::from_units(py, &super::normalize(units)),
            StrData::Ucs4(units) => PyStr::from_units(py, &super::normalize(units)),
        }
        .map(Ref::upcast)
    }

    #[pyfunction]
    fn _path_splitroot_ex(py: Py<'_>, p: &PyObject) -> PyResult<Ref<PyTuple>> {
        let path = super::text(py, p, "_path_splitroot_ex")?;
        if let Some(bytes) = path.downcast::<PyBytes>() {
            let all = bytes.as_bytes();
            let (root, rest) = all.split_at_checked(super::root_length(all)).unwrap_or((all, &[]));
            return PyTuple::new(py, &[&*PyBytes::empty(), &*root.into_py(py)?, &*rest.into_py(py)?]);
        }
        let Some(text) = path.downcast::<PyStr>() else { return PyTuple::new(py, &[&path]) };
        let at = match text.data() {
            StrData::Ascii(units) | StrData::Latin1(units) => super::root_length(units),
            StrData::Ucs2(units) => super::root_length(units),
            StrData::Ucs4(units) => super::root_length(units),
        };
        let (root, rest) = (text.substring(py, 0, at)?, text.substring(py, at, text.len())?);
        PyTuple::new(py, &[&*PyStr::empty(), &*root, &*rest])
    }
}
