//! Module `_lsprof`: the profiler behind `cProfile`. It listens to calls and returns as a tool of `sys.monitoring` and adds up times
//! for each function and, below it, for each function that it called.

use core::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::time::Instant;

use krait_interp::monitoring::{self, missing_marker, state};
use krait_macros::{pyclass, pymethods, pymodule};
use krait_runtime::monitoring::event;
use krait_runtime::objects::builtin_function::PyCFunction;
use krait_runtime::objects::method_descriptor::PyMethodDescr;
use krait_runtime::objects::structseq::StructSeq;
use krait_runtime::prelude::*;

static ENTRY: StructSeq = StructSeq::new(
    "_lsprof.profiler_entry",
    "",
    &[
        ("code", "code object or built-in function name"),
        ("callcount", "how many times this was called"),
        ("reccallcount", "how many times called recursively"),
        ("totaltime", "total time in this entry"),
        ("inlinetime", "inline time in this entry (not in subcalls)"),
        ("calls", "details of the calls"),
    ],
    6,
);

static SUBENTRY: StructSeq = StructSeq::new(
    "_lsprof.profiler_subentry",
    "",
    &[
        ("code", "called code object or built-in function name"),
        ("callcount", "how many times this is called"),
        ("reccallcount", "how many times this is called recursively"),
        ("totaltime", "total time spent in this call"),
        ("inlinetime", "inline time (not in further subcalls)"),
    ],
    5,
);

/// The number that `sys.monitoring` keeps for profilers.
const TOOL: usize = 2;

/// Times and counts of a function, or of a function as called by another.
#[derive(Clone, Copy, Default)]
struct Sums {
    total: i64,
    inline: i64,
    calls: i64,
    recursive: i64,
    level: i64,
}

impl Sums {
    fn leave(&mut self, total: i64, inline: i64) {
        self.level -= 1;
        if self.level == 0 {
            self.total += total;
        } else {
            self.recursive += 1;
        }
        self.inline += inline;
        self.calls += 1;
    }
}

struct Entry {
    shown: Ref<PyObject>,
    sums: Sums,
    /// By the key of the called function.
    callees: HashMap<usize, Sums>,
    order: Vec<usize>,
}

/// A call that has not returned.
struct Context {
    key: usize,
    start: i64,
    in_callees: i64,
}

#[derive(Default)]
struct Records {
    entries: HashMap<usize, Entry>,
    order: Vec<usize>,
    stack: Vec<Context>,
}

/// `_lsprof.Profiler`.
#[pyclass(module = "_lsprof", name = "Profiler", basetype, gc, heap, immutable, plain_new)]
#[repr(C)]
pub struct Profiler {
    base: PyObject,
    timer: Member<PyObject>,
    #[no_traverse]
    unit: Cell<f64>,
    #[no_traverse]
    enabled: Cell<bool>,
    /// Whether the external timer is being asked.
    #[no_traverse]
    in_timer: Cell<bool>,
    #[no_traverse]
    subcalls: Cell<bool>,
    #[no_traverse]
    builtins: Cell<bool>,
    #[no_traverse]
    origin: Cell<Option<Instant>>,
    #[no_traverse]
    records: RefCell<Records>,
}

/// Fractions of a second that an external timer's floats are counted in.
const FLOAT_PRECISION: f64 = 4_294_967_296.0;

impl Profiler {
    /// The time now, in units of the timer.
    fn now(&self, py: Py<'_>) -> i64 {
        let Some(timer) = self.timer.get() else {
            let origin = match self.origin.get() {
                Some(origin) => origin,
                None => {
                    let now = Instant::now();
                    self.origin.set(Some(now));
                    now
                }
            };
            return i64::try_from(origin.elapsed().as_nanos()).unwrap_or(i64::MAX);
        };
        let read = || -> PyResult<i64> {
            let nested = self.in_timer.replace(true);
            let value = timer.call(py, &[]);
            self.in_timer.set(nested);
            let value = value?;
            if self.unit.get() > 0.0 {
                return Ok(value.index(py)?.as_i64().unwrap_or(0));
            }
            Ok((PyFloat::value_of(py, &value)? * FLOAT_PRECISION) as i64)
        };
        match read() {
            Ok(time) => time,
            Err(raised) => {
                py.report_unraisable(
                    raised,
                    Some("Exception ignored while calling _lsprof timer"),
                    Some(&timer),
                );
                0
            }
        }
    }

