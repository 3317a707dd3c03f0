//! Argument parsing for built-in functions: signatures, CPython's argument-error texts, and conversion to Rust types.
//! The macros write one static `Signature` for each function. Not here: calling (`protocol/call.rs`).

use core::fmt;

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::r#type::PyType;
use crate::objects::{PyDict, PyFloat, PyStr, PyTuple};
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};

/// Which of CPython's argument-error texts a function speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// Argument Clinic, `_PyArg_UnpackKeywords`.
    Clinic,
    /// The old `PyArg_ParseTuple(AndKeywords)`.
    ParseTuple,
    /// A Python-level `def`.
    Python,
}

/// The parameters of a built-in function.
#[derive(Debug)]
pub struct Signature {
    /// Name in error texts, without parentheses.
    pub function: &'static str,
    /// All parameters, positional ones first, then keyword-only ones; `*args`/`**kwargs` not counted.
    pub names: &'static [&'static str],
    /// Positional-only parameters.
    pub posonly: usize,
    /// Positional parameters, positional-only ones included.
    pub pos: usize,
    /// Positional parameters without default.
    pub required: usize,
    /// Keyword-only parameters without default (they stand first among the keyword-only ones).
    pub kwonly_required: usize,
    /// There is a `*args`.
    pub varargs: bool,
    /// There is a `**kwargs`.
    pub varkw: bool,
    /// The texts to speak.
    pub style: Style,
}

/// Positional arguments and keyword names as vectorcall hands them over.
#[derive(Clone, Copy)]
pub struct Args<'a> {
    /// Positional arguments first, then the values of the keyword ones.
    all: &'a [&'a PyObject],
    positional: usize,
    kwnames: Option<&'a PyTuple>,
}

impl<'a> Args<'a> {
    /// Wraps a vectorcall argument vector.
    ///
    /// # Safety
    /// As the vectorcall protocol says: `args` holds `nargs` plus `len(kwnames)` live objects.
    #[inline(always)]
    pub unsafe fn from_raw(args: *const *mut PyObject, nargs: usize, kwnames: *mut PyObject) -> Args<'a> {
        // SAFETY: by contract; `&PyObject` is a non-null pointer; kwnames is null or a tuple.
        unsafe {
            let kwnames: Option<&PyTuple> = kwnames.cast::<PyTuple>().as_ref();
            let total = nargs + kwnames.map_or(0, |k| k.len());
            let all =
                if total == 0 { &[] } else { core::slice::from_raw_parts(args.cast::<&PyObject>(), total) };
            Args { all, positional: nargs, kwnames }
        }
    }

    /// `positional` arguments followed by the values of the keyword arguments in `kwnames`; `None` when the counts disagree.
    #[inline]
    pub fn new(all: &'a [&'a PyObject], positional: usize, kwnames: Option<&'a PyTuple>) -> Option<Args<'a>> {
        let named = kwnames.map_or(0, PyTuple::len);
        (all.len() == positional + named).then_some(Args { all, positional, kwnames })
    }

    /// Arguments without keywords.
    pub fn positional_only(args: &'a [&'a PyObject]) -> Args<'a> {
        Args { all: args, positional: args.len(), kwnames: None }
    }

    /// The positional arguments.
    #[inline(always)]
    pub fn positional(&self) -> &'a [&'a PyObject] {
        self.all.get(..self.positional).unwrap_or_default()
    }

    /// Name and value of each keyword argument.
    #[inline(always)]
    pub fn keywords(&self) -> Kwargs<'a> {
        Kwargs {
            names: self.kwnames.map_or(&[], PyTuple::as_slice),
            values: self.all.get(self.positional..).unwrap_or_default(),
        }
    }

    /// The first positional argument, and all the others.
    pub fn split_first(&self) -> Option<(&'a PyObject, Args<'a>)> {
        let (first, rest) = self.all.split_first()?;
        let positional = self.positional.checked_sub(1)?;
        Some((first, Args { all: rest, positional, kwnames: self.kwnames }))
    }

    /// The names tuple as given.
    pub fn kwnames(&self) -> Option<&'a PyTuple> {
        self.kwnames
    }

    /// All values: positional, then keyword ones.
    pub fn all(&self) -> &'a [&'a PyObject] {
        self.all
    }

    /// True when there are keyword arguments.
    #[inline(always)]
    pub fn has_keywords(&self) -> bool {
        self.kwnames.is_some_and(|k| !k.is_empty())
    }
}

