//! Reading DER: elements one after the other. Nothing is believed of the input: whatever does not fit is [`Malformed`].

/// The bytes are not what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// What reading gives.
pub type Parsed<T> = Result<T, Malformed>;

/// Tags of ASN.1.
pub mod tag {
    /// `BOOLEAN`.
    pub const BOOLEAN: u8 = 0x01;
    /// `INTEGER`.
    pub const INTEGER: u8 = 0x02;
    /// `BIT STRING`.
    pub const BIT_STRING: u8 = 0x03;
    /// `OCTET STRING`.
    pub const OCTET_STRING: u8 = 0x04;
    /// `OBJECT IDENTIFIER`.
    pub const OID: u8 = 0x06;
    /// `UTF8String`.
    pub const UTF8_STRING: u8 = 0x0c;
    /// `UTCTime`.
    pub const UTC_TIME: u8 = 0x17;
    /// `GeneralizedTime`.
    pub const GENERALIZED_TIME: u8 = 0x18;
    /// `UniversalString`.
    pub const UNIVERSAL_STRING: u8 = 0x1c;
    /// `BMPString`.
    pub const BMP_STRING: u8 = 0x1e;
    /// `SEQUENCE`.
    pub const SEQUENCE: u8 = 0x30;
    /// `SET`.
    pub const SET: u8 = 0x31;
    /// A primitive with a number of the context.
    pub const fn context(number: u8) -> u8 {
        0x80 | number
    }
    /// A constructed element with a number of the context.
    pub const fn constructed(number: u8) -> u8 {
        0xa0 | number
    }
}

/// One element.
#[derive(Clone, Copy, Debug)]
pub struct Element<'a> {
    /// Its tag.
    pub tag: u8,
    /// What it holds.
    pub value: &'a [u8],
    /// All of it, tag and length included.
    pub whole: &'a [u8],
}

/// A reader of elements that follow one another.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads these bytes.
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader(bytes)
    }

    /// Nothing is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is left.
    pub fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// The next element.
    pub fn element(&mut self) -> Parsed<Element<'a>> {
        let [tag, first, ..] = *self.0 else { return Err(Malformed) };
        // Tags of more than one byte do not occur in certificates.
        if tag & 0x1f == 0x1f {
            return Err(Malformed);
        }
        let (header, len) = match first {
            0..=0x7f => (2, usize::from(first)),
            0x81..=0x84 => {
                let count = usize::from(first & 0x7f);
                let bytes = self.0.get(2..2 + count).ok_or(Malformed)?;
                let len = bytes.iter().fold(0, |n, b| n << 8 | usize::from(*b));
                let shortest = if len < 0x80 { 0 } else { len.ilog2() as usize / 8 + 1 };
                if shortest != count {
                    return Err(Malformed);
                }
                (2 + count, len)
            }
            _ => return Err(Malformed),
        };
        let end = header + len;
        let whole = self.0.get(..end).ok_or(Malformed)?;
        let value = self.0.get(header..end).ok_or(Malformed)?;
        self.0 = self.0.get(end..).ok_or(Malformed)?;
        Ok(Element { tag, value, whole })
    }

    /// The next element, which has this tag.
    pub fn expect(&mut self, tag: u8) -> Parsed<Element<'a>> {
        let element = self.element()?;
        if element.tag == tag { Ok(element) } else { Err(Malformed) }
    }

    /// A reader of what the next element, a `SEQUENCE`, holds.
    pub fn sequence(&mut self) -> Parsed<Reader<'a>> {
        Ok(Reader(self.expect(tag::SEQUENCE)?.value))
    }

    /// The next element if it has this tag.
    pub fn optional(&mut self, tag: u8) -> Parsed<Option<Element<'a>>> {
        if self.0.first() == Some(&tag) { self.element().map(Some) } else { Ok(None) }
    }

    /// That nothing is left.
    pub fn end(&self) -> Parsed<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Malformed) }
    }
}

/// All elements in some bytes.
pub fn elements(bytes: &[u8]) -> Parsed<Vec<Element<'_>>> {
    let mut reader = Reader::new(bytes);
    let mut all = Vec::new();
    while !reader.is_empty() {
        all.push(reader.element()?);
    }
    Ok(all)
}

/// The dotted notation of an object identifier's content.
pub fn oid_text(content: &[u8]) -> Option<String> {
    let mut arcs: Vec<u128> = Vec::new();
    let mut arc: u128 = 0;
    let mut ended = false;
    for byte in content {
        arc = arc.checked_mul(128)? | u128::from(byte & 0x7f);
        ended = byte & 0x80 == 0;
        if ended {
            if arcs.is_empty() {
                let first = (arc / 40).min(2);
                arcs.extend([first, arc - first * 40]);
            } else {
                arcs.push(arc);
            }
            arc = 0;
        }
    }
    let parts: Vec<String> = arcs.iter().map(u128::to_string).collect();
    ended.then(|| parts.join("."))
}

