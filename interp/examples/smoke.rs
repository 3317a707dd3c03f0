//! first steps
use krait_macros::pymodule;
use krait_runtime::prelude::*;
use krait_runtime::state::*;

#[pymodule(name = "builtins")]
pub mod builtins {
    use krait_runtime::prelude::*;
    #[pyfunction]
    #[raw]
    fn print(py: Py<'_>, args: krait_runtime::args::Args<'_>) -> PyResult<()> {
        let mut out = String::new();
        for (i, a) in args.positional().iter().enumerate() {
            if i > 0 { out.push(' '); }
            out.push_str(&a.str(py)?.to_string_lossy());
        }
        println!("{out}");
        Ok(())
    }
}

fn main() {
    let src = std::fs::read(std::env::args().nth(1).unwrap()).unwrap();
    let interp: &'static InterpreterState = Box::leak(Box::new(InterpreterState::new(0, Config::default())));
    let state = Box::leak(ThreadState::new(interp, 1, 1000));
    let py = unsafe { Py::attach(state) };
    py.init_stack_bounds();
    krait_runtime::objects::init(py).unwrap();
    eprintln!("types ready");
    let r = run(py, &src);
    if let Err(e) = r {
        let exc = py.fetch(e);
        krait_interp::display::show(py, &exc, None);
        eprintln!("{}: {}", exc.ty().name(), exc.str(py).unwrap());
    }
}

fn run(py: Py<'_>, src: &[u8]) -> PyResult<()> {
    let m = PyModule::from_def(py, &builtins::MODULE)?;
    py.interp().builtins.set(m.dict().upcast());
    for (n, t) in [("int", PyInt::type_object()), ("str", PyStr::type_object()), ("list", PyList::type_object()), ("dict", PyDict::type_object()), ("tuple", PyTuple::type_object()), ("range", krait_runtime::objects::PyRange::type_object()), ("type", PyType::type_object()),("object", krait_runtime::objects::object::PyBaseObject::type_object()), ("float", PyFloat::type_object()), ("set", PySet::type_object())] {
        m.dict().set_named(py, n, t)?;
    }
    for (n, t) in krait_runtime::objects::exceptions::all() { m.dict().set_named(py, n, t)?; }
    let arena = bumpalo::Bump::new();
    let parsed = krait_syntax::parse_bytes(&arena, src, &mut krait_syntax::NoDecoder, krait_syntax::ParseOptions { filename: "x.py", ..Default::default() }).map_err(|e| { eprintln!("{e:?}"); raise!(py, SyntaxError, "x") })?;
    let mut w = Vec::new();
    let code = krait_compiler::compile(&parsed.module, &krait_compiler::Options { filename: "x.py", ..Default::default() }, &mut w).map_err(|e| { eprintln!("{:?}", e.message); raise!(py, SyntaxError, "x") })?;
    let code = krait_interp::objects::code::PyCode::from_data(py, &code)?;
    let globals = PyDict::new(py)?;
    globals.set_named(py, "__builtins__", &m)?;
    globals.set_named(py, "__name__", &*PyStr::new(py, "__main__")?)?;
    krait_interp::execute::run_code(py, &code, &globals, None)?;
    Ok(())
}
