//! Quickened forms of the instruction families, in files by family. A form whose guard fails gives `Step::Deopt`, which executes the
//! general form.

mod arithmetic;
mod attribute;
mod call;
mod call_native;
mod compare;
mod global;
mod iterate;
mod subscript;

pub use arithmetic::*;
pub use attribute::*;
pub use call::*;
pub use call_native::*;
pub use compare::*;
pub use global::*;
pub use iterate::*;
pub use subscript::*;
