//! Expansions of small samples: they parse, and hold what they should.

use quote::quote;

use crate::signature::{Kind, Place, Signature};
use crate::{class, docstrings, methods, module, names};

fn parses(tokens: proc_macro2::TokenStream) -> String {
    syn::parse2::<syn::File>(tokens.clone()).unwrap();
    tokens.to_string()
}

#[test]
fn class_expands() {
    let text = parses(
        class::expand(
            quote!(module = "demo", name = "Counter", basetype, gc, itemsize = 3 + 1, flags = A | B),
            quote! {
                #[repr(C)]
                pub struct Counter {
                    base: PyObject,
                    #[pymember("name", object)] name: Member<PyObject>,
                    #[pymember("count", readonly)] count: Cell<isize>,
                    #[no_traverse] other: Member<PyObject>,
                    weaklist: WeakList,
                }
            },
        )
        .unwrap(),
    );
    assert!(text.contains("c\"demo.Counter\""));
    assert!(text.contains("T_PYSSIZET"));
    assert!(text.contains("offset_of ! (Counter , weaklist)"));
    assert!(!text.contains("self . other"));
}

#[test]
fn methods_expand() {
    let text = parses(
        methods::expand(
            quote!(class = "list", parts(extra)),
            quote! {
                impl PyList {
                    #[new] #[vectorcall] #[sig("(iterable=(), /)")]
                    fn new(py: Py<'_>, cls: &PyType, iterable: Option<&PyObject>) -> PyResult<Ref<PyObject>> { body() }
                    #[pymethod] fn append(&self, py: Py<'_>, object: &PyObject) -> PyResult<()> { body() }
                    #[pymethod] fn clear(&self, py: Py<'_>) { body() }
                    #[pymethod] fn pop(&self, py: Py<'_>, index: isize) -> PyResult<Ref<PyObject>> { body() }
                    #[pymethod] fn sort<'p>(&self, py: Py<'p>, key: Option<&'p PyObject>, reverse: bool) -> PyResult<()> { body() }
                    #[pymethod(name = "r")] #[raw] fn other(&self, py: Py<'_>, args: Args<'_>) -> isize { body() }
                    #[classmethod] fn __class_getitem__(cls: &PyType, py: Py<'_>, object: &PyObject) -> isize { body() }
                    #[getter] fn double(&self, py: Py<'_>) -> isize { body() }
                    #[setter] fn set_double(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> { body() }
                    #[slot] fn nb_add(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> { body() }
                    #[slot] fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> { body() }
                    #[slot] fn tp_richcompare(&self, py: Py<'_>, o: &PyObject, op: CompareOp) -> PyResult<bool> { body() }
                    #[slot] unsafe extern "C-unwind" fn tp_dealloc(op: *mut PyObject) { body() }
                }
            },
            None,
        )
        .unwrap(),
    );
    assert!(text.contains("c\"append($self, object, /)\\n--\\n\\nAppend object to the end of the list.\""));
    assert!(text.contains("meth :: NOARGS"));
    assert!(text.contains("(- 1)"), "pop's default comes from its signature");
    assert!(text.contains("__KRAIT_METHODS_extra"));
}

#[test]
fn misuse_is_told() {
    let error = |tokens| {
        let text = methods::expand(quote!(class = "x"), tokens, None).unwrap().to_string();
        let at = text.find("compile_error").unwrap();
        text[at..].to_owned()
    };
    assert!(error(quote!(impl X { #[slot] fn nb_plus(py: Py<'_>) {} })).contains("is no slot"));
    assert!(error(quote!(impl X { #[slot] fn nb_add(&self, o: &PyObject) {} })).contains("is written"));
    assert!(
        error(quote!(impl X { #[pymethod] #[sig("(a, b)")] fn f(&self, a: isize) {} }))
            .contains("has 2 parameter(s)")
    );
    assert!(error(quote!(impl X { #[pymethod] fn f(a: isize) {} })).contains("takes `&self`"));
}

#[test]
fn module_expands() {
    let text = parses(
        module::expand(
            quote!(name = "math", parts = [super::files::files], types = [Counter]),
            quote! {
                pub mod math {
                    #[pyattr] const LIMIT: i32 = 10;
                    #[pyattr] use libc::{O_RDONLY, O_WRONLY};
                    #[pyfunction] fn sqrt(py: Py<'_>, x: f64) -> f64 { x }
                    #[pyexec] fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> { Ok(()) }
                }
            },
            true,
        )
        .unwrap(),
    );
    assert!(text.contains("sqrt($module, x, /)"));
    assert!(text.contains("O_WRONLY"));
    assert!(text.contains("& super :: files :: files :: PART"));
}

#[test]
fn signatures() {
    let s = Signature::parse("($self, a, b=',', /, c=(1, 2), *args, key=None, **kw)").unwrap();
    assert_eq!(s.places.len(), 6);
    let named = s.named();
    assert_eq!(named.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["a", "b", "c", "key"]);
    assert_eq!(named[1].kind, Kind::PositionalOnly);
    assert_eq!(named[2].default.as_deref(), Some("(1, 2)"));
    assert!(s.places.contains(&Place::VarKeywords));
    assert!(Signature::parse("a").is_err());
}

#[test]
fn names_are_found_in_source() {
    let found =
        names::scan("#[pyclass(module = \"itertools\", name = \"chain\")]\n#[repr(C)]\npub struct Chain { }");
    assert_eq!(found["Chain"], "itertools.chain");
}

#[test]
fn table_is_whole() {
    assert!(docstrings::lookup("list.append").flatten().is_some());
    assert!(docstrings::lookup("dict_keys").is_some());
    assert_eq!(docstrings::lookup("no.such"), None);
}
