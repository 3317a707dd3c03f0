//! How far recursion may use the native stack. Depth alone does not tell: threads have stacks of very different sizes.

/// The address that recursion may not reach; the stack grows downwards. The default is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StackLimit(usize);

impl StackLimit {
    /// A limit at an address.
    #[must_use]
    pub fn at(address: usize) -> Self {
        StackLimit(address)
    }

    /// Whether the stack has grown up to the limit.
    #[inline(never)]
    #[must_use]
    pub fn reached(self) -> bool {
        let here = 0u8;
        std::ptr::from_ref(std::hint::black_box(&here)).addr() < self.0
    }
}
