//! Sockets: addresses, calls, ancillary data, names of hosts, services and interfaces.

use core::ffi::{CStr, c_char, c_int, c_void};
use core::mem::{MaybeUninit, offset_of, size_of};
use std::sync::{Mutex, PoisonError};

use super::{Errno, SysResult, Target, check, done, gather, scatter, system_calls};

system_calls! {
    /// `socket`.
    fn socket(family: i32, kind: i32, protocol: i32) -> i32;
    /// `listen`.
    fn listen(fd: i32, backlog: i32) -> i32;
    /// `shutdown`.
    fn shutdown(fd: i32, how: i32) -> i32;
}

/// Any socket address.
#[derive(Clone, Copy)]
pub struct Address {
    storage: libc::sockaddr_storage,
    len: libc::socklen_t,
}

/// An address taken apart.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Parts {
    /// The kernel told none.
    None,
    Inet {
        ip: [u8; 4],
        port: u16,
    },
    Inet6 {
        ip: [u8; 16],
        port: u16,
        flow: u32,
        scope: u32,
    },
    /// The path up to its NUL, or an abstract name with the leading NUL.
    Unix(Vec<u8>),
    Netlink {
        pid: u32,
        groups: u32,
    },
    Packet {
        interface: i32,
        protocol: u16,
        kind: u8,
        hardware: u16,
        address: Vec<u8>,
    },
    Vsock {
        cid: u32,
        port: u32,
    },
    Can {
        interface: i32,
    },
    /// Any other family: its bytes.
    Other(u16, Vec<u8>),
}

impl Address {
    /// Room for whatever the kernel tells.
    fn room() -> Address {
        // SAFETY: zero bytes are a valid structure.
        let storage = unsafe { MaybeUninit::<libc::sockaddr_storage>::zeroed().assume_init() };
        Address { storage, len: size_of::<libc::sockaddr_storage>() as libc::socklen_t }
    }

    fn of<T: Copy>(value: T, len: usize) -> Address {
        let mut address = Address::room();
        address.len = len as libc::socklen_t;
        const { assert!(size_of::<T>() <= size_of::<libc::sockaddr_storage>()) };
        // SAFETY: the storage is large enough and aligned for every address.
        unsafe { (&raw mut address.storage).cast::<T>().write(value) };
        address
    }

