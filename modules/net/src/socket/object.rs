//! The socket object.

use std::sync::atomic::{AtomicI64, Ordering};

use krait_runtime::args::{Signature, Style, extract};
use krait_runtime::objects::exceptions::{OrRaise, types};
use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::{BufferArg, WritableBufferArg};
use krait_runtime::system::network::{self as system, Address};
use krait_runtime::system::{Errno, Target, descriptors};
use krait_runtime::time::{Rounding, nanos_from_seconds};

use super::address::{from_object, to_object};
use super::waiting::{Limit, call, send_at_once, timed_out, wait};
use super::{messages, options};

/// Nanoseconds that new sockets wait; negative: no limit.
static DEFAULT_TIMEOUT: AtomicI64 = AtomicI64::new(-1);

/// `_socket.socket`.
#[pyclass(module = "_socket", name = "socket", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct PySocket {
    base: PyObject,
    fd: Cell<i32>,
    #[pymember("family", readonly)]
    family: Cell<i32>,
    #[pymember("type", readonly)]
    kind: Cell<i32>,
    #[pymember("proto", readonly)]
    protocol: Cell<i32>,
    /// Nanoseconds; 0: do not wait, negative: no limit.
    timeout: Cell<i64>,
}

/// A number of seconds, or `None`: nanoseconds, negative: no limit.
fn timeout_from(py: Py<'_>, value: &PyObject) -> PyResult<i64> {
    if value.is_none() {
        return Ok(-1);
    }
    let ns = nanos_from_seconds(py, value, Rounding::Up)?;
    if ns < 0 {
        bail!(py, ValueError, "Timeout value out of range")
    }
    Ok(ns)
}

fn timeout_object(py: Py<'_>, timeout: i64) -> PyResult<Ref<PyObject>> {
    if timeout < 0 { Ok(py.none()) } else { (timeout as f64 / 1e9).into_py(py) }
}

impl PySocket {
    /// Takes a descriptor over, with the module's default timeout.
    fn adopt(&self, py: Py<'_>, fd: i32, family: i32, kind: i32, protocol: i32) -> PyResult<()> {
        self.fd.set(fd);
        self.family.set(family);
        self.kind.set(kind & !(libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC));
        self.protocol.set(protocol);
        if kind & libc::SOCK_NONBLOCK != 0 {
            self.timeout.set(0);
            return Ok(());
        }
        let timeout = DEFAULT_TIMEOUT.load(Ordering::Relaxed);
        self.timeout.set(timeout);
        if timeout >= 0 {
            descriptors::set_blocking(fd, false).or_raise(py)?;
        }
        Ok(())
    }

    /// The descriptor; -1 once it is closed.
    pub fn descriptor(&self) -> i32 {
        self.fd.get()
    }

    /// Nanoseconds that a call may take; 0: do not wait, negative: no limit.
    pub fn timeout_nanoseconds(&self) -> i64 {
        self.timeout.get()
    }

    fn make(py: Py<'_>, cls: &PyType) -> PyResult<Ref<PyObject>> {
        PySocket {
            base: PyObject::HEADER,
            fd: Cell::new(-1),
            family: Cell::new(0),
            kind: Cell::new(0),
            protocol: Cell::new(0),
            timeout: Cell::new(DEFAULT_TIMEOUT.load(Ordering::Relaxed)),
        }
        .alloc(py, cls)
    }

    fn limit(&self) -> Limit {
        Limit::new(self.timeout.get())
    }

    /// A call that reads.
    fn reading<T>(
        &self,
        py: Py<'_>,
        what: impl FnMut() -> krait_runtime::system::SysResult<T>,
    ) -> PyResult<T> {
        call(py, self.fd.get(), self.timeout.get(), self.limit(), false, what)
    }

    /// A call that writes.
    fn writing<T>(
        &self,
        py: Py<'_>,
        what: impl FnMut() -> krait_runtime::system::SysResult<T>,
    ) -> PyResult<T> {
        call(py, self.fd.get(), self.timeout.get(), self.limit(), true, what)
    }

