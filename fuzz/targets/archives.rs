//! Bytes as a deflate stream or a zip file: reading ends with data or an exception.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| krait_fuzz::interpreter::check(include_str!("../harness/archives.py"), data));
