//! Attributes and methods of `code`: the constructor, `replace`, comparison, derived attributes. Not here: making code objects from
//! the compiler's data (`code_constants.rs`), positions (`code_positions.rs`).

use krait_bytecode::opcode::{CACHE_ENTRIES, DEOPT};
use krait_bytecode::{CodeFlags, LocalKind};
use krait_runtime::objects::exceptions::types;
use krait_runtime::objects::{PyBytes, PyComplex, PyFloat, PyFrozenSet, PyInt, PySlice, PyStr, PyTuple};
use krait_runtime::prelude::*;

use crate::frame::CodeUnit;
use crate::objects::code::{CodeParts, PyCode};

impl PyCode {
    /// The instructions as the compiler wrote them: general opcodes, empty caches.
    pub fn deoptimised(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.units() * size_of::<CodeUnit>());
        let mut unit = 0;
        while unit < self.units() {
            // SAFETY: below `units`.
            let CodeUnit { op, arg } = unsafe { crate::objects::code::base_unit(self, unit) };
            let op = DEOPT.get(op as usize).copied().unwrap_or(op);
            bytes.extend([op, arg]);
            let caches = CACHE_ENTRIES.get(op as usize).copied().unwrap_or(0) as usize;
            bytes.resize(bytes.len() + 2 * caches, 0);
            unit += 1 + caches;
        }
        bytes
    }

    /// `co_code`.
    pub fn code_bytes(&self, py: Py<'_>) -> PyResult<Ref<PyBytes>> {
        let cached = &self._co_cached.get().co_code;
        if let Some(bytes) = cached.get() {
            return Ok(bytes);
        }
        let bytes = PyBytes::new(py, &self.deoptimised())?;
        cached.set(bytes.clone());
        Ok(bytes)
    }

    fn slot_names(&self, py: Py<'_>, kind: u8) -> PyResult<Ref<PyTuple>> {
        let names = self.localsplusnames().as_slice().iter();
        let chosen = names.zip(self.localspluskinds()).filter(|&(_, bits)| bits & kind != 0);
        PyTuple::from_vec(py, chosen.map(|(name, _)| name.clone()).collect())
    }

    /// `co_varnames`.
    pub fn varnames(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        cached(&self._co_cached.get().co_varnames, || self.slot_names(py, LocalKind::LOCAL))
    }

    /// `co_cellvars`.
    pub fn cellvars(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        cached(&self._co_cached.get().co_cellvars, || self.slot_names(py, LocalKind::CELL))
    }

    /// `co_freevars`.
    pub fn freevars(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        cached(&self._co_cached.get().co_freevars, || self.slot_names(py, LocalKind::FREE))
    }

    /// Everything the object is made of.
    pub fn parts(&self, py: Py<'_>) -> PyResult<CodeParts> {
        Ok(CodeParts {
            argcount: self.co_argcount.get(),
            posonlyargcount: self.co_posonlyargcount.get(),
            kwonlyargcount: self.co_kwonlyargcount.get(),
            stacksize: self.co_stacksize.get(),
            flags: self.co_flags.get(),
            firstlineno: self.co_firstlineno.get(),
            code: self.code_bytes(py)?.as_bytes().to_vec(),
            consts: self.consts().new_ref(),
            names: self.names().new_ref(),
            localsplusnames: self.localsplusnames().new_ref(),
            localspluskinds: PyBytes::new(py, self.localspluskinds())?,
            filename: self.filename().new_ref(),
            name: self.name().new_ref(),
            qualname: self.qualname().new_ref(),
            linetable: PyBytes::new(py, self.linetable())?,
            exceptiontable: PyBytes::new(py, self.exceptiontable())?,
        })
    }

    /// Code without instructions to speak of, for frames that stand for native code (`PyCode_NewEmpty`).
    pub fn empty(py: Py<'_>, filename: &str, name: &str, line: i32) -> PyResult<Ref<PyCode>> {
        let data = krait_bytecode::CodeObject {
            stacksize: 1,
            firstlineno: line,
            // RESUME, then `raise AssertionError`.
            code: vec![
                krait_bytecode::Opcode::RESUME as u8,
                0,
                krait_bytecode::Opcode::LOAD_COMMON_CONSTANT as u8,
                0,
                krait_bytecode::Opcode::RAISE_VARARGS as u8,
                1,
            ],
            flags: CodeFlags::OPTIMIZED | CodeFlags::NEWLOCALS,
            filename: filename.into(),
            name: name.into(),
            qualname: name.into(),
            linetable: vec![0x80 | 13 << 3 | 2, 0],
            ..Default::default()
        };
        PyCode::from_data(py, &data)
    }
}

