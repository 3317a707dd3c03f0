//! Module `marshal`: writing live objects. Not here: reading them (`krait_interp::unmarshal`), the format (crate `bytecode`).

use krait_bytecode::marshal::{CURRENT_VERSION, Encoder, MarshalError, Source};
use krait_interp::objects::PyCode;
pub use krait_interp::unmarshal::load_bytes;
use krait_interp::unmarshal::{Fault, load_from};
use krait_runtime::objects::exceptions::types;
use krait_runtime::objects::{PyByteArray, PyEllipsis};
use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::{Buffer, BufferArg};

// ---- writing

type LiveEncoder = Encoder<Vec<u8>, usize>;

/// The bytes of a sink that may fail with an exception.
struct Writer<'py> {
    py: Py<'py>,
    encoder: LiveEncoder,
    allow_code: bool,
    /// What was numbered must live as long as the numbers.
    kept: Vec<Ref<PyObject>>,
    /// Slices and code objects that are being written: no reference to them could be read.
    open: Vec<usize>,
}

/// `marshal.dumps`.
pub fn dump_bytes(py: Py<'_>, value: &PyObject, version: i32, allow_code: bool) -> PyResult<Vec<u8>> {
    let mut writer = Writer {
        py,
        encoder: Encoder::new(Vec::new(), version),
        allow_code,
        kept: Vec::new(),
        open: Vec::new(),
    };
    match writer.object(value, 0) {
        Ok(()) => Ok(writer.encoder.into_sink()),
        Err(fault) => Err(fault.raise(py)),
    }
}

impl Writer<'_> {
    /// Writes an object of which we hold `held` references ourselves.
    fn object(&mut self, value: &PyObject, held: u32) -> Result<(), Fault> {
        self.py.check_stack(" while marshalling an object")?;
        self.encoder.enter()?;
        self.inner(value, held)?;
        self.encoder.leave();
        Ok(())
    }

    fn inner(&mut self, value: &PyObject, held: u32) -> Result<(), Fault> {
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
        if value.refcnt() > held.saturating_add(1) || interned {
            if e.version() >= 3 && self.open.contains(&value.id()) {
                return Err(MarshalError::unmarshallable().into());
            }
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
            return t.as_slice().iter().try_for_each(|item| self.object(item, 0));
        }
        if let Some(l) = value.downcast_exact::<PyList>() {
            e.list(l.len())?;
            return l.to_vec().iter().try_for_each(|item| self.object(item, 1));
        }
        if let Some(d) = value.downcast_exact::<PyDict>() {
            e.dict()?;
            for (k, v) in d.items_snapshot() {
                self.object(&k, 1)?;
                self.object(&v, 1)?;
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
            let count = value.len(self.py)?;
            for item in items {
                keyed.push((dump_bytes(self.py, &item, version, self.allow_code)?, item));
                if value.len(self.py)? != count {
                    return Err(raise!(self.py, RuntimeError, "set changed size during iteration").into());
                }
            }
            keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
            return keyed.iter().try_for_each(|(_, item)| self.object(item, 1));
        }
        if let Some(code) = value.downcast_exact::<PyCode>() {
            if !self.allow_code {
                return Err(MarshalError::Value("marshalling code objects is disallowed".to_owned()).into());
            }
            self.open.push(value.id());
            self.code(code)?;
            self.open.pop();
            return Ok(());
        }
        if PySlice::check_exact(value) {
            e.slice()?;
            for name in [id!(self.py, "start"), id!(self.py, "stop"), id!(self.py, "step")] {
                let part = value.get_attr(self.py, name)?;
                self.open.push(value.id());
                self.object(&part, 1)?;
                self.open.pop();
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
        self.object(&bytes, 0)?;
        let before: [&PyObject; 7] = [
            &parts.consts,
            &parts.names,
            &parts.localsplusnames,
            &parts.localspluskinds,
            &parts.filename,
            &parts.name,
            &parts.qualname,
        ];
        before.into_iter().try_for_each(|part| self.object(part, 1))?;
        self.encoder.long(parts.firstlineno)?;
        self.object(&parts.linetable, 1)?;
        self.object(&parts.exceptiontable, 1)
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

/// A Python file as a source.
struct FileSource<'a> {
    py: Py<'a>,
    file: &'a PyObject,
    last: Vec<u8>,
}

impl Source for FileSource<'_> {
    type Error = Fault;
    fn read(&mut self, count: usize) -> Result<&[u8], Fault> {
        // A size may be absurd: no more memory is taken than the file fills.
        const PART: usize = 1 << 20;
        self.last.clear();
        while self.last.len() < count {
            let wanted = (count - self.last.len()).min(PART);
            let part = PyByteArray::new(self.py, &vec![0; wanted])?;
            let got = self.file.call_method(self.py, id!(self.py, "readinto"), &[&part])?;
            let got = got.to_index_clipped(self.py)?;
            if usize::try_from(got).is_ok_and(|got| got > wanted) {
                let text = format!("read() returned too much data: {wanted} bytes requested, {got} returned");
                return Err(MarshalError::Value(text).into());
            }
            let buffer = Buffer::new(self.py, &part)?;
            let filled = usize::try_from(got).unwrap_or(0);
            self.last.extend_from_slice(buffer.as_bytes().get(..filled).unwrap_or(b""));
            if filled < wanted {
                if count > 1 {
                    return Err(MarshalError::Eof("EOF read where not expected").into());
                }
                break;
            }
        }
        Ok(&self.last)
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
        load_from(py, &mut source, allow_code)
    }

    #[pyfunction]
    #[sig("($module, bytes, /, *, allow_code=True)")]
    fn loads(py: Py<'_>, bytes: BufferArg, #[default(true)] allow_code: bool) -> PyResult<Ref<PyObject>> {
        py.audit_with("marshal.loads", || Ok([PyBytes::new(py, bytes.as_bytes())?.upcast()]))?;
        load_bytes(py, bytes.as_bytes(), allow_code)
    }
}