/// Keyword arguments: names and values in call order.
#[derive(Clone, Copy, Default)]
pub struct Kwargs<'a> {
    names: &'a [Ref<PyObject>],
    values: &'a [&'a PyObject],
}

impl<'a> Kwargs<'a> {
    /// Pairs in call order.
    pub fn iter(self) -> impl Iterator<Item = (&'a PyObject, &'a PyObject)> {
        self.names.iter().map(|n| &**n).zip(self.values.iter().copied())
    }
    /// How many.
    pub fn len(&self) -> usize {
        self.values.len()
    }
    /// None at all.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
    /// As a new dict.
    pub fn to_dict(self, py: Py<'_>) -> PyResult<Ref<PyDict>> {
        let dict = PyDict::new(py)?;
        for (name, value) in self.iter() {
            dict.set(py, name, value)?;
        }
        Ok(dict)
    }
}

/// What a signature with `*args` or `**kwargs` collects besides its named parameters.
#[derive(Clone, Copy, Default)]
pub struct Rest<'a> {
    /// Positional arguments past the named ones.
    pub varargs: &'a [&'a PyObject],
    /// The whole keyword part (only filled when the function has `**kwargs` and no named keyword parameter matched them all).
    pub kwargs: Kwargs<'a>,
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

impl Signature {
    /// Sorts a vectorcall argument vector into `out`, one slot a parameter; absent optional ones stay `None`.
    ///
    /// # Safety
    /// `args`/`nargs`/`kwnames` as in the vectorcall protocol.
    pub unsafe fn unpack<'a, const N: usize>(
        &self,
        py: Py<'_>,
        args: *const *mut PyObject,
        nargs: isize,
        kwnames: *mut PyObject,
        out: &mut [Option<&'a PyObject>; N],
    ) -> PyResult<Rest<'a>> {
        // SAFETY: by contract.
        let args = unsafe { Args::<'a>::from_raw(args, nargs as usize, kwnames) };
        self.sort(py, args.positional(), args.keywords(), out)
    }

