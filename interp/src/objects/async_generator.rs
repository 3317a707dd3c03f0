//! `async_generator` as Python code sees it and its awaitables: `async_generator_asend`, `async_generator_athrow`, the wrapped
//! value, and `anext_awaitable` (`anext()` with a default). Not here: resuming (`generator.rs`).

use krait_runtime::objects::exceptions::{PyBaseException, types};
use krait_runtime::prelude::*;

use crate::objects::coroutine::awaitable_iter;
use crate::objects::generator::{PyAsyncGen, Sent, frame_state, stop_iteration, warn_three_arguments};

/// How far an awaitable has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum AwaitState {
    Init,
    Iterating,
    Closed,
}

/// `async_generator_wrapped_value`: marks a value that an async generator yielded, as against one that an `await` inside it passes on.
#[pyclass(name = "async_generator_wrapped_value", gc, disallow_instantiation)]
#[repr(C)]
pub struct WrappedValue {
    base: PyObject,
    value: Member<PyObject>,
}

impl WrappedValue {
    /// Wraps what an async generator yields.
    pub fn new(py: Py<'_>, value: Ref<PyObject>) -> PyResult<Ref<WrappedValue>> {
        WrappedValue { base: PyObject::HEADER, value: Member::new(value) }.alloc_exact(py)
    }
}

impl PyAsyncGen {
    /// Tells the event loop of a generator at its first use.
    fn init_hooks(&self, py: Py<'_>) -> PyResult<()> {
        if self.gi_hooks_inited.replace(1) != 0 {
            return Ok(());
        }
        let ts = py.thread();
        if let Some(finalizer) = ts.async_gen_finalizer.get() {
            self.gi_origin_or_finalizer.set(finalizer);
        }
        if let Some(first) = ts.async_gen_firstiter.get() {
            first.call(py, &[self])?;
        }
        Ok(())
    }

    /// Tells a yielded wrapped value, which answers the awaiting, from what an `await` inside the generator passes on.
    fn unwrap_sent(&self, py: Py<'_>, result: PyResult<Option<Ref<PyObject>>>) -> PyResult<Sent> {
        let result = match result {
            Ok(None) => Err(raise!(py, StopAsyncIteration)),
            Ok(Some(value)) => Ok(value),
            Err(raised) => Err(raised),
        };
        match result {
            Err(raised) => {
                if py.error_matches(types::StopAsyncIteration()) || py.error_matches(types::GeneratorExit()) {
                    self.gi_closed.set(1);
                }
                self.gi_running_async.set(0);
                Err(raised)
            }
            Ok(value) => match value.downcast_exact::<WrappedValue>() {
                Some(wrapped) => {
                    let inner = wrapped.value.get().unwrap_or_else(|| py.none());
                    self.gi_running_async.set(0);
                    Ok(Sent::Returned(inner))
                }
                None => Ok(Sent::Yielded(value)),
            },
        }
    }

    /// Turns a yielded wrapped value into `StopIteration` (`async_gen_unwrap_value`).
    fn unwrap(&self, py: Py<'_>, result: PyResult<Option<Ref<PyObject>>>) -> PyResult<Ref<PyObject>> {
        match self.unwrap_sent(py, result)? {
            Sent::Yielded(value) => Ok(value),
            Sent::Returned(value) => Err(stop_iteration(py, value)),
        }
    }

    fn asend_object(&self, py: Py<'_>, value: Option<Ref<PyObject>>) -> PyResult<Ref<PyObject>> {
        self.init_hooks(py)?;
        ASend {
            base: PyObject::HEADER,
            generator: Member::new(self.new_ref()),
            value: Member::from_option(value),
            state: Cell::new(AwaitState::Init),
        }
        .alloc_exact(py)
        .map(Ref::upcast)
    }

    fn athrow_object(&self, py: Py<'_>, args: Option<Ref<PyTuple>>) -> PyResult<Ref<PyObject>> {
        self.init_hooks(py)?;
        AThrow {
            base: PyObject::HEADER,
            generator: Member::new(self.new_ref()),
            args: Member::from_option(args),
            state: Cell::new(AwaitState::Init),
        }
        .alloc_exact(py)
        .map(Ref::upcast)
    }
}

