//! What the environment adds to the options (`PYTHON…` variables), and the locale's encoding. Not here: paths (`paths.rs`).

use std::env;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use krait_runtime::state::Config;
use krait_runtime::stderr_line;
use krait_runtime::system::locale;

/// A variable that is there, not empty, and not to be ignored.
pub fn set(config: &Config, name: &str) -> Option<OsString> {
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

/// A flag variable that is on or off: everything but 0 is on.
fn flag(config: &Config, name: &str) -> bool {
    level(config, name) != 0
}

/// The last value of an `-X` option: `Some(None)` without value.
fn x_option<'a>(config: &'a Config, name: &str) -> Option<Option<&'a str>> {
    config.x_options.iter().rev().find(|(n, _)| n == name).map(|(_, value)| value.as_deref())
}

/// A number that an `-X` option or, failing that, a variable gives. An option without value counts as `bare`; `valid` says which
/// numbers may stand, and the messages are for those that may not.
fn number(
    config: &Config,
    option: &str,
    variable: &str,
    bare: Option<i32>,
    valid: impl Fn(i32) -> bool,
    messages: [&str; 2],
) -> Result<Option<i32>, String> {
    let [bad_option, bad_variable] = messages;
    let parse = |text: &str, message: &str| match text.parse::<i32>() {
        Ok(n) if valid(n) => Ok(Some(n)),
        _ => Err(message.to_owned()),
    };
    match x_option(config, option) {
        Some(None) => bare.map(Some).ok_or_else(|| bad_option.to_owned()),
        Some(Some(value)) => parse(value, bad_option),
        None => match text(config, variable) {
            Some(value) => parse(&value, bad_variable),
            None => Ok(None),
        },
    }
}

/// Reads the variables and `-X` options into `config`; options win. An error is fatal, as in CPython, and says so in its words.
pub fn apply(config: &mut Config) -> Result<(), String> {
    config.debug = config.debug.max(level(config, "PYTHONDEBUG")).min(1);
    config.verbose = config.verbose.max(level(config, "PYTHONVERBOSE"));
    config.optimize = config.optimize.max(level(config, "PYTHONOPTIMIZE"));
    config.inspect |= i32::from(set(config, "PYTHONINSPECT").is_some());
    config.dont_write_bytecode |= i32::from(flag(config, "PYTHONDONTWRITEBYTECODE"));
    config.no_user_site |= i32::from(flag(config, "PYTHONNOUSERSITE"));
    config.unbuffered |= flag(config, "PYTHONUNBUFFERED");
    config.safe_path |= set(config, "PYTHONSAFEPATH").is_some();
    let has = |config: &Config, name| x_option(config, name).is_some();
    config.malloc_stats = set(config, "PYTHONMALLOCSTATS").is_some();
    config.dev_mode |= has(config, "dev") || set(config, "PYTHONDEVMODE").is_some();
    config.faulthandler |=
        config.dev_mode || has(config, "faulthandler") || set(config, "PYTHONFAULTHANDLER").is_some();
    config.warn_default_encoding |=
        i32::from(has(config, "warn_default_encoding") || set(config, "PYTHONWARNDEFAULTENCODING").is_some());
    config.no_debug_ranges |= has(config, "no_debug_ranges") || set(config, "PYTHONNODEBUGRANGES").is_some();
    limits(config)?;
    switches(config)?;
    if let Some(value) = x_option(config, "pycache_prefix") {
        config.pycache_prefix = value.filter(|v| !v.is_empty()).map(|v| v.as_bytes().to_vec());
    } else {
        config.pycache_prefix = set(config, "PYTHONPYCACHEPREFIX").map(OsString::into_vec);
    }
    warn_options(config);
    hash_seed(config)?;
    encodings(config)?;
    if config.check_hash_pycs_mode.is_empty() {
        config.check_hash_pycs_mode = "default".to_owned();
    }
    Ok(())
}

/// The key of hashes, which `-R` makes a random one whatever the variable says.
fn hash_seed(config: &mut Config) -> Result<(), String> {
    const WRONG: &str =
        "config_init_hash_seed: PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]";
    if config.wants_random_hashes {
        return Ok(());
    }
    match text(config, "PYTHONHASHSEED").as_deref() {
        None | Some("random") => {}
        Some(seed) => {
            let seed = seed.trim_start().parse::<u32>().map_err(|_| WRONG.to_owned())?;
            config.hash_seed = Some(seed);
            config.hash_randomization = i32::from(seed != 0);
        }
    }
    Ok(())
}

