//! Module `_ast`: node classes and the conversions between trees and objects, all from the one table in `krait_syntax::asdl`.

mod classes;
mod from_object;
mod node;
mod to_object;

pub use from_object::tree_from_object;
pub use node::AstNode;
pub use to_object::tree_to_object;

use classes::Classes;
use krait_runtime::prelude::*;
use krait_syntax::Mode;

/// Checks that a node is what a mode of `compile` wants at the top.
pub fn check_mode(py: Py<'_>, node: &PyObject, mode: Mode) -> PyResult<()> {
    use krait_syntax::asdl::Class;
    let (class, name) = match mode {
        Mode::Exec => (Class::Module, "Module"),
        Mode::Eval => (Class::Expression, "Expression"),
        Mode::Single => (Class::Interactive, "Interactive"),
        Mode::FuncType => (Class::FunctionType, "FunctionType"),
    };
    match Classes::of(py)?.class(class) {
        Some(class) if node.is_instance(py, class)? => Ok(()),
        _ => Err(raise!(py, TypeError, "expected {name} node, got {}", node.ty().short_name())),
    }
}

/// The node classes and the flags of `compile` that go with them.
#[pymodule(name = "_ast", types = [super::node::AstNode])]
#[allow(clippy::module_inception)]
pub mod ast {
    use super::classes::Classes;
    use krait_interp::compile::flags;
    use krait_runtime::prelude::*;

    #[pyattr(name = "PyCF_ALLOW_TOP_LEVEL_AWAIT")]
    const ALLOW_TOP_LEVEL_AWAIT: u32 = flags::ALLOW_TOP_LEVEL_AWAIT;
    #[pyattr(name = "PyCF_ONLY_AST")]
    const ONLY_AST: u32 = flags::ONLY_AST;
    #[pyattr(name = "PyCF_TYPE_COMMENTS")]
    const TYPE_COMMENTS: u32 = flags::TYPE_COMMENTS;
    #[pyattr(name = "PyCF_OPTIMIZED_AST")]
    const OPTIMIZED_AST: u32 = flags::OPTIMIZED_AST;

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        for (name, class) in Classes::of(py)?.listed() {
            module.dict().set(py, &*PyStr::new_interned(py, name)?, &class)?;
        }
        Ok(())
    }
}