#[pymethods(class = "async_generator", parts(shared))]
impl PyAsyncGen {
    #[slot]
    fn am_aiter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }
    #[slot]
    fn am_anext(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.asend_object(py, None)
    }
    #[pymethod]
    fn asend(&self, py: Py<'_>, value: &PyObject) -> PyResult<Ref<PyObject>> {
        self.asend_object(py, Some(value.to_ref()))
    }
    #[pymethod]
    #[raw(fastcall)]
    fn athrow(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        if args.positional().len() > 1 {
            let text = "the (type, exc, tb) signature of athrow() is deprecated, use the single-arg signature instead.";
            crate::warnings::warn(py, types::DeprecationWarning(), text, 1)?;
        }
        let args = PyTuple::new(py, args.positional())?;
        self.athrow_object(py, Some(args))
    }
    #[pymethod]
    fn aclose(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.athrow_object(py, None)
    }
}

/// `async_generator_asend`: what `__anext__()` and `asend()` give.
#[pyclass(name = "async_generator_asend", gc, disallow_instantiation)]
#[repr(C)]
pub struct ASend {
    base: PyObject,
    generator: Member<PyAsyncGen>,
    value: Member<PyObject>,
    state: Cell<AwaitState>,
}

/// Warns of an awaitable of an async generator that nobody awaited.
fn warn_method(py: Py<'_>, generator: Option<Ref<PyAsyncGen>>, method: &str) {
    let Some(generator) = generator else { return };
    let saved = py.take_error();
    let name = generator.gi_qualname.get().map(|n| n.to_string()).unwrap_or_default();
    let text = format!("coroutine method '{method}' of '{name}' was never awaited");
    if let Err(raised) = crate::warnings::warn(py, types::RuntimeWarning(), &text, 1) {
        crate::display::unraisable(
            py,
            raised,
            "Exception ignored while finalizing async generator",
            Some(&generator),
        );
    }
    if let Some(saved) = saved {
        let _ = py.restore(saved);
    }
}

impl ASend {
    fn target(&self, py: Py<'_>) -> PyResult<Ref<PyAsyncGen>> {
        self.generator.get().ok_or_else(|| raise!(py, SystemError, "the async generator was cleared"))
    }

    fn check_open(&self, py: Py<'_>) -> PyResult<()> {
        if self.state.get() == AwaitState::Closed {
            bail!(py, RuntimeError, "cannot reuse already awaited __anext__()/asend()");
        }
        Ok(())
    }

    fn check_not_running(&self, py: Py<'_>, generator: &PyAsyncGen) -> PyResult<()> {
        if generator.gi_running_async.get() != 0 {
            self.state.set(AwaitState::Closed);
            bail!(py, RuntimeError, "anext(): asynchronous generator is already running");
        }
        Ok(())
    }

    fn step(&self, py: Py<'_>, arg: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        match self.step_sent(py, arg)? {
            Sent::Yielded(value) => Ok(value),
            Sent::Returned(value) => Err(stop_iteration(py, value)),
        }
    }

    /// A step of awaiting; the generator's item comes as what is returned, without a `StopIteration` around it.
    pub(crate) fn step_sent(&self, py: Py<'_>, arg: Option<&PyObject>) -> PyResult<Sent> {
        self.check_open(py)?;
        let generator = self.target(py)?;
        let mut arg = arg.map(PyObject::to_ref);
        if self.state.get() == AwaitState::Init {
            self.check_not_running(py, &generator)?;
            if arg.as_ref().is_none_or(|a| a.is_none()) {
                arg = self.value.get();
            }
            self.state.set(AwaitState::Iterating);
        }
        generator.gi_running_async.set(1);
        let result = generator.as_gen().resume_raising(py, arg.as_deref(), false, false);
        let result = generator.unwrap_sent(py, result);
        if !matches!(result, Ok(Sent::Yielded(_))) {
            self.state.set(AwaitState::Closed);
        }
        result
    }

    fn finish(&self, result: PyResult<Ref<PyObject>>) -> PyResult<Ref<PyObject>> {
        if result.is_err() {
            self.state.set(AwaitState::Closed);
        }
        result
    }

    fn throw_into(&self, py: Py<'_>, args: &[&PyObject]) -> PyResult<Ref<PyObject>> {
        self.check_open(py)?;
        let generator = self.target(py)?;
        if self.state.get() == AwaitState::Init {
            self.check_not_running(py, &generator)?;
            self.state.set(AwaitState::Iterating);
            generator.gi_running_async.set(1);
        }
        let result = throw_args(py, &generator, args, true);
        self.finish(generator.unwrap(py, result))
    }
}

