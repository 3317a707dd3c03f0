//! `#[pymethods]`: sorts the functions of an `impl` into methods, properties, slots and constructors, and writes the tables.
//! Not here: how one function is wrapped (`function.rs`), what the slots are (`slot.rs`).

use std::path::Path;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Attribute, FnArg, Ident, ImplItem, ImplItemFn, ItemImpl, Type};

use crate::class::{doc_pointer, last_segment};
use crate::docstrings;
use crate::function::{Function, Owner, Parsing, is_option};
use crate::names;
use crate::options::{self, allowances, c_string, inside};
use crate::slot;

/// A property, assembled from its getter and its setter.
struct Property {
    name: String,
    getter: Option<Ident>,
    setter: Option<Ident>,
    doc: Option<String>,
    cfgs: Vec<Attribute>,
    span: proc_macro2::Span,
}

#[derive(Default)]
struct Tables {
    methods: Vec<TokenStream>,
    properties: Vec<Property>,
    slots: Vec<TokenStream>,
    wrappers: Vec<TokenStream>,
}

pub fn expand(arguments: TokenStream, item: TokenStream, file: Option<&Path>) -> syn::Result<TokenStream> {
    let mut item: ItemImpl = syn::parse2(item)?;
    if let Some((_, path, _)) = &item.trait_ {
        return Err(syn::Error::new_spanned(path, "#[pymethods] goes on an inherent `impl`"));
    }
    let mut part: Option<String> = None;
    let mut parts: Vec<Ident> = Vec::new();
    let mut class: Option<String> = None;
    for argument in options::arguments(arguments)? {
        match argument.name.as_str() {
            "part" => part = Some(argument.text()?),
            "parts" => parts = argument.list()?,
            "class" => class = Some(argument.text()?),
            _ => return Err(argument.unknown("part = \"name\", parts(a, b), class = \"module.Name\"")),
        }
    }
    let self_ty = item.self_ty.clone();
    let rust = last_segment(&self_ty).unwrap_or_default();
    let Some(class) = class.or_else(|| names::find(&rust, file)) else {
        return Err(syn::Error::new_spanned(
            &self_ty,
            format!(
                "no #[pyclass] named `{rust}` was found: say its Python name, #[pymethods(class = \"module.Name\")]"
            ),
        ));
    };

    let mut tables = Tables::default();
    let mut errors: Option<syn::Error> = None;
    for entry in &mut item.items {
        if let ImplItem::Fn(function) = entry
            && let Err(error) = member(function, &class, &mut tables)
        {
            match &mut errors {
                Some(all) => all.combine(error),
                None => errors = Some(error),
            }
        }
    }
    if let Some(errors) = errors {
        // The impl itself goes along, so that the compiler does not complain about everything that uses it as well.
        let errors = errors.to_compile_error();
        return Ok(quote!(#item #errors));
    }

    let Tables { methods, properties, slots, wrappers } = tables;
    let properties: Vec<TokenStream> = properties.iter().map(getset).collect::<syn::Result<_>>()?;
    let suffix = part.clone().unwrap_or_else(|| "main".to_owned());
    let (method_table, getset_table) =
        (format_ident!("__KRAIT_METHODS_{}", suffix), format_ident!("__KRAIT_GETSETS_{}", suffix));
    let slot_setter = format_ident!("__krait_slots_{}", suffix);
    let describe = part.is_none().then(|| describe(&self_ty, &parts));
    let allow = allowances();
    Ok(quote! {
        #item

        #allow
        impl #self_ty {
            #(#wrappers)*

            #[doc(hidden)]
            pub(crate) const #method_table: &'static [::krait_runtime::slots::PyMethodDef] = &[#(#methods),*];
            #[doc(hidden)]
            pub(crate) const #getset_table: &'static [::krait_runtime::slots::PyGetSetDef] = &[#(#properties),*];
            #[doc(hidden)]
            pub(crate) fn #slot_setter(ty: &'static ::krait_runtime::objects::r#type::StaticType) {
                #(#slots)*
            }
            #describe
        }
    })
}

