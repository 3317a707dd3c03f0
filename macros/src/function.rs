//! A Rust function as a built-in one: the calling convention its signature asks for, the C-ABI wrapper that parses the arguments,
//! and the `PyMethodDef` row. Used for methods and for module functions.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Attribute, Expr, FnArg, Ident, Signature as RustSignature, Type};

use crate::class::{doc_pointer, last_segment};
use crate::docstrings;
use crate::options::{self, c_string, inside};
use crate::signature::{Kind, Place, Signature};
use crate::slot::is_py;

/// What the first C-ABI argument is to the Rust function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Owner {
    /// `&self`.
    Instance,
    /// `cls: &PyType`.
    Class,
    /// Nothing: a static method.
    Nothing,
    /// `module: &PyModule`, if asked for.
    Module,
}

/// The attributes that say how arguments are parsed.
#[derive(Default)]
pub struct Parsing {
    pub signature: Option<(String, Span)>,
    style: Option<Ident>,
    raw: Option<bool>,
}

impl Parsing {
    /// Names of the attributes that belong here.
    pub fn is_attribute(name: &str) -> bool {
        matches!(name, "sig" | "style" | "raw")
    }

    pub fn read(&mut self, name: &str, attribute: &Attribute) -> syn::Result<()> {
        match name {
            "sig" => {
                let text: syn::LitStr = attribute.parse_args()?;
                self.signature = Some((text.value(), text.span()));
            }
            "style" => {
                let style: Ident = attribute.parse_args()?;
                let variant = match style.to_string().as_str() {
                    "clinic" => "Clinic",
                    "parse_tuple" => "ParseTuple",
                    "python" => "Python",
                    _ => {
                        return Err(syn::Error::new_spanned(
                            style,
                            "styles are: clinic, parse_tuple, python",
                        ));
                    }
                };
                self.style = Some(Ident::new(variant, style.span()));
            }
            _ => {
                let arguments = options::arguments(inside(attribute)?)?;
                let mut keywords = true;
                for argument in arguments {
                    match argument.name.as_str() {
                        "fastcall" => keywords = false,
                        _ => return Err(argument.unknown("fastcall (no keyword arguments)")),
                    }
                }
                self.raw = Some(keywords);
            }
        }
        Ok(())
    }
}

/// How the arguments arrive.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// `args`, `nargs`, `kwnames`; the flag says whether keywords come.
    Vector(bool),
    /// A tuple and a dict or null: `tp_new` and `tp_init`.
    Tuple,
}

/// A parameter of the Rust function.
enum Parameter {
    Receiver,
    Py,
    Owner,
    Value { ty: Box<Type>, default: Option<Box<Expr>> },
}

/// A Rust function to be wrapped.
pub struct Function {
    pub ident: Ident,
    /// Python name.
    pub name: String,
    /// The name in argument errors: the function's own, or the class's for constructors.
    pub reported: String,
    /// Key in the docstring table.
    pub key: String,
    pub doc: Option<String>,
    pub owner: Owner,
    pub cfgs: Vec<Attribute>,
    parameters: Vec<Parameter>,
    parsing: Parsing,
}

