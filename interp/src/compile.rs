//! From source to code objects: parsing and compiling with Python's errors and warnings. Not here: the grammar (crate `syntax`), code
//! generation (crate `compiler`).

use std::cell::{Cell, RefCell};

use bumpalo::Bump;
use krait_compiler::{CompileError, ErrorKind as CompileErrorKind, Options};
use krait_runtime::objects::builtin_function::PyCFunction;
use krait_runtime::objects::exceptions::types;
use krait_runtime::objects::{PyBytes, PyStr};
use krait_runtime::prelude::*;
use krait_syntax::ast::Mod;
use krait_syntax::{
    CharacterNames, Decoder, ErrorKind, Mode, Normaliser, ParseOptions, StackLimit, SyntaxError, Warning,
    WarningCategory,
};

use crate::objects::code::PyCode;
use crate::script::{self, Fault};
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

impl Source<'_> {
    fn len(&self) -> usize {
        match self {
            Source::Text(text) => text.len(),
            Source::Bytes(bytes) => bytes.len(),
        }
    }
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

/// A function that a program has put in the place of `unicodedata.normalize`, which CPython calls for identifiers.
struct ReplacedNormaliser<'py> {
    py: Py<'py>,
    /// Until the tree is there, which outlives this in the arena.
    function: RefCell<Option<Ref<PyObject>>>,
    failed: Cell<bool>,
}

impl<'py> ReplacedNormaliser<'py> {
    fn find(py: Py<'py>) -> Option<Self> {
        let found = (|| {
            let Some(modules) = py.sys_object(id!(py, "modules"))? else { return Ok(None) };
            let Some(modules) = modules.downcast::<PyDict>() else { return Ok(None) };
            let Some(module) = modules.get(py, &*PyStr::new(py, "unicodedata")?)? else { return Ok(None) };
            module.get_attr_optional(py, id!(py, "normalize"))
        })();
        match found {
            Ok(function) => {
                let function = function.filter(|function| function.downcast::<PyCFunction>().is_none())?;
                Some(ReplacedNormaliser {
                    py,
                    function: RefCell::new(Some(function)),
                    failed: Cell::new(false),
                })
            }
            Err(raised) => {
                py.clear_error(raised);
                None
            }
        }
    }

    fn call(&self, name: &str) -> PyResult<String> {
        let py = self.py;
        let function = self.function.borrow().clone();
        let Some(function) = function else { bail!(py, SystemError, "an identifier after the parse") };
        let normal = function.call(py, &[&*PyStr::new(py, "NFKC")?, &*PyStr::new(py, name)?])?;
        match normal.downcast::<PyStr>() {
            Some(text) => Ok(text.to_utf8(py)?.into_owned()),
            None => {
                let name = if normal.is_none() { "NoneType" } else { normal.ty().name() };
                bail!(py, TypeError, "unicodedata.normalize() must return a string, not {name}")
            }
        }
    }
}

impl core::fmt::Debug for ReplacedNormaliser<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ReplacedNormaliser")
    }
}

impl Normaliser for ReplacedNormaliser<'_> {
    /// What the first failing call raises stays set until `raise_syntax_error` finds it.
    fn normalise(&self, name: &str) -> Option<String> {
        if self.failed.get() {
            return None;
        }
        let normal = self.call(name).ok();
        self.failed.set(normal.is_none());
        normal
    }
}

/// Module `unicodedata`, without which `\N{…}` is an error.
struct Names<'py>(Py<'py>);

impl core::fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Names")
    }
}

