//! From source to code objects: parsing and compiling with Python's errors and warnings. Not here: the grammar (crate `syntax`), code
//! generation (crate `compiler`).

use bumpalo::Bump;
use krait_compiler::{CompileError, ErrorKind as CompileErrorKind, Options};
use krait_runtime::objects::exceptions::types;
use krait_runtime::objects::{PyBytes, PyStr};
use krait_runtime::prelude::*;
use krait_syntax::ast::Mod;
use krait_syntax::{
    Decoder, ErrorKind, Mode, ParseOptions, StackLimit, SyntaxError, Warning, WarningCategory,
};

use crate::objects::code::PyCode;
use crate::warnings::warn_explicit;

/// `PyCF_*` flags of `compile()`; the `CO_FUTURE_*` bits come with them.
#[allow(missing_docs)]
pub mod flags {
    /// Once a future feature; still accepted.
    pub const NESTED: u32 = 0x10;
    pub const SOURCE_IS_UTF8: u32 = 0x100;
    pub const DONT_IMPLY_DEDENT: u32 = 0x200;
    pub const ONLY_AST: u32 = 0x400;
    pub const IGNORE_COOKIE: u32 = 0x800;
    pub const TYPE_COMMENTS: u32 = 0x1000;
    pub const ALLOW_TOP_LEVEL_AWAIT: u32 = 0x2000;
    pub const ALLOW_INCOMPLETE_INPUT: u32 = 0x4000;
    pub const OPTIMIZED_AST: u32 = 0x8000 | ONLY_AST;
    /// Ours: the bytes are those of the file that is run, which CPython reads line by line.
    pub const SCRIPT: u32 = 0x4000_0000;
    /// All `CO_FUTURE_*` bits.
    pub const FUTURES: u32 = 0x1fe_0000;
    pub const BARRY_AS_BDFL: u32 = 0x40_0000;
}

/// Source text as `compile()` gets it.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// Decoded already: declarations of an encoding do not count.
    Text(&'a str),
    /// Bytes of a file: with a byte order mark or a declaration.
    Bytes(&'a [u8]),
}

/// Decodes by Python's codec registry.
struct Codecs<'py>(Py<'py>);

impl Decoder for Codecs<'_> {
    fn decode(&mut self, encoding: &str, bytes: &[u8]) -> Result<String, Option<String>> {
        let py = self.0;
        let decoded = (|| {
            let bytes = PyBytes::new(py, bytes)?;
            let encoding = PyStr::new(py, encoding)?;
            let text = bytes.call_method(py, id!(py, "decode"), &[&encoding])?;
            match text.downcast::<PyStr>() {
                Some(text) => text.to_utf8(py).map(|t| t.into_owned()),
                None => Err(raise!(py, TypeError, "decoder should return a string result")),
            }
        })();
        decoded.map_err(|raised| {
            let exc = py.fetch(raised);
            match exc.str(py) {
                Ok(text) => Some(text.to_string_lossy().into_owned()),
                Err(raised) => {
                    py.clear_error(raised);
                    None
                }
            }
        })
    }
}

/// `compile(source, filename, mode, flags, optimize=optimize)` with code as result. `optimize` is -1 for the interpreter's own level.
pub fn compile_source(
    py: Py<'_>,
    source: Source<'_>,
    filename: &PyStr,
    mode: Mode,
    flags: u32,
    optimize: i32,
) -> PyResult<Ref<PyCode>> {
    let arena = Bump::new();
    let tree = parse_source(py, &arena, source, filename, mode, flags)?;
    compile_tree(py, &tree, filename, flags, optimize)
}

/// Parses; syntax warnings are issued, errors raised.
pub fn parse_source<'a>(
    py: Py<'_>,
    arena: &'a Bump,
    source: Source<'_>,
    filename: &PyStr,
    mode: Mode,
    flags: u32,
) -> PyResult<Mod<'a>> {
    parse_for_version(py, arena, source, filename, mode, flags, 14)
}

/// As [`parse_source`], without issuing the warnings: for a look whether a source is whole.
pub fn parse_quietly<'a>(
    py: Py<'_>,
    arena: &'a Bump,
    source: Source<'_>,
    filename: &PyStr,
    mode: Mode,
    flags: u32,
) -> PyResult<Mod<'a>> {
    parse_only(py, arena, source, filename, mode, flags, 14, &mut Vec::new())
        .map_err(|error| raise_syntax_error(py, &error, filename))
}

