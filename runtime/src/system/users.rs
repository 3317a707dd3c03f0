//! User and group numbers, and the databases of names.

use core::ffi::{CStr, c_char};
use core::mem::MaybeUninit;

use super::{Errno, SysResult, check, done, system_calls};

system_calls! {
    /// `setuid`.
    fn setuid(id: u32) -> i32;
    /// `seteuid`.
    fn seteuid(id: u32) -> i32;
    /// `setgid`.
    fn setgid(id: u32) -> i32;
    /// `setegid`.
    fn setegid(id: u32) -> i32;
    /// `setreuid`.
    fn setreuid(real: u32, effective: u32) -> i32;
    /// `setregid`.
    fn setregid(real: u32, effective: u32) -> i32;
    /// `setresuid`.
    fn setresuid(real: u32, effective: u32, saved: u32) -> i32;
    /// `setresgid`.
    fn setresgid(real: u32, effective: u32, saved: u32) -> i32;
    /// `initgroups`.
    fn initgroups(user: &CStr, group: u32) -> i32;
}

/// Real, effective and saved user numbers.
pub fn user_ids() -> [u32; 3] {
    let mut out = [0; 3];
    let [a, b, c] = &mut out;
    // SAFETY: three numbers to write to.
    unsafe { libc::getresuid(a, b, c) };
    out
}

/// Real, effective and saved group numbers.
pub fn group_ids() -> [u32; 3] {
    let mut out = [0; 3];
    let [a, b, c] = &mut out;
    // SAFETY: three numbers to write to.
    unsafe { libc::getresgid(a, b, c) };
    out
}

/// `getgroups`.
pub fn groups() -> SysResult<Vec<u32>> {
    loop {
        // SAFETY: a size of 0 asks for the number only.
        let n = check(unsafe { libc::getgroups(0, core::ptr::null_mut()) })?;
        let mut out = vec![0u32; n as usize];
        // SAFETY: room for `n` numbers.
        match check(unsafe { libc::getgroups(n, out.as_mut_ptr()) }) {
            Ok(n) => {
                out.truncate(n as usize);
                return Ok(out);
            }
            // They changed meanwhile.
            Err(Errno(libc::EINVAL)) => {}
            Err(error) => return Err(error),
        }
    }
}

/// `setgroups`.
pub fn set_groups(groups: &[u32]) -> SysResult {
    // SAFETY: the length is the slice's.
    done(unsafe { libc::setgroups(groups.len(), groups.as_ptr()) })
}

/// `getgrouplist`.
pub fn groups_of(user: &CStr, group: u32) -> SysResult<Vec<u32>> {
    let mut count = 64;
    loop {
        let mut out = vec![0u32; count as usize];
        // SAFETY: room for `count` numbers.
        let got = unsafe { libc::getgrouplist(user.as_ptr(), group, out.as_mut_ptr(), &raw mut count) };
        if got != -1 {
            out.truncate(count.max(0) as usize);
            return Ok(out);
        }
        if count as usize <= out.len() {
            count = out.len() as i32 * 2;
        }
        if count > 1 << 20 {
            return Err(Errno(libc::ENOMEM));
        }
    }
}

unsafe extern "C" {
    fn getlogin_r(name: *mut c_char, size: usize) -> i32;
}

/// `getlogin_r`.
pub fn login_name() -> SysResult<Vec<u8>> {
    let mut buffer = [0u8; 256];
    // SAFETY: writes at most the length given, NUL included.
    match unsafe { getlogin_r(buffer.as_mut_ptr().cast(), buffer.len()) } {
        0 => Ok(buffer.split(|&b| b == 0).next().unwrap_or_default().to_vec()),
        error => Err(Errno(error)),
    }
}

/// A line of the user database.
#[allow(missing_docs)]
pub struct User {
    pub name: Vec<u8>,
    pub password: Vec<u8>,
    pub uid: u32,
    pub gid: u32,
    pub gecos: Vec<u8>,
    pub home: Vec<u8>,
    pub shell: Vec<u8>,
}

/// A line of the group database.
#[allow(missing_docs)]
pub struct Group {
    pub name: Vec<u8>,
    pub password: Option<Vec<u8>>,
    pub gid: u32,
    pub members: Vec<Vec<u8>>,
}

/// # Safety
/// `text` is null or ends with NUL.
unsafe fn copy(text: *const c_char) -> Vec<u8> {
    // SAFETY: by contract.
    if text.is_null() { Vec::new() } else { unsafe { CStr::from_ptr(text) }.to_bytes().to_vec() }
}

