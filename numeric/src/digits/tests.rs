use super::*;
use dashu_int::UBig;

/// A small generator, so that failures repeat.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Up to `most` digits, often all ones or zeros: those find carry errors.
    fn digits(&mut self, most: usize) -> Vec<u32> {
        let len = self.next() as usize % (most + 1);
        let mut out: Vec<u32> = (0..len)
            .map(|_| match self.next() % 4 {
                0 => MASK,
                1 => 0,
                _ => self.next() as u32 & MASK,
            })
            .collect();
        normalize(&mut out);
        out
    }
}

fn big(a: &[u32]) -> UBig {
    large::to_big(a)
}

fn small(n: &UBig) -> Vec<u32> {
    large::from_big(n)
}

fn int(text: &str) -> Int {
    parse_int(text.as_bytes(), 0).expect("an integer")
}

fn show(n: &Int) -> String {
    format!("{}{}", if n.negative { "-" } else { "" }, to_decimal(&n.digits))
}

#[test]
fn against_dashu() {
    let mut random = Random(0x9E3779B97F4A7C15);
    for round in 0..3000 {
        let most = if round % 50 == 0 { 300 } else { 12 };
        let (a, b) = (random.digits(most), random.digits(most));
        assert_eq!(small(&big(&a)), a);
        assert_eq!(add(&a, &b), small(&(big(&a) + big(&b))));
        assert_eq!(mul(&a, &b), small(&(big(&a) * big(&b))));
        assert_eq!(square(&a), small(&big(&a).sqr()));
        let (less, d) = sub(&a, &b);
        assert_eq!(less, big(&a) < big(&b));
        assert_eq!(d, small(&if less { big(&b) - big(&a) } else { big(&a) - big(&b) }));
        if let Some((q, r)) = divrem(&a, &b) {
            assert_eq!(q, small(&(big(&a) / big(&b))));
            assert_eq!(r, small(&(big(&a) % big(&b))));
        }
        let n = random.next() % 200;
        assert_eq!(shift_left(&a, n), small(&(big(&a) << n as usize)));
        assert_eq!(shift_right(&a, n), small(&(big(&a) >> n as usize)));
        assert_eq!(to_decimal(&a), big(&a).to_string());
        for base in [2, 3, 8, 10, 16, 32, 36] {
            let text = to_radix(&a, base);
            assert_eq!(text, big(&a).in_radix(base as u8).to_string());
            assert_eq!(from_radix(text.as_bytes(), base), a);
        }
        assert!(decimal_digits_bound(&a) >= to_decimal(&a).len() as u64);
        for little in [true, false] {
            for (negative, signed) in [(false, false), (false, true), (true, true)] {
                let n = Int::new(negative, a.clone());
                let bytes = to_bytes(n.as_ref(), a.len() * 4 + 1, little, signed).expect("fits");
                assert_eq!(from_bytes(&bytes, little, signed), n);
            }
        }
    }
}

#[test]
fn bits_of_small_numbers() {
    for a in -40i64..40 {
        for b in -40i64..40 {
            let (x, y) = (Int::from_i64(a << 28), Int::from_i64(b << 28));
            let wide = |op| bitwise(op, x.as_ref(), y.as_ref()).to_i64().map(|n| n >> 28);
            assert_eq!(wide(BitOp::And), Some(a & b));
            assert_eq!(wide(BitOp::Or), Some(a | b));
            assert_eq!(wide(BitOp::Xor), Some(a ^ b));
            assert_eq!(x.as_ref().cmp(&y.as_ref()), a.cmp(&b));
            assert_eq!(signed_add(x.as_ref(), y.as_ref()).to_i64(), Some((a + b) << 28));
            assert_eq!(signed_sub(x.as_ref(), y.as_ref()).to_i64(), Some((a - b) << 28));
            if let Some((q, r)) = floor_divmod(Int::from_i64(a).as_ref(), Int::from_i64(b).as_ref()) {
                let (q, r) = (q.to_i64().expect("small"), r.to_i64().expect("small"));
                assert_eq!(q * b + r, a);
                assert!(r == 0 || (r < 0) == (b < 0));
            }
        }
        let x = Int::from_i64(a);
        assert_eq!(invert(x.as_ref()).to_i64(), Some(!a));
        for n in [0, 1, 3, 30, 31, 70] {
            assert_eq!(shift_right_floor(x.as_ref(), n).to_i64(), Some(a >> n.min(63)));
        }
    }
    let least = int("-1152921504606846976"); // -2**60
    assert_eq!(show(&bitwise(BitOp::And, least.as_ref(), int("-1").as_ref())), "-1152921504606846976");
    assert_eq!(
        show(&bitwise(BitOp::And, int("-1073741824").as_ref(), int("-1073741823").as_ref())),
        "-1073741824"
    );
}

