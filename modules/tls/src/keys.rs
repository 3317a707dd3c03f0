//! A side's own certificates and keys: reading them, and choosing one for a handshake.

use std::sync::Arc;

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::errors::{Report, line};
use crate::x509::certificate::Certificate;
use crate::x509::der::Malformed;
use crate::x509::pem;

/// The chains with their keys, one for each kind of key.
#[derive(Debug, Default)]
pub struct OwnKeys(pub Vec<Arc<CertifiedKey>>);

impl OwnKeys {
    /// These and one more, which takes the place of one of its kind.
    pub fn with(&self, new: CertifiedKey) -> OwnKeys {
        let kind = new.key.algorithm();
        let mut all: Vec<_> = self.0.iter().filter(|k| k.key.algorithm() != kind).cloned().collect();
        all.push(Arc::new(new));
        OwnKeys(all)
    }

    fn choose(&self, schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.0.iter().find(|k| k.key.choose_scheme(schemes).is_some()).cloned()
    }
}

impl ResolvesServerCert for OwnKeys {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.choose(hello.signature_schemes())
    }
}

impl ResolvesClientCert for OwnKeys {
    fn resolve(&self, _hints: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.choose(schemes)
    }

    fn has_certs(&self) -> bool {
        !self.0.is_empty()
    }
}

/// What stops a key from being used: a message and the line it is told for.
pub type Failure = (Report, u32);

/// The chain in a PEM text: the first certificate is one's own.
pub fn chain(text: &str) -> Result<Vec<Arc<Certificate>>, Failure> {
    let failed = || (Report::pem("SSL"), line::OWN_CERTIFICATE);
    let mut all = Vec::new();
    for block in pem::blocks(text) {
        match block {
            Ok(block) if block.label.ends_with("CERTIFICATE") => {
                all.push(Certificate::parse_all(&block.bytes).map_err(|Malformed| failed())?);
            }
            Ok(_) => {}
            // Behind a good certificate, spoilt ones are spoilt too.
            Err(Malformed) => return Err(failed()),
        }
    }
    if all.is_empty() { Err(failed()) } else { Ok(all) }
}

/// A private key in a PEM text, perhaps still encrypted.
pub enum FoundKey {
    /// Readable.
    Plain(PrivateKeyDer<'static>),
    /// PKCS #8 under a password.
    Encrypted(Vec<u8>),
}

fn unreadable() -> Failure {
    (Report::pem("SSL"), line::OWN_KEY)
}

/// The first private key in a PEM text.
pub fn private_key(text: &str) -> Result<FoundKey, Failure> {
    for block in pem::blocks(text) {
        let block = block.map_err(|Malformed| unreadable())?;
        // The old way to encrypt derives keys with MD5: not here.
        if block.label.ends_with("PRIVATE KEY") && block.headers.iter().any(|h| h.contains("ENCRYPTED")) {
            return Err(unreadable());
        }
        match block.label {
            "PRIVATE KEY" => return Ok(FoundKey::Plain(PrivateKeyDer::Pkcs8(block.bytes.into()))),
            "RSA PRIVATE KEY" => return Ok(FoundKey::Plain(PrivateKeyDer::Pkcs1(block.bytes.into()))),
            "EC PRIVATE KEY" => return Ok(FoundKey::Plain(PrivateKeyDer::Sec1(block.bytes.into()))),
            "ENCRYPTED PRIVATE KEY" => return Ok(FoundKey::Encrypted(block.bytes)),
            _ => {}
        }
    }
    Err(unreadable())
}

/// Opens an encrypted key.
pub fn decrypt(bytes: &[u8], password: &[u8]) -> Result<PrivateKeyDer<'static>, Failure> {
    let info = pkcs8::EncryptedPrivateKeyInfoRef::try_from(bytes).map_err(|_| unreadable())?;
    let opened = info.decrypt(password).map_err(|_| unreadable())?;
    Ok(PrivateKeyDer::Pkcs8(opened.as_bytes().to_vec().into()))
}

/// Puts chain and key together, when they belong together.
pub fn certified(chain: &[Arc<Certificate>], key: &PrivateKeyDer<'_>) -> Result<CertifiedKey, Failure> {
    let key = rustls::crypto::ring::sign::any_supported_type(key).map_err(|_| unreadable())?;
    let own = chain.first().map(|c| c.public_key()).unwrap_or_default();
    if key.public_key().is_none_or(|public| public.as_ref() != own) {
        return Err((Report::of("X509", 116, "KEY_VALUES_MISMATCH"), line::OWN_KEY));
    }
    let chain = chain.iter().map(|c| CertificateDer::from(c.der().to_vec())).collect();
    Ok(CertifiedKey::new(chain, key))
}
