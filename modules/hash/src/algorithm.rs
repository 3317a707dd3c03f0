//! All hash functions behind one type.

use digest::{ExtendableOutput, FixedOutput, Update};

use crate::blake2::{Blake2b, Blake2s};

macro_rules! algorithms {
    ($($variant:ident $name:literal $ty:ty, $block:literal, $size:literal;)*) => {
        /// A running hash.
        #[derive(Clone)]
        pub enum Hasher {
            $($variant($ty),)*
            Shake128(sha3::Shake128),
            Shake256(sha3::Shake256),
            Blake2b(Box<Blake2b>),
            Blake2s(Box<Blake2s>),
        }

        impl Hasher {
            /// A fresh one.
            pub fn by_name(name: &str) -> Option<Hasher> {
                Some(match name {
                    $($name => Hasher::$variant(<$ty>::default()),)*
                    "shake_128" => Hasher::Shake128(sha3::Shake128::default()),
                    "shake_256" => Hasher::Shake256(sha3::Shake256::default()),
                    "blake2b" => Hasher::Blake2b(Box::new(Blake2b::plain(64))),
                    "blake2s" => Hasher::Blake2s(Box::new(Blake2s::plain(32))),
                    _ => return None,
                })
            }

            /// Takes bytes in.
            pub fn update(&mut self, bytes: &[u8]) {
                match self {
                    $(Hasher::$variant(h) => h.update(bytes),)*
                    Hasher::Shake128(h) => h.update(bytes),
                    Hasher::Shake256(h) => h.update(bytes),
                    Hasher::Blake2b(h) => h.update(bytes),
                    Hasher::Blake2s(h) => h.update(bytes),
                }
            }

            /// The digest of what was taken in; `length` counts for the functions of any length.
            pub fn digest(&self, length: usize) -> Vec<u8> {
                match self.clone() {
                    $(Hasher::$variant(h) => h.finalize_fixed().to_vec(),)*
                    Hasher::Shake128(h) => h.finalize_boxed(length).into_vec(),
                    Hasher::Shake256(h) => h.finalize_boxed(length).into_vec(),
                    Hasher::Blake2b(h) => h.finish(),
                    Hasher::Blake2s(h) => h.finish(),
                }
            }

            /// Python's name.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Hasher::$variant(_) => $name,)*
                    Hasher::Shake128(_) => "shake_128",
                    Hasher::Shake256(_) => "shake_256",
                    Hasher::Blake2b(_) => "blake2b",
                    Hasher::Blake2s(_) => "blake2s",
                }
            }

            /// Bytes taken in at once.
            pub fn block_size(&self) -> usize {
                match self {
                    $(Hasher::$variant(_) => $block,)*
                    Hasher::Shake128(_) => 168,
                    Hasher::Shake256(_) => 136,
                    Hasher::Blake2b(_) => 128,
                    Hasher::Blake2s(_) => 64,
                }
            }

            /// Length of the digest; 0 where it is free.
            pub fn digest_size(&self) -> usize {
                match self {
                    $(Hasher::$variant(_) => $size,)*
                    Hasher::Shake128(_) | Hasher::Shake256(_) => 0,
                    Hasher::Blake2b(h) => h.digest_size(),
                    Hasher::Blake2s(h) => h.digest_size(),
                }
            }
        }
    };
}

algorithms! {
    Md5 "md5" md5::Md5, 64, 16;
    Sha1 "sha1" sha1::Sha1, 64, 20;
    Sha224 "sha224" sha2::Sha224, 64, 28;
    Sha256 "sha256" sha2::Sha256, 64, 32;
    Sha384 "sha384" sha2::Sha384, 128, 48;
    Sha512 "sha512" sha2::Sha512, 128, 64;
    Sha512x224 "sha512_224" sha2::Sha512_224, 128, 28;
    Sha512x256 "sha512_256" sha2::Sha512_256, 128, 32;
    Sha3x224 "sha3_224" sha3::Sha3_224, 144, 28;
    Sha3x256 "sha3_256" sha3::Sha3_256, 136, 32;
    Sha3x384 "sha3_384" sha3::Sha3_384, 104, 48;
    Sha3x512 "sha3_512" sha3::Sha3_512, 72, 64;
}

impl Hasher {
    /// The digest's length is free.
    pub fn is_extendable(&self) -> bool {
        matches!(self, Hasher::Shake128(_) | Hasher::Shake256(_))
    }
}

/// Lower-case hexadecimal digits.
pub fn to_hex(bytes: &[u8]) -> String {
    let digit = |n: u8| char::from_digit(n.into(), 16).unwrap_or('0');
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(name: &str, bytes: &[u8]) -> String {
        let mut hasher = Hasher::by_name(name).unwrap();
        hasher.update(bytes);
        to_hex(&hasher.digest(16))
    }

    #[test]
    fn known_answers() {
        assert_eq!(hash("md5", b"abc"), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(hash("sha1", b"abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(hash("shake_128", b""), "7f9c2ba4e88f827d616045507605853e");
        assert_eq!(
            hash("blake2s", b"abc"),
            "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982"
        );
        assert_eq!(
            hash("blake2b", b"abc"),
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1\
             7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"
        );
    }
}