    /// The same from an argument tuple and a keyword dict, as `tp_new`, `tp_init` and `tp_call` get them.
    ///
    /// # Safety
    /// `args` is a tuple, `kwargs` null or a dict; both outlive the results.
    pub unsafe fn unpack_tuple<'a, const N: usize>(
        &self,
        py: Py<'_>,
        args: *mut PyObject,
        kwargs: *mut PyObject,
        out: &mut [Option<&'a PyObject>; N],
    ) -> PyResult<Rest<'a>> {
        // SAFETY: by contract; a tuple's items live as long as it, a dict's values as long as nobody changes it, and the
        // caller's dict is private to the call.
        unsafe {
            let tuple = &*args.cast::<PyTuple>();
            let positional: &'a [&'a PyObject] =
                core::slice::from_raw_parts(tuple.as_slice().as_ptr().cast::<&PyObject>(), tuple.len());
            let Some(dict) = kwargs.cast::<PyDict>().as_ref() else {
                return self.sort(py, positional, Kwargs::default(), out);
            };
            // Mostly there are few keywords; otherwise the room is a vector's.
            let mut few = [[core::ptr::null_mut::<PyObject>(); 8]; 2];
            let mut many: [Vec<*mut PyObject>; 2] = [Vec::new(), Vec::new()];
            let count = dict.len();
            let [names, values] = if count <= 8 {
                few.each_mut().map(<[_; 8]>::as_mut_slice)
            } else {
                many.each_mut().map(|room| {
                    room.resize(count, core::ptr::null_mut());
                    room.as_mut_slice()
                })
            };
            dict.borrow_entries(names, values);
            let keywords = Kwargs {
                names: core::slice::from_raw_parts(names.as_ptr().cast::<Ref<PyObject>>(), count),
                values: core::slice::from_raw_parts(values.as_ptr().cast::<&PyObject>(), count),
            };
            let rest = self.sort(py, positional, keywords, out)?;
            // `**kwargs` of a tuple call is handed on as the dict itself by the macro, so the room may go.
            Ok(Rest { varargs: rest.varargs, kwargs: Kwargs::default() })
        }
    }

    /// Sorts arguments into `out`, one slot a parameter: for functions that look at their arguments themselves.
    pub fn parse<'a, const N: usize>(
        &self,
        py: Py<'_>,
        args: Args<'a>,
        out: &mut [Option<&'a PyObject>; N],
    ) -> PyResult<Rest<'a>> {
        self.sort(py, args.positional(), args.keywords(), out)
    }

    /// The arguments of a call, one slot a parameter: for functions that parse by themselves.
    #[inline]
    pub fn slots<'a, const N: usize>(
        &self,
        py: Py<'_>,
        args: Args<'a>,
    ) -> PyResult<[Option<&'a PyObject>; N]> {
        let mut out = [None; N];
        self.sort(py, args.positional(), args.keywords(), &mut out)?;
        Ok(out)
    }

    /// The same from a tuple and a dict. The dict is the call's own: nobody changes it while the results are used.
    pub fn tuple_slots<'a, const N: usize>(
        &self,
        py: Py<'_>,
        args: &'a PyTuple,
        kwargs: Option<&'a PyDict>,
    ) -> PyResult<[Option<&'a PyObject>; N]> {
        let mut out = [None; N];
        let kwargs = kwargs.map_or(core::ptr::null_mut(), |dict| dict.as_ptr());
        // SAFETY: a tuple and a dict that outlive the results.
        unsafe { self.unpack_tuple(py, args.as_ptr(), kwargs, &mut out)? };
        Ok(out)
    }

    /// How error texts name the function: the old parser knows no name unless the format gives one.
    fn shown(&self) -> String {
        if self.style == Style::ParseTuple { "function".to_owned() } else { format!("{}()", self.function) }
    }

    fn sort<'a, const N: usize>(
        &self,
        py: Py<'_>,
        positional: &'a [&'a PyObject],
        keywords: Kwargs<'a>,
        out: &mut [Option<&'a PyObject>; N],
    ) -> PyResult<Rest<'a>> {
        let nargs = positional.len();
        // Most calls: positional arguments only, as many as are wanted.
        if keywords.is_empty() && (self.required..=self.pos).contains(&nargs) && self.kwonly_required == 0 {
            for (slot, &arg) in out.iter_mut().zip(positional) {
                *slot = Some(arg);
            }
            return Ok(Rest { varargs: &[], kwargs: keywords });
        }
        if !self.varargs && !self.varkw && nargs + keywords.len() > self.names.len() {
            return Err(self.too_many(py, nargs, keywords.len()));
        }
        if !self.varargs && nargs > self.pos {
            return Err(self.too_many_positional(py, nargs));
        }
        let min_posonly = self.required.min(self.posonly);
        if nargs < min_posonly && self.style != Style::Python {
            let how = if min_posonly < self.pos { "at least" } else { "exactly" };
            return Err(raise!(
                py,
                TypeError,
                "{} takes {how} {min_posonly} positional argument{} ({nargs} given)",
                self.shown(),
                plural(min_posonly)
            ));
        }
        let named = nargs.min(self.pos);
        for (slot, &arg) in out.iter_mut().zip(positional.iter().take(named)) {
            *slot = Some(arg);
        }
        // A `def` looks at the names first, native functions at what is missing.
        let native = self.style != Style::Python;
        let mut matched = 0;
        let mut wrong = None;
        for (name, value) in keywords.iter() {
            let fault = match self.find(name) {
                Some(i) => {
                    let Some(slot) = out.get_mut(i) else { continue };
                    if slot.is_none() {
                        *slot = Some(value);
                        matched += 1;
                        continue;
                    }
                    (name, Some(i))
                }
                None if self.varkw => continue,
                None => (name, None),
            };
            if !native {
                return Err(self.wrong_keyword(py, fault));
            }
            wrong = wrong.or(Some(fault));
        }
        for (i, slot) in out.iter().enumerate() {
            let needed = i < self.required || (i >= self.pos && i < self.pos + self.kwonly_required);
            if needed && slot.is_none() {
                return Err(self.missing(py, i));
            }
        }
        if let Some(fault) = wrong {
            return Err(self.wrong_keyword(py, fault));
        }
        let varargs = positional.get(named..).unwrap_or_default();
        debug_assert!(matched == 0 || !self.varkw, "functions with **kwargs take no other keyword");
        Ok(Rest { varargs, kwargs: keywords })
    }

    fn find(&self, name: &PyObject) -> Option<usize> {
        let name = name.downcast::<PyStr>()?;
        let names = self.names.get(self.posonly..)?;
        names.iter().position(|n| name.eq_str(n)).map(|i| i + self.posonly)
    }

    #[cold]
    fn too_many(&self, py: Py<'_>, nargs: usize, nkw: usize) -> crate::error::Raised {
        let max = self.names.len();
        let kind = if nargs == 0 { "keyword " } else { "" };
        raise!(
            py,
            TypeError,
            "{} takes at most {max} {kind}argument{} ({} given)",
            self.shown(),
            plural(max),
            nargs + nkw
        )
    }

    #[cold]
    fn too_many_positional(&self, py: Py<'_>, nargs: usize) -> crate::error::Raised {
        let max = self.pos;
        if max == 0 {
            return raise!(py, TypeError, "{} takes no positional arguments", self.shown());
        }
        let how = if self.required < max || self.style == Style::ParseTuple { "at most" } else { "exactly" };
        raise!(
            py,
            TypeError,
            "{} takes {how} {max} positional argument{} ({nargs} given)",
            self.shown(),
            plural(max)
        )
    }

    #[cold]
    fn wrong_keyword(&self, py: Py<'_>, (name, place): (&PyObject, Option<usize>)) -> crate::error::Raised {
        match place {
            Some(i) => self.given_twice(py, i),
            None => self.unexpected(py, name),
        }
    }

    #[cold]
    fn given_twice(&self, py: Py<'_>, i: usize) -> crate::error::Raised {
        let name = self.names.get(i).copied().unwrap_or_default();
        raise!(
            py,
            TypeError,
            "argument for {} given by name ('{name}') and position ({})",
            self.shown(),
            i + 1
        )
    }

    #[cold]
    fn unexpected(&self, py: Py<'_>, name: &PyObject) -> crate::error::Raised {
        match name.downcast::<PyStr>() {
            Some(name) => {
                let known = self.names.get(self.posonly..).unwrap_or_default();
                unexpected_keyword(py, &self.shown(), name, known)
            }
            None => raise!(py, TypeError, "keywords must be strings"),
        }
    }

    /// The error for parameter `i`, which was not given.
    #[cold]
    pub fn missing(&self, py: Py<'_>, i: usize) -> crate::error::Raised {
        let name = self.names.get(i).copied().unwrap_or_default();
        if self.style == Style::Python {
            return raise!(
                py,
                TypeError,
                "{} missing 1 required positional argument: '{name}'",
                self.shown()
            );
        }
        raise!(py, TypeError, "{} missing required argument '{name}' (pos {})", self.shown(), i + 1)
    }
}