    /// IPv4.
    pub fn inet(ip: [u8; 4], port: u16) -> Address {
        let value = libc::sockaddr_in {
            sin_family: libc::AF_INET as u16,
            sin_port: port.to_be(),
            sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes(ip) },
            sin_zero: [0; 8],
        };
        Address::of(value, size_of::<libc::sockaddr_in>())
    }

    /// IPv6.
    pub fn inet6(ip: [u8; 16], port: u16, flow: u32, scope: u32) -> Address {
        let value = libc::sockaddr_in6 {
            sin6_family: libc::AF_INET6 as u16,
            sin6_port: port.to_be(),
            sin6_flowinfo: flow.to_be(),
            sin6_addr: libc::in6_addr { s6_addr: ip },
            sin6_scope_id: scope,
        };
        Address::of(value, size_of::<libc::sockaddr_in6>())
    }

    /// A path, or an abstract name that begins with NUL; `None`: too long.
    pub fn unix(path: &[u8]) -> Option<Address> {
        let mut value = libc::sockaddr_un { sun_family: libc::AF_UNIX as u16, sun_path: [0; 108] };
        let named = path.first() == Some(&0);
        // A path needs room for its NUL; an abstract name, and none at all, end where they end.
        let most = if named || path.is_empty() { 108 } else { 107 };
        if path.len() > most {
            return None;
        }
        for (place, byte) in value.sun_path.iter_mut().zip(path) {
            *place = *byte as c_char;
        }
        let end = path.len() + usize::from(!named && !path.is_empty());
        Some(Address::of(value, offset_of!(libc::sockaddr_un, sun_path) + end))
    }

    /// A netlink process and its groups.
    pub fn netlink(pid: u32, groups: u32) -> Address {
        // SAFETY: zero bytes are a valid structure.
        let mut value: libc::sockaddr_nl = unsafe { MaybeUninit::zeroed().assume_init() };
        value.nl_family = libc::AF_NETLINK as u16;
        value.nl_pid = pid;
        value.nl_groups = groups;
        Address::of(value, size_of::<libc::sockaddr_nl>())
    }

    /// An algorithm of the kernel's cryptography; `None` if a name has no room.
    pub fn algorithm(kind: &[u8], name: &[u8], features: u32, mask: u32) -> Option<Address> {
        // SAFETY: zero bytes are a valid structure.
        let mut value: libc::sockaddr_alg = unsafe { MaybeUninit::zeroed().assume_init() };
        value.salg_family = libc::AF_ALG as u16;
        value.salg_feat = features;
        value.salg_mask = mask;
        // Each ends with a NUL.
        if kind.len() >= value.salg_type.len() || name.len() >= value.salg_name.len() {
            return None;
        }
        for (place, byte) in value.salg_type.iter_mut().zip(kind) {
            *place = *byte;
        }
        for (place, byte) in value.salg_name.iter_mut().zip(name) {
            *place = *byte;
        }
        Some(Address::of(value, size_of::<libc::sockaddr_alg>()))
    }

    /// A packet socket's.
    pub fn packet(interface: i32, protocol: u16, kind: u8, hardware: u16, address: &[u8]) -> Address {
        // SAFETY: zero bytes are a valid structure.
        let mut value: libc::sockaddr_ll = unsafe { MaybeUninit::zeroed().assume_init() };
        value.sll_family = libc::AF_PACKET as u16;
        value.sll_protocol = protocol.to_be();
        value.sll_ifindex = interface;
        value.sll_pkttype = kind;
        value.sll_hatype = hardware;
        value.sll_halen = address.len().min(8) as u8;
        for (place, byte) in value.sll_addr.iter_mut().zip(address) {
            *place = *byte;
        }
        Address::of(value, size_of::<libc::sockaddr_ll>())
    }

    /// A virtual machine's.
    pub fn vsock(cid: u32, port: u32) -> Address {
        // SAFETY: zero bytes are a valid structure.
        let mut value: libc::sockaddr_vm = unsafe { MaybeUninit::zeroed().assume_init() };
        value.svm_family = libc::AF_VSOCK as u16;
        value.svm_cid = cid;
        value.svm_port = port;
        Address::of(value, size_of::<libc::sockaddr_vm>())
    }

    /// A CAN interface's.
    pub fn can(interface: i32) -> Address {
        // SAFETY: zero bytes are a valid structure.
        let mut value: libc::sockaddr_can = unsafe { MaybeUninit::zeroed().assume_init() };
        value.can_family = libc::AF_CAN as u16;
        value.can_ifindex = interface;
        Address::of(value, size_of::<libc::sockaddr_can>())
    }

    /// The family.
    pub fn family(&self) -> i32 {
        i32::from(self.storage.ss_family)
    }

    fn as_ptr(&self) -> *const libc::sockaddr {
        (&raw const self.storage).cast()
    }

    /// The address taken apart.
    pub fn parts(&self) -> Parts {
        let len = (self.len as usize).min(size_of::<libc::sockaddr_storage>());
        if len < size_of::<libc::sa_family_t>() {
            return Parts::None;
        }
        // SAFETY: the storage is large enough and aligned for every address; each is valid with any bytes.
        unsafe {
            let at = &raw const self.storage;
            match self.family() {
                libc::AF_INET => {
                    let a = &*at.cast::<libc::sockaddr_in>();
                    Parts::Inet { ip: a.sin_addr.s_addr.to_ne_bytes(), port: u16::from_be(a.sin_port) }
                }
                libc::AF_INET6 => {
                    let a = &*at.cast::<libc::sockaddr_in6>();
                    Parts::Inet6 {
                        ip: a.sin6_addr.s6_addr,
                        port: u16::from_be(a.sin6_port),
                        flow: u32::from_be(a.sin6_flowinfo),
                        scope: a.sin6_scope_id,
                    }
                }
                libc::AF_UNIX => {
                    let a = &*at.cast::<libc::sockaddr_un>();
                    let room = len.saturating_sub(offset_of!(libc::sockaddr_un, sun_path)).min(108);
                    let bytes: Vec<u8> = a.sun_path.iter().take(room).map(|c| *c as u8).collect();
                    Parts::Unix(match bytes.first() {
                        Some(0) => bytes,
                        _ => bytes.split(|b| *b == 0).next().unwrap_or_default().to_vec(),
                    })
                }
                libc::AF_NETLINK => {
                    let a = &*at.cast::<libc::sockaddr_nl>();
                    Parts::Netlink { pid: a.nl_pid, groups: a.nl_groups }
                }
                libc::AF_PACKET => {
                    let a = &*at.cast::<libc::sockaddr_ll>();
                    let address = a.sll_addr.iter().take(usize::from(a.sll_halen)).copied().collect();
                    Parts::Packet {
                        interface: a.sll_ifindex,
                        protocol: u16::from_be(a.sll_protocol),
                        kind: a.sll_pkttype,
                        hardware: a.sll_hatype,
                        address,
                    }
                }
                libc::AF_VSOCK => {
                    let a = &*at.cast::<libc::sockaddr_vm>();
                    Parts::Vsock { cid: a.svm_cid, port: a.svm_port }
                }
                libc::AF_CAN => Parts::Can { interface: (*at.cast::<libc::sockaddr_can>()).can_ifindex },
                family => {
                    let start = at.cast::<u8>();
                    let bytes = (2..len).map(|i| *start.add(i)).collect();
                    Parts::Other(family as u16, bytes)
                }
            }
        }
    }
}

