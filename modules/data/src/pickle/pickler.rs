//! `Pickler` and the proxy of its memo.

use krait_runtime::prelude::*;

use super::dump::{Dump, Settings};
use super::memo::Memo;
use super::output::Output;
use super::running::{InUse, MemoCell};
use super::{DISPATCH_TABLE, dict_of, pickling_error};

/// `_pickle.Pickler`.
#[pyclass(module = "_pickle", name = "Pickler", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct Pickler {
    base: PyObject,
    memo: MemoCell<Memo>,
    write: Member<PyObject>,
    buffer_callback: Member<PyObject>,
    #[pymember("dispatch_table", object_ex)]
    dispatch_table: Member<PyObject>,
    /// Set on the instance, in place of the method.
    persistent_id: Member<PyObject>,
    protocol: Cell<u8>,
    fix_imports: Cell<bool>,
    running: Cell<bool>,
    #[pymember("bin", int)]
    bin: Cell<i32>,
    #[pymember("fast", int)]
    fast: Cell<i32>,
}

/// The `write` of a file.
pub fn write_of(py: Py<'_>, file: &PyObject) -> PyResult<Ref<PyObject>> {
    match file.get_attr_optional(py, id!(py, "write"))? {
        Some(write) => Ok(write),
        None => Err(raise!(py, TypeError, "file must have a 'write' attribute")),
    }
}

