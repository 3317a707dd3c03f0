//! `_io.StringIO`: a text stream in memory.

use std::cell::RefCell;

use krait_runtime::objects::str::StrBuilder;
use krait_runtime::prelude::*;

use crate::base::{IoBase, TextIoBase};
use crate::common::Size;
use crate::newline::NewlineState;
use crate::text::NewlineMode;

/// The text, in the form that suits what was done last.
enum Content {
    /// Being appended to.
    Growing(StrBuilder),
    /// Being read.
    Text(Ref<PyStr>),
    /// Being changed in the middle.
    Characters(Vec<u32>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Fresh,
    Open,
    Closed,
}

/// `StringIO`.
#[pyclass(module = "_io", name = "StringIO", base = TextIoBase, basetype, gc, immutable, heap)]
#[repr(C)]
pub struct StringIo {
    base: IoBase,
    #[no_traverse]
    content: RefCell<Content>,
    /// In characters; may lie behind the end.
    pos: Cell<usize>,
    #[no_traverse]
    state: Cell<State>,
    #[no_traverse]
    mode: Cell<NewlineMode>,
    #[no_traverse]
    newlines: NewlineState,
}

impl StringIo {
    #[inline]
    fn check(&self, py: Py<'_>) -> PyResult<()> {
        match self.state.get() {
            State::Open => Ok(()),
            State::Fresh => bail!(py, ValueError, "I/O operation on uninitialized object"),
            State::Closed => bail!(py, ValueError, "I/O operation on closed file"),
        }
    }

    fn len(&self) -> usize {
        match &*self.content.borrow() {
            Content::Growing(text) => text.len(),
            Content::Text(text) => text.len(),
            Content::Characters(text) => text.len(),
        }
    }

    /// The content as a string, unless it is an array of characters.
    fn settle(&self, py: Py<'_>) -> PyResult<Option<Ref<PyStr>>> {
        let mut content = self.content.borrow_mut();
        match &mut *content {
            Content::Growing(text) => {
                let text = std::mem::take(text).finish(py)?;
                *content = Content::Text(text.clone());
                Ok(Some(text))
            }
            Content::Text(text) => Ok(Some(text.clone())),
            Content::Characters(_) => Ok(None),
        }
    }

    fn value(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        if let Some(text) = self.settle(py)? {
            return Ok(text);
        }
        match &*self.content.borrow() {
            Content::Characters(text) => PyStr::from_code_points(py, text),
            _ => Ok(PyStr::empty()),
        }
    }

    /// The part `start..end`.
    fn part(&self, py: Py<'_>, start: usize, end: usize) -> PyResult<Ref<PyStr>> {
        if let Some(text) = self.settle(py)? {
            return if start == 0 && end == text.len() { Ok(text) } else { text.substring(py, start, end) };
        }
        match &*self.content.borrow() {
            Content::Characters(text) => {
                PyStr::from_code_points(py, text.get(start..end).unwrap_or_default())
            }
            _ => Ok(PyStr::empty()),
        }
    }

    /// Puts text at the present position, newlines translated.
    fn put(&self, py: Py<'_>, text: &PyStr) -> PyResult<()> {
        let mode = self.mode.get();
        let mut out = text.to_exact(py)?;
        if mode.reads_universal() {
            out = self.newlines.feed(py, out, true)?;
        }
        if let Some(newline) = mode.written() {
            out = out.replace_str(py, id!(py, "\n"), &*PyStr::new(py, newline)?, -1)?;
        }
        let (pos, len) = (self.pos.get(), self.len());
        let Some(end) = pos.checked_add(out.len()).filter(|end| *end <= isize::MAX as usize / 4) else {
            bail!(py, OverflowError, "new position too large")
        };
        if out.is_empty() {
            return Ok(());
        }
        if pos == len && self.append(py, &out)? {
            self.pos.set(end);
            return Ok(());
        }
        let mut all = match self.settle(py)? {
            Some(text) => text.to_code_points(),
            None => match std::mem::replace(&mut *self.content.borrow_mut(), Content::Text(PyStr::empty())) {
                Content::Characters(all) => all,
                _ => Vec::new(),
            },
        };
        if end > all.len() {
            if all.try_reserve(end - all.len()).is_err() {
                self.content.replace(Content::Characters(all));
                return Err(py.no_memory());
            }
            all.resize(end, 0);
        }
        for (to, from) in all.iter_mut().skip(pos).zip(out.code_points()) {
            *to = from;
        }
        self.content.replace(Content::Characters(all));
        self.pos.set(end);
        Ok(())
    }