/// The function that `PyClass::describe` calls: joins the tables of all parts and sets the slots.
fn describe(self_ty: &Type, parts: &[Ident]) -> TokenStream {
    let all: Vec<String> =
        std::iter::once("main".to_owned()).chain(parts.iter().map(|p| p.unraw().to_string())).collect();
    let methods: Vec<Ident> = all.iter().map(|part| format_ident!("__KRAIT_METHODS_{}", part)).collect();
    let getsets: Vec<Ident> = all.iter().map(|part| format_ident!("__KRAIT_GETSETS_{}", part)).collect();
    let setters = all.iter().map(|part| format_ident!("__krait_slots_{}", part));
    quote! {
        #[doc(hidden)]
        pub(crate) fn __krait_describe(ty: &'static ::krait_runtime::objects::r#type::StaticType) {
            const fn join<T: ::core::marker::Copy, const N: usize>(end: T, parts: &[&[T]]) -> [T; N] {
                let mut table = [end; N];
                let (mut filled, mut part) = (0, 0);
                while part < parts.len() {
                    let mut row = 0;
                    while row < parts[part].len() {
                        table[filled] = parts[part][row];
                        filled += 1;
                        row += 1;
                    }
                    part += 1;
                }
                table
            }
            const METHOD_COUNT: usize = 0 #(+ <#self_ty>::#methods.len())*;
            static METHODS: [::krait_runtime::slots::PyMethodDef; METHOD_COUNT + 1] = join(
                ::krait_runtime::slots::PyMethodDef {
                    ml_name: ::core::ptr::null(), ml_meth: ::core::ptr::null(), ml_flags: 0, ml_doc: ::core::ptr::null(),
                },
                &[#(<#self_ty>::#methods),*],
            );
            const GETSET_COUNT: usize = 0 #(+ <#self_ty>::#getsets.len())*;
            static GETSETS: [::krait_runtime::slots::PyGetSetDef; GETSET_COUNT + 1] = join(
                ::krait_runtime::slots::PyGetSetDef {
                    name: ::core::ptr::null(),
                    get: ::core::option::Option::None,
                    set: ::core::option::Option::None,
                    doc: ::core::ptr::null(),
                    closure: ::core::ptr::null_mut(),
                },
                &[#(<#self_ty>::#getsets),*],
            );
            if METHOD_COUNT != 0 {
                ty.ty.tp_methods.set(METHODS.as_ptr());
            }
            if GETSET_COUNT != 0 {
                ty.ty.tp_getset.set(GETSETS.as_ptr());
            }
            #(<#self_ty>::#setters(ty);)*
        }
    }
}

fn getset(property: &Property) -> syn::Result<TokenStream> {
    let name = c_string(&property.name, property.span)?;
    let doc = doc_pointer(property.doc.as_deref(), property.span)?;
    let cfgs = &property.cfgs;
    let function = |wrapper: &Option<Ident>| match wrapper {
        Some(wrapper) => quote!(::core::option::Option::Some(Self::#wrapper)),
        None => quote!(::core::option::Option::None),
    };
    let (getter, setter) = (function(&property.getter), function(&property.setter));
    Ok(quote! {
        #(#cfgs)*
        ::krait_runtime::slots::PyGetSetDef {
            name: #name.as_ptr(),
            get: #getter,
            set: #setter,
            doc: #doc,
            closure: ::core::ptr::null_mut(),
        }
    })
}

fn is_own_attribute(name: &str) -> bool {
    Parsing::is_attribute(name)
        || matches!(
            name,
            "pymethod"
                | "classmethod"
                | "staticmethod"
                | "getter"
                | "setter"
                | "slot"
                | "new"
                | "init"
                | "vectorcall"
        )
}

/// Reads one function's attributes and fills the tables.
fn member(function: &mut ImplItemFn, class: &str, tables: &mut Tables) -> syn::Result<()> {
    let taken = options::take(&mut function.attrs, is_own_attribute);
    if taken.is_empty() {
        return Ok(());
    }
    function.attrs.push(syn::parse_quote! {
        #[allow(clippy::new_ret_no_self, clippy::wrong_self_convention, clippy::should_implement_trait, clippy::too_many_arguments)]
    });
    let class_name = class.rsplit('.').next().unwrap_or(class).to_owned();
    let cfgs = options::cfgs(&function.attrs);
    let rust_name = function.sig.ident.unraw().to_string();
    let mut roles = Vec::new();
    let mut vectorcall = false;
    for (name, attribute) in &taken {
        if name == "vectorcall" {
            vectorcall = true;
        } else if !Parsing::is_attribute(name) {
            roles.push((name.as_str(), attribute));
        }
    }
    if roles.is_empty() {
        return Err(syn::Error::new_spanned(
            &function.sig.ident,
            "say what it is: #[pymethod], #[classmethod], #[staticmethod], #[getter], #[setter], #[slot], #[new] or #[init]",
        ));
    }
    for (role, attribute) in roles {
        let mut parsing = Parsing::default();
        for (name, attribute) in taken.iter().filter(|(name, _)| Parsing::is_attribute(name)) {
            parsing.read(name, attribute)?;
        }
        let (mut name, mut doc, mut coexist) = (None, None, false);
        for argument in options::arguments(inside(attribute)?)? {
            match argument.name.as_str() {
                "name" => name = Some(argument.text()?),
                "doc" => doc = Some(argument.text()?),
                "coexist" => coexist = true,
                _ => return Err(argument.unknown("name = \"…\", doc = \"…\", coexist")),
            }
        }
        match role {
            "slot" => {
                let (statement, wrapper) =
                    slot::expand(&name.unwrap_or_else(|| rust_name.clone()), function)?;
                tables.slots.push(quote!(#(#cfgs)* { #statement }));
                tables.wrappers.push(if wrapper.is_empty() { wrapper } else { quote!(#(#cfgs)* #wrapper) });
            }
            "new" | "init" => {
                let owner = if role == "new" { Owner::Class } else { Owner::Instance };
                let mut wrapped =
                    Function::new(&mut function.sig, owner, class_name.clone(), class.to_owned(), parsing)?;
                wrapped.reported = name.clone().unwrap_or_else(|| class_name.clone());
                let slot = format_ident!("tp_{}", role);
                let wrapper = format_ident!("__krait_slot_tp_{}", role);
                let code = wrapped.constructor(&wrapper, role == "init")?;
                tables.slots.push(
                    quote!(#(#cfgs)* { ty.ty.#slot.set(::core::option::Option::Some(Self::#wrapper)); }),
                );
                tables.wrappers.push(quote!(#(#cfgs)* #code));
                if vectorcall {
                    let wrapper = format_ident!("__krait_slot_tp_vectorcall");
                    let code = wrapped.vectorcall(&wrapper, role == "init")?;
                    tables
                        .slots
                        .push(quote!(#(#cfgs)* { ty.ty.tp_vectorcall.set(::core::option::Option::Some(Self::#wrapper)); }));
                    tables.wrappers.push(quote!(#(#cfgs)* #code));
                }
            }
            "getter" | "setter" => {
                property(function, role, name, doc, class, cfgs.clone(), tables)?;
            }
            _ => {
                let (owner, mut extra) = match role {
                    "classmethod" => (Owner::Class, vec!["CLASS"]),
                    "staticmethod" => (Owner::Nothing, vec!["STATIC"]),
                    _ => (Owner::Instance, vec![]),
                };
                if coexist {
                    extra.push("COEXIST");
                }
                let name = name.unwrap_or_else(|| rust_name.clone());
                let key = format!("{class}.{name}");
                let mut wrapped = Function::new(&mut function.sig, owner, name, key, parsing)?;
                wrapped.doc = doc;
                wrapped.cfgs.clone_from(&cfgs);
                let ident = &wrapped.ident;
                let (row, code) = wrapped.method_def(&quote!(Self::#ident), &extra)?;
                tables.methods.push(row);
                tables.wrappers.push(code);
            }
        }
    }
    Ok(())
}

fn property(
    function: &mut ImplItemFn,
    role: &str,
    name: Option<String>,
    doc: Option<String>,
    class: &str,
    cfgs: Vec<Attribute>,
    tables: &mut Tables,
) -> syn::Result<()> {
    let ident = &function.sig.ident;
    let rust_name = ident.unraw().to_string();
    let setter = role == "setter";
    let wrong = || {
        syn::Error::new_spanned(
            &function.sig,
            if setter {
                "a setter is `fn set_NAME(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()>`; None means deletion"
            } else {
                "a getter is `fn NAME(&self, py: Py<'_>) -> R`"
            },
        )
    };
    let name = match name {
        Some(name) => name,
        None if setter => rust_name.strip_prefix("set_").ok_or_else(wrong)?.to_owned(),
        None => rust_name,
    };
    let mut arguments = Vec::new();
    let (mut receivers, mut values) = (0, 0);
    for input in &function.sig.inputs {
        match input {
            FnArg::Receiver(receiver) if receiver.reference.is_some() && receiver.mutability.is_none() => {
                receivers += 1;
                arguments.push(quote!(&*slf.cast::<Self>()));
            }
            FnArg::Typed(typed) if slot::is_py(&typed.ty) => arguments.push(quote!(py)),
            FnArg::Typed(typed) if setter && is_option(&typed.ty) => {
                values += 1;
                arguments.push(quote!(value.as_ref()));
            }
            _ => return Err(wrong()),
        }
    }
    if receivers != 1 || values != usize::from(setter) {
        return Err(wrong());
    }
    let wrapper = format_ident!("__krait_{}_{}", role, name);
    let obj = quote!(*mut ::krait_runtime::PyObject);
    let call = quote!(Self::#ident(#(#arguments),*));
    tables.wrappers.push(if setter {
        quote! {
            #(#cfgs)*
            #[doc(hidden)]
            unsafe extern "C-unwind" fn #wrapper(slf: #obj, value: #obj, _: *mut ::core::ffi::c_void) -> ::core::ffi::c_int {
                unsafe {
                    let py = ::krait_runtime::Py::assume();
                    ::krait_runtime::ret::return_status(#call)
                }
            }
        }
    } else {
        quote! {
            #(#cfgs)*
            #[doc(hidden)]
            unsafe extern "C-unwind" fn #wrapper(slf: #obj, _: *mut ::core::ffi::c_void) -> #obj {
                unsafe {
                    let py = ::krait_runtime::Py::assume();
                    ::krait_runtime::ret::IntoReturn::into_return(#call, py)
                }
            }
        }
    });
    let span = ident.span();
    let index = match tables.properties.iter().position(|p| p.name == name) {
        Some(index) => index,
        None => {
            let known = docstrings::lookup(&format!("{class}.{name}")).flatten().map(str::to_owned);
            tables.properties.push(Property { name, getter: None, setter: None, doc: known, cfgs, span });
            tables.properties.len() - 1
        }
    };
    if let Some(property) = tables.properties.get_mut(index) {
        let place = if setter { &mut property.setter } else { &mut property.getter };
        if place.is_some() {
            return Err(syn::Error::new(span, format!("`{}` has a {role} already", property.name)));
        }
        *place = Some(wrapper);
        if doc.is_some() {
            property.doc = doc;
        }
    }
    Ok(())
}
