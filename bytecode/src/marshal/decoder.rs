//! Reading the format. It is meant for trusted data, but no data makes it panic, allocate more than a multiple of the
//! data's size, or overflow the stack.

use super::error::MarshalError;
use super::format::{FLAG_REF, MAX_DEPTH, code};

/// Where encoded bytes come from.
pub trait Source {
    /// What reading may fail with.
    type Error;

    /// The next `count` bytes; fewer (perhaps none) at the end of the data. `count` may be absurd: do not allocate it
    /// before the data is known to be there.
    ///
    /// # Errors
    /// Whatever the source reports; the end of the data is not an error here.
    fn read(&mut self, count: usize) -> Result<&[u8], Self::Error>;

    /// How many bytes may be left, if known.
    fn remaining(&self) -> Option<usize> {
        None
    }
}

/// A source over bytes in memory.
#[derive(Clone, Debug)]
pub struct SliceSource<'a> {
    rest: &'a [u8],
}

impl<'a> SliceSource<'a> {
    /// A source over the bytes.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What has not been read.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl Source for SliceSource<'_> {
    type Error = MarshalError;

    fn read(&mut self, count: usize) -> Result<&[u8], MarshalError> {
        let (taken, rest) = self.rest.split_at(count.min(self.rest.len()));
        self.rest = rest;
        Ok(taken)
    }

    fn remaining(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// The fields of a code object in the order of the format.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct CodeFields<O> {
    pub argcount: i32,
    pub posonlyargcount: i32,
    pub kwonlyargcount: i32,
    pub stacksize: i32,
    pub flags: i32,
    pub code: O,
    pub consts: O,
    pub names: O,
    pub localsplusnames: O,
    pub localspluskinds: O,
    pub filename: O,
    pub name: O,
    pub qualname: O,
    pub firstlineno: i32,
    pub linetable: O,
    pub exceptiontable: O,
}

/// Makes the objects that a decoder reads. `Object` is a handle: its clone is the same object.
pub trait Build {
    /// A handle of an object.
    type Object: Clone;
    /// What making an object may fail with.
    type Error: From<MarshalError>;

