//! Where things are: the executable, the prefixes, `sys.path` (CPython's `getpath`), and the report of them when start-up fails.

use std::env;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use krait_pylib::LIBRARY_FOLDER;
use krait_runtime::state::Config;
use krait_runtime::stderr_line;

use crate::environment;

/// The path a program name was found at: as given when it holds a slash, else by `PATH`.
fn find_program(name: &[u8]) -> PathBuf {
    let given = PathBuf::from(OsString::from_vec(name.to_vec()));
    if name.contains(&b'/') {
        return std::path::absolute(&given).unwrap_or(given);
    }
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .map(|folder| folder.join(&given))
        .find(|candidate| candidate.is_file())
        .or_else(|| env::current_exe().ok())
        .unwrap_or(given)
}

fn bytes(path: &Path) -> Vec<u8> {
    path.as_os_str().as_bytes().to_vec()
}

/// A virtual environment: the folder that `pyvenv.cfg` stands in, and the `home` that the file names.
struct Environment {
    prefix: PathBuf,
    home: PathBuf,
}

impl Environment {
    /// The one that the executable stands in: the file is beside it or one folder up.
    fn of(executable: &Path) -> Option<Environment> {
        let folder = executable.parent()?;
        [Some(folder), folder.parent()].into_iter().flatten().find_map(|prefix| {
            let content = std::fs::read(prefix.join("pyvenv.cfg")).ok()?;
            let home = String::from_utf8_lossy(&content).lines().find_map(|line| {
                let (key, value) = line.split_once('=')?;
                key.trim().eq_ignore_ascii_case("home").then(|| PathBuf::from(value.trim()))
            })?;
            Some(Environment { prefix: prefix.to_path_buf(), home })
        })
    }

    /// The executable that the environment was made from: what the link leads to, else the file of that name in `home`.
    fn base_executable(&self, executable: &Path) -> PathBuf {
        match std::fs::canonicalize(executable) {
            Ok(real) if real != executable => real,
            _ => self.home.join(executable.file_name().unwrap_or_default()),
        }
    }
}

