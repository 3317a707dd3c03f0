//! Attribute macros that declare Python types, methods and modules; they expand to plain C-ABI tables.
