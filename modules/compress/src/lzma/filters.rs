//! Filter chains: from dicts to what the library takes, and filters' properties as bytes.

use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use liblzma::stream::{Error, Filters, LzmaOptions, MatchFinder, Mode};

use super::{PRESET_DEFAULT, raise_error};

/// The numbers of the filters.
#[allow(missing_docs)]
pub mod ids {
    pub const LZMA1: u64 = 0x4000_0000_0000_0001;
    pub const LZMA2: u64 = 0x21;
    pub const DELTA: u64 = 3;
    pub const X86: u64 = 4;
    pub const POWERPC: u64 = 5;
    pub const IA64: u64 = 6;
    pub const ARM: u64 = 7;
    pub const ARMTHUMB: u64 = 8;
    pub const SPARC: u64 = 9;
}

/// What an LZMA filter's dict says; what it leaves out comes from the preset.
#[derive(Default)]
pub struct Options {
    preset: u32,
    dict_size: Option<u32>,
    lc: Option<u32>,
    lp: Option<u32>,
    pb: Option<u32>,
    mode: Option<u32>,
    nice_len: Option<u32>,
    mf: Option<u32>,
    depth: Option<u32>,
}

/// One filter.
pub enum Filter {
    Lzma { two: bool, options: Options },
    Delta { dist: u32 },
    Jump { id: u64, start: u32 },
}

impl Options {
    /// As the library wants it.
    pub fn build(&self, py: Py<'_>) -> PyResult<LzmaOptions> {
        let mut made = LzmaOptions::new_preset(self.preset).map_err(|_| {
            super::ERROR.raise(py, format_args!("Invalid compression preset: {}", self.preset))
        })?;
        let bad = || raise_error(py, &Error::Options);
        if let Some(n) = self.dict_size {
            made.dict_size(n);
        }
        if let Some(n) = self.lc {
            made.literal_context_bits(n);
        }
        if let Some(n) = self.lp {
            made.literal_position_bits(n);
        }
        if let Some(n) = self.pb {
            made.position_bits(n);
        }
        if let Some(n) = self.mode {
            made.mode(match n {
                1 => Mode::Fast,
                2 => Mode::Normal,
                _ => return Err(bad()),
            });
        }
        if let Some(n) = self.nice_len {
            made.nice_len(n);
        }
        if let Some(n) = self.mf {
            made.match_finder(match n {
                3 => MatchFinder::HashChain3,
                4 => MatchFinder::HashChain4,
                18 => MatchFinder::BinaryTree2,
                19 => MatchFinder::BinaryTree3,
                20 => MatchFinder::BinaryTree4,
                _ => return Err(bad()),
            });
        }
        if let Some(n) = self.depth {
            made.depth(n);
        }
        Ok(made)
    }

    fn dictionary(&self) -> u32 {
        // The presets' dictionary sizes, as powers of two.
        let shift = [18, 20, 21, 22, 22, 23, 23, 24, 25, 26];
        let by_preset = shift.get((self.preset & 31) as usize).map_or(1 << 23, |s| 1 << s);
        self.dict_size.unwrap_or(by_preset)
    }
}

fn number(py: Py<'_>, value: &PyObject) -> PyResult<u32> {
    match value.index(py)?.as_u64().and_then(|n| u32::try_from(n).ok()) {
        Some(n) => Ok(n),
        None => bail!(py, OverflowError, "Value too large for uint32_t type"),
    }
}

/// Reads the entries of a filter's dict; one that is not known is an error.
fn entries(
    py: Py<'_>,
    spec: &PyObject,
    kind: &str,
    mut take: impl FnMut(&str, &PyObject) -> PyResult<bool>,
) -> PyResult<()> {
    let items = match spec.downcast::<PyDict>() {
        Some(dict) => dict.items_snapshot(),
        None => {
            let dict = PyDict::new(py)?;
            dict.update(py, spec)?;
            dict.items_snapshot()
        }
    };
    for (key, value) in items {
        let name = key.downcast::<PyStr>().map(|k| k.to_string_lossy().into_owned()).unwrap_or_default();
        if name != "id" && !take(&name, &value)? {
            bail!(py, ValueError, "Invalid filter specifier for {kind} filter");
        }
    }
    Ok(())
}

/// A filter from its dict.
pub fn parse(py: Py<'_>, spec: &PyObject) -> PyResult<Filter> {
    if !spec.is_mapping() {
        bail!(py, TypeError, "Filter specifier must be a dict or dict-like object");
    }
    let id = match spec.get_item(py, id!(py, "id")) {
        Ok(id) => id,
        Err(raised) if py.error_matches(types::KeyError()) => {
            py.clear_error(raised);
            bail!(py, ValueError, "Filter specifier must have an \"id\" entry")
        }
        Err(raised) => return Err(raised),
    };
    let Some(id) = id.index(py)?.as_u64() else {
        bail!(py, OverflowError, "Value too large for lzma_vli type")
    };
    match id {
        ids::LZMA1 | ids::LZMA2 => {
            let mut options = Options { preset: PRESET_DEFAULT, ..Options::default() };
            entries(py, spec, "LZMA", |name, value| {
                let field = match name {
                    "preset" => {
                        options.preset = number(py, value)?;
                        return Ok(true);
                    }
                    "dict_size" => &mut options.dict_size,
                    "lc" => &mut options.lc,
                    "lp" => &mut options.lp,
                    "pb" => &mut options.pb,
                    "mode" => &mut options.mode,
                    "nice_len" => &mut options.nice_len,
                    "mf" => &mut options.mf,
                    "depth" => &mut options.depth,
                    _ => return Ok(false),
                };
                *field = Some(number(py, value)?);
                Ok(true)
            })?;
            Ok(Filter::Lzma { two: id == ids::LZMA2, options })
        }
        ids::DELTA => {
            let mut dist = 1;
            entries(py, spec, "delta", |name, value| {
                if name == "dist" {
                    dist = number(py, value)?;
                }
                Ok(name == "dist")
            })?;
            Ok(Filter::Delta { dist })
        }
        ids::X86..=ids::SPARC => {
            let mut start = 0;
            entries(py, spec, "BCJ", |name, value| {
                if name == "start_offset" {
                    start = number(py, value)?;
                }
                Ok(name == "start_offset")
            })?;
            Ok(Filter::Jump { id, start })
        }
        _ => bail!(py, ValueError, "Invalid filter ID: {id}"),
    }
}

