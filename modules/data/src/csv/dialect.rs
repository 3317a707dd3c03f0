//! `Dialect`: what separates, quotes and escapes.

use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;

/// When a writer quotes fields, and what a reader makes of unquoted ones.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// Fields that need it.
    Minimal,
    /// All fields.
    All,
    /// Fields that are no numbers; a reader makes unquoted ones floats.
    NonNumeric,
    /// None: special characters are escaped.
    Never,
    /// Strings; a reader makes empty unquoted fields `None`, others floats.
    Strings,
    /// All but `None`.
    NotNull,
}

const QUOTINGS: [Quoting; 6] =
    [Quoting::Minimal, Quoting::All, Quoting::NonNumeric, Quoting::Never, Quoting::Strings, Quoting::NotNull];

/// No character: behind all code points.
pub const NOT_SET: u32 = u32::MAX;

/// `_csv.Dialect`.
#[pyclass(module = "_csv", name = "Dialect", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct Dialect {
    base: PyObject,
    #[pymember("doublequote", bool, readonly)]
    /// Quotes in quoted fields are doubled.
    pub doublequote: bool,
    #[pymember("skipinitialspace", bool, readonly)]
    /// Spaces behind delimiters do not count.
    pub skipinitialspace: bool,
    #[pymember("strict", bool, readonly)]
    /// Bad input is an error.
    pub strict: bool,
    #[no_traverse]
    /// When fields are quoted.
    pub quoting: Quoting,
    /// Stands between fields.
    pub delimiter: u32,
    /// Stands around quoted fields; may be [`NOT_SET`].
    pub quotechar: u32,
    /// Stands before what loses its meaning; may be [`NOT_SET`].
    pub escapechar: u32,
    /// Ends what a writer writes.
    pub lineterminator: Ref<PyStr>,
}

/// The names of the parameters behind the first one, `dialect`.
const NAMES: [&str; 8] = [
    "delimiter",
    "doublequote",
    "escapechar",
    "lineterminator",
    "quotechar",
    "quoting",
    "skipinitialspace",
    "strict",
];

fn type_name(object: &PyObject) -> &str {
    object.ty().name()
}

/// A character, or, where it may be left out, `None`.
fn character(
    py: Py<'_>,
    name: &str,
    value: Option<&Ref<PyObject>>,
    default: u32,
    optional: bool,
) -> PyResult<u32> {
    let Some(value) = value else { return Ok(default) };
    if optional && value.is_none() {
        return Ok(NOT_SET);
    }
    let or_none = if optional { " or None" } else { "" };
    let Some(s) = value.downcast::<PyStr>() else {
        bail!(py, TypeError, "\"{name}\" must be a unicode character{or_none}, not {}", type_name(value));
    };
    match s.code_point(0).filter(|_| s.len() == 1) {
        Some(c) => Ok(c),
        None => Err(raise!(
            py,
            TypeError,
            "\"{name}\" must be a unicode character{or_none}, not a string of length {}",
            s.len()
        )),
    }
}

impl Dialect {
    fn check_char(&self, py: Py<'_>, name: &str, c: u32, allow_space: bool) -> PyResult<()> {
        if c == 0x0D || c == 0x0A || (c == 0x20 && !allow_space) {
            bail!(py, ValueError, "bad {name} value");
        }
        if self.lineterminator.code_points().any(|t| t == c) {
            bail!(py, ValueError, "bad {name} or lineterminator value");
        }
        Ok(())
    }

    fn check(&self, py: Py<'_>) -> PyResult<()> {
        self.check_char(py, "delimiter", self.delimiter, true)?;
        self.check_char(py, "escapechar", self.escapechar, !self.skipinitialspace)?;
        self.check_char(py, "quotechar", self.quotechar, !self.skipinitialspace)?;
        for (a, x, b, y) in [
            ("delimiter", self.delimiter, "escapechar", self.escapechar),
            ("delimiter", self.delimiter, "quotechar", self.quotechar),
            ("escapechar", self.escapechar, "quotechar", self.quotechar),
        ] {
            if x == y && x != NOT_SET {
                bail!(py, ValueError, "bad {a} or {b} value");
            }
        }
        Ok(())
    }
}

fn shown(py: Py<'_>, c: u32) -> PyResult<Ref<PyObject>> {
    if c == NOT_SET { Ok(py.none()) } else { PyStr::from_char(py, c).map(Ref::upcast) }
}