    fn address(&self, py: Py<'_>, function: &str, object: &PyObject) -> PyResult<Address> {
        from_object(py, self.family.get(), function, object)
    }

    /// Connects. The error number is given back, raised are only signals' exceptions and the end of the time.
    fn connect_to(&self, py: Py<'_>, address: &Address) -> PyResult<Result<(), Connecting>> {
        let fd = self.fd.get();
        let timeout = self.timeout.get();
        let must_wait = match py.detach(|| system::connect(fd, address)) {
            Ok(()) => return Ok(Ok(())),
            // The connection goes on without us.
            Err(Errno(libc::EINTR)) => {
                py.check_signals()?;
                timeout != 0
            }
            Err(Errno(libc::EINPROGRESS)) => timeout > 0,
            Err(error) => return Ok(Err(Connecting::Failed(error))),
        };
        if !must_wait {
            return Ok(Err(Connecting::Failed(Errno(libc::EINPROGRESS))));
        }
        if !wait(py, fd, libc::POLLOUT, self.limit())? {
            return Ok(Err(Connecting::TimedOut));
        }
        match system::option_number(fd, libc::SOL_SOCKET, libc::SO_ERROR) {
            Ok(0 | libc::EISCONN) => Ok(Ok(())),
            Ok(error) => Ok(Err(Connecting::Failed(Errno(error)))),
            Err(error) => Ok(Err(Connecting::Failed(error))),
        }
    }

    fn length(py: Py<'_>, function: &str, n: isize) -> PyResult<usize> {
        match usize::try_from(n) {
            Ok(n) => Ok(n),
            Err(_) => bail!(py, ValueError, "negative buffersize in {function}"),
        }
    }

    /// The part of a buffer that a call may fill.
    fn part<'a>(
        py: Py<'_>,
        function: &str,
        buffer: &'a WritableBufferArg,
        wanted: isize,
    ) -> PyResult<Target<'a>> {
        let wanted = Self::length(py, function, wanted)?;
        let target = Target::of(&buffer.0);
        if wanted > target.len() {
            if function == "recvfrom_into" {
                bail!(py, ValueError, "nbytes is greater than the length of the buffer")
            }
            bail!(py, ValueError, "buffer too small for requested bytes")
        }
        Ok(if wanted == 0 { target } else { target.limited(wanted) })
    }
}

/// Why a connection did not come about.
enum Connecting {
    Failed(Errno),
    TimedOut,
}

