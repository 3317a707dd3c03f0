//! The functions of module `_ssl`.

/// The functions.
#[krait_macros::pymodule_part(name = "_ssl")]
#[allow(non_snake_case)]
pub mod functions {
    use std::os::unix::ffi::OsStrExt;

    use krait_runtime::objects::exceptions::OrRaise;
    use krait_runtime::prelude::*;
    use krait_runtime::system::{Errno, Target, files};

    use crate::errors;
    use crate::object_ids::{self, ObjectId};
    use crate::x509::certificate::Certificate;
    use crate::x509::{describe, pem};

    #[pyfunction]
    fn RAND_bytes(py: Py<'_>, n: i32) -> PyResult<Vec<u8>> {
        let Ok(len) = usize::try_from(n) else { bail!(py, ValueError, "num must be positive") };
        py.expect_room(len)?;
        let mut bytes = vec![0; len];
        let mut done = 0;
        while let Some(rest) = bytes.get_mut(done..).filter(|rest| !rest.is_empty()) {
            match files::get_random(Target::new(rest), 0) {
                Ok(count) => done += count,
                Err(Errno(libc::EINTR)) => py.check_signals()?,
                failed => done += failed.or_raise(py)?,
            }
        }
        Ok(bytes)
    }

    /// The kernel's generator needs no seed from here: the argument is checked, and that is all.
    #[pyfunction]
    #[style(parse_tuple)]
    fn RAND_add(py: Py<'_>, string: &PyObject, entropy: f64) -> PyResult<()> {
        let _ = entropy;
        match string.downcast::<PyStr>() {
            Some(text) => text.to_utf8(py).map(drop),
            None => string.buffer_bytes(py).map(drop),
        }
    }

    #[pyfunction]
    fn RAND_status() -> bool {
        true
    }

    #[pyfunction]
    fn get_default_verify_paths(py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let parts = crate::default_paths().into_iter().map(|part| part.into_py(py));
        PyTuple::from_vec(py, parts.collect::<PyResult<Vec<_>>>()?)
    }

    /// What `getpeercert()` would show of a file's certificate: for tests.
    #[pyfunction]
    fn _test_decode_cert(py: Py<'_>, path: &PyObject) -> PyResult<Ref<PyDict>> {
        let path = path.fs_bytes(py)?;
        let path = std::path::Path::new(std::ffi::OsStr::from_bytes(path.to_bytes()));
        let Ok(text) = py.detach(|| std::fs::read(path)) else {
            return Err(errors::plain_ssl_error(py, "Can't open file"));
        };
        let text = String::from_utf8_lossy(&text);
        let block =
            pem::blocks(&text).find(|b| b.as_ref().map_or(true, |b| b.label.ends_with("CERTIFICATE")));
        match block {
            Some(Ok(block)) => match Certificate::parse_all(&block.bytes) {
                Ok(certificate) => describe::describe(py, &certificate),
                Err(_) => Err(errors::plain_ssl_error(py, "Error decoding PEM-encoded file")),
            },
            _ => Err(errors::plain_ssl_error(py, "Error decoding PEM-encoded file")),
        }
    }

    fn object(py: Py<'_>, id: ObjectId) -> PyResult<Ref<PyTuple>> {
        let parts = [id.nid.into_py(py)?, id.short.into_py(py)?, id.long.into_py(py)?, id.oid.into_py(py)?];
        PyTuple::of(py, parts)
    }

    #[pyfunction]
    fn txt2obj(py: Py<'_>, txt: &PyStr, name: bool) -> PyResult<Ref<PyTuple>> {
        let txt = &*txt.to_utf8(py)?;
        let found = object_ids::by_oid(txt)
            .or_else(|| object_ids::all().find(|id| name && (id.short == txt || id.long == txt)));
        match found {
            Some(id) => object(py, id),
            None if is_dotted(txt) => bail!(py, ValueError, "Unknown object"),
            None => {
                let text = txt.chars().take(100).collect::<String>();
                bail!(py, ValueError, "unknown object '{text}'")
            }
        }
    }

    fn is_dotted(text: &str) -> bool {
        let mut arcs = text.split('.');
        let number = |arc: &str| !arc.is_empty() && arc.bytes().all(|b| b.is_ascii_digit());
        arcs.next().is_some_and(|first| matches!(first, "0" | "1" | "2")) && {
            let rest: Vec<&str> = arcs.collect();
            !rest.is_empty() && rest.into_iter().all(number)
        }
    }

    #[pyfunction]
    fn nid2obj(py: Py<'_>, nid: i32) -> PyResult<Ref<PyTuple>> {
        // 0 is the object without a name.
        match u32::try_from(nid) {
            Err(_) => bail!(py, ValueError, "NID must be positive."),
            Ok(0) => bail!(py, ValueError, "Unknown object"),
            Ok(nid) => match object_ids::all().find(|id| id.nid == nid) {
                Some(id) => object(py, id),
                None => bail!(py, ValueError, "unknown NID {nid}"),
            },
        }
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "SSLError", PyType::ready::<errors::SslError>(py)?)?;
        for (name, class) in [
            ("SSLCertVerificationError", &errors::CERT_VERIFICATION_ERROR),
            ("SSLZeroReturnError", &errors::ZERO_RETURN_ERROR),
            ("SSLWantReadError", &errors::WANT_READ_ERROR),
            ("SSLWantWriteError", &errors::WANT_WRITE_ERROR),
            ("SSLSyscallError", &errors::SYSCALL_ERROR),
            ("SSLEOFError", &errors::EOF_ERROR),
        ] {
            module.add(py, name, &*class.get(py)?)?;
        }
        Ok(())
    }
}