/// Whether the time of imports is shown: 1, or 2 for those from the cache as well. Text that is no number counts as 1.
fn import_time(config: &Config) -> Result<i32, String> {
    let (given, what) = match x_option(config, "importtime") {
        Some(value) => (Some(value.unwrap_or("1").to_owned()), "-X importtime: values"),
        None => (text(config, "PYTHONPROFILEIMPORTTIME"), "PYTHONPROFILEIMPORTTIME: numeric values"),
    };
    match given.map(|text| text.parse::<i32>()) {
        None | Some(Ok(0)) => Ok(0),
        Some(Ok(level @ 1..=2)) => Ok(level),
        Some(Err(_)) => Ok(1),
        Some(Ok(_)) => {
            Err(format!("config_init_import_time: {what} other than 1 and 2 are reserved for future use."))
        }
    }
}

/// Settings that are numbers.
fn limits(config: &mut Config) -> Result<(), String> {
    const DIGITS: &str = "config_init_int_max_str_digits: -X int_max_str_digits: invalid limit; must be >= 640 or 0 \
                          for unlimited.";
    const DIGITS_VARIABLE: &str = "config_init_int_max_str_digits: PYTHONINTMAXSTRDIGITS: invalid limit; must be >= \
                                   640 or 0 for unlimited.";
    const CPUS: &str = "config_init_cpu_count: -X cpu_count=n option: n is missing or an invalid number, n must be \
                        greater than 0";
    const CPUS_VARIABLE: &str = "config_init_cpu_count: PYTHON_CPU_COUNT=n: n is missing or an invalid number, n must \
                                 be greater than 0";
    const TRACES: &str = "config_init_tracemalloc: -X tracemalloc=NFRAME: invalid number of frames";
    const TRACES_VARIABLE: &str = "config_init_tracemalloc: PYTHONTRACEMALLOC: invalid number of frames";
    const INHERIT: &str =
        "config_init_thread_inherit_context: -X thread_inherit_context=n: n is missing or invalid";
    const INHERIT_VARIABLE: &str =
        "config_init_thread_inherit_context: PYTHON_THREAD_INHERIT_CONTEXT=N: N is missing or invalid";
    const AWARE: &str =
        "config_init_context_aware_warnings: -X context_aware_warnings=n: n is missing or invalid";
    const AWARE_VARIABLE: &str =
        "config_init_context_aware_warnings: PYTHON_CONTEXT_AWARE_WARNINGS=N: N is missing or invalid";
    let digits = |n: i32| n == 0 || n >= 640;
    config.int_max_str_digits = number(
        config,
        "int_max_str_digits",
        "PYTHONINTMAXSTRDIGITS",
        None,
        digits,
        [DIGITS, DIGITS_VARIABLE],
    )?
    .unwrap_or(4300);
    let default_cpus = x_option(config, "cpu_count") == Some(Some("default"))
        || (x_option(config, "cpu_count").is_none()
            && text(config, "PYTHON_CPU_COUNT").as_deref() == Some("default"));
    if !default_cpus {
        let positive = |n: i32| n > 0;
        config.cpu_count =
            number(config, "cpu_count", "PYTHON_CPU_COUNT", None, positive, [CPUS, CPUS_VARIABLE])?;
    }
    let natural = |n: i32| n >= 0;
    config.tracemalloc =
        number(config, "tracemalloc", "PYTHONTRACEMALLOC", Some(1), natural, [TRACES, TRACES_VARIABLE])?
            .unwrap_or(0);
    config.import_time = import_time(config)?;
    let switch = |n: i32| n == 0 || n == 1;
    config.thread_inherit_context = number(
        config,
        "thread_inherit_context",
        "PYTHON_THREAD_INHERIT_CONTEXT",
        None,
        switch,
        [INHERIT, INHERIT_VARIABLE],
    )?
    .unwrap_or(0);
    config.context_aware_warnings = number(
        config,
        "context_aware_warnings",
        "PYTHON_CONTEXT_AWARE_WARNINGS",
        None,
        switch,
        [AWARE, AWARE_VARIABLE],
    )?
    .unwrap_or(0);
    Ok(())
}

/// Settings that are words.
fn switches(config: &mut Config) -> Result<(), String> {
    let (frozen, what) = match x_option(config, "frozen_modules") {
        Some(value) => (value.map(str::to_owned), "option -X frozen_modules"),
        None => (text(config, "PYTHON_FROZEN_MODULES"), "PYTHON_FROZEN_MODULES"),
    };
    match frozen.as_deref() {
        None | Some("" | "on") => {}
        Some("off") => config.without_frozen_modules = true,
        Some(_) => return Err(format!("bad value for {what} (expected \"on\" or \"off\")")),
    }
    // Here, unlike elsewhere, a variable that is set to nothing counts.
    config.no_remote_debug = x_option(config, "disable-remote-debug").is_some()
        || config.ignore_environment == 0 && env::var_os("PYTHON_DISABLE_REMOTE_DEBUG").is_some();
    let gil = x_option(config, "gil").map(|v| v.unwrap_or_default().to_owned());
    match gil.or_else(|| text(config, "PYTHON_GIL")).as_deref() {
        None | Some("1") => {}
        Some("0") => {
            return Err("config_read_gil: Disabling the GIL is not supported by this build".to_owned());
        }
        Some(_) => return Err("config_read_gil: PYTHON_GIL / -X gil must be \"0\" or \"1\"".to_owned()),
    }
    if let Some(allocator) = text(config, "PYTHONMALLOC") {
        const KNOWN: [&str; 6] = ["default", "debug", "pymalloc", "pymalloc_debug", "malloc", "malloc_debug"];
        if !KNOWN.contains(&allocator.as_str()) {
            return Err("preconfig_init_allocator: PYTHONMALLOC: unknown allocator".to_owned());
        }
        if matches!(allocator.as_str(), "malloc" | "malloc_debug") {
            krait_runtime::obmalloc::switch_pools_off();
        }
    }
    Ok(())
}

