//! `re.Pattern`.

use std::cell::RefCell;

use krait_runtime::objects::generic_alias::class_getitem;
use krait_runtime::objects::iterator::callable_iterator;
use krait_runtime::objects::mappingproxy::proxy_of;
use krait_runtime::prelude::*;

use super::match_object::join;
use super::text::{Text, clamp};
use super::{Match, Scanner, Template};
use crate::sre::charclass::C_LOCALE;
use crate::sre::{self, Abort, Program, Request, State};

const IGNORECASE: i32 = 2;
const LOCALE: i32 = 4;
const MULTILINE: i32 = 8;
const DOTALL: i32 = 16;
const UNICODE: i32 = 32;
const VERBOSE: i32 = 64;
const DEBUG: i32 = 128;
const ASCII: i32 = 256;

/// Compiled regular expression object.
#[pyclass(module = "re", name = "Pattern", gc, disallow_instantiation, heap, immutable)]
#[repr(C)]
pub struct Pattern {
    base: PyObject,
    #[pymember("pattern", object, readonly)]
    pattern: Member<PyObject>,
    #[pymember("flags", int, readonly)]
    flags: Cell<i32>,
    #[pymember("groups", pyssizet, readonly)]
    groups: Cell<isize>,
    groupindex: Member<PyDict>,
    indexgroup: Member<PyTuple>,
    /// `Some(true)`: for bytes; `None`: the pattern is neither text nor bytes.
    is_bytes: Cell<Option<bool>>,
    #[no_traverse]
    program: Program,
    #[no_traverse]
    code: Vec<u32>,
    /// Memory of the last match, to be used again.
    #[no_traverse]
    spare: RefCell<Option<State>>,
    weaklist: WeakList,
}

/// The three ways to match.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum How {
    Search,
    Match,
    Full,
}

/// A pattern at work on a text.
pub struct Run<'a> {
    pattern: &'a Pattern,
    pub text: Text,
    pub pos: usize,
    pub endpos: usize,
    pub must_advance: bool,
    pub state: State,
    /// Where the match objects say that it began.
    first: usize,
}

impl<'a> Run<'a> {
    pub fn new(
        py: Py<'_>,
        pattern: &'a Pattern,
        string: &PyObject,
        pos: isize,
        endpos: isize,
    ) -> PyResult<Run<'a>> {
        let text = Text::new(py, string)?;
        match (pattern.is_bytes.get(), text.is_bytes()) {
            (Some(false), true) => {
                bail!(py, TypeError, "cannot use a string pattern on a bytes-like object")
            }
            (Some(true), false) => {
                bail!(py, TypeError, "cannot use a bytes pattern on a string-like object")
            }
            _ => {}
        }
        let pos = clamp(pos, text.len());
        let endpos = clamp(endpos, text.len());
        let spare = pattern.spare.try_borrow_mut().ok().and_then(|mut spare| spare.take());
        let state = match spare {
            Some(state) => state,
            None => State::new(&pattern.program).map_err(|_| py.no_memory())?,
        };
        Ok(Run { pattern, text, pos, endpos, must_advance: false, state, first: pos })
    }

    /// Looks for the next match.
    pub fn next(&mut self, py: Py<'_>, how: How) -> PyResult<bool> {
        let request = Request {
            subject: self.text.subject(),
            pos: self.pos,
            endpos: self.endpos,
            must_advance: self.must_advance,
            locale: &C_LOCALE,
        };
        let run = match how {
            How::Search => sre::search,
            How::Match => sre::match_at,
            How::Full => sre::fullmatch,
        };
        let poll = &mut || Ok(());
        match run(&self.pattern.program, &mut self.state, &request, poll) {
            Ok(found) => Ok(found),
            Err(Abort::Memory) => Err(py.no_memory()),
            Err(_) => Err(Raised::already(py)),
        }
    }

    /// Goes on behind the match just made.
    fn advance(&mut self) {
        self.must_advance = self.state.end == self.state.start;
        self.pos = self.state.end;
    }

    /// The match just made as an object.
    pub fn found(&self, py: Py<'_>, string: &PyObject) -> PyResult<Ref<Match>> {
        Match::make(py, self.pattern, string, &self.state, (self.first, self.endpos))
    }

    fn group(&self, py: Py<'_>, n: usize) -> PyResult<Option<Ref<PyObject>>> {
        match self.state.group(n) {
            Some((start, end)) => self.text.slice(py, start, end).map(Some),
            None => Ok(None),
        }
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        if let Ok(mut spare) = self.pattern.spare.try_borrow_mut() {
            *spare = Some(std::mem::take(&mut self.state));
        }
    }
}

