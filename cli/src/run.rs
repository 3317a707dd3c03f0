//! Start-up, running the program, end.

use std::io::Read as _;
use std::os::unix::ffi::OsStrExt;

use krait_interp::compile::{Source, compile_source};
use krait_interp::execute::run_code;
use krait_interp::{display, import};
use krait_runtime::lifecycle::{self, CoreModules};
use krait_runtime::prelude::*;
use krait_syntax::Mode;

use crate::command_line::{self, Program};

/// All native modules of this executable.
const NATIVE_MODULES: &[&[&ModuleDef]] = &[krait_mod_sys::MODULES];

/// Does everything; the result is the exit status.
pub fn main() -> i32 {
    let line = match command_line::parse(std::env::args_os()) {
        Ok(line) => line,
        Err(text) => {
            eprintln!("{text}");
            eprintln!("usage: krait [option] ... [-c cmd | -m mod | file | -] [arg] ...");
            eprintln!("Try `python -h' for more information.");
            return 2;
        }
    };
    if let Program::Version(_) = line.program {
        println!("Python {}", krait_mod_sys::VERSION);
        return 0;
    }
    for def in NATIVE_MODULES.iter().copied().flatten() {
        import::register_builtin(def);
    }
    let core = CoreModules {
        builtins: &krait_mod_sys::builtins::builtins::MODULE,
        sys: &krait_mod_sys::sys::sys::MODULE,
        init_types: krait_interp::objects::init,
    };
    let py = match lifecycle::start(line.config, &core) {
        Ok(py) => py,
        Err(text) => {
            eprintln!("Fatal Python error: init_interp_main: {text}");
            return 1;
        }
    };
    let status = match run(py, &line.program) {
        Ok(()) => 0,
        Err(raised) => display::report(py, raised, true),
    };
    match lifecycle::finish(py, display::unraisable) {
        0 => status,
        _ => 120,
    }
}

/// The `__main__` module.
fn main_module(py: Py<'_>) -> PyResult<Ref<PyModule>> {
    let module = PyModule::new(py, id!(py, "__main__"))?;
    if let Some(builtins) = py.interp().modules.get()
        && let Some(modules) = builtins.downcast::<PyDict>()
    {
        if let Some(builtins) = modules.get_str(py, id!(py, "builtins"))? {
            module.add(py, "__builtins__", &builtins)?;
        }
        modules.set(py, id!(py, "__main__"), &module)?;
    }
    Ok(module)
}

fn run(py: Py<'_>, program: &Program) -> PyResult<()> {
    if import::find_builtin("_imp").is_some() {
        import::init_importlib(py)?;
    }
    let module = main_module(py)?;
    let (bytes, name) = match program {
        Program::Command(text) => (text.clone().into_bytes(), "<string>".to_owned()),
        Program::File(path) => match std::fs::read(path) {
            Ok(bytes) => {
                let name = PyStr::from_os_bytes(py, path.as_bytes())?;
                module.add(py, "__file__", &name)?;
                (bytes, path.to_string_lossy().into_owned())
            }
            Err(error) => {
                let shown = path.to_string_lossy();
                let text = krait_runtime::objects::exceptions::os_error::error_text(
                    error.raw_os_error().unwrap_or(0),
                );
                let number = error.raw_os_error().unwrap_or(0);
                eprintln!("krait: can't open file '{shown}': [Errno {number}] {text}");
                let status = PyInt::new(py, 2)?;
                let exit = krait_runtime::objects::exceptions::types::SystemExit();
                return Err(py.raise_object(exit, Some(&status)));
            }
        },
        Program::Stdin => {
            let mut bytes = Vec::new();
            if let Err(error) = std::io::stdin().read_to_end(&mut bytes) {
                return Err(py.raise_io_error(&error, None));
            }
            (bytes, "<stdin>".to_owned())
        }
        Program::Module(name) => {
            bail!(py, ImportError, "running module {name} is not available in this build")
        }
        Program::Version(_) => return Ok(()),
    };
    let filename = PyStr::new(py, &name)?;
    let code = compile_source(py, Source::Bytes(&bytes), &filename, Mode::Exec, 0, -1)?;
    let dict = module.dict();
    run_code(py, &code, &dict, Some(&dict)).map(drop)
}
