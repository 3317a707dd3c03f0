//! Names of hosts, services, protocols and interfaces; numbers in the network's order.

use std::ffi::CString;

use krait_macros::pymodule_part;
use krait_runtime::local::{InterpreterLocal, new_exception_class};
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_runtime::system::network::{self as system, HostError, ResolverError};

/// `socket.gaierror`.
pub static GAI_ERROR: InterpreterLocal =
    InterpreterLocal::new(|py| new_exception_class(py, "socket.gaierror", None, &[types::OSError()]));
/// `socket.herror`.
pub static HOST_ERROR: InterpreterLocal =
    InterpreterLocal::new(|py| new_exception_class(py, "socket.herror", None, &[types::OSError()]));

fn numbered(py: Py<'_>, class: &'static InterpreterLocal, number: i32, text: &str) -> Raised {
    let made = (|| {
        let arguments = PyTuple::pair(py, number.into_py(py)?, PyStr::new(py, text)?.upcast())?;
        Ok((class.class(py)?, arguments))
    })();
    match made {
        Ok((class, arguments)) => py.raise_object(&class, Some(&arguments)),
        Err(raised) => raised,
    }
}

/// Raises what the resolver told.
#[cold]
pub fn resolver_error(py: Py<'_>, ResolverError(error, errno): ResolverError) -> Raised {
    if error == libc::EAI_SYSTEM {
        return py.raise_errno(errno.0);
    }
    numbered(py, &GAI_ERROR, error, &system::resolver_text(error))
}

/// Raises what an old look-up told.
#[cold]
fn host_error(py: Py<'_>, HostError(error): HostError) -> Raised {
    numbered(py, &HOST_ERROR, error, &system::host_error_text(error))
}

/// A host's name in an argument: `str`, `bytes` or `bytearray`.
struct HostName(CString);
impl<'a> FromArg<'a> for HostName {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, at: ArgPos) -> PyResult<Self> {
        if !(PyStr::check(obj) || PyBytes::check(obj) || PyByteArray::check(obj)) {
            return Err(krait_runtime::args::bad_argument(py, at, "str, bytes or bytearray", obj));
        }
        super::address::host_bytes(py, obj).map(HostName)
    }
}

/// A `str` without NUL.
struct Text(CString);
impl<'a> FromArg<'a> for Text {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, at: ArgPos) -> PyResult<Self> {
        let Some(text) = obj.downcast::<PyStr>() else {
            return Err(krait_runtime::args::bad_argument(py, at, "str", obj));
        };
        CString::new(text.to_utf8(py)?.into_owned())
            .map(Text)
            .map_err(|_| raise!(py, ValueError, "embedded null character"))
    }
}

/// A number of so many bits.
fn unsigned(py: Py<'_>, object: &PyObject, bits: u32) -> PyResult<u32> {
    let number = object.index(py)?;
    if number.is_negative() {
        bail!(py, ValueError, "Cannot convert negative int")
    }
    match number.as_u64() {
        Some(n) if n < 1 << bits => Ok(n as u32),
        _ => bail!(py, OverflowError, "Python int too large for C uint{bits}_t"),
    }
}

fn host_tuple(py: Py<'_>, host: &system::Host) -> PyResult<Ref<PyTuple>> {
    let text = |bytes: &[u8]| PyStr::from_os_bytes(py, bytes).map(Ref::upcast);
    let aliases = host.aliases.iter().map(|name| text(name)).collect::<PyResult<_>>()?;
    let mut addresses = Vec::new();
    for ip in &host.addresses {
        match system::ip_text(host.family, ip) {
            Ok(shown) => addresses.push(shown.into_py(py)?),
            Err(_) => bail!(py, OSError, "unsupported address family"),
        }
    }
    let parts = vec![
        text(&host.name)?,
        PyList::from_vec(py, aliases)?.upcast(),
        PyList::from_vec(py, addresses)?.upcast(),
    ];
    PyTuple::from_vec(py, parts)
}

/// The functions.
#[pymodule_part(name = "_socket")]
pub mod names {
    use std::ffi::CString;

    use krait_runtime::args::extract;
    use krait_runtime::objects::exceptions::OrRaise;
    use krait_runtime::prelude::*;
    use krait_runtime::protocol::buffer::BufferArg;
    use krait_runtime::system::network::{self as system, Parts, ResolverError};

