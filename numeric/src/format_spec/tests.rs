//! `cases.txt` holds what CPython 3.14 answers: type, value, specification, and `=` result or `V`/`O` and message.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program of its own")]

use super::*;
use crate::digits::parse_int;

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let digits = match chars.next() {
            Some('x') => 2,
            Some('u') => 4,
            Some('n') => {
                out.push('\n');
                continue;
            }
            Some(c) => {
                out.push(c);
                continue;
            }
            None => continue,
        };
        let code: String = chars.by_ref().take(digits).collect();
        out.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
    }
    out
}

fn run(kind: &str, value: &str, spec_text: &str) -> Result<Field, FormatError> {
    let locale = LocaleInfo::default();
    let float = |v: &str| -> f64 { v.parse().expect("a float") };
    match kind {
        "str" => {
            let spec = parse_str(spec_text, Defaults::STR)?;
            let layout = lay_out_str(&spec, value.chars().count())?;
            Ok(Field {
                fill: spec.fill,
                left: layout.left,
                body: value.chars().take(layout.take).collect(),
                right: layout.right,
                ..Field::default()
            })
        }
        "int" => {
            let spec = parse_str(spec_text, Defaults::INT)?;
            let n = parse_int(value.as_bytes(), 10).expect("an integer");
            if spec.is_float_code() {
                render_float(&spec, float(value), &locale)
            } else {
                render_int(&spec, n.as_ref(), &locale)
            }
        }
        "float" => render_float(&parse_str(spec_text, Defaults::FLOAT)?, float(value), &locale),
        "complex" => {
            let (re, im) = value.split_once(' ').expect("two parts");
            render_complex(&parse_str(spec_text, Defaults::FLOAT)?, float(re), float(im), &locale)
        }
        _ => panic!("{kind}"),
    }
}

#[test]
fn as_cpython() {
    let mut wrong = 0;
    for line in include_str!("cases.txt").lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        let [kind, value, spec, expected] = parts[..] else { panic!("{line}") };
        let (spec, expected) = (unescape(spec), unescape(expected));
        let got = match run(kind, value, &spec) {
            Ok(field) => {
                let text = field.to_text().expect("no surrogates");
                assert_eq!(text.chars().count(), field.len());
                format!("={text}")
            }
            Err(e) => format!("{}{}", if e.is_overflow() { 'O' } else { 'V' }, e.message(&spec, kind)),
        };
        if got != expected {
            wrong += 1;
            println!("{kind} {value} {spec:?}: {got:?}, not {expected:?}");
        }
    }
    assert_eq!(wrong, 0);
}

#[test]
fn locales() {
    let indian = LocaleInfo {
        decimal_point: ",".into(),
        thousands_sep: "\u{202f}".into(),
        grouping: vec![3, 2, 0].into(),
    };
    let spec = parse_str("014n", Defaults::FLOAT).expect("valid");
    let field = render_float(&spec, 12345.5, &indian).expect("valid");
    assert_eq!(field.to_text().as_deref(), Some("00\u{202f}00\u{202f}12\u{202f}345,5"));
    let once =
        LocaleInfo { thousands_sep: ".".into(), grouping: vec![3, 127].into(), ..LocaleInfo::default() };
    assert_eq!(group_digits("1234567", 0, &once), "1234.567");
    assert_eq!(group_digits("1234567", 10, &once), "001234.567");
}