impl CharacterNames for Names<'_> {
    fn known(&self) -> bool {
        self.0.knows_character_names()
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
    py: Py<'a>,
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
    py: Py<'a>,
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
    py: Py<'a>,
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
        normaliser: None,
        character_names: None,
    };
    let exec = mode == Mode::Exec;
    let decoded = match source {
        Source::Text(text) => Some(text),
        Source::Bytes(bytes) if has(flags::IGNORE_COOKIE) => core::str::from_utf8(bytes).ok(),
        Source::Bytes(_) => None,
    };
    let text = match (decoded, source) {
        (Some(text), _) | (None, Source::Text(text)) => krait_syntax::source::normal_lines(arena, text, exec),
        (None, Source::Bytes(bytes)) => {
            let decoded = krait_syntax::source::decode(arena, bytes, exec, &mut Codecs(py));
            let fault = match &decoded {
                Err(_) if has(flags::SCRIPT) => script::fault(py, &mut Codecs(py), bytes, name),
                _ => None,
            };
            match fault {
                Some(Fault::Error(error)) => return Err(error),
                Some(Fault::Within(head)) => krait_syntax::source::normal_lines(arena, &head, exec),
                None => decoded?,
            }
        }
    };
    let replaced = if text.is_ascii() { None } else { ReplacedNormaliser::find(py) };
    let replaced = replaced.map(|replaced| &*arena.alloc(replaced));
    let normaliser = replaced.map(|replaced| replaced as &dyn Normaliser);
    let character_names = Some(&*arena.alloc(Names(py)) as &dyn CharacterNames);
    let options = ParseOptions { normaliser, character_names, ..options };
    let mut parsed = krait_syntax::parse_warning(arena, text, options, warnings);
    if let Some(replaced) = replaced {
        drop(replaced.function.take());
    }
    if let Err(error) = &mut parsed
        && exec
        && error.columns.is_some()
    {
        let encoding = match source {
            Source::Text(_) => Some("utf-8"),
            Source::Bytes(_) if has(flags::IGNORE_COOKIE) => Some("utf-8"),
            Source::Bytes(bytes) => krait_syntax::source::declared_encoding(bytes),
        };
        if let Some(line) = error.lineno.and_then(|line| file_line(py, filename, line, encoding)) {
            error.show_in(line);
        }
    }
    parsed
}

/// As [`parse_source`], for the grammar of another minor version (`ast.parse(feature_version=…)`).
pub fn parse_for_version<'a>(
    py: Py<'a>,
    arena: &'a Bump,
    source: Source<'_>,
    filename: &PyStr,
    mode: Mode,
    flags: u32,
    feature_version: u32,
) -> PyResult<Mod<'a>> {
    // A tree takes so much memory in the worst case; it cannot ask for each piece.
    py.expect_room(160 * source.len())?;
    py.audit_with("compile", || {
        let text = match source {
            Source::Text(text) => text.as_bytes(),
            Source::Bytes(bytes) => bytes,
        };
        Ok([PyBytes::new(py, text)?.upcast(), filename.to_ref()])
    })?;
    let mut warnings = Vec::new();
    let parsed = parse_only(py, arena, source, filename, mode, flags, feature_version, &mut warnings);
    let refused = matches!(&parsed, Err(error) if error.kind == ErrorKind::Refused);
    for warning in warnings.iter().filter(|_| !refused) {
        issue_warning(py, warning, filename, || source_line(py, source, filename, mode, warning.lineno))?;
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
        error.text = file_line(py, filename, loc.lineno, None);
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
        let text = if loc.lineno == 0 { None } else { file_line(py, filename, loc.lineno, None) };
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

/// A line of the file that the source is said to come from, in the encoding given or else the file's own.
fn file_line(py: Py<'_>, filename: &PyStr, line: i32, encoding: Option<&str>) -> Option<String> {
    let name = filename.to_string_lossy();
    if name.starts_with('<') {
        return None;
    }
    let bytes = std::fs::read(&*name).ok()?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let text = nth_line(bytes, line)?;
    let encoding = encoding.or_else(|| krait_syntax::source::declared_encoding(bytes));
    let ascii = text.is_ascii();
    match encoding.filter(|_| !ascii).map(krait_syntax::source::normal_name) {
        None => {}
        Some(name) if name == "utf-8" => {}
        Some(encoding) => {
            let decoded = (|| {
                let (bytes, encoding) = (PyBytes::new(py, &text)?, PyStr::new(py, &encoding)?);
                bytes.call_method(py, id!(py, "decode"), &[&encoding, id!(py, "replace")])?.str(py)
            })();
            match decoded {
                Ok(text) => return Some(text.to_string_lossy().into_owned()),
                Err(raised) => py.clear_error(raised),
            }
        }
    }
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// A line with its end, which is `\n` whatever it was.
fn nth_line(text: &[u8], line: i32) -> Option<Vec<u8>> {
    let index = usize::try_from(line).ok()?.checked_sub(1)?;
    let (content, ended) = script::lines(text).nth(index)?;
    Some(if ended { [content, b"\n"].concat() } else { content.to_vec() })
}

fn source_line(py: Py<'_>, source: Source<'_>, filename: &PyStr, mode: Mode, line: i32) -> Option<String> {
    let bytes = match source {
        Source::Text(text) => text.as_bytes(),
        Source::Bytes(bytes) => bytes,
    };
    let line_of_source = nth_line(bytes, line).map(|line| String::from_utf8_lossy(&line).into_owned());
    let mut text = line_of_source.or_else(|| file_line(py, filename, line, None))?;
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
        ErrorKind::Refused => {
            return match py.take_error() {
                Some(exception) => py.restore(exception),
                None => raise!(py, SystemError, "{}", error.msg),
            };
        }
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