    use super::super::address::{host_bytes, ip_object, resolve, to_object};
    use super::{GAI_ERROR, HOST_ERROR, HostName, Text, host_error, host_tuple, resolver_error, unsigned};

    #[pyfunction]
    fn gethostname(py: Py<'_>) -> PyResult<Ref<PyStr>> {
        py.audit("socket.gethostname", &[])?;
        let name = py.detach(system::host_name).or_raise(py)?;
        PyStr::from_os_bytes(py, &name)
    }

    #[pyfunction]
    fn sethostname(py: Py<'_>, name: &PyObject) -> PyResult<()> {
        let bytes = match name.downcast::<PyBytes>() {
            Some(bytes) => bytes.as_bytes().to_vec(),
            None => name.fs_bytes(py)?.into_bytes(),
        };
        py.audit("socket.sethostname", &[name])?;
        system::set_host_name(&bytes).or_raise(py)
    }

    #[pyfunction]
    #[style(parse_tuple)]
    fn gethostbyname(py: Py<'_>, name: HostName) -> PyResult<String> {
        ip_object(py, &resolve(py, &name.0, libc::AF_INET)?)
    }

    #[pyfunction]
    #[style(parse_tuple)]
    fn gethostbyname_ex(py: Py<'_>, name: HostName) -> PyResult<Ref<PyTuple>> {
        resolve(py, &name.0, libc::AF_INET)?;
        match py.detach(|| system::host_by_name(&name.0)) {
            Ok(host) => host_tuple(py, &host),
            Err(error) => Err(host_error(py, error)),
        }
    }

    #[pyfunction]
    #[style(parse_tuple)]
    fn gethostbyaddr(py: Py<'_>, name: HostName) -> PyResult<Ref<PyTuple>> {
        let (family, ip) = match resolve(py, &name.0, libc::AF_UNSPEC)?.parts() {
            Parts::Inet { ip, .. } => (libc::AF_INET, ip.to_vec()),
            Parts::Inet6 { ip, .. } => (libc::AF_INET6, ip.to_vec()),
            _ => bail!(py, OSError, "unsupported address family"),
        };
        match py.detach(|| system::host_by_address(family, &ip)) {
            Ok(host) => host_tuple(py, &host),
            Err(error) => Err(host_error(py, error)),
        }
    }

    #[pyfunction]
    #[style(parse_tuple)]
    fn getservbyname(py: Py<'_>, name: Text, protocol: Option<Text>) -> PyResult<u16> {
        let protocol = protocol.map(|p| p.0);
        match py.detach(|| system::service_by_name(&name.0, protocol.as_deref())) {
            Some(port) => Ok(port),
            None => bail!(py, OSError, "service/proto not found"),
        }
    }

    #[pyfunction]
    #[style(parse_tuple)]
    fn getservbyport(py: Py<'_>, port: i32, protocol: Option<Text>) -> PyResult<Ref<PyStr>> {
        let Ok(port) = u16::try_from(port) else {
            bail!(py, OverflowError, "getservbyport: port must be 0-65535.")
        };
        let protocol = protocol.map(|p| p.0);
        match py.detach(|| system::service_by_port(port, protocol.as_deref())) {
            Some(name) => PyStr::from_os_bytes(py, &name),
            None => bail!(py, OSError, "port/proto not found"),
        }
    }

    #[pyfunction]
    #[style(parse_tuple)]
    fn getprotobyname(py: Py<'_>, name: Text) -> PyResult<i32> {
        match py.detach(|| system::protocol_by_name(&name.0)) {
            Some(number) => Ok(number),
            None => bail!(py, OSError, "protocol not found"),
        }
    }