/// A chain from a sequence of dicts.
pub fn parse_chain(py: Py<'_>, specs: &PyObject) -> PyResult<Vec<Filter>> {
    if PyDict::check(specs) {
        bail!(py, TypeError, "dict is not a sequence");
    }
    let n = specs.len(py)?;
    if n > 4 {
        bail!(py, ValueError, "Too many filters - liblzma supports a maximum of 4");
    }
    (0..n).map(|i| parse(py, &*specs.sequence_item(py, i)?)).collect()
}

/// A chain as the library wants it.
pub fn build(py: Py<'_>, chain: &[Filter]) -> PyResult<Filters> {
    let mut made = Filters::new();
    for filter in chain {
        let added = match filter {
            Filter::Lzma { two, options } => {
                let options = options.build(py)?;
                if *two {
                    made.lzma2(&options)
                } else {
                    made.lzma1(&options)
                };
                continue;
            }
            Filter::Delta { dist } if !(1..=256).contains(dist) => Err(Error::Options),
            Filter::Delta { dist } => made.delta_properties(&[(dist - 1) as u8]).map(drop),
            Filter::Jump { id, start: 0 } => {
                match *id {
                    ids::X86 => made.x86(),
                    ids::POWERPC => made.powerpc(),
                    ids::IA64 => made.ia64(),
                    ids::ARM => made.arm(),
                    ids::ARMTHUMB => made.arm_thumb(),
                    _ => made.sparc(),
                };
                continue;
            }
            Filter::Jump { id, start } => {
                let start = start.to_le_bytes();
                match *id {
                    ids::X86 => made.x86_properties(&start),
                    ids::POWERPC => made.powerpc_properties(&start),
                    ids::IA64 => made.ia64_properties(&start),
                    ids::ARM => made.arm_properties(&start),
                    ids::ARMTHUMB => made.arm_thumb_properties(&start),
                    _ => made.sparc_properties(&start),
                }
                .map(drop)
            }
        };
        added.map_err(|error| raise_error(py, &error))?;
    }
    Ok(made)
}

impl Filter {
    /// The properties as `.xz` block headers and `.lzma` headers hold them.
    pub fn encode(&self, py: Py<'_>) -> PyResult<Vec<u8>> {
        let bad = || raise_error(py, &Error::Options);
        Ok(match self {
            Filter::Lzma { two: false, options } => {
                let (lc, lp, pb) =
                    (options.lc.unwrap_or(3), options.lp.unwrap_or(0), options.pb.unwrap_or(2));
                if lc + lp > 4 || pb > 4 {
                    return Err(bad());
                }
                let mut bytes = vec![((pb * 5 + lp) * 9 + lc) as u8];
                bytes.extend(options.dictionary().to_le_bytes());
                bytes
            }
            Filter::Lzma { two: true, options } => {
                // Sizes of the form 2^n and 2^n + 2^(n-1), rounded up.
                let size = options.dictionary().max(4096);
                let fits =
                    |code: &u32| *code == 40 || u64::from(2 | code & 1) << (code / 2 + 11) >= size.into();
                vec![(0..=40).find(fits).unwrap_or(40) as u8]
            }
            Filter::Delta { dist } if (1..=256).contains(dist) => vec![(dist - 1) as u8],
            Filter::Delta { .. } => return Err(bad()),
            Filter::Jump { start: 0, .. } => Vec::new(),
            Filter::Jump { start, .. } => start.to_le_bytes().to_vec(),
        })
    }
}

/// A filter's dict from its properties.
pub fn decode(py: Py<'_>, id: u64, properties: &[u8]) -> PyResult<Ref<PyDict>> {
    let dict = PyDict::new(py)?;
    let set = |name: &str, value: u64| dict.set_named(py, name, &*value.into_py(py)?);
    set("id", id)?;
    match (id, properties) {
        (ids::LZMA1, [packed, size @ ..]) if size.len() == 4 && *packed < 9 * 5 * 5 => {
            set("dict_size", size.iter().rev().fold(0, |all, b| all << 8 | u64::from(*b)))?;
            set("lc", u64::from(packed % 9))?;
            set("lp", u64::from(packed / 9 % 5))?;
            set("pb", u64::from(packed / 45))?;
        }
        (ids::LZMA2, [code]) if *code <= 40 => {
            let size =
                if *code == 40 { u64::from(u32::MAX) } else { u64::from(2 | code & 1) << (code / 2 + 11) };
            set("dict_size", size)?;
        }
        (ids::DELTA, [dist]) => set("dist", u64::from(*dist) + 1)?,
        (ids::X86..=ids::SPARC, []) => {}
        (ids::X86..=ids::SPARC, [a, b, c, d]) => {
            let start = u32::from_le_bytes([*a, *b, *c, *d]);
            if start != 0 {
                set("start_offset", start.into())?;
            }
        }
        _ => return Err(raise_error(py, &Error::Options)),
    }
    Ok(dict)
}
