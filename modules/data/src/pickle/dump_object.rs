//! Pickling by name (`save_global`) and by reduction (`save_reduce`).

use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;

use super::dump::{Dump, note};
use super::opcodes::*;
use super::{
    EXTENSION_REGISTRY, PARTIAL, REVERSE_IMPORT_MAPPING, REVERSE_NAME_MAPPING, dict_of, dotted_attribute,
    pickling_error, split_dots,
};

/// `sys.modules`.
fn modules(py: Py<'_>) -> PyResult<Ref<PyObject>> {
    py.interp().modules.get().ok_or_else(|| raise!(py, RuntimeError, "lost sys.modules"))
}

/// Which of the modules has `object` under this name.
fn search_modules(py: Py<'_>, object: &PyObject, path: &[Ref<PyStr>]) -> PyResult<Ref<PyObject>> {
    let modules = modules(py)?;
    let entries = match modules.downcast::<PyDict>() {
        Some(dict) => dict.items_snapshot(),
        None => Vec::new(),
    };
    for (name, module) in entries {
        let skipped =
            name.downcast::<PyStr>().is_some_and(|n| n.eq_str("__main__") || n.eq_str("__mp_main__"));
        if skipped || module.is_none() {
            continue;
        }
        match dotted_attribute(py, &module, path) {
            Ok((found, _)) if found.is(object) => return Ok(name),
            Ok(_) => {}
            Err(raised) if py.error_matches(types::AttributeError()) => py.clear_error(raised),
            Err(raised) => return Err(raised),
        }
    }
    PyStr::new(py, "__main__").map(Ref::upcast)
}

/// The name of the module that has `object` under a dotted name.
fn which_module(py: Py<'_>, object: &PyObject, name: &PyStr, path: &[Ref<PyStr>]) -> PyResult<Ref<PyStr>> {
    let own = object.get_attr_optional(py, id!(py, "__module__"))?;
    if path.iter().any(|part| part.eq_str("<locals>")) {
        let shown = object.repr(py)?;
        return Err(pickling_error!(py, "Can't pickle local object {shown}"));
    }
    let module_name = match own.filter(|m| !m.is_none()) {
        Some(own) => own,
        None => search_modules(py, object, path)?,
    };
    let Some(module_name) = module_name.downcast::<PyStr>() else {
        bail!(py, TypeError, "module name must be a string");
    };
    let imported = krait_interp::import::import_level(py, module_name, None, None, 0)
        .and_then(|_| modules(py)?.get_item(py, module_name));
    let module = match imported {
        Ok(module) => module,
        Err(raised)
            if py.error_matches(types::ImportError())
                || py.error_matches(types::ValueError())
                || py.error_matches(types::KeyError()) =>
        {
            let cause = py.fetch(raised);
            let (shown, text) = (object.repr(py)?, cause.str(py)?);
            let raised = pickling_error!(py, "Can't pickle {shown}: {text}");
            return Err(with_context(py, raised, cause));
        }
        Err(raised) => return Err(raised),
    };
    match dotted_attribute(py, &module, path) {
        Ok((found, _)) if found.is(object) => Ok(module_name.new_ref()),
        Ok(_) => {
            let shown = object.repr(py)?;
            Err(pickling_error!(py, "Can't pickle {shown}: it's not the same object as {module_name}.{name}"))
        }
        Err(raised) if py.error_matches(types::AttributeError()) => {
            let cause = py.fetch(raised);
            let shown = object.repr(py)?;
            let raised = pickling_error!(py, "Can't pickle {shown}: it's not found as {module_name}.{name}");
            Err(with_context(py, raised, cause))
        }
        Err(raised) => Err(raised),
    }
}

/// The exception that is set came up while `cause` was handled.
fn with_context(
    py: Py<'_>,
    raised: krait_runtime::error::Raised,
    cause: Ref<PyObject>,
) -> krait_runtime::error::Raised {
    let error = py.fetch(raised);
    if let Some(error) = error.downcast::<krait_runtime::objects::exceptions::PyBaseException>() {
        error.set_context(Some(cause));
    }
    py.restore(error)
}

