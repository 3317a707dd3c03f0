//! `partial` and its `Placeholder`.

use krait_runtime::local::InterpreterLocal;
use krait_runtime::objects::PyMethod;
use krait_runtime::objects::generic_alias::class_getitem;
use krait_runtime::objects::str::StrBuilder;
use krait_runtime::prelude::*;
use krait_runtime::protocol::vectorcall::{Vectorcall, VectorcallField, spread};

/// The type of `Placeholder`, which stands for a positional argument to be given later.
#[pyclass(module = "functools", name = "_PlaceholderType", gc, heap, immutable)]
#[repr(C)]
pub struct Placeholder {
    base: PyObject,
}

/// The interpreter's one `Placeholder`.
static PLACEHOLDER: InterpreterLocal =
    InterpreterLocal::new(|py| Placeholder { base: PyObject::HEADER }.alloc_exact(py).map(Ref::upcast));

/// `Placeholder`.
pub fn placeholder(py: Py<'_>) -> PyResult<Ref<PyObject>> {
    PLACEHOLDER.get(py)
}

fn is_placeholder(object: &PyObject) -> bool {
    object.downcast_exact::<Placeholder>().is_some()
}

#[pymethods]
impl Placeholder {
    #[slot]
    fn tp_new(py: Py<'_>, _cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        if !args.is_empty() || kwargs.is_some_and(|k| !k.is_empty()) {
            bail!(py, TypeError, "PlaceholderType takes no arguments");
        }
        placeholder(py)
    }

    #[slot]
    fn tp_repr(&self) -> &'static str {
        "Placeholder"
    }

    #[pymethod]
    fn __reduce__(&self) -> &'static str {
        "Placeholder"
    }
}

/// `functools.partial`.
#[pyclass(module = "functools", name = "partial", basetype, gc, vectorcall_offset = vectorcall, dict = dict, heap, immutable)]
#[repr(C)]
pub struct Partial {
    base: PyObject,
    #[pymember("func", object, readonly)]
    func: Member<PyObject>,
    #[pymember("args", object, readonly)]
    args: Member<PyTuple>,
    #[pymember("keywords", object, readonly)]
    keywords: Member<PyDict>,
    dict: Member<PyObject>,
    weaklist: WeakList,
    /// How many of `args` are placeholders.
    placeholders: Cell<usize>,
    #[no_traverse]
    vectorcall: VectorcallField,
}

/// Arguments kept on the native stack.
const SMALL: usize = 12;

fn count_placeholders(args: &[Ref<PyObject>]) -> usize {
    args.iter().filter(|a| is_placeholder(a)).count()
}

fn refuse_trailing(py: Py<'_>, args: &[Ref<PyObject>]) -> PyResult<()> {
    if args.last().is_some_and(|last| is_placeholder(last)) {
        bail!(py, TypeError, "trailing Placeholders are not allowed");
    }
    Ok(())
}

/// `old` with its placeholders replaced by the first of `new`, and what is left of `new` behind.
fn merge(old: &[Ref<PyObject>], new: &[Ref<PyObject>]) -> Vec<Ref<PyObject>> {
    let mut new = new.iter();
    let mut all = Vec::with_capacity(old.len() + new.len());
    for item in old {
        match is_placeholder(item).then(|| new.next()).flatten() {
            Some(given) => all.push(given.clone()),
            None => all.push(item.clone()),
        }
    }
    all.extend(new.cloned());
    all
}

impl Partial {
    fn parts(&self, py: Py<'_>) -> PyResult<(Ref<PyObject>, Ref<PyTuple>, Ref<PyDict>)> {
        match (self.func.get(), self.args.get(), self.keywords.get()) {
            (Some(func), Some(args), Some(keywords)) => Ok((func, args, keywords)),
            _ => Err(raise!(py, SystemError, "partial object without its parts")),
        }
    }
}

