//! Source decoding, tokenizer, parser, AST and syntax errors. Knows no Python object.
