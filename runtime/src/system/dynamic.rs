//! Shared libraries, loaded for good. Not here: what their functions are (`_imp`).

use core::ffi::CStr;
use std::ffi::CString;

/// A library that `dlopen` has loaded; nothing unloads it.
#[derive(Clone, Copy)]
pub struct Library(*mut core::ffi::c_void);

/// What `dlerror` says of the call before.
fn last_error() -> Vec<u8> {
    // SAFETY: the answer is null or a C string that stands until the thread's next call; it is copied at once.
    unsafe {
        let text = libc::dlerror();
        if text.is_null() { Vec::new() } else { CStr::from_ptr(text).to_bytes().to_vec() }
    }
}

impl Library {
    /// `dlopen`, or the reason why it failed.
    pub fn open(path: &CStr, flags: i32) -> Result<Library, Vec<u8>> {
        // SAFETY: the path ends with NUL. What the library's own initialisers do is up to whoever names it, as with any import.
        let handle = unsafe { libc::dlopen(path.as_ptr(), flags) };
        if handle.is_null() { Err(last_error()) } else { Ok(Library(handle)) }
    }

    /// Whether it has a symbol of that name.
    pub fn defines(self, name: &[u8]) -> bool {
        let Ok(name) = CString::new(name) else { return false };
        // SAFETY: the library stays loaded; the name ends with NUL.
        !unsafe { libc::dlsym(self.0, name.as_ptr()) }.is_null()
    }
}
