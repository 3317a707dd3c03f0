//! Module `_imp`: what `importlib` is built on: native and frozen modules, the import lock, source hashes. Extension modules from
//! shared libraries stand in `dynamic.rs`.

use core::sync::atomic::{AtomicI32, Ordering};

use krait_interp::import::{create_builtin as make_builtin, exec_builtin as run_builtin, find_builtin};
use krait_interp::import::{frozen_code, import_frozen};
use krait_interp::objects::PyCode;
use krait_pylib::FrozenModule;
use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::BufferArg;

/// `_override_frozen_modules_for_tests`: 1 use them, -1 do not, 0 as configured.
static FROZEN_OVERRIDE: AtomicI32 = AtomicI32::new(0);

/// The modules that start-up cannot do without are found even when frozen modules are switched off.
const ESSENTIAL: [&str; 3] = ["_frozen_importlib", "_frozen_importlib_external", "zipimport"];

fn use_frozen(py: Py<'_>) -> bool {
    match FROZEN_OVERRIDE.load(Ordering::Relaxed) {
        0 => !py.interp().config.borrow().without_frozen_modules,
        n => n > 0,
    }
}

fn find(py: Py<'_>, name: &PyStr) -> Option<&'static FrozenModule> {
    let name = name.to_string_lossy();
    krait_pylib::find_frozen(&name).filter(|m| ESSENTIAL.contains(&m.name) || use_frozen(py))
}

fn no_such(py: Py<'_>, name: &PyStr) -> Raised {
    match name.repr(py) {
        Ok(shown) => raise!(py, ImportError, "No such frozen object named {shown}"),
        Err(raised) => raised,
    }
}

/// Replaces the file name of a code object and of all code in its constants.
fn fix_filename(py: Py<'_>, code: &PyCode, old: &PyStr, new: &PyStr) -> PyResult<()> {
    py.check_stack(" while fixing code file names")?;
    if !code.filename().eq(py, old)? {
        return Ok(());
    }
    code.co_filename.set(new.new_ref());
    for constant in code.consts().as_slice() {
        if let Some(inner) = constant.downcast::<PyCode>() {
            fix_filename(py, inner, old, new)?;
        }
    }
    Ok(())
}

/// SipHash-1-3 with the second half of the key zero, as `.pyc` files with a source hash have it.
fn siphash13(key: u64, data: &[u8]) -> u64 {
    let (k0, k1) = (key, 0u64);
    let mut v = [
        k0 ^ 0x736f_6d65_7073_6575,
        k1 ^ 0x646f_7261_6e64_6f6d,
        k0 ^ 0x6c79_6765_6e65_7261,
        k1 ^ 0x7465_6462_7974_6573,
    ];
    fn round([mut a, mut b, mut c, mut d]: [u64; 4]) -> [u64; 4] {
        a = a.wrapping_add(b);
        c = c.wrapping_add(d);
        b = b.rotate_left(13) ^ a;
        d = d.rotate_left(16) ^ c;
        a = a.rotate_left(32);
        c = c.wrapping_add(b);
        a = a.wrapping_add(d);
        b = b.rotate_left(17) ^ c;
        d = d.rotate_left(21) ^ a;
        c = c.rotate_left(32);
        [a, b, c, d]
    }
    let mix = |v: [u64; 4], word: u64| {
        let [a, b, c, d] = v;
        let [a, b, c, d] = round([a, b, c, d ^ word]);
        [a ^ word, b, c, d]
    };
    let chunks = data.chunks_exact(8);
    let mut last = (data.len() as u64) << 56;
    for (i, &byte) in chunks.remainder().iter().enumerate() {
        last |= u64::from(byte) << (8 * i);
    }
    for chunk in chunks {
        v = mix(v, chunk.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)));
    }
    v = mix(v, last);
    let [a, b, c, d] = v;
    let [a, b, c, d] = round(round(round([a, b, c ^ 0xff, d])));
    a ^ b ^ c ^ d
}

