//! The life of an interpreter: states, types, `builtins` and `sys` at the start; callbacks, modules and objects at the end.
//! Not here: importing and the rest of `site` (crates `interp` and `cli`).

use crate::error::PyResult;
use crate::gc;
use crate::module::ModuleDef;
use crate::object::PyObject;
use crate::objects::exceptions::types;
use crate::objects::weakref::PyWeakReference;
use crate::objects::{PyDict, PyList, PyModule, PyStr, PyTuple, PyType};
use crate::py::Py;
use crate::reference::{PyClass, Ref};
use crate::state::{Config, InterpreterState, ThreadState};
use crate::{id, raise};

/// The two modules that exist before anything can be imported.
pub struct CoreModules {
    /// `builtins`.
    pub builtins: &'static ModuleDef,
    /// `sys`.
    pub sys: &'static ModuleDef,
    /// Readies the types of running code, which crate `interp` owns.
    pub init_types: fn(Py<'_>) -> PyResult<()>,
}

/// Makes the main interpreter and attaches this thread to it. The states live to the end of the process.
pub fn start(config: Config, core: &CoreModules) -> Result<Py<'static>, String> {
    crate::spare::set_aside();
    crate::objects::str::set_hash_secret(config.hash_seed);
    let interp: &'static InterpreterState = Box::leak(Box::new(InterpreterState::new(0, config)));
    let state: &'static ThreadState = Box::leak(ThreadState::new(interp, 1, interp.recursion_limit.get()));
    interp.next_thread_id.set(2);
    interp.link_thread(state);
    interp.gil.take(state);
    // SAFETY: both states are leaked; no other thread knows of this interpreter.
    let py = unsafe { Py::attach(state) };
    py.init_stack_bounds();
    state.thread_id.set(crate::thread::current_ident());
    state.native_thread_id.set(crate::thread::current_native_id());
    crate::signals::set_main_thread(state);
    if !interp.config.borrow().no_remote_debug {
        crate::system::remote::open(&state.eval_breaker);
    }
    match start_objects(py, core) {
        Ok(()) => Ok(py),
        Err(raised) => {
            let exc = py.fetch(raised);
            let text = exc.str(py).map(|s| s.to_string_lossy().into_owned());
            Err(format!("{}: {}", exc.ty().name(), text.unwrap_or_default()))
        }
    }
}

fn start_objects(py: Py<'_>, core: &CoreModules) -> PyResult<()> {
    crate::objects::init(py)?;
    (core.init_types)(py)?;
    let interp = py.interp();
    interp.memory_error.set(types::MemoryError().call(py, &[])?);
    interp.exception_group.set(make_exception_group(py)?);
    let modules = PyDict::new(py)?;
    interp.modules.set(modules.new_ref().upcast());
    let builtins = PyModule::from_def(py, core.builtins)?;
    interp.builtins.set(builtins.dict().upcast());
    core.builtins.exec(py, &builtins)?;
    for (place, name) in [(&interp.common_all, id!(py, "all")), (&interp.common_any, id!(py, "any"))] {
        place.set(py.builtin(name)?);
    }
    let sys = PyModule::from_def(py, core.sys)?;
    interp.sysdict.set(sys.dict().upcast());
    core.sys.exec(py, &sys)?;
    modules.set(py, id!(py, "sys"), &sys)?;
    modules.set(py, id!(py, "builtins"), &builtins)
}

/// `class ExceptionGroup(BaseExceptionGroup, Exception)`: two bases, so a heap type.
fn make_exception_group(py: Py<'_>) -> PyResult<Ref<PyObject>> {
    let bases = PyTuple::new(py, &[types::BaseExceptionGroup(), types::Exception()])?;
    let dict = PyDict::new(py)?;
    dict.set(py, id!(py, "__module__"), id!(py, "builtins"))?;
    PyType::type_object().call(py, &[id!(py, "ExceptionGroup"), &bases, &dict])
}

