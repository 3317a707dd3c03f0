//! Exceptions with attributes of their own: `StopIteration`, `SystemExit`, `KeyError`, `NameError`, `AttributeError`, `ImportError`,
//! `SyntaxError`.

use krait_macros::{pyclass, pymethods};

use super::base::{PyBaseException, or_none, refuse_keywords};
use super::simple::{Exception, LookupError};
use crate::args::Args;
use crate::error::PyResult;
use crate::id;
use crate::object::PyObject;
use crate::objects::r#type::flags;
use crate::objects::{PyDict, PyInt, PyStr, PyTuple, PyType};
use crate::py::Py;
use crate::raise;
use crate::reference::{Member, PyClass, Ref};

/// `StopIteration`.
#[pyclass(name = "StopIteration", base = Exception, basetype, gc, flags = flags::BASE_EXC_SUBCLASS)]
#[repr(C)]
pub struct PyStopIteration {
    base: PyBaseException,
    #[pymember("value", object)]
    value: Member<PyObject>,
}

#[pymethods(class = "StopIteration")]
impl PyStopIteration {
    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        refuse_keywords(py, self.ty(), kwargs)?;
        self.base.set_arguments(args.new_ref());
        self.value.set(args.get(0).map_or_else(|| py.none(), PyObject::to_ref));
        Ok(())
    }
}

impl PyStopIteration {
    /// The value a generator returned.
    pub fn value(&self, py: Py<'_>) -> Ref<PyObject> {
        or_none(py, &self.value)
    }
}

/// `SystemExit`.
#[pyclass(name = "SystemExit", base = PyBaseException, basetype, gc, flags = flags::BASE_EXC_SUBCLASS)]
#[repr(C)]
pub struct PySystemExit {
    base: PyBaseException,
    #[pymember("code", object)]
    code: Member<PyObject>,
}

#[pymethods(class = "SystemExit")]
impl PySystemExit {
    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        refuse_keywords(py, self.ty(), kwargs)?;
        self.base.set_arguments(args.new_ref());
        match args.as_slice() {
            [] => {}
            [one] => self.code.set(one.clone()),
            _ => self.code.set(args.to_ref()),
        }
        Ok(())
    }
}

/// `KeyError`: shows the repr of its one argument.
#[pyclass(name = "KeyError", base = LookupError, basetype, gc, manual, flags = flags::BASE_EXC_SUBCLASS)]
#[repr(C)]
pub struct PyKeyError {
    base: PyBaseException,
}

#[pymethods(class = "KeyError")]
impl PyKeyError {
    #[slot]
    fn tp_vectorcall(cls: &PyType, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        super::base::construct(py, cls, args)
    }

    #[slot]
    fn tp_str(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let args = self.base.arguments(py)?;
        match args.as_slice() {
            [] => PyStr::new(py, ""),
            [one] => one.repr(py),
            _ => args.as_object().str(py),
        }
    }
}

/// `NameError`.
#[pyclass(name = "NameError", base = Exception, basetype, gc, flags = flags::BASE_EXC_SUBCLASS)]
#[repr(C)]
pub struct PyNameError {
    base: PyBaseException,
    #[pymember("name", object)]
    name: Member<PyObject>,
}

#[pymethods(class = "NameError")]
impl PyNameError {
    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        self.base.set_arguments(args.new_ref());
        let [name] = keywords(py, self.ty().short_name(), kwargs, ["name"])?;
        drop(self.name.replace(name));
        Ok(())
    }
}

/// `AttributeError`.
#[pyclass(name = "AttributeError", base = Exception, basetype, gc, flags = flags::BASE_EXC_SUBCLASS)]
#[repr(C)]
pub struct PyAttributeError {
    base: PyBaseException,
    #[pymember("obj", object)]
    obj: Member<PyObject>,
    #[pymember("name", object)]
    name: Member<PyObject>,
}

