//! Where a code object's instructions come from: `addr2line`, `co_lines`, `co_positions`, `co_branches`. Not here: the table's
//! format (crate `bytecode`).

use krait_bytecode::opcode::CACHE_ENTRIES;
use krait_bytecode::{Location, LocationTable, Opcode};
use krait_runtime::objects::{PyInt, PyTuple};
use krait_runtime::prelude::*;

use crate::monitoring::instrument::base_opcode;
use crate::objects::code::PyCode;

impl PyCode {
    /// The position of the instruction at byte `offset`.
    pub fn location(&self, offset: isize) -> Option<Location> {
        match usize::try_from(offset) {
            Ok(offset) => LocationTable::new(self.linetable(), self.co_firstlineno.get()).lookup(offset),
            Err(_) => None,
        }
    }

    /// The line of the instruction at byte `offset`: the first line before the first instruction, -1 where there is none.
    pub fn addr2line(&self, offset: isize) -> i32 {
        if offset < 0 {
            return self.co_firstlineno.get();
        }
        self.location(offset).map_or(-1, |loc| loc.line)
    }

    /// Runs of instructions of one line: start, end, line (`None` for artificial instructions).
    pub fn line_ranges(&self) -> Vec<(usize, usize, Option<i32>)> {
        let mut ranges: Vec<(usize, usize, Option<i32>)> = Vec::new();
        for entry in LocationTable::new(self.linetable(), self.co_firstlineno.get()) {
            let line = (entry.loc.line != -1).then_some(entry.loc.line);
            match ranges.last_mut() {
                Some((_, end, last)) if *last == line => *end = entry.end,
                _ => ranges.push((entry.start, entry.end, line)),
            }
        }
        ranges
    }
}

fn optional_int(py: Py<'_>, n: i32) -> PyResult<Ref<PyObject>> {
    if n < 0 { Ok(py.none()) } else { n.into_py(py) }
}

fn tuple_of(py: Py<'_>, items: Vec<Ref<PyObject>>) -> PyResult<Option<Ref<PyObject>>> {
    PyTuple::from_vec(py, items).map(|t| Some(t.upcast()))
}

/// `line_iterator`: what `co_lines` gives.
#[pyclass(name = "line_iterator", disallow_instantiation)]
#[repr(C)]
pub struct LineIterator {
    base: PyObject,
    code: Member<PyCode>,
    next: Cell<usize>,
}

#[pymethods]
impl LineIterator {
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }
    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let Some(code) = self.code.get() else { return Ok(None) };
        let at = self.next.get();
        let Some(&(start, end, line)) = code.line_ranges().get(at) else { return Ok(None) };
        self.next.set(at + 1);
        tuple_of(py, vec![start.into_py(py)?, end.into_py(py)?, line.into_py(py)?])
    }
}

/// `positions_iterator`: what `co_positions` gives, one tuple a code unit.
#[pyclass(name = "positions_iterator", disallow_instantiation)]
#[repr(C)]
pub struct PositionsIterator {
    base: PyObject,
    code: Member<PyCode>,
    offset: Cell<usize>,
}

#[pymethods]
impl PositionsIterator {
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }
    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let Some(code) = self.code.get() else { return Ok(None) };
        let at = self.offset.get();
        let Some(loc) = code.location(at as isize) else { return Ok(None) };
        self.offset.set(at + 2);
        tuple_of(
            py,
            vec![
                optional_int(py, loc.line)?,
                optional_int(py, loc.end_line)?,
                optional_int(py, loc.col)?,
                optional_int(py, loc.end_col)?,
            ],
        )
    }
}

/// What `co_branches` gives: source, not-taken and taken offset of each branch.
#[pyclass(name = "line_iterator", disallow_instantiation)]
#[repr(C)]
pub struct BranchesIterator {
    base: PyObject,
    code: Member<PyCode>,
    unit: Cell<usize>,
}

#[pymethods(class = "line_iterator")]
impl BranchesIterator {
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }
    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let Some(code) = self.code.get() else { return Ok(None) };
        let mut arg = 0usize;
        let mut unit = self.unit.get();
        while unit < code.units() {
            // SAFETY: below `units`.
            arg = arg << 8 | unsafe { (*code.first_unit().add(unit)).arg } as usize;
            let Some(op) = Opcode::from_number(base_opcode(&code, unit)).map(Opcode::deopt) else { break };
            let next = unit + 1 + CACHE_ENTRIES.get(op as usize).copied().unwrap_or(0) as usize;
            let (source, not_taken, taken) = match op {
                Opcode::EXTENDED_ARG => {
                    unit = next;
                    continue;
                }
                // Past NOT_TAKEN.
                Opcode::POP_JUMP_IF_FALSE
                | Opcode::POP_JUMP_IF_TRUE
                | Opcode::POP_JUMP_IF_NONE
                | Opcode::POP_JUMP_IF_NOT_NONE => (unit, next + 1, next + arg),
                // Past NOT_TAKEN; taken: past END_FOR, POP_ITER.
                Opcode::FOR_ITER => (unit, next, next + arg + 2),
                // The branch is at `END_SEND`, with `NOT_TAKEN` behind it; its operand leads back there.
                Opcode::END_ASYNC_FOR => {
                    let source = next.saturating_sub(arg);
                    (source, source + 2, next)
                }
                _ => {
                    arg = 0;
                    unit = next;
                    continue;
                }
            };
            self.unit.set(next);
            let items = [source, not_taken, taken].map(|u| (2 * u).into_py(py));
            return tuple_of(py, items.into_iter().collect::<PyResult<Vec<_>>>()?);
        }
        self.unit.set(code.units());
        Ok(None)
    }
}

impl PyCode {
    /// `co_lines()`.
    pub(crate) fn lines(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let code = Member::new(self.new_ref());
        LineIterator { base: PyObject::HEADER, code, next: Cell::new(0) }.alloc_exact(py).map(Ref::upcast)
    }
    /// `co_positions()`.
    pub(crate) fn positions(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let code = Member::new(self.new_ref());
        PositionsIterator { base: PyObject::HEADER, code, offset: Cell::new(0) }
            .alloc_exact(py)
            .map(Ref::upcast)
    }
    /// `co_branches()`.
    pub(crate) fn branches(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let code = Member::new(self.new_ref());
        BranchesIterator { base: PyObject::HEADER, code, unit: Cell::new(0) }.alloc_exact(py).map(Ref::upcast)
    }
    /// The line where the body begins, as an int object.
    pub fn first_line(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        PyInt::new(py, i64::from(self.co_firstlineno.get()))
    }
}
