//! Quoted-printable.

const MAX_LINE: usize = 76;

fn hex(c: u8) -> Option<u8> {
    (c as char).to_digit(16).map(|d| d as u8)
}

/// Decodes; in headers `_` stands for a blank.
pub fn decode(data: &[u8], header: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len());
    let mut rest = data;
    while let [c, more @ ..] = rest {
        rest = more;
        match c {
            b'=' => match rest {
                [] => break,
                // A soft line break.
                [b'\n' | b'\r', ..] => {
                    let end = rest.iter().position(|&c| c == b'\n').map_or(rest.len(), |i| i + 1);
                    rest = rest.get(end..).unwrap_or_default();
                }
                [b'=', more @ ..] => {
                    out.push(b'=');
                    rest = more;
                }
                [a, b, more @ ..] if hex(*a).is_some() && hex(*b).is_some() => {
                    out.push(hex(*a).unwrap_or(0) << 4 | hex(*b).unwrap_or(0));
                    rest = more;
                }
                _ => out.push(b'='),
            },
            b'_' if header => out.push(b' '),
            _ => out.push(*c),
        }
    }
    out
}

fn push_hex(out: &mut Vec<u8>, c: u8) {
    for digit in [c >> 4, c & 15] {
        out.push(if digit < 10 { b'0' + digit } else { b'A' - 10 + digit });
    }
}

/// Encodes with soft line breaks.
pub fn encode(data: &[u8], quote_tabs: bool, is_text: bool, header: bool) -> Vec<u8> {
    let crlf =
        data.iter().position(|&c| c == b'\n').is_some_and(|i| i > 0 && data.get(i - 1) == Some(&b'\r'));
    let newline: &[u8] = if crlf { b"\r\n" } else { b"\n" };
    let mut out = Vec::with_capacity(data.len() + data.len() / 8);
    let mut column = 0;
    let mut rest = data;
    let soft_break = |out: &mut Vec<u8>, column: &mut usize| {
        out.push(b'=');
        out.extend_from_slice(newline);
        *column = 0;
    };
    while let [c, more @ ..] = rest {
        let c = *c;
        let next = more.first().copied();
        let line_end = matches!(c, b'\r' | b'\n');
        let blank = matches!(c, b'\t' | b' ');
        let quoted = c > 126
            || c == b'='
            || (header && c == b'_')
            || (c == b'.' && column == 0 && matches!(next, None | Some(b'\n' | b'\r' | 0)))
            || (!is_text && line_end)
            || (blank && next.is_none())
            || (c < 33 && !line_end && (quote_tabs || !blank));
        if quoted {
            if column + 3 >= MAX_LINE {
                soft_break(&mut out, &mut column);
            }
            out.push(b'=');
            push_hex(&mut out, c);
            column += 3;
            rest = more;
            continue;
        }
        if is_text && (c == b'\n' || (c == b'\r' && next == Some(b'\n'))) {
            column = 0;
            // A blank at the end of a line would be lost.
            if let Some(&last @ (b' ' | b'\t')) = out.last() {
                out.pop();
                out.push(b'=');
                push_hex(&mut out, last);
            }
            out.extend_from_slice(newline);
            rest = if c == b'\r' { more.get(1..).unwrap_or_default() } else { more };
            continue;
        }
        if next.is_some_and(|c| c != b'\n') && column + 1 >= MAX_LINE {
            soft_break(&mut out, &mut column);
        }
        column += 1;
        out.push(if header && c == b' ' { b'_' } else { c });
        rest = more;
    }
    out
}
