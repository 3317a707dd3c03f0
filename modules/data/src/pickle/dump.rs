//! One `dump`: what is pickled how, the memo, atoms. Containers and everything else have files of their own.

use core::cell::RefCell;

use krait_runtime::error::Raised;
use krait_runtime::objects::exceptions::types;
use krait_runtime::objects::pickle_buffer::PyPickleBuffer;
use krait_runtime::objects::str::StrData;
use krait_runtime::objects::{PyEllipsis, PyNone, PyNotImplemented};
use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::Buffer;

use super::memo::Memo;
use super::opcodes::*;
use super::output::Output;
use super::{DISPATCH_TABLE, HIGHEST_PROTOCOL, dict_of, pickling_error};

/// What the arguments of `Pickler` and `dumps` say.
#[derive(Clone)]
pub struct Settings {
    /// 0 to 5.
    pub protocol: u8,
    /// Protocol 1 or higher.
    pub binary: bool,
    /// Names of Python 2 for protocols below 3.
    pub fix_imports: bool,
    /// Takes out-of-band buffers.
    pub buffer_callback: Option<Ref<PyObject>>,
}

impl Settings {
    /// Checked arguments.
    pub fn new(
        py: Py<'_>,
        protocol: Option<&PyObject>,
        fix_imports: bool,
        buffer_callback: Option<&PyObject>,
    ) -> PyResult<Settings> {
        let protocol = match protocol.filter(|p| !p.is_none()) {
            None => HIGHEST_PROTOCOL,
            Some(n) => {
                let n = i64::from(krait_runtime::args::extract::<i32>(py, n, "dumps", 2)?);
                if n < 0 { HIGHEST_PROTOCOL } else { n }
            }
        };
        if protocol > HIGHEST_PROTOCOL {
            bail!(py, ValueError, "pickle protocol must be <= {HIGHEST_PROTOCOL}");
        }
        let buffer_callback = buffer_callback.filter(|c| !c.is_none()).map(PyObject::to_ref);
        if buffer_callback.is_some() && protocol < 5 {
            bail!(py, ValueError, "buffer_callback needs protocol >= 5");
        }
        Ok(Settings {
            protocol: protocol as u8,
            binary: protocol > 0,
            fix_imports: fix_imports && protocol < 3,
            buffer_callback,
        })
    }
}

/// One run over an object.
pub struct Dump<'a> {
    pub(super) settings: Settings,
    pub(super) out: Output,
    pub(super) memo: &'a RefCell<Memo>,
    pub(super) fast: bool,
    pub(super) persistent_id: Option<Ref<PyObject>>,
    pub(super) reducer_override: Option<Ref<PyObject>>,
    /// The pickler's own dispatch table.
    pub(super) dispatch_table: Option<Ref<PyObject>>,
    /// `copyreg`'s.
    pub(super) copyreg_table: Ref<PyDict>,
    pub(super) fast_nesting: usize,
    pub(super) fast_memo: Vec<usize>,
}

/// Fast mode looks for cycles below this depth.
const FAST_NESTING_LIMIT: usize = 50;

/// A dump with a memo of its own: `pickle.dumps`.
pub struct Function {
    settings: Settings,
    write: Option<Ref<PyObject>>,
}

impl Function {
    /// Pickles `object`.
    pub fn run(self, py: Py<'_>, object: &PyObject) -> PyResult<Vec<u8>> {
        let memo = RefCell::new(Memo::default());
        let mut dump = Dump {
            settings: self.settings,
            out: Output::new(self.write),
            memo: &memo,
            fast: false,
            persistent_id: None,
            reducer_override: None,
            dispatch_table: None,
            copyreg_table: dict_of(py, &DISPATCH_TABLE, "copyreg.dispatch_table")?,
            fast_nesting: 0,
            fast_memo: Vec::new(),
        };
        dump.whole(py, object)?;
        dump.out.finish(py)
    }
}

/// Adds a note to the exception that is set.
#[cold]
pub fn note(py: Py<'_>, raised: Raised, text: &str) -> Raised {
    let error = py.fetch(raised);
    let added = PyStr::new(py, text).and_then(|text| error.call_method(py, id!(py, "add_note"), &[&text]));
    if let Err(raised) = added {
        py.clear_error(raised);
    }
    py.restore(error)
}