/// "min() takes at most 2 keyword arguments (3 given)".
#[inline]
pub fn check_keyword_count(py: Py<'_>, function: &str, given: usize, most: usize) -> PyResult<()> {
    if given > most {
        crate::bail!(
            py,
            TypeError,
            "{function}() takes at most {most} keyword argument{} ({given} given)",
            plural(most)
        );
    }
    Ok(())
}

/// "sort() got an unexpected keyword argument 'kee'. Did you mean 'key'?": `function` with its parentheses, `known` what it takes.
#[cold]
pub fn unexpected_keyword(py: Py<'_>, function: &str, given: &PyStr, known: &[&str]) -> crate::error::Raised {
    let mut names = Vec::new();
    for name in known {
        match PyStr::new(py, name) {
            Ok(name) => names.push(name),
            Err(raised) => py.clear_error(raised),
        }
    }
    // A keyword that claims to be equal to one of the names, yet was not found by it.
    if !PyStr::check_exact(given) {
        for name in &names {
            match given.eq(py, name) {
                Ok(false) => {}
                Ok(true) => return raise!(py, TypeError, "invalid keyword argument for {function}"),
                Err(raised) => return raised,
            }
        }
    }
    suggesting(py, function, given, &names)
}

/// The same for parsers that compare keywords as text only.
#[cold]
pub fn unknown_keyword(py: Py<'_>, function: &str, given: &PyStr, known: &[&str]) -> crate::error::Raised {
    let names: PyResult<Vec<_>> = known.iter().map(|name| PyStr::new(py, name)).collect();
    match names {
        Ok(names) => suggesting(py, function, given, &names),
        Err(raised) => raised,
    }
}

