//! The command line: what to run, and the options that `sys.flags` shows.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use krait_runtime::state::Config;

/// What to run.
pub enum Program {
    /// `-c TEXT`
    Command(String),
    /// `-m NAME`
    Module(String),
    /// A file.
    File(OsString),
    /// Standard input.
    Stdin,
    /// `-V`, once or twice.
    Version(u32),
}

/// A command line taken apart.
pub struct CommandLine {
    /// What to run.
    pub program: Program,
    /// The options.
    pub config: Config,
}

/// Reads the command line; an error is the text for standard error.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> Result<CommandLine, String> {
    let all: Vec<OsString> = arguments.collect();
    let mut config = Config {
        hash_randomization: 1,
        int_max_str_digits: 4300,
        thread_inherit_context: 0,
        context_aware_warnings: 0,
        utf8_mode: 0,
        platlibdir: "lib".to_owned(),
        check_hash_pycs_mode: "default".to_owned(),
        filesystem_encoding: "utf-8".to_owned(),
        filesystem_errors: "surrogateescape".to_owned(),
        orig_argv: all.iter().map(|a| a.clone().into_vec()).collect(),
        ..Config::default()
    };
    let mut rest = all.into_iter().skip(1);
    let mut version = 0;
    let mut program = None;
    let mut argv: Vec<Vec<u8>> = Vec::new();
    while program.is_none() {
        let Some(argument) = rest.next() else { break };
        let bytes = argument.clone().into_vec();
        let Some((b'-', options)) = bytes.split_first().filter(|(_, o)| !o.is_empty()) else {
            argv.push(bytes);
            program = Some(if argument == "-" { Program::Stdin } else { Program::File(argument) });
            break;
        };
        if bytes == b"--version" {
            version += 1;
            continue;
        }
        let options = String::from_utf8_lossy(options).into_owned();
        let mut letters = options.char_indices();
        while let Some((at, letter)) = letters.next() {
            let mut value = |what: &str| -> Result<String, String> {
                let rest_of_argument = options.get(at + letter.len_utf8()..).unwrap_or_default();
                if !rest_of_argument.is_empty() {
                    return Ok(rest_of_argument.to_owned());
                }
                match rest.next() {
                    Some(next) => Ok(next.to_string_lossy().into_owned()),
                    None => Err(format!("Argument expected for the -{what} option")),
                }
            };
            match letter {
                'c' => {
                    program = Some(Program::Command(value("c")? + "\n"));
                    argv.push(b"-c".to_vec());
                    break;
                }
                'm' => {
                    program = Some(Program::Module(value("m")?));
                    argv.push(b"-m".to_vec());
                    break;
                }
                'W' => {
                    let text = value("W")?;
                    config.warn_options.push(text);
                    break;
                }
                'X' => {
                    let text = value("X")?;
                    let (name, setting) = match text.split_once('=') {
                        Some((name, setting)) => (name.to_owned(), Some(setting.to_owned())),
                        None => (text, None),
                    };
                    match (name.as_str(), setting.as_deref()) {
                        ("dev", _) => config.dev_mode = true,
                        ("utf8", None | Some("1")) => config.utf8_mode = 1,
                        ("utf8", _) => config.utf8_mode = 0,
                        ("importtime", n) => config.import_time = if n == Some("2") { 2 } else { 1 },
                        ("faulthandler", _) => config.faulthandler = true,
                        ("warn_default_encoding", _) => config.warn_default_encoding = 1,
                        ("int_max_str_digits", Some(n)) => {
                            let digits: Option<i32> = n.parse().ok().filter(|&d| d == 0 || d >= 640);
                            let Some(digits) = digits else {
                                return Err("-X int_max_str_digits: invalid limit; must be >= 640 or 0 for unlimited."
                                    .to_owned());
                            };
                            config.int_max_str_digits = digits;
                        }
                        _ => {}
                    }
                    config.x_options.push((name, setting));
                    break;
                }
                'B' => config.dont_write_bytecode += 1,
                'b' => config.bytes_warning += 1,
                'd' => config.debug += 1,
                'E' => config.ignore_environment += 1,
                'i' => {
                    config.inspect += 1;
                    config.interactive += 1;
                }
                'I' => {
                    config.isolated += 1;
                    config.ignore_environment += 1;
                    config.no_user_site += 1;
                    config.safe_path = true;
                }
                'O' => config.optimize += 1,
                'P' => config.safe_path = true,
                'q' => config.quiet += 1,
                'R' => {}
                's' => config.no_user_site += 1,
                'S' => config.no_site += 1,
                'u' => config.unbuffered = true,
                'v' => config.verbose += 1,
                'V' => version += 1,
                'x' => {}
                _ => return Err(format!("Unknown option: -{letter}")),
            }
        }
    }
    argv.extend(rest.map(OsStringExt::into_vec));
    let program = match program {
        _ if version > 0 => Program::Version(version),
        Some(program) => program,
        None => {
            argv.insert(0, Vec::new());
            Program::Stdin
        }
    };
    config.argv = argv;
    if let (0, Some(seed)) = (config.ignore_environment, std::env::var_os("PYTHONHASHSEED")) {
        let seed = seed.to_string_lossy();
        if seed != "random" && !seed.is_empty() {
            match seed.parse::<u32>() {
                Ok(0) => {
                    config.hash_seed = Some(0);
                    config.hash_randomization = 0;
                }
                Ok(seed) => config.hash_seed = Some(seed),
                Err(_) => {
                    return Err(
                        "PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]".to_owned()
                    );
                }
            }
        }
    }
    Ok(CommandLine { program, config })
}
