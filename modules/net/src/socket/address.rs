//! Socket addresses between Python's tuples and the system's structures.

use std::ffi::{CStr, CString};

use krait_runtime::args::extract;
use krait_runtime::objects::exceptions::{OrRaise, types};
use krait_runtime::prelude::*;
use krait_runtime::system::network::{
    Address, Parts, interface_name, interface_number, ip_text, look_up, parse_ip,
};

use super::names::resolver_error;

/// A host's name as the resolver takes it: ASCII as it is, other text by IDNA, bytes as they are.
pub fn host_bytes(py: Py<'_>, host: &PyObject) -> PyResult<CString> {
    let bytes = if let Some(text) = host.downcast::<PyStr>() {
        match text.as_ascii() {
            Some(ascii) => ascii.as_bytes().to_vec(),
            None => {
                let encoded = text.call_method(py, id!(py, "encode"), &[id!(py, "idna")])?;
                encoded.buffer_bytes(py)?
            }
        }
    } else if PyBytes::check(host) || PyByteArray::check(host) {
        host.buffer_bytes(py)?
    } else {
        bail!(py, TypeError, "str, bytes or bytearray expected, not {}", host.ty().name())
    };
    CString::new(bytes).map_err(|_| raise!(py, TypeError, "host name must not contain null character"))
}

/// The address that a name stands for; of any family with `AF_UNSPEC`. Only one is taken.
pub fn resolve(py: Py<'_>, name: &CStr, family: i32) -> PyResult<Address> {
    let bytes = name.to_bytes();
    if bytes.is_empty() {
        // Any address of this machine.
        let found = py.detach(|| look_up(None, Some(c"0"), [family, libc::SOCK_DGRAM, 0, libc::AI_PASSIVE]));
        let found = found.map_err(|error| resolver_error(py, error))?;
        let mut found = found.into_iter();
        return match (found.next(), found.next()) {
            (Some(one), None) => Ok(one.address),
            _ => bail!(py, OSError, "wildcard resolved to multiple address"),
        };
    }
    if bytes == b"255.255.255.255" || bytes == b"<broadcast>" {
        if family != libc::AF_INET && family != libc::AF_UNSPEC {
            bail!(py, OSError, "address family mismatched")
        }
        return Ok(Address::inet([255; 4], 0));
    }
    if family != libc::AF_INET6
        && let Ok(Some(ip)) = parse_ip(libc::AF_INET, name)
        && let Ok(ip) = <[u8; 4]>::try_from(ip.as_slice())
    {
        return Ok(Address::inet(ip, 0));
    }
    if family != libc::AF_INET
        && !bytes.contains(&b'%')
        && let Ok(Some(ip)) = parse_ip(libc::AF_INET6, name)
        && let Ok(ip) = <[u8; 16]>::try_from(ip.as_slice())
    {
        return Ok(Address::inet6(ip, 0, 0, 0));
    }
    let found = py.detach(|| look_up(Some(name), None, [family, 0, 0, 0]));
    let found = found.map_err(|error| resolver_error(py, error))?;
    match found.into_iter().next() {
        Some(first) => Ok(first.address),
        None => bail!(py, OSError, "getaddrinfo returns an empty list"),
    }
}

fn port(py: Py<'_>, function: &str, object: &PyObject) -> PyResult<u16> {
    let number = match extract::<i32>(py, object, "socket", 0) {
        Ok(number) => i64::from(number),
        Err(raised) if py.error_matches(types::OverflowError()) => {
            py.clear_error(raised);
            -1
        }
        Err(raised) => return Err(raised),
    };
    match u16::try_from(number) {
        Ok(port) => Ok(port),
        Err(_) => bail!(py, OverflowError, "{function}(): port must be 0-65535."),
    }
}

fn number(py: Py<'_>, object: &PyObject) -> PyResult<u32> {
    Ok(object.index(py)?.as_u64_mask() as u32)
}

fn interface(py: Py<'_>, name: &PyObject) -> PyResult<i32> {
    let name = name.fs_bytes(py)?;
    if name.is_empty() {
        return Ok(0);
    }
    interface_number(&name).map(|n| n as i32).or_raise(py)
}

