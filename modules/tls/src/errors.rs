//! The exceptions of `ssl`, and raising them in OpenSSL's words: `[LIBRARY: REASON] text (_ssl.c:line)`.

use krait_runtime::local::{InterpreterLocal, new_exception_class};
use krait_runtime::objects::exceptions::{PyOsError, types};
use krait_runtime::objects::r#type::flags;
use krait_runtime::prelude::*;

/// `ssl.SSLError`.
#[pyclass(
    module = "ssl",
    name = "SSLError",
    base = PyOsError,
    doc = "An error occurred in the SSL implementation.",
    basetype,
    gc,
    manual,
    flags = flags::BASE_EXC_SUBCLASS, heap, immutable)]
#[repr(C)]
pub struct SslError {
    base: PyOsError,
}

#[pymethods]
impl SslError {
    #[slot]
    fn tp_str(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let strerror = self.get_attr(py, id!(py, "strerror"))?;
        if let Some(text) = strerror.downcast::<PyStr>() {
            return Ok(text.new_ref());
        }
        self.get_attr(py, id!(py, "args"))?.str(py)
    }
}

macro_rules! subclasses {
    ($($(#[$about:meta])* $name:ident = $python:literal, $doc:literal;)*) => { $(
        $(#[$about])*
        pub static $name: InterpreterLocal = InterpreterLocal::new(|py| {
            let base = PyType::ready::<SslError>(py)?;
            new_exception_class(py, $python, Some($doc), &[base])
        });
    )* };
}

subclasses! {
    /// `ssl.SSLZeroReturnError`.
    ZERO_RETURN_ERROR = "ssl.SSLZeroReturnError", "SSL/TLS session closed cleanly.";
    /// `ssl.SSLWantReadError`.
    WANT_READ_ERROR = "ssl.SSLWantReadError",
        "Non-blocking SSL socket needs to read more data\nbefore the requested operation can be completed.";
    /// `ssl.SSLWantWriteError`.
    WANT_WRITE_ERROR = "ssl.SSLWantWriteError",
        "Non-blocking SSL socket needs to write more data\nbefore the requested operation can be completed.";
    /// `ssl.SSLSyscallError`.
    SYSCALL_ERROR = "ssl.SSLSyscallError", "System error when attempting SSL operation.";
    /// `ssl.SSLEOFError`.
    EOF_ERROR = "ssl.SSLEOFError", "SSL/TLS connection terminated abruptly.";
}

/// `ssl.SSLCertVerificationError`.
pub static CERT_VERIFICATION_ERROR: InterpreterLocal = InterpreterLocal::new(|py| {
    let base = PyType::ready::<SslError>(py)?;
    let doc = Some("A certificate could not be verified.");
    new_exception_class(py, "ssl.SSLCertVerificationError", doc, &[base, types::ValueError()])
});

/// Where CPython's `_ssl.c` raises: the numbers in its messages.
pub mod line {
    /// Handshakes.
    pub const HANDSHAKE: u32 = 1130;
    /// A side that the context is not for.
    pub const SERVER_SIDE: u32 = 908;
    /// A side that the context is not for.
    pub const CLIENT_SIDE: u32 = 915;
    /// Host names.
    pub const HOSTNAME: u32 = 865;
    /// Reading.
    pub const READ: u32 = 2778;
    /// Writing.
    pub const WRITE: u32 = 2616;
    /// Closing.
    pub const SHUTDOWN: u32 = 2906;
    /// A certificate file of one's own.
    pub const OWN_CERTIFICATE: u32 = 4291;
    /// A key file.
    pub const OWN_KEY: u32 = 4312;
    /// Certificates given as text or bytes, none found.
    pub const NO_CADATA: u32 = 4410;
    /// Certificates given as text or bytes, spoilt.
    pub const BAD_CADATA: u32 = 4423;
    /// Certificates of authorities in files.
    pub const CAFILE: u32 = 4544;
    /// Parameters of Diffie-Hellman in files.
    pub const PARAMETERS: u32 = 4600;
}

/// What an exception of OpenSSL tells.
#[derive(Clone, Debug)]
pub struct Report {
    /// The number, first of the arguments.
    pub number: i64,
    /// `library`.
    pub library: Option<&'static str>,
    /// `reason`.
    pub reason: Option<String>,
    /// The words.
    pub text: String,
}

impl Report {
    /// Words without library and reason.
    pub fn plain(number: i64, text: &str) -> Report {
        Report { number, library: None, reason: None, text: text.to_owned() }
    }

    /// A reason of library `SSL`; the words are the reason's in lower case.
    pub fn ssl(reason: &str) -> Report {
        Report::of("SSL", 1, reason)
    }

    /// A reason of a library; the words are the reason's in lower case.
    pub fn of(library: &'static str, number: i64, reason: &str) -> Report {
        let text = reason.to_ascii_lowercase().replace('_', " ");
        Report { number, library: Some(library), reason: Some(reason.to_owned()), text }
    }

    /// A failure inside the PEM reader, as a library reports it.
    pub fn pem(library: &'static str) -> Report {
        Report { number: 524_297, library: Some(library), reason: None, text: "PEM lib".to_owned() }
    }

    fn message(&self, line: u32) -> String {
        let text = &self.text;
        match (self.library, &self.reason) {
            (Some(library), Some(reason)) => format!("[{library}: {reason}] {text} (_ssl.c:{line})"),
            (Some(library), None) => format!("[{library}] {text} (_ssl.c:{line})"),
            _ => format!("{text} (_ssl.c:{line})"),
        }
    }

    /// The exception, with `library` and `reason` set.
    fn instance(&self, py: Py<'_>, class: &PyType, line: u32) -> PyResult<Ref<PyObject>> {
        let message = PyStr::new(py, &self.message(line))?;
        let made = class.call(py, &[&*self.number.into_py(py)?, &message])?;
        let library = match self.library {
            Some(library) => library.into_py(py)?,
            None => py.none(),
        };
        let reason = match &self.reason {
            Some(reason) => reason.as_str().into_py(py)?,
            None => py.none(),
        };
        made.set_attr(py, id!(py, "reason"), &reason)?;
        made.set_attr(py, id!(py, "library"), &library)?;
        Ok(made)
    }

    /// Raises it as an `SSLError`.
    #[cold]
    pub fn raise(&self, py: Py<'_>, line: u32) -> Raised {
        match PyType::ready::<SslError>(py) {
            Ok(class) => self.raise_as(py, class, line),
            Err(raised) => raised,
        }
    }

    /// Raises it as one of the subclasses.
    #[cold]
    pub fn raise_in(&self, py: Py<'_>, class: &'static InterpreterLocal, line: u32) -> Raised {
        match class.class(py) {
            Ok(class) => self.raise_as(py, &class, line),
            Err(raised) => raised,
        }
    }

    fn raise_as(&self, py: Py<'_>, class: &PyType, line: u32) -> Raised {
        match self.instance(py, class, line) {
            Ok(made) => py.raise_instance(made),
            Err(raised) => raised,
        }
    }
}

/// `SSLError` with nothing but words.
#[cold]
pub fn plain_ssl_error(py: Py<'_>, text: &str) -> Raised {
    match PyType::ready::<SslError>(py) {
        Ok(class) => py.raise(class, format_args!("{text}")),
        Err(raised) => raised,
    }
}

/// `AttributeError` for a deletion.
#[cold]
pub fn undeletable(py: Py<'_>, class: &str, name: &str) -> Raised {
    raise!(py, AttributeError, "attribute '{name}' of '{class}' objects cannot be deleted")
}

/// The numbers of `SSL_ERROR_*` that exceptions carry.
pub mod code {
    /// More must be read first.
    pub const WANT_READ: i64 = 2;
    /// More must be written first.
    pub const WANT_WRITE: i64 = 3;
    /// The other side has said that it closes.
    pub const ZERO_RETURN: i64 = 6;
    /// The other side has gone without a word.
    pub const EOF: i64 = 8;
}

/// `SSLWantReadError`.
#[cold]
pub fn want_read(py: Py<'_>, line: u32) -> Raised {
    Report::plain(code::WANT_READ, "The operation did not complete (read)").raise_in(
        py,
        &WANT_READ_ERROR,
        line,
    )
}

/// `SSLWantWriteError`.
#[cold]
pub fn want_write(py: Py<'_>, line: u32) -> Raised {
    Report::plain(code::WANT_WRITE, "The operation did not complete (write)").raise_in(
        py,
        &WANT_WRITE_ERROR,
        line,
    )
}

/// `SSLZeroReturnError`.
#[cold]
pub fn zero_return(py: Py<'_>, line: u32) -> Raised {
    Report::plain(code::ZERO_RETURN, "TLS/SSL connection has been closed (EOF)").raise_in(
        py,
        &ZERO_RETURN_ERROR,
        line,
    )
}

/// `SSLEOFError`.
#[cold]
pub fn unexpected_eof(py: Py<'_>, line: u32) -> Raised {
    let report = Report {
        number: code::EOF,
        library: Some("SSL"),
        reason: Some("UNEXPECTED_EOF_WHILE_READING".to_owned()),
        text: "EOF occurred in violation of protocol".to_owned(),
    };
    report.raise_in(py, &EOF_ERROR, line)
}

/// `SSLCertVerificationError` for an error code of X.509 verification.
#[cold]
pub fn verification_failed(py: Py<'_>, verify_code: i32, verify_message: &str, line: u32) -> Raised {
    let report = Report {
        number: 1,
        library: Some("SSL"),
        reason: Some("CERTIFICATE_VERIFY_FAILED".to_owned()),
        text: format!("certificate verify failed: {verify_message}"),
    };
    let made = (|| {
        let class = CERT_VERIFICATION_ERROR.class(py)?;
        let made = report.instance(py, &class, line)?;
        made.set_attr(py, id!(py, "verify_code"), &*verify_code.into_py(py)?)?;
        made.set_attr(py, id!(py, "verify_message"), &*verify_message.into_py(py)?)?;
        Ok(made)
    })();
    match made {
        Ok(made) => py.raise_instance(made),
        Err(raised) => raised,
    }
}
