//! A format and bytes: what is unpacked packs to the same.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| krait_fuzz::interpreter::check(include_str!("../harness/struct_unpack.py"), data));
