//! Encoding and decoding with error handlers: what `str.encode`, `bytes.decode` and module `_codecs` share.
//! Not here: the kernels on bare bytes (crate `unicode`), the functions of module `_codecs` (crate `modules/text`).

mod error;
mod fast;

pub use error::{raise_decode_error, raise_encode_error};
pub use fast::{decode, decode_argument, decode_object, encode_to_bytes};
