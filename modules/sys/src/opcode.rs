//! Module `_opcode`: what the instruction table says, for `opcode` and `dis`.

use krait_bytecode::AnyOpcode;
use krait_macros::pymodule;

/// The real instruction that a compiler may emit, or pseudo-instruction, of that number.
fn known(number: i32) -> Option<AnyOpcode> {
    AnyOpcode::from_number(u16::try_from(number).ok()?)
}

/// The change of the stack's depth; `None` for specialised instructions and numbers of none, and when the operand makes a count
/// overflow.
fn effect(number: i32, operand: i32, jump: Option<bool>) -> Option<i32> {
    let opcode = known(number)?;
    if opcode.real().is_some_and(|real| real.deopt() != real && number < INSTRUMENTED) {
        return None;
    }
    let operand = operand as u32;
    let (popped, pushed) = (opcode.popped(operand) as i32, opcode.pushed(operand) as i32);
    if popped < 0 || pushed < 0 {
        return None;
    }
    if opcode.is_block_push() && jump == Some(false) {
        return Some(0);
    }
    Some(pushed - popped)
}

const INSTRUMENTED: i32 = krait_bytecode::opcode::MIN_INSTRUMENTED_OPCODE as i32;

/// Facts about instructions.
#[pymodule(name = "_opcode")]
#[allow(clippy::module_inception)]
pub mod opcode {
    use super::{effect, known};
    use krait_bytecode::InstructionFlags;
    use krait_bytecode::operands::{BinaryOperator, Intrinsic1, Intrinsic2, SpecialMethod};
    use krait_interp::objects::PyCode;
    use krait_runtime::prelude::*;

    /// Whether the interpreter specialises instructions.
    #[pyattr]
    const ENABLE_SPECIALIZATION: i32 = 1;
    #[pyattr]
    const ENABLE_SPECIALIZATION_FT: i32 = 1;

    #[pyfunction]
    #[sig("(opcode, oparg=None, /, *, jump=None)")]
    fn stack_effect(
        py: Py<'_>,
        opcode: i32,
        oparg: Option<&PyObject>,
        jump: Option<&PyObject>,
    ) -> PyResult<i32> {
        let operand = match oparg {
            Some(oparg) if !oparg.is_none() => krait_runtime::args::extract(py, oparg, "stack_effect", 2)?,
            _ => 0,
        };
        let jump = match jump {
            Some(jump) if PyBool::check(jump) => Some(jump.is_true(py)?),
            Some(jump) if !jump.is_none() => {
                bail!(py, ValueError, "stack_effect: jump must be False, True or None")
            }
            _ => None,
        };
        effect(opcode, operand, jump).ok_or_else(|| raise!(py, ValueError, "invalid opcode or oparg"))
    }

    fn has(opcode: i32, flag: InstructionFlags) -> bool {
        known(opcode).is_some_and(|opcode| opcode.flags().contains(flag))
    }

    #[pyfunction]
    fn is_valid(_py: Py<'_>, opcode: i32) -> bool {
        known(opcode).is_some()
    }

    #[pyfunction]
    fn has_arg(_py: Py<'_>, opcode: i32) -> bool {
        has(opcode, InstructionFlags::ARG)
    }

    #[pyfunction]
    fn has_const(_py: Py<'_>, opcode: i32) -> bool {
        has(opcode, InstructionFlags::CONST)
    }

    #[pyfunction]
    fn has_name(_py: Py<'_>, opcode: i32) -> bool {
        has(opcode, InstructionFlags::NAME)
    }

    #[pyfunction]
    fn has_jump(_py: Py<'_>, opcode: i32) -> bool {
        has(opcode, InstructionFlags::JUMP)
    }

    #[pyfunction]
    fn has_free(_py: Py<'_>, opcode: i32) -> bool {
        has(opcode, InstructionFlags::FREE)
    }

    #[pyfunction]
    fn has_local(_py: Py<'_>, opcode: i32) -> bool {
        has(opcode, InstructionFlags::LOCAL)
    }

    #[pyfunction]
    fn has_exc(_py: Py<'_>, opcode: i32) -> bool {
        known(opcode).is_some_and(|opcode| opcode.is_block_push())
    }

    /// Counters are kept only by a build for statistics, which this is not.
    #[pyfunction]
    fn get_specialization_stats(_py: Py<'_>) {}

    fn list(py: Py<'_>, names: impl Iterator<Item = &'static str>) -> PyResult<Ref<PyList>> {
        let names = names.map(|name| PyStr::new(py, name).map(Ref::upcast)).collect::<PyResult<Vec<_>>>()?;
        PyList::from_vec(py, names)
    }

    #[pyfunction]
    fn get_nb_ops(py: Py<'_>) -> PyResult<Ref<PyList>> {
        let pairs = BinaryOperator::ALL.iter().map(|(operator, name)| {
            let (name, symbol) = (PyStr::new(py, name)?, PyStr::new(py, operator.symbol())?);
            PyTuple::pair(py, name.upcast(), symbol.upcast()).map(Ref::upcast)
        });
        PyList::from_vec(py, pairs.collect::<PyResult<Vec<_>>>()?)
    }

    #[pyfunction]
    fn get_intrinsic1_descs(py: Py<'_>) -> PyResult<Ref<PyList>> {
        list(py, Intrinsic1::ALL.iter().map(|(_, name)| *name))
    }

    #[pyfunction]
    fn get_intrinsic2_descs(py: Py<'_>) -> PyResult<Ref<PyList>> {
        list(py, Intrinsic2::ALL.iter().map(|(_, name)| *name))
    }

    #[pyfunction]
    fn get_special_method_names(py: Py<'_>) -> PyResult<Ref<PyList>> {
        list(py, SpecialMethod::ALL.iter().map(|(_, name)| *name))
    }

    /// There is no tier of traces, so no bytecode has an executor.
    #[pyfunction]
    fn get_executor(py: Py<'_>, code: &PyObject, offset: i32) -> PyResult<Ref<PyObject>> {
        let _ = offset;
        if code.downcast::<PyCode>().is_none() {
            bail!(py, TypeError, "expected a code object, not '{}'", code.ty().name())
        }
        Err(raise!(py, ValueError, "no executor at given byte offset"))
    }
}