fn cached(field: &Member<PyTuple>, make: impl FnOnce() -> PyResult<Ref<PyTuple>>) -> PyResult<Ref<PyTuple>> {
    if let Some(known) = field.get() {
        return Ok(known);
    }
    let made = make()?;
    field.set(made.clone());
    Ok(made)
}

/// Fills in names and kinds of the frame's slots from the three name tuples.
fn set_slots(
    py: Py<'_>,
    parts: &mut CodeParts,
    varnames: &PyTuple,
    cellvars: &PyTuple,
    freevars: &PyTuple,
) -> PyResult<()> {
    let mut names: Vec<Ref<PyObject>> = Vec::new();
    let mut kinds = Vec::new();
    let parameters = i64::from(parts.argcount) + i64::from(parts.kwonlyargcount);
    let posonly = i64::from(parts.posonlyargcount);
    let flags = parts.flags as u32;
    let varargs = i64::from(flags & CodeFlags::VARARGS != 0);
    for (i, name) in varnames.as_slice().iter().enumerate() {
        let i = i as i64;
        let mut kind = LocalKind::LOCAL;
        if i < posonly {
            kind |= LocalKind::ARG_POS;
        } else if i < i64::from(parts.argcount) {
            kind |= LocalKind::ARG_POS | LocalKind::ARG_KW;
        } else if i < parameters {
            kind |= LocalKind::ARG_KW;
        } else if i == parameters && varargs == 1 {
            kind |= LocalKind::ARG_VAR | LocalKind::ARG_POS;
        } else if i == parameters + varargs && flags & CodeFlags::VARKEYWORDS != 0 {
            kind |= LocalKind::ARG_VAR | LocalKind::ARG_KW;
        }
        names.push(name.clone());
        kinds.push(kind);
    }
    for name in cellvars.as_slice() {
        // A parameter that is a cell as well has one slot.
        let mut known = None;
        for (i, local) in names.iter().enumerate() {
            if local.eq(py, name)? {
                known = Some(i);
                break;
            }
        }
        match known.and_then(|i| kinds.get_mut(i)) {
            Some(kind) => *kind |= LocalKind::CELL,
            None => {
                names.push(name.clone());
                kinds.push(LocalKind::CELL);
            }
        }
    }
    for name in freevars.as_slice() {
        names.push(name.clone());
        kinds.push(LocalKind::FREE);
    }
    parts.localsplusnames = PyTuple::from_vec(py, names)?;
    parts.localspluskinds = PyBytes::new(py, &kinds)?;
    Ok(())
}

