//! The one table of instructions, code-object data, location, exception-table and marshal codecs. Knows no
//! Python object: everything here is plain data and functions on it. Not here: how code is made (the
//! `compiler` crate) or run (`interp`).
#![forbid(unsafe_code)]

#[macro_use]
mod instruction_table;

mod code;
mod constant;
pub mod exception_table;
mod flags;
mod location;
pub mod location_table;
pub mod marshal;
pub mod opcode;
pub mod operands;
pub mod pyc;
mod string;
mod varint;

pub use code::{CodeFlags, CodeObject, LocalKind};
pub use constant::Const;
pub use exception_table::{ExceptionEntry, ExceptionTable};
pub use flags::InstructionFlags;
pub use location::Location;
pub use location_table::LocationTable;
pub use opcode::{AnyOpcode, Opcode};
pub use operands::{
    BinaryOperator, CommonConstant, Comparison, Intrinsic1, Intrinsic2, SpecialMethod, function_attribute,
    resume,
};
pub use string::PyString;