/// Asks the kernel for an address.
fn told(
    call: impl FnOnce(*mut libc::sockaddr, *mut libc::socklen_t) -> c_int,
) -> SysResult<(c_int, Address)> {
    let mut address = Address::room();
    let result = check(call((&raw mut address.storage).cast(), &raw mut address.len))?;
    Ok((result, address))
}

/// `bind`.
pub fn bind(fd: i32, address: &Address) -> SysResult {
    // SAFETY: the address is as long as said.
    done(unsafe { libc::bind(fd, address.as_ptr(), address.len) })
}

/// `connect`.
pub fn connect(fd: i32, address: &Address) -> SysResult {
    // SAFETY: the address is as long as said.
    done(unsafe { libc::connect(fd, address.as_ptr(), address.len) })
}

/// `accept4`.
pub fn accept(fd: i32) -> SysResult<(i32, Address)> {
    // SAFETY: room for any address.
    told(|address, len| unsafe { libc::accept4(fd, address, len, libc::SOCK_CLOEXEC) })
}

/// `getsockname`.
pub fn own_address(fd: i32) -> SysResult<Address> {
    // SAFETY: room for any address.
    told(|address, len| unsafe { libc::getsockname(fd, address, len) }).map(|(_, address)| address)
}

/// `getpeername`.
pub fn peer_address(fd: i32) -> SysResult<Address> {
    // SAFETY: room for any address.
    told(|address, len| unsafe { libc::getpeername(fd, address, len) }).map(|(_, address)| address)
}

/// `socketpair`.
pub fn pair(family: i32, kind: i32, protocol: i32) -> SysResult<(i32, i32)> {
    let mut ends = [0; 2];
    // SAFETY: room for two descriptors.
    done(unsafe { libc::socketpair(family, kind, protocol, ends.as_mut_ptr()) })?;
    Ok((ends[0], ends[1]))
}

