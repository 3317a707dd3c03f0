//! Native modules math, cmath, _random, _decimal and kin.