impl Function {
    /// Looks at a function's parameters and takes the `#[default]` attributes off them.
    pub fn new(
        signature: &mut RustSignature,
        owner: Owner,
        name: String,
        key: String,
        parsing: Parsing,
    ) -> syn::Result<Function> {
        if let Some(token) = &signature.asyncness {
            return Err(syn::Error::new_spanned(token, "a built-in function cannot be async"));
        }
        let mut parameters = Vec::new();
        let mut owner_seen = false;
        for input in &mut signature.inputs {
            match input {
                FnArg::Receiver(receiver) => {
                    if owner != Owner::Instance
                        || receiver.reference.is_none()
                        || receiver.mutability.is_some()
                    {
                        return Err(syn::Error::new_spanned(
                            receiver,
                            "only methods have a receiver, and it is `&self`: objects are shared",
                        ));
                    }
                    parameters.push(Parameter::Receiver);
                }
                FnArg::Typed(typed) => {
                    let mut default = None;
                    for (_, attribute) in options::take(&mut typed.attrs, |name| name == "default") {
                        default = Some(Box::new(attribute.parse_args::<Expr>()?));
                    }
                    let no_value_yet = !parameters.iter().any(|p| matches!(p, Parameter::Value { .. }));
                    if is_py(&typed.ty) {
                        parameters.push(Parameter::Py);
                    } else if no_value_yet && !owner_seen && is_owner(&typed.ty, owner) {
                        owner_seen = true;
                        parameters.push(Parameter::Owner);
                    } else {
                        let mut ty = typed.ty.clone();
                        anonymous_lifetimes(&mut ty);
                        parameters.push(Parameter::Value { ty, default });
                    }
                }
            }
        }
        if owner == Owner::Instance && !parameters.iter().any(|p| matches!(p, Parameter::Receiver)) {
            return Err(syn::Error::new_spanned(
                &signature.ident,
                "a method takes `&self`; without it, use #[staticmethod] or #[classmethod]",
            ));
        }
        if owner == Owner::Class && !owner_seen {
            return Err(syn::Error::new_spanned(&signature.ident, "it takes the class: `cls: &PyType`"));
        }
        Ok(Function {
            ident: signature.ident.clone(),
            reported: name.clone(),
            name,
            key,
            doc: None,
            owner,
            cfgs: Vec::new(),
            parameters,
            parsing,
        })
    }

    /// The name of the wrapper function.
    pub fn wrapper(&self) -> Ident {
        format_ident!("__krait_fn_{}_{}", self.ident, self.name.replace(|c: char| !c.is_alphanumeric(), "_"))
    }

    fn values(&self) -> Vec<(&Type, Option<&Expr>)> {
        self.parameters
            .iter()
            .filter_map(|p| {
                if let Parameter::Value { ty, default } = p {
                    Some((&**ty, default.as_deref()))
                } else {
                    None
                }
            })
            .collect()
    }

    /// The signature to parse by: `#[sig]`, the table's, or one made of the Rust parameters (all positional-only).
    fn signature(&self) -> syn::Result<Signature> {
        let values = self.values();
        let (text, span) = match &self.parsing.signature {
            Some((text, span)) => (Some(text.as_str()), *span),
            None => {
                let doc = docstrings::lookup(&self.key).flatten();
                let last = self.key.rsplit('.').next().unwrap_or(&self.key);
                (doc.and_then(|doc| docstrings::text_signature(doc, last)), self.ident.span())
            }
        };
        let Some(text) = text else {
            let places = values
                .iter()
                .enumerate()
                .map(|(i, (ty, default))| {
                    let optional = default.is_some() || is_option(ty);
                    Place::Named(crate::signature::Parameter {
                        name: format!("arg{i}"),
                        kind: Kind::PositionalOnly,
                        default: optional.then(|| "<unrepresentable>".to_owned()),
                    })
                })
                .collect();
            return Ok(Signature { places });
        };
        let signature = Signature::parse(text).map_err(|message| syn::Error::new(span, message))?;
        if signature.places.len() != values.len() {
            return Err(syn::Error::new(
                span,
                format!(
                    "`{}{text}` has {} parameter(s), but the Rust function takes {} after self, cls, module and py",
                    self.name,
                    signature.places.len(),
                    values.len()
                ),
            ));
        }
        Ok(signature)
    }

    /// The raw docstring, signature line included.
    fn docstring(&self) -> Option<String> {
        if let Some(doc) = &self.doc {
            return Some(doc.clone());
        }
        match docstrings::lookup(&self.key) {
            Some(known) => known.map(str::to_owned),
            // CPython has no such function: say at least how it is called.
            None => self.parsing.signature.as_ref().map(|(text, _)| format!("{}{text}\n--\n\n", self.name)),
        }
    }

