//! Quickened forms of the instruction families, in files by family. A form whose guard fails gives `Step::Deopt`, which executes the
//! general form. The forms that do not stand here yet always do so: `specialize/` does not choose them.

mod arithmetic;
mod call;
mod compare;
mod global;
mod iterate;
mod subscript;

pub use arithmetic::*;
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
    STORE_ATTR_INSTANCE_VALUE STORE_ATTR_SLOT STORE_ATTR_WITH_HINT
    LOAD_ATTR_INSTANCE_VALUE LOAD_ATTR_MODULE LOAD_ATTR_WITH_HINT
    LOAD_ATTR_SLOT LOAD_ATTR_CLASS LOAD_ATTR_CLASS_WITH_METACLASS_CHECK LOAD_ATTR_PROPERTY
    LOAD_ATTR_GETATTRIBUTE_OVERRIDDEN LOAD_ATTR_METHOD_WITH_VALUES LOAD_ATTR_METHOD_NO_DICT LOAD_ATTR_METHOD_LAZY_DICT
    LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES LOAD_ATTR_NONDESCRIPTOR_NO_DICT
    CALL_BUILTIN_O CALL_BUILTIN_FAST CALL_BUILTIN_FAST_WITH_KEYWORDS
    CALL_METHOD_DESCRIPTOR_O CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS CALL_METHOD_DESCRIPTOR_NOARGS
    CALL_METHOD_DESCRIPTOR_FAST CALL_ALLOC_AND_ENTER_INIT
}
