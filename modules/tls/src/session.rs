//! Sessions: what a client may go on with in a later connection, and `SSLSession`, which Python holds of it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use krait_runtime::prelude::*;
use rustls::NamedGroup;
use rustls::client::{ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::pki_types::ServerName;

use crate::keys::OwnKeys;
use crate::verifier::Verifier;

/// OpenSSL's lifetime of sessions in seconds; rustls does not tell what the server hinted at.
const LIFETIME: i64 = 7200;
/// So many tickets are kept.
const MOST_TICKETS: usize = 8;

#[derive(Debug, Default)]
struct Values {
    tls12: Option<Tls12ClientSessionValue>,
    tls13: VecDeque<Tls13ClientSessionValue>,
    group: Option<NamedGroup>,
}

/// What one connection learns, and what it goes on from.
#[derive(Debug)]
pub struct Store {
    /// Tells sessions apart.
    pub id: Vec<u8>,
    /// When it began.
    pub time: i64,
    /// The verifier: a session goes on only with the one it began with.
    pub verifier: Arc<Verifier>,
    /// The same goes for the client's own keys.
    pub keys: Arc<OwnKeys>,
    values: Mutex<Values>,
    /// Only until it has gone on: stores must not pile up.
    from: Mutex<Option<Arc<Store>>>,
}

impl Store {
    /// An empty one that goes on from an earlier one.
    pub fn new(
        id: Vec<u8>,
        time: i64,
        verifier: Arc<Verifier>,
        keys: Arc<OwnKeys>,
        from: Option<Arc<Store>>,
    ) -> Store {
        Store { id, time, verifier, keys, values: Mutex::default(), from: Mutex::new(from) }
    }

    fn values(&self) -> MutexGuard<'_, Values> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// There is something to go on with.
    pub fn has_ticket(&self) -> bool {
        let values = self.values();
        values.tls12.is_some() || !values.tls13.is_empty()
    }

    fn earlier(&self) -> Option<Arc<Store>> {
        self.from.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// After the handshake the earlier session is not needed any more. When that one itself goes on (as before TLS 1.3), it comes back with
    /// what this connection has learnt.
    pub fn settle(&self, goes_on: bool) -> Option<Store> {
        let from = self.from.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        if !goes_on {
            return None;
        }
        let (own, earlier) = (self.values(), from.values());
        let tls12 = own.tls12.clone().or_else(|| earlier.tls12.clone());
        Some(Store {
            id: from.id.clone(),
            time: from.time,
            verifier: self.verifier.clone(),
            keys: self.keys.clone(),
            values: Mutex::new(Values { tls12, tls13: VecDeque::new(), group: own.group }),
            from: Mutex::new(None),
        })
    }
}

impl ClientSessionStore for Store {
    fn set_kx_hint(&self, _server_name: ServerName<'static>, group: NamedGroup) {
        self.values().group = Some(group);
    }

    fn kx_hint(&self, _server_name: &ServerName<'_>) -> Option<NamedGroup> {
        self.earlier().and_then(|from| from.values().group)
    }

    fn set_tls12_session(&self, _server_name: ServerName<'static>, value: Tls12ClientSessionValue) {
        self.values().tls12 = Some(value);
    }

    fn tls12_session(&self, _server_name: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.earlier().and_then(|from| from.values().tls12.clone())
    }

    fn remove_tls12_session(&self, _server_name: &ServerName<'static>) {
        self.values().tls12 = None;
    }

    fn insert_tls13_ticket(&self, _server_name: ServerName<'static>, value: Tls13ClientSessionValue) {
        let mut values = self.values();
        if values.tls13.len() == MOST_TICKETS {
            values.tls13.pop_front();
        }
        values.tls13.push_back(value);
    }

    fn take_tls13_ticket(&self, _server_name: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.earlier().and_then(|from| from.values().tls13.pop_back())
    }
}

/// `_ssl.SSLSession`.
#[pyclass(module = "_ssl", name = "SSLSession", disallow_instantiation, immutable, gc, heap)]
#[repr(C)]
pub struct SslSession {
    base: PyObject,
    /// The context it belongs to.
    pub(crate) context: Member<PyObject>,
    #[no_traverse]
    pub(crate) store: Option<Arc<Store>>,
    #[no_traverse]
    id: Vec<u8>,
    time: i64,
}

impl SslSession {
    /// Of a client's connection.
    pub fn of_client(py: Py<'_>, context: &PyObject, store: Arc<Store>) -> PyResult<Ref<PyObject>> {
        SslSession {
            base: PyObject::HEADER,
            context: Member::new(context.to_ref()),
            id: store.id.clone(),
            time: store.time,
            store: Some(store),
        }
        .alloc_exact(py)
        .map(Ref::upcast)
    }

    /// Of a server's connection, where there is nothing to go on with.
    pub fn of_server(py: Py<'_>, context: &PyObject, id: Vec<u8>, time: i64) -> PyResult<Ref<PyObject>> {
        let context = Member::new(context.to_ref());
        SslSession { base: PyObject::HEADER, context, store: None, id, time }.alloc_exact(py).map(Ref::upcast)
    }
}

#[pymethods]
impl SslSession {
    #[getter]
    fn id(&self, _py: Py<'_>) -> &[u8] {
        &self.id
    }

    #[getter]
    fn time(&self, _py: Py<'_>) -> i64 {
        self.time
    }

    #[getter]
    fn timeout(&self, _py: Py<'_>) -> i64 {
        LIFETIME
    }

    #[getter]
    fn ticket_lifetime_hint(&self, py: Py<'_>) -> i64 {
        if self.has_ticket(py) { LIFETIME } else { 0 }
    }

    #[getter]
    fn has_ticket(&self, _py: Py<'_>) -> bool {
        self.store.as_ref().is_some_and(|store| store.has_ticket())
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let Some(other) = other.downcast::<SslSession>() else { return Ok(py.not_implemented()) };
        match op {
            CompareOp::Eq => (self.id == other.id).into_py(py),
            CompareOp::Ne => (self.id != other.id).into_py(py),
            _ => Ok(py.not_implemented()),
        }
    }
}
