//! Native modules _sre, _codecs, unicodedata, _string and kin.