/// The pieces of what `__reduce__` returned, checked.
struct Reduced {
    callable: Ref<PyObject>,
    args: Ref<PyTuple>,
    state: Option<Ref<PyObject>>,
    list_items: Option<Ref<PyObject>>,
    dict_items: Option<Ref<PyObject>>,
    state_setter: Option<Ref<PyObject>>,
}

impl Reduced {
    fn new(py: Py<'_>, parts: &PyTuple) -> PyResult<Reduced> {
        let parts = parts.as_slice();
        if !(2..=6).contains(&parts.len()) {
            return Err(pickling_error!(
                py,
                "tuple returned by __reduce__ must contain 2 through 6 elements"
            ));
        }
        let part = |at: usize| parts.get(at).filter(|p| !p.is_none()).cloned();
        let wrong = |which: &str, must: &str, at: usize| {
            let got = parts.get(at).map_or_else(|| py.none(), Clone::clone).ty().qualified_name();
            pickling_error!(py, "{which} item of the tuple returned by __reduce__ must be {must}, not {got}")
        };
        let Some(callable) = parts.first().filter(|c| c.is_callable()) else {
            return Err(wrong("first", "callable", 0));
        };
        let Some(args) = parts.get(1).and_then(|a| a.downcast::<PyTuple>()) else {
            return Err(wrong("second", "a tuple", 1));
        };
        let list_items = part(3);
        if list_items.as_ref().is_some_and(|i| !i.is_iterator()) {
            return Err(wrong("fourth", "an iterator", 3));
        }
        let dict_items = part(4);
        if dict_items.as_ref().is_some_and(|i| !i.is_iterator()) {
            return Err(wrong("fifth", "an iterator", 4));
        }
        let state_setter = part(5);
        if state_setter.as_ref().is_some_and(|s| !s.is_callable()) {
            return Err(wrong("sixth", "callable", 5));
        }
        Ok(Reduced {
            callable: callable.clone(),
            args: args.new_ref(),
            state: part(2),
            list_items,
            dict_items,
            state_setter,
        })
    }
}

