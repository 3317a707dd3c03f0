//! Object header, reference counting, allocator, collector, types and slots, thread state, abstract protocols, built-in types, exceptions.
