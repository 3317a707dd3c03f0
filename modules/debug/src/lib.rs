//! Native modules tracemalloc, faulthandler, _lsprof.
