//! `Unpickler` and the proxy of its memo.

use core::cell::RefCell;

use krait_runtime::prelude::*;

use super::input::Input;
use super::load::{Load, Memo, Reading};
use super::load_object::find_class;
use super::running::{InUse, MemoCell};
use super::{text_argument, unpickling_error};

/// Where it reads from, between two loads.
struct Source {
    input: Input,
    reading: Reading,
}

/// `_pickle.Unpickler`.
#[pyclass(module = "_pickle", name = "Unpickler", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct Unpickler {
    base: PyObject,
    memo: MemoCell<Memo>,
    #[no_traverse]
    source: RefCell<Option<Box<Source>>>,
    /// Set on the instance, in place of the method.
    persistent_load: Member<PyObject>,
    running: Cell<bool>,
    /// Protocol of the pickle that was loaded last, and whether names of Python 2 are mapped: for `find_class`.
    protocol: Cell<u8>,
    fix_imports: Cell<bool>,
}

impl Unpickler {
    /// The method of that name, unless it is the one of this class.
    fn own_method(&self, py: Py<'_>, name: &'static PyStr) -> PyResult<Option<Ref<PyObject>>> {
        let (own, base) =
            (PyType::lookup(self.ty(), py, name), PyType::lookup(Unpickler::type_object(), py, name));
        if matches!((&own, &base), (Some(a), Some(b)) if a.is(b)) {
            // An instance of a subclass may have one in its dict.
            if self.dict_field().is_none() {
                return Ok(None);
            }
            let dict = self.instance_dict(py)?;
            return dict.downcast::<PyDict>().map_or(Ok(None), |dict| dict.get_str(py, name));
        }
        self.get_attr(py, name).map(Some)
    }
}

#[pymethods]
impl Unpickler {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        Unpickler {
            base: PyObject::HEADER,
            memo: MemoCell::default(),
            source: RefCell::new(None),
            persistent_load: Member::empty(),
            running: Cell::new(false),
            protocol: Cell::new(0),
            fix_imports: Cell::new(true),
        }
        .alloc(py, cls)
    }

    #[init]
    #[sig("(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())")]
    fn unpickler_init(
        &self,
        py: Py<'_>,
        file: &PyObject,
        #[default(true)] fix_imports: bool,
        encoding: Option<&PyObject>,
        errors: Option<&PyObject>,
        buffers: Option<&PyObject>,
    ) -> PyResult<()> {
        let _in_use = InUse::new(py, &self.running, "Unpickler")?;
        let input = Input::file(py, file)?;
        let encoding = text_argument(py, "Unpickler", "encoding", encoding, "ASCII")?;
        let errors = text_argument(py, "Unpickler", "errors", errors, "strict")?;
        let reading = Reading::new(py, fix_imports, encoding, errors, buffers)?;
        let old = self.source.replace(Some(Box::new(Source { input, reading })));
        drop(old);
        drop(self.memo.take());
        self.protocol.set(0);
        self.fix_imports.set(fix_imports);
        Ok(())
    }

    #[pymethod]
    #[sig("($self, pid, /)")]
    fn persistent_load(&self, py: Py<'_>, _pid: &PyObject) -> PyResult<Ref<PyObject>> {
        Err(Unpickler::no_persistent_load(py))
    }

    #[slot]
    fn tp_getattro(&self, py: Py<'_>, name: &PyObject) -> PyResult<Ref<PyObject>> {
        if let Some(name) = name.downcast::<PyStr>()
            && name.eq_str("persistent_load")
            && let Some(own) = self.persistent_load.get()
        {
            return Ok(own);
        }
        self.generic_get_attr_object(py, name)
    }

    #[slot]
    fn tp_setattro(&self, py: Py<'_>, name: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
        let name = krait_runtime::protocol::attribute::attribute_name(py, name)?;
        if name.eq_str("persistent_load") {
            drop(self.persistent_load.replace(value.map(PyObject::to_ref)));
            return Ok(());
        }
        self.generic_set_attr(py, name, value)
    }

    #[pymethod]
    fn load(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let _in_use = InUse::new(py, &self.running, "Unpickler")?;
        let Some(mut source) = self.source.take() else {
            let name = self.ty().short_name();
            return Err(unpickling_error!(py, "Unpickler.__init__() was not called by {name}.__init__()"));
        };
        let persistent_load = match self.persistent_load.get() {
            Some(own) => Ok(Some(own)),
            None => self.own_method(py, id!(py, "persistent_load")),
        };
        let result = persistent_load.and_then(|persistent_load| {
            let find_class = self.own_method(py, id!(py, "find_class"))?;
            let load = Load::new(
                source.reading.clone(),
                &mut source.input,
                &self.memo.0,
                persistent_load,
                find_class,
            );
            load.run_noting(py, &self.protocol)
        });
        if self.source.borrow().is_none() {
            let old = self.source.replace(Some(source));
            drop(old);
        }
        result
    }

    #[pymethod]
    #[sig("($self, module_name, global_name, /)")]
    fn find_class(
        &self,
        py: Py<'_>,
        module_name: &PyObject,
        global_name: &PyObject,
    ) -> PyResult<Ref<PyObject>> {
        find_class(py, (self.protocol.get(), self.fix_imports.get()), module_name, global_name)
    }

    #[pymethod]
    fn __sizeof__(&self, _py: Py<'_>) -> usize {
        self.ty().tp_basicsize.get() as usize + self.memo.0.borrow().table_bytes()
    }

    #[getter]
    fn memo(&self, py: Py<'_>) -> PyResult<Ref<MemoProxy>> {
        MemoProxy { base: PyObject::HEADER, unpickler: self.new_ref() }.alloc_exact(py)
    }

    #[setter]
    fn set_memo(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let Some(value) = value else {
            bail!(py, TypeError, "attribute deletion is not supported");
        };
        let memo = if let Some(proxy) = value.downcast_exact::<MemoProxy>() {
            proxy.unpickler.memo.0.borrow().clone()
        } else if let Some(dict) = value.downcast::<PyDict>() {
            let mut memo = Memo::default();
            for (key, object) in dict.items_snapshot() {
                let Some(key) = key.downcast::<PyInt>() else {
                    bail!(py, TypeError, "memo key must be integers");
                };
                match key.as_i64().map(usize::try_from) {
                    Some(Ok(index)) => drop(memo.set(index, object)),
                    _ => bail!(py, ValueError, "memo key must be positive integers."),
                }
            }
            memo
        } else {
            bail!(
                py,
                TypeError,
                "'memo' attribute must be an UnpicklerMemoProxy object or dict, not {}",
                value.ty().name()
            );
        };
        let old = core::mem::replace(&mut *self.memo.0.borrow_mut(), memo);
        drop(old);
        Ok(())
    }
}

/// `_pickle.UnpicklerMemoProxy`.
#[pyclass(
    module = "_pickle",
    name = "UnpicklerMemoProxy",
    gc,
    disallow_instantiation,
    basetype,
    heap,
    immutable
)]
#[repr(C)]
pub struct MemoProxy {
    base: PyObject,
    unpickler: Ref<Unpickler>,
}

#[pymethods]
impl MemoProxy {
    #[pymethod]
    fn clear(&self, _py: Py<'_>) {
        drop(self.unpickler.memo.take());
    }

    #[pymethod]
    fn copy(&self, py: Py<'_>) -> PyResult<Ref<PyDict>> {
        let copy = PyDict::new(py)?;
        let memo = self.unpickler.memo.0.borrow().clone();
        for (number, object) in memo.entries() {
            copy.set(py, &*number.into_py(py)?, object)?;
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