#[cold]
fn suggesting(py: Py<'_>, function: &str, given: &PyStr, names: &[Ref<PyStr>]) -> crate::error::Raised {
    let names: Vec<&PyStr> = names.iter().map(|name| &**name).collect();
    match crate::suggest::nearest(given, &names) {
        Some(nearest) => raise!(
            py,
            TypeError,
            "{function} got an unexpected keyword argument '{given}'. Did you mean '{nearest}'?"
        ),
        None => raise!(py, TypeError, "{function} got an unexpected keyword argument '{given}'"),
    }
}

/// `_PyArg_CheckPositional`: "pop expected at most 1 argument, got 2".
#[inline]
pub fn check_positional(py: Py<'_>, name: &str, nargs: isize, min: isize, max: isize) -> PyResult<()> {
    if nargs < min || nargs > max { Err(wrong_count(py, name, nargs, min, max)) } else { Ok(()) }
}

#[cold]
fn wrong_count(py: Py<'_>, name: &str, nargs: isize, min: isize, max: isize) -> crate::error::Raised {
    let (limit, how) = if nargs < min { (min, "at least ") } else { (max, "at most ") };
    let how = if min == max { "" } else { how };
    raise!(py, TypeError, "{name} expected {how}{limit} argument{}, got {nargs}", plural(limit as usize))
}

/// Where an argument stands, for error texts: "replace() argument 1 must be str, not int".
#[derive(Clone, Copy)]
pub struct ArgPos {
    /// Function name without parentheses.
    pub function: &'static str,
    /// 1-based position; 0 for the only argument of a one-argument function.
    pub index: u16,
    /// Name, when the argument may be given by keyword.
    pub keyword: Option<&'static str>,
}

impl fmt::Display for ArgPos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.keyword, self.index) {
            (Some(name), _) => write!(f, "argument '{name}'"),
            (None, 0) => f.write_str("argument"),
            (None, n) => write!(f, "argument {n}"),
        }
    }
}

/// `_PyArg_BadArgument`.
#[cold]
pub fn bad_argument(py: Py<'_>, at: ArgPos, expected: &str, got: &PyObject) -> crate::error::Raised {
    let what = if got.is(crate::objects::PyNone::get()) { "None" } else { got.ty().name() };
    raise!(py, TypeError, "{}() {at} must be {expected}, not {what}", at.function)
}

/// A Rust parameter type of a built-in function.
pub trait FromArg<'a>: Sized {
    /// Converts, or raises what CPython's converter raises.
    fn from_arg(py: Py<'a>, obj: &'a PyObject, at: ArgPos) -> PyResult<Self>;

    /// The same for a parameter that accepts `None` besides.
    #[inline(always)]
    fn from_arg_or_none(py: Py<'a>, obj: &'a PyObject, at: ArgPos) -> PyResult<Option<Self>> {
        if obj.is(crate::objects::PyNone::get()) { Ok(None) } else { Self::from_arg(py, obj, at).map(Some) }
    }
}

