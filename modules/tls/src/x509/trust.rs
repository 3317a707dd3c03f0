//! What a context trusts: certificates of authorities, revocation lists, folders to look for more in.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sha1::{Digest, Sha1};

use super::certificate::Certificate;
use super::revocation::RevocationList;
use super::{names, pem};

/// The certificates and lists of a context.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    certificates: Vec<Arc<Certificate>>,
    lists: Vec<Arc<RevocationList>>,
    folders: Vec<PathBuf>,
    /// What was found in the folders so far.
    found: Arc<Mutex<Vec<Arc<Certificate>>>>,
}

/// A certificate or a list, as files hold them.
pub enum Item {
    /// A certificate.
    Certificate(Arc<Certificate>),
    /// A list.
    List(Arc<RevocationList>),
}

/// The certificates and lists in a PEM text; an error when one of them is spoilt.
pub fn items(text: &str) -> Result<Vec<Item>, super::der::Malformed> {
    let mut all = Vec::new();
    for block in pem::blocks(text) {
        let block = block?;
        match block.label {
            "CERTIFICATE" | "X509 CERTIFICATE" => {
                all.push(Item::Certificate(Certificate::parse_all(&block.bytes)?));
            }
            "TRUSTED CERTIFICATE" => all.push(Item::Certificate(Certificate::parse(&block.bytes)?.0)),
            "X509 CRL" => all.push(Item::List(RevocationList::parse(&block.bytes)?)),
            _ => {}
        }
    }
    Ok(all)
}

impl Trust {
    /// Adds a certificate, unless it is there.
    pub fn add(&mut self, item: Item) {
        match item {
            Item::Certificate(one) => {
                if !self.certificates.iter().any(|c| c.der() == one.der()) {
                    self.certificates.push(one);
                }
            }
            Item::List(one) => {
                if !self.lists.iter().any(|l| l.signed == one.signed) {
                    self.lists.push(one);
                }
            }
        }
    }

    /// Looks for more in a folder whose files are named after subjects.
    pub fn add_folder(&mut self, folder: &Path) {
        if !self.folders.iter().any(|f| f == folder) {
            self.folders.push(folder.to_owned());
        }
    }

    /// All certificates that have been loaded.
    pub fn certificates(&self) -> Vec<Arc<Certificate>> {
        let mut all = self.certificates.clone();
        for one in self.found.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            if !all.iter().any(|c| c.der() == one.der()) {
                all.push(one.clone());
            }
        }
        all
    }

    /// The lists that have been loaded.
    pub fn lists(&self) -> &[Arc<RevocationList>] {
        &self.lists
    }

    /// The certificates with this subject.
    pub fn with_subject(&self, name: &[u8]) -> Vec<Arc<Certificate>> {
        let matching = |all: Vec<Arc<Certificate>>| -> Vec<Arc<Certificate>> {
            all.into_iter().filter(|c| names::same(c.subject(), name)).collect()
        };
        let loaded = matching(self.certificates());
        if !loaded.is_empty() || self.folders.is_empty() {
            return loaded;
        }
        let new = matching(self.look_up(name));
        self.found.lock().unwrap_or_else(PoisonError::into_inner).extend(new.iter().cloned());
        new
    }

    /// This very certificate is trusted.
    pub fn contains(&self, certificate: &Certificate) -> bool {
        self.with_subject(certificate.subject()).iter().any(|c| c.der() == certificate.der())
    }

    fn look_up(&self, name: &[u8]) -> Vec<Arc<Certificate>> {
        let Ok(canonical) = names::canonical(name) else { return Vec::new() };
        let digest: [u8; 20] = Sha1::digest(&canonical).into();
        let [a, b, c, d, ..] = digest;
        let hash = u32::from_le_bytes([a, b, c, d]);
        let mut all = Vec::new();
        for folder in &self.folders {
            for number in 0.. {
                let Ok(text) = std::fs::read(folder.join(format!("{hash:08x}.{number}"))) else { break };
                for item in items(&String::from_utf8_lossy(&text)).unwrap_or_default() {
                    if let Item::Certificate(one) = item {
                        all.push(one);
                    }
                }
            }
        }
        all
    }
}
