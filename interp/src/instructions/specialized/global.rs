//! `LOAD_GLOBAL` by entry number in the namespace's table, as long as the table has the keys it had.

use krait_runtime::objects::PyDict;

use super::super::access::guard;
use crate::dispatch::Step;
use crate::stackref::StackRef;

instructions! {
    /// A module global.
    fn LOAD_GLOBAL_MODULE(cx, oparg) {
        let globals = cx.globals();
        guard!(globals.current_keys_version() == u32::from(cx.cache(2)));
        let Some(value) = globals.cached_value(cx.cache(1) as usize) else { return Step::Deopt };
        cx.push(StackRef::borrowed(value).dup_object());
        if oparg & 1 != 0 {
            cx.push(StackRef::NULL);
        }
        Step::Next
    }

    /// A builtin that no module global hides.
    fn LOAD_GLOBAL_BUILTIN(cx, oparg) {
        guard!(cx.globals().current_keys_version() == u32::from(cx.cache(2)));
        let Some(builtins) = cx.builtins().downcast_exact::<PyDict>() else { return Step::Deopt };
        guard!(builtins.current_keys_version() == u32::from(cx.cache(3)));
        let Some(value) = builtins.cached_value(cx.cache(1) as usize) else { return Step::Deopt };
        cx.push(StackRef::borrowed(value).dup_object());
        if oparg & 1 != 0 {
            cx.push(StackRef::NULL);
        }
        Step::Next
    }
}