/// # Safety
/// As the C library filled it.
unsafe fn user(entry: &libc::passwd) -> User {
    // SAFETY: by contract.
    unsafe {
        User {
            name: copy(entry.pw_name),
            password: copy(entry.pw_passwd),
            uid: entry.pw_uid,
            gid: entry.pw_gid,
            gecos: copy(entry.pw_gecos),
            home: copy(entry.pw_dir),
            shell: copy(entry.pw_shell),
        }
    }
}

/// # Safety
/// As the C library filled it.
unsafe fn group(entry: &libc::group) -> Group {
    // SAFETY: by contract; the members end with null.
    unsafe {
        let mut members = Vec::new();
        let mut at = entry.gr_mem;
        while !at.is_null() && !(*at).is_null() {
            members.push(copy(*at));
            at = at.add(1);
        }
        let password = (!entry.gr_passwd.is_null()).then(|| copy(entry.gr_passwd));
        Group { name: copy(entry.gr_name), password, gid: entry.gr_gid, members }
    }
}

/// Calls a reentrant look-up with growing room for the texts.
fn look_up<E, T>(
    mut call: impl FnMut(*mut E, &mut [u8], &mut *mut E) -> i32,
    take: impl FnOnce(&E) -> T,
) -> SysResult<Option<T>> {
    let mut room = vec![0u8; 1024];
    loop {
        let mut entry = MaybeUninit::<E>::zeroed();
        let mut found = core::ptr::null_mut();
        match call(entry.as_mut_ptr(), &mut room, &mut found) {
            libc::ERANGE if room.len() < 1 << 24 => room.resize(room.len() * 2, 0),
            // SAFETY: a non-null answer points to `entry`, filled.
            0 => return Ok(unsafe { found.as_ref() }.map(take)),
            // Several error numbers mean just that there is no such entry.
            libc::ENOENT | libc::ESRCH | libc::EBADF | libc::EPERM => return Ok(None),
            error => return Err(Errno(error)),
        }
    }
}

/// `getpwuid_r`.
pub fn user_by_id(id: u32) -> SysResult<Option<User>> {
    // SAFETY: the room's length is passed; the entry is read while the room stands.
    look_up(
        |entry, room, found| unsafe {
            libc::getpwuid_r(id, entry, room.as_mut_ptr().cast(), room.len(), found)
        },
        |entry: &libc::passwd| unsafe { user(entry) },
    )
}

/// `getpwnam_r`.
pub fn user_by_name(name: &CStr) -> SysResult<Option<User>> {
    // SAFETY: as above.
    look_up(
        |entry, room, found| unsafe {
            libc::getpwnam_r(name.as_ptr(), entry, room.as_mut_ptr().cast(), room.len(), found)
        },
        |entry: &libc::passwd| unsafe { user(entry) },
    )
}

/// `getgrgid_r`.
pub fn group_by_id(id: u32) -> SysResult<Option<Group>> {
    // SAFETY: as above.
    look_up(
        |entry, room, found| unsafe {
            libc::getgrgid_r(id, entry, room.as_mut_ptr().cast(), room.len(), found)
        },
        |entry: &libc::group| unsafe { group(entry) },
    )
}

/// `getgrnam_r`.
pub fn group_by_name(name: &CStr) -> SysResult<Option<Group>> {
    // SAFETY: as above.
    look_up(
        |entry, room, found| unsafe {
            libc::getgrnam_r(name.as_ptr(), entry, room.as_mut_ptr().cast(), room.len(), found)
        },
        |entry: &libc::group| unsafe { group(entry) },
    )
}

static LISTING: std::sync::Mutex<()> = std::sync::Mutex::new(());

/// All of the user database.
pub fn all_users() -> Vec<User> {
    let _guard = LISTING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut all = Vec::new();
    // SAFETY: one thread at a time walks; an entry is copied before the next call.
    unsafe {
        libc::setpwent();
        while let Some(entry) = libc::getpwent().as_ref() {
            all.push(user(entry));
        }
        libc::endpwent();
    }
    all
}

/// All of the group database.
pub fn all_groups() -> Vec<Group> {
    let _guard = LISTING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut all = Vec::new();
    // SAFETY: one thread at a time walks; an entry is copied before the next call.
    unsafe {
        libc::setgrent();
        while let Some(entry) = libc::getgrent().as_ref() {
            all.push(group(entry));
        }
        libc::endgrent();
    }
    all
}
