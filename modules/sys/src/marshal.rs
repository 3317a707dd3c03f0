//! Module `marshal`: reading and writing live objects. Not here: the format (crate `bytecode`).

use krait_bytecode::marshal::{
    Build, CURRENT_VERSION, CodeFields, Encoder, MarshalError, SliceSource, Source, decode,
};
use krait_interp::objects::PyCode;
use krait_interp::objects::code::CodeParts;
use krait_runtime::objects::PyEllipsis;
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::{Buffer, BufferArg};

/// A failure: an exception that is set already, or a fault of the data.
enum Fault {
    Raised(Raised),
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
    fn raise(self, py: Py<'_>) -> Raised {
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

// ---- writing

type LiveEncoder = Encoder<Vec<u8>, usize>;

/// The bytes of a sink that may fail with an exception.
struct Writer<'py> {
    py: Py<'py>,
    encoder: LiveEncoder,
    allow_code: bool,
    /// What was numbered must live as long as the numbers.
    kept: Vec<Ref<PyObject>>,
}

/// `marshal.dumps`.
pub fn dump_bytes(py: Py<'_>, value: &PyObject, version: i32, allow_code: bool) -> PyResult<Vec<u8>> {
    let mut writer = Writer { py, encoder: Encoder::new(Vec::new(), version), allow_code, kept: Vec::new() };
    match writer.object(value) {
        Ok(()) => Ok(writer.encoder.into_sink()),
        Err(fault) => Err(fault.raise(py)),
    }
}

impl Writer<'_> {
    fn object(&mut self, value: &PyObject) -> Result<(), Fault> {
        self.py.check_stack(" while marshalling an object")?;
        self.encoder.enter()?;
        self.inner(value)?;
        self.encoder.leave();
        Ok(())
    }

    fn inner(&mut self, value: &PyObject) -> Result<(), Fault> {
        let e = &mut self.encoder;
        if value.is_none() {
            return Ok(e.none()?);
        }
        if value.is(types::StopIteration()) {
            return Ok(e.stop_iteration()?);
        }
        if value.is(PyEllipsis::get()) {
            return Ok(e.ellipsis()?);
        }
        if value.is(PyBool::get(true)) || value.is(PyBool::get(false)) {
            return Ok(e.bool(value.is(PyBool::get(true)))?);
        }
        // An object that nobody else refers to cannot occur twice.
        let interned = value.downcast_exact::<PyStr>().is_some_and(|s| s.interned_state() != 0);
        if value.refcnt() > 1 || interned {
            if e.reference(value.id())? {
                return Ok(());
            }
            self.kept.push(value.to_ref());
        }
        if let Some(n) = value.downcast_exact::<PyInt>() {
            return match n.as_i64().and_then(|n| i32::try_from(n).ok()) {
                Some(n) => Ok(e.int(n)?),
                None => Ok(e.big_int(n.is_negative(), &digits15(n.digits()))?),
            };
        }
        if let Some(x) = value.downcast_exact::<PyFloat>() {
            return Ok(e.float(x.value())?);
        }
        if let Some(z) = value.downcast_exact::<PyComplex>() {
            let (re, im) = z.value();
            return Ok(e.complex(re, im)?);
        }
        if let Some(b) = value.downcast_exact::<PyBytes>() {
            return Ok(e.bytes(b.as_bytes())?);
        }
        if let Some(s) = value.downcast_exact::<PyStr>() {
            return Ok(e.str(&s.to_wtf8(), interned)?);
        }
        if let Some(t) = value.downcast_exact::<PyTuple>() {
            e.tuple(t.len())?;
            return t.as_slice().iter().try_for_each(|item| self.object(item));
        }
        if let Some(l) = value.downcast_exact::<PyList>() {
            e.list(l.len())?;
            return l.to_vec().iter().try_for_each(|item| self.object(item));
        }
        if let Some(d) = value.downcast_exact::<PyDict>() {
            e.dict()?;
            for (k, v) in d.items_snapshot() {
                self.object(&k)?;
                self.object(&v)?;
            }
            return Ok(self.encoder.null()?);
        }
        let frozen = PyFrozenSet::check_exact(value);
        if frozen || PySet::check_exact(value) {
            let items = value.collect(self.py)?;
            e.set(items.len(), frozen)?;
            // In the order of their encodings, so that equal sets give equal data.
            let version = e.version();
            let mut keyed = Vec::with_capacity(items.len());
            for item in items {
                keyed.push((dump_bytes(self.py, &item, version, self.allow_code)?, item));
            }
            keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
            return keyed.iter().try_for_each(|(_, item)| self.object(item));
        }
        if let Some(code) = value.downcast_exact::<PyCode>() {
            if !self.allow_code {
                return Err(MarshalError::Value("marshalling code objects is disallowed".to_owned()).into());
            }
            return self.code(code);
        }
        if PySlice::check_exact(value) {
            e.slice()?;
            for name in [id!(self.py, "start"), id!(self.py, "stop"), id!(self.py, "step")] {
                let part = value.get_attr(self.py, name)?;
                self.object(&part)?;
            }
            return Ok(());
        }
        match Buffer::new(self.py, value) {
            Ok(buffer) => Ok(self.encoder.bytes(buffer.as_bytes())?),
            Err(raised) => {
                self.py.clear_error(raised);
                self.encoder.unknown()?;
                Err(MarshalError::unmarshallable().into())
            }
        }
    }

