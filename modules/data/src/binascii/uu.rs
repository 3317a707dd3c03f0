//! Uuencoding, a line at a time.

/// Decodes a line.
pub fn decode(line: &[u8]) -> Result<Vec<u8>, &'static str> {
    let Some((&length, text)) = line.split_first() else { return Err("Missing length byte") };
    let length = usize::from(length.wrapping_sub(b' ') & 63);
    let mut out = Vec::with_capacity(length);
    let mut text = text.iter();
    let (mut bits, mut count) = (0u32, 0);
    while out.len() < length {
        let six = match text.next() {
            // Blanks at the end of a line may have been lost.
            None | Some(b'\n' | b'\r') => 0,
            Some(&c) if (b' '..=b' ' + 64).contains(&c) => (c - b' ') & 63,
            Some(_) => return Err("Illegal char"),
        };
        bits = (bits << 6 | u32::from(six)) & 0xffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    if text.all(|c| matches!(c, b' ' | b'`' | b'\n' | b'\r')) { Ok(out) } else { Err("Trailing garbage") }
}

/// Encodes at most 45 bytes as a line.
pub fn encode(data: &[u8], backtick: bool) -> Option<Vec<u8>> {
    if data.len() > 45 {
        return None;
    }
    let digit = |n: u8| if n & 63 == 0 && backtick { b'`' } else { b' ' + (n & 63) };
    let mut out = Vec::with_capacity(2 + data.len().div_ceil(3) * 4);
    out.push(digit(data.len() as u8));
    for group in data.chunks(3) {
        let [a, b, c] = match *group {
            [a, b, c] => [a, b, c],
            [a, b] => [a, b, 0],
            [a] => [a, 0, 0],
            _ => continue,
        };
        out.extend_from_slice(&[digit(a >> 2), digit(a << 4 | b >> 4), digit(b << 2 | c >> 6), digit(c)]);
    }
    out.push(b'\n');
    Some(out)
}
