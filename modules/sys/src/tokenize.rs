//! Module `_tokenize`: the tokens of a source that a `readline` function gives, for `tokenize`.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use krait_interp::compile::raise_syntax_error;
use krait_interp::warnings::warn_explicit;
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_syntax::stream::TokenStream;
use krait_syntax::token::{Kind, Token};
use krait_syntax::{ErrorKind, SyntaxError, WarningCategory};

/// What errors and warnings call the source.
const FILENAME: &str = "<string>";

/// A line as it was read: its text without line end, and the line end.
struct Line {
    /// Where it begins in the source that the tokenizer sees, which has `\n` line ends only.
    start: usize,
    /// The whole text as read.
    text: String,
    /// The object made of it.
    object: Ref<PyStr>,
    /// How many bytes the line end has.
    ending: usize,
}

/// Everything read, with the tokens not given out yet.
struct Tokens {
    lines: Vec<Line>,
    source: String,
    waiting: VecDeque<Token>,
    /// What comes after the last token: an error of the source, or the one that `readline` raised.
    error: Option<Box<SyntaxError>>,
    raised: Option<Ref<PyObject>>,
    /// The last line has no line end.
    open_end: bool,
}

/// The iterator.
#[pyclass(module = "_tokenize", name = "TokenizerIter", gc)]
#[repr(C)]
pub struct TokenizerIter {
    base: PyObject,
    readline: Member<PyObject>,
    encoding: Member<PyObject>,
    extra_tokens: Cell<bool>,
    #[no_traverse]
    tokens: RefCell<Option<Tokens>>,
    done: Cell<bool>,
}

#[pymethods(class = "_tokenize.TokenizerIter")]
impl TokenizerIter {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let [readline] = args.as_slice() else {
            bail!(py, TypeError, "tokenizeriter() takes exactly 1 positional argument ({} given)", args.len())
        };
        let (mut extra_tokens, mut encoding) = (None, None);
        for (name, value) in kwargs.map(PyDict::items_snapshot).unwrap_or_default() {
            match name.downcast::<PyStr>().map(|name| name.to_string_lossy()).as_deref() {
                Some("extra_tokens") => extra_tokens = Some(value.is_true(py)?),
                Some("encoding") => match value.downcast::<PyStr>() {
                    Some(text) if text.to_utf8(py)?.contains('\0') => {
                        bail!(py, ValueError, "embedded null character")
                    }
                    Some(text) => encoding = Some(text.to_ref()),
                    None => bail!(
                        py,
                        TypeError,
                        "tokenizeriter() argument 'encoding' must be str, not {}",
                        if value.is_none() { "None" } else { value.ty().name() }
                    ),
                },
                Some(other) => {
                    bail!(py, TypeError, "tokenizeriter() got an unexpected keyword argument '{other}'")
                }
                None => bail!(py, TypeError, "keywords must be strings"),
            }
        }
        let Some(extra_tokens) = extra_tokens else {
            bail!(py, TypeError, "tokenizeriter() missing required argument 'extra_tokens' (pos 2)")
        };
        TokenizerIter {
            base: PyObject::HEADER,
            readline: Member::new(readline.clone()),
            encoding: Member::from_option(encoding),
            extra_tokens: Cell::new(extra_tokens),
            tokens: RefCell::new(None),
            done: Cell::new(false),
        }
        .alloc(py, cls)
        .map(Ref::upcast)
    }

    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        if self.done.get() {
            return Ok(None);
        }
        if self.tokens.borrow().is_none() {
            // Reading runs Python code, so nothing is borrowed meanwhile.
            let tokens = self.read(py)?;
            *self.tokens.borrow_mut() = Some(tokens);
        }
        let mut tokens = self.tokens.borrow_mut();
        let Some(tokens) = tokens.as_mut() else { return Ok(None) };
        match tokens.waiting.pop_front() {
            Some(token) => tokens.show(py, token, self.extra_tokens.get()).map(|shown| Some(shown.upcast())),
            None => {
                self.done.set(true);
                if let Some(exception) = tokens.raised.take() {
                    return Err(py.restore(exception));
                }
                match tokens.error.take() {
                    Some(error) => Err(tokens.raise(py, *error)),
                    None => Ok(None),
                }
            }
        }
    }
}

