//! Start-up: states and types, native modules, importlib, encodings, signals, standard files, warnings, `site`.

use krait_interp::import::{
    find_builtin, import_module, init_external, init_importlib, init_zipimport, register_builtin,
};
use krait_interp::objects::stderr_printer::StderrPrinter;
use krait_runtime::lifecycle::{self, CoreModules};
use krait_runtime::prelude::*;
use krait_runtime::state::Config;

use crate::streams;

/// Brings the interpreter up. On failure the text of a fatal error.
pub fn start(config: Config) -> Result<Py<'static>, String> {
    for modules in MODULES {
        modules.iter().copied().for_each(register_builtin);
    }
    let _ = krait_mod_sys::sys::BASE_PROMPT.set(|py| crate::prompt::read_statements(py).map(drop));
    let core = CoreModules {
        builtins: &krait_mod_sys::builtins::builtins::MODULE,
        sys: &krait_mod_sys::sys::sys::MODULE,
        init_types: krait_interp::objects::init,
    };
    let py = lifecycle::start(config, &core)?;
    // Without these two modules only the core can be used.
    let has_files = find_builtin("posix").is_some() && find_builtin("_io").is_some();
    for (step, what) in STEPS {
        if !has_files && !matches!(*what, "init_early_stderr" | "init_importlib" | "add_main_module") {
            continue;
        }
        if let Err(raised) = step(py) {
            let state = if *what == "init_import_site" { "initialized" } else { "core initialized" };
            let text = match *what {
                "init_fs_encoding" => {
                    crate::paths::report(&py.interp().config.borrow());
                    "Failed to import encodings module".to_owned()
                }
                _ => format!("{what}: {}", explain(what)),
            };
            stderr_line!("Fatal Python error: {text}\nPython runtime state: {state}");
            krait_interp::display::report(py, raised, false);
            stderr_line!("");
            krait_interp::fault_dump::remember(py);
            krait_interp::fault_dump::dump(2, true);
            return Err(String::new());
        }
    }
    Ok(py)
}

/// Every native module crate.
const MODULES: &[&[&ModuleDef]] = &[
    krait_mod_sys::MODULES,
    krait_mod_io::MODULES,
    krait_mod_os::MODULES,
    krait_mod_text::MODULES,
    krait_mod_numbers::MODULES,
    krait_mod_data::MODULES,
    krait_mod_xml::MODULES,
    krait_mod_db::MODULES,
    krait_mod_concurrent::MODULES,
    krait_mod_compress::MODULES,
    krait_mod_hash::MODULES,
    krait_mod_net::MODULES,
    krait_mod_tls::MODULES,
    krait_mod_debug::MODULES,
];

type Step = fn(Py<'_>) -> PyResult<()>;

const STEPS: &[(Step, &str)] = &[
    (init_early_stderr, "init_early_stderr"),
    (init_importlib, "init_importlib"),
    (init_external, "init_importlib_external"),
    (init_zipimport, "init_zipimport"),
    (init_encodings, "init_fs_encoding"),
    (init_signals, "init_signals"),
    (init_faulthandler, "init_faulthandler"),
    (init_tracemalloc, "init_tracemalloc"),
    (init_main, "add_main_module"),
    (init_streams, "init_sys_streams"),
    (init_warnings, "init_warnings"),
    (init_site, "init_import_site"),
];

fn explain(step: &str) -> &'static str {
    match step {
        "init_sys_streams" => "can't initialize sys standard streams",
        "init_tracemalloc" => "can't start tracemalloc",
        "init_import_site" => "Failed to import the site module",
        _ => "initialization failed",
    }
}

/// What is written to `sys.stderr` before the standard files exist comes out all the same.
fn init_early_stderr(py: Py<'_>) -> PyResult<()> {
    PyType::ready::<StderrPrinter>(py)?;
    let printer = StderrPrinter::new(py, 2)?;
    py.set_sys_object(id!(py, "stderr"), Some(&printer))?;
    py.set_sys_object(id!(py, "__stderr__"), Some(&printer))
}

/// The codecs of file names and of the standard files, known before anything depends on them.
fn init_encodings(py: Py<'_>) -> PyResult<()> {
    import_module(py, "encodings").map(drop)
}

/// Ctrl-C raises `KeyboardInterrupt` from here on.
fn init_signals(py: Py<'_>) -> PyResult<()> {
    match find_builtin("_signal") {
        Some(_) => import_module(py, "_signal").map(drop),
        None => Ok(()),
    }
}

/// Fatal signals are reported when an option asks for it.
fn init_faulthandler(py: Py<'_>) -> PyResult<()> {
    if py.interp().config.borrow().faulthandler {
        krait_mod_debug::faulthandler::enable_at_start(py)
    } else {
        Ok(())
    }
}

/// Allocations are traced from here on when an option asks for it.
fn init_tracemalloc(py: Py<'_>) -> PyResult<()> {
    let frames = py.interp().config.borrow().tracemalloc;
    match u16::try_from(frames) {
        Ok(0) => Ok(()),
        Ok(frames) => {
            krait_runtime::tracemalloc::start(py, frames);
            Ok(())
        }
        Err(_) => Err(raise!(
            py,
            ValueError,
            "the number of frames must be in range [1; {}]",
            krait_runtime::tracemalloc::MOST_FRAMES
        )),
    }
}

fn init_main(py: Py<'_>) -> PyResult<()> {
    let main = PyModule::new(py, id!(py, "__main__"))?;
    let modules = py.required_sys_object(id!(py, "modules"))?;
    modules.set_item(py, id!(py, "__main__"), &main)?;
    let builtins = modules.get_item(py, id!(py, "builtins"))?;
    main.dict().set(py, id!(py, "__builtins__"), &builtins)?;
    if let Some(importlib) = py.interp().importlib.get() {
        let loader = importlib.get_attr(py, id!(py, "BuiltinImporter"))?;
        main.dict().set(py, id!(py, "__loader__"), &loader)?;
    }
    Ok(())
}

fn init_streams(py: Py<'_>) -> PyResult<()> {
    if streams::stdin_is_folder() {
        stderr_line!(
            "Fatal Python error: init_sys_streams: <stdin> is a directory, cannot continue\nPython runtime state: core \
             initialized\n"
        );
        krait_interp::fault_dump::remember(py);
        krait_interp::fault_dump::dump(2, true);
        std::process::exit(1);
    }
    streams::init(py)
}

/// Options of `-W` take effect when the library's half is imported.
fn init_warnings(py: Py<'_>) -> PyResult<()> {
    match py.sys_object(id!(py, "warnoptions"))? {
        Some(options) if options.is_true(py)? => import_module(py, "warnings").map(drop),
        _ => Ok(()),
    }
}

fn init_site(py: Py<'_>) -> PyResult<()> {
    if py.interp().config.borrow().no_site != 0 {
        return Ok(());
    }
    import_module(py, "site").map(drop)
}
