//! Native modules itertools, _functools, _collections, _operator, _struct, _json, array, _datetime and kin.
