//! A hash table in a file, in the format of Berkeley DB (hash version 9), which the system's `ndbm` writes: linear hashing
//! over chains of pages. Nothing here knows Python.

use std::cmp::Ordering;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use super::pages::{FREE, OVERFLOW, Pages, SORTED, UNSORTED, damaged, field, put, u16_at, u32_at};

const MAGIC: u32 = 0x0006_1561;
const VERSIONS: core::ops::RangeInclusive<u32> = 7..=9;
const VERSION: u32 = 9;
const PAGE_SIZE: u32 = 4096;
const HASH_META: u8 = 8;
/// Pairs in a page before the table grows.
const FILL_FACTOR: u32 = 40;
/// What the hash of tells whether a file was made with the same function.
const HASH_PROBE: &[u8] = b"%$sniglet^&\0";

/// Where the fields of the first page stand.
mod meta {
    pub const MAGIC: usize = 12;
    pub const VERSION: usize = 16;
    pub const PAGE_SIZE: usize = 20;
    pub const ENCRYPTION: usize = 24;
    pub const TYPE: usize = 25;
    pub const CHECKSUMS: usize = 26;
    pub const FREE: usize = 28;
    pub const LAST_PAGE: usize = 32;
    pub const FLAGS: usize = 48;
    pub const UID: usize = 52;
    pub const MAX_BUCKET: usize = 72;
    pub const HIGH_MASK: usize = 76;
    pub const LOW_MASK: usize = 80;
    pub const FILL_FACTOR: usize = 84;
    pub const ELEMENTS: usize = 88;
    pub const HASH_PROBE: usize = 92;
    pub const SPARES: usize = 96;
    pub const SPARE_COUNT: usize = 32;
    pub const SIZE: usize = 512;
}

const ON_PAGE: u8 = 1;
const OFF_PAGE: u8 = 3;

/// Half of a pair, as a page holds it.
#[derive(Clone)]
enum Item {
    Here(Vec<u8>),
    /// In pages of its own.
    Elsewhere {
        page: u32,
        len: u32,
    },
}

impl Item {
    fn len(&self) -> usize {
        match self {
            Item::Here(bytes) => 1 + bytes.len(),
            Item::Elsewhere { .. } => 12,
        }
    }

    fn parse(bytes: &[u8]) -> io::Result<Item> {
        match bytes.split_first() {
            Some((&ON_PAGE, data)) => Ok(Item::Here(data.to_vec())),
            Some((&OFF_PAGE, _)) if bytes.len() == 12 => {
                Ok(Item::Elsewhere { page: u32_at(bytes, 4), len: u32_at(bytes, 8) })
            }
            _ => Err(damaged()),
        }
    }

    fn write(&self, out: &mut [u8]) {
        match self {
            Item::Here(bytes) => {
                put(out, 0, &[ON_PAGE]);
                put(out, 1, bytes);
            }
            Item::Elsewhere { page, len } => {
                put(out, 0, &[OFF_PAGE]);
                put(out, 4, &page.to_le_bytes());
                put(out, 8, &len.to_le_bytes());
            }
        }
    }
}

struct Pair {
    key: Item,
    value: Item,
}

impl Pair {
    /// With the two offsets.
    fn room(&self) -> usize {
        self.key.len() + self.value.len() + 4
    }
}

fn hash(key: &[u8]) -> u32 {
    key.iter().fold(0_u32, |hash, byte| hash.wrapping_mul(16_777_619) ^ u32::from(*byte))
}

/// The least `n` with `2**n >= number`.
fn ceil_log2(number: u32) -> u32 {
    number.checked_next_power_of_two().map_or(32, u32::trailing_zeros)
}

/// How a file is opened.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It must exist and is not changed.
    Read,
    /// It must exist.
    Write,
    /// It is made when it does not exist.
    Create,
    /// It is made anew.
    New,
}

/// An open hash table.
pub struct HashFile {
    pages: Pages,
    writable: bool,
    max_bucket: u32,
    high_mask: u32,
    low_mask: u32,
    fill_factor: u32,
    elements: u32,
    free: u32,
    last_page: u32,
    spares: [u32; meta::SPARE_COUNT],
    meta_changed: bool,
}

