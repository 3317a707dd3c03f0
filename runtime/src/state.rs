//! Thread state and interpreter state: everything that is not process-global hangs off one of these two.
//! Not here: the GIL (`gil.rs`), frames (crate `interp`, which stores its own data behind the opaque pointers).

use core::cell::{Cell, OnceCell, RefCell};
use core::ffi::c_void;
use core::sync::atomic::{AtomicUsize, Ordering};

use crate::object::PyObject;
use crate::reference::{Member, Ref};

/// Bits of `ThreadState::eval_breaker`; any set bit sends the evaluation loop to its slow check.
#[allow(missing_docs)]
pub mod breaker {
    pub const GIL_DROP_REQUEST: usize = 1 << 0;
    pub const SIGNALS_PENDING: usize = 1 << 1;
    pub const CALLS_TO_DO: usize = 1 << 2;
    pub const ASYNC_EXCEPTION: usize = 1 << 3;
    pub const GC_SCHEDULED: usize = 1 << 4;
    /// Set by another process (`system::remote`).
    pub const DEBUGGER_SCRIPT: usize = 1 << 5;
    /// The spare memory was touched (`spare`).
    pub const MEMORY_LOW: usize = 1 << 6;
    /// All bits that events may use; above them stands the version of the instrumentation.
    pub const ALL: usize = 0xff;
}

/// One link of the chain of exceptions being handled (`_PyErr_StackItem`): each generator has its own.
#[repr(C)]
pub struct ExcStackItem {
    /// The exception being handled, or null / None.
    pub exc_value: Member<PyObject>,
    /// The enclosing link.
    pub previous: Cell<*const ExcStackItem>,
}

impl ExcStackItem {
    /// A link with nothing being handled.
    pub const EMPTY: ExcStackItem =
        ExcStackItem { exc_value: Member::empty(), previous: Cell::new(core::ptr::null()) };
}

/// The state of one thread in one interpreter (`PyThreadState`).
#[repr(C)]
#[allow(missing_docs)]
pub struct ThreadState {
    pub prev: Cell<*const ThreadState>,
    pub next: Cell<*const ThreadState>,
    pub interp: *const InterpreterState,
    /// See [`breaker`]; other threads and signal handlers set bits.
    pub eval_breaker: AtomicUsize,
    pub status: Cell<u32>,
    pub py_recursion_remaining: Cell<i32>,
    pub py_recursion_limit: Cell<i32>,
    pub recursion_headroom: Cell<i32>,
    pub tracing: Cell<i32>,
    pub what_event: Cell<i32>,
    /// The innermost frame, `interp`'s own type.
    pub current_frame: Cell<*mut c_void>,
    /// `sys.setprofile`/`sys.settrace` functions (Python objects; `interp` calls them).
    pub profile_object: Member<PyObject>,
    pub trace_object: Member<PyObject>,
    /// The exception being raised, or null. Always an exception instance.
    pub current_exception: Member<PyObject>,
    /// Top of the chain of exceptions being handled.
    pub exc_info: Cell<*const ExcStackItem>,
    /// `PyThreadState_GetDict`.
    pub dict: Member<PyObject>,
    pub async_exc: Member<PyObject>,
    pub thread_id: Cell<u64>,
    pub native_thread_id: Cell<u64>,
    /// Objects whose deallocation was put off because the native stack was nearly used up.
    pub delete_later: Cell<*mut PyObject>,
    pub coroutine_origin_tracking_depth: Cell<i32>,
    pub async_gen_firstiter: Member<PyObject>,
    pub async_gen_finalizer: Member<PyObject>,
    pub context: Member<PyObject>,
    pub context_ver: Cell<u64>,
    pub id: u64,
    /// The frame stack: current chunk, next free slot, end of chunk. Owned by `interp`.
    pub datastack_chunk: Cell<*mut c_void>,
    pub datastack_top: Cell<*mut *mut PyObject>,
    pub datastack_limit: Cell<*mut *mut PyObject>,
    /// Bottom link of the `exc_info` chain.
    pub exc_state: ExcStackItem,
    /// Native stack: addresses below `stack_soft_limit` raise RecursionError.
    pub stack_soft_limit: Cell<usize>,
    pub stack_top: Cell<usize>,
    /// Depth of `Py_ReprEnter`: objects whose repr is being made.
    pub repr_stack: RefCell<Vec<Ref<PyObject>>>,
    /// `asyncio`: the loop that runs on this thread, the task that it runs, and the tasks made here.
    pub asyncio_running_loop: Member<PyObject>,
    pub asyncio_running_task: Member<PyObject>,
    pub asyncio_tasks: crate::object_list::ObjectList,
    /// The `threading.local` objects in which this thread has attributes.
    pub locals: crate::thread_local::ThreadLocals,
    /// Memory for the next floats and short ints.
    pub number_blocks: crate::number_blocks::NumberBlocks,
    /// Room for `interp` to hang its own per-thread data on.
    pub interp_data: Cell<*mut c_void>,
}

