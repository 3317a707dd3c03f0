//! Prints the symbol table of a file: `dump_symbols FILE`. One line a scope, indented: name, then the symbols with
//! their flags as module `_symtable` numbers them, then the parameters.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program of its own")]
use krait_compiler::symtable::{ScopeId, SymbolTable};
use krait_compiler::{Options, symbol_table};
use krait_syntax::{NoDecoder, ParseOptions, parse_bytes};

fn show(table: &SymbolTable, id: ScopeId, indent: usize) {
    let scope = table.scope(id);
    let mut symbols: Vec<_> =
        scope.symbols.iter().map(|(name, flags)| (table.names.text(name), flags)).collect();
    symbols.sort_unstable();
    let varnames: Vec<_> = scope.varnames.iter().map(|&name| table.names.text(name)).collect();
    println!("{:indent$}{} {symbols:?} {varnames:?}", "", table.names.text(scope.name));
    for &child in &scope.children {
        show(table, child, indent + 1);
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for file in std::env::args().skip(1) {
        let arena = bumpalo::Bump::new();
        let Ok(source) = std::fs::read(&file) else { continue };
        let Ok(parsed) = parse_bytes(&arena, &source, &mut NoDecoder, ParseOptions::default()) else {
            continue;
        };
        println!("{file}");
        match symbol_table(&parsed.module, &Options::default(), &mut Vec::new()) {
            Ok((table, _)) => show(&table, SymbolTable::TOP, 0),
            Err(error) => println!("{error}"),
        }
    }
    Ok(())
}