impl<'a> FromArg<'a> for &'a PyObject {
    #[inline(always)]
    fn from_arg(_py: Py<'a>, obj: &'a PyObject, _at: ArgPos) -> PyResult<Self> {
        Ok(obj)
    }
}
impl<'a> FromArg<'a> for Ref<PyObject> {
    #[inline(always)]
    fn from_arg(_py: Py<'a>, obj: &'a PyObject, _at: ArgPos) -> PyResult<Self> {
        Ok(obj.to_ref())
    }
}
impl<'a, T: PyClass> FromArg<'a> for &'a T {
    #[inline(always)]
    fn from_arg(py: Py<'a>, obj: &'a PyObject, at: ArgPos) -> PyResult<Self> {
        match obj.downcast::<T>() {
            Some(x) => Ok(x),
            None => Err(bad_argument(py, at, T::type_object().name(), obj)),
        }
    }
    #[inline(always)]
    fn from_arg_or_none(py: Py<'a>, obj: &'a PyObject, at: ArgPos) -> PyResult<Option<Self>> {
        match obj.downcast::<T>() {
            Some(x) => Ok(Some(x)),
            None if obj.is(crate::objects::PyNone::get()) => Ok(None),
            None => Err(bad_argument(py, at, &format!("{} or None", T::type_object().name()), obj)),
        }
    }
}
impl<'a, T: FromArg<'a>> FromArg<'a> for Option<T> {
    #[inline(always)]
    fn from_arg(py: Py<'a>, obj: &'a PyObject, at: ArgPos) -> PyResult<Self> {
        T::from_arg(py, obj, at).map(Some)
    }
}

/// A parameter that accepts Python's `None` besides `T`.
#[derive(Clone, Copy, Debug)]
pub struct NoneOr<T>(pub Option<T>);
impl<'a, T: FromArg<'a>> FromArg<'a> for NoneOr<T> {
    #[inline(always)]
    fn from_arg(py: Py<'a>, obj: &'a PyObject, at: ArgPos) -> PyResult<Self> {
        T::from_arg_or_none(py, obj, at).map(NoneOr)
    }
}

impl<'a> FromArg<'a> for bool {
    #[inline]
    fn from_arg(py: Py<'a>, obj: &'a PyObject, _at: ArgPos) -> PyResult<Self> {
        obj.is_true(py)
    }
}
impl<'a> FromArg<'a> for f64 {
    #[inline]
    fn from_arg(py: Py<'a>, obj: &'a PyObject, _at: ArgPos) -> PyResult<Self> {
        PyFloat::value_of(py, obj)
    }
}
/// `Py_ssize_t`: through `__index__`; "Python int too large to convert to C ssize_t".
impl<'a> FromArg<'a> for isize {
    #[inline]
    fn from_arg(py: Py<'a>, obj: &'a PyObject, _at: ArgPos) -> PyResult<Self> {
        let n = obj.index(py)?;
        match n.as_i64() {
            Some(v) => Ok(v as isize),
            None => Err(raise!(py, OverflowError, "Python int too large to convert to C ssize_t")),
        }
    }
}
/// C `long long`.
impl<'a> FromArg<'a> for i64 {
    #[inline]
    fn from_arg(py: Py<'a>, obj: &'a PyObject, _at: ArgPos) -> PyResult<Self> {
        let n = obj.index(py)?;
        n.as_i64().ok_or_else(|| raise!(py, OverflowError, "Python int too large to convert to C long"))
    }
}
/// C `int`.
impl<'a> FromArg<'a> for i32 {
    #[inline]
    fn from_arg(py: Py<'a>, obj: &'a PyObject, _at: ArgPos) -> PyResult<Self> {
        let n = obj.index(py)?;
        match n.as_i64() {
            Some(v) => i32::try_from(v)
                .map_err(|_| raise!(py, OverflowError, "Python int too large to convert to C int")),
            None => Err(raise!(py, OverflowError, "Python int too large to convert to C int")),
        }
    }
}
impl<'a> FromArg<'a> for u8 {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, _at: ArgPos) -> PyResult<Self> {
        let n = obj.index(py)?;
        match n.as_i64() {
            Some(v) if v < 0 => Err(raise!(py, OverflowError, "unsigned byte integer is less than minimum")),
            Some(v) if v <= 255 => Ok(v as u8),
            _ => Err(raise!(py, OverflowError, "unsigned byte integer is greater than maximum")),
        }
    }
}
/// C `unsigned int` without overflow check, as Clinic's `unsigned_int(bitwise=True)`.
impl<'a> FromArg<'a> for u32 {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, _at: ArgPos) -> PyResult<Self> {
        Ok(obj.index(py)?.as_u64_mask() as u32)
    }
}
/// C `unsigned long long` without overflow check.
impl<'a> FromArg<'a> for u64 {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, _at: ArgPos) -> PyResult<Self> {
        Ok(obj.index(py)?.as_u64_mask())
    }
}
/// `size_t`, checked.
impl<'a> FromArg<'a> for usize {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, _at: ArgPos) -> PyResult<Self> {
        let n = obj.index(py)?;
        match n.as_u64() {
            Some(v) => Ok(v as usize),
            None if n.is_negative() => {
                Err(raise!(py, OverflowError, "can't convert negative value to size_t"))
            }
            None => Err(raise!(py, OverflowError, "Python int too large to convert to C size_t")),
        }
    }
}
/// A `str` parameter as Rust text; lone surrogates raise `UnicodeEncodeError`.
impl<'a> FromArg<'a> for String {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, at: ArgPos) -> PyResult<Self> {
        let Some(s) = obj.downcast::<PyStr>() else { return Err(bad_argument(py, at, "str", obj)) };
        s.to_utf8(py).map(|s| s.into_owned())
    }
}

