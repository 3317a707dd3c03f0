//! Bytes as a source file that is compiled: symbol table, code generation, optimiser, assembler.
#![no_main]

use bumpalo::Bump;
use krait_syntax::{NoDecoder, parse_bytes};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let [first, second, source @ ..] = data else { return };
    let arena = Bump::new();
    let Ok(parsed) = parse_bytes(&arena, source, &mut NoDecoder, krait_fuzz::parse_options(*first)) else {
        return;
    };
    if let Ok(code) =
        krait_compiler::compile(&parsed.module, &krait_fuzz::compile_options(*second), &mut Vec::new())
    {
        krait_fuzz::check::code(&code);
    }
});