impl HashFile {
    /// Opens a file.
    pub fn open(path: &Path, access: Access, mode: u32) -> io::Result<HashFile> {
        let mut options = OpenOptions::new();
        options.read(true).write(access != Access::Read).mode(mode);
        options.create(matches!(access, Access::Create | Access::New)).truncate(access == Access::New);
        let file = options.open(path)?;
        let facts = file.metadata()?;
        if facts.is_dir() {
            return Err(io::Error::from_raw_os_error(libc::EISDIR));
        }
        if facts.len() == 0 && matches!(access, Access::Create | Access::New) {
            HashFile::create(file)
        } else {
            HashFile::load(file, access != Access::Read)
        }
    }

    fn load(file: File, writable: bool) -> io::Result<HashFile> {
        let mut head = [0; meta::SIZE];
        file.read_exact_at(&mut head, 0).map_err(|_| damaged())?;
        let at = |place| u32_at(&head, place);
        let byte = |place: usize| head.get(place).copied().unwrap_or(0);
        let size = at(meta::PAGE_SIZE);
        if at(meta::MAGIC) != MAGIC
            || !VERSIONS.contains(&at(meta::VERSION))
            || byte(meta::TYPE) != HASH_META
            || byte(meta::ENCRYPTION) != 0
            || byte(meta::CHECKSUMS) & 1 != 0
            || at(meta::FLAGS) != 0
            || !size.is_power_of_two()
            || !(512..=65536).contains(&size)
            || file.metadata()?.len() % u64::from(size) != 0
            || at(meta::HASH_PROBE) != hash(HASH_PROBE)
        {
            return Err(damaged());
        }
        let mut spares = [0; meta::SPARE_COUNT];
        for (index, spare) in spares.iter_mut().enumerate() {
            *spare = at(meta::SPARES + 4 * index);
        }
        Ok(HashFile {
            pages: Pages::new(file, size as usize),
            writable,
            max_bucket: at(meta::MAX_BUCKET),
            high_mask: at(meta::HIGH_MASK),
            low_mask: at(meta::LOW_MASK),
            fill_factor: at(meta::FILL_FACTOR),
            elements: at(meta::ELEMENTS),
            free: at(meta::FREE),
            last_page: at(meta::LAST_PAGE),
            spares,
            meta_changed: false,
        })
    }

    /// An empty table of two buckets.
    fn create(file: File) -> io::Result<HashFile> {
        let facts = file.metadata()?;
        let mut spares = [0; meta::SPARE_COUNT];
        for spare in spares.iter_mut().take(2) {
            *spare = 1;
        }
        let mut made = HashFile {
            pages: Pages::new(file, PAGE_SIZE as usize),
            writable: true,
            max_bucket: 1,
            high_mask: 1,
            low_mask: 0,
            fill_factor: FILL_FACTOR,
            elements: 1,
            free: 0,
            last_page: 2,
            spares,
            meta_changed: true,
        };
        let head = made.pages.get_mut(0)?;
        put(head, field::LSN_OFFSET, &1_u32.to_le_bytes());
        put(head, meta::MAGIC, &MAGIC.to_le_bytes());
        put(head, meta::VERSION, &VERSION.to_le_bytes());
        put(head, meta::PAGE_SIZE, &PAGE_SIZE.to_le_bytes());
        put(head, meta::TYPE, &[HASH_META]);
        put(head, meta::HASH_PROBE, &hash(HASH_PROBE).to_le_bytes());
        // What tells this file from every other one.
        put(head, meta::UID, &(facts.ino() as u32).to_le_bytes());
        put(head, meta::UID + 4, &(facts.dev() as u32).to_le_bytes());
        put(head, meta::UID + 8, &(facts.ctime() as u32).to_le_bytes());
        put(head, meta::UID + 12, &(facts.ctime_nsec() as u32).to_le_bytes());
        put(head, meta::UID + 16, &std::process::id().to_le_bytes());
        made.pages.clear(1, SORTED)?;
        made.pages.clear(2, SORTED)?;
        made.flush()?;
        Ok(made)
    }

