//! The `krait` executable: takes `python3`'s place on the command line. All of it is in the library beside this file.

#![cfg_attr(not(test), no_main)]

#[cfg(not(test))]
krait_runtime::entry_point!(krait_cli::main);
