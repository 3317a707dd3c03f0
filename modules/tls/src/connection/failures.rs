//! rustls' errors in OpenSSL's words.

use krait_runtime::prelude::*;
use rustls::{AlertDescription, Error, InvalidMessage, PeerIncompatible};

use super::{Broken, Failure, State};
use crate::errors::{self, Report};
use crate::verifier::Outcome;

/// The reason for an alert that was received.
fn alert_reason(alert: AlertDescription) -> Option<&'static str> {
    Some(match u8::from(alert) {
        10 => "SSLV3_ALERT_UNEXPECTED_MESSAGE",
        20 => "SSLV3_ALERT_BAD_RECORD_MAC",
        21 => "TLSV1_ALERT_DECRYPTION_FAILED",
        22 => "TLSV1_ALERT_RECORD_OVERFLOW",
        30 => "SSLV3_ALERT_DECOMPRESSION_FAILURE",
        40 => "SSLV3_ALERT_HANDSHAKE_FAILURE",
        41 => "SSLV3_ALERT_NO_CERTIFICATE",
        42 => "SSLV3_ALERT_BAD_CERTIFICATE",
        43 => "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
        44 => "SSLV3_ALERT_CERTIFICATE_REVOKED",
        45 => "SSLV3_ALERT_CERTIFICATE_EXPIRED",
        46 => "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
        47 => "SSLV3_ALERT_ILLEGAL_PARAMETER",
        48 => "TLSV1_ALERT_UNKNOWN_CA",
        49 => "TLSV1_ALERT_ACCESS_DENIED",
        50 => "TLSV1_ALERT_DECODE_ERROR",
        51 => "TLSV1_ALERT_DECRYPT_ERROR",
        60 => "TLSV1_ALERT_EXPORT_RESTRICTION",
        70 => "TLSV1_ALERT_PROTOCOL_VERSION",
        71 => "TLSV1_ALERT_INSUFFICIENT_SECURITY",
        80 => "TLSV1_ALERT_INTERNAL_ERROR",
        86 => "TLSV1_ALERT_INAPPROPRIATE_FALLBACK",
        90 => "TLSV1_ALERT_USER_CANCELLED",
        100 => "TLSV1_ALERT_NO_RENEGOTIATION",
        109 => "TLSV13_ALERT_MISSING_EXTENSION",
        110 => "TLSV1_UNSUPPORTED_EXTENSION",
        111 => "TLSV1_CERTIFICATE_UNOBTAINABLE",
        112 => "TLSV1_UNRECOGNIZED_NAME",
        113 => "TLSV1_BAD_CERTIFICATE_STATUS_RESPONSE",
        114 => "TLSV1_BAD_CERTIFICATE_HASH_VALUE",
        115 => "TLSV1_ALERT_UNKNOWN_PSK_IDENTITY",
        116 => "TLSV13_ALERT_CERTIFICATE_REQUIRED",
        120 => "TLSV1_ALERT_NO_APPLICATION_PROTOCOL",
        _ => return None,
    })
}

fn alert_report(alert: AlertDescription) -> Report {
    match alert_reason(alert) {
        Some(reason) => {
            let mut report = Report::ssl(reason);
            if let Some(rest) = report.text.strip_prefix("sslv3 alert ") {
                report.text = format!("ssl/tls alert {rest}");
            }
            report
        }
        None => {
            let text = format!("unknown error ({:#x})", 0x0a00_03e8 + u32::from(u8::from(alert)));
            Report { number: 1, library: Some("SSL"), reason: None, text }
        }
    }
}

/// The reason that OpenSSL gives where rustls gives `error`.
fn reason(error: &Error, server: bool) -> &'static str {
    match error {
        Error::InappropriateMessage { .. } | Error::InappropriateHandshakeMessage { .. } => {
            "UNEXPECTED_MESSAGE"
        }
        Error::InvalidMessage(InvalidMessage::UnexpectedMessage(_)) => "UNEXPECTED_MESSAGE",
        Error::InvalidMessage(
            InvalidMessage::InvalidContentType
            | InvalidMessage::UnknownProtocolVersion
            | InvalidMessage::MessageTooLarge,
        )
        | Error::PeerSentOversizedRecord
        | Error::DecryptError => "RECORD_LAYER_FAILURE",
        Error::InvalidMessage(
            InvalidMessage::MissingData(_)
            | InvalidMessage::TrailingData(_)
            | InvalidMessage::MessageTooShort,
        ) => "LENGTH_MISMATCH",
        Error::InvalidMessage(_) => "BAD_PACKET",
        Error::NoCertificatesPresented => "PEER_DID_NOT_RETURN_A_CERTIFICATE",
        Error::NoApplicationProtocol => "NO_APPLICATION_PROTOCOL",
        Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
            | PeerIncompatible::Tls12NotOffered
            | PeerIncompatible::Tls12NotOfferedOrEnabled
            | PeerIncompatible::SupportedVersionsExtensionRequired,
        ) => "UNSUPPORTED_PROTOCOL",
        Error::PeerIncompatible(PeerIncompatible::NoKxGroupsInCommon) => "NO_SUITABLE_KEY_SHARE",
        Error::PeerIncompatible(
            PeerIncompatible::NoSignatureSchemesInCommon
            | PeerIncompatible::NoCertificateRequestSignatureSchemesInCommon,
        ) => "NO_SUITABLE_SIGNATURE_ALGORITHM",
        Error::PeerIncompatible(_) => "NO_SHARED_CIPHER",
        Error::PeerMisbehaved(_) => "BAD_EXTENSION",
        // rustls says so in words only when no key of ours suits.
        Error::General(_) if server => "NO_SHARED_CIPHER",
        _ => "INTERNAL_ERROR",
    }
}

/// The first bytes of a conversation that is no TLS.
fn other_protocol(first: &[u8]) -> Option<&'static str> {
    let is = |words: &[&[u8]]| words.iter().any(|w| first.starts_with(w));
    if is(&[b"GET ", b"POST ", b"HEAD ", b"PUT "]) {
        return Some("HTTP_REQUEST");
    }
    if is(&[b"CONNE"]) {
        return Some("HTTPS_PROXY_REQUEST");
    }
    match first {
        [20..=23, 3, ..] | [] => None,
        _ => Some("WRONG_VERSION_NUMBER"),
    }
}

impl State {
    /// Notes an error of rustls and says what to tell of it.
    pub(super) fn fail(&mut self, error: Error, server: bool) -> Failure {
        if let Error::AlertReceived(alert) = error {
            self.broken = Some(Broken::Alert);
            return match alert {
                AlertDescription::CloseNotify => Failure::Closed,
                _ => Failure::Told(alert_report(alert)),
            };
        }
        self.broken = Some(Broken::Refused);
        if let Some(Outcome::Refused(refusal)) = &self.outcome {
            return Failure::Refused(refusal.clone());
        }
        // Only what came first can be taken for another protocol.
        let foreign = if self.first.len() <= 8 { other_protocol(&self.first) } else { None };
        let reason = match &error {
            Error::InvalidMessage(_) => foreign.unwrap_or_else(|| reason(&error, server)),
            _ => reason(&error, server),
        };
        Failure::Told(Report::ssl(reason))
    }
}

impl Failure {
    /// Raises it.
    #[cold]
    pub(super) fn raise(&self, py: Py<'_>, line: u32) -> Raised {
        match self {
            Failure::Told(report) => report.raise(py, line),
            Failure::Refused(refusal) => errors::verification_failed(py, refusal.code, &refusal.text, line),
            Failure::Closed => errors::zero_return(py, line),
        }
    }
}
