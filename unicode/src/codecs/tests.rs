//! `cases.txt` holds what CPython 3.14 answers: way, codec, input, and `=` result or `!` start, end and reason.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program of its own")]

use super::*;

fn unhex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .as_chunks::<2>()
        .0
        .iter()
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).expect("ascii"), 16).expect("hex"))
        .collect()
}

fn words(text: &str) -> Vec<u32> {
    text.split_whitespace().map(|w| u32::from_str_radix(w, 16).expect("hex")).collect()
}

fn run_decode(codec: &str, bytes: &[u8], out: &mut Vec<u32>) -> Decoded {
    let name = |name: &[u8]| (name == b"SPACE").then_some(32);
    match codec {
        "utf-8" => utf8::decode(bytes, 0, true, out),
        "utf-7" => utf7::decode(bytes, 0, true, out),
        "utf-16-le" => utf16::decode(bytes, 0, ByteOrder::Little, true, out),
        "utf-16-be" => utf16::decode(bytes, 0, ByteOrder::Big, true, out),
        "utf-32-le" => utf32::decode(bytes, 0, ByteOrder::Little, true, out),
        "utf-32-be" => utf32::decode(bytes, 0, ByteOrder::Big, true, out),
        "ascii" => single_byte::decode_ascii(bytes, 0, out),
        "unicode_escape" => escape::decode(bytes, 0, true, name, &mut None, out),
        "raw_unicode_escape" => raw_escape::decode(bytes, 0, true, out),
        _ => panic!("{codec}"),
    }
}

fn run_encode(
    codec: &str,
    text: &[u32],
    out: &mut Vec<u8>,
) -> Option<(std::ops::Range<usize>, &'static str)> {
    use single_byte::{NOT_ASCII, NOT_LATIN_1};
    let utf = |range: Option<std::ops::Range<usize>>| range.map(|r| (r, SURROGATES));
    match codec {
        "utf-8" => utf(utf8::encode(text, 0, out)),
        "utf-16-le" => utf(utf16::encode(text, 0, ByteOrder::Little, out)),
        "utf-16-be" => utf(utf16::encode(text, 0, ByteOrder::Big, out)),
        "utf-32-le" => utf(utf32::encode(text, 0, ByteOrder::Little, out)),
        "utf-32-be" => utf(utf32::encode(text, 0, ByteOrder::Big, out)),
        "ascii" => single_byte::encode(text, 0, 0x80, out).map(|r| (r, NOT_ASCII)),
        "latin-1" => single_byte::encode(text, 0, 0x100, out).map(|r| (r, NOT_LATIN_1)),
        "utf-7" => {
            *out = utf7::encode(text);
            None
        }
        "unicode_escape" => {
            *out = escape::encode(text);
            None
        }
        "raw_unicode_escape" => {
            *out = raw_escape::encode(text);
            None
        }
        _ => panic!("{codec}"),
    }
}

#[test]
fn as_cpython() {
    let mut wrong = 0;
    for line in include_str!("cases.txt").lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        let [way, codec, input, expected] = parts[..] else { panic!("{line}") };
        let got = if way == "d" {
            let mut out = Vec::new();
            match run_decode(codec, &unhex(input), &mut out).error {
                Some(e) => format!("!{} {} {}", e.start, e.end, e.reason),
                None => {
                    format!("={}", out.iter().map(|c| format!("{c:x}")).collect::<Vec<_>>().join(" "))
                }
            }
        } else {
            let mut out = Vec::new();
            match run_encode(codec, &words(input), &mut out) {
                Some((r, reason)) => format!("!{} {} {}", r.start, r.end, reason),
                None => format!("={}", out.iter().map(|b| format!("{b:02x}")).collect::<String>()),
            }
        };
        if got != expected {
            wrong += 1;
            println!("{way} {codec} {input}: {got}, not {expected}");
        }
    }
    assert_eq!(wrong, 0);
}

#[test]
fn unfinished_ends_wait() {
    let mut out = Vec::new();
    assert_eq!(utf8::decode(b"a\xe2\x82", 0, false, &mut out), Decoded::done(1));
    assert_eq!(utf16::decode(b"a\0\x3d\xd8\0", 0, ByteOrder::Little, false, &mut out), Decoded::done(2));
    assert_eq!(utf32::decode(b"a\0\0\0b", 0, ByteOrder::Little, false, &mut out), Decoded::done(4));
    assert_eq!(utf7::decode(b"a+AGE", 0, false, &mut out), Decoded::done(1));
    assert_eq!(escape::decode(b"a\\x4", 0, false, |_| None, &mut None, &mut out), Decoded::done(1));
    assert_eq!(raw_escape::decode(b"a\\", 0, false, &mut out), Decoded::done(1));
    assert_eq!(utf8::decode(b"a\xed\xa0", 0, false, &mut out), Decoded::done(1));
    assert_eq!(utf8::decode(b"\xed\xa0", 0, true, &mut out).error.map(|e| e.end), Some(1));
    assert_eq!(out, vec![97; 7]);
}

#[test]
fn utf8_layouts() {
    let scan = |s: &str| (utf8::scan(s.as_bytes()).chars, utf8::scan(s.as_bytes()).layout);
    assert_eq!(scan("abc"), (3, 0x7F));
    assert_eq!(scan("aÿ"), (2, 0xFF));
    assert_eq!(scan("aĀ"), (2, 0xFFFF));
    assert_eq!(scan("a\u{ffff}"), (2, 0xFFFF));
    assert_eq!(scan("é€😀"), (3, 0x10FFFF));
    let mut out: Vec<u16> = Vec::new();
    utf8::fill("a€é".as_bytes(), &mut out);
    assert_eq!(out, [97, 0x20AC, 0xE9]);
}

#[test]
fn charmap_both_ways() {
    let table = |b: u8| Some(if b < 4 { [0x41, 0x20AC, 0xFFFE, 0x42][b as usize] } else { return None });
    let mut out = Vec::new();
    assert_eq!(charmap::decode(&[0, 1, 3], 0, table, &mut out), Decoded::done(3));
    assert_eq!(out, [0x41, 0x20AC, 0x42]);
    assert_eq!(charmap::decode(&[0, 2], 0, table, &mut out), Decoded::bad(1, 2, charmap::UNDEFINED));
    let map = charmap::EncodingMap::new([0x41, 0x20AC, 0xFFFE, 0x42].into_iter());
    let mut bytes = Vec::new();
    assert_eq!(map.encode(&[0x20ACu32, 0x41, 0x99, 0x3000, 0x42], 0, &mut bytes), Some(2..4));
    assert_eq!(bytes, [1, 0]);
}
