//! Bytes as a pickle: it loads or raises, and what was loaded can be written and shown.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| krait_fuzz::interpreter::check(include_str!("../harness/pickle_loads.py"), data));
