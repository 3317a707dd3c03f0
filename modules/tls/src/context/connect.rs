//! A context's ciphers and protocols, and the connections that it makes.

use krait_mod_net::socket::object::PySocket;
use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::BufferArg;

use super::{SslContext, protocol};
use crate::ciphers;
use crate::connection::{Carrier, SslSocket};
use crate::errors::{Report, line, plain_ssl_error};
use crate::memory_bio::MemoryBio;

fn refused_argument(py: Py<'_>, function: &'static str, name: &str, class: &str, got: &PyObject) -> Raised {
    let got = if got.is_none() { "None" } else { got.ty().name() };
    raise!(py, TypeError, "{function}() argument '{name}' must be {class}, not {got}")
}

/// A host's name as it was given: `None`, `str` or ASCII bytes.
fn host_name(py: Py<'_>, name: Option<&PyObject>) -> PyResult<Option<String>> {
    let Some(name) = name.filter(|n| !n.is_none()) else { return Ok(None) };
    let text = match name.downcast::<PyStr>() {
        Some(text) => text.to_utf8(py)?.into_owned(),
        None if PyBytes::check(name) || PyByteArray::check(name) => {
            String::from_utf8_lossy(&name.buffer_bytes(py)?).into_owned()
        }
        None => bail!(py, TypeError, "argument must be str, not {}", name.ty().name()),
    };
    if text.contains('\0') {
        bail!(py, TypeError, "argument must be encoded string without null bytes, not {}", name.ty().name())
    }
    if text.is_empty() || text.starts_with('.') {
        bail!(py, ValueError, "server_hostname cannot be an empty string or start with a leading dot.")
    }
    if text.len() > 255 {
        return Err(Report::of("SSL", 319, "SSL3_EXT_INVALID_SERVERNAME").raise(py, line::HOSTNAME));
    }
    Ok(Some(text))
}

impl SslContext {
    fn check_side(&self, py: Py<'_>, server: bool) -> PyResult<()> {
        let (text, line) = match (self.protocol.get(), server) {
            (protocol::CLIENT, true) => {
                ("Cannot create a server socket with a PROTOCOL_TLS_CLIENT context", line::SERVER_SIDE)
            }
            (protocol::SERVER, false) => {
                ("Cannot create a client socket with a PROTOCOL_TLS_SERVER context", line::CLIENT_SIDE)
            }
            _ => return Ok(()),
        };
        Err(Report::plain(0, text).raise(py, line))
    }

    fn open(
        &self,
        py: Py<'_>,
        carrier: Carrier,
        server: bool,
        host: Option<&PyObject>,
        owner: Option<&PyObject>,
        session: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let some = |object: Option<&PyObject>| object.is_some_and(|o| !o.is_none());
        let named = match host {
            Some(host) => !host.is_none() && host.is_true(py)?,
            None => false,
        };
        // `ssl.py` looks after this for sockets; a connection in memory must not go unchecked either.
        if server && named {
            bail!(py, ValueError, "server_hostname can only be specified in client mode")
        }
        if server && some(session) {
            bail!(py, ValueError, "session can only be specified in client mode")
        }
        if self.check_hostname.get() && !named {
            bail!(py, ValueError, "check_hostname requires server_hostname")
        }
        let host = host_name(py, host)?;
        self.check_side(py, server)?;
        let made = SslSocket::make(py, self, carrier, server, host, owner.filter(|o| !o.is_none()))?;
        if let (Some(session), Some(socket)) =
            (session.filter(|s| !s.is_none()), made.downcast::<SslSocket>())
        {
            socket.use_session(py, session)?;
        }
        Ok(made)
    }
}

#[pymethods(part = "connect", class = "_ssl._SSLContext")]
impl SslContext {
    #[pymethod]
    #[sig("($self, /, sock, server_side, server_hostname=None, *, owner=None, session=None)")]
    fn _wrap_socket(
        &self,
        py: Py<'_>,
        sock: &PyObject,
        server_side: bool,
        server_hostname: Option<&PyObject>,
        owner: Option<&PyObject>,
        session: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        if sock.downcast::<PySocket>().is_none() {
            return Err(refused_argument(py, "_wrap_socket", "sock", "_socket.socket", sock));
        }
        let carrier = Carrier::socket(py, sock)?;
        self.open(py, carrier, server_side, server_hostname, owner, session)
    }

