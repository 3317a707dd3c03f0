//! Objects that a native module keeps for each interpreter: exception classes it defines, functions it imported, caches.

use core::cell::RefCell;
use core::sync::atomic::{AtomicUsize, Ordering};

use crate::error::PyResult;
use crate::id;
use crate::object::PyObject;
use crate::objects::{PyDict, PyStr, PyTuple, PyType};
use crate::py::Py;
use crate::raise;
use crate::reference::Ref;

/// The values of all [`InterpreterLocal`]s of an interpreter, by number.
pub type LocalValues = RefCell<Vec<Option<Ref<PyObject>>>>;

/// An object that is made when first asked for, once for each interpreter.
pub struct InterpreterLocal {
    make: fn(Py<'_>) -> PyResult<Ref<PyObject>>,
    /// The number, given at first use.
    index: AtomicUsize,
}

const NOT_NUMBERED: usize = usize::MAX;
static NEXT_NUMBER: AtomicUsize = AtomicUsize::new(0);

impl InterpreterLocal {
    /// A value that `make` makes.
    pub const fn new(make: fn(Py<'_>) -> PyResult<Ref<PyObject>>) -> InterpreterLocal {
        InterpreterLocal { make, index: AtomicUsize::new(NOT_NUMBERED) }
    }

    /// This interpreter's value.
    #[inline]
    pub fn get(&'static self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let index = self.index.load(Ordering::Relaxed);
        if let Some(Some(value)) = py.interp().locals.borrow().get(index) {
            return Ok(value.clone());
        }
        let value = (self.make)(py)?;
        self.set(py, value.clone());
        Ok(value)
    }

    /// Replaces this interpreter's value.
    #[cold]
    pub fn set(&'static self, py: Py<'_>, value: Ref<PyObject>) {
        let mut index = self.index.load(Ordering::Relaxed);
        if index == NOT_NUMBERED {
            // Two interpreters may get here at once: the number that was first stays.
            let number = NEXT_NUMBER.fetch_add(1, Ordering::Relaxed);
            index =
                match self.index.compare_exchange(NOT_NUMBERED, number, Ordering::Relaxed, Ordering::Relaxed)
                {
                    Ok(_) => number,
                    Err(earlier) => earlier,
                };
        }
        let mut locals = py.interp().locals.borrow_mut();
        if locals.len() <= index {
            locals.resize_with(index + 1, || None);
        }
        let old = locals.get_mut(index).and_then(|slot| slot.replace(value));
        drop(locals);
        drop(old);
    }

    /// This interpreter's value, which is a class: for exceptions.
    pub fn class(&'static self, py: Py<'_>) -> PyResult<Ref<PyType>> {
        match self.get(py)?.downcast_into::<PyType>() {
            Ok(class) => Ok(class),
            Err(other) => Err(raise!(py, SystemError, "'{}' object is not a class", other.ty().name())),
        }
    }

    /// Raises this interpreter's value, an exception class, with a message.
    #[cold]
    pub fn raise(&'static self, py: Py<'_>, message: core::fmt::Arguments<'_>) -> crate::error::Raised {
        match self.class(py) {
            Ok(class) => py.raise(&class, message),
            Err(raised) => raised,
        }
    }
}

/// A new exception class (`PyErr_NewException`): `name` is dotted, with the module in front.
pub fn new_exception_class(
    py: Py<'_>,
    name: &str,
    doc: Option<&str>,
    bases: &[&PyObject],
) -> PyResult<Ref<PyObject>> {
    exception_class(py, name, doc, bases, PyDict::new(py)?)
}

/// As [`new_exception_class`], of instances that hold no more than those of the base: they cannot be weakly referenced.
pub fn new_slim_exception_class(
    py: Py<'_>,
    name: &str,
    doc: Option<&str>,
    bases: &[&PyObject],
) -> PyResult<Ref<PyObject>> {
    let namespace = PyDict::new(py)?;
    namespace.set(py, id!(py, "__slots__"), &*PyTuple::new(py, &[])?)?;
    let class = exception_class(py, name, doc, bases, namespace)?;
    class.del_attr(py, id!(py, "__slots__"))?;
    Ok(class)
}

fn exception_class(
    py: Py<'_>,
    name: &str,
    doc: Option<&str>,
    bases: &[&PyObject],
    namespace: Ref<PyDict>,
) -> PyResult<Ref<PyObject>> {
    let (module, short) = name.rsplit_once('.').unwrap_or(("", name));
    namespace.set(py, id!(py, "__module__"), &*PyStr::new(py, module)?)?;
    if let Some(doc) = doc {
        namespace.set(py, id!(py, "__doc__"), &*PyStr::new(py, doc)?)?;
    }
    let (short, bases) = (PyStr::new(py, short)?, PyTuple::new(py, bases)?);
    <PyType as crate::reference::PyClass>::type_object().call(py, &[&short, &bases, &namespace])
}
