//! The attribute macros on real types: the expansions compile in a crate that denies unsafe code, and fill the tables.
#![deny(unsafe_code, clippy::indexing_slicing, clippy::undocumented_unsafe_blocks, clippy::pedantic)]
#![allow(clippy::unnecessary_wraps, clippy::unused_self, clippy::needless_pass_by_value, clippy::float_cmp)]
#![allow(clippy::trivially_copy_pass_by_ref, clippy::must_use_candidate, clippy::missing_errors_doc)]

use krait_runtime::objects::r#type::flags;
use krait_runtime::prelude::*;
use krait_runtime::slots::{PyMethodDef, meth};

/// A counter with a name.
#[pyclass(module = "demo", name = "Counter", basetype, gc)]
#[repr(C)]
pub struct Counter {
    base: PyObject,
    #[pymember("name", object)]
    name: Member<PyObject>,
    #[pymember("count", readonly)]
    count: Cell<isize>,
    mode: Mode,
    weaklist: WeakList,
}

/// Plain data that the collector need not know.
pub struct Mode;

#[pymethods(parts(more))]
impl Counter {
    #[new]
    #[vectorcall]
    #[sig("(name, /, start=0)")]
    fn new(py: Py<'_>, cls: &PyType, name: &PyObject, #[default(0)] start: isize) -> PyResult<Ref<PyObject>> {
        Counter {
            base: PyObject::HEADER,
            name: Member::new(name.to_ref()),
            count: Cell::new(start),
            mode: Mode,
            weaklist: WeakList::EMPTY,
        }
        .alloc(py, cls)
    }

    #[pymethod]
    #[sig("($self, by=1, /)")]
    fn bump(&self, _py: Py<'_>, by: isize) -> PyResult<isize> {
        self.count.set(self.count.get().wrapping_add(by));
        Ok(self.count.get())
    }

    #[pymethod]
    #[sig("($self, *args, key=None, reverse=False)")]
    fn all<'p>(&self, _py: Py<'p>, args: &[&'p PyObject], key: Option<&'p PyObject>, reverse: bool) -> usize {
        args.len() + usize::from(key.is_some()) + usize::from(reverse)
    }

    #[pymethod]
    #[sig("($self, /, *args, **kwargs)")]
    fn any(&self, args: &[&PyObject], kwargs: Kwargs<'_>) -> usize {
        args.len() + kwargs.len()
    }

    #[pymethod]
    #[sig("($self, a, *rest)")]
    #[style(python)]
    fn rest(&self, _a: NoneOr<isize>, rest: &[&PyObject]) -> usize {
        rest.len()
    }

    #[pymethod(name = "loop", coexist)]
    fn r#loop(&self) {}

    #[pymethod]
    #[raw]
    fn raw(&self, py: Py<'_>, args: Args<'_>) -> PyResult<usize> {
        if args.has_keywords() {
            bail!(py, TypeError, "no keywords");
        }
        Ok(args.positional().len())
    }

    #[classmethod]
    #[sig("($type, text, /)")]
    fn make(cls: &PyType, py: Py<'_>, text: &PyStr) -> PyResult<Ref<PyObject>> {
        Counter::new(py, cls, text, 0)
    }

    #[staticmethod]
    #[style(parse_tuple)]
    #[sig("(a, b, /)")]
    fn parse(a: f64, b: i32) -> f64 {
        a + f64::from(b)
    }

    #[getter]
    fn double(&self, _py: Py<'_>) -> isize {
        self.count.get() * 2
    }

    #[setter]
    fn set_double(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        if value.is_none() {
            bail!(py, AttributeError, "cannot delete double");
        }
        self.count.set(0);
        Ok(())
    }

    #[slot]
    fn tp_iternext(&self, _py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        Ok(None)
    }

    #[slot]
    fn tp_hash(&self) -> isize {
        -1
    }

    #[slot]
    fn nb_add(py: Py<'_>, _a: &PyObject, _b: &PyObject) -> PyResult<Ref<PyObject>> {
        Ok(py.not_implemented())
    }

    #[slot]
    fn mp_ass_subscript(&self, _py: Py<'_>, _key: &PyObject, _value: Option<&PyObject>) -> PyResult<()> {
        Ok(())
    }

    #[slot]
    fn tp_richcompare(&self, _py: Py<'_>, other: &PyObject, op: CompareOp) -> bool {
        other.is(self) == (op == CompareOp::Eq)
    }

