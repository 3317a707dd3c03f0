//! The instructions' bodies, one small function each, in files by theme. A body gets the machine state with `ip` past its own
//! unit and says what comes next; it pops and pushes as the instruction table says. On an error its operands may stay on the stack:
//! the unwinder releases them.
//!
//! Every body is `unsafe` for one reason: it trusts the code object. Operands index existing locals, names, constants, the stack is as
//! deep as the instruction's effect says, jumps lead to instructions. The compiler makes such code; code made otherwise
//! (`CodeType(...)`, marshal) is as dangerous as in CPython.
#![allow(clippy::missing_safety_doc)]

/// Declares bodies: `fn NAME(cx, oparg) { … }` in an unsafe context, giving a `Step`.
macro_rules! instructions {
    ($($(#[$meta:meta])* fn $name:ident($cx:ident, $oparg:pat) $body:block)*) => {
        $(
            $(#[$meta])*
            #[inline(always)]
            #[allow(non_snake_case, unused_unsafe)]
            pub unsafe fn $name($cx: &mut $crate::dispatch::Cx<'_>, $oparg: u32) -> $crate::dispatch::Step {
                // SAFETY: well-formed code, as the module says.
                unsafe { $body }
            }
        )*
    };
}

pub(crate) mod access;
mod attribute;
mod binary;
mod build;
pub(crate) mod call;
mod compare;
mod exception;
mod format;
mod generator;
mod import;
mod instrumented;
pub(crate) mod intrinsics;
mod iterate;
mod jump;
mod load_store;
mod match_case;
mod names;
mod resume;
mod specialized;
mod unpack;
mod with;

pub use attribute::*;
pub use binary::*;
pub use build::*;
pub use call::*;
pub use compare::*;
pub use exception::*;
pub use format::*;
pub use generator::*;
pub use import::*;
pub use instrumented::*;
pub use intrinsics::*;
pub use iterate::*;
pub use jump::*;
pub use load_store::*;
pub use match_case::*;
pub use names::*;
pub use resume::*;
pub use specialized::*;
pub use unpack::*;
pub use with::*;

/// Whether calls of the function stay in the loop: nobody has exchanged its vectorcall.
pub(crate) fn is_inlinable(function: &krait_runtime::PyObject) -> bool {
    call::inlinable(function)
}
