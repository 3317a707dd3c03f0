//! The engine on code lists taken from the reference's compiler. The broad comparison is `tests/sre_engine.py`.

use super::charclass::{C_LOCALE, LocaleTable};
use super::{Abort, Interrupted, Invalid, Program, Request, State, Subject, fullmatch, match_at, search};

/// `((a)|b)*?c(?=d)`
#[rustfmt::skip]
const LAZY: &[u32] = &[
    14, 4, 0, 1, u32::MAX, 23, 23, 0, u32::MAX, 17, 0, 7, 9, 17, 2, 16, 97, 17, 3, 15, 7, 5, 16, 98, 15, 2, 0, 17, 1, 19, 16, 99, 4, 5, 0, 16, 100, 1, 1,
];
/// `(?:aa|b)*+x`
const POSSESSIVE: &[u32] = &[
    14,
    4,
    0,
    1,
    u32::MAX,
    28,
    17,
    0,
    u32::MAX,
    7,
    7,
    16,
    97,
    16,
    97,
    15,
    7,
    5,
    16,
    98,
    15,
    2,
    0,
    1,
    16,
    120,
    1,
];

fn request<'a>(text: &'a [u8], locale: &'static LocaleTable) -> Request<'a> {
    Request { subject: Subject::Units8(text), pos: 0, endpos: text.len(), must_advance: false, locale }
}

fn locale() -> &'static LocaleTable {
    &C_LOCALE
}

fn never() -> Result<(), Interrupted> {
    Ok(())
}

#[test]
fn groups_come_from_the_last_round() {
    let program = Program::new(LAZY, 2).unwrap();
    let mut state = State::new(&program).unwrap();
    assert_eq!(search(&program, &mut state, &request(b"xabcd", locale()), &mut never), Ok(true));
    assert_eq!((state.group(0), state.group(1), state.group(2)), (Some((1, 4)), Some((2, 3)), Some((1, 2))));
    assert_eq!((state.lastindex(), state.lastmark(), state.group(3)), (Some(1), Some(3), None));
    assert_eq!(search(&program, &mut state, &request(b"abce", locale()), &mut never), Ok(false));
}

#[test]
fn possessive_rounds_are_not_given_back() {
    let program = Program::new(POSSESSIVE, 0).unwrap();
    let mut state = State::new(&program).unwrap();
    assert_eq!(match_at(&program, &mut state, &request(b"aabx", locale()), &mut never), Ok(true));
    assert_eq!(match_at(&program, &mut state, &request(b"aaax", locale()), &mut never), Ok(false));
    assert_eq!(fullmatch(&program, &mut state, &request(b"aaxx", locale()), &mut never), Ok(false));
}

#[test]
fn poll_stops_an_endless_search() {
    // `(?:aa|a)*b` without the tail's character: exponential.
    let code =
        [14, 4, 0, 1, u32::MAX, 23, 15, 0, u32::MAX, 16, 97, 7, 5, 16, 97, 15, 5, 3, 15, 2, 0, 18, 16, 98, 1];
    let program = Program::new(&code, 0).unwrap();
    let mut state = State::new(&program).unwrap();
    let text = [b'a'; 64];
    let outcome = match_at(&program, &mut state, &request(&text, locale()), &mut || Err(Interrupted));
    assert_eq!(outcome, Err(Abort::Interrupted));
}

#[test]
fn malformed_code_is_refused() {
    for code in [
        &[][..],
        &[16, 97],
        &[17, 0, 1],
        &[8, 0, 1],
        &[11, 0, 1],
        &[24, 6, 5, 0, 16, 97, 1, 1],
        &[15, 1, 1],
        &[25, 1],
    ] {
        assert!(matches!(Program::new(code, 0), Err(Invalid)), "{code:?}");
    }
    // Every truncation and every single damaged word either is refused or runs without harm.
    for whole in [LAZY, POSSESSIVE] {
        for index in 0..whole.len() {
            assert!(matches!(Program::new(&whole[..index], 2), Err(Invalid)), "{index}");
            for word in (0..44).chain([255, u32::MAX - 1, u32::MAX]) {
                let mut code = whole.to_vec();
                code[index] = word;
                if let Ok(program) = Program::new(&code, 2) {
                    let mut state = State::new(&program).unwrap();
                    let _ = search(&program, &mut state, &request(b"abcabcd", locale()), &mut never);
                }
            }
        }
    }
}

#[test]
fn deep_nesting_needs_no_native_stack() {
    let depth = 100_000;
    let mut code = Vec::new();
    for level in 0..depth {
        code.extend([27, 2 + 3 * (depth - level - 1)]);
    }
    code.extend(std::iter::repeat_n(1, depth as usize + 1));
    let program = Program::new(&code, 0).unwrap();
    let mut state = State::new(&program).unwrap();
    assert_eq!(search(&program, &mut state, &request(b"abc", locale()), &mut never), Ok(true));
}