    #[slot]
    fn tp_call(&self, _py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> usize {
        args.len() + usize::from(kwargs.is_some())
    }

    #[slot]
    fn tp_finalize(&self, _py: Py<'_>) {}

    #[slot]
    fn sq_item(&self, n: isize) -> isize {
        n
    }
}

#[pymethods(part = "more")]
impl Counter {
    #[pymethod]
    fn reset(&self, _py: Py<'_>) {
        self.count.set(0);
    }

    #[slot]
    fn tp_repr(&self, _py: Py<'_>) -> &'static str {
        "Counter"
    }
}

/// Python code can call its instances from Rust; it has no methods of its own.
#[pyclass(name = "bare", base = Counter, disallow_instantiation)]
#[repr(C)]
pub struct Bare {
    base: Counter,
}

/// A module.
#[pymodule(name = "demo", parts = [super::parts], types = [Counter])]
pub mod demo {
    use super::Counter;
    use krait_runtime::prelude::*;

    #[pyattr]
    const LIMIT: i32 = 10;
    #[pyattr(name = "none")]
    fn nothing(py: Py<'_>) -> Ref<PyObject> {
        py.none()
    }
    #[pyfunction]
    #[sig("(x, /)")]
    fn half(_py: Py<'_>, x: f64) -> f64 {
        x / 2.0
    }
    #[pyexec]
    fn exec(_py: Py<'_>, _module: &PyModule) -> PyResult<()> {
        Ok(())
    }
}

/// More of it.
#[pymodule_part(name = "math")]
pub mod parts {
    use krait_runtime::prelude::*;

    #[pyfunction]
    fn sqrt(_module: &PyModule, _py: Py<'_>, x: f64) -> f64 {
        x
    }
    #[pyfunction]
    #[sig("($module, values, start=1)")]
    fn prod(py: Py<'_>, values: &PyObject, start: Option<&PyObject>) -> Ref<PyObject> {
        let _ = py;
        start.unwrap_or(values).to_ref()
    }
}

fn text(pointer: *const core::ffi::c_char) -> &'static str {
    #[allow(unsafe_code)]
    // SAFETY: table entries are static C strings.
    unsafe { core::ffi::CStr::from_ptr(pointer) }.to_str().unwrap_or_default()
}

fn row(table: *const PyMethodDef, wanted: &str) -> PyMethodDef {
    for index in 0.. {
        #[allow(unsafe_code)]
        // SAFETY: a null name ends the table, and the loop.
        let row = unsafe { *table.add(index) };
        assert!(!row.ml_name.is_null(), "{wanted} is not in the table");
        if text(row.ml_name) == wanted {
            return row;
        }
    }
    unreachable!()
}

#[test]
fn tables_are_filled() {
    Counter::describe(Counter::static_type());
    let ty = Counter::type_object();
    assert_eq!(text(ty.tp_name.get()), "demo.Counter");
    assert_ne!(ty.tp_flags.get() & flags::HAVE_GC, 0);
    assert_eq!(ty.tp_weaklistoffset.get(), 32);
    let table = ty.tp_methods.get();
    assert_eq!(row(table, "bump").ml_flags, meth::FASTCALL);
    assert_eq!(row(table, "all").ml_flags, meth::FASTCALL | meth::KEYWORDS);
    assert_eq!(row(table, "loop").ml_flags, meth::NOARGS | meth::COEXIST);
    assert_eq!(row(table, "make").ml_flags, meth::O | meth::CLASS);
    assert_eq!(row(table, "parse").ml_flags, meth::FASTCALL | meth::STATIC);
    assert_eq!(row(table, "reset").ml_flags, meth::NOARGS);
    assert_eq!(text(row(table, "bump").ml_doc), "bump($self, by=1, /)\n--\n\n");
    assert!(ty.tp_new.get().is_some() && ty.tp_vectorcall.get().is_some() && ty.tp_traverse.get().is_some());
    assert!(ty.tp_repr.get().is_some() && ty.tp_dealloc.get().is_some());
    assert!(Counter::static_type().as_number.nb_add.get().is_some());
    Bare::describe(Bare::static_type());
    assert!(core::ptr::eq(Bare::type_object().tp_base.get(), ty));
    assert!(Bare::type_object().tp_methods.get().is_null());
}

#[test]
fn modules_are_tables() {
    assert_eq!(demo::MODULE.name(), "demo");
    let [own, math] = demo::MODULE.parts else { panic!("two parts") };
    assert_eq!((own.methods.len(), own.attrs.len(), own.types.len()), (1, 2, 1));
    let doc = math.methods.first().map(|row| text(row.ml_doc)).unwrap();
    assert_eq!(doc, "sqrt($module, x, /)\n--\n\nReturn the square root of x.");
}