/// A key that equals another's only for constants of the same type and value (`_PyCode_ConstantKey`).
pub fn constant_key(py: Py<'_>, constant: &PyObject) -> PyResult<Ref<PyObject>> {
    py.check_stack(" during compilation")?;
    let ty: &PyObject = constant.ty();
    if let Some(x) = constant.downcast_exact::<PyFloat>() {
        let negative_zero = x.value() == 0.0 && x.value().is_sign_negative();
        return if negative_zero {
            Ok(PyTuple::new(py, &[constant, ty, &py.none()])?.upcast())
        } else {
            Ok(PyTuple::new(py, &[ty, constant])?.upcast())
        };
    }
    if let Some(z) = constant.downcast_exact::<PyComplex>() {
        let negative = |x: f64| x == 0.0 && x.is_sign_negative();
        let (re, im) = z.value();
        let signs = i64::from(negative(re)) << 1 | i64::from(negative(im));
        let signs = PyInt::new(py, signs)?;
        return Ok(PyTuple::new(py, &[constant, ty, &signs])?.upcast());
    }
    if let Some(tuple) = constant.downcast_exact::<PyTuple>() {
        let keys = tuple.as_slice().iter().map(|c| constant_key(py, c)).collect::<PyResult<Vec<_>>>()?;
        let keys = PyTuple::from_vec(py, keys)?;
        return Ok(PyTuple::new(py, &[&keys, constant])?.upcast());
    }
    if constant.downcast_exact::<PyFrozenSet>().is_some() {
        let items = constant.collect(py)?;
        let keys = items.iter().map(|c| constant_key(py, c)).collect::<PyResult<Vec<_>>>()?;
        let borrowed: Vec<&PyObject> = keys.iter().map(|k| &**k).collect();
        let keys = PyFrozenSet::from_items(py, &borrowed)?;
        return Ok(PyTuple::new(py, &[&keys, constant])?.upcast());
    }
    if PySlice::check_exact(constant) {
        let mut parts = vec![ty.to_ref()];
        for name in [id!(py, "start"), id!(py, "stop"), id!(py, "step")] {
            parts.push(constant_key(py, &*constant.get_attr(py, name)?)?);
        }
        return PyTuple::from_vec(py, parts).map(Ref::upcast);
    }
    if constant.is_none()
        || PyInt::check(constant)
        || PyStr::check_exact(constant)
        || PyBytes::check_exact(constant)
        || PyCode::check_exact(constant)
    {
        return Ok(PyTuple::new(py, &[ty, constant])?.upcast());
    }
    if constant.is(krait_runtime::objects::PyEllipsis::get()) {
        return Ok(constant.to_ref());
    }
    // Anything else is equal to itself only.
    let id = PyInt::from_u64(py, constant.id() as u64)?;
    Ok(PyTuple::new(py, &[&id, constant])?.upcast())
}

const REPLACE_NAMES: [&str; 18] = [
    "co_argcount",
    "co_posonlyargcount",
    "co_kwonlyargcount",
    "co_nlocals",
    "co_stacksize",
    "co_flags",
    "co_firstlineno",
    "co_code",
    "co_consts",
    "co_names",
    "co_varnames",
    "co_freevars",
    "co_cellvars",
    "co_filename",
    "co_name",
    "co_qualname",
    "co_linetable",
    "co_exceptiontable",
];

fn wrong_type(py: Py<'_>, name: &str, expected: &str, got: &PyObject) -> Raised {
    let got = if got.is_none() { "None" } else { got.ty().name() };
    raise!(py, TypeError, "replace() argument '{name}' must be {expected}, not {got}")
}

