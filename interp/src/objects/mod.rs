//! Objects of the interpreter: code, function, frame, generator, coroutine, traceback, cell.
