//! `str.format`, `str.format_map` and `str.__format__`: replacement fields and what they name.
//! Not here: format specifications (`protocol/format`), `%` (`percent`).

use krait_macros::pymethods;
use krait_unicode::character::decimal_value;

use super::{PyStr, StrBuilder, ascii_repr};
use crate::args::Args;
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::PyInt;
use crate::protocol::format::{format_object, format_str};
use crate::py::Py;
use crate::reference::{PyClass, Ref};
use crate::{bail, raise};

/// A part of a format string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First character.
    pub start: usize,
    /// One past the last.
    pub end: usize,
}

impl Span {
    fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// One replacement field.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: Span,
    /// Its format specification.
    pub spec: Span,
    /// The specification has fields of its own.
    pub nested: bool,
    /// The character after `!`, if any.
    pub conversion: Option<u32>,
}

/// Reads a format string piece by piece.
pub struct Markup<'a> {
    text: &'a PyStr,
    at: usize,
    end: usize,
}

fn is(c: u32, wanted: char) -> bool {
    c == wanted as u32
}

impl<'a> Markup<'a> {
    /// From the beginning of a span.
    pub fn new(text: &'a PyStr, span: Span) -> Markup<'a> {
        Markup { text, at: span.start, end: span.end }
    }

    /// Where the next piece begins.
    pub fn position(&self) -> usize {
        self.at
    }

    fn peek(&self) -> Option<u32> {
        if self.at < self.end { self.text.code_point(self.at) } else { None }
    }

    fn take(&mut self) -> Option<u32> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    /// The next literal (maybe empty) and the field that follows it, if any; `None` at the end.
    pub fn next(&mut self, py: Py<'_>) -> PyResult<Option<(Span, Option<Field>)>> {
        if self.at >= self.end {
            return Ok(None);
        }
        let start = self.at;
        let mut brace = None;
        while let Some(c) = self.take() {
            if is(c, '{') || is(c, '}') {
                brace = Some(c);
                break;
            }
        }
        let mut end = self.at;
        let Some(brace) = brace else { return Ok(Some((Span { start, end }, None))) };
        let following = self.peek();
        if is(brace, '}') && following != Some(brace) {
            bail!(py, ValueError, "Single '}}' encountered in format string");
        }
        if following.is_none() {
            bail!(py, ValueError, "Single '{{' encountered in format string");
        }
        if following == Some(brace) {
            self.at += 1;
            return Ok(Some((Span { start, end }, None)));
        }
        end -= 1;
        Ok(Some((Span { start, end }, Some(self.field(py)?))))
    }

    fn field(&mut self, py: Py<'_>) -> PyResult<Field> {
        let start = self.at;
        let mut stop = None;
        while let Some(c) = self.take() {
            match char::from_u32(c) {
                Some('{') => bail!(py, ValueError, "unexpected '{{' in field name"),
                Some('[') => {
                    while self.peek().is_some_and(|c| !is(c, ']')) {
                        self.at += 1;
                    }
                }
                Some(c @ ('}' | ':' | '!')) => {
                    stop = Some(c);
                    break;
                }
                _ => {}
            }
        }
        let name = Span { start, end: self.at.saturating_sub(1) };
        let mut field =
            Field { name, spec: Span { start: self.at, end: self.at }, nested: false, conversion: None };
        match stop {
            Some('}') => return Ok(field),
            Some(':') => {}
            Some(_) => {
                let Some(conversion) = self.take() else {
                    bail!(py, ValueError, "end of string while looking for conversion specifier");
                };
                field.conversion = Some(conversion);
                match self.take().and_then(char::from_u32) {
                    Some('}') => return Ok(field),
                    Some(':') | None => {}
                    Some(_) => bail!(py, ValueError, "expected ':' after conversion specifier"),
                }
            }
            None => bail!(py, ValueError, "expected '}}' before end of string"),
        }
        field.spec.start = self.at;
        let mut depth = 1;
        while let Some(c) = self.take() {
            if is(c, '{') {
                field.nested = true;
                depth += 1;
            } else if is(c, '}') {
                depth -= 1;
                if depth == 0 {
                    field.spec.end = self.at - 1;
                    return Ok(field);
                }
            }
        }
        Err(raise!(py, ValueError, "unmatched '{{' in format spec"))
    }
}

/// A number within a field name, or nothing when it is no number.
pub fn field_index(py: Py<'_>, text: &PyStr, span: Span) -> PyResult<Option<isize>> {
    let mut value = None;
    for i in span.start..span.end {
        let Some(digit) = text.code_point(i).and_then(decimal_value) else { return Ok(None) };
        let next = value.unwrap_or(0isize).checked_mul(10).and_then(|v| v.checked_add(isize::from(digit)));
        let Some(next) = next else {
            bail!(py, ValueError, "Too many decimal digits in format string");
        };
        value = Some(next);
    }
    Ok(value)
}

/// Where the first part of a field name ends.
pub fn first_part(text: &PyStr, name: Span) -> (Span, Span) {
    let split = (name.start..name.end)
        .find(|i| text.code_point(*i).is_some_and(|c| is(c, '.') || is(c, '[')))
        .unwrap_or(name.end);
    (Span { start: name.start, end: split }, Span { start: split, end: name.end })
}

/// One `.name` or `[key]` of a field name.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// `.name`.
    pub is_attribute: bool,
    /// The name or key.
    pub name: Span,
}

