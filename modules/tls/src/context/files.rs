//! A context's certificates: what it trusts and what it shows.

use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;

use super::SslContext;
use crate::errors::{Report, line};
use crate::keys::{self, FoundKey};
use crate::x509::certificate::Certificate;
use crate::x509::der::Malformed;
use crate::x509::trust::{self, Item, Trust};
use crate::x509::{describe, pem};

/// So long may a password be.
const LONGEST_PASSWORD: usize = 1024;

/// A path argument; `message` when it is none.
fn path(py: Py<'_>, object: &PyObject, message: &str) -> PyResult<CString> {
    object.fs_bytes(py).map_err(|raised| {
        if py.error_matches(types::TypeError()) {
            py.clear_error(raised);
            return raise!(py, TypeError, "{message}");
        }
        raised
    })
}

fn as_path(path: &CString) -> &Path {
    Path::new(OsStr::from_bytes(path.to_bytes()))
}

/// A file's text; what is not ASCII in it is of no meaning in PEM.
fn read(py: Py<'_>, path: &CString) -> PyResult<String> {
    match py.detach(|| std::fs::read(as_path(path))) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) => Err(py.raise_errno(error.raw_os_error().unwrap_or(libc::EIO))),
    }
}

/// A password in bytes.
fn password_bytes(py: Py<'_>, password: &PyObject, wrong: &str) -> PyResult<Vec<u8>> {
    let bytes = if let Some(text) = password.downcast::<PyStr>() {
        text.to_utf8(py)?.as_bytes().to_vec()
    } else if PyBytes::check(password) || PyByteArray::check(password) {
        password.buffer_bytes(py)?
    } else {
        bail!(py, TypeError, "{wrong}")
    };
    if bytes.len() > LONGEST_PASSWORD {
        bail!(py, ValueError, "password cannot be longer than {LONGEST_PASSWORD} bytes")
    }
    Ok(bytes)
}

fn raise_failure(py: Py<'_>, (report, line): keys::Failure) -> Raised {
    report.raise(py, line)
}

/// `Some` unless absent or `None`.
fn given(object: Option<&PyObject>) -> Option<&PyObject> {
    object.filter(|o| !o.is_none())
}

impl SslContext {
    /// Changes what is trusted; connections that are on their way keep what they had.
    fn change_trust(&self, change: impl FnOnce(&mut Trust)) {
        let mut trust = Trust::clone(&self.trust.borrow());
        change(&mut trust);
        *self.trust.borrow_mut() = Arc::new(trust);
    }

    fn load_file(&self, py: Py<'_>, name: &CString) -> PyResult<()> {
        let text = read(py, name)?;
        let Ok(items) = trust::items(&text) else {
            return Err(Report::pem("X509").raise(py, line::CAFILE));
        };
        if items.is_empty() {
            let report = Report::of("X509", 136, "NO_CERTIFICATE_OR_CRL_FOUND");
            return Err(report.raise(py, line::CAFILE));
        }
        self.change_trust(|trust| items.into_iter().for_each(|item| trust.add(item)));
        Ok(())
    }

    fn load_data(&self, py: Py<'_>, data: &PyObject) -> PyResult<()> {
        let wrong = "cadata should be an ASCII string or a bytes-like object";
        let (found, spoilt, start) = if let Some(text) = data.downcast::<PyStr>() {
            if !text.is_ascii() {
                bail!(py, TypeError, "{wrong}")
            }
            let text = text.to_utf8(py)?;
            if text.is_empty() {
                bail!(py, ValueError, "Empty certificate data")
            }
            let mut found = Vec::new();
            let mut spoilt = None;
            for block in pem::blocks(&text) {
                let certificate = match &block {
                    Ok(block) if block.label.ends_with("CERTIFICATE") => Certificate::parse_all(&block.bytes),
                    Ok(_) => continue,
                    Err(Malformed) => Err(Malformed),
                };
                match certificate {
                    Ok(certificate) => found.push(certificate),
                    Err(Malformed) => {
                        spoilt = Some(Report::of("PEM", 100, "BAD_BASE64_DECODE"));
                        break;
                    }
                }
            }
            (found, spoilt, "no start line: cadata does not contain a certificate")
        } else {
            if !data.has_buffer() {
                bail!(py, TypeError, "{wrong}")
            }
            let bytes = data.buffer_bytes(py)?;
            if bytes.is_empty() {
                bail!(py, ValueError, "Empty certificate data")
            }
            let mut found = Vec::new();
            let mut rest: &[u8] = &bytes;
            while let Ok((certificate, after)) = Certificate::parse(rest) {
                found.push(certificate);
                rest = after;
            }
            let spoilt = (!rest.is_empty()).then(|| Report::of("ASN1", 142, "NOT_ENOUGH_DATA"));
            (found, spoilt, "not enough data: cadata does not contain a certificate")
        };
        if found.is_empty() {
            return Err(Report::plain(0, start).raise(py, line::NO_CADATA));
        }
        self.change_trust(|trust| found.into_iter().for_each(|c| trust.add(Item::Certificate(c))));
        match spoilt {
            Some(report) => Err(report.raise(py, line::BAD_CADATA)),
            None => Ok(()),
        }
    }

    fn password(py: Py<'_>, password: &PyObject) -> PyResult<Vec<u8>> {
        if password.is_callable() {
            let answer = password.call(py, &[])?;
            return password_bytes(py, &answer, "password callback must return a string");
        }
        password_bytes(py, password, "password should be a string or callable")
    }
}

