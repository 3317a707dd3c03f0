//! The exported C API: a thin skin on runtime and interp.
