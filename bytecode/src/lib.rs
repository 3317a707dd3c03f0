//! The one table of instructions, code-object data, location, exception-table and marshal codecs. Knows no Python object.
