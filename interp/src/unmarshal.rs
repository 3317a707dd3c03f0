//! Reading live objects from marshalled data: frozen modules, `.pyc` files, `marshal.load`. Not here: the format (crate `bytecode`),
//! writing (module `marshal`).

use krait_bytecode::marshal::{Build, CodeFields, MarshalError, SliceSource, Source, decode};
use krait_runtime::objects::exceptions::types;
use krait_runtime::objects::{PyComplex, PyFrozenSet, PySet, PySlice};
use krait_runtime::prelude::*;

use crate::objects::PyCode;
use crate::objects::code::CodeParts;

/// A failure: an exception that is set already, or a fault of the data.
pub enum Fault {
    /// The exception is set.
    Raised(Raised),
    /// The data is at fault.
    Format(MarshalError),
}

impl From<MarshalError> for Fault {
    fn from(error: MarshalError) -> Self {
        Fault::Format(error)
    }
}

impl From<Raised> for Fault {
    fn from(raised: Raised) -> Self {
        Fault::Raised(raised)
    }
}

impl Fault {
    /// Sets the exception, if it is not set yet.
    pub fn raise(self, py: Py<'_>) -> Raised {
        match self {
            Fault::Raised(raised) => raised,
            Fault::Format(MarshalError::Eof(text)) => raise!(py, EOFError, "{text}"),
            Fault::Format(MarshalError::Value(text)) => raise!(py, ValueError, "{text}"),
            Fault::Format(MarshalError::Type(text)) => raise!(py, TypeError, "{text}"),
            Fault::Format(MarshalError::Utf8(bytes)) => {
                // The codec finds the place and the words.
                let decoded =
                    PyBytes::new(py, &bytes).and_then(|bytes| bytes.call_method(py, id!(py, "decode"), &[]));
                match decoded {
                    Err(raised) => raised,
                    Ok(_) => raise!(py, ValueError, "bad marshal data (invalid utf-8)"),
                }
            }
        }
    }
}

struct Maker<'py> {
    py: Py<'py>,
    allow_code: bool,
}

/// Reads one object from bytes; what follows it is ignored.
pub fn load_bytes(py: Py<'_>, bytes: &[u8], allow_code: bool) -> PyResult<Ref<PyObject>> {
    load_from(py, &mut Adapted(SliceSource::new(bytes)), allow_code)
}

/// Reads one object from a source.
pub fn load_from(
    py: Py<'_>,
    source: &mut impl Source<Error = Fault>,
    allow_code: bool,
) -> PyResult<Ref<PyObject>> {
    decode(source, &mut Maker { py, allow_code }).map_err(|fault| fault.raise(py))
}

/// Bytes in memory as a source whose errors are ours.
struct Adapted<'a>(SliceSource<'a>);

impl Source for Adapted<'_> {
    type Error = Fault;
    fn read(&mut self, count: usize) -> Result<&[u8], Fault> {
        Ok(self.0.read(count)?)
    }
    fn remaining(&self) -> Option<usize> {
        self.0.remaining()
    }
}

fn part<T: PyClass>(object: Ref<PyObject>, what: &str) -> Result<Ref<T>, Fault> {
    object.downcast_into::<T>().map_err(|_| MarshalError::Type(format!("code: wrong type of {what}")).into())
}

