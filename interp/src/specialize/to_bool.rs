//! Choosing forms: to_bool.
use super::failed;
use crate::dispatch::Cx;

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
pub unsafe fn to_bool(cx: &Cx<'_>) {
    // SAFETY: by contract.
    unsafe { failed(cx) }
}
