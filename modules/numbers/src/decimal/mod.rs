//! Module `_decimal`. Arithmetic is `krait_numeric::decimal`'s; here are the objects: `number.rs` and `methods.rs` for `Decimal`,
//! `context.rs` and `context_methods.rs` for `Context`, `signals.rs` and `signal_dict.rs` for conditions.

mod context;
mod context_methods;
mod convert;
mod format;
mod methods;
mod number;
mod signal_dict;
mod signals;

pub use context::{Context, ContextManager};
pub use number::Decimal;
pub use signal_dict::SignalDict;

use krait_macros::pymodule;

/// Decimal arithmetic.
#[pymodule(name = "_decimal", types = [Decimal, Context, SignalDict, ContextManager])]
pub mod _decimal {
    use super::context::{BASIC_CONTEXT, DEFAULT_CONTEXT, EXTENDED_CONTEXT, known_keywords};
    use super::{Context, ContextManager, Decimal, SignalDict, convert, signals};
    use krait_interp::import::import_module;
    use krait_numeric::decimal::{self as kernel, Rounding};
    use krait_runtime::args::{Signature, Style};
    use krait_runtime::prelude::*;

    #[pyattr]
    const MAX_PREC: i64 = kernel::MAX_PREC;
    #[pyattr]
    const MAX_EMAX: i64 = kernel::MAX_EMAX;
    #[pyattr]
    const MIN_EMIN: i64 = kernel::MIN_EMIN;
    #[pyattr]
    const MIN_ETINY: i64 = kernel::MIN_ETINY;
    #[pyattr]
    const IEEE_CONTEXT_MAX_BITS: i32 = 512;
    #[pyattr]
    const HAVE_THREADS: bool = true;
    #[pyattr]
    const HAVE_CONTEXTVAR: bool = true;
    #[pyattr]
    fn __version__(py: Py<'_>) -> PyResult<Ref<PyStr>> {
        PyStr::new(py, "1.70")
    }
    #[pyattr]
    fn __libmpdec_version__(py: Py<'_>) -> PyResult<Ref<PyStr>> {
        PyStr::new(py, "2.5.1")
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        let dict = module.dict();
        dict.remove(py, id!(py, "SignalDict"))?;
        dict.remove(py, id!(py, "ContextManager"))?;
        for (class, name) in &signals::ALL {
            module.add(py, name, &*class.get(py)?)?;
        }
        for (_, name) in &Rounding::ALL {
            module.add(py, name, &*PyStr::new_interned(py, name)?)?;
        }
        module.add(py, "DefaultContext", &*DEFAULT_CONTEXT.get(py)?)?;
        module.add(py, "BasicContext", &*BASIC_CONTEXT.get(py)?)?;
        module.add(py, "ExtendedContext", &*EXTENDED_CONTEXT.get(py)?)?;
        module.add(py, "DecimalTuple", &*convert::tuple_class(py)?)?;
        let number = import_module(py, "numbers")?.get_attr(py, id!(py, "Number"))?;
        number.call_method(py, id!(py, "register"), &[Decimal::type_object()])?;
        let abc = import_module(py, "collections.abc")?;
        let mapping = abc.get_attr(py, id!(py, "MutableMapping"))?;
        mapping.call_method(py, id!(py, "register"), &[SignalDict::type_object()])?;
        // The methods that mappings have and that are written in terms of others.
        if let Some(dict) = SignalDict::type_object().dict() {
            for name in [
                "keys",
                "items",
                "values",
                "get",
                "pop",
                "update",
                "setdefault",
                "__contains__",
                "clear",
                "popitem",
            ] {
                let name = PyStr::new_interned(py, name)?;
                if let Some(method) = mapping.get_attr_optional(py, &name)? {
                    dict.set(py, &name, &method)?;
                }
            }
            SignalDict::type_object().modified(py);
        }
        Ok(())
    }

    #[pyfunction]
    fn getcontext(py: Py<'_>) -> PyResult<Ref<Context>> {
        Context::current(py)
    }
    #[pyfunction]
    #[sig("(context, /)")]
    fn setcontext(py: Py<'_>, context: &PyObject) -> PyResult<()> {
        Context::set_current(py, context)
    }
    #[pyfunction]
    #[raw]
    fn localcontext(py: Py<'_>, args: Args<'_>) -> PyResult<Ref<ContextManager>> {
        static SIGNATURE: Signature = Signature {
            function: "localcontext",
            names: &["ctx", "prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps"],
            posonly: 0,
            pos: 1,
            required: 0,
            kwonly_required: 0,
            varargs: false,
            varkw: false,
            style: Style::Clinic,
        };
        if args.has_keywords() {
            known_keywords(py, Some(&*args.keywords().to_dict(py)?), SIGNATURE.names)?;
        }
        let [context, settings @ ..] = SIGNATURE.slots::<9>(py, args)?;
        ContextManager::make(py, context, settings)
    }
    #[pyfunction(name = "IEEEContext")]
    #[sig("(bits, /)")]
    fn ieee_context(py: Py<'_>, bits: isize) -> PyResult<Ref<Context>> {
        Context::ieee(py, bits as i64)
    }
}
