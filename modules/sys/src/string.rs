//! Module `_string`: how `str.format` reads its format strings, for `string.Formatter`.

use krait_runtime::objects::str::format::{Field, Markup, Span, field_index, first_part, next_step};
use krait_runtime::prelude::*;

/// The pieces of a format string: `(literal, field name, specification, conversion)` tuples.
#[pyclass(name = "formatteriterator", disallow_instantiation, doc = "")]
#[repr(C)]
pub struct FormatterIterator {
    base: PyObject,
    text: Ref<PyStr>,
    at: Cell<usize>,
}

fn part(py: Py<'_>, text: &PyStr, span: Span) -> PyResult<Ref<PyObject>> {
    text.substring(py, span.start, span.end).map(Ref::upcast)
}

#[pymethods(class = "formatteriterator")]
impl FormatterIterator {
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let text = &self.text;
        let mut markup = Markup::new(text, Span { start: self.at.get(), end: text.len() });
        let piece = markup.next(py)?;
        self.at.set(markup.position());
        let Some((literal, field)) = piece else { return Ok(None) };
        let literal = part(py, text, literal)?;
        let none = py.none();
        let Some(Field { name, spec, conversion, .. }) = field else {
            return PyTuple::new(py, &[&literal, &none, &none, &none]).map(|t| Some(t.upcast()));
        };
        let conversion = match conversion {
            Some(c) => PyStr::from_char(py, c)?.upcast(),
            None => none,
        };
        let items = vec![literal, part(py, text, name)?, part(py, text, spec)?, conversion];
        PyTuple::from_vec(py, items).map(|t| Some(t.upcast()))
    }
}

/// What follows the first part of a field name: `(is attribute, name or index)` pairs.
#[pyclass(name = "fieldnameiterator", disallow_instantiation, doc = "")]
#[repr(C)]
pub struct FieldNameIterator {
    base: PyObject,
    text: Ref<PyStr>,
    at: Cell<usize>,
}

#[pymethods(class = "fieldnameiterator")]
impl FieldNameIterator {
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let text = &self.text;
        let mut rest = Span { start: self.at.get(), end: text.len() };
        let step = next_step(py, text, &mut rest)?;
        self.at.set(rest.start);
        let Some(step) = step else { return Ok(None) };
        let index = if step.is_attribute { None } else { field_index(py, text, step.name)? };
        let name = match index {
            Some(index) => index.into_py(py)?,
            None => part(py, text, step.name)?,
        };
        PyTuple::pair(py, PyBool::get(step.is_attribute).to_ref(), name).map(|t| Some(t.upcast()))
    }
}

/// The module.
#[pymodule(name = "_string")]
#[allow(clippy::module_inception)]
pub mod string {
    use super::*;

    fn text_of(py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyStr>> {
        match object.downcast::<PyStr>() {
            Some(text) => Ok(text.new_ref()),
            None => Err(raise!(py, TypeError, "expected str, got {}", object.ty().name())),
        }
    }

    #[pyfunction]
    #[sig("($self, object, /)")]
    fn formatter_parser(py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        let text = text_of(py, object)?;
        let iterator = FormatterIterator { base: PyObject::HEADER, text, at: Cell::new(0) };
        iterator.alloc_exact(py).map(Ref::upcast)
    }

    #[pyfunction]
    #[sig("($self, object, /)")]
    fn formatter_field_name_split(py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyTuple>> {
        let text = text_of(py, object)?;
        let (first, rest) = first_part(&text, Span { start: 0, end: text.len() });
        let first = match field_index(py, &text, first)? {
            Some(index) => index.into_py(py)?,
            None => part(py, &text, first)?,
        };
        let iterator = FieldNameIterator { base: PyObject::HEADER, text, at: Cell::new(rest.start) };
        PyTuple::pair(py, first, iterator.alloc_exact(py)?.upcast())
    }

    #[pyexec]
    fn exec(py: Py<'_>, _module: &PyModule) -> PyResult<()> {
        PyType::ready::<FormatterIterator>(py)?;
        PyType::ready::<FieldNameIterator>(py).map(drop)
    }
}
