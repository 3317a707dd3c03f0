//! Judges every table against CPython over all code points: digests printed by `unicode/verify.py`.

use crate::database::{self as db, Version};
use crate::normalize::{Form, is_normalized, normalize};
use crate::{case, character as ch};

const EXPECTED: &[(&str, u32)] = &[
    ("predicates", 0xd6a8e49a),
    ("lower", 0x0055b0a8),
    ("upper", 0xfa498c11),
    ("title", 0x5e8e31b1),
    ("fold", 0xedc01130),
    ("simple lower", 0xcbe0f56a),
    ("simple upper", 0x866cce8e),
    ("simple title", 0x98a7b933),
    ("digits", 0x3a821f2e),
    ("database 16", 0x4f959d67),
    ("normal forms 16", 0xc0008109),
    ("database 3.2", 0x94ce4257),
    ("normal forms 3.2", 0x8ea857c1),
    ("names 16", 0xbfdc534c),
    ("names 3.2", 0xc10dff2d),
];

struct Crc([u32; 256]);

impl Crc {
    fn new() -> Crc {
        let mut table = [0; 256];
        for (i, entry) in table.iter_mut().enumerate() {
            *entry = (0..8).fold(i as u32, |c, _| if c & 1 != 0 { 0xEDB88320 ^ (c >> 1) } else { c >> 1 });
        }
        Crc(table)
    }

    fn of(&self, row: impl Fn(u32, &mut Vec<u8>)) -> u32 {
        let (mut crc, mut buffer) = (u32::MAX, Vec::new());
        for cp in 0..0x110000 {
            buffer.clear();
            row(cp, &mut buffer);
            for &b in &buffer {
                crc = self.0[((crc ^ b as u32) & 0xFF) as usize] ^ (crc >> 8);
            }
        }
        !crc
    }
}

fn check(name: &str, row: impl Fn(u32, &mut Vec<u8>)) {
    let expected = EXPECTED.iter().find(|e| e.0 == name).expect("a digest of that name").1;
    assert_eq!(Crc::new().of(row), expected, "{name}");
}

fn text(cps: &[u32], out: &mut Vec<u8>) {
    out.push(cps.len() as u8);
    for cp in cps {
        out.extend(cp.to_le_bytes());
    }
}

#[test]
fn predicates() {
    check("predicates", |c, out| {
        let lower = ch::is_lower(c) && !ch::is_upper(c) && !ch::is_title(c);
        let upper = ch::is_upper(c) && !ch::is_lower(c) && !ch::is_title(c);
        out.extend(
            [
                ch::is_alpha(c),
                ch::is_decimal(c),
                ch::is_digit(c),
                ch::is_numeric(c),
                ch::is_space(c),
                ch::is_linebreak(c),
                ch::is_printable(c),
                lower,
                upper,
                ch::is_cased(c),
                ch::is_case_ignorable(c),
                ch::is_identifier([c].into_iter()),
                ch::is_xid_continue(c),
                ch::is_alnum(c),
            ]
            .map(u8::from),
        );
    });
}

#[test]
fn full_case() {
    check("lower", |c, out| text(case::full_lower(c).as_slice(), out));
    check("upper", |c, out| text(case::full_upper(c).as_slice(), out));
    check("title", |c, out| text(case::full_title(c).as_slice(), out));
    check("fold", |c, out| text(case::full_fold(c).as_slice(), out));
}

#[test]
fn simple_case() {
    check("simple lower", |c, out| out.extend(case::to_lower(c).to_le_bytes()));
    check("simple upper", |c, out| out.extend(case::to_upper(c).to_le_bytes()));
    check("simple title", |c, out| out.extend(case::to_title(c).to_le_bytes()));
}

#[test]
fn digits() {
    check("digits", |c, out| {
        out.push(ch::decimal_value(c).map_or(0xFF, |d| d));
        out.push(ch::digit_value(c).map_or(0xFF, |d| d));
    });
}

const VERSIONS: [(Version, &str); 2] = [(Version::V16, "16"), (Version::V3_2, "3.2")];

#[test]
fn database() {
    for (v, name) in VERSIONS {
        check(&format!("database {name}"), |c, out| {
            let digit = |d: Option<u8>| d.map_or(-1, i32::from);
            let text = format!(
                "{}|{}|{}|{}|{}|{}|{}|{}",
                db::category(c, v),
                db::bidirectional(c, v),
                db::combining(c, v),
                db::east_asian_width(c, v),
                u8::from(db::mirrored(c, v)),
                digit(db::decimal(c, v)),
                digit(db::digit(c, v)),
                db::decomposition(c, v),
            );
            out.extend(text.as_bytes());
            if let Some(n) = db::numeric(c, v) {
                out.extend(n.to_le_bytes());
            }
        });
    }
}

#[test]
fn normal_forms() {
    for (v, name) in VERSIONS {
        check(&format!("normal forms {name}"), |c, out| {
            for form in [Form::Nfd, Form::Nfkd, Form::Nfc, Form::Nfkc] {
                let texts: [&[u32]; 2] = [&[c], &[0x61, 0x301, c, 0x323, 0x300]];
                for t in texts {
                    let cps = || t.iter().copied();
                    text(&normalize(form, cps(), v), out);
                    out.push(is_normalized(form, cps(), v).into());
                }
            }
        });
    }
}

#[test]
fn names() {
    for (v, name) in VERSIONS {
        check(&format!("names {name}"), |c, out| {
            out.extend(crate::names::name(c, v).unwrap_or_default().as_bytes());
            out.push(b';');
        });
    }
}