    /// Appends, unless the content is an array of characters.
    fn append(&self, py: Py<'_>, text: &PyStr) -> PyResult<bool> {
        let mut content = self.content.borrow_mut();
        match &mut *content {
            Content::Growing(all) => all.push(py, text)?,
            Content::Text(old) => {
                let mut all = StrBuilder::new();
                all.push(py, old)?;
                all.push(py, text)?;
                *content = Content::Growing(all);
            }
            Content::Characters(all) => {
                if all.try_reserve(text.len()).is_err() {
                    return Err(py.no_memory());
                }
                all.extend(text.code_points());
            }
        }
        Ok(true)
    }

    fn next_line(&self, py: Py<'_>, limit: Option<usize>) -> PyResult<Ref<PyStr>> {
        let (start, len) = (self.pos.get(), self.len());
        if start >= len {
            return Ok(PyStr::empty());
        }
        let mode = self.mode.get();
        let end = match self.settle(py)? {
            Some(text) => mode.line_end(&text, start),
            None => match &*self.content.borrow() {
                Content::Characters(text) => mode.line_end_in(text, start),
                _ => None,
            },
        };
        let end = end.unwrap_or(len).min(start.saturating_add(limit.unwrap_or(usize::MAX)));
        self.pos.set(end);
        self.part(py, start, end)
    }

    fn start(&self, py: Py<'_>, value: Option<&PyObject>, newline: Option<&PyObject>) -> PyResult<()> {
        let mode = match newline {
            None => NewlineMode::Lf,
            Some(n) if n.is_none() => NewlineMode::Universal,
            Some(n) => match n.downcast::<PyStr>() {
                Some(text) => NewlineMode::parse_or(Some(text), |_| match n.repr(py) {
                    Ok(shown) => {
                        raise!(py, ValueError, "illegal newline value: {}", shown.to_string_lossy())
                    }
                    Err(raised) => raised,
                })?,
                None => bail!(py, TypeError, "newline must be str or None, not {}", n.ty().name()),
            },
        };
        let value = match value.filter(|v| !v.is_none()) {
            None => None,
            Some(v) => match v.downcast::<PyStr>() {
                Some(text) => Some(text),
                None => bail!(py, TypeError, "initial_value must be str or None, not {}", v.ty().name()),
            },
        };
        self.mode.set(mode);
        self.newlines.reset();
        self.newlines.translate.set(mode.reads_translated());
        self.content.replace(Content::Growing(StrBuilder::new()));
        self.pos.set(0);
        self.state.set(State::Open);
        if let Some(value) = value {
            self.put(py, value)?;
        }
        self.pos.set(0);
        Ok(())
    }
}

#[pymethods]
impl StringIo {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        StringIo {
            base: IoBase::EMPTY,
            content: RefCell::new(Content::Growing(StrBuilder::new())),
            pos: Cell::new(0),
            state: Cell::new(State::Fresh),
            mode: Cell::new(NewlineMode::Lf),
            newlines: NewlineState::default(),
        }
        .alloc(py, cls)
    }

    #[init]
    #[sig("(initial_value='', newline='\\n')")]
    fn init(&self, py: Py<'_>, initial_value: Option<&PyObject>, newline: Option<&PyObject>) -> PyResult<()> {
        self.start(py, initial_value, newline)
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        self.check(py)?;
        let line = if self.is_exactly(StringIo::type_object()) {
            self.next_line(py, None)?
        } else {
            let line = self.call_method(py, id!(py, "readline"), &[])?;
            line.downcast_into::<PyStr>().map_err(|other| {
                raise!(
                    py,
                    OSError,
                    "readline() should have returned a str object, not '{}'",
                    other.ty().name()
                )
            })?
        };
        Ok((!line.is_empty()).then(|| line.upcast()))
    }

    #[pymethod]
    fn getvalue(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        self.check(py)?;
        self.value(py)
    }

    #[pymethod]
    fn tell(&self, py: Py<'_>) -> PyResult<usize> {
        self.check(py)?;
        Ok(self.pos.get())
    }

    #[pymethod]
    fn read(&self, py: Py<'_>, #[default(Size(-1))] size: Size) -> PyResult<Ref<PyStr>> {
        self.check(py)?;
        let (start, len) = (self.pos.get(), self.len());
        if start >= len {
            return Ok(PyStr::empty());
        }
        let end = len.min(start.saturating_add(size.limit().unwrap_or(usize::MAX)));
        self.pos.set(end);
        self.part(py, start, end)
    }

    #[pymethod]
    fn readline(&self, py: Py<'_>, #[default(Size(-1))] size: Size) -> PyResult<Ref<PyStr>> {
        self.check(py)?;
        self.next_line(py, size.limit())
    }

