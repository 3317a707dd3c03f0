//! Binding arguments to the parameters of a Python function (Language Reference, 6.3.4 "Calls"). Not here: the error texts
//! (`errors.rs`).

use krait_bytecode::CodeFlags;
use krait_runtime::objects::{PyDict, PyStr, PyTuple};
use krait_runtime::{Py, PyObject, PyResult, Ref};

use super::errors;
use crate::objects::code::PyCode;
use crate::objects::function::PyFunction;
use crate::stackref::StackRef;

/// Whether `nargs` positional arguments fill the parameters exactly, with nothing to collect or default.
#[inline(always)]
pub fn is_exact(code: &PyCode, nargs: usize) -> bool {
    const SHAPE: u32 = CodeFlags::VARARGS | CodeFlags::VARKEYWORDS;
    !code.has(SHAPE) && code.co_argcount.get() as usize == nargs && code.co_kwonlyargcount.get() == 0
}

/// The defaults that complete `nargs` positional arguments, when nothing else is to be bound.
///
/// # Safety
/// The function's defaults are not exchanged while the result is used.
#[inline]
pub unsafe fn plain_defaults<'a>(
    function: &'a PyFunction,
    code: &PyCode,
    nargs: usize,
) -> Option<&'a [Ref<PyObject>]> {
    const SHAPE: u32 = CodeFlags::VARARGS | CodeFlags::VARKEYWORDS;
    if code.has(SHAPE) || code.co_kwonlyargcount.get() != 0 {
        return None;
    }
    let missing = (code.co_argcount.get() as usize).checked_sub(nargs)?;
    // SAFETY: by contract.
    let defaults = unsafe { function.func_defaults.as_raw().as_ref() }?.as_slice();
    defaults.get(defaults.len().checked_sub(missing)?..)
}

/// Fills the parameters' slots. All arguments are moved or released, also on an error.
///
/// # Safety
/// `locals` are the (unbound) slots of a frame of `code`; `args` holds `nargs` values, then those of `kwnames`.
#[inline(never)]
pub unsafe fn bind(
    py: Py<'_>,
    function: &PyFunction,
    code: &PyCode,
    locals: *mut StackRef,
    args: *mut StackRef,
    nargs: usize,
    kwnames: Option<&PyTuple>,
) -> PyResult<()> {
    let binding = Binding {
        py,
        function,
        code,
        locals,
        argcount: code.co_argcount.get() as usize,
        total: (code.co_argcount.get() + code.co_kwonlyargcount.get()) as usize,
    };
    // SAFETY: by contract.
    unsafe {
        let result = binding.fill(args, nargs, kwnames);
        if result.is_err() {
            for i in 0..nargs + kwnames.map_or(0, PyTuple::len) {
                take(args, i).close();
            }
        }
        result
    }
}

/// Moves a value out of its slot.
#[inline(always)]
unsafe fn take(args: *mut StackRef, i: usize) -> StackRef {
    // SAFETY: the caller's slots.
    unsafe { core::mem::replace(&mut *args.add(i), StackRef::NULL) }
}

/// One call being bound.
pub(super) struct Binding<'a> {
    pub(super) py: Py<'a>,
    pub(super) function: &'a PyFunction,
    pub(super) code: &'a PyCode,
    locals: *mut StackRef,
    /// Positional parameters.
    pub(super) argcount: usize,
    /// Positional and keyword-only parameters.
    pub(super) total: usize,
}

impl<'a> Binding<'a> {
    /// Whether slot `i` has its value.
    pub(super) fn is_bound(&self, i: usize) -> bool {
        // SAFETY: parameters are the first slots of the frame.
        unsafe { !(*self.locals.add(i)).is_null() }
    }

