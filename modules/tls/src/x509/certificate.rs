//! A certificate: its DER and where its parts stand.

use std::ops::Range;
use std::sync::Arc;

use super::der::{self, Element, Malformed, Parsed, Reader, Time, tag};

/// Contents of the object identifiers of extensions.
pub mod extension {
    /// `subjectKeyIdentifier`.
    pub const SUBJECT_KEY: &[u8] = &[0x55, 0x1d, 14];
    /// `keyUsage`.
    pub const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
    /// `subjectAltName`.
    pub const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 17];
    /// `basicConstraints`.
    pub const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
    /// `nameConstraints`.
    pub const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 30];
    /// `cRLDistributionPoints`.
    pub const CRL_POINTS: &[u8] = &[0x55, 0x1d, 31];
    /// `certificatePolicies`.
    pub const POLICIES: &[u8] = &[0x55, 0x1d, 32];
    /// `policyMappings`.
    pub const POLICY_MAPPINGS: &[u8] = &[0x55, 0x1d, 33];
    /// `authorityKeyIdentifier`.
    pub const AUTHORITY_KEY: &[u8] = &[0x55, 0x1d, 35];
    /// `policyConstraints`.
    pub const POLICY_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 36];
    /// `extKeyUsage`.
    pub const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];
    /// `inhibitAnyPolicy`.
    pub const INHIBIT_ANY_POLICY: &[u8] = &[0x55, 0x1d, 54];
    /// `authorityInfoAccess`.
    pub const AUTHORITY_ACCESS: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 1, 1];
}

#[derive(Debug)]
struct Extension {
    id: Range<usize>,
    critical: bool,
    value: Range<usize>,
}

/// A certificate whose outline has been read.
#[derive(Debug)]
pub struct Certificate {
    der: Vec<u8>,
    signed: Range<usize>,
    serial: Range<usize>,
    issuer: Range<usize>,
    subject: Range<usize>,
    public_key: Range<usize>,
    signature_algorithm: Range<usize>,
    signature: Range<usize>,
    extensions: Vec<Extension>,
    /// 1 to 3.
    pub version: u8,
    /// Good from.
    pub not_before: Time,
    /// Good until.
    pub not_after: Time,
}

/// Where a part stands in the whole.
fn place(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
    start..start + part.len()
}

impl Certificate {
    /// Reads one certificate; the rest of the bytes comes back.
    pub fn parse(bytes: &[u8]) -> Parsed<(Arc<Certificate>, &[u8])> {
        let mut outer = Reader::new(bytes);
        let whole = outer.expect(tag::SEQUENCE)?;
        let der = whole.whole;
        let mut reader = Reader::new(whole.value);
        let signed = reader.expect(tag::SEQUENCE)?;
        let algorithm = reader.expect(tag::SEQUENCE)?;
        let signature = der::whole_bits(reader.expect(tag::BIT_STRING)?.value)?;
        reader.end()?;

        let mut body = Reader::new(signed.value);
        let version = match body.optional(tag::constructed(0))? {
            None => 1,
            Some(element) => match Reader::new(element.value).expect(tag::INTEGER)?.value {
                [n @ 0..=2] => n + 1,
                _ => return Err(Malformed),
            },
        };
        let serial = body.expect(tag::INTEGER)?;
        let inner_algorithm = body.expect(tag::SEQUENCE)?;
        // What is signed must name the algorithm too.
        if serial.value.is_empty() || inner_algorithm.whole != algorithm.whole {
            return Err(Malformed);
        }
        let issuer = body.expect(tag::SEQUENCE)?;
        let mut validity = body.sequence()?;
        let not_before = Time::parse(&validity.element()?)?;
        let not_after = Time::parse(&validity.element()?)?;
        let subject = body.expect(tag::SEQUENCE)?;
        let public_key = body.expect(tag::SEQUENCE)?;
        body.optional(tag::context(1))?;
        body.optional(tag::context(2))?;
        let extensions = match body.optional(tag::constructed(3))? {
            Some(element) => Self::extensions(der, element.value)?,
            None => Vec::new(),
        };
        body.end()?;
        let certificate = Certificate {
            signed: place(der, signed.whole),
            serial: place(der, serial.value),
            issuer: place(der, issuer.whole),
            subject: place(der, subject.whole),
            public_key: place(der, public_key.whole),
            signature_algorithm: place(der, algorithm.value),
            signature: place(der, signature),
            extensions,
            version,
            not_before,
            not_after,
            der: der.to_vec(),
        };
        Ok((Arc::new(certificate), outer.rest()))
    }

    /// Reads bytes that are one certificate and nothing else.
    pub fn parse_all(bytes: &[u8]) -> Parsed<Arc<Certificate>> {
        match Certificate::parse(bytes)? {
            (certificate, []) => Ok(certificate),
            _ => Err(Malformed),
        }
    }