    /// The `PyMethodDef` row and the wrapper behind it. `path` is what the Rust function is called by, `extra` further `METH_*` flags.
    pub fn method_def(&self, path: &TokenStream, extra: &[&str]) -> syn::Result<(TokenStream, TokenStream)> {
        let wrapper = self.wrapper();
        let obj = quote!(*mut ::krait_runtime::PyObject);
        let finish = quote!(::krait_runtime::ret::IntoReturn::into_return(result, py));
        let fail = quote!(return ::core::ptr::null_mut());
        let (flags, parameters, body): (&[&str], _, _) = if let Some(keywords) = self.parsing.raw {
            let kwnames = if keywords { quote!(kwnames) } else { quote!(::core::ptr::null_mut()) };
            let value = quote!(::krait_runtime::args::Args::from_raw(args, nargs as usize, #kwnames));
            let call = self.call(path, &[value])?;
            let flags: &[&str] = if keywords { &["FASTCALL", "KEYWORDS"] } else { &["FASTCALL"] };
            let parameters = vector_parameters(keywords);
            (flags, parameters, quote!(let result = #call;))
        } else {
            let signature = self.signature()?;
            let named = signature.named();
            let clinic = self.parsing.style.as_ref().is_none_or(|style| style == "Clinic");
            let only_required = matches!(signature.places.as_slice(),
                [Place::Named(p)] if p.kind == Kind::PositionalOnly && p.default.is_none());
            if signature.places.is_empty() && named.is_empty() {
                let call = self.call(path, &[])?;
                (&["NOARGS"], quote!(slf: #obj, _: #obj), quote!(let result = #call;))
            } else if only_required && clinic {
                let (ty, _) = self.values().first().copied().ok_or_else(|| self.error("no parameter"))?;
                let parse = self.convert(ty, &quote!(&*arg), 0, None, &fail);
                let call = self.call(path, &[quote!(value)])?;
                (&["O"], quote!(slf: #obj, arg: #obj), quote!(let value = #parse; let result = #call;))
            } else {
                let keywords = signature.takes_keywords();
                let (prepare, values) = self.parse(&signature, Arrival::Vector(keywords), &fail)?;
                let call = self.call(path, &values)?;
                let flags: &[&str] = if keywords { &["FASTCALL", "KEYWORDS"] } else { &["FASTCALL"] };
                (flags, vector_parameters(keywords), quote!(#prepare let result = #call;))
            }
        };
        let flags = flags.iter().chain(extra).map(|flag| format_ident!("{}", flag));
        let name = c_string(&self.name, self.ident.span())?;
        let doc = doc_pointer(self.docstring().as_deref(), self.ident.span())?;
        let cfgs = &self.cfgs;
        let owner = if self.owner == Owner::Module || path_is_free(path) { quote!() } else { quote!(Self::) };
        let row = quote! {
            #(#cfgs)*
            ::krait_runtime::slots::PyMethodDef {
                ml_name: #name.as_ptr(),
                ml_meth: #owner #wrapper as *const ::core::ffi::c_void,
                ml_flags: #(::krait_runtime::slots::meth::#flags)|*,
                ml_doc: #doc,
            }
        };
        let code = quote! {
            #(#cfgs)*
            #[doc(hidden)]
            unsafe extern "C-unwind" fn #wrapper(#parameters) -> *mut ::krait_runtime::PyObject {
                unsafe {
                    let py = ::krait_runtime::Py::assume();
                    #body
                    #finish
                }
            }
        };
        Ok((row, code))
    }

    /// `tp_new` (`init` false) or `tp_init` of parsed parameters.
    pub fn constructor(&self, wrapper: &Ident, init: bool) -> syn::Result<TokenStream> {
        let ident = &self.ident;
        let obj = quote!(*mut ::krait_runtime::PyObject);
        let fail = if init { quote!(return -1) } else { quote!(return ::core::ptr::null_mut()) };
        let signature = self.signature()?;
        let (prepare, values) = self.parse(&signature, Arrival::Tuple, &fail)?;
        let call = self.call(&quote!(Self::#ident), &values)?;
        let ty = quote!(<Self as ::krait_runtime::PyClass>::type_object());
        // A subclass that overrides the other constructor may take keywords which this one does not know.
        let strict = if init {
            quote! {
                (*slf).is_exactly(#ty) || (*slf).ty().tp_new.get().map(|f| f as usize) == #ty.tp_new.get().map(|f| f as usize)
            }
        } else {
            quote!(::core::ptr::eq(slf, #ty) || (*slf).tp_init.get().map(|f| f as usize) == #ty.tp_init.get().map(|f| f as usize))
        };
        let keywords = if signature.takes_keywords() {
            TokenStream::new()
        } else {
            let message = format!("{}() takes no keyword arguments", self.reported);
            quote! {
                let kwargs = match kwargs.as_ref() {
                    ::core::option::Option::Some(dict)
                        if dict.cast_unchecked::<::krait_runtime::objects::PyDict>().len() != 0 && (#strict) =>
                    {
                        let _ = ::krait_runtime::raise!(py, TypeError, #message);
                        #fail
                    }
                    _ => ::core::ptr::null_mut::<::krait_runtime::PyObject>(),
                };
            }
        };
        let (first, returns, finish) = if init {
            (quote!(#obj), quote!(::core::ffi::c_int), quote!(::krait_runtime::ret::return_status(result)))
        } else {
            (
                quote!(*const ::krait_runtime::objects::r#type::PyType),
                quote!(#obj),
                quote!(::krait_runtime::ret::IntoReturn::into_return(result, py)),
            )
        };
        Ok(quote! {
            #[doc(hidden)]
            unsafe extern "C-unwind" fn #wrapper(slf: #first, args: #obj, kwargs: #obj) -> #returns {
                unsafe {
                    let py = ::krait_runtime::Py::assume();
                    #keywords
                    #prepare
                    let result = #call;
                    #finish
                }
            }
        })
    }

    /// `tp_vectorcall` of a constructor: the same parse, without the tuple between. With `init` the object is made by a `tp_new` that
    /// does not look at its arguments.
    pub fn vectorcall(&self, wrapper: &Ident, init: bool) -> syn::Result<TokenStream> {
        let ident = &self.ident;
        let obj = quote!(*mut ::krait_runtime::PyObject);
        let fail = quote!(return ::core::ptr::null_mut());
        let (make, finish) = if init {
            (
                quote! {
                    let ::core::option::Option::Some(tp_new) = (*slf).tp_new.get() else { #fail };
                    let empty = match ::krait_runtime::objects::PyTuple::empty(py) {
                        ::core::result::Result::Ok(empty) => empty,
                        ::core::result::Result::Err(_) => #fail,
                    };
                    let made = tp_new(slf, empty.as_ptr(), ::core::ptr::null_mut());
                    if made.is_null() {
                        #fail
                    }
                    let made = ::krait_runtime::Ref::from_owned(made);
                    let slf = made.as_ptr();
                },
                quote! {
                    if ::krait_runtime::ret::return_status(result) < 0 {
                        #fail
                    }
                    made.into_raw()
                },
            )
        } else {
            (TokenStream::new(), quote!(::krait_runtime::ret::IntoReturn::into_return(result, py)))
        };
        let signature = self.signature()?;
        let (prepare, values) = self.parse(&signature, Arrival::Vector(signature.takes_keywords()), &fail)?;
        let call = self.call(&quote!(Self::#ident), &values)?;
        let keywords = if signature.takes_keywords() {
            TokenStream::new()
        } else {
            let message = format!("{}() takes no keyword arguments", self.reported);
            quote! {
                if ::krait_runtime::args::Args::from_raw(args, nargs as usize, kwnames).has_keywords() {
                    let _ = ::krait_runtime::raise!(py, TypeError, #message);
                    #fail
                }
            }
        };
        // Without keywords CPython's fast constructors count their arguments themselves, in their own words.
        let (name, named) = (&self.reported, signature.named());
        let (most, least) =
            (named.len() as isize, named.iter().filter(|p| p.default.is_none()).count() as isize);
        let count = quote! {
            if !#init && nargs > #most && !::krait_runtime::args::Args::from_raw(args, nargs as usize, kwnames).has_keywords() {
                let _ = ::krait_runtime::args::check_positional(py, #name, nargs, #least, #most);
                #fail
            }
        };
        Ok(quote! {
            #[doc(hidden)]
            unsafe extern "C-unwind" fn #wrapper(slf: #obj, args: *const #obj, nargsf: usize, kwnames: #obj) -> #obj {
                unsafe {
                    let py = ::krait_runtime::Py::assume();
                    let slf = slf.cast::<::krait_runtime::objects::r#type::PyType>();
                    let nargs = (nargsf & (usize::MAX >> 1)) as isize;
                    #keywords
                    #count
                    #make
                    #prepare
                    let result = #call;
                    #finish
                }
            }
        })
    }

    fn error(&self, message: &str) -> syn::Error {
        syn::Error::new(self.ident.span(), message)
    }

    /// The call of the Rust function with its values.
    fn call(&self, path: &TokenStream, values: &[TokenStream]) -> syn::Result<TokenStream> {
        let mut values = values.iter();
        let mut arguments = Vec::new();
        for parameter in &self.parameters {
            arguments.push(match parameter {
                Parameter::Receiver => quote!(&*slf.cast::<Self>()),
                Parameter::Py => quote!(py),
                Parameter::Owner => match self.owner {
                    Owner::Module => quote!((*slf).cast_unchecked()),
                    _ => quote!(&*slf.cast::<::krait_runtime::objects::r#type::PyType>()),
                },
                Parameter::Value { .. } => values
                    .next()
                    .cloned()
                    .ok_or_else(|| self.error("too many parameters: #[raw] functions take one `Args<'_>`"))?,
            });
        }
        if values.next().is_some() {
            return Err(self.error("a #[raw] function takes one `Args<'_>`"));
        }
        Ok(quote!(#path(#(#arguments),*)))
    }

    /// An expression that converts one argument.
    fn convert(
        &self,
        ty: &Type,
        object: &TokenStream,
        index: u16,
        keyword: Option<&str>,
        fail: &TokenStream,
    ) -> TokenStream {
        let function = &self.reported;
        let keyword = match keyword {
            Some(name) => quote!(::core::option::Option::Some(#name)),
            None => quote!(::core::option::Option::None),
        };
        quote! {
            match <#ty as ::krait_runtime::args::FromArg<'_>>::from_arg(
                py,
                #object,
                ::krait_runtime::args::ArgPos { function: #function, index: #index, keyword: #keyword },
            ) {
                ::core::result::Result::Ok(value) => value,
                ::core::result::Result::Err(_) => #fail,
            }
        }
    }

    /// Statements that parse the arguments, and the values to call with, in the order of the Rust parameters.
    fn parse(
        &self,
        signature: &Signature,
        arrival: Arrival,
        fail: &TokenStream,
    ) -> syn::Result<(TokenStream, Vec<TokenStream>)> {
        let named = signature.named();
        let count = named.len();
        let positional: Vec<_> = named.iter().filter(|p| p.kind != Kind::KeywordOnly).collect();
        let (pos, required) = (positional.len(), positional.iter().filter(|p| p.default.is_none()).count());
        let posonly = named.iter().filter(|p| p.kind == Kind::PositionalOnly).count();
        let style = self.parsing.style.clone().unwrap_or_else(|| Ident::new("Clinic", Span::call_site()));
        let simple = !signature.takes_keywords() && style == "Clinic";
        let slots: Vec<Ident> = (0..count).map(|i| format_ident!("slot{}", i)).collect();
        let function = &self.reported;

        let mut prepare = TokenStream::new();
        let limits = || {
            if pos == 0 && !signature.has_varargs() {
                // Only constructors: a function without parameters has a calling convention of its own.
                let message = format!("{}() takes no positional arguments", self.reported);
                return quote! {
                    if nargs > 0 {
                        let _ = ::krait_runtime::raise!(py, TypeError, #message);
                        #fail
                    }
                };
            }
            let most = if signature.has_varargs() { quote!(isize::MAX) } else { quote!(#pos as isize) };
            quote! {
                if ::krait_runtime::args::check_positional(py, #function, nargs, #required as isize, #most).is_err() {
                    #fail
                }
            }
        };
        if simple && arrival == Arrival::Vector(false) {
            prepare.extend(limits());
            for (i, slot) in slots.iter().enumerate() {
                prepare.extend(if i < required {
                    quote!(let #slot: ::core::option::Option<&::krait_runtime::PyObject> =
                        ::core::option::Option::Some(&**args.add(#i));)
                } else {
                    quote!(let #slot: ::core::option::Option<&::krait_runtime::PyObject> =
                        if nargs > #i as isize { ::core::option::Option::Some(&**args.add(#i)) } else { ::core::option::Option::None };)
                });
            }
            if signature.has_varargs() {
                prepare.extend(quote! {
                    let varargs = ::krait_runtime::args::Args::from_raw(args, nargs as usize, ::core::ptr::null_mut())
                        .positional().get(#pos..).unwrap_or(&[]);
                });
            }
        } else {
            if simple {
                // A tuple, but the texts of positional-only functions.
                prepare.extend(
                    quote!(let nargs = (*args.cast::<::krait_runtime::PyVarObject>()).size() as isize;),
                );
                prepare.extend(limits());
            }
            let names = named.iter().map(|p| p.name.as_str());
            let kwonly_required =
                named.iter().filter(|p| p.kind == Kind::KeywordOnly && p.default.is_none()).count();
            let (varargs, varkw) = (signature.has_varargs(), signature.has_varkeywords());
            let unpack = match arrival {
                Arrival::Vector(keywords) => {
                    let kwnames = if keywords { quote!(kwnames) } else { quote!(::core::ptr::null_mut()) };
                    quote!(SIGNATURE.unpack(py, args, nargs, #kwnames, &mut slots))
                }
                Arrival::Tuple => quote!(SIGNATURE.unpack_tuple(py, args, kwargs, &mut slots)),
            };
            prepare.extend(quote! {
                static SIGNATURE: ::krait_runtime::args::Signature = ::krait_runtime::args::Signature {
                    function: #function,
                    names: &[#(#names),*],
                    posonly: #posonly,
                    pos: #pos,
                    required: #required,
                    kwonly_required: #kwonly_required,
                    varargs: #varargs,
                    varkw: #varkw,
                    style: ::krait_runtime::args::Style::#style,
                };
                let mut slots: [::core::option::Option<&::krait_runtime::PyObject>; #count] =
                    [::core::option::Option::None; #count];
                let rest = match #unpack {
                    ::core::result::Result::Ok(rest) => rest,
                    ::core::result::Result::Err(_) => #fail,
                };
                let [#(#slots),*] = slots;
                let varargs = rest.varargs;
            });
        }

        let mut values = Vec::new();
        for (place, (ty, default)) in signature.places.iter().zip(self.values()) {
            let value = format_ident!("value{}", values.len());
            match place {
                Place::VarArgs => values.push(quote!(varargs)),
                Place::VarKeywords if arrival == Arrival::Tuple => values.push(quote! {
                    match kwargs.as_ref() {
                        ::core::option::Option::Some(dict) => ::core::option::Option::Some(dict.cast_unchecked()),
                        ::core::option::Option::None => ::core::option::Option::None,
                    }
                }),
                Place::VarKeywords => values.push(quote!(rest.kwargs)),
                Place::Named(parameter) => {
                    let index = named.iter().position(|p| p.name == parameter.name).unwrap_or(0);
                    let Some(slot) = slots.get(index) else { continue };
                    let keyword = (parameter.kind != Kind::PositionalOnly).then_some(parameter.name.as_str());
                    let convert = self.convert(ty, &quote!(object), index as u16 + 1, keyword, fail);
                    let absent = match (&parameter.default, default) {
                        (None, None) => fail.clone(),
                        (None, Some(default)) => {
                            return Err(syn::Error::new_spanned(
                                default,
                                format!("parameter `{}` has no default in the signature", parameter.name),
                            ));
                        }
                        (Some(_), Some(default)) => quote!(#default),
                        (Some(_), None) if is_option(ty) => quote!(::core::option::Option::None),
                        (Some(text), None) => literal_default(text, ty).ok_or_else(|| {
                            syn::Error::new_spanned(
                                ty,
                                format!(
                                    "parameter `{}` has the default `{text}`: make it `Option<T>`, or give #[default(…)]",
                                    parameter.name
                                ),
                            )
                        })?,
                    };
                    prepare.extend(quote! {
                        let #value: #ty = match #slot {
                            ::core::option::Option::Some(object) => #convert,
                            ::core::option::Option::None => #absent,
                        };
                    });
                    values.push(quote!(#value));
                }
            }
        }
        Ok((prepare, values))
    }
}

fn path_is_free(path: &TokenStream) -> bool {
    !path.to_string().starts_with("Self")
}

fn vector_parameters(keywords: bool) -> TokenStream {
    let obj = quote!(*mut ::krait_runtime::PyObject);
    let kwnames = keywords.then(|| quote!(, kwnames: #obj));
    quote!(slf: #obj, args: *const #obj, nargs: isize #kwnames)
}

fn is_owner(ty: &Type, owner: Owner) -> bool {
    let Type::Reference(reference) = ty else { return false };
    let Some(name) = last_segment(&reference.elem) else { return false };
    match owner {
        Owner::Class => name == "PyType",
        Owner::Module => name == "PyModule",
        _ => false,
    }
}

/// True for the type `Option<…>`.
pub fn is_option(ty: &Type) -> bool {
    last_segment(ty).is_some_and(|name| name == "Option")
}

/// A default that the signature's own text tells.
fn literal_default(text: &str, ty: &Type) -> Option<TokenStream> {
    let name = last_segment(ty);
    let name = name.as_deref();
    let number = text.parse::<i128>().is_ok();
    match (text, name) {
        ("True", Some("bool")) => Some(quote!(true)),
        ("False", Some("bool")) => Some(quote!(false)),
        ("None", Some("NoneOr")) => Some(quote!(::krait_runtime::args::NoneOr(::core::option::Option::None))),
        (_, Some("f64")) if number || text.parse::<f64>().is_ok_and(f64::is_finite) => {
            let value: f64 = text.parse().ok()?;
            Some(quote!((#value)))
        }
        (
            _,
            Some("i8" | "i16" | "i32" | "i64" | "isize" | "u8" | "u16" | "u32" | "u64" | "usize" | "c_int"),
        ) if number => {
            let value: TokenStream = text.parse().ok()?;
            Some(quote!((#value)))
        }
        _ => None,
    }
}

/// Named lifetimes of the Rust function mean nothing in the wrapper.
fn anonymous_lifetimes(ty: &mut Type) {
    match ty {
        Type::Reference(reference) => {
            if reference.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident != "static") {
                reference.lifetime = None;
            }
            anonymous_lifetimes(&mut reference.elem);
        }
        Type::Slice(slice) => anonymous_lifetimes(&mut slice.elem),
        Type::Group(group) => anonymous_lifetimes(&mut group.elem),
        Type::Paren(paren) => anonymous_lifetimes(&mut paren.elem),
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(anonymous_lifetimes),
        Type::Path(path) => {
            for segment in &mut path.path.segments {
                if let syn::PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
                    for argument in &mut arguments.args {
                        match argument {
                            syn::GenericArgument::Lifetime(lifetime) if lifetime.ident != "static" => {
                                lifetime.ident = Ident::new("_", lifetime.ident.span());
                            }
                            syn::GenericArgument::Type(inner) => anonymous_lifetimes(inner),
                            _ => {}
                        }
                    }
                }
            }
        }
        _ => {}
    }
}
