//! `compile`, `eval`, `exec`.

use krait_macros::pymodule_part;

/// The functions.
#[pymodule_part(name = "builtins")]
#[allow(clippy::module_inception)]
pub mod code {
    use crate::ast::{self, AstNode};
    use crate::builtins::source::{Given, file_name};
    use bumpalo::Bump;
    use krait_interp::compile::{
        Source, compile_source, compile_tree, flags, optimize_tree, parse_for_version,
    };
    use krait_interp::execute::{run_code, run_code_with_closure};
    use krait_interp::objects::PyCode;
    use krait_interp::objects::frame::{
        current_builtins, current_frame_object, current_globals, current_locals,
    };
    use krait_runtime::objects::PyCell;
    use krait_runtime::prelude::*;
    use krait_syntax::Mode;
    use krait_syntax::validate::{InvalidKind, validate};

    /// Future features in force where the caller stands (`PyEval_MergeCompilerFlags`).
    fn inherited_flags(py: Py<'_>) -> PyResult<u32> {
        Ok(match current_frame_object(py, 0)? {
            Some(frame) => frame.code().co_flags.get() as u32 & flags::FUTURES,
            None => 0,
        })
    }

    #[pyfunction]
    #[sig("(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1)")]
    fn compile(
        py: Py<'_>,
        source: &PyObject,
        filename: &PyObject,
        mode: String,
        #[default(0)] flags: i32,
        #[default(false)] dont_inherit: bool,
        #[default(-1)] optimize: i32,
        #[default(-1)] _feature_version: i32,
    ) -> PyResult<Ref<PyObject>> {
        let filename = file_name(py, filename)?;
        let known = flags::FUTURES
            | flags::NESTED
            | flags::DONT_IMPLY_DEDENT
            | flags::OPTIMIZED_AST
            | flags::TYPE_COMMENTS
            | flags::ALLOW_TOP_LEVEL_AWAIT
            | flags::ALLOW_INCOMPLETE_INPUT;
        let mut all = flags as u32;
        if all & !known != 0 {
            bail!(py, ValueError, "compile(): unrecognised flags")
        }
        if !(-1..=2).contains(&optimize) {
            bail!(py, ValueError, "compile(): invalid optimize value")
        }
        if !dont_inherit {
            all |= inherited_flags(py)?;
        }
        let only_ast = all & flags::ONLY_AST != 0;
        let mode = match mode.as_str() {
            "exec" => Mode::Exec,
            "eval" => Mode::Eval,
            "single" => Mode::Single,
            "func_type" if only_ast => Mode::FuncType,
            "func_type" => bail!(py, ValueError, "compile() mode 'func_type' requires flag PyCF_ONLY_AST"),
            _ if only_ast => {
                bail!(py, ValueError, "compile() mode must be 'exec', 'eval', 'single' or 'func_type'")
            }
            _ => bail!(py, ValueError, "compile() mode must be 'exec', 'eval' or 'single'"),
        };
        let arena = Bump::new();
        let tree = if source.downcast::<AstNode>().is_some() {
            ast::check_mode(py, source, mode)?;
            if all & flags::OPTIMIZED_AST == flags::ONLY_AST {
                return Ok(source.to_ref());
            }
            let tree = ast::tree_from_object(py, &arena, source)?;
            validate(&tree).map_err(|wrong| match wrong.kind {
                InvalidKind::Value => raise!(py, ValueError, "{}", wrong.message),
                InvalidKind::Type => raise!(py, TypeError, "{}", wrong.message),
            })?;
            tree
        } else {
            let given = Given::of(py, source, "compile", "string, bytes or AST object")?;
            let version = if only_ast { u32::try_from(_feature_version).ok() } else { None };
            let version = version.unwrap_or(FEATURE_VERSION);
            parse_for_version(py, &arena, given.source(), &filename, mode, all, version)?
        };
        if !only_ast {
            return compile_tree(py, &tree, &filename, all, optimize).map(Ref::upcast);
        }
        if all & flags::OPTIMIZED_AST == flags::OPTIMIZED_AST {
            let tree = optimize_tree(py, &arena, &tree, &filename, all, optimize)?;
            return ast::tree_to_object(py, &tree);
        }
        ast::tree_to_object(py, &tree)
    }

    /// The minor version whose grammar is the default.
    const FEATURE_VERSION: u32 = 14;

    /// The two namespaces of `eval` and `exec`.
    struct Namespaces {
        globals: Ref<PyDict>,
        locals: Ref<PyObject>,
    }

