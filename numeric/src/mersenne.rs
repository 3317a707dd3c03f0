//! The Mersenne Twister MT19937, with the seeding by arrays that its authors published.

use core::cell::Cell;

/// Words of state.
pub const N: usize = 624;
const M: usize = 397;

/// A generator. Its words are cells, so that it can stand in an object that many hold.
#[repr(C)]
pub struct Twister {
    index: Cell<u32>,
    state: [Cell<u32>; N],
}

impl Default for Twister {
    fn default() -> Self {
        Twister::new()
    }
}

impl Twister {
    /// A generator that has not been seeded.
    pub const fn new() -> Twister {
        Twister { index: Cell::new(0), state: [const { Cell::new(0) }; N] }
    }

    /// Where in the state the next word comes from.
    pub fn index(&self) -> u32 {
        self.index.get()
    }

    /// The words of state.
    pub fn words(&self) -> impl Iterator<Item = u32> + '_ {
        self.state.iter().map(Cell::get)
    }

    /// Takes over a saved state.
    pub fn restore(&self, words: &[u32], index: u32) {
        for (cell, &word) in self.state.iter().zip(words) {
            cell.set(word);
        }
        self.index.set(index);
    }

    fn seed_word(&self, seed: u32) {
        let mut last = seed;
        self.state[0].set(last);
        for (i, cell) in self.state.iter().enumerate().skip(1) {
            last = 1812433253u32.wrapping_mul(last ^ (last >> 30)).wrapping_add(i as u32);
            cell.set(last);
        }
        self.index.set(N as u32);
    }

    /// Seeds with a non-empty array.
    pub fn seed(&self, key: &[u32]) {
        self.seed_word(19650218);
        let (mut i, mut j) = (1, 0);
        let mix = |i: usize, factor: u32| {
            let before = self.state[i - 1].get();
            self.state[i].get() ^ (before ^ (before >> 30)).wrapping_mul(factor)
        };
        let wrap = |i: &mut usize| {
            *i += 1;
            if *i >= N {
                self.state[0].set(self.state[N - 1].get());
                *i = 1;
            }
        };
        for _ in 0..N.max(key.len()) {
            let word = key.get(j).copied().unwrap_or(0);
            self.state[i].set(mix(i, 1664525).wrapping_add(word).wrapping_add(j as u32));
            wrap(&mut i);
            j += 1;
            if j >= key.len() {
                j = 0;
            }
        }
        for _ in 0..N - 1 {
            self.state[i].set(mix(i, 1566083941).wrapping_sub(i as u32));
            wrap(&mut i);
        }
        self.state[0].set(0x8000_0000);
    }

    #[cold]
    fn refill(&self) {
        let s = &self.state;
        let twist = |a: u32, b: u32, far: u32| {
            let y = (a & 0x8000_0000) | (b & 0x7fff_ffff);
            far ^ (y >> 1) ^ (0u32.wrapping_sub(b & 1) & 0x9908_b0df)
        };
        for k in 0..N - M {
            s[k].set(twist(s[k].get(), s[k + 1].get(), s[k + M].get()));
        }
        for k in N - M..N - 1 {
            s[k].set(twist(s[k].get(), s[k + 1].get(), s[k + M - N].get()));
        }
        s[N - 1].set(twist(s[N - 1].get(), s[0].get(), s[M - 1].get()));
        self.index.set(0);
    }

    /// The next 32 random bits.
    #[inline]
    pub fn next_u32(&self) -> u32 {
        if self.index.get() as usize >= N {
            self.refill();
        }
        let i = self.index.get();
        let mut y = self.state.get(i as usize).map_or(0, Cell::get);
        self.index.set(i + 1);
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    /// A float in [0, 1) with 53 random bits.
    #[inline]
    pub fn next_f64(&self) -> f64 {
        let (a, b) = (self.next_u32() >> 5, self.next_u32() >> 6);
        (f64::from(a) * 67108864.0 + f64::from(b)) * (1.0 / 9007199254740992.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_output() {
        let twister = Twister::new();
        twister.seed(&[0x123, 0x234, 0x345, 0x456]);
        assert_eq!([(); 3].map(|()| twister.next_u32()), [1067595299, 955945823, 477289528]);
    }
}
