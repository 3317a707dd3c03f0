//! Constants of module `_ssl`: OpenSSL's numbers, and what of its abilities is there.

/// The constants.
#[krait_macros::pymodule_part(name = "_ssl")]
#[allow(non_snake_case, non_upper_case_globals)]
pub mod constants {
    use krait_runtime::prelude::*;

    // The `OpenSSL 3.x` shape is what `ssl`, pip and urllib3 read; what works behind it stands in the brackets.
    #[pyattr]
    const OPENSSL_VERSION: &str = "OpenSSL 3.6.0 (its interface, on rustls 0.23.46 with ring 0.17.14)";
    #[pyattr]
    const OPENSSL_VERSION_NUMBER: i64 = 0x3060_0000;
    #[pyattr]
    fn OPENSSL_VERSION_INFO(py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        version(py)
    }
    #[pyattr]
    fn _OPENSSL_API_VERSION(py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        version(py)
    }
    fn version(py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        PyTuple::from_vec(py, [3, 6, 0, 0, 0].iter().map(|n| n.into_py(py)).collect::<PyResult<Vec<_>>>()?)
    }
    #[pyattr]
    const _DEFAULT_CIPHERS: &str = "ALL:!COMPLEMENTOFDEFAULT:!eNULL";

    // What rustls has, and what it leaves out.
    #[pyattr]
    const HAS_ALPN: bool = true;
    #[pyattr]
    const HAS_ECDH: bool = true;
    #[pyattr]
    const HAS_NPN: bool = false;
    #[pyattr]
    const HAS_PHA: bool = false;
    #[pyattr]
    const HAS_PSK: bool = false;
    #[pyattr]
    const HAS_SNI: bool = true;
    #[pyattr]
    const HAS_SSLv2: bool = false;
    #[pyattr]
    const HAS_SSLv3: bool = false;
    #[pyattr]
    const HAS_TLS_UNIQUE: bool = false;
    #[pyattr]
    const HAS_TLSv1: bool = false;
    #[pyattr]
    const HAS_TLSv1_1: bool = false;
    #[pyattr]
    const HAS_TLSv1_2: bool = true;
    #[pyattr]
    const HAS_TLSv1_3: bool = true;