    #[pymethod]
    fn truncate(&self, py: Py<'_>, pos: Option<&PyObject>) -> PyResult<usize> {
        self.check(py)?;
        let size = match pos.filter(|p| !p.is_none()) {
            Some(size) => {
                use krait_runtime::args::ArgPos;
                Size::from_arg(py, size, ArgPos { function: "truncate", index: 1, keyword: None })?.0
            }
            None => self.pos.get() as isize,
        };
        let Ok(size) = usize::try_from(size) else { bail!(py, ValueError, "Negative size value {size}") };
        if size < self.len() {
            let text = self.part(py, 0, size)?;
            let mut content = self.content.borrow_mut();
            match &mut *content {
                Content::Characters(all) => all.truncate(size),
                other => *other = Content::Text(text),
            }
        }
        Ok(size)
    }

    #[pymethod]
    fn seek(&self, py: Py<'_>, pos: isize, #[default(0)] whence: i32) -> PyResult<usize> {
        self.check(py)?;
        if !(0..=2).contains(&whence) {
            bail!(py, ValueError, "Invalid whence ({whence}, should be 0, 1 or 2)");
        }
        if pos < 0 && whence == 0 {
            bail!(py, ValueError, "Negative seek position {pos}");
        }
        if whence != 0 && pos != 0 {
            bail!(py, OSError, "Can't do nonzero cur-relative seeks");
        }
        match whence {
            0 => self.pos.set(pos as usize),
            1 => {}
            _ => self.pos.set(self.len()),
        }
        Ok(self.pos.get())
    }

    #[pymethod]
    fn write(&self, py: Py<'_>, s: &PyObject) -> PyResult<usize> {
        let Some(text) = s.downcast::<PyStr>() else {
            bail!(py, TypeError, "string argument expected, got '{}'", s.ty().name())
        };
        self.check(py)?;
        if !text.is_empty() {
            self.put(py, text)?;
        }
        Ok(text.len())
    }

    #[pymethod]
    fn close(&self) {
        self.state.set(State::Closed);
        self.content.replace(Content::Growing(StrBuilder::new()));
    }

    #[pymethod]
    fn readable(&self, py: Py<'_>) -> PyResult<bool> {
        self.check(py).map(|()| true)
    }

    #[pymethod]
    fn writable(&self, py: Py<'_>) -> PyResult<bool> {
        self.check(py).map(|()| true)
    }

    #[pymethod]
    fn seekable(&self, py: Py<'_>) -> PyResult<bool> {
        self.check(py).map(|()| true)
    }

    #[getter]
    fn closed(&self, py: Py<'_>) -> PyResult<bool> {
        if self.state.get() == State::Fresh {
            self.check(py)?;
        }
        Ok(self.state.get() == State::Closed)
    }

    #[getter]
    fn line_buffering(&self, py: Py<'_>) -> PyResult<bool> {
        self.check(py).map(|()| false)
    }

    #[getter]
    fn newlines(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.check(py)?;
        if self.mode.get().reads_universal() { self.newlines.newlines(py) } else { Ok(py.none()) }
    }

    #[pymethod]
    fn __getstate__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        self.check(py)?;
        let newline = match self.mode.get() {
            NewlineMode::Universal => py.none(),
            NewlineMode::Untranslated => PyStr::empty().upcast(),
            NewlineMode::Lf => "\n".into_py(py)?,
            NewlineMode::Cr => "\r".into_py(py)?,
            NewlineMode::CrLf => "\r\n".into_py(py)?,
        };
        let dict = match self.existing_dict() {
            Some(dict) => dict.copy(py)?.upcast(),
            None => py.none(),
        };
        PyTuple::from_vec(py, vec![self.value(py)?.upcast(), newline, self.pos.get().into_py(py)?, dict])
    }

    #[pymethod]
    fn __setstate__(&self, py: Py<'_>, state: &PyObject) -> PyResult<()> {
        if self.state.get() == State::Closed {
            self.check(py)?;
        }
        let parts = state.downcast::<PyTuple>().map(PyTuple::as_slice);
        let Some([value, newline, position, dict, ..]) = parts else {
            bail!(
                py,
                TypeError,
                "{}.__setstate__ argument should be 4-tuple, got {}",
                self.ty().name(),
                state.ty().name()
            )
        };
        self.start(py, Some(value), Some(newline))?;
        // The value has its newlines translated already.
        if let Some(text) = value.downcast::<PyStr>() {
            self.content.replace(Content::Text(text.to_exact(py)?));
        }
        if !PyInt::check(position) {
            bail!(py, TypeError, "third item of state must be an integer, got {}", position.ty().name());
        }
        let position = position.to_index_isize(py, "cannot fit '{}' into an index-sized integer")?;
        let Ok(position) = usize::try_from(position) else {
            bail!(py, ValueError, "position value cannot be negative")
        };
        self.pos.set(position);
        if dict.is_none() {
            return Ok(());
        }
        if !PyDict::check(dict) {
            bail!(py, TypeError, "fourth item of state should be a dict, got a {}", dict.ty().name());
        }
        match self.existing_dict() {
            Some(own) => own.update(py, dict),
            None => self.set_instance_dict(py, Some(dict)),
        }
    }
}
