//! Marshal for the compiler's own data: code objects and constants.

use std::sync::Arc;

use num_bigint::{BigInt, Sign};

use super::decoder::{Build, CodeFields, SliceSource, decode};
use super::encoder::Encoder;
use super::error::MarshalError;
use crate::{CodeObject, Const, PyString};

/// Writes a constant.
///
/// # Errors
/// If it is nested too deeply, or has no form in the version.
pub fn dumps(value: &Const, version: i32) -> Result<Vec<u8>, MarshalError> {
    let mut encoder = Encoder::new(Vec::new(), version);
    write(&mut encoder, value)?;
    Ok(encoder.into_sink())
}

/// Reads a constant. Lists, dicts and sets are not constants: they are errors.
///
/// # Errors
/// If the data is not well-formed.
pub fn loads(data: &[u8]) -> Result<Const, MarshalError> {
    decode(&mut SliceSource::new(data), &mut DataBuilder)
}

/// Strings are written once: the runtime interns them on reading, whoever wrote them.
type DataEncoder = Encoder<Vec<u8>, PyString>;

fn write(encoder: &mut DataEncoder, value: &Const) -> Result<(), MarshalError> {
    encoder.enter()?;
    match value {
        Const::None => encoder.none()?,
        Const::Bool(value) => encoder.bool(*value)?,
        Const::Ellipsis => encoder.ellipsis()?,
        Const::Int(value) => match i32::try_from(*value) {
            Ok(value) => encoder.int(value)?,
            Err(_) => write_big_int(encoder, &BigInt::from(*value))?,
        },
        Const::BigInt(value) => write_big_int(encoder, value)?,
        Const::Float(value) => encoder.float(*value)?,
        Const::Complex(real, imag) => encoder.complex(*real, *imag)?,
        Const::Str(text) => write_str(encoder, text, is_name(text))?,
        Const::Bytes(bytes) => encoder.bytes(bytes)?,
        Const::Tuple(items) => {
            encoder.tuple(items.len())?;
            items.iter().try_for_each(|item| write(encoder, item))?;
        }
        Const::FrozenSet(items) => {
            encoder.set(items.len(), true)?;
            let mut sorted = items
                .iter()
                .map(|item| Ok((dumps(item, encoder.version())?, item)))
                .collect::<Result<Vec<_>, _>>()?;
            sorted.sort_by(|(a, _), (b, _)| a.cmp(b));
            sorted.into_iter().try_for_each(|(_, item)| write(encoder, item))?;
        }
        Const::Slice(parts) => {
            encoder.slice()?;
            parts.iter().try_for_each(|part| write(encoder, part))?;
        }
        Const::Code(code) => write_code(encoder, code)?,
    }
    encoder.leave();
    Ok(())
}