/// `path` without `.`, `..` and doubled slashes, by its text alone; two slashes at its start mean something of their own and stay.
fn normalised(path: &[u8]) -> Vec<u8> {
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|&b| b == b'/') {
        match part {
            b"" | b"." => {}
            b".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let mut whole =
        if path.starts_with(b"//") && !path.starts_with(b"///") { b"//".to_vec() } else { b"/".to_vec() };
    whole.extend(parts.join(&b'/'));
    whole
}

/// A file `EXECUTABLE._pth` beside the executable replaces everything that `sys.path` is otherwise made of, one entry a line,
/// and isolates the interpreter; `site` is imported only if a line says so. True if there is one.
fn path_file(config: &mut Config, executable: &Path) -> bool {
    let mut name = bytes(executable);
    name.extend_from_slice(b"._pth");
    let Ok(content) = std::fs::read(OsString::from_vec(name)) else { return false };
    let home = executable.parent().map(bytes).unwrap_or_default();
    config.isolated = 1;
    config.ignore_environment = 1;
    config.safe_path = true;
    config.no_site = 1;
    config.module_search_paths.clear();
    for line in content.split(|&b| b == b'\n') {
        let entry = line.split(|&b| b == b'#').next().unwrap_or_default().trim_ascii();
        match entry {
            b"" => {}
            b"import site" => config.no_site = 0,
            entry if entry.starts_with(b"import ") => stderr_line!("unsupported 'import' line in ._pth file"),
            entry if entry.starts_with(b"/") => config.module_search_paths.push(normalised(entry)),
            entry => {
                let path = [&home, entry].join(&b'/');
                config.module_search_paths.push(normalised(&path));
            }
        }
    }
    let library = executable.with_file_name(LIBRARY_FOLDER);
    config.stdlib_dir = bytes(&library);
    config.base_prefix = home;
    config.base_exec_prefix = config.base_prefix.clone();
    config.prefix = config.base_prefix.clone();
    config.exec_prefix = config.base_prefix.clone();
    true
}

/// Sets executable, prefixes and `sys.path`: from a `._pth` file, else from `PYTHONHOME`, else `pyvenv.cfg`, the library beside the executable, or the one laid
/// out from the executable itself.
pub fn find(config: &mut Config, program: &[u8]) -> Result<(), String> {
    let executable = find_program(program);
    config.executable = bytes(&executable);
    config.base_executable = config.executable.clone();
    config.platlibdir = environment::set(config, "PYTHONPLATLIBDIR")
        .map_or_else(|| "lib".to_owned(), |name| name.to_string_lossy().into_owned());
    if path_file(config, &executable) {
        return Ok(());
    }
    let given = environment::set(config, "PYTHONHOME");
    let (base_prefix, base_exec_prefix) = match &given {
        Some(home) => {
            let mut parts = home.as_bytes().splitn(2, |&b| b == b':');
            let prefix = parts.next().unwrap_or_default();
            let path = |part: &[u8]| PathBuf::from(OsString::from_vec(part.to_vec()));
            (path(prefix), path(parts.next().unwrap_or(prefix)))
        }
        None => {
            let environment = Environment::of(&executable);
            let mut installed = None;
            if let Some(environment) = &environment {
                let base = environment.base_executable(&executable);
                installed = krait_pylib::beside_executable(&base);
                config.base_executable = bytes(&base);
                config.prefix = bytes(&environment.prefix);
                config.exec_prefix = config.prefix.clone();
            }
            let prefix = match installed {
                Some(prefix) => prefix,
                None => krait_pylib::ensure_laid_out()
                    .map_err(|e| format!("cannot lay out the standard library: {e}"))?,
            };
            (prefix.clone(), prefix)
        }
    };
    config.base_prefix = bytes(&base_prefix);
    config.base_exec_prefix = bytes(&base_exec_prefix);
    if config.prefix.is_empty() {
        config.prefix = config.base_prefix.clone();
        config.exec_prefix = config.base_exec_prefix.clone();
    }
    let library = base_prefix.join(LIBRARY_FOLDER);
    config.stdlib_dir = bytes(&library);
    let mut search = Vec::new();
    if let Some(path) = environment::set(config, "PYTHONPATH") {
        search.extend(path.as_bytes().split(|&b| b == b':').map(<[u8]>::to_vec));
    }
    search.push(bytes(&base_prefix.join("lib/python314.zip")));
    search.push(bytes(&library));
    search.push(bytes(&base_exec_prefix.join(LIBRARY_FOLDER).join("lib-dynload")));
    config.module_search_paths = search;
    Ok(())
}

/// What `find` found, on standard error: for when the library is not where it should be.
pub fn report(config: &Config) {
    let quoted = |text: &[u8]| format!("'{}'", String::from_utf8_lossy(text));
    let variable = |name: &str| match environment::set(config, name) {
        Some(value) => quoted(value.as_bytes()),
        None => "(not set)".to_owned(),
    };
    let yes = |condition: bool| i32::from(condition).to_string();
    let program = config.orig_argv.first().map_or(&[][..], Vec::as_slice);
    let rows = [
        ("PYTHONHOME", variable("PYTHONHOME")),
        ("PYTHONPATH", variable("PYTHONPATH")),
        ("program name", quoted(program)),
        ("isolated", config.isolated.to_string()),
        ("environment", yes(config.ignore_environment == 0)),
        ("user site", yes(config.no_user_site == 0)),
        ("safe_path", yes(config.safe_path)),
        ("import site", yes(config.no_site == 0)),
        ("is in build tree", yes(false)),
        ("stdlib dir", quoted(&config.stdlib_dir)),
        ("sys.path[0]", "(not set)".to_owned()),
        ("sys._base_executable", quoted(&config.base_executable)),
        ("sys.base_prefix", quoted(&config.base_prefix)),
        ("sys.base_exec_prefix", quoted(&config.base_exec_prefix)),
        ("sys.platlibdir", quoted(config.platlibdir.as_bytes())),
        ("sys.executable", quoted(&config.executable)),
        ("sys.prefix", quoted(&config.prefix)),
        ("sys.exec_prefix", quoted(&config.exec_prefix)),
    ];
    let mut text = String::from("Python path configuration:\n");
    for (name, value) in rows {
        text.push_str(&format!("  {name} = {value}\n"));
    }
    text.push_str("  sys.path = [\n");
    for entry in &config.module_search_paths {
        text.push_str(&format!("    {},\n", quoted(entry)));
    }
    text.push_str("  ]");
    stderr_line!("{text}");
}
