//! Quickened forms of the instruction families, in files by family. A form whose guard fails gives `Step::Deopt`, which executes the
//! general form. The forms that do not stand here yet always do so: `specialize/` does not choose them.

mod arithmetic;
mod attribute;
mod call;
mod compare;
mod global;
mod iterate;
mod subscript;

pub use arithmetic::*;
pub use attribute::*;
pub use call::*;
pub use compare::*;
pub use global::*;
pub use iterate::*;
pub use subscript::*;

use crate::dispatch::Step;

macro_rules! not_chosen {
    ($($name:ident)*) => { instructions! { $(
        /// The family's general form.
        fn $name(cx, _) { let _ = cx; Step::Deopt }
    )* } };
}

not_chosen! {
    LOAD_ATTR_GETATTRIBUTE_OVERRIDDEN CALL_BUILTIN_O CALL_BUILTIN_FAST CALL_BUILTIN_FAST_WITH_KEYWORDS
    CALL_METHOD_DESCRIPTOR_O CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS CALL_METHOD_DESCRIPTOR_NOARGS
    CALL_METHOD_DESCRIPTOR_FAST CALL_ALLOC_AND_ENTER_INIT
}
