//! Choosing forms: attribute.
use super::failed;
use crate::dispatch::Cx;

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
pub unsafe fn load_attr(cx: &Cx<'_>, _oparg: u32) {
    // SAFETY: by contract.
    unsafe { failed(cx) }
}

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
pub unsafe fn store_attr(cx: &Cx<'_>, _oparg: u32) {
    // SAFETY: by contract.
    unsafe { failed(cx) }
}

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
pub unsafe fn load_super_attr(cx: &Cx<'_>, _oparg: u32) {
    // SAFETY: by contract.
    unsafe { failed(cx) }
}
