//! Whether a chain of certificates leads to something trusted, by the rules of RFC 5280 and with OpenSSL's error numbers and texts.
//!
//! Signatures are verified by the algorithms of rustls' provider. A chain is searched for depth first; each step's signature must hold.

use std::sync::Arc;

use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::SignatureVerificationAlgorithm;

use super::certificate::{Certificate, extension};
use super::constraints::{self, Violation};
use super::der::{self, Malformed, Reader, tag};
use super::host_names::{self, Host};
use super::names;
use super::trust::Trust;

/// `VERIFY_*`.
pub mod flag {
    /// The leaf must not be revoked.
    pub const CRL_CHECK: u64 = 4;
    /// Nobody in the chain may be revoked.
    pub const CRL_CHECK_ALL: u64 = 8;
    /// Certificates keep to all rules.
    pub const STRICT: u64 = 32;
    /// Anything that is trusted ends a chain, not only roots.
    pub const PARTIAL_CHAIN: u64 = 0x8_0000;
}

/// Bits of `keyUsage`.
mod usage {
    pub const DIGITAL_SIGNATURE: u32 = 1;
    pub const KEY_ENCIPHERMENT: u32 = 4;
    pub const KEY_AGREEMENT: u32 = 16;
    pub const CERTIFICATE_SIGN: u32 = 32;
    pub const LIST_SIGN: u32 = 64;
}

/// What a certificate is shown for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// By a server.
    Server,
    /// By a client.
    Client,
}

/// Why a chain is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// OpenSSL's number.
    pub code: i32,
    /// OpenSSL's words.
    pub text: String,
}

macro_rules! refusals {
    ($($name:ident = $code:literal $text:literal;)*) => {
        $(const $name: (i32, &str) = ($code, $text);)*
    };
}

refusals! {
    NO_ISSUER = 2 "unable to get issuer certificate";
    NO_LIST = 3 "unable to get certificate CRL";
    BAD_SIGNATURE = 7 "certificate signature failure";
    BAD_LIST_SIGNATURE = 8 "CRL signature failure";
    NOT_YET_VALID = 9 "certificate is not yet valid or the system clock is incorrect";
    EXPIRED = 10 "certificate has expired";
    LIST_NOT_YET_VALID = 11 "CRL is not yet valid";
    LIST_EXPIRED = 12 "CRL has expired";
    SELF_SIGNED = 18 "self-signed certificate";
    SELF_SIGNED_IN_CHAIN = 19 "self-signed certificate in certificate chain";
    NO_LOCAL_ISSUER = 20 "unable to get local issuer certificate";
    CHAIN_TOO_LONG = 22 "certificate chain too long";
    REVOKED = 23 "certificate revoked";
    PATH_LENGTH = 25 "path length constraint exceeded";
    PURPOSE = 26 "unsuitable certificate purpose";
    CRITICAL_EXTENSION = 34 "unhandled critical extension";
    LIST_SIGN_USAGE = 35 "key usage does not include CRL signing";
    CRITICAL_LIST_EXTENSION = 36 "unhandled critical CRL extension";
    INVALID_EXTENSION = 41 "invalid or inconsistent certificate extension";
    NOT_PERMITTED = 47 "permitted subtree violation";
    EXCLUDED = 48 "excluded subtree violation";
    UNKNOWN_CONSTRAINT = 51 "unsupported name constraint type";
    WEAK_DIGEST = 68 "CA signature digest algorithm too weak";
    INVALID_AUTHORITY = 79 "invalid CA certificate";
    PATH_LENGTH_FOR_NON_CA = 80 "Path length invalid for non-CA cert";
    NO_AUTHORITY_KEY = 85 "Missing Authority Key Identifier";
    NO_SUBJECT_KEY = 86 "Missing Subject Key Identifier";
    CONSTRAINTS_NOT_CRITICAL = 89 "Basic Constraints of CA cert not marked critical";
    AUTHORITY_KEY_CRITICAL = 90 "Authority Key Identifier marked critical";
    SUBJECT_KEY_CRITICAL = 91 "Subject Key Identifier marked critical";
    NO_KEY_USAGE = 92 "CA cert does not include key usage extension";
    EXTENSIONS_NEED_VERSION_3 = 93 "Using cert extension requires at least X509v3";
}

impl From<(i32, &str)> for Refusal {
    fn from((code, text): (i32, &str)) -> Refusal {
        Refusal { code, text: text.to_owned() }
    }
}

impl From<Malformed> for Refusal {
    fn from(_: Malformed) -> Refusal {
        INVALID_EXTENSION.into()
    }
}

