//! Whether a certificate is for a host: RFC 6125, with the flags that OpenSSL has.

use std::net::IpAddr;

use super::certificate::Certificate;
use super::{der, names};

/// `HOSTFLAG_*`.
pub mod flag {
    /// The common name counts even when there are alternative names.
    pub const ALWAYS_CHECK_SUBJECT: u32 = 1;
    /// No wildcard matches.
    pub const NO_WILDCARDS: u32 = 2;
    /// The common name never counts.
    pub const NEVER_CHECK_SUBJECT: u32 = 32;
}

/// The tag of a DNS name among alternative names.
pub const DNS: u8 = 0x82;
/// The tag of an address among alternative names.
pub const IP: u8 = 0x87;
const COMMON_NAME: &[u8] = &[0x55, 4, 3];

/// The peer that one wants to talk to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// By name.
    Name(String),
    /// By address.
    Address(IpAddr),
}

impl Host {
    /// From what the user gave.
    pub fn new(text: &str) -> Host {
        text.parse().map_or_else(|_| Host::Name(text.to_owned()), Host::Address)
    }
}

/// The certificate is for this host.
pub fn matches(certificate: &Certificate, host: &Host, flags: u32) -> bool {
    let Ok(alternatives) = certificate.alternative_names() else { return false };
    let alternatives = alternatives.unwrap_or_default();
    match host {
        Host::Address(address) => alternatives.iter().any(|name| {
            name.tag == IP
                && match address {
                    IpAddr::V4(v4) => name.value == v4.octets(),
                    IpAddr::V6(v6) => name.value == v6.octets(),
                }
        }),
        Host::Name(host) => {
            let mut of_kind = alternatives.iter().filter(|name| name.tag == DNS).peekable();
            let some = of_kind.peek().is_some();
            if of_kind.any(|name| name_matches(name.value, host, flags)) {
                return true;
            }
            let skip_subject = some && flags & flag::ALWAYS_CHECK_SUBJECT == 0;
            !skip_subject
                && flags & flag::NEVER_CHECK_SUBJECT == 0
                && common_names(certificate).iter().any(|name| name_matches(name.as_bytes(), host, flags))
        }
    }
}

fn common_names(certificate: &Certificate) -> Vec<String> {
    let parts = names::parts(certificate.subject()).unwrap_or_default();
    parts.iter().flatten().filter(|a| a.id == COMMON_NAME).filter_map(|a| der::text(&a.value)).collect()
}

/// A name of a certificate, perhaps with a wildcard, against a host's name.
fn name_matches(pattern: &[u8], host: &str, flags: u32) -> bool {
    // NUL and the like never match: the bytes of the host's name have none.
    if pattern.eq_ignore_ascii_case(host.as_bytes()) {
        return true;
    }
    let Some(tail) = pattern.strip_prefix(b"*").filter(|_| flags & flag::NO_WILDCARDS == 0) else {
        return false;
    };
    // `*.com` stands for nobody.
    if !tail.starts_with(b".") || tail.contains(&b'*') || tail.iter().filter(|b| **b == b'.').count() < 2 {
        return false;
    }
    match host.split_once('.') {
        Some((label, _)) if !label.is_empty() => {
            let plain = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            plain && host.as_bytes().get(label.len()..).is_some_and(|rest| rest.eq_ignore_ascii_case(tail))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards() {
        let ok = |pattern: &str, host| name_matches(pattern.as_bytes(), host, 0);
        assert!(ok("Example.com", "example.COM"));
        assert!(ok("*.example.com", "www.example.com"));
        assert!(!ok("*.example.com", "a.b.example.com"));
        assert!(!ok("*.example.com", ".example.com"));
        assert!(!ok("*.com", "example.com"));
        assert!(!ok("w*.example.com", "www.example.com"));
        assert!(!ok("*.example.com\0.org", "www.example.com"));
        assert!(!name_matches(b"*.example.com", "www.example.com", flag::NO_WILDCARDS));
    }
}
