//! What is noted of a name in a scope. The numbers are those of module `_symtable`, whose users see them.

/// `global` statement.
pub const DEF_GLOBAL: u32 = 1;
/// Assignment in the block.
pub const DEF_LOCAL: u32 = 1 << 1;
/// Formal parameter.
pub const DEF_PARAM: u32 = 1 << 2;
/// `nonlocal` statement.
pub const DEF_NONLOCAL: u32 = 1 << 3;
/// The name is read.
pub const USE: u32 = 1 << 4;
/// Free in a method of this class, and bound in the class body too.
pub const DEF_FREE_CLASS: u32 = 1 << 6;
/// Bound by an import.
pub const DEF_IMPORT: u32 = 1 << 7;
/// The name is annotated.
pub const DEF_ANNOT: u32 = 1 << 8;
/// Target of a comprehension.
pub const DEF_COMP_ITER: u32 = 1 << 9;
/// Type parameter.
pub const DEF_TYPE_PARAM: u32 = 1 << 10;
/// A cell of a comprehension that is inlined here.
pub const DEF_COMP_CELL: u32 = 1 << 11;
/// Bound in this block.
pub const DEF_BOUND: u32 = DEF_LOCAL | DEF_PARAM | DEF_IMPORT | DEF_TYPE_PARAM;

/// The place of the scope (below) in a symbol's flags.
pub const SCOPE_OFFSET: u32 = 12;
/// The bits of the scope once shifted down.
pub const SCOPE_MASK: u32 = 15;
/// A local variable.
pub const LOCAL: u32 = 1;
/// Declared with `global`.
pub const GLOBAL_EXPLICIT: u32 = 2;
/// Bound nowhere in sight.
pub const GLOBAL_IMPLICIT: u32 = 3;
/// A variable of an enclosing function.
pub const FREE: u32 = 4;
/// A local variable that inner functions use.
pub const CELL: u32 = 5;

/// The scope that a symbol's flags name: 0, [`LOCAL`], [`GLOBAL_EXPLICIT`], [`GLOBAL_IMPLICIT`], [`FREE`] or [`CELL`].
pub const fn scope_of(flags: u32) -> u32 {
    (flags >> SCOPE_OFFSET) & SCOPE_MASK
}
