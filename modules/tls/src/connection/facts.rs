//! What is known of a connection: its version and cipher, the other side's certificates, its session.

use krait_runtime::prelude::*;
use rustls::ProtocolVersion;

use super::SslSocket;
use crate::ciphers::{self, Cipher};
use crate::context::{SslContext, verify};
use crate::errors::undeletable;
use crate::session::SslSession;
use crate::verifier::Outcome;
use crate::x509::{describe, object};

fn cipher_tuple(py: Py<'_>, cipher: &Cipher) -> PyResult<Ref<PyTuple>> {
    PyTuple::of(py, [cipher.name.into_py(py)?, cipher.protocol.into_py(py)?, cipher.bits.into_py(py)?])
}

impl SslSocket {
    /// The new value of an attribute; an error when it is to be deleted.
    fn new_value<'a>(&self, py: Py<'_>, name: &str, value: Option<&'a PyObject>) -> PyResult<&'a PyObject> {
        value.ok_or_else(|| undeletable(py, self.ty().name(), name))
    }
}

#[pymethods(parts(handshake, stream))]
impl SslSocket {
    #[pymethod]
    #[sig("($self, der=False, /)")]
    fn getpeercert(&self, py: Py<'_>, der: bool) -> PyResult<Ref<PyObject>> {
        if !self.state.borrow().shaken {
            bail!(py, ValueError, "handshake not done yet")
        }
        let chain = self.sent_chain();
        let Some(leaf) = chain.first() else { return Ok(py.none()) };
        if der {
            return leaf.der().into_py(py);
        }
        if self.context_ref(py)?.verify_mode.get() == verify::NONE {
            return PyDict::new(py).map(Ref::upcast);
        }
        describe::describe(py, leaf).map(Ref::upcast)
    }

    #[pymethod]
    fn get_verified_chain(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let verified = match &self.state.borrow().outcome {
            Some(Outcome::Chain(chain)) => Some(chain.clone()),
            _ => None,
        };
        // Where nothing was verified, what was sent is all there is.
        object::chain_object(py, &verified.unwrap_or_else(|| self.sent_chain()))
    }

    #[pymethod]
    fn get_unverified_chain(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        object::chain_object(py, &self.sent_chain())
    }

    #[pymethod]
    fn cipher(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let suite = self.open(|c| c.negotiated_cipher_suite()).flatten();
        match suite.and_then(|suite| ciphers::by_suite(suite.suite())) {
            Some(cipher) => cipher_tuple(py, cipher).map(Ref::upcast),
            None => Ok(py.none()),
        }
    }

    #[pymethod]
    fn shared_ciphers(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let shared = self.state.borrow().shared.clone();
        if shared.is_empty() {
            return Ok(py.none());
        }
        let all = shared.iter().map(|c| cipher_tuple(py, c).map(Ref::upcast));
        PyList::from_vec(py, all.collect::<PyResult<Vec<_>>>()?).map(Ref::upcast)
    }

    #[pymethod]
    fn version(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        if !self.state.borrow().shaken {
            return Ok(py.none());
        }
        match self.open(|c| c.protocol_version()).flatten() {
            Some(ProtocolVersion::TLSv1_3) => "TLSv1.3".into_py(py),
            Some(ProtocolVersion::TLSv1_2) => "TLSv1.2".into_py(py),
            _ => Ok(py.none()),
        }
    }

    #[pymethod]
    fn selected_alpn_protocol(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        match self.open(|c| c.alpn_protocol().map(<[u8]>::to_vec)).flatten() {
            Some(name) => String::from_utf8_lossy(&name).into_owned().into_py(py),
            None => Ok(py.none()),
        }
    }

    #[pymethod]
    fn compression(&self, py: Py<'_>) -> Ref<PyObject> {
        py.none()
    }

    #[pymethod]
    #[sig("($self, /, cb_type='tls-unique')")]
    fn get_channel_binding(&self, py: Py<'_>, cb_type: Option<&PyStr>) -> PyResult<Ref<PyObject>> {
        let name = match cb_type {
            Some(name) => name.to_utf8(py)?.into_owned(),
            None => "tls-unique".to_owned(),
        };
        if name == "tls-unique" && !self.state.borrow().shaken {
            return Ok(py.none());
        }
        // rustls does not show the messages that `tls-unique` is made of.
        bail!(py, ValueError, "'{name}' channel binding type not implemented")
    }

    #[pymethod]
    fn verify_client_post_handshake(&self, py: Py<'_>) -> PyResult<()> {
        bail!(py, NotImplementedError, "Post-handshake auth is not supported by your OpenSSL version.")
    }

    #[getter]
    fn context(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.context_ref(py).map(Ref::upcast)
    }

    #[setter]
    fn set_context(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let value = self.new_value(py, "context", value)?;
        match value.downcast::<SslContext>() {
            Some(context) => {
                self.context.set(context.new_ref());
                Ok(())
            }
            None => bail!(py, TypeError, "The value must be a SSLContext"),
        }
    }

    #[getter]
    fn owner(&self, py: Py<'_>) -> Ref<PyObject> {
        self.owner_object().unwrap_or_else(|| py.none())
    }

    #[setter]
    fn set_owner(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let value = self.new_value(py, "owner", value)?;
        let reference = krait_runtime::objects::weakref::PyWeakReference::type_object().call(py, &[value])?;
        self.owner.set(reference);
        Ok(())
    }

    #[getter]
    fn server_side(&self, _py: Py<'_>) -> bool {
        self.server
    }

    #[getter]
    fn server_hostname(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        match &self.host {
            Some(host) => host.as_str().into_py(py),
            None => Ok(py.none()),
        }
    }

    #[getter]
    fn session(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        if !self.state.borrow().shaken {
            return Ok(py.none());
        }
        let context = self.context_ref(py)?;
        if self.server {
            return SslSession::of_server(py, &context, self.id.clone(), self.time);
        }
        let store = self.state.borrow().store.clone();
        match store {
            None => Ok(py.none()),
            Some(store) => SslSession::of_client(py, &context, store),
        }
    }

    #[setter]
    fn set_session(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        self.use_session(py, self.new_value(py, "session", value)?)
    }

    #[getter]
    fn session_reused(&self, _py: Py<'_>) -> bool {
        self.is_resumed()
    }
}
