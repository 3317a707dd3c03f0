//! `str`: PEP 393 strings. Here: the layout, the characters, and making strings from bytes and code points.
//! Methods stand in the files beside this one; codecs with error handlers in `crate::codecs`.

/// Runs the body with the code units of a string, whatever their width: `units!(s.data(), |text| …)`.
macro_rules! units {
    ($data:expr, |$text:ident| $body:expr) => {
        match $data {
            $crate::objects::str::StrData::Ascii($text) | $crate::objects::str::StrData::Latin1($text) => {
                $body
            }
            $crate::objects::str::StrData::Ucs2($text) => $body,
            $crate::objects::str::StrData::Ucs4($text) => $body,
        }
    };
}
pub(crate) use units;

mod build;
mod case;
mod cast;
mod compare;
pub mod format;
pub(crate) mod hash;
mod intern;
pub mod iterator;
mod join;
pub(crate) mod layout;
mod methods;
pub(crate) mod percent;
mod search;
mod split;
mod translate;

pub use build::StrBuilder;
pub use hash::{hash_bytes, hash_secret, set_hash_secret};
pub use iterator::{PyStrAsciiIterator, PyStrIterator};
pub use layout::{PyStr, StrData, Unit};
pub use methods::ascii_repr;