/// `re._compile_template(pattern, template)`.
pub fn compile_template(py: Py<'_>, pattern: &Pattern, template: &PyObject) -> PyResult<Ref<PyObject>> {
    let import = py.builtin(id!(py, "__import__"))?;
    let re = import.call(py, &[id!(py, "re")])?;
    re.get_attr(py, id!(py, "_compile_template"))?.call(py, &[pattern, template])
}

/// What `sub` puts in place of a match.
enum Filter {
    Literal(Ref<PyObject>),
    Template(Ref<PyObject>),
    Callable(Ref<PyObject>),
}

impl Filter {
    fn new(py: Py<'_>, pattern: &Pattern, repl: &PyObject) -> PyResult<Filter> {
        if repl.is_callable() {
            return Ok(Filter::Callable(repl.to_ref()));
        }
        let literal = if let Some(s) = repl.downcast::<PyStr>() {
            s.find_char('\\'.into()).is_none()
        } else if repl.has_buffer() {
            !repl.buffer_bytes(py)?.contains(&b'\\')
        } else {
            false
        };
        if literal {
            return Ok(Filter::Literal(repl.to_ref()));
        }
        let compiled = compile_template(py, pattern, repl)?;
        Ok(match compiled.downcast::<Template>().map(Template::plain) {
            Some(None) => Filter::Template(compiled),
            Some(Some(plain)) => Filter::Literal(plain),
            None => Filter::Literal(compiled),
        })
    }
}

impl Pattern {
    /// A pattern from what `re._compiler` made.
    pub fn compile(
        py: Py<'_>,
        pattern: &PyObject,
        flags: i32,
        code: &PyList,
        groups: isize,
        groupindex: &PyDict,
        indexgroup: &PyTuple,
    ) -> PyResult<Ref<Pattern>> {
        let mut words = Vec::with_capacity(code.len());
        for word in code.to_vec() {
            let Some(n) = word.downcast::<PyInt>() else { bail!(py, TypeError, "an integer is required") };
            match n.as_u64().map(u32::try_from) {
                Some(Ok(n)) => words.push(n),
                _ => bail!(py, OverflowError, "regular expression code size limit exceeded"),
            }
        }
        let is_bytes = if pattern.is_none() { None } else { Some(Text::new(py, pattern)?.is_bytes()) };
        let count = u32::try_from(groups).unwrap_or(u32::MAX);
        let Ok(program) = Program::new(&words, count) else {
            bail!(py, RuntimeError, "invalid SRE code");
        };
        Pattern {
            base: PyObject::HEADER,
            pattern: Member::new(pattern.to_ref()),
            flags: Cell::new(flags),
            groups: Cell::new(groups),
            groupindex: Member::new(groupindex.new_ref()),
            indexgroup: Member::new(indexgroup.new_ref()),
            is_bytes: Cell::new(is_bytes),
            program,
            code: words,
            spare: RefCell::new(None),
            weaklist: WeakList::EMPTY,
        }
        .alloc_exact(py)
    }

    /// Groups, not counting the whole.
    pub fn group_count(&self) -> usize {
        usize::try_from(self.groups.get()).unwrap_or(0)
    }

    /// Group numbers by name.
    pub fn names(&self) -> Option<Ref<PyDict>> {
        self.groupindex.get()
    }

    /// The name of a group, or None.
    pub fn group_name(&self, n: usize) -> Option<Ref<PyObject>> {
        self.indexgroup.get().and_then(|names| names.get(n).map(PyObject::to_ref))
    }

    fn one(
        &self,
        py: Py<'_>,
        string: &PyObject,
        (pos, endpos): (isize, isize),
        how: How,
    ) -> PyResult<Option<Ref<Match>>> {
        let mut run = Run::new(py, self, string, pos, endpos)?;
        if run.next(py, how)? { run.found(py, string).map(Some) } else { Ok(None) }
    }