    /// `None`
    fn none(&mut self) -> Self::Object;
    /// `...`
    fn ellipsis(&mut self) -> Self::Object;
    /// `True` or `False`
    fn bool(&mut self, value: bool) -> Self::Object;
    /// `StopIteration`
    ///
    /// # Errors
    /// If the builder has none.
    fn stop_iteration(&mut self) -> Result<Self::Object, Self::Error>;
    /// A small int.
    ///
    /// # Errors
    /// The builder's.
    fn int(&mut self, value: i64) -> Result<Self::Object, Self::Error>;
    /// An int from digits of 15 bits, least significant first.
    ///
    /// # Errors
    /// The builder's.
    fn big_int(&mut self, negative: bool, digits: &[u16]) -> Result<Self::Object, Self::Error>;
    /// A float.
    ///
    /// # Errors
    /// The builder's.
    fn float(&mut self, value: f64) -> Result<Self::Object, Self::Error>;
    /// The float that a text means, as the old versions have it.
    ///
    /// # Errors
    /// If the text is no float.
    fn parse_float(&mut self, text: &[u8]) -> Result<f64, Self::Error>;
    /// A complex number.
    ///
    /// # Errors
    /// The builder's.
    fn complex(&mut self, real: f64, imag: f64) -> Result<Self::Object, Self::Error>;
    /// A `bytes`.
    ///
    /// # Errors
    /// The builder's.
    fn bytes(&mut self, bytes: &[u8]) -> Result<Self::Object, Self::Error>;
    /// A `str` from UTF-8 with surrogates allowed, not checked yet.
    ///
    /// # Errors
    /// If the bytes are no such string.
    fn str(&mut self, text: &[u8], interned: bool) -> Result<Self::Object, Self::Error>;
    /// A `str` from Latin-1 (ASCII, if the data was written properly).
    ///
    /// # Errors
    /// The builder's.
    fn latin1(&mut self, text: &[u8], interned: bool) -> Result<Self::Object, Self::Error>;
    /// A tuple.
    ///
    /// # Errors
    /// The builder's.
    fn tuple(&mut self, items: Vec<Self::Object>) -> Result<Self::Object, Self::Error>;
    /// A tuple of so many elements that are yet to come, if the builder has such: the data may refer to it from within.
    ///
    /// # Errors
    /// The builder's.
    fn open_tuple(&mut self, _len: usize) -> Result<Option<Self::Object>, Self::Error> {
        Ok(None)
    }
    /// Sets an element of an open tuple.
    ///
    /// # Errors
    /// The builder's.
    fn tuple_set(
        &mut self,
        _tuple: &Self::Object,
        _index: usize,
        _item: Self::Object,
    ) -> Result<(), Self::Error> {
        Ok(())
    }
    /// An empty list for so many elements (do not trust the number); it may contain itself.
    ///
    /// # Errors
    /// The builder's.
    fn list(&mut self, len: usize) -> Result<Self::Object, Self::Error>;
    /// Appends to a list just made.
    ///
    /// # Errors
    /// The builder's.
    fn list_push(&mut self, list: &Self::Object, item: Self::Object) -> Result<(), Self::Error>;
    /// An empty dict; it may contain itself.
    ///
    /// # Errors
    /// The builder's.
    fn dict(&mut self) -> Result<Self::Object, Self::Error>;
    /// Sets an item of a dict just made.
    ///
    /// # Errors
    /// The builder's.
    fn dict_insert(
        &mut self,
        dict: &Self::Object,
        key: Self::Object,
        value: Self::Object,
    ) -> Result<(), Self::Error>;
    /// An empty set.
    ///
    /// # Errors
    /// The builder's.
    fn set(&mut self) -> Result<Self::Object, Self::Error>;
    /// Adds to a set just made.
    ///
    /// # Errors
    /// The builder's.
    fn set_add(&mut self, set: &Self::Object, item: Self::Object) -> Result<(), Self::Error>;
    /// A frozenset.
    ///
    /// # Errors
    /// The builder's.
    fn frozenset(&mut self, items: Vec<Self::Object>) -> Result<Self::Object, Self::Error>;
    /// A slice.
    ///
    /// # Errors
    /// The builder's.
    fn slice(
        &mut self,
        start: Self::Object,
        stop: Self::Object,
        step: Self::Object,
    ) -> Result<Self::Object, Self::Error>;
    /// A code object.
    ///
    /// # Errors
    /// If the fields have wrong types, or code objects are not allowed.
    fn code(&mut self, fields: CodeFields<Self::Object>) -> Result<Self::Object, Self::Error>;
    /// Called when a code object begins, before its fields are read.
    ///
    /// # Errors
    /// If code objects are not allowed.
    fn code_begins(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// Reads one object.
///
/// # Errors
/// If the data is not well-formed, or source or builder fail.
pub fn decode<S, B>(source: &mut S, builder: &mut B) -> Result<B::Object, B::Error>
where
    S: Source,
    B: Build,
    B::Error: From<S::Error>,
{
    let mut decoder = Decoder { source, builder, references: Vec::new(), depth: 0 };
    decoder.required("object")
}

/// Up to which size a tuple is made before its elements are read, when nobody knows how much data there is.
const LONGEST_OPEN: usize = 1 << 16;

struct Decoder<'d, S, B: Build> {
    source: &'d mut S,
    builder: &'d mut B,
    /// None while an immutable container is being read.
    references: Vec<Option<B::Object>>,
    depth: u32,
}

impl<S: Source, B: Build> Decoder<'_, S, B>
where
    B::Error: From<S::Error>,
{
    fn exact(&mut self, count: usize) -> Result<&[u8], B::Error> {
        let bytes = self.source.read(count)?;
        if bytes.len() == count { Ok(bytes) } else { Err(MarshalError::Eof("marshal data too short").into()) }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], B::Error> {
        let bytes = self.exact(N)?;
        <[u8; N]>::try_from(bytes).map_err(|_| MarshalError::Eof("marshal data too short").into())
    }

    fn byte(&mut self) -> Result<u8, B::Error> {
        match self.source.read(1)?.first() {
            Some(&byte) => Ok(byte),
            None => Err(MarshalError::Eof("EOF read where not expected").into()),
        }
    }

    fn long(&mut self) -> Result<i32, B::Error> {
        self.array().map(i32::from_le_bytes)
    }

    fn double(&mut self) -> Result<f64, B::Error> {
        self.array().map(f64::from_le_bytes)
    }

    fn size(&mut self, what: &str) -> Result<usize, B::Error> {
        let size = self.long()?;
        usize::try_from(size).map_err(|_| MarshalError::bad(&format!("{what} size out of range")).into())
    }

    /// Room for so many elements, as far as the data can have them.
    fn room<T>(&self, count: usize) -> Vec<T> {
        Vec::with_capacity(count.min(self.source.remaining().unwrap_or(0)))
    }

    fn float_text(&mut self) -> Result<f64, B::Error> {
        let count = usize::from(self.byte()?);
        let bytes = self.source.read(count)?;
        if bytes.len() != count {
            return Err(MarshalError::Eof("marshal data too short").into());
        }
        self.builder.parse_float(bytes)
    }

    /// An object that must be there.
    fn required(&mut self, what: &str) -> Result<B::Object, B::Error> {
        self.object()?.ok_or_else(|| MarshalError::null_in(what).into())
    }

    /// An object; None for the NULL that ends dicts.
    fn object(&mut self) -> Result<Option<B::Object>, B::Error> {
        let Some(&first) = self.source.read(1)?.first() else {
            return Err(MarshalError::Eof("EOF read where object expected").into());
        };
        if self.depth >= MAX_DEPTH {
            return Err(MarshalError::Value("recursion limit exceeded".to_owned()).into());
        }
        self.depth += 1;
        let object = self.object_of(first & !FLAG_REF, first & FLAG_REF != 0)?;
        self.depth -= 1;
        Ok(object)
    }

    fn object_of(&mut self, kind: u8, numbered: bool) -> Result<Option<B::Object>, B::Error> {
        let object = match kind {
            code::NULL => return Ok(None),
            code::NONE => return Ok(Some(self.builder.none())),
            code::STOP_ITERATION => return self.builder.stop_iteration().map(Some),
            code::ELLIPSIS => return Ok(Some(self.builder.ellipsis())),
            code::FALSE => return Ok(Some(self.builder.bool(false))),
            code::TRUE => return Ok(Some(self.builder.bool(true))),
            code::REF => {
                let number = self.long()?;
                let object = usize::try_from(number).ok().and_then(|number| self.references.get(number));
                return match object {
                    Some(Some(object)) => Ok(Some(object.clone())),
                    _ => Err(MarshalError::bad("invalid reference").into()),
                };
            }
            code::TUPLE | code::SMALL_TUPLE | code::FROZENSET | code::SLICE | code::CODE => {
                return self.numbered_when_done(kind, numbered).map(Some);
            }
            code::LIST | code::DICT | code::SET => return self.numbered_at_once(kind, numbered).map(Some),
            code::INT => {
                let value = self.long()?;
                self.builder.int(i64::from(value))?
            }
            code::INT64 => {
                let value = i64::from_le_bytes(self.array()?);
                self.builder.int(value)?
            }
            code::LONG => self.big_int()?,
            code::FLOAT => {
                let value = self.float_text()?;
                self.builder.float(value)?
            }
            code::BINARY_FLOAT => {
                let value = self.double()?;
                self.builder.float(value)?
            }
            code::COMPLEX => {
                let (real, imag) = (self.float_text()?, self.float_text()?);
                self.builder.complex(real, imag)?
            }
            code::BINARY_COMPLEX => {
                let (real, imag) = (self.double()?, self.double()?);
                self.builder.complex(real, imag)?
            }
            code::BYTES => {
                let size = self.size("bytes object")?;
                self.with_bytes(size, |builder, bytes| builder.bytes(bytes))?
            }
            code::ASCII | code::ASCII_INTERNED => {
                let size = self.size("string")?;
                self.with_bytes(size, |builder, text| builder.latin1(text, kind == code::ASCII_INTERNED))?
            }
            code::SHORT_ASCII | code::SHORT_ASCII_INTERNED => {
                let size = usize::from(self.byte()?);
                self.with_bytes(size, |builder, text| {
                    builder.latin1(text, kind == code::SHORT_ASCII_INTERNED)
                })?
            }
            code::UNICODE | code::INTERNED => {
                let size = self.size("string")?;
                self.with_bytes(size, |builder, text| builder.str(text, kind == code::INTERNED))?
            }
            _ => return Err(MarshalError::bad("unknown type code").into()),
        };
        if numbered {
            self.references.push(Some(object.clone()));
        }
        Ok(Some(object))
    }

    fn with_bytes(
        &mut self,
        size: usize,
        make: impl FnOnce(&mut B, &[u8]) -> Result<B::Object, B::Error>,
    ) -> Result<B::Object, B::Error> {
        let bytes = self.source.read(size)?;
        if bytes.len() != size {
            return Err(MarshalError::Eof("marshal data too short").into());
        }
        make(self.builder, bytes)
    }

    fn big_int(&mut self) -> Result<B::Object, B::Error> {
        let size = self.long()?;
        if size == i32::MIN {
            return Err(MarshalError::bad("long size out of range").into());
        }
        let count = size.unsigned_abs() as usize;
        let mut digits: Vec<u16> = self.room(count);
        for _ in 0..count {
            let digit = u16::from_le_bytes(self.array()?);
            if digit > 0x7fff {
                return Err(MarshalError::bad("digit out of range in long").into());
            }
            digits.push(digit);
        }
        if digits.last() == Some(&0) {
            return Err(MarshalError::bad("unnormalized long data").into());
        }
        self.builder.big_int(size < 0, &digits)
    }

    /// Immutable containers: their number is taken before the elements', but can be used only when they are complete.
    fn numbered_when_done(&mut self, kind: u8, numbered: bool) -> Result<B::Object, B::Error> {
        let count = match kind {
            code::TUPLE => self.size("tuple")?,
            code::SMALL_TUPLE => usize::from(self.byte()?),
            code::FROZENSET => self.size("set")?,
            _ => 0,
        };
        if numbered
            && matches!(kind, code::TUPLE | code::SMALL_TUPLE)
            && (1..=self.source.remaining().unwrap_or(LONGEST_OPEN)).contains(&count)
            && let Some(tuple) = self.builder.open_tuple(count)?
        {
            self.references.push(Some(tuple.clone()));
            for index in 0..count {
                let item = self.required("tuple")?;
                self.builder.tuple_set(&tuple, index, item)?;
            }
            return Ok(tuple);
        }
        let number = self.references.len();
        if numbered {
            self.references.push(None);
        }
        let object = match kind {
            code::SLICE => {
                let start = self.required("object")?;
                let stop = self.required("object")?;
                let step = self.required("object")?;
                self.builder.slice(start, stop, step)?
            }
            code::CODE => self.code()?,
            _ => {
                let what = if kind == code::FROZENSET { "set" } else { "tuple" };
                let mut items = self.room(count);
                for _ in 0..count {
                    items.push(self.required(what)?);
                }
                if kind == code::FROZENSET {
                    self.builder.frozenset(items)?
                } else {
                    self.builder.tuple(items)?
                }
            }
        };
        if let (true, Some(place)) = (numbered, self.references.get_mut(number)) {
            *place = Some(object.clone());
        }
        Ok(object)
    }

    /// Mutable containers may contain themselves.
    fn numbered_at_once(&mut self, kind: u8, numbered: bool) -> Result<B::Object, B::Error> {
        let (object, count) = match kind {
            code::LIST => {
                let count = self.size("list")?;
                (self.builder.list(count)?, count)
            }
            code::SET => {
                let count = self.size("set")?;
                (self.builder.set()?, count)
            }
            _ => (self.builder.dict()?, 0),
        };
        if numbered {
            self.references.push(Some(object.clone()));
        }
        match kind {
            code::LIST => {
                for _ in 0..count {
                    let item = self.required("list")?;
                    self.builder.list_push(&object, item)?;
                }
            }
            code::SET => {
                for _ in 0..count {
                    let item = self.required("set")?;
                    self.builder.set_add(&object, item)?;
                }
            }
            _ => {
                while let Some(key) = self.object()? {
                    let Some(value) = self.object()? else { break };
                    self.builder.dict_insert(&object, key, value)?;
                }
            }
        }
        Ok(object)
    }

    fn code(&mut self) -> Result<B::Object, B::Error> {
        self.builder.code_begins()?;
        let argcount = self.long()?;
        let posonlyargcount = self.long()?;
        let kwonlyargcount = self.long()?;
        let stacksize = self.long()?;
        let flags = self.long()?;
        let what = "code object";
        let code = self.required(what)?;
        let consts = self.required(what)?;
        let names = self.required(what)?;
        let localsplusnames = self.required(what)?;
        let localspluskinds = self.required(what)?;
        let filename = self.required(what)?;
        let name = self.required(what)?;
        let qualname = self.required(what)?;
        let firstlineno = self.long()?;
        let linetable = self.required(what)?;
        let exceptiontable = self.required(what)?;
        self.builder.code(CodeFields {
            argcount,
            posonlyargcount,
            kwonlyargcount,
            stacksize,
            flags,
            code,
            consts,
            names,
            localsplusnames,
            localspluskinds,
            filename,
            name,
            qualname,
            firstlineno,
            linetable,
            exceptiontable,
        })
    }
}