    /// Whether it may be changed.
    pub fn writable(&self) -> bool {
        self.writable
    }

    /// Writes what was changed.
    pub fn flush(&mut self) -> io::Result<()> {
        if core::mem::take(&mut self.meta_changed) {
            let fields = [
                (meta::FREE, self.free),
                (meta::LAST_PAGE, self.last_page),
                (meta::MAX_BUCKET, self.max_bucket),
                (meta::HIGH_MASK, self.high_mask),
                (meta::LOW_MASK, self.low_mask),
                (meta::FILL_FACTOR, self.fill_factor),
                (meta::ELEMENTS, self.elements),
            ];
            let spares = self.spares;
            let head = self.pages.get_mut(0)?;
            for (place, value) in fields {
                put(head, place, &value.to_le_bytes());
            }
            for (index, spare) in spares.iter().enumerate() {
                put(head, meta::SPARES + 4 * index, &spare.to_le_bytes());
            }
        }
        self.pages.flush()
    }

    /// The value of a key.
    pub fn get(&mut self, key: &[u8]) -> io::Result<Option<Vec<u8>>> {
        match self.find(key)? {
            Some((page, index)) => {
                let value = self.item(page, 2 * index + 1)?;
                self.contents(&value).map(Some)
            }
            None => Ok(None),
        }
    }

    /// Whether it has a key.
    pub fn contains(&mut self, key: &[u8]) -> io::Result<bool> {
        Ok(self.find(key)?.is_some())
    }

    /// Every key.
    pub fn keys(&mut self) -> io::Result<Vec<Vec<u8>>> {
        let mut keys = Vec::new();
        for bucket in 0..=self.max_bucket {
            for page in self.chain(bucket)? {
                for index in 0..self.pair_count(page)? {
                    let key = self.item(page, 2 * index)?;
                    keys.push(self.contents(&key)?);
                }
            }
        }
        Ok(keys)
    }

    /// How many keys it has. The first page's count is only a hint.
    pub fn len(&mut self) -> io::Result<usize> {
        let mut count = 0;
        for bucket in 0..=self.max_bucket {
            for page in self.chain(bucket)? {
                count += self.pair_count(page)?;
            }
        }
        Ok(count)
    }

    /// Sets the value of a key.
    pub fn set(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        self.remove(key)?;
        let pair = Pair { key: self.store(key)?, value: self.store(value)? };
        self.elements = self.elements.wrapping_add(1);
        self.meta_changed = true;
        let grown = self.insert(self.bucket_of(key), pair)?;
        if grown { self.expand() } else { Ok(()) }
    }

    /// Removes a key; false if it was not there.
    pub fn remove(&mut self, key: &[u8]) -> io::Result<bool> {
        let Some((page, index)) = self.find(key)? else { return Ok(false) };
        let mut pairs = self.pairs(page)?;
        if index >= pairs.len() {
            return Err(damaged());
        }
        let pair = pairs.remove(index);
        for item in [&pair.key, &pair.value] {
            self.discard(item)?;
        }
        self.elements = self.elements.saturating_sub(1);
        self.meta_changed = true;
        self.write_pairs(page, &pairs)?;
        if pairs.is_empty() {
            self.unchain(page)?;
        }
        Ok(true)
    }

    // ---- buckets

    fn bucket_of(&self, key: &[u8]) -> u32 {
        let hash = hash(key);
        let bucket = hash & self.high_mask;
        if bucket > self.max_bucket { bucket & self.low_mask } else { bucket }
    }

    fn first_page(&self, bucket: u32) -> io::Result<u32> {
        let group = ceil_log2(bucket.wrapping_add(1)) as usize;
        let spare = self.spares.get(group).copied().filter(|spare| *spare != 0);
        let page = spare.and_then(|spare| bucket.checked_add(spare));
        page.filter(|page| *page <= self.last_page).ok_or_else(damaged)
    }

