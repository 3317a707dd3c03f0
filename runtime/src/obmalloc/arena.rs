//! Arenas: 1 MiB of memory, aligned to its size, cut into 64 pools; and the map that tells which addresses lie in one.

use core::cell::{Cell, RefCell};
use core::sync::atomic::{AtomicPtr, AtomicU8, Ordering};

/// Bytes in an arena.
pub const ARENA_SIZE: usize = 1 << ARENA_BITS;
const ARENA_BITS: usize = 20;
/// Bytes in a huge page, on the machines where it matters: two arenas.
const HUGE_PAGE: usize = 2 * ARENA_SIZE;
/// From so many arenas on, new ones are huge pages. Before, memory that a small program never touches would be taken.
const MANY: usize = 16;
/// Bytes in a pool.
pub const POOL_SIZE: usize = 16 << 10;
/// Pools in an arena. As many as a `u64` has bits, which [`Arenas::by_free`] relies on.
pub const POOLS: usize = ARENA_SIZE / POOL_SIZE;

/// Address bits that each level of the map decides; with [`ARENA_BITS`] they are the 48 bits of a user address.
const LEVEL_BITS: usize = 14;
const LEVEL: usize = 1 << LEVEL_BITS;

type Leaf = [AtomicU8; LEVEL];
static MAP: [AtomicPtr<Leaf>; LEVEL] = [const { AtomicPtr::new(core::ptr::null_mut()) }; LEVEL];

/// True when `p` lies in an arena. Any address may be asked for.
#[inline(always)]
pub fn contains(p: *mut u8) -> bool {
    let arena = p.addr() >> ARENA_BITS;
    let (high, low) = (arena >> LEVEL_BITS, arena & (LEVEL - 1));
    let Some(slot) = MAP.get(high) else { return false };
    let leaf = slot.load(Ordering::Relaxed);
    // SAFETY: leaves are never freed; `low` is below LEVEL.
    !leaf.is_null() && unsafe { (&*leaf).get_unchecked(low) }.load(Ordering::Relaxed) != 0
}

/// Marks an arena in the map or takes the mark away; false when there is no memory for the leaf.
fn mark(base: *mut u8, present: bool) -> bool {
    let arena = base.addr() >> ARENA_BITS;
    let Some(slot) = MAP.get(arena >> LEVEL_BITS) else { return false };
    let mut leaf = slot.load(Ordering::Relaxed);
    if leaf.is_null() {
        // SAFETY: zero bytes are a valid leaf.
        leaf = unsafe { libc::calloc(1, size_of::<Leaf>()) }.cast();
        if leaf.is_null() {
            return false;
        }
        slot.store(leaf, Ordering::Relaxed);
    }
    // SAFETY: not null; leaves are never freed.
    match unsafe { &*leaf }.get(arena & (LEVEL - 1)) {
        Some(flag) => flag.store(u8::from(present), Ordering::Relaxed),
        None => return false,
    }
    true
}

/// One arena's bookkeeping.
struct Arena {
    base: *mut u8,
    /// Pools not handed out yet start here.
    uncut: usize,
    /// Pools that were given back: a list through their first words.
    freed: *mut u8,
    /// Pools that can be had.
    free: usize,
    /// Neighbours in the list of arenas with as many free pools; `NONE` at the ends.
    prev: usize,
    next: usize,
}

const NONE: usize = usize::MAX;

/// All arenas. Pools are taken from the arena with the fewest free ones, so that others get a chance to become wholly free.
pub struct Arenas {
    all: RefCell<Table>,
    /// Arenas ever made, given back, and the most there were at a time.
    pub made: Cell<usize>,
    pub released: Cell<usize>,
    pub most: Cell<usize>,
}

struct Table {
    slots: Vec<Arena>,
    /// Slots whose arena was given back.
    vacant: Vec<usize>,
    /// First arena with k free pools (k from 1).
    by_free: [usize; POOLS + 1],
    /// Bit k - 1: there is an arena with k free pools.
    nonempty: u64,
    /// Mapped memory for the next arena.
    beside: Option<*mut u8>,
}