impl ThreadState {
    /// A state for a thread of `interp`; not linked or attached yet.
    pub fn new(interp: *const InterpreterState, id: u64, recursion_limit: i32) -> Box<ThreadState> {
        let ts = Box::new(ThreadState {
            prev: Cell::new(core::ptr::null()),
            next: Cell::new(core::ptr::null()),
            interp,
            eval_breaker: AtomicUsize::new(0),
            status: Cell::new(0),
            py_recursion_remaining: Cell::new(recursion_limit),
            py_recursion_limit: Cell::new(recursion_limit),
            recursion_headroom: Cell::new(0),
            tracing: Cell::new(0),
            what_event: Cell::new(-1),
            current_frame: Cell::new(core::ptr::null_mut()),
            profile_object: Member::empty(),
            trace_object: Member::empty(),
            current_exception: Member::empty(),
            exc_info: Cell::new(core::ptr::null()),
            dict: Member::empty(),
            async_exc: Member::empty(),
            thread_id: Cell::new(0),
            native_thread_id: Cell::new(0),
            delete_later: Cell::new(core::ptr::null_mut()),
            coroutine_origin_tracking_depth: Cell::new(0),
            async_gen_firstiter: Member::empty(),
            async_gen_finalizer: Member::empty(),
            context: Member::empty(),
            context_ver: Cell::new(1),
            id,
            datastack_chunk: Cell::new(core::ptr::null_mut()),
            datastack_top: Cell::new(core::ptr::null_mut()),
            datastack_limit: Cell::new(core::ptr::null_mut()),
            exc_state: ExcStackItem::EMPTY,
            stack_soft_limit: Cell::new(0),
            stack_top: Cell::new(0),
            repr_stack: RefCell::new(Vec::new()),
            asyncio_running_loop: Member::empty(),
            asyncio_running_task: Member::empty(),
            asyncio_tasks: crate::object_list::ObjectList::new(),
            locals: crate::thread_local::ThreadLocals::default(),
            number_blocks: crate::number_blocks::NumberBlocks::new(),
            interp_data: Cell::new(core::ptr::null_mut()),
        });
        ts.exc_info.set(&ts.exc_state);
        ts
    }

    /// The innermost exception that this thread is handling.
    pub fn handled_exception(&self) -> Option<Ref<PyObject>> {
        let mut link = self.exc_info.get();
        loop {
            // SAFETY: links live as long as the frames and generators that pushed them.
            let item = unsafe { link.as_ref() }?;
            match item.exc_value.get() {
                Some(v) if !v.is(crate::objects::PyNone::get()) => return Some(v),
                _ => link = item.previous.get(),
            }
        }
    }

    /// Asks the thread to leave its fast path at the next check.
    pub fn set_breaker(&self, bit: usize) {
        self.eval_breaker.fetch_or(bit, Ordering::Relaxed);
    }
}

