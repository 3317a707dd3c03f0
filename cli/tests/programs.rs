//! Runs every program in `tests/programs`, `tests/regress` and `examples` with the built `krait` and compares what it
//! prints and how it exits with what stands beside it. How such a test is written: `tests/README.md`.
//!
//! Arguments are parts of names, to run only those; `--write` records instead of comparing. The environment variable
//! `KRAIT_TEST_EXE` names another interpreter to run (CPython 3.14, to record).

#![allow(clippy::print_stderr, reason = "a test runner may panic")]

use std::collections::VecDeque;
use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const FOLDERS: &[&str] = &["tests/programs", "tests/regress", "examples"];
/// Programs that Krait does not run rightly yet, a name a line. They run all the same: one that passes must leave the list, so it only
/// shrinks; their number is printed.
const PENDING: &str = "tests/pending.txt";
const TIME_LIMIT: Duration = Duration::from_secs(120);

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("programs: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the cases and gives the number of failures.
fn run(arguments: Vec<String>) -> Result<usize, Box<dyn Error>> {
    // What `cargo test` passes on to every harness (`--nocapture`, `-q`…) has no meaning here.
    let (options, filters): (Vec<String>, Vec<String>) =
        arguments.into_iter().partition(|argument| argument.starts_with('-'));
    let is_writing = options.iter().any(|option| option == "--write");
    let root = fs::canonicalize(ROOT)?;
    let mut cases = Vec::new();
    for folder in FOLDERS {
        find_cases(&root.join(folder), &root, is_writing, &mut cases)?;
    }
    cases.retain(|case| filters.is_empty() || filters.iter().any(|filter| case.name.contains(filter)));
    cases.sort_by(|a, b| a.name.cmp(&b.name));

    let executable = std::env::var_os("KRAIT_TEST_EXE").unwrap_or_else(|| env!("CARGO_BIN_EXE_krait").into());
    let names = executable_names(&executable);
    let total = cases.len();
    let all_names: Vec<String> = cases.iter().map(|case| case.name.clone()).collect();
    let queue = Mutex::new(VecDeque::from(cases));
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().ok().and_then(|mut queue| queue.pop_front());
                    let Some(case) = next else { return };
                    let report = match case.run(&executable, &names) {
                        Ok(outcome) if is_writing => {
                            case.write(&outcome).err().map(|error| error.to_string())
                        }
                        Ok(outcome) => case.compare(&outcome),
                        Err(error) => Some(format!("{error}\n")),
                    };
                    if let (Some(report), Ok(mut failures)) = (report, failures.lock()) {
                        failures.push((case.name, report));
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().map_err(|_| "a worker panicked")?;
    failures.sort();
    let pending = fs::read_to_string(root.join(PENDING)).unwrap_or_default();
    let pending: Vec<&str> =
        pending.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let is_pending = |name: &str| !is_writing && pending.contains(&name);
    let (waiting, mut failures): (Vec<_>, Vec<_>) =
        failures.into_iter().partition(|(name, _)| is_pending(name));
    for name in all_names.iter().filter(|name| is_pending(name)) {
        if !waiting.iter().any(|(other, _)| other == name) {
            failures.push((name.clone(), format!("passes now: take it off {PENDING}\n")));
        }
    }
    let mut out = io::stdout().lock();
    for (name, report) in &failures {
        writeln!(out, "FAIL {name}\n{report}")?;
    }
    if options.iter().any(|option| option == "--pending") {
        for (name, report) in &waiting {
            writeln!(out, "PENDING {name}\n{report}")?;
        }
    }
    let passed = total - failures.len() - waiting.len();
    writeln!(out, "pending: {} programs do not pass yet ({PENDING})", waiting.len())?;
    writeln!(out, "programs: {passed} passed, {} failed", failures.len())?;
    Ok(failures.len())
}

/// The paths by which the interpreter may speak of itself, the longest first.
fn executable_names(executable: &OsString) -> Vec<String> {
    let mut names = vec![executable.to_string_lossy().into_owned()];
    // It may be a script or a link that starts another file.
    if let Ok(asked) = Command::new(executable).args(["-c", "import sys; print(sys.executable)"]).output() {
        names.push(String::from_utf8_lossy(&asked.stdout).trim().to_owned());
    }
    names.retain(|name| name.contains('/'));
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names.dedup();
    names
}

/// A program and what belongs to it: all share a path but for the ending.
struct Case {
    name: String,
    folder: PathBuf,
    stem: String,
}

/// What a run did.
struct Outcome {
    out: Vec<u8>,
    err: Vec<u8>,
    exit: String,
}

fn find_cases(folder: &Path, root: &Path, is_writing: bool, cases: &mut Vec<Case>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find_cases(&path, root, is_writing, cases)?;
            continue;
        }
        let (Some(stem), Some(ending)) = (path.file_stem(), path.extension()) else { continue };
        let is_case = if is_writing {
            // Nothing is recorded yet: a program, or arguments without one.
            ending == "py" || (ending == "args" && !path.with_extension("py").exists())
        } else {
            ending == "out"
        };
        if is_case {
            let name = path.strip_prefix(root).unwrap_or(&path).with_extension("");
            cases.push(Case {
                name: name.to_string_lossy().into_owned(),
                folder: folder.to_owned(),
                stem: stem.to_string_lossy().into_owned(),
            });
        }
    }
    Ok(())
}

impl Case {
    fn file(&self, ending: &str) -> PathBuf {
        self.folder.join(format!("{}.{ending}", self.stem))
    }

