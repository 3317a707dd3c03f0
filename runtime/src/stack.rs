//! The one guard of the native stack: every native recursion calls [`Py::check_stack`] first, so that deep nesting raises
//! `RecursionError` instead of crashing. Python-to-Python calls do not recurse natively; `sys.setrecursionlimit` counts those.

use crate::error::PyResult;
use crate::py::Py;

/// What the guard keeps free for code that must still run near the limit (raising, releasing, printing): bytes.
const MARGIN: usize = 256 * 1024;

/// About where the native stack stands now. No local's address is taken for it where the register can be read: that would keep
/// callers from ending in sibling calls.
#[inline(always)]
pub fn stack_pointer() -> usize {
    #[cfg(target_arch = "x86_64")]
    {
        let sp: usize;
        // SAFETY: copies a register.
        unsafe { core::arch::asm!("mov {}, rsp", out(reg) sp, options(nomem, nostack, preserves_flags)) };
        sp
    }
    #[cfg(target_arch = "aarch64")]
    {
        let sp: usize;
        // SAFETY: copies a register.
        unsafe { core::arch::asm!("mov {}, sp", out(reg) sp, options(nomem, nostack, preserves_flags)) };
        sp
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    {
        let here = 0u8;
        core::ptr::from_ref(core::hint::black_box(&here)).addr()
    }
}

impl Py<'_> {
    /// Learns the bounds of this thread's native stack.
    pub fn init_stack_bounds(self) {
        let ts = self.thread();
        let (low, size) = native_stack();
        ts.stack_top.set(low + size);
        ts.stack_soft_limit.set(low + MARGIN.min(size / 4));
    }

    /// `RecursionError` when the native stack is nearly used up; `what` ends the message: " while calling a Python object".
    #[inline(always)]
    pub fn check_stack(self, what: &str) -> PyResult<()> {
        if stack_pointer() > self.thread().stack_soft_limit.get() {
            Ok(())
        } else {
            self.stack_exhausted(what)
        }
    }

    /// Whether there is stack left for a native call, without raising anything.
    #[inline(always)]
    pub fn check_stack_quietly(self) -> bool {
        stack_pointer() > self.thread().stack_soft_limit.get()
    }

    /// True when a deallocation should be put off rather than recurse further.
    #[inline(always)]
    pub fn stack_is_low(self) -> bool {
        stack_pointer() < self.thread().stack_soft_limit.get() + MARGIN / 2
    }

    #[cold]
    #[inline(never)]
    fn stack_exhausted(self, what: &str) -> PyResult<()> {
        let ts = self.thread();
        let used = ts.stack_top.get().saturating_sub(stack_pointer()) / 1024;
        // Raising makes calls too: it has the margin to itself.
        let limit = ts.stack_soft_limit.replace(0);
        let raised = crate::raise!(self, RecursionError, "Stack overflow (used {used} kB){what}");
        ts.stack_soft_limit.set(limit);
        Err(raised)
    }
}

/// Lowest address and size of this thread's stack.
fn native_stack() -> (usize, usize) {
    // SAFETY: plain queries on this thread; the attribute object is destroyed again.
    unsafe {
        let mut attr: libc::pthread_attr_t = core::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &mut attr) != 0 {
            return (stack_pointer().saturating_sub(4 << 20), 4 << 20);
        }
        let (mut low, mut size) = (core::ptr::null_mut(), 0usize);
        libc::pthread_attr_getstack(&attr, &mut low, &mut size);
        libc::pthread_attr_destroy(&mut attr);
        (low.addr(), size)
    }
}

impl Py<'_> {
    /// Sets the depth of Python calls for all threads of this interpreter (`sys.setrecursionlimit`).
    pub fn set_recursion_limit(self, limit: i32) {
        let interp = self.interp();
        interp.recursion_limit.set(limit);
        let mut thread = interp.threads_head.get();
        // SAFETY: the list holds live states, and the GIL keeps it as it is.
        while let Some(state) = unsafe { thread.as_ref() } {
            let depth = state.py_recursion_limit.get() - state.py_recursion_remaining.get();
            state.py_recursion_limit.set(limit);
            state.py_recursion_remaining.set(limit - depth);
            thread = state.next.get();
        }
    }
}
