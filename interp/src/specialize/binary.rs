//! Choosing forms: binary.
use super::failed;
use crate::dispatch::Cx;

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
pub unsafe fn binary_op(cx: &Cx<'_>, _oparg: u32) {
    // SAFETY: by contract.
    unsafe { failed(cx) }
}

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
pub unsafe fn store_subscr(cx: &Cx<'_>) {
    // SAFETY: by contract.
    unsafe { failed(cx) }
}
