//! rustls' configuration of one connection, from a context's settings.

use std::sync::Arc;

use rustls::client::{Resumption, Tls12Resumption};
use rustls::crypto::{CryptoProvider, SupportedKxGroup, ring};
use rustls::{ClientConfig, ServerConfig, SupportedProtocolVersion, version};

use crate::ciphers::{Cipher, TLS13};
use crate::context::{SslContext, protocol, verify};
use crate::errors::Report;
use crate::session::Store;
use crate::verifier::Verifier;
use crate::x509::host_names::Host;
use crate::x509::verify::Purpose;

/// `OP_NO_TLSv1_2`.
const NO_TLS_1_2: u64 = 134_217_728;
/// `OP_NO_TLSv1_3`.
const NO_TLS_1_3: u64 = 536_870_912;
/// `OP_NO_TICKET`.
const NO_TICKET: u64 = 16384;
/// `OP_CIPHER_SERVER_PREFERENCE`.
const SERVER_PREFERENCE: u64 = 4_194_304;

impl SslContext {
    /// The versions that may be spoken.
    fn versions(&self) -> Vec<&'static SupportedProtocolVersion> {
        let allows = |number: i32, option: u64| {
            let (low, high) = (self.minimum.get(), self.maximum.get());
            self.options.get() & option == 0
                && (low == protocol::LOWEST || low <= number)
                && (high == protocol::HIGHEST || high >= number)
        };
        let mut versions = Vec::new();
        if self.protocol.get() != protocol::TLS_1_2 && allows(protocol::VERSION_1_3, NO_TLS_1_3) {
            versions.push(&version::TLS13);
        }
        if allows(protocol::VERSION_1_2, NO_TLS_1_2) {
            versions.push(&version::TLS12);
        }
        versions
    }

    /// The suites in use, TLS 1.3's first.
    pub(crate) fn ciphers(&self) -> Vec<&'static Cipher> {
        TLS13.iter().chain(self.chosen.borrow().iter().copied()).collect()
    }

    fn provider(&self) -> Arc<CryptoProvider> {
        let mut provider = ring::default_provider();
        provider.cipher_suites = self.ciphers().iter().map(|c| c.suite).collect();
        if let Some(group) = self.group.get() {
            provider.kx_groups = vec![group];
        }
        Arc::new(provider)
    }

    /// What this side wants of the other's certificate.
    pub(crate) fn verifier(&self, purpose: Purpose, host: Option<&str>) -> Verifier {
        let checked = self.check_hostname.get() && purpose == Purpose::Server;
        Verifier {
            mode: self.verify_mode.get(),
            flags: self.verify_flags.get(),
            purpose,
            host: host.filter(|_| checked).map(Host::new),
            host_flags: self.host_flags.get(),
            trust: self.trust.borrow().clone(),
            algorithms: ring::default_provider().signature_verification_algorithms,
        }
    }

    fn key_log(&self) -> Arc<dyn rustls::KeyLog> {
        match &*self.keylog.borrow() {
            Some(log) => log.clone(),
            None => Arc::new(rustls::NoKeyLog),
        }
    }

    /// For a client whose sessions go to `store`.
    pub(crate) fn client_config(&self, store: &Arc<Store>, sni: bool) -> Result<ClientConfig, Report> {
        let versions = self.versions();
        if versions.is_empty() {
            return Err(Report::ssl("NO_PROTOCOLS_AVAILABLE"));
        }
        let mut config = ClientConfig::builder_with_provider(self.provider())
            .with_protocol_versions(&versions)
            .map_err(|_| Report::ssl("NO_CIPHERS_AVAILABLE"))?
            .dangerous()
            .with_custom_certificate_verifier(store.verifier.clone())
            .with_client_cert_resolver(store.keys.clone());
        let tickets = match self.options.get() & NO_TICKET {
            0 => Tls12Resumption::SessionIdOrTickets,
            _ => Tls12Resumption::SessionIdOnly,
        };
        config.resumption = Resumption::store(store.clone()).tls12_resumption(tickets);
        config.alpn_protocols = self.alpn.borrow().clone();
        config.enable_sni = sni;
        config.key_log = self.key_log();
        Ok(config)
    }

    /// For a server whose client offers these protocols.
    pub(crate) fn server_config(&self, offered: Option<&[Vec<u8>]>) -> Result<ServerConfig, Report> {
        let versions = self.versions();
        if versions.is_empty() {
            return Err(Report::ssl("NO_PROTOCOLS_AVAILABLE"));
        }
        let builder = ServerConfig::builder_with_provider(self.provider())
            .with_protocol_versions(&versions)
            .map_err(|_| Report::ssl("NO_CIPHERS_AVAILABLE"))?;
        let builder = if self.verify_mode.get() == verify::NONE {
            builder.with_no_client_auth()
        } else {
            builder.with_client_cert_verifier(Arc::new(self.verifier(Purpose::Client, None)))
        };
        let mut config = builder.with_cert_resolver(self.keys.borrow().clone());
        config.ignore_client_order = self.options.get() & SERVER_PREFERENCE != 0;
        config.send_tls13_tickets = self.tickets.get() as usize;
        config.key_log = self.key_log();
        let (storage, ticketer) = self.server_sessions()?;
        config.session_storage = storage;
        if self.options.get() & NO_TICKET == 0 {
            config.ticketer = ticketer;
        }
        let ours = self.alpn.borrow();
        // Without a protocol in common there is none: the connection goes on.
        if offered.is_some_and(|theirs| ours.iter().any(|p| theirs.contains(p))) {
            config.alpn_protocols = ours.clone();
        }
        Ok(config)
    }

    /// The named group, when rustls has it.
    pub(crate) fn group_by_name(name: &str) -> Option<&'static dyn SupportedKxGroup> {
        Some(match name {
            "prime256v1" | "secp256r1" | "P-256" => ring::kx_group::SECP256R1,
            "secp384r1" | "P-384" => ring::kx_group::SECP384R1,
            "X25519" | "x25519" => ring::kx_group::X25519,
            _ => return None,
        })
    }
}