impl Arenas {
    pub const fn new() -> Arenas {
        let table = Table {
            slots: Vec::new(),
            vacant: Vec::new(),
            by_free: [NONE; POOLS + 1],
            nonempty: 0,
            beside: None,
        };
        Arenas { all: RefCell::new(table), made: Cell::new(0), released: Cell::new(0), most: Cell::new(0) }
    }

    /// Memory for a pool; none when the system gives no more. The arena's number is in the pool's second word.
    pub fn take_pool(&self) -> Option<*mut u8> {
        let mut table = self.all.try_borrow_mut().ok()?;
        if table.nonempty == 0 {
            let base = match table.beside.take() {
                Some(base) => base,
                None => {
                    let (base, beside) = map_arena(self.made.get() - self.released.get())?;
                    table.beside = beside;
                    base
                }
            };
            if !mark(base, true) {
                table.beside = Some(base);
                return None;
            }
            table.add(base);
            self.made.set(self.made.get() + 1);
            self.most.set(self.most.get().max(self.made.get() - self.released.get()));
        }
        table.take()
    }

    /// Takes a pool back that has no block in use; an arena that is wholly free then goes back to the system, but for one.
    ///
    /// # Safety
    /// `pool` came from [`Arenas::take_pool`] of arena `number` and is not used any more.
    pub unsafe fn give_back(&self, pool: *mut u8, number: usize) {
        let Ok(mut table) = self.all.try_borrow_mut() else { return };
        // SAFETY: by contract.
        let gone = unsafe { table.give_back(pool, number) };
        if let Some(base) = gone {
            self.released.set(self.released.get() + 1);
            mark(base, false);
            // SAFETY: the whole arena is unused.
            unsafe { libc::munmap(base.cast(), ARENA_SIZE) };
        }
    }

    /// Number of pools that are not in use, in arenas that stand.
    pub fn free_pools(&self) -> usize {
        self.all.try_borrow().map_or(0, |t| t.slots.iter().map(|a| a.free).sum())
    }

    /// Calls `see` with the address of each pool that is or was in use.
    pub fn each_pool(&self, mut see: impl FnMut(*mut u8)) {
        let Ok(table) = self.all.try_borrow() else { return };
        for arena in table.slots.iter().filter(|a| !a.base.is_null()) {
            for n in 0..arena.uncut {
                see(arena.base.wrapping_add(n * POOL_SIZE));
            }
        }
    }
}

impl Table {
    fn add(&mut self, base: *mut u8) {
        let arena =
            Arena { base, uncut: 0, freed: core::ptr::null_mut(), free: POOLS, prev: NONE, next: NONE };
        let number = match self.vacant.pop() {
            Some(number) => number,
            None => self.slots.len(),
        };
        match self.slots.get_mut(number) {
            Some(slot) => *slot = arena,
            None => self.slots.push(arena),
        }
        self.link(number);
    }

    /// Puts an arena into the list of those with as many free pools; one without any is in no list.
    fn link(&mut self, number: usize) {
        let Some(free) = self.slots.get(number).map(|a| a.free).filter(|&k| k > 0) else { return };
        let Some(head) = self.by_free.get_mut(free) else { return };
        let next = core::mem::replace(head, number);
        if let Some(after) = self.slots.get_mut(next) {
            after.prev = number;
        }
        if let Some(arena) = self.slots.get_mut(number) {
            (arena.prev, arena.next) = (NONE, next);
        }
        self.nonempty |= 1 << (free - 1);
    }

    fn unlink(&mut self, number: usize) {
        let Some((free, prev, next)) = self.slots.get(number).map(|a| (a.free, a.prev, a.next)) else {
            return;
        };
        if free == 0 {
            return;
        }
        if let Some(after) = self.slots.get_mut(next) {
            after.prev = prev;
        }
        if let Some(before) = self.slots.get_mut(prev) {
            before.next = next;
        } else if let Some(head) = self.by_free.get_mut(free) {
            *head = next;
            if next == NONE {
                self.nonempty &= !(1 << (free - 1));
            }
        }
    }