/// The next step of what follows a field name's first part; `rest` moves on.
pub fn next_step(py: Py<'_>, text: &PyStr, rest: &mut Span) -> PyResult<Option<Step>> {
    if rest.is_empty() {
        return Ok(None);
    }
    let opening = text.code_point(rest.start).and_then(char::from_u32);
    let start = rest.start + 1;
    let step = match opening {
        Some('.') => {
            let (name, after) = first_part(text, Span { start, end: rest.end });
            *rest = after;
            Step { is_attribute: true, name }
        }
        Some('[') => {
            let close = (start..rest.end).find(|i| text.code_point(*i).is_some_and(|c| is(c, ']')));
            let Some(close) = close else { bail!(py, ValueError, "Missing ']' in format string") };
            rest.start = close + 1;
            Step { is_attribute: false, name: Span { start, end: close } }
        }
        _ => bail!(py, ValueError, "Only '.' or '[' may follow ']' in format field specifier"),
    };
    if step.name.is_empty() {
        bail!(py, ValueError, "Empty attribute in format string");
    }
    Ok(Some(step))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbering {
    Unknown,
    Automatic,
    Manual,
}

/// What the fields of one call refer to.
struct Formatter<'a> {
    /// `None`: `format_map`.
    args: Option<&'a [&'a PyObject]>,
    /// The mapping of `format_map`.
    mapping: Option<&'a PyObject>,
    keywords: crate::args::Kwargs<'a>,
    numbering: Numbering,
    next_number: isize,
}

