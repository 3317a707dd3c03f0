//! The import core: what stands below `importlib`. `core.rs`: `import_name`, `import_from` and kin; `builtin.rs`: the native
//! modules; `frozen.rs`: modules that travel inside the executable; `startup.rs`: getting `importlib` going;
//! `timing.rs`: `-X importtime`.

mod builtin;
mod core;
mod frozen;
mod startup;
mod timing;

pub use builtin::{builtin_names, create_builtin, exec_builtin, find_builtin, register_builtin};
pub use core::{import_from, import_level, import_module, import_name};
pub use frozen::{frozen_code, import_frozen};
pub use startup::{init_external, init_importlib, init_zipimport};
