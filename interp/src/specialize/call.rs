//! Choosing forms: call.
use super::failed;
use crate::dispatch::Cx;

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
pub unsafe fn call(cx: &Cx<'_>, _oparg: u32) {
    // SAFETY: by contract.
    unsafe { failed(cx) }
}

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
pub unsafe fn call_kw(cx: &Cx<'_>, _oparg: u32) {
    // SAFETY: by contract.
    unsafe { failed(cx) }
}
