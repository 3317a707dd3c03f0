//! Native module `_ssl`: TLS by rustls, in the place where CPython has OpenSSL.
//!
//! `context/` holds the settings, `connection/` one connection, `x509/` certificates: their bytes, what Python shows of them and how a chain is
//! verified. `errors.rs` raises in OpenSSL's words.

#![deny(unsafe_code)]
#![deny(clippy::indexing_slicing)]

pub mod constants;
pub mod context;
pub mod errors;
pub mod functions;
pub mod memory_bio;
pub mod object_ids;
pub mod session;

/// The module.
#[krait_macros::pymodule(
    name = "_ssl",
    parts = [crate::constants::constants, crate::functions::functions],
    types = [crate::context::SslContext, crate::memory_bio::MemoryBio, crate::session::SslSession]
)]
pub mod module {}

/// `get_default_verify_paths()`: variable and value for the file of authorities, variable and value for their folder.
pub const DEFAULT_PATHS: [&str; 4] =
    ["SSL_CERT_FILE", "/usr/lib/ssl/cert.pem", "SSL_CERT_DIR", "/usr/lib/ssl/certs"];

/// The modules of this crate.
pub static MODULES: &[&krait_runtime::module::ModuleDef] = &[&module::MODULE];
