//! Shaking hands: a client's first message, a server's choice after it has seen the client's, the callback for names.

use std::sync::Arc;

use krait_runtime::prelude::*;
use rustls::pki_types::ServerName;
use rustls::server::{Accepted, ClientHello};
use rustls::{ClientConnection, HandshakeKind, ProtocolVersion};

use super::transport::{Arrival, Doing, Way};
use super::{Broken, Failure, Phase, SslSocket, fresh_id};
use crate::ciphers;
use crate::errors::{self, Report};
use crate::session::Store;
use crate::x509::verify::Purpose;

/// Numbers of alerts that are sent without rustls.
const HANDSHAKE_FAILURE: u8 = 40;
const INTERNAL_ERROR: u8 = 80;

/// What of a client's first message is needed after it is gone.
struct Greeting {
    name: Option<String>,
    protocols: Option<Vec<Vec<u8>>>,
}

impl Greeting {
    fn of(hello: &ClientHello<'_>) -> Greeting {
        Greeting {
            name: hello.server_name().map(str::to_owned),
            protocols: hello.alpn().map(|all| all.map(<[u8]>::to_vec).collect()),
        }
    }
}

impl SslSocket {
    /// Shakes hands until that is done.
    pub(super) fn shake(&self, py: Py<'_>, way: &Way) -> PyResult<()> {
        let line = way_line(way);
        match self.state.borrow().broken {
            Some(Broken::Alert) => return Err(errors::zero_return(py, line)),
            Some(_) => return Err(gone(py, line)),
            None => {}
        }
        if matches!(self.state.borrow().phase, Phase::New) {
            self.count(py, |c| &c.connects)?;
            self.start_client().map_err(|report| report.raise(py, line))?;
        }
        loop {
            self.flush(py, way)?;
            if self.open(|connection| !connection.is_handshaking()) == Some(true) {
                break;
            }
            match self.receive(py, way)? {
                Arrival::Record => self.accept(py, way)?,
                Arrival::End => {
                    self.state.borrow_mut().broken = Some(Broken::End);
                    return Err(errors::unexpected_eof(py, line));
                }
            }
        }
        self.finish(py)
    }

    fn finish(&self, py: Py<'_>) -> PyResult<()> {
        let resumed = self.is_resumed();
        let goes_on = self.keeps_session();
        let mut state = self.state.borrow_mut();
        if let Some(continued) = state.store.as_ref().and_then(|store| store.settle(goes_on)) {
            state.store = Some(Arc::new(continued));
        }
        state.shaken = true;
        if std::mem::replace(&mut state.counted, true) {
            return Ok(());
        }
        drop(state);
        self.count(py, |c| if self.server { &c.accepted } else { &c.connected })?;
        if resumed {
            self.count(py, |c| &c.resumed)?;
        }
        Ok(())
    }

    /// An earlier session goes on.
    pub(super) fn is_resumed(&self) -> bool {
        self.open(|c| c.handshake_kind() == Some(HandshakeKind::Resumed)) == Some(true)
    }

    /// The session that goes on is the earlier one itself: so it is before TLS 1.3.
    fn keeps_session(&self) -> bool {
        self.is_resumed()
            && self.open(|c| c.protocol_version() == Some(ProtocolVersion::TLSv1_2)) == Some(true)
    }

    fn count(&self, py: Py<'_>, which: impl Fn(&crate::context::Counts) -> &Cell<u32>) -> PyResult<()> {
        let context = self.context_ref(py)?;
        let count = which(&context.counts);
        count.set(count.get().wrapping_add(1));
        Ok(())
    }

    fn start_client(&self) -> Result<(), Report> {
        let internal = || Report::ssl("INTERNAL_ERROR");
        let context = self.context.get().ok_or_else(internal)?;
        let mut verifier = Arc::new(context.verifier(Purpose::Server, self.host.as_deref()));
        let keys = context.keys.borrow().clone();
        let mut from = self.state.borrow().resume.clone();
        match &from {
            // Only one who would be satisfied with the same may go on.
            Some(store) if store.verifier.is_like(&verifier) && Arc::ptr_eq(&store.keys, &keys) => {
                verifier = store.verifier.clone();
            }
            _ => from = None,
        }
        let store = Arc::new(Store::new(fresh_id(), self.time, verifier, keys, from));
        let name = self.host.as_deref().and_then(|host| ServerName::try_from(host.to_owned()).ok());
        let sni = matches!(name, Some(ServerName::DnsName(_)));
        let config = context.client_config(&store, sni)?;
        // Who is checked by our verifier, not by this name: an address keeps it from being sent.
        let name = name.unwrap_or(ServerName::IpAddress(std::net::Ipv4Addr::UNSPECIFIED.into()));
        let connection = ClientConnection::new(Arc::new(config), name).map_err(|_| internal())?;
        let mut state = self.state.borrow_mut();
        state.store = Some(store);
        state.phase = Phase::Open(Box::new(connection.into()));
        Ok(())
    }

