//! Opcodes that look up or call something: classes, reductions, states, persistent ids, extensions.

use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;

use super::load::Load;
use super::opcodes::*;
use super::{
    EXTENSION_CACHE, IMPORT_MAPPING, INVERTED_REGISTRY, NAME_MAPPING, Unpickler, dict_of, dotted_attribute,
    split_dots, unpickling_error,
};

/// `find_class` as it is without an override.
pub fn find_class(
    py: Py<'_>,
    (protocol, fix_imports): (u8, bool),
    module: &PyObject,
    name: &PyObject,
) -> PyResult<Ref<PyObject>> {
    py.audit("pickle.find_class", &[module, name])?;
    let (mut module, mut name) = (module.to_ref(), name.to_ref());
    if protocol < 3 && fix_imports {
        let key = PyTuple::new(py, &[&module, &name])?;
        if let Some(pair) = dict_of(py, &NAME_MAPPING, "_compat_pickle.NAME_MAPPING")?.get(py, &key)? {
            let Some([m, n]) = pair.downcast::<PyTuple>().map(PyTuple::as_slice) else {
                bail!(py, RuntimeError, "_compat_pickle.NAME_MAPPING values should be 2-tuples");
            };
            (module, name) = (m.clone(), n.clone());
        } else if let Some(other) =
            dict_of(py, &IMPORT_MAPPING, "_compat_pickle.IMPORT_MAPPING")?.get(py, &module)?
        {
            module = other;
        }
    }
    let Some(module_name) = module.downcast::<PyStr>() else {
        bail!(py, TypeError, "module name must be a string");
    };
    krait_interp::import::import_level(py, module_name, None, None, 0)?;
    let modules = py.interp().modules.get().unwrap_or_else(|| py.none());
    let found = modules.get_item(py, module_name)?;
    let name = krait_runtime::protocol::attribute::attribute_name(py, &name)?;
    if protocol < 4 {
        return found.get_attr(py, name);
    }
    let path = split_dots(py, name)?;
    match dotted_attribute(py, &found, &path) {
        Ok((object, _)) => Ok(object),
        Err(raised) if path.len() > 1 && py.error_matches(types::AttributeError()) => {
            let cause = py.fetch(raised);
            let (name, module) = (PyObject::repr(name, py)?, PyObject::repr(module_name, py)?);
            let raised = raise!(py, AttributeError, "Can't resolve path {name} on module {module}");
            let error = py.fetch(raised);
            if let Some(error) = error.downcast::<krait_runtime::objects::exceptions::PyBaseException>() {
                error.set_context(Some(cause));
            }
            Err(py.restore(error))
        }
        Err(raised) => Err(raised),
    }
}

