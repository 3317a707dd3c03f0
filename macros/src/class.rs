//! `#[pyclass]`: the static type object, the layout traits, allocation, and the derived destructor and collector functions.
//! Not here: methods and slots (`methods.rs`).

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Expr, Field, Ident, ItemStruct, Type};

use crate::docstrings;
use crate::names;
use crate::options::{self, Argument, allowances, c_string, inside, take};

const KNOWN: &str = "module, name, doc, base, basetype, gc, final_, sequence, mapping, disallow_instantiation, match_self, \
     heap, plain_new, base_new, immutable, method_descriptor, vectorcall_offset, dict, weaklist, itemsize, itemtype, flags, basicsize, manual, over_base, \
     no_alloc, no_layout";

#[derive(Default)]
struct Options {
    module: Option<String>,
    name: Option<String>,
    doc: Option<String>,
    base: Option<Type>,
    flags: Vec<TokenStream>,
    gc: bool,
    vectorcall: Option<Ident>,
    dict: Option<Ident>,
    weaklist: Option<Ident>,
    itemsize: Option<TokenStream>,
    basicsize: Option<Expr>,
    manual: bool,
    over_base: bool,
    no_alloc: bool,
    no_layout: bool,
    heap: bool,
    plain_new: bool,
    base_new: bool,
    immutable: bool,
}

