//! `decimal.Context`: attributes, current contexts, context managers. `context_methods.rs` has the operations.

use std::rc::Rc;

use krait_numeric::decimal::{self as kernel, MAX_EMAX, MAX_PREC, MIN_EMIN, Rounding, status};
use krait_runtime::args::{Signature, Style};
use krait_runtime::local::InterpreterLocal;
use krait_runtime::objects::context::PyContextVar;
use krait_runtime::prelude::*;

use super::number::Decimal;
use super::signal_dict::{SignalDict, bits_from, bits_from_argument};
use super::signals;

/// `decimal.Context`.
#[pyclass(module = "decimal", name = "Context", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct Context {
    base: PyObject,
    prec: Cell<i64>,
    emax: Cell<i64>,
    emin: Cell<i64>,
    #[no_traverse]
    rounding: Cell<Rounding>,
    clamp: Cell<bool>,
    capitals: Cell<bool>,
    #[no_traverse]
    status: Rc<Cell<u32>>,
    #[no_traverse]
    traps: Rc<Cell<u32>>,
    flags_view: Member<SignalDict>,
    traps_view: Member<SignalDict>,
}

const DEFAULT_TRAPS: u32 = status::INVALID | status::DIVISION_BY_ZERO | status::OVERFLOW;

/// What a context is made of.
#[derive(Clone, Copy)]
pub struct Settings {
    prec: i64,
    rounding: Rounding,
    emin: i64,
    emax: i64,
    capitals: bool,
    clamp: bool,
    status: u32,
    traps: u32,
}

/// What `DefaultContext` begins with.
pub const DEFAULT: Settings = Settings {
    prec: 28,
    rounding: Rounding::HalfEven,
    emin: -999_999,
    emax: 999_999,
    capitals: true,
    clamp: false,
    status: 0,
    traps: DEFAULT_TRAPS,
};
/// `BasicContext`.
pub const BASIC: Settings = Settings {
    prec: 9,
    rounding: Rounding::HalfUp,
    traps: DEFAULT_TRAPS | status::UNDERFLOW | status::CLAMPED,
    ..DEFAULT
};
/// `ExtendedContext`.
pub const EXTENDED: Settings = Settings { prec: 9, traps: 0, ..DEFAULT };

/// `DefaultContext`, `BasicContext` and `ExtendedContext`.
pub static DEFAULT_CONTEXT: InterpreterLocal =
    InterpreterLocal::new(|py| Context::make(py, Context::type_object(), DEFAULT).map(Ref::upcast));
/// `BasicContext`.
pub static BASIC_CONTEXT: InterpreterLocal =
    InterpreterLocal::new(|py| Context::make(py, Context::type_object(), BASIC).map(Ref::upcast));
/// `ExtendedContext`.
pub static EXTENDED_CONTEXT: InterpreterLocal =
    InterpreterLocal::new(|py| Context::make(py, Context::type_object(), EXTENDED).map(Ref::upcast));

static CURRENT: InterpreterLocal =
    InterpreterLocal::new(|py| PyContextVar::make(py, "decimal_context", None).map(Ref::upcast));

const ROUNDINGS: &str = "valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n   ROUND_HALF_UP, \
                         ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]";

/// A rounding by its name.
pub fn rounding_of(py: Py<'_>, value: &PyObject) -> PyResult<Rounding> {
    if let Some(text) = value.downcast::<PyStr>()
        && let Some((rounding, _)) = Rounding::ALL.iter().find(|(_, name)| text.eq_str(name))
    {
        return Ok(*rounding);
    }
    Err(raise!(py, TypeError, "{ROUNDINGS}"))
}

fn ssize(py: Py<'_>, value: &PyObject) -> PyResult<i64> {
    let Some(n) = value.downcast::<PyInt>() else {
        bail!(py, TypeError, "an integer is required");
    };
    n.as_i64().ok_or_else(|| raise!(py, OverflowError, "Python int too large to convert to C ssize_t"))
}

impl Context {
    pub(super) fn make(py: Py<'_>, cls: &PyType, s: Settings) -> PyResult<Ref<Context>> {
        let (flags, traps) = (Rc::new(Cell::new(s.status)), Rc::new(Cell::new(s.traps)));
        let (flags_view, traps_view) = (SignalDict::over(py, &flags)?, SignalDict::over(py, &traps)?);
        let new = Context {
            base: PyObject::HEADER,
            prec: Cell::new(s.prec),
            emax: Cell::new(s.emax),
            emin: Cell::new(s.emin),
            rounding: Cell::new(s.rounding),
            clamp: Cell::new(s.clamp),
            capitals: Cell::new(s.capitals),
            status: flags,
            traps,
            flags_view: Member::new(flags_view),
            traps_view: Member::new(traps_view),
        };
        alloc_payload(py, cls, new)
    }

