//! Protection against documents that want much more memory or work than they are long.

use std::cell::Cell;

/// Counts, and how far they may go. A document's parser and those of its external entities share them.
pub struct Limits {
    /// Bytes of the document itself.
    direct: Cell<u64>,
    /// Bytes of entities.
    indirect: Cell<u64>,
    pub expansion: Limit,
    pub memory: Limit,
}

/// A limit on amplification, minded once a threshold is reached.
pub struct Limit {
    pub factor: Cell<f32>,
    pub threshold: Cell<u64>,
}

impl Limit {
    fn breached(&self, direct: u64, all: u64) -> bool {
        let factor = if direct > 0 { all as f32 / direct as f32 } else { all as f32 };
        all >= self.threshold.get() && factor > self.factor.get()
    }
}

impl Limits {
    pub fn new() -> Limits {
        Limits {
            direct: Cell::new(0),
            indirect: Cell::new(0),
            expansion: Limit { factor: Cell::new(100.0), threshold: Cell::new(8 << 20) },
            memory: Limit { factor: Cell::new(100.0), threshold: Cell::new(64 << 20) },
        }
    }

    /// Counts bytes of the document.
    #[inline(always)]
    pub fn count_direct(&self, bytes: usize) {
        self.direct.set(self.direct.get() + bytes as u64);
    }

    /// Counts bytes of an entity; false when they are too many.
    pub fn count_indirect(&self, bytes: usize) -> bool {
        self.indirect.set(self.indirect.get() + bytes as u64);
        let direct = self.direct.get();
        !self.expansion.breached(direct, direct + self.indirect.get())
    }

    /// True when a parser may take as much memory.
    pub fn allows_memory(&self, bytes: usize) -> bool {
        !self.memory.breached(self.direct.get(), bytes as u64)
    }
}
