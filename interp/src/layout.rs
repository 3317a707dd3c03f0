//! Tests: functions and tracebacks have CPython 3.14's layout, as `pyo3-ffi` declares it.

use core::mem::offset_of;

use pyo3_ffi as ffi;

use crate::objects::function::PyFunction;
use crate::objects::traceback::PyTraceback;

macro_rules! same_offsets {
    ($ours:ty, $theirs:ident: $($field:ident),* $(,)?) => {
        $(assert_eq!(offset_of!($ours, $field), offset_of!(ffi::$theirs, $field), stringify!($field));)*
        assert_eq!(size_of::<$ours>(), size_of::<ffi::$theirs>());
    };
}

#[test]
fn fields_stand_where_c_looks_for_them() {
    same_offsets!(PyFunction, PyFunctionObject: ob_base, func_globals, func_builtins, func_name, func_qualname, func_code,
        func_defaults, func_kwdefaults, func_closure, func_doc, func_dict, func_weakreflist, func_module, func_annotations,
        func_annotate, func_typeparams, vectorcall, func_version);
    same_offsets!(PyTraceback, PyTracebackObject: ob_base, tb_next, tb_frame, tb_lasti, tb_lineno);
}
