//! Choosing forms: unpack.
use super::failed;
use crate::dispatch::Cx;

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
pub unsafe fn unpack_sequence(cx: &Cx<'_>, _oparg: u32) {
    // SAFETY: by contract.
    unsafe { failed(cx) }
}