/// `recv`.
pub fn receive(fd: i32, out: Target<'_>, flags: i32) -> SysResult<usize> {
    // SAFETY: the kernel writes at most the length given.
    check(unsafe { libc::recv(fd, out.as_ptr().cast(), out.len(), flags) }).map(|n| n as usize)
}

/// `recvfrom`.
pub fn receive_from(fd: i32, out: Target<'_>, flags: i32) -> SysResult<(usize, Address)> {
    let mut address = Address::room();
    // SAFETY: the kernel writes at most the lengths given.
    let n = check(unsafe {
        libc::recvfrom(
            fd,
            out.as_ptr().cast(),
            out.len(),
            flags,
            (&raw mut address.storage).cast(),
            &raw mut address.len,
        )
    })?;
    Ok((n as usize, address))
}

/// `send`.
pub fn send(fd: i32, bytes: &[u8], flags: i32) -> SysResult<usize> {
    // SAFETY: the kernel reads at most the length given.
    check(unsafe { libc::send(fd, bytes.as_ptr().cast(), bytes.len(), flags) }).map(|n| n as usize)
}

/// `sendto`.
pub fn send_to(fd: i32, bytes: &[u8], flags: i32, to: &Address) -> SysResult<usize> {
    // SAFETY: the kernel reads at most the lengths given.
    check(unsafe { libc::sendto(fd, bytes.as_ptr().cast(), bytes.len(), flags, to.as_ptr(), to.len) })
        .map(|n| n as usize)
}

/// One item of ancillary data: level, type, content.
pub type Ancillary = (i32, i32, Vec<u8>);

/// `CMSG_LEN`.
pub fn control_len(data: usize) -> Option<usize> {
    let head = control_space(0)?;
    data.checked_add(head).filter(|n| *n <= i32::MAX as usize)
}

/// `CMSG_SPACE`.
pub fn control_space(data: usize) -> Option<usize> {
    // SAFETY: arithmetic only.
    let space = |n: u32| unsafe { libc::CMSG_SPACE(n) } as usize;
    // As CPython has it: no length for which the header and its padding alone could pass the limit.
    let data = u32::try_from(data).ok().filter(|n| *n as usize <= i32::MAX as usize - space(1))?;
    Some(space(data))
}

/// `sendmsg`.
pub fn send_message(
    fd: i32,
    sources: &[&[u8]],
    ancillary: &[Ancillary],
    flags: i32,
    to: Option<&Address>,
) -> SysResult<usize> {
    let mut parts = gather(sources);
    let room: usize = ancillary.iter().filter_map(|(_, _, data)| control_space(data.len())).sum();
    // In units of the header's alignment.
    let mut control = vec![0u64; room.div_ceil(8)];
    // SAFETY: the header's pointers are to memory that outlives the call; the control memory has room for all items.
    unsafe {
        let mut message = MaybeUninit::<libc::msghdr>::zeroed().assume_init();
        message.msg_iov = parts.as_mut_ptr();
        message.msg_iovlen = parts.len();
        if let Some(to) = to {
            message.msg_name = to.as_ptr().cast_mut().cast();
            message.msg_namelen = to.len;
        }
        if !ancillary.is_empty() {
            message.msg_control = control.as_mut_ptr().cast();
            message.msg_controllen = room;
            let mut at = libc::CMSG_FIRSTHDR(&raw const message);
            for (level, kind, data) in ancillary {
                if at.is_null() {
                    return Err(Errno(libc::EINVAL));
                }
                (*at).cmsg_level = *level;
                (*at).cmsg_type = *kind;
                (*at).cmsg_len = libc::CMSG_LEN(data.len() as u32) as usize;
                core::ptr::copy_nonoverlapping(data.as_ptr(), libc::CMSG_DATA(at), data.len());
                at = libc::CMSG_NXTHDR(&raw const message, at);
            }
        }
        check(libc::sendmsg(fd, &raw const message, flags)).map(|n| n as usize)
    }
}

