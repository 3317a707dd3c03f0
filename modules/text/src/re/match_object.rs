//! `re.Match`.

use krait_runtime::objects::generic_alias::class_getitem;
use krait_runtime::prelude::*;

use super::Pattern;
use super::pattern::compile_template;
use super::text::Text;

/// The result of re.match() and re.search().
#[pyclass(module = "re", name = "Match", gc, disallow_instantiation, heap, immutable)]
#[repr(C)]
pub struct Match {
    base: PyObject,
    #[pymember("string", object, readonly)]
    string: Member<PyObject>,
    regs: Member<PyObject>,
    #[pymember("re", object, readonly)]
    re: Member<Pattern>,
    #[pymember("pos", pyssizet, readonly)]
    pos: Cell<isize>,
    #[pymember("endpos", pyssizet, readonly)]
    endpos: Cell<isize>,
    lastindex: Cell<isize>,
    /// Start and end of each group, the whole first; -1 for one that took no part.
    #[no_traverse]
    marks: Box<[(isize, isize)]>,
}

/// A place as Python sees it.
fn place(n: usize) -> isize {
    isize::try_from(n).unwrap_or(isize::MAX)
}

impl Match {
    /// A match object of what `state` holds.
    pub fn make(
        py: Py<'_>,
        pattern: &Pattern,
        string: &PyObject,
        state: &crate::sre::State,
        (pos, endpos): (usize, usize),
    ) -> PyResult<Ref<Match>> {
        let marks = (0..=pattern.group_count())
            .map(|n| state.group(n).map_or((-1, -1), |(start, end)| (place(start), place(end))))
            .collect();
        Match {
            base: PyObject::HEADER,
            string: Member::new(string.to_ref()),
            regs: Member::empty(),
            re: Member::new(pattern.new_ref()),
            pos: Cell::new(place(pos)),
            endpos: Cell::new(place(endpos)),
            lastindex: Cell::new(state.lastindex().map_or(-1, place)),
            marks,
        }
        .alloc_exact(py)
    }

    /// Groups, not counting the whole.
    pub fn group_count(&self) -> usize {
        self.marks.len().saturating_sub(1)
    }

    fn text(&self, py: Py<'_>) -> PyResult<Text> {
        match self.string.get() {
            Some(string) => Text::new(py, &string),
            None => Text::new(py, &PyStr::empty()),
        }
    }

    /// The text of a group; `None` when it took no part.
    pub fn slice(&self, py: Py<'_>, group: usize) -> PyResult<Option<Ref<PyObject>>> {
        let Some(&(start, end)) = self.marks.get(group) else { bail!(py, IndexError, "no such group") };
        match (usize::try_from(start), usize::try_from(end)) {
            (Ok(start), Ok(end)) => self.text(py)?.slice(py, start, end).map(Some),
            _ => Ok(None),
        }
    }

    /// Pieces put together in the kind of the subject.
    pub fn join(&self, py: Py<'_>, parts: Vec<Ref<PyObject>>) -> PyResult<Ref<PyObject>> {
        let empty = self.text(py)?.slice(py, 0, 0)?;
        join(py, &empty, parts)
    }

    fn index(&self, py: Py<'_>, group: &PyObject) -> PyResult<usize> {
        let mut index = None;
        if group.is_index() {
            index = group.index(py)?.as_i64();
        } else if let Some(names) = self.re.get().and_then(|p| p.names())
            && let Some(found) = names.get(py, group)?
            && let Some(n) = found.downcast::<PyInt>()
        {
            index = n.as_i64();
        }
        match index.and_then(|n| usize::try_from(n).ok()).filter(|n| *n < self.marks.len()) {
            Some(n) => Ok(n),
            None => Err(raise!(py, IndexError, "no such group")),
        }
    }

    fn group_of(&self, py: Py<'_>, group: &PyObject) -> PyResult<Ref<PyObject>> {
        let n = self.index(py, group)?;
        Ok(self.slice(py, n)?.unwrap_or_else(|| py.none()))
    }

    fn span_of(&self, py: Py<'_>, group: Option<&PyObject>) -> PyResult<(isize, isize)> {
        let n = match group {
            Some(group) => self.index(py, group)?,
            None => 0,
        };
        Ok(self.marks.get(n).copied().unwrap_or((-1, -1)))
    }
}

/// Pieces put together: `empty.join(parts)`.
pub fn join(py: Py<'_>, empty: &PyObject, parts: Vec<Ref<PyObject>>) -> PyResult<Ref<PyObject>> {
    if let Some(s) = empty.downcast::<PyStr>() {
        return s.join_items(py, &parts).map(Ref::upcast);
    }
    let list = PyList::from_vec(py, parts)?;
    empty.call_method(py, id!(py, "join"), &[&list])
}

