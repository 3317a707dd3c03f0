//! Native modules posix, errno, time, _signal, fcntl and kin.
