//! `_lru_cache_wrapper`: what `functools.lru_cache` makes of a function. The cache is a dict; with a bound, its values are links of
//! a list in order of use, which lives in a slab: slot 0 is the head, its neighbours the oldest and the newest link.

use core::cell::RefCell;

use krait_runtime::local::InterpreterLocal;
use krait_runtime::objects::PyMethod;
use krait_runtime::prelude::*;
use krait_runtime::protocol::vectorcall::{Vectorcall, VectorcallField, spread};

/// One remembered result (`functools._lru_list_elem`).
#[pyclass(module = "functools", name = "_lru_list_elem", disallow_instantiation, heap, immutable)]
#[repr(C)]
pub struct LruLink {
    base: PyObject,
    key: Member<PyObject>,
    result: Member<PyObject>,
    hash: Cell<isize>,
    /// Its place in the slab; 0 once it has left the list.
    slot: Cell<u32>,
}

#[derive(Default)]
struct Slot {
    link: Option<Ref<LruLink>>,
    previous: u32,
    next: u32,
}

/// The list in order of use. Nothing here runs Python code: what leaves the list is handed to the caller.
struct Links(RefCell<Vec<Slot>>);

impl Links {
    fn new() -> Links {
        Links(RefCell::new(vec![Slot::default()]))
    }

    fn connect(slots: &mut [Slot], before: u32, after: u32) {
        if let Some(slot) = slots.get_mut(before as usize) {
            slot.next = after;
        }
        if let Some(slot) = slots.get_mut(after as usize) {
            slot.previous = before;
        }
    }

    fn detach(slots: &mut [Slot], at: u32) {
        if let Some((previous, next)) = slots.get(at as usize).map(|slot| (slot.previous, slot.next)) {
            Links::connect(slots, previous, next);
        }
    }

    fn append(slots: &mut [Slot], at: u32) {
        let last = slots.first().map_or(0, |head| head.previous);
        Links::connect(slots, last, at);
        Links::connect(slots, at, 0);
    }

    /// Makes the link the newest.
    #[inline]
    fn touch(&self, at: u32) {
        let mut slots = self.0.borrow_mut();
        if at != 0 && slots.first().is_some_and(|head| head.previous != at) {
            Links::detach(&mut slots, at);
            Links::append(&mut slots, at);
        }
    }

    /// Adds a link as the newest; gives it back when there is no room for more.
    fn push(&self, link: Ref<LruLink>) -> Result<(), Ref<LruLink>> {
        let mut slots = self.0.borrow_mut();
        let Ok(at) = u32::try_from(slots.len()) else { return Err(link) };
        link.slot.set(at);
        slots.push(Slot { link: Some(link), previous: 0, next: 0 });
        Links::append(&mut slots, at);
        Ok(())
    }

    /// The oldest link.
    fn oldest(&self) -> Option<Ref<LruLink>> {
        let slots = self.0.borrow();
        let at = slots.first()?.next;
        slots.get(at as usize)?.link.clone()
    }

    /// Takes a link out for good; the last slot moves to its place.
    fn remove(&self, link: &LruLink) -> Option<Ref<LruLink>> {
        let mut slots = self.0.borrow_mut();
        let at = link.slot.replace(0);
        if at == 0 || slots.len() <= at as usize {
            return None;
        }
        Links::detach(&mut slots, at);
        let removed = slots.swap_remove(at as usize).link;
        if let Some(moved) = slots.get(at as usize) {
            let (previous, next) = (moved.previous, moved.next);
            if let Some(link) = &moved.link {
                link.slot.set(at);
            }
            Links::connect(&mut slots, previous, at);
            Links::connect(&mut slots, at, next);
        }
        removed
    }

    /// Empties the list and hands over what it held.
    fn take(&self) -> Vec<Slot> {
        match self.0.try_borrow_mut() {
            Ok(mut slots) => core::mem::replace(&mut slots, vec![Slot::default()]),
            Err(_) => Vec::new(),
        }
    }
}

