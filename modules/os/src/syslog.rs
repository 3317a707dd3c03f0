//! Module `syslog`.

use std::ffi::CString;

use krait_macros::pymodule;
use krait_runtime::prelude::*;

/// A text as a C string.
fn c_text(py: Py<'_>, text: &PyStr) -> PyResult<CString> {
    CString::new(text.to_utf8(py)?.into_owned())
        .map_err(|_| raise!(py, ValueError, "embedded null character"))
}

/// The module.
#[pymodule(name = "syslog")]
#[allow(non_snake_case)]
pub mod syslog {
    use std::ffi::{CStr, CString};
    use std::sync::atomic::{AtomicBool, Ordering};

    use krait_runtime::prelude::*;
    use krait_runtime::system::logging as system;

    use super::c_text;

    static OPEN: AtomicBool = AtomicBool::new(false);

    #[pyattr]
    use libc::{
        LOG_ALERT, LOG_AUTH, LOG_AUTHPRIV, LOG_CONS, LOG_CRIT, LOG_CRON, LOG_DAEMON, LOG_DEBUG, LOG_EMERG,
        LOG_ERR, LOG_FTP, LOG_INFO, LOG_KERN, LOG_LOCAL0, LOG_LOCAL1, LOG_LOCAL2, LOG_LOCAL3, LOG_LOCAL4,
        LOG_LOCAL5, LOG_LOCAL6, LOG_LOCAL7, LOG_LPR, LOG_MAIL, LOG_NDELAY, LOG_NEWS, LOG_NOTICE, LOG_NOWAIT,
        LOG_ODELAY, LOG_PERROR, LOG_PID, LOG_SYSLOG, LOG_USER, LOG_UUCP, LOG_WARNING,
    };

    /// The program's name: the last part of `sys.argv[0]`.
    fn program_name(py: Py<'_>) -> PyResult<Option<CString>> {
        let Some(argv) = py.sys_object(id!(py, "argv"))? else { return Ok(None) };
        let Some(first) = argv.downcast::<PyList>().and_then(|list| list.get(0)) else { return Ok(None) };
        let Some(text) = first.downcast::<PyStr>() else { return Ok(None) };
        let text = text.to_utf8(py)?;
        let name = text.rsplit('/').next().unwrap_or_default();
        Ok(CString::new(name).ok().filter(|name| !name.is_empty()))
    }

    fn open(py: Py<'_>, ident: Option<CString>, options: i32, facility: i32) -> PyResult<()> {
        let ident = match ident {
            Some(ident) => Some(ident),
            None => program_name(py)?,
        };
        let shown = match &ident {
            Some(name) => PyStr::new(py, &name.to_string_lossy())?.upcast(),
            None => py.none(),
        };
        py.audit("syslog.openlog", &[&shown, &*options.into_py(py)?, &*facility.into_py(py)?])?;
        let name = ident.unwrap_or_default();
        // The C library keeps the address: the name is never given back.
        let name: &'static CStr = Box::leak(name.into_boxed_c_str());
        system::open(name, options, facility);
        OPEN.store(true, Ordering::Relaxed);
        Ok(())
    }

    #[pyfunction]
    fn openlog(
        py: Py<'_>,
        ident: Option<&PyStr>,
        #[default(0)] logoption: isize,
        #[default(libc::LOG_USER as isize)] facility: isize,
    ) -> PyResult<()> {
        let ident = match ident {
            Some(ident) => Some(c_text(py, ident)?),
            None => None,
        };
        open(py, ident, logoption as i32, facility as i32)
    }

    #[pyfunction]
    #[raw(fastcall)]
    fn syslog(py: Py<'_>, args: Args<'_>) -> PyResult<()> {
        let (priority, message, place) = match args.positional() {
            [message] => (libc::LOG_INFO, *message, 1),
            [priority, message] => {
                (krait_runtime::args::extract::<i32>(py, priority, "syslog", 1)?, *message, 2)
            }
            _ => bail!(py, TypeError, "syslog.syslog requires 1 to 2 arguments"),
        };
        let text = krait_runtime::args::extract::<&PyStr>(py, message, "syslog", place)?;
        let text = c_text(py, text)?;
        py.audit("syslog.syslog", &[&*priority.into_py(py)?, message])?;
        if !OPEN.load(Ordering::Relaxed) {
            open(py, None, 0, libc::LOG_USER)?;
        }
        py.detach(|| system::write(priority, &text));
        Ok(())
    }

    #[pyfunction]
    fn closelog(py: Py<'_>) -> PyResult<()> {
        py.audit("syslog.closelog", &[])?;
        if OPEN.swap(false, Ordering::Relaxed) {
            system::close();
        }
        Ok(())
    }

    #[pyfunction]
    fn setlogmask(py: Py<'_>, maskpri: isize) -> PyResult<i32> {
        py.audit("syslog.setlogmask", &[&*maskpri.into_py(py)?])?;
        Ok(system::set_mask(maskpri as i32))
    }

    #[pyfunction]
    fn LOG_MASK(_py: Py<'_>, pri: isize) -> isize {
        1isize.wrapping_shl(pri as u32)
    }

    #[pyfunction]
    fn LOG_UPTO(_py: Py<'_>, pri: isize) -> isize {
        1isize.wrapping_shl((pri + 1) as u32) - 1
    }
}