/// The state of one interpreter (`PyInterpreterState`).
#[allow(missing_docs)]
pub struct InterpreterState {
    pub id: i64,
    pub threads_head: Cell<*const ThreadState>,
    /// `sys.modules`.
    pub modules: Member<PyObject>,
    /// The dict of module `sys`.
    pub sysdict: Member<PyObject>,
    /// The dict of module `builtins`.
    pub builtins: Member<PyObject>,
    /// `builtins.__import__` as it was at start-up, to see whether somebody replaced it.
    pub import_func: Member<PyObject>,
    /// `all` and `any` as they were at start-up, for `LOAD_COMMON_CONSTANT`.
    pub common_all: Member<PyObject>,
    pub common_any: Member<PyObject>,
    /// `importlib._bootstrap`.
    pub importlib: Member<PyObject>,
    pub gil: crate::gil::Gil,
    /// `_imp.acquire_lock`.
    pub import_lock: crate::sync::RecursiveLock,
    /// Threads that `_thread` started and that still run.
    pub thread_count: Cell<usize>,
    /// `asyncio` tasks of threads that have ended.
    pub asyncio_tasks: crate::object_list::ObjectList,
    pub gc: crate::gc::GcState,
    pub recursion_limit: Cell<i32>,
    pub next_thread_id: Cell<u64>,
    pub finalizing: Cell<bool>,
    /// Options from the command line and environment (`sys.flags`).
    pub config: RefCell<Config>,
    /// Next version numbers for types, dict keys and functions.
    pub next_type_version: Cell<u32>,
    /// The attribute cache of all types.
    pub type_cache: crate::objects::r#type::TypeCache,
    pub next_keys_version: Cell<u32>,
    pub next_func_version: Cell<u32>,
    /// Interned strings: a dict from string to itself.
    pub interned: Member<PyObject>,
    /// `sys.set_int_max_str_digits`.
    pub int_max_str_digits: Cell<i32>,
    /// Whether `unicodedata`, which names characters, has been found.
    pub character_names: Cell<bool>,
    /// Codec registry and error handlers, made at first use by module `_codecs`.
    pub codec_search_path: Member<PyObject>,
    pub codec_search_cache: Member<PyObject>,
    pub codec_error_registry: Member<PyObject>,
    /// The classes of module `_ast`, made at first use.
    pub ast_classes: Member<PyObject>,
    /// Warnings state (module `_warnings`): filters, once registry, default action, filter version.
    pub warnings_filters: Member<PyObject>,
    pub warnings_once_registry: Member<PyObject>,
    pub warnings_default_action: Member<PyObject>,
    pub warnings_filters_version: Cell<isize>,
    pub warnings_lock: crate::sync::RecursiveLock,
    /// The context variable of `-X context_aware_warnings`.
    pub warnings_context: Member<PyObject>,
    /// `sys.audit` hooks of this interpreter.
    pub audit_hooks: Member<PyObject>,
    /// `sys.setdlopenflags`.
    pub dlopen_flags: Cell<i32>,
    /// A `MemoryError` made at start-up, for when nothing more can be had.
    pub memory_error: Member<PyObject>,
    /// `ExceptionGroup`, which has two bases and so is a heap type.
    pub exception_group: Member<PyObject>,
    /// `atexit` callbacks, last registered last.
    pub atexit_callbacks: RefCell<Vec<Ref<PyObject>>>,
    /// Objects of native modules (`local.rs`).
    pub locals: crate::local::LocalValues,
    /// Tools that watch running code.
    pub monitoring: crate::monitoring::MonitoringState,
    /// Room for `interp` (import state, watchers, monitoring).
    pub interp_data: OnceCell<Box<dyn core::any::Any>>,
}

