//! Encoding and decoding with error handlers: what `str.encode`, `bytes.decode` and module `_codecs` share.
//! Not here: the kernels on bare bytes (crate `unicode`), the functions of module `_codecs` (crate `modules/text`).

mod charmap;
mod decode;
mod encode;
mod error;
mod fast;
mod handlers;
mod registry;

pub use charmap::{charmap_build, charmap_decode, charmap_encode};
pub use decode::{Source, decode_from};
pub use encode::{Target, encode_to};
pub use error::{raise_decode_error, raise_encode_error};
pub use fast::{decode, decode_argument, decode_object, encode_to_bytes};
pub use handlers::{Builtin, call_builtin, lookup_error, register_error, unregister_error};
pub use registry::{decode_any, encode_any, forget, lookup, lookup_text, register, unregister};