    /// A file of the case, or `default` if there is none.
    fn read(&self, ending: &str, default: &str) -> io::Result<Vec<u8>> {
        match fs::read(self.file(ending)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(default.into()),
            other => other,
        }
    }

    /// `name.args` holds an argument a line. The line `PROGRAM` stands for the program; without one the program comes
    /// first, if there is one. `\n` in a line is a newline.
    fn arguments(&self) -> io::Result<Vec<OsString>> {
        let program = format!("{}.py", self.stem);
        let text = String::from_utf8_lossy(&self.read("args", "")?).into_owned();
        let mut arguments: Vec<OsString> = Vec::new();
        if self.file("py").exists() && !text.lines().any(|line| line == "PROGRAM") {
            arguments.push(program.clone().into());
        }
        for line in text.lines() {
            arguments.push(if line == "PROGRAM" {
                program.clone().into()
            } else {
                line.replace("\\n", "\n").into()
            });
        }
        Ok(arguments)
    }

    fn run(&self, executable: &OsString, names: &[String]) -> Result<Outcome, Box<dyn Error>> {
        let mut command = Command::new(executable);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PYTHON") {
                command.env_remove(name);
            }
        }
        command
            .args(self.arguments()?)
            .current_dir(&self.folder)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .env("COLUMNS", "80")
            .env_remove("FORCE_COLOR")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let input = self.read("in", "")?;
        let stdin = child.stdin.take();
        // A program need not read its input: a broken pipe is no failure.
        let writer = thread::spawn(move || stdin.map(|mut pipe| pipe.write_all(&input)));
        let out = reader(child.stdout.take());
        let err = reader(child.stderr.take());
        let status = wait(&mut child)?;
        let _ = writer.join();
        let out = out.join().map_err(|_| "the reader of stdout panicked")?;
        let err = err.join().map_err(|_| "the reader of stderr panicked")?;
        let status = status.ok_or_else(|| format!("still running after {} s", TIME_LIMIT.as_secs()))?;
        Ok(Outcome { out: self.normal(&out, names), err: self.normal(&err, names), exit: exit_text(status) })
    }

    /// Takes out what differs from run to run: the folder (tracebacks name the program by its full path), the
    /// interpreter's path (which becomes `PYTHON`) and the addresses in ` at 0x7f…`.
    fn normal(&self, text: &[u8], names: &[String]) -> Vec<u8> {
        const ADDRESS: &str = " at 0x";
        let Ok(text) = std::str::from_utf8(text) else { return text.to_owned() };
        let mut text = text.replace(&format!("{}/", self.folder.display()), "");
        for name in names {
            text = text.replace(name, "PYTHON");
        }
        let mut parts = text.split(ADDRESS);
        let mut normal = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            normal.push_str(ADDRESS);
            normal.push('…');
            normal.push_str(part.trim_start_matches(|digit: char| digit.is_ascii_hexdigit()));
        }
        normal.into_bytes()
    }

    /// What differs from what is recorded.
    fn compare(&self, outcome: &Outcome) -> Option<String> {
        let mut report = String::new();
        let parts = [
            ("out", "", outcome.out.as_slice()),
            ("err", "", outcome.err.as_slice()),
            ("exit", "0", outcome.exit.as_bytes()),
        ];
        for (ending, default, actual) in parts {
            match self.read(ending, default) {
                Ok(expected) if ending == "exit" && expected.trim_ascii() == actual => {}
                Ok(expected) if expected == actual => {}
                Ok(expected) => report.push_str(&difference(ending, &expected, actual)),
                Err(error) => report.push_str(&format!("  {ending}: {error}\n")),
            }
        }
        (!report.is_empty()).then_some(report)
    }

    /// Records `outcome` as what is expected.
    fn write(&self, outcome: &Outcome) -> io::Result<()> {
        fs::write(self.file("out"), &outcome.out)?;
        let exit = format!("{}\n", outcome.exit);
        for (ending, contents, is_default) in [
            ("err", outcome.err.as_slice(), outcome.err.is_empty()),
            ("exit", exit.as_bytes(), exit == "0\n"),
        ] {
            if !is_default {
                fs::write(self.file(ending), contents)?;
            } else if self.file(ending).exists() {
                fs::remove_file(self.file(ending))?;
            }
        }
        Ok(())
    }
}

/// The first lines that differ.
fn difference(what: &str, expected: &[u8], actual: &[u8]) -> String {
    let (expected, actual) = (String::from_utf8_lossy(expected), String::from_utf8_lossy(actual));
    let (mut wanted, mut got) = (expected.lines(), actual.lines());
    for number in 1.. {
        let pair = (wanted.next(), got.next());
        if pair.0 == pair.1 && pair.0.is_some() {
            continue;
        }
        let side = |line: Option<&str>| line.map_or("(end)".to_owned(), |line| format!("{line:?}"));
        let mut text = format!(
            "  {what}, line {number}:\n    expected {}\n    got      {}\n",
            side(pair.0),
            side(pair.1)
        );
        if what == "out" || what == "err" {
            // What went wrong is mostly said at the end.
            for line in got.by_ref().collect::<Vec<_>>().iter().rev().take(3).rev() {
                text.push_str(&format!("             … {line:?}\n"));
            }
        }
        return text;
    }
    String::new()
}

fn reader(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut text = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.read_to_end(&mut text);
        }
        text
    })
}

/// Waits for the end, or kills the process at the time limit.
fn wait(child: &mut Child) -> io::Result<Option<ExitStatus>> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() > TIME_LIMIT {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// The exit code, or `signal N`.
fn exit_text(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => code.to_string(),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "unknown".to_owned(),
    }
}
