//! `FrameLocalsProxy`: the live view of a function's locals that `frame.f_locals` gives (PEP 667). Not here: `frame` itself.

use krait_bytecode::LocalKind;
use krait_runtime::objects::{PyCell, PyList};
use krait_runtime::prelude::*;

use crate::frame::Frame;
use crate::objects::frame::PyFrame;
use crate::stackref::StackRef;

/// `FrameLocalsProxy`.
#[pyclass(name = "FrameLocalsProxy", gc, mapping)]
#[repr(C)]
pub struct FrameLocalsProxy {
    base: PyObject,
    frame: Member<PyFrame>,
}

impl FrameLocalsProxy {
    /// A view of `frame`'s locals.
    pub fn new(py: Py<'_>, frame: &PyFrame) -> PyResult<Ref<FrameLocalsProxy>> {
        FrameLocalsProxy { base: PyObject::HEADER, frame: Member::new(frame.new_ref()) }.alloc_exact(py)
    }

    fn frame(&self, py: Py<'_>) -> PyResult<Ref<PyFrame>> {
        self.frame.get().ok_or_else(|| raise!(py, SystemError, "the frame was cleared"))
    }

    /// All bound locals, then the extra names, as a dict.
    pub fn to_dict(&self, py: Py<'_>) -> PyResult<Ref<PyDict>> {
        let dict = PyDict::new(py)?;
        for (name, value) in self.entries(py)? {
            dict.set(py, &name, &value)?;
        }
        Ok(dict)
    }

    fn entries(&self, py: Py<'_>) -> PyResult<Vec<(Ref<PyObject>, Ref<PyObject>)>> {
        let frame = self.frame(py)?;
        let names = frame.code().localsplusnames();
        let mut out = Vec::new();
        for (i, name) in names.as_slice().iter().enumerate() {
            // SAFETY: the index is below `co_nlocalsplus`.
            if let Some(value) = unsafe { value_at(&frame, i) } {
                out.push((name.clone(), value));
            }
        }
        if let Some(extra) = frame.f_extra_locals.get() {
            out.extend(extra.items_snapshot());
        }
        Ok(out)
    }

    /// The slot named `key`. `read`: only if it is bound.
    fn slot_of(&self, py: Py<'_>, frame: &PyFrame, key: &PyObject, read: bool) -> PyResult<Option<usize>> {
        let names = frame.code().localsplusnames();
        let bound = |i: usize| {
            // SAFETY: the index is below `co_nlocalsplus`.
            !read || unsafe { value_at(frame, i) }.is_some()
        };
        if let Some(i) = names.as_slice().iter().position(|name| name.is(key))
            && bound(i)
        {
            return Ok(Some(i));
        }
        // As in a dict: unhashable keys are an error, and whatever equals a name is one.
        let hash = key.hash(py)?;
        for (i, name) in names.as_slice().iter().enumerate() {
            if name.hash(py)? == hash && name.eq(py, key)? && bound(i) {
                return Ok(Some(i));
            }
        }
        Ok(None)
    }

    fn lookup(&self, py: Py<'_>, key: &PyObject) -> PyResult<Option<Ref<PyObject>>> {
        let frame = self.frame(py)?;
        if let Some(i) = self.slot_of(py, &frame, key, true)? {
            // SAFETY: the index is below `co_nlocalsplus`.
            return Ok(unsafe { value_at(&frame, i) });
        }
        match frame.f_extra_locals.get() {
            Some(extra) => extra.get(py, key),
            None => Ok(None),
        }
    }

    fn store(&self, py: Py<'_>, key: &PyObject, value: &PyObject) -> PyResult<()> {
        let frame = self.frame(py)?;
        if let Some(i) = self.slot_of(py, &frame, key, false)? {
            // SAFETY: the index is below `co_nlocalsplus` and the frame is live.
            unsafe {
                let slot = Frame::local(frame.frame(), i);
                let kind = frame.code().localspluskinds().get(i).copied().unwrap_or(0);
                if kind & (LocalKind::CELL | LocalKind::FREE) != 0
                    && !(*slot).is_null()
                    && let Some(cell) = (*slot).get().downcast_exact::<PyCell>()
                {
                    cell.set(Some(value.to_ref()));
                    return Ok(());
                }
                let old = core::mem::replace(&mut *slot, StackRef::owned(value.to_ref()));
                if !old.is_null() {
                    // Slots of the evaluation stack may have borrowed the old value: keep it while the frame lives.
                    self.keep_alive(py, &frame, old)?;
                }
            }
            return Ok(());
        }
        let extra = match frame.f_extra_locals.get() {
            Some(extra) => extra,
            None => {
                let dict = PyDict::new(py)?;
                frame.f_extra_locals.set(dict.clone());
                dict
            }
        };
        extra.set(py, key, value)
    }

