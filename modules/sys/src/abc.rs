//! Module `_abc`: the machinery of `abc.ABCMeta`. What a class has registered and what was asked of it before stands in an
//! `_abc_data` object, as sets of weak references that leave their set when their class dies.

use core::sync::atomic::{AtomicU64, Ordering};

use krait_runtime::objects::weakref::PyWeakReference;
use krait_runtime::prelude::*;

/// Raised by every registration: negative caches of an older number are void.
static GENERATION: AtomicU64 = AtomicU64::new(0);

fn generation() -> u64 {
    GENERATION.load(Ordering::Relaxed)
}

/// A set of weakly held classes; the set object is made at first use.
#[derive(Default)]
struct WeakClasses(Member<PySet>);

impl Traverse for WeakClasses {
    fn traverse(&self, visit: &mut Visitor<'_>) -> core::ffi::c_int {
        self.0.traverse(visit)
    }
    fn clear_references(&self) {
        self.0.clear_references();
    }
}

impl WeakClasses {
    fn contains(&self, py: Py<'_>, class: &PyObject) -> PyResult<bool> {
        let Some(set) = self.0.get() else { return Ok(false) };
        if set.is_empty() {
            return Ok(false);
        }
        match PyWeakReference::make(py, PyWeakReference::type_object(), class, None) {
            Ok(reference) => set.contains(py, &reference),
            // Not weakly referenceable: it was never added.
            Err(raised) if py.error_matches(krait_runtime::objects::exceptions::types::TypeError()) => {
                py.clear_error(raised);
                Ok(false)
            }
            Err(raised) => Err(raised),
        }
    }

    fn add(&self, py: Py<'_>, class: &PyObject) -> PyResult<()> {
        let set = match self.0.get() {
            Some(set) => set,
            None => {
                let set = PySet::new(py)?;
                self.0.set(set.new_ref());
                set
            }
        };
        let set_reference = PyWeakReference::make(py, PyWeakReference::type_object(), &set, None)?;
        let remover = Remover { base: PyObject::HEADER, set: set_reference }.alloc_exact(py)?;
        let reference = PyWeakReference::make(py, PyWeakReference::type_object(), class, Some(&remover))?;
        set.add(py, &reference).map(drop)
    }

    fn clear_all(&self) {
        if let Some(set) = self.0.get() {
            set.clear();
        }
    }

    fn to_vec(&self) -> Vec<Ref<PyObject>> {
        self.0.get().map_or_else(Vec::new, |set| set.to_vec())
    }

    /// A copy, for a look from outside.
    fn copy(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let copy = PySet::new(py)?;
        for item in self.to_vec() {
            copy.add(py, &item)?;
        }
        Ok(copy.upcast())
    }
}

/// The callback that takes a dead class's reference out of its set.
#[pyclass(module = "_abc", name = "_remover", gc, disallow_instantiation, doc = "")]
#[repr(C)]
pub struct Remover {
    base: PyObject,
    /// A weak reference to the set, which may be gone as well.
    set: Ref<PyObject>,
}

#[pymethods(class = "_abc._remover")]
impl Remover {
    #[slot]
    fn tp_call(&self, py: Py<'_>, args: &PyTuple, _kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let set = self.set.downcast::<PyWeakReference>().and_then(PyWeakReference::target);
        if let (Some(set), Some(dead)) = (set.as_ref().and_then(|s| s.downcast::<PySet>()), args.get(0)) {
            set.discard(py, dead)?;
        }
        Ok(py.none())
    }
}

/// What a class with `ABCMeta` keeps under `_abc_impl`.
#[pyclass(module = "_abc", name = "_abc_data", gc, heap)]
#[repr(C)]
pub struct AbcData {
    base: PyObject,
    registry: WeakClasses,
    cache: WeakClasses,
    negative_cache: WeakClasses,
    negative_generation: Cell<u64>,
}

#[pymethods(class = "_abc._abc_data")]
impl AbcData {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        AbcData::fresh().alloc(py, cls).map(Ref::upcast)
    }
}

impl AbcData {
    fn fresh() -> AbcData {
        AbcData {
            base: PyObject::HEADER,
            registry: WeakClasses::default(),
            cache: WeakClasses::default(),
            negative_cache: WeakClasses::default(),
            negative_generation: Cell::new(generation()),
        }
    }

    fn of(py: Py<'_>, class: &PyObject) -> PyResult<Ref<AbcData>> {
        let data = class.get_attr(py, id!(py, "_abc_impl"))?;
        data.downcast_into::<AbcData>().map_err(|_| raise!(py, TypeError, "_abc_impl is set to a wrong type"))
    }
}