impl Vectorcall for Partial {
    fn vectorcall(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let (func, bound, keywords) = self.parts(py)?;
        let given = args.positional();
        let expected = self.placeholders.get();
        if given.len() < expected {
            bail!(
                py,
                TypeError,
                "missing positional arguments in 'partial' call; expected at least {expected}, got {}",
                given.len()
            );
        }
        if keywords.is_empty() {
            if bound.is_empty() {
                return func.call_args(py, args);
            }
            let bound = bound.as_slice();
            let total = bound.len() + args.all().len() - expected;
            let mut small: [&PyObject; SMALL] = [&func; SMALL];
            let mut big: Vec<&PyObject> = Vec::new();
            let room: &mut [&PyObject] = if total <= SMALL {
                small.get_mut(..total).unwrap_or_default()
            } else {
                big.resize(total, &*func);
                &mut big
            };
            let mut rest = args.all().iter();
            let (front, back) = room.split_at_mut(bound.len());
            for (slot, item) in front.iter_mut().zip(bound) {
                *slot = if expected != 0 && is_placeholder(item) {
                    rest.next().copied().unwrap_or(item)
                } else {
                    item
                };
            }
            for (slot, item) in back.iter_mut().zip(rest) {
                *slot = item;
            }
            let positional = bound.len() + given.len() - expected;
            return match Args::new(room, positional, args.kwnames()) {
                Some(args) => func.call_args(py, args),
                None => Err(raise!(py, SystemError, "keyword names do not match the arguments")),
            };
        }
        let mut rest = given.iter();
        let mut all: Vec<&PyObject> = Vec::with_capacity(bound.len() + args.all().len() + keywords.len());
        for item in bound.as_slice() {
            all.push(if is_placeholder(item) { rest.next().copied().unwrap_or(item) } else { item });
        }
        all.extend(rest);
        let positional = all.len();
        // The call's own keywords win over the bound ones, in the place of these.
        let own = keywords.items_snapshot();
        let mut names: Vec<Ref<PyObject>> = Vec::with_capacity(own.len() + args.keywords().len());
        for (name, value) in &own {
            if name.downcast::<PyStr>().is_none() {
                bail!(py, TypeError, "keywords must be strings");
            }
            names.push(name.clone());
            all.push(value);
        }
        for (name, value) in args.keywords().iter() {
            let same = |n: &Ref<PyObject>| match (n.downcast::<PyStr>(), name.downcast::<PyStr>()) {
                (Some(a), Some(b)) => a.is(b) || a.equals(b),
                _ => false,
            };
            match own.iter().position(|(n, _)| same(n)).and_then(|at| all.get_mut(positional + at)) {
                Some(slot) => *slot = value,
                None => {
                    names.push(name.to_ref());
                    all.push(value);
                }
            }
        }
        let names = PyTuple::from_vec(py, names)?;
        match Args::new(&all, positional, Some(&names)) {
            Some(args) => func.call_args(py, args),
            None => Err(raise!(py, SystemError, "keyword names do not match the arguments")),
        }
    }
}