/// What is asked of a chain.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// What is trusted.
    pub trust: &'a Trust,
    /// `VERIFY_*` bits.
    pub flags: u64,
    /// What the leaf is used for.
    pub purpose: Purpose,
    /// Whom the leaf must be for.
    pub host: Option<&'a Host>,
    /// `HOSTFLAG_*` bits.
    pub host_flags: u32,
    /// Seconds since 1970.
    pub now: i64,
    /// The signature algorithms that count.
    pub algorithms: &'a WebPkiSupportedAlgorithms,
}

/// So many certificates at most in a chain.
const LONGEST: usize = 32;
/// So many signatures are looked at before the search is given up.
const MOST_SIGNATURES: usize = 200;

/// A chain from `leaf` to something trusted, over `others` where that is needed.
pub fn verify(
    question: Question<'_>,
    leaf: &Arc<Certificate>,
    others: &[Arc<Certificate>],
) -> Result<Vec<Arc<Certificate>>, Refusal> {
    let mut search = Search { question, others, signatures: MOST_SIGNATURES };
    let chain = search.extend(vec![leaf.clone()])?;
    question.check(&chain)?;
    Ok(chain)
}

struct Search<'a> {
    question: Question<'a>,
    others: &'a [Arc<Certificate>],
    signatures: usize,
}

impl Search<'_> {
    /// Goes on from the last certificate of a chain.
    fn extend(&mut self, chain: Vec<Arc<Certificate>>) -> Result<Vec<Arc<Certificate>>, Refusal> {
        let Some(last) = chain.last().cloned() else { return Err(NO_LOCAL_ISSUER.into()) };
        let partial = self.question.flags & flag::PARTIAL_CHAIN != 0;
        let self_issued = last.is_self_issued();
        if (partial || self_issued) && self.question.trust.contains(&last) {
            return Ok(chain);
        }
        if chain.len() >= LONGEST {
            return Err(CHAIN_TOO_LONG.into());
        }
        let trusted = self.question.trust.with_subject(last.issuer());
        let given = self.others.iter().filter(|c| names::same(c.subject(), last.issuer())).cloned();
        let mut refusal = None;
        for issuer in trusted.into_iter().chain(given) {
            if !may_have_issued(&issuer, &last) || chain.iter().any(|c| c.der() == issuer.der()) {
                continue;
            }
            let attempt = self.signed_by(&last, &issuer).and_then(|()| {
                let mut longer = chain.clone();
                longer.push(issuer);
                self.extend(longer)
            });
            match attempt {
                Ok(found) => return Ok(found),
                Err(why) => {
                    refusal.get_or_insert(why);
                }
            }
        }
        Err(refusal.unwrap_or_else(|| {
            match (self_issued, chain.len()) {
                (true, 1) => SELF_SIGNED,
                (true, _) => SELF_SIGNED_IN_CHAIN,
                // Trusted, but no end of a chain.
                (false, _) if self.question.trust.contains(&last) => NO_ISSUER,
                (false, _) => NO_LOCAL_ISSUER,
            }
            .into()
        }))
    }

    fn signed_by(&mut self, certificate: &Certificate, issuer: &Certificate) -> Result<(), Refusal> {
        match self.signatures.checked_sub(1) {
            Some(left) => self.signatures = left,
            None => return Err(CHAIN_TOO_LONG.into()),
        }
        let algorithm = certificate.signature_algorithm();
        let signature = certificate.signature();
        let of = signature_holds(
            self.question.algorithms,
            issuer.public_key(),
            algorithm,
            certificate.signed(),
            signature,
        );
        of.map_err(|failure| match failure {
            SignatureFailure::Weak => WEAK_DIGEST.into(),
            SignatureFailure::Wrong => BAD_SIGNATURE.into(),
        })
    }
}

/// The key identifiers do not speak against it.
fn may_have_issued(issuer: &Certificate, certificate: &Certificate) -> bool {
    match (certificate.authority_key_id(), issuer.subject_key_id()) {
        (Some(wanted), Some(has)) => wanted == has,
        _ => true,
    }
}

enum SignatureFailure {
    Weak,
    Wrong,
}

/// Algorithms that are known, but too weak: SHA-1 and MD5 with RSA, SHA-1 with ECDSA.
const WEAK: [&[u8]; 4] = [
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 4],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 2],
    &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1],
];

/// The algorithm's identifier and the bits of a public key.
pub fn key_parts(public_key: &[u8]) -> der::Parsed<(&[u8], &[u8])> {
    let mut reader = Reader::new(public_key).sequence()?;
    let algorithm = reader.expect(tag::SEQUENCE)?.value;
    let bits = der::whole_bits(reader.expect(tag::BIT_STRING)?.value)?;
    Ok((algorithm, bits))
}

