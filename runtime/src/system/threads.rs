//! What the system says of its threads.

/// Name and version of the thread library ("NPTL 2.43"), where the system tells.
pub fn library_version() -> Option<String> {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        let mut text = [0u8; 128];
        // SAFETY: the buffer's length goes with it.
        let n =
            unsafe { libc::confstr(libc::_CS_GNU_LIBPTHREAD_VERSION, text.as_mut_ptr().cast(), text.len()) };
        let text = text.get(..n.checked_sub(1)?)?;
        Some(String::from_utf8_lossy(text).into_owned())
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    None
}