fn tuple<'a>(py: Py<'_>, function: &str, family: &str, address: &'a PyObject) -> PyResult<&'a PyTuple> {
    match address.downcast::<PyTuple>() {
        Some(tuple) => Ok(tuple),
        None => {
            bail!(py, TypeError, "{function}(): {family} address must be tuple, not {}", address.ty().name())
        }
    }
}

/// The address that an object stands for, for a socket of a family.
pub fn from_object(py: Py<'_>, family: i32, function: &str, object: &PyObject) -> PyResult<Address> {
    match family {
        libc::AF_UNIX => {
            let path = match object.downcast::<PyStr>() {
                Some(text) => text.to_os_bytes(py)?,
                None => object.buffer_bytes(py)?,
            };
            match Address::unix(&path) {
                Some(address) => Ok(address),
                None => bail!(py, OSError, "AF_UNIX path too long"),
            }
        }
        libc::AF_INET => {
            let tuple = tuple(py, function, "AF_INET", object)?;
            let [host, port_object] = tuple.as_slice() else {
                bail!(py, TypeError, "AF_INET address must be a pair (host, port)")
            };
            let host = host_bytes(py, host)?;
            let port = port(py, function, port_object)?;
            match resolve(py, &host, libc::AF_INET)?.parts() {
                Parts::Inet { ip, .. } => Ok(Address::inet(ip, port)),
                _ => bail!(py, OSError, "unknown address family"),
            }
        }
        libc::AF_INET6 => {
            let tuple = tuple(py, function, "AF_INET6", object)?;
            let (host, port_object, rest) = match tuple.as_slice() {
                [host, port, rest @ ..] if rest.len() <= 2 => (host, port, rest),
                _ => bail!(
                    py,
                    TypeError,
                    "AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])"
                ),
            };
            let host = host_bytes(py, host)?;
            let port = port(py, function, port_object)?;
            let flow = rest.first().map_or(Ok(0), |flow| number(py, flow))?;
            let scope = rest.get(1).map_or(Ok(0), |scope| number(py, scope))?;
            if flow > 0xf_ffff {
                bail!(py, OverflowError, "{function}(): flowinfo must be 0-1048575.")
            }
            match resolve(py, &host, libc::AF_INET6)?.parts() {
                Parts::Inet6 { ip, scope: found, .. } => {
                    Ok(Address::inet6(ip, port, flow, if scope == 0 { found } else { scope }))
                }
                _ => bail!(py, OSError, "unknown address family"),
            }
        }
        libc::AF_NETLINK => {
            let tuple = tuple(py, function, "AF_NETLINK", object)?;
            let [pid, groups] = tuple.as_slice() else {
                bail!(py, TypeError, "AF_NETLINK address must be a pair (pid, groups)")
            };
            Ok(Address::netlink(number(py, pid)?, number(py, groups)?))
        }
        libc::AF_ALG => {
            let tuple = tuple(py, function, "AF_ALG", object)?;
            let (kind, name, rest) = match tuple.as_slice() {
                [kind, name, rest @ ..] if rest.len() <= 2 => (kind, name, rest),
                _ => bail!(py, TypeError, "AF_ALG address must be a tuple (type, name [feat [, mask]])"),
            };
            let text = |object: &PyObject| match object.downcast::<PyStr>() {
                Some(text) => Ok(text.to_utf8(py)?.into_owned()),
                None => {
                    Err(raise!(py, TypeError, "AF_ALG address must be a tuple (type, name [feat [, mask]])"))
                }
            };
            let (kind, name) = (text(kind)?, text(name)?);
            let [features, mask] = [0, 1].map(|i| rest.get(i).map_or(Ok(0), |value| number(py, value)));
            match Address::algorithm(kind.as_bytes(), name.as_bytes(), features? & 0xffff, mask? & 0xffff) {
                Some(address) => Ok(address),
                None if kind.len() >= 14 => bail!(py, ValueError, "AF_ALG type too long."),
                None => bail!(py, ValueError, "AF_ALG name too long."),
            }
        }
        libc::AF_VSOCK => {
            let Some([cid, port]) = object.downcast::<PyTuple>().map(PyTuple::as_slice) else {
                if object.downcast::<PyTuple>().is_none() {
                    bail!(
                        py,
                        TypeError,
                        "getsockaddrarg: AF_VSOCK address must be tuple, not {}",
                        object.ty().name()
                    )
                }
                bail!(py, TypeError, "AF_VSOCK address must be a pair (cid, port)")
            };
            Ok(Address::vsock(number(py, cid)?, number(py, port)?))
        }
        libc::AF_PACKET => {
            let tuple = tuple(py, function, "AF_PACKET", object)?;
            let (name, protocol, rest) = match tuple.as_slice() {
                [name, protocol, rest @ ..] if rest.len() <= 3 => (name, protocol, rest),
                _ => bail!(py, TypeError, "AF_PACKET address must be a tuple of two to five elements"),
            };
            let interface = interface(py, name)?;
            let protocol = extract::<i32>(py, protocol, "socket", 0)?;
            let Ok(protocol) = u16::try_from(protocol) else {
                bail!(py, OverflowError, "{function}(): proto must be 0-65535.")
            };
            let kind = rest.first().map_or(Ok(0), |kind| number(py, kind))?;
            let hardware = rest.get(1).map_or(Ok(0), |hardware| number(py, hardware))?;
            let address = match rest.get(2) {
                Some(address) => address.buffer_bytes(py)?,
                None => Vec::new(),
            };
            if address.len() > 8 {
                bail!(py, ValueError, "hardware address must be 8 bytes or less")
            }
            Ok(Address::packet(interface, protocol, kind as u8, hardware as u16, &address))
        }
        libc::AF_CAN => {
            let tuple = tuple(py, function, "AF_CAN", object)?;
            match tuple.as_slice() {
                [name, ..] => Ok(Address::can(interface(py, name)?)),
                [] => bail!(py, TypeError, "AF_CAN address must be a tuple (interface, )"),
            }
        }
        _ => bail!(py, OSError, "{function}(): unknown address family"),
    }
}

