//! Module `termios`: settings of terminals.

use krait_macros::pymodule;
use krait_runtime::local::{InterpreterLocal, new_exception_class};
use krait_runtime::objects::exceptions::{os_error, types};
use krait_runtime::prelude::*;
use krait_runtime::system::{Errno, SysResult};

static ERROR: InterpreterLocal =
    InterpreterLocal::new(|py| new_exception_class(py, "termios.error", None, &[types::Exception()]));

/// Raises `termios.error` for failures.
fn or_error<T>(py: Py<'_>, outcome: SysResult<T>) -> PyResult<T> {
    let Err(Errno(error)) = outcome else { return outcome.map_err(|_| py.raise_errno(0)) };
    let text = PyStr::new(py, &os_error::error_text(error))?;
    let arguments = PyTuple::pair(py, error.into_py(py)?, text.upcast())?;
    Err(py.raise_object(&*ERROR.class(py)?, Some(&arguments)))
}

/// The same for calls that signals may interrupt.
fn blocking<T>(py: Py<'_>, call: impl FnMut() -> SysResult<T>) -> PyResult<T> {
    let outcome = py.retry(call)?;
    or_error(py, outcome)
}

/// The module.
#[pymodule(name = "termios")]
pub mod termios {
    use krait_runtime::args::extract;
    use krait_runtime::prelude::*;
    use krait_runtime::protocol::path::Descriptor;
    use krait_runtime::system::terminal::{self as system, Settings};

    use super::{ERROR, blocking, or_error};

