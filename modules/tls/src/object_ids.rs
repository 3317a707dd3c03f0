//! Names of ASN.1 objects: OpenSSL's numbers (NIDs), short and long names and dotted notation. The table is `object_ids.txt`, a line for each.

/// One ASN.1 object.
#[derive(Clone, Copy)]
pub struct ObjectId {
    /// OpenSSL's number.
    pub nid: u32,
    /// The short name.
    pub short: &'static str,
    /// The long name.
    pub long: &'static str,
    /// The dotted notation.
    pub oid: &'static str,
}

static TABLE: &str = include_str!("object_ids.txt");

/// All known objects.
pub fn all() -> impl Iterator<Item = ObjectId> {
    TABLE.lines().filter_map(|line| {
        let mut parts = line.split('\t');
        Some(ObjectId {
            nid: parts.next()?.parse().ok()?,
            short: parts.next()?,
            long: parts.next()?,
            oid: parts.next()?,
        })
    })
}

/// By dotted notation.
pub fn by_oid(oid: &str) -> Option<ObjectId> {
    all().find(|o| o.oid == oid)
}