#[pymethods(class = "AttributeError")]
impl PyAttributeError {
    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        self.base.set_arguments(args.new_ref());
        let [name, obj] = keywords(py, self.ty().short_name(), kwargs, ["name", "obj"])?;
        drop(self.name.replace(name));
        drop(self.obj.replace(obj));
        Ok(())
    }

    #[pymethod]
    fn __getstate__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let dict = match self.base.dict.get().as_ref().and_then(|d| d.downcast::<PyDict>()) {
            Some(d) => d.copy(py)?,
            None if self.name.is_some() || self.args_differ(py)? => PyDict::new(py)?,
            None => return Ok(py.none()),
        };
        if let Some(name) = self.name.get() {
            dict.set(py, id!(py, "name"), &name)?;
        }
        dict.set(py, id!(py, "args"), &*self.base.arguments(py)?)?;
        Ok(dict.upcast())
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let args = self.base.arguments(py)?;
        let state = self.__getstate__(py)?;
        if state.is_none() {
            return PyTuple::new(py, &[self.ty(), &args]);
        }
        PyTuple::new(py, &[self.ty(), &args, &state])
    }
}

impl PyAttributeError {
    fn args_differ(&self, py: Py<'_>) -> PyResult<bool> {
        Ok(!self.base.arguments(py)?.is_empty())
    }
    /// Fills in what the traceback's suggestion needs (`PyObject_GetAttr`'s context), unless it is there already.
    pub fn set_context_if_empty(&self, object: &PyObject, name: &PyObject) {
        if !self.name.is_some() && !self.obj.is_some() {
            self.name.set(name.to_ref());
            self.obj.set(object.to_ref());
        }
    }
}

impl PyNameError {
    /// Sets `name` when it is empty.
    pub fn set_name_if_empty(&self, name: &PyObject) {
        if !self.name.is_some() {
            self.name.set(name.to_ref());
        }
    }
}

/// `ImportError`.
#[pyclass(name = "ImportError", base = Exception, basetype, gc, flags = flags::BASE_EXC_SUBCLASS)]
#[repr(C)]
pub struct PyImportError {
    base: PyBaseException,
    #[pymember("msg", object)]
    msg: Member<PyObject>,
    #[pymember("name", object)]
    name: Member<PyObject>,
    #[pymember("path", object)]
    path: Member<PyObject>,
    #[pymember("name_from", object)]
    name_from: Member<PyObject>,
}

#[pymethods(class = "ImportError")]
impl PyImportError {
    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        self.base.set_arguments(args.new_ref());
        let [name, path, name_from] = keywords(py, "ImportError", kwargs, ["name", "path", "name_from"])?;
        drop(self.name.replace(name));
        drop(self.path.replace(path));
        drop(self.name_from.replace(name_from));
        let msg = if args.len() == 1 { args.get(0).map(PyObject::to_ref) } else { None };
        drop(self.msg.replace(msg));
        Ok(())
    }

    #[slot]
    fn tp_str(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        if let Some(msg) = self.msg.get()
            && let Some(text) = msg.downcast_exact::<PyStr>()
        {
            return Ok(text.new_ref());
        }
        let args = self.base.arguments(py)?;
        match args.as_slice() {
            [] => PyStr::new(py, ""),
            [one] => one.str(py),
            _ => args.as_object().str(py),
        }
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let args = self.base.arguments(py)?;
        let state = match self.base.dict.get().as_ref().and_then(|d| d.downcast::<PyDict>()) {
            Some(d) => Some(d.copy(py)?),
            None if self.name.is_some() || self.path.is_some() || self.name_from.is_some() => {
                Some(PyDict::new(py)?)
            }
            None => None,
        };
        let Some(state) = state else { return PyTuple::new(py, &[self.ty(), &args]) };
        for (name, field) in [
            (id!(py, "name"), &self.name),
            (id!(py, "path"), &self.path),
            (id!(py, "name_from"), &self.name_from),
        ] {
            if let Some(value) = field.get() {
                state.set(py, name, &value)?;
            }
        }
        PyTuple::new(py, &[self.ty(), &args, &state])
    }
}