    fn settings(&self) -> Settings {
        Settings {
            prec: self.prec.get(),
            rounding: self.rounding.get(),
            emin: self.emin.get(),
            emax: self.emax.get(),
            capitals: self.capitals.get(),
            clamp: self.clamp.get(),
            status: self.status.get(),
            traps: self.traps.get(),
        }
    }

    /// For the kernel, with nothing reported yet.
    #[inline]
    pub(super) fn kernel(&self) -> kernel::Context {
        kernel::Context {
            prec: self.prec.get(),
            emax: self.emax.get(),
            emin: self.emin.get(),
            rounding: self.rounding.get(),
            clamp: self.clamp.get(),
            status: 0,
        }
    }

    pub(super) fn capitals(&self) -> bool {
        self.capitals.get()
    }

    /// Takes note of conditions; raises for trapped ones.
    #[inline]
    pub(super) fn note(&self, py: Py<'_>, mut conditions: u32) -> PyResult<()> {
        if kernel::words::take_failure() {
            conditions |= status::MALLOC_ERROR;
        }
        if conditions == 0 {
            return Ok(());
        }
        self.status.set(self.status.get() | conditions);
        let trapped = conditions & (self.traps.get() | status::MALLOC_ERROR);
        if trapped != 0 { Err(signals::raise(py, trapped)) } else { Ok(()) }
    }

    /// Takes note without raising.
    pub(super) fn note_quietly(&self, conditions: u32) {
        self.status.set(self.status.get() | conditions);
    }

    /// Result of an operation in this context.
    #[inline]
    pub(super) fn give(
        &self,
        py: Py<'_>,
        conditions: u32,
        value: kernel::Decimal,
    ) -> PyResult<Ref<PyObject>> {
        self.note(py, conditions)?;
        Decimal::alloc_exact_value(py, value)
    }

    /// The current context.
    #[inline]
    pub(super) fn current(py: Py<'_>) -> PyResult<Ref<Context>> {
        let variable = CURRENT.get(py)?;
        let Some(variable) = variable.downcast::<PyContextVar>() else {
            bail!(py, SystemError, "the current context is no context variable");
        };
        if let Some(found) = variable.lookup(py, None)
            && let Ok(context) = found.downcast_into::<Context>()
        {
            return Ok(context);
        }
        let template = DEFAULT_CONTEXT.get(py)?;
        let settings = template.downcast::<Context>().map_or(DEFAULT, Context::settings);
        let new = Context::make(py, Context::type_object(), Settings { status: 0, ..settings })?;
        variable.assign(py, &new)?;
        Ok(new)
    }

    /// Makes this the current context; the three templates are copied.
    pub(super) fn set_current(py: Py<'_>, value: &PyObject) -> PyResult<()> {
        let Some(context) = value.downcast::<Context>() else {
            bail!(py, TypeError, "argument must be a context");
        };
        let mut context = context.new_ref();
        for template in [&DEFAULT_CONTEXT, &BASIC_CONTEXT, &EXTENDED_CONTEXT] {
            if template.get(py)?.is(&context) {
                context =
                    Context::make(py, Context::type_object(), Settings { status: 0, ..context.settings() })?;
                break;
            }
        }
        let variable = CURRENT.get(py)?;
        if let Some(variable) = variable.downcast::<PyContextVar>() {
            variable.assign(py, &context)?;
        }
        Ok(())
    }

    /// An optional context argument.
    #[inline]
    pub(super) fn of_argument(py: Py<'_>, value: Option<&PyObject>) -> PyResult<Ref<Context>> {
        match value {
            Some(value) if !value.is_none() => match value.downcast::<Context>() {
                Some(context) => Ok(context.new_ref()),
                None => Err(raise!(py, TypeError, "optional argument must be a context")),
            },
            _ => Context::current(py),
        }
    }

    pub(super) fn copied(&self, py: Py<'_>) -> PyResult<Ref<Context>> {
        Context::make(py, Context::type_object(), self.settings())
    }

    /// An interchange format's context.
    pub(super) fn ieee(py: Py<'_>, bits: i64) -> PyResult<Ref<Context>> {
        if bits <= 0 || bits > 512 || bits % 32 != 0 {
            bail!(py, ValueError, "argument must be a multiple of 32, with a maximum of 512");
        }
        let emax = 3 * (1i64 << (bits / 16 + 3));
        let settings =
            Settings { prec: 9 * (bits / 32) - 2, emax, emin: 1 - emax, clamp: true, traps: 0, ..DEFAULT };
        Context::make(py, Context::type_object(), settings)
    }

