//! Writing tracebacks without allocating, locking or touching counts: what `faulthandler` does in a signal handler. Not here: signal
//! handlers (`krait_runtime::system::faults`), ordinary tracebacks (`display.rs`).

use core::sync::atomic::{AtomicPtr, Ordering};

use krait_runtime::objects::PyStr;
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
    dump_threads(fd, all_threads, Some(thread::current_ident()));
}

/// Writes the tracebacks of all threads, none of them the current one.
pub fn dump_others(fd: i32) {
    dump_threads(fd, true, None);
}

fn dump_threads(fd: i32, all_threads: bool, current: Option<u64>) {
    // SAFETY: the main interpreter's state and those of linked threads live on; the list does not change while the process stands still.
    let Some(interp) = (unsafe { INTERPRETER.load(Ordering::SeqCst).as_ref() }) else { return };
    let mut next = interp.threads_head.get();
    let mut shown = 0;
    // SAFETY: as above.
    while let Some(state) = unsafe { next.as_ref() } {
        next = state.next.get();
        let is_current = current == Some(state.thread_id.get());
        if !all_threads && !is_current {
            continue;
        }
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
