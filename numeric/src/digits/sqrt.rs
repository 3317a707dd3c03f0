//! Integer square roots.

use super::large::{from_big, to_big};
use super::{from_u64, to_u64};

/// The greatest r with r² ≤ a.
pub fn isqrt(a: &[u32]) -> Vec<u32> {
    match to_u64(a) {
        Some(n) => from_u64(n.isqrt()),
        None => {
            use dashu_int::ops::SquareRoot;
            from_big(&to_big(a).sqrt())
        }
    }
}
