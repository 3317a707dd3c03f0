//! Named shared memory and semaphores.

use core::ffi::CStr;

use super::{Errno, SysResult, check, done, system_calls};

system_calls! {
    /// `shm_open`.
    fn shm_open(path: &CStr, flags: i32, mode: u32) -> i32;
    /// `shm_unlink`.
    fn shm_unlink(path: &CStr) -> i32;
    /// `sem_unlink`.
    fn sem_unlink(name: &CStr) -> i32;
}

/// An open named semaphore. It stays open until [`Semaphore::close`]: other objects may have been made of its handle.
#[derive(Clone, Copy)]
pub struct Semaphore(*mut libc::sem_t);

impl Semaphore {
    /// `sem_open` of a new one.
    pub fn create(name: &CStr, mode: u32, value: u32) -> SysResult<Semaphore> {
        // SAFETY: the variadic arguments are those that O_CREAT asks for.
        Self::checked(unsafe { libc::sem_open(name.as_ptr(), libc::O_CREAT | libc::O_EXCL, mode, value) })
    }

    /// `sem_open` of one that is there.
    pub fn open(name: &CStr) -> SysResult<Semaphore> {
        // SAFETY: the name ends with NUL.
        Self::checked(unsafe { libc::sem_open(name.as_ptr(), 0) })
    }

    fn checked(semaphore: *mut libc::sem_t) -> SysResult<Semaphore> {
        if semaphore == libc::SEM_FAILED { Err(Errno::last()) } else { Ok(Semaphore(semaphore)) }
    }

    /// Its address.
    pub fn handle(self) -> usize {
        self.0.expose_provenance()
    }

    /// `sem_close`.
    pub fn close(self) {
        // SAFETY: it was opened; nobody uses it after this.
        unsafe { libc::sem_close(self.0) };
    }

    /// `sem_wait`, or `sem_timedwait` with an absolute time.
    pub fn wait(self, deadline: Option<libc::timespec>) -> SysResult {
        // SAFETY: it is open; the time is whole.
        done(unsafe {
            match &deadline {
                Some(deadline) => libc::sem_timedwait(self.0, deadline),
                None => libc::sem_wait(self.0),
            }
        })
    }

    /// `sem_trywait`.
    pub fn try_wait(self) -> SysResult {
        // SAFETY: it is open.
        done(unsafe { libc::sem_trywait(self.0) })
    }

    /// `sem_post`.
    pub fn post(self) -> SysResult {
        // SAFETY: it is open.
        done(unsafe { libc::sem_post(self.0) })
    }

    /// `sem_getvalue`.
    pub fn value(self) -> SysResult<i32> {
        let mut value = 0;
        // SAFETY: it is open; a number to write to.
        check(unsafe { libc::sem_getvalue(self.0, &raw mut value) })?;
        Ok(value)
    }
}
