//! `__build_class__` and `__import__`.

use krait_macros::pymodule_part;

/// The functions.
#[pymodule_part(name = "builtins")]
#[allow(clippy::module_inception)]
pub mod build_class {
    use krait_interp::execute::run_code_with_closure;
    use krait_interp::objects::PyFunction;
    use krait_runtime::objects::PyCell;
    use krait_runtime::objects::r#type::calculate_metaclass;
    use krait_runtime::prelude::*;

    /// Bases with `__mro_entries__` replaced by what that gives (PEP 560); `None` when there was none.
    fn updated_bases(py: Py<'_>, bases: &[&PyObject]) -> PyResult<Option<Ref<PyTuple>>> {
        let mut new: Option<Vec<Ref<PyObject>>> = None;
        let original = PyTuple::new(py, bases)?;
        for (i, base) in bases.iter().enumerate() {
            let entries = if base.downcast::<PyType>().is_some() {
                None
            } else {
                base.get_attr_optional(py, id!(py, "__mro_entries__"))?
            };
            let Some(entries) = entries else {
                if let Some(new) = &mut new {
                    new.push(base.to_ref());
                }
                continue;
            };
            let replacement = entries.call(py, &[&original])?;
            let Some(replacement) = replacement.downcast::<PyTuple>() else {
                bail!(py, TypeError, "__mro_entries__ must return a tuple")
            };
            let list = new.get_or_insert_with(|| bases.iter().take(i).map(|b| b.to_ref()).collect());
            list.extend(replacement.as_slice().iter().cloned());
        }
        new.map(|items| PyTuple::from_vec(py, items)).transpose()
    }

    #[pyfunction]
    #[raw]
    fn __build_class__(py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let [function, name, bases @ ..] = args.positional() else {
            bail!(py, TypeError, "__build_class__: not enough arguments")
        };
        let Some(function) = function.downcast_exact::<PyFunction>() else {
            bail!(py, TypeError, "__build_class__: func must be a function")
        };
        let Some(name) = name.downcast::<PyStr>() else {
            bail!(py, TypeError, "__build_class__: name is not a string")
        };
        let original = PyTuple::new(py, bases)?;
        let updated = updated_bases(py, bases)?;
        let bases = updated.as_ref().unwrap_or(&original);
        let mut keywords = None;
        let mut metaclass = None;
        if args.has_keywords() {
            let dict = args.keywords().to_dict(py)?;
            metaclass = dict.remove(py, id!(py, "metaclass"))?;
            keywords = Some(dict);
        }
        let mut metaclass: Ref<PyObject> = match metaclass {
            Some(metaclass) => metaclass,
            None => match bases.get(0) {
                Some(first) => first.ty().to_ref(),
                None => PyType::type_object().to_ref(),
            },
        };
        let is_class = metaclass.downcast::<PyType>().is_some();
        if let Some(declared) = metaclass.clone().downcast::<PyType>() {
            metaclass = calculate_metaclass(py, declared, bases)?.upcast();
        }
        let keywords = keywords.as_deref();
        let namespace = match metaclass.get_attr_optional(py, id!(py, "__prepare__"))? {
            Some(prepare) => prepare.call_dict(py, &*PyTuple::new(py, &[name, bases])?, keywords)?,
            None => PyDict::new(py)?.upcast(),
        };
        if !namespace.is_mapping() {
            let metaclass = match metaclass.downcast::<PyType>().filter(|_| is_class) {
                Some(metaclass) => metaclass.name(),
                None => "<metaclass>",
            };
            let got = namespace.ty().name();
            bail!(py, TypeError, "{metaclass}.__prepare__() must return a mapping, not {got}")
        }
        let Some(globals) = function.func_globals.get() else {
            bail!(py, SystemError, "__build_class__: the function has no globals")
        };
        let closure = function.func_closure.get();
        let cell =
            run_code_with_closure(py, function.code(), &globals, Some(&namespace), closure.as_deref())?;
        if updated.is_some() {
            namespace.set_item(py, id!(py, "__orig_bases__"), &original)?;
        }
        let class = metaclass.call_dict(py, &*PyTuple::new(py, &[name, bases, &namespace])?, keywords)?;
        if class.downcast::<PyType>().is_some()
            && let Some(cell) = cell.downcast_exact::<PyCell>()
        {
            match cell.get() {
                None => bail!(
                    py,
                    RuntimeError,
                    "__class__ not set defining {} as {}. Was __classcell__ propagated to type.__new__?",
                    name.repr(py)?,
                    class.repr(py)?
                ),
                Some(held) if !held.is(&class) => bail!(
                    py,
                    TypeError,
                    "__class__ set to {} defining {} as {}",
                    held.repr(py)?,
                    name.repr(py)?,
                    class.repr(py)?
                ),
                Some(_) => {}
            }
        }
        Ok(class)
    }

    #[pyfunction]
    #[sig("(name, globals=None, locals=None, fromlist=(), level=0)")]
    fn __import__(
        py: Py<'_>,
        name: &PyObject,
        globals: Option<&PyObject>,
        locals: Option<&PyObject>,
        fromlist: Option<&PyObject>,
        #[default(0)] level: i32,
    ) -> PyResult<Ref<PyObject>> {
        let _ = locals;
        krait_interp::import::import_level(py, name, globals, fromlist, i64::from(level))
    }
}