#[test]
fn bytes() {
    assert_eq!(to_bytes(int("-128").as_ref(), 1, false, true), Ok(vec![0x80]));
    assert_eq!(to_bytes(int("-129").as_ref(), 1, false, true), Err(BytesError::TooBig));
    assert_eq!(to_bytes(int("128").as_ref(), 1, false, true), Err(BytesError::TooBig));
    assert_eq!(to_bytes(int("255").as_ref(), 1, false, false), Ok(vec![0xFF]));
    assert_eq!(to_bytes(int("-1").as_ref(), 4, false, false), Err(BytesError::Negative));
    assert_eq!(to_bytes(int("0").as_ref(), 0, false, true), Ok(vec![]));
    assert_eq!(from_bytes(&[0x80], true, true).to_i64(), Some(-128));
    assert_eq!(show(&from_bytes(&[0, 0, 0, 0, 0, 0, 0, 0x80], true, true)), "-9223372036854775808");
    assert_eq!(from_bytes(&[], true, true).to_i64(), Some(0));
}

#[test]
fn grammar() {
    let p = |s: &str, base| parse_int(s.as_bytes(), base).map(|n| show(&n));
    let some = |s: &str| Some(s.to_string());
    assert_eq!(p(" -1_000 ", 10), some("-1000"));
    assert_eq!(p("0x_fF", 0), some("255"));
    assert_eq!(p("0xff", 16), some("255"));
    assert_eq!(p("0b1", 16), some("177"));
    assert_eq!(p("00_0", 0), some("0"));
    assert_eq!(p("0o17", 0), some("15"));
    assert_eq!(p("z", 36), some("35"));
    assert_eq!(p("010", 10), some("10"));
    assert_eq!(p("-0", 10), some("0"));
    for (bad, base) in [
        ("", 10),
        ("  ", 10),
        ("- 1", 10),
        ("+-1", 10),
        ("_1", 10),
        ("1_", 10),
        ("1__0", 10),
        ("010", 0),
        ("0x", 16),
        ("0x", 0),
        ("0_x1", 0),
        ("0x__1", 0),
        ("12", 2),
        ("1 2", 10),
        ("0o8", 0),
        ("1.0", 10),
        ("0_1", 0),
        ("0b1", 8),
    ] {
        assert_eq!(p(bad, base), None, "{bad}");
    }
}

#[test]
fn floats() {
    let f = |s: &str| to_f64(&int(s).digits);
    assert_eq!(f("9007199254740993"), Some(9007199254740992.0));
    assert_eq!(f("9007199254740995"), Some(9007199254740996.0));
    assert_eq!(f("18446744073709551617"), Some(18446744073709551616.0));
    let top = shift_left(&[1], 1024);
    assert_eq!(to_f64(&top), None);
    assert_eq!(to_f64(&sub(&top, &shift_left(&[1], 970)).1), None);
    assert_eq!(to_f64(&sub(&top, &shift_left(&[1], 971)).1), Some(f64::MAX));
    assert_eq!(to_f64(&sub(&sub(&top, &shift_left(&[1], 970)).1, &[1]).1), Some(f64::MAX));
    assert_eq!(mantissa(&[1]), (0.5, 1));
    assert_eq!(mantissa(&sub(&shift_left(&[1], 100), &[1]).1), (0.5, 101));
    assert_eq!(show(&from_f64(-1e23).expect("finite")), "-99999999999999991611392");
    assert_eq!(show(&from_f64(-0.9).expect("finite")), "0");
    let mut random = Random(77);
    for _ in 0..2000 {
        let a = random.digits(9);
        let parsed: f64 = to_decimal(&a).parse().expect("digits");
        assert_eq!(to_f64(&a), Some(parsed));
    }
    let c = |s: &str, v| compare_f64(int(s).as_ref(), v);
    use std::cmp::Ordering::*;
    assert_eq!(c("1", 1.5), Some(Less));
    assert_eq!(c("-1", -1.5), Some(Greater));
    assert_eq!(c("9007199254740993", 9007199254740992.0), Some(Greater));
    assert_eq!(c("0", f64::NAN), None);
    assert_eq!(c("0", -0.0), Some(Equal));
    assert_eq!(c("5", f64::INFINITY), Some(Less));
}