    fn code(&mut self, code: &PyCode) -> Result<(), Fault> {
        let parts = code.parts(self.py)?;
        let e = &mut self.encoder;
        e.code()?;
        for n in [parts.argcount, parts.posonlyargcount, parts.kwonlyargcount, parts.stacksize, parts.flags] {
            e.long(n)?;
        }
        let bytes = code.code_bytes(self.py)?;
        let before: [&PyObject; 8] = [
            &bytes,
            &parts.consts,
            &parts.names,
            &parts.localsplusnames,
            &parts.localspluskinds,
            &parts.filename,
            &parts.name,
            &parts.qualname,
        ];
        before.into_iter().try_for_each(|part| self.object(part))?;
        self.encoder.long(parts.firstlineno)?;
        self.object(&parts.linetable)?;
        self.object(&parts.exceptiontable)
    }
}

/// 30-bit digits as 15-bit ones, without leading zeros.
fn digits15(digits: &[u32]) -> Vec<u16> {
    let mut out: Vec<u16> =
        digits.iter().flat_map(|d| [(d & 0x7fff) as u16, (d >> 15 & 0x7fff) as u16]).collect();
    while out.last() == Some(&0) {
        out.pop();
    }
    out
}

// ---- reading

struct Maker<'py> {
    py: Py<'py>,
    allow_code: bool,
}

/// Reads one object from bytes; what follows it is ignored.
pub fn load_bytes(py: Py<'_>, bytes: &[u8], allow_code: bool) -> PyResult<Ref<PyObject>> {
    decode(&mut Adapted(SliceSource::new(bytes)), &mut Maker { py, allow_code })
        .map_err(|fault| fault.raise(py))
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

/// A Python file as a source.
struct FileSource<'a> {
    py: Py<'a>,
    file: &'a PyObject,
    last: Vec<u8>,
}

impl Source for FileSource<'_> {
    type Error = Fault;
    fn read(&mut self, count: usize) -> Result<&[u8], Fault> {
        self.last.clear();
        while self.last.len() < count {
            let wanted = count - self.last.len();
            let size = PyInt::from_u64(self.py, wanted as u64)?;
            let data = self.file.call_method(self.py, id!(self.py, "read"), &[&size])?;
            let buffer = Buffer::new(self.py, &data)?;
            let got = buffer.as_bytes();
            if got.len() > wanted {
                let text = format!(
                    "read() returned too much data: {wanted} bytes requested, {} returned",
                    got.len()
                );
                return Err(MarshalError::Value(text).into());
            }
            if got.is_empty() {
                break;
            }
            self.last.extend_from_slice(got);
        }
        Ok(&self.last)
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
        if krait_bytecode::PyString::from_bytes(text).is_none() {
            return Err(MarshalError::Utf8(text.to_vec()).into());
        }
        let s = PyStr::from_wtf8(self.py, text)?;
        Ok(if interned { PyStr::intern(self.py, s) } else { s }.upcast())
    }
    fn latin1(&mut self, text: &[u8], interned: bool) -> Result<Ref<PyObject>, Fault> {
        let s = PyStr::from_latin1(self.py, text)?;
        Ok(if interned { PyStr::intern(self.py, s) } else { s }.upcast())
    }
    fn tuple(&mut self, items: Vec<Ref<PyObject>>) -> Result<Ref<PyObject>, Fault> {
        Ok(PyTuple::from_vec(self.py, items)?.upcast())
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

/// The module.
#[pymodule(name = "marshal")]
pub mod marshal {
    use super::*;

    #[pyattr(name = "version")]
    fn version(_py: Py<'_>) -> i32 {
        CURRENT_VERSION
    }

    #[pyfunction]
    #[sig("($module, value, file, version=version, /, *, allow_code=True)")]
    fn dump(
        py: Py<'_>,
        value: &PyObject,
        file: &PyObject,
        #[default(CURRENT_VERSION)] version: i32,
        #[default(true)] allow_code: bool,
    ) -> PyResult<Ref<PyObject>> {
        py.audit_with("marshal.dumps", || Ok([value.to_ref(), version.into_py(py)?]))?;
        let bytes = PyBytes::new(py, &dump_bytes(py, value, version, allow_code)?)?;
        file.call_method(py, id!(py, "write"), &[&bytes])
    }

    #[pyfunction]
    #[sig("($module, value, version=version, /, *, allow_code=True)")]
    fn dumps(
        py: Py<'_>,
        value: &PyObject,
        #[default(CURRENT_VERSION)] version: i32,
        #[default(true)] allow_code: bool,
    ) -> PyResult<Vec<u8>> {
        py.audit_with("marshal.dumps", || Ok([value.to_ref(), version.into_py(py)?]))?;
        dump_bytes(py, value, version, allow_code)
    }

    #[pyfunction]
    #[sig("($module, file, /, *, allow_code=True)")]
    fn load(py: Py<'_>, file: &PyObject, #[default(true)] allow_code: bool) -> PyResult<Ref<PyObject>> {
        // Reading nothing shows whether it is a binary file.
        let zero = PyInt::new(py, 0)?;
        let nothing = file.call_method(py, id!(py, "read"), &[&zero])?;
        if !PyBytes::check(&nothing) {
            bail!(py, TypeError, "file.read() returned not bytes but {}", nothing.ty().name());
        }
        py.audit("marshal.load", &[])?;
        let mut source = FileSource { py, file, last: Vec::new() };
        decode(&mut source, &mut Maker { py, allow_code }).map_err(|fault| fault.raise(py))
    }

    #[pyfunction]
    #[sig("($module, bytes, /, *, allow_code=True)")]
    fn loads(py: Py<'_>, bytes: BufferArg, #[default(true)] allow_code: bool) -> PyResult<Ref<PyObject>> {
        py.audit_with("marshal.loads", || Ok([PyBytes::new(py, bytes.as_bytes())?.upcast()]))?;
        load_bytes(py, bytes.as_bytes(), allow_code)
    }
}