/// The module.
#[pymodule(name = "_abc")]
#[allow(clippy::module_inception)]
pub mod abc {
    use krait_runtime::objects::r#type::flags;

    use super::*;

    const COLLECTION: u64 = flags::SEQUENCE | flags::MAPPING;

    #[pyexec]
    fn exec(py: Py<'_>, _module: &PyModule) -> PyResult<()> {
        PyType::ready::<Remover>(py)?;
        PyType::ready::<AbcData>(py).map(drop)
    }

    fn is_abstract(py: Py<'_>, value: &PyObject) -> PyResult<bool> {
        match value.get_attr_optional(py, id!(py, "__isabstractmethod__"))? {
            Some(flag) => flag.is_true(py),
            None => Ok(false),
        }
    }

    fn set_abstract_methods(py: Py<'_>, class: &PyObject) -> PyResult<()> {
        let abstracts = PySet::new(py)?;
        let namespace = class.get_attr(py, id!(py, "__dict__"))?;
        let items = namespace.call_method(py, id!(py, "items"), &[])?;
        for item in items.collect(py)? {
            let pair = item.collect(py)?;
            let [name, value] = pair.as_slice() else { bail!(py, TypeError, "Iteration over non-sequence") };
            if is_abstract(py, value)? {
                abstracts.add(py, name)?;
            }
        }
        let bases = class.get_attr(py, id!(py, "__bases__"))?;
        let Some(bases) = bases.downcast::<PyTuple>() else { bail!(py, TypeError, "__bases__ is not tuple") };
        for base in bases.as_slice() {
            let Some(inherited) = base.get_attr_optional(py, id!(py, "__abstractmethods__"))? else {
                continue;
            };
            let iterator = inherited.iter(py)?;
            while let Some(name) = iterator.next(py)? {
                let Some(text) = name.downcast::<PyStr>() else {
                    bail!(py, TypeError, "attribute name must be string, not '{}'", name.ty().name())
                };
                if let Some(value) = class.get_attr_optional(py, text)?
                    && is_abstract(py, &value)?
                {
                    abstracts.add(py, &name)?;
                }
            }
        }
        let items = abstracts.to_vec();
        let items: Vec<&PyObject> = items.iter().map(|item| &**item).collect();
        class.set_attr(py, id!(py, "__abstractmethods__"), &*PyFrozenSet::from_items(py, &items)?)
    }

    #[pyfunction]
    #[sig("($module, self, /)")]
    fn _abc_init(py: Py<'_>, this: &PyObject) -> PyResult<()> {
        set_abstract_methods(py, this)?;
        let data = AbcData::fresh().alloc_exact(py)?;
        this.set_attr(py, id!(py, "_abc_impl"), &data)?;
        let Some(class) = this.downcast::<PyType>() else { return Ok(()) };
        let Some(dict) = class.dict() else { return Ok(()) };
        let Some(wanted) = dict.remove(py, id!(py, "__abc_tpflags__"))? else { return Ok(()) };
        class.modified(py);
        let Some(wanted) = wanted.downcast_exact::<PyInt>() else { return Ok(()) };
        let wanted = wanted.as_u64_mask() & COLLECTION;
        if wanted == COLLECTION {
            bail!(py, TypeError, "__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING")
        }
        class.tp_flags.set(class.tp_flags.get() | wanted);
        Ok(())
    }

    /// Gives a class and those below it what it takes to match sequence or mapping patterns.
    fn set_collection_flag(py: Py<'_>, class: &PyType, flag: u64) -> PyResult<()> {
        py.check_stack(" while setting type flags")?;
        if class.has(flags::IMMUTABLETYPE) || class.tp_flags.get() & COLLECTION == flag {
            return Ok(());
        }
        class.tp_flags.set(class.tp_flags.get() & !COLLECTION | flag);
        class.modified(py);
        class.subclasses().iter().try_for_each(|sub| set_collection_flag(py, sub, flag))
    }

    #[pyfunction]
    #[sig("($module, self, subclass, /)")]
    fn _abc_register(py: Py<'_>, this: &PyObject, subclass: &PyObject) -> PyResult<Ref<PyObject>> {
        let Some(class) = subclass.downcast::<PyType>() else {
            bail!(py, TypeError, "Can only register classes")
        };
        if subclass.is_subclass(py, this)? {
            return Ok(subclass.to_ref());
        }
        if this.is_subclass(py, subclass)? {
            bail!(py, RuntimeError, "Refusing to create an inheritance cycle")
        }
        AbcData::of(py, this)?.registry.add(py, subclass)?;
        GENERATION.fetch_add(1, Ordering::Relaxed);
        if let Some(this) = this.downcast::<PyType>() {
            let flag = this.tp_flags.get() & COLLECTION;
            if flag != 0 {
                set_collection_flag(py, class, flag)?;
            }
        }
        Ok(subclass.to_ref())
    }