#[pymethods]
impl PySocket {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        PySocket::make(py, cls)
    }

    #[init]
    #[sig("(family=-1, type=-1, proto=-1, fileno=None)")]
    fn init(
        &self,
        py: Py<'_>,
        family: i32,
        r#type: i32,
        proto: i32,
        fileno: Option<&PyObject>,
    ) -> PyResult<()> {
        let (mut family, mut kind, mut protocol) = (family, r#type, proto);
        let self_object: &PyObject = self;
        py.audit(
            "socket.__new__",
            &[self_object, &*family.into_py(py)?, &*kind.into_py(py)?, &*protocol.into_py(py)?],
        )?;
        if let Some(fileno) = fileno.filter(|f| !f.is_none()) {
            let fd = extract::<i32>(py, fileno, "socket", 4)?;
            if fd < 0 {
                bail!(py, ValueError, "negative file descriptor")
            }
            match system::own_address(fd) {
                Ok(address) if family == -1 => family = address.family(),
                Ok(_) => {}
                Err(error) if family == -1 || matches!(error.0, libc::EBADF | libc::ENOTSOCK) => {
                    return Err(py.raise_errno(error.0));
                }
                Err(_) => {}
            }
            if kind == -1 {
                kind = system::option_number(fd, libc::SOL_SOCKET, libc::SO_TYPE).or_raise(py)?;
            }
            if protocol == -1 {
                protocol = system::option_number(fd, libc::SOL_SOCKET, libc::SO_PROTOCOL).or_raise(py)?;
            }
            return self.adopt(py, fd, family, kind, protocol);
        }
        if family == -1 {
            family = libc::AF_INET;
        }
        if kind == -1 {
            kind = libc::SOCK_STREAM;
        }
        if protocol == -1 {
            protocol = 0;
        }
        let fd = py.detach(|| system::socket(family, kind | libc::SOCK_CLOEXEC, protocol)).or_raise(py)?;
        self.adopt(py, fd, family, kind, protocol).inspect_err(|_| {
            self.fd.set(-1);
            let _ = descriptors::close(fd);
        })
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let text = format!(
            "<socket object, fd={}, family={}, type={}, proto={}>",
            self.fd.get(),
            self.family.get(),
            self.kind.get(),
            self.protocol.get()
        );
        PyStr::new(py, &text)
    }

    #[slot]
    fn tp_finalize(&self, py: Py<'_>) {
        if self.fd.get() == -1 {
            return;
        }
        py.preserving_error(|| {
            let warned = self
                .repr(py)
                .and_then(|r| py.warn_about(types::ResourceWarning(), &format!("unclosed {r}"), self));
            if let Err(raised) = warned {
                if py.error_matches(types::Warning()) {
                    py.report_unraisable(raised, None, Some(self));
                } else {
                    py.clear_error(raised);
                }
            }
        });
        let fd = self.fd.replace(-1);
        if fd != -1 {
            let _ = py.detach(|| descriptors::close(fd));
        }
    }

    #[getter]
    fn timeout(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        timeout_object(py, self.timeout.get())
    }

    #[pymethod]
    fn gettimeout(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        timeout_object(py, self.timeout.get())
    }

    #[pymethod]
    fn settimeout(&self, py: Py<'_>, value: &PyObject) -> PyResult<()> {
        let timeout = timeout_from(py, value)?;
        self.timeout.set(timeout);
        descriptors::set_blocking(self.fd.get(), timeout < 0).or_raise(py)
    }

    #[pymethod]
    fn setblocking(&self, py: Py<'_>, flag: bool) -> PyResult<()> {
        self.timeout.set(if flag { -1 } else { 0 });
        descriptors::set_blocking(self.fd.get(), flag).or_raise(py)
    }

    #[pymethod]
    fn getblocking(&self, _py: Py<'_>) -> bool {
        self.timeout.get() != 0
    }

    #[pymethod]
    fn fileno(&self, _py: Py<'_>) -> i32 {
        self.fd.get()
    }

    #[pymethod]
    fn detach(&self, _py: Py<'_>) -> i32 {
        self.fd.replace(-1)
    }

    #[pymethod]
    fn close(&self, py: Py<'_>) -> PyResult<()> {
        match self.fd.replace(-1) {
            -1 => Ok(()),
            fd => match py.detach(|| descriptors::close(fd)) {
                // The other side has reset the connection: closed it is all the same.
                Err(Errno(libc::ECONNRESET)) | Ok(_) => Ok(()),
                Err(error) => Err(py.raise_errno(error.0)),
            },
        }
    }

    #[pymethod]
    fn bind(&self, py: Py<'_>, address: &PyObject) -> PyResult<()> {
        let to = self.address(py, "bind", address)?;
        let this: &PyObject = self;
        py.audit("socket.bind", &[this, address])?;
        let fd = self.fd.get();
        py.detach(|| system::bind(fd, &to)).or_raise(py)
    }

    #[pymethod]
    #[style(parse_tuple)]
    fn listen(&self, py: Py<'_>, backlog: Option<i32>) -> PyResult<()> {
        let fd = self.fd.get();
        let backlog = backlog.unwrap_or(128).max(0);
        py.detach(|| system::listen(fd, backlog)).map(drop).or_raise(py)
    }

    #[pymethod]
    fn _accept(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let fd = self.fd.get();
        let (new, address) = self.reading(py, || system::accept(fd))?;
        match to_object(py, &address) {
            Ok(address) => PyTuple::pair(py, new.into_py(py)?, address),
            Err(raised) => {
                let _ = descriptors::close(new);
                Err(raised)
            }
        }
    }

    #[pymethod]
    fn connect(&self, py: Py<'_>, address: &PyObject) -> PyResult<()> {
        let to = self.address(py, "connect", address)?;
        let this: &PyObject = self;
        py.audit("socket.connect", &[this, address])?;
        match self.connect_to(py, &to)? {
            Ok(()) => Ok(()),
            Err(Connecting::TimedOut) => Err(timed_out(py)),
            Err(Connecting::Failed(error)) => Err(py.raise_errno(error.0)),
        }
    }

    #[pymethod]
    fn connect_ex(&self, py: Py<'_>, address: &PyObject) -> PyResult<i32> {
        let to = self.address(py, "connect_ex", address)?;
        let this: &PyObject = self;
        py.audit("socket.connect", &[this, address])?;
        Ok(match self.connect_to(py, &to)? {
            Ok(()) => 0,
            Err(Connecting::TimedOut) => libc::EWOULDBLOCK,
            Err(Connecting::Failed(error)) => error.0,
        })
    }

    #[pymethod]
    fn getsockname(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let fd = self.fd.get();
        let address = py.detach(|| system::own_address(fd)).or_raise(py)?;
        to_object(py, &address)
    }

    #[pymethod]
    fn getpeername(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let fd = self.fd.get();
        let address = py.detach(|| system::peer_address(fd)).or_raise(py)?;
        to_object(py, &address)
    }

    #[pymethod]
    fn shutdown(&self, py: Py<'_>, how: i32) -> PyResult<()> {
        let fd = self.fd.get();
        py.detach(|| system::shutdown(fd, how)).map(drop).or_raise(py)
    }

    #[pymethod]
    #[style(parse_tuple)]
    fn getsockopt(
        &self,
        py: Py<'_>,
        level: i32,
        option: i32,
        buflen: Option<i32>,
    ) -> PyResult<Ref<PyObject>> {
        options::get(py, self.fd.get(), level, option, buflen.unwrap_or(0))
    }

    #[pymethod]
    #[raw(fastcall)]
    fn setsockopt(&self, py: Py<'_>, args: Args<'_>) -> PyResult<()> {
        options::set(py, self.fd.get(), args.positional())
    }

    #[pymethod]
    #[style(parse_tuple)]
    fn recv(&self, py: Py<'_>, bufsize: isize, flags: Option<i32>) -> PyResult<Ref<PyBytes>> {
        let size = Self::length(py, "recv", bufsize)?;
        let (fd, flags) = (self.fd.get(), flags.unwrap_or(0));
        PyBytes::filled(py, size, |out| {
            if size == 0 {
                return Ok(0);
            }
            self.reading(py, || system::receive(fd, out, flags))
        })
    }

    #[pymethod]
    #[style(parse_tuple)]
    fn recvfrom(&self, py: Py<'_>, bufsize: isize, flags: Option<i32>) -> PyResult<Ref<PyTuple>> {
        let size = Self::length(py, "recvfrom", bufsize)?;
        let (fd, flags) = (self.fd.get(), flags.unwrap_or(0));
        let mut from = None;
        let bytes = PyBytes::filled(py, size, |out| {
            let (n, address) = self.reading(py, || system::receive_from(fd, out, flags))?;
            from = Some(address);
            Ok(n)
        })?;
        let from = match from {
            Some(address) => to_object(py, &address)?,
            None => py.none(),
        };
        PyTuple::pair(py, bytes.upcast(), from)
    }

    #[pymethod]
    #[sig("($self, buffer, nbytes=0, flags=0)")]
    #[style(parse_tuple)]
    fn recv_into(
        &self,
        py: Py<'_>,
        buffer: WritableBufferArg,
        #[default(0)] nbytes: isize,
        flags: i32,
    ) -> PyResult<usize> {
        let target = Self::part(py, "recv_into", &buffer, nbytes)?;
        if target.is_empty() {
            return Ok(0);
        }
        let fd = self.fd.get();
        self.reading(py, || system::receive(fd, target, flags))
    }

    #[pymethod]
    #[sig("($self, buffer, nbytes=0, flags=0)")]
    #[style(parse_tuple)]
    fn recvfrom_into(
        &self,
        py: Py<'_>,
        buffer: WritableBufferArg,
        #[default(0)] nbytes: isize,
        flags: i32,
    ) -> PyResult<Ref<PyTuple>> {
        let target = Self::part(py, "recvfrom_into", &buffer, nbytes)?;
        let fd = self.fd.get();
        let (n, address) = self.reading(py, || system::receive_from(fd, target, flags))?;
        PyTuple::pair(py, n.into_py(py)?, to_object(py, &address)?)
    }

    #[pymethod]
    #[style(parse_tuple)]
    fn send(&self, py: Py<'_>, data: BufferArg, flags: Option<i32>) -> PyResult<usize> {
        let (fd, flags, bytes) = (self.fd.get(), flags.unwrap_or(0), data.as_bytes());
        let sent = send_at_once(py, fd, self.timeout.get(), bytes, flags)?;
        // A socket that waits takes all, or what it took before something went wrong.
        let Some(sent) = sent else { return self.writing(py, || system::send(fd, bytes, flags)) };
        let rest = bytes.get(sent..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(sent);
        }
        match self.writing(py, || system::send(fd, rest, flags)) {
            Err(raised) if sent > 0 && py.error_matches(types::OSError()) => {
                py.clear_error(raised);
                Ok(sent)
            }
            more => Ok(sent + more?),
        }
    }

    #[pymethod]
    #[style(parse_tuple)]
    fn sendall(&self, py: Py<'_>, data: BufferArg, flags: Option<i32>) -> PyResult<()> {
        let (fd, flags) = (self.fd.get(), flags.unwrap_or(0));
        let limit = self.limit();
        let mut rest = data.as_bytes();
        loop {
            let sent = match send_at_once(py, fd, self.timeout.get(), rest, flags)? {
                Some(sent) => sent,
                None => call(py, fd, self.timeout.get(), limit, true, || system::send(fd, rest, flags))?,
            };
            rest = rest.get(sent..).unwrap_or_default();
            // Not silent on Ctrl-C while there is much to send.
            py.check_signals()?;
            if rest.is_empty() {
                return Ok(());
            }
        }
    }

    #[pymethod]
    #[raw(fastcall)]
    fn sendto(&self, py: Py<'_>, args: Args<'_>) -> PyResult<usize> {
        let (data, flags, address) = match args.positional() {
            [data, address] => (*data, 0, *address),
            [data, flags, address] => (*data, extract::<i32>(py, flags, "sendto", 2)?, *address),
            other => bail!(py, TypeError, "sendto() takes 2 or 3 arguments ({} given)", other.len()),
        };
        let data = extract::<BufferArg>(py, data, "sendto", 1)?;
        let to = self.address(py, "sendto", address)?;
        let this: &PyObject = self;
        py.audit("socket.sendto", &[this, address])?;
        let (fd, bytes) = (self.fd.get(), data.as_bytes());
        self.writing(py, || system::send_to(fd, bytes, flags, &to))
    }

    #[pymethod]
    #[style(parse_tuple)]
    fn sendmsg(
        &self,
        py: Py<'_>,
        buffers: &PyObject,
        ancdata: Option<&PyObject>,
        flags: Option<i32>,
        address: Option<&PyObject>,
    ) -> PyResult<usize> {
        let to = match address.filter(|a| !a.is_none()) {
            Some(address) => Some(self.address(py, "sendmsg", address)?),
            None => None,
        };
        let this: &PyObject = self;
        let none = py.none();
        py.audit("socket.sendmsg", &[this, address.unwrap_or(&none)])?;
        let held = messages::sources(py, buffers)?;
        let ancillary = messages::ancillary(py, ancdata)?;
        let sources: Vec<&[u8]> = held.iter().map(|b| b.as_bytes()).collect();
        let (fd, flags) = (self.fd.get(), flags.unwrap_or(0));
        self.writing(py, || system::send_message(fd, &sources, &ancillary, flags, to.as_ref()))
    }

    /// Data for the kernel's cryptography, with what is to be done with it.
    #[pymethod]
    #[raw]
    fn sendmsg_afalg(&self, py: Py<'_>, args: Args<'_>) -> PyResult<usize> {
        static SIGNATURE: Signature = Signature {
            function: "sendmsg_afalg",
            names: &["msg", "op", "iv", "assoclen", "flags"],
            posonly: 0,
            pos: 1,
            required: 0,
            kwonly_required: 0,
            varargs: false,
            varkw: false,
            style: Style::ParseTuple,
        };
        if self.family.get() != libc::AF_ALG {
            bail!(py, OSError, "algset is only supported for AF_ALG")
        }
        let [data, op, iv, assoclen, flags] = SIGNATURE.slots(py, args)?;
        let op = op.map_or(Ok(-1), |op| extract::<i32>(py, op, "sendmsg_afalg", 2))?;
        if op < 0 {
            bail!(py, TypeError, "Invalid or missing argument 'op'")
        }
        let mut ancillary = vec![(libc::SOL_ALG, libc::ALG_SET_OP, op.to_ne_bytes().to_vec())];
        if let Some(iv) = iv {
            // Its length stands in front.
            let iv = iv.buffer_bytes(py)?;
            let mut bytes = (iv.len() as u32).to_ne_bytes().to_vec();
            bytes.extend_from_slice(&iv);
            ancillary.push((libc::SOL_ALG, libc::ALG_SET_IV, bytes));
        }
        if let Some(assoclen) = assoclen {
            let assoclen = extract::<i32>(py, assoclen, "sendmsg_afalg", 4)?;
            if assoclen < 0 {
                bail!(py, TypeError, "assoclen must be positive")
            }
            ancillary.push((libc::SOL_ALG, libc::ALG_SET_AEAD_ASSOCLEN, assoclen.to_ne_bytes().to_vec()));
        }
        let flags = flags.map_or(Ok(0), |flags| extract::<i32>(py, flags, "sendmsg_afalg", 5))?;
        let held = match data {
            Some(data) => messages::sources(py, data)?,
            None => Vec::new(),
        };
        let sources: Vec<&[u8]> = held.iter().map(|b| b.as_bytes()).collect();
        let fd = self.fd.get();
        self.writing(py, || system::send_message(fd, &sources, &ancillary, flags, None))
    }

    #[pymethod]
    #[style(parse_tuple)]
    fn recvmsg(
        &self,
        py: Py<'_>,
        bufsize: isize,
        ancbufsize: Option<isize>,
        flags: Option<i32>,
    ) -> PyResult<Ref<PyTuple>> {
        let Ok(size) = usize::try_from(bufsize) else {
            bail!(py, ValueError, "negative buffer size in recvmsg()")
        };
        let room = messages::room(py, ancbufsize.unwrap_or(0))?;
        let (fd, flags) = (self.fd.get(), flags.unwrap_or(0));
        let mut message = None;
        let bytes = PyBytes::filled(py, size, |out| {
            let got = self.reading(py, || system::receive_message(fd, &[out], room, flags))?;
            let count = got.count;
            message = Some(got);
            Ok(count)
        })?;
        let Some(message) = message else { bail!(py, SystemError, "no message") };
        let parts = vec![
            bytes.upcast(),
            messages::received(py, &message)?.upcast(),
            message.flags.into_py(py)?,
            to_object(py, &message.from)?,
        ];
        PyTuple::from_vec(py, parts)
    }

    #[pymethod]
    #[style(parse_tuple)]
    fn recvmsg_into(
        &self,
        py: Py<'_>,
        buffers: &PyObject,
        ancbufsize: Option<isize>,
        flags: Option<i32>,
    ) -> PyResult<Ref<PyTuple>> {
        let held = messages::targets(py, buffers)?;
        let targets: Vec<Target<'_>> = held.iter().map(Target::of).collect();
        let room = messages::room(py, ancbufsize.unwrap_or(0))?;
        let (fd, flags) = (self.fd.get(), flags.unwrap_or(0));
        let message = self.reading(py, || system::receive_message(fd, &targets, room, flags))?;
        let parts = vec![
            message.count.into_py(py)?,
            messages::received(py, &message)?.upcast(),
            message.flags.into_py(py)?,
            to_object(py, &message.from)?,
        ];
        PyTuple::from_vec(py, parts)
    }
}

