//! `#[slot]`: which C-ABI function each slot of a type has, and the wrapper that calls the Rust one.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{FnArg, ImplItemFn, Type};

use crate::class::last_segment;

/// The C-ABI side of a slot.
struct Shape {
    /// Parameters and return type of the slot function.
    parameters: TokenStream,
    returns: TokenStream,
    /// The Rust function is a method of the first parameter.
    method: bool,
    /// What the Rust function's further parameters (besides `py`) get.
    values: Vec<TokenStream>,
    /// Turns `result` into what the slot returns.
    finish: TokenStream,
    /// The Rust signature, for error messages.
    usage: &'static str,
}

const OBJECT_LIST: &str =
    "`nb_add`, `tp_repr`, `sq_length`, `mp_subscript`…: see docs/native-code.md, \"Slots\"";

/// Statements that set the slot, and the wrapper function (none for raw slots).
pub fn expand(name: &str, function: &ImplItemFn) -> syn::Result<(TokenStream, TokenStream)> {
    let ident = &function.sig.ident;
    let Some(table) = table_of(name) else {
        return Err(syn::Error::new_spanned(ident, format!("`{name}` is no slot; slots are {OBJECT_LIST}")));
    };
    let field = format_ident!("{}", name);
    if is_raw(name) && !(name.starts_with("bf_") && function.sig.abi.is_none()) {
        if function.sig.abi.is_none() {
            return Err(syn::Error::new_spanned(
                &function.sig,
                format!(
                    "`{name}` is a raw slot: write the C-ABI function, `unsafe extern \"C-unwind\" fn {name}(…)`"
                ),
            ));
        }
        return Ok((
            quote!(#table.#field.set(::core::option::Option::Some(Self::#ident));),
            TokenStream::new(),
        ));
    }
    if function.sig.abi.is_some() {
        // Somebody writes the slot function by hand: welcome.
        return Ok((
            quote!(#table.#field.set(::core::option::Option::Some(Self::#ident));),
            TokenStream::new(),
        ));
    }
    let shape = shape(name);
    let wrapper = format_ident!("__krait_slot_{}", name);
    let mut values = shape.values.iter();
    let mut arguments = Vec::new();
    let wrong =
        || syn::Error::new_spanned(&function.sig, format!("slot `{name}` is written `{}`", shape.usage));
    let mut has_receiver = false;
    for input in &function.sig.inputs {
        match input {
            FnArg::Receiver(receiver) => {
                if !shape.method || receiver.reference.is_none() || receiver.mutability.is_some() {
                    return Err(wrong());
                }
                has_receiver = true;
                arguments.push(quote!(&*slf.cast::<Self>()));
            }
            FnArg::Typed(typed) if is_py(&typed.ty) => arguments.push(quote!(py)),
            FnArg::Typed(typed) => {
                let value = values.next().ok_or_else(wrong)?;
                if name == "tp_richcompare" && value.to_string() == "op" {
                    let ty = &typed.ty;
                    arguments.push(if last_segment(ty).is_some_and(|name| name == "CompareOp") {
                        quote! {
                            match <#ty>::from_raw(op) {
                                ::core::option::Option::Some(op) => op,
                                ::core::option::Option::None => return py.not_implemented().into_raw(),
                            }
                        }
                    } else {
                        value.clone()
                    });
                } else {
                    arguments.push(value.clone());
                }
            }
        }
    }
    if values.next().is_some() || has_receiver != shape.method {
        return Err(wrong());
    }
    let Shape { parameters, returns, finish, .. } = &shape;
    let code = quote! {
        #[doc(hidden)]
        unsafe extern "C-unwind" fn #wrapper(#parameters) #returns {
            unsafe {
                let py = ::krait_runtime::Py::assume();
                let result = Self::#ident(#(#arguments),*);
                #finish
            }
        }
    };
    Ok((quote!(#table.#field.set(::core::option::Option::Some(Self::#wrapper));), code))
}

/// True for the type `Py<'_>`.
pub fn is_py(ty: &Type) -> bool {
    last_segment(ty).is_some_and(|name| name == "Py")
}

fn is_raw(name: &str) -> bool {
    matches!(
        name,
        "bf_getbuffer"
            | "bf_releasebuffer"
            | "tp_dealloc"
            | "tp_traverse"
            | "tp_clear"
            | "tp_alloc"
            | "tp_free"
            | "tp_is_gc"
            | "tp_getattr"
            | "tp_setattr"
            | "tp_del"
    )
}

const NUMBER: &[&str] = &[
    "add",
    "subtract",
    "multiply",
    "remainder",
    "divmod",
    "power",
    "negative",
    "positive",
    "absolute",
    "bool",
    "invert",
    "lshift",
    "rshift",
    "and",
    "xor",
    "or",
    "int",
    "float",
    "inplace_add",
    "inplace_subtract",
    "inplace_multiply",
    "inplace_remainder",
    "inplace_power",
    "inplace_lshift",
    "inplace_rshift",
    "inplace_and",
    "inplace_xor",
    "inplace_or",
    "floor_divide",
    "true_divide",
    "inplace_floor_divide",
    "inplace_true_divide",
    "index",
    "matrix_multiply",
    "inplace_matrix_multiply",
];
const SEQUENCE: &[&str] =
    &["length", "concat", "repeat", "item", "ass_item", "contains", "inplace_concat", "inplace_repeat"];
const MAPPING: &[&str] = &["length", "subscript", "ass_subscript"];
const ASYNC: &[&str] = &["await", "aiter", "anext", "send"];
const TYPE: &[&str] = &[
    "repr",
    "str",
    "iter",
    "iternext",
    "hash",
    "getattro",
    "setattro",
    "descr_get",
    "descr_set",
    "richcompare",
    "call",
    "vectorcall",
    "init",
    "new",
    "finalize",
    "dealloc",
    "traverse",
    "clear",
    "alloc",
    "free",
    "is_gc",
    "getattr",
    "setattr",
    "del",
];

/// Where the slot stands: an expression over `ty: &'static StaticType`.
fn table_of(name: &str) -> Option<TokenStream> {
    let (table, slot) = name.split_once('_')?;
    let (known, place): (&[&str], _) = match table {
        "nb" => (NUMBER, quote!(ty.number())),
        "sq" => (SEQUENCE, quote!(ty.sequence())),
        "mp" => (MAPPING, quote!(ty.mapping())),
        "am" => (ASYNC, quote!(ty.asynchronous())),
        "bf" => (&["getbuffer", "releasebuffer"], quote!(ty.buffer())),
        "tp" => (TYPE, quote!(ty.ty)),
        _ => return None,
    };
    known.contains(&slot).then_some(place)
}

fn shape(name: &str) -> Shape {
    let object = || quote!(*mut ::krait_runtime::PyObject);
    let obj = object();
    let gives_object = || quote!(-> *mut ::krait_runtime::PyObject);
    let into_return = || quote!(::krait_runtime::ret::IntoReturn::into_return(result, py));
    let status = || quote!(::krait_runtime::ret::return_status(result));
    let optional = |value: TokenStream| quote!(#value.as_ref());
    match name {
        "tp_iternext" => Shape {
            parameters: quote!(slf: #obj),
            returns: gives_object(),
            method: true,
            values: vec![],
            finish: quote!(::krait_runtime::ret::return_iternext(result)),
            usage: "fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>>",
        },
        "tp_hash" | "sq_length" | "mp_length" => {
            let finish = if name == "tp_hash" { "return_hash" } else { "return_ssize" };
            let finish = format_ident!("{}", finish);
            Shape {
                parameters: quote!(slf: #obj),
                returns: quote!(-> isize),
                method: true,
                values: vec![],
                finish: quote!(::krait_runtime::ret::#finish(result)),
                usage: "fn(&self, py: Py<'_>) -> PyResult<isize>",
            }
        }
        "am_send" => Shape {
            parameters: quote!(slf: #obj, value: #obj, out: *mut #obj),
            returns: quote!(-> ::core::ffi::c_int),
            method: true,
            values: vec![quote!(&*value)],
            finish: quote!(::krait_runtime::ret::return_send(result, out)),
            usage: "fn am_send(&self, py: Py<'_>, value: &PyObject) -> PyResult<Sent>",
        },
        "nb_bool" => Shape {
            parameters: quote!(slf: #obj),
            returns: quote!(-> ::core::ffi::c_int),
            method: true,
            values: vec![],
            finish: quote!(::krait_runtime::ret::return_bool(result)),
            usage: "fn nb_bool(&self, py: Py<'_>) -> PyResult<bool>",
        },
        "nb_power" => Shape {
            parameters: quote!(a: #obj, b: #obj, c: #obj),
            returns: gives_object(),
            method: false,
            values: vec![quote!(&*a), quote!(&*b), quote!(&*c)],
            finish: into_return(),
            usage: "fn nb_power(py: Py<'_>, a: &PyObject, b: &PyObject, c: &PyObject) -> R",
        },
        "nb_inplace_power" => Shape {
            parameters: quote!(slf: #obj, b: #obj, c: #obj),
            returns: gives_object(),
            method: true,
            values: vec![quote!(&*b), quote!(&*c)],
            finish: into_return(),
            usage: "fn nb_inplace_power(&self, py: Py<'_>, b: &PyObject, c: &PyObject) -> R",
        },
        "sq_concat" | "sq_inplace_concat" | "mp_subscript" | "tp_getattro" => self_and_other(),
        _ if name.starts_with("nb_inplace_") => self_and_other(),
        "nb_add" | "nb_subtract" | "nb_multiply" | "nb_remainder" | "nb_divmod" | "nb_lshift"
        | "nb_rshift" | "nb_and" | "nb_xor" | "nb_or" | "nb_floor_divide" | "nb_true_divide"
        | "nb_matrix_multiply" => Shape {
            parameters: quote!(a: #obj, b: #obj),
            returns: gives_object(),
            method: false,
            values: vec![quote!(&*a), quote!(&*b)],
            finish: into_return(),
            usage: "fn(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>>",
        },
        "sq_repeat" | "sq_item" | "sq_inplace_repeat" => Shape {
            parameters: quote!(slf: #obj, n: isize),
            returns: gives_object(),
            method: true,
            values: vec![quote!(n)],
            finish: into_return(),
            usage: "fn(&self, py: Py<'_>, n: isize) -> R",
        },
        "sq_ass_item" => Shape {
            parameters: quote!(slf: #obj, n: isize, value: #obj),
            returns: quote!(-> ::core::ffi::c_int),
            method: true,
            values: vec![quote!(n), optional(quote!(value))],
            finish: status(),
            usage: "fn sq_ass_item(&self, py: Py<'_>, i: isize, value: Option<&PyObject>) -> PyResult<()>",
        },
        "sq_contains" => Shape {
            parameters: quote!(slf: #obj, x: #obj),
            returns: quote!(-> ::core::ffi::c_int),
            method: true,
            values: vec![quote!(&*x)],
            finish: quote!(::krait_runtime::ret::return_bool(result)),
            usage: "fn sq_contains(&self, py: Py<'_>, x: &PyObject) -> PyResult<bool>",
        },
        "mp_ass_subscript" | "tp_setattro" | "tp_descr_set" => Shape {
            parameters: quote!(slf: #obj, key: #obj, value: #obj),
            returns: quote!(-> ::core::ffi::c_int),
            method: true,
            values: vec![quote!(&*key), optional(quote!(value))],
            finish: status(),
            usage: "fn(&self, py: Py<'_>, key: &PyObject, value: Option<&PyObject>) -> PyResult<()>",
        },
        "tp_descr_get" => Shape {
            parameters: quote!(slf: #obj, instance: #obj, owner: #obj),
            returns: gives_object(),
            method: true,
            values: vec![optional(quote!(instance)), optional(quote!(owner))],
            finish: into_return(),
            usage: "fn tp_descr_get(&self, py: Py<'_>, instance: Option<&PyObject>, owner: Option<&PyObject>) -> R",
        },
        "tp_richcompare" => Shape {
            parameters: quote!(slf: #obj, other: #obj, op: ::core::ffi::c_int),
            returns: gives_object(),
            method: true,
            values: vec![quote!(&*other), quote!(op)],
            finish: into_return(),
            usage: "fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> R",
        },
        "tp_call" | "tp_init" => Shape {
            parameters: quote!(slf: #obj, args: #obj, kwargs: #obj),
            returns: if name == "tp_call" { gives_object() } else { quote!(-> ::core::ffi::c_int) },
            method: true,
            values: vec![quote!((*args).cast_unchecked()), dict_or_none()],
            finish: if name == "tp_call" { into_return() } else { status() },
            usage: "fn(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> R",
        },
        "tp_new" => Shape {
            parameters: quote!(cls: *const ::krait_runtime::objects::r#type::PyType, args: #obj, kwargs: #obj),
            returns: gives_object(),
            method: false,
            values: vec![quote!(&*cls), quote!((*args).cast_unchecked()), dict_or_none()],
            finish: into_return(),
            usage: "fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> R",
        },
        "tp_vectorcall" => Shape {
            parameters: quote!(cls: #obj, args: *const #obj, nargsf: usize, kwnames: #obj),
            returns: gives_object(),
            method: false,
            values: vec![
                quote!(&*cls.cast::<::krait_runtime::objects::r#type::PyType>()),
                quote!(::krait_runtime::args::Args::from_raw(args, nargsf & (usize::MAX >> 1), kwnames)),
            ],
            finish: into_return(),
            usage: "fn tp_vectorcall(cls: &PyType, py: Py<'_>, args: Args<'_>) -> R",
        },
        "tp_finalize" => Shape {
            parameters: quote!(slf: #obj),
            returns: TokenStream::new(),
            method: true,
            values: vec![],
            finish: quote!({
                let () = result;
            }),
            usage: "fn tp_finalize(&self, py: Py<'_>)",
        },
        "bf_getbuffer" => Shape {
            parameters: quote!(slf: #obj, view: *mut ::krait_runtime::protocol::buffer::Py_buffer, flags: ::core::ffi::c_int),
            returns: quote!(-> ::core::ffi::c_int),
            method: true,
            values: vec![quote!(flags)],
            finish: quote!(::krait_runtime::byte_store::return_lent(py, slf, view, flags, result)),
            usage: "fn bf_getbuffer(&self, py: Py<'_>, flags: i32) -> PyResult<Lent<'_>>",
        },
        "bf_releasebuffer" => Shape {
            parameters: quote!(slf: #obj, _view: *mut ::krait_runtime::protocol::buffer::Py_buffer),
            returns: TokenStream::new(),
            method: true,
            values: vec![],
            finish: quote!(::krait_runtime::byte_store::end_loan(result)),
            usage: "fn bf_releasebuffer(&self, py: Py<'_>) -> &ByteStore",
        },
        // The unary ones.
        _ => Shape {
            parameters: quote!(slf: #obj),
            returns: gives_object(),
            method: true,
            values: vec![],
            finish: into_return(),
            usage: "fn(&self, py: Py<'_>) -> R",
        },
    }
}

fn self_and_other() -> Shape {
    Shape {
        parameters: quote!(slf: *mut ::krait_runtime::PyObject, other: *mut ::krait_runtime::PyObject),
        returns: quote!(-> *mut ::krait_runtime::PyObject),
        method: true,
        values: vec![quote!(&*other)],
        finish: quote!(::krait_runtime::ret::IntoReturn::into_return(result, py)),
        usage: "fn(&self, py: Py<'_>, other: &PyObject) -> R",
    }
}

fn dict_or_none() -> TokenStream {
    quote! {
        match kwargs.as_ref() {
            ::core::option::Option::Some(dict) => ::core::option::Option::Some(dict.cast_unchecked()),
            ::core::option::Option::None => ::core::option::Option::None,
        }
    }
}