impl Load<'_> {
    pub(super) fn call_step(&mut self, py: Py<'_>, opcode: u8) -> PyResult<()> {
        match opcode {
            GLOBAL => {
                let module = self.name_line(py)?;
                let name = self.name_line(py)?;
                let class = self.class(py, &module, &name)?;
                self.push(class);
            }
            STACK_GLOBAL => {
                let name = self.pop(py)?;
                let module = self.pop(py)?;
                if !PyStr::check_exact(&name) || !PyStr::check_exact(&module) {
                    return Err(unpickling_error!(py, "STACK_GLOBAL requires str"));
                }
                let class = self.class(py, &module, &name)?;
                self.push(class);
            }
            REDUCE => {
                let args = self.pop(py)?;
                let function = self.pop(py)?;
                let Some(args) = args.downcast::<PyTuple>() else {
                    bail!(py, TypeError, "argument list must be a tuple");
                };
                let result = function.call_dict(py, args, None)?;
                self.push(result);
            }
            NEWOBJ => self.new_object(py, false)?,
            NEWOBJ_EX => self.new_object(py, true)?,
            BUILD => self.build(py)?,
            OBJ => {
                let start = self.mark(py)?;
                if self.stack.len() <= start {
                    return Err(self.underflow(py));
                }
                let args = self.pop_from(py, start + 1)?;
                let class = self.pop(py)?;
                let object = instantiate(py, &class, args)?;
                self.push(object);
            }
            INST => {
                let start = self.mark(py)?;
                let module = self.name_line(py)?;
                let name = self.name_line(py)?;
                let class = self.class(py, &module, &name)?;
                let args = self.pop_from(py, start)?;
                let object = instantiate(py, &class, args)?;
                self.push(object);
            }
            PERSID => {
                let id = match self.input.line(py)? {
                    [line @ .., _] if line.is_ascii() => Some(PyStr::from_ascii(py, line)?),
                    _ => None,
                };
                match id {
                    Some(id) => self.persistent(py, &id)?,
                    None => {
                        return Err(unpickling_error!(
                            py,
                            "persistent IDs in protocol 0 must be ASCII strings"
                        ));
                    }
                }
            }
            BINPERSID => {
                let id = self.pop(py)?;
                self.persistent(py, &id)?;
            }
            EXT1 => {
                let code = i64::from(self.input.byte(py)?);
                self.extension(py, code)?;
            }
            EXT2 => {
                let code = i64::from(u16::from_le_bytes(self.input.array(py)?));
                self.extension(py, code)?;
            }
            EXT4 => {
                let code = i64::from(i32::from_le_bytes(self.input.array(py)?));
                self.extension(py, code)?;
            }
            key if (0x20..0x7F).contains(&key) && key != b'\'' && key != b'\\' => {
                return Err(unpickling_error!(py, "invalid load key, '{}'.", char::from(key)));
            }
            key => return Err(unpickling_error!(py, "invalid load key, '\\x{key:02x}'.")),
        }
        Ok(())
    }

    /// The name of a module or of something in it.
    fn name_line(&mut self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let line = self.input.full_line(py)?;
        match core::str::from_utf8(line) {
            Ok(text) => PyStr::new(py, text).map(Ref::upcast),
            Err(_) => {
                let bytes = PyBytes::new(py, line)?;
                bytes.call_method(py, id!(py, "decode"), &[&*PyStr::new(py, "utf-8")?])
            }
        }
    }

    fn class(&self, py: Py<'_>, module: &PyObject, name: &PyObject) -> PyResult<Ref<PyObject>> {
        match &self.find_class {
            Some(find) => find.call(py, &[module, name]),
            None => find_class(py, (self.protocol, self.reading.fix_imports), module, name),
        }
    }

    fn persistent(&mut self, py: Py<'_>, id: &PyObject) -> PyResult<()> {
        let Some(load) = &self.persistent_load else { return Err(Unpickler::no_persistent_load(py)) };
        let object = load.clone().call(py, &[id])?;
        self.push(object);
        Ok(())
    }

    fn new_object(&mut self, py: Py<'_>, with_keywords: bool) -> PyResult<()> {
        let name = if with_keywords { "NEWOBJ_EX" } else { "NEWOBJ" };
        let kwargs = if with_keywords { Some(self.pop(py)?) } else { None };
        let args = self.pop(py)?;
        let class = self.pop(py)?;
        let Some(class) = class.downcast::<PyType>() else {
            let got = class.ty().name();
            return Err(unpickling_error!(py, "{name} class argument must be a type, not {got}"));
        };
        let Some(args) = args.downcast::<PyTuple>() else {
            let got = args.ty().name();
            return Err(unpickling_error!(py, "{name} args argument must be a tuple, not {got}"));
        };
        let kwargs = match &kwargs {
            None => None,
            Some(kwargs) => match kwargs.downcast::<PyDict>() {
                Some(dict) => Some(dict),
                None => {
                    let got = kwargs.ty().name();
                    return Err(unpickling_error!(py, "{name} kwargs argument must be a dict, not {got}"));
                }
            },
        };
        match class.new_instance(py, args, kwargs)? {
            Some(object) => {
                self.push(object);
                Ok(())
            }
            None => {
                Err(unpickling_error!(py, "{name} class argument '{}' doesn't have __new__", class.name()))
            }
        }
    }

    fn build(&mut self, py: Py<'_>) -> PyResult<()> {
        let state = self.pop(py)?;
        let object = self.top(py)?;
        if let Some(set_state) = object.get_attr_optional(py, id!(py, "__setstate__"))? {
            return set_state.call(py, &[&state]).map(drop);
        }
        let (state, slots) = match state.downcast::<PyTuple>().map(PyTuple::as_slice) {
            Some([state, slots]) => (state.clone(), Some(slots.clone())),
            _ => (state, None),
        };
        if !state.is_none() {
            let Some(state) = state.downcast::<PyDict>() else {
                return Err(unpickling_error!(py, "state is not a dictionary"));
            };
            let dict = object.get_attr(py, id!(py, "__dict__"))?;
            let plain = dict.downcast_exact::<PyDict>();
            for (key, value) in state.items_snapshot() {
                let key = match key.downcast_exact::<PyStr>() {
                    Some(name) => PyStr::intern(py, name.new_ref()).upcast(),
                    None => key,
                };
                match plain {
                    Some(dict) => dict.set(py, &key, &value)?,
                    None => dict.set_item(py, &key, &value)?,
                }
            }
        }
        if let Some(slots) = slots.filter(|s| !s.is_none()) {
            let Some(slots) = slots.downcast::<PyDict>() else {
                return Err(unpickling_error!(py, "slot state is not a dictionary"));
            };
            for (key, value) in slots.items_snapshot() {
                let name = krait_runtime::protocol::attribute::attribute_name(py, &key)?;
                object.set_attr(py, name, &value)?;
            }
        }
        Ok(())
    }

    fn extension(&mut self, py: Py<'_>, code: i64) -> PyResult<()> {
        if code <= 0 {
            return Err(unpickling_error!(py, "EXT specifies code <= 0"));
        }
        let key = PyInt::new(py, code)?;
        let cache = dict_of(py, &EXTENSION_CACHE, "copyreg._extension_cache")?;
        if let Some(found) = cache.get(py, &key)? {
            self.push(found);
            return Ok(());
        }
        let registry = dict_of(py, &INVERTED_REGISTRY, "copyreg._inverted_registry")?;
        let Some(pair) = registry.get(py, &key)? else {
            bail!(py, ValueError, "unregistered extension code {code}");
        };
        let (module, name) = match pair.downcast::<PyTuple>().map(PyTuple::as_slice) {
            Some([module, name])
                if module.downcast::<PyStr>().is_some() && name.downcast::<PyStr>().is_some() =>
            {
                (module, name)
            }
            _ => bail!(py, ValueError, "_inverted_registry[{code}] isn't a 2-tuple of strings"),
        };
        let object = self.class(py, module, name)?;
        cache.set(py, &key, &object)?;
        self.push(object);
        Ok(())
    }
}

/// An instance of an old-style class, or what a callable makes of its arguments.
fn instantiate(py: Py<'_>, class: &PyObject, args: Vec<Ref<PyObject>>) -> PyResult<Ref<PyObject>> {
    if args.is_empty()
        && class.downcast::<PyType>().is_some()
        && class.get_attr_optional(py, id!(py, "__getinitargs__"))?.is_none()
    {
        return class.call_method(py, id!(py, "__new__"), &[class]);
    }
    let args = PyTuple::from_vec(py, args)?;
    class.call_dict(py, &args, None)
}