#[pymethods]
impl Partial {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let Some((func, bound)) = args.as_slice().split_first() else {
            bail!(py, TypeError, "type 'partial' takes at least one argument");
        };
        if !func.is_callable() {
            bail!(py, TypeError, "the first argument must be callable");
        }
        refuse_trailing(py, bound)?;
        for (_, value) in kwargs.iter().flat_map(|k| k.items_snapshot()) {
            if is_placeholder(&value) {
                bail!(py, TypeError, "Placeholder cannot be passed as a keyword argument");
            }
        }
        // A partial of a plain partial is one with all arguments.
        let own_call = Partial::type_object().tp_call.get().map(|f| f as usize);
        let inner = func
            .downcast::<Partial>()
            .filter(|p| p.ty().tp_call.get().map(|f| f as usize) == own_call && !p.dict.is_some());
        let (func, bound, keywords) = match inner {
            Some(inner) => {
                let (func, old, keywords) = inner.parts(py)?;
                let keywords = keywords.copy(py)?;
                if let Some(kwargs) = kwargs {
                    keywords.update(py, kwargs)?;
                }
                let bound = merge(old.as_slice(), bound);
                (func, bound, keywords)
            }
            None => {
                let keywords = match kwargs {
                    Some(kwargs) => kwargs.copy(py)?,
                    None => PyDict::new(py)?,
                };
                (func.clone(), bound.to_vec(), keywords)
            }
        };
        Partial {
            base: PyObject::HEADER,
            func: Member::new(func),
            placeholders: Cell::new(count_placeholders(&bound)),
            args: Member::new(PyTuple::from_vec(py, bound)?),
            keywords: Member::new(keywords),
            dict: Member::empty(),
            weaklist: WeakList::EMPTY,
            vectorcall: VectorcallField::of::<Partial>(),
        }
        .alloc(py, cls)
    }

    #[slot]
    fn tp_call(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        spread(py, args, kwargs, |args| self.vectorcall(py, args))
    }

    #[slot]
    fn tp_descr_get(
        &self,
        py: Py<'_>,
        instance: Option<&PyObject>,
        _owner: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        match instance.filter(|i| !i.is_none()) {
            Some(instance) => PyMethod::new(py, self, instance).map(Ref::upcast),
            None => Ok(self.to_ref()),
        }
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let Some(_guard) = py.repr_enter(self)? else { return PyStr::new(py, "...") };
        let (func, args, keywords) = self.parts(py)?;
        let mut text = StrBuilder::new();
        text.push_str(py, &self.ty().repr_name(py))?;
        text.push_char(py, '(')?;
        text.push(py, &*func.repr(py)?)?;
        for arg in args.as_slice() {
            text.push_str(py, ", ")?;
            text.push(py, &*arg.repr(py)?)?;
        }
        for (key, value) in keywords.items_snapshot() {
            text.push_str(py, ", ")?;
            text.push(py, &*key.str(py)?)?;
            text.push_char(py, '=')?;
            text.push(py, &*value.repr(py)?)?;
        }
        text.push_char(py, ')')?;
        text.finish(py)
    }

    #[getter]
    fn __dict__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.instance_dict(py)
    }

    #[setter]
    #[allow(non_snake_case)]
    fn set___dict__(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        self.set_instance_dict(py, value)
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let (func, args, keywords) = self.parts(py)?;
        let made_of = PyTuple::new(py, &[&func])?;
        let dict = self.dict.get().unwrap_or_else(|| py.none());
        let state = PyTuple::new(py, &[&func, &args, &keywords, &dict])?;
        PyTuple::new(py, &[self.ty(), &made_of, &state])
    }

    #[pymethod]
    fn __setstate__(&self, py: Py<'_>, state: &PyObject) -> PyResult<()> {
        let invalid = || raise!(py, TypeError, "invalid partial state");
        let items = state.downcast::<PyTuple>().map(PyTuple::as_slice);
        let Some([func, args, keywords, dict]) = items else { return Err(invalid()) };
        let (Some(args), true) = (args.downcast::<PyTuple>(), func.is_callable()) else {
            return Err(invalid());
        };
        let keywords = match keywords.downcast::<PyDict>() {
            Some(dict) if PyDict::check_exact(dict) => dict.new_ref(),
            Some(dict) => dict.copy(py)?,
            None if keywords.is_none() => PyDict::new(py)?,
            None => return Err(invalid()),
        };
        if !dict.is_none() && !PyDict::check(dict) {
            return Err(invalid());
        }
        refuse_trailing(py, args.as_slice())?;
        let args = if PyTuple::check_exact(args) {
            args.new_ref()
        } else {
            PyTuple::from_vec(py, args.as_slice().to_vec())?
        };
        self.placeholders.set(count_placeholders(args.as_slice()));
        let old = (
            self.func.replace(Some(func.clone())),
            self.args.replace(Some(args)),
            self.keywords.replace(Some(keywords)),
            self.dict.replace((!dict.is_none()).then(|| dict.clone())),
        );
        drop(old);
        Ok(())
    }

    #[classmethod(name = "__class_getitem__")]
    fn subscript(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        class_getitem(py, cls, object)
    }
}