    fn take(&mut self) -> Option<*mut u8> {
        let number = *self.by_free.get(self.nonempty.trailing_zeros() as usize + 1)?;
        self.unlink(number);
        let arena = self.slots.get_mut(number)?;
        arena.free -= 1;
        let pool = if arena.freed.is_null() {
            let pool = arena.base.wrapping_add(arena.uncut * POOL_SIZE);
            arena.uncut += 1;
            pool
        } else {
            let pool = arena.freed;
            // SAFETY: a pool that was given back holds the link in its first word.
            arena.freed = unsafe { pool.cast::<*mut u8>().read() };
            pool
        };
        // SAFETY: a pool's memory has room for two words.
        unsafe { pool.cast::<usize>().add(1).write(number) };
        self.link(number);
        Some(pool)
    }

    /// The arena's base when it is to be released.
    unsafe fn give_back(&mut self, pool: *mut u8, number: usize) -> Option<*mut u8> {
        self.unlink(number);
        let arena = self.slots.get_mut(number)?;
        // SAFETY: by contract the pool is unused, so its first word can hold the link.
        unsafe { pool.cast::<*mut u8>().write(arena.freed) };
        arena.freed = pool;
        arena.free += 1;
        // One wholly free arena is kept: a program at the edge would map and unmap all the time.
        if arena.free == POOLS && self.nonempty >> (POOLS - 1) != 0 {
            arena.free = 0;
            self.vacant.push(number);
            return Some(core::mem::replace(&mut arena.base, core::ptr::null_mut()));
        }
        self.link(number);
        None
    }
}

/// Memory for an arena, and for the one beside it when both are to be one huge page.
fn map_arena(standing: usize) -> Option<(*mut u8, Option<*mut u8>)> {
    if standing >= MANY
        && let Some(base) = map_aligned(HUGE_PAGE)
    {
        prefer_huge_pages(base, HUGE_PAGE);
        return Some((base, Some(base.wrapping_add(ARENA_SIZE))));
    }
    Some((map_aligned(ARENA_SIZE)?, None))
}

/// Memory that is aligned to its size, a power of two.
fn map_aligned(size: usize) -> Option<*mut u8> {
    let base = map(size, 0)?;
    if base.addr() % size == 0 {
        return Some(base);
    }
    // The system rarely gives an aligned address of itself after this: neighbours then follow one another.
    // SAFETY: just mapped, unused.
    unsafe { libc::munmap(base.cast(), size) };
    let wide = map(2 * size, 0)?;
    let skip = wide.addr().next_multiple_of(size) - wide.addr();
    let aligned = wide.wrapping_add(skip);
    // SAFETY: the ends of the wide mapping around the aligned middle are unused.
    unsafe {
        if skip > 0 {
            libc::munmap(wide.cast(), skip);
        }
        libc::munmap(aligned.wrapping_add(size).cast(), size - skip);
    }
    Some(aligned)
}

/// Asks the system for huge pages where a block holds whole ones: for memory that is looked at here and there, which otherwise misses the
/// processor's table of pages nearly each time.
pub fn prefer_huge_pages(block: *mut u8, size: usize) {
    let first = block.addr().next_multiple_of(HUGE_PAGE);
    let whole = (block.addr() + size).saturating_sub(first) / HUGE_PAGE * HUGE_PAGE;
    if whole > 0 {
        let start = block.wrapping_add(first - block.addr());
        #[cfg(target_os = "linux")]
        // SAFETY: the pages lie within the block; what is in them stays.
        unsafe {
            libc::madvise(start.cast(), whole, libc::MADV_HUGEPAGE);
        }
        #[cfg(not(target_os = "linux"))]
        let _ = start;
    }
}

/// Pages for so many bytes, of which none is taken before it is touched; `flags` besides those of private memory.
pub fn map(size: usize, flags: i32) -> Option<*mut u8> {
    let protection = libc::PROT_READ | libc::PROT_WRITE;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | flags;
    // SAFETY: a fresh anonymous mapping touches nothing that exists.
    let base = unsafe { libc::mmap(core::ptr::null_mut(), size, protection, flags, -1, 0) };
    (base != libc::MAP_FAILED).then_some(base.cast())
}