fn throw_args(
    py: Py<'_>,
    generator: &PyAsyncGen,
    args: &[&PyObject],
    close_on_exit: bool,
) -> PyResult<Option<Ref<PyObject>>> {
    let name = if close_on_exit { "throw" } else { "athrow" };
    check_positional(py, name, args.len() as isize, 1, 3)?;
    let mut args = args.iter().copied();
    let (Some(typ), val, tb) = (args.next(), args.next(), args.next()) else {
        bail!(py, SystemError, "throw lost its arguments")
    };
    if close_on_exit {
        warn_three_arguments(py, val)?;
    }
    generator.as_gen().throw_into(py, close_on_exit, typ, val, tb)
}

/// `close()` of both awaitables.
fn close_by_exit(
    py: Py<'_>,
    throw: impl FnOnce(&[&PyObject]) -> PyResult<Ref<PyObject>>,
) -> PyResult<Ref<PyObject>> {
    match throw(&[types::GeneratorExit()]) {
        Ok(_) => Err(raise!(py, RuntimeError, "coroutine ignored GeneratorExit")),
        Err(raised)
            if py.error_matches(types::StopIteration())
                || py.error_matches(types::StopAsyncIteration())
                || py.error_matches(types::GeneratorExit()) =>
        {
            py.clear_error(raised);
            Ok(py.none())
        }
        Err(raised) => Err(raised),
    }
}

#[pymethods]
impl ASend {
    #[slot]
    fn am_await(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }
    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        self.step(py, None).map(Some)
    }
    #[slot]
    fn tp_finalize(&self, py: Py<'_>) {
        if self.state.get() == AwaitState::Init {
            warn_method(py, self.generator.get(), "asend");
        }
    }
    #[pymethod]
    fn send(&self, py: Py<'_>, value: &PyObject) -> PyResult<Ref<PyObject>> {
        self.step(py, Some(value))
    }
    #[pymethod]
    #[raw(fastcall)]
    fn throw(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        self.throw_into(py, args.positional())
    }
    #[pymethod]
    fn close(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        if self.state.get() == AwaitState::Closed {
            return Ok(py.none());
        }
        close_by_exit(py, |args| self.throw_into(py, args))
    }
}

/// `async_generator_athrow`: what `athrow()` and `aclose()` give.
#[pyclass(name = "async_generator_athrow", gc, disallow_instantiation)]
#[repr(C)]
pub struct AThrow {
    base: PyObject,
    generator: Member<PyAsyncGen>,
    /// Empty: `aclose()`.
    args: Member<PyTuple>,
    state: Cell<AwaitState>,
}

impl AThrow {
    fn target(&self, py: Py<'_>) -> PyResult<Ref<PyAsyncGen>> {
        self.generator.get().ok_or_else(|| raise!(py, SystemError, "the async generator was cleared"))
    }

    fn check_open(&self, py: Py<'_>) -> PyResult<()> {
        if self.state.get() == AwaitState::Closed {
            bail!(py, RuntimeError, "cannot reuse already awaited aclose()/athrow()");
        }
        Ok(())
    }

    fn check_not_running(&self, py: Py<'_>, generator: &PyAsyncGen) -> PyResult<()> {
        if generator.gi_running_async.get() != 0 {
            self.state.set(AwaitState::Closed);
            let method = if self.args.is_some() { "athrow" } else { "aclose" };
            bail!(py, RuntimeError, "{method}(): asynchronous generator is already running");
        }
        Ok(())
    }