impl Build for Maker<'_> {
    type Object = Ref<PyObject>;
    type Error = Fault;

    fn none(&mut self) -> Ref<PyObject> {
        self.py.none()
    }
    fn ellipsis(&mut self) -> Ref<PyObject> {
        self.py.ellipsis()
    }
    fn bool(&mut self, value: bool) -> Ref<PyObject> {
        PyBool::get(value).to_ref()
    }
    fn stop_iteration(&mut self) -> Result<Ref<PyObject>, Fault> {
        Ok(types::StopIteration().to_ref())
    }
    fn int(&mut self, value: i64) -> Result<Ref<PyObject>, Fault> {
        Ok(PyInt::new(self.py, value)?.upcast())
    }
    fn big_int(&mut self, negative: bool, digits: &[u16]) -> Result<Ref<PyObject>, Fault> {
        let digits: Vec<u32> = digits
            .chunks(2)
            .map(|pair| pair.iter().rev().fold(0, |d, &part| d << 15 | u32::from(part)))
            .collect();
        Ok(PyInt::from_digits(self.py, negative, &digits)?.upcast())
    }
    fn float(&mut self, value: f64) -> Result<Ref<PyObject>, Fault> {
        Ok(PyFloat::new(self.py, value)?.upcast())
    }
    fn parse_float(&mut self, text: &[u8]) -> Result<f64, Fault> {
        let text = String::from_utf8_lossy(text);
        text.trim()
            .parse()
            .map_err(|_| MarshalError::Value(format!("could not convert string to float: '{text}'")).into())
    }
    fn complex(&mut self, real: f64, imag: f64) -> Result<Ref<PyObject>, Fault> {
        Ok(PyComplex::new(self.py, real, imag)?.upcast())
    }
    fn bytes(&mut self, bytes: &[u8]) -> Result<Ref<PyObject>, Fault> {
        Ok(PyBytes::new(self.py, bytes)?.upcast())
    }
    fn str(&mut self, text: &[u8], interned: bool) -> Result<Ref<PyObject>, Fault> {
        let s = if text.is_ascii() {
            PyStr::from_ascii(self.py, text)?
        } else if krait_bytecode::PyString::from_bytes(text).is_some() {
            PyStr::from_wtf8(self.py, text)?
        } else {
            return Err(MarshalError::Utf8(text.to_vec()).into());
        };
        Ok(if interned { PyStr::intern(self.py, s) } else { s }.upcast())
    }
    fn latin1(&mut self, text: &[u8], interned: bool) -> Result<Ref<PyObject>, Fault> {
        let s = PyStr::from_latin1(self.py, text)?;
        Ok(if interned { PyStr::intern(self.py, s) } else { s }.upcast())
    }
    fn tuple(&mut self, items: Vec<Ref<PyObject>>) -> Result<Ref<PyObject>, Fault> {
        Ok(PyTuple::from_vec(self.py, items)?.upcast())
    }
    fn open_tuple(&mut self, len: usize) -> Result<Option<Ref<PyObject>>, Fault> {
        Ok(Some(PyTuple::with_late_items(self.py, len)?.upcast()))
    }
    fn tuple_set(&mut self, tuple: &Ref<PyObject>, index: usize, item: Ref<PyObject>) -> Result<(), Fault> {
        if let Some(tuple) = tuple.downcast::<PyTuple>() {
            tuple.set_late(index, item);
        }
        Ok(())
    }
    fn list(&mut self, _len: usize) -> Result<Ref<PyObject>, Fault> {
        Ok(PyList::new(self.py)?.upcast())
    }
    fn list_push(&mut self, list: &Ref<PyObject>, item: Ref<PyObject>) -> Result<(), Fault> {
        match list.downcast::<PyList>() {
            Some(list) => Ok(list.append(self.py, item)?),
            None => Err(MarshalError::Type("not a list".to_owned()).into()),
        }
    }
    fn dict(&mut self) -> Result<Ref<PyObject>, Fault> {
        Ok(PyDict::new(self.py)?.upcast())
    }
    fn dict_insert(
        &mut self,
        dict: &Ref<PyObject>,
        key: Ref<PyObject>,
        value: Ref<PyObject>,
    ) -> Result<(), Fault> {
        match dict.downcast::<PyDict>() {
            Some(dict) => Ok(dict.set(self.py, &key, &value)?),
            None => Err(MarshalError::Type("not a dict".to_owned()).into()),
        }
    }
    fn set(&mut self) -> Result<Ref<PyObject>, Fault> {
        Ok(PySet::new(self.py)?.upcast())
    }
    fn set_add(&mut self, set: &Ref<PyObject>, item: Ref<PyObject>) -> Result<(), Fault> {
        match set.downcast::<PySet>() {
            Some(set) => {
                set.add(self.py, &item)?;
                Ok(())
            }
            None => Err(MarshalError::Type("not a set".to_owned()).into()),
        }
    }
    fn frozenset(&mut self, items: Vec<Ref<PyObject>>) -> Result<Ref<PyObject>, Fault> {
        let items: Vec<&PyObject> = items.iter().map(|item| &**item).collect();
        Ok(PyFrozenSet::from_items(self.py, &items)?.upcast())
    }
    fn slice(
        &mut self,
        start: Ref<PyObject>,
        stop: Ref<PyObject>,
        step: Ref<PyObject>,
    ) -> Result<Ref<PyObject>, Fault> {
        Ok(PySlice::new(self.py, &start, &stop, &step)?.upcast())
    }
    fn code_begins(&mut self) -> Result<(), Fault> {
        if self.allow_code {
            Ok(())
        } else {
            Err(MarshalError::Value("unmarshalling code objects is disallowed".to_owned()).into())
        }
    }
    fn code(&mut self, fields: CodeFields<Ref<PyObject>>) -> Result<Ref<PyObject>, Fault> {
        let code: Ref<PyBytes> = part(fields.code, "co_code")?;
        let parts = CodeParts {
            argcount: fields.argcount,
            posonlyargcount: fields.posonlyargcount,
            kwonlyargcount: fields.kwonlyargcount,
            stacksize: fields.stacksize,
            flags: fields.flags,
            firstlineno: fields.firstlineno,
            code: code.as_bytes().to_vec(),
            consts: part(fields.consts, "co_consts")?,
            names: part(fields.names, "co_names")?,
            localsplusnames: part(fields.localsplusnames, "co_localsplusnames")?,
            localspluskinds: part(fields.localspluskinds, "co_localspluskinds")?,
            filename: part(fields.filename, "co_filename")?,
            name: part(fields.name, "co_name")?,
            qualname: part(fields.qualname, "co_qualname")?,
            linetable: part(fields.linetable, "co_linetable")?,
            exceptiontable: part(fields.exceptiontable, "co_exceptiontable")?,
        };
        Ok(PyCode::new(self.py, parts)?.upcast())
    }
}
