//! Native modules _sre, _codecs, unicodedata, _string and kin.
#![forbid(unsafe_code)]
#![deny(clippy::indexing_slicing)]

pub mod sre;
