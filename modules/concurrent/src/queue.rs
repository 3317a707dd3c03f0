//! Module `_queue`: `SimpleQueue`, an unbounded queue between threads whose `put` may be called anywhere, even in a destructor.

use core::cell::RefCell;
use std::collections::VecDeque;

use krait_runtime::local::{InterpreterLocal, new_exception_class};
use krait_runtime::objects::generic_alias::class_getitem;
use krait_runtime::prelude::*;
use krait_runtime::sync::{Timeout, WaitQueue};
use krait_runtime::time::{Rounding, nanos_from_seconds};

/// `_queue.Empty`.
static EMPTY: InterpreterLocal = InterpreterLocal::new(|py| {
    let doc = "Exception raised by Queue.get(block=0)/get_nowait().";
    let base = krait_runtime::objects::exceptions::types::Exception();
    new_exception_class(py, "_queue.Empty", Some(doc), &[base])
});

/// What is in the queue. Nothing runs while it is borrowed.
#[derive(Default)]
struct Items(RefCell<VecDeque<Ref<PyObject>>>);

impl Traverse for Items {
    fn traverse(&self, visit: &mut Visitor<'_>) -> core::ffi::c_int {
        self.0.borrow().iter().map(|item| item.traverse(visit)).find(|&r| r != 0).unwrap_or(0)
    }
    fn clear_references(&self) {
        let all = core::mem::take(&mut *self.0.borrow_mut());
        drop(all);
    }
}

/// `_queue.SimpleQueue`.
#[pyclass(module = "_queue", name = "SimpleQueue", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct SimpleQueue {
    base: PyObject,
    items: Items,
    #[no_traverse]
    getters: WaitQueue,
    weaklist: WeakList,
}

impl SimpleQueue {
    fn add(&self, item: &PyObject) {
        self.items.0.borrow_mut().push_back(item.to_ref());
        self.getters.wake_one();
    }

    fn take(&self) -> Option<Ref<PyObject>> {
        self.items.0.borrow_mut().pop_front()
    }

    fn empty_error(py: Py<'_>) -> Raised {
        match EMPTY.class(py) {
            Ok(class) => py.raise_bare(&class),
            Err(raised) => raised,
        }
    }
}

#[pymethods]
impl SimpleQueue {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        if cls.is(SimpleQueue::type_object()) {
            if !args.is_empty() {
                bail!(py, TypeError, "SimpleQueue() takes no positional arguments");
            }
            no_keywords(py, "SimpleQueue", kwargs)?;
        }
        SimpleQueue {
            base: PyObject::HEADER,
            items: Items::default(),
            getters: WaitQueue::new(),
            weaklist: WeakList::EMPTY,
        }
        .alloc(py, cls)
        .map(Ref::upcast)
    }

    #[pymethod]
    fn put(&self, _py: Py<'_>, item: &PyObject, _block: Option<&PyObject>, _timeout: Option<&PyObject>) {
        self.add(item);
    }

    #[pymethod]
    fn put_nowait(&self, _py: Py<'_>, item: &PyObject) {
        self.add(item);
    }

    #[pymethod]
    fn get(
        &self,
        py: Py<'_>,
        #[default(true)] block: bool,
        timeout: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let timeout = match timeout.filter(|t| !t.is_none()) {
            _ if !block => Timeout::Now,
            None => Timeout::Never,
            Some(timeout) => match u64::try_from(nanos_from_seconds(py, timeout, Rounding::Ceiling)?) {
                Ok(nanos) => Timeout::after_nanos(nanos),
                Err(_) => bail!(py, ValueError, "'timeout' must be a non-negative number"),
            },
        };
        loop {
            if let Some(item) = self.take() {
                return Ok(item);
            }
            if !self.getters.wait(py, timeout)? {
                return self.take().ok_or_else(|| SimpleQueue::empty_error(py));
            }
        }
    }

    #[pymethod]
    fn get_nowait(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.take().ok_or_else(|| SimpleQueue::empty_error(py))
    }

    #[pymethod]
    fn empty(&self) -> bool {
        self.items.0.borrow().is_empty()
    }

    #[pymethod]
    fn qsize(&self) -> usize {
        self.items.0.borrow().len()
    }

    #[classmethod]
    fn __class_getitem__(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        class_getitem(py, cls, object)
    }
}

/// The module.
#[pymodule(name = "_queue", types = [super::SimpleQueue])]
pub mod queue {
    use super::EMPTY;
    use krait_runtime::prelude::*;

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "Empty", &*EMPTY.get(py)?)
    }
}
