//! Does a code object stay within its own tables? What the interpreter relies on without looking: operands that index constants, names and
//! frame slots, jumps, exception handlers, and the tables of positions.

use krait_bytecode::{CodeObject, Const, Opcode};

/// Checks a code object and those within it.
///
/// # Panics
/// If something points outside.
pub fn code(code: &CodeObject) {
    let at = format!("{}:{}", code.name, code.firstlineno);
    assert_eq!(code.localsplusnames.len(), code.localspluskinds.len(), "{at}: slots");
    let units = code.code.len() / 2;
    let slots = code.localsplusnames.len();
    let mut extended = 0usize;
    let mut skip = 0;
    for (index, unit) in code.code.chunks(2).enumerate() {
        if skip > 0 {
            skip -= 1;
            continue;
        }
        let opcode = Opcode::from_number(unit[0]).expect("an instruction");
        let operand = extended << 8 | usize::from(unit[1]);
        extended = if opcode == Opcode::EXTENDED_ARG { operand } else { 0 };
        skip = opcode.caches();
        let next = index + 1 + skip;
        let within =
            |limit: usize, what: &str| assert!(operand < limit, "{at}: {} {operand}: {what}", opcode.name());
        let name = opcode.name();
        match name {
            "LOAD_CONST" => within(code.consts.len(), "constant"),
            "LOAD_NAME"
            | "STORE_NAME"
            | "DELETE_NAME"
            | "STORE_GLOBAL"
            | "DELETE_GLOBAL"
            | "STORE_ATTR"
            | "DELETE_ATTR"
            | "IMPORT_NAME"
            | "IMPORT_FROM"
            | "LOAD_FROM_DICT_OR_GLOBALS" => within(code.names.len(), "name"),
            "LOAD_GLOBAL" | "LOAD_ATTR" => within(code.names.len() * 2, "name"),
            "LOAD_SUPER_ATTR" => within(code.names.len() * 4, "name"),
            "LOAD_DEREF" | "STORE_DEREF" | "DELETE_DEREF" | "LOAD_FROM_DICT_OR_DEREF" | "MAKE_CELL" => {
                within(slots, "slot")
            }
            "COPY_FREE_VARS" => assert_eq!(operand, code.freevars().count(), "{at}: free variables"),
            _ if name.contains("_FAST") => {
                let pairs = name.matches("FAST").count() == 2;
                let numbers = if pairs { [operand >> 4, operand & 15] } else { [operand, operand] };
                assert!(numbers.iter().all(|&n| n < slots), "{at}: {name} {operand}: slot");
            }
            "JUMP_BACKWARD" | "JUMP_BACKWARD_NO_INTERRUPT" => {
                assert!(operand <= next, "{at}: {name} {operand} at {index}")
            }
            "JUMP_FORWARD"
            | "FOR_ITER"
            | "SEND"
            | "POP_JUMP_IF_TRUE"
            | "POP_JUMP_IF_FALSE"
            | "POP_JUMP_IF_NONE"
            | "POP_JUMP_IF_NOT_NONE" => assert!(next + operand < units, "{at}: {name} {operand} at {index}"),
            _ => {}
        }
    }
    for entry in krait_bytecode::ExceptionTable::new(&code.exceptiontable) {
        assert!((entry.target as usize) < units && entry.depth <= code.stacksize, "{at}: {entry:?}");
    }
    krait_bytecode::LocationTable::new(&code.linetable, code.firstlineno).for_each(drop);
    for constant in &code.consts {
        if let Const::Code(inner) = constant {
            self::code(inner);
        }
    }
}