    #[pyattr]
    const B76800: i64 = 76800;
    #[pyattr]
    const TIOCSER_TEMT: i64 = 1;
    #[pyattr]
    use libc::{
        _POSIX_VDISABLE, B0, B50, B75, B110, B134, B150, B200, B300, B600, B1200, B1800, B2400, B4800, B9600,
        B19200, B38400, B57600, B115200, B230400, B460800, B500000, B576000, B921600, B1000000, B1152000,
        B1500000, B2000000, B2500000, B3000000, B3500000, B4000000, BRKINT, BS0, BS1, BSDLY, CBAUD, CBAUDEX,
        CIBAUD, CLOCAL, CR0, CR1, CR2, CR3, CRDLY, CREAD, CRTSCTS, CS5, CS6, CS7, CS8, CSIZE, CSTOPB, ECHO,
        ECHOCTL, ECHOE, ECHOK, ECHOKE, ECHONL, ECHOPRT, EXTA, EXTB, EXTPROC, FF0, FF1, FFDLY, FIOASYNC,
        FIOCLEX, FIONBIO, FIONCLEX, FIONREAD, FLUSHO, HUPCL, IBSHIFT, ICANON, ICRNL, IEXTEN, IGNBRK, IGNCR,
        IGNPAR, IMAXBEL, INLCR, INPCK, ISIG, ISTRIP, IUCLC, IUTF8, IXANY, IXOFF, IXON, NCCS, NL0, NL1, NLDLY,
        NOFLSH, OCRNL, OFDEL, OFILL, OLCUC, ONLCR, ONLRET, ONOCR, OPOST, PARENB, PARMRK, PARODD, PENDIN,
        TAB0, TAB1, TAB2, TAB3, TABDLY, TCFLSH, TCGETS, TCIFLUSH, TCIOFF, TCIOFLUSH, TCION, TCOFLUSH, TCOOFF,
        TCOON, TCSADRAIN, TCSAFLUSH, TCSANOW, TCSBRK, TCSBRKP, TCSETS, TCSETSF, TCSETSW, TCXONC, TIOCCONS,
        TIOCEXCL, TIOCGETD, TIOCGICOUNT, TIOCGLCKTRMIOS, TIOCGPGRP, TIOCGSERIAL, TIOCGSOFTCAR, TIOCGWINSZ,
        TIOCINQ, TIOCLINUX, TIOCM_CAR, TIOCM_CD, TIOCM_CTS, TIOCM_DSR, TIOCM_DTR, TIOCM_LE, TIOCM_RI,
        TIOCM_RNG, TIOCM_RTS, TIOCM_SR, TIOCM_ST, TIOCMBIC, TIOCMBIS, TIOCMGET, TIOCMIWAIT, TIOCMSET,
        TIOCNOTTY, TIOCNXCL, TIOCOUTQ, TIOCPKT, TIOCSCTTY, TIOCSERCONFIG, TIOCSERGETLSR, TIOCSERGETMULTI,
        TIOCSERGSTRUCT, TIOCSERGWILD, TIOCSERSETMULTI, TIOCSERSWILD, TIOCSETD, TIOCSLCKTRMIOS, TIOCSPGRP,
        TIOCSSERIAL, TIOCSSOFTCAR, TIOCSTI, TIOCSWINSZ, TOSTOP, VDISCARD, VEOF, VEOL, VEOL2, VERASE, VINTR,
        VKILL, VLNEXT, VMIN, VQUIT, VREPRINT, VSTART, VSTOP, VSUSP, VSWTC, VT0, VT1, VTDLY, VTIME, VWERASE,
        XCASE, XTABS,
    };
    #[pyattr]
    const B14400: i64 = 14400;
    #[pyattr]
    const B28800: i64 = 28800;
    #[pyattr]
    const B7200: i64 = 7200;
    #[pyattr]
    const CDSUSP: i64 = 25;
    #[pyattr]
    const CEOF: i64 = 4;
    #[pyattr]
    const CEOL: i64 = 0;
    #[pyattr]
    const CEOT: i64 = 4;
    #[pyattr]
    const CERASE: i64 = 127;
    #[pyattr]
    const CFLUSH: i64 = 15;
    #[pyattr]
    const CINTR: i64 = 3;
    #[pyattr]
    const CKILL: i64 = 21;
    #[pyattr]
    const CLNEXT: i64 = 22;
    #[pyattr]
    const CQUIT: i64 = 28;
    #[pyattr]
    const CRPRNT: i64 = 18;
    #[pyattr]
    const CSTART: i64 = 17;
    #[pyattr]
    const CSTOP: i64 = 19;
    #[pyattr]
    const CSUSP: i64 = 26;
    #[pyattr]
    const CWERASE: i64 = 23;
    #[pyattr]
    const IOCSIZE_MASK: i64 = 1073676288;
    #[pyattr]
    const IOCSIZE_SHIFT: i64 = 16;
    #[pyattr]
    const N_MOUSE: i64 = 2;
    #[pyattr]
    const N_PPP: i64 = 3;
    #[pyattr]
    const N_SLIP: i64 = 1;
    #[pyattr]
    const N_STRIP: i64 = 4;
    #[pyattr]
    const N_TTY: i64 = 0;
    #[pyattr]
    const TIOCPKT_DATA: i64 = 0;
    #[pyattr]
    const TIOCPKT_DOSTOP: i64 = 32;
    #[pyattr]
    const TIOCPKT_FLUSHREAD: i64 = 1;
    #[pyattr]
    const TIOCPKT_FLUSHWRITE: i64 = 2;
    #[pyattr]
    const TIOCPKT_NOSTOP: i64 = 16;
    #[pyattr]
    const TIOCPKT_START: i64 = 8;
    #[pyattr]
    const TIOCPKT_STOP: i64 = 4;
    #[pyattr]
    const VSWTCH: i64 = 7;

    #[pyfunction]
    fn tcgetattr(py: Py<'_>, fd: Descriptor) -> PyResult<Ref<PyList>> {
        let settings = blocking(py, || system::settings(fd.0))?;
        let (input, output) = system::speeds(&settings);
        let raw = settings.c_lflag & libc::ICANON == 0;
        let mut controls = Vec::with_capacity(settings.c_cc.len());
        for (i, byte) in settings.c_cc.iter().enumerate() {
            // Without line editing two of them are numbers.
            controls.push(if raw && (i == libc::VMIN || i == libc::VTIME) {
                byte.into_py(py)?
            } else {
                PyBytes::new(py, &[*byte])?.upcast()
            });
        }
        let list = vec![
            settings.c_iflag.into_py(py)?,
            settings.c_oflag.into_py(py)?,
            settings.c_cflag.into_py(py)?,
            settings.c_lflag.into_py(py)?,
            input.into_py(py)?,
            output.into_py(py)?,
            PyList::from_vec(py, controls)?.upcast(),
        ];
        PyList::from_vec(py, list)
    }

