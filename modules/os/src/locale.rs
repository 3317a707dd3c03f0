//! Module `_locale`.

use std::ffi::CString;

use krait_macros::pymodule;
use krait_runtime::local::{InterpreterLocal, new_exception_class};
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;

static ERROR: InterpreterLocal =
    InterpreterLocal::new(|py| new_exception_class(py, "locale.Error", None, &[types::Exception()]));

/// A text as a C string.
struct Text(CString);
impl<'a> FromArg<'a> for Text {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, at: ArgPos) -> PyResult<Self> {
        let Some(text) = obj.downcast::<PyStr>() else {
            return Err(krait_runtime::args::bad_argument(py, at, "str", obj));
        };
        CString::new(text.to_os_bytes(py)?)
            .map(Text)
            .map_err(|_| raise!(py, ValueError, "embedded null character"))
    }
}

/// A text or `None`.
struct TextOrNone(Option<CString>);
impl<'a> FromArg<'a> for TextOrNone {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, at: ArgPos) -> PyResult<Self> {
        if obj.is_none() {
            return Ok(TextOrNone(None));
        }
        if !PyStr::check(obj) {
            return Err(krait_runtime::args::bad_argument(py, at, "str or None", obj));
        }
        Text::from_arg(py, obj, at).map(|t| TextOrNone(Some(t.0)))
    }
}

/// The module.
#[pymodule(name = "_locale")]
pub mod locale {
    use krait_runtime::prelude::*;
    use krait_runtime::system::{Errno, locale as system};

    use super::{ERROR, Text, TextOrNone};

    #[pyattr]
    const CHAR_MAX: i64 = 127;
    #[pyattr]
    use libc::{
        ABDAY_1, ABDAY_2, ABDAY_3, ABDAY_4, ABDAY_5, ABDAY_6, ABDAY_7, ABMON_1, ABMON_2, ABMON_3, ABMON_4,
        ABMON_5, ABMON_6, ABMON_7, ABMON_8, ABMON_9, ABMON_10, ABMON_11, ABMON_12, ALT_DIGITS, AM_STR,
        CODESET, CRNCYSTR, D_FMT, D_T_FMT, DAY_1, DAY_2, DAY_3, DAY_4, DAY_5, DAY_6, DAY_7, ERA, ERA_D_FMT,
        ERA_D_T_FMT, ERA_T_FMT, LC_ALL, LC_COLLATE, LC_CTYPE, LC_MESSAGES, LC_MONETARY, LC_NUMERIC, LC_TIME,
        MON_1, MON_2, MON_3, MON_4, MON_5, MON_6, MON_7, MON_8, MON_9, MON_10, MON_11, MON_12, NOEXPR,
        PM_STR, RADIXCHAR, T_FMT, T_FMT_AMPM, THOUSEP, YESEXPR,
    };
    #[pyattr]
    const _DATE_FMT: i64 = 131180;

    fn text(py: Py<'_>, bytes: &[u8]) -> PyResult<Ref<PyStr>> {
        PyStr::from_os_bytes(py, bytes)
    }

    #[pyfunction]
    fn setlocale(py: Py<'_>, category: i32, locale: Option<TextOrNone>) -> PyResult<Ref<PyStr>> {
        let locale = locale.and_then(|locale| locale.0);
        match system::set(category, locale.as_deref()) {
            Some(name) => text(py, &name),
            None if locale.is_some() => Err(ERROR.raise(py, format_args!("unsupported locale setting"))),
            None => Err(ERROR.raise(py, format_args!("locale query failed"))),
        }
    }

    #[pyfunction]
    fn localeconv(py: Py<'_>) -> PyResult<Ref<PyDict>> {
        let conventions = system::conventions();
        let dict = PyDict::new(py)?;
        for (name, value) in &conventions.texts {
            let category = match *name {
                "decimal_point" | "thousands_sep" => libc::LC_NUMERIC,
                _ => libc::LC_MONETARY,
            };
            dict.set_named(py, name, &*PyStr::new(py, &system::decode(value, category))?)?;
        }
        for (name, groups) in &conventions.groupings {
            let list = PyList::new(py)?;
            let mut groups = groups.iter();
            if !groups.as_slice().is_empty() {
                loop {
                    // The last number says how it goes on: 0: as the one before, CHAR_MAX: not at all.
                    let n = groups.next().copied().unwrap_or(0);
                    list.append(py, n.into_py(py)?)?;
                    if n == 0 || n == 127 {
                        break;
                    }
                }
            }
            dict.set_named(py, name, &list)?;
        }
        for (name, value) in &conventions.numbers {
            dict.set_named(py, name, &*value.into_py(py)?)?;
        }
        Ok(dict)
    }