    #[pyfunction]
    #[sig("($module, self, instance, /)")]
    fn _abc_instancecheck(py: Py<'_>, this: &PyObject, instance: &PyObject) -> PyResult<Ref<PyObject>> {
        let data = AbcData::of(py, this)?;
        // As `isinstance` itself does, without `__class__` the type counts.
        let class = instance.get_attr_optional(py, id!(py, "__class__"))?;
        let class = class.unwrap_or_else(|| instance.ty().to_ref());
        if data.cache.contains(py, &class)? {
            return Ok(PyBool::get(true).to_ref());
        }
        let check = |class: &PyObject| this.call_method(py, id!(py, "__subclasscheck__"), &[class]);
        let own_type = instance.ty().to_ref();
        if own_type.is(&class) {
            if data.negative_generation.get() == generation() && data.negative_cache.contains(py, &class)? {
                return Ok(PyBool::get(false).to_ref());
            }
            return check(&class);
        }
        let answer = check(&class)?;
        if answer.is_true(py)? { Ok(answer) } else { check(&own_type) }
    }

    #[pyfunction]
    #[sig("($module, self, subclass, /)")]
    fn _abc_subclasscheck(py: Py<'_>, this: &PyObject, subclass: &PyObject) -> PyResult<bool> {
        let Some(class) = subclass.downcast::<PyType>() else {
            bail!(py, TypeError, "issubclass() arg 1 must be a class")
        };
        let data = AbcData::of(py, this)?;
        if data.cache.contains(py, subclass)? {
            return Ok(true);
        }
        if data.negative_generation.get() < generation() {
            data.negative_cache.clear_all();
            data.negative_generation.set(generation());
        } else if data.negative_cache.contains(py, subclass)? {
            return Ok(false);
        }
        let answer = this.call_method(py, id!(py, "__subclasshook__"), &[subclass])?;
        if answer.is(PyBool::get(true)) {
            data.cache.add(py, subclass)?;
            return Ok(true);
        }
        if answer.is(PyBool::get(false)) {
            data.negative_cache.add(py, subclass)?;
            return Ok(false);
        }
        if !answer.is(&py.not_implemented()) {
            bail!(py, AssertionError, "__subclasshook__ must return either False, True, or NotImplemented")
        }
        if is_known_subclass(py, this, &data, class)? {
            data.cache.add(py, subclass)?;
            return Ok(true);
        }
        data.negative_cache.add(py, subclass)?;
        Ok(false)
    }

    /// By inheritance, by registration, or through a subclass.
    fn is_known_subclass(py: Py<'_>, this: &PyObject, data: &AbcData, class: &PyType) -> PyResult<bool> {
        if this.downcast::<PyType>().is_some_and(|this| class.is_subtype(this)) {
            return Ok(true);
        }
        if data.registry.contains(py, class)? {
            return Ok(true);
        }
        for reference in data.registry.to_vec() {
            let Some(known) = reference.downcast::<PyWeakReference>().and_then(PyWeakReference::target)
            else {
                continue;
            };
            if class.is_subclass(py, &known)? {
                return Ok(true);
            }
        }
        let subclasses = this.call_method(py, id!(py, "__subclasses__"), &[])?;
        let Some(subclasses) = subclasses.downcast::<PyList>() else {
            bail!(py, TypeError, "__subclasses__() must return a list")
        };
        let mut i = 0;
        while let Some(sub) = subclasses.get(i) {
            i += 1;
            if class.is_subclass(py, &sub)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    #[pyfunction]
    fn get_cache_token() -> u64 {
        generation()
    }

    #[pyfunction]
    #[sig("($module, self, /)")]
    fn _get_dump(py: Py<'_>, this: &PyObject) -> PyResult<Ref<PyTuple>> {
        let data = AbcData::of(py, this)?;
        let items = vec![
            data.registry.copy(py)?,
            data.cache.copy(py)?,
            data.negative_cache.copy(py)?,
            data.negative_generation.get().into_py(py)?,
        ];
        PyTuple::from_vec(py, items)
    }

    #[pyfunction]
    #[sig("($module, self, /)")]
    fn _reset_registry(py: Py<'_>, this: &PyObject) -> PyResult<()> {
        AbcData::of(py, this)?.registry.clear_all();
        Ok(())
    }

    #[pyfunction]
    #[sig("($module, self, /)")]
    fn _reset_caches(py: Py<'_>, this: &PyObject) -> PyResult<()> {
        let data = AbcData::of(py, this)?;
        data.cache.clear_all();
        data.negative_cache.clear_all();
        Ok(())
    }
}
