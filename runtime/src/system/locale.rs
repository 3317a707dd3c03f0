//! The process's locale, as far as start-up cares: character classification and with it the encoding.

use std::ffi::{CStr, CString};

/// Locales to fall back on from "C" (PEP 538): all of them know UTF-8.
const TARGETS: [&CStr; 3] = [c"C.UTF-8", c"C.utf8", c"UTF-8"];

fn set_ctype(name: &CStr) -> bool {
    // SAFETY: called while only one thread runs; the name is a C string.
    !unsafe { libc::setlocale(libc::LC_CTYPE, name.as_ptr()) }.is_null()
}

/// Takes the locale for character classification from the environment. To be called before any other thread runs.
pub fn take_from_environment() {
    set_ctype(c"");
}

/// The name of the present locale for character classification.
pub fn ctype_name() -> String {
    // SAFETY: a null name only asks; the answer is a C string that stands until the next call.
    unsafe {
        let name = libc::setlocale(libc::LC_CTYPE, core::ptr::null());
        if name.is_null() { "C".to_owned() } else { CStr::from_ptr(name).to_string_lossy().into_owned() }
    }
}

/// The encoding of the present locale ("UTF-8").
pub fn codeset() -> String {
    // SAFETY: the answer is a C string that stands until the next call.
    unsafe {
        let name = libc::nl_langinfo(libc::CODESET);
        if name.is_null() { String::new() } else { CStr::from_ptr(name).to_string_lossy().into_owned() }
    }
}

/// Whether [`coerce`] may have chosen this locale.
pub fn is_coercion_target(name: &str) -> bool {
    TARGETS.iter().any(|t| t.to_str().is_ok_and(|t| t == name))
}

/// Replaces the "C" locale by one that knows UTF-8, for this process and those it starts (`LC_CTYPE`), and gives its name. Nothing
/// happens where `LC_ALL` is set. To be called before any other thread runs.
pub fn coerce() -> Option<&'static str> {
    if std::env::var_os("LC_ALL").is_some_and(|v| !v.is_empty()) {
        return None;
    }
    let target =
        TARGETS.into_iter().find(|target| set_ctype(target) && !codeset().is_empty())?.to_str().ok()?;
    let (name, value) = (c"LC_CTYPE", CString::new(target).ok()?);
    // SAFETY: only one thread runs; both are C strings, which the call copies.
    unsafe { libc::setenv(name.as_ptr(), value.as_ptr(), 1) };
    Some(target)
}
