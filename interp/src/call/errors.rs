//! What wrong calls of Python functions say.

use krait_runtime::error::Raised;
use krait_runtime::objects::{PyStr, PyTuple};
use krait_runtime::{PyObject, Ref, raise};

use super::bind::Binding;

fn s(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

fn qualname(b: &Binding<'_>) -> Option<Ref<PyStr>> {
    b.function.func_qualname.get()
}

macro_rules! wrong_call {
    ($b:expr, $($arg:tt)+) => {{
        let message = format!($($arg)+);
        match qualname($b) {
            Some(name) => raise!($b.py, TypeError, "{}() {message}", &*name),
            None => raise!($b.py, TypeError, "function {message}"),
        }
    }};
}

#[cold]
pub(super) fn keywords_must_be_strings(b: &Binding<'_>) -> Raised {
    raise!(b.py, TypeError, "keywords must be strings")
}

#[cold]
pub(super) fn multiple_values(b: &Binding<'_>, name: &PyObject) -> Raised {
    wrong_call!(b, "got multiple values for argument '{}'", text(name))
}

fn text(name: &PyObject) -> String {
    name.downcast::<PyStr>().map(ToString::to_string).unwrap_or_default()
}

#[cold]
pub(super) fn unexpected_keyword(b: &Binding<'_>, name: &PyObject, kwnames: &PyTuple) -> Raised {
    let posonly = b.code.co_posonlyargcount.get() as usize;
    if posonly > 0 {
        let mut conflicts = Vec::new();
        for i in 0..posonly {
            let parameter = b.name(i);
            for given in kwnames.as_slice() {
                match PyObject::eq(parameter, b.py, given) {
                    Ok(true) => conflicts.push(parameter.to_string()),
                    Ok(false) => {}
                    Err(raised) => return raised,
                }
            }
        }
        if !conflicts.is_empty() {
            return wrong_call!(
                b,
                "got some positional-only arguments passed as keyword arguments: '{}'",
                conflicts.join(", ")
            );
        }
    }
    let candidates: Vec<&PyStr> = (posonly..b.total).map(|i| b.name(i)).collect();
    let nearest = name.downcast::<PyStr>().and_then(|n| krait_runtime::suggest::nearest(n, &candidates));
    match nearest {
        Some(nearest) => {
            wrong_call!(b, "got an unexpected keyword argument '{}'. Did you mean '{nearest}'?", text(name))
        }
        None => wrong_call!(b, "got an unexpected keyword argument '{}'", text(name)),
    }
}

#[cold]
pub(super) fn too_many_positional(b: &Binding<'_>, given: usize) -> Raised {
    let keyword_only = (b.argcount..b.total).filter(|&i| b.is_bound(i)).count();
    let defaults = b.function.func_defaults.get().map_or(0, |d| d.len());
    let (takes, plural) = if defaults != 0 {
        (format!("from {} to {}", b.argcount.saturating_sub(defaults), b.argcount), "s")
    } else {
        (b.argcount.to_string(), s(b.argcount))
    };
    let also = if keyword_only != 0 {
        format!(
            " positional argument{} (and {keyword_only} keyword-only argument{})",
            s(given),
            s(keyword_only)
        )
    } else {
        String::new()
    };
    let verb = if given == 1 && keyword_only == 0 { "was" } else { "were" };
    wrong_call!(b, "takes {takes} positional argument{plural} but {given}{also} {verb} given")
}

fn missing(b: &Binding<'_>, kind: &str, count: usize, slots: core::ops::Range<usize>) -> Raised {
    let mut names = Vec::with_capacity(count);
    for i in slots.filter(|&i| !b.is_bound(i)) {
        match PyObject::repr(b.name(i), b.py) {
            Ok(text) => names.push(text.to_string()),
            Err(raised) => return raised,
        }
    }
    let list = match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [front @ .., last] => format!("{}, and {last}", front.join(", ")),
    };
    wrong_call!(b, "missing {count} required {kind} argument{}: {list}", s(count))
}

#[cold]
pub(super) fn missing_positional(b: &Binding<'_>, count: usize, required: usize) -> Raised {
    missing(b, "positional", count, 0..required)
}

#[cold]
pub(super) fn missing_keyword_only(b: &Binding<'_>, count: usize) -> Raised {
    missing(b, "keyword-only", count, b.argcount..b.total)
}