    /// Seconds in a unit of the timer.
    fn scale(&self) -> f64 {
        if !self.timer.is_some() {
            1e-9
        } else if self.unit.get() > 0.0 {
            self.unit.get()
        } else {
            1.0 / FLOAT_PRECISION
        }
    }

    fn enter(&self, py: Py<'_>, key: usize, shown: impl FnOnce() -> PyResult<Ref<PyObject>>) -> PyResult<()> {
        let known = self.records.borrow().entries.contains_key(&key);
        let shown = if known { None } else { Some(shown()?) };
        {
            let mut records = self.records.borrow_mut();
            if let Some(shown) = shown {
                let entry =
                    Entry { shown, sums: Sums::default(), callees: HashMap::new(), order: Vec::new() };
                records.entries.insert(key, entry);
                records.order.push(key);
            }
            if let Some(entry) = records.entries.get_mut(&key) {
                entry.sums.level += 1;
            }
            let caller = records.stack.last().map(|c| c.key);
            if self.subcalls.get()
                && let Some(caller) = caller.and_then(|c| records.entries.get_mut(&c))
            {
                if !caller.callees.contains_key(&key) {
                    caller.order.push(key);
                }
                caller.callees.entry(key).or_default().level += 1;
            }
        }
        let start = self.now(py);
        self.records.borrow_mut().stack.push(Context { key, start, in_callees: 0 });
        Ok(())
    }

    fn leave(&self, py: Py<'_>, key: usize) {
        if self.records.borrow().stack.is_empty() {
            // A call from before the profiler was switched on.
            return;
        }
        let now = self.now(py);
        self.stop(key, now);
    }

    fn stop(&self, key: usize, now: i64) {
        let mut records = self.records.borrow_mut();
        let Some(context) = records.stack.pop() else { return };
        let total = now - context.start;
        let inline = total - context.in_callees;
        let mut caller = None;
        if let Some(outer) = records.stack.last_mut() {
            outer.in_callees += total;
            caller = Some(outer.key);
        }
        if let Some(entry) = records.entries.get_mut(&key) {
            entry.sums.leave(total, inline);
        }
        if self.subcalls.get()
            && let Some(callee) =
                caller.and_then(|c| records.entries.get_mut(&c)).and_then(|c| c.callees.get_mut(&key))
        {
            callee.leave(total, inline);
        }
    }

    /// Ends the calls that are still open.
    fn flush(&self, py: Py<'_>) {
        loop {
            let Some(key) = self.records.borrow().stack.last().map(|c| c.key) else { return };
            let now = self.now(py);
            self.stop(key, now);
        }
    }

    fn clear_records(&self) {
        // What dies with the records may run code that looks at them.
        let old = self.records.take();
        drop(old);
    }
}

/// What stands for a callable in the statistics: for native ones a text, so that no instance is kept alive.
fn shown(py: Py<'_>, function: &PyCFunction) -> PyResult<Ref<PyObject>> {
    let name = function.name();
    let bound = function.bound().filter(|b| b.downcast::<PyModule>().is_none());
    if let Some(instance) = bound {
        if let Some(found) = instance.ty().lookup(py, &*PyStr::new(py, name)?) {
            match found.repr(py) {
                Ok(text) => return Ok(text.upcast()),
                Err(raised) => py.clear_error(raised),
            }
        }
        return PyStr::new(py, &format!("<built-in method {name}>")).map(Ref::upcast);
    }
    let module = function.module().and_then(|m| match m.downcast::<PyModule>() {
        Some(module) => {
            let name = module.dict().get_str(py, id!(py, "__name__")).ok().flatten();
            name.and_then(|n| n.downcast::<PyStr>().map(ToString::to_string))
        }
        None => m.downcast::<PyStr>().map(ToString::to_string),
    });
    let text = match module {
        Some(module) => format!("<built-in method {module}.{name}>"),
        None => format!("<built-in method {name}>"),
    };
    PyStr::new(py, &text).map(Ref::upcast)
}

