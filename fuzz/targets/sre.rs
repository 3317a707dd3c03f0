//! A pattern and a text: compiling, matching and replacing end with a result or an exception.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| krait_fuzz::interpreter::check(include_str!("../harness/sre.py"), data));