/// The module.
#[pymodule(name = "_imp")]
pub mod imp {
    use super::*;

    #[pyattr(name = "check_hash_based_pycs")]
    fn check_hash_based_pycs(py: Py<'_>) -> String {
        let mode = py.interp().config.borrow().check_hash_pycs_mode.clone();
        if mode.is_empty() { "default".to_owned() } else { mode }
    }

    #[pyattr(name = "pyc_magic_number_token")]
    fn pyc_magic_number_token(_py: Py<'_>) -> u32 {
        u32::from_le_bytes(krait_bytecode::pyc::MAGIC_NUMBER)
    }

    #[pyfunction]
    fn lock_held(py: Py<'_>) -> bool {
        py.interp().import_lock.is_locked()
    }

    #[pyfunction]
    fn acquire_lock(py: Py<'_>) {
        py.interp().import_lock.lock_uninterrupted(py);
    }

    #[pyfunction]
    fn release_lock(py: Py<'_>) -> PyResult<()> {
        if py.interp().import_lock.unlock(py) {
            Ok(())
        } else {
            Err(raise!(py, RuntimeError, "not holding the import lock"))
        }
    }

    #[pyfunction]
    #[sig("($module, code, path, /)")]
    fn _fix_co_filename(py: Py<'_>, code: &PyCode, path: &PyStr) -> PyResult<()> {
        let old = code.filename().new_ref();
        if old.eq(py, path)? {
            return Ok(());
        }
        fix_filename(py, code, &old, path)
    }

    #[pyfunction]
    #[sig("($module, spec, /)")]
    fn create_builtin(py: Py<'_>, spec: &PyObject) -> PyResult<Ref<PyObject>> {
        let name = spec.get_attr(py, id!(py, "name"))?;
        let Some(name) = name.downcast::<PyStr>() else {
            bail!(py, TypeError, "name must be string, not {}", name.ty().name())
        };
        match make_builtin(py, &name.to_string_lossy())? {
            Some(module) => Ok(module.upcast()),
            None => Ok(py.none()),
        }
    }

    #[pyfunction]
    #[sig("($module, mod, /)")]
    fn exec_builtin(py: Py<'_>, module: &PyObject) -> PyResult<i32> {
        if let Some(module) = module.downcast::<PyModule>() {
            run_builtin(py, module)?;
        }
        Ok(0)
    }

    #[pyfunction]
    #[sig("($module, spec, file=<unrepresentable>, /)")]
    fn create_dynamic(py: Py<'_>, spec: &PyObject, file: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let _ = file;
        crate::dynamic::create(py, spec)
    }

    /// A module that is none of an extension has nothing to run.
    #[pyfunction]
    #[sig("($module, mod, /)")]
    fn exec_dynamic(_module: &PyObject) -> i32 {
        0
    }

    #[pyfunction]
    #[sig("($module, name, /)")]
    fn is_builtin(name: &PyStr) -> i32 {
        let name = name.to_string_lossy();
        match find_builtin(&name) {
            // Those two cannot be made a second time.
            Some(_) if matches!(&*name, "sys" | "builtins") => -1,
            Some(_) => 1,
            None => 0,
        }
    }

    #[pyfunction]
    #[sig("($module, name, /)")]
    fn is_frozen(py: Py<'_>, name: &PyStr) -> bool {
        find(py, name).is_some()
    }

    #[pyfunction]
    #[sig("($module, name, /)")]
    fn is_frozen_package(py: Py<'_>, name: &PyStr) -> PyResult<bool> {
        find(py, name).map(|m| m.is_package).ok_or_else(|| no_such(py, name))
    }