fn signature_holds(
    algorithms: &WebPkiSupportedAlgorithms,
    public_key: &[u8],
    algorithm: &[u8],
    signed: &[u8],
    signature: &[u8],
) -> Result<(), SignatureFailure> {
    let (key_algorithm, key) = key_parts(public_key).map_err(|Malformed| SignatureFailure::Wrong)?;
    let fits = |a: &&&dyn SignatureVerificationAlgorithm| {
        a.signature_alg_id().as_ref() == algorithm && a.public_key_alg_id().as_ref() == key_algorithm
    };
    let mut fitting = algorithms.all.iter().filter(fits).peekable();
    if fitting.peek().is_none() {
        let id = Reader::new(algorithm).expect(tag::OID).map(|e| e.value).unwrap_or_default();
        return Err(if WEAK.contains(&id) { SignatureFailure::Weak } else { SignatureFailure::Wrong });
    }
    let good = fitting.any(|a| a.verify_signature(key, signed, signature).is_ok());
    if good { Ok(()) } else { Err(SignatureFailure::Wrong) }
}

impl Question<'_> {
    /// All that is asked of a chain besides its signatures, in OpenSSL's order.
    fn check(&self, chain: &[Arc<Certificate>]) -> Result<(), Refusal> {
        let Some((leaf, authorities)) = chain.split_first() else { return Err(NO_LOCAL_ISSUER.into()) };
        let mut below = 0;
        for (depth, certificate) in chain.iter().enumerate() {
            check_critical(certificate)?;
            if depth > 0 {
                check_authority(certificate, below)?;
            }
            self.check_purpose(certificate, depth > 0)?;
            if self.flags & flag::STRICT != 0 {
                check_strictly(certificate)?;
            }
            if depth > 0 && !certificate.is_self_issued() {
                below += 1;
            }
        }
        self.check_host(leaf)?;
        self.check_revocation(chain)?;
        for certificate in chain.iter().rev() {
            if certificate.not_before.seconds() > self.now {
                return Err(NOT_YET_VALID.into());
            }
            if certificate.not_after.seconds() < self.now {
                return Err(EXPIRED.into());
            }
        }
        for (at, authority) in authorities.iter().enumerate() {
            for (depth, certificate) in chain.iter().enumerate().take(at + 1) {
                // Authorities that issue for themselves keep their own names.
                if depth > 0 && certificate.is_self_issued() {
                    continue;
                }
                constraints::check(authority, certificate).map_err(|violation| match violation {
                    Violation::NotPermitted => NOT_PERMITTED,
                    Violation::Excluded => EXCLUDED,
                    Violation::Unknown => UNKNOWN_CONSTRAINT,
                })?;
            }
        }
        Ok(())
    }

    fn check_purpose(&self, certificate: &Certificate, authority: bool) -> Result<(), Refusal> {
        // 1.3.6.1.5.5.7.3.1 and .2
        const SERVER_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
        const CLIENT_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 2];
        let wanted = if self.purpose == Purpose::Server { SERVER_AUTH } else { CLIENT_AUTH };
        if certificate.extended_key_usage()?.is_some_and(|all| !all.contains(&wanted)) {
            return Err(PURPOSE.into());
        }
        let enough = match self.purpose {
            Purpose::Server => usage::DIGITAL_SIGNATURE | usage::KEY_ENCIPHERMENT | usage::KEY_AGREEMENT,
            Purpose::Client => usage::DIGITAL_SIGNATURE | usage::KEY_AGREEMENT,
        };
        match certificate.key_usage()? {
            Some(bits) if !authority && bits & enough == 0 => Err(PURPOSE.into()),
            _ => Ok(()),
        }
    }

    fn check_host(&self, leaf: &Certificate) -> Result<(), Refusal> {
        match self.host {
            Some(host) if !host_names::matches(leaf, host, self.host_flags) => Err(match host {
                Host::Name(name) => Refusal {
                    code: 62,
                    text: format!("Hostname mismatch, certificate is not valid for '{name}'."),
                },
                Host::Address(ip) => Refusal {
                    code: 64,
                    text: format!("IP address mismatch, certificate is not valid for '{ip}'."),
                },
            }),
            _ => Ok(()),
        }
    }

    fn check_revocation(&self, chain: &[Arc<Certificate>]) -> Result<(), Refusal> {
        if self.flags & flag::CRL_CHECK == 0 {
            return Ok(());
        }
        let all = self.flags & flag::CRL_CHECK_ALL != 0;
        for (at, certificate) in chain.iter().enumerate().take(if all { chain.len() } else { 1 }) {
            // A root's issuer is itself.
            let issuer = chain.get(at + 1).unwrap_or(certificate);
            self.check_not_revoked(certificate, issuer)?;
        }
        Ok(())
    }

    fn check_not_revoked(&self, certificate: &Certificate, issuer: &Certificate) -> Result<(), Refusal> {
        let mut refusal = NO_LIST;
        for list in self.trust.lists().iter().filter(|l| names::same(&l.issuer, certificate.issuer())) {
            let holds = signature_holds(
                self.algorithms,
                issuer.public_key(),
                &list.algorithm,
                &list.signed,
                &list.signature,
            );
            refusal = if holds.is_err() {
                BAD_LIST_SIGNATURE
            } else if issuer.key_usage()?.is_some_and(|bits| bits & usage::LIST_SIGN == 0) {
                LIST_SIGN_USAGE
            } else if list.has_unknown_critical {
                CRITICAL_LIST_EXTENSION
            } else if list.this_update.seconds() > self.now {
                LIST_NOT_YET_VALID
            } else if list.next_update.is_some_and(|next| next.seconds() < self.now) {
                LIST_EXPIRED
            } else if list.revokes(certificate.serial()) {
                return Err(REVOKED.into());
            } else {
                return Ok(());
            };
        }
        Err(refusal.into())
    }
}

