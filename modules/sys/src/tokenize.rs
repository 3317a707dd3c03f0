//! Module `_tokenize`: the tokens of a source that a `readline` function gives, for `tokenize`.

use std::cell::{Cell, RefCell};

use krait_interp::compile::{issue_warning, raise_syntax_error};
use krait_runtime::codecs::raise_decode_error;
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_syntax::stream::{Step, TokenStream};
use krait_syntax::token::{Kind, Token};
use krait_syntax::{ErrorKind, SyntaxError};

/// What errors and warnings call the source.
const FILENAME: &str = "<string>";

/// A line as it was read.
struct Line {
    /// Where it begins in the stream's source.
    start: usize,
    /// The object that `readline` gave, or was decoded from it.
    object: Ref<PyStr>,
    /// Whether the stream's source has a line end here that the object has not.
    implicit_newline: bool,
}

/// What was read so far.
struct Tokens {
    lines: Vec<Line>,
    stream: TokenStream,
    /// The line of the token shown last, and whether its text was shown with it.
    last_line: (u32, bool),
}

/// The iterator.
#[pyclass(module = "_tokenize", name = "TokenizerIter", gc, heap, immutable)]
#[repr(C)]
pub struct TokenizerIter {
    base: PyObject,
    readline: Member<PyObject>,
    encoding: Member<PyObject>,
    extra_tokens: Cell<bool>,
    #[no_traverse]
    tokens: RefCell<Tokens>,
    done: Cell<bool>,
}

#[pymethods(class = "_tokenize.TokenizerIter")]
impl TokenizerIter {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let [readline] = args.as_slice() else {
            bail!(py, TypeError, "tokenizeriter() takes exactly 1 positional argument ({} given)", args.len())
        };
        let (mut extra_tokens, mut encoding, mut unexpected) = (None, None, None);
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
                Some(other) => unexpected = Some(other.to_owned()),
                None => bail!(py, TypeError, "keywords must be strings"),
            }
        }
        let Some(extra_tokens) = extra_tokens else {
            bail!(py, TypeError, "tokenizeriter() missing required argument 'extra_tokens' (pos 2)")
        };
        if let Some(name) = unexpected {
            bail!(py, TypeError, "tokenizeriter() got an unexpected keyword argument '{name}'");
        }
        TokenizerIter {
            base: PyObject::HEADER,
            readline: Member::new(readline.clone()),
            encoding: Member::from_option(encoding),
            extra_tokens: Cell::new(extra_tokens),
            tokens: RefCell::new(Tokens {
                lines: Vec::new(),
                stream: TokenStream::new(extra_tokens),
                last_line: (0, false),
            }),
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
        loop {
            // Reading and warning run Python code, so nothing is borrowed meanwhile.
            let step = self.tokens.borrow_mut().stream.step();
            self.warn(py)?;
            match step {
                Step::Token(token) => {
                    self.done.set(token.kind == Kind::EndMarker);
                    let shown = self.tokens.borrow_mut().show(py, token, self.extra_tokens.get())?;
                    return Ok(shown.map(Ref::upcast));
                }
                Step::Torn(token) => {
                    self.done.set(true);
                    let tokens = self.tokens.borrow();
                    let bytes =
                        tokens.stream.source().as_bytes().get(token.start as usize..token.end as usize);
                    let bytes = bytes.unwrap_or_default();
                    let last = bytes.len().saturating_sub(1);
                    let reason = "unexpected end of data";
                    return Err(raise_decode_error(py, "utf-8", bytes, last, bytes.len(), reason));
                }
                Step::NeedLine => self.read(py).inspect_err(|_| self.done.set(true))?,
                Step::Error(error) => {
                    self.done.set(true);
                    return Err(self.tokens.borrow().raise(py, *error));
                }
            }
        }
    }
}

impl TokenizerIter {
    /// Reads one line, or learns that there is none.
    fn read(&self, py: Py<'_>) -> PyResult<()> {
        let Some(readline) = self.readline.get() else { return Ok(()) };
        let encoding = self.encoding.get();
        let line = read_line(py, &readline, encoding.as_deref())?;
        let mut tokens = self.tokens.borrow_mut();
        match line {
            Some(line) => tokens.push(py, line),
            None => {
                tokens.stream.end();
                Ok(())
            }
        }
    }