#[pymethods]
impl PyCode {
    #[slot]
    fn tp_new(py: Py<'_>, _cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        no_keywords(py, "code", kwargs)?;
        check_positional(py, "code", args.len() as isize, 16, 18)?;
        let int = |i: usize| -> PyResult<i32> {
            match args.get(i) {
                Some(x) => krait_runtime::args::extract(py, x, "code", i as u16 + 1),
                None => Ok(0),
            }
        };
        fn typed<T: PyClass>(py: Py<'_>, args: &PyTuple, i: usize) -> PyResult<Ref<T>> {
            match args.get(i) {
                Some(x) => {
                    krait_runtime::args::extract::<&T>(py, x, "code", i as u16 + 1).map(PyClass::new_ref)
                }
                None => Err(raise!(py, SystemError, "code lost its arguments")),
            }
        }
        let (argcount, posonly, kwonly, nlocals) = (int(0)?, int(1)?, int(2)?, int(3)?);
        let (stacksize, flags) = (int(4)?, int(5)?);
        let code: Ref<PyBytes> = typed(py, args, 6)?;
        let consts = typed(py, args, 7)?;
        let names: Ref<PyTuple> = typed(py, args, 8)?;
        let varnames: Ref<PyTuple> = typed(py, args, 9)?;
        let (filename, name, qualname) = (typed(py, args, 10)?, typed(py, args, 11)?, typed(py, args, 12)?);
        let firstlineno = int(13)?;
        let (linetable, exceptiontable) = (typed(py, args, 14)?, typed(py, args, 15)?);
        let optional = |i| if args.get(i).is_some() { typed(py, args, i) } else { PyTuple::new(py, &[]) };
        let (freevars, cellvars): (Ref<PyTuple>, Ref<PyTuple>) = (optional(16)?, optional(17)?);
        for (count, what) in [
            (argcount, "argcount"),
            (posonly, "posonlyargcount"),
            (kwonly, "kwonlyargcount"),
            (nlocals, "nlocals"),
        ] {
            if count < 0 {
                bail!(py, ValueError, "code: {what} must not be negative");
            }
        }
        for tuple in [&names, &varnames, &freevars, &cellvars] {
            if let Some(bad) = tuple.as_slice().iter().find(|x| !PyStr::check(x)) {
                bail!(py, TypeError, "name tuples must contain only strings, not '{}'", bad.ty().name());
            }
        }
        if nlocals as usize != varnames.len() {
            bail!(py, ValueError, "code: co_nlocals != len(co_varnames)");
        }
        let mut parts = CodeParts {
            argcount,
            posonlyargcount: posonly,
            kwonlyargcount: kwonly,
            stacksize,
            flags,
            firstlineno,
            code: code.as_bytes().to_vec(),
            consts,
            names,
            localsplusnames: PyTuple::new(py, &[])?,
            localspluskinds: PyBytes::new(py, &[])?,
            filename,
            name,
            qualname,
            linetable,
            exceptiontable,
        };
        set_slots(py, &mut parts, &varnames, &cellvars, &freevars)?;
        PyCode::new(py, parts).map(Ref::upcast)
    }

