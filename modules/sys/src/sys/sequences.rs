//! The named-tuple-like types of `sys`, and the values that are instances of them.

use krait_runtime::objects::structseq::StructSeq;
use krait_runtime::prelude::*;

static FLAGS: StructSeq = StructSeq::immutable(
    "sys.flags",
    "sys.flags\n\nFlags provided through command line arguments or environment vars.",
    &[
        ("debug", "-d"),
        ("inspect", "-i"),
        ("interactive", "-i"),
        ("optimize", "-O or -OO"),
        ("dont_write_bytecode", "-B"),
        ("no_user_site", "-s"),
        ("no_site", "-S"),
        ("ignore_environment", "-E"),
        ("verbose", "-v"),
        ("bytes_warning", "-b"),
        ("quiet", "-q"),
        ("hash_randomization", "-R"),
        ("isolated", "-I"),
        ("dev_mode", "-X dev"),
        ("utf8_mode", "-X utf8"),
        ("warn_default_encoding", "-X warn_default_encoding"),
        ("safe_path", "-P"),
        ("int_max_str_digits", "-X int_max_str_digits"),
        ("gil", "-X gil"),
        ("thread_inherit_context", "-X thread_inherit_context"),
        ("context_aware_warnings", "-X context_aware_warnings"),
    ],
    18,
    false,
);

/// The place of `int_max_str_digits` in `sys.flags`.
const MAX_STR_DIGITS: usize = 17;

static VERSION_INFO: StructSeq = StructSeq::immutable(
    "sys.version_info",
    "sys.version_info\n\nVersion information as a named tuple.",
    &[
        ("major", "Major release number"),
        ("minor", "Minor release number"),
        ("micro", "Patch release number"),
        ("releaselevel", "'alpha', 'beta', 'candidate', or 'final'"),
        ("serial", "Serial release number"),
    ],
    5,
    false,
);

static FLOAT_INFO: StructSeq = StructSeq::immutable(
    "sys.float_info",
    "sys.float_info\n\nA named tuple holding information about the float type. It contains low level\ninformation about the \
     precision and internal representation. Please study\nyour system's :file:`float.h` for more information.",
    &[
        ("max", "DBL_MAX -- maximum representable finite float"),
        ("max_exp", "DBL_MAX_EXP -- maximum int e such that radix**(e-1) is representable"),
        ("max_10_exp", "DBL_MAX_10_EXP -- maximum int e such that 10**e is representable"),
        ("min", "DBL_MIN -- Minimum positive normalized float"),
        ("min_exp", "DBL_MIN_EXP -- minimum int e such that radix**(e-1) is a normalized float"),
        ("min_10_exp", "DBL_MIN_10_EXP -- minimum int e such that 10**e is a normalized float"),
        ("dig", "DBL_DIG -- maximum number of decimal digits that can be faithfully represented in a float"),
        ("mant_dig", "DBL_MANT_DIG -- mantissa digits"),
        ("epsilon", "DBL_EPSILON -- Difference between 1 and the next representable float"),
        ("radix", "FLT_RADIX -- radix of exponent"),
        ("rounds", "FLT_ROUNDS -- rounding mode used for arithmetic operations"),
    ],
    11,
    true,
);

static INT_INFO: StructSeq = StructSeq::immutable(
    "sys.int_info",
    "sys.int_info\n\nA named tuple that holds information about Python's\ninternal representation of integers.  The \
     attributes are read only.",
    &[
        ("bits_per_digit", "size of a digit in bits"),
        ("sizeof_digit", "size in bytes of the C type used to represent a digit"),
        ("default_max_str_digits", "maximum string conversion digits limitation"),
        ("str_digits_check_threshold", "minimum positive value for int_max_str_digits"),
    ],
    4,
    true,
);

static HASH_INFO: StructSeq = StructSeq::immutable(
    "sys.hash_info",
    "hash_info\n\nA named tuple providing parameters used for computing\nhashes. The attributes are read only.",
    &[
        ("width", "width of the type used for hashing, in bits"),
        ("modulus", "prime number giving the modulus on which the hash function is based"),
        ("inf", "value to be used for hash of a positive infinity"),
        ("nan", "value to be used for hash of a nan"),
        ("imag", "multiplier used for the imaginary part of a complex number"),
        ("algorithm", "name of the algorithm for hashing of str, bytes and memoryviews"),
        ("hash_bits", "internal output size of hash algorithm"),
        ("seed_bits", "seed size of hash algorithm"),
        ("cutoff", "small string optimization cutoff"),
    ],
    9,
    true,
);