/// `SyntaxError`.
#[pyclass(name = "SyntaxError", base = Exception, basetype, gc, flags = flags::BASE_EXC_SUBCLASS)]
#[repr(C)]
pub struct PySyntaxError {
    base: PyBaseException,
    #[pymember("msg", object)]
    msg: Member<PyObject>,
    #[pymember("filename", object)]
    filename: Member<PyObject>,
    #[pymember("lineno", object)]
    lineno: Member<PyObject>,
    #[pymember("offset", object)]
    offset: Member<PyObject>,
    #[pymember("end_lineno", object)]
    end_lineno: Member<PyObject>,
    #[pymember("end_offset", object)]
    end_offset: Member<PyObject>,
    #[pymember("text", object)]
    text: Member<PyObject>,
    #[pymember("print_file_and_line", object)]
    print_file_and_line: Member<PyObject>,
    #[pymember("_metadata", object)]
    metadata: Member<PyObject>,
}

#[pymethods(class = "SyntaxError")]
impl PySyntaxError {
    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        refuse_keywords(py, self.ty(), kwargs)?;
        self.base.set_arguments(args.new_ref());
        if let Some(msg) = args.get(0) {
            self.msg.set(msg.to_ref());
        }
        let Some(info) = args.get(1).filter(|_| args.len() == 2) else { return Ok(()) };
        let info = info.collect(py)?;
        crate::args::check_positional(py, "function", info.len() as isize, 4, 7).map_err(|raised| {
            py.clear_error(raised);
            let (how, limit) = if info.len() < 4 { ("at least", 4) } else { ("at most", 7) };
            raise!(py, TypeError, "function takes {how} {limit} arguments ({} given)", info.len())
        })?;
        let fields = [
            &self.filename,
            &self.lineno,
            &self.offset,
            &self.text,
            &self.end_lineno,
            &self.end_offset,
            &self.metadata,
        ];
        for (i, field) in fields.into_iter().enumerate() {
            drop(field.replace(info.get(i).cloned()));
        }
        if self.end_lineno.is_some() && !self.end_offset.is_some() {
            return Err(raise!(py, TypeError, "end_offset must be provided when end_lineno is provided"));
        }
        Ok(())
    }

    #[slot]
    fn tp_str(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let msg = or_none(py, &self.msg);
        let filename = self.filename.get();
        let file = filename.as_ref().and_then(|f| f.downcast::<PyStr>()).map(|f| {
            let text = f.to_string_lossy();
            text.rsplit('/').next().unwrap_or_default().to_owned()
        });
        let lineno = self.lineno.get();
        let line = lineno.as_ref().and_then(|n| n.downcast_exact::<PyInt>());
        let msg = msg.str(py)?;
        match (file, line) {
            (None, None) => Ok(msg),
            (Some(file), Some(line)) => {
                PyStr::new(py, &format!("{msg} ({file}, line {})", line.to_decimal(py)?))
            }
            (Some(file), None) => PyStr::new(py, &format!("{msg} ({file})")),
            (None, Some(line)) => PyStr::new(py, &format!("{msg} (line {})", line.to_decimal(py)?)),
        }
    }
}

/// The values of keyword-only arguments, with the texts of the old argument parser.
fn keywords<const N: usize>(
    py: Py<'_>,
    function: &str,
    kwargs: Option<&PyDict>,
    names: [&str; N],
) -> PyResult<[Option<Ref<PyObject>>; N]> {
    let mut values = [const { None }; N];
    let Some(kwargs) = kwargs else { return Ok(values) };
    crate::args::check_keyword_count(py, function, kwargs.len(), N)?;
    for (key, value) in kwargs.items_snapshot() {
        let Some(key) = key.downcast::<PyStr>() else {
            return Err(raise!(py, TypeError, "keywords must be strings"));
        };
        match names.iter().position(|n| key.eq_str(n)).and_then(|i| values.get_mut(i)) {
            Some(slot) => *slot = Some(value),
            None => {
                return Err(crate::args::unknown_keyword(py, &format!("{function}()"), key, &names));
            }
        }
    }
    Ok(values)
}