    /// A server looks whether the client's first message is there, and chooses.
    fn accept(&self, py: Py<'_>, way: &Way) -> PyResult<()> {
        let line = way_line(way);
        let accepted = {
            let mut state = self.state.borrow_mut();
            let Phase::Accepting(acceptor) = &mut state.phase else { return Ok(()) };
            match acceptor.accept() {
                Ok(None) => return Ok(()),
                Ok(Some(accepted)) => accepted,
                Err((error, mut alert)) => {
                    let _ = alert.write_all(&mut state.out);
                    let failure = state.fail(error, true);
                    drop(state);
                    self.flush_last_words(py, way);
                    return Err(failure.raise(py, line));
                }
            }
        };
        self.count(py, |c| &c.accepts)?;
        let hello = accepted.client_hello();
        let greeting = Greeting::of(&hello);
        let offered = hello.cipher_suites().to_vec();
        // Whoever the callback would be told of must still be there.
        let lost = self.owner.get().is_some() && self.owner_object().is_none();
        if lost && self.context_ref(py)?.sni_callback.get().is_some() {
            return Err(self.refuse(py, way, HANDSHAKE_FAILURE, "CALLBACK_FAILED"));
        }
        if let Some(alert) = self.ask_about_name(py, greeting.name.as_deref())? {
            return Err(self.refuse(py, way, alert, "CALLBACK_FAILED"));
        }
        // The callback may have changed the context.
        let context = self.context_ref(py)?;
        let ours = context.ciphers();
        let shared = offered.iter().filter_map(|s| ciphers::by_suite(*s));
        let shared: Vec<_> = shared.filter(|c| ours.iter().any(|o| o.name == c.name)).collect();
        self.state.borrow_mut().shared = shared;
        if context.keys.borrow().0.is_empty() {
            return Err(self.refuse(py, way, HANDSHAKE_FAILURE, "NO_SHARED_CIPHER"));
        }
        self.open_server(&context, accepted, &greeting).map_err(|failure| {
            self.flush_last_words(py, way);
            failure.raise(py, line)
        })
    }

    fn open_server(
        &self,
        context: &crate::context::SslContext,
        accepted: Accepted,
        greeting: &Greeting,
    ) -> Result<(), Failure> {
        let config = context.server_config(greeting.protocols.as_deref()).map_err(Failure::Told)?;
        let connection = accepted.into_connection(Arc::new(config));
        let mut state = self.state.borrow_mut();
        match connection {
            Ok(connection) => {
                state.phase = Phase::Open(Box::new(connection.into()));
                Ok(())
            }
            Err((error, mut alert)) => {
                let _ = alert.write_all(&mut state.out);
                Err(state.fail(error, true))
            }
        }
    }

    /// Says no with an alert of our own.
    #[cold]
    fn refuse(&self, py: Py<'_>, way: &Way, alert: u8, reason: &str) -> Raised {
        {
            let mut state = self.state.borrow_mut();
            state.broken = Some(Broken::Refused);
            state.out.extend([21, 3, 3, 0, 2, 2, alert]);
        }
        self.flush_last_words(py, way);
        Report::ssl(reason).raise(py, way_line(way))
    }

    /// Calls `sni_callback`; the alert that it wants to be sent, if any.
    fn ask_about_name(&self, py: Py<'_>, name: Option<&str>) -> PyResult<Option<u8>> {
        let context = self.context_ref(py)?;
        let Some(callback) = context.sni_callback.get() else { return Ok(None) };
        let this = self.owner_object().unwrap_or_else(|| self.to_ref());
        let name = match name {
            Some(name) => name.into_py(py)?,
            None => py.none(),
        };
        let context: &PyObject = &context;
        let answer = match callback.call(py, &[&this, &name, context]) {
            Ok(answer) if answer.is_none() => return Ok(None),
            Ok(answer) => answer,
            Err(raised) => {
                let shown = shown(py, &callback)?;
                let text = format!(
                    "Exception ignored in ssl servername callback while calling set SNI callback {shown}"
                );
                py.report_unraisable(raised, Some(&text), None);
                return Ok(Some(HANDSHAKE_FAILURE));
            }
        };
        match krait_runtime::args::extract::<i32>(py, &answer, "sni_callback", 0) {
            Ok(alert) => Ok(Some(u8::try_from(alert).unwrap_or(INTERNAL_ERROR))),
            Err(raised) => {
                let shown = py.preserving_error(|| shown(py, &answer))?;
                let text = format!(
                    "Exception ignored in ssl servername callback while calling set SNI callback (result={shown})"
                );
                py.report_unraisable(raised, Some(&text), None);
                Ok(Some(INTERNAL_ERROR))
            }
        }
    }
}

fn shown(py: Py<'_>, object: &PyObject) -> PyResult<String> {
    Ok(object.repr(py)?.to_string_lossy().into_owned())
}

fn way_line(way: &Way) -> u32 {
    way.doing().line()
}

/// The connection is broken already.
#[cold]
pub(super) fn gone(py: Py<'_>, line: u32) -> Raised {
    Report::plain(errors::code::EOF, "EOF occurred in violation of protocol").raise_in(
        py,
        &errors::EOF_ERROR,
        line,
    )
}

#[pymethods(part = "handshake", class = "_ssl._SSLSocket")]
impl SslSocket {
    #[pymethod]
    fn do_handshake(&self, py: Py<'_>) -> PyResult<()> {
        let way = self.way(py, Doing::Handshake)?;
        let state = self.state.borrow();
        if state.shaken && state.broken != Some(Broken::End) {
            return Ok(());
        }
        drop(state);
        self.shake(py, &way)
    }
}
