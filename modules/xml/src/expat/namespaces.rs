//! Namespaces: bindings of prefixes, and names with their URIs.

use std::collections::HashMap;
use std::rc::Rc;

use super::error::Code;
use super::event::{Event, Interest};
use super::parser::Parser;
use super::scan::TagName;
use super::symbols::Symbol;

const XML_URI: &[u8] = b"http://www.w3.org/XML/1998/namespace";
const XMLNS_URI: &[u8] = b"http://www.w3.org/2000/xmlns/";

/// No URI: the prefix, which can only be the default one, is undeclared.
type Uri = Option<Rc<[u8]>>;

/// The bindings in force.
#[derive(Clone)]
pub struct Namespaces {
    /// Stands between the parts of a name; may be empty.
    separator: Vec<u8>,
    /// Prefixes are added to names.
    pub triplets: bool,
    default: Vec<Uri>,
    prefixes: HashMap<Vec<u8>, Vec<Rc<[u8]>>>,
    /// The prefixes of all bindings, newest last; empty for the default namespace.
    order: Vec<Vec<u8>>,
}

impl Namespaces {
    pub fn new(separator: Vec<u8>) -> Namespaces {
        let prefixes = HashMap::from([(b"xml".to_vec(), vec![XML_URI.into()])]);
        Namespaces { separator, triplets: false, default: Vec::new(), prefixes, order: Vec::new() }
    }

    fn uri(&self, prefix: &[u8]) -> Option<&[u8]> {
        self.prefixes.get(prefix)?.last().map(|uri| &**uri)
    }

    fn default_uri(&self) -> Option<&[u8]> {
        self.default.last()?.as_deref()
    }

    /// Binds a prefix, or none at all, to a URI that has been checked.
    pub fn bind(&mut self, prefix: &[u8], uri: &[u8]) {
        if prefix.is_empty() {
            self.default.push(if uri.is_empty() { None } else { Some(uri.into()) });
        } else {
            self.prefixes.entry(prefix.to_vec()).or_default().push(uri.into());
        }
        self.order.push(prefix.to_vec());
    }

    /// Takes the newest binding back; gives its prefix.
    fn unbind(&mut self) -> Option<Vec<u8>> {
        let prefix = self.order.pop()?;
        if prefix.is_empty() {
            self.default.pop();
        } else if let Some(uris) = self.prefixes.get_mut(&prefix) {
            uris.pop();
        }
        Some(prefix)
    }

    fn check(&self, prefix: &[u8], uri: &[u8]) -> Result<(), Code> {
        match prefix {
            b"xmlns" => return Err(Code::ReservedPrefixXmlns),
            b"xml" if uri == XML_URI => {}
            b"xml" => return Err(Code::ReservedPrefixXml),
            [_, ..] if uri.is_empty() => return Err(Code::UndeclaringPrefix),
            _ if uri == XML_URI || uri == XMLNS_URI => return Err(Code::ReservedNamespaceUri),
            _ => {}
        }
        // A separator that may stand in a URI is taken at the caller's risk.
        let may_stand = |b: u8| b.is_ascii_alphanumeric() || b"%-._~:/?#[]@!$&'()*+,;=".contains(&b);
        match self.separator.first() {
            Some(&separator) if !may_stand(separator) && uri.contains(&separator) => Err(Code::Syntax),
            _ => Ok(()),
        }
    }

    /// Puts the full name of `prefix:local` into `out`; false when the prefix is bound to nothing.
    fn expand(&self, prefix: Option<&[u8]>, local: &[u8], use_default: bool, out: &mut Vec<u8>) -> bool {
        let uri = match prefix {
            Some(prefix) => match self.uri(prefix) {
                Some(uri) => Some(uri),
                None => return false,
            },
            None if use_default => self.default_uri(),
            None => None,
        };
        out.clear();
        if let Some(uri) = uri {
            out.extend_from_slice(uri);
            out.extend_from_slice(&self.separator);
        }
        out.extend_from_slice(local);
        if let Some(prefix) = prefix
            && self.triplets
        {
            out.extend_from_slice(&self.separator);
            out.extend_from_slice(prefix);
        }
        true
    }

    /// All bindings as the context of an external entity tells them.
    pub fn describe(&self) -> Vec<Vec<u8>> {
        let default = self.default_uri().map(|uri| [b"=", uri].concat());
        let mut all: Vec<Vec<u8>> = self
            .prefixes
            .iter()
            .filter_map(|(prefix, uris)| uris.last().map(|uri| [prefix, b"=".as_slice(), uri].concat()))
            .collect();
        all.sort();
        default.into_iter().chain(all).collect()
    }
}

impl Parser {
    /// Binds what an `xmlns` attribute says and tells it.
    pub(super) fn bind_namespace(
        &mut self,
        prefix: &[u8],
        uri: &[u8],
        interest: Interest,
    ) -> Result<(), Code> {
        let Some(namespaces) = &mut self.namespaces else { return Ok(()) };
        namespaces.check(prefix, uri)?;
        namespaces.bind(prefix, uri);
        if interest.has(Interest::START_NAMESPACE) {
            let prefix = if prefix.is_empty() { None } else { Some(prefix.to_vec()) };
            let uri = if uri.is_empty() { None } else { Some(uri.to_vec()) };
            self.push(Event::StartNamespace { prefix, uri });
        }
        Ok(())
    }

    /// Takes `count` bindings back and tells it.
    pub(super) fn unbind_namespaces(&mut self, count: usize, interest: Interest) {
        for _ in 0..count {
            let Some(prefix) = self.namespaces.as_mut().and_then(Namespaces::unbind) else { return };
            if interest.has(Interest::END_NAMESPACE) {
                let prefix = if prefix.is_empty() { None } else { Some(prefix) };
                self.push(Event::EndNamespace { prefix });
            }
        }
    }

    /// The full name of an element or attribute.
    #[inline]
    pub(super) fn full_name(&mut self, text: &[u8], name: TagName, is_element: bool) -> Result<Symbol, Code> {
        let whole = text.get(name.start..name.end).unwrap_or_default();
        let Some(namespaces) = &self.namespaces else { return Ok(self.symbols.intern(whole)) };
        let (prefix, local) = match name.colon {
            Some(colon) => (text.get(name.start..colon), text.get(colon + 1..name.end).unwrap_or_default()),
            None => (None, whole),
        };
        if !namespaces.expand(prefix, local, is_element, &mut self.scratch) {
            return Err(Code::UnboundPrefix);
        }
        Ok(self.symbols.intern(&self.scratch))
    }
}