    fn keep_alive(&self, py: Py<'_>, frame: &PyFrame, old: StackRef) -> PyResult<()> {
        if !old.owns() {
            return Ok(());
        }
        // SAFETY: the slot's content moves here.
        let old = unsafe { old.into_ref() };
        let kept = frame.f_overwritten_fast_locals.get();
        match kept.as_ref().and_then(|k| k.downcast::<PyList>()) {
            Some(list) => list.append(py, old),
            None => {
                frame.f_overwritten_fast_locals.set(PyList::from_vec(py, vec![old])?.upcast());
                Ok(())
            }
        }
    }

    fn remove(&self, py: Py<'_>, key: &PyObject) -> PyResult<Option<Ref<PyObject>>> {
        let frame = self.frame(py)?;
        if self.slot_of(py, &frame, key, false)?.is_some() {
            bail!(py, ValueError, "cannot remove local variables from FrameLocalsProxy");
        }
        match frame.f_extra_locals.get() {
            Some(extra) => extra.remove(py, key),
            None => Ok(None),
        }
    }

    fn keys_list(&self, py: Py<'_>) -> PyResult<Ref<PyList>> {
        PyList::from_vec(py, self.entries(py)?.into_iter().map(|(k, _)| k).collect())
    }

    fn merge(&self, py: Py<'_>, other: &PyObject) -> PyResult<()> {
        let from = match other.downcast::<FrameLocalsProxy>() {
            Some(proxy) => proxy.to_dict(py)?,
            None => match other.downcast::<PyDict>() {
                Some(dict) => dict.new_ref(),
                None => bail!(py, TypeError, "update() argument must be dict or another FrameLocalsProxy"),
            },
        };
        for (key, value) in from.items_snapshot() {
            self.store(py, &key, &value)?;
        }
        Ok(())
    }
}

fn missing_key(py: Py<'_>, key: &PyObject) -> Raised {
    py.raise_object(krait_runtime::objects::exceptions::types::KeyError(), Some(key))
}

/// The value of slot `i`, looked through its cell; `None` when unbound.
///
/// # Safety
/// `i` is below `co_nlocalsplus`.
unsafe fn value_at(frame: &PyFrame, i: usize) -> Option<Ref<PyObject>> {
    // SAFETY: the frame is live.
    unsafe {
        let slot = *Frame::local(frame.frame(), i);
        // A frame whose locals were released has an empty stack.
        if slot.is_null() || (*frame.frame()).stackpointer <= Frame::localsplus(frame.frame()) {
            return None;
        }
        let value = slot.get();
        let kind = frame.code().localspluskinds().get(i).copied().unwrap_or(0);
        if kind & (LocalKind::CELL | LocalKind::FREE) != 0
            && let Some(cell) = value.downcast_exact::<PyCell>()
        {
            return cell.get();
        }
        Some(value.to_ref())
    }
}