/// The bits of a `BIT STRING` that ends at a byte's end.
pub fn whole_bits(content: &[u8]) -> Parsed<&[u8]> {
    match content.split_first() {
        Some((0, bits)) => Ok(bits),
        _ => Err(Malformed),
    }
}

/// Named bits: the first is the lowest of the number.
pub fn named_bits(content: &[u8]) -> Parsed<u32> {
    let (unused, bytes) = content.split_first().ok_or(Malformed)?;
    if *unused > 7 {
        return Err(Malformed);
    }
    let mut bits = 0;
    for (at, byte) in bytes.iter().take(4).enumerate() {
        bits |= u32::from(byte.reverse_bits()) << (at * 8);
    }
    Ok(bits)
}

/// Text of one of ASN.1's string types.
pub fn text(element: &Element<'_>) -> Option<String> {
    let value = element.value;
    match element.tag {
        tag::UTF8_STRING => String::from_utf8(value.to_vec()).ok(),
        tag::BMP_STRING => {
            let units = value.chunks(2).map(|c| <[u8; 2]>::try_from(c).map(u16::from_be_bytes).ok());
            String::from_utf16(&units.collect::<Option<Vec<u16>>>()?).ok()
        }
        tag::UNIVERSAL_STRING => value
            .chunks(4)
            .map(|c| char::from_u32(u32::from_be_bytes(<[u8; 4]>::try_from(c).ok()?)))
            .collect(),
        // The others are read as Latin-1.
        _ => Some(value.iter().map(|b| char::from(*b)).collect()),
    }
}

/// A point in time, in the parts that X.509 gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// The year.
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 60.
    pub second: u8,
}

impl Time {
    /// From a `UTCTime` or `GeneralizedTime` that ends in `Z`.
    pub fn parse(element: &Element<'_>) -> Parsed<Time> {
        let digits = element.value.strip_suffix(b"Z").ok_or(Malformed)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(Malformed);
        }
        let (year, rest) = match (element.tag, digits.len()) {
            (tag::UTC_TIME, 12) => {
                let year = number(digits.get(..2));
                (if year < 50 { 2000 + year } else { 1900 + year }, digits.get(2..))
            }
            (tag::GENERALIZED_TIME, 14) => (number(digits.get(..4)), digits.get(4..)),
            _ => return Err(Malformed),
        };
        let part = |at: usize| number(rest.and_then(|r| r.get(at..at + 2))) as u8;
        let time =
            Time { year, month: part(0), day: part(2), hour: part(4), minute: part(6), second: part(8) };
        let fits = (1..=12).contains(&time.month)
            && (1..=31).contains(&time.day)
            && time.hour < 24
            && time.minute < 60
            && time.second <= 60;
        if fits { Ok(time) } else { Err(Malformed) }
    }

    /// Seconds since 1970.
    pub fn seconds(self) -> i64 {
        // Days since 1 March of year 0, so that leap days come last.
        let (month, year) = (i64::from(self.month), self.year);
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let of_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
        days * 86400 + i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second)
    }

    /// As OpenSSL prints it: `Jan  5 18:04:05 2026 GMT`.
    pub fn text(self) -> String {
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let month = MONTHS.get(usize::from(self.month).wrapping_sub(1)).copied().unwrap_or_default();
        let Time { year, day, hour, minute, second, .. } = self;
        format!("{month} {day:2} {hour:02}:{minute:02}:{second:02} {year} GMT")
    }
}

fn number(digits: Option<&[u8]>) -> i64 {
    digits.unwrap_or_default().iter().fold(0, |n, d| n * 10 + i64::from(d.wrapping_sub(b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let time = |tag, value| Time::parse(&Element { tag, value, whole: value });
        assert_eq!(time(tag::UTC_TIME, b"700101000000Z").map(Time::seconds), Ok(0));
        assert_eq!(time(tag::GENERALIZED_TIME, b"20240229120000Z").map(Time::seconds), Ok(1_709_208_000));
        assert_eq!(time(tag::UTC_TIME, b"491231235959Z").map(|t| t.year), Ok(2049));
        assert!(time(tag::UTC_TIME, b"701301000000Z").is_err());
    }

    #[test]
    fn lengths_must_be_the_shortest() {
        assert!(Reader::new(&[4, 0x81, 1, 0]).element().is_err());
        assert!(Reader::new(&[4, 0x80, 0, 0]).element().is_err());
        assert_eq!(Reader::new(&[4, 1, 9]).element().map(|e| e.value), Ok(&[9][..]));
        assert!(Reader::new(&[4, 0x84, 0xff, 0xff, 0xff, 0xff]).element().is_err());
    }

    #[test]
    fn object_identifiers() {
        assert_eq!(oid_text(&[0x55, 4, 3]).as_deref(), Some("2.5.4.3"));
        assert_eq!(oid_text(&[0x2a, 0x86, 0x48]).as_deref(), Some("1.2.840"));
        assert_eq!(oid_text(&[0x86]), None);
    }
}
