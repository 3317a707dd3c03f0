//! Symbol table, code generation, control-flow-graph optimiser, assembler: AST in, code out. Knows no Python object.