#[test]
fn true_division() {
    let d = |a: &Int, b: &Int| divide_to_f64(a.as_ref(), b.as_ref());
    let p = |n: u64| Int::new(false, shift_left(&[1], n));
    assert_eq!(d(&int("1"), &int("3")), Ok(1.0 / 3.0));
    assert_eq!(d(&int("-1"), &int("0")), Err(DivideError::ByZero));
    assert_eq!(d(&p(2000), &p(1000)), Ok(2f64.powi(1000)));
    assert_eq!(d(&p(2024), &p(1000)), Err(DivideError::TooLarge));
    assert_eq!(d(&p(0), &p(1074)), Ok(5e-324));
    assert_eq!(d(&p(0), &p(1075)), Ok(0.0));
    assert_eq!(d(&int("3"), &p(1076)), Ok(5e-324));
    assert_eq!(d(&int("3"), &p(1075)), Ok(1e-323));
    let almost = Int::new(false, add(&p(200).digits, &[1]));
    assert_eq!(d(&almost, &p(1275)), Ok(5e-324));
    assert_eq!(d(&almost, &p(200)), Ok(1.0));
    // Against floats made exactly: m × 2^e over 2^k.
    let mut random = Random(5);
    for _ in 0..3000 {
        let v = f64::from_bits(random.next()).abs();
        let Some(r) = crate::float_text::integer_ratio(v) else { continue };
        let k = random.next() % 900 + 1100;
        let a = shift_left(&from_u64(r.mantissa), (r.exponent + 1100) as u64);
        let b = random.digits(30);
        if b.is_empty() {
            continue;
        }
        let a = Int::new(false, mul(&mul(&a, &b), &shift_left(&[1], k)));
        let b = Int::new(false, mul(&b, &shift_left(&[1], k + 1100)));
        assert_eq!(d(&a, &b), Ok(v));
    }
}

#[test]
fn powers_and_divisors() {
    assert_eq!(to_decimal(&pow(&[3], 100)), "515377520732011331036461129765621272702107522001");
    assert_eq!(pow(&[], 0), vec![1]);
    assert_eq!(pow(&[0x3FFFFFFF, 5], 90), small(&big(&[0x3FFFFFFF, 5]).pow(90)));
    let m = |a: &str, b: &str, c: &str| {
        modpow(&int(a).digits, &int(b).digits, &int(c).digits).map(|d| to_decimal(&d))
    };
    assert_eq!(m("3", "1000000007", "998244353").as_deref(), Some("459704916"));
    assert_eq!(m("5", "0", "1").as_deref(), Some("0"));
    assert_eq!(m("5", "0", "100000000000000000000000").as_deref(), Some("1"));
    assert_eq!(m("2", "1000", "1000000000000000000000007").as_deref(), Some("495922597026435058478337"));
    assert_eq!(m("2", "10", "0"), None);
    assert_eq!(inverse(&[3], &[11]), Some(vec![4]));
    assert_eq!(inverse(&[3], &[9]), None);
    assert_eq!(inverse(&[3], &[1]), Some(vec![]));
    let large = int("1000000000000000000000007").digits;
    let inv = inverse(&[12345], &large).expect("coprime");
    assert_eq!(divrem(&mul(&inv, &[12345]), &large).map(|(_, r)| r), Some(vec![1]));
    assert_eq!(gcd(&int("123456789012345678901234567890").digits, &int("9876543210").digits), vec![90]);
    assert_eq!(gcd(&[], &[]), Vec::<u32>::new());
    assert_eq!(lcm(&[4], &[6]), vec![12]);
    assert_eq!(
        to_decimal(&isqrt(&int("100000000000000000000000000000000000001").digits)),
        "10000000000000000000"
    );
}

#[test]
fn hashes() {
    let h = |s: &str| hash(int(s).as_ref());
    assert_eq!(h("-1"), -2);
    assert_eq!(h("2305843009213693951"), 0);
    assert_eq!(h("2305843009213693952"), 1);
    assert_eq!(h("123456789012345678901234567890"), 248789772095949448);
    assert_eq!(h("-2305843009213693952"), -2);
}
