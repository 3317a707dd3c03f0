//! Hash functions with CPython's exact results: keyed bytes, numbers, and the ways that containers combine the hashes of
//! their items. The integer hash is `digits::hash`. No result is ever -1.

mod combine;
mod number;
mod siphash;

pub use combine::{FrozenSetHash, TupleHash, pointer};
pub use number::{complex, float};
pub use siphash::{SECRET_SIZE, Secret, siphash13};

/// -1 is the C convention's error value; a hash of -1 becomes -2.
#[inline]
pub fn not_minus_one(hash: u64) -> i64 {
    if hash == u64::MAX { -2 } else { hash as i64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings() {
        let euro: Vec<u8> = "€uro".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let texts: [&[u8]; 6] = [b"", b"a", b"abcdefgh", b"\xe9", b"hello world, this is longer", &euro];
        let zero = [
            0,
            4644417185603328019,
            4574395652268504554,
            6047309291227476195,
            -3483295518001240135,
            7542247858446192590,
        ];
        let forty_two = [
            0,
            -123207753977932514,
            -5457871895989710762,
            5653850369683463245,
            2361564285941358939,
            6573934580854229043,
        ];
        for ((text, zero), forty_two) in texts.iter().zip(zero).zip(forty_two) {
            assert_eq!(Secret::from_seed(0).hash(text), zero);
            assert_eq!(Secret::from_seed(42).hash(text), forty_two);
        }
    }

    #[test]
    fn numbers() {
        for (value, hash) in [
            (0.5, 1152921504606846976),
            (-1.0, -2),
            (1e300, 1224995262755759164),
            (-0.0, 0),
            (5e-324, 16777216),
            (f64::INFINITY, 314159),
            (-f64::INFINITY, -314159),
            (2305843009213693951.0, 1),
        ] {
            assert_eq!(float(value), Some(hash), "{value}");
        }
        assert_eq!(float(f64::NAN), None);
        assert_eq!(complex(1, 2), 2000007);
        assert_eq!(complex(0, -2), -2000006);
    }

    #[test]
    fn containers() {
        let tuple = |items: &[i64]| {
            let mut h = TupleHash::new();
            items.iter().for_each(|i| h.add(*i));
            h
        };
        assert_eq!(tuple(&[]).finish(), 5740354900026072187);
        assert_eq!(tuple(&[1]).finish(), -6644214454873602895);
        assert_eq!(tuple(&[1, 2, 3]).finish(), 529344067295497451);
        assert_eq!(tuple(&[-2, 0]).finish(), 2575514064802888272);
        assert_eq!(tuple(&[1, 2, 3]).finish_plain(), -2340833382717974474);
        let set = |items: &[i64]| {
            let mut h = FrozenSetHash::new();
            items.iter().for_each(|i| h.add(*i));
            h.finish()
        };
        assert_eq!(set(&[]), 133146708735736);
        assert_eq!(set(&[1]), -558064481276695278);
        assert_eq!(set(&[1, 2, 3, -2]), -1675867903771378670);
    }
}