impl Dump<'_> {
    /// `pickle.dump` and `dumps`.
    pub fn function(_py: Py<'_>, settings: Settings, write: Option<Ref<PyObject>>) -> PyResult<Function> {
        Ok(Function { settings, write })
    }

    /// The whole pickle of one object.
    pub fn whole(&mut self, py: Py<'_>, object: &PyObject) -> PyResult<()> {
        if self.settings.protocol >= 2 {
            self.out.put(&[PROTO, self.settings.protocol]);
            if self.settings.protocol >= 4 {
                self.out.start_framing();
            }
        }
        self.save(py, object)?;
        self.out.put(&[STOP]);
        Ok(())
    }

    #[inline]
    pub(super) fn op(&mut self, opcode: u8) {
        self.out.put(&[opcode]);
    }

    /// The number of an object that was pickled already.
    #[inline]
    pub(super) fn remembered(&self, object: &PyObject) -> Option<usize> {
        if self.fast { None } else { self.memo.borrow().get(object) }
    }

    /// Writes a reference to an object that was pickled already.
    pub(super) fn get(&mut self, index: usize) {
        if !self.settings.binary {
            self.out.put(format!("g{index}\n").as_bytes());
        } else if let Ok(index) = u8::try_from(index) {
            self.out.put(&[BINGET, index]);
        } else {
            let [a, b, c, d] = (index as u32).to_le_bytes();
            self.out.put(&[LONG_BINGET, a, b, c, d]);
        }
    }

    /// Remembers an object that was pickled just now.
    #[inline]
    pub(super) fn memoize(&mut self, object: &PyObject) {
        if self.fast {
            return;
        }
        let (index, old) = {
            let mut memo = self.memo.borrow_mut();
            let index = memo.len();
            (index, memo.set(object, index))
        };
        drop(old);
        if self.settings.protocol >= 4 {
            self.op(MEMOIZE);
        } else if !self.settings.binary {
            self.out.put(format!("p{index}\n").as_bytes());
        } else if let Ok(index) = u8::try_from(index) {
            self.out.put(&[BINPUT, index]);
        } else {
            let [a, b, c, d] = (index as u32).to_le_bytes();
            self.out.put(&[LONG_BINPUT, a, b, c, d]);
        }
    }

    /// Pickles an object, or its persistent id.
    pub(super) fn save(&mut self, py: Py<'_>, object: &PyObject) -> PyResult<()> {
        if let Some(function) = &self.persistent_id {
            let id = function.clone().call(py, &[object])?;
            if !id.is_none() {
                self.save_persistent(py, &id)?;
                return self.out.boundary(py);
            }
        }
        self.save_plain(py, object)?;
        self.out.boundary(py)
    }

    fn save_persistent(&mut self, py: Py<'_>, id: &PyObject) -> PyResult<()> {
        if self.settings.binary {
            self.save_plain(py, id)?;
            self.op(BINPERSID);
            return Ok(());
        }
        let text = id.str(py)?;
        let Some(text) = text.as_ascii() else {
            return Err(pickling_error!(py, "persistent IDs in protocol 0 must be ASCII strings"));
        };
        self.out.put(b"P");
        self.out.put(text.as_bytes());
        self.out.put(b"\n");
        Ok(())
    }

    fn save_plain(&mut self, py: Py<'_>, object: &PyObject) -> PyResult<()> {
        if object.is_none() {
            self.op(NONE);
            return Ok(());
        }
        if let Some(n) = object.downcast_exact::<PyInt>() {
            return self.save_int(py, n);
        }
        if object.downcast_exact::<PyBool>().is_some() {
            let truth = object.is(PyBool::get(true));
            if self.settings.protocol >= 2 {
                self.op(if truth { NEWTRUE } else { NEWFALSE });
            } else {
                self.out.put(if truth { b"I01\n" } else { b"I00\n" });
            }
            return Ok(());
        }
        if let Some(x) = object.downcast_exact::<PyFloat>() {
            self.save_float(x.value());
            return Ok(());
        }
        if let Some(index) = self.remembered(object) {
            self.get(index);
            return Ok(());
        }
        if let Some(s) = object.downcast_exact::<PyStr>() {
            return self.save_str(py, s);
        }
        if let Some(bytes) = object.downcast_exact::<PyBytes>() {
            return self.save_bytes(py, bytes);
        }
        py.check_stack(" while pickling an object")?;
        if let Some(dict) = object.downcast_exact::<PyDict>() {
            return self.save_dict(py, dict);
        }
        if let Some(set) = object.downcast_exact::<PySet>() {
            return self.save_set(py, set);
        }
        if let Some(set) = object.downcast_exact::<PyFrozenSet>() {
            return self.save_frozenset(py, set);
        }
        if let Some(list) = object.downcast_exact::<PyList>() {
            return self.save_list(py, list);
        }
        if let Some(tuple) = object.downcast_exact::<PyTuple>() {
            return self.save_tuple(py, tuple);
        }
        if let Some(bytes) = object.downcast_exact::<PyByteArray>() {
            return self.save_bytearray(py, bytes);
        }
        if let Some(buffer) = object.downcast_exact::<PyPickleBuffer>() {
            return self.save_pickle_buffer(py, buffer);
        }
        self.save_other(py, object)
    }

    /// Objects that pickle by reduction or by name.
    fn save_other(&mut self, py: Py<'_>, object: &PyObject) -> PyResult<()> {
        if let Some(reduce) = self.reducer_override.clone() {
            let reduced = reduce.call(py, &[object])?;
            if !reduced.is(PyNotImplemented::get()) {
                return self.save_reduced(py, &reduced, object);
            }
        }
        if let Some(class) = object.downcast_exact::<PyType>() {
            return self.save_type(py, class);
        }
        if object.ty().name() == "function"
            && object.downcast_exact::<krait_interp::objects::PyFunction>().is_some()
        {
            return self.save_global(py, object, None);
        }
        let own = match &self.dispatch_table {
            None => self.copyreg_table.get(py, object.ty())?,
            Some(table) => match table.clone().get_item(py, object.ty()) {
                Ok(found) => Some(found),
                Err(raised) if py.error_matches(types::KeyError()) => {
                    py.clear_error(raised);
                    None
                }
                Err(raised) => return Err(raised),
            },
        };
        let reduced = if let Some(reduce) = own {
            reduce.call(py, &[object])?
        } else if object.downcast::<PyType>().is_some() {
            return self.save_global(py, object, None);
        } else if let Some(reduce) = object.get_attr_optional(py, id!(py, "__reduce_ex__"))? {
            let protocol = PyInt::new(py, i64::from(self.settings.protocol))?;
            reduce.call(py, &[&protocol])?
        } else if let Some(reduce) = object.get_attr_optional(py, id!(py, "__reduce__"))? {
            reduce.call(py, &[])?
        } else {
            return Err(pickling_error!(
                py,
                "can't pickle '{}' object: {}",
                object.ty().name(),
                object.repr(py)?
            ));
        };
        self.save_reduced(py, &reduced, object)
    }

    fn save_reduced(&mut self, py: Py<'_>, reduced: &PyObject, object: &PyObject) -> PyResult<()> {
        if let Some(name) = reduced.downcast::<PyStr>() {
            return self.save_global(py, object, Some(name));
        }
        let done = match reduced.downcast::<PyTuple>() {
            Some(parts) => self.save_reduce(py, parts, Some(object)),
            None => {
                let got = reduced.ty().qualified_name();
                Err(pickling_error!(py, "__reduce__ must return a string or tuple, not {got}"))
            }
        };
        done.map_err(|raised| {
            note(py, raised, &format!("when serializing {} object", object.ty().qualified_name()))
        })
    }

    fn save_int(&mut self, py: Py<'_>, n: &PyInt) -> PyResult<()> {
        if let Some(small) = n.as_i64().and_then(|n| i32::try_from(n).ok()) {
            if !self.settings.binary {
                self.out.put(format!("I{small}\n").as_bytes());
                return Ok(());
            }
            let [a, b, c, d] = small.to_le_bytes();
            match (b, c, d) {
                (0, 0, 0) => self.out.put(&[BININT1, a]),
                (_, 0, 0) => self.out.put(&[BININT2, a, b]),
                _ => self.out.put(&[BININT, a, b, c, d]),
            }
            return Ok(());
        }
        if self.settings.protocol < 2 {
            let digits = n.to_decimal(py)?;
            self.out.put(format!("L{digits}L\n").as_bytes());
            return Ok(());
        }
        let bytes = twos_complement(n);
        match u8::try_from(bytes.len()) {
            Ok(count) => self.out.put_payload(py, &[LONG1, count], &bytes, None),
            Err(_) => {
                let Ok(count) = i32::try_from(bytes.len()) else {
                    bail!(py, OverflowError, "int too large to pickle");
                };
                let [a, b, c, d] = count.to_le_bytes();
                self.out.put(&[LONG4, a, b, c, d]);
                self.out.put(&bytes);
                Ok(())
            }
        }
    }

    fn save_float(&mut self, x: f64) {
        if self.settings.binary {
            let [a, b, c, d, e, f, g, h] = x.to_be_bytes();
            self.out.put(&[BINFLOAT, a, b, c, d, e, f, g, h]);
        } else {
            self.out.put(format!("F{}\n", krait_numeric::float_text::repr(x)).as_bytes());
        }
    }

    /// Writes an opcode with a length of four or eight bytes, whichever is needed, and a payload.
    fn counted(
        &mut self,
        py: Py<'_>,
        (short, four, eight): (Option<u8>, u8, u8),
        bytes: &[u8],
        object: Option<&PyObject>,
        what: &str,
    ) -> PyResult<()> {
        let n = bytes.len();
        if let (Some(short), Ok(n)) = (short, u8::try_from(n)) {
            self.out.put(&[short, n]);
            self.out.put(bytes);
        } else if let Ok(n) = u32::try_from(n) {
            let [a, b, c, d] = n.to_le_bytes();
            self.out.put_payload(py, &[four, a, b, c, d], bytes, object)?;
        } else if self.settings.protocol >= 4 {
            let mut header = vec![eight];
            header.extend_from_slice(&(n as u64).to_le_bytes());
            self.out.put_payload(py, &header, bytes, object)?;
        } else {
            bail!(
                py,
                OverflowError,
                "serializing a {what} larger than 4 GiB requires pickle protocol 4 or higher"
            );
        }
        Ok(())
    }

    fn save_str(&mut self, py: Py<'_>, s: &PyStr) -> PyResult<()> {
        if !self.settings.binary {
            let mut line = vec![UNICODE];
            raw_unicode_escape(s, &mut line);
            line.push(b'\n');
            self.out.put(&line);
        } else {
            let short = (self.settings.protocol >= 4).then_some(SHORT_BINUNICODE);
            let codes = (short, BINUNICODE, BINUNICODE8);
            match s.data() {
                StrData::Ascii(text) => self.counted(py, codes, text, None, "string")?,
                _ => self.counted(py, codes, &s.to_wtf8(), None, "string")?,
            }
        }
        self.memoize(s);
        Ok(())
    }

    fn save_bytes(&mut self, py: Py<'_>, bytes: &PyBytes) -> PyResult<()> {
        if self.settings.protocol >= 3 {
            return self.save_bytes_data(py, bytes, bytes.as_bytes(), Some(bytes));
        }
        // Python 2 has no such type: a string is encoded back when it is loaded.
        let parts = if bytes.is_empty() {
            let nothing = PyTuple::empty(py)?;
            PyTuple::new(py, &[PyBytes::type_object(), &nothing])?
        } else {
            let text = PyStr::from_latin1(py, bytes.as_bytes())?;
            let args = PyTuple::new(py, &[&text, id!(py, "latin1")])?;
            PyTuple::new(py, &[&*super::CODECS_ENCODE.get(py)?, &args])?
        };
        self.save_reduce(py, &parts, Some(bytes))
    }

    fn save_bytes_data(
        &mut self,
        py: Py<'_>,
        object: &PyObject,
        data: &[u8],
        payload: Option<&PyObject>,
    ) -> PyResult<()> {
        self.counted(py, (Some(SHORT_BINBYTES), BINBYTES, BINBYTES8), data, payload, "bytes object")?;
        self.memoize(object);
        Ok(())
    }

    fn save_bytearray_data(
        &mut self,
        py: Py<'_>,
        object: &PyObject,
        data: &[u8],
        payload: Option<&PyObject>,
    ) -> PyResult<()> {
        let mut header = vec![BYTEARRAY8];
        header.extend_from_slice(&(data.len() as u64).to_le_bytes());
        self.out.put_payload(py, &header, data, payload)?;
        self.memoize(object);
        Ok(())
    }

    fn save_bytearray(&mut self, py: Py<'_>, bytes: &PyByteArray) -> PyResult<()> {
        let data = bytes.buffer_bytes(py)?;
        if self.settings.protocol >= 5 {
            return self.save_bytearray_data(py, bytes, &data, Some(bytes));
        }
        let args = if data.is_empty() {
            PyTuple::empty(py)?
        } else {
            PyTuple::new(py, &[&*PyBytes::new(py, &data)?])?
        };
        let parts = PyTuple::new(py, &[PyByteArray::type_object(), &args])?;
        self.save_reduce(py, &parts, Some(bytes))
    }

    fn save_pickle_buffer(&mut self, py: Py<'_>, buffer: &PyPickleBuffer) -> PyResult<()> {
        if self.settings.protocol < 5 {
            return Err(pickling_error!(py, "PickleBuffer can only be pickled with protocol >= 5"));
        }
        let owner = buffer.owner(py)?;
        let view = Buffer::with_flags(py, &owner, krait_runtime::protocol::buffer::buf::FULL_RO)?;
        let readonly = view.view().is_none_or(|v| v.readonly != 0);
        drop(view);
        let flat = match buffer.raw(py) {
            Ok(flat) => flat,
            Err(raised) if py.error_matches(types::BufferError()) => {
                py.clear_error(raised);
                return Err(pickling_error!(
                    py,
                    "PickleBuffer can not be pickled when pointing to a non-contiguous buffer"
                ));
            }
            Err(raised) => return Err(raised),
        };
        let in_band = match &self.settings.buffer_callback {
            None => true,
            Some(callback) => callback.clone().call(py, &[buffer])?.is_true(py)?,
        };
        if in_band {
            let data = Buffer::new(py, &flat)?;
            return if readonly {
                self.save_bytes_data(py, buffer, data.as_bytes(), None)
            } else {
                self.save_bytearray_data(py, buffer, data.as_bytes(), None)
            };
        }
        self.op(NEXT_BUFFER);
        if readonly {
            self.op(READONLY_BUFFER);
        }
        Ok(())
    }

    fn save_type(&mut self, py: Py<'_>, class: &PyType) -> PyResult<()> {
        for singleton in [PyNone::get(), PyEllipsis::get(), PyNotImplemented::get()] {
            if singleton.is_exactly(class) {
                let args = PyTuple::new(py, &[singleton])?;
                let parts = PyTuple::new(py, &[PyType::type_object(), &args])?;
                return self.save_reduce(py, &parts, Some(class));
            }
        }
        self.save_global(py, class, None)
    }

    /// In fast mode a cycle would go on for ever: deep down, objects under way are kept track of.
    pub(super) fn enter_fast(&mut self, py: Py<'_>, object: &PyObject) -> PyResult<()> {
        if !self.fast {
            return Ok(());
        }
        self.fast_nesting += 1;
        if self.fast_nesting >= FAST_NESTING_LIMIT {
            if self.fast_memo.contains(&object.id()) {
                bail!(
                    py,
                    ValueError,
                    "fast mode: can't pickle cyclic objects including object type {} at {:#x}",
                    object.ty().name(),
                    object.id()
                );
            }
            self.fast_memo.push(object.id());
        }
        Ok(())
    }

    pub(super) fn leave_fast(&mut self) {
        if self.fast {
            if self.fast_nesting >= FAST_NESTING_LIMIT {
                self.fast_memo.pop();
            }
            self.fast_nesting = self.fast_nesting.saturating_sub(1);
        }
    }
}

