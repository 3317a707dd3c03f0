//! Frames, evaluation loop, specialisation, functions, generators, coroutines, calls, import core.
