//! Bytes as a tree of user code: it is validated, and what passes must compile or give an error.
#![no_main]

use bumpalo::Bump;
use krait_fuzz::bytes::Bytes;
use krait_fuzz::tree::Maker;
use krait_syntax::validate::validate;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&first, rest)) = data.split_first() else { return };
    let arena = Bump::new();
    let tree = Maker::new(&arena, Bytes::new(rest)).tree();
    if validate(&tree).is_err() {
        return;
    }
    let options = krait_fuzz::compile_options(first);
    let _ = krait_compiler::optimized_tree(&arena, &tree, &options);
    if let Ok(code) = krait_compiler::compile(&tree, &options, &mut Vec::new()) {
        krait_fuzz::check::code(&code);
    }
});
