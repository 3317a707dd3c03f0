//! The frozen modules: those that start-up needs, carried in the executable so that importing them opens no file.
//! Writes `frozen.rs`, the table that `src/frozen.rs` includes.

use super::collect::Library;
use krait_bytecode::Const;
use krait_bytecode::marshal::CURRENT_VERSION;
use krait_bytecode::marshal::data::dumps;
use krait_compiler::Options;
use krait_syntax::{Mode, NoDecoder, ParseOptions, parse_bytes};
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// A row: name, is it a package, `origname`, and whose source it is.
type Row = (&'static str, bool, Option<&'static str>, &'static str);

/// CPython's own list, in its order, as `_imp._frozen_module_names()` gives it. An `origname` that differs from the
/// name is an alias; one that opens with `<` names the package whose `__init__` the module is.
const MODULES: &[Row] = &[
    ("_frozen_importlib", false, Some("importlib._bootstrap"), "importlib/_bootstrap.py"),
    (
        "_frozen_importlib_external",
        false,
        Some("importlib._bootstrap_external"),
        "importlib/_bootstrap_external.py",
    ),
    ("zipimport", false, Some("zipimport"), "zipimport.py"),
    ("abc", false, Some("abc"), "abc.py"),
    ("codecs", false, Some("codecs"), "codecs.py"),
    ("io", false, Some("io"), "io.py"),
    ("_collections_abc", false, Some("_collections_abc"), "_collections_abc.py"),
    ("_sitebuiltins", false, Some("_sitebuiltins"), "_sitebuiltins.py"),
    ("genericpath", false, Some("genericpath"), "genericpath.py"),
    ("ntpath", false, Some("ntpath"), "ntpath.py"),
    ("posixpath", false, Some("posixpath"), "posixpath.py"),
    ("os", false, Some("os"), "os.py"),
    ("site", false, Some("site"), "site.py"),
    ("stat", false, Some("stat"), "stat.py"),
    ("importlib.util", false, Some("importlib.util"), "importlib/util.py"),
    ("importlib.machinery", false, Some("importlib.machinery"), "importlib/machinery.py"),
    ("runpy", false, Some("runpy"), "runpy.py"),
    ("__hello__", false, Some("__hello__"), "__hello__.py"),
    ("__hello_alias__", false, Some("__hello__"), "__hello__.py"),
    ("__phello_alias__", true, Some("__hello__"), "__hello__.py"),
    ("__phello_alias__.spam", false, Some("__hello__"), "__hello__.py"),
    ("__phello__", true, Some("__phello__"), "__phello__/__init__.py"),
    ("__phello__.__init__", false, Some("<__phello__"), "__phello__/__init__.py"),
    ("__phello__.ham", true, Some("__phello__.ham"), "__phello__/ham/__init__.py"),
    ("__phello__.ham.__init__", false, Some("<__phello__.ham"), "__phello__/ham/__init__.py"),
    ("__phello__.ham.eggs", false, Some("__phello__.ham.eggs"), "__phello__/ham/eggs.py"),
    ("__phello__.spam", false, Some("__phello__.spam"), "__phello__/spam.py"),
    ("__hello_only__", false, None, "__hello_only__.py"),
];

/// The one frozen module that stands for no file of the library: it greets when it is imported.
const HELLO_ONLY: (&str, &[u8]) = ("__hello_only__.py", b"initialized = True\nprint(\"Hello world!\")\n");

/// Writes `frozen.rs`, and the code beside it.
pub fn write(library: &Library, out: &Path) -> Result<(), Box<dyn Error>> {
    let folder = out.join("frozen");
    fs::create_dir_all(&folder)?;
    let mut table = String::from("static TABLE: &[FrozenModule] = &[\n");
    for &(name, is_package, origname, file) in MODULES {
        let source = match library.get(file) {
            Some(source) => source,
            None if file == HELLO_ONLY.0 => HELLO_ONLY.1,
            None => return Err(format!("frozen module {name}: no {file}").into()),
        };
        let code = compile(origname.unwrap_or(name), std::str::from_utf8(source)?)?;
        // Aliases share a source, but not a file name.
        fs::write(folder.join(format!("{name}.code")), code)?;
        writeln!(
            table,
            "FrozenModule {{ name: {name:?}, is_package: {is_package}, origname: {origname:?}, \
             code: include_bytes!(\"frozen/{name}.code\") }},",
        )?;
    }
    table.push_str("];\n");
    fs::write(out.join("frozen.rs"), table)?;
    Ok(())
}

/// The marshalled code of a module, its file name being `<frozen NAME>`.
fn compile(name: &str, source: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let filename = format!("<frozen {name}>");
    let arena = bumpalo::Bump::new();
    let options = ParseOptions { filename: &filename, mode: Mode::Exec, ..ParseOptions::default() };
    let parsed = parse_bytes(&arena, source.as_bytes(), &mut NoDecoder, options)
        .map_err(|error| format!("{filename}: {error:?}"))?;
    let options = Options { filename: &filename, ..Options::default() };
    let code = krait_compiler::compile(&parsed.module, &options, &mut Vec::new())
        .map_err(|error| format!("{filename}: {}", error.message))?;
    dumps(&Const::Code(code.into()), CURRENT_VERSION).map_err(|error| format!("{filename}: {error:?}").into())
}
