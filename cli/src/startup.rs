//! Start-up: states and types, native modules, importlib, standard files, `site`.

use krait_interp::import::{import_module, init_external, init_importlib, register_builtin};
use krait_runtime::lifecycle::{self, CoreModules};
use krait_runtime::prelude::*;
use krait_runtime::state::Config;

/// Brings the interpreter up. On failure the text of a fatal error.
pub fn start(config: Config) -> Result<Py<'static>, String> {
    for modules in MODULES {
        modules.iter().copied().for_each(register_builtin);
    }
    let core = CoreModules {
        builtins: &krait_mod_sys::builtins::builtins::MODULE,
        sys: &krait_mod_sys::sys::sys::MODULE,
        init_types: krait_interp::objects::init,
    };
    let py = lifecycle::start(config, &core)?;
    match finish_start(py) {
        Ok(()) => Ok(py),
        Err(raised) => {
            krait_interp::display::report(py, raised, false);
            Err("init failed".to_owned())
        }
    }
}

/// Every native module crate.
const MODULES: &[&[&ModuleDef]] = &[
    krait_mod_sys::MODULES,
    krait_mod_io::MODULES,
    krait_mod_os::MODULES,
    krait_mod_text::MODULES,
    krait_mod_numbers::MODULES,
    krait_mod_data::MODULES,
    krait_mod_concurrent::MODULES,
    krait_mod_compress::MODULES,
    krait_mod_hash::MODULES,
    krait_mod_debug::MODULES,
];

fn finish_start(py: Py<'_>) -> PyResult<()> {
    init_importlib(py)?;
    if krait_interp::import::find_builtin("posix").is_some() {
        init_external(py)?;
    }
    let main = PyModule::new(py, id!(py, "__main__"))?;
    let modules = py.required_sys_object(id!(py, "modules"))?;
    modules.set_item(py, id!(py, "__main__"), &main)?;
    if let Some(builtins) = py.interp().modules.get() {
        let builtins = builtins.get_item(py, id!(py, "builtins"))?;
        main.dict().set(py, id!(py, "__builtins__"), &builtins)?;
    }
    if py.interp().config.borrow().no_site == 0 && krait_interp::import::find_builtin("posix").is_some() {
        import_module(py, "site")?;
    }
    Ok(())
}
