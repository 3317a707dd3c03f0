//! Which characters identifiers may hold, their NFKC form, and Unicode character names.
//! The only file that knows where Unicode data comes from.

use bumpalo::Bump;
use unicode_normalization::UnicodeNormalization;

/// Whether an identifier may begin with it.
pub(crate) fn is_start(c: char) -> bool {
    c == '_' || unicode_ident::is_xid_start(c)
}

/// Whether an identifier may go on with it.
pub(crate) fn is_continue(c: char) -> bool {
    unicode_ident::is_xid_continue(c)
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

/// Whether `repr` shows the character itself.
pub(crate) fn is_printable(c: char) -> bool {
    // Unassigned, private and format characters matter little here: only the wording of one message hangs on it.
    let code = c as u32;
    !(c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(code, 0xad | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e)
        || matches!(code, 0x2060..=0x206f | 0xd800..=0xf8ff | 0xfeff | 0xfff0..=0xfffb | 0xfffe | 0xffff)
        || matches!(code, 0xe0000..=0xe00ff | 0xe01f0..=0x10ffff))
}
