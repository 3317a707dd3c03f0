//! Native module `_ssl`: TLS by rustls, in the place where CPython has OpenSSL.
//!
//! `context/` holds the settings, `connection/` one connection, `x509/` certificates: their bytes, what Python shows of them and how a chain is
//! verified. `errors.rs` raises in OpenSSL's words.

#![deny(unsafe_code)]
#![deny(clippy::indexing_slicing)]

pub mod ciphers;
pub mod config;
pub mod connection;
pub mod constants;
pub mod context;
pub mod errors;
pub mod functions;
pub mod keys;
pub mod memory_bio;
pub mod object_ids;
pub mod session;
pub mod verifier;
pub mod x509;

/// The module.
#[krait_macros::pymodule(
    name = "_ssl",
    parts = [crate::constants::constants, crate::functions::functions],
    types = [
        crate::context::SslContext,
        crate::connection::SslSocket,
        crate::memory_bio::MemoryBio,
        crate::session::SslSession,
        crate::x509::object::PyCertificate
    ]
)]
pub mod module {}

/// `get_default_verify_paths()`: variable and value for the file of authorities, variable and value for their folder. The values are the
/// first of the usual places that this system has.
pub fn default_paths() -> [&'static str; 4] {
    const PLACES: [(&str, &str); 4] = [
        ("/usr/lib/ssl/cert.pem", "/usr/lib/ssl/certs"),
        ("/etc/pki/tls/cert.pem", "/etc/pki/tls/certs"),
        ("/etc/ssl/cert.pem", "/etc/ssl/certs"),
        ("/etc/ssl/ca-bundle.pem", "/var/lib/ca-certificates/openssl"),
    ];
    let there = |path: &str| std::path::Path::new(path).exists();
    let [first, ..] = PLACES;
    let (file, folder) = PLACES.into_iter().find(|(a, b)| there(a) || there(b)).unwrap_or(first);
    ["SSL_CERT_FILE", file, "SSL_CERT_DIR", folder]
}

/// The modules of this crate.
pub static MODULES: &[&krait_runtime::module::ModuleDef] = &[&module::MODULE];
