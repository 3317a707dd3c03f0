//! Which characters identifiers may hold, their NFKC form, and Unicode character names.
//! The only file that knows where Unicode data comes from.

use bumpalo::Bump;
use krait_unicode::character;
use unicode_normalization::UnicodeNormalization;

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
    let mut normal = bumpalo::collections::String::with_capacity_in(name.len(), arena);
    normal.extend(name.nfkc());
    if normal.as_str() == name { name } else { normal.into_bump_str() }
}
