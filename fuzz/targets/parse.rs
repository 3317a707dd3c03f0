//! Bytes as a source file: decoder, tokenizer, parser; and the tokenizer of the module `tokenize`, line by line.
#![no_main]

use bumpalo::Bump;
use krait_syntax::stream::{Step, TokenStream};
use krait_syntax::token::Kind;
use krait_syntax::{NoDecoder, parse_bytes};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&first, source)) = data.split_first() else { return };
    let arena = Bump::new();
    let _ = parse_bytes(&arena, source, &mut NoDecoder, krait_fuzz::parse_options(first));
    if let Ok(text) = std::str::from_utf8(source)
        && !text.contains('\0')
    {
        tokens(text, first & 1 != 0);
    }
});

fn tokens(text: &str, extra: bool) {
    let mut stream = TokenStream::new(extra);
    let mut lines = text.split_inclusive('\n');
    loop {
        match stream.step() {
            Step::NeedLine => match lines.next() {
                Some(line) if line.ends_with('\n') => stream.push_line(line),
                Some(line) => stream.push_line(&format!("{line}\n")),
                None => stream.end(),
            },
            Step::Token(token) => {
                assert!(stream.source().get(token.start as usize..token.end as usize).is_some(), "{token:?}");
                if token.kind == Kind::EndMarker {
                    return;
                }
            }
            Step::Torn(_) | Step::Error(_) => return,
        }
    }
}