impl TokenizerIter {
    /// All of the source and its tokens.
    fn read(&self, py: Py<'_>) -> PyResult<Tokens> {
        let mut tokens = Tokens {
            lines: Vec::new(),
            source: String::new(),
            waiting: VecDeque::new(),
            error: None,
            raised: None,
            open_end: false,
        };
        let Some(readline) = self.readline.get() else { return Ok(tokens) };
        let encoding = self.encoding.get();
        loop {
            match read_line(py, &readline, encoding.as_deref()) {
                Ok(Some(line)) => {
                    if !tokens.push(py, line)? {
                        break;
                    }
                }
                Ok(None) => break,
                Err(raised) => {
                    tokens.raised = Some(py.fetch(raised));
                    break;
                }
            }
        }
        if !tokens.source.is_empty() && !tokens.source.ends_with('\n') {
            tokens.source.push('\n');
            tokens.open_end = true;
        }
        let cut = tokens.error.is_some();
        let mut stream = TokenStream::new(&tokens.source, self.extra_tokens.get());
        for token in &mut stream {
            match token {
                Ok(token) => tokens.waiting.push_back(token),
                Err(_) if cut => {}
                Err(error) => tokens.error = Some(error),
            }
        }
        if cut || tokens.raised.is_some() {
            // What the tokenizer made of the end of what could be read is not the end.
            while tokens.waiting.back().is_some_and(|t| matches!(t.kind, Kind::EndMarker | Kind::Dedent)) {
                tokens.waiting.pop_back();
            }
        }
        for warning in stream.take_warnings() {
            let category = match warning.category {
                WarningCategory::Syntax => types::SyntaxWarning(),
                WarningCategory::Deprecation => types::DeprecationWarning(),
            };
            let text = PyStr::new(py, &warning.msg)?;
            let filename = PyStr::new(py, FILENAME)?;
            warn_explicit(py, category, &text, &filename, warning.lineno)?;
        }
        Ok(tokens)
    }
}

/// The next line; none at the end.
fn read_line(py: Py<'_>, readline: &PyObject, encoding: Option<&PyObject>) -> PyResult<Option<Ref<PyStr>>> {
    let line = match readline.call(py, &[]) {
        Ok(line) => line,
        Err(raised) if py.error_matches(types::StopIteration()) => {
            py.clear_error(raised);
            return Ok(None);
        }
        Err(raised) => return Err(raised),
    };
    let line = match encoding {
        Some(encoding) => {
            let Some(bytes) = line.downcast::<PyBytes>() else {
                bail!(py, TypeError, "readline() returned a non-bytes object")
            };
            bytes.call_method(py, id!(py, "decode"), &[encoding, id!(py, "replace")])?
        }
        None => line,
    };
    match line.downcast_into::<PyStr>() {
        Ok(line) => Ok(Some(line)),
        Err(_) => Err(raise!(py, TypeError, "readline() returned a non-string object")),
    }
}

impl Tokens {
    /// Takes one more line; false at the end.
    fn push(&mut self, py: Py<'_>, object: Ref<PyStr>) -> PyResult<bool> {
        let text = object.to_utf8(py)?.into_owned();
        if text.is_empty() {
            return Ok(false);
        }
        if text.contains('\0') {
            let shown = text.split('\0').next().unwrap_or("").to_owned();
            let lineno = self.lines.len() as i32 + 1;
            self.error = Some(Box::new(SyntaxError {
                lineno: Some(lineno),
                offset: Some(0),
                end_lineno: Some(lineno),
                end_offset: Some(0),
                text: Some(shown),
                ..SyntaxError::bare(ErrorKind::Syntax, "source code cannot contain null bytes")
            }));
            return Ok(false);
        }
        let ending = match text.as_bytes() {
            [.., b'\r', b'\n'] => 2,
            [.., b'\n' | b'\r'] => 1,
            _ => 0,
        };
        let start = self.source.len();
        self.source.push_str(text.get(..text.len() - ending).unwrap_or(""));
        if ending > 0 {
            self.source.push('\n');
        }
        self.lines.push(Line { start, text, object, ending });
        Ok(true)
    }

