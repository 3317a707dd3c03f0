//! What `getpeercert()` tells of a certificate: a dict of names, numbers, times and addresses.

use std::net::{Ipv4Addr, Ipv6Addr};

use krait_runtime::prelude::*;

use super::certificate::{Certificate, extension};
use super::der::{self, Element, Malformed, Parsed, Reader, tag};
use super::names;
use crate::errors::Report;
use crate::object_ids;

/// The long name of an attribute, or its number.
fn attribute_name(id: &[u8]) -> String {
    let oid = der::oid_text(id).unwrap_or_default();
    object_ids::by_oid(&oid).map_or(oid, |known| known.long.to_owned())
}

fn malformed(py: Py<'_>) -> Raised {
    Report::of("ASN1", 1, "DECODE_ERROR").raise(py, crate::errors::line::HANDSHAKE)
}

fn read<T>(py: Py<'_>, parsed: Parsed<T>) -> PyResult<T> {
    parsed.map_err(|Malformed| malformed(py))
}

/// A name as nested tuples.
fn name_tuple(py: Py<'_>, name: &[u8]) -> PyResult<Ref<PyTuple>> {
    let mut parts = Vec::new();
    for part in read(py, names::parts(name))? {
        let mut attributes = Vec::new();
        for attribute in part {
            let value = der::text(&attribute.value).ok_or(Malformed);
            let value = read(py, value)?.as_str().into_py(py)?;
            let name = attribute_name(attribute.id).as_str().into_py(py)?;
            attributes.push(PyTuple::pair(py, name, value)?.upcast());
        }
        parts.push(PyTuple::from_vec(py, attributes)?.upcast());
    }
    PyTuple::from_vec(py, parts)
}

/// An IPv6 address as OpenSSL prints it: eight groups, none left out.
fn groups(address: Ipv6Addr) -> String {
    let groups: Vec<String> = address.segments().iter().map(|s| format!("{s:X}")).collect();
    groups.join(":")
}

fn alternative_name(py: Py<'_>, name: &Element<'_>) -> PyResult<Ref<PyTuple>> {
    let latin = |bytes: &[u8]| bytes.iter().map(|b| char::from(*b)).collect::<String>();
    let (kind, value) = match name.tag {
        0x81 => ("email", latin(name.value)),
        0x82 => ("DNS", latin(name.value)),
        0x86 => ("URI", latin(name.value)),
        0x87 => {
            let v4 = <[u8; 4]>::try_from(name.value).map(|b| Ipv4Addr::from(b).to_string());
            let v6 = <[u8; 16]>::try_from(name.value).map(|b| groups(Ipv6Addr::from(b)));
            ("IP Address", v4.or(v6).unwrap_or_else(|_| "<invalid>".to_owned()))
        }
        0x88 => ("Registered ID", der::oid_text(name.value).unwrap_or_else(|| "<INVALID>".to_owned())),
        0xa4 => {
            let inner = read(py, Reader::new(name.value).expect(tag::SEQUENCE))?;
            let name = name_tuple(py, inner.whole)?;
            return PyTuple::pair(py, "DirName".into_py(py)?, name.upcast());
        }
        0xa0 => ("othername", "<unsupported>".to_owned()),
        0xa3 => ("X400Name", "<unsupported>".to_owned()),
        0xa5 => ("EdiPartyName", "<unsupported>".to_owned()),
        _ => return Err(malformed(py)),
    };
    PyTuple::pair(py, kind.into_py(py)?, value.as_str().into_py(py)?)
}

fn alternative_names(py: Py<'_>, certificate: &Certificate) -> PyResult<Option<Ref<PyTuple>>> {
    let Some(names) = read(py, certificate.alternative_names())? else { return Ok(None) };
    let names = names.iter().map(|name| Ok(alternative_name(py, name)?.upcast()));
    PyTuple::from_vec(py, names.collect::<PyResult<Vec<_>>>()?).map(Some)
}