#[pymethods(part = "files", class = "_ssl._SSLContext")]
impl SslContext {
    #[pymethod]
    fn load_cert_chain(
        &self,
        py: Py<'_>,
        certfile: &PyObject,
        keyfile: Option<&PyObject>,
        password: Option<&PyObject>,
    ) -> PyResult<()> {
        let certificates = path(py, certfile, "certfile should be a valid filesystem path")?;
        let key = match given(keyfile) {
            Some(name) => path(py, name, "keyfile should be a valid filesystem path")?,
            None => certificates.clone(),
        };
        // A wrong password is refused even where none is needed.
        let password = given(password);
        let known = match password {
            Some(one) if !one.is_callable() => Some(Self::password(py, one)?),
            _ => None,
        };
        let chain = keys::chain(&read(py, &certificates)?).map_err(|f| raise_failure(py, f))?;
        let key = match keys::private_key(&read(py, &key)?).map_err(|f| raise_failure(py, f))? {
            FoundKey::Plain(key) => key,
            FoundKey::Encrypted(bytes) => {
                let secret = match (known, password) {
                    (Some(secret), _) => secret,
                    (None, Some(callback)) => Self::password(py, callback)?,
                    (None, None) => return Err(Report::pem("SSL").raise(py, line::OWN_KEY)),
                };
                py.detach(|| keys::decrypt(&bytes, &secret)).map_err(|f| raise_failure(py, f))?
            }
        };
        let certified = keys::certified(&chain, &key).map_err(|f| raise_failure(py, f))?;
        let all = self.keys.borrow().with(certified);
        *self.keys.borrow_mut() = Arc::new(all);
        Ok(())
    }

    #[pymethod]
    fn load_verify_locations(
        &self,
        py: Py<'_>,
        cafile: Option<&PyObject>,
        capath: Option<&PyObject>,
        cadata: Option<&PyObject>,
    ) -> PyResult<()> {
        let (cafile, capath, cadata) = (given(cafile), given(capath), given(cadata));
        if cafile.is_none() && capath.is_none() && cadata.is_none() {
            bail!(py, TypeError, "cafile, capath and cadata cannot be all omitted")
        }
        let cafile = cafile.map(|f| path(py, f, "cafile should be a valid filesystem path")).transpose()?;
        let capath = capath.map(|f| path(py, f, "capath should be a valid filesystem path")).transpose()?;
        if let Some(data) = cadata {
            self.load_data(py, data)?;
        }
        if let Some(name) = &cafile {
            self.load_file(py, name)?;
        }
        if let Some(folder) = &capath {
            self.change_trust(|trust| trust.add_folder(as_path(folder)));
        }
        Ok(())
    }

    /// The file and the folder that the environment names, or the system's. What is not there is no error.
    #[pymethod]
    fn set_default_verify_paths(&self, py: Py<'_>) -> PyResult<()> {
        let [file_variable, file, folder_variable, folder] = crate::default_paths();
        let file = std::env::var_os(file_variable).unwrap_or_else(|| file.into());
        let folder = std::env::var_os(folder_variable).unwrap_or_else(|| folder.into());
        let text = py.detach(|| std::fs::read(file)).unwrap_or_default();
        let items = trust::items(&String::from_utf8_lossy(&text)).unwrap_or_default();
        self.change_trust(|trust| {
            items.into_iter().for_each(|item| trust.add(item));
            std::env::split_paths(&folder).for_each(|one| trust.add_folder(&one));
        });
        Ok(())
    }

    #[pymethod]
    fn cert_store_stats(&self, py: Py<'_>) -> PyResult<Ref<PyDict>> {
        let trust = self.trust.borrow().clone();
        let certificates = trust.certificates();
        let authorities = certificates.iter().filter(|c| c.is_authority()).count();
        let dict = PyDict::new(py)?;
        dict.set_named(py, "x509", &*certificates.len().into_py(py)?)?;
        dict.set_named(py, "crl", &*trust.lists().len().into_py(py)?)?;
        dict.set_named(py, "x509_ca", &*authorities.into_py(py)?)?;
        Ok(dict)
    }

    #[pymethod]
    #[sig("($self, /, binary_form=False)")]
    fn get_ca_certs(&self, py: Py<'_>, binary_form: bool) -> PyResult<Ref<PyList>> {
        let trust = self.trust.borrow().clone();
        let list = PyList::new(py)?;
        for certificate in trust.certificates().iter().filter(|c| c.is_authority()) {
            let shown = if binary_form {
                certificate.der().into_py(py)?
            } else {
                describe::describe(py, certificate)?.upcast()
            };
            list.append(py, shown)?;
        }
        Ok(list)
    }

    /// Finite fields are not for rustls: good parameters are refused too.
    #[pymethod]
    #[sig("($self, path, /)")]
    fn load_dh_params(&self, py: Py<'_>, path: &PyObject) -> PyResult<()> {
        let text = path.fs_bytes(py)?;
        let text = match py.detach(|| std::fs::read(as_path(&text))) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => {
                let number = error.raw_os_error().unwrap_or(libc::EIO);
                return Err(py.raise_errno_with(number, Some(path), None));
            }
        };
        if !pem::blocks(&text).any(|b| b.is_ok_and(|b| b.label.ends_with("DH PARAMETERS"))) {
            return Err(Report::of("PEM", 108, "NO_START_LINE").raise(py, line::PARAMETERS));
        }
        bail!(py, NotImplementedError, "Diffie-Hellman over finite fields is not supported")
    }
}