/// The native function that a call event is about: methods of native types are bound first.
fn native(py: Py<'_>, callable: &PyObject, first: &PyObject) -> Option<Ref<PyCFunction>> {
    if let Some(function) = callable.downcast::<PyCFunction>() {
        return Some(function.new_ref());
    }
    let method = callable.downcast_exact::<PyMethodDescr>()?;
    if first.is(missing_marker(py)) {
        return None;
    }
    match method.get_attr(py, id!(py, "__get__")).and_then(|get| get.call(py, &[first])) {
        Ok(bound) => bound.downcast_into::<PyCFunction>().ok(),
        Err(raised) => {
            py.clear_error(raised);
            None
        }
    }
}

fn key_of(function: &PyCFunction) -> usize {
    core::ptr::from_ref(function.def()).addr()
}

/// The callbacks, by event.
const CALLBACKS: [(usize, &str); 9] = [
    (event::PY_START, "_pystart_callback"),
    (event::PY_RESUME, "_pystart_callback"),
    (event::PY_THROW, "_pythrow_callback"),
    (event::PY_RETURN, "_pyreturn_callback"),
    (event::PY_YIELD, "_pyreturn_callback"),
    (event::PY_UNWIND, "_pyreturn_callback"),
    (event::CALL, "_ccall_callback"),
    (event::C_RETURN, "_creturn_callback"),
    (event::C_RAISE, "_creturn_callback"),
];

#[pymethods(class = "_lsprof.Profiler")]
impl Profiler {
    #[new]
    #[sig("(timer=None, timeunit=0.0, subcalls=True, builtins=True)")]
    fn new(
        py: Py<'_>,
        cls: &PyType,
        timer: Option<&PyObject>,
        #[default(0.0)] timeunit: f64,
        #[default(true)] subcalls: bool,
        #[default(true)] builtins: bool,
    ) -> PyResult<Ref<PyObject>> {
        Profiler {
            base: PyObject::HEADER,
            timer: Member::from_option(timer.filter(|t| !t.is_none()).map(PyObject::to_ref)),
            unit: Cell::new(timeunit),
            enabled: Cell::new(false),
            in_timer: Cell::new(false),
            subcalls: Cell::new(subcalls),
            builtins: Cell::new(builtins),
            origin: Cell::new(None),
            records: RefCell::default(),
        }
        .alloc(py, cls)
        .map(Ref::upcast)
    }

    #[pymethod]
    #[sig("($self, /, subcalls=True, builtins=True)")]
    fn enable(
        &self,
        py: Py<'_>,
        #[default(true)] subcalls: bool,
        #[default(true)] builtins: bool,
    ) -> PyResult<()> {
        self.subcalls.set(subcalls);
        self.builtins.set(builtins);
        let Some(name) = state(py).names.get(TOOL) else { return Ok(()) };
        if name.is_some() {
            bail!(py, ValueError, "tool {TOOL} is already in use");
        }
        name.set(PyStr::new(py, "cProfile")?.upcast());
        let mut events = 0;
        for (number, method) in CALLBACKS {
            let callback = self.get_attr(py, &*PyStr::new(py, method)?)?;
            if let Some(place) = state(py).callback(TOOL, number) {
                drop(place.replace(Some(callback)));
            }
            if number < event::UNGROUPED {
                events |= 1 << number;
            }
        }
        self.enabled.set(true);
        monitoring::set_events(py, TOOL, events)
    }

    #[pymethod]
    fn disable(&self, py: Py<'_>) -> PyResult<()> {
        if self.in_timer.get() {
            bail!(py, RuntimeError, "cannot disable profiler in external timer");
        }
        if self.enabled.replace(false) {
            monitoring::set_events(py, TOOL, 0)?;
            for (number, _) in CALLBACKS {
                if let Some(place) = state(py).callback(TOOL, number) {
                    drop(place.take());
                }
            }
            if let Some(name) = state(py).names.get(TOOL) {
                drop(name.take());
            }
        }
        self.flush(py);
        Ok(())
    }

