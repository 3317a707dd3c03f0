//! The mappings from signals to truth values that a context's `flags` and `traps` are.

use std::rc::{Rc, Weak};

use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;

use super::signals::{self, SIGNALS};

/// `SignalDict`: a view of a context's bits. It does not keep the context: once that is gone, and when the dict was made without
/// one, every use is an error.
#[pyclass(module = "abc", name = "SignalDict", doc = "", gc, mapping, heap)]
#[repr(C)]
pub struct SignalDict {
    base: PyObject,
    #[no_traverse]
    bits: Weak<Cell<u32>>,
}

impl SignalDict {
    pub(super) fn over(py: Py<'_>, bits: &Rc<Cell<u32>>) -> PyResult<Ref<SignalDict>> {
        let new = SignalDict { base: PyObject::HEADER, bits: Rc::downgrade(bits) };
        alloc_payload(py, SignalDict::type_object(), new)
    }

    fn bits(&self, py: Py<'_>) -> PyResult<Rc<Cell<u32>>> {
        self.bits.upgrade().ok_or_else(|| raise!(py, ValueError, "invalid signal dict"))
    }

    fn to_dict(&self, py: Py<'_>) -> PyResult<Ref<PyDict>> {
        let own = self.bits(py)?.get();
        let dict = PyDict::new(py)?;
        for (class, bits, _) in &SIGNALS {
            dict.set(py, &*class.get(py)?, PyBool::get(own & bits != 0))?;
        }
        Ok(dict)
    }
}

/// The bits that a dict with all signals as keys, or a signal dict, stands for.
pub(super) fn bits_from(py: Py<'_>, value: &PyObject) -> PyResult<u32> {
    if let Some(signals) = value.downcast::<SignalDict>() {
        return signals.bits(py).map(|bits| bits.get());
    }
    let Some(dict) = value.downcast::<PyDict>() else {
        bail!(py, TypeError, "argument must be a signal dict");
    };
    if dict.len() != SIGNALS.len() {
        bail!(py, KeyError, "invalid signal dict");
    }
    let mut flags = 0;
    for (class, bits, _) in &SIGNALS {
        let Some(value) = dict.get(py, &*class.get(py)?)? else {
            bail!(py, KeyError, "invalid signal dict");
        };
        if value.is_true(py)? {
            flags |= bits;
        }
    }
    Ok(flags)
}

/// The bits of a list of signals, or of a dict.
pub(super) fn bits_from_argument(py: Py<'_>, value: &PyObject) -> PyResult<u32> {
    let Some(list) = value.downcast::<PyList>() else { return bits_from(py, value) };
    list.to_vec().iter().try_fold(0, |flags, class| Ok(flags | signals::bits_of(py, class)?))
}

#[pymethods(class = "abc.SignalDict")]
impl SignalDict {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<SignalDict>> {
        alloc_payload(py, cls, SignalDict { base: PyObject::HEADER, bits: Weak::new() })
    }
    #[slot]
    fn mp_length(&self, py: Py<'_>) -> PyResult<isize> {
        self.bits(py).map(|_| SIGNALS.len() as isize)
    }
    #[slot]
    fn mp_subscript(&self, py: Py<'_>, key: &PyObject) -> PyResult<bool> {
        let own = self.bits(py)?.get();
        Ok(own & signals::bits_of(py, key)? != 0)
    }
    #[slot]
    fn mp_ass_subscript(&self, py: Py<'_>, key: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
        self.bits(py)?;
        let Some(value) = value else {
            bail!(py, ValueError, "signal keys cannot be deleted");
        };
        let bits = signals::bits_of(py, key)?;
        let on = value.is_true(py)?;
        // The value's `__bool__` may have let the context go.
        let own = self.bits(py)?;
        own.set(if on { own.get() | bits } else { own.get() & !bits });
        Ok(())
    }
    #[slot]
    fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.bits(py)?;
        let mut classes = Vec::new();
        for (class, ..) in &SIGNALS {
            classes.push(class.get(py)?);
        }
        PyTuple::from_vec(py, classes)?.as_object().iter(py)
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let own = self.bits(py)?.get();
        let mut text = String::from("{");
        for (i, (_, bits, name)) in SIGNALS.iter().enumerate() {
            let on = if own & bits != 0 { "True" } else { "False" };
            text += &format!("{}<class 'decimal.{name}'>:{on}", if i > 0 { ", " } else { "" });
        }
        PyStr::new(py, &(text + "}"))
    }
    #[slot]
    fn tp_hash(&self, py: Py<'_>) -> PyResult<isize> {
        Err(raise!(py, TypeError, "unhashable type: '{}'", self.ty().name()))
    }
    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let own = self.bits(py)?;
        if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return Ok(py.not_implemented());
        }
        let bits = if let Some(other) = other.downcast::<SignalDict>() {
            other.bits(py)?.get()
        } else if other.downcast::<PyDict>().is_some() {
            match bits_from(py, other) {
                Ok(bits) => bits,
                // A dict with other keys is no signal dict, and so not equal to one.
                Err(raised) if py.error_matches(types::KeyError()) => {
                    py.clear_error(raised);
                    return (op == CompareOp::Ne).into_py(py);
                }
                Err(raised) => return Err(raised),
            }
        } else {
            return Ok(py.not_implemented());
        };
        // Whole signals count, not the conditions behind one.
        let same = SIGNALS.iter().all(|(_, mask, _)| (bits & mask != 0) == (own.get() & mask != 0));
        (same == (op == CompareOp::Eq)).into_py(py)
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn copy(&self, py: Py<'_>) -> PyResult<Ref<PyDict>> {
        self.to_dict(py)
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn __copy__(&self, py: Py<'_>) -> PyResult<Ref<PyDict>> {
        self.to_dict(py)
    }
}