impl Dump<'_> {
    pub(super) fn save_global(
        &mut self,
        py: Py<'_>,
        object: &PyObject,
        name: Option<&PyStr>,
    ) -> PyResult<()> {
        let name = match name {
            Some(name) => name.to_ref(),
            None => match object.get_attr_optional(py, id!(py, "__qualname__"))? {
                Some(name) => name,
                None => object.get_attr(py, id!(py, "__name__"))?,
            },
        };
        let Some(name) = name.downcast::<PyStr>() else {
            bail!(py, TypeError, "global name must be a string, not {}", name.ty().name());
        };
        let path = split_dots(py, name)?;
        let module = which_module(py, object, name, &path)?;
        if self.settings.protocol >= 2 {
            let registry = dict_of(py, &EXTENSION_REGISTRY, "copyreg._extension_registry")?;
            if !registry.is_empty() {
                let key = PyTuple::new(py, &[&module, name])?;
                if let Some(code) = registry.get(py, &key)? {
                    return self.save_extension(py, &code);
                }
            }
        }
        if self.settings.protocol >= 4 {
            self.save(py, &module)?;
            self.save(py, name)?;
            self.op(STACK_GLOBAL);
        } else if let [first, rest @ ..] = path.as_slice() {
            if !rest.is_empty() {
                let getattr = py.builtin(id!(py, "getattr"))?;
                for _ in rest {
                    self.save(py, &getattr)?;
                    if self.settings.protocol < 2 {
                        self.op(MARK);
                    }
                }
            }
            self.save_top_level(py, &module, first)?;
            for part in rest {
                self.save(py, part)?;
                self.op(if self.settings.protocol < 2 { TUPLE } else { TUPLE2 });
                self.op(REDUCE);
            }
        }
        self.memoize(object);
        Ok(())
    }

    fn save_extension(&mut self, py: Py<'_>, code: &PyObject) -> PyResult<()> {
        let n = code.index(py)?;
        match n.as_i64() {
            None => bail!(py, OverflowError, "Python int too large to convert to C long"),
            Some(n @ 1..=0xFF) => self.out.put(&[EXT1, n as u8]),
            Some(n @ 0x100..=0xFFFF) => {
                let [a, b] = (n as u16).to_le_bytes();
                self.out.put(&[EXT2, a, b]);
            }
            Some(n @ 0x1_0000..=0x7FFF_FFFF) => {
                let [a, b, c, d] = (n as u32).to_le_bytes();
                self.out.put(&[EXT4, a, b, c, d]);
            }
            _ => bail!(py, RuntimeError, "extension code {} is out of range", n.to_decimal(py)?),
        }
        Ok(())
    }

    /// A name in a module, for protocols below 4.
    fn save_top_level(&mut self, py: Py<'_>, module: &PyStr, name: &PyStr) -> PyResult<()> {
        let (mut module, mut name) = (module.new_ref(), name.new_ref());
        if self.settings.fix_imports {
            let names = dict_of(py, &REVERSE_NAME_MAPPING, "_compat_pickle.REVERSE_NAME_MAPPING")?;
            let key = PyTuple::new(py, &[&module, &name])?;
            let text = |object: Ref<PyObject>| {
                object
                    .downcast_into::<PyStr>()
                    .map_err(|_| raise!(py, RuntimeError, "_compat_pickle mappings should contain strings"))
            };
            if let Some(pair) = names.get(py, &key)? {
                let Some([m, n]) = pair.downcast::<PyTuple>().map(PyTuple::as_slice) else {
                    bail!(py, RuntimeError, "_compat_pickle.REVERSE_NAME_MAPPING values should be 2-tuples");
                };
                (module, name) = (text(m.clone())?, text(n.clone())?);
            } else if let Some(other) =
                dict_of(py, &REVERSE_IMPORT_MAPPING, "_compat_pickle.REVERSE_IMPORT_MAPPING")?
                    .get(py, &module)?
            {
                module = text(other)?;
            }
        }
        let protocol = self.settings.protocol;
        let encode = |s: &PyStr, what: &str| {
            let codec = if protocol >= 3 { "utf-8" } else { "ascii" };
            match krait_runtime::codecs::encode_to_bytes(py, s, Some(codec), None) {
                Ok(bytes) => Ok(bytes.as_bytes().to_vec()),
                Err(raised) if py.error_matches(types::UnicodeEncodeError()) => {
                    let context = py.fetch(raised);
                    let shown = PyObject::repr(s, py)?;
                    let error = py.fetch(pickling_error!(
                        py,
                        "can't pickle {what} identifier {shown} using pickle protocol {protocol}"
                    ));
                    error.set_attr(py, id!(py, "__context__"), &context)?;
                    Err(py.restore(error))
                }
                Err(raised) => Err(raised),
            }
        };
        let module = encode(&module, "module")?;
        let name = encode(&name, "global")?;
        self.op(GLOBAL);
        self.out.put(&module);
        self.out.put(b"\n");
        self.out.put(&name);
        self.out.put(b"\n");
        Ok(())
    }

    /// Pickles a part of a reduction; what goes wrong is said to have happened there.
    fn save_part(
        &mut self,
        py: Py<'_>,
        part: &PyObject,
        object: Option<&PyObject>,
        what: &str,
    ) -> PyResult<()> {
        self.save(py, part).map_err(|raised| match object {
            Some(object) => {
                let name = object.ty().qualified_name();
                note(py, raised, &format!("when serializing {name} {what}"))
            }
            None => raised,
        })
    }

    pub(super) fn save_reduce(
        &mut self,
        py: Py<'_>,
        parts: &PyTuple,
        object: Option<&PyObject>,
    ) -> PyResult<()> {
        let reduced = Reduced::new(py, parts)?;
        let mut how = None;
        if self.settings.protocol >= 2
            && let Some(name) = reduced.callable.get_attr_optional(py, id!(py, "__name__"))?
            && let Some(name) = name.downcast::<PyStr>()
        {
            how = if name.eq_str("__newobj__") {
                Some(false)
            } else if name.eq_str("__newobj_ex__") {
                Some(true)
            } else {
                None
            };
        }
        match how {
            Some(true) => self.save_newobj_ex(py, &reduced, object)?,
            Some(false) => self.save_newobj(py, &reduced, object)?,
            None => {
                self.save_part(py, &reduced.callable, object, "reconstructor")?;
                self.save_part(py, &reduced.args, object, "reconstructor arguments")?;
                self.op(REDUCE);
            }
        }
        if let Some(object) = object {
            if let Some(index) = self.remembered(object) {
                // Pickling the arguments pickled the object itself.
                self.op(POP);
                self.get(index);
                return Ok(());
            }
            self.memoize(object);
        }
        let shown = object.unwrap_or(&reduced.callable);
        if let Some(items) = &reduced.list_items {
            self.append_items(py, items, shown)?;
        }
        if let Some(items) = &reduced.dict_items {
            self.set_items(py, items, shown)?;
        }
        let Some(state) = &reduced.state else { return Ok(()) };
        match (&reduced.state_setter, object) {
            (Some(setter), Some(target)) => {
                self.save_part(py, setter, object, "state setter")?;
                self.save(py, target)?;
                self.save_part(py, state, object, "state")?;
                self.op(TUPLE2);
                self.op(REDUCE);
                self.op(POP);
            }
            _ => {
                self.save_part(py, state, object, "state")?;
                self.op(BUILD);
            }
        }
        Ok(())
    }

    /// The class among the arguments must be the object's own.
    fn check_class(
        &self,
        py: Py<'_>,
        function: &str,
        class: &PyObject,
        object: Option<&PyObject>,
    ) -> PyResult<()> {
        if class.get_attr_optional(py, id!(py, "__new__"))?.is_none() || class.downcast::<PyType>().is_none()
        {
            let got = class.ty().qualified_name();
            return Err(pickling_error!(py, "first argument to {function}() must be a class, not {got}"));
        }
        let Some(object) = object else { return Ok(()) };
        let own = object.get_attr(py, id!(py, "__class__"))?;
        if !own.is(class) {
            let (own, class) = (own.repr(py)?, class.repr(py)?);
            return Err(pickling_error!(py, "first argument to {function}() must be {own}, not {class}"));
        }
        Ok(())
    }

    fn save_newobj_ex(&mut self, py: Py<'_>, reduced: &Reduced, object: Option<&PyObject>) -> PyResult<()> {
        let [class, args, kwargs] = reduced.args.as_slice() else {
            let n = reduced.args.len();
            return Err(pickling_error!(py, "__newobj_ex__ expected 3 arguments, got {n}"));
        };
        self.check_class(py, "__newobj_ex__", class, object.filter(|_| false))?;
        let Some(args) = args.downcast::<PyTuple>() else {
            let got = args.ty().qualified_name();
            return Err(pickling_error!(py, "second argument to __newobj_ex__() must be a tuple, not {got}"));
        };
        let Some(kwargs) = kwargs.downcast::<PyDict>() else {
            let got = kwargs.ty().qualified_name();
            return Err(pickling_error!(py, "third argument to __newobj_ex__() must be a dict, not {got}"));
        };
        self.check_class(py, "__newobj_ex__", class, object)?;
        if self.settings.protocol >= 4 {
            self.save_part(py, class, object, "class")?;
            self.save_part(py, args, object, "__new__ arguments")?;
            self.save_part(py, kwargs, object, "__new__ arguments")?;
            self.op(NEWOBJ_EX);
            return Ok(());
        }
        let new = class.get_attr(py, id!(py, "__new__"))?;
        let mut all: Vec<&PyObject> = vec![&new, class];
        all.extend(args.as_slice().iter().map(|a| &**a));
        let all = PyTuple::new(py, &all)?;
        let call = PARTIAL.get(py)?.call_dict(py, &all, Some(kwargs))?;
        self.save_part(py, &call, object, "reconstructor")?;
        self.save_part(py, &*PyTuple::empty(py)?, object, "reconstructor arguments")?;
        self.op(REDUCE);
        Ok(())
    }

    fn save_newobj(&mut self, py: Py<'_>, reduced: &Reduced, object: Option<&PyObject>) -> PyResult<()> {
        let args = &reduced.args;
        let Some(class) = args.get(0) else {
            return Err(pickling_error!(py, "__newobj__ expected at least 1 argument, got 0"));
        };
        self.check_class(py, "__newobj__", class, object)?;
        self.save_part(py, class, object, "class")?;
        self.save_part(py, &*args.slice(py, 1, args.len())?, object, "__new__ arguments")?;
        self.op(NEWOBJ);
        Ok(())
    }
}