    #[pymethod]
    fn clear(&self, py: Py<'_>) -> PyResult<()> {
        if self.in_timer.get() {
            bail!(py, RuntimeError, "cannot clear profiler in external timer");
        }
        self.clear_records();
        Ok(())
    }

    #[pymethod]
    fn getstats(&self, py: Py<'_>) -> PyResult<Ref<PyList>> {
        let scale = self.scale();
        // Copied out first: making objects may run a collection, and with it any code.
        let mut rows = Vec::new();
        {
            let records = self.records.borrow();
            for entry in records.order.iter().filter_map(|key| records.entries.get(key)) {
                if entry.sums.calls == 0 {
                    continue;
                }
                let mut callees = Vec::new();
                for key in &entry.order {
                    if let (Some(sums), Some(callee)) = (entry.callees.get(key), records.entries.get(key)) {
                        callees.push((callee.shown.clone(), *sums));
                    }
                }
                rows.push((entry.shown.clone(), entry.sums, callees));
            }
        }
        let fields = |shown: Ref<PyObject>, sums: Sums| -> PyResult<Vec<Ref<PyObject>>> {
            Ok(vec![
                shown,
                sums.calls.into_py(py)?,
                sums.recursive.into_py(py)?,
                (sums.total as f64 * scale).into_py(py)?,
                (sums.inline as f64 * scale).into_py(py)?,
            ])
        };
        let mut stats = Vec::with_capacity(rows.len());
        for (shown, sums, callees) in rows {
            let mut row = fields(shown, sums)?;
            let mut calls = Vec::with_capacity(callees.len());
            for (shown, sums) in callees {
                calls.push(SUBENTRY.make(py, fields(shown, sums)?)?);
            }
            row.push(if calls.is_empty() { py.none() } else { PyList::from_vec(py, calls)?.upcast() });
            stats.push(ENTRY.make(py, row)?);
        }
        PyList::from_vec(py, stats)
    }

    #[pymethod]
    #[sig("($self, code, instruction_offset, /)")]
    fn _pystart_callback(&self, py: Py<'_>, code: &PyObject, _offset: &PyObject) -> PyResult<()> {
        self.enter(py, code.id(), || Ok(code.to_ref()))
    }

    #[pymethod]
    #[sig("($self, code, instruction_offset, exception, /)")]
    fn _pythrow_callback(
        &self,
        py: Py<'_>,
        code: &PyObject,
        _offset: &PyObject,
        _exception: &PyObject,
    ) -> PyResult<()> {
        self.enter(py, code.id(), || Ok(code.to_ref()))
    }

    #[pymethod]
    #[sig("($self, code, instruction_offset, retval, /)")]
    fn _pyreturn_callback(&self, py: Py<'_>, code: &PyObject, _offset: &PyObject, _value: &PyObject) {
        self.leave(py, code.id());
    }

    #[pymethod]
    #[sig("($self, code, instruction_offset, callable, self_arg, /)")]
    fn _ccall_callback(
        &self,
        py: Py<'_>,
        _code: &PyObject,
        _offset: &PyObject,
        callable: &PyObject,
        first: &PyObject,
    ) -> PyResult<()> {
        if !self.builtins.get() {
            return Ok(());
        }
        match native(py, callable, first) {
            Some(function) => self.enter(py, key_of(&function), || shown(py, &function)),
            None => Ok(()),
        }
    }

    #[pymethod]
    #[sig("($self, code, instruction_offset, callable, self_arg, /)")]
    fn _creturn_callback(
        &self,
        py: Py<'_>,
        _code: &PyObject,
        _offset: &PyObject,
        callable: &PyObject,
        first: &PyObject,
    ) {
        if self.builtins.get()
            && let Some(function) = native(py, callable, first)
        {
            self.leave(py, key_of(&function));
        }
    }
}

/// The module.
#[pymodule(name = "_lsprof", types = [super::Profiler])]
pub mod lsprof {
    use krait_runtime::prelude::*;

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "profiler_entry", super::ENTRY.ty(py)?)?;
        module.add(py, "profiler_subentry", super::SUBENTRY.ty(py)?)
    }
}
