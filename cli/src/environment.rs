//! What the environment adds to the options (`PYTHON…` variables), the locale's encoding, and the paths of the installation.

use std::env;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use krait_runtime::state::Config;

fn set(config: &Config, name: &str) -> Option<OsString> {
    if config.ignore_environment != 0 {
        return None;
    }
    env::var_os(name).filter(|v| !v.is_empty())
}

fn text(config: &Config, name: &str) -> Option<String> {
    set(config, name).map(|v| v.to_string_lossy().into_owned())
}

/// A flag variable: a number gives the level, any other text counts as 1.
fn level(config: &Config, name: &str) -> i32 {
    text(config, name).map_or(0, |v| v.parse::<i32>().ok().filter(|&n| n >= 0).unwrap_or(1))
}

/// Reads the variables into `config`; options given already win. An error is fatal, as in CPython.
pub fn apply(config: &mut Config) -> Result<(), String> {
    config.debug = config.debug.max(level(config, "PYTHONDEBUG"));
    config.verbose = config.verbose.max(level(config, "PYTHONVERBOSE"));
    config.optimize = config.optimize.max(level(config, "PYTHONOPTIMIZE"));
    config.inspect = config.inspect.max(level(config, "PYTHONINSPECT"));
    config.dont_write_bytecode |= i32::from(set(config, "PYTHONDONTWRITEBYTECODE").is_some());
    config.no_user_site |= i32::from(set(config, "PYTHONNOUSERSITE").is_some());
    config.unbuffered |= set(config, "PYTHONUNBUFFERED").is_some();
    config.safe_path |= set(config, "PYTHONSAFEPATH").is_some();
    config.dev_mode |= set(config, "PYTHONDEVMODE").is_some();
    config.faulthandler |= config.dev_mode || set(config, "PYTHONFAULTHANDLER").is_some();
    config.warn_default_encoding |= i32::from(set(config, "PYTHONWARNDEFAULTENCODING").is_some());
    if config.import_time == 0 {
        config.import_time = level(config, "PYTHONPROFILEIMPORTTIME");
    }
    if config.tracemalloc == 0 {
        config.tracemalloc = level(config, "PYTHONTRACEMALLOC");
    }
    if config.pycache_prefix.is_none() {
        config.pycache_prefix = set(config, "PYTHONPYCACHEPREFIX").map(OsString::into_vec);
    }
    if let Some(warnings) = text(config, "PYTHONWARNINGS") {
        let from_options = std::mem::take(&mut config.warn_options);
        config.warn_options = warnings.split(',').map(str::to_owned).collect();
        config.warn_options.extend(from_options);
    }
    if config.dev_mode {
        config.warn_options.insert(0, "default".to_owned());
    }
    if config.bytes_warning > 0 {
        config.warn_options.push(
            if config.bytes_warning > 1 { "error::BytesWarning" } else { "default::BytesWarning" }.to_owned(),
        );
    }
    if config.int_max_str_digits < 0 {
        config.int_max_str_digits = match text(config, "PYTHONINTMAXSTRDIGITS") {
            None => 4300,
            Some(v) => match v.parse::<i32>() {
                Ok(n) if n == 0 || n >= 640 => n,
                _ => {
                    return Err(
                        "PYTHONINTMAXSTRDIGITS: invalid limit; must be >= 640 or 0 for unlimited.".to_owned()
                    );
                }
            },
        };
    }
    match text(config, "PYTHONHASHSEED").as_deref() {
        None | Some("random") => {}
        Some(v) => match v.parse::<u32>() {
            Ok(seed) => {
                config.hash_seed = Some(seed);
                config.hash_randomization = i32::from(seed != 0);
            }
            Err(_) => {
                return Err(
                    "PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]".to_owned()
                );
            }
        },
    }
    encodings(config);
    if config.check_hash_pycs_mode.is_empty() {
        config.check_hash_pycs_mode = "default".to_owned();
    }
    Ok(())
}

/// File-system and standard-stream encodings; UTF-8 mode is on for the C and POSIX locales (PEP 540), as for `PYTHONUTF8=1`.
fn encodings(config: &mut Config) {
    if config.utf8_mode == 0 && !config.x_options.iter().any(|(name, _)| name == "utf8") {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .find_map(|n| env::var(n).ok().filter(|v| !v.is_empty()));
        let c_locale = matches!(locale.as_deref(), None | Some("C" | "POSIX"));
        config.utf8_mode = match text(config, "PYTHONUTF8").as_deref() {
            Some("1") => 1,
            Some("0") => 0,
            _ => i32::from(c_locale),
        };
    }
    config.filesystem_encoding = "utf-8".to_owned();
    config.filesystem_errors = "surrogateescape".to_owned();
    if let Some(io) = text(config, "PYTHONIOENCODING") {
        let (encoding, errors) = io.split_once(':').map_or((io.as_str(), ""), |(a, b)| (a, b));
        config.stdio_encoding = Some(encoding.to_owned()).filter(|e| !e.is_empty());
        config.stdio_errors = Some(errors.to_owned()).filter(|e| !e.is_empty());
    }
}

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

/// Sets executable, prefixes and `sys.path` as CPython's `getpath` does: `PYTHONHOME`, `pyvenv.cfg`, the library beside the executable, or
/// the one laid out from the executable itself.
pub fn paths(config: &mut Config, program: &[u8]) -> Result<(), String> {
    let executable = find_program(program);
    config.executable = executable.as_os_str().as_bytes().to_vec();
    config.base_executable = config.executable.clone();
    let folder = executable.parent().unwrap_or(Path::new("/")).to_path_buf();
    let venv = [folder.join("pyvenv.cfg"), folder.join("../pyvenv.cfg")].into_iter().find(|p| p.is_file());
    let home = venv.as_deref().and_then(home_of);
    if let Some(home) = &home {
        config.base_executable =
            home.join(executable.file_name().unwrap_or_default()).as_os_str().as_bytes().to_vec();
    }
    let prefix = match set(config, "PYTHONHOME") {
        Some(given) => {
            let first = given.as_bytes().split(|&b| b == b':').next().unwrap_or_default().to_vec();
            PathBuf::from(OsString::from_vec(first))
        }
        None => {
            krait_pylib::ensure_laid_out().map_err(|e| format!("cannot lay out the standard library: {e}"))?
        }
    };
    config.platlibdir = "lib".to_owned();
    let bytes = |p: &Path| p.as_os_str().as_bytes().to_vec();
    config.base_prefix = bytes(&prefix);
    config.base_exec_prefix = bytes(&prefix);
    config.prefix = bytes(&prefix);
    config.exec_prefix = bytes(&prefix);
    let library = prefix.join(krait_pylib::LIBRARY_FOLDER);
    config.stdlib_dir = bytes(&library);
    let mut search = Vec::new();
    if let Some(path) = set(config, "PYTHONPATH") {
        search.extend(path.as_bytes().split(|&b| b == b':').map(<[u8]>::to_vec));
    }
    search.push(bytes(&prefix.join("lib/python314.zip")));
    search.push(bytes(&library));
    search.push(bytes(&library.join("lib-dynload")));
    config.module_search_paths = search;
    Ok(())
}

/// The `home` key of a `pyvenv.cfg`.
fn home_of(file: &Path) -> Option<PathBuf> {
    let content = std::fs::read_to_string(file).ok()?;
    content.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim().eq_ignore_ascii_case("home")).then(|| PathBuf::from(value.trim()))
    })
}