    fn namespaces(
        py: Py<'_>,
        globals: Option<&PyObject>,
        locals: Option<&PyObject>,
        function: &str,
    ) -> PyResult<Namespaces> {
        let namespaces = match globals {
            Some(globals) => {
                let Some(globals) = globals.downcast::<PyDict>() else {
                    bail!(py, SystemError, "{function}: globals are not a dict")
                };
                let locals = locals.map_or_else(|| globals.to_ref(), PyObject::to_ref);
                Namespaces { globals: globals.new_ref(), locals }
            }
            None => {
                let Some(globals) = current_globals(py) else {
                    bail!(py, SystemError, "globals and locals cannot be NULL")
                };
                let locals = match locals {
                    Some(locals) => locals.to_ref(),
                    None => current_locals(py)?,
                };
                Namespaces { globals, locals }
            }
        };
        let name = id!(py, "__builtins__");
        if namespaces.globals.get_str(py, name)?.is_none() {
            let builtins = match current_builtins(py) {
                Some(builtins) => Some(builtins),
                None => py.interp().builtins.get(),
            };
            if let Some(builtins) = builtins {
                namespaces.globals.set(py, name, &builtins)?;
            }
        }
        Ok(namespaces)
    }

    #[pyfunction]
    fn eval(
        py: Py<'_>,
        source: &PyObject,
        globals: Option<&PyObject>,
        locals: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let globals = globals.filter(|g| !g.is_none());
        let locals = locals.filter(|l| !l.is_none());
        if locals.is_some_and(|l| !l.is_mapping()) {
            bail!(py, TypeError, "locals must be a mapping")
        }
        if let Some(globals) = globals
            && !PyDict::check(globals)
        {
            if globals.is_mapping() {
                bail!(py, TypeError, "globals must be a real dict; try eval(expr, {{}}, mapping)")
            }
            bail!(py, TypeError, "globals must be a dict")
        }
        let spaces = namespaces(py, globals, locals, "eval")?;
        if let Some(code) = source.downcast_exact::<PyCode>() {
            if code.co_nfreevars.get() > 0 {
                bail!(py, TypeError, "code object passed to eval() may not contain free variables")
            }
            py.audit("exec", &[code])?;
            return run_code(py, code, &spaces.globals, Some(&spaces.locals));
        }
        let given = Given::of(py, source, "eval", "string, bytes or code object")?;
        let source = match given.source() {
            Source::Text(text) => Source::Text(text.trim_start_matches([' ', '\t'])),
            Source::Bytes(bytes) => {
                let blank = bytes.iter().take_while(|&&b| b == b' ' || b == b'\t').count();
                Source::Bytes(bytes.get(blank..).unwrap_or_default())
            }
        };
        let name = PyStr::new(py, "<string>")?;
        let code = compile_source(py, source, &name, Mode::Eval, inherited_flags(py)?, -1)?;
        py.audit("exec", &[&code])?;
        run_code(py, &code, &spaces.globals, Some(&spaces.locals))
    }

    #[pyfunction]
    fn exec(
        py: Py<'_>,
        source: &PyObject,
        globals: Option<&PyObject>,
        locals: Option<&PyObject>,
        closure: Option<&PyObject>,
    ) -> PyResult<()> {
        let globals = globals.filter(|g| !g.is_none());
        let locals = locals.filter(|l| !l.is_none());
        let closure = closure.filter(|c| !c.is_none());
        if let Some(globals) = globals
            && !PyDict::check(globals)
        {
            bail!(py, TypeError, "exec() globals must be a dict, not {}", globals.ty().name())
        }
        if let Some(locals) = locals
            && !locals.is_mapping()
        {
            bail!(py, TypeError, "locals must be a mapping or None, not {}", locals.ty().name())
        }
        let spaces = namespaces(py, globals, locals, "exec")?;
        if let Some(code) = source.downcast_exact::<PyCode>() {
            py.audit("exec", &[code])?;
            let free = code.co_nfreevars.get();
            if free == 0 {
                if closure.is_some() {
                    bail!(py, TypeError, "cannot use a closure with this code object")
                }
                return run_code(py, code, &spaces.globals, Some(&spaces.locals)).map(drop);
            }
            let cells = closure.and_then(|c| c.downcast_exact::<PyTuple>()).filter(|cells| {
                cells.len() == free as usize && cells.as_slice().iter().all(|c| PyCell::check_exact(c))
            });
            let Some(cells) = cells else {
                bail!(py, TypeError, "code object requires a closure of exactly length {free}")
            };
            let run = run_code_with_closure(py, code, &spaces.globals, Some(&spaces.locals), Some(cells));
            return run.map(drop);
        }
        if closure.is_some() {
            bail!(py, TypeError, "closure can only be used when source is a code object")
        }
        let given = Given::of(py, source, "exec", "string, bytes or code object")?;
        let name = PyStr::new(py, "<string>")?;
        let code = compile_source(py, given.source(), &name, Mode::Exec, inherited_flags(py)?, -1)?;
        py.audit("exec", &[&code])?;
        run_code(py, &code, &spaces.globals, Some(&spaces.locals)).map(drop)
    }
}