/// Little-endian two's complement, as short as it can be; nothing for 0.
fn twos_complement(n: &PyInt) -> Vec<u8> {
    if n.is_zero() {
        return Vec::new();
    }
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0u64, 0u32);
    for digit in n.digits() {
        bits |= u64::from(*digit) << count;
        count += 30;
        while count >= 8 {
            bytes.push(bits as u8);
            bits >>= 8;
            count -= 8;
        }
    }
    if count > 0 {
        bytes.push(bits as u8);
    }
    while bytes.last() == Some(&0) {
        bytes.pop();
    }
    if n.is_negative() {
        let mut carry = true;
        for byte in &mut bytes {
            let (value, over) = (!*byte).overflowing_add(u8::from(carry));
            *byte = value;
            carry = over;
        }
        if bytes.last().is_some_and(|last| last & 0x80 == 0) {
            bytes.push(0xFF);
        }
        // -128, -32768 and so on need no byte of signs.
        while let [.., before, 0xFF] = bytes.as_slice() {
            if before & 0x80 == 0 {
                break;
            }
            bytes.pop();
        }
    } else if bytes.last().is_some_and(|last| last & 0x80 != 0) {
        bytes.push(0);
    }
    bytes
}

/// The text of protocol 0.
fn raw_unicode_escape(s: &PyStr, out: &mut Vec<u8>) {
    for c in s.code_points() {
        match c {
            0x10000.. => out.extend_from_slice(format!("\\U{c:08x}").as_bytes()),
            0x5C | 0 | 0x0A | 0x0D | 0x1A | 0x100.. => {
                out.extend_from_slice(format!("\\u{c:04x}").as_bytes());
            }
            _ => out.push(c as u8),
        }
    }
}