impl Formatter<'_> {
    fn build(
        &mut self,
        py: Py<'_>,
        text: &PyStr,
        span: Span,
        depth: u32,
        out: &mut StrBuilder,
    ) -> PyResult<()> {
        if depth == 0 {
            bail!(py, ValueError, "Max string recursion exceeded");
        }
        let mut markup = Markup::new(text, span);
        while let Some((literal, field)) = markup.next(py)? {
            out.push_range(py, text, literal.start, literal.end)?;
            let Some(field) = field else { continue };
            let mut object = self.object(py, text, field.name)?;
            if let Some(conversion) = field.conversion {
                object = match char::from_u32(conversion) {
                    Some('s') => object.str(py)?.upcast(),
                    Some('r') => object.repr(py)?.upcast(),
                    Some('a') => ascii_repr(py, &object)?.upcast(),
                    Some(c @ '!'..='~') => bail!(py, ValueError, "Unknown conversion specifier {c}"),
                    _ => bail!(py, ValueError, "Unknown conversion specifier \\x{conversion:x}"),
                };
            }
            let spec = if field.nested {
                let mut nested = StrBuilder::new();
                self.build(py, text, field.spec, depth - 1, &mut nested)?;
                nested.finish(py)?
            } else {
                text.substring(py, field.spec.start, field.spec.end)?
            };
            let rendered = format_object(py, &object, &spec)?;
            out.push(py, &rendered)?;
        }
        Ok(())
    }

    /// The object that a field name stands for.
    fn object(&mut self, py: Py<'_>, text: &PyStr, name: Span) -> PyResult<Ref<PyObject>> {
        let (first, mut rest) = first_part(text, name);
        let mut index = field_index(py, text, first)?;
        if first.is_empty() || index.is_some() {
            let automatic = first.is_empty();
            match (self.numbering, automatic) {
                (Numbering::Unknown, true) => self.numbering = Numbering::Automatic,
                (Numbering::Unknown, false) => self.numbering = Numbering::Manual,
                (Numbering::Manual, true) => bail!(
                    py,
                    ValueError,
                    "cannot switch from manual field specification to automatic field numbering"
                ),
                (Numbering::Automatic, false) => bail!(
                    py,
                    ValueError,
                    "cannot switch from automatic field numbering to manual field specification"
                ),
                _ => {}
            }
            if automatic {
                index = Some(self.next_number);
                self.next_number += 1;
            }
        }
        let mut object = match index {
            Some(index) => {
                let Some(args) = self.args else {
                    bail!(py, ValueError, "Format string contains positional fields");
                };
                match args.get(index as usize) {
                    Some(arg) => arg.to_ref(),
                    None => bail!(
                        py,
                        IndexError,
                        "Replacement index {index} out of range for positional args tuple"
                    ),
                }
            }
            None => {
                let key = text.substring(py, first.start, first.end)?;
                match self.mapping {
                    Some(mapping) => mapping.get_item(py, &key)?,
                    None => match self.keyword(&key) {
                        Some(value) => value,
                        None => {
                            return Err(
                                py.raise_object(crate::objects::exceptions::types::KeyError(), Some(&key))
                            );
                        }
                    },
                }
            }
        };
        while let Some(step) = next_step(py, text, &mut rest)? {
            let name = text.substring(py, step.name.start, step.name.end)?;
            object = if step.is_attribute {
                object.get_attr(py, &PyStr::intern(py, name))?
            } else {
                match field_index(py, text, step.name)? {
                    None => object.get_item(py, &name)?,
                    Some(index) if object.is_sequence() => object.sequence_item(py, index)?,
                    Some(index) => object.get_item(py, &*PyInt::new(py, index as i64)?)?,
                }
            };
        }
        Ok(object)
    }

    fn keyword(&self, key: &PyStr) -> Option<Ref<PyObject>> {
        let found = self.keywords.iter().find(|(k, _)| k.downcast::<PyStr>().is_some_and(|k| k.equals(key)));
        found.map(|(_, v)| v.to_ref())
    }
}

#[pymethods(part = "format")]
impl PyStr {
    #[pymethod]
    #[raw]
    fn format(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyStr>> {
        let mut formatter = Formatter {
            args: Some(args.positional()),
            mapping: None,
            keywords: args.keywords(),
            numbering: Numbering::Unknown,
            next_number: 0,
        };
        let mut out = StrBuilder::new();
        formatter.build(py, self, Span { start: 0, end: self.len() }, 2, &mut out)?;
        out.finish(py)
    }

    #[pymethod]
    fn format_map(&self, py: Py<'_>, mapping: &PyObject) -> PyResult<Ref<PyStr>> {
        let mut formatter = Formatter {
            args: None,
            mapping: Some(mapping),
            keywords: crate::args::Kwargs::default(),
            numbering: Numbering::Unknown,
            next_number: 0,
        };
        let mut out = StrBuilder::new();
        formatter.build(py, self, Span { start: 0, end: self.len() }, 2, &mut out)?;
        out.finish(py)
    }

    #[pymethod]
    fn __format__(&self, py: Py<'_>, format_spec: &PyStr) -> PyResult<Ref<PyObject>> {
        if format_spec.is_empty() {
            return if PyStr::check_exact(self) {
                Ok(self.to_ref())
            } else {
                PyObject::str(self, py).map(Ref::upcast)
            };
        }
        format_str(py, self, format_spec).map(Ref::upcast)
    }
}
