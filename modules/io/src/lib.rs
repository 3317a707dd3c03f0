//! Native module _io.
