//! rustls' questions about certificates and signatures, answered by `x509/verify.rs`.
//!
//! A verifier may serve several connections (a resumed session wants the very verifier of the first one), so what it found goes to the
//! thread that asked: verification happens inside a call that processes messages, and who made the call takes the [`Outcome`] afterwards.

use std::cell::RefCell;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};

use crate::context::verify as mode;
use crate::x509::certificate::Certificate;
use crate::x509::host_names::Host;
use crate::x509::trust::Trust;
use crate::x509::verify::{self, Purpose, Question, Refusal};

/// What a verification found.
#[derive(Debug)]
pub enum Outcome {
    /// The chain that leads to something trusted.
    Chain(Vec<Arc<Certificate>>),
    /// Why there is none.
    Refused(Refusal),
}

thread_local! {
    static OUTCOME: RefCell<Option<Outcome>> = const { RefCell::new(None) };
}

/// What was found since the last time that somebody asked.
pub fn take_outcome() -> Option<Outcome> {
    OUTCOME.with(|outcome| outcome.borrow_mut().take())
}

/// What a connection wants of the other side's certificate.
#[derive(Clone, Debug)]
pub struct Verifier {
    /// `CERT_*`.
    pub mode: i32,
    /// `VERIFY_*`.
    pub flags: u64,
    /// What the certificate is used for.
    pub purpose: Purpose,
    /// Whom it must be for.
    pub host: Option<Host>,
    /// `HOSTFLAG_*`.
    pub host_flags: u32,
    /// What is trusted.
    pub trust: Arc<Trust>,
    /// The signature algorithms that count.
    pub algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    /// Asks the same as another one.
    pub fn is_like(&self, other: &Verifier) -> bool {
        self.mode == other.mode
            && self.flags == other.flags
            && self.purpose == other.purpose
            && self.host == other.host
            && self.host_flags == other.host_flags
            && Arc::ptr_eq(&self.trust, &other.trust)
    }

    fn judge(&self, leaf: &[u8], others: &[CertificateDer<'_>], now: UnixTime) -> Result<(), Error> {
        let Ok(leaf) = Certificate::parse_all(leaf) else {
            return Err(Error::InvalidCertificate(CertificateError::BadEncoding));
        };
        if self.mode == mode::NONE {
            return Ok(());
        }
        let others: Vec<_> = others.iter().filter_map(|c| Certificate::parse_all(c).ok()).collect();
        let question = Question {
            trust: &self.trust,
            flags: self.flags,
            purpose: self.purpose,
            host: self.host.as_ref(),
            host_flags: self.host_flags,
            now: i64::try_from(now.as_secs()).unwrap_or(i64::MAX),
            algorithms: &self.algorithms,
        };
        let (result, outcome) = match verify::verify(question, &leaf, &others) {
            Ok(chain) => (Ok(()), Outcome::Chain(chain)),
            Err(refusal) => {
                let error = Error::InvalidCertificate(alert_for(refusal.code));
                (Err(error), Outcome::Refused(refusal))
            }
        };
        OUTCOME.with(|slot| *slot.borrow_mut() = Some(outcome));
        result
    }

    fn signature_12(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let bad = Error::InvalidCertificate(CertificateError::BadSignature);
        let leaf = Certificate::parse_all(certificate)
            .map_err(|_| Error::InvalidCertificate(CertificateError::BadEncoding))?;
        let Ok((key_algorithm, key)) = verify::key_parts(leaf.public_key()) else { return Err(bad) };
        let possible = self.algorithms.mapping.iter().find(|(scheme, _)| *scheme == signed.scheme);
        let good = possible.is_some_and(|(_, algorithms)| {
            algorithms.iter().any(|a| {
                a.public_key_alg_id().as_ref() == key_algorithm
                    && a.verify_signature(key, message, signed.signature()).is_ok()
            })
        });
        if good { Ok(HandshakeSignatureValid::assertion()) } else { Err(bad) }
    }

    fn signature_13(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let leaf = Certificate::parse_all(certificate)
            .map_err(|_| Error::InvalidCertificate(CertificateError::BadEncoding))?;
        let key = SubjectPublicKeyInfoDer::from(leaf.public_key());
        rustls::crypto::verify_tls13_signature_with_raw_key(message, &key, signed, &self.algorithms)
    }
}

/// The error whose alert is the one that OpenSSL sends.
fn alert_for(code: i32) -> CertificateError {
    match code {
        9 | 10 => CertificateError::Expired,
        7 => CertificateError::BadSignature,
        18..=21 | 2 | 3 => CertificateError::UnknownIssuer,
        23 => CertificateError::Revoked,
        26 => CertificateError::InvalidPurpose,
        62 | 64 | 34 => CertificateError::NotValidForName,
        25 | 79 => CertificateError::UnknownIssuer,
        _ => CertificateError::BadEncoding,
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.judge(end_entity, intermediates, now).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signature_12(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signature_13(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

impl ClientCertVerifier for Verifier {
    fn client_auth_mandatory(&self) -> bool {
        self.mode == mode::REQUIRED
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.judge(end_entity, intermediates, now).map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signature_12(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signature_13(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