    fn step(&self, py: Py<'_>, arg: &PyObject) -> PyResult<Ref<PyObject>> {
        self.check_open(py)?;
        let generator = self.target(py)?;
        if generator.gi_frame_state.get() >= frame_state::COMPLETED {
            self.state.set(AwaitState::Closed);
            return Err(raise!(py, StopIteration));
        }
        let args = self.args.get();
        let result = if self.state.get() == AwaitState::Init {
            self.check_not_running(py, &generator)?;
            if generator.gi_closed.get() != 0 {
                self.state.set(AwaitState::Closed);
                return Err(raise!(py, StopAsyncIteration));
            }
            if !arg.is_none() {
                bail!(py, RuntimeError, "can't send non-None value to a just-started coroutine");
            }
            self.state.set(AwaitState::Iterating);
            generator.gi_running_async.set(1);
            match &args {
                None => {
                    generator.gi_closed.set(1);
                    // GeneratorExit must not close what the generator awaits: it may need it for its clean-up.
                    generator.as_gen().throw_into(py, false, types::GeneratorExit(), None, None)
                }
                Some(args) => {
                    let args: Vec<&PyObject> = args.as_slice().iter().map(|r| &**r).collect();
                    let result = throw_args(py, &generator, &args, false);
                    generator.unwrap(py, result).map(Some)
                }
            }
        } else {
            let result = generator.as_gen().resume_raising(py, Some(arg), false, false);
            if args.is_some() {
                return generator.unwrap(py, result);
            }
            result
        };
        let result = match result {
            Ok(None) => Err(raise!(py, StopAsyncIteration)),
            Ok(Some(value)) => Ok(value),
            Err(raised) => Err(raised),
        };
        match result {
            Ok(value) if args.is_none() && WrappedValue::check_exact(&value) => {
                Err(self.ignored_exit(py, &generator))
            }
            Ok(value) => Ok(value),
            Err(raised) => {
                generator.gi_running_async.set(0);
                self.state.set(AwaitState::Closed);
                Err(self.quiet(py, raised))
            }
        }
    }

    /// `aclose()` ends with `StopIteration` when the generator ended as it was asked to.
    fn quiet(&self, py: Py<'_>, raised: Raised) -> Raised {
        if !self.args.is_some()
            && (py.error_matches(types::StopAsyncIteration()) || py.error_matches(types::GeneratorExit()))
        {
            py.clear_error(raised);
            return raise!(py, StopIteration);
        }
        raised
    }

    fn ignored_exit(&self, py: Py<'_>, generator: &PyAsyncGen) -> Raised {
        generator.gi_running_async.set(0);
        self.state.set(AwaitState::Closed);
        raise!(py, RuntimeError, "async generator ignored GeneratorExit")
    }

    fn throw_into(&self, py: Py<'_>, args: &[&PyObject]) -> PyResult<Ref<PyObject>> {
        self.check_open(py)?;
        let generator = self.target(py)?;
        if self.state.get() == AwaitState::Init {
            self.check_not_running(py, &generator)?;
            self.state.set(AwaitState::Iterating);
            generator.gi_running_async.set(1);
        }
        let result = throw_args(py, &generator, args, true);
        if self.args.is_some() {
            let result = generator.unwrap(py, result);
            if result.is_err() {
                self.state.set(AwaitState::Closed);
            }
            return result;
        }
        match result {
            Ok(Some(value)) if WrappedValue::check_exact(&value) => Err(self.ignored_exit(py, &generator)),
            Ok(Some(value)) => Ok(value),
            Ok(None) => {
                self.state.set(AwaitState::Closed);
                Err(raise!(py, StopIteration))
            }
            Err(raised) => {
                self.state.set(AwaitState::Closed);
                Err(self.quiet(py, raised))
            }
        }
    }
}

#[pymethods]
impl AThrow {
    #[slot]
    fn am_await(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }
    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        self.step(py, &py.none()).map(Some)
    }
    #[slot]
    fn tp_finalize(&self, py: Py<'_>) {
        if self.state.get() == AwaitState::Init {
            let method = if self.args.is_some() { "athrow" } else { "aclose" };
            warn_method(py, self.generator.get(), method);
        }
    }
    #[pymethod]
    fn send(&self, py: Py<'_>, value: &PyObject) -> PyResult<Ref<PyObject>> {
        self.step(py, value)
    }
    #[pymethod]
    #[raw(fastcall)]
    fn throw(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        self.throw_into(py, args.positional())
    }
    #[pymethod]
    fn close(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        if self.state.get() == AwaitState::Closed {
            return Ok(py.none());
        }
        close_by_exit(py, |args| self.throw_into(py, args))
    }
}