    #[pyfunction]
    #[sig("(host, port, family=0, type=0, proto=0, flags=0)")]
    #[style(parse_tuple)]
    fn getaddrinfo(
        py: Py<'_>,
        host: &PyObject,
        port: &PyObject,
        family: i32,
        r#type: i32,
        proto: i32,
        flags: i32,
    ) -> PyResult<Ref<PyList>> {
        let no_name = || resolver_error(py, ResolverError(libc::EAI_NONAME, Default::default()));
        let host_name = if host.is_none() {
            None
        } else if let Some(text) = host.downcast::<PyStr>() {
            let bytes = match text.as_ascii() {
                Some(ascii) => ascii.as_bytes().to_vec(),
                None => text.call_method(py, id!(py, "encode"), &[id!(py, "idna")])?.buffer_bytes(py)?,
            };
            Some(CString::new(bytes).map_err(|_| no_name())?)
        } else if let Some(bytes) = host.downcast::<PyBytes>() {
            Some(CString::new(bytes.as_bytes()).map_err(|_| no_name())?)
        } else {
            bail!(py, TypeError, "getaddrinfo() argument 1 must be string or None")
        };
        let service = if port.is_none() {
            None
        } else if port.is_index() {
            Some(CString::new(port.index(py)?.str(py)?.to_string_lossy().into_owned()).unwrap_or_default())
        } else if let Some(text) = port.downcast::<PyStr>() {
            Some(CString::new(text.to_utf8(py)?.into_owned()).map_err(|_| no_name())?)
        } else if let Some(bytes) = port.downcast::<PyBytes>() {
            Some(CString::new(bytes.as_bytes()).map_err(|_| no_name())?)
        } else {
            bail!(py, OSError, "Int or String expected")
        };
        let numbers = [family.into_py(py)?, r#type.into_py(py)?, proto.into_py(py)?, flags.into_py(py)?];
        let [a, b, c, d] = &numbers;
        py.audit("socket.getaddrinfo", &[host, port, a, b, c, d])?;
        let found = py
            .detach(|| {
                system::look_up(host_name.as_deref(), service.as_deref(), [family, r#type, proto, flags])
            })
            .map_err(|error| resolver_error(py, error))?;
        let list = PyList::new(py)?;
        for one in found {
            let canonical = one.canonical.unwrap_or_default();
            let item = vec![
                one.family.into_py(py)?,
                one.kind.into_py(py)?,
                one.protocol.into_py(py)?,
                PyStr::from_os_bytes(py, &canonical)?.upcast(),
                to_object(py, &one.address)?,
            ];
            list.append(py, PyTuple::from_vec(py, item)?.upcast())?;
        }
        Ok(list)
    }

    #[pyfunction]
    #[style(parse_tuple)]
    fn getnameinfo(py: Py<'_>, sockaddr: &PyObject, flags: i32) -> PyResult<Ref<PyTuple>> {
        let Some(tuple) = sockaddr.downcast::<PyTuple>() else {
            bail!(py, TypeError, "getnameinfo() argument 1 must be a tuple")
        };
        let (host, port, rest) = match tuple.as_slice() {
            [host, port, rest @ ..] if rest.len() <= 2 && PyStr::check(host) => (host, port, rest),
            _ => bail!(py, TypeError, "getnameinfo(): illegal sockaddr argument"),
        };
        let number = |object: Option<&Ref<PyObject>>| match object {
            Some(object) => Ok::<u32, Raised>(object.index(py)?.as_u64_mask() as u32),
            None => Ok(0),
        };
        let port = extract::<i32>(py, port, "getnameinfo", 0)?;
        let (flow, scope) = (number(rest.first())?, number(rest.get(1))?);
        if flow > 0xf_ffff {
            bail!(py, OverflowError, "getnameinfo(): flowinfo must be 0-1048575.")
        }
        py.audit("socket.getnameinfo", &[sockaddr])?;
        let name = host_bytes(py, host)?;
        let service = CString::new(port.to_string()).unwrap_or_default();
        let found = py
            .detach(|| {
                system::look_up(
                    Some(&name),
                    Some(&service),
                    [libc::AF_UNSPEC, libc::SOCK_DGRAM, 0, libc::AI_NUMERICHOST],
                )
            })
            .or_else(|_| {
                py.detach(|| {
                    system::look_up(Some(&name), Some(&service), [libc::AF_UNSPEC, libc::SOCK_DGRAM, 0, 0])
                })
            })
            .map_err(|error| resolver_error(py, error))?;
        let mut found = found.into_iter();
        let (Some(one), None) = (found.next(), found.next()) else {
            bail!(py, OSError, "sockaddr resolved to multiple addresses")
        };
        let address = match one.address.parts() {
            Parts::Inet { ip, port } => {
                if tuple.len() != 2 {
                    bail!(py, OSError, "IPv4 sockaddr must be 2 tuple")
                }
                system::Address::inet(ip, port)
            }
            Parts::Inet6 { ip, port, .. } => system::Address::inet6(ip, port, flow, scope),
            _ => one.address,
        };
        let (host, service) =
            py.detach(|| system::name_of(&address, flags)).map_err(|error| resolver_error(py, error))?;
        let (host, service) = (PyStr::from_os_bytes(py, &host)?, PyStr::from_os_bytes(py, &service)?);
        PyTuple::pair(py, host.upcast(), service.upcast())
    }

    #[pyfunction]
    fn htons(py: Py<'_>, integer: &PyObject) -> PyResult<u16> {
        unsigned(py, integer, 16).map(|n| (n as u16).to_be())
    }
    #[pyfunction]
    fn ntohs(py: Py<'_>, integer: &PyObject) -> PyResult<u16> {
        unsigned(py, integer, 16).map(|n| u16::from_be(n as u16))
    }
    #[pyfunction]
    fn htonl(py: Py<'_>, integer: &PyObject) -> PyResult<u32> {
        unsigned(py, integer, 32).map(u32::to_be)
    }
    #[pyfunction]
    fn ntohl(py: Py<'_>, integer: &PyObject) -> PyResult<u32> {
        unsigned(py, integer, 32).map(u32::from_be)
    }

    #[pyfunction]
    fn inet_aton(py: Py<'_>, ip_addr: Text) -> PyResult<Vec<u8>> {
        match system::old_notation(&ip_addr.0) {
            Some(ip) => Ok(ip.to_vec()),
            None => bail!(py, OSError, "illegal IP address string passed to inet_aton"),
        }
    }

    #[pyfunction]
    fn inet_ntoa(py: Py<'_>, packed_ip: BufferArg) -> PyResult<String> {
        match packed_ip.as_bytes() {
            [a, b, c, d] => Ok(format!("{a}.{b}.{c}.{d}")),
            _ => bail!(py, OSError, "packed IP wrong length for inet_ntoa"),
        }
    }

    #[pyfunction]
    #[style(parse_tuple)]
    fn inet_pton(py: Py<'_>, family: i32, ip: Text) -> PyResult<Vec<u8>> {
        match system::parse_ip(family, &ip.0).or_raise(py)? {
            Some(ip) => Ok(ip),
            None => bail!(py, OSError, "illegal IP address string passed to inet_pton"),
        }
    }

    #[pyfunction]
    #[style(parse_tuple)]
    fn inet_ntop(py: Py<'_>, family: i32, packed: BufferArg) -> PyResult<String> {
        let wanted = match family {
            libc::AF_INET => 4,
            libc::AF_INET6 => 16,
            _ => bail!(py, ValueError, "unknown address family {family}"),
        };
        if packed.as_bytes().len() != wanted {
            bail!(py, ValueError, "invalid length of packed IP address string")
        }
        system::ip_text(family, packed.as_bytes()).or_raise(py)
    }

    #[pyfunction]
    fn if_nameindex(py: Py<'_>) -> PyResult<Ref<PyList>> {
        let list = PyList::new(py)?;
        for (number, name) in py.detach(system::interfaces).or_raise(py)? {
            let name = PyStr::from_os_bytes(py, &name)?;
            list.append(py, PyTuple::pair(py, number.into_py(py)?, name.upcast())?.upcast())?;
        }
        Ok(list)
    }

    #[pyfunction]
    fn if_nametoindex(py: Py<'_>, oname: &PyObject) -> PyResult<u32> {
        let name = oname.fs_bytes(py)?;
        py.detach(|| system::interface_number(&name)).or_raise(py)
    }

    #[pyfunction]
    fn if_indextoname(py: Py<'_>, if_index: &PyObject) -> PyResult<Ref<PyStr>> {
        let number = if_index.index(py)?;
        if number.is_negative() {
            bail!(py, ValueError, "Cannot convert negative int")
        }
        let Some(Ok(number)) = number.as_u64().map(u32::try_from) else {
            bail!(py, OverflowError, "Python int too large for C unsigned int")
        };
        let name = py.detach(|| system::interface_name(number)).or_raise(py)?;
        PyStr::from_os_bytes(py, &name)
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "gaierror", &*GAI_ERROR.get(py)?)?;
        module.add(py, "herror", &*HOST_ERROR.get(py)?)
    }
}
