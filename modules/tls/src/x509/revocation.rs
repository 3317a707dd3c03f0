//! Certificate revocation lists.

use std::sync::Arc;

use super::der::{self, Malformed, Parsed, Reader, Time, tag};

/// A list of revoked certificates.
#[derive(Debug)]
pub struct RevocationList {
    /// What is signed.
    pub signed: Vec<u8>,
    /// The content of the signature's algorithm.
    pub algorithm: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
    /// The issuer's name.
    pub issuer: Vec<u8>,
    /// Good from.
    pub this_update: Time,
    /// Good until.
    pub next_update: Option<Time>,
    /// An extension that must be understood, which we do not.
    pub has_unknown_critical: bool,
    serials: Vec<Vec<u8>>,
}

impl RevocationList {
    /// Reads bytes that are one list.
    pub fn parse(bytes: &[u8]) -> Parsed<Arc<RevocationList>> {
        let mut outer = Reader::new(bytes);
        let mut reader = outer.sequence()?;
        outer.end()?;
        let signed = reader.expect(tag::SEQUENCE)?;
        let algorithm = reader.expect(tag::SEQUENCE)?.value.to_vec();
        let signature = der::whole_bits(reader.expect(tag::BIT_STRING)?.value)?.to_vec();
        reader.end()?;
        let mut body = Reader::new(signed.value);
        body.optional(tag::INTEGER)?;
        if body.expect(tag::SEQUENCE)?.value != algorithm {
            return Err(Malformed);
        }
        let issuer = body.expect(tag::SEQUENCE)?.whole.to_vec();
        let this_update = Time::parse(&body.element()?)?;
        let mut next_update = None;
        for kind in [tag::UTC_TIME, tag::GENERALIZED_TIME] {
            if let Some(element) = body.optional(kind)? {
                next_update = Some(Time::parse(&element)?);
            }
        }
        let mut serials = Vec::new();
        let mut has_unknown_critical = false;
        if let Some(list) = body.optional(tag::SEQUENCE)? {
            let mut entries = Reader::new(list.value);
            while !entries.is_empty() {
                let mut entry = entries.sequence()?;
                serials.push(entry.expect(tag::INTEGER)?.value.to_vec());
                entry.element()?;
                if let Some(extensions) = entry.optional(tag::SEQUENCE)? {
                    has_unknown_critical |= has_critical(extensions.value)?;
                }
            }
        }
        if let Some(extensions) = body.optional(tag::constructed(0))? {
            let mut outer = Reader::new(extensions.value);
            has_unknown_critical |= has_critical(outer.sequence()?.rest())?;
        }
        body.end()?;
        Ok(Arc::new(RevocationList {
            signed: signed.whole.to_vec(),
            algorithm,
            signature,
            issuer,
            this_update,
            next_update,
            has_unknown_critical,
            serials,
        }))
    }

    /// A serial number stands in the list.
    pub fn revokes(&self, serial: &[u8]) -> bool {
        self.serials.iter().any(|s| s == serial)
    }
}

fn has_critical(extensions: &[u8]) -> Parsed<bool> {
    let mut list = Reader::new(extensions);
    let mut found = false;
    while !list.is_empty() {
        let mut one = list.sequence()?;
        one.expect(tag::OID)?;
        found |= one.optional(tag::BOOLEAN)?.is_some_and(|e| e.value != [0]);
    }
    Ok(found)
}
