//! `cases.txt` holds what CPython 3.14 answers: format, kind, value, and `=` result or message.

use super::*;
use crate::digits::parse_int;
use std::ops::Range;

struct Fixed;

impl Arguments for Fixed {
    type Error = String;
    fn need_mapping(&mut self) -> Result<(), String> {
        Ok(())
    }
    fn key(&mut self, _: Range<usize>) -> Result<(), String> {
        Ok(())
    }
    fn width(&mut self) -> Result<i64, String> {
        Ok(-6)
    }
    fn precision(&mut self) -> Result<i32, String> {
        Ok(2)
    }
    fn error(&mut self, error: PercentError) -> String {
        error.message().into()
    }
}

fn run(format: &str, kind: &str, value: &str) -> Result<String, String> {
    let cps: Vec<u32> = format.chars().map(u32::from).collect();
    let spec = parse(cps.len(), |i| cps[i], 1, &mut Fixed)?;
    let field = match kind {
        "i" => render_int(&spec, parse_int(value.as_bytes(), 10).expect("an integer").as_ref()),
        "f" => render_float(&spec, value.parse().expect("a float")),
        _ => {
            let layout = lay_out_text(&spec, value.len());
            return Ok(" ".repeat(layout.left) + &value[..layout.take] + &" ".repeat(layout.right));
        }
    };
    Ok(field.to_text().expect("no surrogates"))
}

#[test]
fn as_cpython() {
    let mut wrong = 0;
    for line in include_str!("cases.txt").lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        let [format, kind, value, expected] = parts[..] else { panic!("{line}") };
        let got = run(format, kind, value).map_or_else(|e| e, |text| format!("={text}"));
        if got != expected {
            wrong += 1;
            println!("{line}: {got:?}");
        }
    }
    assert_eq!(wrong, 0);
}

#[test]
fn stars_and_messages() {
    assert_eq!(run("%*d", "i", "42").as_deref(), Ok("42    "));
    assert_eq!(run("%.*f", "f", "1.5").as_deref(), Ok("1.50"));
    assert_eq!(run("%((x)y)d", "i", "1").as_deref(), Ok("1"));
    assert_eq!(unsupported('y' as u32, 4), "unsupported format character 'y' (0x79) at index 4");
    assert_eq!(unsupported(0xE9, 1), "unsupported format character '?' (0xe9) at index 1");
}