impl Py<'_> {
    /// The dict of module `sys`; none before start-up and after the end.
    pub fn sys_dict(self) -> Option<Ref<PyDict>> {
        self.interp().sysdict.get().and_then(|d| d.downcast_into::<PyDict>().ok())
    }

    /// A name in module `sys` (`PySys_GetObject`).
    pub fn sys_object(self, name: &PyStr) -> PyResult<Option<Ref<PyObject>>> {
        match self.sys_dict() {
            Some(dict) => dict.get_str(self, name),
            None => Ok(None),
        }
    }

    /// A name in module `sys` that must be there: "lost sys.NAME".
    pub fn required_sys_object(self, name: &PyStr) -> PyResult<Ref<PyObject>> {
        match self.sys_object(name)? {
            Some(object) => Ok(object),
            None => Err(raise!(self, RuntimeError, "lost sys.{name}")),
        }
    }

    /// Sets or removes a name in module `sys` (`PySys_SetObject`).
    pub fn set_sys_object(self, name: &PyStr, value: Option<&PyObject>) -> PyResult<()> {
        let Some(dict) = self.sys_dict() else { return Ok(()) };
        match value {
            Some(value) => dict.set(self, name, value),
            None => dict.remove(self, name).map(drop),
        }
    }
}

/// Ends the interpreter as `Py_FinalizeEx` does: waits for threads that are no daemons, runs `atexit` callbacks, flushes, takes the modules apart. The exit
/// status is -1 when the standard files could not be flushed, else 0. `unraisable` reports errors that nobody can catch.
pub fn finish(py: Py<'_>, unraisable: fn(Py<'_>, crate::error::Raised, &str, Option<&PyObject>)) -> i32 {
    wait_for_threads(py, unraisable);
    run_atexit(py, unraisable);
    // No other thread runs Python code from here on.
    py.interp().gil.keep_for(py.thread());
    let mut status = flush_std_files(py, unraisable);
    py.interp().finalizing.set(true);
    crate::system::remote::close();
    crate::signals::finish();
    gc::collect(py, gc::GENERATIONS - 1, gc::Reason::Shutdown);
    finish_modules(py, unraisable);
    if flush_std_files(py, unraisable) != 0 {
        status = -1;
    }
    status
}

/// `threading._shutdown()`, if the module was ever imported.
fn wait_for_threads(py: Py<'_>, unraisable: fn(Py<'_>, crate::error::Raised, &str, Option<&PyObject>)) {
    let Some(modules) = py.interp().modules.get() else { return };
    let Ok(threading) = modules.get_item(py, id!(py, "threading")).inspect_err(|_| drop(py.take_error()))
    else {
        return;
    };
    if let Err(raised) = threading.call_method(py, id!(py, "_shutdown"), &[]) {
        unraisable(py, raised, "Exception ignored on threading shutdown", Some(&threading));
    }
}

/// Runs and forgets the `atexit` callbacks, last registered first. Entries are `(function, args, kwargs)` tuples.
pub fn run_atexit(py: Py<'_>, unraisable: fn(Py<'_>, crate::error::Raised, &str, Option<&PyObject>)) {
    loop {
        let Some(entry) = py.interp().atexit_callbacks.borrow_mut().pop() else { return };
        let Some(entry) = entry.downcast::<PyTuple>() else { continue };
        let [function, args, kwargs] = entry.as_slice() else { continue };
        let Some(args) = args.downcast::<PyTuple>() else { continue };
        if let Err(raised) = function.call_dict(py, args, kwargs.downcast::<PyDict>()) {
            unraisable(py, raised, "Exception ignored in atexit callback", Some(function));
        }
    }
}

fn flush_std_files(py: Py<'_>, unraisable: fn(Py<'_>, crate::error::Raised, &str, Option<&PyObject>)) -> i32 {
    let mut status = 0;
    for (name, report) in [(id!(py, "stdout"), true), (id!(py, "stderr"), false)] {
        let Ok(Some(file)) = py.sys_object(name) else { continue };
        if file.is_none() {
            continue;
        }
        let closed = match file.get_attr_optional(py, id!(py, "closed")) {
            Ok(Some(closed)) => closed.is_true(py),
            Ok(None) => Ok(false),
            Err(raised) => Err(raised),
        };
        match closed {
            Ok(true) => continue,
            Ok(false) => {}
            Err(raised) => py.clear_error(raised),
        }
        if let Err(raised) = file.call_method(py, id!(py, "flush"), &[]) {
            status = -1;
            if report {
                unraisable(py, raised, "Exception ignored while flushing sys.stdout", None);
            } else {
                py.clear_error(raised);
            }
        }
    }
    status
}

