//! `#[pyclass]`, `#[pymethods]`, `#[pymodule]`, `#[pymodule_part]`: Python types, methods and modules from ordinary Rust items.
//! They expand to static C-ABI tables and slot functions; nothing is looked up at run time. How to use them: docs/native-code.md.

mod class;
mod docstrings;
mod function;
mod methods;
mod module;
mod names;
mod options;
mod signature;
mod slot;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Declares a Python type whose instances have this struct's layout.
#[proc_macro_attribute]
pub fn pyclass(options: TokenStream, item: TokenStream) -> TokenStream {
    finish(class::expand(options.into(), item.into()))
}

/// Declares the methods, properties and slots of a type.
#[proc_macro_attribute]
pub fn pymethods(options: TokenStream, item: TokenStream) -> TokenStream {
    let file = names::call_site_file();
    finish(methods::expand(options.into(), item.into(), file.as_deref()))
}

/// Declares a native module.
#[proc_macro_attribute]
pub fn pymodule(options: TokenStream, item: TokenStream) -> TokenStream {
    finish(module::expand(options.into(), item.into(), true))
}

/// Declares a part of a native module that another file's `#[pymodule]` joins.
#[proc_macro_attribute]
pub fn pymodule_part(options: TokenStream, item: TokenStream) -> TokenStream {
    finish(module::expand(options.into(), item.into(), false))
}

fn finish(result: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    result.unwrap_or_else(|error| error.to_compile_error()).into()
}
