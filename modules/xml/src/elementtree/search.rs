//! `Element`: finding children by tag, and by path with the library's `ElementPath`.

use krait_runtime::prelude::*;

use super::{Element, ElementIterator};

/// True when `path` is more than a tag.
fn is_path(path: &PyObject) -> bool {
    let Some(path) = path.downcast::<PyStr>() else { return true };
    let wildcard = |text: &PyStr| {
        let mut start = text.code_points();
        let start = [start.next(), start.next(), start.next()].map(|c| c.and_then(char::from_u32));
        matches!(start, [Some('{'), Some('}'), _] | [Some('{'), Some('*'), Some('}')])
    };
    if wildcard(path) {
        return true;
    }
    let mut in_uri = false;
    path.code_points().any(|c| {
        match char::from_u32(c) {
            Some('{') => in_uri = true,
            Some('}') => in_uri = false,
            Some('/' | '*' | '[' | '@' | '.') => return !in_uri,
            _ => {}
        }
        false
    })
}

impl Element {
    /// The children with a tag, until `each` says that it is enough.
    fn with_tag(
        &self,
        py: Py<'_>,
        tag: &PyObject,
        mut each: impl FnMut(Ref<Element>) -> PyResult<bool>,
    ) -> PyResult<()> {
        let mut index = 0;
        while let Some(child) = self.child(index) {
            let own = child.tag_of(py);
            if (own.is(tag) || own.eq(py, tag)?) && each(child)? {
                break;
            }
            index += 1;
        }
        Ok(())
    }

    fn by_path(&self, py: Py<'_>, function: &PyStr, args: &[&PyObject]) -> PyResult<Ref<PyObject>> {
        let module = krait_interp::import::import_module(py, "xml.etree.ElementPath")?;
        let mut all: Vec<&PyObject> = vec![self];
        all.extend_from_slice(args);
        module.get_attr(py, function)?.call(py, &all)
    }
}

#[pymethods(part = "search")]
impl Element {
    #[pymethod]
    #[sig("($self, path, namespaces=None)")]
    fn find(&self, py: Py<'_>, path: &PyObject, namespaces: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let namespaces = namespaces.filter(|namespaces| !namespaces.is_none());
        if is_path(path) || namespaces.is_some() {
            return self.by_path(py, id!(py, "find"), &[path, namespaces.unwrap_or(PyNone::get())]);
        }
        let mut found = py.none();
        self.with_tag(py, path, |child| {
            found = child.upcast();
            Ok(true)
        })?;
        Ok(found)
    }

    #[pymethod]
    #[sig("($self, path, default=None, namespaces=None)")]
    fn findtext(
        &self,
        py: Py<'_>,
        path: &PyObject,
        default: Option<&PyObject>,
        namespaces: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let namespaces = namespaces.filter(|namespaces| !namespaces.is_none());
        let default = default.unwrap_or(PyNone::get());
        if is_path(path) || namespaces.is_some() {
            return self.by_path(
                py,
                id!(py, "findtext"),
                &[path, default, namespaces.unwrap_or(PyNone::get())],
            );
        }
        let mut found = default.to_ref();
        self.with_tag(py, path, |child| {
            found = child.text_of(py);
            if found.is_none() {
                found = PyStr::empty().upcast();
            }
            Ok(true)
        })?;
        Ok(found)
    }

    #[pymethod]
    #[sig("($self, path, namespaces=None)")]
    fn findall(&self, py: Py<'_>, path: &PyObject, namespaces: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let namespaces = namespaces.filter(|namespaces| !namespaces.is_none());
        if is_path(path) || namespaces.is_some() {
            return self.by_path(py, id!(py, "findall"), &[path, namespaces.unwrap_or(PyNone::get())]);
        }
        let list = PyList::new(py)?;
        self.with_tag(py, path, |child| {
            list.append(py, child.upcast())?;
            Ok(false)
        })?;
        Ok(list.upcast())
    }

    #[pymethod]
    #[sig("($self, path, namespaces=None)")]
    fn iterfind(
        &self,
        py: Py<'_>,
        path: &PyObject,
        namespaces: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        self.by_path(py, id!(py, "iterfind"), &[path, namespaces.unwrap_or(PyNone::get())])
    }

    #[pymethod]
    #[sig("($self, tag=None)")]
    fn iter(&self, py: Py<'_>, tag: Option<&PyObject>) -> PyResult<Ref<ElementIterator>> {
        let star = |tag: &PyObject| tag.downcast::<PyStr>().is_some_and(|tag| tag.eq_str("*"));
        let star =
            |tag: &PyObject| star(tag) || tag.downcast::<PyBytes>().is_some_and(|tag| tag.as_bytes() == b"*");
        ElementIterator::over(py, self, tag.filter(|tag| !tag.is_none() && !star(tag)), false)
    }

    #[pymethod]
    fn itertext(&self, py: Py<'_>) -> PyResult<Ref<ElementIterator>> {
        ElementIterator::over(py, self, None, true)
    }
}
