//! `_SSLContext`: the settings that connections share (`settings.rs`: its attributes).

mod settings;

use core::cell::RefCell;
use std::sync::Arc;

use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;

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
#[pyclass(module = "_ssl", name = "_SSLContext", basetype, gc)]
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
}

#[pymethods(parts(settings))]
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
        }
        .alloc(py, cls)
    }
}