    /// The pages of a bucket.
    fn chain(&mut self, bucket: u32) -> io::Result<Vec<u32>> {
        let mut chain = vec![self.first_page(bucket)?];
        while let Some(&page) = chain.last() {
            let head = self.pages.get(page)?;
            let kind = head.get(field::TYPE).copied().unwrap_or(FREE);
            if !matches!(kind, FREE | UNSORTED | SORTED) {
                return Err(damaged());
            }
            match u32_at(head, field::NEXT) {
                0 => break,
                next if next > self.last_page || chain.len() as u64 > u64::from(self.last_page) => {
                    return Err(damaged());
                }
                next => chain.push(next),
            }
        }
        Ok(chain)
    }

    fn find(&mut self, key: &[u8]) -> io::Result<Option<(u32, usize)>> {
        for page in self.chain(self.bucket_of(key))? {
            for index in 0..self.pair_count(page)? {
                let same = match self.raw_item(page, 2 * index)?.split_first() {
                    Some((&ON_PAGE, data)) => data == key,
                    _ => {
                        let item = self.item(page, 2 * index)?;
                        matches!(item, Item::Elsewhere { len, .. } if len as usize == key.len())
                            && self.contents(&item)? == key
                    }
                };
                if same {
                    return Ok(Some((page, index)));
                }
            }
        }
        Ok(None)
    }

    /// Puts a pair into the first page of a bucket's chain with room for it; true if the table should grow.
    fn insert(&mut self, bucket: u32, pair: Pair) -> io::Result<bool> {
        let chain = self.chain(bucket)?;
        let size = self.pages.size();
        for &page in &chain {
            let pairs = self.pairs(page)?;
            let used = field::HEAD + pairs.iter().map(Pair::room).sum::<usize>();
            if used + pair.room() <= size {
                let count = pairs.len() as u32 + 1;
                self.write_sorted(page, pairs, pair)?;
                return Ok(self.fill_factor != 0 && count > self.fill_factor);
            }
        }
        let last = chain.last().copied().ok_or_else(damaged)?;
        let page = self.allocate(SORTED)?;
        put(self.pages.get_mut(last)?, field::NEXT, &page.to_le_bytes());
        put(self.pages.get_mut(page)?, field::PREVIOUS, &last.to_le_bytes());
        self.write_sorted(page, Vec::new(), pair)?;
        Ok(true)
    }

    /// Takes an empty page out of its chain. A bucket's first page stays where it is, so the second one moves into it.
    fn unchain(&mut self, page: u32) -> io::Result<()> {
        let head = self.pages.get(page)?;
        let (previous, next) = (u32_at(head, field::PREVIOUS), u32_at(head, field::NEXT));
        if previous != 0 {
            put(self.pages.get_mut(previous)?, field::NEXT, &next.to_le_bytes());
            if next != 0 {
                put(self.pages.get_mut(next)?, field::PREVIOUS, &previous.to_le_bytes());
            }
            return self.release(page);
        }
        if next == 0 {
            return Ok(());
        }
        let pairs = self.pairs(next)?;
        let after = u32_at(self.pages.get(next)?, field::NEXT);
        put(self.pages.get_mut(page)?, field::NEXT, &after.to_le_bytes());
        if after != 0 {
            put(self.pages.get_mut(after)?, field::PREVIOUS, &page.to_le_bytes());
        }
        self.write_pairs(page, &pairs)?;
        self.release(next)
    }