/// Parses; what is to be warned of is told also when an error comes after it.
#[allow(clippy::too_many_arguments)]
fn parse_only<'a>(
    py: Py<'_>,
    arena: &'a Bump,
    source: Source<'_>,
    filename: &PyStr,
    mode: Mode,
    flags: u32,
    feature_version: u32,
    warnings: &mut Vec<Warning>,
) -> Result<Mod<'a>, Box<SyntaxError>> {
    let name: &'a str = arena.alloc_str(&filename.to_string_lossy());
    let has = |flag| flags & flag != 0;
    let options = ParseOptions {
        mode,
        filename: name,
        type_comments: has(flags::TYPE_COMMENTS),
        feature_version,
        dont_imply_dedent: has(flags::DONT_IMPLY_DEDENT),
        allow_incomplete_input: has(flags::ALLOW_INCOMPLETE_INPUT),
        barry_as_bdfl: has(flags::BARRY_AS_BDFL),
        max_int_digits: py.interp().int_max_str_digits.get().max(0) as usize,
        stack_limit: stack_limit(py),
        from_file: has(flags::SCRIPT),
    };
    let exec = mode == Mode::Exec;
    if let Source::Bytes(bytes) = source
        && has(flags::SCRIPT)
        && let Some(at) = bytes.iter().position(|byte| *byte == 0)
    {
        return Err(null_byte(bytes.get(..at).unwrap_or(b"")));
    }
    let decoded = match source {
        Source::Text(text) => Some(text),
        Source::Bytes(bytes) if has(flags::IGNORE_COOKIE) => core::str::from_utf8(bytes).ok(),
        Source::Bytes(_) => None,
    };
    let text = match (decoded, source) {
        (Some(text), _) | (None, Source::Text(text)) => krait_syntax::source::normal_lines(arena, text, exec),
        (None, Source::Bytes(bytes)) => krait_syntax::source::decode(arena, bytes, exec, &mut Codecs(py))
            .map_err(|error| if has(flags::SCRIPT) { name_script(error, name) } else { error })?,
    };
    krait_syntax::parse_warning(arena, text, options, warnings)
}

/// Errors of a script's encoding name the file.
fn name_script(mut error: Box<SyntaxError>, filename: &str) -> Box<SyntaxError> {
    if error.msg.starts_with("Non-UTF-8 code starting with")
        && let Some((what, place)) = error.msg.split_once(" on line ")
    {
        error.msg = format!("{what} in file {filename} on line {place}");
    }
    error
}

/// The error for a null byte in a script, after what stands before it.
fn null_byte(before: &[u8]) -> Box<SyntaxError> {
    let lineno = before.iter().filter(|byte| **byte == b'\n').count() as i32 + 1;
    let line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or(b"");
    Box::new(SyntaxError {
        lineno: Some(lineno),
        offset: Some(0),
        end_lineno: Some(lineno),
        end_offset: Some(0),
        text: Some(String::from_utf8_lossy(line).into_owned()),
        ..SyntaxError::bare(ErrorKind::Syntax, "source code cannot contain null bytes")
    })
}

/// As [`parse_source`], for the grammar of another minor version (`ast.parse(feature_version=…)`).
pub fn parse_for_version<'a>(
    py: Py<'_>,
    arena: &'a Bump,
    source: Source<'_>,
    filename: &PyStr,
    mode: Mode,
    flags: u32,
    feature_version: u32,
) -> PyResult<Mod<'a>> {
    py.audit_with("compile", || {
        let text = match source {
            Source::Text(text) => text.as_bytes(),
            Source::Bytes(bytes) => bytes,
        };
        Ok([PyBytes::new(py, text)?.upcast(), filename.to_ref()])
    })?;
    let mut warnings = Vec::new();
    let parsed = parse_only(py, arena, source, filename, mode, flags, feature_version, &mut warnings);
    for warning in &warnings {
        issue_warning(py, warning, filename, || source_line(source, filename, mode, warning.lineno))?;
    }
    parsed.map_err(|error| raise_syntax_error(py, &error, filename))
}

/// Issues what parsing or tokenizing warned of; `text` gives the line, should the filters make an error of it.
pub fn issue_warning(
    py: Py<'_>,
    warning: &Warning,
    filename: &PyStr,
    text: impl FnOnce() -> Option<String>,
) -> PyResult<()> {
    let category = match warning.category {
        WarningCategory::Syntax => types::SyntaxWarning(),
        WarningCategory::Deprecation => types::DeprecationWarning(),
    };
    let message = PyStr::new(py, &warning.msg)?;
    let Err(raised) = warn_explicit(py, category, &message, filename, warning.lineno) else { return Ok(()) };
    if !py.error_matches(category) {
        return Err(raised);
    }
    // The warning became an error: it gets a place in the source.
    py.clear_error(raised);
    let error = SyntaxError {
        lineno: Some(warning.lineno),
        offset: Some(warning.error_offset),
        end_lineno: Some(warning.lineno),
        end_offset: Some(warning.error_end_offset),
        text: text(),
        ..SyntaxError::bare(ErrorKind::Syntax, warning.error_msg.as_deref().unwrap_or(&warning.msg))
    };
    Err(raise_syntax_error(py, &error, filename))
}