    #[pyfunction]
    fn tcsetattr(py: Py<'_>, fd: Descriptor, when: i32, attributes: &PyObject) -> PyResult<()> {
        let items = attributes.downcast::<PyList>().map(PyList::to_vec).unwrap_or_default();
        let [iflag, oflag, cflag, lflag, ispeed, ospeed, controls] = items.as_slice() else {
            bail!(py, TypeError, "tcsetattr, arg 3: must be 7 element list")
        };
        let mut settings: Settings = blocking(py, || system::settings(fd.0))?;
        let number = |object: &PyObject| extract::<i64>(py, object, "tcsetattr", 0).map(|n| n as u32);
        settings.c_iflag = number(iflag)?;
        settings.c_oflag = number(oflag)?;
        settings.c_cflag = number(cflag)?;
        settings.c_lflag = number(lflag)?;
        let (input, output) = (number(ispeed)?, number(ospeed)?);
        let controls = controls.downcast::<PyList>().map(PyList::to_vec).unwrap_or_default();
        if controls.len() != settings.c_cc.len() {
            bail!(py, TypeError, "tcsetattr: attributes[6] must be {} element list", settings.c_cc.len())
        }
        for (place, item) in settings.c_cc.iter_mut().zip(&controls) {
            *place = match item.downcast::<PyBytes>().map(PyBytes::as_bytes) {
                Some([byte]) => *byte,
                None if PyInt::check(item) => extract::<i64>(py, item, "tcsetattr", 0)? as u8,
                _ => bail!(
                    py,
                    TypeError,
                    "tcsetattr: elements of attributes must be bytes objects of length 1 or integers"
                ),
            };
        }
        or_error(py, system::set_speeds(&mut settings, input, output))?;
        blocking(py, || system::set_settings(fd.0, when, &settings))
    }

    #[pyfunction]
    fn tcsendbreak(py: Py<'_>, fd: Descriptor, duration: i32) -> PyResult<()> {
        blocking(py, || system::tcsendbreak(fd.0, duration)).map(drop)
    }
    #[pyfunction]
    fn tcdrain(py: Py<'_>, fd: Descriptor) -> PyResult<()> {
        blocking(py, || system::tcdrain(fd.0)).map(drop)
    }
    #[pyfunction]
    fn tcflush(py: Py<'_>, fd: Descriptor, queue: i32) -> PyResult<()> {
        blocking(py, || system::tcflush(fd.0, queue)).map(drop)
    }
    #[pyfunction]
    fn tcflow(py: Py<'_>, fd: Descriptor, action: i32) -> PyResult<()> {
        blocking(py, || system::tcflow(fd.0, action)).map(drop)
    }

    #[pyfunction]
    fn tcgetwinsize(py: Py<'_>, fd: Descriptor) -> PyResult<Ref<PyTuple>> {
        let [rows, columns, ..] = blocking(py, || system::size(fd.0))?;
        PyTuple::pair(py, rows.into_py(py)?, columns.into_py(py)?)
    }

    #[pyfunction]
    fn tcsetwinsize(py: Py<'_>, fd: Descriptor, winsize: &PyObject) -> PyResult<()> {
        if !winsize.is_sequence() || winsize.len(py)? != 2 {
            bail!(py, TypeError, "tcsetwinsize, arg 2: must be a two-item sequence")
        }
        let mut numbers = [0i64; 2];
        for (place, i) in numbers.iter_mut().zip(0..) {
            let item = winsize.sequence_item(py, i)?;
            *place = extract::<i64>(py, &item, "tcsetwinsize", 0)?;
        }
        let [rows, columns] = numbers.map(u16::try_from);
        let (Ok(rows), Ok(columns)) = (rows, columns) else {
            bail!(py, OverflowError, "winsize value(s) out of range.")
        };
        let [_, _, width, height] = blocking(py, || system::size(fd.0))?;
        blocking(py, || system::set_size(fd.0, [rows, columns, width, height]))
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "error", &*ERROR.get(py)?)
    }
}