    #[pyattr]
    const ALERT_DESCRIPTION_ACCESS_DENIED: i64 = 49;
    #[pyattr]
    const ALERT_DESCRIPTION_BAD_CERTIFICATE: i64 = 42;
    #[pyattr]
    const ALERT_DESCRIPTION_BAD_CERTIFICATE_HASH_VALUE: i64 = 114;
    #[pyattr]
    const ALERT_DESCRIPTION_BAD_CERTIFICATE_STATUS_RESPONSE: i64 = 113;
    #[pyattr]
    const ALERT_DESCRIPTION_BAD_RECORD_MAC: i64 = 20;
    #[pyattr]
    const ALERT_DESCRIPTION_CERTIFICATE_EXPIRED: i64 = 45;
    #[pyattr]
    const ALERT_DESCRIPTION_CERTIFICATE_REVOKED: i64 = 44;
    #[pyattr]
    const ALERT_DESCRIPTION_CERTIFICATE_UNKNOWN: i64 = 46;
    #[pyattr]
    const ALERT_DESCRIPTION_CERTIFICATE_UNOBTAINABLE: i64 = 111;
    #[pyattr]
    const ALERT_DESCRIPTION_CLOSE_NOTIFY: i64 = 0;
    #[pyattr]
    const ALERT_DESCRIPTION_DECODE_ERROR: i64 = 50;
    #[pyattr]
    const ALERT_DESCRIPTION_DECOMPRESSION_FAILURE: i64 = 30;
    #[pyattr]
    const ALERT_DESCRIPTION_DECRYPT_ERROR: i64 = 51;
    #[pyattr]
    const ALERT_DESCRIPTION_HANDSHAKE_FAILURE: i64 = 40;
    #[pyattr]
    const ALERT_DESCRIPTION_ILLEGAL_PARAMETER: i64 = 47;
    #[pyattr]
    const ALERT_DESCRIPTION_INSUFFICIENT_SECURITY: i64 = 71;
    #[pyattr]
    const ALERT_DESCRIPTION_INTERNAL_ERROR: i64 = 80;
    #[pyattr]
    const ALERT_DESCRIPTION_NO_RENEGOTIATION: i64 = 100;
    #[pyattr]
    const ALERT_DESCRIPTION_PROTOCOL_VERSION: i64 = 70;
    #[pyattr]
    const ALERT_DESCRIPTION_RECORD_OVERFLOW: i64 = 22;
    #[pyattr]
    const ALERT_DESCRIPTION_UNEXPECTED_MESSAGE: i64 = 10;
    #[pyattr]
    const ALERT_DESCRIPTION_UNKNOWN_CA: i64 = 48;
    #[pyattr]
    const ALERT_DESCRIPTION_UNKNOWN_PSK_IDENTITY: i64 = 115;
    #[pyattr]
    const ALERT_DESCRIPTION_UNRECOGNIZED_NAME: i64 = 112;
    #[pyattr]
    const ALERT_DESCRIPTION_UNSUPPORTED_CERTIFICATE: i64 = 43;
    #[pyattr]
    const ALERT_DESCRIPTION_UNSUPPORTED_EXTENSION: i64 = 110;
    #[pyattr]
    const ALERT_DESCRIPTION_USER_CANCELLED: i64 = 90;
    #[pyattr]
    const CERT_NONE: i64 = 0;
    #[pyattr]
    const CERT_OPTIONAL: i64 = 1;
    #[pyattr]
    const CERT_REQUIRED: i64 = 2;
    #[pyattr]
    const ENCODING_DER: i64 = 2;
    #[pyattr]
    const ENCODING_PEM: i64 = 1;
    #[pyattr]
    const HOSTFLAG_ALWAYS_CHECK_SUBJECT: i64 = 1;
    #[pyattr]
    const HOSTFLAG_MULTI_LABEL_WILDCARDS: i64 = 8;
    #[pyattr]
    const HOSTFLAG_NEVER_CHECK_SUBJECT: i64 = 32;
    #[pyattr]
    const HOSTFLAG_NO_PARTIAL_WILDCARDS: i64 = 4;
    #[pyattr]
    const HOSTFLAG_NO_WILDCARDS: i64 = 2;
    #[pyattr]
    const HOSTFLAG_SINGLE_LABEL_SUBDOMAINS: i64 = 16;
    #[pyattr]
    const OP_ALL: i64 = 2147483728;
    #[pyattr]
    const OP_CIPHER_SERVER_PREFERENCE: i64 = 4194304;
    #[pyattr]
    const OP_ENABLE_KTLS: i64 = 8;
    #[pyattr]
    const OP_ENABLE_MIDDLEBOX_COMPAT: i64 = 1048576;
    #[pyattr]
    const OP_IGNORE_UNEXPECTED_EOF: i64 = 128;
    #[pyattr]
    const OP_LEGACY_SERVER_CONNECT: i64 = 4;
    #[pyattr]
    const OP_NO_COMPRESSION: i64 = 131072;
    #[pyattr]
    const OP_NO_RENEGOTIATION: i64 = 1073741824;
    #[pyattr]
    const OP_NO_SSLv2: i64 = 0;
    #[pyattr]
    const OP_NO_SSLv3: i64 = 33554432;
    #[pyattr]
    const OP_NO_TICKET: i64 = 16384;
    #[pyattr]
    const OP_NO_TLSv1: i64 = 67108864;
    #[pyattr]
    const OP_NO_TLSv1_1: i64 = 268435456;
    #[pyattr]
    const OP_NO_TLSv1_2: i64 = 134217728;
    #[pyattr]
    const OP_NO_TLSv1_3: i64 = 536870912;
    #[pyattr]
    const OP_SINGLE_DH_USE: i64 = 0;
    #[pyattr]
    const OP_SINGLE_ECDH_USE: i64 = 0;
    #[pyattr]
    const PROTOCOL_SSLv23: i64 = 2;
    #[pyattr]
    const PROTOCOL_TLS: i64 = 2;
    #[pyattr]
    const PROTOCOL_TLS_CLIENT: i64 = 16;
    #[pyattr]
    const PROTOCOL_TLS_SERVER: i64 = 17;
    #[pyattr]
    const PROTOCOL_TLSv1: i64 = 3;
    #[pyattr]
    const PROTOCOL_TLSv1_1: i64 = 4;
    #[pyattr]
    const PROTOCOL_TLSv1_2: i64 = 5;
    #[pyattr]
    const PROTO_MAXIMUM_SUPPORTED: i64 = -1;
    #[pyattr]
    const PROTO_MINIMUM_SUPPORTED: i64 = -2;
    #[pyattr]
    const PROTO_SSLv3: i64 = 768;
    #[pyattr]
    const PROTO_TLSv1: i64 = 769;
    #[pyattr]
    const PROTO_TLSv1_1: i64 = 770;
    #[pyattr]
    const PROTO_TLSv1_2: i64 = 771;
    #[pyattr]
    const PROTO_TLSv1_3: i64 = 772;
    #[pyattr]
    const SSL_ERROR_EOF: i64 = 8;
    #[pyattr]
    const SSL_ERROR_INVALID_ERROR_CODE: i64 = 10;
    #[pyattr]
    const SSL_ERROR_SSL: i64 = 1;
    #[pyattr]
    const SSL_ERROR_SYSCALL: i64 = 5;
    #[pyattr]
    const SSL_ERROR_WANT_CONNECT: i64 = 7;
    #[pyattr]
    const SSL_ERROR_WANT_READ: i64 = 2;
    #[pyattr]
    const SSL_ERROR_WANT_WRITE: i64 = 3;
    #[pyattr]
    const SSL_ERROR_WANT_X509_LOOKUP: i64 = 4;
    #[pyattr]
    const SSL_ERROR_ZERO_RETURN: i64 = 6;
    #[pyattr]
    const VERIFY_ALLOW_PROXY_CERTS: i64 = 64;
    #[pyattr]
    const VERIFY_CRL_CHECK_CHAIN: i64 = 12;
    #[pyattr]
    const VERIFY_CRL_CHECK_LEAF: i64 = 4;
    #[pyattr]
    const VERIFY_DEFAULT: i64 = 0;
    #[pyattr]
    const VERIFY_X509_PARTIAL_CHAIN: i64 = 524288;
    #[pyattr]
    const VERIFY_X509_STRICT: i64 = 32;
    #[pyattr]
    const VERIFY_X509_TRUSTED_FIRST: i64 = 32768;
}