/// The tree after the optimisations that `PyCF_OPTIMIZED_AST` asks for.
pub fn optimize_tree<'a>(
    py: Py<'_>,
    arena: &'a Bump,
    tree: &Mod<'a>,
    filename: &PyStr,
    flags: u32,
    optimize: i32,
) -> PyResult<Mod<'a>> {
    let name = filename.to_string_lossy();
    krait_compiler::optimized_tree(arena, tree, &options(py, &name, flags, optimize))
        .map_err(|error| raise_compile_error(py, &error, filename))
}

/// The symbol table of a tree, for module `_symtable`. What compiling would warn of is not said here.
pub fn symbol_table(
    py: Py<'_>,
    tree: &Mod<'_>,
    filename: &PyStr,
) -> PyResult<krait_compiler::symtable::SymbolTable> {
    let name = filename.to_string_lossy();
    krait_compiler::symbol_table(tree, &options(py, &name, 0, 0), &mut Vec::new())
        .map(|(table, _)| table)
        .map_err(|error| raise_compile_error(py, &error, filename))
}

fn options<'a>(py: Py<'_>, filename: &'a str, flags: u32, optimize: i32) -> Options<'a> {
    let optimize = if optimize < 0 { py.interp().config.borrow().optimize } else { optimize };
    Options {
        filename,
        optimize: optimize.clamp(0, 2) as u8,
        features: flags & flags::FUTURES,
        top_level_await: flags & flags::ALLOW_TOP_LEVEL_AWAIT != 0,
        stack_limit: stack_limit(py),
    }
}

/// Parser and compiler look at the stack less often than once a call: they stop a little before everybody else.
fn stack_limit(py: Py<'_>) -> StackLimit {
    const RESERVE: usize = 24 * 1024;
    StackLimit::at(py.thread().stack_soft_limit.get() + RESERVE)
}

/// Compiles a tree; warnings are issued, errors raised.
pub fn compile_tree(
    py: Py<'_>,
    tree: &Mod<'_>,
    filename: &PyStr,
    flags: u32,
    optimize: i32,
) -> PyResult<Ref<PyCode>> {
    let name = filename.to_string_lossy();
    let options = options(py, &name, flags, optimize);
    let mut warnings = Vec::new();
    let result = krait_compiler::compile(tree, &options, &mut warnings);
    for warning in &warnings {
        let text = PyStr::new(py, &warning.message)?;
        let line = warning.loc.lineno;
        if let Err(raised) = warn_explicit(py, types::SyntaxWarning(), &text, filename, line) {
            if !py.error_matches(types::SyntaxWarning()) {
                return Err(raised);
            }
            py.clear_error(raised);
            return Err(raise_at(py, &warning.message, warning.loc, filename));
        }
    }
    match result {
        Ok(code) => PyCode::from_data(py, &code),
        Err(error) => Err(raise_compile_error(py, &error, filename)),
    }
}

fn raise_compile_error(py: Py<'_>, error: &CompileError, filename: &PyStr) -> Raised {
    match error.kind {
        CompileErrorKind::Syntax if error.of_symbols => raise_of_symbols(py, error, filename),
        CompileErrorKind::Syntax => raise_at(py, &error.message, error.loc, filename),
        CompileErrorKind::Recursion => raise!(py, RecursionError, "{}", error.message),
        CompileErrorKind::System => raise!(py, SystemError, "{}", error.message),
        CompileErrorKind::Value => raise!(py, ValueError, "{}", error.message),
        CompileErrorKind::Overflow => raise!(py, OverflowError, "{}", error.message),
        CompileErrorKind::Memory => raise!(py, MemoryError, "{}", error.message),
        CompileErrorKind::Runtime => raise!(py, RuntimeError, "{}", error.message),
    }
}

