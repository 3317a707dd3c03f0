//! Bytes as marshalled data: what can be read can be written, and is then read as the same; code objects have readable tables.
#![no_main]

use krait_bytecode::marshal::data::{dumps, loads};
use krait_bytecode::{Const, ExceptionTable, LocationTable, marshal, pyc};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = pyc::read_header(data);
    let Ok(value) = loads(data) else { return };
    walk(&value);
    if let Ok(written) = dumps(&value, marshal::CURRENT_VERSION) {
        let again = loads(&written).expect("is well-formed");
        assert_eq!(dumps(&again, marshal::CURRENT_VERSION).expect("can be written"), written);
    }
});

fn walk(value: &Const) {
    match value {
        Const::Code(code) => {
            ExceptionTable::new(&code.exceptiontable).for_each(drop);
            LocationTable::new(&code.linetable, code.firstlineno).for_each(drop);
            let _ = (code.varnames().count(), code.cellvars().count(), code.freevars().count());
            code.consts.iter().for_each(walk);
        }
        Const::Tuple(items) => items.iter().for_each(walk),
        _ => {}
    }
}
