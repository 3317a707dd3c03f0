//! Which characters identifiers may hold, their NFKC form, and Unicode character names.
//! The only file that knows where Unicode data comes from.

use bumpalo::Bump;
use krait_unicode::database::Version;
use krait_unicode::names::Named;
use krait_unicode::normalize::{Form, normalize};
use krait_unicode::{character, names};

/// Whether an identifier may begin with it.
pub(crate) fn is_start(c: char) -> bool {
    character::is_identifier_start(c as u32)
}

/// Whether an identifier may go on with it.
pub(crate) fn is_continue(c: char) -> bool {
    character::is_xid_continue(c as u32)
}

/// Whether `repr` shows the character itself.
pub(crate) fn is_printable(c: char) -> bool {
    character::is_printable(c as u32)
}

/// The NFKC form of an identifier.
pub(crate) fn normalise<'a>(arena: &'a Bump, name: &'a str) -> &'a str {
    if name.is_ascii() {
        return name;
    }
    let normal = normalize(Form::Nfkc, name.chars().map(u32::from), Version::V16);
    let normal: String = normal.into_iter().filter_map(char::from_u32).collect();
    if normal == name { name } else { arena.alloc_str(&normal) }
}

/// The constant that an identifier with letters beyond ASCII stands for once it is normalised: it cannot be an identifier then.
pub(crate) fn constant(name: &str) -> Option<&'static str> {
    // Each letter has at most four bytes and stands for one of at most five.
    if name.is_ascii() || name.len() > 20 {
        return None;
    }
    let normal = normalize(Form::Nfkc, name.chars().map(u32::from), Version::V16);
    ["True", "False", "None"]
        .into_iter()
        .find(|constant| normal.iter().copied().eq(constant.chars().map(u32::from)))
}

/// The character of a name as `\N{…}` knows it: aliases too, but no sequences.
pub(crate) fn character_by_name(name: &str) -> Option<u32> {
    match names::lookup(name.as_bytes(), Version::V16) {
        Some(Named::Character(code)) => Some(code),
        _ => None,
    }
}