    #[pyfunction]
    #[sig("($module, name, /, *, withdata=False)")]
    fn find_frozen(py: Py<'_>, name: &PyStr, withdata: bool) -> PyResult<Ref<PyObject>> {
        let Some(module) = find(py, name) else { return Ok(py.none()) };
        let data = if withdata {
            let code = frozen_code(py, module)?;
            let bytes =
                crate::marshal::dump_bytes(py, &code, krait_bytecode::marshal::CURRENT_VERSION, true)?;
            let bytes = PyBytes::new(py, &bytes)?;
            memory_view(py, &bytes)?
        } else {
            py.none()
        };
        let origin = module.origname.into_py(py)?;
        Ok(PyTuple::new(py, &[&data, PyBool::get(module.is_package), &origin])?.upcast())
    }

    #[pyfunction]
    #[sig("($module, name, data=None, /)")]
    fn get_frozen_object(py: Py<'_>, name: &PyStr, data: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let Some(data) = data.filter(|d| !d.is_none()) else {
            let Some(module) = find(py, name) else { return Err(no_such(py, name)) };
            return frozen_code(py, module).map(Ref::upcast);
        };
        let buffer = krait_runtime::protocol::buffer::Buffer::new(py, data)?;
        let invalid = |py| -> PyResult<Raised> {
            let shown = name.repr(py)?;
            Ok(raise!(py, ImportError, "Frozen object named {shown} is invalid"))
        };
        match crate::marshal::load_bytes(py, buffer.as_bytes(), true) {
            Ok(code) if PyCode::check(&code) => Ok(code),
            Ok(other) => Err(raise!(py, TypeError, "frozen object {} is not a code object", {
                drop(other);
                name.repr(py)?
            })),
            Err(raised) => {
                py.clear_error(raised);
                Err(invalid(py)?)
            }
        }
    }

    #[pyfunction]
    #[sig("($module, name, /)")]
    fn init_frozen(py: Py<'_>, name: &PyStr) -> PyResult<Option<Ref<PyObject>>> {
        import_frozen(py, &name.to_string_lossy())
    }

    #[pyfunction]
    fn _frozen_module_names(py: Py<'_>) -> PyResult<Ref<PyList>> {
        let names = krait_pylib::frozen_modules().iter();
        let names = names.map(|m| m.name.into_py(py)).collect::<PyResult<Vec<_>>>()?;
        PyList::from_vec(py, names)
    }

    #[pyfunction]
    #[sig("($module, override, /)")]
    fn _override_frozen_modules_for_tests(over: i32) {
        FROZEN_OVERRIDE.store(over, Ordering::Relaxed);
    }

    #[pyfunction]
    #[sig("($module, override, /)")]
    fn _override_multi_interp_extensions_check(py: Py<'_>, over: i32) -> PyResult<i32> {
        let _ = over;
        Err(raise!(
            py,
            RuntimeError,
            "_imp._override_multi_interp_extensions_check() cannot be used in the main interpreter"
        ))
    }

    #[pyfunction]
    fn extension_suffixes(py: Py<'_>) -> PyResult<Ref<PyList>> {
        let suffixes = [".cpython-314-x86_64-linux-gnu.so", ".abi3.so", ".abi3-x86_64-linux-gnu.so", ".so"];
        let suffixes = suffixes.iter().map(|s| s.into_py(py)).collect::<PyResult<Vec<_>>>()?;
        PyList::from_vec(py, suffixes)
    }

    #[pyfunction]
    #[sig("($module, /, key, source)")]
    fn source_hash(key: i64, source: BufferArg) -> Vec<u8> {
        siphash13(key as u64, source.as_bytes()).to_le_bytes().to_vec()
    }
}

fn memory_view(py: Py<'_>, bytes: &PyBytes) -> PyResult<Ref<PyObject>> {
    match py.interp().builtins.get() {
        Some(builtins) => builtins.get_item(py, id!(py, "memoryview"))?.call(py, &[bytes]),
        None => Ok(bytes.to_ref()),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn hash_of_the_reference() {
        assert_eq!(super::siphash13(3, b"abc").to_le_bytes(), *b"\x9b9\x91\x87\x15tR?");
    }
}