    /// The name of parameter `i`.
    pub(super) fn name(&self, i: usize) -> &'a PyStr {
        self.code.local_name(i)
    }

    unsafe fn fill(&self, args: *mut StackRef, nargs: usize, kwnames: Option<&PyTuple>) -> PyResult<()> {
        let py = self.py;
        let varargs = self.code.has(CodeFlags::VARARGS);
        let mut kwdict = None;
        // SAFETY: slots of the frame and of the caller, by the contract of `bind`.
        unsafe {
            if self.code.has(CodeFlags::VARKEYWORDS) {
                let dict = PyDict::new(py)?;
                kwdict = Some(dict.clone());
                *self.locals.add(self.total + usize::from(varargs)) = StackRef::owned(dict.upcast());
            }
            let positional = nargs.min(self.argcount);
            for i in 0..positional {
                *self.locals.add(i) = take(args, i);
            }
            if varargs {
                let rest = nargs - positional;
                let tuple = PyTuple::build(py, rest, |to| {
                    for i in 0..rest {
                        to.add(i).write(take(args, positional + i).into_raw());
                    }
                })?;
                *self.locals.add(self.total) = StackRef::owned(tuple.upcast());
            }
            if let Some(kwnames) = kwnames {
                for (i, name) in kwnames.as_slice().iter().enumerate() {
                    let value = take(args, nargs + i);
                    self.keyword(name, value, kwdict.as_deref(), kwnames)?;
                }
            }
            if nargs > self.argcount && !varargs {
                return Err(errors::too_many_positional(self, nargs));
            }
            self.defaults(nargs)?;
            self.keyword_defaults()
        }
    }

    /// Binds one keyword argument; `value` is moved.
    unsafe fn keyword(
        &self,
        name: &PyObject,
        value: StackRef,
        kwdict: Option<&PyDict>,
        kwnames: &PyTuple,
    ) -> PyResult<()> {
        // SAFETY: the value is moved into the slot or released.
        unsafe {
            let value = value.into_ref();
            match self.find(name)? {
                Some(i) => {
                    if self.is_bound(i) {
                        return Err(errors::multiple_values(self, name));
                    }
                    *self.locals.add(i) = StackRef::owned(value);
                    Ok(())
                }
                None => match kwdict {
                    Some(dict) => dict.set(self.py, name, &value),
                    None => Err(errors::unexpected_keyword(self, name, kwnames)),
                },
            }
        }
    }

    /// The parameter that a keyword names.
    fn find(&self, name: &PyObject) -> PyResult<Option<usize>> {
        let Some(text) = name.downcast::<PyStr>() else { return Err(errors::keywords_must_be_strings(self)) };
        let first = self.code.co_posonlyargcount.get() as usize;
        let names = self.code.localsplusnames().as_slice();
        let Some(candidates) = names.get(first..self.total) else { return Ok(None) };
        if let Some(i) = candidates.iter().position(|n| n.is(name)) {
            return Ok(Some(first + i));
        }
        for (i, candidate) in candidates.iter().enumerate() {
            if PyObject::eq(text, self.py, candidate)? {
                return Ok(Some(first + i));
            }
        }
        Ok(None)
    }

    fn defaults(&self, nargs: usize) -> PyResult<()> {
        if nargs >= self.argcount {
            return Ok(());
        }
        let defaults: Option<Ref<PyTuple>> = self.function.func_defaults.get();
        let values = defaults.as_ref().map_or(&[][..], |d| d.as_slice());
        let required = self.argcount.saturating_sub(values.len());
        let missing = (nargs..required).filter(|&i| !self.is_bound(i)).count();
        if missing != 0 {
            return Err(errors::missing_positional(self, missing, required));
        }
        // More defaults than parameters: the last ones count (a code object exchanged behind the function's back).
        let surplus = values.len().saturating_sub(self.argcount);
        for (i, value) in values.iter().skip(surplus).enumerate() {
            let slot = required + i;
            if slot >= nargs && !self.is_bound(slot) {
                // SAFETY: a parameter's slot.
                unsafe { *self.locals.add(slot) = StackRef::owned(value.clone()) };
            }
        }
        Ok(())
    }

    fn keyword_defaults(&self) -> PyResult<()> {
        if (self.argcount..self.total).all(|i| self.is_bound(i)) {
            return Ok(());
        }
        let defaults: Option<Ref<PyDict>> = self.function.func_kwdefaults.get();
        let mut missing = 0;
        for i in self.argcount..self.total {
            if self.is_bound(i) {
                continue;
            }
            if let Some(dict) = &defaults
                && let Some(value) = dict.get(self.py, self.name(i))?
            {
                // SAFETY: a parameter's slot.
                unsafe { *self.locals.add(i) = StackRef::owned(value) };
                continue;
            }
            missing += 1;
        }
        if missing != 0 { Err(errors::missing_keyword_only(self, missing)) } else { Ok(()) }
    }
}
