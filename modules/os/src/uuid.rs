//! Module `_uuid`: UUIDs made of time and place.

use std::sync::Mutex;

/// The clock's last reading and the sequence number that goes with it.
static LAST: Mutex<Option<(u64, u16)>> = Mutex::new(None);

/// The module.
#[krait_macros::pymodule(name = "_uuid")]
pub mod uuid {
    use std::sync::PoisonError;

    use krait_runtime::objects::exceptions::OrRaise;
    use krait_runtime::prelude::*;
    use krait_runtime::system::{Target, files, time};

    use super::LAST;

    #[pyattr(name = "has_uuid_generate_time_safe")]
    const GENERATE_TIME_SAFE: i32 = 1;
    #[pyattr(name = "has_stable_extractable_node")]
    const STABLE_NODE: i32 = 0;

    /// 100 ns intervals from 15 October 1582 to 1 January 1970.
    const EPOCH: u64 = 0x01b2_1dd2_1381_4000;

    fn random(py: Py<'_>) -> PyResult<[u8; 8]> {
        let mut bytes = [0u8; 8];
        py.blocking(|| files::get_random(Target::new(&mut bytes), 0))?;
        Ok(bytes)
    }

    #[pyfunction]
    #[sig("($module, /)")]
    fn generate_time_safe(py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let [a, b, node @ ..] = random(py)?;
        let ns = time::clock(libc::CLOCK_REALTIME).or_raise(py)?;
        let mut ticks = (ns / 100) as u64 + EPOCH;
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        let sequence = match *last {
            // The same reading again: count on; an earlier one: another sequence.
            Some((before, sequence)) if ticks == before => {
                ticks += 1;
                sequence
            }
            Some((before, sequence)) if ticks < before => sequence.wrapping_add(1) & 0x3fff,
            Some((_, sequence)) => sequence,
            None => u16::from_be_bytes([a, b]) & 0x3fff,
        };
        *last = Some((ticks, sequence));
        drop(last);
        let mut out = Vec::with_capacity(16);
        out.extend_from_slice(&(ticks as u32).to_be_bytes());
        out.extend_from_slice(&((ticks >> 32) as u16).to_be_bytes());
        out.extend_from_slice(&((ticks >> 48) as u16 & 0x0fff | 0x1000).to_be_bytes());
        out.extend_from_slice(&(sequence | 0x8000).to_be_bytes());
        // No card's address: a random one, marked as such by its multicast bit.
        let [first, rest @ ..] = node;
        out.push(first | 1);
        out.extend_from_slice(&rest);
        // Other processes do not know of the sequence: not safe.
        PyTuple::pair(py, out.into_py(py)?, (-1).into_py(py)?)
    }
}
