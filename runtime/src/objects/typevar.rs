//! Type parameters: `TypeVar`, `ParamSpec`, `TypeVarTuple` and `TypeAliasType` (PEP 695).

use crate::object::PyObject;

/// True for `type X = …` aliases and type parameters, which may stand in unions.
pub fn is_type_alias(_object: &PyObject) -> bool {
    false
}

/// True for `TypeVarTuple` objects.
pub fn is_type_var_tuple(_object: &PyObject) -> bool {
    false
}