static THREAD_INFO: StructSeq = StructSeq::immutable(
    "sys.thread_info",
    "sys.thread_info\n\nA named tuple holding information about the thread implementation.",
    &[
        ("name", "name of the thread implementation"),
        ("lock", "name of the lock implementation"),
        ("version", "name and version of the thread library"),
    ],
    3,
    true,
);

static ASYNCGEN_HOOKS: StructSeq = StructSeq::immutable(
    "asyncgen_hooks",
    "asyncgen_hooks\n\nA named tuple providing information about asynchronous\ngenerators hooks.  The attributes are read \
     only.",
    &[("firstiter", "Hook to intercept first iteration"), ("finalizer", "Hook to intercept finalization")],
    2,
    true,
);

type Made = PyResult<Ref<PyObject>>;

/// `sys.flags`.
pub fn flags(py: Py<'_>) -> Made {
    let c = py.interp().config.borrow().clone();
    let int = |n: i32| n.into_py(py);
    FLAGS.make(
        py,
        vec![
            int(c.debug)?,
            int(c.inspect)?,
            int(c.interactive)?,
            int(c.optimize)?,
            int(c.dont_write_bytecode)?,
            int(c.no_user_site)?,
            int(c.no_site)?,
            int(c.ignore_environment)?,
            int(c.verbose)?,
            int(c.bytes_warning)?,
            int(c.quiet)?,
            int(c.hash_randomization)?,
            int(c.isolated)?,
            c.dev_mode.into_py(py)?,
            int(c.utf8_mode)?,
            int(c.warn_default_encoding)?,
            c.safe_path.into_py(py)?,
            int(py.interp().int_max_str_digits.get())?,
            int(1)?,
            int(c.thread_inherit_context)?,
            int(c.context_aware_warnings)?,
        ],
    )
}

/// Writes the new digit limit into the present `sys.flags`.
pub fn update_max_str_digits(py: Py<'_>, digits: i32) -> PyResult<()> {
    if let Some(flags) = py.sys_object(id!(py, "flags"))? {
        FLAGS.set_field(&flags, MAX_STR_DIGITS, digits.into_py(py)?);
    }
    Ok(())
}

/// `sys.version_info`.
pub fn version_info(py: Py<'_>) -> Made {
    let [major, minor, micro] = super::facts::VERSION_NUMBERS;
    let values = vec![
        major.into_py(py)?,
        minor.into_py(py)?,
        micro.into_py(py)?,
        PyStr::new_interned(py, "final")?.upcast(),
        0.into_py(py)?,
    ];
    VERSION_INFO.make(py, values)
}

/// `sys.float_info`.
pub fn float_info(py: Py<'_>) -> Made {
    let values = vec![
        f64::MAX.into_py(py)?,
        f64::MAX_EXP.into_py(py)?,
        f64::MAX_10_EXP.into_py(py)?,
        f64::MIN_POSITIVE.into_py(py)?,
        f64::MIN_EXP.into_py(py)?,
        f64::MIN_10_EXP.into_py(py)?,
        f64::DIGITS.into_py(py)?,
        f64::MANTISSA_DIGITS.into_py(py)?,
        f64::EPSILON.into_py(py)?,
        f64::RADIX.into_py(py)?,
        1.into_py(py)?,
    ];
    FLOAT_INFO.make(py, values)
}

/// `sys.int_info`.
pub fn int_info(py: Py<'_>) -> Made {
    let values = [30, 4, 4300, super::limits::MIN_MAX_STR_DIGITS];
    INT_INFO.make(py, values.into_iter().map(|n| n.into_py(py)).collect::<PyResult<_>>()?)
}

/// `sys.hash_info`.
pub fn hash_info(py: Py<'_>) -> Made {
    let values = vec![
        64.into_py(py)?,
        ((1i64 << 61) - 1).into_py(py)?,
        314_159.into_py(py)?,
        0.into_py(py)?,
        1_000_003.into_py(py)?,
        "siphash13".into_py(py)?,
        64.into_py(py)?,
        128.into_py(py)?,
        0.into_py(py)?,
    ];
    HASH_INFO.make(py, values)
}

/// `sys.thread_info`.
pub fn thread_info(py: Py<'_>) -> Made {
    let version = krait_runtime::system::threads::library_version();
    THREAD_INFO.make(py, vec!["pthread".into_py(py)?, "semaphore".into_py(py)?, version.into_py(py)?])
}

/// What `sys.get_asyncgen_hooks` gives.
pub fn asyncgen_hooks(py: Py<'_>, firstiter: Ref<PyObject>, finalizer: Ref<PyObject>) -> Made {
    ASYNCGEN_HOOKS.make(py, vec![firstiter, finalizer])
}