impl Traverse for Links {
    fn traverse(&self, visit: &mut Visitor<'_>) -> i32 {
        let Ok(slots) = self.0.try_borrow() else { return 0 };
        for link in slots.iter().filter_map(|slot| slot.link.as_ref()) {
            // The links are not seen by the collector: their fields count as this list's.
            let stop = link.key.traverse(visit);
            if stop != 0 {
                return stop;
            }
            let stop = link.result.traverse(visit);
            if stop != 0 {
                return stop;
            }
        }
        0
    }

    fn clear_references(&self) {
        drop(self.take());
    }
}

/// How much is remembered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nothing,
    Everything,
    Bounded,
}

/// `functools._lru_cache_wrapper`.
#[pyclass(module = "functools", name = "_lru_cache_wrapper", gc, method_descriptor, vectorcall_offset = vectorcall, dict = dict, heap, immutable)]
#[repr(C)]
pub struct LruCache {
    base: PyObject,
    func: Ref<PyObject>,
    cache_info_type: Ref<PyObject>,
    /// Stands between positional and keyword arguments in keys.
    mark: Ref<PyObject>,
    cache: Ref<PyDict>,
    maxsize: usize,
    hits: Cell<isize>,
    misses: Cell<isize>,
    links: Links,
    #[no_traverse]
    kind: Kind,
    typed: bool,
    dict: Member<PyObject>,
    weaklist: WeakList,
    #[no_traverse]
    vectorcall: VectorcallField,
    _room: usize,
}

impl LruCache {
    /// The key of a call.
    #[inline]
    fn key(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        if !args.has_keywords() && !self.typed {
            return match args.positional() {
                [only] if PyStr::check_exact(only) || PyInt::check_exact(only) => Ok(only.to_ref()),
                positional => PyTuple::new(py, positional).map(Ref::upcast),
            };
        }
        let mut parts: Vec<&PyObject> = args.positional().to_vec();
        if args.has_keywords() {
            parts.push(&self.mark);
            for (name, value) in args.keywords().iter() {
                parts.push(name);
                parts.push(value);
            }
        }
        if self.typed {
            parts.extend(args.all().iter().map(|value| -> &PyObject { value.ty() }));
        }
        PyTuple::new(py, &parts).map(Ref::upcast)
    }

    fn bounded(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let key = self.key(py, args)?;
        let hash = key.hash(py)?;
        if let Some(found) = self.cache.get_known_hash(py, &key, hash)?
            && let Some(link) = found.downcast_exact::<LruLink>()
        {
            self.links.touch(link.slot.get());
            self.hits.set(self.hits.get() + 1);
            return Ok(link.result.get().unwrap_or_else(|| py.none()));
        }
        self.misses.set(self.misses.get() + 1);
        let result = self.func.call_args(py, args)?;
        if self.cache.get_known_hash(py, &key, hash)?.is_some() {
            // The call itself remembered this key meanwhile.
            return Ok(result);
        }
        if self.cache.len() < self.maxsize {
            let link = LruLink {
                base: PyObject::HEADER,
                key: Member::new(key.clone()),
                result: Member::new(result.clone()),
                hash: Cell::new(hash),
                slot: Cell::new(0),
            }
            .alloc_exact(py)?;
            self.cache.set_known_hash(py, &key, hash, &link)?;
            if self.links.push(link).is_err() {
                return Err(py.no_memory());
            }
            return Ok(result);
        }
        let Some(oldest) = self.links.oldest() else { return Ok(result) };
        // The oldest link leaves the dict, then serves for the new result.
        let old_key = oldest.key.get().unwrap_or_else(|| py.none());
        let Some(popped) = self.cache.remove_known_hash(py, &old_key, oldest.hash.get())? else {
            // Somebody removed the key already: the link is an orphan.
            drop(self.links.remove(&oldest));
            return Ok(result);
        };
        if oldest.slot.get() == 0 || !popped.is(&oldest) {
            // Comparing keys changed the cache.
            return Ok(result);
        }
        let old_key = (old_key, oldest.key.replace(Some(key.clone())));
        let old_result = oldest.result.replace(Some(result.clone()));
        oldest.hash.set(hash);
        match self.cache.set_known_hash(py, &key, hash, &oldest) {
            Ok(()) => self.links.touch(oldest.slot.get()),
            Err(raised) => {
                drop(self.links.remove(&oldest));
                return Err(raised);
            }
        }
        drop((popped, old_key, old_result));
        Ok(result)
    }

