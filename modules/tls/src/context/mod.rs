//! `_SSLContext`: the settings that connections share. Its attributes (`settings.rs`), its certificates and keys (`files.rs`), its ciphers
//! and connections (`connect.rs`).

mod connect;
mod files;
mod settings;

use core::cell::RefCell;
use std::sync::Arc;

use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use rustls::crypto::SupportedKxGroup;
use rustls::server::{ProducesTickets, ServerSessionMemoryCache, StoresServerSessions};

use crate::ciphers::{self, Cipher};
use crate::errors::Report;
use crate::keys::OwnKeys;
use crate::x509::trust::Trust;

/// The numbers of protocols and versions, as Python has them.
pub mod protocol {
    /// Either side, any version.
    pub const TLS: i32 = 2;
    /// Only TLS 1.2.
    pub const TLS_1_2: i32 = 5;
    /// Clients.
    pub const CLIENT: i32 = 16;
    /// Servers.
    pub const SERVER: i32 = 17;
    /// As low as can be.
    pub const LOWEST: i32 = -2;
    /// As high as can be.
    pub const HIGHEST: i32 = -1;
    /// Version numbers on the wire.
    pub const SSL_3: i32 = 0x300;
    /// TLS 1.1.
    pub const VERSION_1_1: i32 = 0x302;
    /// TLS 1.2.
    pub const VERSION_1_2: i32 = 0x303;
    /// TLS 1.3.
    pub const VERSION_1_3: i32 = 0x304;
}

/// Numbers of `verify_mode`.
pub mod verify {
    /// Nothing is asked for or checked.
    pub const NONE: i32 = 0;
    /// Servers ask, but do without.
    pub const OPTIONAL: i32 = 1;
    /// No connection without a good certificate.
    pub const REQUIRED: i32 = 2;
}

/// `_ssl._SSLContext`.
#[pyclass(module = "_ssl", name = "_SSLContext", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct SslContext {
    base: PyObject,
    pub(crate) protocol: Cell<i32>,
    pub(crate) options: Cell<u64>,
    pub(crate) verify_mode: Cell<i32>,
    pub(crate) verify_flags: Cell<u64>,
    pub(crate) check_hostname: Cell<bool>,
    pub(crate) host_flags: Cell<u32>,
    pub(crate) minimum: Cell<i32>,
    pub(crate) maximum: Cell<i32>,
    pub(crate) tickets: Cell<u32>,
    pub(crate) sni_callback: Member<PyObject>,
    pub(crate) keylog_filename: Member<PyObject>,
    #[no_traverse]
    pub(crate) keylog: RefCell<Option<Arc<settings::KeyLogFile>>>,
    /// The suites of TLS 1.2.
    #[no_traverse]
    pub(crate) chosen: RefCell<Vec<&'static Cipher>>,
    /// The only group for key exchange.
    #[no_traverse]
    pub(crate) group: Cell<Option<&'static dyn SupportedKxGroup>>,
    #[no_traverse]
    pub(crate) trust: RefCell<Arc<Trust>>,
    #[no_traverse]
    pub(crate) keys: RefCell<Arc<OwnKeys>>,
    #[no_traverse]
    pub(crate) alpn: RefCell<Vec<Vec<u8>>>,
    #[no_traverse]
    sessions: RefCell<Option<ServerSessions>>,
    #[no_traverse]
    pub(crate) counts: Counts,
}

/// Where a server keeps sessions, and what seals its tickets.
type ServerSessions = (Arc<dyn StoresServerSessions>, Arc<dyn ProducesTickets>);

/// What `session_stats()` tells.
#[derive(Debug, Default)]
pub struct Counts {
    pub(crate) connects: Cell<u32>,
    pub(crate) connected: Cell<u32>,
    pub(crate) accepts: Cell<u32>,
    pub(crate) accepted: Cell<u32>,
    pub(crate) resumed: Cell<u32>,
}

/// A server remembers so many sessions.
const MOST_SESSIONS: usize = 20480;

impl SslContext {
    /// The place for a server's sessions, made when first needed.
    pub(crate) fn server_sessions(&self) -> Result<ServerSessions, Report> {
        let mut sessions = self.sessions.borrow_mut();
        if let Some(made) = &*sessions {
            return Ok(made.clone());
        }
        let ticketer = rustls::crypto::ring::Ticketer::new().map_err(|_| Report::ssl("INTERNAL_ERROR"))?;
        let made: ServerSessions = (ServerSessionMemoryCache::new(MOST_SESSIONS), ticketer);
        *sessions = Some(made.clone());
        Ok(made)
    }
}

#[pymethods(parts(settings, files, connect))]
impl SslContext {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let _ = kwargs;
        let Some(wanted) = args.get(0) else {
            bail!(py, TypeError, "_SSLContext expected 1 argument, got {}", args.len())
        };
        let wanted = krait_runtime::args::extract::<i32>(py, wanted, "_SSLContext", 1)?;
        let deprecated = match wanted {
            protocol::TLS => Some("ssl.PROTOCOL_TLS is deprecated"),
            protocol::TLS_1_2 => Some("ssl.PROTOCOL_TLSv1_2 is deprecated"),
            protocol::CLIENT | protocol::SERVER => None,
            other => bail!(py, ValueError, "invalid or unsupported protocol version {other}"),
        };
        if let Some(text) = deprecated {
            py.warn(types::DeprecationWarning(), text, 2)?;
        }
        let client = wanted == protocol::CLIENT;
        SslContext {
            base: PyObject::HEADER,
            protocol: Cell::new(wanted),
            options: Cell::new(settings::FIRST_OPTIONS),
            verify_mode: Cell::new(if client { verify::REQUIRED } else { verify::NONE }),
            verify_flags: Cell::new(settings::TRUSTED_FIRST),
            check_hostname: Cell::new(client),
            host_flags: Cell::new(settings::NO_PARTIAL_WILDCARDS),
            minimum: Cell::new(protocol::LOWEST),
            maximum: Cell::new(protocol::HIGHEST),
            tickets: Cell::new(2),
            sni_callback: Member::empty(),
            keylog_filename: Member::empty(),
            keylog: RefCell::new(None),
            chosen: RefCell::new(ciphers::TLS12.iter().collect()),
            group: Cell::new(None),
            trust: RefCell::default(),
            keys: RefCell::default(),
            alpn: RefCell::default(),
            sessions: RefCell::new(None),
            counts: Counts::default(),
        }
        .alloc(py, cls)
    }
}