impl Options {
    fn read(arguments: &[Argument]) -> syn::Result<Options> {
        let mut options = Options::default();
        for argument in arguments {
            let flag = |name: &str| {
                let name = format_ident!("{}", name);
                quote!(::krait_runtime::objects::r#type::flags::#name)
            };
            match argument.name.as_str() {
                "module" => options.module = Some(argument.text()?),
                "name" => options.name = Some(argument.text()?),
                "doc" => options.doc = Some(argument.text()?),
                "base" => options.base = Some(argument.parse()?),
                "basetype" => options.flags.push(flag("BASETYPE")),
                "gc" => {
                    options.gc = true;
                    options.flags.push(flag("HAVE_GC"));
                }
                "final_" => {}
                "heap" => options.heap = true,
                "plain_new" => options.plain_new = true,
                "base_new" => options.base_new = true,
                "immutable" => options.immutable = true,
                "sequence" => options.flags.push(flag("SEQUENCE")),
                "mapping" => options.flags.push(flag("MAPPING")),
                "disallow_instantiation" => options.flags.push(flag("DISALLOW_INSTANTIATION")),
                "match_self" => options.flags.push(flag("MATCH_SELF")),
                "method_descriptor" => options.flags.push(flag("METHOD_DESCRIPTOR")),
                "vectorcall_offset" => {
                    options.vectorcall = Some(argument.parse()?);
                    options.flags.push(flag("HAVE_VECTORCALL"));
                }
                "dict" => options.dict = Some(argument.parse()?),
                "weaklist" => options.weaklist = Some(argument.parse()?),
                "itemsize" => {
                    let size: Expr = argument.parse()?;
                    options.itemsize = Some(quote!((#size) as isize));
                }
                "itemtype" => {
                    let ty: Type = argument.parse()?;
                    options.itemsize = Some(quote!(::core::mem::size_of::<#ty>() as isize));
                }
                "flags" => {
                    let more: Expr = argument.parse()?;
                    options.flags.push(quote!((#more)));
                }
                "basicsize" => options.basicsize = Some(argument.parse()?),
                "manual" => options.manual = true,
                "over_base" => options.over_base = true,
                "no_alloc" => options.no_alloc = true,
                "no_layout" => options.no_layout = true,
                _ => return Err(argument.unknown(KNOWN)),
            }
        }
        Ok(options)
    }
}

pub fn expand(arguments: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let arguments = options::arguments(arguments)?;
    let mut item: ItemStruct = syn::parse2(item)?;
    let mut options = Options::read(&arguments)?;
    let ident = item.ident.clone();
    if !item.generics.params.is_empty() {
        return Err(syn::Error::new_spanned(&item.generics, "a Python type cannot be generic"));
    }
    let layout = item.attrs.iter().filter(|a| a.path().is_ident("repr")).filter_map(|a| inside(a).ok());
    if !layout.into_iter().any(|tokens| {
        let text = tokens.to_string();
        text.split(',').any(|part| matches!(part.trim(), "C" | "transparent"))
    }) {
        return Err(syn::Error::new_spanned(
            &ident,
            "add #[repr(C)]: the struct is the object's memory layout",
        ));
    }
    let key = names::key(&arguments, &ident.unraw().to_string());
    names::register(&ident.unraw().to_string(), &key);

    let mut members = Vec::new();
    let mut walked = Vec::new();
    for (index, field) in item.fields.iter_mut().enumerate() {
        let taken = take(&mut field.attrs, |name| matches!(name, "pymember" | "no_traverse"));
        let access = match &field.ident {
            Some(name) => quote!(#name),
            None => {
                let index = syn::Index::from(index);
                quote!(#index)
            }
        };
        let skipped = taken.iter().any(|(name, _)| name == "no_traverse");
        for (_, attribute) in taken.iter().filter(|(name, _)| name == "pymember") {
            members.push(member(&ident, &key, field, &access, inside(attribute)?)?);
        }
        if last_segment(&field.ty).is_some_and(|name| name == "WeakList") && options.weaklist.is_none() {
            options.weaklist = field.ident.clone();
        }
        if !skipped {
            walked.push((options::cfgs(&field.attrs), access));
        }
    }

    let span = ident.span();
    let short = options.name.clone().unwrap_or_else(|| ident.unraw().to_string());
    let tp_name = match &options.module {
        Some(module) if module != "builtins" => format!("{module}.{short}"),
        _ => short.clone(),
    };
    let tp_name = c_string(&tp_name, span)?;
    // An empty text says that there is none, whatever else has this name.
    let doc = options.doc.as_deref().or_else(|| docstrings::lookup(&key).flatten());
    let doc = match doc.filter(|doc| !doc.is_empty()) {
        Some(doc) => {
            let doc = c_string(doc, span)?;
            quote!(::core::option::Option::Some(#doc))
        }
        None => quote!(::core::option::Option::None),
    };
    let offset = |field: &Option<Ident>| match field {
        Some(field) => quote!(::core::mem::offset_of!(#ident, #field) as isize),
        None => quote!(0),
    };
    let (weaklist, dict, vectorcall) =
        (offset(&options.weaklist), offset(&options.dict), offset(&options.vectorcall));
    let itemsize = options.itemsize.clone().unwrap_or_else(|| quote!(0));
    let basicsize = match &options.basicsize {
        Some(size) => quote!((#size) as isize),
        None => quote!(::core::mem::size_of::<#ident>() as isize),
    };
    let flags = &options.flags;
    let base = options
        .base
        .as_ref()
        .map(|base| quote!(ty.ty.tp_base.set(<#base as ::krait_runtime::PyClass>::type_object());));
    let member_table = if members.is_empty() {
        TokenStream::new()
    } else {
        let count = members.len() + 1;
        quote! {
            static MEMBERS: [::krait_runtime::slots::PyMemberDef; #count] = [
                #(#members,)*
                ::krait_runtime::slots::PyMemberDef {
                    name: ::core::ptr::null(), r#type: 0, offset: 0, flags: 0, doc: ::core::ptr::null(),
                },
            ];
            ty.ty.tp_members.set(MEMBERS.as_ptr());
        }
    };
    let derived = if options.manual {
        TokenStream::new()
    } else {
        let kind = if options.over_base { "over_base" } else { "payload" };
        let [dealloc, traverse, clear] =
            ["dealloc", "traverse", "clear"].map(|what| format_ident!("{what}_{kind}"));
        let collected = options.gc.then(|| {
            quote! {
                ty.ty.tp_traverse.set(::core::option::Option::Some(::krait_runtime::alloc::#traverse::<#ident>));
                ty.ty.tp_clear.set(::core::option::Option::Some(::krait_runtime::alloc::#clear::<#ident>));
            }
        });
        quote! {
            ty.ty.tp_dealloc.set(::core::option::Option::Some(::krait_runtime::alloc::#dealloc::<#ident>));
            #collected
        }
    };
    let traverse = if options.manual { TokenStream::new() } else { traverse(&ident, &walked) };
    let layout = if options.no_layout {
        TokenStream::new()
    } else {
        quote! {
            unsafe impl ::krait_runtime::Layout for #ident {}
            impl ::core::ops::Deref for #ident {
                type Target = ::krait_runtime::PyObject;
                #[inline(always)]
                fn deref(&self) -> &::krait_runtime::PyObject {
                    unsafe { &*::core::ptr::from_ref(self).cast::<::krait_runtime::PyObject>() }
                }
            }
        }
    };
    if item.fields.is_empty() {
        return Err(syn::Error::new_spanned(&ident, "the first field is the object head: `base: PyObject`"));
    }
    let alloc = if options.manual || options.no_alloc || options.itemsize.is_some() {
        TokenStream::new()
    } else {
        quote! {
            /// Makes this the payload of a new object of type `cls`: this type or a subtype.
            #[inline]
            pub fn alloc(
                self,
                py: ::krait_runtime::Py<'_>,
                cls: &::krait_runtime::objects::r#type::PyType,
            ) -> ::krait_runtime::PyResult<::krait_runtime::Ref<::krait_runtime::PyObject>> {
                ::krait_runtime::alloc::alloc_payload::<#ident>(py, cls, self).map(::krait_runtime::Ref::upcast)
            }

            /// Makes this the payload of a new object of exactly this type.
            #[inline]
            pub fn alloc_exact(
                self,
                py: ::krait_runtime::Py<'_>,
            ) -> ::krait_runtime::PyResult<::krait_runtime::Ref<#ident>> {
                ::krait_runtime::alloc::alloc_exact::<#ident>(py, self)
            }
        }
    };
    // A base may hand its collector's head down, a hand-written type may do anything.
    let collectable = match (options.gc, &options.base, options.manual) {
        (true, _, false) => quote!(::core::option::Option::Some(true)),
        (false, None, false) => quote!(::core::option::Option::Some(false)),
        _ => quote!(::core::option::Option::None),
    };
    let (hides_new, base_new) = (options.plain_new, options.base_new);
    let plain_new = options.plain_new.then(|| {
        quote! {
            let object = <::krait_runtime::objects::object::PyBaseObject as ::krait_runtime::PyClass>::type_object();
            ty.ty.tp_new.set(object.tp_new.get());
        }
    });
    // A static type cannot be changed in any case.
    let immutable = options.immutable;
    let heap = if options.heap {
        quote!(::core::option::Option::Some(#immutable))
    } else {
        quote!(::core::option::Option::None)
    };
    let allow = allowances();
    Ok(quote! {
        #item

        #allow
        const _: () = {
            static TYPE: ::krait_runtime::objects::r#type::StaticType =
                ::krait_runtime::objects::r#type::StaticType::new(::krait_runtime::objects::r#type::TypeSpec {
                    name: #tp_name,
                    basicsize: #basicsize,
                    itemsize: #itemsize,
                    flags: 0 #(| #flags)*,
                    doc: #doc,
                    weaklistoffset: #weaklist,
                    dictoffset: #dict,
                    vectorcall_offset: #vectorcall,
                });

            #layout
            #traverse

            // A type without #[pymethods] finds these; one with finds its own associated items, which win over a trait's.
            trait NoMethods {
                fn __krait_describe(_: &'static ::krait_runtime::objects::r#type::StaticType) {}
            }
            impl NoMethods for #ident {}

            unsafe impl ::krait_runtime::PyClass for #ident {
                const SIZE: usize = (#basicsize) as usize;
                const COLLECTABLE: ::core::option::Option<bool> = #collectable;
                const HEAP: ::core::option::Option<bool> = #heap;
                const PLAIN_NEW: bool = #hides_new;
                const BASE_NEW: bool = #base_new;
                #[inline(always)]
                fn static_type() -> &'static ::krait_runtime::objects::r#type::StaticType {
                    &TYPE
                }
                fn describe(ty: &'static ::krait_runtime::objects::r#type::StaticType) {
                    #base
                    #plain_new
                    #derived
                    #member_table
                    <#ident>::__krait_describe(ty);
                }
            }
        };

        #allow
        impl #ident {
            /// The type's Python name.
            #[doc(hidden)]
            pub const KRAIT_NAME: &'static str = #short;
            #alloc
        }
    })
}

/// `impl Traverse`: every field that can be walked, found out by the compiler: `Probe`'s own methods need `T: Traverse` and win over
/// those of `NotWalked`, which do nothing.
fn traverse(ident: &Ident, walked: &[(Vec<syn::Attribute>, TokenStream)]) -> TokenStream {
    let visits = walked.iter().map(|(cfgs, field)| {
        quote! {
            #(#cfgs)*
            {
                let stop = Probe(&self.#field).probe_traverse(visit);
                if stop != 0 {
                    return stop;
                }
            }
        }
    });
    let clears = walked.iter().map(|(cfgs, field)| quote!(#(#cfgs)* { Probe(&self.#field).probe_clear(); }));
    let drops =
        walked.iter().map(|(cfgs, field)| quote!(#(#cfgs)* { Probe(&self.#field).probe_before_drop(op); }));
    quote! {
        struct Probe<'a, T>(&'a T);
        impl<T: ::krait_runtime::alloc::Traverse> Probe<'_, T> {
            #[inline(always)]
            fn probe_traverse(&self, visit: &mut ::krait_runtime::alloc::Visitor<'_>) -> ::core::ffi::c_int {
                ::krait_runtime::alloc::Traverse::traverse(self.0, visit)
            }
            #[inline(always)]
            fn probe_clear(&self) {
                ::krait_runtime::alloc::Traverse::clear_references(self.0);
            }
            #[inline(always)]
            fn probe_before_drop(&self, op: &::krait_runtime::PyObject) {
                ::krait_runtime::alloc::Traverse::before_drop(self.0, op);
            }
        }
        trait NotWalked {
            #[inline(always)]
            fn probe_traverse(&self, _: &mut ::krait_runtime::alloc::Visitor<'_>) -> ::core::ffi::c_int {
                0
            }
            #[inline(always)]
            fn probe_clear(&self) {}
            #[inline(always)]
            fn probe_before_drop(&self, _: &::krait_runtime::PyObject) {}
        }
        impl<T> NotWalked for Probe<'_, T> {}

        impl ::krait_runtime::alloc::Traverse for #ident {
            fn traverse(&self, visit: &mut ::krait_runtime::alloc::Visitor<'_>) -> ::core::ffi::c_int {
                #(#visits)*
                0
            }
            fn clear_references(&self) {
                #(#clears)*
            }
            fn before_drop(&self, op: &::krait_runtime::PyObject) {
                #(#drops)*
            }
        }
    }
}

/// One row of the `PyMemberDef` table.
fn member(
    class: &Ident,
    key: &str,
    field: &Field,
    access: &TokenStream,
    arguments: TokenStream,
) -> syn::Result<TokenStream> {
    let parse = |input: syn::parse::ParseStream<'_>| -> syn::Result<(String, TokenStream)> {
        let name: syn::LitStr = input.parse()?;
        if !input.is_empty() {
            input.parse::<syn::Token![,]>()?;
        }
        Ok((name.value(), input.parse()?))
    };
    let (name, rest) = syn::parse::Parser::parse2(parse, arguments)?;
    let span = field.ident.as_ref().map_or_else(proc_macro2::Span::call_site, Ident::span);
    let mut code = None;
    let mut flags = vec![quote!(0)];
    let mut doc = docstrings::lookup(&format!("{key}.{name}")).flatten().map(str::to_owned);
    for argument in options::arguments(rest)? {
        match argument.name.as_str() {
            "readonly" => flags.push(quote!(::krait_runtime::slots::member::READONLY)),
            "audit_read" => flags.push(quote!(::krait_runtime::slots::member::AUDIT_READ)),
            "doc" => doc = Some(argument.text()?),
            "short" | "int" | "long" | "float" | "double" | "string" | "object" | "char" | "byte"
            | "ubyte" | "ushort" | "uint" | "ulong" | "string_inplace" | "bool" | "object_ex"
            | "longlong" | "ulonglong" | "pyssizet" => {
                code = Some(format!("T_{}", argument.name.to_uppercase()));
            }
            _ => {
                return Err(argument.unknown(
                    "readonly, audit_read, doc, and the type codes: object, object_ex, short, int, long, float, double, \
                     string, char, byte, ubyte, ushort, uint, ulong, string_inplace, bool, longlong, ulonglong, pyssizet",
                ));
            }
        }
    }
    let code = match code.or_else(|| member_code(&field.ty)) {
        Some(code) => format_ident!("{}", code),
        None => {
            return Err(syn::Error::new_spanned(
                &field.ty,
                "say which member type this field has: #[pymember(\"name\", object)], int, pyssizet, double…",
            ));
        }
    };
    let name = c_string(&name, span)?;
    let doc = doc_pointer(doc.as_deref(), span)?;
    let cfgs = options::cfgs(&field.attrs);
    if let Some(cfg) = cfgs.first() {
        return Err(syn::Error::new_spanned(cfg, "a #[pymember] field cannot be conditional"));
    }
    Ok(quote! {
        ::krait_runtime::slots::PyMemberDef {
            name: #name.as_ptr(),
            r#type: ::krait_runtime::slots::member::#code,
            offset: ::core::mem::offset_of!(#class, #access) as isize,
            flags: #(#flags)|*,
            doc: #doc,
        }
    })
}

/// The type code that a field's Rust type tells.
fn member_code(ty: &Type) -> Option<String> {
    let name = last_segment(ty)?;
    let code = match name.as_str() {
        "Cell" => {
            let Type::Path(path) = ty else { return None };
            let syn::PathArguments::AngleBracketed(inner) = &path.path.segments.last()?.arguments else {
                return None;
            };
            let syn::GenericArgument::Type(inner) = inner.args.first()? else { return None };
            return member_code(inner);
        }
        "Member" | "Ref" => "T_OBJECT",
        "isize" => "T_PYSSIZET",
        "i64" => "T_LONGLONG",
        "u64" | "usize" => "T_ULONGLONG",
        "i32" | "c_int" => "T_INT",
        "u32" => "T_UINT",
        "i16" => "T_SHORT",
        "u16" => "T_USHORT",
        "i8" => "T_BYTE",
        "u8" => "T_UBYTE",
        "bool" => "T_BOOL",
        "f64" => "T_DOUBLE",
        "f32" => "T_FLOAT",
        _ => return None,
    };
    Some(code.to_owned())
}

/// The last name of a type's path.
pub fn last_segment(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.unraw().to_string()),
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

/// A docstring as `*const c_char`.
pub fn doc_pointer(doc: Option<&str>, span: proc_macro2::Span) -> syn::Result<TokenStream> {
    Ok(match doc {
        Some(doc) => {
            let doc = c_string(doc, span)?;
            quote!(#doc.as_ptr())
        }
        None => quote!(::core::ptr::null()),
    })
}
