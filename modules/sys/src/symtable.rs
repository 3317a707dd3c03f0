//! Module `_symtable`: the compiler's symbol table as objects.

use bumpalo::Bump;
use krait_compiler::symtable::{ScopeId, ScopeKind, SymbolTable};
use krait_interp::compile::{flags, parse_source, symbol_table};
use krait_runtime::prelude::*;
use krait_syntax::Mode;

use crate::builtins::source::{Given, file_name};

/// A scope.
#[pyclass(name = "symtable entry", gc, disallow_instantiation)]
#[repr(C)]
pub struct SymtableEntry {
    base: PyObject,
    #[pymember("id", object, readonly)]
    id: Member<PyObject>,
    #[pymember("name", object, readonly)]
    name: Member<PyObject>,
    #[pymember("symbols", object, readonly)]
    symbols: Member<PyObject>,
    #[pymember("varnames", object, readonly)]
    varnames: Member<PyObject>,
    #[pymember("children", object, readonly)]
    children: Member<PyObject>,
    #[pymember("nested", readonly)]
    nested: Cell<i32>,
    #[pymember("type", readonly)]
    kind: Cell<i32>,
    #[pymember("lineno", readonly)]
    lineno: Cell<i32>,
}

#[pymethods(class = "symtable entry")]
impl SymtableEntry {
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let part = |field: &Member<PyObject>| match field.get() {
            Some(value) => value.str(py).map(|text| text.to_string_lossy().into_owned()),
            None => Ok(String::new()),
        };
        let (name, id) = (part(&self.name)?, part(&self.id)?);
        PyStr::new(py, &format!("<symtable entry {name}({id}), line {}>", self.lineno.get()))
    }
}

/// The number of a kind of scope.
fn number(kind: ScopeKind) -> i32 {
    match kind {
        ScopeKind::Function => 0,
        ScopeKind::Class => 1,
        ScopeKind::Module => 2,
        ScopeKind::Annotation => 3,
        ScopeKind::TypeAlias => 4,
        ScopeKind::TypeParameters => 5,
        ScopeKind::TypeVariable => 6,
    }
}

/// A scope of the table with all within it.
fn entry(py: Py<'_>, table: &SymbolTable, id: ScopeId) -> PyResult<Ref<SymtableEntry>> {
    py.check_stack(" while making a symbol table")?;
    let scope = table.scope(id);
    let text = |name| PyStr::new_interned(py, table.names.text(name));
    let symbols = PyDict::new(py)?;
    for (name, flags) in scope.symbols.iter() {
        symbols.set(py, &*text(name)?, &*PyInt::new(py, i64::from(flags))?)?;
    }
    let varnames =
        scope.varnames.iter().map(|name| text(*name).map(Ref::upcast)).collect::<PyResult<Vec<_>>>()?;
    let children = scope.children.iter().map(|child| entry(py, table, *child).map(Ref::upcast));
    let children = children.collect::<PyResult<Vec<_>>>()?;
    let made = SymtableEntry {
        base: PyObject::HEADER,
        id: Member::empty(),
        name: Member::new(text(scope.name)?.upcast()),
        symbols: Member::new(symbols.upcast()),
        varnames: Member::new(PyList::from_vec(py, varnames)?.upcast()),
        children: Member::new(PyList::from_vec(py, children)?.upcast()),
        nested: Cell::new(i32::from(scope.nested)),
        kind: Cell::new(number(scope.kind)),
        lineno: Cell::new(scope.loc.lineno),
    }
    .alloc_exact(py)?;
    made.id.set(PyInt::from_u64(py, made.as_object().id() as u64)?.upcast());
    Ok(made)
}

fn make(py: Py<'_>, source: &PyObject, filename: &PyObject, mode: &str) -> PyResult<Ref<SymtableEntry>> {
    let filename = file_name(py, filename)?;
    let mode = match mode {
        "exec" => Mode::Exec,
        "eval" => Mode::Eval,
        "single" => Mode::Single,
        _ => bail!(py, ValueError, "symtable() arg 3 must be 'exec' or 'eval' or 'single'"),
    };
    let given = Given::of(py, source, "symtable", "string or bytes object")?;
    let arena = Bump::new();
    let tree = parse_source(py, &arena, given.source(), &filename, mode, flags::SOURCE_IS_UTF8)?;
    let table = symbol_table(py, &tree, &filename)?;
    entry(py, &table, SymbolTable::TOP)
}

/// The table and the numbers in it.
#[pymodule(name = "_symtable", types = [super::SymtableEntry])]
#[allow(clippy::module_inception)]
pub mod symtable {
    use super::SymtableEntry;
    use krait_compiler::symtable as table;
    use krait_runtime::prelude::*;

    #[pyfunction]
    #[sig("(source, filename, startstr, /)")]
    fn symtable(
        py: Py<'_>,
        source: &PyObject,
        filename: &PyObject,
        startstr: String,
    ) -> PyResult<Ref<SymtableEntry>> {
        super::make(py, source, filename, &startstr)
    }

    /// The class of scopes is not among the module's names.
    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.dict().remove(py, id!(py, "symtable entry")).map(drop)
    }

    #[pyattr]
    const USE: u32 = table::USE;
    #[pyattr]
    const DEF_GLOBAL: u32 = table::DEF_GLOBAL;
    #[pyattr]
    const DEF_NONLOCAL: u32 = table::DEF_NONLOCAL;
    #[pyattr]
    const DEF_LOCAL: u32 = table::DEF_LOCAL;
    #[pyattr]
    const DEF_PARAM: u32 = table::DEF_PARAM;
    #[pyattr]
    const DEF_TYPE_PARAM: u32 = table::DEF_TYPE_PARAM;
    #[pyattr]
    const DEF_FREE_CLASS: u32 = table::DEF_FREE_CLASS;
    #[pyattr]
    const DEF_IMPORT: u32 = table::DEF_IMPORT;
    #[pyattr]
    const DEF_BOUND: u32 = table::DEF_LOCAL | table::DEF_PARAM | table::DEF_IMPORT;
    #[pyattr]
    const DEF_ANNOT: u32 = table::DEF_ANNOT;
    #[pyattr]
    const DEF_COMP_ITER: u32 = table::DEF_COMP_ITER;
    #[pyattr]
    const DEF_COMP_CELL: u32 = table::DEF_COMP_CELL;
    #[pyattr]
    const TYPE_FUNCTION: i32 = 0;
    #[pyattr]
    const TYPE_CLASS: i32 = 1;
    #[pyattr]
    const TYPE_MODULE: i32 = 2;
    #[pyattr]
    const TYPE_ANNOTATION: i32 = 3;
    #[pyattr]
    const TYPE_TYPE_ALIAS: i32 = 4;
    #[pyattr]
    const TYPE_TYPE_PARAMETERS: i32 = 5;
    #[pyattr]
    const TYPE_TYPE_VARIABLE: i32 = 6;
    #[pyattr]
    const LOCAL: u32 = table::LOCAL;
    #[pyattr]
    const GLOBAL_EXPLICIT: u32 = table::GLOBAL_EXPLICIT;
    #[pyattr]
    const GLOBAL_IMPLICIT: u32 = table::GLOBAL_IMPLICIT;
    #[pyattr]
    const FREE: u32 = table::FREE;
    #[pyattr]
    const CELL: u32 = table::CELL;
    #[pyattr]
    const SCOPE_OFF: u32 = table::SCOPE_OFFSET;
    #[pyattr]
    const SCOPE_MASK: u32 = table::SCOPE_MASK;
}