    fn replace(
        &self,
        py: Py<'_>,
        repl: &PyObject,
        string: &PyObject,
        count: isize,
    ) -> PyResult<(Ref<PyObject>, isize)> {
        let filter = Filter::new(py, self, repl)?;
        let mut run = Run::new(py, self, string, 0, isize::MAX)?;
        let mut parts = Vec::new();
        let (mut done, mut n) = (0, 0);
        while count == 0 || n < count {
            if !run.next(py, How::Search)? {
                break;
            }
            let (start, end) = (run.state.start, run.state.end);
            py.room_in(&mut parts, 2)?;
            if done < start {
                parts.push(run.text.slice(py, done, start)?);
            }
            let part = match &filter {
                Filter::Literal(text) => text.clone(),
                Filter::Template(template) => match template.downcast::<Template>() {
                    Some(template) => template.expand(py, &*run.found(py, string)?)?,
                    None => template.clone(),
                },
                Filter::Callable(f) => f.call(py, &[&*run.found(py, string)?])?,
            };
            if !part.is_none() {
                parts.push(part);
            }
            done = end;
            n += 1;
            run.advance();
        }
        if done < run.endpos {
            parts.push(run.text.slice(py, done, run.endpos)?);
        }
        let empty = run.text.slice(py, 0, 0)?;
        if parts.is_empty() {
            return Ok((empty, n));
        }
        Ok((join(py, &empty, parts)?, n))
    }
}

