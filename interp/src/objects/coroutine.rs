//! `coroutine` as Python code sees it, `coroutine_wrapper` (what `__await__` gives), awaiting in general, and the warning about
//! coroutines nobody awaited. Not here: resuming (`generator.rs`).

use krait_bytecode::CodeFlags;
use krait_runtime::objects::PyTuple;
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;

use crate::frame::Frame;
use crate::objects::frame::current_frame;
use crate::objects::generator::{PyCoroutine, PyGen, frame_state};

#[pymethods(class = "coroutine", parts(shared))]
impl PyCoroutine {
    #[slot]
    fn am_await(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let coroutine = Member::new(self.new_ref());
        CoroutineWrapper { base: PyObject::HEADER, coroutine }.alloc_exact(py).map(Ref::upcast)
    }
    #[pymethod]
    fn send(&self, py: Py<'_>, value: &PyObject) -> PyResult<Ref<PyObject>> {
        self.as_gen().send_value(py, value)
    }
    #[pymethod]
    #[raw(fastcall)]
    fn throw(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        self.as_gen().throw_args(py, args.positional())
    }
    #[pymethod]
    fn close(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.as_gen().close(py)
    }
    #[getter(name = "cr_running")]
    fn get_running(&self, _py: Py<'_>) -> bool {
        self.gi_frame_state.get() == frame_state::EXECUTING
    }
}

/// `coroutine_wrapper`: a coroutine's `__await__` iterator.
#[pyclass(name = "coroutine_wrapper", gc, disallow_instantiation)]
#[repr(C)]
pub struct CoroutineWrapper {
    base: PyObject,
    coroutine: Member<PyCoroutine>,
}

impl CoroutineWrapper {
    fn inner(&self, py: Py<'_>) -> PyResult<Ref<PyCoroutine>> {
        self.coroutine.get().ok_or_else(|| raise!(py, SystemError, "the coroutine was cleared"))
    }
}

#[pymethods]
impl CoroutineWrapper {
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }
    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        self.inner(py)?.as_gen().next_value(py)
    }
    #[pymethod]
    fn send(&self, py: Py<'_>, value: &PyObject) -> PyResult<Ref<PyObject>> {
        self.inner(py)?.as_gen().send_value(py, value)
    }
    #[pymethod]
    #[raw(fastcall)]
    fn throw(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        self.inner(py)?.as_gen().throw_args(py, args.positional())
    }
    #[pymethod]
    fn close(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.inner(py)?.as_gen().close(py)
    }
}

/// True for generators that `types.coroutine` marked as awaitable.
pub fn is_coroutine_generator(object: &PyObject) -> bool {
    object
        .downcast_exact::<PyGen>()
        .is_some_and(|g| g.code().is_some_and(|code| code.has(CodeFlags::ITERABLE_COROUTINE)))
}

/// What `await object` iterates over (`_PyCoro_GetAwaitableIter`).
pub fn awaitable_iter(py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
    if PyCoroutine::check_exact(object) || is_coroutine_generator(object) {
        return Ok(object.to_ref());
    }
    // SAFETY: a type's async table lives as long as the type.
    let getter = unsafe { object.ty().tp_as_async.get().as_ref() }.and_then(|table| table.am_await.get());
    let Some(getter) = getter else {
        bail!(py, TypeError, "'{}' object can't be awaited", object.ty().name())
    };
    // SAFETY: a slot of a live object.
    let iterator = unsafe { krait_runtime::error::owned_or_raised(py, getter(object.as_ptr()))? };
    if PyCoroutine::check_exact(&iterator) || is_coroutine_generator(&iterator) {
        bail!(py, TypeError, "__await__() returned a coroutine");
    }
    if !iterator.is_iterator() {
        bail!(py, TypeError, "__await__() returned non-iterator of type '{}'", iterator.ty().name());
    }
    Ok(iterator)
}

/// `cr_origin`: file, line and function of up to `depth` callers of the coroutine function.
pub(crate) fn origin(py: Py<'_>, depth: usize) -> PyResult<Ref<PyObject>> {
    let mut entries = Vec::new();
    let mut frame = current_frame(py);
    // SAFETY: the thread's chain is live.
    unsafe {
        while !frame.is_null() && entries.len() < depth {
            let code = Frame::code(frame);
            let line = code.addr2line(Frame::lasti(frame) * 2).into_py(py)?;
            entries.push(PyTuple::new(py, &[code.filename(), &line, code.name()])?.upcast());
            frame = Frame::first_complete((*frame).previous);
        }
    }
    PyTuple::from_vec(py, entries).map(Ref::upcast)
}

/// RuntimeWarning "coroutine 'x' was never awaited", with the place of its creation when that is known.
pub(crate) fn warn_never_awaited(py: Py<'_>, coroutine: &PyGen) {
    let unraisable = |raised| {
        crate::display::unraisable(
            py,
            raised,
            "Exception ignored while finalizing coroutine",
            Some(coroutine),
        );
    };
    // `warnings` tells more: where the coroutine was made.
    let told = (|| {
        if let Some(modules) = py.interp().modules.get()
            && let Some(modules) = modules.downcast::<PyDict>()
            && let Some(warnings) = modules.get_str(py, id!(py, "warnings"))?
            && let Some(function) = warnings.get_attr_optional(py, id!(py, "_warn_unawaited_coroutine"))?
        {
            return function.call(py, &[coroutine]).map(|_| true);
        }
        Ok(false)
    })();
    let told = told.unwrap_or_else(|raised| {
        let warned = py.error_matches(types::RuntimeWarning());
        unraisable(raised);
        warned
    });
    if !told {
        // Without it, or when it is broken, a plain warning must do.
        let name = coroutine.gi_qualname.get().map(|n| n.to_string()).unwrap_or_default();
        let text = format!("coroutine '{name}' was never awaited");
        if let Err(raised) = crate::warnings::warn(py, types::RuntimeWarning(), &text, 1) {
            unraisable(raised);
        }
    }
}