fn pair(py: Py<'_>, (start, end): (isize, isize)) -> PyResult<Ref<PyTuple>> {
    let (start, end) = (start.into_py(py)?, end.into_py(py)?);
    PyTuple::new(py, &[&start, &end])
}

#[pymethods]
impl Match {
    #[pymethod]
    #[raw(fastcall)]
    fn group(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        match args.positional() {
            [] => Ok(self.slice(py, 0)?.unwrap_or_else(|| py.none())),
            [one] => self.group_of(py, one),
            many => {
                let groups: PyResult<Vec<_>> = many.iter().map(|g| self.group_of(py, g)).collect();
                PyTuple::from_vec(py, groups?).map(Ref::upcast)
            }
        }
    }

    #[slot]
    fn mp_subscript(&self, py: Py<'_>, key: &PyObject) -> PyResult<Ref<PyObject>> {
        self.group_of(py, key)
    }

    #[pymethod]
    fn groups(&self, py: Py<'_>, default: Option<&PyObject>) -> PyResult<Ref<PyTuple>> {
        let default = default.map_or_else(|| py.none(), PyObject::to_ref);
        let groups: PyResult<Vec<_>> = (1..self.marks.len())
            .map(|n| Ok(self.slice(py, n)?.unwrap_or_else(|| default.clone())))
            .collect();
        PyTuple::from_vec(py, groups?)
    }

    #[pymethod]
    fn groupdict(&self, py: Py<'_>, default: Option<&PyObject>) -> PyResult<Ref<PyDict>> {
        let default = default.map_or_else(|| py.none(), PyObject::to_ref);
        let dict = PyDict::new(py)?;
        for (name, _) in self.re.get().and_then(|p| p.names()).map(|n| n.items_snapshot()).unwrap_or_default()
        {
            let n = self.index(py, &name)?;
            let value = self.slice(py, n)?.unwrap_or_else(|| default.clone());
            dict.set(py, &name, &value)?;
        }
        Ok(dict)
    }

    #[pymethod]
    fn start(&self, py: Py<'_>, group: Option<&PyObject>) -> PyResult<isize> {
        self.span_of(py, group).map(|span| span.0)
    }

    #[pymethod]
    fn end(&self, py: Py<'_>, group: Option<&PyObject>) -> PyResult<isize> {
        self.span_of(py, group).map(|span| span.1)
    }

    #[pymethod]
    fn span(&self, py: Py<'_>, group: Option<&PyObject>) -> PyResult<Ref<PyTuple>> {
        pair(py, self.span_of(py, group)?)
    }

    #[pymethod]
    fn expand(&self, py: Py<'_>, template: &PyObject) -> PyResult<Ref<PyObject>> {
        let Some(pattern) = self.re.get() else { return Ok(py.none()) };
        let compiled = compile_template(py, &pattern, template)?;
        match compiled.downcast::<super::Template>() {
            Some(template) => template.expand(py, self),
            None => Ok(compiled),
        }
    }

    #[getter]
    fn lastindex(&self) -> Option<isize> {
        Some(self.lastindex.get()).filter(|n| *n >= 0)
    }

    #[getter]
    fn lastgroup(&self, py: Py<'_>) -> Ref<PyObject> {
        let index = usize::try_from(self.lastindex.get()).ok();
        let name = index.and_then(|n| self.re.get().and_then(|p| p.group_name(n)));
        name.unwrap_or_else(|| py.none())
    }

    #[getter]
    fn regs(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        if let Some(regs) = self.regs.get() {
            return Ok(regs);
        }
        let spans: PyResult<Vec<_>> =
            self.marks.iter().map(|span| pair(py, *span).map(Ref::upcast)).collect();
        let regs = PyTuple::from_vec(py, spans?)?.upcast();
        self.regs.set(regs.clone());
        Ok(regs)
    }

    #[pymethod]
    fn __copy__(&self) -> Ref<Match> {
        self.new_ref()
    }

    #[pymethod]
    fn __deepcopy__(&self, _py: Py<'_>, memo: &PyObject) -> Ref<Match> {
        let _ = memo;
        self.new_ref()
    }

    #[classmethod]
    fn __class_getitem__(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        class_getitem(py, cls, object)
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<String> {
        let (start, end) = self.span_of(py, None)?;
        let text = self.slice(py, 0)?.unwrap_or_else(|| py.none()).repr(py)?;
        let shown = text.substring(py, 0, text.len().min(50))?;
        Ok(format!("<{} object; span=({start}, {end}), match={shown}>", self.ty().name()))
    }
}