    fn line(&self, number: u32) -> Option<&Line> {
        self.lines.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    /// Columns in characters.
    fn column(&self, number: u32, bytes: u32) -> u32 {
        match self.line(number) {
            Some(line) if !line.object.is_ascii() => {
                let head = line.text.get(..bytes as usize);
                head.map_or(bytes, |head| head.chars().count() as u32)
            }
            _ => bytes,
        }
    }

    /// Part of the source, with the line ends as they were read.
    fn original(&self, token: &Token) -> String {
        let (start, end) = (token.start as usize, token.end as usize);
        if self.lines.iter().all(|line| line.ending < 2 && !line.text.ends_with('\r')) {
            return self.source.get(start..end).unwrap_or("").to_owned();
        }
        let mut out = String::new();
        let mut at = start;
        let first = self.lines.partition_point(|line| line.start <= start).saturating_sub(1);
        for (index, line) in self.lines.iter().enumerate().skip(first) {
            let next = self.lines.get(index + 1).map_or(self.source.len(), |next| next.start);
            if at >= end {
                break;
            }
            // Only at its end does a line differ from what the tokenizer saw.
            let from = at - line.start;
            let to = if end >= next { line.text.len() } else { end - line.start };
            out.push_str(line.text.get(from..to).unwrap_or(""));
            at = next;
        }
        out
    }

    /// The text of the lines from `first` to `last`.
    fn line_text(&self, py: Py<'_>, first: u32, last: u32) -> PyResult<Ref<PyStr>> {
        if first >= last {
            return Ok(self.line(last).map_or_else(PyStr::empty, |line| line.object.clone()));
        }
        let texts: String =
            (first..=last).filter_map(|n| self.line(n)).map(|line| line.text.as_str()).collect();
        PyStr::new(py, &texts)
    }

    fn show(&self, py: Py<'_>, token: Token, extra: bool) -> PyResult<Ref<PyTuple>> {
        let number = match token.kind.number() {
            7..=54 if extra => Kind::Op.number(),
            n => n,
        };
        let in_string = matches!(
            token.kind,
            Kind::String
                | Kind::FstringStart
                | Kind::FstringMiddle
                | Kind::FstringEnd
                | Kind::TstringStart
                | Kind::TstringMiddle
                | Kind::TstringEnd
        );
        let is_last = token.lineno as usize >= self.lines.len();
        let at_end = token.lineno as usize > self.lines.len();
        let mut start = (i64::from(token.lineno), i64::from(self.column(token.lineno, token.col)));
        let mut end = (i64::from(token.end_lineno), i64::from(self.column(token.end_lineno, token.end_col)));
        let implicit = self.open_end && is_last && matches!(token.kind, Kind::Newline | Kind::Nl);
        let text = match token.kind {
            _ if implicit => PyStr::empty(),
            Kind::Newline if !extra => {
                // A comment before the line's end belongs to it, and half of a long line end.
                let text = self.line(token.lineno).and_then(|line| line.text.get(token.col as usize..));
                let text = text.map_or("", |text| text.strip_suffix('\n').unwrap_or(text));
                end = (start.0, start.1 + text.chars().count() as i64);
                PyStr::new(py, text)?
            }
            Kind::Newline | Kind::Nl => {
                let ending = self
                    .line(token.lineno)
                    .map_or("\n", |line| line.text.get(line.text.len() - line.ending..).unwrap_or("\n"));
                end.1 = start.1 + if ending == "\n" { 1 } else { 2 };
                PyStr::new(py, ending)?
            }
            Kind::EndMarker | Kind::Dedent => PyStr::empty(),
            Kind::Indent if !extra => PyStr::empty(),
            Kind::Name => PyStr::new_interned(py, &self.original(&token))?,
            _ => PyStr::new(py, &self.original(&token))?,
        };
        let mut line = if at_end && extra {
            PyStr::empty()
        } else {
            let first = if in_string { token.lineno } else { token.end_lineno };
            self.line_text(py, first, token.end_lineno)?
        };
        if !extra {
            match token.kind {
                Kind::Indent | Kind::Dedent | Kind::EndMarker => {
                    let lineno = start.0.min(self.lines.len() as i64).max(1);
                    start = (lineno, -1);
                    end = start;
                    line = self.line_text(py, lineno as u32, lineno as u32)?;
                }
                _ => {}
            }
        }
        let place = |(line, column): (i64, i64)| {
            PyTuple::pair(py, PyInt::new(py, line)?.upcast(), PyInt::new(py, column)?.upcast())
        };
        let number = PyInt::new(py, i64::from(number))?;
        PyTuple::new(py, &[&number, &text, &*place(start)?, &*place(end)?, &line])
    }

    /// An error whose end is not known: of indentation, of what joins lines, or of the source's end.
    fn raise_without_end(&self, py: Py<'_>, error: &SyntaxError, line: &Line) -> Raised {
        let class = match error.kind {
            ErrorKind::Indentation => types::IndentationError(),
            ErrorKind::Tab => types::TabError(),
            _ => types::SyntaxError(),
        };
        let text = line.text.trim_end_matches(['\r', '\n']);
        let made = (|| {
            let filename = PyStr::new(py, FILENAME)?;
            let lineno = error.lineno.into_py(py)?;
            let msg = PyStr::new(py, &error.msg)?;
            if error.offset.is_none() {
                // The end of the source: the exception is told where afterwards.
                let exception = class.call(py, &[&msg])?;
                let offset = error.end_offset.into_py(py)?;
                exception.set_attr(py, id!(py, "filename"), &filename)?;
                exception.set_attr(py, id!(py, "lineno"), &lineno)?;
                exception.set_attr(py, id!(py, "end_lineno"), &lineno)?;
                exception.set_attr(py, id!(py, "offset"), &offset)?;
                return Ok(exception);
            }
            let offset = (text.chars().count() + 1).into_py(py)?;
            let text = PyStr::new(py, text)?;
            let none = py.none();
            let place = PyTuple::new(py, &[&filename, &lineno, &offset, &text, &none, &none])?;
            class.call(py, &[&msg, &place])
        })();
        made.map_or_else(|raised| raised, |exception| py.raise_instance(exception))
    }

    fn raise(&self, py: Py<'_>, mut error: SyntaxError) -> Raised {
        let filename = match PyStr::new(py, FILENAME) {
            Ok(name) => name,
            Err(raised) => return raised,
        };
        let line = error.lineno.and_then(|n| self.line(n as u32));
        if let (None, Some(line)) = (error.end_lineno, line) {
            return self.raise_without_end(py, &error, line);
        }
        if error.text.is_none() && error.end_lineno.is_some() {
            let line = error.lineno.and_then(|n| self.line(n as u32));
            error.text = line.map(|line| line.text.trim_end_matches(['\r', '\n']).to_owned());
        }
        if let Some(text) = &mut error.text {
            text.truncate(text.trim_end_matches(['\r', '\n']).len());
        }
        raise_syntax_error(py, &error, &filename)
    }
}

/// The tokenizer.
#[pymodule(name = "_tokenize", types = [super::TokenizerIter])]
#[allow(clippy::module_inception)]
pub mod tokenize {}
