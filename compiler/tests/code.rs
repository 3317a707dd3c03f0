//! Compiles each program of `tests/code` and compares code objects with what CPython 3.14 makes of it (`record.py`).

#![allow(clippy::unwrap_used, reason = "a test: the file's helpers run in tests only")]

use std::fmt::Write;
use std::path::Path;

use krait_bytecode::{CodeObject, Const, Opcode};

fn words<'a>(names: impl Iterator<Item = &'a krait_bytecode::PyString>) -> String {
    names.map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn dump(code: &CodeObject, out: &mut String) {
    writeln!(
        out,
        "== {} flags={:#x} stack={} consts={} names={} locals={} cells={} free={}",
        code.qualname,
        code.flags,
        code.stacksize,
        code.consts.len(),
        words(code.names.iter()),
        words(code.varnames()),
        words(code.cellvars()),
        words(code.freevars())
    )
    .unwrap();
    let mut skip = 0;
    for (index, unit) in code.code.chunks(2).enumerate() {
        if skip > 0 {
            skip -= 1;
            continue;
        }
        let opcode = Opcode::from_number(unit[0]).unwrap();
        writeln!(out, "{:4} {} {}", index * 2, opcode.name(), unit[1]).unwrap();
        skip = opcode.caches();
    }
    writeln!(out, "lines {}\nexceptions {}", hex(&code.linetable), hex(&code.exceptiontable)).unwrap();
    for value in &code.consts {
        if let Const::Code(inner) = value {
            dump(inner, out);
        }
    }
}

#[test]
fn code_objects_are_cpythons() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/code");
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if !name.ends_with(".py") || name == "record.py" {
            continue;
        }
        let source = std::fs::read(&path).unwrap();
        let arena = bumpalo::Bump::new();
        let options = krait_syntax::ParseOptions { filename: name, ..Default::default() };
        let parsed =
            krait_syntax::parse_bytes(&arena, &source, &mut krait_syntax::NoDecoder, options).unwrap();
        let options = krait_compiler::Options { filename: name, ..Default::default() };
        let code = krait_compiler::compile(&parsed.module, &options, &mut Vec::new()).unwrap();
        let mut got = String::new();
        dump(&code, &mut got);
        let want = std::fs::read_to_string(path.with_extension("out")).unwrap();
        for (number, (got, want)) in got.lines().zip(want.lines()).enumerate() {
            assert_eq!(got, want, "{name}, line {} of its .out", number + 1);
        }
        assert_eq!(got.lines().count(), want.lines().count(), "{name}");
        count += 1;
    }
    assert!(count >= 5);
}
