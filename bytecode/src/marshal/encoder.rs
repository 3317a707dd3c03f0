//! Writing the pieces of the format. Which objects to write, and in which order, is the caller's business.

use std::collections::HashMap;
use std::hash::Hash;

use super::error::MarshalError;
use super::format::{FLAG_REF, MAX_DEPTH, code};

/// Where encoded bytes go.
pub trait Sink {
    /// What writing may fail with.
    type Error;

    /// Takes the next bytes.
    ///
    /// # Errors
    /// Whatever the destination reports.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Self::Error>;
}

impl Sink for Vec<u8> {
    type Error = MarshalError;

    fn write(&mut self, bytes: &[u8]) -> Result<(), MarshalError> {
        self.extend_from_slice(bytes);
        Ok(())
    }
}

/// Encodes pieces for a sink. `K` identifies objects for references: an address, or a value that stands for all
/// equal ones.
///
/// For each object, in this order: [`reference`](Self::reference) if it may occur again, then the method for its type; for
/// containers between [`enter`](Self::enter) and [`leave`](Self::leave) the header and then each element.
#[derive(Debug)]
pub struct Encoder<S, K> {
    sink: S,
    version: i32,
    references: HashMap<K, u32>,
    flag: u8,
    depth: u32,
}

impl<S: Sink, K: Eq + Hash> Encoder<S, K>
where
    S::Error: From<MarshalError>,
{
    /// An encoder for a version of the format.
    pub fn new(sink: S, version: i32) -> Self {
        Self { sink, version, references: HashMap::new(), flag: 0, depth: 0 }
    }

    /// The version it writes.
    pub fn version(&self) -> i32 {
        self.version
    }

    /// The sink, after the last object.
    pub fn into_sink(self) -> S {
        self.sink
    }

    /// Announces an object that may be written several times. True: it was written before, a reference to it now is, and
    /// there is nothing more to do. False: write it; it is numbered.
    ///
    /// # Errors
    /// The sink's.
    pub fn reference(&mut self, key: K) -> Result<bool, S::Error> {
        if self.version < 3 {
            return Ok(false);
        }
        if let Some(&number) = self.references.get(&key) {
            self.sink.write(&[code::REF])?;
            self.sink.write(&number.to_le_bytes())?;
            return Ok(true);
        }
        let number = self.references.len() as u32;
        self.references.insert(key, number);
        self.flag = FLAG_REF;
        Ok(false)
    }

    /// One level deeper.
    ///
    /// # Errors
    /// When the nesting is too deep.
    pub fn enter(&mut self) -> Result<(), S::Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(MarshalError::Value("object too deeply nested to marshal".to_owned()).into());
        }
        Ok(())
    }

    /// Back from the level.
    pub fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    fn type_code(&mut self, code: u8) -> Result<(), S::Error> {
        let flag = std::mem::take(&mut self.flag);
        self.sink.write(&[code | flag])
    }

    /// A raw 32-bit number, as in a code object.
    ///
    /// # Errors
    /// The sink's.
    pub fn long(&mut self, value: i32) -> Result<(), S::Error> {
        self.sink.write(&value.to_le_bytes())
    }

    fn size(&mut self, size: usize) -> Result<(), S::Error> {
        let size = i32::try_from(size).map_err(|_| MarshalError::unmarshallable())?;
        self.long(size)
    }

    /// The end of a dict.
    ///
    /// # Errors
    /// The sink's.
    pub fn null(&mut self) -> Result<(), S::Error> {
        self.type_code(code::NULL)
    }

    /// `None`
    ///
    /// # Errors
    /// The sink's.
    pub fn none(&mut self) -> Result<(), S::Error> {
        self.type_code(code::NONE)
    }

    /// `True` or `False`
    ///
    /// # Errors
    /// The sink's.
    pub fn bool(&mut self, value: bool) -> Result<(), S::Error> {
        self.type_code(if value { code::TRUE } else { code::FALSE })
    }

    /// `...`
    ///
    /// # Errors
    /// The sink's.
    pub fn ellipsis(&mut self) -> Result<(), S::Error> {
        self.type_code(code::ELLIPSIS)
    }

    /// `StopIteration`
    ///
    /// # Errors
    /// The sink's.
    pub fn stop_iteration(&mut self) -> Result<(), S::Error> {
        self.type_code(code::STOP_ITERATION)
    }

    /// An int of 32 bits.
    ///
    /// # Errors
    /// The sink's.
    pub fn int(&mut self, value: i32) -> Result<(), S::Error> {
        self.type_code(code::INT)?;
        self.long(value)
    }

    /// A bigger int: its digits of 15 bits, least significant first, the last one not 0.
    ///
    /// # Errors
    /// The sink's; unmarshallable if too long.
    pub fn big_int(&mut self, negative: bool, digits: &[u16]) -> Result<(), S::Error> {
        self.type_code(code::LONG)?;
        let count = i32::try_from(digits.len()).map_err(|_| MarshalError::unmarshallable())?;
        self.long(if negative { -count } else { count })?;
        for digit in digits {
            self.sink.write(&digit.to_le_bytes())?;
        }
        Ok(())
    }

    /// A float.
    ///
    /// # Errors
    /// The sink's.
    pub fn float(&mut self, value: f64) -> Result<(), S::Error> {
        if self.version > 1 {
            self.type_code(code::BINARY_FLOAT)?;
            self.sink.write(&value.to_le_bytes())
        } else {
            self.type_code(code::FLOAT)?;
            self.float_text(value)
        }
    }

    /// A complex number.
    ///
    /// # Errors
    /// The sink's.
    pub fn complex(&mut self, real: f64, imag: f64) -> Result<(), S::Error> {
        if self.version > 1 {
            self.type_code(code::BINARY_COMPLEX)?;
            self.sink.write(&real.to_le_bytes())?;
            self.sink.write(&imag.to_le_bytes())
        } else {
            self.type_code(code::COMPLEX)?;
            self.float_text(real)?;
            self.float_text(imag)
        }
    }

    fn float_text(&mut self, value: f64) -> Result<(), S::Error> {
        let text = general_format(value);
        self.sink.write(&[text.len() as u8])?;
        self.sink.write(text.as_bytes())
    }

    /// A `bytes`, or any other object by its buffer.
    ///
    /// # Errors
    /// The sink's; unmarshallable if too long.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), S::Error> {
        self.type_code(code::BYTES)?;
        self.size(bytes.len())?;
        self.sink.write(bytes)
    }

    /// A `str`: UTF-8 in which surrogates may occur.
    ///
    /// # Errors
    /// The sink's; unmarshallable if too long.
    pub fn str(&mut self, text: &[u8], interned: bool) -> Result<(), S::Error> {
        if self.version >= 4 && text.is_ascii() {
            if let Ok(size) = u8::try_from(text.len()) {
                self.type_code(if interned { code::SHORT_ASCII_INTERNED } else { code::SHORT_ASCII })?;
                self.sink.write(&[size])?;
                return self.sink.write(text);
            }
            self.type_code(if interned { code::ASCII_INTERNED } else { code::ASCII })?;
        } else {
            self.type_code(if self.version >= 3 && interned { code::INTERNED } else { code::UNICODE })?;
        }
        self.size(text.len())?;
        self.sink.write(text)
    }

    /// A tuple's header; its elements follow.
    ///
    /// # Errors
    /// The sink's; unmarshallable if too long.
    pub fn tuple(&mut self, len: usize) -> Result<(), S::Error> {
        if self.version >= 4
            && let Ok(size) = u8::try_from(len)
        {
            self.type_code(code::SMALL_TUPLE)?;
            return self.sink.write(&[size]);
        }
        self.type_code(code::TUPLE)?;
        self.size(len)
    }

    /// A list's header; its elements follow.
    ///
    /// # Errors
    /// The sink's; unmarshallable if too long.
    pub fn list(&mut self, len: usize) -> Result<(), S::Error> {
        self.type_code(code::LIST)?;
        self.size(len)
    }

    /// A dict's header; its keys and values follow, then [`null`](Self::null).
    ///
    /// # Errors
    /// The sink's.
    pub fn dict(&mut self) -> Result<(), S::Error> {
        self.type_code(code::DICT)
    }

    /// A set's header; its elements follow (sorted by their encoding, to be reproducible).
    ///
    /// # Errors
    /// The sink's; unmarshallable if too long.
    pub fn set(&mut self, len: usize, frozen: bool) -> Result<(), S::Error> {
        self.type_code(if frozen { code::FROZENSET } else { code::SET })?;
        self.size(len)
    }

    /// A slice's header; start, stop and step follow.
    ///
    /// # Errors
    /// The sink's; unmarshallable before version 5.
    pub fn slice(&mut self) -> Result<(), S::Error> {
        if self.version < 5 {
            self.unknown()?;
            return Err(MarshalError::unmarshallable().into());
        }
        self.type_code(code::SLICE)
    }

    /// A code object's header. Its fields follow: five [`long`](Self::long)s, eight objects, a long, two objects (see
    /// [`CodeFields`](super::CodeFields)).
    ///
    /// # Errors
    /// The sink's.
    pub fn code(&mut self) -> Result<(), S::Error> {
        self.type_code(code::CODE)
    }

    /// The mark that stands for an object which cannot be written; the error is the caller's.
    ///
    /// # Errors
    /// The sink's.
    pub fn unknown(&mut self) -> Result<(), S::Error> {
        self.type_code(code::UNKNOWN)
    }
}

/// C's `%.17g`, as version 0 and 1 have floats.
fn general_format(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{value:.16e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trimmed = |text: &str| -> String {
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text.to_owned()
        }
    };
    if (-4..17).contains(&exponent) {
        trimmed(&format!("{value:.*}", (16 - exponent) as usize))
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{}e{sign}{:02}", trimmed(mantissa), exponent.unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn float_texts() {
        for (value, text) in [
            (1.5, "1.5"),
            (1e100, "1e+100"),
            (0.1, "0.10000000000000001"),
            (-0.0, "-0"),
            (1e16, "10000000000000000"),
            (1e17, "1e+17"),
            (0.0001, "0.0001"),
            (0.00001, "1.0000000000000001e-05"),
        ] {
            assert_eq!(general_format(value), text);
        }
    }
}
