//! Parameters: their constants, and setting them from a dict of options.

use krait_runtime::local::InterpreterLocal;
use krait_runtime::prelude::*;
use krait_runtime::system::zstd::parameter_bounds;

/// The enumerations of the library, which tell the two kinds of parameters apart.
pub static COMPRESSION_TYPE: InterpreterLocal = InterpreterLocal::new(|py| Ok(py.none()));
pub static DECOMPRESSION_TYPE: InterpreterLocal = InterpreterLocal::new(|py| Ok(py.none()));

/// The module's constants.
#[rustfmt::skip]
pub const CONSTANTS: &[(&str, i32)] = &[
    ("ZSTD_c_compressionLevel", 100), ("ZSTD_c_windowLog", 101), ("ZSTD_c_hashLog", 102), ("ZSTD_c_chainLog", 103),
    ("ZSTD_c_searchLog", 104), ("ZSTD_c_minMatch", 105), ("ZSTD_c_targetLength", 106), ("ZSTD_c_strategy", 107),
    ("ZSTD_c_enableLongDistanceMatching", 160), ("ZSTD_c_ldmHashLog", 161), ("ZSTD_c_ldmMinMatch", 162),
    ("ZSTD_c_ldmBucketSizeLog", 163), ("ZSTD_c_ldmHashRateLog", 164), ("ZSTD_c_contentSizeFlag", 200),
    ("ZSTD_c_checksumFlag", 201), ("ZSTD_c_dictIDFlag", 202), ("ZSTD_c_nbWorkers", 400), ("ZSTD_c_jobSize", 401),
    ("ZSTD_c_overlapLog", 402), ("ZSTD_d_windowLogMax", 100),
    ("ZSTD_fast", 1), ("ZSTD_dfast", 2), ("ZSTD_greedy", 3), ("ZSTD_lazy", 4), ("ZSTD_lazy2", 5), ("ZSTD_btlazy2", 6),
    ("ZSTD_btopt", 7), ("ZSTD_btultra", 8), ("ZSTD_btultra2", 9),
];

/// The compression level and the number of threads, which compressors look at themselves.
pub const LEVEL: i32 = 100;

#[rustfmt::skip]
const NAMES: &[(i32, &str)] = &[
    (100, "compression_level"), (101, "window_log"), (102, "hash_log"), (103, "chain_log"), (104, "search_log"),
    (105, "min_match"), (106, "target_length"), (107, "strategy"), (160, "enable_long_distance_matching"),
    (161, "ldm_hash_log"), (162, "ldm_min_match"), (163, "ldm_bucket_size_log"), (164, "ldm_hash_rate_log"),
    (200, "content_size_flag"), (201, "checksum_flag"), (202, "dict_id_flag"), (400, "nb_workers"), (401, "job_size"),
    (402, "overlap_log"),
];

/// Says what is wrong with a parameter that was refused.
#[cold]
pub fn refused(py: Py<'_>, id: i32, value: i32, is_compress: bool) -> Raised {
    let kind = if is_compress { "compression" } else { "decompression" };
    let name = if is_compress {
        NAMES.iter().find(|(known, _)| *known == id).map(|(_, name)| *name)
    } else {
        (id == 100).then_some("window_log_max")
    };
    let bounds = parameter_bounds(id, is_compress);
    match (name, bounds) {
        (Some(_), Ok((low, high))) if is_compress && id == LEVEL => {
            raise!(py, ValueError, "illegal compression level {value}; the valid range is [{low}, {high}]")
        }
        (Some(name), Ok((low, high))) => raise!(
            py,
            ValueError,
            "{kind} parameter '{name}' received an illegal value {value}; the valid range is [{low}, {high}]"
        ),
        _ => raise!(py, ValueError, "invalid {kind} parameter 'unknown parameter (key {id})'"),
    }
}

/// The options of a dict, each checked against its bounds.
pub fn options(py: Py<'_>, given: &PyDict, is_compress: bool) -> PyResult<Vec<(i32, i32)>> {
    let other = if is_compress { &DECOMPRESSION_TYPE } else { &COMPRESSION_TYPE }.get(py)?;
    let mut options = Vec::new();
    for (key, value) in given.items_snapshot() {
        if let Some(other) = other.downcast::<PyType>()
            && key.is_exactly(other)
        {
            let (own, wrong) =
                if is_compress { ("compression", "Decompression") } else { ("decompression", "Compression") };
            bail!(py, TypeError, "{own} options dictionary key must not be a {wrong}Parameter attribute");
        }
        let id = krait_runtime::args::extract::<i32>(py, &key, "options", 0)?;
        let value = krait_runtime::args::extract::<i32>(py, &value, "options", 0)?;
        match parameter_bounds(id, is_compress) {
            Ok((low, high)) if (low..=high).contains(&value) => options.push((id, value)),
            _ => return Err(refused(py, id, value, is_compress)),
        }
    }
    Ok(options)
}
