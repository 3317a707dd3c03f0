//! `import` statements: the instructions; the machinery is `import/`.

use crate::dispatch::Step;
use crate::elsewhere as import;

instructions! {
    /// `__import__` with level and from-list.
    fn IMPORT_NAME(cx, oparg) {
        let locals = (*cx.frame).f_locals.as_ref();
        let module = import::import_name(
            cx.py, cx.builtins(), cx.globals(), locals, cx.name(oparg), cx.object(1), cx.object(2));
        cx.finish(2, module)
    }

    /// Push `module.name`.
    fn IMPORT_FROM(cx, oparg) {
        match import::import_from(cx.py, cx.object(1), cx.name(oparg)) {
            Ok(value) => {
                cx.push_ref(value);
                Step::Next
            }
            Err(_) => Step::Error,
        }
    }
}
