//! PBKDF2 (RFC 8018) and scrypt (RFC 7914).

use crate::algorithm::Hasher;
use crate::hmac::Hmac;

/// PBKDF2-HMAC.
pub fn pbkdf2(hasher: &Hasher, password: &[u8], salt: &[u8], iterations: u64, out: &mut [u8]) {
    let keyed = Hmac::new(hasher, password);
    let size = hasher.digest_size().max(1);
    for (i, part) in out.chunks_mut(size).enumerate() {
        let mut first = keyed.clone();
        first.update(salt);
        first.update(&(i as u32 + 1).to_be_bytes());
        let mut last = first.digest();
        let mut all = last.clone();
        for _ in 1..iterations {
            let mut next = keyed.clone();
            next.update(&last);
            last = next.digest();
            all.iter_mut().zip(&last).for_each(|(a, b)| *a ^= b);
        }
        part.iter_mut().zip(&all).for_each(|(to, from)| *to = *from);
    }
}

/// Salsa20/8 on one block of 16 words.
#[allow(clippy::indexing_slicing)]
fn salsa(block: &mut [u32; 16]) {
    let mut x = *block;
    let mut quarter = |a: usize, b: usize, c: usize, d: usize| {
        x[b] ^= x[a].wrapping_add(x[d]).rotate_left(7);
        x[c] ^= x[b].wrapping_add(x[a]).rotate_left(9);
        x[d] ^= x[c].wrapping_add(x[b]).rotate_left(13);
        x[a] ^= x[d].wrapping_add(x[c]).rotate_left(18);
    };
    for _ in 0..4 {
        quarter(0, 4, 8, 12);
        quarter(5, 9, 13, 1);
        quarter(10, 14, 2, 6);
        quarter(15, 3, 7, 11);
        quarter(0, 1, 2, 3);
        quarter(5, 6, 7, 4);
        quarter(10, 11, 8, 9);
        quarter(15, 12, 13, 14);
    }
    for (b, x) in block.iter_mut().zip(x) {
        *b = b.wrapping_add(x);
    }
}

/// Mixes 2r blocks.
fn mix_blocks(blocks: &mut [[u32; 16]], scratch: &mut [[u32; 16]]) {
    let Some(mut x) = blocks.last().copied() else { return };
    let half = blocks.len() / 2;
    for (i, block) in blocks.iter().enumerate() {
        x.iter_mut().zip(block).for_each(|(x, b)| *x ^= b);
        salsa(&mut x);
        // Even blocks come first, odd ones after them.
        if let Some(to) = scratch.get_mut(i / 2 + if i % 2 == 0 { 0 } else { half }) {
            *to = x;
        }
    }
    blocks.copy_from_slice(scratch);
}

/// scrypt; false when the memory cannot be had.
pub fn scrypt(password: &[u8], salt: &[u8], n: usize, r: usize, p: usize, out: &mut [u8]) -> bool {
    let Some(hasher) = Hasher::by_name("sha256") else { return false };
    let mut all = vec![0; 128 * r * p];
    pbkdf2(&hasher, password, salt, 1, &mut all);
    let width = 2 * r;
    let mut table: Vec<[u32; 16]> = Vec::new();
    if n.checked_mul(width).is_none_or(|size| table.try_reserve_exact(size).is_err()) {
        return false;
    }
    let mut scratch = vec![[0; 16]; width];
    for part in all.chunks_exact_mut(128 * r) {
        let mut blocks: Vec<[u32; 16]> = vec![[0; 16]; width];
        for (word, bytes) in blocks.iter_mut().flatten().zip(part.chunks_exact(4)) {
            *word = bytes.iter().rev().fold(0, |all, b| all << 8 | u32::from(*b));
        }
        table.clear();
        for _ in 0..n {
            table.extend_from_slice(&blocks);
            mix_blocks(&mut blocks, &mut scratch);
        }
        for _ in 0..n {
            let at = blocks.last().and_then(|b| b.first()).map_or(0, |w| *w as usize) & (n - 1);
            let chosen = table.get(at * width..(at + 1) * width).unwrap_or_default();
            for (to, from) in blocks.iter_mut().flatten().zip(chosen.iter().flatten()) {
                *to ^= from;
            }
            mix_blocks(&mut blocks, &mut scratch);
        }
        for (word, bytes) in blocks.iter().flatten().zip(part.chunks_exact_mut(4)) {
            bytes.iter_mut().zip(word.to_le_bytes()).for_each(|(to, from)| *to = from);
        }
    }
    pbkdf2(&hasher, password, &all, 1, out);
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::to_hex;

    #[test]
    fn known_answers() {
        let mut out = [0; 20];
        pbkdf2(&Hasher::by_name("sha1").unwrap(), b"password", b"salt", 2, &mut out);
        assert_eq!(to_hex(&out), "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957");
        let mut out = [0; 16];
        assert!(scrypt(b"", b"", 16, 1, 1, &mut out));
        assert_eq!(to_hex(&out), "77d6576238657b203b19ca42c18a0497");
    }
}