/// Locations in `authorityInfoAccess` for one method: 1 is OCSP, 2 the authorities' certificates.
fn access_locations(certificate: &Certificate, method: u8) -> Parsed<Vec<String>> {
    let Some(value) = certificate.extension(extension::AUTHORITY_ACCESS) else { return Ok(Vec::new()) };
    let mut list = Reader::new(value).sequence()?;
    let mut all = Vec::new();
    while !list.is_empty() {
        let mut one = list.sequence()?;
        let id = one.expect(tag::OID)?.value;
        let location = one.element()?;
        if id == [0x2b, 6, 1, 5, 5, 7, 0x30, method] && location.tag == 0x86 {
            all.push(location.value.iter().map(|b| char::from(*b)).collect());
        }
    }
    Ok(all)
}

fn revocation_points(certificate: &Certificate) -> Parsed<Vec<String>> {
    let Some(value) = certificate.extension(extension::CRL_POINTS) else { return Ok(Vec::new()) };
    let mut list = Reader::new(value).sequence()?;
    let mut all = Vec::new();
    while !list.is_empty() {
        let mut point = list.sequence()?;
        let Some(name) = point.optional(tag::constructed(0))? else { continue };
        let Some(full) = Reader::new(name.value).optional(tag::constructed(0))? else { continue };
        for location in der::elements(full.value)? {
            if location.tag == 0x86 {
                all.push(location.value.iter().map(|b| char::from(*b)).collect());
            }
        }
    }
    Ok(all)
}

/// The serial number in hexadecimal digits, as OpenSSL prints it.
fn serial(bytes: &[u8]) -> String {
    let negative = bytes.first().is_some_and(|b| b & 0x80 != 0);
    let mut magnitude = bytes.to_vec();
    if negative {
        let mut carry = true;
        for byte in magnitude.iter_mut().rev() {
            let (sum, over) = (!*byte).overflowing_add(u8::from(carry));
            *byte = sum;
            carry = over;
        }
    }
    let digits: String = magnitude.iter().skip_while(|b| **b == 0).map(|b| format!("{b:02X}")).collect();
    let digits = if digits.is_empty() { "00" } else { &digits };
    format!("{}{digits}", if negative { "-" } else { "" })
}

/// The dict.
pub fn describe(py: Py<'_>, certificate: &Certificate) -> PyResult<Ref<PyDict>> {
    let dict = PyDict::new(py)?;
    dict.set_named(py, "subject", &*name_tuple(py, certificate.subject())?)?;
    dict.set_named(py, "issuer", &*name_tuple(py, certificate.issuer())?)?;
    dict.set_named(py, "version", &*certificate.version.into_py(py)?)?;
    dict.set_named(py, "serialNumber", &*serial(certificate.serial()).as_str().into_py(py)?)?;
    dict.set_named(py, "notBefore", &*certificate.not_before.text().as_str().into_py(py)?)?;
    dict.set_named(py, "notAfter", &*certificate.not_after.text().as_str().into_py(py)?)?;
    if let Some(names) = alternative_names(py, certificate)? {
        dict.set_named(py, "subjectAltName", &names)?;
    }
    for (key, locations) in [
        ("OCSP", access_locations(certificate, 1)),
        ("caIssuers", access_locations(certificate, 2)),
        ("crlDistributionPoints", revocation_points(certificate)),
    ] {
        let locations = read(py, locations)?;
        if !locations.is_empty() {
            let items = locations.iter().map(|l| l.as_str().into_py(py)).collect::<PyResult<Vec<_>>>()?;
            dict.set_named(py, key, &*PyTuple::from_vec(py, items)?)?;
        }
    }
    Ok(dict)
}

/// A name in one line, the last part first (RFC 2253).
pub fn one_line(name: &[u8]) -> String {
    let mut parts = Vec::new();
    for part in names::parts(name).unwrap_or_default().iter().rev() {
        let attributes: Vec<String> = part
            .iter()
            .map(|attribute| {
                let oid = der::oid_text(attribute.id).unwrap_or_default();
                let short = object_ids::by_oid(&oid).map_or(oid, |known| known.short.to_owned());
                format!("{short}={}", escaped(&der::text(&attribute.value).unwrap_or_default()))
            })
            .collect();
        parts.push(attributes.join("+"));
    }
    parts.join(",")
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    let last = text.chars().count().saturating_sub(1);
    for (at, c) in text.chars().enumerate() {
        let edge = c == ' ' && (at == 0 || at == last) || c == '#' && at == 0;
        if edge || matches!(c, ',' | '+' | '"' | '\\' | '<' | '>' | ';') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
