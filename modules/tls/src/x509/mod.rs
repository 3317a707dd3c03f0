//! X.509: reading DER (`der.rs`) and PEM (`pem.rs`), certificates and revocation lists (`certificate.rs`, `revocation.rs`), what Python
//! shows of them (`describe.rs`), names of hosts (`host_names.rs`), what is trusted (`trust.rs`) and whether a chain leads there (`verify.rs`).

pub mod certificate;
pub mod constraints;
pub mod der;
pub mod describe;
pub mod host_names;
pub mod names;
pub mod object;
pub mod pem;
pub mod revocation;
pub mod trust;
pub mod verify;
