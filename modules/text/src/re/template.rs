//! `SRE_Template`: a replacement text taken apart into literals and group numbers.

use krait_runtime::prelude::*;

use super::Match;

/// A compiled replacement template.
#[pyclass(module = "_sre", name = "SRE_Template", gc, disallow_instantiation, heap, immutable)]
#[repr(C)]
pub struct Template {
    base: PyObject,
    /// What stands before the first group.
    literal: Member<PyObject>,
    /// Group numbers.
    groups: Vec<usize>,
    /// What stands behind each group, if anything.
    tails: Vec<Option<Ref<PyObject>>>,
}

#[pymethods]
impl Template {}

impl Template {
    /// From the list that `re._parser` gives: literal, group, literal, …
    pub fn make(py: Py<'_>, list: &PyList) -> PyResult<Ref<Template>> {
        let parts = list.to_vec();
        let invalid = || raise!(py, TypeError, "invalid template");
        if parts.len().is_multiple_of(2) {
            return Err(invalid());
        }
        let mut parts = parts.into_iter();
        let Some(literal) = parts.next() else { return Err(invalid()) };
        let (mut groups, mut tails) = (Vec::new(), Vec::new());
        while let (Some(group), Some(tail)) = (parts.next(), parts.next()) {
            let Some(n) = group.downcast::<PyInt>() else { bail!(py, TypeError, "an integer is required") };
            let Some(n) = n.as_i64().and_then(|n| usize::try_from(n).ok()) else { return Err(invalid()) };
            groups.push(n);
            let empty = tail.len(py)? == 0;
            tails.push(if empty { None } else { Some(tail) });
        }
        Template { base: PyObject::HEADER, literal: Member::new(literal), groups, tails }.alloc_exact(py)
    }

    /// The text when it names no group.
    pub fn plain(&self) -> Option<Ref<PyObject>> {
        if self.groups.is_empty() { self.literal.get() } else { None }
    }

    /// The text for a match.
    pub fn expand(&self, py: Py<'_>, found: &Match) -> PyResult<Ref<PyObject>> {
        if let Some(plain) = self.plain() {
            return Ok(plain);
        }
        let mut parts: Vec<Ref<PyObject>> = self.literal.get().into_iter().collect();
        for (group, tail) in self.groups.iter().zip(&self.tails) {
            if *group > found.group_count() {
                bail!(py, IndexError, "no such group");
            }
            let part = found.slice(py, *group)?;
            if let Some(part) = part {
                parts.push(part);
            }
            parts.extend(tail.clone());
        }
        found.join(py, parts)
    }
}
