//! `_SSLSocket`: one TLS connection over a socket or two `MemoryBIO`s. Carrying records (`transport.rs`), shaking hands (`handshake.rs`),
//! reading, writing and closing (`stream.rs`), what is known of the other side (`facts.rs`), failures in OpenSSL's words (`failures.rs`).
//!
//! All state is touched under the GIL only, and no borrow of it is held while Python code may run or the GIL is released: that happens
//! in `transport.rs` alone, between two attempts to carry bytes.

mod facts;
mod failures;
mod handshake;
mod stream;
mod transport;

use core::cell::RefCell;
use std::sync::Arc;

use krait_runtime::objects::weakref::PyWeakReference;
use krait_runtime::prelude::*;
use krait_runtime::system::time::clock;
use krait_runtime::system::{Target, files};
use rustls::server::Acceptor;

use crate::ciphers::Cipher;
use crate::context::SslContext;
use crate::errors::Report;
use crate::memory_bio::MemoryBio;
use crate::session::{SslSession, Store};
use crate::verifier::Outcome;
use crate::x509::certificate::Certificate;

/// What carries a connection's bytes.
pub enum Carrier {
    /// A socket, which the connection does not keep alive.
    Socket(Ref<PyObject>),
    /// Memory.
    Memory {
        /// Where bytes come from.
        incoming: Ref<MemoryBio>,
        /// Where bytes go.
        outgoing: Ref<MemoryBio>,
    },
}

impl Carrier {
    /// By a weak reference to a socket.
    pub fn socket(py: Py<'_>, socket: &PyObject) -> PyResult<Carrier> {
        PyWeakReference::type_object().call(py, &[socket]).map(Carrier::Socket)
    }
}

impl Traverse for Carrier {
    fn traverse(&self, visit: &mut Visitor<'_>) -> i32 {
        match self {
            Carrier::Socket(socket) => socket.traverse(visit),
            Carrier::Memory { incoming, outgoing } => match incoming.traverse(visit) {
                0 => outgoing.traverse(visit),
                stopped => stopped,
            },
        }
    }
}

/// How far a connection is.
enum Phase {
    /// Nothing has been said.
    New,
    /// A server that waits for the first message.
    Accepting(Box<Acceptor>),
    /// Made.
    Open(Box<rustls::Connection>),
}

/// What ended a connection before its time.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Broken {
    /// The other side's alert.
    Alert,
    /// What it sent made no sense, or it was refused.
    Refused,
    /// It has gone without a word.
    End,
}

/// The state behind the object.
struct State {
    phase: Phase,
    /// The beginning of a record.
    record: Vec<u8>,
    /// The first bytes that came: they tell who speaks something else.
    first: Vec<u8>,
    /// Bytes to send.
    out: Vec<u8>,
    /// So much of the data given to `write` is encrypted already.
    written: usize,
    shaken: bool,
    /// Whether it was the first handshake is counted once.
    counted: bool,
    close_sent: bool,
    broken: Option<Broken>,
    outcome: Option<Outcome>,
    shared: Vec<&'static Cipher>,
    /// A client's session.
    store: Option<Arc<Store>>,
    /// The session to go on with.
    resume: Option<Arc<Store>>,
}

/// `_ssl._SSLSocket`.
#[pyclass(module = "_ssl", name = "_SSLSocket", disallow_instantiation, immutable, gc, heap)]
#[repr(C)]
pub struct SslSocket {
    base: PyObject,
    context: Member<SslContext>,
    /// A weak reference.
    owner: Member<PyObject>,
    carrier: Carrier,
    server: bool,
    #[no_traverse]
    host: Option<String>,
    #[no_traverse]
    state: RefCell<State>,
    #[no_traverse]
    id: Vec<u8>,
    time: i64,
}

/// A number for a session.
fn fresh_id() -> Vec<u8> {
    let mut id = vec![0; 32];
    // Sessions are compared by it, nothing else: should the kernel have no numbers, zeros do.
    let _ = files::get_random(Target::new(&mut id), 0);
    id
}

impl SslSocket {
    /// A connection that has yet to be opened.
    pub fn make(
        py: Py<'_>,
        context: &SslContext,
        carrier: Carrier,
        server: bool,
        host: Option<String>,
        owner: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let owner = match owner {
            Some(owner) => Some(PyWeakReference::type_object().call(py, &[owner])?),
            None => None,
        };
        let state = State {
            phase: if server { Phase::Accepting(Box::default()) } else { Phase::New },
            record: Vec::new(),
            first: Vec::new(),
            out: Vec::new(),
            written: 0,
            shaken: false,
            counted: false,
            close_sent: false,
            broken: None,
            outcome: None,
            shared: Vec::new(),
            store: None,
            resume: None,
        };
        let seconds = clock(libc::CLOCK_REALTIME).unwrap_or_default() / 1_000_000_000;
        SslSocket {
            base: PyObject::HEADER,
            context: Member::new(context.new_ref()),
            owner: Member::from_option(owner),
            carrier,
            server,
            host,
            state: RefCell::new(state),
            id: fresh_id(),
            time: i64::try_from(seconds).unwrap_or_default(),
        }
        .alloc_exact(py)
        .map(Ref::upcast)
    }

    fn context_ref(&self, py: Py<'_>) -> PyResult<Ref<SslContext>> {
        match self.context.get() {
            Some(context) => Ok(context),
            None => bail!(py, ValueError, "the connection has lost its context"),
        }
    }

    /// The object that Python code sees, while it lives.
    fn owner_object(&self) -> Option<Ref<PyObject>> {
        self.owner.get()?.downcast::<PyWeakReference>()?.target()
    }

    /// Goes on with an earlier session.
    pub fn use_session(&self, py: Py<'_>, session: &PyObject) -> PyResult<()> {
        let Some(session) = session.downcast::<SslSession>() else {
            bail!(py, TypeError, "Value is not a SSLSession.")
        };
        let context = self.context_ref(py)?;
        let context: &PyObject = &context;
        if !session.context.get().is_some_and(|c| c.is(context)) {
            bail!(py, ValueError, "Session refers to a different SSLContext.")
        }
        if self.server {
            bail!(py, ValueError, "Cannot set session for server-side SSLSocket.")
        }
        if self.state.borrow().shaken {
            bail!(py, ValueError, "Cannot set session after handshake.")
        }
        self.state.borrow_mut().resume = session.store.clone();
        Ok(())
    }

    /// Something of the open connection; `None` when there is none.
    fn open<R>(&self, look: impl FnOnce(&rustls::Connection) -> R) -> Option<R> {
        match &self.state.borrow().phase {
            Phase::Open(connection) => Some(look(connection)),
            _ => None,
        }
    }

    /// The certificates that the other side has sent.
    fn sent_chain(&self) -> Vec<Arc<Certificate>> {
        self.open(|connection| {
            let all = connection.peer_certificates().unwrap_or_default();
            all.iter().filter_map(|c| Certificate::parse_all(c).ok()).collect()
        })
        .unwrap_or_default()
    }
}

/// What went wrong, before it is raised.
enum Failure {
    /// In OpenSSL's words.
    Told(Report),
    /// A certificate was refused.
    Refused(crate::x509::verify::Refusal),
    /// The other side has closed.
    Closed,
}
