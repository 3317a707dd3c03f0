//! The command line: what `python3 -h` lists, parsed into a [`Config`] and a [`Run`]. Not here: the environment (`environment.rs`).

use krait_runtime::state::Config;

/// What to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Run {
    /// `-c CODE`.
    Command(Vec<u8>),
    /// `-m NAME`.
    Module(Vec<u8>),
    /// A script, a folder or an archive.
    File(Vec<u8>),
    /// `-`, or nothing: standard input.
    Stdin,
}

/// What the command line asks for.
#[derive(Debug)]
pub enum Parsed {
    /// To run something.
    Run(Box<(Config, Run)>),
    /// To print this on standard output and end well.
    Print(String),
    /// To print this on standard error and end with status 2.
    Usage(String),
}

/// The version line of `-V`; `-VV` adds the build.
pub fn version(detailed: bool) -> String {
    if detailed {
        format!("Python {}\n", krait_mod_sys::sys::VERSION_TEXT)
    } else {
        format!("Python {}\n", krait_mod_sys::VERSION)
    }
}

fn text(template: &str, program: &str) -> String {
    template.replace("{program}", program)
}

const USAGE: &str = include_str!("help/usage.txt");
const ENVIRONMENT: &str = include_str!("help/environment.txt");
const XOPTIONS: &str = include_str!("help/xoptions.txt");

fn usage_error(program: &str, message: &str) -> Parsed {
    let first = text(USAGE.lines().next().unwrap_or_default(), program);
    Parsed::Usage(format!("{message}\n{first}\nTry `python -h' for more information.\n"))
}

/// Walks the words of the command line.
struct Words<'a> {
    words: &'a [Vec<u8>],
    next: usize,
}

impl<'a> Words<'a> {
    fn take(&mut self) -> Option<&'a [u8]> {
        let word = self.words.get(self.next)?;
        self.next += 1;
        Some(word)
    }
}

/// Parses `arguments` (the first is the program's own name).
pub fn parse(arguments: &[Vec<u8>]) -> Parsed {
    let program =
        arguments.first().map_or_else(|| "krait".into(), |a| String::from_utf8_lossy(a).into_owned());
    let mut config = Config { hash_randomization: 1, int_max_str_digits: -1, ..Config::default() };
    config.orig_argv = arguments.to_vec();
    config.thread_inherit_context = 0;
    let mut words = Words { words: arguments, next: 1 };
    let mut version_count = 0;
    let mut run = None;
    let mut script_name = None;
    while run.is_none() {
        let Some(word) = words.take() else { break };
        if word == b"-" {
            run = Some(Run::Stdin);
            script_name = Some(b"-".to_vec());
            break;
        }
        if word == b"--" {
            break;
        }
        if !word.starts_with(b"-") {
            run = Some(Run::File(word.to_vec()));
            script_name = Some(word.to_vec());
            break;
        }
        if word.starts_with(b"--") {
            match long_option(word, &mut words, &mut config, &program) {
                Ok(true) => version_count += 1,
                Ok(false) => {}
                Err(parsed) => return parsed,
            }
            continue;
        }
        let mut letters = word.get(1..).unwrap_or_default();
        while let [letter, rest @ ..] = letters {
            letters = rest;
            if b"cmWX".contains(letter) {
                let argument = if rest.is_empty() { words.take() } else { Some(rest) };
                let Some(argument) = argument else {
                    let message = format!("Argument expected for the -{} option", char::from(*letter));
                    return usage_error(&program, &message);
                };
                letters = &[];
                match letter {
                    b'c' => {
                        run = Some(Run::Command(argument.to_vec()));
                        script_name = Some(b"-c".to_vec());
                    }
                    b'm' => {
                        run = Some(Run::Module(argument.to_vec()));
                        script_name = Some(b"-m".to_vec());
                    }
                    b'W' => config.warn_options.push(String::from_utf8_lossy(argument).into_owned()),
                    _ => x_option(argument, &mut config),
                }
            } else if *letter == b'V' {
                version_count += 1;
            } else if matches!(letter, b'h' | b'?') {
                return Parsed::Print(text(USAGE, &program));
            } else if !flag(*letter, &mut config) {
                return usage_error(&program, &format!("Unknown option: -{}", char::from(*letter)));
            }
        }
    }
    if version_count > 0 {
        return Parsed::Print(version(version_count > 1));
    }
    let run = match run {
        Some(run) => run,
        None => match words.take() {
            Some(word) if word != b"-" => {
                script_name = Some(word.to_vec());
                Run::File(word.to_vec())
            }
            Some(_) => {
                script_name = Some(b"-".to_vec());
                Run::Stdin
            }
            None => Run::Stdin,
        },
    };
    config.argv = vec![script_name.unwrap_or_default()];
    config.argv.extend(arguments.iter().skip(words.next).cloned());
    Parsed::Run(Box::new((config, run)))
}

/// True when the option was `--version`.
fn long_option(
    word: &[u8],
    words: &mut Words<'_>,
    config: &mut Config,
    program: &str,
) -> Result<bool, Parsed> {
    match word {
        b"--help" => Err(Parsed::Print(text(USAGE, program))),
        b"--help-env" => Err(Parsed::Print(text(ENVIRONMENT, program))),
        b"--help-xoptions" => Err(Parsed::Print(text(XOPTIONS, program))),
        b"--help-all" => Err(Parsed::Print(format!(
            "{}\n{}\n{}",
            text(USAGE, program),
            text(ENVIRONMENT, program),
            text(XOPTIONS, program)
        ))),
        b"--version" => Ok(true),
        b"--check-hash-based-pycs" => {
            let Some(mode) = words.take() else {
                return Err(usage_error(
                    program,
                    "Argument expected for the --check-hash-based-pycs options",
                ));
            };
            match mode {
                b"default" | b"always" | b"never" => {
                    config.check_hash_pycs_mode = String::from_utf8_lossy(mode).into_owned();
                    Ok(false)
                }
                _ => Err(usage_error(
                    program,
                    "--check-hash-based-pycs must be one of 'default', 'always', or 'never'",
                )),
            }
        }
        _ => Err(usage_error(program, &format!("Unknown option: {}", String::from_utf8_lossy(word)))),
    }
}

/// Options of one letter without argument; false for an unknown one.
fn flag(letter: u8, config: &mut Config) -> bool {
    match letter {
        b'b' => config.bytes_warning += 1,
        b'B' => config.dont_write_bytecode = 1,
        b'd' => config.debug = 1,
        b'E' => config.ignore_environment = 1,
        b'i' => {
            config.inspect = 1;
            config.interactive = 1;
        }
        b'I' => {
            config.isolated = 1;
            config.ignore_environment = 1;
            config.no_user_site = 1;
            config.safe_path = true;
        }
        b'O' => config.optimize += 1,
        b'P' => config.safe_path = true,
        b'q' => config.quiet = 1,
        b's' => config.no_user_site = 1,
        b'S' => config.no_site = 1,
        b'R' => config.wants_random_hashes = true,
        b'u' => config.unbuffered = true,
        b'v' => config.verbose += 1,
        b'x' => config.skip_first_line = true,
        _ => return false,
    }
    true
}

/// `-X name[=value]`; what it means is settled with the environment's variables.
fn x_option(argument: &[u8], config: &mut Config) {
    let argument = String::from_utf8_lossy(argument).into_owned();
    config.x_options.push(match argument.split_once('=') {
        Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
        None => (argument, None),
    });
}