    fn extensions(der: &[u8], bytes: &[u8]) -> Parsed<Vec<Extension>> {
        let mut outer = Reader::new(bytes);
        let mut list = outer.sequence()?;
        outer.end()?;
        let mut all: Vec<Extension> = Vec::new();
        while !list.is_empty() {
            let mut one = list.sequence()?;
            let id = one.expect(tag::OID)?;
            let critical = one.optional(tag::BOOLEAN)?.is_some_and(|e| e.value != [0]);
            let value = one.expect(tag::OCTET_STRING)?;
            one.end()?;
            all.push(Extension { id: place(der, id.value), critical, value: place(der, value.value) });
        }
        Ok(all)
    }

    fn part(&self, range: &Range<usize>) -> &[u8] {
        self.der.get(range.clone()).unwrap_or_default()
    }

    /// All of it.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// What the issuer has signed.
    pub fn signed(&self) -> &[u8] {
        self.part(&self.signed)
    }

    /// The serial number's bytes.
    pub fn serial(&self) -> &[u8] {
        self.part(&self.serial)
    }

    /// The issuer's name.
    pub fn issuer(&self) -> &[u8] {
        self.part(&self.issuer)
    }

    /// The subject's name.
    pub fn subject(&self) -> &[u8] {
        self.part(&self.subject)
    }

    /// The public key's structure: algorithm and bits.
    pub fn public_key(&self) -> &[u8] {
        self.part(&self.public_key)
    }

    /// The content of the signature's algorithm.
    pub fn signature_algorithm(&self) -> &[u8] {
        self.part(&self.signature_algorithm)
    }

    /// The signature.
    pub fn signature(&self) -> &[u8] {
        self.part(&self.signature)
    }

    /// The value of an extension.
    pub fn extension(&self, id: &[u8]) -> Option<&[u8]> {
        self.extensions.iter().find(|e| self.part(&e.id) == id).map(|e| self.part(&e.value))
    }

    /// The object identifiers of all extensions, and whether they are critical.
    pub fn extension_ids(&self) -> impl Iterator<Item = (&[u8], bool)> {
        self.extensions.iter().map(|e| (self.part(&e.id), e.critical))
    }

    /// The bits of `keyUsage`, when it is there.
    pub fn key_usage(&self) -> Parsed<Option<u32>> {
        let Some(value) = self.extension(extension::KEY_USAGE) else { return Ok(None) };
        der::named_bits(Reader::new(value).expect(tag::BIT_STRING)?.value).map(Some)
    }

    /// What `basicConstraints` says.
    pub fn basic_constraints(&self) -> Parsed<Option<BasicConstraints>> {
        let Some(value) = self.extension(extension::BASIC_CONSTRAINTS) else { return Ok(None) };
        let mut reader = Reader::new(value).sequence()?;
        let authority = reader.optional(tag::BOOLEAN)?.is_some_and(|e| e.value != [0]);
        let path_length = match reader.optional(tag::INTEGER)? {
            None => None,
            Some(Element { value: [byte, rest @ ..], .. }) if *byte < 0x80 && rest.len() < 7 => {
                Some(rest.iter().fold(usize::from(*byte), |n, b| n << 8 | usize::from(*b)))
            }
            Some(_) => return Err(Malformed),
        };
        Ok(Some(BasicConstraints { authority, path_length }))
    }

    /// The purposes of `extKeyUsage`, when it is there.
    pub fn extended_key_usage(&self) -> Parsed<Option<Vec<&[u8]>>> {
        let Some(value) = self.extension(extension::EXTENDED_KEY_USAGE) else { return Ok(None) };
        let mut list = Reader::new(value).sequence()?;
        let mut purposes = Vec::new();
        while !list.is_empty() {
            purposes.push(list.expect(tag::OID)?.value);
        }
        Ok(Some(purposes))
    }

    /// The identifier of its own key.
    pub fn subject_key_id(&self) -> Option<&[u8]> {
        let value = self.extension(extension::SUBJECT_KEY)?;
        Reader::new(value).expect(tag::OCTET_STRING).ok().map(|e| e.value)
    }

    /// The identifier of the issuer's key.
    pub fn authority_key_id(&self) -> Option<&[u8]> {
        let value = self.extension(extension::AUTHORITY_KEY)?;
        let mut reader = Reader::new(value).sequence().ok()?;
        reader.optional(tag::context(0)).ok()?.map(|e| e.value)
    }

    /// The names in `subjectAltName`, each with the tag that tells its kind.
    pub fn alternative_names(&self) -> Parsed<Option<Vec<Element<'_>>>> {
        let Some(value) = self.extension(extension::SUBJECT_ALT_NAME) else { return Ok(None) };
        let list = Reader::new(value).sequence()?;
        der::elements(list.rest()).map(Some)
    }

    /// Subject and issuer are the same.
    pub fn is_self_issued(&self) -> bool {
        super::names::same(self.subject(), self.issuer())
    }

    /// Counts as an authority in `cert_store_stats()`: says so itself, or is an old root.
    pub fn is_authority(&self) -> bool {
        match self.basic_constraints() {
            Ok(Some(constraints)) => constraints.authority,
            Ok(None) => self.version == 1 && self.is_self_issued(),
            Err(Malformed) => false,
        }
    }
}

/// `basicConstraints`.
#[derive(Clone, Copy, Debug)]
pub struct BasicConstraints {
    /// It may sign certificates.
    pub authority: bool,
    /// How many authorities may follow.
    pub path_length: Option<usize>,
}