#[pymethods]
impl Dialect {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let mut values: [Option<Ref<PyObject>>; 8] = [const { None }; 8];
        let given = args.len() + kwargs.map_or(0, PyDict::len);
        if given > NAMES.len() + 1 {
            bail!(py, TypeError, "function takes at most 9 arguments ({given} given)");
        }
        for (slot, value) in values.iter_mut().zip(args.as_slice().iter().skip(1)) {
            *slot = Some(value.clone());
        }
        let mut dialect = args.get(0).map(PyObject::to_ref);
        for (name, value) in kwargs.map(PyDict::items_snapshot).unwrap_or_default() {
            let name = name.str(py)?;
            if name.eq_str("dialect") {
                dialect = Some(value);
                continue;
            }
            match NAMES.iter().position(|n| name.eq_str(n)).and_then(|at| values.get_mut(at)) {
                Some(slot) => *slot = Some(value),
                None => bail!(py, TypeError, "this function got an unexpected keyword argument '{name}'"),
            }
        }
        if let Some(named) = &dialect
            && named.downcast::<PyStr>().is_some()
        {
            dialect = Some(super::registered(py, named)?);
        }
        if let Some(dialect) = &dialect {
            if core::ptr::eq(cls, Dialect::type_object())
                && dialect.downcast_exact::<Dialect>().is_some()
                && values.iter().all(Option::is_none)
            {
                return Ok(dialect.clone());
            }
            for (slot, name) in values.iter_mut().zip(NAMES) {
                if slot.is_none() {
                    *slot = dialect.get_attr_optional(py, &*PyStr::new_interned(py, name)?)?;
                }
            }
        }
        let [delimiter, doublequote, escapechar, lineterminator, quotechar, quoting, skip, strict] = &values;
        let truth = |value: &Option<Ref<PyObject>>, default| match value {
            Some(value) => value.is_true(py),
            None => Ok(default),
        };
        let doublequote = truth(doublequote, true)?;
        let delimiter = character(py, "delimiter", delimiter.as_ref(), 0x2C, false)?;
        let escapechar = character(py, "escapechar", escapechar.as_ref(), NOT_SET, true)?;
        let lineterminator = match lineterminator {
            None => PyStr::new(py, "\r\n")?,
            Some(text) => match text.downcast::<PyStr>() {
                Some(text) => text.new_ref(),
                None => bail!(py, TypeError, "\"lineterminator\" must be a string, not {}", type_name(text)),
            },
        };
        let no_quotes = quotechar.as_ref().is_some_and(|q| q.is_none());
        let quotechar = character(py, "quotechar", quotechar.as_ref(), 0x22, true)?;
        let quoting = match quoting {
            None if no_quotes => Quoting::Never,
            None => Quoting::Minimal,
            Some(value) => {
                let Some(n) = value.downcast_exact::<PyInt>() else {
                    bail!(py, TypeError, "\"quoting\" must be an integer, not {}", type_name(value));
                };
                let found = n.as_i64().and_then(|n| usize::try_from(n).ok()).and_then(|n| QUOTINGS.get(n));
                match found {
                    Some(quoting) => *quoting,
                    None => bail!(py, TypeError, "bad \"quoting\" value"),
                }
            }
        };
        let new = Dialect {
            base: PyObject::HEADER,
            doublequote,
            skipinitialspace: truth(skip, false)?,
            strict: truth(strict, false)?,
            quoting,
            delimiter,
            quotechar,
            escapechar,
            lineterminator,
        };
        if new.quoting != Quoting::Never && new.quotechar == NOT_SET {
            bail!(py, TypeError, "quotechar must be set if quoting enabled");
        }
        new.check(py)?;
        new.alloc(py, cls)
    }

    #[getter]
    fn delimiter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        shown(py, self.delimiter)
    }

    #[getter]
    fn escapechar(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        shown(py, self.escapechar)
    }

    #[getter]
    fn quotechar(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        shown(py, self.quotechar)
    }

    #[getter]
    fn lineterminator(&self, _py: Py<'_>) -> Ref<PyStr> {
        self.lineterminator.clone()
    }

    #[getter]
    fn quoting(&self, _py: Py<'_>) -> i32 {
        QUOTINGS.iter().position(|q| *q == self.quoting).map_or(0, |n| n as i32)
    }

    #[pymethod(name = "__reduce__")]
    #[pymethod(name = "__reduce_ex__")]
    #[raw]
    fn refuse_pickling(&self, py: Py<'_>, _args: Args<'_>) -> PyResult<Ref<PyObject>> {
        Err(py
            .raise(types::TypeError(), format_args!("cannot pickle '{}' instances", self.ty().short_name())))
    }
}
