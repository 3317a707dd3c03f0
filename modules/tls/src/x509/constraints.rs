//! Name constraints: which names the authorities in a chain may vouch for (RFC 5280, 4.2.1.10).

use super::certificate::{Certificate, extension};
use super::der::{Element, Malformed, Parsed, Reader, tag};
use super::names;

const MAIL: u8 = 0x81;
const DNS: u8 = 0x82;
const DIRECTORY: u8 = 0xa4;
const URI: u8 = 0x86;
const ADDRESS: u8 = 0x87;

/// How a name fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// Names of its kind are limited, and it is not among them.
    NotPermitted,
    /// It is excluded.
    Excluded,
    /// A kind of constraint or name that cannot be judged.
    Unknown,
}

/// Checks the names of `certificate` against the constraints of `authority`.
pub fn check(authority: &Certificate, certificate: &Certificate) -> Result<(), Violation> {
    let Some(value) = authority.extension(extension::NAME_CONSTRAINTS) else { return Ok(()) };
    let (permitted, excluded) = subtrees(value).map_err(|Malformed| Violation::Unknown)?;
    let alternatives = certificate.alternative_names().map_err(|Malformed| Violation::Unknown)?;
    let mut all: Vec<(u8, &[u8])> =
        alternatives.unwrap_or_default().iter().map(|name| (name.tag, name.value)).collect();
    if Reader::new(certificate.subject()).sequence().is_ok_and(|s| !s.is_empty()) {
        all.push((DIRECTORY, certificate.subject()));
    }
    for (kind, name) in all {
        for base in excluded.iter().filter(|base| base.tag == kind) {
            if is_within(kind, name, base.value)? {
                return Err(Violation::Excluded);
            }
        }
        let mut allowed = None;
        for base in permitted.iter().filter(|base| base.tag == kind) {
            allowed = Some(allowed == Some(true) || is_within(kind, name, base.value)?);
        }
        if allowed == Some(false) {
            return Err(Violation::NotPermitted);
        }
    }
    Ok(())
}

fn subtrees(value: &[u8]) -> Parsed<(Vec<Element<'_>>, Vec<Element<'_>>)> {
    let mut reader = Reader::new(value).sequence()?;
    let permitted = reader.optional(tag::constructed(0))?;
    let excluded = reader.optional(tag::constructed(1))?;
    reader.end()?;
    Ok((bases(permitted)?, bases(excluded)?))
}

fn bases(list: Option<Element<'_>>) -> Parsed<Vec<Element<'_>>> {
    let mut all = Vec::new();
    let mut reader = Reader::new(list.map_or(&[], |l| l.value));
    while !reader.is_empty() {
        let mut subtree = reader.sequence()?;
        all.push(subtree.element()?);
        // Minimum and maximum are not used in this profile.
        subtree.end()?;
    }
    Ok(all)
}

fn is_within(kind: u8, name: &[u8], base: &[u8]) -> Result<bool, Violation> {
    match kind {
        DNS => Ok(dns_within(name, base)),
        MAIL => Ok(mail_within(name, base)),
        ADDRESS => address_within(name, base).ok_or(Violation::Unknown),
        DIRECTORY => {
            // The certificate's alternative names and the constraint hold the name inside an explicit tag.
            let inner = |bytes| Reader::new(bytes).expect(tag::SEQUENCE).map(|e| e.whole);
            match (inner(name), inner(base)) {
                (Ok(name), Ok(base)) => Ok(names::within(name, base)),
                _ => Err(Violation::Unknown),
            }
        }
        URI => uri_host(name).map(|host| uri_within(host, base)).ok_or(Violation::Unknown),
        _ => Err(Violation::Unknown),
    }
}

fn ends_with(name: &[u8], end: &[u8]) -> bool {
    name.len()
        .checked_sub(end.len())
        .and_then(|at| name.get(at..))
        .is_some_and(|t| t.eq_ignore_ascii_case(end))
}

fn dns_within(name: &[u8], base: &[u8]) -> bool {
    if base.is_empty() || name.eq_ignore_ascii_case(base) {
        return true;
    }
    if base.starts_with(b".") {
        return ends_with(name, base);
    }
    let dotted = [b".", base].concat();
    ends_with(name, &dotted)
}

fn mail_within(name: &[u8], base: &[u8]) -> bool {
    let Some(at) = name.iter().rposition(|b| *b == b'@') else { return false };
    let host = name.get(at + 1..).unwrap_or_default();
    if base.contains(&b'@') {
        let base_at = base.iter().rposition(|b| *b == b'@').unwrap_or(0);
        return name.get(..at) == base.get(..base_at)
            && host.eq_ignore_ascii_case(base.get(base_at + 1..).unwrap_or_default());
    }
    if base.starts_with(b".") { ends_with(host, base) } else { host.eq_ignore_ascii_case(base) }
}

fn address_within(name: &[u8], base: &[u8]) -> Option<bool> {
    let (network, mask) = base.split_at_checked(base.len() / 2)?;
    if !matches!(base.len(), 8 | 32) {
        return None;
    }
    if name.len() != network.len() {
        return Some(false);
    }
    Some(name.iter().zip(network).zip(mask).all(|((n, b), m)| n & m == b & m))
}

fn uri_host(uri: &[u8]) -> Option<&[u8]> {
    let start = uri.windows(3).position(|w| w == b"://")? + 3;
    let rest = uri.get(start..)?;
    let end = rest.iter().position(|b| matches!(b, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    let host = authority
        .iter()
        .rposition(|b| *b == b'@')
        .map_or(authority, |at| authority.get(at + 1..).unwrap_or_default());
    let end = host.iter().position(|b| *b == b':').unwrap_or(host.len());
    host.get(..end).filter(|host| !host.is_empty())
}

fn uri_within(host: &[u8], base: &[u8]) -> bool {
    if base.starts_with(b".") { ends_with(host, base) } else { host.eq_ignore_ascii_case(base) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        assert!(dns_within(b"a.example.com", b"example.com"));
        assert!(!dns_within(b"badexample.com", b"example.com"));
        assert!(mail_within(b"me@example.com", b"example.com"));
        assert!(!mail_within(b"me@a.example.com", b"example.com"));
        assert_eq!(address_within(&[10, 1, 2, 3], &[10, 0, 0, 0, 255, 0, 0, 0]), Some(true));
        assert_eq!(address_within(&[11, 1, 2, 3], &[10, 0, 0, 0, 255, 0, 0, 0]), Some(false));
        assert_eq!(address_within(&[11, 1, 2, 3], &[10]), None);
        assert_eq!(uri_host(b"https://u@h.example:8/x"), Some(&b"h.example"[..]));
    }
}