/// String constants that look like names are interned.
fn is_name(text: &PyString) -> bool {
    text.as_bytes().iter().all(|&byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn write_str(encoder: &mut DataEncoder, text: &PyString, interned: bool) -> Result<(), MarshalError> {
    if interned && encoder.reference(text.clone())? {
        return Ok(());
    }
    encoder.str(text.as_bytes(), interned)
}

fn write_big_int(encoder: &mut DataEncoder, value: &BigInt) -> Result<(), MarshalError> {
    let bits = value.magnitude().to_radix_le(1 << 5);
    // Three digits of base 32 are one of 15 bits.
    let digits: Vec<u16> = bits
        .chunks(3)
        .map(|part| part.iter().rev().fold(0, |digit, &five| digit << 5 | u16::from(five)))
        .collect();
    encoder.big_int(value.sign() == Sign::Minus, &digits)
}

fn write_names(encoder: &mut DataEncoder, names: &[PyString]) -> Result<(), MarshalError> {
    encoder.tuple(names.len())?;
    names.iter().try_for_each(|name| write_str(encoder, name, true))
}

fn write_code(encoder: &mut DataEncoder, code: &CodeObject) -> Result<(), MarshalError> {
    encoder.code()?;
    for number in [code.argcount, code.posonlyargcount, code.kwonlyargcount, code.stacksize, code.flags] {
        encoder.long(number as i32)?;
    }
    encoder.bytes(&code.code)?;
    encoder.tuple(code.consts.len())?;
    code.consts.iter().try_for_each(|item| write(encoder, item))?;
    write_names(encoder, &code.names)?;
    write_names(encoder, &code.localsplusnames)?;
    encoder.bytes(&code.localspluskinds)?;
    for name in [&code.filename, &code.name, &code.qualname] {
        write_str(encoder, name, true)?;
    }
    encoder.long(code.firstlineno)?;
    encoder.bytes(&code.linetable)?;
    encoder.bytes(&code.exceptiontable)
}

/// Makes constants.
struct DataBuilder;

fn mutable() -> MarshalError {
    MarshalError::Type("not a constant".to_owned())
}

fn field_error(field: &str) -> MarshalError {
    MarshalError::Type(format!("code: wrong type of {field}"))
}

fn bytes_field(value: Const, field: &str) -> Result<Vec<u8>, MarshalError> {
    match value {
        Const::Bytes(bytes) => Ok(bytes.to_vec()),
        _ => Err(field_error(field)),
    }
}

fn str_field(value: Const, field: &str) -> Result<PyString, MarshalError> {
    match value {
        Const::Str(text) => Ok(text),
        _ => Err(field_error(field)),
    }
}

fn tuple_field(value: Const, field: &str) -> Result<Vec<Const>, MarshalError> {
    match value {
        Const::Tuple(items) => Ok(items.to_vec()),
        _ => Err(field_error(field)),
    }
}

fn names_field(value: Const, field: &str) -> Result<Vec<PyString>, MarshalError> {
    tuple_field(value, field)?.into_iter().map(|item| str_field(item, field)).collect()
}

fn count_field(value: i32, field: &str) -> Result<u32, MarshalError> {
    u32::try_from(value).map_err(|_| MarshalError::Value(format!("code: {field} must not be negative")))
}

impl Build for DataBuilder {
    type Object = Const;
    type Error = MarshalError;

    fn none(&mut self) -> Const {
        Const::None
    }

    fn ellipsis(&mut self) -> Const {
        Const::Ellipsis
    }

    fn bool(&mut self, value: bool) -> Const {
        Const::Bool(value)
    }

    fn stop_iteration(&mut self) -> Result<Const, MarshalError> {
        Err(mutable())
    }

    fn int(&mut self, value: i64) -> Result<Const, MarshalError> {
        Ok(Const::Int(value))
    }

    fn big_int(&mut self, negative: bool, digits: &[u16]) -> Result<Const, MarshalError> {
        let fives: Vec<u8> = digits
            .iter()
            .flat_map(|&digit| [digit & 31, digit >> 5 & 31, digit >> 10])
            .map(|five| five as u8)
            .collect();
        let sign = if negative { Sign::Minus } else { Sign::Plus };
        Ok(Const::int(BigInt::from_radix_le(sign, &fives, 32).unwrap_or_default()))
    }

    fn float(&mut self, value: f64) -> Result<Const, MarshalError> {
        Ok(Const::Float(value))
    }

    fn parse_float(&mut self, text: &[u8]) -> Result<f64, MarshalError> {
        let text = String::from_utf8_lossy(text);
        text.parse().map_err(|_| MarshalError::Value(format!("could not convert string to float: '{text}'")))
    }

    fn complex(&mut self, real: f64, imag: f64) -> Result<Const, MarshalError> {
        Ok(Const::Complex(real, imag))
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<Const, MarshalError> {
        Ok(Const::bytes(bytes))
    }

    fn str(&mut self, text: &[u8], _interned: bool) -> Result<Const, MarshalError> {
        PyString::from_bytes(text).map(Const::Str).ok_or_else(|| MarshalError::Utf8(text.to_vec()))
    }

    fn latin1(&mut self, text: &[u8], _interned: bool) -> Result<Const, MarshalError> {
        match std::str::from_utf8(text) {
            Ok(ascii) if text.is_ascii() => Ok(Const::str(ascii)),
            _ => Ok(Const::str(text.iter().map(|&byte| char::from(byte)).collect::<String>())),
        }
    }

    fn tuple(&mut self, items: Vec<Const>) -> Result<Const, MarshalError> {
        Ok(Const::tuple(items))
    }

    fn list(&mut self, _len: usize) -> Result<Const, MarshalError> {
        Err(mutable())
    }

    fn list_push(&mut self, _list: &Const, _item: Const) -> Result<(), MarshalError> {
        Err(mutable())
    }

    fn dict(&mut self) -> Result<Const, MarshalError> {
        Err(mutable())
    }

    fn dict_insert(&mut self, _dict: &Const, _key: Const, _value: Const) -> Result<(), MarshalError> {
        Err(mutable())
    }

    fn set(&mut self) -> Result<Const, MarshalError> {
        Err(mutable())
    }

    fn set_add(&mut self, _set: &Const, _item: Const) -> Result<(), MarshalError> {
        Err(mutable())
    }

    fn frozenset(&mut self, items: Vec<Const>) -> Result<Const, MarshalError> {
        Ok(Const::FrozenSet(items.into()))
    }

    fn slice(&mut self, start: Const, stop: Const, step: Const) -> Result<Const, MarshalError> {
        Ok(Const::Slice(Arc::new([start, stop, step])))
    }

    fn code(&mut self, fields: CodeFields<Const>) -> Result<Const, MarshalError> {
        Ok(Const::Code(Arc::new(CodeObject {
            argcount: count_field(fields.argcount, "argcount")?,
            posonlyargcount: count_field(fields.posonlyargcount, "posonlyargcount")?,
            kwonlyargcount: count_field(fields.kwonlyargcount, "kwonlyargcount")?,
            stacksize: count_field(fields.stacksize, "stacksize")?,
            flags: fields.flags as u32,
            firstlineno: fields.firstlineno,
            code: bytes_field(fields.code, "code")?,
            consts: tuple_field(fields.consts, "consts")?,
            names: names_field(fields.names, "names")?,
            localsplusnames: names_field(fields.localsplusnames, "localsplusnames")?,
            localspluskinds: bytes_field(fields.localspluskinds, "localspluskinds")?,
            filename: str_field(fields.filename, "filename")?,
            name: str_field(fields.name, "name")?,
            qualname: str_field(fields.qualname, "qualname")?,
            linetable: bytes_field(fields.linetable, "linetable")?,
            exceptiontable: bytes_field(fields.exceptiontable, "exceptiontable")?,
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Const {
        let code = CodeObject {
            argcount: 1,
            flags: 3,
            firstlineno: 7,
            code: vec![128, 0, 82, 0],
            consts: vec![Const::None, Const::Int(-5)],
            names: vec!["print".into()],
            localsplusnames: vec!["print".into()],
            localspluskinds: vec![0x26],
            filename: "f.py".into(),
            name: "f".into(),
            qualname: "f".into(),
            ..CodeObject::default()
        };
        Const::tuple(vec![
            Const::None,
            Const::Bool(true),
            Const::Ellipsis,
            Const::Int(1 << 40),
            Const::Int(i64::MIN),
            Const::int(-(BigInt::from(1) << 100u32)),
            Const::Float(-0.0),
            Const::Complex(1.5, 0.1),
            Const::str("name"),
            Const::str("name"),
            Const::str("é no name".repeat(100)),
            Const::Str(PyString::from_code_points([0xd800, 0x20]).unwrap()),
            Const::bytes(b"\0\xff"),
            Const::tuple(vec![]),
            Const::FrozenSet([Const::Int(1), Const::str("a")].into()),
            Const::Code(Arc::new(code)),
        ])
    }

    #[test]
    fn every_version_round_trips() {
        for version in 0..=5 {
            assert_eq!(
                loads(&dumps(&sample(), version).unwrap()).as_ref(),
                Ok(&sample()),
                "version {version}"
            );
        }
        let slice = Const::Slice(Arc::new([Const::None, Const::Int(1), Const::None]));
        assert_eq!(loads(&dumps(&slice, 5).unwrap()).as_ref(), Ok(&slice));
        assert_eq!(dumps(&slice, 4), Err(MarshalError::unmarshallable()));
    }

    #[test]
    fn references_and_big_ints() {
        assert_eq!(dumps(&Const::Int(1 << 40), 5).unwrap(), b"l\x03\0\0\0\0\0\0\0\0\x04");
        let twice = Const::tuple(vec![Const::str("ab"), Const::str("ab")]);
        assert_eq!(dumps(&twice, 4).unwrap(), b")\x02\xda\x02abr\0\0\0\0");
    }

    #[test]
    fn corrupt_data() {
        let message = |data: &[u8]| loads(data).unwrap_err().to_string();
        assert_eq!(message(b""), "EOF read where object expected");
        assert_eq!(message(b"i\0"), "marshal data too short");
        assert_eq!(message(b"(\xff\xff\xff\xff"), "bad marshal data (tuple size out of range)");
        assert_eq!(message(b"(\xff\xff\xff\x7f"), "EOF read where object expected");
        assert_eq!(message(b"0"), "NULL object in marshal data for object");
        assert_eq!(message(b"q"), "bad marshal data (unknown type code)");
        assert_eq!(message(b"r\0\0\0\0"), "bad marshal data (invalid reference)");
        assert_eq!(message(b"\xa9\x01r\0\0\0\0"), "bad marshal data (invalid reference)");
        assert_eq!(message(b"l\x01\0\0\0\0\0"), "bad marshal data (unnormalized long data)");
        assert_eq!(message(b"l\x01\0\0\0\xff\xff"), "bad marshal data (digit out of range in long)");
        assert_eq!(message(b"s\xff\xff\xff\xff"), "bad marshal data (bytes object size out of range)");
        assert_eq!(message(&b")\x01".repeat(3000)), "recursion limit exceeded");
    }

    #[test]
    fn every_truncation_and_flipped_byte_is_survived() {
        let data = dumps(&sample(), 5).unwrap();
        for end in 0..data.len() {
            assert!(loads(&data[..end]).is_err());
            let mut changed = data.clone();
            changed[end] ^= 0x91;
            let _ = loads(&changed);
        }
    }
}
