//! Text as a date, a time or both: the same as the library's Python version makes of it.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| krait_fuzz::interpreter::check(include_str!("../harness/fromisoformat.py"), data));
