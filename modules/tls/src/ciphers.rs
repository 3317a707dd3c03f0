//! Cipher suites: what rustls has of them, under OpenSSL's names, and OpenSSL's language for choosing among them.

use rustls::SupportedCipherSuite;
use rustls::crypto::ring::cipher_suite as suites;

/// A cipher suite.
#[derive(Debug)]
pub struct Cipher {
    /// rustls' own.
    pub suite: SupportedCipherSuite,
    /// OpenSSL's name.
    pub name: &'static str,
    /// `TLSv1.3` or `TLSv1.2`.
    pub protocol: &'static str,
    /// Key exchange as `get_ciphers()` names it.
    pub exchange: &'static str,
    /// Authentication as `get_ciphers()` names it.
    pub authentication: &'static str,
    /// The symmetric cipher.
    pub symmetric: &'static str,
    /// How many bits its key has.
    pub bits: u32,
    /// The words of the language that it answers to.
    words: &'static [&'static str],
}

const ECDSA: &str = "auth-ecdsa";
const RSA: &str = "auth-rsa";
const AES_256: &str = "aes-256-gcm";
const AES_128: &str = "aes-128-gcm";
const CHACHA: &str = "chacha20-poly1305";

const fn tls13(
    suite: SupportedCipherSuite,
    name: &'static str,
    symmetric: &'static str,
    bits: u32,
) -> Cipher {
    let (exchange, authentication) = ("kx-any", "auth-any");
    Cipher { suite, name, protocol: "TLSv1.3", exchange, authentication, symmetric, bits, words: &[] }
}

const fn tls12(
    suite: SupportedCipherSuite,
    name: &'static str,
    authentication: &'static str,
    symmetric: &'static str,
    bits: u32,
    words: &'static [&'static str],
) -> Cipher {
    Cipher { suite, name, protocol: "TLSv1.2", exchange: "kx-ecdhe", authentication, symmetric, bits, words }
}

/// Those of TLS 1.3, which are always there.
pub static TLS13: [Cipher; 3] = [
    tls13(suites::TLS13_AES_256_GCM_SHA384, "TLS_AES_256_GCM_SHA384", AES_256, 256),
    tls13(suites::TLS13_CHACHA20_POLY1305_SHA256, "TLS_CHACHA20_POLY1305_SHA256", CHACHA, 256),
    tls13(suites::TLS13_AES_128_GCM_SHA256, "TLS_AES_128_GCM_SHA256", AES_128, 128),
];

/// Those of TLS 1.2, the strongest first.
pub static TLS12: [Cipher; 6] = [
    tls12(
        suites::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        ECDSA,
        AES_256,
        256,
        &["ECDSA", "aECDSA", "AES", "AES256", "AESGCM"],
    ),
    tls12(
        suites::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        "ECDHE-RSA-AES256-GCM-SHA384",
        RSA,
        AES_256,
        256,
        &["aRSA", "AES", "AES256", "AESGCM"],
    ),
    tls12(
        suites::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        "ECDHE-ECDSA-CHACHA20-POLY1305",
        ECDSA,
        CHACHA,
        256,
        &["ECDSA", "aECDSA", "CHACHA20"],
    ),
    tls12(
        suites::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        "ECDHE-RSA-CHACHA20-POLY1305",
        RSA,
        CHACHA,
        256,
        &["aRSA", "CHACHA20"],
    ),
    tls12(
        suites::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        ECDSA,
        AES_128,
        128,
        &["ECDSA", "aECDSA", "AES", "AES128", "AESGCM"],
    ),
    tls12(
        suites::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        "ECDHE-RSA-AES128-GCM-SHA256",
        RSA,
        AES_128,
        128,
        &["aRSA", "AES", "AES128", "AESGCM"],
    ),
];

/// Words that all suites of TLS 1.2 here answer to.
const COMMON: [&str; 8] = ["ALL", "DEFAULT", "HIGH", "TLSv1.2", "ECDHE", "EECDH", "kECDHE", "kEECDH"];

impl Cipher {
    /// Answers to all the words that `+` joins.
    fn answers(&self, term: &str) -> bool {
        term.split('+').all(|word| self.name == word || self.words.contains(&word) || COMMON.contains(&word))
    }

    /// OpenSSL's line about it.
    pub fn description(&self) -> String {
        let (exchange, who) = match self.authentication {
            ECDSA => ("ECDH", "ECDSA"),
            RSA => ("ECDH", "RSA"),
            _ => ("any", "any"),
        };
        let algorithm = match self.symmetric {
            CHACHA => "CHACHA20/POLY1305",
            _ => "AESGCM",
        };
        let encryption = format!("{algorithm}({})", self.bits);
        let (name, protocol) = (self.name, self.protocol);
        format!("{name:<30} {protocol} Kx={exchange:<8} Au={who:<5} Enc={encryption:<22} Mac=AEAD")
    }

    /// The number on the wire.
    pub fn number(&self) -> u32 {
        0x0300_0000 | u32::from(u16::from(self.suite.suite()))
    }
}

/// By rustls' suite.
pub fn by_suite(suite: rustls::CipherSuite) -> Option<&'static Cipher> {
    TLS13.iter().chain(&TLS12).find(|c| c.suite.suite() == suite)
}

/// The suites of TLS 1.2 that a list in OpenSSL's language chooses, in its order. What it does not know it leaves out.
pub fn choose(list: &str) -> Vec<&'static Cipher> {
    let mut chosen: Vec<&'static Cipher> = Vec::new();
    let mut banned: Vec<&'static Cipher> = Vec::new();
    for term in list.split([':', ',', ' ', ';']).filter(|t| !t.is_empty()) {
        let same = |a: &&'static Cipher, b: &Cipher| a.name == b.name;
        match term.split_at_checked(1) {
            Some(("@", "STRENGTH")) => chosen.sort_by_key(|c| std::cmp::Reverse(c.bits)),
            Some(("!", rest)) => {
                banned.extend(TLS12.iter().filter(|c| c.answers(rest)));
                chosen.retain(|c| !c.answers(rest));
            }
            Some(("-", rest)) => chosen.retain(|c| !c.answers(rest)),
            Some(("+", rest)) => {
                let (moved, kept) = chosen.into_iter().partition::<Vec<_>, _>(|c| c.answers(rest));
                chosen = kept;
                chosen.extend(moved);
            }
            _ => {
                for cipher in TLS12.iter().filter(|c| c.answers(term)) {
                    if !chosen.iter().chain(&banned).any(|c| same(c, cipher)) {
                        chosen.push(cipher);
                    }
                }
            }
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &str) -> Vec<&'static str> {
        choose(list).iter().map(|c| c.name).collect()
    }

    #[test]
    fn language() {
        assert_eq!(names("ALL").len(), 6);
        assert_eq!(names("DEFAULT:!aRSA").len(), 3);
        assert_eq!(names("ECDHE+AESGCM+AES128").len(), 2);
        assert_eq!(names("nothing:^$"), Vec::<&str>::new());
        assert_eq!(names("ECDHE-RSA-AES128-GCM-SHA256"), ["ECDHE-RSA-AES128-GCM-SHA256"]);
        assert_eq!(names("!ALL:ALL").len(), 0);
    }
}