/// What `recvmsg` tells.
pub struct Message {
    /// Bytes received.
    pub count: usize,
    /// Ancillary data.
    pub ancillary: Vec<Ancillary>,
    /// `MSG_*`.
    pub flags: i32,
    /// Who sent it.
    pub from: Address,
}

/// `recvmsg` with room for so much ancillary data.
pub fn receive_message(fd: i32, targets: &[Target<'_>], room: usize, flags: i32) -> SysResult<Message> {
    let mut parts = scatter(targets);
    let mut control = vec![0u64; room.div_ceil(8)];
    let mut from = Address::room();
    // SAFETY: the header's pointers are to memory that outlives the call; items are read within what the kernel says it wrote.
    unsafe {
        let mut message = MaybeUninit::<libc::msghdr>::zeroed().assume_init();
        message.msg_name = (&raw mut from.storage).cast();
        message.msg_namelen = from.len;
        message.msg_iov = parts.as_mut_ptr();
        message.msg_iovlen = parts.len();
        if room > 0 {
            message.msg_control = control.as_mut_ptr().cast();
            message.msg_controllen = room;
        }
        let count = check(libc::recvmsg(fd, &raw mut message, flags))? as usize;
        from.len = message.msg_namelen;
        let mut ancillary = Vec::new();
        if room > 0 {
            let end = control.as_ptr().cast::<u8>().add(message.msg_controllen.min(room));
            let mut at = libc::CMSG_FIRSTHDR(&raw const message);
            while !at.is_null() {
                let data = libc::CMSG_DATA(at).cast_const();
                let head = data.offset_from(at.cast::<u8>()) as usize;
                let said = (*at).cmsg_len.saturating_sub(head);
                let there = end.offset_from(data).max(0) as usize;
                let bytes = core::slice::from_raw_parts(data, said.min(there)).to_vec();
                ancillary.push(((*at).cmsg_level, (*at).cmsg_type, bytes));
                at = libc::CMSG_NXTHDR(&raw const message, at);
            }
        }
        Ok(Message { count, ancillary, flags: message.msg_flags, from })
    }
}

/// `getsockopt` of a number.
pub fn option_number(fd: i32, level: i32, name: i32) -> SysResult<i32> {
    let mut value: c_int = 0;
    let mut len = size_of::<c_int>() as libc::socklen_t;
    // SAFETY: a number to write to.
    done(unsafe { libc::getsockopt(fd, level, name, (&raw mut value).cast(), &raw mut len) })?;
    Ok(value)
}

/// `getsockopt` of at most so many bytes.
pub fn option_bytes(fd: i32, level: i32, name: i32, most: usize) -> SysResult<Vec<u8>> {
    let mut out = vec![0u8; most];
    let mut len = most as libc::socklen_t;
    // SAFETY: the kernel writes at most the length given.
    done(unsafe { libc::getsockopt(fd, level, name, out.as_mut_ptr().cast(), &raw mut len) })?;
    out.truncate(len as usize);
    Ok(out)
}

/// `setsockopt` of a number.
pub fn set_option_number(fd: i32, level: i32, name: i32, value: i32) -> SysResult {
    set_option_bytes(fd, level, name, &value.to_ne_bytes())
}

/// `setsockopt` of bytes.
pub fn set_option_bytes(fd: i32, level: i32, name: i32, value: &[u8]) -> SysResult {
    let len = value.len() as libc::socklen_t;
    // SAFETY: the kernel reads the length given.
    done(unsafe { libc::setsockopt(fd, level, name, value.as_ptr().cast::<c_void>(), len) })
}

/// `setsockopt` with a null pointer and a length.
pub fn set_option_length(fd: i32, level: i32, name: i32, len: u32) -> SysResult {
    // SAFETY: the kernel refuses to read from null.
    done(unsafe { libc::setsockopt(fd, level, name, core::ptr::null(), len) })
}

/// What `getaddrinfo` found.
#[allow(missing_docs)]
pub struct Found {
    pub family: i32,
    pub kind: i32,
    pub protocol: i32,
    pub canonical: Option<Vec<u8>>,
    pub address: Address,
}

/// A failure of name resolution: the resolver's own number, with `errno` for its `EAI_SYSTEM`.
#[derive(Clone, Copy, Debug)]
pub struct ResolverError(pub i32, pub Errno);

fn resolver(error: i32) -> Result<(), ResolverError> {
    if error == 0 { Ok(()) } else { Err(ResolverError(error, Errno::last())) }
}

/// `getaddrinfo`.
pub fn look_up(
    host: Option<&CStr>,
    service: Option<&CStr>,
    [family, kind, protocol, flags]: [i32; 4],
) -> Result<Vec<Found>, ResolverError> {
    // SAFETY: the strings end with NUL; the list is walked before it is given back; each address is copied as far as it goes.
    unsafe {
        let mut hints = MaybeUninit::<libc::addrinfo>::zeroed().assume_init();
        hints.ai_family = family;
        hints.ai_socktype = kind;
        hints.ai_protocol = protocol;
        hints.ai_flags = flags;
        let mut list = core::ptr::null_mut();
        let text = |s: Option<&CStr>| s.map_or(core::ptr::null(), CStr::as_ptr);
        resolver(libc::getaddrinfo(text(host), text(service), &raw const hints, &raw mut list))?;
        let mut all = Vec::new();
        let mut at: *const libc::addrinfo = list;
        while let Some(info) = at.as_ref() {
            let mut address = Address::room();
            let len = (info.ai_addrlen as usize).min(size_of::<libc::sockaddr_storage>());
            address.len = len as libc::socklen_t;
            core::ptr::copy_nonoverlapping(info.ai_addr.cast::<u8>(), (&raw mut address.storage).cast(), len);
            let canonical =
                (!info.ai_canonname.is_null()).then(|| CStr::from_ptr(info.ai_canonname).to_bytes().to_vec());
            all.push(Found {
                family: info.ai_family,
                kind: info.ai_socktype,
                protocol: info.ai_protocol,
                canonical,
                address,
            });
            at = info.ai_next;
        }
        libc::freeaddrinfo(list);
        Ok(all)
    }
}

/// `getnameinfo`: host and service.
pub fn name_of(address: &Address, flags: i32) -> Result<(Vec<u8>, Vec<u8>), ResolverError> {
    let (mut host, mut service) = ([0u8; 1025], [0u8; 32]);
    // SAFETY: the rooms are as long as said; the texts end with NUL.
    unsafe {
        resolver(libc::getnameinfo(
            address.as_ptr(),
            address.len,
            host.as_mut_ptr().cast(),
            host.len() as u32,
            service.as_mut_ptr().cast(),
            service.len() as u32,
            flags,
        ))?;
    }
    let text = |room: &[u8]| room.split(|b| *b == 0).next().unwrap_or_default().to_vec();
    Ok((text(&host), text(&service)))
}

/// `gai_strerror`.
pub fn resolver_text(error: i32) -> String {
    // SAFETY: the texts are constants.
    unsafe { CStr::from_ptr(libc::gai_strerror(error)) }.to_string_lossy().into_owned()
}

unsafe extern "C" {
    fn gethostbyname_r(
        name: *const c_char,
        entry: *mut libc::hostent,
        room: *mut c_char,
        len: usize,
        found: *mut *mut libc::hostent,
        error: *mut c_int,
    ) -> c_int;
    fn gethostbyaddr_r(
        address: *const c_void,
        address_len: libc::socklen_t,
        family: c_int,
        entry: *mut libc::hostent,
        room: *mut c_char,
        len: usize,
        found: *mut *mut libc::hostent,
        error: *mut c_int,
    ) -> c_int;
    fn hstrerror(error: c_int) -> *const c_char;
    fn inet_aton(text: *const c_char, out: *mut libc::in_addr) -> c_int;
    fn inet_ntop(family: c_int, from: *const c_void, to: *mut c_char, len: libc::socklen_t) -> *const c_char;
    fn inet_pton(family: c_int, from: *const c_char, to: *mut c_void) -> c_int;
}

/// What the old look-ups tell: name, aliases, family, addresses.
#[allow(missing_docs)]
pub struct Host {
    pub name: Vec<u8>,
    pub aliases: Vec<Vec<u8>>,
    pub family: i32,
    pub addresses: Vec<Vec<u8>>,
}

/// Their error number.
#[derive(Clone, Copy, Debug)]
pub struct HostError(pub i32);

/// `hstrerror`.
pub fn host_error_text(error: i32) -> String {
    // SAFETY: the texts are constants.
    unsafe { CStr::from_ptr(hstrerror(error)) }.to_string_lossy().into_owned()
}

fn host(
    mut call: impl FnMut(*mut libc::hostent, &mut [u8], *mut *mut libc::hostent, *mut c_int) -> c_int,
) -> Result<Host, HostError> {
    let mut room = vec![0u8; 16384];
    loop {
        let mut entry = MaybeUninit::zeroed();
        let mut found = core::ptr::null_mut();
        let mut error = 0;
        let status = call(entry.as_mut_ptr(), &mut room, &raw mut found, &raw mut error);
        if status == libc::ERANGE && room.len() < 1 << 22 {
            room.resize(room.len() * 2, 0);
            continue;
        }
        // SAFETY: a non-null answer is filled and points into the room; its lists end with null.
        return unsafe {
            let Some(entry) = found.as_ref() else { return Err(HostError(error)) };
            let list = |mut at: *mut *mut c_char, len: Option<usize>| {
                let mut all = Vec::new();
                while !at.is_null() && !(*at).is_null() {
                    all.push(match len {
                        Some(len) => core::slice::from_raw_parts((*at).cast::<u8>(), len).to_vec(),
                        None => CStr::from_ptr(*at).to_bytes().to_vec(),
                    });
                    at = at.add(1);
                }
                all
            };
            Ok(Host {
                name: CStr::from_ptr(entry.h_name).to_bytes().to_vec(),
                aliases: list(entry.h_aliases, None),
                family: entry.h_addrtype,
                addresses: list(entry.h_addr_list, Some(entry.h_length.max(0) as usize)),
            })
        };
    }
}

/// `gethostbyname_r`.
pub fn host_by_name(name: &CStr) -> Result<Host, HostError> {
    // SAFETY: the room's length is passed.
    host(|entry, room, found, error| unsafe {
        gethostbyname_r(name.as_ptr(), entry, room.as_mut_ptr().cast(), room.len(), found, error)
    })
}

/// `gethostbyaddr_r`.
pub fn host_by_address(family: i32, address: &[u8]) -> Result<Host, HostError> {
    // SAFETY: the lengths are passed.
    host(|entry, room, found, error| unsafe {
        gethostbyaddr_r(
            address.as_ptr().cast(),
            address.len() as u32,
            family,
            entry,
            room.as_mut_ptr().cast(),
            room.len(),
            found,
            error,
        )
    })
}

static DATABASES: Mutex<()> = Mutex::new(());

/// `getservbyname`: the port.
pub fn service_by_name(name: &CStr, protocol: Option<&CStr>) -> Option<u16> {
    let _guard = DATABASES.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: one thread at a time looks up; the answer is read at once.
    unsafe {
        let protocol = protocol.map_or(core::ptr::null(), CStr::as_ptr);
        libc::getservbyname(name.as_ptr(), protocol).as_ref().map(|s| u16::from_be(s.s_port as u16))
    }
}

/// `getservbyport`: the name.
pub fn service_by_port(port: u16, protocol: Option<&CStr>) -> Option<Vec<u8>> {
    let _guard = DATABASES.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: as above.
    unsafe {
        let protocol = protocol.map_or(core::ptr::null(), CStr::as_ptr);
        let found = libc::getservbyport(i32::from(port.to_be()), protocol).as_ref();
        found.map(|s| CStr::from_ptr(s.s_name).to_bytes().to_vec())
    }
}

/// `getprotobyname`: the number.
pub fn protocol_by_name(name: &CStr) -> Option<i32> {
    let _guard = DATABASES.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: as above.
    unsafe { libc::getprotobyname(name.as_ptr()).as_ref().map(|p| p.p_proto) }
}

/// `inet_aton`: what the old notation stands for ("1.2" too).
pub fn old_notation(text: &CStr) -> Option<[u8; 4]> {
    let mut out = libc::in_addr { s_addr: 0 };
    // SAFETY: the text ends with NUL; a structure to write to.
    (unsafe { inet_aton(text.as_ptr(), &raw mut out) } != 0).then(|| out.s_addr.to_ne_bytes())
}

/// `inet_pton`: 4 or 16 bytes; `None`: not an address.
pub fn parse_ip(family: i32, text: &CStr) -> SysResult<Option<Vec<u8>>> {
    let mut out = [0u8; 16];
    // SAFETY: room for the longest address.
    let result = check(unsafe { inet_pton(family, text.as_ptr(), out.as_mut_ptr().cast()) })?;
    let len = if family == libc::AF_INET { 4 } else { 16 };
    Ok((result == 1).then(|| out.iter().take(len).copied().collect()))
}

/// `inet_ntop` of 4 or 16 bytes.
pub fn ip_text(family: i32, ip: &[u8]) -> SysResult<String> {
    let wanted = if family == libc::AF_INET { 4 } else { 16 };
    if ip.len() != wanted {
        return Err(Errno(libc::EINVAL));
    }
    let mut out = [0u8; 64];
    // SAFETY: the address is as long as its family's are; the room's length is passed.
    let text = unsafe { inet_ntop(family, ip.as_ptr().cast(), out.as_mut_ptr().cast(), out.len() as u32) };
    if text.is_null() {
        return Err(Errno::last());
    }
    let end = out.split(|b| *b == 0).next().unwrap_or_default();
    Ok(String::from_utf8_lossy(end).into_owned())
}

/// `if_nameindex`.
pub fn interfaces() -> SysResult<Vec<(u32, Vec<u8>)>> {
    // SAFETY: the list ends with a zero number; it is given back after copying.
    unsafe {
        let list = libc::if_nameindex();
        if list.is_null() {
            return Err(Errno::last());
        }
        let mut all = Vec::new();
        let mut at = list;
        while (*at).if_index != 0 && !(*at).if_name.is_null() {
            all.push(((*at).if_index, CStr::from_ptr((*at).if_name).to_bytes().to_vec()));
            at = at.add(1);
        }
        libc::if_freenameindex(list);
        Ok(all)
    }
}

/// `if_nametoindex`.
pub fn interface_number(name: &CStr) -> SysResult<u32> {
    // SAFETY: the name ends with NUL.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => Err(Errno::last()),
        n => Ok(n),
    }
}

/// `if_indextoname`.
pub fn interface_name(number: u32) -> SysResult<Vec<u8>> {
    let mut out = [0u8; 64];
    // SAFETY: room for the longest name.
    if unsafe { libc::if_indextoname(number, out.as_mut_ptr().cast()) }.is_null() {
        return Err(Errno::last());
    }
    Ok(out.split(|b| *b == 0).next().unwrap_or_default().to_vec())
}

/// `gethostname`.
pub fn host_name() -> SysResult<Vec<u8>> {
    let mut out = [0u8; 1024];
    // SAFETY: room as long as said.
    done(unsafe { libc::gethostname(out.as_mut_ptr().cast(), out.len() - 1) })?;
    Ok(out.split(|b| *b == 0).next().unwrap_or_default().to_vec())
}

/// `sethostname`.
pub fn set_host_name(name: &[u8]) -> SysResult {
    // SAFETY: the kernel reads the length given.
    done(unsafe { libc::sethostname(name.as_ptr().cast(), name.len()) })
}
