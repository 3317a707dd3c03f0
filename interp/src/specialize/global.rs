//! `LOAD_GLOBAL`.

use krait_bytecode::Opcode;
use krait_runtime::objects::PyDict;

use super::{chosen, failed, set_cache};
use crate::dispatch::Cx;

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
#[cold]
#[inline(never)]
pub unsafe fn load_global(cx: &Cx<'_>, oparg: u32) {
    // SAFETY: by contract.
    unsafe {
        let (globals, name) = (cx.globals(), cx.name(oparg >> 1));
        if globals.downcast_exact::<PyDict>().is_none() || !globals.has_unicode_table() {
            return failed(cx);
        }
        if let Some(index) = globals.find_index(name) {
            let (Ok(index), Ok(version)) = (u16::try_from(index), u16::try_from(globals.keys_version(cx.py)))
            else {
                return failed(cx);
            };
            if version == 0 {
                return failed(cx);
            }
            set_cache(cx, 1, index);
            set_cache(cx, 2, version);
            return chosen(cx, Opcode::LOAD_GLOBAL_MODULE);
        }
        let Some(builtins) = cx.builtins().downcast_exact::<PyDict>() else { return failed(cx) };
        if !builtins.has_unicode_table() {
            return failed(cx);
        }
        let Some(index) = builtins.find_index(name) else { return failed(cx) };
        let versions =
            (u16::try_from(globals.keys_version(cx.py)), u16::try_from(builtins.keys_version(cx.py)));
        let (Ok(index), (Ok(module_version), Ok(builtin_version))) = (u16::try_from(index), versions) else {
            return failed(cx);
        };
        if module_version == 0 || builtin_version == 0 {
            return failed(cx);
        }
        set_cache(cx, 1, index);
        set_cache(cx, 2, module_version);
        set_cache(cx, 3, builtin_version);
        chosen(cx, Opcode::LOAD_GLOBAL_BUILTIN);
    }
}
