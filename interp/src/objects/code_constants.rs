//! From the compiler's plain data to code objects, and back: constants, names, nested code. Not here: the making of one code
//! object (`code.rs`).

use std::collections::HashMap;

use krait_bytecode::{CodeObject, Const, PyString};
use krait_runtime::objects::{
    PyBytes, PyComplex, PyEllipsis, PyFloat, PyFrozenSet, PyInt, PySlice, PyStr, PyTuple,
};
use krait_runtime::prelude::*;

use crate::objects::code::{CodeParts, PyCode};

/// Makes the objects of one compilation, equal constants once.
#[derive(Default)]
pub struct Maker<'a> {
    constants: HashMap<&'a Const, Ref<PyObject>>,
    names: HashMap<&'a [u8], Ref<PyStr>>,
    tables: HashMap<&'a [u8], Ref<PyBytes>>,
    name_tuples: HashMap<&'a [PyString], Ref<PyTuple>>,
    const_tuples: HashMap<&'a [Const], Ref<PyTuple>>,
}

impl PyCode {
    /// The code object that `data` describes.
    pub fn from_data(py: Py<'_>, data: &CodeObject) -> PyResult<Ref<PyCode>> {
        Maker::default().code(py, data)
    }
}

impl<'a> Maker<'a> {
    /// The code object that `data` describes.
    pub fn code(&mut self, py: Py<'_>, data: &'a CodeObject) -> PyResult<Ref<PyCode>> {
        py.check_stack(" during compilation")?;
        let parts = CodeParts {
            argcount: data.argcount as i32,
            posonlyargcount: data.posonlyargcount as i32,
            kwonlyargcount: data.kwonlyargcount as i32,
            stacksize: data.stacksize as i32,
            flags: data.flags as i32,
            firstlineno: data.firstlineno,
            code: data.code.clone(),
            consts: self.const_tuple(py, &data.consts)?,
            names: self.name_tuple(py, &data.names)?,
            localsplusnames: self.name_tuple(py, &data.localsplusnames)?,
            localspluskinds: PyBytes::new(py, &data.localspluskinds)?,
            filename: self.name(py, &data.filename)?,
            name: self.name(py, &data.name)?,
            qualname: self.name(py, &data.qualname)?,
            linetable: self.table(py, &data.linetable)?,
            exceptiontable: self.table(py, &data.exceptiontable)?,
        };
        PyCode::new(py, parts)
    }

    fn name_tuple(&mut self, py: Py<'_>, names: &'a [PyString]) -> PyResult<Ref<PyTuple>> {
        if let Some(known) = self.name_tuples.get(names) {
            return Ok(known.clone());
        }
        let items = names.iter().map(|n| self.name(py, n).map(Ref::upcast)).collect::<PyResult<Vec<_>>>()?;
        let tuple = PyTuple::from_vec(py, items)?;
        self.name_tuples.insert(names, tuple.clone());
        Ok(tuple)
    }

    fn const_tuple(&mut self, py: Py<'_>, consts: &'a [Const]) -> PyResult<Ref<PyTuple>> {
        // Code compares slowly and is hardly ever the same twice.
        let simple = !consts.iter().any(|constant| matches!(constant, Const::Code(_)));
        if simple && let Some(known) = self.const_tuples.get(consts) {
            return Ok(known.clone());
        }
        let items = consts.iter().map(|c| self.constant(py, c)).collect::<PyResult<Vec<_>>>()?;
        let tuple = PyTuple::from_vec(py, items)?;
        if simple {
            self.const_tuples.insert(consts, tuple.clone());
        }
        Ok(tuple)
    }

    fn table(&mut self, py: Py<'_>, bytes: &'a [u8]) -> PyResult<Ref<PyBytes>> {
        if let Some(known) = self.tables.get(bytes) {
            return Ok(known.clone());
        }
        let table = PyBytes::new(py, bytes)?;
        self.tables.insert(bytes, table.clone());
        Ok(table)
    }

    fn name(&mut self, py: Py<'_>, name: &'a PyString) -> PyResult<Ref<PyStr>> {
        if let Some(known) = self.names.get(name.as_bytes()) {
            return Ok(known.clone());
        }
        let s = PyStr::intern(py, PyStr::from_wtf8(py, name.as_bytes())?);
        self.names.insert(name.as_bytes(), s.clone());
        Ok(s)
    }

    fn constant(&mut self, py: Py<'_>, constant: &'a Const) -> PyResult<Ref<PyObject>> {
        match constant {
            Const::None => return Ok(py.none()),
            Const::Bool(b) => return Ok(PyBool::get(*b).to_ref()),
            Const::Ellipsis => return Ok(PyEllipsis::get().to_ref()),
            Const::Code(code) => return self.code(py, code).map(Ref::upcast),
            _ => {}
        }
        if let Some(known) = self.constants.get(constant) {
            return Ok(known.clone());
        }
        let object: Ref<PyObject> = match constant {
            Const::Str(s) if s.as_bytes().iter().all(|&c| c == b'_' || c.is_ascii_alphanumeric()) => {
                // As CPython: strings that look like names are interned.
                self.name(py, s)?.upcast()
            }
            Const::Tuple(items) => {
                let items = items.iter().map(|c| self.constant(py, c)).collect::<PyResult<Vec<_>>>()?;
                PyTuple::from_vec(py, items)?.upcast()
            }
            Const::FrozenSet(items) => {
                let items = items.iter().map(|c| self.constant(py, c)).collect::<PyResult<Vec<_>>>()?;
                let borrowed: Vec<&PyObject> = items.iter().map(|r| &**r).collect();
                PyFrozenSet::from_items(py, &borrowed)?.upcast()
            }
            Const::Slice(parts) => {
                let [start, stop, step] = &**parts;
                let (start, stop, step) =
                    (self.constant(py, start)?, self.constant(py, stop)?, self.constant(py, step)?);
                PySlice::new(py, &start, &stop, &step)?.upcast()
            }
            scalar => scalar_constant(py, scalar)?,
        };
        self.constants.insert(constant, object.clone());
        Ok(object)
    }
}

fn scalar_constant(py: Py<'_>, constant: &Const) -> PyResult<Ref<PyObject>> {
    Ok(match constant {
        Const::Int(n) => PyInt::new(py, *n)?.upcast(),
        Const::BigInt(n) => {
            let negative = n.to_signed_bytes_le().last().is_some_and(|top| top & 0x80 != 0);
            PyInt::from_digits(py, negative, &digits30(n.magnitude().iter_u32_digits()))?.upcast()
        }
        Const::Float(x) => PyFloat::new(py, *x)?.upcast(),
        Const::Complex(re, im) => PyComplex::new(py, *re, *im)?.upcast(),
        Const::Str(s) => PyStr::from_wtf8(py, s.as_bytes())?.upcast(),
        Const::Bytes(b) => PyBytes::new(py, b)?.upcast(),
        _ => py.none(),
    })
}

/// 32-bit digits as 30-bit ones, least significant first.
pub fn digits30(digits: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut out = Vec::new();
    let (mut acc, mut bits) = (0u64, 0);
    for d in digits {
        acc |= u64::from(d) << bits;
        bits += 32;
        while bits >= 30 {
            out.push((acc & 0x3fff_ffff) as u32);
            acc >>= 30;
            bits -= 30;
        }
    }
    if acc != 0 {
        out.push(acc as u32);
    }
    out
}
