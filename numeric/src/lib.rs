//! Number kernels: 30-bit-digit integers, float text, format specifications, hashes. Knows no Python object.