#[pymethods]
impl FrameLocalsProxy {
    #[slot]
    fn tp_new(py: Py<'_>, _cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        if args.len() != 1 {
            bail!(py, TypeError, "FrameLocalsProxy expected 1 argument, got {}", args.len());
        }
        no_keywords(py, "FrameLocalsProxy", kwargs)?;
        let frame = args.get(0).map_or_else(|| py.none(), PyObject::to_ref);
        match frame.downcast::<PyFrame>() {
            Some(frame) => FrameLocalsProxy::new(py, frame).map(Ref::upcast),
            None => Err(raise!(py, TypeError, "expect frame, not {}", frame.ty().name())),
        }
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        if py.thread().repr_stack.borrow().iter().any(|r| r.is(self)) {
            return PyStr::new(py, "{...}");
        }
        py.thread().repr_stack.borrow_mut().push(self.to_ref());
        let result = self.to_dict(py).and_then(|dict| dict.repr(py));
        drop(py.thread().repr_stack.borrow_mut().pop());
        result
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        if op != CompareOp::Eq && op != CompareOp::Ne {
            return Ok(py.not_implemented());
        }
        if let Some(other) = other.downcast::<FrameLocalsProxy>() {
            let same = self.frame.as_raw() == other.frame.as_raw();
            return Ok(PyBool::get(same == (op == CompareOp::Eq)).to_ref());
        }
        if PyDict::check(other) {
            self.to_dict(py)?.rich_compare(py, other, op)
        } else {
            Ok(py.not_implemented())
        }
    }

    #[slot]
    fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.keys_list(py)?.iter(py)
    }

    #[slot]
    fn nb_or(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let mappable = |x: &PyObject| FrameLocalsProxy::check(x) || PyDict::check(x);
        if !mappable(a) || !mappable(b) {
            return Ok(py.not_implemented());
        }
        let result = match a.downcast::<FrameLocalsProxy>() {
            Some(proxy) => proxy.to_dict(py)?,
            None => {
                let dict = PyDict::new(py)?;
                dict.update(py, a)?;
                dict
            }
        };
        match b.downcast::<FrameLocalsProxy>() {
            Some(proxy) => {
                let dict = proxy.to_dict(py)?;
                result.update(py, &dict)?;
            }
            None => result.update(py, b)?,
        }
        Ok(result.upcast())
    }

    #[slot]
    fn nb_inplace_or(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
        if !FrameLocalsProxy::check(other) && !PyDict::check(other) {
            return Ok(py.not_implemented());
        }
        self.merge(py, other)?;
        Ok(self.to_ref())
    }

    #[slot]
    fn mp_length(&self, py: Py<'_>) -> PyResult<isize> {
        Ok(self.entries(py)?.len() as isize)
    }

    #[slot]
    fn mp_subscript(&self, py: Py<'_>, key: &PyObject) -> PyResult<Ref<PyObject>> {
        match self.lookup(py, key)? {
            Some(value) => Ok(value),
            None => {
                let shown = key.repr(py)?;
                // The doubled quotes around strings are the reference's.
                Err(raise!(py, KeyError, "local variable '{shown}' is not defined"))
            }
        }
    }

    #[slot]
    fn mp_ass_subscript(&self, py: Py<'_>, key: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
        match value {
            Some(value) => self.store(py, key, value),
            None => match self.remove(py, key)? {
                Some(_) => Ok(()),
                None => Err(missing_key(py, key)),
            },
        }
    }

    #[slot]
    fn sq_contains(&self, py: Py<'_>, key: &PyObject) -> PyResult<bool> {
        self.lookup(py, key).map(|value| value.is_some())
    }

    #[pymethod(coexist)]
    fn __contains__(&self, py: Py<'_>, key: &PyObject) -> PyResult<bool> {
        self.lookup(py, key).map(|value| value.is_some())
    }

    #[pymethod(coexist)]
    fn __getitem__(&self, py: Py<'_>, key: &PyObject) -> PyResult<Ref<PyObject>> {
        self.mp_subscript(py, key)
    }

    #[pymethod]
    fn update(&self, py: Py<'_>, other: &PyObject) -> PyResult<()> {
        self.merge(py, other)
    }

    #[pymethod]
    fn __reversed__(&self, py: Py<'_>) -> PyResult<Ref<PyList>> {
        let mut keys: Vec<Ref<PyObject>> = self.entries(py)?.into_iter().map(|(k, _)| k).collect();
        keys.reverse();
        PyList::from_vec(py, keys)
    }

    #[pymethod]
    fn copy(&self, py: Py<'_>) -> PyResult<Ref<PyDict>> {
        self.to_dict(py)
    }

    #[pymethod]
    fn keys(&self, py: Py<'_>) -> PyResult<Ref<PyList>> {
        self.keys_list(py)
    }

    #[pymethod]
    fn values(&self, py: Py<'_>) -> PyResult<Ref<PyList>> {
        PyList::from_vec(py, self.entries(py)?.into_iter().map(|(_, v)| v).collect())
    }

    #[pymethod]
    fn items(&self, py: Py<'_>) -> PyResult<Ref<PyList>> {
        let pairs = self.entries(py)?;
        let pairs = pairs
            .into_iter()
            .map(|(k, v)| PyTuple::from_vec(py, vec![k, v]).map(Ref::upcast))
            .collect::<PyResult<Vec<_>>>()?;
        PyList::from_vec(py, pairs)
    }

    #[pymethod]
    #[raw(fastcall)]
    fn get(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let (key, default) = match args.positional() {
            [key] => (*key, py.none()),
            [key, default] => (*key, default.to_ref()),
            _ => bail!(py, TypeError, "get expected 1 or 2 arguments"),
        };
        Ok(self.lookup(py, key)?.unwrap_or(default))
    }

    #[pymethod]
    #[raw(fastcall)]
    fn setdefault(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let (key, default) = match args.positional() {
            [key] => (*key, py.none()),
            [key, default] => (*key, default.to_ref()),
            _ => bail!(py, TypeError, "setdefault expected 1 or 2 arguments"),
        };
        if let Some(value) = self.lookup(py, key)? {
            return Ok(value);
        }
        self.store(py, key, &default)?;
        Ok(default)
    }

    #[pymethod]
    #[raw(fastcall)]
    fn pop(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        check_positional(py, "pop", args.positional().len() as isize, 1, 2)?;
        let Some((&key, rest)) = args.positional().split_first() else {
            bail!(py, SystemError, "pop lost its arguments")
        };
        match (self.remove(py, key)?, rest.first()) {
            (Some(value), _) => Ok(value),
            (None, Some(default)) => Ok(default.to_ref()),
            (None, None) => Err(missing_key(py, key)),
        }
    }
}
