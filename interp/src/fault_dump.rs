//! Writing tracebacks without allocating, locking or touching counts: what `faulthandler` does in a signal handler. Not here: signal
//! handlers (`krait_runtime::system::faults`), ordinary tracebacks (`display.rs`).

use core::sync::atomic::{AtomicPtr, Ordering};

use krait_runtime::objects::{PyDict, PyModule, PySet, PyStr};
use krait_runtime::state::{InterpreterState, ThreadState};
use krait_runtime::system::faults::{thread_name, write, write_number};
use krait_runtime::{Py, thread};

use crate::frame::Frame;

/// Frames and threads that a report shows at most.
const MOST_FRAMES: usize = 100;
const MOST_THREADS: usize = 100;
/// Characters of a name that it shows.
const MOST_TEXT: usize = 500;

static INTERPRETER: AtomicPtr<InterpreterState> = AtomicPtr::new(core::ptr::null_mut());

/// Says whose threads reports are about.
pub fn remember(py: Py<'_>) {
    INTERPRETER.store(core::ptr::from_ref(py.interp()).cast_mut(), Ordering::SeqCst);
}

fn write_text(fd: i32, text: &PyStr) {
    for (i, c) in text.code_points().enumerate() {
        if i == MOST_TEXT {
            write(fd, b"...");
            return;
        }
        match u8::try_from(c) {
            Ok(b) if (b' '..0x7f).contains(&b) => write(fd, &[b]),
            Ok(b) => {
                write(fd, b"\\x");
                write_number(fd, u64::from(b), 16, 2);
            }
            Err(_) if c < 0x1_0000 => {
                write(fd, b"\\u");
                write_number(fd, u64::from(c), 16, 4);
            }
            Err(_) => {
                write(fd, b"\\U");
                write_number(fd, u64::from(c), 16, 8);
            }
        }
    }
}

fn write_frames(fd: i32, state: &ThreadState) {
    let mut frame: *mut Frame = state.current_frame.get().cast();
    // SAFETY: the thread's frames are what they are while it stands still; in a process that is broken already this is a try.
    unsafe {
        frame = Frame::first_complete(frame);
        if frame.is_null() {
            write(fd, b"  <no Python frame>\n");
            return;
        }
        let mut shown = 0;
        while !frame.is_null() {
            if shown == MOST_FRAMES {
                write(fd, b"  ...\n");
                return;
            }
            shown += 1;
            let code = Frame::code(frame);
            write(fd, b"  File ");
            match code.co_filename.borrow() {
                Some(name) => {
                    write(fd, b"\"");
                    write_text(fd, name);
                    write(fd, b"\"");
                }
                None => write(fd, b"???"),
            }
            write(fd, b", line ");
            match u64::try_from(code.addr2line(Frame::lasti(frame) * 2)) {
                Ok(line) => write_number(fd, line, 10, 1),
                Err(_) => write(fd, b"???"),
            }
            write(fd, b" in ");
            match code.co_name.borrow() {
                Some(name) => write_text(fd, name),
                None => write(fd, b"???"),
            }
            write(fd, b"\n");
            frame = Frame::first_complete((*frame).previous);
        }
    }
}

fn write_thread(fd: i32, state: &ThreadState, current: bool) {
    write(fd, if current { b"Current thread 0x" } else { b"Thread 0x" });
    let ident = state.thread_id.get();
    write_number(fd, ident, 16, 16);
    let mut room = [0; 32];
    let len = if ident == 0 { 0 } else { thread_name(ident, &mut room) };
    if len > 0 {
        write(fd, b" [");
        write(fd, room.get(..len).unwrap_or_default());
        write(fd, b"]");
    }
    write(fd, b" (most recent call first):\n");
    write_frames(fd, state);
}

/// Writes the traceback of the calling thread, or of all threads with `all_threads`: a `Dump` of the runtime.
pub fn dump(fd: i32, all_threads: bool) {
    let current = thread::current_ident();
    if all_threads {
        dump_threads(fd, Some(current));
    } else {
        dump_one(fd, current);
    }
}

/// Writes the tracebacks of all threads, none of them the current one.
pub fn dump_others(fd: i32) {
    dump_threads(fd, None);
}

fn dump_one(fd: i32, ident: u64) {
    // SAFETY: as in `dump_threads`.
    let Some(interp) = (unsafe { INTERPRETER.load(Ordering::SeqCst).as_ref() }) else { return };
    let mut next = interp.threads_head.get();
    // SAFETY: as above.
    while let Some(state) = unsafe { next.as_ref() } {
        next = state.next.get();
        if state.thread_id.get() == ident {
            write(fd, b"Stack (most recent call first):\n");
            write_frames(fd, state);
            return;
        }
    }
}

/// Writes which loaded native modules are not of the standard library: a `ListModules` of the runtime.
pub fn list_modules(fd: i32) {
    // SAFETY: as in `dump_threads`.
    let Some(interp) = (unsafe { INTERPRETER.load(Ordering::SeqCst).as_ref() }) else { return };
    let modules = interp.modules.get();
    let Some(modules) = modules.as_ref().and_then(|m| m.downcast::<PyDict>()) else { return };
    let dict = interp.sysdict.get();
    let own = dict.as_ref().and_then(|d| d.downcast::<PyDict>()).and_then(|d| {
        let mut position = 0;
        core::iter::from_fn(|| d.next_entry(&mut position))
            .find(|(name, _)| name.downcast::<PyStr>().is_some_and(|n| n.eq_str("stdlib_module_names")))
    });
    let own = own.as_ref().and_then(|(_, names)| PySet::of(names));
    let mut count = 0;
    let mut position = 0;
    while let Some((name, module)) = modules.next_entry(&mut position) {
        let Some(name) = name.downcast::<PyStr>() else { continue };
        let is_native = module.downcast::<PyModule>().is_some_and(|m| m.def().is_some());
        if !is_native || own.is_some_and(|own| own.has_text(name)) {
            continue;
        }
        write(fd, if count == 0 { b"\nExtension modules: " } else { b", " });
        write_text(fd, name);
        count += 1;
    }
    if count > 0 {
        write(fd, b" (total: ");
        write_number(fd, count, 10, 1);
        write(fd, b")\n");
    }
}

fn dump_threads(fd: i32, current: Option<u64>) {
    // SAFETY: the main interpreter's state and those of linked threads live on; the list does not change while the process stands still.
    let Some(interp) = (unsafe { INTERPRETER.load(Ordering::SeqCst).as_ref() }) else { return };
    let mut next = interp.threads_head.get();
    let mut shown = 0;
    // SAFETY: as above.
    while let Some(state) = unsafe { next.as_ref() } {
        next = state.next.get();
        let is_current = current == Some(state.thread_id.get());
        if shown == MOST_THREADS {
            write(fd, b"...\n");
            return;
        }
        if shown > 0 {
            write(fd, b"\n");
        }
        shown += 1;
        write_thread(fd, state, is_current);
    }
}
