//! Text as JSON: what is read is written and read as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| krait_fuzz::interpreter::check(include_str!("../harness/json_loads.py"), data));
