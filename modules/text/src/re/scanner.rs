//! `SRE_Scanner`: one match after the other.

use krait_runtime::objects::memoryview::PyMemoryView;
use krait_runtime::prelude::*;

use super::pattern::{How, Run};
use super::{Match, Pattern};

/// What `Pattern.scanner` gives.
#[pyclass(module = "_sre", name = "SRE_Scanner", gc, disallow_instantiation, heap, immutable)]
#[repr(C)]
pub struct Scanner {
    base: PyObject,
    #[pymember("pattern", object, readonly)]
    pattern: Member<Pattern>,
    string: Member<PyObject>,
    /// Keeps bytes from being resized while the scanner lives.
    lock: Member<PyMemoryView>,
    pos: Cell<usize>,
    endpos: Cell<usize>,
    must_advance: Cell<bool>,
    finished: Cell<bool>,
}

impl Scanner {
    /// A scanner over a part of `string`.
    pub fn make(
        py: Py<'_>,
        pattern: &Pattern,
        string: &PyObject,
        pos: isize,
        endpos: isize,
    ) -> PyResult<Ref<Scanner>> {
        let run = Run::new(py, pattern, string, pos, endpos)?;
        let fixed = PyStr::check(string) || PyBytes::check(string);
        let lock = if fixed { None } else { Some(PyMemoryView::from_object(py, string)?) };
        Scanner {
            base: PyObject::HEADER,
            pattern: Member::new(pattern.new_ref()),
            string: Member::new(string.to_ref()),
            lock: Member::from_option(lock),
            pos: Cell::new(run.pos),
            endpos: Cell::new(run.endpos),
            must_advance: Cell::new(false),
            finished: Cell::new(false),
        }
        .alloc_exact(py)
    }

    fn step(&self, py: Py<'_>, how: How) -> PyResult<Option<Ref<Match>>> {
        let (Some(pattern), Some(string)) = (self.pattern.get(), self.string.get()) else { return Ok(None) };
        if self.finished.get() {
            return Ok(None);
        }
        let limit = |n: usize| isize::try_from(n).unwrap_or(isize::MAX);
        let mut run = Run::new(py, &pattern, &string, limit(self.pos.get()), limit(self.endpos.get()))?;
        run.must_advance = self.must_advance.get();
        if !run.next(py, how)? {
            self.finished.set(true);
            return Ok(None);
        }
        let found = run.found(py, &string)?;
        self.must_advance.set(run.state.start == run.state.end);
        self.pos.set(run.state.end);
        Ok(Some(found))
    }
}

#[pymethods]
impl Scanner {
    #[pymethod]
    fn r#match(&self, py: Py<'_>) -> PyResult<Option<Ref<Match>>> {
        self.step(py, How::Match)
    }

    #[pymethod]
    fn search(&self, py: Py<'_>) -> PyResult<Option<Ref<Match>>> {
        self.step(py, How::Search)
    }
}