/// Converts with a function of one's own: used by hand-written parsers.
pub fn extract<'a, T: FromArg<'a>>(
    py: Py<'a>,
    obj: &'a PyObject,
    function: &'static str,
    index: u16,
) -> PyResult<T> {
    T::from_arg(py, obj, ArgPos { function, index, keyword: None })
}

/// Refuses keyword arguments: "list() takes no keyword arguments".
pub fn no_keywords(py: Py<'_>, function: &str, kwargs: Option<&PyDict>) -> PyResult<()> {
    match kwargs {
        Some(d) if !d.is_empty() => Err(raise!(py, TypeError, "{function}() takes no keyword arguments")),
        _ => Ok(()),
    }
}

/// The type a classmethod or `tp_new` got, for its own checks.
pub fn as_type(obj: &PyObject) -> Option<&PyType> {
    obj.downcast::<PyType>()
}

/// An index as slices take it: `None` is not accepted, too large values are clipped ("slice indices must be integers or have an
/// __index__ method").
#[derive(Clone, Copy, Debug)]
pub struct SliceIndex(pub isize);

impl<'a> FromArg<'a> for SliceIndex {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, _at: ArgPos) -> PyResult<Self> {
        if !obj.is_index() {
            return Err(raise!(py, TypeError, "slice indices must be integers or have an __index__ method"));
        }
        obj.to_index_clipped(py).map(SliceIndex)
    }
}

/// A bound of a search: `None` and absence mean "the end", too large values are clipped.
#[derive(Clone, Copy, Debug)]
pub struct SliceBound(pub Option<isize>);

impl<'a> FromArg<'a> for SliceBound {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, _at: ArgPos) -> PyResult<Self> {
        if obj.is_none() {
            return Ok(SliceBound(None));
        }
        if !obj.is_index() {
            return Err(raise!(
                py,
                TypeError,
                "slice indices must be integers or None or have an __index__ method"
            ));
        }
        obj.to_index_clipped(py).map(|i| SliceBound(Some(i)))
    }
}

impl SliceBound {
    /// The part of a text of `len` items that two bounds select; `None` when the start lies behind the end.
    pub fn range(
        start: Option<SliceBound>,
        end: Option<SliceBound>,
        len: usize,
    ) -> Option<core::ops::Range<usize>> {
        let wrap = |i: isize| if i < 0 { (i + len as isize).max(0) as usize } else { i as usize };
        let start = start.and_then(|b| b.0).map_or(0, wrap);
        let end = end.and_then(|b| b.0).map_or(len, wrap).min(len);
        (start <= end).then_some(start..end)
    }
}
