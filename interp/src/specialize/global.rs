//! Choosing forms: global.
use super::failed;
use crate::dispatch::Cx;

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
pub unsafe fn load_global(cx: &Cx<'_>, _oparg: u32) {
    // SAFETY: by contract.
    unsafe { failed(cx) }
}
