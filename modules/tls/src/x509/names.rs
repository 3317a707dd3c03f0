//! Distinguished names: comparing them as RFC 5280 asks for, and the hash by which folders of certificates are ordered.

use super::der::{self, Element, Parsed, Reader, tag};

/// One attribute of a name.
#[derive(Debug)]
pub struct Attribute<'a> {
    /// The content of its object identifier.
    pub id: &'a [u8],
    /// Its value.
    pub value: Element<'a>,
}

/// The parts of a name; each is a set of attributes.
pub fn parts(name: &[u8]) -> Parsed<Vec<Vec<Attribute<'_>>>> {
    let mut list = Reader::new(name).sequence()?;
    let mut parts = Vec::new();
    while !list.is_empty() {
        let mut set = Reader::new(list.expect(tag::SET)?.value);
        let mut attributes = Vec::new();
        while !set.is_empty() {
            let mut one = set.sequence()?;
            let id = one.expect(tag::OID)?.value;
            attributes.push(Attribute { id, value: one.element()? });
        }
        parts.push(attributes);
    }
    Ok(parts)
}

/// Text as it is compared: no spaces at the ends, single ones inside, ASCII in lower case.
fn folded(text: &str) -> String {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    words.join(" ").to_ascii_lowercase()
}

fn put(out: &mut Vec<u8>, tag: u8, content: &[u8]) {
    out.push(tag);
    let len = content.len();
    if len < 0x80 {
        out.push(len as u8);
    } else {
        let bytes = len.to_be_bytes();
        let zeros = bytes.iter().take_while(|b| **b == 0).count();
        out.push(0x80 | (bytes.len() - zeros) as u8);
        out.extend(bytes.iter().skip(zeros));
    }
    out.extend(content);
}

/// The encoding that equal names share.
pub fn canonical(name: &[u8]) -> Parsed<Vec<u8>> {
    let mut all = Vec::new();
    for part in parts(name)? {
        let mut encoded: Vec<Vec<u8>> = Vec::new();
        for attribute in part {
            let mut inner = Vec::new();
            put(&mut inner, tag::OID, attribute.id);
            let is_text = matches!(attribute.value.tag, 0x0c | 0x13 | 0x14 | 0x16 | 0x1a | 0x1c | 0x1e);
            match der::text(&attribute.value).filter(|_| is_text) {
                Some(text) => put(&mut inner, tag::UTF8_STRING, folded(&text).as_bytes()),
                None => inner.extend(attribute.value.whole),
            }
            let mut one = Vec::new();
            put(&mut one, tag::SEQUENCE, &inner);
            encoded.push(one);
        }
        encoded.sort();
        put(&mut all, tag::SET, &encoded.concat());
    }
    Ok(all)
}

/// Two names are the same.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a == b || matches!((canonical(a), canonical(b)), (Ok(a), Ok(b)) if a == b)
}

/// A name in a constraint's subtree: begins with all of its parts.
pub fn within(name: &[u8], base: &[u8]) -> bool {
    match (canonical(name), canonical(base)) {
        (Ok(name), Ok(base)) => name.starts_with(&base),
        _ => false,
    }
}