/// A `SyntaxError` of the compiler: its columns count bytes, and the source line comes from the file.
fn raise_at(py: Py<'_>, message: &str, loc: krait_syntax::ast::Location, filename: &PyStr) -> Raised {
    let mut error = SyntaxError::bare(ErrorKind::Syntax, message);
    if loc.lineno != 0 {
        error.lineno = Some(loc.lineno);
        error.offset = Some(loc.col_offset + 1);
        error.end_lineno = Some(loc.end_lineno);
        error.end_offset = Some(loc.end_col_offset + 1);
        error.text = file_line(filename, loc.lineno);
    }
    raise_syntax_error(py, &error, filename)
}

/// A `SyntaxError` of the symbol table: its `args` hold the message alone, the place is in its attributes.
fn raise_of_symbols(py: Py<'_>, error: &CompileError, filename: &PyStr) -> Raised {
    let raised =
        raise_syntax_error(py, &SyntaxError::bare(ErrorKind::Syntax, error.message.as_str()), filename);
    let exc = py.fetch(raised);
    let loc = error.loc;
    let placed = (|| {
        let text = if loc.lineno == 0 { None } else { file_line(filename, loc.lineno) };
        for (name, value) in [
            (id!(py, "lineno"), loc.lineno.into_py(py)?),
            (id!(py, "offset"), (loc.col_offset + 1).into_py(py)?),
            (id!(py, "end_lineno"), loc.end_lineno.into_py(py)?),
            (id!(py, "end_offset"), (loc.end_col_offset + 1).into_py(py)?),
            (id!(py, "filename"), filename.to_ref()),
            (id!(py, "text"), text.as_deref().into_py(py)?),
        ] {
            exc.set_attr(py, name, &value)?;
        }
        Ok(())
    })();
    match placed {
        Ok(()) => py.restore(exc),
        Err(raised) => raised,
    }
}

fn file_line(filename: &PyStr, line: i32) -> Option<String> {
    let name = filename.to_string_lossy();
    if name.starts_with('<') {
        return None;
    }
    let text = std::fs::read(&*name).ok()?;
    nth_line(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text), line)
}

fn nth_line(text: &[u8], line: i32) -> Option<String> {
    let index = usize::try_from(line).ok()?.checked_sub(1)?;
    let line = text.split_inclusive(|&b| b == b'\n').nth(index)?;
    Some(String::from_utf8_lossy(line).into_owned())
}

fn source_line(source: Source<'_>, filename: &PyStr, mode: Mode, line: i32) -> Option<String> {
    let bytes = match source {
        Source::Text(text) => text.as_bytes(),
        Source::Bytes(bytes) => bytes,
    };
    let mut text = nth_line(bytes, line).or_else(|| file_line(filename, line))?;
    if mode == Mode::Exec && !text.ends_with('\n') {
        text.push('\n');
    }
    Some(text)
}

/// Raises what parsing reported.
pub fn raise_syntax_error(py: Py<'_>, error: &SyntaxError, filename: &PyStr) -> Raised {
    let class = match error.kind {
        ErrorKind::Syntax | ErrorKind::Decode => types::SyntaxError(),
        ErrorKind::Indentation => types::IndentationError(),
        ErrorKind::Tab => types::TabError(),
        ErrorKind::IncompleteInput => types::_IncompleteInputError(),
        ErrorKind::Memory => return raise!(py, MemoryError, "{}", error.msg),
        ErrorKind::Value => return raise!(py, ValueError, "{}", error.msg),
    };
    let raised = match syntax_error_args(py, error, filename) {
        Ok(args) => py.raise_object(class, Some(&args)),
        Err(raised) => raised,
    };
    let Some(source) = &error.source else { return raised };
    let exc = py.fetch(raised);
    let noted = (|| {
        let (zero, source) = (PyInt::new(py, 0)?, PyStr::new(py, source)?);
        exc.set_attr(py, id!(py, "_metadata"), &*PyTuple::new(py, &[&zero, &zero, &source])?)
    })();
    match noted {
        Ok(()) => py.restore(exc),
        Err(raised) => raised,
    }
}

fn syntax_error_args(py: Py<'_>, error: &SyntaxError, filename: &PyStr) -> PyResult<Ref<PyTuple>> {
    let msg = PyStr::new(py, &error.msg)?;
    if error.lineno.is_none() {
        return PyTuple::new(py, &[&msg]);
    }
    let mut fields = vec![
        filename.to_ref(),
        error.lineno.into_py(py)?,
        error.offset.into_py(py)?,
        error.text.as_deref().into_py(py)?,
    ];
    if error.end_lineno.is_some() {
        fields.push(error.end_lineno.into_py(py)?);
        fields.push(error.end_offset.into_py(py)?);
    }
    let place = PyTuple::from_vec(py, fields)?;
    PyTuple::new(py, &[&msg, &place])
}