/// `sys.warnoptions`: later ones win, so development mode's stands first, then the variable's, the options', and `-b`'s.
fn warn_options(config: &mut Config) {
    let mut all = Vec::new();
    if config.dev_mode {
        all.push("default".to_owned());
    }
    if let Some(warnings) = text(config, "PYTHONWARNINGS") {
        all.extend(warnings.split(',').map(str::to_owned));
    }
    all.append(&mut config.warn_options);
    match config.bytes_warning {
        i32::MIN..=0 => {}
        1 => all.push("default::BytesWarning".to_owned()),
        _ => all.push("error::BytesWarning".to_owned()),
    }
    config.warn_options = all;
}

/// File-system and standard-stream encodings. UTF-8 mode is on for the C and POSIX locales (PEP 540), as for `PYTHONUTF8=1`; besides,
/// the C locale is replaced by one that knows UTF-8 (PEP 538).
fn encodings(config: &mut Config) -> Result<(), String> {
    locale::take_from_environment();
    let name = locale::ctype_name();
    config.utf8_mode = match (x_option(config, "utf8"), text(config, "PYTHONUTF8").as_deref()) {
        (Some(None | Some("1")), _) | (None, Some("1")) => 1,
        (Some(Some("0")), _) | (None, Some("0")) => 0,
        (Some(Some(_)), _) => return Err("preconfig_init_utf8_mode: invalid -X utf8 option value".to_owned()),
        (None, Some(_)) => {
            return Err("preconfig_init_utf8_mode: invalid PYTHONUTF8 environment variable value".to_owned());
        }
        (None, None) => i32::from(matches!(name.as_str(), "C" | "POSIX")),
    };
    let coercion = text(config, "PYTHONCOERCECLOCALE");
    if name == "C"
        && coercion.as_deref() != Some("0")
        && let Some(target) = locale::coerce()
        && coercion.as_deref() == Some("warn")
    {
        stderr_line!(
            "Python detected LC_CTYPE=C: LC_CTYPE coerced to {target} (set another locale or PYTHONCOERCECLOCALE=0 to \
             disable this locale coercion behavior)."
        );
    }
    if name == "C" && coercion.as_deref() == Some("warn") && locale::ctype_name() == "C" {
        stderr_line!(
            "Python runtime initialized with LC_CTYPE=C (a locale with default ASCII encoding), which may cause Unicode \
             compatibility problems. Using C.UTF-8, C.utf8, or UTF-8 (if available) as alternative Unicode-compatible \
             locales is recommended."
        );
    }
    config.filesystem_encoding = "utf-8".to_owned();
    config.filesystem_errors = "surrogateescape".to_owned();
    if let Some(io) = text(config, "PYTHONIOENCODING") {
        let (encoding, errors) = io.split_once(':').map_or((io.as_str(), ""), |(a, b)| (a, b));
        config.stdio_encoding = Some(encoding.to_owned()).filter(|e| !e.is_empty());
        config.stdio_errors = Some(errors.to_owned()).filter(|e| !e.is_empty());
        if config.stdio_encoding.is_some() && config.stdio_errors.is_none() {
            config.stdio_errors = Some("strict".to_owned());
        }
    }
    if config.stdio_encoding.is_none() {
        let codeset = if config.utf8_mode > 0 { String::new() } else { locale::codeset() };
        config.stdio_encoding = Some(match codeset.as_str() {
            "" | "UTF-8" | "utf8" => "utf-8".to_owned(),
            "ANSI_X3.4-1968" => "ascii".to_owned(),
            other => other.to_owned(),
        });
    }
    if config.stdio_errors.is_none() {
        let present = locale::ctype_name();
        let lenient = config.utf8_mode > 0
            || matches!(present.as_str(), "C" | "POSIX")
            || locale::is_coercion_target(&present);
        config.stdio_errors = Some(if lenient { "surrogateescape" } else { "strict" }.to_owned());
    }
    Ok(())
}