/// Names in `sys` that go first, since they keep the user's objects alive.
const SYS_DELETED: &[&str] = &[
    "path",
    "argv",
    "ps1",
    "ps2",
    "last_exc",
    "last_type",
    "last_value",
    "last_traceback",
    "path_hooks",
    "path_importer_cache",
    "meta_path",
];

/// Names in `sys` that get their first values back.
const SYS_RESTORED: &[(&str, &str)] =
    &[("stdin", "__stdin__"), ("stdout", "__stdout__"), ("stderr", "__stderr__")];

/// `finalize_modules`: empties `sys.modules`, lets dead modules go, clears the dicts of those that somebody still holds.
fn finish_modules(py: Py<'_>, unraisable: fn(Py<'_>, crate::error::Raised, &str, Option<&PyObject>)) {
    let run = |result: PyResult<()>| {
        if let Err(raised) = result {
            unraisable(py, raised, "Exception ignored while finalizing modules", None);
        }
    };
    let Some(modules) = py.interp().modules.get() else { return };
    let Some(modules) = modules.downcast::<PyDict>() else { return };
    if let Some(builtins) = py.interp().builtins.get()
        && let Some(builtins) = builtins.downcast::<PyDict>()
    {
        run(builtins.set_named(py, "_", crate::objects::PyNone::get()));
    }
    for name in SYS_DELETED {
        run(PyStr::new_interned(py, name)
            .and_then(|name| py.set_sys_object(&name, Some(crate::objects::PyNone::get()))));
    }
    for (name, source) in SYS_RESTORED {
        run((|| {
            let value = py.sys_object(&*PyStr::new_interned(py, source)?)?.unwrap_or_else(|| py.none());
            py.set_sys_object(&*PyStr::new_interned(py, name)?, Some(&value))
        })());
    }
    // Modules are remembered by weak references: those that nobody else holds die as they leave `sys.modules`, unchanged, so that
    // finalisers still see their globals. Only what survives a collection has its names taken away. `sys` and `builtins` stay.
    let mut remembered: Vec<Ref<PyObject>> = Vec::new();
    let mut core: Vec<Ref<PyModule>> = Vec::new();
    for (name, module) in modules.items_snapshot() {
        if let Ok(module) = module.downcast_into::<PyModule>() {
            let is_core = name.downcast::<PyStr>().is_some_and(|n| n.eq_str("sys") || n.eq_str("builtins"));
            if is_core {
                core.push(module);
            } else {
                match PyWeakReference::make(py, PyWeakReference::type_object(), &module, None) {
                    Ok(reference) => remembered.push(reference),
                    Err(raised) => py.clear_error(raised),
                }
            }
        }
        run(modules.set(py, &name, crate::objects::PyNone::get()));
    }
    modules.clear();
    gc::collect(py, gc::GENERATIONS - 1, gc::Reason::Shutdown);
    while let Some(reference) = remembered.pop() {
        let target = reference.downcast::<PyWeakReference>().and_then(PyWeakReference::target);
        if let Some(module) = target.as_ref().and_then(|m| m.downcast::<PyModule>()) {
            clear_module_dict(py, &module.dict());
        }
    }
    gc::collect(py, gc::GENERATIONS - 1, gc::Reason::Shutdown);
    drop(core);
}

/// Sets a module's names to `None`: first those with one underscore, then all but `__builtins__` (`_PyModule_ClearDict`).
fn clear_module_dict(py: Py<'_>, dict: &PyDict) {
    let none = crate::objects::PyNone::get();
    for pass in 0..2 {
        for (name, value) in dict.items_snapshot() {
            let Some(text) = name.downcast::<PyStr>() else { continue };
            let starts = |i: usize| text.code_point(i) == Some(u32::from(b'_'));
            let wanted = if pass == 0 { starts(0) && !starts(1) } else { !text.eq_str("__builtins__") };
            if wanted
                && !value.is_none()
                && let Err(raised) = dict.set(py, text, none)
            {
                py.clear_error(raised);
            }
        }
    }
}

/// A list of strings: for `sys`.
pub fn string_list<'a>(py: Py<'_>, items: impl Iterator<Item = &'a [u8]>) -> PyResult<Ref<PyList>> {
    let items = items.map(|s| PyStr::from_os_bytes(py, s).map(Ref::upcast)).collect::<PyResult<Vec<_>>>()?;
    PyList::from_vec(py, items)
}
