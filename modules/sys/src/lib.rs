//! Native modules sys, builtins, marshal, _imp, _warnings, gc, atexit and kin.
