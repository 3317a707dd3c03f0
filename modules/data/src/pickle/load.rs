//! The pickle machine: stack, marks, memo, and the opcodes for atoms and containers. Those that call are in `load_object.rs`.

use core::cell::RefCell;
use std::collections::HashMap;

use krait_runtime::error::Raised;
use krait_runtime::objects::exceptions::types;
use krait_runtime::objects::memoryview::PyMemoryView;
use krait_runtime::prelude::*;

use super::input::Input;
use super::opcodes::*;
use super::{UNPICKLING_ERROR, Unpickler, unpickling_error};

/// Numbers up to which the memo is an array in any case.
const DENSE: usize = 1 << 16;

/// Room that the stack and the memo begin with.
const FEW: usize = 64;

/// What an unpickler remembers, by number.
#[derive(Default, Clone)]
pub struct Memo {
    dense: Vec<Option<Ref<PyObject>>>,
    /// Numbers far above the others, which only strange pickles have.
    sparse: HashMap<usize, Ref<PyObject>>,
}

impl Memo {
    fn with_room(n: usize) -> Memo {
        Memo { dense: Vec::with_capacity(n), sparse: HashMap::new() }
    }

    /// The object under a number.
    #[inline]
    pub fn get(&self, index: usize) -> Option<Ref<PyObject>> {
        match self.dense.get(index) {
            Some(found) => found.clone(),
            None => self.sparse.get(&index).cloned(),
        }
    }

    /// Remembers an object; what had this number is handed back.
    #[inline]
    pub fn set(&mut self, index: usize, object: Ref<PyObject>) -> Option<Ref<PyObject>> {
        if index == self.dense.len() {
            self.dense.push(Some(object));
            return None;
        }
        if let Some(slot) = self.dense.get_mut(index) {
            return slot.replace(object);
        }
        if index < DENSE.max(self.dense.len() * 2) {
            self.dense.resize(index, None);
            self.dense.push(Some(object));
            return None;
        }
        self.sparse.insert(index, object)
    }

    /// How many there are: the number that `MEMOIZE` gives.
    pub fn len(&self) -> usize {
        self.dense.iter().filter(|o| o.is_some()).count() + self.sparse.len()
    }

    /// Numbers and objects.
    pub fn entries(&self) -> impl Iterator<Item = (usize, &Ref<PyObject>)> {
        let dense = self.dense.iter().enumerate().filter_map(|(i, o)| o.as_ref().map(|o| (i, o)));
        dense.chain(self.sparse.iter().map(|(i, o)| (*i, o)))
    }

    /// Bytes of the array, for `__sizeof__`.
    pub fn table_bytes(&self) -> usize {
        8 * self.dense.len().max(32)
    }
}

/// What the arguments of `Unpickler` and `loads` say.
#[derive(Clone)]
pub struct Reading {
    /// Names of Python 2 are mapped.
    pub fix_imports: bool,
    /// How strings of Python 2 are decoded.
    pub encoding: Ref<PyStr>,
    /// How decoding errors are handled.
    pub errors: Ref<PyStr>,
    /// Out-of-band buffers.
    pub buffers: Option<Ref<PyObject>>,
}

impl Reading {
    /// Checked arguments.
    pub fn new(
        py: Py<'_>,
        fix_imports: bool,
        encoding: Ref<PyStr>,
        errors: Ref<PyStr>,
        buffers: Option<&PyObject>,
    ) -> PyResult<Reading> {
        let buffers = match buffers.filter(|b| !b.is_none()) {
            Some(buffers) => Some(buffers.iter(py)?),
            None => None,
        };
        Ok(Reading { fix_imports, encoding, errors, buffers })
    }
}

/// One run over a pickle.
pub struct Load<'a> {
    pub(super) reading: Reading,
    pub(super) input: &'a mut Input,
    pub(super) memo: &'a RefCell<Memo>,
    /// Next number of `MEMOIZE`.
    memoized: usize,
    pub(super) stack: Vec<Ref<PyObject>>,
    marks: Vec<usize>,
    pub(super) protocol: u8,
    noted: Option<&'a Cell<u8>>,
    /// `persistent_load` and `find_class`, where somebody has their own.
    pub(super) persistent_load: Option<Ref<PyObject>>,
    pub(super) find_class: Option<Ref<PyObject>>,
}

/// A load with a memo of its own: `pickle.loads`.
pub struct Function {
    reading: Reading,
    input: Input,
}

