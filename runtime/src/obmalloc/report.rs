//! What the allocator tells of itself: `sys.getallocatedblocks`, `sys._debugmallocstats`.

use core::fmt::Write;

use super::arena::{ARENA_SIZE, POOL_SIZE};
use super::pool::{Pool, capacity};
use super::{CLASSES, HEAP, QUARANTINE, SMALL_LIMIT, block_size};

#[derive(Clone, Copy, Default)]
struct Class {
    pools: usize,
    used: usize,
}

fn classes() -> [Class; CLASSES] {
    let mut classes = [Class::default(); CLASSES];
    HEAP.arenas.each_pool(|memory| {
        // SAFETY: the memory of a pool that is or was in use starts with a header; `is_live` tells which.
        let pool = unsafe { &*memory.cast::<Pool>() };
        if pool.is_live()
            && let Some(class) = classes.get_mut(pool.class())
        {
            class.pools += 1;
            class.used += pool.used();
        }
    });
    classes
}

/// Blocks in use (`sys.getallocatedblocks`).
pub fn allocated_blocks() -> usize {
    classes().iter().map(|c| c.used).sum::<usize>() + HEAP.large_blocks.get() - QUARANTINE.count.get()
}

/// A figure with commas between groups of three digits.
fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn line(out: &mut String, what: &str, n: usize) {
    let _ = writeln!(out, "{what:<34} ={:>21}", grouped(n));
}

/// The first part of `sys._debugmallocstats()`, laid out as CPython's.
pub fn report() -> String {
    let mut out = format!("Small block threshold = {SMALL_LIMIT}, in {CLASSES} size classes.\n\n");
    out.push_str("class   size   num pools   blocks in use  avail blocks\n");
    out.push_str("-----   ----   ---------   -------------  ------------\n");
    let classes = classes();
    let (mut in_use, mut available, mut headers, mut rest, mut pools) = (0, 0, 0, 0, 0);
    for (n, class) in classes.iter().enumerate().filter(|(_, c)| c.pools > 0) {
        let size = block_size(n);
        let free = class.pools * capacity(n) - class.used;
        let _ = writeln!(out, "{n:>5}{size:>7}{:>12}{:>16}{free:>14}", class.pools, class.used);
        in_use += class.used * size;
        available += free * size;
        headers += class.pools * size_of::<Pool>();
        rest += class.pools * ((POOL_SIZE - size_of::<Pool>()) % size);
        pools += class.pools;
    }
    out.push('\n');
    let arenas = &HEAP.arenas;
    let current = arenas.made.get() - arenas.released.get();
    line(&mut out, "# arenas allocated total", arenas.made.get());
    line(&mut out, "# arenas reclaimed", arenas.released.get());
    line(&mut out, "# arenas highwater mark", arenas.most.get());
    line(&mut out, "# arenas allocated current", current);
    line(&mut out, &format!("{current} arenas * {ARENA_SIZE} bytes/arena"), current * ARENA_SIZE);
    out.push('\n');
    let unused = arenas.free_pools();
    line(&mut out, "# bytes in allocated blocks", in_use);
    line(&mut out, "# bytes in available blocks", available);
    line(&mut out, &format!("{unused} unused pools * {POOL_SIZE} bytes"), unused * POOL_SIZE);
    line(&mut out, "# bytes lost to pool headers", headers);
    line(&mut out, "# bytes lost to quantization", rest);
    line(&mut out, "# bytes lost to arena alignment", 0);
    line(&mut out, "Total", (pools + unused) * POOL_SIZE);
    out
}

/// The second part: memory that is kept for the next object of a type. Only numbers have such a list; the pools serve the other types as
/// fast.
pub fn free_lists(py: crate::py::Py<'_>) -> String {
    let mut out = String::new();
    let mut list = |count: usize, what: &str, size: usize| {
        let label = format!("{count} free {what}s * {size} bytes each");
        let _ = writeln!(out, "{label:>48} ={:>21}", grouped(count * size));
    };
    list(0, "PyDictObject", 48);
    list(0, "PyDictKeysObject", 32);
    list(py.thread().number_blocks.count(), "PyFloatObject", crate::number_blocks::BLOCK_BYTES);
    list(0, "PyListObject", 40);
    for n in 1..=20 {
        list(0, &format!("{n}-sized PyTupleObject"), 32 + 8 * n);
    }
    out
}