/// An address as Python shows it.
pub fn to_object(py: Py<'_>, address: &Address) -> PyResult<Ref<PyObject>> {
    let items = match address.parts() {
        Parts::None => return Ok(py.none()),
        Parts::Inet { ip, port } => {
            vec![ip_text(libc::AF_INET, &ip).or_raise(py)?.into_py(py)?, port.into_py(py)?]
        }
        Parts::Inet6 { ip, port, flow, scope } => vec![
            ip_text(libc::AF_INET6, &ip).or_raise(py)?.into_py(py)?,
            port.into_py(py)?,
            flow.into_py(py)?,
            scope.into_py(py)?,
        ],
        Parts::Unix(name) => {
            // An abstract name is no text.
            return match name.first() {
                Some(0) => name.into_py(py),
                _ => PyStr::from_os_bytes(py, &name).map(Ref::upcast),
            };
        }
        Parts::Netlink { pid, groups } => vec![pid.into_py(py)?, groups.into_py(py)?],
        Parts::Vsock { cid, port } => vec![cid.into_py(py)?, port.into_py(py)?],
        Parts::Packet { interface, protocol, kind, hardware, address } => vec![
            interface_text(py, interface)?,
            protocol.into_py(py)?,
            kind.into_py(py)?,
            hardware.into_py(py)?,
            address.into_py(py)?,
        ],
        Parts::Can { interface } => vec![interface_text(py, interface)?],
        Parts::Other(family, bytes) => vec![family.into_py(py)?, bytes.into_py(py)?],
    };
    PyTuple::from_vec(py, items).map(Ref::upcast)
}

fn interface_text(py: Py<'_>, number: i32) -> PyResult<Ref<PyObject>> {
    let name = if number == 0 { Vec::new() } else { interface_name(number as u32).unwrap_or_default() };
    PyStr::from_os_bytes(py, &name).map(Ref::upcast)
}

/// The number of an address of a host, as text.
pub fn ip_object(py: Py<'_>, address: &Address) -> PyResult<String> {
    match address.parts() {
        Parts::Inet { ip, .. } => ip_text(libc::AF_INET, &ip).or_raise(py),
        Parts::Inet6 { ip, .. } => ip_text(libc::AF_INET6, &ip).or_raise(py),
        _ => bail!(py, OSError, "unsupported address family"),
    }
}