fn check_critical(certificate: &Certificate) -> Result<(), Refusal> {
    const KNOWN: [&[u8]; 9] = [
        extension::KEY_USAGE,
        extension::SUBJECT_ALT_NAME,
        extension::BASIC_CONSTRAINTS,
        extension::NAME_CONSTRAINTS,
        extension::POLICIES,
        extension::POLICY_MAPPINGS,
        extension::POLICY_CONSTRAINTS,
        extension::EXTENDED_KEY_USAGE,
        extension::INHIBIT_ANY_POLICY,
    ];
    let also = [extension::CRL_POINTS, extension::AUTHORITY_KEY, extension::SUBJECT_KEY];
    let known = |id: &[u8]| KNOWN.contains(&id) || also.contains(&id);
    let mut seen: Vec<&[u8]> = Vec::new();
    for (id, critical) in certificate.extension_ids() {
        if critical && !known(id) {
            return Err(CRITICAL_EXTENSION.into());
        }
        // Of two, one could say the opposite of the other.
        if seen.contains(&id) {
            return Err(INVALID_EXTENSION.into());
        }
        seen.push(id);
    }
    Ok(())
}

/// The certificate may sign others, and `below` more authorities may stand under it.
fn check_authority(certificate: &Certificate, below: usize) -> Result<(), Refusal> {
    match certificate.basic_constraints()? {
        Some(constraints) if !constraints.authority => return Err(INVALID_AUTHORITY.into()),
        Some(constraints) if constraints.path_length.is_some_and(|most| below > most) => {
            return Err(PATH_LENGTH.into());
        }
        Some(_) => {}
        // The old roots, from before there were extensions.
        None if certificate.version == 1 && certificate.is_self_issued() => {}
        None => return Err(INVALID_AUTHORITY.into()),
    }
    match certificate.key_usage()? {
        Some(bits) if bits & usage::CERTIFICATE_SIGN == 0 => Err(INVALID_AUTHORITY.into()),
        _ => Ok(()),
    }
}

/// What `VERIFY_X509_STRICT` adds.
fn check_strictly(certificate: &Certificate) -> Result<(), Refusal> {
    let critical = |wanted: &[u8]| certificate.extension_ids().any(|(id, critical)| id == wanted && critical);
    let constraints = certificate.basic_constraints()?;
    let authority = constraints.is_some_and(|c| c.authority);
    if constraints.is_some_and(|c| !c.authority && c.path_length.is_some()) {
        return Err(PATH_LENGTH_FOR_NON_CA.into());
    }
    if authority && !critical(extension::BASIC_CONSTRAINTS) {
        return Err(CONSTRAINTS_NOT_CRITICAL.into());
    }
    if authority && certificate.key_usage()?.is_none() {
        return Err(NO_KEY_USAGE.into());
    }
    if certificate.version < 3 {
        return if certificate.extension_ids().next().is_some() {
            Err(EXTENSIONS_NEED_VERSION_3.into())
        } else {
            Ok(())
        };
    }
    if critical(extension::AUTHORITY_KEY) {
        return Err(AUTHORITY_KEY_CRITICAL.into());
    }
    if critical(extension::SUBJECT_KEY) {
        return Err(SUBJECT_KEY_CRITICAL.into());
    }
    if certificate.extension(extension::AUTHORITY_KEY).is_none() && !certificate.is_self_issued() {
        return Err(NO_AUTHORITY_KEY.into());
    }
    if authority && certificate.extension(extension::SUBJECT_KEY).is_none() {
        return Err(NO_SUBJECT_KEY.into());
    }
    Ok(())
}