    #[pymethod]
    #[raw]
    fn replace(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyCode>> {
        if !args.positional().is_empty() {
            bail!(py, TypeError, "replace() takes no positional arguments");
        }
        let mut given: [Option<&PyObject>; 18] = [None; 18];
        for (name, value) in args.keywords().iter() {
            let known = REPLACE_NAMES
                .iter()
                .position(|known| name.downcast::<PyStr>().is_some_and(|name| name.eq_str(known)));
            match known.and_then(|i| given.get_mut(i)) {
                Some(slot) => *slot = Some(value),
                None => {
                    bail!(py, TypeError, "replace() got an unexpected keyword argument '{}'", name.str(py)?)
                }
            }
        }
        let mut parts = self.parts(py)?;
        let mut nlocals = self.co_nlocals.get();
        let numbers = [
            &mut parts.argcount,
            &mut parts.posonlyargcount,
            &mut parts.kwonlyargcount,
            &mut nlocals,
            &mut parts.stacksize,
            &mut parts.flags,
            &mut parts.firstlineno,
        ];
        for ((slot, value), name) in numbers.into_iter().zip(given).zip(REPLACE_NAMES) {
            if let Some(value) = value {
                *slot = krait_runtime::args::extract(py, value, "replace", 0)?;
            }
            if *slot < 0 {
                bail!(py, ValueError, "{name} must be a positive integer");
            }
        }
        let (mut varnames, mut freevars, mut cellvars) =
            (self.varnames(py)?, self.freevars(py)?, self.cellvars(py)?);
        for (name, value) in REPLACE_NAMES.into_iter().zip(given) {
            let Some(value) = value else { continue };
            match name {
                "co_consts" | "co_names" | "co_varnames" | "co_freevars" | "co_cellvars" => {
                    let Some(tuple) = value.downcast::<PyTuple>() else {
                        return Err(wrong_type(py, name, "tuple", value));
                    };
                    if name != "co_consts" && tuple.as_slice().iter().any(|x| !PyStr::check(x)) {
                        bail!(py, SystemError, "non-string found in code slot");
                    }
                    match name {
                        "co_consts" => parts.consts = tuple.new_ref(),
                        "co_names" => parts.names = tuple.new_ref(),
                        "co_varnames" => varnames = tuple.new_ref(),
                        "co_freevars" => freevars = tuple.new_ref(),
                        _ => cellvars = tuple.new_ref(),
                    }
                }
                "co_filename" | "co_name" | "co_qualname" => {
                    let Some(text) = value.downcast::<PyStr>() else {
                        return Err(wrong_type(py, name, "str", value));
                    };
                    match name {
                        "co_filename" => parts.filename = text.new_ref(),
                        "co_name" => parts.name = text.new_ref(),
                        _ => parts.qualname = text.new_ref(),
                    }
                }
                "co_code" | "co_linetable" | "co_exceptiontable" => {
                    let Some(bytes) = value.downcast::<PyBytes>() else {
                        return Err(wrong_type(py, name, "bytes", value));
                    };
                    match name {
                        "co_code" => parts.code = bytes.as_bytes().to_vec(),
                        "co_linetable" => parts.linetable = bytes.new_ref(),
                        _ => parts.exceptiontable = bytes.new_ref(),
                    }
                }
                _ => {}
            }
        }
        if given.iter().zip(REPLACE_NAMES).any(|(v, name)| v.is_some() && name == "co_nlocals")
            && nlocals as usize != varnames.len()
        {
            bail!(py, ValueError, "code: co_nlocals != len(co_varnames)");
        }
        let slots_change = given.iter().zip(REPLACE_NAMES).any(|(v, name)| {
            v.is_some()
                && matches!(
                    name,
                    "co_varnames"
                        | "co_freevars"
                        | "co_cellvars"
                        | "co_argcount"
                        | "co_posonlyargcount"
                        | "co_kwonlyargcount"
                        | "co_flags"
                )
        });
        if slots_change {
            set_slots(py, &mut parts, &varnames, &cellvars, &freevars)?;
        }
        PyCode::new(py, parts)
    }

    #[pymethod]
    #[raw]
    fn __replace__(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyCode>> {
        self.replace(py, args)
    }

    #[pymethod]
    fn co_lines(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.lines(py)
    }

    #[pymethod]
    fn co_positions(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.positions(py)
    }

    #[pymethod]
    fn co_branches(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.branches(py)
    }

    #[pymethod]
    #[sig("($self, oparg)")]
    fn _varname_from_oparg(&self, py: Py<'_>, oparg: i32) -> PyResult<Ref<PyObject>> {
        match usize::try_from(oparg).ok().and_then(|i| self.localsplusnames().get(i)) {
            Some(name) => Ok(name.to_ref()),
            None => Err(raise!(py, IndexError, "tuple index out of range")),
        }
    }

    #[pymethod]
    fn __sizeof__(&self) -> usize {
        (size_of::<PyCode>() + self.units() * size_of::<CodeUnit>()).next_multiple_of(size_of::<usize>())
    }

    #[getter(name = "co_code")]
    fn get_co_code(&self, py: Py<'_>) -> PyResult<Ref<PyBytes>> {
        self.code_bytes(py)
    }

    #[getter(name = "_co_code_adaptive")]
    fn get_co_code_adaptive(&self, py: Py<'_>) -> PyResult<Ref<PyBytes>> {
        // SAFETY: the code has that many bytes.
        let bytes = unsafe {
            core::slice::from_raw_parts(self.first_unit().cast::<u8>(), self.units() * size_of::<CodeUnit>())
        };
        PyBytes::new(py, bytes)
    }

    #[getter(name = "co_varnames")]
    fn get_co_varnames(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        self.varnames(py)
    }

    #[getter(name = "co_cellvars")]
    fn get_co_cellvars(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        self.cellvars(py)
    }

    #[getter(name = "co_freevars")]
    fn get_co_freevars(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        self.freevars(py)
    }

    #[getter(name = "co_lnotab")]
    fn get_co_lnotab(&self, py: Py<'_>) -> PyResult<Ref<PyBytes>> {
        let text = "co_lnotab is deprecated, use co_lines instead.";
        crate::warnings::warn(py, types::DeprecationWarning(), text, 1)?;
        let mut bytes = Vec::new();
        let (mut last_offset, mut last_line) = (0usize, self.co_firstlineno.get());
        for (start, _, line) in self.line_ranges() {
            let Some(line) = line.filter(|&line| line != last_line) else { continue };
            let (mut offset_delta, mut line_delta) = (start - last_offset, line - last_line);
            while offset_delta > 255 {
                bytes.extend([255, 0]);
                offset_delta -= 255;
            }
            while !(-128..=127).contains(&line_delta) {
                let part = line_delta.clamp(-128, 127);
                bytes.extend([offset_delta as u8, part as i8 as u8]);
                offset_delta = 0;
                line_delta -= part;
            }
            bytes.extend([offset_delta as u8, line_delta as i8 as u8]);
            (last_offset, last_line) = (start, line);
        }
        PyBytes::new(py, &bytes)
    }

    #[slot]
    fn tp_repr(&self, _py: Py<'_>) -> String {
        let line = match self.co_firstlineno.get() {
            0 => -1,
            n => n,
        };
        format!(
            "<code object {} at {:#x}, file \"{}\", line {line}>",
            self.name(),
            self.id(),
            self.filename()
        )
    }

    #[slot]
    fn tp_hash(&self, py: Py<'_>) -> PyResult<isize> {
        let mut hash: u64 = 20221211;
        let mut mix = |x: u64| hash = (hash ^ x).wrapping_mul(1_000_003);
        mix(self.name().hash(py)? as u64);
        mix(self.consts().hash(py)? as u64);
        mix(self.names().hash(py)? as u64);
        mix(self.localsplusnames().hash(py)? as u64);
        for bytes in [self.linetable(), self.exceptiontable()] {
            mix(PyBytes::new(py, bytes)?.hash(py)? as u64);
        }
        mix(self.co_argcount.get() as u64);
        mix(self.co_posonlyargcount.get() as u64);
        mix(self.co_kwonlyargcount.get() as u64);
        mix(self.co_flags.get() as u64);
        mix(self.co_firstlineno.get() as u64);
        mix(self.units() as u64);
        for unit in self.deoptimised().chunks_exact(2) {
            if let [op, arg] = unit {
                mix(u64::from(*op));
                mix(u64::from(*arg));
            }
        }
        Ok(hash as isize)
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let (Some(other), CompareOp::Eq | CompareOp::Ne) = (other.downcast::<PyCode>(), op) else {
            return Ok(py.not_implemented());
        };
        let equal = self.same(py, other)?;
        Ok(PyBool::get(equal == (op == CompareOp::Eq)).to_ref())
    }
}

impl PyCode {
    fn same(&self, py: Py<'_>, other: &PyCode) -> PyResult<bool> {
        let numbers = |c: &PyCode| {
            [&c.co_argcount, &c.co_posonlyargcount, &c.co_kwonlyargcount, &c.co_flags, &c.co_firstlineno]
                .map(Cell::get)
        };
        if !self.name().eq(py, other.name())?
            || numbers(self) != numbers(other)
            || self.units() != other.units()
            || self.deoptimised() != other.deoptimised()
        {
            return Ok(false);
        }
        // Constants of different types that are equal (1 and 1.0) make different code.
        let (a, b) = (constant_key(py, self.consts())?, constant_key(py, other.consts())?);
        Ok(a.eq(py, &b)?
            && self.names().eq(py, other.names())?
            && self.localsplusnames().eq(py, other.localsplusnames())?
            && self.linetable() == other.linetable()
            && self.exceptiontable() == other.exceptiontable())
    }
}
