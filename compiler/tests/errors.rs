//! Errors and warnings of the symbol table and the code generator: text and place, as CPython 3.14 has them.
#![allow(clippy::unwrap_used, clippy::panic)]

use krait_compiler::{Options, compile};
use krait_syntax::{ParseOptions, parse};

/// The message with line, offset, end line, end offset; or the warnings.
fn outcome(source: &str) -> String {
    let arena = bumpalo::Bump::new();
    let parsed = parse(&arena, source, ParseOptions::default()).unwrap();
    let mut warnings = Vec::new();
    match compile(&parsed.module, &Options { filename: "f", ..Options::default() }, &mut warnings) {
        Ok(_) => warnings.iter().map(|warning| warning.message.as_str()).collect::<Vec<_>>().join("; "),
        Err(error) => {
            let at = error.loc;
            let (offset, end_offset) = (at.col_offset + 1, at.end_col_offset + 1);
            format!("{} {}:{offset}-{}:{end_offset}", error.message, at.lineno, at.end_lineno)
        }
    }
}

#[test]
fn errors() {
    for (source, expected) in [
        ("return 1\n", "'return' outside function 1:1-1:9"),
        ("for x in y:\n  def f(): break\n", "'break' outside loop 2:12-2:17"),
        ("def f():\n  nonlocal x\n", "no binding for nonlocal 'x' found 2:3-2:13"),
        ("def f(x, x): pass\n", "duplicate argument 'x' in function definition 1:10-1:11"),
        ("a, *b, *c = d\n", "multiple starred expressions in assignment 1:1-1:10"),
        ("type X = (a:=1)\n", "named expression cannot be used within a type alias 1:11-1:15"),
        ("match x:\n  case {1: a, True: b}: pass\n", "mapping pattern checks duplicate key (True) 2:8-2:23"),
        ("from __future__ import nope\n", "future feature nope is not defined 1:24-1:28"),
        ("f(a=1, a=2)\n", "keyword argument repeated: a 1:8-1:11"),
    ] {
        assert_eq!(outcome(source), expected, "{source}");
    }
}

#[test]
fn warnings() {
    for (source, expected) in [
        ("x is 1\n", "\"is\" with 'int' literal. Did you mean \"==\"?"),
        ("assert (x, 'y')\n", "assertion is always true, perhaps remove parentheses?"),
        ("[1][1, 2]\n", "list indices must be integers or slices, not tuple; perhaps you missed a comma?"),
        ("def f():\n  try: pass\n  finally: return\n", "'return' in a 'finally' block"),
        ("x is None\n", ""),
    ] {
        assert_eq!(outcome(source), expected, "{source}");
    }
}

#[test]
fn deep_nesting_is_an_error() {
    let source = format!("a{}\n", ".b".repeat(100_000));
    assert!(outcome(&source).starts_with("maximum recursion depth exceeded during compilation"));
    // A chain of operators needs no depth to parse, but to compile.
    assert_eq!(outcome(&format!("a{}\n", " + a".repeat(2_000))), "");
    let source = format!("a{}\n", " + a".repeat(100_000));
    assert!(outcome(&source).starts_with("maximum recursion depth exceeded during compilation"));
}
