//! The plain values of `sys`: version, platform, paths, arguments, lists that the import system works with.

use krait_runtime::lifecycle::string_list;
use krait_runtime::objects::namespace::PyNamespace;
use krait_runtime::prelude::*;

use super::sequences;

/// Major, minor and micro version, as [`crate::VERSION`] spells them.
pub const VERSION_NUMBERS: [i32; 3] = [3, 14, 10];

/// `sys.hexversion`: a final release.
pub const HEX_VERSION: i32 =
    VERSION_NUMBERS[0] << 24 | VERSION_NUMBERS[1] << 16 | VERSION_NUMBERS[2] << 8 | 0xf0;

/// `sys.version`: the form that `platform` takes apart.
pub const VERSION_TEXT: &str =
    concat!("3.14.10 (krait ", env!("CARGO_PKG_VERSION"), ") [rustc ", env!("CARGO_PKG_RUST_VERSION"), "]");

const COPYRIGHT: &str = "Copyright (c) The Krait developers.\nAll Rights Reserved.\n\n\
Standard library: Copyright (c) 2001 Python Software Foundation.\nAll Rights Reserved.";

/// The machine and system, as file names of extension modules spell them.
pub fn multiarch() -> String {
    let libc = if cfg!(target_env = "musl") { "musl" } else { "gnu" };
    format!("{}-{}-{libc}", std::env::consts::ARCH, std::env::consts::OS)
}

fn text(py: Py<'_>, bytes: &[u8]) -> PyResult<Ref<PyObject>> {
    PyStr::from_os_bytes(py, bytes).map(Ref::upcast)
}

fn list(py: Py<'_>, items: &[Vec<u8>]) -> PyResult<Ref<PyList>> {
    string_list(py, items.iter().map(Vec::as_slice))
}

/// Fills the module with everything that is no function.
pub fn add_all(py: Py<'_>, module: &PyModule) -> PyResult<()> {
    add_fixed(py, module)?;
    add_configured(py, module)
}

fn add_fixed(py: Py<'_>, module: &PyModule) -> PyResult<()> {
    let version_info = sequences::version_info(py)?;
    let text = |text: &str| PyStr::new(py, text);
    module.add(py, "version", &*text(VERSION_TEXT)?)?;
    module.add(py, "hexversion", &*HEX_VERSION.into_py(py)?)?;
    let git = [text("Krait")?.upcast(), text("")?.upcast(), text("")?.upcast()];
    module.add(py, "_git", &*PyTuple::from_vec(py, git.into())?)?;
    module.add(py, "_framework", &*text("")?)?;
    module.add(py, "api_version", &*1013.into_py(py)?)?;
    module.add(py, "copyright", &*text(COPYRIGHT)?)?;
    module.add(py, "platform", &*text(std::env::consts::OS)?)?;
    module.add(py, "maxsize", &*isize::MAX.into_py(py)?)?;
    module.add(py, "maxunicode", &*0x10_ffff.into_py(py)?)?;
    module.add(py, "abiflags", &*text("")?)?;
    module.add(py, "byteorder", &*text(if cfg!(target_endian = "big") { "big" } else { "little" })?)?;
    module.add(py, "float_repr_style", &*text("short")?)?;
    module.add(py, "version_info", &version_info)?;
    module.add(py, "float_info", &*sequences::float_info(py)?)?;
    module.add(py, "int_info", &*sequences::int_info(py)?)?;
    module.add(py, "hash_info", &*sequences::hash_info(py)?)?;
    module.add(py, "thread_info", &*sequences::thread_info(py)?)?;
    let implementation = PyDict::new(py)?;
    implementation.set_named(py, "name", &*text("cpython")?)?;
    implementation.set_named(py, "cache_tag", &*text("krait-314")?)?;
    implementation.set_named(py, "version", &version_info)?;
    implementation.set_named(py, "hexversion", &*HEX_VERSION.into_py(py)?)?;
    implementation.set_named(py, "_multiarch", &*text(&multiarch())?)?;
    implementation.set_named(py, "supports_isolated_interpreters", PyBool::get(true))?;
    module.add(py, "implementation", &*PyNamespace::new(py, Some(&implementation))?)?;
    let mut names = krait_interp::import::builtin_names();
    names.sort_unstable();
    let names = names.into_iter().map(|n| PyStr::new_interned(py, n).map(Ref::upcast));
    let names = PyTuple::from_vec(py, names.collect::<PyResult<_>>()?)?;
    module.add(py, "builtin_module_names", &names)?;
    let known = super::stdlib_names::STDLIB_NAMES.iter();
    let known = known.map(|n| PyStr::new_interned(py, n)).collect::<PyResult<Vec<_>>>()?;
    let known: Vec<&PyObject> = known.iter().map(|n| n.as_object()).collect();
    module.add(py, "stdlib_module_names", &*PyFrozenSet::from_items(py, &known)?)
}

fn add_configured(py: Py<'_>, module: &PyModule) -> PyResult<()> {
    let config = py.interp().config.borrow().clone();
    if let Some(modules) = py.interp().modules.get() {
        module.add(py, "modules", &modules)?;
    }
    module.add(py, "flags", &*sequences::flags(py)?)?;
    module.add(py, "path", &*list(py, &config.module_search_paths)?)?;
    module.add(py, "meta_path", &*PyList::new(py)?)?;
    module.add(py, "path_hooks", &*PyList::new(py)?)?;
    module.add(py, "path_importer_cache", &*PyDict::new(py)?)?;
    module.add(py, "argv", &*list(py, &config.argv)?)?;
    module.add(py, "orig_argv", &*list(py, &config.orig_argv)?)?;
    module.add(py, "executable", &*text(py, &config.executable)?)?;
    module.add(py, "_base_executable", &*text(py, &config.base_executable)?)?;
    module.add(py, "prefix", &*text(py, &config.prefix)?)?;
    module.add(py, "base_prefix", &*text(py, &config.base_prefix)?)?;
    module.add(py, "exec_prefix", &*text(py, &config.exec_prefix)?)?;
    module.add(py, "base_exec_prefix", &*text(py, &config.base_exec_prefix)?)?;
    module.add(py, "platlibdir", &*config.platlibdir.as_str().into_py(py)?)?;
    module.add(py, "_stdlib_dir", &*text(py, &config.stdlib_dir)?)?;
    module.add(py, "_home", &py.none())?;
    let prefix = match &config.pycache_prefix {
        Some(prefix) if !prefix.is_empty() => text(py, prefix)?,
        _ => py.none(),
    };
    module.add(py, "pycache_prefix", &prefix)?;
    module.add(py, "dont_write_bytecode", PyBool::get(config.dont_write_bytecode != 0))?;
    let options = config.warn_options.iter().map(String::as_bytes);
    module.add(py, "warnoptions", &*string_list(py, options)?)?;
    let x_options = PyDict::new(py)?;
    for (name, value) in &config.x_options {
        let value = match value {
            Some(value) => text(py, value.as_bytes())?,
            None => PyBool::get(true).to_ref(),
        };
        x_options.set(py, &*text(py, name.as_bytes())?, &value)?;
    }
    module.add(py, "_xoptions", &x_options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_agree() {
        let [major, minor, micro] = VERSION_NUMBERS;
        assert_eq!(crate::VERSION, format!("{major}.{minor}.{micro}"));
        assert!(VERSION_TEXT.starts_with(crate::VERSION));
    }
}