/// The functions about sockets.
#[krait_macros::pymodule_part(name = "_socket")]
#[allow(non_snake_case)]
pub mod functions {
    use std::sync::atomic::Ordering;

    use krait_runtime::objects::exceptions::OrRaise;
    use krait_runtime::prelude::*;
    use krait_runtime::system::{Errno, descriptors, network as system};

    use super::{DEFAULT_TIMEOUT, PySocket, timeout_from, timeout_object};

    #[pyfunction]
    fn close(py: Py<'_>, fd: i32) -> PyResult<()> {
        match py.detach(|| descriptors::close(fd)) {
            Err(Errno(libc::ECONNRESET)) | Ok(_) => Ok(()),
            Err(error) => Err(py.raise_errno(error.0)),
        }
    }

    #[pyfunction]
    fn dup(py: Py<'_>, fd: i32) -> PyResult<i32> {
        descriptors::control(fd, libc::F_DUPFD_CLOEXEC, 0).or_raise(py)
    }

    #[pyfunction]
    #[style(parse_tuple)]
    fn socketpair(
        py: Py<'_>,
        family: Option<i32>,
        kind: Option<i32>,
        protocol: Option<i32>,
    ) -> PyResult<Ref<PyTuple>> {
        let (family, kind, protocol) =
            (family.unwrap_or(libc::AF_UNIX), kind.unwrap_or(libc::SOCK_STREAM), protocol.unwrap_or(0));
        let (a, b) = py.detach(|| system::pair(family, kind | libc::SOCK_CLOEXEC, protocol)).or_raise(py)?;
        let mut ends = Vec::with_capacity(2);
        for fd in [a, b] {
            let made = PySocket::make(py, PySocket::type_object())?;
            if let Some(socket) = made.downcast::<PySocket>() {
                socket.adopt(py, fd, family, kind, protocol)?;
            }
            ends.push(made);
        }
        PyTuple::from_vec(py, ends)
    }

    #[pyfunction]
    fn getdefaulttimeout(py: Py<'_>) -> PyResult<Ref<PyObject>> {
        timeout_object(py, DEFAULT_TIMEOUT.load(Ordering::Relaxed))
    }

    #[pyfunction]
    fn setdefaulttimeout(py: Py<'_>, timeout: &PyObject) -> PyResult<()> {
        DEFAULT_TIMEOUT.store(timeout_from(py, timeout)?, Ordering::Relaxed);
        Ok(())
    }

    #[pyfunction]
    #[style(parse_tuple)]
    fn CMSG_LEN(py: Py<'_>, length: isize) -> PyResult<usize> {
        match usize::try_from(length).ok().and_then(system::control_len) {
            Some(n) => Ok(n),
            None => bail!(py, OverflowError, "CMSG_LEN() argument out of range"),
        }
    }

    #[pyfunction]
    #[style(parse_tuple)]
    fn CMSG_SPACE(py: Py<'_>, length: isize) -> PyResult<usize> {
        match usize::try_from(length).ok().and_then(system::control_space) {
            Some(n) => Ok(n),
            None => bail!(py, OverflowError, "CMSG_SPACE() argument out of range"),
        }
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "SocketType", PyType::ready::<PySocket>(py)?)
    }
}