    fn set_attribute(&self, py: Py<'_>, name: &str, value: &PyObject) -> PyResult<bool> {
        match name {
            "prec" => {
                let n = ssize(py, value)?;
                if !(1..=MAX_PREC).contains(&n) {
                    bail!(py, ValueError, "valid range for prec is [1, MAX_PREC]");
                }
                self.prec.set(n);
            }
            "Emin" => {
                let n = ssize(py, value)?;
                if !(MIN_EMIN..=0).contains(&n) {
                    bail!(py, ValueError, "valid range for Emin is [MIN_EMIN, 0]");
                }
                self.emin.set(n);
            }
            "Emax" => {
                let n = ssize(py, value)?;
                if !(0..=MAX_EMAX).contains(&n) {
                    bail!(py, ValueError, "valid range for Emax is [0, MAX_EMAX]");
                }
                self.emax.set(n);
            }
            "rounding" => self.rounding.set(rounding_of(py, value)?),
            "capitals" => {
                let n = ssize(py, value)?;
                if n != 0 && n != 1 {
                    bail!(py, ValueError, "valid values for capitals are 0 or 1");
                }
                self.capitals.set(n == 1);
            }
            "clamp" => {
                let n = ssize(py, value)?;
                if n != 0 && n != 1 {
                    bail!(py, ValueError, "valid values for clamp are 0 or 1");
                }
                self.clamp.set(n == 1);
            }
            "flags" => self.status.set(bits_from(py, value)?),
            "traps" => self.traps.set(bits_from(py, value)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn apply(&self, py: Py<'_>, given: [Option<&PyObject>; 8]) -> PyResult<()> {
        const NAMES: [&str; 6] = ["prec", "rounding", "Emin", "Emax", "capitals", "clamp"];
        for (name, value) in NAMES.iter().zip(given) {
            if let Some(value) = value.filter(|value| !value.is_none()) {
                self.set_attribute(py, name, value)?;
            }
        }
        let [.., flags, traps] = given;
        if let Some(traps) = traps.filter(|value| !value.is_none()) {
            self.traps.set(bits_from_argument(py, traps)?);
        }
        if let Some(flags) = flags.filter(|value| !value.is_none()) {
            self.status.set(bits_from_argument(py, flags)?);
        }
        Ok(())
    }
}

static SIGNATURE: Signature = Signature {
    function: "Context",
    names: &["prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps"],
    posonly: 0,
    pos: 8,
    required: 0,
    kwonly_required: 0,
    varargs: false,
    varkw: false,
    style: Style::ParseTuple,
};

/// Refuses unknown keywords as the C module does.
pub(super) fn known_keywords(py: Py<'_>, kwargs: Option<&PyDict>, known: &[&str]) -> PyResult<()> {
    let Some(kwargs) = kwargs else { return Ok(()) };
    for (name, _) in kwargs.items_snapshot() {
        let text = name.str(py)?;
        if !known.iter().any(|known| text.eq_str(known)) {
            bail!(
                py,
                TypeError,
                "this function got an unexpected keyword argument '{}'",
                text.to_string_lossy()
            );
        }
    }
    Ok(())
}

#[pymethods(class = "decimal.Context", parts(operations))]
impl Context {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        let template = DEFAULT_CONTEXT.get(py);
        let settings = match &template {
            Ok(template) => template.downcast::<Context>().map_or(DEFAULT, Context::settings),
            Err(_) => DEFAULT,
        };
        Context::make(py, cls, Settings { status: 0, ..settings }).map(Ref::upcast)
    }
    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        known_keywords(py, kwargs, SIGNATURE.names)?;
        self.apply(py, SIGNATURE.tuple_slots(py, args, kwargs)?)
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let s = self.settings();
        PyStr::new(
            py,
            &format!(
                "Context(prec={}, rounding={}, Emin={}, Emax={}, capitals={}, clamp={}, flags=[{}], traps=[{}])",
                s.prec,
                s.rounding.name(),
                s.emin,
                s.emax,
                u8::from(s.capitals),
                u8::from(s.clamp),
                signals::names(s.status),
                signals::names(s.traps)
            ),
        )
    }
    #[slot]
    fn tp_setattro(&self, py: Py<'_>, name: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
        if let Some(text) = name.downcast::<PyStr>() {
            let text = text.to_string_lossy().into_owned();
            const OWN: [&str; 8] =
                ["prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps"];
            if OWN.contains(&&*text) {
                let Some(value) = value else {
                    bail!(py, AttributeError, "context attributes cannot be deleted");
                };
                return self.set_attribute(py, &text, value).map(drop);
            }
        }
        let name = krait_runtime::protocol::attribute::attribute_name(py, name)?;
        self.generic_set_attr(py, name, value)
    }
    #[getter(name = "prec")]
    fn get_prec(&self) -> i64 {
        self.prec.get()
    }
    #[getter(name = "Emin")]
    fn get_emin(&self) -> i64 {
        self.emin.get()
    }
    #[getter(name = "Emax")]
    fn get_emax(&self) -> i64 {
        self.emax.get()
    }
    #[getter(name = "rounding")]
    fn get_rounding(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        PyStr::new_interned(py, self.rounding.get().name())
    }
    #[getter(name = "capitals")]
    fn get_capitals(&self) -> u8 {
        self.capitals.get().into()
    }
    #[getter(name = "clamp")]
    fn get_clamp(&self) -> u8 {
        self.clamp.get().into()
    }
    /// `flags` and `traps` are no attributes of the class.
    #[slot]
    fn tp_getattro(&self, py: Py<'_>, name: &PyObject) -> PyResult<Option<Ref<PyObject>>> {
        match name.downcast::<PyStr>() {
            Some(name) if name.eq_str("flags") => Ok(self.flags_view.get().map(Ref::upcast)),
            Some(name) if name.eq_str("traps") => Ok(self.traps_view.get().map(Ref::upcast)),
            _ => self.generic_get_attr_object(py, name).map(Some),
        }
    }
    #[pymethod(name = "Etiny")]
    #[sig("($self, /)")]
    fn etiny(&self) -> i64 {
        self.kernel().etiny()
    }
    #[pymethod(name = "Etop")]
    #[sig("($self, /)")]
    fn etop(&self) -> i64 {
        self.kernel().etop()
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn clear_flags(&self) {
        self.status.set(0);
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn clear_traps(&self) {
        self.traps.set(0);
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn copy(&self, py: Py<'_>) -> PyResult<Ref<Context>> {
        self.copied(py)
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn __copy__(&self, py: Py<'_>) -> PyResult<Ref<Context>> {
        self.copied(py)
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let s = self.settings();
        let args = PyTuple::from_vec(
            py,
            vec![
                s.prec.into_py(py)?,
                PyStr::new_interned(py, s.rounding.name())?.upcast(),
                s.emin.into_py(py)?,
                s.emax.into_py(py)?,
                u8::from(s.capitals).into_py(py)?,
                u8::from(s.clamp).into_py(py)?,
                signals::list(py, s.status)?.upcast(),
                signals::list(py, s.traps)?.upcast(),
            ],
        )?;
        PyTuple::pair(py, self.ty().to_ref(), args.upcast())
    }
}

/// `decimal.ContextManager`: what `localcontext()` returns.
#[pyclass(module = "decimal", name = "ContextManager", gc, disallow_instantiation, doc = "", heap, immutable)]
#[repr(C)]
pub struct ContextManager {
    base: PyObject,
    local: Member<Context>,
    global: Member<Context>,
}

impl ContextManager {
    pub(super) fn make(
        py: Py<'_>,
        context: Option<&PyObject>,
        settings: [Option<&PyObject>; 8],
    ) -> PyResult<Ref<ContextManager>> {
        let global = Context::current(py)?;
        let base = match context.filter(|context| !context.is_none()) {
            None => global.clone(),
            Some(context) => match context.downcast::<Context>() {
                Some(context) => context.new_ref(),
                None => bail!(py, TypeError, "optional argument must be a context"),
            },
        };
        let local = base.copied(py)?;
        local.apply(py, settings)?;
        let new =
            ContextManager { base: PyObject::HEADER, local: Member::new(local), global: Member::new(global) };
        alloc_payload(py, ContextManager::type_object(), new)
    }
}

#[pymethods(class = "decimal.ContextManager")]
impl ContextManager {
    #[pymethod]
    #[sig("($self, /)")]
    fn __enter__(&self, py: Py<'_>) -> PyResult<Option<Ref<Context>>> {
        let local = self.local.get();
        if let Some(local) = &local {
            Context::set_current(py, local)?;
        }
        Ok(local)
    }
    #[pymethod]
    #[sig("($self, /, *args)")]
    fn __exit__(&self, py: Py<'_>, _args: &[&PyObject]) -> PyResult<bool> {
        if let Some(global) = self.global.get() {
            Context::set_current(py, &global)?;
        }
        Ok(false)
    }
}
