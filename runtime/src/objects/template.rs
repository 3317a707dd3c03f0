//! `string.templatelib`: what a t-string makes (PEP 750).

#![allow(non_snake_case)]

use crate::prelude::*;

/// `Interpolation`.
#[pyclass(module = "string.templatelib", name = "Interpolation", gc)]
#[repr(C)]
pub struct PyInterpolation {
    base: PyObject,
    #[pymember("value", object, readonly)]
    value: Member<PyObject>,
    #[pymember("expression", object, readonly)]
    expression: Member<PyObject>,
    #[pymember("conversion", object, readonly)]
    conversion: Member<PyObject>,
    #[pymember("format_spec", object, readonly)]
    format_spec: Member<PyObject>,
}

/// `Template`.
#[pyclass(module = "string.templatelib", name = "Template", gc)]
#[repr(C)]
pub struct PyTemplate {
    base: PyObject,
    #[pymember("strings", object, readonly)]
    strings: Member<PyTuple>,
    #[pymember("interpolations", object, readonly)]
    interpolations: Member<PyTuple>,
}

/// `TemplateIter`: strings and interpolations in turn, empty strings left out.
#[pyclass(module = "string.templatelib", name = "TemplateIter", gc, disallow_instantiation)]
#[repr(C)]
pub struct PyTemplateIter {
    base: PyObject,
    template: Member<PyTemplate>,
    position: Cell<usize>,
}

/// BUILD_INTERPOLATION: `conversion` is 1 (`!s`), 2 (`!r`), 3 (`!a`) or 0.
pub fn build_interpolation(
    py: Py<'_>,
    value: &PyObject,
    expression: &PyObject,
    conversion: i32,
    format_spec: Option<&PyObject>,
) -> PyResult<Ref<PyObject>> {
    let conversion: Ref<PyObject> = match conversion {
        1 => id!(py, "s").to_ref(),
        2 => id!(py, "r").to_ref(),
        3 => id!(py, "a").to_ref(),
        _ => py.none(),
    };
    PyInterpolation {
        base: PyObject::HEADER,
        value: Member::new(value.to_ref()),
        expression: Member::new(expression.to_ref()),
        conversion: Member::new(conversion),
        format_spec: Member::new(format_spec.unwrap_or(id!(py, "")).to_ref()),
    }
    .alloc_exact(py)
    .map(Ref::upcast)
}

/// BUILD_TEMPLATE.
pub fn build_template(py: Py<'_>, strings: &PyTuple, interpolations: &PyTuple) -> PyResult<Ref<PyObject>> {
    PyTemplate {
        base: PyObject::HEADER,
        strings: Member::new(strings.new_ref()),
        interpolations: Member::new(interpolations.new_ref()),
    }
    .alloc_exact(py)
    .map(Ref::upcast)
}

impl PyInterpolation {
    fn parts(&self, py: Py<'_>) -> [Ref<PyObject>; 4] {
        [&self.value, &self.expression, &self.conversion, &self.format_spec]
            .map(|m| m.get().unwrap_or_else(|| py.none()))
    }
}

#[pymethods]
impl PyInterpolation {
    #[new]
    #[sig("(value, expression='', conversion=None, format_spec='')")]
    fn new(
        py: Py<'_>,
        cls: &PyType,
        value: &PyObject,
        expression: Option<&PyStr>,
        conversion: Option<NoneOr<&PyStr>>,
        format_spec: Option<&PyStr>,
    ) -> PyResult<Ref<PyObject>> {
        let conversion: Ref<PyObject> = match conversion.and_then(|c| c.0) {
            None => py.none(),
            Some(c) if c.eq_str("s") || c.eq_str("a") || c.eq_str("r") => c.to_ref(),
            Some(_) => {
                bail!(py, ValueError, "Interpolation() argument 'conversion' must be one of 's', 'a' or 'r'")
            }
        };
        PyInterpolation {
            base: PyObject::HEADER,
            value: Member::new(value.to_ref()),
            expression: Member::new(expression.unwrap_or(id!(py, "")).to_ref()),
            conversion: Member::new(conversion),
            format_spec: Member::new(format_spec.unwrap_or(id!(py, "")).to_ref()),
        }
        .alloc(py, cls)
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let [value, expression, conversion, format_spec] = self.parts(py);
        let text = format!(
            "{}({}, {}, {}, {})",
            self.ty().dunder_name(),
            value.repr(py)?,
            expression.repr(py)?,
            conversion.repr(py)?,
            format_spec.repr(py)?
        );
        PyStr::new(py, &text)
    }
    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let [value, expression, conversion, format_spec] = self.parts(py);
        let args = PyTuple::new(py, &[&value, &expression, &conversion, &format_spec])?;
        PyTuple::new(py, &[self.ty(), &args])
    }
    #[classmethod]
    #[sig("(object, /)")]
    fn __class_getitem__(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        crate::objects::generic_alias::class_getitem(py, cls, object)
    }
}

impl PyTemplate {
    fn parts(&self, py: Py<'_>) -> PyResult<(Ref<PyTuple>, Ref<PyTuple>)> {
        match (self.strings.get(), self.interpolations.get()) {
            (Some(strings), Some(interpolations)) => Ok((strings, interpolations)),
            _ => Err(raise!(py, SystemError, "Template was cleared")),
        }
    }
}

