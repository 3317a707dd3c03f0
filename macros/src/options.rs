//! Reads the arguments of attributes: `name = "x"`, flags, lists; and takes the macros' own attributes off items.
//! Not here: what each attribute means.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Ident, LitStr, Meta, Token};

/// One argument: `flag`, `key = value` or `key(values)`.
pub struct Argument {
    pub name: String,
    pub span: Span,
    pub value: TokenStream,
}

impl Argument {
    /// The value as a `T`.
    pub fn parse<T: Parse>(&self) -> syn::Result<T> {
        if self.value.is_empty() {
            return Err(syn::Error::new(
                self.span,
                format!("`{}` needs a value: `{} = …`", self.name, self.name),
            ));
        }
        syn::parse2(self.value.clone())
    }

    /// The value as a string literal.
    pub fn text(&self) -> syn::Result<String> {
        self.parse::<LitStr>().map(|text| text.value())
    }

    /// The value as a bracketed or parenthesised list of `T`.
    pub fn list<T: Parse>(&self) -> syn::Result<Vec<T>> {
        let inner = match self.value.clone().into_iter().next() {
            Some(TokenTree::Group(group)) => group.stream(),
            _ => self.value.clone(),
        };
        let items = syn::punctuated::Punctuated::<T, Token![,]>::parse_terminated.parse2(inner)?;
        Ok(items.into_iter().collect())
    }

    pub fn unknown(&self, known: &str) -> syn::Error {
        syn::Error::new(self.span, format!("unknown option `{}`; known are: {known}", self.name))
    }
}

/// Splits attribute arguments at their commas.
pub fn arguments(tokens: TokenStream) -> syn::Result<Vec<Argument>> {
    let parse = |input: ParseStream<'_>| -> syn::Result<Vec<Argument>> {
        let mut arguments = Vec::new();
        while !input.is_empty() {
            let name = Ident::parse_any(input)?;
            let mut value = TokenStream::new();
            if input.peek(syn::token::Paren) {
                value.extend([input.parse::<TokenTree>()?]);
            } else if input.peek(Token![=]) {
                input.parse::<Token![=]>()?;
                // A type may hold commas between angle brackets.
                let mut depth = 0_i32;
                while !input.is_empty() && (depth > 0 || !input.peek(Token![,])) {
                    let token = input.parse::<TokenTree>()?;
                    if let TokenTree::Punct(punct) = &token {
                        depth += match punct.as_char() {
                            '<' => 1,
                            '>' => -1,
                            _ => 0,
                        };
                    }
                    value.extend([token]);
                }
            }
            arguments.push(Argument { name: name.unraw().to_string(), span: name.span(), value });
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(arguments)
    };
    parse.parse2(tokens)
}

/// The tokens between an attribute's parentheses.
pub fn inside(attribute: &Attribute) -> syn::Result<TokenStream> {
    match &attribute.meta {
        Meta::Path(_) => Ok(TokenStream::new()),
        Meta::List(list) => Ok(list.tokens.clone()),
        Meta::NameValue(pair) => Err(syn::Error::new_spanned(pair, "write the value in parentheses")),
    }
}

/// Takes every attribute whose name `wanted` accepts off `attributes`.
pub fn take(attributes: &mut Vec<Attribute>, wanted: impl Fn(&str) -> bool) -> Vec<(String, Attribute)> {
    let mut taken = Vec::new();
    let mut kept = Vec::new();
    for attribute in attributes.drain(..) {
        match attribute.path().segments.last().map(|segment| segment.ident.unraw().to_string()) {
            Some(name) if attribute.path().segments.len() == 1 && wanted(&name) => {
                taken.push((name, attribute))
            }
            _ => kept.push(attribute),
        }
    }
    *attributes = kept;
    taken
}

/// The `#[cfg]`s, to be repeated on what an item expands to.
pub fn cfgs(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect()
}

/// A C string literal.
pub fn c_string(text: &str, span: Span) -> syn::Result<proc_macro2::Literal> {
    let text = std::ffi::CString::new(text)
        .map_err(|_| syn::Error::new(span, "a NUL character may not stand here"))?;
    Ok(proc_macro2::Literal::c_string(&text))
}

/// The lints that generated items are excused from: the macro answers for them, not the crate that uses it.
pub fn allowances() -> TokenStream {
    quote::quote! {
        #[allow(
            unsafe_code, unused_unsafe, unused_variables, unused_mut, dead_code, non_snake_case, non_upper_case_globals,
            missing_docs, unused_qualifications, unreachable_code, clippy::all, clippy::pedantic,
            clippy::undocumented_unsafe_blocks, clippy::multiple_unsafe_ops_per_block, clippy::indexing_slicing
        )]
    }
}
