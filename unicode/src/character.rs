//! Predicates and digit values of single code points: what `str.isalpha()` and its family, the tokenizer and `int()`
//! ask. Values outside the code space have no properties. Case mappings live in `case`, UCD fields in `database`.

use crate::tables::types::{self, RECORDS, TYPE_SHIFT, TYPE_STAGE1, TYPE_STAGE2, TypeRecord};

/// The type record of a code point; that of an unassigned one for values outside the code space.
#[inline]
pub fn record(cp: u32) -> &'static TypeRecord {
    let cp = if cp > 0x10FFFF { 0x10FFFF } else { cp };
    let block = TYPE_STAGE1[(cp >> TYPE_SHIFT) as usize] as usize;
    let row = TYPE_STAGE2[(block << TYPE_SHIFT) + (cp & ((1 << TYPE_SHIFT) - 1)) as usize];
    &RECORDS[row as usize]
}

/// All flag bits of a code point (see `tables::types`), for callers that test several at once.
#[inline]
pub fn flags(cp: u32) -> u16 {
    record(cp).flags
}

macro_rules! predicates {
    ($($(#[$doc:meta])* $name:ident = $flag:ident;)*) => {
        $($(#[$doc])*
        #[inline]
        pub fn $name(cp: u32) -> bool {
            flags(cp) & types::$flag != 0
        })*
    };
}

predicates! {
    /// `str.isalpha()` of the character.
    is_alpha = ALPHA;
    /// `str.isdecimal()`: has a decimal digit value.
    is_decimal = DECIMAL;
    /// `str.isdigit()`: has a digit value, superscripts included.
    is_digit = DIGIT;
    /// `str.isnumeric()`: has a numeric value, fractions and CJK numerals included.
    is_numeric = NUMERIC;
    /// `str.isspace()`.
    is_space = SPACE;
    /// `str.splitlines()` breaks after it.
    is_linebreak = LINEBREAK;
    /// `str.isprintable()`: `repr()` shows it as it is.
    is_printable = PRINTABLE;
    /// Has the Lowercase property.
    is_lower = LOWER;
    /// Has the Uppercase property.
    is_upper = UPPER;
    /// Is a titlecase letter (category Lt), such as U+01C5.
    is_title = TITLE;
    /// Is cased: `str.title()` continues a word after it.
    is_cased = CASED;
    /// Is transparent to the final-sigma rule.
    is_case_ignorable = CASE_IGNORABLE;
    /// May start an identifier; `_` is not among them.
    is_xid_start = XID_START;
    /// May continue an identifier; `_` is among them.
    is_xid_continue = XID_CONTINUE;
}

/// `str.isalnum()` of the character.
#[inline]
pub fn is_alnum(cp: u32) -> bool {
    flags(cp) & (types::ALPHA | types::DECIMAL | types::DIGIT | types::NUMERIC) != 0
}

/// May stand first in a Python identifier: `XID_Start` or `_`.
#[inline]
pub fn is_identifier_start(cp: u32) -> bool {
    cp == '_' as u32 || is_xid_start(cp)
}

/// `str.isidentifier()`.
pub fn is_identifier(mut text: impl Iterator<Item = u32>) -> bool {
    match text.next() {
        Some(first) => is_identifier_start(first) && text.all(is_xid_continue),
        None => false,
    }
}

/// Value of a decimal digit of any script: what `int()` accepts.
#[inline]
pub fn decimal_value(cp: u32) -> Option<u8> {
    u8::try_from(record(cp).decimal).ok()
}

/// Value as a digit, superscripts and circled digits included.
#[inline]
pub fn digit_value(cp: u32) -> Option<u8> {
    u8::try_from(record(cp).digit).ok()
}

/// The ASCII form that `int()`, `float()` and `complex()` read: a digit for every decimal digit, a space for every
/// space, ASCII as it is, and `None` (which these read as `?`) for the rest.
#[inline]
pub fn decimal_or_space_to_ascii(cp: u32) -> Option<u8> {
    if cp < 0x80 {
        return Some(cp as u8);
    }
    if is_space(cp) {
        return Some(b' ');
    }
    decimal_value(cp).map(|d| b'0' + d)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers() {
        let id = |s: &str| is_identifier(s.chars().map(u32::from));
        assert!(id("_x1") && id("é") && id("𝔘nicode"));
        assert!(!id("") && !id("1a") && !id("a b") && !id("²"));
    }

    #[test]
    fn digits() {
        assert_eq!(decimal_value(0x661), Some(1));
        assert_eq!(decimal_value(0xB2), None);
        assert_eq!(digit_value(0xB2), Some(2));
        assert_eq!(decimal_or_space_to_ascii(0x2003), Some(b' '));
        assert_eq!(record(u32::MAX).flags, 0);
    }
}