/// `PyConfig`, as far as it is visible: `sys.flags` and start-up paths.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Config {
    pub debug: i32,
    pub inspect: i32,
    pub interactive: i32,
    pub optimize: i32,
    pub dont_write_bytecode: i32,
    pub no_user_site: i32,
    pub no_site: i32,
    pub ignore_environment: i32,
    pub verbose: i32,
    pub bytes_warning: i32,
    pub quiet: i32,
    pub hash_randomization: i32,
    pub isolated: i32,
    pub dev_mode: bool,
    pub utf8_mode: i32,
    pub warn_default_encoding: i32,
    pub safe_path: bool,
    pub skip_first_line: bool,
    pub int_max_str_digits: i32,
    pub unbuffered: bool,
    pub hash_seed: Option<u32>,
    /// `-R`: whatever `PYTHONHASHSEED` says.
    pub wants_random_hashes: bool,
    pub import_time: i32,
    /// `-X frozen_modules=off`, `PYTHON_FROZEN_MODULES=off`.
    pub without_frozen_modules: bool,
    /// `PYTHONMALLOCSTATS`: what the allocator did is written to standard error at the end.
    pub malloc_stats: bool,
    /// What start-up put first into `sys.path`: the folder of the script, whose files hide other modules.
    pub first_path: Option<Vec<u8>>,
    pub faulthandler: bool,
    pub tracemalloc: i32,
    pub no_debug_ranges: bool,
    pub no_remote_debug: bool,
    /// `-X cpu_count`.
    pub cpu_count: Option<i32>,
    pub thread_inherit_context: i32,
    pub context_aware_warnings: i32,
    pub warn_options: Vec<String>,
    pub x_options: Vec<(String, Option<String>)>,
    /// `sys.argv` and `sys.orig_argv`, as OS bytes.
    pub argv: Vec<Vec<u8>>,
    pub orig_argv: Vec<Vec<u8>>,
    pub executable: Vec<u8>,
    pub base_executable: Vec<u8>,
    pub prefix: Vec<u8>,
    pub exec_prefix: Vec<u8>,
    pub base_prefix: Vec<u8>,
    pub base_exec_prefix: Vec<u8>,
    pub platlibdir: String,
    pub stdlib_dir: Vec<u8>,
    pub module_search_paths: Vec<Vec<u8>>,
    pub pycache_prefix: Option<Vec<u8>>,
    pub check_hash_pycs_mode: String,
    pub stdio_encoding: Option<String>,
    pub stdio_errors: Option<String>,
    pub filesystem_encoding: String,
    pub filesystem_errors: String,
}

impl InterpreterState {
    /// A fresh interpreter with nothing loaded.
    pub fn new(id: i64, config: Config) -> InterpreterState {
        InterpreterState {
            id,
            threads_head: Cell::new(core::ptr::null()),
            modules: Member::empty(),
            sysdict: Member::empty(),
            builtins: Member::empty(),
            import_func: Member::empty(),
            common_all: Member::empty(),
            common_any: Member::empty(),
            importlib: Member::empty(),
            gil: crate::gil::Gil::new(),
            import_lock: crate::sync::RecursiveLock::new(),
            thread_count: Cell::new(0),
            asyncio_tasks: crate::object_list::ObjectList::new(),
            gc: crate::gc::GcState::new(),
            recursion_limit: Cell::new(1000),
            next_thread_id: Cell::new(1),
            finalizing: Cell::new(false),
            int_max_str_digits: Cell::new(config.int_max_str_digits),
            character_names: Cell::new(false),
            config: RefCell::new(config),
            next_type_version: Cell::new(1),
            type_cache: crate::objects::r#type::TypeCache::new(),
            next_keys_version: Cell::new(1),
            next_func_version: Cell::new(1),
            interned: Member::empty(),
            codec_search_path: Member::empty(),
            codec_search_cache: Member::empty(),
            codec_error_registry: Member::empty(),
            ast_classes: Member::empty(),
            warnings_filters: Member::empty(),
            warnings_once_registry: Member::empty(),
            warnings_default_action: Member::empty(),
            warnings_filters_version: Cell::new(0),
            warnings_lock: crate::sync::RecursiveLock::new(),
            warnings_context: Member::empty(),
            audit_hooks: Member::empty(),
            dlopen_flags: Cell::new(libc::RTLD_NOW),
            memory_error: Member::empty(),
            exception_group: Member::empty(),
            atexit_callbacks: RefCell::new(Vec::new()),
            locals: Default::default(),
            monitoring: crate::monitoring::MonitoringState::new(),
            interp_data: OnceCell::new(),
        }
    }
}
