//! `#[pymodule]` and `#[pymodule_part]`: the tables of a native module from the items of a Rust `mod`.
//! Not here: how one function is wrapped (`function.rs`).

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Attribute, Ident, Item, ItemMod, Path, UseTree};

use crate::docstrings;
use crate::function::{Function, Owner, Parsing};
use crate::options::{self, allowances, c_string, inside, take};

#[derive(Default)]
struct Tables {
    methods: Vec<TokenStream>,
    wrappers: Vec<TokenStream>,
    attributes: Vec<TokenStream>,
    exec: Option<TokenStream>,
}

pub fn expand(arguments: TokenStream, item: TokenStream, whole: bool) -> syn::Result<TokenStream> {
    let mut item: ItemMod = syn::parse2(item)?;
    let (mut name, mut doc, mut parts, mut types) = (None, None, Vec::<Path>::new(), Vec::<syn::Type>::new());
    for argument in options::arguments(arguments)? {
        match argument.name.as_str() {
            "name" => name = Some(argument.text()?),
            "doc" if whole => doc = Some(argument.text()?),
            "parts" if whole => parts = argument.list()?,
            "types" => types = argument.list()?,
            _ if whole => return Err(argument.unknown("name, doc, parts = [paths], types = [classes]")),
            _ => return Err(argument.unknown("name, types = [classes]")),
        }
    }
    let name = name.unwrap_or_else(|| item.ident.unraw().to_string());
    let span = item.ident.span();
    let Some((_, items)) = &mut item.content else {
        return Err(syn::Error::new_spanned(&item, "the module's items must stand here: `mod name { … }`"));
    };
    let mut tables = Tables::default();
    let mut errors: Option<syn::Error> = None;
    for entry in items.iter_mut() {
        if let Err(error) = read(entry, &name, &mut tables) {
            match &mut errors {
                Some(all) => all.combine(error),
                None => errors = Some(error),
            }
        }
    }
    if let Some(errors) = errors {
        let errors = errors.to_compile_error();
        return Ok(quote!(#item #errors));
    }
    let Tables { methods, wrappers, attributes, exec } = tables;
    let exec = match exec {
        Some(exec) => quote!(::core::option::Option::Some(#exec)),
        None => quote!(::core::option::Option::None),
    };
    let allow = allowances();
    let types = types.iter().map(|ty| {
        quote! {
            ::krait_runtime::module::TypeEntry {
                name: <#ty>::KRAIT_NAME,
                ready: ::krait_runtime::objects::r#type::PyType::ready::<#ty>,
            }
        }
    });
    items.push(syn::parse_quote! {
        /// Functions, attributes and types of this part of the module.
        #allow
        pub static PART: ::krait_runtime::module::ModulePart = {
            #(#wrappers)*
            ::krait_runtime::module::ModulePart {
                methods: &[#(#methods),*],
                attrs: &[#(#attributes),*],
                types: &[#(#types),*],
                exec: #exec,
            }
        };
    });
    if whole {
        let doc = doc.or_else(|| docstrings::lookup(&name).flatten().map(str::to_owned));
        let doc = match doc {
            Some(doc) => {
                let doc = c_string(&doc, span)?;
                quote!(::core::option::Option::Some(#doc))
            }
            None => quote!(::core::option::Option::None),
        };
        let c_name = c_string(&name, span)?;
        items.push(syn::parse_quote! {
            /// The module's definition.
            pub static MODULE: ::krait_runtime::module::ModuleDef = ::krait_runtime::module::ModuleDef {
                name: #c_name,
                doc: #doc,
                parts: &[&PART #(, &#parts::PART)*],
            };
        });
    }
    Ok(quote!(#item))
}

fn is_own_attribute(name: &str) -> bool {
    Parsing::is_attribute(name) || matches!(name, "pyattr" | "pyfunction" | "pyexec")
}

fn read(item: &mut Item, module: &str, tables: &mut Tables) -> syn::Result<()> {
    match item {
        Item::Fn(function) => {
            let taken = take(&mut function.attrs, is_own_attribute);
            let cfgs = options::cfgs(&function.attrs);
            let ident = function.sig.ident.clone();
            if !taken.is_empty() {
                function
                    .attrs
                    .push(syn::parse_quote!(#[allow(clippy::too_many_arguments, clippy::unnecessary_wraps)]));
            }
            let roles: Vec<&(String, Attribute)> =
                taken.iter().filter(|(name, _)| !Parsing::is_attribute(name)).collect();
            if let (true, Some((_, attribute))) = (roles.is_empty(), taken.first()) {
                return Err(syn::Error::new_spanned(attribute, "this goes with #[pyfunction]"));
            }
            for (role, attribute) in roles {
                let (name, doc) = name_and_doc(attribute)?;
                let name = name.unwrap_or_else(|| ident.unraw().to_string());
                match role.as_str() {
                    "pyexec" => tables.exec = Some(quote!(#ident)),
                    "pyattr" => {
                        let argument = (!function.sig.inputs.is_empty()).then(|| quote!(py));
                        tables.attribute(&name, &quote!(#ident(#argument)), &cfgs);
                    }
                    _ => {
                        let mut parsing = Parsing::default();
                        for (name, attribute) in taken.iter().filter(|(name, _)| Parsing::is_attribute(name))
                        {
                            parsing.read(name, attribute)?;
                        }
                        let key = format!("{module}.{name}");
                        let mut wrapped =
                            Function::new(&mut function.sig, Owner::Module, name, key, parsing)?;
                        wrapped.doc = doc;
                        wrapped.cfgs.clone_from(&cfgs);
                        let (row, code) = wrapped.method_def(&quote!(#ident), &[])?;
                        tables.methods.push(row);
                        tables.wrappers.push(code);
                    }
                }
            }
        }
        Item::Const(constant) => {
            for (_, attribute) in take(&mut constant.attrs, |name| name == "pyattr") {
                let ident = &constant.ident;
                let name = name_and_doc(&attribute)?.0.unwrap_or_else(|| ident.unraw().to_string());
                tables.attribute(&name, &quote!(#ident), &options::cfgs(&constant.attrs));
            }
        }
        Item::Use(import) => {
            if take(&mut import.attrs, |name| name == "pyattr").is_empty() {
                return Ok(());
            }
            let mut idents = Vec::new();
            imported(&import.tree, &mut idents)?;
            for ident in idents {
                tables.attribute(&ident.unraw().to_string(), &quote!(#ident), &options::cfgs(&import.attrs));
            }
        }
        _ => {}
    }
    Ok(())
}

impl Tables {
    fn attribute(&mut self, name: &str, value: &TokenStream, cfgs: &[Attribute]) {
        let make = format_ident!("__krait_attr_{}", self.attributes.len());
        self.wrappers.push(quote! {
            #(#cfgs)*
            fn #make(py: ::krait_runtime::Py<'_>) -> ::krait_runtime::PyResult<::krait_runtime::Ref<::krait_runtime::PyObject>> {
                ::krait_runtime::ret::IntoPy::into_py(#value, py)
            }
        });
        self.attributes.push(quote!(#(#cfgs)* ::krait_runtime::module::AttrDef { name: #name, make: #make }));
    }
}

/// The names that a `use` brings in: `#[pyattr] use libc::{O_RDONLY, O_WRONLY};`.
fn imported(tree: &UseTree, idents: &mut Vec<Ident>) -> syn::Result<()> {
    match tree {
        UseTree::Path(path) => imported(&path.tree, idents),
        UseTree::Name(name) => {
            idents.push(name.ident.clone());
            Ok(())
        }
        UseTree::Rename(rename) => {
            idents.push(rename.rename.clone());
            Ok(())
        }
        UseTree::Group(group) => group.items.iter().try_for_each(|tree| imported(tree, idents)),
        UseTree::Glob(glob) => {
            Err(syn::Error::new_spanned(glob, "name the constants: a `*` cannot be listed"))
        }
    }
}

fn name_and_doc(attribute: &Attribute) -> syn::Result<(Option<String>, Option<String>)> {
    let (mut name, mut doc) = (None, None);
    for argument in options::arguments(inside(attribute)?)? {
        match argument.name.as_str() {
            "name" => name = Some(argument.text()?),
            "doc" => doc = Some(argument.text()?),
            _ => return Err(argument.unknown("name = \"…\", doc = \"…\"")),
        }
    }
    Ok((name, doc))
}