    fn unbounded(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let key = self.key(py, args)?;
        let hash = key.hash(py)?;
        if let Some(found) = self.cache.get_known_hash(py, &key, hash)? {
            self.hits.set(self.hits.get() + 1);
            return Ok(found);
        }
        self.misses.set(self.misses.get() + 1);
        let result = self.func.call_args(py, args)?;
        self.cache.set_known_hash(py, &key, hash, &result)?;
        Ok(result)
    }
}

impl Vectorcall for LruCache {
    #[inline]
    fn vectorcall(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        match self.kind {
            Kind::Bounded => self.bounded(py, args),
            Kind::Everything => self.unbounded(py, args),
            Kind::Nothing => {
                self.misses.set(self.misses.get() + 1);
                self.func.call_args(py, args)
            }
        }
    }
}

#[pymethods]
impl LruCache {
    #[new(name = "lru_cache")]
    #[sig("(user_function, maxsize, typed, cache_info_type)")]
    fn lru_new(
        py: Py<'_>,
        cls: &PyType,
        user_function: &PyObject,
        maxsize: &PyObject,
        typed: bool,
        cache_info_type: &PyObject,
    ) -> PyResult<Ref<PyObject>> {
        if !user_function.is_callable() {
            bail!(py, TypeError, "the first argument must be callable");
        }
        let (kind, maxsize) = if maxsize.is_none() {
            (Kind::Everything, 0)
        } else if maxsize.is_index() {
            let n = maxsize.to_index_isize(py, "cannot fit '{}' into an index-sized integer")?;
            match usize::try_from(n) {
                Ok(n) if n > 0 => (Kind::Bounded, n),
                _ => (Kind::Nothing, 0),
            }
        } else {
            bail!(py, TypeError, "maxsize should be integer or None");
        };
        LruCache {
            base: PyObject::HEADER,
            func: user_function.to_ref(),
            cache_info_type: cache_info_type.to_ref(),
            mark: MARK.get(py)?,
            cache: PyDict::new(py)?,
            maxsize,
            hits: Cell::new(0),
            misses: Cell::new(0),
            links: Links::new(),
            kind,
            typed,
            dict: Member::empty(),
            weaklist: WeakList::EMPTY,
            vectorcall: VectorcallField::of::<LruCache>(),
            _room: 0,
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

    #[pymethod]
    fn cache_info(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let maxsize = match self.kind {
            Kind::Everything => py.none(),
            _ => self.maxsize.into_py(py)?,
        };
        let (hits, misses) = (self.hits.get().into_py(py)?, self.misses.get().into_py(py)?);
        let size = self.cache.len().into_py(py)?;
        self.cache_info_type.call(py, &[&hits, &misses, &maxsize, &size])
    }

    #[pymethod]
    fn cache_clear(&self, _py: Py<'_>) {
        let links = self.links.take();
        for link in links.iter().filter_map(|slot| slot.link.as_ref()) {
            link.slot.set(0);
        }
        self.hits.set(0);
        self.misses.set(0);
        self.cache.clear();
        drop(links);
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
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.get_attr(py, id!(py, "__qualname__"))
    }

    #[pymethod]
    fn __copy__(&self) -> Ref<PyObject> {
        self.to_ref()
    }

    #[pymethod]
    #[sig("($self, memo, /)")]
    fn __deepcopy__(&self, _memo: &PyObject) -> Ref<PyObject> {
        self.to_ref()
    }
}

/// Stands between positional and keyword arguments in the keys of all caches.
static MARK: InterpreterLocal = InterpreterLocal::new(|py| py.builtin(id!(py, "object"))?.call(py, &[]));
