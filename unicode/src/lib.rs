//! Unicode 16.0 (and 3.2) character facts as tables and look-ups. Knows no Python object.
