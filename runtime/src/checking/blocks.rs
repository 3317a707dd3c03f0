//! Blocks with a head in front and a mark behind, by which a wrong `free` and a write beyond the end are seen; and the quarantine,
//! where freed blocks wait, filled with a pattern, until many others were freed: a use of one meanwhile is seen by the pattern.

use core::cell::Cell;

use super::{FREED, FRESH, report};

/// Marks of a block in use and of a freed one.
const LIVE_MARK: u64 = 0x4B72_6169_744C_6976;
const DEAD_MARK: u64 = 0x4B72_6169_7444_6561;
/// What stands behind a block.
const TAIL_MARK: u64 = 0xFDFD_FDFD_FDFD_FDFD;
const TAIL: usize = 16;
const HEAD: usize = size_of::<Head>();
/// A freed block bigger than this goes back to the system at once; of a new one only so much is filled.
const BIG: usize = 1 << 20;
/// Bytes of a type's name that are kept.
const NAME: usize = 32;

/// Stands in front of a block.
#[repr(C, align(16))]
pub struct Head {
    mark: Cell<u64>,
    size: Cell<usize>,
    next: Cell<*mut Head>,
    name_length: Cell<usize>,
    name: Cell<[u8; NAME]>,
}

/// The bytes to ask for where `size` are wanted.
pub fn gross(size: usize) -> Option<usize> {
    size.checked_add(HEAD + TAIL)
}

/// Writes head and tail around a block and fills it, unless it is zeroed.
///
/// # Safety
/// `memory` has `gross(size)` bytes, 16-byte aligned.
pub unsafe fn dress(memory: *mut u8, size: usize, zeroed: bool) -> *mut u8 {
    // SAFETY: by contract.
    unsafe {
        memory.cast::<Head>().write(Head {
            mark: Cell::new(LIVE_MARK),
            size: Cell::new(size),
            next: Cell::new(core::ptr::null_mut()),
            name_length: Cell::new(0),
            name: Cell::new([0; NAME]),
        });
        let block = memory.add(HEAD);
        if !zeroed {
            block.write_bytes(FRESH, size.min(BIG));
        }
        block.add(size).cast::<[u64; 2]>().write_unaligned([TAIL_MARK; 2]);
        block
    }
}

unsafe fn head_of(block: *mut u8) -> *mut Head {
    block.wrapping_sub(HEAD).cast()
}

/// The size of a block in use, which is whole.
///
/// # Safety
/// `block` is readable memory with a head's worth of it in front.
pub unsafe fn size(block: *mut u8) -> usize {
    // SAFETY: by contract; a head tells how much there is.
    unsafe {
        let head = &*head_of(block);
        match head.mark.get() {
            LIVE_MARK => {}
            DEAD_MARK => report(&format!("double free of {block:p}{}", held(head))),
            other => report(&format!(
                "{block:p} is freed but is no block (or its head is overwritten: {other:#x})"
            )),
        }
        let size = head.size.get();
        if block.add(size).cast::<[u64; 2]>().read_unaligned() != [TAIL_MARK; 2] {
            report(&format!("a write beyond the end of {block:p} of {size} bytes{}", held(head)));
        }
        size
    }
}

fn held(head: &Head) -> String {
    match head.name_length.get() {
        0 => String::new(),
        n => {
            let name = head.name.get();
            format!(", which held a '{}'", String::from_utf8_lossy(name.get(..n).unwrap_or_default()))
        }
    }
}

/// Keeps the name of the type whose object a block held.
///
/// # Safety
/// `block` is in use.
pub unsafe fn remember_type(block: *mut u8, name: &str) {
    let mut kept = [0; NAME];
    let mut n = 0;
    for (to, from) in kept.iter_mut().zip(name.bytes()) {
        *to = from;
        n += 1;
    }
    // SAFETY: by contract.
    unsafe {
        (*head_of(block)).name.set(kept);
        (*head_of(block)).name_length.set(n);
    }
}

/// The name of the type whose object a freed block held that begins at `object` or a collector's head before.
pub fn last_type(object: *mut u8) -> Option<String> {
    for before in [0, 16, 32] {
        // SAFETY: the freed object lies behind a head, so this is memory of the allocator's.
        let head = unsafe { &*head_of(object.wrapping_sub(before)) };
        if head.mark.get() == DEAD_MARK {
            let name = head.name.get();
            return name.get(..head.name_length.get()).map(|name| String::from_utf8_lossy(name).into_owned());
        }
    }
    None
}

/// Frees a block that does not go through a quarantine.
///
/// # Safety
/// As [`Quarantine::add`].
pub unsafe fn free_at_once(block: *mut u8, release: impl Fn(*mut u8, usize)) {
    // SAFETY: by contract.
    unsafe {
        let n = size(block);
        block.write_bytes(FREED, n.min(BIG));
        (*head_of(block)).mark.set(DEAD_MARK);
        release(head_of(block).cast(), HEAD + n + TAIL);
    }
}

/// Freed blocks, the oldest first.
pub struct Quarantine {
    first: Cell<*mut Head>,
    last: Cell<*mut Head>,
    bytes: Cell<usize>,
    /// Blocks in it.
    pub count: Cell<usize>,
    /// Bytes it may hold.
    limit: usize,
}

impl Quarantine {
    /// An empty one.
    pub const fn new(limit: usize) -> Quarantine {
        Quarantine {
            first: Cell::new(core::ptr::null_mut()),
            last: Cell::new(core::ptr::null_mut()),
            bytes: Cell::new(0),
            count: Cell::new(0),
            limit,
        }
    }

    /// Takes a freed block in; the oldest ones leave through `release` when there are too many.
    ///
    /// # Safety
    /// `block` is in use and came from [`dress`]; nobody uses it any more. `release` frees what `dress` got.
    pub unsafe fn add(&self, block: *mut u8, release: impl Fn(*mut u8, usize)) {
        // SAFETY: by contract; members of the queue belong to it.
        unsafe {
            let n = size(block);
            if n > BIG {
                return free_at_once(block, release);
            }
            let head = head_of(block);
            block.write_bytes(FREED, n);
            (*head).mark.set(DEAD_MARK);
            match self.last.replace(head).as_ref() {
                Some(last) => last.next.set(head),
                None => self.first.set(head),
            }
            self.bytes.set(self.bytes.get() + HEAD + n + TAIL);
            self.count.set(self.count.get() + 1);
            while self.bytes.get() > self.limit {
                self.evict(&release);
            }
        }
    }

    unsafe fn evict(&self, release: &impl Fn(*mut u8, usize)) {
        let head = self.first.get();
        // SAFETY: members are freed blocks with their heads.
        unsafe {
            let n = (*head).size.get();
            let block = head.cast::<u8>().add(HEAD);
            let content = core::slice::from_raw_parts(block, n);
            if (*head).mark.get() != DEAD_MARK || content.iter().any(|byte| *byte != FREED) {
                let at = content.iter().position(|byte| *byte != FREED);
                report(&format!("a write after free into {block:p} of {n} bytes at {at:?}{}", held(&*head)));
            }
            self.first.set((*head).next.get());
            if self.first.get().is_null() {
                self.last.set(core::ptr::null_mut());
            }
            self.bytes.set(self.bytes.get() - (HEAD + n + TAIL));
            self.count.set(self.count.get() - 1);
            // The mark of a dead block must not be found in memory that is somebody else's.
            (*head).mark.set(0);
            release(head.cast(), HEAD + n + TAIL);
        }
    }
}