impl Function {
    /// The object.
    pub fn run(mut self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let memo = RefCell::new(Memo::with_room(FEW));
        Load::new(self.reading, &mut self.input, &memo, None, None).run(py)
    }
}

impl<'a> Load<'a> {
    /// `pickle.load` and `loads`.
    pub fn function(reading: Reading, input: Input) -> Function {
        Function { reading, input }
    }

    /// A run with everything given.
    pub fn new(
        reading: Reading,
        input: &'a mut Input,
        memo: &'a RefCell<Memo>,
        persistent_load: Option<Ref<PyObject>>,
        find_class: Option<Ref<PyObject>>,
    ) -> Load<'a> {
        let memoized = memo.borrow().len();
        Load {
            reading,
            input,
            memo,
            memoized,
            stack: Vec::with_capacity(FEW),
            marks: Vec::new(),
            protocol: 0,
            noted: None,
            persistent_load,
            find_class,
        }
    }

    fn fence(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    #[cold]
    pub(super) fn underflow(&self, py: Py<'_>) -> Raised {
        if self.marks.is_empty() {
            unpickling_error!(py, "unpickling stack underflow")
        } else {
            unpickling_error!(py, "unexpected MARK found")
        }
    }

    #[inline]
    pub(super) fn push(&mut self, object: Ref<PyObject>) {
        self.stack.push(object);
    }

    #[inline]
    pub(super) fn pop(&mut self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        if self.stack.len() <= self.fence() {
            return Err(self.underflow(py));
        }
        self.stack.pop().ok_or_else(|| self.underflow(py))
    }

    pub(super) fn top(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        if self.stack.len() <= self.fence() {
            return Err(self.underflow(py));
        }
        self.stack.last().cloned().ok_or_else(|| self.underflow(py))
    }

    /// Where the last mark was set; it is gone then.
    pub(super) fn mark(&mut self, py: Py<'_>) -> PyResult<usize> {
        match self.marks.pop() {
            Some(mark) => Ok(mark),
            None => Err(unpickling_error!(py, "could not find MARK")),
        }
    }

    /// Takes everything from `start` on off the stack.
    pub(super) fn pop_from(&mut self, py: Py<'_>, start: usize) -> PyResult<Vec<Ref<PyObject>>> {
        if start < self.fence() || start > self.stack.len() {
            return Err(self.underflow(py));
        }
        Ok(self.stack.split_off(start))
    }

    /// Takes the opcodes one by one until the end.
    pub fn run(mut self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.steps(py)
    }

    /// The same, telling the pickle's protocol as soon as it is known.
    pub fn run_noting(mut self, py: Py<'_>, protocol: &'a Cell<u8>) -> PyResult<Ref<PyObject>> {
        protocol.set(0);
        self.noted = Some(protocol);
        self.steps(py)
    }

    fn steps(&mut self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        loop {
            let opcode = match self.input.byte(py) {
                Ok(opcode) => opcode,
                Err(raised) => {
                    let unpickling = UNPICKLING_ERROR.class(py)?;
                    if py.error_matches(&unpickling) {
                        py.clear_error(raised);
                        bail!(py, EOFError, "Ran out of input");
                    }
                    return Err(raised);
                }
            };
            if opcode == STOP {
                let result = self.pop(py)?;
                self.input.skip_used(py)?;
                return Ok(result);
            }
            self.step(py, opcode)?;
        }
    }

    fn step(&mut self, py: Py<'_>, opcode: u8) -> PyResult<()> {
        match opcode {
            NONE => self.push(py.none()),
            NEWTRUE => self.push(PyBool::get(true).to_ref()),
            NEWFALSE => self.push(PyBool::get(false).to_ref()),
            BININT1 => {
                let n = self.input.byte(py)?;
                self.push(PyInt::new(py, i64::from(n))?.upcast());
            }
            BININT2 => {
                let n = u16::from_le_bytes(self.input.array(py)?);
                self.push(PyInt::new(py, i64::from(n))?.upcast());
            }
            BININT => {
                let n = i32::from_le_bytes(self.input.array(py)?);
                self.push(PyInt::new(py, i64::from(n))?.upcast());
            }
            BINFLOAT => {
                let x = f64::from_be_bytes(self.input.array(py)?);
                self.push(PyFloat::new(py, x)?.upcast());
            }
            SHORT_BINUNICODE => {
                let n = usize::from(self.input.byte(py)?);
                self.unicode(py, n)?;
            }
            BINUNICODE => {
                let n = u32::from_le_bytes(self.input.array(py)?) as usize;
                self.unicode(py, n)?;
            }
            BINUNICODE8 => {
                let n = self.long_count(py, "BINUNICODE")?;
                self.unicode(py, n)?;
            }
            SHORT_BINBYTES => {
                let n = usize::from(self.input.byte(py)?);
                self.bytes(py, n)?;
            }
            BINBYTES => {
                let n = u32::from_le_bytes(self.input.array(py)?) as usize;
                self.bytes(py, n)?;
            }
            BINBYTES8 => {
                let n = self.long_count(py, "BINBYTES")?;
                self.bytes(py, n)?;
            }
            MEMOIZE => {
                let top = self.top(py)?;
                let index = self.memoized;
                self.remember(index, top);
            }
            BINGET => {
                let index = usize::from(self.input.byte(py)?);
                self.recall(py, index as i64)?;
            }
            LONG_BINGET => {
                let index = u32::from_le_bytes(self.input.array(py)?);
                self.recall(py, i64::from(index))?;
            }
            BINPUT => {
                let index = usize::from(self.input.byte(py)?);
                let top = self.top(py)?;
                self.remember(index, top);
            }
            LONG_BINPUT => {
                let index = u32::from_le_bytes(self.input.array(py)?) as usize;
                let top = self.top(py)?;
                self.remember(index, top);
            }
            MARK => self.marks.push(self.stack.len()),
            EMPTY_TUPLE => self.push(PyTuple::empty(py)?.upcast()),
            EMPTY_LIST => self.push(PyList::new(py)?.upcast()),
            EMPTY_DICT => self.push(PyDict::new(py)?.upcast()),
            EMPTY_SET => self.push(PySet::new(py)?.upcast()),
            TUPLE => {
                let start = self.mark(py)?;
                let items = self.pop_from(py, start)?;
                self.push(PyTuple::from_vec(py, items)?.upcast());
            }
            TUPLE1 | TUPLE2 | TUPLE3 => {
                let n = usize::from(opcode - TUPLE1) + 1;
                let Some(start) = self.stack.len().checked_sub(n).filter(|s| *s >= self.fence()) else {
                    return Err(self.underflow(py));
                };
                let tuple = match self.stack.get(start..) {
                    Some([a]) => PyTuple::of(py, [a.clone()])?,
                    Some([a, b]) => PyTuple::of(py, [a.clone(), b.clone()])?,
                    Some([a, b, c]) => PyTuple::of(py, [a.clone(), b.clone(), c.clone()])?,
                    _ => return Err(self.underflow(py)),
                };
                self.stack.truncate(start);
                self.push(tuple.upcast());
            }
            LIST => {
                let start = self.mark(py)?;
                let items = self.pop_from(py, start)?;
                self.push(PyList::from_vec(py, items)?.upcast());
            }
            DICT => self.dict(py)?,
            FROZENSET => {
                let start = self.mark(py)?;
                let items = self.pop_from(py, start)?;
                let items: Vec<&PyObject> = items.iter().map(|i| &**i).collect();
                self.push(PyFrozenSet::from_items(py, &items)?.upcast());
            }
            APPEND => {
                if self.stack.len() <= self.fence() + 1 {
                    return Err(self.underflow(py));
                }
                self.append(py, self.stack.len() - 1)?;
            }
            APPENDS => {
                let start = self.mark(py)?;
                self.append(py, start)?;
            }
            SETITEM => {
                if self.stack.len() < self.fence() + 2 {
                    return Err(self.underflow(py));
                }
                self.set_items(py, self.stack.len() - 2)?;
            }
            SETITEMS => {
                let start = self.mark(py)?;
                self.set_items(py, start)?;
            }
            ADDITEMS => self.add_items(py)?,
            PROTO => {
                let protocol = self.input.byte(py)?;
                if protocol > 5 {
                    bail!(py, ValueError, "unsupported pickle protocol: {protocol}");
                }
                self.protocol = protocol;
                if let Some(noted) = self.noted {
                    noted.set(protocol);
                }
            }
            FRAME => {
                let n = u64::from_le_bytes(self.input.array(py)?);
                match isize::try_from(n) {
                    Ok(n) => self.input.frame(py, n.unsigned_abs())?,
                    Err(_) => bail!(
                        py,
                        OverflowError,
                        "FRAME length exceeds system's maximum of {} bytes",
                        isize::MAX
                    ),
                }
            }
            POP => {
                if !self.marks.is_empty() && self.fence() == self.stack.len() {
                    self.marks.pop();
                } else {
                    drop(self.pop(py)?);
                }
            }
            POP_MARK => {
                let start = self.mark(py)?;
                drop(self.pop_from(py, start)?);
            }
            DUP => {
                let top = self.top(py)?;
                self.push(top);
            }
            LONG1 => {
                let n = usize::from(self.input.byte(py)?);
                self.long_bytes(py, n)?;
            }
            LONG4 => match usize::try_from(i32::from_le_bytes(self.input.array(py)?)) {
                Ok(n) => self.long_bytes(py, n)?,
                Err(_) => return Err(unpickling_error!(py, "LONG pickle has negative byte count")),
            },
            INT => self.int_line(py)?,
            LONG => {
                let line = self.input.full_line(py)?.to_vec();
                let digits = line.strip_suffix(b"L").unwrap_or(&line);
                let shown = if digits.len() < line.len() { digits.to_vec() } else { with_end(&line) };
                let shown = PyStr::from_latin1(py, &shown)?;
                let n = PyInt::parse(py, digits, 10, &shown)?;
                self.push(n.upcast());
            }
            FLOAT => self.float_line(py)?,
            GET => {
                let line = self.input.full_line(py)?.to_vec();
                let index = self.decimal(py, &line)?;
                match index.as_i64() {
                    Some(index) => self.recall(py, index)?,
                    None => bail!(py, OverflowError, "Python int too large to convert to C ssize_t"),
                }
            }
            PUT => {
                let line = self.input.full_line(py)?.to_vec();
                let top = self.top(py)?;
                let index = self.decimal(py, &line)?;
                match index.as_i64().map(usize::try_from) {
                    Some(Ok(index)) => self.remember(index, top),
                    Some(Err(_)) => bail!(py, ValueError, "negative PUT argument"),
                    None => bail!(py, OverflowError, "Python int too large to convert to C ssize_t"),
                }
            }
            STRING => self.string_line(py)?,
            BINSTRING => match usize::try_from(i32::from_le_bytes(self.input.array(py)?)) {
                Ok(n) => self.string(py, n)?,
                Err(_) => return Err(unpickling_error!(py, "BINSTRING pickle has negative byte count")),
            },
            SHORT_BINSTRING => {
                let n = usize::from(self.input.byte(py)?);
                self.string(py, n)?;
            }
            UNICODE => {
                let line = self.input.line(py)?;
                let line = PyBytes::new(py, line.get(..line.len().saturating_sub(1)).unwrap_or_default())?;
                let codec = super::imported(py, "_codecs", "raw_unicode_escape_decode")?;
                let text = codec.call(py, &[&line])?.get_item(py, &*PyInt::new(py, 0)?)?;
                self.push(text);
            }
            BYTEARRAY8 => {
                let n = self.long_count(py, "BYTEARRAY8")?;
                if n > isize::MAX as usize / 2 {
                    return Err(py.no_memory());
                }
                let bytes = PyBytes::new(py, self.input.take(py, n)?)?;
                let array = PyByteArray::type_object().call(py, &[&bytes])?;
                self.push(array);
            }
            NEXT_BUFFER => {
                let Some(buffers) = self.reading.buffers.clone() else {
                    return Err(unpickling_error!(
                        py,
                        "pickle stream refers to out-of-band data but no *buffers* argument was given"
                    ));
                };
                match buffers.next(py)? {
                    Some(buffer) => self.push(buffer),
                    None => return Err(unpickling_error!(py, "not enough out-of-band buffers")),
                }
            }
            READONLY_BUFFER => {
                let top = self.top(py)?;
                let view = PyMemoryView::from_object(py, &top)?;
                if view.view().readonly == 0 {
                    let readonly = view.call_method(py, id!(py, "toreadonly"), &[])?;
                    drop(self.pop(py)?);
                    self.push(readonly);
                }
            }
            _ => return self.call_step(py, opcode),
        }
        Ok(())
    }

    fn remember(&mut self, index: usize, object: Ref<PyObject>) {
        let old = self.memo.borrow_mut().set(index, object);
        if old.is_none() {
            self.memoized += 1;
        }
        drop(old);
    }

    fn recall(&mut self, py: Py<'_>, index: i64) -> PyResult<()> {
        let found = usize::try_from(index).ok().and_then(|index| self.memo.borrow().get(index));
        match found {
            Some(object) => {
                self.push(object);
                Ok(())
            }
            None => Err(unpickling_error!(py, "Memo value not found at index {index}")),
        }
    }

    fn long_count(&mut self, py: Py<'_>, what: &str) -> PyResult<usize> {
        let n = u64::from_le_bytes(self.input.array(py)?);
        match isize::try_from(n) {
            Ok(n) => Ok(n.unsigned_abs()),
            Err(_) => {
                Err(raise!(py, OverflowError, "{what} exceeds system's maximum size of {} bytes", isize::MAX))
            }
        }
    }

    fn unicode(&mut self, py: Py<'_>, n: usize) -> PyResult<()> {
        let bytes = self.input.take(py, n)?;
        if bytes.is_ascii() {
            let text = PyStr::from_ascii(py, bytes)?.upcast();
            self.push(text);
            return Ok(());
        }
        let text = match core::str::from_utf8(bytes) {
            Ok(text) => PyStr::new(py, text)?.upcast(),
            Err(_) => {
                let bytes = PyBytes::new(py, bytes)?;
                let (codec, errors) = (PyStr::new(py, "utf-8")?, PyStr::new(py, "surrogatepass")?);
                bytes.call_method(py, id!(py, "decode"), &[&codec, &errors])?
            }
        };
        self.push(text);
        Ok(())
    }

    fn bytes(&mut self, py: Py<'_>, n: usize) -> PyResult<()> {
        let bytes = PyBytes::new(py, self.input.take(py, n)?)?;
        self.push(bytes.upcast());
        Ok(())
    }

    /// A string of Python 2.
    fn old_string(&mut self, py: Py<'_>, bytes: &PyObject) -> PyResult<()> {
        if self.reading.encoding.eq_str("bytes") {
            self.push(bytes.to_ref());
            return Ok(());
        }
        let (encoding, errors) = (self.reading.encoding.clone(), self.reading.errors.clone());
        let text = bytes.call_method(py, id!(py, "decode"), &[&encoding, &errors])?;
        self.push(text);
        Ok(())
    }

    fn string(&mut self, py: Py<'_>, n: usize) -> PyResult<()> {
        let bytes = PyBytes::new(py, self.input.take(py, n)?)?;
        self.old_string(py, &bytes)
    }

    fn string_line(&mut self, py: Py<'_>) -> PyResult<()> {
        let quoted = match self.input.line(py)? {
            [b'\'', text @ .., b'\'', _] | [b'"', text @ .., b'"', _] => Some(PyBytes::new(py, text)?),
            _ => None,
        };
        let Some(text) = quoted else {
            return Err(unpickling_error!(py, "the STRING opcode argument must be quoted"));
        };
        let codec = super::imported(py, "_codecs", "escape_decode")?;
        let bytes = codec.call(py, &[&text])?.get_item(py, &*PyInt::new(py, 0)?)?;
        self.old_string(py, &bytes)
    }

    /// An integer in decimal; messages show the line with its end.
    fn decimal(&self, py: Py<'_>, line: &[u8]) -> PyResult<Ref<PyInt>> {
        let shown = PyStr::from_latin1(py, &with_end(line))?;
        PyInt::parse(py, line, 10, &shown)
    }

    fn int_line(&mut self, py: Py<'_>) -> PyResult<()> {
        let line = self.input.full_line(py)?.to_vec();
        let value = match line.as_slice() {
            b"00" => PyBool::get(false).to_ref(),
            b"01" => PyBool::get(true).to_ref(),
            text => match PyInt::parse(py, text, 10, PyBool::get(false)) {
                Ok(n) => n.upcast(),
                Err(raised) if py.error_matches(types::ValueError()) => {
                    py.clear_error(raised);
                    bail!(py, ValueError, "could not convert string to int");
                }
                Err(raised) => return Err(raised),
            },
        };
        self.push(value);
        Ok(())
    }

    fn float_line(&mut self, py: Py<'_>) -> PyResult<()> {
        let line = self.input.full_line(py)?.to_vec();
        let value = match krait_numeric::float_text::parse_prefix(&line) {
            Some((value, n)) if n == line.len() => value,
            Some(_) => bail!(py, ValueError, "could not convert string to float"),
            None => {
                let text = String::from_utf8_lossy(&line).into_owned();
                bail!(py, ValueError, "could not convert string to float: '{text}\n'");
            }
        };
        self.push(PyFloat::new(py, value)?.upcast());
        Ok(())
    }

    /// An integer in little-endian two's complement.
    fn long_bytes(&mut self, py: Py<'_>, n: usize) -> PyResult<()> {
        let bytes = self.input.take(py, n)?;
        let negative = bytes.last().is_some_and(|last| last & 0x80 != 0);
        let (mut digits, mut bits, mut count) = (Vec::new(), 0u64, 0u32);
        let mut carry = negative;
        for byte in bytes {
            let mut byte = *byte;
            if negative {
                let (value, over) = (!byte).overflowing_add(u8::from(carry));
                byte = value;
                carry = over;
            }
            bits |= u64::from(byte) << count;
            count += 8;
            if count >= 30 {
                digits.push((bits & 0x3FFF_FFFF) as u32);
                bits >>= 30;
                count -= 30;
            }
        }
        if negative && carry {
            bits |= 1 << count;
        }
        while bits != 0 {
            digits.push((bits & 0x3FFF_FFFF) as u32);
            bits >>= 30;
        }
        while digits.last() == Some(&0) {
            digits.pop();
        }
        let n = PyInt::from_digits(py, negative, &digits)?;
        self.push(n.upcast());
        Ok(())
    }

    fn dict(&mut self, py: Py<'_>) -> PyResult<()> {
        let start = self.mark(py)?;
        let items = self.pop_from(py, start)?;
        if items.len() % 2 != 0 {
            return Err(unpickling_error!(py, "odd number of items for DICT"));
        }
        let dict = PyDict::new(py)?;
        for pair in items.chunks_exact(2) {
            if let [key, value] = pair {
                dict.set(py, key, value)?;
            }
        }
        self.push(dict.upcast());
        Ok(())
    }

    /// The object below `start`.
    fn target(&self, py: Py<'_>, start: usize) -> PyResult<Ref<PyObject>> {
        if start > self.stack.len() || start <= self.fence() {
            return Err(self.underflow(py));
        }
        match self.stack.get(start - 1) {
            Some(target) => Ok(target.clone()),
            None => Err(self.underflow(py)),
        }
    }

    fn append(&mut self, py: Py<'_>, start: usize) -> PyResult<()> {
        let target = self.target(py, start)?;
        if start == self.stack.len() {
            return Ok(());
        }
        if let Some(list) = target.downcast_exact::<PyList>() {
            return self.stack.drain(start..).try_for_each(|item| list.append(py, item));
        }
        let items = self.stack.split_off(start);
        if let Some(extend) = target.get_attr_optional(py, id!(py, "extend"))? {
            return extend.call(py, &[&*PyList::from_vec(py, items)?]).map(drop);
        }
        let append = target.get_attr(py, id!(py, "append"))?;
        items.iter().try_for_each(|item| append.call(py, &[item]).map(drop))
    }

    fn set_items(&mut self, py: Py<'_>, start: usize) -> PyResult<()> {
        let target = self.target(py, start)?;
        let items = self.stack.get(start..).unwrap_or_default();
        if items.len() % 2 != 0 {
            return Err(unpickling_error!(py, "odd number of items for SETITEMS"));
        }
        let dict = target.downcast_exact::<PyDict>();
        // Keys and values stay on the stack meanwhile: no other code has it.
        for pair in items.chunks_exact(2) {
            let [key, value] = pair else { continue };
            match dict {
                Some(dict) => dict.set(py, key, value)?,
                None => target.set_item(py, key, value)?,
            }
        }
        self.stack.truncate(start);
        Ok(())
    }

    fn add_items(&mut self, py: Py<'_>) -> PyResult<()> {
        let start = self.mark(py)?;
        let target = self.target(py, start)?;
        let items = self.stack.split_off(start);
        if items.is_empty() {
            return Ok(());
        }
        if let Some(set) = target.downcast::<PySet>() {
            return items.iter().try_for_each(|item| set.add(py, item).map(drop));
        }
        let add = target.get_attr(py, id!(py, "add"))?;
        items.iter().try_for_each(|item| add.call(py, &[item]).map(drop))
    }
}

impl Unpickler {
    /// `persistent_load` where nobody has one of their own.
    #[cold]
    pub fn no_persistent_load(py: Py<'_>) -> Raised {
        unpickling_error!(
            py,
            "A load persistent id instruction was encountered, but no persistent_load function was specified."
        )
    }
}

/// A line as it stands in the pickle, for error texts.
fn with_end(line: &[u8]) -> Vec<u8> {
    let mut line = line.to_vec();
    line.push(b'\n');
    line
}
