//! Pools: 16 KiB of blocks of one size class. A pool with a free block stands in its class's list; a full one in none; an empty
//! one goes back to its arena.

use core::cell::Cell;

use super::arena::POOL_SIZE;
use super::{CLASSES, HEAP, block_size};

/// A pool's header, at the start of its memory (48 bytes, as in CPython).
#[repr(C)]
pub struct Pool {
    /// Free blocks, linked through their first words; never null while the pool stands in its class's list.
    free: Cell<*mut u8>,
    /// Number of the arena, which wrote it there.
    arena: usize,
    next: Cell<*mut Pool>,
    prev: Cell<*mut Pool>,
    used: Cell<u32>,
    /// Size class, plus one: 0 marks a pool that was given back to its arena.
    class: Cell<u32>,
    /// Where the part begins that was never cut into blocks.
    uncut: Cell<usize>,
}

const HEADER: usize = size_of::<Pool>();
const _: () = assert!(HEADER == 48);

/// Blocks in a pool of a class.
pub const fn capacity(class: usize) -> usize {
    (POOL_SIZE - HEADER) / block_size(class)
}

impl Pool {
    /// The pool that a block lies in.
    #[inline(always)]
    pub fn of(block: *mut u8) -> *mut Pool {
        block.wrapping_sub(block.addr() % POOL_SIZE).cast()
    }

    /// Makes a pool for `class` of fresh memory and puts it into the class's list, one block cut.
    ///
    /// # Safety
    /// `memory` came from the arenas just now; `class` is below [`CLASSES`].
    pub unsafe fn start(memory: *mut u8, class: usize) -> *mut Pool {
        let pool: *mut Pool = memory.cast();
        // SAFETY: by contract; the arena's number is in the second word already, all other words are set here.
        unsafe {
            let first = memory.add(HEADER);
            first.cast::<*mut u8>().write(core::ptr::null_mut());
            (&raw mut (*pool).free).write(Cell::new(first));
            (&raw mut (*pool).next).write(Cell::new(core::ptr::null_mut()));
            (&raw mut (*pool).prev).write(Cell::new(core::ptr::null_mut()));
            (&raw mut (*pool).used).write(Cell::new(0));
            (&raw mut (*pool).class).write(Cell::new(class as u32 + 1));
            (&raw mut (*pool).uncut).write(Cell::new(HEADER + block_size(class)));
            (*pool).link();
        }
        pool
    }

    /// The size class.
    #[inline(always)]
    pub fn class(&self) -> usize {
        (self.class.get() as usize).wrapping_sub(1) % CLASSES
    }

    /// Whether the pool serves a class (and was not given back).
    pub fn is_live(&self) -> bool {
        self.class.get() != 0
    }

    /// Blocks in use.
    pub fn used(&self) -> usize {
        self.used.get() as usize
    }

    fn list(&self) -> &'static Cell<*mut Pool> {
        // SAFETY: `class` gives a number below CLASSES.
        unsafe { HEAP.usable.get_unchecked(self.class()) }
    }

    fn link(&self) {
        let list = self.list();
        let head = list.get();
        self.prev.set(core::ptr::null_mut());
        self.next.set(head);
        let this = core::ptr::from_ref(self).cast_mut();
        // SAFETY: listed pools are live.
        if let Some(head) = unsafe { head.as_ref() } {
            head.prev.set(this);
        }
        list.set(this);
    }

    fn unlink(&self) {
        let (prev, next) = (self.prev.get(), self.next.get());
        // SAFETY: listed pools are live.
        unsafe {
            match prev.as_ref() {
                Some(prev) => prev.next.set(next),
                None => self.list().set(next),
            }
            if let Some(next) = next.as_ref() {
                next.prev.set(prev);
            }
        }
    }

    /// A free block.
    ///
    /// # Safety
    /// The pool stands in its class's list, so has one.
    #[inline(always)]
    pub unsafe fn take(&self) -> *mut u8 {
        let block = self.free.get();
        self.used.set(self.used.get() + 1);
        // SAFETY: a free block holds the link to the next.
        let next = unsafe { block.cast::<*mut u8>().read() };
        self.free.set(next);
        if next.is_null() {
            self.extend();
        }
        block
    }

    /// Cuts one more block, or takes the full pool off the list.
    #[inline(never)]
    fn extend(&self) {
        let (at, size) = (self.uncut.get(), block_size(self.class()));
        if at + size <= POOL_SIZE {
            let block = core::ptr::from_ref(self).cast_mut().cast::<u8>().wrapping_add(at);
            // SAFETY: the block lies in the pool and was never handed out.
            unsafe { block.cast::<*mut u8>().write(core::ptr::null_mut()) };
            self.free.set(block);
            self.uncut.set(at + size);
        } else {
            self.unlink();
        }
    }

    /// Takes a block back.
    ///
    /// # Safety
    /// `block` is one of this pool's and not used any more.
    #[inline(always)]
    pub unsafe fn give_back(&self, block: *mut u8) {
        let first = self.free.get();
        // SAFETY: a free block's first word holds the link.
        unsafe { block.cast::<*mut u8>().write(first) };
        self.free.set(block);
        let used = self.used.get() - 1;
        self.used.set(used);
        if first.is_null() {
            self.link_again();
        } else if used == 0 {
            self.release();
        }
    }

    #[inline(never)]
    fn link_again(&self) {
        self.link();
        if self.used.get() == 0 {
            self.release();
        }
    }

    /// Back to the arena, unless it is the only usable pool of its class: the next allocation would ask for it again.
    #[inline(never)]
    fn release(&self) {
        if self.prev.get().is_null() && self.next.get().is_null() {
            return;
        }
        self.unlink();
        self.class.set(0);
        let (memory, arena) = (core::ptr::from_ref(self).cast_mut().cast(), self.arena);
        // SAFETY: no block is in use and the pool is in no list.
        unsafe { HEAP.arenas.give_back(memory, arena) };
    }
}