#[pymethods]
impl Pickler {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        Pickler {
            base: PyObject::HEADER,
            memo: MemoCell::default(),
            write: Member::empty(),
            buffer_callback: Member::empty(),
            dispatch_table: Member::empty(),
            persistent_id: Member::empty(),
            protocol: Cell::new(0),
            fix_imports: Cell::new(false),
            running: Cell::new(false),
            bin: Cell::new(0),
            fast: Cell::new(0),
        }
        .alloc(py, cls)
    }

    #[init]
    #[sig("(file, protocol=None, fix_imports=True, buffer_callback=None)")]
    fn pickler_init(
        &self,
        py: Py<'_>,
        file: &PyObject,
        protocol: Option<&PyObject>,
        #[default(true)] fix_imports: bool,
        buffer_callback: Option<&PyObject>,
    ) -> PyResult<()> {
        let _in_use = InUse::new(py, &self.running, "Pickler")?;
        let settings = Settings::new(py, protocol, fix_imports, buffer_callback)?;
        self.write.set(write_of(py, file)?);
        self.protocol.set(settings.protocol);
        self.bin.set(i32::from(settings.binary));
        self.fix_imports.set(settings.fix_imports);
        self.fast.set(0);
        drop(self.buffer_callback.replace(settings.buffer_callback));
        drop(self.memo.take());
        let table = self.get_attr_optional(py, id!(py, "dispatch_table"))?;
        drop(self.dispatch_table.replace(table));
        Ok(())
    }

    #[pymethod]
    #[sig("($self, obj, /)")]
    fn persistent_id(&self, py: Py<'_>, _obj: &PyObject) -> Ref<PyObject> {
        py.none()
    }

    #[slot]
    fn tp_getattro(&self, py: Py<'_>, name: &PyObject) -> PyResult<Ref<PyObject>> {
        if let Some(name) = name.downcast::<PyStr>()
            && name.eq_str("persistent_id")
            && let Some(own) = self.persistent_id.get()
        {
            return Ok(own);
        }
        self.generic_get_attr_object(py, name)
    }

    #[slot]
    fn tp_setattro(&self, py: Py<'_>, name: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
        let name = krait_runtime::protocol::attribute::attribute_name(py, name)?;
        if name.eq_str("persistent_id") {
            drop(self.persistent_id.replace(value.map(PyObject::to_ref)));
            return Ok(());
        }
        self.generic_set_attr(py, name, value)
    }

    #[pymethod]
    fn clear_memo(&self, _py: Py<'_>) {
        drop(self.memo.take());
    }

    #[pymethod]
    #[sig("($self, obj)")]
    fn dump(&self, py: Py<'_>, obj: &PyObject) -> PyResult<()> {
        let Some(write) = self.write.get() else {
            let name = self.ty().short_name();
            return Err(pickling_error!(py, "Pickler.__init__() was not called by {name}.__init__()"));
        };
        let _in_use = InUse::new(py, &self.running, "Pickler")?;
        // The method that does nothing is not called for every object.
        let own_method = PyType::lookup(self.ty(), py, id!(py, "persistent_id"));
        let base_method = PyType::lookup(Pickler::type_object(), py, id!(py, "persistent_id"));
        let plain = matches!((&own_method, &base_method), (Some(a), Some(b)) if a.is(b));
        let persistent_id = if self.persistent_id.is_some() || !plain {
            Some(self.get_attr(py, id!(py, "persistent_id"))?)
        } else {
            None
        };
        let mut dump = Dump {
            settings: Settings {
                protocol: self.protocol.get(),
                binary: self.bin.get() != 0,
                fix_imports: self.fix_imports.get(),
                buffer_callback: self.buffer_callback.get(),
            },
            out: Output::new(Some(write)),
            memo: &self.memo.0,
            fast: self.fast.get() != 0,
            persistent_id,
            reducer_override: self.get_attr_optional(py, id!(py, "reducer_override"))?,
            dispatch_table: self.dispatch_table.get(),
            copyreg_table: dict_of(py, &DISPATCH_TABLE, "copyreg.dispatch_table")?,
            fast_nesting: 0,
            fast_memo: Vec::new(),
        };
        dump.whole(py, obj)?;
        dump.out.finish(py).map(drop)
    }

    #[pymethod]
    fn __sizeof__(&self, _py: Py<'_>) -> usize {
        self.ty().tp_basicsize.get() as usize + 24 + self.memo.0.borrow().table_bytes()
    }

    #[getter]
    fn memo(&self, py: Py<'_>) -> PyResult<Ref<MemoProxy>> {
        MemoProxy { base: PyObject::HEADER, pickler: self.new_ref() }.alloc_exact(py)
    }

    #[setter]
    fn set_memo(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let Some(value) = value else {
            bail!(py, TypeError, "attribute deletion is not supported");
        };
        let memo = if let Some(proxy) = value.downcast_exact::<MemoProxy>() {
            proxy.pickler.memo.0.borrow().clone()
        } else if let Some(dict) = value.downcast::<PyDict>() {
            let mut memo = Memo::default();
            for (_, pair) in dict.items_snapshot() {
                let Some([number, object]) = pair.downcast::<PyTuple>().map(PyTuple::as_slice) else {
                    bail!(py, TypeError, "'memo' values must be 2-item tuples");
                };
                let Some(number) = number.downcast::<PyInt>() else {
                    bail!(py, TypeError, "an integer is required");
                };
                let number = number.as_i64().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
                drop(memo.set(object, number));
            }
            memo
        } else {
            bail!(
                py,
                TypeError,
                "'memo' attribute must be a PicklerMemoProxy object or dict, not {}",
                value.ty().name()
            );
        };
        let old = core::mem::replace(&mut *self.memo.0.borrow_mut(), memo);
        drop(old);
        Ok(())
    }
}

/// `_pickle.PicklerMemoProxy`.
#[pyclass(
    module = "_pickle",
    name = "PicklerMemoProxy",
    gc,
    disallow_instantiation,
    basetype,
    heap,
    immutable
)]
#[repr(C)]
pub struct MemoProxy {
    base: PyObject,
    pickler: Ref<Pickler>,
}

#[pymethods]
impl MemoProxy {
    #[pymethod]
    fn clear(&self, _py: Py<'_>) {
        drop(self.pickler.memo.take());
    }

    #[pymethod]
    fn copy(&self, py: Py<'_>) -> PyResult<Ref<PyDict>> {
        let copy = PyDict::new(py)?;
        let memo = self.pickler.memo.0.borrow().clone();
        for (number, object) in memo.entries() {
            let pair = PyTuple::pair(py, number.into_py(py)?, object.clone())?;
            copy.set(py, &*object.id().into_py(py)?, &pair)?;
        }
        Ok(copy)
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let copy = self.copy(py)?;
        let args = PyTuple::new(py, &[&copy])?;
        PyTuple::new(py, &[PyDict::type_object(), &args])
    }
}