    /// Adds a bucket, which takes over half of another one.
    fn expand(&mut self) -> io::Result<()> {
        let bucket = self.max_bucket.checked_add(1).ok_or_else(damaged)?;
        let group = ceil_log2(bucket.wrapping_add(1)) as usize;
        if self.spares.get(group).copied().unwrap_or(0) == 0 {
            // The pages for all buckets until the next doubling, side by side.
            let start = self.last_page.checked_add(1).ok_or_else(damaged)?;
            self.last_page = self.last_page.checked_add(bucket).ok_or_else(damaged)?;
            *self.spares.get_mut(group).ok_or_else(damaged)? =
                start.checked_sub(bucket).ok_or_else(damaged)?;
            self.pages.clear(self.last_page, SORTED)?;
        }
        if bucket > self.high_mask {
            self.low_mask = self.high_mask;
            self.high_mask |= bucket;
        }
        self.max_bucket = bucket;
        self.meta_changed = true;
        let divided = bucket & self.low_mask;
        let chain = self.chain(divided)?;
        let mut pairs = Vec::new();
        for &page in &chain {
            pairs.append(&mut self.pairs(page)?);
        }
        for (index, &page) in chain.iter().enumerate() {
            if index == 0 { self.pages.clear(page, SORTED).map(drop)? } else { self.release(page)? }
        }
        self.pages.clear(self.first_page(bucket)?, SORTED)?;
        for pair in pairs {
            let key = self.contents(&pair.key)?;
            self.insert(self.bucket_of(&key), pair)?;
        }
        Ok(())
    }

    // ---- what stands in a page

    fn pair_count(&mut self, page: u32) -> io::Result<usize> {
        let size = self.pages.size();
        let entries = usize::from(u16_at(self.pages.get(page)?, field::ENTRIES));
        if entries % 2 != 0 || field::HEAD + 2 * entries > size {
            return Err(damaged());
        }
        Ok(entries / 2)
    }

    fn raw_item(&mut self, page: u32, index: usize) -> io::Result<&[u8]> {
        let bytes = self.pages.get(page)?;
        let place = |index: usize| usize::from(u16_at(bytes, field::HEAD + 2 * index));
        let end = if index == 0 { bytes.len() } else { place(index - 1) };
        bytes.get(place(index)..end).ok_or_else(damaged)
    }

    fn item(&mut self, page: u32, index: usize) -> io::Result<Item> {
        Item::parse(self.raw_item(page, index)?)
    }

    fn pairs(&mut self, page: u32) -> io::Result<Vec<Pair>> {
        (0..self.pair_count(page)?)
            .map(|index| {
                Ok(Pair { key: self.item(page, 2 * index)?, value: self.item(page, 2 * index + 1)? })
            })
            .collect()
    }

    fn write_sorted(&mut self, page: u32, mut pairs: Vec<Pair>, pair: Pair) -> io::Result<()> {
        let sorted = self.pages.get(page)?.get(field::TYPE) == Some(&SORTED);
        let old = if sorted { Vec::new() } else { core::mem::take(&mut pairs) };
        for pair in old.into_iter().chain([pair]) {
            let place = self.place(&pairs, &pair.key)?;
            pairs.insert(place, pair);
        }
        self.write_pairs(page, &pairs)
    }

    /// Where a key belongs among others.
    fn place(&mut self, pairs: &[Pair], key: &Item) -> io::Result<usize> {
        let wanted = self.contents(key)?;
        let (mut low, mut high) = (0, pairs.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            let other = &pairs.get(middle).ok_or_else(damaged)?.key;
            let common = self.contents(other)?;
            let len = wanted.len().min(common.len());
            let order = wanted.get(..len).cmp(&common.get(..len)).then_with(|| {
                // Of two keys that begin alike the longer one comes first, unless both lie in pages of their own.
                let apart = matches!((key, other), (Item::Elsewhere { .. }, Item::Elsewhere { .. }));
                let order = wanted.len().cmp(&common.len());
                if apart { order } else { order.reverse() }
            });
            if order == Ordering::Less { high = middle } else { low = middle + 1 }
        }
        Ok(low)
    }

    /// Writes a page's pairs, leaving its place in the chain.
    fn write_pairs(&mut self, page: u32, pairs: &[Pair]) -> io::Result<()> {
        let head = self.pages.get(page)?;
        let (previous, next) = (u32_at(head, field::PREVIOUS), u32_at(head, field::NEXT));
        let bytes = self.pages.clear(page, SORTED)?;
        put(bytes, field::PREVIOUS, &previous.to_le_bytes());
        put(bytes, field::NEXT, &next.to_le_bytes());
        let (mut end, mut place) = (bytes.len(), field::HEAD);
        for item in pairs.iter().flat_map(|pair| [&pair.key, &pair.value]) {
            let start = end.checked_sub(item.len()).ok_or_else(damaged)?;
            item.write(bytes.get_mut(start..end).ok_or_else(damaged)?);
            put(bytes, place, &(start as u16).to_le_bytes());
            place += 2;
            end = start;
        }
        put(bytes, field::ENTRIES, &((2 * pairs.len()) as u16).to_le_bytes());
        put(bytes, field::HIGH_FREE, &(end as u16).to_le_bytes());
        Ok(())
    }