/// Strings and interpolations in the shape of a template: one string more than interpolations, neighbours joined.
struct Pieces {
    strings: Vec<Ref<PyObject>>,
    interpolations: Vec<Ref<PyObject>>,
    /// The last thing added was a string.
    open: bool,
}

impl Pieces {
    fn add_string(&mut self, py: Py<'_>, text: &PyObject) -> PyResult<()> {
        if self.open
            && let Some(last) = self.strings.pop()
        {
            self.strings.push(last.add(py, text)?);
        } else {
            self.strings.push(text.to_ref());
        }
        self.open = true;
        Ok(())
    }

    fn add_interpolation(&mut self, py: Py<'_>, interpolation: &PyObject) {
        if !self.open {
            self.strings.push(id!(py, "").to_ref());
        }
        self.interpolations.push(interpolation.to_ref());
        self.open = false;
    }

    fn finish(mut self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        if !self.open {
            self.strings.push(id!(py, "").to_ref());
        }
        let strings = PyTuple::from_vec(py, self.strings)?;
        build_template(py, &strings, &*PyTuple::from_vec(py, self.interpolations)?)
    }
}

#[pymethods]
impl PyTemplate {
    #[slot]
    fn tp_new(py: Py<'_>, _cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        if kwargs.is_some_and(|k| !k.is_empty()) {
            bail!(py, TypeError, "Template.__new__ only accepts *args arguments")
        }
        let mut pieces = Pieces { strings: Vec::new(), interpolations: Vec::new(), open: false };
        for arg in args.as_slice() {
            if arg.downcast::<PyStr>().is_some() {
                pieces.add_string(py, arg)?;
            } else if arg.downcast::<PyInterpolation>().is_some() {
                pieces.add_interpolation(py, arg);
            } else {
                bail!(
                    py,
                    TypeError,
                    "Template.__new__ *args need to be of type 'str' or 'Interpolation', got {}",
                    arg.ty().name()
                )
            }
        }
        pieces.finish(py)
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let (strings, interpolations) = self.parts(py)?;
        let text = format!(
            "{}(strings={}, interpolations={})",
            self.ty().dunder_name(),
            strings.as_object().repr(py)?,
            interpolations.as_object().repr(py)?
        );
        PyStr::new(py, &text)
    }
    #[slot]
    fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        PyTemplateIter {
            base: PyObject::HEADER,
            template: Member::new(self.new_ref()),
            position: Cell::new(0),
        }
        .alloc_exact(py)
        .map(Ref::upcast)
    }
    #[slot]
    fn sq_concat(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
        let Some(other) = other.downcast_exact::<PyTemplate>() else {
            bail!(
                py,
                TypeError,
                "can only concatenate string.templatelib.Template (not \"{}\") to string.templatelib.Template",
                other.ty().name()
            )
        };
        let mut pieces = Pieces { strings: Vec::new(), interpolations: Vec::new(), open: false };
        for template in [self, other] {
            let (strings, interpolations) = template.parts(py)?;
            let mut rest = interpolations.as_slice().iter();
            for string in strings.as_slice() {
                pieces.add_string(py, string)?;
                if let Some(interpolation) = rest.next() {
                    pieces.add_interpolation(py, interpolation);
                }
            }
        }
        pieces.finish(py)
    }
    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let (strings, interpolations) = self.parts(py)?;
        let library = py.builtin(id!(py, "__import__"))?;
        let name = id!(py, "string.templatelib");
        let none = PyNone::get();
        let from = PyTuple::new(py, &[id!(py, "_template_unpickle")])?;
        let module = library.call(py, &[name, none, none, &from])?;
        let unpickle = module.get_attr(py, id!(py, "_template_unpickle"))?;
        let args = PyTuple::new(py, &[&strings, &interpolations])?;
        PyTuple::new(py, &[&unpickle, &args])
    }
    #[classmethod]
    #[sig("(object, /)")]
    fn __class_getitem__(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        crate::objects::generic_alias::class_getitem(py, cls, object)
    }
    #[getter]
    fn values(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let (_, interpolations) = self.parts(py)?;
        let mut values = Vec::new();
        for interpolation in interpolations.as_slice() {
            values.push(interpolation.get_attr(py, id!(py, "value"))?);
        }
        PyTuple::from_vec(py, values)
    }
}

#[pymethods]
impl PyTemplateIter {
    #[slot]
    fn tp_iter(&self) -> Ref<PyObject> {
        self.to_ref()
    }
    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let Some(template) = self.template.get() else { return Ok(None) };
        let (strings, interpolations) = template.parts(py)?;
        loop {
            let at = self.position.get();
            self.position.set(at + 1);
            if at % 2 == 1 {
                return Ok(interpolations.get(at / 2).map(PyObject::to_ref));
            }
            match strings.get(at / 2) {
                None => return Ok(None),
                Some(s) if s.downcast::<PyStr>().is_some_and(PyStr::is_empty) => {}
                Some(s) => return Ok(Some(s.to_ref())),
            }
        }
    }
}

/// Gives `Interpolation` its `__match_args__`.
pub(crate) fn finish(py: Py<'_>) -> PyResult<()> {
    let names = [id!(py, "value"), id!(py, "expression"), id!(py, "conversion"), id!(py, "format_spec")];
    let names: Vec<&PyObject> = names.iter().map(|n| &***n).collect();
    match PyInterpolation::type_object().dict() {
        Some(dict) => dict.set(py, id!(py, "__match_args__"), &*PyTuple::new(py, &names)?),
        None => Ok(()),
    }
}
