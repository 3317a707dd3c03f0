//! The process's locale, as far as start-up cares: character classification and with it the encoding.

use std::ffi::{CStr, CString};

use krait_numeric::format_spec::LocaleInfo;

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

/// `setlocale`, or what is set now; `None`: no such locale.
pub fn set(category: i32, locale: Option<&CStr>) -> Option<Vec<u8>> {
    // SAFETY: the name is null or ends with NUL; the answer stands until the next call and is copied at once.
    unsafe {
        let got = libc::setlocale(category, locale.map_or(core::ptr::null(), CStr::as_ptr));
        (!got.is_null()).then(|| CStr::from_ptr(got).to_bytes().to_vec())
    }
}

/// What `localeconv` tells.
#[allow(missing_docs)]
pub struct Conventions {
    pub texts: Vec<(&'static str, Vec<u8>)>,
    pub groupings: [(&'static str, Vec<u8>); 2],
    pub numbers: Vec<(&'static str, i8)>,
}

/// `localeconv`.
pub fn conventions() -> Conventions {
    // SAFETY: the structure and its texts stand until the next call; everything is copied at once.
    unsafe {
        let lc = &*libc::localeconv();
        let text = |at: *const core::ffi::c_char| CStr::from_ptr(at).to_bytes().to_vec();
        Conventions {
            texts: vec![
                ("decimal_point", text(lc.decimal_point)),
                ("thousands_sep", text(lc.thousands_sep)),
                ("int_curr_symbol", text(lc.int_curr_symbol)),
                ("currency_symbol", text(lc.currency_symbol)),
                ("mon_decimal_point", text(lc.mon_decimal_point)),
                ("mon_thousands_sep", text(lc.mon_thousands_sep)),
                ("positive_sign", text(lc.positive_sign)),
                ("negative_sign", text(lc.negative_sign)),
            ],
            groupings: [("grouping", text(lc.grouping)), ("mon_grouping", text(lc.mon_grouping))],
            numbers: vec![
                ("int_frac_digits", lc.int_frac_digits),
                ("frac_digits", lc.frac_digits),
                ("p_cs_precedes", lc.p_cs_precedes),
                ("p_sep_by_space", lc.p_sep_by_space),
                ("n_cs_precedes", lc.n_cs_precedes),
                ("n_sep_by_space", lc.n_sep_by_space),
                ("p_sign_posn", lc.p_sign_posn),
                ("n_sign_posn", lc.n_sign_posn),
            ],
        }
    }
}

/// How the present locale writes numbers: for the format type `n`.
pub fn numbers() -> LocaleInfo {
    let Conventions { texts, groupings, .. } = conventions();
    let text = |name: &str| {
        let bytes = texts.iter().find(|(key, _)| *key == name).map(|(_, bytes)| bytes.as_slice());
        decode(bytes.unwrap_or_default(), libc::LC_NUMERIC).into()
    };
    let [(_, grouping), _] = groupings;
    LocaleInfo {
        decimal_point: text("decimal_point"),
        thousands_sep: text("thousands_sep"),
        grouping: grouping.into(),
    }
}

/// Text of the locale's category, in the encoding that this category's locale has. What cannot be decoded is read as Latin-1.
pub fn decode(bytes: &[u8], category: i32) -> String {
    if bytes.is_ascii() {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    decode_by(bytes, category)
        .or_else(|| String::from_utf8(bytes.to_vec()).ok())
        .unwrap_or_else(|| bytes.iter().map(|&b| char::from(b)).collect())
}

/// Decodes with the C library, under the category's locale for this thread alone.
fn decode_by(bytes: &[u8], category: i32) -> Option<String> {
    let bytes = CString::new(bytes).ok()?;
    let name = CString::new(set(category, None)?).ok()?;
    let mut wide = vec![0 as libc::wchar_t; bytes.as_bytes().len() + 1];
    // SAFETY: the new locale is this thread's only until the old one is put back, and is freed after that; at most as many
    // characters as there is room for are written.
    let got = unsafe {
        let own = libc::newlocale(libc::LC_CTYPE_MASK, name.as_ptr(), core::ptr::null_mut());
        if own.is_null() {
            return None;
        }
        let old = libc::uselocale(own);
        let got = mbstowcs(wide.as_mut_ptr(), bytes.as_ptr(), wide.len());
        libc::uselocale(old);
        libc::freelocale(own);
        got
    };
    wide.get(..got)?.iter().map(|&c| char::from_u32(c as u32)).collect()
}

/// `nl_langinfo`.
pub fn information(item: i32) -> Vec<u8> {
    // SAFETY: the text stands until the next call; it is copied at once.
    unsafe {
        let got = libc::nl_langinfo(item);
        if got.is_null() { Vec::new() } else { CStr::from_ptr(got).to_bytes().to_vec() }
    }
}

unsafe extern "C" {
    fn mbstowcs(out: *mut libc::wchar_t, from: *const core::ffi::c_char, room: usize) -> usize;
    fn strcoll(a: *const core::ffi::c_char, b: *const core::ffi::c_char) -> i32;
    fn strxfrm(out: *mut core::ffi::c_char, from: *const core::ffi::c_char, room: usize) -> usize;
    fn dcgettext(
        domain: *const core::ffi::c_char,
        message: *const core::ffi::c_char,
        category: i32,
    ) -> *const core::ffi::c_char;
    fn textdomain(domain: *const core::ffi::c_char) -> *const core::ffi::c_char;
    fn bindtextdomain(
        domain: *const core::ffi::c_char,
        directory: *const core::ffi::c_char,
    ) -> *const core::ffi::c_char;
    fn bind_textdomain_codeset(
        domain: *const core::ffi::c_char,
        codeset: *const core::ffi::c_char,
    ) -> *const core::ffi::c_char;
}

/// `strcoll`.
pub fn collate(a: &CStr, b: &CStr) -> i32 {
    // SAFETY: both end with NUL.
    unsafe { strcoll(a.as_ptr(), b.as_ptr()) }
}

/// `strxfrm`.
pub fn transform(text: &CStr) -> Vec<u8> {
    // SAFETY: writes at most the room given.
    unsafe {
        let needed = strxfrm(core::ptr::null_mut(), text.as_ptr(), 0);
        let mut out = vec![0u8; needed + 1];
        let got = strxfrm(out.as_mut_ptr().cast(), text.as_ptr(), out.len());
        out.truncate(got.min(needed));
        out
    }
}

/// A call that takes two names, perhaps null, and gives one, perhaps null.
fn named(
    call: unsafe extern "C" fn(
        *const core::ffi::c_char,
        *const core::ffi::c_char,
    ) -> *const core::ffi::c_char,
    domain: &CStr,
    value: Option<&CStr>,
) -> Option<Vec<u8>> {
    // SAFETY: the names end with NUL; the answer is copied at once.
    unsafe {
        let got = call(domain.as_ptr(), value.map_or(core::ptr::null(), CStr::as_ptr));
        (!got.is_null()).then(|| CStr::from_ptr(got).to_bytes().to_vec())
    }
}

/// `bindtextdomain`.
pub fn bind_domain(domain: &CStr, directory: Option<&CStr>) -> Option<Vec<u8>> {
    named(bindtextdomain, domain, directory)
}

/// `bind_textdomain_codeset`.
pub fn bind_codeset(domain: &CStr, codeset: Option<&CStr>) -> Option<Vec<u8>> {
    named(bind_textdomain_codeset, domain, codeset)
}

/// `textdomain`.
pub fn domain(domain: Option<&CStr>) -> Option<Vec<u8>> {
    // SAFETY: as above.
    unsafe {
        let got = textdomain(domain.map_or(core::ptr::null(), CStr::as_ptr));
        (!got.is_null()).then(|| CStr::from_ptr(got).to_bytes().to_vec())
    }
}

/// `dcgettext`: the message in the user's language.
pub fn message(domain: Option<&CStr>, message: &CStr, category: i32) -> Vec<u8> {
    // SAFETY: as above; the answer is the message itself at worst.
    unsafe {
        let got = dcgettext(domain.map_or(core::ptr::null(), CStr::as_ptr), message.as_ptr(), category);
        CStr::from_ptr(got).to_bytes().to_vec()
    }
}