    fn warn(&self, py: Py<'_>) -> PyResult<()> {
        let warnings = self.tokens.borrow_mut().stream.take_warnings();
        for warning in warnings {
            let filename = PyStr::new(py, FILENAME)?;
            let line = self.tokens.borrow().line(warning.lineno as u32).map(|line| line.object.clone());
            let text = line.map(|line| line.to_string_lossy().trim_end_matches(['\r', '\n']).to_owned());
            issue_warning(py, &warning, &filename, || text).inspect_err(|_| self.done.set(true))?;
        }
        Ok(())
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
    /// Takes one more line, which may be the empty one that means the end.
    fn push(&mut self, py: Py<'_>, object: Ref<PyStr>) -> PyResult<()> {
        let text = object.to_utf8(py)?;
        if text.is_empty() {
            self.stream.end();
            return Ok(());
        }
        if let Some((shown, _)) = text.split_once('\0') {
            let lineno = self.lines.len() as i32 + 1;
            let error = SyntaxError {
                lineno: Some(lineno),
                offset: Some(0),
                end_lineno: Some(lineno),
                end_offset: Some(0),
                text: Some(shown.to_owned()),
                ..SyntaxError::bare(ErrorKind::Syntax, "source code cannot contain null bytes")
            };
            return Err(self.raise(py, error));
        }
        // A function that gives more than one line at a time is not what is asked for, but shall work.
        let single = text.find('\n').is_none_or(|end| end + 1 == text.len());
        for line in text.split_inclusive('\n') {
            let object = if single { object.clone() } else { PyStr::new(py, line)? };
            let implicit_newline = !line.ends_with('\n');
            self.lines.push(Line { start: self.stream.source().len(), object, implicit_newline });
            if implicit_newline {
                self.stream.push_line(&format!("{line}\n"));
            } else {
                self.stream.push_line(line);
            }
        }
        Ok(())
    }

    fn line(&self, number: u32) -> Option<&Line> {
        self.lines.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    /// Columns in characters.
    fn column(&self, number: u32, bytes: u32) -> u32 {
        match self.line(number) {
            Some(line) if !line.object.is_ascii() => {
                let head = self.stream.source().get(line.start..line.start + bytes as usize);
                head.map_or(bytes, |head| head.chars().count() as u32)
            }
            _ => bytes,
        }
    }

    /// The text of the lines from `first` to `last`.
    fn line_text(&self, py: Py<'_>, first: u32, last: u32) -> PyResult<Ref<PyStr>> {
        if first >= last {
            return Ok(self.line(last).map_or_else(PyStr::empty, |line| line.object.clone()));
        }
        let lines = (first..=last).filter_map(|n| self.line(n));
        let text: String = lines.map(|line| line.object.to_string_lossy().into_owned()).collect();
        PyStr::new(py, &text)
    }

    /// The tuple that stands for a token. None in the one case where CPython has no text to show for the line.
    fn show(&mut self, py: Py<'_>, token: Token, extra: bool) -> PyResult<Option<Ref<PyTuple>>> {
        let trailing = match token.kind {
            Kind::EndMarker => true,
            Kind::Dedent => token.start as usize >= self.stream.source().len(),
            _ => false,
        };
        // CPython has dropped its buffer by then, but keeps the line of the last token.
        let lost = trailing && !extra && self.last_line != (token.end_lineno, true);
        self.last_line = (token.end_lineno, !lost);
        if trailing && !extra && token.lineno == 0 {
            return Ok(None);
        }
        let number = match token.kind.number() {
            7..=54 if extra => Kind::Op.number(),
            n => n,
        };
        let line = if lost || trailing && extra {
            PyStr::empty()
        } else {
            let first = if in_string(token.kind) { token.lineno } else { token.end_lineno };
            self.line_text(py, first, token.end_lineno)?
        };
        let mut start = (i64::from(token.lineno), i64::from(self.column(token.lineno, token.col)));
        let mut end = (i64::from(token.end_lineno), i64::from(self.column(token.end_lineno, token.end_col)));
        let implicit = self.line(token.end_lineno).is_some_and(|line| line.implicit_newline);
        let text = self.stream.source().get(token.start as usize..token.end as usize).unwrap_or("");
        let text = match token.kind {
            Kind::Newline if !extra => {
                end.1 -= 1;
                text.strip_suffix('\n').unwrap_or(text)
            }
            Kind::Newline if implicit => text.strip_suffix('\n').unwrap_or(text),
            Kind::Nl if implicit => "",
            Kind::EndMarker | Kind::Dedent => "",
            Kind::Indent if !extra => "",
            _ => text,
        };
        let text = match token.kind {
            Kind::Name => PyStr::new_interned(py, text)?,
            _ => PyStr::new(py, text)?,
        };
        if !extra && matches!(token.kind, Kind::Indent | Kind::Dedent | Kind::EndMarker) {
            (start.1, end.1) = (-1, -1);
        }
        let place = |(line, column): (i64, i64)| {
            PyTuple::pair(py, PyInt::new(py, line)?.upcast(), PyInt::new(py, column)?.upcast())
        };
        let number = PyInt::new(py, i64::from(number))?;
        PyTuple::new(py, &[&number, &text, &*place(start)?, &*place(end)?, &line]).map(Some)
    }

    /// An error whose end is not known: of indentation, of what joins lines, or of the source's end.
    fn raise_without_end(&self, py: Py<'_>, error: &SyntaxError, line: &Line) -> Raised {
        let class = match error.kind {
            ErrorKind::Indentation => types::IndentationError(),
            ErrorKind::Tab => types::TabError(),
            _ => types::SyntaxError(),
        };
        let text = line.object.to_string_lossy();
        let text = text.trim_end_matches('\n');
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
            error.text = line.map(|line| line.object.to_string_lossy().into_owned());
        }
        if let Some(text) = &mut error.text {
            text.truncate(text.trim_end_matches('\n').len());
        }
        raise_syntax_error(py, &error, &filename)
    }
}

/// Whether the kind's line is all that the literal touches.
fn in_string(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::String
            | Kind::FstringStart
            | Kind::FstringMiddle
            | Kind::FstringEnd
            | Kind::TstringStart
            | Kind::TstringMiddle
            | Kind::TstringEnd
    )
}

/// The tokenizer.
#[pymodule(name = "_tokenize", types = [super::TokenizerIter])]
#[allow(clippy::module_inception)]
pub mod tokenize {}
