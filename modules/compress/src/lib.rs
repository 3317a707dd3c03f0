//! Native modules zlib, _bz2, _lzma, _zstd.
