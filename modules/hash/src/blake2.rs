//! BLAKE2b and BLAKE2s with all parameters of tree hashing, which no crate offers.

/// The parameters of a hash.
pub struct Parameters<'a> {
    pub digest_size: usize,
    pub key: &'a [u8],
    pub fanout: u8,
    pub depth: u8,
    pub leaf_size: u32,
    pub node_offset: u64,
    pub node_depth: u8,
    pub inner_size: u8,
    pub salt: &'a [u8],
    pub person: &'a [u8],
    pub last_node: bool,
}

impl Parameters<'_> {
    /// Sequential hashing without key.
    fn plain(digest_size: usize) -> Parameters<'static> {
        Parameters {
            digest_size,
            key: &[],
            fanout: 1,
            depth: 1,
            leaf_size: 0,
            node_offset: 0,
            node_depth: 0,
            inner_size: 0,
            salt: &[],
            person: &[],
            last_node: false,
        }
    }
}

const SIGMA: [[u8; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

macro_rules! blake2 {
    (
        $(#[$doc:meta])* $name:ident, $word:ty, $wide:ty, $rounds:literal, $block:literal, $half:literal, $rotations:expr, $iv:expr,
        $offset_bytes:literal
    ) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name {
            h: [$word; 8],
            count: $wide,
            buffer: [u8; $block],
            filled: usize,
            digest_size: usize,
            last_node: bool,
        }

        impl $name {
            /// Sequential hashing without key.
            pub fn plain(digest_size: usize) -> $name {
                $name::new(&Parameters::plain(digest_size))
            }

            /// A hash with these parameters, which are within their limits.
            pub fn new(p: &Parameters<'_>) -> $name {
                let mut block = Vec::with_capacity($half);
                block.extend([p.digest_size as u8, p.key.len() as u8, p.fanout, p.depth]);
                block.extend(p.leaf_size.to_le_bytes());
                block.extend(p.node_offset.to_le_bytes().iter().take($offset_bytes));
                block.extend([p.node_depth, p.inner_size]);
                let part = $half / 4;
                // Salt and personalisation are the last two parts; what is reserved before them stays zero.
                block.resize($half - 2 * part, 0);
                block.extend_from_slice(p.salt);
                block.resize($half - part, 0);
                block.extend_from_slice(p.person);
                block.resize($half, 0);
                let mut h: [$word; 8] = $iv;
                for (h, word) in h.iter_mut().zip(block.chunks_exact(size_of::<$word>())) {
                    *h ^= word.iter().rev().fold(0, |all, b| all << 8 | <$word>::from(*b));
                }
                let mut made = $name {
                    h,
                    count: 0,
                    buffer: [0; $block],
                    filled: 0,
                    digest_size: p.digest_size,
                    last_node: p.last_node,
                };
                if !p.key.is_empty() {
                    let mut first = [0; $block];
                    first.iter_mut().zip(p.key).for_each(|(to, from)| *to = *from);
                    made.update(&first);
                }
                made
            }

            /// Length of the digest.
            pub fn digest_size(&self) -> usize {
                self.digest_size
            }

            #[allow(clippy::indexing_slicing)]
            fn compress(&mut self, block: &[u8; $block], last: bool) {
                let mut m: [$word; 16] = [0; 16];
                for (m, word) in m.iter_mut().zip(block.chunks_exact(size_of::<$word>())) {
                    *m = word.iter().rev().fold(0, |all, b| all << 8 | <$word>::from(*b));
                }
                let iv: [$word; 8] = $iv;
                let mut v: [$word; 16] = [0; 16];
                v[..8].copy_from_slice(&self.h);
                v[8..].copy_from_slice(&iv);
                v[12] ^= self.count as $word;
                v[13] ^= (self.count >> (8 * size_of::<$word>())) as $word;
                if last {
                    v[14] = !v[14];
                    if self.last_node {
                        v[15] = !v[15];
                    }
                }
                const R: [u32; 4] = $rotations;
                macro_rules! mix {
                    ($a:literal, $b:literal, $c:literal, $d:literal, $x:expr, $y:expr) => {
                        v[$a] = v[$a].wrapping_add(v[$b]).wrapping_add($x);
                        v[$d] = (v[$d] ^ v[$a]).rotate_right(R[0]);
                        v[$c] = v[$c].wrapping_add(v[$d]);
                        v[$b] = (v[$b] ^ v[$c]).rotate_right(R[1]);
                        v[$a] = v[$a].wrapping_add(v[$b]).wrapping_add($y);
                        v[$d] = (v[$d] ^ v[$a]).rotate_right(R[2]);
                        v[$c] = v[$c].wrapping_add(v[$d]);
                        v[$b] = (v[$b] ^ v[$c]).rotate_right(R[3]);
                    };
                }
                for round in 0..$rounds {
                    // All numbers in the table are below 16.
                    let s = &SIGMA[round % 10];
                    let w = |i: usize| m[usize::from(s[i] & 15)];
                    mix!(0, 4, 8, 12, w(0), w(1));
                    mix!(1, 5, 9, 13, w(2), w(3));
                    mix!(2, 6, 10, 14, w(4), w(5));
                    mix!(3, 7, 11, 15, w(6), w(7));
                    mix!(0, 5, 10, 15, w(8), w(9));
                    mix!(1, 6, 11, 12, w(10), w(11));
                    mix!(2, 7, 8, 13, w(12), w(13));
                    mix!(3, 4, 9, 14, w(14), w(15));
                }
                for (i, h) in self.h.iter_mut().enumerate() {
                    *h ^= v[i] ^ v[i + 8];
                }
            }

            /// Takes bytes in. The last block is kept back: it is compressed in another way.
            pub fn update(&mut self, bytes: &[u8]) {
                let mut rest = bytes;
                while !rest.is_empty() {
                    if self.filled == $block {
                        self.count = self.count.wrapping_add($block);
                        let block = self.buffer;
                        self.compress(&block, false);
                        self.filled = 0;
                    }
                    if self.filled == 0 {
                        while rest.len() > $block
                            && let Some((block, more)) = rest.split_first_chunk::<$block>()
                        {
                            self.count = self.count.wrapping_add($block);
                            self.compress(block, false);
                            rest = more;
                        }
                    }
                    let n = rest.len().min($block - self.filled);
                    let (now, later) = rest.split_at(n);
                    self.buffer.iter_mut().skip(self.filled).zip(now).for_each(|(to, from)| *to = *from);
                    self.filled += n;
                    rest = later;
                }
            }

            /// The digest.
            pub fn finish(mut self) -> Vec<u8> {
                self.count = self.count.wrapping_add(self.filled as $wide);
                self.buffer.iter_mut().skip(self.filled).for_each(|b| *b = 0);
                let block = self.buffer;
                self.compress(&block, true);
                self.h.iter().flat_map(|word| word.to_le_bytes()).take(self.digest_size).collect()
            }
        }
    };
}

blake2!(
    /// BLAKE2b.
    Blake2b,
    u64,
    u128,
    12,
    128,
    64,
    [32, 24, 16, 63],
    [
        0x6A09_E667_F3BC_C908,
        0xBB67_AE85_84CA_A73B,
        0x3C6E_F372_FE94_F82B,
        0xA54F_F53A_5F1D_36F1,
        0x510E_527F_ADE6_82D1,
        0x9B05_688C_2B3E_6C1F,
        0x1F83_D9AB_FB41_BD6B,
        0x5BE0_CD19_137E_2179,
    ],
    8
);
blake2!(
    /// BLAKE2s.
    Blake2s,
    u32,
    u64,
    10,
    64,
    32,
    [16, 12, 8, 7],
    [
        0x6A09_E667,
        0xBB67_AE85,
        0x3C6E_F372,
        0xA54F_F53A,
        0x510E_527F,
        0x9B05_688C,
        0x1F83_D9AB,
        0x5BE0_CD19,
    ],
    6
);