    // ---- long items

    fn store(&mut self, data: &[u8]) -> io::Result<Item> {
        if data.len() <= self.pages.size() / 4 {
            return Ok(Item::Here(data.to_vec()));
        }
        let len = u32::try_from(data.len()).map_err(|_| damaged())?;
        let room = self.pages.size() - field::HEAD;
        let (mut first, mut previous) = (0, 0);
        for piece in data.chunks(room) {
            let page = self.allocate(OVERFLOW)?;
            let bytes = self.pages.get_mut(page)?;
            put(bytes, field::PREVIOUS, &u32::to_le_bytes(previous));
            put(bytes, field::ENTRIES, &1_u16.to_le_bytes());
            put(bytes, field::HIGH_FREE, &(piece.len() as u16).to_le_bytes());
            put(bytes, field::HEAD, piece);
            if previous == 0 {
                first = page;
            } else {
                put(self.pages.get_mut(previous)?, field::NEXT, &page.to_le_bytes());
            }
            previous = page;
        }
        Ok(Item::Elsewhere { page: first, len })
    }

    fn contents(&mut self, item: &Item) -> io::Result<Vec<u8>> {
        let (mut page, len) = match item {
            Item::Here(bytes) => return Ok(bytes.clone()),
            Item::Elsewhere { page, len } => (*page, *len as usize),
        };
        let mut data = Vec::new();
        while page != 0 && data.len() < len {
            let bytes = self.pages.get(page)?;
            let piece = usize::from(u16_at(bytes, field::HIGH_FREE));
            if bytes.get(field::TYPE) != Some(&OVERFLOW) || piece == 0 {
                return Err(damaged());
            }
            data.extend_from_slice(bytes.get(field::HEAD..field::HEAD + piece).ok_or_else(damaged)?);
            page = u32_at(bytes, field::NEXT);
        }
        if data.len() == len { Ok(data) } else { Err(damaged()) }
    }

    /// Gives back the pages of an item.
    fn discard(&mut self, item: &Item) -> io::Result<()> {
        let Item::Elsewhere { page, .. } = item else { return Ok(()) };
        let mut page = *page;
        while page != 0 {
            let bytes = self.pages.get(page)?;
            // A page that is free already would lead in a circle.
            if bytes.get(field::TYPE) != Some(&OVERFLOW) {
                return Err(damaged());
            }
            let next = u32_at(bytes, field::NEXT);
            self.release(page)?;
            page = next;
        }
        Ok(())
    }

    // ---- free pages

    fn allocate(&mut self, kind: u8) -> io::Result<u32> {
        self.meta_changed = true;
        let page = match self.free {
            0 => {
                self.last_page = self.last_page.checked_add(1).ok_or_else(damaged)?;
                self.last_page
            }
            free => {
                let head = self.pages.get(free)?;
                if head.get(field::TYPE) != Some(&FREE) || free > self.last_page {
                    return Err(damaged());
                }
                self.free = u32_at(head, field::NEXT);
                free
            }
        };
        self.pages.clear(page, kind)?;
        Ok(page)
    }

    fn release(&mut self, page: u32) -> io::Result<()> {
        self.meta_changed = true;
        let next = core::mem::replace(&mut self.free, page);
        put(self.pages.clear(page, FREE)?, field::NEXT, &next.to_le_bytes());
        Ok(())
    }
}

impl Drop for HashFile {
    fn drop(&mut self) {
        // Nobody is left to hear of a failure; `flush` before tells of it.
        drop(self.flush());
    }
}