/// `anext_awaitable`: `anext(iterator, default)`.
#[pyclass(name = "anext_awaitable", gc, disallow_instantiation)]
#[repr(C)]
pub struct AnextAwaitable {
    base: PyObject,
    wrapped: Member<PyObject>,
    default: Member<PyObject>,
}

/// `anext(iterator, default)` once `wrapped = iterator.__anext__()` is at hand.
pub fn anext_with_default(py: Py<'_>, wrapped: Ref<PyObject>, default: &PyObject) -> PyResult<Ref<PyObject>> {
    AnextAwaitable {
        base: PyObject::HEADER,
        wrapped: Member::new(wrapped),
        default: Member::new(default.to_ref()),
    }
    .alloc_exact(py)
    .map(Ref::upcast)
}

impl AnextAwaitable {
    fn awaitable(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let wrapped = self.wrapped.get().unwrap_or_else(|| py.none());
        let awaitable = awaitable_iter(py, &wrapped)?;
        if awaitable.is_iterator() {
            return Ok(awaitable);
        }
        // Only coroutines are awaitable without being iterators.
        let iterator = awaitable.call_method(py, id!(py, "__await__"), &[])?;
        if !iterator.is_iterator() {
            bail!(py, TypeError, "__await__ must return an iterable");
        }
        Ok(iterator)
    }

    fn or_default<T>(&self, py: Py<'_>, result: PyResult<T>) -> PyResult<T> {
        match result {
            Err(raised) if py.error_matches(types::StopAsyncIteration()) => {
                py.clear_error(raised);
                Err(stop_iteration(py, self.default.get().unwrap_or_else(|| py.none())))
            }
            other => other,
        }
    }

    fn delegate(&self, py: Py<'_>, name: &PyStr, args: &[&PyObject]) -> PyResult<Ref<PyObject>> {
        let awaitable = self.awaitable(py)?;
        let result = awaitable.call_method(py, name, args);
        self.or_default(py, result)
    }
}

#[pymethods]
impl AnextAwaitable {
    #[slot]
    fn am_await(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }
    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let awaitable = self.awaitable(py)?;
        // The value comes with the StopIteration, which must pass.
        let result = awaitable.next_or_stop(py);
        self.or_default(py, result).map(Some)
    }
    #[pymethod]
    #[raw(fastcall)]
    fn send(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        self.delegate(py, id!(py, "send"), args.positional())
    }
    #[pymethod]
    #[raw(fastcall)]
    fn throw(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        self.delegate(py, id!(py, "throw"), args.positional())
    }
    #[pymethod]
    #[raw(fastcall)]
    fn close(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        self.delegate(py, id!(py, "close"), args.positional())
    }
}

/// What `async for` awaits for the next item (`_PyEval_GetANext`).
pub fn get_anext(py: Py<'_>, iterator: &PyObject) -> PyResult<Ref<PyObject>> {
    if let Some(generator) = iterator.downcast_exact::<PyAsyncGen>() {
        return generator.asend_object(py, None);
    }
    // SAFETY: a type's async table lives as long as the type.
    let getter = unsafe { iterator.ty().tp_as_async.get().as_ref() }.and_then(|table| table.am_anext.get());
    let Some(getter) = getter else {
        bail!(
            py,
            TypeError,
            "'async for' requires an iterator with __anext__ method, got {}",
            iterator.ty().name()
        )
    };
    // SAFETY: a slot of a live object.
    let next = unsafe { krait_runtime::error::owned_or_raised(py, getter(iterator.as_ptr()))? };
    awaitable_iter(py, &next).map_err(|raised| {
        let first = py.fetch(raised);
        let raised = raise!(
            py,
            TypeError,
            "'async for' received an invalid object from __anext__: {}",
            next.ty().name()
        );
        let second = py.fetch(raised);
        if let Some(e) = second.downcast::<PyBaseException>() {
            e.set_cause(Some(first.clone()));
            e.set_context(Some(first));
        }
        py.restore(second)
    })
}
