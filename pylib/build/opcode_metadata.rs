//! Renders `_opcode_metadata.py`, which `opcode` and `dis` read, from the one table of instructions. The names and the
//! order of the entries are those of CPython's file: Python code sees them.

use super::collect::Library;
use krait_bytecode::opcode::{HAVE_ARGUMENT, LIMIT, MIN_INSTRUMENTED_OPCODE, SPECIALIZED};
use krait_bytecode::{AnyOpcode, Opcode};
use std::error::Error;
use std::fmt::Write;

/// Those whose number CPython fixes beforehand stand first in its `opmap`.
const FIRST: [Opcode; 5] =
    [Opcode::CACHE, Opcode::RESERVED, Opcode::RESUME, Opcode::INSTRUMENTED_LINE, Opcode::ENTER_EXECUTOR];

/// Puts the rendered file in the place of the borrowed one.
pub fn render(library: &mut Library) -> Result<(), Box<dyn Error>> {
    let mut text =
        String::from("# Made from the table of instructions when Krait is built.\n\n_specializations = {\n");
    let mut family = None;
    for (special, general) in SPECIALIZED {
        if family != Some(general) {
            if family.is_some() {
                text.push_str("    ],\n");
            }
            writeln!(text, "    \"{}\": [", general.name())?;
            family = Some(general);
        }
        writeln!(text, "        \"{}\",", special.name())?;
    }
    text.push_str("    ],\n}\n\n_specialized_opmap = {\n");
    let mut specials: Vec<Opcode> = SPECIALIZED.iter().map(|(special, _)| *special).collect();
    specials.sort_by_key(|special| special.name());
    for special in &specials {
        writeln!(text, "    '{}': {},", special.name(), special.number())?;
    }
    text.push_str("}\n\nopmap = {\n");
    for first in FIRST {
        writeln!(text, "    '{}': {},", first.name(), first.number())?;
    }
    let is_listed =
        |real: Option<Opcode>| real.is_some_and(|real| FIRST.contains(&real) || specials.contains(&real));
    for opcode in (0..u16::try_from(LIMIT)?).filter_map(AnyOpcode::from_number) {
        if !is_listed(opcode.real()) {
            writeln!(text, "    '{}': {},", opcode.name(), opcode.number())?;
        }
    }
    writeln!(
        text,
        "}}\n\nHAVE_ARGUMENT = {HAVE_ARGUMENT}\nMIN_INSTRUMENTED_OPCODE = {MIN_INSTRUMENTED_OPCODE}"
    )?;
    library.insert("_opcode_metadata.py".to_owned(), text.into_bytes());
    Ok(())
}
