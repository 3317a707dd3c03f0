//! Choosing forms: iterate.
use super::failed;
use crate::dispatch::Cx;

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
pub unsafe fn for_iter(cx: &Cx<'_>, _oparg: u32) {
    // SAFETY: by contract.
    unsafe { failed(cx) }
}

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
pub unsafe fn send(cx: &Cx<'_>) {
    // SAFETY: by contract.
    unsafe { failed(cx) }
}