    #[pymethod]
    #[sig("($self, /, incoming, outgoing, server_side, server_hostname=None, *, owner=None, session=None)")]
    fn _wrap_bio(
        &self,
        py: Py<'_>,
        incoming: &PyObject,
        outgoing: &PyObject,
        server_side: bool,
        server_hostname: Option<&PyObject>,
        owner: Option<&PyObject>,
        session: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let Some(from) = incoming.downcast::<MemoryBio>() else {
            return Err(refused_argument(py, "_wrap_bio", "incoming", "_ssl.MemoryBIO", incoming));
        };
        let Some(to) = outgoing.downcast::<MemoryBio>() else {
            return Err(refused_argument(py, "_wrap_bio", "outgoing", "_ssl.MemoryBIO", outgoing));
        };
        let carrier = Carrier::Memory { incoming: from.new_ref(), outgoing: to.new_ref() };
        self.open(py, carrier, server_side, server_hostname, owner, session)
    }

    #[pymethod]
    #[sig("($self, cipherlist, /)")]
    fn set_ciphers(&self, py: Py<'_>, cipherlist: &PyStr) -> PyResult<()> {
        let chosen = ciphers::choose(&cipherlist.to_utf8(py)?);
        if chosen.is_empty() {
            return Err(plain_ssl_error(py, "No cipher can be selected."));
        }
        *self.chosen.borrow_mut() = chosen;
        Ok(())
    }

    #[pymethod]
    fn get_ciphers(&self, py: Py<'_>) -> PyResult<Ref<PyList>> {
        let list = PyList::new(py)?;
        for cipher in self.ciphers() {
            let dict = PyDict::new(py)?;
            let bits = cipher.bits.into_py(py)?;
            dict.set_named(py, "id", &*cipher.number().into_py(py)?)?;
            dict.set_named(py, "name", &*cipher.name.into_py(py)?)?;
            dict.set_named(py, "protocol", &*cipher.protocol.into_py(py)?)?;
            dict.set_named(py, "description", &*cipher.description().as_str().into_py(py)?)?;
            dict.set_named(py, "strength_bits", &bits)?;
            dict.set_named(py, "alg_bits", &bits)?;
            dict.set_named(py, "aead", &*true.into_py(py)?)?;
            dict.set_named(py, "symmetric", &*cipher.symmetric.into_py(py)?)?;
            dict.set_named(py, "digest", &py.none())?;
            dict.set_named(py, "kea", &*cipher.exchange.into_py(py)?)?;
            dict.set_named(py, "auth", &*cipher.authentication.into_py(py)?)?;
            list.append(py, dict.upcast())?;
        }
        Ok(list)
    }

    #[pymethod]
    #[sig("($self, protos, /)")]
    fn _set_alpn_protocols(&self, py: Py<'_>, protos: BufferArg) -> PyResult<()> {
        let mut all = Vec::new();
        let mut rest = protos.as_bytes();
        while let Some((len, after)) = rest.split_first() {
            match after.split_at_checked(usize::from(*len)) {
                Some((protocol, after)) if !protocol.is_empty() => {
                    all.push(protocol.to_vec());
                    rest = after;
                }
                _ => return Err(py.no_memory()),
            }
        }
        *self.alpn.borrow_mut() = all;
        Ok(())
    }

    #[pymethod]
    #[sig("($self, name, /)")]
    fn set_ecdh_curve(&self, py: Py<'_>, name: &PyObject) -> PyResult<()> {
        let text = name.fs_bytes(py)?;
        match Self::group_by_name(&text.to_string_lossy()) {
            Some(group) => {
                self.group.set(Some(group));
                Ok(())
            }
            None => bail!(py, ValueError, "unknown elliptic curve name {}", name.repr(py)?),
        }
    }

    #[pymethod]
    fn session_stats(&self, py: Py<'_>) -> PyResult<Ref<PyDict>> {
        let dict = PyDict::new(py)?;
        let counts = &self.counts;
        for (name, count) in [
            ("number", 0),
            ("connect", counts.connects.get()),
            ("connect_good", counts.connected.get()),
            ("connect_renegotiate", 0),
            ("accept", counts.accepts.get()),
            ("accept_good", counts.accepted.get()),
            ("accept_renegotiate", 0),
            ("hits", counts.resumed.get()),
            ("misses", 0),
            ("timeouts", 0),
            ("cache_full", 0),
        ] {
            dict.set_named(py, name, &*count.into_py(py)?)?;
        }
        Ok(dict)
    }

    #[pymethod]
    #[sig("($self, /, callback)")]
    fn set_psk_client_callback(&self, py: Py<'_>, callback: &PyObject) -> PyResult<()> {
        let _ = callback;
        bail!(py, NotImplementedError, "TLS-PSK is not supported by your OpenSSL version.")
    }

    #[pymethod]
    #[sig("($self, /, callback, identity_hint=None)")]
    fn set_psk_server_callback(
        &self,
        py: Py<'_>,
        callback: &PyObject,
        identity_hint: Option<&PyObject>,
    ) -> PyResult<()> {
        let _ = (callback, identity_hint);
        bail!(py, NotImplementedError, "TLS-PSK is not supported by your OpenSSL version.")
    }
}