    #[pyfunction]
    fn strcoll(_py: Py<'_>, os1: Text, os2: Text) -> i32 {
        system::collate(&os1.0, &os2.0)
    }

    #[pyfunction]
    fn strxfrm(py: Py<'_>, string: Text) -> PyResult<Ref<PyStr>> {
        let bytes = system::transform(&string.0);
        match std::str::from_utf8(&bytes) {
            Ok(valid) => PyStr::new(py, valid),
            Err(_) => text(py, &bytes),
        }
    }

    #[pyfunction]
    fn nl_langinfo(py: Py<'_>, key: i32) -> PyResult<Ref<PyStr>> {
        if !super::LANGINFO.contains(&key) {
            bail!(py, ValueError, "unsupported langinfo constant")
        }
        text(py, &system::information(key))
    }

    #[pyfunction]
    fn getencoding(_py: Py<'_>) -> String {
        system::codeset()
    }

    #[pyfunction]
    fn gettext(py: Py<'_>, msg: Text) -> PyResult<Ref<PyStr>> {
        text(py, &system::message(None, &msg.0, libc::LC_MESSAGES))
    }

    #[pyfunction]
    fn dgettext(py: Py<'_>, domain: TextOrNone, msg: Text) -> PyResult<Ref<PyStr>> {
        text(py, &system::message(domain.0.as_deref(), &msg.0, libc::LC_MESSAGES))
    }

    #[pyfunction]
    fn dcgettext(py: Py<'_>, domain: TextOrNone, msg: Text, category: i32) -> PyResult<Ref<PyStr>> {
        text(py, &system::message(domain.0.as_deref(), &msg.0, category))
    }

    #[pyfunction]
    fn textdomain(py: Py<'_>, domain: TextOrNone) -> PyResult<Ref<PyStr>> {
        match system::domain(domain.0.as_deref()) {
            Some(name) => text(py, &name),
            None => Err(py.raise_errno(Errno::last().0)),
        }
    }

    #[pyfunction]
    fn bindtextdomain(py: Py<'_>, domain: Text, dir: &PyObject) -> PyResult<Ref<PyStr>> {
        if domain.0.is_empty() {
            return Err(ERROR.raise(py, format_args!("domain must be a non-empty string")));
        }
        let directory = if dir.is_none() { None } else { Some(dir.fs_bytes(py)?) };
        match system::bind_domain(&domain.0, directory.as_deref()) {
            Some(name) => text(py, &name),
            None => Err(py.raise_errno(Errno::last().0)),
        }
    }

    #[pyfunction]
    fn bind_textdomain_codeset(
        py: Py<'_>,
        domain: Text,
        codeset: TextOrNone,
    ) -> PyResult<Option<Ref<PyStr>>> {
        match system::bind_codeset(&domain.0, codeset.0.as_deref()) {
            Some(name) => text(py, &name).map(Some),
            None => Ok(None),
        }
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "Error", &*ERROR.get(py)?)
    }
}

/// What `nl_langinfo` may be asked for.
static LANGINFO: &[i32] = &[
    131072, 131073, 131074, 131075, 131076, 131077, 131078, 131086, 131095, 131096, 131097, 131087, 131088,
    131089, 131090, 131091, 131092, 131093, 131094, 131119, 131110, 14, 262159, 131079, 131080, 131081,
    131082, 131083, 131084, 131085, 131113, 131112, 131116, 131118, 131120, 131121, 131098, 131107, 131108,
    131109, 131099, 131100, 131101, 131102, 131103, 131104, 131105, 131106, 327681, 131111, 65536, 65537,
    131114, 131115, 327680, 131180,
];