#[pymethods]
impl Pattern {
    #[pymethod]
    fn r#match(
        &self,
        py: Py<'_>,
        string: &PyObject,
        #[default(0)] pos: isize,
        #[default(isize::MAX)] endpos: isize,
    ) -> PyResult<Option<Ref<Match>>> {
        self.one(py, string, (pos, endpos), How::Match)
    }

    #[pymethod]
    fn fullmatch(
        &self,
        py: Py<'_>,
        string: &PyObject,
        #[default(0)] pos: isize,
        #[default(isize::MAX)] endpos: isize,
    ) -> PyResult<Option<Ref<Match>>> {
        self.one(py, string, (pos, endpos), How::Full)
    }

    #[pymethod]
    fn search(
        &self,
        py: Py<'_>,
        string: &PyObject,
        #[default(0)] pos: isize,
        #[default(isize::MAX)] endpos: isize,
    ) -> PyResult<Option<Ref<Match>>> {
        self.one(py, string, (pos, endpos), How::Search)
    }

    #[pymethod]
    fn scanner(
        &self,
        py: Py<'_>,
        string: &PyObject,
        #[default(0)] pos: isize,
        #[default(isize::MAX)] endpos: isize,
    ) -> PyResult<Ref<Scanner>> {
        Scanner::make(py, self, string, pos, endpos)
    }

    #[pymethod]
    fn finditer(
        &self,
        py: Py<'_>,
        string: &PyObject,
        #[default(0)] pos: isize,
        #[default(isize::MAX)] endpos: isize,
    ) -> PyResult<Ref<PyObject>> {
        let scanner = Scanner::make(py, self, string, pos, endpos)?;
        let search = scanner.get_attr(py, id!(py, "search"))?;
        callable_iterator(py, &search, &py.none())
    }

    #[pymethod]
    fn findall(
        &self,
        py: Py<'_>,
        string: &PyObject,
        #[default(0)] pos: isize,
        #[default(isize::MAX)] endpos: isize,
    ) -> PyResult<Ref<PyList>> {
        let mut run = Run::new(py, self, string, pos, endpos)?;
        let list = PyList::new(py)?;
        let groups = self.group_count();
        while run.next(py, How::Search)? {
            let text = |n: usize| match run.group(py, n) {
                Ok(Some(text)) => Ok(text),
                Ok(None) => run.text.slice(py, 0, 0),
                Err(raised) => Err(raised),
            };
            let item = match groups {
                0 => text(0)?,
                1 => text(1)?,
                _ => {
                    let items: PyResult<Vec<_>> = (1..=groups).map(text).collect();
                    PyTuple::from_vec(py, items?)?.upcast()
                }
            };
            list.append(py, item)?;
            run.advance();
        }
        Ok(list)
    }

    #[pymethod]
    fn sub(
        &self,
        py: Py<'_>,
        repl: &PyObject,
        string: &PyObject,
        #[default(0)] count: isize,
    ) -> PyResult<Ref<PyObject>> {
        self.replace(py, repl, string, count).map(|(text, _)| text)
    }

    #[pymethod]
    fn subn(
        &self,
        py: Py<'_>,
        repl: &PyObject,
        string: &PyObject,
        #[default(0)] count: isize,
    ) -> PyResult<Ref<PyTuple>> {
        let (text, n) = self.replace(py, repl, string, count)?;
        let n = n.into_py(py)?;
        PyTuple::new(py, &[&text, &n])
    }

    #[pymethod]
    fn split(&self, py: Py<'_>, string: &PyObject, #[default(0)] maxsplit: isize) -> PyResult<Ref<PyList>> {
        let mut run = Run::new(py, self, string, 0, isize::MAX)?;
        let list = PyList::new(py)?;
        let (mut n, mut done) = (0, 0);
        while maxsplit == 0 || n < maxsplit {
            if !run.next(py, How::Search)? {
                break;
            }
            list.append(py, run.text.slice(py, done, run.state.start)?)?;
            for group in 1..=self.group_count() {
                list.append(py, run.group(py, group)?.unwrap_or_else(|| py.none()))?;
            }
            n += 1;
            done = run.state.end;
            run.advance();
        }
        list.append(py, run.text.slice(py, done, run.endpos)?)?;
        Ok(list)
    }

    #[getter]
    fn groupindex(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        match self.groupindex.get() {
            Some(names) => proxy_of(py, &names),
            None => PyDict::new(py).map(Ref::upcast),
        }
    }

    #[pymethod]
    fn __copy__(&self) -> Ref<Pattern> {
        self.new_ref()
    }

    #[pymethod]
    fn __deepcopy__(&self, _py: Py<'_>, memo: &PyObject) -> Ref<Pattern> {
        let _ = memo;
        self.new_ref()
    }

    #[classmethod]
    fn __class_getitem__(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        class_getitem(py, cls, object)
    }

    #[slot]
    fn tp_hash(&self, py: Py<'_>) -> PyResult<isize> {
        let pattern = match self.pattern.get() {
            Some(pattern) => pattern.hash(py)?,
            None => 0,
        };
        let code: Vec<u8> = self.code.iter().flat_map(|word| word.to_ne_bytes()).collect();
        let kind = match self.is_bytes.get() {
            Some(bytes) => isize::from(bytes),
            None => -1,
        };
        let code = krait_runtime::objects::str::hash_bytes(&code);
        Ok(code ^ pattern ^ self.flags.get() as isize ^ kind ^ self.groups.get())
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return Ok(py.not_implemented());
        }
        let Some(other) = other.downcast::<Pattern>() else { return Ok(py.not_implemented()) };
        let mut same = self.is(other)
            || (self.flags.get() == other.flags.get()
                && self.is_bytes.get() == other.is_bytes.get()
                && self.groups.get() == other.groups.get()
                && self.code == other.code);
        if same
            && !self.is(other)
            && let (Some(a), Some(b)) = (self.pattern.get(), other.pattern.get())
        {
            same = a.eq(py, &b)?;
        }
        (same == (op == CompareOp::Eq)).into_py(py)
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let text = self.pattern.get().unwrap_or_else(|| py.none());
        let shown = text.repr(py)?;
        let mut flags = self.flags.get();
        // For text Unicode goes without saying.
        if self.is_bytes.get() == Some(false) && flags & (LOCALE | UNICODE | ASCII) == UNICODE {
            flags &= !UNICODE;
        }
        let mut names = Vec::new();
        for (name, flag) in [
            ("re.IGNORECASE", IGNORECASE),
            ("re.MULTILINE", MULTILINE),
            ("re.DOTALL", DOTALL),
            ("re.VERBOSE", VERBOSE),
            ("re.DEBUG", DEBUG),
            ("re.ASCII", ASCII),
            ("re.LOCALE", LOCALE),
            ("re.UNICODE", UNICODE),
        ] {
            if flags & flag != 0 {
                names.push(name.to_owned());
                flags &= !flag;
            }
        }
        if flags != 0 {
            names.push(format!("{flags:#x}"));
        }
        let mut out = krait_runtime::objects::str::StrBuilder::new();
        out.push_str(py, "re.compile(")?;
        out.push_range(py, &shown, 0, shown.len().min(200))?;
        if !names.is_empty() {
            out.push_str(py, ", ")?;
            out.push_str(py, &names.join("|"))?;
        }
        out.push_str(py, ")")?;
        out.finish(py)
    }
}
